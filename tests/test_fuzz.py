"""A short run of every fuzzing target, with the same inputs each time; and that the fuzzer finds what is wrong."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import textwrap
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from archive.model import Block, CleanText, Removed
from archive.sources.warc import scan
from tests.fuzz import Target, branches, laws, load, names
from tests.fuzz.loop import Fault, fuzz, tried
from tests.fuzz.loop import Loop as State
from tests.fuzz.minimise import minimised
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import tarred, warc

TIMED = ("growth",)  # measures CPU seconds: for `make fuzz` alone
FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize("name", [name for name in names() if name not in TIMED])
def test_a_short_run(name: str) -> None:
    target = load(name)
    if target is None:
        pytest.skip("what it fuzzes is not there")
    fault = fuzz(target, seed=1, runs=len(target.seeds()) + 60)
    assert fault is None, f"{fault.what}\n{fault.data!r}"


def _picky(data: bytes) -> None:
    if b"<p>" in data and data.count(b"e") > 3:
        raise ValueError(data)


PICKY = Target("picky", _picky, lambda: [b"three trees", b"nothing <p>"], None)


def test_a_fault_is_found_and_made_small() -> None:
    found = fuzz(PICKY, seed=0, runs=50_000)
    assert found is not None
    assert found.where[0] == "ValueError"
    assert sorted(found.data) == sorted(b"eeee<p>")
    assert fuzz(PICKY, seed=0, runs=50_000) == found


def test_the_same_seed_gives_the_same_inputs() -> None:
    def some(seed: int) -> list[bytes]:
        state = State(PICKY, Random(seed))  # noqa: S311 - nothing secret
        return [data for data, _ in zip(state.inputs([]), range(200), strict=False)]

    assert some(3) == some(3) != some(4)
    assert len(set(some(3))) > 150


def test_an_input_that_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(_: bytes) -> None:
        while True:
            with suppress(Exception):  # as a caller of libraries has it
                sum(range(10_000))

    monkeypatch.setattr("tests.fuzz.loop.SLOW", 0.05)
    fault, _ = tried(State(Target("stuck", stuck, list), Random(0)), b"a")  # noqa: S311
    assert isinstance(fault, Fault)
    assert fault.where == ("TooSlow", "")


def test_what_is_packed_is_changed_inside() -> None:
    data = gzip.compress(b"The ferry sails on Tuesday. " * 20, mtime=0)
    chance = Random(5)  # noqa: S311
    changed = [mutated(data, chance, [b"other"]) for _ in range(200)]
    inside = 0
    for one in changed:
        try:
            inside += gzip.decompress(one) != gzip.decompress(data)
        except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
            continue
    assert inside > 50


def test_minimised_keeps_what_matters() -> None:
    calls = 0

    def same(data: bytes) -> bool:
        nonlocal calls
        calls += 1
        return b"k" in data and data.endswith(b"z")

    assert minimised(b"abck" * 50 + b"xyz", same) == b"kz"
    assert calls < 300
    assert minimised(b"", lambda _: True) == b""
    assert minimised(b"abc", lambda _: False) == b"abc"


def test_a_header_of_a_tar_is_changed_with_its_checksum() -> None:
    chance, data = Random(2), tarred.seeds()[0]  # noqa: S311
    for _ in range(50):
        changed = tarred.mutate(data, chance)
        for at in range(0, len(data) - 511, 512):
            if data[at + 257 : at + 262] == b"ustar":
                header = changed[at : at + 512]
                assert int(header[148:154], 8) == sum(header[:148]) + sum(header[156:]) + 8 * ord(" ")


def test_the_laws_bite() -> None:
    whole = list(scan(BytesIO(b"".join(warc.small())), laws.LIMITS))
    warc.assert_tiled(b"".join(warc.small()), whole)
    with pytest.raises(AssertionError):
        warc.assert_tiled(b"".join(warc.small()), whole[1:])
    block = Block(kind="paragraph", start=0, end=5, source_start=0, source_end=5)
    sound = CleanText(text="Gulls", blocks=(block,), removed=(Removed(start=5, end=6, reason="blank", score=1.0),))
    laws.assert_tiles(b"Gulls\n", sound)
    laws.assert_blocks("Gulls", (block,))
    for payload in (b"Gulls", b"Gulls\n\n", b""):
        with pytest.raises(AssertionError):
            laws.assert_tiles(payload, sound)
    with pytest.raises(AssertionError):
        laws.assert_blocks("Gull", (block,))
    with pytest.raises(AssertionError):
        laws.assert_text("e\u0301")
    with pytest.raises(UnicodeEncodeError):
        laws.assert_text("\ud800")
    assert laws.named("http-status-404")
    assert not laws.named("unheard-of")


def test_branches_are_counted_by_how_often_they_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "counted.py").write_text(
        textwrap.dedent('''
        """A docstring."""
        from __future__ import annotations
        def three(number):
            """Another."""
            if number > 2:
                return "many" if number > 10 else "some"
            for _ in range(number):
                number = number and number
            return number
    ''')
    )
    monkeypatch.setattr(branches, "counters", type(branches.counters)("Q"))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.syspath_prepend(tmp_path)
    branches.install("counted")
    import counted  # type: ignore[import-not-found]

    ways = []
    for number in (0, 1, 2, 3, 11, 3):
        branches.forget()
        counted.three(number)
        ways.append(frozenset(branches.taken()))
    assert len(set(ways)) == 5
    assert ways[3] == ways[5]
    assert counted.three.__doc__ == "Another."


# ---- the command -----------------------------------------------------------------------------------------------------


def run(*words: str | Path, broken: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command; with a folder of ``broken``, a function of the package is replaced by what stands there."""
    path = os.pathsep.join(map(str, filter(None, (broken, FOLDER))))
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *map(str, words)],
        cwd=FOLDER, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_command_counts_branches_and_keeps_inputs(tmp_path: Path) -> None:
    done = run("chunks", "--runs", "300", "--corpus", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "300 runs" in done.stdout
    kept = {path.name for path in (tmp_path / "chunks").glob("input-*")}
    assert len(kept) > 3
    again = run("chunks", "--runs", "300", "--corpus", tmp_path)
    assert again.returncode == 0
    assert kept <= {path.name for path in (tmp_path / "chunks").glob("input-*")}


def test_a_fault_is_reported_with_the_command_that_shows_it_again(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import archive.entity as e\nwhole = e.dechunk\ne.dechunk = lambda body: whole(body) if b'x' not in body else (b'', ())"
    )
    done = run("chunks", "--runs", "300", "--corpus", tmp_path, broken=tmp_path)
    assert done.returncode == 1
    assert "AssertionError" in done.stdout
    words = done.stdout.strip().splitlines()[-1].split()
    assert words[:4] == ["python", "-m", "tests.fuzz", "chunks"]
    assert Path(words[-1]).read_bytes() == b"x"
    assert run(*words[3:], broken=tmp_path).returncode == 1
    assert run(*words[3:]).returncode == 0


def test_what_kills_the_process_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, archive.entity as e\ne.dechunk = lambda body: os.kill(os.getpid(), 9) if b';ext' in body else (body, ('not-chunked',))\n"
        "e.dechunked = lambda pieces: (yield b''.join(pieces)) or ('not-chunked',)"
    )
    (tmp_path / "site").mkdir()
    done = run("chunks", "har", "--runs", "300", "--corpus", tmp_path, broken=tmp_path)
    assert done.returncode == 1
    assert "killed by signal 9" in done.stdout or "AssertionError" in done.stdout

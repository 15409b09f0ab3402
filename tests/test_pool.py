"""What kills a worker costs one record: rejected with its reason, whatever it was that killed, and in any worker."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

import pytest

import archive
from archive import plan, pool, shard, sources, storage, warc
from archive.extraction import NEWS, find_extractor
from archive.model import Capture, Damage, Extraction, Limits, ReadOptions, Settings, Skip
from archive.warc import RawRecord
from tests import making

SMALL = Limits(cpu_seconds=1, memory_bytes=100 << 20)
SETTINGS = Settings(reading=ReadOptions(limits=SMALL))


def crash() -> None:
    faulthandler.disable()  # it would fill the screen of the tests
    ctypes.string_at(0)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> NoReturn:
    os._exit(0)


def quit_python() -> NoReturn:
    raise SystemExit(3)


def burn() -> NoReturn:
    while True:  # as a library would that swallows whatever a timer raises
        try:
            sum(range(10_000))
        except Exception:  # noqa: BLE001, S112
            continue


def eat() -> None:
    held = []
    while True:
        held.append(bytearray(8 << 20))


def eat_and_swallow() -> None:
    try:
        eat()
    except MemoryError:
        return


def eat_at_once() -> None:
    bytearray(1 << 40)


DEEDS: dict[bytes, tuple[Callable[[], Any], str, str]] = {
    b"deed-abort": (os.abort, "crashed", "SIGABRT"),
    b"deed-crash": (crash, "crashed", "SIGSEGV"),
    b"deed-kill": (kill, "crashed", "SIGKILL"),
    b"deed-leave": (leave, "crashed", "exit status 0"),
    b"deed-quit": (quit_python, "crashed", "exit status 70"),
    b"deed-burn": (burn, "timeout", "more than 1 CPU seconds"),
    b"deed-eat": (eat, "memory", "more than 100 MB of memory"),
    b"deed-swallow": (eat_and_swallow, "memory", "more than 100 MB of memory"),
    b"deed-at-once": (eat_at_once, "memory", "more than 100 MB of memory"),
}


DEEDS_OF_READERS = [(b"deed-abort", True), (b"deed-abort", False), (b"deed-burn", True), (b"deed-swallow", False)]


def do(data: bytes) -> None:
    for word, (deed, *_) in DEEDS.items():
        if word in data:
            deed()


class Deadly:
    """An extractor with a library that some pages kill."""

    name, version, config_sha256 = NEWS.name, NEWS.version, NEWS.config_sha256
    warm, rest = NEWS.warm, NEWS.rest

    def extract(self, capture: Capture) -> Extraction:
        """What ours gives, if that page lets it."""
        do(capture.payload or b"")
        return NEWS.extract(capture)


@pytest.fixture
def _deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard, "find_extractor", lambda _: Deadly())
    monkeypatch.setattr(plan, "SHARD_BYTES", 12_000)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Two WARC files and some pages, in some of them a word that kills."""
    words = list(DEEDS)
    records = []
    for number in range(12):
        body = making.page(number)
        if number % 2 and words:
            body = body.replace(b"</article>", b"<p>" + words.pop() + b"</p></article>")
        records.append(making.record(making.http(body), uri=f"https://warc.example/{number}"))
    making.put(tmp_path / "in" / "a.warc.gz", making.packed(*records[:8]))
    making.put(tmp_path / "in" / "b.warc", b"".join(records[8:]))
    for number, word in enumerate(words):
        body = making.page(20 + number).replace(b"</article>", b"<p>" + word + b"</p></article>")
        making.put(tmp_path / "in" / f"{number}.html", body)
    making.put(tmp_path / "in" / "z.html", making.page(30))
    return tmp_path / "in"


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The rows of captures, all sums checked on the way."""
    corpus = archive.open_corpus(folder)
    counts = corpus.manifest.counts
    rows: list[dict[str, Any]] = corpus.captures().to_pylist()
    assert counts.records == counts.articles + counts.rejections
    assert len(rows) == counts.records + counts.damaged
    verdict = corpus.verify()
    assert verdict.failures == ()
    return rows


@pytest.mark.usefixtures("_deadly")
def test_what_kills_costs_one_record(inputs: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        making.converted(tmp_path / str(workers), inputs, settings=SETTINGS, workers=workers)
    assert making.files_of(tmp_path / "1") == making.files_of(tmp_path / "2")
    rows = rows_of(tmp_path / "1")
    rejected = [row for row in rows if row["outcome"] == "rejected"]
    assert len(rows) - len(rejected) == archive.open_corpus(tmp_path / "1").manifest.counts.articles == 7
    found = sorted((row["stage"], row["reason"], row["detail"]) for row in rejected)
    assert found == sorted(("extraction", reason, detail) for _, reason, detail in DEEDS.values())
    corpus = archive.open_corpus(tmp_path / "1")
    for row in rejected:  # each keeps its record
        assert b"deed-" in corpus.payload(row["capture_id"])


@pytest.mark.usefixtures("_deadly")
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_an_executor_gets_the_same_protection(inputs: Path, tmp_path: Path, kind: str) -> None:
    (inputs / "a.warc.gz").unlink()  # has those that take long
    making.converted(tmp_path / "c", inputs, settings=SETTINGS)
    assert len([row for row in rows_of(tmp_path / "c") if row["reason"] == "crashed"]) > 1
    with ThreadPoolExecutor(2) if kind == "threads" else ProcessPoolExecutor(2, get_context("fork")) as executor:
        archive.convert([inputs], tmp_path / "d", settings=SETTINGS, executor=executor)
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


def end_this(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_an_executor_that_breaks_interrupts_the_run(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_warm_once", end_this)  # kills the executor's own process
    with (
        ProcessPoolExecutor(1, get_context("fork")) as executor,
        pytest.raises(archive.RunInterrupted, match="a worker process died"),
    ):
        archive.convert([inputs], tmp_path / "c", executor=executor)


@pytest.mark.usefixtures("_deadly")
def test_a_worker_killed_once_is_no_loss(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in inputs.iterdir():
        data = path.read_bytes()
        if b"deed-" in data or path.name == "a.warc.gz":
            path.unlink()
    making.put(inputs / "c.warc", b"".join(making.responses(range(40, 46))))
    making.converted(tmp_path / "c", inputs)
    real = Deadly.extract

    def once(self: Deadly, capture: Capture) -> Extraction:
        try:
            (tmp_path / "killed").touch(exist_ok=False)
        except FileExistsError:
            return real(self, capture)
        kill()
        raise AssertionError

    monkeypatch.setattr(Deadly, "extract", once)
    making.converted(tmp_path / "d", inputs)
    assert (tmp_path / "killed").exists()
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


@pytest.mark.usefixtures("_deadly")
def test_what_kills_costs_one_record_of_a_corpus_that_is_read_again(inputs: Path, tmp_path: Path) -> None:
    """The first corpus is made by an extractor that nothing kills, and the second one by one that some pages do."""
    (inputs / "a.warc.gz").unlink()  # has those that take long
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shard, "find_extractor", find_extractor)
        making.converted(tmp_path / "whole", inputs, settings=SETTINGS)
        assert archive.open_corpus(tmp_path / "whole").manifest.counts.rejections == 0
    making.converted(tmp_path / "c", inputs, settings=SETTINGS)
    for workers in (1, 2):
        archive.reextract(tmp_path / "whole", tmp_path / str(workers), workers=workers)
    assert making.files_of(tmp_path / "1") == making.files_of(tmp_path / "2")
    named = ("capture_id", "outcome", "stage", "reason", "detail")
    expected = {tuple(row[name] for name in named) for row in rows_of(tmp_path / "c")}
    assert {tuple(row[name] for name in named) for row in rows_of(tmp_path / "1")} == expected
    assert [row[3] for row in expected].count("crashed") == 5
    with ThreadPoolExecutor(2) as executor:
        archive.reextract(tmp_path / "c", tmp_path / "3", executor=executor)
    assert making.files_of(tmp_path / "3") == making.files_of(tmp_path / "c")


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "packed"), DEEDS_OF_READERS)
def test_a_file_that_kills_its_reader_is_cut_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: bytes, *, packed: bool
) -> None:
    records = making.responses(range(6))
    records[3] = making.record(making.http(making.page(3) + word), uri="https://warc.example/3")
    folder, first = tmp_path / "in", making.packed(*records[:3]) if packed else b"".join(records[:3])
    data = making.packed(*records) if packed else b"".join(records)
    making.put(folder / "a.warc", data)
    making.put(folder / "b.html", making.page(9))
    real = warc.capture_from

    def deadly(raw: RawRecord, *rest: Any, **more: Any) -> Capture:
        found = real(raw, *rest, **more)
        do(found.payload or b"")
        return found

    monkeypatch.setattr(warc, "capture_from", deadly)
    for workers in (1, 2):
        making.converted(tmp_path / str(workers), folder, settings=SETTINGS, workers=workers)
    assert making.files_of(tmp_path / "1") == making.files_of(tmp_path / "2")
    rows = rows_of(tmp_path / "1")  # verified with the deadly reader in this very process
    (damage,) = [row for row in rows if row["outcome"] == "damaged"]
    _, reason, detail = DEEDS[word]
    assert (damage["stage"], damage["reason"]) == ("record", reason)
    assert damage["detail"] == f"{detail}; what was found before (3) stands, the rest is not read"
    assert (damage["source_offset"], damage["block_length"]) == (len(first), len(data) - len(first))
    corpus = archive.open_corpus(tmp_path / "1")
    assert corpus.payload(damage["capture_id"]) == data[len(first) :]
    assert corpus.manifest.counts.articles == 4
    archive.reextract(corpus.folder, tmp_path / "again")  # reads nothing behind the cut
    assert making.files_of(tmp_path / "again") == making.files_of(tmp_path / "1")


def test_a_reader_that_dies_of_a_record_that_was_read_before_stops_the_run(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.warc", b"".join(making.responses(range(3))))
    making.converted(tmp_path / "c", tmp_path / "in")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warc, "capture_from", lambda *_, **__: kill())
        with pytest.raises(archive.RunInterrupted, match=r"again and again at captures/.*, rows 0 \+ 3"):
            archive.reextract(tmp_path / "c", tmp_path / "new")
    archive.reextract(tmp_path / "c", tmp_path / "new")
    assert making.files_of(tmp_path / "new") == making.files_of(tmp_path / "c")


@pytest.mark.parametrize("change", [b"x", b""])
def test_a_changed_cut_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: bytes) -> None:
    def deadly(_: sources.Opened, __: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        os.abort()

    lines = making.put(tmp_path / "in" / "a.jsonl", making.json_lines(range(3)))
    monkeypatch.setattr(sources, "captures", deadly)
    making.converted(tmp_path / "c", lines)
    (row,) = rows_of(tmp_path / "c")
    assert (row["source_offset"], row["block_length"]) == (0, lines.stat().st_size)
    making.put(lines, change + lines.read_bytes()[1:])
    (failure,) = archive.open_corpus(tmp_path / "c").verify().failures
    assert (failure.table, failure.id, failure.what) == ("captures", row["capture_id"], "record_sha256")


# ---- what is nobody's fault ------------------------------------------------------------------------------------------


def test_workers_that_die_at_no_record_stop_the_run(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "write_receipt", lambda *_: kill())
    with pytest.raises(archive.RunInterrupted, match=r"workers die again and again.*SIGKILL.*same command again"):
        making.converted(tmp_path / "c", inputs)


def test_a_full_disk_in_a_worker_stops_the_run(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "write_receipt", full)
    with pytest.raises(archive.RunInterrupted, match="no space left"):
        making.converted(tmp_path / "c", inputs)


@pytest.mark.parametrize(
    ("sent", "said"), [(signal.SIGTERM, r"told to end \(SIGTERM\)"), (signal.SIGINT, "stopped; finished parts are kept")]
)
def test_a_worker_that_is_told_to_end_ends_the_run(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals, said: str
) -> None:
    monkeypatch.setattr(storage, "write_receipt", lambda *_: os.kill(os.getpid(), sent))
    with pytest.raises(archive.RunInterrupted, match=said):
        making.converted(tmp_path / "c", inputs)


def test_no_worker_is_left_when_a_run_stops(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is done tells it, the other one waits for ever."""
    monkeypatch.setattr(plan, "SHARD_BYTES", 1)
    real = storage.write_receipt
    pids: list[int] = []

    def children() -> list[int]:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]

    before = set(children())  # such as what other tests' executors leave to watch over their resources

    def waiting(folder: Path, receipt: Any) -> None:
        if receipt.shard_id.startswith("000001"):
            threading.Event().wait()
        real(folder, receipt)

    class Stopping:
        planned = known = unchanged = working = mended = merging = staticmethod(lambda *_: None)

        def converted(self, *_: object) -> None:
            pids.extend(set(children()) - before)
            raise KeyboardInterrupt

    monkeypatch.setattr(storage, "write_receipt", waiting)
    with pytest.raises(archive.RunInterrupted, match="stopped"):
        archive.convert([inputs], tmp_path / "c", workers=2, progress=Stopping())
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

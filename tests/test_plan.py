"""Which files are read, what they are called in the rows, and how they are shared out."""

from __future__ import annotations

import gzip
import os
import random
import socket
from pathlib import Path

import pytest

import archive
from archive import plan
from archive.errors import UsageError
from archive.model import InputFile, Settings
from tests import making

NOWHERE = Path("/nonexistent/corpus")


def paths(*inputs: Path | str, leave_out: Path = NOWHERE) -> list[str]:
    return [file.path for file in plan.find_files(inputs, leave_out=leave_out)]


def test_paths_are_relative_to_the_input_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making.put(tmp_path / "in" / "b" / "2.html", b"2")
    making.put(tmp_path / "in" / "1.html", b"1")
    assert paths(tmp_path / "in") == ["1.html", "b/2.html"]
    assert paths(tmp_path / "in" / "b" / "2.html") == ["2.html"]
    assert paths(f"{tmp_path}/in/b/../b//") == ["2.html"]
    monkeypatch.chdir(tmp_path / "in")
    assert paths(".") == paths(Path()) == ["1.html", "b/2.html"]
    assert paths("b/..") == ["1.html", "b/2.html"]


def test_what_is_found_of_a_file(tmp_path: Path) -> None:
    path = making.put(tmp_path / "a.html", b"123")
    (found,) = plan.find_files([path], leave_out=NOWHERE)
    assert found == InputFile(path="a.html", location=str(path), size=3, modified_ns=making.MTIME * 10**9)


def test_an_input_without_a_name() -> None:
    with pytest.raises(UsageError, match="an input without a name"):
        paths("")


def test_an_input_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        paths(tmp_path / "missing")


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path, order: int) -> None:
    file = making.put(tmp_path / "in" / "deep" / "a.html", b"1")
    making.put(tmp_path / "in" / "b.html", b"2")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    named = [file, file, tmp_path / "in", tmp_path / "in" / "deep", tmp_path / "link" / "deep"][::order]
    assert paths(*named) == ["b.html", "deep/a.html"]


@pytest.mark.parametrize("order", [1, -1])
def test_files_with_the_same_name_get_longer_ones(tmp_path: Path, order: int) -> None:
    for name in ("x/news/a.html", "y/news/a.html", "y/other/a.html", "y/other/b.html"):
        making.put(tmp_path / name, name.encode())
    named = [tmp_path / "x" / "news", tmp_path / "y" / "news", tmp_path / "y" / "other"][::order]
    assert paths(*named) == ["b.html", "other/a.html", "x/news/a.html", "y/news/a.html"]


def test_a_longer_name_that_is_taken_grows_on(tmp_path: Path) -> None:
    for name in ("p/n/a.html", "q/n/a.html", "r/n/a.html"):
        making.put(tmp_path / name, name.encode())
    # the third one's own name is what the first two would grow to
    assert paths(tmp_path / "p/n/a.html", tmp_path / "q/n/a.html", tmp_path / "r") == [
        "p/n/a.html",
        "q/n/a.html",
        "r/n/a.html",
    ]


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    making.put(tmp_path / "outside" / "far.html", b"far")
    making.put(tmp_path / "in" / "a" / "near.html", b"near")
    (tmp_path / "in" / "a" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "0-first").symlink_to(tmp_path / "in" / "a")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "file.html").symlink_to(tmp_path / "in" / "a" / "near.html")
    found = plan.find_files([tmp_path / "in"], leave_out=NOWHERE)
    assert [(Path(f.path).name, f.problem) for f in found] == [("near.html", ""), ("far.html", "")]
    assert found[0].path == "a/near.html"
    assert found[1].path == "again/far.html"


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "broken.html").symlink_to(tmp_path / "gone")
    (folder / "ring1").symlink_to(folder / "ring2")
    (folder / "ring2").symlink_to(folder / "ring1")
    problems = {file.path: file.problem for file in plan.find_files([folder], leave_out=NOWHERE)}
    assert problems["broken.html"] == "cannot be read: No such file or directory"
    assert "Too many levels of symbolic links" in problems["ring1"]


def test_what_is_no_regular_file_is_named_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    making.put(folder / "good.html", making.page(1))
    os.mkfifo(folder / "pipe.html")
    monkeypatch.chdir(folder)  # the name of a socket must be short
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("socket.html")
    listening.close()
    (folder / "broken.html").symlink_to("gone")
    corpus = making.corpus_of(tmp_path / "c", folder)
    rows = {row["path"]: row for row in corpus.table("inputs").to_pylist()}
    assert rows["pipe.html"]["skipped"] == "not a regular file: a pipe"
    assert rows["socket.html"]["skipped"] == "not a regular file: a socket or device"
    assert rows["broken.html"]["skipped"] == "cannot be read: No such file or directory"
    assert (rows["good.html"]["articles"], rows["good.html"]["skipped"]) == (1, None)
    assert {rows[name]["kind"] for name in ("pipe.html", "socket.html", "broken.html")} == {"unreadable"}
    assert dict(corpus.manifest.reasons)["skipped: unreadable"] == 3
    assert corpus.verify().ok
    said = making.run("convert", folder, "-o", tmp_path / "c", "--workers", "1")
    assert said.returncode == 1
    assert "nothing to do" in said.stdout


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making.put(tmp_path / "in" / "secret" / "a.html", b"1")
    making.put(tmp_path / "in" / "b.html", b"2")
    real = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = {file.path: file.problem for file in plan.find_files([tmp_path / "in"], leave_out=NOWHERE)}
    assert found == {"b.html": "", "secret": "a folder that cannot be listed"}


def test_names_that_are_no_utf8_are_escaped_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    name = os.fsdecode(b"caf\xe9.warc.gz")
    making.put(folder / name, making.packed(*making.responses([1, 2])))
    making.put(folder / os.fsdecode(b"caf\xe9.html"), making.page(3))
    assert paths(folder) == ["caf\\xe9.html", "caf\\xe9.warc.gz"]
    corpus = making.corpus_of(tmp_path / "c", folder)
    assert corpus.manifest.counts.articles == 3
    assert corpus.verify().failures == ()


def test_the_corpus_folder_is_left_out(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.html", making.page(1))
    corpus = tmp_path / "in" / "corpus"
    making.converted(corpus, tmp_path / "in")
    first = making.state_of(corpus)
    making.converted(corpus, tmp_path / "in")
    assert making.state_of(corpus) == first
    assert [row["path"] for row in archive.open_corpus(corpus).table("inputs").to_pylist()] == ["a.html"]


def files(*sizes: int) -> list[InputFile]:
    return [InputFile(path=f"{n:05}", location=f"/{n}", size=size, modified_ns=n) for n, size in enumerate(sizes)]


def grouped(found: list[InputFile], settings: Settings | None = None) -> list[list[str]]:
    shards = plan.make_shards(found, settings or Settings(), Path("/work"))
    return [[file.path for file in shard.files] for shard in shards]


def test_shards_hold_about_as_much_as_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 10)
    monkeypatch.setattr(plan, "SHARD_FILES", 3)
    assert grouped(files(4, 6, 1, 100, 1, 1, 1, 1)) == [
        ["00000", "00001"],
        ["00002"],
        ["00003"],
        ["00004", "00005", "00006"],
        ["00007"],
    ]
    # payloads are compared with each other only within a shard
    assert len(grouped(files(4, 6, 1, 100), Settings(dedupe_payloads=True))) == 1


def test_the_name_of_a_shard_stands_for_its_files_and_settings() -> None:
    def name(found: list[InputFile], settings: Settings | None = None) -> str:
        (shard,) = plan.make_shards(found, settings or Settings(), NOWHERE)
        assert shard.folder == f"{NOWHERE}/{shard.shard_id}"
        return shard.shard_id

    names = {
        name(files(1, 2)),
        name(files(1, 3)),
        name(files(1)),
        name(files(1, 2), Settings(copy_records=True)),
        name([InputFile(path="00000", location="/0", size=1, modified_ns=5)]),
        name([InputFile(path="00000", location="/0", size=1, modified_ns=0, problem="gone")]),
    }
    assert len(names) == 6
    moved = [InputFile(path=f.path, location="/elsewhere" + f.location, size=f.size, modified_ns=f.modified_ns) for f in files(1, 2)]
    assert name(moved) == name(files(1, 2))


def test_names_do_not_depend_on_the_order_of_inputs(tmp_path: Path) -> None:
    named = []
    for folder in "abc":
        named += [making.put(tmp_path / folder / "same" / f"{number}.html", folder.encode()) for number in range(3)]
    expected = plan.find_files(named, leave_out=NOWHERE)
    assert len({file.path for file in expected}) == 9
    for seed in range(5):
        random.Random(seed).shuffle(named)  # noqa: S311 - nothing secret
        assert plan.find_files(named, leave_out=NOWHERE) == expected


# ---- large files in parts ----------------------------------------------------------------------------------------


def stored(data: bytes) -> bytes:
    """A gzip member that holds its content as it stands."""
    return gzip.compress(data, compresslevel=0, mtime=0)


def warc_files() -> dict[str, bytes]:
    """WARC files that are not read alike from their middle: whole, damaged, in one member, one inside another."""
    records = making.responses(range(12))
    inner = b"".join(making.responses(range(20, 26)))
    fields = {"Content-Type": "application/warc"}
    holds = making.record(inner, uri="https://warc.example/inner.warc", kind="resource", fields=fields)
    flipped = bytearray(making.packed(*records))
    for at in range(700, len(flipped), 2500):
        flipped[at] ^= 0xFF
    return {
        "gzipped": making.packed(*records),
        "plain": b"".join(records),
        "mixed": making.packed(*records[:4]) + b"".join(records[4:8]) + making.packed(*records[8:]),
        "flipped": bytes(flipped),
        "plain and flipped": b"".join(records).replace(b"WARC/1.", b"WURC/1.", 3),
        "one member": gzip.compress(b"".join(records), mtime=0),
        "inner": b"".join([*records[:3], holds, *records[3:]]),
        "inner, stored": b"".join(map(stored, [*records[:3], holds, *records[3:]])),
        "inner, many": b"".join([holds, records[0]] * 4),
        "cut": making.packed(*records)[:-200],
    }


@pytest.mark.parametrize("name", warc_files())
def test_a_file_in_parts_gives_what_it_gives_as_a_whole(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = making.put(tmp_path / "w.warc", warc_files()[name])
    making.converted(tmp_path / "whole", path)
    for size in (300, 1700):
        monkeypatch.setattr(plan, "SHARD_BYTES", size)
        making.converted(tmp_path / str(size), path, workers=2)
        assert making.files_of(tmp_path / str(size)) == making.files_of(tmp_path / "whole")
    assert archive.open_corpus(tmp_path / "300").verify().ok


def test_parts_begin_at_records_and_cover_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = making.put(tmp_path / "w.warc.gz", warc_files()["gzipped"])
    (file,) = plan.find_files([path], leave_out=NOWHERE)
    assert plan.parts_of(file) == [file]
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    parts = plan.parts_of(file)
    assert len(parts) > 3
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop is None
    assert sum(part.length for part in parts) == file.size
    assert all(path.read_bytes()[part.start :].startswith(b"\x1f\x8b\x08") for part in parts)
    shards = plan.make_shards([file, file], Settings(), tmp_path)
    assert [len(shard.files) for shard in shards] == [1] * 2 * len(parts)
    (together,) = plan.make_shards([file], Settings(dedupe_payloads=True), tmp_path)
    assert together.files == (file,)


def test_only_formats_that_allow_it_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 100)
    named = [making.put(tmp_path / "a.html", making.page(1)), making.put(tmp_path / "b.jsonl", making.json_lines([1, 2]))]
    for file in plan.find_files(named, leave_out=NOWHERE):
        assert plan.parts_of(file) == [file]
    gone = InputFile(path="c.warc", location=str(tmp_path / "c.warc"), size=10_000, modified_ns=0)
    assert plan.parts_of(gone) == [gone]


def test_a_part_that_began_inside_a_record_begins_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 300)
    path = making.put(tmp_path / "w.warc", warc_files()["inner"])
    (file,) = plan.find_files([path], leave_out=NOWHERE)
    shards = plan.make_shards([file], Settings(), tmp_path)
    starts = [shard.files[0].start for shard in shards]
    right = {shard.shard_id: shard.files[0].stop or file.size for shard in shards}
    assert plan.mended(shards, right) == shards
    assert all(a is b for a, b in zip(plan.mended(shards, right), shards, strict=True))
    better = plan.mended(shards, right | {shards[2].shard_id: starts[5] + 7})  # it read on into the sixth
    assert [shard.files[0].start for shard in better] == [*starts[:3], starts[5] + 7, *starts[6:]]
    assert [shard.shard_id[:6] for shard in better] == [f"{n:06d}" for n in range(len(shards)) if n not in (3, 4)]
    assert plan.mended(better, right | {better[3].shard_id: starts[6]}) == better
    # where that one ends is not known yet: what stands behind it waits, whatever the ones in front of it have read
    odd = right | {shards[2].shard_id: starts[3] + 7, shards[4].shard_id: starts[7]}
    waiting = plan.mended(shards, odd)
    assert [shard.files[0].start for shard in waiting] == [*starts[:3], starts[3] + 7, *starts[4:]]
    known = odd | {waiting[3].shard_id: starts[4] + 9}
    assert [shard.files[0].start for shard in plan.mended(waiting, known)][4:] == [starts[4] + 9, *starts[5:]]


def test_a_part_of_a_file_that_vanishes_is_one_unreadable_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    path = making.put(tmp_path / "w.warc.gz", warc_files()["gzipped"])
    files = plan.find_files([path], leave_out=NOWHERE)
    shards = plan.make_shards(files, Settings(), tmp_path / "c" / "work")
    path.unlink()
    monkeypatch.setattr("archive.run.find_files", lambda *_, **__: files)
    monkeypatch.setattr("archive.run.make_shards", lambda *_: shards)
    manifest = archive.convert(path, tmp_path / "c")
    assert (manifest.inputs, manifest.counts.skipped, manifest.counts.records) == (1, 1, 0)
    assert manifest.reasons == (("skipped: unreadable", 1),)
    assert archive.open_corpus(tmp_path / "c").verify().ok

"""Small files put together: the same rows, fewer files, still proven."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import archive
from archive import compaction, merge, storage
from tests import making


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A corpus made in four steps, with records that stand in it more than once."""
    for step in range(4):
        folder = tmp_path / f"in{step}"
        making.put(folder / f"w{step}.warc", b"".join(making.responses(range(10 * step, 10 * step + 12))))
        making.put(folder / f"x{step}" / "0.html", making.page(0))
        making.put(folder / f"empty{step}.bin", b"")
        making.converted(tmp_path / "c", folder)
    return tmp_path / "c"


def rows_of(folder: Path) -> dict[str, list[str]]:
    corpus = archive.open_corpus(folder)
    return {table: sorted(map(str, corpus.table(table).to_pylist())) for table in ("articles", "captures", "inputs")}


def proven(folder: Path) -> archive.Corpus:
    corpus = archive.open_corpus(folder)
    assert corpus.verify().failures == ()
    return corpus


def test_the_same_rows_in_fewer_files(grown: Path) -> None:
    before, old = rows_of(grown), archive.open_corpus(grown).manifest
    heard: list[int] = []
    made = archive.compact(grown, told=heard.append)
    assert rows_of(grown) == before
    assert heard == sorted(heard)
    assert heard[-1] <= made.counts.records + made.counts.articles
    corpus = proven(grown)
    assert len(corpus.files("inputs")) == 1
    folders = [file.path.rpartition("/")[0] for file in made.files if not file.path.startswith("warc/")]
    assert len(folders) == len(set(folders))
    assert (made.counts, made.reasons, made.inputs) == (old.counts, old.reasons, old.inputs)
    named = {file.path for file in made.files}
    there = {path.relative_to(grown).as_posix() for path in grown.rglob("*") if path.is_file()}
    (*_, log) = sorted((grown / "runs").glob("*.json"))
    assert json.loads(log.read_bytes())["files"] == len(made.files)
    assert {path for path in there if not path.startswith("runs/")} == {*named, "manifest.json"}
    assert [f for f in made.files if f.path.startswith("warc/")] == [f for f in old.files if f.path.startswith("warc/")]


def test_again_nothing_changes(grown: Path) -> None:
    made = archive.compact(grown)
    state = making.state_of(grown)
    assert archive.compact(grown) == made
    assert making.state_of(grown) == state


def test_a_compact_corpus_is_that_of_one_run(tmp_path: Path) -> None:
    """Without records that stand in it twice, its tables have the very bytes."""
    for step in range(3):
        making.put(tmp_path / "in" / f"{step}.warc", b"".join(making.responses(range(20 * step, 20 * step + 20))))
    for step in (2, 0, 1):
        making.converted(tmp_path / "c", tmp_path / "in" / f"{step}.warc")
    archive.compact(tmp_path / "c")
    making.converted(tmp_path / "once", tmp_path / "in")
    tables = [
        {digest for name, digest in making.files_of(folder).items() if name.startswith(("articles/", "captures/"))}
        for folder in (tmp_path / "c", tmp_path / "once")
    ]
    assert tables[0] == tables[1]


def test_it_is_added_to_and_made_again(grown: Path, tmp_path: Path) -> None:
    archive.compact(grown)
    making.converted(grown, making.put(tmp_path / "in9" / "y" / "0.html", making.page(0)))
    assert sum("repeated-record" in row["flags"] for row in proven(grown).captures().to_pylist()) == 3 * 2 + 3 + 1
    archive.reextract(grown, tmp_path / "again")
    one, other = rows_of(grown), rows_of(tmp_path / "again")
    assert one == other
    proven(tmp_path / "again")
    archive.compact(grown)
    assert rows_of(grown) == other
    proven(grown)


def test_many_files_are_merged_in_stages(grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making.converted(tmp_path / "x", *sorted(tmp_path.glob("in*")))
    before = rows_of(grown)
    monkeypatch.setattr(compaction, "FAN_IN", 2)
    monkeypatch.setattr(merge, "ROW_GROUP", 5)
    archive.compact(grown)
    assert rows_of(grown) == before
    corpus = proven(grown)
    (file, *_) = corpus.files("captures")
    assert pq.ParquetFile(grown / file.path).metadata.num_row_groups > 1


@pytest.mark.parametrize("at", ["move_beside", "publish", "unlink"])
def test_a_run_that_dies_leaves_one_corpus_or_the_other(grown: Path, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows_of(grown)
    monkeypatch.chdir(grown.parent)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    if at == "unlink":
        monkeypatch.setattr(Path, "unlink", die)
    else:
        monkeypatch.setattr(compaction, at, die)
    with pytest.raises(KeyboardInterrupt):
        archive.compact(grown)
    monkeypatch.undo()
    assert rows_of(grown) == before
    archive.compact(grown)
    assert rows_of(grown) == before
    assert len(proven(grown).files("inputs")) == 1
    assert not (grown / "work").exists()


def test_what_compacting_left_is_swept_by_the_next_run(grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compaction, "publish", die)
    with pytest.raises(KeyboardInterrupt):
        archive.compact(grown)
    monkeypatch.undo()
    making.converted(grown, tmp_path / "in0")  # has nothing new
    proven(grown)


def test_an_addition_between_looking_and_locking_is_kept(grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, more = storage.locked, making.put(tmp_path / "more.html", making.page(70))

    @contextmanager
    def late(folder: Path) -> Iterator[None]:
        monkeypatch.undo()
        making.converted(grown, more)
        with real(folder):
            yield

    monkeypatch.setattr(storage, "locked", late)
    made = archive.compact(grown)
    assert made.inputs == archive.open_corpus(grown).manifest.inputs == 4 * 3 + 1
    proven(grown)


def test_a_full_disk(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr(compaction, "write_table", full)
        with pytest.raises(archive.RunInterrupted, match=r"no space left; about 1 MB more are needed"):
            archive.compact(grown)
    archive.compact(grown)
    proven(grown)


def test_unfinished_work_is_not_thrown_away(grown: Path, tmp_path: Path) -> None:
    making.put(tmp_path / "more.html", making.page(70))
    code = "import os\nimport archive.run\ndef die(*_, **__): os._exit(9)\narchive.run.commit = die\n"
    assert making.run("convert", tmp_path / "more.html", "-o", grown, code=code).returncode == 9
    with pytest.raises(archive.CorpusError, match="holds finished parts of a run that was stopped"):
        archive.compact(grown)
    making.converted(grown, tmp_path / "more.html")
    archive.compact(grown)
    proven(grown)


def test_one_writer_at_a_time(grown: Path) -> None:
    with storage.locked(grown), pytest.raises(archive.CorpusError, match="another process is writing this corpus"):
        archive.compact(grown)


def test_a_partition_with_one_file_keeps_its_bytes(tmp_path: Path) -> None:
    early = making.put(tmp_path / "a.warc", making.record(making.http(making.page(1)), date="2020-01-01T00:00:00Z"))
    late = making.put(tmp_path / "b.warc", making.record(making.http(making.page(2)), date="2021-01-01T00:00:00Z"))
    making.converted(tmp_path / "c", early)
    making.converted(tmp_path / "c", late)
    before = set(making.files_of(tmp_path / "c").values())
    archive.compact(tmp_path / "c")
    after = making.files_of(tmp_path / "c")
    assert len({digest for name, digest in after.items() if name.startswith(("articles/", "captures/"))} & before) == 4
    proven(tmp_path / "c")

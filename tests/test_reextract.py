"""``archive reextract``: the records of a corpus, read again, make a corpus that stands by itself."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
from pathlib import Path
from unittest import mock

import pytest

import archive
from archive import again, run, storage
from archive.corpus import Corpus
from archive.errors import CorpusError, RunInterrupted, UsageError
from archive.model import Limits, Manifest, ReadOptions, Receipt, Settings
from tests import making


def remade(old: Path, new: Path, *, extractor: str | None = None, workers: int = 1, root: Path | None = None) -> Manifest:
    with mock.patch("os.fsync"):
        roots = [root] if root else []
        return archive.reextract(old, new, extractor=extractor, workers=workers, source_roots=roots)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs of every kind, damaged ones and a record that stands there twice, and their corpus."""
    folder = tmp_path_factory.mktemp("made")
    making.mixed(folder / "in", each=2)
    shutil.copy2(folder / "in" / "crawl" / "whole.warc.gz", folder / "in" / "crawl" / "again.warc.gz")
    making.put(folder / "in" / "more.zip", making.zipped({"crawl.warc.gz": making.packed(*making.responses([70, 71]))}))
    making.put(folder / "in" / "twice" / "lines.jsonl", making.json_lines([2, 3, 2]))
    for name in "ab":
        making.put(folder / "in" / "twice" / name / "index.html", making.page(7))
    whole = gzip.compress(b"".join(making.responses(range(80, 84))), mtime=0)  # damage inside what a member unpacks to
    making.put(folder / "in" / "crawl" / "one.warc.gz", whole)
    making.put(folder / "in" / "cut.zip", making.zipped({"cut.warc.gz": whole[: len(whole) * 2 // 3]}))
    making.converted(folder / "c", folder / "in")
    return folder


def keys(corpus: Corpus) -> list[tuple[object, ...]]:
    """Id, place and source of every row of ``captures``."""
    columns = [
        "capture_id", "warc_filename", "warc_record_offset", "warc_record_length", "unpacked_offset", "unpacked_length",
        "source_path", "source_member", "source_offset", "source_line", "record_id", "record_sha256", "payload_sha256",
    ]  # fmt: skip
    return sorted(
        (tuple(row[name] for name in columns) for row in corpus.captures(columns=columns).to_pylist()), key=str
    )


# ---- the same extractor ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_an_unchanged_extractor_gives_the_same_bytes(made: Path, tmp_path: Path, workers: int) -> None:
    with mock.patch.object(again, "SLICE_ROWS", 3), mock.patch("archive.plan.SHARD_FILES", 2):  # many shards
        remade(made / "c", tmp_path / "new", workers=workers)
    assert making.files_of(tmp_path / "new") == making.files_of(made / "c")
    flags = [flag for row in Corpus(tmp_path / "new").captures().to_pylist() for flag in row["flags"]]
    assert flags.count("repeated-record") == 5


@pytest.mark.parametrize(
    "settings",
    [
        Settings(copy_records=True),
        Settings(dedupe_payloads=True),
        Settings(partition_by=("publication_year", "text_language")),
        Settings(reading=ReadOptions(limits=Limits(record_bytes=1500))),
    ],
    ids=["copied", "deduped", "partitioned", "small-limit"],
)
def test_whatever_the_settings_were(made: Path, tmp_path: Path, settings: Settings) -> None:
    making.put(tmp_path / "two" / "a.html", making.page(5))
    making.put(tmp_path / "two" / "b.html", making.page(5))
    making.converted(tmp_path / "c", made / "in", tmp_path / "two", settings=settings)
    with mock.patch.object(again, "SLICE_ROWS", 4):
        remade(tmp_path / "c", tmp_path / "new", workers=2)
    assert making.files_of(tmp_path / "new") == making.files_of(tmp_path / "c")


def test_a_corpus_of_a_corpus_of_a_corpus(made: Path, tmp_path: Path) -> None:
    remade(made / "c", tmp_path / "one", extractor="trafilatura")
    remade(tmp_path / "one", tmp_path / "two", extractor="news")
    old, new = making.files_of(made / "c"), making.files_of(tmp_path / "two")
    assert new == old


def test_a_corpus_without_records(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "photo.png", b"\x89PNG\r\n\x1a\n\0")
    making.converted(tmp_path / "c", tmp_path / "in")
    remade(tmp_path / "c", tmp_path / "new", workers=2)
    assert making.files_of(tmp_path / "new") == making.files_of(tmp_path / "c")


# ---- another extractor -------------------------------------------------------------------------------------------


def test_another_extractor_keeps_ids_places_and_counts(made: Path, tmp_path: Path) -> None:
    manifest = remade(made / "c", tmp_path / "new", extractor="trafilatura")
    old, new = Corpus(made / "c"), Corpus(tmp_path / "new")
    assert keys(new) == keys(old)
    ids = set(old.articles(columns=["article_id"])["article_id"].to_pylist())
    assert set(new.articles(columns=["article_id"])["article_id"].to_pylist()) == ids
    assert set(new.articles(columns=["extractor"])["extractor"].to_pylist()) == {"trafilatura"}
    assert manifest.counts == old.manifest.counts
    assert manifest.counts.records == manifest.counts.articles + manifest.counts.rejections
    assert manifest.settings.extractor == "trafilatura"
    assert new.table("inputs") == old.table("inputs")
    assert new.verify().ok


def test_articles_may_become_rejections_and_come_back(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.plug(monkeypatch, tmp_path / "plugged", "strict", making.STRICT)
    manifest = remade(made / "c", tmp_path / "new", extractor="strict", workers=2)
    old, new = Corpus(made / "c"), Corpus(tmp_path / "new")
    assert keys(new) == keys(old)
    assert 0 < manifest.counts.articles < old.manifest.counts.articles
    assert dict(manifest.reasons)["extraction: no-text"] == old.manifest.counts.articles - manifest.counts.articles
    assert new.verify().ok
    remade(tmp_path / "new", tmp_path / "back", extractor="news")
    assert making.files_of(tmp_path / "back") == making.files_of(made / "c")


def test_it_stands_without_the_old_corpus_and_its_inputs(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "in", tmp_path / "in", copy_function=shutil.copy2)
    making.converted(tmp_path / "c", tmp_path / "in")
    for path in (tmp_path / "in").rglob("*"):  # all that is no WARC is gone before
        if path.is_file() and ".warc" not in path.name:
            path.unlink()
    remade(tmp_path / "c", tmp_path / "new", extractor="trafilatura")
    shutil.rmtree(tmp_path / "c")
    new = Corpus(tmp_path / "new")
    assert new.verify().ok
    for row in new.articles().to_pylist():
        assert new.trace(row["article_id"]).ok
        assert new.payload(row["capture_id"])


def test_its_warc_files_are_those_of_the_old_one(made: Path, tmp_path: Path) -> None:
    remade(made / "c", tmp_path / "linked", extractor="trafilatura")
    with mock.patch.object(Path, "hardlink_to", side_effect=OSError("another file system")):
        remade(made / "c", tmp_path / "copied", extractor="trafilatura")
    (old,) = (made / "c" / "warc").iterdir()
    linked, copied = tmp_path / "linked" / "warc" / old.name, tmp_path / "copied" / "warc" / old.name
    assert linked.samefile(old)
    assert not copied.samefile(old)
    assert making.files_of(tmp_path / "linked") == making.files_of(tmp_path / "copied")


def test_inputs_that_moved_are_found_where_they_are_said_to_be(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "in", tmp_path / "first" / "in", copy_function=shutil.copy2)
    making.converted(tmp_path / "c", tmp_path / "first" / "in")
    (tmp_path / "first").rename(tmp_path / "second")
    with pytest.raises(CorpusError, match="--source-root"):
        remade(tmp_path / "c", tmp_path / "new")
    remade(tmp_path / "c", tmp_path / "new", root=tmp_path / "second" / "in")
    assert Corpus(tmp_path / "new").verify().ok  # the log of the new run says where they are


# ---- what cannot be ----------------------------------------------------------------------------------------------


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A corpus and its inputs, to be tampered with."""
    shutil.copytree(made / "in", tmp_path / "in", copy_function=shutil.copy2)
    making.converted(tmp_path / "c", tmp_path / "in")
    return tmp_path / "c"


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_changed_records_are_refused(copied: Path, tmp_path: Path) -> None:
    (own,) = (copied / "warc").iterdir()
    for path in (own, tmp_path / "in" / "crawl" / "whole.warc.gz", tmp_path / "in" / "crawl" / "plain.warc"):
        before = path.read_bytes()
        flip(path, len(before) // 2)
        with pytest.raises(CorpusError, match=path.name):
            remade(copied, tmp_path / "new")
        path.write_bytes(before)
    remade(copied, tmp_path / "new")
    assert making.files_of(tmp_path / "new") == making.files_of(copied)


def test_missing_records_are_refused(copied: Path, tmp_path: Path) -> None:
    (own,) = (copied / "warc").iterdir()
    own.unlink()
    with pytest.raises(CorpusError, match="missing"):
        remade(copied, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_range_that_is_another_is_refused(tmp_path: Path) -> None:
    """Also where the records were copied, so that no row refers to the input."""
    making.put(tmp_path / "in" / "broken.warc", making.responses([1])[0] + b"\0" * 50 + making.responses([2])[0])
    making.converted(tmp_path / "c", tmp_path / "in", settings=Settings(copy_records=True))
    path = tmp_path / "in" / "broken.warc"
    flip(path, path.read_bytes().index(b"\0" * 50))
    with pytest.raises(CorpusError, match="the damaged range at byte"):
        remade(tmp_path / "c", tmp_path / "new")
    path.unlink()
    remade(tmp_path / "c", tmp_path / "new")
    assert Corpus(tmp_path / "new").manifest.counts.damaged == 1


def test_folders_that_cannot_be(copied: Path, tmp_path: Path) -> None:
    for folder in (copied, copied / "new"):
        with pytest.raises(UsageError, match="folder of its own"):
            remade(copied, folder)
    making.put(tmp_path / "full" / "notes.txt", b"mine")
    with pytest.raises(CorpusError, match="not empty"):
        remade(copied, tmp_path / "full")
    with pytest.raises(UsageError, match="no extractor is named"):
        remade(copied, tmp_path / "new", extractor="other")
    assert not (tmp_path / "new").exists()


# ---- again and again ---------------------------------------------------------------------------------------------


def test_a_finished_one_is_left_alone(made: Path, tmp_path: Path) -> None:
    first = remade(made / "c", tmp_path / "new")
    before = making.state_of(tmp_path / "new")
    assert remade(made / "c", tmp_path / "new") == first
    assert making.state_of(tmp_path / "new") == before
    with pytest.raises(CorpusError, match="other settings"):
        remade(made / "c", tmp_path / "new", extractor="trafilatura")
    making.put(tmp_path / "in" / "a.html", making.page(1))
    making.converted(tmp_path / "other", tmp_path / "in")
    with pytest.raises(CorpusError, match="other records"):
        remade(tmp_path / "other", tmp_path / "new")


def test_a_stopped_one_goes_on(made: Path, tmp_path: Path) -> None:
    real = storage.write_receipt

    def stopping(folder: Path, receipt: Receipt) -> None:  # in the worker
        if len(list(folder.parent.glob("*/receipt.json"))) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        real(folder, receipt)

    with mock.patch.object(again, "SLICE_ROWS", 3), mock.patch("archive.plan.SHARD_FILES", 1):
        with mock.patch.object(storage, "write_receipt", stopping), pytest.raises(RunInterrupted):
            remade(made / "c", tmp_path / "new")
        done = sorted((tmp_path / "new" / "work").glob("*/receipt.json"))
        assert len(done) == 2
        stamps = [path.stat().st_mtime_ns for path in done]
        with mock.patch.object(run, "commit", side_effect=KeyboardInterrupt), pytest.raises(RunInterrupted):
            remade(made / "c", tmp_path / "new")
        assert [path.stat().st_mtime_ns for path in done] == stamps
        remade(made / "c", tmp_path / "new")
    assert making.files_of(tmp_path / "new") == making.files_of(made / "c")


def test_an_unfinished_one_is_not_swept_for_another(made: Path, tmp_path: Path) -> None:
    with mock.patch.object(run, "commit", side_effect=KeyboardInterrupt), pytest.raises(RunInterrupted):
        remade(made / "c", tmp_path / "new")
    with pytest.raises(CorpusError, match="a run with other settings"):
        remade(made / "c", tmp_path / "new", extractor="trafilatura")
    with pytest.raises(CorpusError, match=r"a run over other inputs \(.*/c/manifest\.json\)"):
        making.converted(tmp_path / "new", made / "in")
    remade(made / "c", tmp_path / "new")
    assert making.files_of(tmp_path / "new") == making.files_of(made / "c")


def test_one_writer_at_a_time(made: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with (
        storage.locked(tmp_path / "new"),
        mock.patch.object(storage, "LOCK_TRIES", 1),
        pytest.raises(CorpusError, match="another process"),
    ):
        remade(made / "c", tmp_path / "new")


# ---- the command -------------------------------------------------------------------------------------------------


def test_the_command(made: Path, tmp_path: Path) -> None:
    words = ("reextract", made / "c", "-o", tmp_path / "new", "--extractor", "trafilatura", "--workers", "2")
    done = making.run(*words)
    assert done.returncode == 1, done.stderr  # some inputs are damaged, as convert says too
    assert "records found" in done.stdout
    answer = json.loads(making.run(*words, "--json").stdout)
    counts = Corpus(made / "c").manifest.counts
    assert (answer["records"], answer["articles"], answer["corpus"]) == (
        counts.records,
        counts.articles,
        os.fspath(tmp_path / "new"),
    )
    quiet = making.run("reextract", made / "c", "-o", tmp_path / "new", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (2, "")
    assert "other settings" in quiet.stderr
    logs = [json.loads(path.read_bytes()) for path in (tmp_path / "new" / "runs").iterdir()]
    assert [log["command"][1:2] for log in logs if "reextract" in log["command"]] == [["reextract"]]

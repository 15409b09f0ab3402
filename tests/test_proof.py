"""Whatever is changed in a corpus, or in an input that it refers to, is found and named."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import archive
from archive.extraction import NEWS, find_extractor
from archive.proof import Verdict
from archive.schema import arrow_schema
from archive.sources import members
from tests import making

Row = dict[str, Any]
DIGEST = hashlib.sha256(b"another").digest()
MOMENT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
ID = "00000000-0000-5000-8000-000000000000"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``in`` and a corpus made from it."""
    folder = tmp_path_factory.mktemp("made")
    making.mixed(folder / "in", each=1)
    making.converted(folder / "c", folder / "in")
    return folder


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Path:
    """A copy of both, to be tampered with."""
    shutil.copytree(made / "in", tmp_path / "in", copy_function=shutil.copy2)
    shutil.copytree(made / "c", tmp_path / "c", copy_function=shutil.copy2)
    return tmp_path / "c"


def verdict(corpus: Path, sample: int | None = None) -> Verdict:
    return archive.open_corpus(corpus, source_roots=[corpus.parent / "in"]).verify(sample=sample)


def named(found: Verdict) -> set[tuple[str, str]]:
    """Table and what of each failure."""
    assert found.ok == (not found.failures)
    return {(failure.table, failure.what) for failure in found.failures}


def files(corpus: Path, table: str) -> list[Path]:
    return sorted((corpus / table).rglob("*.parquet"))


def fix_manifest(corpus: Path) -> None:
    """What a careful forger would do: sizes, digests and rows of the manifest as the files are now."""
    path = corpus / "manifest.json"
    stated = json.loads(path.read_bytes())
    for file in stated["files"]:
        data = (corpus / file["path"]).read_bytes()
        file["size"], file["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        if file["path"].endswith(".parquet"):
            file["rows"] = pq.read_metadata(corpus / file["path"]).num_rows
    path.write_text(json.dumps(stated))


def rewrite(corpus: Path, table: str, change: Callable[[list[Row]], list[Row]], which: int = 0) -> None:
    """One Parquet file of a table with changed rows, and the manifest made to fit."""
    path = files(corpus, table)[which]
    with pq.ParquetFile(path) as old:
        rows = old.read().to_pylist()
    pq.write_table(pa.Table.from_pylist(change(rows), schema=arrow_schema(table)), path)
    fix_manifest(corpus)


def edit(corpus: Path, table: str, column: str, value: Any, **where: Any) -> Row:
    """One cell changed in the first row that fits; the row as it was."""
    for which, path in enumerate(files(corpus, table)):
        with pq.ParquetFile(path) as old:
            rows = old.read().to_pylist()
        for index, row in enumerate(rows):
            if all(row[name] == wanted for name, wanted in where.items()):
                assert row[column] != value

                def change(found: list[Row], at: int = index) -> list[Row]:
                    return [{**one, column: value} if i == at else one for i, one in enumerate(found)]

                rewrite(corpus, table, change, which)
                return dict(row)
    raise LookupError(where)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(bytes(data))


# ---- what is whole -----------------------------------------------------------------------------------------------


def test_an_untouched_corpus_is_proven(made: Path) -> None:
    found = archive.open_corpus(made / "c").verify()
    assert found.failures == ()
    counts = archive.open_corpus(made / "c").manifest.counts
    assert found.rows == counts.records + counts.damaged + counts.articles


@pytest.mark.parametrize("settings", [{"copy_records": True}, {"dedupe_payloads": True}], ids=str)
def test_other_kinds_of_corpora_are_proven(made: Path, tmp_path: Path, settings: dict[str, bool]) -> None:
    making.put(tmp_path / "twice.jsonl", making.json_lines([1, 1, 2]))
    corpus = making.corpus_of(tmp_path / "c", made / "in", tmp_path / "twice.jsonl", **settings)
    types = set(corpus.captures()["record_type"].to_pylist())
    assert ("revisit" in types) == ("dedupe_payloads" in settings)
    assert corpus.verify().failures == ()


def test_a_sample_makes_that_many_rows_anew(made: Path) -> None:
    corpus = archive.open_corpus(made / "c")
    for sample in (1, 3, 7):
        found = corpus.verify(sample=sample)
        assert (found.ok, found.rows) == (True, 2 * sample)
    assert corpus.verify(sample=10_000).rows == corpus.verify().rows


def test_rewriting_alone_is_no_failure(corpus: Path) -> None:
    """The helper of the tests below changes nothing that it was not asked for."""
    for table in ("articles", "captures", "inputs"):
        rewrite(corpus, table, list)
    assert verdict(corpus).failures == ()


# ---- files -------------------------------------------------------------------------------------------------------


def test_a_byte_of_a_warc_of_ours(corpus: Path) -> None:
    (path,) = (corpus / "warc").iterdir()
    row = archive.open_corpus(corpus).articles(where=pc.field("source_path") == SOURCES["html"]).to_pylist()[0]
    flip(path, row["warc_record_offset"] + row["warc_record_length"] // 2)
    found = verdict(corpus)
    assert ("files", "changed") in named(found)
    assert {f"warc/{path.name}", row["capture_id"], row["article_id"]} == {failure.id for failure in found.failures}
    fix_manifest(corpus)
    assert {row["capture_id"], row["article_id"]} == {failure.id for failure in verdict(corpus).failures}


def test_a_byte_of_the_checksum_in_a_warc_of_ours(corpus: Path) -> None:
    (path,) = (corpus / "warc").iterdir()
    row = archive.open_corpus(corpus).articles(where=pc.field("source_path") == SOURCES["html"]).to_pylist()[0]
    flip(path, row["warc_record_offset"] + row["warc_record_length"] - 6)
    fix_manifest(corpus)
    assert named(verdict(corpus)) == {("captures", "record"), ("articles", "record")}


def test_a_byte_of_an_input_that_is_referred_to(corpus: Path) -> None:
    path = corpus.parent / "in" / "crawl" / "whole.warc.gz"
    flip(path, 900)
    found = verdict(corpus)
    assert ("inputs", "changed") in named(found)
    assert "crawl/whole.warc.gz" in {failure.id for failure in found.failures}
    assert ("captures", "record") in named(found)


def test_a_byte_of_a_damaged_range(corpus: Path) -> None:
    path = corpus.parent / "in" / "crawl" / "plain.warc"
    flip(path, path.read_bytes().index(b"\0" * 50) + 3)
    assert {("inputs", "changed"), ("captures", "changed")} <= named(verdict(corpus))


@pytest.mark.parametrize("table", ["articles", "captures", "inputs"])
def test_any_byte_of_a_table(corpus: Path, table: str) -> None:
    path = files(corpus, table)[0]
    flip(path, path.stat().st_size // 2)
    assert ("files", "changed") in named(verdict(corpus))


@pytest.mark.parametrize("table", ["articles", "captures", "inputs"])
def test_a_torn_table(corpus: Path, table: str) -> None:
    path = files(corpus, table)[0]
    path.write_bytes(path.read_bytes()[:-100])
    assert {("files", "changed"), ("files", "torn")} <= named(verdict(corpus))
    fixed = json.loads((corpus / "manifest.json").read_bytes())
    for file in fixed["files"]:
        data = (corpus / file["path"]).read_bytes()
        file["size"], file["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    (corpus / "manifest.json").write_text(json.dumps(fixed))
    assert named(verdict(corpus)) == {("files", "torn")}


@pytest.mark.parametrize("table", ["articles", "captures", "inputs", "warc"])
def test_a_missing_file(corpus: Path, table: str) -> None:
    path = next(path for path in sorted((corpus / table).rglob("*")) if path.is_file())
    path.unlink()
    assert ("files", path.relative_to(corpus).as_posix(), "missing") in {
        (failure.table, failure.id, failure.what) for failure in verdict(corpus).failures
    }


@pytest.mark.parametrize("name", ["articles/stray.tmp", "notes.txt", "warc/x.warc.gz", "work/x"])
def test_an_extra_file(corpus: Path, name: str) -> None:
    making.put(corpus / name, b"")
    found = verdict(corpus)
    assert [(failure.id, failure.what) for failure in found.failures] == [(name, "extra")]


def test_unfinished_work_is_outside(corpus: Path) -> None:
    making.put(corpus / "work" / "unfinished", b"")
    making.put(corpus / "work" / "part" / "captures.arrow", b"")
    assert verdict(corpus).ok


def test_run_logs_are_outside(corpus: Path) -> None:
    making.put(corpus / "runs" / "note.json", b"{")
    shutil.rmtree(corpus / "runs")
    assert verdict(corpus).ok


def test_another_column(corpus: Path) -> None:
    path = files(corpus, "articles")[0]
    table = pq.ParquetFile(path).read()
    pq.write_table(table.append_column("more", pa.array([1] * table.num_rows)), path)
    fix_manifest(corpus)
    assert named(verdict(corpus)) == {("files", "schema")}


# ---- rows --------------------------------------------------------------------------------------------------------

ARTICLE = {
    "article_id": ID,
    "capture_id": ID,
    "url": "https://forged.example/",
    "host": "forged.example",
    "registered_domain": "forged.example",
    "captured_at": MOMENT,
    "captured_at_origin": "header",
    "title": "Another headline",
    "title_origin": "link",
    "authors": ["Somebody Else"],
    "published_at": "2001-02-03",
    "published_on": date(2001, 2, 3),
    "published_utc": MOMENT,
    "modified_at": "2001-02-03",
    "modified_utc": MOMENT,
    "language": "fr",
    "site_name": "Another Paper",
    "description": "Another summary",
    "canonical_url": "https://forged.example/",
    "section": "Sport",
    "tags": ["forged"],
    "image_url": "https://forged.example/i.png",
    "access": "paywalled",
    "text": "Another text",
    "text_sha256": DIGEST,
    "blocks": [],
    "removed": [{"start": 0, "end": 1, "reason": "other", "score": 1.0}],
    "boilerplate_share": 0.5,
    "charset": "koi8-r",
    "media_type": "text/plain",
    "http_status": 418,
    "extractor": "other",
    "extractor_version": "9",
    "config_sha256": DIGEST,
    "warc_filename": None,
    "warc_record_offset": 7,
    "warc_record_length": 7,
    "unpacked_offset": 7,
    "unpacked_length": 7,
    "record_type": "metadata",
    "record_id": "urn:uuid:" + ID,
    "record_sha256": DIGEST,
    "block_sha256": DIGEST,
    "payload_sha256": DIGEST,
    "flags": ["forged"],
}
CAPTURE = {
    "capture_id": ID,
    "outcome": "rejected",
    "stage": "payload",
    "reason": "forged",
    "detail": "forged",
    "article_id": ID,
    "warc_filename": None,
    "warc_record_offset": 7,
    "warc_record_length": 7,
    "unpacked_offset": 7,
    "unpacked_length": 7,
    "record_type": "metadata",
    "record_id": "urn:uuid:" + ID,
    "target_uri": "https://forged.example/",
    "host": "forged.example",
    "registered_domain": "forged.example",
    "warc_date": "2001-02-03T04:05:06Z",
    "captured_at": MOMENT,
    "captured_at_origin": "header",
    "content_type": "text/plain",
    "media_type": "text/plain",
    "http_status": 418,
    "block_length": 7,
    "payload_length": 7,
    "record_sha256": DIGEST,
    "block_sha256": DIGEST,
    "payload_sha256": DIGEST,
    "refers_to_record_id": "urn:uuid:" + ID,
    "refers_to_uri": "https://forged.example/",
    "refers_to_date": "2001-02-03T04:05:06Z",
    "source_path": "pages/forged.html",
    "source_member": "forged",
    "source_offset": 7,
    "source_line": 7,
    "flags": ["forged"],
}
SOURCES = {
    "html": "pages/0.html",
    "text": "dumps/0.txt",
    "warc": "crawl/whole.warc.gz",
    "jsonl": "lines.jsonl",
    "zip": "some.zip",
}


def test_the_forgeries_reach_every_column() -> None:
    source = {"source_path", "source_member", "source_offset", "source_line"}
    # where a value came from is forged with the value; language and charset stand for the rest of those columns
    origins = {name for name in arrow_schema("articles").names if name.endswith("_origin")}
    assert set(ARTICLE) | origins | source == set(arrow_schema("articles").names)
    assert set(CAPTURE) == set(arrow_schema("captures").names)


@pytest.mark.parametrize("column", ARTICLE)
def test_a_cell_of_an_article(corpus: Path, column: str) -> None:
    row = edit(corpus, "articles", column, ARTICLE[column], source_path=SOURCES["warc"])
    found = verdict(corpus)
    ids = {failure.id for failure in found.failures}
    assert ids & {row["article_id"], row["capture_id"], ID, "*"}, found


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("column", ["title", "text", "source_path", "source_member", "source_offset", "source_line"])
def test_a_cell_of_an_article_from_any_source(corpus: Path, kind: str, column: str) -> None:
    forged = ARTICLE | CAPTURE
    row = edit(corpus, "articles", column, forged[column], source_path=SOURCES[kind])
    assert row["article_id"] in {failure.id for failure in verdict(corpus).failures}


@pytest.mark.parametrize("column", CAPTURE)
def test_a_cell_of_a_capture(corpus: Path, column: str) -> None:
    row = edit(corpus, "captures", column, CAPTURE[column], source_path=SOURCES["warc"], outcome="article")
    found = verdict(corpus)
    ids = {failure.id for failure in found.failures}
    assert ids & {row["capture_id"], ID}, found


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("column", ["source_path", "source_member", "source_offset", "source_line", "captured_at"])
def test_a_cell_of_a_capture_from_any_source(corpus: Path, kind: str, column: str) -> None:
    row = edit(corpus, "captures", column, CAPTURE[column], source_path=SOURCES[kind], outcome="article")
    assert row["capture_id"] in {failure.id for failure in verdict(corpus).failures}


@pytest.mark.parametrize("column", ["stage", "reason", "detail", "outcome"])
def test_a_cell_of_a_rejection(corpus: Path, column: str) -> None:
    value = "damaged" if column == "outcome" else CAPTURE[column]
    row = edit(corpus, "captures", column, value, outcome="rejected")
    found = verdict(corpus)
    ids = {failure.id for failure in found.failures}
    assert ids & {row["capture_id"], row["source_path"]}, found


@pytest.mark.parametrize(
    "column", ["capture_id", "reason", "detail", "block_length", "record_sha256", "source_offset", "flags", "target_uri"]
)
@pytest.mark.parametrize("path", ["crawl/broken.warc.gz", "crawl/plain.warc", "lines.jsonl"])
def test_a_cell_of_a_damaged_range(corpus: Path, path: str, column: str) -> None:
    row = edit(corpus, "captures", column, CAPTURE[column], source_path=path, outcome="damaged")
    assert {failure.id for failure in verdict(corpus).failures} & {row["capture_id"], ID}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("path", "pages/forged.html"),
        ("member", "forged"),
        ("kind", "text"),
        ("size", 7),
        ("sha256", DIGEST),
        ("records", 7),
        ("articles", 7),
        ("rejections", 7),
        ("damaged", 7),
        ("skipped", "forged"),
    ],
)
def test_a_cell_of_an_input(corpus: Path, column: str, value: Any) -> None:
    edit(corpus, "inputs", column, value, path="pages/0.html")
    assert ("inputs", "changed") in named(verdict(corpus))


@pytest.mark.parametrize("table", ["articles", "captures", "inputs"])
@pytest.mark.parametrize("change", ["deleted", "repeated"])
def test_a_row_more_or_less(corpus: Path, table: str, change: str) -> None:
    rewrite(corpus, table, lambda rows: rows[1:] if change == "deleted" else [rows[0], *rows])
    found = {failure.table for failure in verdict(corpus).failures}
    assert found & {"captures" if table == "articles" else "inputs", "articles"}, found


def test_an_article_that_no_capture_knows(corpus: Path) -> None:
    rewrite(corpus, "articles", lambda rows: [*rows, {**rows[0], "capture_id": ID, "article_id": ID}])
    assert ID in {failure.id for failure in verdict(corpus).failures}


def test_a_sample_still_counts_everything(corpus: Path) -> None:
    rewrite(corpus, "captures", lambda rows: rows[1:])
    assert not verdict(corpus, sample=1).ok


# ---- places ------------------------------------------------------------------------------------------------------


def test_two_captures_that_swap_the_files_they_came_from(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a" / "lines.jsonl", making.json_lines([1]))
    making.put(tmp_path / "in" / "b" / "lines.jsonl", making.json_lines([2]))
    making.converted(tmp_path / "c", tmp_path / "in")
    others = {"a/lines.jsonl": "b/lines.jsonl", "b/lines.jsonl": "a/lines.jsonl"}
    for table in ("articles", "captures"):
        rewrite(tmp_path / "c", table, lambda rows: [r | {"source_path": others[r["source_path"]]} for r in rows])
    assert named(verdict(tmp_path / "c")) == {("captures", "source"), ("articles", "source")}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_row_that_calls_itself_repeated(corpus: Path, kind: str) -> None:
    row = edit(corpus, "captures", "flags", ["repeated-record"], source_path=SOURCES[kind], outcome="article")
    assert row["capture_id"] in {failure.id for failure in verdict(corpus).failures}


def test_a_repeated_row_that_hides_it(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "lines.jsonl", making.json_lines([1, 1]))
    making.converted(tmp_path / "c", tmp_path / "in")
    row = edit(tmp_path / "c", "captures", "flags", [], flags=["repeated-record"])
    assert ("captures", row["capture_id"], "source") in {
        (failure.table, failure.id, failure.what) for failure in verdict(tmp_path / "c").failures
    }


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of several partitions, with several files in each."""
    folder = tmp_path_factory.mktemp("spread")
    making.put(folder / "in" / "a.jsonl", making.json_lines(range(6)))
    making.put(folder / "in" / "b.warc", b"".join(making.responses(range(10, 16))))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("archive.merge.ROW_GROUP", 2)
        making.converted(folder / "c", folder / "in", settings=archive.Settings(target_file_bytes=1))
    return folder


@pytest.fixture
def parted(spread: Path, tmp_path: Path) -> Path:
    shutil.copytree(spread, tmp_path, dirs_exist_ok=True, copy_function=shutil.copy2)
    return tmp_path / "c"


@pytest.mark.parametrize("table", ["articles", "captures"])
def test_a_file_in_the_folder_of_another_partition(parted: Path, table: str) -> None:
    assert verdict(parted).ok
    path = next((parted / table).glob("capture_month=2024-07/*-00000.parquet"))
    moved = parted / table / "capture_month=2024-06" / path.name
    stated = (parted / "manifest.json").read_text()
    making.put(moved, path.read_bytes())
    path.unlink()
    (parted / "manifest.json").write_text(
        stated.replace(path.relative_to(parted).as_posix(), moved.relative_to(parted).as_posix())
    )
    assert named(verdict(parted)) == {(table, "partition")}
    assert named(verdict(parted, sample=1)) == {(table, "partition")}


@pytest.mark.parametrize("table", ["articles", "captures"])
def test_rows_in_another_order(parted: Path, table: str) -> None:
    rewrite(parted, table, lambda rows: rows[::-1])
    assert named(verdict(parted)) == {(table, "order")}


@pytest.mark.parametrize("table", ["articles", "captures"])
def test_files_of_a_partition_in_another_order(parted: Path, table: str) -> None:
    first, second, *_ = sorted((parted / table / "capture_month=2024-07").iterdir())
    first_bytes = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_bytes)
    fix_manifest(parted)
    assert named(verdict(parted)) == {(table, "order")}


def test_a_file_that_is_one_gzip_member_is_inflated_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuffing = b"<!-- " + random.Random(1).randbytes(50_000).hex().encode() + b" -->"  # noqa: S311 - nothing secret
    records = [making.record(making.http(making.page(n) + stuffing), uri=f"https://w{n % 7}.example/{n}") for n in range(120)]
    making.put(tmp_path / "in" / "a.warc.gz", gzip.compress(b"".join(records), 1, mtime=0))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in")
    steps = []
    real = members.Unpacked._unpack

    def counted(unpacked: members.Unpacked) -> bool:
        steps.append(1)
        return real(unpacked)

    monkeypatch.setattr(members.Unpacked, "_unpack", counted)
    assert corpus.verify().failures == ()
    once = (tmp_path / "in" / "a.warc.gz").stat().st_size // members.CHUNK
    assert len(steps) < 4 * once  # once for each table, and some for the first record of all


# ---- the manifest ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["records", "articles", "rejections", "damaged", "skipped"])
def test_a_count_of_the_manifest(corpus: Path, name: str) -> None:
    stated = json.loads((corpus / "manifest.json").read_bytes())
    stated["counts"][name] += 1
    (corpus / "manifest.json").write_text(json.dumps(stated))
    found = verdict(corpus)
    assert [(failure.table, failure.id) for failure in found.failures] == [("manifest", name)]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("inputs", 99, "inputs"),
        ("reasons", [["record: revisit", 1]], "reasons"),
        ("schema_version", "0.1", "schema_version"),
        ("config_sha256", "00" * 32, "config_sha256"),
        ("config_sha256", "no digest", "config_sha256"),
    ],
)
def test_other_words_of_the_manifest(corpus: Path, key: str, value: object, what: str) -> None:
    stated = json.loads((corpus / "manifest.json").read_bytes())
    stated[key] = value
    (corpus / "manifest.json").write_text(json.dumps(stated))
    assert ("manifest", what) in {(failure.table, failure.id) for failure in verdict(corpus).failures}


def test_the_settings_of_the_manifest(corpus: Path) -> None:
    stated = json.loads((corpus / "manifest.json").read_bytes())
    stated["settings"]["reading"]["captured_at"] = "2001-02-03T00:00:00+00:00"
    (corpus / "manifest.json").write_text(json.dumps(stated))
    assert ("manifest", "settings") in named(verdict(corpus))


@pytest.mark.parametrize("key", ["size", "sha256", "rows"])
def test_what_the_manifest_says_of_a_file(corpus: Path, key: str) -> None:
    stated = json.loads((corpus / "manifest.json").read_bytes())
    stated["files"][0][key] = "00" * 32 if key == "sha256" else 99_999
    (corpus / "manifest.json").write_text(json.dumps(stated))
    assert {failure.id for failure in verdict(corpus).failures} == {stated["files"][0]["path"]}


# ---- inputs elsewhere --------------------------------------------------------------------------------------------


def test_inputs_that_were_moved(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.warc.gz", making.packed(*making.responses([1, 2])))
    making.converted(tmp_path / "c", tmp_path / "in")
    (tmp_path / "in").rename(tmp_path / "moved")
    found = archive.open_corpus(tmp_path / "c").verify()
    assert ("inputs", "missing") in named(found)
    assert all("--source-root" in failure.detail for failure in found.failures)
    assert archive.open_corpus(tmp_path / "c", source_roots=[tmp_path / "moved"]).verify().ok
    said = making.run("verify", tmp_path / "c")
    assert said.returncode == 1
    assert "--source-root" in said.stdout
    assert making.run("verify", tmp_path / "c", "--source-root", tmp_path / "moved").returncode == 0


def test_a_corpus_with_copies_needs_no_inputs(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.warc.gz", making.packed(*making.responses([1, 2])))
    making.put(tmp_path / "in" / "b.html", making.page(3))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in", copy_records=True)
    shutil.rmtree(tmp_path / "in")
    assert corpus.verify().failures == ()


# ---- what is not installed ---------------------------------------------------------------------------------------


def test_rows_that_nothing_installed_can_make_again_are_named(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Articles and rejections apart, with their number and the first ids; all else is still checked."""
    with monkeypatch.context() as patch:
        making.plug(patch, tmp_path / "plugged", "gone", making.STRICT)
        making.converted(tmp_path / "c", made / "in", settings=archive.Settings(extractor="gone"))
        assert archive.open_corpus(tmp_path / "c").verify().ok
    find_extractor.cache_clear()
    corpus = archive.open_corpus(tmp_path / "c")
    found = corpus.verify()
    assert named(found) == {("manifest", "settings"), ("articles", "extractor"), ("captures", "extractor")}
    details = {failure.table: failure.detail for failure in found.failures}
    counts = corpus.manifest.counts
    by = f"by strict 3 {bytes(32).hex()[:16]}, which is not what is installed, were not extracted again: "
    assert details["articles"].startswith(f"{counts.articles} articles {by}")
    assert details["captures"].startswith(f"{counts.rejections} rejections by gone, which is not what is installed")
    first = [row["article_id"] for _, rows in corpus.rows("articles") for row in rows][:3]
    assert details["articles"].endswith(", ".join(first) + ", …")
    (own,) = (tmp_path / "c" / "warc").iterdir()
    data = bytearray(own.read_bytes())
    data[len(data) // 2] ^= 1
    own.write_bytes(data)
    assert ("files", "changed") in named(corpus.verify())


def test_the_ids_of_a_few_rows_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    making.put(tmp_path / "in" / "a.html", making.page(2))
    making.converted(tmp_path / "c", tmp_path / "in")
    monkeypatch.setattr(NEWS.__class__, "version", "0")
    corpus = archive.open_corpus(tmp_path / "c")
    (failure,) = [one for one in corpus.verify().failures if one.what == "extractor"]
    assert failure.detail.startswith("1 articles by news 1 ")
    assert failure.detail.endswith(": " + corpus.articles()["article_id"][0].as_py())

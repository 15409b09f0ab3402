"""A corpus, opened: its tables in other programs, and every row's way back to its bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest

import archive
from archive.corpus import locator_of
from tests import making

ESCAPES = "\x1b[31m\x07"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    making.mixed(folder / "in")
    page = making.page(80)
    coded = gzip.compress(page, mtime=0)
    headers = ("Content-Encoding: gzip", "Transfer-Encoding: chunked", f"X-Odd: {ESCAPES}")
    first = making.record(making.http(making.chunked(coded), headers=headers), uri="https://coded.example/")
    name = first.split(b"<", 1)[1].split(b">")[0].decode()
    digest = base64.b32encode(hashlib.sha1(coded, usedforsecurity=False).digest()).decode()
    again = making.record(
        making.http(b"", headers=headers[:2]),
        uri="https://coded.example/",
        kind="revisit",
        date="2024-05-04T04:05:06Z",
        fields={"WARC-Refers-To": f"<{name}>", "WARC-Payload-Digest": f"sha1:{digest}"},
    )
    unnamed = making.record(
        making.http(b"", headers=headers[:2]),
        uri="https://coded.example/",
        kind="revisit",
        date="2024-05-05T04:05:06Z",
        fields={
            "WARC-Refers-To-Target-URI": "https://coded.example/",
            "WARC-Refers-To-Date": "2024-05-03T04:05:06Z",
        },
    )
    lost = making.record(b"", kind="revisit", fields={"WARC-Refers-To": "<urn:uuid:nowhere>"}, uri="https://x.example/")
    making.put(folder / "in" / "coded.warc.gz", making.packed(first, again, unnamed, lost))
    making.converted(folder / "c", folder / "in")
    return folder


@pytest.fixture(scope="module")
def corpus(made: Path) -> archive.Corpus:
    return archive.open_corpus(made / "c")


def row_of(corpus: archive.Corpus, **where: Any) -> dict[str, Any]:
    """The one row of ``captures`` for which that holds."""
    rows = [row for row in corpus.captures().to_pylist() if all(row[k] == v for k, v in where.items())]
    assert len(rows) == 1
    found: dict[str, Any] = rows[0]
    return found


# ---- tables ------------------------------------------------------------------------------------------------------


def test_a_corpus_says_what_it_is(corpus: archive.Corpus, made: Path) -> None:
    counts = corpus.manifest.counts
    assert repr(corpus) == f"<Corpus {made / 'c'}: {counts.articles:,} articles of {counts.records:,} records>"
    assert counts.records == counts.articles + counts.rejections
    assert corpus.articles().num_rows == counts.articles
    assert corpus.captures().num_rows == counts.records + counts.damaged


def test_columns_and_conditions(corpus: archive.Corpus) -> None:
    found = corpus.articles(columns=["title", "url"], where=pc.field("url") == "https://coded.example/")
    assert found.to_pylist() == [{"title": "The committee of district 80", "url": "https://coded.example/"}]
    keyed = corpus.dataset("articles").to_table(filter=pc.field("capture_month") == "2024-07")
    assert set(keyed["source_path"].to_pylist()) == {"lines.jsonl"}
    with pytest.raises(archive.UsageError, match='no table "pages"'):
        corpus.table("pages")


def test_a_folder_without_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(archive.CorpusError, match="no corpus here"):
        archive.open_corpus(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(archive.CorpusError, match="cannot be read as a manifest"):
        archive.open_corpus(tmp_path)


def test_only_files_of_the_manifest_are_read(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "c", tmp_path / "c")
    making.put(tmp_path / "c" / "articles" / "capture_month=2024-08" / "stray.parquet", b"PAR1")
    corpus = archive.open_corpus(tmp_path / "c")
    assert corpus.articles().num_rows == corpus.manifest.counts.articles


@pytest.mark.parametrize("keys", ["capture_month", "publication_year,text_language,host_bucket"])
def test_other_programs_read_the_same_rows(made: Path, tmp_path: Path, keys: str) -> None:
    import duckdb
    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

    settings = archive.Settings(partition_by=tuple(keys.split(",")))
    making.converted(tmp_path / "c", made / "in", settings=settings)
    corpus = archive.open_corpus(tmp_path / "c")
    folder = str(tmp_path / "c" / "articles")
    wanted = {row["article_id"]: (row["title"], row["text"], row["captured_at"]) for row in corpus.articles().to_pylist()}
    columns = ["article_id", "title", "text", "captured_at"]
    names = set(corpus.articles().column_names) | set(settings.partition_by)

    arrow = ds.dataset(folder, partitioning="hive").to_table()
    assert set(arrow.column_names) == names
    assert {r["article_id"]: tuple(r[c] for c in columns[1:]) for r in arrow.to_pylist()} == wanted
    # a partition key is text: no reader takes 2024-08 or y2024 for a number or a date
    assert all(pa.types.is_string(arrow.schema.field(key).type) for key in settings.partition_by)

    frame = pd.read_parquet(folder)
    assert set(frame.columns) == names
    assert dict(zip(frame["article_id"], frame["text"], strict=True)) == {k: v[1] for k, v in wanted.items()}
    assert str(frame["captured_at"].dtype) == "datetime64[us, UTC]"

    polars = pl.read_parquet(folder + "/**/*.parquet", hive_partitioning=True)
    assert set(polars.columns) == names
    assert {r[0]: r[1:] for r in polars.select(columns).iter_rows()} == wanted
    assert all(polars.schema[key] == pl.String for key in settings.partition_by)
    assert polars.schema["blocks"] == pl.List(pl.Struct(dict.fromkeys(["kind"], pl.String) | dict.fromkeys(
        ["start", "end", "source_start", "source_end"], pl.Int64)))  # fmt: skip

    with duckdb.connect() as connection:
        query = f"from read_parquet('{folder}/**/*.parquet', hive_partitioning=true)"
        described = {r[0]: r[1] for r in connection.execute("describe " + query).fetchall()}
        rows = connection.execute(f"select article_id, title, text, epoch_us(captured_at) {query}").fetchall()
    assert set(described) == names
    assert (described["captured_at"], described["published_on"]) == ("TIMESTAMP WITH TIME ZONE", "DATE")
    assert all(described[key] == "VARCHAR" for key in settings.partition_by)
    assert {r[0]: r[1:3] for r in rows} == {k: v[:2] for k, v in wanted.items()}
    assert {r[0]: r[3] for r in rows} == {k: round(v[2].timestamp() * 1e6) for k, v in wanted.items()}


# ---- ids ---------------------------------------------------------------------------------------------------------


def ids(corpus: archive.Corpus, suffix: str = "") -> list[str]:
    rows = corpus.captures(where=pc.field("outcome") != "damaged").to_pylist()
    return sorted(row["capture_id"] for row in rows if row["source_path"].endswith(suffix))


def test_capture_ids_are_the_same_wherever_the_record_lies(made: Path, corpus: archive.Corpus, tmp_path: Path) -> None:
    whole = made / "in" / "crawl" / "whole.warc.gz"
    expected = ids(corpus, "whole.warc.gz")
    assert len(set(expected)) == 5
    assert ids(making.corpus_of(tmp_path / "single", whole)) == expected
    assert ids(making.corpus_of(tmp_path / "copied", whole, copy_records=True)) == expected
    making.put(tmp_path / "elsewhere" / "new-name.warc.gz", whole.read_bytes())
    assert ids(making.corpus_of(tmp_path / "moved", tmp_path / "elsewhere")) == expected
    making.put(tmp_path / "plain" / "x.warc", gzip.decompress(whole.read_bytes()))
    assert ids(making.corpus_of(tmp_path / "unpacked", tmp_path / "plain")) == expected


@pytest.mark.parametrize("copy_records", [False, True])
def test_a_corpus_made_from_a_corpus_has_the_same_ids(
    corpus: archive.Corpus, made: Path, tmp_path: Path, *, copy_records: bool
) -> None:
    wrapped = {r["capture_id"] for r in corpus.captures().to_pylist() if (r["warc_filename"] or "").startswith("warc/")}
    again = making.corpus_of(tmp_path / "c", made / "c" / "warc", copy_records=copy_records)
    rows = {row["capture_id"]: row for row in again.captures().to_pylist()}
    info = {key for key, row in rows.items() if row["record_type"] == "warcinfo"}
    assert set(rows) - info == wrapped
    # and the articles are the same too, with the same words about where their dates come from
    kept = ("article_id", "url", "captured_at", "captured_at_origin", "title", "text", "flags", "payload_sha256")
    old = {r["article_id"]: [r[name] for name in kept] for r in corpus.articles().to_pylist() if r["capture_id"] in wrapped}
    new = {r["article_id"]: [r[name] for name in kept] for r in again.articles().to_pylist()}
    assert new == old
    assert again.verify().failures == ()


def test_a_record_that_stands_twice_has_two_ids(made: Path, tmp_path: Path) -> None:
    data = (made / "in" / "crawl" / "whole.warc.gz").read_bytes()
    for name in ("a.warc.gz", "b.warc.gz", "c.warc.gz"):
        making.put(tmp_path / "in" / name, data)
    alone = making.corpus_of(tmp_path / "alone", tmp_path / "in" / "a.warc.gz")
    for copy_records in (False, True):
        corpus = making.corpus_of(tmp_path / f"c{copy_records}", tmp_path / "in", copy_records=copy_records)
        rows = corpus.captures().to_pylist()
        assert len({row["capture_id"] for row in rows}) == len(rows) == 15
        flagged = {row["source_path"] for row in rows if "repeated-record" in row["flags"]}
        assert flagged == {"b.warc.gz", "c.warc.gz"}
        assert ids(corpus, "a.warc.gz") == ids(alone)
        articles = corpus.articles().to_pylist()
        assert len({row["article_id"] for row in articles}) == 12
        assert {row["capture_id"]: row["article_id"] for row in articles} == {
            row["capture_id"]: row["article_id"] for row in rows if row["article_id"]
        }
        assert corpus.verify().failures == ()
        assert all(corpus.trace(row["article_id"]).ok for row in articles)
    # a third copy changes nothing for the first two
    (tmp_path / "in" / "c.warc.gz").unlink()
    fewer = making.corpus_of(tmp_path / "fewer", tmp_path / "in")
    assert set(ids(fewer)) == set(ids(corpus, "a.warc.gz")) | set(ids(corpus, "b.warc.gz"))


# ---- trace -------------------------------------------------------------------------------------------------------


def test_every_row_can_be_traced(corpus: archive.Corpus) -> None:
    for row in corpus.articles().to_pylist():
        found = corpus.trace(row["article_id"])
        assert found.ok
        assert found.table == "articles"
        assert asdict(found)["values"]["title"] == row["title"]
        assert [check.name for check in found.checks] == ["record_sha256", "block_sha256", "payload_sha256"]
        assert found.warc_file is not None
        with Path(found.warc_file).open("rb") as file:
            file.seek(row["warc_record_offset"])
            lying = file.read(row["warc_record_length"])
        whole = gzip.decompress(lying) if row["unpacked_offset"] is not None else lying
        assert hashlib.sha256(whole).digest() == row["record_sha256"]
        assert found.record_head.startswith("WARC/1.1\r\n")
    for row in corpus.captures().to_pylist():
        found = corpus.trace(row["capture_id"])
        assert (found.table, found.ok) == ("captures", True)
        assert bool(found.checks) == (row["outcome"] != "damaged")


def test_a_changed_record_does_not_pass(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "in", tmp_path / "in", copy_function=shutil.copy2)
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in" / "crawl" / "plain.warc")
    row = corpus.articles().to_pylist()[0]
    data = bytearray((tmp_path / "in" / "crawl" / "plain.warc").read_bytes())
    at = row["warc_record_offset"] + row["warc_record_length"] - 100
    data[at] ^= 1
    (tmp_path / "in" / "crawl" / "plain.warc").write_bytes(bytes(data))
    found = corpus.trace(row["article_id"])
    assert not found.ok
    assert {check.name for check in found.checks if check.stored != check.computed} == {
        "record_sha256",
        "block_sha256",
        "payload_sha256",
    }
    said = making.run("trace", tmp_path / "c", row["article_id"], env={"COLUMNS": "200"})
    assert said.returncode == 1
    assert "bytes give" in said.stdout


def test_payloads_come_back_bit_for_bit(corpus: archive.Corpus) -> None:
    lines = {json.loads(line)["url"]: json.loads(line)["html"].encode() for line in making.json_lines(range(50, 54)).splitlines()}
    wanted: dict[str, bytes] = {f"pages/{n}.html": making.page(n) for n in range(4)}
    wanted |= {f"dumps/{n}.txt": making.dump(10 + n) for n in range(4)}
    wanted |= {"some.zip!a/one.html": making.page(60), "some.zip!two.txt": making.dump(61)}
    seen = 0
    for row in corpus.captures().to_pylist():
        key = row["source_path"] + (f"!{row['source_member']}" if row["source_member"] else "")
        payload = wanted.get(key) or lines.get(row["target_uri"])
        if row["outcome"] == "article" and payload:
            assert corpus.payload(row["capture_id"]) == corpus.payload(row["article_id"]) == payload
            seen += 1
    assert seen == len(wanted) + len(lines)


def test_a_coded_body_comes_back_unchunked_and_not_decoded(corpus: archive.Corpus) -> None:
    row = row_of(corpus, target_uri="https://coded.example/", outcome="article")
    assert corpus.payload(row["article_id"]) == gzip.compress(making.page(80), mtime=0)
    assert "district 80" in corpus.articles(where=pc.field("capture_id") == row["capture_id"])["text"][0].as_py()


@pytest.mark.parametrize("date", ["2024-05-04T04:05:06Z", "2024-05-05T04:05:06Z"])
def test_the_payload_of_a_revisit_is_that_of_the_record_it_refers_to(corpus: archive.Corpus, date: str) -> None:
    row = row_of(corpus, record_type="revisit", target_uri="https://coded.example/", warc_date=date)
    assert (row["outcome"], row["reason"]) == ("rejected", "revisit")
    assert corpus.payload(row["capture_id"]) == gzip.compress(making.page(80), mtime=0)


def test_the_payload_of_a_revisit_of_ours(tmp_path: Path) -> None:
    making.put(tmp_path / "a.jsonl", making.json_lines([1, 1]))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "a.jsonl", dedupe_payloads=True)
    row = row_of(corpus, record_type="revisit")
    assert corpus.payload(row["capture_id"]) == making.page(1)


def test_the_payload_of_a_revisit_of_nothing(corpus: archive.Corpus) -> None:
    row = row_of(corpus, refers_to_record_id="urn:uuid:nowhere")
    with pytest.raises(archive.CorpusError, match="is not in the corpus"):
        corpus.payload(row["capture_id"])


def test_a_damaged_range_comes_back(corpus: archive.Corpus, made: Path) -> None:
    row = row_of(corpus, outcome="damaged", source_path="crawl/plain.warc")
    data = (made / "in" / "crawl" / "plain.warc").read_bytes()
    assert corpus.payload(row["capture_id"]) == data[row["source_offset"] :][: row["block_length"]] == b"\0" * 50


def test_raw_writes_the_payload_and_nothing_else(corpus: archive.Corpus, made: Path) -> None:
    row = row_of(corpus, source_path="pages/2.html")
    done = making.run("trace", made / "c", row["capture_id"], "--raw")
    assert (done.returncode, done.stdout, done.stderr) == (0, making.page(2).decode(), "")


def test_an_unknown_id(corpus: archive.Corpus, made: Path) -> None:
    with pytest.raises(archive.UnknownId, match="no article and no capture"):
        corpus.trace("nothing")
    for flags in ([], ["--raw"]):
        done = making.run("trace", made / "c", "nothing", *flags)
        assert (done.returncode, done.stdout) == (2, "")
        assert "no article and no capture" in done.stderr


def test_control_characters_of_captures_are_shown_as_escapes(corpus: archive.Corpus, made: Path) -> None:
    row = row_of(corpus, target_uri="https://coded.example/", outcome="article")
    assert ESCAPES in corpus.trace(row["capture_id"]).http_head
    done = making.run("trace", made / "c", row["capture_id"])
    assert done.returncode == 0
    assert "\\x1b[31m\\x07" in done.stdout
    assert not set(done.stdout) & {"\x1b", "\x07"}


def test_names_that_lead_out_of_the_inputs_are_refused(corpus: archive.Corpus, tmp_path: Path) -> None:
    making.put(tmp_path / "secret", b"secret")
    for name in (str(tmp_path / "secret"), "../secret", "pages/../../secret"):
        with pytest.raises(archive.CorpusError, match="not the name of an input"):
            corpus.locate(name)


def test_a_record_that_was_too_large_to_copy_has_no_place() -> None:
    assert locator_of({"warc_filename": None}) is None


def test_a_broken_log_is_no_reason_to_fail(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "c", tmp_path / "c")
    making.put(tmp_path / "c" / "runs" / "9999.json", b"{")
    assert archive.open_corpus(tmp_path / "c").verify().ok

"""The same capture has the same id however it was handed over; the same record twice has two."""

from __future__ import annotations

import gzip
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from warcio.archiveiterator import ArchiveIterator

import archive
from archive import identity, wrapping
from archive.repeats import Repeat, copy_renamed
from tests import making


def records(corpus: archive.Corpus) -> list[tuple[str, str, bytes]]:
    """Id, header and block of every record of a corpus's own WARC files but the first of each."""
    found = []
    for path in sorted((corpus.folder / "warc").iterdir()):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type != "warcinfo":
                    head = record.rec_headers.to_str()
                    found.append((record.rec_headers.get_header("WARC-Record-ID"), head, record.raw_stream.read()))
    return found


def ids(corpus: archive.Corpus) -> set[str]:
    return {row["capture_id"] for row in corpus.captures().to_pylist()}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "one" / "two" / "three"
    making.put(folder / "a.html", making.page(1))
    making.put(folder / "b.txt", making.dump(2))
    making.put(folder / "c.jsonl", making.json_lines([3, 4]))
    making.put(folder / "d.warc", b"".join(making.responses([5])) + b"\0" * 40 + b"".join(making.responses([6])))
    return folder


def test_a_file_has_one_id_however_it_is_named(pages: Path, tmp_path: Path) -> None:
    files = sorted(pages.iterdir())
    ways = {"direct": files, "folder": [pages], "grandparent": [pages.parent], "above": [tmp_path / "one"]}
    corpora = {name: making.corpus_of(tmp_path / name, *inputs) for name, inputs in ways.items()}
    first = corpora.pop("direct")
    assert len(ids(first)) == 4 + 2 + 1
    for other in corpora.values():
        assert ids(other) == ids(first)
        assert records(other) == records(first)
        assert other.articles()["article_id"] == first.articles()["article_id"]
        assert other.verify().failures == ()


def test_a_page_keeps_its_id_in_a_zip_and_in_gzip(tmp_path: Path) -> None:
    making.put(tmp_path / "plain" / "a.html", making.page(1))
    making.put(tmp_path / "packed" / "a.html.gz", gzip.compress(making.page(1), mtime=0))
    making.put(tmp_path / "zipped" / "some.zip", making.zipped({"deep/down/a.html": making.page(1)}))
    found = [ids(making.corpus_of(tmp_path / f"c-{n}", tmp_path / n)) for n in ("plain", "packed", "zipped")]
    assert found[0] == found[1] == found[2]


def test_a_line_keeps_its_id_in_a_file_that_is_sorted_split_or_extended(tmp_path: Path) -> None:
    making.put(tmp_path / "a.jsonl", making.json_lines([1, 2, 3]))
    making.put(tmp_path / "b.jsonl", making.json_lines([9, 3, 2, 1]))
    one, other = (making.corpus_of(tmp_path / f"c-{n}", tmp_path / f"{n}.jsonl") for n in "ab")
    assert ids(one) < ids(other)


def test_the_same_record_twice_has_two_ids(tmp_path: Path) -> None:
    for folder in "abc":
        making.put(tmp_path / "in" / folder / "index.html", making.page(1))
    making.put(tmp_path / "in" / "lines.jsonl", making.json_lines([2, 3, 2, 4, 2]))
    making.put(tmp_path / "in" / "more.jsonl", making.json_lines([5, 3]))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in")
    rows = corpus.captures().to_pylist()
    flagged = {(row["source_path"], row["source_line"]) for row in rows if "repeated-record" in row["flags"]}
    assert flagged == {("b/index.html", None), ("c/index.html", None), ("lines.jsonl", 3), ("lines.jsonl", 5),
                       ("more.jsonl", 2)}  # fmt: skip
    assert len({row["capture_id"] for row in rows}) == len(rows) == 10
    assert {f"<{row['record_id']}>" for row in rows} == {name for name, _, _ in records(corpus)}
    assert corpus.verify().failures == ()
    for row in rows:
        assert hashlib.sha256(corpus.payload(row["capture_id"])).digest() == row["payload_sha256"]
        assert corpus.trace(row["capture_id"]).ok
    again = making.corpus_of(tmp_path / "again", *(corpus.folder / "warc").iterdir())
    assert ids(again) - ids(corpus) == {
        row["capture_id"] for row in again.captures().to_pylist() if row["record_type"] == "warcinfo"
    }


def test_shards_and_workers_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in "abcd":
        making.put(tmp_path / "in" / folder / "index.html", making.page(1))
        making.put(tmp_path / "in" / folder / "lines.jsonl", making.json_lines([2, 3, 2]))
    making.converted(tmp_path / "one", tmp_path / "in")
    monkeypatch.setattr("archive.plan.SHARD_BYTES", 3000)
    making.converted(tmp_path / "many", tmp_path / "in", workers=2)
    assert making.files_of(tmp_path / "one") == making.files_of(tmp_path / "many")


def test_revisits_have_ids_of_their_own(tmp_path: Path) -> None:
    for folder in "abc":
        making.put(tmp_path / "in" / folder / "index.html", making.page(1))
    making.put(tmp_path / "in" / "lines.jsonl", making.json_lines([2, 2, 2]))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in", dedupe_payloads=True)
    rows = corpus.captures().to_pylist()
    assert sorted(row["record_type"] for row in rows) == ["resource"] * 2 + ["revisit"] * 4
    assert len({row["record_id"] for row in rows}) == len(rows) == len(ids(corpus))
    firsts = {row["record_id"] for row in rows if row["record_type"] == "resource"}
    assert {row["refers_to_record_id"] for row in rows if row["record_type"] == "revisit"} == firsts
    assert corpus.verify().failures == ()


def test_lines_that_differ_in_status_alone_are_two_captures(tmp_path: Path) -> None:
    lines = b"".join(
        b'{"url": "https://a.example/", "text": "The ferry sails.", "headers": {"Server": "x"}, "status": %d}\n' % status
        for status in (200, 404)
    )
    corpus = making.corpus_of(tmp_path / "c", making.put(tmp_path / "a.jsonl", lines))
    rows: list[dict[str, Any]] = corpus.captures().to_pylist()
    assert len({row["record_id"] for row in rows}) == 2
    assert not any("repeated-record" in row["flags"] for row in rows)


def test_a_record_written_anew_differs_in_its_id_alone() -> None:
    block = b"The ferry sails. " * 200_000
    old = "urn:uuid:" + str(UUID(int=7))
    raw = wrapping.record([("WARC-Type", "resource"), ("WARC-Record-ID", f"<{old}>")], block)
    part = BytesIO()
    places = [wrapping.write_member(part, [raw.head, block, raw.trailer])[0] for _ in range(3)]
    part.seek(0)
    out = BytesIO()
    (new,) = copy_renamed(part, out, [Repeat(offset=places[0], length=places[1], ordinal=4)])
    assert part.tell() == places[0] * 2
    assert (new.record_id, new.length) == (identity.repeated_record_id(old, 4), places[1] + new.growth)
    first, second = out.getvalue()[: places[0]], out.getvalue()[places[0] :]
    assert first == part.getvalue()[: places[0]]
    unpacked = gzip.decompress(second)
    assert unpacked == (raw.head + block + raw.trailer).replace(old.encode(), new.record_id.encode())
    assert hashlib.sha256(unpacked).digest() == new.record_sha256

"""Lines that several pages of a site have: which they are, that they are taken out, and that this is proven."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import archive
from archive import furniture
from archive.errors import CorpusError
from archive.model import Settings
from tests import making

REPEATED = Settings(repeated_lines=True)
BIO = (
    "Mara Lindqvist has written about harbours and the people who work in them for this paper since the spring of 1998."
)
WIRE = making.paragraphs(77)


def wet(uri: str, *lines: str, date: str = "2024-05-03T04:05:06Z") -> bytes:
    block = "\n".join(lines).encode()
    return making.record(block, uri=uri, kind="conversion", date=date, fields={"Content-Type": "text/plain"})


def html(uri: str, *lines: str) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in lines)
    page = f"<!doctype html><html><head><title>A page</title></head><body><article><h1>A page</h1>{body}</article></body></html>"
    return making.record(making.http(page.encode()), uri=uri)


def records(site: str, pages: int, *, make: Any = wet, bio: str = BIO) -> list[bytes]:
    return [make(f"https://www.{site}.example/{n}", *making.paragraphs(n), bio) for n in range(pages)]


def rows_of(corpus: archive.Corpus) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for _, rows in corpus.rows("articles") for row in rows}


def made(folder: Path, *found: bytes, workers: int = 1, parts: int = 1) -> archive.Corpus:
    """The corpus of these records, in a number of files."""
    source = folder / "in"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    for part in range(parts):
        making.put(source / f"{part}.warc.gz", making.packed(*found[part::parts]))
    making.converted(folder / "c", source, settings=REPEATED, workers=workers)
    return archive.open_corpus(folder / "c")


@pytest.mark.parametrize("make", [wet, html])
def test_a_line_of_several_pages_is_taken_out_and_that_is_proven(tmp_path: Path, make: Any) -> None:
    corpus = made(tmp_path, *records("many", 4, make=make), *records("few", 2, make=make))
    rows = rows_of(corpus)
    for n in range(4):
        row = rows[f"https://www.many.example/{n}"]
        assert row["text"].endswith(making.paragraphs(n)[-1])
        assert BIO not in row["text"]
        assert furniture.REASON in row["flags"]
        assert [row["text"][one["start"] : one["end"]] for one in row["blocks"]] == row["text"].split("\n\n")
    for n in range(2):
        assert rows[f"https://www.few.example/{n}"]["text"].endswith(BIO)
    verdict = corpus.verify()
    assert verdict.failures == ()
    assert verdict.ok


def test_of_a_dump_the_bytes_are_a_removed_span(tmp_path: Path) -> None:
    row = rows_of(made(tmp_path, *records("many", 3)))["https://www.many.example/1"]
    payload = "\n".join([*making.paragraphs(1), BIO]).encode()
    (span,) = [one for one in row["removed"] if one["reason"] == furniture.REASON]
    assert payload[span["start"] : span["end"]].decode() == BIO
    spans = sorted(
        [(one["start"], one["end"]) for one in row["removed"]]
        + [(one["source_start"], one["source_end"]) for one in row["blocks"]]
    )
    assert (spans[0][0], spans[-1][1]) == (0, len(payload))
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert row["boilerplate_share"] == round(sum(one["end"] - one["start"] for one in row["removed"]) / len(payload), 3)


def test_captures_of_one_page_versions_and_wire_copies_count_once(tmp_path: Path) -> None:
    corpus = made(
        tmp_path,
        *(wet("https://www.again.example/1", *WIRE, date=f"2024-05-0{day}T00:00:00Z") for day in range(1, 6)),
        *(wet(f"https://www.wire.example/{n}", *WIRE) for n in range(5)),
        *(wet(f"https://www.version.example/{n}", *WIRE, *making.paragraphs(n)[:1]) for n in range(5)),
    )
    for row in rows_of(corpus).values():
        assert row["text"].startswith("\n\n".join(WIRE))
        assert furniture.REASON not in row["flags"]


def test_without_a_site_the_lines_of_the_corpus_count(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for n in range(3):
        making.put(source / f"{n}.txt", "\n".join([*making.paragraphs(n), BIO]).encode())
    making.converted(tmp_path / "c", source, settings=REPEATED)
    corpus = archive.open_corpus(tmp_path / "c")
    assert [BIO in row["text"] for _, rows in corpus.rows("articles") for row in rows] == [False] * 3
    assert corpus.verify().ok


def test_no_page_loses_all_its_text(tmp_path: Path) -> None:
    only = wet("https://www.many.example/only", BIO)
    rows = rows_of(made(tmp_path, *records("many", 3), only))
    assert rows["https://www.many.example/only"]["text"] == BIO


def test_parts_order_and_workers_do_not_matter(tmp_path: Path) -> None:
    found = [
        *records("many", 5),
        *records("other", 5, bio="This is what our readers see below each and every article."),
    ]
    texts = []
    for at, (order, parts, workers) in enumerate(((found, 1, 1), (found[::-1], 4, 2), (found[3:] + found[:3], 3, 1))):
        corpus = made(tmp_path / str(at), *order, parts=parts, workers=workers)
        (table,) = (tmp_path / str(at) / "c" / "repeated").iterdir()
        rows = rows_of(corpus)
        cells = {url: (row["text"], row["removed"], row["blocks"], row["flags"]) for url, row in rows.items()}
        texts.append((table.read_text(), cells))
    assert texts[0] == texts[1] == texts[2]
    assert len(texts[0][0].splitlines()) == 2


def test_many_runs_are_merged_in_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rows_of(made(tmp_path / "a", *records("many", 6), parts=6))
    monkeypatch.setattr(furniture, "FAN_IN", 2)
    monkeypatch.setattr(furniture, "PIECE", 5)
    staged = rows_of(made(tmp_path / "b", *records("many", 6), parts=6))
    assert {url: row["text"] for url, row in plain.items()} == {url: row["text"] for url, row in staged.items()}
    assert all(BIO not in row["text"] for row in staged.values())


def test_a_table_that_was_changed_is_named(tmp_path: Path) -> None:
    corpus = made(tmp_path, *records("many", 3))
    (table,) = (tmp_path / "c" / "repeated").iterdir()
    lines = table.read_text()
    table.write_text("")
    found = {(one.table, one.what) for one in archive.open_corpus(tmp_path / "c").verify().failures}
    assert ("files", "changed") in found
    assert ("articles", "text") in found
    table.unlink()
    assert ("files", "missing") in {
        (one.table, one.what) for one in archive.open_corpus(tmp_path / "c").verify().failures
    }
    table.write_text(lines)
    assert corpus.verify().ok


def test_the_same_command_goes_on_and_nothing_is_added(tmp_path: Path) -> None:
    made(tmp_path, *records("many", 3))
    before = making.files_of(tmp_path / "c")
    making.converted(tmp_path / "c", tmp_path / "in", settings=REPEATED)
    assert making.files_of(tmp_path / "c") == before
    more = making.put(tmp_path / "more.warc", wet("https://www.many.example/9", *making.paragraphs(9)))
    with pytest.raises(CorpusError, match="repeated lines were counted"):
        making.converted(tmp_path / "c", tmp_path / "in", more, settings=REPEATED)


def test_reextract_counts_again(tmp_path: Path) -> None:
    made(tmp_path, *records("many", 3))
    archive.reextract(tmp_path / "c", tmp_path / "new")
    new = archive.open_corpus(tmp_path / "new")
    assert all(BIO not in row["text"] for row in rows_of(new).values())
    assert new.verify().ok


@pytest.mark.parametrize("settings", [
    Settings(repeated_lines=True),
    Settings(repeated_lines=True, copy_records=True, dedupe_payloads=True),
    Settings(repeated_lines=True, partition_by=("publication_month", "text_language")),
])  # fmt: skip
def test_records_that_are_there_twice_are_proven_too(tmp_path: Path, settings: Settings) -> None:
    making.put(tmp_path / "in" / "a.warc.gz", making.packed(*records("many", 4)))
    making.put(tmp_path / "in" / "b.warc.gz", making.packed(*records("many", 3)))
    making.converted(tmp_path / "c", tmp_path / "in", settings=settings, workers=2)
    corpus = archive.open_corpus(tmp_path / "c")
    rows = [row for _, found in corpus.rows("articles") for row in found]
    assert [BIO in row["text"] for row in rows] == [False] * 7
    assert {tuple(row["flags"]) for row in rows} == {(furniture.REASON,), (furniture.REASON, "repeated-record")}
    assert corpus.verify().failures == ()

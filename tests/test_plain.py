"""trafilatura as it comes: its own text and metadata, through the same door as ``news``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from trafilatura import bare_extraction
from trafilatura.metadata import Document

import archive
from archive.errors import Rejected
from archive.extraction import NEWS, find_extractor
from archive.extraction.plain import TRAFILATURA, main_text
from archive.extraction.tree import parse
from archive.model import Capture, Origin, ReadOptions
from archive.sources import Opened, captures
from tests import making


def capture(path: Path) -> Capture:
    """The only capture in a file."""
    with path.open("rb") as file:
        opened = Opened(file=file, size=None, origin=Origin(path=path.name), in_place=True)
        (found,) = captures(opened, ReadOptions(captured_at=datetime(2024, 8, 27, tzinfo=UTC)))
    assert isinstance(found, Capture)
    return found


def test_it_is_found_by_its_name() -> None:
    assert find_extractor("trafilatura") is TRAFILATURA
    assert TRAFILATURA.config_sha256 != NEWS.config_sha256


def test_a_page_is_what_trafilatura_says(tmp_path: Path) -> None:
    seen = TRAFILATURA.extract(capture(making.put(tmp_path / "a.html", making.page(1))))
    plain = bare_extraction(making.page(1).decode(), with_metadata=True, include_comments=False)
    assert isinstance(plain, Document)
    assert "".join(seen.text.split()) == "".join((plain.text or "").split())
    assert (seen.title, seen.title_origin) == (plain.title, "trafilatura")
    assert seen.boilerplate_share is None  # it does not say how much it left out
    assert (seen.authors, seen.authors_origin) == (("Ada Lindqvist",), "trafilatura")
    assert (seen.published_at, seen.published_at_origin) == ("2024-08-26", "trafilatura")  # it knows days only
    assert (seen.language, seen.language_origin) == ("en", "py3langid")
    assert (seen.extractor, seen.config_sha256) == ("trafilatura", TRAFILATURA.config_sha256)


def test_blocks_are_the_paragraphs_of_the_text(tmp_path: Path) -> None:
    seen = TRAFILATURA.extract(capture(making.put(tmp_path / "a.html", making.page(2))))
    assert "\n\n".join(seen.text[block.start : block.end] for block in seen.blocks) == seen.text
    assert {block.kind for block in seen.blocks} >= {"paragraph"}


def test_a_dump_goes_through_the_same_cleaner(tmp_path: Path) -> None:
    found = capture(making.put(tmp_path / "a.txt", making.dump(3)))
    ours, theirs = NEWS.extract(found), TRAFILATURA.extract(found)
    assert (theirs.text, theirs.blocks, theirs.removed) == (ours.text, ours.blocks, ours.removed)


def test_nothing_passes_from_one_page_to_the_next(tmp_path: Path) -> None:
    first = capture(making.put(tmp_path / "a.html", making.page(1)))
    other = capture(making.put(tmp_path / "b.html", making.page(4)))
    before = TRAFILATURA.extract(first)
    TRAFILATURA.extract(other)
    TRAFILATURA.rest()
    TRAFILATURA.warm()
    assert TRAFILATURA.extract(first) == before


def test_no_date_is_later_than_the_day_after_the_capture(tmp_path: Path) -> None:
    found = capture(making.put(tmp_path / "a.html", making.page(1, day="2024-09-30")))
    assert TRAFILATURA.extract(found).published_at != "2024-09-30"


def test_a_page_without_text_is_rejected(tmp_path: Path) -> None:
    found = capture(making.put(tmp_path / "a.html", b"<html><body><script>1</script></body></html>"))
    with pytest.raises(Rejected) as why:
        TRAFILATURA.extract(found)
    assert (why.value.stage, why.value.reason) == ("extraction", "no-text")


def test_a_corpus_of_it_is_proven(tmp_path: Path) -> None:
    making.mixed(tmp_path / "in", each=1)
    making.converted(tmp_path / "c", tmp_path / "in", settings=archive.Settings(extractor="trafilatura"))
    corpus = archive.open_corpus(tmp_path / "c")
    assert set(corpus.articles()["extractor"].to_pylist()) == {"trafilatura"}
    assert corpus.verify().ok


def test_trafilatura_gets_the_elements_that_it_takes() -> None:
    """It says nothing of others but that there is no text."""
    page = making.page(1).decode()
    assert bare_extraction(parse(page)) is None
    text, blocks = main_text(page, None)
    assert making.paragraphs(1)[0] in text
    assert "\n\n".join(text[block.start : block.end] for block in blocks) == text
    assert main_text("<html><body><p></p></body></html>", None) == ("", ())

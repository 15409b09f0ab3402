"""Pages saved as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest

from archive import warc
from archive.extraction import is_html
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, page

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
PAGE = b"<!doctype html><html><head><title>Harbour</title></head><body><p>The budget was cut.</p></body></html>"


def read(data: bytes, name: str = "a.html", options: ReadOptions | None = None) -> Capture | Damage | Skip:
    origin = Origin(path=name, modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    (found,) = page.SOURCE.captures(opened, options or ReadOptions())
    return found


@pytest.mark.parametrize(
    "head",
    [
        PAGE,
        b"\xef\xbb\xbf \r\n" + PAGE,
        b"<!-- saved from url --><HTML lang=en>",
        b"<!-- a comment that never ends",
        b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">',
        PAGE.decode().encode("utf-16-le"),
        PAGE.decode().encode("utf-16"),
        b"\xfe\xff" + PAGE.decode().encode("utf-16-be"),
        b"<p>One</p><p>Two <b>words</b></p>",
    ],
)
def test_pages_are_known_by_their_bytes(head: bytes) -> None:
    assert page.SOURCE.recognises(head, "no-suffix")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"The council <b>cut</b> the budget.",
        b'<?xml version="1.0"?><rss><item>&lt;html></item></rss>',
        b"%PDF-1.4 <html>",
    ],
)
def test_other_bytes_are_no_pages(head: bytes) -> None:
    assert not page.SOURCE.recognises(head, "no-suffix")


def test_a_name_breaks_the_tie_for_text_only() -> None:
    assert page.SOURCE.recognises(b"Just words", "a.html")
    assert not page.SOURCE.recognises(b"\x89PNG\r\n\x1a\n\0\0", "a.html")


def test_the_payload_is_the_file() -> None:
    found = read(PAGE)
    assert isinstance(found, Capture)
    assert (found.payload, found.media_type, found.captured_at) == (PAGE, "text/html", MODIFIED)
    assert (found.captured_at_origin, found.record_type) == ("mtime", "resource")


def test_xhtml_and_the_option_for_the_time() -> None:
    moment = datetime(2020, 1, 2, tzinfo=UTC)
    found = read(b'<?xml version="1.0"?>' + PAGE, options=ReadOptions(captured_at=moment))
    assert isinstance(found, Capture)
    assert (found.media_type, found.captured_at, found.captured_at_origin) == (
        "application/xhtml+xml",
        moment,
        "option",
    )


def test_a_page_over_the_limit_is_digested_and_read_again() -> None:
    whole, found = read(PAGE), read(PAGE, options=ReadOptions(limits=Limits(record_bytes=50)))
    assert isinstance(whole, Capture)
    assert isinstance(found, Capture)
    assert (found.payload, found.block, found.payload_length) == (None, None, len(PAGE))
    assert replace(found, payload=PAGE, block=PAGE) == whole
    assert found.reread is not None
    assert b"".join(found.reread()) == b"".join(warc.payload_pieces(found)) == PAGE


@pytest.mark.parametrize("start", [b"", b"<?xml version='1.0'?>"])
def test_comments_in_front_are_looked_at_once(start: bytes) -> None:
    """Tried in all ways they took twice as long for each comment: these would not end."""
    assert not page.START.match(b"<!-- a -->\n" * 60 + b"<q>words</q>")
    assert not page.XML.match(b"<?xml version='1.0'?>" + b"<!-- a -->\n<?b?>" * 60 + b"<q>words</q>")
    assert is_html(start + b"<!-- a -->\n" * 60 + b"<p>words</p>", "text/html")

"""trafilatura as it comes, as a second extractor: ``--extractor trafilatura``.

Text, metadata and dates of a page are what ``trafilatura.bare_extraction`` says of it, with its defaults but for two:
readers' comments stay out, and the latest date that is believed is the day after the capture, or the year 2100, never
today. ``deduplicate`` is state across documents and stays off. Everything around it is as in ``news``: which records
can hold an article, charsets, the language, and the cleaner of text dumps. So a difference between the two extractors
is one between what they make of HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.html import HtmlElementClassLookup
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches
from trafilatura.metadata import Document

from archive.errors import Rejected
from archive.extraction import SHORT_TEXT, UNPACKED_LIMIT, charset_of, content_coding_of, is_html, readable_payload
from archive.extraction.charset import Decoded, decode_text
from archive.extraction.configuration import config_sha256
from archive.extraction.content_coding import decode_content
from archive.extraction.language import forget, identify
from archive.extraction.page import extract_dump
from archive.extraction.page import joined as together
from archive.extraction.texts import CONTROL, joined
from archive.extraction.tree import parse
from archive.model import Block, Capture, Extraction

if TYPE_CHECKING:
    from archive.extraction import Extractor

KINDS = {"p": "paragraph", "head": "heading", "item": "list-item", "quote": "quote", "code": "code", "row": "table-row"}
BLOCK_TAGS = frozenset((*KINDS, "list", "table", "body"))


class TrafilaturaExtractor:
    """trafilatura's own text and metadata for HTML, the cleaner for text dumps."""

    name = "trafilatura"
    version = "1"  # of what is here; that of the library is in the configuration

    def __init__(self, *, repair_mojibake: bool = False) -> None:
        """With ``repair_mojibake`` UTF-8 that was read as windows-1252 before the capture is read as it was meant."""
        self.repair_mojibake = repair_mojibake

    @property
    def config_sha256(self) -> bytes:
        """SHA-256 of the configuration and of the versions of the libraries that decide the result."""
        return config_sha256(self.name, self.version, repair_mojibake=self.repair_mojibake)

    def repairing(self) -> TrafilaturaExtractor:
        """The same, made to repair mojibake."""
        return TrafilaturaExtractor(repair_mojibake=True)

    def warm(self) -> None:
        """Load the language model and the parsers: 1.2 s of CPU that no capture should pay."""
        text = "<p>The council said on Monday that the harbour budget was cut by a tenth last year.</p>" * 3
        see(f"<html><body><article>{text}<p>Published: 12 March 2024</p></article></body></html>", None, None)
        identify("The council said on Monday that the harbour budget was cut by a tenth.")

    def rest(self) -> None:
        """Give back what was loaded and what the libraries remember."""
        reset_caches()
        forget()

    def extract(self, capture: Capture) -> Extraction:
        """Text and metadata of a capture. Raises ``Rejected`` with stage, reason and detail."""
        payload = readable_payload(capture)
        headers = {name.lower(): value for name, value in reversed(capture.http_headers)}
        data, flags = decode_content(payload, content_coding_of(capture), UNPACKED_LIMIT)
        html = is_html(data, capture.media_type)
        header_charset = charset_of(headers.get("content-type") or capture.content_type)
        decoded = decode_text(data, header_charset=header_charset, html=html, repair=self.repair_mojibake)
        try:
            if html:
                return _page(
                    decoded, url=capture.target_uri, captured_at=capture.captured_at, flags=flags, made_by=self
                )
            return extract_dump(data, decoded, flags=flags, made_by=self)
        except Rejected:
            raise
        except Exception as why:  # one page costs one record: whatever a library raises becomes that record's row
            raise Rejected("extraction", "extractor-error", f"{type(why).__name__}: {why}"[:300]) from why


def _page(
    decoded: Decoded, *, url: str | None, captured_at: datetime | None, flags: tuple[str, ...], made_by: Extractor
) -> Extraction:
    found = see(decoded.text, url, captured_at)
    text, blocks = text_of(found.body) if found else ("", ())
    if not found or not text:
        raise Rejected("extraction", "no-text", f"no main text in {len(decoded.text)} characters of HTML")
    stated: dict[str, Any] = {
        "title": line(found.title),
        "authors": _lines((found.author or "").split(";")),
        "published_at": found.date or None,
        "language": identify(text),
        "site_name": line(found.sitename),
        "description": line(found.description),
        "canonical_url": line(found.url),
        "section": next(iter(_lines(found.categories or ())), None),
        "tags": _lines(found.tags or ()),
        "image_url": line(found.image),
    }
    stated |= {f"{name}_origin": "trafilatura" if value else None for name, value in stated.items()}
    stated["language_origin"] = "py3langid" if stated["language"] else None
    short = ("short-text",) if len(text) < SHORT_TEXT else ()
    return Extraction(
        text=text,
        blocks=blocks,
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        flags=together(flags, decoded.flags, short),
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
        **stated,
    )


def see(page: str, url: str | None, captured_at: datetime | None) -> Document | None:
    """What trafilatura makes of a page; None where it finds no text."""
    latest = (captured_at + timedelta(days=1)).strftime("%Y-%m-%d") if captured_at else "2100-01-01"
    dates = {"original_date": True, "extensive_search": True, "max_date": latest}
    found = bare_extraction(
        _tree(page),
        url=url,
        include_comments=False,
        with_metadata=True,
        deduplicate=False,
        date_extraction_params=dates,
    )
    return found if isinstance(found, Document) else None


def main_text(page: str, url: str | None) -> tuple[str, tuple[Block, ...]]:
    """The text of a page as trafilatura has it, and its blocks."""
    found = bare_extraction(_tree(page), url=url, include_comments=False, with_metadata=False, deduplicate=False)
    reset_caches()
    return text_of(found.body) if isinstance(found, Document) else ("", ())


def _tree(page: str) -> etree._Element:
    """A tree of lxml.html's elements: trafilatura takes no others, and says nothing of it but that there is no text."""
    return parse(page, HtmlElementClassLookup())


def text_of(body: etree._Element) -> tuple[str, tuple[Block, ...]]:
    """Text and blocks of trafilatura's body tree. Its ``lb`` stays a line break; two of them end the block."""
    pieces: list[tuple[str, list[str]]] = []
    kinds = ["paragraph"]
    fresh = True

    def add(words: str | None) -> None:
        nonlocal fresh
        if not words:
            return
        if fresh:
            pieces.append((kinds[-1], []))
            fresh = False
        pieces[-1][1].append(words)

    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in BLOCK_TAGS:
                fresh = True
                # what a quote or a list item wraps is still that: <quote><p>
                outer = kinds[-1] in ("quote", "list-item", "table-row") and tag == "p"
                kinds.append(kinds[-1] if outer else KINDS.get(tag, kinds[-1]))
            elif tag == "cell" and not fresh:
                add(" | ")
            add("\n" if tag == "lb" and not fresh else None)
            add(re.sub(r"\s+", " ", element.text) if element.text else None)
        else:
            if tag in BLOCK_TAGS:
                fresh = True
                kinds.pop()
            if element is not body:
                add(re.sub(r"\s+", " ", element.tail) if element.tail else None)
    return joined((kind, "".join(words)) for kind, words in pieces)


def line(text: str | None) -> str | None:
    """One line of plain text, or None where nothing is left."""
    return " ".join(unicodedata.normalize("NFC", CONTROL.sub(" ", text or "")).split()) or None


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for text in texts if (found := line(text))))


TRAFILATURA = TrafilaturaExtractor()

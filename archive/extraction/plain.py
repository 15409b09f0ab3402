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

import lxml.html
from lxml import etree
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches
from trafilatura.metadata import Document

from archive.errors import Rejected
from archive.extraction import UNPACKED_LIMIT, charset_of, is_html, readable_payload
from archive.extraction.charset import Decoded, decode_text
from archive.extraction.configuration import config_sha256
from archive.extraction.content_coding import decode_content
from archive.extraction.dump import clean
from archive.extraction.language import forget, identify
from archive.model import Block, Capture, Extraction

if TYPE_CHECKING:
    from archive.extraction import Extractor

KINDS = {"p": "paragraph", "head": "heading", "item": "list-item", "quote": "quote", "code": "code", "row": "table-row"}
BLOCK_TAGS = frozenset((*KINDS, "list", "table", "body"))
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BAD_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])(?:;|(?!\d))"
    r"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})(?:;|(?![0-9a-fA-F])))"
)
# soft hyphens and word joiners tell a browser where to break a line; in a text they split words
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff"))
MAX_LINES = 200_000  # of a text dump; each costs 14 microseconds and 400 bytes
MAX_CHARACTERS = 32 << 20  # the largest bench page has 5 million
MAX_ELEMENTS = 100_000  # the largest bench page has 10,106; trafilatura takes some 60 microseconds for each
SHORT = 250  # characters; shorter texts are mostly teasers and notices


class TrafilaturaExtractor:
    """trafilatura's own text and metadata for HTML, the cleaner for text dumps."""

    name = "trafilatura"
    version = "1"  # of what is here; that of the library is in the configuration

    @property
    def config_sha256(self) -> bytes:
        """SHA-256 of the configuration and of the versions of the libraries that decide the result."""
        return config_sha256(self.name, self.version)

    def warm(self) -> None:
        """Load the language model and the parsers: 1.2 s of CPU that no capture should pay."""
        text = "<p>The council said on Monday that the harbour budget was cut by a tenth last year.</p>" * 3
        tree = parse(f"<html><body><article>{text}<p>Published: 12 March 2024</p></article></body></html>")
        see(tree, None, None)
        identify("The council said on Monday that the harbour budget was cut by a tenth.")

    def rest(self) -> None:
        """Give back what was loaded and what the libraries remember."""
        reset_caches()
        forget()

    def extract(self, capture: Capture) -> Extraction:
        """Text and metadata of a capture. Raises ``Rejected`` with stage, reason and detail."""
        payload = readable_payload(capture)
        headers = {name.lower(): value for name, value in reversed(capture.http_headers)}
        data, flags = decode_content(payload, headers.get("content-encoding"), UNPACKED_LIMIT)
        html = is_html(data, capture.media_type)
        header_charset = charset_of(headers.get("content-type") or capture.content_type)
        decoded = decode_text(data, header_charset=header_charset, html=html)
        try:
            if html:
                return _page(decoded, url=capture.target_uri, captured_at=capture.captured_at, flags=flags, made_by=self)
            return extract_dump(data, decoded, flags=flags, made_by=self)
        except Rejected:
            raise
        except Exception as why:  # one page costs one record: whatever a library raises becomes that record's row
            raise Rejected("extraction", "extractor-error", f"{type(why).__name__}: {why}"[:300]) from why


def _page(
    decoded: Decoded, *, url: str | None, captured_at: datetime | None, flags: tuple[str, ...], made_by: Extractor
) -> Extraction:
    found = see(parse(decoded.text), url, captured_at)
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
    short = ("short-text",) if len(text) < SHORT else ()
    return Extraction(
        text=text,
        blocks=blocks,
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        flags=joined(flags, decoded.flags, short),
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
        **stated,
    )


def see(tree: lxml.html.HtmlElement, url: str | None, captured_at: datetime | None) -> Document | None:
    """What trafilatura makes of a page; None where it finds no text. The tree stays as it is."""
    latest = (captured_at + timedelta(days=1)).strftime("%Y-%m-%d") if captured_at else "2100-01-01"
    dates = {"original_date": True, "extensive_search": True, "max_date": latest}
    found = bare_extraction(
        tree, url=url, include_comments=False, with_metadata=True, deduplicate=False, date_extraction_params=dates
    )
    return found if isinstance(found, Document) else None


def parser() -> lxml.html.HTMLParser:
    """A parser without limits on depth and size: with them, an article below 254 nested elements vanishes silently."""
    return lxml.html.HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )


def parse(text: str) -> lxml.html.HtmlElement:
    """The tree of a page. Raises ``Rejected`` where there is none."""
    if len(text) > MAX_CHARACTERS:
        raise Rejected("extraction", "too-large", f"{len(text)} characters, the limit is {MAX_CHARACTERS}")
    # libxml2 stops at references to control characters, and at a form feed trafilatura returns nothing
    clean_text = (BAD_REFERENCE.sub(" ", text) if "&#" in text else text).replace("\f", " ")
    try:
        tree = lxml.html.document_fromstring(clean_text.encode("utf-8", "replace"), parser=parser())
    except etree.ParserError as why:
        raise Rejected("extraction", "no-text", f"no element in {len(text)} characters") from why
    elements = int(tree.xpath("count(//*)"))
    if elements > MAX_ELEMENTS:
        raise Rejected("extraction", "too-complex", f"{elements} elements, the limit is {MAX_ELEMENTS}")
    return tree


def extract_dump(data: bytes, decoded: Decoded, *, flags: tuple[str, ...], made_by: Extractor) -> Extraction:
    """Text and metadata of a text dump. Raises ``Rejected`` where nothing is left of it."""
    lines = data.count(b"\n")
    if lines > MAX_LINES:
        raise Rejected("extraction", "too-complex", f"{lines} lines, the limit is {MAX_LINES}")
    found = clean(data, decoded.codec)
    if not found.text:
        raise Rejected("extraction", "no-text", f"nothing but removed lines in {len(data)} bytes of text")
    language = identify(found.text)
    return Extraction(
        text=found.text,
        blocks=found.blocks,
        removed=found.removed,
        title=found.title,
        title_origin="text" if found.title else None,
        authors=found.authors,
        authors_origin="text" if found.authors else None,
        published_at=found.published_at,
        published_at_origin="text" if found.published_at else None,
        language=language,
        language_origin="py3langid" if language else None,
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        flags=joined(flags, decoded.flags, found.flags, ("short-text",) if len(found.text) < SHORT else ()),
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
    )


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
    return _join((kind, "".join(words)) for kind, words in pieces)


def _join(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for kind, raw in pieces:
        for part in re.split(r"\n[ \n]*\n", CONTROL.sub(" ", raw).translate(INVISIBLE)):
            lines = [" ".join(line.split()) for line in part.split("\n")]
            words = unicodedata.normalize("NFC", "\n".join(line for line in lines if line)).strip(" |")
            if words:
                blocks.append(Block(kind=kind, start=at, end=at + len(words), source_start=None, source_end=None))
                parts.append(words)
                at += len(words) + 2
    return "\n\n".join(parts), tuple(blocks)


def line(text: str | None) -> str | None:
    """One line of plain text, or None where nothing is left."""
    return " ".join(unicodedata.normalize("NFC", CONTROL.sub(" ", text or "")).split()) or None


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for text in texts if (found := line(text))))


def joined(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Flags of all groups, each once."""
    return tuple(dict.fromkeys(flag for group in groups for flag in group))


TRAFILATURA = TrafilaturaExtractor()

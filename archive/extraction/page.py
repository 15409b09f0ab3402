"""An HTML page or a text dump, decoded, to an ``Extraction``.

One lxml parse serves both: the page's own metadata is read first, trafilatura then takes a copy of the tree for the
main text. trafilatura's ``deduplicate`` is state across documents and stays off.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import lxml.html
from lxml import etree
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches
from trafilatura.metadata import Document

from dataclasses import dataclass
from archive.errors import Rejected
from archive.extraction.charset import decode_text
from archive.extraction.content_coding import decode_content
from archive.extraction.features import Stated
from archive.extraction.head import read_head
from archive.extraction.jsonld import read_jsonld
from archive.extraction.values import clean_text
from archive.extraction.charset import Decoded
from archive.extraction.dump import clean
from archive.extraction.language import forget, identify
from archive.extraction.metadata import read_metadata
from archive.extraction.unstated import complete
from archive.model import Block, Extraction

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


def warm() -> None:
    """Run one page through everything, so that models and tables are loaded."""
    text = "<p>The council said on Monday that the harbour budget was cut by a tenth last year.</p>" * 3
    tree = parse(f"<html><body><article>{text}<p>Published: 12 March 2024</p></article></body></html>")
    bare_extraction(tree, include_comments=False)
    identify("The council said on Monday that the harbour budget was cut by a tenth.")


def rest() -> None:
    """Give back what was loaded and what the libraries remember."""
    reset_caches()
    forget()


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


def extract_page(
    decoded: Decoded, *, url: str | None, captured_at: datetime | None, flags: tuple[str, ...], made_by: Extractor
) -> Extraction:
    """Text and metadata of a page. Raises ``Rejected`` where it has no main text."""
    tree = parse(decoded.text)
    metadata = complete(read_metadata(tree, url), tree, url, captured_at)
    document = bare_extraction(tree, url=url, include_comments=False, with_metadata=False)
    text, blocks = text_of(document.body) if isinstance(document, Document) else ("", ())
    if not text:
        raise Rejected("extraction", "no-text", f"no main text in {len(decoded.text)} characters of HTML")
    stated = asdict(metadata)
    identified = identify(text)
    if identified:
        stated |= {"language": identified, "language_origin": "py3langid"}
    stated["flags"] = _flags(flags, decoded.flags, metadata.flags, ("short-text",) if len(text) < SHORT else ())
    return Extraction(
        text=text,
        blocks=blocks,
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
        **stated,
    )


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
        flags=_flags(flags, decoded.flags, found.flags, ("short-text",) if len(found.text) < SHORT else ()),
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


def _join(pieces: Any) -> tuple[str, tuple[Block, ...]]:  # noqa: ANN401 - an iterable of pairs
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


def _flags(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag for group in groups for flag in group))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page, read: its tree, and what it states of its article."""

    tree: lxml.html.HtmlElement
    stated: Stated


def read_page(payload: bytes, *, url: str | None) -> Seen:
    """A page from its bytes."""
    data, _ = decode_content(payload, None, 1 << 26)
    tree = parse(decode_text(data, header_charset=None, html=True).text)
    head = read_head(tree)
    said = read_jsonld(head.blocks, url)
    metas = head.metas
    alone = head.headings[:1] if len(head.headings) == 1 else []
    titles = [*said.headlines[:1], *metas.get("og:title", ())[:1], *head.titles[:1], *alone]
    description = (metas.get("og:description") or metas.get("description") or [""])[0]
    body = max(said.bodies, key=len, default="")
    return Seen(
        tree=tree,
        stated=Stated(
            titles=tuple(clean_text(title) or "" for title in titles),
            description=clean_text(description) or "",
            body=clean_text(body) or "",
        ),
    )

"""An HTML page, decoded, to an ``Extraction``; and a text dump.

One lxml parse serves all: the page's own metadata are read first, one walk cuts the tree into blocks, and the model says
which of them are the article (``choice.py``). Only where that is unsure, or finds nothing, is trafilatura asked, and its
text taken: on 1 % of the development pages, where it has .61 of the words right and the model .53. A text in JSON-LD is
as often a teaser as it is the article, so it only stands in where the page itself shows next to nothing.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Final

from archive.errors import Rejected
from archive.extraction import SHORT_TEXT
from archive.extraction.blocks import Blocks, walk
from archive.extraction.charset import MENDED, Decoded
from archive.extraction.choice import SURE_ENOUGH, Model, choose, page_model
from archive.extraction.dump import clean
from archive.extraction.kind import boilerplate_share, kind_flags
from archive.extraction.language import forget, identify
from archive.extraction.likeness import Stated
from archive.extraction.metadata import read_page
from archive.extraction.texts import joined as joined_pieces
from archive.extraction.texts import text_of_blocks
from archive.extraction.tree import parse
from archive.extraction.unstated import complete
from archive.model import Block, Extraction

if TYPE_CHECKING:
    from archive.extraction import Extractor

MAX_LINES: Final = 200_000  # of a text dump; each costs 30 microseconds and 1,000 bytes
LEAST: Final = 800  # characters of a text in JSON-LD that can stand in for the page's
MORE: Final = 4  # times as long as what the page shows: then scripts put the article there, and the capture has none of it
MARKUP: Final = re.compile(r"<[^<>]{0,500}>")
# trafilatura is not asked beyond these bounds: there its time grows with the square, to 10 CPU s and more
MAX_ASKED: Final = 20_000  # elements that are not inline; the largest bench page has 10,106 in all
MAX_ASKED_SIZE: Final = 5 << 20  # characters
MAX_ASKED_DEPTH: Final = 254  # where its own parser gives up


def warm() -> None:
    """Run one page through everything, so that models and tables are loaded once, before any worker is forked."""
    from archive.extraction.plain import main_text as asked

    text = "<p>The council said on Monday that the harbour budget was cut by a tenth last year.</p>" * 3
    page = f"<html><body><article>{text}<p>Published: 12 March 2024</p></article></body></html>"
    tree = parse(page)
    main_text(page, walk(tree), read_page(tree, None).stated, None)
    asked(page, None)
    identify("The council said on Monday that the harbour budget was cut by a tenth.")


def rest() -> None:
    """Give back what was loaded and what the libraries remember."""
    page_model.cache_clear()
    forget()


def extract_page(
    decoded: Decoded, *, url: str | None, captured_at: datetime | None, flags: tuple[str, ...], made_by: Extractor
) -> Extraction:
    """Text and metadata of a page. Raises ``Rejected`` where it has no main text."""
    tree = parse(decoded.text)
    read = read_page(tree, url)
    metadata = complete(read.metadata, captured_at)
    page = walk(tree)
    text, blocks, doubts = main_text(decoded.text, page, read.stated, url)
    if not text:
        raise Rejected("extraction", "no-text", f"no main text in {len(decoded.text)} characters of HTML")
    known = asdict(metadata)
    identified = identify(text)
    if identified:
        known |= {"language": identified, "language_origin": "py3langid"}
    kinds = kind_flags(page, text, blocks, stated=read.stated, metadata=metadata, url=url)
    short = ("short-text",) if len(text) < SHORT_TEXT else ()
    known["flags"] = joined(flags, decoded.flags, metadata.flags, doubts, kinds, short)
    return Extraction(
        text=text,
        blocks=blocks,
        boilerplate_share=boilerplate_share(page, blocks),
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
        **known,
    )


def main_text(
    html: str, page: Blocks, stated: Stated, url: str | None, model: Model | None = None
) -> tuple[str, tuple[Block, ...], tuple[str, ...]]:
    """The article's text, its blocks and flags, of a page and its blocks; empty where there is none.

    By the model that is shipped, unless another is given.
    """
    chosen = choose(page, stated, model)
    text, blocks = text_of_blocks(page, chosen.kept)
    if chosen.confidence < SURE_ENOUGH and _may_ask(html, page):
        from archive.extraction.plain import main_text as asked  # 0.2 s to import, and seldom needed

        found = asked(html, url)
        text, blocks = found if found[0] else (text, blocks)
    if len(stated.body) > max(LEAST, MORE * len(text)):
        return *joined_pieces(("paragraph", line) for line in unmarked(stated.body).split("\n")), ("text-from-json-ld",)
    return text, blocks, ()


def unmarked(body: str) -> str:
    """A text from JSON-LD without the markup and references that some pages put into it."""
    return unescape(MARKUP.sub(" ", body)) if "<" in body or "&" in body else body


def _may_ask(html: str, page: Blocks) -> bool:
    return (
        len(html) <= MAX_ASKED_SIZE and len(page.tag) <= MAX_ASKED and max(page.depth, default=0) <= MAX_ASKED_DEPTH
    )


def extract_dump(data: bytes, decoded: Decoded, *, flags: tuple[str, ...], made_by: Extractor) -> Extraction:
    """Text and metadata of a text dump. Raises ``Rejected`` where nothing is left of it."""
    lines = data.count(b"\n")
    if lines > MAX_LINES:
        raise Rejected("extraction", "too-complex", f"{lines} lines, the limit is {MAX_LINES}")
    found = clean(data, decoded.codec, repair=MENDED in decoded.flags)
    if not found.text:
        raise Rejected("extraction", "no-text", f"nothing but removed lines in {len(data)} bytes of text")
    language = identify(found.text)
    return Extraction(
        text=found.text,
        blocks=found.blocks,
        removed=found.removed,
        boilerplate_share=round(sum(one.end - one.start for one in found.removed) / len(data), 3),
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
        flags=joined(flags, decoded.flags, found.flags, ("short-text",) if len(found.text) < SHORT_TEXT else ()),
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
    )


def joined(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Flags of all groups, each once."""
    return tuple(dict.fromkeys(flag for group in groups for flag in group))

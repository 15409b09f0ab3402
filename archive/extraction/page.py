"""An HTML page, decoded, to an ``Extraction``; and a text dump.

One lxml parse serves all: the page's own metadata are read first, one walk cuts the tree into blocks, and the model says
which of them are the article (``choice.py``). Only where that is unsure, or finds nothing, is trafilatura asked, and its
text taken: on 1 % of the development pages, where it has .61 of the words right and the model .53.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

import lxml.html

from archive.errors import Rejected
from archive.extraction.blocks import walk
from archive.extraction.charset import Decoded
from archive.extraction.choice import Model, choose, page_model
from archive.extraction.dump import clean
from archive.extraction.features import Stated
from archive.extraction.language import forget, identify
from archive.extraction.metadata import read_page
from archive.extraction.texts import text_of_blocks
from archive.extraction.tree import parse
from archive.extraction.unstated import complete
from archive.model import Block, Extraction

if TYPE_CHECKING:
    from archive.extraction import Extractor

MAX_LINES: Final = 200_000  # of a text dump; each costs 14 microseconds and 400 bytes
SHORT: Final = 250  # characters; shorter texts are mostly teasers and notices
SURE_ENOUGH: Final = 0.75  # expected F1; from there on the model is as good as trafilatura or better


def warm() -> None:
    """Run one page through everything, so that models and tables are loaded."""
    page_model()
    text = "<p>The council said on Monday that the harbour budget was cut by a tenth last year.</p>" * 3
    tree = parse(f"<html><body><article>{text}<p>Published: 12 March 2024</p></article></body></html>")
    main_text(tree, read_page(tree, None)[1], None)
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
    metadata, stated = read_page(tree, url)
    metadata = complete(metadata, tree, url, captured_at)
    text, blocks = main_text(tree, stated, url)
    if not text:
        raise Rejected("extraction", "no-text", f"no main text in {len(decoded.text)} characters of HTML")
    known = asdict(metadata)
    identified = identify(text)
    if identified:
        known |= {"language": identified, "language_origin": "py3langid"}
    known["flags"] = joined(flags, decoded.flags, metadata.flags, ("short-text",) if len(text) < SHORT else ())
    return Extraction(
        text=text,
        blocks=blocks,
        charset=decoded.charset,
        charset_origin=decoded.charset_origin,
        extractor=made_by.name,
        extractor_version=made_by.version,
        config_sha256=made_by.config_sha256,
        **known,
    )


def main_text(
    tree: lxml.html.HtmlElement, stated: Stated, url: str | None, model: Model | None = None
) -> tuple[str, tuple[Block, ...]]:
    """The article's text and its blocks, by the model that is shipped unless another is given; empty where there is none."""
    page = walk(tree)
    chosen = choose(page, stated, model)
    if chosen.confidence >= SURE_ENOUGH:
        return text_of_blocks(page, chosen.kept)
    from archive.extraction.plain import main_text as asked  # 0.2 s to import, and seldom needed

    found = asked(tree, url)
    return found if found[0] else text_of_blocks(page, chosen.kept)


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


def joined(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Flags of all groups, each once."""
    return tuple(dict.fromkeys(flag for group in groups for flag in group))

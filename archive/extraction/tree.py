"""The tree of a page: one lxml parse, with bounds of ours instead of libxml2's."""

from __future__ import annotations

import re
from typing import Final

import lxml.html
from lxml import etree

from archive.errors import Rejected

BAD_REFERENCE: Final = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])(?:;|(?!\d))"
    r"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})(?:;|(?![0-9a-fA-F])))"
)
MAX_CHARACTERS: Final = 32 << 20  # the largest bench page has 5 million
MAX_ELEMENTS: Final = 100_000  # the largest bench page has 10,106


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

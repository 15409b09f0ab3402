"""The tree of a page: one lxml parse, with bounds of ours instead of libxml2's."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from archive.errors import Rejected

BAD_REFERENCE: Final = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])(?:;|(?!\d))"
    rb"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})(?:;|(?![0-9a-fA-F])))"
)
MAX_CHARACTERS: Final = 32 << 20  # the largest bench page has 5 million
MAX_ELEMENTS: Final = 100_000  # the largest bench page has 10,106


def parser() -> etree.HTMLParser:
    """A parser without limits on depth and size: with them, an article below 254 nested elements vanishes silently.

    lxml's own and not lxml.html's, which asks Python for the class of each element: 0.4 ms a page.
    """
    return etree.HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )


def parse(text: str) -> etree._Element:
    """The tree of a page. Raises ``Rejected`` where there is none."""
    if len(text) > MAX_CHARACTERS:
        raise Rejected("extraction", "too-large", f"{len(text)} characters, the limit is {MAX_CHARACTERS}")
    # libxml2 stops at references to control characters, and at a form feed trafilatura returns nothing
    data = text.replace("\f", " ").encode("utf-8", "replace")
    if BAD_REFERENCE.search(data):  # in bytes: 0.08 ms a page; in text 0.23
        data = BAD_REFERENCE.sub(b" ", data)
    try:
        tree = etree.fromstring(data, parser())
    except etree.XMLSyntaxError:
        tree = None
    if tree is None:
        raise Rejected("extraction", "no-text", f"no element in {len(text)} characters")
    if len(data) > 3 * MAX_ELEMENTS and data.count(b"<") > MAX_ELEMENTS // 2:  # few pages; to count costs 0.2 ms
        elements = int(tree.xpath("count(//*)"))
        if elements > MAX_ELEMENTS:
            raise Rejected("extraction", "too-complex", f"{elements} elements, the limit is {MAX_ELEMENTS}")
    return tree

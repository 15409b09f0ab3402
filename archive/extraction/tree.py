"""The tree of a page: one lxml parse, with bounds of ours instead of libxml2's."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from archive.errors import Rejected
from archive.extraction.blocks import INLINE, NEVER
from archive.extraction.nesting import MAX_TAGS, flattened

BAD_REFERENCE: Final = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])(?:;|(?!\d))"
    rb"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})(?:;|(?![0-9a-fA-F])))"
)
MAX_CHARACTERS: Final = 32 << 20  # the largest bench page has 5 million
MAX_ELEMENTS: Final = 100_000  # that set texts apart, of 3 KB each later on; the largest bench page has 10,106 of all kinds
MAX_INLINE: Final = 300_000  # all but line breaks: 1.5 KB
MAX_BREAKS: Final = 1_000_000  # 130 bytes
MAX_ATTRIBUTES: Final = 1000  # of one element; libxml2 compares each with all before: 300,000 take 158 CPU s
LONG_TAG: Final = re.compile(rb"<[a-zA-Z][^<>]{3000}")  # in fewer bytes there is no room for as many attributes
_ATTRIBUTE = rb"""(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+)"""
TAG: Final = re.compile(rb"<[a-zA-Z][^\s/>]*+%b{0,%d}+(%b?+)" % (_ATTRIBUTE, MAX_ATTRIBUTES, _ATTRIBUTE))

_COUNT_APART: Final = etree.XPath(f"count(//body//*[not(self::br or {' or '.join(f'self::{tag}' for tag in sorted(INLINE | NEVER))})])")
MAX_SPARED: Final = 20  # scripts and comments of one page in which a comparison looks like such an element
RAW: Final = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in ((rb"<script\b", rb"</script"), (rb"<style\b", rb"</style"), (rb"<!--", rb"-->"))
)


def parser() -> etree.HTMLParser:
    """A parser without limits on size, and with libxml2's highest on depth: 2,048 elements instead of 254.

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


def parse(text: str, classes: etree.ElementClassLookup | None = None) -> etree._Element:
    """The tree of a page, its elements of these classes. Raises ``Rejected`` where there is none."""
    if len(text) > MAX_CHARACTERS:
        raise Rejected("extraction", "too-large", f"{len(text)} characters, the limit is {MAX_CHARACTERS}")
    # libxml2 stops at references to control characters, and at a form feed trafilatura returns nothing
    data = text.replace("\f", " ").encode("utf-8", "replace")
    if BAD_REFERENCE.search(data):  # in bytes: 0.08 ms a page; in text 0.23
        data = BAD_REFERENCE.sub(b" ", data)
    _check_attributes(data)
    tree, whole = _tree(data, classes)
    if not whole and data.count(b"<") <= MAX_TAGS:
        tree, whole = _tree(flattened(data), classes)
    if not whole:
        raise Rejected("extraction", "too-complex", "elements nest more than 2048 deep")
    if tree is None:
        raise Rejected("extraction", "no-text", f"no element in {len(text)} characters")
    if len(data) > 3 * MAX_ELEMENTS and data.count(b"<") > MAX_ELEMENTS // 2:  # few pages; to count costs 0.2 ms
        _check_elements(tree)
    return tree


def _check_elements(tree: etree._Element) -> None:
    """Raises ``Rejected`` where the tree has more elements of a kind than what follows can hold in memory."""
    breaks = int(tree.xpath("count(//br)"))
    elements = int(tree.xpath("count(//*)")) - breaks
    apart = int(_COUNT_APART(tree)) if MAX_ELEMENTS < elements <= MAX_INLINE else 0
    for number, what, most in (
        (breaks, "line breaks", MAX_BREAKS),
        (elements, "elements", MAX_INLINE),
        (apart, "elements that set texts apart", MAX_ELEMENTS),
    ):
        if number > most:
            raise Rejected("extraction", "too-complex", f"{number} {what}, the limit is {most}")


def _tree(data: bytes, classes: etree.ElementClassLookup | None) -> tuple[etree._Element | None, bool]:
    """The tree, and whether libxml2 came to the end of the page: its bound on depth ends the page there."""
    reader = parser()
    if classes is not None:
        reader.set_element_class_lookup(classes)
    try:
        tree = etree.fromstring(data, reader)
    except etree.XMLSyntaxError:
        tree = None
    last = reader.error_log.last_error  # 1 microsecond
    return tree, last is None or last.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT


def _check_attributes(data: bytes) -> None:
    """Raises ``Rejected`` at an element with too many attributes. Linear: what was looked at is not looked at again."""
    found = LONG_TAG.search(data)
    spared = 0
    while found:
        tag = TAG.match(data, found.start())
        if tag and tag[1]:
            end = _raw_until(data, found.start()) if spared < MAX_SPARED else 0
            if not end:
                detail = f"an element of more than {MAX_ATTRIBUTES} attributes"
                raise Rejected("extraction", "too-complex", detail)
            spared += 1
        else:
            end = tag.end() if tag else 0
        found = LONG_TAG.search(data, max(end, found.start() + 1))


def _raw_until(data: bytes, at: int) -> int:
    """Where the script, style or comment ends in which a place lies; 0 where it lies in none."""
    for start, end in RAW:
        opened = [found.end() for found in start.finditer(data, 0, at)][-1:]
        if opened:
            closed = end.search(data, opened[0])
            if closed is None or closed.start() >= at:
                return closed.end() if closed else len(data)
    return 0

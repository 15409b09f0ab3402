"""What stands around a page's headline: its short texts in reading order, where bylines and dates are.

A walk from the headline, some hundred elements forward and fewer back, costs 0.1 ms; a search of the whole tree for
class names costs ten times that, and finds the bylines of teasers and comments as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from archive.extraction.values import spelling

FORWARD: Final = 220  # elements behind the headline, of which a standfirst and a lead image take up to a hundred
BACKWARD: Final = 60
LONG: Final = 220  # characters of a text that is prose
MAX_LONG: Final = 3  # stretches of prose after which the article has begun
MAX_NOTE: Final = 300  # characters of one attribute that are looked at
MAX_PIECE: Final = 2000  # characters of one text that are looked at
SKIPPED: Final = frozenset({"script", "style", "noscript", "svg", "select", "textarea", "template", "iframe", "form"})
BLOCKS: Final = frozenset(
    {"p", "div", "li", "ul", "h1", "h2", "h3", "h4", "section", "header", "article", "td", "tr", "dd", "dt", "dl",
     "br", "figure", "figcaption", "address", "aside", "footer", "nav", "main", "table", "blockquote"}
)  # fmt: skip
_FIND_TEXT = etree.XPath("//body//*[normalize-space(text())=$title]")
_NOTES: Final = ("class", "id", "itemprop", "rel", "property", "data-testid", "data-type")
_FOUR = re.compile(r"\d{4}|\d\.\s?\d\d?\.\s?\d\d")
_FOREIGN = re.compile(
    r"comment|related|recommend|read-?more|most-?read|popular|trending|newsletter|disqus", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that stands for itself, the element that holds it, and the number of its line."""

    text: str
    element: etree._Element
    line: int

    @property
    def stamp(self) -> str:
        """The ``datetime`` of the ``<time>`` it stands in."""
        one = self.element if self.element.tag == "time" else self.element.getparent()
        return (one.get("datetime") or "")[:80] if one is not None and one.tag == "time" else ""

    @property
    def notes(self) -> str:
        """Class, id, itemprop, rel and the like of its element and the two around it, in lower case."""
        notes = [value[:MAX_NOTE] for one in self._around() for name in _NOTES if (value := one.get(name))]
        return " ".join(notes)[:600].lower()

    @property
    def link(self) -> str:
        """The address that it links to, in lower case."""
        links = [one.get("href") for one in self._around() if one.tag == "a"]
        return (links[0] or "")[:300].lower() if links else ""

    def _around(self) -> list[etree._Element]:
        around: list[etree._Element] = []
        one: etree._Element | None = self.element
        while one is not None and len(around) < 3 and isinstance(one.tag, str) and one.tag not in {"body", "article"}:  # noqa: PLR2004
            around.append(one)
            one = one.getparent()
        return around


def headline_of(tree: etree._Element, title: str | None) -> etree._Element | None:
    """The element that shows the title: the h1 of that text, or another heading, or else the page's first h1."""
    wanted = spelling(title or "")
    first = best = None
    for element in islice(tree.iter("h1", "h2", "h3"), 60):
        text = spelling("".join(islice(element.itertext(), 50)))
        if not text:
            continue
        if wanted and (text == wanted or (len(text) > 8 and (text in wanted or wanted in text))):  # noqa: PLR2004
            if element.tag == "h1":
                return element
            best = element if best is None else best
        elif element.tag == "h1" and first is None:
            first = element
    if best is None and first is None and title:
        shown = _FIND_TEXT(tree, title=title)
        return shown[0] if shown else None
    return best if best is not None else first


def pieces_around(headline: etree._Element) -> tuple[list[Piece], list[Piece]]:
    """The texts behind the headline, and those before it, the nearest first."""
    return list(_pieces(_forward(headline))), list(_pieces(_backward(headline)))


def pieces_within(element: etree._Element) -> list[Piece]:
    """The texts inside an element."""
    found: list[tuple[etree._Element, str | None, int]] = []
    for line, one in enumerate(islice(element.iter(), BACKWARD)):
        if _open(one):
            found.append((one, one.text, line))
        if one is not element and one.tail and one.getparent() is not None:
            found.append((one.getparent(), one.tail, line))
    return list(_pieces(iter(found)))


def pieces_of_page(tree: etree._Element) -> Iterator[Piece]:
    """All texts with a figure of a page's body, but for what stands beside the article."""
    for line, element in enumerate(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in SKIPPED:
            continue
        for holder, raw in ((element, element.text), (element.getparent(), element.tail)):
            if raw and holder is not None and len(raw) < LONG and _FOUR.search(raw):
                yield Piece(" ".join(raw.split()), holder, line)


def _pieces(walk: Iterator[tuple[etree._Element, str | None, int]]) -> Iterator[Piece]:
    long = 0
    for element, raw, line in walk:
        text = " ".join((raw or "")[:MAX_PIECE].split())
        if not text:
            continue
        if len(text) > LONG:
            long += 1
            if long >= MAX_LONG:
                return
        yield Piece(text, element, line)


def _forward(headline: etree._Element) -> Iterator[tuple[etree._Element, str | None, int]]:
    """Each text behind the headline with its element, in reading order, and the number of its line."""
    line = 0
    at, inside = headline, False
    for _ in range(FORWARD):
        closed, following = _onward(at, inside=inside)
        for one in closed:
            line += one.tag in BLOCKS
            if one.tail and one.getparent() is not None:
                yield one.getparent(), one.tail, line
        if following is None:
            return
        at, inside = following, _open(following)
        line += at.tag in BLOCKS
        if inside:
            empty = at.tag == "time" and not len(at) and not (at.text or "").strip()
            yield at, at.get("datetime") if empty else at.text, line


def _onward(at: etree._Element, *, inside: bool) -> tuple[list[etree._Element], etree._Element | None]:
    """The elements that end behind one, and the next one in reading order; None at the end of the page."""
    closed: list[etree._Element] = []
    if inside and len(at):
        return closed, at[0]
    one: etree._Element | None = at
    while one is not None and one.tag not in {"body", "html"}:
        closed.append(one)
        following = one.getnext()
        if following is not None:
            return closed, following
        one = one.getparent()
    return closed, None


def _backward(headline: etree._Element) -> Iterator[tuple[etree._Element, str | None, int]]:
    """Each text before the headline, the nearest first."""
    line = 0
    at = headline
    for _ in range(BACKWARD):
        previous = at.getprevious()
        if previous is None:
            parent = at.getparent()
            if parent is None or parent.tag in {"body", "html"}:
                return
            yield parent, parent.text, line
            at = parent
            line += at.tag in BLOCKS
            continue
        at = previous
        parent = at.getparent()
        if parent is not None:
            yield parent, at.tail, line
        line += at.tag in BLOCKS
        if _open(at):
            inside = list(islice(at.iter(), BACKWARD))
            for one in reversed(inside):
                if one is not at and one.tail and one.getparent() is not None and _open(one.getparent()):
                    yield one.getparent(), one.tail, line
                if _open(one):
                    yield one, one.text, line
                line += one.tag in BLOCKS


def _open(element: etree._Element) -> bool:
    """Whether an element's text is shown and belongs to the article."""
    if not isinstance(element.tag, str) or element.tag in SKIPPED or element.tag == "nav":
        return False
    return not _FOREIGN.search(f"{(element.get('class') or '')[:MAX_NOTE]} {(element.get('id') or '')[:MAX_NOTE]}")

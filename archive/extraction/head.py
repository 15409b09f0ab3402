"""The few elements of a page that speak of it: meta, link, title, h1, time, JSON-LD blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from archive.extraction.values import MAX_TEXT, MAX_VALUES, Candidate

SUBHEADING: Final = 300  # characters of an h2
MAX_HEADINGS: Final = 20  # a page with more h1 has no headline in any
BREAKS: Final = frozenset(
    {"br", "p", "div", "li", "small", "h2", "h3", "section", "header"}
)  # a line of its own begins


@dataclass(slots=True)
class Head:
    """What one pass over the tree finds, raw."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    canonical: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[etree._Element] = field(default_factory=list)
    subheadings: list[str] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)  # datetime, and what its class and itemprop say
    languages: list[str] = field(default_factory=list)


def read_head(tree: etree._Element) -> Head:
    """One pass over the few elements that matter."""
    head = Head()
    for element in tree.iter(*_NOTES):
        _NOTES[element.tag](head, element)
    return head


def _note_meta(head: Head, element: etree._Element) -> None:
    key = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
    content = element.get("content") or element.get("value")  # some archives keep it so
    if key and content:
        values = head.metas.setdefault(key.strip().lower().replace("dc:", "dc.").replace("dcterms:", "dcterms."), [])
        if len(values) < MAX_VALUES:
            values.append(content)


def _note_script(head: Head, element: etree._Element) -> None:
    if "ld+json" in (element.get("type") or "").lower() and element.text:
        head.blocks.append(element.text)


def _note_link(head: Head, element: etree._Element) -> None:
    if "canonical" in (element.get("rel") or "").lower().split():
        head.canonical.append(element.get("href") or "")


def _note_heading(head: Head, element: etree._Element) -> None:
    if len(head.headings) < MAX_HEADINGS:
        head.headings.append(element)


def _note_subheading(head: Head, element: etree._Element) -> None:
    if len(head.subheadings) < MAX_HEADINGS:
        head.subheadings.append(inner_text(element, SUBHEADING))


def _note_time(head: Head, element: etree._Element) -> None:
    if len(head.times) < MAX_VALUES:
        said = f"{element.get('itemprop')} {element.get('class')} {'pubdate' if 'pubdate' in element.attrib else ''}"
        head.times.append((element.get("datetime") or element.get("content") or "", said.lower()))


def _note_html(head: Head, element: etree._Element) -> None:
    head.languages += [one for one in (element.get("lang"), element.get("xml:lang")) if one]


_NOTES: Final[dict[str, Callable[[Head, etree._Element], None]]] = {
    "meta": _note_meta,
    "script": _note_script,
    "link": _note_link,
    "h1": _note_heading,
    "h2": _note_subheading,
    "time": _note_time,
    "html": _note_html,
    "title": lambda head, element: head.titles.append(element.text or ""),
    "base": lambda head, element: head.bases.append(element.get("href") or ""),
}


def metas(head: Head, keys: Iterable[str]) -> list[Candidate]:
    """The values of these meta tags, in the order of the keys."""
    return [(value, "meta") for key in keys for value in head.metas.get(key, ())]


def inner_text(element: etree._Element, limit: int = MAX_TEXT) -> str:
    """The text of an element without its scripts and styles, ``limit`` characters and elements of it or little more."""
    pieces: list[str] = []
    left = limit
    for one in element.iter():
        if left <= 0:
            break
        text = one.text if isinstance(one.tag, str) and one.tag not in {"script", "style", "svg"} else None
        pieces += ["\n" if one.tag in BREAKS and one is not element else "", text or ""]
        left -= len(text or "") + 1
        if one is not element and one.tail:
            pieces += ["\n" if one.tag in BREAKS else "", one.tail]
            left -= len(one.tail)
    return "".join(pieces)

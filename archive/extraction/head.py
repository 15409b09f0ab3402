"""The few elements of a page that speak of it: meta, link, title, h1, time, JSON-LD blocks, and bylines in the body."""

# ruff: noqa: SIM905  classes read best as lines of words

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, cast

from lxml import etree, html

from archive.extraction.dates import parse_date
from archive.extraction.people import is_byline
from archive.extraction.values import MAX_TEXT, MAX_VALUES, Candidate

MAX_HEADINGS: Final = 20  # a page with more h1 has no headline in any
MAX_BYLINES: Final = 5  # those that follow belong to teasers and comments
INSIDE: Final = 1000  # characters and elements of a byline or a date, and elements around it, that are looked at
AUTHOR_CLASSES: Final = frozenset(
    "author author-name author__name authorname author-link byline byline-name byline__name byline-author entry-author"
    " post-author article-author article__author article-byline p-author story-byline post-meta-author author_name"
    " article__byline c-byline__author".split()
)
_COMMENT = re.compile("comment|review|answer|related|citation", re.IGNORECASE)
_FIND_BYLINES = etree.XPath(
    "//*[@itemprop='author' or @itemprop='datePublished' or @itemprop='headline' or @rel='author'"
    " or @property='schema:author' or contains(@class,'author') or contains(@class,'byline') or contains(@class,'Author')"
    " or contains(@class,'Byline')]"
)


@dataclass(slots=True)
class Head:
    """What one pass over the tree finds, raw."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    canonical: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)  # datetime, and what its class and itemprop say
    languages: list[str] = field(default_factory=list)


def read_head(tree: html.HtmlElement) -> Head:
    """One pass over the few elements that matter."""
    head = Head()
    for element in tree.iter(*_NOTES):
        _NOTES[element.tag](head, element)
    return head


def _note_meta(head: Head, element: html.HtmlElement) -> None:
    key = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
    content = element.get("content")
    if key and content:
        values = head.metas.setdefault(key.strip().lower().replace("dc:", "dc.").replace("dcterms:", "dcterms."), [])
        if len(values) < MAX_VALUES:
            values.append(content)


def _note_script(head: Head, element: html.HtmlElement) -> None:
    if "ld+json" in (element.get("type") or "").lower() and element.text:
        head.blocks.append(element.text)


def _note_link(head: Head, element: html.HtmlElement) -> None:
    if "canonical" in (element.get("rel") or "").lower().split():
        head.canonical.append(element.get("href") or "")


def _note_heading(head: Head, element: html.HtmlElement) -> None:
    if len(head.headings) < MAX_HEADINGS:
        head.headings.append(_inner_text(element))


def _note_time(head: Head, element: html.HtmlElement) -> None:
    if len(head.times) < MAX_VALUES:
        said = f"{element.get('itemprop')} {element.get('class')} {'pubdate' if 'pubdate' in element.attrib else ''}"
        head.times.append((element.get("datetime") or element.get("content") or "", said.lower()))


def _note_html(head: Head, element: html.HtmlElement) -> None:
    head.languages += [one for one in (element.get("lang"), element.get("xml:lang")) if one]


_NOTES: Final[dict[str, Callable[[Head, html.HtmlElement], None]]] = {
    "meta": _note_meta,
    "script": _note_script,
    "link": _note_link,
    "h1": _note_heading,
    "time": _note_time,
    "html": _note_html,
    "title": lambda head, element: head.titles.append(element.text or ""),
    "base": lambda head, element: head.bases.append(element.get("href") or ""),
}


def metas(head: Head, keys: Iterable[str]) -> list[Candidate]:
    """The values of these meta tags, in the order of the keys."""
    return [(value, "meta") for key in keys for value in head.metas.get(key, ())]


def _inner_text(element: html.HtmlElement, limit: int = MAX_TEXT) -> str:
    """The text of an element without its scripts and styles, ``limit`` characters and elements of it or little more."""
    pieces: list[str] = []
    left = limit
    for one in element.iter():
        if left <= 0:
            break
        text = one.text if isinstance(one.tag, str) and one.tag not in {"script", "style", "svg"} else None
        pieces += [text or "", " " if one.tag in {"br", "p", "div", "li"} else ""]
        left -= len(text or "") + 1
        if one is not element and one.tail:
            pieces.append(one.tail)
            left -= len(one.tail)
    return "".join(pieces)


def read_body(tree: html.HtmlElement) -> tuple[list[Candidate], list[Candidate]]:
    """Bylines and dates that only the body states, microdata before classes."""
    micro: list[Candidate] = []
    seen: list[Candidate] = []
    dates: list[Candidate] = []
    for element in cast("list[html.HtmlElement]", _FIND_BYLINES(tree))[:MAX_VALUES]:
        prop = (element.get("itemprop") or "").split()
        if "datePublished" in prop:
            dates.append(
                (element.get("datetime") or element.get("content") or _inner_text(element, INSIDE), "microdata")
            )
        elif "author" in prop:
            if len(micro) < MAX_BYLINES and not _in_comment(element):
                inside = islice(element.iter(), INSIDE)
                names = [one for one in inside if one.get("itemprop") == "name"] or [element]
                micro += [(one.get("content") or _inner_text(one, INSIDE), "microdata") for one in names[:MAX_BYLINES]]
        elif len(seen) < MAX_BYLINES and _is_author(element):
            seen.append((_inner_text(element, INSIDE), "html"))
    plain = [one for one in seen if is_byline(one[0])]
    return micro[:MAX_BYLINES] or plain[:1], dates


def _is_author(element: html.HtmlElement) -> bool:
    """Whether an element says by ``rel`` or ``class`` that it names the author."""
    return element.get("rel") == "author" or bool(AUTHOR_CLASSES & set((element.get("class") or "").lower().split()))


def _in_comment(element: html.HtmlElement) -> bool:
    """Whether an author is that of a comment, a review or another page."""
    return any(
        _COMMENT.search(f"{one.get('itemprop')} {one.get('itemtype')} {one.get('class')}")
        for one in islice(element.iterancestors(), INSIDE)
    )


def times(head: Head) -> list[Candidate]:
    """``<time>`` elements that say they are the date of publication, or the only date of the page."""
    named = [(when, "html") for when, what in head.times if re.search(r"publi|entry-date|pubdate|posted", what)]
    days = {parse_date(when) for when, _ in head.times[:MAX_VALUES]} - {None}
    return named or ([(when, "html") for when, _ in head.times] if len(days) == 1 else [])

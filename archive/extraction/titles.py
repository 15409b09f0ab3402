"""The title of a page: which of its headlines, in which spelling, without the site's name."""

# ruff: noqa: RUF001  separators look alike

from __future__ import annotations

import re
from typing import Final

from archive.extraction.head import Head, metas
from archive.extraction.jsonld import JsonLd
from archive.extraction.values import NOTHING, Candidate, Value, clean_text, from_jsonld, spelling

HALF: Final = 0.5
TITLE_KEYS: Final = ("og:title", "parsely-title", "sailthru.title", "twitter:title", "dcterms.title", "dc.title",
                     "citation_title", "headline", "title")  # fmt: skip
MAX_CUTS: Final = 20  # a title with more separators is a list of words
SEPARATORS = re.compile(r"\s+[|–—»«·•:-]{1,2}\s+|\s*[|｜]\s*")


def choose_title(head: Head, said: JsonLd, sites: set[str]) -> Value:
    """The headline, in the head's spelling where h1 shows the same; never the site's name."""
    raw = [
        *from_jsonld(said.headlines[:2]),
        *metas(head, TITLE_KEYS)[:10],
        *from_jsonld(said.names[:2]),
        *((one, "html") for one in head.titles[:1]),
    ]
    stated = [(text, origin) for one, origin in raw if (text := clean_text(one)) and spelling(text) not in sites]
    headings = [text for one in head.headings if (text := clean_text(one)) and spelling(text) not in sites]
    shown = {spelling(text) for text in headings}
    known = shown | {spelling(text) for text, _ in stated}
    stated = [(bare, origin) for text, origin in stated if (bare := _without_site(text, sites, known))]
    first = clean_text(said.headlines[0]) if said.headlines else None
    for text, origin in stated:
        if spelling(text) in shown or (origin == "json-ld" and text == first):
            return text, origin
    return _heading(headings, stated) or (stated[0] if stated else (headings[0], "html") if headings else NOTHING)


def _heading(headings: list[str], stated: list[Candidate]) -> Candidate | None:
    """The h1 that shares most words with what the head states, if that is half of them or more.

    Of 793 pages with little JSON-LD the first h1 was the title on 613, og:title on 384: heads are written for search.
    """
    wanted = {word for text, _ in stated for word in _words(text)}
    scored = [(len(words & wanted) / len(words), text) for text in headings if (words := _words(text))]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    whole = spelling(best)
    for text, origin in stated:  # a kicker or a subtitle stands in the same h1
        part = spelling(text)
        if 2 * len(part) > len(whole) and (whole.startswith(part) or whole.endswith(part)):
            return text, origin
    return (best, "html") if score >= HALF and len(_words(best)) > 1 else None


def _words(text: str) -> set[str]:
    """Words, or single letters of scripts that write none apart."""
    words = re.findall(r"\w+", text.casefold())
    return {piece for word in words for piece in ([word] if word < "\u0e00" else word)}


def _without_site(title: str, sites: set[str], known: set[str]) -> str:
    """A title without the site's name before or behind it; a bare ``|`` also ends a title of some length."""
    cuts = [(found.start(), found.end()) for found in SEPARATORS.finditer(title)]
    if len(cuts) > MAX_CUTS:
        return title
    for start, end in cuts:
        if spelling(title[:start]) in known or spelling(title[end:]) in sites:
            return title[:start]
    for start, end in cuts[:1]:
        if spelling(title[:start]) in sites:
            return title[end:]
    if cuts and "|" in title[slice(*cuts[-1])] and cuts[-1][0] > 2 * (len(title) - cuts[-1][1]):
        return title[: cuts[-1][0]]
    return title

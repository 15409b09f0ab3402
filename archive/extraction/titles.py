"""The title of a page: which of its headlines, in which spelling, without the site's name.

Heads are written for search and for sharing, the h1 for readers; each may also hold the site's name, a kicker or
something else altogether. So what the head states and what the page shows are compared: where they show the same words,
the head's spelling is right; where one is the other with more around it, the shorter; where they differ, the h1 counts
if it is about the same thing. Of 1,755 bench pages on which a lone h1 and og:title differ, the h1 was the title on 438
and og:title on 70; a NewsArticle's headline in JSON-LD differs from the h1 more often for a reason (10 of 20).
"""

# ruff: noqa: RUF001  separators look alike

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final
from urllib.parse import unquote, urlsplit

from archive.extraction.head import Head, inner_text, metas
from archive.extraction.jsonld import JsonLd
from archive.extraction.values import NOTHING, Candidate, Value, clean_text, from_jsonld, spelling

TITLE_KEYS: Final = ("og:title", "parsely-title", "sailthru.title", "twitter:title", "dcterms.title", "dc.title",
                     "citation_title", "headline", "title")  # fmt: skip
MAX_CUTS: Final = 20  # a title with more separators is a list of words
MAX_HEADLINE: Final = 300  # characters; a longer "headline" is the article's first paragraph
SEPARATORS = re.compile(r"\s+(?:[|–—»«·•:-]{1,2}|@)\s+|\s*[|｜]\s*|(?<=\S)(?:_|::)(?=\S)")
MAX_PARTS: Final = 20  # texts inside one heading
CUT_AT: Final = 100  # characters; search engines want headlines of 110, and some sites cut theirs
_QUOTE = re.compile(r"\s?[\"“”„«»‘']")
_BEFORE_PART = re.compile(r"[|/:：–—»«・》】\])·•-]\s*")
_KICKER_END = re.compile(r"[|/:：–—»«・》】\])·•-]\s*$")
_WORDS = re.compile(r"\w+")


def choose_title(head: Head, said: JsonLd, sites: set[str], url: str | None = None) -> Value:
    """The headline; never the site's name. Deterministic, and in no language's words."""
    raw = [
        *from_jsonld(said.headlines[:2]),
        *metas(head, TITLE_KEYS)[:10],
        *from_jsonld(said.names[:2]),
        *((one, "html") for one in head.titles[:1]),
    ]
    shown = [(inner_text(one), "html") for one in head.headings]
    stated = _clean(raw, sites)
    sites = sites | _shown_sites(head.titles, shown, stated)
    headings = _clean(shown, sites)
    stated = _whole(stated, headings)
    seen = {spelling(text) for text, _ in headings}
    known = seen | {spelling(text) for text, _ in stated}
    lower = {spelling(text) for text in head.subheadings} - sites
    stated = [(bare, origin) for text, origin in stated if (bare := _without_site(text, sites, known, seen, lower))]
    headings = [(bare, origin) for text, origin in headings if (bare := _without_site(text, sites, known, seen, lower))]
    if said.news and stated and stated[0][1] == "json-ld":
        return _without_kicker(stated[0], stated)
    slug = _slug(url)
    heading = _best(headings, stated, slug)
    if heading is None:
        return _without_kicker(stated[0], stated) if stated else headings[0] if headings else NOTHING
    return _without_kicker(_either(heading, stated, head, slug), stated)


def _clean(candidates: Iterable[Candidate], sites: set[str]) -> list[Candidate]:
    """The texts that are no site's name and not too long for a headline, each cleaned."""
    return [
        (text, origin)
        for raw, origin in candidates
        if (text := clean_text(raw)) and spelling(text) not in sites and len(text) <= MAX_HEADLINE
    ]


def _whole(stated: list[Candidate], headings: list[Candidate]) -> list[Candidate]:
    """What the head states, with what was cut off put back where another title goes on: "Mayor calls plan ..."."""
    others = [text for text, _ in (*headings, *stated)]
    found: list[Candidate] = []
    for text, origin in stated:
        stem = text.rstrip(".…").rstrip()
        whole = None
        if stem != text or len(text) > CUT_AT:
            whole = next((one for one in others if len(one) > len(text) and one.startswith(stem)), None)
        elif origin != "html":  # a quotation mark ended the attribute
            whole = next((one for one in others if one.startswith(text) and _QUOTE.match(one, len(text))), None)
        found.append((whole or text, origin))
    return found


def _shown_sites(titles: list[str], shown: list[Candidate], stated: list[Candidate]) -> set[str]:
    """The h1 that are the site's name, for the page's title ends with them, or begins with them before its own title."""
    title = clean_text(titles[0]) if titles else None
    cuts = list(SEPARATORS.finditer(title or ""))[:MAX_CUTS]
    if not title or not cuts:
        return set()
    first, last = title[: cuts[0].start()], title[cuts[-1].end() :]
    found = {spelling(last)} if 2 * len(last) < len(title) else set()
    if spelling(title[cuts[0].end() :]) in {spelling(text) for text, _ in stated}:
        found.add(spelling(first))
    return found & {spelling(text) for text, _ in shown}


def _best(headings: list[Candidate], stated: list[Candidate], slug: set[str]) -> Candidate | None:
    """The h1 that shares most with what the head and the address say; None where none shares enough."""
    best: tuple[int, Candidate] | None = None
    alone = len({spelling(text) for text, _ in headings}) == 1
    for heading in headings:
        words = _words(heading[0])
        shared = max((_overlap(words, _words(text)) for text, _ in stated), default=100)
        covered = max(
            (100 * len(words & other) // len(other) for text, _ in stated if (other := _words(text))), default=0
        )
        points = 2 * (covered >= 50) + 4 * (shared >= 50) + (shared >= 30) - 4 * (shared == 0)  # noqa: PLR2004
        points += min(2, len(words & slug)) + (len(words) > 2) - (2 if alone else 5) * (len(words) < 2)  # noqa: PLR2004
        points += 2 * alone + (len(words) > 5)  # noqa: PLR2004
        if points > 1 and (best is None or points > best[0]):
            best = points, heading
    return best and best[1]


def _either(heading: Candidate, stated: list[Candidate], head: Head, slug: set[str]) -> Candidate:
    """The heading, or what the head states in its place."""
    whole = spelling(heading[0])
    for text, origin in stated:
        if spelling(text) == whole:
            return text, origin
    for text, origin in stated:  # a subtitle stands in the same h1, in an element or a line of its own
        part = spelling(text)
        if 2 * len(part) > len(whole) and whole.startswith(part) and part in _parts(head, whole):
            return text, origin
    for text, origin in stated:  # a kicker or the day does
        part = spelling(text)
        if 2 * len(part) > len(whole) and whole.endswith(part) and _is_kicker(heading[0], part, head):
            return text, origin
    if not stated:
        return heading
    text, origin = stated[0]
    part, words, others = spelling(text), _words(heading[0]), _words(text)
    if part.startswith(whole) or part.endswith(whole):
        return heading if len(words) > 1 else (text, origin)
    shared = _overlap(words, others)
    points = 3 * (shared >= 50) + 2 * (shared >= 30) - 2 * (shared == 0) + (len(words) > 5)  # noqa: PLR2004
    points -= 2 * (len(words) < 3)  # noqa: PLR2004
    points += min(2, max(-3, len(words & slug) - len(others & slug)))
    return heading if points > 0 else (text, origin)


def _is_kicker(heading: str, part: str, head: Head) -> bool:
    """Whether what stands before the last part of a heading is set apart from it, or holds the day."""
    whole = spelling(heading)
    kicker = whole[: -len(part)]
    return (
        any(char.isdigit() for char in kicker)
        or any(spelling(heading[cut.end() :]) == part for cut in _BEFORE_PART.finditer(heading))
        or kicker in _parts(head, whole)
    )


def _parts(head: Head, whole: str) -> set[str]:
    """The spellings of what stands before each element inside the heading of that spelling."""
    for element in head.headings:
        if spelling(inner_text(element)) == whole:
            texts = [text for text in islice(element.itertext(), MAX_PARTS) if text.strip()]
            return {spelling("".join(texts[:count])) for count in range(1, len(texts))}
    return set()


def _without_kicker(title: Candidate, stated: list[Candidate]) -> Candidate:
    """A title without a kicker that another of the head's titles leaves out: "City budget: Harbour cut"."""
    whole = title[0]
    for text, origin in stated:
        if (
            origin != "html"
            and len(text) < len(whole)
            and 5 * len(text) > 2 * len(whole)
            and whole.casefold().endswith(text.casefold())
            and _KICKER_END.search(whole[: -len(text)])
        ):
            return text, origin
    return title


def _overlap(one: set[str], other: set[str]) -> int:
    """Per cent of the smaller set's words that the other has too."""
    return 100 * len(one & other) // max(1, min(len(one), len(other)))


def _slug(url: str | None) -> set[str]:
    """The words of an address's path."""
    try:
        return _words(unquote(urlsplit(url or "").path.replace("_", " "))[:500])
    except ValueError:
        return set()


def _words(text: str) -> set[str]:
    """Words, or single letters of scripts that write none apart."""
    words = _WORDS.findall(text.casefold())
    return {piece for word in words for piece in ([word] if word < "\u0e00" else word)}


def _without_site(title: str, sites: set[str], known: set[str], seen: set[str], lower: set[str]) -> str:
    """A title without the site's name before or behind it; a bare ``|`` also ends a title of some length.

    ``known`` are all of the page's titles, ``seen`` its h1, ``lower`` its h2: a part of the title that is one of them is the
    title itself.
    """
    cuts = [(found.start(), found.end()) for found in SEPARATORS.finditer(title)]
    if not cuts or len(cuts) > MAX_CUTS:
        return title
    for start, end in cuts:
        if spelling(title[:start]) in known or spelling(title[end:]) in sites:
            return title[:start]
    start, end = cuts[0]
    if spelling(title[:start]) in sites:
        return title[end:]
    if spelling(title) not in seen and (shown := _shown_part(title, cuts, seen, lower)):
        return shown
    start, end = cuts[-1]
    if "|" in title[start:end] and start > 2 * (len(title) - end):
        return title[:start]
    return title


def _shown_part(title: str, cuts: list[tuple[int, int]], seen: set[str], lower: set[str]) -> str | None:
    """The part of a title that is most of an h1, with the day before it, say; or else one that is an h2."""
    for start, _ in cuts:
        part = spelling(title[:start])
        if any(2 * len(part) > len(one) and one.endswith(part) for one in seen):
            return title[:start]
    edges = [0, *(edge for cut in cuts for edge in cut), len(title)]
    parts = [title[one:two] for one, two in zip(edges[::2], edges[1::2], strict=True)]
    shown = [part for part in parts if len(_words(part)) > 1 and spelling(part) in lower]
    return max(shown, key=len, default=None)

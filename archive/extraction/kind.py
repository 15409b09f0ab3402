"""What a page is, where its text is no ordinary article: flags, each with a rule of its own, and what was left out.

    paywall, teaser-only, consent-wall, soft-404    what stands where an article should (``walls.py``)
    listing        the page lists other pages
    live-blog      the article is a chain of entries with the time of each

A flag on an ordinary article is worse than a page that goes without. So each rule wants two signs that have little to do
with one another, and most look at short texts only. What needs no language comes first: what the page states, names of
classes and ids (English nearly everywhere), links, digits, lengths. Words decide where these do not.
All rules work on the blocks that ``walk`` found, not on the page's HTML: 0.08 ms a page.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from archive.extraction.blocks import Blocks
from archive.extraction.likeness import Stated
from archive.extraction.seen import MOST, Seen, is_dated, is_heading, length, until
from archive.extraction.walls import WALL, is_consent_wall, is_paywalled, is_soft_404, is_teaser
from archive.model import Block, Metadata

STAMP: Final = 40  # characters of a time stamp with what stands beside it
LINK: Final = 15  # characters; shorter links are labels and "more"
ENTRY: Final = 400  # characters of the longest teaser in a list of pages
LISTED: Final = 8  # linked headings that make a list of pages
LISTED_AT_HOME: Final = 4  # the same, where the address is that of the site
LINKS: Final = 15  # links that make a list where nothing stands between them
STAMPS: Final = 6  # entries of a live blog
LIVE_WORDS: Final = frozenset({"live", "liveblog", "newsblog", "liveticker", "ticker", "minuto", "relacja", "direct",
                               "directo", "diretta"})  # fmt: skip
_NUMBER = re.compile(r"\d{4}")
_CLOCK = re.compile(r"(?:[^\W\d]{1,12}[ ,]{1,2})?([01]?\d|2[0-3])[:.h]([0-5]\d)(?![\d%]|\.\d)")


def kind_flags(
    page: Blocks, text: str, blocks: Sequence[Block], *, stated: Stated, metadata: Metadata, url: str | None
) -> tuple[str, ...]:
    """The flags of a page whose text is no ordinary article; none for one that is."""
    parts = {text[block.start : block.end] for block in blocks}
    parts.update(cell for row in blocks if row.kind == "table-row" for cell in text[row.start : row.end].split(" | "))
    kept = [number for number, words in enumerate(page.texts) if words in parts]
    if not kept and len(text) < WALL:  # of a text that another extractor cut otherwise
        kept = [number for number, words in enumerate(page.texts) if words in text]
    if not kept:
        return ()
    seen = Seen(page=page, kept=kept, text=text, stated=stated, metadata=metadata, url=url)
    return tuple(name for name, rule in RULES if rule(seen))


def boilerplate_share(page: Blocks, blocks: Sequence[Block]) -> float:
    """The share of the page's visible characters that are not in its text, to three places.

    Visible is what ``walk`` reads: all texts but those of scripts, choices in forms, menus (``nav``) and feet.
    """
    visible = sum(map(len, page.texts))
    kept = sum(block.end - block.start for block in blocks)
    return round(max(0.0, 1 - kept / visible), 3) if visible else 0.0


def is_listing(seen: Seen) -> bool:
    """True where a page without a stated date of publication is the titles of others, as links, with little between them.

    Titles are headings that are links: eight, or four where the address or the canonical one is that of the site. In a
    section (an address whose last part has no dot, no year or number of four digits and at most one hyphen) they may be
    other links too, eight in elements of one tag and class, two thirds of them with text below. Before, between and
    behind the titles stand at most 400 characters of text. Or fifteen links are four fifths of the text.
    """
    page, kept = seen.page, seen.kept
    if is_dated(seen):
        return False
    links = [number for number in range(max(0, kept[0] - 1), until(page, kept[-1] + 1)) if _is_link(page, number)]
    inside = set(kept)
    held = [number for number in links if number in inside]
    if len(held) >= LINKS and length(page, held) >= MOST * length(page, kept):
        return True
    plain = inside.difference(links)
    titles = [number for number in links if is_heading(page, number)]
    if len(titles) >= (LISTED_AT_HOME if _is_home(seen.url) or _is_home(seen.metadata.canonical_url) else LISTED):
        return max(_between(page, plain, titles)) <= ENTRY
    titles = _alike(page, links) if _is_section(seen.url) else []
    texts = _between(page, plain, titles)
    return len(titles) >= LISTED and max(texts) <= ENTRY and 3 * sum(map(bool, texts[1:])) >= 2 * len(titles)


def is_live_blog(seen: Seen) -> bool:
    """True where the page states ``LiveBlogPosting``, or the text has six entries, each under a block that is a time.

    Such a block has at most 40 characters and begins with hours and minutes. Nine tenths of them count down, or, where
    the address says "live" or "ticker", up; most stand over text, and this is more than half of all text.
    """
    page, kept = seen.page, seen.kept
    stamps: list[tuple[int, int]] = []
    for number in range(max(0, kept[0] - 3), kept[-1]):
        words = page.texts[number]
        if len(words) <= STAMP and (found := _CLOCK.match(words)):
            stamps.append((number, 60 * int(found[1]) + int(found[2])))
    if len({minutes for _, minutes in stamps}) < STAMPS:
        return False
    steps = [later - sooner for (_, sooner), (_, later) in pairwise(stamps)]
    down, up = sum(step <= 0 for step in steps), sum(step >= 0 for step in steps)
    live = not LIVE_WORDS.isdisjoint(re.split(r"[\W\d_]+", (seen.url or "").lower()))
    if 10 * max(down, up * live) < 9 * len(steps):
        return False
    entries = _between(page, kept, [number for number, _ in stamps])[1:]
    return 2 * sum(map(bool, entries)) > len(entries) and 2 * sum(entries) > len(seen.text)


RULES: Final[tuple[tuple[str, Callable[[Seen], bool]], ...]] = (
    ("paywall", is_paywalled),
    ("teaser-only", is_teaser),
    ("consent-wall", is_consent_wall),
    ("soft-404", is_soft_404),
    ("listing", is_listing),
    ("live-blog", is_live_blog),
)


def _is_home(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "/none")
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def _is_section(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "/none.html")
    except ValueError:
        return False
    last = parts.path.rstrip("/").rpartition("/")[2]
    return not parts.query and "." not in last and last.count("-") <= 1 and not _NUMBER.search(parts.path)


def _alike(page: Blocks, numbers: Sequence[int]) -> list[int]:
    """Those of these blocks that stand in elements of the tag and class that most of them have."""
    kinds = [(page.tag[page.element[number]], page.name[page.element[number]]) for number in numbers]
    most = Counter(kinds).most_common(1)
    return [number for number, kind in zip(numbers, kinds, strict=True) if kind == most[0][0]]


def _is_link(page: Blocks, number: int) -> bool:
    length = len(page.texts[number])
    return length >= LINK and page.links[number] >= MOST * length


def _between(page: Blocks, numbers: Iterable[int], bounds: Sequence[int]) -> list[int]:
    """The characters of these blocks before, between and behind the bounds, which ascend and do not count themselves."""
    sums, apart = [0] * (len(bounds) + 1), set(bounds)
    for number in numbers:
        if number not in apart:
            sums[bisect(bounds, number)] += len(page.texts[number])
    return sums

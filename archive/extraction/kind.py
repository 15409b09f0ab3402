"""What a page is, where its text is no ordinary article: flags, each with a rule of its own, and what was left out.

    teaser-only    the text stops where readers have to pay or to sign in
    consent-wall   the text is a question for consent
    soft-404       the page says that there is no such page
    listing        the page lists other pages
    live-blog      the article is a chain of entries with the time of each

A flag on an ordinary article is worse than a page that goes without. So each rule wants two signs that have little to do
with one another, and most look at short texts only. What needs no language comes first: what the page states, names of
classes and ids (English nearly everywhere), links, digits, lengths. Words (``wordings.py``) decide where these do not.
All rules work on the blocks that ``walk`` found, not on the page's HTML: 0.08 ms a page.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from archive.extraction.blocks import HEADINGS, Blocks
from archive.extraction.likeness import Stated
from archive.extraction.wordings import AGREE, COOKIES, LOST, PAGE, PRIVACY, SUBSCRIBE
from archive.model import Block, Metadata

TEASER: Final = 3000  # characters; longer texts are no teasers, whatever the page asks for besides
WALL: Final = 4000  # characters: a question for consent with all its purposes
GONE: Final = 1200  # characters: the longest excuses for a missing page, with advice where to go
HEADLINE: Final = 70  # characters; longer ones are of articles, whatever they say of missing pages
BUTTON: Final = 40  # characters of a button, and of a time stamp with what stands beside it
NOTICE: Final = 1000  # characters of a block that are searched for words
AROUND: Final = 8  # blocks behind the text in which a page asks for money or consent
CLIMB: Final = 30  # elements around a block that are asked for their names; pages nest 100,000 deep
NEXT: Final = 3  # blocks behind the text in which an overlay begins that cuts it
MOST: Final = 0.8  # of a text, or of the characters of a block that is a link
LINK: Final = 15  # characters; shorter links are labels and "more"
ENTRY: Final = 400  # characters of the longest teaser in a list of pages
LISTED: Final = 8  # linked headings that make a list of pages
LISTED_AT_HOME: Final = 4  # the same, where the address is that of the site
LINKS: Final = 15  # links that make a list where nothing stands between them
STAMPS: Final = 6  # entries of a live blog
DOTS: Final = ("…", "...", "。。。", "・・・")
PAY_NAMES: Final = ("paywall", "pay-wall", "regwall", "reg-wall", "piano-offer", "tp-modal", "subscription-wall",
                    "subscribe-wall", "subscriber-wall", "premium-wall", "metered-wall", "abo-wall", "truncated-")  # fmt: skip
CONSENT_NAMES: Final = ("consent", "cookie", "gdpr", "dsgvo", "rgpd", "cmp-", "cmpbox", "cmpwrapper", "onetrust",
                        "didomi", "usercentrics", "sp_message", "purabo")  # fmt: skip
HIDDEN: Final = ("hide", "hidden", "d-none")
LIVE_WORDS: Final = frozenset({"live", "liveblog", "newsblog", "liveticker", "ticker", "minuto", "relacja", "direct",
                               "directo", "diretta"})  # fmt: skip
WHOLE: Final = frozenset({"html", "body", "article", "main"})  # names of these tell the article's topic and tags
STATED: Final = frozenset({"json-ld", "meta", "microdata"})
_STATUS = re.compile(r"(?<![\w.,:/-])4(?:04|10)(?![\w,:/-]|\.\d)")
_NUMBER = re.compile(r"\d{4}")
_CLOCK = re.compile(r"(?:[^\W\d]{1,12}[ ,]{1,2})?([01]?\d|2[0-3])[:.h]([0-5]\d)(?![\d%]|\.\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page and what was made of it."""

    page: Blocks
    kept: Sequence[int]  # blocks of the page that stand in the text; never empty
    text: str
    stated: Stated
    metadata: Metadata
    url: str | None


def kind_flags(
    page: Blocks, text: str, blocks: Sequence[Block], *, stated: Stated, metadata: Metadata, url: str | None
) -> tuple[str, ...]:
    """The flags of a page whose text is no ordinary article; none for one that is."""
    parts = {text[block.start : block.end] for block in blocks}
    parts.update(cell for row in blocks if row.kind == "table-row" for cell in text[row.start : row.end].split(" | "))
    kept = [number for number, words in enumerate(page.texts) if words in parts]
    if not kept:  # of a text that another extractor cut otherwise
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


def is_teaser(seen: Seen) -> bool:
    """True where a text of fewer than 3,000 characters shows two signs that the rest of it has to be paid for.

    Signs: the page states a paywall; the text ends with dots; the body in JSON-LD is more than twice as long; an overlay
    named as a paywall begins within three blocks behind the text, and is not hidden; within eight blocks readers are asked
    to subscribe or to sign in.
    """
    if len(seen.text) >= TEASER:
        return False
    page, last = seen.page, seen.kept[-1]
    signs = (
        ("paywall" in seen.metadata.flags)
        + seen.text.rstrip("])】\uff09 ").endswith(DOTS)
        + (len(seen.stated.body) > 2 * len(seen.text) + ENTRY)
    )
    begin = seen.kept[-2:][0]  # the text may have taken in the first line of what cuts it
    signs += any(_in_overlay(seen, number) for number in range(begin, _until(page, last + NEXT)))
    if signs != 1:  # words change nothing
        return signs > 1
    return any(_says(SUBSCRIBE, words[:NOTICE]) for words in page.texts[begin : last + AROUND + 1])


def is_consent_wall(seen: Seen) -> bool:
    """True where a text of fewer than 4,000 characters is, by four fifths, a question for consent, with a button.

    That are blocks in a container named for consent, or with words for cookies and privacy. One of them must say
    "cookies"; the button to agree stands in the text or within eight blocks of it. Where no container is so named, the
    page must not state a date of publication either: it may be an article on the matter.
    """
    page, kept = seen.page, seen.kept
    if len(seen.text) >= WALL or not _says(COOKIES, seen.text):
        return False
    near = range(max(0, kept[0] - AROUND), _until(page, kept[-1] + AROUND))
    buttons = {n for n in near if len(page.texts[n]) < BUTTON and _says(AGREE, page.texts[n])}
    if not buttons:
        return False
    inside = {number for number in kept if _named(page, number, CONSENT_NAMES, below=WHOLE)}
    about = [n for n in kept if n in inside or n in buttons or _says(COOKIES + PRIVACY, page.texts[n])]
    whole = _length(page, kept)
    return _length(page, about) >= MOST * whole and (2 * _length(page, inside) > whole or not _is_dated(seen))


def is_soft_404(seen: Seen) -> bool:
    """True where a page of fewer than 1,200 characters, without a stated date of publication, says that it is not there.

    A title or heading of at most 70 characters says 404 or 410, or that a page was not found; the same or the text says
    the other. A heading that is 404 or 410 and nothing else is enough.
    """
    page = seen.page
    if len(seen.text) >= GONE or _is_dated(seen):
        return False
    headings = [page.texts[number] for number in range(seen.kept[-1] + 1) if _is_heading(page, number)]
    heads = [words for words in (*seen.stated.titles, *headings) if len(words) <= HEADLINE]
    if any(_STATUS.fullmatch(words) for words in heads):
        return True
    numbered = [words for words in heads if _STATUS.search(words)]
    lost = any(_is_lost(words) for words in heads)
    if numbered and (lost or any(_says(LOST, words) for words in numbered)):
        return True
    return (bool(numbered) or lost) and any(_is_lost(page.texts[number]) for number in seen.kept)


def is_listing(seen: Seen) -> bool:
    """True where a page without a stated date of publication is the titles of others, as links, with little between them.

    Titles are headings that are links: eight, or four where the address or the canonical one is that of the site. In a
    section (an address whose last part has no dot, no year or number of four digits and at most one hyphen) they may be
    other links too, eight in elements of one tag and class, two thirds of them with text below. Before, between and
    behind the titles stand at most 400 characters of text. Or fifteen links are four fifths of the text.
    """
    page, kept = seen.page, seen.kept
    if _is_dated(seen):
        return False
    links = [number for number in range(max(0, kept[0] - 1), _until(page, kept[-1] + 1)) if _is_link(page, number)]
    inside = set(kept)
    held = [number for number in links if number in inside]
    if len(held) >= LINKS and _length(page, held) >= MOST * _length(page, kept):
        return True
    plain = inside.difference(links)
    titles = [number for number in links if _is_heading(page, number)]
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
        if len(words) <= BUTTON and (found := _CLOCK.match(words)):
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
    ("teaser-only", is_teaser),
    ("consent-wall", is_consent_wall),
    ("soft-404", is_soft_404),
    ("listing", is_listing),
    ("live-blog", is_live_blog),
)


def _is_dated(seen: Seen) -> bool:
    return seen.metadata.published_at_origin in STATED


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


def _is_heading(page: Blocks, number: int) -> bool:
    return bool(page.marks[page.element[number]] & HEADINGS)


def _is_link(page: Blocks, number: int) -> bool:
    length = len(page.texts[number])
    return length >= LINK and page.links[number] >= MOST * length


def _is_lost(words: str) -> bool:
    return _says(LOST, words) and _says(PAGE, words)


def _says(phrases: Iterable[str], words: str) -> bool:
    lower = words.lower().replace("\u2019", "'")
    return any(phrase in lower for phrase in phrases)


def _length(page: Blocks, numbers: Iterable[int]) -> int:
    return sum(len(page.texts[number]) for number in numbers)


def _between(page: Blocks, numbers: Iterable[int], bounds: Sequence[int]) -> list[int]:
    """The characters of these blocks before, between and behind the bounds, which ascend and do not count themselves."""
    sums, apart = [0] * (len(bounds) + 1), set(bounds)
    for number in numbers:
        if number not in apart:
            sums[bisect(bounds, number)] += len(page.texts[number])
    return sums


def _until(page: Blocks, last: int) -> int:
    return min(len(page.texts), last + 1)


def _named(page: Blocks, number: int, names: Sequence[str], below: frozenset[str] = frozenset()) -> int:
    """The nearest element around a block that bears one of the names, or 0; none from one of the tags ``below`` on."""
    at = page.element[number]
    for _ in range(CLIMB):
        if not at or page.tag[at] in below:
            return 0
        name = page.name[at][:NOTICE].lower()
        if name and any(part in name for part in names):
            return at
        at = page.parent[at]
    return 0


def _in_overlay(seen: Seen, number: int) -> bool:
    """True where a block is in a container named as a paywall that does not hold the text itself, and is not hidden."""
    page, kept = seen.page, seen.kept
    at = _named(page, number, PAY_NAMES)
    if not at or page.first[at] <= kept[0] < page.last[at] or any(part in page.name[at].lower() for part in HIDDEN):
        return False
    return 3 * _length(page, (n for n in kept if page.first[at] <= n < page.last[at])) <= 2 * _length(page, kept)

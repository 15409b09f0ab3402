"""Measures of a block's words: likeness to what the page states of its article, and learned weights of words and names.

A part of ``features.py``, whose ``measure`` calls what stands here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from archive.extraction.blocks import Blocks
from archive.extraction.characters import Ints

FULL: Final = 256  # a share of one
SHORT: Final = 320  # characters; longer texts speak by their length, not by single words
PIECE: Final = 12  # characters of a sentence that says something
MAX_SOUGHT: Final = 5000  # long blocks that are sought in the stated body; one may take 0.3 ms, and no page has as many
NAME_PARTS: Final = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+(?![a-z])|\n")
WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Learned weights, in 1/16 of log-odds: of parts of class and id names, and of words of short texts."""

    names: Mapping[str, int]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the page says elsewhere of its article."""

    titles: Sequence[str] = ()
    description: str = ""
    body: str = ""


def name_parts(name: str) -> list[str]:
    """The words in a class or id: ``post-BodyText_2#main`` gives post, body, text, main."""
    return [part.lower() for part in NAME_PARTS.findall(name) if part != "\n"]


def short_words(text: str) -> list[str]:
    """The words of a short text; none of a long one."""
    return WORDS.findall(text.lower()) if len(text) <= SHORT else []


def likeness(page: Blocks, stated: Stated, vocabulary: Vocabulary, out: dict[str, Ints]) -> None:
    """To what the page states of its article, to blocks before; and the weights of a short text's words."""
    n = len(page.texts)
    titles = [frozenset(WORDS.findall(title.lower())) for title in stated.titles if title]
    wanted = frozenset[str]().union(*titles)
    description = " ".join(stated.description.lower().split())
    opening = description[:80] or "\0"
    body = "".join(stated.body.split()).lower()
    weights = vocabulary.words
    title, summary, stands, repeated, said, low, high = ([0] * n for _ in range(7))
    first_title, sought = -1, 0
    first: dict[str, int] = {}
    seen: set[str] = set()
    lowered = [text.lower() for text in page.texts]
    for number, lower in enumerate(lowered):
        first.setdefault(lower, number)
        size = len(lower)
        if size <= SHORT:
            tokens = WORDS.findall(lower)
            if tokens:
                found = [weights.get(token, 0) for token in tokens]
                said[number], low[number], high[number] = sum(found) // len(found), min(found), max(found)
                mine = wanted.intersection(tokens)
                if mine:
                    title[number] = FULL * len(mine) // len(set(tokens))
                    if first_title < 0 and title[number] >= 4 * FULL // 5:
                        first_title = number if _is_title(mine, titles) else -1
        if size > 20 and (lower[:80] in description or lower.startswith(opening)):  # noqa: PLR2004
            summary[number] = 1
        if size > 60:  # noqa: PLR2004
            pieces = [piece.strip() for piece in lower.split(".") if len(piece) > PIECE]
            repeated[number] = FULL * sum(piece in seen for piece in pieces) // max(1, len(pieces))
            seen.update(pieces)
            if body and sought < MAX_SOUGHT:
                sought += 1
                stands[number] = 1 if "".join(lower[:60].split()) in body else -1
    copies = Counter(lowered)
    columns = np.array([title, summary, stands, repeated, said, low, high], np.int64)
    names = ("title", "summary", "in_body", "repeated", "said", "said_low", "said_high")
    out.update(zip(names, columns, strict=True))
    whole = int(out["good_words"].sum())
    cover = FULL * int(out["good_words"][columns[2] == 1].sum()) // max(1, whole)
    out["page_body"] = np.full(n, cover if body else -1)
    out["page_stated"] = np.full(n, bool(body) + 2 * bool(description))
    away = np.minimum(_here_from(n, first_title), 200)
    out["from_title"] = away
    out["again"] = np.array([first[lower] != number for number, lower in enumerate(lowered)], np.int64)
    out["copies"] = np.array([min(20, copies[lower]) for lower in lowered], np.int64)


def _here_from(n: int, place: int) -> Ints:
    """How far each block stands behind a place, at least -50; -99 where there is no such place."""
    return np.maximum(np.arange(n) - place, -50) if place >= 0 else np.full(n, -99)


def _is_title(words: frozenset[str], titles: Sequence[frozenset[str]]) -> bool:
    """Whether these words are four fifths of one of the titles."""
    return any(len(words & one) * 5 >= len(one) * 4 for one in titles)


def names(page: Blocks, best: int, vocabulary: Vocabulary, out: dict[str, Ints]) -> None:
    """Weights of the names of each block's element and of its ancestors: own, sums and extremes on the way up.

    Those that end below the best element leave out what stands around the whole article.
    """
    weigh = _weigher(dict.fromkeys([*page.name, *page.inner]), vocabulary.names)
    own = [weigh[name] for name in page.name]
    stop = page.end[best]
    size = len(own)
    low, high, total, inside_low, inside_sum = ([0] * size for _ in range(5))
    for number, above in enumerate(page.parent):
        mine = own[number]
        # conditions, not min and max: calls cost .1 ms a page
        low[number] = mine if mine < low[above] else low[above]  # noqa: FURB136
        high[number] = mine if mine > high[above] else high[above]  # noqa: FURB136
        total[number] = mine + (total[above] if number else 0)
        if best < number < stop:
            inside_low[number] = mine if mine < inside_low[above] else inside_low[above]  # noqa: FURB136
            inside_sum[number] = mine + inside_sum[above]
    element, parent = np.array(page.element, np.int64), np.array(page.parent, np.int64)
    values = np.array([own, low, high, total, inside_low, inside_sum], np.int64)
    titles = ("name", "name_low", "name_high", "name_sum", "inside_low", "inside_sum")
    out.update(zip(titles, values[:, element], strict=True))
    out["name_1"] = values[0][parent[element]]
    out["name_2"] = values[0][parent[parent[element]]]
    out["name_inner"] = np.array([weigh[name] for name in page.inner], np.int64)


def _weigher(names: Iterable[str], weights: Mapping[str, int]) -> dict[str, int]:
    """The sum of the weights of each name's parts; all names are taken apart at once, which costs a third."""
    found = {"": 0}
    listed = [name for name in names if name]
    parts = NAME_PARTS.findall("\n".join(name.replace("\n", " ") for name in listed))
    at = sum_ = 0
    for part in parts:
        if part == "\n":
            found[listed[at]] = sum_
            at += 1
            sum_ = 0
        else:
            sum_ += weights.get(part.lower(), 0)
    if listed:
        found[listed[at]] = sum_
    return found

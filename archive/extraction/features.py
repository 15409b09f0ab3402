"""What tells an article's blocks from the rest of the page: some hundred integers a block, computed for all at once.

``measure`` returns a matrix, one row a block and one column a name of ``NAMES``. Everything is an integer: counts, shares
in 1/256, sums of learned weights in 1/16. So no last bit of a float decides, and a page measures the same on any machine.

    shape      of the text: words, kinds of characters, how it begins and ends, links and emphasis in it
    place      tags around it, its depth, where on the page it stands, before or behind the headline
    company    what its element, that element's ancestors and its look-alikes hold besides; its neighbours
    likeness   to the title, the description and the body that the page states in JSON-LD; earlier blocks with its text
    words      weights of class and id names, and of a short text's words, as learned from pages of other sites
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from archive.extraction.blocks import HEADINGS, MARKS, Blocks

Ints = np.ndarray[Any, np.dtype[np.int64]]

LETTER, UPPER, WIDE, DIGIT, SPACE, BREAK, STOP, COMMA, QUOTE, DASH, BRACKET, BAR, PUNCTUATION, SYMBOL, AT, OTHER = range(16)
FULL: Final = 256  # a share of one
SHORT: Final = 320  # characters; longer texts speak by their length, not by single words
NAME_PARTS: Final = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+(?![a-z])|\n")
WORDS: Final = re.compile(r"\w+")
MARKED: Final = (
    "main", "section", "aside", "footer", "figure", "figcaption", "table", "p", "body-prop", "role-main", "role-article",
    "h1",
)  # fmt: skip
TAGS: Final = {
    tag: code
    for code, tag in enumerate(
        ("", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "figcaption", "button",
         "label", "dt", "dd", "section", "article", "header", "footer", "pre", "address", "body", "center", "main",
         "figure", "aside", "nav", "summary", "caption", "legend", "form"), 0)
}  # fmt: skip


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A page's lists as arrays: ``element`` and ``index`` by block, all others by element."""

    element: Ints
    index: Ints
    parent: Ints
    depth: Ints
    first: Ints
    last: Ints
    end: Ints
    nearest: Ints


@cache
def _marked() -> Ints:
    return np.array([MARKS[name] for name in MARKED], np.int64)


@cache
def _wordly() -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.isin(np.arange(16), (LETTER, UPPER, DIGIT))


@cache
def _classes() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The class of each character of the basic plane; all beyond count as symbols."""
    table = np.full(1 << 16, OTHER, np.uint8)
    kinds = {"Lu": UPPER, "Lt": UPPER, "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT, "Zs": SPACE, "Pd": DASH, "Pi": QUOTE,
             "Pf": QUOTE, "Ps": BRACKET, "Pe": BRACKET, "Po": PUNCTUATION, "Pc": PUNCTUATION}  # fmt: skip
    for code in range(1 << 16):
        kind = unicodedata.category(chr(code))
        table[code] = kinds.get(kind, LETTER if kind[0] in "LM" else SYMBOL if kind[0] == "S" else OTHER)
    for low, high in ((0xE00, 0xEFF), (0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3040, 0x318F), (0x31F0, 0x9FFF),
                      (0xAC00, 0xD7FF), (0xF900, 0xFAFF)):  # fmt: skip
        part = table[low : high + 1]
        part[(part == LETTER) | (part == OTHER)] = WIDE
    for characters, kind in (
        (".!?…。！？｡؟۔।॥։", STOP), (",;:،؛、，；：", COMMA), ("\"'’‘“”„‟«»「」『』", QUOTE), ("|·•›/\\><→▸►*■", BAR),
        ("@#", AT), ("\n", BREAK),
    ):  # fmt: skip
        table[[ord(one) for one in characters]] = kind
    table[0xFFFF] = SYMBOL
    return table


def name_parts(name: str) -> list[str]:
    """The words in a class or id: ``post-BodyText_2#main`` gives post, body, text, main."""
    return [part.lower() for part in NAME_PARTS.findall(name) if part != "\n"]


def short_words(text: str) -> list[str]:
    """The words of a short text; none of a long one."""
    return WORDS.findall(text.lower()) if len(text) <= SHORT else []


def _share(part: Ints, whole: Ints | int) -> Ints:
    return (FULL * part) // np.maximum(whole, 1)


def _log(value: Ints) -> Ints:
    """Four times the binary logarithm, by the number of bits and the two bits behind the first: exact in integers."""
    value = np.maximum(value, 0) + 1
    bits = np.frexp(value.astype(np.float64))[1].astype(np.int64) - 1  # exact for integers below 2**53
    return 4 * bits + ((value << 2 >> bits) & 3)


def measure(page: Blocks, stated: Stated, vocabulary: Vocabulary) -> dict[str, Ints]:
    """The measures of a page's blocks by name, each int64 of shape (blocks,)."""
    out: dict[str, Ints] = {}
    _shape(page, out)
    here = _place(page, out)
    best = _company(page, here, out)
    _lookalikes(page, out)
    _likeness(page, stated, vocabulary, out)
    _names(page, here, best, vocabulary, out)
    _neighbours(page, here, out)
    return out


def _shape(page: Blocks, out: dict[str, Ints]) -> None:
    """Of each text by itself: characters by class, words, how it begins and ends, links and emphasis."""
    texts = page.texts
    n = len(texts)
    chars = np.fromiter(map(len, texts), np.int64, n)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    kinds = _classes()[np.minimum(codes, 0xFFFF)]
    owner = np.repeat(np.arange(n, dtype=np.int32), chars)
    counts = np.bincount(owner * 16 + kinds, minlength=16 * n).reshape(n, 16)
    wordly = _wordly()[kinds]
    ends = np.cumsum(chars)
    begins = ends - chars
    starts = wordly.copy()
    starts[1:] &= ~wordly[:-1]
    starts[begins] = wordly[begins]
    words = np.bincount(owner[starts], minlength=n) + (counts[:, WIDE] + 1) // 2
    caps = np.bincount(owner[starts & (kinds == UPPER)], minlength=n)
    letters = counts[:, LETTER] + counts[:, UPPER] + counts[:, WIDE]
    first, last = kinds[begins].astype(np.int64), kinds[ends - 1]
    before = kinds[np.maximum(ends - 2, begins)]  # a quote or bracket behind the full stop
    full = (last == STOP) | (((last == QUOTE) | (last == BRACKET)) & (before == STOP))
    out["chars"] = _log(chars)
    out["words"] = words
    out["upper"] = _share(counts[:, UPPER], letters)
    out["capitals"] = _share(caps, words)
    out["digits"] = _share(counts[:, DIGIT], chars)
    out["word_length"] = (16 * letters) // np.maximum(words, 1)
    out["stops"] = counts[:, STOP]
    out["stop_share"] = _share(counts[:, STOP], words)
    out["commas"] = counts[:, COMMA]
    out["comma_share"] = _share(counts[:, COMMA], words)
    out["quotes"] = counts[:, QUOTE]
    out["bars"] = counts[:, BAR]
    out["first"] = first
    out["full_stop"] = full.astype(np.int64)
    out["link_share"] = _share(np.minimum(np.array(page.links, np.int64), chars), chars)
    out["strong_share"] = _share(np.minimum(np.array(page.strong, np.int64), chars), chars)


def _place(page: Blocks, out: dict[str, Ints]) -> Here:
    """Where each block stands: tags around it, before or behind the headline, how far down."""
    n = len(page.texts)
    element, parent = np.array(page.element, np.int64), np.array(page.parent, np.int64)
    depth = np.array(page.depth, np.int64)
    marks = np.array(page.marks, np.int64)[element]
    found = ((marks[None, :] & _marked()[:, None]) != 0).astype(np.int64)
    out.update(zip(("in_" + name for name in MARKED), found, strict=True))
    out["in_heading"] = ((marks & HEADINGS) != 0).astype(np.int64)
    tags = np.array([TAGS.get(tag, len(TAGS)) for tag in page.tag], np.int64)
    out["tag"] = tags[element]
    out["parent_tag"] = tags[parent[element]]
    out["depth"] = depth[element]
    index = np.arange(n)
    words = out["words"]
    running = np.cumsum(words)
    total = int(running[-1])
    out["index"] = index
    out["index_share"] = _share(index, n)
    out["words_before"] = _share(running - words, total)
    heads = np.flatnonzero(out["in_h1"])
    top = int(heads[0]) if len(heads) else 0
    # pages that go on with the next article have another headline, mostly in another <article>
    outermost, nearest, articles = _articles(page)
    outer = outermost[element]
    out["headline_article"] = (outer == outer[top]).astype(np.int64) + 2 * (outer > 0)
    out["articles"] = np.full(n, min(50, articles))
    out["from_h1"] = np.minimum(np.maximum(index - top, -50), 200) if len(heads) else np.full(n, -99)
    out["page_blocks"] = _log(np.full(n, n))
    out["page_words"] = _log(np.full(n, total))
    out["page_p"] = np.full(n, FULL * int(words[out["tag"] == TAGS["p"]].sum()) // max(1, total))
    first, last, end = (np.array(values, np.int64) for values in (page.first, page.last, page.end))
    return Here(
        element=element, parent=parent, depth=depth, first=first, last=last, end=end, nearest=nearest, index=index
    )


def _articles(page: Blocks) -> tuple[Ints, Ints, int]:
    """For each element the outermost and the nearest <article> around it (0: none), and how many there are."""
    numbers = [number for number, tag in enumerate(page.tag) if tag == "article"]
    outermost, nearest = np.zeros(len(page.tag), np.int64), np.zeros(len(page.tag), np.int64)
    done = 0
    for number in numbers:
        nearest[number : page.end[number]] = number
        if number >= done:
            outermost[number : page.end[number]] = number
            done = page.end[number]
    return outermost, nearest, len(numbers)


def _company(page: Blocks, here: Here, out: dict[str, Ints]) -> int:
    """What the elements around each block hold besides it. Returns the element that holds the most good text."""
    element, parent, depth, index = here.element, here.parent, here.depth, here.index
    n, first, last = len(index), here.first, here.last
    words, link_share = out["words"], out["link_share"]
    good = (((words >= 12) & (out["full_stop"] == 1)) | (words >= 30)) & (link_share < 80)  # noqa: PLR2004
    good_words = words * good
    out["good"], out["good_words"] = good.astype(np.int64), good_words
    sums = np.zeros((4, n + 1), np.int64)
    np.cumsum(np.stack([words, words * link_share // FULL, good_words, good]), axis=1, out=sums[:, 1:])
    inside = sums[:, last] - sums[:, first]  # of every element
    total = max(1, int(sums[2, -1]))
    # the element whose own, children's and grandchildren's good blocks weigh most: where a reader sees the article
    size = len(parent)
    own = np.bincount(element, weights=good_words, minlength=size)
    above = np.bincount(parent, weights=own, minlength=size)
    weight = (4 * own + 4 * above + np.bincount(parent, weights=above, minlength=size)).astype(np.int64)
    best = int(np.argmax(weight))
    start, stop = int(first[best]), int(last[best])
    inner = (index >= start) & (index < stop)
    out["best_share"] = np.full(n, FULL * int(inside[2, best]) // total)
    away = np.where(index < start, index - start, np.where(inner, 0, index - stop + 1))
    out["from_best"] = np.minimum(np.maximum(away, -60), 60)
    out["best_left"] = np.where(inner, _share(stop - index, stop - start), -1)
    out["weight"] = _share(weight[parent[element]], int(weight[best]))
    deep = depth[element]
    out["below_best"] = np.where(inner, deep - depth[best], -9)
    usual = int(np.argmax(np.bincount(deep, weights=good_words)))
    out["depth_off"] = np.minimum(np.maximum(deep - usual, -15), 15)
    pictures = np.append(0, np.cumsum(np.array(page.shown, np.int64)))
    shown = np.minimum(pictures[here.end] - pictures[:-1], 30)
    out["media_before"] = np.minimum(np.array(page.media, np.int64), 5)
    blocks, wide, quality = _log(last - first), _log(inside[0]), _share(inside[2], inside[0])
    linked, share = _share(inside[1], inside[0]), _share(inside[2], total)
    level = element
    for step in (1, 2, 3):
        level = parent[level]
        for name, values in (("good", share), ("linked", linked), ("words", wide), ("blocks", blocks), ("shown", shown),
                             ("quality", quality)):  # fmt: skip
            out[f"{name}_{step}"] = values[level]
    mine = here.nearest[element]
    out["article_good"] = np.where(mine > 0, share[mine], -1)
    out["good_before"] = np.minimum(sums[3, :-1], 60)
    out["good_after"] = np.minimum(sums[3, -1] - sums[3, 1:], 60)
    out["good_before_share"] = _share(sums[2, :-1], total)
    spots = np.append(np.flatnonzero(good), n + 99)
    at = np.searchsorted(spots, index)
    out["to_next_good"] = np.minimum(spots[at] - index, 60)
    spots = np.append(-99, spots)
    out["from_last_good"] = np.minimum(index - spots[np.searchsorted(spots, index, side="right") - 1], 60)
    out["of_longest"] = _share(words, max(1, int(good_words.max())))
    return best


def _lookalikes(page: Blocks, out: dict[str, Ints]) -> None:
    """Blocks whose element and parent have the same tag and name: teasers come in dozens, paragraphs too."""
    tag, name, parent = page.tag, page.name, page.parent
    known: dict[tuple[str, str, str, str], int] = {}
    plain: dict[int, int] = {}
    for element in page.element:
        if element not in plain:
            above = parent[element]
            plain[element] = known.setdefault((tag[element], name[element], tag[above], name[above]), len(known))
    signs = np.array([plain[element] for element in page.element], np.int64)
    size = np.bincount(signs)
    words, links, fine, fine_words = (
        np.bincount(signs, weights=out[one]).astype(np.int64) for one in ("words", "link_share", "good", "good_words")
    )
    out["alike"] = _log(size)[signs]
    out["alike_words"] = (words // size)[signs]
    out["alike_links"] = (links // size)[signs]
    out["alike_good"] = _share(fine, size)[signs]
    out["alike_weight"] = _share(fine_words, int(fine_words.sum()))[signs]


def _likeness(page: Blocks, stated: Stated, vocabulary: Vocabulary, out: dict[str, Ints]) -> None:
    """To what the page states of its article, to blocks before; and the weights of a short text's words."""
    n = len(page.texts)
    titles = [frozenset(WORDS.findall(title.lower())) for title in stated.titles if title]
    wanted = frozenset[str]().union(*titles)
    description = " ".join(stated.description.lower().split())
    opening = description[:80] or "\0"
    body = "".join(stated.body.split()).lower()
    weights = vocabulary.words
    title, summary, stands, repeated, said, low, high = ([0] * n for _ in range(7))
    first_title = -1
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
            pieces = [piece.strip() for piece in lower.split(".") if len(piece) > 12]  # noqa: PLR2004
            repeated[number] = FULL * sum(piece in seen for piece in pieces) // max(1, len(pieces))
            seen.update(pieces)
            if body:
                stands[number] = 1 if "".join(lower[:60].split()) in body else -1
    copies = Counter(lowered)
    columns = np.array([title, summary, stands, repeated, said, low, high], np.int64)
    names = ("title", "summary", "in_body", "repeated", "said", "said_low", "said_high")
    out.update(zip(names, columns, strict=True))
    whole = int(out["good_words"].sum())
    cover = FULL * int(out["good_words"][columns[2] == 1].sum()) // max(1, whole)
    out["page_body"] = np.full(n, cover if body else -1)
    out["page_stated"] = np.full(n, bool(body) + 2 * bool(description))
    away = np.minimum(here_from(n, first_title), 200)
    out["from_title"] = away
    out["again"] = np.array([first[lower] != number for number, lower in enumerate(lowered)], np.int64)
    out["copies"] = np.array([min(20, copies[lower]) for lower in lowered], np.int64)


def here_from(n: int, place: int) -> Ints:
    """How far each block stands behind a place, at least -50; -99 where there is no such place."""
    return np.maximum(np.arange(n) - place, -50) if place >= 0 else np.full(n, -99)


def _is_title(words: frozenset[str], titles: Sequence[frozenset[str]]) -> bool:
    """Whether these words are four fifths of one of the titles."""
    return any(len(words & one) * 5 >= len(one) * 4 for one in titles)


def _names(page: Blocks, here: Here, best: int, vocabulary: Vocabulary, out: dict[str, Ints]) -> None:
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
        low[number] = mine if mine < low[above] else low[above]
        high[number] = mine if mine > high[above] else high[above]
        total[number] = mine + (total[above] if number else 0)
        if best < number < stop:
            inside_low[number] = mine if mine < inside_low[above] else inside_low[above]
            inside_sum[number] = mine + inside_sum[above]
    element, parent = here.element, here.parent
    values = np.array([own, low, high, total, inside_low, inside_sum], np.int64)
    names = ("name", "name_low", "name_high", "name_sum", "inside_low", "inside_sum")
    out.update(zip(names, values[:, element], strict=True))
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


def _neighbours(page: Blocks, here: Here, out: dict[str, Ints]) -> None:
    """Some measures of the two blocks before and behind."""
    n = len(page.texts)
    near = ("words", "link_share", "tag", "name_sum", "in_heading", "full_stop")
    stacked = np.full((len(near), n + 4), -1, np.int64)
    stacked[:, 2:-2] = [out[name] for name in near]
    for side, start in (("before_1", 1), ("after_1", 3)):
        for at, name in enumerate(near):
            out[f"{name}_{side}"] = stacked[at, start : start + n]
    for side, start in (("before_2", 0), ("after_2", 4)):
        for at, name in enumerate(near[:3]):
            out[f"{name}_{side}"] = stacked[at, start : start + n]
    up = here.parent[here.element]
    same = 2 * (here.element[1:] == here.element[:-1]) + (up[1:] == up[:-1])
    out["same_before_1"], out["same_after_1"] = np.append(-1, same), np.append(same, -1)
    out["media_after"] = np.append(out["media_before"][1:], 0)

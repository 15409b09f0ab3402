"""What tells an article's blocks from the rest of the page: some hundred integers a block, computed for all at once.

``measure`` returns arrays by name, each with one value a block. Everything is an integer: counts, shares in 1/256, sums of
learned weights in 1/16. So no last bit of a float decides, and a page measures the same on any machine.

    shape      of the text: words, kinds of characters, how it begins and ends, links and emphasis in it
    place      tags around it, its depth, where on the page it stands, before or behind the headline
    company    what its element, that element's ancestors and its look-alikes hold besides; its neighbours
    likeness   to the title, the description and the body that the page states in JSON-LD; earlier blocks with its text
    words      weights of class and id names, and of a short text's words, as learned from pages of other sites
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from archive.extraction.blocks import HEADINGS, MARKS, Blocks
from archive.extraction.characters import (
    BAR,
    BRACKET,
    COMMA,
    DIGIT,
    LETTER,
    QUOTE,
    STOP,
    UPPER,
    WIDE,
    Ints,
    look_at,
)
from archive.extraction.likeness import FULL, Stated, Vocabulary, likeness, names

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


def share_of(part: Ints, whole: Ints | int) -> Ints:
    """The part of a whole in 256ths."""
    return (FULL * part) // np.maximum(whole, 1)


def logarithm(value: Ints) -> Ints:
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
    likeness(page, stated, vocabulary, out)
    names(page, best, vocabulary, out)
    _neighbours(page, here, out)
    return out


def _shape(page: Blocks, out: dict[str, Ints]) -> None:
    """Of each text by itself: characters by class, words, how it begins and ends, links and emphasis."""
    seen = look_at(page.texts)
    chars, counts, words, caps = seen.lengths, seen.counts, seen.words, seen.capitals
    letters = counts[:, LETTER] + counts[:, UPPER] + counts[:, WIDE]
    first, last, before = seen.first, seen.last, seen.before_last  # a quote or bracket behind the full stop
    full = (last == STOP) | (((last == QUOTE) | (last == BRACKET)) & (before == STOP))
    out["chars"] = logarithm(chars)
    out["words"] = words
    out["upper"] = share_of(counts[:, UPPER], letters)
    out["capitals"] = share_of(caps, words)
    out["digits"] = share_of(counts[:, DIGIT], chars)
    out["word_length"] = (16 * letters) // np.maximum(words, 1)
    out["stops"] = counts[:, STOP]
    out["stop_share"] = share_of(counts[:, STOP], words)
    out["commas"] = counts[:, COMMA]
    out["comma_share"] = share_of(counts[:, COMMA], words)
    out["quotes"] = counts[:, QUOTE]
    out["bars"] = counts[:, BAR]
    out["first"] = first
    out["full_stop"] = full.astype(np.int64)
    out["link_share"] = share_of(np.minimum(np.array(page.links, np.int64), chars), chars)
    out["strong_share"] = share_of(np.minimum(np.array(page.strong, np.int64), chars), chars)


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
    out["index_share"] = share_of(index, n)
    out["words_before"] = share_of(running - words, total)
    heads = np.flatnonzero(out["in_h1"])
    top = int(heads[0]) if len(heads) else 0
    # pages that go on with the next article have another headline, mostly in another <article>
    outermost, nearest, articles = _articles(page)
    outer = outermost[element]
    out["headline_article"] = (outer == outer[top]).astype(np.int64) + 2 * (outer > 0)
    out["articles"] = np.full(n, min(50, articles))
    out["from_h1"] = np.minimum(np.maximum(index - top, -50), 200) if len(heads) else np.full(n, -99)
    out["page_blocks"] = logarithm(np.full(n, n))
    out["page_words"] = logarithm(np.full(n, total))
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
    out["best_left"] = np.where(inner, share_of(stop - index, stop - start), -1)
    out["weight"] = share_of(weight[parent[element]], int(weight[best]))
    deep = depth[element]
    out["below_best"] = np.where(inner, deep - depth[best], -9)
    usual = int(np.argmax(np.bincount(deep, weights=good_words)))
    out["depth_off"] = np.minimum(np.maximum(deep - usual, -15), 15)
    pictures = np.append(0, np.cumsum(np.array(page.shown, np.int64)))
    shown = np.minimum(pictures[here.end] - pictures[:-1], 30)
    out["media_before"] = np.minimum(np.array(page.media, np.int64), 5)
    blocks, wide, quality = logarithm(last - first), logarithm(inside[0]), share_of(inside[2], inside[0])
    linked, share = share_of(inside[1], inside[0]), share_of(inside[2], total)
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
    out["good_before_share"] = share_of(sums[2, :-1], total)
    spots = np.append(np.flatnonzero(good), n + 99)
    at = np.searchsorted(spots, index)
    out["to_next_good"] = np.minimum(spots[at] - index, 60)
    spots = np.append(-99, spots)
    out["from_last_good"] = np.minimum(index - spots[np.searchsorted(spots, index, side="right") - 1], 60)
    out["of_longest"] = share_of(words, max(1, int(good_words.max())))
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
    out["alike"] = logarithm(size)[signs]
    out["alike_words"] = (words // size)[signs]
    out["alike_links"] = (links // size)[signs]
    out["alike_good"] = share_of(fine, size)[signs]
    out["alike_weight"] = share_of(fine_words, int(fine_words.sum()))[signs]


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

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from archive.extraction.blocks import HEADINGS, LIST, MARKS, Blocks

Ints = np.ndarray[Any, np.dtype[np.int64]]

LETTER, UPPER, WIDE, DIGIT, SPACE, BREAK, STOP, COMMA, QUOTE, DASH, BRACKET, BAR, PUNCTUATION, SYMBOL, AT, OTHER = range(16)
FULL: Final = 256  # a share of one
SHORT_WORDS: Final = 40  # longer texts speak by their length, not by single words
NAME_PARTS: Final = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+(?![a-z])")
WORDS: Final = re.compile(r"\w+")
MARKED: Final = (
    "article", "main", "section", "aside", "header", "footer", "nav", "figure", "figcaption", "blockquote", "table",
    "form", "button", "dl", "details", "p", "pre", "label", "body-prop", "hidden", "role-main", "role-article",
    "role-nav", "role-aside", "h1",
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
    return [part.lower() for part in NAME_PARTS.findall(name) if 1 < len(part) < 24]  # noqa: PLR2004


def short_words(text: str) -> list[str]:
    """The words of a short text, with a mark for its first; none of a long one."""
    if len(text) > 8 * SHORT_WORDS:
        return []
    return WORDS.findall(text.lower())[:SHORT_WORDS]


def _share(part: Ints, whole: Ints) -> Ints:
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
    _place(page, out)
    _company(page, out)
    _likeness(page, stated, out)
    _vocabulary(page, vocabulary, out)
    _neighbours(page, out)
    return out


def _shape(page: Blocks, out: dict[str, Ints]) -> None:
    texts = page.texts
    n = len(texts)
    chars = np.fromiter(map(len, texts), np.int64, n)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    kinds = _classes()[np.minimum(codes, 0xFFFF)]
    owner = np.repeat(np.arange(n), chars)
    counts = np.bincount(owner * 16 + kinds, minlength=16 * n).reshape(n, 16)
    wordly = (kinds <= UPPER) | (kinds == DIGIT)
    starts = wordly.copy()
    ends = np.cumsum(chars)
    begins = ends - chars
    starts[1:] &= ~wordly[:-1]
    starts[begins] = wordly[begins]
    words = np.bincount(owner[starts], minlength=n) + (counts[:, WIDE] + 1) // 2
    caps = np.bincount(owner[starts & (kinds == UPPER)], minlength=n)
    letters = counts[:, LETTER] + counts[:, UPPER] + counts[:, WIDE]
    first, last = kinds[begins].astype(np.int64), kinds[ends - 1].astype(np.int64)
    # a quote or bracket behind the full stop: look one further
    before = kinds[np.maximum(ends - 2, begins)].astype(np.int64)
    full = (last == STOP) | (((last == QUOTE) | (last == BRACKET)) & (before == STOP))
    links = np.minimum(np.array(page.links, np.int64), chars)
    out["chars"] = _log(chars)
    out["words"] = words
    out["upper"] = _share(counts[:, UPPER], letters)
    out["capitals"] = _share(caps, words)
    out["wide"] = _share(counts[:, WIDE], chars)
    out["digits"] = _share(counts[:, DIGIT], chars)
    out["letters"] = _share(letters, chars)
    out["word_length"] = (16 * letters) // np.maximum(words, 1)
    out["stops"] = counts[:, STOP]
    out["stop_share"] = _share(counts[:, STOP], words)
    out["commas"] = counts[:, COMMA]
    out["comma_share"] = _share(counts[:, COMMA], words)
    out["quotes"] = counts[:, QUOTE]
    out["brackets"] = counts[:, BRACKET]
    out["bars"] = counts[:, BAR]
    out["symbols"] = counts[:, SYMBOL] + counts[:, AT] + counts[:, OTHER]
    out["breaks"] = counts[:, BREAK]
    out["first"] = first
    out["last"] = last
    out["full_stop"] = full.astype(np.int64)
    out["link_share"] = _share(links, chars)
    out["strong_share"] = _share(np.minimum(np.array(page.strong, np.int64), chars), chars)


def _place(page: Blocks, out: dict[str, Ints]) -> None:
    n = len(page.texts)
    element = np.array(page.element, np.int64)
    marks = np.array(page.marks, np.int64)[element]
    for name in MARKED:
        out["in_" + name] = ((marks & MARKS[name]) != 0).astype(np.int64)
    out["in_list"] = ((marks & LIST) != 0).astype(np.int64)
    out["in_heading"] = ((marks & HEADINGS) != 0).astype(np.int64)
    tags = np.fromiter((TAGS.get(tag, len(TAGS)) for tag in page.tag), np.int64, len(page.tag))
    out["tag"] = tags[element]
    parent = np.array(page.parent, np.int64)
    out["parent_tag"] = tags[parent[element]]
    out["depth"] = np.array(page.depth, np.int64)[element]
    index = np.arange(n)
    words = out["words"]
    running = np.cumsum(words)
    out["index"] = index
    out["index_share"] = _share(index, np.int64(n))
    out["words_before"] = _share(running - words, running[-1:])
    heads = np.flatnonzero((out["tag"] == TAGS["h1"]) | (out["in_h1"] == 1))
    top = heads[0] if len(heads) else 0
    # pages that go on with the next article have another headline, mostly in another <article>
    starts = np.zeros(n, np.int64)
    starts[heads[np.append(True, np.diff(heads) > 1)] if len(heads) else heads] = 1
    out["h1_behind"] = np.minimum(np.cumsum(starts), 20)
    outer = [0] * len(page.tag)
    for number, above in enumerate(page.parent):
        outer[number] = outer[above] or (number if page.tag[number] == "article" else 0)
    outermost = np.array(outer, np.int64)[element]
    out["headline_article"] = (outermost == outermost[top]).astype(np.int64) + 2 * (outermost > 0)
    out["from_h1"] = np.clip(index - top, -50, 200) if len(heads) else np.full(n, -99)
    out["page_blocks"] = _log(np.full(n, n))
    out["page_words"] = _log(np.full(n, running[-1]))
    has_p = out["tag"] == TAGS["p"]
    out["page_p"] = np.full(n, FULL * int(words[has_p].sum()) // max(1, int(running[-1])))


def _company(page: Blocks, out: dict[str, Ints]) -> None:
    n = len(page.texts)
    element, parent = np.array(page.element, np.int64), np.array(page.parent, np.int64)
    first, last = np.array(page.first, np.int64), np.array(page.last, np.int64)
    words, link_share = out["words"], out["link_share"]
    linked = words * link_share // FULL
    good = (((words >= 12) & (out["full_stop"] == 1)) | (words >= 30)) & (link_share < 80)  # noqa: PLR2004
    good_words = np.where(good, words, 0)
    sums = np.zeros((4, n + 1), np.int64)
    np.cumsum(words, out=sums[0, 1:])
    np.cumsum(linked, out=sums[1, 1:])
    np.cumsum(good_words, out=sums[2, 1:])
    np.cumsum(good, out=sums[3, 1:])
    inside = sums[:, last] - sums[:, first]  # of every element
    total = max(1, int(sums[2, -1]))
    # the element whose own and children's good blocks weigh most: where a reader would say the article is
    own = np.bincount(element, weights=good_words, minlength=len(parent)).astype(np.int64)
    above = np.bincount(parent, weights=own, minlength=len(parent)).astype(np.int64)
    higher = np.bincount(parent, weights=above, minlength=len(parent)).astype(np.int64)
    weight = 4 * own + 4 * above + higher
    best = int(np.argmax(weight)) if len(weight) else 0
    out["best"] = np.full(n, best)
    inner = (np.arange(n) >= first[best]) & (np.arange(n) < last[best])
    out["good"] = good.astype(np.int64)
    out["in_best"] = inner.astype(np.int64)
    out["best_share"] = np.full(n, FULL * int(inside[2, best]) // total)
    index = np.arange(n)
    out["from_best"] = np.clip(np.where(index < first[best], index - first[best], np.where(inner, 0, index - last[best] + 1)), -60, 60)
    out["best_left"] = np.where(inner, _share(last[best] - index, np.int64(max(1, last[best] - first[best]))), -1)
    out["weight"] = _share(weight[parent[element]], np.int64(max(1, int(weight[best]))))
    depth = np.array(page.depth, np.int64)
    out["below_best"] = np.where(inner, depth[element] - depth[best], -9)
    usual = np.bincount(depth[element], weights=good_words)
    out["depth_off"] = np.clip(depth[element] - int(np.argmax(usual)), -15, 15)
    pictures = page.shown.copy()
    for number in range(len(pictures) - 1, 0, -1):
        pictures[page.parent[number]] += pictures[number]
    shown = np.minimum(np.array(pictures, np.int64), 30)
    media = np.minimum(np.array(page.media, np.int64), 5)
    out["media_before"] = media
    out["media_after"] = np.append(media[1:], 0)
    level = element
    for step in range(4):
        if step:
            out[f"good_{step}"] = _share(inside[2, level], np.int64(total))
            out[f"linked_{step}"] = _share(inside[1, level], inside[0, level])
            out[f"words_{step}"] = _log(inside[0, level])
            out[f"blocks_{step}"] = _log(last[level] - first[level])
            out[f"shown_{step}"] = shown[level]
            out[f"quality_{step}"] = _share(inside[2, level], inside[0, level])
        level = parent[level]
    # the nearest article, and its share of the page's good text
    nearest = np.zeros(len(parent), np.int64)
    is_article = np.fromiter((tag == "article" for tag in page.tag), bool, len(page.tag))
    for number in np.flatnonzero(is_article):
        nearest[number] = number
    if is_article.any():
        chain = nearest.tolist()
        for number, above_it in enumerate(page.parent):
            if not chain[number]:
                chain[number] = chain[above_it]
        nearest = np.array(chain, np.int64)
    mine = nearest[element]
    out["article_good"] = np.where(mine > 0, _share(inside[2, mine], np.int64(total)), -1)
    out["articles"] = np.full(n, min(50, int(is_article.sum())))
    _lookalikes(page, out, good)
    # good text around it
    behind, ahead = sums[3, :-1], sums[3, -1] - sums[3, 1:]
    out["good_before"] = np.minimum(behind, 60)
    out["good_after"] = np.minimum(ahead, 60)
    out["good_before_share"] = _share(sums[2, :-1], np.int64(total))
    spots = np.flatnonzero(good)
    if len(spots):
        at = np.searchsorted(spots, index)
        out["to_next_good"] = np.minimum(spots[np.minimum(at, len(spots) - 1)] - index, 60)
        out["to_next_good"] = np.where(at < len(spots), out["to_next_good"], 99)
        at = np.searchsorted(spots, index, side="right") - 1
        out["from_last_good"] = np.where(at >= 0, np.minimum(index - spots[np.maximum(at, 0)], 60), 99)
        top = words * good
        out["of_longest"] = _share(words, np.int64(max(1, int(top.max()))))
    else:
        out["to_next_good"] = np.full(n, 99)
        out["from_last_good"] = np.full(n, 99)
        out["of_longest"] = np.full(n, FULL)


def _lookalikes(page: Blocks, out: dict[str, Ints], good: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
    """Blocks whose element and parent have the same tag and name: teasers come in dozens, paragraphs too."""
    n = len(page.texts)
    known: dict[tuple[str, str, str], int] = {}
    signs = np.empty(n, np.int64)
    plain: dict[int, int] = {}
    for number, element in enumerate(page.element):
        sign = plain.get(element)
        if sign is None:
            above = page.parent[element]
            key = (page.tag[element], page.name[element], page.tag[above] + page.name[above])
            sign = plain[element] = known.setdefault(key, len(known))
        signs[number] = sign
    size = np.bincount(signs, minlength=len(known))
    words = np.bincount(signs, weights=out["words"], minlength=len(known)).astype(np.int64)
    links = np.bincount(signs, weights=out["link_share"], minlength=len(known)).astype(np.int64)
    fine = np.bincount(signs, weights=good, minlength=len(known)).astype(np.int64)
    out["alike"] = _log(size[signs])
    out["alike_words"] = (words // np.maximum(size, 1))[signs]
    out["alike_links"] = (links // np.maximum(size, 1))[signs]
    out["alike_good"] = _share(fine, size)[signs]
    fine_words = np.bincount(signs, weights=out["words"] * good, minlength=len(known)).astype(np.int64)
    out["alike_weight"] = _share(fine_words, fine_words.sum())[signs]


def _likeness(page: Blocks, stated: Stated, out: dict[str, Ints]) -> None:
    n = len(page.texts)
    titles = [frozenset(WORDS.findall(title.lower())) for title in stated.titles if title]
    wanted = frozenset().union(*titles) if titles else frozenset[str]()
    description = " ".join(stated.description.split()).lower()
    body = "".join(stated.body.split()).lower()
    title, summary, stands, again = (np.zeros(n, np.int64) for _ in range(4))
    lowered: dict[str, int] = {}
    first_title = -1
    for number, text in enumerate(page.texts):
        lower = text.lower()
        again[number] = 1 if lower in lowered else 0
        lowered.setdefault(lower, number)
        if wanted and len(lower) < 400:  # noqa: PLR2004
            mine = frozenset(WORDS.findall(lower))
            if mine:
                shared = len(mine & wanted)
                title[number] = FULL * shared // len(mine)
                if first_title < 0 and any(len(mine & one) * 5 >= len(one) * 4 and len(mine) * 4 <= len(one) * 5 for one in titles):
                    first_title = number
        if description and len(lower) > 20 and (lower[:80] in description or description[:80] in lower):  # noqa: PLR2004
            summary[number] = 1
        if body:
            stands[number] = 1 if "".join(lower[:60].split()) in body else -1
    seen: set[str] = set()
    repeated = np.zeros(n, np.int64)
    for number, text in enumerate(page.texts):
        if len(text) > 60:  # noqa: PLR2004
            pieces = [text[at : at + 30] for at in range(0, len(text) - 29, 30)] if len(text) < 400 else text.split(". ")  # noqa: PLR2004
            repeated[number] = FULL * sum(piece in seen for piece in pieces) // len(pieces)
            seen.update(text.split(". "))
            seen.update(text[at : at + 30] for at in range(0, min(len(text), 400) - 29, 30))
    out["repeated"] = repeated
    counts: dict[str, int] = {}
    for text in page.texts:
        counts[text] = counts.get(text, 0) + 1
    out["title"] = title
    out["from_title"] = np.clip(np.arange(n) - first_title, -50, 200) if first_title >= 0 else np.full(n, -99)
    out["summary"] = summary
    out["in_body"] = stands
    weight = out["words"] * out["good"]
    out["page_body"] = np.full(n, FULL * int(weight[stands == 1].sum()) // max(1, int(weight.sum())) if body else -1)
    out["page_stated"] = np.full(n, bool(body) + 2 * bool(description))
    out["again"] = again
    out["copies"] = np.fromiter((min(20, counts[text]) for text in page.texts), np.int64, n)


def _vocabulary(page: Blocks, vocabulary: Vocabulary, out: dict[str, Ints]) -> None:
    n, names, words = len(page.texts), vocabulary.names, vocabulary.words
    weighed: dict[str, tuple[int, int, int]] = {"": (0, 0, 0)}

    def weigh(name: str) -> tuple[int, int, int]:
        found = weighed.get(name)
        if found is None:
            all_of_it = [names.get(part, 0) for part in dict.fromkeys(name_parts(name))]
            found = weighed[name] = (sum(all_of_it), max(all_of_it, default=0), min(all_of_it, default=0))
        return found

    own, low, high, total = [], [], [], []
    for number, name in enumerate(page.name):
        mine, most, least = weigh(name)
        above = page.parent[number]
        own.append(mine)
        high.append(max(most, high[above]) if number else most)
        low.append(min(least, low[above]) if number else least)
        total.append(mine + total[above] if number else mine)
    best, inside_low, inside_sum, inside_high = int(out["best"][0]), [], [], []
    for number, above in enumerate(page.parent):
        below = number > best and page.first[number] >= page.first[best] and page.last[number] <= page.last[best] and page.depth[number] > page.depth[best]
        inside_low.append(min(own[number], inside_low[above]) if below else 0)
        inside_high.append(max(own[number], inside_high[above]) if below else 0)
        inside_sum.append(own[number] + inside_sum[above] if below else 0)
    element, parent = np.array(page.element, np.int64), np.array(page.parent, np.int64)
    for label, values in (("inside_low", inside_low), ("inside_high", inside_high), ("inside_sum", inside_sum)):
        out[label] = np.array(values, np.int64)[element]
    del out["best"]
    for label, values in (("name", own), ("name_low", low), ("name_high", high), ("name_sum", total)):
        out[label] = np.array(values, np.int64)[element]
    out["name_1"] = np.array(own, np.int64)[parent[element]]
    out["name_2"] = np.array(own, np.int64)[parent[parent[element]]]
    out["name_inner"] = np.fromiter((weigh(name)[0] for name in page.inner), np.int64, n)
    said, least, most, start = (np.zeros(n, np.int64) for _ in range(4))
    for number, text in enumerate(page.texts):
        if len(text) <= 8 * SHORT_WORDS:
            found = [words.get(word, 0) for word in WORDS.findall(text.lower())[:SHORT_WORDS]]
            if found:
                said[number] = sum(found) // len(found)
                least[number], most[number], start[number] = min(found), max(found), found[0]
    out["said"], out["said_low"], out["said_high"], out["said_first"] = said, least, most, start


def _neighbours(page: Blocks, out: dict[str, Ints]) -> None:
    n = len(page.texts)
    element = np.array(page.element, np.int64)
    for step in (-2, -1, 1, 2):
        at = np.arange(n) + step
        there = (at >= 0) & (at < n)
        at = np.clip(at, 0, n - 1)
        side = f"{'before' if step < 0 else 'after'}_{abs(step)}"
        for name in ("words", "link_share", "full_stop", "tag", "name_sum", "in_heading") if abs(step) == 1 else ("words", "link_share", "full_stop", "tag"):
            out[f"{name}_{side}"] = np.where(there, out[name][at], -1)
        if abs(step) == 1:
            out[f"same_{side}"] = np.where(there, (element[at] == element) * 2 + (np.array(page.parent)[element[at]] == np.array(page.parent)[element]), -1)

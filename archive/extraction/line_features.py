"""What tells an article's lines from the rest of a text capture: some hundred integers a line, computed for all at once.

``measure`` returns arrays by name, each with one value a line; all are integers, as in ``features.py``, and for its reason.

    shape      of the text: words, kinds of characters, how it begins and ends
    clues      what the line betrays by its words and signs (``clues.py``), and where the likely article lies
    likeness   to the first line, to lines before, to the words of the likely article; learned weights of words
    company    what the lines around it are, near and far; and what kind of dump it is, all in all
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count, repeat
from operator import itemgetter
from typing import Any, Final

import numpy as np

from archive.extraction.characters import (
    BAR,
    COMMA,
    DIGIT,
    LETTER,
    STOP,
    UPPER,
    WIDE,
    Ints,
    look_at,
)
from archive.extraction.clues import article
from archive.extraction.features import logarithm, share_of
from archive.extraction.likeness import FULL, SHORT, Vocabulary
from archive.extraction.lines import HEAD, Line, Spoken

REASONS: Final = {
    reason: code
    for code, reason in enumerate(("", "byline", "caption", "teaser", "promotion", "consent", "markup", "script"))
}
CODE: Final = REASONS["markup"]  # from here on
FAR: Final = 60  # lines; what is farther away is that far
WIDTHS: Final = (2, 5, 12)  # lines on either side that make a line's company
NEAR: Final = ("value", "words", "said", "kin", "last")
TITLE: Final = 3  # words that the first line and a headline share at least
LETTERS: Final = 3  # words of more say what a text is about, and so do pairs of a dense script
WIDEST: Final = 0xE00


def measure(lines: Sequence[Line], spoken: Spoken, vocabulary: Vocabulary) -> dict[str, Ints]:
    """The measures of a dump's lines, none of them blank, by name; each int64 of shape (lines,). They have their clues."""
    out: dict[str, Ints] = {}
    _shape(lines, out)
    first, after = _clues(lines, out)
    _words(spoken, vocabulary.words, out, first, after)
    _company(out)
    return out


def _shape(lines: Sequence[Line], out: dict[str, Ints]) -> None:
    texts = [line.text for line in lines]
    seen = look_at([text if len(text) <= HEAD else text[:HEAD] + text[-12:] for text in texts])
    chars, counts = seen.lengths, seen.counts
    words = seen.words
    letters = counts[:, LETTER] + counts[:, UPPER] + counts[:, WIDE]
    out["chars"] = logarithm(np.fromiter(map(len, texts), np.int64, len(texts)))
    out["words"] = words
    out["upper"] = share_of(counts[:, UPPER], letters)
    out["capitals"] = share_of(seen.capitals, words)
    out["word_length"] = (16 * letters) // np.maximum(words, 1)
    out["stops"], out["commas"], out["bars"] = counts[:, STOP], counts[:, COMMA], counts[:, BAR]
    for name, kind in (("digit", DIGIT), ("stop", STOP), ("bar", BAR)):
        out[f"{name}_share"] = share_of(counts[:, kind], chars)
    out["first"], out["last"] = seen.first, seen.last
    out["wide"] = share_of(counts[:, WIDE], letters)


def _clues(lines: Sequence[Line], out: dict[str, Ints]) -> tuple[int, int]:
    """What the rules say, and where by them the article lies."""
    n = len(lines)
    out["reason"] = np.array([REASONS[line.reason] for line in lines], np.int64)
    out["sure"] = np.array([round(100 * line.score) for line in lines], np.int64)
    out["shut"] = np.array([line.shut for line in lines], np.int64)
    good = (out["reason"] == 0) & (((out["shut"] == 1) & (out["words"] >= 8)) | (out["words"] >= 25))  # noqa: PLR2004
    out["good"], out["good_words"] = good.astype(np.int64), out["words"] * good
    value = np.array([round(10 * line.value) for line in lines], np.int64)
    out["value"] = value
    ahead = _best_sum(value)
    behind = _best_sum(value[::-1])[::-1]
    through = ahead + behind - value
    best = max(1, int(through.max()))
    out["ahead"], out["behind"] = share_of(ahead, best), share_of(behind, best)
    out["through"] = share_of(through, best)
    first, after = article(lines)
    index = np.arange(n)
    away = np.where(index < first, index - first, np.where(index >= after, index - after + 1, 0))
    out["away"] = np.clip(away, -FAR, FAR)
    out["inside"] = np.where(away == 0, share_of(index - first, after - first), -1)
    out["page_span"] = np.full(n, FULL * (after - first) // n)
    out["page_best"] = logarithm(np.full(n, max(0, best)))
    return first, after


def _best_sum(value: Ints) -> Ints:
    """For each line the largest sum of values of a stretch that ends with it: a running sum less its lowest point."""
    running = np.cumsum(value)
    lowest = np.minimum.accumulate(np.append(0, running[:-1]))
    return running - lowest


def _words(spoken: Spoken, weights: Mapping[str, int], out: dict[str, Ints], first: int, after: int) -> None:
    """Learned weights of a short line's words, and what words a line shares with the first line and the likely article."""
    lowered = spoken.lowered
    n = len(lowered)
    numbers = dict(zip(dict.fromkeys(("\n", *spoken.words)), count()))  # no loop of ours: .3 ms a page
    codes = np.fromiter(map(numbers.__getitem__, spoken.words), np.int64, len(spoken.words))
    owner = np.cumsum(codes == 0)[codes > 0]
    codes = codes[codes > 0]
    weight = np.fromiter(map(weights.get, numbers, repeat(0)), np.int64, len(numbers))
    said = weight[codes]
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    weighed = np.zeros((3, n), np.int64)
    if len(begins):
        lines = owner[begins]
        weighed[0, lines] = np.add.reduceat(said, begins) // np.diff(begins, append=len(owner))
        weighed[1, lines], weighed[2, lines] = np.minimum.reduceat(said, begins), np.maximum.reduceat(said, begins)
    weighed[:, np.fromiter(map(len, lowered), np.int64, n) > SHORT] = 0
    out["said"], out["said_low"], out["said_high"] = weighed
    pairs = np.unique(owner * len(numbers) + codes)
    owner, codes = np.divmod(pairs, len(numbers))
    _title(owner, codes, out)
    initials = np.frombuffer("".join(map(itemgetter(0), numbers)).encode("utf-32-le", "replace"), np.uint32)
    tells = ((np.fromiter(map(len, numbers), np.int64, len(numbers)) > LETTERS) | (initials >= WIDEST))[codes]
    _kin(owner[tells], codes[tells], out, first, after)
    copies = Counter(lowered)
    out["copies"] = np.minimum(np.fromiter((copies[text] for text in lowered), np.int64, n), 20)


def _title(owner: Ints, codes: Ints, out: dict[str, Ints]) -> None:
    """The share of a line's words that the first line has, which is the page's title in many dumps; and what has four fifths."""
    n = len(out["reason"])
    plain = np.flatnonzero((out["reason"] == 0) & (np.bincount(owner, minlength=n) > 0))
    top = int(plain[0]) if len(plain) else 0
    wanted = np.zeros(int(codes.max(initial=0)) + 1, np.int64)
    wanted[codes[owner == top]] = 1
    mine = np.bincount(owner, weights=wanted[codes], minlength=n).astype(np.int64)
    mine[: top + 1] = 0
    share = share_of(mine, np.bincount(owner, minlength=n))
    found = np.flatnonzero((mine >= TITLE) & (share >= 4 * FULL // 5))
    out["title"] = share
    out["from_title"] = np.clip(np.arange(n) - found[0], -FAR, 200) if len(found) else np.full(n, -99)


def _kin(owner: Ints, codes: Ints, out: dict[str, Ints], first: int, after: int) -> None:
    """How many of a line's telling words are in other sentences of the likely article."""
    n = len(out["good"])
    mine = out["good"].astype(np.bool_)
    mine[:first] = mine[after:] = False
    known = np.bincount(codes[mine[owner]], minlength=int(codes.max(initial=0)) + 1)
    shared = np.bincount(owner, weights=known[codes] > mine[owner], minlength=n).astype(np.int64)
    size = np.bincount(owner, minlength=n)
    out["kin"] = np.where(size > 0, share_of(shared, size), -1)
    out["kin_words"] = shared


def _company(out: dict[str, Ints]) -> None:
    """The lines around, and the dump as a whole."""
    words, good, reason, good_words = out["words"], out["good"], out["reason"], out["good_words"]
    n = len(words)
    index = np.arange(n)
    coded = (reason >= CODE).astype(np.int64)
    running = np.cumsum(words)
    total, total_good = int(running[-1]), int(good_words.sum())
    out["index"] = index
    out["from_end"] = np.minimum(n - 1 - index, 1000)
    out["index_share"] = share_of(index, n)
    out["words_before"] = share_of(running - words, total)
    out["good_before"] = share_of(np.cumsum(good_words) - good_words, total_good)
    for name, values in (("lines", n), ("words", total), ("good", total_good)):
        out[f"page_{name}"] = logarithm(np.full(n, values))
    for name, part in (("good_share", good), ("code_share", coded), ("reason_share", (reason > 0).astype(np.int64))):
        out[f"page_{name}"] = np.full(n, FULL * int(part.sum()) // n)
    out["page_word_share"] = np.full(n, FULL * total_good // max(1, total))
    out["of_longest"] = share_of(words, max(1, int(good_words.max())))
    names = ("words", "good_words", "said", "kin", "shut")
    rows = np.stack([out[name] for name in names])
    sums = np.zeros((len(rows), n + 1), np.int64)
    np.cumsum(rows, axis=1, out=sums[:, 1:])
    for width in WIDTHS:
        low, high = np.maximum(index - width, 0), np.minimum(index + width + 1, n)
        before = (sums[:, index] - sums[:, low]) * 4 // width
        behind = (sums[:, high] - sums[:, index + 1]) * 4 // width
        for at, name in enumerate(names):
            out[f"{name}_before_{width}"], out[f"{name}_behind_{width}"] = before[at], behind[at]
    spots = np.append(np.flatnonzero(good), n + FAR)
    out["to_good"] = np.minimum(spots[np.searchsorted(spots, index, side="right")] - index, FAR) if n else index
    spots = np.append(-FAR, spots)
    out["from_good"] = np.minimum(index - spots[np.searchsorted(spots, index, side="left") - 1], FAR)
    _neighbours(out, n)


def _neighbours(out: dict[str, Ints], n: int) -> None:
    """Some measures of the lines next to each."""
    stacked: np.ndarray[Any, np.dtype[np.int64]] = np.full((len(NEAR), n + 4), -999, np.int64)
    stacked[:, 2:-2] = [out[name] for name in NEAR]
    for side, start in (("before_1", 1), ("behind_1", 3)):
        for at, name in enumerate(NEAR):
            out[f"{name}_{side}"] = stacked[at, start : start + n]
    out["value_before_2"], out["value_behind_2"] = stacked[0, :n], stacked[0, 4 : 4 + n]

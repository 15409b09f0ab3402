"""What tells an article's lines from the rest of a text capture: some hundred integers a line, computed for all at once.

``measure`` returns arrays by name, each with one value a line; all are integers, as in ``features.py``, and for its reason.

    shape      of the text: words, kinds of characters, how it begins and ends
    clues      what the line betrays by its words and signs (``clues.py``), and where the likely article lies
    likeness   to the first line, to lines before, to the words of the likely article; learned weights of words
    company    what the lines around it are, near and far; and what kind of dump it is, all in all
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from archive.extraction import phrases
from archive.extraction.characters import (
    BAR,
    BRACKET,
    COMMA,
    DIGIT,
    LETTER,
    PUNCTUATION,
    QUOTE,
    STOP,
    SYMBOL,
    UPPER,
    WIDE,
    Ints,
    look_at,
)
from archive.extraction.clues import article
from archive.extraction.likeness import FULL, Stated, Vocabulary, likeness
from archive.extraction.lines import Line

REASONS: Final = {
    reason: code
    for code, reason in enumerate(("", "byline", "caption", "teaser", "promotion", "consent", "markup", "script"))
}
CODE: Final = REASONS["markup"]  # from here on
FAR: Final = 60  # lines; what is farther away is that far
WIDTHS: Final = (2, 5, 12)  # lines on either side that make a line's company
NEAR: Final = (1, 2, 3)
TELLING: Final = re.compile(r"\w{4,}")  # words that say what a text is about
DENSE: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]+")


def measure(lines: Sequence[Line], vocabulary: Vocabulary) -> dict[str, Ints]:
    """The measures of a dump's lines, none of them blank, by name; each int64 of shape (lines,). They have their clues."""
    texts = [_head(line.text) for line in lines]
    out: dict[str, Ints] = {}
    _shape(lines, texts, out)
    first, after = _clues(lines, texts, out)
    top = next((text for text, line in zip(texts, lines, strict=True) if not line.reason), "")
    likeness(texts, Stated(titles=[top]), vocabulary, out)
    for name in ("summary", "in_body", "page_body", "page_stated"):  # a dump states nothing
        del out[name]
    _kin([text.lower() for text in texts], out, first, after)
    _company(out)
    return out


def _head(text: str) -> str:
    """Enough of a line: its beginning and its end."""
    return text if len(text) <= phrases.HEAD else text[: phrases.HEAD] + text[-12:]


def _share(part: Ints, whole: Ints | int) -> Ints:
    return (FULL * part) // np.maximum(whole, 1)


def _log(value: Ints) -> Ints:
    """Four times the binary logarithm, as in ``features.py``."""
    value = np.maximum(value, 0) + 1
    bits = np.frexp(value.astype(np.float64))[1].astype(np.int64) - 1
    return 4 * bits + ((value << 2 >> bits) & 3)


def _shape(lines: Sequence[Line], texts: Sequence[str], out: dict[str, Ints]) -> None:
    seen = look_at(texts)
    chars, counts = seen.lengths, seen.counts
    words = seen.words
    letters = counts[:, LETTER] + counts[:, UPPER] + counts[:, WIDE]
    out["chars"] = _log(np.array([len(line.text) for line in lines], np.int64))
    out["words"] = words
    out["upper"] = _share(counts[:, UPPER], letters)
    out["capitals"] = _share(seen.capitals, words)
    out["word_length"] = (16 * letters) // np.maximum(words, 1)
    for name, kind in (("digit", DIGIT), ("stop", STOP), ("comma", COMMA), ("quote", QUOTE), ("bar", BAR)):
        out[f"{name}s"] = counts[:, kind]
        out[f"{name}_share"] = _share(counts[:, kind], chars)
    out["symbol_share"] = _share(counts[:, SYMBOL] + counts[:, BRACKET] + counts[:, PUNCTUATION], chars)
    out["first"], out["last"], out["before_last"] = seen.first, seen.last, seen.before_last
    out["wide"] = _share(counts[:, WIDE], letters)


def _clues(lines: Sequence[Line], texts: Sequence[str], out: dict[str, Ints]) -> tuple[int, int]:
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
    out["ahead"], out["behind"] = _share(ahead, best), _share(behind, best)
    out["through"] = _share(through, best)
    first, after = article(lines)
    index = np.arange(n)
    away = np.where(index < first, index - first, np.where(index >= after, index - after + 1, 0))
    out["away"] = np.clip(away, -FAR, FAR)
    out["inside"] = np.where(away == 0, _share(index - first, after - first), -1)
    out["page_span"] = np.full(n, FULL * (after - first) // n)
    out["page_best"] = _log(np.full(n, max(0, best)))
    return first, after


def _best_sum(value: Ints) -> Ints:
    """For each line the largest sum of values of a stretch that ends with it: a running sum less its lowest point."""
    running = np.cumsum(value)
    lowest = np.minimum.accumulate(np.append(0, running[:-1]))
    return running - lowest


def _kin(lowered: Sequence[str], out: dict[str, Ints], first: int, after: int) -> None:
    """How many of a line's telling words are in other sentences of the likely article."""
    told = [_telling(text) for text in lowered]
    mine = {number for number in range(first, after) if out["good"][number]}
    known = Counter(chain.from_iterable(told[number] for number in mine))
    once, twice = frozenset(known), frozenset(word for word, often in known.items() if often > 1)
    shared = [len(words & (twice if number in mine else once)) for number, words in enumerate(told)]
    found, size = np.array(shared, np.int64), np.fromiter(map(len, told), np.int64, len(told))
    out["kin"] = np.where(size > 0, _share(found, size), -1)
    out["kin_words"] = found


def _telling(text: str) -> frozenset[str]:
    """Its words that say what it is about; of a script that writes no spaces, all pairs of characters."""
    if text.isascii() or not DENSE.search(text):
        return frozenset(TELLING.findall(text))
    found = set(TELLING.findall(DENSE.sub(" ", text)))
    for run in DENSE.findall(text):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(found)


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
    out["index_share"] = _share(index, n)
    out["words_before"] = _share(running - words, total)
    out["good_before"] = _share(np.cumsum(good_words) - good_words, total_good)
    for name, values in (("lines", n), ("words", total), ("good", total_good)):
        out[f"page_{name}"] = _log(np.full(n, values))
    for name, part in (("good_share", good), ("code_share", coded), ("reason_share", (reason > 0).astype(np.int64))):
        out[f"page_{name}"] = np.full(n, FULL * int(part.sum()) // n)
    out["page_word_share"] = np.full(n, FULL * total_good // max(1, total))
    out["of_longest"] = _share(words, max(1, int(good_words.max())))
    rows = np.stack([words, good_words, good, (reason > 0), out["said"], out["kin"], out["shut"]]).astype(np.int64)
    names = ("words", "good_words", "good", "reasons", "said", "kin", "shut")
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
    near = ("words", "reason", "said", "first", "last", "kin", "value", "digits")
    stacked: np.ndarray[Any, np.dtype[np.int64]] = np.full((len(near), n + 6), -999, np.int64)
    stacked[:, 3:-3] = [out[name] for name in near]
    for step in NEAR:
        for at, name in enumerate(near if step == 1 else near[:3]):
            out[f"{name}_b{step}"] = stacked[at, 3 - step : 3 - step + n]
            out[f"{name}_a{step}"] = stacked[at, 3 + step : 3 + step + n]

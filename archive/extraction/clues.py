"""What the lines of a text capture give away, before anything learned is asked.

``find_clues`` gives each line its words, the reason to remove it that it betrays by itself (``signs.py``), and a value:
what it counts for, or against, being in the article. Sentences count for, short lines and removed ones against.
``article`` is the stretch of lines with the largest sum of values, which is a fair first guess in any language: it
knows shapes first and words second.
"""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the marks are of many scripts

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from archive.extraction import signs
from archive.extraction.lines import HEAD, Line, Spoken

_FULL: Final = 60  # words that count of one line; what is longer says no more
_BASE: Final = 8.0  # words that a sentence needs before it counts for the article
_SHORT: Final = -1.8  # what a line without a final stop counts
_GROW: Final = 0.15  # by how much of that more, with each of them in a row
_OFF: Final = -13.0  # what a removed line counts
_CODED: Final = -0.3  # what a line of code counts: scripts stand in the middle of articles
_APART: Final = -12.0  # what a line counts that stands over other matter
_AGAIN: Final = -6.0  # what a line counts that is there more than once
_LONG: Final = 25  # words of a line that counts for the article, by half, without a final stop
_JOINED: Final = 8  # words that two lines of one cut sentence have together


def find_clues(lines: Sequence[Line], spoken: Spoken) -> None:
    """Fills in words, reasons and values of lines, none of them blank, by what is ``spoken`` in them."""
    _find_code(lines)
    _find_words(lines, spoken)
    _join(lines)
    _find_cut(lines)
    _find_values(lines)


def _find_words(lines: Sequence[Line], spoken: Spoken) -> None:
    """Gives a reason to the lines that their words betray."""
    rest = [at for at, line in enumerate(lines) if not line.reason]
    chosen, lowered = [lines[at] for at in rest], [spoken.lowered[at] for at in rest]
    for line, found in zip(chosen, signs.reasons(chosen, lowered, sorted(set(spoken.words))), strict=True):
        line.reason, line.score, line.apart = found


def _join(lines: Sequence[Line]) -> None:
    """Lines that were one sentence before its links were cut out of it: each counts as a sentence."""
    for one, two in pairwise(lines):
        goes_on = (two.text[0].islower() or two.text[0] in ",;.)”’»") and (not one.shut or one.text[-1] == ".")
        if goes_on and not one.reason and not two.reason and one.words + two.words >= _JOINED:
            one.shut = two.shut = True
            one.words, two.words = max(one.words, 3), max(two.words, 3)


def _find_code(lines: Sequence[Line]) -> None:
    """Marks code, and what stands between two lines of code: up to three lines that are no long sentences."""
    last = -9
    for i, line in enumerate(lines):
        line.words, line.shut = signs.measure(line.text)
        line.reason = signs.code(line.text[:HEAD])
        if not line.reason:
            continue
        line.score = 0.9
        if 1 < i - last <= 4 and all(not between.shut or between.words < 8 for between in lines[last + 1 : i]):
            for between in lines[last + 1 : i]:
                between.reason, between.score = line.reason, 0.7
        last = i


def _find_cut(lines: Sequence[Line]) -> None:
    """A line that is only cut off is a teaser, but for one between two sentences: there somebody trails off."""
    for i, line in enumerate(lines):
        if line.reason == "teaser" and line.score == signs.CUT:
            around = [*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]]
            if len(around) > 1 and all(other.shut and not other.reason for other in around):
                line.reason, line.score, line.shut = "", 0.0, True


def _find_values(lines: Sequence[Line]) -> None:
    """What each line counts for (or, below nought, against) being in the article."""
    seen = Counter(line.text for line in lines)
    run = 0
    for line in lines:
        if line.reason in ("script", "markup"):
            line.value = _CODED
            continue
        run += 1
        if line.reason:
            line.value = _APART if line.apart else _OFF
        elif seen[line.text] > 1:
            line.value = _AGAIN
        elif line.shut and line.words > 2:
            line.value, run = min(line.words, _FULL) - _BASE, 0
        elif line.words >= _LONG:
            line.value, run = min(line.words, _FULL) / 2, 0
        else:
            line.value = _SHORT * (1 + _GROW * min(run, 20))


def article(lines: Sequence[Line]) -> tuple[int, int]:
    """The stretch with the largest sum of values: first line and line after the last."""
    best = total = 0.0
    first = begin = after = 0
    for i, line in enumerate(lines):
        if total <= 0:
            total, begin = 0.0, i
        total += line.value
        if total > best:
            best, first, after = total, begin, i + 1
    return first, after

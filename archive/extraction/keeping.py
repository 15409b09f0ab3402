"""Which lines of a text capture are its article, by what was learned from others.

A forest gives each line the odds that it belongs to the article (``line_features.py`` measures, ``forest.py`` counts).
A line is kept from odds of one to three or less on, not from even odds: to lose a heading, a quote or a list item costs
a reader more than to see a caption, and word F1 is the same or higher for it. Code and the plainest notices are never
kept, whatever the odds: the pages learned from have few of them.

A pass of Viterbi over two states (kept, removed), which helps where each line is scored by itself, was tried and
refused: the measures see twelve lines to each side already, and what it took was single lines of real articles
(word F1 of bs4_nl .9268 without, .9264, .9249 and .9224 at a cost of .1, .2 and .3 of log-odds for each change).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from archive.extraction.choice import Model
from archive.extraction.forest import SURE, UNIT, from_trees, odds_table, read_model
from archive.extraction.likeness import Vocabulary
from archive.extraction.line_features import measure
from archive.extraction.lines import Line, Spoken

Ints = np.ndarray[Any, Any]
LENGTHS: Final = (5, 10, 20)  # words
LEAN: Final = (500, 950, 1500, 1350)  # in 1/1024 of log-odds, for lines up to those lengths, and for longer ones
DOUBT: Final = 2 * UNIT  # added where nothing would be kept
SURE_ENOUGH: Final = 0.6  # expected F1 over words


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """For each line whether it is kept, and the odds that it should be; for all, how sure that is."""

    kept: tuple[bool, ...]
    odds: tuple[float, ...]
    confidence: float  # expected F1 over words


@cache
def dump_model() -> Model:
    """The model that the package ships."""
    found = read_model("dump")
    return Model(
        vocabulary=Vocabulary(names={}, words=found["words"]),
        forest=from_trees(found["columns"], found["trees"], found["base"]),
        odds=odds_table(),
    )


def keep(lines: Sequence[Line], spoken: Spoken, model: Model | None = None) -> Kept:
    """Which of these lines, none of them blank and all with their clues, are kept. By the model shipped, if none is given."""
    if not lines:
        return Kept(kept=(), odds=(), confidence=0.0)
    model = model or dump_model()
    measures = measure(lines, spoken, model.vocabulary)
    scores = model.forest.scores(measures)
    words = measures["words"]
    leaning = scores + np.array(LEAN)[np.searchsorted(LENGTHS, words, side="right")]
    barred = np.array([is_barred(line) for line in lines])
    kept = (leaning > 0) & ~barred
    if not kept.any():
        kept = (leaning + DOUBT > 0) & ~barred
    odds = model.odds[np.clip((scores >> 4) + len(model.odds) // 2, 0, len(model.odds) - 1)]
    odds = np.where(barred, 0, odds)
    right = int((odds * words)[kept].sum())
    whole = SURE * int(words[kept].sum()) + int((odds * words).sum())
    return Kept(kept=tuple(kept.tolist()), odds=tuple((odds / SURE).tolist()), confidence=2 * right / max(1, whole))


def is_barred(line: Line) -> bool:
    """Whether a line is code, or a notice beyond doubt. Of the development lines that are, 1 in 500 is in its gold."""
    return line.reason in ("script", "markup") or (line.reason == "consent" and line.score > 0.8)  # noqa: PLR2004

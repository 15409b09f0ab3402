"""Which of a page's blocks are its article: a probability for each, and the cut that promises the best text.

The forest gives each block the odds that it belongs to the article. Blocks are then taken in the order of their odds, and
the page is cut where the expected F1 over words is highest: with n words of odds p kept and the rest left out, that is
2 Σ p·n kept / (Σ n kept + Σ p·n all). A fixed threshold treats a page of sure paragraphs and a page of doubtful ones alike
(on the development pages the cut gains .001). The expected F1 itself is the confidence: below ``SURE_ENOUGH`` the caller
asks another extractor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from archive.extraction.blocks import Blocks
from archive.extraction.features import measure
from archive.extraction.forest import SURE, Forest, from_trees, odds_table, read_model
from archive.extraction.likeness import Stated, Vocabulary

Ints = np.ndarray[Any, Any]
SURE_ENOUGH: Final = 0.75  # expected F1; from there on the model is as good as trafilatura or better


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The blocks of the article, in order, and how sure that is."""

    kept: tuple[int, ...]
    confidence: float  # expected F1 over words
    odds: Ints  # of each block, in 1/16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What was learned: weights of words, and the trees."""

    vocabulary: Vocabulary
    forest: Forest
    odds: Ints


@cache
def page_model() -> Model:
    """The model that the package ships."""
    found = read_model("page")
    return Model(
        vocabulary=Vocabulary(names=found["names"], words=found["words"]),
        forest=from_trees(found["columns"], found["trees"], found["base"]),
        odds=odds_table(),
    )


def choose(page: Blocks, stated: Stated, model: Model | None = None) -> Chosen:
    """The blocks of the page that are its article; none where the page has no blocks."""
    if not page.texts:
        return Chosen(kept=(), confidence=0.0, odds=np.zeros(0, np.int64))
    model = model or page_model()
    measures = measure(page, stated, model.vocabulary)
    scores = model.forest.scores(measures)
    odds = model.odds[np.clip((scores >> 4) + len(model.odds) // 2, 0, len(model.odds) - 1)]
    kept, confidence = cut(odds, measures["words"])
    return Chosen(kept=kept, confidence=confidence, odds=odds)


def cut(odds: Ints, words: Ints) -> tuple[tuple[int, ...], float]:
    """The blocks with which the expected F1 is highest, in page order, and that F1."""
    order = np.argsort(-odds, kind="stable")
    right = np.cumsum(odds[order] * words[order])
    taken = np.cumsum(words[order]) * SURE
    expected = 2 * right / np.maximum(taken + right[-1], 1)
    best = int(np.argmax(expected))
    return tuple(sorted(order[: best + 1].tolist())), float(expected[best])

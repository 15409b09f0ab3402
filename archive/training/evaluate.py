"""How well it does on sites that it has not seen: cross-validation by site, word F1 as the field counts it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from archive.extraction.choice import choose
from archive.extraction.texts import text_of_blocks
from archive.training.fit import fold, model_of, train
from archive.training.pages import Page

FOLDS: Final = 4
WORD: Final = re.compile(r"\w+")
DOUBTFUL: Final = 0.6  # a page on which other sites' weights fail so badly has, mostly, a wrong gold


def word_f1(text: str, reference: str) -> float:
    """F1 of two texts as multisets of words."""
    one, other = Counter(WORD.findall(text.lower())), Counter(WORD.findall(reference.lower()))
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else float(one == other)


def crossed(pages: list[Page], folds: int = FOLDS) -> Iterator[tuple[Page, float]]:
    """Each page with the word F1 of a model that has seen no page of its site."""
    for part in range(folds):
        inside = [page for page in pages if page.references and fold(page.site, folds, "evaluation") == part]
        if not inside:
            continue
        others = [page for page in pages if page.weight and fold(page.site, folds, "evaluation") != part]
        model = model_of(train(others))
        for page in inside:
            text, _ = text_of_blocks(page.blocks, choose(page.blocks, page.stated, model).kept)
            yield page, max(word_f1(text, reference) for reference in page.references)


def without_doubtful(pages: list[Page]) -> list[Page]:
    """The pages, those with a doubtful gold at weight 0: they are measured on, not learned from."""
    for page, score in list(crossed(pages)):
        page.weight = 0.0 if score < DOUBTFUL else 1.0
    return pages


def table(pages: list[Page]) -> str:
    """Word F1 by set."""
    scores: dict[str, list[float]] = defaultdict(list)
    for page, score in crossed(pages):
        scores[page.name].append(score)
    return "\n".join(
        f"{name:20} {len(found):5} pages   word F1 {math.fsum(found) / len(found):.4f}"
        for name, found in scores.items()
    )

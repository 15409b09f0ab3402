"""The cut that promises the best F1, and what is chosen of a page."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.blocks import Blocks, walk
from archive.extraction.choice import Model, choose, cut, page_model
from archive.extraction.forest import SURE, from_trees, odds_table
from archive.extraction.likeness import Stated, Vocabulary
from archive.extraction.tree import parse
from tests import making


def expected(kept: tuple[int, ...], odds: list[int], words: list[int]) -> float:
    """Expected F1 of these blocks: twice the right words kept, by the words kept and the right words there are."""
    right = sum(odds[at] * words[at] for at in kept)
    return (
        2 * right / max(1, sum(words[at] for at in kept) * SURE + sum(p * n for p, n in zip(odds, words, strict=True)))
    )


@given(st.lists(st.tuples(st.integers(0, SURE), st.integers(0, 300)), min_size=1, max_size=8))
def test_no_other_choice_promises_more(blocks: list[tuple[int, int]]) -> None:
    odds, words = [one for one, _ in blocks], [one for _, one in blocks]
    kept, confidence = cut(np.array(odds), np.array(words))
    best = max(
        expected(some, odds, words)
        for size in range(1, len(blocks) + 1)
        for some in itertools.combinations(range(len(blocks)), size)
    )
    assert confidence == pytest.approx(expected(kept, odds, words), abs=1e-12)
    assert confidence == pytest.approx(best, abs=1e-12)
    assert 0 <= confidence <= 1 + 1e-12
    assert list(kept) == sorted(set(kept))


def test_sure_blocks_are_kept_and_others_are_not() -> None:
    odds = np.array([0, SURE, 100, SURE, 0])
    assert cut(odds, np.array([50, 50, 50, 50, 50]))[0] == (1, 3)


def test_long_blocks_of_low_odds_are_kept_where_nothing_is_better() -> None:
    assert cut(np.array([3000, 2900]), np.array([100, 100]))[0] == (0, 1)


def test_a_page_without_words() -> None:
    assert cut(np.array([0, 0]), np.array([0, 0])) == ((0,), 0.0)
    nothing = choose(Blocks(), Stated())
    assert (nothing.kept, nothing.confidence, len(nothing.odds)) == ((), 0.0, 0)


def test_scores_beyond_the_table_are_as_sure_as_it_gets() -> None:
    trees = [{"nodes": [[0, 5, 0, 1]], "leaves": [-30_000, 30_000]}]
    model = Model(vocabulary=Vocabulary(names={}, words={}), forest=from_trees(["words"], trees, 0), odds=odds_table())
    page = walk(parse("<p>short</p><p>one two three four five six seven</p>"))
    assert choose(page, Stated(), model).odds.tolist() == [0, SURE]


def test_the_shipped_weights_choose_the_article() -> None:
    menu = "".join(f'<li><a href="/{name}">{name.title()}</a></li>' for name in making.PLACES)
    body = making.page(1).decode().replace("<body>", f"<body><div class=menu><ul>{menu}</ul></div>")
    page = walk(parse(body.replace("</body>", f"<div class=related><h3>More</h3><ul>{menu}</ul></div></body>")))
    chosen = choose(page, Stated(titles=("The committee of district 1",)), page_model())
    texts = [page.texts[at] for at in chosen.kept]
    assert set(making.paragraphs(1)) <= set(texts)
    assert not {name.title() for name in making.PLACES} & set(texts)
    assert chosen.confidence > 0.9

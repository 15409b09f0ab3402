"""Which lines are kept: what is code never is, and nothing is lost where nothing is sure."""

from __future__ import annotations

import numpy as np
import pytest

from archive.extraction.choice import Model
from archive.extraction.clues import find_clues
from archive.extraction.forest import UNIT, from_trees, odds_table
from archive.extraction.keeping import Kept, keep
from archive.extraction.likeness import Vocabulary
from archive.extraction.lines import Spoken, split

SENTENCE = (
    "The council of Westhaven said on Tuesday that the northern quay will stay closed until the end of the month."
)


def model(few: float, many: float) -> Model:
    """One that gives lines of at most three words one score and longer ones another, in log-odds."""
    trees = [{"leaves": [round(few * UNIT), round(many * UNIT)], "nodes": [[0, 3, 0, 1]]}]
    return Model(vocabulary=Vocabulary(names={}, words={}), forest=from_trees(["words"], trees, 0), odds=odds_table())


def kept(texts: list[str], by: Model | None = None) -> Kept:
    lines = split("\n".join(texts).encode(), "utf-8")[1]
    spoken = Spoken.of(lines)
    find_clues(lines, spoken)
    return keep(lines, spoken, by)


def test_lines_are_kept_from_odds_of_one_to_three() -> None:
    found = kept(["Home", SENTENCE], model(-3, -1))
    assert found.kept == (False, True)
    assert found.odds == pytest.approx((0.047, 0.269), abs=0.001)
    assert kept(["Home", SENTENCE], model(3, -3)).kept == (True, False)


def test_code_and_plain_notices_are_never_kept() -> None:
    lines = ["var a = window.a || {};", "This website uses cookies: accept all or change your settings.", SENTENCE]
    found = kept(lines, model(3, 3))
    assert found.kept == (False, False, True)
    assert found.odds[:2] == (0, 0)


def test_where_nothing_would_be_kept_the_bound_is_lower() -> None:
    assert kept(["Home", SENTENCE], model(-9, -3)).kept == (False, True)
    assert kept(["Home", SENTENCE], model(-9, -9)).kept == (False, False)


def test_how_sure_it_is() -> None:
    sure, unsure = kept(["Home", SENTENCE], model(-9, 9)), kept(["Home", SENTENCE], model(-1, -1))
    assert sure.confidence > 0.99
    assert unsure.confidence < 0.5
    assert kept([]).confidence == 0


def test_the_model_shipped_tells_an_article_from_a_menu() -> None:
    menu = ["Home", "News", "Sport", "Weather", "Subscribe", "Log in"] * 3
    found = kept([*menu, SENTENCE, SENTENCE.replace("council", "mayor"), *menu])
    assert np.flatnonzero(found.kept).tolist() == [18, 19]

"""The forest: the same as a walk of its trees, and as LightGBM; probabilities that no machine rounds otherwise."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import forest
from archive.extraction.forest import LEAVES, SURE, UNIT, VALUES, from_trees, odds_table, packed_model, read_model

COLUMNS = ("a", "b", "c", "d")
NUMBERS = st.one_of(
    st.integers(-5, 5), st.integers(-40_000, 40_000), st.sampled_from((-32769, -32768, 32766, 32767, 32768))
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """A tree of up to 16 leaves, of any shape."""
    nodes: list[list[int]] = []
    leaves: list[int] = []

    def grow(count: int) -> None:
        if count == 1:
            leaves.append(draw(st.integers(-4000, 4000)))
            return
        left = draw(st.integers(1, count - 1))
        bound = draw(st.one_of(st.integers(-6, 6), st.integers(*VALUES)))
        nodes.append([draw(st.integers(0, len(COLUMNS) - 1)), bound, len(leaves), left])
        grow(left)
        grow(count - left)

    grow(draw(st.integers(1, LEAVES)))
    return {"nodes": nodes, "leaves": leaves}


def walked(tree: dict[str, Any], row: list[int]) -> int:
    """The leaf that a row reaches, one question after the other."""
    nodes = {(first, count): (column, bound) for column, bound, first, count in tree["nodes"]}
    first, last = 0, len(tree["leaves"])
    while last - first > 1:
        (count, (column, bound)) = next(
            (count, nodes[first, count]) for count in reversed(range(1, last - first)) if (first, count) in nodes
        )
        value = min(max(row[column], VALUES[0]), VALUES[1])
        first, last = (first + count, last) if value > bound else (first, first + count)
    leaf: int = tree["leaves"][first]
    return leaf


def measures(rows: list[list[int]]) -> dict[str, Any]:
    return {name: np.array([row[at] for row in rows], np.int64) for at, name in enumerate(COLUMNS)}


@given(
    st.lists(trees(), min_size=1, max_size=6),
    st.lists(st.lists(NUMBERS, min_size=4, max_size=4), min_size=1),
    st.integers(-9, 9),
)
def test_scores_are_those_of_a_walk(found: list[dict[str, Any]], rows: list[list[int]], base: int) -> None:
    if not any(tree["nodes"] for tree in found):
        found = [*found, {"nodes": [[0, 0, 0, 1]], "leaves": [-7, 7]}]
    scores = from_trees(COLUMNS, found, base).scores(measures(rows))
    assert scores.dtype == np.int64
    assert scores.tolist() == [base + sum(walked(tree, row) for tree in found) for row in rows]


def test_pieces_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {"nodes": [[0, 4, 0, 2], [1, 2, 0, 1]], "leaves": [1, 20, 300]}
    rows = [[number % 10, number % 5, 0, 0] for number in range(50)]
    whole = from_trees(COLUMNS, [tree], 0).scores(measures(rows))
    monkeypatch.setattr(forest, "PIECE", 7)
    assert from_trees(COLUMNS, [tree], 0).scores(measures(rows)).tolist() == whole.tolist()


def test_the_shipped_weights_are_a_forest() -> None:
    found = read_model("page")
    assert len(found["columns"]) == len(set(found["columns"]))
    for tree in found["trees"]:
        assert 1 <= len(tree["leaves"]) == len(tree["nodes"]) + 1 <= LEAVES
        assert all(0 <= node[0] < len(found["columns"]) and VALUES[0] <= node[1] <= VALUES[1] for node in tree["nodes"])
    assert all(type(weight) is int for table in ("names", "words") for weight in found[table].values())
    assert packed_model("page")[4:8] == bytes(4)  # no time in it


def test_the_shipped_trees_agree_with_a_walk() -> None:
    found = read_model("page")
    random = np.random.default_rng(3)
    rows = random.integers(-100, 300, (40, len(found["columns"])))
    scores = from_trees(found["columns"], found["trees"], found["base"]).scores(
        {name: rows[:, at] for at, name in enumerate(found["columns"])}
    )
    assert scores.tolist() == [
        found["base"] + sum(walked(tree, row) for tree in found["trees"]) for row in rows.tolist()
    ]


# ---- probabilities -----------------------------------------------------------------------------------------------


def test_odds_rise_and_are_symmetric() -> None:
    odds = odds_table()
    assert odds.dtype == np.int64
    assert (np.diff(odds) >= 0).all()
    assert (odds + odds[::-1] == SURE).all()
    assert (odds[0], odds[len(odds) // 2], odds[-1]) == (0, SURE // 2, SURE)


def test_no_last_bit_decides_how_odds_are_rounded() -> None:
    """Each value lies at least a million times as far from a half as a double is exact."""
    getcontext().prec = 40
    for step, value in zip(range(-12 * 64, 12 * 64 + 1), odds_table().tolist(), strict=True):
        exact = SURE / (1 + (-Decimal(step) / 64).exp())
        assert abs(exact - value) < Decimal("0.5")
        if step:
            assert abs(abs(exact - math.floor(exact)) - Decimal("0.5")) > Decimal(2) ** -52 * SURE * 1_000_000


# ---- LightGBM ----------------------------------------------------------------------------------------------------


def test_scores_are_those_of_lightgbm() -> None:
    lightgbm = pytest.importorskip("lightgbm", reason="needs the extra [train]")
    pytest.importorskip("rapidfuzz", reason="needs the extra [train]")
    from archive.extraction.likeness import Vocabulary
    from archive.training.fit import SETTINGS, export

    random = np.random.default_rng(5)
    rows = random.integers(-40, 300, (4000, len(COLUMNS)))
    rows[:, 3] *= 200  # beyond what a measure is clipped to
    label = (rows[:, 0] + rows[:, 1] * (rows[:, 2] > 30) + random.integers(-40, 40, len(rows)) > 120).astype(int)
    clipped = np.clip(rows, *VALUES)
    booster = lightgbm.train(dict(SETTINGS), lightgbm.Dataset(clipped.astype(np.float32), label), 40)
    found = export(booster.dump_model(), list(COLUMNS), Vocabulary(names={}, words={}))
    ours = from_trees(found["columns"], found["trees"], found["base"]).scores(measures(rows.tolist()))
    theirs = booster.predict(clipped.astype(np.float32), raw_score=True)
    assert np.ptp(theirs) > 2
    assert np.abs(ours / UNIT - theirs).max() <= 40 * 0.5 / UNIT + 1e-6  # each leaf is rounded once

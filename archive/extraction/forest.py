"""A forest of small decision trees, evaluated for all blocks of a page at once, in integers.

Each tree has at most 16 leaves, so the leaves that a block can still reach are a 16-bit mask. A node whose question a
block answers with "more" takes the leaves on its left out of the mask; after all nodes the lowest bit left is the leaf
(Lucchese and others, QuickScorer, SIGIR 2015). That is a dozen array operations for a page whatever the number of trees:
200 trees over 216 blocks take 0.5 ms.

The weights are integers, and so is everything they are compared with: the same page gives the same scores anywhere.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

LEAVES: Final = 16
ALL: Final = (1 << LEAVES) - 1
PIECE: Final = 1024  # blocks at once: 100,000 at once take 1.2 GB
UNIT: Final = 1 << 10  # leaf values are in 1/1024 of log-odds
VALUES: Final = (-32768, 32767)  # what a measure is clipped to
SURE: Final = 1 << 14  # a probability of one
Ints = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees over named columns; arrays of nodes have shape (slots, trees), flattened."""

    columns: tuple[str, ...]
    column: Ints
    threshold: Ints
    mask: Ints
    leaves: Ints  # (trees, LEAVES)
    base: int

    def scores(self, measures: Mapping[str, Ints]) -> Ints:
        """Log-odds in 1/1024 of each block; ``measures`` has an array for each column, one value a block."""
        rows = np.clip(np.stack([measures[name] for name in self.columns]), *VALUES).astype(np.int16)
        if rows.shape[1] <= PIECE:
            return self._scores(rows)
        return np.concatenate([self._scores(rows[:, at : at + PIECE]) for at in range(0, rows.shape[1], PIECE)])

    def _scores(self, rows: Ints) -> Ints:
        trees, blocks = len(self.leaves), rows.shape[1]
        more = rows[self.column] > self.threshold[:, None]
        masks = more.view(np.uint8).astype(np.uint16)
        masks -= 1  # 0 where the answer is "more", all bits where it is not
        masks |= self.mask[:, None]
        left = np.bitwise_and.reduce(masks.reshape(-1, trees, blocks), axis=0)
        reached = _lowest_bit()[left] + (np.arange(trees, dtype=np.int32) * LEAVES)[:, None]
        scores: Ints = self.base + self.leaves.ravel()[reached].sum(axis=0, dtype=np.int64)
        return scores


@cache
def _lowest_bit() -> Ints:
    table = np.zeros(1 << LEAVES, np.int32)
    for bit in reversed(range(LEAVES)):
        table[1 << bit :: 1 << (bit + 1)] = bit
    return table


def from_trees(columns: Sequence[str], trees: Sequence[Mapping[str, Any]], base: int) -> Forest:
    """A forest from its description: for each tree ``leaves``, from left to right, and ``nodes``.

    A node is [column, threshold, first, count]; the ``count`` leaves from ``first``, those on its left, are lost where
    the column's value is more than the threshold.
    """
    slots = max(len(tree["nodes"]) for tree in trees)
    shape = (slots, len(trees))
    column, mask = np.zeros(shape, np.intp), np.full(shape, ALL, np.uint16)
    threshold = np.full(shape, VALUES[1], np.int16)  # nothing is more: a slot without a node changes nothing
    leaves = np.zeros((len(trees), LEAVES), np.int32)
    for at, tree in enumerate(trees):
        leaves[at, : len(tree["leaves"])] = tree["leaves"]
        for slot, (name, bound, first, count) in enumerate(tree["nodes"]):
            column[slot, at], threshold[slot, at] = name, bound
            mask[slot, at] = ALL & ~(((1 << count) - 1) << first)
    return Forest(
        columns=tuple(columns),
        column=column.ravel(),
        threshold=threshold.ravel(),
        mask=mask.ravel(),
        leaves=leaves,
        base=base,
    )


def odds_table() -> Ints:
    """Probabilities in 1/16384 for log-odds of -12 to 12 in steps of 1/64."""
    steps = np.arange(-12 * 64, 12 * 64 + 1) / 64
    return np.round(SURE / (1 + np.exp(-steps))).astype(np.int64)


def read_model(name: str) -> dict[str, Any]:
    """The weights that the package ships under that name. See ``training`` for how they are made."""
    found: dict[str, Any] = json.loads(gzip.decompress(packed_model(name)))
    return found


def packed_model(name: str) -> bytes:
    """The same as it lies on disk."""
    return files("archive.extraction").joinpath("weights", f"{name}.json.gz").read_bytes()

"""The trees: gradient boosting over the blocks of all pages, each page weighing the same."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np

from archive.extraction.choice import Model
from archive.extraction.features import measure
from archive.extraction.forest import UNIT, VALUES, from_trees, odds_table
from archive.extraction.likeness import Vocabulary
from archive.training.pages import NEWS, Page
from archive.training.vocabulary import count, learn

Ints = np.ndarray[Any, Any]
FOLDS: Final = 5
ROUNDS: Final = 200
NEWS_WEIGHT: Final = 6.0  # there are seven pages of blogs and guides for each of news
SNIPPET_WEIGHT: Final = 0.3
SETTINGS: Final = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 16,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


def fold(site: str, folds: int, salt: str) -> int:
    """The fold of a site: by its name, so that it is the same on every machine."""
    return int(hashlib.sha256(f"{salt}:{site}".encode()).hexdigest()[:8], 16) % folds


def train(pages: list[Page]) -> dict[str, Any]:
    """The model as it is written to disk. Each page is measured with weights learned from other sites than its own."""
    whole = [page for page in pages if page.known is None]
    counts = [count(page) for page in whole]
    rows, labels, sizes = list[dict[str, Ints]](), list[Ints](), list[Ints]()
    for part in range(FOLDS):
        words = learn([one for one in counts if fold(one.site, FOLDS, "vocabulary") != part])
        for page in pages:
            if fold(page.site, FOLDS, "vocabulary") == part:
                known = slice(None) if page.known is None else page.known == 1
                rows.append({name: values[known] for name, values in measure(page.blocks, page.stated, words).items()})
                labels.append(page.label[known])
                sizes.append(weights(page)[known])
    columns = sorted(rows[0])
    data = lightgbm.Dataset(
        np.concatenate([np.stack([row[name] for name in columns], axis=1) for row in rows]).astype(np.float32),
        np.concatenate(labels),
        weight=np.concatenate(sizes),
    )
    booster = lightgbm.train(dict(SETTINGS), data, ROUNDS)
    return export(booster.dump_model(), columns, learn(counts))


def weights(page: Page) -> Ints:
    """How much each block counts: about as much as its words are a share of the article; the same where that is unknown."""
    if page.known is not None:
        return np.full(len(page.label), SNIPPET_WEIGHT)
    size = (page.words + 1.0) ** 0.7
    whole = max(1.0, float(size[page.label == 1].sum()))
    size = np.where(page.optional == 1, 0.1, 1.0) * size / whole * 10
    return np.minimum(size, 5) * page.weight * (NEWS_WEIGHT if page.name in NEWS else 1.0)


def export(dump: dict[str, Any], columns: list[str], words: Vocabulary) -> dict[str, Any]:
    """The trees in the form that ``forest.from_trees`` reads, without columns that no tree asks for."""
    trees = [_tree(one["tree_structure"]) for one in dump["tree_info"]]
    used = sorted({node[0] for tree in trees for node in tree["nodes"]})
    place = {old: new for new, old in enumerate(used)}
    for tree in trees:
        tree["nodes"] = [[place[node[0]], *node[1:]] for node in tree["nodes"]]
    return {
        "columns": [columns[at] for at in used],
        "base": 0,
        "trees": trees,
        "names": dict(sorted(words.names.items())),
        "words": dict(sorted(words.words.items())),
    }


def _tree(root: dict[str, Any]) -> dict[str, Any]:
    nodes: list[list[int]] = []
    leaves: list[int] = []

    def visit(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaves.append(round(node["leaf_value"] * UNIT))
            return 1
        first = len(leaves)
        slot = len(nodes)
        nodes.append([])
        left = visit(node["left_child"])
        nodes[slot] = [node["split_feature"], _within(node["threshold"]), first, left]
        return left + visit(node["right_child"])

    visit(root)
    return {"nodes": nodes, "leaves": leaves}


def _within(threshold: float) -> int:
    """The integer that asks the same: measures are integers, and clipped to these bounds when they are compared."""
    return int(min(max(math.floor(threshold), VALUES[0]), VALUES[1]))


def model_of(found: dict[str, Any]) -> Model:
    """The model ready for use."""
    return Model(
        vocabulary=Vocabulary(names=found["names"], words=found["words"]),
        forest=from_trees(found["columns"], found["trees"], found["base"]),
        odds=odds_table(),
    )


def write(found: dict[str, Any], path: Path) -> None:
    """Writes a model: JSON, gzipped without name and time, so that equal models are equal files."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))

"""The trees that decide about lines of text dumps, and how well they do on sites that they have not seen."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import lightgbm
import numpy as np

from archive.extraction.dump import clean
from archive.extraction.language import identify
from archive.extraction.likeness import SHORT, Vocabulary
from archive.extraction.line_features import measure
from archive.extraction.lines import words_of
from archive.model import CleanText
from archive.training.dumps import FACTS, STYLES, Dump, pieces
from archive.training.evaluate import WORD
from archive.training.fit import SETTINGS, export, fold, model_of
from archive.training.pages import NEWS
from archive.training.scores import names_f1, plain
from archive.training.vocabulary import Count, learn, means

Ints = np.ndarray[Any, Any]
FOLDS: Final = 4
ROUNDS: Final = 200
NEWS_WEIGHT: Final = 3.0  # there are seven pages of blogs and guides for each of news
POWER: Final = 0.4  # of a line's words that it counts: of .7 short lines suffer
WHOLE: Final = "wet"  # the style whose dumps are learned from in pieces too
PIECE_WEIGHT: Final = 0.5
LEAST: Final = 8  # a word's weight, in 1/16 of log-odds, that is worth its place in the file
LENGTHS: Final = (5, 10, 20)  # words of lines whose recall is told apart
SPACE: Final = re.compile(r"\s+")
DUMP_SETTINGS: Final = {**SETTINGS, "feature_fraction": 0.3}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the dumps of one style and set."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    f1: list[float] = field(default_factory=list)
    lines: Counter[int] = field(default_factory=Counter)  # of the gold, by length
    kept: Counter[int] = field(default_factory=Counter)
    empty: int = 0  # dumps with an article that came out without text
    given: Counter[str] = field(default_factory=Counter)  # titles, authors and dates, where the gold has one
    right: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    unsure: list[float] = field(default_factory=list)  # word F1 of those that are flagged so


def counts_of(dumps: Sequence[Dump]) -> list[Count]:
    """For each dump what it says of the words of its short lines."""
    counts = []
    for dump in dumps:
        shares: dict[str, list[float]] = defaultdict(list)
        for line, label in zip(dump.lines, dump.label.tolist(), strict=True):
            for word in sorted(set(words_of(line.text.lower()))) if len(line.text) <= SHORT else ():
                shares[word].append(float(label))
        counts.append(Count(site=dump.site, names={}, words=means(shares)))
    return counts


def vocabulary(counts: Sequence[Count]) -> Vocabulary:
    """The weights of words that say much."""
    return Vocabulary(names={}, words={word: n for word, n in learn(counts).words.items() if abs(n) >= LEAST})


def train_dumps(dumps: Sequence[Dump]) -> dict[str, Any]:
    """The model as it is written to disk. Each dump is measured with weights of words from other sites than its own."""
    counts = counts_of(dumps)
    dumps = [*dumps, *(piece for dump in dumps if dump.style == WHOLE for piece in pieces(dump))]
    rows, labels, sizes = list[dict[str, Ints]](), list[Ints](), list[Ints]()
    for part in range(FOLDS):
        words = vocabulary([one for one in counts if fold(one.site, FOLDS, "vocabulary") != part])
        for dump in dumps:
            if fold(dump.site, FOLDS, "vocabulary") == part:
                rows.append(measure(dump.lines, dump.spoken, words))
                labels.append(dump.label)
                sizes.append(weights(dump, rows[-1]["words"]))
    columns = sorted(rows[0])
    table = np.concatenate([np.stack([row[name] for name in columns], axis=1).astype(np.float32) for row in rows])
    data = lightgbm.Dataset(table, np.concatenate(labels), weight=np.concatenate(sizes))
    booster = lightgbm.train(dict(DUMP_SETTINGS), data, ROUNDS)
    return export(booster.dump_model(), columns, vocabulary(counts))


def weights(dump: Dump, words: Ints) -> Ints:
    """How much each line counts: each dump about the same, news more, and in it long lines more than short ones."""
    size = (words + 1.0) ** POWER
    whole = max(1.0, float(size[dump.label == 1].sum()))
    found: Ints = np.minimum(size / whole * 10, 5) * (NEWS_WEIGHT if dump.name in NEWS else 1.0)
    return found * (1.0 if dump.style in STYLES else PIECE_WEIGHT)


def crossed_dumps(dumps: Sequence[Dump], folds: int = FOLDS) -> Iterator[tuple[Dump, CleanText]]:
    """Each dump with what weights learned from other sites make of it."""
    for part in range(folds):
        model = model_of(train_dumps([dump for dump in dumps if fold(dump.site, folds, "evaluation") != part]))
        for dump in dumps:
            if fold(dump.site, folds, "evaluation") == part:
                yield dump, clean(dump.payload, "utf-8", model)


def count(tally: Tally, dump: Dump, found: CleanText) -> None:
    """Add one dump and what was made of it to the tally."""
    text = found.text
    one, other = Counter(WORD.findall(text.lower())), Counter(WORD.findall(dump.gold.lower()))
    shared = (one & other).total()
    tally.precision.append(shared / one.total() if one else float(not other))
    tally.recall.append(shared / other.total() if other else float(not one))
    tally.f1.append(2 * shared / (one.total() + other.total()) if one or other else 1.0)
    tally.unsure += tally.f1[-1:] if "unsure" in found.flags else []
    _count_facts(tally, dump.stated, found)
    tally.empty += not text and bool(dump.label.any())
    have = SPACE.sub(" ", text)
    for line, label in zip(dump.lines, dump.label.tolist(), strict=True):
        length = len(WORD.findall(line.text))
        if label and length:
            bucket = int(np.searchsorted(LENGTHS, length, side="right"))
            tally.lines[bucket] += 1
            tally.kept[bucket] += line.text in have


def _count_facts(tally: Tally, stated: Mapping[str, Any], found: CleanText) -> None:
    """Of what is said, as ``scores.py`` counts it, how much is right; only where the gold says something."""
    said = {"title": found.title, "authors": found.authors, "date": (found.published_at or "")[:10]}
    for name, value in said.items():
        wanted = stated.get(name)
        if value and wanted:
            tally.given[name] += 1
            if name == "authors":
                tally.right[name] += names_f1(found.authors, wanted)
            else:
                tally.right[name] += plain(str(value)) == plain(str(wanted)[:10] if name == "date" else wanted)


def table_of_dumps(dumps: Sequence[Dump]) -> str:
    """Word precision, recall and F1 of each style and set, cross-validated, and the share of gold lines that stay.

    And F1 by the language of the gold, as py3langid has it, over the dumps of all styles but those of blogs and guides.
    """
    tallies: dict[tuple[str, str], Tally] = {(dump.style, dump.name): Tally() for dump in dumps}
    languages: dict[str, list[float]] = defaultdict(list)
    for dump, found in crossed_dumps(dumps):
        tally = tallies[dump.style, dump.name]
        count(tally, dump, found)
        if dump.name in NEWS:
            languages[identify(dump.gold) or "unknown"].append(tally.f1[-1])
    shown = [f"{name} {_mean(scores):.3f} ({len(scores)})" for name, scores in sorted(languages.items())]
    return "\n".join(
        [*(_shown(style, name, one) for (style, name), one in tallies.items()), f"news by language: {', '.join(shown)}"]
    )


def _shown(style: str, name: str, one: Tally) -> str:
    recall = " ".join(
        f"{label}: {one.kept[at] / max(1, one.lines[at]):.2f}"
        for at, label in enumerate(("1-4", "5-9", "10-19", "20+"))
    )
    return (
        f"{style:8} {name:11} {len(one.f1):4} dumps   word P {_mean(one.precision):.4f} R {_mean(one.recall):.4f} "
        f"F1 {_mean(one.f1):.4f}   gold lines kept by words {recall}   empty {one.empty}   "
        f"unsure {len(one.unsure)}, their F1 {_mean(one.unsure):.2f}   right of those given: "
        + ", ".join(f"{name} {one.right[name] / max(1, one.given[name]):.2f} of {one.given[name]}" for name in FACTS)
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / max(1, len(values))

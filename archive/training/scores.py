"""How well an answer fits its gold: the measures that the field uses, so that figures can be set beside others'.

    word F1      F1 of two texts as multisets of words, mean over pages; where the gold calls paragraphs optional, the
                 best of its readings counts
    4-gram F1    of the means, over pages, of precision and recall of runs of four words
    snippets     share of the snippets that should stand in the text and do, or should not and do not
    title        share that is equal but for case, punctuation and white space
    authors F1   F1 of the sets of names, mean over pages
    date         share with the same day

Each is taken over the pages whose gold has the field. A word is a run of letters and digits: in scripts that write no
spaces that is a run between two punctuation marks, so one wrong character there costs a clause.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import combinations
from statistics import mean
from typing import Any, Final

TOKEN: Final = re.compile(r"\w+")
BEFORE_NAMES: Final = re.compile(r"^\s*(by|von|par|por|di|av|af)\s+", re.IGNORECASE)
BETWEEN_NAMES: Final = re.compile(r"\s*(?:;|,|/|\||&|\band\b|\bund\b)\s*")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
MANY: Final = 4  # optional paragraphs; of more only all or none are tried
RUN: Final = 4
KANA: Final = 0.05  # of the letters: Japanese, else Chinese
SCRIPTS: Final = (  # first and last character, and the script
    (0x41, 0x24F, "Latin"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x370, 0x3FF, "Greek"),
    (0x400, 0x52F, "Cyrillic"),
    (0x590, 0x5FF, "Hebrew"),
    (0x600, 0x77F, "Arabic"),
    (0x900, 0xDFF, "Indic"),
    (0xE00, 0xE7F, "Thai"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x4DBF, "Chinese"),
    (0x4E00, 0x9FFF, "Chinese"),
    (0x1100, 0x11FF, "Korean"),
    (0xAC00, 0xD7AF, "Korean"),
)

Gold = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an extractor makes of a page."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None  # YYYY-MM-DD
    failed: str = ""  # the error, where it raised one


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The measures over some pages; None where no gold has the field."""

    pages: int
    empty: int  # pages without any text in the answer
    word: float | None
    shingle: float | None
    snippets: float | None
    title: float | None
    authors: float | None
    date: float | None


def score(pairs: Sequence[tuple[Gold, Answer]]) -> Scores:
    """The measures over pages with their gold."""
    texts = [(gold, got) for gold, got in pairs if gold.get("body")]
    return Scores(
        pages=len(pairs),
        empty=sum(not got.text for _, got in pairs),
        word=_mean(word_f1(gold, got.text) for gold, got in texts),
        shingle=shingle_f1([(gold["body"], got.text) for gold, got in texts]) if texts else None,
        snippets=snippets(pairs),
        title=_mean(plain(got.title) == plain(gold["title"]) for gold, got in pairs if gold.get("title")),
        authors=_mean(names_f1(got.authors, gold["authors"]) for gold, got in pairs if gold.get("authors")),
        date=_mean(got.date == gold["date"] for gold, got in pairs if DAY.fullmatch(gold.get("date") or "")),
    )


def word_f1(gold: Gold, text: str) -> float:
    """F1 of words against the reading of the gold that fits best."""
    found = _words(text)
    return max(_f1(found, _words(reference)) for reference in references(gold))


def _words(text: str) -> Counter[str]:
    return Counter(TOKEN.findall(text.lower()))


def _f1(one: Counter[str], other: Counter[str]) -> float:
    everything = one.total() + other.total()
    return 2 * (one & other).total() / everything if everything else 1.0


def references(gold: Gold) -> list[str]:
    """The texts that count as right: with and without each of the paragraphs that are optional."""
    paragraphs = gold.get("paragraphs") or []
    optional = [at for at, one in enumerate(paragraphs) if one.get("optional")]
    if not optional:
        return [gold.get("body") or ""]
    sizes = (0, len(optional)) if len(optional) > MANY else range(len(optional) + 1)
    return [
        "\n".join(one["text"] for at, one in enumerate(paragraphs) if at not in dropped)
        for size in sizes
        for dropped in combinations(optional, size)
    ]


def shingle_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """F1 of mean precision and mean recall of runs of four words."""
    precisions, recalls = [], []
    for wanted, got in pairs:
        one, other = _runs(wanted), _runs(got)
        shared = (one & other).total()
        if other:
            precisions.append(shared / other.total())
        if one:
            recalls.append(shared / one.total())
    precision, recall = mean(precisions or [0.0]), mean(recalls or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = TOKEN.findall(text)
    return Counter(run for at in range(max(1, len(words) - RUN + 1)) if (run := tuple(words[at : at + RUN])))


def snippets(pairs: Iterable[tuple[Gold, Answer]]) -> float | None:
    """Share of snippets that are rightly there or rightly not there."""
    found = []
    for gold, got in pairs:
        wanted, unwanted = gold.get("with") or [], gold.get("without") or []
        text = _flat(got.text) if wanted or unwanted else ""
        found += [_flat(one) in text for one in wanted] + [_flat(one) not in text for one in unwanted]
    return _mean(found)


def _flat(text: str) -> str:
    return " ".join(text.split())


def plain(text: str | None) -> str:
    """The words of a line, without case, punctuation and entities."""
    return " ".join(TOKEN.findall(unicodedata.normalize("NFKC", unescape(text or "")).lower()))


def names_f1(found: Iterable[str] | str, wanted: Iterable[str] | str) -> float:
    """F1 of two sets of names."""
    one, other = _names(found), _names(wanted)
    return 2 * len(one & other) / (len(one) + len(other)) if one else 0.0


def _names(found: Iterable[str] | str) -> set[str]:
    lines = [found] if isinstance(found, str) else found
    parts = (part for line in lines for part in BETWEEN_NAMES.split(BEFORE_NAMES.sub("", line)))
    return {name for part in parts if (name := plain(part))}


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return mean(map(float, found)) if found else None


def script_of(text: str) -> str:
    """The script of most letters of a text; "other" where it is none of those in ``SCRIPTS``."""
    counts: Counter[str] = Counter()
    for character, often in Counter(text).items():
        if character.isalpha():
            code = ord(character)
            counts[next((name for first, last, name in SCRIPTS if first <= code <= last), "other")] += often
    if counts["kana"] > KANA * counts.total():
        return "Japanese"
    return counts.most_common(1)[0][0] if counts else "other"

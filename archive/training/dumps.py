"""Text dumps with a label for each line: whether the gold text has it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from archive.extraction.clues import find_clues
from archive.extraction.lines import Line, Spoken, split
from archive.rows import registered_domain

SETS: Final = ("wcxb_dev", "fundus_dev")
FACTS: Final = ("title", "authors", "date")
STYLES: Final = ("wet", "lxml_tc", "bs4_nl", "pscrape")

Ints = np.ndarray[Any, Any]


@dataclass(slots=True, kw_only=True)
class Dump:
    """One page as a text dump."""

    name: str  # of the set
    style: str
    ident: str
    site: str  # registered domain, or the publisher
    payload: bytes
    lines: Sequence[Line]  # those that are not blank, with their clues
    spoken: Spoken
    label: Ints  # 1 where the line is in the gold
    gold: str
    stated: Mapping[str, Any]  # title, authors and date, where the gold of the same page as HTML has them


def read_dumps(folder: Path) -> list[Dump]:
    """The dumps of all sets and styles that are there; at least one must be. Raises ``FileNotFoundError`` where none is."""
    paths = [(style, name, folder / "text" / f"{style}-{name}.jsonl.gz") for name in SETS for style in STYLES]
    there = [(style, name, path) for style, name, path in paths if path.exists()]
    if not there:
        message = f"{folder / 'text'}: no file STYLE-SET.jsonl.gz of the styles {', '.join(STYLES)} is there"
        raise FileNotFoundError(message)
    stated = {name: _stated(folder / "html" / f"{name}.gold.jsonl.gz") for name in SETS}
    return [dump for style, name, path in there for dump in _read(style, name, path, stated[name])]


def _stated(path: Path) -> dict[str, dict[str, Any]]:
    """What the gold of a set says of each page besides its text; ids there have no slash."""
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return {row["id"]: {key: row.get(key) for key in FACTS} for row in map(json.loads, rows)}


def _read(style: str, name: str, path: Path, stated: Mapping[str, dict[str, Any]]) -> Iterator[Dump]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            dump = labelled(row, style, name)
            if dump.lines:
                dump.stated = stated.get(dump.ident.replace("/", "_"), {})
                yield dump


def labelled(row: dict[str, Any], style: str, name: str) -> Dump:
    """A dump with its labels. A line of the file that holds a line break is as many lines, with the same label."""
    host = urlsplit(row["url"]).hostname
    site = (registered_domain(host) or host) if host else str(row["url"])  # a publisher; two pages have none
    return _dump(row["lines"], row["labels"], row["gold"], name=name, style=style, ident=row["id"], site=site)


def _dump(texts: Sequence[str], labels: Sequence[int], gold: str, **about: str) -> Dump:
    payload = "\n".join(texts).encode()
    _, lines = split(payload, "utf-8")
    spread = _spread(texts, labels, lines)
    full = [at for at, line in enumerate(lines) if not line.blank]
    chosen = [lines[at] for at in full]
    spoken = Spoken.of(chosen)
    find_clues(chosen, spoken)
    label = np.array([spread[at] for at in full], np.int64)
    return Dump(payload=payload, lines=chosen, spoken=spoken, label=label, gold=gold, stated={}, **about)


def pieces(dump: Dump) -> Iterator[Dump]:
    """What else the dump may be learned from: its article alone, and its first lines with some before and behind it.

    Corpora of texts that are clean already, and of short ones, look like that, and whole pages never do. How many lines
    it is depends on the dump alone.
    """
    inside = [at for at, label in enumerate(dump.label.tolist()) if label]
    if not inside:
        return
    number = int(hashlib.sha256(dump.ident.encode()).hexdigest()[:8], 16)
    few, before, behind = 1 + number % 8, number // 8 % 7, number // 56 % 12
    first, after = inside[0], inside[-1] + 1
    head, foot = range(max(0, first - before), first), range(after, min(len(dump.label), after + behind))
    for style, chosen in (
        ("alone", inside),
        ("headed", [*range(max(0, first - 1 - before), first), *inside]),
        ("short", [*head, *inside[:few], *foot]),
    ):
        texts, labels = [dump.lines[at].text for at in chosen], [int(dump.label[at]) for at in chosen]
        yield _dump(texts, labels, "", name=dump.name, style=style, ident=dump.ident, site=dump.site)


def _spread(texts: Sequence[str], known: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """The label of each line, by the byte at which it starts."""
    labels, ends, at = [], [], 0
    for text in texts:
        at += len(text.encode()) + 1
        ends.append(at)
    number = 0
    for line in lines:
        while number < len(ends) - 1 and line.start >= ends[number]:
            number += 1
        labels.append(known[number])
    return labels

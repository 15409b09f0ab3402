"""Text dumps with a label for each line: whether the gold text has it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from archive.extraction.clues import find_clues
from archive.extraction.lines import Line, Spoken, split
from archive.rows import registered_domain

SETS: Final = ("wcxb_dev", "fundus_dev")
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


def read_dumps(folder: Path) -> list[Dump]:
    """The dumps of all sets and styles that are there; at least one must be. Raises ``FileNotFoundError`` where none is."""
    paths = [(style, name, folder / "text" / f"{style}-{name}.jsonl.gz") for name in SETS for style in STYLES]
    there = [(style, name, path) for style, name, path in paths if path.exists()]
    if not there:
        message = f"{folder / 'text'}: no file STYLE-SET.jsonl.gz of the styles {', '.join(STYLES)} is there"
        raise FileNotFoundError(message)
    return [dump for style, name, path in there for dump in _read(style, name, path)]


def _read(style: str, name: str, path: Path) -> Iterator[Dump]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            dump = labelled(row, style, name)
            if dump.lines:
                yield dump


def labelled(row: dict[str, Any], style: str, name: str) -> Dump:
    """A dump with its labels. A line of the file that holds a line break is as many lines, with the same label."""
    payload = "\n".join(row["lines"]).encode()
    _, lines = split(payload, "utf-8")
    labels = _spread(row, lines)
    full = [at for at, line in enumerate(lines) if not line.blank]
    chosen = [lines[at] for at in full]
    spoken = Spoken.of(chosen)
    find_clues(chosen, spoken)
    host = urlsplit(row["url"]).hostname
    return Dump(
        name=name,
        style=style,
        ident=row["id"],
        site=(registered_domain(host) or host) if host else row["url"],
        payload=payload,
        lines=chosen,
        spoken=spoken,
        label=np.array([labels[at] for at in full], np.int64),
        gold=row["gold"],
    )


def _spread(row: dict[str, Any], lines: Sequence[Line]) -> list[int]:
    """The label of each line, by the byte at which it starts."""
    labels, ends, at = [], [], 0
    for text in row["lines"]:
        at += len(text.encode()) + 1
        ends.append(at)
    number = 0
    for line in lines:
        while number < len(ends) - 1 and line.start >= ends[number]:
            number += 1
        labels.append(row["labels"][number])
    return labels

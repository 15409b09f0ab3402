"""A page and what was made of it, as the rules of ``kind.py`` and ``walls.py`` look at it, and the questions they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from archive.extraction.blocks import HEADINGS, Blocks
from archive.extraction.likeness import Stated
from archive.model import Metadata

NOTICE: Final = 1000  # characters of a block that are searched for words
CLIMB: Final = 30  # elements around a block that are asked for their names; pages nest 100,000 deep
MOST: Final = 0.8  # of a text, or of the characters of a block that is a link
STATED: Final = frozenset({"json-ld", "meta", "microdata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page and what was made of it."""

    page: Blocks
    kept: Sequence[int]  # blocks of the page that stand in the text; never empty
    text: str
    stated: Stated
    metadata: Metadata
    url: str | None


def is_dated(seen: Seen) -> bool:
    """True where the page states its day of publication to machines."""
    return seen.metadata.published_at_origin in STATED


def is_heading(page: Blocks, number: int) -> bool:
    """True for a block that is a heading, or in one."""
    return bool(page.marks[page.element[number]] & HEADINGS)


def says(phrases: Iterable[str], words: str) -> bool:
    """True where one of the phrases stands in the words."""
    lower = words.lower().replace("\u2019", "'")
    return any(phrase in lower for phrase in phrases)


def length(page: Blocks, numbers: Iterable[int]) -> int:
    """The characters of these blocks."""
    return sum(len(page.texts[number]) for number in numbers)


def until(page: Blocks, last: int) -> int:
    """The end of a range of blocks up to this one."""
    return min(len(page.texts), last + 1)


def named(page: Blocks, number: int, names: Sequence[str], below: frozenset[str] = frozenset()) -> int:
    """The nearest element around a block that bears one of the names, or 0; none from one of the tags ``below`` on."""
    at = page.element[number]
    for _ in range(CLIMB):
        if not at or page.tag[at] in below:
            return 0
        name = page.name[at][:NOTICE].lower()
        if name and any(part in name for part in names):
            return at
        at = page.parent[at]
    return 0

"""The article's blocks as text: paragraphs with a blank line between, each with its kind and its span, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from archive.extraction.blocks import HEADINGS, MARKS, Blocks
from archive.extraction.composed import composed
from archive.model import Block

CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# soft hyphens and word joiners tell a browser where to break a line; in a text they split words
INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff"))
UNSEEN: Final = frozenset(map(chr, INVISIBLE))
LONG: Final = 60  # characters; shorter blocks may well stand twice: cells, answers, refrains
MOST: Final = 0.8  # of a block's sentences stood before: it is the same text again
CELLS: Final = frozenset(("td", "th"))
KINDS: Final = (
    ("code", MARKS["pre"]), ("heading", HEADINGS), ("caption", MARKS["figcaption"]), ("quote", MARKS["blockquote"]),
    ("list-item", MARKS["li"] | MARKS["dt"] | MARKS["dd"]), ("table-row", MARKS["td"] | MARKS["th"]),
)  # fmt: skip


def text_of_blocks(page: Blocks, kept: Sequence[int]) -> tuple[str, tuple[Block, ...]]:
    """The text of these blocks of a page, and its parts; the cells of a table row are one part."""
    return joined(_pieces(page, _once(page, kept)))


def _once(page: Blocks, kept: Sequence[int]) -> Iterable[int]:
    """The blocks without those whose text stands in blocks before."""
    said: set[str] = set()
    for number in kept:
        text = page.texts[number]
        if len(text) > LONG:
            sentences = [part.strip() for part in text.replace("。", ".").split(".")]
            again = sum(len(part) for part in sentences if part in said and len(part) > LONG // 2)
            length = sum(map(len, sentences))
            said.update(sentences)
            if again >= MOST * length:
                continue
        yield number


def _pieces(page: Blocks, kept: Iterable[int]) -> Iterable[tuple[str, str]]:
    row, cells = -1, list[str]()
    rows: dict[int, int] | None = None
    for number in kept:
        element = page.element[number]
        kind = _kind(page.marks[element])
        mine = -1
        if kind == "table-row":
            rows = _rows(page) if rows is None else rows
            mine = rows.get(element, -1)
        if cells and mine != row:
            yield "table-row", " | ".join(cells)
            cells = []
        if mine >= 0:
            row = mine
            cells.append(page.texts[number])
        else:
            yield "paragraph" if kind == "table-row" else kind, page.texts[number]
    if cells:
        yield "table-row", " | ".join(cells)


def _kind(marks: int) -> str:
    return next((kind for kind, bits in KINDS if marks & bits), "paragraph")


def _rows(page: Blocks) -> dict[int, int]:
    """For each element in a cell of one block, the number of its row.

    Where a cell holds several blocks, the table is there for the page's layout, and they are paragraphs.
    """
    rows: dict[int, int] = {}
    row, cell = [0] * len(page.tag), [0] * len(page.tag)
    for element, (tag, above) in enumerate(zip(page.tag, page.parent, strict=True)):
        row[element] = element if tag in ("tr", "table") else row[above]
        cell[element] = element if tag in CELLS else 0 if tag in ("tr", "table") else cell[above]
        mine = cell[element]
        if mine and page.last[mine] - page.first[mine] == 1:
            rows[element] = row[element] or mine
    return rows


def joined(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[Block, ...]]:
    """One text of pieces (kind, raw text); two line breaks in a piece end the block."""
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for kind, raw in pieces:
        for words in _lines(raw):
            if words:
                blocks.append(Block(kind=kind, start=at, end=at + len(words), source_start=None, source_end=None))
                parts.append(words)
                at += len(words) + 2
    return "\n\n".join(parts), tuple(blocks)


def _lines(raw: str) -> Iterable[str]:
    """The parts of a piece, in NFC, with single spaces; a line stays a line."""
    if raw.isprintable() and "  " not in raw and UNSEEN.isdisjoint(raw):  # nearly all pieces of our own blocks
        return (composed(raw).strip(" |"),)
    clean = CONTROL.sub(" ", raw).translate(INVISIBLE)
    parts = re.split(r"\n[ \n]*\n", clean) if "\n" in clean else [clean]
    lined = ("\n".join(filter(None, (" ".join(line.split()) for line in part.split("\n")))) for part in parts)
    return [composed(part).strip(" |") for part in lined]

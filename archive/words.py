"""Two texts, compared word by word: how alike they are, and what was taken out and put in.

A word is what stands between blanks; in scripts that write without blanks, each character. ``similarity`` counts words
and takes no order into account, so it costs one pass: of two texts of n and m words, twice the number of words that
both have, over n + m. ``pieces`` finds a short edit script (Myers 1986), first by paragraphs, then by words inside the
paragraphs that differ. It gives up on a stretch after ``MOST_EDITS`` edits, and shows it as taken out and put in whole:
time grows with the texts' length times that bound. That of difflib grows with its square and worse: two texts of 2,000
and 3,000 words, of which most were the same word, took it 79 s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

# Thai and Lao, Burmese, Khmer, kana, Han and their kin write without blanks
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"(?:[{UNSPACED}]|[^\s{UNSPACED}]+)\s*")
PARAGRAPH = re.compile(r".+?(?:\n+|\Z)", re.DOTALL)
MOST_EDITS = 600
ISLAND = 2  # words; fewer between two changes that are longer are part of the change


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words that both texts have (``=``), only the first (``-``) or only the second (``+``).

    ``…`` is a note on what is left out.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Region:
    """Items ``a0`` to ``a1`` of the first sequence that stand for ``b0`` to ``b1`` of the second."""

    a0: int
    a1: int
    b0: int
    b1: int


def similarity(one: str, other: str) -> float:
    """From 0, no word in common, to 1, the same words as often, in whatever order."""
    first, second = Counter(_words(one)), Counter(_words(other))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def pieces(one: str, other: str) -> list[Piece]:
    """What both texts have, what only the first has, and what only the second, in reading order."""
    return _tidy(_compared(PARAGRAPH, one, other, _by_word))


def shortened(found: list[Piece], *, context: int = 8, longest: int = 40, changes: int = 8) -> list[Piece]:
    """The pieces as they fit a screen: ``context`` words around changes, long changes cut in the middle, ``changes`` of them."""
    short: list[Piece] = []
    left = changes
    for number, piece in enumerate(found):
        if piece.kind == "=":
            before, after = number > 0, number < len(found) - 1
            short += _cut(piece, context if before else 0, context if after else 0)
            continue
        if not left:
            rest = sum(one.kind != "=" for one in found[number:])
            return [*short, Piece(kind="…", text=f"and {rest} more changes")]
        short += _cut(piece, longest * 3 // 4, longest // 4)
        left -= 1
    return short


def _cut(piece: Piece, first: int, last: int) -> list[Piece]:
    words = WORD.findall(piece.text)
    gap = len(words) - first - last
    if gap <= ISLAND:
        return [piece]
    note = Piece(kind="…", text=f"{gap} words")
    parts = ["".join(words[:first]), "".join(words[len(words) - last :])]
    start, end = (replace(piece, text=text) for text in parts)
    return [part for part in (start, note, end) if part.text]


def _words(text: str) -> list[str]:
    return [word.rstrip() for word in WORD.findall(text)]


def _by_word(one: str, other: str) -> list[Piece]:
    return _compared(WORD, one, other, lambda gone, new: [Piece(kind="-", text=gone), Piece(kind="+", text=new)])


def _compared(item: re.Pattern[str], one: str, other: str, inner: Callable[[str, str], list[Piece]]) -> list[Piece]:
    """The pieces of two texts, cut into items that are compared without regard to blanks; ``inner`` makes those of a change."""
    first, second = item.findall(one), item.findall(other)
    found: list[Piece] = []
    a = b = 0
    for region in _regions([text.split() for text in first], [text.split() for text in second]):
        found.append(_both(first[a : region.a0], second[b : region.b0]))
        found += inner("".join(first[region.a0 : region.a1]), "".join(second[region.b0 : region.b1]))
        a, b = region.a1, region.b1
    return [*found, _both(first[a:], second[b:])]


def _both(first: list[str], second: list[str]) -> Piece:
    """Items that both have, each with the blanks behind it of the text that has more of them."""
    pairs = zip(first, second, strict=True)
    return Piece(kind="=", text="".join(max(pair, key=lambda text: len(text) - len(text.rstrip())) for pair in pairs))


def _tidy(found: list[Piece]) -> list[Piece]:
    """Pieces without empty ones, small islands between changes as part of them, what is taken out before what is put in."""
    kept = [piece for piece in found if piece.text]
    for number in range(1, len(kept) - 1):
        around = (kept[number - 1], kept[number + 1])
        island = kept[number].kind == "=" and len(WORD.findall(kept[number].text)) <= ISLAND
        if (
            island
            and all(piece.kind != "=" for piece in around)
            and sum(len(piece.text) for piece in around) > 2 * len(kept[number].text)
        ):
            kept[number] = replace(kept[number], kind="±")
    tidied: list[Piece] = []
    for same, group in groupby(kept, key=lambda piece: piece.kind == "="):
        parts = list(group)
        for kind in "=" if same else "-+":
            text = "".join(piece.text for piece in parts if piece.kind in (kind, "±"))
            tidied += [Piece(kind=kind, text=text)] if text else []
    return tidied


def _regions(first: Sequence[object], second: Sequence[object]) -> list[_Region]:
    """What differs between two sequences, in order; one region where that takes too many edits to find."""
    low = 0
    while low < min(len(first), len(second)) and first[low] == second[low]:
        low += 1
    high = 0
    while high < min(len(first), len(second)) - low and first[-1 - high] == second[-1 - high]:
        high += 1
    a, b = first[low : len(first) - high], second[low : len(second) - high]
    if not a and not b:
        return []
    trail = _trail(a, b) if a and b else None
    if trail is None:
        return [_Region(low, low + len(a), low, low + len(b))]
    return [_Region(r.a0 + low, r.a1 + low, r.b0 + low, r.b1 + low) for r in _walk_back(trail, len(a), len(b))]


def _trail(a: Sequence[object], b: Sequence[object]) -> list[dict[int, int]] | None:
    """How far each diagonal was reached, by number of edits, up to the end; None after ``MOST_EDITS``."""
    reached = {1: 0}
    trail = []
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        trail.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
            x = reached[k + 1] if down else reached[k - 1] + 1
            while x < len(a) and x - k < len(b) and x - k >= 0 and a[x] == b[x - k]:
                x += 1
            reached[k] = x
            if x >= len(a) and x - k >= len(b):
                return trail
    return None


def _walk_back(trail: list[dict[int, int]], x: int, y: int) -> list[_Region]:
    """The edits of a trail as regions, edits that touch each other as one."""
    found: list[_Region] = []
    for edits in range(len(trail) - 1, 0, -1):
        reached, k = trail[edits], x - y
        down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        k += 1 if down else -1
        x0 = reached[k]
        y0 = x0 - k
        edge = _Region(x0, x0 if down else x0 + 1, y0, y0 + 1 if down else y0)
        last = found[-1] if found else None
        if last and (edge.a1, edge.b1) == (last.a0, last.b0):
            found[-1] = _Region(edge.a0, last.a1, edge.b0, last.b1)
        else:
            found.append(edge)
        x, y = x0, y0
    return found[::-1]

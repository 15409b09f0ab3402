"""What kinds of characters texts are made of, counted for all texts of a page at once, and where words begin in them."""

# ruff: noqa: RUF001  the characters themselves are the table

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]

LETTER, UPPER, WIDE, DIGIT, SPACE, BREAK, STOP, COMMA, QUOTE, DASH, BRACKET, BAR, PUNCTUATION, SYMBOL, AT, OTHER = (
    range(16)
)
PIECE: Final = 1 << 21  # characters at once: 32 million at once take 700 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of each text: characters, their number by kind, words, capital words, and the kinds at its beginning and end."""

    lengths: Ints
    counts: Ints  # (texts, kinds)
    words: Ints
    capitals: Ints
    first: Ints
    last: Ints
    before_last: Ints


def look_at(texts: Sequence[str]) -> Seen:
    """The characters of these texts, none of them empty."""
    n = len(texts)
    lengths = np.fromiter(map(len, texts), np.int64, n)
    whole = "".join(texts)
    ends = np.cumsum(lengths)
    begins = ends - lengths
    pieces = (
        [_kinds(whole[at : at + PIECE]) for at in range(0, len(whole), PIECE)]
        if len(whole) > PIECE
        else [_kinds(whole)]
    )
    kinds = np.concatenate(pieces) if len(pieces) > 1 else pieces[0]
    del whole, pieces
    owner = np.repeat(np.arange(n, dtype=np.int32), lengths)
    wordly = _wordly()[kinds]
    starts = wordly.copy()
    starts[1:] &= ~wordly[:-1]
    starts[begins] = wordly[begins]
    counts, words, capitals = np.zeros(16 * n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for at in range(0, len(kinds), PIECE):
        part = slice(at, at + PIECE)
        counts += np.bincount(owner[part] * 16 + kinds[part], minlength=16 * n)
        words += np.bincount(owner[part][starts[part]], minlength=n)
        capitals += np.bincount(owner[part][starts[part] & (kinds[part] == UPPER)], minlength=n)
    table = counts.reshape(n, 16)
    return Seen(
        lengths=lengths,
        counts=table,
        words=words + (table[:, WIDE] + 1) // 2,
        capitals=capitals,
        first=kinds[begins].astype(np.int64),
        last=kinds[ends - 1].astype(np.int64),
        before_last=kinds[np.maximum(ends - 2, begins)].astype(np.int64),
    )


def _kinds(text: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    return _classes()[np.minimum(codes, 0xFFFF)]


@cache
def _wordly() -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.isin(np.arange(16), (LETTER, UPPER, DIGIT))


@cache
def _classes() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The class of each character of the basic plane; all beyond count as symbols."""
    table = np.full(1 << 16, OTHER, np.uint8)
    kinds = {"Lu": UPPER, "Lt": UPPER, "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT, "Zs": SPACE, "Pd": DASH, "Pi": QUOTE,
             "Pf": QUOTE, "Ps": BRACKET, "Pe": BRACKET, "Po": PUNCTUATION, "Pc": PUNCTUATION}  # fmt: skip
    for code in range(1 << 16):
        kind = unicodedata.category(chr(code))
        table[code] = kinds.get(kind, LETTER if kind[0] in "LM" else SYMBOL if kind[0] == "S" else OTHER)
    for low, high in ((0xE00, 0xEFF), (0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3040, 0x318F), (0x31F0, 0x9FFF),
                      (0xAC00, 0xD7FF), (0xF900, 0xFAFF)):  # fmt: skip
        part = table[low : high + 1]
        part[(part == LETTER) | (part == OTHER)] = WIDE
    for characters, sign in (
        (".!?…。！？｡؟۔।॥։", STOP), (",;:،؛、，；：", COMMA), ("\"'’‘“”„‟«»「」『』", QUOTE), ("|·•›/\\><→▸►*■", BAR),
        ("@#", AT), ("\n", BREAK),
    ):  # fmt: skip
        table[[ord(one) for one in characters]] = sign
    table[0xFFFF] = SYMBOL
    return table

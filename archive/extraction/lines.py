"""The lines of a text capture: their text, and which bytes of the payload they are.

``split`` promises that its lines, behind the byte order mark, tile the payload, whatever the encoding and the damage.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from archive.extraction.composed import composed
from archive.extraction.decoding import BOMS
from archive.extraction.mojibake import repaired

HEAD: Final = 2000  # characters of a line that are looked at; no sign needs more, and a line may have 20 million
_EMPTY: Final = str.maketrans("", "", "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\x00")
_TOKEN: Final = re.compile(r"\w+|\n")
_DENSE_FROM: Final = 0xE00
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]+")
_NEWLINE: Final = re.compile(rb"\r\n|\r|\n")
_PROBE: Final = b"\t\r\n 09AZaz+-~{}<>=;.\x1b$B"  # stateful codecs and those of 16 and 32 bits read it otherwise
_PENDING: Final = 8  # bytes of a character or escape sequence that a decoder of Python keeps
_MARKS: Final = 64  # characters; a longer line has more than marks that nobody sees


@dataclass(slots=True)
class Line:
    """One line of the dump: where its bytes are, and what is known of it."""

    start: int
    end: int  # of its content
    stop: int  # with what ends it
    text: str  # in NFC; white space is single spaces
    words: int = 0
    shut: bool = False  # ends as a sentence ends
    reason: str = ""  # what it is by its own words and signs, if not a line of the article
    score: float = 0.0  # how sure that is
    apart: bool = False  # stands over other matter
    value: float = 0.0  # what it counts for, or against, being in the article
    kept: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing of it can be seen."""
        text = self.text
        return not text or (not text[0].isalnum() and len(text) <= _MARKS and not text.translate(_EMPTY))


@dataclass(frozen=True, slots=True)
class Spoken:
    """The lines in lower case, and their words: what is sought in them and counted of them."""

    lowered: list[str]
    words: list[str]  # of all lines, with a line break between two lines

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Spoken:
        """The words of these lines; of a very long one, of its beginning and end."""
        lowered = [_head(line.text).lower() for line in lines]
        return cls(lowered, words_of("\n".join(lowered)))


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, and its line breaks; of scripts that set no words apart, pairs of characters."""
    if not text.isascii() and int(np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).max()) >= _DENSE_FROM:
        text = _DENSE.sub(_paired, text)
    return _TOKEN.findall(text)


def _paired(run: re.Match[str]) -> str:
    text = run[0]
    return f" {' '.join([text[at : at + 2] for at in range(len(text) - 1)] or [text])} "


def _head(text: str) -> str:
    return text if len(text) <= HEAD else text[:HEAD] + text[-12:]


def split(payload: bytes, encoding: str, *, repair: bool = False) -> tuple[int, list[Line]]:
    """The length of the byte order mark, and the lines after it, which tile the rest; their texts without mojibake."""
    name = codecs.lookup(encoding).name.removesuffix("-sig")
    marks = ((bom, exact) for bom, _, exact in BOMS if exact.startswith(name) and payload.startswith(bom))
    bom, name = next(marks, (b"", f"{name}-le" if name in ("utf-16", "utf-32") else name))
    whole = _PROBE.decode(name, "replace") == _PROBE.decode("ascii")
    found = (_by_newline if whole else _by_byte)(payload[len(bom) :], name)
    at = len(bom)
    mend = repaired if repair else str
    return at, [Line(at + start, at + end, at + stop, _plain(mend(text))) for start, end, stop, text in found]


def _plain(text: str) -> str:
    """In Unicode NFC, with single spaces."""
    text = " ".join(text.split())
    return text if text.isascii() else composed(text)


def _by_newline(body: bytes, name: str) -> list[tuple[int, int, int, str]]:
    """For encodings in which the bytes of a newline are nothing else: the bytes are split, then decoded."""
    if b"\r" not in body:
        pieces = body.split(b"\n")
        ends = list(accumulate(map(len, pieces), lambda end, size: end + 1 + size))
        found = [
            (end - len(piece), end, end + 1, piece.decode(name, "replace"))
            for end, piece in zip(ends, pieces, strict=True)
        ]
        start, end, _, text = found.pop()
        return [*found, (start, end, end, text)] if text or start < end else found
    found, at = [], 0
    for match in _NEWLINE.finditer(body):
        found.append((at, match.start(), match.end(), body[at : match.start()].decode(name, "replace")))
        at = match.end()
    if at < len(body):
        found.append((at, len(body), len(body), body[at:].decode(name, "replace")))
    return found


def _by_byte(body: bytes, name: str) -> list[tuple[int, int, int, str]]:
    """For the others, slowly (0.3 s for a megabyte): byte after byte, to see which of them ends a line."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    found: list[tuple[int, int, int, str]] = []
    buffer: list[str] = []
    at = last = 0
    for i in range(len(body)):
        out = _fed(decoder, body, i)
        if out:
            buffer.append(out)
        if "\n" in out or "\r" in out:
            end = last if out in "\r\n" else i + 1
            found.append((at, end, i + 1, "".join(buffer)))
            at, buffer = i + 1, []
        last = i + 1 if out else last
    if at < len(body):
        found.append((at, len(body), len(body), "".join(buffer)))
    return found


def _fed(decoder: codecs.IncrementalDecoder, body: bytes, at: int) -> str:
    """What the byte at ``at`` adds. Python raises, and forgets what it kept, where an escape sequence does not end."""
    try:
        return decoder.decode(body[at : at + 1], at + 1 == len(body))
    except UnicodeError:
        rest = body[at - _PENDING + 1 : at + 1]  # behind the escape, which is a bad byte
        return "\ufffd" + "".join(decoder.decode(rest[i : i + 1]) for i in range(len(rest)))

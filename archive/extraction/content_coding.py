"""Undoes HTTP content codings: from the payload that was captured to the entity that the server meant.

What the bytes are decides, and the label (Content-Encoding) only where bytes cannot tell: gzip and zstd bear a magic
number, brotli and deflate do not. Compressed bytes never pass for text: what is returned is the entity, or the payload
as it was with a flag that says so.

It promises never to hold more than ``limit`` bytes of output and one step (at most 8 MB, zstd; 64 KB, the others), to
raise nothing but ``Rejected``, and to take time linear in input and output.

    content-coding-mislabelled  the label does not say what was found
    content-coding-unknown      nothing decodes these bytes, and they are not text
    content-truncated           the stream ends early; what was there is returned
    content-damaged             the stream breaks, its checksum is wrong, or other bytes follow it; as far as it goes
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import brotli
import zstandard

from archive.errors import Rejected
from archive.extraction.charset import looks_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LAYERS: Final = 4  # gzip in gzip in …; two happen (proxies), more are an attack
_PIECE: Final = 1 << 16  # bytes of output asked for in one step
_FIRST: Final = 1 << 10  # bytes of input in the first step of a member: a million tiny members must not cost 64 KB each
_STEP: Final = 1 << 14  # bytes of input in later steps
# A zstd step cannot be told how much to put out. Four bytes of input can stand for a block of 128 KB, so 256 bytes
# are 8 MB at most. 1 MB of input takes 4,096 steps of about 1 µs.
_ZSTD_STEP: Final = 1 << 8
_ZSTD_WINDOW: Final = 1 << 27  # what zstd -22 asks for; memory is only touched as output fills it
_GZIP: Final = b"\x1f\x8b\x08"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = b"\x2a\x4d\x18"  # after a byte from 0x50 to 0x5f: a zstd frame without content
_ALIASES: Final = {"x-gzip": "gzip", "x-deflate": "deflate", "brotli": "br", "x-br": "br", "x-zstd": "zstd"}
_NOTHING: Final = frozenset(("", "identity", "none"))
_ERRORS: Final = (zlib.error, brotli.error, zstandard.ZstdError)


class _Stream(Protocol):
    """One library's decompressor for one member, fed in steps."""

    step: int

    def pieces(self, data: memoryview) -> Iterator[bytes]: ...
    def unused(self) -> int | None:
        """Bytes of the last step that were not needed; None while the member is not at its end."""


class _Inflate:
    step = _STEP

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)

    def pieces(self, data: memoryview) -> Iterator[bytes]:
        left: memoryview | bytes = data
        while True:
            piece = self._inner.decompress(left, _PIECE)
            yield piece
            left = self._inner.unconsumed_tail
            if self._inner.eof or not (left or len(piece) == _PIECE):
                return

    def unused(self) -> int | None:
        return len(self._inner.unused_data) if self._inner.eof else None


class _Brotli:
    step = _STEP

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def pieces(self, data: memoryview) -> Iterator[bytes]:
        yield self._inner.process(data, output_buffer_limit=_PIECE)
        while not self._inner.is_finished() and not self._inner.can_accept_more_data():
            yield self._inner.process(b"", output_buffer_limit=_PIECE)

    def unused(self) -> int | None:
        return 0 if self._inner.is_finished() else None  # bytes after the end are an error in the same step


class _Zstd:
    step = _ZSTD_STEP

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    def pieces(self, data: memoryview) -> Iterator[bytes]:
        yield self._inner.decompress(data)

    def unused(self) -> int | None:
        return len(self._inner.unused_data) if self._inner.eof else None


_MAKERS: Final[dict[str, tuple[Callable[[], _Stream], ...]]] = {
    "gzip": (lambda: _Inflate(31),),
    "zstd": (_Zstd,),
    "br": (_Brotli,),
    "deflate": (lambda: _Inflate(15), lambda: _Inflate(-15)),  # the standard's (zlib), and what servers send (raw)
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    data: bytes
    whole: bool
    flag: str = ""


def decode_content(payload: bytes, codings: str | None, limit: int) -> tuple[bytes, tuple[str, ...]]:
    """The entity with its content codings undone, and flags. Raises ``Rejected`` where it is larger than ``limit``.

    ``codings`` is the value of Content-Encoding as it was found. It may be None, and it may lie.
    """
    names = [name.strip().strip("\"'").lower() for name in (codings or "").split(",")]
    labels = [_ALIASES.get(name, name) for name in names if name not in _NOTHING]
    data, flags = payload, list[str]()
    for _ in range(_LAYERS):
        if not data or (not labels and not _magic(data)):
            break
        label = labels.pop() if labels else None
        name, outcome = _layer(data, label, limit)
        if outcome is None:
            flags.append("content-coding-mislabelled" if label and _is_text(data) else "content-coding-unknown")
            return data, tuple(dict.fromkeys(flags))
        data = outcome.data
        if label not in (None, name):
            flags.append("content-coding-mislabelled")
        flags += [outcome.flag] if outcome.flag else []
    if labels and data and _is_text(data):
        flags.append("content-coding-mislabelled")
    elif data and (_magic(data) or labels or looks_binary(data) == "binary"):
        flags.append("content-coding-unknown")
    return data, tuple(dict.fromkeys(flags))


def _layer(data: bytes, label: str | None, limit: int) -> tuple[str, _Outcome | None]:
    """The coding that was found and what it holds; None where none fits."""
    magic = _magic(data)
    if magic:
        outcome = _unpack(data, magic, limit)
        if outcome.data or outcome.whole or outcome.flag == "content-truncated":
            return magic, outcome
    if label not in ("br", "deflate"):
        return _guess(data, ("br", "deflate") if label else (), limit)
    outcome = _unpack(data, label, limit)
    if outcome.whole:
        return label, outcome
    # plain text can begin as a brotli stream does: only bytes that are no text themselves count as a part of one
    if outcome.data and not _is_text(data) and (_magic(outcome.data) or _is_text(outcome.data)):
        return label, outcome
    return _guess(data, ("deflate",) if label == "br" else ("br",), limit)


def _guess(data: bytes, names: tuple[str, ...], limit: int) -> tuple[str, _Outcome | None]:
    """For a label that lies. Without a magic number only a whole stream of text (or of a coding) is believed."""
    if not _is_text(data):
        for name in names:
            outcome = _unpack(data, name, limit)
            if outcome.whole and outcome.data and (_magic(outcome.data) or _is_text(outcome.data)):
                return name, outcome
    return "", None


def _unpack(data: bytes, name: str, limit: int) -> _Outcome:
    """All members of ``data``; of several readings of a name the first whole one, else the longest."""
    outcomes = []
    for make in _MAKERS[name]:
        outcome = _members(memoryview(data), make, name, limit)
        if outcome.whole:
            return outcome
        outcomes.append(outcome)
    return max(outcomes, key=lambda outcome: len(outcome.data))


def _members(data: memoryview, make: Callable[[], _Stream], name: str, limit: int) -> _Outcome:
    out = io.BytesIO()  # gives its content without a copy, so that the output is held once
    at, flag = 0, ""
    while True:
        used, flag = _member(data[at:], make, out, limit)
        at += used
        rest = bytes(data[at : at + 4])
        if flag or not rest or name in ("br", "deflate"):
            break
        if not rest.startswith(_GZIP) if name == "gzip" else not (rest == _ZSTD or rest[1:] == _SKIPPABLE):
            break
    # zeros pad to a block of tape; anything else behind the stream is worth a word
    if not flag and at < len(data) and bytes(data[at:]).strip(b"\0"):
        flag = "content-damaged"
    return _Outcome(out.getvalue(), not flag, flag)


def _member(data: memoryview, make: Callable[[], _Stream], out: io.BytesIO, limit: int) -> tuple[int, str]:
    """One member's content into ``out``; how many bytes it took, and a flag where it is not whole.

    A step that fails loses its output. Then all is done again up to that step, and it is taken byte by byte: this
    gives all that precedes the damage (or the end, for brotli) at twice the cost at most.
    """
    start = out.tell()
    at, broken = _feed(make(), data, out, limit, None)
    if broken is not None:
        out.seek(start)
        out.truncate()
        at, again = _feed(make(), data, out, limit, broken)
        return abs(at), "content-damaged" if again is not None else "content-truncated" if at < 0 else ""
    return (at, "") if at >= 0 else (len(data), "content-truncated")


def _feed(
    stream: _Stream, data: memoryview, out: io.BytesIO, limit: int, slow_from: int | None
) -> tuple[int, int | None]:
    """Bytes taken, negative (or -1) where the input ended before the member; and where a step failed, or None."""
    at, size = 0, min(_FIRST, stream.step)
    while at < len(data):
        step = data[at : at + 1] if slow_from is not None and at >= slow_from else data[at : at + size]
        try:
            for piece in stream.pieces(step):
                out.write(piece)
                if out.tell() > limit:
                    raise _too_large(limit)
        except _ERRORS:
            return at, at
        at += len(step)
        unused = stream.unused()
        if unused is not None:
            return at - unused, None
        size = min(size * 2, stream.step)
    return -max(at, 1), None


def _magic(data: bytes) -> str | None:
    return "gzip" if data.startswith(_GZIP) else "zstd" if data.startswith(_ZSTD) else None


def _is_text(data: bytes) -> bool:
    return looks_binary(data) is None


def _too_large(limit: int) -> Rejected:
    return Rejected("payload", "too-large", f"unpacks to more than {limit} bytes")

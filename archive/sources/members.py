"""Gzip members, inflated under a bound.

A member is believed when it ends and its checksum has passed. Nothing here holds more than was asked for: a member
that unpacks to gigabytes stops at the bound, and one that unpacks to more than ``limits.ratio`` times its size (beyond
the first 64 MB) is an error with the figures.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

from archive.model import Limits

GZIP_MAGIC = b"\x1f\x8b\x08"
CHUNK = 1 << 16
PEEK = 1 << 12  # a gzip header with a name is shorter; more would make the search for a next member quadratic
MARGIN = 2 << 20
APART = 16 << 20
FREE = 64 << 20

ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What one gzip member inflates to, up to a bound, and how many compressed bytes that took."""

    data: bytes
    length: int
    whole: bool  # its end was reached and its checksum passed
    error: str


def peek(read_at: ReadAt, position: int, length: int = 64) -> bytes:
    """The first bytes of what the member at ``position`` inflates to, from its first 4 KiB; empty if it is none."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(read_at(position, PEEK), length)
    except zlib.error:
        return b""


def inflate_member(read_at: ReadAt, position: int, size: int, bound: int) -> Member:
    """The member at ``position`` of a file of ``size`` bytes, with at most ``bound`` bytes of its content.

    Sound ones are inflated by ISA-L, in a third of zlib's time; what is wrong with another, and where, zlib says.
    """
    member = _inflate(isal_zlib, read_at, position, size, bound)
    return _inflate(zlib, read_at, position, size, bound) if member.error else member


def _inflate(library: Any, read_at: ReadAt, position: int, size: int, bound: int) -> Member:  # noqa: ANN401 - a module
    unpacker = library.decompressobj(zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    got, at = 0, position
    while True:
        chunk = read_at(at, CHUNK)
        if not chunk:
            return Member(data=b"".join(parts), length=size - position, whole=False, error="the gzip member is cut off")
        try:
            data = unpacker.decompress(chunk, bound - got + 1)
        except (zlib.error, library.error) as why:
            return Member(data=b"".join(parts), length=at - position, whole=False, error=f"gzip: {why}")
        parts.append(data)
        got += len(data)
        at += len(chunk)
        if unpacker.eof:
            length = at - position - len(unpacker.unused_data)
            return Member(data=b"".join(parts), length=length, whole=True, error="")
        if got > bound:
            return Member(data=b"".join(parts), length=at - position, whole=False, error="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Gzip members that hold one stream of records: one member, or one and those that go on inside its records."""

    end: int  # of the compressed bytes that belong to it
    size: int  # unpacked
    error: str  # why it ends before its time; "" where it does not


def measure_run(read_at: ReadAt, start: int, size: int, limits: Limits, opens: Callable[[ReadAt, int], bool]) -> Run:
    """The run of members from ``start`` on: it ends before a member that ``opens`` with a record, or at an error."""
    at, unpacked = start, 0
    while True:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not unpacker.eof:
            chunk = unpacker.unconsumed_tail or read_at(at, CHUNK)
            if not chunk:
                return Run(end=size, size=unpacked, error="the gzip member is cut off")
            fresh = 0 if unpacker.unconsumed_tail else len(chunk)
            data, error = unpack(unpacker, chunk)
            unpacked += len(data)
            if error:
                return Run(end=at + fresh, size=unpacked, error=error)
            at += fresh
            if unpacked > FREE and unpacked > limits.ratio * (at - start):
                return Run(end=at, size=unpacked, error=f"bomb: {at - start} bytes unpack to over {unpacked}")
        at -= len(unpacker.unused_data)
        if read_at(at, len(GZIP_MAGIC)) != GZIP_MAGIC:
            return Run(end=at, size=unpacked, error="")
        if opens(read_at, at):
            return Run(end=at, size=unpacked, error="")


def unpack(unpacker: zlib._Decompress, chunk: bytes) -> tuple[bytes, str]:
    """Up to a megabyte of what a chunk inflates to, as far as it can be, and why it cannot be further."""
    before = unpacker.copy()  # an error loses what the same call had unpacked: of 64 KiB, some 20 pages
    try:
        return unpacker.decompress(chunk, 1 << 20), ""
    except zlib.error as why:
        found, error = bytearray(), f"gzip: {why}"
    try:
        for at in range(len(chunk)):
            found += before.decompress(chunk[at : at + 1])
    except zlib.error:
        return bytes(found), error
    return bytes(found), error


class Unpacked:
    """A run of members as a file that can be read at any place.

    A record's end is looked at before its block is read. Going back starts again from the last mark in front, of which
    the latest eight are kept, 16 MB apart; else from the beginning.
    """

    def __init__(self, read_at: ReadAt, start: int, run: Run) -> None:
        self._read_at, self._start, self._run = read_at, start, run
        self._position = 0
        self._marks: deque[tuple[int, int, zlib._Decompress]] = deque(maxlen=8)
        self._restart()

    def _restart(self) -> None:
        self._at, self._base, self._buffer, self._ended = self._start, 0, bytearray(), False
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while self._marks:
            at, base, unpacker = self._marks[-1]
            if base <= self._position:
                self._at, self._base, self._unpacker = at, base, unpacker.copy()
                break
            self._marks.pop()

    def seek(self, position: int, whence: int = 0) -> int:
        """The new position, counted from the start (``whence`` 0) or the end (2)."""
        self._position = position + (self._run.size if whence else 0)
        return self._position

    def read(self, length: int) -> bytes:
        """``length`` bytes from the position on; fewer at the end of what can be unpacked."""
        if self._position < self._base:
            self._restart()
        end = min(self._position + length, self._run.size)
        while self._base + len(self._buffer) < end and self._unpack():
            surplus = min(self._position - MARGIN - self._base, len(self._buffer))
            if surplus > MARGIN:
                del self._buffer[:surplus]
                self._base += surplus
        found = bytes(self._buffer[self._position - self._base : end - self._base])
        self._position += len(found)
        return found

    def _unpack(self) -> bool:
        """False where nothing more can be had."""
        if self._unpacker.eof:
            self._at -= len(self._unpacker.unused_data)
            self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        here = self._base + len(self._buffer)
        if here - (self._marks[-1][1] if self._marks else 0) >= APART:
            self._marks.append((self._at, here, self._unpacker.copy()))
        tail = self._unpacker.unconsumed_tail
        chunk = tail or self._read_at(self._at, max(0, min(CHUNK, self._run.end - self._at)))
        if not chunk or self._ended:
            return False
        data, error = unpack(self._unpacker, chunk)
        self._buffer += data
        self._at += 0 if tail else len(chunk)
        self._ended = error != ""  # measured before: the run's size ends here
        return True

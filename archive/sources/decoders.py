"""Decompressors for packed files, behind one interface and under bounds.

A packed file is one stream of its kind or several, one behind the other: members of gzip, frames of zstd and LZ4. Of
these two, skippable frames may stand between (RFC 8878, 3.1.2; the LZ4 frame format has the same); they are passed over,
but for a dictionary at the start (``Zstandard Compression for WARC Files``, IIPC), with which all frames are decoded.
Windows of more than 128 MB, and dictionaries of more than 8 MB, are refused.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Generator
from typing import BinaryIO, Protocol

import lz4.frame
import zstandard

from archive.sources.unpack import STEP, Broken

PIECE = {"gzip": 1 << 16, "bzip2": 1 << 16, "xz": 1 << 16, "zstd": 1 << 12, "lz4": 1 << 16}  # 4 KiB of zstd: 128 MB at most
MAGICS = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
MAGIC_BYTES = 6
SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
DICTIONARY = b"\x5d\x2a\x4d\x18"
SKIPPABLE_HEAD = 8
FRAMED = ("zstd", "lz4")  # kinds that have skippable frames
XZ_MEMORY = 256 << 20
XZ_STEP = 1 << 14  # of unpacked bytes at a time: an error loses those of its step; no slower than a megabyte
WINDOW = 1 << 27
DICTIONARY_BYTES = 8 << 20  # the most that a reader must take
CHECKED = re.compile(r"(data|length) check|checksum|CRC", re.IGNORECASE)
ERRORS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, RuntimeError, OSError, ValueError, EOFError)
CACHE = 1 << 16


class Decoder(Protocol):
    """The interface of ``bz2`` and ``lzma``, which the others are fitted to."""

    @property
    def eof(self) -> bool:
        """True behind the end of the stream."""

    @property
    def needs_input(self) -> bool:
        """False while more can be had without further input."""

    @property
    def unused_data(self) -> bytes:
        """What followed the end of the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most ``max_length`` more bytes."""


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._error: zlib.error | None = None
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._error:
            raise self._error
        data = self._inner.unconsumed_tail + data
        before = self._inner.copy()  # an error loses what the same call had unpacked
        try:
            found = self._inner.decompress(data, max_length)
        except zlib.error as why:
            self._error, self.needs_input = why, False
            return _up_to_error(before, data)
        self.needs_input = len(found) < max_length
        return found


def _up_to_error(inner: zlib._Decompress, data: bytes) -> bytes:
    found = bytearray()
    try:
        for at in range(len(data)):
            found += inner.decompress(data[at : at + 1])
    except zlib.error:
        return bytes(found)
    return bytes(found)


class _Zstd:
    def __init__(self, inner: zstandard.ZstdDecompressor) -> None:
        self._inner = inner.decompressobj()
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        del max_length  # the pieces that go in are small instead
        return self._inner.decompress(data)


class Pieces:
    """A packed file, read at any place, a little ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._start, self._held = 0, b""

    def at(self, position: int, length: int) -> bytes:
        """``length`` bytes at ``position`` (at most 64 KiB); fewer at the end."""
        if not self._start <= position <= position + length <= self._start + len(self._held):
            self.file.seek(position)
            self._start, self._held = position, self.file.read(max(length, CACHE))
        return self._held[position - self._start : position - self._start + length]

    def behind_skippable(self, position: int) -> int:
        """Where the next frame of zstd or LZ4 starts that is not passed over."""
        while SKIPPABLE.match(head := self.at(position, SKIPPABLE_HEAD)):
            position += SKIPPABLE_HEAD + int.from_bytes(head[4:], "little")
        return position


class Packing:
    """How the streams of a packed file are decoded. Raises ``Broken`` for a dictionary that cannot be used."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self.kind, self.pieces = kind, Pieces(file)
        self.taken = 0  # packed bytes that went into decoders
        self.new: Callable[[], Decoder] = _Gzip
        if kind == "bzip2":
            self.new = bz2.BZ2Decompressor
        elif kind == "xz":
            self.new = lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
        elif kind == "lz4":
            self.new = lz4.frame.LZ4FrameDecompressor
        elif kind == "zstd":
            words = _dictionary(file)
            try:
                known = zstandard.ZstdCompressionDict(words) if words else None
                inner = zstandard.ZstdDecompressor(dict_data=known, max_window_size=WINDOW)
            except (zstandard.ZstdError, ValueError) as why:
                raise Broken("corrupt", f"zstd: the dictionary in front of the frames is none: {why}") from why
            self.new = lambda: _Zstd(inner)

    def stream(self, position: int, stop: int = sys.maxsize) -> Generator[bytes, None, int]:
        """What one stream holds, in pieces, from the bytes before ``stop``; returns where it ends. Raises ``Broken``."""
        decoder, data = self.new(), b""
        while True:
            if decoder.needs_input:
                data = self.pieces.at(position, max(0, min(PIECE[self.kind], stop - position)))
                position += len(data)
                self.taken += len(data)
            at_end = not data and decoder.needs_input
            try:
                found = decoder.decompress(data, XZ_STEP if self.kind == "xz" else STEP)
            except ERRORS as why:
                reason = "checksum" if CHECKED.search(str(why)) else "corrupt"
                raise Broken(reason, f"{self.kind}: {why}") from why
            data = b""
            if found:
                yield found
            if decoder.eof:
                return position - len(decoder.unused_data or b"")
            if at_end and not found:
                raise Broken("truncated", f"the {self.kind} stream is cut off")

    def behind_skippable(self, position: int) -> int:
        """Where the next frame starts that is not passed over."""
        return self.pieces.behind_skippable(position) if self.kind in FRAMED else position


def packing_of(head: bytes) -> str | None:
    """``gzip``, ``bzip2``, ``xz``, ``zstd`` or ``lz4`` by the first bytes, or None."""
    return next((kind for magic, kind in MAGICS.items() if head.startswith(magic)), None)


def cut_magic(head: bytes) -> str | None:
    """The kind whose first bytes are cut off after ``head``, which is all that there is; None where none is."""
    return next((kind for magic, kind in MAGICS.items() if head and len(head) < len(magic) and magic.startswith(head)), None)


def starts_packed(head: bytes) -> bool:
    """True where the first bytes are those of a packed file, or of a skippable frame in front of one."""
    return packing_of(head) is not None or SKIPPABLE.match(head) is not None


def packing_in(file: BinaryIO) -> str | None:
    """The same of a file, behind the skippable frames at its start, which say nothing but that it is zstd or LZ4."""
    pieces = Pieces(file)
    start = pieces.behind_skippable(0)
    return packing_of(pieces.at(start, MAGIC_BYTES)) or ("zstd" if start else None)


def _dictionary(file: BinaryIO) -> bytes:
    """The dictionary that stands in the first frame of a file, itself perhaps packed; empty where there is none."""
    file.seek(0)
    head = file.read(SKIPPABLE_HEAD)
    if not head.startswith(DICTIONARY):
        return b""
    length = int.from_bytes(head[4:], "little")
    if length > DICTIONARY_BYTES:
        raise Broken("too-large", f"zstd: a dictionary of {length} bytes, the limit is {DICTIONARY_BYTES}")
    found = file.read(length)
    if packing_of(found) != "zstd":
        return found
    try:
        inner = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(found)
        words: bytes = inner.read(DICTIONARY_BYTES + 1)
    except zstandard.ZstdError as why:
        raise Broken("corrupt", f"zstd: the dictionary in front of the frames: {why}") from why
    if len(words) > DICTIONARY_BYTES:
        raise Broken("too-large", f"zstd: a dictionary of over {DICTIONARY_BYTES} bytes, which is the limit")
    return words

"""Gzip, zstd, bzip2 and xz: one packed file around another, such as news.jsonl.gz or page.html.zst.

What is inside is read as if it lay there unpacked, under the same path. What can be unpacked of a damaged stream is
read; one row says why the rest could not be. WARC files in gzip and packed tar files are recognised before this.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import zstandard

from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import Opened, skipped
from archive.sources.unpack import STEP, Broken, Unpacking, budget_of, inside

PIECE = {"gzip": 1 << 16, "bzip2": 1 << 16, "xz": 1 << 16, "zstd": 1 << 12}  # 4 KiB of zstd are 128 MB at most
MAGICS = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
MAGIC_BYTES = 6
CHECKED = re.compile(r"(data|length) check|checksum|CRC")
XZ_MEMORY = 256 << 20
XZ_STEP = 1 << 14  # of unpacked bytes at a time: an error loses those of its step; no slower than a megabyte
SUFFIX = re.compile(r"\.(gz|gzip|zst|zstd|bz2|xz)$", re.IGNORECASE)


class PackedSource:
    """Reads what a packed file holds."""

    kind = "packed"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a gzip, zstd, bzip2 or xz stream starts the file."""
        return packing_of(head) is not None or (head in (b"\x1f", b"\x1f\x8b") and SUFFIX.search(name) is not None)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in the file inside, in its order."""
        if opened.depth >= options.limits.nesting:
            yield skipped(opened, self.kind, f"packed more than {options.limits.nesting} times over")
            return
        opened.file.seek(0)
        kind = packing_of(opened.file.read(MAGIC_BYTES)) or "gzip"
        stream = Unpacking(lambda: unpacked(opened.file, kind), budget_of(opened, options.limits))
        for found in inside(stream, opened, options):
            if isinstance(found, Skip) and found.origin == opened.origin:
                yield skipped(
                    opened, found.kind, found.reason
                )  # length and digest of the packed bytes, which lie there
            else:
                yield found


# ---- decompressors ---------------------------------------------------------------------------------------------


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
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
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


def _decoder(kind: str) -> Decoder:
    if kind == "gzip":
        return _Gzip()
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
    return _Zstd()


def packing_of(head: bytes) -> str | None:
    """``gzip``, ``bzip2``, ``xz`` or ``zstd`` by the first bytes, or None."""
    return next((kind for magic, kind in MAGICS.items() if head.startswith(magic)), None)


def unpacked(file: BinaryIO, kind: str) -> Iterator[bytes]:
    """What a packed file holds, in pieces; several streams one behind the other are one. Raises ``Broken``."""
    position, data, decoder = 0, b"", _decoder(kind)
    while True:
        if not data and decoder.needs_input:
            file.seek(position)
            data = file.read(PIECE[kind])
            position += len(data)
        at_end = not data and decoder.needs_input
        try:
            found = decoder.decompress(data, XZ_STEP if kind == "xz" else STEP)
        except (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, ValueError, EOFError) as why:
            raise Broken("checksum" if CHECKED.search(str(why)) else "corrupt", f"{kind}: {why}") from why
        if found:
            yield found
        data = b""
        if decoder.eof:
            data = decoder.unused_data
            if len(data) < MAGIC_BYTES:
                file.seek(position)
                more = file.read(PIECE[kind])
                position += len(more)
                data += more
            if not data.strip(b"\0"):
                return
            if packing_of(data) != kind:
                raise Broken("garbage", f"behind the {kind} stream, at byte {position - len(data)}, is something else")
            decoder = _decoder(kind)
        elif at_end and not found:
            raise Broken("truncated", f"the {kind} stream is cut off")


SOURCE = PackedSource()

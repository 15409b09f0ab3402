"""Packed files: pieces, odd reads and the standard library give the same bytes, and what is inside is read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from random import Random

import lz4.frame
import zstandard

from archive.model import Limits
from archive.sources.decoders import XZ_MEMORY, XZ_STEP, packing_of
from archive.sources.packed import unpacked
from archive.sources.unpack import Broken, Budget, Unpacking
from tests import making
from tests.fuzz import laws, mutation

LIMITS = Limits(record_bytes=500, line_bytes=2000)
LIBRARY: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lambda data: lzma.decompress(data, lzma.FORMAT_XZ),
}  # fmt: skip
REFUSALS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    kind = packing_of(data)
    if kind:
        whole, broken = pieces(data, kind)
        if kind in LIBRARY:
            assert_as_the_library(data, kind, whole, broken)
        assert_odd_reads(data, kind, whole, broken)
    if kind == "xz":
        assert len(whole) >= in_small_steps(data) - XZ_STEP, "much is lost in front of the damage"
    for limits in (laws.LIMITS, LIMITS):
        laws.read(data, f"page.html.{kind}", limits=limits)


def pieces(data: bytes, kind: str) -> tuple[bytes, Broken | None]:
    """All that can be unpacked, and why it is not more."""
    found: list[bytes] = []
    try:
        found.extend(unpacked(BytesIO(data), kind))
    except Broken as why:
        return b"".join(found), why
    return b"".join(found), None


def assert_as_the_library(data: bytes, kind: str, whole: bytes, broken: Broken | None) -> None:
    """What the standard library unpacks is unpacked; it passes over what follows a bzip2 or xz stream, and we name it."""
    try:
        expected = LIBRARY[kind](data)
    except REFUSALS:
        return
    if kind == "gzip" and data[3] & 0xE0:  # reserved flags: zlib refuses them, Python's own reader of headers does not
        return
    if kind == "gzip" and broken and broken.reason == "garbage":  # behind zeros, where it looks for one more stream
        assert expected.startswith(whole)
        return
    assert whole.startswith(expected)
    assert broken or whole == expected
    assert broken is None or kind != "gzip"


def in_small_steps(data: bytes) -> int:
    """How many bytes the first stream gives, damaged or not."""
    decoder, length = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY), 0
    with suppress(lzma.LZMAError):
        while not decoder.eof and (piece := decoder.decompress(b"" if length else data, 64)):
            length += len(piece)
    return length


def assert_odd_reads(data: bytes, kind: str, whole: bytes, broken: Broken | None) -> None:
    """Read to and fro, the stream gives what it gives in one go."""
    stream = Unpacking(lambda: unpacked(BytesIO(data), kind), Budget(len(data), laws.LIMITS))
    chance = Random(data[-8:])  # noqa: S311 - nothing secret
    for _ in range(12):
        at, size = chance.randint(0, len(whole) + 9), chance.choice((0, 1, 3, 100, len(whole)))
        stream.seek(at)
        assert stream.read(size) == whole[at : at + size]
        assert stream.tell() == max(at, min(at + size, len(whole))) or at > len(whole)
    assert stream.seek(0, 2) == len(whole)
    assert stream.seek(0) == 0
    assert stream.read() == whole
    assert (stream.broken is None) == (broken is None)
    stream.close()


@cache
def seeds() -> list[bytes]:
    """Each packing around a page, lines and a tar; streams one behind the other; padding."""
    inside = (making.page(1)[:700], making.json_lines([1])[:500] + b"\n" + making.json_lines([2]), b"", b"a\n")
    found: list[bytes] = []
    packers = (gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress, lz4.frame.compress)
    for pack in packers:
        found += [pack(inner) for inner in inside]
    packs = found[:: len(inside)]
    records = making.responses([1, 2, 3])
    frames = [b"".join(pack(record) for record in records) for pack in packers[3:]]
    found += [*frames, *(pack(b"".join(records)) for pack in packers[3:]), frames[0][:900] + frames[0][1000:]]
    return [*found, *(one * 2 for one in packs), *(one + bytes(64) for one in packs), gzip.compress(packs[1])]


def mutate(data: bytes, chance: Random) -> bytes:
    """Streams one behind the other, each changed inside or not."""
    parts = [chance.choice(seeds()) if chance.random() < 0.5 else data for _ in range(chance.randint(1, 3))]
    return b"".join(mutation.mutated(part, chance, parts) if chance.random() < 0.5 else part for part in parts)

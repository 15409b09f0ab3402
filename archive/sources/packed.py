"""Gzip, zstd, bzip2, xz and LZ4: one packed file around another, such as news.jsonl.gz or page.html.zst.

What is inside is read as if it lay there unpacked, under the same path. What can be unpacked of a damaged stream is
read; one row says why the rest could not be. Zstd and LZ4 files of WARC or ARC records are read frame by frame
(``frames.py``), so that a damaged one costs its records. WARC and ARC files in gzip and packed tar files are recognised
before this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import Opened, name_for_ties, skipped
from archive.sources.decoders import (
    FRAMED,
    MAGIC_BYTES,
    MAGICS,
    PIECE,
    Packing,
    cut_magic,
    packing_in,
    packing_of,
    starts_packed,
)
from archive.sources.frames import framed, of_records
from archive.sources.unpack import Broken, Unpacking, budget_of, inside

FRAMES = re.compile(r"\.w?arc\.(zstd?|lz4)$", re.IGNORECASE)
SUFFIX = re.compile(r"\.(gz|gzip|zst|zstd|bz2|xz|lz4)$", re.IGNORECASE)


class PackedSource:
    """Reads what a packed file holds."""

    kind = "packed"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a gzip, zstd, bzip2, xz or LZ4 stream starts the file."""
        if starts_packed(head) or (cut_magic(head) and SUFFIX.search(name)):
            return True
        magic = next((magic for magic, kind in MAGICS.items() if kind == _named(name)), None)
        return magic is not None and magic in head  # its first frame is damaged

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in the file inside, in its order."""
        if opened.depth >= options.limits.nesting:
            yield skipped(opened, self.kind, f"packed more than {options.limits.nesting} times over")
            return
        opened.file.seek(0)
        head = opened.file.read(MAGIC_BYTES)
        kind = packing_in(opened.file) or cut_magic(head) or _named(name_for_ties(opened)) or "gzip"
        form = of_records(opened.file, kind, options.limits) if kind in FRAMED else None
        if form:
            yield from framed(opened, options, kind, form)
            return
        stream = Unpacking(lambda: unpacked(opened.file, kind), budget_of(opened, options.limits))
        for found in inside(stream, opened, options):
            if isinstance(found, Skip) and found.origin == opened.origin:
                yield skipped(
                    opened, found.kind, found.reason
                )  # length and digest of the packed bytes, which lie there
            else:
                yield found


def _named(name: str) -> str | None:
    """The kind of records' frames that a file's name states, or None."""
    found = FRAMES.search(name)
    return ("lz4" if found[1].lower() == "lz4" else "zstd") if found else None


def unpacked(file: BinaryIO, kind: str) -> Iterator[bytes]:
    """What a packed file holds, in pieces; several streams one behind the other are one. Raises ``Broken``."""
    packing = Packing(file, kind)
    position = start = packing.behind_skippable(0)
    while True:
        rest = packing.pieces.at(position, PIECE[kind])
        if position > start or not rest:
            if not rest.strip(b"\0"):
                return
            if packing_of(rest[:MAGIC_BYTES]) != kind:
                raise Broken("garbage", f"behind the {kind} stream, at byte {position}, is something else")
        position = packing.behind_skippable((yield from packing.stream(position)))


SOURCE = PackedSource()

"""WARC files, plain or gzipped, WARC/0.17 to 1.1, whole or damaged, and those that a crawler still writes.

How they are read, and what one damaged record costs, is in ``scanning.py``; how a record is told from what is none, in
``records.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from archive import warc
from archive.model import Capture, Damage, Limits, Locator, ReadOptions, Skip
from archive.sources import Opened, scanning
from archive.sources.members import GZIP_MAGIC, Run, Unpacked, inflate_member, peek
from archive.sources.records import (
    CONTAINER,
    MAGIC,
    SEARCH,
    START,
    VERSION_LINE,
    WARC,
    Gap,
    Placed,
    Unreadable,
    Window,
    next_start,
    read_record,
)  # fmt: skip

FIELD = re.compile(rb"^WARC-[A-Za-z-]+:", re.MULTILINE)


def scan(
    file: BinaryIO, limits: Limits, start: int = 0, stop: int | None = None
) -> Iterator[tuple[Placed | Gap, Locator]]:
    """Every record and gap of a WARC file with its place in the file, in order; see ``scanning.scan``."""
    return scanning.scan(file, limits, WARC, start, stop)


class WarcSource:
    """Reads WARC files."""

    kind = "warc"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a record starts the file, or where that start is damaged and what follows still tells."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
        first = peek(lambda at, n: head[at : at + n], 0) if head.startswith(GZIP_MAGIC) else start
        if VERSION_LINE.match(first):
            return True
        if CONTAINER.match(head):
            return False
        named = re.search(r"\.warc(\.gz)?(\.[a-z]+)?$", name.lower()) is not None
        if named and (head.startswith(GZIP_MAGIC) or START.search(head)):
            return True
        if len(FIELD.findall(head[:1024])) > 1:
            return True
        return (named or not first) and any(
            VERSION_LINE.match(peek(lambda at, n: head[at : at + n], found.start()))
            for found in islice(MAGIC.finditer(head), 100)
        )

    def next_record(self, file: BinaryIO, position: int) -> int | None:
        """Where the first record at or behind ``position`` seems to begin: a plain header, or a member that holds one.

        It may be the record of a WARC file inside a record; who reads up to there sees that, by ending behind it.
        """
        window = Window(file)
        found = next_start(window, position, gzip=True)
        return found if found < window.size else None

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Every record and every damaged range, in the order of the file."""
        window = Window(opened.file)
        for item, place in scan(opened.file, options.limits, opened.start, opened.stop):
            origin = replace(opened.origin, offset=place.offset)
            if isinstance(item, Gap):
                yield scanning.damage(window, item, place, origin)
            else:
                locator = replace(place, path=opened.origin.path) if opened.in_place else None
                yield warc.capture_from(item.raw, origin, locator)


def read_at(file: BinaryIO, locator: Locator, limits: Limits) -> warc.RawRecord:
    """The record that lies at ``locator``. Raises ``Unreadable`` where none lies there."""
    if locator.unpacked_offset is None:
        window, start = Window(file, min(locator.offset + locator.length, Window(file).size)), locator.offset
        return _read_whole(window, start, limits)
    outer = Window(file)
    member = inflate_member(outer.at, locator.offset, outer.size, limits.record_bytes + limits.header_bytes)
    if not member.whole or locator.unpacked_offset or locator.unpacked_length != len(member.data):
        unpacked = _unpacked_at(file, locator)
        end = locator.unpacked_length or 0
        if not locator.unpacked_offset and member.error and not Window(cast("BinaryIO", unpacked), end + 1).at(end, 1):
            # the only record of a damaged member was not believed when it was found, and is not now
            raise Unreadable("gzip", member.error, locator.offset)
        return _read_inside(unpacked, locator, limits)
    if member.length != locator.length:
        raise Unreadable("length", f"the gzip member has {member.length} bytes", member.length)
    return _read_whole(Window(BytesIO(member.data), len(member.data)), 0, limits)


def _unpacked_at(file: BinaryIO, locator: Locator) -> Unpacked:
    """What the members at ``locator`` inflate to, however much that is."""
    return Unpacked(Window(file).at, locator.offset, Run(end=locator.offset + locator.length, size=1 << 62, error=""))


def _read_inside(unpacked: Unpacked, locator: Locator, limits: Limits) -> warc.RawRecord:
    start = locator.unpacked_offset or 0
    return _read_whole(Window(cast("BinaryIO", unpacked), start + (locator.unpacked_length or 0)), start, limits)


def _read_whole(window: Window, start: int, limits: Limits) -> warc.RawRecord:
    placed = read_record(window, start, limits)
    if placed.end != window.size:
        raise Unreadable("length", f"the record ends at {placed.end}, not at {window.size}", placed.end)
    return placed.raw


class RecordReader:
    """Reads the records of many rows, cheapest in the order in which they lie in their files.

    A gzip member with many records is inflated once for those that come in order; each alone would cost all that lies
    in front of it. The file of the last record stays open, so that what it gives in pieces can be had.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._unpacked: Unpacked | None = None
        self._start = -1

    def read(self, path: Path, locator: Locator) -> warc.RawRecord:
        """The record at ``locator`` of the file at ``path``. Raises ``Unreadable`` where none lies there."""
        if self._file is None or path != self._path:
            self.close()
            self._file, self._path = path.open("rb"), path
        if not locator.unpacked_offset:
            return read_at(self._file, locator, self._limits)
        if self._unpacked is None or locator.offset != self._start:
            self._unpacked, self._start = _unpacked_at(self._file, locator), locator.offset
        return _read_inside(self._unpacked, locator, self._limits)

    def close(self) -> None:
        """Closes the file that is open."""
        if self._file is not None:
            self._file.close()
        self._file = self._unpacked = None


def stream_at(file: BinaryIO, locator: Locator) -> Iterator[bytes]:
    """The bytes of the record at ``locator``, header and trailing newlines included, a megabyte at a time."""
    window, start, end = Window(file), locator.offset, locator.offset + locator.length
    if locator.unpacked_offset is not None:
        start, end = locator.unpacked_offset, locator.unpacked_offset + (locator.unpacked_length or 0)
        run = Run(end=locator.offset + locator.length, size=end, error="")
        window = Window(cast("BinaryIO", Unpacked(window.at, locator.offset, run)), end)
    for position in range(start, end, SEARCH):
        yield window.at(position, min(SEARCH, end - position))


SOURCE = WarcSource()

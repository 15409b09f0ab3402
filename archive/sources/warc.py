"""WARC files, plain or gzipped, WARC/0.17 to 1.1, whole or damaged.

Every byte of the file ends in exactly one place: a record, or a ``Damage``. One bad record costs one record:

- **gzip**: a member is inflated whole, and its checksum has passed, before its record is believed. Behind a bad member
  the reader goes on at the next gzip magic that inflates to ``WARC/``, or at the next plain record header.
- **plain**: see ``records.py``.
- members that hold many records (or a file that is one member, or records cut into several members) are read as one
  stream; a record's place is then that of the members and its offset in what they inflate to.

Memory is bounded by one record of at most ``limits.record_bytes``; larger ones are digested as they pass by.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from archive import warc
from archive.model import Capture, Damage, Limits, Locator, Origin, ReadOptions, Skip
from archive.sources import Opened
from archive.sources.members import GZIP_MAGIC, Member, Run, Unpacked, inflate_member, measure_run, peek
from archive.sources.records import (
    MAGIC,
    OPENING,
    SEARCH,
    START,
    VERSION_LINE,
    Gap,
    Placed,
    Unreadable,
    Window,
    next_start,
    read_record,
    read_stream,
)  # fmt: skip


def scan(
    file: BinaryIO, limits: Limits, start: int = 0, stop: int | None = None
) -> Iterator[tuple[Placed | Gap, Locator]]:
    """Every record and gap of a WARC file with its place in the file, in order.

    From ``start`` on, and none that begins at or behind ``stop``: each is the same as if all was read.
    """
    window = Window(file)
    position, stop = start, window.size if stop is None else min(stop, window.size)
    while position < stop:
        if window.at(position, len(GZIP_MAGIC)) != GZIP_MAGIC:
            for item in read_stream(window, limits, position, until_gzip=True):
                yield item, Locator(path="", offset=item.start, length=item.end - item.start)
                position = item.end
                if position >= stop:
                    return
            continue
        member = inflate_member(window.at, position, window.size, limits.record_bytes + limits.header_bytes)
        placed = _only_record(member, limits)
        if placed:
            yield placed, _in_members(placed, position, member.length)
            position += member.length
        else:
            position = yield from _scan_run(window, position, limits)


def _only_record(member: Member, limits: Limits) -> Placed | None:
    """The record of a sound member that holds just one."""
    if not member.whole:
        return None
    try:
        placed = read_record(Window(BytesIO(member.data), len(member.data)), 0, limits)
    except Unreadable:
        return None
    return placed if placed.end == len(member.data) else None


def _in_members(item: Placed | Gap, offset: int, length: int) -> Locator:
    return Locator(
        path="", offset=offset, length=length, unpacked_offset=item.start, unpacked_length=item.end - item.start
    )


def _scan_run(window: Window, start: int, limits: Limits) -> Generator[tuple[Placed | Gap, Locator], None, int]:
    """Records and gaps of members that do not hold just one sound record; returns where the next run starts.

    Of a run that breaks off, only records that another record follows are believed, or whose digest proves them: in the
    last one the damage may sit, and what is inflated behind it may be wrong without an error.
    All that it gives shares the range of its members; what it unpacks to is covered once.
    """
    run = measure_run(window.at, start, window.size, limits)
    error, end = run.error, run.end
    if error:
        end = next_start(window, start + 1, gzip=True)
        if end < run.end:  # a damaged member can be inflated far into the next ones
            run = measure_run(Window(window.file, end).at, start, end, limits)
    unpacked = Window(cast("BinaryIO", Unpacked(window.at, start, run)), run.size)
    covered = believed = 0
    for found in read_stream(unpacked, limits):
        item = found
        if error:
            sound = _is_sound(found)
            proven = sound and found.start > 0  # a member of one record is believed by its checksum alone
            if not proven and not VERSION_LINE.match(unpacked.at(found.end, 64)):
                break
            if sound is False:
                detail = "the gzip member is damaged, and the record is not what its digest says"
                opening = unpacked.at(found.start, min(OPENING, found.end - found.start))
                item = Gap(start=found.start, end=found.end, reason="gzip", detail=detail, opening=opening)
        yield item, _in_members(item, start, end - start)
        believed, covered = believed + isinstance(item, Placed), item.end
    if error:
        reason = "bomb" if error.startswith("bomb") else "truncated" if "cut off" in error else "gzip"
        detail = error + (f"; {believed} records in front of the damage were read" if believed else "")
        opening = unpacked.at(covered, OPENING)
        gap = Gap(start=covered, end=run.size, reason=reason, detail=detail, opening=opening)
        yield gap, _in_members(gap, start, end - start)
    elif run.size == 0:
        gap = Gap(start=0, end=0, reason="empty-member", detail="a gzip member without content")
        yield gap, _in_members(gap, start, end - start)
    return end


def _is_sound(item: Placed | Gap) -> bool | None:
    """Whether a record's block is what its declared digest says; None where it declares none."""
    if isinstance(item, Gap):
        return None
    flags = warc.capture_from(item.raw, Origin(path=""), None).flags
    if any("digest-mismatch" in flag or "digest-unreadable" in flag for flag in flags):
        return False
    return True if item.raw.fields.get_header("WARC-Block-Digest") else None


FIELD = re.compile(rb"^WARC-[A-Za-z-]+:", re.MULTILINE)


class WarcSource:
    """Reads WARC files."""

    kind = "warc"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a record starts the file, or where that start is damaged and what follows still tells."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
        first = peek(lambda at, n: head[at : at + n], 0) if head.startswith(GZIP_MAGIC) else start
        if VERSION_LINE.match(first):
            return True
        if head.startswith(b"PK") or head[257:262] == b"ustar":  # a zip or tar may hold WARC files as they are
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
                yield Damage(
                    origin=origin,
                    offset=place.offset,
                    length=place.length,
                    reason=item.reason,
                    detail=item.detail + (_unpacked(item) if place.unpacked_length else ""),
                    sha256=window.sha256(place.offset, place.offset + place.length),
                    unpacked_offset=place.unpacked_offset,
                    unpacked_length=place.unpacked_length,
                )
            else:
                locator = replace(place, path=opened.origin.path) if opened.in_place else None
                yield warc.capture_from(item.raw, origin, locator)


def _unpacked(item: Gap) -> str:
    return f" (bytes {item.start} to {item.end} of what the gzip member unpacks to)"


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

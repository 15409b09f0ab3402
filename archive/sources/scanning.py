"""A file of records, plain or gzipped, from end to end, whatever is damaged in it: WARC and ARC alike.

Every byte of the file ends in exactly one place: a record, or a gap. One bad record costs one record:

- **gzip**: a member is inflated whole, and its checksum has passed, before its record is believed. Behind a bad member
  the reader goes on at the next gzip magic that inflates to a record, or at the next plain record header.
- **plain**: see ``records.py`` and ``arc.py``.
- members that hold many records (or a file that is one member, or records cut into several members) are read as one
  stream; a record's place is then that of the members and its offset in what they inflate to.

Memory is bounded by one record of at most ``limits.record_bytes``; larger ones are digested as they pass by.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from io import BytesIO
from typing import BinaryIO, cast

from archive.model import Damage, Limits, Locator, Origin
from archive.sources.members import GZIP_MAGIC, Member, Unpacked, inflate_member, measure_run
from archive.sources.records import OPENING, Form, Gap, Placed, Unreadable, Window, next_start, read_stream


def scan(
    file: BinaryIO, limits: Limits, form: Form, start: int = 0, stop: int | None = None
) -> Iterator[tuple[Placed | Gap, Locator]]:
    """Every record and gap of a file with its place in it, in order.

    From ``start`` on, and none that begins at or behind ``stop``: each is the same as if all was read.
    """
    window = Window(file)
    position, stop = start, window.size if stop is None else min(stop, window.size)
    while position < stop:
        if window.at(position, len(GZIP_MAGIC)) != GZIP_MAGIC:
            for item in read_stream(window, limits, position, until_gzip=True, form=form):
                yield item, Locator(path="", offset=item.start, length=item.end - item.start)
                position = item.end
                if position >= stop:
                    return
            continue
        member = inflate_member(window.at, position, window.size, limits.record_bytes + limits.header_bytes)
        placed = _only_record(member, limits, form)
        if placed:
            yield placed, _in_members(placed, position, member.length)
            position += member.length
        else:
            position = yield from _scan_run(window, position, limits, form)


def _only_record(member: Member, limits: Limits, form: Form) -> Placed | None:
    """The record of a sound member that holds just one."""
    if not member.whole:
        return None
    try:
        placed = form.read(Window(BytesIO(member.data), len(member.data)), 0, limits)
    except Unreadable:
        return None
    return placed if placed.end == len(member.data) else None


def _in_members(item: Placed | Gap, offset: int, length: int) -> Locator:
    return Locator(
        path="", offset=offset, length=length, unpacked_offset=item.start, unpacked_length=item.end - item.start
    )


def _scan_run(
    window: Window, start: int, limits: Limits, form: Form
) -> Generator[tuple[Placed | Gap, Locator], None, int]:
    """Records and gaps of members that do not hold just one sound record; returns where the next run starts.

    All that it gives shares the range of its members; what it unpacks to is covered once.
    """
    run = measure_run(window.at, start, window.size, limits, form.opens)
    error, end = run.error, run.end
    if error:
        end = next_start(window, start + 1, gzip=True, form=form)
        if end < run.end:  # a damaged member can be inflated far into the next ones
            run = measure_run(Window(window.file, end).at, start, end, limits, form.opens)
    unpacked = Window(cast("BinaryIO", Unpacked(window.at, start, run)), run.size)
    covered = believed = 0
    for item in _believed(unpacked, limits, form) if error else read_stream(unpacked, limits, form=form):
        yield item, _in_members(item, start, end - start)
        believed, covered = believed + isinstance(item, Placed), item.end
    if error:
        reason = "bomb" if error.startswith("bomb") else "truncated" if "cut off" in error else "gzip"
        detail = error + (f"; {believed} records in front of the damage were read" if believed else "")
        gap = Gap(start=covered, end=run.size, reason=reason, detail=detail, opening=unpacked.at(covered, OPENING))
        yield gap, _in_members(gap, start, end - start)
    elif run.size == 0:
        gap = Gap(start=0, end=0, reason="empty-member", detail="a gzip member without content")
        yield gap, _in_members(gap, start, end - start)
    return end


def _believed(unpacked: Window, limits: Limits, form: Form) -> Iterator[Placed | Gap]:
    """Of a run that breaks off, the records that another record follows, or whose digest proves them, and gaps between.

    In the last one the damage may sit, and what is inflated behind it may be wrong without an error.
    """
    waiting: list[Gap] = []  # those behind the last record are one with what cannot be inflated
    for found in read_stream(unpacked, limits, form=form):
        sound = form.proven(found) if isinstance(found, Placed) else None
        proven = sound and found.start > 0  # a member of one record is believed by its checksum alone
        if not proven and not form.begins.match(unpacked.at(found.end, form.seen)):
            return
        if isinstance(found, Gap):
            waiting.append(found)
        elif sound is False:
            detail = "the gzip member is damaged, and the record is not what its digest says"
            opening = unpacked.at(found.start, min(OPENING, found.end - found.start))
            waiting.append(Gap(start=found.start, end=found.end, reason="gzip", detail=detail, opening=opening))
        else:
            yield from waiting
            yield found
            waiting.clear()


def damage(window: Window, item: Gap, place: Locator, origin: Origin) -> Damage:
    """The row of a gap: its range of the file, digested, and of what that unpacks to."""
    inside = f" (bytes {item.start} to {item.end} of what the gzip member unpacks to)"
    return Damage(
        origin=origin,
        offset=place.offset,
        length=place.length,
        reason=item.reason,
        detail=item.detail + (inside if place.unpacked_length else ""),
        sha256=window.sha256(place.offset, place.offset + place.length),
        unpacked_offset=place.unpacked_offset,
        unpacked_length=place.unpacked_length,
    )

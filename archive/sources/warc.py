"""WARC files, plain or gzipped, WARC/0.17 to 1.1, whole or damaged.

Every byte of the file ends in exactly one place: a record, or a ``Damage``. One bad record costs one record:

- **gzip**: a member is inflated whole, and its checksum has passed, before its record is believed. Behind a bad member
  the reader goes on at the next gzip magic that inflates to ``WARC/``, or at the next plain record header.
- **plain**: the declared Content-Length is a claim. The record is believed where its block is followed by the end of the
  file, the next record, or CR LF CR LF; else the next ``WARC/x.y`` line that a field follows marks where the damage ends.
- members that hold many records (or a file that is one member, or records cut into several members) are read as one
  stream; a record's place is then that of the members and its offset in what they inflate to.

Memory is bounded by one record of at most ``limits.record_bytes``; larger ones are digested as they pass by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO, cast

from archive import warc
from archive.model import Capture, Damage, Limits, Locator, ReadOptions, Skip
from archive.sources import Opened
from archive.sources.members import GZIP_MAGIC, Member, Run, Unpacked, inflate_member, measure_run

START = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n[!-9;-~]+[ \t]*:", re.IGNORECASE)
VERSION_LINE = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n", re.IGNORECASE)
HEAD_END = re.compile(rb"\n\r?\n")
NEWLINES = re.compile(rb"[\r\n]*")
MAGIC = re.compile(re.escape(GZIP_MAGIC))
SEARCH = 1 << 20


class Unreadable(Exception):  # noqa: N818 - a state of the input, not an error of ours
    """No record can be read here; ``search_from`` is where the next one may start."""

    def __init__(self, reason: str, detail: str, search_from: int) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail, self.search_from = reason, detail, search_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A record and where it lies in the stream that is being read."""

    start: int
    end: int
    raw: warc.RawRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A range of the stream that holds no readable record."""

    start: int
    end: int
    reason: str
    detail: str


class Window:
    """Reads at any place of a seekable file, and knows its size."""

    def __init__(self, file: BinaryIO, size: int | None = None) -> None:
        self.file = file
        self.size = file.seek(0, 2) if size is None else size

    def at(self, position: int, length: int) -> bytes:
        """``length`` bytes at ``position``; fewer at the end."""
        self.file.seek(position)
        return self.file.read(max(0, min(length, self.size - position)))

    def find(self, pattern: re.Pattern[bytes], start: int) -> int | None:
        """Where ``pattern`` next begins, or None. Patterns are shorter than 4 KiB."""
        overlap, position = 4096, start
        while position < self.size:
            chunk = self.at(position, SEARCH + overlap)
            found = pattern.search(chunk)
            if found and (found.start() < SEARCH or position + len(chunk) >= self.size):
                return position + found.start()
            position += SEARCH
        return None

    def sha256(self, start: int, end: int) -> bytes:
        """Digest of a range as it stands."""
        digest = hashlib.sha256()
        for position in range(start, end, SEARCH):
            digest.update(self.at(position, min(SEARCH, end - position)))
        return digest.digest()


# ---- one record ------------------------------------------------------------------------------------------------


def read_record(window: Window, start: int, limits: Limits) -> Placed:
    """The record at ``start``, up to the start of the next one.

    Raises ``Unreadable`` where there is none, or where what follows its block shows that its length is wrong.
    """
    head, fields = _read_head(window, start, limits)
    block_start = start + len(head)
    length_text = (fields.get_header("Content-Length") or "").strip()
    if not re.fullmatch(r"\d{1,18}", length_text):
        shown = f'"{length_text[:40]}" is no length' if length_text else "is missing"
        raise Unreadable("content-length", f"Content-Length {shown}", block_start)
    length = int(length_text)
    block_end = block_start + length
    if block_end > window.size:
        missing = f"Content-Length says {length} bytes, {window.size - block_start} are there"
        raise Unreadable("truncated", missing, block_start)
    end = _record_end(window, block_end)
    if end is None:
        raise Unreadable(
            "content-length", f"Content-Length says {length} bytes, but no record ends there", block_start
        )
    trailer = window.at(block_end, end - block_end)
    return Placed(start=start, end=end, raw=_read_block(window, head, fields, block_start, length, trailer, limits))


def _read_head(window: Window, start: int, limits: Limits) -> tuple[bytes, warc.StatusAndHeaders]:
    want, head = 4096, b""
    while True:
        chunk = window.at(start, want)
        if not VERSION_LINE.match(chunk):
            raise Unreadable("garbage", "no WARC record starts here", start + 1)
        if end := HEAD_END.search(chunk):
            head = chunk[: end.end()]
            break
        if want > limits.header_bytes:
            raise Unreadable("header", f"the header is longer than {limits.header_bytes} bytes", start + 5)
        if start + want >= window.size:
            raise Unreadable("truncated", "the file ends inside a record header", start + 5)
        want *= 4
    return head, warc.read_fields(head)


def _record_end(window: Window, block_end: int) -> int | None:
    """Where the record ends, newlines included; None where nothing shows that it ends there."""
    after = window.at(block_end, 4096)
    newlines = NEWLINES.match(after)
    blank = newlines.group() if newlines else b""
    end = block_end + len(blank)
    rest = after[len(blank) :]
    if end >= window.size or rest[:5].upper() == b"WARC/" or rest.startswith(GZIP_MAGIC) or blank.startswith((b"\r\n\r\n", b"\n\n")):
        return end
    # one of the four bytes between the records is damaged
    if VERSION_LINE.match(after[4:]) or block_end + 4 == window.size:
        return block_end + 4
    return None


def _read_block(
    window: Window, head: bytes, fields: warc.StatusAndHeaders, start: int, length: int, trailer: bytes, limits: Limits
) -> warc.RawRecord:
    if length <= limits.record_bytes:
        block = window.at(start, length)
        sha256 = hashlib.sha256(head)
        sha256.update(block)
        sha256.update(trailer)
        return warc.RawRecord(
            head=head,
            fields=fields,
            block=block,
            opening=block,
            block_length=length,
            trailer=trailer,
            record_sha256=sha256.digest(),
        )
    opening = window.at(start, limits.header_bytes)
    message = warc.entity.read_head(opening) if warc.holds_http(fields, opening) else None
    skip = len(message.head) if message else 0
    whole, wanted = hashlib.sha256(head), warc.digests_wanted(fields)
    block_hashes = {a: hashlib.new(a, usedforsecurity=False) for a in wanted}
    payload_hashes = {a: hashlib.new(a, usedforsecurity=False) for a in wanted}
    for position in range(start, start + length, SEARCH):
        chunk = window.at(position, min(SEARCH, start + length - position))
        whole.update(chunk)
        for hashes, part in ((block_hashes, chunk), (payload_hashes, chunk[skip:])):
            for digest in hashes.values():
                digest.update(part)
        skip = 0
    whole.update(trailer)
    chunked = message is not None and message.chunked
    streamed = warc.StreamedDigests(
        block={a: h.digest() for a, h in block_hashes.items()},
        payload={} if chunked else {a: h.digest() for a, h in payload_hashes.items()},
        payload_length=None if chunked else length - (len(message.head) if message else 0),
    )
    return warc.RawRecord(
        head=head,
        fields=fields,
        block=None,
        opening=opening,
        block_length=length,
        trailer=trailer,
        record_sha256=whole.digest(),
        streamed=streamed,
    )


# ---- a stream of records ---------------------------------------------------------------------------------------


def read_stream(window: Window, limits: Limits, start: int = 0, *, until_gzip: bool = False) -> Iterator[Placed | Gap]:
    """Records and gaps from ``start`` on, which together cover the stream.

    With ``until_gzip`` it ends where a gzip member starts, and gaps end there too.
    """
    position = start
    while position < window.size:
        if until_gzip and window.at(position, len(GZIP_MAGIC)) == GZIP_MAGIC:
            return
        try:
            placed = read_record(window, position, limits)
        except Unreadable as why:
            end = next_start(window, why.search_from, gzip=until_gzip)
            yield Gap(start=position, end=end, reason=why.reason, detail=why.detail)
            position = end
        else:
            yield placed
            position = placed.end


def next_start(window: Window, start: int, *, gzip: bool) -> int:
    """Where the next record begins, or the end: a plain header, or (``gzip``) a member that inflates to one."""
    plain = window.find(START, start)
    bound = window.size if plain is None else plain
    if not gzip:
        return bound
    position = window.find(MAGIC, start)
    while position is not None and position < bound:
        if VERSION_LINE.match(inflate_member(window.at, position, window.size, 64).data):
            return position
        position = window.find(MAGIC, position + 1)
    return bound


def scan(file: BinaryIO, limits: Limits) -> Iterator[tuple[Placed | Gap, Locator]]:
    """Every record and gap of a WARC file with its place in the file, in order."""
    window = Window(file)
    position = 0
    while position < window.size:
        if window.at(position, len(GZIP_MAGIC)) != GZIP_MAGIC:
            for item in read_stream(window, limits, position, until_gzip=True):
                yield item, Locator(path="", offset=item.start, length=item.end - item.start)
                position = item.end
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

    Of a run that breaks off, only records that another record follows are believed: in the last one the damage may sit.
    """
    run = measure_run(window.at, start, window.size, limits)
    unpacked = Window(cast("BinaryIO", Unpacked(window.at, start, run)), run.size)
    believed = 0
    for item in read_stream(unpacked, limits):
        if run.error and not VERSION_LINE.match(unpacked.at(item.end, 64)):
            break
        if not run.error or isinstance(item, Placed):
            believed += isinstance(item, Placed)
            yield item, _in_members(item, start, run.end - start)
    if not run.error:
        if run.size == 0:
            yield Gap(start=0, end=0, reason="empty-member", detail="a gzip member without content"), Locator(
                path="", offset=start, length=run.end - start
            )
        return run.end
    end = next_start(window, start + 1, gzip=True)
    detail = run.error + (f"; {believed} records in front of the damage were read" if believed else "")
    reason = "bomb" if run.error.startswith("bomb") else "truncated" if "cut off" in run.error else "gzip"
    gap = Gap(start=start, end=end, reason=reason, detail=detail)
    yield gap, Locator(path="", offset=start, length=end - start)
    return end


# ---- the source ------------------------------------------------------------------------------------------------


class WarcSource:
    """Reads WARC files."""

    kind = "warc"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a record starts the file, or where the name says WARC and a record or a gzip member is there."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
        gzipped = head.startswith(GZIP_MAGIC)
        if VERSION_LINE.match(start):
            return True
        if gzipped and VERSION_LINE.match(inflate_member(lambda at, n: head[at : at + n], 0, len(head), 64).data):
            return True
        named = re.search(r"\.warc(\.gz)?(\.[a-z]+)?$", name.lower()) is not None
        return named and (gzipped or START.search(head) is not None)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Every record and every damaged range, in the order of the file."""
        window = Window(opened.file)
        for item, place in scan(opened.file, options.limits):
            origin = replace(opened.origin, offset=place.offset)
            if isinstance(item, Gap):
                yield Damage(
                    origin=origin,
                    offset=place.offset,
                    length=place.length,
                    reason=item.reason,
                    detail=item.detail if place.unpacked_offset is None else f"{item.detail} ({_unpacked(item)})",
                    sha256=window.sha256(place.offset, place.offset + place.length),
                )
            else:
                locator = replace(place, path=opened.origin.path) if opened.in_place else None
                yield warc.capture_from(item.raw, origin, locator)


def _unpacked(item: Gap) -> str:
    return f"bytes {item.start} to {item.end} of what the gzip member unpacks to"


def read_at(file: BinaryIO, locator: Locator, limits: Limits) -> warc.RawRecord:
    """The record that lies at ``locator``. Raises ``Unreadable`` where none lies there."""
    if locator.unpacked_offset is None:
        window, start = Window(file, min(locator.offset + locator.length, Window(file).size)), locator.offset
    else:
        outer = Window(file)
        member = inflate_member(outer.at, locator.offset, outer.size, limits.record_bytes + limits.header_bytes)
        if member.whole and locator.unpacked_offset == 0 and locator.unpacked_length == len(member.data):
            window, start = Window(BytesIO(member.data), len(member.data)), 0
        else:
            end = locator.unpacked_offset + (locator.unpacked_length or 0)
            run = Run(end=locator.offset + locator.length, size=end, error="")
            window = Window(cast("BinaryIO", Unpacked(outer.at, locator.offset, run)), end)
            start = locator.unpacked_offset
    placed = read_record(window, start, limits)
    if placed.end != window.size:
        raise Unreadable("length", f"the record ends at {placed.end}, not at {window.size}", placed.end)
    return placed.raw


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

"""Tar files, plain or in gzip, zstd, bzip2 or xz: every member is read as a file of its own, as a stream, in order.

Member names are data, never paths. A header that cannot be read costs the bytes up to the next one that can; links,
devices and sparse files are named and skipped.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import SEEK_END, BytesIO
from typing import BinaryIO, cast

from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import CHUNK, Opened, skipped
from archive.sources.decoders import packing_of
from archive.sources.packed import unpacked
from archive.sources.unpack import (
    Broken,
    Budget,
    Names,
    Part,
    Unpacking,
    broken_of,
    budget_of,
    inside,
    left_out,
    lost,
    no_capture_name,
)

BLOCK = 512
FIRST_YEAR = 1990  # 0 is what packers write who do not know the time
KINDS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a named pipe",
    b"S": "a sparse file",
}
FILES = (b"0", b"\0", b"7")


@dataclass(slots=True)
class Header:
    """What the headers in front of a member say of it."""

    name: str
    kind: bytes
    size: int
    modified: datetime | None
    data: int  # where the member's bytes begin


@dataclass(slots=True)
class Reader:
    """Where the reader stands, and what earlier headers said of the next member."""

    file: BinaryIO
    header_bytes: int
    position: int = 0
    ended: bool = False  # a block of zeros has been seen
    everywhere: dict[str, str] = field(default_factory=dict)

    def block(self) -> bytes:
        """The 512 bytes at the position; fewer at the end."""
        self.file.seek(self.position)
        return self.file.read(BLOCK)

    def next(self) -> Header | None:
        """The next member's header; None at the end. Raises ``Broken``, with the position where that header begins."""
        start, told = self.position, dict(self.everywhere)
        while block := self.block():
            if len(block) < BLOCK and block.strip(b"\0"):
                raise self._back(start, "truncated", "the file ends inside a header")
            if not block.strip(b"\0"):
                self.position = start = self.position + BLOCK
                self.ended, told = True, dict(self.everywhere)
                continue
            try:
                info = tarfile.TarInfo.frombuf(block, "utf-8", "backslashreplace")
            except (tarfile.TarError, ValueError, OverflowError) as why:
                raise self._back(start, "header", f"no tar header: {why}") from why
            if info.size < 0:
                raise self._back(start, "header", f"a member of {info.size} bytes")
            data = self.position + BLOCK
            if info.type not in (b"x", b"X", b"g", b"L", b"K"):
                return self._member(info, told, data)
            if info.size > self.header_bytes:
                raise self._back(start, "header", f"an extended header of {info.size} bytes")
            self.ended = False
            self.file.seek(data)
            text = self.file.read(info.size)
            self.position = data + -(-info.size // BLOCK) * BLOCK
            if info.type == b"g":
                self.everywhere.update(pax_fields(text))
            told.update(_told(info.type, text))
        if self.ended or self.position > self.file.seek(0, SEEK_END):  # the member that was cut off has said so
            return None
        self.ended = True
        raise self._back(self.position, "truncated", "the file ends without the zeros that end a tar")

    def _back(self, start: int, reason: str, detail: str) -> Broken:
        self.position = start
        return Broken(reason, f"tar: {detail}")

    def _member(self, info: tarfile.TarInfo, told: dict[str, str], data: int) -> Header:
        size = int(told["size"]) if told.get("size", "").isascii() and told.get("size", "").isdigit() else info.size
        kind = info.type
        name = told.get("path") or info.name
        if any(key.startswith("GNU.sparse") for key in told):
            kind = b"S"
        elif name.endswith("/") and kind in FILES:
            kind = b"5"
        if kind in (b"1", b"2", b"3", b"4", b"5", b"6"):
            size = 0
        self.position, self.ended = data + -(-size // BLOCK) * BLOCK, False
        return Header(name, kind, size, _moment(told.get("mtime", info.mtime)), data)


def _told(kind: bytes, text: bytes) -> dict[str, str]:
    if kind == b"L":
        return {"path": text.rstrip(b"\0").decode("utf-8", "backslashreplace")}
    return {} if kind == b"K" else pax_fields(text)


def pax_fields(text: bytes) -> dict[str, str]:
    """Fields of an extended header, ``length key=value`` a line, as far as they can be read."""
    fields, position = {}, 0
    while position < len(text):
        digits, space, _ = text[position : position + 20].partition(b" ")
        if not space or not digits.isdigit() or int(digits) <= len(digits) + 1:
            break
        key, equals, value = text[position + len(digits) + 1 : position + int(digits)].partition(b"=")
        if equals:
            fields[key.decode("utf-8", "backslashreplace")] = value.removesuffix(b"\n").decode(
                "utf-8", "backslashreplace"
            )
        position += int(digits)
    return fields


def _moment(told: str | float) -> datetime | None:
    """A time of modification as UTC, to the second; None where it is not told."""
    try:
        moment = datetime.fromtimestamp(int(float(told)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= FIRST_YEAR else None


class TarSource:
    """Reads the members of a tar file."""

    kind = "tar"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a tar header starts the file, or what it unpacks to."""
        del name
        if is_header(head[:BLOCK]):
            return True
        kind = packing_of(head)
        if kind is None:
            return False
        return is_header(opening(head, kind))

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in every member, in the order of the archive."""
        if opened.depth >= options.limits.nesting:
            yield skipped(opened, self.kind, f"packed more than {options.limits.nesting} times over")
            return
        opened.file.seek(0)
        kind = packing_of(opened.file.read(8))
        budget = budget_of(opened, options.limits)
        if kind is None:
            yield from _members(opened, opened.file, budget, options)
            return
        stream = Unpacking(lambda: unpacked(opened.file, kind), budget)
        last: Capture | Damage | Skip | None = None
        for last in _members(opened, cast("BinaryIO", stream), budget, options):
            yield last
        told = last.reason if isinstance(last, Damage) else last.kind if isinstance(last, Skip) else None
        if stream.broken and told != stream.broken.reason:  # else the member that it cut has said so
            yield lost(opened, stream.broken, stream.seek(0, 2))


def is_header(block: bytes) -> bool:
    """True for a block that is a member's header: its checksum fits, and it has a name."""
    if len(block) < BLOCK or not block.strip(b"\0"):
        return False
    try:
        return bool(tarfile.TarInfo.frombuf(block, "utf-8", "backslashreplace").name)
    except (tarfile.TarError, ValueError, OverflowError):
        return False


def opening(head: bytes, kind: str) -> bytes:
    """The first 512 bytes that ``head`` unpacks to, or fewer."""
    found = b""
    try:
        for piece in unpacked(BytesIO(head), kind):
            found += piece[:BLOCK]
            if len(found) >= BLOCK:
                break
    except Broken:
        return found[:BLOCK]  # the head is cut off: what came before counts
    return found[:BLOCK]


def _members(opened: Opened, file: BinaryIO, budget: Budget, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
    reader, names, count = Reader(file, options.limits.header_bytes), Names(), 0
    while True:
        try:
            header = reader.next()
        except Broken as why:
            if broken_of(file) and why.reason == "truncated":  # said of the stream, once its members are read
                return
            start = reader.position
            yield _gap(opened, file, start, next_header(reader, start + BLOCK), why)
            continue
        if header is None:
            return
        count += 1
        if count > options.limits.members or budget.spent:
            reason = "bound on unpacked bytes" if budget.spent else f"limit of {options.limits.members} members"
            origin = replace(opened.origin, member=names.of(opened, header.name))
            yield left_out(origin, f"this and all members behind it were not read: {reason}")
            return
        if header.kind == b"5":
            continue
        moment = header.modified or opened.origin.modified
        origin = replace(opened.origin, member=names.of(opened, header.name), modified=moment)
        yield from _member(replace(opened, origin=origin), file, header, budget, options)


def _member(
    member: Opened, file: BinaryIO, header: Header, budget: Budget, options: ReadOptions
) -> Iterator[Capture | Damage | Skip]:
    part = Part(file, header.data, header.size, budget)
    reason = no_capture_name(header.name)
    if header.kind not in FILES:
        reason = KINDS.get(header.kind, f"a member of the unknown type {header.kind!r}")
    if reason:
        yield skipped(replace(member, file=cast("BinaryIO", part)), "other", reason)
        return
    yield from inside(part, member, options)


def next_header(reader: Reader, start: int) -> int:
    """Where the next header that can be read begins, or the end of the file. Leaves the reader there."""
    position = start
    while True:
        reader.file.seek(position)
        chunk = reader.file.read(CHUNK)
        for at in range(0, len(chunk), BLOCK):
            if is_header(chunk[at : at + BLOCK]):
                reader.position = position + at
                return reader.position
        position += len(chunk)
        if len(chunk) < CHUNK:
            reader.ended = True  # nothing more to say of the end of the file
            reader.position = max(start, position)
            return position


def _gap(opened: Opened, file: BinaryIO, start: int, end: int, why: Broken) -> Damage:
    digest, left = hashlib.sha256(), max(0, end - start)
    file.seek(start)
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    length = max(0, end - start) - left
    return Damage(
        origin=opened.origin, offset=start, length=length, reason=why.reason, detail=why.detail, sha256=digest.digest()
    )


SOURCE = TarSource()

"""Zip files: every member is read as a file of its own, as a stream, in the order of the archive.

Member names are data, never paths. Times in a zip have no zone and are taken as UTC. A member that cannot be read costs
that member. Where the list of members, which is at the end of the file, cannot be read, what stands in front of each
member is believed instead (``unlisted.py``). A page of SingleFile's that unpacks itself is the zip inside it.
"""

from __future__ import annotations

import hashlib
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import CHUNK, Opened, singlefile, skipped
from archive.sources.singlefile import is_self_extracting
from archive.sources.unlisted import LOCAL_HEADER, UNKNOWN, Unlisted
from archive.sources.unpack import STEP, Broken, Budget, Names, Unpacking, budget_of, inside, left_out, no_capture_name

MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")
FIRST_YEAR = 1990  # before the Web; 1980-01-01 is what packers write who do not know the time
LZMA_MEMORY = 256 << 20  # 7-Zip asks for 64 MB; zipfile would take 4 GB of addresses, for a member of any size
BAD = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError,
       struct.error, OverflowError, IndexError)  # fmt: skip

Archive = zipfile.ZipFile | Unlisted
MemberReader = Callable[[Archive, zipfile.ZipInfo, Opened, Budget, ReadOptions], Iterator[Capture | Damage | Skip]]


class ZipSource:
    """Reads the members of a zip file."""

    kind = "zip"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the first bytes are those of a zip file, or of a page that unpacks itself."""
        del name
        return head.startswith(MAGICS) or is_self_extracting(head)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in every member, in the order of the archive."""
        yield from read(opened, options, self.kind, in_member)


def read(opened: Opened, options: ReadOptions, kind: str, reader: MemberReader) -> Iterator[Capture | Damage | Skip]:
    """What ``reader`` finds in every member, in the order of the archive; ``kind`` is what the file is called."""
    limits = options.limits
    if opened.depth >= limits.nesting:
        yield skipped(opened, kind, f"packed more than {limits.nesting} times over")
        return
    archive: Archive
    try:
        archive = zipfile.ZipFile(opened.file)
    except BAD as why:
        problem = str(why)
    except OSError as why:
        if why.errno not in (None, 22):  # a bad offset in the file makes a seek fail with 22
            raise
        problem = str(why)
    else:
        yield from _members(archive, opened, reader, options)
        return
    opened.file.seek(0)
    if not opened.file.read(len(MAGICS[0])).startswith(MAGICS):
        yield from singlefile.SOURCE.captures(opened, options)  # the page around a zip
        return
    archive = Unlisted(opened.file, budget_of(opened, limits))
    yield from _members(archive, opened, reader, options)
    yield from archive.lost(opened.origin, f"no list of members at the end of the file: {problem}")


def _members(
    archive: Archive, opened: Opened, reader: MemberReader, options: ReadOptions
) -> Iterator[Capture | Damage | Skip]:
    names, budget = Names(), budget_of(opened, options.limits)
    members = sorted(archive.infolist(), key=lambda info: info.header_offset)
    for count, info in enumerate(members):
        if count >= options.limits.members or budget.spent:
            reason = "bound on unpacked bytes" if budget.spent else f"limit of {options.limits.members} members"
            origin = replace(opened.origin, member=names.of(opened, info.filename))
            yield left_out(origin, f"this and {len(members) - count - 1} members behind it were not read: {reason}")
            return
        if info.filename.endswith("/") and not info.file_size:  # a folder; is_dir() fails on an empty name
            continue
        moment = modified(info) or opened.origin.modified
        member = replace(opened, origin=replace(opened.origin, member=names.of(opened, info.filename), modified=moment))
        if unfit := _unfit(info):
            length, sha256 = _packed_digest(member, info)
            yield Skip(origin=member.origin, kind=unfit[0], length=length, sha256=sha256, reason=unfit[1])
        else:
            yield from reader(archive, info, member, budget, options)


def _unfit(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Kind and reason of a member that no source is asked about."""
    if info.flag_bits & 1:
        return "encrypted", "encrypted"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link", "a symbolic link"
    reason = no_capture_name(info.filename)
    return ("other", reason) if reason else None


def in_member(
    archive: Archive, info: zipfile.ZipInfo, member: Opened, budget: Budget, options: ReadOptions
) -> Iterator[Capture | Damage | Skip]:
    """Everything in a member, read as a file of its own."""
    yield from inside(Unpacking(lambda: unzipped(archive, info), budget), member, options)


def unzipped(archive: Archive, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds, in pieces. Raises ``Broken``."""
    if (asked := _dictionary(archive, info)) > LZMA_MEMORY:
        raise Broken("corrupt", f"zip: unpacking takes {asked} bytes of memory, the bound is {LZMA_MEMORY}")
    bare, crc = copy(info), 0
    del bare.CRC  # zipfile's own check loses the last piece; ours comes behind it
    try:
        with cast("zipfile.ZipExtFile", archive.open(bare)) as file:
            while piece := file.read1(STEP):  # read() loses what it has where the member is cut off
                crc = zlib.crc32(piece, crc)
                yield piece
    except OSError as why:
        if why.errno not in (None, 22):
            raise
        raise Broken("corrupt", f"zip: {why}") from why
    except BAD as why:
        reason = "truncated" if isinstance(why, EOFError) else "corrupt"
        raise Broken(reason, f"zip: {str(why) or 'the member is cut off'}") from why
    if info.CRC not in (crc, UNKNOWN):
        raise Broken("checksum", f"zip: the CRC-32 is {crc:08x}, not {info.CRC:08x}")


def _dictionary(archive: Archive, info: zipfile.ZipInfo) -> int:
    """Bytes of memory that unpacking a member with LZMA takes, as is said in front of it; 0 for any other."""
    if info.compress_type != zipfile.ZIP_LZMA:
        return 0
    stored = copy(info)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, info.compress_size
    del stored.CRC
    try:
        with archive.open(stored) as file:
            return int.from_bytes(file.read(9)[5:], "little")  # a version, the length of what follows, a byte, and this
    except (*BAD, OSError):  # whoever reads the member says so
        return 0


def modified(info: zipfile.ZipInfo) -> datetime | None:
    """A member's time of modification, taken as UTC; None where it is not told."""
    try:
        moment = datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.year >= FIRST_YEAR else None


def _packed_digest(member: Opened, info: zipfile.ZipInfo) -> tuple[int, bytes]:
    """Length and SHA-256 of a member's bytes as they lie in the zip."""
    digest, left = hashlib.sha256(), info.compress_size
    if info.header_offset < 0:  # a damaged list of members can say so
        return 0, digest.digest()
    member.file.seek(max(0, info.header_offset))
    head = member.file.read(LOCAL_HEADER.size)
    if len(head) < LOCAL_HEADER.size:
        return 0, digest.digest()
    *_, name, extra = LOCAL_HEADER.unpack(head)
    member.file.seek(info.header_offset + LOCAL_HEADER.size + name + extra)
    while left > 0 and (chunk := member.file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return info.compress_size - left, digest.digest()


SOURCE = ZipSource()

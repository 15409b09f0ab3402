"""Zip files: every member is read as a file of its own, as a stream, in the order of the archive.

Member names are data, never paths. Times in a zip have no zone and are taken as UTC. A member that cannot be read costs
that member; a zip without its central directory, which is at the end, costs the file.
"""

from __future__ import annotations

import hashlib
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime

from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import CHUNK, Opened, damaged, skipped
from archive.sources.unpack import STEP, Broken, Budget, Names, Unpacking, budget_of, inside, left_out, no_capture_name

MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")
LOCAL_HEADER = struct.Struct("<4s22xHH")
FIRST_YEAR = 1981  # 1980-01-01 is what packers write who do not know the time
LZMA_MEMORY = 256 << 20  # 7-Zip asks for 64 MB; zipfile would take 4 GB of addresses, for a member of any size
BAD = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError,
       struct.error, OverflowError, IndexError)  # fmt: skip


class ZipSource:
    """Reads the members of a zip file."""

    kind = "zip"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the first bytes are those of a zip file."""
        del name
        return head.startswith(MAGICS)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in every member, in the order of the archive."""
        limits = options.limits
        if opened.depth >= limits.nesting:
            yield skipped(opened, self.kind, f"packed more than {limits.nesting} times over")
            return
        try:
            archive = zipfile.ZipFile(opened.file)
        except BAD as why:
            yield damaged(opened, "zip", f"no list of members at the end of the file: {why}")
            return
        except OSError as why:
            if why.errno not in (None, 22):  # a bad offset in the file makes a seek fail with 22
                raise
            yield damaged(opened, "zip", f"no list of members at the end of the file: {why}")
            return
        with archive:
            yield from _members(archive, opened, options)


def _members(archive: zipfile.ZipFile, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
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
        yield from _member(archive, info, member, budget, options)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Opened, budget: Budget, options: ReadOptions
) -> Iterator[Capture | Damage | Skip]:
    unfit = None
    if info.flag_bits & 1:
        unfit = ("encrypted", "encrypted")
    elif stat.S_ISLNK(info.external_attr >> 16):
        unfit = ("link", "a symbolic link")
    elif reason := no_capture_name(info.filename):
        unfit = ("other", reason)
    if unfit:
        kind, reason = unfit
        length, sha256 = _packed_digest(member, info)
        yield Skip(origin=member.origin, kind=kind, length=length, sha256=sha256, reason=reason)
        return
    yield from inside(Unpacking(lambda: unzipped(archive, info), budget), member, options)


def unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds, in pieces. Raises ``Broken``."""
    if (asked := _dictionary(archive, info)) > LZMA_MEMORY:
        raise Broken("corrupt", f"zip: unpacking takes {asked} bytes of memory, the bound is {LZMA_MEMORY}")
    bare, crc = copy(info), 0
    del bare.CRC  # zipfile's own check loses the last piece; ours comes behind it
    try:
        with archive.open(bare) as file:
            while piece := file.read(STEP):
                crc = zlib.crc32(piece, crc)
                yield piece
    except OSError as why:
        if why.errno not in (None, 22):
            raise
        raise Broken("corrupt", f"zip: {why}") from why
    except BAD as why:
        reason = "truncated" if isinstance(why, EOFError) else "corrupt"
        raise Broken(reason, f"zip: {why or 'the member is cut off'}") from why
    if crc != info.CRC:
        raise Broken("checksum", f"zip: the CRC-32 is {crc:08x}, not {info.CRC:08x}")


def _dictionary(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
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
    _, name, extra = LOCAL_HEADER.unpack(head)
    member.file.seek(info.header_offset + LOCAL_HEADER.size + name + extra)
    while left > 0 and (chunk := member.file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return info.compress_size - left, digest.digest()


SOURCE = ZipSource()

"""The members of a zip whose list of members is damaged or cut off, found by the header in front of each.

A member whose header does not say how long it is, as of a zip that was written to a pipe, ends where a data descriptor
states just the length that lies in front of it. A header that cannot be read costs the bytes up to the next one.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from archive.model import Damage, Origin
from archive.sources.records import Window
from archive.sources.unpack import Budget, Part

LOCAL_HEADER = struct.Struct("<4s2xHHHHIIIHH")  # signature, flags, method, time, day, CRC, packed, unpacked, name, extra
SIGNATURE = re.compile(rb"PK\x03\x04")
DESCRIPTOR = re.compile(rb"PK\x07\x08")
DESCRIBED = re.compile(rb"PK\x07\x08.{12}(.{8})?", re.DOTALL)
UNSIZED, UTF8 = 0x08, 0x800  # flag bits
LARGE = 0xFFFFFFFF  # the length is in the extra field
UNKNOWN = -1  # CRC


class Unlisted:
    """What of a zip can be read without its list; it stands in for ``zipfile.ZipFile``."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self._window, self._budget = Window(file), budget
        self._starts: dict[int, int] = {}  # where the bytes of a member begin, by that of its header
        self._lost: list[tuple[int, int]] = []  # ranges between members that are none
        self._end = 0  # of the last member
        self._found = list(self._members())

    def infolist(self) -> list[zipfile.ZipInfo]:
        """The members."""
        return self._found

    def _members(self) -> Iterator[zipfile.ZipInfo]:
        window, at = self._window, self._window.find(SIGNATURE, 0, self._window.size)
        while at is not None:
            info = self._member(at)
            if info:
                if at > self._end and DESCRIBED.fullmatch(window.at(self._end, min(at - self._end, 32))) is None:
                    self._lost.append((self._end, at))
                self._end = min(self._starts[at] + info.compress_size, window.size)
                yield info
            at = window.find(SIGNATURE, self._end if info else at + 1, window.size)

    def _member(self, at: int) -> zipfile.ZipInfo | None:
        head = self._window.at(at, LOCAL_HEADER.size)
        if len(head) < LOCAL_HEADER.size:
            return None
        _, flags, method, time, day, crc, packed, size, name_length, extra_length = LOCAL_HEADER.unpack(head)
        name = self._window.at(at + LOCAL_HEADER.size, name_length)
        extra = self._window.at(at + LOCAL_HEADER.size + name_length, extra_length)
        if len(name) + len(extra) < name_length + extra_length or not name:
            return None
        start = self._starts[at] = at + LOCAL_HEADER.size + name_length + extra_length
        if LARGE in (packed, size) and extra[:2] == b"\1\0" and len(extra) >= 20:  # noqa: PLR2004 - two lengths
            size, packed = struct.unpack("<QQ", extra[4:20])
        info = zipfile.ZipInfo(name.decode("utf-8" if flags & UTF8 else "cp437", "backslashreplace"))
        info.flag_bits, info.compress_type, info.header_offset = flags, method, at
        info.date_time = (1980 + (day >> 9), day >> 5 & 15, day & 31, time >> 11, time >> 5 & 63, time % 32 * 2)
        if flags & UNSIZED and not packed:
            crc, packed, size = self._described(start, "<IQQ" if extra[:2] == b"\1\0" else "<III")
        info.CRC, info.compress_size, info.file_size = crc, packed, size
        return info

    def _described(self, start: int, shape: str) -> tuple[int, int, int]:
        """CRC and both lengths of a member by its data descriptor; all that is left where there is none."""
        window = self._window
        at = window.find(DESCRIPTOR, start, window.size)
        while at is not None:
            told = window.at(at + 4, struct.calcsize(shape))
            if len(told) == struct.calcsize(shape):
                crc, packed, size = struct.unpack(shape, told)
                if packed == at - start:
                    return crc, packed, size
            at = window.find(DESCRIPTOR, at + 1, window.size)
        return UNKNOWN, window.size - start + 1, LARGE << 16  # longer than the file: it is cut off

    def open(self, info: zipfile.ZipInfo) -> zipfile.ZipExtFile:
        """A member, to be read from its start."""
        part = Part(self._window.file, self._starts[info.header_offset], info.compress_size, self._budget)
        return zipfile.ZipExtFile(cast("IO[bytes]", part), "r", info)

    def lost(self, origin: Origin, detail: str) -> Iterator[Damage]:
        """The ranges that are no member; the last one is what lies in the place of the list."""
        for start, end in (*self._lost, (self._end, self._window.size)):
            yield Damage(origin=origin, offset=start, length=end - start, reason="zip", detail=detail,
                         sha256=self._window.sha256(start, end))  # fmt: skip

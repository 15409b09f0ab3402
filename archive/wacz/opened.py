"""A WACZ that is being looked at: its members, their bytes, and findings about them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from archive.model import Limits, WaczFinding
from archive.sources.unlisted import LOCAL_HEADER
from archive.sources.unpack import Broken
from archive.sources.zipped import unzipped

LIMITS = Limits()
LIST_BYTES = 256 << 20  # of datapackage.json: a million members
LINE_BYTES = 256 << 20  # of a list of pages: the text of the largest article, 32 Mi characters, and more
TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UTF8_NAME = 0x800

Found = Generator[WaczFinding, None, dict[str, Any]]  # findings on the way to a JSON object


@dataclass(slots=True)
class Opened:
    """The zip, and which of its members can be read."""

    zip: zipfile.ZipFile
    file: BinaryIO
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)  # that cannot be unpacked, or must not

    def has(self, name: str) -> bool:
        """True for a member that can be read."""
        return name in self.members and name not in self.unread

    def under(self, folder: str) -> list[str]:
        """The files in a folder."""
        return [name for name in self.members if name.startswith(f"{folder}/")]

    def start(self, name: str) -> int:
        """Where a member's bytes begin in the file. Raises ``Broken`` where none begins there."""
        info = self.members[name]
        self.file.seek(info.header_offset)
        head = self.file.read(LOCAL_HEADER.size)
        magic, *_, length, extra = LOCAL_HEADER.unpack(head) if len(head) == LOCAL_HEADER.size else (b"", 0, 0)
        own = info.orig_filename.encode("utf-8" if info.flag_bits & UTF8_NAME else "cp437", "replace")
        if magic != b"PK\x03\x04" or self.file.read(length) != own:
            raise Broken("corrupt", "no member of this name is where the list of members says")
        return info.header_offset + LOCAL_HEADER.size + int(length) + int(extra)

    def pieces(self, name: str) -> Iterator[bytes]:
        """What a member holds. Raises ``Broken`` where it cannot be unpacked, or its checksum is wrong."""
        return unzipped(self.zip, self.members[name])

    def opening(self, name: str) -> bytes:
        """The first bytes of a member; empty where it cannot be read."""
        try:
            return next(self.pieces(name), b"") if self.has(name) else b""
        except Broken:
            return b""

    def json_of(self, name: str) -> Found:
        """The JSON object in a member; an empty one where there is none."""
        data = bytearray()
        try:
            for piece in self.pieces(name):
                data += piece
                if len(data) > LIST_BYTES:
                    yield error(name, name, f"longer than {LIST_BYTES:,} bytes; not read")
                    return {}
            found = json.loads(data)
        except (ValueError, RecursionError, Broken) as why:
            yield error(name, name, f"cannot be read as JSON: {why}")
            return {}
        if isinstance(found, dict):
            return found
        yield error(name, name, "no JSON object")
        return {}


def lines_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines, without their ends. Raises ``Broken`` at one that is longer than ``LINE_BYTES``."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        *whole, last = rest.split(b"\n") if b"\n" in piece else [rest]
        yield from map(bytes, whole)
        rest = bytearray(last)
        if len(rest) > LINE_BYTES:
            raise Broken("line-too-long", f"a line is longer than {LINE_BYTES:,} bytes; the rest was not read")
    if rest:
        yield bytes(rest)


def is_time(value: object) -> bool:
    """True for a time as of RFC 3339."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value[:10] + "T" + value[11:17] + value[17:19].replace("60", "59") + "+00:00")
    except ValueError:
        return False
    return True


def error(section: str, member: str, message: str, line: int | None = None) -> WaczFinding:
    """A MUST that is broken."""
    return WaczFinding(severity="error", section=section, member=member, line=line, message=message)


def warning(section: str, member: str, message: str, line: int | None = None) -> WaczFinding:
    """A SHOULD that is not kept."""
    return WaczFinding(severity="warning", section=section, member=member, line=line, message=message)


def note(section: str, member: str, message: str, line: int | None = None) -> WaczFinding:
    """What was not looked at, or is only wished for."""
    return WaczFinding(severity="note", section=section, member=member, line=line, message=message)

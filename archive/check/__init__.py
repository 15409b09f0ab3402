"""Is a file what the standard says a WARC file is? Each finding with its place, clause and severity.

The records lie where the reader of ``sources/warc.py`` finds them: what it cannot read as a record is a finding, and
what it reads though the standard forbids it is one too. Headers are read anew, strictly. Judged is by WARC 1.1
(ISO 28500:2017), or by WARC 1.0 (ISO 28500:2009) where the record says so.

A file may hold anything: nothing is raised for what it contains, one record is held at a time, and no record gives more
than ``MOST`` findings.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from archive.check.across import Across
from archive.check.block import capture_of, check_block
from archive.check.header import VERSION_LINE, Header, read_header
from archive.check.record import check_header
from archive.check.rules import Fault, clause_of, severity_of
from archive.check.values import shown
from archive.errors import UsageError
from archive.model import Checked, Finding, Limits, Locator
from archive.sources import HEAD, name_of
from archive.sources.arc import SOURCE as ARC
from archive.sources.members import GZIP_MAGIC, inflate_member, peek
from archive.sources.records import MAGIC, Gap, Placed, Window
from archive.sources.warc import SOURCE, scan
from archive.wacz.rules import validate_wacz

MOST = 100  # findings of one record
PRACTICAL = 1_100_000_000  # bytes: annex C has 1 GB as the practical size, about
NAMED = re.compile(r"\.(warc(\.gz)?(\.open)?|wacz)$", re.IGNORECASE)
ZSTANDARD = b"\x28\xb5\x2f\xfd"
GAPS = {  # the reader's reasons
    "content-length": "content-length",
    "header": "header-unreadable",
    "truncated": "truncated",
    "garbage": "garbage",
    "gzip": "gzip",
    "bomb": "gzip-bomb",
    "empty-member": "gzip-member",
}

Told = Callable[[int], None]


def check_warc(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Iterator[Finding]:
    """What is wrong with a WARC file, in the order of the file; of a folder, with the WARC and WACZ files in it.

    Nothing is wrong by the standard where no finding is an ``error``. Offsets are bytes. Raises ``UsageError`` where
    nothing lies at ``path``.
    """
    for item in check_files(warc_files([path]), limits or Limits()):
        if isinstance(item, Finding):
            yield item


def warc_files(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """The files that ``paths`` name: of a corpus those in its ``warc``, of another folder all WARC and WACZ files below it."""
    found: list[str] = []
    for given in paths:
        path = Path(given)
        if not os.fspath(given):
            message = "a file without a name; name the folder . if you mean this one"
            raise UsageError(message)
        if not path.exists():
            message = f"{given}: no such file or folder"
            raise UsageError(message)
        if not path.is_dir():
            found.append(os.fspath(given))
            continue
        top = path / "warc" if (path / "manifest.json").exists() else path
        inside = [Path(folder) / name for folder, _, names in os.walk(top) for name in names if NAMED.search(name)]
        if not inside:
            message = f"{given}: no WARC or WACZ file is in it"
            raise UsageError(message)
        found += sorted(map(str, inside))
    return found


def size_of(path: str) -> int:
    """Bytes of a file; 0 where that cannot be known."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def check_files(paths: Iterable[str], limits: Limits, told: Told = lambda _: None) -> Iterator[Finding | Checked]:
    """The findings in each file and its ``Checked`` behind them; ``told`` hears how many bytes are done."""
    done = 0
    for path in paths:
        yield from _check_file(path, limits, partial(_reached, told, done))
        done += size_of(path)


def _reached(told: Told, before: int, position: int) -> None:
    told(before + position)


def _check_file(path: str, limits: Limits, told: Told) -> Iterator[Finding | Checked]:
    walk = Walk(path)
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            yield walk.finding(Fault(rule="unreadable", message="is no file"))
        elif path.lower().endswith(".wacz"):
            yield from _check_wacz(path)
        else:
            with Path(path).open("rb") as file:
                yield from walk.through(file, limits, told)
    except OSError as why:
        yield walk.finding(Fault(rule="unreadable", message=f"cannot be read: {why.strerror or why}"))
    yield Checked(path=path, records=walk.records)


def _check_wacz(path: str) -> Iterator[Finding]:
    """What the specification of WACZ says against a file of that name."""
    for one in validate_wacz(path):
        line = "" if one.line is None else f", line {one.line}"
        where = f"{one.member}{line}: " if one.member else ""
        clause = f"WACZ 1.1.1, {one.section}"
        yield Finding(
            path=path, offset=0, severity=one.severity, clause=clause, rule=f"wacz, {one.section}", message=where + one.message
        )


class Walk:
    """One file, from its start to its end."""

    def __init__(self, path: str) -> None:
        self.path, self.records, self.version = path, 0, "1.1"
        self._across = Across()
        self._packed: bool | None = None  # how the first record lies
        self._member = -1  # the latest gzip member of which it was said that it holds several records
        self._foreign = False

    def finding(
        self, fault: Fault, place: Locator | None = None, *, record: bool = False, version: str | None = None
    ) -> Finding:
        """A fault as a finding, with its exact place in the file, or in what its member unpacks to."""
        offset, inside = (place.offset, place.unpacked_offset) if place else (0, None)
        return Finding(
            path=self.path,
            offset=offset if inside is not None else offset + fault.at,
            unpacked_offset=inside + fault.at if inside is not None else None,
            record=self.records if record else None,
            field=fault.field or None,
            severity=severity_of(fault),
            clause=clause_of(fault, self.version if version is None else version),
            rule=fault.rule,
            message=f"{fault.field} {fault.message}" if fault.field else fault.message,
        )

    def through(self, file: BinaryIO, limits: Limits, told: Told) -> Iterator[Finding]:
        """What is wrong with the file and its records."""
        window = Window(file)
        head = window.at(0, HEAD)
        start = peek(lambda at, n: head[at : at + n], 0) if head.startswith(GZIP_MAGIC) else head
        if foreign := self._of_another_kind(head, start):
            yield self.finding(foreign)
            return
        if stated := VERSION_LINE.match(start):
            self.version = stated[1].decode()
        yield from self._about_file(head, window.size)
        for item, place in scan(file, limits):
            told(place.offset)
            if isinstance(item, Placed):
                yield from self._record(item, place, window)
            else:
                yield from self._gap(item, place, window.size)
        if still := self._across.ends():
            message = f"segmented records whose last segment is not in this file: {still:,}"
            yield self.finding(Fault(rule="segment-open", message=message))
        if not self.records and not self._foreign:
            yield self.finding(Fault(rule="no-record", message="holds no record; a WARC file has one at least"))

    def _of_another_kind(self, head: bytes, start: bytes) -> Fault | None:
        """What is said of a file that is none of WARC at all; ``start`` is what it unpacks to."""
        name = Path(self.path).name
        if not head or start[:4].upper() == b"WARC" or SOURCE.recognises(head, name):
            return None
        packed = " in gzip" if head.startswith(GZIP_MAGIC) else ""
        if ARC.recognises(head, name):
            what = "an ARC file"
        elif head.startswith(b"PK"):
            what = "a zip file"
        else:
            what = "a Zstandard file" if head.startswith(ZSTANDARD) else _looks_like(start)
        return Fault(rule="not-warc", message=f"is no WARC file{packed}: {what}")

    def _about_file(self, head: bytes, size: int) -> Iterator[Finding]:
        packed, named = head.startswith(GZIP_MAGIC), self.path.lower().removesuffix(".open").endswith(".gz")
        if packed != named and head:
            message = "is gzipped; its name should end in .gz" if packed else "is not gzipped, but its name ends in .gz"
            yield self.finding(Fault(rule="gzip-name", message=message))
        if size > PRACTICAL:
            yield self.finding(Fault(rule="file-size", message=f"has {size:,} bytes; about 1 GB is recommended"))

    def _record(self, item: Placed, place: Locator, window: Window) -> Iterator[Finding]:
        """What is wrong with a record that can be read."""
        self.records += 1
        raw = item.raw
        header, found = read_header(raw.head), capture_of(raw)
        if self.records == 1:
            yield from self._first(header, place)
        faults = chain(
            self._packing(place, window),
            header.faults,
            check_header(header),
            check_block(header, raw, found),
            self._across.look(header, found),
            self._file_name(header),
        )
        yield from self._all(faults, place, header)

    def _all(
        self, faults: Iterable[Fault], place: Locator, header: Header, *, record: bool = True
    ) -> Iterator[Finding]:
        """Faults as findings, as many as one record may have; all are gone through, for what is remembered of them."""
        count = 0
        for fault in faults:
            count += 1
            if count <= MOST:
                at = fault.at or header.place_of(fault.field)
                yield self.finding(replace(fault, at=at), place, record=record, version=header.version)
        if count > MOST:
            more = Fault(rule="more", message=f"{count - MOST:,} more findings of this record are not listed")
            yield self.finding(more, place, record=record, version=header.version)

    def _first(self, header: Header, place: Locator) -> Iterator[Finding]:
        if header.kind != "warcinfo":
            fault = Fault(rule="warcinfo-first", message="the first record should be a warcinfo record")
            yield self.finding(fault, place, record=True, version=header.version)

    def _packing(self, place: Locator, window: Window) -> Iterator[Fault]:
        """Whether the record has a gzip member of its own, like those in front of it."""
        packed = place.unpacked_offset is not None
        self._packed = packed if self._packed is None else self._packed
        if packed != self._packed:
            message = "is gzipped, the first one is not" if packed else "is not gzipped, the first one is"
            yield Fault(rule="gzip-mixed", message=f"this record {message}")
        if packed and place.unpacked_offset:
            if place.offset != self._member:  # said once
                message = "the gzip member holds several records; it should hold one alone"
                yield Fault(rule="gzip-member", message=message)
            self._member = place.offset
        elif packed and _in_several_members(window, place):
            yield Fault(rule="gzip-member", message="the record lies in several gzip members; it should have one alone")

    def _file_name(self, header: Header) -> Iterator[Fault]:
        stated = header.get("WARC-Filename").strip('"')
        if header.kind == "warcinfo" and stated and stated != Path(self.path).name:
            message = f"is {shown(stated)}; this file has another name"
            yield Fault(rule="filename", message=message, field="WARC-Filename")

    def _gap(self, item: Gap, place: Locator, size: int) -> Iterator[Finding]:
        """What is wrong with a range that is no record: why it is none, and what its header shows, where it has one."""
        begins = item.opening[:4].upper() == b"WARC"
        header = read_header(item.opening) if begins else Header()
        faults = list(header.faults)
        if begins:
            self.records += 1
            faults += check_header(header) if header.whole else ()
        rule = GAPS.get(item.reason, "garbage")
        about_length = any(fault.field == "Content-Length" for fault in faults)
        if not (about_length and rule == "content-length") and not (begins and rule == "garbage"):
            unread = "; what is in it was not checked" if rule == "gzip-bomb" else ""
            faults.append(Fault(rule=rule, message=item.detail + unread))
        if rule == "garbage" and not begins:
            whole = place.offset == 0 and place.length == size
            message = f"{item.end - item.start:,} bytes are no record"
            message = f"is no WARC file: {_looks_like(item.opening)}" if whole else message
            self._foreign = whole
            faults = [Fault(rule="not-warc" if whole else "garbage", message=message)]
        if begins and self.records == 1 and header.whole:
            yield from self._first(header, place)
        yield from self._all(faults, place, header, record=begins)


def _looks_like(start: bytes) -> str:
    """What a file is that begins with these bytes, or how it begins."""
    if not start:
        return "nothing of it can be unpacked"
    known = (name_of(start) or "").partition(",")[0]
    return known or f"it begins with {shown(start[:40].decode('utf-8', 'backslashreplace'))}"


def _in_several_members(window: Window, place: Locator) -> bool:
    """True where the first gzip member of a record ends inside the record: at a gzip magic, of which there are few."""
    end = place.offset + place.length
    at = window.find(MAGIC, place.offset + 1, end)
    while at is not None:
        member = inflate_member(window.at, place.offset, at, place.unpacked_length or 0)
        if member.whole and member.length == at - place.offset:
            return True
        at = window.find(MAGIC, at + 1, end)
    return False

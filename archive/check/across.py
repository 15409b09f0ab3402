"""One record against those in front of it: ids, what they refer to, and the segments of one record.

Of each record its id is kept as 16 bytes, with 16 more for its type, date, URI and content: some 190 bytes of memory a
record. A record that is referred to may lie in another file, or further on: only what is there already is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from archive.check.header import Header
from archive.check.rules import PROFILES, TYPES, Fault
from archive.check.values import profile_of, shown
from archive.model import Capture

REMEMBERED = 2_000_000  # records whose ids are compared
SERIES = 100_000  # segmented records that are followed at a time
LONGEST = 18  # digits of a number that is reckoned with
REVISITED = ("response", "resource", "revisit", "conversion")


@dataclass(slots=True, kw_only=True)
class Series:
    """The segments of one record, so far."""

    last: int  # number of the latest
    length: int = 0  # of all blocks together
    unbroken: bool = False  # from the first on
    ended: bool = False


def _hash(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=size).digest()


def _key(record_id: str) -> bytes:
    bare = record_id.removeprefix("<").removesuffix(">")
    return _hash(bare.lower() if bare[:9].lower() == "urn:uuid:" else bare, 16)


class Across:
    """What is remembered of the records so far."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}  # type and first segment, 4 bytes each of date and URI, 7 of all
        self._series: dict[bytes, Series] = {}
        self._records = 0

    def look(self, header: Header, found: Capture) -> Iterator[Fault]:
        """What is wrong with a record, given those in front of it."""
        self._records += 1
        own = header.get("WARC-Record-ID")
        date, uri = _hash(header.get("WARC-Date"), 4), _hash(header.target, 4)
        for named in header.fields:
            other = self._known.get(_key(named.value)) if named.name.lower() == "warc-concurrent-to" else None
            if other and other[1:5] != date:
                message = f"{shown(named.value)} is of the same capture event, and has another WARC-Date"
                yield Fault(rule="concurrent-date", message=message, field=named.name, at=named.at)
        yield from self._refers(header, own)
        if header.kind == "revisit":
            yield from self._revisit(header, found)
        yield from self._segment(header, found, own, uri)
        if own:
            all_of = _hash("\n".join((header.kind, header.get("WARC-Date"), header.target, found.block_sha256.hex())), 7)
            number = TYPES.index(header.kind) if header.kind in TYPES else len(TYPES)
            first = header.get("WARC-Segment-Number").lstrip("0") == "1" and header.kind != "continuation"
            yield from self._remember(own, bytes((number + 16 * first,)) + date + uri + all_of)

    def _remember(self, own: str, what: bytes) -> Iterator[Fault]:
        key = _key(own)
        before = self._known.get(key)
        if before is None and len(self._known) < REMEMBERED:
            self._known[key] = what
        elif before is None and self._records == REMEMBERED + 1:
            yield Fault(rule="not-compared", message=f"ids are compared with those of the first {REMEMBERED:,} records")
        elif before is not None and before[9:] == what[9:]:
            message = f"{shown(own)} is that of the same record further in front"
            yield Fault(rule="record-repeated", message=message, field="WARC-Record-ID")
        elif before is not None:
            message = f"{shown(own)} is that of another record in this file too"
            yield Fault(rule="id-repeated", message=message, field="WARC-Record-ID")

    def _refers(self, header: Header, own: str) -> Iterator[Fault]:
        refers, info = header.get("WARC-Refers-To"), header.get("WARC-Warcinfo-ID")
        if info and (_key(info) == _key(own) or (self._known.get(_key(info), b"\0")[0] % 16 != 0)):
            message = f"{shown(info)} is the id of a record that is no warcinfo"
            yield Fault(rule="warcinfo-id", message=message, field="WARC-Warcinfo-ID")
        if refers and own and _key(refers) == _key(own):
            yield Fault(rule="refers-to", message="is the id of this record itself", field="WARC-Refers-To")

    def _revisit(self, header: Header, found: Capture) -> Iterator[Fault]:
        """A revisit, beside the record that it refers to."""
        refers = header.get("WARC-Refers-To")
        other = self._known.get(_key(refers)) if refers else None
        kind = TYPES[other[0] % 16] if other and other[0] % 16 < len(TYPES) else ""
        identical = profile_of(header.get("WARC-Profile")) == (PROFILES[0], "1.1")
        if identical and not found.block_length and kind != "resource":  # a resource had no headers
            rule = "revisit-headers" if kind == "response" else "revisit-headers-perhaps"
            were = "" if kind == "response" else ", where there were any"
            message = f"the block should hold the headers of the response{were}; it is empty"
            yield Fault(rule=rule, message=message)
        if not other:
            return
        if kind and kind not in REVISITED:
            message = f"{shown(refers)} is a {kind} record, which nothing revisits"
            yield Fault(rule="refers-to", message=message, field="WARC-Refers-To")
        for name, place in (("WARC-Refers-To-Date", slice(1, 5)), ("WARC-Refers-To-Target-URI", slice(5, 9))):
            stated = header.get(name)
            if stated and _hash(stated, 4) != other[place]:
                message = f"{shown(stated)} is not what the record has that WARC-Refers-To names"
                yield Fault(rule="refers-to-differs", message=message, field=name)

    def _segment(self, header: Header, found: Capture, own: str, uri: bytes) -> Iterator[Fault]:
        number = _number(header.get("WARC-Segment-Number"))
        if number is None or (number != 1 and header.kind != "continuation"):
            return
        if header.kind != "continuation":
            if self._records > 2:  # noqa: PLR2004 - a warcinfo record and this one
                message = "the first segment shall begin a new file, behind no more than a warcinfo record"
                yield Fault(rule="segment-place", message=message, field="WARC-Segment-Number")
            if own and len(self._series) < SERIES:
                self._series[_key(own)] = Series(last=1, length=found.block_length, unbroken=True)
            return
        origin = header.get("WARC-Segment-Origin-ID")
        if not origin:
            return
        if other := self._known.get(_key(origin)):
            if other[0] < 16:  # noqa: PLR2004 - the bit of first segments
                message = f"{shown(origin)} is no first segment: it has not WARC-Segment-Number 1"
                yield Fault(rule="segment-origin", message=message, field="WARC-Segment-Origin-ID")
            elif other[5:9] != uri:
                message = "all segments of a record shall have the same target URI; that of the first is another"
                yield Fault(rule="segment-origin", message=message, field="WARC-Target-URI")
        yield from self._follow(header, found, origin, number)

    def _follow(self, header: Header, found: Capture, origin: str, number: int) -> Iterator[Fault]:
        """A continuation, in its series."""
        series = self._series.get(_key(origin))
        if series is None:
            series = Series(last=1)
            if len(self._series) < SERIES:
                self._series[_key(origin)] = series
        elif series.ended:
            message = "a segment follows the one that has WARC-Segment-Total-Length, which is for the last alone"
            yield Fault(rule="segment-total", message=message, field="WARC-Segment-Total-Length")
        elif number <= series.last:
            message = f"is {number} behind segment {series.last} of the same record"
            yield Fault(rule="segment-order", message=message, field="WARC-Segment-Number")
        series.unbroken = series.unbroken and number == series.last + 1
        series.last, series.length = number, series.length + found.block_length
        total = _number(header.get("WARC-Segment-Total-Length"))
        if total is not None:
            series.ended = True
            if total != series.length if series.unbroken else total < series.length:
                message = f"is {total:,}; the blocks of the segments have {series.length:,} bytes"
                yield Fault(rule="segment-total", message=message, field="WARC-Segment-Total-Length")

    def ends(self) -> int:
        """How many segmented records are not complete in this file."""
        return sum(not series.ended for series in self._series.values())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None

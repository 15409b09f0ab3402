"""Objects in a long JSON array, one after the other, without holding the array.

Brackets are counted outside strings, a megabyte at a time, so that each object's place is known before it is parsed.
Where one does not end, or is no JSON, or what follows it is no next object, some byte is damaged: then the next object
is looked for by its first key and has to be one that ``is_element`` knows. Raw quotes cannot stand in a JSON string, so
what looks like such a start is one, however the damage has turned strings inside out. One bad object costs one object.

What counting in vain may take is bounded, whatever the file holds; once that is used up, an object ends where another
seems to begin.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.sources.records import Window

CHUNK, FIRST = 1 << 20, 1 << 12
MARKS = re.compile(rb'["{}\[\]]')
SOLID = re.compile(rb"[^\s,]")
NOT_BLANK = re.compile(rb"\S")
FIRST_KEY = re.compile(rb'\{\s*"([A-Za-z_][\w-]{0,63})"')
VAIN = 16 << 20  # marks that may be counted in vain, beside one for each 16 bytes of the file: 6 s
OVERLAP = 1 << 10  # a first key with its brace and blanks is shorter
KEYS = 16  # first keys that are known

Parsed = dict[str, object]


class Unparsable(Exception):
    """Bytes that are no object: reason and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An object of the array, or a range that is none, with the reason."""

    start: int
    end: int
    number: int | None  # of the object, from 1; None of a range between objects
    value: Parsed | None
    reason: str = ""
    detail: str = ""


def parse(data: bytes) -> Parsed:
    """The object that the bytes are. Raises ``Unparsable``."""
    try:
        found = json.loads(data.decode("utf-8"), strict=False)
    except UnicodeDecodeError as why:
        raise Unparsable("encoding", f"not UTF-8 at byte {why.start}") from why
    except (ValueError, RecursionError) as why:
        raise Unparsable("json", str(why)) from why
    if not isinstance(found, dict):
        raise Unparsable("json", f"a JSON {type(found).__name__}, not an object")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Where an object ends, None where that is not found; and what finding out took: marks, and kilobytes."""

    end: int | None
    effort: int


def extent_of(window: Window, start: int, stop: int, depth: int = 0) -> Extent:
    """The object that begins at ``start``, or the rest of ``depth`` open ones, up to ``stop`` at most."""
    inside = escaped = False
    position, size, effort = start, FIRST, 0
    while position < stop and (chunk := window.at(position, min(size, stop - position))):
        at, size = int(escaped), min(size * 4, CHUNK)
        escaped = False
        effort += len(chunk) >> 10
        while at < len(chunk):
            effort += 1
            if inside:
                quote = chunk.find(b'"', at)
                piece = chunk[at : quote if quote >= 0 else len(chunk)]
                odd = (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1  # the quote, or the next chunk's first byte, is escaped
                if quote < 0:
                    escaped = odd
                    break
                inside, at = odd, quote + 1
                continue
            mark = MARKS.search(chunk, at)
            if mark is None:
                break
            at = mark.end()
            if mark[0] == b'"':
                inside = True
                continue
            depth += 1 if mark[0] in b"{[" else -1
            if depth <= 0:
                return Extent(end=position + at, effort=effort)
        position += len(chunk)
    return Extent(end=None, effort=effort)


class Elements:
    """Reads the objects of an array; ``limit`` bytes of one are held at most, and parsed.

    ``keys`` is a pattern of the keys that an element begins with; those of sound elements are learned.
    """

    def __init__(self, window: Window, limit: int, keys: bytes, is_element: Callable[[Parsed], bool]) -> None:
        self._window, self._limit, self._is_element = window, limit, is_element
        self._vain = VAIN + window.size // 16
        self._keys = {keys}
        self.position = 0  # behind the last element; at its end behind the array
        self._learn(keys)

    def _learn(self, key: bytes) -> None:
        if len(self._keys) < KEYS:
            self._keys.add(key)
        self._pattern = re.compile(rb'\{\s{0,200}"(?:' + b"|".join(sorted(self._keys)) + rb')"\s{0,200}:')
        self._ahead: tuple[int, int, list[int]] = (0, 0, [])  # a range, and where in it objects begin with one of the keys
        self._barren = self._window.size  # from here on no element is found

    def read(self, position: int) -> Iterator[Element]:
        """The objects from ``position`` on, behind the array's bracket or behind what is damaged in front of it."""
        window, number, self.position = self._window, 0, position
        found: Element | None = None
        while (start := window.find(SOLID, self.position, window.size)) is not None:
            mark = window.at(start, 1)
            if mark == b"{":
                number += 1
                found = self._element(start, number)
            else:
                after = self.next(start + 1, window.size)
                if mark == b"]" and after is None:
                    self.position = start + 1
                    return
                end = window.size if after is None else after
                detail = "something else than an entry"
                found = Element(start=start, end=end, number=None, value=None, reason="garbage", detail=detail)
            self.position = found.end
            yield found
        if found is None or found.reason != "truncated":
            detail = "the file ends inside the list of entries"
            yield Element(start=self.position, end=window.size, number=None, value=None, reason="truncated", detail=detail)
        self.position = window.size

    def _element(self, start: int, number: int) -> Element:
        window = self._window
        extent = extent_of(window, start, self._stop(start))
        try:
            if extent.end is None:
                raise Unparsable("truncated", "the file ends inside it")  # noqa: TRY301 - the way of every other bad one
            data = self._held(start, extent.end)
            value = parse(data)
        except Unparsable as why:
            self._vain -= extent.effort
            behind = self._behind(start, extent.end)
            reason, detail = why.reason, why.detail
            if reason == "truncated" and behind < window.size:
                reason, detail = "json", "it does not end before the next one begins"
            return Element(start=start, end=behind, number=number, value=None, reason=reason, detail=detail)
        key = FIRST_KEY.match(data)
        if key and self._pattern.match(data) is None and self._is_element(value):
            self._learn(re.escape(key[1]))
        return Element(start=start, end=extent.end, number=number, value=value)

    def _held(self, start: int, end: int) -> bytes:
        if end - start > self._limit:
            raise Unparsable("too-large", f"{end - start} bytes, the limit is {self._limit}")
        return self._window.at(start, end - start)

    def _behind(self, start: int, end: int | None) -> int:
        """Where to go on behind an object that cannot be read."""
        window = self._window
        after = self.next(start + 1, window.size if end is None else end)
        if after is not None or end is None:
            return window.size if after is None else after
        mark = window.find(NOT_BLANK, end, window.size)
        if mark is not None and window.at(mark, 1) in (b",", b"]"):
            return end
        after = self.next(end, window.size)
        return end if after is None else after

    def _candidate(self, position: int) -> int:
        """Where the first object at or behind ``position`` begins with one of the keys, or the end of the file."""
        low, high, starts = self._ahead
        size = FIRST
        while position < self._window.size:
            if low <= position < high:
                place = bisect_left(starts, position)
                if place < len(starts):
                    return starts[place]
                position = high
                continue
            chunk = self._window.at(position, size + OVERLAP)
            starts = [position + one.start() for one in self._pattern.finditer(chunk) if one.start() < size]
            low, high = position, position + size
            self._ahead, size = (low, high, starts), min(size * 4, CHUNK)
        return self._window.size

    def _stop(self, start: int) -> int:
        """How far an object that begins at ``start`` may reach: to the next start where too much was scanned in vain."""
        return self._window.size if self._vain > 0 else self._candidate(start + 1)

    def next(self, start: int, stop: int) -> int | None:
        """Where the next element begins before ``stop``, or None."""
        if start >= self._barren:
            return None
        at = self._candidate(start)
        while at < stop:
            extent = extent_of(self._window, at, self._stop(at))
            try:
                if extent.end is not None and self._is_element(parse(self._held(at, extent.end))):
                    return at
            except Unparsable:
                pass  # what begins here is none either; the range is named as a whole
            self._vain -= extent.effort
            at = self._candidate(at + 1)
        if stop == self._window.size:
            self._barren = start
        return None

"""Zstd and LZ4 files of WARC or ARC records, frame by frame: a damaged frame costs the records in it.

A frame is unpacked whole, and its checksum has passed, before what it holds is believed, up to the size of the largest
record; a larger one passes as it is unpacked. Behind a damaged frame the reader goes on at the next one that unpacks to
the start of a record. Of a damaged frame that holds many records, those that another record follows are read. Each such
frame is one row, with its place in the packed file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from archive.model import Capture, Damage, Limits, ReadOptions, Skip
from archive.sources import Opened, skipped
from archive.sources.arc import ARC
from archive.sources.decoders import MAGICS, PIECE, Packing, cut_magic, packing_of
from archive.sources.records import SEARCH, WARC, Form, Window
from archive.sources.unpack import FREE, Broken, Unpacking, budget_of, inside

FIRST_BLOCK = {"zstd": 160 << 10, "lz4": (4 << 20) + (64 << 10)}  # packed bytes in which the first block ends
MAGIC = {kind: re.compile(re.escape(magic)) for magic, kind in MAGICS.items()}
VAIN = 16  # times the bytes of a file, and 64 MB: what may be unpacked to find where it goes on; then the rest is one row


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A range of the packed file that nothing could be made of, and where it would be in what is unpacked."""

    start: int
    end: int
    unpacked: int
    reason: str
    detail: str


class Losses:
    """What was lost, each range once and in order, however often the file is read."""

    def __init__(self) -> None:
        self._all: list[Lost] = []

    def note(self, one: Lost) -> None:
        """One more, or one that is known from reading before."""
        if not self._all or one.start > self._all[-1].start:
            self._all.append(one)

    def at(self, number: int) -> Lost:
        """By its number, from 0."""
        return self._all[number]

    def __len__(self) -> int:
        return len(self._all)


def of_records(file: BinaryIO, kind: str, limits: Limits) -> Form | None:
    """The form of the records that the frames of a file hold; None where they hold something else."""
    try:
        packing = Packing(file, kind)
    except Broken:
        return None  # reading it will say so
    start = packing.behind_skippable(0)
    for form in (WARC, ARC):
        if _opens(packing, start, form):
            return form
    try:
        for _ in islice(packing.stream(start), limits.record_bytes // SEARCH):
            pass
    except Broken:  # the first frame is damaged: the next ones tell
        window = Window(file)
        stop = min(window.size, start + limits.record_bytes)
        return next((form for form in (WARC, ARC) if _next_frame(packing, start + 1, stop, form) < stop), None)
    return None


def framed(opened: Opened, options: ReadOptions, kind: str, form: Form) -> Iterator[Capture | Damage | Skip]:
    """Every record in the frames of a file, and every damaged frame, in its order."""
    lost, told = Losses(), 0
    stream = Unpacking(lambda: _frames(opened.file, kind, form, options.limits, lost), budget_of(opened, options.limits))
    for found in inside(stream, opened, options):
        place = found.offset if isinstance(found, Damage) else found.origin.offset
        while place is not None and len(lost) > told and (one := lost.at(told)).unpacked <= place:
            yield _row(opened, one)
            told += 1
        if not isinstance(found, Skip) or found.origin != opened.origin:
            yield found
        elif not len(lost):  # else the damaged frames are all that there is
            yield skipped(opened, found.kind, found.reason)
    for number in range(told, len(lost)):
        yield _row(opened, lost.at(number))


def _row(opened: Opened, lost: Lost) -> Damage:
    return Damage(
        origin=opened.origin,
        offset=lost.start,
        length=lost.end - lost.start,
        reason=lost.reason,
        detail=lost.detail + "; offset and length are of the packed bytes",
        sha256=Window(opened.file).sha256(lost.start, lost.end),
        unpacked_offset=lost.unpacked,
        unpacked_length=0,
    )


class _Frame:
    """What a frame holds, as far as it is kept back, and how much of it was not."""

    def __init__(self) -> None:
        self.held, self.passed = bytearray(), 0

    def through(self, pieces: Generator[bytes, None, int], bound: int) -> Generator[bytes, None, int]:
        """The pieces of a frame that is larger than the bound, and none of another; returns where it ends."""
        while True:
            try:
                self.held += next(pieces)
            except StopIteration as end:
                return int(end.value)
            if self.passed or len(self.held) > bound:
                self.passed += len(self.held)
                yield bytes(self.held)
                self.held.clear()


def _frames(file: BinaryIO, kind: str, form: Form, limits: Limits, lost: Losses) -> Iterator[bytes]:
    """What sound frames hold, in pieces; the others go into ``lost``, by their place. Raises ``Broken`` in a large one."""
    packing, size = Packing(file, kind), file.seek(0, io.SEEK_END)
    position, unpacked = packing.behind_skippable(0), 0
    while rest := packing.pieces.at(position, PIECE[kind]):
        if not rest.strip(b"\0"):
            return
        frame = _Frame()
        try:
            if packing_of(rest) != kind:
                raise _no_frame(rest, kind)
            behind = yield from frame.through(packing.stream(position), limits.record_bytes + limits.header_bytes)
        except Broken as why:
            behind = _next_frame(packing, position + 1, size, form)
            if frame.passed and behind == size:
                raise
            del frame.held[_last_start(frame.held, form) :]
            here = unpacked + frame.passed + len(frame.held)
            lost.note(Lost(start=position, end=behind, unpacked=here, reason=why.reason, detail=why.detail))
        unpacked += frame.passed + len(frame.held)
        for at in range(0, len(frame.held), SEARCH):
            yield bytes(frame.held[at : at + SEARCH])
        position = packing.behind_skippable(behind)


def _no_frame(rest: bytes, kind: str) -> Broken:
    if cut_magic(rest) == kind:
        return Broken("truncated", f"the {kind} frame is cut off")
    return Broken("garbage", f"no {kind} frame starts here")


def _last_start(held: bytearray, form: Form) -> int:
    """Where the last record of a damaged frame starts, which is not believed; 0 where there is one at most."""
    start = 0
    for found in form.start.finditer(held):
        start = found.start()
    return start


def _next_frame(packing: Packing, start: int, stop: int, form: Form) -> int:
    """Where the next frame begins that unpacks to the start of a record, or ``stop``.

    Each place that looks like a frame may take megabytes to say that it is none; a file of nothing else is given up.
    """
    window = Window(packing.pieces.file, stop)
    position = window.find(MAGIC[packing.kind], start, stop)
    bound = FREE + VAIN * window.file.seek(0, io.SEEK_END)
    while position is not None and packing.taken < bound:
        if _opens(packing, position, form):
            return position
        position = window.find(MAGIC[packing.kind], position + 1, stop)
    return stop


def _opens(packing: Packing, position: int, form: Form) -> bool:
    """True where a frame at ``position`` unpacks to the start of a record."""
    found = b""
    try:
        for piece in packing.stream(position, position + FIRST_BLOCK[packing.kind]):
            found += piece
            if len(found) >= form.seen:
                break
    except Broken:
        pass  # what there is tells enough
    return form.begins.match(found) is not None

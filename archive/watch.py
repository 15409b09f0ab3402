"""Which record of a shard is at hand, and what it may take.

Before each step a few bytes in the shard's folder say which one it is, so that whoever sees this process die knows what
it was at; and the kernel's bound on CPU time moves forward. A step is ``READING`` (the source looks for the next record),
``EXTRACTING``, or ``WRITING`` (all else, without a bound on time: a record of 100 GB takes an hour to copy). All that
takes some 10 microseconds a record.

A first trial of a shard runs in one process. Where that died, the next one is careful: each extraction runs in a child of
its own, and a record that kills two of those is a rejection like any other. A file that killed two trials while it was
read is cut: the rest of it is a damaged range.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from archive import storage
from archive.child import OUT_OF_MEMORY, Child, Died, bound_cpu, peak_memory
from archive.errors import Rejected
from archive.extraction import Extractor
from archive.model import Capture, Damage, Extraction, InputFile, Limits, Origin, Skip

READING, EXTRACTING, WRITING = 0, 1, 2
MARK = struct.Struct("<III")
NAME = "at"
READ_BYTES_A_SECOND = 1 << 20  # a file is read at 50 to 500 MB a CPU second, digests and unpacking included
Found = Capture | Damage | Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a shard: which of its files, which find in that file, and what was being done."""

    file: int
    find: int
    doing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A step of reading that killed two trials, and how."""

    step: Step
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a shard is tried: in one process, or carefully; and which files are cut, where."""

    careful: bool = False
    cuts: tuple[Cut, ...] = ()


class Watch:
    """Marks and bounds each step of a shard. Without a trial it does neither: a shard may run unprotected too."""

    def __init__(self, folder: Path, limits: Limits, trial: Trial | None) -> None:
        self._limits, self._trial = limits, trial
        self._path = folder / NAME
        self._mark = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644) if trial else -1
        self._file = self._find = 0
        self._base = peak_memory()

    def reading(self, found: Iterator[Found | None], number: int, file: InputFile) -> Iterator[Found]:
        """What is found in a file, the shard's ``number``-th; where reading on would kill, the rest as a ``Damage``."""
        cuts = {cut.step.find: cut for cut in self._trial.cuts if cut.step.file == number} if self._trial else {}
        end = file.start  # of the last record that lies in the file itself: in a container, and in JSON lines, it stays 0
        self._file = number
        for self._find in count():
            if self._find in cuts:
                yield rest_of(file, end, cuts[self._find])
                return
            self._step(READING, reading_seconds(file, self._limits))
            try:
                one = next(found)
            except StopIteration:
                return
            finally:
                self._step(WRITING, None)
            if isinstance(one, Capture) and one.locator:
                end = one.locator.offset + one.locator.length
            if one is not None:
                yield one

    def extract(self, extractor: Extractor, capture: Capture) -> Extraction:
        """What the extractor sees in a capture. Raises ``Rejected`` with its reasons, or how the capture killed it."""
        if self._trial is None:
            return extractor.extract(capture)
        if self._trial.careful:
            return self._apart(extractor, capture)
        self._step(EXTRACTING, self._limits.cpu_seconds)
        try:
            return _within(self._base + self._limits.memory_bytes, extractor, capture)
        finally:
            self._step(WRITING, None)

    def close(self) -> None:
        """The shard is done."""
        if self._trial:
            os.close(self._mark)
            self._path.unlink()

    def _apart(self, extractor: Extractor, capture: Capture) -> Extraction:
        """The same in a child of its own, and in another where that one died."""

        def work() -> Extraction:
            most = peak_memory() + self._limits.memory_bytes
            bound_cpu(self._limits.cpu_seconds)
            return _within(most, extractor, capture)

        for last in (False, True):
            try:
                seen: Extraction = Child(work, self._limits).end()
            except Died as death:
                if death.asked:
                    raise
                if last:
                    raise Rejected("extraction", death.reason, death.detail) from None
            else:
                return seen
        raise AssertionError  # the last round returned or raised

    def _step(self, doing: int, seconds: float | None) -> None:
        if not self._trial:
            return
        _end_if_over(self._base + self._limits.memory_bytes)  # by the step before this one
        os.pwrite(self._mark, MARK.pack(self._file, self._find, doing), 0)
        bound_cpu(seconds)


def _within(most: int, extractor: Extractor, capture: Capture) -> Extraction:
    try:
        return extractor.extract(capture)
    except Rejected as why:
        if isinstance(why.__cause__, MemoryError):
            os._exit(OUT_OF_MEMORY)
        raise
    finally:
        _end_if_over(most)


def _end_if_over(most: int) -> None:
    """Ends this process if it ever held more than ``most`` bytes, whatever has become of the error that told so."""
    if peak_memory() > most:
        os._exit(OUT_OF_MEMORY)


def reading_seconds(file: InputFile, limits: Limits) -> int:
    """CPU seconds that a source may take for one find: those of a record, and more in a large file.

    What a source passes over on its way, such as a film in a tar, it digests.
    """
    size = max(file.size, file.again.packed) if file.again else file.size
    return limits.cpu_seconds + size // READ_BYTES_A_SECOND


def last_step(folder: Path) -> Step | None:
    """The step that a shard was at when its process died; None where it had not begun."""
    try:
        file, find, doing = MARK.unpack((folder / NAME).read_bytes())
    except (OSError, struct.error):
        return None
    return Step(file=file, find=find, doing=doing)


def rest_of(file: InputFile, start: int, cut: Cut) -> Damage:
    """A file, or the part of one, from ``start`` on as a damaged range."""
    stop = file.size if file.stop is None else file.stop
    start = min(start, stop)
    with Path(file.location).open("rb") as opened:
        opened.seek(start)
        sha256 = storage.sha256_of_range(opened, stop - start)
    return Damage(
        origin=Origin(path=file.path, modified=storage.moment(file.modified_ns)),
        offset=start,
        length=stop - start,
        reason=cut.reason,
        detail=f"{cut.detail}; what was found before ({cut.step.find - 1}) stands, the rest is not read",
        sha256=sha256,
    )

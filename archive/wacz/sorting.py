"""Lines, sorted bytewise, however many there are.

What is added is held up to a bound, then sorted and written as a run; in the end the runs are merged. Memory is one run.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

RUN_BYTES = 32 << 20  # of lines that are held; about twice that in memory
FAN_IN = 64  # runs that are merged at once: every one is an open file


class SortedLines:
    """Takes lines of UTF-8, without line ends in them, in any order, and gives them in the order of their bytes."""

    def __init__(self, folder: Path, name: str, *, run_bytes: int = RUN_BYTES, fan_in: int = FAN_IN) -> None:
        self._folder, self._name = folder, name
        self._run_bytes, self._fan_in = run_bytes, fan_in
        self._held: list[bytes] = []
        self._size = self._written = 0
        self._runs: list[Path] = []

    def add(self, line: bytes) -> None:
        """One line more."""
        self._held.append(line + b"\n")
        self._size += len(line)
        if self._size >= self._run_bytes:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        """Every line that was added, without its end; once."""
        if self._runs:
            self._spill()
        while len(self._runs) > self._fan_in:
            first, self._runs = self._runs[: self._fan_in], self._runs[self._fan_in :]
            with ExitStack() as opened:
                self._write(_merged(first, opened))
            for path in first:
                path.unlink()
        with ExitStack() as opened:
            for line in _merged(self._runs, opened) if self._runs else self._sorted():
                yield line[:-1]

    def _sorted(self) -> list[bytes]:
        held, self._held, self._size = self._held, [], 0
        held.sort()
        return held

    def _spill(self) -> None:
        self._write(self._sorted())

    def _write(self, lines: Iterable[bytes]) -> None:
        path = self._folder / f"{self._name}-{self._written:06d}"
        self._written += 1
        with path.open("wb") as file:
            file.writelines(lines)
        self._runs.append(path)


def _merged(runs: Iterable[Path], opened: ExitStack) -> Iterator[bytes]:
    return heapq.merge(*(opened.enter_context(path.open("rb")) for path in runs))

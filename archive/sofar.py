"""How far a shard is that is still at work: said by its worker, read by whoever shows progress. Never data.

A worker says it in a small file in its shard's folder, at most five times a second, by the clock; between these times it
takes a tenth of a microsecond a record, and each time 60. The file is put in place in one step, so a reader sees all of
it or the one before.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

from archive.model import Counts, Shard, SoFar

NAME = "so_far"
SAID_EVERY = 0.2  # seconds
READ_EVERY = 0.5


def shard_bytes(shard: Shard) -> int:
    """Bytes of input that a shard reads."""
    return sum(file.length for file in shard.files)


def in_spread_order(shards: Sequence[Shard]) -> list[Shard]:
    """The shards, large ones first, and those of about a size so that any first few come from all over the inputs.

    What is measured on the first ones tells then how long the others will take, and no large one is left to the end,
    when the other workers have nothing to do. What comes out of a shard depends on none of the others.
    """
    spread, ranges = [], deque([(0, len(shards))])
    while ranges:
        first, end = ranges.popleft()
        if first < end:
            middle = (first + end) // 2
            spread.append(shards[middle])
            ranges += [(first, middle), (middle + 1, end)]
    return sorted(spread, key=lambda shard: -shard_bytes(shard).bit_length())


class Saying:
    """A worker's side."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._began = time.monotonic()
        self._next = 0.0

    def say(self, so_far: Callable[[], SoFar]) -> None:
        """Says it, if it is time to."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + SAID_EVERY
        found = so_far()
        stated = [found.size, astuple(found.counts), found.reasons, now - self._began]
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):  # a full disk is found by what has to be written
            fresh.write_text(json.dumps(stated), encoding="utf-8")
            fresh.replace(self._path)

    def close(self) -> None:
        """The shard is done; its receipt says the rest."""
        for path in (self._path, self._path.with_suffix(".new")):
            path.unlink(missing_ok=True)


def read(folder: Path) -> SoFar | None:
    """How far the shard in that folder is; None where it has said nothing yet, or is done."""
    try:
        size, counts, reasons, seconds = json.loads((folder / NAME).read_bytes())
        return SoFar(
            size=size,
            counts=Counts(**dict(zip(Counts.__dataclass_fields__, counts, strict=True))),
            reasons=tuple((name, count) for name, count in reasons),
            seconds=seconds,
        )
    except (OSError, ValueError, TypeError):
        return None


class Looking:
    """The other side: tells of the shards at work, twice a second, however often it is asked to."""

    def __init__(self, told: Callable[[int, dict[str, SoFar]], None]) -> None:
        self._told, self._next = told, 0.0

    def __call__(self, running: Iterable[Shard]) -> None:
        """Tells how many are at work, and how far each is that has said so."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + READ_EVERY
        shards = list(running)
        found = {shard.shard_id: read(Path(shard.folder)) for shard in shards}
        self._told(len(shards), {name: so_far for name, so_far in found.items() if so_far})

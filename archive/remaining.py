"""How long a conversion will still take, from what the workers have done so far.

A worker's speed is work a second; work goes by records, as far as these can be told before (``sampling.py``). Parts
that wait are taken to go as all parts have gone so far; a part at work as it goes itself, the more so the longer it has been seen. What is left is handed out to the workers as the pool
does it, so that a last large part, which one worker does while the others look on, counts in full. At the end one
process writes the tables, which takes a share of the CPU seconds of all parts: that goes with the machine.

What an earlier run did counts as done, and says nothing of the speed of this one. Nothing here asks for the time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.model import SoFar

END = 0.05  # of the workers' CPU seconds; measured: 0.04 to 0.06
TABLES = 0.8  # of the seconds at the end; the rest is what comes before and behind them
TRUST = 5.0  # seconds after which a part at work counts as much for its own speed as all others do
DEALT = 64  # parts a worker that are handed out one by one; of more than that only the sum counts
ENOUGH = 0.1  # of the tables, written: from then on their own speed counts


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A part at work: what is left of it; and seconds for which it was seen, with what it did meanwhile."""

    left: float
    done: float
    seconds: float


def seconds_left(waiting: Sequence[float], running: Iterable[AtWork], speed: float, workers: int) -> float:
    """Until the last part is done. ``waiting`` parts stand in order; ``speed`` is that of one worker so far."""
    busy = sorted(part.left * (part.seconds + TRUST) / (part.done + speed * TRUST) for part in running)[-workers:]
    cut = max(len(waiting) - DEALT * workers, 0)
    bulk = sum(waiting[:cut]) / speed / workers
    free = [seconds + bulk for seconds in (*busy, *[0.0] * (workers - len(busy)))]
    heapq.heapify(free)
    for size in waiting[cut:]:
        heapq.heapreplace(free, free[0] + size / speed)
    return max(free)


@dataclass(slots=True)
class _Seen:
    """A part at work: when it began, and when it said last, a little before it was looked at, how many bytes are done."""

    begun: float
    said: float = 0.0
    size: int = 0


class Pace:
    """Of one run: told what happens and when, in seconds of any clock; asked what is done and what is left."""

    def __init__(self, sizes: Mapping[str, int], weights: Mapping[str, float], now: float) -> None:
        """``sizes`` are the bytes of all parts by id, in the order in which they are begun; ``weights`` their work."""
        self._sizes, self._weights = dict(sizes), dict(weights)
        self._waiting = {name: weights[name] for name in sizes}
        self._running: dict[str, _Seen] = {}
        self.size, self._finished = sum(sizes.values()), 0
        self._work, self._before, self._ready = sum(weights.values()), 0.0, 0.0  # all, of earlier runs, of this one
        self._begun = self._looked = now
        self._alive, self._workers = 1, 1
        self._spent = 0.0  # seconds of all workers
        self._cpu, self._counted = 0.0, 0.0  # seconds of CPU, and the work that took them
        self._end: tuple[float, float] | None = None  # when the last part was done; seconds expected from there

    def done_before(self, name: str, cpu: float) -> None:
        """A part was done by an earlier run, in so many CPU seconds."""
        self._count(name, cpu)
        self._before += self._waiting.pop(name)

    def add(self, name: str, size: int, weight: float) -> None:
        """A part more."""
        self._sizes[name], self._weights[name], self._waiting[name] = size, weight, weight
        self.size, self._work = self.size + size, self._work + weight

    def begin(self, now: float) -> None:
        """The first worker begins."""
        self._begun = self._looked = now

    def look(self, now: float, alive: int, running: Mapping[str, SoFar]) -> None:
        """So many workers are alive now, and so far are the parts at work that have said so."""
        self._spend(now)
        self._alive, self._workers = alive, max(self._workers, alive)
        for name, part in running.items():
            self._waiting.pop(name, None)
            seen = self._running.get(name)
            if seen is None or part.size < seen.size:  # it is new, or its worker died and it is tried again
                self._running[name] = seen = _Seen(begun=now - part.seconds)
            seen.begun = min(seen.begun, now - part.seconds)
            seen.said, seen.size = seen.begun + part.seconds, part.size

    def finish(self, name: str, now: float, cpu: float) -> None:
        """A part is done, in so many CPU seconds."""
        self._spend(now)
        self._waiting.pop(name, None)
        self._running.pop(name, None)
        self._finished += self._sizes[name]
        self._ready += self._weights[name]
        self._count(name, cpu)

    @property
    def done(self) -> int:
        """Bytes that this run has read."""
        return self._finished + sum(part.size for part in self._running.values())

    def seconds(self, now: float) -> float:
        """Since the first worker began."""
        return now - self._begun

    def reading_seconds(self, now: float) -> float:
        """Since the first worker began, until the last part was done."""
        return (self._end[0] if self._end else now) - self._begun

    def left(self, now: float) -> float | None:
        """Seconds until all is done; None while nothing can be said."""
        if self._end:
            since, expected = self._end
            return max(since + expected - now, 0.0)
        ready = self._done_work()
        if not ready or not self._spent:
            return None
        unsaid = sum(self._looked - seen.said for seen in self._running.values())
        speed = ready / max(self._spent - unsaid, 0.1 * self._spent)
        parts = []
        for name, seen in self._running.items():
            a_byte = self._a_byte(name)
            left = (self._sizes[name] - seen.size) * a_byte
            parts.append(AtWork(left=left, done=seen.size * a_byte, seconds=seen.said - seen.begun))
        return seconds_left(list(self._waiting.values()), parts, speed, self._workers) + self._end_seconds()

    def share(self, now: float) -> float:
        """The share of all work that is done, that at the end included."""
        read = (self._before + self._done_work()) / self._work if self._work else 0.0
        left = self.left(now)
        if left is None:
            return read
        end = self._end[1] if self._end else self._end_seconds()
        whole = self.seconds(now) / max(read, 0.001) if not self._end else self._end[0] - self._begun
        tail = end / max(whole + end, 0.001)
        return read * (1 - tail) + (tail * (1 - left / end) if self._end and end else 0.0)

    def merging(self, now: float, share: float) -> None:
        """All parts are done, and this share of the tables is written."""
        since, expected = self._end or (now, self._end_seconds())
        if share >= ENOUGH:
            expected = (now - since) / (share * TABLES)
        self._end = since, expected

    def _spend(self, now: float) -> None:
        self._spent += (now - self._looked) * self._alive
        self._looked = now

    def _count(self, name: str, cpu: float) -> None:
        self._cpu, self._counted = self._cpu + cpu, self._counted + self._weights[name]

    def _a_byte(self, name: str) -> float:
        """Work a byte of a part."""
        return self._weights[name] / max(self._sizes[name], 1)

    def _done_work(self) -> float:
        """Work that this run has done."""
        return self._ready + sum(seen.size * self._a_byte(name) for name, seen in self._running.items())

    def _end_seconds(self) -> float:
        """Seconds that the end will take."""
        taken, of = (self._cpu, self._counted) if self._counted else (self._spent, self._done_work())
        return END * taken / of * self._work if of else 0.0

"""One target under way: an input is chosen and changed, and kept where it takes a branch that none has taken before.

The same seed and corpus give the same inputs; how many, where the end is a time, depends on the machine.
"""

from __future__ import annotations

import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz import Target, branches
from tests.fuzz.minimise import minimised
from tests.fuzz.mutation import mutated

HOME = Path(__file__).parents[2]
SLOW = 20  # CPU seconds for one input of 16 KB at most: the slowest sound one takes 1
MEMORY = 6 << 30  # of addresses, of which libraries reserve 2 GB


class TooSlow(BaseException):
    """An input takes more than ``SLOW`` CPU seconds; no ``except Exception`` may take it for an error of a library."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An input that breaks a law, and how."""

    data: bytes
    what: str  # the traceback
    where: tuple[str, ...]  # what two inputs with the same fault have in common


@dataclass(slots=True)
class Loop:
    """The state of a target that is being fuzzed."""

    target: Target
    chance: Random
    pool: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    runs: int = 0

    def inputs(self, found: list[bytes]) -> Iterator[bytes]:
        """The seeds, what was ``found`` before, then changed ones without end."""
        for data in (*self.target.seeds(), *found):
            self.pool.append(data)
            yield data
        seeds = len(self.pool) - len(found)
        while True:
            # of two the shorter one; those that were found last, and the seeds, more often than others
            luck = self.chance.random()
            first, behind = (len(self.pool) * 3 // 4 if luck < 0.3 else 0), (seeds if luck > 0.8 else len(self.pool))
            one, two = (self.pool[self.chance.randrange(first, behind)] for _ in range(2))
            data = min(one, two, key=len)
            if self.target.mutate and self.chance.random() < 0.5:
                data = self.target.mutate(data, self.chance)
            else:
                data = mutated(data, self.chance, self.pool)
            yield data[: self.target.largest]

    def try_one(self, data: bytes) -> bool:
        """Runs one input; True where it took a branch that none has taken before, or as often."""
        self.runs += 1
        branches.forget()
        self.target.one(data)
        new = branches.taken() - self.seen
        self.seen |= new
        return bool(new)


def fuzz(
    target: Target,
    seed: int,
    *,
    runs: int | None = None,
    seconds: float | None = None,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Fault | None:
    """The first fault that is found within so many runs or seconds, made small; None where there is none.

    In ``folder`` lie the inputs that take branches of their own, and ``running``: the one that is being tried, for
    what kills the process.
    """
    loop = Loop(target, Random(f"{seed} {target.name}"))  # noqa: S311 - nothing secret
    found = [path.read_bytes() for path in sorted(folder.glob("input-*"))] if folder else []
    started = said = time.monotonic()
    for data in loop.inputs(found):
        now = time.monotonic() - started
        if (runs is not None and loop.runs >= runs) or (seconds is not None and now >= seconds):
            say(_progress(loop, now, seconds))
            return None
        if folder:
            (folder / "running").write_bytes(data)
        fault, new = tried(loop, data)
        if fault:
            say(f"a fault after {loop.runs} runs; it is made small")
            return smaller(target, fault)
        if new and data not in loop.pool:
            loop.pool.append(data)
            if folder:
                (folder / f"input-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            say(_progress(loop, now, seconds))
    raise AssertionError


def _progress(loop: Loop, now: float, seconds: float | None) -> str:
    branch = len({one >> 6 for one in loop.seen})
    left = f", {max(0, seconds - now):.0f} s left" if seconds is not None else ""
    of = f"{branch:,} branches in {len(loop.seen):,} ways, " if branches.counters else ""
    return f"{loop.runs:,} runs, {loop.runs / max(now, 0.001):.0f} a second, {of}{len(loop.pool):,} inputs kept{left}"


def tried(loop: Loop, data: bytes) -> tuple[Fault | None, bool]:
    """The fault of one input, or None; and whether it took a new branch."""
    new = False
    with _bounded():
        try:
            new = loop.try_one(data)
        except (Exception, TooSlow) as why:  # noqa: BLE001 - whatever it is, it is what we look for
            return _fault(data, why), new
    return None, new


def fault_of(target: Target, data: bytes, where: tuple[str, ...] | None = None) -> Fault | None:
    """The fault of one input, if it is the one that is meant."""
    with _bounded():
        try:
            target.one(data)
        except (Exception, TooSlow) as why:  # noqa: BLE001
            fault = _fault(data, why)
            return fault if where in (None, fault.where) else None
    return None


def smaller(target: Target, fault: Fault) -> Fault:
    """The same fault of a smaller input."""
    small = minimised(fault.data, lambda data: fault_of(target, data, fault.where) is not None)
    return fault_of(target, small, fault.where) or fault


def _fault(data: bytes, why: BaseException) -> Fault:
    frames = traceback.extract_tb(why.__traceback__)[1:]  # the first is that of the caller here
    ours = [one for one in frames if one.filename.startswith(str(HOME)) and "site-packages" not in one.filename]
    last = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours and not isinstance(why, TooSlow) else ""
    return Fault(data, "".join(traceback.format_exception(why)), (type(why).__name__, last))


class _bounded:  # noqa: N801 - a context, read as a word
    """An input may take ``SLOW`` CPU seconds."""

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGPROF, _too_slow)
        signal.setitimer(signal.ITIMER_PROF, SLOW)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    message = f"more than {SLOW} CPU seconds"
    raise TooSlow(message)


def bound_memory() -> None:
    """From now on this process gets a MemoryError beyond ``MEMORY``."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))

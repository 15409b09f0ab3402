"""Shards, each in a forked child of its own: what kills a child costs one record, and not the run.

The parent has loaded all that extraction needs, and never touches a record. It sees how a child ended and, in the
shard's folder, at which step. A shard whose child died is tried again, carefully (``watch.py``): then a record that kills
twice is rejected, and a file that kills twice while it is read is cut there. What dies at any other step, again and
again, is no record's fault: the run stops, and says so.

``convert_guarded`` does the same for one shard, in whatever process or thread an executor has.
"""

from __future__ import annotations

import gc
import selectors
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from archive import sources
from archive.child import Child, Died, starting
from archive.errors import RunInterrupted
from archive.extraction import find_extractor
from archive.model import Limits, Origin, Receipt, Shard
from archive.rows import registered_domain
from archive.shard import convert_shard
from archive.table import to_batch
from archive.watch import READING, Cut, Step, Trial, last_step, reading_seconds

T = TypeVar("T")
LOOK = 0.5  # seconds at most without a look at the workers
PATIENCE = 5  # deaths of one shard that no record or file can be blamed for


class ToldToEnd(RunInterrupted):
    """A signal told the process of a shard to end."""


class Task:
    """A shard that is tried until it is done."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self._trial = Trial()
        self._deaths: Counter[Step | None] = Counter()

    def start(self) -> Child:
        """A child that tries it."""
        shard, trial = self.shard, self._trial
        return Child(lambda: convert_shard(shard, trial=trial), shard.settings.reading.limits)

    def end(self, child: Child) -> Receipt | None:
        """The receipt, once the child has ended; None where the shard is to be tried again."""
        try:
            receipt: Receipt = child.end()
        except Died as death:
            self._learn(death)
            return None
        return receipt

    def _learn(self, death: Died) -> None:
        """Learns from a death how to try again. Raises ``RunInterrupted`` where that would be in vain or unwanted."""
        step = last_step(Path(self.shard.folder))
        self._deaths[step] += 1
        self._trial = replace(self._trial, careful=True)
        if death.asked and death.detail == "SIGINT":  # Ctrl-C goes to the workers too, and may be heard there first
            raise KeyboardInterrupt
        if death.asked:
            message = f"a worker was told to end ({death.detail}); what was done is kept: run the same command again"
            raise ToldToEnd(message)
        # a record of a corpus was read before and did no harm: what kills there is not in it, and nothing is cut
        again = step and self.shard.files[step.file].again
        if step and step.doing == READING and step.find and self._deaths[step] > 1 and not again:
            self._cut(step, death)
        elif self._deaths.total() - 2 * len(self._trial.cuts) > PATIENCE:
            where = f" at {self.shard.files[step.file].path}" if step else ""
            message = f"workers die again and again{where} ({death}); what was done is kept: run the same command again"
            raise RunInterrupted(message)

    def _cut(self, step: Step, death: Died) -> None:
        detail = death.detail
        if death.reason == "timeout":
            seconds = reading_seconds(self.shard.files[step.file], self.shard.settings.reading.limits)
            detail = f"more than {seconds} CPU seconds"
        cut = Cut(step=step, reason=death.reason, detail=detail)
        self._trial = replace(self._trial, cuts=(*self._trial.cuts, cut))


def convert_all(
    shards: list[Shard], workers: int, looking: Callable[[Iterable[Shard]], None] | None = None
) -> Generator[Receipt, None, None]:
    """The receipt of each shard, as they get done, with ``workers`` of them at work at a time.

    ``looking`` hears at least every half second, while this is iterated, which shards are at work.
    """
    waiting = deque(Task(shard) for shard in shards)
    running: dict[Child, Task] = {}
    gc.freeze()  # else children collect, and so copy, what they share with this process: 7 % of their time
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    task = waiting.popleft()
                    child = task.start()
                    running[child] = task
                    selector.register(child, selectors.EVENT_READ)
                if looking:
                    looking(task.shard for task in running.values())
                for key, _ in selector.select(LOOK if looking else None) if running else ():
                    child = key.fileobj  # type: ignore[assignment]
                    selector.unregister(child)
                    task = running.pop(child)  # first: where end() raises, the child is gone and must not be killed
                    receipt = task.end(child)
                    if receipt:
                        yield receipt
                    else:
                        waiting.appendleft(task)
        finally:
            gc.unfreeze()
            for child in running:
                child.kill()


def in_children(work: Callable[[int], T], count: int, workers: int) -> Generator[T, None, None]:
    """What ``work`` gives for 0, 1, … up to ``count``, as it gets done, with ``workers`` children at it at a time.

    With one worker, or one thing to do, it is done here. Raises ``RunInterrupted`` where a child dies.
    """
    if workers == 1 or count < 2:  # noqa: PLR2004
        yield from map(work, range(count))
        return
    waiting, running = deque(range(count)), set[Child]()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    child = Child(partial(work, waiting.popleft()), Limits())
                    running.add(child)
                    selector.register(child, selectors.EVENT_READ)
                for key, _ in selector.select():
                    child = key.fileobj  # type: ignore[assignment]
                    selector.unregister(child)
                    running.remove(child)
                    yield _end(child)
        finally:
            for child in running:
                child.kill()


def _end(child: Child) -> Any:  # noqa: ANN401 - whatever the work gives
    try:
        return child.end()
    except Died as death:
        if death.asked and death.detail == "SIGINT":
            raise KeyboardInterrupt from death
        message = f"a worker died while tables were written ({death}); what was done is kept: run the same command again"
        raise RunInterrupted(message) from death


def convert_guarded(shard: Shard) -> Receipt:
    """What the shard wrote: ``convert_shard`` in a child, for executors."""
    with starting:  # a child forked while another thread imports would wait for ever for that import to end
        _warm_once(shard.settings.extractor)
    return next(convert_all([shard], 1))


def warm(extractor: str) -> None:
    """Loads all that a child would else load for itself, each anew: models, sources, and what Arrow imports late."""
    find_extractor(extractor).warm()
    sources.find(sources.Opened(file=BytesIO(), size=0, origin=Origin(path=""), in_place=False))
    to_batch([], "captures")
    registered_domain("archive.example")


_warm_once = cache(warm)

"""CPU seconds by stage: one is always running, so that together they are all that was used."""

from __future__ import annotations

import resource
import time


class Stages:
    """A watch with one hand: ``to`` ends the stage at hand and begins the next. It takes 2 microseconds a time."""

    def __init__(self, first: str) -> None:
        self.seconds: dict[str, float] = {}
        self._stage = first
        self._since = time.process_time()
        self._others = _of_children()

    def to(self, stage: str) -> None:
        """From here on CPU time is that of ``stage``."""
        now = time.process_time()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def add(self, stage: str, seconds: float) -> None:
        """Adds to ``stage`` what was used elsewhere."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def add_children(self, stage: str) -> None:
        """Adds to ``stage`` what children of this process used that have ended since the start."""
        others = _of_children()
        if others > self._others:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + others - self._others
            self._others = others


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

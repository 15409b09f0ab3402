"""How long work is going: a bar on a terminal, a line now and then elsewhere, nothing where nobody wants it.

All of it goes to standard error.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from rich.console import Console

from archive.model import Counts, Manifest

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

err = Console(stderr=True, highlight=False)
EVERY = 30.0  # seconds between lines where nobody watches a terminal


class Bar:
    """A bar with what its task says, the share that is done, and the time left; only on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.started = time.monotonic()
        self._live: Progress | None = None
        self._task: TaskID | None = None

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def begin(self, text: str, total: int) -> None:
        """Shows the bar, where there is a terminal to show it on."""
        if self.quiet or not err.is_terminal:
            return
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        # the words, the share and the time are whole at 80 columns; the bar takes what is left
        columns = (BarColumn(bar_width=None), TaskProgressColumn(), TextColumn("{task.fields[left]} left"))
        self._live = Progress(TextColumn("{task.description}"), *columns, console=err, expand=True)
        self._task = self._live.add_task(text, total=max(total, 1), left="-:--:--")
        self._live.start()

    def show(self, text: str, done: int, left: float) -> bool:
        """Changes the bar, with the seconds that are left; False where there is none."""
        if self._live is None or self._task is None:
            return False
        # not rich's own estimate: it knows nothing before the second update, and a part may take half a minute
        shown = str(timedelta(seconds=round(left)))
        self._live.update(self._task, completed=done, description=text, left=shown)
        return True


class Converting(Bar):
    """Progress of a conversion: bytes done, records a second, time left, articles and rejections so far."""

    def __init__(self, *, quiet: bool, unit: str = "input files") -> None:
        super().__init__(quiet=quiet)
        self._unit, self._told = unit, self.started
        self._size = self._done = 0
        self.counts = Counts()
        self.was_finished = False

    def planned(self, files: int, size: int) -> None:
        """The inputs are known."""
        self._size = size
        if not self.quiet:
            err.print(f"{files:,} {self._unit}, {bytes_of(size)}")
        self.begin("reading", size)

    def unchanged(self, manifest: Manifest) -> None:  # noqa: ARG002 - part of the protocol
        """The corpus was there already."""
        self.was_finished = True

    def converted(self, counts: Counts, size: int) -> None:
        """A shard is done."""
        self._done += size
        names = Counts.__dataclass_fields__
        self.counts = Counts(**{name: getattr(self.counts, name) + getattr(counts, name) for name in names})
        left = self.seconds * (self._size - self._done) / max(self._done, 1)
        if not self.show(self._line(), self._done, left) and not self.quiet and time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            err.print(f"{self._done / max(self._size, 1):.0%}  {self._line()}  {left:.0f} s left")

    def merging(self) -> None:
        """The tables are being written."""
        self.show(f"{self._line()}  writing tables", self._done, 0)

    def _line(self) -> str:
        rate = self.counts.records / max(self.seconds, 0.001)
        return f"{self.counts.articles:,} articles  {self.counts.rejections:,} rejected  {rate:,.0f}/s"


class Verifying(Bar):
    """Progress of a verification: rows made anew, rows a second, time left, failures so far."""

    def __init__(self, *, quiet: bool, rows: int) -> None:
        super().__init__(quiet=quiet)
        self._rows, self._shown = rows, 0.0
        self._first: float | None = None

    def checked(self, rows: int, failures: int) -> None:
        """So many rows are made anew, and so many things were not as the corpus says. The first call is for the files."""
        now = time.monotonic()
        if self._first is None:
            self._first = now
        if now - self._shown > 0.1 or rows == self._rows:  # noqa: PLR2004 - no eye sees more
            self._shown = now
            spent = now - self._first
            text = f"{rows:,} rows  {rows / max(spent, 0.001):,.0f}/s  {failures:,} wrong"
            self.show(text, rows, spent * (self._rows - rows) / max(rows, 1))

    def __enter__(self) -> Self:
        self.begin("checking files", self._rows)
        return self


def bytes_of(size: float) -> str:
    """A size as people write it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"

"""How long work is going: a bar on a terminal, a line now and then elsewhere, nothing where nobody wants it.

All of it goes to standard error. What is shown may be read off the clock: it is never data.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from rich.console import Console

from archive.model import Counts, Manifest, Receipt, Shard, SoFar
from archive.remaining import Pace
from archive.sampling import weights
from archive.sofar import in_spread_order, shard_bytes

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

err = Console(stderr=True, highlight=False)
EVERY = 30.0  # seconds between lines where nobody watches a terminal
REFRESH = 2.0  # times a second on a terminal: the time left counts down
REASONS = 3  # for rejection, that are named while it goes; the rest is summed


class Bar:
    """The share that is done and the time left, and below it what there is to say; only on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.started = time.monotonic()
        self._live: Live | None = None
        self._lines: Sequence[str] = ()
        self._share = 0.0
        self._ends: float | None = None

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if self._live:
            self._live.transient = not failed  # where it stopped early, how far it was stays to be seen
            self._live.stop()

    def begin(self, text: str) -> None:
        """Shows the bar, where there is a terminal to show it on."""
        if self.quiet or not err.is_terminal:
            return
        from rich.live import Live

        self._lines = (text,)
        self._live = Live(get_renderable=self._frame, console=err, refresh_per_second=REFRESH)
        self._live.start()

    def show(self, lines: Sequence[str], share: float, left: float | None) -> bool:
        """Changes the bar, with the seconds that are left, where known; False where there is none."""
        self._lines, self._share = lines, share
        self._ends = None if left is None else time.monotonic() + left
        return self._live is not None

    def _frame(self) -> Group:
        """What stands on the terminal now; the time left counts down between two changes."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        left = None if self._ends is None else self._ends - time.monotonic()
        bar = Table.grid(padding=(0, 1), expand=True)
        for ratio in (None, 1, None):  # the share and the time are whole, the bar takes what is left
            bar.add_column(no_wrap=True, ratio=ratio)
        bar.add_row(f"{self._share:4.0%}", ProgressBar(completed=self._share * 100), f"{time_of(left)} left")
        return Group(bar, *(Text(line, no_wrap=True, overflow="ellipsis") for line in self._lines))


class Converting(Bar):
    """Progress of a conversion: articles and rejections by reason so far, speed, workers alive, time left."""

    def __init__(self, *, quiet: bool, unit: str = "input files") -> None:
        super().__init__(quiet=quiet)
        self._unit, self._told = unit, self.started
        self._known: int | None = None  # inputs that the corpus has, where there is one
        self._pace: Pace | None = None
        self._alive: int | None = None
        self._before = Counts()  # what earlier runs found
        self._now: Mapping[str, SoFar] = {}
        self._reasons = Counter[str]()
        self.counts = Counts()
        self.cpu_seconds = 0.0  # of the workers, for all parts
        self.was_finished = False

    def known(self, files: int) -> None:
        """The corpus is there, and has so many of the inputs already."""
        self._known = files

    def planned(self, files: int, shards: Sequence[Shard], before: Sequence[Receipt]) -> None:
        """The inputs are known."""
        sizes = {shard.shard_id: shard_bytes(shard) for shard in in_spread_order(shards)}
        self._pace = Pace(sizes, weights(shards), time.monotonic())
        for receipt in before:
            self._pace.done_before(receipt.shard_id, self._add(receipt))
        self._before = self.counts
        if not self.quiet:
            new = "new " if self._known is not None else ""
            err.print(f"{files:,} {new}{self._unit}, {bytes_of(self._pace.size)}")
            if self._known:
                err.print(f"{self._known:,} are in the corpus already, and are not read again")
            if before:
                err.print(f"goes on: {len(before):,} of {len(shards):,} parts were done before")
        self.begin("reading")

    def unchanged(self, manifest: Manifest) -> None:  # noqa: ARG002 - part of the protocol
        """The corpus was there already."""
        self.was_finished = True

    def working(self, alive: int, running: Mapping[str, SoFar]) -> None:
        """So many workers are alive, and so far are the parts at work."""
        now, pace = time.monotonic(), self._paced()
        if self._alive is None:
            pace.begin(now)
        self._alive, self._now = alive, running
        pace.look(now, alive, running)
        self._say()

    def converted(self, receipt: Receipt) -> None:
        """A part is done."""
        self._paced().finish(receipt.shard_id, time.monotonic(), self._add(receipt))
        self._now = {name: part for name, part in self._now.items() if name != receipt.shard_id}
        self._say()

    def mended(self, gone: Sequence[Receipt], new: Sequence[Shard]) -> None:
        """Some parts were done in vain."""
        work = weights(new)
        for shard in new:
            self._paced().add(shard.shard_id, shard_bytes(shard), work[shard.shard_id])
        for receipt in gone:
            self.counts -= receipt.counts
            self._reasons.subtract(dict(receipt.reasons))

    def merging(self, share: float) -> None:
        """All parts are done; the tables are being written."""
        self._paced().merging(time.monotonic(), share)
        self._alive, self._now = None, {}
        self._say("writing tables")

    def speed(self) -> tuple[float, float] | None:
        """Records and bytes of input a second, as this run read them; None where it read nothing."""
        pace, now = self._paced(), time.monotonic()
        seconds, records = pace.reading_seconds(now), self._found().records - self._before.records
        return (records / seconds, pace.done / seconds) if pace.done and seconds else None

    def _paced(self) -> Pace:
        self._pace = self._pace or Pace({}, {}, time.monotonic())
        return self._pace

    def _add(self, receipt: Receipt) -> float:
        """Counts a part; returns its CPU seconds."""
        seconds = sum(taken for _, taken in receipt.cpu_seconds)
        self.counts += receipt.counts
        self._reasons.update(dict(receipt.reasons))
        self.cpu_seconds += seconds
        return seconds

    def _found(self) -> Counts:
        return sum((part.counts for part in self._now.values()), start=self.counts)

    def _say(self, doing: str = "") -> None:
        """Shows how it goes; where there is no terminal, once in a while."""
        if self.quiet:
            return
        now, pace = time.monotonic(), self._paced()
        if self._live is None and now - self._told < EVERY:
            return
        found, speed = self._found(), self.speed()
        words = [doing, f"{found.articles:,} articles", f"{found.rejections:,} rejected"]
        if speed and not doing:
            words += [f"{speed[0]:,.0f} pages/s", f"{bytes_of(speed[1])}/s"]
        if self._alive is not None:
            words.append(f"{self._alive:,} worker{'' if self._alive == 1 else 's'}")
        left, share = pace.left(now), pace.share(now)
        lines = ["  ".join(filter(None, words)), *self._why(found.rejections)]
        if not self.show(lines, share, left):
            self._told = now
            err.print("  ".join((f"{share:.0%}", *lines, f"{time_of(left)} left")), markup=False, soft_wrap=True)

    def _why(self, rejections: int) -> list[str]:
        """The reasons so far, the most frequent first, in 78 characters; nothing where nothing was rejected."""
        reasons = self._reasons.copy()
        for part in self._now.values():
            reasons.update(dict(part.reasons))
        ranked = sorted(rejections_of((+reasons).items()), key=lambda item: (-item[1], item[0]))
        named = [f"{count:,} {''.join(c if c.isprintable() else '?' for c in name)}" for name, count in ranked]
        for shown in range(min(REASONS, len(named)), 0, -1):
            other = rejections - sum(count for _, count in ranked[:shown])
            line = "rejected: " + ", ".join([*named[:shown], *([f"{other:,} other"] if other else [])])
            if len(line) < 80 or shown == 1:  # noqa: PLR2004 - columns
                return [line]
        return []


class Verifying(Bar):
    """Progress of a verification: rows made anew, rows a second, time left, failures so far."""

    def __init__(self, *, quiet: bool, rows: int, tells_wrong: bool = True) -> None:
        super().__init__(quiet=quiet)
        self._tells_wrong = tells_wrong
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
            wrong = f"  {failures:,} wrong" if self._tells_wrong else ""
            text = f"{rows:,} rows  {rows / max(spent, 0.001):,.0f}/s{wrong}"
            self.show((text,), rows / max(self._rows, 1), spent * (self._rows - rows) / rows if rows else None)

    def __enter__(self) -> Self:
        self.begin("checking files")
        return self


class Checking(Bar):
    """Progress of a check: bytes, bytes a second, time left."""

    def __init__(self, *, quiet: bool, size: int) -> None:
        super().__init__(quiet=quiet)
        self._size, self._shown = size, 0.0

    def reached(self, position: int) -> None:
        """So many bytes are done."""
        now = time.monotonic()
        if now - self._shown > 0.1:  # noqa: PLR2004 - no eye sees more
            self._shown = now
            spent = max(now - self.started, 0.001)
            left = spent * (self._size - position) / position if position else None
            text = f"{bytes_of(position)} of {bytes_of(self._size)}  {bytes_of(position / spent)}/s"
            self.show((text,), position / max(self._size, 1), left)

    def __enter__(self) -> Self:
        self.begin("checking")
        return self


def rejections_of(reasons: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those reasons that are of rejections, and not of damage or of inputs that were skipped."""
    return [(name, count) for name, count in reasons if not name.startswith(("damaged: ", "skipped: "))]


def time_of(seconds: float | None) -> str:
    """A time as people write it: 0:01:05."""
    return "-:--:--" if seconds is None else str(timedelta(seconds=round(max(seconds, 0))))


def bytes_of(size: float) -> str:
    """A size as people write it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"

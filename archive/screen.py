"""What a person sees: progress, tables and colours; and the same answers as JSON for programs.

Text that comes from captures is data: control characters, which could drive a terminal, are shown as escapes.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.model import Counts, Extraction, Manifest
from archive.storage import to_json

if TYPE_CHECKING:
    from archive.corpus import Trace
    from archive.proof import Verdict

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)
EVERY = 30.0  # seconds between lines where nobody watches a terminal
SHOWN_FAILURES = 20
SHOWN_SKIPPED = 10
COUNTED = ("records", "articles", "rejections", "damaged", "skipped")


def safe(text: object) -> Text:
    """Text of a capture as a terminal may see it: control characters as escapes, no markup."""
    shown = "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in str(text))
    return Text(shown)


# ---- convert ---------------------------------------------------------------------------------------------------


class Bar:
    """Progress of a conversion: bytes done, pages a second, time left, articles and rejections so far."""

    def __init__(self, *, quiet: bool, unit: str) -> None:
        self._quiet, self._unit, self._live = quiet, unit, None
        self._started = self._told = time.monotonic()
        self._size = self._done = 0
        self.counts = Counts()
        self.was_finished = False

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def planned(self, files: int, size: int) -> None:
        """The inputs are known."""
        self._size = size
        if self._quiet:
            return
        err.print(f"{files:,} {self._unit}, {_bytes(size)}")
        if err.is_terminal:
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            self._live = Progress(
                TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=err
            )  # type: ignore[assignment]
            self._task = self._live.add_task("reading", total=max(size, 1))  # type: ignore[attr-defined]
            self._live.start()  # type: ignore[attr-defined]

    def unchanged(self, manifest: Manifest) -> None:  # noqa: ARG002 - part of the protocol
        """The corpus was there already."""
        self.was_finished = True

    def converted(self, counts: Counts, size: int) -> None:
        """A shard is done."""
        self._done += size
        names = Counts.__dataclass_fields__
        self.counts = Counts(**{name: getattr(self.counts, name) + getattr(counts, name) for name in names})
        if self._live:
            self._live.update(self._task, completed=self._done, description=self._line())
        elif not self._quiet and time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            left = self.seconds * (self._size - self._done) / max(self._done, 1)
            err.print(f"{self._done / max(self._size, 1):.0%}  {self._line()}  {left:.0f} s left")

    def merging(self) -> None:
        """The tables are being written."""
        if self._live:
            self._live.update(self._task, description=self._line() + "  writing tables")

    def _line(self) -> str:
        rate = self.counts.records / max(self.seconds, 0.001)
        return f"{self.counts.articles:,} articles  {self.counts.rejections:,} rejected  {rate:,.0f} records/s"


def progress(*, quiet: bool, unit: str = "input files") -> Bar:
    """A progress on standard error: a bar on a terminal, a line every 30 s elsewhere, nothing where ``quiet``."""
    return Bar(quiet=quiet, unit=unit)


def convert_json(corpus: str, manifest: Manifest, seconds: float) -> str:
    """The answer of ``convert --json``."""
    counts = {name: getattr(manifest.counts, name) for name in COUNTED}
    return json.dumps({"corpus": str(corpus), "inputs": manifest.inputs, **counts, "seconds": round(seconds, 3)})


def converted(corpus: str, manifest: Manifest, told: Bar) -> None:
    """What became of the inputs."""
    counts = manifest.counts
    if told.was_finished:
        out.print(safe(f"{corpus}: made from these inputs before; nothing to do"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("input files", f"{manifest.inputs:,}")
    table.add_row("skipped: no capture in it", f"{counts.skipped:,}")
    if counts.members_skipped:
        table.add_row("  members of zips and tars", f"{counts.members_skipped:,}")
    table.add_row("records found", f"{counts.records:,}")
    table.add_row("  articles", f"{counts.articles:,}", style="green")
    table.add_row("  rejected, with a reason", f"{counts.rejections:,}")
    table.add_row("damaged ranges", f"{counts.damaged:,}", style="red" if counts.damaged else "")
    out.print(table)
    if manifest.reasons:
        reasons = Table(box=None, pad_edge=False, title="what became of the rest", title_justify="left")
        reasons.add_column("reason")
        reasons.add_column("rows", justify="right")
        for name, count in sorted(manifest.reasons, key=lambda item: (-item[1], item[0]))[:8]:
            reasons.add_row(safe(name), f"{count:,}")
        out.print(reasons)
    size = sum(file.size for file in manifest.files)
    out.print(safe(f"{corpus}: {len(manifest.files)} files, {_bytes(size)}, in {told.seconds:.1f} s"))


def skipped(folder: str) -> None:
    """The first inputs and members that hold no capture, each with the reason."""
    from archive.corpus import Corpus

    found = [row for _, rows in Corpus(folder).rows("inputs") for row in rows if row["skipped"]]
    if not found:
        return
    table = Table(box=None, pad_edge=False, title="skipped", title_justify="left", show_header=False)
    for row in found[:SHOWN_SKIPPED]:
        member = f", member {row['member']}" if row["member"] else ""
        table.add_row(safe(row["path"] + member), safe(row["skipped"]))
    out.print(table)
    if len(found) > SHOWN_SKIPPED:
        out.print(f"… and {len(found) - SHOWN_SKIPPED:,} more, in {folder}/inputs", markup=False)


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


# ---- extract ---------------------------------------------------------------------------------------------------


def extraction_json(seen: Extraction) -> str:
    """The answer of ``extract --json``: the fields of ``Extraction``."""
    return to_json(asdict(seen)).decode().rstrip()


FIELDS = (
    "title", "authors", "published_at", "modified_at", "language", "site_name", "section", "tags", "canonical_url",
    "image_url", "description", "access",
)  # fmt: skip


def extraction(seen: Extraction) -> None:
    """Metadata with origins, then the text; of a dump, what was removed stands between, dimmed, with its reason."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in FIELDS:
        value = getattr(seen, name)
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else value
            table.add_row(name, safe(shown), Text(getattr(seen, f"{name}_origin") or "", style="dim"))
    if seen.flags:
        table.add_row("flags", safe(", ".join(seen.flags)), style="yellow")
    table.add_row("charset", seen.charset or "", Text(seen.charset_origin or "", style="dim"))
    out.print(table)
    out.print()
    pieces = [(b.source_start if b.source_start is not None else i, _kept(seen, b)) for i, b in enumerate(seen.blocks)]
    pieces += [
        (r.start, Text(f"[{r.end - r.start} bytes removed: {r.reason} {r.score:.2f}]", style="dim"))
        for r in seen.removed
        if r.reason != "blank"
    ]
    for _, shown in sorted(pieces, key=lambda piece: piece[0]):
        out.print(shown)
        out.print()


def _kept(seen: Extraction, block: Any) -> Text:  # noqa: ANN401 - a Block
    words = safe(seen.text[block.start : block.end])
    words.stylize({"heading": "bold", "quote": "italic"}.get(block.kind, ""))
    return Text("• ") + words if block.kind == "list-item" else words


# ---- verify and trace ------------------------------------------------------------------------------------------


def verdict_json(found: Verdict) -> str:
    """The answer of ``verify --json``."""
    return json.dumps({"ok": found.ok, "rows": found.rows, "failures": [asdict(failure) for failure in found.failures]})


def verdict(corpus: str, found: Verdict) -> None:
    """What ``verify`` found."""
    if found.ok:
        out.print(safe(f"{corpus}: proven"), style="green", end="; ")
        out.print(f"{found.rows:,} rows made anew from their records and compared")
        return
    out.print(safe(f"{corpus}: {len(found.failures):,} things are not as the corpus says"), style="red", end="; ")
    out.print(f"{found.rows:,} rows compared")
    table = Table(box=None, pad_edge=False)
    for name in ("table", "id", "what", "detail"):
        table.add_column(name, overflow="fold")
    for failure in found.failures[:SHOWN_FAILURES]:
        table.add_row(failure.table, safe(failure.id), failure.what, safe(failure.detail))
    out.print(table)
    if len(found.failures) > SHOWN_FAILURES:
        out.print(f"… and {len(found.failures) - SHOWN_FAILURES:,} more: --json names them all")
    if any(failure.what == "extractor" for failure in found.failures):
        out.print("archive reextract makes a corpus of the same records with the extractor that is installed")


def trace(found: Trace) -> None:
    """The chain from a row to its bytes."""
    row = found.values
    chain = Table(box=None, show_header=False, pad_edge=False)
    chain.add_column()
    chain.add_column(overflow="fold")
    chain.add_row("row", f"{found.table} {row.get('article_id') if found.table == 'articles' else row['capture_id']}")
    chain.add_row("in", safe(f"{found.file}, row group {found.row_group}, row {found.row}"))
    if row.get("outcome"):
        became = " ".join(filter(None, (row["outcome"], row["stage"], row["reason"], row["detail"])))
        chain.add_row("became", safe(became))
    if row.get("title"):
        chain.add_row("title", safe(row["title"]))
    if found.warc_file:
        unpacked = (
            "" if row["unpacked_offset"] in (None, 0) else f", at {row['unpacked_offset']} of what that unpacks to"
        )
        where = f"{row['warc_filename']}, bytes {row['warc_record_offset']} + {row['warc_record_length']}{unpacked}"
        chain.add_row("record", safe(where))
        chain.add_row("  on this machine", safe(found.warc_file))
    source = [row["source_path"]] + [
        f"{name} {row[f'source_{name}']}" for name in ("member", "offset", "line") if row[f"source_{name}"] is not None
    ]
    chain.add_row("source", safe(", ".join(source)))
    if row["captured_at"]:
        when = f"{row['captured_at']:%Y-%m-%d %H:%M:%S} UTC, known from: {row['captured_at_origin']}"
        chain.add_row("captured", safe(when))
    if row["flags"]:
        chain.add_row("flags", safe(", ".join(row["flags"])))
    for check in found.checks:
        same = check.stored == check.computed
        mark = Text("matches the bytes  ", style="green") if same else Text(f"the bytes give {check.computed}, not ", style="red")
        chain.add_row(check.name, mark + Text(check.stored))
    out.print(chain)
    for head in (found.record_head, found.http_head):
        if head:
            out.print()
            out.print(safe(head.strip().replace("\r\n", "\n")), style="dim")


# ---- schema ----------------------------------------------------------------------------------------------------


def columns() -> None:
    """All columns of all tables."""
    from archive.schema import TABLES, describe

    for name in TABLES:
        table = Table(box=None, pad_edge=False, title=name, title_justify="left", title_style="bold")
        for head in ("column", "type", "meaning"):
            table.add_column(head, overflow="fold")
        for column, kind, meaning in describe(name):
            table.add_row(column, kind if len(kind) < 30 else kind.partition("<")[0] + "<…>", meaning)  # noqa: PLR2004
        out.print(table)
        out.print()

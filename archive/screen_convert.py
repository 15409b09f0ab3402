"""What a person sees when a corpus is made: counts and speed, why records were rejected, what is damaged, what was skipped.

Each reason comes with an example and the command that shows it; what is too much for a screen comes with the line that
lists it. Such lines are never broken, however long, so that they can be copied.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
from rich.table import Table
from rich.text import Text

from archive import screen
from archive.corpus import Corpus
from archive.model import Manifest
from archive.progress import bytes_of, rejections_of
from archive.screen import safe, whole

if TYPE_CHECKING:
    from archive.progress import Converting

SHOWN_REASONS = 5
SHOWN = 10  # damaged ranges, and skipped inputs
NAMED = ["capture_id", "target_uri", "source_path", "source_member", "source_offset", "source_line"]


def show(folder: str, manifest: Manifest, told: Converting) -> None:
    """All of it."""
    counted(folder, manifest, told)
    corpus = Corpus(folder)
    rejected(corpus)
    damaged(corpus)
    skipped(corpus)


def counted(folder: str, manifest: Manifest, told: Converting) -> None:
    """What became of the inputs, and how fast."""
    counts = manifest.counts
    if told.was_finished:
        screen.out.print(safe(f"{folder}: made from these inputs before; nothing to do"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("input files", f"{manifest.inputs:,}")
    table.add_row("skipped: no capture in it", f"{counts.skipped:,}")
    if counts.members_skipped:
        table.add_row("  members of zips and tars", f"{counts.members_skipped:,}")
    table.add_row("records found", f"{counts.records:,}")
    table.add_row("  articles", f"{counts.articles:,}", style="green")
    table.add_row("  rejected, with a reason", f"{counts.rejections:,}")
    table.add_row("damaged ranges", f"{counts.damaged:,}", style="red" if counts.damaged else "")
    if speed := told.speed():
        table.add_row("speed", f"{speed[0]:,.0f} records/s, {bytes_of(speed[1])}/s")
    if told.cpu_seconds and told.counts.records:
        table.add_row("workers' CPU time", f"{1000 * told.cpu_seconds / told.counts.records:,.1f} ms a record")
    screen.out.print(table)
    size = sum(file.size for file in manifest.files)
    screen.out.print(safe(f"{folder}: {len(manifest.files)} files, {bytes_of(size)}, in {told.seconds:.1f} s"))


def rejected(corpus: Corpus) -> None:
    """The most frequent reasons for rejection, each with an example."""
    ranked = _ranked(rejections_of(corpus.manifest.reasons))
    if not ranked:
        return
    whole(Text("why rejected, with an example", style="italic"))
    for name, count in ranked[:SHOWN_REASONS]:
        whole(Text.assemble(f"{count:>9,}  ", safe(name)))
        stage, _, reason = name.partition(": ")
        for row in _first(corpus, 1, outcome="rejected", stage=stage, reason=reason):
            whole(Text.assemble(" " * 11, safe(row["target_uri"] or _place(row))))
            command = f"archive trace {shlex.quote(str(corpus.folder))} {row['capture_id']}"
            whole(Text.assemble(" " * 11, safe(command)), style="dim")
    more = ranked[SHOWN_REASONS:]
    others = f"{sum(count for _, count in more):,} for other reasons; " if more else ""
    whole(safe(f"{others}all: {_listing(corpus, 'captures', 'outcome', 'rejected')}"))


def damaged(corpus: Corpus) -> None:
    """The first damaged ranges: file, place, length and reason."""
    found = _first(corpus, SHOWN, ["reason", "detail", "block_length"], outcome="damaged")
    if not found:
        return
    reasons = [(name[9:], count) for name, count in corpus.manifest.reasons if name.startswith("damaged: ")]
    by = ", ".join(f"{count:,} {name}" for name, count in _ranked(reasons))
    whole(Text.assemble("damaged: ", safe(by)), style="italic")
    for row in sorted(found, key=lambda row: (row["source_path"], row["source_member"] or "", row["source_offset"] or 0)):
        detail = f" ({row['detail']})" if row["detail"] else ""
        whole(safe(f"{_place(row)} + {row['block_length']:,}: {row['reason']}{detail}"))
    more = corpus.manifest.counts.damaged - len(found)
    if more > 0:
        whole(safe(f"… and {more:,} more: {_listing(corpus, 'captures', 'outcome', 'damaged')}"))


def skipped(corpus: Corpus) -> None:
    """The first inputs and members that hold no capture, each with the reason."""
    counts = corpus.manifest.counts
    if not counts.skipped + counts.members_skipped and "skipped: unreadable" not in dict(corpus.manifest.reasons):
        return
    found = [row for _, rows in corpus.rows("inputs") for row in rows if row["skipped"]]
    if not found:
        return
    whole(Text("skipped", style="italic"))
    for row in found[:SHOWN]:
        member = f", member {row['member']}" if row["member"] else ""
        whole(safe(f"{row['path']}{member}: {row['skipped']}"))
    if len(found) > SHOWN:
        whole(safe(f"… and {len(found) - SHOWN:,} more: {_listing(corpus, 'inputs', 'skipped', '')}"))


def _ranked(reasons: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(reasons, key=lambda item: (-item[1], item[0]))


def _first(corpus: Corpus, count: int, more: list[str] | None = None, **values: str) -> list[dict[str, Any]]:
    """The first rows of ``captures`` with these values, which are read no further than needed."""
    where = pc.scalar(True)
    for name, value in values.items():
        where &= pc.field(name) == value
    found = corpus.dataset("captures").head(count, columns=NAMED + (more or []), filter=where)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _place(row: dict[str, Any]) -> str:
    """Where a row was found."""
    member = f", member {row['source_member']}" if row["source_member"] else ""
    if row["source_line"] is not None:
        return f"{row['source_path']}{member}, line {row['source_line']:,}"
    at = f", byte {row['source_offset']:,}" if row["source_offset"] is not None else ""
    return f"{row['source_path']}{member}{at}"


def _listing(corpus: Corpus, table: str, column: str, value: str) -> str:
    """The line of Python that lists all rows with that value; without one, all that have any."""
    condition = (column, "==" if value else "!=", value)
    return f"pyarrow.parquet.read_table({str(corpus.folder / table)!r}, filters=[{condition!r}])"

"""Pass two: the fragments of all shards, merged per partition into sorted Parquet files.

Each run of a partition gives one small batch at a time, and at most ``FAN_IN`` runs are open at once: of more than that,
groups are merged into longer runs first, in a folder of their own. So memory grows neither with rows nor with runs, but
for eight bytes a row, which find repeated records, and some 500 bytes for each row of a record that is repeated. Two
things are only known here, and are put into the rows on the way: the final name and offset of records that we wrapped
(shards write their WARC under a placeholder), and the ids of records that stand in the corpus more than once.
"""

from __future__ import annotations

import heapq
import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive import identity, storage
from archive.model import SortedRun
from archive.repeats import (
    PLACE_COLUMNS,
    REPEATED,
    Place,
    Renamed,
    is_wrapped,
    rename_rows,
    shifted,
    with_cells,
    with_column,
)  # fmt: skip
from archive.table import (
    ROW_GROUP,
    SYNC_BYTES,
    Fragment,
    ParquetFile,
    batch_keys,
    parquet_batches,
    write_run,
)

LOOSE = 128
GROUP_BYTES = 16 << 20  # of text; 4,000 news articles have as much, 4,000 of wcxb_dev's pages twice
FRESH = 256  # small files that wait to be written to the disk together
FAN_IN = 64  # runs that are merged at once: a batch of each takes some 10 MB, and what is read one more time is little
Patch = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Sorted rows: a run of a fragment file, or without ``run`` all of a Parquet file."""

    path: Path
    rows: int
    run: SortedRun | None = None


@dataclass(slots=True)
class Cursor:
    """One run on its way through the merge."""

    batches: Iterator[pa.RecordBatch]
    table: str
    batch: pa.RecordBatch | None = None
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    at: int = 0
    last: tuple[Any, ...] = ()

    def load(self) -> bool:
        """Takes the next batch; False at the end."""
        self.batch = next(self.batches, None)
        self.at = 0
        self.keys = self._keys_of(self.batch) if self.batch is not None else []
        return self.batch is not None

    def _keys_of(self, batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
        """The rows' keys; one that has the id of a further appearance stays behind the row that it stands behind."""
        keys = batch_keys(batch, self.table)
        if REPEATED in batch["flags"].flatten().to_pylist():
            for index, flags in enumerate(batch["flags"].to_pylist()):
                if REPEATED in flags:
                    before = keys[index - 1] if index else self.last
                    same = before[:2] == keys[index][:2]
                    keys[index] = before if same else (*keys[index][:2], "", "", 0, 0, 0)
        self.last = keys[-1]
        return keys

    def take(self, bound: tuple[Any, ...] | None) -> pa.RecordBatch:
        """The rows up to and with ``bound`` (all of the batch where it is None), at least one."""
        assert self.batch is not None  # noqa: S101 - load() said so
        end = len(self.keys) if bound is None else max(bisect_right(self.keys, bound, self.at), self.at + 1)
        found = self.batch.slice(self.at, end - self.at)
        self.at = end
        return found


def merged(runs: Sequence[Source], table: str) -> Iterator[pa.RecordBatch]:
    """Slices of batches that together give all rows in order."""
    cursors = [Cursor(_batches(source), table) for source in runs]
    heap = [(cursor.keys[0], index) for index, cursor in enumerate(cursors) if cursor.load()]
    heapq.heapify(heap)
    while heap:
        _, index = heapq.heappop(heap)
        cursor = cursors[index]
        yield cursor.take(heap[0][0] if heap else None)
        if cursor.at < len(cursor.keys) or cursor.load():
            heapq.heappush(heap, (cursor.keys[cursor.at], index))


def _batches(source: Source) -> Iterator[pa.RecordBatch]:
    if source.run is None:
        yield from parquet_batches(source.path)
        return
    fragment = _opened(source.path)
    yield from fragment.batches(source.run)


@lru_cache(maxsize=FAN_IN)  # one merge has no more open, and the runs of the next partition lie in the same files
def _opened(path: Path) -> Fragment:
    return Fragment(path)


def staged(runs: Sequence[Source], table: str, folder: Path, fan_in: int | None = None) -> list[Source]:
    """At most ``fan_in`` runs with the same rows; groups that had to be merged for it lie in ``folder``."""
    fan_in = fan_in or FAN_IN
    current, number = list(runs), 0
    while len(current) > fan_in:
        folder.mkdir(parents=True, exist_ok=True)
        longer = []
        for start in range(0, len(current), fan_in):
            group = current[start : start + fan_in]
            path, number = folder / f"{number:06d}.arrow", number + 1
            run = write_run(path, table, merged(group, table))
            longer.append(Source(path=path, rows=run.rows, run=run))
            for source in group:
                if source.path.parent == folder:  # of the round before
                    source.path.unlink()
        current = longer
    return current


def row_groups(parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows in groups of ``ROW_GROUP``, or fewer: a group ends with the row whose text makes it ``GROUP_BYTES``.

    Where a group ends depends on the rows alone, not on how ``parts`` slices them.
    """
    held: list[pa.RecordBatch] = []
    loose: list[pa.RecordBatch] = []
    rows = size = 0
    for part in parts:
        sizes = text_bytes(part)
        while part.num_rows:
            taken = min(ROW_GROUP - rows, int(np.searchsorted(np.cumsum(sizes), GROUP_BYTES - size)) + 1)
            loose.append(part.slice(0, taken))
            rows, size = rows + loose[-1].num_rows, size + int(sizes[:taken].sum())
            part, sizes = part.slice(taken), sizes[taken:]  # noqa: PLW2901 - the rest of it
            if rows == ROW_GROUP or size >= GROUP_BYTES:
                group = pa.concat_batches([*held, *loose])
                held, loose, rows, size = [], [], 0, 0
                yield group
                del group
        if len(loose) >= LOOSE:  # a slice keeps the whole batch that it was cut from: a copy lets it go
            held.append(pa.concat_batches(loose))
            loose = []
    if rows:
        yield pa.concat_batches([*held, *loose])


def text_bytes(part: pa.RecordBatch) -> np.ndarray[Any, Any]:
    """The bytes of each row's text; zeros for a table without one."""
    if "text" not in part.schema.names:
        return np.zeros(part.num_rows, dtype=np.int64)
    found: np.ndarray[Any, Any] = pc.binary_length(part["text"]).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def write_partition(
    runs: Sequence[Source], table: str, stem: Path, patch: Patch, target: int
) -> list[tuple[Path, int]]:
    """Writes one partition as files ``<stem>-00000.parquet``, … of about ``target`` bytes; returns their paths and rows.

    ``runs`` are at most as many as may be open at once, see ``staged``.
    """
    rows_left = sum(source.rows for source in runs)
    written: list[tuple[Path, int]] = []
    out: ParquetFile | None = None
    for group in row_groups(merged(runs, table)):
        if out is None:
            path = stem.with_name(f"{stem.name}-{len(written):05d}.parquet")
            out = ParquetFile(path, table, min(rows_left, 250_000))
        out.write([patch(group)])
        rows_left -= group.num_rows
        del group  # before the next one is put together
        storage.give_back_memory()
        if out.tell() >= target or not rows_left:
            out.close()
            written.append((out.path, out.rows))
            out = None
    return written


def write_table(
    partitions: Mapping[str, Sequence[Source]],
    table: str,
    stem: Path,
    *,
    patch: Patch,
    target: int,
    stages: Path,
    fan_in: int | None = None,
) -> dict[Path, int]:
    """Writes partitions of a table in their folders beside ``stem``; returns the files' rows.

    ``stages`` takes what comes between.
    """
    written: dict[Path, int] = {}
    fresh: list[Path] = []  # not yet on the disk
    for number, name in enumerate(sorted(partitions)):
        shutil.rmtree(stages, ignore_errors=True)
        runs = staged(partitions[name], table, stages / str(number), fan_in)
        files = dict(write_partition(runs, table, stem.parent / name / stem.name, patch, target))
        written |= files
        fresh += files
        if len(fresh) >= FRESH or sum(path.stat().st_size for path in files) > SYNC_BYTES:
            storage.sync_all(fresh)
            fresh = []
    shutil.rmtree(stages, ignore_errors=True)
    _opened.cache_clear()
    return written


# ---- what only the whole corpus knows --------------------------------------------------------------------------


def patcher(
    warc_places: dict[str, tuple[str, int]], repeated: dict[Place, int], renamed: dict[str, list[Renamed]]
) -> Patch:
    """What turns a fragment's rows into a corpus's: WARC names and offsets, and ids of repeated records."""
    ids = pa.array(sorted({place[0] for place in repeated}), pa.string())
    records = {(name, one.offset): one for name, group in renamed.items() for one in group}

    def patch(batch: pa.RecordBatch) -> pa.RecordBatch:
        if len(ids) and pc.any(pc.is_in(batch["capture_id"], value_set=ids)).as_py():
            batch = rename_rows(_number_repeated(batch, repeated), records)
        return _place_records(batch, warc_places, renamed)

    return patch


def _place_records(
    batch: pa.RecordBatch, places: dict[str, tuple[str, int]], renamed: dict[str, list[Renamed]]
) -> pa.RecordBatch:
    names, offsets = batch["warc_filename"], batch["warc_record_offset"]
    for placeholder in pc.unique(names).to_pylist():
        if placeholder not in places:
            continue
        name, base = places[placeholder]
        ours = pc.fill_null(pc.equal(names, placeholder), fill_value=False)
        names = pc.if_else(ours, name, names)
        moved = shifted(offsets, renamed[placeholder]) if placeholder in renamed else offsets
        offsets = pc.if_else(ours, pc.add(moved, base), offsets)
    batch = with_column(batch, "warc_filename", names)
    return with_column(batch, "warc_record_offset", offsets)


def _number_repeated(batch: pa.RecordBatch, repeated: dict[Place, int]) -> pa.RecordBatch:
    columns = ("capture_id", "article_id", "record_id", "flags")
    cells = {name: batch[name].to_pylist() for name in columns}
    for index, row in enumerate(batch.select([*PLACE_COLUMNS, "warc_filename", "block_sha256"]).to_pylist()):
        ordinal = repeated.get(tuple(row[name] for name in PLACE_COLUMNS))
        if not ordinal:
            continue
        if is_wrapped(row):  # its record is written anew, so the row has that one's id
            record = cells["record_id"][index] = identity.repeated_record_id(cells["record_id"][index], ordinal)
            new = identity.named_capture_id(record, row["block_sha256"])
        else:
            new = identity.repeated_id(UUID(row["capture_id"]), ordinal)
        cells["capture_id"][index] = str(new)
        cells["article_id"][index] = str(identity.article_id(new)) if cells["article_id"][index] else None
        cells["flags"][index] = [*cells["flags"][index], REPEATED]
    return with_cells(batch, cells)

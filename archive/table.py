"""Rows to files and back: fragments of one shard, and the Parquet files of a corpus.

**Fragments** are temporary Arrow IPC files. A shard's rows are sorted in memory up to ``RUN_BYTES`` and written as a run
per partition, in batches of ``BATCH_ROWS``, so that a merge of many runs holds one small batch of each.

**Parquet**: row groups of 4,000 rows (5 to 28 times less read by selective queries than one unsorted group), fewer where
their texts have 16 MB, which bounds what a merge holds; zstd, page indexes, bloom filters on ids and URLs, digests as
fixed-size binary. Files are written in the work folder and renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from archive import storage
from archive.model import Block, Removed, SortedRun
from archive.partition import partition_of, sort_key
from archive.rows import Article, CaptureRow, InputRow
from archive.schema import arrow_schema

ROW_GROUP = 4000
BATCH_ROWS = 16  # of a run; a merge holds one such batch of each run
RUN_BYTES = 8 << 20  # of text; what Python holds for it is some four times that
SYNC_BYTES = 32 << 20
FORGOTTEN = 1 << 20  # bytes read of a fragment after which the kernel need not keep them
ZSTD_LEVEL = 3  # level 7 takes .2 ms a record more, and saves 7 %
BLOOM = {"articles": ("article_id", "capture_id", "url"), "captures": ("capture_id", "record_id", "target_uri")}
SORTED_BY = ("registered_domain", "captured_at")
Row = Article | CaptureRow | InputRow


def to_batch(rows: list[Any], table: str) -> pa.RecordBatch:
    """The rows as an Arrow record batch of the table's schema."""
    schema = arrow_schema(table)
    columns = [pa.array([_plain(getattr(row, f.name)) for row in rows], type=f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple):
        return [_CELLS[type(item)](item) if type(item) in _CELLS else item for item in value]
    return value


def _cells_of(row_type: type) -> Callable[[Any], dict[str, Any]]:
    names = [one.name for one in fields(row_type)]
    values = attrgetter(*names)
    return lambda item: dict(zip(names, values(item), strict=True))  # asdict copies deeply, and took .2 ms a row


_CELLS = {row_type: _cells_of(row_type) for row_type in (Block, Removed)}


class FragmentWriter:
    """Takes the rows of one table from one shard, and writes them as sorted runs."""

    def __init__(self, path: Path, table: str, partition_by: tuple[str, ...]) -> None:
        self.table, self._partition_by = table, partition_by
        self._file = pa.OSFile(str(path), "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        self._writer = pa.ipc.new_file(self._file, arrow_schema(table), options=options)
        self._rows: list[tuple[str, tuple[Any, ...], Article | CaptureRow]] = []
        self._bytes, self._batches = 0, 0
        self.runs: list[SortedRun] = []

    def add(self, row: Article | CaptureRow) -> None:
        """Takes a row; writes a run when enough have come together."""
        self._rows.append((partition_of(self.table, row, self._partition_by), sort_key(row), row))
        self._bytes += 1500 + (len(row.text) * 2 + 80 * len(row.blocks) if isinstance(row, Article) else 0)
        if self._bytes > RUN_BYTES:
            self.flush()

    def flush(self) -> None:
        """Writes what has come together as one run per partition."""
        self._rows.sort(key=lambda item: item[:2])
        start = 0
        while start < len(self._rows):
            partition = self._rows[start][0]
            end = next((i for i in range(start, len(self._rows)) if self._rows[i][0] != partition), len(self._rows))
            first = self._batches
            for at in range(start, end, BATCH_ROWS):
                rows = [row for _, _, row in self._rows[at : min(at + BATCH_ROWS, end)]]
                self._writer.write_batch(to_batch(rows, self.table))
                self._batches += 1
            self.runs.append(
                SortedRun(
                    table=self.table,
                    partition=partition,
                    first_batch=first,
                    batches=self._batches - first,
                    rows=end - start,
                )
            )
            start = end
        self._rows, self._bytes = [], 0

    def close(self) -> None:
        """Writes the rest and ends the file."""
        self.flush()
        self._writer.close()
        self._file.close()


def write_run(path: Path, table: str, parts: Iterable[pa.RecordBatch]) -> SortedRun:
    """Writes rows that come in order as a fragment of one run, in batches as small as those of any other."""
    batches = rows = waiting = 0
    pending: list[pa.RecordBatch] = []
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)  # read once, and soon
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, arrow_schema(table), options=options) as writer:

        def write(taken: int) -> None:
            nonlocal batches, rows, waiting, pending
            whole = pa.concat_batches(pending)
            writer.write_batch(whole.slice(0, taken))
            pending = [whole.slice(taken)] if taken < whole.num_rows else []
            batches, rows, waiting = batches + 1, rows + taken, waiting - taken

        for part in parts:
            pending.append(part)
            waiting += part.num_rows
            while waiting >= BATCH_ROWS:
                write(BATCH_ROWS)
        if waiting:
            write(waiting)
    return SortedRun(table=table, partition="", first_batch=0, batches=batches, rows=rows)


class Fragment:
    """A fragment file opened for reading."""

    def __init__(self, path: Path) -> None:
        self._file = pa.OSFile(str(path), "rb")  # not memory-mapped: mapped pages count as this process's memory
        self._reader = pa.ipc.open_file(self._file)
        self._read = 0

    def batches(self, run: SortedRun) -> Iterator[pa.RecordBatch]:
        """The batches of a run, in order."""
        for index in range(run.first_batch, run.first_batch + run.batches):
            batch = self._reader.get_batch(index)
            yield batch
            self._read += batch.nbytes
            if self._read > FORGOTTEN:
                self._read = 0
                self.forget()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """All batches of the file."""
        return (self._reader.get_batch(index) for index in range(self._reader.num_record_batches))

    def forget(self) -> None:
        """Tells the kernel that what was read is not needed again."""
        storage.forget_pages(self._file)

    def close(self) -> None:
        """Closes the file, as losing it does."""
        self.forget()
        self._file.close()


def batch_keys(batch: pa.RecordBatch, table: str) -> list[tuple[Any, ...]]:
    """The sort key of each row, equal to ``partition.sort_key`` of the row it came from."""
    row_id = "article_id" if table == "articles" else "capture_id"
    micros = pc.fill_null(batch["captured_at"].cast(pa.int64()), -1).to_pylist()
    paths, members = batch["source_path"].to_pylist(), pc.fill_null(batch["source_member"], "").to_pylist()
    places = [f"{path}\n{member}" for path, member in zip(paths, members, strict=True)]
    domains = pc.fill_null(batch["registered_domain"], "").to_pylist()
    offsets = pc.fill_null(batch["source_offset"], 0).to_pylist()
    lines = pc.fill_null(batch["source_line"], 0).to_pylist()
    inner = pc.fill_null(batch["unpacked_offset"], 0).to_pylist()
    return list(zip(domains, micros, batch[row_id].to_pylist(), places, offsets, lines, inner, strict=True))


class ParquetFile:
    """Writes one Parquet file of a table, group by group, under the path it is given."""

    def __init__(self, path: Path, table: str, rows: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        schema = arrow_schema(table)
        names = schema.names
        order = [pq.SortingColumn(names.index(name), nulls_first=True) for name in SORTED_BY if name in names]
        blooms = {name: {"ndv": max(rows, 1), "fpp": 0.01} for name in BLOOM.get(table, ())}
        plain = ("text", "blocks", "removed", "record_sha256", "block_sha256", "payload_sha256", "text_sha256")
        self.path, self.rows, self._synced = path, 0, 0
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=[name for name in names if name not in plain],
            write_page_index=True,
            write_page_checksum=True,
            sorting_columns=order or None,
            bloom_filter_options=blooms or None,
        )

    def write(self, batches: list[pa.RecordBatch]) -> None:
        """One row group."""
        table = pa.Table.from_batches(batches).combine_chunks()
        self._writer.write_table(table, row_group_size=ROW_GROUP * 2)
        self.rows += table.num_rows
        if self.tell() - self._synced > SYNC_BYTES:  # else the kernel holds all of it until the end
            self._synced = self.tell()
            storage.sync(self.path)

    def tell(self) -> int:
        """Bytes written so far."""
        return int(self._file.tell())

    def close(self) -> None:
        """Writes the footer and ends the file."""
        self._writer.close()
        self._file.close()


def write_rows(path: Path, table: str, rows: list[Any]) -> None:
    """Writes rows as a small Arrow file."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, arrow_schema(table)) as writer:
        writer.write_batch(to_batch(rows, table))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a small Arrow file."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        found: list[dict[str, Any]] = reader.read_all().to_pylist()
        return found


def read_slice(path: Path, first: int, rows: int) -> list[dict[str, Any]]:
    """``rows`` rows of a Parquet file from row ``first`` on; only the row groups that hold them are read."""
    found: list[dict[str, Any]] = []
    with pq.ParquetFile(path) as parquet:
        start = 0
        for group in range(parquet.num_row_groups):
            end = start + parquet.metadata.row_group(group).num_rows
            low, high = max(first, start), min(first + rows, end)
            if low < high:
                found += parquet.read_row_group(group).slice(low - start, high - low).to_pylist()
            start = end
    return found


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file in batches as small as those of a fragment, with little more of it in memory."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16) as parquet:
        yield from parquet.iter_batches(batch_size=BATCH_ROWS, use_threads=False)


def write_parquet(path: Path, table: str, rows: Iterable[Row]) -> int:
    """Writes a table, a row group at a time; returns its rows. Its bloom filters fit a list, whose length is known."""
    out, left = ParquetFile(path, table, len(rows) if isinstance(rows, Sized) else 0), iter(rows)
    while group := list(islice(left, ROW_GROUP)):
        out.write([to_batch(group, table)])
    out.close()
    return out.rows

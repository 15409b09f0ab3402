"""A corpus, opened: its tables as Arrow, and any row's way back to its bytes.

Only files that the manifest names are read. ``articles`` and ``captures`` give Arrow tables, which pandas, Polars and
DuckDB take as they are; ``where`` is pushed down to partitions and row groups.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from archive import warc
from archive.errors import CorpusError, UnknownId, UsageError
from archive.manifest import read_manifest
from archive.model import Capture, CorpusFile, Damage, Locator, Manifest, Origin
from archive.partition import keys_of
from archive.schema import TABLES, arrow_schema
from archive.sources.records import Unreadable
from archive.sources.warc import RecordReader
from archive.storage import CHUNK, sha256_of, sha256_of_range

if TYPE_CHECKING:
    from archive.proof import Verdict


ESCAPE = re.compile(rb"\\x([89a-f][0-9a-f])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A digest of a row, and the same from the record's bytes."""

    name: str
    stored: str
    computed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A row's way back to its bytes: table file, row group and row; record; source; digests."""

    table: str
    file: str
    row_group: int
    row: int
    values: dict[str, Any]
    warc_file: str | None  # on this machine
    record_head: str
    http_head: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """True where every digest of the row is that of the bytes."""
        return all(check.stored == check.computed for check in self.checks)


class Corpus:
    """A corpus folder. Raises ``CorpusError`` where there is none."""

    def __init__(self, folder: str | os.PathLike[str], *, source_roots: Iterable[str | os.PathLike[str]] = ()) -> None:
        self.folder = Path(folder)
        self.manifest: Manifest = read_manifest(self.folder)
        self._roots = [Path(root) for root in source_roots]
        if odd := next((root for root in self._roots if not root.is_dir()), None):
            message = f"{odd}: no such folder, where inputs could be now"
            raise UsageError(message)
        self._located: dict[str, Path] = {}  # inputs that were found

    def __repr__(self) -> str:
        counts = self.manifest.counts
        return f"<Corpus {self.folder}: {counts.articles:,} articles of {counts.records:,} records>"

    # ---- tables

    def files(self, table: str) -> list[CorpusFile]:
        """The Parquet files of a table, as the manifest names them."""
        if table not in TABLES:
            message = f'no table "{table}"; there are {", ".join(TABLES)}'
            raise UsageError(message)
        return [file for file in self.manifest.files if file.path.startswith(f"{table}/")]

    def dataset(self, table: str) -> ds.Dataset:
        """A table as an Arrow dataset, its partition keys as further columns."""
        paths = [str(self.folder / file.path) for file in self.files(table)]
        keys = keys_of(table, self.manifest.settings.partition_by) if table != "inputs" else ()
        schema = arrow_schema(table)
        for key in keys:
            schema = schema.append(pa.field(key, pa.string()))
        hive = ds.partitioning(pa.schema([pa.field(key, pa.string()) for key in keys]), flavor="hive")
        return ds.dataset(
            paths, schema=schema, format="parquet", partitioning=hive, partition_base_dir=str(self.folder / table)
        )

    def table(
        self, table: str, *, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """Rows of a table as Arrow: the columns that are named, of the rows for which ``where`` holds."""
        return self.dataset(table).to_table(columns=list(columns or arrow_schema(table).names), filter=where)

    def articles(self, *, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """Articles as Arrow; ``where`` is an expression such as ``pyarrow.compute.field("language") == "de"``."""
        return self.table("articles", columns=columns, where=where)

    def captures(self, *, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """Every record found and every damaged range, as Arrow."""
        return self.table("captures", columns=columns, where=where)

    # ---- back to the bytes

    @cached_property
    def _own_files(self) -> frozenset[str]:
        return frozenset(file.path for file in self.manifest.files)

    @cached_property
    def _logged_roots(self) -> list[tuple[int | None, Path]]:
        """The folders that inputs lay in, those of the last run first, and what ``added`` is in the rows of these."""
        found: dict[tuple[int | None, str], None] = {}
        for log in sorted((self.folder / "runs").glob("*.json"), reverse=True):
            try:
                stated = json.loads(log.read_bytes())
                found |= dict.fromkeys((stated.get("added"), root) for root in stated["source_roots"])
            except (ValueError, KeyError, TypeError, AttributeError, OSError):  # a log is a hint, and may be broken
                continue
        return [(added, Path(root)) for added, root in found]

    @cached_property
    def _added(self) -> dict[str, int]:
        """When each input was added, where not all were at once."""
        if len({added for added, _ in self._logged_roots}) < 2:  # noqa: PLR2004
            return {}
        return {row["path"]: row["added"] for _, rows in self.rows("inputs", ["path", "added"]) for row in rows}

    def roots_of(self, name: str) -> list[Path]:
        """The folders that an input of that name lay in, as far as the logs tell."""
        when = self._added.get(name)
        return [root for added, root in self._logged_roots if None in (when, added) or when == added]

    def locate(self, name: str) -> Path:
        """Where a file that rows name is on this machine. Raises ``CorpusError`` where it cannot be found."""
        if name in self._own_files:
            return self.folder / name
        if name.startswith("/") or ".." in name.split("/"):  # a corpus of others names no file outside its inputs
            message = f"{name}: not the name of an input"
            raise CorpusError(message)
        # a name that is no UTF-8 stands in the rows with escapes
        if name not in self._located:
            raw = os.fsdecode(ESCAPE.sub(lambda found: bytes.fromhex(found.group(1).decode()), os.fsencode(name)))
            there = _files(self._roots, name, raw) or _files(self.roots_of(name), name, raw)
            if not there:
                message = f"{name}: the input is not where it was; say where with --source-root FOLDER"
                raise CorpusError(message)
            self._located[name] = there[0] if len(there) == 1 else self._the_one(name, there)
        return self._located[name]

    def _the_one(self, name: str, there: list[Path]) -> Path:
        """Of several files with an input's name, the one that has its bytes; where none has, the first."""
        row = self.table("inputs", columns=["size", "sha256"], where=_input_named(name)).to_pylist()[:1]
        for path in there if row else ():
            with path.open("rb") as file:
                if path.stat().st_size == row[0]["size"] and sha256_of(file) == row[0]["sha256"]:
                    return path
        return there[0]

    def reader(self) -> RecordReader:
        """What reads the records of many rows; close it in the end."""
        return RecordReader(self.manifest.settings.reading.limits)

    def capture_at(self, row: dict[str, Any], reader: RecordReader | None = None) -> Capture:
        """The record that a row of ``captures`` or ``articles`` names, read anew.

        Raises ``CorpusError`` where its file is missing, or no record lies there.
        """
        if reader is None:
            with closing(self.reader()) as own:
                return self.capture_at(row, own)
        locator = locator_of(row)
        if locator is None:
            message = "the row names no record"
            raise CorpusError(message)
        path = self.locate(locator.path)
        try:
            raw = reader.read(path, locator)
        except (Unreadable, OSError) as why:
            message = f"no record at byte {locator.offset} of {path}: {why}"
            raise CorpusError(message) from why
        return warc.capture_from(raw, origin_of(row), locator)

    def find(self, row_id: str) -> tuple[str, str, int, int, dict[str, Any]]:
        """Table, file, row group, row in it, and values of the row with that id. Raises ``UnknownId``."""
        for table, column in (("articles", "article_id"), ("captures", "capture_id")):
            for file in self.files(table):
                with pq.ParquetFile(self.folder / file.path) as parquet:
                    for group in range(parquet.num_row_groups):
                        ids = parquet.read_row_group(group, columns=[column])[column]
                        index = pc.index(ids, row_id).as_py()
                        if index >= 0:
                            values = parquet.read_row_group(group).slice(index, 1).to_pylist()[0]
                            return table, file.path, group, index, values
        message = f"{row_id}: no article and no capture of {self.folder} has this id"
        raise UnknownId(message)

    def trace(self, row_id: str) -> Trace:
        """The way back of an article or capture: row, record, source, and its digests computed anew."""
        table, file, group, index, values = self.find(row_id)
        if values.get("outcome") == "damaged" or locator_of(values) is None:
            return Trace(
                table=table, file=file, row_group=group, row=index, values=values, warc_file=None, record_head="",
                http_head="", checks=(),
            )  # fmt: skip
        found = self.capture_at(values)
        checks = [
            Check(name=name, stored=values[name].hex(), computed=(getattr(found, name) or b"").hex())
            for name in ("record_sha256", "block_sha256", "payload_sha256")
            if values[name] is not None
        ]
        return Trace(
            table=table,
            file=file,
            row_group=group,
            row=index,
            values=values,
            warc_file=str(self.locate(values["warc_filename"])),
            record_head=found.head.decode("utf-8", "replace"),
            http_head=found.http_head.decode("utf-8", "replace"),
            checks=tuple(checks),
        )

    def payload(self, row_id: str) -> bytes:
        """The original payload, bit for bit; that of a revisit is the payload of the record it refers to.

        Raises ``UnknownId``, or ``CorpusError`` where the payload is not to be had. ``payload_pieces`` gives one that is
        larger than memory.
        """
        return b"".join(self.payload_pieces(row_id))

    def payload_pieces(self, row_id: str) -> Iterator[bytes]:
        """The original payload as ``payload`` gives it, a piece at a time."""
        *_, values = self.find(row_id)
        if values.get("outcome") == "damaged":
            yield from self._damaged_range(values)
            return
        with closing(self.reader()) as reader:
            found = self.capture_at(values, reader)
            if found.record_type == "revisit":
                found = self.capture_at(self._referred(found), reader)
            yield from warc.payload_pieces(found)

    def _damaged_range(self, values: dict[str, Any]) -> Iterator[bytes]:
        length = damage_of(values).length
        with self.locate(values["source_path"]).open("rb") as file:
            file.seek(values["source_offset"])
            if sha256_of_range(file, length) != values["record_sha256"]:
                message = f"{values['capture_id']}: a damaged range inside a container; only its digest and its row are kept"
                raise CorpusError(message)
            file.seek(values["source_offset"])
            for at in range(0, length, CHUNK):
                yield file.read(min(CHUNK, length - at))

    def _referred(self, revisit: Capture) -> dict[str, Any]:
        """The row of the record that a revisit refers to."""
        where = pc.field("record_id") == (revisit.refers_to_record_id or "")
        if revisit.refers_to_record_id is None:
            where = (pc.field("target_uri") == (revisit.refers_to_uri or "")) & (
                pc.field("warc_date") == (revisit.refers_to_date or "")
            )
        rows = self.captures(where=where & (pc.field("record_type") != "revisit")).to_pylist()
        if not rows:
            message = f"the record that this revisit refers to ({revisit.refers_to_record_id}) is not in the corpus"
            raise CorpusError(message)
        return dict(rows[0])

    def verify(self, *, sample: int | None = None, told: Callable[[int, int], None] | None = None) -> Verdict:
        """Whether every file, digest, count and article is what its record says; see ``archive.proof``.

        ``told`` hears now and then how many rows were made anew, and how many failures were found.
        """
        from archive.proof import verify

        return verify(self, sample=sample, told=told)

    def rows(
        self, table: str, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[CorpusFile, list[dict[str, Any]]]]:
        """The rows of a table, a batch of a file at a time."""
        for file in self.files(table):
            with pq.ParquetFile(self.folder / file.path) as parquet:
                for batch in parquet.iter_batches(batch_size=512, columns=list(columns) if columns else None):
                    yield file, batch.to_pylist()

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Columns of a table as Arrow, some thousand rows at a time."""
        for file in self.files(table):
            with pq.ParquetFile(self.folder / file.path, pre_buffer=False) as parquet:
                yield from parquet.iter_batches(batch_size=1024, columns=list(columns), use_threads=False)


def open_corpus(folder: str | os.PathLike[str], *, source_roots: Iterable[str | os.PathLike[str]] = ()) -> Corpus:
    """The corpus in ``folder``. ``source_roots`` say where referenced inputs have moved to."""
    return Corpus(folder, source_roots=source_roots)


def _files(roots: list[Path], *names: str) -> list[Path]:
    """The files that these names may mean under these folders, each once."""
    tried = (root / name for root in roots for name in names)
    return list({path.resolve(): path for path in tried if path.is_file()}.values())


def _input_named(path: str) -> pc.Expression:
    return (pc.field("path") == path) & pc.field("member").is_null()


def locator_of(row: dict[str, Any]) -> Locator | None:
    """Where the record of a row lies; None where it names no place that can be."""
    if row["warc_filename"] is None:
        return None
    place = [row["warc_record_offset"], row["warc_record_length"]]
    if row["unpacked_offset"] is not None or row["unpacked_length"] is not None:
        place += [row["unpacked_offset"], row["unpacked_length"]]
    if any(number is None or number < 0 for number in place):
        return None
    return Locator(
        path=row["warc_filename"],
        offset=row["warc_record_offset"],
        length=row["warc_record_length"],
        unpacked_offset=row["unpacked_offset"],
        unpacked_length=row["unpacked_length"],
    )


def origin_of(row: dict[str, Any]) -> Origin:
    """Where the capture of a row was found."""
    return Origin(
        path=row["source_path"],
        member=row["source_member"],
        offset=row["source_offset"],
        line=row["source_line"],
    )


def damage_of(row: dict[str, Any]) -> Damage:
    """The damaged range that a row of ``captures`` stands for. Raises ``CorpusError`` where its cells name none."""
    if any(row[name] is None or row[name] < 0 for name in ("source_offset", "block_length")) or not row["record_sha256"]:
        message = "the row names no range of bytes"
        raise CorpusError(message)
    return Damage(
        origin=origin_of(row),
        offset=row["source_offset"],
        length=row["block_length"],
        reason=row["reason"],
        detail=row["detail"],
        sha256=row["record_sha256"],
        unpacked_offset=row["unpacked_offset"],
        unpacked_length=row["unpacked_length"],
    )

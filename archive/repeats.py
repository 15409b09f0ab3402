"""The very same record twice in one corpus: each gets an id of its own.

Only the whole corpus knows of it, so this happens when it is committed: of captures that we wrapped, the second and
later ones are written anew, with their ordinal in the WARC-Record-ID (the standard wants it unique), and their rows say
so. Records of others keep the ids that they came with; there only the rows' ids take the ordinal in.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive import identity, wrapping
from archive.table import Fragment

CHUNK = 1 << 16
REPEATED = "repeated-record"  # the flag of a row whose record stands in the corpus before
Place = tuple[Any, ...]  # the values of PLACE_COLUMNS
PLACE_COLUMNS = (
    "capture_id", "source_path", "source_member", "source_offset", "source_line", "unpacked_offset", "warc_record_offset",
)  # fmt: skip
RECORD_ID = re.compile(rb"(?<=\nWARC-Record-ID: <)[^>]*(?=>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A record in a shard's WARC file that stands in the corpus ``ordinal`` times before."""

    offset: int
    length: int
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """What became of a ``Repeat``: ``growth`` is by how many bytes its member is longer than it was."""

    offset: int
    growth: int
    length: int
    record_id: str
    record_sha256: bytes


class Earlier:
    """The capture ids of a corpus that is added to: eight bytes of each."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._ids = np.fromiter((_short(UUID(one)) for one in ids), dtype=np.uint64)
        self._ids.sort()

    def __contains__(self, one: object) -> bool:
        return isinstance(one, UUID) and bool(self.among(np.array([_short(one)], dtype=np.uint64))[0])

    def among(self, ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Which of the first eight bytes of ids are there."""
        if not len(self._ids):
            return np.zeros(len(ids), dtype=bool)
        at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        found: np.ndarray[Any, Any] = self._ids[at] == ids
        return found

    def times(self, row: dict[str, Any]) -> int:
        """How often the record of a row stands there: its own id, and those of further appearances of either kind."""
        first, times = UUID(row["capture_id"]), 0
        if first in self:
            times = 1
            while any(one in self for one in _further(first, row, times)):
                times += 1
        return times


def _short(one: UUID) -> int:
    return one.int >> 64


def _further(first: UUID, row: dict[str, Any], ordinal: int) -> Iterator[UUID]:
    yield identity.repeated_id(first, ordinal)
    if row["record_id"]:
        yield identity.named_capture_id(identity.repeated_record_id(row["record_id"], ordinal), row["block_sha256"])


def repeated_places(
    fragments: list[tuple[Path, Path]], earlier: Earlier | None = None, added: Mapping[str, int] | None = None
) -> dict[Place, int]:
    """Ordinals (from 1) of rows whose capture_id stands in the corpus before them.

    ``fragments`` are pairs of a shard's id file (eight bytes a row) and its fragment of ``captures``. Their order is that
    of path and place, but for inputs that were ``added`` later (1, 2, …), and all stand behind the ``earlier`` ones. Only
    ids that occur twice are looked at closely: memory is eight bytes a row, and some 500 for each row of these.
    """
    earlier, added = earlier or Earlier(), added or {}
    twice = _twice([ids for ids, _ in fragments], earlier)
    if not len(twice):
        return {}
    wanted = frozenset(int(value) for value in twice)
    places: dict[str, list[Place]] = {}
    start: dict[str, int] = {}
    for ids, path in fragments:
        if not np.isin(np.fromfile(ids, dtype=">u8"), twice).any():
            continue
        fragment = Fragment(path)
        for batch in fragment:
            for row in batch.select([*PLACE_COLUMNS, "record_id", "block_sha256"]).to_pylist():
                if _short(UUID(row["capture_id"])) in wanted:
                    places.setdefault(row["capture_id"], []).append(tuple(row[name] for name in PLACE_COLUMNS))
                    if row["capture_id"] not in start:
                        start[row["capture_id"]] = earlier.times(row)
        fragment.close()
    found: dict[Place, int] = {}
    for row_id, group in places.items():
        group.sort(
            key=lambda place: (added.get(place[1], 0), place[1], place[2] or "", *(number or 0 for number in place[3:]))
        )
        found.update({place: ordinal for ordinal, place in enumerate(group, start[row_id]) if ordinal})
    return found


def _twice(files: list[Path], earlier: Earlier) -> np.ndarray[Any, Any]:
    """The ids that stand more than once in files of ids, or in the earlier ones too; all are held, once."""
    everything = np.empty(sum(path.stat().st_size for path in files) // 8, dtype=np.uint64)
    start = 0
    for path in files:
        ids = np.fromfile(path, dtype=">u8")
        everything[start : start + len(ids)] = ids
        start += len(ids)
    everything.sort()
    repeated = everything[1:][everything[1:] == everything[:-1]]
    return np.unique(np.concatenate([repeated, everything[earlier.among(everything)]]))


def repeated_records(fragments: list[Path], repeated: dict[Place, int]) -> dict[str, list[Repeat]]:
    """Records that we wrapped and that stand in the corpus before, by the name of the shard's WARC file, in its order."""
    found: dict[str, list[Repeat]] = defaultdict(list)
    if not repeated:
        return {}
    ids = pa.array(sorted({place[0] for place in repeated}), pa.string())
    for path in fragments:
        fragment = Fragment(path)
        for batch in fragment:
            some = batch.filter(pc.is_in(batch["capture_id"], value_set=ids))
            for row in some.select([*PLACE_COLUMNS, "warc_filename", "warc_record_length"]).to_pylist():
                ordinal = repeated.get(tuple(row[name] for name in PLACE_COLUMNS))
                if ordinal and is_wrapped(row):
                    place = Repeat(offset=row["warc_record_offset"], length=row["warc_record_length"], ordinal=ordinal)
                    found[row["warc_filename"]].append(place)
        fragment.close()
    return {name: sorted(group, key=lambda one: one.offset) for name, group in found.items()}


def is_wrapped(row: dict[str, Any]) -> bool:
    """True for a capture that we wrapped: a record of others has an offset and no line, a page no offset, a line both.

    So has a record of an ARC file: its number is its line.
    """
    return row["warc_filename"] is not None and (row["source_line"] is not None or row["source_offset"] is None)


def copy_renamed(part: BinaryIO, out: BinaryIO, repeats: list[Repeat]) -> list[Renamed]:
    """Copies a shard's WARC file up to behind the last repeat, each of these written anew under an id of its own."""
    renamed = []
    for one in repeats:
        while part.tell() < one.offset:
            out.write(part.read(min(CHUNK, one.offset - part.tell())))
        member = _Rewritten(part, one)
        length, _ = wrapping.write_member(out, member.parts())
        renamed.append(
            Renamed(
                offset=one.offset,
                growth=length - one.length,
                length=length,
                record_id=member.record_id,
                record_sha256=member.sha256.digest(),
            )
        )
    return renamed


class _Rewritten:
    """A record under another id; what it is called and its digest are known once its parts have passed."""

    def __init__(self, part: BinaryIO, place: Repeat) -> None:
        self._part, self._place = part, place
        self.record_id, self.sha256 = "", hashlib.sha256()

    def parts(self) -> Iterator[bytes]:
        """The record, its new id in its header."""
        opening = b""
        for piece in self._unpacked():
            if self.record_id:
                changed = piece
            else:
                opening += piece
                if b"\r\n\r\n" not in opening:
                    continue
                changed = RECORD_ID.sub(self._rename, opening, count=1)
            self.sha256.update(changed)
            yield changed

    def _rename(self, found: re.Match[bytes]) -> bytes:
        self.record_id = identity.repeated_record_id(found.group().decode(), self._place.ordinal)
        return self.record_id.encode()

    def _unpacked(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        left = self._place.length
        while left:
            packed = self._part.read(min(CHUNK, left))
            left -= len(packed)
            while packed:
                yield unpacker.decompress(packed, 1 << 20)
                packed = unpacker.unconsumed_tail
        yield unpacker.flush()


# ---- rows --------------------------------------------------------------------------------------------------------


def rename_rows(batch: pa.RecordBatch, records: dict[tuple[str, int], Renamed]) -> pa.RecordBatch:
    """The rows of records that were written anew with their new digests and lengths; places are still the shard's."""
    cells = {name: batch[name].to_pylist() for name in ("record_sha256", "warc_record_length")}
    places = zip(batch["warc_filename"].to_pylist(), batch["warc_record_offset"].to_pylist(), strict=True)
    for index, place in enumerate(places):
        if new := records.get(place):
            cells["record_sha256"][index] = new.record_sha256
            cells["warc_record_length"][index] = new.length
    return with_cells(batch, cells)


def shifted(offsets: pa.Array, renamed: list[Renamed]) -> pa.Array:
    """Offsets in a shard's WARC file after the records in front of them have grown."""
    starts = np.array([one.offset for one in renamed])
    growth = np.concatenate([[0], np.cumsum([one.growth for one in renamed])])
    before = offsets.fill_null(0).to_numpy()
    return pa.array(before + growth[np.searchsorted(starts, before, side="left")], offsets.type)


def with_column(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    """The batch with other values in one column."""
    index = batch.schema.get_field_index(name)
    return batch.set_column(index, batch.schema.field(index), values)


def with_cells(batch: pa.RecordBatch, cells: dict[str, list[Any]]) -> pa.RecordBatch:
    """The batch with other cells in some columns."""
    for name, values in cells.items():
        batch = with_column(batch, name, pa.array(values, batch.schema.field(name).type))
    return batch

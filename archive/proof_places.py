"""Does a row lie where it should, and was its record found where it says?

A part of ``proof.py``: what can be said of one row beside its record's bytes. A record that we wrapped proves its place
by its id and by its field ``Archive-Source`` (see ``identity.py``), one that lies in its input by lying there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from archive import identity, warc, wrapping
from archive.corpus import Corpus, origin_of
from archive.model import Capture, Origin
from archive.partition import partition_of, sort_key
from archive.repeats import is_wrapped
from archive.rows import Article, CaptureRow

REPEATS = 1_000_000  # further appearances of one record that are believed
WAITING = 1000  # rows with their texts take some 30 MB
FILES = ("html", "text", "jsonl", "arc", "har", "mhtml", "singlefile", "mirror")  # kinds whose captures are all wrapped
Fail = Callable[[str, str, str, str], None]  # table, id, what, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInput:
    """What the table of inputs says of a file."""

    kind: str
    sha256: bytes


def in_record_order(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows; those whose gzip member holds others too wait for some of these, and come as they lie in it.

    A WARC file that is one member of 1 GB is then inflated once for every thousand rows, in 3 s, not once for each.
    """
    waiting: list[dict[str, Any]] = []

    def place(row: dict[str, Any]) -> tuple[str, int, int]:
        return row["warc_filename"] or "", row["warc_record_offset"] or 0, row["unpacked_offset"]

    for row in rows:
        if not row["unpacked_offset"]:
            yield row
            continue
        waiting.append(row)
        if len(waiting) >= WAITING:
            yield from sorted(waiting, key=place)
            waiting = []
    yield from sorted(waiting, key=place)


def is_named(row_id: UUID, first: UUID, flags: Collection[str]) -> bool:
    """True where a row has the id of this record, or that of a further appearance where it says that it is one."""
    if "repeated-record" not in flags:
        return row_id == first
    return row_id in _further_rows(first)


class Further:
    """The ids of a record's further appearances in one corpus, made one after the other as far as they are asked for."""

    def __init__(self, make: Callable[[int], object]) -> None:
        self._make, self._made, self._ids = make, 0, set[object]()

    def __contains__(self, wanted: object) -> bool:
        while wanted not in self._ids and self._made < REPEATS:
            self._made += 1
            self._ids.add(self._make(self._made))
        return wanted in self._ids


@lru_cache(maxsize=4096)
def _further_rows(first: UUID) -> Further:
    return Further(partial(identity.repeated_id, first))


@lru_cache(maxsize=4096)
def _further_records(first: str) -> Further:
    return Further(partial(identity.repeated_record_id, first))


def odd_source(row: dict[str, Any], found: Capture, known: KnownInput | None) -> str | None:
    """Why the record cannot have been found where the row says; None where it can."""
    origin = origin_of(row)
    if known is None:
        return f"inputs does not name {origin.path}"
    if row["warc_filename"] == origin.path:
        if origin != Origin(path=origin.path, offset=row["warc_record_offset"]):
            return f"the record lies elsewhere than at {origin}"
        return None
    if known.kind == "warc":
        return None  # the copy of a record of others: only the input itself could prove where it was
    return _odd_wrapping(row, found, origin, known)


def _odd_wrapping(row: dict[str, Any], found: Capture, origin: Origin, known: KnownInput) -> str | None:
    digest = wrapping.payload_digest(found)
    stated = warc.read_fields(found.head).get_header("Archive-Source")
    if stated != identity.source_field(replace(origin, file_sha256=known.sha256), digest):
        ours = known.kind in FILES or (stated or "").startswith(f"sha256:{known.sha256.hex()}")
        if not ours and not is_wrapped(row):
            return None  # a record of others out of a zip or tar
        return f"the record says that it was found elsewhere: {stated}"
    if not _has_id_of(found, repeated="repeated-record" in row["flags"]):
        return "the record's id says that it is another capture"
    return None


def _has_id_of(found: Capture, *, repeated: bool) -> bool:
    own = wrapping.first_id(found)
    if not repeated:
        return found.record_id == own
    return found.record_id in _further_records(own)


class Placement:
    """The rows of one table as they pass: each in the folder of its partition, and behind the one before it."""

    def __init__(self, corpus: Corpus, table: str, fail: Fail) -> None:
        self._table, self._fail = table, fail
        self._keys = corpus.manifest.settings.partition_by
        self._last: dict[str, tuple[Any, ...]] = {}  # of each partition's files of one run: domain and time of the last row,
        self._last_named: dict[str, tuple[Any, ...]] = {}  # and all of the last sort key that its own id belongs to

    def see(self, path: str, row: dict[str, Any]) -> None:
        """The next row of the file at ``path``."""
        made = Article(**row) if self._table == "articles" else CaptureRow(**row)
        row_id = row["article_id" if self._table == "articles" else "capture_id"]
        folder = path.rpartition("/")[0].partition("/")[2]
        belongs = partition_of(self._table, made, self._keys)
        if folder != belongs:
            self._fail(self._table, row_id, "partition", f"it lies in {folder or 'no partition'}, not in {belongs}")
        key, files = sort_key(made), path.rpartition("-")[0]
        behind = key[:2] < self._last.get(files, ())
        if "repeated-record" not in row["flags"]:  # one stands where its first appearance would
            behind |= key < self._last_named.get(files, ())
            self._last_named[files] = key
        if behind:
            self._fail(self._table, row_id, "order", f"in {path} it stands behind a row that comes after it")
        self._last[files] = key[:2]

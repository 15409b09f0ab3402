"""The records of a corpus, read again: what ``archive reextract`` puts in the place of input files.

    the old captures    ->  slices_of      slices of some 8 MB of records, in the place of input files
    one slice           ->  found_again    the record of each row, read anew from its bytes; damaged ranges as they were
    the new fragments   ->  inputs_again   the old rows of ``inputs``, articles and rejections counted anew

From there on a slice goes the way of any input file (``shard.py``, ``commit.py``): its rows are made by the functions
that make all rows, and an extractor that has not changed gives the same bytes. The original HTML, text, JSONL, zip and
tar inputs are not needed. The new corpus takes the old one's WARC files under their names, byte for byte, so offsets
stay; they are hard links where the file system allows it, else copies, so the old corpus may be deleted. WARC inputs
that were referred to in place still are. The logs in ``runs/`` come along: they say where those inputs lie.

Nothing is read again from a corpus that is not what it says: ``check`` compares the files that are needed with the
manifest, and the inputs that rows refer to with ``inputs``, before any page is extracted; each record is compared with
the digest in its row.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from archive import storage, wrapping
from archive.child import REASONS
from archive.corpus import Corpus, damage_of
from archive.errors import ArchiveError, CorpusError
from archive.manifest import check_columns, check_settings
from archive.model import Capture, Damage, InputFile, Settings, Slice
from archive.repeats import is_wrapped
from archive.rows import InputRow
from archive.table import Fragment, read_slice

SLICE_BYTES = 4 << 20  # of records as they lie; two of these make a shard
SLICE_ROWS = 1000
NEEDED = ("warc/", "captures/", "inputs/")


# ---- before ----------------------------------------------------------------------------------------------------


def check(old: Corpus) -> None:
    """Nothing, where the records of the old corpus are there and unchanged. Raises ``CorpusError`` if not."""
    check_columns(old.folder, old.manifest)
    for file in old.manifest.files:
        if file.path.startswith(NEEDED):
            _compare(old.folder / file.path, file.path, bytes.fromhex(file.sha256))
    own = {file.path for file in old.manifest.files}
    referred = {row["warc_filename"] for _, rows in old.rows("captures", ["warc_filename"]) for row in rows} - own
    kinds = {}
    for _, rows in old.rows("inputs"):
        for row in rows:
            if row["member"] is None:
                kinds[row["path"]] = row["kind"]
                if row["path"] in referred:
                    _compare(old.locate(row["path"]), row["path"], row["sha256"])
    for row in old.captures(where=pc.field("outcome") == "damaged").to_pylist():
        plain = kinds.get(row["source_path"]) == "warc" or row["reason"] in REASONS  # a part of the file as it stands
        if plain and row["source_member"] is None:
            _check_damage(old, row)


def _compare(path: Path, name: str, sha256: bytes) -> None:
    if not path.is_file():
        message = f"{path}: missing, and the records cannot be read again without it"
        raise CorpusError(message)
    with path.open("rb") as file:
        digest = storage.sha256_of(file)
        storage.forget_pages(file)
    if digest != sha256:
        message = f"{path}: changed since the corpus was made (SHA-256 of {name}); archive verify names what differs"
        raise CorpusError(message)


def _check_damage(old: Corpus, row: dict[str, Any]) -> None:
    try:
        path = old.locate(row["source_path"])
    except ArchiveError:
        return  # a copied record's input: it may be gone, the row says what was there
    with path.open("rb") as file:
        file.seek(row["source_offset"])
        digest = storage.sha256_of_range(file, row["block_length"])
    if digest != row["record_sha256"]:
        message = (
            f"{path}: the damaged range at byte {row['source_offset']} is not the one that {row['capture_id']} names"
        )
        raise CorpusError(message)


def slices_of(old: Corpus, source_roots: Iterable[str | os.PathLike[str]]) -> list[InputFile]:
    """The rows of the old ``captures`` in slices of about ``SLICE_BYTES`` of records, each in the place of a file."""
    folder = old.folder.absolute()
    roots = tuple(os.path.abspath(root) for root in source_roots)  # noqa: PTH100 - links stay as they were named
    found: list[InputFile] = []

    def cut(file: str, first: int, rows: int, size: int, packed: int) -> None:
        part = Slice(corpus=str(folder), source_roots=roots, file=file, first=first, rows=rows, packed=packed)
        name = f"{file}, rows {first} + {rows}"
        found.append(InputFile(path=name, location=str(folder / file), size=size, modified_ns=0, again=part))

    for file, sizes in groupby(_sizes(old), key=itemgetter(0)):
        first = rows = size = packed = 0
        for _, own, as_it_lies in sizes:
            if rows and (size + own > SLICE_BYTES or rows >= SLICE_ROWS):
                cut(file, first, rows, size, packed)
                first, rows, size, packed = first + rows, 0, 0, 0
            rows, size, packed = rows + 1, size + own, max(packed, as_it_lies)
        cut(file, first, rows, size, packed)
    return found


def _sizes(old: Corpus) -> Iterator[tuple[str, int, int]]:
    """Table file and bytes of each record: of a gzip member that holds many, what is the record's own, and all of it."""
    columns = ("warc_record_length", "unpacked_length", "block_length")
    for file, rows in old.rows("captures", columns):
        for row in rows:
            own = min((row[name] for name in columns if row[name]), default=0)
            yield file.path, own, row["warc_record_length"] or 0


def same_records(new: Corpus, old: Corpus, settings: Settings) -> bool:
    """True where a finished corpus has the old one's records and these settings. Raises ``CorpusError`` where not."""
    check_settings(new.folder, new.manifest, settings)
    said = [[_same(row) for row in all_inputs(corpus)] for corpus in (new, old)]
    if said[0] != said[1]:
        message = f"{new.folder}: a finished corpus of other records; name a new folder"
        raise CorpusError(message)
    return True


def _same(row: InputRow) -> InputRow:
    """What no extractor changes in a row of ``inputs``."""
    return replace(row, articles=0, rejections=0)


# ---- in the shards ---------------------------------------------------------------------------------------------


def found_again(part: Slice) -> Iterator[Capture | Damage]:
    """What stands behind each row of a slice, in the order of the files that hold it.

    Raises ``CorpusError`` for a record that is not the one that its row names.
    """
    old = Corpus(part.corpus, source_roots=part.source_roots)
    rows = read_slice(old.folder / part.file, part.first, part.rows)
    yield from (damage_of(row) for row in rows if row["outcome"] == "damaged")
    placed = [row for row in rows if row["outcome"] != "damaged"]
    placed.sort(key=lambda row: (row["warc_filename"], row["warc_record_offset"], row["unpacked_offset"] or 0))
    with closing(old.reader()) as reader:  # inflates a gzip member with many records once for all of them
        for row in placed:
            found = old.capture_at(row, reader)
            if found.record_sha256 != row["record_sha256"]:
                message = f"{row['capture_id']}: its record has changed; archive verify {part.corpus} says more"
                raise CorpusError(message)
            if "repeated-record" in row["flags"] and is_wrapped(row):
                found = replace(found, record_id=wrapping.first_id(found))  # the merge numbers it anew
            yield found


# ---- after -----------------------------------------------------------------------------------------------------


def inputs_again(old: Corpus, fragments: Iterable[Path]) -> list[InputRow]:
    """The old rows of ``inputs`` with records, articles and rejections as they are in the new ``captures``."""
    found: Counter[tuple[str, str]] = Counter()
    for path in fragments:
        fragment = Fragment(path)
        for batch in fragment:
            found.update(zip(batch["source_path"].to_pylist(), batch["outcome"].to_pylist(), strict=True))
        fragment.close()
    return [row if row.member is not None else _counted(row, found) for row in all_inputs(old)]


def all_inputs(old: Corpus) -> list[InputRow]:
    """The rows of all inputs by path and member, whenever they were added."""
    rows = [InputRow(**row) for _, batch in old.rows("inputs") for row in batch]
    return sorted(rows, key=lambda row: (row.path, row.member or ""))  # stable: a zip may hold two members of one name


def _counted(row: InputRow, found: Counter[tuple[str, str]]) -> InputRow:
    articles, rejections = found[row.path, "article"], found[row.path, "rejected"]
    damaged = found[row.path, "damaged"]
    return replace(row, records=articles + rejections, articles=articles, rejections=rejections, damaged=damaged)


def keep_warcs(old: Corpus, folder: Path) -> None:
    """Puts the old corpus's WARC files into ``folder``: hard links where that can be, else copies."""
    for file in old.manifest.files:
        if file.path.startswith("warc/"):
            folder.mkdir(exist_ok=True)
            try:
                (folder / Path(file.path).name).hardlink_to(old.folder / file.path)
            except OSError:  # another file system, or one without hard links; a full disk says so again here
                shutil.copyfile(old.folder / file.path, folder / Path(file.path).name)


def keep_logs(old: Corpus, folder: Path) -> None:
    """Copies the old corpus's run logs, as ``before-….json``: who made the records, and where the inputs lie."""
    for log in sorted((old.folder / "runs").glob("*.json")):
        (folder / "runs").mkdir(exist_ok=True)
        shutil.copyfile(log, folder / "runs" / f"before-{log.name}")

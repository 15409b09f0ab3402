"""What one shard writes: a WARC of the captures that it wrapped, and its rows as fragments.

``ArchiveWriter`` gives each capture its place, ``Rows`` takes what became of it. Both write into the shard's folder only;
pass two (``merge.py``) makes the corpus's files from what lies there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from archive import storage, wrapping
from archive.errors import Rejected
from archive.model import (
    Capture,
    Counts,
    Damage,
    Extraction,
    InputFile,
    Locator,
    Receipt,
    Shard,
    Skip,
    SoFar,
)  # fmt: skip
from archive.rows import CaptureRow, InputRow, article_row, capture_row, damage_row
from archive.sources.warc import stream_at
from archive.stages import Stages
from archive.table import FragmentWriter, write_rows


class ArchiveWriter:
    """Gives each capture its place: a WARC record of ours, or the record that it is already."""

    def __init__(self, folder: Path, shard: Shard) -> None:
        self._folder, self._shard = folder, shard
        self._settings = shard.settings
        self._file: BinaryIO | None = None
        self._size = 0
        self._first: dict[tuple[object, ...], Capture] = {}
        self.files: list[str] = []
        self.earliest: datetime | None = None

    def place(self, found: Capture, file: InputFile) -> tuple[Capture, Locator]:
        """The capture and where its record lies.

        With ``dedupe_payloads`` a capture that we wrap becomes a revisit of the first with that payload and URI.
        """
        if found.locator and (file.again or not self._settings.copy_records):
            return found, found.locator
        if self._settings.dedupe_payloads and found.wrapped and found.payload_sha256:
            found = self._revisit_or(found)
        if found.block is not None:
            return found, self._write([found.head + found.block + found.trailer], found)
        if found.locator:
            with Path(file.location).open("rb") as opened:
                return found, self._write(stream_at(opened, found.locator), found)
        pieces = found.reread() if found.reread else iter(())
        return found, self._write(chain([found.head], pieces, [found.trailer]), found)

    def _revisit_or(self, found: Capture) -> Capture:
        key = (found.target_uri, found.payload_sha256, found.record_type, found.http_status)
        first = self._first.get(key)
        if first:
            return wrapping.revisit_of(found, first)
        # only its names are needed from here on: a tenth of the 5 KB, and all inputs share this table
        self._first[key] = replace(
            found, block=None, payload=None, reread=None, head=b"", http_head=b"", http_headers=()
        )
        return found

    def _write(self, parts: Iterable[bytes], found: Capture) -> Locator:
        if self._file is None or self._size >= storage.WARC_BYTES:
            self.close()
            self.files.append(f"{len(self.files):05d}.warc.gz")
            self._file = (self._folder / self.files[-1]).open("wb")
            self._size = 0
        length, unpacked = wrapping.write_member(self._file, parts)
        placed = Locator(
            path=f"{self._shard.shard_id}/{self.files[-1]}",  # a placeholder: the merge knows the final name
            offset=self._size,
            length=length,
            unpacked_offset=0,
            unpacked_length=unpacked,
        )
        self._size += length
        if found.captured_at and (self.earliest is None or found.captured_at < self.earliest):
            self.earliest = found.captured_at
        return placed

    def close(self) -> None:
        """Ends the WARC file at hand, and makes sure that it is on the disk."""
        if self._file:
            storage.finish(self._file)
        self._file = None


class Rows:
    """Takes what became of each capture, counts it, and writes the shard's fragments."""

    def __init__(self, folder: Path, shard: Shard) -> None:
        self._folder, self._shard = folder, shard
        keys = shard.settings.partition_by
        self._captures = FragmentWriter(folder / "captures.arrow", "captures", keys)
        self._articles = FragmentWriter(folder / "articles.arrow", "articles", keys)
        self._ids = (folder / "ids.bin").open("wb")
        self._inputs: list[InputRow] = []
        self._reasons: Counter[str] = Counter()
        self._total = self._here = Counts()
        self._whole: InputRow | None = None  # of the file at hand, where it is skipped as a whole
        self._size = 0  # of the files that are done
        self.position = 0  # in the file at hand
        self.kind, self.file_sha256 = "unknown", bytes(32)
        self.ended: int | None = None  # of a part of a file: where reading it ended

    def article(self, found: Capture, locator: Locator | None, seen: Extraction) -> None:
        """A record that holds an article."""
        self._articles.add(article_row(found, locator, seen))
        self._add(capture_row(found, locator, article=True), records=1, articles=1)

    def reject(self, found: Capture, locator: Locator | None, why: Rejected) -> None:
        """A record that holds none."""
        self._reasons[f"{why.stage}: {why.reason}"] += 1
        self._add(capture_row(found, locator, rejected=why), records=1, rejections=1)

    def damage(self, found: Damage) -> None:
        """A range that is no record."""
        self._reasons[f"damaged: {found.reason}"] += 1
        self._add(damage_row(found), damaged=1)

    def skip(self, found: Skip) -> None:
        """A file, or a member of one, that holds no capture."""
        whole = found.origin.member is None
        self._here = self._here + Counts(skipped=whole, members_skipped=not whole)
        row = InputRow(
            path=found.origin.path,
            member=found.origin.member,
            kind=found.kind,
            size=found.length,
            sha256=found.sha256,
            records=0,
            articles=0,
            rejections=0,
            damaged=0,
            skipped=found.reason,
            added=0,
        )
        if whole:
            self._whole = row
        else:
            self._inputs.append(row)
        if found.kind == "unreadable":
            self._reasons["skipped: unreadable"] += 1

    def begin(self, file: InputFile) -> None:
        """The next input file."""
        self._file, self._here, self._whole = file, Counts(), None
        self.kind, self.file_sha256, self.position = "unknown", bytes(32), file.start
        self.ended = file.start if file.is_part else None

    def end(self) -> None:
        """The file is done: its row."""
        here = self._here
        if self._whole and self._file.is_part:
            self.ended = None
        if self._whole:  # what was found before it turned out to be unreadable stays counted
            found = {name: getattr(here, name) for name in ("records", "articles", "rejections", "damaged")}
            self._inputs.append(replace(self._whole, **found))
        elif not self._file.again:
            row = InputRow(
                path=self._file.path,
                member=None,
                kind=self.kind,
                size=self._file.size,
                sha256=self.file_sha256,
                records=here.records,
                articles=here.articles,
                rejections=here.rejections,
                damaged=here.damaged,
                skipped=None if here.records or here.damaged or self._file.is_part else "nothing in it is a capture",
                added=0,  # the commit knows
            )
            here = here if row.skipped is None else here + Counts(skipped=1)
            self._inputs.append(row)
        self._total, self._here = self._total + here, Counts()
        self._size, self.position = self._size + self._file.length, self._file.start

    def so_far(self) -> SoFar:
        """What was read and found up to now."""
        size = self._size + min(self.position - self._file.start, self._file.length)
        return SoFar(size=size, counts=self._total + self._here, reasons=tuple(sorted(self._reasons.items())))

    def close(self, archive: ArchiveWriter, stages: Stages) -> Receipt:
        """Ends the fragments, and writes the receipt last."""
        self._captures.close()
        self._articles.close()
        storage.finish(self._ids)
        write_rows(self._folder / "inputs.arrow", "inputs", self._inputs)
        stages.add_children("extraction")  # of records that were tried apart
        stages.to("receipt")
        receipt = Receipt(
            shard_id=self._shard.shard_id,
            counts=self._total,
            runs=(*self._captures.runs, *self._articles.runs),
            warc_files=tuple(archive.files),
            earliest=archive.earliest,
            reasons=tuple(sorted(self._reasons.items())),
            cpu_seconds=tuple(sorted(stages.seconds.items())),
            ended=self.ended,
        )
        storage.write_receipt(self._folder, receipt)
        return receipt

    def _add(self, row: CaptureRow, **counts: int) -> None:
        self._captures.add(row)
        self._ids.write(UUID(row.capture_id).bytes[:8])
        self._here = self._here + Counts(**counts)

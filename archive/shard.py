"""One shard from start to end. Read this first: it is the way of one capture, from an input file to two rows.

    file  ->  source.captures   what lies in the file: captures, damaged ranges, members that hold none
          ->  archive.place     the capture's record: wrapped in a WARC of ours, or referenced where it lies
          ->  extractor.extract its text and metadata, or why there are none
          ->  rows              a row in ``captures``, and one in ``articles`` where there is an article

``convert_shard`` is the whole of a worker's work: a ``Shard`` comes in, a ``Receipt`` goes out, and all data go through
files in the shard's folder. The receipt is written last. A shard whose receipt is there is done; one without starts
again from nothing, so that a killed worker leaves no trace. In a run each shard has a process of its own, and what kills
that costs one record (``pool.py``); ``watch`` says which record is at hand, and bounds what it may take.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from archive import sources, storage
from archive.again import found_again
from archive.errors import Rejected, RunInterrupted
from archive.extraction import configured, find_extractor
from archive.fragments import ArchiveWriter, Rows
from archive.model import Capture, Damage, InputFile, Locator, Origin, Receipt, Shard, Skip
from archive.sofar import Saying
from archive.stages import Stages
from archive.watch import Found, Trial, Watch


def convert_shard(shard: Shard, trial: Trial | None = None) -> Receipt:
    """What the shard wrote, with its counts. Raises ``OSError`` where nothing can be written.

    A ``trial`` bounds what each record may take of this process, which then may end at any of them.
    """
    folder = Path(shard.folder)
    if done := storage.read_receipt(folder):
        return done
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()  # in a folder that is there: what outlives its run must not make it anew
    stages, saying = Stages("read"), Saying(folder)
    extractor = configured(find_extractor(shard.settings.extractor), repair_mojibake=shard.settings.repair_mojibake)
    archive = ArchiveWriter(folder, shard)
    rows = Rows(folder, shard)
    watch = Watch(folder, shard.settings.reading.limits, trial)
    for number, file in enumerate(shard.files):
        rows.begin(file)
        for found in watch.reading(found_in(file, shard, rows, stages), number, file):
            saying.say(rows.so_far)
            if isinstance(found, Skip):
                rows.skip(found)
                continue
            if isinstance(found, Damage):
                rows.damage(found)
                continue
            stages.to("place")
            capture, locator = archive.place(found, file)
            stages.to("extraction")
            try:
                extraction = watch.extract(extractor, capture)
            except Rejected as why:
                stages.to("rows")
                rows.reject(capture, locator, why)
            else:
                stages.to("rows")
                rows.article(capture, locator, extraction)
            stages.to("read")
        rows.end()
    stages.to("rows")
    archive.close()
    watch.close()
    receipt = rows.close(archive, stages)
    saying.close()  # not before: what it said counts until the receipt does
    return receipt


def _check_unchanged(opened: BinaryIO, file: InputFile) -> None:
    """Raises ``RunInterrupted`` where the file is not as it was when the run was planned: rows would not be of one file."""
    state = os.fstat(opened.fileno())
    # whole seconds: file systems of other machines may show fewer digits
    if (state.st_size, state.st_mtime_ns // 10**9) != (file.size, file.modified_ns // 10**9):
        message = f"{file.location} changed while it was read; what was done is kept: run the same command again"
        raise RunInterrupted(message)


def _size_of(found: Found) -> int:
    """Bytes of a record that is read again, about."""
    if isinstance(found, Damage):
        return found.length
    place = found.locator if isinstance(found, Capture) else None
    return min(place.length, place.unpacked_length or place.length) if place else 0


def found_in(file: InputFile, shard: Shard, rows: Rows, stages: Stages) -> Iterator[Found | None]:
    """None once the file is open and digested, then everything in it, in its order.

    A file that cannot be read is skipped, with the reason. Of a file that is read in parts, the first one digests it.
    """
    if file.again:
        for one in found_again(file.again):
            rows.position += _size_of(one)
            yield one
        return
    origin = Origin(path=file.path, modified=storage.moment(file.modified_ns))
    nothing = hashlib.sha256().digest()
    if file.problem:
        yield Skip(origin=origin, kind="unreadable", length=file.size, sha256=nothing, reason=file.problem)
        return
    try:
        with Path(file.location).open("rb") as opened:
            if file.start == 0:
                stages.to("digest")
                rows.file_sha256 = storage.sha256_of(opened)
                stages.to("read")
                opened.seek(0)
            origin = replace(origin, file_sha256=rows.file_sha256)
            yield None
            door = sources.Opened(
                file=opened, size=file.size, origin=origin, in_place=True, start=file.start, stop=file.stop, saved=file.saved
            )
            source = sources.find(door)
            rows.kind = source.kind if source else "unknown"
            opened.seek(0)
            forgotten = 0
            for found in sources.captures(door, shard.settings.reading):
                place = found.locator if isinstance(found, Capture) else found
                if file.is_part and isinstance(place, Locator | Damage):
                    rows.ended = place.offset + place.length
                rows.position = opened.tell()
                yield found
                if rows.position - forgotten > storage.FORGET:
                    forgotten = rows.position
                    storage.forget_pages(opened)
            storage.forget_pages(opened)
            _check_unchanged(opened, file)
    except OSError as why:
        if why.errno in storage.NO_ROOM:  # of a temporary file: nothing that the input could help
            raise
        reason = f"cannot be read: {why.strerror or why}"
        yield Skip(origin=origin, kind="unreadable", length=file.size, sha256=nothing, reason=reason)

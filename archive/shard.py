"""One shard from start to end. Read this first: it is the way of one capture, from an input file to two rows.

    file  ->  source.captures   what lies in the file: captures, damaged ranges, members that hold none
          ->  archive.place     the capture's record: wrapped in a WARC of ours, or referenced where it lies
          ->  extractor.extract its text and metadata, or why there are none
          ->  rows              a row in ``captures``, and one in ``articles`` where there is an article

``convert_shard`` is the whole of a worker's work: a ``Shard`` comes in, a ``Receipt`` goes out, and all data go through
files in the shard's folder. The receipt is written last. A shard whose receipt is there is done; one without starts
again from nothing, so that a killed worker leaves no trace.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive import sources, storage
from archive.again import found_again
from archive.errors import Rejected
from archive.extraction import find_extractor
from archive.fragments import ArchiveWriter, Rows, Told
from archive.model import Capture, Damage, InputFile, Origin, Receipt, Shard, Skip


def convert_shard(shard: Shard, told: Told | None = None) -> Receipt:
    """What the shard wrote, with its counts. Raises ``OSError`` where nothing can be written."""
    folder = Path(shard.folder)
    if done := storage.read_receipt(folder):
        return done
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.process_time()
    extractor = find_extractor(shard.settings.extractor)
    archive = ArchiveWriter(folder, shard)
    rows = Rows(folder, shard)
    for file in shard.files:
        rows.begin(file)
        for found in found_in(file, shard, rows):
            if isinstance(found, Skip):
                rows.skip(found)
                continue
            if isinstance(found, Damage):
                rows.damage(found)
                continue
            capture, locator = archive.place(found, file)
            try:
                with rows.timed("extraction"):
                    extraction = extractor.extract(capture)
            except Rejected as why:
                rows.reject(capture, locator, why)
            else:
                rows.article(capture, locator, extraction)
        rows.end(told)
    archive.close()
    receipt = rows.close(archive, time.process_time() - started)
    storage.give_back_memory()
    return receipt


def found_in(file: InputFile, shard: Shard, rows: Rows) -> Iterator[Capture | Damage | Skip]:
    """Everything in an input file, in its order. A file that cannot be read is skipped, with the reason."""
    if file.again:
        yield from found_again(file.again)
        return
    origin = Origin(path=file.path, modified=storage.moment(file.modified_ns))
    nothing = hashlib.sha256().digest()
    if file.problem:
        yield Skip(origin=origin, kind="unreadable", length=file.size, sha256=nothing, reason=file.problem)
        return
    try:
        with Path(file.location).open("rb") as opened:
            rows.file_sha256 = storage.sha256_of(opened)
            opened.seek(0)
            origin = replace(origin, file_sha256=rows.file_sha256)
            door = sources.Opened(file=opened, size=file.size, origin=origin, in_place=True)
            source = sources.find(door)
            rows.kind = source.kind if source else "unknown"
            opened.seek(0)
            forgotten = 0
            for found in sources.captures(door, shard.settings.reading):
                yield found
                if opened.tell() - forgotten > storage.FORGET:
                    forgotten = opened.tell()
                    storage.forget_pages(opened)
            storage.forget_pages(opened)
    except OSError as why:
        if why.errno in storage.NO_ROOM:  # of a temporary file: nothing that the input could help
            raise
        reason = f"cannot be read: {why.strerror or why}"
        yield Skip(origin=origin, kind="unreadable", length=file.size, sha256=nothing, reason=reason)

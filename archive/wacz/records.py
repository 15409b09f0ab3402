"""The records of a corpus, proven and put into ``archive/``: every one that a row of ``captures`` names.

Our own WARC files go in as they are. Records of WARC inputs that the corpus refers to are copied byte for byte, one gzip
member each, into one file for each input; a member that holds just the record is copied as it lies. Damaged ranges are
no records, and stay out. A record that is not what its row says ends the export: nothing unproven leaves.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from archive import identity, storage, wrapping
from archive.corpus import Corpus, locator_of
from archive.errors import CorpusError, Unproven
from archive.model import CorpusFile, Locator
from archive.sources.records import Unreadable
from archive.sources.warc import RecordReader
from archive.wacz.cdxj import contradiction
from archive.wacz.index import REPLAYED, Entry, Index, Lies, moment_of, replay_url, timestamp
from archive.wacz.package import Member, Package
from archive.wacz.sorting import SortedLines
from archive.warc import RawRecord

COLUMNS = (
    "capture_id", "outcome", "warc_filename", "warc_record_offset", "warc_record_length", "unpacked_offset",
    "unpacked_length", "record_type", "target_uri", "captured_at", "media_type", "http_status", "record_sha256",
    "payload_sha256", "flags",
)  # fmt: skip
PLACE = "warc_filename"
SUFFIX = re.compile(r"\.warc(\.[a-z0-9]+)?(\.open)?$|\.(gz|zst|lz4)$", re.IGNORECASE)
LONGEST_NAME = 100
Told = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was written."""

    files: int = 0
    records: int = 0
    unindexed: int = 0  # responses, resources and revisits without a URL, or a time that can be read
    damaged: int = 0


def write_records(corpus: Corpus, package: Package, index: Index, folder: Path, told: Told) -> Tally:
    """What was written into ``archive/``. Raises ``Unproven`` for what is not as the corpus says."""
    own = {file.path: file for file in corpus.manifest.files if file.path.startswith("warc/")}
    with closing(corpus.reader()) as reader:
        writer = _Writer(corpus, package, index, reader, told)
        for name, rows in groupby(_by_place(corpus, folder, writer.tally), key=itemgetter(PLACE)):
            stated = own.pop(name, None)
            write = partial(writer.keep, stated) if stated else partial(writer.copy, name)
            write(rows)
        for _, stated in sorted(own.items()):  # without a row: the head of a file that nothing came to
            writer.keep(stated, iter(()))
    if not writer.tally.files:
        message = f"{corpus.folder}: has no records, and so there is nothing to export"
        raise CorpusError(message)
    return writer.tally


def _by_place(corpus: Corpus, folder: Path, tally: Tally) -> Iterator[dict[str, Any]]:
    """The rows of all records in the order in which these lie in their files."""
    lines = SortedLines(folder, "captures")
    for batch in corpus.batches("captures", COLUMNS):
        for row in batch.to_pylist():
            if row["outcome"] == "damaged":
                tally.damaged += 1
                continue
            place = locator_of(row)
            if place is None:
                message = f"capture {row['capture_id']}: its row names no place that can be"
                raise Unproven(message)
            for name in ("record_sha256", "payload_sha256"):
                row[name] = row[name].hex() if row[name] else None
            row["captured_at"] = row["captured_at"].isoformat() if row["captured_at"] else None
            order = (place.path, f"{place.offset:020d}", f"{place.unpacked_offset or 0:020d}")
            lines.add(json.dumps([*order, row]).encode())
    for line in lines:
        row = json.loads(line)[-1]
        row["captured_at"] = datetime.fromisoformat(row["captured_at"]) if row["captured_at"] else None
        yield row


class _Writer:
    """Writes the files of ``archive/``, one after the other, and enters what can be replayed into the index."""

    def __init__(self, corpus: Corpus, package: Package, index: Index, reader: RecordReader, told: Told) -> None:
        self._corpus, self._package, self._index = corpus, package, index
        self._reader, self._told = reader, told
        self._taken: set[str] = set()
        self.tally = Tally()

    def keep(self, stated: CorpusFile, rows: Iterator[dict[str, Any]]) -> None:
        """A WARC file of ours, as it is: all of it is what the manifest says, and each record what its row says."""
        path, name = self._corpus.locate(stated.path), _name_for(stated.path, self._taken)
        with path.open("rb") as file, self._package.member(f"archive/{name}", size=stated.size) as out:
            while chunk := file.read(storage.CHUNK):
                out.write(chunk)
            if out.sha256 != "sha256:" + stated.sha256:
                message = f"{path}: not the file that the manifest names (SHA-256); archive verify says what differs"
                raise Unproven(message)
            for row in rows:
                raw, place = self._proven(row, path)
                file.seek(place.offset)
                digest = storage.sha256_of_range(file, place.length)
                self._enter(row, raw, Lies(name=name, offset=place.offset, length=place.length, sha256=digest.hex()))
            storage.forget_pages(file)
        self.tally.files += 1

    def copy(self, source: str, rows: Iterator[dict[str, Any]]) -> None:
        """The records of a file that the corpus refers to, each as one gzip member."""
        path, name = self._corpus.locate(source), _name_for(source, self._taken)
        with path.open("rb") as file, self._package.member(f"archive/{name}") as out:
            for row in rows:
                raw, place = self._proven(row, path)
                offset, member = out.size, _Digesting(out)
                as_it_lies = _only_member(file, place, raw)
                if as_it_lies:
                    member.write(as_it_lies)
                else:
                    wrapping.write_member(cast("BinaryIO", member), _pieces(row, raw))
                self._enter(row, raw, Lies(name=name, offset=offset, length=out.size - offset, sha256=member.sha256))
            storage.forget_pages(file)
        self.tally.files += 1

    def _proven(self, row: dict[str, Any], path: Path) -> tuple[RawRecord, Locator]:
        """The record that a row names, and its place. Raises ``Unproven`` where it is not there, or another."""
        place = cast("Locator", locator_of(row))
        why = ""
        try:
            raw = self._reader.read(path, place)
        except Unreadable as odd:
            why = f" ({odd})"
        if why or raw.record_sha256.hex() != row["record_sha256"]:
            message = f"{path}, byte {place.offset}: not the record of capture {row['capture_id']}: its digest is another{why}"
            raise Unproven(message)
        return raw, place

    def _enter(self, row: dict[str, Any], raw: RawRecord, lies: Lies) -> None:
        self.tally.records += 1
        self._told(self.tally.records)
        if row["record_type"] not in REPLAYED:
            return
        moment, url = moment_of(row), replay_url(row["target_uri"] or "")
        # by the row alone, a record that says odd things of itself would get a line that no viewer believes
        if moment is None or not url or contradiction(raw.head, url, timestamp(moment)):
            self.tally.unindexed += 1
            return
        mime = "warc/revisit" if row["record_type"] == "revisit" else row["media_type"] or "unk"
        status = row["http_status"] if row["record_type"] != "resource" else None  # that has no HTTP head
        digest = _payload_digest(row, raw)
        self._index.add(Entry(url=url, moment=moment, mime=mime, status=status, digest=digest, lies=lies))


def _pieces(row: dict[str, Any], raw: RawRecord) -> Iterator[bytes]:
    """The record's bytes; they are compared once more while they pass, for those of a large one are read again."""
    digest = hashlib.sha256()
    block = [raw.block] if raw.block is not None else raw.reread() if raw.reread else []
    for parts in ([raw.head], block, [raw.trailer]):
        for piece in parts:
            digest.update(piece)
            yield piece
    if digest.hexdigest() != row["record_sha256"]:
        message = f"capture {row['capture_id']}: its record changed while it was copied"
        raise Unproven(message)


class _Digesting:
    """Passes bytes on and digests them: those of one record as they lie."""

    def __init__(self, out: Member) -> None:
        self._out, self._digest = out, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._out.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _only_member(file: BinaryIO, place: Locator, raw: RawRecord) -> bytes:
    """The gzip member at ``place``, where it holds the record and nothing else; empty where not."""
    if place.unpacked_offset != 0 or raw.block is None or place.length > 2 * raw.block_length + (1 << 16):
        return b""
    file.seek(place.offset)
    packed = file.read(place.length)
    unpacker, digest = zlib.decompressobj(zlib.MAX_WBITS | 16), hashlib.sha256()
    try:
        digest.update(unpacker.decompress(packed, len(raw.head) + raw.block_length + len(raw.trailer)))
        rest = unpacker.decompress(unpacker.unconsumed_tail, 1)
    except zlib.error:
        return b""
    alone = unpacker.eof and not rest and not unpacker.unused_data
    return packed if alone and digest.digest() == raw.record_sha256 else b""


def _payload_digest(row: dict[str, Any], raw: RawRecord) -> str | None:
    """The digest that the record declares: a revisit names its original by that. Else the one of its row."""
    declared = (raw.fields.get_header("WARC-Payload-Digest") or "").strip()
    if identity.declared_digest(declared) and "payload-digest-mismatch" not in row["flags"]:
        return declared
    return f"sha256:{row['payload_sha256']}" if row["payload_sha256"] else None


def _name_for(path: str, taken: set[str]) -> str:
    """A name in ``archive/`` that no other file has; what data packages and file systems do not like is replaced."""
    stem = (
        re.sub(r"[^A-Za-z0-9._-]+", "_", SUFFIX.sub("", PurePosixPath(path).name))[:LONGEST_NAME].strip("._")
        or "records"
    )
    name, number = f"{stem}.warc.gz", 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}.warc.gz"
    taken.add(name.lower())
    return name

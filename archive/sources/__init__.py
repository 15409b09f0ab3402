"""The ways in: one module per input format, each a ``Source``.

A source looks at the first bytes of an opened file (the name only breaks ties), and then gives, in the order of the
file, one ``Capture`` per record found, one ``Damage`` per range that nothing could read, and one ``Skip`` per file or
member that holds no capture. It never raises for what a file contains.

Sources are found through the entry points ``archive.sources``, ours and others' through the same door. They are asked
in a fixed order of trust, the surest first (``SURE``), then those of other packages by name, then jsonl, html and text,
which take what looks like it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import entry_points
from typing import BinaryIO, Protocol, cast, runtime_checkable

from archive.errors import UsageError
from archive.model import Capture, Damage, Origin, ReadOptions, Saved, Skip

HEAD = 1 << 16
CHUNK = 1 << 20
SURE = ("warc", "arc", "wacz", "zip", "tar", "packed", "har", "mhtml", "singlefile", "mirror")
GUESSES = ("jsonl", "html", "text")
PACKED = re.compile(r"(\.(gz|zst|bz2|xz|lz4))+$")  # suffixes of packers
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1990, 2200
MAGICS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\0\0\1\0", "an icon"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO", "a font"),
    (b"\0\1\0\0\0", "a font"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Rar!\x1a", "a RAR archive, which is not read; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read; unpack it first"),
    (b"\x02\x21\x4c\x18", "an LZ4 file of the legacy format, which is not read; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office document"),
    (b"%!PS", "a PostScript document"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file, or a member of a zip or tar, opened for reading: seekable, at its start."""

    file: BinaryIO
    size: int | None  # bytes; None where only reading to the end would tell
    origin: Origin  # path, member and modified are set
    in_place: bool  # True for a file on disk: its WARC records can be referenced where they lie
    depth: int = 0  # how many containers are around it
    start: int = 0  # where to begin, for a source that is ``Divisible``
    stop: int | None = None  # where to end: the first record at or behind it is not read
    saved: Saved | None = None  # what the records of the mirror that it lies in say of it


class Source(Protocol):
    """A reader of one input format."""

    kind: str

    def recognises(self, head: bytes, name: str) -> bool:
        """True where ``head`` (the first 64 KiB) and the file's name are of this format."""

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in the file, in its order."""


@runtime_checkable
class Divisible(Source, Protocol):
    """A source that can begin in the middle of a large file, at a record, so that several workers share the file.

    What it finds between two such places may depend on nothing in front of them.
    """

    def next_record(self, file: BinaryIO, position: int) -> int | None:
        """Where the first record at or behind ``position`` seems to begin; None where none does."""


def find(opened: Opened) -> Source | None:
    """The first source, in the order of trust, that recognises the file; None where none does."""
    opened.file.seek(0)
    head = opened.file.read(HEAD)
    name = name_for_ties(opened)
    for source in _sources():
        if head and source.recognises(head, name):
            return source
    return None


def captures(opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
    """Everything in the file, in its order; one ``Skip`` with the reason where no source knows it.

    A file that was read as the record of a mirror is one too, whatever its format.
    """
    if opened.saved and opened.saved.record:
        yield skipped(opened, "mirror", opened.saved.record)
        return
    source = find(opened)
    opened.file.seek(0)
    if source is None:
        head = opened.file.read(HEAD)
        kind = "unknown" if head else "empty"
        yield skipped(opened, kind, (name_of(head) or "no known format") if head else "an empty file")
        return
    yield from source.captures(opened, options)


@cache
def _sources() -> tuple[Source, ...]:
    """Every source that is installed, in the order of trust."""
    found = {point.name: cast("Source", point.load()) for point in entry_points(group="archive.sources")}
    if not found:
        message = "no input format is registered: install the package (pip install .), a bare checkout has none"
        raise UsageError(message)
    by_kind = sorted(found.items(), key=lambda item: (_trust(item[1].kind), item[0]))
    return tuple(source for _, source in by_kind)


def _trust(kind: str) -> int:
    if kind in SURE:
        return SURE.index(kind)
    return len(SURE) + (1 + GUESSES.index(kind) if kind in GUESSES else 0)


# ---- what the sources share ------------------------------------------------------------------------------------


def name_of(head: bytes) -> str | None:
    """What a file is that holds no page, by its first bytes ("a PNG image"); None where they do not tell."""
    for magic, name in MAGICS:
        if head.startswith(magic) and (magic != b"BM" or head[6:10] == bytes(4)):
            return name
    if head[:4] == b"RIFF":
        return "a WebP image" if head[8:12] == b"WEBP" else "a sound or film"
    if head[4:8] == b"ftyp":
        return "an AVIF or HEIC image" if head[8:12] in (b"avif", b"heic", b"mif1") else "a film"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return "an XML document"
    if b"\0" in head or sum(head.count(c) for c in range(1, 9)) > len(head) // 50:
        return "a binary file of no known format"
    return None


def name_for_ties(opened: Opened) -> str:
    """The file's or member's own name; inside a packed file without the suffix that says so."""
    name = (opened.origin.member or opened.origin.path).rpartition("/")[2]
    return name if opened.in_place else PACKED.sub("", name)


def digest_of(file: BinaryIO) -> tuple[int, bytes]:
    """Length and SHA-256 of a file from its start, read a megabyte at a time."""
    file.seek(0)
    length, digest = 0, hashlib.sha256()
    while chunk := file.read(CHUNK):
        length += len(chunk)
        digest.update(chunk)
    return length, digest.digest()


def skipped(opened: Opened, kind: str, reason: str) -> Skip:
    """The whole file as a ``Skip``, digested."""
    length, sha256 = digest_of(opened.file)
    return Skip(origin=opened.origin, kind=kind, length=length, sha256=sha256, reason=reason)


def damaged(opened: Opened, reason: str, detail: str) -> Damage:
    """The whole file as a ``Damage``, digested."""
    length, sha256 = digest_of(opened.file)
    return Damage(origin=opened.origin, offset=0, length=length, reason=reason, detail=detail, sha256=sha256)


def in_bounds(moment: datetime) -> datetime | None:
    """A stated time of a capture, or None where no page was captured then: before the Web, or long after today."""
    return moment if FIRST_YEAR <= moment.year < LAST_YEAR else None


def english_time(day: str, month: str, year: str, rest: str) -> datetime | None:
    """A time with the English name of its month, and its zone, as UTC, whatever the locale; None where it is none."""
    try:  # of a year like 0001 the library makes 2001
        found = parsedate_to_datetime(f"{day} {month} {year} {rest}").astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return in_bounds(found) if int(year) >= FIRST_YEAR else None


def time_of(opened: Opened, options: ReadOptions) -> tuple[datetime, str, tuple[str, ...]]:
    """Capture time of a file that does not know its own, where it comes from, and flags."""
    if options.captured_at is not None:
        return options.captured_at, "option", ()
    if opened.origin.modified is not None:
        return opened.origin.modified, "mtime", ()
    return EPOCH, "mtime", ("capture-time-unknown",)

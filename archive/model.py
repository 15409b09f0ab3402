"""The nouns. Frozen, slotted, keyword-only dataclasses; nothing else crosses a module border.

    Origin      where a capture was found, before anything touched it
    Capture     what was found there: one record's bytes and what they say of themselves
    Damage      a range of an input that nothing could read as a record
    Skip        a file, or a member of a zip or tar, that holds no capture
    Finding     what the standard says against a WARC file at one place; Checked the file that was looked through
    Locator     where the record lies now: file, offset, length
    Saved       what a page, or the records of the mirror that it lies in, say of how it was saved
    Extraction  what the extractor saw in one capture: text, blocks, metadata, flags
    Shard       work in: some input files and the settings
    Receipt     work done: what one shard wrote, and its counts
    Manifest    all of it

The row types of the tables are in ``rows.py``, beside what makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


def column(description: str) -> Any:  # noqa: ANN401 - it stands in for a value of any type, as dataclasses.field does
    """A dataclass field with the description of the column that it stands for."""
    return field(metadata={"description": description})


# ---- what is found ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a capture was found, before anything touched it."""

    path: str  # relative to the input that was named, with "/" between parts
    member: str | None = None  # name inside a zip or tar; nested ones joined by "!/"
    offset: int | None = None  # of the record, line, entry or part, in bytes, in the file (or the member)
    line: int | None = None  # of a JSONL file, from 1; the number of a HAR's entry, an MHTML's part, an ARC's record
    modified: datetime | None = None  # the file's (or the member's) time of modification, UTC
    file_sha256: bytes = b""  # of the input file as it stands; empty where nothing is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where a record lies: ``length`` bytes at ``offset`` of a file.

    In a gzipped file these are the compressed bytes of whole gzip members, and ``unpacked_offset`` and
    ``unpacked_length`` give the record's place in what they inflate to (0 and all of it, where a member holds one
    record). Both are None in a file that is not compressed.
    """

    path: str
    offset: int
    length: int
    unpacked_offset: int | None = None
    unpacked_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One record as it was found, with what its bytes say of themselves.

    ``payload`` is the entity body after de-chunking and before content-decoding (WARC 1.1, 6.3.2), and is what
    ``trace --raw`` gives back. It and ``block`` are None where the record is larger than the limit; the digests are
    there all the same, and ``reread`` gives the block a piece at a time while the file it was found in is open.
    """

    origin: Origin
    locator: Locator | None  # None: not in a WARC file yet
    head: bytes = b""  # the record's header as it stands in the WARC, with the blank line; empty if not a WARC yet
    block: bytes | None
    block_length: int
    trailer: bytes = b""  # what stands between the block and the next record: CR LF CR LF where all is well
    record_type: str  # response, resource, request, … ; "" where the record does not say
    record_id: str | None  # as it stands, without the angle brackets
    target_uri: str | None
    warc_date: str | None  # as it stands
    captured_at: datetime | None  # UTC
    captured_at_origin: str | None  # record, header, field, option, mtime
    content_type: str | None  # of the block
    media_type: str | None  # of the payload, as declared, without parameters, lower case
    http_status: int | None = None
    http_head: bytes = b""  # status line and headers as they stand, with the blank line
    http_headers: tuple[tuple[str, str], ...] = ()
    payload: bytes | None
    payload_length: int | None
    record_sha256: bytes  # of head + block + trailer
    block_sha256: bytes
    payload_sha256: bytes | None
    refers_to_record_id: str | None = None
    refers_to_uri: str | None = None
    refers_to_date: str | None = None
    reread: Callable[[], Iterator[bytes]] | None = field(default=None, compare=False, repr=False)
    wrapped: bool = False  # True where the record is ours: the capture was none before
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A range of an input that nothing could read as a record."""

    origin: Origin
    offset: int  # bytes, in the file (or the member)
    length: int
    reason: str
    detail: str
    sha256: bytes  # of the range as it stands
    unpacked_offset: int | None = None  # of a range inside what gzip members unpack to
    unpacked_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A file, or a member of a zip or tar, that holds no capture."""

    origin: Origin
    kind: str
    length: int
    sha256: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the standard says against a WARC file at one place."""

    path: str
    offset: int  # bytes, in the file; in a gzipped file that of the member
    unpacked_offset: int | None = None  # bytes, in what the member unpacks to; None in a file that is not gzipped
    record: int | None = None  # from 1, in the order of the file; None where it is not about one record
    field: str | None = None  # the named field that it is about
    severity: str  # error, warning, note
    clause: str  # such as "WARC 1.1, 5.4" (ISO 28500:2017) or "WARC 1.0, 5.4" (ISO 28500:2009)
    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A WARC file that was looked through to its end."""

    path: str
    records: int  # that begin in it, whether they can be read or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How a file was saved by another tool: as it says itself, or as the records of its mirror say."""

    record: str = ""  # of a file that is itself such a record: what it is, as the reason of its ``Skip``
    url: str | None = None
    scheme: str | None = None  # of its host in this mirror, for a page that tells its URL without
    captured_at: datetime | None = None  # UTC, but where ``capture-zone-unknown`` is among the flags
    captured_at_origin: str = "field"  # header: the Date of the HTTP head that was saved with it
    http_status: int | None = None
    flags: tuple[str, ...] = ()  # what is derived, and what is not known


# ---- what is seen in it ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, heading, list item, quote, caption or table row of a text."""

    kind: str = column("paragraph, heading, list-item, quote, caption, table-row, code")
    start: int = column("first character in `text`, counted in Unicode code points")
    end: int = column("character after the last")
    source_start: int | None = column("first byte in the payload it came from; text captures only")
    source_end: int | None = column("byte after the last")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A span of a text capture's payload that is not part of the article."""

    start: int = column("first byte in the payload")
    end: int = column("byte after the last")
    reason: str = column(
        "script, markup, consent, teaser, promotion, navigation, byline, caption, repeated-on-site, blank, other"
    )
    score: float = column("how sure that is, 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What an extractor saw in one capture. Texts are Unicode NFC.

    ``published_at`` and ``modified_at`` are ISO 8601 with just the precision and zone that the page states:
    ``2024-08-27``, ``2024-08-27T10:00`` or ``2024-08-27T10:00:00+02:00``. Each ``…_origin`` says where a value came
    from: ``json-ld``, ``meta``, ``microdata``, ``link``, ``html``, ``text``, ``url``.
    """

    text: str  # paragraphs separated by a blank line
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...] = ()
    boilerplate_share: float | None = (
        None  # of what the capture shows, not in the text; None where that is not measured
    )
    title: str | None = None
    title_origin: str | None = None
    authors: tuple[str, ...] = ()
    authors_origin: str | None = None
    published_at: str | None = None
    published_at_origin: str | None = None
    modified_at: str | None = None
    modified_at_origin: str | None = None
    language: str | None = None  # ISO 639-1
    language_origin: str | None = None
    site_name: str | None = None
    site_name_origin: str | None = None
    description: str | None = None
    description_origin: str | None = None
    canonical_url: str | None = None
    canonical_url_origin: str | None = None
    section: str | None = None
    section_origin: str | None = None
    tags: tuple[str, ...] = ()
    tags_origin: str | None = None
    image_url: str | None = None
    image_url_origin: str | None = None
    access: str | None = None  # free or paywalled
    access_origin: str | None = None
    charset: str | None = None
    charset_origin: str | None = None  # bom, bytes, header, meta, detected
    flags: tuple[str, ...] = ()
    extractor: str
    extractor_version: str
    config_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One capture as a person looks at it: what was seen, and the bytes behind the content coding that it was seen in."""

    extraction: Extraction
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself outside its text; the fields bear the names they have in ``Extraction``."""

    title: str | None = None
    title_origin: str | None = None
    authors: tuple[str, ...] = ()
    authors_origin: str | None = None
    published_at: str | None = None
    published_at_origin: str | None = None
    modified_at: str | None = None
    modified_at_origin: str | None = None
    site_name: str | None = None
    site_name_origin: str | None = None
    description: str | None = None
    description_origin: str | None = None
    canonical_url: str | None = None
    canonical_url_origin: str | None = None
    section: str | None = None
    section_origin: str | None = None
    tags: tuple[str, ...] = ()
    tags_origin: str | None = None
    image_url: str | None = None
    image_url_origin: str | None = None
    access: str | None = None  # free or paywalled
    access_origin: str | None = None
    language: str | None = None
    language_origin: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanText:
    """What the cleaner of text dumps kept, and what it removed and why. Spans tile the payload."""

    text: str
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...]
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    flags: tuple[str, ...] = ()


# ---- how inputs are read ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFields:
    """Names of the fields of a JSONL line; None means the first of the usual names that the line has."""

    url: str | None = None
    html: str | None = None
    text: str | None = None
    captured_at: str | None = None
    status: str | None = None
    headers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds in bytes and counts, never in wall-clock time; what is over one becomes a row with the figure."""

    record_bytes: int = 64 << 20  # a larger record is digested and referenced, but not held in memory or extracted
    header_bytes: int = 1 << 20
    line_bytes: int = 64 << 20  # of JSONL
    members: int = 10_000_000  # of one zip or tar
    nesting: int = 4  # zip in tar in zip …
    ratio: int = 200  # unpacked over packed bytes, beyond the first 64 MB
    cpu_seconds: int = 60  # of one record; the worst of 134 hostile pages takes 6, a bench page 0.02
    memory_bytes: int = 2 << 30  # that one record may add to what its process holds; the worst of those adds 0.3 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the caller said about the inputs."""

    captured_at: datetime | None = None  # for captures that do not know their own time
    captured_at_precision: str = "second"  # second, day, month or year: how much of it was stated
    json_fields: JsonFields = JsonFields()
    limits: Limits = Limits()


# ---- work ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows of a corpus's ``captures``, of which the records are read again."""

    corpus: str  # its folder
    source_roots: tuple[str, ...]  # where inputs that it refers to have moved
    file: str  # of the table, as the manifest names it
    first: int
    rows: int
    packed: int  # bytes of the largest record as it lies, with all others in the same gzip members


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to read: its name in the rows, and where it is on this machine."""

    path: str
    location: str
    size: int
    modified_ns: int
    problem: str = ""  # why it cannot be read, where that is known before: a socket, a broken link
    again: Slice | None = None  # in place of a file: rows of a corpus whose records are read again
    start: int = 0  # of a file that is read in parts: where this one begins, at a record
    stop: int | None = None  # and the start of the next one; None where there is none
    saved: Saved | None = None  # what the records of a mirror among the inputs say of it

    @property
    def is_part(self) -> bool:
        """True for a part of a file."""
        return self.start > 0 or self.stop is not None

    @property
    def length(self) -> int:
        """Bytes to read."""
        return (self.size if self.stop is None else self.stop) - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides the bytes of a corpus, besides its inputs."""

    reading: ReadOptions = ReadOptions()
    extractor: str = "news"
    repair_mojibake: bool = False  # in the texts that are derived; the captures stay as they are
    repeated_lines: bool = False  # take out of articles the lines that several pages of their site have
    copy_records: bool = False
    dedupe_payloads: bool = False
    partition_by: tuple[str, ...] = ("capture_month",)
    target_file_bytes: int = 256 << 20  # of a table's file: it ends with the row group that makes it as large


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Work in: some input files, or a part of one, and the folder that takes the fragments."""

    shard_id: str
    files: tuple[InputFile, ...]
    folder: str
    settings: Settings
    versions: tuple[tuple[str, str], ...] = ()  # of what decides bytes, where the run is; for workers elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedRun:
    """Rows of one table and partition, sorted, as consecutive batches of a fragment file."""

    table: str
    partition: str
    first_batch: int
    batches: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was found: records = articles + rejections; damaged ranges and skipped files are counted apart."""

    records: int = 0
    articles: int = 0
    rejections: int = 0
    damaged: int = 0
    skipped: int = 0  # input files that hold no capture
    members_skipped: int = 0  # members of zips and tars that hold none

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    def __sub__(self, other: Counts) -> Counts:
        """These without the others."""
        return Counts(**{name: getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """How far a shard is that is still at work."""

    size: int  # bytes of input that are done
    counts: Counts
    reasons: tuple[tuple[str, int], ...]  # rejections and damage by "stage: reason"
    seconds: float = 0.0  # since it began, when this was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Work done: what one shard wrote, and its counts."""

    shard_id: str
    counts: Counts
    runs: tuple[SortedRun, ...]
    warc_files: tuple[str, ...]
    earliest: datetime | None  # capture time in those WARC files
    reasons: tuple[tuple[str, int], ...]  # rejections and damage by "stage: reason"
    cpu_seconds: tuple[tuple[str, float], ...]  # by stage; for the run log, never for the corpus
    ended: int | None = None  # of a part of a file that can be read: where reading ended, behind its last record


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFile:
    """A file of the corpus as the manifest names it."""

    path: str
    size: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All of it: the corpus exists once this is written."""

    schema_version: str
    config_sha256: str
    settings: Settings
    inputs: int
    counts: Counts
    reasons: tuple[tuple[str, int], ...]
    files: tuple[CorpusFile, ...]

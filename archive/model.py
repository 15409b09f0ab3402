"""The nouns. Frozen, slotted, keyword-only dataclasses; nothing else crosses a module border.

    Origin      where a capture was found, before anything touched it
    Capture     what was found there: one record's bytes and what they say of themselves
    Damage      a range of an input that nothing could read as a record
    Skip        a file, or a member of a zip or tar, that holds no capture
    Locator     where the record lies now: file, offset, length
    Extraction  what the extractor saw in one capture: text, blocks, metadata, flags
    CaptureRow  one row of the table ``captures``: a record or a damaged range, and what became of it
    Article     one row of the table ``articles``, standing alone
    InputRow    one row of the table ``inputs``: an input file, or a member that was skipped
    Shard       work in: some input files and the settings
    Receipt     work done: what one shard wrote, and its counts

The three row classes are the only definition of the tables: ``schema.py`` derives the Arrow schema, the JSON Schema
and the column documentation from their fields, types and descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


def column(description: str) -> str:
    """A dataclass field that documents itself as a column: use as ``name: type = column("…")``."""
    return field(metadata={"description": description})  # type: ignore[no-any-return]


# ---- what is found ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a capture was found, before anything touched it."""

    path: str  # relative to the input that was named, with "/" between parts
    member: str | None = None  # name inside a zip or tar; nested ones joined by "!/"
    offset: int | None = None  # of the record or line, in bytes, in the file (or the member)
    line: int | None = None  # of a JSONL file, from 1
    modified: datetime | None = None  # the file's (or the member's) time of modification, UTC


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
    there all the same, but for the payload's of an oversized chunked body.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A file, or a member of a zip or tar, that holds no capture."""

    origin: Origin
    kind: str
    length: int
    sha256: bytes
    reason: str


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
    from: ``json-ld``, ``meta``, ``microdata``, ``link``, ``html``, ``trafilatura``, ``htmldate``, ``text``, ``url``.
    """

    text: str  # paragraphs separated by a blank line
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...] = ()
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
    charset: str | None = None
    charset_origin: str | None = None  # bom, bytes, header, meta, detected
    flags: tuple[str, ...] = ()
    extractor: str
    extractor_version: str
    config_sha256: bytes


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the caller said about the inputs."""

    captured_at: datetime | None = None  # for captures that do not know their own time
    json_fields: JsonFields = JsonFields()
    limits: Limits = Limits()


# ---- rows ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One row for every record found and every damaged range: where it is, what it is, what became of it."""

    capture_id: str = column("id of the record, the same in every run and corpus (UUIDv5 of record id and block)")
    outcome: str = column("article, rejected or damaged")
    stage: str | None = column("where a rejection was decided: record, payload or extraction")
    reason: str | None = column("why it was rejected, or what the damage is")
    detail: str | None = column("the figures or words behind the reason")
    article_id: str | None = column("the row in `articles`, where there is one")
    warc_filename: str | None = column(
        "the WARC file that holds the record, relative to the corpus (warc/…) or to the input that was named"
    )
    warc_record_offset: int | None = column("first byte of the record, or of its gzip member, in that file")
    warc_record_length: int | None = column("bytes of the record, or of its gzip member, in that file")
    unpacked_offset: int | None = column("first byte in what the gzip member unpacks to; null in a plain file")
    unpacked_length: int | None = column("bytes in what the gzip member unpacks to; null in a plain file")
    record_type: str | None = column("WARC-Type as it stands: response, resource, request, revisit, …")
    record_id: str | None = column("WARC-Record-ID as it stands, without angle brackets")
    target_uri: str | None = column("WARC-Target-URI as it stands, without angle brackets")
    host: str | None = column("host of the target URI")
    registered_domain: str | None = column("registered domain of the host (public suffix list)")
    warc_date: str | None = column("WARC-Date as it stands")
    captured_at: datetime | None = column("when the capture was made")
    captured_at_origin: str | None = column("where that is known from: record, header, field, option or mtime")
    content_type: str | None = column("Content-Type of the record's block as it stands")
    media_type: str | None = column("media type of the payload as declared, without parameters")
    http_status: int | None = column("HTTP status code")
    block_length: int | None = column("bytes of the record's block")
    payload_length: int | None = column("bytes of the payload: the entity body, de-chunked, not content-decoded")
    record_sha256: bytes | None = column("of header, block and trailing newlines; of a damaged range, its bytes")
    block_sha256: bytes | None = column("of the record's block")
    payload_sha256: bytes | None = column("of the payload")
    refers_to_record_id: str | None = column("WARC-Refers-To of a revisit, without angle brackets")
    refers_to_uri: str | None = column("WARC-Refers-To-Target-URI of a revisit")
    refers_to_date: str | None = column("WARC-Refers-To-Date of a revisit as it stands")
    source_path: str = column("the input file, relative to the input that was named")
    source_member: str | None = column("name inside a zip or tar; nested ones joined by !/")
    source_offset: int | None = column("first byte of the record or line in the input file or member")
    source_line: int | None = column("line of a JSONL file, from 1")
    flags: tuple[str, ...] = column("what is odd about the record; see the list in the README")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One row per article. It stands alone: it repeats its record's coordinates and digests."""

    article_id: str = column("id of the article, the same across re-extractions of its record")
    capture_id: str = column("the row in `captures`")
    url: str | None = column("target URI of the capture, where it is a http(s) URL")
    host: str | None = column("host of the URL")
    registered_domain: str | None = column("registered domain of the host (public suffix list)")
    captured_at: datetime | None = column("when the capture was made")
    captured_at_origin: str | None = column("where that is known from: record, header, field, option or mtime")
    title: str | None = column("headline")
    title_origin: str | None = column("json-ld, meta, microdata, link, html, trafilatura, htmldate, text or url")
    authors: tuple[str, ...] = column("names of the authors, in the page's order")
    authors_origin: str | None = column("as for the title")
    published_at: str | None = column("ISO 8601 with just the precision and zone that the page states")
    published_at_origin: str | None = column("as for the title")
    published_on: date | None = column("day of publication, as the page states it")
    published_utc: datetime | None = column("instant of publication, where the page states time and zone")
    modified_at: str | None = column("ISO 8601 with just the precision and zone that the page states")
    modified_at_origin: str | None = column("as for the title")
    modified_utc: datetime | None = column("instant of modification, where the page states time and zone")
    language: str | None = column("ISO 639-1 code")
    language_origin: str | None = column("py3langid (identified from the text), or html where the text is too short")
    site_name: str | None = column("name of the publication")
    site_name_origin: str | None = column("as for the title")
    description: str | None = column("the page's own summary")
    description_origin: str | None = column("as for the title")
    canonical_url: str | None = column("the URL that the page calls its own")
    canonical_url_origin: str | None = column("as for the title")
    section: str | None = column("section of the publication")
    section_origin: str | None = column("as for the title")
    tags: tuple[str, ...] = column("keywords")
    tags_origin: str | None = column("as for the title")
    image_url: str | None = column("lead image")
    image_url_origin: str | None = column("as for the title")
    text: str = column("main text, Unicode NFC, paragraphs separated by a blank line")
    text_sha256: bytes = column("of the text in UTF-8")
    blocks: tuple[Block, ...] = column("the text's paragraphs, headings, list items, quotes and captions, in order")
    removed: tuple[Removed, ...] = column("spans of a text capture's payload that were left out, with reasons")
    charset: str | None = column("character encoding that was used (WHATWG name)")
    charset_origin: str | None = column("bom, bytes, header, meta or detected")
    media_type: str | None = column("media type of the payload as declared, without parameters")
    http_status: int | None = column("HTTP status code")
    extractor: str = column("what made text and metadata")
    extractor_version: str = column("its version")
    config_sha256: bytes = column("of its configuration and the versions of the libraries that it stands on")
    warc_filename: str | None = column(
        "the WARC file that holds the record, relative to the corpus (warc/…) or to the input that was named"
    )
    warc_record_offset: int | None = column("first byte of the record, or of its gzip member, in that file")
    warc_record_length: int | None = column("bytes of the record, or of its gzip member, in that file")
    unpacked_offset: int | None = column("first byte in what the gzip member unpacks to; null in a plain file")
    unpacked_length: int | None = column("bytes in what the gzip member unpacks to; null in a plain file")
    record_type: str | None = column("WARC-Type as it stands: response, resource or conversion")
    record_id: str | None = column("WARC-Record-ID as it stands, without angle brackets")
    record_sha256: bytes = column("of the record's header, block and trailing newlines")
    block_sha256: bytes = column("of the record's block")
    payload_sha256: bytes | None = column("of the payload: the entity body, de-chunked, not content-decoded")
    source_path: str = column("the input file, relative to the input that was named")
    source_member: str | None = column("name inside a zip or tar; nested ones joined by !/")
    source_offset: int | None = column("first byte of the record or line in the input file or member")
    source_line: int | None = column("line of a JSONL file, from 1")
    flags: tuple[str, ...] = column("what is odd about the record or the text; see the list in the README")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row per input file, and one per member of a zip or tar that holds no capture."""

    path: str = column("the input file, relative to the input that was named")
    member: str | None = column("a member that was skipped; null for the file itself")
    kind: str = column("format, found by looking at the bytes: warc, zip, tar, packed, jsonl, html, text; or what it is")
    size: int = column("bytes")
    sha256: bytes = column("of the file or member as it stands")
    records: int = column("records found in it: articles and rejections")
    articles: int = column("records that became articles")
    rejections: int = column("records that did not, each with its reason in `captures`")
    damaged: int = column("damaged ranges, each with its reason in `captures`")
    skipped: str | None = column("why it holds no capture; null where it does")


# ---- work ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to read: its name in the rows, and where it is on this machine."""

    path: str
    location: str
    size: int
    modified_ns: int
    problem: str = ""  # why it cannot be read, where that is known before: a socket, a broken link


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides the bytes of a corpus, besides its inputs."""

    reading: ReadOptions = ReadOptions()
    extractor: str = "news"
    copy_records: bool = False
    dedupe_payloads: bool = False
    partition_by: tuple[str, ...] = ("capture_month",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Work in: some input files, and the folder that takes the fragments."""

    shard_id: str
    files: tuple[InputFile, ...]
    folder: str
    settings: Settings


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
    skipped: int = 0


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

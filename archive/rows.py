"""The rows of the tables, and what makes them from what was found and seen.

The three row types are the only definition of the tables: ``schema.py`` derives the Arrow schema, the JSON Schema and
the column documentation from their fields, types and descriptions. The functions below make the rows when a corpus is
written and when it is verified, so that a row proves itself: whatever stands in it comes from the record's bytes, from
where the record lies, or from the extractor.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

from archive import identity
from archive.errors import Rejected
from archive.model import Block, Capture, Damage, Extraction, Locator, Origin, Removed, column


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
    source_line: int | None = column("line of a JSONL file, or which record of an ARC file, from 1")
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
    title_origin: str | None = column("json-ld, meta, microdata, link, html, text or url")
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
    access: str | None = column("free or paywalled, where the page states it")
    access_origin: str | None = column("as for the title")
    text: str = column("main text, Unicode NFC, paragraphs separated by a blank line")
    text_sha256: bytes = column("of the text in UTF-8")
    blocks: tuple[Block, ...] = column("the text's paragraphs, headings, list items, quotes and captions, in order")
    removed: tuple[Removed, ...] = column("spans of a text capture's payload that were left out, with reasons")
    boilerplate_share: float | None = column(
        "share of the page's visible characters that are not in the text, to three places; menus (nav), feet, scripts and"
        " the choices of forms are not counted. Of a text capture, the share of its bytes that were removed. Null where"
        " the extractor does not measure it"
    )
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
    source_line: int | None = column("line of a JSONL file, or which record of an ARC file, from 1")
    flags: tuple[str, ...] = column("what is odd about the record or the text; see the list in the README")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row per input file, and one per member of a zip or tar that holds no capture."""

    path: str = column("the input file, relative to the input that was named")
    member: str | None = column("a member that was skipped; null for the file itself")
    kind: str = column(
        "format, found by looking at the bytes: warc, arc, zip, tar, packed, jsonl, html, text; or what it is"
    )
    size: int = column("bytes")
    sha256: bytes = column("of the file or member as it stands")
    records: int = column("records found in it: articles and rejections")
    articles: int = column("records that became articles")
    rejections: int = column("records that did not, each with its reason in `captures`")
    damaged: int = column("damaged ranges, each with its reason in `captures`")
    skipped: str | None = column("why it holds no capture; null where it does")
    added: int = column("0 for the inputs that the corpus was first made of, 1 for those that were added next, and so on")


# ---- what makes them --------------------------------------------------------------------------------------------------


@cache
def _suffixes() -> Any:  # noqa: ANN401 - the library has no types
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registered_domain(host: str | None) -> str | None:
    """The domain that somebody registered (public suffix list), or the host where that is an address or a bare name."""
    if not host or identity.is_address(host):
        return host
    return _suffixes().privatesuffix(host) or host


def capture_row(
    found: Capture,
    locator: Locator | None,
    *,
    rejected: Rejected | None = None,
    article: bool = False,
) -> CaptureRow:
    """The row of a record: what it is, where it lies, and what became of it."""
    row_id = identity.capture_id(found)
    host = identity.host_of(found.target_uri)
    return CaptureRow(
        capture_id=str(row_id),
        outcome="article" if article else "rejected",
        stage=rejected.stage if rejected else None,
        reason=rejected.reason if rejected else None,
        detail=_storable(rejected.detail) if rejected else None,
        article_id=str(identity.article_id(row_id)) if article else None,
        **_place(locator),
        record_type=_storable(found.record_type),
        record_id=_storable(found.record_id),
        target_uri=_storable(found.target_uri),
        host=host,
        registered_domain=registered_domain(host),
        warc_date=_storable(found.warc_date),
        captured_at=found.captured_at,
        captured_at_origin=found.captured_at_origin,
        content_type=_storable(found.content_type),
        media_type=_storable(found.media_type),
        http_status=found.http_status,
        block_length=found.block_length,
        payload_length=found.payload_length,
        record_sha256=found.record_sha256,
        block_sha256=found.block_sha256,
        payload_sha256=found.payload_sha256,
        refers_to_record_id=_storable(found.refers_to_record_id),
        refers_to_uri=_storable(found.refers_to_uri),
        refers_to_date=_storable(found.refers_to_date),
        **_source(found.origin),
        flags=found.flags,
    )


def damage_row(found: Damage) -> CaptureRow:
    """The row of a damaged range; its place is that in the input, for no record holds it."""
    empty = dict.fromkeys(CaptureRow.__dataclass_fields__)
    known = {
        "capture_id": str(identity.damage_id(found)),
        "outcome": "damaged",
        "stage": "record",
        "reason": found.reason,
        "detail": _storable(found.detail),
        "block_length": found.length,
        "record_sha256": found.sha256,
        "unpacked_offset": found.unpacked_offset,
        "unpacked_length": found.unpacked_length,
        "flags": (),
    }
    return CaptureRow(**(empty | known | _source(found.origin) | {"source_offset": found.offset}))  # type: ignore[arg-type]


def article_row(found: Capture, locator: Locator | None, seen: Extraction) -> Article:
    """The row of an article, standing alone."""
    row_id = identity.capture_id(found)
    host = identity.host_of(found.target_uri)
    shared = {name: value for name, value in _fields(seen).items() if name in Article.__dataclass_fields__}
    return Article(
        **shared
        | {
            "article_id": str(identity.article_id(row_id)),
            "capture_id": str(row_id),
            "url": _storable(found.target_uri) if host else None,
            "host": host,
            "registered_domain": registered_domain(host),
            "captured_at": found.captured_at,
            "captured_at_origin": found.captured_at_origin,
            "published_on": day_of(seen.published_at),
            "published_utc": instant_of(seen.published_at),
            "modified_utc": instant_of(seen.modified_at),
            "text_sha256": hashlib.sha256(seen.text.encode()).digest(),
            "media_type": _storable(found.media_type),
            "http_status": found.http_status,
            "record_type": _storable(found.record_type),
            "record_id": _storable(found.record_id),
            "record_sha256": found.record_sha256,
            "block_sha256": found.block_sha256,
            "payload_sha256": found.payload_sha256,
            "flags": tuple(dict.fromkeys((*found.flags, *seen.flags))),
        },
        **_place(locator),
        **_source(found.origin),
    )


def day_of(stated: str | None) -> date | None:
    """The day of an ISO 8601 text, as the page states it."""
    return date.fromisoformat(stated[:10]) if stated else None


def instant_of(stated: str | None) -> datetime | None:
    """The instant of an ISO 8601 text, UTC, where it has a time and a zone."""
    if not stated or len(stated) <= len("2024-08-27"):
        return None
    moment = datetime.fromisoformat(stated)
    return moment.astimezone(UTC) if moment.tzinfo else None


def _fields(seen: Extraction) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in Extraction.__dataclass_fields__}


def _place(locator: Locator | None) -> dict[str, Any]:
    return {
        "warc_filename": locator.path if locator else None,
        "warc_record_offset": locator.offset if locator else None,
        "warc_record_length": locator.length if locator else None,
        "unpacked_offset": locator.unpacked_offset if locator else None,
        "unpacked_length": locator.unpacked_length if locator else None,
    }


def _source(origin: Origin) -> dict[str, Any]:
    stated = asdict(origin)
    return {f"source_{name}": stated[name] for name in ("path", "member", "offset", "line")}


def _storable(text: str | None) -> str | None:
    """Text as Parquet can hold it: what is no Unicode scalar becomes a replacement character."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()

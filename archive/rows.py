"""From what was found and seen to the rows that say so.

The same functions make the rows when a corpus is written and when it is verified, so that a row proves itself: whatever
stands in it comes from the record's bytes, from where the record lies, or from the extractor.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

from archive import identity
from archive.errors import Rejected
from archive.model import Article, Capture, CaptureRow, Damage, Extraction, Locator, Origin


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

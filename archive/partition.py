"""Which partition a row belongs to, and where it stands in it.

Partition names are path-only keys that no column bears (the same name in path and file breaks pandas), and their values
come from a closed alphabet: ``2024-08``, ``y2024``, ``de``, ``b3f`` or the literal ``unknown``. A bare ``2024`` or ``07``
would be read as different types by different readers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from archive.rows import Article, CaptureRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _month(day: date | None) -> str:
    return f"{day.year:04d}-{day.month:02d}" if day else "unknown"


def _year(day: date | None) -> str:
    return f"y{day.year:04d}" if day else "unknown"


def _bucket(domain: str | None) -> str:
    return "b" + hashlib.sha256(domain.encode()).hexdigest()[:2] if domain else "unknown"


KEYS: dict[str, Callable[[Article | CaptureRow], str]] = {
    "capture_month": lambda row: _month(row.captured_at),
    "capture_year": lambda row: _year(row.captured_at),
    "publication_month": lambda row: _month(row.published_on if isinstance(row, Article) else None),
    "publication_year": lambda row: _year(row.published_on if isinstance(row, Article) else None),
    "text_language": lambda row: (row.language or "unknown") if isinstance(row, Article) else "unknown",
    "host_bucket": lambda row: _bucket(row.registered_domain),
}
CAPTURE_KEYS = ("capture_month", "capture_year", "host_bucket")  # those that every capture has


def keys_of(table: str, partition_by: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that a table is partitioned by: ``captures`` by those that a capture without an article has too."""
    if table == "articles":
        return partition_by
    return tuple(key for key in partition_by if key in CAPTURE_KEYS) or ("capture_month",)


def partition_of(table: str, row: Article | CaptureRow, partition_by: tuple[str, ...]) -> str:
    """The folder of a row under its table, such as ``capture_month=2024-08``."""
    parts = []
    for key in keys_of(table, partition_by):
        value = KEYS[key](row)
        parts.append(f"{key}={value if re.fullmatch(r'[a-z0-9-]{1,16}', value) else 'unknown'}")
    return "/".join(parts)


def sort_key(row: Article | CaptureRow) -> tuple[str, int, str, str, int, int, int]:
    """Registered domain, capture time, id; then the place in the input, for records that stand there twice."""
    micros = (row.captured_at - EPOCH) // _MICROSECOND if row.captured_at else -1
    row_id = row.article_id if isinstance(row, Article) else row.capture_id
    place = (row.source_path + "\n" + (row.source_member or ""), row.source_offset or 0, row.source_line or 0)
    inner = row.unpacked_offset or 0
    return (row.registered_domain or "", micros, row_id, *place, inner)


_MICROSECOND = datetime.resolution

"""``archive.extract``: one payload in, its text and metadata out, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from archive.extraction import NEWS, charset_of
from archive.model import Extraction


def extract(
    payload: bytes,
    *,
    url: str | None = None,
    media_type: str | None = None,
    headers: Mapping[str, str] | None = None,
    captured_at: datetime | None = None,
) -> Extraction:
    """Text and metadata of one capture: an HTML page or a text dump.

    ``media_type`` decides between the two where the bytes leave it open; ``headers`` are HTTP headers, of which
    Content-Type and Content-Encoding are looked at; ``captured_at`` bounds the dates that are believed.
    Raises ``Rejected`` with stage, reason and detail where the payload holds no article.
    """
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = media_type or lower.get("content-type")
    return NEWS.extract_payload(
        payload,
        url=url,
        media_type=content_type.partition(";")[0].strip().lower() if content_type else None,
        header_charset=charset_of(lower.get("content-type") or media_type),
        content_coding=lower.get("content-encoding"),
        captured_at=captured_at,
    )

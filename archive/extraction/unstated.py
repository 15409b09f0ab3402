"""What a page does not state, found otherwise: the last resort, and the bound that the capture sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lxml import html

from archive.extraction.written import not_after
from archive.model import Metadata


def complete(metadata: Metadata, tree: html.HtmlElement, url: str | None, captured_at: datetime | None) -> Metadata:
    """``metadata`` with what can be found otherwise, and without a date that readers could not have seen yet."""
    del tree, url
    if (
        metadata.published_at
        and metadata.published_at_origin in {"html", "url"}
        and not not_after(metadata.published_at, captured_at)
    ):
        return replace(metadata, published_at=None, published_at_origin=None)
    return metadata

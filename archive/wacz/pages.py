"""The pages of a WACZ: its articles that can be looked at, in the order of their capture times.

The text of an article is only in it where that was asked for: viewers read the whole list before they show anything, and
texts make it some twenty times as large.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import identity
from archive.corpus import Corpus
from archive.wacz.index import REPLAYED, moment_of, replay_url
from archive.wacz.package import Package
from archive.wacz.sorting import SortedLines

COLUMNS = ("article_id", "url", "captured_at", "title", "record_type", "payload_sha256", "flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """What became of the articles."""

    pages: int
    left_out: int  # that nothing could replay
    first: datetime | None
    last: datetime | None


def write_pages(corpus: Corpus, package: Package, folder: Path, *, text: bool) -> Paged:
    """Writes ``pages/pages.jsonl``."""
    lines = SortedLines(folder, "pages")
    pages = left_out = 0
    first = last = None
    for batch in corpus.batches("articles", (*COLUMNS, "text") if text else COLUMNS):
        for row in batch.to_pylist():
            moment = moment_of(row)
            if moment is None or row["record_type"] not in REPLAYED:  # nothing replays its record
                left_out += 1
                continue
            lines.add(_line(row, moment))
            pages += 1
            first, last = min(first or moment, moment), max(last or moment, moment)
    with package.member("pages/pages.jsonl", deflated=True) as file:
        head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": text}
        file.write(_json(head) + b"\n")
        for line in lines:
            file.write(line.partition(b"\t")[2] + b"\n")
    return Paged(pages=pages, left_out=left_out, first=first, last=last)


def _line(row: dict[str, Any], moment: datetime) -> bytes:
    """The page of an article, with its time in front to sort by."""
    # what has no URL has the URN of its payload as target URI
    url = replay_url(row["url"]) if row["url"] else identity.payload_urn(row["payload_sha256"])
    ts = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    page = {"id": row["article_id"], "url": url, "ts": ts, "title": row["title"], "text": row.get("text")}
    return ts.encode() + b"\t" + _json({name: value for name, value in page.items() if value is not None})


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")

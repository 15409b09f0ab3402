"""HTML: a page ends as an article or is rejected for a named reason, whatever its bytes.

The first byte says the media type and the charset that HTTP states.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import archive
from archive import wrapping
from archive.errors import Rejected
from archive.extraction.plain import TRAFILATURA
from archive.model import Extraction, Origin
from tests import making
from tests.fuzz import laws, mutation

HERE = Path(__file__).parents[2]
LARGEST = 6000
TYPES = (
    None,
    "text/html",
    "text/html; charset=utf-8",
    "application/xhtml+xml",
    "text/html; charset=iso-8859-1",
    "text/plain",
)
NOW = datetime(2024, 9, 1, tzinfo=UTC)
URL = "https://www.harbourpost.example/2024/08/26/city/budget-cut"


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    choice, payload = data[0] if data else 0, data[1:]
    found = extracted(payload, TYPES[choice % len(TYPES)], captured_at=NOW if choice & 64 else None)
    if isinstance(found, Extraction):
        laws.assert_extraction(found)
        if found.removed:
            laws.assert_tiles(payload, found)
    else:
        laws.assert_rejected(found)
    if zlib.crc32(data) % 8 == 0:
        again = extracted(payload, TYPES[choice % len(TYPES)], captured_at=NOW if choice & 64 else None)
        assert again == found or (isinstance(again, Rejected) and again.args == getattr(found, "args", None))
        plain(payload)


def extracted(payload: bytes, media_type: str | None, captured_at: datetime | None) -> Extraction | Rejected:
    """What comes of a page."""
    try:
        return archive.extract(payload, url=URL, media_type=media_type, captured_at=captured_at)
    except Rejected as why:
        return why


def plain(payload: bytes) -> None:
    """By the other extractor."""
    capture = wrapping.new_capture(
        origin=Origin(path="a.html"), payload=payload, media_type="text/html", url=URL, captured_at=NOW,
        captured_at_precision="second", captured_at_origin="mtime",
    )  # fmt: skip
    try:
        found = TRAFILATURA.extract(capture)
    except Rejected as why:
        laws.assert_rejected(why)
    else:
        laws.assert_extraction(found)


LD = b'<script type="application/ld+json">%b</script>'
ARTICLE = (
    b'{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle", "headline": "Gulls &amp; cranes", "author": [{"@type": '
    b'"Person", "name": "Ada Lindqvist"}, "Bo"], "datePublished": "2024-08-26T08:00:00+02:00", "dateModified": "2024-08-27", '
    b'"articleBody": "The gulls had nested in the crane.", "keywords": "a, b", "isAccessibleForFree": false, "image": {"url": "/a.jpg"}}]}'
)
PARTS = (
    b'<meta name="author" content="By Ada Lindqvist">', b'<meta property="og:title" content="Gulls">', b"<title>Gulls | Post</title>",
    b'<meta property="article:published_time" content="2024-08-26T08:00:00+02:00">', b'<link rel="canonical" href="/a">',
    b'<time datetime="2024-08-26">26 August 2024</time>', b'<p class="byline">By Ada Lindqvist</p>', LD % ARTICLE, b"<table><tr><td>a<td>b",
    b"<ul><li>one<li>two</ul>", b"<blockquote>Yes</blockquote>", b"<!-- x -->", b"<![CDATA[x]]>", b"<svg><p>", b"<pre>a\n b</pre>", b"<base href='//b'>",
    b'<div itemscope itemtype="http://schema.org/NewsArticle"><span itemprop="headline">H</span>', b"<h1>The gulls</h1>", b"<br>" * 5,
    b"<p>The gulls had nested in the crane, and nobody wanted to move them before the summer.</p>", b"<template><p>t</template>", b"<iframe>",
    b"<p hidden>x</p>", b"<figure><img src=a><figcaption>A crane</figcaption></figure>", b"</body></html>", b"<html lang=de>", b"<p>Updated: 27.08.2024 10:00",
)  # fmt: skip


def seeds() -> list[bytes]:
    """The pages of the quality gate that are small, and pages of the tests."""
    paths = sorted((HERE / "quality").glob("*.html"), key=lambda path: path.stat().st_size)[:40]
    found = [b"\x42" + path.read_bytes()[:LARGEST] for path in paths]
    head = (LD % ARTICLE).decode()
    return [
        *found,
        b"\x41" + making.page(1, head=head),
        b"\0" + making.page(2)[:900],
        b"\5" + making.dump(3)[:400],
        b"\2",
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """Tags and whole parts put in, doubled and left out."""
    pieces = data[1:].split(b"<")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(pieces) + 1)
        way = chance.randrange(4)
        if way == 0:
            pieces[at:at] = chance.choice(PARTS).removeprefix(b"<").split(b"<")
        elif way == 1:
            del pieces[at : at + chance.choice((1, 1, 2, 9))]
        elif way == 2:
            pieces[at:at] = pieces[at : at + chance.choice((1, 3))] * chance.choice((1, 2, 20))
        elif pieces and at < len(pieces):
            pieces[at] = mutation.mutated(pieces[at], chance, pieces)
    return data[:1] + b"<".join(pieces)

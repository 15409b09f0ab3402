"""Which source reads a file, and what is said of a file that none reads."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from io import BytesIO

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sources
from archive.errors import UsageError
from archive.model import Capture, Damage, Origin, ReadOptions, Skip
from archive.sources import Opened

OURS = {
    "text": "dump",
    "html": "page",
    "jsonl": "jsonl",
    "mirror": "mirror",
    "singlefile": "singlefile",
    "packed": "packed",
    "tar": "tarred",
    "zip": "zipped",
    "arc": "arc",
    "warc": "warc",
    "wacz": "wacz",
    "har": "har",
    "mhtml": "mhtml",
}
POINTS = [EntryPoint(kind, f"archive.sources.{module}:SOURCE", "archive.sources") for kind, module in OURS.items()]
WARC = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
ARC = b"filedesc://a.arc 192.0.2.1 20040503040506 text/plain 7\n1 0 us\n\n"
MODIFIED = datetime(2024, 8, 27, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sources, "entry_points", lambda **_: POINTS)
    sources._sources.cache_clear()
    yield
    sources._sources.cache_clear()


def door(data: bytes, name: str = "x") -> Opened:
    origin = Origin(path=name, modified=MODIFIED)
    return Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)


def test_the_order_of_trust_is_fixed() -> None:
    assert [source.kind for source in sources._sources()] == [
        "warc", "arc", "wacz", "zip", "tar", "packed", "har", "mhtml", "singlefile", "mirror", "jsonl", "html", "text",
    ]  # fmt: skip


def test_other_packages_come_before_the_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Foreign:
        kind = "epub"

    class Point:
        name = "epub"

        def load(self) -> Foreign:
            return Foreign()

    monkeypatch.setattr(sources, "entry_points", lambda **_: [*POINTS, Point()])
    sources._sources.cache_clear()
    assert [source.kind for source in sources._sources()][9:12] == ["mirror", "epub", "jsonl"]


def test_no_registered_format_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "entry_points", lambda **_: [])
    sources._sources.cache_clear()
    with pytest.raises(UsageError, match="install"):
        sources.find(door(b"x"))


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"words")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (WARC, "x.html", "warc"),
        (gzip.compress(WARC, mtime=0), "x.gz", "warc"),
        (ARC, "x.txt", "arc"),
        (gzip.compress(ARC, mtime=0), "x", "arc"),
        (zstandard.compress(ARC), "x.arc", "packed"),
        (b"\x5d\x2a\x4d\x18\xff\0\0\0" + WARC + ARC, "x.warc.zst", "packed"),
        (b"\x04\x22\x4d\x18" + WARC, "x.warc", "packed"),
        (_zip(), "x.txt", "zip"),
        (gzip.compress(b"words", mtime=0), "x.txt", "packed"),
        (b'{"text": "words"}\n', "x.html", "jsonl"),
        (b"<html><p>words", "x.txt", "html"),
        (b'{"log": {"version": "1.2", "entries": []}}', "x.jsonl", "har"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n<html>", "x.html", "mhtml"),
        (b"words", "x.html", "html"),
        (b"words", "x", "text"),
        (b"\0\1\2", "x", None),
        (b"", "x.html", None),
    ],
)
def test_bytes_decide(data: bytes, name: str, kind: str | None) -> None:
    found = sources.find(door(data, name))
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        (b'<?xml version="1.0"?><rss/>', "an XML document"),
        (bytes(100), "a binary file of no known format"),
    ],
)
def test_what_none_reads_is_one_skip(data: bytes, reason: str) -> None:
    (found,) = sources.captures(door(data), ReadOptions())
    assert isinstance(found, Skip)
    assert (found.reason, found.length, found.sha256) == (reason, len(data), hashlib.sha256(data).digest())


STARTS = (
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\x04\x22\x4d\x18",
    b"\x5d\x2a\x4d\x18",
    ARC,
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"{",
    b"<html>",
    WARC,
    b"\xff\xfe",
    b'{"log": {"version": "1.2", "entries": [',
    b"From: <Saved by Blink>\nMIME-Version: 1.0\n",
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(STARTS), st.binary(max_size=2000),
    st.sampled_from(["x", "x.html", "x.warc.gz", "x.arc", "x.warc.zst", "x.tar", "x.txt", "x.wacz"]),
)
def test_nothing_raises_and_something_is_said(start: bytes, rest: bytes, name: str) -> None:
    found = list(sources.captures(door(start + rest, name), ReadOptions()))
    assert all(isinstance(item, Capture | Damage | Skip) for item in found)
    assert found or start == b"PK\x05\x06"

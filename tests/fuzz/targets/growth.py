"""Time: what is repeated sixteen times as often takes sixteen times as long, and not two hundred times.

Measured is the CPU time of this thread, and only where it is long enough to be measured; three times, the least counts.
The first byte says what is fuzzed and whether lines are numbered, so that none is the same; the rest is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

from archive import entity, sources, warc
from archive.errors import Rejected
from archive.extraction import NEWS
from archive.extraction.charset import decode_text, looks_binary
from archive.extraction.content_coding import decode_content
from archive.extraction.dump import clean
from archive.model import ReadOptions
from archive.sources import jsonl
from archive.sources.warc import scan
from tests.fuzz import laws, mutation
from tests.fuzz.targets import dump, page

LARGEST = 200
SMALL, LARGE = 1 << 12, 1 << 16  # bytes
SHORT = 1.5  # CPU seconds that need no explanation: trafilatura, whose time grows with the square up to a bound, takes 0.9
GROWTH = 4.0  # times as much as in proportion


def _page(data: bytes) -> None:
    with suppress(Rejected):
        NEWS.extract_payload(
            data, url=None, media_type="text/html", header_charset="utf-8", content_coding=None, captured_at=None
        )


def _any(data: bytes) -> None:
    for _ in sources.captures(laws.opened(data, "a"), ReadOptions()):
        pass


def _coded(data: bytes) -> None:
    with suppress(Rejected):
        decode_content(data, "br", 1 << 20)


READERS: tuple[Callable[[bytes], object], ...] = (
    _page,
    lambda data: clean(data, "utf-8"),
    lambda data: clean(data, "utf-16-le"),
    lambda data: decode_text(data, header_charset=None, html=True),
    lambda data: (looks_binary(data), decode_text(data, header_charset="iso-8859-1", html=True, repair=True)),
    _coded,
    lambda data: list(scan(BytesIO(data), laws.LIMITS)),
    lambda data: list(scan(BytesIO(b"WARC/1.1\r\n" + data), laws.LIMITS)),
    entity.dechunk,
    lambda data: entity.read_head(b"HTTP/1.1 200 OK\r\n" + data),
    lambda data: warc.read_fields(b"WARC/1.1\r\n" + data),
    lambda data: list(jsonl.SOURCE.captures(laws.opened(data, "a.jsonl"), ReadOptions())),
    _any,
    lambda data: _page(b"<html><head>" + page.LD % data + b"</head><body><p>Gulls.</p>"),
    lambda data: _page(
        b"<html><head><title>" + data + b"</title><meta name=author content='" + data + b"'></head><body><p>" + data
    ),
)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    choice, piece = data[0] if data else 0, data[1:] or b"a"
    read = READERS[(choice & 127) % len(READERS)]
    head, piece = (piece[: len(piece) // 4], piece[len(piece) // 4 :]) if len(data) % 2 else (b"", piece)

    def seconds(size: int) -> float:
        times = size // len(piece)
        whole = head + (dump.numbered(piece, times) if choice & 128 else piece * times)
        start = time.thread_time()
        read(whole)
        return time.thread_time() - start

    if seconds(LARGE) < SHORT:
        return
    large, small = (min(seconds(size) for _ in range(3)) for size in (LARGE, SMALL))
    bound = GROWTH * LARGE / SMALL * small
    assert large < max(SHORT, bound), f"{small:.3f} s for {SMALL} bytes, {large:.3f} s for {LARGE}"


def seeds() -> list[bytes]:
    """Short things that are dear when they come often."""
    tags = [part for part in page.PARTS if len(part) < 100]
    lines = [one[1:120] for one in dump.seeds()[:12]]
    shared = (
        b"<", b"<!--", b"&", b"a ", b" ", b"\n", b"\r", b"\xc3", b"\xe9", b"e\xcc\x81", b"WARC/1.1\r\n", b"\x1f\x8b\x08\0", b"1\r\na\r\n",
        b"{", b"[", b'"', b"a,", b"1 ", b"<p>", b"(", b"- ",
    )  # fmt: skip
    found = [bytes([0]) + tag for tag in tags] + [bytes([1]) + line for line in lines]
    found += [bytes([number]) + one for number in range(len(READERS)) for one in shared]
    found += [bytes([128 + number]) + b"<p>The gulls.</p>\nBy Ada\n" for number in range(len(READERS))]
    return found + [bytes([12]) + word for word in mutation.ODD]

"""HTTP heads, header lines, dates, digests and URLs, as they stand in the wild."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO

from archive import entity, identity, warc, wrapping
from archive.extraction import charset_of
from archive.model import Limits, Origin
from archive.sources.jsonl import read_time
from archive.sources.records import Unreadable, Window, read_record
from tests import making
from tests.fuzz import laws

ORIGIN = Origin(path="a")


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    message = entity.read_head(data)
    assert entity.read_head(data) == message
    if message:
        assert data.startswith(message.head)
        assert message.status is None or 0 <= message.status <= 999
    assert_record(b"WARC/1.1\r\n" + data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", data)
    text = data.decode("utf-8", "replace")
    for line in (*text.splitlines()[:4], text):
        assert_texts(line)


def assert_record(head: bytes, block: bytes) -> None:
    """A record with any header gives a capture that can be stored."""
    raw = warc.RawRecord(
        head=head, fields=warc.read_fields(head), block=block, opening=block, block_length=len(block), trailer=b"",
        record_sha256=hashlib.sha256(head + block).digest(),
    )  # fmt: skip
    found = warc.capture_from(raw, ORIGIN, None)
    laws.assert_capture(found)
    laws.assert_rows([found])
    whole = BytesIO(head.replace(b"\r\n", b"\r\nContent-Length: %d\r\n" % len(block), 1) + block)
    try:
        placed = read_record(Window(whole), 0, Limits())
    except Unreadable:
        return
    laws.assert_capture(warc.capture_from(placed.raw, ORIGIN, None))


def assert_texts(text: str) -> None:
    """Every reader of a short text gives something that it may give."""
    value = text.partition(":")[2].strip() or text
    for one in {text, value}:
        moment = warc.read_date(one)
        assert moment is None or (moment.tzinfo is UTC and 1990 <= moment.year <= 9999)
        read = read_time(one)
        assert read is None or (read[0].tzinfo is UTC and identity.warc_date(*read))
        declared = identity.declared_digest(one)
        assert declared is None or hashlib.new(declared[0], usedforsecurity=False).digest_size == len(declared[1])
        uri = identity.legal_uri(one)
        assert uri is None or (
            uri.isascii() and uri.isprintable() and " " not in uri and identity.legal_uri(uri) == uri
        )
        host = identity.host_of(one)
        assert host is None or host == host.lower()
        charset_of(one)
    found = wrapping.new_capture(
        origin=ORIGIN, payload=b"x", media_type="text/html", url=value, captured_at=datetime(2024, 1, 1, tzinfo=UTC),
        captured_at_precision="day", captured_at_origin="field", http_status=200, http_headers=((text, value), (value, text)),
    )  # fmt: skip
    laws.assert_capture(found)


def seeds() -> list[bytes]:
    """Heads of many servers and crawlers."""
    http = making.http(
        b"body", headers=["Date: Mon, 01 Jul 2024 06:00:00 GMT", "Transfer-Encoding: chunked", "X: a\r\n b"]
    )
    return [
        http, http.replace(b"\r\n", b"\n"), b"GET /200 HTTP/1.1\r\nHost: a\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"HTTP/1.1 teapot\r\n\r\n",
        making.responses([1])[0][10:700], b"WARC-Date: 2024-05-03T04:05:06.123456+02:00\r\n", b"WARC-Date: 20240503040506", b"http://[::1]:80/\xc3\xbc?a=%zz#b",
        b"WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\nWARC-Payload-Digest: md5:1B2M2Y8AsgTpgAmy7PhCfg==\r\nWARC-Type: response",
        b'Content-Type: text/html; charset="utf-8"', b"WARC-Type: revisit\r\nWARC-Refers-To: <urn:uuid:1>\r\nArchive-Flags: http-status-404 truncated",
        b"https://xn--a.example/", "https://bücher.example/ü".encode(),
    ]  # fmt: skip

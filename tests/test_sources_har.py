"""HAR files: what browsers and proxies noted of their requests."""

from __future__ import annotations

import base64
import json
import tracemalloc
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archive
from archive.extraction import NEWS
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, har
from tests.making import bytes_read, converted, page, put, zipped

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
TYPE = {"name": "Content-Type", "value": "text/html; charset=iso-8859-1"}


def entry(number: int = 1, *, first: dict[str, Any] | None = None, **response: Any) -> dict[str, Any]:
    """An entry as browsers write it; ``response`` replaces what the response says."""
    answer = {
        "status": 200,
        "statusText": "OK",
        "httpVersion": "HTTP/1.1",
        "headers": [TYPE, {"name": "Content-Encoding", "value": "gzip"}],
        "content": {"size": 5, "mimeType": "text/html", "text": page(number).decode()},
        **response,
    }
    return {
        **(first or {}),
        "startedDateTime": f"2024-05-03T06:05:{number % 60:02d}.123+02:00",
        "time": 12.5,
        "request": {"method": "GET", "url": f"https://har.example/{number}", "headers": []},
        "response": answer,
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 2},
    }


def log(*entries: Any, indent: int | None = None, **more: Any) -> bytes:
    """A HAR of these entries."""
    creator = {"name": "tests", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries, **more}}, indent=indent).encode()


def read(data: bytes, name: str = "a.har", options: ReadOptions | None = None) -> list[Capture | Damage | Skip]:
    origin = Origin(path=name, modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    return list(har.SOURCE.captures(opened, options or ReadOptions()))


def one(value: Any) -> Capture:
    (found,) = read(log(value))
    assert isinstance(found, Capture)
    return found


def test_an_entry_is_a_response_with_url_time_status_and_headers() -> None:
    found = one(entry(7))
    assert (found.record_type, found.target_uri, found.http_status) == ("response", "https://har.example/7", 200)
    assert (found.warc_date, found.captured_at_origin) == ("2024-05-03T04:05:07Z", "field")
    assert found.payload == page(7)
    assert found.http_head == (
        b"HTTP/1.1 200 OK\r\n"
        b"X-Archive-Orig-Content-Type: text/html; charset=iso-8859-1\r\n"
        b"X-Archive-Orig-Content-Encoding: gzip\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n"
        b"Content-Length: %d\r\n\r\n" % len(page(7))
    )
    assert found.flags == ()
    assert NEWS.extract(found).title == "The committee of district 7"


def test_entries_say_where_they_lie() -> None:
    entries = [entry(1), entry(2), entry(3)]
    for indent in (None, 2):
        data = b"\xef\xbb\xbf" + log(*entries, indent=indent)
        found = read(data)
        assert [item.origin.line for item in found] == [1, 2, 3]
        for item, source in zip(found, entries, strict=True):
            assert json.JSONDecoder().raw_decode(data[item.origin.offset :].decode())[0] == source


def test_a_body_in_base64_keeps_the_declared_type() -> None:
    body = "<html><title>Übung</title><p>Größe".encode("latin-1")
    found = one(entry(content={"encoding": "base64", "text": base64.b64encode(body).decode(), "mimeType": "text/html"}))
    assert found.payload == body
    assert b"\r\nContent-Type: text/html; charset=iso-8859-1\r\n" in found.http_head
    assert b"utf-8" not in found.http_head
    bare = one(entry(headers=[{"name": "a", "value": "b"}], content={"encoding": "base64", "text": "AAA=", "mimeType": "image/x-y"}))
    assert (bare.media_type, bare.payload) == ("image/x-y", b"\0\0")


@pytest.mark.parametrize(
    ("version", "line", "kept"),
    [
        ("HTTP/1.0", b"HTTP/1.0 200 OK", None),
        ("http/1.1", b"HTTP/1.1 200 OK", None),
        ("h2", b"HTTP/1.1 200 OK", b"X-Archive-Orig-HTTP-Version: h2"),
        ("http/2.0", b"HTTP/1.1 200 OK", b"X-Archive-Orig-HTTP-Version: http/2.0"),
        ("", b"HTTP/1.1 200 OK", None),
        ("x\r\nInjected: y", b"HTTP/1.1 200 OK", b"X-Archive-Orig-HTTP-Version: x Injected: y"),
    ],
)
def test_the_status_line_is_one_that_every_reader_knows(version: str, line: bytes, kept: bytes | None) -> None:
    lines = one(entry(httpVersion=version)).http_head.split(b"\r\n")
    assert lines[0] == line
    assert [one for one in lines if one.startswith(b"X-Archive-Orig-HTTP")] == ([kept] if kept else [])


def test_headers_of_http_2_and_those_that_were_joined() -> None:
    headers = [
        {"name": ":status", "value": "200"},
        {"name": "set-cookie", "value": "a=1\nb=2\r\n\r\n<p>c=3"},
        {"name": "x\r\ny", "value": "z"},
    ]
    found = one(entry(headers=headers, statusText="O\r\nK"))
    assert found.http_head.split(b"\r\n")[:5] == [
        b"HTTP/1.1 200 O K",
        b"set-cookie: a=1",
        b"set-cookie: b=2",
        b"set-cookie: <p>c=3",
        b"xy: z",
    ]
    assert found.payload == page(1)


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        ({"size": 812, "mimeType": "text/html"}, ("body-not-saved",)),
        ({"size": -1, "mimeType": "text/html", "_file": "0a.html"}, ("body-not-saved",)),
        ({"size": 812, "mimeType": "text/html", "text": ""}, ("body-not-saved",)),
        ({"size": 0, "mimeType": "text/html"}, ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_an_entry_without_a_body_is_a_row(content: Any, flags: tuple[str, ...]) -> None:
    found = one(entry(status=304, content=content))
    assert (found.record_type, found.http_status, found.payload, found.flags) == ("response", 304, b"", flags)


def test_an_entry_without_a_response_is_a_request() -> None:
    value = entry(status=0, statusText="", headers=[], content={"size": 0, "mimeType": "x-unknown"}, _error="net::ERR_BLOCKED")
    value["request"] |= {"method": "POST", "url": "https://har.example/a b?c=d#e", "headers": [{"name": "Host", "value": "har.example"}]}
    found = one(value)
    assert (found.record_type, found.http_status) == ("request", None)
    assert found.http_head == b"POST /a%20b?c=d HTTP/1.1\r\nHost: har.example\r\n\r\n"
    assert found.flags == ("no-response", "method-post")
    assert found.content_type == "application/http; msgtype=request"


def test_content_without_headers_is_a_resource() -> None:
    found = one(entry(status=200, headers=[]))
    assert (found.record_type, found.content_type, found.http_head) == ("resource", "text/html; charset=utf-8", b"")
    gone = one(entry(status=404, headers=[]))
    assert (gone.record_type, gone.http_status, gone.flags) == ("resource", 404, ("http-status-404",))
    assumed = one(entry(status=0))
    assert (assumed.record_type, assumed.http_status, assumed.flags) == ("response", 200, ("http-status-assumed",))


def test_a_web_socket_and_urls_that_name_no_place() -> None:
    value = entry(status=101, content={"size": 0}) | {"_webSocketMessages": [{"type": "send", "data": "x"}]}
    value["request"]["url"] = "wss://har.example/live"
    found = one(value)
    assert (found.target_uri, found.http_status, found.flags) == ("wss://har.example/live", 101, ("body-not-saved",))
    for url in ("data:text/html,<p>x", "https://har.example/" + "a" * 70_000, "", None, 3, "nonsense"):
        value = entry()
        value["request"]["url"] = url
        found = one(value)
        assert (found.target_uri or "").startswith("urn:uuid:")
        assert found.flags == ("url-unusable",)
    value["request"]["url"] = "blob:https://har.example/1234"
    assert one(value).target_uri == "blob:https://har.example/1234"


def test_times_that_cannot_be_read() -> None:
    for value, flags in (("noon", ("capture-time-unreadable",)), (None, ())):
        found = one(entry() | {"startedDateTime": value})
        assert (found.captured_at, found.captured_at_origin, found.flags) == (MODIFIED, "mtime", flags)


BAD: list[tuple[Any, str]] = [
    (3, "garbage"),
    ("x", "garbage"),
    ({}, "no-content"),
    ({"request": 3, "response": None}, "no-content"),
    (entry(content={"encoding": "base64", "text": "AAA"}), "encoding"),
    (entry(content={"encoding": "base64", "text": "A*AA"}), "encoding"),
    (entry(content={"encoding": "base64", "text": "Größe"}), "encoding"),
    (entry(content={"encoding": "rot13", "text": "x"}), "encoding"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_one_bad_entry_costs_one_entry(bad: Any, reason: str) -> None:
    data = log(entry(1), bad, entry(2))
    first, damage, last = read(data)
    assert isinstance(first, Capture)
    assert isinstance(damage, Damage)
    assert isinstance(last, Capture)
    assert (first.payload, last.payload) == (page(1), page(2))
    assert damage.reason == reason
    covered = data[damage.offset : damage.offset + damage.length]
    assert json.dumps(bad).encode() in covered
    assert len(covered) <= len(json.dumps(bad)) + 2


@pytest.mark.parametrize("what", [b'{"a": nope}', b'{"a": "\xff"}', b'{"a": [1, 2}', b"[" * 5000 + b"]" * 5000, b'{"a": "open}'])
def test_bytes_that_are_no_entry(what: bytes) -> None:
    data = log(entry(1), "HERE", entry(2)).replace(b'"HERE"', what)
    found = read(data)
    assert [item.payload for item in found if isinstance(item, Capture)] == [page(1), page(2)]
    assert {item.reason for item in found if isinstance(item, Damage)} <= {"json", "encoding", "garbage"}
    assert any(isinstance(item, Damage) for item in found)


def test_a_large_entry_is_named_with_its_size() -> None:
    options = ReadOptions(limits=Limits(line_bytes=20_000))
    big = entry(2, content={"text": "<p>" + 'a"\\' * 20_000})
    first, damage, last = read(log(entry(1), big, entry(3)), options=options)
    assert (type(first), type(last)) == (Capture, Capture)
    assert isinstance(damage, Damage)
    assert (damage.reason, damage.length) == ("too-large", len(json.dumps(big)))
    assert "the limit is 20000" in damage.detail
    body = read(log(entry(1)), options=ReadOptions(limits=Limits(record_bytes=100)))
    assert [item.reason for item in body if isinstance(item, Damage)] == ["too-large"]


def test_memory_is_bounded_by_one_entry() -> None:
    data = log(entry(1), entry(2, content={"text": "x" * (40 << 20)}), entry(3))
    tracemalloc.start()
    found = read(data, options=ReadOptions(limits=Limits(line_bytes=1 << 20)))
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    assert [type(item) for item in found] == [Capture, Damage, Capture]


def test_no_entries() -> None:
    (found,) = read(log())
    assert isinstance(found, Skip)
    assert found.reason == "a HAR without entries"
    (found,) = read(b'{"log": {"version": "1.2"}}')
    assert isinstance(found, Damage)
    assert (found.reason, found.offset, found.length) == ("no-content", 0, 27)


def test_what_follows_the_log() -> None:
    entries = log(entry(1), comment="]}")
    assert [type(item) for item in read(entries + b"\n\n")] == [Capture]
    capture, damage = read(entries + b"\n x")
    assert isinstance(damage, Damage)
    assert (damage.reason, damage.offset, damage.length) == ("garbage", len(entries) + 2, 1)
    assert [type(item) for item in read(entries[:-1])] == [Capture, Damage]
    assert isinstance(capture, Capture)


@pytest.mark.parametrize(
    ("data", "name", "known"),
    [
        (log(), "x", True),
        (b"\xef\xbb\xbf" + log(indent=4), "x.json", True),
        (b'{"log": {"lines": 3}}', "x", False),
        (b'{"log": "a line"}\n{"log": "another"}\n', "x.jsonl", False),
        (b'{"lug":{"version":"1.2","creator":{}', "x.har", True),
        (b'{"lug":{"version":"1.2","creator":{}', "x.json", False),
        (b"words", "x.har", False),
    ],
)
def test_recognised_by_its_bytes(data: bytes, name: str, known: bool) -> None:  # noqa: FBT001 - a parameter
    assert har.SOURCE.recognises(data, name) is known


CHROME = [entry(n, first={"_initiator": {"type": "script", "stack": {"callFrames": [{"url": "x"}]}}}) for n in range(1, 6)]
WHOLE = log(*CHROME, indent=1)
PAYLOADS = [page(n) for n in range(1, 6)]


def shown(found: list[Capture | Damage | Skip]) -> list[bytes]:
    return [item.record_sha256 for item in found if isinstance(item, Capture)]


SOUND = shown(read(WHOLE))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE)))
def test_cut_anywhere(cut: int) -> None:
    found = read(WHOLE[:cut])
    captures = shown(found)
    ends = [item.origin.offset or 0 for item in read(WHOLE)][1:]
    assert captures == SOUND[: len(captures)]
    assert len(captures) >= sum(end <= cut for end in ends)
    last = found[-1]
    if cut < len(WHOLE):
        assert isinstance(last, Damage)
        assert (last.reason, last.offset + last.length) == ("truncated", cut)
        assert sum(isinstance(item, Damage) for item in found) == 1


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_costs_one_entry(place: int, change: int) -> None:
    data = bytearray(WHOLE)
    data[place] ^= change
    found = read(bytes(data))
    captures = shown(found)
    assert len([one for one in SOUND if one in captures]) >= 4
    starts = [item.origin.offset or 0 for item in read(WHOLE)]
    for number, one_of in enumerate(SOUND):
        if not starts[number] <= place < (*starts[1:], len(WHOLE))[number]:
            assert one_of in captures


def test_what_is_hostile_takes_no_more_than_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    since = bytes_read(monkeypatch)
    monkeypatch.setattr("archive.sources.elements.VAIN", 1 << 20)

    def taken(data: bytes) -> int:
        since()
        assert all(isinstance(item, Damage) for item in read(data))
        return since()

    start = b'{"log":{"entries":['
    for unit in (b'{"time":"', b'{"time":1},', b'{"x":} ', b'{"_a":{', b'{"time":', b'"', b"]", b"{}", b'{"\\'):
        count = 40_000 // len(unit)
        assert taken(start + unit * (2 * count)) < 2.5 * taken(start + unit * count), unit


def test_in_a_zip_and_in_a_corpus(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.har", log(entry(1), entry(1), {"bad": 1}, entry(2)))
    put(tmp_path / "in" / "b.zip", zipped({"c/d.har": log(entry(3))}))
    manifest = converted(tmp_path / "corpus", tmp_path / "in")
    assert (manifest.counts.articles, manifest.counts.damaged) == (4, 1)
    corpus = archive.open_corpus(tmp_path / "corpus")
    assert corpus.verify().ok
    rows = corpus.captures().to_pylist()
    assert sorted((row["source_path"], row["source_member"], row["source_line"]) for row in rows) == [
        ("a.har", None, 1), ("a.har", None, 2), ("a.har", None, 3), ("a.har", None, 4), ("b.zip", "c/d.har", 1),
    ]  # fmt: skip
    assert [row["source_line"] for row in rows if "repeated-record" in row["flags"]] == [2]


@pytest.mark.parametrize(("url", "line"), [
    ("https://a.example/x?u=https://b.example/y&t=Talk:Foo", b"GET /x?u=https://b.example/y&t=Talk:Foo HTTP/1.1"),
    ("https://a.example/wiki/Talk:Foo", b"GET /wiki/Talk:Foo HTTP/1.1"),
])  # fmt: skip
def test_a_request_line_has_the_whole_path_and_query(url: str, line: bytes) -> None:
    assert har._request_head({"method": "GET", "headers": []}, url).splitlines()[0] == line

"""JSON lines."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Capture, Damage, JsonFields, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, jsonl

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)


def read(data: bytes, options: ReadOptions | None = None) -> list[Capture | Damage | Skip]:
    origin = Origin(path="a.jsonl", modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    return list(jsonl.SOURCE.captures(opened, options or ReadOptions()))


def one(row: object, options: ReadOptions | None = None) -> Capture:
    (found,) = read(json.dumps(row).encode(), options)
    assert isinstance(found, Capture)
    return found


def test_known_by_the_first_line() -> None:
    knows = jsonl.SOURCE.recognises
    assert knows(b'\xef\xbb\xbf\n\n{"a": 1}\nwhatever', "")
    assert knows(b'{"html": "' + b"x" * 65526, "")
    for head in (b"", b"{\n", b'["a"]\n', b"{" * 65536, b"text"):
        assert not knows(head, "a.jsonl")
    for cut in (b'{"a": 1', b'{"a":' * 20000):  # a line that is cut off, or cannot be read, where the name says what it is
        assert knows(cut, "a.jsonl")
        assert not knows(cut, "a")


def test_a_line_is_a_capture() -> None:
    found = one(
        {"uri": "https://e.org/a", "raw_html": "<p>Ä</p>", "text": "Ä", "crawl_date": "2024-05-06T07:08:09+02:00"}
    )
    assert (found.payload, found.media_type, found.target_uri) == ("<p>Ä</p>".encode(), "text/html", "https://e.org/a")
    assert (found.captured_at, found.captured_at_origin) == (datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC), "field")
    assert (found.origin.line, found.origin.offset, found.record_type) == (1, 0, "resource")


def test_headers_make_a_response() -> None:
    found = one({"text": "Words", "status": 404, "headers": {"Server": "x", "Set-Cookie": ["a=1", "b=2"]}})
    assert (found.record_type, found.http_status) == ("response", 404)
    assert ("Set-Cookie", "b=2") in found.http_headers
    assert one({"text": "Words", "headers": [["A", "b"]]}).record_type == "response"
    assert "http-status-404" in one({"text": "Words", "status": 404}).flags
    assert "http-headers-unreadable" in one({"text": "Words", "headers": "gone"}).flags


def test_content_may_be_html() -> None:
    assert one({"content": "<!doctype html><html><p>Words</html>"}).media_type == "text/html"
    assert one({"content": "Words"}).media_type == "text/plain"


def test_named_fields_win() -> None:
    options = ReadOptions(json_fields=JsonFields(text="t", url="u"))
    found = one({"text": "no", "url": "https://no.example/", "t": "yes", "u": "https://yes.example/"}, options)
    assert (found.payload, found.target_uri) == (b"yes", "https://yes.example/")


def test_a_lone_surrogate_is_kept() -> None:
    assert one({"text": "a\ud800b"}).payload == b"a\xed\xa0\x80b"


def test_bad_lines_cost_themselves() -> None:
    bad = [b"{bad", b"[1]", b'{"x": 1}', b'{"text": "\xff"}', b'{"n": ' + b"9" * 5000 + b"}", b'{"a":' * 100000]
    good = b'{"text": "Words"}'
    data = b"\n".join([good, *bad, b"", good])
    found = read(data)
    assert [type(item) for item in found] == [Capture, *[Damage] * 6, Capture]
    for number, (line, item) in enumerate(zip(bad, found[1:-1], strict=True), 2):
        assert isinstance(item, Damage)
        assert item.sha256 == hashlib.sha256(line).digest()
        assert data[item.offset : item.offset + item.length] == line
        assert item.origin.line == number
        assert item.detail.startswith(f"line {number}: ")
    reasons = [item.reason for item in found if isinstance(item, Damage)]
    assert reasons == ["json", "json", "no-content", "encoding", "json", "json"]


def test_a_line_over_the_limit() -> None:
    found = read(b'{"text": "Words"}\n' + b"x" * 3_000_000 + b"\n", ReadOptions(limits=Limits(line_bytes=100)))
    assert isinstance(found[1], Damage)
    assert (found[1].reason, found[1].length) == ("line-too-long", 3_000_000)
    assert found[1].sha256 == hashlib.sha256(b"x" * 3_000_000).digest()


def test_lines_of_something_else_are_one_skip() -> None:
    (found,) = read(b'{"a": 1}\n' * 5000)
    assert isinstance(found, Skip)
    assert "--html-field" in found.reason
    assert found.length == 45000
    (pages,) = read(b'{"format": "json-pages-1.0"}\n{"url": "https://e.org/", "text": "Words"}\n')
    assert isinstance(pages, Skip)


def test_captures_after_few_bad_lines() -> None:
    found = read(b'{"a": 1}\n' * 999 + b'{"text": "Words"}\n')
    assert [type(item) for item in found] == [Damage] * 999 + [Capture]


@pytest.mark.parametrize(
    ("value", "moment", "precision"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), "year"),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC), "month"),
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC), "day"),
        (20240506, datetime(2024, 5, 6, tzinfo=UTC), "day"),
        ("20240506070809", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        (20240506070809, datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ("2024-05-06 07:08:09", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ("2024-05-06T07:08:09.123Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ("2024-05-06 07:08:09 UTC", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        (1714979289, datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        (1714979289.5, datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ("1714979289000", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ("Mon, 06 May 2024 07:08:09 GMT", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
        ({"$date": "2024-05-06T07:08:09Z"}, datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "second"),
    ],
)
def test_times(value: object, moment: datetime, precision: str) -> None:
    assert jsonl.read_time(value) == (moment, precision)


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2024-13-01", "0001-01-01", 5, True, 1e300, float("nan"), [], "2" * 5000, "\uff11\uff19\uff19\uff19"],
)
def test_unusable_times_fall_back(value: object) -> None:
    assert jsonl.read_time(value) is None
    found = one({"text": "Words", "timestamp": value or "x"})
    assert (found.captured_at, found.captured_at_origin) == (MODIFIED, "mtime")
    assert "capture-time-unreadable" in found.flags


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*jsonl.URL, *jsonl.HTML, *jsonl.TEXT, *jsonl.TIME, *jsonl.STATUS, *jsonl.HEADERS, "format"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=6).map(json.dumps).map(str.encode) | st.binary(max_size=40)))
def test_nothing_on_a_line_raises(rows: list[bytes]) -> None:
    data = b"\n".join(rows)
    for item in read(b'{"text": "first"}\n' + data):
        assert isinstance(item, Capture | Damage)


@given(st.lists(st.binary(max_size=30)), st.integers(1, 40))
def test_lines_tile_the_file(pieces: list[bytes], limit: int) -> None:
    data = b"\n".join(pieces)
    whole = [line for line in data.split(b"\n") if line.strip() or len(line) > limit]
    found = list(jsonl.lines(BytesIO(data), limit))
    assert [data[offset : offset + length] for _, offset, _, length, _ in found] == whole
    assert [digest for *_, digest in found] == [hashlib.sha256(line).digest() for line in whole]


def test_captures_behind_a_long_stretch_without_any() -> None:
    nothing = b'{"html": null, "error": "timeout"}\n' * (jsonl.PATIENCE + 20)
    found = read(nothing + b'{"text": "The ferry sailed."}\n')
    assert len(found) == jsonl.PATIENCE + 21
    assert isinstance(found[-1], Capture)
    assert all(isinstance(item, Damage) for item in found[:-1])


def test_a_damaged_first_line_costs_one_line() -> None:
    data = b'{"url": "http://e.org", "html": broken\n{"text": "The ferry sailed."}\n'
    assert jsonl.SOURCE.recognises(data, "x")
    assert [type(item) for item in read(data)] == [Damage, Capture]

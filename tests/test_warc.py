"""WARC records, read."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import warc
from archive.model import Capture, Origin

PAGE = b"<html><body><p>The ferry sails on Tuesday.</p></body></html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: br\r\n\r\n"
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
RESPONSE = {"WARC-Type": "response", "WARC-Date": "2024-08-27T10:00:00Z", "Content-Type": "application/http"}


def read(block: bytes = HTTP + PAGE, stated: dict[str, str] | None = None, version: str = "WARC/1.1") -> Capture:
    """The capture of a record with these fields."""
    lines = [version, *(f"{name}: {value}" for name, value in (RESPONSE if stated is None else stated).items())]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    raw = warc.RawRecord(
        head=head,
        fields=warc.read_fields(head),
        block=block,
        opening=block,
        block_length=len(block),
        trailer=b"\r\n\r\n",
        record_sha256=hashlib.sha256(head + block + b"\r\n\r\n").digest(),
    )
    return warc.capture_from(raw, Origin(path="a.warc"), None)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-08-27T10:11:12Z", utc(2024, 8, 27, 10, 11, 12)),
        ("2024-08-27T10:11:12.345678Z", utc(2024, 8, 27, 10, 11, 12)),
        ("2024-08-27T10:11Z", utc(2024, 8, 27, 10, 11)),
        ("2024-08-27 10:11:12", utc(2024, 8, 27, 10, 11, 12)),
        ("20240827101112", utc(2024, 8, 27, 10, 11, 12)),
        (" 2024-08-27 ", utc(2024, 8, 27)),
        ("2024-08", utc(2024, 8, 1)),
        ("2024", utc(2024, 1, 1)),
        ("2016-12-31T23:59:60Z", utc(2016, 12, 31, 23, 59, 59)),
        ("2024-02-30", None),
        ("2024-13-01T00:00:00Z", None),
        ("2024-08-27T25:00:00Z", None),
        ("0000-01-01", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("1989-12-31", None),
        ("27 August 2024", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: datetime | None) -> None:
    assert warc.read_date(text) == moment


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="0123456789-T:Z .", max_size=24))
def test_no_date_raises(text: str) -> None:
    found = warc.read_date(text)
    assert found is None or found.year >= 1990


def test_a_response() -> None:
    stated = RESPONSE | {"WARC-Record-ID": "<urn:uuid:1>", "WARC-Target-URI": "<https://herald.example/>"}
    found = read(stated=stated)
    assert (found.record_type, found.record_id, found.target_uri) == (
        "response",
        "urn:uuid:1",
        "https://herald.example/",
    )
    assert (found.payload, found.payload_length, found.block_length) == (PAGE, len(PAGE), len(HTTP + PAGE))
    assert (found.media_type, found.http_status, found.http_head) == ("text/html", 200, HTTP)
    assert (found.captured_at, found.captured_at_origin) == (utc(2024, 8, 27, 10), "record")
    assert found.payload_sha256 == hashlib.sha256(PAGE).digest()
    assert found.block_sha256 == hashlib.sha256(HTTP + PAGE).digest()
    assert (found.flags, found.wrapped) == ((), False)


def test_field_names_in_any_case() -> None:
    found = read(stated={name.lower(): value for name, value in RESPONSE.items()}, version="warc/1.0")
    assert (found.record_type, found.payload) == ("response", PAGE)


def test_a_record_that_says_nothing() -> None:
    found = read(b"words", stated={})
    assert (found.record_type, found.record_id, found.target_uri, found.captured_at) == ("", None, None, None)
    assert found.payload == b"words"
    assert found.flags == ("warc-date-unreadable",)


def test_a_response_without_content_type_is_known_by_its_first_bytes() -> None:
    stated = {"WARC-Type": "response", "WARC-Date": "2024-08-27"}
    assert read(stated=stated).payload == PAGE
    assert read(PAGE, stated=stated).payload == PAGE
    assert read(stated=stated | {"WARC-Type": "resource"}).payload == HTTP + PAGE


def test_a_response_without_an_http_head_is_flagged() -> None:
    found = read(PAGE)
    assert (found.payload, found.http_status, found.flags) == (PAGE, None, ("no-http-head",))


@pytest.mark.parametrize("kind", ["warcinfo", "metadata"])
def test_types_without_a_payload(kind: str) -> None:
    found = read(
        b"software: x\r\n", stated={"WARC-Type": kind, "WARC-Date": "2024", "Content-Type": "application/warc-fields"}
    )
    assert (found.payload, found.payload_length, found.payload_sha256) == (None, None, None)
    assert found.block == b"software: x\r\n"


def test_a_request_with_a_form_has_it_as_payload() -> None:
    block = b"POST /form HTTP/1.1\r\nHost: a\r\n\r\nname=ferry"
    found = read(block, stated=RESPONSE | {"WARC-Type": "request"})
    assert (found.payload, found.http_status) == (b"name=ferry", None)


def test_a_revisit_names_what_it_refers_to() -> None:
    digest = "sha1:" + base64.b32encode(hashlib.sha1(PAGE, usedforsecurity=False).digest()).decode()
    found = read(HTTP, stated=RESPONSE | {
        "WARC-Type": "revisit", "WARC-Refers-To": "<urn:uuid:1>", "WARC-Refers-To-Target-URI": "https://herald.example/",
        "WARC-Refers-To-Date": "2024-08-01", "WARC-Payload-Digest": digest, "WARC-Truncated": "length",
    })  # fmt: skip
    assert (found.payload, found.payload_sha256, found.flags) == (None, None, ())
    assert (found.refers_to_record_id, found.refers_to_uri) == ("urn:uuid:1", "https://herald.example/")
    assert found.refers_to_date == "2024-08-01"


def test_a_record_cut_by_its_crawler_is_flagged() -> None:
    assert read(stated=RESPONSE | {"WARC-Truncated": "length"}).flags == ("truncated",)


def declared(what: str, algorithm: str, data: bytes) -> dict[str, str]:
    return {f"WARC-{what}-Digest": f"{algorithm}:{hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()}"}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_digests_that_match_leave_no_flag(algorithm: str) -> None:
    right = declared("Block", algorithm, HTTP + PAGE) | declared("Payload", algorithm, PAGE)
    assert read(stated=RESPONSE | right).flags == ()
    wrong = declared("Block", algorithm, b"x") | declared("Payload", algorithm, b"y")
    assert read(stated=RESPONSE | wrong).flags == ("block-digest-mismatch", "payload-digest-mismatch")


def test_digests_that_cannot_be_read() -> None:
    odd = {"WARC-Block-Digest": "blake9:abc", "WARC-Payload-Digest": "sha1:!"}
    assert read(stated=RESPONSE | odd).flags == ("block-digest-unreadable", "payload-digest-unreadable")


def test_the_payload_digest_is_taken_after_dechunking_and_before_decoding() -> None:
    found = read(CHUNKED_HEAD + CHUNKED, stated=RESPONSE | declared("Payload", "sha256", PAGE))
    assert (found.payload, found.flags) == (PAGE, ())
    assert found.payload_sha256 == hashlib.sha256(PAGE).digest()
    assert found.block_sha256 == hashlib.sha256(CHUNKED_HEAD + CHUNKED).digest()


def test_a_digest_of_the_chunked_bytes_is_named_as_such() -> None:
    found = read(CHUNKED_HEAD + CHUNKED, stated=RESPONSE | declared("Payload", "sha1", CHUNKED))
    assert found.flags == ("payload-digest-of-chunked-body",)


@pytest.mark.parametrize(
    ("body", "flag"),
    [(PAGE, "not-chunked"), (CHUNKED[:-20], "chunked-broken"), (b"fffffff\r\n" + PAGE, "chunked-broken")],
)
def test_chunks_that_are_none_are_flagged(body: bytes, flag: str) -> None:
    found = read(CHUNKED_HEAD + body)
    assert found.flags == (flag,)
    assert (found.payload or b"").startswith(PAGE[:-20])


@pytest.mark.parametrize("date", ["", "garbage", "2024-02-30"])
def test_the_http_date_stands_in_for_an_unreadable_one(date: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nDate: Tue, 27 Aug 2024 12:00:00 +0200\r\n\r\n"
    found = read(head + PAGE, stated=RESPONSE | {"WARC-Date": date})
    assert (found.captured_at, found.captured_at_origin) == (utc(2024, 8, 27, 10), "header")
    assert found.flags == ("warc-date-unreadable",)


@pytest.mark.parametrize("stated", [b"Date: soon\r\n", b"Date: 7 aug 202 0:0\r\n", b"Date: Tue, 99 Aug 2024 12:00:00 GMT\r\n", b"", b"Date:\r\n"])
def test_without_any_date_there_is_none(stated: bytes) -> None:
    found = read(b"HTTP/1.1 200 OK\r\n" + stated + b"\r\n" + PAGE, stated=RESPONSE | {"WARC-Date": "x"})
    assert (found.captured_at, found.captured_at_origin, found.flags) == (None, None, ("warc-date-unreadable",))


@pytest.mark.parametrize("zone", [" -0000", "", " GMT"])
def test_an_http_date_without_a_zone_is_utc_on_every_machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = f"HTTP/1.1 200 OK\r\nDate: Tue, 27 Aug 2024 12:00:00{zone}\r\n\r\n".encode()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        found = read(head + PAGE, stated=RESPONSE | {"WARC-Date": "x"})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found.captured_at == utc(2024, 8, 27, 12)


def test_what_we_wrote_of_the_time_comes_back() -> None:
    found = read(stated=RESPONSE | {"Archive-Date-Origin": "mtime day", "Archive-Flags": "one two"})
    assert found.captured_at_origin == "mtime"
    assert found.flags == ("capture-time-to-the-day", "one", "two")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "WARC-Type",
                "WARC-Date",
                "WARC-Record-ID",
                "Content-Type",
                "WARC-Block-Digest",
                "WARC-Payload-Digest",
                "Archive-Date-Origin",
                "Archive-Flags",
                "WARC-Truncated",
                "WARC-Refers-To",
            ]
        ),
        st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30),
    ),
    st.sampled_from([HTTP + PAGE, CHUNKED_HEAD + PAGE, PAGE, b"", b"HTTP/", b"HTTP/1.1 200 OK"]),
)
def test_nothing_that_a_record_says_raises(stated: dict[str, str], block: bytes) -> None:
    found = read(block, stated)
    assert (found.block, found.block_length) == (block, len(block))

"""WARC records, written."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

import archive
from archive import entity, identity, warc, wrapping
from archive.model import Capture, Limits, Origin
from archive.sources.records import Window, read_record

ORIGIN = Origin(path="pages/ferry.html")
PAGE = "<html><body><p>The ferry sails on Tuesday, says the harbour board of Kælmouth.</p></body></html>".encode()
NOON = datetime(2024, 8, 27, 12, 30, 15, tzinfo=UTC)


def capture(
    payload: bytes = PAGE,
    *,
    url: str | None = "https://herald.example/ferry",
    media_type: str = "text/html",
    moment: datetime = NOON,
    precision: str = "second",
    came_from: str = "field",
    status: int | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    flags: tuple[str, ...] = (),
) -> Capture:
    return wrapping.new_capture(
        origin=ORIGIN,
        payload=payload,
        media_type=media_type,
        url=url,
        captured_at=moment,
        captured_at_precision=precision,
        captured_at_origin=came_from,
        http_status=status,
        http_headers=headers,
        flags=flags,
    )


def fields(head: bytes) -> dict[str, str]:
    lines = head.decode().split("\r\n")
    assert (lines[0], lines[-2:]) == ("WARC/1.1", ["", ""])
    pairs = [line.split(": ", 1) for line in lines[1:-2]]
    assert len({name for name, _ in pairs}) == len(pairs)
    return {name: value for name, value in pairs}  # noqa: C416 - two values a line, or it fails


def file_of(*captures: Capture) -> bytes:
    out = BytesIO()
    out.write(wrapping.warcinfo("00000.warc.gz", NOON, "archive 1"))
    for one in captures:
        wrapping.write_member(out, [one.head, one.block or b"", one.trailer])
    return out.getvalue()


RESPONSE = capture(status=200, headers=(("Server", "quay/1"), ("Content-Encoding", "gzip")))


def test_a_file_without_http_headers_is_a_resource() -> None:
    found = capture()
    digest = "sha256:" + hashlib.sha256(PAGE).hexdigest()
    assert fields(found.head) == {
        "WARC-Type": "resource",
        "WARC-Record-ID": f"<{found.record_id}>",
        "WARC-Date": "2024-08-27T12:30:15Z",
        "WARC-Target-URI": "https://herald.example/ferry",
        "WARC-Payload-Digest": digest,
        "Content-Type": "text/html",
        "Archive-Date-Origin": "field second",
        "WARC-Block-Digest": digest,
        "Content-Length": str(len(PAGE)),
    }
    assert (found.block, found.payload, found.http_head, found.trailer) == (PAGE, PAGE, b"", b"\r\n\r\n")
    assert (found.captured_at, found.captured_at_origin, found.wrapped, found.flags) == (NOON, "field", True, ())


def test_a_capture_with_http_headers_is_a_response() -> None:
    assert (RESPONSE.record_type, RESPONSE.content_type) == ("response", "application/http; msgtype=response")
    assert RESPONSE.http_head.decode().split("\r\n") == [
        "HTTP/1.1 200 OK",
        "Server: quay/1",
        "X-Archive-Orig-Content-Encoding: gzip",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(PAGE)}",
        "",
        "",
    ]
    assert RESPONSE.block == RESPONSE.http_head + PAGE
    assert fields(RESPONSE.head)["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(PAGE).hexdigest()


def test_a_head_that_was_put_together_is_written_as_it_stands() -> None:
    head = wrapping.http_head_of("HTTP/1.0 200 ", [("content-length ", "9"), ("A", "b\r\nc: d"), (": ", "x")], None, 5)
    assert head == b"HTTP/1.0 200 \r\nX-Archive-Orig-content-length: 9\r\nA: b c: d\r\nContent-Length: 5\r\n\r\n"
    asked = wrapping.message_head("GET / HTTP/1.1", [("Host", "herald.example")])
    known = {"origin": ORIGIN, "media_type": "", "url": "https://herald.example/", "captured_at": NOON,
             "captured_at_precision": "second", "captured_at_origin": "field"}  # fmt: skip
    found = wrapping.new_capture(payload=b"words", http_head=head, **known)  # type: ignore[arg-type]
    assert (found.record_type, found.http_head, found.payload, found.http_status) == ("response", head, b"words", 200)
    found = wrapping.new_capture(payload=b"", http_head=asked, **known)  # type: ignore[arg-type]
    assert (found.record_type, found.block, found.content_type) == ("request", asked, "application/http; msgtype=request")


def test_a_status_that_nobody_stated_is_flagged() -> None:
    assert capture(headers=(("Server", "quay"),)).flags == ("http-status-assumed",)
    assert capture(status=404).record_type == "resource"
    strange = capture(status=299, headers=(("Server", "quay"),))
    assert (strange.http_status, strange.http_head[:14], strange.flags) == (299, b"HTTP/1.1 299 \r", ())


def test_a_capture_without_a_url_has_a_urn_of_its_payload() -> None:
    first, second, other = (
        capture(url=None),
        capture(url=None, moment=datetime(2020, 1, 1, tzinfo=UTC)),
        capture(b"x", url=None),
    )
    assert first.target_uri == second.target_uri != other.target_uri
    assert (first.target_uri or "").startswith("urn:uuid:")
    assert capture(url="no scheme").flags == ("url-unusable",)


@pytest.mark.parametrize(
    ("precision", "date"), [("day", "2024-08-27"), ("month", "2024-08-27"), ("year", "2024-08-27")]
)
def test_a_time_known_to_the_day_says_so(precision: str, date: str) -> None:
    found = capture(precision=precision, moment=datetime(2024, 8, 27, tzinfo=UTC))
    assert (found.warc_date, found.flags) == (date, (f"capture-time-to-the-{precision}",))
    assert found.captured_at == datetime(2024, 8, 27, tzinfo=UTC)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    url=st.text(max_size=40).map("https://herald.example/".__add__),
    name=st.text(max_size=20),
    value=st.text(alphabet=st.sampled_from("ab: \r\n\0é\u2028"), max_size=30),
)
def test_nothing_that_is_handed_over_makes_a_field_of_its_own(url: str, name: str, value: str) -> None:
    found = capture(url=url + "\r\nWARC-Type: warcinfo", status=200, headers=((name, value), ("X", f"{value}\r\nY: 1")))
    assert set(fields(found.head)) == {
        "WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "WARC-Payload-Digest", "Content-Type",
        "Archive-Date-Origin", "WARC-Block-Digest", "Content-Length",
    }  # fmt: skip
    assert found.record_type == "response"
    assert found.payload == PAGE
    assert "Y" not in dict(found.http_headers)


def test_a_field_of_a_record_of_ours_stays_on_its_line() -> None:
    raw = wrapping.record([("WARC-Type", "metadata\r\nWARC-Date: 2000\n\r\0x")], b"")
    assert fields(raw.head)["WARC-Type"] == "metadata WARC-Date: 2000 x"


def test_the_same_capture_gives_the_same_bytes() -> None:
    assert file_of(capture(), RESPONSE) == file_of(capture(), RESPONSE)
    assert file_of(capture())[4:8] == bytes(4)  # no clock in the member's header


def test_a_revisit_names_the_first_and_holds_no_payload() -> None:
    first = capture(status=200, headers=(("Server", "quay"),))
    later = capture(status=200, headers=(("Server", "quay"),), moment=datetime(2024, 9, 1, tzinfo=UTC), precision="day",
                    flags=("time-zone-assumed",))  # fmt: skip
    found = wrapping.revisit_of(later, first)
    stated = fields(found.head)
    assert stated["WARC-Type"] == "revisit"
    assert stated["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert (stated["WARC-Refers-To"], stated["WARC-Refers-To-Date"]) == (f"<{first.record_id}>", "2024-08-27T12:30:15Z")
    assert stated["WARC-Refers-To-Target-URI"] == "https://herald.example/ferry"
    assert stated["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(PAGE).hexdigest()
    assert stated["WARC-Truncated"] == "length"
    assert (found.block, found.payload, found.payload_sha256) == (later.http_head, None, None)
    assert (found.captured_at, found.captured_at_origin) == (later.captured_at, "field")
    assert found.flags == ("capture-time-to-the-day", "time-zone-assumed")
    assert found.refers_to_record_id == first.record_id


def test_the_revisit_of_a_resource_has_an_empty_block() -> None:
    found = wrapping.revisit_of(capture(), capture())
    assert (found.block, found.content_type) == (b"", None)


def test_warcinfo_asks_no_clock_and_has_no_payload_digest() -> None:
    made = gzip.decompress(wrapping.warcinfo("00000.warc.gz", NOON, "archive 1"))
    assert made == gzip.decompress(wrapping.warcinfo("00000.warc.gz", NOON, "archive 1"))
    head, _, rest = made.partition(b"\r\n\r\n")
    stated = fields(head + b"\r\n\r\n")
    assert (stated["WARC-Date"], stated["WARC-Filename"]) == ("2024-08-27T12:30:15Z", "00000.warc.gz")
    assert not {"WARC-Payload-Digest", "WARC-Target-URI", "WARC-Refers-To"} & set(stated)
    assert rest.endswith(b"\r\n\r\n")
    assert b"software: archive 1\r\n" in rest
    other = gzip.decompress(wrapping.warcinfo("00001.warc.gz", NOON, "archive 1"))
    assert fields(other.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")["WARC-Record-ID"] != stated["WARC-Record-ID"]


def test_warcio_reads_what_we_write_and_agrees_with_every_digest() -> None:
    written = [capture(), RESPONSE, capture("Die Fähre fährt.".encode(), media_type="text/plain", url=None),
               capture(b"", url=None), wrapping.revisit_of(capture(), capture())]  # fmt: skip
    found = []
    for record in ArchiveIterator(BytesIO(file_of(*written)), check_digests="raise"):
        found.append((record.rec_type, record.content_stream().read()))
        assert record.digest_checker.passed is not False
    assert found[1:] == [(one.record_type, one.payload or b"") for one in written]
    assert found[0][0] == "warcinfo"


def test_members_are_one_a_record_and_tell_their_lengths() -> None:
    out = BytesIO()
    length, unpacked = wrapping.write_member(out, [b"one ", b"two"])
    assert (length, unpacked) == (len(out.getvalue()), 7)
    assert gzip.decompress(out.getvalue()) == b"one two"


def test_the_record_of_a_capture_is_what_was_written() -> None:
    raw = wrapping.record([("WARC-Type", "resource")], b"block")
    assert raw.record_sha256 == hashlib.sha256(raw.head + b"block\r\n\r\n").digest()
    assert warc.read_fields(raw.head).get_header("content-length") == "5"


def test_the_urn_of_its_own_payload_is_no_url(tmp_path: Path) -> None:
    # as in an export of a corpus: what stood for "no URL" there must stand for it here too, and be proven
    html = "<html><body><p>" + "The harbour budget was cut by a tenth on Monday. " * 9 + "</p></body></html>"
    urn = identity.payload_urn(hashlib.sha256(html.encode()).digest())
    lines = tmp_path / "again.jsonl"
    lines.write_text(json.dumps({"url": urn, "html": html}) + "\n")
    assert archive.convert(lines, tmp_path / "corpus").counts.articles == 1
    assert archive.open_corpus(tmp_path / "corpus").verify().ok


# ---- records of other archive formats ----------------------------------------------------------------------------


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    kind=st.sampled_from(["response", "resource", "metadata"]),
    block=st.one_of(
        st.binary(max_size=400),
        st.tuples(
            st.sampled_from([b"HTTP/1.0 200 OK", b"HTTP/1.1 404", b"ICY 200 OK", b"HTTP/", b"GET / HTTP/1.0"]),
            st.lists(st.sampled_from([b"Transfer-Encoding: chunked", b"Content-Type: text/html", b"\xff: \x00", b" folded", b"X"])),
            st.sampled_from([b"\r\n", b"\n"]),
            st.sampled_from([b"words", b"5\r\nwords\r\n0\r\n\r\n", b"5\r\nwo", b""]),
        ).map(lambda parts: parts[2].join([parts[0], *parts[1], b"", parts[3]])),
    ),
    url=st.sampled_from(["http://herald.example/ a", "dns:herald.example", "no url", "filedesc://a.arc"]),
    large=st.booleans(),
)
def test_a_block_that_is_taken_over_stays_as_it_stands(kind: str, block: bytes, url: str, *, large: bool) -> None:
    message = entity.read_head(block) if kind == "response" else None
    found = wrapping.verbatim(
        kind=kind,
        origin=Origin(path="a.arc", offset=12, line=2),
        block=wrapping.large(lambda: iter([block]), block, message) if large else block,
        content_type="application/http; msgtype=response" if kind == "response" else "text/plain",
        url=url,
        captured_at=NOON,
        captured_at_precision="minute",
        captured_at_origin="record",
        fields=(("Archive-ARC-Header", "as it stood"),),
    )
    held = b"".join(found.reread() if found.reread else ()) if large else found.block
    assert held == block
    assert (found.record_type, found.warc_date, found.captured_at_origin) == (kind, "2024-08-27T12:30Z", "record")
    assert wrapping.first_id(found) == found.record_id
    assert fields(found.head)["Archive-ARC-Header"] == "as it stood"
    without = kind == "metadata" or (message is not None and message.chunked)
    assert without == ("WARC-Payload-Digest" not in fields(found.head))
    assert not {flag for flag in found.flags if "digest" in flag}
    member = BytesIO()
    wrapping.write_member(member, [found.head, block, found.trailer])
    placed = read_record(Window(BytesIO(gzip.decompress(member.getvalue()))), 0, Limits())
    again = warc.capture_from(placed.raw, found.origin, None, wrapped=True)
    assert again == replace(found, block=again.block, payload=again.payload)


def test_a_revisit_keeps_what_an_arc_record_said() -> None:
    one = wrapping.verbatim(
        kind="resource", origin=ORIGIN, block=PAGE, content_type="text/html", url="http://a.example/", captured_at=NOON,
        captured_at_precision="second", captured_at_origin="record",
        fields=(("WARC-IP-Address", "192.0.2.7"), ("Archive-ARC-Header", "the line")),
    )  # fmt: skip
    stated = fields(wrapping.revisit_of(one, one).head)
    assert (stated["WARC-IP-Address"], stated["Archive-ARC-Header"]) == ("192.0.2.7", "the line")

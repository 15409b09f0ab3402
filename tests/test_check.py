"""``archive check``: a made fault for every rule, values good and bad, whatever bytes there are, and real archives."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import json
import os
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

import archive
from archive import check, screen_check
from archive.check import across, rules, values
from archive.check.header import read_header
from archive.cli import main
from archive.errors import UsageError
from archive.model import Checked, Finding, Limits
from archive.sources.records import Placed
from archive.sources.warc import scan
from tests import making

HERE = Path(__file__).parent
DATE = "2026-01-02T03:04:05Z"
URL = "http://kelmouth.example/ferry"
PAGE = b"<p>The ferry to Sandholm sails every second Tuesday.</p>"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
REQUEST = b"GET /ferry HTTP/1.1\r\nHost: kelmouth.example\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INFO = b"software: ferry 1\r\ndescription: a crawl of\r\n the harbour\r\n"
IDENTICAL = "http://netpreserve.org/warc/{}/revisit/identical-payload-digest"
UNMODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
TEXT: dict[str, Any] = {"Content-Type": "text/plain"}


def uid(number: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def rec(
    kind: str,
    block: bytes = b"",
    number: int = 1,
    *,
    version: str = "1.1",
    drop: str = "",
    more: str = "",
    trailer: bytes = b"\r\n\r\n",
    **fields: str | None,
) -> bytes:
    """A record as the standard wants it, but for what is asked: ``fields`` with _ for -, None to leave one out."""
    stated = {"WARC-Type": kind, "WARC-Record-ID": uid(number), "WARC-Date": DATE}
    if kind in rules.WITH_TARGET:
        stated["WARC-Target-URI"] = URL
    if kind in ("response", "request"):
        stated |= {"WARC-IP-Address": "192.0.2.7", "Content-Type": f"application/http; msgtype={kind}"}
    if kind == "warcinfo":
        stated["Content-Type"] = "application/warc-fields"
    if kind == "continuation":
        stated |= {"WARC-Segment-Number": "2", "WARC-Segment-Origin-ID": uid(9)}
    stated |= {"Content-Length": str(len(block))}
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in (stated | given).items() if value is not None and name != drop]
    head = "\r\n".join([f"WARC/{version}", *lines]) + "\r\n" + more + "\r\n"
    return head.encode("utf-8", "surrogateescape") + block + trailer


def revisit(profile: str = IDENTICAL.format("1.1"), **fields: str | None) -> bytes:
    stated: dict[str, Any] = {
        "WARC_Profile": profile,
        "WARC_Payload_Digest": sha1(PAGE),
        "WARC_Refers_To": uid(2),
        "WARC_Refers_To_Target_URI": URL,
        "WARC_Refers_To_Date": DATE,
        "WARC_Truncated": "length",
        "Content_Type": "application/http; msgtype=response",
    }
    return rec("revisit", RESPONSE.partition(b"<")[0], 4, **(stated | fields))


FIRST = rec("warcinfo", INFO, 0)
SOUND = (
    FIRST,
    rec("request", REQUEST, 1, WARC_Concurrent_To=uid(2), more=f"WARC-Concurrent-To: {uid(5)}\r\n"),
    rec("response", RESPONSE, 2, WARC_Block_Digest=sha1(RESPONSE), WARC_Payload_Digest=sha1(PAGE), WARC_Warcinfo_ID=uid(0)),
    rec("metadata", b"hopsFromSeed: \r\nvia: " + URL.encode() + b"\r\n\r\n", 3, Content_Type="application/warc-fields"),
    revisit(),
    rec("resource", PAGE, 6, Content_Type='text/html; charset="utf-8"', WARC_Date="2024-08", WARC_IP_Address="2001:db8::7"),
    rec("conversion", PAGE, 7, WARC_Refers_To=uid(2), WARC_Payload_Digest="sha256:" + hashlib.sha256(PAGE).hexdigest(), **TEXT),
    rec("response", CHUNKED + making.chunked(PAGE, 9), 8, WARC_Payload_Digest=sha1(PAGE), warc_truncated="disconnect"),
    rec("revisit", b"", 14, WARC_Profile=IDENTICAL.format("1.1"), WARC_Payload_Digest=sha1(PAGE), WARC_Refers_To=uid(6),
        WARC_Refers_To_Target_URI=URL, WARC_Refers_To_Date="2024-08"),
    rec("response", b"", 10, version="1.0", WARC_Target_URI="dns:kelmouth.example", Content_Type="text/dns"),
)  # fmt: skip
SEGMENTS = (
    FIRST,
    rec("resource", PAGE, 9, WARC_Segment_Number="1", **TEXT),
    rec("continuation", PAGE, 11),
    rec("continuation", PAGE, 12, WARC_Segment_Number="3", WARC_Segment_Total_Length=str(3 * len(PAGE))),
)


def found_in(path: Path, limits: Limits | None = None) -> list[Finding]:
    return list(check.check_warc(path, limits=limits))


def of(data: bytes, folder: Path, name: str = "crawl.warc") -> list[Finding]:
    return found_in(making.put(folder / name, data))


@pytest.mark.parametrize("records", [SOUND, SEGMENTS])
@pytest.mark.parametrize("packed", [False, True])
def test_a_sound_file_gives_no_finding(records: tuple[bytes, ...], *, packed: bool, tmp_path: Path) -> None:
    if packed:
        assert of(making.packed(*records), tmp_path, "crawl.warc.gz") == []
    else:
        assert of(b"".join(records), tmp_path) == []


# ---- a fault for every rule ------------------------------------------------------------------------------------------


class Made(NamedTuple):
    """Bytes that break a rule, the clause that is named, the record, and a word of the message."""

    rule: str
    data: bytes
    clause: str
    word: str
    record: int | None = 2
    name: str = "crawl.warc"


def second(kind: str, block: bytes = b"", **more: Any) -> bytes:
    """A file whose second record is made from these."""
    return FIRST + rec(kind, block, **more)


def raw(head: bytes) -> bytes:
    """A sound first record, then this header of a record without a block."""
    return FIRST + head + b"\r\n\r\n\r\n"


PLAIN = second("resource", PAGE, **TEXT)
RESOURCE = rec("resource", PAGE, 1, **TEXT)
HEAD = (
    f"WARC-Type: resource\r\nWARC-Record-ID: {uid(1)}\r\nWARC-Date: {DATE}\r\nWARC-Target-URI: {URL}\r\n"
    "Content-Length: 0\r\n"
).encode()
HALF = gzip.compress(RESOURCE)[:-20]
SPLIT = making.packed(FIRST) + gzip.compress(RESOURCE[:80]) + gzip.compress(RESOURCE[80:])

MADE = [
    Made("not-warc", b"<!doctype html><p>Gulls had nested in the crane.</p>", "WARC 1.1, 4", "it begins with", None),
    Made("not-warc", b"PK\x03\x04" + bytes(60), "WARC 1.1, 4", "a zip file", None, "crawl.warc"),
    Made("not-warc", b"filedesc://crawl.arc 0.0.0.0 20240101000000 text/plain 3\n\n", "WARC 1.1, 4", "an ARC file", None),
    Made("not-warc", b"\x28\xb5\x2f\xfd" + bytes(60), "WARC 1.1, 4", "a Zstandard file", None, "crawl.warc.zst"),
    Made("not-warc", gzip.compress(b"<html>" * 9), "WARC 1.1, 4", "begins with", None, "crawl.warc.gz"),
    Made("not-warc", b"\r\n\r\n", "WARC 1.1, 4", "begins with", None),
    Made("no-record", b"", "WARC 1.1, 4", "no record", None),
    Made("no-record", gzip.compress(b""), "WARC 1.1, 4", "no record", None, "crawl.warc.gz"),
    Made("garbage", FIRST + b"Donkeys came by.\r\n" + RESOURCE, "WARC 1.1, 4", "18 bytes", None),
    Made("garbage", b"\xef\xbb\xbf" + FIRST, "WARC 1.1, 4", "3 bytes", None),
    Made("garbage", making.packed(FIRST) + b"behind", "WARC 1.1, 4", "6 bytes", None, "crawl.warc.gz"),
    Made("truncated", PLAIN[:-30], "WARC 1.1, 4", "are there"),
    Made("truncated", FIRST + b"WARC/1.1\r\nWARC-Type: resource\r\n", "WARC 1.1, 4", "inside a record header"),
    Made("truncated", making.packed(FIRST) + HALF, "WARC 1.1, 4", "cut off", 2, "crawl.warc.gz"),
    Made("header-unreadable", raw(b"WARC/1.1\r\nX: " + b"x" * (5 << 20)), "WARC 1.1, 4", "longer than 1048576"),
    Made("trailer", second("resource", PAGE, trailer=b"\r\n", **TEXT), "WARC 1.1, 4", "b'\\r\\n'"),
    Made("trailer", second("resource", PAGE, trailer=b"", **TEXT), "WARC 1.1, 4", "nothing"),
    Made("trailer", PLAIN + b"\r\n", "WARC 1.1, 4", "2 bytes"),
    Made("warcinfo-first", RESOURCE, "WARC 1.1, 5.5", "warcinfo", 1),
    Made("gzip", making.packed(FIRST) + gzip.compress(RESOURCE)[:-8] + bytes(8), "RFC 1952, 2.3", "incorrect", 2, "a.warc.gz"),
    Made("gzip-mixed", making.packed(FIRST) + RESOURCE, "RFC 1952, 2.2", "is not gzipped", 2, "crawl.warc.gz"),
    Made("gzip-mixed", FIRST + making.packed(RESOURCE), "RFC 1952, 2.2", "is gzipped"),
    Made("gzip-bomb", making.packed(FIRST, rec("resource", bytes(90 << 20), **TEXT)), "WARC 1.1, D.1", "not checked", 2, "a.warc.gz"),
    Made("gzip-member", gzip.compress(PLAIN), "WARC 1.1, D.2", "several records", 2, "crawl.warc.gz"),
    Made("gzip-member", SPLIT, "WARC 1.1, D.2", "in several gzip members", 2, "crawl.warc.gz"),
    Made("gzip-member", making.packed(FIRST) + gzip.compress(b""), "WARC 1.1, D.2", "without content", None, "crawl.warc.gz"),
    Made("gzip-name", making.packed(FIRST), "WARC 1.1, D.3", "should end in .gz", None),
    Made("gzip-name", rec("warcinfo", INFO, version="1.0"), "WARC 1.0, A.3", "is not gzipped", None, "crawl.warc.gz"),
    Made("version-line", b"WARC/1.1.0\r\n" + HEAD + b"\r\n", "WARC 1.1, 4", "no version line", 1),
    Made("version-line", raw(b"WARC/1.1 \r\n" + HEAD), "WARC 1.1, 4", "no version line"),
    Made("version-unknown", second("resource", PAGE, version="2.0", **TEXT), "WARC 1.1, 4", "2.0"),
    Made("version-draft", second("resource", PAGE, version="0.18", **TEXT), "WARC 1.0, 4", "0.18"),
    Made("line-end", raw(b"WARC/1.1\r\n" + HEAD.replace(b"\r\nCon", b"\nCon")), "WARC 1.1, 4", "1 line ends"),
    Made("line-end", PLAIN.replace(b"\r\n", b"\n"), "WARC 1.1, 4", "8 lines end"),
    Made("field-syntax", raw(b"WARC/1.1\r\n" + HEAD + b"evil\r\n"), "WARC 1.1, 4", "no name and colon"),
    Made("field-syntax", raw(b"WARC/1.1\r\n" + HEAD + b"WARC-Filename : x\r\n"), "WARC 1.1, 4", "no token"),
    Made("field-syntax", raw(b"WARC/1.1\r\n" + HEAD + b": x\r\n"), "WARC 1.1, 4", "no token"),
    Made("field-syntax", raw(b"WARC/1.1\r\n folded: x\r\n" + HEAD), "WARC 1.1, 4", "no token"),
    Made("field-folded", raw(b"WARC/1.1\r\n" + HEAD + b"X-Note: a\r\n b\r\n"), "WARC 1.1, 4", "several lines"),
    Made("control-character", second("resource", PAGE, X="a\x07", **TEXT), "WARC 1.1, 4", "0x07"),
    Made("control-character", second("resource", PAGE, X="a\rb", **TEXT), "WARC 1.1, 4", "0x0d"),
    Made("not-utf-8", second("resource", PAGE, X="a\udce9b", **TEXT), "WARC 1.1, 4", "0xe9"),
    Made("field-missing", second("resource", PAGE, drop="WARC-Date", **TEXT), "WARC 1.1, 5.4", "all records"),
    Made("field-missing", second("resource", PAGE, drop="Content-Length", **TEXT), "WARC 1.1, 5.3", "all records"),
    Made("field-missing", second("octopus", PAGE, drop="WARC-Record-ID", **TEXT), "WARC 1.1, 5.2", "all records"),
    Made("field-missing", second("revisit"), "WARC 1.1, 5.18", "a revisit record"),
    Made("field-empty", second("resource", PAGE, Content_Type=""), "WARC 1.1, 5.6", "no value"),
    Made("field-repeated", second("resource", PAGE, more=f"warc-date: {DATE}\r\n", **TEXT), "WARC 1.1, 5.1", "twice"),
    Made("field-not-allowed", second("resource", PAGE, WARC_Filename="x", **TEXT), "WARC 1.1, 5.17", "resource"),
    Made("field-undefined", second("resource", PAGE, WARC_Profile=UNMODIFIED, **TEXT), "WARC 1.1, 5.18", "resource"),
    Made("field-unknown", second("resource", PAGE, WARC_Octopus="x", **TEXT), "WARC 1.1, 5.1", "WARC-Octopus"),
    Made("field-unknown", second("revisit", version="1.0", WARC_Refers_To_Date=DATE), "WARC 1.0, 5.1", "from WARC 1.1 on"),
    Made("value", second("resource", PAGE, WARC_Date="yesterday", **TEXT), "WARC 1.1, 5.4", "yesterday"),
    Made("value", second("resource", PAGE, Content_Length="-5", **TEXT), "WARC 1.1, 5.3", "-5"),
    Made("value-odd", second("resource", PAGE, WARC_Record_ID="<urn:uuid:7>", **TEXT), "WARC 1.1, 5.2", "RFC 4122"),
    Made("value-unknown", second("octopus", PAGE, **TEXT), "WARC 1.1, 5.5", "octopus"),
    Made("value-unknown", second("resource", PAGE, WARC_Truncated="bored", **TEXT), "WARC 1.1, 5.15", "bored"),
    Made("value-unknown", FIRST + revisit("http://kelmouth.example/mine"), "WARC 1.1, 5.18", "mine"),
    Made("content-length", FIRST + RESOURCE.replace(b": 56", b": 20") + RESOURCE, "WARC 1.1, 5.3", "says 20 bytes"),
    Made("content-length", FIRST + RESOURCE.replace(b": 56", b": 99") + rec("resource", PAGE, 2, **TEXT), "WARC 1.1, 5.3", "says 99 bytes"),
    Made("content-type-missing", second("resource", PAGE), "WARC 1.1, 5.6", "should be there"),
    Made("content-type-warcinfo", second("warcinfo", INFO, **TEXT), "WARC 1.1, 6.2", "text/plain"),
    Made("content-type-http", second("response", RESPONSE, **TEXT), "WARC 1.1, 6.3.2", "text/plain"),
    Made("content-type-false", second("response", RESPONSE, Content_Type="application/http;msgtype=request"), "WARC 1.1, 5.6", "response"),
    Made("content-type-false", second("request", REQUEST, Content_Type="application/http; msgtype=custom"), "WARC 1.1, 5.6", "custom"),
    Made("content-type-dns", second("resource", PAGE, WARC_Target_URI="dns:x.example", **TEXT), "WARC 1.1, 6.4.4", "text/dns"),
    Made("http-message", second("response", PAGE), "WARC 1.1, 6.3.2", "begins with"),
    Made("http-message", second("response", b""), "WARC 1.1, 6.3.2", "empty"),
    Made("http-message", second("response", REQUEST, Content_Type="application/http"), "WARC 1.1, 6.3.2", "is a request"),
    Made("http-chunks", second("response", CHUNKED + PAGE), "WARC 1.1, 6.3.2", "is not"),
    Made("http-chunks", second("response", CHUNKED + making.chunked(PAGE)[:-20]), "WARC 1.1, 6.3.2", "break off"),
    Made("http-in-resource", second("resource", RESPONSE, Content_Type="application/http"), "WARC 1.1, 6.4.2", "entity body"),
    Made("http-in-resource-perhaps", second("resource", RESPONSE, Content_Type="text/html"), "WARC 1.1, 6.4.2", "entity body"),
    Made("warc-fields", second("warcinfo", b"software ferry\r\n"), "WARC 1.1, 4", "no name and colon"),
    Made("warc-fields", second("warcinfo", b"software: ferry\n"), "WARC 1.1, 4", "1 line ends in LF"),
    Made("warc-fields", second("warcinfo", b"a: b\r\n\r\nc: d\r\n"), "WARC 1.1, 4", "4 bytes"),
    Made("block-digest", second("resource", PAGE, WARC_Block_Digest=sha1(b""), **TEXT), "WARC 1.1, 5.8", "the bytes give"),
    Made("payload-digest", second("response", RESPONSE, WARC_Payload_Digest=sha1(RESPONSE)), "WARC 1.1, 5.9", "the bytes give"),
    Made("payload-digest", second("resource", RESPONSE, WARC_Payload_Digest=sha1(PAGE), Content_Type="application/http"), "WARC 1.1, 5.9", "the bytes give"),
    Made("payload-digest-chunked", second("response", CHUNKED + making.chunked(PAGE), WARC_Payload_Digest=sha1(making.chunked(PAGE))), "WARC 1.1, 6.3.2", "chunked"),
    Made("address-missing", second("response", RESPONSE, WARC_IP_Address=None), "WARC 1.1, 6.3.2", "address"),
    Made("revisit-digest", FIRST + revisit(WARC_Payload_Digest=None), "WARC 1.1, 6.7.2", "is missing"),
    Made("revisit-truncated", FIRST + revisit(WARC_Truncated=None), "WARC 1.1, 6.7.2", "length"),
    Made("revisit-headers", SOUND[2] + rec("revisit", WARC_Profile=IDENTICAL.format("1.1"), WARC_Refers_To=uid(2)), "WARC 1.1, 6.7.2", "response; it is empty"),
    Made("revisit-headers-perhaps", second("revisit", WARC_Profile=IDENTICAL.format("1.1")), "WARC 1.1, 6.7.2", "where there were any"),
    Made("revisit-refers-to", FIRST + revisit(WARC_Refers_To=None, WARC_Refers_To_Date=None), "WARC 1.1, 6.7.2", "WARC-Refers-To-Date too"),
    Made("revisit-profile", FIRST + revisit(IDENTICAL.format("1.0")), "WARC 1.1, 6.7", "WARC 1.0"),
    Made("conversion-refers-to", second("conversion", PAGE, **TEXT), "WARC 1.1, 6.8", "converted"),
    Made("segment-number", second("continuation", PAGE, WARC_Segment_Number="1"), "WARC 1.1, 5.20", "continuation"),
    Made("segment-number", second("response", RESPONSE, WARC_Segment_Number="2"), "WARC 1.1, 5.20", "is 2"),
    Made("segment-number", second("response", RESPONSE, version="1.0", WARC_Segment_Number="0"), "WARC 1.0, 5.18", "is 0"),
    Made("segment-type", second("metadata", PAGE, WARC_Segment_Number="1", **TEXT), "WARC 1.1, 7", "metadata"),
    Made("segment-place", PLAIN + rec("resource", PAGE, 3, WARC_Segment_Number="1", **TEXT), "WARC 1.1, 7", "new file", 3),
    Made("segment-fields", second("continuation", PAGE, **TEXT), "WARC 1.1, 7", "Content-Type"),
    Made("segment-origin", PLAIN + rec("continuation", PAGE, 3, WARC_Segment_Origin_ID=uid(1)), "WARC 1.1, 7", "no first segment", 3),
    Made("segment-origin", b"".join(SEGMENTS[:2]) + rec("continuation", PAGE, 3, WARC_Target_URI="urn:x:y"), "WARC 1.1, 7", "same target", 3),
    Made("segment-order", b"".join(SEGMENTS[:3]) + rec("continuation", PAGE, 3), "WARC 1.1, 7", "behind segment 2", 4),
    Made("segment-total", b"".join(SEGMENTS[:2]) + rec("continuation", PAGE, 3, WARC_Segment_Total_Length="113"), "WARC 1.1, 5.22", "112", 3),
    Made("segment-total", second("continuation", PAGE, WARC_Segment_Total_Length="7"), "WARC 1.1, 5.22", "is 7"),
    Made("segment-total", b"".join(SEGMENTS) + rec("continuation", PAGE, 13, WARC_Segment_Number="4"), "WARC 1.1, 5.22", "alone", 5),
    Made("segment-open", b"".join(SEGMENTS[:3]), "WARC 1.1, 7", "file: 1", None),
    Made("id-repeated", PLAIN + rec("resource", PAGE + b"!", 1, **TEXT), "WARC 1.1, 5.2", "another record", 3),
    Made("id-repeated", PLAIN + rec("resource", PAGE, WARC_Record_ID=uid(1).upper(), WARC_Target_URI="urn:x:y", **TEXT), "WARC 1.1, 5.2", "another", 3),
    Made("record-repeated", PLAIN + rec("resource", PAGE, 1, **TEXT), "WARC 1.1, 5.2", "same record", 3),
    Made("refers-to", FIRST + revisit(WARC_Refers_To=uid(0)), "WARC 1.1, 5.11", "warcinfo"),
    Made("refers-to", FIRST + revisit(WARC_Refers_To=uid(4)), "WARC 1.1, 5.11", "itself"),
    Made("refers-to-differs", SOUND[2] + revisit(WARC_Refers_To_Date="2025"), "WARC 1.1, 6.7.2", "2025"),
    Made("refers-to-differs", SOUND[2] + revisit(WARC_Refers_To_Target_URI="urn:x:y"), "WARC 1.1, 6.7.2", "urn:x:y"),
    Made("warcinfo-id", PLAIN + rec("resource", PAGE, 2, WARC_Warcinfo_ID=uid(1), **TEXT), "WARC 1.1, 5.16", "no warcinfo", 3),
    Made("concurrent-date", PLAIN + rec("request", REQUEST, 2, WARC_Concurrent_To=uid(1), WARC_Date="2025"), "WARC 1.1, 5.4", "another WARC-Date", 3),
    Made("filename", rec("warcinfo", INFO, WARC_Filename="other.warc"), "WARC 1.1, 5.17", "other.warc", 1),
    Made("more", raw(b"WARC/1.1\r\n" + HEAD + b"evil\r\n" * 150), "none", "50 more"),
]  # fmt: skip
ELSEWHERE = {"unreadable", "file-size", "not-compared"}  # rules that have tests of their own


@pytest.mark.parametrize("made", MADE, ids=[f"{one.rule}-{number}" for number, one in enumerate(MADE)])
def test_each_rule_finds_its_fault(made: Made, tmp_path: Path) -> None:
    found = of(made.data, tmp_path, made.name)
    right = [one for one in found if one.rule == made.rule and one.clause == made.clause and made.word in one.message]
    assert right, [(one.rule, one.clause, one.message) for one in found]
    assert right[0].record == made.record
    assert {one.severity for one in right} == {rules.RULES[made.rule].severity}
    assert len(made.data) >= right[0].offset >= 0


def test_a_wacz_is_checked_by_the_specification_of_wacz(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "crawl.wacz", "w") as made:
        made.writestr("archive/data.warc", b"".join(SOUND))
    found = list(archive.check_warc(tmp_path / "crawl.wacz"))
    assert {one.severity for one in found} >= {"error"}
    assert all(one.clause.startswith("WACZ 1.1.1, ") for one in found)
    assert any("datapackage.json" in one.message or "datapackage.json" in one.clause for one in found)


def test_faults_of_a_wacz_are_shown_one_by_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "crawl.wacz", "w") as made:
        made.writestr("archive/data.warc", b"".join(SOUND))
        made.writestr("datapackage.json", b'{"resources": []}')
    shown = call(tmp_path / "crawl.wacz").output
    errors = [one for one in archive.check_warc(tmp_path / "crawl.wacz") if one.severity == "error"]
    assert len(errors) > 1
    for one in errors:
        assert " ".join(one.message.split())[:40] in " ".join(shown.split())


def test_files_still_written_and_wacz_files_of_a_folder_are_checked(tmp_path: Path) -> None:
    making.put(tmp_path / "a.warc.open", b"".join(SOUND))
    making.put(tmp_path / "b.wacz", b"no zip")
    assert {one.path for one in archive.check_warc(tmp_path)} >= {str(tmp_path / "b.wacz")}
    assert "2 files" in call(tmp_path).output or call(tmp_path).output.count("valid") == 2


def test_a_file_without_a_name_is_none() -> None:
    with pytest.raises(UsageError, match="without a name"):
        list(archive.check_warc(""))


def test_every_rule_has_a_fault() -> None:
    assert {made.rule for made in MADE} | ELSEWHERE == set(rules.RULES)
    assert {rule.severity for rule in rules.RULES.values()} == set(rules.SEVERITIES)


@pytest.mark.parametrize("name", [rule.name for rule in rules.FIELDS.values()])
@pytest.mark.parametrize("kind", rules.TYPES)
def test_fields_stand_where_they_may(name: str, kind: str, tmp_path: Path) -> None:
    rule = rules.FIELDS[name.lower()]
    value = {"id": uid(77), "date": DATE, "uri": URL, "number": "2", "digest": sha1(b""), "address": "192.0.2.7"}
    given = value.get(rule.grammar, "length" if rule.grammar == "reason" else "text/plain")
    without = of(FIRST + rec(kind, drop=name), tmp_path)
    having = of(FIRST + rec(kind, more=f"{name}: {given}\r\n"), tmp_path)
    missing = {one.field for one in without if one.rule == "field-missing"}
    assert (name in missing) == (kind in rule.mandatory)
    unwanted = {one.field for one in having if one.rule == "field-not-allowed"}
    assert (name in unwanted) == (kind in rule.never)


def test_the_place_is_that_of_the_field(tmp_path: Path) -> None:
    data = second("resource", PAGE, WARC_Date="yesterday", **TEXT)
    (plain,) = of(data, tmp_path)
    assert (plain.offset, plain.unpacked_offset, plain.field) == (data.index(b"WARC-Date: y"), None, "WARC-Date")
    (packed,) = of(making.packed(FIRST, data[len(FIRST) :]), tmp_path, "crawl.warc.gz")
    assert packed.offset == len(making.packed(FIRST))
    assert packed.unpacked_offset == plain.offset - len(FIRST)
    assert (packed.record, packed.message) == (2, plain.message)


def test_one_bad_record_does_not_hide_the_next(tmp_path: Path) -> None:
    bad = rec("resource", PAGE, 1, WARC_Date="x", Content_Length="nine", **TEXT)
    worse = rec("resource", PAGE, 2, WARC_Date="y", **TEXT)
    found = of(FIRST + bad + worse, tmp_path)
    assert [(one.record, one.field) for one in found] == [(2, "WARC-Date"), (2, "Content-Length"), (3, "WARC-Date")]


def test_a_large_record_is_digested_as_it_passes_by(tmp_path: Path) -> None:
    body = b"harbour " * (40 << 10)
    block = CHUNKED + making.chunked(body, 5000)
    small = Limits(record_bytes=100_000, header_bytes=50_000)
    for payload, rule in ((body, []), (b"", ["payload-digest"]), (making.chunked(body, 5000), ["payload-digest-chunked"])):
        data = second("response", block, WARC_Payload_Digest=sha1(payload), WARC_Block_Digest=sha1(block))
        found = found_in(making.put(tmp_path / "a.warc", data), small)
        assert [one.rule for one in found] == rule
    data = second("warcinfo", b"note: " + b"x" * 200_000)
    assert found_in(making.put(tmp_path / "a.warc", data), small) == []


def test_rules_with_bounds_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PRACTICAL", 1000)
    monkeypatch.setattr(across, "REMEMBERED", 3)
    found = of(b"".join(SOUND), tmp_path)
    assert [(one.rule, one.record) for one in found][:2] == [("file-size", None), ("not-compared", 4)]


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.warc")
    (found,) = found_in(tmp_path / "pipe.warc")
    assert (found.rule, found.severity, found.message) == ("unreadable", "error", "is no file")
    (tmp_path / "loose.warc").symlink_to("nowhere")
    (tmp_path / "fine.warc").write_bytes(FIRST)
    found_there = found_in(tmp_path)
    assert [(Path(one.path).name, one.rule) for one in found_there] == [("loose.warc", "unreadable"), ("pipe.warc", "unreadable")]


# ---- values ----------------------------------------------------------------------------------------------------------

GOOD = {
    "uri": ["http://a.example", "http://u:p@a.example:80/b%20c;d=(e)?f=/?#g/?", "dns:a.example", "urn:uuid:x", "http://[::1]:8/",
            "filedesc:///x", "file:/a/b", "a:", "http://[v1.x]/", "mailto:a@b.example", "http://a.example/b//c", "HTTP://A.EXAMPLE:"],
    "id": ["<urn:uuid:01234567-89AB-cdef-0123-456789abcdef>", "<http://a.example/1>", "<urn:x:y>"],
    "date": ["2024", "2024-02", "2024-02-29", "2024-02-29T23:59Z", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.123456789Z",
             "2008-04-30t20:48:25z"],
    "number": ["0", "007", "9" * 40],
    "type": ["response", "RESPONSE"],
    "media-type": ["text/html", "application/http;msgtype=response", 'text/html ;\tcharset="a \\" b" ; x=y', "a/b+c.d"],
    "digest": [sha1(b""), "md5:" + "0" * 32, "SHA-256:" + "aB" * 32, "sha512:" + "0" * 128, "sha384:" + "0" * 96],
    "address": ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"],
    "reason": ["length", "Time", "disconnect", "unspecified"],
    "text": ["any thing"],
}  # fmt: skip
BAD = {
    "uri": ["bad_uri", "/a/b", "//a.example/", "http://a.example/b c", "http://a.example/<b>", "http://a.example/%zz",
            "http://a.example/é", "http://a.example/a|b", "http://a.example/a[b]", "http://a.example/#a#b", "1a:b", "<http://a.example/>",
            "http://a b.example/", "http://[::1/", "http://a.example:port/", "a:^"],
    "id": ["urn:uuid:01234567-89ab-cdef-0123-456789abcdef", "<zaphod>", "<urn:x:y z>", "<<urn:x:y>>", "<>", "<urn:x:y"],
    "date": ["2024-13", "2023-02-29", "20240229", "20240229235959", "2024-02-29T24:00Z", "2024-02-29T23:59:60Z", "2024-02-29T23:59:59",
             "2024-02-29T23Z", "2024-02-29T23:59:59+01:00", "2024-02-29T23:59:59.Z", "2024-02-29T23:59:59.1234567890Z", "blue monday",
             "0000", "2024-02-29 23:59:59Z", "２０２４"],
    "number": ["-1", "+1", "1.0", "0x1", "one", "1 2", "²"],
    "type": ["two words", "a/b"],
    "media-type": ["gif\\image", "text", "text/html;", "text/html; charset", "text/html; a = b", "/html", "text/html, text/plain"],
    "digest": ["monkeypowah!", "sha1:", ":2WAXX5NUWNNCS2BDKCO5OVDQBJVNKIVV", "sha1:abc", "sha1: " + "0" * 40, "sha256:" + "g" * 64],
    "address": ["a.b.c.d", "192.0.2.256", "192.0.2.1:80", "[2001:db8::1]", "fe80::1%eth0", "192.0.2", "1", "010.0.0.1"],
    "reason": ["too long"],
    "text": [],
}  # fmt: skip
ODD = {
    "id": ["<urn:uuid:27ef1r9j-defr-25f9-328r-16859347dddd>"],  # the id of the standard's example B.7
    "date": ["2024-02-29T23:59:59+00:00"],
    "digest": ["md5:OG2QNABNWSQZFP3YBRSAD3RR3Y======", "md5:cbUGgC20oZK/eAxkAe4x3g=="],
}
UNKNOWN = {"type": ["monkeys"], "reason": ["bored"], "digest": ["xxh3:0011223344556677"]}


@pytest.mark.parametrize("grammar", values.GRAMMARS)
def test_grammars(grammar: str) -> None:
    def rule_of(value: str, version: str = "1.1") -> str:
        fault = values.GRAMMARS[grammar](value, version)
        return fault.rule if fault else ""

    lists = ((GOOD, ""), (BAD, "value"), (ODD, "value-odd"), (UNKNOWN, "value-unknown"))
    wanted = {value: rule for values_of, rule in lists for value in values_of.get(grammar, [])}
    assert {value: rule_of(value) for value in wanted} == wanted


def test_what_warc_1_0_has_otherwise() -> None:
    date, uri = values.GRAMMARS["date"], values.GRAMMARS["uri"]
    for text in ("2024", "2024-02-29", "2024-02-29T23:59:59.1Z", "2024-02-29T23:59:59+00:00"):
        for version, bad in (("1.0", True), ("0.17", True), ("1.1", "+" in text)):
            assert (date(text, version) is not None) == bad, (text, version)
    assert date(DATE, "1.0") is None
    for version, rule in (("1.0", "value-odd"), ("0.18", "value-odd"), ("1.1", "value")):
        fault = uri("<http://a.example/>", version)
        assert fault is not None
        assert fault.rule == rule


def test_each_field_has_its_clauses_and_a_grammar() -> None:
    assert {rule.grammar for rule in rules.FIELDS.values()} == set(values.GRAMMARS)
    assert [rule.clause for rule in rules.FIELDS.values()] == [f"5.{number}" for number in range(2, 23)]
    known = [rule.clause_10 for rule in rules.FIELDS.values() if rule.clause_10]
    assert known == [f"5.{number}" for number in range(2, 21)]


def test_headers_are_read_as_they_stand() -> None:
    header = read_header("wArC/1.1\r\nA:  b \t\r\nLong:\r\n\tone\r\n  two é \r\na: c\r\n\r\nnot: this".encode())
    assert [(one.name, one.value, one.at) for one in header.fields] == [("A", "b", 10), ("Long", "one two é", 19), ("a", "c", 43)]
    assert (header.version, header.whole, header.get("A")) == ("1.1", True, "b")
    assert [fault.rule for fault in header.faults] == ["field-folded"]
    assert not read_header(b"WARC/1.1\r\nA: b").whole


# ---- whatever there is -----------------------------------------------------------------------------------------------

ALL = b"".join(SOUND)


def checked(data: bytes, path: Path) -> Iterator[Finding]:
    """The findings in a file of these bytes, with what holds for any."""
    path.write_bytes(data)
    *found, last = check.check_files([str(path)], Limits())
    assert isinstance(last, Checked)
    for one in found:
        assert isinstance(one, Finding)
        assert 0 <= one.offset <= max(len(data), 1)
        assert one.severity in rules.SEVERITIES
        assert one.rule in rules.RULES
        assert one.record is None or 1 <= one.record <= last.records
        assert one.message
        assert one.clause
        yield one


@settings(max_examples=400, deadline=None)
@given(piece=st.binary(max_size=400), at=st.integers(0, len(ALL)), cut=st.integers(0, 200), packed=st.booleans())
@example(piece=b"", at=0, cut=200, packed=False)
@example(piece=b"WARC/1.1\r\n\r\n", at=0, cut=0, packed=True)
def test_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, piece: bytes, at: int, cut: int, *, packed: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()
    data = ALL[:at] + piece + ALL[at + cut :]
    list(checked(gzip.compress(data) if packed else data, folder / "any.warc"))
    list(checked(piece, folder / "any.warc.gz"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([rule.name for rule in rules.FIELDS.values()]), st.text(max_size=30)), max_size=12))
def test_no_value_raises(tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, str]]) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "surrogatepass")
    list(checked(raw(b"WARC/1.0\r\n" + head + HEAD), tmp_path_factory.getbasetemp() / "any.warc"))


def test_every_flipped_byte_is_seen_in_a_file_with_digests(tmp_path: Path) -> None:
    digest: dict[str, Any] = {"WARC_Block_Digest": sha1(PAGE)}
    data = FIRST + rec("resource", PAGE, 2, **digest, **TEXT)
    rng = random.Random(1)  # noqa: S311 - not for secrets
    start = data.index(PAGE)
    for at in rng.sample(range(start, len(data)), 30):  # of the block and what is behind it
        broken = bytearray(data)
        broken[at] ^= 1 << rng.randrange(8)
        assert any(one.severity == "error" for one in checked(bytes(broken), tmp_path / "a.warc")), at


@pytest.mark.parametrize("dedupe", [False, True])
def test_what_we_write_passes(tmp_path: Path, *, dedupe: bool) -> None:
    making.put(tmp_path / "in" / "again.jsonl", 2 * making.json_lines(range(3)).replace(b"T06", b"T07") + making.json_lines(range(3)))
    making.converted(
        tmp_path / "c",
        HERE / "samples", HERE / "cases", tmp_path / "in",
        settings=archive.Settings(dedupe_payloads=dedupe),
    )  # fmt: skip
    found = found_in(tmp_path / "c")
    # nobody told us which address was contacted; a zip and a tar among the samples hold the same record; and what an ARC
    # record has stays as it stands, without a type, or with chunks that break off
    assert {one.rule for one in found} <= {"address-missing", "record-repeated", "content-type-missing", "http-chunks"}
    assert not [one for one in found if one.severity == "error"]
    files = list((tmp_path / "c" / "warc").iterdir())
    kinds = Counter(item.raw.fields.get_header("WARC-Type") for file in files for item in placed(file))
    assert kinds["resource"] > 10
    assert (kinds["revisit"] > 0) == dedupe


def placed(path: Path) -> list[Placed]:
    with path.open("rb") as file:
        return [item for item, _ in scan(file, Limits()) if isinstance(item, Placed)]


# ---- the command -----------------------------------------------------------------------------------------------------


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, words)], prog_name="archive")


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A folder with a sound file, one with warnings and one with errors."""
    making.put(tmp_path / "a.warc", b"".join(SOUND))
    making.put(tmp_path / "b.warc", RESOURCE)
    making.put(tmp_path / "deep" / "c.warc.gz", making.packed(FIRST, rec("resource", PAGE, WARC_Date="\x1b[31m?", **TEXT)))
    making.put(tmp_path / "notes.txt", b"no WARC file")
    return tmp_path


def test_exit_codes(three: Path) -> None:
    for names, strict, code in (
        (["a.warc"], False, 0),
        (["a.warc"], True, 0),
        (["a.warc", "b.warc"], False, 0),
        (["a.warc", "b.warc"], True, 1),
        (["a.warc", "deep/c.warc.gz"], False, 1),
        (["a.warc", "missing.warc"], False, 2),
        (["deep", "a.warc"], False, 1),
    ):
        found = call(*(three / name for name in names), *(["--strict"] if strict else []))
        assert found.exit_code == code, (names, strict, found.output)


def test_the_screen(three: Path) -> None:
    found = call(three)
    lines = found.output.splitlines()
    assert lines[0] == f"{three}/a.warc: valid; 10 records"
    assert lines[1] == f"{three}/b.warc: valid; 1 record, 1 warning"
    assert lines[2].split() == ["warning", "WARC", "1.1,", "5.5", "in", "record", "1", "at", "0"]
    assert lines[4] == f"{three}/deep/c.warc.gz: not valid; 2 records, 2 errors"
    assert "\x1b" not in found.output
    assert "\\x1b[31m?" in found.output
    assert "control character 0x1b" in found.output


def test_findings_that_repeat_are_counted(tmp_path: Path) -> None:
    making.put(tmp_path / "a.warc", FIRST + b"".join(rec("resource", PAGE, n, WARC_Date="x", **TEXT) for n in range(1, 31)))
    found = call(tmp_path / "a.warc").output
    assert f"30 times, first in record 2 at {len(FIRST) + 96}" in found
    assert found.count("\n") == 3
    each = call(tmp_path / "a.warc", "--all").output.splitlines()
    assert len(each) == 31
    assert each[0] == (
        f'{tmp_path}/a.warc:{len(FIRST) + 96}: error: WARC 1.1, 5.4: WARC-Date "x" is no date of the W3C\'s profile of'
        " ISO 8601 (record 2)"
    )


def test_names_without_number_take_no_room() -> None:
    shared: dict[str, Any] = {"path": "a.warc", "offset": 0, "severity": "warning", "clause": "WARC 1.1, 4", "message": "?"}
    found = [Finding(rule="field-folded", field=f"X-{number}", **shared) for number in range(1000)]
    (tally,) = screen_check.tallied([*found, Checked(path="a.warc", records=1)])
    assert [group.times for group in tally.groups.values()] == [1000]


@pytest.mark.parametrize("strict", [False, True])
def test_json(three: Path, *, strict: bool) -> None:
    found = call(three, "--json", *(["--strict"] if strict else []))
    assert (found.exit_code, found.stderr) == (1, "")
    answer = json.loads(found.stdout)
    assert set(answer) == {"files", "errors", "warnings", "notes", "ok"}
    assert (answer["errors"], answer["warnings"], answer["notes"], answer["ok"]) == (2, 1, 0, False)
    assert [set(one) for one in answer["files"]] == [{"path", "findings", "records", "errors", "warnings", "notes"}] * 3
    assert set(answer["files"][2]["findings"][0]) == set(Finding.__dataclass_fields__)
    assert [one["records"] for one in answer["files"]] == [10, 1, 2]
    fine = json.loads(call(three / "b.warc", "--json", *(["--strict"] if strict else [])).stdout)
    assert fine["ok"] is not strict


def test_folders(three: Path, tmp_path: Path) -> None:
    assert [Path(name).name for name in check.warc_files([three])] == ["a.warc", "b.warc", "c.warc.gz"]
    corpus = making.corpus_of(tmp_path / "corpus", making.put(tmp_path / "in" / "a.html", making.page(1)))
    (name,) = check.warc_files([tmp_path / "corpus"])
    assert Path(name).parent == tmp_path / "corpus" / "warc"
    assert corpus.manifest.inputs == 1
    with pytest.raises(UsageError, match="no WARC or WACZ file is in it"):
        check.warc_files([making.put(tmp_path / "none" / "a.txt", b"").parent])
    with pytest.raises(UsageError, match="no such file or folder"):
        list(archive.check_warc(tmp_path / "gone"))


def test_progress_hears_of_all_files(three: Path) -> None:
    heard: list[int] = []
    paths = check.warc_files([three])
    list(check.check_files(paths, Limits(), heard.append))
    sizes = [check.size_of(path) for path in paths]
    assert heard == sorted(heard)
    assert sum(sizes[:2]) <= heard[-1] < sum(sizes)


# ---- real archives ---------------------------------------------------------------------------------------------------

# what is labelled invalid and is not: the label's reason, and why no error comes of it
NOT_FOUND = {
    "jhove__invalid-warcfile-contenttype-warcinfo-recommended.warc": "a warcinfo of another media type: application/warc-fields "
    "is recommended by WARC 1.0, 6.2, whose block may vary; a warning",
}


@pytest.fixture(scope="module")
def index() -> list[dict[str, str]]:
    """The rows about labelled and other archives."""
    with (making.material("bad-captures") / "index.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def errors_in(name: str) -> set[str]:
    return {one.rule for one in found_in(making.material("bad-captures") / name) if one.severity == "error"}


def test_labelled_files(index: list[dict[str, str]]) -> None:
    invalid = [row["file"] for row in index if row["class"].startswith("jwat-invalid")]
    valid = [row["file"] for row in index if row["class"].startswith("jwat-valid")]
    assert (len(invalid), len(valid)) == (60, 10)
    assert {name for name in invalid if not errors_in(name)} == set(NOT_FOUND)
    for name in NOT_FOUND:  # and yet each is told of
        assert any(one.rule == "content-type-warcinfo" for one in found_in(making.material("bad-captures") / name))
    assert [name for name in valid if errors_in(name)] == []


# errors in files that three other validators pass, each looked at: it is there, and the standard forbids it
MISSED_BY_OTHERS = {
    "concurrent-date": {"pywb__example-wpull.warc.gz"},
    "field-not-allowed": {"node-warc__parseMe.warc.gz", "pywb__example-wpull.warc.gz", "warcio.js__example.warc"},
    "id-repeated": {
        "pywb__example-wget-1-14.warc.gz", "warcat__at.warc", "warcat__at.warc.gz", "webarchive-commons__IAH-urls-wget.warc",
        "webarchive-commons__IAH-urls-wget.warc.gz",
    },
    "no-record": {"gowarc__empty.warc.gz.open"},
    "payload-digest": {"node-warc__parseMe.warc.gz"},
    "revisit-truncated": {"aut__issue-493.warc"},
    "trailer": {"pywb__example-url-agnostic-orig.warc.gz"},
    "value": {"pywb__example-url-agnostic-orig.warc.gz", "warcio__example-space-in-target-uri.warc.gz"},
    "warc-fields": {"jwat__invalid-warcfile-encoding-headers.warc.gz", "warcio.js__example.warc"},
}  # fmt: skip


def test_other_archives(index: list[dict[str, str]]) -> None:
    found: dict[str, set[str]] = {}
    for row in index:
        errors = errors_in(row["file"])  # of any: nothing is raised
        passed = {row[f"{name}_rc"] for name in ("warcio_check", "fastwarc_check", "warcvalid")} == {"0"}
        if passed and not row["class"].startswith("jwat-"):
            for rule in errors - {"payload-digest-chunked"}:  # 14 files: warcio and wget digest the chunked body
                found.setdefault(rule, set()).add(row["file"])
    assert found == MISSED_BY_OTHERS


def test_records_are_counted_as_the_reader_counts_them(index: list[dict[str, str]]) -> None:
    for row in index:
        if row["kind"].startswith("warc") and row["class"].startswith(("ordinary-warc", "jwat-valid")):
            with (making.material("bad-captures") / row["file"]).open("rb") as file:
                read = sum(isinstance(item, Placed) for item, _ in scan(file, Limits()))
            *_, last = check.check_files([str(making.material("bad-captures") / row["file"])], Limits())
            assert isinstance(last, Checked)
            assert last.records >= read

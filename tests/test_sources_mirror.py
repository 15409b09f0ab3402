"""Pages that say where they were saved from, and HTTP messages that were saved as files."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive import sources, warc
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Saved, Skip
from archive.sources import Opened, mirror
from tests import making

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
LINE = "<!-- Mirrored from {} by HTTrack Website Copier/3.x [XR&CO'2014], Tue, 24 Nov 2026 17:07:21 GMT -->"
PAGE = "<!doctype html><html lang=en>\n{}\n<head><title>Harbour</title></head><body><p>The budget was cut.</p></body></html>"
LOG = Saved(
    url="https://www.harbour.example/a?b=1",
    captured_at=datetime(2024, 8, 27, 12, tzinfo=UTC),
    flags=("capture-zone-unknown",),
)
HEAD = b"HTTP/1.1 200 OK\r\nServer: harbour\r\nDate: Tue, 27 Aug 2024 08:00:09 GMT\r\n\r\n"
BODY = b"<html><body><p>The budget was cut.</p></body></html>"


def door(data: bytes, saved: Saved | None = None, origin: Origin | None = None) -> Opened:
    origin = origin or Origin(path="a.html", modified=MODIFIED)
    return Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True, saved=saved)


def read(data: bytes | str, saved: Saved | None = None, origin: Origin | None = None, limits: Limits | None = None) -> Capture:
    raw = data.encode() if isinstance(data, str) else data
    (found,) = sources.captures(door(raw, saved, origin), ReadOptions(limits=limits or Limits()))
    assert isinstance(found, Capture)
    assert limits or found.block == raw
    return found


def test_httrack_states_the_time_with_its_zone_and_the_url_without_a_scheme() -> None:
    data = PAGE.format(LINE.format("www.harbour.example/caf\u00e9/a?b=1"))
    found = read(data)
    assert found.target_uri == "http://www.harbour.example/caf%C3%A9/a?b=1"
    assert (found.captured_at, found.captured_at_origin) == (datetime(2026, 11, 24, 17, 7, 21, tzinfo=UTC), "field")
    assert found.flags == ("url-derived",)
    assert read(data, Saved(scheme="https")).target_uri == "https://www.harbour.example/caf%C3%A9/a?b=1"
    latin = data.encode("latin-1")
    assert read(latin).target_uri == found.target_uri


def test_a_record_of_the_mirror_knows_the_url_and_the_page_the_time() -> None:
    found = read(PAGE.format(LINE.format("www.harbour.example/a?b=1")), LOG)
    assert (found.target_uri, found.captured_at, found.flags) == (LOG.url, datetime(2026, 11, 24, 17, 7, 21, tzinfo=UTC), ())
    gone = read(PAGE.format(LINE.format("x.example/")), replace(LOG, http_status=404, flags=("url-derived",)))
    assert (gone.http_status, gone.flags) == (404, ("url-derived", "http-status-404"))


def test_what_browsers_write_in_front() -> None:
    comment = "<!-- saved from url=(0049)https://www.harbourpost.example/city/budget-cut -->"
    for data in (PAGE.format(comment), "<!DOCTYPE html>\n" + comment + "\n<html>" + BODY.decode()):
        found = read(data)
        assert (found.target_uri, found.captured_at, found.captured_at_origin) == (making.PAGE_URL, MODIFIED, "mtime")
    # a page that somebody saved and published, and that wget fetched from there
    assert read(PAGE.format(comment), LOG).target_uri == LOG.url


@pytest.mark.parametrize(
    "data",
    [
        PAGE.format("<!-- saved from url=(0014)about:internet -->"),
        PAGE.format("<!-- Mirrored from the harbour by hand -->"),
        PAGE.format("") + LINE.format("www.harbour.example/"),
        PAGE.format("<head>" + LINE.format("www.harbour.example/")),
        "Mirrored from www.harbour.example by HTTrack Website Copier/3.x, it said.",
        "HTTP/1.1 200 OK is what a server says. Then comes the page.\n\nWords.",
        "HTTP/1.1 200 OK\nServer: a head that never ends",
    ],
)
def test_other_pages_and_texts_are_none(data: str) -> None:
    assert not mirror.SOURCE.recognises(data.encode(), "a.html")
    assert read(data).target_uri is None or read(data).target_uri.startswith("urn:")  # type: ignore[union-attr]


# ---- HTTP messages -----------------------------------------------------------------------------------------------


def test_a_head_in_front_makes_a_response_with_just_that_head() -> None:
    found = read(HEAD + BODY, LOG)
    assert (found.record_type, found.http_head, found.payload, found.http_status) == ("response", HEAD, BODY, 200)
    assert (found.target_uri, found.captured_at, found.captured_at_origin) == (
        LOG.url, datetime(2024, 8, 27, 8, 0, 9, tzinfo=UTC), "header",
    )  # fmt: skip
    assert found.flags == ()
    undated = read(HEAD.replace(b"Date: Tue", b"Date: Tee, nonsense"), LOG)
    assert (undated.captured_at, undated.captured_at_origin, undated.flags) == (LOG.captured_at, "field", LOG.flags)


def test_chunks_that_wget_undid_and_chunks_that_are_there() -> None:
    head = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    found = read(head + BODY, LOG)
    assert (found.payload, found.flags) == (BODY, ("not-chunked",))
    raw = read(head + making.chunked(BODY, 20), LOG)
    assert (raw.payload, raw.flags) == (BODY, ())


def test_a_message_over_the_limit_is_digested_and_read_again() -> None:
    head = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    for data in (HEAD + BODY * 20, head + making.chunked(BODY * 20)):
        whole, found = read(data, LOG), read(data, LOG, limits=Limits(record_bytes=500))
        assert (found.payload, found.block) == (None, None)
        assert replace(found, payload=whole.payload, block=data) == whole
        assert b"".join(warc.payload_pieces(found)) == BODY * 20
        assert found.reread is not None
        assert b"".join(found.reread()) == data


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("www.harbour.example/a/b?c=1", "http://www.harbour.example/a/b?c=1"),
        ("mirror/www.harbour.example/caf\u00e9/index.html", "http://www.harbour.example/caf%C3%A9/"),
        ("www.harbour.example+8080/b", "http://www.harbour.example:8080/b"),
        ("www.harbour.example/other.example/b", None),
        ("harbour/b", None),
        ("v1.2/b", None),
        ("www.harbour.example", None),
    ],
)
def test_a_url_is_made_from_the_path_where_one_folder_is_a_host(path: str, url: str | None) -> None:
    found = read(HEAD + BODY, origin=Origin(path=path, modified=MODIFIED))
    assert (found.target_uri, found.flags) == ((url, ("url-derived",)) if url else (found.target_uri, ()))
    assert url or (found.target_uri or "").startswith("urn:uuid:")
    member = read(HEAD + BODY, origin=Origin(path="x.zip", member=path, modified=MODIFIED))
    assert member.flags == found.flags


def test_a_head_that_forbids_http() -> None:
    head = HEAD.replace(b"Server:", b"Strict-Transport-Security: max-age=9\r\nServer:")
    found = read(head + BODY, origin=Origin(path="www.harbour.example/b"))
    assert found.target_uri == "https://www.harbour.example/b"


# ---- records -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"--2024-08-27 10:00:00--  https://www.harbour.example/\nConnecting\n", "a log of wget"),
        (b'Warning\n\n2024-08-27 10:00:00 URL:https://a.example/ [1/1] -> "a" [1]\n', "a log of wget"),
        (b"[0] Downloading 'https://www.harbour.example/' ...\n", "a log of wget"),
        (b"date\tsize'/'remotesize\tflags\n", "HTTrack's list of what it saved"),
        (b"\r\nHTTrack3.49-4 launched on Tue, 24 Nov 2026 12:12:32 at http://a.example/\r\n", "HTTrack's log"),
        (b"<html><head><title>Local index - HTTrack Website Copier</title>", "HTTrack's own front page of a mirror"),
    ],
)
def test_records_hold_no_capture(data: bytes, reason: str) -> None:
    (found,) = sources.captures(door(data), ReadOptions())
    assert isinstance(found, Skip)
    assert (found.kind, found.reason, found.length) == ("mirror", f"{reason}, no capture", len(data))
    read_as = replace(door(data), saved=Saved(record="read before"))
    (found,) = sources.captures(read_as, ReadOptions())
    assert isinstance(found, Skip)
    assert (found.kind, found.reason) == ("mirror", "read before")


def test_a_page_about_wget_is_no_log() -> None:
    data = b"<html><body><pre>\n--2024-08-27 10:00:00--  https://www.harbour.example/\n</pre></body></html>"
    assert read(data).payload == data
    text = b"How to use it\n\nOne\n\nTwo\n\nThree\n\nFour\n\n--2024-08-27 10:00:00--  https://www.harbour.example/\n"
    assert read(text).payload == text


@given(st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"<html><!-- Mirrored from ", b"--2024-08-27 10:00:00--  "]), st.binary(max_size=300))
def test_any_bytes_may_follow(start: bytes, rest: bytes) -> None:
    for found in sources.captures(door(start + rest), ReadOptions()):
        assert isinstance(found, Capture | Damage | Skip)


def test_of_a_packed_page_what_is_said_holds_and_of_members_of_a_zip_not() -> None:
    packed = gzip.compress(BODY, mtime=0)
    (found,) = sources.captures(door(packed, LOG), ReadOptions())
    assert isinstance(found, Capture)
    assert found.target_uri == LOG.url
    (member,) = sources.captures(door(making.zipped({"a.html": BODY}), LOG), ReadOptions())
    assert isinstance(member, Capture)
    assert (member.target_uri or "").startswith("urn:uuid:")


def test_messages_large_and_small_are_proven_and_extracted_again(tmp_path: Path) -> None:
    data = HEAD + making.page(1)
    making.put(tmp_path / "in" / "www.harbour.example" / "a.html", data)
    making.put(tmp_path / "in" / "www.harbour.example" / "b.html", data + b" " * 9000)
    making.put(tmp_path / "in" / "page.html", PAGE.format(LINE.format("www.harbour.example/a")).encode())
    limits = ReadOptions(limits=Limits(record_bytes=8000))
    making.converted(tmp_path / "c", tmp_path / "in", settings=archive.Settings(reading=limits))
    corpus = archive.open_corpus(tmp_path / "c")
    rows = {row["source_path"].rpartition("/")[2]: row for row in corpus.captures().to_pylist()}
    assert (rows["a.html"]["outcome"], rows["a.html"]["captured_at_origin"], rows["a.html"]["http_status"]) == ("article", "header", 200)
    assert (rows["b.html"]["outcome"], rows["b.html"]["reason"]) == ("rejected", "too-large")
    assert corpus.verify().failures == ()
    assert b"".join(corpus.payload_pieces(rows["b.html"]["capture_id"])) == making.page(1) + b" " * 9000
    archive.reextract(tmp_path / "c", tmp_path / "again")
    assert making.files_of(tmp_path / "again") == making.files_of(tmp_path / "c")

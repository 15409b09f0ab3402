"""Pages that SingleFile saved."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Saved, Skip
from archive.sources import Opened, singlefile
from tests import making

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
URL = "https://www.harbourpost.example/city/budget-cut"
DATE = "Tue Nov 24 2026 10:00:00 GMT+0100 (Central European Standard Time)"
MOMENT = datetime(2026, 11, 24, 9, tzinfo=UTC)
COMMENT = f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: {DATE}\n-->"
REST = making.page(1).partition(b"<head>")[1] + making.page(1).partition(b"<head>")[2]


def door(data: bytes, saved: Saved | None = None) -> Opened:
    origin = Origin(path="a.html", modified=MODIFIED)
    return Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True, saved=saved)


def read(data: bytes, options: ReadOptions | None = None, saved: Saved | None = None) -> Capture:
    (found,) = sources.captures(door(data, saved), options or ReadOptions())
    assert isinstance(found, Capture)
    return found


@pytest.mark.parametrize(
    "front",
    [
        f"<!DOCTYPE html> <html lang=en>{COMMENT}",
        f"\ufeff<!DOCTYPE html>\n{COMMENT}<html lang=en>",
        f"{COMMENT}<!DOCTYPE html><html>",
        f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"><html data-x="a > b" class=\'c\'>\n<!-- other -->{COMMENT}',
        "<!DOCTYPE html><html>" + COMMENT.replace("\n", "\r\n"),
        f"<!DOCTYPE html><html>{COMMENT.replace('Page saved with', 'Archive processed by')}",
        f"<!DOCTYPE html><html>{COMMENT.replace('SingleFile', 'SingleFileZ')}",
        "<!DOCTYPE html><html>" + COMMENT.replace("\n-->", " \n info: for Ada\n url: https://other.example/\n-->"),
    ],
)
def test_url_and_time_stand_in_the_comment(front: str) -> None:
    data = front.encode() + REST
    found = read(data)
    assert (found.target_uri, found.captured_at, found.captured_at_origin) == (URL, MOMENT, "field")
    assert (found.payload, found.record_type, found.media_type, found.flags) == (data, "resource", "text/html", ())
    assert sources.find(door(data)) is not None
    assert singlefile.SOURCE.recognises(data, "x")
    assert not singlefile.SOURCE.recognises(REST + data, "x")


def test_a_page_in_utf16() -> None:
    data = f"<!DOCTYPE html><html>{COMMENT}".encode("utf-16") + REST.decode().encode("utf-16-le")
    assert (read(data).target_uri, read(data).payload) == (URL, data)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Sat Mar 01 2025 23:30:00 GMT-0530 (Mitteleuropäische Normalzeit)", datetime(2025, 3, 2, 5, tzinfo=UTC)),
        ("Sat Mar 01 2025 23:30:00 GMT+0000", datetime(2025, 3, 1, 23, 30, tzinfo=UTC)),
        ("2025-03-01T23:30:00.123Z", datetime(2025, 3, 1, 23, 30, tzinfo=UTC)),
        ("2025-03-01T23:30:00+02:00", datetime(2025, 3, 1, 21, 30, tzinfo=UTC)),
        ("Sat, 01 Mar 2025 23:30:00 GMT", datetime(2025, 3, 1, 23, 30, tzinfo=UTC)),
        ("Sat Mar 99 2025 23:30:00 GMT+0000", None),
        ("Mon Jan 01 0001 00:00:00 GMT+1400", None),
        ("1.3.2025, 23:30", None),
        ("2025", None),
        ("Invalid Date", None),
    ],
)
def test_dates(date: str, moment: datetime | None) -> None:
    assert singlefile.read_moment(date) == moment
    found = read(f"<!DOCTYPE html><html>{COMMENT.replace(DATE, date)}".encode() + REST)
    assert found.captured_at == (moment or MODIFIED)
    assert found.flags == (() if moment else ("capture-time-unreadable",))


def test_without_a_date_it_is_that_of_the_file() -> None:
    found = read(f"<!DOCTYPE html><html>{COMMENT}".replace(f" \n saved date: {DATE}", " ").encode() + REST)
    assert (found.target_uri, found.captured_at_origin, found.flags) == (URL, "mtime", ())


def test_what_the_page_states_wins_over_the_option_and_a_log_over_the_page() -> None:
    data = f"<!DOCTYPE html><html>{COMMENT}".encode() + REST
    moment = datetime(2020, 1, 2, tzinfo=UTC)
    assert read(data, ReadOptions(captured_at=moment)).captured_at == MOMENT
    hosted = Saved(url="https://copies.example/1", captured_at=moment, flags=("capture-zone-unknown",))
    found = read(data, saved=hosted)
    assert (found.target_uri, found.captured_at, found.flags) == ("https://copies.example/1", moment, hosted.flags)


def test_a_page_over_the_limit_keeps_its_url() -> None:
    data = f"<!DOCTYPE html><html>{COMMENT}".encode() + REST
    found = read(data, ReadOptions(limits=Limits(record_bytes=300)))
    assert replace(found, payload=data, block=data) == read(data)


@given(st.binary(max_size=300))
def test_any_bytes_may_stand_in_the_comment(middle: bytes) -> None:
    data = b"<!doctype html><html><!--\n Page saved with SingleFile \n url: " + middle + b"\n saved date: " + middle + b"\n-->x"
    for found in sources.captures(door(data), ReadOptions()):
        assert isinstance(found, Capture | Damage | Skip)


# ---- pages that are zips -----------------------------------------------------------------------------------------


def self_extracting(*, broken: bool = False) -> bytes:
    front = f"<!DOCTYPE html> <html data-sfz>{COMMENT}<meta charset=windows-1252><script>unpack()</script><!--".encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("index.html", f"<!DOCTYPE html> <html>{COMMENT}".encode() + REST)
        made.writestr("manifest.json", b"{}")
    packed = out.getvalue()
    return front + (packed[:-30] if broken else packed) + b"--><sfz-extra-data>AQ</sfz-extra-data></body></html>"


def test_a_page_that_unpacks_itself_is_the_zip_inside_it() -> None:
    found, manifest = sources.captures(door(self_extracting()), ReadOptions())
    assert isinstance(found, Capture)
    assert isinstance(manifest, Skip)
    assert (found.origin.member, found.target_uri, found.captured_at) == ("index.html", URL, MOMENT)
    assert found.payload == f"<!DOCTYPE html> <html>{COMMENT}".encode() + REST


def test_where_its_zip_is_broken_it_is_the_page_around_it() -> None:
    found = read(self_extracting(broken=True))
    assert (found.payload, found.target_uri) == (self_extracting(broken=True), URL)


@pytest.mark.parametrize("date", ["Mon Jan 01 0001 00:00:00 GMT+0000 (UTC)", "Fri Dec 31 9999 23:00:00 GMT-0500 (x)", "x" + " " * 60_000 + "x"])
def test_no_page_was_saved_then(date: str) -> None:
    found = singlefile.saved_by(f"<!--\n Page saved with SingleFile\n url: https://m.example/a\n saved date: {date}\n--><html>".encode())
    assert found is not None
    assert found.captured_at is None
    assert found.flags == ("capture-time-unreadable",)

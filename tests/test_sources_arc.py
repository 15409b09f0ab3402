"""ARC files: one bad record costs one record, every byte of a file ends in one place, and blocks stay as they stand."""

from __future__ import annotations

import gzip
import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

import archive
from archive import warc, wrapping
from archive.corpus import Corpus
from archive.model import Capture, Damage, Limits, Locator, Origin, ReadOptions, Skip
from archive.sources import Opened, arc, scanning
from archive.sources.records import WARC, Gap, Placed
from tests import making

LIMITS = Limits()


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not deflate, the same for the same seed."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - not for secrets


def message(number: int, *, stated: bool = True, size: int = 40) -> bytes:
    """An HTTP response that no other number gives, with or without its length."""
    text = " ".join(noise(number * 1000 + part, 8).hex() for part in range(size // 8))
    body = f"<html><body><h1>Report {number}</h1>\n<p>The ferry sails.\n\n{text}</p>\n</body></html>\n".encode()
    length = f"Content-Length: {len(body)}\r\n" if stated else ""
    return f"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n{length}\r\n".encode() + body


def record(number: int, *, stated: bool = True, length: str | None = None, end: bytes = b"\n", size: int = 40) -> bytes:
    url = f"http://kelmouth.example:80/{number}"
    return making.arc_record(message(number, stated=stated, size=size), url=url, length=length, end=end)


TEN = [making.filedesc(), *(record(number) for number in range(1, 10))]
BARE = [making.filedesc(), *(record(number, stated=False) for number in range(1, 10))]
MEMBERS = [gzip.compress(one, mtime=0) for one in TEN]
PLAIN, PACKED = b"".join(TEN), b"".join(MEMBERS)


def scan(data: bytes, limits: Limits = LIMITS) -> list[tuple[Placed | Gap, Locator]]:
    return list(scanning.scan(BytesIO(data), limits, arc.ARC))


def records(data: bytes, limits: Limits = LIMITS) -> list[bytes]:
    """Header line and block of each record that is found."""
    return [
        item.raw.head.lstrip(b"\r\n") + b"".join(item.raw.reread() if item.raw.reread else ())
        for item, _ in scan(data, limits) if isinstance(item, Placed)
    ]  # fmt: skip


def damages(data: bytes) -> list[str]:
    return [item.reason for item, _ in scan(data) if isinstance(item, Gap)]


def alone(one: bytes) -> bytes:
    """A record without the newline behind it."""
    return one.removesuffix(b"\n")


def captures(data: bytes, limits: Limits = LIMITS, **origin: object) -> list[Capture | Damage]:
    where = replace(Origin(path="a.arc", file_sha256=hashlib.sha256(data).digest()), **origin)  # type: ignore[arg-type]
    opened = Opened(file=BytesIO(data), size=len(data), origin=where, in_place=True)
    found = list(arc.SOURCE.captures(opened, ReadOptions(limits=limits)))
    assert not any(isinstance(one, Skip) for one in found)
    return [one for one in found if not isinstance(one, Skip)]


def one_of(data: bytes, number: int = -1) -> Capture:
    found = captures(data)[number]
    assert isinstance(found, Capture)
    return found


def assert_tiled(data: bytes) -> None:
    """Ranges of the file follow each other from its first byte to its last, and so does what a range unpacks to."""
    position = 0
    for place, items in groupby(scan(data), key=lambda found: (found[1].offset, found[1].length)):
        assert place[0] == position
        position += place[1]
        unpacked: int | None = 0
        for item, locator in items:
            if locator.unpacked_offset is None:
                assert (item.start, item.end) == (place[0], position)
            else:
                assert locator.unpacked_offset == item.start == unpacked
                assert locator.unpacked_length == item.end - item.start
                unpacked = item.end
    assert position == len(data)


def assert_costs_one(damaged: bytes, hit: int, parts: list[bytes] = TEN) -> None:
    """All records but that one are found as they were, in their order, and all of the file is accounted for."""
    found = records(damaged)
    sound = [alone(one) for number, one in enumerate(parts) if number != hit]
    assert [one for one in found if one in sound] == sound
    assert len(found) <= len(parts)
    assert_tiled(damaged)


# ---- shapes ----------------------------------------------------------------------------------------------------

V2 = "text/html 200 fac069150613fe55599cc7fa88aa089d - 209 kelmouth.arc"
SHAPES = {
    "plain": TEN,
    "version 2": [making.filedesc(2), *(making.arc_record(message(n), rest=V2) for n in range(3))],
    "version 1 in a file of version 2": [making.filedesc(2), record(1), making.arc_record(message(2), rest=V2)],
    "no version block": TEN[1:],
    "no newlines between": [one.removesuffix(b"\n") for one in TEN],
    "three newlines between": [one + b"\n\n" for one in TEN],
    "carriage returns between": [alone(one) + b"\r\n" for one in TEN],
    "no length in HTTP": BARE,
    "two version blocks": [*TEN[:3], *TEN],
    "empty records": [making.arc_record(b"", url=f"http://a.example/{n}") for n in range(4)],
    "records of newlines": [making.arc_record(b"\n\n", url=f"http://a.example/{n}", end=b"") for n in range(3)],
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_read_whole(name: str) -> None:
    parts = SHAPES[name]
    whole, blocks = b"".join(parts), [one.rstrip(b"\r\n") for one in parts]
    one_member = gzip.compress(whole, mtime=0)
    halves = gzip.compress(whole[: len(whole) // 2], mtime=0) + gzip.compress(whole[len(whole) // 2 :], mtime=0)
    for data in (whole, b"".join(gzip.compress(one, mtime=0) for one in parts), one_member, halves):
        assert [one.rstrip(b"\r\n") for one in records(data)] == blocks
        assert damages(data) == []
        assert_tiled(data)
        assert [one.flags for one in captures(data) if isinstance(one, Capture)] == [()] * len(parts)


def test_a_newline_in_front_of_a_record_is_part_of_it() -> None:
    packed = b"".join(gzip.compress(b"\n" + alone(one), mtime=0) for one in TEN)
    for data in (packed, b"\n" + PLAIN, b"\r\n" + PLAIN):
        assert records(data) == [alone(one) for one in TEN]
        assert damages(data) == []
        assert_tiled(data)


@pytest.mark.parametrize("stated", ["75", "76", "77", "78", "79", "-1", "0", "x"])
def test_the_length_of_a_version_block_counts_for_little(stated: str) -> None:
    block = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    first = making.arc_record(block, url="filedesc://a.arc", rest="text/plain", length=stated)
    found = captures(first + b"".join(TEN[1:3]))
    assert [one.record_type for one in found if isinstance(one, Capture)] == ["metadata", "response", "response"]
    assert one_of(first + TEN[1], 0).block in (block, block[:-1], block + b"\n")


def test_header_lines_as_crawlers_wrote_them() -> None:
    block = message(1)
    for line, uri, media_type in (
        ({"url": "http://a.example/a b c"}, "http://a.example/a%20b%20c", "text/html"),
        ({"rest": "text/html, application/x-javascript"}, "http://arc.example/1", "text/html"),
        ({"rest": "no-type"}, "http://arc.example/1", None),
        ({"rest": ""}, "http://arc.example/1", None),
        ({"rest": "no-type 404 - http://b.example/x 12 a.arc"}, "http://arc.example/1", None),
        ({"ip": "0"}, "http://arc.example/1", "text/html"),
        ({"ip": "-"}, "http://arc.example/1", "text/html"),
        ({"ip": "2001:db8::7"}, "http://arc.example/1", "text/html"),
        ({"url": "http://a.example/\udcfc"}, "http://a.example/%FC", "text/html"),
        ({"url": "http://a.example/ü"}, "http://a.example/%C3%BC", "text/html"),
        ({"url": "http://a.example/" + "long" * 700}, "http://a.example/" + "long" * 700, "text/html"),
    ):
        data = TEN[1] + making.arc_record(b"words, no message", **line) + TEN[2]  # type: ignore[arg-type]
        before, found, behind = captures(data)
        assert isinstance(found, Capture)
        assert (found.record_type, found.target_uri, found.media_type) == ("resource", uri, media_type)
        assert found.block == b"words, no message"
        assert isinstance(before, Capture)
        assert isinstance(behind, Capture)
        found = one_of(making.arc_record(block, **line))  # type: ignore[arg-type]
        assert (found.record_type, found.target_uri, found.block, found.http_status) == ("response", uri, block, 200)


def test_nothing_of_a_header_line_is_lost() -> None:
    rest = "text/html 302 fac069 http://b.example/new place 209 kelmouth.arc"
    line = making.arc_record(b"", rest=rest).strip()
    fields = warc.read_fields(one_of(line + b"\n").head)
    assert fields.get_header("Archive-ARC-Header") == line.decode()
    assert fields.get_header("WARC-IP-Address") == "192.0.2.7"
    for odd in (b"http://a.example/\xfc", b"http://a.example/\x07", b"http://a.example/\xe2\x80\xae"):
        line = odd + b" 192.0.2.7 20040503040506 text/html 0"
        fields = warc.read_fields(one_of(line + b"\n").head)
        assert fields.get_header("Archive-ARC-Header") is None
        assert "%" in (fields.get_header("Archive-ARC-Header-Escaped") or "")
    assert warc.read_fields(one_of(making.arc_record(b"", ip="::")).head).get_header("WARC-IP-Address") is None


@pytest.mark.parametrize(
    ("date", "warc_date", "came_from", "flags"),
    [
        ("20040503040506", "2004-05-03T04:05:06Z", "record", ()),
        ("20040503040506789", "2004-05-03T04:05:06Z", "record", ()),
        ("200405030405", "2004-05-03T04:05Z", "record", ()),
        ("20040503", "2004-05-03", "record", ("capture-time-to-the-day",)),
        ("20041303040506", "1994-11-06T08:49:37Z", "header", ("capture-time-unreadable",)),
    ],
)
def test_the_date_of_a_record(date: str, warc_date: str, came_from: str, flags: tuple[str, ...]) -> None:
    block = b"HTTP/1.0 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nwords"
    found = one_of(making.arc_record(block, date=date))
    assert (found.warc_date, found.captured_at_origin, found.flags) == (warc_date, came_from, flags)
    assert found.captured_at == warc.read_date(warc_date)


def test_a_record_without_any_date_has_that_of_the_file() -> None:
    data = making.arc_record(b"words", date="20041303040506")
    modified = datetime(2024, 8, 27, tzinfo=UTC)
    (found,) = captures(data, modified=modified)
    assert isinstance(found, Capture)
    assert (found.captured_at, found.captured_at_origin, found.flags) == (modified, "mtime", ("capture-time-unreadable",))


def test_what_is_no_http_message_is_a_resource() -> None:
    dns = making.arc_record(b"20040503040506\nkelmouth.example.\t60\tIN\tA\t192.0.2.7\n", url="dns:kelmouth.example", rest="text/dns")
    found = one_of(dns)
    assert (found.record_type, found.content_type, found.target_uri) == ("resource", "text/dns", "dns:kelmouth.example")
    found = one_of(making.arc_record(b"GET / HTTP/1.0\r\n\r\n", rest="application/http; msgtype=request"))
    assert (found.record_type, found.content_type, found.payload) == ("resource", None, b"GET / HTTP/1.0\r\n\r\n")
    found = one_of(making.arc_record(b"gone", rest="text/html 404 - - 12 a.arc"))
    assert (found.record_type, found.http_status) == ("resource", 404)


def test_a_chunked_body_stays_as_it_stands_and_its_payload_is_the_entity() -> None:
    block = making.http(making.chunked(b"words " * 100), headers=["Transfer-Encoding: chunked"])
    found = one_of(making.arc_record(block))
    assert (found.block, found.payload, found.flags) == (block, b"words " * 100, ())


def test_an_odd_http_head_stays_as_it_stands() -> None:
    for head in (b"HTTP/1.0 200\nServer : x\n folded\n\n", b"ICY 200 OK\r\nicy-name:x\r\n\r\n", b"HTTP/1.1 200 OK\r\n\xff: \x07\r\n\r\n"):
        found = one_of(making.arc_record(head + b"words"))
        assert (found.record_type, found.block, found.http_head, found.payload) == ("response", head + b"words", head, b"words")


# ---- a stated length is a claim ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["0", "7", "90", "9999", "999999999999999999999", "-1", "x", "1e3"])
def test_a_wrong_length_is_mended_by_that_of_the_message(length: str) -> None:
    data = b"".join([*TEN[:3], record(3, length=length), *TEN[4:]])
    assert len(records(data)) == 10
    assert damages(data) == []
    found = captures(data)
    assert [one.flags for one in found if isinstance(one, Capture)] == [()] * 3 + [("arc-length-mismatch",)] + [()] * 6
    assert isinstance(found[3], Capture)
    assert found[3].block == message(3)


@pytest.mark.parametrize("length", ["9999", "999999999999999999999", "-1", "x", "20", "100"])
def test_a_wrong_length_without_another_costs_one_record(length: str) -> None:
    data = b"".join([*BARE[:3], record(3, stated=False, length=length), *BARE[4:]])
    assert_costs_one(data, 3, BARE)
    assert len(damages(data)) == 1


def test_a_length_that_ends_where_a_later_record_ends() -> None:
    length = len(message(3)) + len(TEN[4]) + 1
    data = b"".join([*TEN[:3], record(3, length=str(length)), *TEN[4:]])
    assert len(records(data)) == 10


def test_an_arc_file_as_a_payload_stays_one_record() -> None:
    nested = making.arc_record(making.http(PLAIN, headers=[f"Content-Length: {len(PLAIN)}"]))
    parts = [*TEN[:3], nested, *TEN[4:]]
    assert records(b"".join(parts)) == [alone(one) for one in parts]


def test_garbage_between_records_is_a_damage() -> None:
    for junk in (b"no record at all\n", noise(4, 300) + b"\n", b"\0" * 9):
        data = b"".join(TEN[:4]) + junk + b"".join(TEN[4:])
        assert records(data) == [alone(one) for one in TEN]
        assert damages(data) == ["garbage"]
        assert_tiled(data)


def test_an_end_that_nothing_proves_is_flagged() -> None:
    data = BARE[1] + b"\0\0\0 rubbish\n" + BARE[2]
    first, junk, second = captures(data)
    assert isinstance(first, Capture)
    assert isinstance(junk, Damage)
    assert isinstance(second, Capture)
    assert (first.flags, second.flags) == (("arc-length-unproven",), ())
    assert (junk.offset, junk.sha256) == (len(BARE[1]), hashlib.sha256(b"\0\0\0 rubbish\n").digest())


# ---- damage ------------------------------------------------------------------------------------------------------


def test_every_cut_of_a_plain_file() -> None:
    for parts in (TEN, BARE):
        data = b"".join(parts)
        for cut in range(1, len(data)):
            number = making.owner(parts, cut)
            found = records(data[:cut])
            assert found[:number] == [alone(one) for one in parts[:number]]
            assert_tiled(data[:cut])


@settings(derandomize=True, deadline=None, max_examples=400)
@given(cut=st.integers(1, len(PACKED) - 1))
def test_any_cut_of_a_packed_file(cut: int) -> None:
    number = making.owner(MEMBERS, cut)
    assert records(PACKED[:cut]) == [alone(one) for one in TEN[:number]]
    on_a_border = cut == sum(map(len, MEMBERS[:number]))
    assert len(damages(PACKED[:cut])) == (0 if on_a_border else 1)
    assert_tiled(PACKED[:cut])


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(data=st.data(), change=st.integers(1, 255))
def test_any_byte_flipped_in_a_plain_file(data: st.DataObject, change: int) -> None:
    parts = data.draw(st.sampled_from([TEN, BARE]))
    position = data.draw(st.integers(0, sum(map(len, parts)) - 1))
    damaged = bytearray(b"".join(parts))
    damaged[position] ^= change
    assert_costs_one(bytes(damaged), making.owner(parts, position), parts)


def test_every_byte_between_two_plain_records_and_of_a_header_flipped() -> None:
    for parts in (TEN, BARE):
        start = len(b"".join(parts[:3]))
        for position in range(start - 3, start + parts[3].index(b"\n") + 4):
            for change in (0x01, 0x0A ^ 0x20, 0x20, 0x5A, 0x80, 0xFF):
                damaged = bytearray(b"".join(parts))
                damaged[position] ^= change
                assert_costs_one(bytes(damaged), making.owner(parts, position), parts)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(position=st.integers(0, len(PACKED) - 1), change=st.integers(1, 255))
def test_any_byte_flipped_in_a_packed_file(position: int, change: int) -> None:
    damaged = bytearray(PACKED)
    damaged[position] ^= change
    number = making.owner(MEMBERS, position)
    assert_costs_one(bytes(damaged), number)
    sound = alone(TEN[number]) in records(bytes(damaged))  # a clock, a level or a platform may be anything
    assert len(damages(bytes(damaged))) == (0 if sound else 1)


@pytest.mark.parametrize("units", [TEN, BARE, MEMBERS], ids=["plain", "no length in HTTP", "gzip"])
def test_a_file_cut_anywhere_with_another_behind_it(units: list[bytes]) -> None:
    parts = BARE if units is BARE else TEN
    for cut in range(len(units[1])):
        joined = units[0] + units[1][:cut] + b"".join(units[2:])
        if units is not MEMBERS and 0 < cut <= parts[1].index(b" text/html"):
            # the next line has no beginning of its own: its record has the cut URL in front of its own
            found = records(joined)
            assert found[0] == alone(parts[0])
            assert found[1].partition(b"\n")[2] == alone(parts[2]).partition(b"\n")[2]
            assert found[2:] == [alone(one) for one in parts[3:]]
        else:
            assert_costs_one(joined, 1, parts)


def test_a_damaged_member_of_many_records_gives_what_is_in_front() -> None:
    large = [record(number, size=4000) for number in range(20)]
    damaged = bytearray(gzip.compress(b"".join(large), mtime=0) + PACKED)
    damaged[len(damaged) // 2] ^= 0xFF
    found = records(bytes(damaged))
    assert found[-10:] == [alone(one) for one in TEN]
    assert found[:8] == [alone(one) for one in large[:8]]
    assert len(found) < 30
    assert_tiled(bytes(damaged))


def test_work_grows_with_the_size_of_the_file() -> None:
    line = b"http://a.example/ 192.0.2.7 20040503040506 text/html "
    for data in (
        (line + b"999999999\n") * 20_000,
        (line + b"x\n") * 20_000,
        b"http://" * 200_000,
        b">http://" * 200_000,
        b"http://a 1 2004050304 " * 60_000,
        b"a:b\n" * 200_000,
        b"\n" * 500_000,
        line * 20_000,
        (line + b"5\nwords") * 20_000,
    ):
        scan(data)  # what is quadratic in these would take minutes
        assert_tiled(data)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([TEN[0], TEN[1], b"\n", b"\0", b"http://a.example/ ", b" 20040503040506 text/html 7\n", MEMBERS[2], b"HTTP/1.0 200 OK\r\n\r\n"])))
def test_records_and_gaps_cover_any_stream(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert_tiled(data)
    assert all(captures(data)) or not data


# ---- captures ----------------------------------------------------------------------------------------------------


def test_records_know_their_place_and_number() -> None:
    starts = [sum(map(len, TEN[:number])) for number in range(10)]
    assert [(one.origin.offset, one.origin.line) for one in captures(PLAIN)] == list(zip(starts, range(1, 11), strict=True))
    starts = [sum(map(len, MEMBERS[:number])) for number in range(10)]
    assert [one.origin.offset for one in captures(PACKED)] == starts
    assert [one.origin.line for one in captures(gzip.compress(PLAIN))] == list(range(1, 11))
    assert all(isinstance(one, Capture) and one.locator is None and one.wrapped for one in captures(PLAIN))


def test_a_record_over_the_limit_is_taken_over_in_pieces() -> None:
    chunked = making.http(making.chunked(noise(1, 9000)), headers=["Transfer-Encoding: chunked"])
    data = making.filedesc() + making.arc_record(chunked) + making.arc_record(noise(2, 9000)) + record(3, size=9000)
    for packed in (data, gzip.compress(data)):
        for whole, over in zip(captures(packed), captures(packed, Limits(record_bytes=50, header_bytes=4096)), strict=True):
            assert isinstance(whole, Capture)
            assert isinstance(over, Capture)
            assert (over.block, over.payload) == (None, None)
            assert b"".join(over.reread() if over.reread else ()) == whole.block
            assert replace(over, block=whole.block, payload=whole.payload) == whole


def test_a_capture_written_and_read_back_is_itself() -> None:
    out = BytesIO()
    found = [one for one in captures(PLAIN) if isinstance(one, Capture)]
    for one in found:
        assert wrapping.first_id(one) == one.record_id
        wrapping.write_member(out, [one.head, one.block or b"", one.trailer])
    items = [item for item, _ in scanning.scan(BytesIO(out.getvalue()), LIMITS, WARC)]
    again = [warc.capture_from(item.raw, one.origin, None, wrapped=True) for item, one in zip(items, found, strict=True)
             if isinstance(item, Placed)]  # fmt: skip
    assert again == found
    read = list(ArchiveIterator(BytesIO(out.getvalue()), check_digests="raise"))
    assert [one.rec_type for one in ArchiveIterator(BytesIO(out.getvalue()))] == ["metadata", *["response"] * 9]
    assert len(read) == 10


def test_an_id_goes_with_the_record() -> None:
    def ids(data: bytes, path: str) -> list[str | None]:
        return [one.record_id for one in captures(data, path=path) if isinstance(one, Capture)]

    assert ids(PLAIN, "a.arc") == ids(PACKED, "b.arc.gz") == ids(b"".join([TEN[0], *TEN[1:]]), "x/c.arc")
    assert ids(b"".join(TEN[3:]), "a.arc") == ids(PLAIN, "a.arc")[3:]
    assert len(set(ids(PLAIN, "a.arc"))) == 10
    other = making.arc_record(message(1), url="http://kelmouth.example:80/1", date="20050503040506")
    assert ids(other, "a.arc") != ids(TEN[1], "a.arc")


@pytest.mark.parametrize("head", [PLAIN[:4096], PACKED[:4096], TEN[1], b"\n" + TEN[1], b"\xef\xbb\xbf" + PLAIN[:99]])
def test_arc_files_are_known_by_their_bytes(head: bytes) -> None:
    assert arc.SOURCE.recognises(head, "no-suffix")


def test_other_bytes_are_no_arc_file() -> None:
    for head in (b"", b"<html>", b"http://a.example/ is a page", gzip.compress(b"<html>", mtime=0), b"GET http://a.example/ 1 2"):
        assert not arc.SOURCE.recognises(head, "no-suffix")
    assert not arc.SOURCE.recognises(b"<html>", "a.arc")


@pytest.mark.parametrize("place", range(60))
def test_a_damaged_first_byte_does_not_hide_the_file(place: int) -> None:
    for name, data in (("a.arc.gz", PACKED), ("a.arc", PLAIN), ("a.arc.gz.open", PACKED)):
        hurt = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        assert arc.SOURCE.recognises(hurt[: 1 << 16], name)


# ---- corpora -----------------------------------------------------------------------------------------------------


def pages(numbers: range) -> bytes:
    parts = [making.arc_record(making.http(making.page(n)), url=f"http://arc{n % 2}.example/{n}") for n in numbers]
    return b"".join([making.filedesc(), *parts])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("arc")
    data = pages(range(4))
    making.put(folder / "in" / "plain.arc", data + b"rubbish\n" + pages(range(4, 6)))
    making.put(folder / "in" / "again.arc.gz", gzip.compress(data))  # the same records once more
    making.put(folder / "in" / "some.zip", making.zipped({"inner.arc": pages(range(6, 8))}))
    return making.corpus_of(folder / "corpus", folder / "in")


def test_a_corpus_of_arc_files_is_proven(corpus: Corpus) -> None:
    verdict = corpus.verify()
    assert verdict.failures == ()
    rows = corpus.captures().to_pylist()
    assert sum(row["outcome"] == "article" for row in rows) == 12
    assert sum("repeated-record" in row["flags"] for row in rows) == 7  # four pages, and the version block three times
    ids = [row["record_id"] for row in rows if row["outcome"] != "damaged"]
    assert len(set(ids)) == len(ids)
    assert [row["reason"] for row in rows if row["outcome"] == "damaged"] == ["garbage"]
    kinds = {row["path"]: row["kind"] for row in corpus.table("inputs").to_pylist()}
    assert kinds == {"again.arc.gz": "arc", "plain.arc": "arc", "some.zip": "zip"}


def test_a_moved_number_is_named(corpus: Corpus) -> None:
    row = next(row for row in corpus.captures().to_pylist() if row["source_path"] == "plain.arc" and row["source_line"] == 3)
    trace = corpus.trace(row["capture_id"])
    assert "Archive-Source: sha256:" in trace.record_head
    assert trace.record_head.count(f"offset={row['source_offset']}; line=3") == 1
    assert all(check.stored == check.computed for check in trace.checks)


def test_a_corpus_of_arc_files_is_extracted_again_without_them(corpus: Corpus, tmp_path: Path) -> None:
    archive.reextract(corpus.folder, tmp_path / "new", workers=1)
    new = archive.open_corpus(tmp_path / "new")
    assert new.verify().failures == ()
    assert making.files_of(tmp_path / "new") == making.files_of(corpus.folder)


def test_arc_files_are_added_and_deduplicated(tmp_path: Path) -> None:
    making.put(tmp_path / "a.arc", pages(range(3)))
    making.put(tmp_path / "b.arc", pages(range(2, 5)))
    making.corpus_of(tmp_path / "corpus", tmp_path / "a.arc", dedupe_payloads=True)
    grown = making.corpus_of(tmp_path / "corpus", tmp_path / "b.arc", dedupe_payloads=True)
    assert grown.verify().failures == ()
    later = making.arc_record(making.http(making.page(1)), url="http://arc1.example/1", date="20060101000000")
    making.put(tmp_path / "c.arc", pages(range(3)) + later)
    corpus = making.corpus_of(tmp_path / "deduped", tmp_path / "c.arc", dedupe_payloads=True)
    (revisit,) = [row for row in corpus.captures().to_pylist() if row["record_type"] == "revisit"]
    assert "Archive-ARC-Header: http://arc1.example/1 192.0.2.7 20060101000000" in corpus.trace(revisit["capture_id"]).record_head
    assert corpus.verify().failures == ()

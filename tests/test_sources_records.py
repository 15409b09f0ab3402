"""Records in a stream of bytes, and the gaps between them. What becomes of whole files is in test_sources_warc.py."""

from __future__ import annotations

import gzip
import hashlib
import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Limits
from archive.sources.records import Gap, Placed, Unreadable, Window, next_start, read_record, read_stream

LIMITS = Limits()
RECORD = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 5\r\n\r\nferry\r\n\r\n"


def window(data: bytes) -> Window:
    return Window(BytesIO(data))


def test_a_window_reads_no_further_than_its_size() -> None:
    view = Window(BytesIO(b"0123456789"), 6)
    assert (view.at(4, 9), view.at(6, 1), view.at(9, 1)) == (b"45", b"", b"")
    assert view.sha256(1, 4) == hashlib.sha256(b"123").digest()


@pytest.mark.parametrize("place", [0, 1, 4095, 4096, 4097, 8190, 20_479, 20_480, 1 << 20, (1 << 20) + 21_000])
def test_a_pattern_is_found_wherever_it_lies(place: int) -> None:
    view = window(bytes(place) + b"needle" + bytes(9000) + b"needle")
    pattern = re.compile(b"needle")
    assert view.find(pattern, 0, view.size) == place
    assert view.find(pattern, place, place + 1) == place
    assert view.find(pattern, 0, place) is None
    assert view.find(pattern, place + 1, view.size) == place + 9006


def test_a_record_and_its_parts() -> None:
    placed = read_record(window(b"xx" + RECORD + RECORD), 2, LIMITS)
    assert (placed.start, placed.end) == (2, 2 + len(RECORD))
    assert placed.raw.head + (placed.raw.block or b"") + placed.raw.trailer == RECORD
    assert (placed.raw.block, placed.raw.trailer) == (b"ferry", b"\r\n\r\n")
    assert placed.raw.record_sha256 == hashlib.sha256(RECORD).digest()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>", "garbage"),
        (b"WARC/one\r\nA: b\r\n\r\n", "garbage"),
        (b"WARC/1.1\r\nContent-Length: 5\r\n", "truncated"),
        (b"WARC/1.1\r\nContent-Length: 5\r\n\r\nferr", "truncated"),
        (b"WARC/1.1\r\nA: b\r\n\r\nferry", "content-length"),
        (b"WARC/1.1\r\nContent-Length: -5\r\n\r\nferry", "content-length"),
        (b"WARC/1.1\r\nContent-Length: \xd9\xa5\r\n\r\nferry", "content-length"),
        (b"WARC/1.1\r\nContent-Length: 3\r\n\r\nferry, with more", "content-length"),
        (b"WARC/1.1\r\nA: b\r\n" + RECORD, "header"),
        (b"WARC/1.1\r\nA: " + b"b" * 90_000, "header"),
    ],
)
def test_why_no_record_can_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as why:
        read_record(window(data), 0, Limits(header_bytes=20_000))
    assert why.value.reason == reason
    assert 0 < why.value.search_from <= len(data)
    assert why.value.detail


def test_the_end_of_a_record() -> None:
    for between in (b"", b"\r\n", b"\n", b"\r\n\r\n", b"\n\n", b"\r\n" * 5, b"\r\n\rX", b"X\n\r\n", b"\r\n\x0b\n"):
        first = RECORD[:-4] + between
        found = list(read_stream(window(first + RECORD), LIMITS))
        assert [one.end for one in found] == [len(first), len(first + RECORD)], between
        assert all(isinstance(one, Placed) for one in found)


def test_what_follows_a_blank_line_may_be_damage() -> None:
    found = list(read_stream(window(RECORD + b"\0" * 9 + RECORD), LIMITS))
    assert [type(one) for one in found] == [Placed, Gap, Placed]
    assert [one.end for one in found] == [len(RECORD), len(RECORD) + 9, 2 * len(RECORD) + 9]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from([RECORD, b"\r\n", b"\0", b"WARC/1.1\r\n", b"Content-Length: 9\r\n", b"\x1f\x8b\x08\0", b"A: b"])
    )
)
def test_records_and_gaps_cover_any_stream(parts: list[bytes]) -> None:
    data = b"".join(parts)
    found = list(read_stream(window(data), LIMITS))
    assert [one.start for one in found] == [0, *(one.end for one in found[:-1])][: len(found)]
    assert (found[-1].end if found else 0) == len(data)
    assert all(one.end > one.start for one in found)


def test_the_next_start() -> None:
    member = gzip.compress(RECORD, mtime=0)
    other = gzip.compress(b"no record", mtime=0)
    data = b"junk" + other + member + RECORD
    assert next_start(window(data), 1, gzip=True) == 4 + len(other)
    assert next_start(window(data), 1, gzip=False) == 4 + len(other) + len(member)
    assert next_start(window(data), len(data) - len(RECORD) + 1, gzip=True) == len(data)
    assert next_start(window(b"WARC/1.1\r\nno field\r\n\r\n"), 0, gzip=True) == 22


class CountingFile(BytesIO):
    """A file that counts the bytes that are read of it."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, counted."""
        found = super().read(size)
        self.read_bytes += len(found)
        return found


def test_a_search_among_damaged_members_reads_no_further_than_the_next() -> None:
    member = gzip.compress(RECORD, mtime=0)
    broken = member[:12] + b"\xff" * 8 + member[20:]
    file = CountingFile(broken * 20 + member + bytes(4 << 20))
    assert next_start(Window(file), 1, gzip=True) == 20 * len(broken)
    assert file.read_bytes < 1 << 20

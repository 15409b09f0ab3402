"""WARC files: one bad record costs one record, and every byte of a file ends in exactly one place."""

from __future__ import annotations

import gzip
import hashlib
import random
import tracemalloc
import zlib
from bisect import bisect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import accumulate, groupby
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive import warc as records
from archive import wrapping
from archive.model import Capture, Damage, Limits, Locator, Origin, ReadOptions, Skip
from archive.sources import Opened, warc
from archive.sources.records import Gap, Placed, Unreadable
from tests import making

LIMITS = Limits()
WORDS = (
    "The harbour board of Kelmouth put off its vote on the new pier.",
    "Gulls had nested in the crane, and nobody wanted to move them.",
    "The ferry to Sandholm sails every second Tuesday from now on.",
    "A baker from Linden Row won the prize for the oldest sourdough.",
)


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not deflate, the same for the same seed."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - not for secrets


def body(number: int) -> bytes:
    """A page that no other number gives, and that does not deflate to next to nothing."""
    words = " ".join(f"{WORDS[(number + part) % 4]} {noise(number * 4 + part, 8).hex()}." for part in range(4))
    return f"<html><body><h1>Report {number}</h1><p>{words}</p></body></html>".encode()


def record(
    number: int,
    *,
    length: str | None = "right",
    version: str = "WARC/1.1",
    newline: bytes = b"\r\n",
    end: int = 2,
    digest: bool = True,
    payload: bytes | None = None,
) -> bytes:
    """One response record; ``length`` is what Content-Length says, and ``end`` the newlines behind the block."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + (body(number) if payload is None else payload)
    lines = [
        version,
        "WARC-Type: response",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>",
        "WARC-Date: 2024-08-27T10:00:00Z",
        f"WARC-Target-URI: https://kelmouth.example/{number}",
        "Content-Type: application/http; msgtype=response",
    ]
    if digest:
        lines.append("WARC-Block-Digest: sha256:" + hashlib.sha256(block).hexdigest())
    if length is not None:
        lines.append(f"Content-Length: {len(block) if length == 'right' else length}")
    return newline.join(line.encode() for line in lines) + newline * 2 + block + newline * end


TEN = [record(number) for number in range(10)]
PLAIN = b"".join(TEN)
MEMBERS = [gzip.compress(one, mtime=0) for one in TEN]
PACKED = b"".join(MEMBERS)
LENGTH = len(TEN[3]) - TEN[3].index(b"\r\n\r\n") - 8  # of the block of record 3


def scan(data: bytes, limits: Limits = LIMITS) -> list[tuple[Placed | Gap, Locator]]:
    return list(warc.scan(BytesIO(data), limits))


def digests(data: bytes, limits: Limits = LIMITS) -> list[bytes]:
    """SHA-256 of each record that is found."""
    return [item.raw.record_sha256 for item, _ in scan(data, limits) if isinstance(item, Placed)]


def damages(data: bytes, limits: Limits = LIMITS) -> list[str]:
    """The reason of each range that holds no record."""
    return [item.reason for item, _ in scan(data, limits) if isinstance(item, Gap)]


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def assert_tiled(data: bytes, limits: Limits = LIMITS) -> None:
    """Ranges of the file follow each other from its first byte to its last, and so does what a range unpacks to."""
    position = 0
    for place, items in groupby(scan(data, limits), key=lambda found: (found[1].offset, found[1].length)):
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


def assert_read_again(data: bytes, limits: Limits = LIMITS) -> None:
    """Every record that the scan finds lies where it says, to read and to copy."""
    for item, locator in scan(data, limits):
        if isinstance(item, Placed):
            again = warc.read_at(BytesIO(data), locator, limits)
            assert (again.head, again.block, again.trailer) == (item.raw.head, item.raw.block, item.raw.trailer)
            assert again.record_sha256 == item.raw.record_sha256
            assert sha256(*warc.stream_at(BytesIO(data), locator)) == item.raw.record_sha256


def assert_costs_one(damaged: bytes, hit: set[int]) -> None:
    """All records but those in ``hit`` are found as they were, in their order."""
    found = digests(damaged)
    sound = [sha256(one) for number, one in enumerate(TEN) if number not in hit]
    assert [one for one in found if one in sound] == sound
    assert len(found) <= len(TEN)
    assert_tiled(damaged)


# ---- one bad record costs one record ---------------------------------------------------------------------------


def test_every_cut_of_a_plain_file() -> None:
    for cut in range(1, len(PLAIN)):
        assert_costs_one(PLAIN[:cut], set(range(making.owner(TEN, cut), 10)))


@settings(derandomize=True, deadline=None, max_examples=400)
@given(cut=st.integers(1, len(PACKED) - 1))
def test_any_cut_of_a_packed_file(cut: int) -> None:
    number = making.owner(MEMBERS, cut)
    found = digests(PACKED[:cut])
    assert found == [sha256(one) for one in TEN[:number]]
    on_a_border = cut == sum(map(len, MEMBERS[:number]))
    assert len(damages(PACKED[:cut])) == (0 if on_a_border else 1)
    assert_tiled(PACKED[:cut])


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(position=st.integers(0, len(PLAIN) - 1), change=st.integers(1, 255))
@example(position=len(TEN[0]), change=ord("W") ^ ord("\r"))  # one more newline behind record 0
@example(position=len(TEN[0]), change=ord("W") ^ ord("\n"))
def test_any_byte_flipped_in_a_plain_file(position: int, change: int) -> None:
    damaged = bytearray(PLAIN)
    damaged[position] ^= change
    assert_costs_one(bytes(damaged), {making.owner(TEN, position)})
    assert_read_again(bytes(damaged))


def test_every_byte_between_two_plain_records_and_of_a_header_flipped() -> None:
    start, block = len(TEN[0]) + len(TEN[1]), TEN[2].index(b"\r\n\r\n") + 4
    for position in (*range(start - 4, start + block), *range(len(PLAIN) - 4, len(PLAIN))):
        for change in (0x01, 0x20, 0x5A, 0x5D, 0x80, 0xFF):
            damaged = bytearray(PLAIN)
            damaged[position] ^= change
            assert_costs_one(bytes(damaged), {making.owner(TEN, position)})


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(position=st.integers(0, len(PACKED) - 1), change=st.integers(1, 255))
def test_any_byte_flipped_in_a_packed_file(position: int, change: int) -> None:
    damaged = bytearray(PACKED)
    damaged[position] ^= change
    number = making.owner(MEMBERS, position)
    assert_costs_one(bytes(damaged), {number})
    # a clock, a level or a platform in a member's header may be anything; all else costs the record, and is named
    sound = sha256(TEN[number]) in digests(bytes(damaged))
    assert len(damages(bytes(damaged))) == (0 if sound else 1)


def test_every_byte_of_one_member_flipped() -> None:
    start = sum(map(len, MEMBERS[:3]))
    for position in range(start, start + len(MEMBERS[3])):
        damaged = bytearray(PACKED)
        damaged[position] ^= 0x10
        assert_costs_one(bytes(damaged), {3})


@pytest.mark.parametrize("step", [2, 40, 90, 150])
def test_eight_bytes_of_one_member_flipped(step: int) -> None:
    damaged = bytearray(PACKED)
    start = sum(map(len, MEMBERS[:3])) + step
    for position in range(start, start + 8):
        damaged[position] ^= 0xFF
    assert digests(bytes(damaged)) == [sha256(one) for one in TEN if one != TEN[3]]
    assert len(damages(bytes(damaged))) == 1
    assert_tiled(bytes(damaged))


def test_a_plain_header_overwritten() -> None:
    start = len(b"".join(TEN[:3]))
    damaged = PLAIN[:start] + bytes(8) + PLAIN[start + 8 :]
    assert digests(damaged) == [sha256(one) for one in TEN if one != TEN[3]]
    assert damages(damaged) == ["garbage"]


def test_a_file_cut_inside_the_eighth_record() -> None:
    packed = PACKED[: sum(map(len, MEMBERS[:7])) + 100]
    plain = PLAIN[: sum(map(len, TEN[:7])) + 500]
    for cut in (packed, plain):
        assert digests(cut) == [sha256(one) for one in TEN[:7]]
        assert damages(cut) == ["truncated"]
        assert_tiled(cut)


@pytest.mark.parametrize("units", [TEN, MEMBERS], ids=["plain", "gzip"])
def test_a_file_cut_anywhere_with_another_behind_it(units: list[bytes]) -> None:
    for cut in range(len(units[1])):
        joined = units[0] + units[1][:cut] + b"".join(units[2:])
        assert_costs_one(joined, {1})


def test_a_field_that_ends_in_a_version_is_a_field() -> None:
    odd = TEN[1].replace(b"WARC-Date", b"X-Written-As: WARC/1.0\r\nWARC-Date", 1)
    assert digests(TEN[0] + odd + TEN[2]) == [sha256(TEN[0]), sha256(odd), sha256(TEN[2])]


def test_a_file_of_random_bytes_is_one_damage() -> None:
    junk = noise(7, 5000)
    for data in (junk, b"\x1f\x8b\x08\x00" + junk):
        assert (digests(data), len(damages(data))) == ([], 1)
        assert_tiled(data)


# ---- a declared length is a claim ------------------------------------------------------------------------------


WRONG = [
    str(LENGTH + 9),
    str(LENGTH + 77),
    "999999999",
    "99999999999999999999",
    "-1",
    "",
    None,
    "many",
    "12 34",
    "0x10",
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("length", WRONG)
def test_a_wrong_length_costs_one_record(length: str | None, packed: bool) -> None:  # noqa: FBT001 - parametrised
    parts = [*TEN[:3], record(3, length=length), *TEN[4:]]
    data = b"".join(gzip.compress(one, mtime=0) if packed else one for one in parts)
    assert digests(data) == [sha256(one) for one in TEN if one != TEN[3]]
    assert len(damages(data)) == 1
    assert_tiled(data)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_length_too_short_by_any_figure_costs_one_record(packed: bool) -> None:  # noqa: FBT001 - parametrised
    for length in range(LENGTH):
        parts = [*TEN[:3], record(3, length=str(length)), *TEN[4:]]
        data = b"".join([*MEMBERS[:3], gzip.compress(parts[3], mtime=0), *MEMBERS[4:]] if packed else parts)
        assert digests(data) == [sha256(one) for one in TEN if one != TEN[3]], length
        assert len(damages(data)) == 1
        assert_tiled(data)


def test_a_length_that_takes_in_the_newlines_loses_nothing() -> None:
    for surplus in range(1, 5):
        long = record(3, length=str(LENGTH + surplus))
        data = b"".join([*TEN[:3], long, *TEN[4:6], *MEMBERS[6:]])
        assert digests(data) == [sha256(one) for one in (*TEN[:3], long, *TEN[4:])]
        (flagged,) = [found for found in captures(data) if isinstance(found, Capture) and found.flags]
        assert flagged.flags == ("block-digest-mismatch",)


def bare(number: int, missing: int = 0, *, digest: bool = False) -> bytes:
    """A record whose CR LF were made LF, with its length as it was before, and less ``missing``."""
    made = record(number, digest=digest)
    length = len(made.partition(b"\r\n\r\n")[2]) - 4 - missing
    return made.replace(f"Content-Length: {LENGTH}".encode(), f"Content-Length: {length}".encode()).replace(b"\r\n", b"\n")


def test_bare_newlines_whose_lengths_count_the_old_ones() -> None:
    parts = [bare(number) for number in range(5)]
    data = b"".join(parts)
    assert digests(data) == [sha256(one) for one in parts]
    assert damages(data) == []
    found = [one for one in captures(data) if isinstance(one, Capture)]
    assert {one.flags for one in found} == {("content-length-mismatch",)}
    assert [one.payload for one in found] == [body(number).replace(b"\r\n", b"\n") for number in range(5)]
    assert_tiled(data)


def test_bare_newlines_with_a_length_that_is_wrong() -> None:
    for wrong in (bare(1, 40), bare(1, -40), bare(1, digest=True)):
        data = b"".join((bare(0), wrong, bare(2)))
        assert digests(data) == [sha256(bare(0)), sha256(bare(2))]
        assert damages(data) == ["content-length"]
        assert_tiled(data)
    assert damages(bare(0) + bare(1)[:-9]) == ["truncated"]


@pytest.mark.parametrize("swallowed", [1, 2, 6])
def test_a_length_that_ends_where_a_later_record_ends(swallowed: int) -> None:
    length = LENGTH + sum(map(len, TEN[4 : 4 + swallowed]))
    data = b"".join([*TEN[:3], record(3, length=str(length)), *TEN[4:]])
    assert digests(data) == [sha256(one) for one in TEN if one != TEN[3]]
    assert damages(data) == ["content-length"]
    assert_tiled(data)


def test_a_length_that_ends_at_a_blank_line_of_the_next_record() -> None:
    for digest in (True, False):
        length = LENGTH + 4 + TEN[4].index(b"\r\n\r\n")
        data = b"".join([*TEN[:3], record(3, length=str(length), digest=digest), *TEN[4:]])
        assert digests(data) == [sha256(one) for one in TEN if one != TEN[3]]
        assert damages(data) == ["content-length"]


def test_a_gzipped_body_is_not_taken_for_the_next_member() -> None:
    coded = record(3, payload=gzip.compress(body(3), mtime=0))
    short = len(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    wrong = record(3, payload=gzip.compress(body(3), mtime=0), length=str(short))
    assert digests(b"".join([*TEN[:3], coded, *TEN[4:]])) == [sha256(one) for one in (*TEN[:3], coded, *TEN[4:])]
    assert digests(b"".join([*TEN[:3], wrong, *TEN[4:]])) == [sha256(one) for one in TEN if one != TEN[3]]


def test_a_warc_file_as_a_payload_stays_one_record() -> None:
    for digest in (True, False):
        nested = record(3, payload=b"".join(TEN[4:7]), digest=digest)
        parts = [*TEN[:3], nested, *TEN[7:]]
        for data in (b"".join(parts), b"".join(gzip.compress(one, mtime=0) for one in parts)):
            assert digests(data) == [sha256(one) for one in parts]
            assert damages(data) == []


# ---- shapes of files -------------------------------------------------------------------------------------------


def blocks(data: bytes, size: int) -> bytes:
    """``data`` as gzip members of ``size`` bytes each, wherever records begin, and an empty one at the end."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(gzip.compress(piece, mtime=0) for piece in (*pieces, b""))


LARGE = [record(number, payload=noise(number, 30_000)) for number in range(10)]
SHAPES: dict[str, tuple[list[bytes], bytes]] = {
    "plain": (TEN, PLAIN),
    "a member a record": (TEN, PACKED),
    "one member": (TEN, gzip.compress(PLAIN, mtime=0)),
    "two members of five": (TEN, gzip.compress(b"".join(TEN[:5]), mtime=0) + gzip.compress(b"".join(TEN[5:]), mtime=0)),
    "blocks of 64 KB": (LARGE, blocks(b"".join(LARGE), 65_280)),
    "blocks of 100 bytes": (TEN, blocks(PLAIN, 100)),
    "blocks of 7 bytes": (TEN[:3], blocks(b"".join(TEN[:3]), 7)),
    "plain, then gzip": (TEN, b"".join(TEN[:4] + MEMBERS[4:])),
    "gzip, then plain": (TEN, b"".join(MEMBERS[:4] + TEN[4:])),
    "by turns": (TEN, b"".join(MEMBERS[n] if n % 2 else TEN[n] for n in range(10))),
    "larger than a read": (LARGE, b"".join(gzip.compress(one, mtime=0) for one in LARGE)),
}
for _name, _options in {
    "LF only": {"newline": b"\n"},
    "no newlines between": {"end": 0},
    "one newline between": {"end": 1},
    "five newlines between": {"end": 5},
    "WARC/0.17": {"version": "WARC/0.17"},
    "WARC/0.18": {"version": "WARC/0.18"},
    "WARC/1.0": {"version": "WARC/1.0"},
    "warc/1.0": {"version": "warc/1.0"},
}.items():
    _parts = [record(_number, **_options) for _number in range(10)]  # type: ignore[arg-type]
    SHAPES[_name] = (_parts, b"".join(_parts))
    SHAPES[_name + ", gzip"] = (_parts, b"".join(gzip.compress(one, mtime=0) for one in _parts))


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_read_whole(name: str) -> None:
    parts, data = SHAPES[name]
    assert digests(data) == [sha256(part) for part in parts]
    assert damages(data) == []
    assert_tiled(data)
    assert_read_again(data)


@pytest.mark.parametrize("name", SHAPES)
def test_captures_of_every_shape_know_their_place(name: str) -> None:
    parts, data = SHAPES[name]
    found = captures(data)
    assert [one.payload for one in found if isinstance(one, Capture)] == [
        part[part.index(b"text/html\r\n\r\n") + 13 :].rstrip(b"\r\n") for part in parts
    ]
    for one in found:
        assert isinstance(one, Capture)
        assert one.locator is not None
        assert (one.locator.path, one.origin.offset) == ("a.warc", one.locator.offset)
        assert one.flags == ()


def test_records_of_many_megabytes_in_one_member() -> None:
    parts = [record(number, payload=noise(number, 6 << 20)) for number in range(3)]
    data = gzip.compress(b"".join(parts), 1, mtime=0)
    assert digests(data) == [sha256(part) for part in parts]
    assert_read_again(data)


def test_a_byte_order_mark_and_zeros_are_named() -> None:
    data = b"\xef\xbb\xbf" + PLAIN
    assert digests(data) == [sha256(one) for one in TEN]
    assert damages(data) == ["garbage"]
    zeros = b"".join([*MEMBERS[:3], bytes(512), *MEMBERS[3:5], bytes(1), *MEMBERS[5:], bytes(10)])
    assert digests(zeros) == [sha256(one) for one in TEN]
    assert [place.length for item, place in scan(zeros) if isinstance(item, Gap)] == [512, 1, 10]
    for one in (data, zeros):
        assert_tiled(one)
        assert_read_again(one)


def test_one_member_that_breaks_off_gives_what_is_in_front() -> None:
    large = [record(number, payload=noise(number, 50_000)) for number in range(10)]
    whole = gzip.compress(b"".join(large), mtime=0)
    cut, wrong = whole[:420_000], whole[:-8] + bytes(8)
    for damaged, count in ((cut, 8), (wrong, 10)):  # the records say by their digests that they are sound
        assert digests(damaged) == [sha256(one) for one in large[:count]]
        assert len(damages(damaged)) == 1
        assert_tiled(damaged)
        assert_read_again(damaged)


def test_a_damaged_run_does_not_hide_the_members_behind_it() -> None:
    large = [record(number, payload=noise(number, 50_000)) for number in range(10)]
    run = gzip.compress(b"".join(large), mtime=0)
    for position in range(10, len(run), 9973):
        damaged = bytearray(run + PACKED)
        damaged[position] ^= 0xFF
        found = digests(bytes(damaged))
        assert found[-10:] == [sha256(one) for one in TEN]
        assert_tiled(bytes(damaged))
        assert_read_again(bytes(damaged))


@pytest.mark.parametrize("digested", [True, False])
@pytest.mark.parametrize("size", [1, 3000])
def test_a_flipped_byte_in_a_member_of_many_records(size: int, *, digested: bool) -> None:
    """Whatever is in front of the damage is read, also of the same 64 KiB; nothing wrong passes where a digest tells."""
    blocks = [body(number) + noise(number, size).hex().encode() for number in range(40)]
    records = []
    for number, block in enumerate(blocks):
        digest = {"WARC-Block-Digest": "sha256:" + sha256(block).hex()} if digested else {}
        records.append(making.record(block, uri=f"https://a.example/{number}", kind="resource", fields=digest))
    data = gzip.compress(b"".join(records), mtime=0)
    wanted = [sha256(one) for one in records]
    ends = list(accumulate(map(len, records)))
    for at in (len(data) // 4, len(data) // 2, len(data) * 9 // 10):
        damaged = bytearray(data)
        damaged[at] ^= 0x41
        in_front = len(zlib.decompressobj(31).decompress(data[:at])) - 100  # the next record's first line among it
        whole = bisect(ends, in_front)
        assert whole >= 5
        assert digests(bytes(damaged))[:whole] == wanted[:whole]
        assert_read_again(bytes(damaged))
        for one in captures(bytes(damaged)):
            if isinstance(one, Capture) and b"\r\nWARC-Block-Digest:" in one.head:
                assert one.block in blocks


def test_a_wrong_checksum_alone_costs_no_record_whose_digest_proves_it() -> None:
    records = [making.record(body(n), kind="resource", fields={"WARC-Block-Digest": "sha256:" + sha256(body(n)).hex()})
               for n in range(5)]  # fmt: skip
    data = bytearray(gzip.compress(b"".join(records), mtime=0))
    data[-6] ^= 1
    found = scan(bytes(data))
    assert [isinstance(item, Gap) for item, _ in found] == [False] * 5 + [True]
    assert "incorrect data check" in cast("Gap", found[-1][0]).detail


def test_a_record_over_the_limit_is_digested_but_not_held() -> None:
    for limits in (Limits(record_bytes=1000), Limits(record_bytes=20_000, header_bytes=4096)):
        for data in (
            b"".join(LARGE),
            b"".join(gzip.compress(one, mtime=0) for one in LARGE),
            blocks(b"".join(LARGE), 999),
        ):
            assert digests(data, limits) == [sha256(one) for one in LARGE]
            assert_tiled(data, limits)
            assert_read_again(data, limits)
            for whole, over in zip(captures(data), captures(data, limits), strict=True):
                assert isinstance(whole, Capture)
                assert isinstance(over, Capture)
                assert (over.block, over.payload) == (None, None)
                for name in ("record_sha256", "block_sha256", "payload_sha256", "payload_length", "http_head", "flags"):
                    assert getattr(over, name) == getattr(whole, name), name


@pytest.mark.parametrize("body", [b"5\r\nhello\r\n0\r\n\r\n", b"hello", b"3\r\nhello\r\n0\r\n\r\n", b"9\r\nhello"])
@pytest.mark.parametrize("digested", ["payload", "body", "nothing"])
def test_a_chunked_body_over_the_limit_is_as_one_that_is_held(body: bytes, digested: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    what = {"payload": b"hello", "body": body}.get(digested, b"")
    fields = [("WARC-Type", "response"), ("Content-Type", "application/http"),
              ("WARC-Payload-Digest", "sha256:" + sha256(what).hex())]  # fmt: skip
    raw = wrapping.record(fields, head + body)
    data = raw.head + (raw.block or b"") + raw.trailer
    (whole,) = captures(data)
    (found,) = captures(data, Limits(record_bytes=10))
    assert isinstance(whole, Capture)
    assert isinstance(found, Capture)
    assert replace(found, payload=whole.payload, block=whole.block) == whole
    assert b"".join(records.payload_pieces(found)) == whole.payload


def test_no_record_lies_beside_its_place() -> None:
    for data in (PLAIN, PACKED):
        (_, first), *_ = scan(data)
        for offset, length in ((1, first.length), (0, first.length - 9), (len(data) + 5, 9)):
            wrong = Locator(path="", offset=offset, length=length, unpacked_offset=first.unpacked_offset,
                            unpacked_length=length)  # fmt: skip
            with pytest.raises(Unreadable):
                warc.read_at(BytesIO(data), wrong, LIMITS)


# ---- bounds ----------------------------------------------------------------------------------------------------


def zeros(count: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(count)]) + packer.flush()


def test_a_bomb_stops_within_little_memory() -> None:
    data = MEMBERS[0] + zeros(100) + MEMBERS[1]
    limits = Limits(record_bytes=1 << 20)
    tracemalloc.start()
    try:
        found = scan(data, limits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [item.reason if isinstance(item, Gap) else "" for item, _ in found] == ["", "bomb", ""]
    assert peak < 32 << 20
    assert_tiled(data, limits)


def test_work_grows_with_the_size_of_the_file() -> None:
    empty = gzip.compress(b"", mtime=0)
    files = {
        "gzip magics": b"\x1f\x8b\x08\x00" * 50_000,
        "members of nothing": empty * 10_000,
        "magics in a member": gzip.compress(b"\x1f\x8b\x08\x00\0\0\0\0\0\x03" * 20_000, mtime=0),
        "headers without an end": b"WARC/1.1\r\nX: y\r\n" * 10_000,
        "false records": b"WARC/1.1\r\nContent-Length: 999999999\r\n\r\n" * 10_000,
        "false records in a member": gzip.compress(b"WARC/1.1\r\nContent-Length: 999999999\r\n\r\n" * 10_000, mtime=0),
        "records that claim all the rest": b"".join(
            b"WARC/1.1\r\nWARC-Block-Digest: md5:" + b"0" * 32 + b"\r\nContent-Length: %09d\r\n\r\n"
            % ((9_999 - number) * 98) for number in range(10_000)
        ),
        "newlines": b"\r\n" * 500_000,
        "a header of one line": b"WARC/1.1\r\nX: " + b"y" * 3_000_000,
    }  # fmt: skip
    for name, data in files.items():
        found = scan(data)  # what is quadratic in these would take minutes
        assert sum(isinstance(item, Gap) for item, _ in found) >= 1 or name == "records that claim all the rest", name
        assert_tiled(data)


# ---- captures --------------------------------------------------------------------------------------------------


def captures(data: bytes, limits: Limits = LIMITS, *, in_place: bool = True) -> list[Capture | Damage]:
    opened = Opened(file=BytesIO(data), size=len(data), origin=Origin(path="a.warc"), in_place=in_place)
    found = list(warc.SOURCE.captures(opened, ReadOptions(limits=limits)))
    assert not any(isinstance(one, Skip) for one in found)
    return [one for one in found if not isinstance(one, Skip)]


def test_damage_has_its_place_and_digest() -> None:
    junk = b"no record at all"
    for data, start in ((TEN[0] + junk + TEN[1], len(TEN[0])), (MEMBERS[0] + junk + MEMBERS[1], len(MEMBERS[0]))):
        _, found, _ = captures(data)
        assert isinstance(found, Damage)
        assert (found.offset, found.length, found.sha256) == (start, len(junk), sha256(junk))
        assert found.origin == Origin(path="a.warc", offset=start)


def test_records_inside_a_container_have_no_place_of_their_own() -> None:
    assert [one.locator for one in captures(PACKED, in_place=False) if isinstance(one, Capture)] == [None] * 10


@pytest.mark.parametrize("head", [PLAIN[:4096], PACKED[:4096], b"\xef\xbb\xbf" + PLAIN[:4096], b"\r\n" + PLAIN[:100]])
def test_warc_files_are_known_by_their_bytes(head: bytes) -> None:
    assert warc.SOURCE.recognises(head, "no-suffix")


def test_other_bytes_are_no_warc_file() -> None:
    for head in (b"", b"<html>", b"WARC is a format", gzip.compress(b"<html>", mtime=0)):
        assert not warc.SOURCE.recognises(head, "no-suffix")
    assert not warc.SOURCE.recognises(b"<html>", "a.warc")


def test_a_name_helps_where_the_first_record_is_damaged() -> None:
    assert warc.SOURCE.recognises(b"junk" + PLAIN[:4096], "a.warc")
    assert warc.SOURCE.recognises(PACKED[:20] + bytes(100), "a.warc.gz")


# ---- what is written is what is read ---------------------------------------------------------------------------


def new_captures() -> Iterator[st.SearchStrategy[object]]:
    text = st.text(max_size=60)
    yield st.builds(Origin, path=st.just("in.jsonl"), member=st.none() | text, line=st.none() | st.integers(1, 9))
    yield st.binary(max_size=3000)
    yield st.sampled_from(["text/html", "text/plain", "application/xhtml+xml"])
    yield st.none() | text | st.sampled_from(["https://kelmouth.example/a b", "http://käse.example/<x>"])
    yield st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - made UTC below
    yield st.sampled_from(["second", "day", "month", "year"])
    yield st.sampled_from(["header", "field", "option", "mtime"])
    yield st.none() | st.integers(100, 599)
    yield st.lists(st.tuples(text, text), max_size=4).map(tuple)
    yield st.lists(st.sampled_from(["time-zone-assumed", "re-encoded"]), max_size=2, unique=True).map(tuple)


NAMES = ("origin", "payload", "media_type", "url", "captured_at", "captured_at_precision", "captured_at_origin",
         "http_status", "http_headers", "flags")  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.tuples(*new_captures()))
def test_any_capture_written_and_read_back_is_itself(stated: tuple[object, ...]) -> None:
    given_values = dict(zip(NAMES, stated, strict=True))
    moment = given_values["captured_at"]
    assert isinstance(moment, datetime)
    made = wrapping.new_capture(**given_values | {"captured_at": moment.replace(tzinfo=UTC)})  # type: ignore[arg-type]
    assert made.payload == given_values["payload"]
    member = BytesIO()
    length, unpacked = wrapping.write_member(member, [made.head, made.block or b"", made.trailer])
    ((item, locator),) = scan(member.getvalue())
    assert (locator.length, locator.unpacked_length) == (length, unpacked)
    assert isinstance(item, Placed)
    read = records.capture_from(item.raw, made.origin, made.locator, wrapped=made.wrapped)
    assert read == made


@pytest.mark.parametrize("place", range(40))
def test_a_damaged_first_byte_does_not_hide_the_file(place: int) -> None:
    for name, data in (("a.warc.gz", PACKED), ("a.warc", PLAIN), ("a", PLAIN)):
        hurt = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        assert warc.SOURCE.recognises(hurt[: 1 << 16], name)


@pytest.mark.parametrize("cut", [1, 5, 100, 200])
def test_a_file_that_a_crawler_still_writes_gives_its_whole_records(cut: int) -> None:
    for name, whole, last in (("a.warc.gz.open", PACKED, MEMBERS[9]), ("a.warc.open", PLAIN, TEN[9])):
        data = whole[: len(whole) - len(last) + cut]
        assert warc.SOURCE.recognises(data[: 1 << 16], name)
        assert digests(data) == [sha256(one) for one in TEN[:9]]
        assert len(damages(data)) == 1
        assert_tiled(data)

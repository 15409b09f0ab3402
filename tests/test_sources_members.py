"""Gzip members, inflated under a bound."""

from __future__ import annotations

import gzip
import random
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Limits
from archive.sources.members import APART, ReadAt, Run, Unpacked, inflate_member, measure_run, peek
from archive.sources.records import WARC

LIMITS = Limits()
RECORD = b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - not for secrets


def reader(data: bytes) -> ReadAt:
    return lambda at, length: data[at : at + length]


def members(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def test_the_first_bytes_of_a_member() -> None:
    assert peek(reader(b"x" + members(RECORD * 9)), 1) == (RECORD * 9)[:64]
    assert peek(reader(b"no member"), 0) == b""
    assert peek(reader(b""), 0) == b""


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 300_000])
def test_a_member_as_a_whole(size: int) -> None:
    content = noise(1, size)
    data = b"before" + members(content) + b"behind"
    found = inflate_member(reader(data), 6, len(data), 1 << 20)
    assert (found.data, found.whole, found.error) == (content, True, "")
    assert found.length == len(data) - 12


def test_a_member_over_the_bound_is_not_inflated_further() -> None:
    data = members(bytes(10 << 20))
    found = inflate_member(reader(data), 0, len(data), 1000)
    assert (found.whole, found.error) == (False, "")
    assert len(found.data) <= 1001


def test_a_member_that_is_cut_or_wrong() -> None:
    data = members(b"The ferry sails on Tuesday.")
    for cut in range(1, len(data)):
        assert inflate_member(reader(data[:cut]), 0, cut, 99).error == "the gzip member is cut off"
    wrong = data[:-8] + bytes(8)
    assert inflate_member(reader(wrong), 0, len(wrong), 99).error.startswith("gzip: ")


def test_a_run_ends_before_a_member_that_starts_with_a_record() -> None:
    first, second = members(RECORD + b"WARC/1.1\r\nContent-", b"Length: 0\r\n\r\n", b""), members(RECORD)
    data = first + second + b"\0" * 9
    assert measure_run(reader(data), 0, len(data), LIMITS, WARC.opens) == Run(end=len(first), size=len(RECORD) + 31, error="")
    assert measure_run(reader(data), len(first), len(data), LIMITS, WARC.opens) == Run(
        end=len(first + second), size=len(RECORD), error=""
    )


def test_a_run_that_breaks_off() -> None:
    data = members(noise(1, 200_000))
    cut = measure_run(reader(data[:150_000]), 0, 150_000, LIMITS, WARC.opens)
    assert (cut.end, cut.error) == (150_000, "the gzip member is cut off")
    assert 140_000 < cut.size < 150_000
    wrong = measure_run(reader(data[:-8] + bytes(8)), 0, len(data), LIMITS, WARC.opens)
    assert wrong.error.startswith("gzip: ")
    assert wrong.size <= 200_000


def test_a_bomb_is_told_from_its_ratio() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    data = b"".join([packer.compress(bytes(1 << 20)) for _ in range(80)]) + packer.flush()
    found = measure_run(reader(data), 0, len(data), LIMITS, WARC.opens)
    assert found.error.startswith("bomb: ")
    assert found.size < 70 << 20
    assert measure_run(reader(data), 0, len(data), Limits(ratio=2000), WARC.opens).size == 80 << 20


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 90_000)), max_size=12))
def test_a_run_can_be_read_at_any_place(reads: list[tuple[int, int]]) -> None:
    content = noise(2, 500_000)
    data = members(content[:90_000], b"", content[90_000:90_100], content[90_100:])
    file = Unpacked(reader(data), 0, Run(end=len(data), size=len(content), error=""))
    for position, length in reads:
        assert file.seek(position) == position
        assert file.read(length) == content[position : position + length]
    assert file.seek(-10, 2) == len(content) - 10
    assert file.read(99) == content[-10:]


def test_far_jumps_in_a_long_run_give_the_right_bytes() -> None:
    content = noise(4, 24 << 20)
    data = gzip.compress(content, 1, mtime=0)
    file = Unpacked(reader(data), 0, Run(end=len(data), size=len(content), error=""))
    for megabyte in (20, 1, 23, 17, 16, 5, 22, 0):
        position = (megabyte << 20) + 77
        file.seek(position)
        assert file.read(500) == content[position : position + 500]


def test_going_back_costs_no_new_beginning() -> None:
    size = 6 * APART
    data = members(noise(5, 1000) * (size // 1000 + 1))
    seen: list[int] = []

    def counted(at: int, length: int) -> bytes:
        seen.append(at)
        return data[at : at + length]

    file = Unpacked(counted, 0, Run(end=len(data), size=size, error=""))
    file.seek(size - 10)
    file.read(10)
    seen.clear()
    file.seek(size - APART)
    assert len(file.read(10)) == 10
    assert 0 not in seen
    file.seek(0)
    assert file.read(10) == noise(5, 1000)[:10]
    assert seen[-1] == 0


def test_a_file_over_members_is_what_gzip_reads() -> None:
    data = members(RECORD, noise(3, 9000), RECORD)
    whole = gzip.GzipFile(fileobj=BytesIO(data)).read()
    assert Unpacked(reader(data), 0, Run(end=len(data), size=len(whole), error="")).read(len(whole)) == whole

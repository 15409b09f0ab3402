"""Packed files around one other."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import random
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, dump, jsonl, packed, page, tarred, unpack, warc, zipped

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
PAGE = b"<!doctype html><html><head><title>Harbour</title></head><body><p>The budget was cut.</p></body></html>"
LINES = b"".join(
    b'{"url": "https://news.example/%d", "text": "The harbour budget was cut, part %d."}\n' % (i, i) for i in range(40)
)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "lz4": lz4.frame.compress,
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    every = (warc.SOURCE, zipped.SOURCE, tarred.SOURCE, packed.SOURCE, jsonl.SOURCE, page.SOURCE, dump.SOURCE)
    monkeypatch.setattr(sources, "_sources", lambda: every)


def read(data: bytes, name: str, options: ReadOptions | None = None) -> list[Capture | Damage | Skip]:
    origin = Origin(path=name, modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    return list(sources.captures(opened, options or ReadOptions()))


def payloads(found: list[Capture | Damage | Skip]) -> list[bytes | None]:
    return [one.payload for one in found if isinstance(one, Capture)]


@pytest.mark.parametrize("suffix", PACKERS)
def test_what_is_inside_is_read(suffix: str) -> None:
    pack = PACKERS[suffix]
    (found,) = read(pack(PAGE), f"a.html.{suffix}")
    assert isinstance(found, Capture)
    assert (found.payload, found.origin.path, found.origin.member) == (PAGE, f"a.html.{suffix}", None)
    assert len(payloads(read(pack(LINES), f"a.jsonl.{suffix}"))) == 40
    assert payloads(read(pack(PAGE[:50]) + pack(PAGE[50:]), f"a.html.{suffix}")) == [PAGE]


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_stream_that_is_cut_off_ends_in_one_damage(suffix: str) -> None:
    pack = PACKERS[suffix]
    *lines, last = read(pack(LINES)[:-12], f"a.jsonl.{suffix}")
    assert all(isinstance(line, Capture) for line in lines)
    assert isinstance(last, Damage)
    assert last.reason == "truncated"
    assert "unpacked" in last.detail


def test_a_cut_gzip_gives_its_whole_lines() -> None:
    *lines, last = read(gzip.compress(LINES, mtime=0)[:-30], "a.jsonl.gz")
    assert len(lines) > 5
    assert isinstance(last, Damage)
    cut = LINES[last.offset : last.offset + last.length]
    assert b"\n" not in cut
    assert last.sha256 == hashlib.sha256(cut).digest()


def test_what_an_xz_stream_holds_in_front_of_damage_is_read() -> None:
    data = bytearray(lzma.compress(random.Random(1).randbytes(150_000).hex().encode()))  # noqa: S311 - nothing secret
    place = len(data) * 2 // 3
    sound = lzma.LZMADecompressor().decompress(bytes(data[:place]))
    data[place : place + 40] = b"\xff" * 40
    found: list[bytes] = []
    with pytest.raises(unpack.Broken):
        found.extend(packed.unpacked(BytesIO(bytes(data)), "xz"))
    whole = b"".join(found)
    assert len(whole) > len(sound) - (1 << 14)
    assert sound[: len(whole)] == whole[: len(sound)]


def test_a_page_whose_checksum_is_wrong_is_a_damage() -> None:
    data = bytearray(gzip.compress(PAGE))
    data[-6] ^= 1
    (found,) = read(bytes(data), "a.html.gz")
    assert isinstance(found, Damage)
    assert (found.reason, found.length, found.sha256) == ("checksum", len(PAGE), hashlib.sha256(PAGE).digest())


def test_a_cut_page_is_flagged() -> None:
    whole = b"".join(b"<p>Paragraph %d</p>" % i for i in range(2000))
    found, damage = read(gzip.compress(PAGE + whole)[:-500], "a.html.gz")
    assert isinstance(found, Capture)
    assert isinstance(damage, Damage)
    assert "truncated" in found.flags
    assert (PAGE + whole).startswith(found.payload or b"-")


def test_garbage_and_padding_behind() -> None:
    page_found, damage = read(gzip.compress(PAGE) + b"garbage", "a.html.gz")
    assert isinstance(page_found, Capture)
    assert isinstance(damage, Damage)
    assert damage.reason == "garbage"
    assert len(read(gzip.compress(PAGE) + bytes(600), "a.html.gz")) == 1


def test_skippable_frames_are_passed_over_wherever_they_stand() -> None:
    skipped = b"\x53\x2a\x4d\x18\x05\0\0\0index"
    for pack, suffix in ((zstandard.compress, "zst"), (lz4.frame.compress, "lz4")):
        data = skipped + pack(PAGE[:40]) + skipped + skipped + pack(PAGE[40:]) + skipped
        assert payloads(read(data, f"a.html.{suffix}")) == [PAGE]
        (found,) = read(skipped, f"a.html.{suffix}")
        assert isinstance(found, Skip)
        assert found.reason == "an empty file"


def test_a_dictionary_in_front_is_used() -> None:
    words = zstandard.ZstdCompressionDict(PAGE)
    packed_page = zstandard.ZstdCompressor(dict_data=words).compress(PAGE)
    data = b"\x5d\x2a\x4d\x18" + len(PAGE).to_bytes(4, "little") + PAGE + packed_page
    assert len(packed_page) < len(PAGE) // 2
    assert payloads(read(data, "a.html.zst")) == [PAGE]


def test_the_legacy_format_of_lz4_is_named() -> None:
    (found,) = read(b"\x02\x21\x4c\x18" + bytes(50), "a.html.lz4")
    assert isinstance(found, Skip)
    assert "legacy" in found.reason


def test_a_file_of_less_than_a_magic_is_cut_off() -> None:
    for start, name in ((b"\x1f", "a.html.gz"), (b"(", "a.html.zst"), (b"\xfd7z", "a.html.xz"), (b"BZ", "a.html.bz2"), (b"\x04\x22", "a.html.lz4")):
        (found,) = read(start, name)
        assert isinstance(found, Damage)
        assert found.reason == "truncated"


def test_a_bomb_is_skipped_with_its_figures() -> None:
    data = gzip.compress(b"<html>" + bytes(100 << 20), 9)
    (found,) = read(data, "a.html.gz", ReadOptions(limits=Limits(ratio=10)))
    assert isinstance(found, Skip)
    assert found.kind == "bomb"
    assert str(len(data)) in found.reason


def test_too_many_layers() -> None:
    data = PAGE
    for _ in range(6):
        data = gzip.compress(data)
    (found,) = read(data, "a.gz")
    assert isinstance(found, Skip)
    assert "4 times" in found.reason


def test_a_packed_image_is_skipped_with_the_digest_of_the_file() -> None:
    data = gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (found,) = read(data, "a.png.gz")
    assert isinstance(found, Skip)
    assert (found.reason, found.length, found.sha256) == ("a PNG image", len(data), hashlib.sha256(data).digest())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PACKERS)), st.integers(0, 10**6), st.integers(1, 255), st.integers(0, 40))
def test_a_damaged_stream_never_raises(suffix: str, place: int, flip: int, cut: int) -> None:
    data = bytearray(PACKERS[suffix](LINES))
    data[place % len(data)] ^= flip
    found = read(bytes(data[: len(data) - cut]), f"a.jsonl.{suffix}")
    assert found


@settings(deadline=None)
@given(st.binary(max_size=5000), st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 3000)), max_size=12))
def test_the_stream_is_a_file(data: bytes, steps: list[tuple[int, int]]) -> None:
    def pieces() -> list[bytes]:
        return [data[i : i + 700] for i in range(0, len(data), 700)]

    plain, stream = BytesIO(data), unpack.Unpacking(lambda: iter(pieces()), unpack.Budget(len(data), Limits()))
    for place, length in steps:
        assert stream.seek(place) == plain.seek(place)
        assert stream.read(length) == plain.read(length)
    assert stream.seek(0, 2) == len(data)


def test_going_back_often_is_linear() -> None:
    piece, opened = bytes(1 << 20), []

    def pieces() -> list[bytes]:
        opened.append(1)
        return [piece] * 24

    stream = unpack.Unpacking(lambda: iter(pieces()), unpack.Budget(1 << 20, Limits()))
    for _ in range(50):
        stream.seek(20 << 20)
        assert stream.read(10) == bytes(10)
        stream.seek(5)
        assert stream.read(10) == bytes(10)
    assert len(opened) <= 4
    stream.close()

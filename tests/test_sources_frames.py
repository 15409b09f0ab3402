"""Zstd and LZ4 files of records: a damaged frame costs the records in it."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, arc, dump, frames, packed, warc
from archive.sources.decoders import Packing
from archive.sources.records import WARC
from archive.sources.unpack import FREE
from tests import making

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
TEN = making.responses(range(10))
ARCS: list[bytes] = [making.filedesc(), *(making.arc_record(making.http(making.page(n)), url=f"http://a.example/{n}") for n in range(9))]
RECORDS: dict[str, list[bytes]] = {"warc": TEN, "arc": ARCS}


def skippable(content: bytes, kind: int = 0) -> bytes:
    return struct.pack("<LL", 0x184D2A50 + kind, len(content)) + content


@cache
def words() -> zstandard.ZstdCompressionDict:
    return zstandard.train_dictionary(1 << 13, [*making.responses(range(100, 200))])


def zstd(record: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(record)


def with_words(record: bytes) -> bytes:
    return zstandard.ZstdCompressor(dict_data=words(), write_checksum=True).compress(record)


def lz4_frame(record: bytes) -> bytes:
    return bytes(lz4.frame.compress(record, content_checksum=True))


KINDS: dict[str, tuple[Callable[[bytes], bytes], Callable[[], bytes], str]] = {
    "zst": (zstd, lambda: b"", "zst"),
    "dictionary": (with_words, lambda: skippable(words().as_bytes(), 13), "zst"),
    "packed dictionary": (with_words, lambda: skippable(zstd(words().as_bytes()), 13), "zst"),
    "lz4": (lz4_frame, lambda: b"", "lz4"),
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_sources", lambda: (warc.SOURCE, arc.SOURCE, packed.SOURCE, dump.SOURCE))


def read(data: bytes, name: str = "a.warc.zst", limits: Limits | None = None) -> list[Capture | Damage | Skip]:
    opened = Opened(file=BytesIO(data), size=len(data), origin=Origin(path=name, modified=MODIFIED), in_place=True)
    return list(sources.captures(opened, ReadOptions(limits=limits or Limits())))


def uris(found: list[Capture | Damage | Skip]) -> list[str | None]:
    return [one.target_uri for one in found if isinstance(one, Capture)]


def damages(found: list[Capture | Damage | Skip]) -> list[Damage]:
    return [one for one in found if isinstance(one, Damage)]


@pytest.mark.parametrize("form", RECORDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_record_is_read(kind: str, form: str) -> None:
    pack, start, suffix = KINDS[kind]
    frames = [pack(one) for one in RECORDS[form]]
    plain = uris(read(b"".join(RECORDS[form]), "a"))
    assert len(plain) == 10
    some = skippable(b"not for us") + frames[0] + skippable(b"", 15) + b"".join(frames[1:]) + skippable(b"index", 14)
    for data in (b"".join(frames), some[18:], pack(b"".join(RECORDS[form]))):
        found = read(start() + data, f"a.{form}.{suffix}")
        assert uris(found) == plain
        assert damages(found) == []
    if not start():
        assert uris(read(some, "no-suffix")) == plain


def test_a_record_of_many_frames_is_one() -> None:
    data = b"".join(zstd(one[at : at + 900]) for one in TEN for at in range(0, len(one), 900))
    assert uris(read(data)) == uris(read(b"".join(TEN), "a.warc"))


@pytest.mark.parametrize("form", RECORDS)
@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=100, derandomize=True)
@given(data=st.data(), change=st.integers(1, 255))
def test_any_byte_flipped_costs_one_record(kind: str, form: str, data: st.DataObject, change: int) -> None:
    pack, start, suffix = KINDS[kind]
    frames = [pack(one) for one in RECORDS[form]]
    number = data.draw(st.integers(0, 9))
    position = data.draw(st.integers(0, len(frames[number]) - 1))
    hurt = bytearray(frames[number])
    hurt[position] ^= change
    begin = start() + b"".join(frames[:number])
    file = begin + bytes(hurt) + b"".join(frames[number + 1 :])
    found, plain = read(file, f"a.{form}.{suffix}"), uris(read(b"".join(RECORDS[form]), "a"))
    assert [one for one in uris(found) if one != plain[number]] == plain[:number] + plain[number + 1 :]
    lost = damages(found)
    if plain[number] in uris(found):  # the frame's head does not say any more that a checksum follows, or nothing odd
        assert [(one.reason, one.length) for one in lost] in ([], [("garbage", 4)])
        return
    (one,) = lost
    assert (one.offset, one.length) == (len(begin), len(hurt))
    assert one.sha256 == hashlib.sha256(hurt).digest()
    assert one.detail.endswith("of the packed bytes")
    assert found.index(one) == number


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60, derandomize=True)
@given(cut=st.floats(0, 1))
def test_a_file_cut_anywhere_loses_the_record_at_hand(kind: str, cut: float) -> None:
    pack, start, suffix = KINDS[kind]
    frames = [pack(one) for one in TEN]
    ends = [sum(map(len, frames[: number + 1])) for number in range(10)]
    stop = 1 + int(cut * (ends[-1] - 2))
    found = read(start() + b"".join(frames)[:stop], f"a.warc.{suffix}")
    whole = sum(end <= stop for end in ends)
    if whole:
        assert uris(found) == uris(read(b"".join(TEN[:whole]), "a.warc"))
        assert [one.reason for one in damages(found)] == ([] if stop in ends else ["truncated"])
    else:
        assert uris(found) == []
        assert len(found) == 1


def test_garbage_between_frames_is_one_damage() -> None:
    frames = [zstd(one) for one in TEN]
    found = read(b"".join(frames[:4]) + b"rubbish" + b"".join(frames[4:]) + bytes(50))
    assert len(uris(found)) == 10
    (one,) = damages(found)
    assert (one.reason, one.offset, one.length) == ("garbage", len(b"".join(frames[:4])), 7)


def test_a_damaged_frame_of_many_records_gives_those_in_front() -> None:
    noise = [making.record(hashlib.shake_128(bytes([n])).digest(40_000), kind="resource", uri=f"https://n.example/{n}") for n in range(9)]
    hurt = bytearray(zstd(b"".join(noise)))
    hurt[-30_000] ^= 1
    data = bytes(hurt) + b"".join(zstd(one) for one in TEN)
    found = read(data)
    assert uris(found)[-10:] == uris(read(b"".join(TEN), "a.warc"))
    assert uris(found)[:-10] == [f"https://n.example/{n}" for n in range(8)]
    (one,) = damages(found)
    assert (one.offset, one.length) == (0, len(hurt))
    (one,) = damages(read(bytes(hurt)))
    assert one.length == len(hurt)


def test_records_over_the_limit_pass_through() -> None:
    limits = Limits(record_bytes=100, header_bytes=500)
    data = b"".join(zstd(one) for one in TEN)
    found = read(data, limits=limits)
    assert uris(found) == uris(read(data))
    assert all(isinstance(one, Capture) and one.block is None for one in found)
    assert [one.reason for one in damages(read(data[:-3], limits=limits))] == ["truncated"]


def test_a_damaged_or_foreign_dictionary_is_said() -> None:
    frames = b"".join(with_words(one) for one in TEN)
    for start in (b"", skippable(zstd(words().as_bytes())[:-20], 13), skippable(bytes(20), 13), skippable(words().as_bytes()[:300], 13)):
        found = read(start + frames)
        assert uris(found) == []
        assert [type(one) for one in found] == [Damage]
    large = struct.pack("<LL", 0x184D2A5D, 9 << 20) + bytes(9 << 20)
    for start in (large, skippable(zstd(bytes(9 << 20)), 13)):
        (one,) = read(start + frames)
        assert isinstance(one, Damage)
        assert "limit" in one.detail


def test_a_large_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=28)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = packer.compress(TEN[0]) + packer.flush()
    found = read(data + b"".join(zstd(one) for one in TEN[1:]))
    assert len(uris(found)) == 9
    (one,) = damages(found)
    assert one.length == len(data)


def test_a_bomb_stops_at_its_bound() -> None:
    frame = zstd(making.record(bytes(30 << 20)))
    found = read(zstd(TEN[0]) + frame * 5)
    assert len(uris(found)) < 6
    assert [one.reason for one in damages(found)] == ["bomb"]


def test_what_holds_no_records_is_read_as_one_stream() -> None:
    for data in (making.dump(1), b"WARC is a format. " * 20):
        for pack in (zstd, lz4_frame):
            (found,) = read(pack(data[:200]) + pack(data[200:]), "a.txt.zst")
            assert isinstance(found, Capture)
            assert found.payload == data


@pytest.mark.skipif(not shutil.which("zstd"), reason="the command zstd is not installed")
def test_files_of_the_command_are_read(tmp_path: Path) -> None:
    making.put(tmp_path / "words", words().as_bytes())
    making.put(tmp_path / "a.warc", b"".join(TEN))
    for options, start in (([], b""), (["-D", "words"], skippable(words().as_bytes(), 13)), (["--ultra", "-22"], b"")):
        subprocess.run(["zstd", "-q", "-f", *options, "a.warc"], cwd=tmp_path, check=True)
        found = read(start + (tmp_path / "a.warc.zst").read_bytes())
        assert len(uris(found)) == 10
        assert damages(found) == []


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"])
def test_work_grows_with_the_size_of_the_file(magic: bytes) -> None:
    pack = zstd if magic[0] == 0x28 else lz4_frame
    hurt = bytearray(pack(TEN[0] * 3))
    hurt[len(hurt) // 2] ^= 0x55
    for junk in (magic * 200_000, bytes(hurt) * 300, (magic + b"\x64\x40\xa7\x00\x00\x00") * 50_000, (hurt[:30] + magic) * 20_000):
        found = read(pack(TEN[0]) + bytes(junk) + pack(TEN[1]))
        assert uris(found)[0] == "https://warc0.example/0"
        assert damages(found)


def test_what_only_looks_like_frames_is_given_up() -> None:
    """Each of these places takes as much as is left to say that it is none."""
    head = bytes(lz4.frame.compress(b"x", block_size=lz4.frame.BLOCKSIZE_MAX4MB, store_size=False))[:7]
    data = lz4_frame(TEN[0]) + (head + (4_194_300).to_bytes(4, "little")) * 40_000
    packing = Packing(BytesIO(data), "lz4")
    assert frames._next_frame(packing, 1, len(data), WARC) == len(data)
    assert packing.taken < FREE + (frames.VAIN + 1) * len(data)
    opened = Opened(file=BytesIO(data), size=len(data), origin=Origin(path="a.warc.lz4"), in_place=True)
    first, rest = sources.captures(opened, ReadOptions())
    assert isinstance(first, Capture)
    assert isinstance(rest, Damage)
    assert rest.offset + rest.length == len(data)

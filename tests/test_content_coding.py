"""Content codings: what was packed comes back, what lies is found out, what is too large is refused."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import Rejected
from archive.extraction.content_coding import decode_content

LIMIT = 1 << 20
PAGE = b"<!doctype html><title>Ferry</title>" + b"".join(
    b"<p>On day %d the ferry was %d minutes late, the operator said.</p>\n" % (day, day * 37 % 61) for day in range(400)
)


def raw(data: bytes) -> bytes:
    """A deflate stream without zlib's head, as many servers send it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "deflate-raw": raw,
    "br": lambda data: brotli.compress(data, quality=4),
    "zstd": zstandard.compress,
}
names = st.lists(st.sampled_from(sorted(PACK)), min_size=1, max_size=4)


@given(st.text(min_size=1), names)
def test_any_nesting_comes_back(text: str, nesting: list[str]) -> None:
    data = text.encode()
    for name in nesting:
        data = PACK[name](data)
    label = ", ".join(name.removesuffix("-raw") for name in nesting)
    # a text that itself begins as a gzip stream does cannot occur: 0x8b is no UTF-8 after 0x1f
    assert decode_content(data, label, LIMIT)[0] == text.encode()


labels = st.none() | st.sampled_from(["gzip", "br", "deflate", "zstd", "x", "gzip, br", ",,", ""])


@given(st.binary(max_size=400), labels)
def test_any_bytes_raise_nothing_but_rejected(data: bytes, label: str | None) -> None:
    try:
        out, flags = decode_content(data, label, 5000)
    except Rejected as why:
        assert why.reason == "too-large"  # noqa: PT017
    else:
        assert len(out) <= max(5000, len(data))
        assert len(flags) == len(set(flags))


@given(st.sampled_from(sorted(PACK)), st.data())
def test_any_damage_raises_nothing(name: str, data: st.DataObject) -> None:
    packed = bytearray(PACK[name](PAGE))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    decode_content(bytes(packed), name.removesuffix("-raw"), LIMIT)


@pytest.mark.parametrize("label", ["X-GZIP", "gzip", " GZip ", None, "identity, gzip"])
def test_gzip_by_any_name(label: str | None) -> None:
    assert decode_content(gzip.compress(PAGE), label, LIMIT) == (PAGE, ())


@pytest.mark.parametrize("label", ["gzip", "br", "deflate", "zstd", "foo", "gzip, br"])
def test_text_with_a_label_that_lies(label: str) -> None:
    assert decode_content(PAGE, label, LIMIT) == (PAGE, ("content-coding-mislabelled",))


@pytest.mark.parametrize(
    ("name", "label"), [("br", "gzip"), ("gzip", "br"), ("zstd", "gzip"), ("deflate", "br"), ("deflate-raw", "gzip")]
)
def test_another_coding_than_the_label(name: str, label: str) -> None:
    assert decode_content(PACK[name](PAGE), label, LIMIT) == (PAGE, ("content-coding-mislabelled",))


@pytest.mark.parametrize("name", sorted(PACK))
def test_truncated(name: str) -> None:
    packed = PACK[name](PAGE)
    out, flags = decode_content(packed[: len(packed) * 3 // 4], name.removesuffix("-raw"), LIMIT)
    assert flags == ("content-truncated",)
    assert PAGE.startswith(out)
    assert len(out) > len(PAGE) // 3 or name == "zstd"  # zstd gives whole blocks of 128 KB


def test_zstd_truncated_after_a_block() -> None:
    data = random.Random(3).randbytes(300_000).hex().encode()  # noqa: S311
    out, flags = decode_content(zstandard.compress(data)[:-50_000], "zstd", LIMIT)
    assert flags == ("content-truncated",)
    assert data.startswith(out)
    assert len(out) >= 1 << 17


def test_all_members_and_frames() -> None:
    assert decode_content(gzip.compress(PAGE) + gzip.compress(PAGE), "gzip", LIMIT) == (PAGE * 2, ())
    assert decode_content(zstandard.compress(PAGE) + zstandard.compress(PAGE), "zstd", LIMIT) == (PAGE * 2, ())
    assert decode_content(gzip.compress(PAGE) + bytes(512), "gzip", LIMIT) == (PAGE, ())


@pytest.mark.parametrize("name", sorted(PACK))
def test_other_bytes_behind_the_stream(name: str) -> None:
    packed = PACK[name](PAGE) + b"<!-- added by a proxy -->"
    assert decode_content(packed, name.removesuffix("-raw"), LIMIT) == (PAGE, ("content-damaged",))


def test_wrong_checksum_loses_nothing() -> None:
    packed = gzip.compress(PAGE)
    assert decode_content(packed[:-8] + bytes(4) + packed[-4:], "gzip", LIMIT) == (PAGE, ("content-damaged",))


def test_five_layers_are_one_too_many() -> None:
    data = PAGE
    for _ in range(5):
        data = gzip.compress(data, mtime=0)
    assert decode_content(data, None, LIMIT) == (gzip.compress(PAGE, mtime=0), ("content-coding-unknown",))


def test_binary_stays_as_it_is() -> None:
    data = b"\x00\x9c" + random.Random(1).randbytes(5000)  # noqa: S311
    assert decode_content(data, "gzip", LIMIT) == (data, ("content-coding-unknown",))
    assert decode_content(b"", "gzip", LIMIT) == (b"", ())


@pytest.mark.parametrize("name", sorted(PACK))
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    packed = PACK[name](bytes(100 << 20))
    tracemalloc.start()
    with pytest.raises(Rejected, match=f"unpacks to more than {LIMIT} bytes"):
        decode_content(packed, name.removesuffix("-raw"), LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 << 20


def test_the_limit_is_exact() -> None:
    packed = gzip.compress(PAGE)
    assert decode_content(packed, "gzip", len(PAGE))[0] == PAGE
    with pytest.raises(Rejected):
        decode_content(packed, "gzip", len(PAGE) - 1)

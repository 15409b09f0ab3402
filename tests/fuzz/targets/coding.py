"""HTTP content codings: nothing but ``Rejected`` is raised, bounds hold, and what was packed comes back.

The first byte of an input says what the label is, and in which codings the rest is packed for the way there and back.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import zstandard

from archive.errors import Rejected
from archive.extraction.content_coding import decode_content
from tests import making
from tests.fuzz import laws

LIMIT = 1 << 16
LABELS = (
    None,
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, br",
    "identity",
    "x-gzip,gzip",
    "zstd , deflate",
    "GZIP",
    "quux",
    ",",
)
PACKERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("gzip", lambda data: gzip.compress(data, mtime=0)),
    ("deflate", zlib.compress),
    ("deflate", lambda data: zlib.compress(data, wbits=-15)),
    ("br", lambda data: brotli.compress(data, quality=1)),
    ("zstd", lambda data: zstandard.ZstdCompressor(1).compress(data)),
)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    choice, payload = data[0] if data else 0, data[1:]
    for label in (None, LABELS[choice % len(LABELS)]):
        found = decoded(payload, label)
        if isinstance(found, tuple):
            assert len(found[0]) <= max(LIMIT, len(payload))
            assert all(laws.named(flag) for flag in found[1])
            assert found[1] or found[0] == payload or label or payload[:1] in b"\x1f\x28"
    name, pack = PACKERS[choice // 16 % len(PACKERS)]
    if payload.startswith((b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")):  # it would be unpacked too
        return
    packed = pack(payload)
    found = decoded(packed, name)
    assert isinstance(found, tuple)
    assert found[0] == payload, f"packed with {name}"
    assert set(found[1]) <= {"content-coding-unknown"}  # the payload itself may be no text
    if name in ("gzip", "zstd"):
        part = decoded(packed[: len(packed) * (choice % 7) // 7], name)
        assert isinstance(part, tuple)
        assert payload.startswith(part[0]) or packed.startswith(part[0])


def decoded(payload: bytes, label: str | None) -> tuple[bytes, tuple[str, ...]] | Rejected:
    """What comes of it, the same twice."""
    try:
        found = decode_content(payload, label, LIMIT)
    except Rejected as why:
        if (why.stage, why.reason) != ("payload", "too-large"):
            raise
        return why
    assert decode_content(payload, label, LIMIT) == found
    return found


def seeds() -> list[bytes]:
    """Each packing, under each label."""
    text = making.dump(1)[:300]
    packed = [pack(text) for _, pack in PACKERS]
    return [
        *(bytes([16 * number + number + 1]) + one for number, one in enumerate(packed)),
        b"\1" + packed[0] + packed[0] + bytes(9),
        b"\3" + PACKERS[3][1](packed[0]),
        b"\1" + gzip.compress(bytes(1 << 17), mtime=0),
        b"\4" + PACKERS[4][1](bytes(1 << 20)),
        b"\0" + text,
        b"\2" + bytes(range(256)),
    ]

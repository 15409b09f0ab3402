"""WARC files: records and gaps tile the file, and each record is read back from its place."""

from __future__ import annotations

import gzip
import hashlib
from io import BytesIO
from itertools import groupby
from pathlib import Path
from random import Random

from archive.model import Capture, Damage, Limits, Locator
from archive.sources import warc
from archive.sources.records import Gap, Placed
from tests import making
from tests.fuzz import laws, mutation

HERE = Path(__file__).parents[2]
SMALL = Limits(record_bytes=200)  # larger ones pass by in pieces
Item = tuple[Placed | Gap, Locator]


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    whole = list(warc.scan(BytesIO(data), laws.LIMITS))
    assert_tiled(data, whole)
    for item, place in whole:
        if isinstance(item, Placed):
            again = warc.read_at(BytesIO(data), place, laws.LIMITS)
            assert (again.head, again.block, again.trailer) == (item.raw.head, item.raw.block, item.raw.trailer)
            assert again.record_sha256 == item.raw.record_sha256
            assert hashlib.sha256(b"".join(warc.stream_at(BytesIO(data), place))).digest() == again.record_sha256
    assert_in_parts(data, whole)
    held = laws.read(data, "a.warc.gz", warc.SOURCE)
    assert_damage(data, held)
    passed = laws.read(data, "a.warc.gz", warc.SOURCE, SMALL)
    if b"\x1f\x8b\x08" not in data:  # of a damaged member that is larger than the limit, other records are believed
        assert_alike(held, passed)


def assert_tiled(data: bytes, found: list[Item]) -> None:
    """Ranges of the file follow each other from its first byte to its last, and so does what a range unpacks to."""
    position = 0
    for (offset, length), items in groupby(found, key=lambda item: (item[1].offset, item[1].length)):
        assert (offset, length > 0) == (position, True)
        position += length
        unpacked = 0
        for item, place in items:
            if place.unpacked_offset is None:
                assert (item.start, item.end) == (offset, position)
            else:
                assert (place.unpacked_offset, place.unpacked_length) == (unpacked, item.end - item.start)
                unpacked = item.end
    assert position == len(data)


def assert_in_parts(data: bytes, whole: list[Item]) -> None:
    """Read in parts that begin where records seem to, mended as ``plan.mended`` does it, it is the same."""
    starts = [0]
    for near in (len(data) // 3, len(data) * 2 // 3):
        start = warc.SOURCE.next_record(BytesIO(data), near) if near > starts[-1] else None
        starts += [start] if start is not None else []
    found: list[Item] = []
    end = 0
    for start, stop in zip(starts, [*starts[1:], len(data)], strict=True):
        if end < stop or not found:
            part = list(warc.scan(BytesIO(data), laws.LIMITS, max(start, end), stop))
            assert all(place.offset < stop for _, place in part)
            found += part
            end = found[-1][1].offset + found[-1][1].length if found else 0
    assert [shape(*item) for item in found] == [shape(*item) for item in whole]


def shape(item: Placed | Gap, place: Locator) -> tuple[object, ...]:
    """What is compared of an item."""
    return (place, item) if isinstance(item, Gap) else (place, item.start, item.end, item.raw.record_sha256)


def assert_damage(data: bytes, found: list[laws.Found]) -> None:
    """The digest of a damaged range is that of its bytes."""
    for item in found:
        if isinstance(item, Damage):
            assert item.sha256 == hashlib.sha256(data[item.offset : item.offset + item.length]).digest()


def assert_alike(held: list[laws.Found], passed: list[laws.Found]) -> None:
    """Records that are not held have the digests, flags and lengths of those that are."""
    assert len(held) == len(passed)
    for one, two in zip(held, passed, strict=True):
        if isinstance(one, Capture):
            assert isinstance(two, Capture)
            for name in (
                "locator",
                "record_sha256",
                "block_sha256",
                "payload_sha256",
                "payload_length",
                "flags",
                "http_head",
            ):
                assert getattr(one, name) == getattr(two, name), name
        else:
            assert one == two


def seeds() -> list[bytes]:
    """The cases and samples, and files of other shapes."""
    paths = [*HERE.glob("cases/warc*/input.warc*"), *HERE.glob("samples/*.warc*")]
    found = [path.read_bytes() for path in sorted(paths)]
    records = small()
    chunky = making.record(
        making.http(making.chunked(b"The ferry sails on Tuesday.", 9), headers=["Transfer-Encoding: chunked"])
    )
    return [
        *found,
        b"".join(records),
        making.packed(*records),
        gzip.compress(b"".join(records), mtime=0),
        making.packed(records[0]) + records[1] + making.packed(*records[2:]),
        records[0] + b"\0" * 5000 + records[1] + bytes(range(256)) * 20 + records[2],
        chunky,
        making.packed(chunky, records[1]),
        *(
            gzip.compress(records[0][:at], mtime=0) + gzip.compress(records[0][at:], mtime=0)
            for at in (100, len(records[0]) - 4)
        ),
    ]


def small() -> list[bytes]:
    """Records of a few words."""
    words = (b"The harbour vote was put off.", b"Gulls nested in the crane.", b"WARC/1.1\r\nA: b\r\n\r\n", b"")
    return [making.record(making.http(body), uri=f"https://w.example/{n}") for n, body in enumerate(words)]


def mutate(data: bytes, chance: Random) -> bytes:
    """Records taken apart, changed one by one, and packed together in another way."""
    try:
        plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b\x08") else data
    except (OSError, EOFError, ValueError):
        plain = b"".join(small())
    except Exception:  # noqa: BLE001 - zlib.error
        plain = b"".join(small())
    starts = [at for at in range(len(plain)) if plain.startswith(b"WARC/", at)]
    parts = [plain[start:end] for start, end in zip([0, *starts], [*starts, len(plain)], strict=True) if start < end]
    parts = [*parts, *small()]
    found = b""
    for _ in range(chance.randint(1, 5)):
        part = chance.choice(parts)
        if chance.random() < 0.3:
            part = mutation.mutated(part, chance, parts)
        if chance.random() < 0.3:
            part = relengthened(part)
        way = chance.randrange(5)
        if way == 0:
            part = gzip.compress(part, mtime=0)
        elif way == 1:
            at = chance.randrange(len(part) + 1)
            part = gzip.compress(part[:at], mtime=0) + gzip.compress(part[at:], mtime=0)
        elif way == 2:
            part = gzip.compress(part + chance.choice(parts), mtime=0)
        found += part
    return found if chance.random() < 0.6 else mutation.mutated(found, chance, parts)


def relengthened(part: bytes) -> bytes:
    """A record whose Content-Length is right."""
    head, blank, block = part.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(block)]) + blank + block + b"\r\n\r\n"

"""Tar files, plain and packed."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, dump, jsonl, packed, page, tarred, warc, zipped

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
PAGE = b"<!doctype html><html><head><title>Harbour</title></head><body><p>The budget was cut.</p></body></html>"
LINES = b"".join(
    b'{"url": "https://news.example/%d", "text": "The harbour budget was cut, part %d."}\n' % (i, i) for i in range(40)
)
MTIME = 1_700_000_000
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}


def tar(*members: tuple[str, bytes, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of (name, bytes, type)."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.type, info.linkname = len(data), MTIME, kind, "/etc/passwd"
            archive.addfile(info, BytesIO(data))
    return out.getvalue()


FILE = tarfile.REGTYPE


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
def test_members_in_order(suffix: str) -> None:
    data = tar(("b.html", PAGE, FILE), ("../../a.jsonl", LINES, FILE), ("c.txt", b"Just words.", FILE))
    found = read(PACKERS[suffix](data), f"a.tar{suffix}")
    assert len(found) == 42
    assert found[0].origin.member == "b.html"
    assert found[0].origin.modified == datetime.fromtimestamp(MTIME, UTC)
    assert found[1].origin.member == "../../a.jsonl"
    assert payloads(found)[-1] == b"Just words."


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names(form: int) -> None:
    name = "d/" + "ü" * 200 + ".html"
    (found,) = read(tar((name, PAGE, FILE), form=form), "a.tar")
    assert found.origin.member == name


def test_what_is_no_file_is_named() -> None:
    found = read(
        tar(
            ("dir", b"", tarfile.DIRTYPE),
            ("link", b"", tarfile.SYMTYPE),
            ("pipe", b"", tarfile.FIFOTYPE),
            ("x/.DS_Store", b"x", FILE),
            ("empty", b"", FILE),
        ),
        "a.tar",
    )
    reasons = [item.reason for item in found if isinstance(item, Skip)]
    assert reasons == ["a symbolic link", "a named pipe", "a .DS_Store file, no capture", "an empty file"]


def test_names_that_stand_twice() -> None:
    found = read(tar(("a.html", PAGE, FILE), ("a.html", PAGE, FILE)), "a.tar")
    assert [item.origin.member for item in found] == ["a.html", "a.html#2"]
    assert len({item.record_id for item in found if isinstance(item, Capture)}) == 2


def test_a_bad_header_costs_one_member() -> None:
    data = bytearray(tar(*((f"{i}.html", PAGE, FILE) for i in range(5)), form=tarfile.USTAR_FORMAT))
    data[2048 : 2048 + 100] = b"\xff" * 100
    found = read(bytes(data), "a.tar")
    assert [type(item) for item in found] == [Capture, Capture, Damage, Capture, Capture]
    damage = found[2]
    assert isinstance(damage, Damage)
    assert (damage.offset, damage.length) == (2048, 1024)
    assert damage.sha256 == hashlib.sha256(data[2048:3072]).digest()


def test_each_bad_header_of_a_packed_tar_that_is_cut_costs_one_member() -> None:
    data = bytearray(tar(*((f"{name}.html", PAGE, FILE) for name in "abcdef")))
    for name in (b"b.html", b"e.html"):  # behind the first one the next header is looked for, up to the cut
        data[data.index(name) + 150] ^= 1
    found = read(gzip.compress(bytes(data))[:-4], "a.tar.gz")
    named = [one.origin.member if isinstance(one, Capture) else getattr(one, "reason", "") for one in found]
    assert named == ["a.html", "header", "c.html", "d.html", "header", "f.html", "truncated"]


def test_a_cut_file_ends_in_one_damage() -> None:
    data = tar(("a.html", PAGE, FILE), ("b.txt", b"Just words. " * 200, FILE), form=tarfile.USTAR_FORMAT)
    found = read(data[:2000], "a.tar")
    assert [type(item) for item in found] == [Capture, Capture, Damage]
    assert found[-1].origin.member == "b.txt"
    first, last = read(data[:1024], "a.tar")
    assert isinstance(first, Capture)
    assert isinstance(last, Damage)
    assert last.reason == "truncated"
    packed_found = read(gzip.compress(data)[:-20], "a.tar.gz")
    assert sum(isinstance(item, Damage) for item in packed_found) == 1


def test_tars_one_behind_the_other() -> None:
    assert len(read(tar(("a.html", PAGE, FILE)) + tar(("b.html", PAGE, FILE)), "a.tar")) == 2


def test_bounds() -> None:
    many = tar(*((f"{i}.html", PAGE, FILE) for i in range(9)))
    found = read(many, "a.tar", ReadOptions(limits=Limits(members=3)))
    assert [type(item) for item in found] == [Capture] * 3 + [Skip]
    data = many
    for _ in range(5):
        data = tar(("x.tar", data, FILE))
    (deep,) = read(data, "a.tar")
    assert isinstance(deep, Skip)
    assert deep.origin.member == "x.tar!/x.tar!/x.tar!/x.tar"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=20)), max_size=4), st.integers(0, 6000))
def test_a_damaged_tar_never_raises(changes: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(tar(("a.html", PAGE, FILE), ("ü" * 90, LINES, FILE), ("c.txt", b"Just words.", FILE)))
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new
    assert isinstance(read(bytes(data[: len(data) - cut]), "a.tar"), list)

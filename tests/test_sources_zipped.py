"""Zip files."""

from __future__ import annotations

import stat
import time
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
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

DATE = (2023, 4, 5, 6, 7, 8)


def pack(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of (name, bytes)."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            if name == "link":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)
    return out.getvalue()


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


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_in_order(method: int) -> None:
    found = read(
        pack(("d/", b""), ("d/b.html", PAGE), ("../a.jsonl", LINES), ("c.txt", b"Just words."), method=method), "a.zip"
    )
    assert len(found) == 42
    assert found[0].origin.member == "d/b.html"
    assert found[0].origin.modified == datetime(*DATE, tzinfo=UTC)
    assert payloads(found)[0] == PAGE
    assert payloads(found)[-1] == b"Just words."


def test_times_do_not_depend_on_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    here = read(pack(("a.html", PAGE)), "a.zip")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    assert read(pack(("a.html", PAGE)), "a.zip") == here
    monkeypatch.undo()
    time.tzset()


def test_containers_in_containers() -> None:
    found = read(pack(("in.zip", pack(("a.html", PAGE), ("b.html", PAGE)))), "a.zip")
    assert [item.origin.member for item in found] == ["in.zip!/a.html", "in.zip!/b.html"]


def test_what_is_no_capture_is_named() -> None:
    found = read(
        pack(
            ("__MACOSX/._a.html", b"x"),
            (".DS_Store", b"x"),
            ("link", b"/etc/passwd"),
            ("i.png", b"\x89PNG\r\n\x1a\n\0"),
        ),
        "a.zip",
    )
    assert [item.reason for item in found if isinstance(item, Skip)] == [
        "macOS's own notes on a file, no capture",
        "a .DS_Store file, no capture",
        "a symbolic link",
        "a PNG image",
    ]


def test_a_member_of_a_time_without_a_web_has_that_of_the_zip() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.html", (1985, 1, 1, 0, 0, 0)), PAGE)
    (found,) = read(out.getvalue(), "a.zip")
    assert isinstance(found, Capture)
    assert (found.captured_at, found.flags) == (MODIFIED, ())


def test_an_encrypted_member() -> None:
    data = bytearray(pack(("a.html", PAGE), ("b.html", PAGE)))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    found = read(bytes(data), "a.zip")
    assert isinstance(found[0], Skip)
    assert found[0].reason == "encrypted"
    assert found[0].length > 0
    assert isinstance(found[1], Capture)


def test_a_bad_checksum_costs_the_member() -> None:
    data = bytearray(pack(("a.html", PAGE), ("b.html", PAGE), method=zipfile.ZIP_STORED))
    data[data.index(b"Harbour")] ^= 1
    found = read(bytes(data), "a.zip")
    assert isinstance(found[0], Damage)
    assert (found[0].reason, found[0].origin.member, found[0].length) == ("checksum", "a.html", len(PAGE))
    assert isinstance(found[1], Capture)


def test_a_zip_without_its_list_is_read_by_the_headers_of_its_members() -> None:
    data = pack(("a.html", PAGE), ("b.html", PAGE), method=zipfile.ZIP_STORED)[:-30]
    first, second, damage = read(data, "a.zip")
    assert (first.origin.member, second.origin.member) == ("a.html", "b.html")
    assert payloads([first, second]) == [PAGE, PAGE]
    assert isinstance(damage, Damage)
    assert (damage.reason, damage.offset) == ("zip", data.index(b"PK\x01\x02"))
    assert damage.offset + damage.length == len(data)
    (found,) = read(b"PK\x03\x04" + bytes(40), "a.zip")
    assert isinstance(found, Damage)
    assert (found.offset, found.length) == (0, 44)


def test_what_is_there_of_a_member_that_is_cut_off_is_read() -> None:
    data = pack(("a.jsonl", LINES), method=zipfile.ZIP_STORED)[:700]
    *captures, cut, damage = read(data, "a.zip")
    assert len(captures) >= 8
    assert all(isinstance(item, Capture) for item in captures)
    assert isinstance(cut, Damage)
    assert isinstance(damage, Damage)
    assert (cut.reason, damage.reason) == ("truncated", "zip")


def test_names_that_stand_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = pack(("a.html", PAGE), ("a.html", PAGE))
    assert [item.origin.member for item in read(data, "a.zip")] == ["a.html", "a.html#2"]


def test_bounds() -> None:
    found = read(pack(*((f"{i}.html", PAGE) for i in range(9))), "a.zip", ReadOptions(limits=Limits(members=3)))
    assert [type(item) for item in found] == [Capture] * 3 + [Skip]
    bomb = pack(("a.html", b"<html>" + bytes(100 << 20)), ("b.html", PAGE))
    first, rest = read(bomb, "a.zip", ReadOptions(limits=Limits(ratio=10)))
    assert isinstance(first, Skip)
    assert first.kind == "bomb"
    assert isinstance(rest, Skip)
    assert rest.origin.member == "b.html"


def test_a_member_without_a_name_is_read() -> None:
    data = bytearray(pack(("a", PAGE)))
    for lengths in (26, data.index(b"PK\x01\x02") + 28):  # the name becomes an extra field of one byte
        data[lengths : lengths + 4] = b"\x00\x00\x01\x00"
    assert [found.payload for found in read(bytes(data), "a.zip") if isinstance(found, Capture)] == [PAGE]


def test_a_member_that_is_said_to_lie_in_front_of_the_file() -> None:
    data = bytearray(pack(("link", b"target"), ("b.html", PAGE), method=zipfile.ZIP_STORED))
    end = data.index(b"PK\x05\x06")
    data[end + 16 : end + 20] = (int.from_bytes(data[end + 16 : end + 20], "little") + 1_000_000).to_bytes(4, "little")
    (link, page) = read(bytes(data), "a.zip")
    assert isinstance(link, Skip)
    assert (link.reason, link.length) == ("a symbolic link", 0)
    assert isinstance(page, Damage)
    assert page.reason == "corrupt"


def test_a_member_that_asks_for_four_gigabytes_costs_itself() -> None:
    data = bytearray(pack(("a.html", PAGE), ("b.html", PAGE), method=zipfile.ZIP_LZMA))
    start = data.index(b"a.html") + len(b"a.html") + 5  # behind two lengths and a byte
    assert int.from_bytes(data[start : start + 4], "little") == 8 << 20
    data[start : start + 4] = b"\xff" * 4
    first, second = read(bytes(data), "a.zip")
    assert isinstance(first, Damage)
    assert (first.reason, first.detail[:44]) == ("corrupt", "zip: unpacking takes 4294967295 bytes of mem")
    assert payloads([second]) == [PAGE]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=12)), max_size=4), st.integers(0, 300))
def test_a_damaged_zip_never_raises(changes: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(pack(("a.html", PAGE), ("b.jsonl", LINES), ("c.txt", b"Just words.")))
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new
    assert isinstance(read(bytes(data[: len(data) - cut]), "a.zip"), list)

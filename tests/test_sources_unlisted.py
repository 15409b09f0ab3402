"""Zip files whose list of members is damaged or cut off."""

from __future__ import annotations

import io
import struct
import zipfile
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Limits, Origin
from archive.sources.unlisted import Unlisted
from archive.sources.unpack import Broken, Budget
from archive.sources.zipped import unzipped

NAMES = ("a.html", "böse/b.txt", "c.bin")
BODIES = (b"<p>words</p>" * 50, b"", bytes(range(256)) * 40)


class Pipe(io.RawIOBase):
    """A file that cannot go back: a zip written to it has data descriptors."""

    def __init__(self) -> None:
        super().__init__()
        self.held = b""

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Any, /) -> int:
        """All of it."""
        self.held += bytes(data)
        return len(data)


def made(method: int, *, piped: bool, large: bool = False) -> bytes:
    """A zip of three members, without its list."""
    out: Any = Pipe() if piped else BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in zip(NAMES, BODIES, strict=True):
            with archive.open(zipfile.ZipInfo(name, (2023, 4, 5, 6, 7, 8)), "w", force_zip64=large) as member:
                member.write(body)
        for info in archive.infolist():
            info.compress_type = method
    data: bytes = out.held if piped else out.getvalue()
    return data[: data.index(b"PK\x01\x02")]


def members(data: bytes) -> dict[str, bytes | str]:
    """What each member holds, or why it cannot be read."""
    archive = Unlisted(BytesIO(data), Budget(len(data), Limits()))
    found: dict[str, bytes | str] = {}
    for info in archive.infolist():
        pieces = b""
        try:
            for piece in unzipped(archive, info):
                pieces += piece
            found[info.filename] = pieces
        except Broken as why:
            found[info.filename] = why.reason
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize("large", [False, True])
def test_members_by_their_own_headers(method: int, piped: bool, large: bool) -> None:  # noqa: FBT001 - parameters
    data = made(method, piped=piped, large=large)
    assert members(data) == dict(zip(NAMES, BODIES, strict=True))
    archive = Unlisted(BytesIO(data), Budget(len(data), Limits()))
    assert {info.date_time for info in archive.infolist()} == {(2023, 4, 5, 6, 7, 8)}
    (rest,) = archive.lost(Origin(path="a.zip"), "why")
    assert rest.offset + rest.length == len(data)


def test_a_damaged_header_costs_its_member() -> None:
    data = bytearray(made(zipfile.ZIP_STORED, piped=False))
    second = bytes(data).index(b"PK\x03\x04", 10)
    data[second] ^= 1
    archive = Unlisted(BytesIO(data), Budget(len(data), Limits()))
    assert [info.filename for info in archive.infolist()] == ["a.html", "c.bin"]
    gap, rest = archive.lost(Origin(path="a.zip"), "why")
    assert (gap.offset, gap.offset + gap.length) == (second, bytes(data).index(b"PK\x03\x04", second))
    assert (rest.offset, rest.length) == (len(data), 0)


def test_a_member_that_is_cut_off() -> None:
    for piped in (False, True):
        data = made(zipfile.ZIP_STORED, piped=piped)
        cut = members(data[:-2000])
        assert cut["c.bin"] == "truncated"
        assert cut["a.html"] == BODIES[0]


def test_what_is_no_zip() -> None:
    for data in (b"", b"words", b"PK\x03\x04", b"PK\x03\x04" * 500, b"PK\x03\x04" + bytes(26)):
        archive = Unlisted(BytesIO(data), Budget(len(data), Limits()))
        assert sum(item.length for item in archive.lost(Origin(path="x"), "why")) <= len(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 3), st.data())
def test_flipped_bytes_raise_nothing(flips: int, data: st.DataObject) -> None:
    changed = bytearray(made(zipfile.ZIP_DEFLATED, piped=bool(flips % 2)))
    for _ in range(flips):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    found = members(bytes(changed))
    assert flips or found == dict(zip(NAMES, BODIES, strict=True))


def test_a_length_that_only_the_extra_field_has() -> None:
    data = bytearray(made(zipfile.ZIP_STORED, piped=False, large=True))
    assert struct.unpack_from("<I", data, 18)[0] == 0xFFFFFFFF
    assert members(bytes(data))["a.html"] == BODIES[0]

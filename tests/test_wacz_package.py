"""The zip: equal members give equal bytes, and viewers find the data of every member."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from pathlib import Path

import pytest

from archive.wacz import package as package_module
from archive.wacz.package import Package

RECORDS = b"WARC/1.1 and so on" * 1000


def write(path: Path, *, text: bytes = b"{}\n") -> Path:
    with Package(path) as package:
        with package.member("archive/A.warc.gz") as file:
            for at in range(0, len(RECORDS), 100):
                file.write(RECORDS[at : at + 100])
        with package.member("pages/pages.jsonl", deflated=True) as file:
            file.write(text)
        package.describe({"title": "Ä"})
    return path


def test_equal_members_give_equal_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.wacz"), write(tmp_path / "b.wacz")
    assert first.read_bytes() == second.read_bytes()
    assert write(tmp_path / "c.wacz", text=b"{ }\n").read_bytes() != first.read_bytes()


def test_members_are_listed_with_size_and_digest(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path / "a.wacz")) as made:
        assert made.testzip() is None
        data = made.read("datapackage.json")
        listed = json.loads(data)
        assert json.loads(made.read("datapackage-digest.json")) == {
            "path": "datapackage.json",
            "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
        }
        assert {info.date_time for info in made.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert listed["resources"][0] == {
        "name": "a.warc.gz",
        "path": "archive/A.warc.gz",
        "hash": "sha256:" + hashlib.sha256(RECORDS).hexdigest(),
        "bytes": len(RECORDS),
    }
    assert [one["path"] for one in listed["resources"]] == ["archive/A.warc.gz", "pages/pages.jsonl"]
    assert (listed["profile"], listed["wacz_version"], listed["title"]) == ("data-package", "1.1.1", "Ä")


@pytest.mark.parametrize("limit", [1 << 31, 1000])
def test_a_member_begins_where_viewers_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, limit: int) -> None:
    """wabac.js looks behind the name where the list has no extra field, else where the member's own header says."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)  # with 1,000 bytes, all is as it is with gigabytes
    path = write(tmp_path / "a.wacz")
    data = path.read_bytes()
    with zipfile.ZipFile(path) as made:
        assert made.read("archive/A.warc.gz") == RECORDS
        for info in made.infolist():
            _, _, _, name, extra = struct.unpack("<4s14sQHH", data[info.header_offset : info.header_offset + 30])
            start = info.header_offset + 30 + name + (extra if info.extra else 0)
            if info.compress_type == zipfile.ZIP_STORED:
                assert data[start : start + info.file_size] == made.read(info)
            assert bool(info.extra) >= bool(extra)


def test_the_field_that_makes_them_look_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "LOOK", b"")
    path = write(tmp_path / "a.wacz")
    with zipfile.ZipFile(path) as made:
        info = made.getinfo("archive/A.warc.gz")
    assert not info.extra
    start = info.header_offset + 30 + len(info.filename)
    assert path.read_bytes()[start:].startswith(b"\x01\x00\x10\x00")  # no data, but the field of a large member

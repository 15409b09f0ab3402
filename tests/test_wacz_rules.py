"""Every MUST of WACZ 1.1.1, and of what it refers to, is missed where it is broken."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archive
from archive.model import WaczFinding
from archive.wacz import opened as opened_module
from archive.wacz.rules import validate_wacz
from tests import making

LIST, DIGEST, PAGES = "datapackage.json", "datapackage-digest.json", "pages/pages.jsonl"
INDEX, BLOCKS, WARC = "indexes/index.cdx.gz", "indexes/index.idx", "archive/a.warc.gz"


@dataclass
class Made:
    """A WACZ to be broken: its members, which of them are deflated, and what its list of members says."""

    members: dict[str, bytes]
    deflated: set[str] = field(default_factory=lambda: {LIST, DIGEST, PAGES, BLOCKS})
    says: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)  # in the place of what is true of a member
    keeps_list: bool = False  # as it stands among the members
    name: str = "c.wacz"

    def write(self, folder: Path) -> Path:
        """The file, with a list of members that is true but for what is said otherwise."""
        if not self.keeps_list:
            resources = [
                {"name": name.rpartition("/")[2].lower(), "path": name, "hash": sha256(data), "bytes": len(data)}
                | self.listed.get(name, {})
                for name, data in self.members.items()
                if name not in (LIST, DIGEST)
            ]
            stated = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources} | self.says
            self.members[LIST] = json.dumps({k: v for k, v in stated.items() if v is not None}).encode()
            if DIGEST in self.members:
                self.members[DIGEST] = json.dumps({"path": LIST, "hash": sha256(self.members[LIST])}).encode()
        path = folder / self.name
        with zipfile.ZipFile(path, "w") as made:
            for name, data in self.members.items():
                made.writestr(name, data, zipfile.ZIP_DEFLATED if name in self.deflated else zipfile.ZIP_STORED)
        return path

    def put(self, name: str, data: bytes) -> Made:
        """With another member, or another in its place."""
        self.members[name] = data
        return self

    def kept(self) -> Made:
        """With the list of members that it has."""
        self.keeps_list = True
        return self

    def deflate(self, name: str) -> Made:
        """With that member deflated."""
        self.deflated.add(name)
        return self

    def called(self, name: str) -> Made:
        """Under another name."""
        self.name = name
        return self

    def replace(self, name: str, old: str | bytes, new: str | bytes) -> Made:
        """With other words in a member."""
        old, new = (text if isinstance(text, bytes) else text.encode() for text in (old, new))
        assert old in self.members[name]
        return self.put(name, self.members[name].replace(old, new, 1))

    def lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Changes the lines of the index, which is one block."""
        lines = change(gzip.decompress(self.members[INDEX]).decode().splitlines())
        self.members[INDEX] = gzip.compress("".join(line + "\n" for line in lines).encode(), mtime=0)
        place = {"offset": 0, "length": len(self.members[INDEX])}
        prefix = " ".join(lines[0].split(" ")[:2]) if lines else "-"
        meta = '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
        self.members[BLOCKS] = f"{meta}{prefix} {json.dumps(place)}\n".encode()

    def entry(self, number: int, **said: Any) -> None:
        """Changes the JSON object of a line of the index; None takes a key out."""

        def change(lines: list[str]) -> list[str]:
            key, time, text = lines[number].split(" ", 2)
            stated = {k: v for k, v in (json.loads(text) | said).items() if v is not None}
            lines[number] = f"{key} {time} {json.dumps(stated)}"
            return lines

        self.lines(change)

    def page(self, **said: Any) -> None:
        """Changes the first page."""
        head, first, *rest = self.members[PAGES].splitlines()
        stated = {k: v for k, v in (json.loads(first) | said).items() if v is not None}
        self.members[PAGES] = b"\n".join([head, json.dumps(stated).encode(), *rest, b""])


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The members of a WACZ of three articles."""
    folder = tmp_path_factory.mktemp("sound")
    making.put(folder / "in" / "a.warc.gz", making.packed(*making.responses(range(3))))
    making.converted(folder / "corpus", folder / "in")
    archive.export_wacz(folder / "corpus", folder / "c.wacz")
    with zipfile.ZipFile(folder / "c.wacz") as made:
        return {name: made.read(name) for name in made.namelist()}


@pytest.fixture
def made(sound: dict[str, bytes]) -> Made:
    return Made(dict(sound))


def found_in(path: Path) -> list[WaczFinding]:
    return [found for found in validate_wacz(path) if found.severity != "note"]


def test_what_is_sound_passes(made: Made, tmp_path: Path) -> None:
    assert found_in(made.write(tmp_path)) == []


Break = Callable[[Made], object]
MUSTS: dict[str, tuple[Break, str, str, str]] = {
    # Directory Layout, and Data Package
    "no resources": (lambda m: m.says.update(resources=None), LIST, LIST, '"resources" must list'),
    "resources that are none": (lambda m: m.says.update(resources=[]), LIST, LIST, '"resources" must list'),
    "a resource without path": (lambda m: m.listed.update({WARC: {"path": 1}}), LIST, LIST, "resource 1"),
    "a path to the outside": (lambda m: m.listed.update({WARC: {"path": "../a"}}), LIST, LIST, "resource 1"),
    "an absolute path": (lambda m: m.listed.update({WARC: {"path": "/archive/a"}}), LIST, LIST, "resource 1"),
    "two of one name": (lambda m: m.listed.update({PAGES: {"name": "index.idx"}}), "Data Package", LIST, "index.idx"),
    "two of one path": (lambda m: m.listed.update({PAGES: {"path": WARC}}), "Data Package", LIST, WARC),
    # archive
    "no WARC": (lambda m: m.members.pop(WARC), "archive", "", "must have one or more"),
    "no WARC format": (lambda m: m.put("archive/b.warc", b"hello"), "archive", "archive/b.warc", "WARC format"),
    "gzip called warc": (
        lambda m: m.put("archive/b.warc", m.members[WARC]), "archive", "archive/b.warc", ".warc.gz",
    ),
    # indexes
    "no index": (lambda m: [m.members.pop(n) for n in (INDEX, BLOCKS)], "indexes", "", "must have one or more"),
    "no CDXJ": (lambda m: m.put("indexes/b.cdx", b" CDX N b a\n"), "indexes", "indexes/b.cdx", "CDXJ"),
    "no gzip": (lambda m: m.put(INDEX, b"hello"), "indexes", INDEX, "gzip"),
    "gzip cut off": (lambda m: m.put(INDEX, m.members[INDEX][:-9]), "indexes", INDEX, "cut off"),
    "a line that is no JSON": (lambda m: m.lines(lambda x: [*x, "z) 20240101000000 {x}"]), "indexes", INDEX, "CDXJ"),
    "a time of 4 digits": (lambda m: m.lines(lambda x: ["a) 2024 " + x[0].split(" ", 2)[2], *x]), "CDXJ", INDEX, "14 digits"),
    "out of order": (lambda m: m.lines(lambda x: x[::-1]), "CDXJ", INDEX, "order"),
    "a line without file": (lambda m: m.entry(0, filename=None), "indexes", INDEX, "filename"),
    "a line without URL": (lambda m: m.entry(0, url=None), "indexes", INDEX, "url"),
    "a line without place": (lambda m: m.entry(0, offset="x"), "indexes", INDEX, "offset"),
    "a file that is not there": (lambda m: m.entry(0, filename="b.warc.gz"), "indexes", INDEX, "not there"),
    "a place behind the end": (lambda m: m.entry(0, offset=1 << 40), "indexes", INDEX, "names bytes"),
    "a place without record": (lambda m: m.entry(0, offset=5, recordDigest=None), "indexes", INDEX, "no WARC record"),
    "a length too short": (lambda m: m.entry(0, length=50, recordDigest=None), "indexes", INDEX, "gzip"),
    "another record": (lambda m: m.entry(0, recordDigest="sha256:00"), "indexes", INDEX, "recordDigest"),
    "another URL": (lambda m: m.entry(0, url="https://other.example/"), "indexes", INDEX, "its record of"),
    "another time": (
        lambda m: m.lines(lambda x: [x[0].replace(" 2024", " 2023"), *x[1:]]), "indexes", INDEX, "its record of 2024-05",
    ),
    "blocks that are no CDXJ": (lambda m: m.put(BLOCKS, b"hello\n"), "indexes", BLOCKS, "CDXJ"),
    "a block elsewhere": (lambda m: m.replace(BLOCKS, '"offset": 0', '"offset": 3'), "indexes", BLOCKS, "names bytes 3"),
    "a block without place": (lambda m: m.replace(BLOCKS, '"offset": 0', '"offset": "0"'), "indexes", BLOCKS, "numbers"),
    "a block of another file": (lambda m: m.replace(BLOCKS, "index.cdx.gz", "b.cdx.gz"), "indexes", BLOCKS, "not there"),
    "a block of other bytes": (lambda m: m.replace(BLOCKS, '"sha256:', '"sha256:0'), "indexes", BLOCKS, "another digest"),
    "a block of another key": (lambda m: m.replace(BLOCKS, "\nexample", "\naxample"), "indexes", BLOCKS, "another line"),
    "blocks that are not all": (
        lambda m: m.put(INDEX, m.members[INDEX] + gzip.compress(b"")), "indexes", BLOCKS, "not the end",
    ),
    # pages.jsonl
    "no pages": (lambda m: m.members.pop(PAGES), "pages.jsonl", PAGES, "must be present"),
    "pages that are no JSON": (lambda m: m.replace(PAGES, "\n{", "\n["), "pages.jsonl", PAGES, "JSON"),
    "pages that are no objects": (
        lambda m: m.put(PAGES, m.members[PAGES] + b"1\n"), "pages.jsonl", PAGES, "JSON object",
    ),
    "a blank line": (lambda m: m.replace(PAGES, "\n", "\n\n"), "pages.jsonl", PAGES, "JSON"),
    "pages that are no UTF-8": (lambda m: m.replace(PAGES, b"committee", b"\xff"), "pages.jsonl", PAGES, "JSON"),
    "a page without URL": (lambda m: m.page(url=None), "pages.jsonl", PAGES, '"url"'),
    "a URL that is none": (lambda m: m.page(url="example"), "pages.jsonl", PAGES, '"url"'),
    "a page without time": (lambda m: m.page(ts=None), "pages.jsonl", PAGES, '"ts"'),
    "a time without zone": (lambda m: m.page(ts="2024-05-03T04:05:06"), "pages.jsonl", PAGES, '"ts"'),
    "a day that is none": (lambda m: m.page(ts="2024-02-30T04:05:06Z"), "pages.jsonl", PAGES, '"ts"'),
    "an hour that is none": (lambda m: m.page(ts="2024-02-03T25:05:06Z"), "pages.jsonl", PAGES, '"ts"'),
    "a title that is no text": (lambda m: m.page(title=1), "pages.jsonl", PAGES, '"title"'),
    "a size that is no number": (lambda m: m.page(size="1"), "pages.jsonl", PAGES, '"size"'),
    "another list without URL": (
        lambda m: m.put("pages/extraPages.jsonl", b'{"format": "json-pages-1.0"}\n{"id": "1"}\n'),
        "pages.jsonl", "pages/extraPages.jsonl", '"url"',
    ),
    # datapackage.json
    "no list": (lambda m: m.kept().members.pop(LIST), LIST, LIST, "must be present"),
    "a list that is no JSON": (
        lambda m: m.put(LIST, b"{").kept(), LIST, LIST, "JSON",
    ),
    "a list that is an array": (
        lambda m: m.put(LIST, b"[]").kept(), LIST, LIST, "JSON object",
    ),
    "a list as deep as a well": (
        lambda m: m.put(LIST, b"[" * 200_000).kept(), LIST, LIST, "JSON",
    ),
    "no profile": (lambda m: m.says.update(profile=None), LIST, LIST, '"profile"'),
    "another profile": (lambda m: m.says.update(profile="tabular-data-package"), LIST, LIST, '"profile"'),
    "no version": (lambda m: m.says.update(wacz_version=None), LIST, LIST, '"wacz_version"'),
    "a description that is no text": (lambda m: m.says.update(description=["x"]), LIST, LIST, '"description"'),
    "created when": (lambda m: m.says.update(created="yesterday"), LIST, LIST, '"created"'),
    "modified when": (lambda m: m.says.update(modified="2024-01-01"), LIST, LIST, '"modified"'),
    "no name": (lambda m: m.listed.update({WARC: {"name": None}}), LIST, WARC, '"name"'),
    "no digest": (lambda m: m.listed.update({WARC: {"hash": None}}), LIST, WARC, '"hash"'),
    "another digest": (lambda m: m.listed.update({WARC: {"hash": "sha256:00"}}), LIST, WARC, "its digest is"),
    "no size": (lambda m: m.listed.update({WARC: {"bytes": None}}), LIST, WARC, '"bytes"'),
    "another size": (lambda m: m.listed.update({WARC: {"bytes": 7}}), LIST, WARC, "not 7"),
    "listed and not there": (lambda m: m.listed.update({PAGES: {"path": "pages/x.jsonl"}}), LIST, "pages/x.jsonl", "not there"),
    "there and not listed": (lambda m: m.listed.update({PAGES: {"path": "pages/x.jsonl"}}), LIST, PAGES, "must be listed"),
    # datapackage-digest.json
    "a digest of what": (
        lambda m: m.replace(DIGEST, '"datapackage.json"', '"x"').kept(), DIGEST, DIGEST, '"path"',
    ),
    "a digest without digest": (
        lambda m: m.replace(DIGEST, '"hash"', '"x"').kept(), DIGEST, DIGEST, '"hash"',
    ),
    "a digest of another list": (
        lambda m: m.replace(LIST, "articles", "art").kept(), DIGEST, LIST, "its digest is",
    ),
    # Other files and directories
    "another file in archive": (lambda m: m.put("archive/x.txt", b"x"), "archive", "archive/x.txt", "WARC"),
    "another file in indexes": (
        lambda m: m.put("indexes/x.txt", b"x"), "Other files and directories", "indexes/x.txt", "indexes",
    ),
    "another file in pages": (
        lambda m: m.put("pages/x.txt", b"x"), "Other files and directories", "pages/x.txt", "pages",
    ),
    # Zip Format
    "a WARC packed again": (lambda m: m.deflate(WARC), "Zip Compression", WARC, "must be stored"),
    "an index packed again": (lambda m: m.deflate(INDEX), "Zip Compression", INDEX, "must be stored"),
    "another extension": (lambda m: m.called("c.zip"), "Zip Format File Extension", "", ".wacz"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUSTS)
def test_a_must_that_is_broken_is_found(made: Made, tmp_path: Path, name: str) -> None:
    change, section, member, words = MUSTS[name]
    change(made)
    found = found_in(made.write(tmp_path))
    assert [one for one in found if (one.severity, one.section, one.member) == ("error", section, member)
            and words in one.message], found  # fmt: skip


SHOULDS: dict[str, tuple[Break, str, str]] = {
    "no digest of the list": (lambda m: m.members.pop(DIGEST), DIGEST, DIGEST),
    "a WARC by another name": (
        lambda m: m.put("archive/b.arc", gzip.decompress(m.members[WARC])), "archive", "archive/b.arc",
    ),
    "a WARC in a folder": (lambda m: m.put("archive/b/b.warc.gz", m.members[WARC]), "archive", "archive/b/b.warc.gz"),
    "a WARC deflated": (
        lambda m: m.put("archive/b.warc", gzip.decompress(m.members[WARC])).deflate("archive/b.warc"),
        "Zip Compression", "archive/b.warc",
    ),
    "a name in capitals": (lambda m: m.listed.update({WARC: {"name": "A.warc.gz"}}), "Data Package", WARC),
    "an empty index": (lambda m: m.put("indexes/b.cdxj", b""), "indexes", "indexes/b.cdxj"),
    "pages without head": (lambda m: m.put(PAGES, m.members[PAGES].partition(b"\n")[2]), "pages.jsonl", PAGES),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOULDS)
def test_a_should_is_a_warning(made: Made, tmp_path: Path, name: str) -> None:
    change, section, member = SHOULDS[name]
    change(made)
    found = found_in(made.write(tmp_path))
    assert [(one.severity, one.section, one.member) for one in found] == [("warning", section, member)]


def test_records_that_are_no_captures_should_not_be_in_the_index(tmp_path: Path) -> None:
    text = making.record(making.dump(1), kind="conversion", fields={"Content-Type": "text/plain"})
    line = {"url": "https://warc.example/1", "filename": "a.warc", "offset": "0", "length": str(len(text))}
    index = f"example,warc)/1 20240503040506 {json.dumps(line)}\n".encode()
    pages = b'{"format": "json-pages-1.0", "id": "pages", "title": "x"}\n'
    made = Made({"archive/a.warc": text, "indexes/index.cdxj": index, PAGES: pages, DIGEST: b""})
    (found,) = found_in(made.write(tmp_path))
    assert (found.severity, found.line) == ("warning", 1)
    assert "no capture" in found.message


def test_what_is_not_looked_at_is_noted(made: Made, tmp_path: Path) -> None:
    made.says["wacz_version"] = "1.2.0"
    path = made.write(tmp_path)
    assert {(one.severity, one.message) for one in validate_wacz(path)} == {
        ("note", "says version 1.2.0, and was looked at as 1.1.1"),
        ("note", "should say title, description, created, modified, software"),
    }


# ---- the zip -----------------------------------------------------------------------------------------------------


def test_what_is_no_zip(tmp_path: Path) -> None:
    (found,) = found_in(making.put(tmp_path / "c.wacz", b"hello"))
    assert (found.severity, found.section) == ("error", "Zip Format")
    with pytest.raises(FileNotFoundError):
        found_in(tmp_path / "none.wacz")


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [(8, b"\x01", "encrypted"), (10, b"\x0c", "method 12"), (24, b"\xff\xff\xff\x7f", "not read"), (42, b"\x07", "no member")],
)
def test_members_that_are_no_members(made: Made, tmp_path: Path, *, at: int, value: bytes, words: str) -> None:
    """A byte of the entry for the list of pages, in the list of members."""
    path = made.write(tmp_path)
    data = bytearray(path.read_bytes())
    start = data.index(PAGES.encode(), data.index(b"PK\x01\x02")) - 46
    data[start + at : start + at + len(value)] = value
    path.write_bytes(data)
    found = found_in(path)
    assert [one for one in found if one.section == "Zip Format" and one.member == PAGES and words in one.message], found


def test_a_checksum_that_is_wrong(made: Made, tmp_path: Path) -> None:
    path = made.write(tmp_path)
    data = path.read_bytes()
    start = data.index(made.members[WARC])
    path.write_bytes(data[: start + 100] + bytes([data[start + 100] ^ 1]) + data[start + 101 :])
    assert [one.message for one in found_in(path) if one.member == WARC and "CRC-32" in one.message]


def test_two_members_of_one_name(made: Made, tmp_path: Path) -> None:
    path = made.write(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as more:
        more.writestr(PAGES, b"{}")
    assert ("error", "Zip Format", PAGES) in {(one.severity, one.section, one.member) for one in found_in(path)}


def test_members_that_overlap(made: Made, tmp_path: Path) -> None:
    """A list that names the same bytes many times over: what makes petabytes of ten megabytes."""
    made.members[WARC] += making.packed(*making.responses(range(200)))
    path = made.write(tmp_path)
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    (entry,) = [b"PK\x01\x02" + one for one in data[start:end].split(b"PK\x01\x02") if WARC.encode() in one]
    copies = b"".join(entry.replace(WARC.encode(), f"archive/{n}.warc.gz".encode()) for n in range(5))
    size, count = end - start + len(copies), len(made.members) + 5
    path.write_bytes(data[:end] + copies + data[end : end + 8] + struct.pack("<HHII", count, count, size, start) + b"\0\0")
    assert [one for one in found_in(path) if "overlap" in one.message]


def test_a_line_that_never_ends_is_not_held(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_module, "LINE_BYTES", 1 << 20)
    made.members[PAGES] += b'{"a": "' + b"x" * (4 << 20)
    found = found_in(made.write(tmp_path))
    assert [(one.member, "longer than" in one.message) for one in found] == [(PAGES, True)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.integers(0, 1 << 20), st.integers(1, 255))
def test_no_byte_can_change_unseen(sound: dict[str, bytes], tmp_path: Path, place: int, flip: int) -> None:
    """A changed byte is a finding, or stands where nothing is said: in times, versions and attributes of the zip."""
    path = Made(dict(sound), deflated=set()).write(tmp_path)  # the last bits of what is deflated mean nothing
    data = bytearray(path.read_bytes())
    start, end = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    at = start + place % (end - start)
    header = max(n for n in range(at + 1) if data[n : n + 4] == b"PK\x03\x04")
    data[at] ^= flip
    path.write_bytes(data)
    found = found_in(path)
    assert found or at - header < 30  # the header of a member, where the list of members is believed


# ---- those of others ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        # gzipped, and called .warc: they break a MUST that those who made them do not look at
        ("pywb__valid_example_1.wacz", {"GZIP encoded, and must have the extension .warc.gz"}),
        ("py-wacz__valid_example_2.wacz", {"GZIP encoded, and must have the extension .warc.gz"}),
        ("py-wacz__valid_signed_example_1.wacz", set()),
        ("py-wacz__invalid_signed_example_1.wacz", set()),  # only its certificate is not to be trusted
        ("pywb__invalid_example_1.wacz", {"must be listed in the resources", '"wacz_version" must say the version of WACZ',
          "listed, and not there", "the folder archive must have one or more WARC files", "must be present",
          "the folder indexes must have one or more indexes", '"name" must be there', '"bytes" must be there, a number',
          '"hash" must be there, such as sha256:…'}),
    ],
)  # fmt: skip
def test_labelled_files(name: str, errors: set[str]) -> None:
    found = list(validate_wacz(making.material(f"bad-captures/{name}")))
    assert {one.message for one in found if one.severity == "error"} == errors
    signed = "WACZ Signing and Verification" in {one.section for one in found if one.severity == "note"}
    assert signed == ("signed" in name)

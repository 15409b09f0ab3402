"""WACZ files: WARC files in a zip, with what belongs to them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archive
from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, packed, wacz, zipped
from archive.sources import warc as warc_source
from tests.making import converted, put, record, responses
from tests.making import packed as packed_records
from tests.making import zipped as zipped_members

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
PAGES = (
    b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n'
    b'{"id": "1", "url": "https://warc1.example/1", "ts": "2024-05-03T04:05:06Z", "text": "The committee met."}\n'
)
MEMBERS = {
    "archive/one.warc.gz": packed_records(*responses(range(1, 4))),
    "archive/two.warc": b"".join(responses(range(4, 6))),
    "indexes/index.cdx.gz": b"\x1f\x8b\x08 no matter",
    "pages/pages.jsonl": PAGES,
    "logs/crawl.log": b"a line\n",
    "fuzzy.json": b"{}",
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    every = (warc_source.SOURCE, wacz.SOURCE, zipped.SOURCE, packed.SOURCE)
    monkeypatch.setattr(sources, "_sources", lambda: every)


def described(members: Mapping[str, bytes], **other: Any) -> dict[str, bytes]:
    """The members of a WACZ with its description; ``other`` replaces what the first resource says."""
    resources: list[dict[str, Any]] = [
        {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
        for name, data in members.items()
    ]
    resources[0] |= other
    package = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    signed = json.dumps({"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}).encode()
    return {**members, "datapackage.json": package, "datapackage-digest.json": signed}


def stored(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members, not packed again, as WACZ files are made."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2024, 8, 1, 12, 0, 0)), data)
    return out.getvalue()


def read(data: bytes, name: str = "a.wacz", options: ReadOptions | None = None) -> list[Capture | Damage | Skip]:
    origin = Origin(path=name, modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    return list(sources.captures(opened, options or ReadOptions()))


def records(found: list[Capture | Damage | Skip]) -> list[bytes]:
    return [item.record_sha256 for item in found if isinstance(item, Capture)]


WHOLE = stored(described(MEMBERS))
SOUND = records(read(WHOLE))


def test_the_warc_files_are_read_and_all_else_is_named() -> None:
    found = read(WHOLE)
    assert [item.origin.member for item in found if isinstance(item, Capture)] == ["archive/one.warc.gz"] * 3 + ["archive/two.warc"] * 2
    assert not any(item.wrapped for item in found if isinstance(item, Capture))
    assert {item.origin.member: item.reason for item in found if not isinstance(item, Capture)} == {
        "indexes/index.cdx.gz": "an index of the archive (WACZ), no capture",
        "pages/pages.jsonl": "a list of pages (WACZ), no captures",
        "logs/crawl.log": "a log of the crawl (WACZ), no capture",
        "fuzzy.json": "a member of a WACZ outside archive/, no capture",
        "datapackage.json": "the description of the archive (WACZ), no capture",
        "datapackage-digest.json": "the signature of the archive (WACZ), no capture",
    }
    (skip,) = [item for item in found if item.origin.member == "pages/pages.jsonl"]
    assert isinstance(skip, Skip)
    assert (skip.length, skip.sha256) == (len(PAGES), hashlib.sha256(PAGES).digest())


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"hash": "sha256:" + "0" * 64}, "states sha256:0000"),
        ({"hash": "0" * 40, "hashing": "sha1"}, "states sha1:0000"),
        ({"stats": {"hash": "0" * 64, "bytes": 3}, "hashing": "sha256", "hash": None, "bytes": None}, "states 3 bytes"),
        ({"bytes": 7}, "states 7 bytes"),
    ],
)
def test_a_member_that_is_not_what_is_stated_is_read_and_named(other: dict[str, Any], words: str) -> None:
    found = read(stored(described(MEMBERS, **other)))
    (damage,) = [item for item in found if isinstance(item, Damage)]
    assert (damage.reason, damage.origin.member) == ("digest", "archive/one.warc.gz")
    assert (damage.offset, damage.length) == (len(MEMBERS["archive/one.warc.gz"]), 0)
    assert words in damage.detail
    assert damage.detail.startswith("datapackage.json states ")
    assert records(found) == SOUND


@pytest.mark.parametrize("other", [{"hash": "sha224:00"}, {"hash": 3, "bytes": "x"}, {"path": 3}, {"stats": 3}])
def test_what_is_stated_in_no_known_way_is_not_compared(other: dict[str, Any]) -> None:
    assert not any(isinstance(item, Damage) for item in read(stored(described(MEMBERS, **other))))


def test_a_description_that_is_not_the_one_that_was_signed() -> None:
    members = described(MEMBERS)
    members["datapackage.json"] = members["datapackage.json"].replace(b"1.1.1", b"1.1.2")
    (damage,) = [item for item in read(stored(members)) if isinstance(item, Damage)]
    assert (damage.origin.member, damage.reason) == ("datapackage.json", "digest")
    members["datapackage.json"] = b"{"
    first, second = [item for item in read(stored(members)) if isinstance(item, Damage)]
    assert (first.reason, second.reason) == ("json", "digest")
    members["datapackage.json"] = b"[" * 100_000
    assert records(read(stored(members))) == SOUND


def test_archives_in_an_archive() -> None:
    inner = stored(described(MEMBERS))
    found = read(stored(described({"one.wacz": inner, "notes.txt": b"words", "x.warc": responses([9])[0]})))
    assert len(records(found)) == 6
    assert {item.origin.member for item in found if isinstance(item, Capture)} == {
        "one.wacz!/archive/one.warc.gz", "one.wacz!/archive/two.warc", "x.warc",
    }  # fmt: skip
    assert not any(isinstance(item, Damage) for item in found)
    shallow = read(stored(described({"one.wacz": inner})), options=ReadOptions(limits=Limits(nesting=1)))
    assert next(item.reason for item in shallow if isinstance(item, Skip)) == "packed more than 1 times over"


@pytest.mark.parametrize(
    ("members", "name", "known"),
    [
        (described(MEMBERS), "x.zip", "wacz"),
        ({"indexes/index.idx": b"", "pages/pages.jsonl": PAGES}, "x", "wacz"),
        ({"a.txt": b"words"}, "x.WACZ", "wacz"),
        ({"a.txt": b"words", "datapackage.json": b"{}"}, "x", "wacz"),
        ({"pages/pages.jsonl": PAGES, "a.warc": b""}, "x.zip", "zip"),
        ({"archive/a.txt": b"words"}, "x.zip", "zip"),
    ],
)
def test_recognised_by_its_first_members(members: Mapping[str, bytes], name: str, known: str) -> None:
    data = stored(members)
    source = sources.find(Opened(file=BytesIO(data), size=len(data), origin=Origin(path=name), in_place=True))
    assert source is not None
    assert source.kind == known
    assert not wacz.SOURCE.recognises(b"words", "x.wacz")


@settings(max_examples=60, deadline=None)
@given(st.integers(4, len(WHOLE) - 1))
def test_cut_anywhere(cut: int) -> None:
    found = read(WHOLE[:cut])
    assert records(found) == SOUND[: len(records(found))]
    ends = [WHOLE.index(MEMBERS[name]) + len(MEMBERS[name]) for name in ("archive/one.warc.gz", "archive/two.warc")]
    assert len(records(found)) >= (5 if cut >= ends[1] else 3 if cut >= ends[0] else 0)
    assert any(isinstance(item, Damage) for item in found)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_raises_nothing(place: int, change: int) -> None:
    data = bytearray(WHOLE)
    data[place] ^= change
    found = read(bytes(data))
    starts = {name: WHOLE.index(MEMBERS[name]) for name in MEMBERS}
    inside = [name for name, start in starts.items() if start <= place < start + len(MEMBERS[name])]
    if inside:
        assert len(set(SOUND) & set(records(found))) >= (4 if inside[0].startswith("archive/") else 5)
        assert any(isinstance(item, Damage) for item in found)


def test_in_a_corpus(tmp_path: Path) -> None:
    broken = record(b"HTTP/1.1 200 OK\r\n\r\nwords").replace(b"Content-Length: 24", b"Content-Length: 99")
    odd = {**MEMBERS, "archive/three.warc": broken}
    put(tmp_path / "in" / "a.wacz", zipped_members(described(odd, hash="sha256:" + "0" * 64)))
    put(tmp_path / "in" / "cut.wacz", WHOLE[: len(WHOLE) // 3])
    converted(tmp_path / "corpus", tmp_path / "in")
    corpus = archive.open_corpus(tmp_path / "corpus")
    verdict = corpus.verify()
    assert verdict.ok, verdict.failures
    kinds = {row["path"]: row["kind"] for row in corpus.table("inputs").to_pylist() if row["member"] is None}
    assert kinds == {"a.wacz": "wacz", "cut.wacz": "wacz"}
    reasons = [row["reason"] for row in corpus.captures().to_pylist() if row["outcome"] == "damaged" and row["source_path"] == "a.wacz"]
    assert sorted(reasons) == ["digest", "truncated"]

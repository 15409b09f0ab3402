"""A corpus as WACZ: every record that a row names, byte for byte, an index of what can be replayed, and pages."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import archive
from archive.wacz import export, index, sorting
from archive.wacz.opened import error
from archive.wacz.rules import validate_wacz
from tests import making


class Read:
    """A WACZ, read again."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as made:
            self.members = {name: made.read(name) for name in made.namelist()}
            self.stored = {info.filename for info in made.infolist() if info.compress_type == zipfile.ZIP_STORED}
        lines = gzip.decompress(self.members["indexes/index.cdx.gz"]).splitlines()
        self.lines = [line.decode().split(" ", 2) for line in lines]
        self.entries: list[dict[str, Any]] = [json.loads(line[2]) for line in self.lines]
        self.head, *self.pages = map(json.loads, self.members["pages/pages.jsonl"].splitlines())
        self.package = json.loads(self.members["datapackage.json"])

    def bytes_of(self, entry: dict[str, Any]) -> bytes:
        """The bytes that a line of the index names."""
        start = int(entry["offset"])
        return self.members[f"archive/{entry['filename']}"][start : start + int(entry["length"])]

    def records(self) -> list[bytes]:
        """SHA-256 of what each gzip member in ``archive/`` holds."""
        found = []
        for name, data in self.members.items():
            if name.startswith("archive/"):
                found += [hashlib.sha256(one).digest() for one in unpacked(data)]
        return found


def unpacked(data: bytes) -> Iterable[bytes]:
    while data:
        one = zlib.decompressobj(31)
        yield one.decompress(data)
        data = one.unused_data


def made_of(folder: Path, *inputs: Path, **stated: Any) -> tuple[archive.Corpus, Read]:
    corpus = making.corpus_of(folder / "corpus", *inputs)
    archive.export_wacz(folder / "corpus", folder / "c.wacz", **stated)
    assert [found for found in validate_wacz(folder / "c.wacz") if found.severity != "note"] == []
    return corpus, Read(folder / "c.wacz")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs of every kind, and their corpus."""
    folder = tmp_path_factory.mktemp("mixed")
    making.mixed(folder / "in")
    making.converted(folder / "corpus", folder / "in")
    return folder


# ---- records -----------------------------------------------------------------------------------------------------


def test_every_record_is_in_it_and_no_other(mixed: Path, tmp_path: Path) -> None:
    made = archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    rows = archive.open_corpus(mixed / "corpus").captures().to_pylist()
    records = [row["record_sha256"] for row in rows if row["outcome"] != "damaged"]
    found = Read(tmp_path / "c.wacz").records()
    own = 1  # the head of our WARC file, which is no capture
    assert set(records) <= set(found)
    assert len(found) == len(records) + own
    assert made.records == len(records)
    assert made.damaged == len(rows) - len(records) > 0
    assert made.warc_files == 4


def test_our_files_and_members_of_one_record_are_copied_as_they_lie(mixed: Path, tmp_path: Path) -> None:
    archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    members = Read(tmp_path / "c.wacz").members
    (own,) = (mixed / "corpus" / "warc").iterdir()
    assert members[f"archive/{own.name}"] == own.read_bytes()
    assert members["archive/whole.warc.gz"] == (mixed / "in" / "crawl" / "whole.warc.gz").read_bytes()


def test_plain_records_become_members(mixed: Path, tmp_path: Path) -> None:
    archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    data = Read(tmp_path / "c.wacz").members["archive/plain.warc.gz"]
    assert list(unpacked(data)) == making.responses([40, 43])


@pytest.mark.parametrize("cut", [False, True])
def test_many_records_in_one_member(tmp_path: Path, *, cut: bool) -> None:
    """Read one after the other, and each is a member of its own in the WACZ, without the damage behind them."""
    records = making.responses(range(6))
    whole = gzip.compress(b"".join(records), mtime=0)
    making.put(tmp_path / "in" / "one.warc.gz", whole[:-200] if cut else whole)
    corpus, made = made_of(tmp_path, tmp_path / "in")
    found = list(unpacked(made.members["archive/one.warc.gz"]))
    assert found == records[: corpus.manifest.counts.records]
    assert len(found) == (4 if cut else 6)  # of the last ones in front of the damage it may be in any


def test_a_record_that_is_not_held_in_memory(tmp_path: Path) -> None:
    large = making.record(making.http(making.page(1) * 40), uri="https://warc.example/large")
    for name, data in (("plain.warc", large), ("packed.warc.gz", making.packed(large))):
        making.put(tmp_path / "in" / name, data + making.responses([1])[0] if name == "plain.warc" else data)
    reading = archive.ReadOptions(limits=archive.Limits(record_bytes=20_000))
    making.converted(tmp_path / "corpus", tmp_path / "in", settings=archive.Settings(reading=reading))
    assert archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz").records == 3
    made = Read(tmp_path / "c.wacz")
    assert list(unpacked(made.members["archive/packed.warc.gz"])) == [large]
    assert list(unpacked(made.members["archive/plain.warc.gz"])) == [large, making.responses([1])[0]]


def test_names_in_the_archive_are_safe_and_differ(tmp_path: Path) -> None:
    names = ("a/x.warc", "b/X.warc.gz", "c/x.warc.gz", "d/ü b;?.warc", "e/.warc", "f/" + "n" * 200 + ".warc")
    for number, name in enumerate(names):
        (one,) = making.responses([number])
        making.put(tmp_path / "in" / name, making.packed(one) if name.endswith("gz") else one)
    _, made = made_of(tmp_path, tmp_path / "in")
    found = {name.removeprefix("archive/") for name in made.members if name.startswith("archive/")}
    assert found == {"x.warc.gz", "X-2.warc.gz", "x-3.warc.gz", "b.warc.gz", "records.warc.gz", "n" * 100 + ".warc.gz"}


def test_a_corpus_with_its_records_copied(tmp_path: Path) -> None:
    making.mixed(tmp_path / "in", each=1)
    making.corpus_of(tmp_path / "corpus", tmp_path / "in", copy_records=True)
    shutil.rmtree(tmp_path / "in")
    made = archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert made.warc_files == 1
    assert made.records == archive.open_corpus(tmp_path / "corpus").manifest.counts.records


# ---- index -------------------------------------------------------------------------------------------------------


def test_each_line_names_its_record(mixed: Path, tmp_path: Path) -> None:
    made = archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    read = Read(tmp_path / "c.wacz")
    rows = {row["record_sha256"]: row for row in archive.open_corpus(mixed / "corpus").captures().to_pylist()}
    seen = set()
    for (_, time, _), entry in zip(read.lines, read.entries, strict=True):
        record = gzip.decompress(read.bytes_of(entry))
        row = rows[hashlib.sha256(record).digest()]
        seen.add(row["record_sha256"])
        assert entry["url"] == row["target_uri"]
        assert time == f"{row['captured_at']:%Y%m%d%H%M%S}"
        assert entry["mime"] == row["media_type"]
        assert entry.get("status") == (str(row["http_status"]) if row["record_type"] == "response" else None)
        assert entry["digest"] == "sha256:" + row["payload_sha256"].hex()
        assert entry["recordDigest"] == "sha256:" + hashlib.sha256(read.bytes_of(entry)).hexdigest()
    assert made.indexed == len(seen)
    assert seen == {row["record_sha256"] for row in rows.values() if row["outcome"] != "damaged"}
    keys = [" ".join(line[:2]).encode() for line in read.lines]
    assert keys == sorted(keys)


@pytest.mark.parametrize("lines", [1, 3, 1000])
def test_blocks_of_the_index(mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lines: int) -> None:
    monkeypatch.setattr(index, "BLOCK_LINES", lines)
    archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    read = Read(tmp_path / "c.wacz")
    meta, *starts = read.members["indexes/index.idx"].decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert len(starts) == -(-len(read.lines) // lines)
    for number, start in enumerate(starts):
        key, time, place = start.split(" ", 2)
        at = json.loads(place)
        block = read.members["indexes/index.cdx.gz"][at["offset"] : at["offset"] + at["length"]]
        assert at["digest"] == "sha256:" + hashlib.sha256(block).hexdigest()
        assert [key, time] == read.lines[number * lines][:2]
        assert len(gzip.decompress(block).splitlines()) == min(lines, len(read.lines) - number * lines)


def test_only_what_can_be_replayed_is_in_the_index(tmp_path: Path) -> None:
    uri = "https://warc.example/both"
    text = making.record(making.dump(1), uri=uri, kind="conversion", fields={"Content-Type": "text/plain"})
    request = making.record(b"GET /both HTTP/1.1\r\nHost: x\r\n\r\n", uri=uri, kind="request")
    metadata = making.record(b"a: b\r\n", uri=uri, kind="metadata", fields={"Content-Type": "application/warc-fields"})
    page = making.record(making.http(making.page(1)), uri=uri)
    revisit = making.record(b"", uri=uri, kind="revisit", date="2024-06-01T00:00:00Z")
    making.put(tmp_path / "in" / "all.warc", b"".join([text, request, metadata, page, revisit]))
    _, made = made_of(tmp_path, tmp_path / "in")
    assert len(made.records()) == 5
    assert [(line[1], entry["mime"]) for line, entry in zip(made.lines, made.entries, strict=True)] == [
        ("20240503040506", "text/html"),
        ("20240601000000", "warc/revisit"),
    ]
    assert [page["ts"] for page in made.pages] == ["2024-05-03T04:05:06Z"]  # of the page, and none of the conversion
    exported = archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert (exported.records, exported.indexed, exported.pages, exported.articles_without_page) == (5, 2, 1, 1)


def test_days_and_years_are_filled_up(tmp_path: Path) -> None:
    dates = ("2024", "2024-08", "2024-08-27", "2024-08-27T10:00:00.123Z", "nonsense", "1985-01-01T00:00:00Z")
    records = [
        making.record(making.http(making.page(n)), uri=f"https://d.example/{n}", date=d) for n, d in enumerate(dates)
    ]
    making.put(tmp_path / "in" / "d.warc", b"".join(records))
    _, made = made_of(tmp_path, tmp_path / "in")
    assert [line[1] for line in made.lines] == ["20240101000000", "20240801000000", "20240827000000", "20240827100000"]
    exported = archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert (exported.records, exported.unindexed, exported.articles_without_page) == (6, 2, 2)


def test_the_digest_is_the_one_that_revisits_name(tmp_path: Path) -> None:
    digest = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"  # of no bytes
    said = {"WARC-Payload-Digest": digest}
    empty = making.record(making.http(b""), uri="https://d.example/a", fields=said)
    wrong = making.record(making.http(making.page(1)), uri="https://d.example/b", fields=said)
    revisit = making.record(b"", uri="https://d.example/c", kind="revisit", fields=said)
    making.put(tmp_path / "in" / "d.warc", empty + wrong + revisit)
    _, made = made_of(tmp_path, tmp_path / "in")
    ours = "sha256:" + hashlib.sha256(making.page(1)).hexdigest()
    assert [entry["digest"] for entry in made.entries] == [digest, ours, digest]


def test_records_that_say_odd_things_of_themselves(tmp_path: Path) -> None:
    """They are in it, and what no viewer would believe of them is not in the index: one of them stops no export."""
    said = {"Archive-Flags": "capture-time-unknown warc-date-unreadable"}
    dates = ("2024-05-03T04:05:06Z", "1985-01-01T00:00:00Z", "nonsense", "1970-01-01T00:00:00Z")
    records = [
        making.record(making.http(making.page(n)), uri=f"https://odd.example/{n}", date=date, fields=said)
        for n, date in enumerate(dates)
    ]
    latin = making.record(making.http(making.page(5)), uri="https://odd.example/ue")
    records += [latin.replace(b"odd.example/ue", b"odd.example/\xfc ")]
    records += [latin.replace(b"odd.example/ue", b"odd.example/<x>\r\n y"), latin.replace(b"https://odd.example/ue", b"< >")]
    named = bytearray(gzip.compress(latin, mtime=0))
    named[3] |= 8  # with the name of a file, longer than any has
    making.put(tmp_path / "in" / "named.warc.gz", bytes(named[:10]) + b"n" * 9000 + b"\0" + bytes(named[10:]))
    making.put(tmp_path / "in" / "odd.warc", b"".join(records))
    corpus, made = made_of(tmp_path, tmp_path / "in")
    assert len(made.records()) == corpus.manifest.counts.records >= 7
    assert {"https://odd.example/ue", "https://odd.example/3"} <= {entry["url"] for entry in made.entries}


def test_nobody_asks_for_what_is_behind_the_hash(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "d.warc", making.record(making.http(making.page(1)), uri="https://d.example/a/#part"))
    _, made = made_of(tmp_path, tmp_path / "in")
    assert [line[0] for line in made.lines] == ["example,d)/a", "example,d)/a/"]  # for pywb, and for wabac.js
    assert {entry["url"] for entry in made.entries} == {made.pages[0]["url"]} == {"https://d.example/a/"}


# ---- pages -------------------------------------------------------------------------------------------------------


def test_pages_are_the_articles(mixed: Path, tmp_path: Path) -> None:
    archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz")
    read = Read(tmp_path / "c.wacz")
    articles = archive.open_corpus(mixed / "corpus").articles().to_pylist()
    assert read.head == {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": False}
    assert {page["id"] for page in read.pages} == {row["article_id"] for row in articles}
    assert [page["ts"] for page in read.pages] == sorted(page["ts"] for page in read.pages)
    indexed = {(entry["url"], line[1]) for line, entry in zip(read.lines, read.entries, strict=True)}
    for page in read.pages:
        assert (page["url"], "".join(c for c in page["ts"] if c.isdigit())) in indexed
        assert "text" not in page
    titles = {row["article_id"]: row["title"] for row in articles}
    assert {page["id"]: page.get("title") for page in read.pages} == titles
    assert any(page["url"].startswith("urn:uuid:") for page in read.pages)


def test_pages_with_their_text(mixed: Path, tmp_path: Path) -> None:
    archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz", text=True)
    read = Read(tmp_path / "c.wacz")
    texts = {row["article_id"]: row["text"] for row in archive.open_corpus(mixed / "corpus").articles().to_pylist()}
    assert read.head["hasText"]
    assert {page["id"]: page["text"] for page in read.pages} == texts


def test_what_the_package_says(mixed: Path, tmp_path: Path) -> None:
    made = archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz", title="Harbour news")
    read = Read(tmp_path / "c.wacz")
    stated = {one["path"]: (one["hash"], one["bytes"]) for one in read.package["resources"]}
    others = {name: data for name, data in read.members.items() if not name.startswith("datapackage")}
    assert stated == {n: ("sha256:" + hashlib.sha256(d).hexdigest(), len(d)) for n, d in others.items()}
    assert read.package["title"] == "Harbour news"
    manifest = (mixed / "corpus" / "manifest.json").read_bytes()
    assert read.package["corpus"]["manifest"] == "sha256:" + hashlib.sha256(manifest).hexdigest()
    assert made.digest == "sha256:" + hashlib.sha256(read.members["datapackage.json"]).hexdigest()
    assert made.size == (tmp_path / "c.wacz").stat().st_size
    assert read.stored == {name for name in read.members if name.endswith(".gz")}


# ---- the file ----------------------------------------------------------------------------------------------------


def test_the_same_corpus_gives_the_same_bytes(mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.export_wacz(mixed / "corpus", tmp_path / "a.wacz")
    shutil.copytree(mixed / "corpus", tmp_path / "moved")
    monkeypatch.setattr(sorting, "RUN_BYTES", 500)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    archive.export_wacz(tmp_path / "moved", tmp_path / "b.wacz", source_roots=[mixed])
    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.wacz", "b.wacz", "moved"}


def test_a_corpus_that_was_added_to(mixed: Path, tmp_path: Path) -> None:
    making.put(tmp_path / "first" / "a.html", making.page(1))
    making.put(tmp_path / "next" / "b.html", making.page(2))
    for inputs in ("first", "next"):
        making.converted(tmp_path / "corpus", tmp_path / inputs)
    made = archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert (made.warc_files, made.records, made.pages) == (2, 2, 2)
    del mixed


def test_a_file_that_is_there_is_replaced_when_all_is_done(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = making.put(tmp_path / "c.wacz", b"what was there")

    def stop(_: int) -> None:
        assert target.read_bytes() == b"what was there"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.export_wacz(mixed / "corpus", target, told=stop)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"what was there"]
    monkeypatch.setattr(export, "validate_wacz", lambda _: [error("archive", "archive/x", "odd")])
    with pytest.raises(archive.CorpusError, match=r"would not be as the specification wants them.*archive/x: odd"):
        archive.export_wacz(mixed / "corpus", target)
    monkeypatch.undo()
    archive.export_wacz(mixed / "corpus", target)
    assert zipfile.is_zipfile(target)


def test_progress_counts_the_records(mixed: Path, tmp_path: Path) -> None:
    heard: list[int] = []
    made = archive.export_wacz(mixed / "corpus", tmp_path / "c.wacz", told=heard.append)
    assert heard == list(range(1, made.records + 1))


# ---- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["c.zip", "c.wacz.gz", "corpus/c.wacz", "nowhere/c.wacz", "folder.wacz"])
def test_names_that_are_refused(mixed: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(mixed / "corpus", tmp_path / "corpus")
    (tmp_path / "folder.wacz").mkdir()
    with pytest.raises(archive.UsageError):
        archive.export_wacz(tmp_path / "corpus", tmp_path / name, source_roots=[mixed])


def test_a_record_that_has_changed_stops_it(tmp_path: Path) -> None:
    source = making.put(tmp_path / "in" / "a.warc", b"".join(making.responses([1, 2, 3])))
    making.converted(tmp_path / "corpus", tmp_path / "in")
    data = source.read_bytes()
    at = data.index(b"district 2 met")
    making.put(source, data[:at] + b"D" + data[at + 1 :])
    (row,) = [
        r for r in archive.open_corpus(tmp_path / "corpus").captures().to_pylist() if r["target_uri"].endswith("/2")
    ]
    with pytest.raises(archive.Unproven, match=f"a.warc, byte {row['warc_record_offset']}.*{row['capture_id']}"):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "corpus"}
    making.put(source, data[: len(data) // 2])
    with pytest.raises(archive.Unproven, match="not the record of capture"):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    source.unlink()
    with pytest.raises(archive.CorpusError, match="--source-root"):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")


@pytest.mark.parametrize("table", ["warc", "captures", "articles"])
def test_a_file_of_the_corpus_that_has_changed_stops_it(mixed: Path, tmp_path: Path, table: str) -> None:
    shutil.copytree(mixed / "corpus", tmp_path / "corpus")
    path = min(path for path in (tmp_path / "corpus" / table).rglob("*") if path.is_file())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(archive.Unproven, match="not the file that the manifest names"):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz", source_roots=[mixed])
    path.unlink()
    with pytest.raises(FileNotFoundError):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz", source_roots=[mixed])


def test_a_corpus_without_records_has_nothing_to_export(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.png", b"\x89PNG\r\n\x1a\n\0")
    making.converted(tmp_path / "corpus", tmp_path / "in")
    with pytest.raises(archive.CorpusError, match="nothing to export"):
        archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")


def test_a_corpus_of_which_nothing_can_be_replayed(tmp_path: Path) -> None:
    text = making.record(making.dump(1), kind="conversion", fields={"Content-Type": "text/plain"})
    making.put(tmp_path / "in" / "a.warc", text)
    making.converted(tmp_path / "corpus", tmp_path / "in")
    made = archive.export_wacz(tmp_path / "corpus", tmp_path / "c.wacz")
    assert (made.records, made.indexed, made.pages) == (1, 0, 0)
    (found,) = [found for found in validate_wacz(tmp_path / "c.wacz") if found.severity != "note"]
    assert (found.severity, found.message) == ("warning", "has no line")

"""The manifest comes back as it was written, and holds nothing of a machine."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import manifest
from archive.errors import CorpusError
from archive.model import CorpusFile, Counts, JsonFields, Limits, Manifest, ReadOptions, Settings
from archive.rows import InputRow
from tests import making

READING = ReadOptions(
    captured_at=datetime(2024, 8, 27, tzinfo=UTC), json_fields=JsonFields(url="address"), limits=Limits(nesting=2)
)
MADE = Manifest(
    schema_version="1.0",
    config_sha256="ab" * 32,
    settings=Settings(reading=READING, partition_by=("capture_year", "text_language")),
    inputs=3,
    counts=Counts(records=2, articles=1, rejections=1),
    reasons=(("payload: empty", 1),),
    files=(CorpusFile(path="warc/a-00000.warc.gz", size=7, sha256="cd" * 32),
           CorpusFile(path="articles/capture_year=y2024/a-00000.parquet", size=8, sha256="ef" * 32, rows=1)),
)  # fmt: skip
ROW = InputRow(
    path="a", member=None, kind="html", size=1, sha256=bytes(32), records=1, articles=1, rejections=0, damaged=0, skipped=None,
    added=0,
)


@pytest.mark.parametrize("made", [MADE, replace(MADE, settings=Settings(), files=(), reasons=())])
def test_a_manifest_comes_back(tmp_path: Path, made: Manifest) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest.to_text(made))
    assert manifest.read_manifest(tmp_path) == made


def test_the_text_is_canonical_json() -> None:
    text = manifest.to_text(MADE).decode()
    stated = json.loads(text)
    assert stated["format"] == "archive corpus"
    assert set(stated) == {"format", *asdict(MADE)}
    assert text == json.dumps(stated, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"settings": 1}', b"\xff"])
def test_what_is_no_manifest(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(text)
    with pytest.raises(CorpusError, match="cannot be read as a manifest"):
        manifest.read_manifest(tmp_path)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no corpus here"):
        manifest.read_manifest(tmp_path)


def test_the_digest_of_settings_stands_for_each_of_them() -> None:
    some = [
        Settings(),
        Settings(copy_records=True),
        Settings(dedupe_payloads=True),
        Settings(partition_by=("capture_year",)),
        Settings(reading=READING),
        Settings(reading=replace(READING, limits=Limits())),
    ]
    assert len({manifest.settings_sha256(settings) for settings in some}) == len(some)
    assert manifest.settings_sha256(Settings()) == manifest.settings_sha256(Settings())


def test_the_name_of_a_batch_stands_for_every_word_about_the_inputs() -> None:
    changed = {"path": "b", "member": "m", "kind": "text", "size": 2, "sha256": b"\1" * 32, "records": 2, "articles": 0,
               "rejections": 1, "damaged": 1, "skipped": "why", "added": 1}  # fmt: skip
    assert set(changed) == set(InputRow.__dataclass_fields__)
    rows = [ROW, *(InputRow(**{**asdict(ROW), name: value}) for name, value in changed.items())]
    names = {manifest.batch_name_of([row], b"x") for row in rows}
    names |= {manifest.batch_name_of([ROW], b"y"), manifest.batch_name_of([], b"x"), manifest.batch_name_of([ROW, ROW], b"x")}
    assert len(names) == len(rows) + 3
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)


def test_a_file_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "x.wacz").write_bytes(b"PK")
    with pytest.raises(CorpusError, match="a file, and no corpus"):
        manifest.read_manifest(tmp_path / "x.wacz")


@pytest.mark.parametrize(
    "name",
    ["../victim", "articles/../../victim", "/etc/passwd", "articles//x", "articles/./x", "captures/..", "runs/x", "", "warc\\x",
     "articles/a\nb", "warc/" + "x" * 300],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    odd = CorpusFile(path=name, size=1, sha256="ab" * 32, rows=1)
    (tmp_path / "manifest.json").write_bytes(manifest.to_text(replace(MADE, files=(*MADE.files, odd))))
    with pytest.raises(CorpusError, match="no file of a corpus"):
        manifest.read_manifest(tmp_path)


def test_compact_deletes_no_file_elsewhere(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.html", making.page(1))
    making.converted(tmp_path / "corpus", tmp_path / "in")
    making.put(tmp_path / "in" / "b.html", making.page(2))
    making.converted(tmp_path / "corpus", tmp_path / "in")
    path = tmp_path / "corpus" / "manifest.json"
    stated = json.loads(path.read_bytes())
    table = next(file for file in stated["files"] if file["path"].startswith("articles/"))
    victim = making.put(tmp_path / "victim.parquet", (tmp_path / "corpus" / table["path"]).read_bytes())
    stated["files"].append({**table, "path": "articles/../../victim.parquet"})
    path.write_text(json.dumps(stated))
    assert making.run("compact", tmp_path / "corpus").returncode == 2
    assert victim.is_file()

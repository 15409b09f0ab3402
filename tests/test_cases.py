"""One input a folder, and every row that a conversion makes of it.

    tests/cases/<name>/input.*          the input
    tests/cases/<name>/expected.json    its rows in captures, articles and inputs

``pytest tests/test_cases.py --update`` writes the expected rows anew; read the difference before you keep it. Left out
are ``config_sha256``, which names the versions of libraries and the learned weights, the names of files that we write,
which come of it, and place and packed length of records that we wrap, which are zlib's business.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import archive
from archive.model import ReadOptions

CASES = Path(__file__).parent / "cases"
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
SETTINGS = archive.Settings(reading=ReadOptions(captured_at=datetime(2024, 8, 27, 10, tzinfo=UTC)))
PACKED = ("warc_filename", "warc_record_offset", "warc_record_length")


def plain(value: Any) -> Any:
    """A value of a row as JSON has it: bytes as hexadecimal, times as ISO 8601."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def row(values: dict[str, Any]) -> dict[str, Any]:
    ours = (values.get("warc_filename") or "").startswith("warc/")
    return {name: plain(value) for name, value in values.items()
            if name != "config_sha256" and not (ours and name in PACKED)}  # fmt: skip


def rows_of(source: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of the corpus that is made of ``source`` alone."""
    archive.convert([source], folder, settings=SETTINGS)
    corpus = archive.open_corpus(folder)
    return {
        table: [row(one) for one in corpus.table(table).to_pylist()] for table in ("captures", "articles", "inputs")
    }


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, tmp_path: Path, *, update: bool) -> None:
    (source,) = (CASES / name).glob("input.*")
    rows = rows_of(source, tmp_path / "corpus")
    path = CASES / name / "expected.json"
    if update:
        path.write_text(json.dumps(rows, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert rows == json.loads(path.read_text(encoding="utf-8"))


def test_every_kind_of_input_and_every_outcome_has_a_case() -> None:
    found = [json.loads((CASES / name / "expected.json").read_text(encoding="utf-8")) for name in NAMES]
    kinds = {one["kind"] for rows in found for one in rows["inputs"]}
    outcomes = {(one["outcome"], one["stage"], one["reason"]) for rows in found for one in rows["captures"]}
    assert kinds >= {"html", "text", "warc", "arc", "jsonl", "zip", "tar", "packed", "har", "mhtml", "wacz", "empty", "singlefile", "mirror"}
    assert {outcome for outcome, _, _ in outcomes} == {"article", "rejected", "damaged"}
    assert {reason for _, stage, reason in outcomes if stage == "record"} >= {
        "revisit", "record-type", "http-status", "truncated", "content-length", "gzip",
    }  # fmt: skip
    assert {reason for _, stage, reason in outcomes if stage == "payload"} >= {"empty", "not-text"}
    assert "no-text" in {reason for _, stage, reason in outcomes if stage == "extraction"}

"""What a person sees when a corpus is made: counts, reasons with examples, damage, and how to list the rest."""

from __future__ import annotations

import ast
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import archive
from archive import screen, screen_convert
from archive.model import Counts, Manifest, Settings
from archive.progress import Converting
from tests import making

MANIFEST = Manifest(
    schema_version="1.0",
    config_sha256="00",
    settings=Settings(),
    inputs=1234,
    counts=Counts(records=3, articles=2, rejections=1, damaged=4, skipped=5, members_skipped=6),
    reasons=(("payload: \x1b[31mempty [/x]", 1),),
    files=(),
)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What was printed on 80 columns."""
    text = io.StringIO()
    monkeypatch.setattr(screen, "out", Console(file=text, width=80, highlight=False))
    yield text
    assert "\x1b" not in text.getvalue()


def rejecting(folder: Path) -> Path:
    """Records that are rejected for six reasons, one of them often; damage in more ranges than are shown."""
    long = "https://warc.example/" + "section/" * 20
    records = [making.record(making.http(b"", status="404 Not Found"), uri=f"{long}{n}") for n in range(4)]
    records += [making.record(making.http(b""), uri="https://warc.example/empty")] * 3
    records += [making.record(making.http(b"%PDF-1.4 " * 50), uri="https://warc.example/pdf")] * 2
    records += [making.record(making.http(b"<p>\n</p>"), uri="https://warc.example/no-text")]
    records += [making.record(b"a: b\r\n", kind="metadata", uri="https://warc.example/m")]
    records += [making.record(making.http(b""), kind="revisit", uri="https://warc.example/r")]
    making.put(folder / "it's a crawl" / "one.warc.gz", making.packed(*records, *making.responses([1])))
    making.put(folder / "lines.jsonl", making.json_lines([2]) + b"{broken\n" * 12)
    for number in range(11):
        making.put(folder / f"empty{number}.html", b"")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> archive.Corpus:
    """One whose folder has to be quoted."""
    return making.corpus_of(tmp_path / "my corpus", rejecting(tmp_path / "in"))


def test_counts(shown: io.StringIO) -> None:
    told = Converting(quiet=True)
    screen_convert.counted("corpus [/x]", MANIFEST, told)
    text = shown.getvalue()
    rows = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in text.splitlines()[:-1])
    assert rows == {
        "input files": "1,234",
        "skipped: no capture in it": "5",
        "members of zips and tars": "6",
        "records found": "3",
        "articles": "2",
        "rejected, with a reason": "1",
        "damaged ranges": "4",
    }
    assert "corpus [/x]: 0 files" in text
    told.unchanged(MANIFEST)
    screen_convert.counted("corpus [/x]", MANIFEST, told)
    assert "corpus [/x]: made from these inputs before; nothing to do" in shown.getvalue()


def test_speed_and_cpu(shown: io.StringIO, tmp_path: Path) -> None:
    inputs = making.mixed(tmp_path / "in", each=1)
    with Converting(quiet=True) as told:
        manifest = archive.convert([inputs], tmp_path / "c", progress=told)
    screen_convert.show(str(tmp_path / "c"), manifest, told)
    assert re.search(r"^speed +[\d,]+ records/s, [\d.]+ .?B/s *$", shown.getvalue(), re.MULTILINE)
    assert re.search(r"^workers' CPU time +[\d.]+ ms a record *$", shown.getvalue(), re.MULTILINE)


def test_the_most_frequent_reasons_have_an_example_that_can_be_traced(
    shown: io.StringIO, corpus: archive.Corpus
) -> None:
    screen_convert.rejected(corpus)
    first, *lines, last = shown.getvalue().splitlines()
    assert first == "why rejected, with an example"
    counts = dict(corpus.manifest.reasons)
    named = [line.split(maxsplit=1) for line in lines[::3]]
    assert len(named) == screen_convert.SHOWN_REASONS < len([name for name in counts if name[:7] != "damaged"])
    assert [int(count) for count, _ in named] == [counts[name] for _, name in named]
    assert named[0] == ["4", "record: http-status"]
    assert lines[1].strip().startswith("https://warc.example/section/section/")  # whole, though longer than 80
    assert len(lines[1]) > 80
    for (_, name), example, command in zip(named, lines[1::3], lines[2::3], strict=True):
        program, verb, folder, row_id = shlex.split(command)
        assert (program, verb, folder) == ("archive", "trace", str(corpus.folder))
        _, _, _, _, row = archive.open_corpus(folder).find(row_id)
        assert f"{row['stage']}: {row['reason']}" == name
        assert row["target_uri"] == example.strip()
    assert len(listed(last)) == corpus.manifest.counts.rejections
    assert last.startswith("1 for other reasons; all: ")


def test_damage_is_named_and_the_rest_can_be_listed(shown: io.StringIO, corpus: archive.Corpus) -> None:
    screen_convert.damaged(corpus)
    first, *lines, last = shown.getvalue().splitlines()
    assert first == "damaged: 12 json"
    assert len(lines) == screen_convert.SHOWN
    assert all(re.fullmatch(r"lines\.jsonl, line \d+ \+ 7: json \(.*\)", line) for line in lines)
    assert last.startswith("… and 2 more: ")
    assert len(listed(last)) == 12


def test_damage_of_a_warc_file_by_its_place(shown: io.StringIO, tmp_path: Path) -> None:
    corpus = making.corpus_of(tmp_path / "c", making.mixed(tmp_path / "in", each=1) / "crawl")
    screen_convert.damaged(corpus)
    first, *lines = shown.getvalue().splitlines()
    rows = corpus.captures().to_pylist()
    damage = [row for row in rows if row["outcome"] == "damaged"]
    assert first.startswith("damaged: ")
    assert len(lines) == len(damage) == 2
    for row in damage:
        place = f"{row['source_path']}, byte {row['source_offset']:,} + {row['block_length']:,}: {row['reason']}"
        assert any(line.startswith(place) for line in lines)


def test_skipped_inputs(shown: io.StringIO, corpus: archive.Corpus) -> None:
    screen_convert.skipped(corpus)
    first, *lines, last = shown.getvalue().splitlines()
    assert first == "skipped"
    assert lines[0] == "empty0.html: an empty file"
    assert len(lines) == screen_convert.SHOWN
    assert last.startswith("… and 1 more: ")
    assert len(listed(last)) == 11


def test_where_all_is_well_nothing_is_said(shown: io.StringIO, tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.html", making.page(1))
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in")
    screen_convert.rejected(corpus)
    screen_convert.damaged(corpus)
    screen_convert.skipped(corpus)
    assert shown.getvalue() == ""


def listed(line: str) -> pa.Table:
    """What the line of Python at the end of a line gives."""
    call = ast.parse(line[line.index("pyarrow.") :], mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "pyarrow.parquet.read_table"
    (path,), (filters,) = call.args, call.keywords
    return pq.read_table(ast.literal_eval(path), filters=ast.literal_eval(filters.value))

"""The command line: help texts, exit codes and the answers for programs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import archive
from archive.cli import export, main, size_of
from archive.schema import json_schema
from tests import making

SNAPSHOTS = Path(__file__).parent / "snapshots"
COMMANDS = ("", *sorted(main.commands), *(f"export {name}" for name in sorted(export.commands)))


def call(*words: str | Path, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=given, prog_name="archive")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sound input, a damaged one, and a corpus."""
    folder = tmp_path_factory.mktemp("made")
    making.put(folder / "sound" / "a.html", making.page(1))
    making.put(folder / "sound" / "b.txt", making.dump(2))
    making.put(folder / "sound" / "c.png", b"\x89PNG\r\n\x1a\n\0")
    making.mixed(folder / "mixed", each=1)
    making.converted(folder / "c", folder / "sound")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_help_texts(command: str, request: pytest.FixtureRequest) -> None:
    found = call(*command.split(), "--help")
    assert found.exit_code == 0
    path = SNAPSHOTS / snapshot_of(command)
    if request.config.getoption("--update"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found.output)
    assert found.output == path.read_text(), "run pytest --update if the change is meant"


def test_every_command_has_its_snapshot_and_no_other_is_there() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == set(map(snapshot_of, COMMANDS))


def snapshot_of(command: str) -> str:
    return "-".join(["help", *command.split()]) + ".txt"


# ---- convert -----------------------------------------------------------------------------------------------------


def test_convert(made: Path, tmp_path: Path) -> None:
    found = call("convert", made / "sound", "-o", tmp_path / "c", "--workers", "1")
    assert found.exit_code == 0
    assert "records found" in found.output
    assert json.loads((tmp_path / "c" / "manifest.json").read_bytes())["counts"]["articles"] == 2


def test_convert_json_has_the_documented_keys(made: Path, tmp_path: Path) -> None:
    for _ in range(2):  # and for a corpus that was there before, too
        found = call("convert", made / "sound", "-o", tmp_path / "c", "--json", "--workers", "1")
        assert (found.exit_code, found.stderr) == (0, "")
        answer = json.loads(found.stdout)
        assert set(answer) == {
            "corpus", "inputs", "records", "articles", "rejections", "damaged", "skipped", "seconds",
        }  # fmt: skip
        seconds = answer.pop("seconds")
        assert isinstance(seconds, float)
        assert answer == {
            "corpus": str(tmp_path / "c"),
            "inputs": 3,
            "records": 2,
            "articles": 2,
            "rejections": 0,
            "damaged": 0,
            "skipped": 1,
        }


def test_quiet_says_nothing(made: Path, tmp_path: Path) -> None:
    found = call("convert", made / "sound", "-o", tmp_path / "c", "--quiet", "--workers", "1")
    assert (found.exit_code, found.output) == (0, "")


def test_damage_is_exit_code_1(made: Path, tmp_path: Path) -> None:
    found = call("convert", made / "mixed", "-o", tmp_path / "c", "--workers", "1")
    assert found.exit_code == 1
    assert "1 gzip" in found.output


def test_a_file_that_cannot_be_read_is_exit_code_1(made: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.html").symlink_to("nowhere")
    found = call("convert", made / "sound", tmp_path / "in", "-o", tmp_path / "c", "--workers", "1")
    assert found.exit_code == 1
    assert "broken.html: cannot be read: No such file or directory" in found.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing"], "missing: no such file or folder"),
        (["sound", "--partition-by", "weather"], "cannot partition by weather"),
        (["sound", "--partition-by", "capture_year,capture_year"], "one of them is named twice"),
        (["sound", "--captured-at", "yesterday"], 'archive: --captured-at "yesterday": no date'),
        (["sound", "--extractor", "other"], 'no extractor is named "other"'),
        (["sound", "--workers", "0"], "--workers"),
        ([], "INPUT"),
        (["sound", "--nonsense"], "--nonsense"),
    ],
)
def test_wrong_calls_are_exit_code_2(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(made)
    found = call("convert", *words, "-o", tmp_path / "c")
    assert found.exit_code == 2
    assert message in found.stderr
    assert not (tmp_path / "c" / "manifest.json").exists()


def test_changed_inputs_and_other_settings_are_exit_code_2(tmp_path: Path) -> None:
    page = making.put(tmp_path / "a.html", making.page(1))
    assert call("convert", page, "-o", tmp_path / "c", "--workers", "1").exit_code == 0
    more = making.put(tmp_path / "b.html", making.page(2))
    assert call("convert", more, "-o", tmp_path / "c", "--workers", "1").exit_code == 0
    making.put(page, making.page(3))
    for words in ([page], [more, "--copy-records"], [more, "--target-file-size", "1MB"]):
        found = call("convert", *words, "-o", tmp_path / "c", "--workers", "1")
        assert found.exit_code == 2
        assert "name a new folder" in found.stderr


@pytest.mark.parametrize(("size", "found"), [("1", 1), ("64MB", 64 << 20), ("2 gb", 2 << 30), ("0.5k", 512)])
def test_sizes_as_people_write_them(size: str, found: int) -> None:
    assert size_of(None, None, size) == found


@pytest.mark.parametrize("size", ["", "0", "-1", "MB", "1TB2", "0.1"])
def test_no_size(size: str) -> None:
    with pytest.raises(click.BadParameter, match="write 256MB"):
        size_of(None, None, size)


def test_compact(tmp_path: Path) -> None:
    for number in range(3):
        call("convert", making.put(tmp_path / f"{number}.html", making.page(number)), "-o", tmp_path / "c", "--workers", "1")
    found = call("compact", tmp_path / "c")
    assert found.exit_code == 0
    assert f"{tmp_path / 'c'}: 12 files are now 6" in found.stdout.replace("\n", "")
    again = call("compact", tmp_path / "c", "--json")
    assert json.loads(again.stdout) == {"corpus": str(tmp_path / "c"), "files": 6, "files_before": 6}
    assert call("verify", tmp_path / "c").exit_code == 0
    assert call("compact", tmp_path / "none").exit_code == 2


def test_a_list_of_paths_from_standard_input(made: Path, tmp_path: Path) -> None:
    paths = [str(path) for path in sorted((made / "sound").iterdir())]
    for name, given in (("lines", "\n".join(paths) + "\n\n"), ("nuls", "\0".join(paths))):
        found = call("convert", "-", "-o", tmp_path / name, "--workers", "1", given=given)
        assert found.exit_code == 0
        assert making.files_of(tmp_path / name) == making.files_of(made / "c")
    assert call("convert", "-", "-o", tmp_path / "none", given="").exit_code == 2


def test_options_reach_the_settings(tmp_path: Path) -> None:
    row = {"address": "https://x.example/", "page": making.page(1).decode(), "note": "2024-01-02T03:04:05Z"}
    making.put(tmp_path / "a.jsonl", json.dumps(row).encode() + b"\n")
    making.put(tmp_path / "b.html", making.page(2))
    found = call(
        "convert", tmp_path / "a.jsonl", tmp_path / "b.html", "-o", tmp_path / "c", "--workers", "1", "--copy-records",
        "--url-field", "address", "--html-field", "page", "--time-field", "note", "--dedupe-payloads",
        "--captured-at", "2023-05-06", "--partition-by", "capture_year, text_language",
    )  # fmt: skip
    assert found.exit_code == 0
    corpus = archive.open_corpus(tmp_path / "c")
    settings = corpus.manifest.settings
    assert (settings.copy_records, settings.dedupe_payloads) == (True, True)
    assert settings.partition_by == ("capture_year", "text_language")
    rows = {row["source_path"]: row for row in corpus.articles().to_pylist()}
    assert rows["a.jsonl"]["url"] == "https://x.example/"
    assert f"{rows['a.jsonl']['captured_at']:%Y-%m-%dT%H:%M:%S}" == "2024-01-02T03:04:05"
    assert f"{rows['b.html']['captured_at']:%Y-%m-%d}" == "2023-05-06"
    assert rows["b.html"]["captured_at_origin"] == "option"


# ---- extract -----------------------------------------------------------------------------------------------------


def test_extract_shows_text_and_metadata(made: Path) -> None:
    found = call("extract", made / "sound" / "a.html")
    assert found.exit_code == 0
    assert "The committee of district 1" in found.output
    assert "Ada Lindqvist" in found.output


def test_extract_json_has_the_fields_of_an_extraction(made: Path) -> None:
    found = call("extract", made / "sound" / "a.html", "--json", "--url", "https://x.example/news/1")
    answer: dict[str, Any] = json.loads(found.stdout)
    assert set(answer) == {field.name for field in dataclasses.fields(archive.Extraction)}
    assert answer["title"] == "The committee of district 1"
    assert answer["authors"] == ["Ada Lindqvist"]


def test_extract_reads_standard_input_and_archives(made: Path) -> None:
    piped = call("extract", "-", "--json", given=making.page(1))
    named = call("extract", made / "sound" / "a.html", "--json")
    assert json.loads(piped.stdout)["text"] == json.loads(named.stdout)["text"]
    inside = call("extract", made / "mixed" / "crawl" / "whole.warc.gz", "--json")
    assert json.loads(inside.stdout)["title"] == "The committee of district 20"


def test_extract_exit_codes(made: Path, tmp_path: Path) -> None:
    nothing = call("extract", made / "sound" / "c.png")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "a PNG image" in nothing.stderr
    assert call("extract", making.put(tmp_path / "x.html", b"<html><body></body></html>")).exit_code == 1
    for wrong in (tmp_path / "missing", tmp_path):
        found = call("extract", wrong)
        assert found.exit_code == 2
        assert str(wrong) in found.stderr


# ---- verify, trace, schema ---------------------------------------------------------------------------------------


def test_verify(made: Path, tmp_path: Path) -> None:
    found = call("verify", made / "c")
    assert found.exit_code == 0
    assert "proven; 4 rows" in found.output.replace("\n", "")
    making.converted(tmp_path / "c", made / "sound")
    making.put(tmp_path / "c" / "stray [/x].txt", b"")
    found = call("verify", tmp_path / "c")
    assert found.exit_code == 1
    assert "stray [/x].txt" in found.output
    assert call("verify", tmp_path).exit_code == 2


def test_verify_json_has_the_documented_keys(made: Path, tmp_path: Path) -> None:
    found = call("verify", made / "c", "--json", "--sample", "1")
    assert json.loads(found.stdout) == {"ok": True, "rows": 2, "failures": []}
    making.converted(tmp_path / "c", made / "sound")
    making.put(tmp_path / "c" / "stray.txt", b"")
    found = call("verify", tmp_path / "c", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == {
        "ok": False,
        "rows": 4,
        "failures": [{"table": "files", "id": "stray.txt", "what": "extra", "detail": "the manifest does not name it"}],
    }


def test_trace(made: Path) -> None:
    row = archive.open_corpus(made / "c").articles().to_pylist()[0]
    found = call("trace", made / "c", row["article_id"])
    assert found.exit_code == 0
    assert row["record_id"] in found.output
    for name in ("record_sha256", "block_sha256", "payload_sha256"):
        assert f"\n{name:<15}{row[name].hex()}\n" in found.output
    assert "these digests are those of the bytes" in found.output
    raw = call("trace", made / "c", row["capture_id"], "--raw")
    assert raw.stdout_bytes == (made / "sound" / row["source_path"]).read_bytes()
    assert call("trace", made / "c", "nothing").exit_code == 2


def test_schema() -> None:
    assert call("schema", "captures").stdout == json_schema("captures")
    found = call("schema")
    assert found.exit_code == 0
    for name in ("articles", "captures", "inputs", "text_sha256", "warc_record_offset"):
        assert name in found.output
    assert call("schema", "pages").exit_code == 2


# ---- export ------------------------------------------------------------------------------------------------------


def test_export_wacz(made: Path, tmp_path: Path) -> None:
    found = call("export", "wacz", made / "c", "-o", tmp_path / "c.wacz")
    assert (found.exit_code, found.stderr) == (0, "")
    size = (tmp_path / "c.wacz").stat().st_size
    assert f"c.wacz: {size / 1000:.1f} kB, 2 records in 1 WARC file\n2 of them can be replayed; 2 articles" in found.output
    quiet = call("export", "wacz", made / "c", "-o", tmp_path / "d.wacz", "--quiet", "--text", "--title", "Harbour")
    assert (quiet.exit_code, quiet.output) == (0, "")
    assert (tmp_path / "d.wacz").read_bytes() != (tmp_path / "c.wacz").read_bytes()


def test_export_wacz_says_what_is_not_in_it(made: Path, tmp_path: Path) -> None:
    text = making.record(making.dump(1), kind="conversion", fields={"Content-Type": "text/plain"})
    nowhere = making.record(making.http(making.page(2)), date="nonsense")
    making.put(tmp_path / "in" / "a.warc", text + b"\0" * 50 + nowhere)
    making.converted(tmp_path / "c", tmp_path / "in")
    found = call("export", "wacz", tmp_path / "c", "-o", tmp_path / "c.wacz")
    assert found.exit_code == 0
    assert "1 capture without a URL, or a time that can be read: not in the index" in found.output
    assert "2 articles that cannot be replayed: no pages" in found.output
    assert "1 damaged range of the inputs: no record, not in it" in found.output
    del made


def test_export_wacz_json_has_the_documented_keys(made: Path, tmp_path: Path) -> None:
    found = call("export", "wacz", made / "c", "-o", tmp_path / "c.wacz", "--json")
    assert (found.exit_code, found.stderr) == (0, "")
    answer = json.loads(found.stdout)
    assert answer.pop("digest").startswith("sha256:")
    assert answer == {
        "path": str(tmp_path / "c.wacz"), "size": (tmp_path / "c.wacz").stat().st_size, "warc_files": 1, "records": 2,
        "indexed": 2, "pages": 2, "unindexed": 0, "articles_without_page": 0, "damaged": 0,
    }  # fmt: skip


def test_export_wacz_exit_codes(tmp_path: Path) -> None:
    source = making.put(tmp_path / "in" / "a.warc", making.responses([1])[0])
    making.converted(tmp_path / "c", tmp_path / "in")
    found = call("export", "wacz", tmp_path / "c", "-o", tmp_path / "c.zip")
    assert (found.exit_code, found.output) == (2, f"archive: {tmp_path}/c.zip: a WACZ must have a name that ends in .wacz\n")
    assert call("export", "wacz", tmp_path / "in", "-o", tmp_path / "c.wacz").exit_code == 2
    making.put(source, source.read_bytes().replace(b"committee", b"Committee"))
    found = call("export", "wacz", tmp_path / "c", "-o", tmp_path / "c.wacz")
    assert found.exit_code == 1
    assert f"{source}, byte 0: not the record of capture " in found.output
    (tmp_path / "in").rename(tmp_path / "moved")
    assert call("export", "wacz", tmp_path / "c", "-o", tmp_path / "c.wacz").exit_code == 2
    making.put(tmp_path / "moved" / "a.warc", making.responses([1])[0])
    moved = call("export", "wacz", tmp_path / "c", "-o", tmp_path / "c.wacz", "--source-root", tmp_path / "moved")
    assert moved.exit_code == 0, moved.output

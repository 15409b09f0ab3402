"""The comparison, from a folder of captures with gold to its tables."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.training.compare import COLUMNS, Sample, ask, crossed_texts, figure, main, read
from archive.training.pages import SETS
from archive.training.peers import PEERS, text_of
from archive.training.scores import Answer

QUALITY = Path(__file__).parent / "quality"
PAGES = sorted(QUALITY.glob("*.html"))


def record(ident: str, url: str, page: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: {ident}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2024-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n")


def write_set(folder: Path, name: str, pages: list[Path]) -> None:
    records, rows = [], []
    for number, path in enumerate(pages):
        gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        ident = f"<urn:uuid:00000000-0000-4000-8000-{number:012}>"
        records.append(record(ident, gold["url"], path.read_bytes()))
        rows.append(json.dumps(gold | {"id": path.stem, "record": ident}))
    (folder / "html").mkdir(exist_ok=True)
    (folder / "html" / f"{name}.warc.gz").write_bytes(b"".join(records))
    (folder / "html" / f"{name}.gold.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def cells(output: str, label: str) -> list[str]:
    line = next(line for line in output.splitlines() if line.startswith(f"| {label} |"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_pages_come_with_their_gold(tmp_path: Path) -> None:
    write_set(tmp_path, "ours", PAGES[:3])
    found = list(read(tmp_path, "ours"))
    assert [sample.gold["id"] for sample in found] == [path.stem for path in PAGES[:3]]
    assert [sample.payload for sample in found] == [path.read_bytes() for path in PAGES[:3]]
    assert found[0].url == found[0].gold["url"]
    assert (found[0].site, found[0].script) == ("sahifat-almadina.example", "Arabic")


def test_tables_are_markdown_and_say_what_was_learned_from(tmp_path: Path) -> None:
    write_set(tmp_path, "ours", PAGES[:4])
    write_set(tmp_path, "fundus_dev", PAGES[4:6])
    done = run(tmp_path)
    assert done.exit_code == 0
    out = done.stdout
    assert "**ours**, 4 pages\n" in out
    assert "**fundus_dev**, 2 pages. The row of archive is too good: its weights were learned from these pages\n" in out
    head = next(line for line in out.splitlines() if line.startswith("| | "))
    assert [name for name in COLUMNS.values() if name in head] == ["word F1", "4-gram F1", "title", "authors F1", "date"]
    ours = cells(out, "archive")
    assert len(ours) == 7
    assert float(ours[0]) > 0.9
    assert float(ours[5]) > 0
    assert cells(out, "Arabic")[0] == "1"
    assert "only the other sets measure them" in out
    for peer in PEERS:
        assert (f"| {peer.name} |" in out) == peer.installed
        assert (f"{peer.name} is not installed" in done.stderr) != peer.installed


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_set(tmp_path, "ours", PAGES[:1])
    done = run(tmp_path, "--set", "theirs")
    assert done.exit_code == 1
    assert "has no theirs.warc.gz" in done.stderr
    assert run(tmp_path / "html").exit_code == 1


def test_an_extractor_that_raises_has_an_empty_answer() -> None:
    sample = Sample(name="one", gold={"id": "x"}, payload=b"\0\1\2\3" * 99, decoded="", url=None)
    answers, seconds = ask([sample], PEERS[:1])
    assert answers["archive"][0] == Answer(failed=answers["archive"][0].failed)
    assert answers["archive"][0].failed.startswith("Rejected: ")
    assert len(seconds["archive"]) == 1


def test_crossed_texts_are_those_of_weights_that_have_not_seen_the_site(tmp_path: Path) -> None:
    pytest.importorskip("lightgbm")
    for at, name in enumerate(SETS):
        write_set(tmp_path, name, PAGES[at :: len(SETS)])
    samples = [sample for name in SETS for sample in read(tmp_path, name)]
    texts = crossed_texts(tmp_path, samples)
    assert len(texts) == len(PAGES)
    assert crossed_texts(tmp_path, samples[::-1]) == texts[::-1]  # by site, not by place
    shipped = [one.text for one in ask(samples, PEERS[:1])[0]["archive"]]
    assert texts != shipped


def test_markup_becomes_a_line_for_each_block() -> None:
    markup = "<html><body><div><h2>Head</h2><p>One <b>bo</b>ld<br>line</p><ul><li>a</li><li>b</li></ul></div></body></html>"
    assert text_of(markup) == "Head\nOne bold\nline\na\nb"
    assert text_of(" ") == ""


def test_figures() -> None:
    assert (figure(0.97549), figure(1.0), figure(None)) == ("0.975", "1.000", "")

"""Learning which lines of a dump are its article: labels, pieces, and the same bytes twice, on dumps written here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import making

pytest.importorskip("lightgbm", reason="needs the extra [train]")
pytest.importorskip("rapidfuzz", reason="needs the extra [train]")

from archive.extraction.dump import clean
from archive.model import CleanText
from archive.training.__main__ import main
from archive.training.dumps import Dump, labelled, pieces, read_dumps
from archive.training.fit import model_of, write
from archive.training.fit_dumps import Tally, count, table_of_dumps, train_dumps

MENU = ["Home", "News", "Sport", "Weather", "Our newsletter", "Log in"]


def row(number: int) -> dict[str, object]:
    gold = making.paragraphs(number)
    teasers = [f"The {place} story of week {number}, and what came of it… Read more" for place in making.PLACES]
    lines = [f"Committee {number}", *MENU, *gold, *teasers, *MENU]
    labels = [0] * (1 + len(MENU)) + [1] * len(gold) + [0] * (len(teasers) + len(MENU))
    url = f"https://www.site{number % 8}.example/{number}"
    return {"id": f"{number}", "url": url, "lines": lines, "labels": labels, "gold": "\n".join(gold)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bench")
    (place / "text").mkdir()
    for name, numbers in (("wet-wcxb_dev", range(1, 20)), ("bs4_nl-fundus_dev", range(20, 33))):
        with gzip.open(place / "text" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row(number)) + "\n" for number in numbers)
    return place


@pytest.fixture(scope="module")
def dumps(folder: Path) -> list[Dump]:
    return read_dumps(folder)


def test_dumps_have_labels_and_sites(dumps: list[Dump]) -> None:
    assert {dump.style for dump in dumps} == {"wet", "bs4_nl"}
    assert {dump.site for dump in dumps} == {f"site{number}.example" for number in range(8)}
    for dump in dumps:
        right = [line.text for line, label in zip(dump.lines, dump.label, strict=True) if label]
        assert "\n".join(right) == dump.gold


def test_lines_that_hold_breaks_have_the_label_of_the_whole() -> None:
    found = labelled(
        {"id": "1", "url": "at/Paper", "lines": ["a\nb", "", "c"], "labels": [1, 0, 0], "gold": "a b"}, "wet", "x"
    )
    assert [(line.text, label) for line, label in zip(found.lines, found.label.tolist(), strict=True)] == [
        ("a", 1), ("b", 1), ("c", 0),
    ]  # fmt: skip
    assert found.site == "at/Paper"


def test_pieces_are_parts_of_the_dump_with_their_labels(dumps: list[Dump]) -> None:
    dump = dumps[0]
    known = {line.text: label for line, label in zip(dump.lines, dump.label.tolist(), strict=True)}
    found = {piece.style: piece for piece in pieces(dump)}
    assert set(found) == {"alone", "headed", "short"}
    assert found["alone"].label.all()
    for piece in found.values():
        assert [known[line.text] for line in piece.lines] == piece.label.tolist()
    assert [piece.payload for piece in pieces(dump)] == [piece.payload for piece in pieces(dump)]


def test_the_same_dumps_give_the_same_bytes(dumps: list[Dump], tmp_path: Path) -> None:
    learned = train_dumps(dumps)
    write(learned, tmp_path / "one.json.gz")
    write(train_dumps(dumps), tmp_path / "two.json.gz")
    assert (tmp_path / "one.json.gz").read_bytes() == (tmp_path / "two.json.gz").read_bytes()
    dump = labelled(row(40), "wet", "wcxb_dev")
    assert clean(dump.payload, "utf-8", model_of(learned | {"names": {}})).text.split("\n\n") == dump.gold.split("\n")


def test_a_tally_counts_words_and_lines() -> None:
    dump = labelled(
        {"id": "1", "url": "x", "lines": ["one two three", "four"], "labels": [1, 1], "gold": "one two three four"},
        "wet",
        "x",
    )
    tally = Tally()
    dump.stated = {"title": "One: Two", "authors": ["Ada Quay"], "date": "2024-03-12"}
    count(tally, dump, CleanText(text="one two three", blocks=(), removed=(), flags=("unsure",), title="one two"))
    count(tally, dump, CleanText(text="", blocks=(), removed=(), authors=("Bo Lee",), published_at="2024-03-12T10:00"))
    assert dict(tally.given) == {"title": 1, "authors": 1, "date": 1}
    assert dict(tally.right) == {"title": 1, "authors": 0, "date": 1}
    assert tally.precision == [1.0, 0.0]
    assert tally.recall == [0.75, 0.0]
    assert tally.unsure == [pytest.approx(6 / 7)]
    assert (tally.lines[0], tally.kept[0], tally.empty) == (4, 1, 1)


def test_the_command(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "dump.json.gz"
    done = CliRunner().invoke(main, [str(folder), "--dumps", "-o", str(output)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("32 dumps, ")
    assert json.loads(gzip.decompress(output.read_bytes()))["trees"]


def test_the_table_has_a_line_for_each_style_and_set(dumps: list[Dump]) -> None:
    *shown, languages = table_of_dumps(dumps).split("\n")
    assert [line.split()[:3] for line in shown] == [["wet", "wcxb_dev", "19"], ["bs4_nl", "fundus_dev", "13"]]
    assert languages.startswith("news by language: en ")


def test_a_folder_without_dumps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no file"):
        read_dumps(tmp_path)

"""``archive diff``: what changed between two corpora, or between two extractors over the same records."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import archive
from archive import compare, joining, screen_diff
from archive.compare import ABSENT, Difference, diff_corpora, diff_extractors
from archive.corpus import Corpus
from archive.errors import CorpusError, UsageError
from archive.rows import Article
from tests import making

# what it does: no articles of districts 1, 10, 11, …; in the others a word less, one more, and other authors
MEDDLER = """
import dataclasses

from archive.errors import Rejected
from archive.extraction import NEWS

class Meddler:
    name, version, config_sha256 = "meddler", "2", bytes(32)

    def extract(self, capture):
        seen = NEWS.extract(capture)
        if "district 1" in seen.text:
            raise Rejected("extraction", "no-text", "not this one")
        text = seen.text.replace("committee", "board", 1 if "district 2" in seen.text else 3)
        made_by = {"extractor": self.name, "extractor_version": self.version, "config_sha256": self.config_sha256}
        return dataclasses.replace(seen, text=text, authors=("Bo \\x1b[31m Ek",), modified_at=None,
                                   boilerplate_share=0.75 if "district 2" in seen.text else None, **made_by)

    def warm(self):
        pass

    def rest(self):
        pass

EXTRACTOR = Meddler()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus ``a``, and ``b`` that the meddler made from its records."""
    folder = tmp_path_factory.mktemp("made")
    making.mixed(folder / "in", each=3)
    making.converted(folder / "a", folder / "in")
    with pytest.MonkeyPatch.context() as patch:
        making.plug(patch, folder / "plugged", "meddler", MEDDLER)
        with mock.patch("os.fsync"):
            archive.reextract(folder / "a", folder / "b", extractor="meddler")
    return folder


def texts(corpus: Path) -> dict[str, dict[str, Any]]:
    return {row["capture_id"]: row for row in Corpus(corpus).articles().to_pylist()}


def field(found: Difference, name: str) -> tuple[int, int, int, int]:
    (count,) = [one for one in found.fields if one.name == name]
    return count.same, count.changed, count.only_a, count.only_b


# ---- two corpora -------------------------------------------------------------------------------------------------


def test_fields_are_counted_over_the_articles_that_both_have(made: Path) -> None:
    a, b = texts(made / "a"), texts(made / "b")
    both = a.keys() & b.keys()
    found = diff_corpora(Corpus(made / "a"), Corpus(made / "b"))
    assert not found.same
    assert found.both == len(both) == len(b) < len(a)
    changed = sum(a[one]["text"] != b[one]["text"] for one in both)
    assert field(found, "text") == (len(both) - changed, changed, 0, 0)
    had = sum(bool(a[one]["authors"]) for one in both)
    assert 0 < had < len(both)
    assert field(found, "authors") == (0, had, 0, len(both) - had)
    assert field(found, "title") == (len(both), 0, 0, 0)
    shares = sum(b[one]["boilerplate_share"] is not None for one in both)
    assert 0 < shares < len(both)
    assert field(found, "boilerplate_share") == (0, shares, len(both) - shares, 0)
    assert sum(count for _, count in found.likeness) == len(both)
    assert dict(found.likeness)["identical"] == len(both) - changed
    assert (found.a.extractor, found.b.extractor) == ("news 1", "meddler 2")
    back = diff_corpora(Corpus(made / "b"), Corpus(made / "a"))
    assert field(back, "authors") == (0, had, len(both) - had, 0)


def test_every_column_that_extraction_decides_is_compared() -> None:
    derived = {"published_on", "published_utc", "modified_utc", "text_sha256"}
    of_the_record = {
        "article_id", "capture_id", "url", "host", "registered_domain", "captured_at", "captured_at_origin",
        "media_type", "http_status", "warc_filename", "warc_record_offset", "warc_record_length", "unpacked_offset",
        "unpacked_length", "record_type", "record_id", "record_sha256", "block_sha256", "payload_sha256",
        "source_path", "source_member", "source_offset", "source_line", "extractor", "extractor_version",
        "config_sha256",
    }  # fmt: skip
    compared = set(compare.FIELDS + compare.FINER)
    assert compared | derived | of_the_record == set(Article.__dataclass_fields__)
    assert not compared & (derived | of_the_record)


def test_articles_that_one_side_lacks_are_counted_by_what_became_of_them(made: Path, tmp_path: Path) -> None:
    found = diff_corpora(Corpus(made / "a"), Corpus(made / "b"))
    lost = len(texts(made / "a")) - len(texts(made / "b"))
    assert [(turn.a, turn.b, turn.rows) for turn in found.turns] == [("article", "extraction: no-text", lost)]
    making.put(tmp_path / "in" / "x.html", making.page(90))
    making.converted(tmp_path / "c", made / "in", tmp_path / "in")
    (turn,) = diff_corpora(Corpus(tmp_path / "c"), Corpus(made / "a")).turns
    assert (turn.a, turn.b, turn.rows) == ("article", ABSENT, 1)


def test_rows_that_changed_most_come_first(made: Path) -> None:
    found = diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=1000)
    assert len(found.rows) == found.both  # the authors of all have changed
    likeness = [row.similarity for row in found.rows]
    assert likeness == sorted(likeness)
    assert likeness[0] < likeness[-1] <= 1
    few = diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=2)
    assert few.rows == found.rows[:2]
    a, b = texts(made / "a"), texts(made / "b")
    for row in found.rows:
        shown = {name: (one, other) for name, one, other in row.fields}
        share = b[row.capture_id]["boilerplate_share"]
        assert shown["boilerplate_share"][1] == ("" if share is None else "0.75")
        assert shown["authors"] == ("; ".join(a[row.capture_id]["authors"]), "Bo \x1b[31m Ek")
        if "text" in shown:
            assert shown["text"] == (a[row.capture_id]["text"], b[row.capture_id]["text"])
    assert diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=0).rows == ()


def test_one_field_alone(made: Path) -> None:
    found = diff_corpora(Corpus(made / "a"), Corpus(made / "b"), field="authors")
    assert [count.name for count in found.fields] == ["authors"]
    assert found.likeness == ()
    assert {name for row in found.rows for name, *_ in row.fields} == {"authors"}
    assert not diff_corpora(Corpus(made / "a"), Corpus(made / "b"), field="title").rows
    with pytest.raises(UsageError, match="no field weather; choose among text"):
        diff_corpora(Corpus(made / "a"), Corpus(made / "b"), field="weather")


def test_the_same_corpus_is_the_same(made: Path, tmp_path: Path) -> None:
    """However it is partitioned."""
    making.converted(tmp_path / "c", made / "in", settings=archive.Settings(partition_by=("text_language",)))
    found = diff_corpora(Corpus(made / "a"), Corpus(tmp_path / "c"))
    assert found.same
    assert (found.turns, found.rows) == ((), ())
    assert dict(found.likeness)["identical"] == found.both == len(texts(made / "a"))


@pytest.mark.parametrize("bucket_bytes", [1, 2000, 40_000])
def test_buckets_give_the_same_answer_and_hold_few_rows(
    made: Path, bucket_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=5)
    held: list[int] = []
    real = joining._bucket

    def counted(path: Path) -> list[dict[str, Any]]:
        rows = real(path)
        held.append(len(rows))
        return rows

    monkeypatch.setattr(joining, "_bucket", counted)
    monkeypatch.setattr(joining, "BUCKET_BYTES", bucket_bytes)
    assert diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=5) == whole
    assert len(held) > 4
    assert max(held) < len(texts(made / "a")) or bucket_bytes == 40_000


def test_nothing_is_left_behind(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining.tempfile, "tempdir", str(tmp_path))  # type: ignore[attr-defined]
    before = making.state_of(made)
    diff_corpora(Corpus(made / "a"), Corpus(made / "b"))
    assert list(tmp_path.iterdir()) == []
    assert making.state_of(made) == before


def test_a_corpus_with_other_columns_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "a", tmp_path / "c")
    path = tmp_path / "c" / "manifest.json"
    stated = json.loads(path.read_bytes())
    path.write_text(json.dumps(stated | {"schema_version": "0"}))
    with pytest.raises(CorpusError, match="columns of version 0"):
        diff_corpora(Corpus(made / "a"), Corpus(tmp_path / "c"))


# ---- two extractors ----------------------------------------------------------------------------------------------


def test_two_extractors_differ_as_their_corpora_do(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.plug(monkeypatch, tmp_path, "meddler", MEDDLER)
    before = making.state_of(made)
    found = diff_extractors(Corpus(made / "a"), ("news", "meddler"), rows=5)
    assert making.state_of(made) == before
    expected = diff_corpora(Corpus(made / "a"), Corpus(made / "b"), rows=5)
    for name in ("both", "fields", "likeness", "turns"):
        assert getattr(found, name) == getattr(expected, name)
    assert [(row.capture_id, row.url, row.similarity) for row in found.rows] == [
        (row.capture_id, row.url, row.similarity) for row in expected.rows
    ]
    assert [row.fields for row in found.rows] == [row.fields for row in expected.rows]
    assert (found.a.articles, found.b.articles) == (expected.a.articles, expected.b.articles)
    assert diff_extractors(Corpus(made / "a"), ("news", "news")).same


def test_extractors_that_are_not_there_are_refused(made: Path) -> None:
    with pytest.raises(UsageError, match="no extractor is named"):
        diff_extractors(Corpus(made / "a"), ("news", "nobody"))


# ---- what is shown -----------------------------------------------------------------------------------------------


def test_the_screen(made: Path) -> None:
    done = making.run("diff", made / "a", made / "b", "--rows", "2", env={"COLUMNS": "80"})
    assert done.returncode == 1, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "[-committee-] {+board+}" in done.stdout
    assert "extraction: no-text" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\\x1b[31m" in done.stdout
    assert done.stdout.count("words shared") == 2


def test_colours_on_a_terminal(made: Path) -> None:
    """Red and struck through, green; and nothing that a page wrote reaches the terminal as a command."""
    done = making.run("diff", made / "a", made / "b", env={"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"})
    assert "\x1b[9;31mcommittee\x1b[0m \x1b[32mboard\x1b[0m" in done.stdout
    assert "[-" not in done.stdout
    assert "Bo \x1b[31m" not in done.stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert max(map(len, plain.splitlines())) <= 80
    plain_marks = making.run("diff", made / "a", made / "b", env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert "[-committee-] {+board+}" in re.sub(r"\x1b\[[0-9;]*m", "", plain_marks.stdout)


def test_exit_codes(made: Path) -> None:
    same = making.run("diff", made / "a", made / "a")
    assert (same.returncode, same.stderr) == (0, "")
    assert "the same" in same.stdout
    for words in (
        [made / "a"],
        [made / "a", made / "b", "--extractors", "news,trafilatura"],
        [made / "a", "--extractors", "news"],
        [made / "a", made / "nothing"],
        [made / "a", made / "b", "--field", "weather"],
    ):
        wrong = making.run("diff", *words)
        assert (wrong.returncode, wrong.stdout) == (2, ""), words
        assert wrong.stderr.startswith("archive: ")


def test_json(made: Path) -> None:
    done = making.run("diff", made / "a", made / "b", "--json", "--rows", "1")
    answer = json.loads(done.stdout)
    assert set(answer) == {"a", "b", "same", "both", "fields", "text", "outcomes", "rows"}
    assert set(answer["a"]) == {"name", "extractor", "records", "articles"}
    assert answer["same"] is False
    assert set(answer["fields"]["text"]) == {"same", "changed", "only_a", "only_b"}
    assert list(answer["text"]) == ["identical", "> .99", "> .9", "> .5", "less"]
    assert set(answer["outcomes"][0]) == {"a", "b", "rows"}
    (row,) = answer["rows"]
    assert set(row) == {"capture_id", "article_id", "url", "similarity", "fields"}
    assert ["+", "board "] in row["fields"]["text"]
    assert json.loads(making.run("diff", made / "a", made / "a", "--json").stdout)["same"] is True


def test_a_text_of_which_only_blanks_changed_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    row = compare.Changed(
        capture_id="c", article_id="a", url=None, similarity=1.0, fields=(("text", "one two\n\nthree", "one two three"),)
    )
    screen_diff._show_row(row)
    assert "only white space differs" in capsys.readouterr().out

"""A corpus is added to: new inputs alone are read, what is there stays, and all of it is proven."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import archive
from archive import plan
from tests import making


def verified(folder: Path) -> archive.Corpus:
    corpus = archive.open_corpus(folder)
    verdict = corpus.verify()
    assert verdict.failures == ()
    assert verdict.rows == corpus.captures().num_rows + corpus.articles().num_rows
    return corpus


def texts(corpus: archive.Corpus) -> list[str]:
    found: list[str] = corpus.articles(columns=["text"])["text"].to_pylist()
    return sorted(found)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of mixed captures with no page in common, and files of the same names."""
    for name, first in (("jan", 0), ("feb", 50)):
        for number in range(first, first + 3):
            making.put(tmp_path / name / "pages" / f"{number}.html", making.page(number))
        making.put(tmp_path / name / "0.warc.gz", making.packed(*making.responses(range(first + 3, first + 9))))
        making.put(tmp_path / name / "a.jsonl", making.json_lines(range(first + 9, first + 12)) + b"{broken\n")
    return tmp_path / "jan", tmp_path / "feb"


def test_new_inputs_are_added_and_old_files_stay(two: tuple[Path, Path], tmp_path: Path) -> None:
    jan, feb = two
    first = making.converted(tmp_path / "c", jan)
    before = making.files_of(tmp_path / "c")
    both = making.converted(tmp_path / "c", feb)
    after = making.files_of(tmp_path / "c")
    assert {name: after.get(name) for name in before if name != "manifest.json"} == {
        name: digest for name, digest in before.items() if name != "manifest.json"
    }
    assert (both.inputs, both.counts.records) == (2 * first.inputs, 2 * first.counts.records)
    corpus = verified(tmp_path / "c")
    rows = corpus.table("inputs").to_pylist()
    assert {row["path"] for row in rows if row["added"] == 0} == {"0.warc.gz", "a.jsonl", *(f"pages/{n}.html" for n in range(3))}
    assert {row["path"] for row in rows if row["added"] == 1} == {
        "feb/0.warc.gz", "feb/a.jsonl", "pages/50.html", "pages/51.html", "pages/52.html",
    }  # fmt: skip
    making.converted(tmp_path / "once", jan, feb)
    assert texts(corpus) == texts(archive.open_corpus(tmp_path / "once"))


def test_what_is_there_is_not_read_again(two: tuple[Path, Path], tmp_path: Path) -> None:
    jan, feb = two
    making.converted(tmp_path / "c", jan)
    both = making.converted(tmp_path / "c", jan, feb)
    before = making.state_of(tmp_path / "c")
    for inputs in ([jan], [feb], [jan, feb], [feb / "pages"], [tmp_path / "jan" / "0.warc.gz"]):
        assert making.converted(tmp_path / "c", *inputs) == both
        assert making.state_of(tmp_path / "c") == before
    again = making.run("convert", feb, "-o", tmp_path / "c")
    assert "made from these inputs before; nothing to do" in again.stdout
    making.put(feb / "new.html", making.page(99))
    assert making.converted(tmp_path / "c", jan, feb).inputs == both.inputs + 1
    verified(tmp_path / "c")


def test_equal_bytes_whatever_the_workers_and_the_order(two: tuple[Path, Path], tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        making.converted(folder, two[0], workers=workers)
        making.converted(folder, *sorted([*(two[1] / "pages").iterdir(), two[1] / "0.warc.gz"], reverse=workers > 1), workers=workers)
        found.append(making.files_of(folder))
    assert found[0] == found[1]


def test_a_record_that_is_there_already_gets_an_id_of_its_own(two: tuple[Path, Path], tmp_path: Path) -> None:
    """Pages, lines and records that are there once, and twice; and they keep their ids in a corpus that is made of it."""
    jan, _ = two
    corpus = tmp_path / "c"
    making.converted(corpus, jan)
    for again, name in enumerate(("mar", "apr")):
        for path in ("pages/0.html", "0.warc.gz", "a.jsonl"):
            making.put(tmp_path / name / name / path, (jan / path).read_bytes())
            making.put(tmp_path / name / "once more" / name / path, (jan / path).read_bytes())
        manifest = making.converted(corpus, tmp_path / name)
        assert manifest.inputs == 5 + 6 * (again + 1)
        rows = verified(corpus).captures(columns=["capture_id", "flags"]).to_pylist()
        assert len({row["capture_id"] for row in rows}) == len(rows)
        assert sum("repeated-record" in row["flags"] for row in rows) == 2 * (again + 1) * (1 + 6 + 4)
    archive.reextract(corpus, tmp_path / "again")
    new = verified(tmp_path / "again")
    columns = ["capture_id", "article_id", "record_id", "source_path", "source_line", "warc_filename", "warc_record_offset"]
    old = verified(corpus)
    assert sorted(map(str, new.captures(columns=columns).to_pylist())) == sorted(map(str, old.captures(columns=columns).to_pylist()))
    state = making.state_of(tmp_path / "again")
    archive.reextract(corpus, tmp_path / "again")
    assert making.state_of(tmp_path / "again") == state
    archive.reextract(tmp_path / "again", tmp_path / "a third")
    assert making.files_of(tmp_path / "a third") == making.files_of(tmp_path / "again")


def test_a_table_that_gets_no_row_gets_no_file(tmp_path: Path) -> None:
    making.converted(tmp_path / "c", making.put(tmp_path / "a.html", making.page(1)))
    making.converted(tmp_path / "c", making.put(tmp_path / "b.png", b"\x89PNG\r\n\x1a\n"))
    corpus = verified(tmp_path / "c")
    assert [len(corpus.files(table)) for table in ("articles", "captures", "inputs")] == [1, 1, 2]
    assert corpus.manifest.counts.skipped == 1


def test_a_file_elsewhere_with_an_inputs_name_is_not_taken_for_it(two: tuple[Path, Path], tmp_path: Path) -> None:
    jan, feb = two
    making.converted(tmp_path / "c", jan)
    making.converted(tmp_path / "c", feb / "pages")
    making.put(feb / "pages" / "0.warc.gz", (feb / "0.warc.gz").read_bytes())  # the newest log names this folder first
    verified(tmp_path / "c")


@pytest.mark.parametrize("at", ["converted", "moved"])
def test_a_run_that_dies_leaves_the_corpus_as_it_was_and_goes_on(
    two: tuple[Path, Path], tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    jan, feb = two
    making.converted(tmp_path / "undisturbed", jan)
    making.converted(tmp_path / "undisturbed", feb)
    making.converted(tmp_path / "c", jan)
    before, said = (tmp_path / "c" / "manifest.json").read_bytes(), texts(archive.open_corpus(tmp_path / "c"))
    code = {
        "converted": "import archive.run\ndef die(*_, **__): os._exit(9)\narchive.run.commit = die\n",
        "moved": "import archive.run\ndef die(*_, **__): os._exit(9)\narchive.run.publish = die\n",
    }[at]
    small = "import os\nimport archive.plan\narchive.plan.SHARD_BYTES = 3000\n"
    died = making.run("convert", feb, "-o", tmp_path / "c", code=small + code)
    assert died.returncode == 9
    assert (tmp_path / "c" / "manifest.json").read_bytes() == before
    assert texts(verified(tmp_path / "c")) == said
    # the first command finds its inputs there, and throws nothing away
    parts = len(list((tmp_path / "c" / "work").glob("*/receipt.json")))
    making.converted(tmp_path / "c", jan)
    assert len(list((tmp_path / "c" / "work").glob("*/receipt.json"))) == parts > 1
    with pytest.raises(archive.CorpusError, match=r"holds \d+ finished parts of a run over other inputs"):
        making.converted(tmp_path / "c", making.put(tmp_path / "x.html", making.page(77)))
    making.converted(tmp_path / "c", feb)
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "undisturbed")
    assert not (tmp_path / "c" / "work").exists()


def test_a_run_that_dies_after_its_last_step_is_no_obstacle(two: tuple[Path, Path], tmp_path: Path) -> None:
    jan, feb = two
    code = "import os\nimport archive.run\ndef die(*_, **__): os._exit(9)\narchive.run.clear = die\n"
    assert making.run("convert", jan, "-o", tmp_path / "c", code=code).returncode == 9
    assert list((tmp_path / "c" / "work").glob("*/receipt.json"))
    verified(tmp_path / "c")
    archive.compact(tmp_path / "c")
    assert not (tmp_path / "c" / "work").exists()
    assert making.run("convert", feb, "-o", tmp_path / "c", code=code).returncode == 9
    making.converted(tmp_path / "c", making.put(tmp_path / "x.html", making.page(77)))
    assert verified(tmp_path / "c").manifest.inputs == 5 + 5 + 1


def test_a_corpus_with_other_columns_is_refused(two: tuple[Path, Path], tmp_path: Path) -> None:
    making.converted(tmp_path / "c", two[0])
    path = tmp_path / "c" / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"schema_version": "1.1"', b'"schema_version": "1.0"'))
    said = r"columns of version 1\.0, not 1\.1: make it anew from its inputs"
    with pytest.raises(archive.CorpusError, match=said):
        making.converted(tmp_path / "c", two[1])
    with pytest.raises(archive.CorpusError, match=said):
        archive.reextract(tmp_path / "c", tmp_path / "d")
    with pytest.raises(archive.CorpusError, match=said):
        archive.compact(tmp_path / "c")


def test_strays_of_a_run_that_died_are_swept(two: tuple[Path, Path], tmp_path: Path) -> None:
    making.converted(tmp_path / "c", two[0])
    stray = making.put(tmp_path / "c" / "articles" / "capture_month=2024-05" / "0123456789ab-00000.parquet", b"half")
    making.put(tmp_path / "c" / "work" / "unfinished", b"")
    making.converted(tmp_path / "c", two[1])
    assert not stray.exists()
    verified(tmp_path / "c")


def test_an_input_that_is_gone_is_no_reason_to_refuse_others(two: tuple[Path, Path], tmp_path: Path) -> None:
    jan, feb = two
    making.converted(tmp_path / "c", jan)
    digest = hashlib.sha256((tmp_path / "c" / "manifest.json").read_bytes()).digest()
    (jan / "pages" / "0.html").unlink()
    making.converted(tmp_path / "c", jan)
    assert hashlib.sha256((tmp_path / "c" / "manifest.json").read_bytes()).digest() == digest
    making.converted(tmp_path / "c", jan, feb)
    verified(tmp_path / "c")

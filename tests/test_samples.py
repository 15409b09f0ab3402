"""The sample captures: made by the generator, byte for byte, and read as it means them."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import archive
from archive.model import Counts, Manifest, ReadOptions, Settings
from archive.warc import read_date

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
PROBE = (SAMPLES / "page-en.html").read_bytes()
PACKED_PROBE = 1132075863  # of page-en.html
COUNTS = Counts(records=24, articles=15, rejections=9, damaged=3, skipped=2, members_skipped=1)

# source, member or line, outcome, and the article's language or the reason
EXPECTED = [
    ("crawl-cut-off.warc", None, "rejected", "record: record-type warcinfo"),
    ("crawl-cut-off.warc", None, "article", "de Die Rathausuhr geht wieder"),
    ("crawl-cut-off.warc", None, "damaged", "record: truncated"),
    ("crawl-damaged.warc.gz", None, "article", "en School kitchen cooks for the whole street"),
    ("crawl-damaged.warc.gz", None, "damaged", "record: gzip"),
    ("crawl-damaged.warc.gz", None, "article", "es La biblioteca de Valdoria se muda a un barco"),
    ("crawl.warc.gz", None, "rejected", "record: record-type warcinfo"),
    ("crawl.warc.gz", None, "article", "en Council keeps the night bus for another year"),
    ("crawl.warc.gz", None, "rejected", "record: record-type request"),
    ("crawl.warc.gz", None, "rejected", "record: record-type metadata"),
    ("crawl.warc.gz", None, "rejected", "record: http-status 404"),
    ("crawl.warc.gz", None, "rejected", "record: http-status 301"),
    ("crawl.warc.gz", None, "rejected", "payload: not-text png"),
    ("crawl.warc.gz", None, "article", "fr La halle du marché rouvre samedi à Saint-Arlin"),
    ("crawl.warc.gz", None, "rejected", "record: revisit"),
    ("dump.txt", None, "article", "en Lighthouse museum opens again after three years"),
    ("page-de.html", None, "article", "de Stadtrat beschließt neuen Steg an der Mühlwiese"),
    ("page-en.html", None, "article", "en Harbour ferry to run on batteries from the autumn"),
    ("pages.jsonl", 1, "article", "en Bees move onto the roof of the savings bank"),
    ("pages.jsonl", 2, "damaged", "record: json"),
    ("pages.jsonl", 3, "article", "ja 港坂市の路面電車、四月から夜間運転を再開"),
    ("pages.jsonl", 4, "rejected", "record: http-status 404"),
    ("pages.tar.gz", "halle.html", "article", "fr La halle du marché rouvre samedi à Saint-Arlin"),
    ("pages.tar.gz", "kitchen.txt", "article", "en School kitchen cooks for the whole street"),
    ("pages.zip", "steg.html", "article", "de Stadtrat beschließt neuen Steg an der Mühlwiese"),
    ("texts.jsonl.gz", 1, "article", "fr None"),
    ("texts.jsonl.gz", 2, "article", "en None"),
]
SKIPPED = [
    ("empty.html", None, "empty", "an empty file"),
    ("pages.zip", "steg.png", "unknown", "a PNG image"),
    ("photo.png", None, "unknown", "a PNG image"),
]
WITH_DETAIL = ("record-type", "http-status", "not-text")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("samples") / "corpus"
    settings = Settings(reading=ReadOptions(captured_at=read_date("2026-03-09T12:00:00Z")))
    return folder, archive.convert([SAMPLES], folder, settings=settings)


def test_generator_reproduces_the_samples(tmp_path: Path) -> None:
    if zlib.crc32(zlib.compress(PROBE, 9)) != PACKED_PROBE:
        pytest.skip("this zlib packs otherwise than the one that made the samples")
    subprocess.run([sys.executable, HERE / "make_samples.py", tmp_path], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in SAMPLES.iterdir())
    for path in SAMPLES.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_samples_are_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 150_000


def test_counts(made: tuple[Path, Manifest]) -> None:
    assert made[1].counts == COUNTS
    assert made[1].inputs == 12


def test_every_capture_becomes_what_it_should(made: tuple[Path, Manifest]) -> None:
    corpus = archive.open_corpus(made[0])
    articles = {row["capture_id"]: row for row in corpus.articles().to_pylist()}
    rows = sorted(
        corpus.captures().to_pylist(),
        key=lambda row: (row["source_path"], row["source_member"] or "", row["source_offset"] or 0),
    )
    found = []
    for row in rows:
        article = articles.get(row["capture_id"])
        say = f"{article['language']} {article['title']}" if article else f"{row['stage']}: {row['reason']}"
        if row["reason"] in WITH_DETAIL:
            say += f" {row['detail']}"
        found.append((row["source_path"], row["source_member"] or row["source_line"], row["outcome"], say))
    assert found == EXPECTED


def test_what_holds_no_capture_is_named(made: tuple[Path, Manifest]) -> None:
    inputs = archive.open_corpus(made[0]).table("inputs").to_pylist()
    found = [(row["path"], row["member"], row["kind"], row["skipped"]) for row in inputs if row["skipped"]]
    assert sorted(found, key=lambda row: (row[0], row[1] or "")) == SKIPPED


def test_text_is_the_article_alone(made: tuple[Path, Manifest]) -> None:
    for row in archive.open_corpus(made[0]).articles(columns=["source_path", "text"]).to_pylist():
        for stray in ("cookie", "Read More", "tally", "Imprint", "Choir", "Subscribe"):
            assert stray not in row["text"], row["source_path"]


def test_corpus_verifies(made: tuple[Path, Manifest]) -> None:
    verdict = archive.open_corpus(made[0]).verify()
    assert verdict.failures == ()
    assert verdict.rows == COUNTS.records + COUNTS.damaged + COUNTS.articles

"""Learning the weights: labels, folds by site, and the same bytes twice, on pages written here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from archive.extraction.blocks import walk
from archive.extraction.choice import choose
from archive.extraction.likeness import Stated
from archive.extraction.tree import parse
from tests import making

pytest.importorskip("lightgbm", reason="needs the extra [train]")
pytest.importorskip("rapidfuzz", reason="needs the extra [train]")

from archive.training.__main__ import main
from archive.training.evaluate import crossed, table, without_doubtful, word_f1
from archive.training.fit import fold, model_of, train, weights, write
from archive.training.pages import SETS, Page, aligned, labelled, read_set
from archive.training.vocabulary import count, learn

SITES = 8
PER_SITE = 3


def page_of(site: int, number: int) -> tuple[bytes, str]:
    """A page of a site, with menus, teasers and a foot in names that all sites share; and its gold."""
    gold = making.paragraphs(number)
    links = "".join(f'<li class="menu-item"><a href="/{one}">{one.title()} desk</a></li>' for one in making.PLACES)
    teasers = "".join(
        f'<div class="teaser-box"><h3><a href=/{at}>The {one} story of week {at + number}</a></h3><p>Read more</p></div>'
        for at, one in enumerate(making.PLACES)
    )
    body = "".join(f'<p class="article-text">{text}</p>' for text in gold)
    html = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Committee {number}</title></head><body>"
        f'<div class="menu-bar"><ul>{links}</ul></div><div class="site-{site} article-body"><h1>Committee {number}</h1>{body}'
        f'</div><div class="related-teasers">{teasers}</div><div class="page-foot"><p>Imprint of site {site}</p></div></body></html>'
    )
    return html.encode(), "\n".join(gold)


def bench(folder: Path) -> Path:
    """A folder such as the command reads, its pages dealt to the sets."""
    (folder / "html").mkdir(parents=True)
    numbers = iter(range(1, SITES * PER_SITE + 1))
    pages = [(site, next(numbers)) for site in range(SITES) for _ in range(PER_SITE)]
    for at, name in enumerate(SETS):
        rows, records = [], [making.record(making.http(b"x"), uri="https://other.example/")]
        for site, number in pages[at :: len(SETS)]:
            html, gold = page_of(site, number)
            ident = f"urn:uuid:00000000-0000-5000-8000-{number:012}"
            uri = f"https://www.site{site}.example/{number}"
            records.append(making.record(making.http(html), uri=uri, record_id=ident))
            rows.append({"record": f"<{ident}>", "id": f"{number}", "body": gold})
        (folder / "html" / f"{name}.warc.gz").write_bytes(making.packed(*records))
        with gzip.open(folder / "html" / f"{name}.gold.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in [*rows, {"record": "unknown", "id": "0", "body": "x"}])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def pages(folder: Path) -> list[Page]:
    return [page for name in SETS for page in read_set(folder, name)]


@pytest.fixture(scope="module")
def learned(pages: list[Page]) -> dict[str, Any]:
    return train(pages)


def test_pages_have_labels_and_sites(pages: list[Page]) -> None:
    assert len(pages) == SITES * PER_SITE
    assert {page.site for page in pages} == {f"site{site}.example" for site in range(SITES)}
    for page in pages:
        right = [text for text, label in zip(page.blocks.texts, page.label, strict=True) if label]
        assert "\n".join(right) == page.references[0]


def test_a_teaser_with_the_words_of_a_paragraph_before_is_none() -> None:
    label = aligned(
        ["Home", "The harbour board voted on Monday.", "The harbour board", "\u6e2f\u5e02"],
        "The harbour board voted on Monday",
    )
    assert label.tolist() == [0, 1, 0, 0]
    assert aligned(["\u6e2f\u5e02\u8b70", "x"], "\u6e2f\u5e02\u8b70\u4f1a").tolist() == [1, 0]
    assert aligned([""], "").tolist() == [0]


def test_of_snippets_only_the_blocks_that_hold_one_are_known() -> None:
    gold = making.paragraphs(1)
    row = {"id": "1", "with": [gold[0][:40], "ab"], "without": ["no such words on the page"]}
    page = labelled(making.page(1), "https://a.example/", row, "goose3_pages")
    assert page is not None
    assert page.known is not None
    assert [page.blocks.texts[at] for at in np.flatnonzero(page.known)] == gold[:1]
    assert page.label[page.known == 1].tolist() == [1]
    assert labelled(making.page(1), "https://a.example/", {"id": "1", "with": ["nowhere to be seen"]}, "goose3_pages") is None


def test_what_may_be_left_out_is_optional() -> None:
    gold = making.paragraphs(1)
    row = {
        "id": "1",
        "body": "\n".join(gold),
        "paragraphs": [{"text": text, "optional": at == 0} for at, text in enumerate(gold)],
    }
    page = labelled(making.page(1), "https://a.example/", row, "fundus_dev")
    assert page is not None
    assert page.references == ["\n".join(gold), "\n".join(gold[1:])]
    assert [page.blocks.texts[at] for at in np.flatnonzero(page.optional)] == gold[:1]
    sizes = weights(page)
    assert sizes[page.optional == 1].max() < sizes[(page.label == 1) & (page.optional == 0)].min()


def test_a_page_without_blocks_is_none() -> None:
    assert labelled(b"<html><script>x</script></html>", None, {"id": "1", "body": "x"}, "fundus_dev") is None


def test_folds_are_those_of_the_site_on_any_machine() -> None:
    assert [fold(f"site{site}.example", 4, "evaluation") for site in range(6)] == [1, 3, 0, 1, 1, 3]
    assert {fold(f"{site}", 5, "vocabulary") for site in range(60)} == set(range(5))


def test_a_site_counts_once_for_a_word(pages: list[Page]) -> None:
    counts = [count(page) for page in pages]
    words = learn(counts)
    assert words.names["menu"] < 0 < words.names["body"]
    assert words.words["imprint"] < 0
    assert "site" not in words.names or abs(words.names["site"]) <= abs(words.names["body"])
    assert learn([*counts, *counts]) == words
    assert learn(reversed(counts)) == words
    alone = learn(counts[:3])  # one site says nothing beyond what newsrooms call things
    assert (set(alone.names), set(alone.words)) == (set(learn([]).names), set(learn([]).words))


def test_the_trees_find_the_article_of_a_site_that_they_have_not_seen(learned: dict[str, Any]) -> None:
    html, gold = page_of(99, 60)
    page = walk(parse(html.decode()))
    chosen = choose(page, Stated(titles=("Committee 60",)), model_of(learned))
    assert word_f1("\n".join(page.texts[at] for at in chosen.kept), gold) > 0.95


def test_learning_twice_gives_the_same_bytes(folder: Path, learned: dict[str, Any], tmp_path: Path) -> None:
    write(learned, tmp_path / "one.gz")
    write(train([page for name in SETS for page in read_set(folder, name)]), tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert json.loads(gzip.decompress((tmp_path / "one.gz").read_bytes())) == learned


def test_a_page_with_another_gold_is_measured_and_not_learned_from(folder: Path) -> None:
    pages = [page for name in SETS for page in read_set(folder, name)]
    pages[5].references = ["Quite another text than that of the page, of which no word is right anywhere."]
    found = without_doubtful(pages)
    assert [page for page in found if not page.weight] == [pages[5]]
    assert not weights(pages[5]).any()
    scores = {page.ident: score for page, score in crossed(found)}
    assert len(scores) == len(found)
    assert table(found).count("word F1") == len(SETS)


def test_the_command(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, [str(folder), "-o", str(tmp_path / "page.json.gz"), "--evaluate"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert f"{SITES * PER_SITE} pages" in done.output
    assert done.output.count("word F1") == len(SETS)
    assert set(json.loads(gzip.decompress((tmp_path / "page.json.gz").read_bytes()))) == {
        "columns",
        "base",
        "trees",
        "names",
        "words",
    }


def test_word_f1() -> None:
    assert word_f1("a b c", "A B c!") == 1
    assert word_f1("a a", "a") == pytest.approx(2 / 3)
    assert word_f1("a", "b") == 0
    assert word_f1("", "") == 1

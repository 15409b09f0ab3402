"""The measures: integers, the same on any machine, in any order, under any hash seed; and a few that are counted by hand."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import characters
from archive.extraction.blocks import walk
from archive.extraction.characters import Ints, look_at
from archive.extraction.features import measure
from archive.extraction.forest import read_model
from archive.extraction.likeness import Stated, Vocabulary, name_parts, short_words
from archive.extraction.tree import parse
from tests import making

NONE = Vocabulary(names={}, words={})
LEARNED = Vocabulary(names={"body": 30, "related": -40, "author": -5}, words={"more": -20, "said": 9, "harbour": 4})
STATED = Stated(
    titles=("Ferry to Sandholm", "The committee"),
    description="The harbour committee of district 1 met",
    body="The harbour committee " * 30,
)
MENU = (
    "<div class='related-links teaser_Box' id=more><h3>More</h3><ul>"
    + "<li><a href=x>Harbour news</a></li>" * 3
    + "</ul></div>"
)
PAGES = [
    making.page(1).decode().replace("</article>", MENU),
    f"<html><body>{MENU}<h1>Ferry to Sandholm</h1><article>text</article><article><h1>Other</h1><p>said</p></article>",
    "<p>x",
    "<p>\U0001f6a2 \u6e2f\u5e02\u8b70\u4f1a\u3002</p><td>|</td><p>&nbsp;.</p>",
    "<table><tr><td>a</td><td>1,5</td></tr></table><blockquote><p>\u201cYes.\u201d</p></blockquote><br>tail",
]


def measured(page: str, stated: Stated = STATED, words: Vocabulary = LEARNED) -> dict[str, Ints]:
    return measure(walk(parse(page)), stated, words)


def digest() -> str:
    found = hashlib.sha256()
    for page in PAGES:
        for name, values in sorted(measured(page).items()):
            found.update(name.encode() + repr(values.tolist()).encode())
    return found.hexdigest()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("stated", [STATED, Stated()])
def test_all_measures_are_integers_one_a_block(page: str, stated: Stated) -> None:
    blocks = walk(parse(page))
    for name, values in measure(blocks, stated, LEARNED).items():
        assert values.dtype == np.int64, name
        assert values.shape == (len(blocks.texts),), name


def test_every_page_has_the_same_measures_and_all_that_the_weights_ask_for() -> None:
    first, *others = (set(measured(page)) for page in PAGES)
    assert all(names == first for names in others)
    assert set(read_model("page")["columns"]) <= first


def test_a_page_measures_the_same_whatever_was_measured_before() -> None:
    alone = {page: [(name, values.tolist()) for name, values in measured(page).items()] for page in PAGES}
    for page in [*reversed(PAGES), *PAGES]:
        assert [(name, values.tolist()) for name, values in measured(page).items()] == alone[page]


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_a_page_measures_the_same_under_any_hash_seed(seed: str) -> None:
    code = "from tests.test_features import digest; print(digest())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest()


def test_what_measuring_leaves_as_it_was() -> None:
    blocks = walk(parse(PAGES[0]))
    measure(blocks, STATED, LEARNED)
    assert blocks == walk(parse(PAGES[0]))


# ---- by hand -----------------------------------------------------------------------------------------------------


def test_the_shape_of_a_text() -> None:
    found = measured("<p>The Harbour, 25 <a href=x>boats</a>.</p><p>(Why?)</p><p>\u6e2f\u5e02\u8b70\u4f1a\u3002</p>")
    assert found["words"].tolist() == [4, 1, 2]  # a wide letter counts half a word
    assert found["commas"].tolist() == [1, 0, 0]
    assert found["stops"].tolist() == [1, 1, 1]
    assert found["full_stop"].tolist() == [1, 1, 1]
    assert found["capitals"].tolist() == [128, 256, 0]
    assert found["link_share"].tolist() == [256 * 5 // 22, 0, 0]


def test_the_place_of_a_block() -> None:
    found = measured("<div>menu</div><h1>Head</h1><main><p>one</p><aside><p>two</p></aside></main>")
    assert found["index"].tolist() == [0, 1, 2, 3]
    assert found["from_h1"].tolist() == [-1, 0, 1, 2]
    assert found["in_main"].tolist() == [0, 0, 1, 1]
    assert found["in_aside"].tolist() == [0, 0, 0, 1]
    assert found["in_heading"].tolist() == [0, 1, 0, 0]


def test_likeness_to_what_is_stated() -> None:
    text = "The harbour board voted, by eleven against four, for the change after a meeting of five hours on Monday."
    stated = Stated(titles=("Ferry to Sandholm",), description=text[:90], body=f"{text} And more.")
    found = measured(
        f"<p>Home</p><h1>Ferry to Sandholm</h1><p>{text}</p><p>Quite another text, which is somewhat longer than those sixty characters.</p>",
        stated,
    )
    assert found["title"].tolist() == [0, 256, 0, 0]
    assert found["from_title"].tolist() == [-1, 0, 1, 2]
    assert found["summary"].tolist() == [0, 0, 1, 0]
    assert found["in_body"].tolist() == [0, 0, 1, -1]


def test_copies_of_a_text() -> None:
    text = "One sentence of a paragraph that is long enough. And another one, which is not much shorter than that."
    found = measured(f"<p>{text}</p><p>other</p><p>{text}</p>")
    assert found["again"].tolist() == [0, 0, 1]
    assert found["copies"].tolist() == [2, 1, 2]
    assert found["repeated"].tolist() == [0, 0, 256]


def test_weights_of_names_and_words() -> None:
    found = measured('<div class="article-Body"><p id=x>He said more</p></div><div class=related><p>harbour</p></div>')
    assert found["name_1"].tolist() == [30, -40]
    assert found["name_sum"].tolist() == [30, -40]
    assert found["said"].tolist() == [(9 - 20) // 3, 4]
    assert (found["said_low"].tolist(), found["said_high"].tolist()) == ([-20, 4], [9, 4])


def test_neighbours() -> None:
    found = measured("<p>one</p><p>one two</p><p>one two three</p>")
    assert found["words_before_1"].tolist() == [-1, 1, 2]
    assert found["words_after_1"].tolist() == [2, 3, -1]
    assert found["words_before_2"].tolist() == [-1, -1, 1]
    assert found["words_after_2"].tolist() == [3, -1, -1]


def test_parts_of_names() -> None:
    assert name_parts("post-BodyText_2#main HTMLBox") == ["post", "body", "text", "main", "html", "box"]
    assert name_parts("A" * 9 + "a") == ["a" * 8, "aa"]
    assert name_parts("\n \u00e9 12") == []
    assert short_words("Read More, 2 \u4e00") == ["read", "more", "2", "\u4e00"]
    assert short_words("x " * 400) == []


# ---- characters --------------------------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=12), st.integers(1, 9))
def test_characters_are_counted_alike_in_pieces(texts: list[str], piece: int) -> None:
    whole = look_at(texts)
    before = characters.PIECE
    try:
        characters.PIECE = piece  # type: ignore[misc]  # a large page in small
        parts = look_at(texts)
    finally:
        characters.PIECE = before  # type: ignore[misc]
    for name in whole.__slots__:
        assert getattr(whole, name).tolist() == getattr(parts, name).tolist(), name
    assert whole.counts.sum(axis=1).tolist() == list(map(len, texts)) == whole.lengths.tolist()
    assert (whole.capitals <= whole.words).all()


def test_kinds_of_characters() -> None:
    text = 'aZ1 .,"-(|_+@\n\x00\u4e00\U0001f600'
    kinds = [look_at([one]).first[0] for one in text]
    assert kinds == [
        characters.LETTER, characters.UPPER, characters.DIGIT, characters.SPACE, characters.STOP, characters.COMMA,
        characters.QUOTE, characters.DASH, characters.BRACKET, characters.BAR, characters.PUNCTUATION, characters.SYMBOL,
        characters.AT, characters.BREAK, characters.OTHER, characters.WIDE, characters.SYMBOL,
    ]  # fmt: skip

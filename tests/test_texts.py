"""Chosen blocks to one text: kinds, spans, nothing twice."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.blocks import walk
from archive.extraction.texts import joined, text_of_blocks
from archive.extraction.tree import parse
from archive.model import Block

FIRST = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October. Nobody objected to it."
)
SECOND = (
    "Eleven members voted for the change and four against it, after a meeting that lasted until midnight. Two slept."
)


def made(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Text and blocks, (kind, text) each, of all blocks of a page."""
    page = walk(parse(f"<html><body>{body}</body></html>"))
    text, blocks = text_of_blocks(page, range(len(page.texts)))
    assert tiles(text, blocks)
    return text, [(block.kind, text[block.start : block.end]) for block in blocks]


def tiles(text: str, blocks: tuple[Block, ...]) -> bool:
    """Whether the blocks' spans cover the text, with exactly a blank line between."""
    at = 0
    for number, block in enumerate(blocks):
        if number:
            assert text[at : at + 2] == "\n\n"
            at += 2
        assert block.start == at < block.end
        at = block.end
        assert "\n\n" not in text[block.start : block.end]
    assert at == len(text)
    return unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>x</p>", "paragraph"),
        ("<div>x</div>", "paragraph"),
        ("<h1>x</h1>", "heading"),
        ("<h6><a>x</a></h6>", "heading"),
        ("<ul><li>x</li></ul>", "list-item"),
        ("<ol><li><p>x</p></li></ol>", "list-item"),
        ("<dl><dt>x</dt></dl>", "list-item"),
        ("<dl><dd>x</dd></dl>", "list-item"),
        ("<blockquote><p>x</p></blockquote>", "quote"),
        ("<blockquote><ul><li>x</li></ul></blockquote>", "quote"),
        ("<figure><figcaption>x</figcaption></figure>", "caption"),
        ("<pre>x</pre>", "code"),
        ("<table><tr><td>x</td></tr></table>", "table-row"),
        ("<table><tr><th>x</th></tr></table>", "table-row"),
        ("<table><tr><td><p>x</p></td></tr></table>", "table-row"),
        ("<table><tr><td><h2>x</h2></td></tr></table>", "heading"),
    ],
)
def test_kinds(body: str, kind: str) -> None:
    assert made(body)[1] == [(kind, "x")]


def test_the_cells_of_a_row_are_one_block() -> None:
    body = "<table><tr><th>Port</th><th>Fee</th></tr><tr><td>Kelmouth</td><td>4</td></tr><tr><td>Sandholm</td></tr></table>"
    assert made(body + "<p>end</p>")[1] == [
        ("table-row", "Port | Fee"),
        ("table-row", "Kelmouth | 4"),
        ("table-row", "Sandholm"),
        ("paragraph", "end"),
    ]


def test_a_row_in_a_cell_is_its_own() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    assert made(f"<table><tr><td>{inner}</td></tr></table>")[1] == [("table-row", "a | b"), ("table-row", "c | d")]


def test_the_paragraphs_of_a_layout_table_stay_apart() -> None:
    body = f"<table><tr><td>menu</td><td><h1>Ferry</h1><p>{FIRST}</p><p>{SECOND}</p></td></tr></table>"
    assert made(body)[1] == [
        ("table-row", "menu"),
        ("heading", "Ferry"),
        ("paragraph", FIRST),
        ("paragraph", SECOND),
    ]


def test_cells_without_a_row() -> None:
    assert made("<table><td>a</td><td>b</td></table>")[0] == "a | b"


# ---- nothing twice -----------------------------------------------------------------------------------------------


def test_a_paragraph_stands_once() -> None:
    assert made(f"<p>{FIRST}</p><p>{SECOND}</p><div>{FIRST}</div>")[0] == f"{FIRST}\n\n{SECOND}"


def test_a_paragraph_of_sentences_that_stood_before() -> None:
    assert made(f"<p>{FIRST} {SECOND}</p><p>{SECOND} {FIRST}</p>")[0] == f"{FIRST} {SECOND}"


def test_what_is_mostly_new_stays() -> None:
    assert FIRST in made(f"<p>{FIRST}</p><p>{FIRST} {SECOND}</p>")[0]
    assert made(f"<p>{FIRST}</p><p>{FIRST} {SECOND}</p>")[0].count("Eleven members") == 1


def test_chinese_sentences_end_with_a_circle() -> None:
    one = "港口委员会星期一以十一票对四票通过了新的渡轮时刻表会议一直持续到深夜才告结束没有人反对" * 2
    assert made(f"<p>{one}。{one[::-1]}。</p><p>{one[::-1]}。{one}。</p>")[0].count(one) == 1


def test_short_blocks_may_stand_twice() -> None:
    assert made("<p>Yes.</p><p>No.</p><p>Yes.</p>")[0] == "Yes.\n\nNo.\n\nYes."


# ---- characters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ka\u0308se", "K\u00e4se"),
        ("har\u00adbour", "harbour"),
        ("har\u2060bour\ufeff", "harbour"),
        ("a\u00a0b", "a b"),
        ("a\u3000b", "a b"),
        ("a\x00b\x85c", "a b c"),
        ("a\tb  c", "a b c"),
        ("a\nb", "a\nb"),
        ("a \n b", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("| a |", "a"),
        ("\u00ad", ""),
        ("\n\n", ""),
    ],
)
def test_characters(raw: str, expected: str) -> None:
    text, blocks = joined([("paragraph", raw)])
    assert text == expected
    assert len(blocks) == bool(expected)
    assert tiles(text, blocks)


def test_a_letter_with_a_million_marks() -> None:
    raw = "long " * 500 + "a" + "\u0308\u0323" * 500_000 + " end"
    text, blocks = joined([("paragraph", raw)])
    assert tiles(text, blocks)
    assert len(text) < len("long " * 500) + 40
    assert text.endswith(" end")
    few = "long " * 500 + "a" + "\u0308\u0323" * 15 + "b"
    assert joined([("paragraph", few)])[0] == unicodedata.normalize("NFC", few)


def test_a_blank_line_ends_a_block() -> None:
    text, blocks = joined([("quote", "one\n \n\ntwo\nthree")])
    assert text == "one\n\ntwo\nthree"
    assert [block.kind for block in blocks] == ["quote", "quote"]


def test_no_blocks_no_text() -> None:
    assert joined([]) == ("", ())


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=40), max_size=8))
def test_spans_tile_any_text(pieces: list[str]) -> None:
    text, blocks = joined([("paragraph", piece) for piece in pieces])
    assert tiles(text, blocks)
    assert not any("\u00ad" in text or unicodedata.category(one) == "Cc" for one in text.replace("\n", ""))
    again, same = joined([(block.kind, text[block.start : block.end]) for block in blocks])
    assert (again, same) == (text, blocks)


@given(st.lists(st.text(alphabet=" \n|a\u0308\u00ad\t", max_size=12), max_size=8))
def test_spans_tile_texts_of_signs_and_spaces(pieces: list[str]) -> None:
    text, blocks = joined([("paragraph", piece) for piece in pieces])
    assert tiles(text, blocks)

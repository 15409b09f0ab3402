"""The clues of lines, and the stretch that is the likely article."""

from __future__ import annotations

from archive.extraction.clues import article, find_clues
from archive.extraction.lines import Line, Spoken, split

SENTENCE = (
    "The council of Westhaven said on Tuesday that the northern quay will stay closed until the end of the month."
)


def seen(*texts: str) -> list[Line]:
    lines = split("\n".join(texts).encode(), "utf-8")[1]
    find_clues(lines, Spoken.of(lines))
    return lines


def test_sentences_count_for_and_the_rest_against() -> None:
    lines = seen("Home", "News", SENTENCE, f"{SENTENCE} Nobody knew.", "Read more", "var a = {};")
    assert [line.value > 0 for line in lines] == [False, False, True, True, False, False]
    assert article(lines) == (2, 4)
    assert [line.reason for line in lines[4:]] == ["teaser", "script"]


def test_what_stands_between_two_lines_of_code_is_code() -> None:
    lines = seen("var a = {};", "return", "b.load();", SENTENCE, "c.load();")
    assert [line.reason for line in lines] == ["script", "script", "script", "", "script"]


def test_a_sentence_that_its_links_cut_is_one() -> None:
    one, two = seen("The report by the divers, which the", "mayor read, and all of the council saw")
    assert one.shut
    assert two.shut


def test_nothing_is_no_article() -> None:
    assert article([]) == (0, 0)
    assert article(seen("Home", "News")) == (0, 0)

"""What a line gives away by itself, and that looking phrases up finds what searching for all of them does."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import phrases, signs
from archive.extraction.lines import words_of

GROUPS = (phrases.COOKIE, phrases.CONSENT, phrases.CONSENT_ALONE, phrases.PROMOTION)
PIECES = st.sampled_from(
    [phrase for group in GROUPS for phrase in group]
    + [" ", "\n", ", ", "_", "x", "the", "字", "ー", "’s", "1", "ü", "timeshare "]
)


def plainly(lines: list[str], group: tuple[str, ...]) -> dict[int, int]:
    """How many phrases begin a word in each line, one after the other."""
    found = {}
    for number, line in enumerate(lines):
        hits = 0
        for phrase in group:
            at = line.find(phrase)
            while at >= 0:
                if phrase[0] >= "\u2e80" or at == 0 or not (line[at - 1].isalnum() or line[at - 1] == "_"):
                    hits += 1
                    break
                at = line.find(phrase, at + len(phrase))
        if hits:
            found[number] = hits
    return found


@given(st.lists(PIECES, max_size=40).map("".join))
def test_phrases_are_found_as_by_a_search_for_each(joined: str) -> None:
    lines = joined.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    there = sorted(set(words_of(joined)))
    for group in GROUPS:
        assert dict(signs.lines_with(joined, starts, there, group)) == plainly(lines, group)


@pytest.mark.parametrize(("text", "words", "shut"), [
    ("The quay is closed.", 4, True),
    ("The quay is closed", 4, False),
    ("“The quay is closed.”", 4, True),
    ("They went on and on...", 5, False),
    ("港湾当局は火曜日、北埠頭を閉鎖したと発表した。", 11, True),
])  # fmt: skip
def test_measure(text: str, words: int, *, shut: bool) -> None:
    assert signs.measure(text) == (words, shut)


@pytest.mark.parametrize(("text", "kind"), [
    ("- two cracked pillars", "list-item"),
    ("2) loose stones", "list-item"),
    ("> as he wrote", "quote"),
    ("What the divers saw", "heading"),
    ("They saw cracks.", "paragraph"),
])  # fmt: skip
def test_kind(text: str, kind: str) -> None:
    words, shut = signs.measure(text)
    assert signs.kind(text, words, shut=shut) == kind


@pytest.mark.parametrize(("text", "reason"), [
    ("var a = {};", "script"),
    ('{"@type": "Thing"}', "script"),
    ('<a href="/x">More</a>', "markup"),
    ("He said (in 2019) that it was right; she disagreed.", ""),
    ("Either/or, as they say", ""),
])  # fmt: skip
def test_code(text: str, reason: str) -> None:
    assert signs.code(text) == reason

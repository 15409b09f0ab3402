"""Two texts, compared word by word."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.words import MOST_EDITS, Piece, pieces, shortened, similarity

TraceFunction = Callable[[FrameType, str, Any], Any]
TEXTS = st.text(alphabet="ab \n", max_size=60) | st.text(max_size=40)


def side(found: list[Piece], kinds: str) -> str:
    return "".join(piece.text for piece in found if piece.kind in kinds)


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_come_out_of_the_pieces(one: str, other: str) -> None:
    found = pieces(one, other)
    assert side(found, "=-").split() == one.split()
    assert side(found, "=+").split() == other.split()
    assert all(piece.text for piece in found)
    assert all(a.kind != b.kind for a, b in itertools.pairwise(found))


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_similarity_is_that_of_the_words(one: str, other: str) -> None:
    found = similarity(one, other)
    assert 0 <= found <= 1
    assert found == similarity(other, one)
    assert similarity(one, one) == 1
    assert (found == 1) == (sorted(one.split()) == sorted(other.split())) or any(ord(c) > 0xE00 for c in one + other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a b c", "a b c", 1.0),
        ("a b", "b a", 1.0),
        ("a a b", "a b b", 2 / 3),
        ("a b", "c d", 0.0),
        ("", "", 1.0),
        ("", "a", 0.0),
        ("港の予算", "港の算", 6 / 7),
    ],
)
def test_similarity(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == pytest.approx(expected)


def kinds(one: str, other: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(one, other)]


def test_pieces_are_the_words_that_changed() -> None:
    assert kinds("the old pumps had failed", "the new pumps had failed") == [
        ("=", "the "), ("-", "old "), ("+", "new "), ("=", "pumps had failed"),
    ]  # fmt: skip
    assert kinds("a b", "a b c") == [("=", "a b "), ("+", "c")]
    assert kinds("a\n\nb\n\nc", "a\n\nc") == [("=", "a\n\n"), ("-", "b\n\n"), ("=", "c")]
    assert kinds("", "a") == [("+", "a")]
    assert kinds("港の予算", "港の算") == [("=", "港の"), ("-", "予"), ("=", "算")]


def test_white_space_is_no_change() -> None:
    assert [kind for kind, _ in kinds("a b\n\nc", "a  b\nc")] == ["="]


def test_a_word_between_two_long_changes_is_part_of_them() -> None:
    assert kinds("red green blue is yellow black white", "one two three is four five six") == [
        ("-", "red green blue is yellow black white"),
        ("+", "one two three is four five six"),
    ]


def test_short_is_what_a_screen_takes() -> None:
    words = [f"w{number}" for number in range(1000)]
    changed = [*words[:500], "new", *words[501:]]
    found = shortened(pieces(" ".join(words), " ".join(changed)), context=2)
    assert [(piece.kind, piece.text.strip()) for piece in found] == [
        ("…", "498 words"), ("=", "w498 w499"), ("-", "w500"), ("+", "new"), ("=", "w501 w502"), ("…", "497 words"),
    ]  # fmt: skip
    long = shortened(pieces("a", "a " + " ".join(words)), longest=8)
    assert [(piece.kind, piece.text.strip()) for piece in long] == [
        ("=", "a"), ("+", "w0 w1 w2 w3 w4 w5"), ("…", "992 words"), ("+", "w998 w999"),
    ]  # fmt: skip


def test_only_so_many_changes_are_shown() -> None:
    words = " ".join(f"same{n} same{n}a same{n}b old{n}" for n in range(20))
    found = shortened(pieces(words, words.replace("old", "new")), changes=4)
    assert sum(piece.kind in "-+" for piece in found) == 4
    assert found[-1] == Piece(kind="…", text="and 36 more changes")


def test_texts_with_nothing_in_common_are_replaced_whole() -> None:
    one, other = (" ".join(f"{side}{n}" for n in range(MOST_EDITS)) for side in "ab")
    assert kinds(one, other) == [("-", one), ("+", other)]


def steps(work: Callable[[], object]) -> int:
    """Lines of Python that some work takes: a measure that no other process on the machine changes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> TraceFunction:  # noqa: ARG001 - as Python calls it
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("other", ["b", "a b", "a a b"])
def test_work_grows_with_the_length_and_not_with_its_square(other: str) -> None:
    """Words that repeat without end are the worst case of difflib and of Myers' search alike."""
    taken = [steps(lambda n=n: pieces("a " * n, (other + " ") * n)) for n in (1500, 3000)]  # type: ignore[misc]
    assert taken[1] < taken[0] * 3

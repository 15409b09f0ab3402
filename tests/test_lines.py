"""The lines of a dump: their bytes, and their words."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.lines import HEAD, Spoken, split, words_of


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "shift_jis", "utf-7"]
)
def test_lines_are_the_bytes_between_the_breaks(encoding: str, newline: str) -> None:
    texts = ["The quay", "", "is closed"]
    payload = newline.join(texts).encode(encoding)
    mark, lines = split(payload, encoding)
    assert [line.text for line in lines if not line.blank] == ["The quay", "is closed"]
    assert lines[0].start == mark
    assert lines[-1].stop == len(payload)
    assert all(one.stop == two.start for one, two in itertools.pairwise(lines))
    assert any(line.blank for line in lines)


def test_what_ends_the_payload_ends_no_further_line() -> None:
    assert [(line.start, line.end, line.stop) for line in split(b"a\n", "utf-8")[1]] == [(0, 1, 2)]
    assert split(b"", "utf-8") == (0, [])


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_texts_are_nfc_with_single_spaces(text: str) -> None:
    for line in split(text.encode(), "utf-8")[1]:
        assert line.text == unicodedata.normalize("NFC", " ".join(line.text.split()))


def test_a_line_of_marks_that_nobody_sees_is_blank() -> None:
    assert split("\u200b\ufeff\u200e".encode(), "utf-8")[1][0].blank
    assert not split("\u200bx".encode(), "utf-8")[1][0].blank


def test_words_of_scripts_that_set_none_apart_are_pairs() -> None:
    assert words_of("the quay\nis closed") == ["the", "quay", "\n", "is", "closed"]
    assert words_of("港湾当局 port") == ["港湾", "湾当", "当局", "port"]
    assert words_of("字") == ["字"]


def test_of_a_very_long_line_the_beginning_and_the_end_speak() -> None:
    _, lines = split(f"First {'x' * 3 * HEAD} last word".encode(), "utf-8")
    spoken = Spoken.of(lines)
    assert spoken.words[0] == "first"
    assert spoken.words[-1] == "word"
    assert len(spoken.lowered[0]) < HEAD + 20


def test_mojibake_is_mended_in_the_text_and_not_in_the_bytes() -> None:
    payload = "cafÃ© au lait\nnext".encode()
    plain, mended = split(payload, "utf-8")[1], split(payload, "utf-8", repair=True)[1]
    assert [line.text for line in mended] == ["café au lait", "next"]
    assert [(line.start, line.end) for line in mended] == [(line.start, line.end) for line in plain]


def test_an_escape_sequence_that_does_not_end_is_a_bad_byte() -> None:
    payload = "港".encode("iso2022_jp") + b"\x1b((((((((a\nquay"
    mark, lines = split(payload, "iso2022_jp")
    assert [line.text for line in lines] == ["港\ufffd((((((((a", "quay"]
    assert [mark, *(line.stop for line in lines)] == [0, payload.index(b"\n") + 1, len(payload)]

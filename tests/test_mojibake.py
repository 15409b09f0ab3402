"""UTF-8 that was read as windows-1252: found where it is, and given back as it was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import extract
from archive.extraction.mojibake import is_mojibake, repaired

MEANT = (
    "François said: “it’s a café”, and naïve – at 5 €.",
    "Größe, Übermut, Straße",
    "Привет, мир",
    "東京の港",
    "A smile 😀 and a flag 🏁",
)


def misread(text: str) -> str:
    """As a browser shows UTF-8 that calls itself windows-1252."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("meant", MEANT)
def test_what_was_misread_comes_back(meant: str) -> None:
    assert misread(meant) != meant
    assert repaired(misread(meant)) == meant


def test_what_was_misread_twice_comes_back() -> None:
    assert repaired(misread(misread(MEANT[0]))) == MEANT[0]


@pytest.mark.parametrize("meant", [*MEANT, "AÇÃO E REAÇÃO", "Ærø, Ålesund", "plain ASCII"])
def test_what_is_right_stays(meant: str) -> None:
    assert repaired(meant) == meant
    assert not is_mojibake(meant)


@given(st.text())
def test_no_text_raises_and_ascii_stays(text: str) -> None:
    found = repaired(text)
    assert found == text or not text.isascii()


def test_a_single_tell_tale_is_none() -> None:
    assert is_mojibake(misread(MEANT[0]))
    assert not is_mojibake("In UTF-8 an é read as windows-1252 is Ã©.")


LINES = (
    "FranÃ§ois says itâ€™s a cafÃ© by the harbour, and the council said on Monday that it would stay there.",
    "The repairs are paid for by the city, which has put aside two million for it, the mayor told the press.",
)


@pytest.mark.parametrize("payload", [
    "\n".join(LINES).encode(),
    f"<!doctype html><meta charset=utf-8><title>A</title><article>{''.join(f'<p>{one}</p>' for one in LINES)}</article>".encode(),
])  # fmt: skip
def test_it_is_repaired_in_the_derived_text_where_that_is_asked_for(payload: bytes) -> None:
    found = extract(payload)
    assert "FranÃ§ois" in found.text
    assert "mojibake" in found.flags
    mended = extract(payload, repair_mojibake=True)
    assert mended.text == found.text.replace("Ã§", "ç").replace("â€™", "’").replace("Ã©", "é")
    assert "mojibake-repaired" in mended.flags
    assert "mojibake" not in mended.flags
    assert mended.config_sha256 != found.config_sha256
    assert [(one.source_start, one.source_end) for one in mended.blocks] == [
        (one.source_start, one.source_end) for one in found.blocks
    ]

"""What a person sees never drives the terminal."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from archive import screen
from archive.model import Block, Extraction, Removed
from archive.proof import Failure, Verdict

SEEN = Extraction(
    text="Head \x1b[2J\n\nBody [/x]",
    blocks=(
        Block(kind="heading", start=0, end=9, source_start=0, source_end=9),
        Block(kind="list-item", start=11, end=20, source_start=30, source_end=39),
    ),
    removed=(
        Removed(start=9, end=30, reason="teaser", score=0.75),
        Removed(start=39, end=40, reason="blank", score=1.0),
    ),
    title="A \x07title [bold]",
    title_origin="meta",
    flags=("odd\x1b[0m", "[/x]"),
    extractor="news",
    extractor_version="1",
    config_sha256=bytes(32),
)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What was printed."""
    text = io.StringIO()
    monkeypatch.setattr(screen, "out", Console(file=text, width=200, highlight=False))
    yield text
    assert not [c for c in text.getvalue() if unicodedata.category(c) == "Cc" and c != "\n"]


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    found = screen.safe(text).plain
    assert found.isprintable()
    assert all(c.isprintable() or c == "\n" for c in screen.safe(text, lines=True).plain)
    if text.isprintable():
        assert found == text


def test_escapes() -> None:
    assert screen.safe("a\x1b[31m\tb\nc\u202e").plain == "a\\x1b[31m\\x09b\\x0ac\\x202e"
    assert screen.safe("a\x1b\nb", lines=True).plain == "a\\x1b\nb"
    assert screen.safe("[red]x[/red]").plain == "[red]x[/red]"


def test_an_extraction(shown: io.StringIO) -> None:
    screen.extraction(SEEN)
    text = shown.getvalue()
    assert "A \\x07title [bold]" in text
    assert "odd\\x1b[0m, [/x]" in text
    at = [text.index(part) for part in ("Head \\x1b[2J", "[21 bytes removed: teaser 0.75]", "• Body [/x]")]
    assert at == sorted(at)
    assert "blank" not in text


def test_an_extraction_without_places(shown: io.StringIO) -> None:
    blocks = tuple(replace(block, source_start=None, source_end=None) for block in SEEN.blocks)
    screen.extraction(replace(SEEN, blocks=blocks, removed=(), flags=()))
    assert shown.getvalue().index("Head") < shown.getvalue().index("Body")


def test_verdicts(shown: io.StringIO) -> None:
    screen.verdict("c [/x]", Verdict(ok=True, rows=1234, failures=()))
    assert "c [/x]: proven; 1,234 rows" in shown.getvalue()
    failures = tuple(
        Failure(table="files", id=f"{n} [/x]", what="extra", detail="\x1b[0m") for n in range(screen.SHOWN_FAILURES + 3)
    )
    screen.verdict("c [/x]", Verdict(ok=False, rows=5, failures=failures))
    text = shown.getvalue()
    assert "\nfiles     19 [/x]  extra\n          \\x1b[0m\n" in text
    assert "c [/x]: 23 things are not as the corpus says; 5 rows compared" in text
    assert "19 [/x]" in text
    assert "20 [/x]" not in text
    assert "and 3 more: --json names them all" in text


def test_all_columns(shown: io.StringIO) -> None:
    screen.columns()
    assert "text_sha256" in shown.getvalue()


def test_a_terminal_shows_what_was_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(
        screen, "out", Console(file=text, width=200, highlight=False, force_terminal=True, color_system="standard")
    )
    payload = b"Head \x1b[2JMore of it [/x]\n    Body [/x]"
    seen = replace(SEEN, charset="utf-8", removed=(Removed(start=9, end=26, reason="teaser", score=0.75),))
    screen.extraction(seen, payload)
    shown = text.getvalue()
    assert "teaser 0.75" in shown
    assert "\x1b[2mMore of it [/x]\x1b[0m" in shown  # dimmed, and no markup
    assert "\x1b[2J" not in shown  # what is kept does not drive the terminal
    assert "bytes removed" not in shown

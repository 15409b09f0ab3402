"""Progress is for eyes: on a terminal, and now and then a line elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from archive import progress
from archive.model import Counts


def test_progress_tells_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=200, highlight=False))
    monkeypatch.setattr(progress, "EVERY", -1.0)
    with progress.Converting(quiet=False) as told:
        told.planned(2, 4_000_000)
        told.converted(Counts(records=3, articles=2, rejections=1), 1_000_000)
        told.converted(Counts(records=1, articles=1), 3_000_000)
    lines = text.getvalue().splitlines()
    assert lines[0] == "2 input files, 4.0 MB"
    assert lines[1].startswith("25%  2 articles  1 rejected")
    assert lines[2].startswith("100%  3 articles  1 rejected")
    assert told.counts == Counts(records=4, articles=3, rejections=1)


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=200, force_terminal=True))
    with progress.Converting(quiet=False) as told:
        told.planned(1, 10)
        told.converted(Counts(records=3, articles=2, rejections=1), 10)
        told.merging()
    assert "100%" in text.getvalue()
    assert "2 articles" in text.getvalue()


def test_a_verification_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=80, force_terminal=True))
    with progress.Verifying(quiet=False, rows=2000) as told:
        told.checked(0, 0)
        told.checked(2000, 3)
    assert "checking files" in text.getvalue()
    assert "2,000 rows" in text.getvalue()
    assert "3 wrong" in text.getvalue()
    assert "100%" in text.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_a_verification_says_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch, *, quiet: bool) -> None:
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=80, force_terminal=quiet))
    with progress.Verifying(quiet=quiet, rows=2) as told:
        told.checked(0, 0)
        told.checked(2, 3)
    assert text.getvalue() == ""


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e9, "2.5 GB"), (3e12, "3.0 TB")])
def test_sizes(size: float, text: str) -> None:
    assert progress.bytes_of(size) == text

"""Lines come out in the order of their bytes, however few are held."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.wacz.sorting import SortedLines

LINES = [f"{random.Random(n).random()} {n % 7} ä".encode() for n in range(1000)]  # noqa: S311


@pytest.mark.parametrize("run_bytes", [1, 100, 5000, 1 << 20])
def test_lines_are_sorted_by_their_bytes(tmp_path: Path, *, run_bytes: int) -> None:
    lines = SortedLines(tmp_path, "x", run_bytes=run_bytes, fan_in=3)
    for line in LINES:
        lines.add(line)
    assert list(lines) == sorted(LINES)


def test_runs_that_were_merged_are_gone(tmp_path: Path) -> None:
    lines = SortedLines(tmp_path, "x", run_bytes=100, fan_in=4)
    for line in LINES:
        lines.add(line)
    written = len(list(tmp_path.iterdir()))
    assert written > 100
    assert list(lines) == sorted(LINES)
    assert len(list(tmp_path.iterdir())) <= 4


def test_no_lines_at_all(tmp_path: Path) -> None:
    assert list(SortedLines(tmp_path, "x")) == []


@given(st.lists(st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"])), max_size=40), st.integers(1, 60))
def test_any_lines(tmp_path_factory: pytest.TempPathFactory, texts: list[str], run_bytes: int) -> None:
    folder = tmp_path_factory.mktemp("runs")
    lines = SortedLines(folder, "x", run_bytes=run_bytes, fan_in=2)
    for text in texts:
        lines.add(text.encode())
    assert list(lines) == sorted(text.encode() for text in texts)

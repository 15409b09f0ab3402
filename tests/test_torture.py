"""A few of the runs of ``make torture``: killed at random moments, they end with the bytes of an undisturbed run."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests import making, torture


def test_killed_runs_end_with_the_bytes_of_an_undisturbed_one() -> None:
    cases = list(torture.all_cases(range(1000, 1003), jobs=2))
    assert [case.wrong for case in cases] == [[], [], []]
    assert sum(case.kills.total() for case in cases) >= 3


@pytest.mark.parametrize("name", ["articles/half.parquet", "warc/half.warc.gz", "runs/half.json", "manifest.json", "gone"])
def test_a_file_that_is_not_whole_is_seen(tmp_path: Path, name: str) -> None:
    making.converted(tmp_path / "c", making.put(tmp_path / "a.html", making.page(1)))
    assert list(torture.broken(tmp_path / "c")) == []
    if name == "gone":
        next((tmp_path / "c" / "articles").rglob("*.parquet")).unlink()
    elif name == "manifest.json":
        path = next((tmp_path / "c" / "articles").rglob("*.parquet"))
        pq.write_table(pq.read_table(path, partitioning=None).slice(0, 0), path)
    else:
        making.put(tmp_path / "c" / name, b"\x1f\x8b\x08\0")
    assert len(list(torture.broken(tmp_path / "c"))) == 1

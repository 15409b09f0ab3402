"""The log of a run says who ran what, when, where, with which versions, and what it took."""

from __future__ import annotations

import json
import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import archive
from tests import making

FIELDS = {
    "command", "folder", "host", "versions", "extraction", "workers", "parts", "started", "ended", "cpu_seconds",
    "cpu_seconds_used", "bytes_read", "bytes_written", "inputs", "counts", "reasons", "source_roots", "added",
}  # fmt: skip


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    return making.mixed(tmp_path / "in", each=1)


def log_of(folder: Path) -> dict[str, Any]:
    (path,) = (folder / "runs").iterdir()
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_the_log_of_a_run(inputs: Path, tmp_path: Path) -> None:
    manifest = making.converted(tmp_path / "c", inputs, workers=2)
    log = log_of(tmp_path / "c")
    assert set(log) == FIELDS
    assert (log["command"], log["folder"], log["workers"]) == (sys.argv, os.getcwd(), 2)  # noqa: PTH109
    assert (log["host"]["name"], log["host"]["cores"]) == (platform.node(), os.cpu_count())
    assert log["host"]["memory_bytes"] > 1 << 28
    assert log["versions"]["archive"] == archive.__version__
    assert log["versions"]["python"] == platform.python_version()
    for library in ("pyarrow", "lxml", "trafilatura", "warcio"):
        assert log["versions"][library] == version(library)
    assert datetime.fromisoformat(log["started"]) <= datetime.fromisoformat(log["ended"])
    assert log["bytes_read"] == sum(path.stat().st_size for path in inputs.rglob("*") if path.is_file())
    assert log["bytes_written"] == sum(file.size for file in manifest.files)
    assert (log["inputs"], log["counts"], log["reasons"]) == (manifest.inputs, asdict(manifest.counts), dict(manifest.reasons))


def test_stages_sum_to_what_was_used(inputs: Path, tmp_path: Path) -> None:
    """In a process of its own, so that all that it and its children use is the run's."""
    for number in range(150):
        making.put(inputs / "more" / f"{number}.html", making.page(100 + number))
    done = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", "1")
    assert done.returncode == 1, done.stderr
    seconds, used = log_of(tmp_path / "c")["cpu_seconds"], log_of(tmp_path / "c")["cpu_seconds_used"]
    assert set(seconds["workers"]) == {"digest", "read", "place", "extraction", "rows"}
    assert {"plan", "warm", "wait", "repeats", "warc", "merge", "hash"} <= set(seconds["here"])
    assert seconds["sums"] == {name: pytest.approx(sum(seconds[name].values())) for name in ("workers", "here")}
    assert seconds["sums"]["here"] == pytest.approx(used["here"], rel=0.05)
    # the kernel counts the beginning and the end of each process too, some milliseconds
    assert seconds["sums"]["workers"] == pytest.approx(used["children"], rel=0.1, abs=0.05)


def test_an_executor_is_named(inputs: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        archive.convert([inputs / "pages"], tmp_path / "c", executor=pool)
    assert log_of(tmp_path / "c")["workers"] == "ThreadPoolExecutor"

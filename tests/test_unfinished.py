"""What a stopped run has finished is not thrown away by mistake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import archive
from archive import plan
from archive.unfinished import asked_of
from tests import making

STOP = """
import os, signal
import archive.plan, archive.storage
archive.plan.SHARD_BYTES = 3000
real = archive.storage.write_receipt
def stopping(folder, receipt):  # in the worker
    if len(list(folder.parent.glob("*/receipt.json"))) == DONE:
        os.kill(os.getpid(), signal.SIGINT)
    real(folder, receipt)
archive.storage.write_receipt = stopping
"""


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    making.mixed(tmp_path / "in", each=2)
    making.put(tmp_path / "other" / "a.html", making.page(1))
    making.converted(tmp_path / "undisturbed", tmp_path / "in")
    return tmp_path / "in"


def stopped(inputs: Path, corpus: Path, parts: int) -> None:
    """A run over the inputs that was stopped after so many finished parts."""
    done = making.run("convert", inputs, "-o", corpus, "--workers", "1", code=STOP.replace("DONE", str(parts)))
    assert done.returncode == 3, done.stderr
    assert len(list((corpus / "work").glob("*/receipt.json"))) == parts


def test_other_inputs_are_refused_and_what_is_there_stays(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 2)
    before = making.state_of(tmp_path / "c")
    said = making.run("convert", tmp_path / "other", "-o", tmp_path / "c")
    assert said.returncode == 2
    assert f"holds 2 finished parts of a run over other inputs ({inputs})" in said.stderr
    assert "run that command again" in said.stderr
    assert "name a new folder" in said.stderr
    assert making.state_of(tmp_path / "c") == before
    making.converted(tmp_path / "c", inputs)
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "undisturbed")


def test_other_settings_are_refused(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 1)
    with pytest.raises(archive.CorpusError, match="holds 1 finished part of a run with other settings or library versions"):
        making.converted(tmp_path / "c", inputs, settings=archive.Settings(copy_records=True))


def test_without_finished_parts_other_inputs_are_taken(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 0)
    making.converted(tmp_path / "c", tmp_path / "other")
    making.converted(tmp_path / "d", tmp_path / "other")
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


def test_the_same_command_goes_on_over_inputs_that_have_changed(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 3)
    done = {path.parent.name for path in (tmp_path / "c" / "work").glob("*/receipt.json")}
    making.put(inputs / "crawl" / "broken.warc.gz", making.packed(*making.responses([77])))
    making.converted(tmp_path / "c", inputs)
    making.converted(tmp_path / "d", inputs)
    assert done
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


def test_more_inputs_are_taken_where_nothing_is_lost(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 1)
    making.put(tmp_path / "zz" / "zz.html", making.page(8))
    making.converted(tmp_path / "c", inputs, tmp_path / "zz")
    making.converted(tmp_path / "d", inputs, tmp_path / "zz")
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


def test_a_marker_that_tells_nothing(inputs: Path, tmp_path: Path) -> None:
    stopped(inputs, tmp_path / "c", 1)
    making.put(tmp_path / "c" / "work" / "unfinished", b"")
    with pytest.raises(archive.CorpusError, match="1 finished part of another run"):
        making.converted(tmp_path / "c", tmp_path / "other")


def test_what_is_asked_does_not_depend_on_order_or_on_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = archive.Settings()
    one = asked_of([tmp_path / "a", tmp_path / "b"], settings)
    monkeypatch.chdir(tmp_path)
    assert asked_of(["b", "a", os.fspath(tmp_path / "b")], settings) == one
    assert asked_of(["a"], settings) != one
    assert asked_of([b"\xff".decode("utf-8", "surrogateescape")], settings).first == (f"{tmp_path}/\\xff",)

"""The same inputs give the same bytes, whatever is around them."""

from __future__ import annotations

import ast
import random
import shutil
from pathlib import Path

import pytest

import archive
from archive import plan
from tests import making

SMALL = "import archive.plan\narchive.plan.SHARD_BYTES = 3000"
PACKAGE = Path(archive.__file__).parent


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.mixed(tmp_path_factory.mktemp("inputs") / "captures")


def test_what_is_compared_is_all_of_a_corpus(expected: dict[str, str]) -> None:
    assert {path.split("/")[0] for path in expected} == {"articles", "captures", "inputs", "warc", "manifest.json"}


@pytest.mark.parametrize(
    ("workers", "seed", "zone"),
    [("1", "0", "UTC"), ("2", "1", "Asia/Kolkata"), ("3", "12345", "America/St_Johns"), ("2", "random", "UTC")],
)
def test_workers_hash_seed_and_time_zone(
    inputs: Path, expected: dict[str, str], tmp_path: Path, *, workers: str, seed: str, zone: str
) -> None:
    environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
    done = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", workers, env=environment, code=SMALL)
    assert done.returncode == 1, done.stderr  # the damaged WARC is named
    assert making.files_of(tmp_path / "c") == expected


@pytest.mark.parametrize("size", [1, 5_000, 20_000])
def test_the_size_of_shards(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", size)
    making.converted(tmp_path / "c", inputs)
    assert making.files_of(tmp_path / "c") == expected


@pytest.mark.parametrize(
    "settings",
    [
        archive.Settings(copy_records=True),
        archive.Settings(dedupe_payloads=True),
        archive.Settings(partition_by=("text_language", "publication_year", "host_bucket")),
    ],
    ids=["copied", "deduped", "partitioned"],
)
def test_other_settings(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: archive.Settings
) -> None:
    making.converted(tmp_path / "one", inputs, settings=settings)
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    making.converted(tmp_path / "two", inputs, settings=settings, workers=2)
    assert making.files_of(tmp_path / "one") == making.files_of(tmp_path / "two")


def test_the_order_in_which_inputs_are_named(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in inputs.rglob("*"):
        if path.is_file():
            shutil.copy2(path, flat / f"{path.parent.name}-{path.name}")
    making.converted(tmp_path / "folder", flat)
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    names = sorted(flat.iterdir())
    for seed in range(3):
        random.Random(seed).shuffle(names)  # noqa: S311 - nothing secret
        making.converted(tmp_path / str(seed), *names)
        assert making.files_of(tmp_path / str(seed)) == making.files_of(tmp_path / "folder")


def test_a_moved_folder(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "somewhere" / "else"
    shutil.copytree(inputs, moved, copy_function=shutil.copy2)
    making.converted(tmp_path / "c", moved)
    assert making.files_of(tmp_path / "c") == expected
    monkeypatch.chdir(moved)
    making.converted(tmp_path / "d", Path())
    assert making.files_of(tmp_path / "d") == expected


def test_another_day(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: only the next test guards against the clock here")
    code = "import time; assert time.gmtime().tm_year == 2031\n" + SMALL
    library = next(Path("/usr/lib").rglob("libfaketime.so.1"))
    # the files keep their own times of modification
    faked = {"LD_PRELOAD": str(library), "FAKETIME": "@2031-01-02 10:00:00", "NO_FAKE_STAT": "1"}
    done = making.run("convert", inputs, "-o", tmp_path / "c", env=faked, code=code)
    assert done.returncode == 1, done.stderr
    assert making.files_of(tmp_path / "c") == expected


def test_only_the_run_log_and_the_progress_ask_for_the_clock() -> None:
    """The clock: ``now``, ``today``, ``time.time``. CPU clocks go to the run log only."""
    asking = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and (
                node.attr in ("now", "today", "utcnow", "monotonic", "localtime", "gmtime")
                or (node.attr == "time" and isinstance(node.value, ast.Name) and node.value.id == "time")
            ):
                asking.add(path.relative_to(PACKAGE).as_posix())
    assert asking == {"runlog.py", "progress.py", "sofar.py"}


def test_the_manifest_names_no_machine_and_no_moment(inputs: Path, tmp_path: Path) -> None:
    making.converted(tmp_path / "c", inputs)
    text = (tmp_path / "c" / "manifest.json").read_text()
    assert str(tmp_path) not in text
    assert str(inputs) not in text

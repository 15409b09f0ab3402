"""A run that is killed leaves nothing half done, and the same command ends with the undisturbed bytes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import archive
from archive import commit, plan, run, storage
from archive.model import Receipt
from tests import making

SMALL = "import archive.plan\narchive.plan.SHARD_BYTES = 3000\n"
KILL_AT = """
import mmap, os, signal, time
from pathlib import Path
import archive.commit, archive.fragments, archive.run, archive.storage, archive.table
RUN = os.getpid()
def kill_in(owner, name, call, after=False, whom=RUN):
    real, seen = getattr(owner, name), mmap.mmap(-1, 4)  # workers count together
    def kill():
        os.kill(whom or os.getpid(), signal.SIGKILL)
        time.sleep(60)  # a worker ends with its run
    def wrapped(*args, **kwargs):
        seen[0] += 1
        mine = seen[0]
        if mine == call and not after:
            kill()
        found = real(*args, **kwargs)
        if mine == call:
            kill()
        return found
    setattr(owner, name, wrapped)
"""
SLOW = """
import time
import archive.fragments
real = archive.fragments.Rows.article
def slow(*args):
    time.sleep(0.1)
    return real(*args)
archive.fragments.Rows.article = slow
"""
MOMENTS = {
    "before the first shard is done": "kill_in(archive.fragments.Rows, 'article', 2)",
    "in a later shard": "kill_in(archive.fragments.Rows, 'article', 9)",
    "before a receipt": "kill_in(archive.storage, 'write_receipt', 3)",
    "within a receipt": "kill_in(archive.storage, 'write_whole', 3)",
    "behind a receipt": "kill_in(archive.storage, 'write_whole', 3, after=True)",
    "while the WARC files are joined": "kill_in(archive.commit, '_append', 2)",
    "in a table": "kill_in(archive.table.ParquetFile, 'write', 3)",
    "before the renames": "kill_in(archive.commit, '_move', 1)",
    "between the renames": "kill_in(archive.storage, 'replace_folder', 3)",
    "before the manifest": "kill_in(archive.commit, '_move', 1, after=True)",
    "within the manifest": "kill_in(Path, 'rename', MANIFEST)",
    "before the log": "kill_in(archive.runlog, 'write_log', 1)",
    "behind the log": "kill_in(archive.runlog, 'write_log', 1, after=True)",
    "behind the manifest": "kill_in(archive.run, 'publish', 1, after=True)",
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.mixed(tmp_path_factory.mktemp("inputs") / "captures")


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)


@contextmanager
def going(*words: str | Path, code: str) -> Iterator[subprocess.Popen[str]]:
    """The command, running."""
    start = [
        sys.executable,
        "-c",
        f"import os\nos.fsync = int\n{SMALL}{code}\nfrom archive.cli import main\nmain(prog_name='archive')",
    ]
    with subprocess.Popen(
        [*start, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed(corpus: Path, inputs: Path, code: str) -> None:
    """Starts the run in a process that kills itself when ``code`` says."""

    def run() -> None:
        exec(KILL_AT + code, {})  # noqa: S102 - the same text as for a process of its own
        making.converted(corpus, inputs)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def wait_for(corpus: Path, pattern: str) -> None:
    """Waits until the work folder holds a file like that."""
    end = time.monotonic() + 60
    while not any((corpus / "work").glob(pattern)):
        assert time.monotonic() < end, f"no {pattern} after a minute"
        time.sleep(0.01)


def moment_in_code(moment: str, shards: int) -> str:
    """The code of a moment, with the counts of calls that depend on how many shards there are."""
    # the commit clears what a dead run left before it renames each table; each receipt, table and log is renamed before
    # the manifest is
    return MOMENTS[moment].replace("MANIFEST", str(shards + 4 + 2))


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_at_any_moment_goes_on(
    inputs: Path, expected: dict[str, str], tmp_path: Path, moment: str
) -> None:
    corpus = tmp_path / "c"
    files = plan.find_files([inputs], leave_out=corpus)
    shards = len(plan.make_shards(files, archive.Settings(), corpus))
    killed(corpus, inputs, moment_in_code(moment, shards))
    assert (corpus / "manifest.json").exists() == (moment == "behind the manifest")
    for table in ("articles", "captures", "inputs"):
        for path in (corpus / table).rglob("*"):
            assert path.is_dir() or pq.read_table(path, partitioning=None).num_rows >= 0
    if moment == "between the renames":
        there = {name for name in commit.DATA if (corpus / name).exists()}
        assert there
        assert there != set(commit.DATA)
    making.converted(corpus, inputs)
    assert making.files_of(corpus) == expected
    assert archive.open_corpus(corpus).verify().ok


@pytest.mark.usefixtures("_small")
def test_what_was_done_is_not_done_again(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "c"
    killed(corpus, inputs, MOMENTS["before a receipt"])
    done = sorted(path.parent.name for path in (corpus / "work").glob("*/receipt.json"))
    assert len(done) == 2
    real = storage.write_receipt

    def noting(folder: Path, receipt: Receipt) -> None:
        (tmp_path / folder.name).touch()  # in the worker
        real(folder, receipt)

    monkeypatch.setattr(storage, "write_receipt", noting)
    making.converted(corpus, inputs)
    written = [path.name for path in tmp_path.iterdir() if path.is_file()]
    assert written
    assert not set(written) & set(done)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_worker_does_not_stop_the_run(
    inputs: Path, expected: dict[str, str], tmp_path: Path, workers: str
) -> None:
    code = KILL_AT + SMALL + "kill_in(archive.fragments.Rows, 'article', 4, whom=None)"
    done = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", workers, code=code)
    assert done.returncode == 1, done.stderr  # the damaged ranges are named
    assert making.files_of(tmp_path / "c") == expected


@pytest.mark.usefixtures("_small")
def test_workers_end_with_the_run_that_was_killed(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    corpus = tmp_path / "c"
    with going("convert", inputs, "-o", corpus, "--workers", "2", code=SLOW) as process:
        wait_for(corpus, "*/receipt.json")
        process.kill()
    making.converted(corpus, inputs)  # a worker left over would hold the lock
    assert making.files_of(corpus) == expected


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_is_said_and_the_run_goes_on(
    inputs: Path, expected: dict[str, str], tmp_path: Path, workers: str
) -> None:
    corpus = tmp_path / "c"
    with going("convert", inputs, "-o", corpus, "--workers", workers, code=SLOW) as process:
        wait_for(corpus, "*/receipt.json")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 3, said
    assert "stopped; finished parts are kept" in said
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert not (corpus / "manifest.json").exists()
    making.converted(corpus, inputs)
    assert making.files_of(corpus) == expected


def test_a_second_writer_is_refused_and_the_first_finishes(
    inputs: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    corpus = tmp_path / "c"
    with going("convert", inputs, "-o", corpus, "--workers", "1", code=SLOW) as first:
        wait_for(corpus, "unfinished")
        second = making.run(
            "convert",
            inputs,
            "-o",
            corpus,
            "--workers",
            "1",
            code="import archive.storage\narchive.storage.LOCK_TRIES = 1",
        )
        assert second.returncode == 2
        assert "another process is writing this corpus" in second.stderr
        _, said = first.communicate(timeout=60)
        assert first.returncode == 1, said
    assert making.files_of(corpus) == expected


@pytest.mark.usefixtures("_small")
def test_leftovers_of_dead_runs_over_what_inputs_were_before_are_swept(
    inputs: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    corpus = tmp_path / "c"
    other = tmp_path / "other"
    for number in range(70, 76):
        making.put(other / f"{number}.html", making.page(number))
    killed(corpus, other, "kill_in(archive.fragments.Rows, 'article', 4)")
    killed(corpus, other, MOMENTS["before the manifest"])
    assert (corpus / "articles").exists()
    shutil.rmtree(other)
    shutil.copytree(inputs, other, copy_function=shutil.copy2)
    making.converted(corpus, other)
    assert making.files_of(corpus) == expected


@pytest.mark.parametrize("name", ["storage.write_receipt", "storage.write_whole", "fragments.write_rows", "commit._append"])
def test_a_full_disk_is_said_and_the_run_goes_on(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(f"archive.{name}", full)
        said = "about 1 MB more are needed" if name == "commit._append" else "cannot be told before the first part is done"
        with pytest.raises(archive.RunInterrupted, match=rf"no space left \([0-9,]+ MB free; .*{said}\)"):
            making.converted(tmp_path / "c", inputs)
    assert not (tmp_path / "c" / "manifest.json").exists()
    making.converted(tmp_path / "c", inputs)
    assert making.files_of(tmp_path / "c") == expected


def test_the_room_that_is_missing_goes_by_the_parts_that_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    files = [making.put(tmp_path / "in" / f"{n}.html", making.page(n)) for n in range(40)]
    with monkeypatch.context() as patch:
        patch.setattr("archive.run.commit", keyboard)
        with pytest.raises(archive.RunInterrupted):
            making.converted(tmp_path / "c", *files)
    work, found = tmp_path / "c" / "work", plan.find_files(files, leave_out=tmp_path / "c")
    whole = run.room_needed(found, archive.Settings(), tmp_path / "none")
    taken = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    assert whole == 0
    assert abs(run.room_needed(found, archive.Settings(), work) - taken) < 0.1 * taken  # as much again
    parts = sorted(work.glob("*/receipt.json"))
    for receipt in parts[::2]:
        shutil.rmtree(receipt.parent)
    assert abs(run.room_needed(found, archive.Settings(), work) - 1.5 * taken) < 0.1 * taken


def keyboard(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_is_really_full(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    start = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=%s tmpfs {tmp_path / 'disk'}"
    try:
        subprocess.run([*start, mount % "1m"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk takes root and unshare")
    command = f"{sys.executable} -m archive convert {inputs} -o {tmp_path / 'disk' / 'c'} --workers 2"
    for size in ("16k", "80k"):
        script = (
            f"{mount % size}; {command}; first=$?; mount -o remount,size=64m {tmp_path / 'disk'}; {command}; second=$?; "
            f"cp -r {tmp_path / 'disk' / 'c'} {tmp_path / size}; echo $first $second"
        )
        done = subprocess.run([*start, script], check=True, capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "3 1", done.stderr
        assert "no space left" in done.stderr
        assert making.files_of(tmp_path / size) == expected


def test_the_warc_files_hold_about_as_much_as_is_asked(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "WARC_BYTES", 1500)
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    corpus = making.corpus_of(tmp_path / "c", inputs)
    warcs = sorted((tmp_path / "c" / "warc").iterdir())
    assert len(warcs) > 2
    for path in warcs:
        data = path.read_bytes()
        assert len(data) < 9000
        assert b"\r\nWARC-Filename: " + path.name.encode() in zlib.decompressobj(31).decompress(data)
    assert corpus.verify().ok


def test_a_table_without_rows_is_still_a_table(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "logo.png", b"\x89PNG\r\n\x1a\n\0")
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in")
    assert corpus.articles().num_rows == 0
    assert "text" in corpus.articles().column_names
    assert corpus.captures().num_rows == 0
    assert corpus.table("inputs").to_pylist()[0]["skipped"] == "a PNG image"
    assert corpus.verify().ok

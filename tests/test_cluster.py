"""A real Dask scheduler and real workers, started by command on this machine, and what happens when they die."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest
from distributed import Client

import archive
from archive import cluster, engine
from tests import making

SMALL = "import archive.plan\narchive.plan.SHARD_BYTES = 3000"
DASK = Path(sys.executable).with_name("dask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dask:
    """A scheduler's address and process, and those of its workers."""

    url: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]

    def at_work(self) -> subprocess.Popen[bytes]:
        """A worker that has a shard at hand, once there is one."""
        while True:
            for worker in self.workers:
                if worker.poll() is None and children_of(worker.pid):
                    return worker

    def rest(self) -> None:
        """Comes back when the scheduler has no task left, and the workers that live none at hand."""
        with Client(self.url, set_as_default=False) as client:
            while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
                time.sleep(0.05)
            while any(worker.poll() is None and children_of(worker.pid) for worker in self.workers):
                time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:  # that thread has ended
            continue
    return found


@contextmanager
def started(folder: Path, **env: Mapping[str, str]) -> Iterator[Dask]:
    """A scheduler and two workers, ``one`` and ``two``; ``env`` has what is special in the environment of each."""
    folder.mkdir()
    place = folder / "scheduler.json"
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str, *words: str) -> None:
        command = [str(DASK), *words, "--no-dashboard"]
        with (folder / f"{name}.log").open("wb") as log:
            running.append(subprocess.Popen(command, env={**os.environ, **env.get(name, {})}, stdout=log, stderr=log))

    try:
        start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place))
        while not place.exists() or not place.read_bytes().endswith(b"}"):
            assert running[0].poll() is None, (folder / "scheduler.log").read_text()
            time.sleep(0.05)
        url = json.loads(place.read_bytes())["address"]
        for name in ("one", "two"):
            words = ["worker", url, "--nthreads", "1", "--no-nanny", "--name", name, "--memory-limit", "0"]
            start(name, *words, "--local-directory", str(folder / name))
        with Client(url, set_as_default=False) as client:
            client.wait_for_workers(2)
        yield Dask(url=url, scheduler=running[0], workers=tuple(running[1:]))
    finally:
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """What lives through the tests that kill nothing."""
    with started(tmp_path_factory.mktemp("shared") / "dask") as running:
        yield running


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.mixed(tmp_path_factory.mktemp("inputs") / "in", each=8)


def words(inputs: Path, corpus: Path, url: str) -> list[str | Path]:
    return ["convert", inputs, "-o", corpus, "--engine", "dask", "--scheduler", url, "--quiet"]


def begun(inputs: Path, corpus: Path, url: str) -> subprocess.Popen[str]:
    """The command at work, with two shards done and more to do."""
    command = f"{SMALL}\nfrom archive.cli import main\nmain(prog_name='archive')"
    process = subprocess.Popen(
        [sys.executable, "-c", command, *map(str, words(inputs, corpus, url))], stderr=subprocess.PIPE, text=True
    )
    while len(list(corpus.glob("work/*/receipt.json"))) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    return process


# ---- the same bytes --------------------------------------------------------------------------------------------------


def test_convert_and_reextract(dask: Dask, inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    done = making.run(*words(inputs, tmp_path / "c", dask.url), code=SMALL)
    assert (done.returncode, done.stderr) == (1, "")  # some inputs are damaged
    assert making.files_of(tmp_path / "c") == expected
    code = "from archive import again, plan\nagain.SLICE_ROWS = 3\nplan.SHARD_FILES = 2"
    on = ("--engine", "dask", "--scheduler", dask.url)
    done = making.run("reextract", tmp_path / "c", "-o", tmp_path / "d", "--quiet", *on, code=code)
    assert (done.returncode, done.stderr) == (1, "")
    assert making.files_of(tmp_path / "d") == expected


def test_an_executor_of_a_client(dask: Dask, inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    with Client(dask.url, set_as_default=False) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr("archive.plan.SHARD_BYTES", 3000)
        patch.chdir(tmp_path)
        archive.convert([inputs], "c", executor=client.get_executor())
    assert making.files_of(tmp_path / "c") == expected


@pytest.mark.parametrize("failures", ["0", "3"])  # where Dask gives up at once, and where it tries elsewhere itself
def test_a_worker_is_killed(inputs: Path, expected: dict[str, str], tmp_path: Path, failures: str) -> None:
    with started(tmp_path / "dask", scheduler={"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": failures}) as running:
        run = begun(inputs, tmp_path / "c", running.url)
        victim = running.at_work()
        victim.kill()
        _, said = run.communicate()
        assert (run.returncode, said) == (1, "")
        assert [worker.poll() for worker in running.workers].count(None) == 1
    assert making.files_of(tmp_path / "c") == expected


def test_a_worker_is_told_to_end(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    """As by Slurm, which tells the worker and the process that it forked."""
    with started(tmp_path / "dask") as running:
        run = begun(inputs, tmp_path / "c", running.url)
        worker = running.at_work()
        for pid in (*children_of(worker.pid), worker.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        _, said = run.communicate()
        assert (run.returncode, said) == (1, "")
        worker.wait()
    assert making.files_of(tmp_path / "c") == expected


def test_a_worker_that_is_only_believed_to_be_dead(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    """It wakes up when all is done elsewhere, and must not write into the corpus."""
    with started(tmp_path / "dask", scheduler={"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "2s"}) as running:
        run = begun(inputs, tmp_path / "c", running.url)
        asleep = running.at_work()
        asleep.send_signal(signal.SIGSTOP)
        _, said = run.communicate()
        assert (run.returncode, said) == (1, "")
        assert making.files_of(tmp_path / "c") == expected
        asleep.send_signal(signal.SIGCONT)
        running.rest()
    assert making.files_of(tmp_path / "c") == expected
    assert not (tmp_path / "c" / "work").exists()


# ---- what stops a run ------------------------------------------------------------------------------------------------


def test_the_scheduler_is_killed(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    with started(tmp_path / "dask") as running:
        run = begun(inputs, tmp_path / "c", running.url)
        running.scheduler.kill()
        _, said = run.communicate()
    assert run.returncode == 3
    assert said.startswith("archive: a worker process died (killed, or out of memory), or the scheduler did")
    assert said.count("\n") == 1
    done = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", "1", "--quiet", code=SMALL)
    assert done.returncode == 1, done.stderr
    assert making.files_of(tmp_path / "c") == expected


def test_ctrl_c_takes_back_what_waits(dask: Dask, inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    run = begun(inputs, tmp_path / "c", dask.url)
    for worker in dask.workers:
        worker.send_signal(signal.SIGSTOP)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()
    for worker in dask.workers:
        worker.send_signal(signal.SIGCONT)
    assert run.returncode == 3
    assert said.startswith("archive: stopped; finished parts are kept")
    dask.rest()
    done = [*(tmp_path / "c" / "work").glob("*/receipt.json"), *(tmp_path / "c" / "work").glob("attempts-*/*.0")]
    assert 2 <= len(done) < cluster.FEW  # so many were handed out, and those at hand went on
    again = making.run(*words(inputs, tmp_path / "c", dask.url), code=SMALL)
    assert (again.returncode, again.stderr) == (1, "")
    assert making.files_of(tmp_path / "c") == expected


def test_another_version_in_a_worker(inputs: Path, tmp_path: Path) -> None:
    making.put(tmp_path / "old" / "lxml-5.0.dist-info" / "METADATA", b"Metadata-Version: 2.1\nName: lxml\nVersion: 5.0\n")
    with started(tmp_path / "dask", two={"PYTHONPATH": str(tmp_path / "old")}) as running:
        done = making.run(*words(inputs, tmp_path / "c", running.url), code=SMALL)
    assert done.returncode == 3
    assert "lxml is 5.0, and " in done.stderr
    assert "where the run is: install the same versions everywhere" in done.stderr


def test_a_worker_without_the_package(inputs: Path, tmp_path: Path) -> None:
    """And a scheduler without it, which does no harm."""
    making.put(tmp_path / "bare" / "sitecustomize.py", b"import sys\nsys.modules['archive'] = None\n")
    bare = {"PYTHONPATH": str(tmp_path / "bare")}
    with started(tmp_path / "dask", scheduler=bare, two=bare) as running:
        done = making.run(*words(inputs, tmp_path / "c", running.url), code=SMALL)
    assert done.returncode == 3
    assert "archive: a worker cannot load what it needs (No module named 'archive" in done.stderr
    assert "install the same packages" in done.stderr
    assert (tmp_path / "c" / "work" / "unfinished").exists()


# ---- what cannot be asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("foo://127.0.0.1:1", "unknown address scheme"),
        ("tcp://127.0.0.1", "missing port number"),
        ("tcp://127.0.0.1:x", "no Dask scheduler answers"),
    ],
)
def test_addresses_that_are_none(inputs: Path, tmp_path: Path, url: str, said: str) -> None:
    done = making.run(*words(inputs, tmp_path / "c", url))
    assert done.returncode == 2
    assert f"archive: {url}: no Dask scheduler answers (" in done.stderr
    assert said in done.stderr
    assert not (tmp_path / "c").exists()


def test_nobody_there_and_nobody_who_speaks(inputs: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.socket() as absent:
        absent.bind(("127.0.0.1", 0))
        urls = [f"tcp://127.0.0.1:{one.getsockname()[1]}" for one in (mute, absent)]
        code = "from archive import cluster\ncluster.CONNECT = 1"
        for url in urls:
            done = making.run(*words(inputs, tmp_path / "c", url), code=code)
            assert done.returncode == 2
            assert f"archive: {url}: no Dask scheduler answers (nothing said within 1 s); start one" in done.stderr
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("command", ["convert", "reextract"])
def test_an_engine_and_its_scheduler_go_together(command: str, inputs: Path, tmp_path: Path) -> None:
    source = inputs
    if command == "reextract":
        making.converted(tmp_path / "old", inputs / "pages")
        source = tmp_path / "old"
    for option, value in (("--engine", "dask"), ("--scheduler", "tcp://127.0.0.1:1")):
        done = making.run(command, source, "-o", tmp_path / "c", option, value)
        assert done.returncode == 2
        assert "--scheduler" in done.stderr
        assert "--engine dask" in done.stderr
    assert not (tmp_path / "c").exists()


def test_workers_mean_nothing_there(dask: Dask, inputs: Path, tmp_path: Path) -> None:
    done = making.run(*words(inputs / "pages", tmp_path / "c", dask.url), "--workers", "2")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "--workers means nothing here" in done.stderr


def test_without_dask(inputs: Path, tmp_path: Path) -> None:
    code = "import sys\nsys.modules['distributed'] = None"
    done = making.run(*words(inputs, tmp_path / "c", "tcp://127.0.0.1:1"), code=code)
    assert done.returncode == 2
    assert "pip install '.[dask]'" in done.stderr


# ---- what an executor of Dask tells ----------------------------------------------------------------------------------


def test_as_many_shards_as_keep_the_workers_busy(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(dask.url, set_as_default=False) as client:
        executor = client.get_executor()
        assert cluster.most_at_once(executor) == cluster.FEW
        monkeypatch.setattr(cluster, "FEW", 1)
        assert cluster.most_at_once(executor) == 2 * cluster.FOR_EACH
    with ThreadPoolExecutor(1) as threads:
        assert cluster.most_at_once(threads) == cluster.IN_FLIGHT


def test_a_future_that_was_forgotten(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(dask.url, set_as_default=False) as client:
        executor = client.get_executor(pure=False)
        sleeping = executor.submit(time.sleep, 1)
        assert not cluster.nothing_to_come(executor)
        sleeping.result()
        assert cluster.nothing_to_come(executor)
        monkeypatch.setattr(engine, "LOOK", 0.01)
        with pytest.raises(archive.RunInterrupted, match="or the scheduler did"):
            engine._next(SimpleQueue(), executor)

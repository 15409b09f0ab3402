"""Shards over executors: attempts that meet, attempts that are lost, and workers that see something else."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loky import ProcessPoolExecutor

import archive
from archive import cluster, engine, plan, storage
from archive.model import Receipt, Settings, Shard
from archive.pool import ToldToEnd
from tests import making


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.mixed(tmp_path_factory.mktemp("inputs") / "in", each=2)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)


@pytest.fixture
def sent(inputs: Path, tmp_path: Path) -> Shard:
    """A shard as an executor gets it."""
    files = plan.find_files([inputs], leave_out=tmp_path / "c")
    first, *_ = plan.make_shards(files, Settings(), tmp_path / "work")
    folder = tmp_path / "work" / f"{engine.ATTEMPTS}x"
    folder.mkdir(parents=True)
    return replace(first, folder=str(folder / f"{first.shard_id}.0"), versions=engine.installed(first.settings))


class Here(Executor):
    """Does at once what it is asked to; ``fail`` may raise instead of it."""

    def __init__(self) -> None:
        self.asked: list[Shard] = []

    def fail(self, shard: Shard) -> None:
        """Raises what this executor raises for a shard."""

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that has ended."""
        future: Future[Any] = Future()
        self.asked.append(args[0])
        try:
            self.fail(args[0])
            future.set_result(work(*args, **kwargs))
        except Exception as why:  # noqa: BLE001 - an executor hands it to whoever asked
            future.set_exception(why)
        return future


# ---- the same bytes --------------------------------------------------------------------------------------------------


def test_processes_of_another_package(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as executor:
        archive.convert([inputs], tmp_path / "c", executor=executor)
        archive.reextract(tmp_path / "c", tmp_path / "d", executor=executor)
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d") == expected


class Killing:
    """A progress that kills a process of the executor once something is done."""

    planned = known = unchanged = mended = working = merging = staticmethod(lambda *_: None)

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self.executor = executor

    def converted(self, *_: object) -> None:
        """Kills."""
        for pid in list(self.executor._processes):
            os.kill(pid, signal.SIGKILL)


def test_an_executor_whose_processes_are_killed(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    executor = ProcessPoolExecutor(2)
    with pytest.raises(archive.RunInterrupted, match="a worker process died"):
        archive.convert([inputs], tmp_path / "c", executor=executor, progress=Killing(executor))
    executor.shutdown()
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "c" / "work").glob("*/receipt.json")}
    assert done
    here = Here()
    archive.convert([inputs], tmp_path / "c", executor=here)
    assert not {shard.shard_id for shard in here.asked} & {path.parent.name for path in done}
    assert making.files_of(tmp_path / "c") == expected


def test_a_relative_folder_is_the_same_everywhere(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = Here()
    archive.convert([inputs], "c", executor=here)
    assert all(Path(shard.folder).is_absolute() for shard in here.asked)
    assert making.files_of(tmp_path / "c") == expected


def test_no_more_are_handed_out_than_keep_it_busy(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 0

    class Counting(ThreadPoolExecutor):
        open: set[Future[Any]]

        def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            nonlocal most
            self.open = {one for one in getattr(self, "open", ()) if not one.done()}
            future = super().submit(work, *args, **kwargs)
            self.open.add(future)
            most = max(most, len(self.open))
            return future

    monkeypatch.setattr(cluster, "IN_FLIGHT", 3)
    with Counting(2) as executor:
        archive.convert([inputs], tmp_path / "c", executor=executor)
    assert 1 < most <= 3
    assert making.files_of(tmp_path / "c") == expected


# ---- attempts that meet ----------------------------------------------------------------------------------------------


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "receipt.json"}


def test_two_attempts_at_one_shard(sent: Shard, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        receipts = list(threads.map(engine.attempt, [sent] * 4))
    assert {replace(receipt, cpu_seconds=()) for receipt in receipts} == {replace(receipts[0], cpu_seconds=())}
    folder = Path(sent.folder)
    assert list(folder.parent.iterdir()) == [folder]  # three of them left nothing
    assert storage.read_receipt(folder) in receipts
    alone = replace(sent, folder=str(tmp_path / "work" / "alone"))
    engine.attempt(alone)
    assert files_in(folder) == files_in(Path(alone.folder))


def test_an_attempt_that_outlives_its_run_writes_nothing(sent: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    real = storage.write_receipt

    def late(folder: Path, receipt: Receipt) -> None:  # in the child
        engine._cut_off(folder.parent)
        real(folder, receipt)

    monkeypatch.setattr(storage, "write_receipt", late)
    with pytest.raises(FileNotFoundError):
        engine.attempt(sent)
    work = Path(sent.folder).parent.parent
    assert [path.name for path in work.iterdir()] == [f"{engine.DEAD}{engine.ATTEMPTS}x"]
    assert list(work.rglob("receipt.json")) == []


def test_what_attempts_of_a_dead_run_have_finished_is_kept(
    inputs: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    class Unheard(Here):
        def fail(self, shard: Shard) -> None:
            if len(self.asked) > 1:
                engine.attempt(shard)  # it gets done, and nobody hears of it
                raise CancelledError

    with pytest.raises(archive.RunInterrupted):
        archive.convert([inputs], tmp_path / "c", executor=Unheard())
    work = tmp_path / "c" / "work"
    (attempts,) = work.glob(f"{engine.ATTEMPTS}*")
    finished = [path.name.partition(".")[0] for path in attempts.iterdir()]
    assert len(finished) > 3
    unfinished = attempts / f"{finished[0]}.0"
    (unfinished / "receipt.json").unlink()
    for again in (Here(), None):
        if again:
            shutil.copytree(tmp_path / "c", tmp_path / "copy")
            archive.convert([inputs], tmp_path / "copy", executor=again)
            assert finished[0] in {shard.shard_id for shard in again.asked}
            assert not set(finished[1:]) & {shard.shard_id for shard in again.asked}
            assert making.files_of(tmp_path / "copy") == expected
        else:
            archive.convert([inputs], tmp_path / "c")
            assert making.files_of(tmp_path / "c") == expected


# ---- attempts that are lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent_by", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_does_not_end_the_run(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent_by: signal.Signals
) -> None:
    real = storage.write_receipt

    def once(folder: Path, receipt: Receipt) -> None:  # in the child
        try:
            (tmp_path / "told").touch(exist_ok=False)
        except FileExistsError:
            real(folder, receipt)
        else:
            os.kill(os.getpid(), sent_by)

    monkeypatch.setattr(storage, "write_receipt", once)
    here = Here()
    archive.convert([inputs], tmp_path / "c", executor=here)
    assert len(here.asked) == len({shard.shard_id for shard in here.asked}) + 1
    assert len(here.asked) == len({shard.folder for shard in here.asked})
    assert making.files_of(tmp_path / "c") == expected


def test_workers_that_are_lost_again_and_again_stop_the_run(inputs: Path, tmp_path: Path) -> None:
    class Losing(Here):
        def fail(self, shard: Shard) -> None:
            if shard.shard_id.startswith("000001"):
                raise ToldToEnd("SIGTERM")

    with pytest.raises(archive.RunInterrupted, match=r"lost again and again at crawl/.*same command again"):
        archive.convert([inputs], tmp_path / "c", executor=Losing())


def test_a_worker_without_the_package(inputs: Path, tmp_path: Path) -> None:
    class Bare(Here):
        def fail(self, _: Shard) -> None:
            message = "No module named 'archive'"
            raise ModuleNotFoundError(message)

    with pytest.raises(archive.RunInterrupted, match=r"No module named 'archive'.*install the same packages"):
        archive.convert([inputs], tmp_path / "c", executor=Bare())


def test_other_errors_are_what_they_are(inputs: Path, tmp_path: Path) -> None:
    class Wrong(Here):
        def fail(self, _: Shard) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        archive.convert([inputs], tmp_path / "c", executor=Wrong())


# ---- workers that see something else ---------------------------------------------------------------------------------


def test_a_folder_that_the_worker_does_not_see(sent: Shard, tmp_path: Path) -> None:
    elsewhere = replace(sent, folder=str(tmp_path / "work" / "attempts-y" / "1.0"))
    with pytest.raises(archive.RunInterrupted, match="attempts-y is not there: the corpus must lie on a file system"):
        engine.attempt(elsewhere)
    assert not Path(elsewhere.folder).parent.exists()


@pytest.mark.parametrize(("size", "said"), [(None, "is not there: inputs"), (5, "has 5 bytes, and ")])
def test_an_input_that_the_worker_sees_otherwise(sent: Shard, tmp_path: Path, size: int | None, said: str) -> None:
    place = tmp_path / "other"
    if size:
        place.write_bytes(bytes(size))
    files = (replace(sent.files[0], location=str(place)), *sent.files[1:])
    with pytest.raises(archive.RunInterrupted, match=f"worker on .*{said}.*file system that all share"):
        engine.attempt(replace(sent, files=files))


def test_inputs_that_nobody_could_read_are_rows_as_ever(tmp_path: Path) -> None:
    making.put(tmp_path / "in" / "a.html", making.page(1))
    (tmp_path / "in" / "b.html").symlink_to("nowhere")
    making.converted(tmp_path / "c", tmp_path / "in")
    archive.convert([tmp_path / "in"], tmp_path / "d", executor=Here())
    assert making.files_of(tmp_path / "d") == making.files_of(tmp_path / "c")


def test_the_versions_of_all_that_decides_bytes_are_compared(sent: Shard) -> None:
    names = [name for name, _ in sent.versions]
    assert {"archive", "lxml", "libxml2", "trafilatura", "zlib", "the configuration"} <= set(names)
    for number, name in enumerate(names):
        versions = (*sent.versions[:number], (name, "0.0"), *sent.versions[number + 1 :])
        with pytest.raises(archive.RunInterrupted, match=f"worker on .*: {name} is .*, and 0.0 where the run is"):
            engine.attempt(replace(sent, versions=versions))


def test_a_packed_shard_is_unpacked_where_the_code_is_the_same(sent: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pickle.dumps(engine.Packed(sent))
    receipt = pickle.loads(packed)  # noqa: S301 - packed here
    assert isinstance(receipt, Receipt)
    assert storage.read_receipt(Path(sent.folder)) == receipt
    monkeypatch.setattr(engine, "archive_version", lambda: "0.1.0 (other)")
    with pytest.raises(archive.RunInterrupted, match=r"archive is 0\.1\.0 \(other\), and 0\.1\.0 \([0-9a-f]{12}\) where"):
        pickle.loads(packed)  # noqa: S301


def test_a_folder_that_the_run_does_not_see(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(Here):
        def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(work, *args, **kwargs)
            shutil.rmtree(args[0].folder)
            return future

    monkeypatch.setattr(engine, "SEEN_WITHIN", 2)
    with pytest.raises(archive.RunInterrupted, match="a worker wrote it, and it is not here"):
        archive.convert([inputs], tmp_path / "c", executor=Elsewhere())

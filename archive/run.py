"""One run: plan, convert every shard, commit. What is done stays done, so the same command goes on where it stopped.

    inputs -> plan.find_files -> plan.make_shards -> pool.convert_all(shards) -> commit.commit

Each shard runs in a child of this process (``pool.py``), or where any ``concurrent.futures.Executor`` puts it
(``engine.py``). The work folder lies beside ``manifest.json``; receipts in it say which
shards are done. Who ran what, when and where goes to ``runs/``, which is outside all digests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive import again, engine, pool, runlog, storage
from archive.commit import DATA, commit, publish, sweep_strays
from archive.corpus import Corpus
from archive.errors import CorpusError, RunInterrupted, UsageError
from archive.extraction import find_extractor
from archive.growth import additions, next_addition
from archive.manifest import check_columns
from archive.model import InputFile, Manifest, Receipt, Settings, Shard, SoFar
from archive.partition import KEYS
from archive.plan import find_files, make_shards, mended
from archive.runlog import Work
from archive.sofar import Looking, in_spread_order, shard_bytes
from archive.stages import Stages
from archive.unfinished import (
    MARKER,
    Asked,
    about_to_publish,
    asked_of,
    clear,
    finished_parts,
    forget,
    forget_published,
    go_on,
)

MB = 1 << 20
ROOMY = 32 << 20  # bytes of input; writing the tables of less needs so little that the models may stay loaded


class Progress(Protocol):
    """Hears how a run is going."""

    def planned(self, files: int, shards: Sequence[Shard], before: Sequence[Receipt]) -> None:
        """The inputs are known, the parts that they are converted in, and what was done before this run."""

    def known(self, files: int) -> None:
        """The corpus is there, and has so many of the inputs already."""

    def unchanged(self, manifest: Manifest) -> None:
        """The corpus was made from these inputs before; nothing is done."""

    def converted(self, receipt: Receipt) -> None:
        """A part is done."""

    def mended(self, gone: Sequence[Receipt], new: Sequence[Shard]) -> None:
        """Parts that were done began inside others, and are gone; new ones take their place."""

    def working(self, alive: int, running: Mapping[str, SoFar]) -> None:
        """Twice a second: so many workers are alive, and so far are the parts, by their ids, that have said so."""

    def merging(self, share: float) -> None:
        """All inputs are read; this share of the corpus's tables is written."""


class Silence:
    """A progress that nobody hears."""

    def planned(self, files: int, shards: Sequence[Shard], before: Sequence[Receipt]) -> None:
        """Nothing."""

    def known(self, files: int) -> None:
        """Nothing."""

    def unchanged(self, manifest: Manifest) -> None:
        """Nothing."""

    def converted(self, receipt: Receipt) -> None:
        """Nothing."""

    def mended(self, gone: Sequence[Receipt], new: Sequence[Shard]) -> None:
        """Nothing."""

    def working(self, alive: int, running: Mapping[str, SoFar]) -> None:
        """Nothing."""

    def merging(self, share: float) -> None:
        """Nothing."""


def convert(
    inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    corpus: str | os.PathLike[str],
    *,
    settings: Settings | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """The manifest of the corpus made from ``inputs``, a file or folder or several of them in any order.

    ``workers`` processes share the work; an ``executor`` handed in does it instead. Raises ``UsageError`` for inputs or
    settings that cannot be, ``CorpusError`` for a folder that is in use or holds something else, ``RunInterrupted``
    where the run could not finish: the same call then goes on.
    """
    settings, progress = settings or Settings(), progress or Silence()
    if len(set(settings.partition_by)) < len(settings.partition_by):
        message = f"cannot partition by {', '.join(settings.partition_by)}: one of them is named twice"
        raise UsageError(message)
    unknown = [key for key in settings.partition_by if key not in KEYS]
    if unknown or not settings.partition_by:
        message = f"cannot partition by {', '.join(unknown) or 'nothing'}; choose among {', '.join(KEYS)}"
        raise UsageError(message)
    folder = Path(corpus)
    named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    files = find_files(named, leave_out=folder)
    if not files:
        message = "the inputs name no file"
        raise UsageError(message)
    return make_corpus(folder, named, files, settings, workers=workers, executor=executor, progress=progress)


def make_corpus(
    folder: Path,
    named: Iterable[str | os.PathLike[str]],
    files: list[InputFile],
    settings: Settings,
    *,
    old: Corpus | None = None,
    workers: int,
    executor: Executor | None,
    progress: Progress,
) -> Manifest:
    """The manifest of the corpus in ``folder``, of input files, or of slices of an ``old`` corpus.

    ``named`` is what was named to get there: an unfinished run goes on for the same names alone. Files that a finished
    corpus does not have are added to it. Raises ``UsageError`` for less than one worker, ``CorpusError`` for a folder
    inside a corpus.
    """
    if workers < 1:
        message = f"{workers} workers: at least one is needed"
        raise UsageError(message)
    if around := next((up for up in folder.resolve().parents if (up / "manifest.json").is_file()), None):
        message = f"{folder}: lies in the corpus {around}, which would no longer be what its manifest says; name another"
        raise CorpusError(message)
    folder.mkdir(parents=True, exist_ok=True)
    with storage.locked(folder), _operator_errors(folder, files, settings):
        asked, base = asked_of(named, settings), None
        if (folder / "manifest.json").exists():
            base = Corpus(folder)
            check_columns(folder, base.manifest)
            if (folder / "work" / MARKER).exists():
                sweep_strays(base)
            forget_published(folder / "work")
            new = [] if old and again.same_records(base, old, settings) else additions(base, files, settings)
            progress.known(len(files) - len(new))
            files = new
            if not files:
                forget(folder / "work", asked)  # of a run that was killed after its last step
                progress.unchanged(base.manifest)
                return base.manifest
        job = Job(folder=folder, settings=settings, asked=asked, old=old, base=base)
        return _run(job, files, workers=workers, executor=executor, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be made where: of which settings, from an ``old`` corpus or not, on top of what is there or not."""

    folder: Path
    settings: Settings
    asked: Asked
    old: Corpus | None  # whose records are read again
    base: Corpus | None  # what is there, and is added to


def _run(
    job: Job, files: list[InputFile], *, workers: int, executor: Executor | None, progress: Progress
) -> Manifest:
    folder, settings, work = job.folder, job.settings, job.folder / "work"
    _claim(folder, work, job.base)
    began, stages = runlog.start(), Stages("plan")
    shards = make_shards(files, settings, work)
    go_on(work, [shard.shard_id for shard in shards], job.asked)
    engine.take_over(work, shards)
    _sweep(work, shards)
    before = [there for shard in shards if (there := storage.read_receipt(Path(shard.folder)))]
    receipts = {receipt.shard_id: receipt for receipt in before}
    progress.planned(len(files), shards, before)
    stages.to("warm")
    pool.warm(settings.extractor)  # once, before any worker is forked
    stages.to("wait")
    receipts |= _convert_all([s for s in shards if s.shard_id not in receipts], workers, executor, progress)
    while (better := mended(shards, {name: one.ended for name, one in receipts.items()})) != shards:
        shards, new = better, [one for one in better if one.shard_id not in receipts]
        gone = [receipts.pop(name) for name in set(receipts) - {one.shard_id for one in better}]
        progress.mended(gone, new)
        receipts |= _convert_all(new, workers, executor, progress)
    stages.to("merge")
    if sum(file.size for file in files) > ROOMY:
        find_extractor(settings.extractor).rest()
        storage.give_back_memory()
    progress.merging(0)
    done = [(shard, receipts[shard.shard_id]) for shard in shards]
    manifest = commit(folder, work, done, settings, old=job.old, base=job.base, workers=workers, stages=stages, told=progress.merging)
    stages.to("log")
    if job.old:
        again.keep_logs(job.old, folder)
    took = Work(
        workers=type(executor).__name__ if executor else workers,
        receipts=tuple(receipt for _, receipt in done),
        before=len(before),
        own_seconds=stages.seconds,
        added=None if job.old else next_addition(job.base),
    )
    base = job.base.manifest if job.base else None
    runlog.write_log(folder, files, manifest, base=base, began=began, work=took)
    about_to_publish(work, manifest)
    publish(folder, work, manifest)  # after the log, which says where referenced inputs are
    clear(work)
    return manifest


def _convert_all(
    shards: list[Shard], workers: int, executor: Executor | None, progress: Progress
) -> dict[str, Receipt]:
    receipts: dict[str, Receipt] = {}
    shards = in_spread_order(shards)
    looking = Looking(progress.working)
    done = engine.convert_all(shards, executor) if executor else pool.convert_all(shards, workers, looking)
    with closing(done):  # whatever stops the run stops the workers
        for receipt in done:
            receipts[receipt.shard_id] = receipt
            progress.converted(receipt)
    return receipts


@contextmanager
def _operator_errors(folder: Path, files: list[InputFile], settings: Settings) -> Iterator[None]:
    """What only the operator can mend, as what it is: the disk is full, the run was stopped."""
    try:
        yield
    except KeyboardInterrupt as why:
        parts = len(finished_parts(folder / "work"))
        message = f"stopped; finished parts are kept ({parts} in {folder / 'work'}): run the same command again to go on"
        raise RunInterrupted(message) from why
    except OSError as why:
        if why.errno not in storage.NO_ROOM:
            raise
        free, need = shutil.disk_usage(folder).free, room_needed(files, settings, folder / "work")
        missing = f"about {max(need - free, MB) / MB:,.0f} MB more are needed"
        said = missing if need else "how much is missing cannot be told before the first part is done"
        message = f"{folder}: no space left ({free / MB:,.0f} MB free; {said}): make room and run the same command again to go on"
        raise RunInterrupted(message) from why


def room_needed(files: list[InputFile], settings: Settings, work: Path) -> int:
    """Bytes that a run will still write, by what the parts that are done have taken; 0 where none is done.

    Beside all parts' files the corpus is written, which takes as much again: on the bench .7 to 1.0 of them, and some 33 kB
    for each partition.
    """
    shards = make_shards(files, settings, work)
    done = [shard for shard in shards if storage.read_receipt(Path(shard.folder))]
    read = sum(map(shard_bytes, done))
    if not read:
        return 0
    taken = sum(path.stat().st_size for shard in done for path in Path(shard.folder).iterdir())
    there = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    return max(2 * taken * sum(map(shard_bytes, shards)) // read - there, MB)


def _claim(folder: Path, work: Path, base: Corpus | None) -> None:
    """Takes an empty folder, one that a run of ours did not finish, or a corpus, and refuses any other."""
    marker = work / MARKER
    if base:
        work.mkdir(exist_ok=True)
        marker.touch()
        return
    present = [path.name for path in folder.iterdir()]
    if not marker.exists() and any(name != "work" or any(work.iterdir()) for name in present):
        message = f"{folder}: not empty, and holds no corpus; name a new folder"
        raise CorpusError(message)
    strange = set(present) - {*DATA, "work", "runs"}
    if strange:
        message = f"{folder}: holds files that are not ours ({', '.join(sorted(strange)[:3])}); name a new folder"
        raise CorpusError(message)
    work.mkdir(exist_ok=True)
    if not marker.exists():
        marker.touch()
        storage.sync(work)


def _sweep(work: Path, shards: list[Shard]) -> None:
    """Removes what dead runs left, but for the parts of this one that are done."""
    keep = {shard.shard_id for shard in shards if (Path(shard.folder) / "receipt.json").exists()} | {MARKER}
    for path in work.iterdir():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()



"""Shards over any ``concurrent.futures.Executor``: threads, processes, or machines that share a file system.

    convert_all                 a shard whose folder lies in work/attempts-TOKEN   -> executor
    attempt, where it puts it   a folder that no other attempt knows; whole, it takes the name of the shard's folder
    convert_all                 the receipt is here: that folder becomes work/SHARD_ID

An executor may start a shard a second time while the first attempt still runs: a scheduler that hears nothing of a worker
believes that it is dead. So no attempt writes where another could: each has a folder of its own, and what is whole is
renamed, which one of two does first. Names in ``work`` are given by the run alone, which holds the corpus's lock. An
attempt that outlives its run finds its folder gone, and can write nothing more. A lock for each shard was refused: a
worker that is cut off holds it for ever on some file systems, and loses it on others.

A worker elsewhere may see other inputs or other libraries, and would give other bytes without an error. So an attempt
begins by looking: at the run's folder, at each input, and at the versions of all that decides bytes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import platform
import shutil
import time
import unicodedata
import zlib
from collections import Counter, deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

from archive import __version__, cluster, storage
from archive.errors import RunInterrupted
from archive.extraction import find_extractor
from archive.extraction.configuration import configuration
from archive.manifest import settings_sha256
from archive.model import Receipt, Settings, Shard
from archive.pool import ToldToEnd, convert_guarded

ATTEMPTS = "attempts-"  # and a token: a worker that sees that folder sees the file system of this very run
DEAD = "dead-"
TRIES = 5  # of one shard, where its workers are lost or told to end; Dask itself tries four workers each time
LOOK = 5.0  # seconds between looks at an executor that says nothing
SEEN_WITHIN = 120  # half seconds: file systems such as NFS show a new folder elsewhere up to a minute late
AGAIN = "what was done is kept: run the same command again"


# ---- in the run ------------------------------------------------------------------------------------------------------


def convert_all(shards: list[Shard], executor: Executor) -> Generator[Receipt, None, None]:
    """The receipt of each shard, as they get done. Raises ``RunInterrupted`` where the executor gives up.

    Only so many are handed out at a time as keep it busy, and those that wait are taken back where the run stops.
    """
    waiting = deque(shards)
    if not waiting:
        return
    attempts = Path(waiting[0].folder).absolute().with_name(ATTEMPTS + uuid4().hex)
    attempts.mkdir()
    versions = installed(waiting[0].settings)
    lost: Counter[str] = Counter()
    running: dict[Future[Receipt], tuple[Shard, Path]] = {}
    ended: SimpleQueue[Future[Receipt]] = SimpleQueue()
    try:
        while waiting or running:
            room = cluster.most_at_once(executor) - len(running)
            for shard in [waiting.popleft() for _ in range(min(room, len(waiting)))]:
                folder = attempts / f"{shard.shard_id}.{lost[shard.shard_id]}"
                future = _submit(executor, replace(shard, folder=str(folder), versions=versions))
                running[future] = shard, folder
                future.add_done_callback(ended.put)
            future = _next(ended, executor)
            shard, folder = running.pop(future)
            if receipt := _receipt_of(future):
                _place(folder, Path(shard.folder))
                yield receipt
            else:
                lost[shard.shard_id] += 1
                _bear(shard, lost[shard.shard_id])
                waiting.append(shard)
    finally:
        for future in running:
            future.cancel()
    shutil.rmtree(_cut_off(attempts), ignore_errors=True)


def _bear(shard: Shard, lost: int) -> None:
    """Raises ``RunInterrupted`` where too many workers were lost at one shard."""
    if lost >= TRIES:
        message = f"workers are lost again and again at {shard.files[0].path} and what follows it; {AGAIN}"
        raise RunInterrupted(message)


def _next(ended: SimpleQueue[Future[Receipt]], executor: Executor) -> Future[Receipt]:
    """The next future that ends."""
    was_idle = False
    while True:
        try:
            return ended.get(timeout=LOOK)
        except Empty:
            idle = cluster.nothing_to_come(executor)
            if idle and was_idle:
                raise _broken() from None
            was_idle = idle


def _submit(executor: Executor, shard: Shard) -> Future[Receipt]:
    try:
        return cluster.submit(executor, Packed(shard)) if cluster.is_dask(executor) else executor.submit(attempt, shard)
    except cluster.gone() as why:
        raise _broken() from why


def _receipt_of(future: Future[Receipt]) -> Receipt | None:
    """What the attempt gives; None where its worker was lost, so that another may try."""
    try:
        return future.result()
    except ToldToEnd:
        return None
    except cluster.worker_lost():
        return None
    except cluster.gone() as why:
        raise _broken() from why
    except ImportError as why:
        message = f"a worker cannot load what it needs ({why}); install the same packages on all machines; {AGAIN}"
        raise RunInterrupted(message) from why


def _broken() -> RunInterrupted:
    message = f"a worker process died (killed, or out of memory), or the scheduler did; {AGAIN}"
    return RunInterrupted(message)


def _place(made: Path, target: Path) -> None:
    """Gives a folder that is whole its final name, in the place of what a killed run left there."""
    for left in reversed(range(SEEN_WITHIN)):
        if (made / "receipt.json").exists():
            break
        if not left:
            message = (
                f"{made}: a worker wrote it, and it is not here: the corpus must lie on a file system that all share"
            )
            raise RunInterrupted(message)
        list(made.parent.iterdir())  # makes some file systems look again
        time.sleep(0.5)
    storage.replace_folder(made, target)


def _cut_off(attempts: Path) -> Path:
    """Renames the folder of attempts, in one step: whoever is still at one can write nothing more under any name."""
    dead = attempts.with_name(DEAD + attempts.name)
    attempts.rename(dead)
    return dead


def take_over(work: Path, shards: list[Shard]) -> None:
    """Keeps what attempts of runs that are dead have finished since, and ends those that are not finished."""
    folders = {shard.shard_id: Path(shard.folder) for shard in shards}
    for attempts in work.glob(f"{ATTEMPTS}*"):
        _cut_off(attempts)
    for made in sorted(work.glob(f"{DEAD}*/*")):
        target = folders.get(made.name.partition(".")[0])
        if target and (made / "receipt.json").exists() and not (target / "receipt.json").exists():
            storage.replace_folder(made, target)


# ---- in a worker, wherever it is -------------------------------------------------------------------------------------


def attempt(shard: Shard) -> Receipt:
    """What the shard wrote, once its folder is there, whole. Raises ``RunInterrupted`` where this is no place for it."""
    folder = Path(shard.folder)
    _look_around(shard)
    own = folder.with_name(f"{folder.name}.{uuid4().hex}")
    try:
        receipt = convert_guarded(replace(shard, folder=str(own)))
        own.rename(folder)
    except KeyboardInterrupt:  # Ctrl-C where the worker runs: it ends the worker, not the run
        message = f"a worker was told to end (SIGINT); {AGAIN}"
        raise ToldToEnd(message) from None
    except OSError as why:
        if why.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        # another attempt was faster; its bytes are the same
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return receipt


class Packed:
    """A shard as bytes. To unpack it is to make an attempt at it.

    A Dask worker that cannot unpack its task loses its line to the scheduler, and the run would wait for ever. So the task
    is ``pickle.loads``, which any worker has, and a package that is missing is an error of the task, which comes back. The
    scheduler, too, which unpacks all tasks, needs nothing of ours.
    """

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def __reduce__(self) -> tuple[Callable[[str, bytes], Receipt], tuple[str, bytes]]:
        return attempt_packed, (archive_version(), pickle.dumps(self._shard))


def attempt_packed(version: str, packed: bytes) -> Receipt:
    """The same as ``attempt``, once it is clear that a shard looks here as it does where it was packed."""
    if version != archive_version():
        raise _no_place(_differs("archive", archive_version(), version))
    return attempt(pickle.loads(packed))  # noqa: S301 - from the run, which could have sent any code


def installed(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Names and versions of all that decides a shard's bytes besides its inputs."""
    extractor = find_extractor(settings.extractor)
    libraries = configuration(extractor.name, extractor.version)["libraries"]
    assert isinstance(libraries, dict)  # noqa: S101 - for the type checker
    return (
        ("archive", archive_version()),
        *sorted(libraries.items()),
        ("Unicode", unicodedata.unidata_version),
        ("zlib", zlib.ZLIB_RUNTIME_VERSION),  # packs the records
        ("the configuration", settings_sha256(settings).hex()),  # weights, schema, the versions of other extractors
    )


@cache
def archive_version() -> str:
    """This package's version, and a digest of its code: two that bear the same version need not be the same."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{__version__} ({digest.hexdigest()[:12]})"


def _look_around(shard: Shard) -> None:
    """Raises ``RunInterrupted`` where something here is not as it is where the run is."""
    attempts = Path(shard.folder).parent
    if not attempts.is_dir():
        message = f"{attempts} is not there: the corpus must lie on a file system that all share, under the same path"
        raise _no_place(message)
    for (name, here), (_, there) in zip(installed(shard.settings), shard.versions, strict=True):
        if here != there:
            raise _no_place(_differs(name, here, there))
    for file in shard.files:
        if file.problem or file.again:
            continue
        try:
            size = os.stat(file.location).st_size  # noqa: PTH116 - a Path takes longer than the question
        except OSError:
            size = None
        if size != file.size:
            found = "is not there" if size is None else f"has {size} bytes, and {file.size} where the run is"
            message = f"{file.location} {found}: inputs must lie on a file system that all share, under the same path"
            raise _no_place(message)


def _differs(name: str, here: str, there: str) -> str:
    return f"{name} is {here}, and {there} where the run is: install the same versions everywhere"


def _no_place(why: str) -> RunInterrupted:
    return RunInterrupted(f"worker on {platform.node()}: {why}; {AGAIN}")

"""Files that finish whole: temporary names, fsync, rename; receipts and the manifest; digests of files; the lock.

A reader never sees half a file under a final name, whatever kills the writer and whenever.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from archive.errors import CorpusError
from archive.model import Counts, Receipt, SortedRun

WARC_BYTES = 1 << 30  # of one WARC file, about; what crawlers and replay tools are used to
CHUNK = 1 << 20
FORGET = 16 << 20  # bytes read before the kernel is told that they are not needed again
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LOCK_TRIES = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(nanoseconds: int) -> datetime:
    """A file's time of modification as UTC, to the second."""
    return EPOCH + timedelta(seconds=nanoseconds // 10**9)


def sha256_of(file: BinaryIO) -> bytes:
    """SHA-256 of a file from where it stands to its end."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        if file.tell() >= FORGET and file.tell() % FORGET < CHUNK:
            forget_pages(file)
    return digest.digest()


def sha256_of_range(file: BinaryIO, length: int) -> bytes:
    """SHA-256 of the next ``length`` bytes of a file."""
    digest = hashlib.sha256()
    while length and (chunk := file.read(min(CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.digest()


def forget_pages(file: BinaryIO) -> None:
    """Tells the kernel that this file's pages are not needed again, so that a long run leaves others their cache."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def give_back_memory() -> None:
    """Hands freed memory back to the system, where the C library can: the trees of large pages leave 20 to 40 MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def finish(file: BinaryIO) -> None:
    """Closes a file once its bytes are on the disk."""
    file.flush()
    os.fsync(file.fileno())
    file.close()


def sync(path: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk; the kernel need not keep them in memory then."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def sync_all(paths: Collection[Path]) -> None:
    """Waits until all these files are on the disk, several at a time: one by one, 24,000 small ones took minutes."""
    if len(paths) == 1:
        sync(*paths)
        return
    with ThreadPoolExecutor(min(16, max(len(paths), 1))) as threads:
        for _ in threads.map(sync, paths):
            pass


def replace_folder(made: Path, target: Path) -> None:
    """Puts a folder, if it was made, in the place of what is there."""
    shutil.rmtree(target, ignore_errors=True)
    if made.exists():
        made.rename(target)


def write_whole(path: Path, data: bytes, work: Path) -> None:
    """Writes a small file in one step: all of it, or nothing."""
    temporary = work / (path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync(path.parent)


def to_json(value: Any) -> bytes:  # noqa: ANN401 - whatever json takes
    """Canonical JSON, readable: sorted keys, two spaces, a newline at the end."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_plain) + "\n").encode("utf-8", "backslashreplace")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """The last file of a shard: from here on it is done."""
    for path in sorted(folder.iterdir()):
        sync(path)
    write_whole(folder / "receipt.json", to_json(asdict(receipt)), folder)


def read_receipt(folder: Path) -> Receipt | None:
    """The receipt of a shard that is done, else None."""
    path = folder / "receipt.json"
    if not path.exists():
        return None
    stated = json.loads(path.read_bytes())
    return Receipt(
        shard_id=stated["shard_id"],
        counts=Counts(**stated["counts"]),
        runs=tuple(SortedRun(**run) for run in stated["runs"]),
        warc_files=tuple(stated["warc_files"]),
        earliest=datetime.fromisoformat(stated["earliest"]) if stated["earliest"] else None,
        reasons=tuple((name, count) for name, count in stated["reasons"]),
        cpu_seconds=tuple((name, seconds) for name, seconds in stated["cpu_seconds"]),
        ended=stated["ended"],
    )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder for one writer. Raises ``CorpusError`` where another has it. The kernel frees it with us."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        for left in reversed(range(LOCK_TRIES)):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as why:
                if not left:
                    message = f"{folder}: another process is writing this corpus; wait for it, or name another folder"
                    raise CorpusError(message) from why
                time.sleep(0.1)  # workers of a run that was killed hold it until their page at hand is done
        _held.add(handle)
        yield
    finally:
        _held.discard(handle)
        with suppress(OSError):
            os.close(handle)


_held: set[int] = set()  # locks of this process, which no process that is forked from it may keep alive


def _let_go() -> None:
    for handle in _held:
        with suppress(OSError):
            os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)

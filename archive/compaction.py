"""Small files of a corpus, put together: the same rows in one run of well-sized files per partition.

Each addition to a corpus leaves files of its own in every partition that it touches. ``archive compact`` merges them into
files as large as the corpus's settings ask for, sorted as a whole, and makes one table of the inputs. WARC files stay.
A partition that has one file keeps its bytes under a new name.

The new files are finished beside the old ones; then one new manifest, written in one step, names them in their place,
and the old ones go. A run that dies leaves the corpus as it was, or compacted: the same command clears up the rest.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pyarrow as pa

from archive import manifest, runlog, storage
from archive.again import all_inputs
from archive.commit import describe, move_beside, publish, sweep_strays
from archive.corpus import Corpus
from archive.errors import CorpusError, RunInterrupted
from archive.manifest import check_columns
from archive.merge import Source, write_table
from archive.model import CorpusFile, Manifest
from archive.table import write_parquet
from archive.unfinished import MARKER, about_to_publish, clear, finished_parts, forget_published

TABLES = ("captures", "articles")
FAN_IN = 16  # Parquet files that are merged at once; each holds a page of every column, some 4 MB
Told = Callable[[int], None]


def compact(corpus: str | os.PathLike[str], *, told: Told | None = None) -> Manifest:
    """The manifest of the corpus, once each partition's rows are one run of well-sized files.

    ``told`` hears now and then how many rows are written, of those of ``captures`` and ``articles``. Raises
    ``CorpusError`` where there is no corpus, it is in use, or an unfinished run has work in it.
    """
    folder = Path(corpus)
    Corpus(folder)  # a folder without one is said before it is locked
    with storage.locked(folder), _full_disk(folder):
        base, work = Corpus(folder), folder / "work"
        check_columns(base.folder, base.manifest)
        if (work / MARKER).exists():
            sweep_strays(base)
        forget_published(work)
        if finished_parts(work):
            message = f"{folder}: holds finished parts of a run that was stopped; run that command again first"
            raise CorpusError(message)
        if len(base.files("inputs")) > 1:
            base = _compact(base, work, told or (lambda _: None))
        clear(work)
    return base.manifest


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    """A full disk as what the operator can mend, with what is missing: the tables once more."""
    try:
        yield
    except OSError as why:
        if why.errno not in storage.NO_ROOM:
            raise
        tables = sum(file.size for file in Corpus(folder).manifest.files if not file.path.startswith("warc/"))
        missing = max(tables - shutil.disk_usage(folder).free, 1 << 20) >> 20
        message = f"{folder}: no space left; about {missing:,} MB more are needed: make room and run the same command again"
        raise RunInterrupted(message) from why


def _compact(base: Corpus, work: Path, told: Told) -> Corpus:
    made, final, began = base.manifest, work / "final", runlog.start()
    clear(work)
    final.mkdir(parents=True)
    (work / MARKER).touch()
    inputs = all_inputs(base)
    name = manifest.batch_name_of(inputs, bytes.fromhex(made.config_sha256))
    done, rows = 0, {}

    def passed(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal done
        done += batch.num_rows
        told(done)
        return batch

    for table in TABLES:
        several = {}
        for partition, files in _partitions(base, table).items():
            if len(files) > 1:
                several[partition] = [Source(path=base.folder / file.path, rows=file.rows or 0) for file in files]
            else:
                path = final / table / partition / f"{name}-00000.parquet"
                rows[path] = _keep(base.folder / files[0].path, path, files[0])
        target = made.settings.target_file_bytes
        stem, stages = final / table / name, work / "merge"
        rows |= write_table(several, table, stem, patch=passed, target=target, stages=stages, fan_in=FAN_IN)
    path = final / "inputs" / f"{name}-00000.parquet"
    rows[path] = write_parquet(path, "inputs", inputs)
    old = [file for file in made.files if file.path.split("/")[0] in (*TABLES, "inputs")]
    kept = [file for file in made.files if file not in old]
    files = sorted((*kept, *describe(final, rows)), key=lambda file: file.path)
    compacted = replace(made, files=tuple(files))
    move_beside(final, base.folder)
    runlog.write_compaction(base.folder, made, compacted, began=began)
    about_to_publish(work, compacted)
    publish(base.folder, work, compacted)
    for file in old:
        (base.folder / file.path).unlink()
    return Corpus(base.folder)


def _partitions(base: Corpus, table: str) -> dict[str, list[CorpusFile]]:
    """The files of a table with rows, by partition; of a table without any, the first one."""
    found = defaultdict(list)
    for file in base.files(table):
        if file.rows:
            found[PurePosixPath(file.path).relative_to(table).parent.as_posix()].append(file)
    return found or {".": base.files(table)[:1]}


def _keep(path: Path, target: Path, file: CorpusFile) -> int:
    """A file under another name too: a hard link where the file system has them, else a copy. Returns its rows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(path)
    except OSError:  # a full disk says so again here
        shutil.copyfile(path, target)
    return file.rows or 0

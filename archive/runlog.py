"""The log of a run: who ran what, when, where, with which versions, and what it took. It is no part of what is proven.

A corpus's ``runs`` also says where its inputs lay, which lets ``trace`` and ``verify`` find them.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive import __version__, storage
from archive.extraction import find_extractor
from archive.extraction.configuration import configuration
from archive.model import InputFile, Manifest, Receipt

WRITERS = ("pyarrow", "numpy", "warcio")  # beside those that decide an extraction, these decide bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When a run began, and what this process and its children had used by then."""

    at: datetime
    cpu_seconds: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Who worked: the workers asked for, or the executor; receipts of all parts; how many were there before the run."""

    workers: int | str
    receipts: tuple[Receipt, ...]
    before: int
    own_seconds: dict[str, float]  # CPU, by stage, of the process that planned and merged
    added: int | None  # in the rows of inputs that lie where the log says; None for any


def start() -> Start:
    """Now."""
    return Start(at=datetime.now(UTC), cpu_seconds=_used())


def write_log(
    folder: Path, files: list[InputFile], manifest: Manifest, *, base: Manifest | None, began: Start, work: Work
) -> None:
    """Writes ``runs/<time>-<process>.json``; its fields are in the README. ``base`` is what was there before."""
    there, counts, reasons = set(base.files if base else ()), manifest.counts, Counter(dict(manifest.reasons))
    if base:
        counts -= base.counts
        reasons.subtract(dict(base.reasons))
    here = [file for file in files if not file.problem and not file.again]
    roots = {str(Path(file.location).parents[file.path.count("/")]) for file in here}
    roots.update(root for file in files if file.again for root in file.again.source_roots)
    settings = manifest.settings
    version = find_extractor(settings.extractor).version
    extraction = configuration(settings.extractor, version, repair_mojibake=settings.repair_mojibake)
    log = {
        "extraction": extraction,
        "workers": work.workers,
        "parts": {"all": len(work.receipts), "done_before": work.before},
        "cpu_seconds": _seconds(work),
        "bytes_read": sum(file.size for file in files),
        "bytes_written": sum(file.size for file in manifest.files if file not in there),
        "inputs": manifest.inputs - (base.inputs if base else 0),
        "counts": asdict(counts),
        "reasons": dict(+reasons),
        "source_roots": sorted(roots),
        "added": work.added,
    }
    _write(folder, began, extraction["libraries"], log)


def write_compaction(folder: Path, before: Manifest, after: Manifest, *, began: Start) -> None:
    """Writes the same of a run that put the files of a corpus together."""
    there = set(before.files)
    log = {
        "files_before": len(before.files),
        "files": len(after.files),
        "bytes_written": sum(file.size for file in after.files if file not in there),
        "source_roots": [],
    }
    libraries = configuration(after.settings.extractor, find_extractor(after.settings.extractor).version)["libraries"]
    _write(folder, began, libraries, log)


def _write(folder: Path, began: Start, libraries: object, log: dict[str, Any]) -> None:
    log |= {
        "command": sys.argv,
        "folder": str(Path.cwd()),
        "host": _host(),
        "versions": _versions(libraries),
        "started": began.at,
        "ended": datetime.now(UTC),
        "cpu_seconds_used": {
            name: now - then for name, now, then in zip(("here", "children"), _used(), began.cpu_seconds, strict=True)
        },
    }
    (folder / "runs").mkdir(exist_ok=True)
    name = began.at.strftime("%Y-%m-%dT%H-%M-%S.%fZ") + f"-{os.getpid()}.json"
    storage.write_whole(folder / "runs" / name, storage.to_json(log), folder / "work")


def _seconds(work: Work) -> dict[str, dict[str, float]]:
    """CPU seconds by stage: of the workers, of this process; and the sum of each."""
    workers: Counter[str] = Counter()
    for receipt in work.receipts:
        workers.update(dict(receipt.cpu_seconds))
    by: dict[str, dict[str, float]] = {"workers": dict(workers), "here": work.own_seconds}
    return by | {"sums": {name: sum(stages.values()) for name, stages in by.items()}}


def _host() -> dict[str, object]:
    return {
        "name": platform.node(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
    }


def _versions(libraries: object) -> dict[str, object]:
    known = libraries if isinstance(libraries, dict) else {}
    writers = {name: version(name) for name in WRITERS}
    return {"archive": __version__, "python": platform.python_version(), **known, **writers}


def _used() -> tuple[float, float]:
    """CPU seconds of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    here, children = (one.ru_utime + one.ru_stime for one in used)
    return here, children

"""Whose unfinished run is this? Finished parts are not thrown away because somebody named other inputs by mistake.

A run writes down what was asked of it when it begins. Another run in the same folder that would have to throw finished
parts away is refused, unless it is the same command: then inputs have changed meanwhile, and only their parts go.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive import storage
from archive.errors import CorpusError
from archive.manifest import settings_sha256, to_text
from archive.model import Manifest, Settings

MARKER, PUBLISHED = "unfinished", "published"
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run was asked to do: digests, and enough of the inputs' names for a message."""

    inputs: int
    first: tuple[str, ...]
    inputs_sha256: str
    settings_sha256: str


def asked_of(inputs: Iterable[str | os.PathLike[str]], settings: Settings) -> Asked:
    """What these inputs, in any order, and settings ask for."""
    named = sorted({os.path.abspath(os.fsdecode(one)) for one in inputs})  # noqa: PTH100 - links stay as they were named
    digest = hashlib.sha256("\0".join(named).encode("utf-8", "surrogateescape")).hexdigest()
    first = tuple(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in named[:SHOWN])
    return Asked(inputs=len(named), first=first, inputs_sha256=digest, settings_sha256=settings_sha256(settings).hex())


def go_on(work: Path, parts: Iterable[str], asked: Asked) -> None:
    """Notes what is asked. Raises ``CorpusError`` where finished parts of another run would be thrown away."""
    keep, marker = set(parts), work / MARKER
    before = _read(marker)
    lost = [path.parent.name for path in finished_parts(work) if path.parent.name.partition(".")[0] not in keep]
    if lost and before != asked:
        raise CorpusError(_refusal(work, len(lost), before, asked))
    if before != asked:
        storage.write_whole(marker, storage.to_json(asdict(asked)), work)


def finished_parts(work: Path) -> list[Path]:
    """The receipts of finished parts, those of attempts of an executor too."""
    return [*work.glob("*/receipt.json"), *work.glob("*/*/receipt.json")]


def about_to_publish(work: Path, made: Manifest) -> None:
    """Notes which manifest is the last thing that the run has to write."""
    storage.write_whole(work / PUBLISHED, hashlib.sha256(to_text(made)).hexdigest().encode(), work)


def forget_published(work: Path) -> None:
    """Removes what is left of a run that died after its last step: the corpus has the manifest that it noted."""
    try:
        noted = (work / PUBLISHED).read_bytes().decode()
        there = hashlib.sha256((work.parent / "manifest.json").read_bytes()).hexdigest()
    except (OSError, UnicodeDecodeError):
        return
    if noted == there:
        clear(work)


def forget(work: Path, asked: Asked) -> None:
    """Removes what is left of a run that did what is asked; not what another left."""
    if not finished_parts(work) or _read(work / MARKER) == asked:
        clear(work)


def clear(work: Path) -> None:
    """Removes a work folder, what says whose it is last of all: a run may die here too."""
    for path in work.iterdir() if work.exists() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # a worker that is cut off may hold a file of it
        elif path.name != MARKER:
            path.unlink()
    shutil.rmtree(work, ignore_errors=True)


def _refusal(work: Path, lost: int, before: Asked | None, asked: Asked) -> str:
    what = "another run"
    if before and before.inputs_sha256 != asked.inputs_sha256:
        more = f" and {before.inputs - SHOWN} more" if before.inputs > SHOWN else ""
        what = f"a run over other inputs ({', '.join(before.first)}{more})"
    elif before:
        what = "a run with other settings or library versions"
    parts = f"{lost} finished part{'s' if lost > 1 else ''}"
    return (
        f"{work.parent}: holds {parts} of {what} that was stopped; run that command again to go on with it, "
        f"name a new folder, or remove {work}"
    )


def _read(marker: Path) -> Asked | None:
    """What the run that is there was asked to do; None where that cannot be told."""
    try:
        stated = json.loads(marker.read_bytes())
        return Asked(**stated | {"first": tuple(stated["first"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None

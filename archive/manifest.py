"""``manifest.json``: every file of the corpus with its digest, size and rows; what made it, and what was found.

It holds no clock, host or path of a machine, so equal inputs give an equal manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import storage
from archive.errors import CorpusError, UsageError
from archive.extraction import Extractor, configured, find_extractor
from archive.model import CorpusFile, Counts, JsonFields, Limits, Manifest, ReadOptions, Settings
from archive.rows import InputRow
from archive.schema import SCHEMA_VERSION

FOLDERS = ("articles", "captures", "inputs", "repeated", "warc")
PART = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,254}")  # of a file's name between "/"


def settings_sha256(settings: Settings) -> bytes:
    """Digest of all that decides a corpus's bytes besides its inputs."""
    stated = asdict(settings) | {
        "schema": SCHEMA_VERSION,
        "extraction": extractor_of(settings).config_sha256,
    }
    return hashlib.sha256(storage.to_json(stated)).digest()


def extractor_of(settings: Settings) -> Extractor:
    """The extractor that the settings name, as they want it. Raises ``UsageError`` where that is not installed."""
    return configured(find_extractor(settings.extractor), repair_mojibake=settings.repair_mojibake)


def is_current(made: Manifest) -> bool:
    """True where what is installed is what made that corpus: the same extractor, libraries and columns."""
    try:
        return made.config_sha256 == settings_sha256(made.settings).hex()
    except UsageError:  # its extractor is not installed at all
        return False


def check_columns(folder: Path, made: Manifest) -> None:
    """Nothing, where the corpus has the columns of this version. Raises ``CorpusError`` where not."""
    if made.schema_version != SCHEMA_VERSION:
        message = f"{folder}: a corpus with columns of version {made.schema_version}, not {SCHEMA_VERSION}: make it anew from its inputs"
        raise CorpusError(message)


def check_settings(folder: Path, made: Manifest, settings: Settings) -> None:
    """Nothing, where these settings, and what is installed, made the corpus. Raises ``CorpusError`` that says what not."""
    if made.config_sha256 == settings_sha256(settings).hex():
        return
    there, here = dict(_flat(asdict(made.settings))), dict(_flat(asdict(settings)))
    odd = [f"{name} was {there.get(name)!r}, now {value!r}" for name, value in here.items() if there.get(name) != value]
    if odd:
        message = f"{folder}: a finished corpus with other settings ({'; '.join(odd)}); say the same, or name a new folder"
        raise CorpusError(message)
    message = (
        f"{folder}: a finished corpus with other library versions, or another version of this package (runs/*.json "
        "has them); archive reextract makes one with what is installed, which can be added to; or name a new folder"
    )
    raise CorpusError(message)


def _flat(values: dict[str, Any], front: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{front}{name}.")
        else:
            yield front + name, value


def batch_name_of(inputs: Iterable[InputRow], config_sha256: bytes) -> str:
    """The first part of the names of a corpus's files; it stands for the inputs, all that is said of them, and settings."""
    digest = hashlib.sha256(config_sha256)
    for row in inputs:
        digest.update(repr(astuple(row)).encode())
    return digest.hexdigest()[:12]


def to_text(manifest: Manifest) -> bytes:
    """The text of ``manifest.json``."""
    return storage.to_json({"format": "archive corpus", **asdict(manifest)})


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a corpus. Raises ``CorpusError`` where there is none or it cannot be read."""
    path = folder / "manifest.json"
    try:
        stated = json.loads(path.read_bytes())
        reading = stated["settings"]["reading"]
        when = reading["captured_at"]
        options = ReadOptions(
            captured_at=datetime.fromisoformat(when) if when else None,
            captured_at_precision=reading["captured_at_precision"],
            json_fields=JsonFields(**reading["json_fields"]),
            limits=Limits(**reading["limits"]),
        )
        settings = stated["settings"] | {
            "reading": options,
            "partition_by": tuple(stated["settings"]["partition_by"]),
        }
        return Manifest(
            schema_version=stated["schema_version"],
            config_sha256=stated["config_sha256"],
            settings=Settings(**settings),
            inputs=stated["inputs"],
            counts=Counts(**stated["counts"]),
            reasons=tuple((name, count) for name, count in stated["reasons"]),
            files=tuple(_file(file) for file in stated["files"]),
        )
    except FileNotFoundError as why:
        message = f"{folder}: no corpus here (manifest.json is missing); an unfinished run goes on with its own command"
        raise CorpusError(message) from why
    except NotADirectoryError as why:
        message = f"{folder}: a file, and no corpus, which is a folder"
        raise CorpusError(message) from why
    except (ValueError, KeyError, TypeError, RecursionError) as why:
        message = f"{path}: cannot be read as a manifest: {why}"
        raise CorpusError(message) from why


def _file(stated: dict[str, Any]) -> CorpusFile:
    """A file of the corpus. Raises ``ValueError`` where its name leads out of the folder: ``compact`` deletes such files."""
    file = CorpusFile(**stated)
    parts = file.path.split("/")
    if parts[0] not in FOLDERS or not all(PART.fullmatch(part) for part in parts):
        message = f"it names {file.path!r}, which is no file of a corpus"
        raise ValueError(message)
    return file

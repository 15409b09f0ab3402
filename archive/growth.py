"""A finished corpus is added to: what it has already, and which of the inputs that are named are new.

``archive convert MORE -o CORPUS`` reads the new inputs alone. Their rows go into files of their own, those that are there
stay as they are, and one new manifest, written in one step, names both: a reader that asks the manifest sees the corpus
as it was, or as it is. ``archive compact`` (``compaction.py``) puts small files together afterwards.

An input is known by its name and its bytes. One that has the name of another, such as ``feb/0.warc.gz`` where
``jan/0.warc.gz`` was named through ``jan`` and is called ``0.warc.gz``, takes parts of its parents' names in front. One
that is where it was, with other bytes, is refused: rows refer to what it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from archive import storage
from archive.corpus import Corpus
from archive.errors import CorpusError
from archive.manifest import check_settings
from archive.model import InputFile, Settings
from archive.plan import longer


def additions(base: Corpus, files: list[InputFile], settings: Settings) -> list[InputFile]:
    """Those of the files that the corpus does not have, by path, under names that no other input of it has.

    Raises ``CorpusError`` where the settings are not those of the corpus, or take out repeated lines, or an input has
    changed since.
    """
    check_settings(base.folder, base.manifest, settings)
    known = Known(base)
    new = [file for file in files if not known.has(file)]
    while True:
        times = Counter(file.path for file in new)
        odd = {path for path, count in times.items() if path in known or count > 1}
        if not odd:
            break
        named = [longer(file) for file in new if file.path in odd]
        new = [file for file in new if file.path not in odd] + [file for file in named if not known.has(file)]
    if new and settings.repeated_lines:
        message = f"{base.folder}: its repeated lines were counted over all of it, so nothing can be added; name a new folder"
        raise CorpusError(message)
    return sorted(new, key=lambda file: file.path)


def next_addition(base: Corpus | None) -> int:
    """What ``added`` is in the rows of inputs that are read now."""
    return 1 + max(row["added"] for _, rows in base.rows("inputs", ["added"]) for row in rows) if base else 0


class Known:
    """The inputs that a corpus has."""

    def __init__(self, base: Corpus) -> None:
        self._base = base
        self._rows: dict[str, tuple[int, bytes | None]] = {}  # size and SHA-256; None of one that could not be read
        self._names: dict[tuple[str, int], list[str]] = defaultdict(list)  # paths by last part and size
        for _, rows in base.rows("inputs", ["path", "member", "kind", "size", "sha256"]):
            for row in rows:
                if row["member"] is None:
                    digest = None if row["kind"] == "unreadable" else row["sha256"]
                    self._rows[row["path"]] = (row["size"], digest)
                    self._names[row["path"].rpartition("/")[2], row["size"]].append(row["path"])

    def __contains__(self, path: str) -> bool:
        return path in self._rows

    def has(self, file: InputFile) -> bool:
        """True where the corpus has this file, under its name or another.

        Raises ``CorpusError`` where it has it as it was before it changed.
        """
        digest: bytes | None = None
        row = self._rows.get(file.path)
        others = self._names.get((file.path.rpartition("/")[2], file.size), [])
        if row or others:
            digest = _digest(file)
        if row == (file.size, digest):
            return True
        if row and row[1] is not None and self._is_at(file.path, file):
            message = f"{self._base.folder}: {file.path} has changed since it was read; rows refer to what it was: name a new folder"
            raise CorpusError(message)
        return any(self._rows[path] == (file.size, digest) and self._is_at(path, file) for path in others)

    def _is_at(self, path: str, file: InputFile) -> bool:
        """True where the input of that name is this very file, or was when it was there."""
        here = Path(file.location)
        return any(
            root / path == here or ((root / path).exists() and here.exists() and here.samefile(root / path))
            for root in self._base.roots_of(path)
        )


def _digest(file: InputFile) -> bytes | None:
    """SHA-256 of an input; None where it cannot be read."""
    if file.problem:
        return None
    try:
        with Path(file.location).open("rb") as opened:
            return storage.sha256_of(opened)
    except OSError:
        return None

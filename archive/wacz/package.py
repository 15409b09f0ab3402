"""The zip of a WACZ, written once from its start to its end: equal members give equal bytes.

Members have no clock; each is digested as it passes. ``datapackage.json`` lists all others with size and SHA-256, and
``datapackage-digest.json`` has the digest of that list.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from archive import storage

VERSION = "1.1.1"
BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can name
SURELY_SMALL = 1 << 30
# An extra field without effect (alignment to 1 byte). wabac.js takes a member's data to begin right behind its name
# where the list of members shows no extra field; a large one has one in its own header only, where Python knows its
# size too late, or too well. With this field it looks.
LOOK = struct.pack("<HHH", 0xD935, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A member as ``datapackage.json`` lists it."""

    name: str
    path: str
    hash: str
    bytes: int


class Member:
    """A member that is being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest = file, hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """The bytes that are written: all of them."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""
        return "sha256:" + self._digest.hexdigest()


class Package:
    """A WACZ at ``path``, to be filled with members and then closed by ``describe``."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb+")
        self._zip = zipfile.ZipFile(self._file, "w", allowZip64=True)
        self.resources: list[Resource] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.fp = None  # of one that was given up: it would still want to write its end
        self._file.close()

    @contextmanager
    def member(self, path: str, *, size: int | None = None, deflated: bool = False) -> Iterator[Member]:
        """A member to write, of that size where it is known. What is packed already must not be deflated."""
        info = zipfile.ZipInfo(path, BEGINNING)
        info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        info.create_system, info.external_attr = 3, 0o100644 << 16
        small = size is not None and size < SURELY_SMALL
        if not small:
            info.extra = LOOK
        with self._zip.open(info, "w", force_zip64=not small) as file:
            made = Member(file)
            yield made
        name = PurePosixPath(path).name.lower()
        self.resources.append(Resource(name=name, path=path, hash=made.sha256, bytes=made.size))

    def describe(self, stated: Mapping[str, Any]) -> str:
        """Writes the list of the members, with what else is stated, and ends the zip; returns the list's digest."""
        listed = [{"name": r.name, "path": r.path, "hash": r.hash, "bytes": r.bytes} for r in self.resources]
        package = {"profile": "data-package", "wacz_version": VERSION, **stated, "resources": listed}
        digest = self._put("datapackage.json", package)
        self._put("datapackage-digest.json", {"path": "datapackage.json", "hash": digest})
        self._zip.close()
        storage.finish(self._file)
        return digest

    def _put(self, path: str, value: Mapping[str, Any]) -> str:
        data = storage.to_json(value)
        with self.member(path, size=len(data), deflated=True) as file:
            file.write(data)
        return self.resources[-1].hash

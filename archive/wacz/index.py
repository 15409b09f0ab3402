"""The index of a WACZ: CDXJ lines in gzipped blocks (ZipNum), and the first line of each block.

A line is ``KEY TIME {json}``, and lines are in the order of their bytes. Only what can be replayed is in it: a
conversion under the URL of its page would be served in its place.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from archive.wacz.package import Package
from archive.wacz.sorting import SortedLines
from archive.wacz.surt import keys_of

REPLAYED = ("response", "resource", "revisit")
BLOCK_LINES = 1000  # some 40 kB packed: what a viewer fetches for one URL
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lies:
    """Where a record is in ``archive/``, and the digest of the bytes there."""

    name: str
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record that can be replayed."""

    url: str
    moment: datetime
    mime: str
    status: int | None
    digest: str | None  # of the payload
    lies: Lies


def moment_of(row: dict[str, Any]) -> datetime | None:
    """The time that a row's record is replayed at: the one of its WARC-Date; None where that cannot be read."""
    found: datetime | None = row["captured_at"]
    if "warc-date-unreadable" in row["flags"]:  # what stands there is from the HTTP head, if anything
        found = EPOCH if "capture-time-unknown" in row["flags"] else None  # 1970 is too early to be believed elsewhere
    return found


def replay_url(uri: str) -> str:
    """The URL that a record is asked for by: nobody sends the part behind ``#``."""
    return uri.partition("#")[0]


class Index:
    """Takes what can be replayed, in any order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines = SortedLines(folder, "index")
        self.entries = 0

    def add(self, entry: Entry) -> None:
        """One record more: a line for each key of its URL."""
        stated = {
            "url": entry.url,
            "mime": entry.mime,
            "status": str(entry.status) if entry.status else None,
            "digest": entry.digest,
            "length": str(entry.lies.length),
            "offset": str(entry.lies.offset),
            "filename": entry.lies.name,
            "recordDigest": "sha256:" + entry.lies.sha256,
        }
        text = json.dumps({name: value for name, value in stated.items() if value is not None})
        for key in keys_of(entry.url):
            self._lines.add(f"{key} {timestamp(entry.moment)} {text}".encode())
        self.entries += 1

    def write(self, package: Package) -> None:
        """Writes the blocks, and what tells where they are."""
        starts = self._folder / "index.idx"
        with starts.open("wb") as first, package.member("indexes/index.cdx.gz") as file:
            meta = json.dumps({"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"})
            first.write(f"!meta 0 {meta}\n".encode())
            for prefix, block in self._blocks():
                digest = "sha256:" + hashlib.sha256(block).hexdigest()
                place = json.dumps({"offset": file.size, "length": len(block), "digest": digest})
                first.write(prefix + b" " + place.encode() + b"\n")
                file.write(block)
            if not file.size:  # nothing can be replayed: an index without lines
                file.write(_gzipped(b""))
        with starts.open("rb") as first, package.member("indexes/index.idx", deflated=True) as file:
            while chunk := first.read(1 << 20):
                file.write(chunk)

    def _blocks(self) -> Iterator[tuple[bytes, bytes]]:
        """Key and time of the first line of each block, and the block, gzipped."""
        lines = iter(self._lines)
        while block := list(islice(lines, BLOCK_LINES)):
            yield b" ".join(block[0].split(b" ", 2)[:2]), _gzipped(b"".join(line + b"\n" for line in block))


def timestamp(moment: datetime) -> str:
    """The 14 digits of an index."""
    return f"{moment:%Y%m%d%H%M%S}".rjust(14, "0")


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(data) + packer.flush()

"""Tar files: every member ends in rows, damaged headers and sizes or not."""

from __future__ import annotations

import gzip
import io
import tarfile
from random import Random

from archive.model import Damage, Limits
from tests import making
from tests.fuzz import laws, mutation

LIMITS = Limits(members=3, nesting=2, record_bytes=500, line_bytes=2000)
BLOCK = 512


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    for limits in (laws.LIMITS, LIMITS):
        for found in laws.read(data, "some.tar", limits=limits):
            assert not isinstance(found, Damage) or found.origin.member or found.offset + found.length >= 0


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar with these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), making.MTIME
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def seeds() -> list[bytes]:
    """Tars of each format, packed and not."""
    inner = {
        "a.html": making.page(1)[:500],
        "b" * 120 + ".txt": making.dump(2)[:300],
        "ü/c.jsonl": making.json_lines([3]),
    }
    found = [tarred(inner, form)[:7000] for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)]
    return [
        *found,
        gzip.compress(found[0], mtime=0),
        tarred({"d.tar": found[1][:4000]}),
        tarred({"w.warc.gz": making.packed(*making.responses([1]))}),
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """A header changed, and its checksum made right."""
    headers = [at for at in range(0, len(data) - BLOCK + 1, BLOCK) if data[at + 257 : at + 262] == b"ustar"]
    if not headers:
        return mutation.mutated(data, chance, [])
    at = chance.choice(headers)
    header = bytearray(data[at : at + BLOCK])
    start, end = chance.choice(((0, 100), (100, 108), (124, 136), (136, 148), (156, 157), (157, 257), (345, 500)))
    field = mutation.mutated(bytes(header[start:end]), chance, [])[: end - start]
    if end - start == 1:
        field = chance.choice((b"0", b"L", b"K", b"x", b"g", b"2", b"5", b"7", b"\0", b"S"))
    header[start:end] = field.ljust(end - start, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:at] + bytes(header) + data[at + BLOCK :]

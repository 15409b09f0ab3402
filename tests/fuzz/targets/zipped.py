"""Zip files: every member ends in rows, whatever the list of members says."""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from random import Random

from archive.model import Limits
from tests import making
from tests.fuzz import laws, mutation

LIMITS = Limits(members=3, nesting=2, record_bytes=500, line_bytes=2000)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    for limits in (laws.LIMITS, LIMITS):
        laws.read(data, "some.zip", limits=limits)


def seeds() -> list[bytes]:
    """Zips of all that can be in one."""
    inner = {"a.html": making.page(1)[:500], "b.txt": making.dump(2)[:300], "c.jsonl": making.json_lines([3])}
    warc = making.packed(*making.responses([1]))
    return [
        making.zipped(inner),
        making.zipped(
            {"d.warc.gz": warc, "inner.zip": making.zipped(inner), "logo.png": b"\x89PNG\r\n\x1a\n\0", "e/": b""}
        ),
        making.zipped({}),
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """Members changed, renamed, and left out."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as made:
            members = {info.filename: made.read(info) for info in made.infolist()[:8]}
    except Exception:  # noqa: BLE001 - a damaged one
        return mutation.mutated(data, chance, [])
    out, method = (
        BytesIO(),
        chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
    )
    with zipfile.ZipFile(out, "w", method) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, inner in members.items():
            info = zipfile.ZipInfo(_renamed(name, chance) if chance.random() < 0.3 else name)
            info.compress_type = method
            info.external_attr = chance.choice((0, 0, 0, 0o120777 << 16, 0x10))
            changed = mutation.mutated(inner, chance, list(members.values())) if chance.random() < 0.5 else inner
            made.writestr(info, changed)
    return out.getvalue() if chance.random() < 0.5 else mutation.mutated(out.getvalue(), chance, [data])


def _renamed(name: str, chance: Random) -> str:
    return mutation.mutated(name.encode("utf-8", "replace"), chance, []).decode("utf-8", "replace")

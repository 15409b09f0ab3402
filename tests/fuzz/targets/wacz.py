"""WACZ files: what their description says, and the members of the zip."""

from __future__ import annotations

import hashlib
import json
from importlib import import_module

from tests import making
from tests.fuzz import laws
from tests.fuzz.targets import zipped

NEEDS = "archive.sources.wacz"
mutate = zipped.mutate


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    source = import_module(NEEDS).SOURCE
    for limits in (laws.LIMITS, zipped.LIMITS):
        laws.read(data, "some.wacz", source, limits)


def seeds() -> list[bytes]:
    """A whole one, and one whose description states other digests and lengths."""
    warc = making.packed(*making.responses([1]))
    pages = b'{"format": "json-pages-1.0", "id": "pages"}\n{"url": "https://warc1.example/1", "text": "Gulls"}\n'
    found = []
    for digest, length in ((hashlib.sha256(warc).hexdigest(), len(warc)), ("0" * 64, 1)):
        resources = [{"path": "archive/data.warc.gz", "hash": f"sha256:{digest}", "bytes": length}]
        described = json.dumps({"profile": "data-package", "resources": resources, "wacz_version": "1.1.1"}).encode()
        signed = json.dumps(
            {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(described).hexdigest()}
        ).encode()
        members = {
            "archive/data.warc.gz": warc,
            "indexes/index.cdx": b"a\n",
            "pages/pages.jsonl": pages,
            "datapackage.json": described,
        }
        found.append(making.zipped({**members, "datapackage-digest.json": signed, "else.html": making.page(1)[:200]}))
    return found

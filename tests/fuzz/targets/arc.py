"""ARC files: records and damaged ranges tile the file, and each record becomes one of ours."""

from __future__ import annotations

import gzip
from importlib import import_module
from io import BytesIO
from random import Random

from archive.model import Limits
from tests.fuzz import laws, mutation
from tests.fuzz.targets.warc import assert_damage, assert_tiled

NEEDS = "archive.sources.arc"
SMALL = Limits(record_bytes=200)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    arc, scanning = import_module(NEEDS), import_module("archive.sources.scanning")
    assert_tiled(data, list(scanning.scan(BytesIO(data), laws.LIMITS, arc.ARC)))
    for limits in (laws.LIMITS, SMALL):
        assert_damage(data, laws.read(data, "a.arc.gz", arc.SOURCE, limits))


BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 44\r\n\r\n<p>The gulls had nested in the crane.</p>    "
INFO = (
    b"1 0 Alexa Internet\nURL IP-address Archive-date Content-type Archive-length\n",
    b"2 0 Alexa Internet\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n",
)
PARTS = (
    b"filedesc://a.arc 0.0.0.0 20040102030405 text/plain %d\n%b\n" % (len(INFO[0]) + 1, INFO[0]),
    b"filedesc://a.arc 0.0.0.0 20040102030405 text/plain 200 - - 0 a.arc %d\n%b\n" % (len(INFO[1]) + 1, INFO[1]),
    b"http://a.example/1 192.0.2.1 20040102030405 text/html %d\n%b\n" % (len(BLOCK), BLOCK),
    b"http://a.example/2 192.0.2.1 20040102030405 text/html 200 - - 0 a.arc %d\n%b\n" % (len(BLOCK), BLOCK),
    b"dns:a.example 192.0.2.1 20040102 text/dns 9\n192.0.2.1\n",
    b"http://a.example/a b 2001:db8::1 200401020304 no-type 404 ABC http://b.example/ 7 a.arc -1\nGulls.\n",
)


def seeds() -> list[bytes]:
    """Files of both versions, plain and packed."""
    one, two = PARTS[0] + PARTS[2] * 2 + PARTS[4], PARTS[1] + PARTS[3] + PARTS[5] + PARTS[3]
    return [
        one,
        two,
        *(gzip.compress(part, mtime=0) for part in (one, two)),
        b"".join(gzip.compress(part, mtime=0) for part in PARTS),
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """Records in another order, changed one by one, in members of their own or not."""
    found = b""
    for _ in range(chance.randint(1, 5)):
        part = chance.choice(PARTS)
        if chance.random() < 0.4:
            part = mutation.mutated(part, chance, [*PARTS, data])
        found += gzip.compress(part, mtime=0) if chance.random() < 0.4 else part
    return found if chance.random() < 0.6 else mutation.mutated(found, chance, PARTS)

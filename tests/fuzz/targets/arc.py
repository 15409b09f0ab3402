"""ARC files: records and damaged ranges tile the file."""

from __future__ import annotations

import gzip

from tests.fuzz import laws

NEEDS = "archive.sources.arc"


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    laws.read(data, "a.arc.gz")


def seeds() -> list[bytes]:
    """Files of both versions, plain and packed."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>The gulls had nested in the crane.</p>"
    info = b"1 0 Alexa Internet\nURL IP-address Archive-date Content-type Archive-length\n"
    two = b"2 0 Alexa Internet\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n"
    one_record = b"http://a.example/1 192.0.2.1 20040102030405 text/html %d\n%b\n" % (len(block), block)
    two_record = b"http://a.example/2 192.0.2.1 20040102030405 text/html 200 - - 0 a.arc %d\n%b\n" % (len(block), block)
    first = b"filedesc://a.arc 0.0.0.0 20040102030405 text/plain %d\n%b\n" % (len(info) + 1, info)
    second = b"filedesc://a.arc 0.0.0.0 20040102030405 text/plain 200 - - 0 a.arc %d\n%b\n" % (len(two) + 1, two)
    plain = (first + one_record * 2, second + two_record)
    return [
        *plain,
        *(gzip.compress(part, mtime=0) for part in plain),
        b"".join(gzip.compress(part, mtime=0) for part in (first, one_record, one_record)),
    ]

"""The chunked transfer coding: a body that comes in pieces gives what it gives when it is whole."""

from __future__ import annotations

from archive.entity import dechunk, dechunked
from tests import making

LARGEST = 300
SIZES = (1, 2, 7, 64, 1 << 20)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    whole, flags = dechunk(data)
    assert dechunk(data) == (whole, flags)
    assert len(whole) <= len(data)
    assert set(flags) <= {"not-chunked", "chunked-broken"}
    if flags == ("not-chunked",):
        assert whole == data
    for size in SIZES:
        assert streamed(data, size) == (whole, flags), f"in pieces of {size}"
    size = 1 + data[0] if data else 1
    assert dechunk(making.chunked(data, size)) == (data, ())


def streamed(data: bytes, size: int) -> tuple[bytes, tuple[str, ...]]:
    """What a body gives that comes in pieces."""
    found, pieces = b"", dechunked(data[at : at + size] for at in range(0, len(data), size))
    while True:
        try:
            found += next(pieces)
        except StopIteration as end:
            return found, end.value


def seeds() -> list[bytes]:
    """Sound bodies, and bodies that are none."""
    body = making.chunked(b"The ferry sails on Tuesday, and so does the post.", 9)
    return [
        body,
        body[:-5],
        body.replace(b"\r\n", b"\n"),
        b"a;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        b"<p>none</p>",
        b"",
    ]

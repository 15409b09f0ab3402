"""How inputs are changed: bytes, numbers, pieces of other inputs, and what the package's own modules look for.

What is packed is unpacked, changed inside and packed again half of the time: a changed byte of a gzip member seldom
gets further than to its checksum. The same chance gives the same bytes.
"""

from __future__ import annotations

import ast
import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import lz4.frame
import zstandard

import archive

DIGITS = re.compile(rb"\d+")
FIGURES = (b"0", b"1", b"-1", b"7", b"255", b"4096", b"65536", b"2147483648", b"99999999999999999999", b"1e9", b"0x1f")
ODD = (
    b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80", b"e\xcc\x81", b"\xe2\x80\xae", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\\ud800", b"&#xD800;", b"\x80",
    b"9999-12-31T23:59:59", b"0001-01-01T00:00:00+14:00", b"2024-02-30", b"http://[::1", b"https://xn--a.example/", b"%",
    "\u0660\u0661".encode(), "\u2028".encode(), "\u0130".encode(), "\u212b".encode(), b"WARC/1.1\r\n",
)  # fmt: skip
PACKINGS: tuple[tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b\x08", gzip.decompress, lambda data: gzip.compress(data, 1, mtime=0)),
    (b"BZh", bz2.decompress, lambda data: bz2.compress(data, 1)),
    (b"\xfd7zXZ\0", lzma.decompress, lambda data: lzma.compress(data, preset=0)),
    (b"\x28\xb5\x2f\xfd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
     lambda data: zstandard.ZstdCompressor(1).compress(data)),
    (b"\x04\x22\x4d\x18", lz4.frame.decompress, lambda data: lz4.frame.compress(data, content_checksum=True)),
)  # fmt: skip
MOST = 1 << 18  # bytes that are unpacked to be changed


@cache
def words() -> tuple[bytes, ...]:
    """The short texts of the package's modules that are read here: names of fields, magic numbers, tags."""
    found: set[bytes] = set()
    package = Path(archive.__file__).parent
    for path in (*package.glob("*.py"), *package.glob("sources/*.py"), *package.glob("extraction/*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            value = node.value if isinstance(node, ast.Constant) else None
            word = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
            if isinstance(word, bytes) and 1 < len(word) <= 24 and b" " not in word.strip():
                found.add(word)
    return tuple(sorted(found))


def mutated(data: bytes, chance: Random, pool: Sequence[bytes]) -> bytes:
    """``data`` with some changes; ``pool`` has other inputs."""
    for magic, unpack, repack in PACKINGS:
        if data.startswith(magic) and chance.random() < 0.5:
            try:
                inner = unpack(data)
            except (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError, RuntimeError):
                break
            return repack(mutated(inner, chance, pool)) if len(inner) <= MOST else data
    for _ in range(1 << chance.randrange(4)):
        data = chance.choice(CHANGES)(data, chance, pool)
    return data


def _span(data: bytes, chance: Random, most: int = 0) -> tuple[int, int]:
    """A range of ``data``, short ones more often."""
    start = chance.randrange(len(data) + 1)
    length = min(1 << chance.randrange(max(1, len(data).bit_length())), most or len(data))
    return start, min(len(data), start + chance.randint(0, length))


def _flip(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _overwrite(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance, 16)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _insert(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]


def _remove(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _cut(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] if chance.random() < 0.7 else data[at:]


def _repeat(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance, 512)
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 8, 40)) + data[end:]


def _move(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _word(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    at, end = _span(data, chance, 8)
    return data[:at] + chance.choice(words()) + data[at if chance.random() < 0.5 else end :]


def _odd(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    at, end = _span(data, chance, 8)
    return data[:at] + chance.choice(ODD) + data[at if chance.random() < 0.5 else end :]


def _figure(data: bytes, chance: Random, pool: Sequence[bytes]) -> bytes:
    found = list(DIGITS.finditer(data))
    if not found:
        return _insert(data, chance, pool)
    one = chance.choice(found)
    near = str(max(0, int(one[0][:18]) + chance.choice((-2, -1, 1, 2, 10)))).encode()
    return data[: one.start()] + (near if chance.random() < 0.5 else chance.choice(FIGURES)) + data[one.end() :]


def _line(data: bytes, chance: Random, pool: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return _splice(data, chance, pool)
    at = chance.randrange(len(lines))
    way = chance.randrange(3)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(at, chance.choice(lines))
    else:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return b"".join(lines)


def _splice(data: bytes, chance: Random, pool: Sequence[bytes]) -> bytes:
    if not pool:
        return data
    other = chance.choice(pool)
    start, end = _span(other, chance)
    at, behind = _span(data, chance)
    return data[:at] + other[start:end] + data[behind:]


Change = Callable[[bytes, Random, Sequence[bytes]], bytes]
CHANGES: tuple[Change, ...] = (
    _flip, _flip, _overwrite, _insert, _remove, _remove, _cut, _repeat, _move, _word, _word, _odd, _odd, _figure, _splice,
    _splice, _line, _line,
)  # fmt: skip

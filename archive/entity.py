"""The HTTP message inside a record: its head, and its entity body.

A WARC payload is the entity body after the transfer coding is undone and before the content coding is (WARC 1.1,
6.3.2). Reading is tolerant, for old crawlers wrote what servers sent: a body that is not chunked though its header says
so, or whose chunks break off, comes back as far as it can be read, with a flag.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from warcio.statusandheaders import StatusAndHeadersParser

HEAD_END = re.compile(rb"\r?\n\r?\n")
LONGEST_LINE = 1 << 16  # of a chunk's size with extensions, in a body that comes in pieces
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One HTTP message: its head as it stands, what the head says, and where the body starts."""

    head: bytes
    status: int | None
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        lower = name.lower()
        return next((value for key, value in self.headers if key.lower() == lower), None)

    @property
    def chunked(self) -> bool:
        """True where the head says that the body is chunked."""
        return any(key.lower() == "transfer-encoding" and "chunked" in value.lower() for key, value in self.headers)


def read_head(block: bytes) -> Message | None:
    """The HTTP head at the start of ``block``, or None where there is none."""
    if not re.match(rb"(?:HTTP/|[A-Z]{3,12} \S)|ICY ", block[:16]):
        return None
    found = HEAD_END.search(block)
    head = block[: found.end()] if found else block
    parsed = StatusAndHeadersParser([], verify=False).parse(BytesIO(head))
    code = re.match(r"\s*(\d{3})\b", parsed.statusline)
    status = int(code.group(1)) if code and not is_request(head) else None
    return Message(head=head, status=status, headers=tuple(parsed.headers))


def is_request(head: bytes) -> bool:
    """True where an HTTP head is that of a request."""
    return re.match(rb"[A-Z]+ \S+ HTTP/", head) is not None


def body_pieces(pieces: Iterable[bytes], head_length: int) -> Iterator[bytes]:
    """What follows the first ``head_length`` bytes."""
    for piece in pieces:
        if rest := piece[head_length:]:
            yield rest
        head_length = max(0, head_length - len(piece))


def dechunked(pieces: Iterable[bytes]) -> Generator[bytes, None, tuple[str, ...]]:
    """``dechunk`` for a body that comes in pieces; returns the flags."""
    source, buffer, begun, left = iter(pieces), b"", False, 0
    while True:
        while left:  # inside a chunk
            buffer = buffer or next(source, b"")
            if not buffer:
                return ("chunked-broken",)
            yield buffer[:left]
            buffer, left = buffer[left:], max(0, left - len(buffer))
        while len(buffer) < LONGEST_LINE and (more := next(source, b"")):
            buffer += more
        if begun:  # the newline behind a chunk
            buffer = buffer[2:] if buffer[:2] == b"\r\n" else buffer.removeprefix(b"\n")
        size_line = CHUNK_SIZE.match(buffer)
        if not size_line:
            yield from filter(None, (buffer, *source))
            return ("chunked-broken",) if begun else ("not-chunked",)
        if not (left := int(size_line.group(1), 16)):
            return ()
        buffer, begun = buffer[size_line.end() :], True


def dechunk(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The body with its chunked transfer coding undone, and the flags of what was wrong with it.

    ``not-chunked``: the header says chunked, the body is not. ``chunked-broken``: a size line that is none, or a body
    that ends before the last chunk; what follows the last good chunk is kept as it stands.
    """
    parts: list[bytes] = []
    at = 0
    while size_line := CHUNK_SIZE.match(body, at):
        size, start = int(size_line.group(1), 16), size_line.end()
        if size == 0:
            return b"".join(parts), ()
        if start + size > len(body):
            break
        parts.append(body[start : start + size])
        at = start + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    rest = body[at:]
    if cut := CHUNK_SIZE.match(rest):  # a chunk that is cut short: its size line is no content
        rest = rest[cut.end() :]
    elif not parts:
        return body, ("not-chunked",)
    return b"".join([*parts, rest]), ("chunked-broken",)

"""Records in a stream of bytes, and the gaps between them.

A record's declared length is a claim. It is believed where the end of the stream or the next record follows the block,
unless the block's digest is that of a shorter one, behind which another record starts. Where only CR LF CR LF follows,
the next record's first bytes may be damaged, or the length is wrong: then a declared digest has to match, and no record
may start inside the block. Else the next ``WARC/x.y`` line that a field follows marks where the damage ends. In a
file whose CR LF were made LF all lengths count bytes that are gone: there a record is read up to the next one, with the flag
``content-length-mismatch``, where its length is not wrong by more than that. Records and
gaps together cover the stream: no byte is passed over in silence. A record larger than ``limits.record_bytes`` is
digested as it passes by, not held.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders

from archive import entity, identity, warc
from archive.model import Limits, Origin
from archive.sources.members import GZIP_MAGIC, ReadAt, peek

START = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n[!-9;-~]+[ \t]*:", re.IGNORECASE)
VERSION_LINE = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n", re.IGNORECASE)
INSIDE = re.compile(rb"\n\r?\n(?=WARC/\d)")  # 1 s per GB; with an optional CR in front 20 s
# in a header, behind half a line, only what every crawler writes first: a field's value may end in "WARC/1.1"
IN_HEADER = re.compile(rb"(?<=\n)" + START.pattern + rb"|" + VERSION_LINE.pattern + rb"WARC-Type:", re.IGNORECASE)
HEAD_END = re.compile(rb"\n\r?\n")
NEWLINES = re.compile(rb"[\r\n]*")
MAGIC = re.compile(re.escape(GZIP_MAGIC) + rb"[\x00-\x1f]")
# what starts a zip or another packed file than gzip: records may lie in it as they are, also in a dictionary of zstd
CONTAINER = re.compile(rb"PK|BZh|\xfd7zXZ\0|\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18|\x04\x22\x4d\x18|.{257}ustar", re.DOTALL)
SEARCH = 1 << 20
OPENING = 1 << 14  # bytes of a gap that are kept
NEARLY = 16  # bytes that a length may be wrong by besides, in a file with bare LF: such files are made by hand
STRETCH, MOST = 1 << 16, 1 << 20  # bytes searched for the next record at a time, at first and at most


class Unreadable(Exception):
    """No record can be read here; ``search_from`` is where the next one may start."""

    def __init__(self, reason: str, detail: str, search_from: int) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.search_from = reason, detail, search_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A record and where it lies in the stream that is being read."""

    start: int
    end: int
    raw: warc.RawRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A range of the stream that holds no readable record."""

    start: int
    end: int
    reason: str
    detail: str
    opening: bytes = b""  # its first bytes, for who asks what they look like


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the records of one format are known, and read."""

    read: Callable[[Window, int, Limits], Placed]  # the record that starts at a place; raises ``Unreadable``
    begins: re.Pattern[bytes]  # what a record begins with
    seen: int  # bytes in which that is seen
    start: re.Pattern[bytes]  # where the next record starts behind damage
    proven: Callable[[Placed], bool | None]  # by a digest of its own; None where it has none

    def opens(self, read_at: ReadAt, position: int) -> bool:
        """True where a gzip member at ``position`` inflates to a record."""
        return self.begins.match(peek(read_at, position, self.seen)) is not None


class Window:
    """Reads at any place of a seekable file, and knows its size."""

    def __init__(self, file: BinaryIO, size: int | None = None) -> None:
        self.file = file
        self.size = file.seek(0, 2) if size is None else size

    def at(self, position: int, length: int) -> bytes:
        """``length`` bytes at ``position``; fewer at the end."""
        self.file.seek(position)
        return self.file.read(max(0, min(length, self.size - position)))

    def find(self, pattern: re.Pattern[bytes], start: int, stop: int, reach: int = 4096) -> int | None:
        """Where ``pattern``, shorter than ``reach``, next begins before ``stop``, or None. It sees one byte in front."""
        position, step = start, 4096  # small at first: where damage is dense, the next record is near
        while position < stop:
            before = min(position, 1)
            found = pattern.search(self.at(position - before, before + step + reach), before)
            if found and found.start() < before + step:
                place = position - before + found.start()
                return place if place < stop else None
            position += step
            step = min(step * 4, SEARCH)
        return None

    def sha256(self, start: int, end: int) -> bytes:
        """Digest of a range as it stands."""
        return _digest(self, "sha256", start, end)


def read_record(window: Window, start: int, limits: Limits) -> Placed:
    """The record at ``start``, up to the start of the next one.

    Raises ``Unreadable`` where there is none, or where what follows its block shows that its length is wrong.
    """
    head, fields = _read_head(window, start, limits)
    block_start = start + len(head)
    length_text = (fields.get_header("Content-Length") or "").strip()
    if not re.fullmatch(r"[0-9]{1,18}", length_text):
        shown = f'"{length_text[:40]}" is no length' if length_text else "is missing"
        raise Unreadable("content-length", f"Content-Length {shown}", block_start)
    length = int(length_text)
    block_end, flags = block_start + length, tuple[str, ...]()
    end, followed = _record_end(window, block_end) if block_end <= window.size else (None, False)
    if end is None and b"\r" not in head and (shorter := _shorter_end(window, fields, block_start, block_end)):
        block_end, end = shorter
        length = block_end - block_start
        flags = ("content-length-mismatch",)
    elif block_end > window.size:
        missing = f"Content-Length says {length} bytes, {window.size - block_start} are there"
        raise Unreadable("truncated", missing, block_start)
    elif end is None:
        wrong = f"Content-Length says {length} bytes, but no record ends there"
        raise Unreadable("content-length", wrong, block_start)
    else:
        _doubt(window, fields, block_start, block_end, followed=followed)
    trailer = window.at(block_end, end - block_end)
    raw = _read_block(window, head, fields, start=block_start, length=length, trailer=trailer, limits=limits)
    return Placed(start=start, end=end, raw=replace(raw, flags=flags) if flags else raw)


def _shorter_end(window: Window, fields: StatusAndHeaders, start: int, declared_end: int) -> tuple[int, int] | None:
    """Where a block ends from which CRs are gone that its length still counts, and where its record does; None for others.

    The first record that starts behind it, or the end of the stream, has an empty line in front, and no digest contradicts.
    """
    end = window.find(START, start, min(declared_end + 2, window.size))
    if end is None and declared_end + 2 >= window.size:
        end = window.size
    if end is None or window.at(end - 2, 2) != b"\n\n":
        return None
    block_end = end - 2
    newlines = sum(window.at(at, min(SEARCH, block_end - at)).count(b"\n") for at in range(start, block_end, SEARCH))
    if not 0 < declared_end - block_end <= max(NEARLY, newlines):
        return None
    declared = identity.declared_digest(fields.get_header("WARC-Block-Digest") or "")
    if declared and _digest(window, declared[0], start, block_end) != declared[1]:
        return None
    return block_end, end


def _read_head(window: Window, start: int, limits: Limits) -> tuple[bytes, StatusAndHeaders]:
    want, head = 4096, b""
    while True:
        chunk = window.at(start, want)
        if not VERSION_LINE.match(chunk):
            raise Unreadable("garbage", "no WARC record starts here", start + 1)
        end = HEAD_END.search(chunk)
        if other := IN_HEADER.search(chunk, 5, end.end() if end else len(chunk)):
            raise Unreadable("header", "another record starts inside the header", start + other.start())
        if end and end.end() <= limits.header_bytes:
            head = chunk[: end.end()]
            break
        if end or want > limits.header_bytes:
            raise Unreadable("header", f"the header is longer than {limits.header_bytes} bytes", start + 5)
        if start + want >= window.size:
            raise Unreadable("truncated", "the file ends inside a record header", start + 5)
        want *= 4
    return head, warc.read_fields(head)


def _record_end(window: Window, block_end: int) -> tuple[int | None, bool]:
    """Where the record ends, newlines included, and whether the next one or the end of the stream follows there.

    None where nothing shows that the record ends there.
    """
    after = window.at(block_end, 4096)
    newlines = NEWLINES.match(after)
    blank = newlines.group() if newlines else b""
    end = block_end + len(blank)
    if end >= window.size or after[len(blank) :][:5].upper() == b"WARC/" or _member_starts(window, end):
        return end, True
    # one of the four bytes between the records is damaged
    if VERSION_LINE.match(after[4:]) or block_end + 4 == window.size:
        return block_end + 4, True
    for ending in (b"\r\n\r\n", b"\n\n"):
        if blank.startswith(ending):
            return block_end + len(ending), False
    return None, False


def _member_starts(window: Window, position: int) -> bool:
    """True where a gzip member begins that inflates to a record; a gzipped body inside a record does not."""
    return window.at(position, len(GZIP_MAGIC)) == GZIP_MAGIC and WARC.opens(window.at, position)


def _doubt(window: Window, fields: StatusAndHeaders, start: int, end: int, *, followed: bool) -> None:
    """Raises ``Unreadable`` where the block from ``start`` to ``end`` shows that its declared length is wrong.

    A length that takes in no more than the newlines behind the block loses nothing, and passes.
    """
    declared = identity.declared_digest(fields.get_header("WARC-Block-Digest") or "")
    claim = f"Content-Length says {end - start} bytes, but "
    if not followed:
        if window.find(START, start, end) is not None:
            raise Unreadable("content-length", claim + "another record starts inside them", start)
        if declared and _digest(window, declared[0], start, end) != declared[1]:
            raise Unreadable("content-length", claim + "no record follows, and the digest is another", start)
        return
    inside = window.find(INSIDE, start, end - 4) if declared else None
    if inside and window.at(inside - 1, 1) == b"\r":
        inside -= 1
    if declared and inside is not None and _digest(window, declared[0], start, inside) == declared[1]:
        raise Unreadable("content-length", claim + f"the digest is that of the first {inside - start}", inside)


def _digest(window: Window, algorithm: str, start: int, end: int) -> bytes:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for position in range(start, end, SEARCH):
        digest.update(window.at(position, min(SEARCH, end - position)))
    return digest.digest()


def _read_block(
    window: Window, head: bytes, fields: StatusAndHeaders, *, start: int, length: int, trailer: bytes, limits: Limits
) -> warc.RawRecord:
    if length <= limits.record_bytes:
        block = window.at(start, length)
        sha256 = hashlib.sha256(head)
        sha256.update(block)
        sha256.update(trailer)
        return warc.RawRecord(
            head=head,
            fields=fields,
            block=block,
            opening=block,
            block_length=length,
            trailer=trailer,
            record_sha256=sha256.digest(),
        )
    return _pass_by(window, head, fields, start=start, length=length, trailer=trailer, limits=limits)


def _pass_by(
    window: Window, head: bytes, fields: StatusAndHeaders, *, start: int, length: int, trailer: bytes, limits: Limits
) -> warc.RawRecord:
    """A record over the limit, digested a piece at a time."""
    opening = window.at(start, limits.header_bytes)

    def block() -> Iterator[bytes]:
        for position in range(start, start + length, SEARCH):
            yield window.at(position, min(SEARCH, start + length - position))

    message = entity.read_head(opening) if warc.holds_http(fields, opening) else None
    whole = hashlib.sha256(head)

    def passing() -> Iterator[bytes]:
        for piece in block():
            whole.update(piece)
            yield piece

    streamed = warc.stream_digests(passing(), block, message, warc.digests_wanted(fields))
    whole.update(trailer)
    return warc.RawRecord(
        head=head,
        fields=fields,
        block=None,
        opening=opening,
        block_length=length,
        trailer=trailer,
        record_sha256=whole.digest(),
        streamed=streamed,
        reread=block,
    )


def _is_proven(item: Placed) -> bool | None:
    """Whether a record's block is what its declared digest says; None where it declares none."""
    flags = warc.capture_from(item.raw, Origin(path=""), None).flags
    if any("digest-mismatch" in flag or "digest-unreadable" in flag for flag in flags):
        return False
    return True if item.raw.fields.get_header("WARC-Block-Digest") else None


WARC = Form(read=read_record, begins=VERSION_LINE, seen=64, start=START, proven=_is_proven)


def read_stream(
    window: Window, limits: Limits, start: int = 0, *, until_gzip: bool = False, form: Form = WARC
) -> Iterator[Placed | Gap]:
    """Records and gaps from ``start`` on, which together cover the stream.

    With ``until_gzip`` it ends where a gzip member starts, and gaps end there too.
    """
    position = start
    while position < window.size:
        if until_gzip and window.at(position, len(GZIP_MAGIC)) == GZIP_MAGIC:
            return
        try:
            placed = form.read(window, position, limits)
        except Unreadable as why:
            opening = window.at(position, OPENING)
            end = next_start(window, why.search_from, gzip=until_gzip, form=form)
            yield Gap(
                start=position, end=end, reason=why.reason, detail=why.detail, opening=opening[: end - position]
            )
            position = end
        else:
            yield placed
            position = placed.end


def next_start(window: Window, start: int, *, gzip: bool, form: Form = WARC) -> int:
    """Where the next record begins, or the end: a plain header, or (``gzip``) a member that inflates to one.

    Both are looked for in the same stretch before the next one is: searched for one by one, a file with 1,000 damaged
    members took 9 s, and four times as long with twice as many.
    """
    stop, step = start, STRETCH
    while True:
        low, stop = stop, min(stop + step, window.size)
        step = min(4 * step, MOST)
        plain = window.find(form.start, low, stop, max(4096, form.seen))
        bound = stop if plain is None else plain
        position = window.find(MAGIC, low, bound) if gzip else None
        while position is not None:
            if form.opens(window.at, position):
                return position
            position = window.find(MAGIC, position + 1, bound)
        if plain is not None or stop >= window.size:
            return bound

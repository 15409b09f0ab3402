"""Packed bytes as files: seekable streams over a decompressor, bounded and never written under a name.

``Unpacking`` gives what a decompressor yields as a file. Going back within the last megabytes is free; further back
it starts again, and the third time it keeps the bytes aside (in memory, beyond 64 MB in a nameless temporary file), so
that no order of reading costs more than linear time. What cannot be unpacked ends the stream, and ``broken`` says why.

One ``Budget`` bounds everything that is unpacked out of one input file, however deep: containers in containers share
it. Beyond the first 64 MB no more than ``limits.ratio`` times the size of the input file is unpacked.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened

STEP = 1 << 20  # of unpacked bytes at a time
FREE = 64 << 20
KEEP = 4 << 20  # bytes behind the position that going back finds
RESTARTS = 2
UNPACKED = "; offset and length are of the unpacked bytes"


class Broken(Exception):
    """Nothing more can be unpacked: ``truncated``, ``corrupt``, ``checksum``, ``garbage`` or ``bomb``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Budget:
    """How many bytes may still be unpacked out of one input file."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self.packed, self.unpacked = packed, 0
        self.bound = max(FREE, limits.ratio * packed)

    def spend(self, count: int) -> None:
        """Raises ``Broken`` once the bound is passed."""
        self.unpacked += count
        if self.unpacked > self.bound:
            detail = f"{self.packed} bytes unpack to over {self.unpacked}, the bound is {self.bound}"
            raise Broken("bomb", detail)

    @property
    def spent(self) -> bool:
        """True once the bound was passed: nothing more is unpacked."""
        return self.unpacked > self.bound


# ---- streams ---------------------------------------------------------------------------------------------------


class Unpacking(io.RawIOBase):
    """A read-only, seekable file over pieces of bytes that come in order and can be had again from the start."""

    def __init__(self, reopen: Callable[[], Iterator[bytes]], budget: Budget) -> None:
        super().__init__()
        self.budget, self.broken = budget, cast("Broken | None", None)
        self._reopen, self._position, self._restarts = reopen, 0, 0
        self._furthest, self._size = 0, cast("int | None", None)
        self._aside: BinaryIO | None = None
        self._start()

    def _start(self) -> None:
        self._pieces = self._reopen()
        self._base, self._buffer = 0, bytearray()

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The position in the unpacked bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position. From the end: everything is unpacked once, and the length remembered."""
        base = (0, self._position, self._length() if whence == io.SEEK_END else 0)[whence]
        if base + offset < 0:
            message = f"negative position {base + offset}"
            raise ValueError(message)
        self._position = base + offset
        return self._position

    def _length(self) -> int:
        while self._size is None:
            self._pull(keep_from=self._base + len(self._buffer))
        return self._size

    def read(self, size: int | None = -1, /) -> bytes:
        """``size`` bytes from the position on; fewer at the end of what can be unpacked."""
        if size is None or size < 0:
            size = max(0, self._length() - self._position)
        if self._aside is None and self._position < self._base:
            self._go_back()
        if self._aside is not None:
            self._aside.seek(self._position)
            found = self._aside.read(size)
        else:
            end = self._position + size
            while self._base + len(self._buffer) < end and self._pull(keep_from=self._position):
                pass
            start = self._position - self._base
            found = bytes(memoryview(self._buffer)[start : start + size])
        self._position += len(found)
        return found

    def _pull(self, *, keep_from: int) -> bool:
        """One more piece into the buffer; False at the end."""
        surplus = min(keep_from - KEEP - self._base, len(self._buffer))
        if surplus > KEEP:
            del self._buffer[:surplus]
            self._base += surplus
        end = self._base + len(self._buffer)
        if end == self._size:
            return False
        try:
            piece = next(self._pieces, b"")
            fresh = end + len(piece) - self._furthest
            if fresh > 0:
                self._furthest += fresh
                self.budget.spend(fresh)
        except Broken as why:
            self.broken, piece = why, b""
        if not piece:
            self._size = end
            return False
        self._buffer += piece
        return True

    def _go_back(self) -> None:
        """Starts again from the beginning, or keeps everything aside when that has happened often enough."""
        self._restarts += 1
        self._start()
        if self._restarts <= RESTARTS:
            return
        # closed when this stream is collected
        aside = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=FREE))  # noqa: SIM115
        while self._pull(keep_from=self._base + len(self._buffer)):
            aside.write(self._buffer)
            self._base += len(self._buffer)
            self._buffer.clear()
        self._aside = aside

    def close(self) -> None:
        """Gives back what was kept aside."""
        if self._aside is not None:
            self._aside.close()
        super().close()


class Part(io.RawIOBase):
    """A range of a file as a read-only, seekable file; ``broken`` where the file ends inside it."""

    def __init__(self, file: BinaryIO, start: int, length: int, budget: Budget) -> None:
        super().__init__()
        self.budget, self.broken = budget, cast("Broken | None", None)
        self._file, self._begin, self._size, self._position = file, start, length, 0
        self._told = length

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The position in the range."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position."""
        self._position = max(0, (0, self._position, self._size)[whence] + offset)
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """``size`` bytes from the position on; fewer at the end of the range."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        self._file.seek(self._begin + self._position)
        found = self._file.read(wanted)
        self._position += len(found)
        if len(found) < wanted:
            self._size = max(0, self._file.seek(0, io.SEEK_END) - self._begin)
            short = Broken("truncated", f"the file ends inside the member, after {self._size} bytes of {self._told}")
            self.broken = broken_of(self._file) or short
        return found


Stream = Unpacking | Part


class Names:
    """Member names as they go into rows: nested ones joined by "!/", repeated ones with their ordinal."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def of(self, opened: Opened, name: str) -> str:
        """The name in the rows of a member of ``opened``; the second of the same name ends in ``#2``."""
        plain = name.encode("utf-8", "backslashreplace")
        key = hashlib.blake2b(plain, digest_size=12).digest()
        count = self._seen[key] = self._seen.get(key, 0) + 1
        full = plain.decode("utf-8") if count == 1 else f"{plain.decode('utf-8')}#{count}"
        return f"{opened.origin.member}!/{full}" if opened.origin.member else full


def no_capture_name(name: str) -> str | None:
    """What a member is that file managers leave behind; None for any other."""
    if name.startswith("__MACOSX/") or "/__MACOSX/" in name:
        return "macOS's own notes on a file, no capture"
    last = name.rpartition("/")[2]
    return f"a {last} file, no capture" if last in (".DS_Store", "Thumbs.db", "desktop.ini") else None


def left_out(origin: Origin, reason: str) -> Skip:
    """The row for members that a limit leaves out; it bears the name of the first."""
    return Skip(origin=origin, kind="limit", length=0, sha256=hashlib.sha256().digest(), reason=reason)


def budget_of(opened: Opened, limits: Limits) -> Budget:
    """The budget of the input file that ``opened`` lies in: its container's, or a new one for a file on disk."""
    if isinstance(opened.file, Unpacking | Part):
        return opened.file.budget
    packed = opened.size if opened.size is not None else opened.file.seek(0, io.SEEK_END)
    return Budget(packed, limits)


def broken_of(file: BinaryIO) -> Broken | None:
    """Why the stream ended before its time; None where it did not, or is a file on disk."""
    return file.broken if isinstance(file, Unpacking | Part) else None


def inside(stream: Stream, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
    """Everything in ``stream``, read as a file of its own, and one row for what could not be unpacked."""
    file = cast("BinaryIO", stream)
    saved = opened.saved if opened.origin.member is None else None  # of a packed page, not of the members of a zip
    inner = replace(opened, file=file, size=None, in_place=False, depth=opened.depth + 1, saved=saved)
    held: Capture | Damage | Skip | None = None
    for found in sources.captures(inner, options):
        if held is not None:
            yield held
        held = replace(found, detail=_of_unpacked(found.detail)) if isinstance(found, Damage) else found
    if stream.broken is None:
        if held is not None:
            yield held
    else:
        yield from _ending(inner, stream.broken, held)


def _ending(inner: Opened, broken: Broken, held: Capture | Damage | Skip | None) -> Iterator[Capture | Damage | Skip]:
    """The last rows of a stream that broke off: what it cut in two and what was lost share one row."""
    size = inner.file.seek(0, io.SEEK_END)
    detail = _of_unpacked(broken.detail)
    if isinstance(held, Skip) and held.origin == inner.origin:
        if broken.reason == "bomb":
            yield replace(held, kind="bomb", reason=broken.detail)
        else:
            yield Damage(
                origin=inner.origin,
                offset=0,
                length=held.length,
                reason=broken.reason,
                detail=f"{detail}; what could be unpacked is {held.reason}",
                sha256=held.sha256,
            )
    elif isinstance(held, Damage) and held.origin.member == inner.origin.member and held.offset + held.length == size:
        yield replace(held, reason=broken.reason, detail=detail)
    else:
        if held is not None:
            yield held
        yield lost(inner, broken, size)


def lost(opened: Opened, broken: Broken, offset: int) -> Damage:
    """The row for what lies behind ``offset`` and could not be unpacked."""
    nothing = hashlib.sha256().digest()
    detail = _of_unpacked(broken.detail)
    return Damage(origin=opened.origin, offset=offset, length=0, reason=broken.reason, detail=detail, sha256=nothing)


def _of_unpacked(detail: str) -> str:
    return detail if detail.endswith(UNPACKED) else detail + UNPACKED

"""The indexes: CDXJ lines in order, each naming a record that is there, and blocks where the list of blocks says.

A line is looked at together with its record, for that is what it is for: a viewer goes to the place that it names, and
gives up where the URL or the time there is another (wabac.js).
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from archive import warc
from archive.model import WaczFinding
from archive.sources.members import GZIP_MAGIC, inflate_member
from archive.sources.records import HEAD_END, VERSION_LINE, Window
from archive.sources.unpack import Broken
from archive.wacz.index import REPLAYED
from archive.wacz.index import timestamp as time_of
from archive.wacz.opened import LIMITS, LINE_BYTES, Opened, error, lines_of, warning

SECTION = "indexes"
LINE = re.compile(rb"(\S+) (\d+) (\{.*\})")
STEP = 1 << 20


def check_indexes(opened: Opened) -> Iterator[WaczFinding]:
    """Findings about all files in ``indexes``."""
    for name in opened.under("indexes"):
        if not opened.has(name):
            continue
        try:
            if name.endswith((".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")):
                yield from _check_lines(opened, name)
            elif name.endswith(".idx"):
                yield from _check_blocks(opened, name)
        except Broken as why:
            yield error(SECTION, name, why.detail)


# ---- lines -------------------------------------------------------------------------------------------------------


def _check_lines(opened: Opened, name: str) -> Iterator[WaczFinding]:
    pieces, last, found = opened.pieces(name), (b"", b""), False
    for number, line in enumerate(lines_of(_gunzipped(pieces) if name.endswith(".gz") else pieces), 1):
        if line.startswith(b"!"):  # says something of the file
            continue
        parts = LINE.fullmatch(line)
        entry = _entry(parts[3]) if parts else None
        if not parts or entry is None:
            yield error(SECTION, name, "must be a line of CDXJ: a key, a time and a JSON object", number)
            return
        if len(parts[2]) != 14:  # noqa: PLR2004 - to the second
            yield error("CDXJ", name, "the time must have 14 digits", number)
        if parts.groups()[:2] < last:
            yield error("CDXJ", name, "not in the order of bytes: it would not be found", number)
        last, found = (parts[1], parts[2]), True
        why = _fault(opened, entry, parts[2].decode())
        if why:
            yield error(SECTION, name, why, number)
        elif why is None:
            yield warning(
                SECTION, name, "names a record that is no capture: it would be shown in the place of one", number
            )
    if not found:
        yield warning(SECTION, name, "has no line")


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What gzip members unpack to. Raises ``Broken``."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for piece in pieces:
        data = piece
        while data:
            if unpacker.eof:
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                yield unpacker.decompress(data, STEP)
            except zlib.error as why:
                raise Broken("corrupt", f"gzip: {why}") from why
            data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if not unpacker.eof:
        raise Broken("truncated", "gzip: it is cut off")


def _entry(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_open(opened: Opened, name: str) -> bool:
    """True for a member of which any part can be read alone."""
    return opened.has(name) and opened.members[name].compress_type == zipfile.ZIP_STORED


# ---- the record of a line ----------------------------------------------------------------------------------------


def _fault(opened: Opened, entry: dict[str, Any], timestamp: str) -> str | None:
    """Why a line does not name the record that it is about; empty where it does, None where that is no capture."""
    place, why = _place(opened, entry)
    if not place:
        return why
    name, offset, length = place
    if not _is_open(opened, name):
        return ""  # which is said of the file
    start = opened.start(name) + offset
    window = Window(opened.file, start + length)
    if digest := entry.get("recordDigest"):
        algorithm, _, stated = str(digest).partition(":")
        if algorithm == "sha256" and window.sha256(start, start + length).hex() != stated:
            return f"the bytes at {offset} of {name} are not those of its recordDigest"
    head, why = _head(window, start, length)
    if not head:
        return f"at {offset} of {name}: {why}"
    return contradiction(head, entry["url"], timestamp)


def _place(opened: Opened, entry: dict[str, Any]) -> tuple[tuple[str, int, int] | None, str]:
    """The member, offset and length that a line names; None and why where that is no place."""
    if not isinstance(entry.get("url"), str) or not isinstance(entry.get("filename"), str):
        return None, '"url" and "filename" must be there'
    numbers = [str(entry.get(key)) for key in ("offset", "length")]
    if not all(re.fullmatch(r"[0-9]{1,18}", number) for number in numbers):
        return None, '"offset" and "length" must be there, numbers'
    name, (offset, length) = f"archive/{entry['filename']}", map(int, numbers)
    if name not in opened.members:
        return None, f"names {name[:200]}, which is not there"
    if not length or offset + length > opened.members[name].file_size:
        return None, f"names bytes {offset} + {length}, and {name} has {opened.members[name].file_size}"
    return (name, offset, length), ""


def _head(window: Window, start: int, length: int) -> tuple[bytes, str]:
    """The header of the record that lies there; empty and why where none does."""
    if window.at(start, len(GZIP_MAGIC)) == GZIP_MAGIC:
        member = inflate_member(window.at, start, start + length, LIMITS.record_bytes)
        if member.error or (member.whole and member.length != length):
            return b"", member.error or f"the gzip member has {member.length} bytes, not {length}"
        data = member.data
    else:
        data = window.at(start, min(length, LIMITS.header_bytes))
    end = HEAD_END.search(data)
    if not VERSION_LINE.match(data) or not end:
        return b"", "no WARC record begins there"
    return data[: end.end()], ""


def contradiction(head: bytes, url: str, timestamp: str) -> str | None:
    """What a record's header says otherwise than its line; empty where nothing, None where it is no capture."""
    fields = warc.read_fields(head)
    uri = (fields.get_header("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">").strip().partition("#")[0]
    if unquote(uri) != unquote(url.partition("#")[0]):
        return f"is of {url[:200]}, and its record of {uri[:200]}"
    date = (fields.get_header("WARC-Date") or "").strip()
    moment = warc.read_date(date)
    digits = time_of(moment) if moment else re.sub(r"[^0-9]", "", date)[:14]
    if not timestamp.startswith(digits):
        return f"is of {timestamp}, and its record of {date[:40]}"
    return "" if (fields.get_header("WARC-Type") or "").strip().lower() in REPLAYED else None


# ---- the list of blocks ------------------------------------------------------------------------------------------


def _check_blocks(opened: Opened, name: str) -> Iterator[WaczFinding]:
    default, last, ends = "", b"", dict[str, int]()
    for number, line in enumerate(lines_of(opened.pieces(name)), 1):
        prefix, _, text = line.partition(b" {")
        entry = _entry(b"{" + text)
        if entry is None:
            yield error(SECTION, name, "must be a line of CDXJ: a key, a time and a JSON object", number)
            return
        if line.startswith(b"!meta"):
            default = str(entry.get("filename", ""))
            continue
        if prefix < last:
            yield error("CDXJ", name, "not in the order of bytes: it would not be found", number)
        last = prefix
        if any(type(entry.get(key)) is not int for key in ("offset", "length")):
            yield error(SECTION, name, '"offset" and "length" must be there, numbers', number)
            return
        block, end = f"indexes/{entry.get('filename') or default}", entry["offset"] + entry["length"]
        if why := _block_fault(opened, block, entry, prefix, ends.get(block, 0)):
            yield error(SECTION, name, why, number)
        ends[block] = end
    for block, end in ends.items():
        if _is_open(opened, block) and end != opened.members[block].file_size:
            yield error(SECTION, name, f"its blocks end at {end}, which is not the end of {block}")


def _block_fault(opened: Opened, block: str, entry: dict[str, Any], prefix: bytes, expected: int) -> str:
    """Why a line does not name the block that begins with its key and time; empty where it does."""
    if block not in opened.members:
        return f"names {block[:200]}, which is not there"
    if not _is_open(opened, block):
        return ""  # which is said of the file
    offset, length, digest = entry["offset"], entry["length"], str(entry.get("digest", ""))
    if offset != expected or length <= 0 or offset + length > opened.members[block].file_size:
        return f"names bytes {offset} + {length}, and the block in front ends at {expected}"
    start = opened.start(block) + offset
    window = Window(opened.file, start + length)
    if digest.startswith("sha256:") and window.sha256(start, start + length).hex() != digest[7:]:
        return f"the block at {offset} has another digest"
    member = inflate_member(window.at, start, start + length, LINE_BYTES)
    if member.error:
        return f"the block at {offset}: {member.error}"
    return "" if member.data.startswith(prefix + b" ") else f"the block at {offset} begins with another line"

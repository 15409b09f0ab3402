"""ARC files, version 1 and 2, plain or gzipped, whole or damaged: what crawlers wrote before WARC.

A record is a header line (URL, address, date, media type, in version 2 five fields more, length), the block, and a
newline. How files are read, and what one damaged record costs, is in ``scanning.py``. The length is a claim, and no
digest proves it. It is believed where the end of the stream or the next header line follows the block. Else the length
that the HTTP message in it states is tried in the same way, then, of a version block, the end of its two lines, then
whether there is a block at all: such records have the flag ``arc-length-mismatch``. Where a newline follows the block and
no header line is in it, the next header may be the damaged one: the record is believed, with the flag
``arc-length-unproven`` where neither HTTP nor what follows speaks for it.

Each record is taken over as a WARC record: an HTTP message as it stands as ``response``, other content as ``resource``
of the stated media type, the version block (``filedesc://``) as ``metadata``. The header line is kept in
``Archive-ARC-Header``; one that is no clean UTF-8 percent-encoded in ``Archive-ARC-Header-Escaped``.

ARC files are not read in parts: their records say out of which file they come, by its digest, which only reading all of
it gives.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders

from archive import entity, identity, warc, wrapping
from archive.model import Capture, Damage, Limits, ReadOptions, Skip
from archive.sources import Opened, scanning, time_of
from archive.sources.members import GZIP_MAGIC
from archive.sources.records import CONTAINER, MAGIC, NEWLINES, SEARCH, Form, Gap, Placed, Unreadable, Window

LONGEST = 1 << 16  # header line
SEEN = 1 << 13  # bytes of it that are looked at where a record may start
SCHEME = rb"[A-Za-z][A-Za-z0-9+.-]{0,20}:"
REST = rb" [0-9A-Za-z.:%_-]{1,64} (?:19|20)[0-9]{6,18} [^\r\n]{1,3000}+\r?\n"
CUT = rb"[A-Za-z0-9+.:-]{1,40}(?:https?|ftp|filedesc)://"  # the end of something else, and a URL
LINE = rb"(?!" + CUT + rb")" + SCHEME + rb"[^\s][^\r\n]{0,3000}?" + REST
SCHEMES = rb"(?:https?|ftp|dns|filedesc|whois|gopher|news|mailto|rtsp|mms):"
KNOWN = SCHEMES + rb"[^\s<>\"']{1,3000}+"
INNERMOST = SCHEMES + rb"(?:(?!https?:)[^\s<>\"']){1,3000}+"  # else a line of nothing but "http:" is quadratic
BEGINS = re.compile(rb"[\r\n]{0,64}" + LINE)
GLUED = re.compile(KNOWN + REST)  # without a newline in front nothing but a scheme tells where a URL begins
START = re.compile(rb"(?<![^\n])" + LINE + rb"|(?:(?<=[\x00-\x20<>\x7f-\xff])" + KNOWN + rb"|" + INNERMOST + rb")" + REST)
HEADER = re.compile(
    rb"[\r\n]*(?P<line>(?P<url>[^\r\n]+?) (?P<ip>[0-9A-Za-z.:%_-]{1,64}) (?P<date>[0-9]{14}|[0-9]{8,20}) "
    rb"(?P<rest>[^\r\n]*+))\r?\n"
)
RESULT, OFFSET = re.compile(rb"[0-9]{1,4}|-"), re.compile(rb"[0-9]{1,18}|-")
BEHIND_TYPE = 6  # fields of version 2: result, checksum, location, offset, file name, length
VERSION_BLOCK = re.compile(rb"[^\r\n]{1,400}\r?\n[^\r\n]{1,400}\r?\n")
LIKE_HEADER = re.compile(rb"[\r\n]*(" + SCHEME + rb"|[^\r\n]* [0-9]{8,20} )")
HTTP = re.compile(rb"HTTP/|ICY ")
CONTENT_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r?\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\ntransfer-encoding:[^\n]*chunked", re.IGNORECASE)
MEDIA_TYPE = re.compile(rb"(?!application/http)[\w.+*-]{1,100}/[\w.+*-]{1,100}(?: *;[\x20-\x7e]*|(?=[ ,]|$))", re.IGNORECASE)
PRECISION = {14: "second", 12: "minute", 8: "day"}
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a header line says, as it stands."""

    line: bytes
    url: bytes
    ip: str
    date: str
    media_type: bytes
    result: int | None  # version 2 only
    length: int | None  # None where it is no length


def parse(head: bytes) -> Header:
    """The header line at the start of ``head``, which is one."""
    found = HEADER.match(head)
    if found is None:
        raise Unreadable("garbage", "no ARC record starts here", 1)
    words = found["rest"].rstrip(b" ").split(b" ")
    kind, result, length = b" ".join(words[:-1]), b"", words[-1]
    if len(words) >= BEHIND_TYPE and OFFSET.fullmatch(words[-3]):
        at = (at for at, word in enumerate(words[: 1 - BEHIND_TYPE]) if RESULT.fullmatch(word))
        if (place := next(at, None)) is not None:
            kind, result = b" ".join(words[:place]), words[place]
    return Header(
        line=found["line"].rstrip(b" "),
        url=found["url"],
        ip=found["ip"].decode(),
        date=found["date"].decode(),
        media_type=kind,
        result=int(result) if result.isdigit() else None,
        length=int(length) if re.fullmatch(rb"[0-9]{1,18}", length) else None,
    )


def read_record(window: Window, start: int, limits: Limits) -> Placed:
    """The record at ``start``, up to the start of the next one; its head is the header line.

    Raises ``Unreadable`` where there is none, or where nothing shows where its block ends.
    """
    head = _read_head(window, start)
    begin = start + len(head)
    end, next_one, flags = _end(window, parse(head), begin)
    length = end - begin

    def pieces() -> Iterator[bytes]:
        for position in range(begin, end, SEARCH):
            yield window.at(position, min(SEARCH, end - position))

    held = length <= limits.record_bytes
    opening = window.at(begin, length if held else min(length, limits.header_bytes))
    raw = warc.RawRecord(
        head=head,
        fields=StatusAndHeaders("", [("Archive-Flags", " ".join(flags))], "ARC"),
        block=opening if held else None,
        opening=opening,
        block_length=length,
        trailer=window.at(end, next_one - end),
        record_sha256=b"",  # no one asks for it: the record that it becomes has its own
        reread=pieces,
    )
    return Placed(start=start, end=next_one, raw=raw)


def _read_head(window: Window, start: int) -> bytes:
    want = 4096
    while True:
        chunk = window.at(start, want)
        if BEGINS.match(chunk) and (found := HEADER.match(chunk)):
            if other := GLUED.search(chunk, found.start("rest"), found.end()):
                raise Unreadable("header", "another record starts inside the header line", start + other.start())
            return found.group()
        line = chunk.lstrip(b"\r\n")
        if b"\n" in line or want > LONGEST or not re.match(SCHEME, line):
            raise Unreadable("garbage", "no ARC record starts here", start + 1)
        if start + want >= window.size:
            raise Unreadable("truncated", "the file ends inside a header line", start + 1)
        want *= 4


def _end(window: Window, header: Header, begin: int) -> tuple[int, int, tuple[str, ...]]:
    """Where the block ends, where the next record starts, and flags. Raises ``Unreadable`` where nothing shows it."""
    stated = None if header.length is None else begin + header.length
    inner = _message_end(window, begin)
    # a length that ends where a later record ends, and a message that ends where the next one starts
    swallowed = inner is not None and stated is not None and inner < stated and _next(window, inner, at_end=False)
    if stated is not None and stated <= window.size and not swallowed and (after := _next(window, stated)):
        return stated, after, ()
    for place in (inner, _version_block_end(window, header, begin), begin):
        if place is None or not (after := _next(window, place)):
            continue
        if window.find(START, begin, place, SEEN) is None:  # else the message is cut, and the length is another's
            return place, after, ("arc-length-mismatch",)
    if stated is None:
        raise Unreadable("content-length", "the header line states no length", begin)
    if stated > window.size:
        there = f"the header line says {header.length} bytes, {window.size - begin} are there"
        raise Unreadable("truncated", there, begin)
    after_it = window.at(stated, SEEN)
    newlines = NEWLINES.match(after_it)
    if not newlines or not newlines.group() or window.find(START, begin, stated, SEEN) is not None:
        raise Unreadable("content-length", f"the header line says {header.length} bytes, but no record ends there", begin)
    proven = inner == stated or LIKE_HEADER.match(after_it)
    return stated, stated + newlines.end(), () if proven else ("arc-length-unproven",)


def _next(window: Window, place: int, *, at_end: bool = True) -> int | None:
    """Where the next record, or (``at_end``) the end of the stream, follows what ends at ``place``; None where none does."""
    after = window.at(place, SEEN)
    newlines = NEWLINES.match(after)
    blank = len(newlines.group()) if newlines else 0
    if place + blank >= window.size:
        return place + blank if at_end else None
    # the newline between the records is damaged
    if GLUED.match(after, blank + 1) or (at_end and place + blank + 1 == window.size):
        return place + blank + 1
    anchored = blank or window.at(place - 1, 1) == b"\n"
    if (BEGINS if anchored else GLUED).match(after, blank):
        return place + blank
    if after[blank : blank + len(GZIP_MAGIC)] == GZIP_MAGIC and ARC.opens(window.at, place + blank):
        return place + blank
    return None


def _message_end(window: Window, begin: int) -> int | None:
    """Where the block ends by the Content-Length of the HTTP message in it; None where that tells nothing."""
    opening = window.at(begin, SEEN)
    if not HTTP.match(opening):
        return None
    end = entity.HEAD_END.search(opening)
    head = opening[: end.end()] if end else b""
    length = CONTENT_LENGTH.search(head)
    if length is None or CHUNKED.search(head):
        return None
    place = begin + len(head) + int(length[1])
    return place if place <= window.size else None


def _version_block_end(window: Window, header: Header, begin: int) -> int | None:
    """Where a version block ends by its two lines: the length that it states counts one newline or two, or is -1."""
    block = VERSION_BLOCK.match(window.at(begin, 1024)) if header.url.startswith(b"filedesc:") else None
    return begin + block.end() if block else None


ARC = Form(read=read_record, begins=BEGINS, seen=SEEN, start=START, proven=lambda _: None)


# ---- captures --------------------------------------------------------------------------------------------------


class ArcSource:
    """Reads ARC files."""

    kind = "arc"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where a record starts the file, or where that start is damaged and what follows still tells."""
        begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if begin.startswith(b"filedesc://") or BEGINS.match(begin):
            return True

        def read_at(at: int, length: int) -> bytes:
            return head[at : at + length]

        if head.startswith(GZIP_MAGIC) and ARC.opens(read_at, 0):
            return True
        named = re.search(r"\.arc(\.gz)?(\.[a-z]+)?$", name.lower()) is not None
        if CONTAINER.match(head):
            return False
        if named and (head.startswith(GZIP_MAGIC) or START.search(head)):
            return True
        return named and any(ARC.opens(read_at, found.start()) for found in islice(MAGIC.finditer(head), 100))

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Every record and every damaged range, in the order of the file."""
        window, number = Window(opened.file), 0
        for item, place in scanning.scan(opened.file, options.limits, ARC):
            origin = replace(opened.origin, offset=place.offset)
            if isinstance(item, Gap):
                yield scanning.damage(window, item, place, origin)
                continue
            number += 1
            yield capture_of(item.raw, replace(opened, origin=replace(origin, line=number)), options)


def capture_of(raw: warc.RawRecord, opened: Opened, options: ReadOptions) -> Capture:
    """A record as a WARC record of ours, its block as it stands."""
    header = parse(raw.head)
    media_type = MEDIA_TYPE.match(header.media_type)
    kind, content_type = "resource", media_type.group().decode() if media_type else None
    message = entity.read_head(raw.opening) if HTTP.match(raw.opening) else None
    if header.url.startswith(b"filedesc:"):
        kind, message = "metadata", None
    elif message:
        kind, content_type = "response", "application/http; msgtype=response"
    moment, moment_origin, precision, flags = _when(header, message, opened, options)
    if kind == "resource" and header.result not in (None, OK):
        flags += (f"http-status-{header.result:03d}",)
    block: bytes | wrapping.Large = raw.block if raw.block is not None else b""
    if raw.block is None and raw.reread:
        block = wrapping.large(raw.reread, raw.opening, message)
    return wrapping.verbatim(
        kind=kind,
        origin=opened.origin,
        block=block,
        content_type=content_type,
        url=_text(header.url) or quote(header.url, safe=identity.LEGAL),
        captured_at=moment,
        captured_at_precision=precision,
        captured_at_origin=moment_origin,
        fields=_fields(header),
        flags=(*flags, *(raw.fields.get_header("Archive-Flags") or "").split()),
    )


def _when(
    header: Header, message: entity.Message | None, opened: Opened, options: ReadOptions
) -> tuple[datetime, str, str, tuple[str, ...]]:
    """Capture time (UTC), where it comes from, its precision, and flags."""
    digits = header.date[:14]  # some crawlers wrote milliseconds too
    if moment := warc.read_date(digits):
        return moment, "record", PRECISION.get(len(digits), "day"), ()
    if moment := warc.header_date(message):
        return moment, "header", "second", ("capture-time-unreadable",)
    moment, moment_origin, flags = time_of(opened, options)
    precision = options.captured_at_precision if moment_origin == "option" else "second"
    return moment, moment_origin, precision, ("capture-time-unreadable", *flags)


def _fields(header: Header) -> tuple[tuple[str, str], ...]:
    """Address and header line as fields of the record that it becomes."""
    text = _text(header.line)
    kept = ("Archive-ARC-Header", text) if text else ("Archive-ARC-Header-Escaped", quote(header.line, safe=" "))
    try:
        address = ipaddress.ip_address(header.ip)
    except ValueError:
        return (kept,)
    return (kept,) if address.is_unspecified else (("WARC-IP-Address", str(address)), kept)


def _text(data: bytes) -> str | None:
    """Bytes as text that a header field can bear as it is; None where it cannot."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and text == text.strip() else None


SOURCE = ArcSource()

"""WARC records, written: a capture that is no record yet becomes one.

WARC/1.1 (ISO 28500:2017): a file without HTTP headers is a ``resource`` whose block is the file; a ``response`` only
where HTTP headers were handed over with it. One gzip member a record, without name or clock, so the same capture gives
the same bytes. Three extension fields, which readers pass over, keep what a later reader could not know:
``Archive-Date-Origin`` (where the capture time came from, and how precise it is), ``Archive-Flags``, and
``Archive-Source`` (out of which file, by its SHA-256, and where in it, unless the payload is that file).
A record of another archive format is taken over with its block as it stands (``verbatim``).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders

from archive import entity, identity, warc
from archive.model import Capture, Origin

VERSION = "WARC/1.1"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
TRAILER = b"\r\n\r\n"
CODINGS = ("content-encoding", "transfer-encoding", "content-length")
NO_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
NEWLINES = re.compile(r"[\r\n\x00]+")
TAKEN_OVER = ("WARC-IP-Address", "Archive-ARC-Header", "Archive-ARC-Header-Escaped")  # from an ARC record
STATED = ("record", "field")  # origins of a capture time that the capture itself states
GZIP_LEVEL = 6  # level 9 costs 2.3 times the CPU and saves 0.8 % on news pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """A payload over the limit: it is read as often as it is needed, and never held."""

    pieces: Callable[[], Iterator[bytes]]  # with the HTTP head that stands in front of it, where one does
    opening: bytes
    digests: warc.StreamedDigests


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the header of a record of ours says."""

    kind: str
    origin: Origin
    digest: bytes  # SHA-256 of the payload
    http_head: bytes
    content_type: str | None
    url: str | None
    captured_at: datetime
    captured_at_precision: str
    captured_at_origin: str
    fields: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()

    def capture(self, block: bytes | Large) -> Capture:
        """The record with that block, read back."""
        digest, flags, urn = self.digest, self.flags, identity.payload_urn(self.digest)
        target = identity.legal_uri(self.url)
        if self.url and not target:
            flags += ("url-unusable",)
        if target == urn:
            target = None  # what a capture without a URL gets: it is read back as none, and so must count as none
        date = identity.warc_date(self.captured_at, self.captured_at_precision)
        stated = date if self.captured_at_origin in STATED else ""
        record_id = identity.record_id(digest, self.origin, target, http_head=self.http_head, stated=stated)
        fields = [
            ("WARC-Type", self.kind),
            ("WARC-Record-ID", f"<{record_id}>"),
            ("WARC-Date", date),
            ("WARC-Target-URI", target or urn),
        ]
        message = entity.read_head(self.http_head) if self.http_head else None
        # a metadata record has no payload; of chunks as they stood warcio would call the digest wrong (warcio#74)
        if self.kind != "metadata" and not (message and message.chunked):
            fields.append(("WARC-Payload-Digest", "sha256:" + digest.hex()))
        if self.content_type:
            fields.append(("Content-Type", self.content_type))
        fields.append(("Archive-Date-Origin", f"{self.captured_at_origin} {self.captured_at_precision}"))
        if source := identity.source_field(self.origin, digest):
            fields.append(("Archive-Source", source))
        if flags:
            fields.append(("Archive-Flags", " ".join(flags)))
        fields += self.fields
        raw = _large_record(fields, block) if isinstance(block, Large) else record(fields, block)
        return warc.capture_from(raw, self.origin, None, wrapped=True)


def new_capture(
    *,
    origin: Origin,
    payload: bytes | Large,
    media_type: str,
    url: str | None,
    captured_at: datetime,
    captured_at_precision: str,
    captured_at_origin: str,
    http_status: int | None = None,
    http_headers: tuple[tuple[str, str], ...] = (),
    http_head: bytes = b"",
    flags: tuple[str, ...] = (),
) -> Capture:
    """A capture that was no WARC record, as one: ``response`` where HTTP headers are known, else ``resource``.

    ``http_head`` is the head of an HTTP message, to be written as it stands, with ``payload`` behind it as the body that came
    with it, chunks and all; that of a request makes a ``request``. What is over the limit begins with that head itself.
    """
    if isinstance(payload, Large):
        digest, length = payload.digests.payload["sha256"], payload.digests.payload_length
    else:
        message = entity.read_head(http_head) if http_head else None
        body = entity.dechunk(payload)[0] if message and message.chunked else payload
        digest, length = hashlib.sha256(body).digest(), len(body)
    content_type, kind = media_type, "resource"
    if http_headers:
        http_head = _http_head(http_status, http_headers, media_type, length)
        if http_status is None:
            flags += ("http-status-assumed",)
    if http_head:
        kind = "request" if entity.is_request(http_head) else "response"
        content_type = f"application/http; msgtype={kind}"
    own = Own(
        kind=kind,
        origin=origin,
        digest=digest,
        http_head=http_head,
        content_type=content_type,
        url=url,
        captured_at=captured_at,
        captured_at_precision=captured_at_precision,
        captured_at_origin=captured_at_origin,
        flags=flags,
    )
    return own.capture(payload if isinstance(payload, Large) else http_head + payload)


def verbatim(
    *,
    kind: str,
    origin: Origin,
    block: bytes | Large,
    content_type: str | None,
    url: str,
    captured_at: datetime,
    captured_at_precision: str,
    captured_at_origin: str,
    fields: tuple[tuple[str, str], ...] = (),
    flags: tuple[str, ...] = (),
) -> Capture:
    """A record of another archive format as one of ours of type ``kind``, its block as it stands, chunks and all.

    The block of a ``response`` is an HTTP message; that of a ``metadata`` record is no payload. ``fields`` are added.
    """
    held = block if isinstance(block, bytes) else block.opening
    message = entity.read_head(held) if kind == "response" else None
    if isinstance(block, Large):
        digest = block.digests.payload["sha256"]
    else:
        body = block[len(message.head) :] if message else block
        digest = hashlib.sha256(entity.dechunk(body)[0] if message and message.chunked else body).digest()
    own = Own(
        kind=kind,
        origin=origin,
        digest=digest,
        http_head=message.head if message else b"",
        content_type=content_type,
        url=url,
        captured_at=captured_at,
        captured_at_precision=captured_at_precision,
        captured_at_origin=captured_at_origin,
        fields=fields,
        flags=flags,
    )
    return own.capture(block)


def large(pieces: Callable[[], Iterator[bytes]], opening: bytes, message: entity.Message | None = None) -> Large:
    """A payload over the limit, or a block with an HTTP ``message`` and its payload in it, digested."""
    return Large(pieces=pieces, opening=opening, digests=warc.stream_digests(pieces(), pieces, message, ("sha256",)))


def _http_head(status: int | None, headers: tuple[tuple[str, str], ...], media_type: str, length: int) -> bytes:
    """A status line and headers for a body that was decoded, and is UTF-8, before we got it."""
    code = status or 200
    phrase = HTTPStatus(code).phrase if code in HTTPStatus._value2member_map_ else ""
    return http_head_of(f"HTTP/1.1 {code} {phrase}", headers, f"{media_type}; charset=utf-8", length)


def http_head_of(line: str, headers: Iterable[tuple[str, str]], content_type: str | None, length: int) -> bytes:
    """A status line and headers for a body of ``length`` bytes whose content and transfer codings are undone.

    Headers that are no longer true of the body (its coding and length, and its type where ``content_type`` gives another)
    keep their text under a name that replay tools know to pass over, ``X-Archive-Orig-…``.
    """
    stale = CODINGS if content_type is None else (*CODINGS, "content-type")
    named = [(NO_TOKEN.sub("", name), value) for name, value in headers]
    out = [(f"X-Archive-Orig-{name}" if name.lower() in stale else name, value) for name, value in named if name]
    if content_type is not None:
        out.append(("Content-Type", content_type))
    return message_head(line, [*out, ("Content-Length", str(length))])


def message_head(line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of an HTTP message. Names lose what no name may have, and newlines become blanks: no header is injected."""
    clean = [(NO_TOKEN.sub("", name), NEWLINES.sub(" ", value).strip()) for name, value in headers]
    start, _, rest = NEWLINES.sub(" ", line).partition(" ")
    return bytes(StatusAndHeaders(rest, [pair for pair in clean if pair[0]], start).to_bytes())


def record(fields: list[tuple[str, str]], block: bytes) -> warc.RawRecord:
    """A record of our own: the fields, block digest and length in front of ``block``."""
    head = _record_head(fields, hashlib.sha256(block).digest(), len(block))
    return warc.RawRecord(
        head=head,
        fields=warc.read_fields(head),
        block=block,
        opening=block,
        block_length=len(block),
        trailer=TRAILER,
        record_sha256=hashlib.sha256(head + block + TRAILER).digest(),
    )


def _large_record(fields: list[tuple[str, str]], payload: Large) -> warc.RawRecord:
    head = _record_head(fields, payload.digests.block["sha256"], payload.digests.block_length)
    whole = hashlib.sha256(head)
    for piece in payload.pieces():
        whole.update(piece)
    whole.update(TRAILER)
    return warc.RawRecord(
        head=head,
        fields=warc.read_fields(head),
        block=None,
        opening=payload.opening,
        block_length=payload.digests.block_length,
        trailer=TRAILER,
        record_sha256=whole.digest(),
        streamed=payload.digests,
        reread=payload.pieces,
    )


def _record_head(fields: list[tuple[str, str]], block_sha256: bytes, length: int) -> bytes:
    named = [*fields, ("WARC-Block-Digest", "sha256:" + block_sha256.hex()), ("Content-Length", str(length))]
    safe = [(name, NEWLINES.sub(" ", value)) for name, value in named]  # no header injection
    return bytes(StatusAndHeaders("", safe, VERSION).to_bytes())


def revisit_of(capture: Capture, first: Capture) -> Capture:
    """``capture`` as a revisit of ``first``, which has the same payload under the same URI (WARC 1.1, 6.7.2)."""
    fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", f"<{identity.revisit_id(capture.record_id or '')}>"),
        ("WARC-Date", capture.warc_date or ""),
        ("WARC-Target-URI", capture.target_uri or ""),
        ("WARC-Profile", REVISIT),
        ("WARC-Refers-To", f"<{first.record_id}>"),
        ("WARC-Refers-To-Target-URI", first.target_uri or ""),
        ("WARC-Refers-To-Date", first.warc_date or ""),
        ("WARC-Payload-Digest", "sha256:" + (capture.payload_sha256 or b"").hex()),
        ("WARC-Truncated", "length"),
    ]
    own = warc.read_fields(capture.head)
    kept = ("Archive-Date-Origin", "Archive-Source", "Archive-Flags", *TAKEN_OVER)
    fields += [(name, own.get_header(name)) for name in kept if own.get_header(name)]
    if capture.http_head:
        fields.append(("Content-Type", "application/http; msgtype=response"))
    return warc.capture_from(record(fields, capture.http_head), capture.origin, None, wrapped=True)


def first_id(found: Capture) -> str:
    """The WARC-Record-ID that a capture which we wrapped has where no same one stands in the corpus before it."""
    digest = payload_digest(found)
    url = found.target_uri if found.target_uri != identity.payload_urn(digest) else None
    stated = (found.warc_date or "") if found.captured_at_origin in STATED else ""
    own = identity.record_id(digest, found.origin, url, http_head=found.http_head, stated=stated)
    return identity.revisit_id(own) if found.record_type == "revisit" else own


def payload_digest(found: Capture) -> bytes:
    """SHA-256 of the payload of a capture which we wrapped; a revisit of ours holds none, and declares it.

    That of a record without a payload is the digest of its block.
    """
    if found.payload_sha256:
        return found.payload_sha256
    if found.record_type in warc.WITHOUT_PAYLOAD:
        return found.block_sha256
    declared = identity.declared_digest(warc.read_fields(found.head).get_header("WARC-Payload-Digest") or "")
    return declared[1] if declared else b""


def warcinfo(filename: str, moment: datetime, software: str) -> bytes:
    """The first member of a WARC file of ours. ``moment`` is the earliest capture time in it, never the clock."""
    lines = {
        "software": software,
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": "Captures that were no WARC records, wrapped. Captures without a known URL have the target URI "
        "urn:uuid:(UUIDv5 of the SHA-256 of the payload). Archive-Date-Origin says where WARC-Date comes from. Records of "
        "ARC files have their blocks as they stood, and their header lines in Archive-ARC-Header; the version block of an "
        "ARC file (filedesc) is a metadata record.",
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    digest = hashlib.sha256(block + filename.encode()).digest()
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<{identity.record_id(digest, Origin(path=filename), None)}>"),
        ("WARC-Date", identity.warc_date(moment, "second")),
        ("WARC-Filename", filename),
        ("Content-Type", "application/warc-fields"),
    ]
    raw = record(fields, block)
    member = BytesIO()
    write_member(member, [raw.head + block + raw.trailer])
    return member.getvalue()


def write_member(file: BinaryIO, parts: Iterable[bytes]) -> tuple[int, int]:
    """Writes ``parts`` as one gzip member without name, clock or platform; returns its length, packed and unpacked."""
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    length = unpacked = 0
    for part in parts:
        unpacked += len(part)
        length += file.write(packer.compress(part))
    return length + file.write(packer.flush()), unpacked

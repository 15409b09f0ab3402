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
TAKEN_OVER = ("WARC-IP-Address", "Archive-ARC-Header", "Archive-ARC-Header-Escaped")  # from an ARC record
STATED = ("record", "field")  # origins of a capture time that the capture itself states
GZIP_LEVEL = 6  # level 9 costs 2.3 times the CPU and saves 0.8 % on news pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """A payload over the limit: it is read as often as it is needed, and never held."""

    pieces: Callable[[], Iterator[bytes]]
    opening: bytes
    digests: warc.StreamedDigests


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
    flags: tuple[str, ...] = (),
) -> Capture:
    """A capture that was no WARC record, as one: ``response`` where HTTP headers are known, else ``resource``."""
    if isinstance(payload, Large):
        digest, length = payload.digests.payload["sha256"], payload.digests.payload_length
    else:
        digest, length = hashlib.sha256(payload).digest(), len(payload)
    target = identity.legal_uri(url)
    if url and not target:
        flags += ("url-unusable",)
    if target == identity.payload_urn(digest):
        target = None  # what a capture without a URL gets: it is read back as none, and so must count as none
    http_head, content_type, kind = b"", media_type, "resource"
    if http_headers:
        kind, content_type = "response", "application/http; msgtype=response"
        http_head = _http_head(http_status, http_headers, media_type, length)
        if http_status is None:
            flags += ("http-status-assumed",)
    date = identity.warc_date(captured_at, captured_at_precision)
    stated = date if captured_at_origin in STATED else ""
    record_id = identity.record_id(digest, origin, target, http_head=http_head, stated=stated)
    fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", date),
        ("WARC-Target-URI", target or identity.payload_urn(digest)),
        ("WARC-Payload-Digest", "sha256:" + digest.hex()),
        ("Content-Type", content_type),
        ("Archive-Date-Origin", f"{captured_at_origin} {captured_at_precision}"),
    ]
    if source := identity.source_field(origin, digest):
        fields.append(("Archive-Source", source))
    if flags:
        fields.append(("Archive-Flags", " ".join(flags)))
    raw = _large_record(fields, payload) if isinstance(payload, Large) else record(fields, http_head + payload)
    return warc.capture_from(raw, origin, None, wrapped=True)


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
    target = identity.legal_uri(url)
    if target is None:
        flags += ("url-unusable",)
    if target == identity.payload_urn(digest):
        target = None  # as above
    date = identity.warc_date(captured_at, captured_at_precision)
    stated = date if captured_at_origin in STATED else ""
    record_id = identity.record_id(digest, origin, target, http_head=message.head if message else b"", stated=stated)
    own = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", date),
        ("WARC-Target-URI", target or identity.payload_urn(digest)),
    ]
    if kind not in warc.WITHOUT_PAYLOAD:
        own.append(("WARC-Payload-Digest", "sha256:" + digest.hex()))
    if content_type:
        own.append(("Content-Type", content_type))
    own.append(("Archive-Date-Origin", f"{captured_at_origin} {captured_at_precision}"))
    if source := identity.source_field(origin, digest):
        own.append(("Archive-Source", source))
    if flags:
        own.append(("Archive-Flags", " ".join(flags)))
    raw = _large_record([*own, *fields], block) if isinstance(block, Large) else record([*own, *fields], block)
    return warc.capture_from(raw, origin, None, wrapped=True)


def large(pieces: Callable[[], Iterator[bytes]], opening: bytes, message: entity.Message | None = None) -> Large:
    """A payload over the limit, or a block with an HTTP ``message`` and its payload in it, digested."""
    return Large(pieces=pieces, opening=opening, digests=warc.stream_digests(pieces(), pieces, message, ("sha256",)))


def _http_head(status: int | None, headers: tuple[tuple[str, str], ...], media_type: str, length: int) -> bytes:
    """A status line and headers for a body that was decoded before we got it.

    Headers that are no longer true of the body (its coding, length and charset) keep their text under a name that
    replay tools know to pass over, ``X-Archive-Orig-…``.
    """
    out = []
    for name, value in headers:
        clean_name = re.sub(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]", "", name)
        clean_value = re.sub(r"[\r\n\x00]+", " ", value).strip()
        if not clean_name:
            continue
        stale = clean_name.lower() in ("content-encoding", "transfer-encoding", "content-length", "content-type")
        out.append((f"X-Archive-Orig-{clean_name}" if stale else clean_name, clean_value))
    out += [("Content-Type", f"{media_type}; charset=utf-8"), ("Content-Length", str(length))]
    code = status or 200
    phrase = HTTPStatus(code).phrase if code in HTTPStatus._value2member_map_ else ""
    return bytes(StatusAndHeaders(f"{code} {phrase}", out, "HTTP/1.1").to_bytes())


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
    safe = [(name, re.sub(r"[\r\n\x00]+", " ", value)) for name, value in named]  # no header injection
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

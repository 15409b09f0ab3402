"""WARC records: from bytes to a ``Capture``, and from a capture that is no record yet to the bytes of one.

What is written follows WARC/1.1 (ISO 28500:2017): a file without HTTP headers is a ``resource`` whose block is the file;
a ``response`` only where HTTP headers were handed over with it. One gzip member a record, without name or clock, so the
same capture gives the same bytes. Two extension fields, which readers pass over, keep what a later reader could not
know: ``Archive-Date-Origin`` (where the capture time came from, and how precise it is) and ``Archive-Flags``.

What is read may be anything: fields are taken as they stand, digests that the record declares are compared, and what is
odd becomes a flag.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from archive import entity, identity
from archive.model import Capture, Locator, Origin

VERSION = "WARC/1.1"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
TRAILER = b"\r\n\r\n"
GZIP_LEVEL = 6  # level 9 costs 2.3 times the CPU and saves 0.8 % on news pages
WITHOUT_PAYLOAD = ("warcinfo", "metadata", "request")
DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?Z?)?)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedDigests:
    """Digests of a block too large to hold, taken while it passed by."""

    block: Mapping[str, bytes]
    payload: Mapping[str, bytes]  # empty where the body is chunked
    payload_length: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as it lies in a WARC file. ``block`` is None where it is over the limit; then ``opening`` is its start."""

    head: bytes
    fields: StatusAndHeaders
    block: bytes | None
    opening: bytes
    block_length: int
    trailer: bytes
    record_sha256: bytes
    streamed: StreamedDigests | None = None


# ---- from bytes to a capture -----------------------------------------------------------------------------------


def read_fields(head: bytes) -> StatusAndHeaders:
    """The named fields of a record header; ``protocol`` is the version line."""
    return StatusAndHeadersParser([], verify=False).parse(BytesIO(head))


def digests_wanted(fields: StatusAndHeaders) -> set[str]:
    """The hash algorithms that a record's declared digests need, and SHA-256."""
    wanted = {"sha256"}
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        declared = identity.declared_digest(fields.get_header(name) or "")
        if declared:
            wanted.add(declared[0])
    return wanted


def holds_http(fields: StatusAndHeaders, opening: bytes) -> bool:
    """True where the block is an HTTP message, by its Content-Type or, where that is missing, by its first bytes."""
    content_type = (fields.get_header("Content-Type") or "").lower()
    if content_type.startswith("application/http"):
        return True
    return not content_type and fields.get_header("WARC-Type") in ("response", "revisit") and opening[:5] == b"HTTP/"


def capture_from(raw: RawRecord, origin: Origin, locator: Locator | None, *, wrapped: bool = False) -> Capture:
    """The capture that a record holds, with its declared digests checked. Never raises for what the record says."""
    get = raw.fields.get_header
    kind = (get("WARC-Type") or "").strip().lower()
    message = entity.read_head(raw.opening) if holds_http(raw.fields, raw.opening) else None
    payload, length, flags = _payload(raw, kind, message)
    computed = _digests(raw, payload)
    flags += _check_digests(raw, message, payload, computed)
    if holds_http(raw.fields, raw.opening) and message is None and kind == "response":
        flags += ("no-http-head",)
    moment, moment_origin, date_flags = _moment(raw.fields, message)
    media_type = message.header("Content-Type") if message else (get("Content-Type") if kind != "request" else None)
    return Capture(
        origin=origin,
        locator=locator,
        head=raw.head,
        block=raw.block,
        block_length=raw.block_length,
        trailer=raw.trailer,
        record_type=kind,
        record_id=_bare(get("WARC-Record-ID")),
        target_uri=_bare(get("WARC-Target-URI")),
        warc_date=get("WARC-Date"),
        captured_at=moment,
        captured_at_origin=moment_origin,
        content_type=get("Content-Type"),
        media_type=media_type.partition(";")[0].strip().lower() or None if media_type else None,
        http_status=message.status if message else None,
        http_head=message.head if message else b"",
        http_headers=message.headers if message else (),
        payload=payload,
        payload_length=length,
        record_sha256=raw.record_sha256,
        block_sha256=computed["block", "sha256"],
        payload_sha256=computed.get(("payload", "sha256")),
        refers_to_record_id=_bare(get("WARC-Refers-To")),
        refers_to_uri=_bare(get("WARC-Refers-To-Target-URI")),
        refers_to_date=get("WARC-Refers-To-Date"),
        wrapped=wrapped,
        flags=tuple(dict.fromkeys((*flags, *date_flags, *_own_flags(raw.fields)))),
    )


def _bare(value: str | None) -> str | None:
    """A URI field without white space and angle brackets (WARC/1.0 wrote them around target URIs too), or None."""
    return (value or "").strip().removeprefix("<").removesuffix(">").strip() or None


def _own_flags(fields: StatusAndHeaders) -> tuple[str, ...]:
    own = (fields.get_header("Archive-Flags") or "").split()
    cut = fields.get_header("WARC-Truncated") and fields.get_header("WARC-Type") != "revisit"
    return (*own, "truncated") if cut else tuple(own)


def _payload(
    raw: RawRecord, kind: str, message: entity.Message | None
) -> tuple[bytes | None, int | None, tuple[str, ...]]:
    """Payload, its length and flags. None where the type has no payload, or the block is over the limit."""
    if kind == "revisit" or (kind in WITHOUT_PAYLOAD and message is None):
        return None, None, ()
    if raw.block is None:
        return None, raw.streamed.payload_length if raw.streamed else None, ()
    if message is None:
        return raw.block, raw.block_length, ()
    body = raw.block[len(message.head) :]
    flags: tuple[str, ...] = ()
    if message.chunked:
        body, flags = entity.dechunk(body)
    return body, len(body), flags


def _digests(raw: RawRecord, payload: bytes | None) -> dict[tuple[str, str], bytes]:
    """Digests by (``block`` or ``payload``, algorithm)."""
    if raw.block is None:
        streamed = raw.streamed or StreamedDigests(block={}, payload={}, payload_length=None)
        return {("block", a): d for a, d in streamed.block.items()} | {
            ("payload", a): d for a, d in streamed.payload.items()
        }
    computed = {}
    for algorithm in digests_wanted(raw.fields):
        block = computed["block", algorithm] = hashlib.new(algorithm, raw.block, usedforsecurity=False).digest()
        if payload is not None:
            same = len(payload) == len(raw.block)  # the payload is the block: no second pass over it
            computed["payload", algorithm] = (
                block if same else hashlib.new(algorithm, payload, usedforsecurity=False).digest()
            )
    return computed


def _check_digests(
    raw: RawRecord,
    message: entity.Message | None,
    payload: bytes | None,
    computed: Mapping[tuple[str, str], bytes],
) -> tuple[str, ...]:
    """Flags for declared digests that are unreadable or do not match."""
    flags: list[str] = []
    for what, name in (("block", "WARC-Block-Digest"), ("payload", "WARC-Payload-Digest")):
        text = raw.fields.get_header(name)
        if not text:
            continue
        declared = identity.declared_digest(text)
        if declared is None:
            flags.append(f"{what}-digest-unreadable")
            continue
        # None: a revisit declares the digest of the payload that it refers to, which it does not hold
        ours = computed.get((what, declared[0]))
        if ours is None or ours == declared[1]:
            continue
        if what == "payload" and message and message.chunked and raw.block is not None:
            # warcio and others digest the chunked bytes (warcio#74): not what the standard says, but not damage
            body = raw.block[len(message.head) :]
            if hashlib.new(declared[0], body, usedforsecurity=False).digest() == declared[1]:
                flags.append("payload-digest-of-chunked-body")
                continue
        flags.append(f"{what}-digest-mismatch")
    return tuple(flags)


def _moment(
    fields: StatusAndHeaders, message: entity.Message | None
) -> tuple[datetime | None, str | None, tuple[str, ...]]:
    """Capture time (UTC), where it comes from, and flags. The HTTP Date header stands in for a bad WARC-Date."""
    stated = (fields.get_header("Archive-Date-Origin") or "").split()
    moment = read_date(fields.get_header("WARC-Date") or "")
    if moment:
        flags = tuple(f"capture-time-to-the-{p}" for p in stated[1:] if p in ("day", "month", "year"))
        return moment, stated[0] if stated else "record", flags
    try:
        header = parsedate_to_datetime((message.header("Date") if message else None) or "")
        return header.astimezone(UTC).replace(tzinfo=UTC), "header", ("warc-date-unreadable",)
    except (ValueError, TypeError, OverflowError):
        return None, None, ("warc-date-unreadable",)


def read_date(text: str) -> datetime | None:
    """A WARC-Date (W3C profile of ISO 8601, or 14 digits as in ARC) as UTC, or None where it is no date."""
    found = DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(g) if g else None for g in found.groups())
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59), tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.year >= 1990 else None  # before the Web no page was captured  # noqa: PLR2004


# ---- from a capture to bytes -----------------------------------------------------------------------------------


def new_capture(
    *,
    origin: Origin,
    payload: bytes,
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
    digest = hashlib.sha256(payload).digest()
    target = identity.legal_uri(url)
    if url and not target:
        flags += ("url-unusable",)
    http_head, content_type, kind = b"", media_type, "resource"
    if http_headers:
        kind, content_type = "response", "application/http; msgtype=response"
        http_head = _http_head(http_status, http_headers, media_type, len(payload))
        if http_status is None:
            flags += ("http-status-assumed",)
    fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{identity.record_id(digest, origin, target)}>"),
        ("WARC-Date", identity.warc_date(captured_at, captured_at_precision)),
        ("WARC-Target-URI", target or identity.payload_urn(digest)),
        ("WARC-Payload-Digest", "sha256:" + digest.hex()),
        ("Content-Type", content_type),
        ("Archive-Date-Origin", f"{captured_at_origin} {captured_at_precision}"),
    ]
    if flags:
        fields.append(("Archive-Flags", " ".join(flags)))
    return capture_from(record(fields, http_head + payload), origin, None, wrapped=True)


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
    return StatusAndHeaders(f"{code} {phrase}", out, "HTTP/1.1").to_bytes()


def record(fields: list[tuple[str, str]], block: bytes) -> RawRecord:
    """A record of our own: the fields, block digest and length in front of ``block``."""
    digest = "sha256:" + hashlib.sha256(block).hexdigest()
    named = [*fields, ("WARC-Block-Digest", digest), ("Content-Length", str(len(block)))]
    safe = [(name, re.sub(r"[\r\n\x00]+", " ", value)) for name, value in named]  # no header injection
    head = StatusAndHeaders("", safe, VERSION).to_bytes()
    return RawRecord(
        head=head,
        fields=read_fields(head),
        block=block,
        opening=block,
        block_length=len(block),
        trailer=TRAILER,
        record_sha256=hashlib.sha256(head + block + TRAILER).digest(),
    )


def revisit_of(capture: Capture, first: Capture) -> Capture:
    """``capture`` as a revisit of ``first``, which has the same payload under the same URI (WARC 1.1, 6.7.2)."""
    fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", f"<{capture.record_id}>"),
        ("WARC-Date", capture.warc_date or ""),
        ("WARC-Target-URI", capture.target_uri or ""),
        ("WARC-Profile", REVISIT),
        ("WARC-Refers-To", f"<{first.record_id}>"),
        ("WARC-Refers-To-Target-URI", first.target_uri or ""),
        ("WARC-Refers-To-Date", first.warc_date or ""),
        ("WARC-Payload-Digest", "sha256:" + (capture.payload_sha256 or b"").hex()),
        ("WARC-Truncated", "length"),
    ]
    own = read_fields(capture.head)
    for name in ("Archive-Date-Origin", "Archive-Flags"):
        if value := own.get_header(name):
            fields.append((name, value))
    if capture.http_head:
        fields.append(("Content-Type", "application/http; msgtype=response"))
    return capture_from(record(fields, capture.http_head), capture.origin, None, wrapped=True)


def warcinfo(filename: str, moment: datetime, software: str) -> bytes:
    """The first member of a WARC file of ours. ``moment`` is the earliest capture time in it, never the clock."""
    lines = {
        "software": software,
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": "Captures that were no WARC records, wrapped. Captures without a known URL have the target URI "
        "urn:uuid:(UUIDv5 of the SHA-256 of the payload). Archive-Date-Origin says where WARC-Date comes from.",
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

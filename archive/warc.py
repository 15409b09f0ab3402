"""WARC records, read: from the bytes of one record to a ``Capture``.

What is read may be anything: fields are taken as they stand, digests that the record declares are compared, and what is
odd becomes a flag. What we write ourselves is in ``wrapping.py``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import cast

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from archive import entity, identity
from archive.model import Capture, Locator, Origin

WITHOUT_PAYLOAD = ("warcinfo", "metadata", "request")
OWN_FLAG = re.compile(r"(?!repeated-record$)[a-z][a-z0-9-]{0,39}")  # that one is for the whole corpus to say
FIRST_YEAR = 1990  # before the Web no page was captured
OWN_ORIGINS = ("record", "header", "field", "option", "mtime")
DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedDigests:
    """Digests of a block too large to hold, taken while it passed by."""

    block: Mapping[str, bytes]
    body: Mapping[str, bytes]  # of what follows the HTTP head, as it stands
    payload: Mapping[str, bytes]  # of that, de-chunked
    payload_length: int
    block_length: int = 0
    flags: tuple[str, ...] = ()  # of what was wrong with the chunks


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
    reread: Callable[[], Iterator[bytes]] | None = None  # the block in pieces, where it is over the limit
    flags: tuple[str, ...] = ()  # flags of what was wrong with its header


def stream_digests(
    block: Iterable[bytes], again: Callable[[], Iterable[bytes]], message: entity.Message | None, wanted: Iterable[str]
) -> StreamedDigests:
    """Digests of a block that comes in pieces, of its body, and of its payload, for which a chunked one comes again."""
    skip = len(message.head) if message else 0
    whole, body = Tally(wanted), Tally(wanted)
    for piece in block:
        whole.update(piece)
        body.update(piece[skip:])
        skip = max(0, skip - len(piece))
    payload, flags = body, cast("tuple[str, ...]", ())
    if message and message.chunked:
        payload = Tally(wanted)
        pieces = entity.dechunked(entity.body_pieces(again(), len(message.head)))
        try:
            while True:
                payload.update(next(pieces))
        except StopIteration as end:
            flags = end.value
    return StreamedDigests(
        block=whole.digests(),
        body=body.digests(),
        payload=payload.digests(),
        payload_length=payload.length,
        block_length=whole.length,
        flags=flags,
    )


class Tally:
    """Length and digests of what passes by."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self.length = 0

    def update(self, piece: bytes) -> None:
        """The next piece."""
        self.length += len(piece)
        for one in self._hashes.values():
            one.update(piece)

    def digests(self) -> dict[str, bytes]:
        """By algorithm."""
        return {name: one.digest() for name, one in self._hashes.items()}


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
    computed = _digests(raw, kind, message, payload)
    flags += _check_digests(raw, message, computed)
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
        http_status=message.status if message else _stated_status(raw.fields),
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
        reread=raw.reread,
        wrapped=wrapped,
        flags=tuple(dict.fromkeys((*raw.flags, *flags, *date_flags, *_own_flags(raw.fields)))),
    )


def _bare(value: str | None) -> str | None:
    """A URI field without white space and angle brackets (WARC/1.0 wrote them around target URIs too), or None."""
    return (value or "").strip().removeprefix("<").removesuffix(">").strip() or None


def _own_flags(fields: StatusAndHeaders) -> tuple[str, ...]:
    own = [flag for flag in (fields.get_header("Archive-Flags") or "").split() if OWN_FLAG.fullmatch(flag)]
    cut = fields.get_header("WARC-Truncated") and fields.get_header("WARC-Type") != "revisit"
    return (*own, "truncated") if cut else tuple(own)


def _stated_status(fields: StatusAndHeaders) -> int | None:
    """The HTTP status of a capture that came with a status but without headers, and so is no ``response``."""
    found = re.search(r"\bhttp-status-(\d{3})\b", fields.get_header("Archive-Flags") or "")
    return int(found[1]) if found else None


def _payload(
    raw: RawRecord, kind: str, message: entity.Message | None
) -> tuple[bytes | None, int | None, tuple[str, ...]]:
    """Payload, its length and flags. None where the type has no payload, or the block is over the limit."""
    if kind == "revisit" or (kind in WITHOUT_PAYLOAD and message is None):
        return None, None, ()
    if raw.block is None:
        return None, *((raw.streamed.payload_length, raw.streamed.flags) if raw.streamed else (None, ()))
    if message is None:
        return raw.block, raw.block_length, ()
    body = raw.block[len(message.head) :]
    flags: tuple[str, ...] = ()
    if message.chunked:
        body, flags = entity.dechunk(body)
    return body, len(body), flags


def payload_pieces(found: Capture) -> Iterator[bytes]:
    """The payload, or the block of a record without one, a piece at a time: whole where it is held."""
    held = found.payload if found.payload is not None else found.block
    if held is not None or found.reread is None:
        yield held or b""
        return
    body = entity.body_pieces(found.reread(), len(found.http_head))
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in found.http_headers)
    yield from entity.dechunked(body) if chunked else body


def _digests(
    raw: RawRecord, kind: str, message: entity.Message | None, payload: bytes | None
) -> dict[tuple[str, str], bytes]:
    """Digests by (``block`` or ``payload``, algorithm)."""
    if raw.block is None:
        streamed = raw.streamed or StreamedDigests(block={}, body={}, payload={}, payload_length=0)
        has_payload = _payload(raw, kind, message)[1] is not None
        return {("block", a): d for a, d in streamed.block.items()} | {
            ("payload", a): d for a, d in streamed.payload.items() if has_payload
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
        if what == "payload" and message and message.chunked and _body_digest(raw, message, declared[0]) == declared[1]:
            # warcio and others digest the chunked bytes (warcio#74): not what the standard says, but not damage
            flags.append("payload-digest-of-chunked-body")
            continue
        flags.append(f"{what}-digest-mismatch")
    return tuple(flags)


def _body_digest(raw: RawRecord, message: entity.Message, algorithm: str) -> bytes | None:
    if raw.block is None:
        return raw.streamed.body.get(algorithm) if raw.streamed else None
    return hashlib.new(algorithm, raw.block[len(message.head) :], usedforsecurity=False).digest()


def _moment(
    fields: StatusAndHeaders, message: entity.Message | None
) -> tuple[datetime | None, str | None, tuple[str, ...]]:
    """Capture time (UTC), where it comes from, and flags. The HTTP Date header stands in for a bad WARC-Date."""
    stated = (fields.get_header("Archive-Date-Origin") or "").split()
    stated = stated if stated and stated[0] in OWN_ORIGINS else []  # anybody may write that field
    moment = read_date(fields.get_header("WARC-Date") or "")
    if moment:
        flags = tuple(f"capture-time-to-the-{p}" for p in stated[1:] if p in ("day", "month", "year"))
        return moment, stated[0] if stated else "record", flags
    moment = header_date(message)
    return moment, "header" if moment else None, ("warc-date-unreadable",)


def header_date(message: entity.Message | None) -> datetime | None:
    """The HTTP Date of a message as UTC, or None where it has none that can be read, or one of a time without a Web."""
    try:
        header = parsedate_to_datetime((message.header("Date") if message else None) or "")
        # a date without a zone is UTC, not the zone of this machine
        moment = header.astimezone(UTC) if header.tzinfo else header.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.year >= FIRST_YEAR else None


def read_date(text: str) -> datetime | None:
    """A WARC-Date (W3C profile of ISO 8601, or 14 digits as in ARC) as UTC, or None where it is no date."""
    found = DATE.fullmatch(text.strip())
    if not found:
        return None
    *parts, zone = found.groups()
    year, month, day, hour, minute, second = (int(part) if part else None for part in parts)
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59), tzinfo=UTC)
        if zone and zone != "Z":  # not the profile's, but some crawlers write their own zone
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
            moment += -offset if zone[0] == "+" else offset
    except (ValueError, OverflowError):  # beyond the year 9999
        return None
    return moment if moment.year >= FIRST_YEAR else None

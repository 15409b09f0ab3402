"""A record's block against what its header says of it: content type, digests, HTTP message, named fields, and its end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from archive import identity, warc
from archive.check.header import Header, line_end, read_fields
from archive.check.rules import Fault
from archive.check.values import shown
from archive.model import Capture, Origin
from archive.wrapping import TRAILER

MSGTYPE = re.compile(r';[ \t]*msgtype="?([^";\s]*)', re.IGNORECASE)
REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40} [^\r\n]{1,65536} HTTP/\d|GET [^\r\n]+\r?\n")
STATUS_LINE = re.compile(rb"HTTP/\d[^ \r\n]* \d\d\d(?: |\r?\n)")
HTTP = "application/http"
FIELDS = "application/warc-fields"
ON_WEB = ("http:", "https:")
EXPECTED = {"response": "response", "revisit": "response", "request": "request"}


def check_block(header: Header, raw: warc.RawRecord, found: Capture) -> Iterator[Fault]:
    """What is wrong with a block; ``found`` is what the reader made of the record."""
    start = len(raw.head)
    if raw.block_length:
        yield from _check_content_type(header, raw.opening, start)
    elif header.kind in ("response", "request") and header.target.lower().startswith(ON_WEB):
        yield Fault(rule="http-message", message=f"the block should hold the HTTP {header.kind}; it is empty", at=start)
    if header.media_type == FIELDS and raw.block_length:
        yield from _check_fields(raw, start)
    yield from _check_digests(header, raw, found)
    if "not-chunked" in found.flags:
        yield Fault(rule="http-chunks", message="the HTTP header says chunked, the body is not", at=start)
    if "chunked-broken" in found.flags:
        yield Fault(rule="http-chunks", message="the chunks of the body break off, or are broken", at=start)
    yield from _check_trailer(raw.trailer, start + raw.block_length)


def _check_content_type(header: Header, opening: bytes, start: int) -> Iterator[Fault]:
    kind, media_type, target = header.kind, header.media_type, header.target.lower()
    on_web = target.startswith(ON_WEB)

    def about(rule: str, message: str) -> Fault:
        return Fault(rule=rule, message=message, field="Content-Type")

    if not media_type:
        if kind != "continuation" and "content-type" not in header.values:
            yield about("content-type-missing", "should be there, for there is a block")
    elif kind == "warcinfo" and media_type != FIELDS:
        yield about("content-type-warcinfo", f"{shown(media_type)}: {FIELDS} is recommended")
    elif kind in ("response", "request") and on_web and media_type != HTTP:
        yield about("content-type-http", f"{shown(media_type)} should be {HTTP};msgtype={kind}")
    if kind == "resource":
        yield from _check_resource(media_type, opening, start, on_web=on_web, dns=target.startswith("dns:"))
    if media_type == HTTP and kind != "continuation":
        yield from _check_message(header, opening, start)


def _check_resource(media_type: str, opening: bytes, start: int, *, on_web: bool, dns: bool) -> Iterator[Fault]:
    """What the block of a resource shall be, by the scheme of its URI (6.4)."""
    if dns and media_type not in ("", "text/dns"):
        message = f"{shown(media_type)} shall be text/dns"
        yield Fault(rule="content-type-dns", message=message, field="Content-Type")
    if on_web and media_type == HTTP:
        message = "says HTTP message; the block of a resource shall be the entity body alone"
        yield Fault(rule="http-in-resource", message=message, field="Content-Type")
    elif on_web and STATUS_LINE.match(opening):
        message = "the block of a resource shall be the entity body alone; this one begins like an HTTP message"
        yield Fault(rule="http-in-resource-perhaps", message=message, at=start)


def _check_message(header: Header, opening: bytes, start: int) -> Iterator[Fault]:
    """An HTTP message against ``msgtype`` and the record's type."""
    stated = MSGTYPE.search(header.get("Content-Type"))
    msgtype = stated[1].lower() if stated else ""
    is_response, is_request = STATUS_LINE.match(opening), REQUEST_LINE.match(opening)
    holds = "response" if is_response else "request" if is_request else ""
    if stated and msgtype not in ("response", "request"):
        message = f"msgtype={shown(msgtype)} is neither request nor response (RFC 2616, 19.1)"
        yield Fault(rule="content-type-false", message=message, field="Content-Type")
    elif stated and holds and msgtype != holds:
        message = f"says msgtype={msgtype}, but the block is an HTTP {holds}"
        yield Fault(rule="content-type-false", message=message, field="Content-Type")
    expected = EXPECTED.get(header.kind, holds)
    if not holds:
        begins = shown(opening[:40].decode("utf-8", "backslashreplace"))
        message = f"the block should be an HTTP message, and begins with {begins}"
        yield Fault(rule="http-message", message=message, at=start)
    elif holds != expected:
        yield Fault(rule="http-message", message=f"the block should be an HTTP {expected}, and is a {holds}", at=start)


def _check_fields(raw: warc.RawRecord, start: int) -> Iterator[Fault]:
    """A block of named fields."""
    fields, faults, whole, bare = read_fields(raw.opening, 0, to_end=raw.block is not None)
    for fault in faults:
        if fault.rule != "field-folded":  # the standard's own example B.1 has such
            message = f"{fault.field}: {fault.message}" if fault.field else fault.message
            yield Fault(rule="warc-fields", message=f"the block is not {FIELDS}: {message}", at=start + fault.at)
    if bare:
        yield Fault(rule="warc-fields", message=f"the block is not {FIELDS}: {line_end(bare).message}", at=start)
    if whole and raw.block is not None and (rest := raw.block.partition(b"\r\n\r\n")[2].strip(b"\r\n")) and fields:
        message = f"the block is not {FIELDS}: {len(rest):,} bytes stand behind the blank line that ends the fields"
        yield Fault(rule="warc-fields", message=message, at=start)


def _check_digests(header: Header, raw: warc.RawRecord, found: Capture) -> Iterator[Fault]:
    """Declared digests, computed anew."""
    if "block-digest-mismatch" in found.flags:
        yield _mismatch("WARC-Block-Digest", "block-digest", header, raw.block)
    # of a segment the digest is that of the whole record's payload (5.9), which is not here
    if "warc-segment-number" in header.values or header.kind in ("continuation", "revisit"):
        return
    if header.kind in ("resource", "conversion") and header.media_type == HTTP:
        # the payload is the block (6.4.1, 6.8), whatever the block is; the reader took the body of the message
        declared = identity.declared_digest(header.get("WARC-Payload-Digest"))
        if declared and raw.block is not None and _digest(declared[0], raw.block) != declared[1]:
            yield _mismatch("WARC-Payload-Digest", "payload-digest", header, raw.block)
    elif "payload-digest-of-chunked-body" in found.flags:
        message = "is that of the chunked body; the payload is the body without the transfer coding"
        yield Fault(rule="payload-digest-chunked", message=message, field="WARC-Payload-Digest")
    elif "payload-digest-mismatch" in found.flags:
        yield _mismatch("WARC-Payload-Digest", "payload-digest", header, found.payload)


def _mismatch(name: str, rule: str, header: Header, data: bytes | None) -> Fault:
    message = f"{shown(header.get(name))} is not that of the {rule.partition('-')[0]}"
    declared = identity.declared_digest(header.get(name))
    if declared and data is not None:
        message += f"; the bytes give {declared[0]}:{_digest(declared[0], data).hex()}"
    return Fault(rule=rule, message=message, field=name)


def _digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def _check_trailer(trailer: bytes, at: int) -> Iterator[Fault]:
    """CR LF CR LF behind the block, and no more."""
    if trailer == TRAILER:
        return
    if not trailer:
        message = "nothing stands behind the block; CR LF CR LF shall"
    elif trailer.startswith(TRAILER):
        message = f"{len(trailer) - 4:,} bytes of newlines too many stand behind the record"
    else:
        message = f"{trailer[:8]!r} stands behind the block; CR LF CR LF shall"
    yield Fault(rule="trailer", message=message, at=at)


def capture_of(raw: warc.RawRecord) -> Capture:
    """What the reader makes of a record."""
    return warc.capture_from(raw, Origin(path=""), None)

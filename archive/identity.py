"""Names that stay: record ids, row ids, target URIs and digests.

Every id is a UUIDv5 of content and origin, so the same input gives the same ids in every run, on every machine:

- the **WARC-Record-ID** of a capture that we wrap: what makes it this capture and no other, see ``record_id``;
- the **capture_id** of a record: its WARC-Record-ID and the SHA-256 of its block. So it is the same wherever the record
  is stored, referenced or copied. Where the very same record stands more than once in a corpus, the second and later
  ones, in the order of path and offset, take their ordinal into the hash;
- the **capture_id** of a damaged range: the file's own name, offset and the SHA-256 of the range's bytes;
- the **article_id**: the capture_id, so that a new extraction of the same record keeps it.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from datetime import datetime
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5

from archive.model import Capture, Damage, Origin

NAMESPACE = UUID("bb5e3231-6696-584e-976d-f2b51803225f")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# RFC 3986 reserved and unreserved characters, and the percent sign of escapes that are there already
LEGAL = "!#$%&'()*+,/:;=?@[]~-._"
PACKED = re.compile(r"\.(gz|gzip|zst|zstd|bz2|xz|lz4)$", re.IGNORECASE)
DATES = {"second": "%Y-%m-%dT%H:%M:%SZ", "minute": "%Y-%m-%dT%H:%MZ"}
DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


def _uuid(name: str) -> UUID:
    """The UUIDv5 of a name; a lone surrogate, which UTF-8 has no bytes for, counts as its escape."""
    return uuid5(NAMESPACE, name.encode("utf-8", "backslashreplace").decode())


# What makes a capture that we wrap this one and no other: its payload, the HTTP head that came with it, its URL, the
# capture time that it states itself, and its own name: that of its file, or of its member of a zip or tar.
#
# Left out is what depends on how it was handed over. The folders in front of the name differ when the same file is named
# directly, through its folder or through its grandparent, and when a zip is unpacked. The line and offset of a JSONL
# line change when the file is sorted, split or extended, and the file's name with them, so a line has no name of its
# own, and a record of an ARC file, which knows its URL and time, has none either. Times of modification change with a copy, and ``--captured-at`` is said of all inputs at once. Where a record was
# found is kept beside the id, in ``source_…`` and in its field ``Archive-Source``, and is proven by that.
# Two captures with all of this alike are the same record twice: the second takes its ordinal into its id, so that ids
# are unique in a corpus. Refused: the whole path (the same page had another id in each corpus); the content alone
# (a.html and b.html with the same bytes are two captures).


def record_id(payload_sha256: bytes, origin: Origin, url: str | None, *, http_head: bytes = b"", stated: str = "") -> str:
    """The WARC-Record-ID, ``urn:uuid:…``, of a capture found at ``origin`` that is not in a WARC file yet.

    ``stated`` is its WARC-Date, where the capture itself states it.
    """
    head = hashlib.sha256(http_head).hexdigest() if http_head else ""
    parts = ("record", payload_sha256.hex(), head, url or "", stated, own_name(origin))
    return "urn:uuid:" + str(_uuid("\n".join(parts)))


def revisit_id(record: str) -> str:
    """The WARC-Record-ID of a capture that is written as a revisit, from what it would have been otherwise."""
    return "urn:uuid:" + str(_uuid(f"revisit\n{record}"))


def repeated_record_id(record: str, ordinal: int) -> str:
    """The WARC-Record-ID of the same capture's ``ordinal``-th further appearance in one corpus, from 1."""
    return "urn:uuid:" + str(_uuid(f"repeated\n{record}\n{ordinal}"))


def own_name(origin: Origin) -> str:
    """The last part of the file's or member's name, without a packer's suffix; empty for a line of JSONL or an ARC record."""
    if origin.line is not None:
        return ""
    return PACKED.sub("", (origin.member or origin.path).rpartition("/")[2])


def source_field(origin: Origin, payload_sha256: bytes) -> str | None:
    """``Archive-Source``: the input file's digest, and the place in it; None where the payload is that whole file.

    It names the input by its bytes and not by its path, so that a moved folder gives the same WARC.
    """
    member = quote(origin.member.encode("utf-8", "backslashreplace")) if origin.member else None
    stated = (("member", member), ("offset", origin.offset), ("line", origin.line))
    places = [f"{name}={value}" for name, value in stated if value is not None]
    if not origin.file_sha256 or (origin.file_sha256 == payload_sha256 and not places):
        return None
    return "; ".join((f"sha256:{origin.file_sha256.hex()}", *places))


def capture_id(capture: Capture) -> UUID:
    """The row id of a record: the same in every run and corpus."""
    name = capture.record_id or "\n".join(
        (capture.record_type, capture.target_uri or "", capture.warc_date or ""),
    )
    return named_capture_id(name, capture.block_sha256)


def named_capture_id(record: str, block_sha256: bytes) -> UUID:
    """The row id of the record with this WARC-Record-ID and block."""
    return _uuid(f"capture\n{record}\n{block_sha256.hex()}")


def damage_id(damage: Damage) -> UUID:
    """The row id of a damaged range."""
    origin = damage.origin
    name = origin.path.rpartition("/")[2]
    where = f"{name}\n{origin.member or ''}\n{damage.offset}\n{origin.line or ''}\n{damage.unpacked_offset or ''}"
    return _uuid(f"damage\n{where}\n{damage.sha256.hex()}")


def repeated_id(first: UUID, ordinal: int) -> UUID:
    """The row id of the same record's ``ordinal``-th further appearance in one corpus, from 1."""
    return _uuid(f"repeated\n{first}\n{ordinal}")


def article_id(capture: UUID) -> UUID:
    """The id of the article in that capture."""
    return _uuid(f"article\n{capture}")


def payload_urn(payload_sha256: bytes) -> str:
    """A target URI for a capture without a URL: a UUIDv5 of the payload's digest, never an invented http URL."""
    return "urn:uuid:" + str(_uuid("payload\n" + payload_sha256.hex()))


def legal_uri(url: str | None) -> str | None:
    """``url`` as a URI that RFC 3986 allows (illegal characters percent-encoded), or None if it has no scheme."""
    text = (url or "").strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    if not SCHEME.match(text):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        if host and not host.isascii():
            text = text.replace(host, host.encode("idna").decode("ascii"), 1)
    except (ValueError, UnicodeError):  # not a host name that IDNA knows: its bytes are percent-encoded below
        pass
    text = quote(text.encode("utf-8", "surrogatepass"), safe=LEGAL)
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)


def host_of(url: str | None) -> str | None:
    """The host of an http(s) URL, lower case, without port; None where there is none."""
    if not url or not url[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return None
    return host if re.fullmatch(r"[a-z0-9._:-]{1,253}", host) else None


def is_address(host: str) -> bool:
    """True for an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def warc_date(moment: datetime, precision: str) -> str:
    """A WARC-Date with no more precision than is known, but at least the day: some readers crash on ``2024-08``."""
    return moment.strftime(DATES.get(precision, "%Y-%m-%d"))


def declared_digest(text: str) -> tuple[str, bytes] | None:
    """Algorithm and digest bytes of a WARC digest field, or None where it cannot be read.

    ``sha1:`` is usually Base32, ``sha256:`` hexadecimal; both are read for each, in either case, and Base64 too.
    """
    algorithm, _, value = text.strip().partition(":")
    algorithm = algorithm.lower().replace("-", "")
    size = DIGEST_BYTES.get(algorithm)
    value = value.strip()
    if size is None:
        return None
    try:
        if len(value) == size * 2 and not value.endswith("="):  # padded Base32 of MD5 is as long
            raw = bytes.fromhex(value)
        elif len(value.rstrip("=")) == -(-size * 8 // 5):
            bare = value.rstrip("=").upper()
            raw = base64.b32decode(bare + "=" * (-len(bare) % 8))
        else:
            raw = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return (algorithm, raw) if len(raw) == size else None

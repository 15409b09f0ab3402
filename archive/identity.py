"""Names that stay: record ids, row ids, target URIs and digests.

Every id is a UUIDv5 of content and origin, so the same input gives the same ids in every run, on every machine:

- the **WARC-Record-ID** of a capture that we wrap: its payload's SHA-256, its URL and where it was found (path, member,
  offset, line). The capture time is left out: it may be a file's time of modification, which a copy changes;
- the **capture_id** of a record: its WARC-Record-ID and the SHA-256 of its block. So it is the same wherever the record
  is stored, referenced or copied. Where the very same record stands more than once in a corpus, the second and later
  ones, in the order of path and offset, take their ordinal into the hash;
- the **capture_id** of a damaged range: file, offset and the SHA-256 of its bytes;
- the **article_id**: the capture_id, so that a new extraction of the same record keeps it.
"""

from __future__ import annotations

import base64
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
DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}


def _uuid(name: str) -> UUID:
    """The UUIDv5 of a name; a lone surrogate, which UTF-8 has no bytes for, counts as its escape."""
    return uuid5(NAMESPACE, name.encode("utf-8", "backslashreplace").decode())


def record_id(payload_sha256: bytes, origin: Origin, url: str | None) -> str:
    """The WARC-Record-ID, ``urn:uuid:…``, of a capture found at ``origin`` that is not in a WARC file yet."""
    where = (origin.path, origin.member or "", str(origin.offset or 0), str(origin.line or 0))
    return "urn:uuid:" + str(_uuid("\n".join(("record", payload_sha256.hex(), url or "", *where))))


def capture_id(capture: Capture) -> UUID:
    """The row id of a record: the same in every run and corpus."""
    name = capture.record_id or "\n".join(
        (capture.record_type, capture.target_uri or "", capture.warc_date or ""),
    )
    return _uuid(f"capture\n{name}\n{capture.block_sha256.hex()}")


def damage_id(damage: Damage) -> UUID:
    """The row id of a damaged range."""
    origin = damage.origin
    where = f"{origin.path}\n{origin.member or ''}\n{damage.offset}\n{origin.line or ''}\n{damage.unpacked_offset or ''}"
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
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if precision == "second" else "%Y-%m-%d")


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

"""From a capture to its text and metadata: the ``Extractor`` seam, and ours behind it.

``NewsExtractor`` decides first whether the record can hold an article at all (stage ``record``), then undoes the content
coding and looks at the bytes (stage ``payload``), then reads HTML through ``page.py`` and text dumps through the cleaner
(stage ``extraction``). Each capture ends as an ``Extraction`` or as a ``Rejected`` that says why. No state passes from
one capture to the next, and nothing here asks for the time of day.

Reasons, by stage (the README has the same table):

    record      revisit, record-type, http-status, too-large
    payload     empty, not-text, too-large
    extraction  no-text, too-large, too-complex, extractor-error
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol
from urllib.parse import urlsplit

from archive.errors import Rejected, UsageError
from archive.extraction.charset import decode_text, looks_binary
from archive.extraction.content_coding import decode_content
from archive.model import Capture, Extraction

HTML_TYPES = ("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml")
TEXT_TYPES = ("text/plain",)
UNPACKED_LIMIT = 64 << 20  # bytes after the content coding is undone; the largest bench page has 5 MB
SITE_FILES = ("/robots.txt", "/ads.txt", "/app-ads.txt", "/humans.txt", "/security.txt")
SHORT_TEXT = 250  # characters; shorter texts are mostly teasers and notices
TAG = re.compile(rb"<(?:!doctype|html|head|body|title|meta|div|p|article|section|table|span|h1|a|br)\b", re.IGNORECASE)
DOCUMENT = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL
)
CHUNK_MARK = re.compile(rb"\r\n[0-9A-Fa-f]{1,8}[ \t]{0,2}\r\n")
FIRST_SIZE = re.compile(rb"\A[0-9A-Za-z]{1,16}[ \t]{0,2}\r\n(?=\s{0,99}<)")


class Extractor(Protocol):
    """Makes text and metadata from captures. One with a method ``repairing`` gives one that repairs mojibake."""

    name: str
    version: str

    @property
    def config_sha256(self) -> bytes:
        """SHA-256 of all that decides its results besides the captures."""

    def extract(self, capture: Capture) -> Extraction:
        """What the capture says. Raises ``Rejected`` where it holds no article."""

    def warm(self) -> None:
        """Load models and parsers once, before the first capture."""

    def rest(self) -> None:
        """Give back the memory of models and caches, after the last capture; a later one loads them again."""


@cache
def find_extractor(name: str) -> Extractor:
    """The extractor of that name, from the entry points of group ``archive.extractors``."""
    for entry in entry_points(group="archive.extractors", name=name):
        found: Extractor = entry.load()
        return found
    known = ", ".join(sorted(entry_points(group="archive.extractors").names)) or "none is installed"
    message = f'no extractor is named "{name}"; known: {known}'
    raise UsageError(message)


def configured(extractor: Extractor, *, repair_mojibake: bool) -> Extractor:
    """The extractor as the settings want it. Raises ``UsageError`` where it cannot do what they say."""
    if not repair_mojibake:
        return extractor
    repairing: Callable[[], Extractor] | None = getattr(extractor, "repairing", None)
    if repairing is None:
        message = f'the extractor "{extractor.name}" does not repair mojibake; leave out --repair-mojibake'
        raise UsageError(message)
    return repairing()


class NewsExtractor:
    """The block model for HTML (trafilatura where that is unsure), the cleaner for text dumps, the page's own metadata."""

    name = "news"
    version = "1"

    def __init__(self, *, repair_mojibake: bool = False) -> None:
        """With ``repair_mojibake`` UTF-8 that was read as windows-1252 before the capture is read as it was meant."""
        self.repair_mojibake = repair_mojibake

    @property
    def config_sha256(self) -> bytes:
        """SHA-256 of the configuration and of the versions of the libraries that decide the result."""
        from archive.extraction.configuration import config_sha256

        return config_sha256(self.name, self.version, repair_mojibake=self.repair_mojibake)

    def repairing(self) -> NewsExtractor:
        """The same, made to repair mojibake."""
        return NewsExtractor(repair_mojibake=True)

    def warm(self) -> None:
        """Load the language model and the parsers: 1.2 s of CPU that no capture should pay."""
        from archive.extraction import page

        page.warm()

    def rest(self) -> None:
        """Give back the language model and the libraries' caches: some 100 MB that the tables need."""
        from archive.extraction import page

        page.rest()

    def extract(self, capture: Capture) -> Extraction:
        """Text and metadata of a capture. Raises ``Rejected`` with stage, reason and detail."""
        payload = readable_payload(capture)
        headers = {name.lower(): value for name, value in reversed(capture.http_headers)}
        return self.extract_payload(
            payload,
            url=capture.target_uri,
            media_type=capture.media_type,
            header_charset=charset_of(headers.get("content-type") or capture.content_type),
            content_coding=content_coding_of(capture),
            captured_at=capture.captured_at,
        )

    def extract_payload(
        self,
        payload: bytes,
        *,
        url: str | None,
        media_type: str | None,
        header_charset: str | None,
        content_coding: str | None,
        captured_at: datetime | None,
    ) -> Extraction:
        """Text and metadata of a payload. Raises ``Rejected`` with stage, reason and detail."""
        from archive.extraction import page

        data, flags = decode_content(payload, content_coding, UNPACKED_LIMIT)
        html = is_html(data, media_type)
        decoded = decode_text(data, header_charset=header_charset, html=html, repair=self.repair_mojibake)
        try:
            if html:
                return page.extract_page(decoded, url=url, captured_at=captured_at, flags=flags, made_by=self)
            return page.extract_dump(data, decoded, flags=flags, made_by=self)
        except Rejected:
            raise
        except Exception as why:  # one page costs one record: whatever a library raises becomes that record's row
            raise Rejected("extraction", "extractor-error", f"{type(why).__name__}: {why}"[:300]) from why


def readable_payload(capture: Capture) -> bytes:
    """The payload of a record that can hold an article. Raises ``Rejected`` for any other."""
    kind = capture.record_type
    if kind == "revisit":
        what = capture.refers_to_record_id or capture.refers_to_uri or "a record that it does not name"
        raise Rejected("record", "revisit", f"the payload is that of {what}")
    if kind not in ("response", "resource", "conversion"):
        raise Rejected("record", "record-type", kind or "the record does not say its type")
    if capture.http_status is not None and capture.http_status != 200:  # noqa: PLR2004
        raise Rejected("record", "http-status", str(capture.http_status))
    if capture.payload is None:
        raise Rejected("record", "too-large", f"{capture.block_length} bytes")
    if not capture.payload:
        raise Rejected("payload", "empty", "the payload has no bytes")
    if _is_site_file(capture.target_uri):
        raise Rejected("payload", "not-text", "a file for robots, no page")
    return _without_marks(capture.payload, capture.flags)


def _without_marks(payload: bytes, flags: tuple[str, ...]) -> bytes:
    """A page without the sizes of chunks that a broken chunked body has left in it; any other payload as it is."""
    broken = "chunked-broken" in flags or ("not-chunked" in flags and FIRST_SIZE.match(payload))
    if not broken or looks_binary(payload) or not TAG.search(payload[: 1 << 16]):  # spans of a dump are those of its bytes
        return payload
    return CHUNK_MARK.sub(b"", FIRST_SIZE.sub(b"", payload, count=1))


def content_coding_of(capture: Capture) -> str | None:
    """The content codings that the HTTP head names, of all its fields (RFC 9110, 5.3); None where there is no such field."""
    stated = [value for name, value in capture.http_headers if name.lower() == "content-encoding"]
    return ", ".join(stated) if stated else None


def is_html(data: bytes, media_type: str | None) -> bool:
    """True for HTML, False for plain text. Raises ``Rejected`` for anything else. Bytes count for more than labels."""
    if not data.strip():
        raise Rejected("payload", "empty", "the payload is white space")
    binary = looks_binary(data)
    if binary:
        raise Rejected("payload", "not-text", binary)
    declared = (media_type or "").partition(";")[0].strip().lower()
    head = data[: 1 << 16].replace(b"\0", b"")  # UTF-16 has its tags too
    if DOCUMENT.match(head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")):
        return True
    if declared in TEXT_TYPES:
        return False
    if declared and declared not in HTML_TYPES:
        raise Rejected("payload", "not-text", declared)
    if TAG.search(head):
        return True
    if head.lstrip()[:1] in (b"{", b"[") or declared:
        raise Rejected("payload", "not-text", f"{declared or 'no media type'}, and no tag in the first 64 KB")
    return False


def charset_of(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    return found.group(1) if found else None


def _is_site_file(uri: str | None) -> bool:
    try:
        return urlsplit(uri or "").path.lower() in SITE_FILES
    except ValueError:
        return False


NEWS = NewsExtractor()

"""MHTML, a web page saved with all that belongs to it as one MIME message (RFC 2557): every part is one capture.

A part is a ``resource``: its payload the bytes behind its transfer coding, its type and charset those that it states, its
URL its Content-Location. One that is named by a ``cid:``, which means nothing outside the file, has none. The time is the
file's Date. The page itself is the part that ``start`` names, else the first that is HTML or has the page's URL; its URL is
Snapshot-Content-Location where that is stated. Flags:

    part-of-page              another HTML part: a frame
    url-resolved              the part's URL was relative; that of the page made it absolute
    transfer-coding-broken    the base64 holds other characters, or breaks off; the rest is read
    transfer-coding-unknown   the transfer coding is none that is known; the bytes are as they stand
    truncated                 the file ends inside the part

A mail is no web page: what has a recipient is not read. How the parts lie is found by ``mime.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from urllib.parse import urljoin

from archive import identity, wrapping
from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import HEAD, Opened, time_of
from archive.sources.jsonl import read_time
from archive.sources.mime import Coded, Fields, Part, fields_of, parts_of
from archive.sources.page import looks_like_page
from archive.sources.records import Window
from archive.sources.unpack import left_out

HEADER_LINE = re.compile(rb"(\xef\xbb\xbf)?\s*[!-9;-~]{1,100}[ \t]*:")
HEAD_END = re.compile(rb"\n\r?\n")
HTML_TYPES = ("text/html", "application/xhtml+xml")
NAMES = (".mht", ".mhtml")
OF_MAIL = ("to", "cc", "received", "delivered-to", "return-path", "message-id", "newsgroups")
ENOUGH = 2  # signs that a message is a saved page
LONGEST_URL, LONGEST_TYPE = 1 << 16, 200


class MhtmlSource:
    """Reads one capture a part."""

    kind = "mhtml"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the bytes begin like a message that is a saved page."""
        named = name.lower().endswith(NAMES)
        if not named and not HEADER_LINE.match(head):
            return False
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        end = HEAD_END.search(start)
        return is_page(fields_of(start[: end.start() + 1 if end else len(start)]), named=named)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """A capture or a damage a part, in the order of the file."""
        window, limits = Window(opened.file), options.limits
        page: _Page | None = None
        number = 0
        for part in parts_of(window, limits):
            number += part.reason != "garbage"
            if page is None:
                page = _page(window, part.top, opened, options)
            if number > limits.members:
                reason = f"this and all parts behind it were not read: limit of {limits.members} members"
                yield left_out(replace(opened.origin, member=f"part {number}"), reason)
                return
            origin = replace(opened.origin, offset=part.start, line=None if part.reason == "garbage" else number)
            if part.reason:
                yield Damage(origin=origin, offset=part.start, length=part.end - part.start, reason=part.reason,
                             detail=part.detail, sha256=window.sha256(part.start, part.end))  # fmt: skip
            else:
                yield page.capture(part, replace(opened, origin=origin), options)


def is_page(fields: Fields, *, named: bool) -> bool:
    """True where the header is that of a web page which was saved; False for a mail."""
    saved = "snapshot-content-location" in fields or "saved by" in fields.text("from").lower()
    if not saved and any(name in fields for name in OF_MAIL):
        return False
    media_type = fields.media_type
    whole = media_type in ("multipart/related", *HTML_TYPES)
    signs = 2 * saved + ("mime-version" in fields) + whole + named + ("content-location" in fields)
    return signs >= ENOUGH and (saved or whole or media_type.startswith("multipart/"))


def _page(window: Window, top: Fields, opened: Opened, options: ReadOptions) -> _Page:
    """What the file's own header says of all parts."""
    value, flags = top.text("date"), tuple[str, ...]()
    found = read_time(value) or read_time(f"Mon, {value}")  # a date that does not begin with the day of the week
    if found:
        moment, moment_origin, precision = found[0], "field", found[1]
    else:
        moment, moment_origin, flags = time_of(opened, options)
        precision = options.captured_at_precision if moment_origin == "option" else "second"
        flags = (*flags, "capture-time-unreadable") if value else flags
    start, root = top.parameter("start").strip("<> "), None
    if start:
        of_start = (part.start for part in parts_of(window, options.limits) if part.fields.text("content-id").strip("<>") == start)
        root = next(of_start, None)
    url = _decoded(top.url("snapshot-content-location") or top.url("content-location"))
    return _Page(url=url, moment=moment, moment_origin=moment_origin, precision=precision, flags=flags, root=root)


@dataclass(slots=True, kw_only=True)
class _Page:
    """The page that the file holds; ``root`` is where its own part begins, once that is known."""

    url: str
    moment: datetime
    moment_origin: str
    precision: str
    flags: tuple[str, ...]
    root: int | None

    def capture(self, part: Part, opened: Opened, options: ReadOptions) -> Capture:
        """A part as a capture."""
        coded = Coded(part)
        payload = _payload(coded, options)
        opening = payload.opening if isinstance(payload, wrapping.Large) else payload
        media_type = _media_type(part.fields, opening)
        html = media_type.partition(";")[0] in HTML_TYPES
        if self.root is None and (html or (self.url and self.url == _decoded(part.fields.url("content-location")))):
            self.root = part.start
        url, flags = self._url(part)
        if html and part.start != self.root:
            flags += ("part-of-page",)
        if part.cut:
            flags += ("truncated",)
        return wrapping.new_capture(
            origin=opened.origin,
            payload=payload,
            media_type=media_type,
            url=url,
            captured_at=self.moment,
            captured_at_precision=self.precision,
            captured_at_origin=self.moment_origin,
            flags=(*flags, *coded.flags, *self.flags),
        )

    def _url(self, part: Part) -> tuple[str | None, tuple[str, ...]]:
        own = _decoded(part.fields.url("content-location"))
        url, flags = own, tuple[str, ...]()
        if part.start == self.root:
            url = self.url or own
        elif own and self.url and not identity.SCHEME.match(own):
            try:
                url, flags = urljoin(self.url, own), ("url-resolved",)
            except ValueError:  # nothing that names a place: said below
                url = own
        if not url or url[:4].lower() == "cid:":
            return None, ()
        if len(url) > LONGEST_URL or not identity.legal_uri(url):
            return None, ("url-unusable",)
        return url, flags


def _payload(coded: Coded, options: ReadOptions) -> bytes | wrapping.Large:
    limits = options.limits
    held = _first(coded, limits.record_bytes + 1)
    if len(held) <= limits.record_bytes:
        return held
    del held
    return wrapping.large(coded.pieces, _first(coded, limits.header_bytes))


def _first(coded: Coded, count: int) -> bytes:
    """The first bytes of a part, all of a shorter one."""
    held, length = list[bytes](), 0
    for piece in coded.pieces():
        held.append(piece)
        length += len(piece)
        if length >= count:
            break
    return b"".join(held)[:count]


def _media_type(fields: Fields, opening: bytes) -> str:
    """The part's type with its parameters; what its bytes look like where it states none."""
    stated = fields.text("content-type")
    if not fields.media_type:
        return "text/html" if looks_like_page(opening[:HEAD]) else "text/plain"  # RFC 2045, 5.2
    return stated if len(stated) <= LONGEST_TYPE and stated.isascii() and stated.isprintable() else fields.media_type


def _decoded(url: str) -> str:
    """A URL, its encoded words (RFC 2047) decoded."""
    if not url.startswith("=?") or len(url) > LONGEST_URL:
        return url
    try:
        return str(make_header(decode_header(url)))
    except (MessageError, LookupError, ValueError):
        return url


SOURCE = MhtmlSource()

"""HAR 1.2, what a browser or proxy noted of its requests: one entry of ``log.entries`` is one capture.

An entry with HTTP headers is a ``response``: its status line and headers, and its body as the file holds it, which is
behind all codings. A body in base64 is the server's bytes, and the declared type with its charset stays. One that was kept as
text was decoded before it was written, is UTF-8 here, and says so; the type that was declared is in
``X-Archive-Orig-Content-Type``. HTTP/2 and /3 have no status line in letters: it is written as HTTP/1.1, and
``X-Archive-Orig-HTTP-Version`` says what was. An entry without a response (blocked, failed) is a ``request``. Flags:

    body-not-saved     the exchange had a body, or messages of a WebSocket, that the file does not hold
    no-response        the request got none
    method-…           the request was no GET

One entry is held at a time, of ``limits.line_bytes`` at most; an entry that cannot be read becomes a ``Damage``.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from archive import identity, wrapping
from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import HEAD, Opened, skipped, time_of
from archive.sources.elements import Element, Elements, Parsed, extent_of
from archive.sources.jsonl import Unusable, headers_of, plain, read_time
from archive.sources.page import looks_like_page
from archive.sources.records import Window

START = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
NAMED = re.compile(rb'"(version|creator|browser|pages|entries|comment)"\s*:')
SIGN = re.compile(rb'"(log|creator|entries|startedDateTime)"\s*:')
LIST = re.compile(rb'"entries"\s{0,200}:\s{0,200}\[')
NOT_BLANK = re.compile(rb"\S")
KEYS = rb"startedDateTime|pageref|time|request|cache|connection|serverIPAddress|_\w{1,60}"  # that an entry begins with
LIST_DEPTH = 2  # the brackets around the list of entries
MEDIA_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*(?:;|$)", re.ASCII)
AUTHORITY = re.compile(r"\A[A-Za-z][\w+.-]*:(//[^/?#]*)?")
METHOD = re.compile(r"[A-Za-z]{3,12}")
LONGEST_URL = 1 << 16
WHITE = b" \t\r\n"


class HarSource:
    """Reads one capture an entry."""

    kind = "har"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the bytes begin with a log; a name that says so lets one pass whose first bytes are damaged."""
        if START.match(head):
            return NAMED.search(head) is not None
        return name.lower().endswith(".har") and b"\0" not in head and SIGN.search(head) is not None

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """A capture or a damage an entry, in the order of the file."""
        window = Window(opened.file)
        listed = window.find(LIST, 0, window.size)
        elements = Elements(window, options.limits.line_bytes, KEYS, is_entry)
        if listed is None:
            position = elements.next(0, window.size)
            yield _unlisted(opened, window, window.size if position is None else position)
        else:
            position = listed + window.at(listed, 1024).index(b"[") + 1
        if position is None:
            return
        nothing = True
        for found in elements.read(position):
            yield _one(found, window, opened, options)
            nothing = False
        if end := _ending(window, elements.position):
            yield _damage(opened, window, end, end.reason, end.detail)
        elif nothing:
            yield skipped(opened, self.kind, "a HAR without entries")


def _unlisted(opened: Opened, window: Window, end: int) -> Damage:
    """What lies in front of the first entry, where no list of entries is to be seen."""
    whole = Element(start=0, end=end, number=None, value=None)
    if extent_of(window, 0, window.size).end is None:
        return _damage(opened, window, whole, "truncated", "the file ends before its list of entries")
    return _damage(opened, window, whole, "no-content", "no list of entries")


def is_entry(value: Parsed) -> bool:
    """True for what can only be an entry of a log."""
    return isinstance(value.get("request"), dict) and (
        isinstance(value.get("response"), dict) or "startedDateTime" in value
    )


def _ending(window: Window, position: int) -> Element | None:
    """What is wrong behind the list of entries; None where the log ends as it should."""
    if position >= window.size:
        return None  # the list itself does not end, and has said so
    end = extent_of(window, position, window.size, LIST_DEPTH).end
    if end is None:
        return Element(start=position, end=window.size, number=None, value=None, reason="truncated",
                       detail="the file ends behind the list of entries, inside the log")  # fmt: skip
    if (more := window.find(NOT_BLANK, end, window.size)) is not None:
        return Element(start=more, end=window.size, number=None, value=None, reason="garbage",
                       detail="something follows the log")  # fmt: skip
    return None


def _one(found: Element, window: Window, opened: Opened, options: ReadOptions) -> Capture | Damage:
    if found.value is None:
        return _damage(opened, window, found, found.reason, found.detail)
    origin = replace(opened.origin, offset=found.start, line=found.number)
    try:
        return capture_of(found.value, replace(opened, origin=origin), options)
    except Unusable as why:
        return _damage(opened, window, found, why.reason, why.detail)


def _damage(opened: Opened, window: Window, found: Element, reason: str, detail: str) -> Damage:
    what = f"entry {found.number}: " if found.number else ""
    return Damage(
        origin=replace(opened.origin, offset=found.start, line=found.number),
        offset=found.start,
        length=found.end - found.start,
        reason=reason,
        detail=what + detail,
        sha256=window.sha256(found.start, found.end),
    )


# ---- one entry ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What an entry holds of a response's body; ``charset`` is that of a text that was encoded here."""

    payload: bytes
    media_type: str | None
    charset: str | None
    flags: tuple[str, ...]


def capture_of(entry: Parsed, opened: Opened, options: ReadOptions) -> Capture:
    """The capture that an entry holds. Raises ``Unusable`` where it holds none."""
    request, response = _object(entry, "request"), _object(entry, "response")
    url, flags = _url(request.get("url"))
    headers, header_flags = _headers(response.get("headers"))
    status = response.get("status")
    code = status if isinstance(status, int) and 100 <= status <= 999 else None  # noqa: PLR2004 - three digits
    body = _body(_object(response, "content"), headers, options.limits.record_bytes)
    messages = ("body-not-saved",) if entry.get("_webSocketMessages") and not body.flags else ()
    moment, moment_origin, precision, time_flags = _when(entry, opened, options)
    media_type, head = body.media_type or "application/octet-stream", b""
    if code is None and not headers and not body.payload:
        head = _request_head(request, url)
        flags += ("no-response",)
    elif headers:
        head = _response_head(response, code or 200, headers, body)
        flags += () if code else ("http-status-assumed",)
    elif code not in (None, 200):
        flags += (f"http-status-{code}",)  # without headers there is no HTTP message that could bear it
    return wrapping.new_capture(
        origin=opened.origin,
        payload=body.payload,
        media_type=f"{media_type}; charset={body.charset}" if body.charset else media_type,
        url=url,
        captured_at=moment,
        captured_at_precision=precision,
        captured_at_origin=moment_origin,
        http_head=head,
        flags=(*flags, *_method(request), *header_flags, *body.flags, *messages, *time_flags),
    )


def _object(holder: Parsed, name: str) -> Parsed:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(holder: Parsed, name: str) -> str:
    value = holder.get(name)
    return plain(value) if isinstance(value, str) else ""


def _url(value: object) -> tuple[str | None, tuple[str, ...]]:
    """The request's URL and flags; none of a ``data:`` URL, which holds a body and names no place."""
    url = plain(value).strip() if isinstance(value, str) else ""
    fit = len(url) <= LONGEST_URL and url[:5].lower() != "data:" and identity.legal_uri(url)
    return (url, ()) if fit else (None, ("url-unusable",))


def _method(request: Parsed) -> tuple[str, ...]:
    method = _text(request, "method")
    return (f"method-{method.lower()}",) if METHOD.fullmatch(method) and method.upper() != "GET" else ()


def _headers(value: object) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Headers without the pseudo-headers of HTTP/2; a value of several lines, as Chrome joins them, is several headers."""
    if value == []:
        return (), ()
    pairs, flags = headers_of(value)
    lines = ((name, line) for name, text in pairs if not name.startswith(":") for line in re.split(r"[\r\n]+", text))
    return tuple(lines), flags


def _body(content: Parsed, headers: tuple[tuple[str, str], ...], limit: int) -> _Body:
    declared = next((value for name, value in headers if name.lower() == "content-type"), None) or _text(content, "mimeType")
    found = MEDIA_TYPE.match(declared)
    media_type = found[1].lower() if found else None
    text, encoding, size = content.get("text"), _text(content, "encoding").lower(), content.get("size")
    if not isinstance(text, str) or not text:
        absent = (isinstance(size, int) and size > 0) or any(content.get(name) for name in ("_file", "_sha1"))
        return _Body(payload=b"", media_type=media_type, charset=None, flags=("body-not-saved",) if absent else ())
    if encoding not in ("", "base64", "utf-8", "utf8", "text"):
        raise Unusable("encoding", f'content in the encoding "{encoding[:40]}", which is not known')
    payload = _unbase64(text) if encoding == "base64" else text.encode("utf-8", "surrogatepass")
    if len(payload) > limit:
        raise Unusable("too-large", f"{len(payload)} bytes of content, the limit is {limit}")
    if encoding == "base64":
        return _Body(payload=payload, media_type=media_type, charset=None, flags=())
    media_type = media_type or ("text/html" if looks_like_page(payload[:HEAD]) else "text/plain")
    return _Body(payload=payload, media_type=media_type, charset="utf-8", flags=())


def _unbase64(text: str) -> bytes:
    try:
        bare = text.encode("ascii").translate(None, WHITE)
        return binascii.a2b_base64(bare, strict_mode=True)
    except ValueError as why:
        raise Unusable("encoding", f"content that is no base64: {why}") from why


def _response_head(response: Parsed, status: int, headers: tuple[tuple[str, str], ...], body: _Body) -> bytes:
    version = _text(response, "httpVersion").strip()
    line = version.upper() if version.upper() in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
    if version and line != version.upper():
        headers = (*headers, ("X-Archive-Orig-HTTP-Version", version))
    typed = any(name.lower() == "content-type" for name, _ in headers)
    content_type = f"{body.media_type}; charset={body.charset}" if body.charset else None if typed else body.media_type
    return wrapping.http_head_of(f"{line} {status} {_text(response, 'statusText')}", headers, content_type, len(body.payload))


def _request_head(request: Parsed, url: str | None) -> bytes:
    """The head of a request that got no response. Raises ``Unusable`` where the entry does not say for what it asked."""
    if not url:
        raise Unusable("no-content", "neither a response nor a URL that was asked for")
    method, target = _text(request, "method").upper(), AUTHORITY.sub("", identity.legal_uri(url) or "", count=1).partition("#")[0]
    line = f"{method if METHOD.fullmatch(method) else 'GET'} {'' if target[:1] == '/' else '/'}{target} HTTP/1.1"
    return wrapping.message_head(line, _headers(request.get("headers"))[0])


def _when(entry: Parsed, opened: Opened, options: ReadOptions) -> tuple[datetime, str, str, tuple[str, ...]]:
    """Capture time, where it comes from, its precision and flags."""
    value = entry.get("startedDateTime")
    if found := read_time(value):
        return found[0], "field", found[1], ()
    moment, moment_origin, flags = time_of(opened, options)
    precision = options.captured_at_precision if moment_origin == "option" else "second"
    return moment, moment_origin, precision, flags if value is None else (*flags, "capture-time-unreadable")


SOURCE = HarSource()

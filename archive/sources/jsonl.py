"""JSONL files: one JSON object a line, one capture a line.

A line that is no capture becomes a ``Damage`` with its number, place and digest, and the next one is read. A file whose
first 1,000 lines hold no capture at all is something else, and becomes one ``Skip``. One line is held at a time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import BinaryIO

from archive import wrapping
from archive.model import Capture, Damage, JsonFields, ReadOptions, Skip
from archive.sources import CHUNK, HEAD, Opened, skipped, time_of
from archive.sources.page import looks_like_page, plain_ascii

PATIENCE = 1000
URL = ("url", "uri", "link", "source_url", "page_url", "canonical_url", "target_uri", "requested_url", "permalink")
HTML = ("html", "raw_html", "content_html", "page_html", "body_html", "html_content", "rawhtml")
TEXT = ("text", "raw_text", "content", "article", "body", "plain_text", "maintext", "article_text", "full_text")
TIME = ("captured_at", "capture_time", "crawl_date", "crawled_at", "fetched_at", "fetch_time", "scraped_at",
        "retrieved_at", "date_download", "timestamp", "warc_date")  # fmt: skip
STATUS = ("status", "status_code", "http_status")
HEADERS = ("headers", "http_headers", "response_headers")
LONG_OBJECT = re.compile(rb'\{\s*"[^"\\]{1,200}"\s*:\s*["\[{\dtfn-]')
FIRST_YEAR, LAST_YEAR = 1990, 2200
DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?|(\d{4})(\d\d)(\d\d)")
FOURTEEN = re.compile(r"\d{14}")
EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(\.\d*)?")
WORDS = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)

Line = tuple[int, int, bytes | None, int, bytes]  # number, offset, bytes (None: over the limit), length, SHA-256


FIRST_LINES = 50


class Unusable(Exception):
    """A line that is no capture: reason and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class JsonlSource:
    """Reads one capture a line."""

    kind = "jsonl"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where one of the first lines is a JSON object, or starts like one and goes on behind ``head``.

        The first line itself may be damaged; a line inside an HTML page or a longer JSON text is seldom an object.
        """
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        told = name.lower().removesuffix(".gz").removesuffix(".zst").endswith((".jsonl", ".ndjson"))
        if not told and not start.startswith((b"{", b"null\n")):
            return False
        whole = [line for line in start.split(b"\n")[:FIRST_LINES] if line.strip()]
        if not any(line.startswith(b"{") for line in whole):
            return False
        if any(_is_object(line) for line in whole):
            return True
        # one long line; of a file that says that it is one, also a line that is cut off
        return b"\n" not in start and (told or len(head) == HEAD) and LONG_OBJECT.match(start) is not None

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """A capture or a damage a line, in the order of the file."""
        found = self._lines(opened, options)
        waiting: list[Damage] = []
        for item in found:
            if isinstance(item, Capture):
                yield from chain(waiting, (item,), found)
                return
            waiting.append(item)
            if item.reason == "page-list" or len(waiting) >= PATIENCE:
                break
        if len(waiting) >= PATIENCE and any(isinstance(item, Capture) for item in found):
            yield from self._lines(opened, options)  # what is no capture was not held: it is read again
        elif any(damage.reason == "page-list" for damage in waiting):
            yield skipped(opened, self.kind, "a list of pages (WACZ), no captures")
        elif any(damage.reason == "no-content" for damage in waiting):
            sought = "JSON lines without any of the fields " + ", ".join(_sought(options.json_fields))
            yield skipped(opened, self.kind, sought + "; pass --html-field or --text-field")
        else:
            yield from chain(waiting, found)

    def _lines(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage]:
        for number, offset, data, length, sha256 in lines(opened.file, options.limits.line_bytes):
            origin = replace(opened.origin, offset=offset, line=number)
            try:
                if data is None:
                    detail = f"{length} bytes, the limit is {options.limits.line_bytes}"
                    raise Unusable("line-too-long", detail)  # noqa: TRY301 - the way of every other bad line
                yield capture_of(parse(data, number), replace(opened, origin=origin), options)
            except Unusable as why:
                yield Damage(origin=origin, offset=offset, length=length, reason=why.reason,
                             detail=f"line {number}: {why.detail}", sha256=sha256)  # fmt: skip


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def lines(file: BinaryIO, limit: int) -> Iterator[Line]:
    """The lines that are not empty, without their newlines."""
    file.seek(0)
    number, offset, length, held, digest = 1, 0, 0, list[bytes](), hashlib.sha256()

    def line() -> Line:
        return number, offset, b"".join(held) if length <= limit else None, length, digest.digest()

    while chunk := file.read(CHUNK):
        for index, piece in enumerate(chunk.split(b"\n")):
            if index:
                if length > limit or any(part.strip() for part in held):
                    yield line()
                number, offset, length, held, digest = number + 1, offset + length + 1, 0, [], hashlib.sha256()
            length += len(piece)
            digest.update(piece)
            held.append(piece)
            if length > limit:
                held.clear()
    if length > limit or any(part.strip() for part in held):
        yield line()


def parse(data: bytes, number: int) -> dict[str, object]:
    """The object on a line. Raises ``Unusable``."""
    try:
        text = (data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data).decode("utf-8")
    except UnicodeDecodeError as why:
        raise Unusable("encoding", f"not UTF-8 at byte {why.start} of the line") from why
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as why:
        raise Unusable("json", str(why)) from why
    if not isinstance(found, dict):
        raise Unusable("json", f"a JSON {type(found).__name__}, not an object")
    return found


def capture_of(row: dict[str, object], opened: Opened, options: ReadOptions) -> Capture:
    """The capture that an object holds. Raises ``Unusable`` where it holds none."""
    if str(row.get("format", "")).startswith("json-pages"):
        raise Unusable("page-list", "the head of a list of pages")
    payload, media_type = _content(row, options.json_fields)
    if len(payload) > options.limits.record_bytes:
        raise Unusable("too-large", f"{len(payload)} bytes of content, the limit is {options.limits.record_bytes}")
    fields = options.json_fields
    url = first(row, fields.url, URL)
    moment, moment_origin, precision, flags = _when(row, opened, options)
    status, status_flags = _status(first(row, fields.status, STATUS))
    headers, header_flags = headers_of(first(row, fields.headers, HEADERS))
    if status not in (None, 200) and not headers:
        status_flags += (f"http-status-{status}",)  # without headers there is no HTTP message that could bear it
    return wrapping.new_capture(
        origin=opened.origin,
        payload=payload,
        media_type=media_type,
        url=plain(url) if isinstance(url, str) else None,
        captured_at=moment,
        captured_at_precision=precision,
        captured_at_origin=moment_origin,
        http_status=status,
        http_headers=headers,
        flags=(*flags, *status_flags, *header_flags),
    )


def first(row: dict[str, object], named: str | None, usual: tuple[str, ...]) -> object:
    """The value of the field that the caller named, or of the first usual one that is there and not empty."""
    return next((row[name] for name in ((named,) if named else usual) if row.get(name) not in (None, "", [], {})), None)


def _content(row: dict[str, object], fields: JsonFields) -> tuple[bytes, str]:
    html = _string(row, fields.html, HTML)
    text = _string(row, fields.text, TEXT)
    if html is None and text is None:
        raise Unusable("no-content", "neither HTML nor text; pass --html-field or --text-field")
    payload = (text or "" if html is None else html).encode("utf-8", "surrogatepass")
    if html is None and not looks_like_page(payload[:HEAD]):
        return payload, "text/plain"
    return payload, "application/xhtml+xml" if plain_ascii(payload[:HEAD]).startswith(b"<?xml") else "text/html"


def _string(row: dict[str, object], named: str | None, usual: tuple[str, ...]) -> str | None:
    for name in (named,) if named else usual:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _sought(fields: JsonFields) -> tuple[str, ...]:
    return (*((fields.html,) if fields.html else HTML), *((fields.text,) if fields.text else TEXT))


def plain(text: str) -> str:
    """``text`` without lone surrogates, which no header can bear."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _status(value: object) -> tuple[int | None, tuple[str, ...]]:
    text = "" if value is None else str(value).strip()
    if found := re.fullmatch(r"([1-5]\d\d)(\.0)?", text):
        return int(found[1]), ()
    # a word ("published") is another field of the same name; a number is a status that cannot be
    return None, ("http-status-unreadable",) if text[:1].isdigit() else ()


def headers_of(value: object) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """HTTP headers out of an object of names and values, a list of pairs, or a list of name-and-value objects."""
    if value is None:
        return (), ()
    pairs: list[tuple[object, object]] = []
    if isinstance(value, dict):
        pairs = [(name, one) for name, many in value.items() for one in (many if isinstance(many, list) else [many])]
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            pairs.append((item.get("name"), item.get("value")))
        elif isinstance(item, list) and len(item) == 2:  # noqa: PLR2004 - name and value
            pairs.append((item[0], item[1]))
    good = tuple(
        (plain(name), plain(str(one)))
        for name, one in pairs
        if isinstance(name, str) and name and isinstance(one, str | int | float)
    )
    whole = bool(good) and len(good) == len(pairs)
    return good, () if whole else ("http-headers-unreadable",)


# ---- time ------------------------------------------------------------------------------------------------------


def _when(row: dict[str, object], opened: Opened, options: ReadOptions) -> tuple[datetime, str, str, tuple[str, ...]]:
    """Capture time, where it comes from, its precision and flags."""
    value = first(row, options.json_fields.captured_at, TIME)
    if found := read_time(value):
        return found[0], "field", found[1], ()
    moment, moment_origin, flags = time_of(opened, options)
    precision = options.captured_at_precision if moment_origin == "option" else "second"
    return moment, moment_origin, precision, flags if value is None else (*flags, "capture-time-unreadable")


def read_time(value: object) -> tuple[datetime, str] | None:
    """A time (UTC) and its precision from ISO 8601, 14 digits, seconds or ms since 1970, or an HTTP date."""
    if isinstance(value, dict) and len(value) == 1:
        value = value.get("$date")  # MongoDB's export
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = WORDS.sub("+00:00", str(value).strip()) if isinstance(value, str) else repr(value)
    if not text.isascii():
        return None
    try:
        moment, precision = _read_time(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return (moment, precision) if FIRST_YEAR <= moment.year < LAST_YEAR else None


def _read_time(text: str) -> tuple[datetime, str]:
    if found := DAY.fullmatch(text):
        year, month, day = (
            int(part) if part else None for part in (found[1] or found[4], found[2] or found[5], found[3] or found[6])
        )
        return datetime(year or 0, month or 1, day or 1, tzinfo=UTC), "day" if day else "month" if month else "year"
    if FOURTEEN.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC), "second"
    if found := EPOCH.fullmatch(text):
        seconds = int(found[1]) // 1000 if len(found[1]) > 10 else int(found[1])  # noqa: PLR2004 - digits of seconds
        return datetime.fromtimestamp(seconds, UTC), "second"
    if text[:1].isdigit():
        return datetime.fromisoformat(text), "second"
    return parsedate_to_datetime(text.replace("+00:00", " +0000")), "second"


SOURCE = JsonlSource()

"""Pages that say themselves where they were saved from, and files that wget saved with the HTTP head in front.

- HTTrack puts ``<!-- Mirrored from www.harbourpost.example/city/ by HTTrack Website Copier/3.x […], Tue, 27 Aug 2024
  10:00:00 GMT -->`` into each page: its URL without the scheme, and when it was saved. The scheme is that of the mirror's
  own list or log (``mirrors.py``), else ``http``, with the flag ``url-derived``.
- Browsers put ``<!-- saved from url=(0043)https://… -->`` in front. It states no time.
- ``wget --save-headers`` writes the HTTP head in front of the body: a ``response``, whose head and body are the file as
  it stands, and whose time is the head's ``Date``. A URL that no log tells is made from the path, with the flag
  ``url-derived``, where just one of its folders is named as a host.

The records of a mirror (logs, lists, HTTrack's own front page) hold no capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from archive import entity
from archive.model import Capture, Damage, Origin, ReadOptions, Saved, Skip
from archive.sources import HEAD, Opened, in_bounds, skipped
from archive.sources.page import comments_in_front, media_type_of, whole_file
from archive.sources.saves import is_httrack_list, is_httrack_log, is_wget_log

MIRRORED = re.compile(r"\s*Mirrored from (\S.*?) by HTTrack Website Copier/[^,]*, (\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT)")
SAVED_FROM = re.compile(r"\s*saved from url=\(\d+\)(https?://\S+)")
OWN_PAGE = b"<title>Local index - HTTrack Website Copier</title>"
MESSAGE = re.compile(rb"HTTP/\d(?:\.\d)? [1-5]\d\d[^\r\n]*\r?\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:[:+]\d{1,5})?", re.IGNORECASE)
LONGEST = 8192  # bytes of a comment that count
LOGS = (
    (is_wget_log, "a log of wget, no capture"),
    (is_httrack_list, "HTTrack's list of what it saved, no capture"),
    (is_httrack_log, "HTTrack's log, no capture"),
)


class MirrorSource:
    """Reads a page that says where it was saved from, and an HTTP message that was saved as a file."""

    kind = "mirror"

    def recognises(self, head: bytes, name: str) -> bool:
        """True for such a page, an HTTP message, and the records of a mirror."""
        del name
        return _message(head) is not None or record_of(head) is not None or stated(head) is not None

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """The page, or a ``Skip`` for a record."""
        opened.file.seek(0)
        head = opened.file.read(max(HEAD, options.limits.header_bytes))
        if message := _message(head):
            yield whole_file(opened, options, "text/html", _of_message(message, opened), message)
        elif reason := record_of(head[:HEAD]):
            yield skipped(opened, self.kind, reason)
        else:
            yield whole_file(opened, options, media_type_of(head), _together(stated(head[:HEAD]), opened.saved))


def record_of(head: bytes) -> str | None:
    """What a file is that mirroring leaves behind beside the pages; None for any other."""
    return next((reason for knows, reason in LOGS if knows(head)), None) or (
        "HTTrack's own front page of a mirror, no capture" if OWN_PAGE in head else None
    )


def stated(head: bytes) -> Saved | None:
    """What the comments in front of a page say of where it was saved from; None where they do not."""
    if b"Mirrored from" not in head and b"saved from url" not in head:
        return None
    for comment in comments_in_front(head):
        text = _text(comment[:LONGEST])
        if found := MIRRORED.match(text):
            moment = _http_date(found[2])
            unread = () if moment else ("capture-time-unreadable",)
            return Saved(url=f"//{found[1]}", captured_at=moment, flags=unread)
        if found := SAVED_FROM.match(text):
            return Saved(url=found[1])
    return None


def _text(comment: bytes) -> str:
    try:
        return comment.decode("utf-8")
    except UnicodeDecodeError:
        return comment.decode("latin-1")


def _together(own: Saved | None, mirrored: Saved | None) -> Saved | None:
    """What a page and the records of its mirror say: these of its URL, the page of its time, which has a zone."""
    if own is None or (mirrored and mirrored.url and own.captured_at is None):
        return mirrored
    if mirrored and mirrored.url:
        derived = tuple(flag for flag in mirrored.flags if flag != "capture-zone-unknown")
        return replace(own, url=mirrored.url, http_status=mirrored.http_status, flags=(*own.flags, *derived))
    if own.url and own.url.startswith("//"):
        scheme = mirrored.scheme if mirrored and mirrored.scheme else "http"
        return replace(own, url=f"{scheme}:{own.url}", flags=(*own.flags, "url-derived"))
    return own


def _message(head: bytes) -> entity.Message | None:
    if not MESSAGE.match(head):
        return None
    message = entity.read_head(head)
    return message if message and message.headers and entity.HEAD_END.search(message.head) else None


def _of_message(message: entity.Message, opened: Opened) -> Saved:
    mirrored = opened.saved if opened.saved and opened.saved.url else None
    found = mirrored or _by_path(message, opened.origin)
    moment = _http_date(message.header("Date") or "")
    if moment is None:
        return found
    flags = tuple(flag for flag in found.flags if flag != "capture-zone-unknown")
    return replace(found, captured_at=moment, captured_at_origin="header", flags=flags)


def _by_path(message: entity.Message, origin: Origin) -> Saved:
    *folders, name = (origin.member or origin.path).split("/")
    hosts = [number for number, part in enumerate(folders) if HOST.fullmatch(part)]
    if len(hosts) != 1:
        return Saved()
    scheme = "https" if message.header("Strict-Transport-Security") else "http"  # what no header forbids
    return Saved(url=url_of(scheme, [*folders[hosts[0] :], name]), flags=("url-derived",))


def url_of(scheme: str, parts: list[str]) -> str:
    """The URL that wget would have saved under this path: that of its folder where it is called ``index.html``."""
    host, *path = parts
    if path[-1] == "index.html":
        path[-1] = ""
    return f"{scheme}://{host.replace('+', ':')}/" + "/".join(quote(part, safe="%!$&'()*+,;=:@?~") for part in path)


def _http_date(text: str) -> datetime | None:
    """A date of an HTTP header as UTC; None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return in_bounds((moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


SOURCE = MirrorSource()

"""What the records of a mirror say: logs of wget and wget2, the list in HTTrack's cache, and HTTrack's own log.

A record is read a line at a time, whatever its size, and any bytes may stand in it: a line that says nothing of a saved
file is passed over, for it is no capture. Times are those of the machine that fetched, whose zone no record states.

wget writes in the language of its user. What is read is alike in all of them: the line that begins a request
(``--2024-08-27 10:00:00--  URL``), the status behind three dots, and the line that ends it (``2024-08-27 10:00:02
(12 KB/s) - 'name' saved [678/678]``), with the name in whatever quotes. Of a download that does not end so, the name is
known in English logs only (``Saving to: 'name'``). ``-nv`` says it all in one line; wget2 states no times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO
from urllib.parse import quote, unquote

from archive.identity import LEGAL
from archive.sources import english_time, in_bounds

FIRST_LINES = 5
LONGEST = 1 << 16  # bytes of a line; the rest of a longer one counts as a line of its own
DATE = rb"(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d:\d\d)"
BEGUN = re.compile(rb"--" + DATE + rb"--\s+(?:\([^()]{1,80}\)\s*)?([a-z]{3,5}://\S+)")
ENDED = re.compile(DATE + rb" \([^()]*\)(.*)\[\d+(?:/\d+)?\]\)?\s*$", re.DOTALL)
FAILED = re.compile(DATE + rb" \S+ \d{3}\b")
SHORT = re.compile(DATE + rb' URL:\s?([a-z]{3,5}://\S+) \[\d+(?:/\d+)?\] -> "(.*)"', re.DOTALL)
SAVING = re.compile(rb"(?:Saving to: |\s+=> )(.*)", re.DOTALL)
STATUS = re.compile(rb"\S.*(?:\.\.\.|\xe2\x80\xa6)\s*([1-5]\d\d)(?:\s|$)")
SAVING_2 = re.compile(rb"Saving '(.*)'\s*$", re.DOTALL)
ANSWERED_2 = re.compile(rb"HTTP response 2\d\d[^\[]*\[([a-z]+://[^/\]]*[^\r\n]*)\]")
IN_LOG = re.compile(rb"(?:" + BEGUN.pattern + rb"|" + SHORT.pattern + rb"|\[\d+\] Downloading '[a-z]+://)")
QUOTES = (("\u2018", "\u2019"), ("\u201c", "\u201d"), ("\xab", "\xbb"), ("`", "'"), ("'", "'"), ('"', '"'))
OCTAL = re.compile(r"\\([0-7]{3})")
LIST_HEAD = b"date\tsize'/'remotesize"
LIST_FIELDS = 9
LAUNCHED = re.compile(rb"launched on \w{3}, (\d\d \w{3} \d{4}) (\d\d:\d\d:\d\d) at ([^\r\n]*)")
DELAYED = re.compile(r"\.\d+\.delayed$")
HTTRACK_LOG = re.compile(rb"\s*HTTrack[^\s]* launched on ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One file as a record names it: lone surrogates stand for bytes of the name that are no UTF-8."""

    name: str
    url: str
    moment: datetime | None = None  # as UTC, whatever the zone was
    http_status: int | None = None
    whole: bool = True  # False where the record does not say that all of it arrived
    guessed: bool = False  # the name was made from another: HTTrack does not record that of an answer that failed


def is_wget_log(head: bytes, first: int = FIRST_LINES) -> bool:
    """True where one of the ``first`` lines logs a request, and they are not those of a page."""
    start = head.lstrip()
    return start[:1] != b"<" and any(IN_LOG.match(line) for line in start.split(b"\n", first)[:first])


def is_httrack_list(head: bytes) -> bool:
    """True for the list of files in HTTrack's cache, ``new.txt`` or ``old.txt``."""
    return head.startswith(LIST_HEAD)


def is_httrack_log(head: bytes) -> bool:
    """True for ``hts-log.txt``."""
    return HTTRACK_LOG.match(head) is not None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(partial(file.readline, LONGEST), b"")


# ---- wget ------------------------------------------------------------------------------------------------------


def wget_saves(file: BinaryIO) -> Iterator[Save]:
    """The files that a log of wget names as saved, in its order."""
    at: Save | None = None  # the request at hand; without a name where that is not known yet
    second = Wget2()
    for line in _lines(file):
        if begun := BEGUN.match(line):
            yield from _open_end(at)
            at = Save(name="", url=_url(begun[3]), moment=_moment(begun[1], begun[2]), whole=False)
        elif short := SHORT.match(line):
            yield Save(name=_text(short[4]), url=_url(short[3]), moment=_moment(short[1], short[2]))
        elif at and (ended := ENDED.match(line)):
            if name := quoted(ended[3]):
                yield replace(at, name=name, whole=True)
            at = None
        elif at and FAILED.match(line):  # the answer was an error, and may have been saved all the same
            yield from _open_end(replace(at, whole=True))
            at = None
        elif at and (saving := SAVING.match(line)):
            at = replace(at, name=quoted(saving[1]))
        elif at and (status := STATUS.match(line)):
            at = replace(at, http_status=int(status[1]))
        else:
            yield from second.saves(line)
    yield from _open_end(at)


class Wget2:
    """What a log of wget2 says: a file's name stands in front of its URL, but several threads write at once."""

    def __init__(self) -> None:
        self._name, self._waiting = "", 0

    def saves(self, line: bytes) -> Iterator[Save]:
        """The file whose URL the line tells. Of two that were saved at once it is not told whose is whose."""
        if saving := SAVING_2.match(line):
            self._name = "" if self._waiting else _text(saving[1])
            self._waiting += 1
        elif self._waiting and (answered := ANSWERED_2.match(line)):
            self._waiting -= 1
            url, folders = _url(answered[1]), self._name.split("/")[:-1]
            host = url.split("/")[2].rpartition("@")[2].partition(":")[0]
            if self._name and (not folders or host in folders):
                yield Save(name=self._name, url=url)
            self._name = ""


def _open_end(at: Save | None) -> Iterator[Save]:
    if at and at.name:
        yield at


def quoted(text: bytes) -> str:
    """What stands between the outermost quotes of a line; empty where there are none."""
    line = _text(text)
    for first, last in QUOTES:
        start, end = line.find(first), line.rfind(last)
        if -1 < start < end:
            return line[start + 1 : end]
    return ""


def unescaped(name: str) -> str:
    """A name with the octal escapes undone that wget writes where its locale knows ASCII only."""
    if "\\" not in name:
        return name
    raw = OCTAL.sub(lambda found: chr(int(found[1], 8) & 0xFF), name)
    try:
        return raw.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a name with letters beside the escapes: they are none
        return name


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _url(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return quote(raw, safe=LEGAL)


def _moment(day: bytes | None, time: bytes) -> datetime | None:
    if day is None:  # before wget 1.11
        return None
    try:
        return in_bounds(datetime.strptime(f"{day.decode()} {time.decode()}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        return None


# ---- HTTrack ---------------------------------------------------------------------------------------------------


def launched(head: bytes) -> tuple[datetime | None, tuple[str, ...]]:
    """When a mirror was begun, by HTTrack's log, as UTC, and the addresses that it began with."""
    found = LAUNCHED.search(head)
    if not found:
        return None, ()
    day, month, year = found[1].decode().split(" ")
    moment = english_time(day, month, year, f"{found[2].decode()} +0000")
    return moment, tuple(part for part in _text(found[3]).split() if "://" in part)


def httrack_saves(file: BinaryIO, begun: datetime | None) -> Iterator[Save]:
    """The files that a list of HTTrack's cache names, in its order.

    It states times of day only: the day is that of ``begun``, and goes on at midnight; without it there is no time.
    """
    for line in _lines(file):
        fields = line.rstrip(b"\r\n").split(b"\t")
        if len(fields) < LIST_FIELDS or not fields[8] or b"://" not in fields[7]:
            continue  # the head of the list, or an address of which nothing was saved
        begun = _next_moment(begun, fields[0])
        status = int(fields[3]) if re.fullmatch(rb"[1-5]\d\d", fields[3]) else None
        name = unquote(_text(fields[8]), errors="surrogateescape").replace("\\", "/")
        save = Save(name=name, url=_url(fields[7]), moment=begun, http_status=status)
        if DELAYED.search(name):
            save = replace(save, name=DELAYED.sub(".html", name), guessed=True)
        yield save


def _next_moment(last: datetime | None, time: bytes) -> datetime | None:
    if last is None or not re.fullmatch(rb"\d\d:\d\d:\d\d", time):
        return last
    hour, minute, second = map(int, time.split(b":"))
    if max(hour - 23, minute - 59, second - 59) > 0:
        return last
    found = last.replace(hour=hour, minute=minute, second=second)
    # several connections write the list: a few minutes back is the same day
    return found + timedelta(days=1) if last - found > timedelta(hours=1) and in_bounds(last) else found

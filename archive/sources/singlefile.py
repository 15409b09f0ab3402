"""Pages that SingleFile saved: one file is one capture, whose URL and time stand in the comment at its front.

The comment is the first thing in the html element, or stands before it::

    <!--
     Page saved with SingleFile
     url: https://www.harbourpost.example/city/budget-cut
     saved date: Tue Nov 24 2026 10:00:00 GMT+0100 (Central European Standard Time)
    -->

It has no date where that was switched off, may go on with remarks of the reader (``info:``), and was headed "Archive
processed by SingleFile" before. The name of the zone is in the reader's language. The payload is the file as it stands:
images in ``data:`` URIs cost no more than their bytes.

What SingleFile saved as a zip is read as one, and the page in it as one of these; so is a page that holds such a zip and
unpacks it in the browser (``<html data-sfz>``). Where that zip cannot be opened, the page around it is the capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from archive.model import Capture, Damage, ReadOptions, Saved, Skip
from archive.sources import HEAD, Opened, english_time
from archive.sources.jsonl import read_time
from archive.sources.page import comments_in_front, media_type_of, whole_file

COMMENT = re.compile(
    r"\s*(?:Page saved with|Archive processed by) SingleFileZ?[ \t]*\r?\n"
    r"\s*url:[ \t]*([^\r\n]*)(?:\r?\n[ \t]*saved date:[ \t]*([^\r\n]*))?"
)
MOMENT = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})\b")
SELF_EXTRACTING = re.compile(rb"(?:<!doctype\b[^>]*+>\s*+)?<html\b[^>]*?\sdata-sfz[\s>=]", re.IGNORECASE)
LONGEST = 200  # characters of a date
ZONE = re.compile(r"\s*\([^()]*\)$")


class SingleFileSource:
    """Reads a page that SingleFile saved."""

    kind = "singlefile"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where SingleFile's comment stands at the front of a page."""
        del name
        return saved_by(head) is not None

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """The page. Where a log says that wget fetched it, it is a capture of the address that this names."""
        opened.file.seek(0)
        head = opened.file.read(HEAD)
        mirrored = opened.saved if opened.saved and opened.saved.url else None
        yield whole_file(opened, options, media_type_of(head), mirrored or saved_by(head))


def is_self_extracting(head: bytes) -> bool:
    """True for a page that has a zip of itself inside."""
    return head[:1] == b"<" and SELF_EXTRACTING.match(head) is not None


def saved_by(head: bytes) -> Saved | None:
    """What SingleFile's comment says; None where there is none."""
    if b"SingleFile" not in head and b"S\0i\0n\0g\0l\0e" not in head:
        return None
    for comment in comments_in_front(head):
        if found := COMMENT.match(comment.decode("utf-8", "replace")):
            date = (found[2] or "").strip()
            moment = read_moment(date)
            flags = ("capture-time-unreadable",) if date and moment is None else ()
            return Saved(url=found[1].strip() or None, captured_at=moment, flags=flags)
    return None


def read_moment(text: str) -> datetime | None:
    """A time as JavaScript writes it, or in ISO 8601, as UTC; None where it is neither."""
    if found := MOMENT.match(text):
        month, day, year, time = found[1].split(" ")
        return english_time(day, month, year, f"{time} {found[2]}")
    known = read_time(ZONE.sub("", text[:LONGEST]))
    return known[0] if known and known[1] == "second" else None


SOURCE = SingleFileSource()

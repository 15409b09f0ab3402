"""HTML and XHTML files: one file is one capture, and its payload is the file's bytes as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from archive import entity, wrapping
from archive.extraction.decoding import BOMS, wide_codec
from archive.model import Capture, Damage, ReadOptions, Saved, Skip
from archive.sources import CHUNK, Opened, damaged, name_of, skipped, time_of
from archive.sources.unpack import broken_of

MARKS = tuple(mark for mark, _, _ in BOMS)
NAMES = (".html", ".htm", ".xhtml", ".xht", ".shtml")
MARK = r"<(!doctype\s+html|html|head|body|title|meta|link|script|style|article|div|table)\b"
# a comment is taken as a whole, and never again: tried in all ways, thirty of them took minutes
COMMENT = r"<!--(?:(?!-->).)*+-->\s*+"
START = re.compile(rf"(?:{COMMENT})*+(?:<!--(?!.*-->)|{MARK})".encode(), re.DOTALL | re.IGNORECASE)
XML = re.compile(
    rf"<\?xml\b[^>]*>\s*(?:{COMMENT}|<\?(?:(?!\?>).)*+\?>\s*+)*+<(!doctype\s+html|html)\b".encode(), re.DOTALL | re.IGNORECASE
)
TAG = re.compile(
    rb"</?(p|div|span|a|h[1-6]|ul|ol|li|br|img|table|tr|td|section|article|b|i|em|strong)\b[^<>]*>", re.IGNORECASE
)
# what may stand in front: white space, XML and document type declarations, the html tag, and the mark of a comment
IN_FRONT = re.compile(
    rb"(\s*+)(?=<!--)|\s*+(?:<\?[^>]*+>|<!doctype\b[^>]*+>|<html\b(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>)", re.IGNORECASE
)
SNIFF = 4096
MANY = 8  # tags in the first KB: a text dump with a leaked tag or two is none


class PageSource:
    """Reads a page that was saved as a file."""

    kind = "html"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the bytes start like a page; a name that says so lets any text pass."""
        from archive.sources.dump import NO_CAPTURE, looks_like_text  # it leans on this module

        start = plain_ascii(head[:SNIFF])
        if START.match(start) or XML.match(start):
            return True
        if NO_CAPTURE.fullmatch(PurePosixPath(name).suffix.lower()) or name_of(head):
            return False  # a script that writes pages, or an ARC file, is full of tags too
        return looks_like_page(head) or (name.lower().endswith(NAMES) and looks_like_text(head))

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """The page."""
        opened.file.seek(0)
        yield whole_file(opened, options, media_type_of(opened.file.read(SNIFF)))


def looks_like_page(head: bytes) -> bool:
    """True where the first bytes are those of an HTML or XHTML page, in whatever encoding."""
    start = plain_ascii(head[:SNIFF])
    if START.match(start) or XML.match(start):
        return True
    return not start.startswith(b"<?xml") and len(TAG.findall(start[:1024])) >= (MANY if start[:1] != b"<" else 3)


def media_type_of(head: bytes) -> str:
    """That of a page: XHTML where it begins as XML."""
    return "application/xhtml+xml" if plain_ascii(head).startswith(b"<?xml") else "text/html"


def comments_in_front(head: bytes) -> Iterator[bytes]:
    """The comments of a page that stand before its first element but ``html``, without their marks."""
    text, at = plain_ascii(head), 0
    while found := IN_FRONT.match(text, at):
        at = found.end()
        if text.startswith(b"<!--", found.end(1)):
            start = found.end(1) + len(b"<!--")
            end = text.find(b"-->", start)
            if end < 0:
                return
            yield text[start:end]
            at = end + len(b"-->")


def plain_ascii(head: bytes) -> bytes:
    """``head`` without byte order mark, leading white space and, where it is UTF-16, without its NUL bytes."""
    wide = head.startswith(MARKS[1:]) or looks_wide(head)
    for mark in MARKS:
        head = head.removeprefix(mark)
    return (head.replace(b"\0", b"") if wide else head).lstrip()


def looks_wide(head: bytes) -> bool:
    """True for UTF-16 or UTF-32 without a byte order mark; short ones where every other byte is mostly NUL."""
    even, odd = head[0:512:2], head[1:512:2]
    nuls = sorted((even.count(0), odd.count(0)))
    return (len(odd) > 1 and nuls[0] == 0 and nuls[1] * 2 > len(odd)) or wide_codec(head) is not None


def whole_file(
    opened: Opened,
    options: ReadOptions,
    media_type: str,
    told: Saved | None = None,
    message: entity.Message | None = None,
) -> Capture | Damage | Skip:
    """The file as one capture, read again where it is too large to hold; a ``Damage`` where its checksum is wrong.

    ``told`` is how it was saved; without it, what the records of its mirror say. A ``message`` is the HTTP message that
    the file is.
    """
    limit = options.limits.record_bytes
    opened.file.seek(0)
    held = opened.file.read(limit + 1)
    payload: bytes | wrapping.Large = held[len(message.head) :] if message else held
    if len(held) > limit:
        opening = held[: options.limits.header_bytes]
        del held
        payload = wrapping.large(lambda: pieces_of(opened.file), opening, message)
    broken = broken_of(opened.file)
    if broken and broken.reason == "bomb":
        return skipped(opened, broken.reason, broken.detail)
    if broken and broken.reason == "checksum":
        return damaged(opened, broken.reason, broken.detail)
    told = told or opened.saved or Saved()
    moment, moment_origin, flags = told.captured_at, told.captured_at_origin, told.flags
    if moment is None:
        moment, moment_origin, flags = time_of(opened, options)
        flags = (*told.flags, *flags)
    if told.http_status not in (None, 200) and not message:
        flags += (f"http-status-{told.http_status}",)  # there is no HTTP message that could bear it
    return wrapping.new_capture(
        origin=opened.origin,
        payload=payload,
        media_type=media_type,
        url=told.url,
        captured_at=moment,
        captured_at_precision=options.captured_at_precision if moment_origin == "option" else "second",
        captured_at_origin=moment_origin,
        http_head=message.head if message else b"",
        flags=(*flags, "truncated") if broken else flags,
    )


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The whole file, a megabyte at a time."""
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece


SOURCE = PageSource()

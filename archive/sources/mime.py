"""The parts of a MIME message (RFC 2046), found in a stream: where each lies, what its header says, its bytes decoded.

A part ends where a line with its boundary follows; a boundary inside a longer line is content. A line with one other byte
in it counts where a part's header follows and no multipart is inside. Where the boundary that the header states is not
found at all, it is that of the first line that looks like one. Multiparts in multiparts are opened up to
``limits.nesting`` deep; a deeper one is a part like any other. Nothing is held but one header, of
``limits.header_bytes`` at most, and a megabyte of content. Each byte is looked at a fixed number of times.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from archive.model import Limits
from archive.sources.records import SEARCH, Window

HEAD_END = re.compile(rb"\n\r?\n")
MESSAGE_HEAD_END = re.compile(rb"\n(\r?\n|(?=--))")  # a boundary ends it too, where the blank line is damaged
BLANK_LINE = re.compile(rb"\r?\n")
NOT_BLANK = re.compile(rb"[^\s]")
UNSTATED = re.compile(rb"\r?\n--([^\r\n]{1,200}?)[ \t]{0,100}\r?\n(?=[!-9;-~]{1,100}:)")
FOLD = re.compile(r"\r?\n[ \t]*")
PARAMETER = re.compile(r';\s*([\w*-]{1,100})\s*=\s*(?:"([^"]{0,1000})"|([^;\s"]{1,1000}))')
MEDIA_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*(?:;|\s|$)", re.ASCII)
LONGEST_BOUNDARY = 1000  # RFC 2046 allows 70
LONGEST_PREAMBLE = 1000  # bytes in front of the first part, which are nobody's
STATED = re.compile(rb"(?i)boundary\s{0,10}=")
FIELD = re.compile(rb"(?im)^content-[a-z-]{1,40}:")
LONGEST_FIELD = 4096  # of a Content-Type, which is searched for parameters
ESCAPE = re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]{0,99}\r?\n)")  # a byte, or an end of line that is none
LONGEST_ESCAPE = 102
AS_THEY_STAND = ("", "7bit", "8bit", "binary")
WHITE = b" \t\r\n"
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
OTHER = bytes(sorted(set(range(256)) - set(ALPHABET)))


class Fields(dict[str, str]):
    """The fields of a header by their names in lower case, folded as they stand; the first of each name."""

    def text(self, name: str) -> str:
        """A field on one line; empty where it is missing."""
        return FOLD.sub(" ", self.get(name, "")).strip()

    def url(self, name: str) -> str:
        """A field that holds a URL: folds in it are no part of it (RFC 2557, 4.4.2)."""
        return FOLD.sub("", self.get(name, "")).strip()

    @property
    def media_type(self) -> str:
        """That of Content-Type, lower case; empty where there is none."""
        found = MEDIA_TYPE.match(self.text("content-type")[:LONGEST_FIELD])
        return found[1].lower() if found else ""

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type; empty where it is missing."""
        found = PARAMETER.finditer(self.text("content-type")[:LONGEST_FIELD])
        return next((one[2] or one[3] or "" for one in found if one[1].lower() == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that holds no others, or a range that is none, with the reason."""

    window: Window
    top: Fields  # of the message
    fields: Fields
    start: int  # of its header
    body: int
    end: int
    cut: bool  # the file ends inside it
    reason: str = ""
    detail: str = ""


def fields_of(block: bytes) -> Fields:
    """The fields of a header."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in block.decode("utf-8", "replace").split("\n"):
        if line[:1] in (" ", "\t"):
            lines.append(line)
            continue
        name, colon, value = line.partition(":")
        lines = [value]
        if colon:
            found.setdefault(name.strip().lower(), lines)
    return Fields({name: "\n".join(value) for name, value in found.items()})


def parts_of(window: Window, limits: Limits) -> Iterator[Part]:
    """Every part of the message, in the order of the file, the parts of multiparts in their place."""
    start = window.find(NOT_BLANK, 3 if window.at(0, 3) == b"\xef\xbb\xbf" else 0, window.size) or 0
    whole = _part(window, None, start, window.size, limits, cut=False)
    if whole.reason:
        yield whole
    else:
        yield from _opened(whole, limits, limits.nesting)


def _part(window: Window, top: Fields | None, start: int, end: int, limits: Limits, *, cut: bool) -> Part:
    """The part whose header begins at ``start``."""
    blank = BLANK_LINE.match(window.at(start, 2)) if start < end else None
    body = start + blank.end() if blank else end
    reason = detail = ""
    if not blank:
        bound = min(end, start + limits.header_bytes)
        found = window.find(HEAD_END if top is not None else MESSAGE_HEAD_END, start, bound)
        if found is not None:
            blank = BLANK_LINE.match(window.at(found + 1, 2))
            body = min(found + 1 + (blank.end() if blank else 0), end)
        elif bound < end:
            reason, detail = "header", f"the header of a part is longer than {limits.header_bytes} bytes"
        elif cut or top is None:
            reason, detail = "truncated", "the file ends inside the header of a part"
    fields = Fields() if reason else fields_of(window.at(start, body - start))
    return Part(window=window, top=fields if top is None else top, fields=fields, start=start, body=body, end=end, cut=cut,
                reason=reason, detail=detail)  # fmt: skip


def _opened(holder: Part, limits: Limits, depth: int) -> Iterator[Part]:
    """The parts inside a multipart; any other part itself."""
    window, boundary = holder.window, holder.fields.parameter("boundary")
    media_type, is_message = holder.fields.media_type, holder.fields is holder.top
    multipart = media_type.startswith("multipart/")
    if depth <= 0 or not (multipart or (is_message and (boundary or not media_type))):
        yield holder
        return
    found = _delimiters(holder, boundary)
    at = next(found, None)
    if at is None:
        lost = is_message and multipart
        yield replace(holder, start=holder.body, reason="truncated", detail="no part begins in it") if lost else holder
        return
    if at.start - holder.body > LONGEST_PREAMBLE or FIELD.search(window.at(holder.body, max(0, at.start - holder.body))):
        yield replace(holder, fields=Fields(), start=holder.body, end=at.start, cut=False, reason="garbage",
                      detail="something stands in front of the first part")  # fmt: skip
    while at is not None and not at.closing:
        following = next(found, None)
        end = holder.end if following is None else following.start
        cut = following is None and (holder.cut or is_message)
        part = _part(window, holder.top, min(at.end, end), end, limits, cut=cut)
        if part.reason:
            yield part
        else:
            yield from _opened(part, limits, depth - 1)
        at = following
    rest = window.find(NOT_BLANK, at.end, holder.end) if at else None
    if rest is not None:
        yield Part(window=window, top=holder.top, fields=Fields(), start=rest, body=rest, end=holder.end, cut=False,
                   reason="garbage", detail="something follows the last part")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delimiter:
    """A line with a boundary; ``start`` is that of the newline in front of it, which belongs to it."""

    start: int
    end: int
    closing: bool


def _delimiters(holder: Part, stated: str) -> Iterator[_Delimiter]:
    """The lines with the boundary inside a multipart, up to the closing one."""
    window, begin = holder.window, max(holder.start, holder.body - 2)  # the newline in front may be that of the header
    boundary = stated.encode("utf-8", "replace") if len(stated) <= LONGEST_BOUNDARY else b""
    if not boundary or window.find(_line_of(boundary), begin, holder.end) is None:
        first = window.find(UNSTATED, begin, holder.end)
        looks = UNSTATED.match(window.at(first, LONGEST_FIELD)) if first is not None else None
        if looks is None:
            return
        boundary = looks[1]
    # boundaries of multiparts in multiparts are often alike
    pattern = _line_of(boundary, alike=window.find(STATED, holder.body, holder.end) is None)
    position = window.find(pattern, begin, holder.end)
    while position is not None:
        line = pattern.match(window.at(position, LONGEST_FIELD))
        if line is None:
            return
        end = position + line.end()
        if line[2] is None or _alike(line[2], boundary):
            yield _Delimiter(start=position, end=end + len(line[3]), closing=line[1] is not None)
        if line[1]:
            return
        position = window.find(pattern, end, holder.end)


def _line_of(boundary: bytes, *, alike: bool = False) -> re.Pattern[bytes]:
    """A line with the boundary, or one that may be ``alike``: as long, with a part's header behind it."""
    other = rb"|([^\r\n]{%d})(?=\r?\nContent-)" % len(boundary) if alike else b"|((?!))"
    return re.compile(rb"\r?\n--(?:" + re.escape(boundary) + rb"(--)?[ \t]{0,100}" + other + rb")(?=(\r?\n|\r?\Z))")


def _alike(line: bytes, boundary: bytes) -> bool:
    """True where one byte at most is another: a boundary that was damaged would join two parts."""
    return sum(one != other for one, other in zip(line, boundary, strict=True)) <= 1


# ---- what they hold ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Coded:
    """The bytes of a part behind its transfer coding, as often as they are wanted; ``flags`` after the first time."""

    part: Part
    flags: tuple[str, ...] = field(default=())

    def pieces(self) -> Iterator[bytes]:
        """The bytes, a megabyte at a time."""
        coding = self.part.fields.text("content-transfer-encoding").lower()
        raw = self._raw()
        if coding == "base64":
            yield from self._unbase64(raw)
        elif coding == "quoted-printable":
            yield from unquoted(raw)
        else:
            if coding not in AS_THEY_STAND:
                self.flags = ("transfer-coding-unknown",)
            yield from raw

    def _raw(self) -> Iterator[bytes]:
        for position in range(self.part.body, self.part.end, SEARCH):
            yield self.part.window.at(position, min(SEARCH, self.part.end - position))

    def _unbase64(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        waiting, padded, odd = b"", False, False
        for piece in raw:
            bare = piece.translate(None, OTHER)
            odd |= len(bare) != len(piece.translate(None, WHITE))
            if padded:
                odd |= bool(bare.strip(b"="))
                continue
            letters, padding, behind = bare.partition(b"=")
            padded = bool(padding)
            odd |= bool(behind.strip(b"="))
            waiting += letters
            whole = len(waiting) // 4 * 4
            yield binascii.a2b_base64(waiting[:whole])
            waiting = waiting[whole:]
        if waiting and (len(waiting) == 1 or not padded):
            odd = True
        if len(waiting) > 1:
            yield binascii.a2b_base64(waiting + b"=" * (4 - len(waiting)))
        self.flags = ("transfer-coding-broken",) if odd else ()


def unquoted(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Quoted-printable, undone; what is no escape stays as it stands, where ``binascii`` drops bytes."""
    waiting = b""
    for piece in raw:
        data = waiting + piece
        cut = data.rfind(b"\n") + 1
        if not cut:  # a line of a megabyte
            escape = data.rfind(b"=", max(0, len(data) - LONGEST_ESCAPE))
            cut = len(data) if escape < 0 else escape
        yield ESCAPE.sub(_unescaped, data[:cut])
        waiting = data[cut:]
    yield ESCAPE.sub(_unescaped, waiting)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode("ascii")) if found[1] else b""

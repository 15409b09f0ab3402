"""Named fields, read strictly: from bytes to fields with their places, and whatever breaks the grammar of clause 4.

The reader of ``warc.py`` takes what it can get; this one says what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive.check.rules import DRAFTS, VERSIONS, Fault
from archive.check.values import WORD, shown

VERSION_LINE = re.compile(rb"WARC/(\d{1,9}\.\d{1,9})", re.IGNORECASE)
NAME = re.compile(WORD.encode())
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One named field: its value without the white space around it, folded lines joined."""

    name: str
    value: str
    at: int  # bytes from the start of the header


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A record's header as it stands."""

    version: str = ""  # "1.1"; empty where the first line is no version line
    fields: tuple[Named, ...] = ()
    faults: tuple[Fault, ...] = ()
    whole: bool = False  # a blank line ends it
    values: dict[str, str] = field(default_factory=dict)  # the first of each name, in lower case

    def get(self, name: str) -> str:
        """The value of the first field of that name; empty where there is none."""
        return self.values.get(name.lower(), "")

    def place_of(self, name: str) -> int:
        """Where the first field of that name stands, in bytes from the record's start; 0 where there is none."""
        lower = name.lower()
        return next((one.at for one in self.fields if one.name.lower() == lower), 0) if name else 0

    @property
    def kind(self) -> str:
        """The record's type, in lower case."""
        return self.get("WARC-Type").lower()

    @property
    def media_type(self) -> str:
        """The media type of the block, without parameters, in lower case."""
        return self.get("Content-Type").partition(";")[0].strip().lower()

    @property
    def target(self) -> str:
        """The target URI without angle brackets."""
        return self.get("WARC-Target-URI").removeprefix("<").removesuffix(">")


def read_header(head: bytes) -> Header:
    """The header that ``head`` begins with."""
    line, newline, _ = head.partition(b"\n")
    version, faults = "", []
    text = line.removesuffix(b"\r")
    if found := VERSION_LINE.fullmatch(text):
        version = found[1].decode()
        if version in DRAFTS:
            faults.append(Fault(rule="version-draft", message=f"WARC/{version} is a draft; it is judged as WARC/1.0"))
        elif version not in VERSIONS:
            faults.append(Fault(rule="version-unknown", message=f"no edition of the standard has version {version}"))
    else:
        first = text[:80].decode("utf-8", "backslashreplace")
        faults.append(Fault(rule="version-line", message=f"{shown(first)} is no version line; WARC/1.1 is one"))
    start = len(line) + len(newline)
    fields, more, whole, bare = read_fields(head, start)
    bare += bool(newline) and not line.endswith(b"\r")
    faults += more
    if bare:
        faults.append(line_end(bare))
    values: dict[str, str] = {}
    for named in fields:
        values.setdefault(named.name.lower(), named.value)
    return Header(version=version, fields=tuple(fields), faults=tuple(faults), whole=whole, values=values)


def line_end(count: int, rule: str = "line-end") -> Fault:
    """Lines that end in a bare LF."""
    return Fault(rule=rule, message=f"{count:,} line{'s end' if count > 1 else ' ends'} in LF alone, not in CR LF")


def read_fields(data: bytes, start: int, *, to_end: bool = False) -> tuple[list[Named], list[Fault], bool, int]:
    """Fields from ``start`` on, what is wrong with them, whether a blank line ends them, and how many lines lack CR.

    A last line without its end is read with ``to_end`` only: else the data is cut there.
    """
    fields: list[Named] = []
    faults: list[Fault] = []
    open_lines: list[bytes] = []  # of the field that is being read
    opened, bare, whole = start, 0, False
    while (end := data.find(b"\n", start)) >= 0 or (to_end and start < len(data)):
        line = data[start:end] if end >= 0 else data[start:]
        bare += end >= 0 and not line.endswith(b"\r")
        text = line.removesuffix(b"\r")
        if not text:
            whole = True
            break
        if text[:1] in b" \t" and open_lines:
            open_lines.append(text)
        else:
            _close(open_lines, opened, fields, faults)
            open_lines, opened = [text], start
        start = end + 1 if end >= 0 else len(data)
    _close(open_lines, opened, fields, faults)
    return fields, faults, whole, bare


def _close(lines: list[bytes], at: int, fields: list[Named], faults: list[Fault]) -> None:
    """Takes up the field that is written on these lines."""
    if not lines:
        return
    raw_name, colon, first = lines[0].partition(b":")
    name = raw_name[:80].decode("utf-8", "backslashreplace")
    if not colon or not NAME.fullmatch(raw_name):
        what = "has no name and colon" if not colon else "has no token in front of its colon"
        faults.append(Fault(rule="field-syntax", message=f"line {shown(name)} {what}", at=at))
        return
    value = b" ".join((first, *lines[1:]))
    if len(lines) > 1:
        message = "stands on several lines; few readers join them (IIPC: do not write such)"
        faults.append(Fault(rule="field-folded", message=message, field=name, at=at))
    if found := CONTROL.search(value):
        message = f"has the control character 0x{found[0][0]:02x}"
        faults.append(Fault(rule="control-character", message=message, field=name, at=at))
    try:
        text = value.decode()
    except UnicodeDecodeError as why:
        text = value.decode("utf-8", "backslashreplace")
        message = f"has bytes that are not UTF-8, the first 0x{value[why.start]:02x}"
        faults.append(Fault(rule="not-utf-8", message=message, field=name, at=at))
    joined = re.sub(r"[ \t]+", " ", text) if len(lines) > 1 else text
    fields.append(Named(name=name, value=joined.strip(" \t"), at=at))

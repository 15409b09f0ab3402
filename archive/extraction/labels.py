"""What charsets a page and its server declare, as browsers read the labels: WHATWG's names."""

from __future__ import annotations

import re
from typing import Final

import webencodings

_HEAD: Final = 1 << 12  # bytes in which a page may declare its charset; browsers look at 1,024
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_META: Final = re.compile(rb"<meta\b[^<>]*>", re.IGNORECASE)
_CONTENT: Final = re.compile(rb"\bcontent\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"[\s\"';/,]charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_XML: Final = re.compile(rb"\s*<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']\s*([^\"'\s]+)", re.IGNORECASE)
_RENAMED: Final = {"gbk": "gb18030", "x-user-defined": "windows-1252"}


def declared_charsets(data: bytes, header_charset: str | None, *, html: bool) -> list[tuple[str, str]]:
    """The charsets declared, as browsers read the labels, each with where it stands."""
    found = [(header_charset, "header")] if header_charset else []
    if html:
        head = _COMMENT.sub(b"", data[:_HEAD])
        for tag in _META.findall(head):
            bare = tag if b"http-equiv" in tag.lower() else _CONTENT.sub(b"", tag)
            found += [(match.group(1).decode("latin-1"), "meta") for match in _CHARSET.finditer(bare)]
        xml = _XML.match(head)
        found += [(xml.group(1).decode("latin-1"), "meta")] if xml else []
    labels: dict[str, str] = {}
    for label, origin in found:
        charset = canonical(label)
        if charset and html and charset.startswith("utf-16"):
            charset = "utf-8"  # tags would have shown it, if it were true; a meta element could not have been read
        if charset:
            labels.setdefault(charset, origin)
    return list(labels.items())


def canonical(label: str) -> str | None:
    """WHATWG's name of a charset; None where there is none, or none that is read."""
    encoding = webencodings.lookup(label.strip("\"' ;"))
    name = str(encoding.name) if encoding else "replacement"
    return None if name == "replacement" else _RENAMED.get(name, name)

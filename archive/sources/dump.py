"""Plain-text dumps: one file is one capture, its payload the file's bytes, without a URL.

Taken is any text that no other source knows. Files whose names say that they are code, tables, logs or settings, and
JSON documents that are not one object a line, hold no capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from archive.extraction.decoding import BOMS, wide_codec
from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import Opened, name_for_ties, name_of, skipped
from archive.sources.page import looks_wide, whole_file

NO_CAPTURE = re.compile(
    r"\.("
    r"py|js|mjs|ts|jsx|tsx|css|scss|less|map|csv|tsv|xml|xsl|xsd|rss|atom|svg|md|rst|tex|bib|json|geojson|"
    r"json5|har|yaml|yml|toml|ini|cfg|conf|log|sh|bat|ps1|c|h|cc|cpp|hpp|java|go|rs|rb|php|pl|r|lua|sql|ipynb|"
    r"srt|vtt|ics|vcf|eml|mbox|mht|mhtml|cdx|cdxj|idx|lock|sha1|sha256|md5|pem|crt|plist"
    r")"
)
ARCHIVES = re.compile(r"\.(warc|wet|wat|arc|wacz)")
BROWSERS = re.compile(r"\.(har|mht|mhtml)")
NAMES = (".txt", ".text")
LINES = (".jsonl", ".ndjson")
JSON = re.compile(rb"(\xef\xbb\xbf)?\s*(\{\s*[\"}]|\[\s*[\[{\]])")
MIME = re.compile(rb"(?im)^mime-version:")
MAIL = re.compile(rb"(?im)^(from:|content-type:\s*multipart/)")
ODD = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
FEW = 0.02


class DumpSource:
    """Reads a text that was saved as a file."""

    kind = "text"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the bytes are text; a name that says so lets a text pass that starts like JSON's list."""
        del name
        return looks_like_text(head)

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """The text, or a ``Skip`` where it is something written for machines."""
        opened.file.seek(0)
        name = name_for_ties(opened)
        reason = no_capture(opened.file.read(1 << 16), name)
        if reason:
            yield skipped(opened, "other", reason)
        else:
            yield whole_file(opened, options, "text/plain")


def no_capture(head: bytes, name: str) -> str | None:
    """What a text is that is no capture ("a .css file, no capture"); None where it may be one."""
    suffix = PurePosixPath(name.lower().removesuffix(".open")).suffix
    if reason := _by_name(suffix, name):
        return reason
    if JSON.match(head) and not (suffix in NAMES and head.lstrip()[:1] == b"["):
        return "a JSON document, not one object a line"
    if MIME.search(head[:2048]) and MAIL.search(head[:4096]):
        return "a mail, no capture"
    return None


def _by_name(suffix: str, name: str) -> str | None:
    if ARCHIVES.fullmatch(suffix):
        return f"named {suffix}, but no record starts in it"
    if BROWSERS.fullmatch(suffix):
        return f"named {suffix}, but it does not begin like one"
    if suffix in LINES:
        return f"named {suffix}, but none of its first lines is a JSON object"
    if NO_CAPTURE.fullmatch(suffix) or name == ".DS_Store":
        return f"a {suffix or name} file, no capture"
    return None


def looks_like_text(head: bytes) -> bool:
    """True where the first bytes are text in some encoding: few control characters, NUL only where UTF-16 or -32."""
    for mark, _, encoding in BOMS[1:]:
        if head.startswith(mark):
            text = head[: len(head) // 4 * 4].decode(encoding, "replace")
            return text.count("\ufffd") + text.count("\0") <= FEW * len(text)
    if wide_codec(head):
        return True
    if looks_wide(head):
        return len(ODD.findall(head.replace(b"\0", b""))) <= FEW * len(head)
    if name_of(head):
        return False
    return len(ODD.findall(head)) <= FEW * len(head)


SOURCE = DumpSource()

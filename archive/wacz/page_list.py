"""The lists of pages: JSON Lines with an URL and a time each (WACZ 1.1.1, "pages.jsonl")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from archive.model import WaczFinding
from archive.sources.unpack import Broken
from archive.wacz.opened import Opened, error, is_time, lines_of, warning

PAGES, SECTION = "pages/pages.jsonl", "pages.jsonl"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")


def check_pages(opened: Opened) -> Iterator[WaczFinding]:
    """Findings about ``pages/pages.jsonl`` and other lists of pages."""
    if PAGES not in opened.members:
        yield error(SECTION, PAGES, "must be present")
    for name in opened.under("pages"):
        if name.endswith(".jsonl") and opened.has(name):
            try:
                for number, line in enumerate(lines_of(opened.pieces(name)), 1):
                    yield from _check_line(name, number, line)
            except Broken as why:
                yield error(SECTION, name, why.detail)


def _check_line(name: str, number: int, line: bytes) -> Iterator[WaczFinding]:
    try:
        page = json.loads(line.decode())
    except (ValueError, RecursionError) as why:
        yield error(SECTION, name, f"each line must be JSON: {why}", number)
        return
    if not isinstance(page, dict):
        yield error(SECTION, name, "each line must be a JSON object", number)
        return
    if number == 1:
        if "url" not in page and isinstance(page.get("format"), str):
            return
        yield warning(SECTION, name, "a page; viewers take the first line for the head of the list", number)
    if not isinstance(page.get("url"), str) or not URL.match(page["url"]):
        yield error(SECTION, name, '"url" must be there, a URL', number)
    if not is_time(page.get("ts")):
        yield error(SECTION, name, '"ts" must be there, a time as of RFC 3339', number)
    for key in ("title", "text"):
        if not isinstance(page.get(key, ""), str):
            yield error(SECTION, name, f'"{key}" must be a text', number)
    size = page.get("size", 0)
    if isinstance(size, bool) or not isinstance(size, int):
        yield error(SECTION, name, '"size" must be a whole number', number)

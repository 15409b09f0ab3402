"""Where a page stands: the publication, its section, the page's own address, its tags."""

# ruff: noqa: RUF001  commas look alike

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from archive.extraction.head import Head
from archive.extraction.jsonld import JsonLd
from archive.extraction.people import People
from archive.extraction.titles import SEPARATORS
from archive.extraction.values import (
    MAX_TEXT,
    MAX_VALUES,
    NOTHING,
    Candidate,
    Value,
    absolute,
    clean_text,
    first_address,
    spelling,
)

MAX_SITE: Final = 60  # characters of a site's name; a longer one is a headline or a slogan
MAX_STEP: Final = 50  # characters of a section's name; a longer step is the article's own title
MIN_LABEL: Final = 3  # letters that name and host must share
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


def own_address(candidates: list[Candidate], base: str | None, url: str | None) -> Value:
    """The first address that a page calls its own; the home page only for the home page."""
    if url and not _is_home(url):
        candidates = [one for one in candidates if not _is_home(absolute(one[0], base) or "")]
    return first_address(candidates, base)


def _is_home(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.path in {"", "/"} and not parts.query


def site_name(candidates: Iterable[Candidate], head: Head, url: str | None) -> Value:
    """The first name of a site that is no address; or the part of the page's title that is the host's name."""
    for raw, origin in candidates:
        text = clean_text(raw)
        if text and len(text) <= MAX_SITE and not _ADDRESS.match(text):
            return text, origin
    title = clean_text(head.titles[0]) if head.titles else None
    cuts = list(SEPARATORS.finditer(title or ""))
    if not title or not cuts:
        return NOTHING
    for part in (title[cuts[-1].end() :], title[: cuts[0].start()]):
        if len(part) <= MAX_SITE and _is_host(spelling(part), url):
            return part, "html"
    return NOTHING


def _is_host(name: str, url: str | None) -> bool:
    """Whether a name is spelled like the host's own label, or the one begins with the other."""
    try:
        labels = (urlsplit(url or "").hostname or "").removeprefix("www.").split(".")
    except ValueError:
        return False
    known = [spelling(label) for label in labels[:-1]] + [spelling("".join(labels))]
    return any(
        min(len(name), len(one)) >= MIN_LABEL and (name.startswith(one) or one.startswith(name)) for one in known
    )


def section_of(
    candidates: list[Candidate], said: JsonLd, *, title: str | None, site: str | None, url: str | None
) -> Value:
    """The section that the page states; or the last step before the article on the way to it (breadcrumbs)."""
    for raw, origin in candidates:
        text = clean_text(raw)
        if text and not _ADDRESS.match(text):
            return text, origin
    steps = [
        text
        for name, address in said.crumbs
        if (text := _step(name, address, url)) and spelling(text) != spelling(site or "")
    ]
    if steps and (len(steps[-1]) > MAX_STEP or spelling(title or "") in spelling(steps[-1])):
        steps.pop()
    return (steps[-1], "json-ld") if steps and len(steps[-1]) <= MAX_STEP else NOTHING


def _step(name: str, address: str, url: str | None) -> str | None:
    """A step on the way to the page that is neither the home page nor the page itself."""
    where = absolute(address, url) if address else None
    if where and (_is_home(where) or (url and where.rstrip("/") == url.rstrip("/"))):
        return None
    return clean_text(name) if where else None


def tags_of(sources: Iterable[list[Candidate]], title: str | None) -> People:
    """The first source's tags, one each, in its order; a single value is a list with commas. No ids, and no title."""
    for candidates in sources:
        values = [raw for raw, _ in candidates[:MAX_VALUES]]
        if len(values) == 1:
            values = re.split(r"[,;、，]", values[0][: MAX_TEXT * 2])
        tags: dict[str, str] = {}
        for text in filter(None, map(clean_text, values[:MAX_VALUES])):
            if not _ID.fullmatch(text) and text != title:
                tags.setdefault(text.casefold(), text)
        if tags:
            return tuple(tags.values()), candidates[0][1]
    return (), None

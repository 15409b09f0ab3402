"""One raw value of a page, cleaned: text, date, address or language; and the first of several that is any."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

from archive.extraction.dates import parse_date

Candidate = tuple[str, str]  # a raw value and its origin
Value = tuple[str | None, str | None]  # a clean value and its origin, or neither
NOTHING: Final[Value] = (None, None)
MAX_TEXT: Final = 5000  # characters of one value; the longest honest description has a tenth of it
MAX_VALUES: Final = 200  # of one field
NO_VALUE: Final = frozenset({"null", "none", "undefined", "nan", "n/a", "[object object]", "false", "true"})

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_MARKUP = re.compile(
    r"</?(?:p|b|i|em|strong|span|a|u|div|su[bp]|font|small|mark|cite|q|wbr)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][\w-]*)?\s*")


def clean_text(raw: str) -> str | None:
    """A value as one line of NFC text: entities of either level read, no markup or unseen characters; None if empty."""
    text = raw[: MAX_TEXT * 2]
    if "&" in text:
        text = unescape(unescape(text))
    if "<" in text:
        text = _MARKUP.sub("", text)
    # NFC last: what stood around an unseen character may now compose
    text = " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())[:MAX_TEXT]
    return None if not text or text.lower() in NO_VALUE else text


def spelling(text: str) -> str:
    """What two spellings of a name or a title share: letters and figures, in lower case."""
    return "".join(filter(str.isalnum, unescape(text[:MAX_TEXT]).casefold()))


def first_text(candidates: Iterable[Candidate]) -> Value:
    """The first that has any text."""
    for raw, origin in candidates:
        text = clean_text(raw)
        if text:
            return text, origin
    return NOTHING


def first_date(candidates: list[Candidate]) -> Value:
    """The first that is a date, as ISO 8601."""
    for raw, origin in candidates[:MAX_VALUES]:
        date = parse_date(raw)
        if date:
            return date, origin
    return NOTHING


def in_own_zone(candidates: list[Candidate], others: list[Candidate]) -> Value:
    """The first date; where it is in UTC, the same instant in the publication's own zone, if the page states that too.

    The day of a newspaper is that of its place: 01:18 UTC on the 24th is still the 23rd in San Francisco.
    """
    first = first_date(candidates)
    if not first[0] or not first[0].endswith("+00:00"):
        return first
    instant = datetime.fromisoformat(first[0])
    for raw, origin in [*candidates, *others][:MAX_VALUES]:
        if len(raw) > len("2024-08-27T10:00") and (date := parse_date(raw)) and date[-6:-5] in {"+", "-"}:
            moment = datetime.fromisoformat(date)
            if moment.utcoffset() and moment == instant:
                return date, origin
    return first


def first_address(candidates: list[Candidate], base: str | None) -> Value:
    """The first that is an http(s) address, resolved against ``base``."""
    for raw, origin in candidates[:MAX_VALUES]:
        address = absolute(raw, base)
        if address:
            return address, origin
    return NOTHING


def absolute(raw: str | None, base: str | None) -> str | None:
    """An http(s) address with a host, resolved; None for anything else."""
    text = clean_text(raw or "")
    if not text or len(text) > 2048 or " " in text:  # noqa: PLR2004  the longest address that browsers agree on
        return None
    try:
        address = urljoin(base or "", text)
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return address if known else None


def first_language(candidates: list[Candidate]) -> Value:
    """The first that is a language tag: its two letters, in lower case."""
    for raw, origin in candidates[:MAX_VALUES]:
        found = _LANGUAGE.fullmatch(raw[:40])
        if found:
            return found[1].lower(), origin
    return NOTHING


def from_jsonld(values: Iterable[str]) -> list[Candidate]:
    """Values with JSON-LD as their origin."""
    return [(value, "json-ld") for value in values]

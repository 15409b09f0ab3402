"""Dates inside short texts: "By Ada Quay, 3 Mar 2024, 10:15 | 4 min read"; and dates in addresses.

Only a date with day, month and year is one; what is impossible is none, and never another day.
"""

# ruff: noqa: RUF001  words between day and time are in their own scripts

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from archive.extraction.dates import parse_date
from archive.extraction.months import LETTERS, MONTHS, fold

MAX_SEARCHED: Final = 300  # characters of a text that is searched
MAX_FOUND: Final = 3  # dates of one text
BEHIND: Final = 32  # characters behind a day in which its time may stand

_YEAR = r"(?:1[89]|20)\d\d"
_FIGURES = re.compile(r"\d{4}|\d\.\s?\d\d?\.\s?\d\d")
_DATE = re.compile(
    rf"(?<![\d.,/-]){_YEAR}\s?[-/.年년]\s?\d\d?\s?[-/.月월]\s?\d\d?(?![\d/])[日일]?"
    rf"|(?<![\d.,/-])\d\d?\s?([-/.])\s?\d\d?\s?\1\s?{_YEAR}(?![\d-]|\.\d)"
    rf"|(?<!\d)\d\d?(?:\s?(?:st|nd|rd|th|er|eme|o|a|[.ºª])(?!\w))?(?:[\s,/-]+|\.)(?:de\s|of\s|di\s)?"
    rf"(?P<one>{LETTERS})[.,]?(?:\s+de|\s+del)?[\s,/-]*{_YEAR}(?!\d)"
    rf"|(?<![^\W\d_])(?P<two>{LETTERS})\.?[\s-]*\d\d?(?:\s?(?:st|nd|rd|th)\b)?[\s,.-]+(?:de\s)?{_YEAR}(?!\d)"
    rf"|(?<!\d){_YEAR}\.?[\s-]+(?P<three>{LETTERS})[\s-]+\d\d?(?!\d)"
    r"|(?<![\d.,/-])(?P<short>\d\d?\.\s?\d\d?\.\s?)(?P<century>[012349]\d)(?![\d-]|\.\d)"
    rf"|(?<!\d)\d\d?\s+thang\s+\d\d?(?:,|\s|nam)+{_YEAR}(?!\d)"
)
_CLOCK = re.compile(
    r"^(?:t(?=\d)|\W{0,3}(?:(?:at|um|a las|alle|a|klo|kl|o|om|saat|и|в|о|à|às|as|ore|de)\b\.?\W{0,2})?)"
    r"(\d\d?\s?[:h時点时시.]\s?\d\d(?!\d)분?(?:\:\d\d)?(?:\s?[ap]\.?\s?m\b\.?)?(?:\s?uhr\b)?"
    r"(?:\s?\(?(?:[+-]\d\d:?\d\d|(?:z|utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest|mez|mesz|jst|kst|msk)\b(?![+-]))\)?)?)"
)
_OFFSET = re.compile(r"\b(?:gmt|utc)\s?([+-])(\d\d?)(?::?(\d\d))?(?!\d)")
_THANG = re.compile(r"\s+thang\s+(\d\d?)\D+")
_IN_PATH = re.compile(
    rf"(?<![\d])({_YEAR})([/-]|%2F)(\d\d?)\2(\d\d?)(?![\d])|(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)"
    rf"|/({_YEAR})/([a-z]{{3,9}})/(\d\d?)(?!\d)",
    re.IGNORECASE,
)
MONTH_FIRST: Final = frozenset({"en", "en-us", "en-ph", "en-ca"})


@dataclass(frozen=True, slots=True)
class Written:
    """A date in a text, in ISO 8601, and what stands around it, folded."""

    when: str
    before: str
    after: str


def find_dates(text: str, *, day_first: bool | None) -> list[Written]:
    """The dates in a short text, with their times of day."""
    if len(text) > MAX_SEARCHED or not _FIGURES.search(text):
        return []
    folded = fold(unicodedata.normalize("NFKC", text))
    if not folded.isascii():
        folded = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in folded)
    folded = _OFFSET.sub(lambda zone: f"{zone[1]}{int(zone[2]):02}:{zone[3] or '00'}", folded)
    found: list[Written] = []
    at = 0
    while len(found) < MAX_FOUND and (match := _DATE.search(folded, at)):
        at = match.end()
        word = match["one"] or match["two"] or match["three"]
        if word and word not in MONTHS:
            at = max(match.start() + 1, match.start(next(k for k in ("one", "two", "three") if match[k])))
            continue
        if match["short"] and (century := match["century"]):  # 28.01.22: this century up to 49, the last from 90
            matched = f"{match['short']}{'19' if century[0] == '9' else '20'}{century}"
        else:
            matched = match[0]
        raw = _THANG.sub(r"/\1/", matched)
        day_first = True if raw != matched else day_first
        clock = _CLOCK.match(folded[at : at + BEHIND])
        when = clock and parse_date(f"{raw} {clock[1].replace('(', ' ').replace(')', '')}", day_first=day_first)
        end = at + clock.end() if when and clock else at
        when = when or parse_date(raw, day_first=day_first)
        if when:
            found.append(Written(when, folded[: match.start()], folded[end:]))
            at = end
    return found


def date_in_address(url: str | None) -> str | None:
    """The one day that an address's path names, as ``/2024/03/01/`` or ``20240301`` or ``/2024/mar/01/``."""
    try:
        path = unquote(urlsplit(url or "").path)[:1000]
    except ValueError:
        return None
    days = set()
    for found in _IN_PATH.finditer(path):
        parts = [part for part in found.groups() if part and part not in "/-"]
        month = str(MONTHS.get(parts[1].lower(), "")) if parts[1].isalpha() else parts[1]
        day = month and parse_date(f"{parts[0]}-{int(month):02}-{int(parts[2]):02}")
        if day and day[:4] >= "1990":
            days.add(day)
    return days.pop() if len(days) == 1 else None


def is_day_first(language: str | None) -> bool | None:
    """Whether ``03/04/2024`` is the third of April in pages of a language; None where nobody knows."""
    if not language:
        return None
    tag = language.strip().lower().replace("_", "-")[:12]
    if tag == "en":
        return None
    return tag not in MONTH_FIRST


def not_after(when: str, captured_at: datetime | None) -> bool:
    """Whether a day is none of the future, seen from the capture; one day is left to the zones."""
    if captured_at is None:
        return True
    return date.fromisoformat(when[:10]) <= captured_at.date() + timedelta(days=1)

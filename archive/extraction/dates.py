"""Dates as pages write them, turned into ISO 8601 with just the precision and zone that was written.

``parse_date`` is a closed grammar of its own and no general parser: those fill gaps from today's date, read two-digit
years by the clock and take the machine's zone for a name they know (dateutil does all three), and a corpus must read
the same on every day and machine. What is ambiguous or impossible gives None, never another day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from archive.extraction.months import AMBIGUOUS_WORDS, LETTERS, MONTHS, fold

MAX_RAW: Final = 256  # characters looked at before spaces and brackets are dropped
MAX_CHARS: Final = 64  # "Wednesday, September 27, 2024 at 10:00:00 AM GMT+02:00" has 54
YEARS: Final = range(1800, 2101)
EPOCH_SECONDS: Final = (631_152_000, 4_102_444_800)  # 1990 to 2100: outside it a number is more likely an id
FULL_OFFSET: Final = 15 * 60  # no zone on Earth is further than 14 hours from UTC

# Zones that RFC 2822 defines, and those whose letters mean one offset only (BST, IST and the like mean several).
ZONES: Final = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180,
    "jst": 540, "kst": 540,
}  # fmt: skip

_ISO = re.compile(
    r"(?P<year>\d{4})(?:(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:[Tt ]\s?(?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"|(?P<minute2>\d\d)(?P<second2>\d\d)?(?:[.,]\d+)?)"
    r"\s?(?:(?P<zone>[A-Za-z]{1,4})|(?P<offset>[+-]\d\d?(?::?\d\d)?))?)?(?:\[[\w/+-]*\])?"
)
_DIGITS = re.compile(r"(\d{8})(\d{4})?(\d\d)?")
_NUMBER = re.compile(r"(\d{9,13})(?:\.\d+)?")
_BRACKETED = re.compile(r"\([^()]*\)")
_TIME = re.compile(
    r"(?<![\d:])(?P<hour>\d\d?)\s?(?:[:h時点时]|\.(?=\d\d\s?uhr))\s?(?P<minute>\d\d)(?!\d)分?"
    r"(?::(?P<second>\d\d)(?!\d)(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?\s?(?:uhr\b)?"
    r"\s?(?:\(?(?P<zone>[a-z]{1,4})\b\)?)?\s?(?P<offset>[+-]\d\d:?\d\d(?!\d))?"
)
_HOUR_ONLY = re.compile(r"(?<![\d:])\d\d?\s?[ap]\.?\s?m\b\.?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d\d?)\s?[-/.月월]\s?(\d\d?)(?!\d)[日일]?")
_YEAR_LAST = re.compile(r"(?<!\d)(\d\d?)\s?([-/.])\s?(\d\d?)\s?\2\s?(\d{4})(?!\d)")
_WORD = re.compile(LETTERS)
_COUNT = re.compile(r"\d+")


def parse_date(text: str, *, day_first: bool | None = None) -> str | None:
    """ISO 8601 as ``2024-08-27``, ``2024-08-27T10:00`` or ``2024-08-27T10:00:00+02:00``; None if it is no one date.

    Fractions of a second are cut. A day, month and year must be stated; ``03/04/2024`` is two dates and so is none,
    while ``03.04.2024`` is the third of April wherever people write dots. Years outside 1800 to 2100 are none.
    ``day_first`` says which of the two it is, where the page's language does.
    """
    if len(text) > MAX_RAW:
        return None
    text = " ".join(_BRACKETED.sub(" ", unicodedata.normalize("NFKC", text)).split()).strip(" ,;|·")
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        return _iso(text) or _digits(text) or _written(fold(text), day_first=day_first)
    except (ValueError, OverflowError):  # an impossible day, hour or offset
        return None


def _iso(text: str) -> str | None:
    """The ISO 8601 forms, extended and basic, with a space for the T."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    part = found.groupdict()
    if part["month2"] and part["hour"] is None:
        return None  # eight digits: _digits
    zone = part["zone"]
    if zone and zone.lower() not in ZONES:
        return None  # "AM", "Uhr": _written
    return _compose(
        (int(part["year"]), int(part["month"] or part["month2"]), int(part["day"] or part["day2"])),
        part["hour"],
        part["minute"] or part["minute2"],
        part["second"] or part["second2"],
        _minutes(part["offset"], zone),
    )


def _digits(text: str) -> str | None:
    """20240827, 20240827100000, or seconds or milliseconds since 1970."""
    found = _DIGITS.fullmatch(text)
    if found and int(text[:4]) in YEARS:
        day, clock, second = found.groups()
        if clock or not second:
            hour, minute = (clock[:2], clock[2:]) if clock else (None, None)
            return _compose((int(day[:4]), int(day[4:6]), int(day[6:])), hour, minute, second, None)
    number = _NUMBER.fullmatch(text)
    if number is None:
        return None
    seconds = int(number[1]) // (1000 if len(number[1]) > 11 else 1)  # noqa: PLR2004  11 digits: the year 5138
    if not EPOCH_SECONDS[0] <= seconds < EPOCH_SECONDS[1]:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()


def _written(text: str, *, day_first: bool | None) -> str | None:
    """Dates in words or in figures with a time beside them; every figure must have a part in it."""
    clock = _TIME.search(text)
    hour = minute = second = None
    offset = None
    if clock:
        hour, minute, second = clock["hour"], clock["minute"], clock["second"]
        if clock["half"]:
            if not 1 <= int(hour) <= 12:  # noqa: PLR2004
                return None
            hour = str(int(hour) % 12 + 12 * (clock["half"] == "p"))
        offset = _minutes(clock["offset"], clock["zone"])
        text = f"{text[: clock.start()]} {_unused(clock)} {text[clock.end() :]}"
    else:
        text = _HOUR_ONLY.sub(" ", text)
    day = _figures(text, day_first=day_first) or _words(text)
    return day and _compose(day, hour, minute, second, offset)


def _unused(clock: re.Match[str]) -> str:
    """The word behind a time where it is no zone: a month, say."""
    zone: str | None = clock["zone"]
    return zone if zone and zone not in ZONES else ""


def _figures(text: str, *, day_first: bool | None) -> tuple[int, int, int] | None:
    first = _YEAR_FIRST.search(text)
    if first:
        rest = text[: first.start()] + text[first.end() :]
        return None if _COUNT.search(rest) else (int(first[1]), int(first[2]), int(first[3]))
    last = _YEAR_LAST.search(text)
    if last is None or _COUNT.search(text[: last.start()] + text[last.end() :]):
        return None
    one, two, year = int(last[1]), int(last[3]), int(last[4])
    if last[2] == "." or one > 12 or one == two:  # noqa: PLR2004
        return year, two, one
    if two > 12:  # noqa: PLR2004
        return year, one, two
    return None if day_first is None else (year, two, one) if day_first else (year, one, two)


def _words(text: str) -> tuple[int, int, int] | None:
    """One month by name, one year of four figures, one day of one or two."""
    months = [word for word in _WORD.findall(text) if word in MONTHS]
    if len({MONTHS[word] for word in months}) > 1:
        months = [word for word in months if word not in AMBIGUOUS_WORDS]
    counts = _COUNT.findall(text)
    if len({MONTHS[word] for word in months}) != 1 or len(counts) != 2:  # noqa: PLR2004
        return None
    day, year = sorted(counts, key=len)
    if len(year) != 4 or len(day) > 2:  # noqa: PLR2004
        return None
    return int(year), MONTHS[months[0]], int(day)


def _minutes(offset: str | None, zone: str | None) -> int | None:
    """Minutes east of UTC, as stated by figures or else by a name that has one meaning."""
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)  # noqa: PLR2004
        total = hours * 60 + minutes
        if total > FULL_OFFSET or minutes > 59:  # noqa: PLR2004
            message = f"offset {offset}"
            raise ValueError(message)
        return -total if offset[0] == "-" else total
    return ZONES.get(zone.lower()) if zone else None


def _compose(
    day: tuple[int, int, int], hour: str | None, minute: str | None, second: str | None, offset: int | None
) -> str | None:
    """The checked date as text; the zone only where a time is stated."""
    if day[0] not in YEARS:
        return None
    moment = datetime(*day, int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001  zone follows
    if hour is None or minute is None:
        return moment.date().isoformat()
    if offset is not None:
        moment = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    return moment.isoformat(timespec="seconds" if second is not None else "minutes")

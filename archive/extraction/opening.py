"""What the lines about the beginning of a text capture say of it: headline, authors and day.

Only what stands there plainly counts: a line that says nothing else. What is not there is not guessed.
"""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the marks are of many scripts

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from archive.extraction.lines import HEAD, Line

_NEAR: Final = 6  # lines before and after the first kept one that may tell the author and the day
MONTHS: Final = (
    "jan ene gen янв oca", "feb fév fev фев şub", "mar mär mrt maa мар", "apr avr abr huh апр nis", "may mai maj mag mei tou мая",
    "jun juin giu kes июн haz", "jul juil lug hei июл", "aug aoû ago elo авг ağu", "sep set syy сен eyl",
    "oct okt ott out lok окт eki", "nov нояб ноя kas", "dec dez déc dic des jou дек ara",
)  # fmt: skip
_ISO: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)")
_NUMERIC: Final = re.compile(
    r"(?<!\d)(\d\d?)\.\s?(\d\d?)\.\s?((?:19|20)\d\d)(?!\d)"
)  # with dots it is always day first
_EAST: Final = re.compile(r"((?:19|20)\d\d)\s?[年년]\s?(\d\d?)\s?[月월]\s?(\d\d?)\s?[日일]")
_DAY_MONTH: Final = re.compile(
    r"(?<!\d)(\d\d?)(?:st|nd|rd|th|er|\.)?\s(?:de\s)?([^\W\d_]{3,10})\.?,?\s(?:de\s)?((?:19|20)\d\d)(?!\d)"
)
_MONTH_DAY: Final = re.compile(r"\b([^\W\d_]{3,10})\.?\s(\d\d?)(?:st|nd|rd|th)?,?\s((?:19|20)\d\d)(?!\d)")
_BY: Final = re.compile(
    r"(?:(?:written |words |posted |reported )?by|von|par|por|di|door|av|af|autore?|текст|автор|yazan)\s?:?\s(.{3,120})",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s?,\s|\s(?:and|und|et|y|e|en|och|og|и|ve|&)\s")
_NAME: Final = re.compile(
    r"[^\W\d_a-z][\w.'’-]{0,30}(?:\s(?:de|da|van|von|der|den|del|di|la|le|al|bin|el|[^\W\d_a-z][\w.'’-]{0,30})){1,4}"
)
FIRST_YEAR: Final = 1980  # no web page is older, and "12.10.1970" in a first line is somebody's birthday
_MONTHS: Final = {name: number for number, names_ in enumerate(MONTHS, 1) for name in names_.split()}


def _title(lines: list[Line], begin: int) -> Line | None:
    """The headline before the first kept line: what the dump's first line says again, or that line over a byline."""
    top = lines[0].text[:HEAD] if lines else ""
    for i in range(begin - 1, 0, -1):  # in scraped paragraphs a first line soon said again is the site's own
        if 3 <= lines[i].words <= 30 and lines[i].text in top and i > _NEAR:
            return lines[i]
    # Without a byline or day below it, none of some hundred such lines of scraped paragraphs was the headline.
    stated = begin <= 3 and any(names(line.text) or day(line.text) for line in lines[1:begin])
    return lines[0] if stated and 4 <= lines[0].words <= 20 and not lines[0].shut and not lines[0].apart else None


def facts(lines: list[Line]) -> tuple[str | None, tuple[str, ...], str | None]:
    """Title, authors and day, where the lines about the first kept one state them plainly."""
    begin = next((i for i, line in enumerate(lines) if line.kept), 0)
    title = _title(lines, begin)
    if title:
        title.reason, title.score = "other", 0.7
    about = [line for line in lines[max(0, begin - _NEAR) : begin + _NEAR] if not line.kept and line.words <= 20]
    authors = next((found for found in (names(line.text) for line in about) if found), ())
    days = [found for line in about if line.reason == "byline" and (found := day(line.text))]
    return title.text if title else None, authors, days[0] if len({one[:10] for one in days}) == 1 else None


def day(text: str) -> str | None:
    """The one day that a short line states beyond doubt, as ISO 8601; with the time only where it is ISO itself."""
    if iso := _ISO.search(text):
        with suppress(ValueError):
            return iso[0].replace(" ", "T") if datetime.fromisoformat(iso[0]).year >= FIRST_YEAR else None
    for pattern, order in ((_NUMERIC, "dmy"), (_EAST, "ymd"), (_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy")):
        if match := pattern.search(text):
            part = dict(zip(order, match.groups(), strict=True))
            month, word = part["m"], part["m"].lower()
            number = int(month) if month.isdigit() else _MONTHS.get(word[:4]) or _MONTHS.get(word[:3], 0)
            with suppress(ValueError):
                found = date(int(part["y"]), number, int(part["d"]))
                return found.isoformat() if found.year >= FIRST_YEAR else None
    return None


def names(text: str) -> tuple[str, ...]:
    """The names in a byline: two to four capitalised words each, after a word such as "by"."""
    match = _BY.match(text)
    if not match:
        return ()
    found = tuple(part.strip() for part in _AND.split(match[1]))
    return found if all(_NAME.fullmatch(part) for part in found) else ()

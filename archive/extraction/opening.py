"""What the lines about the beginning of a text capture say of it: headline, authors and day.

Only what a line states plainly counts, and nothing is guessed. How often it is right: ``DATASHEET_DUMPS.md``, beside what
learns the weights.
"""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the dashes are those of titles

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archive.extraction.lines import HEAD, Line
from archive.extraction.months import fold
from archive.extraction.people import is_name, label_end, person_names
from archive.extraction.phrases import DATED
from archive.extraction.written import Written, find_dates

_ABOUT: Final = 12  # lines before the first kept one, and some after it, that may tell author and day
_BEHIND: Final = 6
_TOP: Final = 5  # lines at the top of a dump
_LONG: Final = 20  # words of a line that tells them and nothing else
_TELLING: Final = re.compile(r"\w{5,}|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2}")
_APART: Final = re.compile(
    r"\s*[|–—·•»:-]\s|\s\W?\s?$|\s\("
)  # between a headline and the site's name in a page's title
_WORD: Final = re.compile(r"\w+")
_BESIDE: Final = frozenset(fold(word) for phrase in DATED for word in phrase.split())
_UPDATED: Final = re.compile(
    r"updated|modified|revised|reviewed|effective|aktualisiert|geandert|mis(?:e)? a jour|modifie|actualizad|aggiornat|atualizad|bijgewerkt"
    r"|uppdatera|oppdatert|opdatere|paivitetty|aktualiz|обновлен|оновлен|guncelle|更新|修改|수정|تحديث"
)
_LITTLE: Final = 4  # words that may stand beside a date, besides those that say what it is the date of


def facts(lines: Sequence[Line]) -> tuple[Line | None, tuple[str, ...], str | None]:
    """The headline's line, the authors' names and the day, each only where the lines about the first kept one state it."""
    begin = next((i for i, line in enumerate(lines) if line.kept), 0)
    title = _title(lines, begin)
    about = [line for line in lines[max(0, begin - _ABOUT) : begin + _BEHIND] if not line.kept and line.words <= _LONG]
    authors = next((names for names in (_names(line.text) for line in about) if names), ())
    days = {day for line in about if (day := _day(line.text))}
    return title, authors, min(days, key=lambda day: (len(day), day)) if len({day[:10] for day in days}) == 1 else None


def _title(lines: Sequence[Line], begin: int) -> Line | None:
    """The headline, where the dump says so twice: a line before the article with which the first line begins.

    Menus stand twice in a page too: so the article must have one of its longer words. Without the page's title at the
    top, it is the line with the article's words that stands there over a byline or a day.
    """
    top = next((i for i in range(begin) if not lines[i].reason), begin)
    for i in range(begin - 1, top, -1):
        if 3 <= lines[i].words <= 30 and _heads(lines[i].text, lines[top].text[:HEAD]):
            return lines[i] if _said(lines).intersection(_TELLING.findall(lines[i].text.lower())) else None
    return _over_byline(lines, begin)


def _said(lines: Sequence[Line]) -> set[str]:
    """The longer words of the article."""
    return {word for line in lines if line.kept for word in _TELLING.findall(line.text[:HEAD].lower())}


def _over_byline(lines: Sequence[Line], begin: int) -> Line | None:
    """The line of four words or more, of whose longer words the article has most, before a byline or a day at the top.

    Farther down such a line is the headline in two of three dumps, else a standfirst or another article's.
    """
    stated = next((i for i in range(min(_TOP, begin)) if _names(lines[i].text) or _day(lines[i].text)), None)
    if stated is None:
        return None
    said = _said(lines)
    for i in range(stated - 1, max(-1, stated - 4), -1):
        line = lines[i]
        if not line.reason and 4 <= line.words <= 20 and line.text[-1] not in ".:" and _shared(line, said):
            return line
    return None


def _shared(line: Line, said: set[str]) -> bool:
    """Whether the article has half of a line's longer words, and two of them at least."""
    words = set(_TELLING.findall(line.text.lower()))
    return len(words & said) * 2 >= max(4, len(words))


def _heads(text: str, top: str) -> bool:
    """Whether ``top`` is ``text``, or that and what sets the site's name off."""
    return text[-1] != "." and top.startswith(text) and (len(top) == len(text) or bool(_APART.match(top, len(text))))


def _names(text: str) -> tuple[str, ...]:
    """The names in a line that says it is a byline: a word such as "by", and names behind it."""
    if not label_end(text):
        return ()
    dates = find_dates(text, day_first=None)
    if dates:
        text = text[: len(dates[0].before)].rstrip(" ,|·-–—")
    names = person_names(text)
    return tuple(names) if names and all(map(is_name, names)) else ()


def _day(text: str) -> str | None:
    """The one day that a line states and says little else."""
    dates = find_dates(text, day_first=None)
    if len({date.when[:10] for date in dates}) != 1 or not _is_bare(dates) or _UPDATED.search(fold(text)):
        return None
    return max((date.when for date in dates), key=len)


def _is_bare(dates: Sequence[Written]) -> bool:
    around = _WORD.findall(dates[0].before) + _WORD.findall(dates[-1].after)
    return len([word for word in around if word not in _BESIDE and not word.isdigit()]) <= _LITTLE

"""The names in the short texts around a headline, or in an element that says it holds the author's.

A text counts as a byline if a word before it says so ("By", "Von", "Автор:", "記者"), if its element or its link does
(class, rel, itemprop, an address such as ``/author/ada-quay``), or if it is a person's name and nothing else, and the
date of the article stands next to it.
"""

# ruff: noqa: RUF001  labels are in their own scripts

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from archive.extraction.around import Piece
from archive.extraction.people import has_occupation, is_byline, is_name, is_role, label_end, person_names
from archive.extraction.values import spelling
from archive.extraction.written import find_dates

BACK: Final = 14  # texts before a headline that are looked at; behind them are menus
MAX_DOUBTS: Final = 8  # texts that look like a byline and are menus; each costs a search of the whole text
NEXT: Final = 2  # texts between a name and the date beside it, a picture's caption or a role among them
NEAR_LABEL: Final = 3  # lines between a label and its name
MAX_SINGLE: Final = 20  # characters of a pen name, or of a name in a script without spaces
MAX_ALONE: Final = 60  # characters of names that stand alone
MAX_BYLINE: Final = 160  # characters of a text with names in it
_HINT = re.compile(
    r"author|byline|by-line|post-?user|posted-?by|contributor|writer|autor|auteur|verfasser|redakteur|journalist|reporter|forfatter|skribent|kirjoittaja"
    r"|yazar|penulis|\bvcard\b|\bfn\b"
)
_NAMED = re.compile(r"(?:^|[\s_-])(?:author|byline|fn|author-?_*(?:name|link))(?:\s|$)")
_OTHER = re.compile(
    r"photo|caption|image|img|comment|related|widget|social|share|role|position|occupation|job|desc|about|avatar|follow"
    r"|category|\btags?\b|topic|\bbread|section|kicker|\bnav|menu|\bdate|published|time"
)
_AUTHOR_LINK = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|autori|people|person(?:s|en)?|staff|profiles?|profil|writers?|contributors?"
    r"|columnists?|reporters?|journalists?|redaktion|journalisten?|by|bio|yazarlar|yazar|penulis|medarbejdere|forfatter"
    r"|skribent|redaktor(?:zy)?|team|users?|experts?)[/.?=]|[?&]author="
)
_OTHER_LINK = re.compile(r"/(?:category|categories|tags?|topics?|sections?|thema|themen|rubrik|kategori|c)/|^#")
_JOINER = re.compile(r"(?:,|&|/|\||and|und|et|y|e|i|en|och|og|ja|és|и|та|ve|with|mit|、|，|・)+\s*,?", re.IGNORECASE)
_CUT = re.compile(
    r"\s*[|·•]\s*|\s+[-–—]\s+|\s+(?:on|in|at|am|um|le|il|el|den|for|im|à|à la|pour|für)\s+(?=\S)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
_TEXT = etree.XPath("string(//body)")
_BEFORE_DATE = re.compile(r"\s+(?:on|in|at|am|um|vom|le|il|el|den|d\.|à|ngày|pada|на|от)$", re.IGNORECASE)
_AGENCY = re.compile(r"[A-ZÀ-ÞА-Я]{3,}(?:\s|$)")


def names_near(
    pieces: list[Piece], *, reverse: bool, sites: set[str], page: etree._Element
) -> tuple[list[str], list[str]]:
    """The names in the first byline among texts in reading order (or in reverse, from a headline back).

    And the site's own name, where only that is in bylines.
    """
    ordered = pieces[:BACK][::-1] if reverse else pieces
    site: list[str] = []
    doubts = 0
    numbers = range(len(ordered))
    for number in reversed(numbers) if reverse else numbers:
        if not _starts(ordered, number):
            continue
        names = _names_from(ordered, number)
        if names and spelling(names[0]) in sites:
            site = site or names[:1]
        elif names and (label_end(ordered[number].text) or not _plain(names[0], page)):
            return [name for name in names if spelling(name) not in sites], site
        doubts += bool(names)
        if doubts > MAX_DOUBTS:
            break
    return [], site


def names_beside_dates(pieces: list[Piece], *, title: str | None, sites: set[str], page: etree._Element) -> list[str]:
    """The name that stands alone beside a date or before an occupation: "Ada Quay | 3 March 2024"; no words of the title."""
    dated = {number for number, piece in enumerate(pieces) if find_dates(piece.text, day_first=True) or piece.stamp}
    for number, piece in enumerate(pieces):
        after = pieces[number + 1].text if number + 1 < len(pieces) else ""
        if any(number + step in dated for step in range(-NEXT, NEXT + 1)) or has_occupation(after):
            names = _alone(piece, sites)
            if names and spelling(names[0]) not in spelling(title or ""):
                return [] if _plain(names[0], page) else names
    return []


def names_inside(pieces: list[Piece], sites: set[str]) -> tuple[list[str], list[str]]:
    """The names in the texts of an element that says it holds the author's; and the site's own name, if only that."""
    for number, piece in enumerate(pieces):
        at = number + (label_end(piece.text) == len(piece.text))
        if at < len(pieces) and _said(pieces[at].text, hinted=at > number or not _OTHER.search(piece.notes)):
            names = _names_from(pieces, at)
            if names:
                return ([], names[:1]) if spelling(names[0]) in sites else (names, [])
    return [], []


def _plain(name: str, page: etree._Element) -> bool:
    """Whether all words of a name stand in the page's text in lower case too: "Related Articles", "Log In"."""
    words = [word for word in _WORD.findall(name) if len(word) > 1 and word.lower() != word]
    if not words:
        return False
    text = str(_TEXT(page))
    return all(re.search(rf"(?<![\w-]){word.lower()}(?![\w-])", text) for word in words)


def _starts(pieces: list[Piece], number: int) -> bool:
    """Whether a byline begins with a text."""
    piece = pieces[number]
    if len(piece.text) > MAX_BYLINE:
        return False
    end = label_end(piece.text)
    if end and end < len(piece.text):
        return bool(_said(piece.text, hinted=_named(piece)))
    before = pieces[number - 1].text if number else ""
    if before and label_end(before) == len(before) and piece.line - pieces[number - 1].line <= NEAR_LABEL:
        return bool(_said(piece.text, hinted=True))
    return _hinted(piece) and bool(_said(piece.text, hinted=_named(piece)))


def _named(piece: Piece) -> bool:
    """Whether a text's element is that of the author's name, so that a single word is one."""
    return bool(_NAMED.search(piece.notes))


def _hinted(piece: Piece) -> bool:
    """Whether a text's element or link says that it names the author."""
    if _AUTHOR_LINK.search(piece.link):
        return True
    notes = piece.notes
    return bool(_HINT.search(notes)) and not _OTHER.search(_HINT.sub("", notes))


def _said(text: str, *, hinted: bool) -> list[str]:
    """The names at the start of a text, each by itself; none where the first piece is no name."""
    if len(text) > MAX_BYLINE:
        return []
    rest = _undated(text[label_end(text) :])
    names: list[str] = []
    for name in person_names(_CUT.split(rest, maxsplit=1)[0]):
        if not (is_name(name) or (hinted and not names and _short(name, text))):
            break
        if names and _AGENCY.match(name) and not _AGENCY.match(names[0]):
            break
        names.append(name)
    return names


def _undated(text: str) -> str:
    """A text up to its date, or what follows a date that it begins with."""
    dates = find_dates(text, day_first=True)[:1]
    if not dates:
        return text
    before = _BEFORE_DATE.sub("", text[: len(dates[0].before)].strip(" ,(|·•-–—"))
    return before or (text[-len(dates[0].after) :].strip(" ,)|·•-–—") if dates[0].after else "")


def _short(name: str, text: str) -> bool:
    """Whether a hinted text is a single name and nothing else: a pen name, or a name in a script without spaces."""
    alone = name in {text.strip(), text[label_end(text) :].strip()}
    return alone and len(name.split()) == 1 and 1 < len(name) <= MAX_SINGLE and name[:1].isalpha() and not is_role(name)


def _names_from(pieces: list[Piece], number: int) -> list[str]:
    """The names from a text on, as long as commas and ands lead to more."""
    names = _said(pieces[number].text, hinted=True)
    notes, at = pieces[number].notes, number + 1
    joined = pieces[number].text.rstrip().endswith((",", "&", " and", " und"))
    while at < len(pieces) and at < number + 40:
        text = pieces[at].text
        if _JOINER.fullmatch(text):
            joined = True
        else:
            lead = _JOINER.match(text)
            more = _said(text[lead.end() :].strip() if lead and lead.end() else text, hinted=False)
            same = bool(notes) and pieces[at].notes == notes and _hinted(pieces[at])
            if not more or not (joined or same or (lead and lead.end() and lead[0].strip())):
                break
            names += more
            joined = text.rstrip().endswith((",", "&"))
        at += 1
    unique: dict[str, str] = {}
    for name in names:
        unique.setdefault(spelling(name), name)
    return list(unique.values())


def _alone(piece: Piece, sites: set[str]) -> list[str]:
    """One or two persons' names of two or three words each, where a text is that and no link to a topic."""
    text = _CUT.split(_undated(piece.text), maxsplit=1)[0]
    if not 5 <= len(text) <= MAX_ALONE or len(piece.text) > MAX_BYLINE or text.isupper():  # noqa: PLR2004
        return []
    names = person_names(text)
    if not 1 <= len(names) <= 2 or not is_byline(text):  # noqa: PLR2004
        return []
    if any(not is_name(name) or len(name.split()) > 3 or spelling(name) in sites for name in names):  # noqa: PLR2004
        return []
    return [] if _OTHER_LINK.search(piece.link) or _OTHER.search(piece.notes) else names

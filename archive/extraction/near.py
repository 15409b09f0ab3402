"""The date that stands beside a headline: which of several, and whether it is that of publication.

A label or a class may say what a date is; without either, the nearest one to the headline is that of publication. A
date in the page's own address outranks what differs from it by more than a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from archive.extraction.around import Piece
from archive.extraction.dates import parse_date
from archive.extraction.months import fold
from archive.extraction.written import Written, find_dates

MAX_LABEL: Final = 30  # characters of a label in an element of its own
MAX_REST: Final = 60  # characters beside a date; more is a sentence that has a date in it
_MODIFIED = re.compile(
    "updat|modifi|last reviewed|aktualisier|gea?ndert|mise? a jour|actuali[zs]ad|actualitzat|aggiornat|atualizad|bijgewerkt"
    "|gewijzigd|aktualizac|aktualizov|zaktualizowan|uppdaterad|oppdatert|opdateret|paivitetty|frissit|actualizat|azurira"
    "|обновл|измен|оновлен|ажурира|guncelle|ενημερ|تحديث|עודכן|cap nhat|diperbarui|更新|수정|업데이트|अपडेट|revised"
)
_PUBLISHED = re.compile(
    "publi|posted|first seen|veroffentlicht|erschienen|erstellt|pubblicat|geplaatst|opublikowan|dodano|udgivet|julkaistu"
    "|megjelen|objavljen|vydan|опубликован|опублікован|yayin|δημοσι|نشر|פורסם|terbit|xuat ban|公開|公开|发布|發布|掲載|投稿"
    "|입력|등록|게시|प्रकाशित|erstmals|created"
)


@dataclass(frozen=True, slots=True)
class Near:
    """A date beside the headline."""

    when: str
    kind: str  # published, modified, or "" where nothing says
    distance: int
    at: int  # of its piece
    rest: int = 0  # letters and figures beside it


def near_dates(pieces: list[Piece], *, day_first: bool | None, reverse: bool = False) -> list[Near]:
    """The dates in pieces, in their order; ``reverse``: the pieces run back from the headline."""
    found: list[Near] = []
    for number, piece in enumerate(pieces):
        written = find_dates(piece.text, day_first=day_first)
        stamp = parse_date(piece.stamp) if piece.stamp else None
        if stamp:
            first = written[0] if written else Written(stamp, "", "")
            written = [Written(_richer(stamp, first.when), first.before, first.after)]
        for one in written:
            rest = sum(map(str.isalnum, one.before)) + sum(map(str.isalnum, one.after))
            if rest > MAX_REST:
                continue
            other = number + 1 if reverse else number - 1
            said = pieces[other].text if 0 <= other < len(pieces) else ""
            before = fold(said) if len(said) < MAX_LABEL and not any(map(str.isdigit, said)) else ""
            found.append(Near(one.when, _kind(one, before, piece), number, number, rest))
    return found


def _richer(stamp: str, seen: str) -> str:
    """The machine's date, unless it lacks a time that readers see, or is another day's by its zone."""
    return seen if stamp[:10] == seen[:10] and len(seen) > len(stamp) else stamp


def _kind(one: Written, before: str, piece: Piece) -> str:
    own = one.before[-40:]
    for said in (own, before) if not own.strip(" :,.|·-") else (own,):
        modified, published = list(_MODIFIED.finditer(said)), list(_PUBLISHED.finditer(said))
        if modified or published:
            last = max((*modified, *published), key=lambda found: found.start())
            return "modified" if last in modified else "published"
    notes = piece.notes
    if _MODIFIED.search(notes):
        return "modified"
    return "published" if _PUBLISHED.search(notes) else ""


def choose_date(
    ahead: Iterable[Near], behind: Iterable[Near], address: str | None
) -> tuple[str | None, str | None, str]:
    """Published, modified, and where the first is from: ``html``, ``url`` or ``update`` (a date of modification)."""
    near = sorted([*ahead, *behind], key=lambda one: one.distance)
    dated = [one for one in near if one.kind != "modified"]
    changed = next((one.when for one in near if one.kind == "modified"), None)
    if address:
        same = [one.when for one in dated if abs((_day(one.when) - _day(address)).days) <= 1]
        return (max(same, key=len), changed, "html") if same else (address, changed, "url")
    named = next((one.when for one in dated if one.kind == "published"), None)
    if named or dated:
        return named or dated[0].when, changed, "html"
    return changed, changed, "update"


def _day(when: str) -> date:
    return date.fromisoformat(when[:10])

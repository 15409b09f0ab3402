"""What only a page's body says of author and date: microdata, what stands around the headline, elements by class."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml import etree

from archive.extraction.around import MAX_NOTE, Piece, headline_of, pieces_around, pieces_of_page, pieces_within
from archive.extraction.bylines import names_beside_dates, names_inside, names_near
from archive.extraction.dates import parse_date
from archive.extraction.head import Head, inner_text
from archive.extraction.near import choose_date, near_dates
from archive.extraction.values import MAX_VALUES, Candidate, Value
from archive.extraction.written import date_in_address, is_day_first

ALONE: Final = 12  # letters beside a date that stands alone
MAX_MARKED: Final = 400  # elements that speak of authors, as comments do too
MAX_BYLINES: Final = 5  # those that follow belong to teasers and comments
INSIDE: Final = 1000  # characters and elements of a byline or a date, and elements around it, that are looked at
_COMMENT = re.compile("comment|review|answer|related|citation|teaser|card|widget|sidebar|recommend", re.IGNORECASE)
_PICTURE = re.compile("photo|image|caption|credit", re.IGNORECASE)
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author|byline|by-line|autor|auteur|autore|verfasser|writer)(?:s?[\s_-]+(?:name|link|info|meta)s?)?(?:$|\s)|author_*-?name|byline",
    re.IGNORECASE,
)
# Over attributes: a third of the time of tests of each element's class. Only the first 400 of each set, which are all that
# is looked at: libxml2 compares each parent, and each of two sets joined, with all before; 80,000 took 4 CPU s.
_FIND_MICRO = etree.XPath(
    f"(//@itemprop[.='author' or .='datePublished'])[position()<={MAX_MARKED}]/.."
    f" | (//@property[.='schema:author'])[position()<={MAX_MARKED}]/.."
)
_FIND_BYLINES = etree.XPath(
    "(/descendant::*/attribute::class[contains(.,'uthor') or contains(.,'yline') or contains(.,'autor')"
    f" or contains(.,'auteur')])[position()<={MAX_MARKED}]/.. | (//a[@rel='author'])[position()<={MAX_MARKED}]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the page has not stated yet."""

    authors: bool
    bare_names: bool  # whether a name without a label will do for them
    published: bool


@dataclass(slots=True)
class Body:
    """What the body says, as far as it was asked."""

    authors: list[Candidate] = field(default_factory=list)
    site: list[Candidate] = field(default_factory=list)  # the site's own name, where a byline has it
    published: Value = (None, None)
    modified: Value = (None, None)


def read_micro(tree: etree._Element) -> tuple[list[Candidate], list[Candidate]]:
    """Authors and dates in microdata."""
    authors: list[Candidate] = []
    dates: list[Candidate] = []
    for element in _FIND_MICRO(tree)[:MAX_MARKED]:
        prop = (element.get("itemprop") or "").split()
        if "datePublished" in prop and len(dates) < MAX_BYLINES:
            raw = element.get("datetime") or element.get("content") or inner_text(element, INSIDE)
            dates.append((raw, "microdata"))
        elif (
            ("author" in prop or element.get("property") == "schema:author")
            and len(authors) < MAX_BYLINES
            and not _in_comment(element)
        ):
            inside = islice(element.iter(), INSIDE)
            names = [one for one in inside if one.get("itemprop") == "name"] or [element]
            authors += [(one.get("content") or inner_text(one, INSIDE), "microdata") for one in names[:MAX_BYLINES]]
    return authors[:MAX_BYLINES], dates


def read_body(
    tree: etree._Element, head: Head, wanted: Wanted, *, title: str | None, url: str | None, sites: set[str]
) -> Body:
    """What is wanted, as far as the body says it."""
    headline = headline_of(tree, title)
    ahead, behind = pieces_around(headline) if headline is not None else ([], [])
    found = Body()
    if wanted.authors:
        names, site = _shown_names(tree, ahead, behind, sites)
        if not names and wanted.bare_names:
            names = names_beside_dates(ahead, title=title, sites=sites, page=tree)
            names = names or names_beside_dates(behind[:MAX_BYLINES][::-1], title=title, sites=sites, page=tree)
        found.authors = [(name, "html") for name in names]
        found.site = [(name, "html") for name in site]
    if wanted.published:
        day_first = is_day_first(head.languages[0] if head.languages else None)
        _read_dates(found, tree, ahead, behind, url=url, day_first=day_first)
    return found


def _shown_names(
    tree: etree._Element, ahead: list[Piece], behind: list[Piece], sites: set[str]
) -> tuple[list[str], list[str]]:
    """Names that a label, a class or a link calls those of the authors: around the headline, then anywhere.

    And the site's own name, where only that is in bylines.
    """
    names, site = names_near(ahead, reverse=False, sites=sites, page=tree)
    if not names:
        names, before = names_near(behind, reverse=True, sites=sites, page=tree)
        site = site or before
    if not names:
        names, elsewhere = _names_by_class(tree, sites)
        site = site or elsewhere
    return names, site


def _read_dates(
    found: Body,
    tree: etree._Element,
    ahead: list[Piece],
    behind: list[Piece],
    *,
    url: str | None,
    day_first: bool | None,
) -> None:
    address = date_in_address(url)
    near = near_dates(ahead, day_first=day_first)
    back = near_dates(behind, day_first=day_first, reverse=True)
    when, changed, origin = choose_date(near, back, address)
    if origin == "update":
        wide = _wide(tree, day_first=day_first)
        if wide:
            when, origin = wide, "html"
    if when and origin != "update":
        found.published = when, origin
    if changed:
        found.modified = changed, "html"


def _wide(tree: etree._Element, *, day_first: bool | None) -> str | None:
    """The first date anywhere on the page that a label or a class calls that of publication, or that stands alone."""
    pieces = list(islice(pieces_of_page(tree), MAX_VALUES))
    near = [one for one in near_dates(pieces, day_first=day_first) if one.rest <= ALONE or one.kind]
    named = [one for one in near if one.kind == "published"] or [one for one in near if not one.kind]
    return next((one.when for one in named if not _in_comment(pieces[one.at].element)), None)


def _names_by_class(tree: etree._Element, sites: set[str]) -> tuple[list[str], list[str]]:
    """The names in the first element that says by ``rel`` or ``class`` that it names the author; the site's name else."""
    site: list[str] = []
    for element in _FIND_BYLINES(tree)[:MAX_MARKED]:
        said = (element.get("class") or "")[:MAX_NOTE]
        if _PICTURE.search(said) or (element.get("rel") != "author" and not _CLASS.search(said)):
            continue
        if not _in_comment(element):
            names, own = names_inside(pieces_within(element), sites)
            if names:
                return names, site
            site = site or own
    return [], site


def _in_comment(element: etree._Element) -> bool:
    """Whether an author is that of a comment, a review or another page."""
    return any(
        _COMMENT.search(" ".join((one.get(name) or "")[:MAX_NOTE] for name in ("itemprop", "itemtype", "class")))
        or one.tag in {"aside", "footer"}
        for one in (element, *islice(element.iterancestors(), INSIDE))
        if one.tag not in {"body", "html", "article"}
    )


def times(head: Head) -> list[Candidate]:
    """``<time>`` elements that say they are the date of publication, or the only date of the page."""
    named = [(when, "html") for when, what in head.times if re.search(r"publi|entry-date|pubdate|posted", what)]
    days = {parse_date(when) for when, _ in head.times[:MAX_VALUES]} - {None}
    return named or ([(when, "html") for when, _ in head.times] if len(days) == 1 else [])

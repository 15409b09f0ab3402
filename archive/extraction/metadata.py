"""What a page says of itself outside its text: title, authors, dates, addresses, and where each was said.

``read_metadata`` trusts JSON-LD first, then meta tags, then microdata, then what readers see (h1, time, byline), and
names the source of each value. It visits the tree once for the few elements that matter, and a second time, in C, only
for a page whose head names no author or no date. It never raises on a page's content and holds nothing between pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from archive.extraction.access import read_access
from archive.extraction.body import Body, Wanted, read_body, read_micro, times
from archive.extraction.head import Head, metas, read_head
from archive.extraction.jsonld import JsonLd, read_jsonld
from archive.extraction.likeness import Stated
from archive.extraction.people import NOBODY, People, is_single, people_of, site_as_author
from archive.extraction.place import MAX_SITE, own_address, section_of, site_name, tags_of
from archive.extraction.titles import choose_title
from archive.extraction.values import (
    NOTHING,
    Candidate,
    Value,
    absolute,
    clean_text,
    first_address,
    first_date,
    first_language,
    first_text,
    from_jsonld,
    in_own_zone,
    spelling,
)
from archive.model import Metadata

PUBLISHED_KEYS: Final = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "sailthru.date", "rnews:datepublished",
    "dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "publish-date", "publish_date",
    "publishdate", "pubdate", "publication_date", "publication-date", "published_time", "published-date", "published",
    "citation_publication_date", "citation_online_date", "originalpublicationdate", "article_date_original", "ptime",
    "bt:pubdate", "displaydate", "date.created", "datecreated", "created", "date", "dcterms.date", "dc.date",
)  # fmt: skip
MODIFIED_KEYS: Final = (
    "article:modified_time", "og:article:modified_time", "article:modified", "datemodified", "dcterms.modified",
    "dc.date.modified", "cxenseparse:recs:modifiedtime", "og:updated_time", "updated_time", "lastmod", "last-modified",
    "revised", "utime",
)  # fmt: skip
AUTHOR_KEYS: Final = (
    "parsely-author", "sailthru.author", "cxenseparse:author", "author", "article:author_name", "article:author:name",
    "article:author", "og:article:author", "og:author", "byl", "byline", "authors", "author_name", "dcterms.creator",
    "dc.creator", "dc.creator.author", "articleauthor", "citation_author", "rnews:author", "creator",
)  # fmt: skip
SITE_KEYS: Final = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dcterms.publisher", "dc.publisher",
                    "publisher")  # fmt: skip
DESCRIPTION_KEYS: Final = (
    "og:description",
    "description",
    "twitter:description",
    "dcterms.description",
    "dc.description",
)
SECTION_KEYS: Final = ("article:section", "og:article:section", "parsely-section", "section", "category")
TAG_KEYS: Final = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords",
                   "dcterms.subject", "dc.subject")  # fmt: skip
IMAGE_KEYS: Final = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
LANGUAGE_KEYS: Final = ("og:locale", "content-language", "dc.language", "dcterms.language", "language")
MAX_BODY: Final = 200_000  # characters of a text in JSON-LD
LABELS: Final = frozenset({"written by", "author", "verfasst von", "geschrieben von", "von", "écrit par", "escrito por",
                           "scritto da", "geschreven door", "auteur", "autor", "napisane przez", "skriven av", "skrevet av",
                           "написано автором", "автор", "執筆者", "作者"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a page says of itself, and what of that its text can be compared with."""

    metadata: Metadata
    stated: Stated


def read_metadata(tree: etree._Element, url: str | None) -> Metadata:
    """What the page says of itself; fields that it does not state are empty."""
    return read_page(tree, url).metadata


def read_page(tree: etree._Element, url: str | None) -> Read:
    """What the page says of itself, for its row and for the choice of its text."""
    head = read_head(tree)
    said = read_jsonld(head.blocks, url)
    metadata = _metadata(tree, head, said, url)
    titles = [metadata.title, *said.headlines[:1], *head.metas.get("og:title", ())[:1], *head.titles[:1]]
    body = max(said.bodies, key=len, default="")
    stated = Stated(
        titles=tuple(dict.fromkeys(found for title in titles if title and (found := clean_text(title)))),
        description=metadata.description or "",
        body="\n".join(filter(None, (" ".join(line.split()) for line in body[:MAX_BODY].splitlines()))),
    )
    return Read(metadata=metadata, stated=stated)


def _metadata(tree: etree._Element, head: Head, said: JsonLd, url: str | None) -> Metadata:
    base = absolute(head.bases[0] if head.bases else None, url) or url
    names = [*metas(head, SITE_KEYS[:1]), *from_jsonld(said.publishers), *metas(head, SITE_KEYS[1:])]
    site = site_name(names, head, url)
    sites = _site_names(site[0], said, url)
    title = choose_title(head, said, sites, url)
    authors, published, modified, updated = _authors_and_dates(tree, head, said, sites, title=title[0], url=url)
    access, paywall = read_access(head, said)
    links = [(one, "link") for one in head.canonical]
    languages = [(one, "html") for one in head.languages]
    fields: dict[str, People | Value] = {
        "title": title,
        "authors": authors,
        "published_at": published,
        "modified_at": modified,
        "site_name": site,
        "description": first_text([*metas(head, DESCRIPTION_KEYS), *from_jsonld(said.descriptions)]),
        "canonical_url": own_address([*links, *metas(head, ("og:url",)), *from_jsonld(said.urls)], base, url),
        "section": section_of(
            [*from_jsonld(said.sections), *metas(head, SECTION_KEYS)], said, title=title[0], site=site[0], url=url
        ),
        "tags": tags_of([from_jsonld(said.tags), *(metas(head, (key,)) for key in TAG_KEYS)], title[0]),
        "image_url": first_address([*from_jsonld(said.images), *metas(head, IMAGE_KEYS)], base),
        "access": access,
        "language": first_language([*languages, *from_jsonld(said.languages), *metas(head, LANGUAGE_KEYS)]),
    }
    stated: dict[str, Any] = {name: value for name, (value, _) in fields.items()}
    stated |= {f"{name}_origin": origin for name, (_, origin) in fields.items()}
    flags = ("paywall",) * paywall + ("live-blog",) * said.live + ("published-from-update",) * updated
    return Metadata(**stated, flags=flags)


def _authors_and_dates(
    tree: etree._Element, head: Head, said: JsonLd, sites: set[str], *, title: str | None, url: str | None
) -> tuple[People, Value, Value, bool]:
    """Authors, dates of publication and modification. The body is read only where the head lacks one of them.

    The site's own name as author comes last: better than none, and worse than any person.
    """
    stated = _stated_authors(head, said)
    *persons, organisations = stated
    authors = next((found for one in persons if (found := people_of(one, sites))[0]), NOBODY)
    clocks = [(when, "html") for when, _ in head.times]
    published = in_own_zone([*from_jsonld(said.published), *metas(head, PUBLISHED_KEYS)], clocks)
    modified = in_own_zone([*from_jsonld(said.modified), *metas(head, MODIFIED_KEYS)], clocks)
    body = Body()
    if not authors[0] or not published[0]:
        bylines, dates = read_micro(tree)
        authors = authors if authors[0] else people_of(bylines, sites)
        published = published if published[0] else first_date(dates)
    login = bool(authors[0]) and all(map(is_single, authors[0]))
    site = site_as_author([one for source in stated for one in source], sites)
    if not authors[0] or login or not published[0]:
        bare = not site[0] and not login
        wanted = Wanted(authors=login or not authors[0], bare_names=bare, published=not published[0])
        body = read_body(tree, head, wanted, title=title, url=url, sites=sites)
        published = next((one for one in (published, body.published, first_date(times(head))) if one[0]), NOTHING)
        modified = modified if modified[0] else body.modified
    updated = not published[0] and body.modified[0] is not None
    published = body.modified if updated else published
    if not authors[0]:
        others = (people_of(organisations, sites), site, site_as_author(body.site, sites))
        authors = next((one for one in others if one[0]), NOBODY)
    # log-ins, initials and pen names are worth less than a full name, or than any name that is stated
    shown = tuple(dict.fromkeys(name for name, _ in body.authors))
    if shown and (not authors[0] or not all(map(is_single, shown))):
        authors = shown, "html"
    return authors, published, modified, updated


def _stated_authors(head: Head, said: JsonLd) -> list[list[Candidate]]:
    """What the head says of authors, by source: who is called a person before who is not."""
    tags = [metas(head, (key,)) for key in AUTHOR_KEYS]
    return [from_jsonld(said.persons), *tags, _labelled(head), from_jsonld(said.organisations)]


def _labelled(head: Head) -> list[Candidate]:
    """``twitter:data1`` where ``twitter:label1`` calls it the author."""
    for number in "12":
        label = (head.metas.get(f"twitter:label{number}") or [""])[0].strip().rstrip(":").lower()
        if label in LABELS:
            return metas(head, (f"twitter:data{number}",))
    return []


def _site_names(site: str | None, said: JsonLd, url: str | None) -> set[str]:
    names = {spelling(name) for name in (site or "", *said.publishers[:10]) if len(name) <= MAX_SITE}
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return (names | {spelling(host), *(spelling(label) for label in host.split(".")[:-1])}) - {""}

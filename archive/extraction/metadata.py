"""What a page says of itself outside its text: title, authors, dates, addresses, and where each was said.

``read_metadata`` trusts JSON-LD first, then meta tags, then microdata, then what readers see (h1, time, byline), and
names the source of each value. It visits the tree once for the few elements that matter, and a second time, in C, only
for a page whose head names no author or no date. It never raises on a page's content and holds nothing between pages.
"""

# ruff: noqa: RUF001, SIM905  lexicons are in their own scripts, and read best as lines of words

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Final, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from archive.extraction.dates import parse_date
from archive.extraction.jsonld import JsonLd, read_jsonld
from archive.model import Metadata

Candidate = tuple[str, str]  # a raw value and its origin
Value = tuple[str | None, str | None]  # a clean value and its origin, or neither
People = tuple[tuple[str, ...], str | None]

NOTHING: Final[Value] = (None, None)
HALF: Final = 0.5
MAX_TEXT: Final = 5000  # characters of one value; the longest honest description has a tenth of it
MAX_VALUES: Final = 200  # of one field
MAX_HEADINGS: Final = 20  # a page with more h1 has no headline in any
MAX_NAME: Final = 80  # characters of one person's name

TITLE_KEYS: Final = ("og:title", "parsely-title", "sailthru.title", "twitter:title", "dcterms.title", "dc.title",
                     "citation_title", "headline", "title")  # fmt: skip
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
    "dc.creator", "dc.creator.author", "citation_author", "rnews:author", "creator",
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
LABELS: Final = frozenset({"written by", "author", "verfasst von", "geschrieben von", "von", "écrit par", "escrito por",
                           "scritto da", "geschreven door", "auteur", "autor", "napisane przez", "skriven av", "skrevet av",
                           "написано автором", "автор", "執筆者", "作者"})  # fmt: skip

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_MARKUP = re.compile(
    r"</?(?:p|b|i|em|strong|span|a|u|div|su[bp]|font|small|mark|cite|q|wbr)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
LANGUAGE_KEYS: Final = ("og:locale", "content-language", "dc.language", "dcterms.language", "language")
NO_VALUE: Final = frozenset({"null", "none", "undefined", "nan", "n/a", "[object object]", "false", "true"})
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][\w-]*)?\s*")
_FIND_BYLINES = etree.XPath(
    "//*[@itemprop='author' or @itemprop='datePublished' or @itemprop='headline' or @rel='author'"
    " or @property='schema:author' or contains(@class,'author') or contains(@class,'byline') or contains(@class,'Author')"
    " or contains(@class,'Byline')]"
)


AUTHOR_CLASSES: Final = frozenset(
    "author author-name author__name authorname author-link byline byline-name byline__name byline-author entry-author"
    " post-author article-author article__author article-byline p-author story-byline post-meta-author author_name"
    " article__byline c-byline__author".split()
)
_PREFIX = re.compile(
    r"(?:(?:(?:written|words|story|posted|reported|text|authored|edited|published|created)\s)?by|von|par|por|di|af|av|door|od|от|текст|autore?|author|auteur|"
    r"автор|文|作者|記者|记者|執筆|投稿者|文责)(?:\s*[:：/／]\s*|\s+)",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*[;|•·、，\n]\s*|\s+(?:and|und|et|och|og|with|&|\+|/|и|та|ve)\s+|,\s*(?:and\s+|und\s+)?", re.IGNORECASE
)
_SHORT_AND = re.compile(r"(?<=\S\s)(\S+)\s+(?:y|e|i|en|a)\s+(?=\S+\s\S)")  # only between names of two words
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|m\.?sc?|m\.?a|r\.?d|r\.?n|rdn|esq|dds|jd|mba|cpa|cfp|psyd|do|fand)\.?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?:|www\.|/|\S+@\S+$", re.IGNORECASE)
_CODE = re.compile(r"\s*\([^()]{0,40}\)")
_NOT_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|html|php)\b|[<>{}=]|\d{3}", re.IGNORECASE)
_COMMENT = re.compile("comment|review|answer|related|citation", re.IGNORECASE)
PARTICLES: Final = frozenset("de da do dos das del della di van von der den ten la le y e af bin al el zu".split())
ROLES: Final = frozenset(
    "staff writer writers editor editors editorial team reporter reporters correspondent contributor contributors contributing"
    " columnist senior admin administrator author authors by guest desk newsroom redaktion redakteur redakteurin redakcja"
    " redazione redacción redaccion rédaction redactie redação redaktionen редакция редакція chief political associate"
    " web news user unknown anonymous gast autor".split()
)
SEPARATORS = re.compile(r"\s+[|–—»«·•:-]{1,2}\s+|\s*[|｜]\s*")


@dataclass(slots=True)
class Head:
    """What one pass over the tree finds, raw."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    canonical: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)  # datetime, and what its class and itemprop say
    languages: list[str] = field(default_factory=list)


def read_metadata(tree: html.HtmlElement, url: str | None) -> Metadata:
    """What the page says of itself; fields that it does not state are empty."""
    head = _read_head(tree)
    said = read_jsonld(head.blocks, url)
    base = _absolute(head.bases[0] if head.bases else None, url) or url
    site = _first([*_metas(head, SITE_KEYS[:1]), *_ld(said.publishers), *_metas(head, SITE_KEYS[1:])])
    title = _title(head, said, _site_names(site[0], said, url))
    published = [*_ld(said.published), *_metas(head, PUBLISHED_KEYS)]
    modified = _date([*_ld(said.modified), *_metas(head, MODIFIED_KEYS)])
    authors = _authors(head, said, _site_names(site[0], said, url))
    date = _date(published)
    if not authors[0] or not date[0]:
        bylines, dates = _read_body(tree)
        authors = authors if authors[0] else _people(bylines, _site_names(site[0], said, url))
        date = date if date[0] else _date([*dates, *_times(head)])
    description = _first([*_metas(head, DESCRIPTION_KEYS), *_ld(said.descriptions)])
    canonical = _address(
        [*((one, "link") for one in head.canonical), *_metas(head, ("og:url",)), *_ld(said.urls)], base
    )
    section = _first([*_ld(said.sections), *_metas(head, SECTION_KEYS)])
    tags = _tags([_ld(said.tags), *(_metas(head, (key,)) for key in TAG_KEYS)])
    image = _address([*_ld(said.images), *_metas(head, IMAGE_KEYS)], base)
    language = _language(
        [*((one, "html") for one in head.languages), *_ld(said.languages), *_metas(head, LANGUAGE_KEYS)]
    )
    tiers = {value.strip().lower() for value, _ in _metas(head, ("article:content_tier",))}
    return Metadata(
        title=title[0], title_origin=title[1],
        authors=authors[0], authors_origin=authors[1],
        published_at=date[0], published_at_origin=date[1],
        modified_at=modified[0], modified_at_origin=modified[1],
        site_name=site[0], site_name_origin=site[1],
        description=description[0], description_origin=description[1],
        canonical_url=canonical[0], canonical_url_origin=canonical[1],
        section=section[0], section_origin=section[1],
        tags=tags[0], tags_origin=tags[1],
        image_url=image[0], image_url_origin=image[1],
        language=language[0], language_origin=language[1],
        flags=("paywall",) if said.paywall or tiers & {"locked", "metered"} else (),
    )  # fmt: skip


# ---- reading the tree --------------------------------------------------------------------------------------------


def _read_head(tree: html.HtmlElement) -> Head:
    """One pass over the few elements that matter."""
    head = Head()
    for element in tree.iter(*_NOTES):
        _NOTES[element.tag](head, element)
    return head


def _note_meta(head: Head, element: html.HtmlElement) -> None:
    key = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
    content = element.get("content")
    if key and content:
        values = head.metas.setdefault(key.strip().lower().replace("dc:", "dc.").replace("dcterms:", "dcterms."), [])
        if len(values) < MAX_VALUES:
            values.append(content)


def _note_script(head: Head, element: html.HtmlElement) -> None:
    if "ld+json" in (element.get("type") or "").lower() and element.text:
        head.blocks.append(element.text)


def _note_link(head: Head, element: html.HtmlElement) -> None:
    if "canonical" in (element.get("rel") or "").lower().split():
        head.canonical.append(element.get("href") or "")


def _note_heading(head: Head, element: html.HtmlElement) -> None:
    if len(head.headings) < MAX_HEADINGS:
        head.headings.append(_inner_text(element))


def _note_time(head: Head, element: html.HtmlElement) -> None:
    if len(head.times) < MAX_VALUES:
        said = f"{element.get('itemprop')} {element.get('class')} {'pubdate' if 'pubdate' in element.attrib else ''}"
        head.times.append((element.get("datetime") or element.get("content") or "", said.lower()))


def _note_html(head: Head, element: html.HtmlElement) -> None:
    head.languages += [one for one in (element.get("lang"), element.get("xml:lang")) if one]


_NOTES: Final[dict[str, Callable[[Head, html.HtmlElement], None]]] = {
    "meta": _note_meta,
    "script": _note_script,
    "link": _note_link,
    "h1": _note_heading,
    "time": _note_time,
    "html": _note_html,
    "title": lambda head, element: head.titles.append(element.text or ""),
    "base": lambda head, element: head.bases.append(element.get("href") or ""),
}


def _inner_text(element: html.HtmlElement) -> str:
    """The text of an element without its scripts and styles, as far as a title or a name can be long."""
    pieces: list[str] = []
    left = MAX_TEXT
    for one in element.iter():
        if left <= 0:
            break
        text = one.text if isinstance(one.tag, str) and one.tag not in {"script", "style", "svg"} else None
        pieces += [text or "", " " if one.tag in {"br", "p", "div", "li"} else ""]
        left -= len(text or "") + 1
        if one is not element and one.tail:
            pieces.append(one.tail)
            left -= len(one.tail)
    return "".join(pieces)


def _read_body(tree: html.HtmlElement) -> tuple[list[Candidate], list[Candidate]]:
    """Bylines and dates that only the body states, microdata before classes."""
    micro: list[Candidate] = []
    seen: list[Candidate] = []
    dates: list[Candidate] = []
    for element in cast("list[html.HtmlElement]", _FIND_BYLINES(tree))[:MAX_VALUES]:
        prop = (element.get("itemprop") or "").split()
        if "datePublished" in prop:
            dates.append((element.get("datetime") or element.get("content") or _inner_text(element), "microdata"))
        elif "author" in prop:
            if not any(
                _COMMENT.search(f"{one.get('itemprop')} {one.get('itemtype')} {one.get('class')}")
                for one in element.iterancestors()
            ):
                names = [one for one in element.iter() if one.get("itemprop") == "name"] or [element]
                micro += [(one.get("content") or _inner_text(one), "microdata") for one in names]
        elif element.get("rel") == "author" or AUTHOR_CLASSES & set((element.get("class") or "").lower().split()):
            seen.append((_inner_text(element), "html"))
    plain = [one for one in seen[:5] if _is_byline(one[0])]
    return micro[:5] or plain[:1], dates


def _is_byline(text: str) -> bool:
    """Whether a text is names and nothing else: two to four capitalised words each, or a short one without case."""
    names = person_names(text)
    return bool(names) and all(
        2 <= len(words := name.split()) <= 4 and all(word[:1].isupper() or word in PARTICLES for word in words)  # noqa: PLR2004
        for name in names
    )


def _times(head: Head) -> list[Candidate]:
    """``<time>`` elements that say they are the date of publication, or the only date of the page."""
    named = [(when, "html") for when, what in head.times if re.search(r"publi|entry-date|pubdate|posted", what)]
    days = {parse_date(when) for when, _ in head.times[:MAX_VALUES]} - {None}
    return named or ([(when, "html") for when, _ in head.times] if len(days) == 1 else [])


# ---- choosing ----------------------------------------------------------------------------------------------------


def _ld(values: Iterable[str]) -> list[Candidate]:
    return [(value, "json-ld") for value in values]


def _metas(head: Head, keys: Iterable[str]) -> list[Candidate]:
    return [(value, "meta") for key in keys for value in head.metas.get(key, ())]


def _first(candidates: Iterable[Candidate]) -> Value:
    for raw, origin in candidates:
        text = clean_text(raw)
        if text:
            return text, origin
    return NOTHING


def _date(candidates: list[Candidate]) -> Value:
    for raw, origin in candidates[:MAX_VALUES]:
        date = parse_date(raw)
        if date:
            return date, origin
    return NOTHING


def _address(candidates: list[Candidate], base: str | None) -> Value:
    for raw, origin in candidates[:MAX_VALUES]:
        address = _absolute(raw, base)
        if address:
            return address, origin
    return NOTHING


def _absolute(raw: str | None, base: str | None) -> str | None:
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


def _language(candidates: list[Candidate]) -> Value:
    for raw, origin in candidates[:MAX_VALUES]:
        found = _LANGUAGE.fullmatch(raw[:40])
        if found:
            return found[1].lower(), origin
    return NOTHING


def _tags(sources: Iterable[list[Candidate]]) -> People:
    """The first source's tags, one each, in its order; a single value is a list with commas."""
    for candidates in sources:
        values = [raw for raw, _ in candidates[:MAX_VALUES]]
        if len(values) == 1:
            values = re.split(r"[,;、，]", values[0][: MAX_TEXT * 2])
        tags = {
            text.casefold(): text for text in reversed([clean_text(value) for value in values[:MAX_VALUES]]) if text
        }
        if tags:
            return tuple(reversed(tags.values())), candidates[0][1]
    return (), None


def _site_names(site: str | None, said: JsonLd, url: str | None) -> set[str]:
    names = {_key(name) for name in (site or "", *said.publishers[:10])}
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return (names | {_key(host), *(_key(label) for label in host.split(".")[:-1])}) - {""}


def _key(text: str) -> str:
    """What two spellings of a name or a title share: letters and figures, in lower case."""
    return "".join(char for char in unescape(text[:MAX_TEXT]).casefold() if char.isalnum())


def _title(head: Head, said: JsonLd, sites: set[str]) -> Value:
    """The headline, in the head's spelling where h1 shows the same; never the site's name."""
    raw = [
        *_ld(said.headlines[:2]),
        *_metas(head, TITLE_KEYS)[:10],
        *_ld(said.names[:2]),
        *((one, "html") for one in head.titles[:1]),
    ]
    stated = [(text, origin) for one, origin in raw if (text := clean_text(one)) and _key(text) not in sites]
    headings = [text for one in head.headings if (text := clean_text(one)) and _key(text) not in sites]
    shown = {_key(text) for text in headings}
    known = shown | {_key(text) for text, _ in stated}
    stated = [(_without_site(text, sites, known), origin) for text, origin in stated]
    first = clean_text(said.headlines[0]) if said.headlines else None
    for text, origin in stated:
        if _key(text) in shown or (origin == "json-ld" and text == first):
            return text, origin
    return _heading(headings, stated) or (stated[0] if stated else (headings[0], "html") if headings else NOTHING)


def _heading(headings: list[str], stated: list[Candidate]) -> Candidate | None:
    """The h1 that shares most words with what the head states, if that is half of them or more.

    Of 793 pages with little JSON-LD the first h1 was the title on 613, og:title on 384: heads are written for search.
    """
    wanted = {word for text, _ in stated for word in _words(text)}
    scored = [(len(words & wanted) / len(words), text) for text in headings if (words := _words(text))]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    whole = _key(best)
    for text, origin in stated:  # a kicker or a subtitle stands in the same h1
        part = _key(text)
        if 2 * len(part) > len(whole) and (whole.startswith(part) or whole.endswith(part)):
            return text, origin
    return (best, "html") if score >= HALF and len(_words(best)) > 1 else None


def _words(text: str) -> set[str]:
    """Words, or single letters of scripts that write none apart."""
    words = re.findall(r"\w+", text.casefold())
    return {piece for word in words for piece in ([word] if word < "\u0e00" else word)}


def _without_site(title: str, sites: set[str], known: set[str]) -> str:
    """A title without the site's name before or behind it; a bare ``|`` also ends a title of some length."""
    cuts = [(found.start(), found.end()) for found in SEPARATORS.finditer(title)]
    for start, end in cuts:
        if _key(title[:start]) in known or _key(title[end:]) in sites:
            return title[:start]
    for start, end in cuts[:1]:
        if _key(title[:start]) in sites:
            return title[end:]
    if cuts and "|" in title[slice(*cuts[-1])] and cuts[-1][0] > 2 * (len(title) - cuts[-1][1]):
        return title[: cuts[-1][0]]
    return title


def _authors(head: Head, said: JsonLd, sites: set[str]) -> People:
    for candidates in (_ld(said.persons), *(_metas(head, (key,)) for key in AUTHOR_KEYS), _labelled(head)):
        people = _people(candidates, sites)
        if people[0]:
            return people
    return _people(_ld(said.organisations), sites)


def _labelled(head: Head) -> list[Candidate]:
    """``twitter:data1`` where ``twitter:label1`` calls it the author."""
    for number in "12":
        label = (head.metas.get(f"twitter:label{number}") or [""])[0].strip().rstrip(":").lower()
        if label in LABELS:
            return _metas(head, (f"twitter:data{number}",))
    return []


def _people(candidates: list[Candidate], sites: set[str]) -> People:
    names: dict[str, str] = {}
    for raw, _ in candidates[:MAX_VALUES]:
        for number, name in enumerate(person_names(raw)):
            if _key(name) not in sites:
                names.setdefault(_key(name), name)
            elif number == 0:
                break  # "Example News, Frankfurt, Germany": what follows a site's name is its address
    return tuple(names.values()), candidates[0][1] if names else None


def person_names(raw: str) -> list[str]:
    """The names in a byline, apart; ``Bob Ray, Jr.`` is one name. Addresses and roles are none."""
    text = clean_text(raw) or ""
    if len(text) > MAX_TEXT // 5 or _ADDRESS.match(text):
        return []
    text = _CODE.sub("", text)
    text = _SHORT_AND.sub(r"\1;", _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text)
    names: list[str] = []
    for piece in _SPLIT.split(text):
        name = _PREFIX.sub("", piece, count=1).strip(" .,:-–—|") if _PREFIX.match(piece) else piece.strip(" ,:-–—|")
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        elif name and len(name) <= MAX_NAME and not _NOT_NAME.search(name):
            words = set(re.findall(r"[^\W\d_]+", name.lower()))
            if words and not words <= ROLES:
                names.append(name)
    return names


def clean_text(raw: str) -> str | None:
    """A value as one line of NFC text: entities of either level read, no markup or unseen characters; None if empty."""
    text = raw[: MAX_TEXT * 2]
    if "&" in text:
        text = unescape(unescape(text))
    if "<" in text:
        text = _MARKUP.sub("", text)
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())[:MAX_TEXT]
    return None if not text or text.lower() in NO_VALUE else text

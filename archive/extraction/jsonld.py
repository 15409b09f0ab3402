"""What a page's JSON-LD says of its article (schema.org), however badly the JSON is made.

Promises: time linear in the block's length whatever stands in it, no recursion, and fixed bounds on size, depth and
count. What lies beyond a bound is not read, so the answer depends on the page alone and never on the stack's depth.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

Node = dict[str, Any]

MAX_BLOCK: Final = 1 << 20  # characters of a block
MAX_PAGE: Final = 2 << 20  # characters of all blocks
MAX_REPAIR: Final = 1 << 18  # characters of a block that is no valid JSON and is worth a repair
MAX_BLOCKS: Final = 50  # of one page
MAX_DEPTH: Final = 100  # brackets open at once
MAX_NODES: Final = 5000  # objects visited in one page
MAX_VALUES: Final = 200  # of one list

ARTICLES: Final = frozenset(
    {"report", "blogposting", "liveblogposting", "socialmediaposting", "discussionforumposting"}
)
WORKS: Final = frozenset(
    {"recipe", "videoobject", "podcastepisode", "creativework", "howto", "review", "event", "course", "book", "dataset",
     "claimreview", "mediaobject", "audioobject", "imagegallery", "medicalwebpage", "product", "softwareapplication"}
)  # fmt: skip
PAGES: Final = frozenset({"webpage", "itempage", "aboutpage", "faqpage", "qapage", "profilepage", "collectionpage"})
ORGANISATIONS: Final = ("organization", "organisation", "corporation", "brand", "website")
OPENERS: Final = frozenset("{[")
# Where an article's own node may stand; other keys (itemListElement, hasPart, citation …) lead to other articles.
INWARD: Final = ("@graph", "mainEntity", "mainEntityOfPage", "mainentity", "item", "about", "isPartOf", "article",
                 "breadcrumb")  # fmt: skip

# A string may end with the text, in an escape too: where it could fail there, each quote would be tried to the end.
_BRACKET = re.compile(r'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[^"\[\]{}])*+([\[\]{}]|\Z)', re.DOTALL)
_REPAIR = re.compile(
    r'("[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))|,(?=\s*+[\]}])|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)', re.DOTALL
)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.?))', re.DOTALL)
_WRAPPING = re.compile(r"<!--|-->|(?://|/\*)?\s?<!\[CDATA\[(?:\s?\*/)?|(?://|/\*)?\s?\]\]>(?:\s?\*/)?")
_OPENING = re.compile(r"[{\[]")
_SALVAGE = re.compile(
    r'"(headline|datePublished|dateModified|inLanguage|articleSection|isAccessibleForFree|author)"\s{0,20}:\s{0,20}'
    r'(?:\[\s{0,20})?(?:\{(?:\s{0,20}"@?(?:type|id|url)"\s{0,20}:\s{0,20}"[^"\\]{0,300}",){0,3}'
    r'\s{0,20}"name"\s{0,20}:\s{0,20})?"((?:[^"\\]|\\.){1,500})"'
)
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


@dataclass(slots=True)
class JsonLd:
    """Raw values of one page's article, each list in the order of trust; none of them cleaned."""

    headlines: list[str] = field(default_factory=list)  # of an article
    names: list[str] = field(default_factory=list)  # of the page, or a work that is no article
    persons: list[str] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)  # authors that the page does not call persons
    published: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    publishers: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    crumbs: list[tuple[str, str]] = field(default_factory=list)  # names and addresses of the way to the page
    tags: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    access: list[str] = field(default_factory=list)  # isAccessibleForFree, as it stands
    news: bool = False  # whether the article is called one of news
    live: bool = False  # whether it is called a live blog


def read_jsonld(blocks: Sequence[str], url: str | None) -> JsonLd:
    """The article's values from the page's ``application/ld+json`` blocks; empty lists where it states none."""
    roots: list[Any] = []
    left = MAX_PAGE
    for block in blocks[:MAX_BLOCKS]:
        if len(block) <= min(left, MAX_BLOCK):  # a short block behind a long one is still read
            left -= len(block)
            roots += decode(block)
    known, nodes = _index(roots)
    ranked = sorted(((_rank(node, url), node) for node in nodes), key=lambda pair: pair[0])
    found = JsonLd()
    taken: set[int] = set()
    for (kind, *_), node in ranked:
        if kind == len(_KINDS):
            if "breadcrumblist" in _types(node) and not found.crumbs:
                found.crumbs += _crumbs(node)
            if _types(node) & {"website", *ORGANISATIONS, "newsmediaorganization"}:
                found.publishers += _texts(node.get("name"))
        elif kind not in taken and not (taken and kind == 1):  # a second article is a teaser, or the same once more
            taken.add(kind)
            _take(found, node, known, article=kind == 0)
    return found


def decode(block: str) -> list[Any]:
    """The JSON values in a block: as they stand, else repaired, else the few fields that a pattern can find."""
    if len(block) > MAX_BLOCK:
        return []
    start = _OPENING.search(block)
    if start is None:
        if "&quot;" not in block or len(block) > MAX_REPAIR:
            return []
        block = html.unescape(block)
    values = _values(block)
    if values or len(block) > MAX_REPAIR:
        return values
    repaired = _WRAPPING.sub(" ", block)
    if "&quot;" in repaired and '"' not in repaired:
        repaired = html.unescape(repaired)
    repaired = _REPAIR.sub(lambda found: _mended(found[1]) if found[1] else " ", repaired)
    return _values(repaired) or _salvaged(block)


def _mended(string: str) -> str:
    if "\\" not in string:
        return string
    return _BAD_ESCAPE.sub(lambda found: found[0] if found[1] else found[2], string)


def _values(text: str) -> list[Any]:
    """Each value of a text that holds one or more, with anything but brackets between them."""
    if _too_deep(text):
        return []
    values: list[Any] = []
    at = 0
    while len(values) < MAX_BLOCKS:
        start = _OPENING.search(text, at)
        if start is None:
            return values
        try:
            value, at = _DECODER.raw_decode(text, start.start())
        except ValueError:
            return values
        values.append(value)
    return values


def _too_deep(text: str) -> bool:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found[1] in OPENERS else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _salvaged(block: str) -> list[Any]:
    """The first of each plain field, from a block that no repair makes JSON: cut off, or with bare quotes in it."""
    node: Node = {}
    for name, value in _SALVAGE.findall(block):
        node.setdefault(name, _mended(value).replace('\\"', '"'))
    return [{"@type": "NewsArticle", **node}] if "headline" in node or "datePublished" in node else []


# ---- the graph ---------------------------------------------------------------------------------------------------


def _index(roots: list[Any]) -> tuple[dict[str, Node], list[Node]]:
    """All nodes by ``@id`` and, in the page's order, those that may speak of the page."""
    known: dict[str, Node] = {}
    nodes: list[Node] = []
    stack: list[tuple[Any, bool, int]] = [(root, True, 0) for root in reversed(roots)]
    visited = 0
    while stack and visited < MAX_NODES:
        value, inward, depth = stack.pop()
        visited += 1
        if isinstance(value, list):
            stack.extend((item, inward, depth + 1) for item in reversed(value[:MAX_VALUES]))
        elif isinstance(value, dict):
            name = value.get("@id")
            if isinstance(name, str) and len(value) > len(known.get(name, ())):
                known[name] = value
            if inward:
                nodes.append(value)
            stack.extend(
                (item, inward and key in INWARD, depth + 1)
                for key, item in reversed(value.items())
                if isinstance(item, (dict, list))
            )
    return known, nodes


def _types(node: Node) -> set[str]:
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in _texts(node.get("@type"))}


def _is_article(types: set[str]) -> bool:
    return bool(types & ARTICLES) or any(name.endswith("article") for name in types)


_KINDS: Final = (ARTICLES, WORKS, PAGES)


def _rank(node: Node, url: str | None) -> tuple[int, bool, bool]:
    """Articles first, then other works, then the page; among equals the one with the page's address, then a date."""
    types = _types(node)
    if _is_article(types):
        kind = 0
    else:
        kind = next((number for number, names in enumerate(_KINDS) if types & names), len(_KINDS))
    own = [*_texts(node.get("url")), *_texts(node.get("@id")), *_texts(node.get("mainEntityOfPage"))]
    same = url is not None and any(_path(one) == _path(url) for one in own)
    return kind, not same, not (node.get("datePublished") and (node.get("headline") or node.get("name")))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/").lower() or url
    except ValueError:
        return url


def _take(found: JsonLd, node: Node, known: dict[str, Node], *, article: bool) -> None:
    titles = _texts(node.get("headline")) + _texts(node.get("name"))
    (found.headlines if article else found.names).extend(titles)
    for key in ("author", "creator"):
        if not found.persons and not found.organisations:
            _take_authors(found, node.get(key), known)
    found.published += (
        _texts(node.get("datePublished")) or _texts(node.get("dateCreated"))[:1] or _texts(node.get("uploadDate"))
    )
    found.modified += _texts(node.get("dateModified"))
    for key in ("publisher", "sourceOrganization", "provider"):
        found.publishers += [name for one in _objects(node.get(key), known) for name in _texts(one.get("name"))]
    found.descriptions += _texts(node.get("description"))
    found.bodies += _texts(node.get("articleBody"))
    found.urls += _texts(node.get("url")) + _texts(node.get("mainEntityOfPage"))
    found.sections += _texts(node.get("articleSection"))
    found.tags += _texts(node.get("keywords")) or [
        name for one in _objects(node.get("about"), known) for name in _texts(one.get("name"))
    ]
    for key in ("image", "thumbnailUrl"):
        for one in _objects(node.get(key), known):
            found.images += _texts(one.get("url")) or _texts(one.get("contentUrl")) or _texts(one.get("name"))
    found.languages += _texts(node.get("inLanguage"))
    free = node.get("isAccessibleForFree")
    found.access += [str(free).lower()] if isinstance(free, bool) else _texts(free)
    found.live |= "liveblogposting" in _types(node)
    found.news |= article and any(name.endswith("newsarticle") for name in _types(node))


def _crumbs(node: Node) -> Iterator[tuple[str, str]]:
    items = node.get("itemListElement")
    for one in items[:MAX_VALUES] if isinstance(items, list) else []:
        item = one.get("item") if isinstance(one, dict) else None
        inner = item if isinstance(item, dict) else {"@id": item}
        names = (_texts(one.get("name")) if isinstance(one, dict) else []) or _texts(inner.get("name"))
        if names:
            yield names[0], next(iter(_texts(inner.get("@id")) + _texts(inner.get("url"))), "")


def _take_authors(found: JsonLd, value: Any, known: dict[str, Node]) -> None:  # noqa: ANN401  any JSON value
    for one in _objects(value, known):
        names = _texts(one.get("name")) or [
            " ".join([*_texts(one.get("givenName"))[:1], *_texts(one.get("familyName"))[:1]])
        ]
        types = _types(one)
        group = any(name.endswith(ORGANISATIONS) for name in types)
        (found.organisations if group else found.persons).extend(name for name in names if name)


def _objects(value: Any, known: dict[str, Node]) -> Iterator[Node]:  # noqa: ANN401  any JSON value
    """The nodes that a value names: objects, references to them, plain strings as their names, lists of these."""
    for one in value[:MAX_VALUES] if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield known.get(one) or {"name": one}
        elif isinstance(one, dict):
            name = one.get("@id")
            numbered = [item for key, item in one.items() if key.isdigit() and isinstance(item, dict)]
            if numbered:
                yield from numbered[:MAX_VALUES]
            elif isinstance(name, str) and "name" not in one:
                yield {**known.get(name, {}), **one}
            else:
                yield one


def _texts(value: Any) -> list[str]:  # noqa: ANN401  any JSON value
    """The strings of a value: itself, those of a list, ``@value``, ``@id`` or ``name`` of objects."""
    texts = []
    for one in value[:MAX_VALUES] if isinstance(value, list) else [value]:
        text = one
        if isinstance(one, dict):
            text = one.get("@value") or one.get("name") or one.get("@id") or one.get("url")
        if isinstance(text, list):
            text = next((item for item in text if isinstance(item, str)), None)
        if isinstance(text, str) and text.strip():
            texts.append(text)
    return texts

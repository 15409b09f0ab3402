"""``read_metadata``: what a page says of itself, on pages written for these tests."""



from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.jsonld import MAX_BLOCK, decode, read_jsonld
from archive.extraction.metadata import AUTHOR_KEYS, PUBLISHED_KEYS, read_metadata
from archive.extraction.people import person_names
from archive.extraction.titles import TITLE_KEYS
from archive.extraction.values import clean_text
from archive.model import Metadata

URL = "https://www.harbourpost.example/city/budget-cut"


def read(head: str, body: str = "<p>Text.</p>", url: str | None = URL, attributes: str = "") -> Metadata:
    page = f"<html {attributes}><head>{head}</head><body>{body}</body></html>".encode()
    return read_metadata(lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8")), url)


def block(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**fields: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Harbour budget cut", **fields}


def test_json_ld_fills_every_field() -> None:
    found = read(
        block(
            article(
                author=[{"@type": "Person", "name": "Ada Quay"}, "By Bo Mole"],
                datePublished="2024-08-27T10:00:00Z",
                dateModified="2024-08-28",
                publisher={"@type": "Organization", "name": "Harbour Post"},
                description="A tenth  is\ncut.",
                articleSection="City",
                keywords="harbour, budget, Harbour",
                image={"@type": "ImageObject", "url": "/pic.jpg"},
                inLanguage="en-GB",
                url=URL,
                isAccessibleForFree="False",
            )
        )
    )
    assert found == Metadata(
        title="Harbour budget cut", title_origin="json-ld",
        authors=("Ada Quay", "Bo Mole"), authors_origin="json-ld",
        published_at="2024-08-27T10:00:00+00:00", published_at_origin="json-ld",
        modified_at="2024-08-28", modified_at_origin="json-ld",
        site_name="Harbour Post", site_name_origin="json-ld",
        description="A tenth is cut.", description_origin="json-ld",
        canonical_url=URL, canonical_url_origin="json-ld",
        section="City", section_origin="json-ld",
        tags=("harbour", "budget"), tags_origin="json-ld",
        image_url="https://www.harbourpost.example/pic.jpg", image_url_origin="json-ld",
        language="en", language_origin="json-ld",
        access="paywalled", access_origin="json-ld",
        flags=("paywall",),
    )  # fmt: skip


def test_meta_tags_fill_what_json_ld_leaves() -> None:
    found = read(
        '<meta property="og:title" content="Harbour budget cut | Harbour Post">'
        '<meta property="og:site_name" content="Harbour Post">'
        '<meta name="author" content="Ada Quay and Bo Mole">'
        '<meta property="article:published_time" content="2024-08-27T10:00">'
        '<meta property="article:tag" content="harbour"><meta property="article:tag" content="budget, city">'
        '<meta property="og:image" content="//img.example/a.jpg"><meta property="og:locale" content="de_AT">'
        '<meta property="article:content_tier" content="metered"><link rel="canonical" href="/city/budget">'
    )
    assert (found.title, found.title_origin) == ("Harbour budget cut", "meta")
    assert (found.authors, found.authors_origin) == (("Ada Quay", "Bo Mole"), "meta")
    assert (found.published_at, found.published_at_origin) == ("2024-08-27T10:00", "meta")
    assert found.tags == ("harbour", "budget, city")
    assert found.image_url == "https://img.example/a.jpg"
    assert (found.language, found.language_origin) == ("de", "meta")
    assert (found.canonical_url, found.canonical_url_origin) == ("https://www.harbourpost.example/city/budget", "link")
    assert found.flags == ("paywall",)


def test_microdata_and_bylines_come_last() -> None:
    micro = read(
        "",
        '<div class="comments"><i itemprop="author">Some Reader</i></div>'
        '<span itemprop="author"><b itemprop="name">Ada Quay</b></span>'
        '<time itemprop="datePublished" datetime="2024-08-27">Tuesday</time>',
    )
    assert (micro.authors, micro.authors_origin) == (("Ada Quay",), "microdata")
    assert (micro.published_at, micro.published_at_origin) == ("2024-08-27", "microdata")
    seen = read("", '<p class="byline">By Ada Quay</p><time datetime="2024-08-27T09:00">27 August</time>')
    assert (seen.authors, seen.authors_origin) == (("Ada Quay",), "html")
    assert (seen.published_at, seen.published_at_origin) == ("2024-08-27T09:00", "html")
    assert read("", '<p class="byline">Read all about it in our newsletter</p>').authors == ()
    assert read("", '<time datetime="2024-08-27"></time><time datetime="2023-01-01"></time>').published_at is None


def test_a_bare_page_states_nothing() -> None:
    assert read("") == Metadata()
    assert read("", url=None) == Metadata()


# ---- titles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("<title>Harbour budget cut | Harbour Post</title>", "", "Harbour budget cut"),
        ("<title>Harbour budget cut - Harbour Post</title>", "", "Harbour budget cut"),
        ("<title>Harbour Post – Harbour budget cut</title>", "", "Harbour budget cut"),
        ("<title>Ports - a history</title>", "", "Ports - a history"),
        ("<title>Budget tips 2024</title>", "<h1>Kalendar</h1>", "Budget tips 2024"),
        ("<title>Why the harbour budget was cut</title>", "<h1>Harbour budget cut</h1>", "Harbour budget cut"),
        ("<title>Harbour budget cut</title>", "<h1>Harbour Post</h1>", "Harbour budget cut"),
        ("<title>Harbour budget cut</title>", "<h1><b>City</b>Harbour budget cut</h1>", "Harbour budget cut"),
        ("", "<h1>Harbour budget cut</h1>", "Harbour budget cut"),
        ("<title>Cut &amp;amp; run</title>", "", "Cut & run"),
        ("<title>港口预算被削减</title>", "<h1>港口预算被削减</h1>", "港口预算被削减"),
        ("<title>Harbour Post</title>", "", None),
        ("<title>null</title>", "", None),
    ],
)
def test_the_title_is_the_headline_and_not_the_site(head: str, body: str, expected: str | None) -> None:
    assert read(f'<meta property="og:site_name" content="Harbour Post">{head}', body).title == expected


# ---- authors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("By Ada Quay", ["Ada Quay"]),
        ("Von Ada Quay und Bo Mole", ["Ada Quay", "Bo Mole"]),
        ("Ada Quay, Bo Mole and Cy Pier", ["Ada Quay", "Bo Mole", "Cy Pier"]),
        ("Ada Quay; Bo Mole", ["Ada Quay", "Bo Mole"]),
        ("Ada Quay y Bo Mole", ["Ada Quay", "Bo Mole"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Bob Ray, Jr.", ["Bob Ray, Jr."]),
        ("Ada Quay, Staff Writer", ["Ada Quay"]),
        ("Ada Quay (aq)", ["Ada Quay"]),
        ("Author: Posted by Ada Quay", ["Ada Quay"]),
        ("Post author By Ada Quay", ["Ada Quay"]),
        ("This post was written by Ada Quay", ["Ada Quay"]),
        ("View all posts by Ada Quay", ["Ada Quay"]),
        ("Ada Quay Follow", ["Ada Quay"]),
        ("Ada Quay Senior Staff Writer", ["Ada Quay"]),
        ("Ada Quay - Editorial Team", ["Ada Quay"]),
        ("Ada Quay, Reviewed by Bo Mole", ["Ada Quay"]),
        ("Acme Blog Contributor", ["Acme Blog Contributor"]),
        ("Jean-Luc Quay", ["Jean-Luc Quay"]),
        ("Written by", []),
        ("The author", []),
        ("https://www.facebook.com/ada.quay", []),
        ("ada@harbourpost.example", []),
        ("Redaktion", []),
        ("王小明、李華", ["王小明", "李華"]),
        ("", []),
        ("null", []),
    ],
)
def test_names_in_a_byline(raw: str, expected: list[str]) -> None:
    assert person_names(raw) == expected


def test_authors_by_reference_and_without_the_site() -> None:
    graph = {
        "@graph": [
            article(author={"@id": "#ada"}, publisher={"@id": "#org"}),
            {"@type": "Person", "@id": "#ada", "name": "Ada Quay"},
            {"@type": "Organization", "@id": "#org", "name": "Harbour Post"},
        ]
    }
    found = read(block(graph))
    assert (found.authors, found.site_name) == (("Ada Quay",), "Harbour Post")
    site = {"@type": "Organization", "name": "Harbour Post"}
    assert read(block(article(author=[site, {"@type": "Person", "name": "Ada Quay"}]))).authors == ("Ada Quay",)
    assert read(block(article(author={"@type": "Organization", "name": "Port Agency"}))).authors == ("Port Agency",)
    both = [{"@type": "Organization", "name": "Port Agency"}, {"@type": "Person", "name": ["Ada Quay", "ADA QUAY"]}]
    assert read(block(article(author=both))).authors == ("Ada Quay",)


def test_the_site_is_an_author_only_where_no_person_is() -> None:
    site = {"@type": "Organization", "name": "Harbour Post"}
    alone = read(block(article(author=site, publisher=site)))
    assert (alone.authors, alone.authors_origin) == (("Harbour Post",), "json-ld")
    shown = read(block(article(author=site, publisher=site)), '<p class="byline">By Ada Quay</p>')
    assert (shown.authors, shown.authors_origin) == (("Ada Quay",), "html")
    tagged = read(
        '<meta property="og:site_name" content="harbourpost.com"><meta name="author" content="HarbourPost.com">'
    )
    assert (tagged.authors, tagged.authors_origin) == (("HarbourPost.com",), "meta")
    assert read(block(article(publisher=site))).authors == ()  # nobody said who wrote it
    assert read('<meta name="author" content="Editorial team">').authors == ()


def test_the_article_with_the_pages_address_is_chosen() -> None:
    other = article(headline="Something else", url="https://www.harbourpost.example/other")
    assert read(block([other, article(url=URL)])).title == "Harbour budget cut"
    listed = {"@type": "ItemList", "itemListElement": [other]}
    assert read(block([listed, article()])).title == "Harbour budget cut"
    assert read(block({"@type": "WebPage", "mainEntity": article()})).title == "Harbour budget cut"


# ---- broken JSON -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"@type":"NewsArticle","headline":"Harbour budget cut",}',
        '{"@type":"NewsArticle","headline":"Harbour\nbudget cut"}',
        '<!-- {"@type":"NewsArticle","headline":"Harbour budget cut"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Harbour budget cut"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Harbour budget cut"};',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Harbour budget cut&quot;}",
        '{"@type":"NewsArticle", /* note */ "headline":"Harbour budget\\. cut"}',
        '{"@type":"NewsArticle","headline":"Harbour budget cut","description":"He said "no" to it"}',
        '{"@type":"NewsArticle","headline":"Harbour budget cut","articleBody":"cut off he',
    ],
)
def test_broken_json_is_read(text: str) -> None:
    title = read(block(text)).title
    assert title is not None
    assert title.replace(".", "") == "Harbour budget cut"


HOSTILE = {
    "open brackets": "[" * 900_000,
    "open objects": '{"a":' * 180_000,
    "escaped quotes": '{"' + '\\"' * 450_000,
    "commas": "[" + ", " * 450_000,
    "comments": "{" + "/* " * 300_000,
    "keys": "{" + '"headline":"x" ' * 60_000,
    "authors": '{"author":{"@type":"a","@id":"b",' * 30_000,
    "digits": "[" + "9" * 900_000 + "]",
    "entities": "&quot;" * 150_000 + "{",
    "long string": '{"headline":"' + "a" * 900_000,
    "30 MB": '{"headline":"x",' * 2_000_000,
    "50 KB": '{"headline" "x",' * 3_200,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_blocks_come_to_an_end(name: str) -> None:
    assert isinstance(decode(HOSTILE[name]), list)  # what is quadratic in these would take minutes


def test_depth_does_not_depend_on_the_stack() -> None:
    deep: Any = article()
    for _ in range(60):
        deep = {"@type": "WebPage", "mainEntity": deep}
    assert read_jsonld([json.dumps(deep)], None).headlines == ["Harbour budget cut"]
    assert decode("[" * 101 + "]" * 101) == []
    assert decode('{"a":1}' + " " * MAX_BLOCK) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["@type", "@id", "@graph", "author", "name", "headline", "image", "url", "keywords", "publisher",
                         "mainEntityOfPage", "datePublished", "isAccessibleForFree", "0"]),
        inner | st.sampled_from(["NewsArticle", "Person", "#a", "http://[", "2024-08-27"]),
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


def assert_clean(found: Metadata) -> None:
    """Every value is NFC without control characters, every date a date, and every value has an origin."""
    for name, value in asdict(found).items():
        for text in (value,) if isinstance(value, str) else value or ():
            assert text
            assert text == unicodedata.normalize("NFC", text)
            assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)
        if name.endswith("_origin"):
            assert bool(value) == bool(asdict(found)[name.removesuffix("_origin")])
    for when in (found.published_at, found.modified_at):
        assert when is None or datetime.fromisoformat(when)


RAW = st.text(max_size=30) | st.text(alphabet="eE\u0301\u200b()<b>&amp;#;-|, \x00\x85\u202e", max_size=30)
NAMES = [*TITLE_KEYS, *AUTHOR_KEYS, *PUBLISHED_KEYS[:6], "og:image", "og:url", "og:site_name", "keywords", "og:locale"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), RAW), max_size=6), RAW, RAW, st.none() | RAW | st.just(URL))
def test_any_meta_values_are_read(tags: list[tuple[str, str]], heading: str, byline: str, url: str | None) -> None:
    tree = lxml.html.document_fromstring("<html><head><title></title></head><body><h1></h1><p class=byline></p></body>")
    for element, text in (("h1", heading), ("p", byline), ("title", heading + " | " + byline)):
        tree.find(f".//{element}").text = writable(text)
    for name, text in tags:
        tree.find("head").append(lxml.html.Element("meta", {"name": name, "content": writable(text)}))
    assert_clean(read_metadata(tree, url))


def writable(text: str) -> str:
    """``text`` with what no XML tree can hold left out."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


@given(JSON)
def test_any_json_is_read(value: Any) -> None:
    found = read(block(json.dumps(value).replace("<", "\\u003c")))
    assert_clean(found)


@given(st.text() | st.text(alphabet='{}[]",:\\/*&quot; \n@typeNewsArticle'))
def test_any_text_in_a_block_is_read(text: str) -> None:
    read_jsonld([text], URL)
    assert isinstance(decode(text), list)


# ---- texts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  a \n b\t", "a b"),
        ("Caf\u0065\u0301", "Caf\u00e9"),
        ("a\u202eb\u2066c\x00d\ufeff", "abcd"),
        ("a\ud800b", "ab"),
        ("Cafe\u200b\u0301", "Caf\u00e9"),
        ("&amp;amp; &lt;b&gt;bold&lt;/b&gt;", "& bold"),
        ("undefined", None),
        (" \u200b ", None),
    ],
)
def test_clean_text(raw: str, expected: str | None) -> None:
    assert clean_text(raw) == expected


@given(st.text())
def test_clean_text_is_one_line_that_can_be_written(raw: str) -> None:
    text = clean_text(raw)
    if text is not None:
        assert text == " ".join(text.split())
        assert text == unicodedata.normalize("NFC", text)
        assert text.encode()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://[bad", "mailto:a@b.example", "data:,x", "ftp://a/b", ""]
)
def test_only_web_addresses_count(address: str) -> None:
    found = read(f'<link rel="canonical" href="{address}"><meta property="og:image" content="{address}">')
    assert (found.canonical_url, found.image_url) == (None, None)
    assert read('<link rel="canonical" href="/a">', url=None).canonical_url is None


@pytest.mark.parametrize(
    ("lang", "expected"), [("en-US", "en"), ("DE", "de"), ("zh_Hant", "zh"), ("", None), ("english", None)]
)
def test_language(lang: str, expected: str | None) -> None:
    assert read("", attributes=f'lang="{lang}"').language == expected


@pytest.mark.parametrize(
    "page",
    [
        "<title>" + " - x" * 1200 + "</title>",
        "<h1>" + "<b>x</b>" * 20_000 + "</h1>",
        '<div class="author">' * 2000,
        '<div itemprop="author">' * 2000 + '<i itemprop="name">a b</i>',
        '<p itemprop="datePublished">' * 2000,
        '<time datetime="2024-01-01">' * 20_000,
        '<link rel="canonical" href="http://[x">' * 5000,
        block('{"@type":"NewsArticle","headline":"x"}') * 3000,
        block('{"@type":"NewsArticle","headline":"' + "x" * 900_000) * 20,
        '<meta name="author" content="x y">' * 20_000,
    ],
)
def test_hostile_pages_come_to_an_end(page: str) -> None:
    tree = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(huge_tree=True))
    assert isinstance(read_metadata(tree, "http://[bad"), Metadata)

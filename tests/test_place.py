"""Site, section, address and tags."""

from __future__ import annotations

import json

import pytest

from tests.making import PAGE_URL, read_page

HOST = "https://www.harbourpost.example"


def crumbs(*steps: tuple[str, str]) -> str:
    items = [{"@type": "ListItem", "position": at, "name": name, "item": url} for at, (name, url) in enumerate(steps, 1)]
    return f'<script type="application/ld+json">{json.dumps({"@type": "BreadcrumbList", "itemListElement": items})}</script>'


@pytest.mark.parametrize(
    ("steps", "section"),
    [
        ([("Home", HOST + "/"), ("City", HOST + "/city"), ("Harbour budget cut", PAGE_URL)], "City"),
        ([("Home", HOST), ("City", HOST + "/city"), ("Ports", HOST + "/city/ports")], "Ports"),
        ([("City", HOST + "/city"), ("Harbour budget cut, and more", HOST + "/other")], "City"),
        ([("Home", HOST + "/"), ("Harbour budget cut", "")], None),
        ([("Harbour Post", HOST + "/start")], None),
    ],
)
def test_the_way_to_the_page_names_its_section(steps: list[tuple[str, str]], section: str | None) -> None:
    head = '<title>Harbour budget cut</title><meta property="og:site_name" content="Harbour Post">'
    found = read_page(head + crumbs(*steps))
    assert (found.section, found.section_origin) == (section, "json-ld" if section else None)
    stated = read_page(head + crumbs(*steps) + '<meta property="article:section" content="Money">')
    assert (stated.section, stated.section_origin) == ("Money", "meta")


def test_the_home_page_is_no_articles_address() -> None:
    head = f'<link rel="canonical" href="{HOST}/"><meta property="og:url" content="{PAGE_URL}">'
    assert (read_page(head).canonical_url, read_page(head).canonical_url_origin) == (PAGE_URL, "meta")
    assert read_page(head, url=HOST).canonical_url == HOST + "/"
    assert read_page(f'<link rel="canonical" href="{HOST}/?p=7">').canonical_url == HOST + "/?p=7"


@pytest.mark.parametrize(
    ("head", "site", "origin"),
    [
        ("<title>Harbour budget cut - The Harbour Post</title>", None, None),
        ("<title>Harbour budget cut - Harbour Post</title>", "Harbour Post", "html"),
        ("<title>Harbour Post | Harbour budget cut</title>", "Harbour Post", "html"),
        ("<title>Harbour budget cut - Politics</title>", None, None),
        ('<title>Cut - Harbour Post</title><meta property="og:site_name" content="https://a.example">', "Harbour Post", "html"),
        (f'<meta name="application-name" content="{"A headline of many words " * 3}">', None, None),
    ],
)
def test_the_sites_name_in_the_title(head: str, site: str | None, origin: str | None) -> None:
    assert (read_page(head).site_name, read_page(head).site_name_origin) == (site, origin)


def test_tags_are_words() -> None:
    head = (
        "<title>Harbour budget cut</title>"
        '<meta name="keywords" content="98be933f-38cf-4fba-b6c6-ad438e82010a, 4711, harbour, Harbour budget cut, Harbour">'
    )
    assert read_page(head).tags == ("harbour",)

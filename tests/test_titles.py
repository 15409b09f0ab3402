"""The choice of a title, on pages written for these tests."""

from __future__ import annotations

import json

import pytest

from tests.making import read_page


def meta(**tags: str) -> str:
    return "".join(f'<meta property="og:{name}" content="{value}">' for name, value in tags.items())


def news(headline: str, kind: str = "NewsArticle") -> str:
    block = json.dumps({"@type": kind, "headline": headline})
    return f'<script type="application/ld+json">{block}</script>'


LONG = "Why the harbour council cut the budget of its ferries by a tenth in spite of what it had promised in the spring"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        # heads are written for search, headings for readers
        (meta(title="Harbour budget: what the cut means for you"), "<h1>What the harbour budget cut means</h1>",
         "What the harbour budget cut means"),
        (news("Harbour budget cut explained", "BlogPosting"), "<h1>The harbour budget cut, and what it means</h1>",
         "The harbour budget cut, and what it means"),
        # but the headline of a news article is its own
        (news("Council cuts harbour budget"), "<h1>Harbour budget: council makes its cut</h1>", "Council cuts harbour budget"),
        # a heading of something else
        (meta(title="Council cuts harbour budget"), "<h1>Subscribe</h1>", "Council cuts harbour budget"),
        (meta(title="Council cuts harbour budget"), "<h1>Menu</h1><h1>Council cuts the harbour budget</h1>",
         "Council cuts the harbour budget"),
        (meta(title="What Dock, Quay and Pier share"), "<h1>adaq/notes.md</h1><h1>Quay</h1><h1>Pier</h1>",
         "What Dock, Quay and Pier share"),
        # kickers
        (meta(title="Council cuts harbour budget") + news("City news: Council cuts harbour budget"),
         "<h1>City news: Council cuts harbour budget</h1>", "Council cuts harbour budget"),
        (meta(title="Council cuts harbour budget"), "<h1><span>City</span>Council cuts harbour budget</h1>",
         "Council cuts harbour budget"),
        # a subtitle in an element of its own, and one that is not
        (meta(title="Council cuts harbour budget"), "<h1>Council cuts harbour budget <small>Ferries go</small></h1>",
         "Council cuts harbour budget"),
        (meta(title="Council cuts budget | Post"), "<h1>Council cuts budget, and ferries go</h1>",
         "Council cuts budget, and ferries go"),
        # the site's name, where nothing says that it is one
        ("<title>Council cuts harbour budget_City_Dock Daily</title>", "<h1>Dock Daily</h1>",
         "Council cuts harbour budget_City"),
        ("<title>Dock Daily: Council cuts budget</title>" + meta(title="Council cuts budget"), "<h1>Dock Daily</h1>",
         "Council cuts budget"),
        ("<title>Home » Blog » Council cuts harbour budget</title>", "<h2>Council cuts harbour budget</h2>",
         "Council cuts harbour budget"),
        (meta(title="Council cuts harbour budget – City of Ellery"), "<h1>12 March Council cuts harbour budget</h1>",
         "Council cuts harbour budget"),
        # what was cut off
        (news("Council cuts harbour ...", "Article"), "<h1>Council cuts harbour budget</h1>", "Council cuts harbour budget"),
        (meta(title="Mayor calls plan "), '<h1>Mayor calls plan "a wreck"</h1>', 'Mayor calls plan "a wreck"'),
        (meta(title=LONG[:105]) + f"<title>{LONG}</title>", "", LONG),
        # a first paragraph is no headline
        (news("The council met. " * 30, "Article") + meta(title="Council cuts budget"), "", "Council cuts budget"),
        # scripts without spaces
        ("<title>港口预算被削减_财经_海港日报</title>", "<h1>海港日报</h1><h1>港口预算被削减</h1>", "港口预算被削减"),
        (meta(title="Совет сократил бюджет порта"), "<h1>Почему совет сократил бюджет порта</h1>",
         "Почему совет сократил бюджет порта"),
    ],
)  # fmt: skip
def test_the_headline(head: str, body: str, expected: str) -> None:
    assert read_page(head, body).title == expected


def test_a_title_keeps_the_words_of_its_section() -> None:
    """The slug of the address says which of two headlines is the article's."""
    head = meta(title="Ten ferries worth a trip")
    assert read_page(head, "<h1>Our summer</h1>", url="https://a.example/ten-ferries-worth-a-trip").title == (
        "Ten ferries worth a trip"
    )
    assert read_page(head, "<h1>Why our ferries are a trip</h1>", url="https://a.example/why-our-ferries").title == (
        "Why our ferries are a trip"
    )

"""The texts around a headline."""

from __future__ import annotations

import lxml.html
import pytest

from archive.extraction.around import FORWARD, headline_of, pieces_around, pieces_of_page, pieces_within


def tree_of(body: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(f"<html><body>{body}</body></html>")


def texts(body: str, title: str = "Cut") -> tuple[list[str], list[str]]:
    headline = headline_of(tree_of(body), title)
    assert headline is not None
    ahead, behind = pieces_around(headline)
    return [piece.text for piece in ahead], [piece.text for piece in behind]


def test_in_reading_order_and_back() -> None:
    body = "<div>a<p>b <i>c</i> d</p></div><div><h1>Cut</h1> e <p>f<b>g</b></p>h</div><p>i</p>"
    assert texts(body) == (["e", "f", "g", "h", "i"], ["d", "c", "b", "a"])


def test_scripts_menus_and_comments_are_left_out() -> None:
    body = (
        "<nav>menu</nav><h1>Cut</h1><script>x</script><p>a</p><ul class='comment-list'><li>b</li></ul>"
        "<div id='related'>c</div><form>d</form><p>e</p>"
    )
    assert texts(body) == (["a", "e"], [])


def test_it_ends_where_the_article_has_begun() -> None:
    prose = "<p>" + "word " * 60 + "</p>"
    assert texts(f"<h1>Cut</h1>{prose * 4}<p>end</p>")[0][-1].startswith("word")
    assert len(texts("<h1>Cut</h1>" + "<p>a</p>" * 1000)[0]) <= FORWARD


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<h1>Site</h1><h1>Cut of the budget</h1>", "h1"),
        ("<h1>Site</h1><h2>Cut of the budget</h2>", "h2"),
        ("<h1>Something else</h1><h2>More</h2>", "h1"),
        ("<div><p>Cut of the budget</p></div>", "p"),
    ],
)
def test_the_headline(body: str, tag: str) -> None:
    found = headline_of(tree_of(body), "Cut of the budget")
    assert found is not None
    assert found.tag == tag


def test_no_headline() -> None:
    assert headline_of(tree_of("<p>text</p>"), None) is None
    assert headline_of(tree_of("<p>text</p>"), "it's \"quoted\"") is None


def test_a_piece_knows_its_surroundings() -> None:
    body = '<p class="Meta"><a rel="author" href="/Authors/Ada">Ada</a> <time datetime="2024-03-03">3 <b>March</b></time></p>'
    name, day, month = pieces_within(tree_of(body).find(".//p"))
    assert (name.text, name.link, name.notes) == ("Ada", "/authors/ada", "author meta")
    assert (day.stamp, month.stamp) == ("2024-03-03", "2024-03-03")
    assert (name.stamp, day.link) == ("", "")


def test_texts_with_figures() -> None:
    assert [piece.text for piece in pieces_of_page(tree_of("<p>in 2024</p>x<b>7</b>since 1999<script>2000</script>"))] == [
        "in 2024", "since 1999",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 1500 + "<h1>Cut</h1>" + "<div>" * 1500,
        "<h1>Cut</h1>" + "<b>x" * 5000,
        f"<div class='{'author ' * 50_000}'><h1>Cut</h1>" + f"<p class='{'byline ' * 50_000}'>x</p>" * 20,
        "<h1>" + "<i>Cut</i>" * 20_000,
    ],
)
def test_hostile_pages_come_to_an_end(body: str) -> None:
    parser = lxml.html.HTMLParser(huge_tree=True)
    tree = lxml.html.document_fromstring(f"<html><body>{body}", parser=parser)
    headline = headline_of(tree, "Cut")
    assert headline is not None
    assert all(len(piece.notes) < 700 for side in pieces_around(headline) for piece in side)

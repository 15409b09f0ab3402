"""When it was published, where only the page's body says so, on pages written for these tests."""

from __future__ import annotations

import pytest

from tests.making import read_page

TITLE = "<title>Harbour budget cut</title>"
H1 = "<h1>Harbour budget cut</h1>"
PROSE = "<p>" + "The council met on Monday and spoke for hours of the harbour and its ferries. " * 4 + "</p>"


@pytest.mark.parametrize(
    ("text", "published", "modified"),
    [
        ("<p>3 March 2024, 10:15</p>", "2024-03-03T10:15", None),
        ("<p>Published 3 March 2024 | Updated 5 March 2024</p>", "2024-03-03", "2024-03-05"),
        ("<p>Updated 5 March 2024</p><p>3 March 2024</p>", "2024-03-03", "2024-03-05"),
        ("<p>Veröffentlicht: 3. März 2024</p><p>Aktualisiert: 5. März 2024</p>", "2024-03-03", "2024-03-05"),
        ("<span>Publié le 3 mars 2024</span> <span>Mis à jour le 5 mars 2024</span>", "2024-03-03", "2024-03-05"),
        ("<div>Опубликовано: 3 марта 2024</div><div>Обновлено: 5 марта 2024</div>", "2024-03-03", "2024-03-05"),
        ("<div>公開日：2024年3月3日</div><div>更新日：2024年3月5日</div>", "2024-03-03", "2024-03-05"),
        ("<div>Güncelleme</div><div>05.03.2024</div><div>Yayınlanma</div><div>03.03.2024</div>", "2024-03-03", "2024-03-05"),
        ('<time datetime="2024-03-03T10:15:00+01:00">3 March</time>', "2024-03-03T10:15:00+01:00", None),
        ('<time datetime="2024-03-03">3 March 2024, 10:15</time>', "2024-03-03T10:15", None),
        ('<span class="date-updated">5 March 2024</span><span class="date">3 March 2024</span>', "2024-03-03", "2024-03-05"),
        ("<p>30 February 2024</p>", None, None),
        ("<p>Since 3 March 2024 the council has met five times and has said each time that it would not yield.</p>", None, None),
        ("<div class='comments'><p>Some Reader, 3 March 2024</p></div>", None, None),
    ],
)  # fmt: skip
def test_a_date_by_the_headline(text: str, published: str | None, modified: str | None) -> None:
    found = read_page(TITLE, f"<div>{H1}{text}{PROSE}</div>", url=None)
    assert (found.published_at, found.modified_at) == (published, modified)


def test_a_date_before_the_headline_and_one_far_below() -> None:
    assert read_page(TITLE, f"<div><p>3 March 2024</p>{H1}{PROSE}</div>").published_at == "2024-03-03"
    below = f"{H1}{PROSE * 5}<p>Published: 3 March 2024</p><p>Terms of 7 July 2019 apply</p>"
    assert read_page(TITLE, below).published_at == "2024-03-03"
    assert read_page(TITLE, f"{H1}{PROSE * 5}<footer>7 July 2019</footer>").published_at is None


def test_a_page_that_says_only_when_it_was_changed() -> None:
    found = read_page(TITLE, f"{H1}<p>Last updated: 5 March 2024</p>{PROSE}")
    assert (found.published_at, found.modified_at, found.flags) == ("2024-03-05", "2024-03-05", ("published-from-update",))


def test_the_day_in_the_address() -> None:
    url = "https://www.harbourpost.example/2024/03/03/budget"
    alone = read_page(TITLE, H1 + PROSE, url=url)
    assert (alone.published_at, alone.published_at_origin) == ("2024-03-03", "url")
    other = read_page(TITLE, f"{H1}<p>9 January 2021</p>{PROSE}", url=url)
    assert (other.published_at, other.published_at_origin) == ("2024-03-03", "url")
    richer = read_page(TITLE, f"{H1}<p>3 March 2024, 10:15</p>{PROSE}", url=url)
    assert (richer.published_at, richer.published_at_origin) == ("2024-03-03T10:15", "html")


def test_the_language_decides_between_two_readings() -> None:
    body = f"{H1}<p>03/04/2024</p>{PROSE}"
    for language, day in (("de", "2024-04-03"), ("en-GB", "2024-04-03"), ("en-US", "2024-03-04"), ("en", None)):
        assert read_page(TITLE, body, attributes=f'lang="{language}"').published_at == day


def test_the_day_of_a_newspaper_is_that_of_its_place() -> None:
    block = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-03-04T01:18:13Z"}</script>'
    local = '<meta property="article:published_time" content="2024-03-03T17:18:13-08:00">'
    assert read_page(block + local).published_at == "2024-03-03T17:18:13-08:00"
    other = '<meta property="article:published_time" content="2024-03-03T09:00:00-08:00">'
    assert read_page(block + other).published_at == "2024-03-04T01:18:13+00:00"

"""Who wrote it, where only the page's body says so, on pages written for these tests."""

from __future__ import annotations

import pytest

from tests.making import read_page

TITLE = "<title>Harbour budget cut</title>"
H1 = "<h1>Harbour budget cut</h1>"
PROSE = "<p>" + "The council met on Monday and spoke for hours of the harbour and its ferries. " * 4 + "</p>"


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<p>By Ada Quay</p>", ("Ada Quay",)),
        ("<p>By Ada Quay, Dec 17, 2025</p>", ("Ada Quay",)),
        ("<p>By Ada Quay and Bo Mole | Photos: Cy Pier</p>", ("Ada Quay", "Bo Mole")),
        ("<p>By <a>Ada Quay</a>, <a>Bo Mole</a> &amp; <a>Cy Pier</a></p>", ("Ada Quay", "Bo Mole", "Cy Pier")),
        ("<p>By Bob Ray, Jr.</p>", ("Bob Ray, Jr.",)),
        ("<p>By Ada Quay, Director of Operations</p>", ("Ada Quay",)),
        ("<p>By Ada Quay, PORT AGENCY</p>", ("Ada Quay",)),
        ("<div>Written by</div><div>Ada Quay</div>", ("Ada Quay",)),
        ("<p>Von Ada Kai und Bo Mohl</p>", ("Ada Kai", "Bo Mohl")),
        ("<p>Verfasst von Ada Kai am 3. Mai 2024</p>", ("Ada Kai",)),
        ("<p>Par Adèle Quai</p>", ("Adèle Quai",)),
        ("<p>Por José Muelle y Ana Puerto</p>", ("José Muelle", "Ana Puerto")),
        ("<p>di Ada Molo</p>", ("Ada Molo",)),
        ("<p>Door Ada van der Kade</p>", ("Ada van der Kade",)),
        ("<p>Av Åsa Kaj</p>", ("Åsa Kaj",)),
        ("<p>Autor: Jan Přístav</p>", ("Jan Přístav",)),
        ("<p>Автор: Анна Пристань</p>", ("Анна Пристань",)),
        ("<p>Oleh Adi Dermaga</p>", ("Adi Dermaga",)),
        ("<p>بقلم: آدم المرفأ</p>", ("آدم المرفأ",)),
        ("<p>מאת: עדה רציף</p>", ("עדה רציף",)),
        ("<p>文／王小明</p>", ("王小明",)),
        ("<p>記者：王小明、李華</p>", ("王小明", "李華")),
        ("<p>執筆：港太郎</p>", ("港太郎",)),
        ('<div class="post-author"><a>Ada Quay</a> <span class="role">Harbour reporter</span></div>', ("Ada Quay",)),
        ('<a href="/authors/ada-quay">Ada Quay</a>', ("Ada Quay",)),
        ('<span class="author-name">adaq</span>', ("adaq",)),
        ("<div><span>Ada Quay</span> | <span>3 March 2024</span></div>", ("Ada Quay",)),
        ("<p>Ada Quay, March 3, 2024</p>", ("Ada Quay",)),
        ("<p>Ada Quay</p><p>Senior Harbour Reporter</p>", ("Ada Quay",)),
        ("<p>3 March 2024 · Ada Quay on behalf of the port</p>", ("Ada Quay",)),
    ],
)
def test_a_byline_by_the_headline(byline: str, authors: tuple[str, ...]) -> None:
    """Behind the headline, and before it."""
    behind = read_page(TITLE, f"<div>{H1}{byline}{PROSE}</div>")
    assert (behind.authors, behind.authors_origin) == (authors, "html")
    assert read_page(TITLE, f"<div>{byline}{H1}{PROSE}</div>").authors == authors


@pytest.mark.parametrize(
    "text",
    [
        "<p>By the harbour</p>",
        "<p>By Monday</p><p>The ferries go</p>",
        '<a href="/authors/">All Authors</a>',
        '<div class="author-share"><a>Facebook</a></div>',
        '<div class="author"><a>Follow</a></div>',
        '<p class="byline">Staff</p>',
        "<p>By Staff Writer</p>",
        "<p>by ada@harbourpost.example</p>",
        '<p class="photo-author">Ada Quay</p>',
        '<span>3 March 2024</span><a href="/category/ferries">Ferry News</a>',
        "<span>3 March 2024</span><span>Related Ferries</span><p>What is related to ferries</p>",
        "<span>3 March 2024</span><span>Harbour Budget</span>",
    ],
)
def test_what_is_no_byline(text: str) -> None:
    assert read_page(TITLE, f"<div>{H1}{text}{PROSE}</div>").authors == ()


def test_the_author_box_below_counts_and_commenters_do_not() -> None:
    box = '<div class="author-box"><a class="author-box__name author-name">Ada Quay</a><p>writes on ports.</p></div>'
    comment = '<ul class="comments"><li><span class="author">Some Reader</span> wrote on 4 March 2024</li></ul>'
    assert read_page(TITLE, H1 + PROSE * 4 + comment + box).authors == ("Ada Quay",)
    assert read_page(TITLE, H1 + PROSE * 4 + comment).authors == ()
    teaser = '<aside><div class="card"><span class="author">Bo Mole</span></div></aside>'
    assert read_page(TITLE, H1 + PROSE * 4 + teaser).authors == ()


def test_the_sites_own_name_in_a_byline_comes_last() -> None:
    head = TITLE + '<meta property="og:site_name" content="Harbour Post">'
    site = '<p class="byline">Harbour Post</p>'
    assert read_page(head, H1 + site + PROSE).authors == ("Harbour Post",)
    assert read_page(head, H1 + site + "<p>By Ada Quay</p>" + PROSE).authors == ("Ada Quay",)


def test_initials_are_worth_less_than_a_stated_name() -> None:
    byline = '<span class="author">aq</span>'
    assert read_page(TITLE, H1 + byline + PROSE).authors == ("aq",)
    head = TITLE + '<meta property="og:site_name" content="Port"><meta name="author" content="Port">'
    assert read_page(head, H1 + byline + PROSE).authors == ("Port",)


def test_what_the_head_states_comes_first() -> None:
    found = read_page(TITLE + '<meta name="author" content="Ada Quay">', H1 + "<p>By Bo Mole</p>")
    assert (found.authors, found.authors_origin) == (("Ada Quay",), "meta")


def test_a_full_name_in_a_byline_outranks_a_log_in() -> None:
    head = TITLE + '<meta name="author" content="ada.quay">'
    assert read_page(head, H1 + PROSE).authors == ("ada.quay",)
    assert read_page(head, H1 + "<p>By Ada Quay</p>" + PROSE).authors == ("Ada Quay",)
    assert read_page(head, H1 + '<span class="author">aq</span>' + PROSE).authors == ("ada.quay",)


def test_no_name_of_the_site_before_an_authors() -> None:
    head = '<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Harbour Post - Ada Quay">'
    assert read_page(head).authors == ("Ada Quay",)

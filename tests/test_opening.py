"""Headline, authors and day: what the first lines state plainly, and nothing else."""

from __future__ import annotations

import pytest

from archive.extraction.dump import clean
from archive.model import CleanText

ARTICLE = [
    "The harbour authority of Westhaven closed the northern quay on Tuesday after divers found cracks in two pillars.",
    "Ferries to the islands leave from the fish market until further notice, and the trip takes twenty minutes longer.",
    "The council meets on Friday to talk about what the repairs may cost and who is going to pay for them.",
]
HEADLINE = "Cracks close the northern quay of Westhaven"
MENU = ["Home", "News", "Sport", "Culture"]


def seen(*head: str) -> CleanText:
    return clean("\n".join([*head, *ARTICLE]).encode(), "utf-8")


@pytest.mark.parametrize("top", [
    HEADLINE, f"{HEADLINE} - Westhaven Post", f"{HEADLINE} | Westhaven Post", f"{HEADLINE} – Post",
])  # fmt: skip
def test_the_headline_that_the_page_title_begins_with(top: str) -> None:
    found = seen(top, *MENU, HEADLINE, "By Mara Lindqvist")
    assert found.title == HEADLINE
    assert found.authors == ("Mara Lindqvist",)
    assert found.text == "\n\n".join(ARTICLE)


def test_the_headline_over_a_byline_at_the_top() -> None:
    assert seen(HEADLINE, "By Mara Lindqvist", "12 March 2024").title == HEADLINE


@pytest.mark.parametrize("head", [
    [],
    MENU,
    ["Follow our live coverage now", *MENU, "Follow our live coverage now"],  # a menu that stands there twice
    ["The Westhaven Post since 1887", *MENU],
])  # fmt: skip
def test_no_headline_is_invented(head: list[str]) -> None:
    assert seen(*head).title is None


@pytest.mark.parametrize(("line", "authors"), [
    ("By Mara Lindqvist and Tom Osei", ("Mara Lindqvist", "Tom Osei")),
    ("Von Mara Lindqvist", ("Mara Lindqvist",)),
    ("Por Mara Lindqvist", ("Mara Lindqvist",)),
    ("By Mara Lindqvist, 12 March 2024", ("Mara Lindqvist",)),
    ("By the harbour", ()),
    ("Mara Lindqvist", ()),  # it may be anybody
    ("By staff writers", ()),
])  # fmt: skip
def test_authors(line: str, authors: tuple[str, ...]) -> None:
    assert seen(line).authors == authors


@pytest.mark.parametrize(("lines", "day"), [
    (["12 March 2024"], "2024-03-12"),
    (["Published: 12 March 2024, 10:15"], "2024-03-12T10:15"),
    (["Publicado el 12 de marzo de 2024"], "2024-03-12"),
    (["12 марта 2024"], "2024-03-12"),
    (["2024年3月12日"], "2024-03-12"),
    (["03/04/2024"], None),  # two days
    (["Updated 12 March 2024"], None),
    (["12 March 2024", "Updated 14 March 2024"], "2024-03-12"),
    (["12 March 2024", "14 March 2024"], None),
    (["On 12 March 2024 the old pier burnt down to the water"], None),
    (["31 February 2024"], None),
    (["12 March 2024, 18:57", "12 March 2024, 18:24"], "2024-03-12T18:24"),  # the first, whatever the order of a set
])  # fmt: skip
def test_day(lines: list[str], day: str | None) -> None:
    assert seen(*lines).published_at == day

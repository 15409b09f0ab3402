"""The parse: its bounds, and what a page may hold without losing its text."""

from __future__ import annotations

import pytest
from lxml import etree
from lxml.html import HtmlElement, HtmlElementClassLookup

from archive.errors import Rejected
from archive.extraction.blocks import walk
from archive.extraction.nesting import MAX_TAGS, flattened
from archive.extraction.tree import MAX_ATTRIBUTES, MAX_BREAKS, MAX_CHARACTERS, MAX_ELEMENTS, MAX_INLINE, parse


def why(page: str) -> tuple[str, str, str]:
    with pytest.raises(Rejected) as found:
        parse(page)
    return found.value.stage, found.value.reason, found.value.detail


def text(tree: etree._Element) -> str:
    return " ".join("".join(tree.itertext()).split())


def test_elements_are_of_the_classes_asked_for() -> None:
    assert type(parse("<p>x")) is etree._Element
    assert type(parse("<p>x", HtmlElementClassLookup())) is HtmlElement
    assert type(parse("<p>x")) is etree._Element


def test_comments_and_instructions_are_no_nodes() -> None:
    tree = parse("<p>a<!-- c --><?php d ?>b</p>")
    assert all(isinstance(element.tag, str) for element in tree.iter())
    assert text(tree) == "ab"


@pytest.mark.parametrize("page", ["", " ", "<!doctype html>", "<!-- x -->"])
def test_pages_of_nothing(page: str) -> None:
    assert why(page)[:2] == ("extraction", "no-text")


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#8;", "&#11;", "&#31;", "&#x1f;", "&#X0B;", "&#xD800;", "&#000011;", "&#3"]
)
def test_references_to_no_character_cut_nothing_off(reference: str) -> None:
    assert text(parse(f"<p>one{reference} two</p>")) == "one two"


@pytest.mark.parametrize("reference", ["&#9;", "&#10;", "&#13;", "&#32;"])
def test_references_to_white_space_stay(reference: str) -> None:
    assert text(parse(f"<p>one{reference}two</p>")) == "one two"


def test_form_feeds_and_surrogates_cut_nothing_off() -> None:
    assert text(parse("<p>one\ftwo</p>")) == "one two"
    assert text(parse("<p>one\ud800two</p>")) == "one?two"


def test_a_long_text_is_whole() -> None:
    assert len(text(parse("<p>" + "harbour " * 1_500_000 + "</p>"))) == 8 * 1_500_000 - 1


def test_too_many_characters() -> None:
    assert why(" " * (MAX_CHARACTERS + 1))[:2] == ("extraction", "too-large")


@pytest.mark.parametrize(
    ("element", "most"), [("<br>", MAX_BREAKS), ("<b>x</b>", MAX_INLINE), ("<i>x</i><br>", MAX_INLINE), ("<p>", MAX_ELEMENTS)]
)
def test_too_many_elements(element: str, most: int) -> None:
    assert why("<div>" + element * (most + 1))[:2] == ("extraction", "too-complex")
    counted = list(parse("<div>" + element * (most - 3)).iter())  # html, body and div
    assert len(counted) >= most


# ---- nesting -----------------------------------------------------------------------------------------------------

TEXTS = [f"The {number}. sentence of the harbour board." for number in range(5)]
PARAGRAPHS = "".join(f"<p>{one}</p>" for one in TEXTS)


@pytest.mark.parametrize("depth", [1000, 2100, 100_000])
@pytest.mark.parametrize(
    "tags",
    [
        ("<div>", "</div>"),
        ('<DIV class="a>b" title=\'c\'>', "</DIV>"),
        ("<b><i><span><a href=x>", "</a></span></i></b>"),
        ("<ul><li>", "</li></ul>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<dl><dd>", "</dd></dl>"),
        ("<blockquote>", ""),
        ("<section>", ""),
        ("<font>", "</font>"),
        ("<h2>", "</h2>"),
    ],
    ids=lambda tags: tags[0],
)
def test_the_text_inside_and_behind_deep_nesting_is_read(tags: tuple[str, str], depth: int) -> None:
    start, end = tags
    depth //= start.count("<")
    tree = parse(f"<body>{start * depth}{PARAGRAPHS}{end * depth}<p>The end.</p></body>")
    assert [" ".join(one.itertext()) for one in tree.iter("p")] == [*TEXTS, "The end."]


def test_texts_parted_by_deep_elements_stay_apart() -> None:
    tree = parse("<div>" * 3000 + "".join(f"<div>{one}</div>" for one in TEXTS))
    assert [one for block in walk(tree).texts for one in block.split("\n")] == TEXTS


def test_scripts_and_comments_in_deep_pages_are_no_tags() -> None:
    raw = "<script>x = '</div><div>'</script><!-- </div></div> --><style>p > a {}</style><title></div>"
    tree = parse("<div>" * 3000 + raw + "</title>" + PARAGRAPHS)
    assert [" ".join(one.itertext()) for one in tree.iter("p")] == TEXTS


def test_flattening_takes_time_in_proportion() -> None:
    for piece in (b'<a "x>" ', b"<a '", b'<a "', b"<a ", b"<!-- ", b"<script>", b"<div><!--->", b"<"):
        assert flattened(piece * 200_000 + b"end").endswith(b"end")  # hours, if each looked to the end of the page
    assert why("<div>" * (MAX_TAGS + 1))[:2] == ("extraction", "too-complex")


# ---- attributes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attribute", ["a{}", "a{}=1", 'a{}="1"', "a{}='1 2'", "a{} = 1", 'data-a{}="' + "x" * 90 + '"', "a{}="]
)
def test_elements_with_too_many_attributes(attribute: str) -> None:
    """libxml2 compares each attribute with all before it."""
    tag = "<div {}>".format(" ".join(attribute.format(number) for number in range(5000)))
    stage, reason, detail = why(f"<html><body><p>text</p>{tag}<p>text</p>")
    assert (stage, reason) == ("extraction", "too-complex")
    assert str(MAX_ATTRIBUTES) in detail
    fewer = "<div {}>".format(" ".join(attribute.format(number) for number in range(MAX_ATTRIBUTES)))
    assert text(parse(f"<html><body><p>text</p>{fewer}<p>end</p>")) == "textend"


@pytest.mark.parametrize(
    "page",
    [
        '<div class="' + "token " * 200_000 + '">text</div>',
        "<div data-state='{" + '"a": "b", ' * 20_000 + "}'>text</div>",
        "<div title=" + "x" * 100_000 + ">text</div>",
        '<a href="' + "x" * 5000 + '" b>' * 20 + "text",
        "<p>1 <" + "a" * 10_000 + ">text",
    ],
    ids=["class", "json", "long", "links", "name"],
)
def test_long_tags_are_no_crowds(page: str) -> None:
    assert text(parse(page)).endswith("text")


def test_a_script_of_comparisons_is_no_tag() -> None:
    code = "if (i <length) { x = 'y' } " + "a b c d = 1; " * 2000
    for raw in (
        f"<script>{code}</script>",
        f"<SCRIPT async>{code}</SCRIPT>",
        f"<style>{code}</style>",
        f"<!-- {code} -->",
    ):
        assert text(parse(f"{raw}<p>text</p>")).endswith("text")
        assert why(f"<script>1</script><p>text</p>{raw}<div {'a b c d = 1; ' * 2000}>")[1] == "too-complex"
    assert why(f"<script>1</script><!-- 2 --><p {code}>")[1] == "too-complex"

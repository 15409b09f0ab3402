"""The walk from a tree to blocks: what is one, what is pruned, and that its ranges fit together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.extraction.blocks import FEW, INLINE, MARKS, NEVER, Blocks, walk
from archive.extraction.tree import parse

LONG = "The harbour board voted eleven to four for the change after a meeting of five hours. " * 8  # 120 words
ARTICLE = f"<article><h1>Ferry to Sandholm</h1><p>{LONG}</p></article>"


def texts(body: str) -> list[str]:
    return walk(parse(f"<html><body>{body}</body></html>")).texts


def test_paragraphs_headings_and_items_are_blocks() -> None:
    found = texts("<h1>One</h1><p>Two <b>bold</b> and <a href=x>linked</a></p><ul><li>Three<li>Four</ul>five")
    assert found == ["One", "Two bold and linked", "Three", "Four", "five"]


def test_text_around_a_block_is_a_block() -> None:
    assert texts("<div>before<p>inside</p>behind</div>end") == ["before", "inside", "behind", "end"]


def test_white_space_is_single() -> None:
    assert texts("<p> a\n\t b\u00a0 c </p><p> \n </p>") == ["a b c"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one<br>two", ["one\ntwo"]),
        ("one<br><br>two", ["one", "two"]),
        ("one<br> <br>\n<br>two", ["one", "two"]),
        ("<br>one<br>", ["one"]),
        ("<br><br><br>", []),
        ("<b>one<br>two</b><br><br>three", ["one\ntwo", "three"]),
    ],
)
def test_line_breaks(body: str, expected: list[str]) -> None:
    assert texts(f"<p>{body}</p>") == expected


def test_links_and_emphasis_are_counted_in_characters() -> None:
    page = walk(parse("<p>ab<a href=x>cde</a><b>fg</b><a href=y><i>h</i></a></p><p>none</p>"))
    assert (page.texts, page.links, page.strong) == (["abcdefgh", "none"], [4, 0], [3, 0])


def test_a_block_of_lines_shares_its_links_by_length() -> None:
    page = walk(parse("<p><a href=x>abcd</a><br><br>efgh</p>"))
    assert page.texts == ["abcd", "efgh"]
    assert sum(page.links) <= 4


def test_nested_links_end_where_the_outer_ends() -> None:
    root = etree.fromstring("<html><body><p><a>one <a>two</a> three</a> four</p></body></html>")
    assert walk(root).links == [len("one two three")]


def test_class_of_the_first_inline_element() -> None:
    page = walk(parse('<p><span class="dateline">OSLO</span> <b class="x">and</b> so</p><p>plain</p>'))
    assert page.inner == ["dateline", ""]


@pytest.mark.parametrize("tag", sorted(NEVER - {"head", "param", "source", "track", "input", "img"}))
def test_what_never_holds_text_is_left_out(tag: str) -> None:
    body = etree.fromstring(f"<html><body><p>before</p><{tag}>no <p>never</p></{tag}>behind<p>end</p></body></html>")
    assert walk(body).texts == ["before", "behind", "end"]


def test_media_are_counted_before_the_block_and_in_the_element() -> None:
    page = walk(parse("<div><img src=a><img src=b><p>text</p><iframe></iframe></div><p>end</p>"))
    assert page.media == [2, 1]
    assert page.shown[page.tag.index("div")] == 3


# ---- menus and feet ----------------------------------------------------------------------------------------------


def test_menus_and_feet_are_not_read() -> None:
    found = texts(f"<nav><p>Home</p><p>Sport</p></nav>{ARTICLE}<footer><p>4 Quay Street</p></footer>")
    assert found == ["Ferry to Sandholm", LONG.strip()]


@pytest.mark.parametrize("holder", ["article", "main", "blockquote", "figure"])
def test_the_foot_of_an_article_is_its_own(holder: str) -> None:
    assert "Reported by Ada" in texts(f"{ARTICLE}<{holder}><p>Text</p><footer>Reported by Ada</footer></{holder}>")


def test_text_behind_a_menu_belongs_to_what_is_around_it() -> None:
    page = walk(parse(f"<body><div class=d><nav>menu</nav>tail</div>{ARTICLE}</body>"))
    assert page.texts[0] == "tail"
    assert page.name[page.element[0]] == "d"


def test_where_little_is_left_menus_are_read() -> None:
    """As in broken markup, where an unclosed <nav> takes the article in."""
    assert texts(f"<nav><ul><li>Home</ul>{ARTICLE}") == ["Home", "Ferry to Sandholm", LONG.strip()]
    assert texts("<footer>Only a foot</footer>") == ["Only a foot"]


def test_the_guard_counts_characters_of_any_script() -> None:
    for letter in ("w", "\u6e2f"):
        assert texts(f"<nav>menu</nav><p>{letter * FEW}</p>") == [letter * FEW]
        assert texts(f"<nav>menu</nav><p>{letter * (FEW - 1)}</p>") == ["menu", letter * (FEW - 1)]


# ---- marks ------------------------------------------------------------------------------------------------------


def test_marks_are_those_of_all_ancestors_and_end_with_them() -> None:
    page = walk(parse("<main><article><ul><li>item</li></ul></article><p>behind</p></main>"))
    item, behind = (page.marks[element] for element in page.element)
    for name in ("main", "article", "ul", "li"):
        assert item & MARKS[name]
    assert behind & MARKS["main"]
    assert behind & MARKS["p"]
    assert not behind & (MARKS["article"] | MARKS["li"])


def test_roles_and_properties_are_marks() -> None:
    page = walk(parse('<div role="main"><div itemprop="text articleBody"><p>text</p></div></div><div>x</div>'))
    assert page.marks[page.element[0]] & MARKS["role-main"]
    assert page.marks[page.element[0]] & MARKS["body-prop"]
    assert not page.marks[page.element[1]] & (MARKS["role-main"] | MARKS["body-prop"])


def test_marks_fit_into_64_bits() -> None:
    assert max(MARKS.values()) < 1 << 63


# ---- odd pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "article", "span", "a", "b", "blockquote"])
def test_a_tree_far_deeper_than_the_stack(tag: str) -> None:
    """Time grows with the square of the depth in lxml itself; libxml2's parser stops at 2,048."""
    root = inner = etree.Element("html")
    for _ in range(10_000):
        inner = etree.SubElement(inner, tag)
    etree.SubElement(inner, "p").text = LONG
    page = walk(root)
    assert page.texts == [LONG.strip()]
    assert sum(page.links) == (len(LONG) if tag == "a" else 0)
    assert sum(page.strong) == (len(LONG) if tag == "b" else 0)
    check(page)


@pytest.mark.parametrize("tag", ["div", "article", "span", "a", "b", "blockquote", "td", "ul", "button", "font"])
def test_a_page_nested_90000_deep(tag: str) -> None:
    page = walk(parse(f"<html><body><p>{LONG}</p>" + f"<{tag}>x " * 90_000))
    assert page.texts[0].startswith(LONG.strip())
    check(page)


def test_an_article_in_a_button() -> None:
    """libxml2 leaves a <button> open where browsers close it."""
    assert texts(f"<button>Menu{ARTICLE}</button>") == ["Menu", "Ferry to Sandholm", LONG.strip()]


def test_unclosed_elements() -> None:
    found = texts(f"<div><p>one<p>two<b>bold<p>three</div></div></p><td>four<li>five<p>{LONG}")
    assert [text.split()[0] for text in found] == ["one", "twobold", "three", "four", "five", "The"]


@pytest.mark.parametrize(
    "page",
    ["x", "<a>x</a>", "<br>x", "<svg>x</svg>y", "<title>t</title>", "</p>x", "<frameset><frame></frameset>", "<!-- -->x",
     "<nav>x", "<html></html>x", "<td>x", "<table>x<tr>y<td>z</table>", "<select>x<option>y</select>z", "<img>x",
     "<p/>x", "<![CDATA[x]]>y", "<?php x ?>y", "<x:y>z</x:y>", "<\u00e9>z"],
)  # fmt: skip
def test_fragments_have_ranges_that_fit(page: str) -> None:
    check(walk(parse(page)))


@given(st.data())
def test_ranges_fit_in_any_tree(data: st.DataObject) -> None:
    """Whatever stands in a tree: sums over ranges are what a walk over the descendants finds."""
    tags = st.sampled_from(["div", "p", "ul", "li", "table", "tr", "td", "a", "b", "br", "span", "nav", "footer", "article",
                            "script", "img", "figure", "h1"])  # fmt: skip
    words = st.sampled_from(["", "", "one", " two three ", "\n", "x" * 40, LONG])
    root = etree.Element("html")
    nodes = [root]
    for _ in range(data.draw(st.integers(0, 40))):
        parent = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        node = etree.SubElement(parent, data.draw(tags))
        node.text, node.tail = data.draw(words), data.draw(words)
        nodes.append(node)
    check(walk(root))


@given(st.lists(st.sampled_from(["<p>", "</p>", "<div>", "</div>", "<a>", "</a>", "<b>", "</b>", "<br>", "<table>", "<td>",
                                 "</table>", "<nav>", "</nav>", "<article>", "</article>", "<button>", "<form>", "<script>",
                                 "</script>", "one ", "two"]), max_size=60))  # fmt: skip
def test_ranges_fit_on_any_page(pieces: list[str]) -> None:
    check(walk(parse("<html>" + "".join(pieces))))


def check(page: Blocks) -> None:
    """That all lists are as long as each other, and that every range is that of the element's descendants."""
    per_block: list[list[Any]] = [page.texts, page.links, page.strong, page.inner, page.element, page.media]
    per_element: list[list[Any]] = [page.tag, page.parent, page.depth, page.marks, page.name, page.first, page.last,
                                    page.end, page.shown]  # fmt: skip
    assert len(set(map(len, per_block))) == 1
    assert len(set(map(len, per_element))) == 1
    size = len(page.tag)
    assert not {*page.tag} & (INLINE | {"br"})
    assert all(text == text.strip() and text and "  " not in text for text in page.texts)
    assert all(count >= 0 for count in (*page.links, *page.strong, *page.media))
    inside = [0] * size  # blocks
    elements = [1] * size
    for element in page.element:
        inside[element] += 1
    for element in reversed(range(1, size)):
        above = page.parent[element]
        assert above < element
        assert page.depth[element] == page.depth[above] + 1
        assert page.marks[element] & page.marks[above] == page.marks[above]
        inside[above] += inside[element]
        elements[above] += elements[element]
    for element in range(size):
        assert page.last[element] - page.first[element] == inside[element]
        assert page.end[element] - element == elements[element]
        assert page.first[page.parent[element]] <= page.first[element]
        assert page.last[element] <= page.last[page.parent[element]]
    for number, element in enumerate(page.element):
        assert page.first[element] <= number < page.last[element]

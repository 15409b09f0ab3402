"""``read_jsonld``: which node of a page's JSON-LD is its article, and how much of hostile JSON is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import jsonld
from archive.extraction.jsonld import MAX_BLOCK, MAX_BLOCKS, MAX_PAGE, MAX_REPAIR, JsonLd, decode, read_jsonld

URL = "https://www.harbourpost.example/city/ferry-late"


def read(*values: Any, url: str | None = URL) -> JsonLd:
    """What these values say, a block each; strings are blocks as they stand."""
    return read_jsonld([one if isinstance(one, str) else json.dumps(one) for one in values], url)


def story(kind: str = "NewsArticle", **fields: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": kind, "headline": "Ferry late", **fields}


# ---- which node --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["NewsArticle", "http://schema.org/NewsArticle", "schema:BlogPosting", "Report", "OpinionNewsArticle"]
)
def test_kinds_of_articles(kind: str) -> None:
    assert read({"@type": "WebPage", "name": "Front"}, story(kind)).headlines == ["Ferry late"]


def test_the_article_comes_before_the_work_and_the_page() -> None:
    page = {"@type": "WebPage", "name": "City", "datePublished": "2020-01-01", "description": "Of the page"}
    film = {"@type": "VideoObject", "name": "The ferry", "uploadDate": "2024-03-02"}
    found = read(page, film, story(datePublished="2024-03-01"))
    assert found.published[0] == "2024-03-01"
    assert (found.headlines, found.names[-1]) == (["Ferry late"], "City")
    assert read(page, film).published[0] == "2024-03-02"  # a page that shows a work is dated by it
    assert read(page).published == ["2020-01-01"]


def test_teasers_are_not_the_article() -> None:
    teasers = [story(headline=f"Teaser {n}", url=f"/{n}", datePublished="2021-01-01") for n in range(3)]
    own = story(mainEntityOfPage={"@type": "WebPage", "@id": URL + "/"})
    assert read([*teasers, own]).headlines == ["Ferry late"]
    assert read([{"@type": "ItemList", "itemListElement": teasers}, own]).headlines == ["Ferry late"]
    assert read([{**own, "hasPart": teasers, "citation": teasers}]).headlines == ["Ferry late"]
    assert read({"@type": "ItemList", "itemListElement": teasers}).headlines == []
    assert read([*teasers, own], url=None).headlines == ["Teaser 0"]  # nothing tells them apart but their order


def test_among_equals_the_dated_one() -> None:
    assert read(story(headline="Stub"), story(datePublished="2024-03-01")).headlines == ["Ferry late"]


# ---- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "persons", "organisations"),
    [
        ("Ada Quay", ["Ada Quay"], []),
        (["Ada Quay", {"name": "Bo Mole"}], ["Ada Quay", "Bo Mole"], []),
        ({"@type": ["Person"], "givenName": "Ada", "familyName": "Quay"}, ["Ada Quay"], []),
        ({"@type": "Person", "name": {"@value": "Ada Quay"}}, ["Ada Quay"], []),
        ({"0": {"name": "Ada Quay"}, "1": {"name": "Bo Mole"}}, ["Ada Quay", "Bo Mole"], []),
        ({"@id": "#ada"}, ["Ada Quay"], []),
        ("#ada", ["Ada Quay"], []),
        ({"@type": "NewsMediaOrganization", "name": "Harbour Post"}, [], ["Harbour Post"]),
        (
            [{"@type": "Organization", "name": "Agency"}, {"@type": "Person", "name": "Ada Quay"}],
            ["Ada Quay"],
            ["Agency"],
        ),
        ([None, [], {}, {"@type": "Person"}, ""], [], []),
    ],
)
def test_authors(author: Any, persons: list[str], organisations: list[str]) -> None:
    found = read({"@graph": [story(author=author), {"@type": "Person", "@id": "#ada", "name": "Ada Quay"}]})
    assert (found.persons, found.organisations) == (persons, organisations)


def test_a_node_that_refers_to_itself_is_read_once() -> None:
    assert read({**story(author={"@id": "#a"}, isPartOf={"@id": "#a"}), "@id": "#a"}).headlines == ["Ferry late"]


@pytest.mark.parametrize(
    ("free", "said"),
    [(False, ["false"]), ("False", ["False"]), (True, ["true"]), ("https://schema.org/True", ["https://schema.org/True"]),
     (None, [])],
)  # fmt: skip
def test_access_is_kept_as_it_stands(free: Any, said: list[str]) -> None:
    assert read(story(isAccessibleForFree=free)).access == said


def test_numbers_are_no_texts() -> None:
    found = read(story(headline=7, datePublished=1709290800, image=[1.5], keywords={"a": [1]}))
    assert found.headlines == ["7"]  # as written: no float is read and no digit lost
    assert found.published == ["1709290800"]


# ---- broken JSON -------------------------------------------------------------------------------------------------


def test_what_can_be_saved_of_a_block_cut_off() -> None:
    block = (
        '{"@type":"NewsArticle","headline":"He said \\"late\\"","datePublished":"2024-03-01T10:00Z",'
        '"author":[{"@type":"Person","name":"Ada Quay"}],"articleBody":"The fer'
    )
    found = read(block)
    assert (found.headlines, found.published) == (['He said "late"'], ["2024-03-01T10:00Z"])
    assert found.persons == ["Ada Quay"]


def test_values_after_one_another() -> None:
    assert decode('{"a":"1"}\n{"b":"2"};') == [{"a": "1"}, {"b": "2"}]
    assert decode("no JSON at all") == []
    assert read('{"@type":"WebSite","name":"Harbour Post"}{"@type":', story()).publishers == ["Harbour Post"]


# ---- bounds ------------------------------------------------------------------------------------------------------


def test_a_page_has_a_bound_on_what_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def count(block: str) -> list[Any]:
        sizes.append(len(block))
        return decode(block)

    monkeypatch.setattr(jsonld, "decode", count)
    large = json.dumps(story(headline="Large", articleBody="x" * (MAX_BLOCK - 1000)))
    assert read(*[large] * 9, story(), url=None).headlines == ["Large"]
    assert sum(sizes) <= MAX_PAGE
    assert sizes[-1] < 1000  # the short block behind them is read too
    sizes.clear()
    assert read("x" * (MAX_BLOCK + 1), story()).headlines == ["Ferry late"]
    assert len(sizes) == 1
    sizes.clear()
    read(*["{}"] * 1000)
    assert len(sizes) == MAX_BLOCKS


def test_nodes_beyond_the_bound_are_not_visited() -> None:
    wide = [{"@type": "Thing", "about": [{"@id": f"#{n}-{m}"} for m in range(150)]} for n in range(150)]
    known, nodes = jsonld._index([wide])
    assert len(known) <= jsonld.MAX_NODES
    assert len(nodes) <= jsonld.MAX_NODES


def test_only_short_blocks_are_repaired() -> None:
    broken = '{"@type":"NewsArticle","headline":"Ferry late",}'
    assert decode(broken)
    assert decode(broken + " " * MAX_REPAIR) == []


# Sizes at which anything but linear time would take minutes; no clock is read, for machines differ.
@pytest.mark.parametrize(
    "piece",
    ['"', '\\"', "{", "[", ",", ", ", "/*", "/* ", "//", "*", "<![CDATA[", "]]>", "<!--", '"headline":"', '"headline" : "x" ',
     '"author":{"@type":"a","@id":"b",', '"author":[{', "\\", "\\u", " ", "}", "[]", "{},", "&quot;", '"a":', "9", "9,", "e"],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "{", '{"', '["a",'])
def test_repeated_pieces_are_read_in_linear_time(piece: str, start: str) -> None:
    text = (start + piece * MAX_REPAIR)[:MAX_REPAIR]
    assert isinstance(decode(text), list)
    assert isinstance(decode(text[:-1]), list)  # ends within an escape where the other does not


@given(
    st.lists(
        st.sampled_from([*'{}[]",:\\', "/*", "*/", "<!--", "&quot;", '"author"', '"name"', '"x"', " "]), max_size=60
    )
)
def test_any_order_of_signs_is_read(signs: list[str]) -> None:
    text = "".join(signs)
    assert read(text) == read(text)

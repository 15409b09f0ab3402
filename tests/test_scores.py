"""The measures, on answers whose scores can be counted by hand."""

from __future__ import annotations

import pytest

from archive.training.scores import Answer, names_f1, plain, references, score, script_of, shingle_f1, snippets, word_f1


def test_words_are_a_multiset_without_case() -> None:
    # three of the four words found are right, three of the five wanted are there: 2 * 3 / (4 + 5)
    assert word_f1({"body": "The river rose, the town"}, "the THE river slept") == pytest.approx(6 / 9)
    assert word_f1({"body": "a b"}, "") == 0
    assert word_f1({"body": "a b"}, "c d") == 0
    assert word_f1({"body": ""}, "") == 1


def test_the_reading_of_the_gold_that_fits_best_counts() -> None:
    paragraphs = [{"text": "one two"}, {"text": "three", "optional": True}, {"text": "four", "optional": True}]
    gold = {"body": "one two three four", "paragraphs": paragraphs}
    assert sorted(references(gold)) == ["one two", "one two\nfour", "one two\nthree", "one two\nthree\nfour"]
    assert word_f1(gold, "one two four") == 1
    assert word_f1({"body": "one two three four"}, "one two four") == pytest.approx(6 / 7)
    many = [{"text": "text"}, *({"text": str(number), "optional": True} for number in range(5))]
    assert references({"paragraphs": many}) == ["text\n0\n1\n2\n3\n4", "text"]


def test_runs_of_four_words_over_all_pages() -> None:
    # runs: abcd bcde wanted, abcd found: precision 1, recall 1/2; the second page has nothing: recall 0, no precision
    pages = [("a b c d e", "a b c d"), ("f g h i", "")]
    assert shingle_f1(pages) == pytest.approx(2 * 1 * 0.25 / 1.25)
    assert shingle_f1([("short text", "short text")]) == 1
    assert shingle_f1([("A b c d", "a b c d")]) == 0  # case counts here


def test_snippets_are_there_or_not() -> None:
    gold = {"with": ["two  words", "absent"], "without": ["menu", "footer"]}
    assert snippets([(gold, Answer(text="two\nwords and the menu"))]) == 0.5
    assert snippets([({"with": []}, Answer(text="anything"))]) is None


def test_titles_are_compared_without_case_punctuation_and_entities() -> None:
    assert plain("Tom &amp; Ann: “Back”") == plain("tom, ann  BACK")
    assert plain("Half") != plain("Half full")
    assert plain(None) == ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (("Ann Lee", "Bo Ray"), 1),
        (("By Ann Lee and Bo Ray",), 1),
        ("ann lee; bo ray", 1),
        (("Ann Lee",), 2 / 3),
        ((), 0),
        (("Somebody Else",), 0),
    ],
)
def test_authors_are_a_set_of_names(found: tuple[str, ...] | str, expected: float) -> None:
    assert names_f1(found, ["Ann Lee", "Bo Ray"]) == pytest.approx(expected)


def test_each_measure_takes_the_pages_whose_gold_has_the_field() -> None:
    found = score(
        [
            ({"body": "a b", "title": "T", "date": "2024-01-02"}, Answer(text="a b", title="t", date="2024-01-02")),
            ({"title": "U", "authors": ["Ann Lee"], "date": "2024"}, Answer(title="V", authors=("Ann Lee",))),
        ]
    )
    assert (found.pages, found.empty) == (2, 1)
    assert (found.word, found.shingle, found.snippets) == (1, 1, None)
    assert (found.title, found.authors, found.date) == (0.5, 1, 1)  # a year alone is no day


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Der Fluss steigt über 2.400 Häuser", "Latin"),
        ("Việt Nam", "Latin"),
        ("Река поднялась, сообщает Reuters", "Cyrillic"),
        ("كتاب جديد", "Arabic"),
        ("ספר חדש", "Hebrew"),
        ("百年老桥完成平移", "Chinese"),
        ("廃校の体育館、ワイン貯蔵庫に", "Japanese"),
        ("섬마을 분교에 다시", "Korean"),
        ("सूखे तालाब को", "Indic"),
        ("பனை ஓலையில்", "Indic"),
        ("ข่าววันนี้", "Thai"),
        ("Ποτάμι", "Greek"),
        ("გაზეთი", "other"),
        ("2024 - 17", "other"),
    ],
)
def test_script_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script

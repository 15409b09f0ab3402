"""Dates in short texts and in addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.months import MONTHS, fold
from archive.extraction.written import date_in_address, find_dates, is_day_first, not_after


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("By Ada Quay, Dec 17, 2025 | 4 min read", "2025-12-17"),
        ("December 15th 2025", "2025-12-15"),
        ("Monday 5 May, 2025 at 10:12 am EST", "2025-05-05T10:12-05:00"),
        ("5. April 2024, 10:15 Uhr", "2024-04-05T10:15"),
        ("Am 5. Mai 2024 um 10.15 Uhr", "2024-05-05T10:15"),
        ("29 de marzo de 2024 a las 10:15", "2024-03-29T10:15"),
        ("1er août 2024", "2024-08-01"),
        ("Kultur, 2.11.22", "2022-11-02"),
        ("31.10.98, 10:05 Uhr", "1998-10-31T10:05"),
        ("Publicado em 3 de março de 2024", "2024-03-03"),
        ("2024. április 5., péntek", "2024-04-05"),
        ("5. huhtikuuta 2024 klo 9:30", "2024-04-05T09:30"),
        ("5 kwietnia 2024, 12:00", "2024-04-05T12:00"),
        ("05 Nis 2025", "2025-04-05"),
        ("14 июля 2023 в 18:05", "2023-07-14T18:05"),
        ("5 Απριλίου 2024", "2024-04-05"),
        ("22 tháng 10, 2025", "2025-10-22"),
        ("22/10/2025, 14:05 (GMT+7)", "2025-10-22T14:05+07:00"),
        ("5 जनवरी 2024", "2024-01-05"),
        ("৫ জানুয়ারি ২০২৪", "2024-01-05"),
        ("נכתב ב-5 ביוני 2024", "2024-06-05"),
        ("بتاريخ ٥ أبريل ٢٠٢٤", "2024-04-05"),
        ("2024年3月5日 12時30分", "2024-03-05T12:30"),
        ("2024년 3월 5일 입력", "2024-03-05"),
        ("更新：2024/03/05 08:01", "2024-03-05T08:01"),
        ("2025-12-18T21:46:01-05:00", "2025-12-18T21:46:01-05:00"),
    ],
)
def test_a_date_in_a_text(text: str, when: str) -> None:
    assert [found.when for found in find_dates(text, day_first=None)] == [when]


@pytest.mark.parametrize(
    "text",
    ["30 February 2024", "2026-02-30", "02/30/2024", "31.11.2024", "May 2024", "12 people in 2024", "03/04/2024",
     "v1.2.2024.1", "31.2.22", "1.2.60", "3/4/22", "10.2.1.22", "Mayor 12 2024", "1-800-2024-05", "", "2024"],
)  # fmt: skip
def test_what_is_no_day_is_none_and_never_another(text: str) -> None:
    assert find_dates(text, day_first=None) == []


def test_the_language_says_which_figure_is_the_day() -> None:
    assert [is_day_first(tag) for tag in ("en-US", "en-GB", "de", "en", None)] == [False, True, True, None, None]
    assert [found.when for found in find_dates("03/04/2024", day_first=True)] == ["2024-04-03"]
    assert [found.when for found in find_dates("03/04/2024", day_first=False)] == ["2024-03-04"]


def test_two_dates_and_what_stands_around_them() -> None:
    first, second = find_dates("Published 3 May 2024, updated 5 May 2024 at noon", day_first=None)
    assert (first.when, first.before, second.when, second.after) == ("2024-05-03", "published ", "2024-05-05", " at noon")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2025/12/18/ferry", "2025-12-18"),
        ("https://a.example/news/2025-12-18-ferry.html", "2025-12-18"),
        ("https://a.example/ferry-20251218.html", "2025-12-18"),
        ("https://a.example/2024/apr/27/ferry", "2024-04-27"),
        ("https://a.example/2025/02/30/ferry", None),
        ("https://a.example/2025/12/ferry", None),
        ("https://a.example/2025/12/18/2025/12/19", None),
        ("https://a.example/article-4201231.html", None),
        ("http://[x", None),
        (None, None),
    ],
)
def test_a_day_in_an_address(url: str | None, day: str | None) -> None:
    assert date_in_address(url) == day


def test_no_day_after_the_capture() -> None:
    captured = datetime(2024, 3, 5, 23, tzinfo=UTC)
    assert not_after("2024-03-06", captured)  # already tomorrow, further east
    assert not not_after("2024-03-07T00:01", captured)
    assert not_after("2099-01-01", None)


def test_every_month_is_found_in_every_language() -> None:
    for name, number in MONTHS.items():
        if name not in {"mar", "mars", "mart", "set", "out", "gen"}:
            assert [found.when for found in find_dates(f"7 {name} 2024", day_first=None)] == [f"2024-{number:02}-07"], name
    assert fold("AOÛT") == "aout"


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"]))
def test_any_day_comes_back(day: date, form: str) -> None:
    assert [found.when for found in find_dates(f"(hier) {day.strftime(form)} | x", day_first=None)] == [day.isoformat()]


@given(st.text(max_size=300) | st.text(alphabet="0123456789 ./-:,年月日thangmayjunโกุ", max_size=300))
def test_any_text_is_searched(text: str) -> None:
    for found in find_dates(text, day_first=True):
        assert datetime.fromisoformat(found.when)


@pytest.mark.parametrize(
    "text", ["1 " + "ก" * 290 + " 2024", "may " * 74, "1/" * 148, "2024-" * 60, "1 2024 " * 42, "า" * 296 + "2024"]
)
def test_long_words_and_figures_come_to_an_end(text: str) -> None:
    assert len(find_dates(text, day_first=True)) <= 3  # what is exponential in these would take years

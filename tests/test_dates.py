"""``parse_date``: what a page writes, to the same precision and no more."""



from __future__ import annotations

import time
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.dates import parse_date

STATED = [
    ("2024-08-27", "2024-08-27"),
    ("2024-8-7", "2024-08-07"),
    ("2024/08/27", "2024-08-27"),
    ("20240827", "2024-08-27"),
    ("２０２４-０８-２７", "2024-08-27"),
    ("2024-08-27T10:00", "2024-08-27T10:00"),
    ("2024-08-27 10:00:05", "2024-08-27T10:00:05"),
    ("2024-08-27T10:00:00.123Z", "2024-08-27T10:00:00+00:00"),
    ("2024-08-27T10:00:00 +0200", "2024-08-27T10:00:00+02:00"),
    ("2024-08-27T10:00:00-04", "2024-08-27T10:00:00-04:00"),
    ("2024-08-27T10:00:00+02:00[Europe/Berlin]", "2024-08-27T10:00:00+02:00"),
    ("20240827T100000Z", "2024-08-27T10:00:00+00:00"),
    ("20240827100000", "2024-08-27T10:00:00"),
    ("1724752800", "2024-08-27T10:00:00+00:00"),
    ("1724752800000", "2024-08-27T10:00:00+00:00"),
    ("Tue, 27 Aug 2024 10:00:00 GMT", "2024-08-27T10:00:00+00:00"),
    ("Tue, 27 Aug 2024 10:00:00 -0500", "2024-08-27T10:00:00-05:00"),
    ("Tue Aug 27 10:00:00 CEST 2024", "2024-08-27T10:00:00+02:00"),
    ("Tue Aug 27 2024 10:00:00 GMT+0200 (Central European Summer Time)", "2024-08-27T10:00:00+02:00"),
    ("Aug 27, 2024 8:05 p.m. EDT", "2024-08-27T20:05-04:00"),
    ("Aug 27, 2024 12:05 AM", "2024-08-27T00:05"),
    ("August 27, 2024", "2024-08-27"),
    ("27. August 2024, 10:30 Uhr", "2024-08-27T10:30"),
    ("27.08.2024", "2024-08-27"),
    ("03.04.2024", "2024-04-03"),
    ("27 août 2024 à 10h30", "2024-08-27T10:30"),
    ("mar. 27 ago 2024", "2024-08-27"),
    ("14 июля 2023", "2023-07-14"),
    ("2024年8月27日 10:05", "2024-08-27T10:05"),
    ("27/08/2024", "2024-08-27"),
    ("08/27/2024", "2024-08-27"),
    ("1848-03-18", "1848-03-18"),
    ("2024-02-29", "2024-02-29"),
]

NO_DATE = [
    "", " ", "today", "yesterday", "2024", "2024-08", "August 2024", "27 August", "12 March 24", "03/04/2024",
    "2026-02-30", "2023-02-29", "31 February 2024", "2024-13-01", "2024-00-10", "0000-00-00", "9999-12-31", "1799-12-31",
    "2101-01-01", "2024-08-27T25:00:00Z", "2024-08-27T10:61", "2024-08-27T10:00:00+23:00", "27 August 2024 5 min read",
    "27 August 13:00 pm 2024", "12345", "99999999999999999999", "27 August 2024 28 August 2024", "2024-08-27 " * 10,
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_stated_dates_keep_their_precision_and_zone(text: str, expected: str) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_one_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.text() | st.text(alphabet="0123456789-/.:TZ +ampugMayetJun年月日", max_size=40))
def test_any_text_gives_a_date_that_reads_back_or_none(text: str) -> None:
    found = parse_date(text)
    if found is not None:
        assert 1800 <= datetime.fromisoformat(found).year <= 2100
        assert date.fromisoformat(found[:10])
        assert parse_date(found) == found


@given(st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_days_come_back(day: date) -> None:
    for form in (day.isoformat(), f"{day:%Y%m%d}", f"{day:%d %B %Y}", f"{day:%B} {day.day}, {day.year}"):
        assert parse_date(form) == day.isoformat()


@given(
    st.datetimes(datetime(1800, 1, 1), datetime(2100, 12, 31)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_moments_come_back_without_fractions(moment: datetime, offset: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert parse_date(zoned.isoformat()) == zoned.replace(microsecond=0).isoformat()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_the_local_zone_plays_no_part(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert parse_date("27 Aug 2024 10:00 EST") == "2024-08-27T10:00-05:00"
        assert parse_date("27 Aug 2024 10:00 JST") == "2024-08-27T10:00+09:00"
        assert parse_date("27 Aug 2024 10:00") == "2024-08-27T10:00"
    finally:
        monkeypatch.undo()
        time.tzset()


class NoClock(datetime):
    """A ``datetime`` that does not know what day it is."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:  # noqa: D102
        raise AssertionError(tz)

    today = utcnow = now


@pytest.mark.parametrize(
    "text", [*(text for text, _ in STATED), *NO_DATE, "10:30", "Aug 27", "Tuesday", "27.08.", "24-8-27"]
)
def test_the_day_of_reading_plays_no_part(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parse_date(text)
    monkeypatch.setattr("archive.extraction.dates.datetime", NoClock)
    assert parse_date(text) == before
    assert before is None or before[:4] in unicodedata.normalize("NFKC", text) or text.isdigit()


@pytest.mark.parametrize("piece", ["(", "9", "2024-", " ", "1:", "10:00 ", "a", "T"])
def test_long_text_is_no_date_and_comes_to_an_end(piece: str) -> None:
    for length in (60, 250, 1_000_000):  # a pattern that tries every split would take hours for the last
        assert parse_date((piece * length)[:length]) is None

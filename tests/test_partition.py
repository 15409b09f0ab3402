"""Partition names come from a closed alphabet, and sort keys are total."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings

from archive.partition import CAPTURE_KEYS, KEYS, keys_of, partition_of, sort_key
from archive.rows import Article, CaptureRow
from tests.test_table import any_row, capture


@settings(max_examples=60, deadline=None)
@given(any_row(Article))
def test_any_article_has_a_partition_of_the_closed_alphabet(row: Article) -> None:
    name = partition_of("articles", row, tuple(KEYS))
    assert re.fullmatch(r"([a-z_]+=[a-z0-9-]{1,16})(/[a-z_]+=[a-z0-9-]{1,16})*", name)
    assert [part.split("=")[0] for part in name.split("/")] == list(KEYS)


@settings(max_examples=60, deadline=None)
@given(any_row(CaptureRow))
def test_any_capture_has_one_too(row: CaptureRow) -> None:
    name = partition_of("captures", row, tuple(KEYS))
    assert re.fullmatch(r"([a-z_]+=[a-z0-9-]{1,16})(/[a-z_]+=[a-z0-9-]{1,16})*", name)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("capture_month", "2024-03"),
        ("capture_year", "y2024"),
        ("host_bucket", "bb1"),
    ],
)
def test_values(key: str, value: str) -> None:
    row = capture(2, captured_at=datetime(2024, 3, 4, tzinfo=UTC), registered_domain="example.org")
    found = partition_of("captures", row, (key,))
    assert re.fullmatch(r"host_bucket=b[0-9a-f]{2}", found) if key == "host_bucket" else found == f"{key}={value}"
    unknown = capture(2, captured_at=None, registered_domain=None)
    assert partition_of("captures", unknown, (key,)) == f"{key}=unknown"


def test_values_of_an_article(article: Article) -> None:
    stated = dataclasses.replace(article, published_on=date(999, 2, 3), language="de")
    name = partition_of("articles", stated, ("publication_month", "publication_year", "text_language"))
    assert name == "publication_month=0999-02/publication_year=y0999/text_language=de"
    odd = dataclasses.replace(article, published_on=None, language="../x")
    name = partition_of("articles", odd, ("publication_month", "publication_year", "text_language"))
    assert name == "publication_month=unknown/publication_year=unknown/text_language=unknown"


@pytest.fixture
def article() -> Article:
    empty = dict.fromkeys(Article.__dataclass_fields__)
    return Article(**(empty | {"article_id": "b", "source_path": "a"}))  # type: ignore[arg-type]


def test_captures_are_partitioned_by_what_every_capture_has() -> None:
    assert keys_of("articles", ("text_language", "capture_year")) == ("text_language", "capture_year")
    assert keys_of("captures", ("text_language", "capture_year")) == ("capture_year",)
    assert keys_of("captures", ("text_language",)) == ("capture_month",)
    assert set(CAPTURE_KEYS) <= set(KEYS)


def test_keys_are_no_columns() -> None:
    for table in (Article, CaptureRow):
        assert not set(KEYS) & set(table.__dataclass_fields__)


def test_the_order_of_rows() -> None:
    early, late = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    ordered = [
        capture(5, registered_domain=None, captured_at=late),
        capture(4, registered_domain="a.example", captured_at=None),
        capture(3, registered_domain="a.example", captured_at=early),
        capture(2, registered_domain="a.example", captured_at=late),
        capture(1, registered_domain="b.example", captured_at=early),
    ]
    backward = list(reversed(ordered))
    assert sorted(backward, key=sort_key) == ordered
    same = [capture(1, source_path=path, source_offset=at) for path, at in (("a", 1), ("a", 20), ("b", 3))]
    assert sorted((same[2], same[1], same[0]), key=sort_key) == same

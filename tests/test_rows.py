"""Rows from what was found and seen."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from archive import identity, wrapping
from archive.errors import Rejected
from archive.model import Capture, Damage, Extraction, Locator, Origin
from archive.rows import (
    Article,
    CaptureRow,
    InputRow,
    article_row,
    capture_row,
    damage_row,
    day_of,
    instant_of,
    registered_domain,
)  # fmt: skip

ORIGIN = Origin(path="lines.jsonl", member="in.jsonl", offset=12, line=3)
PLACE = Locator(path="warc/00000.warc.gz", offset=400, length=90, unpacked_offset=0, unpacked_length=200)
NOON = datetime(2024, 8, 27, 12, tzinfo=UTC)
FOUND = wrapping.new_capture(
    origin=ORIGIN,
    payload=b"<p>The ferry sails.</p>",
    media_type="text/html",
    url="https://News.Herald.co.uk:8080/ferry",
    captured_at=NOON,
    captured_at_precision="day",
    captured_at_origin="field",
)
SEEN = Extraction(
    text="The ferry sails… at last.",
    blocks=(),
    title="Ferry",
    title_origin="meta",
    published_at="2024-08-26T23:30:00-05:00",
    modified_at="2024-08-27",
    flags=("short-text", "capture-time-to-the-day"),
    extractor="news",
    extractor_version="1",
    config_sha256=bytes(32),
)


def test_a_capture_without_an_article() -> None:
    row = capture_row(FOUND, PLACE, rejected=Rejected("payload", "not-text", "png"))
    assert (row.outcome, row.stage, row.reason, row.detail, row.article_id) == (
        "rejected",
        "payload",
        "not-text",
        "png",
        None,
    )
    assert row.capture_id == str(identity.capture_id(FOUND))
    assert (row.warc_filename, row.warc_record_offset, row.warc_record_length) == ("warc/00000.warc.gz", 400, 90)
    assert (row.unpacked_offset, row.unpacked_length) == (0, 200)
    assert (row.source_path, row.source_member, row.source_offset, row.source_line) == (
        "lines.jsonl",
        "in.jsonl",
        12,
        3,
    )
    assert (row.host, row.registered_domain) == ("news.herald.co.uk", "herald.co.uk")
    assert (row.record_sha256, row.block_sha256, row.payload_sha256) == (
        FOUND.record_sha256, FOUND.block_sha256, FOUND.payload_sha256,
    )  # fmt: skip
    assert row.flags == ("capture-time-to-the-day",)


def test_an_article_and_its_capture_name_each_other() -> None:
    row, article = capture_row(FOUND, PLACE, article=True), article_row(FOUND, PLACE, SEEN)
    assert (row.outcome, row.stage, row.reason) == ("article", None, None)
    assert (row.article_id, row.capture_id) == (article.article_id, article.capture_id)
    for name in {one.name for one in fields(CaptureRow)} & {one.name for one in fields(Article)} - {"flags"}:
        assert getattr(row, name) == getattr(article, name), name


def test_an_article_stands_alone() -> None:
    article = article_row(FOUND, PLACE, SEEN)
    assert article.url == "https://News.Herald.co.uk:8080/ferry"
    assert article.text_sha256 == hashlib.sha256("The ferry sails… at last.".encode()).digest()
    assert (article.published_on, article.published_utc) == (
        date(2024, 8, 26),
        datetime(2024, 8, 27, 4, 30, tzinfo=UTC),
    )
    assert (article.modified_at, article.modified_utc) == ("2024-08-27", None)
    assert article.flags == ("capture-time-to-the-day", "short-text")
    assert (article.title, article.title_origin) == ("Ferry", "meta")


def test_a_capture_without_a_web_address_has_no_url() -> None:
    nameless = replace(FOUND, target_uri="urn:uuid:1")
    article = article_row(nameless, PLACE, SEEN)
    assert (article.url, article.host, article.registered_domain) == (None, None, None)
    assert capture_row(nameless, None).target_uri == "urn:uuid:1"


def test_a_record_without_a_place() -> None:
    row = capture_row(FOUND, None)
    assert (row.warc_filename, row.warc_record_offset, row.unpacked_length) == (None, None, None)


def test_a_damaged_range() -> None:
    damage = Damage(origin=Origin(path="a.warc"), offset=7, length=9, reason="gzip", detail="cut", sha256=bytes(32))
    row = damage_row(damage)
    assert (row.outcome, row.stage, row.reason, row.detail) == ("damaged", "record", "gzip", "cut")
    assert (row.source_path, row.source_offset, row.block_length, row.record_sha256) == ("a.warc", 7, 9, bytes(32))
    assert (row.capture_id, row.flags) == (str(identity.damage_id(damage)), ())
    stated = {"capture_id", "outcome", "stage", "reason", "detail", "source_path", "source_offset", "block_length",
              "record_sha256", "flags"}  # fmt: skip
    assert all(getattr(row, one.name) is None for one in fields(CaptureRow) if one.name not in stated)


def test_text_that_is_no_unicode_can_be_stored() -> None:
    odd: Capture = replace(FOUND, target_uri="https://herald.example/\udcff", record_id="\ud800", media_type="a\udfff")
    row = capture_row(odd, None, rejected=Rejected("record", "odd", "\udc80"))
    for text in (row.target_uri, row.record_id, row.media_type, row.detail):
        assert text is not None
        assert "?" in text
        text.encode()


@pytest.mark.parametrize(
    ("stated", "instant"),
    [
        (None, None),
        ("2024-08-27", None),
        ("2024-08-27T10:00", None),
        ("2024-08-27T10:00:00Z", datetime(2024, 8, 27, 10, tzinfo=UTC)),
        ("2024-08-27T01:00+02:00", datetime(2024, 8, 26, 23, tzinfo=UTC)),
    ],
)
def test_an_instant_needs_a_time_and_a_zone(stated: str | None, instant: datetime | None) -> None:
    assert instant_of(stated) == instant
    assert day_of(stated) == (date(2024, 8, 27) if stated else None)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.herald.example.com", "example.com"),
        ("a.b.herald.co.uk", "herald.co.uk"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        (None, None),
        ("", ""),
    ],
)
def test_registered_domains(host: str | None, domain: str | None) -> None:
    assert registered_domain(host) == domain


@pytest.mark.parametrize("table", [CaptureRow, Article, InputRow])
def test_every_column_says_what_it_holds(table: type) -> None:
    assert all(len(one.metadata["description"]) > 3 for one in fields(table))

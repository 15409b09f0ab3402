"""``archive.extract``: one payload in, its text and metadata out."""

from __future__ import annotations

import gzip
import inspect
from datetime import UTC, datetime

import pytest

import archive

WORDS = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October, the harbour board said.",
    "Eleven members voted for the change and four against it, after a meeting that lasted until shortly before midnight.",
)
PAGE = ("<html><head><title>Ferry</title><meta name=author content='Ines Carrow'></head><body><article><h1>Ferry</h1>"
        + "".join(f"<p>{words}</p>" for words in WORDS * 2) + "</article></body></html>").encode()  # fmt: skip
DUMP = "\n\n".join(WORDS).encode()


def test_a_page() -> None:
    seen = archive.extract(PAGE, url="https://herald.example/ferry", captured_at=datetime(2024, 8, 27, tzinfo=UTC))
    assert isinstance(seen, archive.Extraction)
    assert (seen.title, seen.authors, seen.authors_origin) == ("Ferry", ("Ines Carrow",), "meta")
    assert WORDS[0] in seen.text


def test_a_dump() -> None:
    assert archive.extract(DUMP).text == DUMP.decode()
    assert archive.extract(DUMP, media_type="text/plain").text == DUMP.decode()


def test_headers_in_any_case() -> None:
    coded = gzip.compress(PAGE.replace(b"harbour", b"h\xe4fen"))
    headers = {"content-TYPE": "Text/HTML; charset=iso-8859-1", "Content-encoding": "gzip"}
    seen = archive.extract(coded, headers=headers)
    assert "häfen board" in seen.text
    assert (seen.charset, seen.charset_origin) == ("windows-1252", "header")


def test_the_media_type_comes_before_that_of_the_headers() -> None:
    fragment = b"<p>" + DUMP + b"</p>"
    assert archive.extract(fragment, media_type="text/plain", headers={"Content-Type": "text/html"}).removed is not None
    with pytest.raises(archive.Rejected, match="not-text"):
        archive.extract(fragment, media_type="image/png", headers={"Content-Type": "text/html"})


def test_the_charset_of_a_media_type_counts() -> None:
    latin = PAGE.replace(b"harbour", b"h\xe4fen")
    assert archive.extract(latin, media_type="text/html; charset=iso-8859-1").charset_origin == "header"


@pytest.mark.parametrize(
    ("payload", "stage", "reason"),
    [
        (b"", "payload", "empty"),
        (b" \n", "payload", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "payload", "not-text"),
        (b"<html></html>", "extraction", "no-text"),
    ],
)
def test_what_is_no_article_is_rejected_with_its_reason(payload: bytes, stage: str, reason: str) -> None:
    with pytest.raises(archive.Rejected) as why:
        archive.extract(payload)
    assert (why.value.stage, why.value.reason) == (stage, reason)
    assert isinstance(why.value, archive.ArchiveError)


def test_all_but_the_payload_is_named() -> None:
    first, *others = inspect.signature(archive.extract).parameters.values()
    assert first.name == "payload"
    assert {one.kind for one in others} == {inspect.Parameter.KEYWORD_ONLY}
    assert {one.name: one.default for one in others if one.default is not None} == {"repair_mojibake": False}

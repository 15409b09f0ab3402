"""The seam of the extractor: which captures can hold an article, and why others do not."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive import wrapping
from archive.errors import Rejected, UsageError
from archive.extraction import NEWS, UNPACKED_LIMIT, charset_of, find_extractor, is_html, page, readable_payload
from archive.model import Capture, Origin

WORDS = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October, the harbour board said.",
    "Eleven members voted for the change and four against it, after a meeting that lasted until shortly before midnight.",
    "Shopkeepers on the island expect to lose a third of their weekday customers, and have asked for a lower quay fee.",
)
PAGE = ("<!doctype html><html lang=en><head><meta charset=utf-8><title>Ferry</title></head><body><article><h1>Ferry</h1>"
        + "".join(f"<p>{words}</p>" for words in WORDS) + "</article></body></html>").encode()  # fmt: skip
DUMP = "\n\n".join(WORDS).encode()


def capture(
    payload: bytes = PAGE,
    *,
    media_type: str = "text/html",
    url: str | None = "https://herald.example/ferry",
    headers: tuple[tuple[str, str], ...] = (),
) -> Capture:
    return wrapping.new_capture(
        origin=Origin(path="a.html"),
        payload=payload,
        media_type=media_type,
        url=url,
        captured_at=datetime(2024, 8, 27, tzinfo=UTC),
        captured_at_precision="second",
        captured_at_origin="option",
        http_status=200 if headers else None,
        http_headers=headers,
    )


def why(found: Capture) -> tuple[str, str, str]:
    with pytest.raises(Rejected) as rejected:
        NEWS.extract(found)
    return rejected.value.stage, rejected.value.reason, rejected.value.detail


# ---- stage: record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["response", "resource", "conversion"])
def test_types_that_can_hold_an_article(kind: str) -> None:
    assert readable_payload(replace(capture(), record_type=kind)) == PAGE


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata", "continuation", "strange"])
def test_types_that_cannot(kind: str) -> None:
    assert why(replace(capture(), record_type=kind)) == ("record", "record-type", kind)


def test_a_record_without_a_type() -> None:
    assert why(replace(capture(), record_type="")) == ("record", "record-type", "the record does not say its type")


def test_a_revisit_says_where_its_payload_is() -> None:
    revisit = replace(capture(), record_type="revisit", payload=None)
    assert why(revisit) == ("record", "revisit", "the payload is that of a record that it does not name")
    assert why(replace(revisit, refers_to_uri="https://a.example/"))[2] == "the payload is that of https://a.example/"
    named = replace(revisit, refers_to_record_id="urn:uuid:1", refers_to_uri="https://a.example/")
    assert why(named)[2] == "the payload is that of urn:uuid:1"


@pytest.mark.parametrize("status", [100, 204, 206, 301, 304, 403, 404, 500, 503])
def test_other_statuses(status: int) -> None:
    assert why(replace(capture(), http_status=status)) == ("record", "http-status", str(status))


def test_a_record_over_the_limit() -> None:
    over = replace(capture(), payload=None, block=None, block_length=70_000_000)
    assert why(over) == ("record", "too-large", "70000000 bytes")


# ---- stage: payload --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b" \r\n\t ", gzip.compress(b"", mtime=0)])
def test_payloads_of_nothing(payload: bytes) -> None:
    assert why(capture(payload))[:2] == ("payload", "empty")


@pytest.mark.parametrize("path", ["robots.txt", "ads.txt", "Robots.TXT", "humans.txt?a=b"])
def test_files_for_machines(path: str) -> None:
    found = capture(DUMP, media_type="text/plain", url=f"https://herald.example/{path}")
    assert why(found)[:2] == ("payload", "not-text")
    assert NEWS.extract(replace(found, target_uri=f"https://herald.example/news/{path}")).text


@pytest.mark.parametrize(
    ("payload", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "image/png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "text/html"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)), "text/html"),
        (b'{"title": "Ferry"}', "application/json"),
        (b'{"title": "Ferry"}', "text/html"),
        (b"body { color: red }", "text/css"),
        (DUMP, "application/octet-stream"),
        (DUMP, "text/html"),
    ],
)
def test_payloads_that_are_no_text(payload: bytes, media_type: str) -> None:
    assert why(capture(payload, media_type=media_type))[:2] == ("payload", "not-text")


def test_a_content_coding_that_unpacks_to_too_much() -> None:
    bomb = gzip.compress(bytes(UNPACKED_LIMIT + 1))
    stage, reason, detail = why(replace(capture(bomb), http_headers=(("Content-Encoding", "gzip"),)))
    assert (stage, reason) == ("payload", "too-large")
    assert str(UNPACKED_LIMIT) in detail.replace(",", "")


@pytest.mark.parametrize("media_type", ["text/html", "application/xhtml+xml", "text/plain", "image/png", None])
def test_a_document_is_html_whatever_its_label(media_type: str | None) -> None:
    for data in (PAGE, b"\xef\xbb\xbf\r\n" + PAGE, b"<!-- saved --> <HTML>", PAGE.decode().encode("utf-16")):
        assert is_html(data, media_type)


def test_labels_decide_where_bytes_do_not() -> None:
    fragment = b"<p>One</p><p>Two</p>"
    assert is_html(fragment, "text/html; charset=utf-8")
    assert is_html(fragment, None)
    assert not is_html(fragment, "text/plain")
    assert not is_html(DUMP, None)
    for unknown in (b'{"a": 1}', b"[1]"):
        with pytest.raises(Rejected, match="no media type"):
            is_html(unknown, None)


# ---- stage: extraction -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload", [b"<html><body></body></html>", b"<!doctype html><html><body><img src=a></body></html>"]
)
def test_pages_without_text(payload: bytes) -> None:
    assert why(capture(payload))[:2] == ("extraction", "no-text")


def test_what_a_library_raises_becomes_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "deep inside" + "x" * 1000
        raise RecursionError(message)

    monkeypatch.setattr(page, "choose", broken)
    stage, reason, detail = why(capture())
    assert (stage, reason) == ("extraction", "extractor-error")
    assert detail.startswith("RecursionError: deep inside")
    assert len(detail) <= 300


# ---- what goes through -----------------------------------------------------------------------------------------


def test_headers_of_the_capture_decide_charset_and_coding() -> None:
    words = PAGE.decode().replace("<meta charset=utf-8>", "").replace("harbour board", "Häfenrat")
    found = replace(
        capture(gzip.compress(words.encode("iso-8859-1"))),
        http_headers=(("content-type", "text/html; charset=ISO-8859-1"), ("CONTENT-ENCODING", "gzip")),
    )
    seen = NEWS.extract(found)
    assert "Häfenrat" in seen.text
    assert (seen.charset, seen.charset_origin) == ("windows-1252", "header")


def test_the_first_of_two_headers_counts() -> None:
    twice = (("Content-Encoding", "identity"), ("Content-Encoding", "gzip"))
    assert NEWS.extract(replace(capture(), http_headers=twice)).text == NEWS.extract(capture()).text


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ('text/html; CHARSET = "Windows-1251"; x=y', "Windows-1251"),
        ("text/html;charset='koi8-r'", "koi8-r"),
        ("text/html", None),
        (None, None),
    ],
)
def test_the_charset_of_a_content_type(content_type: str | None, charset: str | None) -> None:
    assert charset_of(content_type) == charset


def test_the_extractor_is_found_by_its_name() -> None:
    found = find_extractor("news")
    assert (found.name, found.extract(capture()).extractor, len(found.config_sha256)) == ("news", "news", 32)
    with pytest.raises(UsageError, match="news"):
        find_extractor("no-such-extractor")

"""One capture out of any input, for a look."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from archive.errors import Rejected, UsageError
from archive.look import first_article, first_look
from tests import making

WORDS = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October, the harbour board said.",
    "Eleven members voted for the change and four against it, after a meeting that lasted until shortly before midnight.",
)
PAGE = ("<!doctype html><html><head><title>Ferry</title></head><body><article><h1>Ferry</h1>"
        + "".join(f"<p>{words}</p>" for words in WORDS * 2) + '<a href="/s">More</a></article></body></html>').encode()  # fmt: skip


def put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_a_page(tmp_path: Path) -> None:
    seen = first_article(put(tmp_path, "a.html", PAGE), None)
    assert seen.title == "Ferry"
    assert WORDS[0] in seen.text


def test_what_comes_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE)))
    assert first_article("-", None).title == "Ferry"


def test_the_first_article_behind_what_is_none(tmp_path: Path) -> None:
    lines = [{"html": "<html></html>"}, {"nothing": 1}, {"html": PAGE.decode()}, {"text": "Other words."}]
    source = put(tmp_path, "a.jsonl", "\n".join(map(json.dumps, lines)).encode())
    assert first_article(source, None).title == "Ferry"


def test_inside_a_zip(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("logo.png", b"\x89PNG\r\n\x1a\n\0")
        packed.writestr("a.html", PAGE)
    assert first_article(put(tmp_path, "a.zip", out.getvalue()), None).title == "Ferry"


def test_the_url_is_that_of_the_caller(tmp_path: Path) -> None:
    page = PAGE.replace(b"</head>", b'<link rel="canonical" href="/ferry"></head>')
    seen = first_article(put(tmp_path, "a.html", page), "https://herald.example/x?y=1")
    assert seen.canonical_url == "https://herald.example/ferry"


@pytest.mark.parametrize(
    ("name", "data", "stage", "words"),
    [
        ("a.html", b"<html></html>", "extraction", "no main text"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0", "record", "PNG"),
        ("a.html", b"", "record", "empty"),
        ("a.warc", b"WARC/1.1\r\nA: b\r\n\r\n", "record", "Content-Length is missing"),
    ],
)
def test_why_there_is_no_article(tmp_path: Path, name: str, data: bytes, stage: str, words: str) -> None:
    with pytest.raises(Rejected) as why:
        first_article(put(tmp_path, name, data), None)
    assert why.value.stage == stage
    assert words in why.value.detail


def test_nothing_is_written(tmp_path: Path) -> None:
    first_article(put(tmp_path, "a.html", PAGE), None)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a folder"):
        first_article(str(tmp_path), None)
    with pytest.raises(UsageError, match="no such file"):
        first_article(str(tmp_path / "gone.html"), None)


@pytest.mark.parametrize("coded", [False, True])
def test_the_bytes_are_those_that_the_spans_are_of(tmp_path: Path, *, coded: bool) -> None:
    text = "\n".join(["Home", "News", *WORDS, "Read more"]).encode()
    if coded:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Encoding: gzip\r\n\r\n"
        block = head + gzip.compress(text, mtime=0)
        source = put(tmp_path, "a.warc", making.record(block, uri="https://a.example/"))
    else:
        source = put(tmp_path, "a.txt", text)
    look = first_look(source, None)
    assert look.payload == text
    assert [look.payload[one.source_start : one.source_end].decode() for one in look.extraction.blocks] == list(WORDS)


def test_mojibake_is_repaired_where_that_is_asked_for(tmp_path: Path) -> None:
    source = put(tmp_path, "a.txt", "\n".join(one.replace("ferry", "cafÃ© itâ€™s") for one in WORDS).encode())
    assert "cafÃ© itâ€™s" in first_article(source, None).text
    assert "café it’s" in first_article(source, None, repair_mojibake=True).text

"""Bodies whose head says one thing and whose bytes say another: codings in several fields, chunks that are counted wrong."""

from __future__ import annotations

import zlib
from pathlib import Path

import brotli
import pytest

from tests import making

BODY, WORDS = making.page(3), making.paragraphs(3)


def article(tmp_path: Path, sent: bytes, *fields: str) -> dict[str, object]:
    record = making.record(making.http(sent, headers=fields))
    (row,) = making.corpus_of(tmp_path / "corpus", making.put(tmp_path / "a.warc", record)).table("articles").to_pylist()
    found: dict[str, object] = row
    return found


def test_codings_in_two_fields(tmp_path: Path) -> None:
    found = article(tmp_path, brotli.compress(zlib.compress(BODY)), "Content-Encoding: deflate", "Content-Encoding: br")
    assert found["flags"] == []
    assert all(one in str(found["text"]) for one in WORDS)


def test_chunked_in_the_second_of_two_fields(tmp_path: Path) -> None:
    fields = ("Transfer-Encoding: identity", "Transfer-Encoding: chunked")
    assert article(tmp_path, making.chunked(BODY), *fields)["flags"] == []


@pytest.mark.parametrize(
    ("sent", "flag"),
    [
        (making.chunked(BODY, 200).replace(b"\r\nc8\r\n", b"\r\n-1\r\n", 1), "chunked-broken"),
        (making.chunked(BODY, 200).replace(b"c8\r\n", b"200\r\n"), "chunked-broken"),  # sizes in decimal
        (b"zz\r\n" + making.chunked(BODY, 200).partition(b"\r\n")[2], "not-chunked"),
    ],
)
def test_sizes_of_broken_chunks_do_not_stay_in_the_text(tmp_path: Path, sent: bytes, flag: str) -> None:
    found = article(tmp_path, sent, "Transfer-Encoding: chunked")
    assert found["flags"] == [flag]
    assert sum(one in str(found["text"]) for one in WORDS) >= len(WORDS) - 1

"""The HTTP message inside a record."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.entity import body_pieces, dechunk, dechunked, read_head


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


BODY = b"<p>The harbour board put off its vote on the new pier until spring.</p>\r\n" * 9


@settings(derandomize=True, deadline=None)
@given(body=st.binary(max_size=600), size=st.integers(1, 99))
def test_any_chunked_body_comes_back(body: bytes, size: int) -> None:
    assert dechunk(chunked(body, size)) == (body, ())


@pytest.mark.parametrize(
    "sent",
    [
        b"5\r\nhello\r\n0\r\n\r\n",
        b"005\r\nhello\r\n000\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5;name=value\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nand what a server sent behind it",
    ],
)
def test_chunks_as_servers_write_them(sent: bytes) -> None:
    assert dechunk(sent) == (b"hello", ())


def test_capital_hexadecimal_sizes() -> None:
    assert dechunk(b"1A\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n") == (b"x" * 26, ())


def test_a_body_that_is_not_chunked_stays_as_it_is() -> None:
    assert dechunk(BODY) == (BODY, ("not-chunked",))


def test_a_body_that_breaks_off_is_kept_as_far_as_it_goes() -> None:
    sent = chunked(BODY, 200)
    body, flags = dechunk(sent[:-150])
    assert flags == ("chunked-broken",)
    assert BODY.startswith(body)
    assert len(body) > len(BODY) - 150


def test_a_missing_last_chunk_is_a_flag() -> None:
    assert dechunk(chunked(BODY, 200).removesuffix(b"0\r\n\r\n")) == (BODY, ("chunked-broken",))


def test_an_enormous_first_size_leaves_no_chunk_mark() -> None:
    assert dechunk(b"ffffffffffff\r\n" + BODY) == (BODY, ("chunked-broken",))


def test_a_bad_size_line_keeps_what_follows() -> None:
    body, flags = dechunk(chunked(BODY, 200).replace(b"\r\nc8\r\n", b"\r\nzz\r\n", 1))
    assert flags == ("chunked-broken",)
    assert body.startswith(BODY[:200] + b"zz\r\n" + BODY[200:400])


def test_the_head_as_it_stands() -> None:
    head = b"HTTP/1.1 404 Not Found\r\ncontent-TYPE: text/html\r\nX-Two: a\r\nX-Two: b\r\n\r\n"
    found = read_head(head + b"HTTP/1.1 200 OK\r\n\r\n")
    assert found is not None
    assert (found.head, found.status) == (head, 404)
    assert (found.header("Content-Type"), found.header("x-two"), found.header("absent")) == ("text/html", "a", None)
    assert not found.chunked


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, chunked", " chunked "])
def test_chunked_is_known_in_any_case(coding: str) -> None:
    found = read_head(f"HTTP/1.1 200 OK\r\nTRANSFER-encoding: {coding}\r\n\r\n".encode())
    assert found is not None
    assert found.chunked


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"HTTP/1.1 200 OK\n\nbody", 200),
        (b"HTTP/1.0 301\r\n\r\n", 301),
        (b"HTTP/2 204 \r\n\r\n", 204),
        (b"ICY 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 teapot\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nServer: cut o", 200),
        (b"GET /200 HTTP/1.1\r\nHost: a\r\n\r\n", None),
    ],
)
def test_status_lines(block: bytes, status: int | None) -> None:
    found = read_head(block)
    assert found is not None
    assert found.status == status


@pytest.mark.parametrize(
    "block", [b"", b"<html>", b"A page about HTTP/1.1 200 OK\r\n\r\n", b"\r\nHTTP/1.1 200 OK\r\n\r\n"]
)
def test_other_blocks_have_no_head(block: bytes) -> None:
    assert read_head(block) is None


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_behind_a_version_make_it_raise(junk: bytes) -> None:
    found = read_head(b"HTTP/1.1 200 OK\r\n" + junk)
    assert found is not None
    assert (b"HTTP/1.1 200 OK\r\n" + junk).startswith(found.head)


PIECES = [b"5\r\nhello\r\n", b"3;x=y\nabc\n", b"0\r\n\r\n", b"a\r\n", b"hello", b"\r\n", b"\n", b"ffff\r\n", b"zz\r\n"]


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.integers(1, 30))
def test_a_body_that_comes_in_pieces_gives_the_same(parts: list[bytes], size: int) -> None:
    body = b"".join(parts)
    cut = dechunked(body[at : at + size] for at in range(0, len(body), size))
    found, flags = b"", None
    while flags is None:
        try:
            found += next(cut)
        except StopIteration as end:
            flags = end.value
    assert (found, flags) == dechunk(body)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_what_follows_a_head(size: int) -> None:
    for head in range(12):
        pieces = (b"0123456789"[at : at + size] for at in range(0, 10, size))
        assert b"".join(body_pieces(pieces, head)) == b"0123456789"[head:]

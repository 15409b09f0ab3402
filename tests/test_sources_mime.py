"""The parts of a MIME message."""

from __future__ import annotations

from io import BytesIO

import pytest

from archive.model import Limits
from archive.sources.mime import Coded, Part, fields_of, parts_of, unquoted
from archive.sources.records import Window

MESSAGE = b'A: b\r\nContent-Type: multipart/mixed; boundary="x y"\r\n\r\npreamble\r\n--x y\r\nN: 1\r\n\r\none\r\n--x y \r\n\r\ntwo\r\n--x y--\r\n'


def parts(data: bytes, limits: Limits | None = None) -> list[Part]:
    return list(parts_of(Window(BytesIO(data)), limits or Limits()))


def contents(data: bytes) -> list[bytes]:
    return [b"".join(Coded(part).pieces()) for part in parts(data)]


def test_fields() -> None:
    found = fields_of(b'A: one\r\n two\r\nB:x\r\na: other\r\nno field\r\n folded\r\nContent-Type: Text/HTML; a=1; b="two; three"; B=4\r\n')
    assert found.text("a") == "one two"
    assert found.url("a") == "onetwo"
    assert (found.text("b"), found.text("none")) == ("x", "")
    assert (found.media_type, found.parameter("a"), found.parameter("b"), found.parameter("c")) == ("text/html", "1", "two; three", "")


def test_parts() -> None:
    one, two = parts(MESSAGE)
    assert (one.fields.text("n"), one.top.text("a"), dict(two.fields)) == ("1", "b", {})
    assert MESSAGE[one.start : one.end] == b"N: 1\r\n\r\none"
    assert contents(MESSAGE) == contents(MESSAGE.replace(b"\r\n", b"\n")) == [b"one", b"two"]


def test_a_long_or_telling_preamble_is_named() -> None:
    for text in (b"x" * 2000, b"words\r\nContent-Type: text/html\r\n"):
        first, *rest = parts(MESSAGE.replace(b"preamble", text))
        assert (first.reason, first.end - first.start) == ("garbage", len(text))
        assert len(rest) == 2


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_quoted_printable_in_pieces(size: int) -> None:
    data = b"a=3Db=\r\nc=\nd\r\n=C3=\r\n=A4=" + b"x" * 9
    lines = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(unquoted(iter(lines))) == b"".join(unquoted(iter([data])))
    assert b"".join(unquoted(iter([b"x" * 20 + b"=4", b"1y"]))) == b"x" * 20 + b"Ay"
    odd = b"a=\rb==c=  \r\nd=\r"
    assert b"".join(unquoted(iter([odd[at : at + size] for at in range(0, len(odd), size)]))) == b"a=\rb==cd=\r"


def test_nesting_is_bounded() -> None:
    inner = b"--n4\r\n\r\nin\r\n--n4--"
    for level in range(4, -1, -1):
        inner = b'Content-Type: multipart/mixed; boundary="n%d"\r\n\r\n' % level + inner
        inner = b"--n%d\r\n" % (level - 1) + inner + b"\r\n--n%d--" % (level - 1) if level else inner
    (part,) = parts(inner, Limits(nesting=9))
    assert b"".join(Coded(part).pieces()) == b"in"
    (part,) = parts(inner, Limits(nesting=2))
    assert part.fields.media_type == "multipart/mixed"

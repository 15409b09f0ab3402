"""MHTML files: parts lie one behind the other, and each ends as a capture or a damage."""

from __future__ import annotations

import base64
import binascii
from importlib import import_module
from io import BytesIO

from archive.model import Capture, Limits
from archive.sources.records import Window
from tests import making
from tests.fuzz import laws

NEEDS = "archive.sources.mhtml"
LIMITS = Limits(header_bytes=200, record_bytes=300, members=3, nesting=1)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    source, mime = import_module(NEEDS).SOURCE, import_module("archive.sources.mime")
    for limits in (laws.LIMITS, LIMITS):
        found = laws.read(data, "a.mhtml", source, limits)
        laws.assert_in_order(data, found)
        end = 0
        for part in mime.parts_of(Window(BytesIO(data)), limits):
            assert end <= part.start <= part.body <= part.end <= len(data)
            end = part.end
    assert_decoded("base64", base64.encodebytes(data), data)
    assert_decoded("quoted-printable", binascii.b2a_qp(data, istext=False), data)


def assert_decoded(way: str, coded: bytes, data: bytes) -> None:
    """What was coded comes back."""
    whole = HEAD % b"X" + b"--X\r\nContent-Transfer-Encoding: %b\r\n\r\n%b\r\n--X--\r\n" % (way.encode(), coded)
    (part,) = laws.read(whole, "a.mhtml", import_module(NEEDS).SOURCE)
    assert isinstance(part, Capture)
    assert part.payload == data, way
    assert "transfer-coding-broken" not in part.flags


HEAD = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://m.example/a\r\nSubject: =?utf-8?Q?Gulls=20=C3=BC?=\r\nDate: Mon, 1 "
    b'Jul 2024 06:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="%b"\r\n\r\n'
)
PARTS = (
    (
        b"Content-Type: text/html\r\nContent-ID: <f@x>\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"Content-Location: https://m.example/a\r\n\r\n<p>Gulls =C3=BC =\r\nin the crane</p>\r\n"
    ),
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nContent-Location: cid:1\r\n\r\nPHA+R3VsbHM8L3A+\r\n",
    b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nContent-Location: a.png\r\n\r\n\x89PNG\r\n\x1a\n\0\r\n",
    b"Content-Type: text/css\r\nContent-Transfer-Encoding: 8bit\r\n\r\np { color: red }\r\n",
    b'Content-Type: multipart/alternative; boundary="in"\r\n\r\n--in\r\nContent-Type: text/plain\r\n\r\na\r\n--in--\r\n',
)


def seeds() -> list[bytes]:
    """Files of a browser, with parts in each transfer encoding."""

    def whole(*chosen: bytes) -> bytes:
        return HEAD % b"--B--" + b"".join(b"\r\n----B--\r\n" + part for part in chosen) + b"\r\n----B----\r\n"

    bare = (
        b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Location: https://m.example/b\r\n\r\n"
        + making.page(1)[:200]
    )
    return [
        *(whole(part) for part in PARTS),
        whole(*PARTS),
        whole(*PARTS).replace(b"\r\n", b"\n"),
        whole(),
        whole(*PARTS)[:-30],
        bare,
    ]

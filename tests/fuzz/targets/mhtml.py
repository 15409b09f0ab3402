"""MHTML files: the page and its parts end as captures, damages or skips."""

from __future__ import annotations

from tests.fuzz import laws

NEEDS = "archive.sources.mhtml"


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    laws.read(data, "a.mhtml")


def seeds() -> list[bytes]:
    """Files of a browser, with parts in each transfer encoding."""
    head = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://m.example/a\r\nSubject: =?utf-8?Q?Gulls=20=C3=BC?=\r\n"
        b'Date: Mon, 1 Jul 2024 06:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--B--"\r\n\r\n'
    )
    parts = (
        b"Content-Type: text/html\r\nContent-ID: <f@x>\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://m.example/a\r\n\r\n<p>Gulls =C3=BC =\r\nin the crane</p>\r\n",
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nContent-Location: cid:1\r\n\r\nPHA+R3VsbHM8L3A+\r\n",
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nContent-Location: https://m.example/a.png\r\n\r\n\x89PNG\r\n\x1a\n\0\r\n",
        b"Content-Type: text/css\r\nContent-Transfer-Encoding: 8bit\r\n\r\np { color: red }\r\n",
    )

    def whole(*chosen: bytes) -> bytes:
        return head + b"".join(b"\r\n----B--\r\n" + part for part in chosen) + b"\r\n----B----\r\n"

    return [whole(*parts), whole(parts[0]), whole(parts[1], parts[3]), whole(*parts).replace(b"\r\n", b"\n"), whole()]

"""Texts saved as files."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest

from archive.model import Capture, Damage, Origin, ReadOptions, Skip
from archive.sources import Opened, dump

TEXT = "The harbour budget was cut, officials said on Monday.\n\u041d\u0438\u0447\u0435\u0433\u043e. 港の予算。\n"


def read(data: bytes, name: str = "a.txt") -> Capture | Damage | Skip:
    origin = Origin(path=name, modified=datetime(2024, 8, 27, tzinfo=UTC))
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    (found,) = dump.SOURCE.captures(opened, ReadOptions())
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_text_is_text_in_any_encoding(encoding: str) -> None:
    assert dump.SOURCE.recognises(TEXT.encode(encoding), "")


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n", bytes(range(256)), b"a\0b\0\0c", b"GIF89a..."])
def test_binary_is_no_text(head: bytes) -> None:
    assert not dump.SOURCE.recognises(head, "a.txt")


def test_the_payload_is_the_file() -> None:
    found = read(TEXT.encode())
    assert isinstance(found, Capture)
    assert (found.payload, found.media_type) == (TEXT.encode(), "text/plain")
    assert (found.target_uri or "").startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("style.css", b"a{color:red}", "a .css file, no capture"),
        ("TABLE.CSV", b"a,b", "a .csv file, no capture"),
        ("a.jsonl", b"1\n2\n", "named .jsonl, but none of its first lines is a JSON object"),
        ("a.ndjson", b"[1, 2]\n", "named .ndjson, but none of its first lines is a JSON object"),
        ("a.arc", b"no record", "named .arc, but no record starts in it"),
        ("a.warc.open", b"no record", "named .warc, but no record starts in it"),
        ("noname", b'{\n  "a": 1\n}', "a JSON document, not one object a line"),
        ("noname", b'[{"a": 1}]', "a JSON document, not one object a line"),
        (
            "noname",
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n",
            "a mail, no capture",
        ),
    ],
)
def test_texts_for_machines_are_skipped(name: str, data: bytes, reason: str) -> None:
    found = read(data, name)
    assert isinstance(found, Skip)
    assert (found.reason, found.length) == (reason, len(data))


def test_a_text_that_begins_with_a_bracket_is_a_text() -> None:
    assert isinstance(read(b"[Music] The council met.", "noname"), Capture)
    assert isinstance(read(b"[[1]] The council met.", "a.txt"), Capture)

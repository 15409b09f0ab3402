"""JSONL files: each line that is not blank ends as a capture or a damage, in order, or all of it as one skip."""

from __future__ import annotations

import json
from random import Random

from archive.model import Capture, JsonFields, Limits, ReadOptions, Skip
from archive.sources import jsonl
from tests import making
from tests.fuzz import laws, mutation

LIMITS = Limits(line_bytes=400, record_bytes=200)
FIELDS = JsonFields(url="text", html="url", captured_at="headers", status="html", headers="status")


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    for limits in (laws.LIMITS, LIMITS):
        found = laws.read(data, "a.jsonl", jsonl.SOURCE, limits)
        assert_lines(data, found)
    for item in jsonl.SOURCE.captures(laws.opened(data, "a.jsonl"), ReadOptions(json_fields=FIELDS)):
        if isinstance(item, Capture):
            laws.assert_capture(item)


def assert_lines(data: bytes, found: list[laws.Found]) -> None:
    """Each line that is not blank has one row that names its number and place."""
    if len(found) == 1 and isinstance(found[0], Skip):
        assert found[0].length == len(data)
        return
    expected, at = [], 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            expected.append((number, at, len(line)))
        at += len(line) + 1
    stated = [(item.origin.line, item.origin.offset) for item in found]
    over = [(number, start) for number, start, length in expected]
    blank_but_long = set(stated) - set(over)
    assert [one for one in stated if one not in blank_but_long] == over
    assert all(len(data.split(b"\n")[(line or 1) - 1]) > LIMITS.line_bytes for line, _ in blank_but_long)
    for item, (_, start, length) in zip(
        [one for one in found if (one.origin.line, one.origin.offset) in over], expected, strict=True
    ):
        if not isinstance(item, Capture):
            assert not isinstance(item, Skip)
            assert (item.offset, item.length) == (start, length)


def seeds() -> list[bytes]:
    """Lines of many shapes."""
    text = making.dump(1).decode()[:200]
    rows: list[dict[str, object]] = [
        {"url": "https://l.example/1", "captured_at": "2024-07-01T06:00:00Z", "html": "<p>Gulls</p>"},
        {"link": "https://l.example/ü", "crawl_date": 1_720_000_000, "text": text, "status": 404},
        {
            "uri": "x",
            "timestamp": {"$date": "2024-07-01T06:00:00.000+02:00"},
            "content": text,
            "headers": {"A": ["b", 1], "Set-Cookie": "c"},
        },
        {"url": None, "text": "\ud800", "headers": [["A", "b"], {"name": "C", "value": "d"}], "status": "200.0"},
        {"format": "json-pages-1.0", "id": "pages"},
        {
            "html": "<?xml version='1.0'?><html/>",
            "warc_date": "20240701060000",
            "fetched_at": "Mon, 01 Jul 2024 06:00:00 GMT",
        },
        {"nothing": [1, 2, {"a": None}]},
    ]
    lines = [json.dumps(row).encode() for row in rows]
    return [
        *lines,
        b"\n".join(lines),
        b"\xef\xbb\xbf" + b"\r\n\n".join(lines[:3]),
        b'{"text": "broken\n' + lines[0] + b"\n[]\n1\n",
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """Lines taken in another order, and their values exchanged."""
    lines = [line for line in data.split(b"\n") if line] or [b"{}"]
    found = []
    for _ in range(chance.randint(1, 4)):
        try:
            row = json.loads(chance.choice(lines))
        except (ValueError, RecursionError):
            row = {}
        if isinstance(row, dict):
            names = chance.choice((jsonl.URL, jsonl.HTML, jsonl.TEXT, jsonl.TIME, jsonl.STATUS, jsonl.HEADERS))
            row[chance.choice(names)] = a_value(chance, list(row.values()))
        found.append(json.dumps(row, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace"))
    joined = b"\n".join(found)
    return joined if chance.random() < 0.5 else mutation.mutated(joined, chance, lines)


def a_value(chance: Random, others: list[object]) -> object:
    """Something for a field."""
    text = mutation.mutated(
        chance.choice((b"2024-07-01T06:00:00Z", b"https://l.example/a?b#c", b"<p>Gulls</p>", b"200")), chance, []
    )
    return chance.choice((
        text.decode("utf-8", "replace"), text.decode("latin-1"), *others[:2], None, True, -1, 1e308, float("nan"), 10**30,
        chance.randrange(10**13), {"$date": text.decode("latin-1")}, [], {}, [["A", text.decode("latin-1")]], "\ud800", [None, [1]],
        {"A\r\nB": text.decode("latin-1"), "": "x", "Content-Length": "9"},
    ))  # fmt: skip

"""HAR files: every entry ends as a capture or a damage, in the order of the file, and one bad entry costs one."""

from __future__ import annotations

import json
from importlib import import_module
from random import Random

from archive.model import Capture, Limits
from tests.fuzz import laws, mutation
from tests.fuzz.targets.jsonl import a_value

NEEDS = "archive.sources.har"
LIMITS = Limits(line_bytes=500, record_bytes=60)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    source = import_module(NEEDS).SOURCE
    for limits in (laws.LIMITS, LIMITS):
        found = laws.read(data, "a.har", source, limits)
        laws.assert_in_order(data, found)
    try:
        entries = json.loads(data)["log"]["entries"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return
    if (
        list(json.loads(data)) == ["log"]
        and isinstance(entries, list)
        and entries
        and all(isinstance(one, dict) for one in entries)
    ):
        sound = laws.read(data, "a.har", source)
        numbered = [one.origin.line for one in sound if isinstance(one, Capture) or one.origin.line]
        assert data.count(b'"entries"') > 1 or numbered == list(range(1, len(entries) + 1)), (
            "a whole file: each entry has one row"
        )


def entry(content: dict[str, object], status: object = 200) -> dict[str, object]:
    """An entry of a log."""
    return {
        "startedDateTime": "2024-07-01T06:00:00.000+02:00",
        "request": {"method": "GET", "url": "https://h.example/a", "headers": [{"name": "Accept", "value": "*/*"}]},
        "response": {
            "status": status, "statusText": "OK", "httpVersion": "h2", "content": content, "redirectURL": "",
            "headers": [{"name": "Content-Type", "value": "text/html; charset=utf-8"}, {"name": "Content-Encoding", "value": "gzip"}],
        },
    }  # fmt: skip


def seeds() -> list[bytes]:
    """Files of a few entries."""
    entries = [
        entry({"mimeType": "text/html", "size": 9, "text": "<p>Gulls ü</p>"}),
        entry({"mimeType": "text/html", "size": 9, "text": "PHA+R3VsbHM8L3A+", "encoding": "base64"}),
        entry({"mimeType": "image/png", "size": 0}, 404),
        entry({"size": -1, "text": "%%%", "encoding": "base64"}, 0),
        {
            "startedDateTime": "2024-07-01",
            "request": {"method": "POST", "url": "https://h.example/b?c"},
            "response": {},
        },
    ]
    whole = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": entries}}
    return [
        json.dumps(whole).encode(),
        json.dumps(whole, indent=1, ensure_ascii=False).encode(),
        *(json.dumps({"log": {"version": "1.2", "entries": [one]}}).encode() for one in entries),
        b"\xef\xbb\xbf" + json.dumps({"log": {"entries": []}}).encode(),
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    """A value anywhere in it exchanged."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        return mutation.mutated(data, chance, seeds())
    for _ in range(chance.randint(1, 3)):
        holder = whole
        for _ in range(chance.randint(1, 8)):
            inner = [
                value
                for value in (holder.values() if isinstance(holder, dict) else holder)
                if isinstance(value, dict | list) and value
            ]
            holder = chance.choice(inner) if inner else holder
        if holder:
            holder[chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))] = a_value(
                chance, []
            )
    changed = json.dumps(whole, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, 1))).encode(
        "utf-8", "replace"
    )
    return changed if chance.random() < 0.6 else mutation.mutated(changed, chance, seeds())

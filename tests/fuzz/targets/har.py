"""HAR files: every entry ends as a capture, a damage or a skip."""

from __future__ import annotations

import json

from tests.fuzz import laws

NEEDS = "archive.sources.har"


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    laws.read(data, "a.har")


def seeds() -> list[bytes]:
    """Files of a few entries."""

    def entry(content: dict[str, object], status: int = 200) -> dict[str, object]:
        return {
            "startedDateTime": "2024-07-01T06:00:00.000+02:00",
            "request": {"method": "GET", "url": "https://h.example/a"},
            "response": {
                "status": status, "statusText": "OK", "httpVersion": "HTTP/1.1", "content": content, "redirectURL": "",
                "headers": [{"name": "Content-Type", "value": "text/html; charset=utf-8"}, {"name": "Content-Encoding", "value": "gzip"}],
            },
        }  # fmt: skip

    entries = [
        entry({"mimeType": "text/html", "size": 9, "text": "<p>Gulls ü</p>"}),
        entry({"mimeType": "text/html", "size": 9, "text": "PHA+R3VsbHM8L3A+", "encoding": "base64"}),
        entry({"mimeType": "image/png", "size": 0}, 404),
        entry({"size": -1, "text": "%%%", "encoding": "base64"}, 0),
    ]
    whole = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": entries}}
    return [
        json.dumps(whole).encode(),
        json.dumps(whole, indent=1, ensure_ascii=False).encode(),
        b"\xef\xbb\xbf" + json.dumps({"log": {"entries": []}}).encode(),
    ]

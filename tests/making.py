"""Small inputs for the tests: pages, text dumps, WARC files, JSON lines and zips, all with invented words."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from unittest import mock

import lxml.html
import pytest

import archive
from archive.extraction.metadata import read_metadata
from archive.model import Manifest, Metadata
from archive.sources.records import Window

MATERIAL = os.environ.get("ARCHIVE_MATERIAL")  # a folder with captures of others, which are no part of the project
PAGE_URL = "https://www.harbourpost.example/city/budget-cut"

MTIME = 1_724_752_800  # 2024-08-27T10:00:00Z
PLACES = ("harbour", "orchard", "ferry", "library", "bakery", "lighthouse", "tramway", "reservoir", "theatre", "quarry")
STREETS = ("Alder Row", "Binder Lane", "Cask Street", "Dover Steps", "Elm Yard", "Flint Walk", "Garner Hill")
MOTIVES = (
    "because the old pumps had failed twice during the winter floods",
    "after neighbours collected four hundred signatures in a single week",
    "although the treasurer warned that the reserve fund was nearly empty",
    "while the engineers were still waiting for the spare parts from abroad",
    "so that children could reach the school without crossing the main road",
)


def material(name: str) -> Path:
    """A file or folder of other people's, for the tests that want it; elsewhere they are skipped."""
    path = Path(MATERIAL or "", name)
    return path if MATERIAL and path.exists() else pytest.skip(f"{name}: not there; ARCHIVE_MATERIAL names its folder")


def owner(parts: list[bytes], position: int) -> int:
    """Which of ``parts``, laid one behind the other, holds the byte at ``position``."""
    end = 0
    for number, part in enumerate(parts):
        end += len(part)
        if position < end:
            return number
    raise IndexError(position)


def bytes_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many bytes have been read through windows since it was asked before."""
    at, seen = Window.at, [0]

    def counted(self: Window, position: int, length: int) -> bytes:
        found = at(self, position, length)
        seen[0] += len(found)
        return found

    def since() -> int:
        taken, seen[0] = seen[0], 0
        return taken

    monkeypatch.setattr(Window, "at", counted)
    return since


def paragraphs(number: int, count: int = 5) -> list[str]:
    """Paragraphs that no other number gives."""
    found = []
    for part in range(count):
        seed = number * 7 + part
        place, street, motive = PLACES[seed % 10], STREETS[seed % 7], MOTIVES[seed % 5]
        found.append(
            f"The {place} committee of district {number} met for the {part + 2}. time on {street}, {motive}. "
            f"Its chair said that {seed * 13 + 40} visitors had come since spring, and that the plan for the {place} "
            f"would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that."
        )
    return found


def page(number: int, *, lang: str = "en", day: str = "2024-08-26", head: str = "") -> bytes:
    """An article as an HTML page."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs(number))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>The committee of district {number}</title>'
        f'<meta property="article:published_time" content="{day}T08:00:00+02:00">'
        f'<meta name="author" content="Ada Lindqvist">{head}</head>'
        f"<body><article><h1>The committee of district {number}</h1>{body}</article></body></html>"
    ).encode()


def dump(number: int) -> bytes:
    """An article as a text dump."""
    return ("\n\n".join([f"The committee of district {number}", *paragraphs(number)]) + "\n").encode()


def json_lines(numbers: Iterable[int]) -> bytes:
    """Articles as JSON lines."""
    rows = (
        {
            "url": f"https://lines.example/{n}",
            "captured_at": f"2024-07-{n % 28 + 1:02d}T06:00:00Z",
            "html": page(n).decode(),
        }
        for n in numbers
    )
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def http(body: bytes, *, status: str = "200 OK", headers: Iterable[str] = ()) -> bytes:
    """An HTTP response."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes, size: int = 300) -> bytes:
    """A body in the chunked transfer coding."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def record(
    block: bytes,
    *,
    uri: str = "https://warc.example/1",
    kind: str = "response",
    date: str = "2024-05-03T04:05:06Z",
    record_id: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """A WARC record, not packed."""
    name = hashlib.sha256(block + uri.encode() + date.encode()).hexdigest()
    stated = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<{record_id or f'urn:uuid:{name[:8]}-{name[8:12]}-5{name[13:16]}-8{name[17:20]}-{name[20:32]}'}>",
        "WARC-Date": date,
        "WARC-Target-URI": uri,
        "Content-Type": "application/http; msgtype=response",
        **(fields or {}),
        "Content-Length": str(len(block)),
    }
    head = "WARC/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in stated.items()) + "\r\n"
    return head.encode() + block + b"\r\n\r\n"


def arc_record(
    block: bytes,
    *,
    url: str = "http://arc.example/1",
    ip: str = "192.0.2.7",
    date: str = "20040503040506",
    rest: str = "text/html",
    length: str | None = None,
    end: bytes = b"\n",
) -> bytes:
    """A record of an ARC file, not packed; ``rest`` is what stands between date and length."""
    line = f"{url} {ip} {date} {rest} {len(block) if length is None else length}"
    return line.encode("utf-8", "surrogateescape") + b"\n" + block + end


FIELDS = {
    1: "URL IP-address Archive-date Content-type Archive-length",
    2: "URL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length",
}


def filedesc(version: int = 1) -> bytes:
    """The version block of an ARC file."""
    block = f"{version} 0 Kelmouth Library\n{FIELDS[version]}\n".encode()
    rest = "text/plain" if version == 1 else "text/plain 200 - - 0 kelmouth.arc"
    return arc_record(block, url="filedesc://kelmouth.arc", ip="0.0.0.0", date="20040503040000", rest=rest)  # noqa: S104


def packed(*records: bytes) -> bytes:
    """Records as a WARC file, one gzip member each."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def responses(numbers: Iterable[int]) -> list[bytes]:
    """A response record for each number."""
    return [record(http(page(n)), uri=f"https://warc{n % 3}.example/{n}") for n in numbers]


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip with these members."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2024, 8, 1, 12, 0, 0)), data)
    return out.getvalue()


def put(path: Path, data: bytes) -> Path:
    """A file with these bytes and a fixed time of modification."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (MTIME, MTIME))
    return path


def mixed(folder: Path, each: int = 4) -> Path:
    """A folder with something of every kind: pages, dumps, WARC files whole and damaged, JSON lines, a zip, and others."""
    for number in range(each):
        put(folder / "pages" / f"{number}.html", page(number))
        put(folder / "dumps" / f"{number}.txt", dump(10 + number))
    gone = record(http(page(99), status="404 Not Found"), uri="https://warc.example/gone")
    put(folder / "crawl" / "whole.warc.gz", packed(*responses(range(20, 20 + each)), gone))
    broken = bytearray(packed(*responses(range(30, 33))))
    broken[len(broken) // 2] ^= 0xFF
    put(folder / "crawl" / "broken.warc.gz", bytes(broken))
    put(folder / "crawl" / "plain.warc", responses([40])[0] + b"\0" * 50 + responses([43])[0])
    put(folder / "lines.jsonl", json_lines(range(50, 50 + each)) + b'{"url": "https://lines.example/bad", "html": \n')
    put(folder / "some.zip", zipped({"a/one.html": page(60), "two.txt": dump(61), "logo.png": b"\x89PNG\r\n\x1a\n\0"}))
    put(folder / "empty.html", b"")
    put(folder / "notes.csv", b"a,b\n1,2\n")
    return folder


def files_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a corpus, but those in ``runs``."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != "runs"
    }


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Time of modification, size and bytes of everything under a folder."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def corpus_of(folder: Path, *inputs: Path, copy_records: bool = False, dedupe_payloads: bool = False) -> archive.Corpus:
    """The corpus in ``folder`` made from ``inputs``."""
    converted(folder, *inputs, settings=archive.Settings(copy_records=copy_records, dedupe_payloads=dedupe_payloads))
    return archive.open_corpus(folder)


def converted(folder: Path, *inputs: Path, settings: archive.Settings | None = None, workers: int = 1) -> Manifest:
    """The manifest of the corpus made from ``inputs``."""
    with mock.patch("os.fsync"):  # only a machine that loses its power needs it, and it takes most of the time
        return archive.convert(inputs, folder, settings=settings, workers=workers)


STRICT = """
import dataclasses

from archive.errors import Rejected
from archive.extraction import NEWS

class Strict:
    name, version, config_sha256 = "strict", "3", bytes(32)

    def extract(self, capture):
        seen = NEWS.extract(capture)
        if "district 1" in seen.text:
            raise Rejected("extraction", "no-text", "not this one")
        made_by = {"extractor": "strict", "extractor_version": "3", "config_sha256": self.config_sha256}
        return dataclasses.replace(seen, **made_by)

    def warm(self):
        pass

    def rest(self):
        pass

EXTRACTOR = Strict()
"""


def plug(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, code: str) -> None:
    """Installs another package's extractor, as far as Python can tell, until the test is over."""
    put(folder / f"plugged_{name}.py", code.encode())
    put(folder / f"{name}-1.dist-info" / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n".encode())
    entry = f"[archive.extractors]\n{name} = plugged_{name}:EXTRACTOR\n"
    put(folder / f"{name}-1.dist-info" / "entry_points.txt", entry.encode())
    monkeypatch.syspath_prepend(folder)


def run(*words: str | Path, env: Mapping[str, str] | None = None, code: str = "") -> subprocess.CompletedProcess[str]:
    """The ``archive`` command in a process of its own; ``code`` is run before it."""
    start = [
        sys.executable,
        "-c",
        f"import os\nos.fsync = int\n{code}\nfrom archive.cli import main\nmain(prog_name='archive')",
    ]
    return subprocess.run(
        [*start, *map(str, words)],
        env={**os.environ, "COLUMNS": "300", **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def read_page(head: str = "", body: str = "", url: str | None = PAGE_URL, attributes: str = "") -> Metadata:
    """What a page of this head and body says of itself."""
    page = f"<html {attributes}><head>{head}</head><body>{body}</body></html>".encode()
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    return read_metadata(lxml.html.document_fromstring(page, parser=parser), url)

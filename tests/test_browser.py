"""A WACZ of ours opens in ReplayWeb.page, in a real Chromium: each article's words stand in the replayed page.

The viewer is fetched with npm; where that, or the browser, is not there, the test says so and is skipped.
"""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

import archive
from archive.wacz import index
from tests import making

VIEWER = "replaywebpage@2"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE = 120  # seconds for one page


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or pytest.skip("Chromium is not installed")


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of ReplayWeb.page: its page, its script and its service worker."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, which fetches the viewer")
    folder = tmp_path_factory.mktemp("viewer")
    done = subprocess.run(["npm", "pack", VIEWER], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"npm could not fetch the viewer: {done.stderr.strip()[-200:]}")
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as files:
        found = {name: files.extractfile(f"package/{name}") for name in ("index.html", "ui.js", "sw.js")}
        return {name: file.read() for name, file in found.items() if file}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves a few files, in parts too, and takes what was seen."""

    protocol_version = "HTTP/1.1"
    files: dict[str, tuple[str, bytes]]
    seen: Queue[Any]

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        """Takes what was seen."""
        self.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(204, "text/plain", b"")

    def do_GET(self) -> None:
        """Sends a file, or the part of it that was asked for."""
        kind, data = self.files.get(self.path.partition("?")[0], ("", b""))
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not kind:
            self.answer(404, "text/plain", b"")
        elif not asked:
            self.answer(200, kind, data)
        else:
            first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
            last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
            self.answer(206, kind, data[first : last + 1], f"bytes {first}-{last}/{len(data)}")

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def answer(self, status: int, kind: str, data: bytes, part: str = "") -> None:
        """Sends it, or its head only."""
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("Accept-Ranges", "bytes"),
            ("Content-Range", part),
        ):
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def serving(files: dict[str, tuple[str, bytes]]) -> Iterator[tuple[int, Queue[Any]]]:
    """The port of a server of these files, and what it is told."""
    seen: Queue[Any] = Queue()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Serving", (Handler,), {"files": files, "seen": seen})
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shown(
    browser: str, viewer: dict[str, bytes], wacz: Path, wanted: list[dict[str, str]], profile: Path
) -> list[dict[str, str]]:
    """What stands in the browser, page by page."""
    files = {
        "/": ("text/html", viewer["index.html"]),
        "/ui.js": ("text/javascript", viewer["ui.js"]),
        "/sw.js": ("text/javascript", viewer["sw.js"]),
        "/c.wacz": ("application/wacz", wacz.read_bytes()),
        "/wanted": ("application/json", json.dumps(wanted).encode()),
        "/watch": ("text/html", (Path(__file__).parent / "viewer.html").read_bytes()),
    }
    with serving(files) as (port, seen):
        command = [browser, *SWITCHES, f"--user-data-dir={profile}", f"http://127.0.0.1:{port}/watch"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return list(iter(lambda: seen.get(timeout=PATIENCE), None))
        finally:
            running.terminate()
            running.wait(20)


def words(text: str) -> str:
    return " ".join(text.split())


def test_articles_open_in_replayweb_page(
    browser: str, viewer: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    later = {"WARC-Refers-To-Target-URI": "https://warc0.example/60", "WARC-Refers-To-Date": "2024-05-03T04:05:06Z"}
    chunked = making.http(making.chunked(making.page(71)), headers=["Transfer-Encoding: chunked"])
    making.put(folder / "page.html", making.page(1))
    making.put(folder / "dump.txt", making.dump(2))
    making.put(folder / "lines.jsonl", making.json_lines(range(3, 6)))
    making.put(
        folder / "plain.warc",
        making.record(chunked, uri="https://www.warc.example/Chunked/?b=2&a=1")
        + making.record(
            making.http(b""), uri="https://warc0.example/60", kind="revisit", date="2024-06-01T00:00:00Z", fields=later
        ),
    )
    making.put(folder / "packed.warc.gz", making.packed(*making.responses(range(60, 66))))
    monkeypatch.setattr(index, "BLOCK_LINES", 2)  # so that it has to look for the block, as in a large one
    corpus = making.corpus_of(tmp_path / "corpus", folder)
    archive.export_wacz(corpus.folder, tmp_path / "c.wacz")

    articles = corpus.articles().to_pylist()
    texts = {}
    for row in articles:
        uri = row["url"] or corpus.trace(row["capture_id"]).values["target_uri"]
        whole = row["text"] if row["media_type"] == "text/html" else corpus.payload(row["article_id"]).decode()
        texts[uri, f"{row['captured_at']:%Y%m%d%H%M%S}"] = words(whole)
    texts["https://warc0.example/60", "20240601000000"] = texts["https://warc0.example/60", "20240503040506"]
    wanted = [{"url": url, "ts": ts} for url, ts in texts]
    seen = shown(browser, viewer, tmp_path / "c.wacz", [*wanted, {"url": "", "ts": ""}], tmp_path / "profile")
    *pages, listed = seen
    assert {(one["url"], one["ts"]): words(one["words"]) for one in pages} == texts
    titles = {f"{row['title']} | {row['url']}" for row in articles if row["title"] and row["url"]}
    assert len(titles) == 10
    assert titles <= set(listed["words"].splitlines())
    assert len(listed["words"].splitlines()) == len(articles)

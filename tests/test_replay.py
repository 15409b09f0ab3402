"""The real pywb replays what we write, byte for byte, and the real py-wacz passes it.

Both are in an environment of their own, ``.venv/replay``, which ``make test`` makes: pywb's brotli would take the place
of ours.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

import archive
from archive.wacz.surt import surt
from tests import making
from tests.test_wacz_surt import BOTH, EACH

TESTS = Path(__file__).parent
TOOLS = Path(sys.prefix) / "replay" / "bin"

pytestmark = pytest.mark.skipif(
    not (TOOLS.parent / "installed").exists(), reason="pywb and py-wacz are not installed: make test does it"
)


def tool(name: str, *words: str | Path, folder: Path) -> str:
    done = subprocess.run([TOOLS / name, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> archive.Corpus:
    """HTML with and without URL, text, WARC records as they come, and a conversion and a revisit of one of them."""
    folder = tmp_path_factory.mktemp("corpus")
    both, fields = "https://warc.example/both/?b=2&a=1", {"Content-Type": "text/plain"}
    digest = {"WARC-Payload-Digest": "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    page, page_id = making.http(making.page(70)), "urn:uuid:00000000-0000-4000-8000-000000000070"
    later = {
        "WARC-Refers-To": f"<{page_id}>",
        "WARC-Refers-To-Target-URI": both,
        "WARC-Refers-To-Date": "2024-05-03T04:05:06Z",
    }
    chunked = making.http(making.chunked(making.page(71)), headers=["Transfer-Encoding: chunked"])
    packed = making.http(gzip.compress(making.page(72)), headers=["Content-Encoding: gzip"])
    records = [
        making.record(making.dump(73), uri=both, kind="conversion", fields=fields),
        making.record(page, uri=both, record_id=page_id),
        making.record(
            page[: -len(making.page(70))], uri=both, kind="revisit", date="2024-06-01T00:00:00Z", fields=later
        ),
        making.record(chunked, uri="https://warc.example/chunked"),
        making.record(packed, uri="https://warc.example/packed"),
        making.record(making.http(b"gone", status="404 Not Found"), uri="https://warc.example/gone"),
        making.record(making.http(making.page(74)), uri="https://warc.example/wrong", fields=digest),
    ]
    making.put(folder / "in" / "plain.warc", b"".join(records))
    making.put(folder / "in" / "packed.warc.gz", making.packed(*making.responses(range(80, 83))))
    making.put(folder / "in" / "page.html", making.page(1))
    making.put(folder / "in" / "dump.txt", making.dump(2))
    making.put(folder / "in" / "lines.jsonl", making.json_lines(range(3, 6)) + with_headers(6))
    return making.corpus_of(folder / "corpus", folder / "in", TESTS / "samples")


def with_headers(number: int) -> bytes:
    line = {
        "url": f"https://lines.example/{number}/ü?q=a b",
        "captured_at": "2024-07-01T06:00:00Z",
        "html": making.page(number).decode(),
        "status": 200,
        "headers": {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "br", "X-Of": "harbour"},
    }
    return json.dumps(line).encode() + b"\n"


@contextmanager
def pywb(folder: Path) -> Iterator[int]:
    """The port of a pywb that serves the collections in ``folder``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [TOOLS / "wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log
        )
    try:
        for _ in range(300):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert running.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def replayed(port: int, when: str, uri: str) -> tuple[int, bytes]:
    """Status and body of a capture as it was."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    asked.request("GET", f"/coll/{when}id_/" + quote(uri, safe=":/?&=%+,;"), headers={"Accept-Encoding": "gzip, br"})
    answer = asked.getresponse()
    found = answer.status, answer.read()
    asked.close()
    return found


def compare(corpus: archive.Corpus, port: int) -> int:
    """The number of captures that come back byte for byte; fails at one that does not."""
    count = 0
    for row in corpus.captures().to_pylist():
        if row["record_type"] not in ("response", "resource", "revisit"):
            continue
        status, body = replayed(port, f"{row['captured_at']:%Y%m%d%H%M%S}", row["target_uri"])
        assert status == (row["http_status"] or 200), row["target_uri"]
        assert body == corpus.payload(row["capture_id"]), row["target_uri"]
        count += 1
    return count


def test_pywb_replays_a_wacz_byte_for_byte(corpus: archive.Corpus, tmp_path: Path) -> None:
    made = archive.export_wacz(corpus.folder, tmp_path / "c.wacz")
    tool("wb-manager", "init", "coll", folder=tmp_path)
    tool("wb-manager", "add", "--unpack-wacz", "coll", "c.wacz", folder=tmp_path)
    with pywb(tmp_path) as port:
        assert compare(corpus, port) == made.indexed > 30


def test_pywb_replays_our_warc_files_byte_for_byte(corpus: archive.Corpus, tmp_path: Path) -> None:
    """By its own index of them: what we wrapped, without the WACZ."""
    copied = making.corpus_of(
        tmp_path / "corpus", corpus.folder.parent / "in" / "page.html", corpus.folder.parent / "in" / "lines.jsonl"
    )
    (warc,) = (tmp_path / "corpus" / "warc").iterdir()
    tool("wb-manager", "init", "coll", folder=tmp_path)
    tool("wb-manager", "add", "coll", warc, folder=tmp_path)
    with pywb(tmp_path) as port:
        assert compare(copied, port) == 5


def test_pywb_makes_the_same_lines_of_our_records(corpus: archive.Corpus, tmp_path: Path) -> None:
    """Key, time, URL, media type and place, as its own indexer finds them in the files of the WACZ."""
    archive.export_wacz(corpus.folder, tmp_path / "c.wacz")
    with zipfile.ZipFile(tmp_path / "c.wacz") as made:
        names = [name for name in made.namelist() if name.startswith("archive/")]
        for name in names:
            making.put(tmp_path / name, made.read(name))
        lines = gzip.decompress(made.read("indexes/index.cdx.gz")).decode().splitlines()
    shown = tool("cdx-indexer", "-j", *(tmp_path / name for name in names), folder=tmp_path).splitlines()

    def known(line: str) -> tuple[object, ...]:
        key, when, text = line.split(" ", 2)
        stated = json.loads(text)
        return key, when, *(stated[name] for name in ("url", "mime", "length", "offset", "filename"))

    theirs = {one for one in map(known, shown) if one[3] != "application/warc-fields"}  # it lists metadata too
    conversions = {one for one in theirs if one[1:3] == ("20240503040506", "https://warc.example/both/?b=2&a=1")}
    ours = {known(line) for line in lines}
    assert len(conversions) == 2  # pywb would index the conversion too, and serve it in the place of the page
    assert len(conversions & ours) == 1
    assert theirs - conversions <= ours


def test_py_wacz_validates_it(corpus: archive.Corpus, tmp_path: Path) -> None:
    for text in (False, True):
        archive.export_wacz(corpus.folder, tmp_path / "c.wacz", text=text)
        assert "the passed WACZ is valid" in tool("wacz", "validate", "-f", "c.wacz", folder=tmp_path)


def test_keys_are_those_of_the_library(tmp_path: Path) -> None:
    urls = [*BOTH, *EACH, *(f"https://www{n}.Example.com:{n}/a/./{n}//b/?x={n}&a" for n in range(50))]
    code = "import json, surt, sys; print(json.dumps([surt.surt(url) for url in json.load(sys.stdin)]))"
    done = subprocess.run(
        [TOOLS / "python", "-W", "ignore", "-c", code],
        input=json.dumps(urls),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert json.loads(done.stdout) == [surt(url) for url in urls]

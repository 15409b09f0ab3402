"""What the records of mirrors say of the files beside them, in made folders and in real mirrors."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import archive
from archive import plan
from archive.model import InputFile, Saved
from tests import making

CASES = Path(__file__).parent / "cases"
NOWHERE = Path("/nonexistent/corpus")
HOST = "www.harbour.example"
URL = f"https://{HOST}"


def saved(url: str, name: str, time: str = "2024-08-27 10:00:00") -> str:
    return f"--{time}--  {url}\nHTTP request sent, awaiting response... 200 OK\n{time} (1 KB/s) - ‘{name}’ saved [9/9]\n\n"


def found(*inputs: Path) -> dict[str, InputFile]:
    return {file.path: file for file in plan.find_files(inputs, leave_out=NOWHERE)}


def urls(*inputs: Path) -> dict[str, str | None]:
    return {path: file.saved.url for path, file in found(*inputs).items() if file.saved and not file.saved.record}


def mirror(folder: Path, log: str, *pages: str) -> Path:
    making.put(folder / "wget.log", log.encode("utf-8", "surrogateescape"))
    for number, name in enumerate(pages):
        making.put(folder / name, making.page(number))
    return folder


# ---- which files a record speaks of --------------------------------------------------------------------------------


def test_names_are_looked_up_beside_the_log(tmp_path: Path) -> None:
    log = saved(f"{URL}/a", f"{HOST}/a.html") + saved(f"{URL}/b", f"./{HOST}//b.html")
    folder = mirror(tmp_path / "m", log, f"{HOST}/a.html", f"{HOST}/b.html", "own.html")
    assert urls(folder) == {f"{HOST}/a.html": f"{URL}/a", f"{HOST}/b.html": f"{URL}/b"}
    assert found(folder)["wget.log"].saved == Saved(record="a log of wget, read for the addresses of the pages beside it")
    assert urls(folder / "wget.log", folder / HOST) == {"a.html": f"{URL}/a", "b.html": f"{URL}/b"}
    assert urls(folder / HOST) == {}
    assert urls(folder / "wget.log") == {}


@pytest.mark.parametrize("front", ["/data/mirrors/", "out/", "../out/"])
def test_folders_in_front_of_all_names_are_left_out(tmp_path: Path, front: str) -> None:
    log = saved(f"{URL}/", f"{front}{HOST}/index.html") + saved(f"{URL}/x", f"{front}{HOST}/x/y.html")
    folder = mirror(tmp_path / "m", log, f"{HOST}/index.html", f"{HOST}/x/y.html", "index.html", "x/y.html")
    assert urls(folder) == {f"{HOST}/index.html": f"{URL}/", f"{HOST}/x/y.html": f"{URL}/x"}


def test_a_log_says_nothing_of_files_outside_its_folder(tmp_path: Path) -> None:
    making.put(tmp_path / "victim.html", making.page(1))
    making.put(tmp_path / "other" / "victim.html", making.page(2))
    names = ["../victim.html", "../other/victim.html", f"{tmp_path}/victim.html", "x/../../victim.html", "a.html", "..", "/", ""]
    log = "".join(saved("https://evil.example/", name) for name in names)
    mirror(tmp_path / "m", log, "a.html")
    assert urls(tmp_path) == {"m/a.html": "https://evil.example/"}


def test_a_log_that_was_fetched_is_not_believed(tmp_path: Path) -> None:
    evil = saved("https://victim.example/", "page.html")
    log = saved(f"{URL}/page", f"{HOST}/page.html") + saved(f"{URL}/wget.log", f"{HOST}/wget.log")
    folder = mirror(tmp_path / "m", log, f"{HOST}/page.html")
    making.put(folder / HOST / "wget.log", evil.encode())
    assert urls(folder) == {f"{HOST}/page.html": f"{URL}/page", f"{HOST}/wget.log": f"{URL}/wget.log"}


def test_the_last_save_wins_within_a_log_and_among_logs(tmp_path: Path) -> None:
    log = saved(f"{URL}/1", "a.html", "2024-08-27 10:00:00") + saved(f"{URL}/2", "a.html", "2024-08-27 09:00:00")
    folder = mirror(tmp_path / "m", log, "a.html")
    assert urls(folder) == {"a.html": f"{URL}/2"}
    for name in ("a.log", "z.log"):
        making.put(folder / name, saved(f"{URL}/{name}", "a.html", "2024-08-26 10:00:00").encode())
    assert urls(folder) == {"a.html": f"{URL}/2"}
    making.put(folder / "b.log", saved(f"{URL}/later", "a.html", "2024-08-28 10:00:00").encode())
    assert urls(folder) == {"a.html": f"{URL}/later"}


def test_a_url_is_derived_only_under_the_folder_of_a_host_that_was_fetched_from(tmp_path: Path) -> None:
    log = saved(f"{URL}/a", f"{HOST}/a.html") + saved("http://both.example/", "both.example/index.html")
    log += saved("https://both.example/x", "both.example/x")
    pages = (f"{HOST}/a.html", f"{HOST}/sub/index.html", "both.example/other.html", "strange.example/b.html", "notes/c.html", HOST + ".html")
    folder = mirror(tmp_path / "m", log, *pages)
    assert urls(folder) == {f"{HOST}/a.html": f"{URL}/a", f"{HOST}/sub/index.html": f"{URL}/sub/"}
    derived = found(folder)[f"{HOST}/sub/index.html"].saved
    assert derived is not None
    assert (derived.flags, derived.captured_at) == (("url-derived",), None)


def test_an_ordinary_folder_gets_no_urls(tmp_path: Path) -> None:
    for name in (f"{HOST}/index.html", "login.html", "blog/index.html", "server.log", "changelog.txt", "hts-cache/new.txt"):
        making.put(tmp_path / "in" / name, making.page(1))
    making.put(tmp_path / "in" / "access.log", b'1.2.3.4 - - [27/Aug/2024] "GET / HTTP/1.1" 200 9\n')
    assert all(file.saved is None for file in found(tmp_path / "in").values())
    (tmp_path / "in" / "broken.log").symlink_to(tmp_path / "gone")
    assert all(file.saved is None for file in found(tmp_path / "in").values())


def test_a_log_that_names_nothing_here_is_no_record(tmp_path: Path) -> None:
    folder = mirror(tmp_path / "m", saved(f"{URL}/a", "gone.html"), "here.html")
    assert urls(folder) == {}
    assert found(folder)["wget.log"].saved is None


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.html")
    folder = mirror(tmp_path / "m", saved(f"{URL}/1", name) + saved(f"{URL}/2", "stra\\303\\237e"), name, "straße")
    assert urls(folder) == {"caf\\xe9.html": f"{URL}/1", "straße": f"{URL}/2"}
    assert making.corpus_of(tmp_path / "c", folder).verify().failures == ()


def test_httracks_cache_without_pages_is_read_as_before(tmp_path: Path) -> None:
    case = CASES / "mirror-httrack" / "input.mirror"
    shutil.copytree(case / "hts-cache", tmp_path / "m" / "hts-cache")
    assert urls(tmp_path / "m") == {}
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "m")
    assert [row["source_member"] for row in corpus.captures().to_pylist() if row["source_path"].endswith("new.zip")] != []


def test_names_longer_than_any_path_cost_nothing(tmp_path: Path) -> None:
    log = "".join(saved(f"{URL}/{n}", "a/" * 30_000 + "a.html") for n in range(200)) + saved(f"{URL}/a", "x/" * 20 + "a.html")
    assert urls(mirror(tmp_path / "m", log, "a.html")) == {"a.html": f"{URL}/a"}
    assert urls(mirror(tmp_path / "n", log.replace("x/", "x/x/"), "a.html")) == {}


def test_a_cache_that_was_fetched_is_not_believed(tmp_path: Path) -> None:
    cache = (CASES / "mirror-httrack" / "input.mirror" / "hts-cache" / "new.txt").read_text()
    names = {f"{HOST}/hts-cache/new.txt", f"{HOST}/hts-log.txt", f"{HOST}/city/budget.html"}
    log = "".join(saved(f"{URL}/{number}", name) for number, name in enumerate(sorted(names)))
    folder = mirror(tmp_path / "m", log, f"{HOST}/city/budget.html")
    evil = "HTTrack3 launched on Tue, 27 Aug 2024 10:00:00 at https://victim.example/\n"
    making.put(folder / HOST / "hts-cache" / "new.txt", cache.replace("www.harbourpost.example/", "victim.example/").encode())
    making.put(folder / HOST / "hts-log.txt", evil.encode())
    assert set(urls(folder)) == names
    assert all((url or "").startswith(URL) for url in urls(folder).values())


# ---- what follows for runs -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirrors of the cases, with fixed times."""
    folder = tmp_path_factory.mktemp("mirrors") / "in"
    for name in ("mirror-httrack", "mirror-wget", "mirror-wget-damaged"):
        shutil.copytree(CASES / name / "input.mirror", folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (making.MTIME, making.MTIME))
    return folder


@pytest.fixture(scope="module")
def inputs(mirrors: Path) -> Path:
    return mirrors


def test_workers_small_shards_and_a_moved_folder(
    inputs: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    moved = tmp_path / "somewhere" / "else"
    shutil.copytree(inputs, moved, copy_function=shutil.copy2)
    making.converted(tmp_path / "c", moved, workers=2)
    assert making.files_of(tmp_path / "c") == expected
    assert archive.open_corpus(tmp_path / "c").verify().failures == ()


def test_trace_and_extracting_again(inputs: Path, tmp_path: Path) -> None:
    corpus = making.corpus_of(tmp_path / "c", inputs)
    rows = {row["source_path"]: row for row in corpus.captures().to_pylist()}
    for path, row in rows.items():
        data = (inputs / path).read_bytes()
        payload = data.partition(b"\r\n\r\n")[2] if row["record_type"] == "response" else data
        assert corpus.payload(row["capture_id"]) == payload
        assert corpus.trace(row["capture_id"]) is not None
    archive.reextract(tmp_path / "c", tmp_path / "again")
    assert making.files_of(tmp_path / "again") == making.files_of(tmp_path / "c")


def test_what_a_record_says_is_in_the_name_of_the_shard_and_crosses_processes(inputs: Path) -> None:
    files = plan.find_files([inputs], leave_out=NOWHERE)
    with_log = plan.make_shards(files, archive.Settings(), NOWHERE)
    assert pickle.loads(pickle.dumps(with_log)) == with_log  # noqa: S301 - what was just written
    bare = [InputFile(path=f.path, location=f.location, size=f.size, modified_ns=f.modified_ns) for f in files]
    assert plan.make_shards(bare, archive.Settings(), NOWHERE)[0].shard_id != with_log[0].shard_id


def test_growth(tmp_path: Path) -> None:
    """A second mirror with names of the first; then pages that the first one's log named, though they came later."""
    case = CASES / "mirror-wget" / "input.mirror"
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        shutil.copytree(case, folder)
    late = first / HOST.replace("harbour", "harbourpost") / "half.html"
    data = late.read_bytes()
    late.unlink()
    for path in second.rglob("*.html"):
        path.write_bytes(path.read_bytes() + b"<!-- another -->")
    making.converted(tmp_path / "c", first)
    making.converted(tmp_path / "c", second)
    late.write_bytes(data)
    making.converted(tmp_path / "c", first, second)
    corpus = archive.open_corpus(tmp_path / "c")
    assert corpus.verify().failures == ()
    rows = {row["source_path"]: row for row in corpus.captures().to_pylist()}
    name = "www.harbourpost.example/half.html"
    assert rows[name]["target_uri"] == rows[f"a/{name}"]["target_uri"] == "https://www.harbourpost.example/half"
    skipped = {row["path"]: row["skipped"] for row in corpus.table("inputs").to_pylist()}
    assert skipped["wget.log"] == "a log of wget, read for the addresses of the pages beside it"
    archive.compact(tmp_path / "c")
    assert archive.open_corpus(tmp_path / "c").verify().failures == ()


def test_a_run_that_dies_goes_on_with_what_the_log_says(inputs: Path, expected: dict[str, str], tmp_path: Path) -> None:
    code = "import os\nimport archive.plan, archive.run\narchive.plan.SHARD_BYTES = 3000\ndef die(*_, **__): os._exit(9)\narchive.run.commit = die\n"
    assert making.run("convert", inputs, "-o", tmp_path / "c", code=code).returncode == 9
    assert list((tmp_path / "c" / "work").glob("*/receipt.json"))
    making.converted(tmp_path / "c", inputs)
    assert making.files_of(tmp_path / "c") == expected


def test_in_a_zip_only_what_a_file_says_itself_is_known(tmp_path: Path) -> None:
    case = CASES / "mirror-httrack" / "input.mirror"
    members = {path.relative_to(case).as_posix(): path.read_bytes() for path in case.rglob("*") if path.is_file()}
    corpus = making.corpus_of(tmp_path / "c", making.put(tmp_path / "m.zip", making.zipped(members)))
    rows = {row["source_member"]: row for row in corpus.captures().to_pylist()}
    own = rows["www.harbourpost.example/city/budget.html"]
    assert (own["target_uri"], own["flags"]) == ("http://www.harbourpost.example/city/budget?id=1&part=2", ["url-derived"])
    assert rows["www.harbourpost.example/plain.txt"]["target_uri"].startswith("urn:uuid:")
    assert corpus.verify().failures == ()


def test_a_long_log_is_read_in_lines(tmp_path: Path) -> None:
    noise = "     0K .......... .......... .......... ..........  1% 3.10M=0.3s\n" * 200_000
    folder = mirror(tmp_path / "m", noise.replace("     0K", saved(f"{URL}/a", "a.html") + "     0K", 1) + "x" * 300_000, "a.html")
    assert urls(folder) == {"a.html": f"{URL}/a"}


# ---- real mirrors --------------------------------------------------------------------------------------------------

LINKS = ("/a.html", "/q?x=1&y=2", "/redir", "/missing", "/caf%C3%A9/stra%C3%9Fe", "/dir/", "/noext", "/text.txt", "/sp%20ace/b%20c.html")


class Site(BaseHTTPRequestHandler):
    """A small site with queries, redirects, an error page and odd names."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """The page, moved, or gone."""
        links = "".join(f'<p><a href="{link}">{link.replace("&", "&amp;")}</a></p>' for link in LINKS)
        page = making.page(len(self.path)).replace(b"</article>", b"</article>" + (links.encode() if self.path == "/" else b""))
        code, kind, body = 200, "text/html; charset=utf-8", page
        if self.path == "/text.txt":
            kind, body = "text/plain", making.dump(7)
        if self.path in ("/missing", "/robots.txt"):
            code = 404
        if self.path == "/redir":
            code, body = 302, b"moved"
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if code == 302:
            self.send_header("Location", "/target.html")
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - what the server calls


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def mirrored(tool: str, folder: Path, *words: str) -> None:
    """Runs the tool in a folder."""
    program = shutil.which(tool)
    if program is None:
        pytest.skip(f"{tool} is not installed: only the cases guard what its mirrors say")
    folder.mkdir(parents=True)
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata", "HOME": str(folder.parent)}
    subprocess.run([program, *words], cwd=folder, env=env, capture_output=True, timeout=120, check=False)


def captured(folder: Path, corpus: Path) -> dict[str, dict[str, Any]]:
    """Rows by URL; all that was captured is proven, and has a time that is stated."""
    made = making.corpus_of(corpus, folder)
    assert made.verify().failures == ()
    rows = made.captures().to_pylist()
    assert {row["captured_at_origin"] for row in rows} <= {"field", "header"}
    return {unquote(row["target_uri"]).partition("://")[2].partition("/")[2]: row for row in rows}


PAGES = {"", "a.html", "q?x=1&y=2", "target.html", "café/straße", "dir/", "noext", "text.txt", "sp ace/b c.html"}


@pytest.mark.parametrize(
    "words",
    [
        ["-r", "-o", "wget.log"],
        ["-r", "-nv", "-a", "wget.log"],
        ["-r", "-k", "-K", "-E", "-p", "-o", "wget.log"],
        ["-r", "-P", "deep/er", "-nH", "--restrict-file-names=windows", "-o", "wget.log"],
        ["-r", "--save-headers", "--content-on-error", "-o", "wget.log"],
    ],
    ids=["plain", "short", "converted", "elsewhere", "headers"],
)
def test_a_mirror_by_wget(site: str, tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / "m"
    mirrored("wget", folder, *words, f"http://{site}/")
    rows = captured(folder, tmp_path / "c")
    gone = rows.pop("missing", None)
    rows.pop("robots.txt", None)
    assert set(rows) == PAGES
    assert (gone is not None) == ("--content-on-error" in words)
    assert gone is None or (gone["outcome"], gone["reason"], gone["http_status"]) == ("rejected", "http-status", 404)
    assert all(row["target_uri"].startswith(f"http://{site}/") for row in rows.values())
    headers = "--save-headers" in words
    assert {row["record_type"] for row in rows.values()} == {"response" if headers else "resource"}
    assert {tuple(row["flags"]) for row in rows.values()} == {() if headers else ("capture-zone-unknown",)}


def test_a_mirror_by_httrack(site: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    mirrored("httrack", folder, f"http://{site}/", "-O", "my mirror", "-q", "-%c9", "-c4", "-A9000000", "--disable-security-limits")
    rows = captured(folder, tmp_path / "c")
    gone = rows.pop("missing")
    assert (gone["outcome"], gone["reason"], gone["http_status"]) == ("rejected", "http-status", 404)
    assert set(rows) == PAGES
    assert all(row["target_uri"].startswith(f"http://{site}/") for row in rows.values())
    assert {name: tuple(row["flags"]) for name, row in rows.items() if row["flags"]} == {"text.txt": ("capture-zone-unknown",)}
    skipped = archive.open_corpus(tmp_path / "c").table("inputs").to_pylist()
    reasons = {row["path"]: row["skipped"] for row in skipped if row["skipped"]}
    assert reasons["my mirror/index.html"] == "HTTrack's own front page of a mirror, no capture"
    assert all(reasons[f"my mirror/hts-cache/{name}"] for name in ("new.txt", "new.zip", "new.lst", "doit.log"))


def test_a_log_for_each_page(tmp_path: Path) -> None:
    """All of a folder are one mirror: what they say of its hosts is put together before anything is derived."""
    for number, scheme in enumerate(("http", "http", "https")):
        host = HOST if number < 2 else "m.harbour.example"
        making.put(tmp_path / f"{number}.log", saved(f"{scheme}://{host}/{number}.html", f"{host}/{number}.html").encode())
        making.put(tmp_path / host / f"{number}.html", making.page(number))
        making.put(tmp_path / host / f"unlogged-{number}.html", making.page(9 + number))
    told = urls(tmp_path)
    assert told[f"{HOST}/1.html"] == f"http://{HOST}/1.html"
    assert {url for url in told.values() if url and "unlogged" in url} == {
        f"http://{HOST}/unlogged-0.html", f"http://{HOST}/unlogged-1.html", "https://m.harbour.example/unlogged-2.html",
    }  # fmt: skip

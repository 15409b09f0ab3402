"""What ``SECURITY.md`` claims: the bounds, no file outside the corpus, no network, nothing that drives a terminal."""

from __future__ import annotations

import importlib
import io
import re
import socket
import stat
import tarfile
from dataclasses import asdict
from pathlib import Path

import pytest

import archive
from archive.extraction import NEWS
from archive.model import Limits
from tests import making

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| `([a-zA-Z_.]+)` \| (\d+) \|", re.MULTILINE)
EVIL = "\x1b]0;owned\x07\x9b31m\u202e[bold]loud[/bold]"
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
LONG = "n" * 300
NAMES = (
    "../../outside.html", "/absolute-outside.html", "..\\..\\outside.html", "C:\\outside.html", "CON", "aux.html",
    f"{LONG}.html", f"{EVIL}.html", ".", "..", "a/../../../outside.html", "~/outside.html", "$(touch outside).html",
)  # fmt: skip
# says what is opened for writing, made, renamed or linked anywhere but in the corpus, and what is run or called
HOOK = """
import os, sys
sys.dont_write_bytecode = True
allowed = tuple(os.environ[name] for name in ("THE_CORPUS", "TMPDIR"))  # the second is empty before and after
def inside(path, folder=-1):
    if not isinstance(path, (str, bytes)):
        return True
    base = os.readlink(f"/proc/self/fd/{folder}") if folder >= 0 else os.getcwd()
    full = os.path.realpath(os.path.join(base, os.fsdecode(path)))
    return full.startswith(tuple(one + os.sep for one in allowed)) or full in (*allowed, "/dev/null")
def look(event, args):
    if event == "open":
        path, mode, flags = args
        writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        bad = [path] if writes and not inside(path) else []
    elif event in ("os.mkdir", "os.remove", "os.rmdir"):
        bad = [args[0]] if not inside(args[0], args[-1]) else []
    elif event in ("os.truncate", "os.chmod", "os.utime"):
        bad = [args[0]] if not inside(args[0]) else []
    elif event in ("os.rename", "os.link", "os.symlink"):
        bad = [path for path in args[:2] if not inside(path)]
    elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        bad = [args] if args[0] != "uname" else []  # Python's platform asks for the processor
    else:
        return
    if bad:
        os.write(2, f"OUTSIDE {event} {bad!r}\\n".encode("utf-8", "backslashreplace"))
sys.addaudithook(look)
"""


def test_the_table_of_limits_is_that_of_the_code() -> None:
    rows = dict(ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    settable = {name: int(value) for name, value in rows.items() if "." not in name}
    assert settable == asdict(Limits())
    fixed = {name: int(value) for name, value in rows.items() if "." in name}
    assert len(fixed) > 10
    for name, value in fixed.items():
        module, _, constant = name.rpartition(".")
        assert getattr(importlib.import_module(f"archive.{module}"), constant) == value, name


def tarred() -> bytes:
    """A tar whose names climb out, with links and a device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for number, name in enumerate(NAMES):
            info = tarfile.TarInfo(name)
            data = making.page(number)
            info.size, info.mtime = len(data), making.MTIME
            made.addfile(info, io.BytesIO(data))
        for kind, name in ((tarfile.SYMTYPE, "out"), (tarfile.LNKTYPE, "hard"), (tarfile.CHRTYPE, "device")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../../.."
            made.addfile(info)
        info = tarfile.TarInfo("out/through-the-link.html")
        info.size = len(making.page(90))
        made.addfile(info, io.BytesIO(making.page(90)))
    return out.getvalue()


URLS = (
    "http://../../outside/x", "http://a/../../../../outside", "file:///etc/passwd", "http://%2e%2e%2foutside/", "../x",
    f"http://{LONG}.example/", "http://con/", "http://nul\x00.example/x", "http://a.example/\x1b]0;owned\x07",
    f"http://b.example/{EVIL}",
)  # fmt: skip


def hostile(folder: Path) -> Path:
    """Inputs whose every name, URL and field asks to be written elsewhere, or to drive a terminal."""
    head = f"<meta property='og:site_name' content='{EVIL}'><meta name='author' content='Mona {EVIL} Reed'>"
    page = making.page(1, lang="../../xx", head=head).replace(b"<title>", f"<title>{EVIL} ".encode())
    fields = {"WARC-Filename": "../../../outside.warc.gz", "WARC-Warcinfo-ID": EVIL}
    records = [making.record(making.http(page), uri=url, fields=fields) for url in URLS]
    records.append(making.record(making.http(page, status=f"404 {EVIL}"), uri="http://c.example/", kind=EVIL))
    records.append(making.record(b"x", uri=f"http://d.example/{EVIL}", date=EVIL, kind="resource", record_id=EVIL))
    info = making.record(b"software: x\r\n", kind="warcinfo", fields=fields)
    making.put(
        folder / "names.warc", info + b"".join(records) + b"WARC/1.0\r\nContent-Length: " + EVIL.encode() + b"\r\n\r\n"
    )
    making.put(folder / "members.zip", making.zipped({name: making.page(n + 30) for n, name in enumerate(NAMES)}))
    making.put(folder / "members.tar", tarred())
    making.put(folder / f"{EVIL.replace('/', '')}.html", page)
    making.put(folder / f"empty {EVIL.replace('/', '')}.html", b"")
    making.put(folder / "new\nline.txt", b"\x00\x01\x02\x03")
    return folder


def outside(folder: Path, corpus: Path) -> dict[str, tuple[int, int]]:
    """Everything in a folder but the corpus; of files size and time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path != corpus and corpus not in path.parents:
            state = path.lstat()
            found[str(path)] = (0, 0) if stat.S_ISDIR(state.st_mode) else (state.st_size, state.st_mtime_ns)
    return found


def test_nothing_is_written_but_in_the_corpus_and_nothing_drives_the_terminal(tmp_path: Path) -> None:
    inputs, corpus, temporary = hostile(tmp_path / "inputs"), tmp_path / "made" / "corpus", tmp_path / "tmp"
    corpus.parent.mkdir()
    temporary.mkdir()
    before = outside(tmp_path, corpus)
    env = {"TMPDIR": str(temporary), "HOME": str(tmp_path / "home"), "THE_CORPUS": str(corpus)}
    partition = "capture_month,text_language,host_bucket"
    done = making.run("convert", inputs, "-o", corpus, "--partition-by", partition, env=env, code=HOOK)
    assert "Traceback" not in done.stderr
    calls = [line for line in done.stderr.splitlines() if "OUTSIDE" in line]
    assert calls == [], "\n".join(calls)
    assert outside(tmp_path, corpus) == before
    assert [path for path in corpus.rglob("*") if path.is_symlink() or not re.fullmatch(r"[\w.=-]+", path.name)] == []
    opened = archive.open_corpus(corpus)
    assert opened.manifest.counts.articles > len(NAMES)
    said = [done.stdout, done.stderr]
    ids = [row["capture_id"] for _, rows in opened.rows("captures") for row in rows][:40]
    said += [found for one in ids[:6] for found in shown("trace", corpus, one)]
    said += shown("verify", corpus)
    difference = shown("diff", corpus, "--extractors", "news,trafilatura")
    assert "rows that changed most" in difference[0]
    said += difference
    said += shown("check", *inputs.glob("*.warc"))
    said += shown("check", "--all", *inputs.glob("*.warc"))
    for path in inputs.iterdir():
        said += [*shown("extract", path), *shown("extract", path, "--json")]
    said += [*shown("extract", tmp_path / f"missing{EVIL}"), *shown("trace", corpus, EVIL), *shown("check", EVIL)]
    said += [*shown("convert", tmp_path / f"missing{EVIL}", "-o", tmp_path / "other"), *shown("verify", EVIL)]
    said += shown("convert", inputs, "-o", corpus, "--partition-by", EVIL)
    for words in said:
        assert RAW.findall(words) == [], words
    assert any("[bold]" in words for words in said)  # markup is text


def shown(*words: str | Path) -> tuple[str, str]:
    done = making.run(*words)
    return done.stdout, done.stderr


@pytest.mark.parametrize("declared", ["SYSTEM", 'PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"'])
@pytest.mark.parametrize("media_type", ["text/html", "application/xhtml+xml"])
def test_no_entity_or_dtd_is_fetched(tmp_path: Path, declared: str, media_type: str) -> None:
    secret = making.put(tmp_path / "secret.txt", b"the doubloons lie under the pier")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        doctype = (
            f'<?xml version="1.0"?><!DOCTYPE html {declared} "{url}/x.dtd" [<!ENTITY file SYSTEM "{secret.as_uri()}">'
            f'<!ENTITY net SYSTEM "{url}/net"><!ENTITY % all SYSTEM "{url}/all">%all;]>'
        )
        more = f'<p>&file; &net;</p><img src="{url}/a.png"/><script src="{url}/b.js"></script><iframe src="{url}/c"></iframe>'
        page = (
            making.page(5)
            .replace(b"<!doctype html>", doctype.encode())
            .replace(b"</article>", more.encode() + b"</article>")
        )
        seen = NEWS.extract_payload(
            page,
            url="https://a.example/x",
            media_type=media_type,
            header_charset=None,
            content_coding=None,
            captured_at=None,
        )
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "district 5" in seen.text
    assert "doubloons" not in repr(seen)


def test_trace_raw_gives_the_bytes_as_they_are(tmp_path: Path) -> None:
    page = making.page(1).replace(b"<title>", f"<title>{EVIL}".encode())
    source = making.put(tmp_path / "page.html", page)
    making.converted(tmp_path / "corpus", source)
    [row] = [row for _, rows in archive.open_corpus(tmp_path / "corpus").rows("captures") for row in rows]
    done = making.run("trace", tmp_path / "corpus", row["capture_id"], "--raw")
    assert done.stdout.encode() == page

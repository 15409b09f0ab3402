"""Pages that say where they were saved from, HTTP messages saved as files, and the logs of mirrors."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO

from archive.model import Limits
from tests import making
from tests.fuzz import laws

NEEDS = "archive.sources.mirror"
LIMITS = Limits(record_bytes=100)


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    for limits in (laws.LIMITS, LIMITS):
        laws.read(data, "m.example/city/a.html", limits=limits)
        for name in ("mirror", "singlefile"):
            laws.read(data, "m.example/city/a.html", import_module(f"archive.sources.{name}").SOURCE, limits)
    saves = import_module("archive.sources.saves")
    begun, _ = saves.launched(data)
    for moment in {begun, datetime(9999, 12, 31, 12, tzinfo=UTC)}:
        for found in (list(saves.wget_saves(BytesIO(data))), list(saves.httrack_saves(BytesIO(data), moment))):
            for save in found:
                assert save.name
                assert save.moment is None or save.moment.year >= 1990
                assert "\n" not in save.url
                saves.unescaped(save.name).encode("utf-8", "surrogateescape")


def seeds() -> list[bytes]:
    """Each kind of page and log."""
    page = making.page(1)[:200]
    single = b"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: https://m.example/a \n saved date: Tue Nov 24 2026 10:00:00 GMT+0100 (CET)\n-->"
    track = b"<html><!-- Mirrored from m.example/city/ by HTTrack Website Copier/3.x [XR&CO'2014], Tue, 27 Aug 2024 10:00:00 GMT -->"
    wget = (
        b"--2024-08-27 10:00:00--  https://m.example/a\nResolving m.example... 192.0.2.1\nHTTP request sent, awaiting response... 200 OK\n"
        b"Length: 678 [text/html]\nSaving to: \xe2\x80\x98m.example/a\xe2\x80\x99\n\n2024-08-27 10:00:02 (12 KB/s) - \xe2\x80\x98m.example/a\xe2\x80\x99 saved [678/678]\n\n"
    )
    short = b'2024-08-27 10:00:02 URL:https://m.example/b [678/678] -> "m.example/\\303\\274" [1]\n'
    second = (
        b"[0] Downloading 'https://m.example/c' ...\nSaving 'm.example/c'\nHTTP response 200 OK [https://m.example/c]\n"
    )
    listed = (
        b"date\tsize'/'remotesize\tflags(request:Update,Range state:File response:Modified,Chunked,gZipped)\tstatuscode\tstatus ('servermsg')"
        b"\tMIME\tEtag|Date\tURL\tlocalfile\t(from URL)\n10:00:01\t678/678\t---M--\t200\tadded ('OK')\ttext/html\tdate:Tue\thttps://m.example/a\t"
        b"m.example/a.html\t(from )\n00:00:01\t0/-1\t-----\t404\terror\ttext/html\t\thttps://m.example/b\tm.example/b.0.delayed\t(from )\n"
    )
    log = b"HTTrack3.49-2 launched on Tue, 27 Aug 2024 10:00:00 at https://m.example/ +*.png\n"
    message = making.http(page, headers=["Date: Tue, 27 Aug 2024 10:00:00 GMT", "Strict-Transport-Security: a"])
    return [
        single + page, track + page, b"<!-- saved from url=(0043)https://m.example/a -->\r\n" + page, wget, wget + short + second, short, second,
        listed, log + listed, log, message, message.replace(b"\r\n", b"\n"), single.decode().encode("utf-16"),
    ]  # fmt: skip

"""What logs of wget and lists of HTTrack say."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources import saves
from archive.sources.saves import Save

URL = "https://www.harbour.example/a?b=1"
AT = datetime(2024, 8, 27, 10, tzinfo=UTC)
SAVED = Save(name="www.harbour.example/a?b=1", url=URL, moment=AT, http_status=200)
ASKED = f"--2024-08-27 10:00:00--  {URL}\nHTTP request sent, awaiting response... 200 OK\n"
DOTS = "     0K .......... .......... .......... ..........           100% 3.10M=0.3s\n\n"


def of(log: str | bytes) -> list[Save]:
    return list(saves.wget_saves(BytesIO(log.encode("utf-8", "surrogateescape") if isinstance(log, str) else log)))


@pytest.mark.parametrize(
    "end",
    [
        "- ‘NAME’ saved [678/678]",
        "- ‘NAME’ saved [678]",
        "- 'NAME' saved [678/678]",
        "- `NAME' saved [678/678]",
        "— ‘NAME’ sauvegardé [678/678]",
        "-- ‘NAME’ mentve [678/678]",
        "- “NAME” gespeichert [678/678]",
        "- «NAME» сохранён [678/678]",
        "- s'ha desat ‘NAME’ [678/678]",
        "- '‘NAME’' opgeslagen [678/678]",
        "- ‘NAME’ へ保存完了 [678/678]",
        "- 已保存 “NAME” [678/678])",
        "\xa0– ‘NAME’ uloženo [678/678]",
    ],
)
def test_a_save_is_known_in_any_language(end: str) -> None:
    log = f"{ASKED}{DOTS}2024-08-27 10:00:02 (15,2 KB/s) {end.replace('NAME', SAVED.name)}\n\nFINISHED\n"
    assert of(log) == [SAVED]
    assert of(log.replace("\n", "\r\n")) == [SAVED]


@pytest.mark.parametrize("answer", ["HTTP request sent, awaiting response... 404 Not Found", "auf Antwort wird gewartet … 404 Not Found"])
def test_an_answer_that_failed_and_was_saved(answer: str) -> None:
    log = f"--2024-08-27 10:00:00--  {URL}\n{answer}\nSaving to: ‘gone’\n\n{DOTS}2024-08-27 10:00:00 ERROR 404: Not Found.\n\n"
    assert of(log) == [Save(name="gone", url=URL, moment=AT, http_status=404)]
    assert of(log.replace("Saving to: ‘gone’\n", "")) == []


def test_the_url_is_that_behind_the_last_redirect() -> None:
    first = ASKED.replace("200 OK", "301 Moved").replace(URL, "http://harbour.example/old")
    assert of(f"{first}Location: {URL} [following]\n{ASKED}2024-08-27 10:00:02 (1 KB/s) - ‘x’ saved [1/1]\n")[0].url == URL


def test_a_download_that_did_not_end() -> None:
    log = f"{ASKED}Saving to: ‘half’\n\n     0K ...\n2024-08-27 10:00:02 (1 KB/s) - Connection closed at byte 3. Retrying.\n\n"
    (half,) = of(log)
    assert (half.name, half.url, half.whole) == ("half", URL, False)
    again = log + f"--2024-08-27 10:00:03--  (try: 2)  {URL}\nSaving to: ‘half’\n2024-08-27 10:00:04 (1 KB/s) - ‘half’ saved [9/9]\n"
    assert [one.whole for one in of(again)] == [False, True]


def test_the_short_form_and_that_of_wget_1_10() -> None:
    short = '2024-08-27 10:00:00 URL:https://a.example/q?x=1 [5/5] -> "d/q?x=1" [1]\n2024-08-27 10:00:01 URL: ftp://a.example/f [5] -> ".listing" [1]\n'
    assert next((one.name, one.url, one.moment) for one in of(short)) == ("d/q?x=1", "https://a.example/q?x=1", AT)
    assert len(of(short)) == 2
    old = "--10:00:00--  http://a.example/\n           => `a.example/index.html'\nHTTP request sent, awaiting response... 200 OK\n\n10:00:01 (1 KB/s) - `a.example/index.html' saved [9/9]\n"
    assert of(old) == [Save(name="a.example/index.html", url="http://a.example/", http_status=200)]


def test_wget2_says_which_url_a_file_is_of_where_one_is_saved_at_a_time() -> None:
    log = (
        "[0] Downloading 'https://a.example/' ...\nHTTP ERROR response 404 Not Found [https://a.example/robots.txt]\n"
        "Saving 'a.example/index.html'\n[1] Downloading 'https://a.example/x' ...\nHTTP response 200 OK [https://a.example/]\n"
    )
    known = Save(name="a.example/index.html", url="https://a.example/")
    assert of(log) == [known]
    both = "Saving 'a.example/x'\nSaving 'a.example/y'\nHTTP response 200 OK [https://a.example/y]\nHTTP response 200 OK [https://a.example/x]\n"
    assert of(both) == []
    assert of(both + log) == [known]
    assert of("Saving 'a.example/x'\nHTTP response 200 OK [https://b.example/x]\n") == []


def test_bytes_of_names() -> None:
    (raw,) = of(f"{ASKED}2024-08-27 10:00:02 (1 KB/s) - 'caf\udce9' saved [1/1]\n")
    assert raw.name == "caf\udce9"
    assert saves.unescaped("caf\\303\\251/x") == "café/x"
    assert saves.unescaped("caf\\351") == "caf\udce9"
    assert saves.unescaped("日\\303\\251") == "日\\303\\251"
    assert of(b'2024-08-27 10:00:00 URL:http://a.example/caf\xe9 [5/5] -> "d" [1]\n')[0].url == "http://a.example/caf%E9"


def test_what_is_no_save_is_passed_over() -> None:
    odd = [
        f"{ASKED}File ‘x’ already there; not retrieving.\n",
        f"{ASKED}Server file no newer than local file ‘x’ -- not retrieving.\n",
        "2024-08-27 10:00:02 (1 KB/s) - ‘x’ saved [1/1]\n",
        f"{ASKED}2024-08-27 10:00:02 (1 KB/s) - nothing quoted [1/1]\n",
        "Resolving www.harbour.example... 192.168.0.1\n",
        f"{ASKED}Length: 7 (7B) [text/html]\n",
        "x" * 200_000 + "\n" + "[" * 200_000,
    ]
    assert [of(one) for one in odd] == [[]] * len(odd)
    ipv4 = f"--2024-08-27 10:00:00--  {URL}\nResolving a.example... 192\n2024-08-27 10:00:02 (1 KB/s) - ‘x’ saved [1/1]\n"
    assert of(ipv4)[0].name == "x"


LIST = b"date\tsize'/'remotesize\tflags(...)\tstatuscode\tstatus ('servermsg')\tMIME\tEtag|Date\tURL\tlocalfile\t(from URL)\r\n"


def row(time: str, local: str, status: str = "200") -> bytes:
    return f"{time}\t9/9\t---M--\t{status}\tadded ('OK')\ttext/html\tdate:x\t{URL}\t{local}\t(from )\r\n".encode()


def test_the_days_of_a_list_go_on_at_midnight() -> None:
    times = ["23:59:58", "23:59:50", "00:00:01", "23:00:00", "00:30:00", "odd", "99:00:00"]
    found = list(saves.httrack_saves(BytesIO(LIST + b"".join(row(time, "x") for time in times)), AT.replace(hour=23)))
    assert [one.moment.day for one in found if one.moment] == [27, 27, 28, 28, 29, 29, 29]
    assert [one.moment for one in saves.httrack_saves(BytesIO(row("10:00:00", "x")), None)] == [None]


def test_names_of_a_list() -> None:
    data = LIST + row("10:00:00", "/o/my%20ht/caf%c3%a9.html") + row("10:00:00", "C:\\Webs\\x\\y.html") + row("10:00:00", "")
    data += row("10:00:00", "o/gone.12.delayed", "404") + row("10:00:00", "o/refused.html", "-5") + b"a\tb\n\xff\n"
    found = list(saves.httrack_saves(BytesIO(data), None))
    assert [one.name for one in found] == ["/o/my ht/café.html", "C:/Webs/x/y.html", "o/gone.html", "o/refused.html"]
    assert [(one.http_status, one.guessed) for one in found] == [(200, False), (200, False), (404, True), (None, False)]


def test_when_and_where_a_mirror_began() -> None:
    log = b"\nHTTrack3.49-4 launched on Tue, 27 Aug 2024 10:00:00 at https://a.example/ +*.png http://b.example/x\r\n(httrack"
    assert saves.launched(log) == (AT, ("https://a.example/", "http://b.example/x"))
    assert saves.launched(log.replace(b"27 Aug", b"99 Aug"))[0] is None
    assert saves.launched(b"nothing") == (None, ())


@given(st.lists(st.sampled_from([ASKED, DOTS, "2024-08-27 10:00:02 (", "- ‘", "’ saved [1/1]\n", "Saving '", "\t", "\n", "\udcff", "\0"])))
def test_nothing_raises(parts: list[str]) -> None:
    data = "".join(parts).encode("utf-8", "surrogateescape")
    assert all(isinstance(one, Save) for one in of(data))
    assert all(isinstance(one, Save) for one in saves.httrack_saves(BytesIO(LIST + data), AT))
    saves.is_wget_log(data)


@pytest.mark.parametrize("day", ["01 Jan 0001", "31 Dec 9999"])
def test_a_mirror_of_no_time_that_can_be(day: str) -> None:
    moment, urls = saves.launched(f"HTTrack3 launched on Fri, {day} 23:00:00 at http://a.example/".encode())
    assert (moment, urls) == (None, ("http://a.example/",))
    assert [one.moment for one in saves.wget_saves(BytesIO(b"--0001-01-01 10:00:00--  http://a.example/p\nSaving to: 'p'\n"))] == [None]

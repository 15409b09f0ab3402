"""MHTML files: web pages saved with what belongs to them, as browsers and word processors write them."""

from __future__ import annotations

import base64
import quopri
import tracemalloc
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archive
from archive import warc
from archive.extraction import NEWS
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, mhtml
from tests.making import bytes_read, converted, page, put, zipped

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
URL = "https://mhtml.example/city/story.html"
BLINK = (
    "From: <Saved by Blink>\r\n"
    f"Snapshot-Content-Location: {URL}\r\n"
    "Subject: =?utf-8?Q?A=20story?=\r\n"
    "Date: Fri, 3 May 2024 06:05:04 +0200\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary--a(b)c+----"\r\n\r\n'
)
LINE = b"\r\n------MultipartBoundary--a(b)c+----"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


def part(body: bytes, *fields: str) -> bytes:
    """A part: its boundary, its header, and its body as it stands."""
    return LINE + b"\r\n" + "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + body


def html(number: int, url: str, *fields: str) -> bytes:
    """A page in quoted-printable, as Chrome writes it."""
    body = quopri.encodestring(page(number)).replace(b"\n", b"\r\n")
    return part(body, "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable", f"Content-Location: {url}", *fields)


def image(url: str) -> bytes:
    """A picture in base64."""
    body = base64.encodebytes(PNG).replace(b"\n", b"\r\n")
    return part(body, "Content-Type: image/png", "Content-Transfer-Encoding: base64", f"Content-Location: {url}")


def saved(*parts: bytes, head: str = BLINK, end: bytes = LINE + b"--\r\n") -> bytes:
    """A file of these parts."""
    return head.encode() + b"".join(parts) + end


def read(data: bytes, options: ReadOptions | None = None) -> list[Capture | Damage | Skip]:
    origin = Origin(path="a.mhtml", modified=MODIFIED)
    opened = Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=True)
    return list(mhtml.SOURCE.captures(opened, options or ReadOptions()))


def captures(data: bytes, options: ReadOptions | None = None) -> list[Capture]:
    found = read(data, options)
    assert all(isinstance(item, Capture) for item in found), found
    return [item for item in found if isinstance(item, Capture)]


CHROME = saved(
    html(1, URL, "Content-ID: <frame-1@mhtml.blink>"),
    image("https://mhtml.example/i.png"),
    part(b'@charset "utf-8";\r\n\r\nbody { color: red; }', "Content-Type: text/css",
         "Content-Transfer-Encoding: binary", "Content-Location: cid:css-1@mhtml.blink"),
    html(2, "https://mhtml.example/frame.html"),
)  # fmt: skip


def test_every_part_is_a_capture() -> None:
    root, picture, style, frame = captures(CHROME)
    assert [item.record_type for item in (root, picture, style, frame)] == ["resource"] * 4
    assert [item.payload for item in (root, picture, frame)] == [page(1), PNG, page(2)]
    assert style.payload == b'@charset "utf-8";\r\n\r\nbody { color: red; }'
    assert [item.target_uri for item in (root, picture, frame)] == [URL, "https://mhtml.example/i.png", "https://mhtml.example/frame.html"]
    assert (style.target_uri or "").startswith("urn:uuid:")
    assert [item.media_type for item in (root, picture, style, frame)] == ["text/html", "image/png", "text/css", "text/html"]
    assert [item.flags for item in (root, picture, style, frame)] == [(), (), (), ("part-of-page",)]
    assert {(item.warc_date, item.captured_at_origin) for item in (root, picture, style, frame)} == {("2024-05-03T04:05:04Z", "field")}
    assert len({item.record_id for item in (root, picture, style, frame)}) == 4
    assert NEWS.extract(root).title == "The committee of district 1"


def test_parts_say_where_they_lie() -> None:
    found = captures(CHROME)
    assert [item.origin.line for item in found] == [1, 2, 3, 4]
    assert [CHROME[item.origin.offset :].split(b"\r\n")[0] for item in found] == [
        b"Content-Type: text/html", b"Content-Type: image/png", b"Content-Type: text/css", b"Content-Type: text/html",
    ]  # fmt: skip


IE = (
    'From: "Saved by Windows Internet Explorer 8"\nSubject: Story\nDate: Mon, 4 May 2009 10:00:00 +0200\nMIME-Version: 1.0\n'
    'Content-Type: multipart/related;\n\ttype="text/html";\n\tboundary="----=_NextPart_000"\n\nThis is a multi-part message in MIME format.\n\n'
    '------=_NextPart_000\nContent-Type: text/html;\n\tcharset="windows-1252"\nContent-Transfer-Encoding: quoted-printable\n'
    "Content-Location: http://ie.example/a=20b/\n\tstory.htm\n\n<html><title>S</title><p>caf=E9 =\nnoir\n\n"
    "------=_NextPart_000\nContent-Type: image/gif\nContent-Transfer-Encoding: base64\nContent-Location: http://ie.example/i.gif\n\nR0lGODlh\n\n"
    "------=_NextPart_000--\n"
)


def test_internet_explorer() -> None:
    story, picture = captures(IE.encode())
    assert story.payload == b"<html><title>S</title><p>caf\xe9 noir\n"
    assert story.content_type == 'text/html; charset="windows-1252"'
    assert NEWS.extract_payload(
        b"<html><title>S</title><p>" + b"caf\xe9 noir und so weiter, jeden Tag. " * 20, url=None, media_type="text/html",
        header_charset="windows-1252", content_coding=None, captured_at=None).charset == "windows-1252"  # fmt: skip
    assert (story.target_uri, story.warc_date) == ("http://ie.example/a=20b/story.htm", "2009-05-04T08:00:00Z")
    assert picture.payload == b"GIF89a"[:4] + b"7a" or picture.payload == base64.b64decode("R0lGODlh")


def test_the_charset_of_a_part_reaches_the_extractor() -> None:
    body = page(5).replace(b'<meta charset="utf-8">', b"").replace(b"Nobody", "Niemand hörte".encode("cp1250"))
    (found,) = captures(saved(part(body, "Content-Type: text/html; charset=windows-1250", "Content-Location: a", "Content-Transfer-Encoding: 8bit")))
    seen = NEWS.extract(found)
    assert (seen.charset, seen.charset_origin) == ("windows-1250", "header")
    assert "Niemand hörte" in seen.text


def test_the_part_that_start_names_is_the_page() -> None:
    head = BLINK.replace('type="text/html"', 'type="text/html"; start="<two>"')
    one, two = captures(saved(html(1, "https://x.example/1"), html(2, "https://x.example/2", "Content-ID: <two>"), head=head))
    assert (one.flags, two.flags) == (("part-of-page",), ())
    assert (one.target_uri, two.target_uri) == ("https://x.example/1", URL)


def test_urls() -> None:
    found = captures(saved(
        html(1, ""), html(2, "frame/a.html"), html(3, "=?utf-8?Q?https://q.example/=C3=A4?="),
        html(4, "https://l.example/" + "a" * 70_000), html(5, "cid:x"), html(6, "//[bad"),
    ))  # fmt: skip
    assert [item.target_uri for item in found[:3]] == [URL, "https://mhtml.example/city/frame/a.html", "https://q.example/%C3%A4"]
    assert all((item.target_uri or "").startswith("urn:uuid:") for item in found[3:])
    assert [item.flags for item in found[1:]] == [
        ("url-resolved", "part-of-page"), ("part-of-page",), ("url-unusable", "part-of-page"), ("part-of-page",), ("url-unusable", "part-of-page"),
    ]  # fmt: skip
    (alone,) = captures(saved(html(1, "a.html"), head=BLINK.replace(f"Snapshot-Content-Location: {URL}\r\n", "")))
    assert alone.flags == ("url-unusable",)


@pytest.mark.parametrize("url", ["=?\xd3?Q?a?=", "=?\xd3?Q??=", "=?nothing?Q?a?=", "=?utf-8?B?a?="])
def test_an_encoded_word_that_cannot_be_read_costs_the_url(url: str) -> None:
    (found,) = captures(f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nContent-Type: text/html\r\n\r\n<p>Gulls".encode("latin-1"))
    assert found.payload == b"<p>Gulls"
    assert found.flags == ("url-unusable",)


@pytest.mark.parametrize(
    ("date", "stated", "flags"),
    [
        ("3 May 2024 04:05:04 GMT", "2024-05-03T04:05:04Z", ()),
        ("2024-05-03T06:05:04+02:00", "2024-05-03T04:05:04Z", ()),
        ("some day", "2024-08-27T10:00:00Z", ("capture-time-unreadable",)),
        ("", "2024-08-27T10:00:00Z", ()),
    ],
)
def test_dates(date: str, stated: str, flags: tuple[str, ...]) -> None:
    (found,) = captures(saved(html(1, URL), head=BLINK.replace("Fri, 3 May 2024 06:05:04 +0200", date)))
    assert (found.warc_date, found.flags) == (stated, flags)


@pytest.mark.parametrize(
    ("coding", "body", "payload", "flags"),
    [
        ("7bit", b"a=3D\r\n--b", b"a=3D\r\n--b", ()),
        ("BASE64", b"YWJj\r\n ZA==", b"abcd", ()),
        ("base64", b"YWJjZA==", b"abcd", ()),
        ("base64", b"YWJj*ZA==", b"abcd", ("transfer-coding-broken",)),
        ("base64", b"YWJjZ", b"abc", ("transfer-coding-broken",)),
        ("base64", b"YWJjZA", b"abcd", ("transfer-coding-broken",)),
        ("base64", b"YWJjZA==YWJj", b"abcd", ("transfer-coding-broken",)),
        ("quoted-printable", b"a=\r\nb=C3=A4=ZZ", b"ab\xc3\xa4=ZZ", ()),
        ("x-other", b"a", b"a", ("transfer-coding-unknown",)),
        ("binary", LINE[2:] + b"x\r\n" + LINE[2:-1] + b"\r\n", LINE[2:] + b"x\r\n" + LINE[2:-1] + b"\r\n", ()),
    ],
)
def test_transfer_codings(coding: str, body: bytes, payload: bytes, flags: tuple[str, ...]) -> None:
    (found,) = captures(saved(part(body, "Content-Type: text/css", f"Content-Transfer-Encoding: {coding}")))
    assert (found.payload, found.flags) == (payload, flags)


def test_a_large_part_is_decoded_in_pieces() -> None:
    options = ReadOptions(limits=Limits(record_bytes=1 << 20))
    for coding, encode in (("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring), ("8bit", bytes)):
        body = bytes(range(33, 127)) * 200_000
        data = saved(part(encode(body), "Content-Type: text/html", f"Content-Transfer-Encoding: {coding}"), html(1, URL))
        tracemalloc.start()
        large, small = captures(data, options)
        assert tracemalloc.get_traced_memory()[1] < 14 << 20
        tracemalloc.stop()
        assert (large.payload, large.payload_length) == (None, len(body))
        assert b"".join(warc.payload_pieces(large)) == body
        assert small.payload == page(1)


def test_one_page_without_parts() -> None:
    head = f"MIME-Version: 1.0\nContent-Location: {URL}\nDate: Fri, 3 May 2024 04:05:04 GMT\nContent-Type: text/html; charset=utf-8\n"
    (found,) = captures((head + "Content-Transfer-Encoding: quoted-printable\n\n").encode() + quopri.encodestring(page(1)))
    assert (found.payload, found.target_uri, found.content_type, found.flags) == (page(1), URL, "text/html; charset=utf-8", ())
    assert (found.origin.offset, found.origin.line) == (0, 1)


def nested(depth: int, inner: bytes) -> bytes:
    head, tail = b"", b""
    for level in range(depth):
        head += b'\r\nContent-Type: multipart/mixed; boundary="n%d"\r\n\r\n--n%d' % (level, level)
        tail = b"\r\n--n%d--" % level + tail
    return LINE + head + b"\r\n" + inner + tail


def test_multiparts_in_multiparts() -> None:
    inner = b"Content-Type: text/html\r\n\r\n" + page(1)
    one, two = captures(saved(nested(2, inner), html(2, URL)))
    assert (one.payload, two.payload) == (page(1), page(2))
    deep = nested(3, inner)
    (found, last) = captures(saved(deep, html(2, URL)), ReadOptions(limits=Limits(nesting=3)))
    assert (found.media_type, last.payload) == ("multipart/mixed", page(2))
    assert found.payload is not None
    assert page(1) in found.payload
    assert len(captures(saved(nested(2, inner)[:-18], html(2, URL)))) == 2


def test_what_is_damaged() -> None:
    first, last = read(saved(html(1, URL), end=b"\r\n"))[0], read(saved(html(1, URL), end=LINE + b"--\r\nmore"))[-1]
    assert first.flags == ("truncated",) if isinstance(first, Capture) else False
    assert isinstance(last, Damage)
    assert (last.reason, last.length, last.origin.line) == ("garbage", 4, None)
    options = ReadOptions(limits=Limits(header_bytes=1000))
    one, two, three = read(saved(html(1, URL), part(b"x", "Content-Type: text/html", "X-Long: " + "a" * 2000), html(2, URL)), options)
    assert isinstance(two, Damage)
    assert (two.reason, two.origin.line) == ("header", 2)
    assert isinstance(one, Capture)
    assert isinstance(three, Capture)
    assert three.payload == page(2)
    (empty,) = read(BLINK.encode())
    assert isinstance(empty, Damage)
    assert (empty.reason, empty.offset) == ("truncated", len(BLINK))


def test_a_boundary_that_is_stated_wrong() -> None:
    for head in (BLINK.replace("a(b)c", "a(b)d"), BLINK.replace("boundary", "bounds"), BLINK.replace("multipart/", "mult/")):
        found = captures(saved(html(1, URL), image("https://x.example/i"), head=head))
        assert [item.payload for item in found] == [page(1), PNG]


def test_a_damaged_boundary_joins_no_parts() -> None:
    for place in range(2, len(LINE)):
        line = bytearray(LINE)
        line[place] ^= 1
        found = read(saved(html(1, URL), html(2, URL).replace(LINE, bytes(line)), html(3, URL)))
        assert [item.payload for item in found if isinstance(item, Capture)][-1] == page(3)
        assert len(found) == (3 if place > 3 else 2)


def test_a_limit_of_parts() -> None:
    found = read(saved(*[html(n, URL) for n in range(5)]), ReadOptions(limits=Limits(members=3)))
    assert [type(item) for item in found] == [Capture, Capture, Capture, Skip]


@pytest.mark.parametrize(
    ("head", "name", "known"),
    [
        (BLINK, "x", True),
        ("\n\n" + BLINK, "x", True),
        (IE, "x.txt", True),
        ("MIME-Version: 1.0\nContent-Type: text/html\n\n<p>", "x", True),
        ("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", "x", True),
        ("MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n", "x", False),
        ("MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n", "x.mht", True),
        ("Subject: words\nContent-Type: text/plain\n\nwords", "x.mht", False),
        ("From: a@x.example\nTo: b@x.example\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", "x.mht", False),
        ("Received: from x\nMIME-Version: 1.0\nContent-Type: text/html\n\n<p>", "x.eml", False),
        ("<html><p>words", "x.mht", False),
        ("words\n\nMIME-Version: 1.0\nContent-Type: text/html\n", "x", False),
    ],
)
def test_recognised_by_its_header(head: str, name: str, known: bool) -> None:  # noqa: FBT001 - a parameter
    assert mhtml.SOURCE.recognises(head.encode(), name) is known


SOUND = captures(CHROME)
STARTS = [item.origin.offset or 0 for item in SOUND]
ENDS = [start - len(LINE) - 2 for start in STARTS[1:]] + [len(CHROME) - len(LINE) - 4]


def key(item: Capture | Damage | Skip) -> tuple[object, ...] | None:
    return (item.target_uri, item.payload, item.media_type) if isinstance(item, Capture) else None


@settings(max_examples=200, deadline=None)
@given(st.integers(len(BLINK), len(CHROME)))
def test_cut_anywhere(cut: int) -> None:
    found = read(CHROME[:cut])
    whole = sum(end + len(LINE) + 2 <= cut for end in ENDS)
    assert [key(item) for item in found[:whole]] == [key(item) for item in SOUND[:whole]]
    assert len(found) <= whole + 2  # a boundary that nothing follows ends one part, and begins another
    if cut < ENDS[-1] + len(LINE) + 2:
        last = found[-1]
        assert last.reason == "truncated" if isinstance(last, Damage) else "truncated" in getattr(last, "flags", ())


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(CHROME) - 1), st.integers(1, 255))
def test_a_flipped_byte_costs_one_part_or_the_two_that_it_joins(place: int, change: int) -> None:
    data = bytearray(CHROME)
    data[place] ^= change
    rows = read(bytes(data))
    found = [key(item) for item in rows]
    if place < STARTS[0]:  # the header: the page's URL may have changed
        payloads = [one[1] for one in found if one]
        assert all(item.payload in payloads for item in SOUND[1:])
        assert SOUND[0].payload in payloads or any(isinstance(item, Damage) for item in rows)
        return
    for start, end, item in zip(STARTS, ENDS, SOUND, strict=True):
        if not start - len(LINE) - 2 <= place < end + len(LINE) + 4:
            assert key(item) in found


HOSTILE = (
    LINE, LINE + b"\r\n", LINE + b"\r\n\r\n", b"\r\n-", b"\r\n--", b"a:", b"\r\n " * 3, b"=", b"\0",
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n', b';boundary="',
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_what_is_hostile_takes_no_more_than_its_length(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    since = bytes_read(monkeypatch)

    def taken(count: int) -> int:
        since()
        assert read(saved(html(1, URL), LINE, unit * count))
        return since()

    count = 100_000 // len(unit)
    assert taken(2 * count) < 2.5 * taken(count)


def test_in_a_zip_and_in_a_corpus(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.mhtml", CHROME + b"junk")
    put(tmp_path / "in" / "b.zip", zipped({"c/d.mht": IE.encode(), "mail.eml": b"From: a\nMIME-Version: 1.0\n\nx"}))
    manifest = converted(tmp_path / "corpus", tmp_path / "in")
    assert (manifest.counts.records, manifest.counts.damaged, manifest.counts.members_skipped) == (6, 1, 1)
    corpus = archive.open_corpus(tmp_path / "corpus")
    assert corpus.verify().ok
    rows = corpus.captures().to_pylist()
    assert {row["source_line"] for row in rows if row["source_path"] == "a.mhtml"} == {1, 2, 3, 4, None}
    assert [row["reason"] for row in rows if row["media_type"] in ("image/png", "text/css")] == ["not-text", "not-text"]

"""Charsets: the bytes count for more than the label, and the label for more than a guess."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.charset import decode_text, looks_binary
from archive.extraction.decoding import wide_codec

RUSSIAN = "Паром опоздал на сорок минут, сообщила компания. Пассажиры ждали на берегу под дождём и пили чай. "
JAPANESE = "フェリーは四十分遅れて到着したと運航会社が発表した。乗客は雨の中、桟橋で待っていた。"
CHINESE = "渡轮公司表示，昨天上午的航班晚点四十分钟，乘客们只好在码头上冒雨等候，有人喝起了热茶。"
FRENCH = "Le bac a eu du retard, a déclaré la société ; les passagers attendaient près de la jetée, été comme hiver. "


def page(text: str, codec: str, declared: str | None) -> bytes:
    """A page in ``codec`` that declares ``declared``."""
    meta = f'<meta charset="{declared}">' if declared else ""
    body = "".join(f"<p class=story>{text}</p>\n" for _ in range(4))
    return f"<!doctype html><html><head>{meta}<title>{text[:9]}</title></head><body>{body}</body></html>".encode(codec)


@given(st.text())
def test_utf8_comes_back(text: str) -> None:
    decoded = decode_text(text.encode(), header_charset="utf-8", html=False)
    if decoded.codec == "utf-8":  # NULs in between can make it UTF-16
        assert decoded.text == text


labels = st.none() | st.text(max_size=12) | st.sampled_from(["utf-16", "gbk", "big5"])


@given(st.binary(max_size=300), labels, st.booleans())
def test_any_bytes_and_labels(data: bytes, label: str | None, html: bool) -> None:  # noqa: FBT001
    decoded = decode_text(data, header_charset=label, html=html)
    decoded.text.encode("utf-8")
    data.decode(decoded.codec, "replace")
    assert not html or not set(decoded.text) & set(map(chr, {*range(9), 11, *range(14, 32)}))
    assert html or decoded.text == data.decode(decoded.codec, "replace")
    assert decoded == decode_text(data, header_charset=label, html=html)
    looks_binary(data)


@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (CHINESE, "gb18030", "gb18030"),
    ],
)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "the right one"])
def test_other_scripts_under_any_label(text: str, codec: str, charset: str, declared: str | None) -> None:
    label = charset if declared == "the right one" else declared
    data = page(text, codec, label)
    decoded = decode_text(data, header_charset=None, html=True)
    assert (decoded.text, decoded.charset) == (data.decode(codec), charset)
    assert decoded.charset_origin == ("meta" if label == charset else "detected")
    assert decoded.flags == (() if label in (None, charset) else ("charset-mislabelled",))


def test_quotes_under_a_latin1_label() -> None:
    decoded = decode_text(b"\x93Caf\xe9\x94 \x80 5", header_charset="ISO-8859-1", html=False)
    assert (decoded.text, decoded.charset, decoded.codec) == ("“Café” € 5", "windows-1252", "cp1252")
    assert (decoded.charset_origin, decoded.flags) == ("header", ())


@pytest.mark.parametrize("label", ["utf-8", None, "iso-8859-1"])
def test_french_stays_french(label: str | None) -> None:
    data = page(FRENCH, "cp1252", label)
    assert decode_text(data, header_charset=None, html=True).text == data.decode("cp1252")


def test_utf8_whatever_the_label() -> None:
    decoded = decode_text(RUSSIAN.encode(), header_charset="windows-1251", html=True)
    assert (decoded.text, decoded.charset_origin, decoded.flags) == (RUSSIAN, "bytes", ("charset-mislabelled",))


def test_one_accent_under_a_utf8_label() -> None:
    decoded = decode_text(b"<p>The caf\xe9 by the jetty was closed.</p>", header_charset="utf-8", html=True)
    assert (decoded.text[4:12], decoded.flags) == ("he café ", ("charset-mislabelled",))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_wide_charsets(codec: str, bom: str) -> None:
    data = (bom + page(JAPANESE, "utf-8", None).decode()).encode(codec)
    decoded = decode_text(data, header_charset=None, html=True)
    assert decoded.text == page(JAPANESE, "utf-8", None).decode()
    assert (decoded.codec, decoded.charset_origin) == (codec, "bom" if bom else "bytes")
    assert looks_binary(data) is None


@pytest.mark.parametrize(
    ("head", "charset", "origin"),
    [
        (b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1250">', "windows-1250", "meta"),
        (b"<meta charset=windows-1250>", "windows-1250", "meta"),
        (b'<?xml version="1.0" encoding="windows-1250"?>', "windows-1250", "meta"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="windows-1250">', "windows-1250", "meta"),
        (b'<meta name="description" content="on charset=koi8-r"><meta charset="windows-1250">', "windows-1250", "meta"),
    ],
)
def test_where_pages_declare(head: bytes, charset: str, origin: str) -> None:
    data = head + "<p>Příliš žluťoučký kůň úpěl ďábelské ódy.</p>".encode("cp1250")
    decoded = decode_text(data, header_charset=None, html=True)
    assert (decoded.charset, decoded.charset_origin, decoded.flags) == (charset, origin, ())
    assert "žluťoučký" in decoded.text


def test_labels_of_ascii_bytes() -> None:
    jis = JAPANESE.encode("iso2022_jp")
    assert decode_text(jis, header_charset="iso-2022-jp", html=True).text == JAPANESE
    plain = decode_text(b"plain", header_charset="windows-1251", html=False)
    assert (plain.charset, plain.flags) == ("utf-8", ())
    assert decode_text(b"<meta charset=utf-16><p>x", header_charset=None, html=True).charset == "utf-8"


def test_a_few_bad_bytes_do_not_change_the_charset() -> None:
    data = RUSSIAN.encode() * 9 + b"\xff\xfe" + RUSSIAN.encode()
    decoded = decode_text(data, header_charset=None, html=True)
    assert (decoded.charset, decoded.flags) == ("utf-8", ("undecodable-bytes",))
    cut = page(JAPANESE, "cp932", None)[:-20]  # within the last full stop
    assert cut.endswith(b"\x81")
    decoded = decode_text(cut, header_charset="Shift_JIS", html=True)
    assert (decoded.charset, decoded.charset_origin, decoded.flags) == ("shift_jis", "header", ("undecodable-bytes",))


def test_a_bad_byte_leaves_the_other_characters_of_a_stateful_charset() -> None:
    data = (JAPANESE * 3).encode("iso2022_jp")
    decoded = decode_text(data + b"\x1b", header_charset="iso-2022-jp", html=False)
    assert (decoded.text, decoded.flags) == (JAPANESE * 3 + "\ufffd", ("undecodable-bytes",))


def test_mojibake_is_flagged_not_repaired() -> None:
    text = "The cafÃ© was closed, itâ€™s said."
    decoded = decode_text(text.encode(), header_charset=None, html=True)
    assert (decoded.text, decoded.flags) == (text, ("mojibake",))
    assert not decode_text("NÃO É: SÃO PAULO, “IRMÔ, AMANHÃ…".encode(), header_charset=None, html=True).flags


def test_controls_are_spaces_in_html_only() -> None:
    data = b"coun\0cil\x0b\x1f\tor\nnot\r\f"
    assert decode_text(data, header_charset=None, html=True).text == "coun cil  \tor\nnot\r\f"
    assert decode_text(data, header_charset=None, html=False).text == data.decode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x20ftypisom", "mp4"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (random.Random(4).randbytes(4000), "binary"),  # noqa: S311
        (b"", None),
        (b"<p>one NUL \0 in a sentence of some length</p>", None),
        (RUSSIAN.encode("cp1251"), None),
        (JAPANESE.encode("iso2022_jp"), None),
    ],
)
def test_looks_binary(data: bytes, name: str | None) -> None:
    assert looks_binary(data) == name


WIDE_TEXTS = {
    "ru": "Городской совет во вторник обсудил строительство нового моста. Работы начнутся осенью, сообщил мэр.\n",
    "ja": "市議会は火曜日、新しい橋の建設について審議した。市長は、工事は秋に始まると述べた。\n費用は四千万円である。一人が反対した。\n",
    "zh": "市议会星期二讨论了新桥的建设问题。市长说,工程将于秋天开始。\n预计费用约为一千万元,一名议员投了反对票。许多居民表示支持。\n",
    "ko": "시의회는 화요일 새 다리 건설에 대해 논의했다. 시장은 공사가 가을에 시작될 것이라고 말했다.\n비용은 약 사천만 원이다.\n",
    "en": "The council met on Tuesday to discuss the new bridge.\n",
}


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", WIDE_TEXTS)
def test_wide_text_of_any_script_without_a_mark(codec: str, language: str) -> None:
    text = 2 * WIDE_TEXTS[language]
    data = text.encode(codec)
    decoded = decode_text(data, header_charset=None, html=False)
    assert (decoded.text, decoded.codec, decoded.charset_origin) == (text, codec, "bytes")
    assert looks_binary(data) is None


def test_random_bytes_are_no_wide_text() -> None:
    for seed in range(300):
        data = random.Random(seed).randbytes(300)  # noqa: S311 - nothing secret
        assert wide_codec(data) is None


# ---- labels that lie --------------------------------------------------------------------------------------------

POLISH = "Prom spóźnił się czterdzieści minut, podała spółka; pasażerowie czekali na brzegu w deszczu i pili gorącą herbatę. "
TURKISH = "Vapur kırk dakika gecikti, şirket açıkladı; yolcular yağmurda iskelede bekledi ve sıcak çay içti, dedi görevli. "
UKRAINIAN = "Пором запізнився на сорок хвилин, повідомила компанія. Пасажири чекали на березі під дощем і пили гарячий чай. "
GREEK = "Το πλοίο καθυστέρησε σαράντα λεπτά, ανακοίνωσε η εταιρεία. Οι επιβάτες περίμεναν στη βροχή και έπιναν ζεστό τσάι. "


@pytest.mark.parametrize(
    ("text", "codec", "declared", "charset"),
    [
        (POLISH, "iso8859-2", "iso-8859-1", "iso-8859-2"),
        (POLISH, "cp1250", "windows-1252", "windows-1250"),
        (TURKISH, "cp1254", "iso-8859-1", "windows-1254"),
        (RUSSIAN, "koi8-r", "windows-1251", "koi8-r"),
        (RUSSIAN, "cp1251", "koi8-r", "windows-1251"),
        (RUSSIAN, "iso8859-5", "windows-1251", "iso-8859-5"),
        (RUSSIAN, "cp1251", "iso-8859-2", "windows-1251"),
        (UKRAINIAN, "koi8-u", "utf-8", "koi8-u"),
        (GREEK, "iso8859-7", "koi8-r", "iso-8859-7"),
        (JAPANESE, "iso2022_jp", "utf-8", "iso-2022-jp"),
        (JAPANESE, "cp932", "windows-1251", "shift_jis"),
        (FRENCH, "utf-8", "utf-16", "utf-8"),
        (FRENCH, "cp1252", "utf-16", "windows-1252"),
    ],
)
@pytest.mark.parametrize("in_header", [False, True])
def test_labels_that_two_signs_speak_against(
    text: str, codec: str, declared: str, charset: str, *, in_header: bool
) -> None:
    data = page(text, codec, None if in_header else declared)
    decoded = decode_text(data, header_charset=declared if in_header else None, html=True)
    assert (decoded.text, decoded.charset) == (data.decode(codec).replace("\x1b", " "), charset)
    assert charset == "utf-8" or "charset-mislabelled" in decoded.flags


@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        (FRENCH, "cp1252", "windows-1252"),
        (POLISH, "cp1250", "windows-1250"),
        (TURKISH, "cp1254", "windows-1254"),
        (RUSSIAN.upper(), "koi8-r", "koi8-r"),
        (RUSSIAN.upper(), "cp1251", "windows-1251"),
        (GREEK.upper(), "iso8859-7", "iso-8859-7"),
        ("Nur ein Wort auf Russisch: Москва. " * 3, "cp1251", "windows-1251"),
    ],
)
def test_labels_that_are_right_stay(text: str, codec: str, charset: str) -> None:
    decoded = decode_text(page(text, codec, charset), header_charset=None, html=True)
    assert (decoded.charset, decoded.charset_origin, decoded.flags) == (charset, "meta", ())


def test_escapes_that_are_no_japanese() -> None:
    decoded = decode_text(b"<p>\x1b[31mred\x1b$B</p>", header_charset=None, html=True)
    assert (decoded.text, decoded.charset) == ("<p> [31mred $B</p>", "utf-8")

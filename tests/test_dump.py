"""The cleaner of text dumps: what it keeps, what it names, and that its spans tile the payload."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archive
from archive.errors import UsageError
from archive.extraction import NewsExtractor
from archive.extraction.dump import clean
from archive.model import CleanText, Settings
from tests import making

SEED = "seed/000_0b97f2506398020b.txt"
REASONS = {
    "script", "markup", "consent", "teaser", "promotion", "navigation", "byline", "caption", "repeated-on-site",
    "blank", "other",
}  # fmt: skip
CODECS = (
    "utf-8",
    "utf-8-sig",
    "cp1252",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "shift_jis",
    "gb18030",
    "euc_kr",
    "iso2022_jp",
    "utf-7",
    "cp037",
)

ENGLISH = [
    "The harbour authority of Westhaven closed the northern quay on Tuesday after divers found cracks in two of its pillars.",
    "Ferries to the islands leave from the fish market until further notice, and the trip takes some twenty minutes longer.",
    "The council meets on Friday to talk about what the repairs may cost and who is going to pay for them.",
]  # fmt: skip
ARTICLES = {
    "en": ENGLISH,
    "de": [
        "Die Hafenbehörde hat am Dienstag den nördlichen Kai gesperrt, nachdem Taucher an zwei Pfeilern Risse entdeckt hatten.",
        "Die Fähren zu den Inseln legen bis auf Weiteres am Fischmarkt ab; die Überfahrt dauert gut zwanzig Minuten länger.",
        "„Wir wissen noch nicht, was die Reparatur kosten wird“, sagte die Bürgermeisterin am Abend vor dem Rathaus.",
    ],
    "ru": [
        "Во вторник портовые власти закрыли северный причал: водолазы обнаружили трещины в двух его опорах.",
        "Паромы на острова пока отходят от рыбного рынка, и дорога занимает примерно на двадцать минут больше.",
        "В пятницу городской совет обсудит, сколько будет стоить ремонт и кто за него заплатит.",
    ],
    "ja": [
        "港湾当局は火曜日、潜水士が二本の柱にひび割れを見つけたことを受けて、北埠頭を閉鎖したと発表した。",
        "島へ向かうフェリーは当分の間、魚市場の前から出航し、所要時間はおよそ二十分長くなる見通しだという。",
        "市議会は金曜日に臨時の会合を開き、修理にかかる費用とその負担について話し合うことにしている。",
    ],
    "ar": [
        "أغلقت سلطة الميناء يوم الثلاثاء الرصيف الشمالي بعد أن عثر الغواصون على شقوق في اثنين من أعمدته.",
        "وتغادر العبارات المتجهة إلى الجزر من سوق السمك حتى إشعار آخر، وتستغرق الرحلة نحو عشرين دقيقة إضافية.",
        "ويجتمع مجلس المدينة يوم الجمعة لمناقشة تكاليف الإصلاح والجهة التي ستتحمل دفعها.",
    ],
}
MENU = ["Home", "News", "Sport", "Culture", "Weather", "Archive", "Jobs", "Contact"]
SCRIPT = ["var tracker = window.tracker || {};", "tracker.load(function (id) {", "return", "});", "}"]


def removed(answer: CleanText, payload: bytes, encoding: str = "utf-8") -> dict[str, str]:
    found: dict[str, str] = {}
    for span in answer.removed:
        found[span.reason] = found.get(span.reason, "") + payload[span.start : span.end].decode(encoding)
    return found


def tiles(answer: CleanText, payload: bytes) -> None:
    spans = [(span.start, span.end) for span in answer.removed]
    for block in answer.blocks:
        assert block.source_start is not None
        assert block.source_end is not None
        spans.append((block.source_start, block.source_end))
    spans.sort()
    assert all(start < end for start, end in spans)
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (0, len(payload)) if payload else not spans
    for one, two in pairwise(answer.removed):
        assert one.end < two.start or one.reason != two.reason
    assert {span.reason for span in answer.removed} <= REASONS
    assert all(0 <= span.score <= 1 and round(span.score, 2) == span.score for span in answer.removed)


def page(article: list[str]) -> bytes:
    teasers = ["A bridge over the river is going to be built in the spring of next year,… Read More"]
    return "\n".join([*MENU, *article, *SCRIPT, *teasers, "This website uses cookies.", *MENU]).encode()


@pytest.mark.parametrize("language", ARTICLES)
def test_keeps_the_paragraphs_of_many_languages(language: str) -> None:
    payload = page(ARTICLES[language])
    answer = clean(payload, "utf-8")
    assert answer.text == "\n\n".join(ARTICLES[language])
    assert [block.kind for block in answer.blocks] == ["paragraph"] * 3
    assert [answer.text[block.start : block.end] for block in answer.blocks] == ARTICLES[language]
    assert [payload[block.source_start : block.source_end].decode() for block in answer.blocks] == ARTICLES[language]
    tiles(answer, payload)


@pytest.mark.parametrize(("language", "encoding"), [
    ("de", "cp1252"), ("de", "utf-16"), ("ru", "koi8_r"), ("ru", "utf-32"), ("ja", "shift_jis"), ("ja", "euc_jp"),
    ("ja", "iso2022_jp"), ("ar", "cp1256"), ("ar", "utf-16-be"),
])  # fmt: skip
def test_spans_are_bytes_of_the_encoding(language: str, encoding: str) -> None:
    lines = [line for line in ARTICLES[language] if line.encode(encoding, "ignore").decode(encoding) == line]
    payload = "\r\n".join([*MENU, *lines, *SCRIPT]).encode(encoding)
    answer = clean(payload, encoding)
    assert answer.text == "\n\n".join(lines)
    exact = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    assert [payload[block.source_start : block.source_end].decode(exact) for block in answer.blocks] == lines
    tiles(answer, payload)


def test_names_what_it_removes() -> None:
    payload = page(ENGLISH)
    found = removed(clean(payload, "utf-8"), payload)
    assert "tracker.load" in found["script"]
    assert "return" in found["script"]
    assert "Read More" in found["teaser"]
    assert "cookies" in found["consent"]
    assert "Home" in found["navigation"]


@pytest.mark.parametrize(("line", "reason"), [
    ("Wir verwenden Cookies, um unsere Webseite für Sie zu verbessern.", "consent"),
    ("Мы используем файлы cookie на этом сайте.", "consent"),
    ("当サイトではクッキーを使用しています。", "consent"),
    ("Subscribe to our newsletter and never miss a story.", "promotion"),
    ("Abonnieren Sie unseren Newsletter.", "promotion"),
    ("Подпишитесь на нашу рассылку.", "promotion"),
    ("Les habitants du quartier attendent depuis des mois une réponse de la ville… Lire la suite", "teaser"),
    ("Der Stadtrat hat am Montag lange über das neue Schwimmbad gesprochen und dann …", "teaser"),
    ("Foto: Hafenverein", "caption"),
    ("The northern quay seen from the lighthouse (Getty Images)", "caption"),
    ('<div class="box"><a href="/more">More</a></div>', "markup"),
    ('{"@context": "https://example.org", "@type": "Thing", "name": "x"}', "script"),
    (".box { margin: 0 auto; width: 20px; }", "script"),
])  # fmt: skip
def test_reason_of_a_line(line: str, reason: str) -> None:
    payload = "\n".join([*ENGLISH, line]).encode()
    answer = clean(payload, "utf-8")
    assert answer.text == "\n\n".join(ENGLISH)
    assert line in removed(answer, payload)[reason]


def test_keeps_headings_lists_and_quotes_between_paragraphs() -> None:
    lines = [ENGLISH[0], "What the divers saw", ENGLISH[1], "- two cracked pillars", "- loose stones", ENGLISH[2]]
    answer = clean("\n".join(lines).encode(), "utf-8")
    assert answer.text == "\n\n".join(lines)
    assert [block.kind for block in answer.blocks] == [
        "paragraph", "heading", "paragraph", "list-item", "list-item", "paragraph",
    ]  # fmt: skip


def test_a_sentence_that_trails_off_inside_an_article_is_kept() -> None:
    lines = [ENGLISH[0], "“We stood there and looked at the water for a very long time and then…”", *ENGLISH[1:]]
    assert clean("\n".join(lines).encode(), "utf-8").text == "\n\n".join(lines)


def test_title_author_and_day_where_the_first_lines_state_them() -> None:
    head = ["Cracks close the northern quay of Westhaven", "By Mara Lindqvist and Tom Osei", "12 March 2024"]
    payload = "\n".join([*head, *ENGLISH]).encode()
    answer = clean(payload, "utf-8")
    assert answer.text == "\n\n".join(ENGLISH)
    assert (answer.title, answer.authors, answer.published_at) == (
        head[0],
        ("Mara Lindqvist", "Tom Osei"),
        "2024-03-12",
    )
    tiles(answer, payload)


@pytest.mark.parametrize(("line", "day"), [
    ("2024-03-12T10:00:00+01:00", "2024-03-12T10:00:00+01:00"),
    ("12.03.2024", "2024-03-12"),
    ("2024年3月12日", "2024-03-12"),
    ("Veröffentlicht am 12. März 2024", "2024-03-12"),
    ("03/04/2024", None),
    ("31.02.2024", None),
])  # fmt: skip
def test_day(line: str, day: str | None) -> None:
    assert clean("\n".join([line, *ENGLISH]).encode(), "utf-8").published_at == day


def test_nothing_is_invented() -> None:
    answer = clean("\n".join(ENGLISH).encode(), "utf-8")
    assert (answer.title, answer.authors, answer.published_at, answer.flags) == (None, (), None, ())


def test_when_unsure_it_keeps_and_says_so() -> None:
    answer = clean(b"A line without a stop that may be an article", "utf-8")
    assert answer.text == "A line without a stop that may be an article"
    assert answer.flags == ("unsure",)


def test_text_is_nfc_with_single_spaces() -> None:
    lines = [unicodedata.normalize("NFD", line).replace(" ", "  ") for line in ARTICLES["de"]]
    answer = clean("\n".join(lines).encode(), "utf-8")
    assert answer.text == "\n\n".join(ARTICLES["de"])


def test_undecodable_bytes_stay_in_their_place() -> None:
    first, rest = ENGLISH[0].encode().replace(b"harbour", b"harb\xffour"), "\n".join(ENGLISH[1:]).encode()
    payload = b"\xef\xbb\xbf" + first + b"\n\n" + rest + b"\n"
    answer = clean(payload, "utf-8")
    assert answer.text.startswith("The harb\ufffdour authority")
    assert (answer.blocks[0].source_start, answer.blocks[0].source_end) == (3, 3 + len(first))
    tiles(answer, payload)


def test_empty_and_blank() -> None:
    assert clean(b"", "utf-8") == CleanText(text="", blocks=(), removed=())
    payload = b"\n \n\t\r\n"
    answer = clean(payload, "utf-8")
    assert answer.text == ""
    tiles(answer, payload)


@given(st.binary(max_size=300), st.sampled_from(CODECS))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_tiled(payload: bytes, encoding: str) -> None:
    answer = clean(payload, encoding)
    tiles(answer, payload)
    assert answer == clean(payload, encoding)
    answer.text.encode()
    for one, two in pairwise(answer.blocks):
        assert answer.text[one.end : two.start] == "\n\n"


PIECES = st.sampled_from(
    [*ENGLISH, *ARTICLES["ja"], *MENU, *SCRIPT, "", " ", "\ufeff", "By Ann Lee", "Read more", "Cookies", "It goes on…"]
)


@given(st.lists(PIECES, max_size=30), st.sampled_from(["\n", "\r\n", "\r", "\n\n"]), st.sampled_from(CODECS))
@settings(max_examples=200, deadline=None)
def test_any_lines_are_tiled(lines: list[str], newline: str, encoding: str) -> None:
    payload = newline.join(lines).encode(encoding, "replace")
    answer = clean(payload, encoding)
    tiles(answer, payload)
    assert [answer.text[block.start : block.end] for block in answer.blocks] == (
        answer.text.split("\n\n") if answer.text else []
    )


@pytest.mark.parametrize(
    "unit",
    [b"a", b"<", b"{a=", b"cookie ", b"word. ", "字".encode(), b"\n", b"if(x){y();}\n", b"Home\n", b'"a":["b"],'],
)
def test_a_monotonous_dump_comes_to_an_end(unit: bytes) -> None:
    payload = unit * (400_000 // len(unit))  # a pattern that tries every start would take hours
    tiles(clean(payload, "utf-8"), payload)


def test_seed() -> None:
    payload = making.material(SEED).read_bytes()
    answer = clean(payload, "utf-8")
    lines = payload.decode().split("\n")
    assert answer.text == "\n\n".join(lines[:7])
    assert [block.kind for block in answer.blocks] == ["paragraph"] * 7
    assert [span.reason for span in answer.removed if span.reason != "blank"] == ["script", "teaser", "consent"]
    found = removed(answer, payload)
    assert found["teaser"].strip().split("\n") == lines[-7:-1]
    assert found["consent"] == lines[-1]
    assert found["blank"].strip() == ""
    tiles(answer, payload)


@pytest.mark.parametrize("repair", [False, True])
def test_records_of_wet_files_are_cleaned_and_proven(tmp_path: Path, *, repair: bool) -> None:
    """Type conversion, text/plain: with what was removed in the row, and again the same when it is verified."""
    broken = [line.replace("harbour", "harbour cafÃ© itâ€™s") for line in ENGLISH]
    records = [
        making.record(
            page(lines), uri=f"https://{name}.example/1", kind="conversion", fields={"Content-Type": "text/plain"}
        )
        for name, lines in (("a", ENGLISH), ("b", broken))
    ]
    wet = making.put(tmp_path / "a.warc.wet.gz", making.packed(*records))
    making.converted(tmp_path / "c", wet, settings=Settings(repair_mojibake=repair))
    corpus = archive.open_corpus(tmp_path / "c")
    rows = {row["url"]: row for _, found in corpus.rows("articles") for row in found}
    assert len(rows) == 2
    whole, mended = rows["https://a.example/1"], rows["https://b.example/1"]
    assert whole["text"] == "\n\n".join(ENGLISH)
    assert {"script", "teaser", "consent", "navigation"} <= {span["reason"] for span in whole["removed"]}
    meant = [line.replace("harbour", "harbour café it’s") for line in ENGLISH]
    assert mended["text"] == "\n\n".join(meant if repair else broken)
    assert ("mojibake-repaired" in mended["flags"], "mojibake" in mended["flags"]) == (repair, not repair)
    assert corpus.payload(mended["article_id"]) == page(broken)  # the capture stays as it is
    assert corpus.verify().ok


def test_an_extractor_that_cannot_repair_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(NewsExtractor, "repairing")
    source = making.put(tmp_path / "a.txt", page(ENGLISH))
    with pytest.raises(UsageError, match="leave out --repair-mojibake"):
        making.converted(tmp_path / "c", source, settings=Settings(repair_mojibake=True))
    assert not (tmp_path / "c" / "manifest.json").exists()


def test_a_short_text_that_is_clean_already_is_kept_whole() -> None:
    for lines in ARTICLES.values():
        answer = clean("\n".join(lines).encode(), "utf-8")
        assert answer.text == "\n\n".join(lines)
        assert answer.flags == ()


@pytest.mark.parametrize("lines", [
    ["The council decided on Monday to close the old harbour for three months because of repairs.", "Residents protest."],
    ["Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα να κλείσει το παλιό λιμάνι για τρεις μήνες.", "Οι κάτοικοι διαμαρτύρονται."],
    ["מועצת העיר החליטה ביום שני לסגור את הנמל הישן לשלושה חודשים בשל עבודות תחזוקה.", "התושבים מוחים."],
    ["قرر المجلس البلدي يوم الاثنين إغلاق الميناء القديم لمدة ثلاثة أشهر بسبب أعمال الصيانة.", "السكان يحتجون."],
    ["市議会は月曜日、補修工事のため旧港を三か月間閉鎖することを決定した。", "住民は反対している。"],
])  # fmt: skip
def test_a_short_last_sentence_of_a_short_text_stays(lines: list[str]) -> None:
    assert clean("\n".join(lines).encode(), "utf-8").text == "\n\n".join(lines)


def test_a_dump_of_many_pages_is_cleaned_in_parts() -> None:
    """In parts of 10,000 lines, so that its measures do not take all memory; nothing is lost between two of them."""
    many = page(ENGLISH).decode().split("\n") * 900
    payload = "\n".join(many).encode()
    answer = clean(payload, "utf-8")
    assert len(many) > 20_000
    assert len(answer.blocks) > 900
    tiles(answer, payload)

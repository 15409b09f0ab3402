"""Pages and dumps to text, and that nothing passes from one to the next."""

from __future__ import annotations

import html
import itertools
import unicodedata
from datetime import UTC, datetime, tzinfo

import pytest
from htmldate import validators

from archive import extract
from archive.errors import Rejected
from archive.extraction import page as pages
from archive.extraction import plain
from archive.model import Block, Extraction

WORDS = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October, the harbour board said.",
    "Eleven members voted for the change and four against it, after a meeting that lasted until shortly before midnight.",
    "Shopkeepers on the island expect to lose a third of their weekday customers, and have asked for a lower quay fee.",
)
MOMENT = datetime(2024, 8, 27, tzinfo=UTC)


def page(*words: str, head: str = "", before: str = "", after: str = "", charset: str = "utf-8") -> bytes:
    inside = "".join(f"<p>{one}</p>" for one in words or WORDS)
    return (
        f"<!doctype html><html lang=en><head><meta charset={charset}><title>Ferry to Sandholm</title>{head}</head><body>"
        f"{before}<article><h1>Ferry to Sandholm</h1>{inside}</article>{after}</body></html>"
    ).encode(charset if charset != "iso-8859-1" else "cp1252")


def see(payload: bytes) -> Extraction:
    return extract(payload, url="https://herald.example/ferry", captured_at=MOMENT)


OTHER = page(
    *(f"In Torsby, {word[0].lower()}{word[1:]}" for word in WORDS), head='<meta name="author" content="Ines Carrow">'
)
DUMP = ("Ferry to Sandholm\n\n" + "\n\n".join(WORDS)).encode()


def test_the_text_is_the_article() -> None:
    seen = see(
        page(before="<nav><a href=/>Home</a> <a href=/s>Sport</a></nav>", after="<footer>4 Quay Street</footer>")
    )
    for word in WORDS:
        assert word in seen.text
    assert "Sport" not in seen.text
    assert "Quay Street" not in seen.text
    assert (seen.title, seen.language, seen.charset) == ("Ferry to Sandholm", "en", "utf-8")


@pytest.mark.parametrize("payload", [page(), OTHER, DUMP], ids=["page", "other", "dump"])
def test_blocks_are_the_paragraphs_of_the_text(payload: bytes) -> None:
    seen = see(payload)
    assert "\n\n".join(seen.text[block.start : block.end] for block in seen.blocks) == seen.text
    assert unicodedata.is_normalized("NFC", seen.text)


def test_the_same_page_gives_the_same_each_time_and_in_any_order() -> None:
    repeated = page(*WORDS, *WORDS, *WORDS)
    inputs = [page(), OTHER, DUMP, repeated]
    first = [see(one) for one in inputs]
    for order in itertools.permutations(range(4)):
        assert [see(inputs[number]) for number in order] == [first[number] for number in order]
    assert [see(inputs[0]) for _ in range(3)] == [first[0]] * 3


def test_decomposed_letters_are_composed() -> None:
    seen = see(page(*(unicodedata.normalize("NFD", word + " Käse für Märta.") for word in WORDS)))
    assert "Käse für Märta." in seen.text


@pytest.mark.parametrize("reference", ["&#11;", "&#x3;", "&#0;", "&#x1F;", "&#xD800;", "&#xDFFF;", "&#x0B;"])
def test_references_to_what_is_no_character(reference: str) -> None:
    seen = see(page(WORDS[0] + reference + " And so on.", *WORDS[1:]))
    for word in WORDS:
        assert word in seen.text
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in seen.text.replace("\n", ""))


@pytest.mark.parametrize("reference", ["&#8220;", "&#x201C;", "&ldquo;", "&#xD7;", "&#955;"])
def test_references_to_characters_stay(reference: str) -> None:
    assert f"one{html.unescape(reference)}two" in see(page(WORDS[0] + f" one{reference}two", *WORDS[1:])).text


def test_control_bytes_do_not_end_the_text() -> None:
    payload = page().replace(b"harbour", b"harb\0our").replace(b"midnight", b"mid\x03night")
    seen = see(payload)
    assert WORDS[2] in seen.text
    assert "\0" not in seen.text
    assert "\x03" not in seen.text


def test_quotes_of_windows_in_a_page_called_latin_1() -> None:
    seen = see(page("“Nobody likes it,” said the captain, twice. " + WORDS[0], *WORDS[1:], charset="iso-8859-1"))
    assert "“Nobody likes it,” said the captain, twice." in seen.text
    assert seen.charset == "windows-1252"


@pytest.mark.parametrize("depth", [200, 300, 1000])
def test_an_article_below_many_elements(depth: int) -> None:
    seen = see(page(before="<div>" * depth, after="</div>" * depth))
    for word in WORDS:
        assert word in seen.text


@pytest.mark.parametrize("payload", [b"<!doctype html>", b"<html></html>", b"<!-- only a comment -->" + b"<html>"])
def test_pages_of_nothing(payload: bytes) -> None:
    with pytest.raises(Rejected) as why:
        see(payload)
    assert (why.value.stage, why.value.reason) == ("extraction", "no-text")


def test_short_texts_are_flagged() -> None:
    assert "short-text" in see(page(WORDS[0])).flags
    assert "short-text" not in see(page()).flags


def test_a_dump_accounts_for_every_byte() -> None:
    payload = DUMP + b"\n\nAccept all cookies\n"
    seen = see(payload)
    assert seen.language_origin == "py3langid"
    kept = [(block.source_start or 0, block.source_end or 0) for block in seen.blocks]
    assert [payload[start:end].decode() for start, end in kept] == list(WORDS)
    spans = sorted(kept + [(one.start, one.end) for one in seen.removed])
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(payload)


DATED = page().replace(b"</article>", b"<p>Published: 12 March 2019</p></article>")
FUTURE = page().replace(b"</article>", b"<p>Published: 6 May 2031</p></article>")


class AnyMoment(type):
    """Every datetime is an instance."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)


def clock_at(year: int) -> type[datetime]:
    """A datetime whose clock stands in that year."""

    class Shifted(datetime, metaclass=AnyMoment):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Shifted:
            return cls(year, 1, 1, tzinfo=tz)

    return Shifted


@pytest.mark.parametrize(
    ("payload", "captured_at", "published"),
    [(DATED, MOMENT, "2019-03-12"), (DATED, None, "2019-03-12"), (FUTURE, None, "2031-05-06"), (FUTURE, MOMENT, None)],
)
def test_dates_do_not_depend_on_the_day_of_the_run(
    payload: bytes, captured_at: datetime | None, published: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2001, 2024, 2090):
        monkeypatch.setattr(validators, "datetime", clock_at(year))
        assert extract(payload, captured_at=captured_at).published_at == published


# ---- where trafilatura is asked ----------------------------------------------------------------------------------


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that trafilatura is asked about from now on; it answers with a word."""
    questions: list[str] = []

    def answer(page: str, url: str | None) -> tuple[str, tuple[Block, ...]]:
        del url
        questions.append(page)
        return "asked", (Block(kind="paragraph", start=0, end=5, source_start=None, source_end=None),)

    monkeypatch.setattr(plain, "main_text", answer)
    return questions


def test_trafilatura_is_asked_where_the_model_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SURE_ENOUGH", 2)
    expected, _ = plain.main_text(page().decode(), None)
    assert WORDS[0] in expected
    assert see(page()).text == expected
    questions = asked(monkeypatch)
    assert see(page()).text == "asked"
    assert questions == [page().decode()]


def test_trafilatura_is_not_asked_where_the_model_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = asked(monkeypatch)
    assert WORDS[0] in see(page()).text
    assert questions == []


def test_what_trafilatura_does_not_find_is_what_the_model_says(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = see(page())
    monkeypatch.setattr(pages, "SURE_ENOUGH", 2)
    monkeypatch.setattr(plain, "main_text", lambda *_: ("", ()))
    assert see(page()) == expected


@pytest.mark.parametrize(
    "before",
    ["<div>" * 300, "<div>x</div>" * 20_001, f"<p>{' ' * (5 << 20)}</p>"],
    ids=["deep", "many", "large"],
)
def test_trafilatura_is_not_asked_about_pages_beyond_its_bounds(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SURE_ENOUGH", 2)
    questions = asked(monkeypatch)
    assert WORDS[0] in see(page(before=before)).text
    assert questions == []

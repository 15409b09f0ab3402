"""The language of a text."""

from __future__ import annotations

import pytest

from archive.extraction.language import ENOUGH, identify

TEXTS = {
    "en": "The ferry between the two towns will sail only every second Tuesday from October, the harbour board said.",
    "de": "Die Fähre zwischen den beiden Städten fährt ab Oktober nur noch jeden zweiten Dienstag, sagte der Hafenrat.",
    "fr": "Le bac entre les deux villes ne partira plus que chaque deuxième mardi, a annoncé le conseil du port.",
    "es": "El transbordador entre las dos ciudades saldrá solo cada dos martes a partir de octubre, dijo la junta.",
    "ru": "Паром между двумя городами будет ходить с октября только каждый второй вторник, сообщил совет порта.",
    "ja": "二つの町を結ぶ渡し船は十月から隔週の火曜日だけ運航すると港の委員会が月曜日の夜に決めました。",
    "zh": "两座城镇之间的渡轮从十月起每两周只在星期二开航一次，港口委员会星期一晚上这样决定。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_languages(language: str) -> None:
    assert identify(TEXTS[language]) == language
    assert identify(TEXTS[language] * 100) == language


@pytest.mark.parametrize("text", ["", "Ferry", "1234567890 " * 20, "… — !" * 50, "The ferry sails on Tuesday."])
def test_too_short_to_say(text: str) -> None:
    assert identify(text) is None


def test_letters_are_counted_not_characters() -> None:
    assert identify("a1 " * (ENOUGH - 1)) is None
    assert identify(TEXTS["en"][: ENOUGH * 2]) == "en"


def test_few_signs_say_as_much() -> None:
    assert identify(TEXTS["ja"][:15]) == "ja"
    assert identify(TEXTS["ja"][:10]) is None

"""The language of a text, by py3langid, which ships its model.

Measured on 165 bench texts in 12 languages: 98.8 % right with the first 2,000 characters, the same as with all of them;
on 992 bench texts the first 300 give the same answers as 2,000, at a fifth of the cost (0.10 ms); resiliparse's detector 90 % (0.03 ms), lingua's small models 97 % (3.5 ms).
"""

from __future__ import annotations

from functools import cache
from typing import Any

ENOUGH = 40  # letters; below, the answer is a guess
LOOKED_AT = 300


@cache
def _identifier() -> Any:  # noqa: ANN401 - the library has no types
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def forget() -> None:
    """Gives back the model's 75 MB; the next call loads it again, in 0.6 s."""
    _identifier.cache_clear()


def identify(text: str) -> str | None:
    """ISO 639-1 code of the text's language, or None where the text is too short to say."""
    sample = text[:LOOKED_AT]
    letters = sum(map(str.isalpha, sample))
    wide = any(ord(char) > 0x2E7F for char in sample[:200])  # CJK says as much in a third of the letters  # noqa: PLR2004
    if letters < (ENOUGH // 3 if wide else ENOUGH):
        return None
    return str(_identifier().classify(sample)[0])

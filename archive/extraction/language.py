"""The language of a text, by py3langid, which ships its model.

Measured on 165 bench texts in 12 languages: 98.8 % right with the first 2,000 characters, the same as with all of them,
at a third of the cost (0.65 ms); resiliparse's detector 90 % (0.03 ms), lingua's small models 97 % (3.5 ms).
"""

from __future__ import annotations

ENOUGH = 40  # letters; below, the answer is a guess
LOOKED_AT = 2000


def identify(text: str) -> str | None:
    """ISO 639-1 code of the text's language, or None where the text is too short to say."""
    from py3langid import classify

    sample = text[:LOOKED_AT]
    letters = sum(map(str.isalpha, sample))
    wide = any(ord(char) > 0x2E7F for char in sample[:200])  # CJK says as much in a third of the letters  # noqa: PLR2004
    if letters < (ENOUGH // 3 if wide else ENOUGH):
        return None
    return str(classify(sample)[0])

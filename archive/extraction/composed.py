"""Texts in Unicode's composed form (NFC)."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import Final

MARKS: Final = 30  # on one letter; Unicode's own bound for streams (UAX 15, Stream-Safe Text Format)
SHORT: Final = 2000  # characters; what is shorter is composed in 0.02 s whatever it holds


def composed(text: str) -> str:
    """The text in NFC, with at most 30 marks on a letter where it is long.

    Python puts the marks of a letter in order by insertion: 600,000 on one took more than a minute.
    """
    if len(text) > SHORT and not text.isascii():
        text = _crowds().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@cache
def _crowds() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"([{marks}]{{{MARKS}}})[{marks}]++")

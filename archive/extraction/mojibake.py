"""UTF-8 that was read as windows-1252 before it was captured: ``FranÃ§ois``, ``itâ€™s``. Found, and on request repaired.

What is repaired is runs that are UTF-8 when they are written in windows-1252 again; all other characters stay. The
captured bytes are never touched: only the text that is derived from them is.
"""

from __future__ import annotations

import re
from typing import Final

# Not "Ã" before a curly quote, a dash or an ellipsis: that is the end of a word in Portuguese capitals.
_SIGNS: Final = re.compile("Ã[\x80-\xbfƒ†‡‰ŠŒŽ•™šœžŸ€]|â€[\x80-\xbf™œ“”\u02dcšž]|Â[\xa0-\xbf]|Ð[\xb0-\xbf]|ðŸ")
_STARTS: Final = ("Ã", "â€", "Â", "Ð", "ðŸ")
_TWICE: Final = 2  # text that was misread twice is not seldom


def _cp1252(byte: int) -> str:
    """The character that a browser shows for a byte: windows-1252, with controls where that has none."""
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


_BYTES: Final = {_cp1252(byte): byte for byte in range(0x80, 0x100)}
_FOLLOWING: Final = re.escape("".join(_cp1252(byte) for byte in range(0x80, 0xC0)))


def _run(first: int, last: int, following: int) -> str:
    leads = re.escape("".join(_cp1252(byte) for byte in range(first, last + 1)))
    return f"[{leads}][{_FOLLOWING}]{{{following}}}"


_RUN: Final = re.compile("|".join((_run(0xF0, 0xF4, 3), _run(0xE0, 0xEF, 2), _run(0xC2, 0xDF, 1))))


def is_mojibake(text: str) -> bool:
    """At least two different tell-tales; one alone may be an example in an article about charsets."""
    # one letter at a time, which is a search for a byte: longer needles cost 0.3 ms a page
    if text.isascii() or not any(sign[0] in text and sign in text for sign in _STARTS):
        return False
    first = None
    for match in _SIGNS.finditer(text):
        if first not in (None, match.group()):
            return True
        first = match.group()
    return False


def repaired(text: str) -> str:
    """The text that was meant. Runs that are no UTF-8 stay as they are."""
    for _ in range(_TWICE):
        found = _RUN.sub(_meant, text)
        if found == text:
            break
        text = found
    return text


def _meant(run: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[one] for one in run[0]).decode()
    except UnicodeDecodeError:  # a surrogate, an overlong form
        return run[0]

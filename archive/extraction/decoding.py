"""Bytes and codecs: how bytes are read once the charset is known, and what Unicode form they prove by themselves.

Charsets bear WHATWG's names here, codecs Python's. Nothing raises on any bytes, and time is linear.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

_WIDE: Final = 128  # bytes from which on characters alone prove UTF-16: random ones pass once in 10,000 times
_FORMAT: Final = "\t\n\r\u200b\u200c\u200d\u200e\u200f\ufeff"
CONTROLS: Final = bytes(i for i in range(32) if i not in b"\t\n\r\f")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_SPACES: Final = bytes.maketrans(CONTROLS, b" " * len(CONTROLS))
_ESCAPED: Final = bytes.maketrans(CONTROLS.replace(b"\x1b", b""), b" " * (len(CONTROLS) - 1))
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16be", "utf-16-be"),
)
# Python's codecs for WHATWG names where they differ: the first that takes the bytes. Python's euc_jp lacks NEC's row 13
# (①, ㈱), its big5hkscs some of Microsoft's characters; a WHATWG decoder knows both.
_CODECS: Final = {
    "big5": ("big5hkscs", "cp950"),
    "euc-jp": ("euc_jp", "euc_jis_2004"),
    "euc-kr": ("cp949",),
    "gb18030": ("gb18030", "gbk"),
    "iso-2022-jp": ("iso2022_jp", "iso2022_jp_ext"),
    "iso-8859-8-i": ("iso8859-8",),
    "macintosh": ("mac-roman",),
    "shift_jis": ("cp932", "shift_jis_2004"),
    "windows-874": ("cp874",),
    "x-mac-cyrillic": ("mac-cyrillic",),
    "utf-16le": ("utf-16-le",),
    "utf-16be": ("utf-16-be",),
}


def codecs_of(charset: str) -> tuple[str, ...]:
    """Python's codecs for a charset, the best first; never none."""
    return _CODECS.get(charset) or (charset.replace("windows-", "cp"),)


def fits(data: bytes, codec: str) -> bool:
    """Whether every byte means something in this codec."""
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def fitting(data: bytes, charset: str) -> str | None:
    """The first codec of a charset that reads every byte; None if none does."""
    return next((codec for codec in codecs_of(charset) if fits(data, codec)), None)


def decode(data: bytes, codec: str, *, html: bool) -> tuple[str, bool]:
    """The text, and whether some bytes had to be replaced."""
    wide = codec.startswith(("utf-16", "utf-32"))
    if html and not wide:  # on bytes, which is quick in any script; none below 0x20 is part of a character
        data = data.translate(_ESCAPED if codec.startswith("iso2022") else _SPACES)
    try:
        text, bad = data.decode(codec), False
    except UnicodeDecodeError:
        text, bad = _replace(data, codec), True
    if html:
        text = text.removeprefix("\ufeff")
        text = _CONTROL.sub(" ", text) if wide or codec.startswith("iso2022") else text
    return text, bad


def _replace(data: bytes, codec: str) -> str:
    """As ``data.decode(codec, "replace")``, but one-byte charsets by a table: their error handler costs 1 µs a byte."""
    table = bytes(range(256)).decode(codec, "replace")
    one_byte = len(table) == 256 and codec.startswith(("cp12", "iso-8859", "iso8859", "koi8", "mac", "cp874", "ibm"))  # noqa: PLR2004
    return codecs.charmap_decode(data, "strict", table)[0] if one_byte else data.decode(codec, "replace")


def is_utf8_start(head: bytes) -> bool:
    """Whether bytes that may be cut within a character are UTF-8."""
    return fits(head, "utf-8") or any(fits(head[:-cut], "utf-8") for cut in (1, 2, 3))


def wide_codec(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark: by where the NULs are, or by characters that there are.

    Markup and spaces are ASCII in any script.
    """
    head = head[: 1 << 12]
    head = head[: len(head) & ~3] if len(head) > 8 else head[: len(head) & ~1]  # noqa: PLR2004
    # a stray NUL in a short text is no sign: below 20 % of NULs, what reads as UTF-8 is UTF-8, but for its controls
    full = len(head) >= _WIDE and _controls(head) > 0.1 * len(head)
    few = head.count(0) < 0.2 * len(head) and not full and is_utf8_start(head)
    if len(head) < 8 or b"\0" not in head or few:  # noqa: PLR2004
        return None
    codec = _by_nuls(head)
    return _sound(head, codec) if codec else _by_characters(head)


def _by_nuls(head: bytes) -> str | None:
    """The codec in which ASCII characters, which many are, have their NULs where these are."""
    nuls = [head[i::4].count(0) for i in range(4)]
    quarter, pairs = len(head[3::4]), len(head) // 2
    if quarter and nuls[3] == quarter and nuls[2] >= 0.9 * quarter and nuls[0] <= 0.2 * quarter:
        return "utf-32-le"
    if quarter and nuls[0] == quarter and nuls[1] >= 0.9 * quarter and nuls[3] <= 0.2 * quarter:
        return "utf-32-be"
    even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
    if odd >= 0.1 * pairs and even <= 0.01 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even >= 0.1 * pairs and odd <= 0.01 * pairs else None


def _by_characters(head: bytes) -> str | None:
    """The byte order of UTF-16 in which these are characters with spaces or line ends between them; None for neither.

    Of random bytes one pair in seven is no character. Chinese has NULs on both sides: \u4e00 is one of its most frequent.
    """
    if len(head) < _WIDE:
        return None
    spaces = {}
    for codec in ("utf-16-le", "utf-16-be"):
        text = head.decode(codec, "replace")
        odd = sum(unicodedata.category(char)[0] == "C" and char not in _FORMAT for char in text) + text.count("\ufffd")
        if odd <= len(text) // 100:
            spaces[codec] = sum(map(text.count, " \n\u3000"))
    best = max(spaces, key=spaces.__getitem__, default=None)
    return best if best and spaces[best] else None


def _controls(data: bytes) -> int:
    """How many control characters there are that no text has, but for NUL."""
    return len(data) - len(data.translate(None, CONTROLS[1:]))


def _sound(head: bytes, codec: str) -> str | None:
    """``codec`` if ``head`` reads as text in it: no more than 1 % control characters and replacements."""
    text = head.decode(codec, "replace")
    odd = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return codec if odd <= max(1, len(text) // 100) else None

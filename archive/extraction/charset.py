"""From the bytes of an entity to its text: what a browser would show, and better where the page lies.

``decode_text`` takes the byte order mark first, then what the bytes prove (UTF-8 is hardly ever valid by chance), then
the labels (HTTP, meta, XML) as browsers read them, and a detector only where a label contradicts the bytes or there is
none. ``looks_binary`` says which bytes are no text at all.

It promises that the same bytes and labels give the same answer, that nothing raises, that the text holds no lone
surrogate, that HTML text holds no control character at which libxml2 would stop, and that time is linear.

    charset-mislabelled  a label was overruled by the bytes
    undecodable-bytes    some bytes mean nothing in this charset; U+FFFD stands in their place
    mojibake-repaired    the same, and it was asked to be repaired
    mojibake             the text shows UTF-8 that was read as windows-1252 before it was captured (``mojibake.py``)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import cchardet

from archive.extraction.decoding import BOMS, CONTROLS, codecs_of, decode, fits, fitting, is_utf8_start, wide_codec
from archive.extraction.labels import canonical, declared_charsets
from archive.extraction.mojibake import is_mojibake, repaired

# Why faust-cchardet (3.2.0) and not charset_normalizer (3.5.2). Right: decodes to the same text. Prose is one text of
# about 300 characters in each of 16 languages, 22 pairs of language and charset, in overlapping windows; names are
# lists of countries and languages (CLDR) in 23 pairs, and played no part in the choices made here.
#
#     characters        cchardet     charset_normalizer   resiliparse 2.0.1   this module, no label
#      30, prose      151 of 164   103                  147                 157
#      80, prose      167 of 173   136                  161                 173
#      30, names      167 of 194   137                  171                 172
#      80, names      208 of 231   176                  207                 210
#     400, names      267 of 276   195                  260                 274
#   2,000, names       96 of  99    65                   95                  99
#     ms each, 80       0.04         0.39                 0.03
#
# All three give the same under two hash seeds. Names outside ``_PLAUSIBLE`` (VISCII, Mac: English with curly quotes)
# count as none. What stays wrong is short: euc-jp taken for big5, Polish and Turkish for windows-1252.

MENDED: Final = "mojibake-repaired"
_SAMPLE: Final = 1 << 16  # bytes around high bytes that the detector sees: 3 ms
_WINDOW: Final = 1 << 11
_PROBE: Final = 1 << 16  # bytes that decide whether this is text
_ENOUGH: Final = 16  # high bytes below which a detector does not overrule a label that decodes
_FOREIGN: Final = 0.3  # high bytes among letters: Latin text has up to 0.19 (Vietnamese), other scripts 0.77 and more
_RUN: Final = 2.5  # high bytes in a row, on average: Latin text has 1.0 to 1.26, broken UTF-8 3
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_BOUNDARY: Final = re.compile(rb"[\x00-\x2f\x3a-\x3f]")  # never the second byte of a character
_TAG: Final = re.compile(rb"<[^<>]*>")
_EASY: Final = ("windows-1252", "iso-8859-15")  # what servers say who do not know; nearly any bytes decode
_EASTERN: Final = frozenset(("big5", "euc-jp", "euc-kr", "gb18030", "shift_jis"))
_CYRILLIC_AND_MORE: Final = frozenset(("iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "koi8-r", "koi8-u"))
_OTHER_SCRIPT: Final = _EASTERN | _CYRILLIC_AND_MORE | {f"windows-{n}" for n in (874, 1251, 1253, 1255, 1256)}
_LATIN: Final = frozenset(("iso-8859-2", "iso-8859-15", *(f"windows-{n}" for n in (1250, 1252, 1254, 1257, 1258))))
_CASED: Final = frozenset(("iso-8859-5", "iso-8859-7", "koi8-r", "koi8-u", "windows-1251", "windows-1253"))
_SMALL: Final = 0.65  # small letters among the high bytes of a text; 0.05 to 0.6 where it is read as another of these
_UKRAINIAN: Final = b"\xa4\xa6\xa7\xad\xb4\xb6\xb7\xbd"
_CENTRAL: Final = frozenset(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "sr", "ro"))
_LATIN_OF: Final = {
    "iso-8859-2": _CENTRAL, "windows-1250": _CENTRAL, "windows-1254": frozenset(("tr", "az")),
    "windows-1257": frozenset(("et", "lt", "lv")),
}  # fmt: skip
_TO_JIS: Final = re.compile(rb"\x1b\$[@B](?:[!-~]{2})++\x1b\([BJ]")
_PLAUSIBLE: Final = _OTHER_SCRIPT | _LATIN
_FORMATS: Final = (
    ("pdf", b"%PDF-"), ("jpeg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n"), ("gif", b"GIF87a"),
    ("gif", b"GIF89a"), ("zip", b"PK\x03\x04"), ("zip", b"PK\x05\x06"), ("gzip", b"\x1f\x8b\x08"),
    ("zstd", b"\x28\xb5\x2f\xfd"), ("woff", b"wOFF\0"), ("woff", b"wOF2\0"), ("bzip2", b"BZh91AY&SY"),
    ("xz", b"\xfd7zXZ\0"), ("7z", b"7z\xbc\xaf\x27\x1c"), ("rar", b"Rar!\x1a\x07"), ("ogg", b"OggS\0"),
    ("mp3", b"ID3\x02"), ("mp3", b"ID3\x03"), ("mp3", b"ID3\x04"), ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("wasm", b"\0asm"), ("tiff", b"II*\0"), ("tiff", b"MM\0*"), ("matroska", b"\x1a\x45\xdf\xa3"),
    ("flac", b"fLaC\0"), ("elf", b"\x7fELF"), ("ttf", b"\0\1\0\0\0"), ("otf", b"OTTO\0"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text, and how it was read."""

    text: str
    charset: str  # WHATWG's name, lower case
    codec: str  # Python's name, for bytes.decode
    charset_origin: str  # bom, bytes, header, meta, detected
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    charset: str
    codec: str
    origin: str
    mislabelled: bool = False


def decode_text(data: bytes, *, header_charset: str | None, html: bool, repair: bool = False) -> Decoded:
    """The text of ``data``. ``header_charset`` is what HTTP said; a page's own declarations count if ``html``.

    For HTML the byte order mark is dropped, control characters are spaces, and mojibake is repaired where that is
    wanted. Other text is decoded and nothing else, so that its characters can be counted back to bytes.
    """
    choice = _choose(data, header_charset, html=html)
    text, bad = decode(data, choice.codec, html=html)
    broken = is_mojibake(text)
    if broken and repair and html:
        text = repaired(text)
    found = (
        ("charset-mislabelled", choice.mislabelled),
        ("undecodable-bytes", bad),
        (MENDED if repair else "mojibake", broken),
    )
    return Decoded(
        text=text,
        charset=choice.charset,
        codec=choice.codec,
        charset_origin=choice.origin,
        flags=tuple(flag for flag, holds in found if holds),
    )


def looks_binary(data: bytes) -> str | None:
    """A short name of the binary format, or None for text (in whatever charset)."""
    head = data[:_PROBE]
    for name, magic in _FORMATS:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return head[8:12].decode().strip().lower()
    if head[4:8] == b"ftyp":
        return "avif" if head[8:12] in (b"avif", b"avis") else "mp4"
    if head[:64].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return "pdf"
    if not head or any(head.startswith(bom) for bom, _, _ in BOMS) or wide_codec(head):
        return None
    # Random and compressed bytes have 9 % of these, text none or, where it is broken, 2 %; escapes are ISO-2022's.
    controls = len(head) - len(head.translate(None, CONTROLS.translate(None, b"\x0b\x0e\x0f\x1b")))
    share = 0.1 if is_utf8_start(head) else 0.05
    return "binary" if controls > share * len(head) else None


# ---- which charset ---------------------------------------------------------------------------------------------


def _choose(data: bytes, header_charset: str | None, *, html: bool) -> _Choice:
    for bom, charset, codec in BOMS:
        if data.startswith(bom):
            return _Choice(charset, codec, "bom")
    wide = wide_codec(data[:_PROBE])
    if wide:
        return _Choice(wide.replace("-le", "le").replace("-be", "be"), wide, "bytes")
    labels = declared_charsets(data, header_charset, html=html)
    if data.isascii():
        return _escaped(data, labels) if b"\x1b" in data else _Choice("utf-8", "utf-8", "bytes")
    declared = labels[0][0] if labels else None
    if fits(data, "utf-8") or _mostly_utf8(data):
        return _Choice("utf-8", "utf-8", "bytes", mislabelled=declared not in (None, "utf-8"))
    return _by_label(data, labels)


def _escaped(data: bytes, labels: list[tuple[str, str]]) -> _Choice:
    """ISO-2022-JP where a label or an escape to its characters says so, and the bytes bear it out; else ASCII."""
    origin = dict(labels).get("iso-2022-jp")
    codec = fitting(data, "iso-2022-jp") if origin or _TO_JIS.search(data) else None
    if codec or origin:
        return _Choice("iso-2022-jp", codec or "iso2022_jp", origin or "bytes", mislabelled=bool(labels and not origin))
    return _Choice("utf-8", "utf-8", "bytes")


def _by_label(data: bytes, labels: list[tuple[str, str]]) -> _Choice:
    """The first label that the bytes bear out, or else what the detector finds."""
    first, origin = labels[0] if labels else ("", "")
    if first and first not in _LATIN | _CASED and (codec := fitting(data, first)):
        return _Choice(first, codec, origin)
    sample = _sample(data)
    if first in _CASED and _small_share(sample, first) >= _SMALL and (codec := fitting(data, first)):
        return _Choice(first, codec, origin)
    guess = _detect(sample)
    overruled = {charset for charset, _ in labels if _is_overruled(charset, sample, guess, data)}
    for at, (charset, origin) in enumerate(labels):
        codec = fitting(data, charset)
        if codec and charset not in overruled:
            return _Choice(charset, codec, origin, mislabelled=at > 0)
    guessed = fitting(data, guess) if guess else None
    for charset, origin in labels:
        # A label is kept, and bad bytes replaced, where they are few, or where the only other reading is Latin text
        # that nobody wrote: three accents in a row are broken UTF-8, not French.
        few = charset not in ("utf-8", *_EASY, *overruled) and _few_bad(data, charset)
        hopeless = charset == "utf-8" and guess not in _OTHER_SCRIPT and _mean_run(sample) >= _RUN
        if few or hopeless:
            return _Choice(charset, codecs_of(charset)[0], origin, mislabelled=charset != labels[0][0])
    if guess and (guessed or _few_bad(data, guess)):
        return _Choice(guess, guessed or codecs_of(guess)[0], "detected", mislabelled=bool(labels))
    return _Choice("windows-1252", "cp1252", "detected", mislabelled=bool(labels) and labels[0][0] != "windows-1252")


def _detect(sample: bytes) -> str | None:
    """The detector's finding, where it is a charset of the web."""
    name = cchardet.detect(sample)["encoding"] if sample else None
    charset = canonical("euc-kr" if name == "UHC" else name) if name else None
    if charset == "koi8-r" and sample.translate(None, _UKRAINIAN) != sample:
        charset = "koi8-u"  # the detector does not know it; in KOI8-R these are parts of frames
    return charset if charset in _PLAUSIBLE else None


def _sample(data: bytes) -> bytes:
    """The first 64 KiB or so around high bytes, without tags: ASCII drowns the signal."""
    parts: list[bytes] = []
    size = at = 0
    while size < _SAMPLE and (match := _HIGH.search(data, at)):
        start = max(at, match.start() - 32)
        end = _BOUNDARY.search(data, match.end() + _WINDOW, match.end() + 2 * _WINDOW)
        at = end.start() if end else match.end() + 2 * _WINDOW
        parts.append(_TAG.sub(b" ", data[start:at]))
        size += max(len(parts[-1]), _WINDOW // 8)
    return b" ".join(parts)


def _is_overruled(charset: str, sample: bytes, guess: str | None, data: bytes) -> bool:
    """Whether a label that decodes is surely wrong, by two signs that have nothing to do with one another."""
    if charset in _LATIN:
        return _is_foreign(sample, guess, data) or (charset in _EASY and _is_other_latin(sample, guess, data))
    swapped = charset in _CASED and guess != charset and _small_share(sample, charset) < _SMALL
    sound = guess is None or guess not in _CASED or _small_share(sample, guess) >= _SMALL
    return swapped and sound and _is_foreign(sample, guess, data)


def _small_share(sample: bytes, charset: str) -> float:
    """The share of small letters among the high bytes, in a charset of one byte a character."""
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    small = len(sample) - len(sample.translate(None, _small_letters(charset)))
    return small / high if high else 1.0


@cache
def _small_letters(charset: str) -> bytes:
    text = bytes(range(128, 256)).decode(codecs_of(charset)[0], "replace")
    return bytes(byte for byte, char in enumerate(text, 128) if char.islower())


def _is_other_latin(sample: bytes, guess: str | None, data: bytes) -> bool:
    """Whether a page that calls itself Western European is not: the detector says so, and it is in such a language."""
    codec = fitting(data, guess) if guess in _LATIN_OF else None
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if guess is None or codec is None or high < _ENOUGH:
        return False
    from archive.extraction.language import identify  # its model is loaded where it is needed

    return identify(" ".join(sample.decode(codec, "replace").split())) in _LATIN_OF[guess]


def _is_foreign(sample: bytes, guess: str | None, data: bytes) -> bool:
    """Whether a page that calls itself Latin is surely not: the detector says so, it decodes, and letters are high."""
    if guess not in _OTHER_SCRIPT:
        return False
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    letters = len(sample) - len(sample.translate(None, b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return high >= _ENOUGH and high >= _FOREIGN * (high + letters) and fitting(data, guess) is not None


def _mean_run(sample: bytes) -> float:
    runs = _RUNS.findall(sample)
    return sum(map(len, runs)) / len(runs) if runs else 0.0


# ---- how well the bytes bear it out ---------------------------------------------------------------------------


def _mostly_utf8(data: bytes) -> bool:
    """At most 1 % of the bytes are bad, and more characters are good than bad: no other charset looks like that."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    # good sequences have a lead byte each; what follows a lead byte and fails is counted among the bad
    leads = len(data) - len(data.translate(None, bytes(range(0xC2, 0xF5))))
    return bad <= len(data) / 100 and leads - bad > bad


def _few_bad(data: bytes, charset: str) -> bool:
    """At most 1 % of the high bytes cannot be read, or one of some: a page cut within a character, a stray byte."""
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    text, _ = decode(data, codecs_of(charset)[0], html=False)
    return text.count("\ufffd") <= max(int(high >= _ENOUGH), high // 100)

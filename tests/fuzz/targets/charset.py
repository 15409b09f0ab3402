"""Charsets: nothing raises, the text can be stored, and valid UTF-8 is read as it is.

The first byte says what HTTP said, and whether it is HTML.
"""

from __future__ import annotations

from archive.extraction.charset import decode_text, looks_binary
from tests import making

LABELS = (
    None, "utf-8", "iso-8859-1", "windows-1252", "windows-1251", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "gbk",
    "big5", "euc-kr", "koi8-r", "utf-16", "utf-16be", "utf-7", "x-user-defined", "iso-8859-8-i", "macintosh", "nothing", "",
    "hz-gb-2312", "windows-874", "iso-8859-16", "x-mac-cyrillic", "ibm866",
)  # fmt: skip


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    choice, payload = data[0] if data else 0, data[1:]
    label, html = LABELS[choice // 2 % len(LABELS)], bool(choice % 2)
    assert looks_binary(payload) == looks_binary(payload)
    for repair in (False, True):
        found = decode_text(payload, header_charset=label, html=html, repair=repair)
        assert decode_text(payload, header_charset=label, html=html, repair=repair) == found
        found.text.encode()
        assert not (html and any(sign in found.text for sign in "\0\1\x08\x0b\x0e\x1f"))
        assert found.charset == found.charset.lower()
        payload.decode(found.codec, "replace")
        if not html:
            assert found.text == payload.decode(found.codec, "replace")
            assert ("undecodable-bytes" in found.flags) == _is_bad(payload, found.codec)


def _is_bad(payload: bytes, codec: str) -> bool:
    try:
        payload.decode(codec)
    except UnicodeDecodeError:
        return True
    return False


def seeds() -> list[bytes]:
    """The same words in many charsets, under their labels and others."""
    words = (
        "Das Rathaus schließt früher, sagt die Bürgermeisterin.",
        "港湾当局は火曜日、北埠頭を閉鎖した。",
        "Порт закрыт.",
        "한국의 항구",
        "L’été à Nîmes …",
    )
    found = []
    for text in words:
        for number, label in enumerate(LABELS):
            try:
                found.append(bytes([2 * number]) + text.encode(label or "utf-8"))
            except (LookupError, UnicodeEncodeError):
                continue
    meta = '<meta charset="shift_jis"><p>港</p>'.encode("shift_jis")
    return [
        *found,
        b"\1" + meta,
        b"\3" + making.page(1)[:600],
        b"\0" + words[0].encode().decode("cp1252", "replace").encode(),
    ]

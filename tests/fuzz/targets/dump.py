"""The cleaner of text dumps: what is kept and removed tiles the payload, and work grows with its length.

The first byte says the encoding.
"""

from __future__ import annotations

import sys
import unicodedata
import zlib
from random import Random
from types import FrameType

from archive.errors import Rejected
from archive.extraction import NEWS
from archive.extraction.dump import clean
from tests import making
from tests.fuzz import laws

CODECS = (
    "utf-8",
    "cp1252",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "shift_jis",
    "gb18030",
    "euc_kr",
    "iso2022_jp",
    "koi8_r",
    "big5hkscs",
    "utf-8-sig",
)
STATEFUL = ("utf-16", "utf-32", "utf-8-sig", "iso2022_jp")  # a line by itself is read otherwise
LARGEST = 4000
FEW = 3000  # calls that no input makes more of for being long
GROWTH = 1.6


def one(data: bytes) -> None:
    """Raises where a law is broken."""
    codec, payload = CODECS[(data[0] if data else 0) % len(CODECS)], data[1:]
    found = laws.cleaned(payload, codec)
    for block in found.blocks:
        source = payload[block.source_start : block.source_end]
        assert codec in STATEFUL or found.text[block.start : block.end] == plain(source.decode(codec, "replace"))
    if codec == "utf-8":
        assert_extracted(payload)
    if zlib.crc32(data) % 16 == 0 and payload:
        assert_work_grows_with_length(payload, codec)


def plain(text: str) -> str:
    """A line as it stands in the text: NFC, with single spaces."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def assert_extracted(payload: bytes) -> None:
    """Through the front door too."""
    try:
        found = NEWS.extract_payload(
            payload, url=None, media_type="text/plain", header_charset="utf-8", content_coding=None, captured_at=None
        )
    except Rejected as why:
        laws.assert_rejected(why)
        return
    laws.assert_extraction(found)
    if any(block.source_start is not None for block in found.blocks) and not found.flags.count("content-truncated"):
        laws.assert_tiles(payload, found)


def assert_work_grows_with_length(payload: bytes, codec: str) -> None:
    """Four times as much takes four times as many calls, and not sixteen times."""
    piece = payload[:400]
    few, many = (calls(numbered(piece, times), codec) for times in (8, 32))
    assert many <= 4 * GROWTH * few + FEW, f"{few} calls for 8 times {len(piece)} bytes, {many} for 32 times"


def numbered(piece: bytes, times: int) -> bytes:
    """A piece again and again, the lines of each time told apart by its number: what is the same may be known."""
    return b"".join(piece.replace(b"\n", b" %d\n" % number) for number in range(times))


def calls(payload: bytes, codec: str) -> int:
    """How many functions the cleaner calls, in Python and in C."""
    count = 0

    def profile(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        clean(payload, codec)
    finally:
        sys.setprofile(before)
    return count


def seeds() -> list[bytes]:
    """Dumps in many encodings."""
    german = "Das Rathaus schließt früher.\r\nDie Bürgermeisterin sagt, es sei „kein Grund zur Sorge“.\n\n\tMehr dazu\n"
    lines = "Home\nNews\nvar a = {};\nThis website uses cookies.\n© 2024\nBy Ada Lindqvist\nAugust 26, 2024\n\nRead more\n• one\n• two\n"
    words = (
        "港湾当局は火曜日、北埠頭を閉鎖した。\nフェリーは出航する。",
        "Порт закрыт. Паромы отходят от рынка.\n",
        "e\u0301a\u0300\n\u1112\u1161\u11ab\n",
    )
    found = [
        b"\0" + making.dump(1)[:900],
        b"\0" + lines.encode() + making.dump(2)[:500],
        b"\1" + german.encode("cp1252"),
        b"\0",
    ]
    for number, codec in enumerate(CODECS):
        dumps = (making.dump(4)[:500].decode().replace("\n", newline) for newline in ("\n", "\r\n", "\r"))
        found += [bytes([number]) + text.encode(codec, "replace") for text in (*words, german, *dumps)]
    return found


def mutate(data: bytes, chance: Random) -> bytes:
    """Lines in another order, and others between them."""
    lines = data[1:].splitlines(keepends=True) or [b""]
    more = (
        b"{}\n",
        b"<b>\n",
        b"By Ada\n",
        b"Share\n",
        b"\n\n\n",
        b"12:30\n",
        b"2024-08-26\n",
        b"- x\n",
        b"\xe2\x80\x9cYes,\xe2\x80\x9d she said.\n",
        b"\xef\xbb\xbf\n",
        b"&amp;\r",
    )
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines) + 1)
        lines[at:at] = [chance.choice(lines) if chance.random() < 0.5 else chance.choice(more)] * chance.choice(
            (1, 1, 3)
        )
    chosen = data[:1] if chance.random() < 0.8 else bytes([chance.randrange(len(CODECS))])
    return chosen + b"".join(lines)

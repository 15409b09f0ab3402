"""What one line of a text dump gives away by itself: by its words (``phrases.py``) and by its shape."""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the marks are of many scripts

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

from archive.extraction.lines import HEAD, Line, words_of
from archive.extraction.phrases import (
    AGENCIES,
    BYLINE,
    CAPTION,
    CONSENT,
    CONSENT_ALONE,
    COOKIE,
    DATED,
    MORE,
    OTHER_MATTER,
    PROMOTION,
)

# Signs of code. All are bounded or anchored: none can take more than linear time.
_HINT: Final = re.compile(r"[{};=<>\\]|//|/\*|\*/|^[\[\])(]|,$")
_SIGN: Final = re.compile(r"[{};=<>\\/*]")  # what has none is none of those; four times as fast
_CODE: Final = re.compile(
    r"\bfunction\s?[\w$]{0,40}\s?\(|=>\s?[{(\w]|\b(?:var|let|const)\s[\w${\[]|\b(?:window|document|navigator)\.\w"
    r"|\w\(\)|\]\s?=|[\w$\])]\s?[!=]==?\s?|&&|\|\||\w\s?=\s?[\[{\"'(]|\bif\s?\(|\breturn\b.{0,80};$|//<!\[CDATA|^//|^/\*|\*/$"
    r"|!important|^@(?:media|import|font-face)\b|:\s?-?[\d.]{1,8}(?:px|em|rem|vh|vw|%)|^[\w-]{1,40}:\s?[^;]{1,200};$"
    r"|\"\s?:\s?[\[{\"\d]|^[.#@][\w-]{1,60}[^{]{0,200}\{|^[\w$.\[\]]{1,80}\s?[-+]?=[^=]|^[\w$]{1,40}(?:\.[\w$]{1,40}){1,8}\(|^<\?\w"
)
_TAG: Final = re.compile(
    r"</?[A-Za-z][A-Za-z0-9:-]{0,20}(?:\s[^<>]{0,400})?/?>|<!--|-->|^[\w-]{2,30}=\"[^\"]{0,400}\"$"
)

_HEADING: Final = 14  # words of the longest heading, credit or date line
_TITLE: Final = 8  # words of the longest line that stands over other matter
_NOTICE: Final = 60  # words of the longest notice; in longer lines the words are those of an article
_STOPS: Final = tuple(".!?。！？｡．؟۔।॥։።៕")
_CLOSERS: Final = "\"'”’“‘»«›)]}」』】）＂＊* \u200f\u200e"
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_BULLET: Final = re.compile(r"[•◦▪●‣*–-]\s|\d{1,3}[.)]\s")
CUT: Final = 0.5  # how sure a teaser is that shows only by being cut off
_CUT: Final = re.compile(r"(?:…|\.\.\.)[\])]?\s?(?:[^\W\d_]+\s?){0,4}\W{0,3}$")  # "…", "… [link phrase]"
DATE: Final = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}|\b\d{1,2}[:.h]\d\d\b|\d{4}\s?[年년]|\b(?:19|20)\d\d\b"
    r"|\d\s?(?:hours?|min|days?)\b"
)


def _by_start(group: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The phrases of a group by their first two characters; to ask all for each line took 0.8 ms a page."""
    found: dict[str, tuple[str, ...]] = {}
    for one in group:
        found[one[:2]] = (*found.get(one[:2], ()), one)
    return found


def _by_end(group: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The phrases of a group by their last two characters."""
    return {key[::-1]: tuple(one[::-1] for one in ones) for key, ones in _by_start(one[::-1] for one in group).items()}


_AFTER: Final = " .…»›>→:]"  # what may stand behind "read more"
_MORE: Final = _by_end(phrase.rstrip(_AFTER) for phrase in MORE)
_AGENCIES: Final = _by_end(AGENCIES)
_OTHER_MATTER: Final = _by_start(OTHER_MATTER)
_CAPTION: Final = _by_start(CAPTION)
_DATED: Final = _by_start(DATED)
_STATED: Final = _by_start(BYLINE + DATED)
_DIGIT: Final = re.compile(r"\d")
Found = tuple[str, float, bool]  # a reason, how sure it is, and whether the line stands over other matter


def measure(text: str) -> tuple[int, bool]:
    """Its words (two characters of a script without spaces make one) and whether it ends as a sentence does."""
    head = text[:HEAD]
    words = head.count(" ") + 1
    if len(head) > 8 * words and not head.isascii():
        words += (len(head) - len(_DENSE.sub("", head))) // 2
    tail = text[-12:].rstrip(_CLOSERS)
    return words, tail.endswith(_STOPS) and not tail.endswith("...")


def kind(text: str, words: int, *, shut: bool) -> str:
    """What a kept line is: paragraph, heading, list-item or quote."""
    if _BULLET.match(text):
        return "list-item"
    if text[0] == ">" or (text[0] in "“„«" and text[-1] in "“”»" and not shut):
        return "quote"
    return "paragraph" if shut or words > _HEADING else "heading"


def reasons(lines: Sequence[Line], lowered: Sequence[str], there: Sequence[str]) -> list[Found]:
    """For each line the reason to remove it, if there is one. ``lowered`` are their texts, ``there`` their words, sorted."""
    folded = [
        text if line.words <= _NOTICE and len(text) <= 10 * _NOTICE else ""
        for line, text in zip(lines, lowered, strict=True)
    ]
    joined = "\n".join(folded)
    starts = list(accumulate((len(text) + 1 for text in folded), initial=0))
    cookie, alone, promotion = (
        lines_with(joined, starts, there, group) for group in (COOKIE, CONSENT_ALONE, PROMOTION)
    )
    consent = lines_with(joined, starts, there, CONSENT) if cookie else cookie
    marked = {*cookie, *alone, *promotion}  # a Counter asks Python for each number that it has not
    found: list[Found] = []
    for i, (text, line) in enumerate(zip(folded, lines, strict=True)):
        words = line.words
        if i in marked and ((cookie[i] and consent[i]) or alone[i]):
            found.append(("consent", 0.9 if cookie[i] + consent[i] > 2 or words < 10 else 0.7, False))
        elif i in marked and promotion[i] and words <= (30 if promotion[i] > 1 else 20):
            found.append(("promotion", 0.9 if promotion[i] > 1 or words < 8 else 0.6, False))
        else:
            found.append(_place(text, words, shut=line.shut) if text else ("", 0.0, False))
    return found


def _place(text: str, words: int, *, shut: bool) -> Found:
    """Teasers, captions, bylines, dates and the headings of other matter, by how the line begins and ends."""
    bare = text.rstrip(_AFTER)
    if bare.endswith(_MORE.get(bare[-2:], ())):
        return "teaser", 0.9, False
    if words > _TITLE and not shut and _CUT.search(text[-60:]):
        return "teaser", CUT, False
    if words <= _TITLE and begins(text, _OTHER_MATTER):
        return "teaser", 0.7, True
    few = words <= _HEADING
    if "©" in text or _credited(text) or (few and begins(text, _CAPTION) and (":" in text[:20] or not shut)):
        return "caption", 0.8, False
    if not shut and _is_byline(text, words):
        return "byline", 0.8, False
    return "", 0.0, False


def _is_byline(text: str, words: int) -> bool:
    """Whether a line states a day and little else, or begins as bylines do."""
    few = words <= _HEADING
    dated = few and _DIGIT.search(text) and DATE.search(text) and (words < _TITLE or begins(text, _DATED))
    return bool(dated) or (words <= 10 and begins(text, _STATED))


def begins(text: str, table: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether ``text``, lower case, begins with a phrase of the table and the word ends there."""
    for phrase in table.get(text[:2]) or table.get(text[:1], ()):
        if text.startswith(phrase):
            behind = text[len(phrase) : len(phrase) + 1]
            if phrase[-1] >= "\u2e80" or not behind.isalpha():
                return True
    return False


def lines_with(joined: str, starts: list[int], there: Sequence[str], group: tuple[str, ...]) -> Counter[int]:
    """How many phrases of ``group`` each line has; ``joined`` is all lines, ``starts`` where each of them begins.

    Only phrases whose words are among ``there``, the sorted words of all lines, are sought: 0.3 ms for a page of 200 lines
    and 320 phrases, and 1.9 to seek them all.
    """
    hits: Counter[int] = Counter()
    for phrase, whole, last_word in _keyed(group):
        at = bisect_left(there, last_word)
        if at == len(there) or not there[at].startswith(last_word) or not all(_has(there, word) for word in whole):
            continue
        last = -1
        at = joined.find(phrase)
        while at >= 0:
            line = bisect_right(starts, at) - 1
            if line != last and (phrase[0] >= "\u2e80" or at == 0 or not _is_wordly(joined[at - 1])):
                hits[line] += 1
                last = line
            at = joined.find(phrase, at + len(phrase))
    return hits


def _is_wordly(character: str) -> bool:
    return character.isalnum() or character == "_"


def _has(there: Sequence[str], word: str) -> bool:
    at = bisect_left(there, word)
    return at < len(there) and there[at] == word


@cache
def _keyed(group: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Each phrase with what must be there for it: its words but for the last, and a word that begins as the last does.

    Of a phrase in a script that sets no words apart, and of one that ends in a sign, that is its first character, or word.
    """
    keyed = list[tuple[str, tuple[str, ...], str]]()
    for phrase in group:
        words = words_of(phrase)
        if phrase[0] >= "\u2e80" or not _is_wordly(phrase[-1]):
            keyed.append((phrase, (), phrase[0] if phrase[0] >= "\u2e80" else words[0]))
        else:
            keyed.append((phrase, tuple(words[:-1]), words[-1]))
    return tuple(keyed)


def code(text: str) -> str:
    """``script`` or ``markup`` if the line by itself looks like it, else nothing."""
    if not (_SIGN.search(text) or text[0] in "[])(" or text[-1] == ",") or not _HINT.search(text):
        return ""
    tags = sum(len(match) for match in _TAG.findall(text)) if "<" in text or '="' in text else 0
    if tags and 3 * tags > len(text):
        return "markup"
    marks = sum(map(text.count, "{}();=<>[]|&\\_$\"'"))
    signs = len(_CODE.findall(text))
    closed = text[-1] in "{};,"
    dense = 20 * marks >= 3 * len(text) and (marks > 1 or signs or len(text) < 4) and (closed or signs or "}" in text)
    plain = 50 * marks >= 2 * len(text) and signs * 120 > len(text) and (closed or signs > 1)
    return "script" if dense or plain else ""


def _credited(text: str) -> bool:
    """Whether a line ends in the name of a picture agency, set off by a bracket, a slash or a dash."""
    tail = text[-40:].rstrip(" ).]")
    names = [agency for agency in _AGENCIES.get(tail[-2:], ()) if tail.endswith(agency)]
    if not names:
        return False
    name = max(names, key=len)
    before = tail[: -len(name)].rstrip()
    return not before or before.endswith((*"/|(–—-:[©,", " via", "foto", "photo by"))

"""Cleans captures that are text only: scraped paragraphs, the output of a get_text call, WET records.

In such a dump the lines of an article stand among scripts, menus, teasers, captions and cookie lines, and no mark-up
tells them apart. ``clean`` keeps the lines of the article and says of every other one what it took it for.

It promises that the spans of what is kept (``Block.source_start``, ``source_end``) and of what is removed tile the
payload, whatever the encoding and the damage; that the same bytes give the same answer; that time grows with the
length of the payload; and that a payload with words in it comes out empty only if all of it is code and notices.
It knows shapes first and words second: a language that no list in ``phrases`` knows fares worse, not badly.

How: each line gets a reason if it betrays one by itself. Then the stretch of lines with the largest sum is the
article, where sentences count for and short lines and removed ones count against; in it, short lines are kept where
they stand singly or in small groups (headings, list items), and removed where they stand in long ones (menus).
"""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the marks are of many scripts

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from archive.extraction import phrases
from archive.extraction.composed import composed
from archive.model import Block, CleanText, Removed

_FULL: Final = 60  # words that count of one line; what is longer says no more
_BASE: Final = 8.0  # words that a sentence needs before it counts for the article
_SHORT: Final = -1.8  # what a line without a final stop counts
_GROW: Final = 0.15  # by how much of that more, with each of them in a row
_OFF: Final = -13.0  # what a removed line counts
_CODED: Final = -0.3  # what a line of code counts: scripts stand in the middle of articles
_APART: Final = -12.0  # what a line counts that stands over other matter
_AGAIN: Final = -6.0  # what a line counts that is there more than once
_LONG: Final = 25  # words of a line that counts for the article, by half, without a final stop
_JOINED: Final = 8  # words that two lines of one cut sentence have together
_GROUP: Final = 9  # short lines in a row that may be headings or list items
_SURE: Final = 25.0  # an article that counts for less, or none, is flagged
_LIKELY: Final = 0.7  # a line less surely something else may be the headline
_NEAR: Final = 6  # lines before and after the first kept one that may tell the author and the day
_EMPTY: Final = str.maketrans("", "", "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\x00")
_NEWLINE: Final = re.compile(rb"\r\n|\r|\n")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_PROBE: Final = b"\t\r\n 09AZaz+-~{}<>=;.\x1b$B"  # stateful codecs and those of 16 and 32 bits read it otherwise

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class _Line:
    """One line of the dump: where its bytes are, and what is known of it."""

    start: int
    end: int  # of its content
    stop: int  # with what ends it
    text: str
    words: int = 0
    shut: bool = False  # ends as a sentence ends
    reason: str = ""
    score: float = 0.0
    apart: bool = False  # stands over other matter
    value: float = 0.0
    kept: bool = False


def _split(payload: bytes, encoding: str) -> tuple[int, list[_Line]]:
    """The length of the byte order mark, and the lines after it, which tile the rest."""
    name = codecs.lookup(encoding).name.removesuffix("-sig")
    marks = ((bom, exact) for bom, exact in _BOMS if exact.startswith(name) and payload.startswith(bom))
    bom, name = next(marks, (b"", f"{name}-le" if name in ("utf-16", "utf-32") else name))
    whole = _PROBE.decode(name, "replace") == _PROBE.decode("ascii")
    found = (_by_newline if whole else _by_byte)(payload[len(bom) :], name)
    at = len(bom)
    return at, [_Line(at + start, at + end, at + stop, " ".join(text.split())) for start, end, stop, text in found]


def _by_newline(body: bytes, name: str) -> list[tuple[int, int, int, str]]:
    """For encodings in which the bytes of a newline are nothing else: the bytes are split, then decoded."""
    found, at = [], 0
    for match in _NEWLINE.finditer(body):
        found.append((at, match.start(), match.end(), body[at : match.start()].decode(name, "replace")))
        at = match.end()
    if at < len(body):
        found.append((at, len(body), len(body), body[at:].decode(name, "replace")))
    return found


def _by_byte(body: bytes, name: str) -> list[tuple[int, int, int, str]]:
    """For the others, slowly (0.3 s for a megabyte): byte after byte, to see which of them ends a line."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    found: list[tuple[int, int, int, str]] = []
    buffer: list[str] = []
    at = last = 0
    for i in range(len(body)):
        out = decoder.decode(body[i : i + 1], i + 1 == len(body))
        if out:
            buffer.append(out)
        if "\n" in out or "\r" in out:
            end = last if out in "\r\n" else i + 1
            found.append((at, end, i + 1, "".join(buffer)))
            at, buffer = i + 1, []
        last = i + 1 if out else last
    if at < len(body):
        found.append((at, len(body), len(body), "".join(buffer)))
    return found


def _find_words(lines: list[_Line]) -> None:
    """Gives a reason to the lines that their words betray."""
    rest = [line for line in lines if not line.reason]
    for line, found in zip(rest, phrases.reasons([(line.text, line.words, line.shut) for line in rest]), strict=True):
        line.reason, line.score, line.apart = found


def _join(lines: list[_Line]) -> None:
    """Lines that were one sentence before its links were cut out of it: each counts as a sentence."""
    for one, two in pairwise(lines):
        goes_on = (two.text[0].islower() or two.text[0] in ",;.)”’»") and (not one.shut or one.text[-1] == ".")
        if goes_on and not one.reason and not two.reason and one.words + two.words >= _JOINED:
            one.shut = two.shut = True
            one.words, two.words = max(one.words, 3), max(two.words, 3)


def _find_code(lines: list[_Line]) -> None:
    """Marks code, and what stands between two lines of code: up to three lines that are no long sentences."""
    last = -9
    for i, line in enumerate(lines):
        line.words, line.shut = phrases.measure(line.text)
        line.reason = phrases.code(line.text[: phrases.HEAD])
        if not line.reason:
            continue
        line.score = 0.9
        if 1 < i - last <= 4 and all(not between.shut or between.words < 8 for between in lines[last + 1 : i]):
            for between in lines[last + 1 : i]:
                between.reason, between.score = line.reason, 0.7
        last = i


# ---- what the article is ---------------------------------------------------------------------------------------


def _find_cut(lines: list[_Line]) -> None:
    """A line that is only cut off is a teaser, but for one between two sentences: there somebody trails off."""
    for i, line in enumerate(lines):
        if line.reason == "teaser" and line.score == phrases.CUT:
            around = lines[max(0, i - 1) : i] + lines[i + 1 : i + 2]
            if len(around) > 1 and all(other.shut and not other.reason for other in around):
                line.reason, line.score, line.shut = "", 0.0, True


def _values(lines: list[_Line]) -> None:
    """What each line counts for (or, below nought, against) being in the article."""
    seen = Counter(line.text for line in lines)
    run = 0
    for line in lines:
        if line.reason in ("script", "markup"):
            line.value = _CODED
            continue
        run += 1
        if line.reason:
            line.value = _APART if line.apart else _OFF
        elif seen[line.text] > 1:
            line.value = _AGAIN
            if line.shut or seen[line.text] > 2 or line.words > 4:
                line.reason, line.score = "navigation", 0.7 if line.words < 10 else 0.5
        elif line.shut and line.words > 2:
            line.value, run = min(line.words, _FULL) - _BASE, 0
        elif line.words >= _LONG:
            line.value, run = min(line.words, _FULL) / 2, 0
        else:
            line.value = _SHORT * (1 + _GROW * min(run, 20))


def _find_article(lines: list[_Line]) -> tuple[int, int]:
    """The stretch with the largest sum of values: first line and line after the last."""
    best = total = 0.0
    first = begin = after = 0
    for i, line in enumerate(lines):
        if total <= 0:
            total, begin = 0.0, i
        total += line.value
        if total > best:
            best, first, after = total, begin, i + 1
    return first, after


def _choose(lines: list[_Line], first: int, after: int) -> None:
    """Keeps the lines of the article; every other one gets a reason."""
    group: list[_Line] = []
    for line in lines[first:after]:
        if line.value > 0 or (line.shut and line.words > 2 and not line.reason):
            line.kept = True
            _settle(group, keep=len(group) <= _GROUP)
            group = []
        elif not line.reason:
            group.append(line)
    for line in (*lines[:first], *lines[after:]):
        if not line.reason:
            line.reason, line.score = ("teaser", 0.6) if line.words >= 8 else ("navigation", 0.7)


def _settle(group: list[_Line], *, keep: bool) -> None:
    for line in group:
        line.kept = keep
        if not keep:
            line.reason, line.score = "navigation", 0.6


# ---- lines to the answer ---------------------------------------------------------------------------------------


def _title(lines: list[_Line], begin: int) -> _Line | None:
    """The headline before the first kept line: what the dump's first line says again, or that line over a byline."""
    top = lines[0].text[: phrases.HEAD] if lines else ""
    for i in range(begin - 1, 0, -1):  # in scraped paragraphs a first line soon said again is the site's own
        if 3 <= lines[i].words <= 30 and lines[i].text in top and i > _NEAR:
            return lines[i]
    # Without a byline or day below it, none of some hundred such lines of scraped paragraphs was the headline.
    stated = begin <= 3 and any(phrases.names(line.text) or phrases.day(line.text) for line in lines[1:begin])
    return lines[0] if stated and 4 <= lines[0].words <= 20 and not lines[0].shut and not lines[0].apart else None


def _facts(lines: list[_Line]) -> tuple[str | None, tuple[str, ...], str | None]:
    """Title, authors and day, where the lines about the first kept one state them plainly."""
    begin = next((i for i, line in enumerate(lines) if line.kept), 0)
    title = _title(lines, begin)
    if title:
        title.reason, title.score = "other", 0.7
    about = [line for line in lines[max(0, begin - _NEAR) : begin + _NEAR] if not line.kept and line.words <= 20]
    authors = next((names for names in (phrases.names(line.text) for line in about) if names), ())
    days = [day for line in about if line.reason == "byline" and (day := phrases.day(line.text))]
    return title.text if title else None, authors, days[0] if len({day[:10] for day in days}) == 1 else None


def _removed(bom: int, lines: list[_Line]) -> tuple[Removed, ...]:
    """All bytes that no kept line has; blank lines go with the removed line before them."""
    spans: list[Removed] = []

    def add(start: int, end: int, reason: str, score: float) -> None:
        last = spans[-1] if spans and spans[-1].end == start else None
        if last and reason in (last.reason, "blank"):
            score = last.score if reason == "blank" else min(score, last.score)
            spans[-1] = Removed(start=last.start, end=end, reason=last.reason, score=score)
        elif start < end:
            spans.append(Removed(start=start, end=end, reason=reason, score=score))

    add(0, bom, "blank", 1.0)
    for line in lines:
        if line.kept:
            add(line.end, line.stop, "blank", 1.0)
        else:
            add(line.start, line.stop, line.reason or "blank", line.score if line.reason else 1.0)
    return tuple(spans)


def _rescue(lines: list[_Line]) -> None:
    """Where nothing was kept, keeps what may be an article: the longer lines, or all, that are no code or notice."""
    sure = {"script", "markup", "consent", "promotion"}
    loose = [] if any(line.kept for line in lines) else [line for line in lines if line.reason not in sure]
    for line in [line for line in loose if line.words >= 5] or loose:
        line.kept = True


def clean(payload: bytes, encoding: str) -> CleanText:
    """The article in ``payload``, which is text in ``encoding`` (the name of a Python codec)."""
    bom, lines = _split(payload, encoding)
    full = [line for line in lines if line.text and (len(line.text) > 64 or line.text.translate(_EMPTY))]
    _find_code(full)
    _find_words(full)
    _join(full)
    _find_cut(full)
    _values(full)
    first, after = _find_article(full)
    _choose(full, first, after)
    flags = ("unsure",) if full and sum(line.value for line in full[first:after]) < _SURE else ()
    _rescue(full)
    title, authors, day = _facts(full)
    texts, blocks, at = [], [], 0
    for line in full:
        if line.kept:
            texts.append(composed(_SURROGATE.sub("\ufffd", line.text)))
            end = at + len(texts[-1])
            kind = phrases.kind(line.text, line.words, shut=line.shut)
            blocks.append(Block(kind=kind, start=at, end=end, source_start=line.start, source_end=line.end))
            at = end + 2
    return CleanText(
        text="\n\n".join(texts), blocks=tuple(blocks), removed=_removed(bom, lines),
        title=title, authors=authors, published_at=day, flags=flags,
    )  # fmt: skip

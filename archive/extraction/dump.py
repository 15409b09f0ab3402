"""Cleans captures that are text only: scraped paragraphs, the output of a get_text call, WET records.

In such a dump the lines of an article stand among scripts, menus, teasers, captions and cookie lines, and no mark-up
tells them apart. ``clean`` keeps the lines of the article and says of every other one what it took it for.

It promises that the spans of what is kept (``Block.source_start``, ``source_end``) and of what is removed tile the
payload, whatever the encoding and the damage; that the same bytes give the same answer; that time grows with the
length of the payload; and that a payload with words in it comes out empty only if all of it is code and notices.

    lines      the payload's lines, byte for byte
    clues      what each line betrays by itself
    keeping    which lines are the article, by a learned model
    opening    headline, authors and day, where the first lines state them
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archive.extraction import signs
from archive.extraction.choice import Model
from archive.extraction.clues import find_clues
from archive.extraction.keeping import SURE_ENOUGH, Kept, is_barred, keep
from archive.extraction.lines import Line, Spoken, split
from archive.extraction.opening import facts
from archive.model import Block, CleanText, Removed

_PART: Final = 10_000  # lines at once, which take 45 MB; a page has 7,000 at most, and what has more is many pages
_TEASING: Final = 8  # words of a line that may be another article's teaser; of fewer it is a menu's
_OWN: Final = 25  # words of a sentence that is the page's own, but not the article: an author box, a comment, a summary
_LITTLE: Final = 4  # lines
_RESCUED: Final = 5  # words of a line that is kept where nothing else is
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _explain(lines: list[Line], odds: Sequence[float]) -> None:
    """Gives every line that is not kept a reason, and how sure it is that it does not belong to the article."""
    seen: set[str] = set()
    for line, odd in zip(lines, odds, strict=True):
        again = line.text in seen
        seen.add(line.text)
        if line.kept:
            continue
        if not is_barred(line):
            line.score = round(max(line.score, 1 - odd), 2)
        if line.reason:
            continue
        if line.shut and line.words >= _OWN:
            line.reason = "other"
        else:
            line.reason = "teaser" if line.words >= _TEASING and not again else "navigation"


def _removed(bom: int, lines: list[Line]) -> tuple[Removed, ...]:
    """All bytes that no kept line has; blank lines go with the removed line before them."""
    spans: list[tuple[int, int, str, float]] = [(0, bom, "blank", 1.0)] if bom else []
    for line in lines:
        if line.kept:
            start, reason, score = line.end, "blank", 1.0
        else:
            start, reason, score = line.start, line.reason or "blank", line.score if line.reason else 1.0
        if start == line.stop:
            continue
        if spans and spans[-1][1] == start and reason in (spans[-1][2], "blank"):
            first, _, before, known = spans[-1]
            spans[-1] = (first, line.stop, before, known if reason == "blank" else min(known, score))
        else:
            spans.append((start, line.stop, reason, score))
    return tuple(Removed(start=start, end=end, reason=reason, score=score) for start, end, reason, score in spans)


def _rescue(lines: list[Line]) -> None:
    """Where nothing was kept, keeps what may be an article: the longer lines, or all, that are no code or notice."""
    sure = {"script", "markup", "consent", "promotion"}
    loose = [] if any(line.kept for line in lines) else [line for line in lines if line.reason not in sure]
    for line in [line for line in loose if line.words >= _RESCUED] or loose:
        line.kept = True


def clean(payload: bytes, encoding: str, model: Model | None = None, *, repair: bool = False) -> CleanText:
    """The article in ``payload``, which is text in ``encoding`` (the name of a Python codec), by the model shipped.

    With ``repair`` the texts are those that were meant before UTF-8 was read as windows-1252; the spans stay.
    """
    bom, lines = split(payload, encoding, repair=repair)
    full = [line for line in lines if not line.blank]
    odds: list[float] = []
    confidence = 1.0
    for at in range(0, len(full), _PART):
        chosen = _choose(full[at : at + _PART], model)
        odds += chosen.odds
        confidence = min(confidence, chosen.confidence)
    _rescue(full)
    sure = confidence >= SURE_ENOUGH and any(line.kept and line.shut for line in full)
    title, authors, day = facts(full)
    if title:
        title.reason = "other"
    _explain(full, odds)
    text, blocks = _joined(full)
    return CleanText(
        text=text,
        blocks=blocks,
        removed=_removed(bom, lines),
        title=title.text if title else None,
        authors=authors,
        published_at=day,
        flags=("unsure",) if full and not sure else (),
    )


def _choose(lines: list[Line], model: Model | None) -> Kept:
    """Marks the lines that are kept, and says how sure it is of each."""
    spoken = Spoken.of(lines)
    find_clues(lines, spoken)
    chosen = keep(lines, spoken, model)
    # a few sentences, perhaps behind a headline: the model has not seen so little, and takes a short last one for a menu's
    clean_already = len(lines) <= _LITTLE and all(line.shut and not line.reason for line in lines[1:])
    for line, kept in zip(lines, chosen.kept, strict=True):
        line.kept = kept or (clean_already and line.shut and not line.reason)
    return chosen


def _joined(lines: list[Line]) -> tuple[str, tuple[Block, ...]]:
    """The text of the kept lines, and its blocks."""
    texts, blocks, at = [], [], 0
    for line in lines:
        if line.kept:
            texts.append(_SURROGATE.sub("\ufffd", line.text))
            end = at + len(texts[-1])
            kind = signs.kind(line.text, line.words, shut=line.shut)
            blocks.append(Block(kind=kind, start=at, end=end, source_start=line.start, source_end=line.end))
            at = end + 2
    return "\n\n".join(texts), tuple(blocks)

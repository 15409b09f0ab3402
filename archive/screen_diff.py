"""What a person sees of ``archive diff``, and the same as JSON.

Words that were taken out are red and struck through, words that were put in green; where that cannot be seen, in a pipe
or with NO_COLOR, they stand in ``[-…-]`` and ``{+…+}``. Stretches that did not change are cut to a few words.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from archive.compare import FINER, Changed, Difference, FieldCount, Turn
from archive.screen import out, safe
from archive.words import Piece, pieces, shortened

STYLES = {"-": "red strike", "+": "green", "…": "dim", "=": ""}
MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}"), "…": ("[… ", " …]"), "=": ("", "")}
SHOWN_TURNS = 12
TITLE: Final[dict[str, Any]] = {"title_justify": "left", "title_style": "bold"}
HOWS = ("same", "changed", "only_a", "only_b")


def as_json(found: Difference) -> str:
    """The answer of ``diff --json``; the pieces of a row's fields are as they stand on the screen."""
    likeness = dict(found.likeness)
    answer = {
        "a": asdict(found.a),
        "b": asdict(found.b),
        "same": found.same,
        "both": found.both,
        "fields": {field.name: {how: getattr(field, how) for how in HOWS} for field in found.fields},
        "text": likeness,
        "outcomes": [asdict(turn) for turn in found.turns],
        "rows": [_row_json(row) for row in found.rows],
    }
    return json.dumps(answer, ensure_ascii=False)


def _row_json(row: Changed) -> dict[str, object]:
    changes = {name: [[piece.kind, piece.text] for piece in _short(name, pieces(a, b))] for name, a, b in row.fields}
    return {
        "capture_id": row.capture_id,
        "article_id": row.article_id,
        "url": row.url,
        "similarity": round(row.similarity, 4),
        "fields": changes,
    }


def _short(name: str, found: list[Piece]) -> list[Piece]:
    return shortened(found) if name == "text" else shortened(found, longest=20, changes=4)


def show(found: Difference) -> None:
    """The two sides, what differs by field, how alike texts are, what became of records, and the rows that changed most."""
    sides = Table(box=None, show_header=False, pad_edge=False)
    for letter, side in (("A", found.a), ("B", found.b)):
        counts = f"{side.articles:,} articles of {side.records:,} records"
        sides.add_row(Text(letter, "bold"), safe(side.name), safe(side.extractor), counts)
    out.print(sides)
    if found.same:
        out.print(Text(f"the same: {found.both:,} articles that both have, and all outcomes", style="green"))
        return
    out.print()
    _show_fields(found.fields, found.both)
    if found.likeness:
        out.print()
        out.print("articles by the share of words that both texts have", style="bold")
        out.print(_likeness(found.likeness))
    if found.turns:
        out.print()
        out.print(_turns(found.turns))
    if found.rows:
        out.print()
        out.print("rows that changed most", style="bold")
    for row in found.rows:
        _show_row(row)


def _show_fields(fields: tuple[FieldCount, ...], both: int) -> None:
    table = Table(box=None, pad_edge=False, title=f"{both:,} articles that both have, by field", **TITLE)
    table.add_column("field")
    for head in ("same", "changed", "only in A", "only in B"):
        table.add_column(head, justify="right")
    shown = [field for field in fields if field.name not in FINER or len(fields) == 1]
    for field in shown:
        counts = (f"{getattr(field, how):,}" for how in HOWS)
        table.add_row(field.name, *counts, style="" if field.differ else "dim")
    out.print(table)
    finer = ", ".join(f"{field.name} {field.differ:,}" for field in fields if field not in shown)
    if finer:
        out.print(Text(f"also differ: {finer}"))


def _likeness(likeness: tuple[tuple[str, int], ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name, _ in likeness:
        table.add_column(name, justify="right")
    table.add_row(*(f"{count:,}" for _, count in likeness))
    return table


def _turns(turns: tuple[Turn, ...]) -> Table:
    table = Table(box=None, pad_edge=False, title="records that are one thing in A and another in B", **TITLE)
    table.add_column("in A")
    table.add_column("in B")
    table.add_column("records", justify="right")
    for turn in turns[:SHOWN_TURNS]:
        table.add_row(safe(turn.a), safe(turn.b), f"{turn.rows:,}")
    if len(turns) > SHOWN_TURNS:
        table.add_row("…", "…", f"{sum(turn.rows for turn in turns[SHOWN_TURNS:]):,}")
    return table


def _show_row(row: Changed) -> None:
    """A row: what differs of what the page says word by word, of origins and blocks only that they do."""
    out.print()
    share = "all" if row.similarity == 1 else f"{row.similarity:.1%} of"
    out.print(Text.assemble((row.capture_id, "bold"), f"  {share} words shared"))
    if row.url:
        out.print(Padding(safe(row.url), (0, 0, 0, 2)))
    finer = [name for name, *_ in row.fields if name in FINER and len(row.fields) > 1]
    for name, a, b in row.fields:
        if name not in finer:
            found = pieces(a, b)
            same = all(piece.kind == "=" for piece in found)
            changes = Text("only white space differs", style="dim") if same else _marked(_short(name, found))
            out.print(Padding(Text.assemble((f"{name}: ", "bold")) + changes, (0, 0, 0, 2)))
    if finer:
        out.print(Padding(Text("also differ: " + ", ".join(finer)), (0, 0, 0, 2)))


def _marked(found: list[Piece]) -> Text:
    coloured = out.is_terminal and not out.no_color
    text = Text()
    for piece in found:
        body = safe(re.sub(r"\n\s*\n", "\n", piece.text.rstrip()), lines=True)
        before, after = ("", "") if coloured and piece.kind != "…" else MARKS[piece.kind]
        if text.plain and not text.plain[-1].isspace() and piece.kind != "=":
            text.append(" ")
        text.append(before, STYLES[piece.kind])
        body.stylize(STYLES[piece.kind])
        text.append_text(body)
        text.append(after, STYLES[piece.kind])
        blank = piece.text[len(piece.text.rstrip()) :]
        text.append("\n" if "\n" in blank else " " if blank or piece.kind == "…" else "")
    text.rstrip()
    return text

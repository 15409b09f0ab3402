"""Real archives, old, odd and broken, which are no part of the project: what is found in each, beside what warcio and fastwarc find.

``bad_captures.tsv`` has a row for each file. Where we find fewer records than the greater of the two, or more, the row
says why. ``pytest tests/test_bad_captures.py --update`` writes the numbers anew and keeps the reasons.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from archive import sources
from archive.model import Capture, Damage, Origin, ReadOptions
from tests import making

TABLE = Path(__file__).parent / "bad_captures.tsv"
COLUMNS = ("file", "warcio", "fastwarc", "records", "damaged", "skipped", "why")
Row = dict[str, str]


def kept() -> dict[str, Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def found() -> dict[str, Row]:
    """What is read now, beside what the others' readers found; without the reasons."""
    with (making.material("bad-captures") / "index.tsv").open(encoding="utf-8", newline="") as file:
        others = sorted(csv.DictReader(file, delimiter="\t"), key=lambda row: row["file"])
    return {
        row["file"]: {
            "file": row["file"],
            "warcio": row["warcio_records"],
            "fastwarc": row["fastwarc_records"],
            **counted(row["file"]),
        }
        for row in others
    }


def counted(name: str) -> Row:
    counts = Counter(records=0, damaged=0, skipped=0)
    path = making.material("bad-captures") / name
    with path.open("rb") as file:
        door = sources.Opened(file=file, size=path.stat().st_size, origin=Origin(path=name), in_place=True)
        for one in sources.captures(door, ReadOptions()):
            counts["records" if isinstance(one, Capture) else "damaged" if isinstance(one, Damage) else "skipped"] += 1
    return {name: str(count) for name, count in counts.items()}


def differs(row: Row) -> bool:
    """True where we do not find as many records as the one of the two that finds most; neither reads WACZ."""
    counts = [int(row[name]) for name in ("warcio", "fastwarc") if row[name]]
    return not counts or int(row["records"]) != max(counts)


def test_each_archive_is_read_as_the_table_says(*, update: bool) -> None:
    now = found()
    before = kept() if TABLE.exists() else {}
    if update:
        rows = [COLUMNS, *((*row.values(), before.get(name, {}).get("why", "")) for name, row in now.items())]
        TABLE.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
        before = kept()
    assert {name: {**row, "why": before.get(name, {}).get("why", "")} for name, row in now.items()} == before


def test_every_difference_is_explained_and_nothing_else() -> None:
    rows = kept()
    assert len(rows) == 175
    assert [name for name, row in rows.items() if differs(row) != bool(row["why"].strip())] == []


def test_where_fewer_records_are_found_a_row_says_so() -> None:
    for name, row in kept().items():
        assert int(row["records"]) + int(row["damaged"]) + int(row["skipped"]) > 0, name
        if differs(row) and row["warcio"] and int(row["records"]) < max(int(row["warcio"]), int(row["fastwarc"])):
            assert int(row["damaged"]) + int(row["skipped"]) > 0, name

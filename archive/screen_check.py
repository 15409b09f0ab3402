"""What a person sees of ``archive check``, and the same as JSON.

Findings are counted by rule and field, so that a million faulty records take no more room than one; each of them is
shown, or written as JSON, while the file is read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

from rich.text import Text

from archive.check.rules import FIELDS, SEVERITIES
from archive.model import Checked, Finding
from archive.screen import safe, whole

STYLES = {"error": "red", "warning": "yellow", "note": "dim"}


@dataclass(slots=True, kw_only=True)
class Group:
    """Findings of one rule about one field: the first, and how many there are."""

    first: Finding
    times: int = 0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found in one file."""

    path: str
    records: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # by severity
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)  # by rule and field

    def add(self, found: Finding) -> None:
        """One finding."""
        self.counts[found.severity] += 1
        about = found.field or ""
        key = (found.rule, about if about.lower() in FIELDS else "")  # other names may be without number
        if found.rule.startswith("wacz"):  # a rule there is a whole section of the specification
            key = (found.rule, f"{found.severity} {found.message}")
        self.groups.setdefault(key, Group(first=found)).times += 1


def tallied(found: Iterable[Finding | Checked], each: Callable[[Finding], None] | None = None) -> list[Tally]:
    """What was found, counted by file; ``each`` gets every finding as it comes."""
    tallies: list[Tally] = []
    tally: Tally | None = None
    for item in found:
        tally = tally or Tally(path=item.path)
        if isinstance(item, Finding):
            tally.add(item)
            if each:
                each(item)
        else:
            tally.records = item.records
            tallies.append(tally)
            tally = None
    return tallies


def wrong(tallies: Sequence[Tally], *, strict: bool) -> bool:
    """True where some file is not as the standard says it shall be, or with ``strict`` as it should."""
    return any(tally.counts["error"] or (strict and tally.counts["warning"]) for tally in tallies)


def as_json(found: Iterable[Finding | Checked], *, strict: bool, echo: Callable[[str], None]) -> list[Tally]:
    """Writes the answer of ``check --json`` as the findings come; returns what was found, counted."""
    tallies: list[Tally] = []
    tally: Tally | None = None
    echo('{"files": [')
    for item in found:
        if tally is None:
            tally = Tally(path=item.path)
            echo(("," if tallies else "") + '\n{"path": ' + json.dumps(item.path) + ', "findings": [')
        if isinstance(item, Finding):
            echo(("," if tally.groups else "") + "\n" + json.dumps(asdict(item)))
            tally.add(item)
        else:
            counts = {"records": item.records, **{f"{name}s": tally.counts[name] for name in SEVERITIES}}
            echo("], " + json.dumps(counts)[1:])
            tallies.append(tally)
            tally = None
    sums = {f"{name}s": sum(tally.counts[name] for tally in tallies) for name in SEVERITIES}
    echo("], " + json.dumps({**sums, "ok": not wrong(tallies, strict=strict)})[1:] + "\n")
    return tallies


def line(found: Finding) -> None:
    """One finding on one line, with file and place in front, as compilers write them."""
    record = f" (record {found.record:,})" if found.record else ""
    words = (f"{found.path}:{_offset(found)}: ", (found.severity, STYLES[found.severity]), f": {found.clause}: ")
    whole(Text.assemble(safe(words[0]), words[1], words[2], safe(found.message), record))


def show(tallies: Sequence[Tally], *, grouped: bool) -> None:
    """Each file with its verdict, and (``grouped``) what was found in it, errors first."""
    for tally in tallies:
        counts = [_many(tally.counts[name], name) for name in SEVERITIES if tally.counts[name]]
        listed = [_many(tally.records, "record")] if tally.records or not tally.path.lower().endswith(".wacz") else ["a WACZ"]
        words = ", ".join([*listed, *counts])
        verdict = ("not valid", "red") if tally.counts["error"] else ("valid", "green")
        whole(Text.assemble(safe(f"{tally.path}: "), verdict, f"; {words}"))
        groups = sorted(tally.groups.values(), key=lambda group: SEVERITIES.index(group.first.severity))
        for group in groups if grouped else ():
            first = group.first
            times = f"{group.times:,} times, first " if group.times > 1 else ""
            record = f"in record {first.record:,} " if first.record else ""
            place = f"{first.clause:<16} {times}{record}at {_offset(first)}" if not first.rule.startswith("wacz") else first.clause
            whole(Text.assemble("  ", (f"{first.severity:<8}", STYLES[first.severity]), " ", (place, "dim")))
            whole(Text.assemble(" " * 11, safe(first.message)))


def _offset(found: Finding) -> str:
    """Where it is: in a gzipped file the member's offset, and the one in what it unpacks to."""
    inside = found.unpacked_offset
    return f"{found.offset}" if inside is None else f"{found.offset}+{inside}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

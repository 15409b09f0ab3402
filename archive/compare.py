"""What changed between two corpora, or between what two extractors make of the same records.

``diff_corpora`` joins two corpora by capture_id out of core (``joining.py``). ``diff_extractors`` reads each record once
and gives it to both; nothing is written.

Compared are outcomes (article, rejected with stage and reason, damaged) of all records that either side has, and the
columns of ``FIELDS`` of articles that both have. Where a record lies and which extractor made a row is no difference.
Of the rows that changed most only as many as are asked for are kept with their values.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from archive import identity
from archive.again import check, found_again, slices_of
from archive.corpus import Corpus
from archive.errors import CorpusError, Rejected, UsageError
from archive.extraction import Extractor, find_extractor
from archive.joining import joined
from archive.model import Capture, Extraction
from archive.schema import SCHEMA_VERSION
from archive.words import similarity

FIELDS = (
    "text", "title", "authors", "published_at", "modified_at", "language", "site_name", "description", "canonical_url",
    "section", "tags", "image_url", "access", "flags",
)  # fmt: skip
FINER = (  # shown where they differ only
    "title_origin", "authors_origin", "published_at_origin", "modified_at_origin", "language_origin",
    "site_name_origin", "description_origin", "canonical_url_origin", "section_origin", "tags_origin",
    "image_url_origin", "access_origin", "charset", "charset_origin", "blocks", "removed", "boilerplate_share",
)  # fmt: skip
OF_THE_RECORD = ("capture_id", "article_id", "url")
LIKENESS = ("identical", "> .99", "> .9", "> .5", "less")
ABSENT = "not in this corpus"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCount:
    """Of the articles that both have: in how many a field is the same, differs, or is stated by one side only."""

    name: str
    same: int
    changed: int
    only_a: int
    only_b: int

    @property
    def differ(self) -> int:
        """Articles in which it is not the same."""
        return self.changed + self.only_a + self.only_b


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How many records are one thing in A and another in B."""

    a: str
    b: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An article that changed: how alike its texts (or the field that was asked for) are, and what differs."""

    capture_id: str
    article_id: str
    url: str | None
    similarity: float
    fields: tuple[tuple[str, str, str], ...]  # name, value in A, value in B


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: its name, what made it, and how many records and articles it has."""

    name: str
    extractor: str
    records: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What ``archive diff`` found."""

    a: Side
    b: Side
    both: int  # articles that both have
    fields: tuple[FieldCount, ...]
    likeness: tuple[tuple[str, int], ...]  # of the texts of articles that both have
    turns: tuple[Turn, ...]
    rows: tuple[Changed, ...]  # those that changed most, first

    @property
    def same(self) -> bool:
        """True where nothing differs."""
        return not self.turns and not any(field.differ for field in self.fields)


class Tally:
    """Counts what differs, and keeps the rows that changed most."""

    def __init__(self, rows: int, field: str | None) -> None:
        if field is not None and field not in FIELDS + FINER:
            message = f"no field {field}; choose among {', '.join(FIELDS + FINER)}"
            raise UsageError(message)
        self._most, self._field = rows, field
        self._names = (field,) if field else FIELDS + FINER
        self._fields: dict[str, Counter[str]] = {name: Counter() for name in self._names}
        self._likeness: Counter[str] = Counter()
        self._turns: Counter[tuple[str, str]] = Counter()
        self._heap: list[tuple[float, int, str, Changed]] = []
        self._both = 0

    def outcome(self, a: str, b: str) -> None:
        """What became of a record on either side."""
        if a != b:
            self._turns[a, b] += 1

    def article(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
        """An article that both have."""
        self._both += 1
        changed = []
        for name in self._names:
            how = _how(a[name], b[name])
            self._fields[name][how] += 1
            if how != "same":
                changed.append(name)
        looked_at = self._field or "text"
        alike = 1.0
        if looked_at in changed:
            alike = similarity(shown(a[looked_at]), shown(b[looked_at]))
        if self._field in (None, "text"):
            self._likeness[_class(alike, identical="text" not in changed)] += 1
        if changed and self._most:
            self._keep(a, b, alike, changed)

    def _keep(self, a: Mapping[str, Any], b: Mapping[str, Any], alike: float, changed: list[str]) -> None:
        key = (1 - alike, len(changed), a["capture_id"])
        if len(self._heap) == self._most and key < self._heap[0][:3]:
            return
        row = Changed(
            capture_id=a["capture_id"],
            article_id=a["article_id"],
            url=a["url"],
            similarity=alike,
            fields=tuple((name, shown(a[name]), shown(b[name])) for name in changed),
        )
        push = heapq.heappushpop if len(self._heap) == self._most else heapq.heappush
        push(self._heap, (*key, row))

    def close(self, a: Side, b: Side) -> Difference:
        """All that was found."""
        counts = [
            FieldCount(name=name, **{how: found[how] for how in ("same", "changed", "only_a", "only_b")})
            for name, found in self._fields.items()
        ]
        return Difference(
            a=a,
            b=b,
            both=self._both,
            fields=tuple(count for count in counts if count.name in (*FIELDS, self._field) or count.differ),
            likeness=tuple((name, self._likeness[name]) for name in LIKENESS) if self._likeness else (),
            turns=tuple(
                Turn(a=x, b=y, rows=n) for (x, y), n in sorted(self._turns.items(), key=lambda i: (-i[1], i[0]))
            ),
            rows=tuple(row for *_, row in sorted(self._heap, key=lambda item: item[:3], reverse=True)),
        )


def _how(a: Any, b: Any) -> str:  # noqa: ANN401 - any cell
    if a == b:
        return "same"
    empty_a, empty_b = _is_empty(a), _is_empty(b)
    if empty_a or empty_b:
        return "same" if empty_a and empty_b else "only_b" if empty_a else "only_a"
    return "changed"


def _is_empty(value: Any) -> bool:  # noqa: ANN401 - any cell
    return value is None or (not isinstance(value, float) and len(value) == 0)


def _class(alike: float, *, identical: bool) -> str:
    if identical:
        return LIKENESS[0]
    bounds = zip((0.99, 0.9, 0.5), LIKENESS[1:], strict=False)
    return next((name for bound, name in bounds if alike > bound), LIKENESS[-1])


def shown(value: Any) -> str:  # noqa: ANN401 - any cell
    """A cell as text: the values of a list one after the other, blocks and removed spans one a line."""
    plain = value.as_py() if isinstance(value, pa.Scalar) else value
    if plain is None:
        return ""
    if isinstance(plain, str | float):
        return str(plain)
    parts = [one if isinstance(one, str) else _span(one) for one in plain]
    return ("; " if all(isinstance(one, str) for one in plain) else "\n").join(parts)


def _span(value: Any) -> str:  # noqa: ANN401 - a Block or Removed, or one as Parquet gives it back
    cells = value if isinstance(value, dict) else asdict(value)
    return f"{cells.get('kind') or cells.get('reason')} {cells['start']}-{cells['end']}"


# ---- two corpora -----------------------------------------------------------------------------------------------


def diff_corpora(a: Corpus, b: Corpus, *, rows: int = 3, field: str | None = None) -> Difference:
    """What differs between two corpora. Raises ``UsageError`` for a field that there is not."""
    tally = Tally(rows, field)
    for corpus in (a, b):
        if corpus.manifest.schema_version != SCHEMA_VERSION:
            message = f"{corpus.folder}: columns of version {corpus.manifest.schema_version}, not {SCHEMA_VERSION}: reextract it first"
            raise CorpusError(message)
    for one, other in joined(a, b, "captures", ("capture_id", "outcome", "stage", "reason")):
        tally.outcome(_became(one), _became(other))
    columns = (*OF_THE_RECORD, *((field,) if field else FIELDS + FINER))
    for one, other in joined(a, b, "articles", columns):
        if one and other:
            tally.article(one, other)
    return tally.close(_side(a), _side(b))


def _became(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ABSENT
    if row["outcome"] == "article":
        return "article"
    return f"{'damaged' if row['outcome'] == 'damaged' else row['stage']}: {row['reason']}"


def _side(corpus: Corpus) -> Side:
    columns = ["extractor", "extractor_version"]
    first = next((row for _, rows in corpus.rows("articles", columns) for row in rows), None)
    made_by = f"{first['extractor']} {first['extractor_version']}" if first else corpus.manifest.settings.extractor
    counts = corpus.manifest.counts
    return Side(name=str(corpus.folder), extractor=made_by, records=counts.records, articles=counts.articles)


# ---- two extractors --------------------------------------------------------------------------------------------


def diff_extractors(
    corpus: Corpus, names: tuple[str, str], *, source_roots: Iterable[str] = (), rows: int = 3, field: str | None = None
) -> Difference:
    """What differs between what two extractors make of a corpus's records; nothing is written.

    Raises ``UsageError`` for an extractor or a field that there is not, ``CorpusError`` where records are missing.
    """
    tally = Tally(rows, field)
    extractors = [find_extractor(name) for name in names]
    check(corpus)
    articles: Counter[int] = Counter()
    for part in slices_of(corpus, source_roots):
        for found in found_again(part.again) if part.again else ():
            if not isinstance(found, Capture):
                continue  # a damaged range is one for both
            seen = [_see(extractor, found) for extractor in extractors]
            articles.update(number for number, one in enumerate(seen) if isinstance(one, Extraction))
            tally.outcome(*(one if isinstance(one, str) else "article" for one in seen))
            if isinstance(seen[0], Extraction) and isinstance(seen[1], Extraction):
                tally.article(*(_cells(found, one) for one in seen if isinstance(one, Extraction)))
    records = corpus.manifest.counts.records
    sides = [
        Side(name=str(corpus.folder), extractor=f"{one.name} {one.version}", records=records, articles=articles[number])
        for number, one in enumerate(extractors)
    ]
    return tally.close(*sides)


def _see(extractor: Extractor, found: Capture) -> Extraction | str:
    try:
        return extractor.extract(found)
    except Rejected as why:
        return f"{why.stage}: {why.reason}"


def _cells(found: Capture, seen: Extraction) -> dict[str, Any]:
    row_id = identity.capture_id(found)
    cells: dict[str, Any] = {name: getattr(seen, name) for name in FIELDS + FINER}
    return cells | {
        "capture_id": str(row_id),
        "article_id": str(identity.article_id(row_id)),
        "url": found.target_uri if identity.host_of(found.target_uri) else None,
        "flags": tuple(dict.fromkeys((*found.flags, *seen.flags))),
    }

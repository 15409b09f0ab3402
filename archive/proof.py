"""Does the corpus hold what it says? Every file, every digest, every row, every count.

- **files**: each file of the manifest is there, whole and unchanged, and no other is; inputs that rows refer to are
  where they were, byte for byte;
- **captures**: each row is made anew from its record's bytes and compared cell by cell; a rejection must be reached
  again; a damaged range must be the same bytes;
- **articles**: each is extracted again from its record and compared cell by cell;
- **places**: each row lies in the folder of its partition, in order, and was found where it says;
- **counts**: records = articles + rejections, in every input, in the manifest and in the rows.

Nothing is believed because it stands in the corpus: rows are made by the functions that made them first (``rows.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from archive import child, identity, manifest, sources
from archive.corpus import Corpus
from archive.errors import ArchiveError, Rejected, UsageError
from archive.extraction import Extractor
from archive.furniture import furniture_of
from archive.model import Capture, Damage, Origin, Settings
from archive.proof_files import check_files, check_id, check_inputs, check_range, deadly_inputs
from archive.proof_ids import Ids
from archive.proof_places import KnownInput, Placement, in_record_order, is_named, odd_source
from archive.repeats import is_wrapped
from archive.rows import article_row, capture_row, damage_row, registered_domain
from archive.table import to_batch

FIRST = 3  # ids that are named of rows which cannot be made again


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that is not as the corpus says: in which table, which row or file, what, and the figures."""

    table: str  # articles, captures, inputs, files or manifest
    id: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What ``verify`` found; ``rows`` is how many rows were made anew and compared."""

    ok: bool
    rows: int
    failures: tuple[Failure, ...]


def verify(corpus: Corpus, *, sample: int | None = None, told: Callable[[int, int], None] | None = None) -> Verdict:
    """The verdict on a corpus. With ``sample``, that many rows of each table are made anew; all else is checked whole."""
    told = told or (lambda *_: None)
    checker = Checker(corpus, sample, told)
    if check_files(corpus, checker.fail):
        checker.inputs = check_inputs(corpus, checker.fail)
        checker.captures()
        checker.articles()
        checker.counts()
        told(checker.rows, len(checker.failures))
        checker.close()
    failures = tuple(checker.failures)
    return Verdict(ok=not failures, rows=checker.rows, failures=failures)


class Checker:
    """One verification on its way."""

    def __init__(self, corpus: Corpus, sample: int | None, told: Callable[[int, int], None]) -> None:
        self.corpus, self._sample, self._told = corpus, sample, told
        self.failures: list[Failure] = []
        self.rows = 0
        self._extractor = _installed(corpus.manifest.settings)
        self._furniture = furniture_of(corpus)
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._reasons: Counter[str] = Counter()
        self._article_ids = Ids(())
        self._damages: dict[str, dict[tuple[Any, ...], dict[str, Any]] | None] = {}
        self._deadly: frozenset[str] = frozenset()  # inputs that cannot be read to their end without dying of it
        self._stale = self._extractor is None or not manifest.is_current(corpus.manifest)
        self._left: dict[tuple[str, str], list[str]] = defaultdict(list)  # by table and what made them: a few ids
        self._left_rows: Counter[tuple[str, str]] = Counter()
        self.inputs: dict[str, KnownInput] = {}
        self._reader = corpus.reader()

    def fail(self, table: str, row_id: str, what: str, detail: str) -> None:
        """Notes a failure."""
        self.failures.append(Failure(table=table, id=row_id, what=what, detail=detail))

    def _tell(self) -> None:
        self._told(self.rows, len(self.failures))

    def close(self) -> None:
        """Lets go of the file that was read last."""
        self._reader.close()

    # ---- rows

    def captures(self) -> None:
        """Makes each row of ``captures`` anew."""
        picked = self._pick("captures", "capture_id")
        self._deadly = deadly_inputs(self.corpus)
        self._article_ids = Ids(row["capture_id"] for row in self._article_rows())
        if self._article_ids.repeated:
            once: set[str] = set()
            for row in self._article_rows():
                if row["capture_id"] in once:
                    self.fail("articles", row["article_id"], "repeated", "its capture has another row in articles")
                once.add(row["capture_id"])
        for row in in_record_order(self._passing("captures", "capture_id", picked)):
            self._tell()
            self._capture(row)
            self.rows += 1
        self._tell_left("captures")
        for row in () if self._article_ids.all_taken else self._article_rows():
            if self._article_ids.take(row["capture_id"]):
                detail = f"captures has no row {row['capture_id']} that is an article"
                self.fail("articles", row["article_id"], "capture_id", detail)

    def _article_rows(self) -> Iterator[dict[str, Any]]:
        for _, rows in self.corpus.rows("articles", ["article_id", "capture_id"]):
            yield from rows

    def _passing(self, table: str, row_id: str, picked: set[str] | None) -> Iterator[dict[str, Any]]:
        """The rows that are to be made anew, after a look at the place of each, and of each capture its count."""
        placement = Placement(self.corpus, table, self.fail)
        for file, rows in self.corpus.rows(table):
            for row in rows:
                placement.see(file.path, row)
                if table == "captures":
                    self._count(row)
                if picked is None or row[row_id] in picked:
                    yield row

    def _count(self, row: dict[str, Any]) -> None:
        found = self._found[row["source_path"]]
        found["damaged" if row["outcome"] == "damaged" else "records"] += 1
        found["articles"] += row["outcome"] == "article"
        if row["outcome"] != "article":
            self._reasons[f"{'damaged' if row['outcome'] == 'damaged' else row['stage']}: {row['reason']}"] += 1
        if (row["outcome"] == "article") != self._article_ids.take(row["capture_id"]):
            self.fail(
                "captures", row["capture_id"], "outcome", f"it says {row['outcome']}, and articles has it otherwise"
            )

    def _capture(self, row: dict[str, Any]) -> None:
        if row["outcome"] == "damaged":
            self._damaged(row)
            return
        found = self._read("captures", row["capture_id"], row)
        if found is None:
            return
        why = None
        killed = row["stage"] == "extraction" and row["reason"] in child.REASONS  # it would kill this process too
        if row["outcome"] == "rejected" and killed:
            why = Rejected(row["stage"], row["reason"], row["detail"] or "")
        elif row["outcome"] == "rejected" and (self._stale or self._extractor is None):
            why = Rejected(row["stage"] or "", row["reason"] or "", row["detail"] or "")
            self._leave("captures", row["capture_id"], self.corpus.manifest.settings.extractor)
        elif row["outcome"] == "rejected":
            try:
                self._extractor.extract(found)  # type: ignore[union-attr]
                self.fail("captures", row["capture_id"], "outcome", "it says rejected, but its record holds an article")
            except Rejected as rejected:
                why = rejected
        expected = capture_row(found, found.locator, rejected=why, article=row["outcome"] == "article")
        self._compare("captures", row["capture_id"], row, asdict_row(expected))
        if odd := odd_source(row, found, self.inputs.get(row["source_path"])):
            self.fail("captures", row["capture_id"], "source", odd)

    def _damaged(self, row: dict[str, Any]) -> None:
        path, row_id = row["source_path"], row["capture_id"]
        if path not in self._damages:
            self._damages[path] = self._damages_of(path)
        known = self._damages[path]
        kind = self.inputs[path].kind if path in self.inputs else None
        if path in self._deadly:
            check_range(self.corpus, row, kind, self.fail)
        elif known is None:  # only the row's own id is left to say so
            if kind == "warc":
                self.fail("captures", row_id, "missing", f"{path} is not where it was")
            else:
                check_id(row, self.fail)
        elif (expected := known.get(_range(row))) and expected["record_sha256"] == row["record_sha256"]:
            self._compare("captures", row_id, row, expected)
        else:
            self.fail("captures", row_id, "changed", f"{path} has no such damaged range")

    def _damages_of(self, path: str) -> dict[tuple[Any, ...], dict[str, Any]] | None:
        """The rows of an input's damaged ranges, made anew, by place; None where it is not to be had, or not to be read."""
        if path in self._deadly:
            return None
        try:
            with self.corpus.locate(path).open("rb") as file:
                opened = sources.Opened(file=file, size=file.seek(0, 2), origin=Origin(path=path), in_place=True)
                found = sources.captures(opened, self.corpus.manifest.settings.reading)
                rows = [asdict_row(damage_row(one)) for one in found if isinstance(one, Damage)]
        except (ArchiveError, OSError):
            return None
        return {_range(row): row for row in rows}

    def articles(self) -> None:
        """Extracts each article anew."""
        picked = self._pick("articles", "article_id")
        for row in in_record_order(self._passing("articles", "article_id", picked)):
            self._tell()
            self.rows += 1
            if self._extractor is None or row["config_sha256"] != self._extractor.config_sha256:
                made_by = f"{row['extractor']} {row['extractor_version']} {row['config_sha256'].hex()[:16]}"
                self._leave("articles", row["article_id"], made_by)
            else:
                self._article(row, self._extractor)
        self._tell_left("articles")

    def _leave(self, table: str, row_id: str, made_by: str) -> None:
        """Notes a row that what is installed cannot make again."""
        self._left_rows[table, made_by] += 1
        if len(self._left[table, made_by]) < FIRST:
            self._left[table, made_by].append(row_id)

    def _tell_left(self, table: str) -> None:
        """One failure for all rows of a table that the same extractor made."""
        for (where, made_by), count in self._left_rows.items():
            if where == table:
                ids = ", ".join(self._left[where, made_by]) + (", …" if count > FIRST else "")
                what = "articles" if table == "articles" else "rejections"
                detail = f"{count} {what} by {made_by}, which is not what is installed, were not extracted again: {ids}"
                self.fail(table, "*", "extractor", detail)

    def _article(self, row: dict[str, Any], extractor: Extractor) -> None:
        found = self._read("articles", row["article_id"], row)
        if found is None:
            return
        try:
            seen = extractor.extract(found)
            if self._furniture:
                seen = self._furniture.without(seen, registered_domain(identity.host_of(found.target_uri)))
            expected = article_row(found, found.locator, seen)
        except Rejected as why:
            self.fail("articles", row["article_id"], "outcome", f"its record holds no article: {why}")
            return
        self._compare("articles", row["article_id"], row, asdict_row(expected))
        if odd := odd_source(row, found, self.inputs.get(row["source_path"])):
            self.fail("articles", row["article_id"], "source", odd)

    def _read(self, table: str, row_id: str, row: dict[str, Any]) -> Capture | None:
        try:
            return self.corpus.capture_at(row, self._reader)
        except ArchiveError as why:
            self.fail(table, row_id, "record", str(why))
            return None

    def _compare(self, table: str, row_id: str, row: dict[str, Any], expected: dict[str, Any]) -> None:
        if "repeated-record" in row["flags"]:
            expected = _numbered(row, expected)
        for name, value in expected.items():
            if row[name] != value:
                self.fail(table, row_id, name, f"the row says {_short(row[name])}, its record {_short(value)}")

    def _pick(self, table: str, column: str) -> set[str] | None:
        if self._sample is None:
            return None
        ids = sorted(row[column] for _, rows in self.corpus.rows(table, [column]) for row in rows)
        step = max(1, len(ids) // max(1, self._sample))
        return set(ids[::step][: self._sample])  # ids are hashes: evenly spaced ones are a fair sample

    # ---- counts

    def counts(self) -> None:
        """Recounts what was found, by input and in all."""
        total: Counter[str] = Counter()
        for _, rows in self.corpus.rows("inputs"):
            for row in rows:
                total["skipped" if row["member"] is None else "members_skipped"] += row["skipped"] is not None
                self._reasons["skipped: unreadable"] += row["kind"] == "unreadable"
                if row["member"] is not None:
                    continue
                total["inputs"] += 1
                found = self._found.pop(row["path"], Counter())
                found["rejections"] = found["records"] - found["articles"]
                for name in ("records", "articles", "rejections", "damaged"):
                    total[name] += found[name]
                    if found[name] != row[name]:
                        self.fail("inputs", row["path"], name, f"{row[name]} stated, {found[name]} rows in captures")
        for path in self._found:
            self.fail("inputs", path, "missing", "captures has rows of it, inputs does not name it")
        made = self.corpus.manifest
        for name, stated in (*asdict(made.counts).items(), ("inputs", made.inputs)):
            if stated != total[name]:
                self.fail("manifest", name, "count", f"{stated} stated, {total[name]} counted")
        reasons = tuple(sorted((+self._reasons).items()))
        if made.reasons != reasons:
            odd = sorted({name for name, _ in set(made.reasons) ^ set(reasons)})
            self.fail("manifest", "reasons", "count", f"not as counted: {', '.join(odd) or 'their order'}")


def _installed(settings: Settings) -> Extractor | None:
    try:
        return manifest.extractor_of(settings)
    except UsageError:
        return None


def asdict_row(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    """A row as Parquet gives it back."""
    table = "articles" if hasattr(row, "text") else "captures"
    found: dict[str, Any] = to_batch([row], table).to_pylist()[0]
    return found


def _numbered(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """``expected`` with the ids of a further appearance of the same record, if that is what the row has."""
    try:
        new, first = UUID(row["capture_id"]), UUID(expected["capture_id"])
    except ValueError:  # the row's is no id at all
        return expected
    # one that we wrapped was written anew under an id of its own, from which the row's follows
    if not (is_wrapped(row) and new == first) and not is_named(new, first, row["flags"]):
        return expected
    article = str(identity.article_id(new)) if expected["article_id"] else None
    flags = [*expected["flags"], "repeated-record"]
    return expected | {"capture_id": str(new), "article_id": article, "flags": flags}


def _range(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("source_member", "source_offset", "source_line", "unpacked_offset"))


def _short(value: Any) -> str:  # noqa: ANN401 - any cell
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004

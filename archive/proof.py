"""Does the corpus hold what it says? Every file, every digest, every row, every count.

- **files**: each file of the manifest is there, whole and unchanged, and no other is; inputs that rows refer to are
  where they were, byte for byte;
- **captures**: each row is made anew from its record's bytes and compared cell by cell; a rejection must be reached
  again; a damaged range must be the same bytes;
- **articles**: each is extracted again from its record and compared cell by cell;
- **counts**: records = articles + rejections, in every input, in the manifest and in the rows.

Nothing is believed because it stands in the corpus: rows are made by the functions that made them first (``rows.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from archive import child, identity, manifest, sources, warc
from archive.corpus import Corpus, damage_of, origin_of
from archive.errors import ArchiveError, Rejected
from archive.extraction import Extractor, find_extractor
from archive.model import Capture, Damage, Origin
from archive.proof_files import check_files, check_inputs, check_range, deadly_inputs
from archive.proof_ids import Ids
from archive.rows import article_row, capture_row, damage_row
from archive.table import to_batch

WRAPPED_KINDS = ("html", "text", "jsonl")
REPEATS = 100_000


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


def verify(corpus: Corpus, *, sample: int | None = None) -> Verdict:
    """The verdict on a corpus. With ``sample``, that many rows of each table are made anew; all else is checked whole."""
    checker = Checker(corpus, sample)
    if check_files(corpus, checker.fail):
        checker.kinds = check_inputs(corpus, checker.fail)
        checker.captures()
        checker.articles()
        checker.counts()
    failures = tuple(checker.failures)
    return Verdict(ok=not failures, rows=checker.rows, failures=failures)


class Checker:
    """One verification on its way."""

    def __init__(self, corpus: Corpus, sample: int | None) -> None:
        self.corpus, self._sample = corpus, sample
        self.failures: list[Failure] = []
        self.rows = 0
        self._extractor: Extractor = find_extractor(corpus.manifest.settings.extractor)
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._reasons: Counter[str] = Counter()
        self._article_ids = Ids(())
        self._damages: dict[str, dict[str, dict[str, Any]] | None] = {}
        self._deadly: frozenset[str] = frozenset()  # inputs that cannot be read to their end without dying of it
        self._stale = corpus.manifest.config_sha256 != manifest.settings_sha256(corpus.manifest.settings).hex()
        self.kinds: dict[str, str] = {}  # of the inputs

    def fail(self, table: str, row_id: str, what: str, detail: str) -> None:
        """Notes a failure."""
        self.failures.append(Failure(table=table, id=row_id, what=what, detail=detail))

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
        for _, rows in self.corpus.rows("captures"):
            for row in rows:
                self._count(row)
                if picked is None or row["capture_id"] in picked:
                    self.rows += 1
                    self._capture(row)
        for row in () if self._article_ids.all_taken else self._article_rows():
            if self._article_ids.take(row["capture_id"]):
                detail = f"captures has no row {row['capture_id']} that is an article"
                self.fail("articles", row["article_id"], "capture_id", detail)

    def _article_rows(self) -> Iterator[dict[str, Any]]:
        for _, rows in self.corpus.rows("articles", ["article_id", "capture_id"]):
            yield from rows

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
        limit = self.corpus.manifest.settings.reading.limits.record_bytes
        if row["warc_filename"] is None and (row["block_length"] or 0) > limit:
            return  # too large to copy out of its container: the row says so, and nothing is there to compare
        found = self._read("captures", row["capture_id"], row)
        if found is None:
            return
        why = None
        killed = row["stage"] == "extraction" and row["reason"] in child.REASONS  # it would kill this process too
        if row["outcome"] == "rejected" and (self._stale or killed):
            why = Rejected(row["stage"] or "", row["reason"] or "", row["detail"] or "")
        elif row["outcome"] == "rejected":
            try:
                self._extractor.extract(found)
                self.fail("captures", row["capture_id"], "outcome", "it says rejected, but its record holds an article")
            except Rejected as rejected:
                why = rejected
        expected = capture_row(found, found.locator, rejected=why, article=row["outcome"] == "article")
        self._compare("captures", row["capture_id"], row, asdict_row(expected))
        self._origin("captures", row["capture_id"], row, found)

    def _origin(self, table: str, row_id: str, row: dict[str, Any], found: Capture) -> None:
        """Of a record that we wrapped, its id proves where it was found; of one in place, that is where it lies."""
        kind, origin = self.kinds.get(row["source_path"]), origin_of(row)
        if kind is None:
            self.fail(table, row_id, "source", f"inputs does not name {row['source_path']}")
            return
        if row["warc_filename"] == row["source_path"]:
            if origin != Origin(path=row["warc_filename"], offset=row["warc_record_offset"]):
                self.fail(table, row_id, "source", f"the record lies elsewhere than at {origin}")
            return
        if kind == "warc":
            return  # the copy of a record of others: only the input itself could prove where it was
        digest = found.payload_sha256 or _declared(found)
        url = found.target_uri if found.target_uri != identity.payload_urn(digest) else None
        ours = identity.record_id(digest, origin, url) == found.record_id
        if kind not in WRAPPED_KINDS and origin.offset is not None and origin.line is None:
            # a record of others out of a container, unless it is ours when the offset is left out
            whole = replace(origin, offset=None)
            ours |= identity.record_id(digest, whole, url) != found.record_id
        if not ours:
            self.fail(table, row_id, "source", "the record's id says that it was found elsewhere")

    def _damaged(self, row: dict[str, Any]) -> None:
        path, row_id = row["source_path"], row["capture_id"]
        if path not in self._damages:
            self._damages[path] = self._damages_of(path)
        known = self._damages[path]
        if path in self._deadly:
            check_range(self.corpus, row, self.kinds.get(path), self.fail)
        elif known is None:  # only the row's own id is left to say so
            if self.kinds.get(path) == "warc":
                self.fail("captures", row_id, "missing", f"{path} is not where it was")
            elif str(identity.damage_id(damage_of(row))) != row_id:
                self.fail("captures", row_id, "changed", "its id says that it is another range")
        elif row_id not in known:
            self.fail("captures", row_id, "changed", f"{path} has no such damaged range")
        else:
            self._compare("captures", row_id, row, known[row_id])

    def _damages_of(self, path: str) -> dict[str, dict[str, Any]] | None:
        """The rows of an input's damaged ranges, made anew; None where the input is not to be had, or not to be read."""
        if path in self._deadly:
            return None
        try:
            with self.corpus.locate(path).open("rb") as file:
                opened = sources.Opened(file=file, size=file.seek(0, 2), origin=Origin(path=path), in_place=True)
                found = sources.captures(opened, self.corpus.manifest.settings.reading)
                rows = [asdict_row(damage_row(one)) for one in found if isinstance(one, Damage)]
        except (ArchiveError, OSError):
            return None
        return {row["capture_id"]: row for row in rows}

    def articles(self) -> None:
        """Extracts each article anew."""
        picked = self._pick("articles", "article_id")
        stale: Counter[str] = Counter()
        for _, rows in self.corpus.rows("articles"):
            for row in rows:
                if picked is not None and row["article_id"] not in picked:
                    continue
                self.rows += 1
                if row["config_sha256"] != self._extractor.config_sha256:
                    stale[f"{row['extractor']} {row['extractor_version']} {row['config_sha256'].hex()[:16]}"] += 1
                else:
                    self._article(row)
        for made_by, count in stale.items():
            detail = (
                f"{count} articles were made by {made_by}, which is not what is installed: runs/*.json has the versions"
            )
            self.fail("articles", "*", "extractor", detail)

    def _article(self, row: dict[str, Any]) -> None:
        found = self._read("articles", row["article_id"], row)
        if found is None:
            return
        try:
            expected = article_row(found, found.locator, self._extractor.extract(found))
        except Rejected as why:
            self.fail("articles", row["article_id"], "outcome", f"its record holds no article: {why}")
            return
        self._compare("articles", row["article_id"], row, asdict_row(expected))
        self._origin("articles", row["article_id"], row, found)

    def _read(self, table: str, row_id: str, row: dict[str, Any]) -> Capture | None:
        try:
            return self.corpus.capture_at(row)
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


def asdict_row(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    """A row as Parquet gives it back."""
    table = "articles" if hasattr(row, "text") else "captures"
    found: dict[str, Any] = to_batch([row], table).to_pylist()[0]
    return found


def _numbered(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """``expected`` with the ids of a further appearance of the same record, if that is what the row has."""
    first = UUID(expected["capture_id"])
    for ordinal in range(1, REPEATS):
        new = identity.repeated_id(first, ordinal)
        if str(new) == row["capture_id"]:
            article = str(identity.article_id(new)) if expected["article_id"] else None
            flags = [*expected["flags"], "repeated-record"]
            return expected | {"capture_id": str(new), "article_id": article, "flags": flags}
    return expected


def _declared(revisit: Capture) -> bytes:
    """The payload digest that a revisit of ours declares, for it holds no payload."""
    found = identity.declared_digest(warc.read_fields(revisit.head).get_header("WARC-Payload-Digest") or "")
    return found[1] if found else b""


def _short(value: Any) -> str:  # noqa: ANN401 - any cell
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004

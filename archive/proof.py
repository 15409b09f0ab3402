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

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from archive import identity, storage
from archive.corpus import Corpus, origin_of
from archive.errors import ArchiveError, Rejected
from archive.extraction import Extractor, find_extractor
from archive.model import Capture
from archive.rows import article_row, capture_row
from archive.schema import arrow_schema
from archive.table import to_batch

OUTSIDE = ("manifest.json", "runs")
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
    torn = checker.files()
    if not torn:
        checker.inputs()
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
        self._article_ids: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    def fail(self, table: str, row_id: str, what: str, detail: str) -> None:
        """Notes a failure."""
        self.failures.append(Failure(table=table, id=row_id, what=what, detail=detail))

    # ---- files

    def files(self) -> bool:
        """Checks the files; True where a table cannot be read at all."""
        folder, torn = self.corpus.folder, False
        named = {file.path: file for file in self.corpus.manifest.files}
        for path, file in sorted(named.items()):
            there = folder / path
            if not there.is_file():
                self.fail("files", path, "missing", "the manifest names it")
                torn |= path.endswith(".parquet")
                continue
            with there.open("rb") as opened:
                digest = storage.sha256_of(opened).hex()
            if digest != file.sha256:
                size = there.stat().st_size
                self.fail("files", path, "changed", f"{size} bytes with SHA-256 {digest}, not {file.size} with {file.sha256}")
            torn |= path.endswith(".parquet") and self._is_torn(path, file.rows)
        for path in sorted(self._present(folder)):
            if path not in named and path.split("/")[0] not in OUTSIDE:
                self.fail("files", path, "extra", "the manifest does not name it")
        return torn

    def _present(self, folder: Path) -> Iterator[str]:
        for parent, _, names in os.walk(folder):
            for name in names:
                yield (Path(parent) / name).relative_to(folder).as_posix()

    def _is_torn(self, path: str, rows: int | None) -> bool:
        try:
            with pq.ParquetFile(self.corpus.folder / path) as parquet:
                if parquet.metadata.num_rows != rows:
                    self.fail("files", path, "rows", f"{parquet.metadata.num_rows} rows, the manifest says {rows}")
                table = path.split("/")[0]
                if not parquet.schema_arrow.equals(arrow_schema(table)):
                    self.fail("files", path, "schema", f"its columns are not those of {table}")
                    return True
                for batch in parquet.iter_batches(batch_size=512):
                    batch.validate()
        except (pa.ArrowException, OSError) as why:
            self.fail("files", path, "torn", str(why)[:200])
            return True
        return False

    def inputs(self) -> None:
        """Checks the inputs that rows refer to in place."""
        referred = {row["warc_filename"] for _, rows in self.corpus.rows("captures", ["warc_filename"]) for row in rows}
        own = {file.path for file in self.corpus.manifest.files}
        for _, rows in self.corpus.rows("inputs"):
            for row in rows:
                if row["member"] is not None:
                    continue
                self._kinds[row["path"]] = row["kind"]
                if row["path"] in referred - own:
                    self._input(row)

    def _input(self, row: dict[str, Any]) -> None:
        try:
            with self.corpus.locate(row["path"]).open("rb") as file:
                digest = storage.sha256_of(file)
        except (ArchiveError, OSError) as why:
            self.fail("inputs", row["path"], "missing", str(why))
            return
        if digest != row["sha256"]:
            self.fail("inputs", row["path"], "changed", f"its SHA-256 is {digest.hex()}, not {row['sha256'].hex()}")

    # ---- rows

    def captures(self) -> None:
        """Makes each row of ``captures`` anew."""
        picked = self._pick("captures", "capture_id")
        articles = self.corpus.rows("articles", ["article_id", "capture_id"])
        self._article_ids = {row["capture_id"]: row["article_id"] for _, rows in articles for row in rows}
        for _, rows in self.corpus.rows("captures"):
            for row in rows:
                self._count(row)
                if picked is None or row["capture_id"] in picked:
                    self.rows += 1
                    self._capture(row)

    def _count(self, row: dict[str, Any]) -> None:
        found = self._found[row["source_path"]]
        found["damaged" if row["outcome"] == "damaged" else "records"] += 1
        found["articles"] += row["outcome"] == "article"
        if (row["outcome"] == "article") != (row["capture_id"] in self._article_ids):
            self.fail("captures", row["capture_id"], "outcome", f"it says {row['outcome']}, and articles has it otherwise")

    def _capture(self, row: dict[str, Any]) -> None:
        if row["outcome"] == "damaged":
            self._damaged(row)
            return
        if row["warc_filename"] is None:
            return  # too large to copy out of its container: the row says so, and nothing is there to compare
        found = self._read("captures", row["capture_id"], row)
        if found is None:
            return
        why = None
        if row["outcome"] == "rejected":
            try:
                self._extractor.extract(found)
                self.fail("captures", row["capture_id"], "outcome", "it says rejected, but its record holds an article")
            except Rejected as rejected:
                why = rejected
        expected = capture_row(found, found.locator, rejected=why, article=row["outcome"] == "article")
        self._compare("captures", row["capture_id"], row, asdict_row(expected))
        self._origin(row, found)

    def _origin(self, row: dict[str, Any], found: Capture) -> None:
        """Of a capture that we wrapped, the record's id proves where it was found."""
        if self._kinds.get(row["source_path"]) not in WRAPPED_KINDS or found.payload_sha256 is None:
            return
        url = found.target_uri
        if url == identity.payload_urn(found.payload_sha256):
            url = None
        if identity.record_id(found.payload_sha256, origin_of(row), url) != found.record_id:
            self.fail("captures", row["capture_id"], "source", "the record's id says that it was found elsewhere")

    def _damaged(self, row: dict[str, Any]) -> None:
        if row["source_member"] is not None or self._kinds.get(row["source_path"]) not in ("warc", "jsonl"):
            return  # bytes of an unpacked stream: the input's own digest covers them
        try:
            with self.corpus.locate(row["source_path"]).open("rb") as file:
                file.seek(row["source_offset"])
                digest = storage.sha256_of_range(file, row["block_length"])
        except ArchiveError:
            if self._kinds[row["source_path"]] == "warc":
                self.fail("captures", row["capture_id"], "missing", f"{row['source_path']} is not where it was")
            return
        if digest != row["record_sha256"]:
            self.fail("captures", row["capture_id"], "changed", "the damaged range is not the bytes that it was")

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
            detail = f"{count} articles were made by {made_by}, which is not what is installed: runs/*.json has the versions"
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
                total["skipped"] += row["skipped"] is not None
                if row["member"] is not None:
                    continue
                found = self._found.pop(row["path"], Counter())
                found["rejections"] = found["records"] - found["articles"]
                for name in ("records", "articles", "rejections", "damaged"):
                    total[name] += found[name]
                    if found[name] != row[name]:
                        self.fail("inputs", row["path"], name, f"{row[name]} stated, {found[name]} rows in captures")
        for path in self._found:
            self.fail("inputs", path, "missing", "captures has rows of it, inputs does not name it")
        for name, stated in asdict(self.corpus.manifest.counts).items():
            if stated != total[name]:
                self.fail("manifest", name, "count", f"{stated} stated, {total[name]} counted")


def asdict_row(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    """A row as Parquet gives it back."""
    table = "articles" if hasattr(row, "text") else "captures"
    found: dict[str, Any] = to_batch([row], table).to_pylist()[0]
    return found


def _numbered(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """``expected`` with the ids of a further appearance of the same record, if that is what the row has."""
    first = identity.UUID(expected["capture_id"])
    for ordinal in range(1, REPEATS):
        new = identity.repeated_id(first, ordinal)
        if str(new) == row["capture_id"]:
            article = str(identity.article_id(new)) if expected["article_id"] else None
            flags = [*expected["flags"], "repeated-record"]
            return expected | {"capture_id": str(new), "article_id": article, "flags": flags}
    return expected


def _short(value: Any) -> str:  # noqa: ANN401 - any cell
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004

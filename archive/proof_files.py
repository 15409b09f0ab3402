"""Does a corpus have the files that it names, whole and unchanged, and the inputs that its rows refer to?

The first part of ``proof.py``: what can be said before any row is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from archive import identity, manifest, storage
from archive.child import REASONS
from archive.corpus import Corpus, damage_of
from archive.errors import ArchiveError, CorpusError
from archive.model import CorpusFile, Damage
from archive.proof_places import Fail, KnownInput, is_named
from archive.rows import InputRow
from archive.schema import SCHEMA_VERSION, TABLES, arrow_schema
from archive.unfinished import MARKER

OUTSIDE = ("manifest.json", "runs")


def check_files(corpus: Corpus, fail: Fail) -> bool:
    """Checks each file of the manifest, and that no other is there; False where a table cannot be read at all."""
    readable = True
    named = {file.path: file for file in corpus.manifest.files}
    for path, file in sorted(named.items()):
        there = corpus.folder / path
        if not there.is_file():
            fail("files", path, "missing", "the manifest names it")
            readable &= not path.endswith(".parquet")
            continue
        with there.open("rb") as opened:
            digest = storage.sha256_of(opened).hex()
        size = there.stat().st_size
        if (size, digest) != (file.size, file.sha256):
            fail("files", path, "changed", f"{size} bytes with SHA-256 {digest}, not {file.size} with {file.sha256}")
        if path.endswith(".parquet"):
            readable &= _check_table(corpus.folder, file, fail)
    # somebody adds to it, puts it together, or will go on with that: what lies beside its files is swept then
    unfinished = ("work", *TABLES, "warc", "repeated") if (corpus.folder / "work" / MARKER).is_file() else ()
    for path in sorted(_present(corpus.folder)):
        if path not in named and path.split("/")[0] not in (*OUTSIDE, *unfinished):
            fail("files", path, "extra", "the manifest does not name it")
    return readable


def _present(folder: Path) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield (Path(parent) / name).relative_to(folder).as_posix()


def _check_table(folder: Path, file: CorpusFile, fail: Fail) -> bool:
    """True where a Parquet file can be read from end to end with the columns of its table."""
    table = file.path.split("/")[0]
    try:
        with pq.ParquetFile(folder / file.path) as parquet:
            if parquet.metadata.num_rows != file.rows:
                fail("files", file.path, "rows", f"{parquet.metadata.num_rows} rows, the manifest says {file.rows}")
            if not parquet.schema_arrow.equals(arrow_schema(table)):
                fail("files", file.path, "schema", f"its columns are not those of {table}")
                return False
            for batch in parquet.iter_batches(batch_size=512):
                batch.validate(full=True)
    except (pa.ArrowException, OSError) as why:
        fail("files", file.path, "torn", str(why)[:200])
        return False
    return True


def check_inputs(corpus: Corpus, fail: Fail) -> dict[str, KnownInput]:
    """Checks what is said of the inputs, and those that rows refer to in place; returns what is said of each."""
    rows = [row for _, found in corpus.rows("inputs") for row in found]
    stated = corpus.manifest
    if stated.schema_version != SCHEMA_VERSION:
        fail(
            "manifest",
            "schema_version",
            "schema",
            f"{stated.schema_version} stated, these columns are {SCHEMA_VERSION}",
        )
    if not manifest.is_current(stated):
        detail = "it is not that of the settings and of what is installed: runs/*.json has the versions"
        fail("manifest", "config_sha256", "settings", detail)
    _check_names(corpus, fail)
    own = {file.path for file in stated.files}
    referred = {row["warc_filename"] for _, found in corpus.rows("captures", ["warc_filename"]) for row in found} - own
    for row in rows:
        if row["member"] is None and row["path"] in referred:
            _check_input(corpus, row, fail)
    return {row["path"]: KnownInput(kind=row["kind"], sha256=row["sha256"]) for row in rows if row["member"] is None}


def _check_names(corpus: Corpus, fail: Fail) -> None:
    """The names of a corpus's files are a digest of the inputs that were read together and of all that is said of them."""
    config, names = _bytes_of(corpus.manifest.config_sha256), {}
    for path, rows in groupby(corpus.rows("inputs"), key=lambda found: found[0].path):
        batch = (InputRow(**row) for _, some in rows for row in some)
        names[path] = manifest.batch_name_of(batch, config)
    for file in corpus.manifest.files:
        if file.path.startswith("warc/"):
            continue  # a corpus made from the records of another keeps their files' names
        stated = file.path.rpartition("/")[2].rpartition("-")[0]
        if stated != names.get(file.path, stated) or stated not in names.values():
            fail("inputs", "*", "changed", f"{file.path} does not have the name that the rows of inputs would give it")
            break


def deadly_inputs(corpus: Corpus) -> frozenset[str]:
    """The inputs with a damaged range that says that reading it killed the reader."""
    columns = ["source_path", "outcome", "reason"]
    return frozenset(
        row["source_path"]
        for _, found in corpus.rows("captures", columns)
        for row in found
        if row["outcome"] == "damaged" and row["reason"] in REASONS
    )


def check_range(corpus: Corpus, row: dict[str, Any], kind: str | None, fail: Fail) -> None:
    """Checks a damaged range by its id, and by its bytes where the input is there, without a source that reads them."""
    damage = check_id(row, fail)
    if damage is None:
        return
    if row["source_member"] is not None or (row["reason"] not in REASONS and kind != "warc"):
        return  # a range inside a container: only reading could give its bytes
    try:
        with corpus.locate(row["source_path"]).open("rb") as file:
            file.seek(damage.offset)
            digest = storage.sha256_of_range(file, damage.length)
    except (ArchiveError, OSError) as why:
        if kind == "warc":  # only of these must the inputs be kept
            fail("captures", row["capture_id"], "missing", str(why))
        return
    if digest != damage.sha256:
        fail("captures", row["capture_id"], "record_sha256", f"the row says {damage.sha256.hex()}, its bytes {digest.hex()}")


def check_id(row: dict[str, Any], fail: Fail) -> Damage | None:
    """The damaged range of a row, checked by its id; None where the row names none."""
    try:
        damage, row_id = damage_of(row), UUID(row["capture_id"])
    except (CorpusError, ValueError) as why:
        fail("captures", row["capture_id"], "changed", str(why))
        return None
    if not is_named(row_id, identity.damage_id(damage), row["flags"]):
        fail("captures", row["capture_id"], "changed", "its id says that it is another range")
    return damage


def _bytes_of(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def _check_input(corpus: Corpus, row: dict[str, Any], fail: Fail) -> None:
    try:
        with corpus.locate(row["path"]).open("rb") as file:
            digest = storage.sha256_of(file)
    except (ArchiveError, OSError) as why:
        fail("inputs", row["path"], "missing", str(why))
        return
    if digest != row["sha256"]:
        fail("inputs", row["path"], "changed", f"its SHA-256 is {digest.hex()}, not {row['sha256'].hex()}")

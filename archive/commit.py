"""From the shards' fragments to the corpus's files, and the manifest last.

Everything is written under ``work/final`` first, then renamed into place; only the manifest, written last and in one
step, makes the corpus exist. Done twice it gives the same bytes, so a run that dies here is simply run again.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from archive import again, furniture, manifest, pool, storage, wrapping
from archive.corpus import Corpus
from archive.growth import next_addition
from archive.merge import Patch, Source, patcher, write_table
from archive.model import CorpusFile, Counts, Manifest, Receipt, Settings, Shard
from archive.repeats import Earlier, Renamed, Repeat, copy_renamed, repeated_places, repeated_records
from archive.rows import InputRow
from archive.schema import SCHEMA_VERSION
from archive.stages import Stages
from archive.table import read_rows, write_parquet

TABLES = ("captures", "articles")
PORTION_ROWS = 4000  # merged in two seconds; a process of its own takes 30 ms
DATA = manifest.FOLDERS
SOFTWARE = "archive"


def commit(
    corpus: Path,
    work: Path,
    done: list[tuple[Shard, Receipt]],
    settings: Settings,
    *,
    old: Corpus | None = None,
    base: Corpus | None = None,
    workers: int,
    stages: Stages,
    told: Callable[[float], None],
) -> Manifest:
    """The manifest of the corpus that the shards make, once all its other files are in place; ``publish`` writes it.

    Where the shards read the records of an ``old`` corpus again, its inputs and WARC files are those of the new one.
    Where they are added to a ``base``, its files stay, and the manifest is that of both. Tables are
    merged by so many ``workers``; ``told`` hears which share of their rows is written.
    """
    final = work / "final"
    shutil.rmtree(final, ignore_errors=True)
    final.mkdir(parents=True)
    inputs = Inputs(done, old, base)
    if old:
        again.keep_warcs(old, final / "warc")
    config = manifest.settings_sha256(settings)
    batch_name = manifest.batch_name_of(inputs, config)
    rows: dict[Path, int] = {}
    stages.to("repeats")
    fragments = [(Path(s.folder) / "ids.bin", Path(s.folder) / "captures.arrow") for s, _ in done]
    added = {row.path: row.added for row in inputs if row.added} if old else {}
    repeated = repeated_places(fragments, Earlier(_capture_ids(base)), added)
    repeats = repeated_records([Path(shard.folder) / "captures.arrow" for shard, _ in done], repeated)
    stages.to("warc")
    places, renamed = _write_warcs(final / "warc", batch_name, done, repeats)
    stages.to("merge")
    patches = dict.fromkeys(TABLES, patcher(places, repeated, renamed))
    if settings.repeated_lines:
        path = final / furniture.FOLDER / f"{batch_name}-00000.tsv"
        found = furniture.count(_by_partition("articles", done), path, work / "lines")
        patches["articles"] = furniture.both(found.patch, patches["articles"])
    rows |= _write_tables(done, final, batch_name, patches, settings, workers=workers, stages=stages, told=told)
    for table in TABLES if base is None else ():  # one without rows is still a table: readers find its columns
        if not (final / table).exists():
            path = final / table / f"{batch_name}-00000.parquet"
            rows[path] = write_parquet(path, table, [])
    path = final / "inputs" / f"{batch_name}-00000.parquet"
    rows[path] = write_parquet(path, "inputs", inputs)
    stages.to("hash")
    made = Manifest(  # of what was converted now
        schema_version=SCHEMA_VERSION,
        config_sha256=config.hex(),
        settings=settings,
        inputs=sum(row.member is None for row in inputs),
        counts=sum((replace(one.counts, skipped=0, members_skipped=0) for _, one in done), start=_skips(inputs)),
        reasons=_reasons([receipt for _, receipt in done], inputs),
        files=describe(final, rows),
    )
    if base is None:
        _move(final, corpus)
        return made
    move_beside(final, corpus)
    return _both(base.manifest, made)


def _write_tables(
    done: list[tuple[Shard, Receipt]],
    final: Path,
    batch_name: str,
    patches: dict[str, Patch],
    settings: Settings,
    *,
    workers: int,
    stages: Stages,
    told: Callable[[float], None],
) -> dict[Path, int]:
    """Writes the files of both large tables, in portions that workers share; returns the files' rows."""
    portions, here = [one for table in TABLES for one in _portions(table, done)], os.getpid()

    def write(number: int) -> tuple[int, dict[Path, int], float]:  # rows, files, and seconds of another process
        portion, clock = portions[number], Stages("merge")
        stem, target = final / portion.table / batch_name, settings.target_file_bytes
        between = final.with_name("merge") / str(number)
        patch = patches[portion.table]
        made = write_table(portion.partitions, portion.table, stem, patch=patch, target=target, stages=between)
        clock.to("over")
        return portion.rows, made, 0.0 if os.getpid() == here else clock.seconds["merge"]

    total, passed = sum(portion.rows for portion in portions), 0
    rows: dict[Path, int] = {}
    for count, files, seconds in pool.in_children(write, len(portions), workers):
        rows, passed = rows | files, passed + count
        stages.add("merge", seconds)
        told(passed / total)
    return rows


def publish(corpus: Path, work: Path, made: Manifest) -> None:
    """Writes the manifest, which makes the corpus exist."""
    storage.write_whole(corpus / "manifest.json", manifest.to_text(made), work)


def _write_warcs(
    folder: Path, batch_name: str, done: list[tuple[Shard, Receipt]], repeats: dict[str, list[Repeat]]
) -> tuple[dict[str, tuple[str, int]], dict[str, list[Renamed]]]:
    """Joins the shards' WARC files into files of about 1 GB; returns name and offset for each shard's placeholder.

    And, for each, the records in it that got ids of their own, because the same ones stand in the corpus before.
    """
    groups: list[list[tuple[Shard, str, Receipt]]] = []
    size = 0
    for shard, receipt in done:
        for name in receipt.warc_files:
            if not groups or size >= storage.WARC_BYTES:
                groups.append([])
                size = 0
            groups[-1].append((shard, name, receipt))
            size += (Path(shard.folder) / name).stat().st_size
    places: dict[str, tuple[str, int]] = {}
    renamed: dict[str, list[Renamed]] = {}
    for number, group in enumerate(groups):
        filename = f"{batch_name}-{number:05d}.warc.gz"
        folder.mkdir(exist_ok=True)
        with (folder / filename).open("wb") as out:
            known = [receipt.earliest for _, _, receipt in group if receipt.earliest]
            out.write(wrapping.warcinfo(filename, min(known, default=storage.EPOCH), SOFTWARE))
            for shard, name, _ in group:
                placeholder = f"{shard.shard_id}/{name}"
                places[placeholder] = (f"warc/{filename}", out.tell())
                if new := _append(Path(shard.folder) / name, out, repeats.get(placeholder, [])):
                    renamed[placeholder] = new
    return places, renamed


def _append(path: Path, out: BinaryIO, repeats: list[Repeat]) -> list[Renamed]:
    with path.open("rb") as part:
        renamed = copy_renamed(part, out, repeats)
        shutil.copyfileobj(part, out, 1 << 20)
        storage.forget_pages(part)
    return renamed


class Inputs:
    """The rows of all inputs by path and member, as often as they are asked for."""

    def __init__(self, done: list[tuple[Shard, Receipt]], old: Corpus | None, base: Corpus | None) -> None:
        self._done, self._rows = done, None
        self._added = next_addition(base)
        if old:  # its shards hold slices of records in the place of files, and skip none
            self._rows = again.inputs_again(old, [Path(shard.folder) / "captures.arrow" for shard, _ in done])

    def __iter__(self) -> Iterator[InputRow]:
        if self._rows is not None:
            yield from self._rows
            return
        for (_, member), group in groupby(self._parts(), key=lambda row: (row.path, row.member)):
            if member is None:
                yield replace(_whole(list(group)), added=self._added)
            else:  # a zip may hold two of one name
                yield from (replace(row, added=self._added) for row in group)

    def _parts(self) -> Iterator[InputRow]:
        for shard, _ in self._done:  # shards hold their files in that order, and follow each other in it
            rows = [InputRow(**row) for row in read_rows(Path(shard.folder) / "inputs.arrow")]
            yield from sorted(rows, key=lambda row: (row.path, row.member or ""))


def _whole(parts: list[InputRow]) -> InputRow:
    """The row of an input that was read in these parts: the first one's, with the counts of all."""
    if len(parts) == 1:
        return parts[0]
    said = next((part for part in parts if part.skipped), parts[0])  # one that could not be read
    names = ("records", "articles", "rejections", "damaged")
    return replace(said, **{name: sum(getattr(part, name) for part in parts) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Partitions of a table that one process merges."""

    table: str
    partitions: dict[str, list[Source]]
    rows: int


def _portions(table: str, done: list[tuple[Shard, Receipt]]) -> list[Portion]:
    """A table's partitions in portions of about ``PORTION_ROWS``, or one partition if that has more."""
    partitions = _by_partition(table, done)
    found: list[Portion] = []
    names: list[str] = []
    rows = 0
    for number, name in enumerate(sorted(partitions), start=1):
        names.append(name)
        rows += sum(source.rows for source in partitions[name])
        if rows >= PORTION_ROWS or number == len(partitions):
            found.append(Portion(table=table, partitions={name: partitions[name] for name in names}, rows=rows))
            names, rows = [], 0
    return found


def _by_partition(table: str, done: list[tuple[Shard, Receipt]]) -> dict[str, list[Source]]:
    """The sorted runs of a table, by partition."""
    partitions = defaultdict(list)
    for shard, receipt in done:
        for run in receipt.runs:
            if run.table == table:
                path = Path(shard.folder) / f"{table}.arrow"
                partitions[run.partition].append(Source(path=path, rows=run.rows, run=run))
    return partitions


def _skips(inputs: Iterable[InputRow]) -> Counts:
    """How many input files and members hold no capture."""
    skipped = Counter(row.member is None for row in inputs if row.skipped is not None)
    return Counts(skipped=skipped[True], members_skipped=skipped[False])


def _reasons(receipts: list[Receipt], inputs: Iterable[InputRow]) -> tuple[tuple[str, int], ...]:
    """Those of records and ranges as the shards counted them, and the inputs that cannot be read."""
    total: Counter[str] = Counter()
    for receipt in receipts:
        total.update(dict(receipt.reasons))
    total["skipped: unreadable"] = sum(row.kind == "unreadable" for row in inputs)
    return tuple(sorted((+total).items()))


def describe(final: Path, rows: dict[Path, int]) -> tuple[CorpusFile, ...]:
    """The files in ``final`` as the manifest names them, once they are on the disk."""
    described, paths = [], sorted(final.rglob("*"))
    storage.sync_all([path for path in paths if path.is_file()])
    for path in paths:
        if path.is_file():
            with path.open("rb") as file:
                digest = storage.sha256_of(file).hex()
                storage.forget_pages(file)
            name = path.relative_to(final).as_posix()
            described.append(CorpusFile(path=name, size=path.stat().st_size, sha256=digest, rows=rows.get(path)))
    return tuple(described)


def _capture_ids(base: Corpus | None) -> Iterator[str]:
    for _, rows in base.rows("captures", ["capture_id"]) if base else ():
        yield from (row["capture_id"] for row in rows)


def _both(base: Manifest, more: Manifest) -> Manifest:
    """The manifest of a corpus with what was added to it."""
    reasons = Counter(dict(base.reasons)) + Counter(dict(more.reasons))
    return replace(
        more,
        inputs=base.inputs + more.inputs,
        counts=base.counts + more.counts,
        reasons=tuple(sorted(reasons.items())),
        files=tuple(sorted((*base.files, *more.files), key=lambda file: file.path)),
    )


def move_beside(final: Path, corpus: Path) -> None:
    """Puts the finished files beside those that are there."""
    for path in sorted(final.rglob("*")):
        target = corpus / path.relative_to(final)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            path.rename(target)
    for folder in [corpus, *(path for name in DATA for path in (corpus / name, *(corpus / name).rglob("*")))]:
        if folder.is_dir():
            storage.sync(folder)


def sweep_strays(base: Corpus) -> None:
    """Removes table and WARC files that the manifest does not name: of a run that died between moving and publishing."""
    named = {file.path for file in base.manifest.files}
    for name in DATA:
        for path in (base.folder / name).rglob("*"):
            if path.is_file() and path.relative_to(base.folder).as_posix() not in named:
                path.unlink()


def _move(final: Path, corpus: Path) -> None:
    """Puts the finished files in place of whatever a dead run left there."""
    for name in DATA:
        storage.replace_folder(final / name, corpus / name)
    storage.sync(corpus)

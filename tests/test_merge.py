"""Pass two: all rows, in order, in well-sized files, with little memory."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import identity, merge, table
from archive.merge import Patch, Source, merged, patcher, row_groups, staged, write_partition, write_table
from archive.partition import sort_key
from archive.repeats import repeated_places
from archive.rows import CaptureRow
from archive.table import BATCH_ROWS, ROW_GROUP, Fragment, FragmentWriter, batch_keys
from tests.test_table import capture

KEYS = ("host_bucket",)


def same(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch


def fragments(folder: Path, rows: list[CaptureRow], parts: int, *, by_row: bool = False) -> Iterator[Source]:
    """The rows shared out over fragment files, with their runs; ``by_row`` makes a run of each."""
    for part in range(parts):
        path = folder / f"{part}.arrow"
        writer = FragmentWriter(path, "captures", KEYS)
        for row in rows[part::parts]:
            writer.add(row)
            if by_row:
                writer.flush()
        writer.close()
        yield from (Source(path=path, rows=run.rows, run=run) for run in writer.runs)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_merged_slices_give_all_rows_in_order(tmp_path: Path, parts: int) -> None:
    rows = [capture(number, registered_domain="one.example") for number in range(500)]
    random.Random(parts).shuffle(rows)  # noqa: S311 - nothing secret
    runs = list(fragments(tmp_path, rows, parts))
    found = [key for batch in merged(runs, "captures") for key in batch_keys(batch, "captures")]
    assert found == sorted(sort_key(row) for row in rows)


def test_nothing_to_merge() -> None:
    assert list(merged([], "captures")) == []


def test_30000_rows_keep_their_order_and_take_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "RUN_BYTES", 2 << 20)  # some 20 runs
    rows = [capture(number, registered_domain="one.example", detail="word " * 20) for number in range(30_000)]
    expected = sorted(sort_key(row) for row in rows)
    random.Random(1).shuffle(rows)  # noqa: S311 - nothing secret
    runs = list(fragments(tmp_path, rows, 4))
    assert len(runs) > 20
    before = pa.total_allocated_bytes()
    peak = 0

    def watching(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal peak
        peak = max(peak, pa.total_allocated_bytes() - before)
        return batch

    written = write_partition(runs, "captures", tmp_path / "out" / "name", watching, 1 << 30)
    assert [(path.name, count) for path, count in written] == [("name-00000.parquet", 30_000)]
    with pq.ParquetFile(written[0][0]) as file:
        groups = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
        found = [key for batch in file.iter_batches() for key in batch_keys(batch, "captures")]
    assert groups == [ROW_GROUP] * 7 + [2000]
    assert found == expected
    whole = table.to_batch(rows, "captures").nbytes
    assert 0 < peak < whole  # far from all rows at once: a group, and a small batch of each run
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20  # kB


def test_files_end_at_the_target_and_depend_on_the_rows_alone(tmp_path: Path) -> None:
    rows = [capture(number, registered_domain="one.example") for number in range(10_000)]
    contents = []
    for parts in (1, 5):
        (tmp_path / str(parts)).mkdir()
        runs = list(fragments(tmp_path / str(parts), rows, parts))
        written = write_partition(runs, "captures", tmp_path / str(parts) / "out" / "n", same, 1)
        assert [count for _, count in written] == [ROW_GROUP, ROW_GROUP, 2000]
        assert [path.name for path, _ in written] == ["n-00000.parquet", "n-00001.parquet", "n-00002.parquet"]
        contents.append([path.read_bytes() for path, _ in written])
    assert contents[0] == contents[1]


@given(
    st.lists(st.integers(0, 400), max_size=60),
    st.lists(st.integers(1, 9), max_size=60),
)
def test_row_groups_end_by_rows_or_by_text_whatever_the_slices(lengths: list[int], slices: list[int]) -> None:
    texts = ["é" * length for length in lengths]
    whole = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string()), "n": range(len(texts))})
    parts, at = [], 0
    for size in [*slices, len(texts)]:
        parts.append(whole.slice(at, size))
        at += size
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(merge, "ROW_GROUP", 7)
        patched.setattr(merge, "GROUP_BYTES", 1000)
        patched.setattr(merge, "LOOSE", 3)
        found = [group["text"].to_pylist() for group in row_groups(parts)]
    assert [text for group in found for text in group] == texts
    for number, group in enumerate(found):
        size = 2 * sum(map(len, group))
        assert len(group) <= 7
        assert size - 2 * len(group[-1]) < 1000  # it ended with the row that made it 1,000
        assert number == len(found) - 1 or len(group) == 7 or size >= 1000


def test_many_runs_are_merged_in_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "FAN_IN", 3)
    rows = [capture(number, registered_domain="one.example") for number in range(700)]
    random.Random(2).shuffle(rows)  # noqa: S311 - nothing secret
    runs = list(fragments(tmp_path, rows, 20))
    fewer = staged(runs, "captures", tmp_path / "stages")
    assert len(fewer) == 3
    assert sum(source.rows for source in fewer) == 700
    left = sorted(path.name for path in (tmp_path / "stages").iterdir())
    assert left == sorted(source.path.name for source in fewer)  # what came between is gone
    for source in fewer:
        fragment = Fragment(source.path)
        assert source.run is not None
        sizes = [batch.num_rows for batch in fragment.batches(source.run)]
        fragment.close()
        assert set(sizes[:-1]) == {BATCH_ROWS}
    found = [key for batch in merged(fewer, "captures") for key in batch_keys(batch, "captures")]
    assert found == sorted(sort_key(row) for row in rows)
    write_partition(fewer, "captures", tmp_path / "a" / "n", same, 1 << 30)
    write_partition(runs, "captures", tmp_path / "b" / "n", same, 1 << 30)
    (one, other) = ((tmp_path / name / "n-00000.parquet").read_bytes() for name in "ab")
    assert one == other


def test_few_runs_stay_as_they_are(tmp_path: Path) -> None:
    runs = list(fragments(tmp_path, [capture(number) for number in range(9)], 3))
    assert staged(runs, "captures", tmp_path / "stages") == runs
    assert not (tmp_path / "stages").exists()


def test_memory_does_not_grow_with_runs(tmp_path: Path) -> None:
    peaks = []
    for count in (merge.FAN_IN, 4 * merge.FAN_IN):
        folder = tmp_path / str(count)
        folder.mkdir()
        rows = [capture(number, registered_domain="one.example", detail="word " * 100) for number in range(20 * count)]
        runs = list(fragments(folder, rows, count))
        before, peak = pa.total_allocated_bytes(), 0
        for batch in merged(staged(runs, "captures", folder / "stages"), "captures"):
            peak = max(peak, pa.total_allocated_bytes() - before)
            assert batch.num_rows
        peaks.append(peak)
    assert 0 < peaks[1] < peaks[0] * 1.1


# ---- what only the whole corpus knows --------------------------------------------------------------------------------


def ids_file(path: Path, rows: list[CaptureRow]) -> Path:
    path.write_bytes(b"".join(UUID(row.capture_id).bytes[:8] for row in rows))
    return path


def test_repeated_records_are_numbered_by_place(tmp_path: Path) -> None:
    first = [capture(n, source_path="b.warc") for n in range(100)]
    second = [capture(n, source_path="a.warc") for n in range(50, 60)]
    third = [capture(55, source_path="a.warc", source_offset=9000), capture(200)]
    shards = []
    for name, rows in (("1", first), ("2", second), ("3", third)):
        writer = FragmentWriter(tmp_path / f"{name}.arrow", "captures", KEYS)
        for row in rows:
            writer.add(row)
        writer.close()
        shards.append((ids_file(tmp_path / f"{name}.bin", rows), tmp_path / f"{name}.arrow"))
    found = repeated_places(shards)
    assert found == repeated_places(shards[::-1])
    assert {place[1:4]: ordinal for place, ordinal in found.items() if place[0] == capture(55).capture_id} == {
        ("a.warc", None, 9000): 1,
        ("b.warc", None, 55): 2,
    }
    assert len(found) == 11
    assert repeated_places([]) == repeated_places(shards[2:]) == {}


def patched(patch: Patch, *rows: CaptureRow) -> list[CaptureRow]:
    found = patch(table.to_batch(list(rows), "captures")).to_pylist()
    return [CaptureRow(**{**row, "flags": tuple(row["flags"])}) for row in found]


def test_repeated_rows_get_ids_and_a_flag() -> None:
    one = capture(1, article_id="x")
    place = (one.capture_id, one.source_path, None, 1, None, one.unpacked_offset, one.warc_record_offset)
    (other, found) = patched(patcher({}, {place: 2}, {}), capture(2), one)
    new = identity.repeated_id(UUID(one.capture_id), 2)
    assert other == capture(2)
    assert (found.capture_id, found.article_id) == (str(new), str(identity.article_id(new)))
    assert found.flags == ("repeated-record",)


def test_placeholders_become_names_and_offsets() -> None:
    ours = capture(1, warc_filename="000000-ab/00000.warc.gz", warc_record_offset=10)
    theirs = capture(2, warc_filename="in.warc.gz", warc_record_offset=20)
    none = capture(3)
    patch = patcher({"000000-ab/00000.warc.gz": ("warc/name-00000.warc.gz", 500)}, {}, {})
    found = [(row.warc_filename, row.warc_record_offset) for row in patched(patch, ours, theirs, none)]
    assert found == [("warc/name-00000.warc.gz", 510), ("in.warc.gz", 20), (None, None)]


def test_many_partitions_take_the_memory_of_one(tmp_path: Path) -> None:
    """Each row in a partition of its own, in files of many runs: what is open and held stays that of one partition."""
    rows = [capture(number, registered_domain=f"{number}.example") for number in range(1000)]
    runs = {f"p={n}": [run] for n, run in enumerate(fragments(tmp_path, rows, 2, by_row=True))}
    before, peak = pa.total_allocated_bytes(), 0

    def watching(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal peak
        peak = max(peak, pa.total_allocated_bytes() - before)
        return batch

    stem = tmp_path / "out" / "captures" / "name"
    written = write_table(runs, "captures", stem, patch=watching, target=1 << 30, stages=tmp_path / "stages")
    assert len(written) == 1000
    assert set(written.values()) == {1}
    found = {row["capture_id"] for path in written for row in pq.read_table(path, partitioning=None).to_pylist()}
    assert found == {row.capture_id for row in rows}
    assert 0 < peak < 1 << 20

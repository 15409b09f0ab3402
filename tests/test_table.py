"""Rows come back from Parquet as they went in, and the files are made as readers like them."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archive
from archive.partition import partition_of, sort_key
from archive.rows import Article, CaptureRow, InputRow
from archive.schema import SCHEMA_VERSION, arrow_schema
from archive.table import (
    ROW_GROUP,
    Fragment,
    FragmentWriter,
    batch_keys,
    read_rows,
    to_batch,
    write_parquet,
    write_rows,
)
from tests import making

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["", "\0", "\u202e", "e\u0301", "\U0001f5de\ufe0f", "\ufeff", "\r\n\r\n", "\uffff", "NaN", "=1+1", "\U0001d4b3" * 5]
)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bytes: st.binary(min_size=32, max_size=32),
    datetime: st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    date: st.dates(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a column's type."""
    if type(None) in get_args(hint):
        return st.none() | values(next(arg for arg in get_args(hint) if arg is not type(None)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=4).map(tuple)
    return any_row(hint) if dataclasses.is_dataclass(hint) else SCALARS[hint]


def any_row(row_type: Any) -> st.SearchStrategy[Any]:
    """Any row of a table."""
    hints = get_type_hints(row_type)
    return st.builds(row_type, **{field.name: values(hints[field.name]) for field in dataclasses.fields(row_type)})


def plain(row: Any) -> dict[str, Any]:
    """A row as Parquet gives it back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(row).items()}


@pytest.mark.parametrize(
    ("table", "row_type"), [("articles", Article), ("captures", CaptureRow), ("inputs", InputRow)], ids=str
)
def test_any_rows_survive_parquet(table: str, row_type: type) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.lists(any_row(row_type), max_size=4))
    def check(rows: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deep" / "x.parquet"
            assert write_parquet(path, table, rows) == len(rows)
            with pq.ParquetFile(path) as file:
                assert file.read().to_pylist() == [plain(row) for row in rows]
            write_rows(Path(folder) / "x.arrow", table, rows)
            assert read_rows(Path(folder) / "x.arrow") == [plain(row) for row in rows]

    check()


@settings(max_examples=60, deadline=None)
@given(st.lists(any_row(CaptureRow), min_size=1, max_size=8))
def test_keys_of_a_batch_are_those_of_its_rows(rows: list[CaptureRow]) -> None:
    places = [
        dataclasses.replace(row, source_offset=max(row.source_offset or 0, 0), source_line=max(row.source_line or 0, 0))
        for row in rows
    ]
    assert batch_keys(to_batch(places, "captures"), "captures") == [sort_key(row) for row in places]


def test_other_time_zones_are_stored_as_utc(tmp_path: Path) -> None:
    row = capture(1, captured_at=datetime(2024, 8, 27, 12, tzinfo=timezone(timedelta(hours=2))))
    write_parquet(tmp_path / "x.parquet", "captures", [row])
    found = pq.ParquetFile(tmp_path / "x.parquet").read().to_pylist()[0]["captured_at"]
    assert found == datetime(2024, 8, 27, 10, tzinfo=UTC)


def capture(number: int, **changed: Any) -> CaptureRow:
    """A small row."""
    empty: dict[str, Any] = dict.fromkeys(CaptureRow.__dataclass_fields__)
    known = {
        "capture_id": f"{number * 7919 % 100_003:08x}-0000-5000-8000-{number:012x}",
        "outcome": "rejected",
        "captured_at": datetime(2024, 1 + number % 12, 1 + number % 28, tzinfo=UTC),
        "registered_domain": f"paper{number % 50}.example",
        "target_uri": f"https://paper{number % 50}.example/{number}",
        "record_sha256": number.to_bytes(32, "big"),
        "source_path": "a.warc.gz",
        "source_offset": number,
        "flags": (),
    }
    return CaptureRow(**(empty | known | changed))


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with more rows than a row group holds."""
    path = tmp_path_factory.mktemp("big") / "x.parquet"
    rows = sorted((capture(number) for number in range(9000)), key=sort_key)
    assert write_parquet(path, "captures", rows) == 9000
    return path


def test_row_groups_hold_4000_rows(big: Path) -> None:
    meta = pq.read_metadata(big)
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 1000]
    assert ROW_GROUP == 4000


def test_columns_are_packed_indexed_and_typed(big: Path) -> None:
    meta = pq.read_metadata(big)
    for group in range(meta.num_row_groups):
        for index in range(meta.num_columns):
            column = meta.row_group(group).column(index)
            assert column.compression == "ZSTD"
            assert column.has_offset_index
            assert column.has_column_index
    names = meta.schema.to_arrow_schema().names
    sorting = [(names[one.column_index], one.descending, one.nulls_first) for one in meta.row_group(0).sorting_columns]
    assert sorting == [("registered_domain", False, True), ("captured_at", False, True)]
    schema = pq.read_schema(big)
    assert schema.metadata[b"archive.schema_version"] == SCHEMA_VERSION.encode()
    assert schema.metadata[b"archive.table"] == b"captures"
    for table in ("articles", "captures", "inputs"):
        digests = [field for field in arrow_schema(table) if field.name.endswith("sha256")]
        assert digests
        assert all(field.type == pa.binary(32) for field in digests)


@pytest.mark.parametrize(("column", "value"), [("capture_id", capture(4321).capture_id), ("target_uri", capture(77).target_uri)])
def test_bloom_filters_leave_out_row_groups(big: Path, column: str, value: str) -> None:
    import duckdb

    with duckdb.connect() as connection:
        query = "select row_group_id, bloom_filter_excludes from parquet_bloom_probe(?, ?, ?)"
        excluded = dict(connection.execute(query, [str(big), column, value]).fetchall())
        nothing = dict(connection.execute(query, [str(big), column, "https://nowhere.example/"]).fetchall())
    assert Counter(excluded.values()) == {True: 2, False: 1}
    assert set(nothing.values()) == {True}


def test_the_files_of_a_corpus(tmp_path: Path) -> None:
    making.mixed(tmp_path / "in")
    corpus = making.corpus_of(tmp_path / "c", tmp_path / "in")
    for table in ("articles", "captures", "inputs"):
        for file in corpus.files(table):
            schema = pq.read_schema(corpus.folder / file.path)
            assert schema.equals(arrow_schema(table), check_metadata=False)
            assert schema.metadata[b"archive.schema_version"] == SCHEMA_VERSION.encode()
            assert "capture_month" not in schema.names


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("capture_month", r"\d{4}-\d\d"),
        ("capture_year", r"y\d{4}"),
        ("publication_month", r"\d{4}-\d\d"),
        ("publication_year", r"y\d{4}"),
        ("text_language", r"[a-z]{2}"),
        ("host_bucket", r"b[0-9a-f]{2}"),
    ],
)
def test_partitions_by_each_key(tmp_path: Path, key: str, values: str) -> None:
    import re

    making.mixed(tmp_path / "in")
    made = archive.Settings(partition_by=(key,))
    making.converted(tmp_path / "c", tmp_path / "in", settings=made)
    corpus = archive.open_corpus(tmp_path / "c")
    names = {file.path.split("/")[1] for file in corpus.files("articles")}
    assert names
    assert all(re.fullmatch(f"{key}=({values}|unknown)", name) for name in names)
    assert key not in corpus.articles().column_names
    for file in corpus.files("articles"):
        with pq.ParquetFile(corpus.folder / file.path) as opened:
            rows = [Article(**row) for row in opened.read().to_pylist()]
        assert {partition_of("articles", row, (key,)) for row in rows} == {file.path.split("/")[1]}
        assert [sort_key(row) for row in rows] == sorted(sort_key(row) for row in rows)


def test_fragments_are_sorted_runs(tmp_path: Path) -> None:
    writer = FragmentWriter(tmp_path / "x.arrow", "captures", ("capture_year",))
    rows = [capture(n, captured_at=datetime(2023 + n % 2, 1, 1 + n % 28, tzinfo=UTC)) for n in range(300)]
    for row in rows:
        writer.add(row)
    writer.close()
    assert [(run.partition, run.rows, run.batches) for run in writer.runs] == [
        ("capture_year=y2023", 150, 10),
        ("capture_year=y2024", 150, 10),
    ]
    fragment = Fragment(tmp_path / "x.arrow")
    for run in writer.runs:
        found = [key for batch in fragment.batches(run) for key in batch_keys(batch, "captures")]
        mine = [row for row in rows if partition_of("captures", row, ("capture_year",)) == run.partition]
        assert found == sorted(sort_key(row) for row in mine)
    assert sum(batch.num_rows for batch in fragment) == 300
    fragment.close()

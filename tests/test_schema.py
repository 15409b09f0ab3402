"""The published schemas are those of the row types, and every column says what it means."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from archive.rows import Article, CaptureRow, InputRow
from archive.schema import SCHEMA_VERSION, TABLES, arrow_schema, describe, json_schema
from tests import making

PUBLISHED = Path(__file__).parent.parent / "schemas"


@pytest.mark.parametrize("table", TABLES)
def test_published_schemas_are_up_to_date(table: str) -> None:
    assert (PUBLISHED / f"{table}.json").read_text() == json_schema(table)
    assert making.run("schema", table).stdout == json_schema(table)


def test_there_is_one_schema_a_table() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == {f"{table}.json" for table in TABLES}
    assert {"articles": Article, "captures": CaptureRow, "inputs": InputRow} == TABLES


def objects(node: Any) -> list[dict[str, Any]]:
    """Every object schema of a document."""
    found = [node] if node.get("type") == "object" else []
    inside = [node["items"]] if "items" in node else []
    for child in (*node.get("properties", {}).values(), *node.get("anyOf", ()), *inside):
        found += objects(child)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_documents_are_json_schemas(table: str) -> None:
    document = json.loads(json_schema(table))
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"urn:archive:schema:{table}:{SCHEMA_VERSION}"
    assert document["version"] == SCHEMA_VERSION
    assert document["description"] == (TABLES[table].__doc__ or "").strip()
    assert list(document["properties"]) == [field.name for field in dataclasses.fields(TABLES[table])]
    for found in objects(document):
        assert found["required"] == list(found["properties"])
        assert found["additionalProperties"] is False
        for column in found["properties"].values():
            assert column["description"]
            plain = column["anyOf"][0] if "anyOf" in column else column
            assert plain["type"] in {"string", "integer", "number", "array", "object"}
            assert "anyOf" not in column or column["anyOf"][1] == {"type": "null"}
            if "pattern" in plain:
                assert re.fullmatch(plain["pattern"], "0a" * 32)
                assert not re.fullmatch(plain["pattern"], "0A" * 32)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described(table: str) -> None:
    described = describe(table)
    assert [name for name, _, _ in described] == arrow_schema(table).names
    assert all(len(meaning) > 3 and not meaning.endswith(".") for _, _, meaning in described)


def test_types() -> None:
    schema = arrow_schema("articles")
    assert schema.field("text") == pa.field("text", pa.string(), nullable=False)
    assert schema.field("captured_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("published_on").type == pa.date32()
    assert schema.field("http_status").nullable
    assert schema.field("text_sha256").type == pa.binary(32)
    authors = schema.field("authors")
    assert (authors.nullable, authors.type.value_field.nullable, authors.type.value_type) == (False, False, pa.string())
    blocks = schema.field("blocks").type.value_type
    assert [(field.name, field.nullable) for field in blocks] == [
        ("kind", False),
        ("start", False),
        ("end", False),
        ("source_start", True),
        ("source_end", True),
    ]
    assert not any(pa.types.is_null(field.type) for table in TABLES for field in arrow_schema(table))
    assert schema.metadata == {b"archive.table": b"articles", b"archive.schema_version": SCHEMA_VERSION.encode()}

"""Row types to Arrow schemas and JSON Schema documents. The row types in ``rows.py`` are the only definition.

Types: str → string, int → int64, float → double, bytes → fixed-size binary of 32 (every one is a SHA-256), datetime →
timestamp in microseconds UTC, date → date32, tuples → lists, dataclasses → structs. ``X | None`` is nullable, the rest
is not. Each column's description is in the Arrow field's metadata, the schema's name and version in the file's.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import date, datetime
from functools import cache
from typing import Any

import pyarrow as pa

from archive.rows import Article, CaptureRow, InputRow

SCHEMA_VERSION = "1.1"
TABLES: dict[str, type] = {"articles": Article, "captures": CaptureRow, "inputs": InputRow}
SCALARS: dict[type, tuple[pa.DataType, dict[str, Any]]] = {
    str: (pa.string(), {"type": "string"}),
    int: (pa.int64(), {"type": "integer"}),
    float: (pa.float64(), {"type": "number"}),
    bytes: (pa.binary(32), {"type": "string", "contentEncoding": "base16", "pattern": "^[0-9a-f]{64}$"}),
    datetime: (pa.timestamp("us", tz="UTC"), {"type": "string", "format": "date-time"}),
    date: (pa.date32(), {"type": "string", "format": "date"}),
}


@cache  # made for each batch of a fragment and each file, it took .9 ms
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table, with descriptions and the schema version in its metadata."""
    fields = [_arrow_field(*item) for item in _columns(TABLES[table])]
    return pa.schema(fields, metadata={"archive.table": table, "archive.schema_version": SCHEMA_VERSION})


def json_schema(table: str) -> str:
    """The JSON Schema of one row, as the text of ``schemas/<table>.json``."""
    row_type = TABLES[table]
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:archive:schema:{table}:{SCHEMA_VERSION}",
        "title": table,
        "description": (row_type.__doc__ or "").strip(),
        "version": SCHEMA_VERSION,
        **_json_object(row_type),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def describe(table: str) -> list[tuple[str, str, str]]:
    """Name, Arrow type and description of each column, in order."""
    return [
        (field.name, str(field.type) + ("" if field.nullable else " not null"), field.metadata[b"description"].decode())
        for field in arrow_schema(table)
    ]


def _columns(row_type: type) -> list[tuple[str, Any, str]]:
    hints = typing.get_type_hints(row_type)
    return [(f.name, hints[f.name], f.metadata["description"]) for f in dataclasses.fields(row_type)]


def _optional(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 - a type hint has no type of its own
    if isinstance(hint, types.UnionType):
        return next(arg for arg in typing.get_args(hint) if arg is not types.NoneType), True
    return hint, False


def _arrow_field(name: str, hint: Any, description: str) -> pa.Field:  # noqa: ANN401
    inner, nullable = _optional(hint)
    return pa.field(name, _arrow_type(inner), nullable=nullable, metadata={"description": description})


def _arrow_type(hint: Any) -> pa.DataType:  # noqa: ANN401
    if typing.get_origin(hint) is tuple:
        return pa.list_(pa.field("element", _arrow_type(typing.get_args(hint)[0]), nullable=False))
    if dataclasses.is_dataclass(hint):
        return pa.struct([_arrow_field(*item) for item in _columns(typing.cast("type", hint))])
    return SCALARS[hint][0]


def _json_object(row_type: type) -> dict[str, Any]:
    properties = {}
    for name, hint, description in _columns(row_type):
        inner, nullable = _optional(hint)
        found = _json_type(inner)
        if nullable:
            found = {"anyOf": [found, {"type": "null"}]}
        properties[name] = {"description": description, **found}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _json_type(hint: Any) -> dict[str, Any]:  # noqa: ANN401
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _json_type(typing.get_args(hint)[0])}
    if dataclasses.is_dataclass(hint):
        return _json_object(typing.cast("type", hint))
    return dict(SCALARS[hint][1])

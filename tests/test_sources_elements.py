"""Objects in a long JSON array."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.sources import elements
from archive.sources.elements import Element, Elements, Unparsable, extent_of, parse
from archive.sources.records import Window

VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def window(data: bytes) -> Window:
    return Window(BytesIO(data))


def read(data: bytes, limit: int = 1 << 20) -> list[Element]:
    found = Elements(window(data), limit, b"id", lambda value: "id" in value)
    return list(found.read(1))


@settings(max_examples=200, deadline=None)
@given(VALUES, st.sampled_from([(1, 1), (2, 3), (64, 4096)]), st.booleans())
def test_an_object_ends_where_json_says(value: Any, sizes: tuple[int, int], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    data = json.dumps({"a": value, 'q"\\': 'x\\\\"\\'}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    before = elements.FIRST, elements.CHUNK
    elements.FIRST, elements.CHUNK = sizes
    try:
        assert extent_of(window(data + b"]}{"), 0, len(data) + 3).end == len(data)
        assert extent_of(window(data[:-1]), 0, len(data)).end is None
        assert extent_of(window(b"1, 2" + data[1:] + b"}"), 0, len(data) + 9, depth=1).end == len(data) + 3
    finally:
        elements.FIRST, elements.CHUNK = before


def test_what_an_object_takes_is_counted() -> None:
    data = b'{"' + b'\\"' * 1000 + b'": [' + b" " * 4096 + b"]}"
    assert 1000 <= extent_of(window(data), 0, len(data)).effort <= 1020


@pytest.mark.parametrize(("data", "reason"), [(b"[1]", "json"), (b"{", "json"), (b'{"a": "\xff"}', "encoding"), (b"[" * 99_999, "json")])
def test_what_is_no_object(data: bytes, reason: str) -> None:
    with pytest.raises(Unparsable) as why:
        parse(data)
    assert why.value.reason == reason
    assert parse(b'{"a": "line\nline"}') == {"a": "line\nline"}


def test_elements_and_what_lies_between() -> None:
    data = b'[{"id": 1}, {"id": 2} x {"id": 3}, {"id": 4,}, {"no": 5}, {"id": 6} ]'
    found = read(data)
    assert [item.value and next(iter(item.value.values())) for item in found] == [1, 2, None, 3, None, 5, 6]
    assert [item.number for item in found] == [1, 2, None, 3, 4, 5, 6]
    assert [data[item.start : item.end] for item in found if item.value is None] == [b"x ", b'{"id": 4,}']


def test_first_keys_are_learned() -> None:
    objects = [b'{"new": 1, "id": 1}', b'{"new": 2, "id": 2, "text": "open}', b'{"new": 3, "id": 3}', b'{"new": 4, "id": 4}']
    found = read(b"[" + b", ".join(objects) + b"]")
    assert [item.value and item.value["id"] for item in found] == [1, None, 3, 4]


def test_one_that_is_too_large_is_not_mistaken_for_damage() -> None:
    found = read(b'[{"id": 1}, {"id": "' + b'{\\"id\\": 9}' * 99 + b'"}, {"id": 3}]', limit=100)
    assert [(item.reason, item.value and item.value["id"]) for item in found] == [("", 1), ("too-large", None), ("", 3)]


def test_an_object_ends_where_another_begins_once_too_much_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "VAIN", 0)
    found = read(b"[" + b'{"id": "open},' * 200 + b'{"id": 1}]')
    assert found[-1].value == {"id": 1}
    assert len(found) <= 201

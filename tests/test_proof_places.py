"""Ids of further appearances of a record, and rows that name no place."""

from __future__ import annotations

from uuid import uuid5

import pytest

from archive import identity
from archive.corpus import damage_of, locator_of
from archive.errors import CorpusError
from archive.proof_places import Further, is_named

FIRST = uuid5(identity.NAMESPACE, "a record")
PLACE = {"warc_filename": "a.warc", "warc_record_offset": 0, "warc_record_length": 9, "unpacked_offset": None,
         "unpacked_length": None}  # fmt: skip
RANGE = {"source_path": "a.warc", "source_member": None, "source_offset": 0, "source_line": None, "block_length": 9,
         "reason": "gzip", "detail": "", "record_sha256": bytes(32), "unpacked_offset": None, "unpacked_length": None}  # fmt: skip


def test_a_further_appearance_has_the_id_of_its_ordinal() -> None:
    assert is_named(FIRST, FIRST, ())
    assert not is_named(FIRST, FIRST, ("repeated-record",))
    assert is_named(identity.repeated_id(FIRST, 1500), FIRST, ("repeated-record",))
    assert not is_named(identity.repeated_id(FIRST, 1500), FIRST, ())


def test_each_id_is_made_once() -> None:
    made: list[int] = []

    def make(ordinal: int) -> int:
        made.append(ordinal)
        return ordinal

    ids = Further(make)
    assert all(ordinal in ids for ordinal in (3, 1, 2, 5))
    assert made == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cell", ["warc_record_offset", "warc_record_length"])
@pytest.mark.parametrize("value", [None, -1])
def test_a_row_that_names_no_place(cell: str, value: int | None) -> None:
    assert locator_of(PLACE) is not None
    assert locator_of(PLACE | {cell: value}) is None
    assert locator_of(PLACE | {"unpacked_offset": 0, "unpacked_length": value}) is None


@pytest.mark.parametrize("cell", ["source_offset", "block_length"])
@pytest.mark.parametrize("value", [None, -1])
def test_a_row_that_names_no_range(cell: str, value: int | None) -> None:
    assert damage_of(RANGE).length == RANGE["block_length"]
    with pytest.raises(CorpusError, match="names no range of bytes"):
        damage_of(RANGE | {cell: value})

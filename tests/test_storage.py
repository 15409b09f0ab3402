"""Files that finish whole, digests, receipts and the lock."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import storage
from archive.errors import CorpusError
from archive.model import Counts, Receipt, SortedRun

RECEIPT = Receipt(
    shard_id="000001-ab",
    counts=Counts(records=3, articles=2, rejections=1, damaged=4, skipped=5),
    runs=(SortedRun(table="articles", partition="capture_month=2024-08", first_batch=0, batches=2, rows=70),),
    warc_files=("00000.warc.gz",),
    earliest=datetime(2024, 8, 27, 10, tzinfo=UTC),
    reasons=(("record: revisit", 1),),
    cpu_seconds=(("everything", 0.5),),
)


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_digests(data: bytes, start: int, length: int) -> None:
    file = BytesIO(data)
    assert storage.sha256_of(file) == hashlib.sha256(data).digest()
    file.seek(start)
    assert storage.sha256_of_range(file, length) == hashlib.sha256(data[start : start + length]).digest()


def test_digests_of_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "CHUNK", 7)
    data = bytes(range(100))
    assert storage.sha256_of(BytesIO(data)) == hashlib.sha256(data).digest()
    assert storage.sha256_of_range(BytesIO(data), 51) == hashlib.sha256(data[:51]).digest()


def test_times_of_modification_are_utc_and_whole_seconds() -> None:
    assert storage.moment(1_724_752_800_999_999_999) == datetime(2024, 8, 27, 10, tzinfo=UTC)
    assert storage.moment(-1) == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    storage.write_whole(tmp_path / "a", b"old", work)

    def fail(_: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        storage.write_whole(tmp_path / "a", b"new", work)
    assert (tmp_path / "a").read_bytes() == b"old"
    monkeypatch.undo()
    storage.write_whole(tmp_path / "a", b"new", work)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert list(work.iterdir()) == []


def test_a_receipt_comes_back(tmp_path: Path) -> None:
    assert storage.read_receipt(tmp_path) is None
    storage.write_receipt(tmp_path, RECEIPT)
    assert storage.read_receipt(tmp_path) == RECEIPT
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.json"]


def test_json_is_canonical() -> None:
    moment = datetime(2024, 8, 27, 10, tzinfo=UTC)
    assert storage.to_json({"b": b"\x01", "a": moment, "c": "é"}).decode() == (
        '{\n  "a": "2024-08-27T10:00:00+00:00",\n  "b": "01",\n  "c": "é"\n}\n'
    )
    with pytest.raises(TypeError, match="Path"):
        storage.to_json(Path())


def test_one_writer_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LOCK_TRIES", 1)
    with storage.locked(tmp_path):
        with pytest.raises(CorpusError, match="another process is writing"), storage.locked(tmp_path):
            pass
        assert list(tmp_path.iterdir()) == []  # the lock leaves no file
    with storage.locked(tmp_path):
        pass


def test_a_forked_process_does_not_hold_the_lock(tmp_path: Path) -> None:
    with storage.locked(tmp_path):
        child = os.fork()
        if not child:
            threading.Event().wait(60)
            os._exit(0)
    try:
        with storage.locked(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

"""One shard from start to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import plan, shard, sources, storage
from archive.model import Receipt, Settings, Shard
from archive.shard import convert_shard
from archive.table import read_rows
from tests import making


@pytest.fixture
def one(tmp_path: Path) -> Shard:
    making.mixed(tmp_path / "in", each=1)
    files = plan.find_files([tmp_path / "in"], leave_out=tmp_path / "c")
    (tmp_path / "work").mkdir()
    (found,) = plan.make_shards(files, Settings(), tmp_path / "work")
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "receipt.json"}


def test_a_shard_comes_in_and_a_receipt_goes_out(one: Shard) -> None:
    receipt = convert_shard(one)
    assert isinstance(receipt, Receipt)
    assert receipt.shard_id == one.shard_id
    assert receipt.counts.records == receipt.counts.articles + receipt.counts.rejections
    assert set(contents(Path(one.folder))) == {
        "00000.warc.gz",
        "articles.arrow",
        "captures.arrow",
        "ids.bin",
        "inputs.arrow",
    }
    rows = read_rows(Path(one.folder) / "captures.arrow")
    assert len(rows) == receipt.counts.records + receipt.counts.damaged


def test_a_shard_that_is_done_is_not_done_again(one: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = convert_shard(one)
    before = making.state_of(Path(one.folder))
    monkeypatch.setattr(shard, "found_in", None)
    assert convert_shard(one) == receipt
    assert making.state_of(Path(one.folder)) == before


def test_a_shard_without_a_receipt_starts_again_from_nothing(one: Shard) -> None:
    convert_shard(one)
    folder = Path(one.folder)
    before = contents(folder)
    (folder / "receipt.json").unlink()
    making.put(folder / "captures.arrow", b"half")
    making.put(folder / "stray", b"")
    convert_shard(one)
    assert contents(folder) == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files of a shard that was given up
def test_a_full_disk_is_no_property_of_an_input(one: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sources, "captures", full)
    with pytest.raises(OSError, match="No space left"):
        convert_shard(one)
    assert storage.read_receipt(Path(one.folder)) is None

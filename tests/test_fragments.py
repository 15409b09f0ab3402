"""What one shard writes: places for captures, rows, counts and a receipt."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from archive import identity, storage
from archive.errors import Rejected
from archive.fragments import ArchiveWriter, Rows
from archive.model import Capture, Counts, Damage, InputFile, Locator, Origin, Settings, Shard, Skip, SoFar
from archive.stages import Stages
from archive.table import read_rows
from archive.wrapping import new_capture

ORIGIN = Origin(path="a.html")
FILE = InputFile(path="a.html", location="/a.html", size=10, modified_ns=0)
NOTHING = hashlib.sha256().digest()


def shard(folder: Path, settings: Settings | None = None) -> Shard:
    folder.mkdir(exist_ok=True)
    return Shard(shard_id="000000-ab", files=(FILE,), folder=str(folder), settings=settings or Settings())


def wrapped(payload: bytes, url: str | None = "https://x.example/", line: int = 1) -> Capture:
    return new_capture(
        origin=Origin(path="a.jsonl", line=line),
        payload=payload,
        media_type="text/html",
        url=url,
        captured_at=storage.EPOCH.replace(year=2024, month=line),
        captured_at_precision="second",
        captured_at_origin="field",
    )


def test_wrapped_captures_get_places_in_a_warc(tmp_path: Path) -> None:
    archive = ArchiveWriter(tmp_path, shard(tmp_path))
    captures = [wrapped(b"one", line=2), wrapped(b"two", line=1), wrapped(b"one", line=3)]
    placed = [archive.place(capture, FILE) for capture in captures]
    archive.close()
    data = (tmp_path / "00000.warc.gz").read_bytes()
    assert archive.files == ["00000.warc.gz"]
    assert archive.earliest == storage.EPOCH.replace(year=2024)
    for (found, locator), capture in zip(placed, captures, strict=True):
        assert found is capture
        assert locator.path == "000000-ab/00000.warc.gz"
        lying = gzip.decompress(data[locator.offset : locator.offset + locator.length])
        assert capture.block is not None
        assert lying == capture.head + capture.block + capture.trailer
        assert (locator.unpacked_offset, locator.unpacked_length) == (0, len(lying))
    assert sum(locator.length for _, locator in placed) == len(data)


def test_records_in_place_stay_where_they_are(tmp_path: Path) -> None:
    lying = Locator(path="x.warc", offset=5, length=7)
    found = Capture(**{name: getattr(wrapped(b"one"), name) for name in Capture.__dataclass_fields__} | {"locator": lying})
    archive = ArchiveWriter(tmp_path / "a", shard(tmp_path / "a"))
    assert archive.place(found, FILE) == (found, lying)
    archive.close()
    assert archive.files == []
    copying = ArchiveWriter(tmp_path / "b", shard(tmp_path / "b", Settings(copy_records=True)))
    _, locator = copying.place(found, FILE)
    copying.close()
    assert locator is not None
    assert locator.path == "000000-ab/00000.warc.gz"


def test_repeated_payloads_of_one_uri_become_revisits(tmp_path: Path) -> None:
    archive = ArchiveWriter(tmp_path, shard(tmp_path, Settings(dedupe_payloads=True)))
    first, _ = archive.place(wrapped(b"one", line=1), FILE)
    again, _ = archive.place(wrapped(b"one", line=2), FILE)
    elsewhere, _ = archive.place(wrapped(b"one", "https://y.example/", line=3), FILE)
    other, _ = archive.place(wrapped(b"two", line=4), FILE)
    archive.close()
    assert [found.record_type for found in (first, again, elsewhere, other)] == ["resource", "revisit", "resource", "resource"]
    assert again.refers_to_record_id == first.record_id
    assert again.record_id == identity.revisit_id(wrapped(b"one", line=2).record_id or "")


def test_a_record_too_large_to_hold_is_read_again(tmp_path: Path) -> None:
    whole = wrapped(b"one")
    values = {name: getattr(whole, name) for name in Capture.__dataclass_fields__}
    huge = Capture(**values | {"block": None, "payload": None, "reread": lambda: iter([b"o", b"", b"ne"])})
    archive = ArchiveWriter(tmp_path, shard(tmp_path))
    found, locator = archive.place(huge, FILE)
    archive.close()
    assert found is huge
    assert locator.offset == 0
    assert gzip.decompress((tmp_path / archive.files[0]).read_bytes()) == whole.head + b"one" + whole.trailer


def test_everything_is_counted_and_the_receipt_is_last(tmp_path: Path) -> None:
    made = shard(tmp_path)
    archive, rows = ArchiveWriter(tmp_path, made), Rows(tmp_path, made)
    rows.begin(FILE)
    rows.kind, rows.file_sha256 = "jsonl", b"\1" * 32
    capture, locator = archive.place(wrapped(b"one"), FILE)
    rows.reject(capture, locator, Rejected("payload", "empty"))
    rows.position = 2
    reasons = (("payload: empty", 1),)
    assert rows.so_far() == SoFar(size=2, counts=Counts(records=1, rejections=1), reasons=reasons)
    rows.position = FILE.size + 1  # a reader may be ahead of what it gave
    assert rows.so_far().size == FILE.size
    rows.damage(Damage(origin=ORIGIN, offset=3, length=4, reason="json", detail="line 2", sha256=NOTHING))
    rows.skip(Skip(origin=Origin(path="a.html", member="logo.png"), kind="other", length=2, sha256=NOTHING, reason="no"))
    rows.end()
    assert rows.so_far().size == FILE.size
    rows.begin(FILE)
    rows.skip(Skip(origin=ORIGIN, kind="unreadable", length=0, sha256=NOTHING, reason="gone"))
    rows.end()
    assert not (tmp_path / "receipt.json").exists()
    archive.close()
    receipt = rows.close(archive, Stages("read"))
    assert storage.read_receipt(tmp_path) == receipt
    assert receipt.counts == Counts(records=1, rejections=1, damaged=1, skipped=1, members_skipped=1)
    assert rows.so_far().counts == receipt.counts
    assert dict(receipt.cpu_seconds)["read"] > 0
    assert dict(receipt.reasons) == {"payload: empty": 1, "damaged: json": 1, "skipped: unreadable": 1}
    assert receipt.warc_files == ("00000.warc.gz",)
    assert sum(run.rows for run in receipt.runs) == 2
    assert (tmp_path / "ids.bin").stat().st_size == 16
    stated = [(row["member"], row["kind"], row["records"], row["damaged"], row["skipped"]) for row in read_rows(tmp_path / "inputs.arrow")]
    assert stated == [
        ("logo.png", "other", 0, 0, "no"),
        (None, "jsonl", 1, 1, None),
        (None, "unreadable", 0, 0, "gone"),
    ]

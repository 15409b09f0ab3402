"""What is larger than may be held comes back bit for bit all the same."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import archive
from archive.model import Limits, ReadOptions
from tests import making

PAGE = making.page(1)
CHUNKED = making.chunked(making.page(2))
RECORDS = [
    making.record(making.http(PAGE), uri="https://large.example/1"),
    making.record(making.http(CHUNKED, headers=["Transfer-Encoding: chunked"]), uri="https://large.example/2"),
    making.record(PAGE, uri="https://large.example/3", kind="resource", fields={"Content-Type": "text/html"}),
]
PAYLOADS = {hashlib.sha256(one).digest() for one in (PAGE, making.page(2))}


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), making.MTIME
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


INPUTS = {
    "page.html": PAGE,
    "dump.txt": making.dump(3),
    "packed.html.gz": gzip.compress(PAGE, mtime=0),
    "plain.warc": b"".join(RECORDS),
    "members.warc.gz": making.packed(*RECORDS),
    "one-member.warc.gz": gzip.compress(b"".join(RECORDS), mtime=0),
    "some.zip": making.zipped({"page.html": PAGE, "a.warc": b"".join(RECORDS), "b.warc.gz": making.packed(*RECORDS)}),
    "some.tar.gz": tarred({"page.html": PAGE, "c.warc.gz": gzip.compress(b"".join(RECORDS), mtime=0)}),
}


@pytest.mark.parametrize("copy_records", [False, True])
@pytest.mark.parametrize("name", INPUTS)
def test_payloads_over_the_limit_come_back(name: str, tmp_path: Path, *, copy_records: bool) -> None:
    settings = archive.Settings(reading=ReadOptions(limits=Limits(record_bytes=600)), copy_records=copy_records)
    source = making.put(tmp_path / "in" / name, INPUTS[name])
    making.converted(tmp_path / "c", source, settings=settings)
    making.converted(tmp_path / "whole", source, settings=archive.Settings(copy_records=copy_records))
    corpus, whole = archive.open_corpus(tmp_path / "c"), archive.open_corpus(tmp_path / "whole")
    rows = {row["capture_id"]: row for row in corpus.captures().to_pylist()}
    assert {row["reason"] for row in rows.values()} == {"too-large"}
    assert list(rows) == whole.captures()["capture_id"].to_pylist()
    for row_id, row in rows.items():
        assert row["payload_sha256"] is not None
        assert hashlib.sha256(corpus.payload(row_id)).digest() == row["payload_sha256"]
        assert corpus.payload(row_id) == whole.payload(row_id)
        assert corpus.trace(row_id).ok
    assert corpus.verify().failures == ()


MEASURED = """
import sys
import archive
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

from archive.model import Limits, ReadOptions
source, corpus = sys.argv[1:]
archive.convert([source], corpus, settings=archive.Settings(reading=ReadOptions(limits=Limits(record_bytes=1 << 20))))
opened = archive.open_corpus(corpus)
row_id = opened.captures(columns=["capture_id"])["capture_id"][0].as_py()
length = sum(map(len, opened.payload_pieces(row_id)))
assert opened.verify().ok
print(length, peak())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells a process's own peak on Linux only")
def test_memory_does_not_grow_with_the_record(tmp_path: Path) -> None:
    sizes = (4 << 20, 200 << 20)
    peaks = []
    for size in sizes:
        page = b"<html><body>" + b"<p>The ferry sails every second Tuesday, whatever the wind says.</p>\n" * (size // 69)
        source = making.put(tmp_path / f"{size}.zip", making.zipped({"a.html": page}))
        done = subprocess.run([sys.executable, "-c", MEASURED, str(source), str(tmp_path / f"c-{size}")],
                              capture_output=True, text=True, check=True)  # fmt: skip
        length, peak = map(int, done.stdout.split())
        assert length == len(page)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 48 << 10  # kB

"""How many records inputs hold, about."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from archive import sampling
from archive.model import InputFile, Settings, Shard, Slice
from tests import making


def file_of(path: Path, data: bytes) -> InputFile:
    making.put(path, data)
    return InputFile(path=path.name, location=str(path), size=len(data), modified_ns=0)


def shard(*files: InputFile, name: str = "0") -> Shard:
    return Shard(shard_id=name, files=files, folder="", settings=Settings())


def noisy(count: int) -> list[bytes]:
    """Records that do not pack well."""
    chance = random.Random(1)  # noqa: S311 - no secret
    return [making.record(making.http(chance.randbytes(9000)), uri=f"https://a.example/{n}") for n in range(count)]


@pytest.mark.parametrize("count", [1, 4, 300])
def test_records_of_every_kind(tmp_path: Path, count: int) -> None:
    files = {
        "gz": file_of(tmp_path / "a.warc.gz", making.packed(*noisy(count))),
        "plain": file_of(tmp_path / "a.warc", b"".join(making.responses(range(count)))),
        "lines": file_of(tmp_path / "a.jsonl", making.json_lines(range(count))),
        "zip": file_of(tmp_path / "a.zip", making.zipped({f"{n}.html": making.page(n) for n in range(count)})),
    }
    found = sampling.weights([shard(file, name=name) for name, file in files.items()])
    assert found == {name: pytest.approx(count, rel=0.15) for name in files}


def test_pages_are_one_each(tmp_path: Path) -> None:
    pages = [file_of(tmp_path / f"{n}.html", making.page(n) * (1 + n % 5)) for n in range(100)]
    assert sampling.weights([shard(*pages)])["0"] == pytest.approx(100, rel=0.4)  # eight of them are looked at


def test_slices_know_theirs() -> None:
    part = Slice(corpus="", source_roots=(), file="", first=0, rows=33, packed=1)
    again = InputFile(path="", location="", size=1000, modified_ns=0, again=part)
    assert sampling.weights([shard(again, again)]) == {"0": pytest.approx(66)}


def test_what_cannot_be_read_is_like_the_rest(tmp_path: Path) -> None:
    there = file_of(tmp_path / "a.warc", b"".join(making.responses(range(50))))
    gone = InputFile(path="b", location=str(tmp_path / "b"), size=there.size, modified_ns=0)
    none = InputFile(path="c", location=str(tmp_path / "c"), size=0, modified_ns=0)
    parts = [shard(there, name="there"), shard(gone, name="gone"), shard(none, name="none")]
    found = sampling.weights(parts)
    assert found["gone"] == found["there"] == pytest.approx(50, rel=0.1)
    assert found["none"] == 0
    assert sampling.weights([shard(gone)]) == {"0": gone.size}


def test_of_many_parts_some_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "PARTS", 2)
    file = file_of(tmp_path / "a.warc", b"".join(making.responses(range(10))))
    looked: list[str] = []
    real = sampling.density

    def noting(one: Shard) -> float | None:
        looked.append(one.shard_id)
        return real(one)

    monkeypatch.setattr(sampling, "density", noting)
    found = sampling.weights([shard(file, name=str(n)) for n in range(7)])
    assert looked == ["0", "3", "6"]
    assert found == {str(n): pytest.approx(10, rel=0.1) for n in range(7)}

"""How far a shard is: said in its folder, read from there."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from archive import sofar
from archive.model import Counts, InputFile, Settings, Shard, SoFar
from tests import making

SO_FAR = SoFar(size=7, counts=Counts(records=3, articles=1, rejections=2), reasons=(("payload: “empty”", 2),))


def shard(number: int, *sizes: int, folder: Path = Path("/nowhere")) -> Shard:
    files = tuple(InputFile(path=f"{size}", location="", size=size, modified_ns=0) for size in sizes)
    return Shard(shard_id=f"{number}", files=files, folder=str(folder / f"{number}"), settings=Settings())


def test_what_is_said_is_read(tmp_path: Path) -> None:
    saying = sofar.Saying(tmp_path)
    assert sofar.read(tmp_path) is None
    saying.say(lambda: SO_FAR)
    found = sofar.read(tmp_path)
    assert found is not None
    assert found == replace(SO_FAR, seconds=found.seconds)
    assert found.seconds > 0
    saying.close()
    assert list(tmp_path.iterdir()) == []


def test_not_at_every_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def so_far() -> SoFar:
        asked.append(1)
        return SO_FAR

    monkeypatch.setattr(sofar, "SAID_EVERY", 1000.0)
    saying = sofar.Saying(tmp_path)
    for _ in range(100):
        saying.say(so_far)
    assert len(asked) == 1


def test_a_folder_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    saying = sofar.Saying(tmp_path / "gone")
    saying.say(lambda: SO_FAR)
    saying.close()


@pytest.mark.parametrize("data", [b"", b"[1, 2", b"[1, [1], []]", b"{}", b"7", b"\xff"])
def test_what_says_nothing_is_nothing(tmp_path: Path, data: bytes) -> None:
    making.put(tmp_path / sofar.NAME, data)
    assert sofar.read(tmp_path) is None


def test_looking_tells_who_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, dict[str, SoFar]]] = []
    looking = sofar.Looking(lambda alive, running: told.append((alive, running)))
    shards = [shard(number, 1, folder=tmp_path) for number in range(3)]
    (tmp_path / "1").mkdir()
    sofar.Saying(tmp_path / "1").say(lambda: SO_FAR)
    looking(shards)
    looking(shards)  # too soon
    assert told == [(3, {"1": sofar.read(tmp_path / "1")})]
    monkeypatch.setattr(sofar, "READ_EVERY", 0.0)
    looking = sofar.Looking(lambda alive, running: told.append((alive, running)))
    looking(shards[:1])
    looking(shards[:2])
    assert told[1:] == [(1, {}), (2, {"1": sofar.read(tmp_path / "1")})]


def test_the_size_of_a_shard() -> None:
    assert sofar.shard_bytes(shard(0, 3, 4)) == 7


@pytest.mark.parametrize("count", range(20))
def test_the_order_has_all_and_is_spread(count: int) -> None:
    found = [int(one.shard_id) for one in sofar.in_spread_order([shard(number, 1000) for number in range(count)])]
    assert sorted(found) == list(range(count))
    for first in range(1, count):  # no stretch of the inputs is left out much longer than others
        seen = sorted([-1, *found[:first], count])
        gaps = [b - a for a, b in pairwise(seen)]
        assert max(gaps) <= 2 * (count + 1) / first + 1


def test_large_ones_come_first() -> None:
    sizes = [10, 900, 20, 1000, 12]
    found = [int(one.shard_id) for one in sofar.in_spread_order([shard(n, size) for n, size in enumerate(sizes)])]
    assert set(found[:2]) == {1, 3}
    assert found[2] == 2

"""The step at hand is in the shard's folder, and a file is cut where a trial says so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import plan, sources
from archive.child import Child
from archive.model import Capture, Damage, InputFile, Limits, Origin, ReadOptions
from archive.watch import READING, WRITING, Cut, Found, Step, Trial, Watch, last_step, reading_seconds, rest_of
from tests import making

LIMITS = Limits()


@pytest.fixture
def file(tmp_path: Path) -> InputFile:
    making.put(tmp_path / "a.warc", b"".join(making.responses(range(3))))
    (found,) = plan.find_files([tmp_path / "a.warc"], leave_out=tmp_path / "c")
    return found


def found_in(file: InputFile) -> list[Found]:
    with Path(file.location).open("rb") as opened:
        door = sources.Opened(file=opened, size=file.size, origin=Origin(path=file.path), in_place=True)
        return list(sources.captures(door, ReadOptions()))


def test_each_step_is_marked_before_it_is_taken(file: InputFile, tmp_path: Path) -> None:
    seen: list[Step | None] = []

    def looking() -> list[Step | None]:
        def found() -> Iterator[Found | None]:
            for one in (None, *found_in(file)):
                seen.append(last_step(tmp_path))
                yield one

        watch = Watch(tmp_path, LIMITS, Trial())
        seen.extend(last_step(tmp_path) for _ in watch.reading(found(), 7, file))
        watch.close()
        return seen

    steps: list[Step | None] = Child(looking, LIMITS).end()  # for it bounds the process that it is in
    reading = [Step(file=7, find=find, doing=READING) for find in range(4)]
    writing = [Step(file=7, find=find, doing=WRITING) for find in range(1, 4)]
    assert steps == [reading[0], reading[1], writing[0], reading[2], writing[1], reading[3], writing[2]]
    assert last_step(tmp_path) is None


def test_without_a_trial_nothing_is_marked(file: InputFile, tmp_path: Path) -> None:
    watch = Watch(tmp_path, LIMITS, None)
    found = found_in(file)
    assert list(watch.reading(iter(found), 0, file)) == found
    assert last_step(tmp_path) is None
    watch.close()


def test_a_file_is_cut(file: InputFile, tmp_path: Path) -> None:
    cut = Cut(step=Step(file=0, find=3, doing=READING), reason="crashed", detail="SIGABRT")

    def reading() -> list[Found]:
        watch = Watch(tmp_path, LIMITS, Trial(cuts=(cut,)))
        return list(watch.reading(iter((None, *found_in(file))), 0, file))

    *records, rest = Child(reading, LIMITS).end()
    assert [type(one) for one in records] == [Capture, Capture]
    start = records[1].locator.offset + records[1].locator.length
    assert rest == rest_of(file, start, cut)
    assert isinstance(rest, Damage)
    assert (rest.offset, rest.offset + rest.length) == (start, file.size)
    assert rest.sha256 == hashlib.sha256(Path(file.location).read_bytes()[start:]).digest()
    assert rest.detail == "SIGABRT; what was found before (2) stands, the rest is not read"


def test_a_large_file_may_take_longer(file: InputFile) -> None:
    assert reading_seconds(file, LIMITS) == LIMITS.cpu_seconds
    large = InputFile(path="a", location="a", size=5 << 30, modified_ns=0)
    assert reading_seconds(large, LIMITS) == LIMITS.cpu_seconds + 5 * 1024

"""The time left, against runs whose speed is known."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import pytest

from archive import remaining
from archive.model import Counts, SoFar
from archive.remaining import AtWork, Pace, seconds_left


def test_waiting_parts_are_dealt_to_workers_as_they_get_free() -> None:
    assert seconds_left([10, 10, 10], [], speed=2.0, workers=2) == 10
    assert seconds_left([10, 10, 10], [], speed=2.0, workers=1) == 15
    assert seconds_left([], [], speed=2.0, workers=3) == 0
    busy = [AtWork(left=20, done=0, seconds=0)]
    assert seconds_left([8], busy, speed=2.0, workers=2) == 10  # the last large one counts in full
    assert seconds_left([8], busy, speed=2.0, workers=1) == 14


def test_a_part_at_work_is_known_by_its_own_speed() -> None:
    slow = AtWork(left=100, done=1000, seconds=1000)
    assert seconds_left([], [slow], speed=10.0, workers=1) == pytest.approx(100, rel=0.05)
    new = AtWork(left=100, done=0, seconds=0)
    assert seconds_left([], [new], speed=10.0, workers=1) == 10


def test_many_parts_are_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = seconds_left([5.0] * 1000, [], speed=1.0, workers=2)
    monkeypatch.setattr(remaining, "DEALT", 2)
    assert seconds_left([5.0] * 1000, [], speed=1.0, workers=2) == pytest.approx(whole, rel=0.01)


SIZES = [4000, 400, 900, 1300, 200, 2500, 700, 600, 2000, 1000]


def said(seconds: float, a_second: float) -> SoFar:
    """What a part says that has been at work so long: how far it was a fifth of a second ago."""
    then = max(seconds - 0.2, 0.0)
    return SoFar(size=int(then * a_second), counts=Counts(), reasons=(), seconds=then)


def looks(pace: Pace, sizes: list[int], workers: int, a_second: float, *, first: int = 0) -> Iterator[float]:
    """Plays a run of workers that do so many bytes a second; yields the time after each look."""
    spans: list[tuple[float, float, int]] = []
    free = [0.0] * workers
    for number in range(first, len(sizes)):
        start = heapq.heappop(free)
        end = start + sizes[number] / a_second
        spans.append((start, end, number))
        heapq.heappush(free, end)
    told: set[int] = set()
    now, last = 0.0, max(free)
    while now < last:
        for _, end, number in spans:
            if end <= now and number not in told:
                told.add(number)
                pace.finish(str(number), end, cpu=end)
        at = {n: said(now - start, a_second) for start, end, n in spans if start <= now < end}
        pace.look(now, len(at), {str(n): one for n, one in at.items()})
        yield now
        now += 0.5
    for _, end, number in spans:
        if number not in told:
            pace.finish(str(number), end, cpu=end)
    yield last


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("first", [0, 4])
def test_steady_workers_are_foreseen_after_the_first_tenth(
    workers: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remaining, "END", 0.0)
    sizes = {str(number): size for number, size in enumerate(SIZES)}
    pace = Pace(sizes, dict(sizes), 0.0)
    for number in range(first):
        pace.done_before(str(number), cpu=1.0)
    seen = [(now, pace.left(now), pace.share(now)) for now in looks(pace, SIZES, workers, 100.0, first=first)]
    end = seen[-1][0]
    assert seen[0][1] is None
    assert seen[0][2] == pytest.approx(sum(SIZES[:first]) / sum(SIZES))
    later = [(now, left) for now, left, _ in seen if now > 0.1 * end]
    assert later
    for now, left in later:
        assert left == pytest.approx(end - now, rel=0.2, abs=0.6)
    shares = [share for _, _, share in seen]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    assert pace.done == sum(SIZES[first:])


def test_the_end_is_a_share_until_it_tells_its_own_speed() -> None:
    pace = Pace({"a": 100}, {"a": 100.0}, 0.0)
    pace.look(0.0, 1, {})
    pace.finish("a", 100.0, cpu=100.0)
    expected = 100.0 * remaining.END
    assert pace.left(100.0) == pytest.approx(expected)
    pace.merging(100.0, 0.0)
    assert pace.left(101.0) == pytest.approx(expected - 1)
    assert pace.reading_seconds(105.0) == 100
    assert pace.share(100.0) == pytest.approx(100 / (100 + expected))
    pace.merging(120.0, 0.5)
    assert pace.left(120.0) == pytest.approx(20 / (0.5 * remaining.TABLES) - 20)
    assert pace.left(1000.0) == 0
    assert pace.share(1000.0) == pytest.approx(1)


def test_a_part_that_is_tried_again_starts_again() -> None:
    pace = Pace({"a": 100, "b": 100}, {"a": 100.0, "b": 100.0}, 0.0)
    pace.look(0.0, 1, {})
    pace.look(10.0, 1, {"a": SoFar(size=50, counts=Counts(), reasons=(), seconds=10.0)})
    assert pace.done == 50
    pace.look(11.0, 1, {"a": SoFar(size=5, counts=Counts(), reasons=(), seconds=0.5)})
    assert pace.done == 5
    left = pace.left(11.0)
    assert left is not None
    assert left > 100  # the time was spent all the same


def test_nothing_to_do() -> None:
    pace = Pace({}, {}, 0.0)
    assert pace.left(1.0) is None
    assert pace.share(1.0) == 0
    pace.merging(1.0, 0.0)
    assert pace.left(1.0) == 0

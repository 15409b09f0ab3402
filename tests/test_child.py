"""A child's answer, its death, and its end with its parent."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from pathlib import Path

import pytest

from archive.child import Child, Died, bound_cpu
from archive.errors import Rejected
from archive.model import Limits

LIMITS = Limits(cpu_seconds=1, memory_bytes=50 << 20)


def raising(why: Exception) -> None:
    raise why


def test_what_the_work_returns_or_raises_comes_back() -> None:
    assert Child(lambda: ("x" * 1_000_000, os.getppid()), LIMITS).end() == ("x" * 1_000_000, os.getpid())
    with pytest.raises(Rejected, match="no words") as why:
        Child(lambda: raising(Rejected("extraction", "no-text", "no words")), LIMITS).end()
    assert (why.value.stage, why.value.reason) == ("extraction", "no-text")


@pytest.mark.parametrize(
    ("sent", "asked"), [(signal.SIGUSR1, False), (signal.SIGKILL, False), (signal.SIGINT, True), (signal.SIGTERM, True)]
)
def test_a_signal_is_named(sent: signal.Signals, *, asked: bool) -> None:
    with pytest.raises(Died) as death:
        Child(lambda: os.kill(os.getpid(), sent), LIMITS).end()
    assert (death.value.reason, death.value.detail, death.value.asked) == ("crashed", sent.name, asked)


def test_memory_counts_from_what_the_parent_holds_not_from_what_it_ever_held() -> None:
    def work() -> None:
        held = bytearray(b"x") * (350 << 20)
        os.kill(os.getpid(), signal.SIGKILL if held else 0)

    once = bytearray(b"x") * (700 << 20)
    del once
    with pytest.raises(Died) as death:
        Child(work, Limits(memory_bytes=200 << 20)).end()
    assert death.value.reason == "memory"


def test_a_child_has_children() -> None:
    assert Child(lambda: Child(os.getppid, LIMITS).end() != os.getppid(), LIMITS).end() is True


def test_a_bound_on_cpu_moves_and_is_lifted() -> None:
    def work() -> list[int]:
        found = []
        for seconds in (5, 500, None):
            bound_cpu(seconds)
            found.append(resource.getrlimit(resource.RLIMIT_CPU)[0])
        return found

    before = resource.getrlimit(resource.RLIMIT_CPU)
    near, far, none = Child(work, LIMITS).end()
    assert (near, far, none) == (6, 501, before[1])
    assert resource.getrlimit(resource.RLIMIT_CPU) == before


def test_a_child_is_killed() -> None:
    child = Child(lambda: threading.Event().wait(), LIMITS)
    child.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
    child.kill()  # once more does no harm


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    def grandchild() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()))
        (tmp_path / "pid").rename(tmp_path / "ready")
        threading.Event().wait()

    child = Child(lambda: Child(grandchild, LIMITS).end(), LIMITS)
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    left = int((tmp_path / "ready").read_text())
    child.kill()
    while alive(left):  # as long as the system needs
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """True while it runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

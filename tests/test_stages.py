"""CPU seconds by stage add up."""

from __future__ import annotations

import hashlib
import os
import resource
import time

import pytest

from archive.stages import Stages


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        hashlib.sha256(bytes(1000)).digest()


def test_stages_are_all_that_was_used() -> None:
    before = time.process_time()
    stages = Stages("read")
    burn(0.02)
    stages.to("rows")
    burn(0.01)
    stages.to("read")
    burn(0.01)
    stages.to("end")
    used = time.process_time() - before
    assert set(stages.seconds) == {"read", "rows"}
    assert stages.seconds["read"] >= 0.03
    assert stages.seconds["rows"] >= 0.01
    assert sum(stages.seconds.values()) == pytest.approx(used, rel=0.05)


def test_those_of_children_are_added_once() -> None:
    stages = Stages("read")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()
    if not pid:
        burn(0.05)
        os._exit(0)
    os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    stages.add_children("extraction")
    stages.add_children("extraction")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert stages.seconds == {"extraction": pytest.approx(used)}
    assert used > 0.04

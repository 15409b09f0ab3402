"""Work in a forked process of its own, which may die without harm to this one.

A library can crash the process that it runs in, and swallow any exception, those of timers included. So what bounds a
child is the kernel: ``RLIMIT_CPU`` with the default action of SIGXCPU, and ``RLIMIT_AS``; and whoever waits for it sees
how it ended. All bounds are CPU seconds and bytes, never wall-clock time, so a busy machine gives the same answers.

A forked child shares what its parent has loaded. It ends with its parent, whatever ends that: a worker left behind
would hold the corpus's lock.
"""

from __future__ import annotations

import ctypes
import math
import os
import pickle
import resource
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from archive.errors import ArchiveError
from archive.model import Limits

REASONS = ("crashed", "timeout", "memory")
# the address space may grow to twice the bound: what grows step by step passes the bound itself before a step fails, and
# is found out behind the record, even where the failure was swallowed
STOP = 2
ANSWERED, FAILED, OUT_OF_MEMORY = 0, 70, 71  # exit statuses
ASKED_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
starting = threading.Lock()  # held while a child is forked, so that no two are at once


class Died(ArchiveError):
    """A child ended without an answer: ``reason`` is one of ``REASONS``, ``detail`` has the figures.

    ``asked`` is True where a signal told it to end, as Ctrl-C does.
    """

    def __init__(self, reason: str, detail: str, *, asked: bool = False) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.asked = reason, detail, asked


class Child:
    """A forked process at work."""

    def __init__(self, work: Callable[[], Any], limits: Limits) -> None:
        """Starts it. What ``work`` returns or raises is what ``end`` does."""
        self._limits, self._base = limits, held_memory()
        with starting, warnings.catch_warnings():
            # from Python 3.12 on a fork beside threads warns; this child runs no code but ours, and starts no thread
            warnings.simplefilter("ignore", DeprecationWarning)
            told, answer = os.pipe()
            parent = os.getpid()
            # a Ctrl-C in the middle of a fork would be raised in one of its hooks, which ignore it
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self.pid = os.fork()
            except OSError:  # no process to be had
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                os.close(told)
                os.close(answer)
                raise
            if self.pid == 0:
                starting.release()  # it may have children too
                _live(work, limits, answer, parent)
            os.close(answer)  # before any other child could inherit it: its end tells that this one has ended
            self._pipe = open(told, "rb")  # noqa: SIM115, PTH123 - a handle, no path; end() or kill() closes it
            try:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
            except KeyboardInterrupt:
                self.kill()
                raise

    def fileno(self) -> int:
        """What becomes readable when the child has answered or died."""
        return self._pipe.fileno()

    def end(self) -> Any:  # noqa: ANN401 - whatever the work gives
        """What the work returned, once it is done. Raises what it raised, or ``Died``."""
        with self._pipe:
            told = self._pipe.read()
        _, status, usage = os.wait4(self.pid, 0)
        if status or not told:
            raise self._death(status, _bytes(usage.ru_maxrss))
        done, value = pickle.loads(told)  # noqa: S301 - our own child wrote it
        if not done:
            raise value
        return value

    def kill(self) -> None:
        """Ends it at once, if it has not ended yet."""
        self._pipe.close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def _death(self, status: int, peak: int) -> Died:
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGXCPU:
            return Died("timeout", f"more than {self._limits.cpu_seconds} CPU seconds")
        if code == OUT_OF_MEMORY or (code < 0 and peak - self._base > self._limits.memory_bytes):
            return Died("memory", f"more than {self._limits.memory_bytes >> 20} MB of memory")
        if code >= 0:
            return Died("crashed", f"exit status {code}")
        return Died("crashed", signal.Signals(-code).name, asked=-code in ASKED_TO_END)


def _live(work: Callable[[], Any], limits: Limits, answer: int, parent: int) -> NoReturn:
    """The child's whole life."""
    status = FAILED
    try:
        _follow(parent)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        _bound_memory(limits.memory_bytes)
        told = _answer_of(work)
        with open(answer, "wb") as pipe:
            pipe.write(told)
        status = ANSWERED
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def _answer_of(work: Callable[[], Any]) -> bytes:
    try:
        return pickle.dumps((True, work()))
    except MemoryError:
        raise
    except Exception as why:  # noqa: BLE001 - it is raised where the child is waited for
        return pickle.dumps((False, why))


def _follow(parent: int) -> None:
    """Ends this process when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os._exit(FAILED)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(FAILED)


# ---- bounds of this process ------------------------------------------------------------------------------------------


def bound_cpu(seconds: float | None) -> None:
    """From now on the kernel kills this process when it has used so many CPU seconds more; None lifts the bound."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    soft = most if seconds is None else math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))


def _bound_memory(allowed: int) -> None:
    if sys.platform != "linux":  # nothing else enforces it; what is found out behind a record is found out there too
        return
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    soft = now + STOP * allowed
    resource.setrlimit(resource.RLIMIT_AS, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))


def held_memory() -> int:
    """The bytes of memory that this process holds now, which a child forked from it starts with."""
    if sys.platform != "linux":  # not to be had without a library: the most that it ever held
        return peak_memory()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def peak_memory() -> int:
    """The most bytes of memory that this process has held at once."""
    return _bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _bytes(maxrss: int) -> int:
    return maxrss if sys.platform == "darwin" else maxrss << 10

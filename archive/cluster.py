"""Dask: an executor on the workers of a scheduler, and what its failures mean. Loaded only where it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from archive.errors import UsageError

CONNECT = 10  # seconds until a scheduler that does not answer is taken to be absent
IN_FLIGHT = 1000  # shards handed to an executor at a time; what it does not work at costs some memory
FOR_EACH = 4  # shards for each thread of a cluster: one at work, one at hand, two that wait in the scheduler
FEW = 16


@contextmanager
def dask(scheduler: str) -> Iterator[Executor]:
    """An executor on the workers of the scheduler at that address, such as ``tcp://node7:8786``.

    Raises ``UsageError`` where Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as why:
        message = f"--engine dask needs Dask ({why}): pip install 'archive[dask]'"
        raise UsageError(message) from why
    try:
        client = Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as why:
        message = f"{scheduler}: no Dask scheduler answers ({why}); start one: dask scheduler"
        raise UsageError(message) from why
    with client:
        yield client.get_executor(pure=False)  # a shard that is tried again is a new task


def most_at_once(executor: Executor) -> int:
    """How many shards to hand out at a time.

    A shard of 250 files takes 90 kB in a Dask scheduler (measured with 5,000 of them), and a run may have 100,000.
    """
    if "distributed" not in sys.modules:
        return IN_FLIGHT
    from distributed.cfexecutor import ClientExecutor

    if not isinstance(executor, ClientExecutor):
        return IN_FLIGHT
    try:
        threads = sum(executor._client.nthreads().values())  # noqa: SLF001 - nothing else leads to the client of an executor
    except (OSError, *gone()):  # its futures are cancelled, and say so
        threads = 0
    return max(FOR_EACH * threads, FEW)


def worker_lost() -> tuple[type[BaseException], ...]:
    """What a future raises whose workers died, one after the other."""
    if "distributed" not in sys.modules:
        return ()
    from distributed import KilledWorker

    return (KilledWorker,)


def gone() -> tuple[type[BaseException], ...]:
    """What is raised where the scheduler is no longer there."""
    if "distributed" not in sys.modules:
        return ()
    from distributed.client import ClosedClientError
    from distributed.comm import CommClosedError

    return ClosedClientError, CommClosedError

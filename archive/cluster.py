"""Dask: an executor on the workers of a scheduler, and what its failures mean. Loaded only where it is asked for."""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from archive.errors import UsageError

if TYPE_CHECKING:
    from distributed.cfexecutor import ClientExecutor

CONNECT = 10  # seconds until a scheduler that does not answer is taken to be absent
IN_FLIGHT = 1000  # shards handed to an executor at a time; what it does not work at costs some memory
FOR_EACH = 4  # shards for each thread of a cluster: one at work, one at hand, two that wait in the scheduler
FEW = 16
LOGGERS = ("distributed", "distributed.client", "distributed.core", "distributed.utils", "tornado.application")


@contextmanager
def executor_of(engine: str, scheduler: str | None) -> Iterator[Executor | None]:
    """The executor for these options of the command line; None where work stays on this machine.

    Raises ``UsageError`` for one without the other, and what ``dask_executor`` raises.
    """
    if engine == "local" and scheduler:
        message = "--scheduler is for --engine dask: give both, or neither"
        raise UsageError(message)
    if engine == "local":
        yield None
    elif scheduler:
        with dask_executor(scheduler) as executor:
            yield executor
    else:
        message = "--engine dask: name its scheduler too, --scheduler tcp://HOST:8786"
        raise UsageError(message)


@contextmanager
def dask_executor(scheduler: str) -> Iterator[Executor]:
    """An executor on the workers of the scheduler at that address, such as ``tcp://node7:8786``.

    Raises ``UsageError`` where Dask is not installed, or no scheduler answers.
    """
    try:
        import dask.config
        from distributed import Client
    except ImportError as why:
        message = f"--engine dask needs Dask ({why}): pip install '.[dask]' in the folder of the project"
        raise UsageError(message) from why
    for name in LOGGERS:  # what they say of a scheduler that is lost, we say in one line
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({"distributed.comm.timeouts.connect": CONNECT}):
        try:
            asyncio.run(asyncio.wait_for(_greet(scheduler), CONNECT))
            client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as why:
            detail = str(why) or f"nothing said within {CONNECT} s"
            message = f"{scheduler}: no Dask scheduler answers ({detail}); start one (dask scheduler), or name it: tcp://HOST:8786"
            raise UsageError(message) from why
        with client:
            yield client.get_executor()


async def _greet(scheduler: str) -> None:
    """Shakes hands with a scheduler: a client waits for ever for one that takes the call and says nothing."""
    from distributed import Security
    from distributed.comm.core import connect

    security = Security().get_connection_args("client")  # TLS, where the configuration of Dask says so
    comm = await connect(scheduler, timeout=2 * CONNECT, **security)  # whoever calls waits half as long
    await comm.close()


def is_dask(executor: Executor) -> bool:
    """True for an executor of a Dask client."""
    return _of_dask(executor) is not None


def submit(executor: Executor, packed: object) -> Future[Any]:
    """What comes of unpacking this in a worker. Each call is a task of its own: Dask would take the same for done."""
    its: Any = executor  # whose submit takes what that of a client takes
    return its.submit(pickle.loads, pickle.dumps(packed), key=f"convert_shard-{uuid4().hex}")  # type: ignore[no-any-return]


def most_at_once(executor: Executor) -> int:
    """How many shards to hand out at a time.

    A shard of 250 files takes 90 kB in a Dask scheduler (measured with 5,000 of them), and a run may have 100,000.
    """
    its = _of_dask(executor)
    if its is None:
        return IN_FLIGHT
    try:
        threads: int = sum(its._client.nthreads().values())  # noqa: SLF001 - nothing else leads to the client of an executor
    except OSError:  # the scheduler is lost, and what was handed out is cancelled and says so
        threads = 0
    return max(FOR_EACH * threads, FEW)


def nothing_to_come(executor: Executor) -> bool:
    """True where Dask has ended all tasks of the executor.

    When the scheduler dies while a result is being fetched, its executor forgets to tell the future (``_cascade_future``
    of distributed 2026.8 ends with an error of its own), and whoever waits for that future waits for ever.
    """
    its = _of_dask(executor)
    return its is not None and all(future.done() for future in list(its._futures))  # noqa: SLF001 - see above


def _of_dask(executor: Executor) -> ClientExecutor | None:
    if "distributed" not in sys.modules:
        return None
    from distributed.cfexecutor import ClientExecutor

    return executor if isinstance(executor, ClientExecutor) else None


def worker_lost() -> tuple[type[Exception], ...]:
    """What a future raises whose workers died, one after the other."""
    if "distributed" not in sys.modules:
        return ()
    from distributed import KilledWorker

    return (KilledWorker,)


def gone() -> tuple[type[Exception], ...]:
    """What is raised where the executor can do no more, or its scheduler is lost."""
    if "distributed" not in sys.modules:
        return (BrokenExecutor, CancelledError)
    from distributed.client import ClosedClientError
    from distributed.comm.core import CommClosedError

    return (BrokenExecutor, CancelledError, ClosedClientError, CommClosedError)

"""Tasks on the workers of a Dask cluster, and what is said when the cluster is lost."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from rknet.study.program import WorkersLost

Task = TypeVar("Task")
Result = TypeVar("Result")

ANSWER = 10.0
"""Seconds in which a scheduler has to answer."""

PATIENCE = 60.0
"""Seconds without any worker after which a cluster is given up; one that was killed is back, or replaced, sooner."""

PAUSE = 0.1
"""Seconds between two looks at whether a task has ended."""

LOOK = 2.0
"""Seconds between two looks at whether there are workers."""

RESUME = "finished runs are kept, and the same command resumes"


def outcomes(do: Callable[[Task], Result], tasks: Sequence[Task], address: str) -> Generator[Result, None, None]:
    """What a function returns for each task, in the order in which the workers of a scheduler end them.

    Raises
    ------
    ValueError
        If the package distributed is missing, there is no scheduler at the address, or its workers lack this library.
    WorkersLost
        If the scheduler ends, no worker is left for `PATIENCE` seconds, or all workers that were given one task died.
    """
    with client_at(address) as client:
        from distributed import as_completed

        done = as_completed(client.map(do, tasks, pure=False), loop=client.loop)
        looked = seen = time.monotonic()
        while done.count():
            if done.has_ready():
                yield _result(next(done), address)
                continue
            now = time.monotonic()
            if now - looked >= LOOK:
                looked, seen = now, now if _has_workers(client, address) else seen
            if now - seen > PATIENCE:
                raise WorkersLost(
                    f"dask: there was no worker at {address} for {PATIENCE:.0f} s; {RESUME} when some are started with "
                    f"`dask worker {address}`"
                )
            time.sleep(PAUSE)


def _has_workers(client: Any, address: str) -> bool:
    """Whether a scheduler, which is there, has any worker."""
    try:
        if client.status == "running":
            return bool(client.nthreads())
    except OSError:
        pass
    raise _gone(address)


def _gone(address: str) -> WorkersLost:
    return WorkersLost(f"dask: the scheduler at {address} has ended; {RESUME} when one is there, or without --dask")


def _result(future: Any, address: str) -> Any:
    """The result of a future that has ended."""
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    if future.cancelled():
        raise _gone(address)
    try:
        return future.result()
    except CommClosedError:
        raise _gone(address) from None
    except KilledWorker:
        raise WorkersLost(
            f"dask: several workers at {address} died one after the other of the same run, perhaps for memory; "
            f"{RESUME}, best with fewer threads for each worker"
        ) from None
    except ImportError as error:
        raise ValueError(
            f"dask: every worker must have this version of rknet, got {error} from one at {address!r}; install it there"
        ) from None


def client_at(address: str) -> Any:
    """A connection to the scheduler at an address.  ValueError if there is none, or no package for it."""
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ModuleNotFoundError:
        raise ValueError(
            f"dask: needs the package distributed, got the address {address!r}; run: pip install 'rknet[cluster]'"
        ) from None
    try:
        # Asked without a client, whose thread with an event loop would outlive the error.
        socket.create_connection(get_address_host_port(address, strict=True), ANSWER).close()
        return Client(address, timeout=ANSWER)
    except (OSError, OverflowError, ValueError) as error:
        raise ValueError(
            f"dask: must be the address of a running scheduler, got {address!r} ({error}); "
            f"start one with `dask scheduler`, workers with `dask worker ADDRESS`"
        ) from None

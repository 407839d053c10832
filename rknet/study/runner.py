"""Sweeps: many runs over local processes or a Dask cluster, each kept in a store as soon as it ends.

A run computes in one thread wherever it runs, so that its bits do not depend on how many run beside it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import pkgutil
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import torch
from tqdm import tqdm

from rknet.checkpoint import Checkpoint, OtherTraining
from rknet.checks import choose, flag, whole
from rknet.data import images
from rknet.files import InUse
from rknet.study.cluster import outcomes
from rknet.study.experiments import EXPERIMENTS
from rknet.study.program import interrupts_deferred
from rknet.study.records import Record, Run
from rknet.study.store import Found, Store

PERIOD = 300.0
"""Seconds between two checkpoints of a run on a wide net."""


@dataclass(frozen=True)
class Summary:
    """How many runs a sweep computed, how many it found, and how long it took.

    `lost` says in a line each which runs have no record although they were wanted, and why: it could not be written, or
    another process was at the run.
    """

    computed: int
    found: int
    seconds: float
    lost: tuple[str, ...] = ()


def runs_of(name: str, seeds: Iterable[int] | None = None) -> list[Run]:
    """The runs of an experiment, by default with the paper's repetitions.  ValueError if the name is unknown."""
    experiment = choose("name", name, EXPERIMENTS)
    seeds = range(experiment.repetitions) if seeds is None else list(seeds)
    return [Run(name, row, configuration, seed) for row, configuration in experiment.rows.items() for seed in seeds]


def sweep(
    runs: Iterable[Run],
    store: Store,
    *,
    n_jobs: int = 1,
    dask: str | None = None,
    engine: str = "auto",
    source: str = "auto",
    device: str = "cpu",
    progress: bool = True,
    report: Callable[[str], None] = print,
) -> Summary:
    """Compute the runs that a store lacks, and keep each as soon as it ends.

    Only this process writes records, so a cluster needs no shared folder, and whenever this process is killed, no more
    is lost than the runs in progress: the same call resumes.  A run on a wide net goes on from its last checkpoint,
    which a local process keeps beside the place of the record until that is stored.

    ValueError if n_jobs is out of range, the device is not there or not for these runs, the images cannot be had, the
    cluster cannot be reached, or its workers have another version; before anything is computed, if records or
    checkpoints cannot be written, or something else is in their places.  WorkersLost if the cluster ends.

    Parameters
    ----------
    runs, store
        What is wanted, and where records are kept; a current record is not computed again.
    n_jobs, dask
        Number of local processes, with 1 only this one; or the address of a Dask scheduler, whose workers are used
        instead and need the same rknet.
    engine, source
        See `rknet.fit` and `rknet.data.images.load`; ``"auto"`` also takes what was stored by any engine and from any
        source.  The source is decided once for all runs.
    device
        ``"cpu"``, or ``"cuda"`` for runs on images; what is stored is taken whatever computed it.  Runs of one
        architecture share the card, see `rknet.study.shared_card`, where Triton is installed and no cluster is used.
    progress, report
        Whether a bar with the time left is shown on a terminal; and who is told in a line of each record that is
        damaged, foreign or outdated, and computed again, and of each run that is lost, at once.
    """
    started, runs, progress = time.perf_counter(), list(runs), flag("progress", progress)
    store.tidy()
    missing = [run for run in runs if not _is_current(run, store.find(run, engine, source), store, report)]
    for run in missing:
        check_device(device, run, here=dask is None)
    store.check(missing)
    missing.sort(key=lambda run: run.configuration.work, reverse=True)  # so that all workers end at about the same time
    tasks = [(run, engine, _settled(run, source), None if dask else _checkpoint(store, run), device) for run in missing]
    for *_, checkpoint, _ in tasks:
        if checkpoint is not None:
            checkpoint.check()
    lost: list[str] = []

    def lose(run: object, error: Exception) -> None:
        lost.append(f"{run}: {error}")
        report(f"{lost[-1]}; its record is lost")

    for record in watched(_computed(tasks, n_jobs=n_jobs, dask=dask, left=lose), missing, progress):
        _keep(record, store, lose)
    seconds = time.perf_counter() - started
    return Summary(len(missing) - len(lost), len(runs) - len(missing), seconds, tuple(lost))


def _is_current(run: Run, found: Found, store: Store, report: Callable[[str], None]) -> bool:
    """Whether a run need not be computed; why one is computed again is reported."""
    if found.problem:
        report(f"{store.path(run.experiment, run.row, run.seed)}: {found.problem}; computed again")
    return found.current


def _keep(record: Record, store: Store, lose: Callable[[object, Exception], None]) -> None:
    """Store a record, after which its checkpoint is of no more use."""
    try:
        path = store.save(record)
    except OSError as error:
        lose(f"{record['run']['experiment']}: {record['run']['row']}, seed {record['run']['seed']}", error)
    else:
        checkpoint_beside(path).remove()


Task = tuple[Run, str, str, Checkpoint | None, str]
"""A run, the engine to use, the source of its images, where its training is stored now and then, and the device."""

Outcome = tuple[Run, Record | InUse]
"""A run and its record, or the error that says which process is at it."""

DEVICES = ("cpu", "cuda")
"""Where a run can be computed."""


def _shared_card() -> Any:
    """The module for runs that share a card, which needs Triton: imported when it is first used."""
    return pkgutil.resolve_name("rknet.study.shared_card")


def _computed(
    tasks: Sequence[Task], *, n_jobs: int, dask: str | None, left: Callable[[Run, InUse], None]
) -> Iterator[Record]:
    """The records of tasks: those that share a card, in this process, stack by stack; then the others by `execute`."""
    together = [(source, stack) for source, stack in _stacks(tasks) if dask is None]
    for source, stack in together:
        yield from _shared_card().compute(stack, source)
    shared = {(run.experiment, run.row, run.seed) for _, stack in together for run in stack}
    alone = [task for task in tasks if (task[0].experiment, task[0].row, task[0].seed) not in shared]
    yield from execute(alone, n_jobs=n_jobs, dask=dask, left=left)


def _stacks(tasks: Sequence[Task]) -> list[tuple[str, list[Run]]]:
    """Runs that can share a card, by stack, with the source of their images; none where Triton is missing."""
    on_card = [(run, engine, source) for run, engine, source, _, device in tasks if device == "cuda"]
    if not on_card or importlib.util.find_spec("triton") is None:
        return []
    able = [(run, source) for run, engine, source in on_card if _shared_card().can_share(run, engine)]
    stacks = [
        (source, stack)
        for source in dict.fromkeys(source for _, source in able)
        for stack in _shared_card().groups([run for run, its in able if its == source], _shared_card().MOST)
    ]
    return [(source, stack) for source, stack in stacks if len(stack) > 1]


def execute(
    tasks: Sequence[Task],
    *,
    n_jobs: int = 1,
    dask: str | None = None,
    left: Callable[[Run, InUse], None] | None = None,
) -> Iterator[Record]:
    """The records of runs, in the order in which they end; `left` is told of runs that another process is at."""
    n_jobs = whole("n_jobs", n_jobs)
    if not tasks:
        return
    threads = torch.get_num_threads()
    try:
        with contextlib.ExitStack() as stack:
            done = _locally(tasks, n_jobs) if dask is None else outcomes(_outcome, tasks, dask)
            stack.callback(_abandon, done)
            for run, record in done:
                if isinstance(record, InUse):
                    if left is None:
                        raise record
                    left(run, record)
                    continue
                if not run.current(record):
                    raise ValueError(
                        "dask: every worker must run this version of rknet, got a record of another; "
                        "install the same version there"
                    )
                yield record
    finally:
        torch.set_num_threads(threads)


def _locally(tasks: Sequence[Task], n_jobs: int) -> Generator[Outcome, None, None]:
    """The outcomes of tasks, computed by as many local processes, with 1 by this one."""
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = joblib.Parallel(n_jobs=min(n_jobs, len(tasks)), return_as="generator_unordered", batch_size=1)
    with interrupts_deferred():
        done: Generator[Outcome, None, None] = parallel(joblib.delayed(_outcome)(task, os.getpid()) for task in tasks)
    return done


def _outcome(task: Task, parent: int | None = None) -> Outcome:
    """A run and its record, or the error that says which process is at it; a local worker ends with its parent."""
    if parent not in (None, os.getpid()):
        _end_with(parent)
    try:
        return task[0], compute(*task)
    except InUse as error:
        return task[0], error


@functools.cache
def _end_with(parent: int) -> None:
    """End this process, at the latest after a second, when its parent has ended: nobody would store its results."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _abandon(done: Generator[Any, None, None]) -> None:
    """End what still runs when a sweep is left early; joblib's advice to ask for less does not apply."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r".*You could benefit from adjusting the input task iterator", UserWarning)
        done.close()


def check_device(device: str, run: Run, *, here: bool) -> None:
    """ValueError if a run is not computed on a device, or the device is to be `here` and is not."""
    choose("device", device, dict.fromkeys(DEVICES))
    if device == "cpu":
        return
    if not run.configuration.images:
        raise ValueError(
            f"device: must be 'cpu' for runs on points, whose bits are those of every processor, got {device!r} for "
            f"{run}; leave it out"
        )
    if here and not torch.cuda.is_available():
        raise ValueError(
            f"device: must be one that PyTorch finds, got {device!r}; install a build of PyTorch with CUDA, or leave "
            f"it out"
        )


def compute(
    run: Run, engine: str = "auto", source: str = "auto", checkpoint: Checkpoint | None = None, device: str = "cpu"
) -> Record:
    """Train one net and return the record; this process computes in one thread from here on.

    A checkpoint of another training, such as one by another version, is reported by a warning and given up.
    """
    torch.set_num_threads(1)
    tqdm.set_lock(threading.RLock())  # tqdm's own is a semaphore of the system, which outlives a killed worker
    options: dict[str, Any] = {"engine": engine, "source": source, "checkpoint": checkpoint, "device": device}
    try:
        return run.compute(**options)
    except OtherTraining as error:
        assert checkpoint is not None
        warnings.warn(f"{error}; it is removed, and the run begins anew", stacklevel=2)
        checkpoint.remove()
        return run.compute(**options)


def watched(done: Iterable[Record], runs: Sequence[Run], progress: bool = True) -> Iterator[Record]:
    """Pass records on, with a bar that counts work and not runs: the longest take a thousand times the shortest."""
    work = {(run.experiment, run.row): run.configuration.work for run in runs}
    layout = "{desc} {percentage:3.0f}% |{bar}| {elapsed} gone, {remaining} left"
    total = sum(run.configuration.work for run in runs)
    # disable=None: tqdm draws on a terminal only.
    with tqdm(total=total, desc=f"0/{len(runs)} runs", bar_format=layout, disable=None if progress else True) as bar:
        for count, record in enumerate(done, 1):
            yield record
            bar.set_description_str(f"{count}/{len(runs)} runs", refresh=False)
            bar.update(work[record["run"]["experiment"], record["run"]["row"]])


def checkpoint_beside(path: Path) -> Checkpoint:
    """Where a run that is to have its record at a path is stored every five minutes."""
    return Checkpoint(path.with_suffix(".checkpoint"), every=PERIOD, keep=True)


def _checkpoint(store: Store, run: Run) -> Checkpoint | None:
    """The checkpoint of a long run; others are over before a second one would be due."""
    path = store.path(run.experiment, run.row, run.seed)
    return checkpoint_beside(path) if run.resumable else None


def _settled(run: Run, source: str) -> str:
    """The source that a run's images really come from, so that no two workers of a sweep take different ones."""
    name = run.configuration.images
    return source if name is None else images.load(name, source).source

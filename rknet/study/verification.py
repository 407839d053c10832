"""Committed records against recomputed ones.

A run on points has the same bits everywhere, and `compare` asks for them.  A run on images has the bits of one machine:
PyTorch's sums depend on the processor, the device and the number of threads, and the steps of a training magnify the
last digit: after one epoch two machines share no digit of the curves, and differ like two repetitions.  So what can be
asked there is: the same images to the last bit; before training, where nothing was magnified yet, the same cost to
`ROUNDING`; and in the end a validation accuracy as far away, at most, as another repetition's might be: see
`final_tolerance`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rknet import files
from rknet.checks import flag, whole
from rknet.data.images import load
from rknet.hashes import digest
from rknet.study.paper import printed
from rknet.study.records import Record, Run
from rknet.study.runner import Task, check_device, execute, watched
from rknet.study.store import Found, Store

ROUNDING = 1e-5
"""Largest relative difference of two machines' costs before training: a hundred roundings to float32."""

FINAL_TOLERANCE = 0.05
"""Largest difference of validation accuracies after training, as a fraction, where the paper prints no spread."""


def final_tolerance(run: Run) -> float:
    """How far two machines' validation accuracies may lie apart after training, as a fraction.

    Three standard deviations of the difference of two repetitions, with the spread that the paper prints for the row.
    """
    _, spread = printed(run.experiment, run.configuration).get("val_accuracy", (None, None))
    return FINAL_TOLERANCE if spread is None else 3 * math.sqrt(2) * spread / 100


PARTS = ("weights", "history", "epochs", "ended", "tests", "chosen", "answers")
"""What may differ in the results of a run on points, as far as its record has it."""


@dataclass(frozen=True)
class Comparison:
    """Whether a run gives what its record states, None where they cannot be compared, and in a few words why."""

    run: Run
    same: bool | None
    words: str


def drawn(runs: Iterable[Run], count: int, word: str) -> list[Run]:
    """So many of the runs, at most all, drawn by the hash of a word such as today's date, which nobody can choose."""
    there = list(runs)
    rng = np.random.default_rng(int(digest(word), 16))
    return [there[i] for i in rng.permutation(len(there))[: whole("count", count, 1)]]


def verify(
    runs: Iterable[Run],
    store: Store,
    *,
    n_jobs: int = 1,
    dask: str | None = None,
    device: str = "cpu",
    progress: bool = True,
    kept: Store | None = None,
) -> Iterator[Comparison]:
    """Compute runs again, on a device, each with the engine and the source of images of its record, and compare.

    Comparisons come in the order in which the runs end.  The new records are saved in `kept`, another store; what that
    store has already is compared at once, so that a long verification resumes.

    A record made by another version is compared too: that is how to learn whether its numbers still hold.

    Raises
    ------
    ValueError
        If `kept` is the store itself, or nothing can be written there.
    """
    if kept is not None and kept.folder.resolve() == store.folder.resolve():
        raise ValueError(f"kept: must be another folder than the store's, got {str(kept.folder)!r}; name an empty one")
    if kept is not None:
        files.writable("kept", kept.folder)
    progress = flag("progress", progress)
    return _verified(runs, store, kept, n_jobs=n_jobs, dask=dask, device=device, progress=progress)


def _verified(
    runs: Iterable[Run],
    store: Store,
    kept: Store | None,
    *,
    n_jobs: int,
    dask: str | None,
    device: str,
    progress: bool,
) -> Iterator[Comparison]:
    """The comparisons of `verify`, as they come."""
    stored: dict[tuple[str, str, int], tuple[Run, Record]] = {}
    tasks: list[Task] = []
    for run in runs:
        found = store.find(run)
        if found.record is None:
            yield Comparison(run, False, found.problem) if found.problem else Comparison(run, None, "no record")
            continue
        again = kept.find(run) if kept is not None else Found()
        if again.record is not None and again.current:
            yield compare(run, found.record, again.record)
            continue
        check_device(device, run, here=dask is None)
        source = _source(found.record)
        if run.configuration.images is not None:
            try:
                load(run.configuration.images, source)
            except ValueError as error:
                yield Comparison(run, None, f"cannot be computed here: {error}")
                continue
        stored[run.experiment, run.row, run.seed] = run, found.record
        tasks.append((run, found.record["run"]["engine"], source, None, device))
    for new in watched(execute(tasks, n_jobs=n_jobs, dask=dask), [run for run, *_ in tasks], progress):
        key = new["run"]["experiment"], new["run"]["row"], new["run"]["seed"]
        if kept is not None:
            kept.save(new)
        yield compare(*stored[key], new)


def compare(run: Run, old: Record, new: Record) -> Comparison:
    """Whether two records of a run have the same results, on images within the tolerances; if not, how far they are."""
    before, now = old["results"], new["results"]
    if before == now:
        name = "weights" if "weights" in now else "answers"
        return Comparison(run, True, f"same {name} {now[name][:12]}")
    finals = [float(results.get("final", results)["val_accuracy"]) for results in (before, now)]
    accuracies = " before, now ".join(f"{100 * final:.2f} %" for final in finals)
    if not run.configuration.images:
        parts = [name for name in PARTS if before.get(name) != now.get(name)]
        return Comparison(run, False, f"other {', '.join(parts)}; validation accuracy {accuracies}")
    if old["run"]["images"] != new["run"]["images"]:
        return Comparison(run, False, "other images")
    begun = [record["results"]["history"]["val_cost"][0] for record in (old, new)]
    same = math.isclose(*begun, rel_tol=ROUNDING) and abs(finals[0] - finals[1]) <= final_tolerance(run)
    costs = " before, now ".join(f"{cost:.6f}" for cost in begun)
    return Comparison(
        run, same, f"same images, other bits; cost before training {costs}; validation accuracy {accuracies}"
    )


def _source(record: Record) -> str:
    """The source of a record's images."""
    return str(record["run"]["images"]["source"]) if "images" in record["run"] else "auto"

"""Committed records against recomputed ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rknet.records import Record, Run
from rknet.runner import execute, watched
from rknet.store import Store


@dataclass(frozen=True)
class Verdict:
    """Whether a run gives the bits that its record states, and in a few words why or why not."""

    run: Run
    same: bool
    words: str


def verify(
    runs: Iterable[Run], store: Store, *, n_jobs: int = 1, dask: str | None = None, progress: bool = True
) -> Iterator[Verdict]:
    """Compute runs again, each with the engine of its record, and compare: verdicts in the order in which they end.

    A record made by other sources is compared too: that is how to learn whether its numbers still hold.
    """
    stored: dict[tuple[str, str, int], tuple[Run, Record]] = {}
    for run in runs:
        found = store.find(run)
        if found.record is None:
            yield Verdict(run, False, found.problem or "no record")
        else:
            stored[run.experiment, run.row, run.seed] = run, found.record
    tasks = [(run, record["run"]["engine"]) for run, record in stored.values()]
    for new in watched(execute(tasks, n_jobs=n_jobs, dask=dask), [run for run, _ in tasks], progress):
        key = new["run"]["experiment"], new["run"]["row"], new["run"]["seed"]
        yield compare(*stored[key], new)


def compare(run: Run, old: Record, new: Record) -> Verdict:
    """Whether two records of a run have the same results; if not, how far apart they are."""
    if old["results"] == new["results"]:
        return Verdict(run, True, f"same weights {new['results']['weights'][:12]}")
    parts = [name for name in ("weights", "history", "epochs", "ended") if old["results"][name] != new["results"][name]]
    accuracies = [f"{100 * float(record['results']['final']['val_accuracy']):.2f} %" for record in (old, new)]
    return Verdict(run, False, f"other {', '.join(parts)}; validation accuracy {' before, now '.join(accuracies)}")

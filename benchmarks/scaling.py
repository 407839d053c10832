"""How the time of this library's engines grows with depth, width, samples and processes.

A slope is the exponent p of time ~ size^p, fitted to the logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.machine import cores
from benchmarks.process import Report, Worker
from benchmarks.steps import calibrate

NAMES = ("compiled", "reference")
SIZES: dict[str, Sequence[int]] = {"L": (25, 50, 100, 200), "d_hat": (8, 16, 32, 64, 128)}
SAMPLES = (50, 100, 200, 400)
MEASUREMENT = 0.2
"""Seconds that one measurement should take."""


def study(case: Case, names: Sequence[str] = NAMES, *, repeats: int = 5) -> Report:
    """One row for each engine and quantity: sizes, times and slope."""
    rows: Report = []
    for name in names:
        with Worker(name) as worker:
            missing = worker.ask("build", case=asdict(case))
            if missing:
                rows.append({"contender": name, **missing})
                continue
            rows += [steps_by(worker, case, quantity, repeats) for quantity in SIZES]
            rows.append(epoch_by_samples(worker, case, repeats))
        rows.append(steps_by_processes(name, case, repeats))
    return rows


def steps_by(worker: Worker, case: Case, quantity: str, repeats: int) -> dict[str, Any]:
    """Milliseconds a step for each depth or width."""
    times = []
    for size in SIZES[quantity]:
        worker.ask("build", case=asdict(replace(case, **{quantity: size})))
        count = calibrate(worker, MEASUREMENT)
        times.append(median(1000 * worker.ask("steps", count=count)["seconds"] / count for _ in range(repeats)))
    return fitted(worker.name, quantity, SIZES[quantity], times, "ms per step")


def epoch_by_samples(worker: Worker, case: Case, repeats: int) -> dict[str, Any]:
    """Milliseconds for an epoch with its statistics, for each number of samples."""
    times = []
    for N in SAMPLES:
        worker.ask("build", case=asdict(replace(case, N=N)))
        worker.ask("run", epochs=1)
        times.append(median(1000 * worker.ask("run", epochs=1)["seconds"] for _ in range(repeats)))
    return fitted(worker.name, "N", SAMPLES, times, "ms an epoch")


def steps_by_processes(name: str, case: Case, repeats: int) -> dict[str, Any]:
    """Milliseconds a step in each of as many processes at once as there are cores, and fewer; a flat line is ideal."""
    numbers, times = range(1, len(cores()) + 1), []
    for number in numbers:
        workers = [Worker(name, core=core) for core in cores()[:number]]
        for worker in workers:
            worker.ask("build", case=asdict(case))
        count = max(calibrate(worker, MEASUREMENT) for worker in workers)
        times.append(median(together(workers, count) for _ in range(repeats)))
        for worker in workers:
            worker.close()
    return fitted(name, "processes", numbers, times, "ms per step in each")


def together(workers: Sequence[Worker], count: int) -> float:
    """Milliseconds a step in the slowest of several processes that work at the same time."""
    for worker in workers:
        worker.send("steps", count=count)
    return max(1000 * worker.receive()["seconds"] / count for worker in workers)


def fitted(name: str, quantity: str, sizes: Sequence[int], times: Sequence[float], unit: str) -> dict[str, Any]:
    """A row with the slope of a line through the logarithms; None for a single size."""
    slope = float(np.polyfit(np.log(sizes), np.log(times), 1)[0]) if len(sizes) > 1 else None
    return {
        "contender": name,
        "quantity": quantity,
        "sizes": list(sizes),
        "times": list(times),
        "unit": unit,
        "slope": slope,
    }

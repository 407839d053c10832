"""One training step and one full run: every contender, interleaved, each in its own process on the same core."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from benchmarks.cases import Case
from benchmarks.contender import CONTENDERS
from benchmarks.process import Report, Worker

SECONDS = 0.5
"""How long the steps of one measurement should take together."""
MOST = 10_000
"""Steps of one measurement at most."""
PATIENCE = 60.0
"""A full run that would take longer is extrapolated from one epoch."""


def study(
    case: Case, names: Sequence[str] = tuple(CONTENDERS), *, authors: str | None = None, repeats: int = 7
) -> Report:
    """For each contender the gradient's error, milliseconds per step (all repeats), and seconds for a full run."""
    workers = {name: Worker(name, authors=authors) for name in names}
    try:
        rows = {name: prepare(worker, case) for name, worker in workers.items()}
        ready = [name for name, row in rows.items() if "gradient_error" in row]
        counts = {name: calibrate(workers[name]) for name in ready}
        for _ in range(repeats):
            for name in ready:
                seconds = workers[name].ask("steps", count=counts[name])["seconds"]
                rows[name].setdefault("step_ms", []).append(1000 * seconds / counts[name])
        for name in ready:
            rows[name] |= {"steps": counts[name], **full_run(workers[name], case, rows[name]["step_ms"])}
    finally:
        for worker in workers.values():
            worker.close()
    return with_ratios(list(rows.values()))


def prepare(worker: Worker, case: Case) -> dict[str, Any]:
    """Build the contender, check its gradient, and take the first steps, which may have to be compiled."""
    start = time.perf_counter()
    row: dict[str, Any] = {"contender": worker.name, "label": CONTENDERS[worker.name].label}
    answer = worker.ask("build", case=asdict(case))
    row |= answer or worker.ask("check")
    if "gradient_error" in row:
        worker.ask("steps", count=2)
        row["start_s"] = time.perf_counter() - start
    return row


def calibrate(worker: Worker, seconds: float = SECONDS) -> int:
    """How many steps take about so long; they are taken once, because JAX compiles for each number of steps."""
    worker.ask("steps", count=4)
    count = math.ceil(4 * seconds / worker.ask("steps", count=4)["seconds"])
    count = max(CONTENDERS[worker.name].least, min(MOST, count))
    worker.ask("steps", count=count)
    return count


def full_run(worker: Worker, case: Case, step_ms: list[float]) -> dict[str, Any]:
    """Seconds for the case's epochs with their statistics: measured, or from one epoch where that takes too long."""
    expected = median(step_ms) / 1000 * math.ceil(case.N / case.batch)
    epoch = worker.ask("run", epochs=1)["seconds"]
    if expected * case.epochs > PATIENCE:
        return {"run_s": epoch * case.epochs, "run": "extrapolated from one epoch"}
    return {"run_s": worker.ask("run", epochs=case.epochs)["seconds"], "run": "measured"}


def with_ratios(rows: Report) -> Report:
    """Each row with how many times longer it takes than the first that was measured: full run, and fastest step.

    Other work on the machine only adds time, so the minimum is what it disturbs least.
    """
    measured = [row for row in rows if "step_ms" in row]
    for row in measured:
        row["step_ratio"] = min(row["step_ms"]) / min(measured[0]["step_ms"])
        row["run_ratio"] = row["run_s"] / measured[0]["run_s"]
    return rows

"""The playground's step against an untuned port to JavaScript and against the compiled engine, all in one run."""

from __future__ import annotations

from typing import Any

from benchmarks.cases import Case
from benchmarks.process import Report, Worker
from benchmarks.steps import calibrate, prepare

NAMES = ("compiled", "page", "script", "port")
SIZES = ((5, 3), (20, 16), (100, 16))
"""Depths and widths."""


def study(*, repeats: int = 7) -> Report:
    """For each size and contender milliseconds per step (all repeats), and the ratios of the fastest."""
    return [row for L, d_hat in SIZES for row in steps_of(Case(L=L, d_hat=d_hat), repeats)]


def steps_of(case: Case, repeats: int) -> Report:
    """One row for each contender, measured in turns; `over` holds how many times longer than each other it takes."""
    workers = {name: Worker(name) for name in NAMES}
    rows: dict[str, dict[str, Any]] = {}
    try:
        for name, worker in workers.items():
            rows[name] = {"L": case.L, "d_hat": case.d_hat, **prepare(worker, case)}
        ready = [name for name in NAMES if "gradient_error" in rows[name]]
        counts = {name: calibrate(workers[name]) for name in ready}
        for _ in range(repeats):
            for name in ready:
                seconds = workers[name].ask("steps", count=counts[name])["seconds"]
                rows[name].setdefault("step_ms", []).append(1000 * seconds / counts[name])
    finally:
        for worker in workers.values():
            worker.close()
    for name in ready:
        # Other work on the machine only adds time, so the minimum is what it disturbs least.
        rows[name]["over"] = {other: min(rows[name]["step_ms"]) / min(rows[other]["step_ms"]) for other in ready}
    return list(rows.values())

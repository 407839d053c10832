"""A training step through a wide net, whose weights no cache holds: time, and memory beside that of the weights.

Every contender in its own process on the same core, in turns.  Memory is how far a process grows while it builds the
net and takes a step, once libraries are loaded and code is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from benchmarks.cases import Case
from benchmarks.contender import CONTENDERS
from benchmarks.memory import MIB
from benchmarks.process import Report, Worker

NAMES = ("layerwise", "reference", "lean")
CASE = Case(d_hat=900, N=20, epochs=1)
SHALLOW = 2
"""Layers of the net whose gradient is compared with the exact one, and that comes first where memory is measured."""
STEPS = 2
"""Steps of one measurement."""


def study(case: Case = CASE, names: Sequence[str] = NAMES, *, repeats: int = 7) -> Report:
    """For each contender the gradient's error, milliseconds per step (all repeats), and the MiB by which it grows."""
    rows = [prepare(name, case) for name in names]
    ready = [row for row in rows if "mib" in row]
    workers = {row["contender"]: Worker(row["contender"]) for row in ready}
    try:
        for worker in workers.values():
            worker.ask("build", case=asdict(case))
            worker.ask("steps", count=STEPS)
        for _ in range(repeats):
            for row in ready:
                seconds = workers[row["contender"]].ask("steps", count=STEPS)["seconds"]
                row.setdefault("step_ms", []).append(1000 * seconds / STEPS)
    finally:
        for worker in workers.values():
            worker.close()
    for row in ready:
        row["step_ratio"] = min(row["step_ms"]) / min(ready[0]["step_ms"])
    return rows


def prepare(name: str, case: Case) -> dict[str, Any]:
    """What is known of a contender before its steps are timed."""
    row: dict[str, Any] = {"contender": name, "label": CONTENDERS[name].label}
    shallow = asdict(replace(case, L=SHALLOW))
    with Worker(name) as worker:
        row |= worker.ask("build", case=shallow) or worker.ask("check")
        if "gradient_error" in row:
            worker.ask("memory", case=shallow)
            row |= worker.ask("memory", case=asdict(case))
            row["weights_mib"] = weights_mib(case)
    return row


def weights_mib(case: Case) -> float:
    """MiB of weights and Adam's two moments, in single precision."""
    one, two = (sum(weight.numel() for weight in replace(case, L=L).net().parameters()) for L in (1, 2))
    trained = one + (case.L - 1) * (two - one)
    return 3 * 4 * trained / MIB

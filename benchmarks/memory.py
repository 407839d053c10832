"""Peak memory of a step against depth, each point in a fresh process.

What counts is how far the process grows above its size after a step through one layer, when libraries are loaded and
code is compiled.  Large batches make the states the main part.  JAX is left out: it compiles anew for each depth, which
takes more memory than the step.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case
from rknet.bench import Report, Worker

NAMES = ("compiled", "reference", "odeint", "adjoint")
DEPTHS = (25, 50, 100, 200)
CASE = Case(N=2000, batch=2000, epochs=1)
MIB = 2**20
STATUS = Path("/proc/self/status")


def study(names: Sequence[str] = NAMES, depths: Sequence[int] = DEPTHS, case: Case = CASE) -> Report:
    """MiB for each contender and depth, and the slope of a line through them, in MiB a layer."""
    return [row(name, depths, case) for name in names]


def row(name: str, depths: Sequence[int], case: Case) -> dict[str, Any]:
    """One contender's growth at each depth."""
    mib = []
    for L in depths:
        with Worker(name) as worker:
            answers = [worker.ask("memory", case=asdict(replace(case, L=depth))) for depth in (1, L)]
        if "mib" not in answers[-1]:
            return {"contender": name, **answers[-1]}
        mib.append(answers[-1]["mib"])
    slope = np.polyfit(depths, mib, 1)[0] if len(depths) > 1 else float("nan")
    return {"contender": name, "L": list(depths), "batch": case.batch, "mib": mib, "mib_a_layer": float(slope)}


def mark() -> float:
    """The present size of this process in MiB; its peak is counted anew from here where the system allows it."""
    gc.collect()
    with suppress(OSError, AttributeError):  # freed memory would be used again, and hide what is taken
        ctypes.CDLL(None).malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    except OSError:
        return _largest()


def grown(before: float) -> float:
    """How far the process grew beyond a mark, in MiB."""
    return (_status("VmHWM") if STATUS.exists() else _largest()) - before


def _status(key: str) -> float:
    value = next(line.split()[1] for line in STATUS.read_text("ascii").splitlines() if line.startswith(f"{key}:"))
    return int(value) * 1024 / MIB


def _largest() -> float:
    import resource
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MIB

"""Peak memory and time of a step against depth at a large batch, each point in a fresh process.

What counts is how far the process grows above its size after a step through one layer, when libraries are loaded and
code is compiled.  Now and then a process takes some MiB more than the same step takes in another, so the least of a few
processes is kept, as the fastest of a few steps is.  Large batches make the states the main part.  JAX is left out: it
compiles anew for each depth, which takes more memory than the step.
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
from benchmarks.contender import CONTENDERS
from benchmarks.process import Report, Worker

NAMES = ("compiled", "reference", "discrete", "recomputed", "checkpoint", "segments", "odeint", "adjoint")
DEPTHS = (25, 50, 100, 200)
CASE = Case(N=16000, batch=16000, epochs=1)
PROCESSES = 3
"""Processes whose least growth is kept."""
MIB = 2**20
STATUS = Path("/proc/self/status")
MMAP_THRESHOLD = -3
"""The parameter's number in glibc's malloc.h."""


def study(
    names: Sequence[str] = NAMES, depths: Sequence[int] = DEPTHS, case: Case = CASE, *, repeats: int = 5
) -> Report:
    """MiB and milliseconds per step for each contender and depth, and the slope of a line through the MiB."""
    return [row(name, depths, case, repeats) for name in names]


def row(name: str, depths: Sequence[int], case: Case, repeats: int) -> dict[str, Any]:
    """One contender's growth at each depth, and the fastest of its steps."""
    mib, ms = [], []
    for L in depths:
        deep = asdict(replace(case, L=L))
        answers = [growth(name, case, L) for _ in range(PROCESSES)]
        refused = next((answer for answer in answers if "mib" not in answer), None)
        if refused:
            return {"contender": name, **refused}
        mib.append(min(answer["mib"] for answer in answers))
        with Worker(name) as worker:
            worker.ask("build", case=deep)
            ms.append(1000 * min(worker.ask("steps", count=1)["seconds"] for _ in range(repeats + 1)))
    slope = np.polyfit(depths, mib, 1)[0] if len(depths) > 1 else float("nan")
    return {
        "contender": name,
        "label": CONTENDERS[name].label,
        "L": list(depths),
        "d_hat": case.d_hat,
        "batch": case.batch,
        "mib": mib,
        "ms": ms,
        "mib_a_layer": float(slope),
    }


def growth(name: str, case: Case, L: int) -> dict[str, Any]:
    """The answer of a fresh process to a step through L layers, after one through a single layer."""
    with Worker(name) as worker:
        worker.ask("memory", case=asdict(replace(case, L=1)))
        return worker.ask("memory", case=asdict(replace(case, L=L)))


def mark() -> float:
    """The present size of this process in MiB; its peak is counted anew from here where the system allows it."""
    gc.collect()
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(MMAP_THRESHOLD, 2**16)  # large arrays go back when they are freed: no holes are counted
        library.malloc_trim(0)  # freed memory would be used again, and hide what is taken
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

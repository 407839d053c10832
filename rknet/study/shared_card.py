"""Runs that share a graphics card: nets of one architecture are trained in one stack, each as if it were alone.

A stack keeps no checkpoint: its runs take minutes, and whoever is killed begins the stack anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import metadata

from rknet.engines.layerwise.engine import WIDE
from rknet.engines.layerwise.together import Sets, fit_together, obstacle
from rknet.history import History
from rknet.nets import Net
from rknet.study import records
from rknet.study.configuration import seeds_of
from rknet.study.records import Record, Run

MOST = 8
"""Nets in a stack: with both moments, the 81 million weights of the largest take 1 GB each."""

Trained = tuple[Run, Sets, Net, History]
"""A run that has ended, its training and validation set, the trained net and its history."""


def can_share(run: Run, engine: str = "auto") -> bool:
    """Whether a stack can train a run as the engine asked for would."""
    c = run.configuration
    asked = engine == "layerwise" or (engine == "auto" and c.d_hat >= WIDE)
    if not asked or c.samples % c.protocol.batch_size:
        return False
    return obstacle(replace(c, L=1).network(0), c.protocol) is None  # no obstacle depends on the depth


def groups(runs: Sequence[Run], most: int | None = None) -> list[list[Run]]:
    """Runs that fit in one stack, in the order of their first, `most` at a time."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        data, alike = run.configuration.drawn_from, run.configuration.plain()
        alike["data"] = data.d, data.classes
        found.setdefault(repr(alike), []).append(run)
    size = most or max(len(runs), 1)
    return [group[i : i + size] for group in found.values() for i in range(0, len(group), size)]


def train(runs: Sequence[Run], source: str, device: str = "cuda", *, captured: bool = True) -> Iterator[list[Trained]]:
    """Train runs as one stack; after each epoch, those that have ended."""
    with ThreadPoolExecutor() as pool:
        nets = list(pool.map(lambda run: run.configuration.network(run.seed), runs))
    sets = [run.configuration.points(run.seed, source=source) for run in runs]
    orders = [seeds_of(run.seed)["order"] for run in runs]
    protocol = runs[0].configuration.protocol
    for done in fit_together(nets, sets, protocol, seeds=orders, device=device, captured=captured):
        yield [(runs[n], sets[n], net, history) for n, (net, history) in done.items()]


def record_of(run: Run, net: Net, history: History, seconds: float, source: str, together: int) -> Record:
    """The record of a run of a stack: how many nets it held, and which Triton made its kernels."""
    record = records.make(run, net, history, seconds, source)
    record["circumstances"]["together"] = together
    record["circumstances"]["versions"]["triton"] = metadata.version("triton")
    return record


def compute(runs: Sequence[Run], source: str) -> Iterator[Record]:
    """The records of the runs of a stack, in the order in which they end."""
    started = time.perf_counter()
    for ended in train(runs, source):
        for run, _, net, history in ended:
            yield record_of(run, net, history, time.perf_counter() - started, source, len(runs))

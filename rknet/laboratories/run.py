"""A net trained as the page trains it, bit for bit, on the points and in the order of `rknet.playground.random`."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rknet.data.points import LAWS, Law, PointSet
from rknet.engines.compiled.engine import Compiled
from rknet.history import History
from rknet.nets import Net
from rknet.playground import exported, random
from rknet.protocol import Protocol

EPOCHS, SAMPLES = 40, 1500
"""Those of the paper; training is not stopped early."""
BATCH, RATE, SEED = 5, 1e-3, 0
SETS = {
    "donut_1D": "strip (donut_1D)",
    "donut_2D": "donut (donut_2D)",
    "squares": "squares",
    "spiral": "spiral",
    "donut_2D_6C": "rings (donut_2D_6C)",
    "squares_2D_4C": "quadrants (squares_2D_4C)",
}
"""The point sets of the plane: the playground's word, and the paper's name where it is another."""
PAGE_NETS = {"StandardNet": ("StandardNet", "euler"), "EulerNet": ("RKNet", "euler"), "RK4Net": ("RKNet", "rk4")}
"""Net and scheme of the page, by the paper's names."""
STEPPING = ("net", ("EulerNet", "RK4Net"))
"""The networks that have a step size."""
LIFTS = {
    "zero": "zeros added",
    "linear": "random, linear",
    "orthogonal": "random, orthogonal",
    "learned": "learned",
}
"""The lifts that the page knows, in words."""


@dataclass(frozen=True)
class Run:
    """A trained net, how it got there, and the validation points.  `name` and `data` are the paper's names."""

    name: str
    data: str | Law
    net: Net
    history: History
    validation: PointSet

    def flow(self) -> NDArray[np.float64]:
        """The layer states (L+1, N, d_hat) of the validation points, in double precision."""
        return np.asarray(copy.deepcopy(self.net).double().flow(self.validation.X), dtype=np.float64)


def configuration(data: str, net: str, d_hat: int, L: int, h: float, activation: str, lift: str) -> dict[str, Any]:
    """What the page's playground calls this training."""
    kind, scheme = PAGE_NETS[net]
    chosen = {"data": data, "net": kind, "scheme": scheme, "h": h, "d_hat": d_hat, "L": L, "activation": activation}
    rest = {"lift": lift, "noise": LAWS[data].noise, "samples": SAMPLES, "rate": RATE, "batch": BATCH}
    return {**chosen, **rest, "epochs": EPOCHS, "seed": SEED}


def run(data: str, net: str, d_hat: int, L: int, h: float, activation: str = "tanh", lift: str = "linear") -> Run:
    """Train the net of these values on the page's points; the last few are remembered."""
    chosen = configuration(data, net, d_hat, L, h, activation, lift)
    return _run(net, tuple(chosen.items()))


@lru_cache(maxsize=16)
def _run(name: str, chosen: tuple[tuple[str, Any], ...]) -> Run:
    configured = exported.Configuration(**dict(chosen))
    N, seed = configured.samples, configured.seed
    points = random.points(str(configured.data), 2 * N, noise=configured.noise, seed=seed)
    train, validation = points[:N], points[N:]
    sizes = configured.d_hat, configured.classes, configured.L
    net = exported.network(configured, random.weights(*sizes, lift=configured.lift, seed=seed))
    engine = Compiled(net, Protocol(batch_size=configured.batch, learning_rate=configured.rate))

    def statistics() -> tuple[float, float, float, float]:
        return *engine.statistics(train.X, train.c), *engine.statistics(validation.X, validation.c)

    rows = [statistics()]
    for epoch in range(configured.epochs):
        if not np.isfinite(rows[-1]).all():
            break
        engine.epoch(train.X, train.c, random.permutation(N, seed, epoch))
        rows.append(statistics())
    engine.write_back()
    ended = "epochs" if np.isfinite(rows[-1]).all() else "diverged"
    costs, accuracies, val_costs, val_accuracies = np.array(rows).T
    history = History(costs, accuracies, val_costs, val_accuracies, ended, "compiled")
    return Run(name, str(configured.data), net, history, validation)

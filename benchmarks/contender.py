"""What every contender offers, and the list of them."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from rknet.checks import choose

Arrays = dict[str, NDArray[Any]]


class Contender(ABC):
    """One way to train the case's network.  `tableau` names its scheme, the classic rule unless a library has none.

    `net` holds the weights it starts from, `M` (d_hat, d) the frozen lift.
    """

    tableau = "rk4"

    def __init__(self, case: Case) -> None:
        self.case, self.net = case, case.net(self.tableau)
        self.M = self.net.state_dict()["lift.matrix"]

    @abstractmethod
    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """Gradients of the mean cost of samples X (N, d), c (N,) by K, b, W and mu, shaped as in the net."""

    @abstractmethod
    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """A step of Adam for each batch of the samples in the given order."""

    @abstractmethod
    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """Cost and accuracy on samples."""

    @abstractmethod
    def weights(self) -> Arrays:
        """K, b, W and mu, shaped as in the net."""

    def run(self, epochs: int) -> float:
        """A full run with statistics on both sets before training and after each epoch; returns the last cost."""
        sets, rng = self.case.points(), np.random.default_rng(0)
        cost, _ = [self.statistics(points.X, points.c)[0] for points in sets]
        for _ in range(epochs):
            self.epoch(sets[0].X, sets[0].c, rng.permutation(self.case.N))
            cost, _ = [self.statistics(points.X, points.c)[0] for points in sets]
        return cost


class Entry(NamedTuple):
    """Where a contender is written, what is said about it, and the fewest steps that are timed together."""

    module: str
    cls: str
    label: str
    arguments: dict[str, Any] = {}
    least: int = 2


CONTENDERS: dict[str, Entry] = {
    "compiled": Entry("compiled", "Compiled", "rknet, compiled engine"),
    "reference": Entry("reference", "Reference", "rknet, plain PyTorch"),
    "layerwise": Entry("layerwise", "LayerByLayer", "rknet, layer by layer"),
    "lean": Entry("lean", "Lean", "lean PyTorch: one addmm a stage, fused Adam"),
    "discrete": Entry("discrete", "Discrete", "rknet, discrete adjoint"),
    "recomputed": Entry("discrete", "Discrete", "rknet, discrete adjoint, stages recomputed", {"recompute": True}),
    "checkpoint": Entry("checkpoint", "Checkpoint", "PyTorch, a checkpoint every layer", {"every": 1}),
    "segments": Entry("checkpoint", "Checkpoint", "PyTorch, a checkpoint every √(L/2s) layers", {"every": None}),
    "odeint": Entry("diffeq", "Odeint", "torchdiffeq odeint, fixed step, 3/8 rule"),
    "adjoint": Entry("diffeq", "OdeintAdjoint", "torchdiffeq odeint_adjoint, fixed step, 3/8 rule"),
    "jax1": Entry("jax_scan", "JaxScan", "JAX lax.scan over layers and steps", {"unroll": 1}),
    "jax4": Entry("jax_scan", "JaxScan", "JAX lax.scan, 4 layers unrolled", {"unroll": 4}),
    "jax8": Entry("jax_scan", "JaxScan", "JAX lax.scan, 8 layers unrolled", {"unroll": 8}),
    "page": Entry("page", "Page", "the playground, WebAssembly in Node", {"program": "webassembly"}),
    "script": Entry("page", "Page", "the playground, JavaScript in Node", {"program": "javascript"}),
    "port": Entry("page", "Page", "an untuned port to JavaScript in Node", {"program": "port"}),
    "authors": Entry("authors", "Authors", "the authors' code", least=60),
}
"""Every contender by name, that of this library first."""


class Missing(Exception):
    """A contender cannot run here, for the reason given."""


def load(name: str, case: Case, authors: str | None = None) -> Contender:
    """The contender of that name, ready for a case; `authors` is the folder with the authors' code.

    Raises
    ------
    Missing
        If a package is not installed, or the authors' code is not there.
    """
    entry = choose("contender", name, CONTENDERS)
    extra = {"folder": authors} if name == "authors" else entry.arguments
    try:
        cls = getattr(importlib.import_module(f"benchmarks.{entry.module}"), entry.cls)
    except ModuleNotFoundError as error:
        raise Missing(f"not installed: {error.name}") from error
    contender: Contender = cls(case, **extra)
    return contender

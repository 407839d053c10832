"""The layer-wise engine of this library."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contender import Arrays
from benchmarks.reference import Reference
from rknet.engines.layerwise.engine import Layerwise
from rknet.protocol import Protocol


class LayerByLayer(Reference):
    """`rknet.fit` with engine="layerwise"."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.steps = Layerwise(self.net, case.protocol())

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`; it is how far gradient descent of rate 1 moves, since the engine keeps no gradient."""
        moved = copy.deepcopy(self.net).double()
        protocol = Protocol(batch_size=len(X), optimizer="sgd", learning_rate=1.0)
        Layerwise(moved, protocol).epoch(X, c, np.arange(len(X)))
        with torch.no_grad():
            pairs = zip(self.net.named_parameters(), moved.parameters(), strict=True)
            return {name: (before - after).numpy() for (name, before), after in pairs}

"""The compiled engine of this library."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender
from rknet.engines.compiled import engine


class Compiled(Contender):
    """`rknet.fit` with engine="compiled"."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.engine = engine.Compiled(self.net, case.protocol())

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        return self.engine.gradients(X, c)

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`."""
        self.engine.epoch(X, c, order)

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        return self.engine.statistics(X, c)

    def weights(self) -> Arrays:
        """See `Contender`."""
        self.engine.write_back()
        return {name: weight.detach().numpy() for name, weight in self.net.named_parameters()}

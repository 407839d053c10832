"""The plain PyTorch loop of this library."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender
from rknet.contract import Engine
from rknet.engines.plain import Plain
from rknet.protocol import cross_entropy


class Reference(Contender):
    """`rknet.fit` with engine="torch"."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.steps: Engine = Plain(self.net, case.protocol())

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        names, parameters = zip(*self.net.named_parameters(), strict=True)
        cost = cross_entropy(self.net(torch.as_tensor(X)), torch.as_tensor(c))
        return {name: g.numpy() for name, g in zip(names, torch.autograd.grad(cost, parameters), strict=True)}

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`."""
        self.steps.epoch(X, c, order)

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        return self.steps.statistics(X, c)

    def weights(self) -> Arrays:
        """See `Contender`."""
        return {name: weight.detach().numpy().copy() for name, weight in self.net.named_parameters()}

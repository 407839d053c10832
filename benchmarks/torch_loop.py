"""What the contenders written in PyTorch share: autograd, fused Adam, the loop over batches."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender
from rknet.schemes import one


class TorchLoop(Contender):
    """A contender that says how logits are computed from the stacked weights; see `Contender`."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.h = one(self.net.h)
        self.K, self.b, self.W, self.mu = self.net.K, self.net.b, self.net.W, self.net.mu
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=case.protocol().rate, fused=True)

    @abstractmethod
    def features(self, y: Tensor) -> Tensor:
        """y[L] (N, d_hat) for y[0] (N, d_hat)."""

    def logits(self, x: Tensor) -> Tensor:
        """W y[L] + mu for x (N, d)."""
        return torch.addmm(self.mu, self.features(x @ self.M.T), self.W.T)

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        self.optimizer.zero_grad()
        cross_entropy(self.logits(torch.as_tensor(X)), torch.as_tensor(c)).backward()
        return {name: weight.grad.numpy().copy() for name, weight in self._named().items() if weight.grad is not None}

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`."""
        x, labels = torch.as_tensor(X), torch.as_tensor(c)
        for batch in torch.from_numpy(order).split(self.case.batch):
            self.optimizer.zero_grad()
            cross_entropy(self.logits(x[batch]), labels[batch]).backward()
            self.optimizer.step()

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        labels = torch.as_tensor(c)
        with torch.no_grad():
            logits = self.logits(torch.as_tensor(X))
            right = (logits.argmax(dim=1) == labels).double().mean()
            return cross_entropy(logits, labels).item(), right.item()

    def weights(self) -> Arrays:
        """See `Contender`."""
        return {name: weight.detach().numpy().copy() for name, weight in self._named().items()}

    def _named(self) -> dict[str, Tensor]:
        return {"K": self.K, "b": self.b, "W": self.W, "mu": self.mu}

"""Autograd with `torch.utils.checkpoint`: only some states are stored, the layers between them are computed again."""

from __future__ import annotations

import math

from torch import Tensor
from torch.utils.checkpoint import checkpoint

from benchmarks.cases import Case
from benchmarks.torch_loop import TorchLoop


class Checkpoint(TorchLoop):
    """A state is stored every `every` layers, or about every sqrt(L) with None; see `Contender`."""

    def __init__(self, case: Case, every: int | None) -> None:
        super().__init__(case)
        self.every = every or math.isqrt(case.L)

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        for K, b in zip(self.K.split(self.every), self.b.split(self.every), strict=True):
            y = checkpoint(self.segment, K, b, y, use_reentrant=False)
        return y

    def segment(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """Some layers, with the weights K (layers, d_hat, d_hat), b (layers, d_hat)."""
        for K_l, b_l in zip(K.unbind(), b.unbind(), strict=True):
            y = self.net.layer(K_l, b_l, y)
        return y

"""PyTorch with as few operator calls as the classic rule allows."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.torch_loop import TorchLoop


class Lean(TorchLoop):
    """Stacked weights, one addmm a stage, the scheme written out; see `Contender`."""

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        h, addmm, tanh = self.h, torch.addmm, torch.tanh
        for K, b in zip(self.K.transpose(1, 2).unbind(), self.b.unbind(), strict=True):
            f1 = tanh(addmm(b, y, K))
            f2 = tanh(addmm(b, y.add(f1, alpha=h / 2), K))
            f3 = tanh(addmm(b, y.add(f2, alpha=h / 2), K))
            f4 = tanh(addmm(b, y.add(f3, alpha=h), K))
            y = y.add(f1.add(f4).add(f2.add(f3), alpha=2), alpha=h / 6)
        return y

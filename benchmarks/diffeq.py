"""torchdiffeq with a fixed step.

Its method ``rk4`` is the 3/8 rule, and it ships no classic one; so both contenders are held against the net with the
tableau ``rk38``, which has as many stages.  The equation is y' = h f(u[l], y) with time counted in layers, so that
l = floor(t) is exact; ``perturb`` keeps the evaluations at both ends of a step inside its layer.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torchdiffeq import odeint, odeint_adjoint

from benchmarks.cases import Case
from benchmarks.torch_loop import TorchLoop

FIXED: dict[str, Any] = {"method": "rk4", "options": {"step_size": 1.0, "perturb": True}}


class Field(nn.Module):
    """h f(u[l], y) for the layer l = floor(t)."""

    def __init__(self, K: nn.Parameter, b: nn.Parameter, h: float) -> None:
        super().__init__()
        self.K, self.b, self.h = K, b, h
        self.layers: Any = K, b

    def unbind(self) -> None:
        """Take the layers' weights apart once: indexing in each stage makes the backward pass quadratic in L."""
        self.layers = self.K.unbind(), self.b.unbind()

    def forward(self, t: Tensor, y: Tensor) -> Tensor:
        """The right-hand side at time t for y (N, d_hat)."""
        l, (K, b) = int(t), self.layers
        return self.h * torch.tanh(torch.addmm(b[l], y, K[l].T))


class Odeint(TorchLoop):
    """Autograd through the solver's steps; see `Contender`."""

    tableau = "rk38"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.field = Field(self.K, self.b, self.h)
        self.t = torch.tensor([0.0, case.L])

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        self.field.unbind()
        return odeint(self.field, y, self.t, **FIXED)[-1]


class OdeintAdjoint(Odeint):
    """The continuous adjoint, solved backward with the same steps: the net's gradient as far as the steps are exact."""

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        return odeint_adjoint(self.field, y, self.t, **FIXED)[-1]

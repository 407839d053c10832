"""The lift from the input space R^d to the feature space R^d_hat, d_hat >= d: feature space augmentation, (2.3).

The paper's text pads with zeros; its tables were made with a frozen random matrix.  Matrices are rounded to float32.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from rknet.initial import normal, orthonormal_columns, uniform
from rknet.registry import Registry
from rknet.weight_checks import check_matrix, check_widening


class Lift(nn.Module):
    """A map x (N, d) -> x_hat (N, d_hat); a lift that draws a matrix takes it from `rng`.  ValueError if d_hat < d."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.d, self.d_hat = check_widening(d, d_hat)

    def validate(self) -> None:
        """ValueError unless d, d_hat and the matrix, if there is one, agree."""
        check_widening(self.d, self.d_hat)

    def forward(self, x: Tensor) -> Tensor:
        """x_hat (N, d_hat) for x (N, d)."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"d={self.d}, d_hat={self.d_hat}"


class ZeroPadding(Lift):
    """x_hat = (x, 0, ..., 0), equation (2.3); with d_hat = d the identity."""

    def forward(self, x: Tensor) -> Tensor:
        """x_hat (N, d_hat) for x (N, d)."""
        return nn.functional.pad(x, (0, self.d_hat - self.d))


class MatrixLift(Lift):
    """x_hat = M x with a matrix M (d_hat, d) that a subclass provides."""

    matrix: Tensor

    def validate(self) -> None:
        """See `Lift`."""
        super().validate()
        check_matrix(self.matrix, self.d, self.d_hat)

    def forward(self, x: Tensor) -> Tensor:
        """x_hat (N, d_hat) for x (N, d)."""
        return x @ self.matrix.T


class RandomLinear(MatrixLift):
    """M uniform(-1/sqrt(d), 1/sqrt(d)) and frozen: what the authors' tables used."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        super().__init__(d, d_hat, rng)
        self.register_buffer("matrix", uniform(rng, (self.d_hat, self.d), fan_in=self.d))


class RandomOrthogonal(MatrixLift):
    """M with orthonormal columns, frozen: distances and angles of the input are kept."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        super().__init__(d, d_hat, rng)
        Q = orthonormal_columns(normal(rng, (self.d_hat, self.d)))
        self.register_buffer("matrix", torch.from_numpy(Q.astype(np.float32)))


class LearnedLinear(MatrixLift):
    """M initialised as in `RandomLinear` and trained with the net."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        super().__init__(d, d_hat, rng)
        self.matrix = nn.Parameter(uniform(rng, (self.d_hat, self.d), fan_in=self.d))


LIFTS: Registry[type[Lift]] = Registry(
    zero=ZeroPadding,
    linear=RandomLinear,
    orthogonal=RandomOrthogonal,
    learned=LearnedLinear,
)
"""Every lift by name; each is made as ``Lift(d, d_hat, rng)``."""


def name_of(lift: nn.Module) -> str:
    """The name of a lift in `LIFTS`; for any other, that of its class."""
    return next((name for name, kind in LIFTS.items() if type(lift) is kind), type(lift).__name__)

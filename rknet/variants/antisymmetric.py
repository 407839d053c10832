"""Antisymmetric networks: a right-hand side whose linearisation has no growing and no fading directions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rknet.checks import finite, shown
from rknet.nets import RKNet


class AntisymmetricNet(RKNet):
    """A Runge-Kutta network with f(u, y) = sigma((K - K^T - damping I) y + b).

    Without damping the Jacobian of f is a positive diagonal matrix times an antisymmetric one: its eigenvalues are
    imaginary (Haber and Ruthotto 2017, Chang et al. 2019).

    Parameters
    ----------
    damping
        Zero or more; Euler's method needs some, since it amplifies imaginary eigenvalues.
    **arguments
        See `rknet.nets.RKNet`.

    Raises
    ------
    ValueError
        If the damping is negative, or an argument of `rknet.nets.RKNet` is out of range.
    """

    def __init__(self, d: int, d_hat: int, classes: int, L: int, *, damping: float = 0.0, **arguments: Any) -> None:
        super().__init__(d, d_hat, classes, L, **arguments)
        number = finite(damping)
        if number is None or number < 0:
            raise ValueError(f"damping: must be a number of at least 0, got {shown(damping)}; pass for example 0.1")
        self.damping = number

    def f(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """sigma((K - K^T - damping I) y + b) for y (N, d_hat)."""
        return super().f(self.matrix(K), b, y)

    def matrix(self, K: Tensor) -> Tensor:
        """K - K^T - damping I for K (..., d_hat, d_hat): the K of an `rknet.nets.RKNet` with the same f."""
        return K - K.mT - self.damping * torch.eye(K.shape[-1], dtype=K.dtype, device=K.device)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.RKNet`, with the damping."""
        return {**super().architecture, "damping": self.damping}

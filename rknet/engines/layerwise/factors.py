"""The networks' right-hand side, whose gradient by a layer's weights stays a pair of factors."""

from __future__ import annotations

from torch import Tensor

from rknet.adjoint.rightsides import Affine, Controls, Transposed
from rknet.engines.layerwise import cpu

FEW = 4 * cpu.SAMPLES
"""The largest batch whose products with K are streamed; BLAS is quicker with more."""


class Factors(Affine):
    """`Affine` with one control per layer whose gradient stays a pair of factors z, Y (s N, d_hat).

    The gradient by K is z^T Y, that by b the sum of z over its rows.
    """

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `rknet.adjoint.rightsides.RightHandSide`."""
        K, slope = u[0][0], self.slope(F)

        def f_y(i: int, v: Tensor) -> Tensor:
            return self.transposed_product(K, slope[i] * v)

        def f_u(xi: Tensor) -> Controls:
            return (slope * xi).flatten(0, 1), Y.flatten(0, 1)

        return Transposed(f_y, f_u, lambda: slope[..., None] * K)

    def transposed_product(self, K: Tensor, z: Tensor) -> Tensor:
        """z K for z (N, d_hat)."""
        return z @ K


class Streamed(Factors):
    """The same with the loops of `rknet.engines.layerwise.cpu` for few samples."""

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """See `rknet.adjoint.rightsides.RightHandSide`."""
        K, b = u
        return self.sigma(cpu.product(K, y) + b) if len(y) <= FEW else super().__call__(u, y)

    def transposed_product(self, K: Tensor, z: Tensor) -> Tensor:
        """See `Factors`."""
        return cpu.transposed_product(K, z) if len(z) <= FEW else super().transposed_product(K, z)

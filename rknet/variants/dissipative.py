"""A right-hand side whose flow lets no two points move apart, with its derivatives in closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from rknet.activations import ACTIVATIONS
from rknet.adjoint import Affine, Controls, RightHandSide, Transposed
from rknet.adjoint.rightsides import SLOPES
from rknet.checks import choose
from rknet.registry import Registry


class Dissipative:
    """f(u, y) = -K^T sigma(K y + b), with u = (K, b) and an increasing sigma by name.

    It is minus the gradient of a convex function, so the distance of two solutions never grows (Ruthotto and Haber,
    2020, call such networks parabolic).  Large K make it stiff.  ValueError if the name is unknown.
    """

    axes: tuple[int, ...] | None = (2, 1)

    def __init__(self, activation: str = "tanh") -> None:
        self.sigma = choose("activation", activation, ACTIVATIONS)
        self.slope = choose("activation", activation, SLOPES)

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """-K^T sigma(K y + b) for y (N, d_hat), K (d_hat, d_hat), b (d_hat,)."""
        K, b = u
        return -self.sigma(torch.addmm(b, y, K.T)) @ K

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `rknet.adjoint.RightHandSide`; sigma is computed again, since F does not determine it."""
        K, b = u
        sigma = self.sigma(Y @ K.mT + b[:, None])
        slope = self.slope(sigma)

        def f_y(i: int, v: Tensor) -> Tensor:
            K_i = K[i % len(K)]
            return -(slope[i] * (v @ K_i.T)) @ K_i

        def f_u(xi: Tensor) -> Controls:
            w = slope * (xi @ K.mT)
            by_K, by_b = sigma.mT @ xi + w.mT @ Y, w.sum(1)
            return -by_K.reshape(len(K), -1, *K.shape[1:]).sum(1), -by_b.reshape(len(b), -1, b.shape[1]).sum(1)

        return Transposed(f_y, f_u, lambda: -K.mT[:, None] @ (slope[..., None] * K[:, None]))


RIGHT_SIDES: Registry[type[Affine] | type[Dissipative]] = Registry(affine=Affine, dissipative=Dissipative)
"""Right-hand sides with controls u = (K, b) by name; each is made as ``RightSide(activation)``."""


class Together:
    """Several nets at once: f of each for its own samples and its own controls.

    States are (nets N, d_hat), the samples of one net after those of another, and each part of a control has a leading
    axis of size `nets`.  The sweeps of `rknet.adjoint` do not notice.

    Parameters
    ----------
    f
        The right-hand side of one net, with known axes.
    nets
        How many there are.
    """

    def __init__(self, f: RightHandSide, nets: int) -> None:
        self.f, self.nets = f, nets
        self.axes: tuple[int, ...] | None = None if f.axes is None else tuple(axes + 1 for axes in f.axes)

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """f(u, y) for y (nets N, d_hat)."""
        return torch.func.vmap(self.f)(u, self._apart(y)).reshape(y.shape)

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `rknet.adjoint.RightHandSide`."""
        stages = u, self._apart(Y), self._apart(F)

        def f_y(i: int, v: Tensor) -> Tensor:
            found = torch.func.vmap(lambda u, Y, F, v: self.f.at(u, Y, F).f_y(i, v), (1, 1, 1, 0))
            return found(*stages, self._apart(v)).reshape(v.shape)

        def f_u(xi: Tensor) -> Controls:
            found = torch.func.vmap(lambda u, Y, F, xi: self.f.at(u, Y, F).f_u(xi), 1, 1)
            return found(*stages, self._apart(xi))

        def jacobian() -> Tensor:
            found = torch.func.vmap(lambda u, Y, F: self.f.at(u, Y, F).jacobian(), 1, 1)
            return found(*stages).reshape(*Y.shape, Y.shape[-1])

        return Transposed(f_y, f_u, jacobian)

    def _apart(self, y: Tensor) -> Tensor:
        """The samples of each net on an axis of their own."""
        return y.reshape(*y.shape[:-2], self.nets, -1, y.shape[-1])

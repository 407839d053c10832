"""Regularisers: what training adds to the cost so that flows are smooth, slow or of small weights.

`rknet.Protocol(penalty=...)` takes one, and PyTorch trains, since the compiled engines know none.  Weight decay, which
acts on the optimiser's steps instead, is `rknet.Protocol(weight_decay=...)`.  `steps` counts what a flow costs an
adaptive integrator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from torch import Tensor

from rknet.checks import assign, inputs, positive, shown
from rknet.nets import Net, RKNet


@dataclass(frozen=True)
class Smoothness:
    """alpha sum_l h |(u[l+1] - u[l]) / h|^2 over l = 0, ..., L-2, with all entries of u = (K, b).

    It approximates alpha times the integral of |u'(t)|^2: neighbouring layers have similar weights.  Where every layer
    has a step size of its own, h is the mean of those of both layers.

    Attributes
    ----------
    alpha
        Its weight >= 0.
    """

    alpha: float

    def __post_init__(self) -> None:
        assign(self, alpha=positive("alpha", self.alpha, or_zero=True))

    def __call__(self, net: Net, x: Tensor) -> Tensor:
        """The penalty of a net; the samples x (N, d) do not enter."""
        h = sizes(net)
        apart = (h[1:] + h[:-1]) / 2
        squares = [u.diff(dim=0).square().flatten(1).sum(dim=1) for u in (net.K, net.b)]
        return self.alpha * ((squares[0] + squares[1]) / apart).sum()


@dataclass(frozen=True)
class KineticEnergy:
    """alpha sum_l h |(y[l+1] - y[l]) / h|^2, the mean over the samples.

    It approximates alpha times the integral of |y'(t)|^2 (Finlay et al. 2020): of all flows with the same ends, those
    along straight lines at constant speed have the least.

    Attributes
    ----------
    alpha
        Its weight >= 0.
    """

    alpha: float

    def __post_init__(self) -> None:
        assign(self, alpha=positive("alpha", self.alpha, or_zero=True))

    def __call__(self, net: Net, x: Tensor) -> Tensor:
        """The penalty of a net on samples x (N, d)."""
        moves = net.states(x).diff(dim=0)
        return self.alpha * (moves.square().sum(dim=2).mean(dim=1) / sizes(net)).sum()


def sizes(net: Net) -> Tensor:
    """h (L,) of a net that has a scheme, ones for any other."""
    steps = net.steps if isinstance(net, RKNet) else (1.0,) * net.L
    return torch.tensor(steps, dtype=net.K.dtype, device=net.K.device)


@dataclass(frozen=True)
class Steps:
    """What an adaptive integrator took: accepted steps, and evaluations of f with those of rejected steps."""

    accepted: int
    evaluations: int


def controls(net: RKNet, t: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u(t) = (K, b), linear in t between the middles of the layers' times, and constant before and after them."""
    h = np.array(net.steps)
    place = np.interp(t, h.cumsum() - h / 2, np.arange(net.L))
    l = int(place)
    after, share = min(l + 1, net.L - 1), place - l
    K, b = (u.detach().double().cpu().numpy() for u in (net.K, net.b))
    return (1 - share) * K[l] + share * K[after], (1 - share) * b[l] + share * b[after]


def steps(net: RKNet, X: ArrayLike, tolerance: float = 1e-3) -> Steps:
    """The steps that the pair of Dormand and Prince takes for y' = sigma(K(t) y + b(t)) over the time of all layers.

    All samples X (N, d) are one system, so that they share the steps; `controls` says what K(t) and b(t) are.

    Parameters
    ----------
    net
        A network with a scheme and dense layers.
    X
        Samples (N, d).
    tolerance
        Both the relative and the absolute one of SciPy's ``solve_ivp``.

    Raises
    ------
    ValueError
        If the net is another one, or the samples do not fit it.
    """
    if not isinstance(net, RKNet) or type(net).f is not Net.f:
        raise ValueError(f"net: must be an RKNet of dense layers, got {shown(net)}; pass an EulerNet or an RK4Net")
    tolerance = positive("tolerance", tolerance)
    start = (
        net.lift(torch.as_tensor(inputs("X", X, net.d), dtype=net.K.dtype, device=net.K.device)).double().cpu().numpy()
    )

    def slopes(t: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        K, b = controls(net, t)
        return net.sigma(torch.from_numpy(y.reshape(start.shape) @ K.T + b)).numpy().ravel()

    found = solve_ivp(slopes, (0.0, sum(net.steps)), start.ravel(), rtol=tolerance, atol=tolerance)
    return Steps(len(found.t) - 1, int(found.nfev))

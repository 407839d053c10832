"""Controls as functions of depth: u(t) = sum_k phi_k(t) C_k with a few coefficients, so that depth costs no parameters.

The layers of a network on [0, T] use the values u(t_l) at their midpoints t_l = (l + 1/2) T / L.  The same coefficients
give a network of any depth, and all of these approximate one differential equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rknet.checks import choose, named, positive, whole
from rknet.nets import Net, RKNet
from rknet.registry import Registry
from rknet.tableaus import Tableau

Basis = Callable[[NDArray[np.float64], int], NDArray[np.float64]]
"""(t, m) -> the values (L, m) of m functions on [0, 1] at the times t (L,)."""


def hats(t: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    """Piecewise linear functions: coefficient k is the value at the k-th of m equidistant knots; m = 1 is constant."""
    if m == 1:
        return np.ones((len(t), 1))
    return np.clip(1 - np.abs(t[:, None] * (m - 1) - np.arange(m)), 0, None)


def chebyshev(t: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    """Chebyshev's polynomials of degree 0 to m - 1 on [0, 1]."""
    return np.asarray(np.polynomial.chebyshev.chebvander(2 * t - 1, m - 1), np.float64)


BASES: Registry[Basis] = Registry(hats=hats, chebyshev=chebyshev)
"""Every basis by name."""


class FunctionNet(RKNet):
    """A Runge-Kutta network (2.12) whose controls are functions of depth.

    K (m, d_hat, d_hat) and b (m, d_hat) are coefficients, W and mu are as in `rknet.nets.Net`; `controls` gives those
    of the layers.  PyTorch trains it, `rknet.engines.plain`; the other engines know one control for each layer.

    Parameters
    ----------
    d, d_hat, classes, L
        See `rknet.nets.Net`.
    m
        Number of coefficients.
    basis
        A name in `BASES`.
    tableau, T
        An explicit scheme, or its name, and the time to which the flow runs: h = T / L.
    **arguments
        Activation, lift, train_classifier and seed: see `rknet.nets.Net`.

    Raises
    ------
    ValueError
        If the basis is unknown, T or m is not positive, or an argument of `RKNet` is out of range.
    """

    basis: Tensor

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        m: int,
        basis: str = "hats",
        tableau: Tableau | str = "rk4",
        T: float = 1.0,
        **arguments: Any,
    ) -> None:
        m, self.layers, T = whole("m", m), whole("L", L), positive("T", T)
        self.basis_name = named("basis", basis, BASES)
        super().__init__(d, d_hat, classes, m, tableau=tableau, h=T / self.layers, **arguments)
        t = (np.arange(self.layers) + 0.5) / self.layers
        values = torch.from_numpy(choose("basis", basis, BASES)(t, m)).to(self.K.dtype)
        self.register_buffer("basis", values, persistent=False)

    @property
    def L(self) -> int:
        """Number of layers, whatever the number of coefficients."""
        return self.layers

    @property
    def T(self) -> float:
        """The time to which the flow runs."""
        return sum(self.steps)

    def controls(self) -> tuple[Tensor, Tensor]:
        """The weights of the layers: K (L, d_hat, d_hat) and b (L, d_hat)."""
        return torch.einsum("lm,mij->lij", self.basis, self.K), self.basis @ self.b

    def _propagate(self, x: Tensor) -> Iterator[Tensor]:
        yield (y := self.lift(x))
        for K, b in zip(*(part.unbind() for part in self.controls()), strict=True):
            yield (y := self.layer(K, b, y))

    def deepened(self, L: int) -> FunctionNet:
        """A net of L layers with the same coefficients: another discretisation of the same differential equation."""
        net = FunctionNet(
            self.d,
            self.d_hat,
            self.classes,
            L,
            m=len(self.K),
            basis=self.basis_name,
            tableau=self.tableau,
            T=self.T,
            activation=self.sigma,
            lift=type(self.lift),
        ).to(self.K)
        net.load_state_dict(self.state_dict())
        return net

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`: m coefficients in the place of L weights."""
        return {**super().shapes(), "K": (len(self.K), self.d_hat, self.d_hat), "b": (len(self.K), self.d_hat)}

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.RKNet`, with the basis."""
        return {**super().architecture, "basis": self.basis_name, "m": len(self.K)}


def prolonged(net: RKNet) -> RKNet:
    """A net of twice as many layers, each with half the step: layers 2l and 2l + 1 have the weights of layer l.

    The controls, piecewise constant in time, stay the same functions of time; lift and classifier are kept.
    """
    deep = RKNet(
        net.d,
        net.d_hat,
        net.classes,
        2 * net.L,
        tableau=net.tableau,
        h=[h / 2 for h in net.steps for _ in range(2)] if net.by_layer() else net.steps[0] / 2,
        activation=net.sigma,
        lift=type(net.lift),
    ).to(net.K)
    twice = {name: getattr(net, name).detach().repeat_interleave(2, dim=0) for name in ("K", "b")}
    deep.load_state_dict({**net.state_dict(), **twice})
    for name, parameter in deep.named_parameters():
        parameter.requires_grad_(net.get_parameter(name).requires_grad)
    return deep


def evaluations(net: Net, samples: int, steps: int) -> int:
    """Evaluations of f in so many gradients from as many samples: L s each on the way forward, none on the way back."""
    stages = net.tableau.stages if isinstance(net, RKNet) else 1
    return net.L * stages * samples * steps

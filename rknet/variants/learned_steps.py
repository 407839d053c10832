"""Learned step sizes, as in Benning, Celledoni, Ehrhardt, Owren and Schönlieb (2019): ODENet and ODENet with simplex.

The step sizes h[0], ..., h[L-1] are trained with the weights.  They are free, or they stay on the simplex h[l] >= 0,
sum h[l] = T by a projection after each step of the optimiser.  There a step may vanish, and its layer with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rknet.callbacks import Callback, Training
from rknet.checks import flag, positive, shown
from rknet.nets import Net, RKNet
from rknet.schemes import combine, stages
from rknet.tableaus import Tableau


class ODENet(RKNet):
    """A Runge-Kutta network (2.12) whose step sizes h (L,) are trained; before training they are all T / L.

    PyTorch trains it, `rknet.engines.plain`; the other engines know no trained steps.

    Parameters
    ----------
    d, d_hat, classes, L
        See `rknet.nets.Net`.
    tableau
        An explicit scheme, or its name in `rknet.tableaus.TABLEAUS`.
    T
        The sum of the step sizes before training, and with `simplex` always.
    simplex
        Whether h[l] >= 0 and sum h[l] = T after each step: `Constrained` is the callback of `rknet.fit` for that.
    **arguments
        Activation, lift, train_classifier and seed: see `rknet.nets.Net`.

    Raises
    ------
    ValueError
        If T is not positive, the tableau is implicit or unknown, or an argument of `Net` is out of range.
    """

    h: nn.Parameter  # type: ignore[assignment]  # Net has one number

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        tableau: Tableau | str = "euler",
        T: float = 1.0,
        simplex: bool = False,
        **arguments: Any,
    ) -> None:
        T, simplex = positive("T", T), flag("simplex", simplex)
        super().__init__(d, d_hat, classes, L, tableau=tableau, **arguments)
        del self.h
        self.h = nn.Parameter(torch.full((self.L,), T / self.L))
        self.T, self.simplex = T, simplex

    @property
    def steps(self) -> tuple[float, ...]:
        """The step sizes as they are now."""
        return tuple(self.h.detach().tolist())

    def by_layer(self) -> tuple[Sequence[Any], ...]:
        """The step sizes, to be differentiated by."""
        return (self.h.unbind(),)

    def layer(self, K: Tensor, b: Tensor, y: Tensor, h: Any = None) -> Tensor:
        """A step of size h on f is one of size 1 on h f, which autograd differentiates by h."""
        h = torch.ones(()) if h is None else h
        values = stages(self._A, 1.0, lambda _, stage: h * self.f(K, b, stage), y)
        return combine(y, self._beta, values)

    def constrain(self) -> None:
        """With `simplex`, replace h by the nearest point of the simplex."""
        if self.simplex:
            with torch.no_grad():
                self.h.copy_(onto_simplex(self.h, self.T))

    def pruned(self) -> RKNet:
        """The same map as a network of the layers whose steps have not vanished, with these steps fixed.

        Raises
        ------
        ValueError
            If a step is negative, or if all have vanished.
        """
        if min(self.steps) < 0 or max(self.steps) == 0:
            raise ValueError(
                f"h: must hold no negative step and one that is positive, got {min(self.steps):g} to "
                f"{max(self.steps):g}; train with simplex=True"
            )
        kept = [l for l, h in enumerate(self.steps) if h > 0]
        net = RKNet(
            self.d,
            self.d_hat,
            self.classes,
            len(kept),
            tableau=self.tableau,
            h=[self.steps[l] for l in kept],
            activation=self.sigma,
            lift=type(self.lift),
        ).to(self.K)
        weights = {name: tensor for name, tensor in self.state_dict().items() if name != "h"}
        net.load_state_dict(weights | {"K": self.K.detach()[kept], "b": self.b.detach()[kept]})
        for name, parameter in net.named_parameters():
            parameter.requires_grad_(self.get_parameter(name).requires_grad)
        return net

    def validate(self) -> None:
        """As for `rknet.nets.Net`; ValueError unless there is a finite step size for each layer."""
        Net.validate(self)
        if tuple(self.h.shape) != (self.L,) or not self.h.isfinite().all():
            raise ValueError(
                f"h: must hold L = {self.L} finite step sizes, got shape {tuple(self.h.shape)}; build a new net"
            )

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.RKNet`; the step sizes are weights."""
        return {**super().architecture, "h": "learned", "T": self.T, "simplex": self.simplex}

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"{Net.extra_repr(self)}, tableau={self.tableau.name}, T={self.T:g}, simplex={self.simplex}"


class Constrained(Callback):
    """After each step of the optimiser, keep the steps of an `ODENet` on its simplex: a callback of `rknet.fit`."""

    batches = 1

    def begin(self, training: Training) -> None:
        """ValueError unless the net has learned steps."""
        if not isinstance(training.net, ODENet):
            raise ValueError(
                f"callbacks: Constrained must observe an ODENet, got a {type(training.net).__name__}; leave it out"
            )

    def portion(self, training: Training) -> None:
        """Project."""
        assert isinstance(training.net, ODENet)
        training.net.constrain()


def onto_simplex(h: Tensor, T: Tensor | float = 1.0) -> Tensor:
    """The nearest points, in the Euclidean norm, to h (..., L) with entries >= 0 and sum T, one or for each (..., 1).

    All entries move down by the same amount and negative ones are cut off.  The amount follows exactly from the sorted
    entries: the k largest stay positive, for the largest k with h_(k) > (h_(1) + ... + h_(k) - T) / k (Held, Wolfe and
    Crowder 1974).

    Raises
    ------
    ValueError
        If T is not positive.
    """
    if not (torch.as_tensor(T) > 0).all():
        raise ValueError(f"T: must be positive, got {shown(T)}; pass for example T=1.0")
    falling = h.sort(dim=-1, descending=True).values
    count = torch.arange(1, h.shape[-1] + 1, dtype=h.dtype, device=h.device)
    amounts = (falling.cumsum(-1) - T) / count
    k = (falling > amounts).sum(-1, keepdim=True)
    return (h - amounts.gather(-1, k - 1)).clamp(min=0)

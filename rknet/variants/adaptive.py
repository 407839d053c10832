"""Adaptive steps: an embedded pair chooses steps for the batch, and the gradient is that of the accepted steps.

Layer l still has one control u[l], for a time h; within it the state takes as many steps as the tolerance asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rknet.adjoint import Controls, RightHandSide
from rknet.adjoint.steps import substitute, transpose
from rknet.checks import assign, choose, instance, positive, shown, whole
from rknet.exact import exact
from rknet.nets import Net
from rknet.registry import Registry
from rknet.schemes import Coefficients, combine, explicit, stages
from rknet.tableaus import DOPRI5, HEUN, Tableau
from rknet.variants.dissipative import RIGHT_SIDES

SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0
"""The next step is at most GROW and at least SHRINK times the last one, and SAFETY times what the error suggests."""


class StepsError(ArithmeticError):
    """More steps were needed than are allowed."""


@dataclass(frozen=True)
class Pair:
    """An embedded pair: an explicit scheme, and further weights (s,) of a lower order for the same stages.

    ValueError if the scheme is implicit, or the weights are not s exact numbers that sum to 1.

    Parameters
    ----------
    tableau
        The scheme that takes the steps.
    beta_hat
        The weights of the other result; the difference of the two estimates the error of a step.
    order
        The order of the other result, q: the error falls like h^(q+1).
    """

    tableau: Tableau
    beta_hat: Sequence[Any]
    order: int

    def __post_init__(self) -> None:
        explicit(self.tableau)
        weights = tuple(exact("beta_hat", w) for w in self.beta_hat)
        if len(weights) != self.tableau.stages or sum(weights) != 1:
            raise ValueError(
                f"beta_hat: must be s = {self.tableau.stages} weights that sum to 1, got {shown(self.beta_hat)}; give "
                f"one for each stage of {self.tableau.name!r}"
            )
        assign(self, beta_hat=weights, order=whole("order", self.order))


BOGACKI_SHAMPINE = Tableau(
    "Bogacki-Shampine 3", [[], ["1/2"], [0, "3/4"], ["2/9", "1/3", "4/9"]], ["2/9", "1/3", "4/9", 0]
)

PAIRS: Registry[Pair] = Registry(
    heun_euler=Pair(HEUN, [1, 0], 1),
    bogacki_shampine=Pair(BOGACKI_SHAMPINE, ["7/24", "1/4", "1/3", "1/8"], 2),
    dopri5=Pair(DOPRI5, ["5179/57600", 0, "7571/16695", "393/640", "-92097/339200", "187/2100", "1/40"], 4),
)
"""Every embedded pair by name (Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4 and II.5)."""


class Accepted(NamedTuple):
    """One accepted step: its layer, its size, the state y (N, d_hat) before it and the stage values F (s, N, d_hat)."""

    layer: int
    h: float
    y: Tensor
    F: Tensor


@dataclass(frozen=True)
class Integrator:
    """Takes steps of dy/dt = f(u[l], y) for a time h in each layer, as long as a tolerance allows.

    The error of a step is the root mean square, over batch and coordinates, of the difference of the pair's two results
    in units of tolerance (1 + abs(y)).  A step is accepted if this is at most 1.

    Parameters
    ----------
    f
        The right-hand side.
    pair
        An embedded pair.
    h
        The time of each layer.
    tolerance
        Relative and absolute tolerance of a step.
    most
        Most attempts in a forward pass, after which `StepsError` is raised.

    Attributes
    ----------
    A, beta, off
        The pair's coefficients as numbers; `off` is beta - beta_hat.

    Raises
    ------
    ValueError
        If h or the tolerance is not positive, or `most` is not a positive whole number.
    """

    f: RightHandSide
    pair: Pair
    h: float
    tolerance: float
    most: int = 10_000
    A: Coefficients = field(init=False, repr=False)
    beta: Sequence[float] = field(init=False, repr=False)
    off: Sequence[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        instance("pair", self.pair, Pair)
        h, tolerance = positive("h", self.h), positive("tolerance", self.tolerance)
        assign(self, h=h, tolerance=tolerance, most=whole("most", self.most))
        A, beta, _ = self.pair.tableau.arrays()
        off = [float(b - b_hat) for b, b_hat in zip(self.pair.tableau.beta, self.pair.beta_hat, strict=True)]
        assign(self, A=A.tolist(), beta=beta.tolist(), off=off)

    def forward(self, u: Sequence[Controls], y: Tensor) -> tuple[Tensor, list[Accepted], int]:
        """y[L] for y[0] = y (N, d_hat) and one control per layer, the accepted steps, and how many were attempted."""
        accepted: list[Accepted] = []
        attempts, h = 0, self.h
        for l, u_l in enumerate(u):
            left = self.h
            while left > 0:
                h = left if h > left * (1 - 1e-9) else h
                F = torch.stack(stages(self.A, h, lambda _, Y, u_l=u_l: self.f(u_l, Y), y))  # type: ignore[misc]  # a default
                y_next, attempts = combine(y, self.beta, F, h), attempts + 1
                error = self.error(y, y_next, F, h)
                if error <= 1:
                    accepted.append(Accepted(l, h, y, F))
                    y, left = y_next, left - h
                elif attempts >= self.most:
                    raise StepsError(
                        f"steps: must be at most {self.most} for one forward pass, got no further than layer {l}; "
                        f"raise the tolerance of {self.tolerance:g} or lower the weights"
                    )
                h = h * min(GROW, max(SHRINK, SAFETY * error ** (-1 / (self.pair.order + 1)))) if error else h * GROW
        return y, accepted, attempts

    def error(self, y: Tensor, y_next: Tensor, F: Tensor, h: float) -> float:
        """The error of a step in units of the tolerance; infinite where it is not a number."""
        scale = self.tolerance * (1 + torch.maximum(y.abs(), y_next.abs()))
        error = float((combine(torch.zeros_like(y), self.off, F, h) / scale).square().mean().sqrt())
        return error if error == error else float("inf")

    def backward(self, u: Controls, accepted: Sequence[Accepted], p: Tensor) -> tuple[Tensor, Controls]:
        """p[0] and the gradient in the controls (L, ...) from p[L] = p (N, d_hat), by (3.13), (3.17) and (3.18)."""
        gradient = tuple(torch.zeros_like(part) for part in u)
        for l, h, y, F in reversed(accepted):
            u_l = tuple(part[l, None] for part in u)
            Y = torch.stack([combine(y, row[:i], F[:i], h) for i, row in enumerate(self.A)])
            at = self.f.at(u_l, Y, F)
            hA = [[h * a for a in row] for row in self.A]
            xi, f_y_xi = substitute([h * w * p for w in self.beta], transpose(hA), at)
            p = combine(p, [1.0] * len(xi), f_y_xi)
            for whole_part, part in zip(gradient, at.f_u(xi), strict=True):
                whole_part[l] += part[0]
        return p, gradient


class AdaptiveFunction(torch.autograd.Function):
    """x_hat -> y[L] by accepted steps; the backward pass goes back over the same steps, whose sizes it takes as given.

    Stored are the state and the stage values of each accepted step.  PyTorch refuses second derivatives.
    """

    @staticmethod
    def forward(ctx: Any, net: AdaptiveNet, x_hat: Tensor, *u: Tensor) -> Tensor:
        """y[L] (N, d_hat)."""
        controls = list(zip(*(part.unbind() for part in u), strict=True))
        y, ctx.accepted, attempts = net.integrator.forward(controls, x_hat)
        net.evaluations = attempts * net.integrator.pair.tableau.stages
        net.steps = [(step.layer, step.h) for step in ctx.accepted]
        ctx.integrator = net.integrator
        ctx.save_for_backward(*u)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, p: Tensor) -> tuple[Any, ...]:
        """The derivatives by x_hat and by each of the controls."""
        p, gradient = ctx.integrator.backward(ctx.saved_tensors, ctx.accepted, p)
        return None, p, *gradient


class AdaptiveNet(Net):
    """A network whose layers take as many steps of an embedded pair as a tolerance asks for.

    Parameters
    ----------
    pair
        A `Pair`, or its name in `PAIRS`.
    h
        The time of each layer; the flow runs to T = h L.
    tolerance
        Relative and absolute tolerance of a step.
    right_side
        A name in `rknet.variants.dissipative.RIGHT_SIDES`.
    **arguments
        d, d_hat, classes, L, ...: see `rknet.nets.Net`; the activation by name.

    Attributes
    ----------
    evaluations
        Evaluations of f for each sample in the last forward pass, those of refused steps included.
    steps
        The accepted steps of the last forward pass: layer and size of each.

    Raises
    ------
    ValueError
        If a name is unknown, a number is not positive, or an argument of `rknet.nets.Net` is out of range.
    StepsError
        From a forward pass that would need too many steps.
    """

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        pair: Pair | str = "dopri5",
        h: float = 0.05,
        tolerance: float = 1e-3,
        right_side: str = "affine",
        **arguments: Any,
    ) -> None:
        chosen = pair if isinstance(pair, Pair) else choose("pair", pair, PAIRS)
        kind = choose("right_side", right_side, RIGHT_SIDES)
        super().__init__(d, d_hat, classes, L, **arguments)
        self.integrator = Integrator(kind(self.activation), chosen, h, tolerance)
        self.right_side, self.evaluations = right_side, 0
        self.steps: list[tuple[int, float]] = []

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        L, d_hat = self.L, self.d_hat
        return {**super().shapes(), "K": (L, d_hat, d_hat), "b": (L, d_hat)}

    def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """The state (N, d_hat) after the time h of one layer, by steps for this layer alone."""
        return self.integrator.forward([(K, b)], y)[0]

    def forward(self, x: Tensor) -> Tensor:
        """Logits W y[L] + mu for x (N, d), to be differentiated by the discrete adjoint of the accepted steps."""
        return torch.addmm(self.mu, AdaptiveFunction.apply(self, self.lift(x), self.K, self.b), self.W.T)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.Net`, with the pair, the time of a layer, the tolerance and the right-hand side."""
        pair, integrator = self.integrator.pair, self.integrator
        scheme = {"A": [[str(a) for a in row] for row in pair.tableau.A], "beta": [str(w) for w in pair.tableau.beta]}
        embedded = {"beta_hat": [str(w) for w in pair.beta_hat], "h": integrator.h, "tolerance": integrator.tolerance}
        return {**super().architecture, **scheme, **embedded, "right_side": self.right_side}

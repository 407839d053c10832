"""The discrete adjoint of Section 3, for any tableau and any right-hand side: state sweep, costate sweep, gradient.

The sweeps use the multipliers xi, (3.13), (3.17) and (3.18), and divide by nothing, so weights beta_i may be zero;
p_i = xi_i / (h beta_i) and the partner tableau, (3.20) to (3.26), are their reading where none is.

The controls u are a tuple of tensors, for a network (K, b), each with leading axes (L, s), one control per stage,
(2.11), or (L, 1), one per layer that all its stages share, (2.12).  Gradients have the shapes of the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rknet.adjoint.rightsides import Controls, Transposed
from rknet.adjoint.steps import StageError, Step, substitute
from rknet.checks import flag
from rknet.equality import ByValue
from rknet.nets import Net
from rknet.schemes import Coefficients, combine, one
from rknet.tableaus import Tableau


def layers(step: Step, u: Controls) -> list[Controls]:
    """The controls of each layer; ValueError unless all have leading axes (L, s) or (L, 1), with the step sizes' L."""
    s, shapes = step.tableau.stages, [tuple(part.shape) for part in u]
    L = u[0].shape[0] if u and u[0].ndim else 0
    axes = [len(shape) - 2 for shape in shapes]
    fit = all(shape[:2] in ((L, 1), (L, s)) for shape in shapes) and tuple(axes) == (step.f.axes or tuple(axes))
    if L == 0 or not fit:
        raise ValueError(
            f"u: must be a tuple of tensors with leading axes (L, s = {s}) or (L, 1), got the shapes {shapes}; "
            f"pass (K[:, None], b[:, None]) for one control per layer"
        )
    if step.layers and len(step.layers) != L:
        raise ValueError(
            f"h: must hold a step size for each of the L = {L} layers in u, got {len(step.layers)}; pass as many"
        )
    return list(zip(*(part.unbind() for part in u), strict=True))


@dataclass(frozen=True, eq=False)
class States(ByValue):
    """The state sweep: states y (L+1, N, d_hat), the stages' inputs Y and values F (L, s, N, d_hat)."""

    y: Tensor
    Y: Tensor
    F: Tensor


def states(step: Step, u: Controls, x_hat: Tensor) -> States:
    """The state sweep (2.11), (2.12) from y[0] = x_hat (N, d_hat), with all that the costate sweep and a reader need.

    Raises
    ------
    ValueError
        If the controls do not have leading axes (L, s) or (L, 1).
    StageError
        If the stages of an implicit layer are not found; the message names the layer.
    """
    y, F = state_sweep(step, layers(step, u), x_hat)
    Y = [step.of_layer(l).inputs(y_l, F_l) for l, (y_l, F_l) in enumerate(zip(y, F, strict=False))]
    return States(torch.stack(y), torch.stack(Y), torch.stack(F))


def state_sweep(
    step: Step, u: Sequence[Controls], x_hat: Tensor, *, keep_stages: bool = True
) -> tuple[list[Tensor], list[Tensor]]:
    """The states y[0], ..., y[L] and each layer's stage values F, or none, for the controls of each layer."""
    y, F, keep_stages = [x_hat], [], flag("keep_stages", keep_stages)
    for l, u_l in enumerate(u):
        try:
            y_next, F_l = step.of_layer(l)(u_l, y[l])
        except StageError as error:
            raise StageError(f"layer {l}: {error}") from None
        y.append(y_next)
        if keep_stages:
            F.append(F_l)
    return y, F


@dataclass(frozen=True, eq=False)
class LayerCostates(ByValue):
    """What the costate sweep finds at layer l: p[l] (N, d_hat), xi (s, N, d_hat), and the gradient in the layer's u."""

    l: int
    p: Tensor
    xi: Tensor
    gradient: Controls


def costate_sweep(
    step: Step,
    u: Sequence[Controls],
    y: Sequence[Tensor] | Tensor,
    F: Sequence[Tensor] | Tensor | None,
    p: Tensor,
) -> Iterator[LayerCostates]:
    """The costate sweep from p[L] = p (N, d_hat), layer by layer from the last: (3.13), (3.17), (3.18).

    A layer's gradient is handed out as soon as it exists and its controls are not read again, so the optimiser's step
    may be applied to them before the next layer is asked for.

    Parameters
    ----------
    step, u
        What a layer does, and the controls of each layer.
    y, F
        States y[0], ..., y[L-1] and each layer's stage values; F = None computes them again from y.
    p
        The derivative of the cost by y[L].
    """
    for l in reversed(range(len(u))):
        of_layer = step.of_layer(l)
        F_l = of_layer(u[l], y[l])[1] if F is None else F[l]
        p, xi, gradient = of_layer.back(u[l], y[l], F_l, p)
        yield LayerCostates(l, p, xi, gradient)


@dataclass(frozen=True, eq=False)
class Costates(ByValue):
    """Every multiplier of the Lagrangian (3.8), and the gradient of the cost.

    Attributes
    ----------
    step
        The step they belong to.
    p
        Costates p[0], ..., p[L], shape (L+1, N, d_hat).
    xi
        Multipliers of the stages, shape (L, s, N, d_hat).
    gradient
        The derivative of the cost by each of the controls, in their shapes.
    """

    step: Step
    p: Tensor
    xi: Tensor
    gradient: Controls

    @property
    def p_i(self) -> Tensor:
        """The stages' costates p_i = xi_i / (h beta_i) of (3.20), (L, s, N, d_hat); ValueError if a weight is zero."""
        if 0 in self.step.tableau.beta:
            raise ValueError(
                f"tableau: p_i = xi_i / (h beta_i) needs every weight beta_i to be non-zero, got "
                f"{self.step.tableau.name!r}; use xi, which needs no division"
            )
        hbeta = [self.step.of_layer(l).hbeta for l in range(len(self.xi))]
        return self.xi / torch.tensor(hbeta, dtype=self.xi.dtype, device=self.xi.device)[:, :, None, None]

    @classmethod
    def collect(cls, step: Step, p: Tensor, swept: Iterator[LayerCostates]) -> Costates:
        """The multipliers, from p[L] and the layers that a costate sweep yields."""
        found = list(swept)[::-1]
        gradient = tuple(map(torch.stack, zip(*(layer.gradient for layer in found), strict=True)))
        return cls(step, torch.stack([*(layer.p for layer in found), p]), torch.stack([q.xi for q in found]), gradient)


def costates(step: Step, u: Controls, states: States, p: Tensor) -> Costates:
    """The costate sweep from p[L] = p (N, d_hat), the derivative of the cost by y[L], with every multiplier kept."""
    return Costates.collect(step, p, costate_sweep(step, layers(step, u), states.y, states.F, p))


def by_step_sizes(states: States, costates: Costates) -> Tensor:
    """The derivative of the cost by each layer's step size, (L,): dF/dh_l = sum_i <xi_i, f_i> / h_l, one line of (3.8).

    In the Lagrangian h_l multiplies the f_i in (3.4) and (3.6), so the derivative is sum_i <beta_i p[l+1] + sum_j a_ji
    f_y^T xi_j, f_i>; by (3.17) the vector on the left is xi_i / h_l.  It is the mean of the Hamiltonians <p_i, f_i> of
    the stages with the weights beta_i.

    Raises
    ------
    ValueError
        If the layers are no steps of a scheme.
    """
    _must_carry(costates.step)
    h = [one(costates.step.of_layer(l).h) for l in range(len(states.F))]
    return (costates.xi * states.F).sum((1, 2, 3)) / torch.tensor(h, dtype=states.F.dtype, device=states.F.device)


def lagrangian(
    step: Step,
    cost: Callable[[Tensor], Tensor],
    x_hat: Tensor,
    u: Controls,
    y: Tensor,
    F: Tensor,
    p: Tensor,
    xi: Tensor,
) -> Tensor:
    """The Lagrangian (3.8), as a function of controls, states, stage values and multipliers that need not fit together.

    The cost maps y[L] (N, d_hat) to a number; the shapes are those of `states` and `costates`.
    """
    total = cost(y[-1]) + (p[0] * (x_hat - y[0])).sum()
    for l, u_l in enumerate(layers(step, u)):
        of_layer = step.of_layer(l)
        total = total + (p[l + 1] * (of_layer.advance(y[l], F[l]) - y[l + 1])).sum()
        total = total + (xi[l] * (of_layer.values(u_l, of_layer.inputs(y[l], F[l])) - F[l])).sum()
    return total


def partner_costates(step: Step, partner: Tableau, u: Controls, states: States, p: Tensor) -> Costates:
    """Optimise, then discretise: (3.24) to (3.26) with any matrix A~, solved for p at each layer's left end.

    With the partner of (3.23) these are the costates of `costates`, and with any other tableau they are not.

    Raises
    ------
    ValueError
        If the partner has other weights than the scheme of the states, or the layers are no steps of a scheme.
    """
    _must_carry(step)
    if partner.beta != step.tableau.beta:
        raise ValueError(
            f"partner: must have the weights of the scheme {step.tableau.name!r}, got those of {partner.name!r}; "
            f"(3.23) asks for beta~ = beta"
        )
    # p[l+1] is known: p_i = p[l+1] + h sum_j (beta_j - a~_ij) f_y^T p_j.
    tilde = replace(step, tableau=partner)

    def sweep(p: Tensor) -> Iterator[LayerCostates]:
        for l, u_l in reversed(list(enumerate(layers(step, u)))):
            of_layer, hA_tilde = step.of_layer(l), tilde.of_layer(l).hA
            C = [[w - a for w, a in zip(of_layer.hbeta, row, strict=True)] for row in hA_tilde]
            p, xi, gradient = quadrature(of_layer, step.f.at(u_l, states.Y[l], states.F[l]), C, p)
            yield LayerCostates(l, p, xi, gradient)

    return Costates.collect(step, p, sweep(p))


def _must_carry(step: Step) -> None:
    if not step.carried:
        raise ValueError(
            "step: must carry y[l] to y[l+1] for a differential equation, got a layer of a StandardNet; use `costates`"
        )


def quadrature(step: Step, at: Transposed, C: Coefficients, p: Tensor) -> tuple[Tensor, Tensor, Controls]:
    """One layer of dp/dt = -f_y^T p, back from p, and of the integral of f_u^T p: p[l], xi and the gradient.

    The stages are p_i = p + sum_j C_ij f_y^T p_j and have the weights h beta_i.
    """
    p_i, f_y_p = substitute([p] * len(C), C, at)
    xi = p_i * torch.tensor(step.hbeta, dtype=p.dtype, device=p.device)[:, None, None]
    return combine(p, step.hbeta, f_y_p), xi, at.f_u(xi)


def continuous_costates(
    step: Step, u: Controls, y: Tensor, p: Tensor, *, stored: bool = True
) -> tuple[Costates, Tensor]:
    """The continuous adjoint, dp/dt = -f_y^T p, solved backwards by the same scheme: for comparison only.

    State and costate go back together from t[l+1] to t[l] by steps of size -h.

    Parameters
    ----------
    step, u
        What a layer does, and one control per layer, leading axes (L, 1).
    y
        The states (L+1, N, d_hat) of the state sweep.
    p
        The derivative of the cost by y[L].
    stored
        Whether each layer starts from the stored state y[l+1], or only the last one does and the state is reversed all
        the way, which needs no memory and loses the trajectory.

    Returns
    -------
    Costates, Tensor
        The costates, and the states (L+1, N, d_hat) that the layers reached; their last entry is y[L].

    Raises
    ------
    ValueError
        If there is more than one control per layer, since the stages of the way back fall on other instants, or the
        layers are no steps of a scheme.
    """
    stored = flag("stored", stored)
    _must_carry(step)
    if any(part.shape[1] != 1 for part in u):
        raise ValueError("u: must have leading axes (L, 1), got one control per stage; pass one control per layer")
    reversing = replace(step, h=np.negative(step.h).tolist())
    reached = [y[-1]]

    def sweep(p: Tensor) -> Iterator[LayerCostates]:
        for l, u_l in reversed(list(enumerate(layers(step, u)))):
            of_layer, reverse = step.of_layer(l), reversing.of_layer(l)
            start = y[l + 1] if stored else reached[-1]
            y_l, F = reverse(u_l, start)
            reached.append(y_l)
            p, xi, gradient = quadrature(of_layer, step.f.at(u_l, reverse.inputs(start, F), F), of_layer.hA, p)
            yield LayerCostates(l, p, xi, gradient)

    return Costates.collect(step, p, sweep(p)), torch.stack(reached[::-1])


class AdjointFunction(torch.autograd.Function):
    """x_hat -> y[L] whose backward pass is the costate sweep.

    Stored for it are, in each layer, the state y[l] and the stage values f_i: s + 1 tensors (N, d_hat), or with
    recompute the state alone.  Second derivatives start from x_hat again.  Use it through `propagate` or `forward`.
    """

    @staticmethod
    def forward(ctx: Any, step: Step, recompute: bool, x_hat: Tensor, *u: Tensor) -> Tensor:
        """y[L] (N, d_hat)."""
        y, F = state_sweep(step, layers(step, u), x_hat, keep_stages=not recompute)
        ctx.step, ctx.L = step, len(y) - 1
        ctx.save_for_backward(*u, *y[:-1], *F)
        return y[-1]

    @staticmethod
    def backward(ctx: Any, p: Tensor) -> tuple[Any, ...]:
        """The derivatives by x_hat, p[0], and by each of the controls."""
        saved, L = ctx.saved_tensors, ctx.L
        controls = len(ctx.needs_input_grad) - 3
        u, y, F = saved[:controls], saved[controls : controls + L], saved[controls + L :] or None
        if torch.is_grad_enabled():  # the gradient is to be differentiated in its turn
            y, F = state_sweep(ctx.step, layers(ctx.step, u), y[0])
        gradients = [torch.empty_like(part) for part in u]
        for layer in costate_sweep(ctx.step, layers(ctx.step, u), y, F, p):
            for whole, part in zip(gradients, layer.gradient, strict=True):
                whole[layer.l] = part
            p = layer.p
        return None, None, p, *gradients


def propagate(step: Step, u: Controls, x_hat: Tensor, *, recompute: bool = False) -> Tensor:
    """y[L] (N, d_hat) for y[0] = x_hat, to be differentiated by the discrete adjoint.

    With `recompute` the stages are computed again on the way back instead of being stored.
    """
    return AdjointFunction.apply(step, flag("recompute", recompute), x_hat, *u)


def forward(net: Net, x: Tensor, *, recompute: bool = False) -> Tensor:
    """The logits of a net, as `net(x)` returns them, to be differentiated by the discrete adjoint."""
    y = propagate(Step.of(net), (net.K[:, None], net.b[:, None]), net.lift(x), recompute=recompute)
    return torch.addmm(net.mu, y, net.W.T)

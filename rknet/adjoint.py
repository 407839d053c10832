"""The discrete adjoint of Section 3, for any tableau and any right-hand side: state sweep, costate sweep, gradient.

Letters as in the paper: y[l] is the state, y_i and f_i are the inputs and outputs of stage i, p[l] is the costate and
xi_i the multiplier of stage i.  The sweeps use xi, (3.13), (3.17) and (3.18), and divide by nothing, so weights beta_i
may be zero; p_i = xi_i / (h beta_i) and the partner tableau (3.20) to (3.26) are their reading where none is.

The controls u are a tuple of tensors, for a network (K, b), each with leading axes (L, s): one control a stage, (2.11);
or (L, 1): one a layer that all its stages share, (2.12).  Gradients have the shapes of the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from rknet.checks import choose
from rknet.nets import ACTIVATIONS, Activation, Net, RKNet, StandardNet
from rknet.tableaus import EULER, TABLEAUS, Tableau

Controls = tuple[Tensor, ...]
Coefficients = Sequence[Sequence[float]]

NEWTON_STEPS = 20
"""Newton steps after which the stages of an implicit scheme are given up."""
NEWTON_TOLERANCE = 2 / 3
"""Stages count as found when their residual is below eps^(2/3) (1 + abs(f)), 4e-11 in double precision; one more step,
which about squares the residual, is taken then."""


class StageError(ArithmeticError):
    """The stages of an implicit layer were not found."""


class Transposed(NamedTuple):
    """The transposed derivatives of f at the s stages of a layer.

    Attributes
    ----------
    f_y
        (i, v) -> f_y(u_i, y_i)^T v for v (N, d_hat).
    f_u
        xi -> f_u(u_i, y_i)^T xi_i for xi (s, N, d_hat), added up over samples and over the stages that share a control:
        a tuple of the shapes of the layer's controls.
    jacobian
        () -> the matrices f_y(u_i, y_i) themselves, (s, N, d_hat, d_hat).
    """

    f_y: Callable[[int, Tensor], Tensor]
    f_u: Callable[[Tensor], Controls]
    jacobian: Callable[[], Tensor]


class RightHandSide(Protocol):
    """f(u, y), sample by sample, with its transposed derivatives."""

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """f(u, y) for one control u and y (N, d_hat): shape (N, d_hat)."""

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """The derivatives at the stages Y (s, N, d_hat) of a layer, where f has the values F, of Y's shape.

        The layer's controls u have a leading axis of size s, or 1 where all stages share a control.
        """


class Affine:
    """f(u, y) = sigma(K y + b), equation (2.5), with u = (K, b).

    The slope sigma' is found from the value of sigma, so f is never computed again.
    """

    def __init__(self, activation: str = "tanh") -> None:
        self.sigma = choose("activation", activation, ACTIVATIONS)
        self.slope = SLOPES[activation]

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """sigma(K y + b) for y (N, d_hat), K (d_hat, d_hat), b (d_hat,)."""
        K, b = u
        return self.sigma(torch.addmm(b, y, K.T))

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `RightHandSide`."""
        K, b = u
        slope = self.slope(F)

        def f_y(i: int, v: Tensor) -> Tensor:
            return (slope[i] * v) @ K[i % len(K)]

        def f_u(xi: Tensor) -> Controls:
            # With one control a layer, its stages are one batch of s N samples.
            z = slope * xi
            by_K = z.reshape(len(K), -1, z.shape[-1]).mT @ Y.reshape(len(K), -1, Y.shape[-1])
            return by_K, z.reshape(len(b), -1, z.shape[-1]).sum(1)

        return Transposed(f_y, f_u, lambda: slope[..., None] * K[:, None])


class General:
    """Any f(u, y) that treats samples alike, in PyTorch; its derivatives come from one evaluation with torch.func.vjp.

    Parameters
    ----------
    function
        (u, y) -> f(u, y) for a tuple of tensors u, one control, and y (N, d_hat).
    """

    def __init__(self, function: Callable[[Controls, Tensor], Tensor]) -> None:
        self.function = function

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """f(u, y) for y (N, d_hat)."""
        return self.function(u, y)

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `RightHandSide`."""
        pulls = [torch.func.vjp(self.function, of_stage(u, i), y_i)[1] for i, y_i in enumerate(Y)]

        def f_y(i: int, v: Tensor) -> Tensor:
            return pulls[i](v.conj())[1].conj()  # vjp conjugates; the transpose does not

        def f_u(xi: Tensor) -> Controls:
            stages = [pull(xi_i.conj())[0] for pull, xi_i in zip(pulls, xi, strict=True)]
            parts = [torch.stack(part).conj() for part in zip(*stages, strict=True)]
            return tuple(p.reshape(len(u_p), -1, *p.shape[1:]).sum(1) for p, u_p in zip(parts, u, strict=True))

        def jacobian() -> Tensor:
            rows = torch.eye(Y.shape[-1], dtype=Y.dtype, device=Y.device)[:, None].expand(-1, *Y.shape[1:])
            return torch.stack([torch.func.vmap(pull)(rows)[1].movedim(0, 1).conj() for pull in pulls])

        return Transposed(f_y, f_u, jacobian)


SLOPES: dict[str, Activation] = {
    "tanh": lambda f: 1 - f * f,
    "logistic": lambda f: f * (1 - f),
    "relu": lambda f: (f > 0).to(f.dtype),
    "softplus": lambda f: torch.where(f > 20, 1, -torch.expm1(-f)),
}
"""sigma' as a function of the value of sigma, for every activation.  PyTorch's softplus is linear beyond 20."""


@dataclass(frozen=True)
class Step:
    """What one layer does: a step of a Runge-Kutta scheme on dy/dt = f(u, y), (3.4) to (3.6).

    Parameters
    ----------
    f
        The right-hand side, such as `Affine` or `General`.
    tableau
        A scheme, explicit or implicit, or its name in `rknet.tableaus.TABLEAUS`.
    h
        Step size; negative to go back in time.
    carried
        Whether y[l] is carried to y[l+1] as in (2.12).  A layer of a `StandardNet`, (2.2), is Euler's step with h = 1
        that carries nothing.

    Raises
    ------
    ValueError
        If the tableau is unknown or h is zero or not finite.
    """

    f: RightHandSide
    tableau: Tableau
    h: float
    carried: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.tableau, Tableau):
            object.__setattr__(self, "tableau", choose("tableau", self.tableau, TABLEAUS))
        if not (np.isfinite(self.h) and self.h):
            raise ValueError(f"h: must be a finite number that is not zero, got {self.h!r}; pass for example h=0.05")

    @classmethod
    def of(cls, net: Net) -> Step:
        """The layers of a `rknet.nets.StandardNet` or `RKNet`; ValueError for a net whose layer is another."""
        if type(net).f is Net.f and type(net).layer is StandardNet.layer:
            return cls(Affine(net.activation), EULER, 1.0, carried=False)
        if type(net).f is Net.f and type(net).layer is RKNet.layer:
            assert isinstance(net, RKNet)
            return cls(Affine(net.activation), net.tableau, net.h)
        raise ValueError(
            f"net: must have the layers of StandardNet or RKNet, got a {type(net).__name__}; build a Step of its own f"
        )

    @cached_property
    def hA(self) -> list[list[float]]:
        """h a_ij."""
        return [[self.h * a for a in row] for row in self.tableau.arrays()[0].tolist()]

    @cached_property
    def hbeta(self) -> list[float]:
        """h beta_i."""
        return [self.h * w for w in self.tableau.arrays()[1].tolist()]

    def __call__(self, u: Controls, y: Tensor) -> tuple[Tensor, Tensor]:
        """y[l] (N, d_hat) -> y[l+1] and the stage values F (s, N, d_hat), with the layer's controls u."""
        F = self.explicit_stages(u, y) if self.tableau.explicit else self.implicit_stages(u, y)
        return self.advance(y, F), F

    def advance(self, y: Tensor, F: Sequence[Tensor] | Tensor) -> Tensor:
        """(3.4): y[l+1] = y[l] + h sum_i beta_i f_i."""
        return combine(y if self.carried else torch.zeros_like(y), self.hbeta, F)

    def inputs(self, y: Tensor, F: Tensor) -> Tensor:
        """(3.6): the stages' inputs y_i = y[l] + h sum_j a_ij f_j, (s, N, d_hat)."""
        return torch.stack([combine(y, row, F) for row in self.hA])

    def explicit_stages(self, u: Controls, y: Tensor) -> Tensor:
        """(3.5), one stage after the other."""
        F: list[Tensor] = []
        for i, row in enumerate(self.hA):
            F.append(self.f(of_stage(u, i), combine(y, row[:i], F)))
        return torch.stack(F)

    def implicit_stages(self, u: Controls, y: Tensor) -> Tensor:
        """(3.5) for all stages at once, by Newton's method; `StageError` if it does not converge.

        Autograd sees the last step only, which is all that the derivative of the solution needs.
        """
        u0, y0 = tuple(part.detach() for part in u), y.detach()
        F = self.values(u0, y0.expand(len(self.hA), *y0.shape))
        tolerance = torch.finfo(F.dtype).eps ** NEWTON_TOLERANCE
        for _ in range(NEWTON_STEPS):
            Y = self.inputs(y0, F)
            residual = self.values(u0, Y) - F
            J = self.f.at(u0, Y, F + residual).jacobian()
            if residual.abs().max() <= tolerance * (1 + F.abs().max()):
                return F + solve(system(self.hA, J), self.values(u, self.inputs(y, F)) - F)
            F = F + solve(system(self.hA, J), residual)
        raise StageError(
            f"the {len(F)} stages of {self.tableau.name!r} have residual {residual.abs().max():.1e} after "
            f"{NEWTON_STEPS} Newton steps; take h smaller than {self.h:g}, or smaller weights"
        )

    def values(self, u: Controls, Y: Tensor) -> Tensor:
        """f(u_i, y_i) for the inputs Y (s, N, d_hat) of all stages."""
        return torch.stack([self.f(of_stage(u, i), y_i) for i, y_i in enumerate(Y)])

    def back(self, u: Controls, y: Tensor, F: Tensor, p: Tensor) -> tuple[Tensor, Tensor, Controls]:
        """p[l+1] (N, d_hat) -> p[l] by (3.13), the xi_i (s, N, d_hat) by (3.17), and the gradient in u by (3.18)."""
        at = self.f.at(u, self.inputs(y, F), F)
        xi, f_y_xi = substitute([w * p for w in self.hbeta], transpose(self.hA), at)
        return combine(p if self.carried else torch.zeros_like(p), [1.0] * len(xi), f_y_xi), xi, at.f_u(xi)


def combine(y: Tensor, coefficients: Sequence[float], vectors: Sequence[Tensor] | Tensor) -> Tensor:
    """y + sum_j coefficients[j] vectors[j], zeros left out."""
    for a, v in zip(coefficients, vectors, strict=True):
        y = y if a == 0 else y.add(v, alpha=a)
    return y


def of_stage(u: Controls, i: int) -> Controls:
    """The control of stage i, from a layer's controls with a leading axis of size s or 1."""
    return tuple(part[i % len(part)] for part in u)


def transpose(C: Coefficients) -> list[list[float]]:
    """The transposed matrix."""
    return [list(column) for column in zip(*C, strict=True)]


def system(C: Coefficients, J: Tensor) -> Tensor:
    """I - (C_ij J_i)_ij for J (s, N, d_hat, d_hat): N matrices (s d_hat, s d_hat), Newton's for C = h A."""
    s, N, d_hat, _ = J.shape
    blocks = torch.einsum("ij,inab->niajb", torch.tensor(C, dtype=J.dtype, device=J.device), J)
    return torch.eye(s * d_hat, dtype=J.dtype, device=J.device) - blocks.reshape(N, s * d_hat, s * d_hat)


def solve(M: Tensor, v: Tensor) -> Tensor:
    """M^-1 v sample by sample, for M (N, s d_hat, s d_hat) and v (s, N, d_hat)."""
    s, N, d_hat = v.shape
    return torch.linalg.solve(M, v.movedim(0, 1).reshape(N, s * d_hat, 1)).reshape(N, s, d_hat).movedim(1, 0)


def substitute(start: Sequence[Tensor], C: Coefficients, at: Transposed) -> tuple[Tensor, list[Tensor]]:
    """The solution of v_i = start_i + sum_j C_ij f_y(u_j, y_j)^T v_j, (s, N, d_hat), and its f_y(u_j, y_j)^T v_j.

    Stage by stage where C is triangular with zeros on its diagonal, by a linear solve otherwise.
    """
    stages = range(len(C))
    if all(C[i][j] == 0 for i in stages for j in range(i, len(C))):
        order: Sequence[int] = stages
    elif all(C[i][j] == 0 for i in stages for j in range(i + 1)):
        order = stages[::-1]
    else:
        # The transpose of Newton's matrix: C_ij J_j^T is block (j, i) of the transposed coefficients, transposed.
        v = solve(system(transpose(C), at.jacobian()).mT, torch.stack(list(start)))
        return v, [at.f_y(i, v[i]) for i in stages]
    v_of: dict[int, Tensor] = {}
    f_y_v: dict[int, Tensor] = {}
    for i in order:
        v_of[i] = combine(start[i], [C[i][j] for j in f_y_v], list(f_y_v.values()))
        f_y_v[i] = at.f_y(i, v_of[i])
    return torch.stack([v_of[i] for i in stages]), [f_y_v[i] for i in stages]


def layers(step: Step, u: Controls) -> list[Controls]:
    """The controls of each layer; ValueError unless all have leading axes (L, s) or (L, 1)."""
    s, shapes = step.tableau.stages, [tuple(part.shape) for part in u]
    if not shapes or any(len(k) < 2 or k[0] != shapes[0][0] or k[1] not in (1, s) for k in shapes):
        raise ValueError(
            f"u: must be a tuple of tensors with leading axes (L, s = {s}) or (L, 1), got the shapes {shapes}; "
            f"pass (K[:, None], b[:, None]) for one control a layer"
        )
    return list(zip(*(part.unbind() for part in u), strict=True))


class States(NamedTuple):
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
    Y = [step.inputs(y_l, F_l) for y_l, F_l in zip(y, F, strict=False)]
    return States(torch.stack(y), torch.stack(Y), torch.stack(F))


def state_sweep(step: Step, u: Sequence[Controls], x_hat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The states y[0], ..., y[L] and each layer's stage values F, for the controls of each layer."""
    y, F = [x_hat], []
    for l, u_l in enumerate(u):
        try:
            y_next, F_l = step(u_l, y[l])
        except StageError as error:
            raise StageError(f"layer {l}: {error}") from None
        y.append(y_next)
        F.append(F_l)
    return y, F


class LayerCostates(NamedTuple):
    """What the costate sweep finds at layer l: p[l] (N, d_hat), xi (s, N, d_hat), and the gradient in the layer's u."""

    l: int
    p: Tensor
    xi: Tensor
    gradient: Controls


def costate_sweep(
    step: Step, u: Sequence[Controls], y: Sequence[Tensor], F: Sequence[Tensor] | None, p: Tensor
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
        F_l = step(u[l], y[l])[1] if F is None else F[l]
        p, xi, gradient = step.back(u[l], y[l], F_l, p)
        yield LayerCostates(l, p, xi, gradient)


@dataclass(frozen=True)
class Costates:
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
        if 0 in self.step.hbeta:
            raise ValueError(
                f"tableau: p_i = xi_i / (h beta_i) needs every weight beta_i to be non-zero, got "
                f"{self.step.tableau.name!r}; use xi, which needs no division"
            )
        return self.xi / torch.tensor(self.step.hbeta, dtype=self.xi.dtype, device=self.xi.device)[:, None, None]

    @classmethod
    def collect(cls, step: Step, p: Tensor, swept: Iterator[LayerCostates]) -> Costates:
        """From p[L] and what a sweep hands out."""
        found = list(swept)[::-1]
        gradient = tuple(map(torch.stack, zip(*(layer.gradient for layer in found), strict=True)))
        return cls(step, torch.stack([*(layer.p for layer in found), p]), torch.stack([q.xi for q in found]), gradient)


def costates(step: Step, u: Controls, states: States, p: Tensor) -> Costates:
    """The costate sweep from p[L] = p (N, d_hat), the derivative of the cost by y[L], with every multiplier kept."""
    return Costates.collect(step, p, costate_sweep(step, layers(step, u), states.y, states.F, p))


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
        total = total + (p[l + 1] * (step.advance(y[l], F[l]) - y[l + 1])).sum()
        total = total + (xi[l] * (step.values(u_l, step.inputs(y[l], F[l])) - F[l])).sum()
    return total


def partner_costates(step: Step, partner: Tableau, u: Controls, states: States, p: Tensor) -> Costates:
    """Optimise, then discretise: (3.24) to (3.26) with any matrix A~, solved for p at each layer's left end.

    With the partner of (3.23) these are the costates of `costates`, and with any other tableau they are not.

    Raises
    ------
    ValueError
        If the partner has other weights than the scheme of the states.
    """
    if partner.beta != step.tableau.beta:
        raise ValueError(
            f"partner: must have the weights of the scheme {step.tableau.name!r}, got those of {partner.name!r}; "
            f"(3.23) asks for beta~ = beta"
        )
    # p[l+1] is known: p_i = p[l+1] + h sum_j (beta_j - a~_ij) f_y^T p_j.
    hA_tilde = replace(step, tableau=partner).hA
    C = [[w - a for w, a in zip(step.hbeta, row, strict=True)] for row in hA_tilde]

    def sweep(p: Tensor) -> Iterator[LayerCostates]:
        for l, u_l in reversed(list(enumerate(layers(step, u)))):
            p, xi, gradient = quadrature(step, step.f.at(u_l, states.Y[l], states.F[l]), C, p)
            yield LayerCostates(l, p, xi, gradient)

    return Costates.collect(step, p, sweep(p))


def quadrature(step: Step, at: Transposed, C: Coefficients, p: Tensor) -> tuple[Tensor, Tensor, Controls]:
    """One layer of the costate equation dp/dt = -f_y^T p back from p, and of the integral of f_u^T p: p[l], xi, gradient.

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
        What a layer does, and one control a layer, leading axes (L, 1).
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
        If there is more than one control a layer: the stages of the way back fall on other instants.
    """
    if any(part.shape[1] != 1 for part in u):
        raise ValueError("u: must have leading axes (L, 1), got one control a stage; pass one control a layer")
    reverse = replace(step, h=-step.h)
    reached = [y[-1]]

    def sweep(p: Tensor) -> Iterator[LayerCostates]:
        for l, u_l in reversed(list(enumerate(layers(step, u)))):
            start = y[l + 1] if stored else reached[-1]
            y_l, F = reverse(u_l, start)
            reached.append(y_l)
            p, xi, gradient = quadrature(step, step.f.at(u_l, reverse.inputs(start, F), F), step.hA, p)
            yield LayerCostates(l, p, xi, gradient)

    return Costates.collect(step, p, sweep(p)), torch.stack(reached[::-1])


class AdjointFunction(torch.autograd.Function):
    """x_hat -> y[L] whose backward pass is the costate sweep.

    Stored for it are, in each layer, the state y[l] and the stage values f_i: s + 1 tensors (N, d_hat), or with
    recompute the state alone.  Use it through `propagate` or `forward`.
    """

    @staticmethod
    def forward(ctx: Any, step: Step, recompute: bool, x_hat: Tensor, *u: Tensor) -> Tensor:
        """y[L] (N, d_hat)."""
        y, F = state_sweep(step, layers(step, u), x_hat)
        ctx.step, ctx.L = step, len(F)
        ctx.save_for_backward(*u, *y[:-1], *([] if recompute else F))
        return y[-1]

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, p: Tensor) -> tuple[Any, ...]:
        """The derivatives by x_hat, p[0], and by each of the controls."""
        saved, L = ctx.saved_tensors, ctx.L
        controls = len(ctx.needs_input_grad) - 3
        u, y, F = saved[:controls], saved[controls : controls + L], saved[controls + L :] or None
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
    return AdjointFunction.apply(step, recompute, x_hat, *u)


def forward(net: Net, x: Tensor, *, recompute: bool = False) -> Tensor:
    """The logits of a net, as `net(x)` returns them, to be differentiated by the discrete adjoint."""
    y = propagate(Step.of(net), (net.K[:, None], net.b[:, None]), net.lift(x), recompute=recompute)
    return torch.addmm(net.mu, y, net.W.T)

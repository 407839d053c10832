"""What one layer does: a step of a Runge-Kutta scheme, explicit or implicit, and the step back of its multipliers.

Letters as in the paper: y[l] is the state, y_i and f_i are the inputs and values of stage i, p[l] is the costate and
xi_i the multiplier of stage i.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from rknet.adjoint.rightsides import Affine, Controls, RightHandSide, Transposed, of_stage
from rknet.checks import assign, choose, flag, instance, shown, step_sizes
from rknet.identity import layer_of
from rknet.nets import Net, RKNet
from rknet.schemes import Coefficients, Steps, combine, one, stages
from rknet.tableaus import EULER, TABLEAUS, Tableau

NEWTON_STEPS = 20
"""Newton steps after which the stages of an implicit scheme are given up."""
DAMPED_STEPS, HALVINGS = 60, 12
"""The same for damped steps, and how often one is halved where the residual would not fall."""
NEWTON_TOLERANCE = 2 / 3
"""The stages count as found after a step from a residual below eps^(2/3) (1 + abs(f)), 4e-11 in double precision; such
a step about squares the residual."""


class StageError(ArithmeticError):
    """The equations of a layer's stages were not solved."""


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
        Step size; negative to go back in time.  Or one for each of L layers: then it is `of_layer` that takes a step.
    carried
        Whether y[l] is carried to y[l+1].  A layer of a `rknet.nets.StandardNet`, (2.6), carries nothing:
        y[l+1] = f(u[l], y[l]), with Euler's tableau and h = 1.
    damped
        Whether Newton's steps for implicit stages are halved until the residual falls.  This finds the stages of
        dissipative flows, however stiff, and may stall in others.

    Raises
    ------
    ValueError
        If the tableau is unknown, a step size is zero or not finite, or nothing is carried by another step than
        Euler's.
    """

    f: RightHandSide
    tableau: Tableau
    h: Steps
    carried: bool = True
    damped: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.tableau, Tableau):
            assign(self, tableau=choose("tableau", self.tableau, TABLEAUS))
        assign(self, h=step_sizes("h", self.h, signed=True))
        assign(self, carried=flag("carried", self.carried), damped=flag("damped", self.damped))
        if not self.carried and (self.tableau != EULER or self.h != 1):
            h = f"{self.h:g}" if isinstance(self.h, float) else shown(self.h)
            raise ValueError(
                f"carried: must be True for {self.tableau.name!r} with h = {h}, got False; a layer that "
                f"carries nothing has the tableau 'euler' and h=1"
            )

    @classmethod
    def of(cls, net: Net) -> Step:
        """The layers of a `rknet.nets.StandardNet` or `RKNet`; ValueError for a net whose layer is another."""
        instance("net", net, Net)
        kind = layer_of(net)
        if kind == "standard":
            return cls(Affine(net.activation), EULER, 1.0, carried=False)
        if kind == "scheme":
            assert isinstance(net, RKNet)
            return cls(Affine(net.activation), net.tableau, net.h)
        raise ValueError(
            f"net: must have the layers of StandardNet or RKNet, got a {type(net).__name__}; build a Step of its own f"
        )

    @cached_property
    def layers(self) -> list[Step]:
        """The step of each layer, where the layers have their own."""
        return [replace(self, h=h) for h in self.h] if isinstance(self.h, tuple) else []

    def of_layer(self, l: int) -> Step:
        """The step of layer l."""
        return self.layers[l] if self.layers else self

    @cached_property
    def hA(self) -> list[list[float]]:
        """h a_ij; ValueError if the layers have steps of their own."""
        h = one(self.h)
        return [[h * a for a in row] for row in self.tableau.arrays()[0].tolist()]

    @cached_property
    def hbeta(self) -> list[float]:
        """h beta_i; ValueError if the layers have steps of their own."""
        h = one(self.h)
        return [h * w for w in self.tableau.arrays()[1].tolist()]

    def __call__(self, u: Controls, y: Tensor) -> tuple[Tensor, Tensor]:
        """y[l] (N, d_hat) -> y[l+1] and the stage values F (s, N, d_hat), with the layer's controls u."""
        F = self.explicit_stages(u, y) if self.tableau.explicit else self.implicit_stages(u, y)
        return self.advance(y, F), F

    def advance(self, y: Tensor, F: Sequence[Tensor] | Tensor) -> Tensor:
        """(3.4): y[l+1] = y[l] + h sum_i beta_i f_i."""
        return combine(y, self.hbeta, F) if self.carried else F[0]

    def inputs(self, y: Tensor, F: Tensor) -> Tensor:
        """(3.6): the stages' inputs y_i = y[l] + h sum_j a_ij f_j, (s, N, d_hat)."""
        return torch.stack([combine(y, row, F) for row in self.hA])

    def explicit_stages(self, u: Controls, y: Tensor) -> Tensor:
        """(3.5), one stage after the other."""
        return torch.stack(stages(self.hA, 1.0, lambda i, y_i: self.f(of_stage(u, i), y_i), y))

    def implicit_stages(self, u: Controls, y: Tensor) -> Tensor:
        """(3.5) for all stages at once, by Newton's method; `StageError` if it does not converge.

        Autograd sees the last step only, from the solution: that is the solution's derivative.
        """
        u0, y0 = tuple(part.detach() for part in u), y.detach()
        F = self.values(u0, y0.expand(len(self.hA), *y0.shape))
        tolerance = torch.finfo(F.dtype).eps ** NEWTON_TOLERANCE
        most, move = (DAMPED_STEPS, self.newton_damped) if self.damped else (NEWTON_STEPS, self.newton)
        for _ in range(most):
            F, residual = move(u0, y0, F)
            if residual.abs().max() <= tolerance * (1 + F.abs().max()):
                return self.newton(u, y, F)[0]
        raise StageError(
            f"the stages of {self.tableau.name!r} must be found to a residual below {tolerance:.0e} (1 + abs(f)), got "
            f"{residual.abs().max():.1e} after {most} Newton steps; take a smaller h or smaller weights"
        )

    def newton(self, u: Controls, y: Tensor, F: Tensor) -> tuple[Tensor, Tensor]:
        """One step of Newton's method on (3.5) from the values F (s, N, d_hat), and the residual before it."""
        residual = self.values(u, self.inputs(y, F)) - F
        with torch.no_grad():
            M = system(self.hA, self.f.at(u, self.inputs(y, F), F + residual).jacobian())
        return F + solve(M, residual), residual

    def newton_damped(self, u: Controls, y: Tensor, F: Tensor) -> tuple[Tensor, Tensor]:
        """The same, with the step halved for each sample until its residual falls."""
        full, residual = self.newton(u, y, F)
        size, t, found = squared(residual), torch.ones_like(residual[0, :, :1].real), full
        for _ in range(HALVINGS):
            falls = squared(self.values(u, self.inputs(y, found)) - found) <= (1 - t / 4) ** 2 * size
            if falls.all():
                break
            t = torch.where(falls, t, t / 2)
            found = torch.where(falls, found, F + t * (full - F))
        return found, residual

    def values(self, u: Controls, Y: Tensor) -> Tensor:
        """f(u_i, y_i) for the inputs Y (s, N, d_hat) of all stages."""
        return torch.stack([self.f(of_stage(u, i), y_i) for i, y_i in enumerate(Y)])

    def back(self, u: Controls, y: Tensor, F: Tensor, p: Tensor) -> tuple[Tensor, Tensor, Controls]:
        """p[l+1] (N, d_hat) -> p[l] by (3.13), the xi_i (s, N, d_hat) by (3.17), and the gradient in u by (3.18)."""
        at = self.f.at(u, self.inputs(y, F), F)
        xi, f_y_xi = substitute([w * p for w in self.hbeta], transpose(self.hA), at)
        p = combine(p, [1.0] * len(xi), f_y_xi) if self.carried else f_y_xi[0]
        return p, xi, at.f_u(xi)


def squared(v: Tensor) -> Tensor:
    """The square of the norm of v (s, N, d_hat), sample by sample: (N, 1)."""
    return v.abs().square().sum(dim=(0, 2))[:, None]


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
    try:
        x = torch.linalg.solve(M, v.movedim(0, 1).reshape(N, s * d_hat, 1))
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]  # not in PyTorch's stubs
        raise StageError("the stages' equations must not be singular, got a singular matrix; change h") from error
    return x.reshape(N, s, d_hat).movedim(1, 0)


def substitute(start: Sequence[Tensor], C: Coefficients, at: Transposed) -> tuple[Tensor, list[Tensor]]:
    """The solution of v_i = start_i + sum_j C_ij f_y(u_j, y_j)^T v_j, (s, N, d_hat), and its f_y(u_j, y_j)^T v_j.

    Stage by stage where C is strictly triangular, by a linear solve otherwise.
    """
    rows = range(len(C))
    if all(C[i][j] == 0 for i in rows for j in rows[i:]):
        return one_by_one(start, C, at, rows)
    if all(C[i][j] == 0 for i in rows for j in rows[: i + 1]):
        return one_by_one(start, C, at, rows[::-1])
    # Block (i, j) is C_ij J_j^T: the transpose of Newton's matrix for the transposed coefficients.
    v = solve(system(transpose(C), at.jacobian()).mT, torch.stack(list(start)))
    return v, [at.f_y(i, v[i]) for i in rows]


def one_by_one(
    start: Sequence[Tensor], C: Coefficients, at: Transposed, order: Sequence[int]
) -> tuple[Tensor, list[Tensor]]:
    """`substitute` in an order of the stages in which each asks only for those before it."""
    v: dict[int, Tensor] = {}
    f_y_v: dict[int, Tensor] = {}
    for i in order:
        v[i] = combine(start[i], [C[i][j] for j in f_y_v], list(f_y_v.values()))
        f_y_v[i] = at.f_y(i, v[i])
    return torch.stack([v[i] for i in sorted(v)]), [f_y_v[i] for i in sorted(v)]

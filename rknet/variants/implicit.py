"""Networks of any scheme, implicit ones too, trained by the discrete adjoint of Section 3."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rknet.adjoint import Step, propagate
from rknet.checks import choose, flag, positive
from rknet.nets import Net
from rknet.schemes import one
from rknet.tableaus import TABLEAUS, Tableau
from rknet.variants.dissipative import RIGHT_SIDES, Dissipative


class AdjointNet(Net):
    """A Runge-Kutta network of any scheme and right-hand side, differentiated by the costates (3.13) to (3.18).

    The stages of an implicit scheme are found by Newton's method, to a residual of 4e-11 in double precision.  The
    backward pass solves one linear system for each layer and does not pass through Newton's iteration.

    Parameters
    ----------
    tableau
        A scheme, explicit or implicit, or its name in `rknet.tableaus.TABLEAUS`.
    h
        Step size.
    right_side
        A name in `rknet.variants.dissipative.RIGHT_SIDES`.
    recompute
        Whether the stages are computed again on the way back instead of being stored.
    **arguments
        d, d_hat, classes, L, ...: see `rknet.nets.Net`; the activation by name.

    Raises
    ------
    ValueError
        If a name is unknown, h is not positive, or an argument of `rknet.nets.Net` is out of range.
    StageError
        From a forward pass whose stages are not found.
    """

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        tableau: Tableau | str = "implicit_midpoint",
        h: float = 0.05,
        right_side: str = "affine",
        recompute: bool = False,
        **arguments: Any,
    ) -> None:
        scheme = tableau if isinstance(tableau, Tableau) else choose("tableau", tableau, TABLEAUS)
        kind, h = choose("right_side", right_side, RIGHT_SIDES), positive("h", h)
        super().__init__(d, d_hat, classes, L, **arguments)
        self.right_side, self.recompute = right_side, flag("recompute", recompute)
        self.step = Step(kind(self.activation), scheme, h, damped=kind is Dissipative)

    @property
    def tableau(self) -> Tableau:
        """The scheme."""
        return self.step.tableau

    @property
    def h(self) -> float:
        """Step size."""
        return one(self.step.h)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        L, d_hat = self.L, self.d_hat
        return {**super().shapes(), "K": (L, d_hat, d_hat), "b": (L, d_hat)}

    def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """One step of the scheme from y (N, d_hat)."""
        return self.step((K[None], b[None]), y)[0]

    def forward(self, x: Tensor) -> Tensor:
        """Logits W y[L] + mu for x (N, d), to be differentiated by the discrete adjoint."""
        y = propagate(self.step, (self.K[:, None], self.b[:, None]), self.lift(x), recompute=self.recompute)
        return torch.addmm(self.mu, y, self.W.T)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.Net`, with the scheme, the step size and the right-hand side."""
        A, beta = self.tableau.A, self.tableau.beta
        scheme = {"A": [[str(a) for a in row] for row in A], "beta": [str(w) for w in beta], "h": self.h}
        return {**super().architecture, **scheme, "right_side": self.right_side}

"""Hamiltonian networks: each layer is a step of a splitting method, symplectic and exactly reversible.

With y = (q, r) and H(q, r) = 1^T S(K_q r + b_q) + 1^T S(K_r q + b_r), S' = sigma, Hamilton's equations are

    dq/dt =  K_q^T sigma(K_q r + b_q),    dr/dt = -K_r^T sigma(K_r q + b_r).

The rate of each half depends on the other half only, so moving one half at a time is exact, and undone exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rknet.checks import assign, choose, flag, positive, sequence, shown, whole
from rknet.nets import Net
from rknet.registry import Registry


@dataclass(frozen=True)
class Splitting:
    """A splitting method as data: which half moves, and for which part of the step, one after the other.

    ValueError unless each move is ``("q", fraction)`` or ``("r", fraction)`` and the fractions of either half sum to 1.

    Parameters
    ----------
    name
        What it is called.
    moves
        Pairs of a half, "q" or "r", and a fraction of h.
    """

    name: str
    moves: Sequence[tuple[str, float]]

    def __post_init__(self) -> None:
        sequence("moves", self.moves)
        assign(self, moves=tuple((half, float(fraction)) for half, fraction in self.moves))
        sums = {half: sum(fraction for other, fraction in self.moves if other == half) for half, _ in self.moves}
        if sums.keys() != {"q", "r"} or any(abs(total - 1) > 1e-12 for total in sums.values()):
            raise ValueError(
                f"moves: must move 'q' and 'r' by fractions that sum to 1 for each, got {shown(sums)}; "
                f"pass for example (('r', 1), ('q', 1))"
            )


def composed(gammas: Sequence[float]) -> list[tuple[str, float]]:
    """The moves of Verlet steps of these fractions of h, one after the other."""
    return [move for g in gammas for move in (("r", g / 2), ("q", g), ("r", g / 2))]


CUBE = 1 / (2 - 2 ** (1 / 3))
"""gamma with 2 gamma^3 + (1 - 2 gamma)^3 = 0, by which the errors of third order of three Verlet steps cancel."""

SPLITTINGS: Registry[Splitting] = Registry(
    symplectic_euler=Splitting("symplectic Euler", [("r", 1), ("q", 1)]),
    verlet=Splitting("Störmer-Verlet", composed([1])),
    ruth3=Splitting("Ruth 3", [("r", 7 / 24), ("q", 2 / 3), ("r", 3 / 4), ("q", -2 / 3), ("r", -1 / 24), ("q", 1)]),
    forest_ruth=Splitting("Forest-Ruth 4", composed([CUBE, 1 - 2 * CUBE, CUBE])),
)
"""Every splitting method by name (Hairer, Lubich, Wanner, Geometric Numerical Integration, II.4 and II.5)."""


class HamiltonianNet(Net):
    """A network whose layers are steps of a splitting method for a separable Hamiltonian, see this module.

    The weights of layer l are K[l] (2, m, m) and b[l] (2, m) with m = d_hat / 2: those of q and of r.  They start as
    the diagonal blocks of the matrix that another net of the same seed has.

    Parameters
    ----------
    splitting
        A `Splitting`, or its name in `SPLITTINGS`.
    h
        Step size.
    reversible
        Whether the backward pass computes the states again from y[L] by inverting layers, and stores no state between.
    **arguments
        d, d_hat, classes, L, ...: see `rknet.nets.Net`.

    Raises
    ------
    ValueError
        If d_hat is odd, the splitting is unknown, h is not positive, or an argument of `rknet.nets.Net` is out of
        range.
    """

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        splitting: Splitting | str = "verlet",
        h: float = 0.05,
        reversible: bool = False,
        **arguments: Any,
    ) -> None:
        if whole("d_hat", d_hat) % 2:
            raise ValueError(f"d_hat: must be even, half for q and half for r, got {d_hat}; pass d_hat={d_hat + 1}")
        chosen = splitting if isinstance(splitting, Splitting) else choose("splitting", splitting, SPLITTINGS)
        super().__init__(d, d_hat, classes, L, **arguments)
        m = self.d_hat // 2
        self.K = nn.Parameter(torch.stack([self.K[:, :m, :m], self.K[:, m:, m:]], dim=1).detach())
        self.b = nn.Parameter(self.b.reshape(-1, 2, m).detach())
        self.splitting, self.h, self.reversible = chosen, positive("h", h), flag("reversible", reversible)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        L, m = self.L, self.d_hat // 2
        return {**super().shapes(), "K": (L, 2, m, m), "b": (L, 2, m)}

    def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """One step from y (N, d_hat), with K (2, m, m) and b (2, m)."""
        return self._moved(K, b, y, self.splitting.moves, self.h)

    def inverse(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """The y[l] from which `layer` makes y[l+1] = y: the same moves back, the last one first."""
        return self._moved(K, b, y, self.splitting.moves[::-1], -self.h)

    def _moved(self, K: Tensor, b: Tensor, y: Tensor, moves: Sequence[tuple[str, float]], h: float) -> Tensor:
        q, r = y.chunk(2, dim=-1)
        for half, fraction in moves:
            if half == "q":
                q = q + h * fraction * (self.f(K[0], b[0], r) @ K[0])
            else:
                r = r - h * fraction * (self.f(K[1], b[1], q) @ K[1])
        return torch.cat([q, r], dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits W y[L] + mu for x (N, d)."""
        if not self.reversible:
            return super().forward(x)
        return torch.addmm(self.mu, ReversibleFunction.apply(self, self.lift(x), self.K, self.b), self.W.T)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.Net`, with the moves and the step size."""
        return {**super().architecture, "moves": [list(move) for move in self.splitting.moves], "h": self.h}


class ReversibleFunction(torch.autograd.Function):
    """y[0] -> y[L] of a net whose layers have an `inverse`; nothing but y[L] and the weights is stored.

    The backward pass inverts one layer after the other and differentiates each of them by itself.  PyTorch refuses
    second derivatives.
    """

    @staticmethod
    def forward(ctx: Any, net: HamiltonianNet, y: Tensor, K: Tensor, b: Tensor) -> Tensor:
        """y[L] (N, d_hat)."""
        for K_l, b_l in zip(K.unbind(), b.unbind(), strict=True):
            y = net.layer(K_l, b_l, y)
        ctx.net = net
        ctx.save_for_backward(y, K, b)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, p: Tensor) -> tuple[Any, ...]:
        """The derivatives by y[0], K and b."""
        y, K, b = ctx.saved_tensors
        by_K, by_b = torch.empty_like(K), torch.empty_like(b)
        for l in reversed(range(len(K))):
            y = ctx.net.inverse(K[l], b[l], y)
            pull = torch.func.vjp(ctx.net.layer, K[l], b[l], y)[1]
            by_K[l], by_b[l], p = pull(p)
        return None, p, by_K, by_b

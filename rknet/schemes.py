"""The scheme of a net, and one Runge-Kutta step in PyTorch, for the networks and for Section 3."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from rknet.checks import choose
from rknet.tableaus import EULER, RK4, TABLEAUS, Tableau

Coefficients = Sequence[Sequence[float]]
"""A matrix, row by row."""


Steps = float | Sequence[float]
"""A step size for all layers, or one for each."""


def one(h: Steps) -> float:
    """The step size of a layer; ValueError for those of several layers."""
    if isinstance(h, Sequence):
        raise ValueError(f"h: must be the step size of this layer, got those of {len(h)} layers; pass one of them")
    return h


def stages(A: Coefficients, h: float, f: Callable[[int, Tensor], Tensor], y: Tensor) -> list[Tensor]:
    """The values f_i = f(i, y + h sum_j a_ij f_j), (N, d_hat), of the stages of an explicit scheme, one by one.

    Of A (s, s) only what is below the diagonal is read.
    """
    values: list[Tensor] = []
    for i, row in enumerate(A):
        values.append(f(i, combine(y, row[:i], values, h)))
    return values


def combine(y: Tensor, coefficients: Sequence[float], vectors: Sequence[Tensor] | Tensor, h: float = 1.0) -> Tensor:
    """y + h sum_j coefficients[j] vectors[j], zeros left out: a step (2.12) with the weights beta of a scheme."""
    for a, v in zip(coefficients, vectors, strict=True):
        y = y if a == 0 else y.add(v, alpha=h * a)
    return y


PAPER_NETS: dict[str, Tableau | None] = {"StandardNet": None, "EulerNet": EULER, "RK4Net": RK4}
"""The paper's names of networks, and the scheme that each stands for; layers of a StandardNet take no step."""


def explicit(tableau: Tableau | str) -> Tableau:
    """An explicit scheme, given as such or by its name in `rknet.tableaus.TABLEAUS`; ValueError for any other."""
    tableau = tableau if isinstance(tableau, Tableau) else choose("tableau", tableau, TABLEAUS)
    if not tableau.explicit:
        raise ValueError(
            f"tableau: must be explicit, got the implicit scheme {tableau.name!r}; choose from {', '.join(_explicit())}"
        )
    return tableau


def scheme_of(net: str | Tableau, argument: str = "net") -> Tableau | None:
    """The scheme of a net: an explicit tableau, or None for that of `StandardNet`.

    Parameters
    ----------
    net
        A tableau, its name in `rknet.tableaus.TABLEAUS`, "standard", or one of the paper's names in `PAPER_NETS`.
    argument
        What an error calls it.

    Raises
    ------
    ValueError
        If the name is unknown, or the tableau implicit.
    """
    if isinstance(net, Tableau) or (isinstance(net, str) and net in TABLEAUS):
        return explicit(net)
    return choose(argument, net, {**PAPER_NETS, "standard": None, **_explicit()})


def _explicit() -> dict[str, Tableau]:
    return {name: tableau for name, tableau in TABLEAUS.items() if tableau.explicit}

"""Butcher tableaus (A, beta, c) of Figure 1 as exact, frozen data.

The order and the partner of (3.23) are derived, never typed.  A new scheme is a constant and an entry in `TABLEAUS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from rknet import typeset
from rknet.checks import assign, complexes, regular, sequence, shown
from rknet.exact import check_size, exact, simplified
from rknet.registry import Registry
from rknet.trees import order_of

MAX_STAGES = 12
"""Most stages: the order of any scheme is known within seconds."""


@dataclass(frozen=True, repr=False)
class Tableau(typeset.Printed):
    """A Runge-Kutta scheme with s stages: matrix A (s, s), weights beta (s,), nodes c (s,); see (2.11) and Figure 1.

    Entries are exact: whole numbers, fractions, SymPy numbers or text such as ``"1/3"`` or ``"sqrt(3)/6"``, which is
    read by the grammar of `rknet.exact` and never evaluated.  They are stored as SymPy numbers in canonical form, so
    that equal schemes compare equal whatever their names.  The rows of an explicit scheme may stop before the diagonal.
    The nodes are the row sums of A unless they are given, as the partner of (3.23) needs.

    ValueError if an entry is no exact number of fractions and square roots, if A, beta and c do not have s rows,
    weights and nodes, or if the scheme has more than `MAX_STAGES` stages or entries too large to compute with.
    """

    name: str = field(compare=False)
    A: Sequence[Sequence[Any]]
    beta: Sequence[Any]
    c: Sequence[Any] = ()

    def __post_init__(self) -> None:
        rows = [sequence("A", row) for row in sequence("A", self.A)]
        beta, c = sequence("beta", self.beta), sequence("c", self.c)
        s = len(beta)
        if s > MAX_STAGES:
            raise ValueError(f"beta: must hold at most {MAX_STAGES} weights, got {s}; use a scheme of fewer stages")
        if s == 0 or len(rows) != s or any(len(row) > s for row in rows):
            raise ValueError(
                f"A: must have one row of at most s entries for each of the s = {s} weights in beta, got rows of "
                f"{shown([len(row) for row in rows])}; give s >= 1 rows and s weights"
            )
        A = tuple(tuple(exact("A", a) for a in (*row, *[0] * (s - len(row)))) for row in rows)
        c = c or tuple(sum(row, sympy.S.Zero) for row in A)
        if len(c) != s:
            raise ValueError(f"c: must have s = {s} nodes, got {len(c)}; leave it out to take the row sums of A")
        assign(self, A=A, beta=tuple(exact("beta", w) for w in beta), c=tuple(exact("c", node) for node in c))
        check_size("A", (*(a for row in self.A for a in row), *self.beta, *self.c))

    @property
    def stages(self) -> int:
        """Number of stages s."""
        return len(self.beta)

    @property
    def explicit(self) -> bool:
        """Whether a_ij = 0 for all j >= i, so that the stages follow one another without solving an equation."""
        return all(a == 0 for i, row in enumerate(self.A) for a in row[i:])

    @cached_property
    def order(self) -> int:
        """Order of convergence for smooth problems, up to `rknet.trees.MAX_ORDER`."""
        return order_of(self.A, self.beta)

    @cached_property
    def partner(self) -> Tableau:
        """The scheme that the costates follow: a~_ij = beta_j - beta_j a_ji / beta_i, beta~ = beta, c~ = c.

        This is the corrected (3.23).  The nodes are those of the state scheme; the row sums of A~ may differ.
        ValueError if a weight is zero, by which the partner divides, or if its entries are too large to compute with.
        """
        if any(w == 0 for w in self.beta):
            zeros = [i + 1 for i, w in enumerate(self.beta) if w == 0]
            raise ValueError(
                f"tableau: a partner needs every weight beta_i to be non-zero, got {self.name!r} with beta_i = 0 at "
                f"i = {zeros}; choose a scheme without zero weights, such as heun, kutta3 or rk4"
            )
        A, beta, s = self.A, self.beta, range(self.stages)
        A_tilde = [[simplified(beta[j] - beta[j] * A[j][i] / beta[i]) for j in s] for i in s]
        return Tableau(f"partner of {self.name}", A_tilde, self.beta, self.c)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """A (s, s), beta (s,) and c (s,), rounded to double precision."""
        A = np.array([[float(a) for a in row] for row in self.A])
        return A, np.array([float(w) for w in self.beta]), np.array([float(node) for node in self.c])

    def stability(self, z: ArrayLike) -> NDArray[np.complex128]:
        """Stability function R(z) = 1 + z beta^T (I - z A)^-1 1: one step of size h on y' = lambda y, z = h lambda.

        Shape of z is kept; the scheme is stable where abs(R(z)) <= 1.  ValueError for a z that is not finite or a pole.
        """
        A, beta, _ = self.arrays()
        z = complexes("z", z)
        system = np.eye(self.stages) - z[..., None, None] * A
        regular("z", z, system)
        stages = np.linalg.solve(system, np.ones((*z.shape, self.stages, 1)))[..., 0]
        return np.asarray(1 + z * (stages @ beta))

    def __repr__(self) -> str:
        kind = "explicit" if self.explicit else "implicit"
        return f"Tableau({self.name!r}: {kind}, {self.stages} stages, order {self.order})"


EULER = Tableau("forward Euler", [[]], [1])
MIDPOINT = Tableau("explicit midpoint", [[], ["1/2"]], [0, 1])
HEUN = Tableau("Heun", [[], [1]], ["1/2", "1/2"])
RALSTON = Tableau("Ralston", [[], ["2/3"]], ["1/4", "3/4"])
KUTTA3 = Tableau("Kutta 3", [[], ["1/2"], [-1, 2]], ["1/6", "2/3", "1/6"])
RK4 = Tableau("classic RK4", [[], ["1/2"], [0, "1/2"], [0, 0, 1]], ["1/6", "1/3", "1/3", "1/6"])
RK38 = Tableau("3/8 rule", [[], ["1/3"], ["-1/3", 1], [1, -1, 1]], ["1/8", "3/8", "3/8", "1/8"])
IMPLICIT_MIDPOINT = Tableau("implicit midpoint", [["1/2"]], [1])
GAUSS4 = Tableau("Gauss-Legendre 4", [["1/4", "1/4 - sqrt(3)/6"], ["1/4 + sqrt(3)/6", "1/4"]], ["1/2", "1/2"])
DOPRI5 = Tableau(
    "Dormand-Prince 5",
    [
        [],
        ["1/5"],
        ["3/40", "9/40"],
        ["44/45", "-56/15", "32/9"],
        ["19372/6561", "-25360/2187", "64448/6561", "-212/729"],
        ["9017/3168", "-355/33", "46732/5247", "49/176", "-5103/18656"],
        ["35/384", 0, "500/1113", "125/192", "-2187/6784", "11/84"],
    ],
    ["35/384", 0, "500/1113", "125/192", "-2187/6784", "11/84", 0],
)

TABLEAUS: Registry[Tableau] = Registry(
    euler=EULER,
    midpoint=MIDPOINT,
    heun=HEUN,
    ralston=RALSTON,
    kutta3=KUTTA3,
    rk4=RK4,
    rk38=RK38,
    implicit_midpoint=IMPLICIT_MIDPOINT,
    gauss4=GAUSS4,
    dopri5=DOPRI5,
    radau3=Tableau("Radau IIA 3", [["5/12", "-1/12"], ["3/4", "1/4"]], ["3/4", "1/4"]),
)
"""Every shipped scheme by name.  ``rk4`` is the classic rule of Figure 1; the 3/8 rule is ``rk38``."""

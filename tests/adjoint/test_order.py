"""The order of pairs against conditions written out by hand, trees against their known numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from rknet import TABLEAUS, Tableau
from rknet.adjoint.order import CommonOrder, coloured_trees, common_order, order_of_pair, uncoloured
from rknet.trees import MAX_ORDER

ROUNDING = 1e-12
"""Rounding of sums of a few products of a tableau's entries."""
SLOPE = 0.1
"""How far an observed order may lie from its limit for h -> 0."""
PARTNERED = {name: tableau for name, tableau in TABLEAUS.items() if 0 not in tableau.beta}
RALSTON3 = Tableau("Ralston 3", [[], ["1/2"], [0, "3/4"]], ["2/9", "1/3", "4/9"])
SCHEMES = {**PARTNERED, "ralston3": RALSTON3}


def hager_order(scheme: Tableau) -> int:
    """Order, up to 4, of a scheme for optimal control by the conditions of Hager (2000), Table 1."""
    A, beta, _ = scheme.arrays()
    c, d = A.sum(axis=1), beta @ A
    conditions = [
        [(beta.sum(), 1)],
        [(d.sum(), 1 / 2)],
        [(c @ d, 1 / 6), (beta @ c**2, 1 / 3), ((d**2 / beta).sum(), 1 / 3)],
        [
            *[(beta @ c**3, 1 / 4), ((beta * c) @ A @ c, 1 / 8), (d @ c**2, 1 / 12), (d @ A @ c, 1 / 24)],
            *[((c * d**2 / beta).sum(), 1 / 12), ((d**3 / beta**2).sum(), 1 / 4)],
            *[((beta * c) @ A @ (d / beta), 5 / 24), (d @ A @ (d / beta), 1 / 8)],
        ],
    ]
    for order, equations in enumerate(conditions):
        if any(abs(value - target) > ROUNDING for value, target in equations):
            return order
    return len(conditions)


@pytest.mark.parametrize("name", SCHEMES)
def test_order_with_eliminated_controls_is_hagers(name: str) -> None:
    """Where controls depend on the costate, the order is the one that Hager's conditions give."""
    scheme = SCHEMES[name]
    assert order_of_pair(scheme, scheme.partner, coupled=True) == hager_order(scheme)


@pytest.mark.parametrize("name", SCHEMES)
def test_order_with_given_controls_is_the_schemes(name: str) -> None:
    """With the partner the costates are the derivative of the numerical flow, and as accurate as the flow itself."""
    scheme = SCHEMES[name]
    assert order_of_pair(scheme, scheme.partner) == scheme.order


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_paired_with_itself(name: str) -> None:
    """The pair (A, A) is the scheme on the coupled system, of the scheme's order."""
    scheme = SCHEMES[name]
    assert order_of_pair(scheme, scheme, coupled=True) == scheme.order


def test_order_is_lost() -> None:
    """A scheme of order three whose pair has order two, but only where the controls depend on the costate."""
    assert RALSTON3.order == 3
    assert order_of_pair(RALSTON3, RALSTON3.partner, coupled=True) == 2


@pytest.mark.parametrize(("nodes", "count"), [(1, 2), (2, 4), (3, 14), (4, 52), (5, 214)])
def test_number_of_coloured_trees(nodes: int, count: int) -> None:
    """Rooted trees with nodes of two kinds are counted by 2, 4, 14, 52, 214, and none is listed twice."""
    coloured = [tree for _, tree in coloured_trees(nodes, "yp", True)]
    assert len(set(coloured)) == len(coloured) == count


@pytest.mark.parametrize(("nodes", "count"), [(1, 1), (2, 2), (3, 5)])
def test_trees_of_a_linear_costate(nodes: int, count: int) -> None:
    """p; p(y), p(p); p(yy), p(yp), p(y(y)), p(p(y)), p(p(p))."""
    assert len(list(coloured_trees(nodes, "p", False))) == count


def test_coloured_trees_keep_their_shape() -> None:
    """Each coloured tree has the shape of the plain tree that it comes with."""

    def shape(tree: tuple) -> tuple:
        return tuple(sorted(shape(t) for t in tree[1]))

    def plain(tree: tuple) -> tuple:
        return tuple(sorted(map(plain, tree)))

    assert all(shape(coloured) == plain(tree) for tree, coloured in coloured_trees(5, "yp", True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("euler", CommonOrder(1, 1)),
        ("heun", CommonOrder(3, 2)),
        ("ralston", CommonOrder(2, 1)),
        ("kutta3", CommonOrder(3, 2)),
        ("rk4", CommonOrder(4, 2)),
        ("rk38", CommonOrder(4, 2)),
        ("gauss4", CommonOrder(MAX_ORDER, MAX_ORDER)),
        ("implicit_midpoint", CommonOrder(MAX_ORDER, MAX_ORDER)),
    ],
)
def test_agreement_of_partner_and_scheme(name: str, expected: CommonOrder) -> None:
    """How far the wrong partner A~ = A goes along with the right one."""
    assert common_order(TABLEAUS[name], TABLEAUS[name].partner, TABLEAUS[name]) == expected


def hamiltonian_error(scheme: Tableau, partner: Tableau, L: int) -> float:
    """Error at T = 1 of the explicit pair on dq/dt = p + sin(q) cos(p), dp/dt = -q - sin(p) cos(q), by its stages."""
    A, beta, _ = scheme.arrays()
    A_tilde, h = partner.arrays()[0], 1 / L
    q, p = 0.4, 0.7

    def fields(Q: np.ndarray, P: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return P + np.sin(Q) * np.cos(P), -Q - np.sin(P) * np.cos(Q)

    for _ in range(L):
        Q, P = np.full(len(beta), q), np.full(len(beta), p)
        for _ in range(25):
            dq, dp = fields(Q, P)
            Q, P = q + h * A @ dq, p + h * A_tilde @ dp
        dq, dp = fields(Q, P)
        q, p = q + h * beta @ dq, p + h * beta @ dp
    return float(np.hypot(q - REFERENCE[0], p - REFERENCE[1]))


def reference() -> tuple[float, float]:
    """The solution at T = 1 by an eighth-order peer."""

    def field(_: float, z: np.ndarray) -> list[float]:
        q, p = z
        return [p + math.sin(q) * math.cos(p), -q - math.sin(p) * math.cos(q)]

    return tuple(solve_ivp(field, (0, 1), [0.4, 0.7], "DOP853", rtol=1e-13, atol=1e-13).y[:, -1])


REFERENCE = reference()


@pytest.mark.parametrize(
    ("scheme", "partner"),
    [
        (RALSTON3, lambda t: t.partner),
        (TABLEAUS["kutta3"], lambda t: t.partner),
        (TABLEAUS["rk4"], lambda t: t.partner),
        (RALSTON3, lambda t: t),
    ],
    ids=["Ralston 3 with its partner", "Kutta 3 with its partner", "RK4 with its partner", "Ralston 3 with itself"],
)
def test_observed_order_of_a_coupled_pair(scheme: Tableau, partner: Callable[[Tableau], Tableau]) -> None:
    """On a coupled system, halving h divides the error by 2^order of the pair."""
    other = partner(scheme)
    errors = [hamiltonian_error(scheme, other, L) for L in (32, 64)]
    expected = order_of_pair(scheme, other, coupled=True)
    assert math.log2(errors[0] / errors[1]) == pytest.approx(expected, abs=SLOPE)


def test_kinds_are_read_each_node_before_its_subtrees() -> None:
    """A tree written by hand, and the number of letters."""
    tree = ("p", (("p", (("y", ()),)), ("y", ())))
    assert uncoloured(tree) == ((((),), ()), "ppyy")

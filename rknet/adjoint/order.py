"""How well a scheme and the scheme of its costates do together, in exact arithmetic.

States follow (A, beta) and costates (A~, beta), (3.24) to (3.26).  Taylor's theorem for such a pair has one term for
each rooted tree whose nodes are of two kinds, "y" where f is differentiated for the state and "p" for the costate
(Hairer, Lubich, Wanner, Geometric Numerical Integration, III.2).  With given controls the states do not see the
costates, and the costate's equation is linear: a node has at most one child "p", and a "y" none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

import sympy

from rknet.checks import flag
from rknet.exact import simplified
from rknet.tableaus import Tableau
from rknet.trees import MAX_ORDER, Tree, density, trees

Coloured = tuple[str, tuple["Coloured", ...]]
"""A rooted tree of nodes of two kinds: the kind of its root, "y" or "p", and its subtrees."""


class CommonOrder(NamedTuple):
    """How fast the gradients by two tableaus of the costates approach each other: the powers of h.

    Attributes
    ----------
    layer
        Of the gradient in one control per layer, (2.12), and of the costates p[l].
    stage
        Of the gradient in the controls of single stages, (2.11), and of p_i.
    """

    layer: int
    stage: int


def order_of_pair(scheme: Tableau, partner: Tableau, *, coupled: bool = False) -> int:
    """Order, up to `rknet.trees.MAX_ORDER`, of states by one scheme and costates by the other with the same weights.

    Parameters
    ----------
    scheme, partner
        (A, beta) of the states and (A~, beta) of the costates.
    coupled
        False for given controls.  True where the controls are functions of state and costate, such as the solution of
        (3.22): then the states see the costates, more trees count, and the order may be lower (Hager 2000).
    """
    coupled, stage_weights = flag("coupled", coupled), weights_of(scheme, partner)
    for nodes in range(1, MAX_ORDER + 1):
        for tree, coloured in coloured_trees(nodes, "yp", coupled):
            weight = _weight(scheme, stage_weights(coloured))
            if simplified(weight - sympy.Rational(1, density(tree))) != 0:
                return nodes - 1
    return MAX_ORDER


def common_order(scheme: Tableau, one: Tableau, other: Tableau) -> CommonOrder:
    """How well two tableaus of the costates agree, for states by the same scheme and given smooth controls.

    Both powers are at most `rknet.trees.MAX_ORDER`; equal tableaus agree for ever.
    """
    first, second = weights_of(scheme, one), weights_of(scheme, other)
    layer = stage = MAX_ORDER
    for nodes in range(MAX_ORDER, 0, -1):
        for _, tree in coloured_trees(nodes, "p", False):
            a, b = first(tree), second(tree)
            stage = nodes - 1 if a != b else stage
            layer = nodes - 1 if _weight(scheme, a) != _weight(scheme, b) else layer
    return CommonOrder(layer, stage)


def coloured_trees(nodes: int, roots: str, coupled: bool) -> Iterator[tuple[Tree, Coloured]]:
    """Every tree with this number of nodes, plain and with its nodes' kinds; the root's kind is one of `roots`."""
    for tree in trees(nodes):
        for root in roots:
            for coloured in sorted(_colourings(tree, root, coupled)):
                yield tree, coloured


def uncoloured(tree: Coloured) -> tuple[Tree, str]:
    """The tree without its nodes' kinds, and these kinds in one word, each node before its subtrees: "ppy"."""
    kind, subtrees = tree
    parts = [uncoloured(subtree) for subtree in subtrees]
    return tuple(plain for plain, _ in parts), kind + "".join(kinds for _, kinds in parts)


@cache
def _colourings(tree: Tree, root: str, coupled: bool) -> frozenset[Coloured]:
    subtrees = [sorted(_colourings(t, "y", coupled) | _colourings(t, "p", coupled)) for t in tree]
    children = {tuple(sorted(choice)) for choice in product(*subtrees)}
    most = len(tree) if coupled else int(root == "p")
    return frozenset((root, choice) for choice in children if sum(kind == "p" for kind, _ in choice) <= most)


def weights_of(scheme: Tableau, partner: Tableau) -> Callable[[Coloured], list[sympy.Expr]]:
    """The elementary weights of a tree at each stage: the product over its subtrees t of sum_j a_ij g_j(t), with A~ for
    the subtrees of kind "p".
    """
    A = {"y": scheme.A, "p": partner.A}

    @cache
    def stage_weights(tree: Coloured) -> list[sympy.Expr]:
        weights = [sympy.S.One] * scheme.stages
        for subtree in tree[1]:
            inner = stage_weights(subtree)
            sums = [sum((a * g for a, g in zip(row, inner, strict=True)), sympy.S.Zero) for row in A[subtree[0]]]
            weights = [simplified(w * total) for w, total in zip(weights, sums, strict=True)]
        return weights

    return stage_weights


def _weight(scheme: Tableau, stage_weights: list[sympy.Expr]) -> sympy.Expr:
    return simplified(sum((w * g for w, g in zip(scheme.beta, stage_weights, strict=True)), sympy.S.Zero))

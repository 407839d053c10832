"""Rooted trees and the order of a scheme, by the conditions of Butcher, one for each tree.

The condition of a tree is that its weight is 1 / its density, and it is checked by exact arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sympy

from rknet.exact import simplified

MAX_ORDER = 5
"""Order conditions are checked up to this order; a scheme of higher order is reported with this one."""

Tree = tuple["Tree", ...]
"""A rooted tree is the tuple of its subtrees; the single node is ``()``."""

Matrix = Sequence[Sequence[sympy.Expr]]


def order_of(A: Matrix, beta: Sequence[sympy.Expr]) -> int:
    """The largest p <= `MAX_ORDER` for which a scheme satisfies the conditions of all trees of at most p nodes."""
    order = 0
    while order < MAX_ORDER and all(_satisfied(A, beta, tree) for tree in trees(order + 1)):
        order += 1
    return order


def _satisfied(A: Matrix, beta: Sequence[sympy.Expr], tree: Tree) -> bool:
    weight = sum((w * g for w, g in zip(beta, _stage_weights(A, tree), strict=True)), sympy.S.Zero)
    return bool(simplified(weight - sympy.Rational(1, density(tree))) == 0)


def _stage_weights(A: Matrix, tree: Tree) -> list[sympy.Expr]:
    """Elementary weights of a tree at each stage: the product over its subtrees t of sum_j a_ij g_j(t)."""
    weights = [sympy.S.One] * len(A)
    for subtree in tree:
        inner = _stage_weights(A, subtree)
        sums = [sum((a * g for a, g in zip(row, inner, strict=True)), sympy.S.Zero) for row in A]
        weights = [simplified(w * total) for w, total in zip(weights, sums, strict=True)]
    return weights


def trees(nodes: int) -> list[Tree]:
    """All rooted trees with the given number of nodes: 1, 1, 2, 4, 9 of them for 1 to 5 nodes."""

    def forests(nodes: int, largest: Tree | None) -> Iterator[Tree]:
        """Non-increasing tuples of trees with `nodes` nodes together, none after `largest`."""
        if nodes == 0:
            yield ()
        for size in range(1, nodes + 1):
            for tree in trees(size):
                if largest is None or (size, tree) <= (size_of(largest), largest):
                    for rest in forests(nodes - size, tree):
                        yield (tree, *rest)

    return list(forests(nodes - 1, None))


def size_of(tree: Tree) -> int:
    """Number of nodes."""
    return 1 + sum(map(size_of, tree))


def density(tree: Tree) -> int:
    """The product of the sizes of a tree and of all trees that hang from its nodes."""
    return size_of(tree) * math.prod(map(density, tree))


class Node(NamedTuple):
    """Where a node is drawn, x across and `level` above the root, and the number of its parent, None at the root."""

    x: float
    level: int
    parent: int | None


def layout(tree: Tree) -> list[Node]:
    """The nodes of a tree for a drawing, each before its subtrees.

    Leaves stand at x = 0, 1, ... from left to right, and a node stands midway between its first and its last subtree.
    """
    nodes: list[Node] = []
    leaves = 0

    def place(tree: Tree, level: int, parent: int | None) -> float:
        nonlocal leaves
        number = len(nodes)
        nodes.append(Node(math.nan, level, parent))
        across = [place(subtree, level + 1, number) for subtree in tree]
        x = (across[0] + across[-1]) / 2 if across else float(leaves)
        leaves += not across
        nodes[number] = Node(x, level, parent)
        return x

    place(tree, 0, None)
    return nodes

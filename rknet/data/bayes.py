"""What is theoretically possible: the best classifier of each point set and its accuracy, the Bayes limit.

A point is labelled before noise moves it, so at a point x several classes have a density g_k(x): that of the clean
points of class k, convolved with the noise.  The best classifier answers with the largest, and its accuracy is the
integral of max_k g_k.  Both are computed by quadrature, without drawing a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, singledispatch
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import chi, ncx2, norm

from rknet.checks import choose, inputs
from rknet.data.points import EDGE, LAWS, Arms, Law, Rings, Squares, Strip

TAILS = 6.0
"""Integrals end this many standard deviations of the noise outside the clean points: 1e-8 of the mass is beyond."""
LINE = 20_001
"""Grid points of an integral along a line."""
NODES = {1: 400, 2: 400, 3: 120}
"""Grid points an axis, by dimension: the limits of the paper's sets change by less than 1e-4 when they are doubled."""
TOLERANCE = 1e-4
"""How far a limit may be off, whatever the noise is; where a rule is too coarse for that, the law is refused."""
CERTAIN = 1e-9
"""Arms that noise confuses more rarely than this are told apart always."""
ARM = 192
"""Quadrature points on an arm, or on each piece of one where the noise is small."""
STEP = 1.35
"""Largest step between these points in standard deviations of the noise for which an arm is one piece; in pieces the
largest step is 1, and the relative error of a density below 1e-3."""
PIECES = 64
"""Most pieces of an arm."""

Array = NDArray[np.float64]


def probability(law: str | Law, X: ArrayLike) -> Array:
    """Probability of each class given the noisy point: shape (N, classes) for X (N, d).

    Its largest entry is the best possible answer.  Far outside, where every density underflows, all classes are equal.
    """
    law = _law(law)
    g = densities(law, inputs("X", X, law.d).astype(np.float64))
    total = g.sum(axis=1, keepdims=True)
    return np.divide(g, total, out=np.full_like(g, 1 / law.classes), where=total > 0)


def accuracy(law: str | Law) -> float:
    """The Bayes limit: the accuracy of the best classifier, as a fraction.

    ValueError for a law without noise or with noise too small to be told from none, or for squares of more dimensions
    than `NODES` knows.
    """
    law = _law(law)
    found = _accuracy(law)
    if not 1 / law.classes - TOLERANCE <= found <= 1 + TOLERANCE:
        raise _too_little(law, "a quadrature of its limit")
    return min(found, 1.0)


def _too_little(law: Law, purpose: str, least: float | None = None) -> ValueError:
    bound = "more noise" if least is None else f"noise >= {least:.3g}"
    return ValueError(
        f"law: must have {bound} for {purpose}, got noise = {law.noise:g}; without noise every point can be classified"
    )


def _law(law: str | Law) -> Law:
    law = choose("law", law, LAWS) if not isinstance(law, Law) else law
    if law.noise == 0:
        raise ValueError("law: must have noise > 0, got noise = 0; without noise every point can be classified")
    return law


@singledispatch
def densities(law: Law, X: Array) -> Array:
    """The densities g_k at points X (N, d): shape (N, classes), their sum integrates to 1."""
    raise ValueError(f"law: must be a strip, rings, squares or arms, got {type(law).__name__}; register its densities")


@densities.register
def _(law: Strip, X: Array) -> Array:
    x, s = X[:, 0], law.noise
    inside = _interval(x, -1, 1, s) / (2 * EDGE)
    everywhere = _interval(x, -EDGE, EDGE, s) / (2 * EDGE)
    across = norm.pdf(X[:, 1], scale=np.hypot(1, s))
    return np.stack([inside, everywhere - inside], axis=1) * across[:, None]


@densities.register
def _(law: Rings, X: Array) -> Array:
    """Clean and noisy point are jointly normal, so the clean norm given x is a noncentral chi variable."""
    r2, variance = (X**2).sum(axis=1), law.spread**2 + law.noise**2
    shrink = law.spread**2 / variance
    conditional = law.noise**2 * shrink
    edges = np.array([*law.inner, np.inf])[:, None]
    below = ncx2.cdf(edges**2 / conditional, law.d, shrink**2 * r2 / conditional)
    density = np.exp(-r2 / (2 * variance)) / (2 * np.pi * variance) ** (law.d / 2)
    return (np.diff(below, axis=0) * density).T


@densities.register
def _(law: Squares, X: Array) -> Array:
    sides = _sides(X, law.noise)
    g = np.zeros((len(X), law.classes))
    for pattern, k in enumerate(law.table):
        g[:, k] += np.prod([sides[pattern >> j & 1, :, j] for j in range(law.d)], axis=0)
    return g


@densities.register
def _(law: Arms, X: Array) -> Array:
    """Normal densities around the arms, integrated over phi = 2 pi sqrt(u) by Gauss-Legendre quadrature.

    ValueError if the noise is so small that `PIECES` pieces of an arm are too few.
    """
    pieces = _pieces(law)
    if pieces > PIECES:
        raise _too_little(law, "the densities of its arms", law.noise * pieces / PIECES)
    phi, weights = _along_an_arm(pieces)
    weights = weights * phi / (2 * np.pi)
    centres, s = law.scale * law.arms(phi), law.scale * law.noise
    g = np.empty((len(X), law.classes))
    for rows in np.array_split(np.arange(len(X)), max(1, len(X) * pieces // 4096)):
        for k, arm in enumerate(centres):
            distance2 = sum((X[rows, j, None] - arm[:, j]) ** 2 for j in range(law.d))
            g[rows, k] = np.exp(-distance2 / (2 * s**2)) @ weights
    return g / (law.classes * (2 * np.pi * s**2) ** (law.d / 2))


def _along_an_arm(pieces: int) -> tuple[Array, Array]:
    """Nodes and weights in 0 <= phi <= 2 pi, `ARM` in each piece."""
    nodes, weights = _nodes()
    phi = 2 * np.pi / pieces * (np.arange(pieces)[:, None] + (nodes + 1) / 2)
    return phi.ravel(), np.tile(weights / pieces, pieces)


@cache
def _nodes() -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights in [-1, 1], `ARM` of them."""
    nodes, weights = np.polynomial.legendre.leggauss(ARM)
    return nodes, weights


def _pieces(law: Arms) -> int:
    """How many pieces of an arm make its quadrature as fine as the noise asks for."""
    phi, _ = _along_an_arm(1)
    steps = np.linalg.norm(np.diff(law.arms(phi), axis=1), axis=2)
    ratio = steps.max() / law.noise
    return 1 if ratio <= STEP else int(np.ceil(ratio))


def _confused(law: Arms) -> float:
    """A bound for the error of the best classifier: that noise carries a point half the way to the other arm.

    Nearer points than those that are sampled are not nearer by more than one step between them.
    """
    arms = law.arms(np.linspace(0, 2 * np.pi, 2000))
    step = np.linalg.norm(np.diff(arms, axis=1), axis=2).max()
    apart = cKDTree(arms[1]).query(arms[0])[0].min() - step
    return float(chi(law.d, scale=law.noise).sf(max(apart, 0) / 2))


def _interval(x: Array, low: float, high: float, s: float) -> Array:
    """Probability that x minus noise of standard deviation s lies between low and high."""
    return np.asarray(norm.cdf((high - x) / s) - norm.cdf((low - x) / s))


def _sides(X: Array, s: float) -> Array:
    """Density of each coordinate from the negative and the positive side: shape (2, N, d)."""
    return np.stack([_interval(X, -EDGE, 0, s), _interval(X, 0, EDGE, s)]) / (2 * EDGE)


@cache
def _accuracy(law: Law) -> float:
    if isinstance(law, Rings):
        return _accuracy_of_rings(law)
    if isinstance(law, Strip):
        x = _line(-EDGE - TAILS * law.noise, EDGE + TAILS * law.noise, (-EDGE, -1, 1, EDGE), law.noise)
        best = densities(law, np.column_stack([x, np.zeros_like(x)])).max(axis=1)
        return float(np.trapezoid(best, x)) * float(np.sqrt(2 * np.pi) * np.hypot(1, law.noise))
    if isinstance(law, Arms) and (confused := _confused(law)) < CERTAIN:
        return 1 - confused
    return _accuracy_on_grid(law)


def _line(low: float, high: float, edges: Sequence[float], s: float) -> Array:
    """Points of an integral along a line; more of them near the edges where noise s is small beside their distance."""
    x = np.linspace(low, high, LINE)
    if s > 10 * (x[1] - x[0]):
        return x
    near = [edge + s * np.linspace(-TAILS, TAILS, LINE // 50) for edge in edges]
    return np.unique(np.clip(np.concatenate([x, *near]), low, high))


def _accuracy_of_rings(law: Rings) -> float:
    """The Bayes limit of rings, computed from the radius, which is chi distributed."""
    radius = chi(law.d, scale=np.hypot(law.spread, law.noise))
    r = _line(0, radius.isf(1e-12), law.inner[1:], law.noise)
    along = np.zeros((len(r), law.d))
    along[:, 0] = r
    g = densities(law, along)
    total = g.sum(axis=1)
    best = np.divide(g.max(axis=1), total, out=np.ones_like(total), where=total > 0)
    return float(np.trapezoid(best * radius.pdf(r), r))


def _accuracy_on_grid(law: Law) -> float:
    """The Bayes limit by a product rule, one slice across the first axis at a time."""
    if law.d not in NODES:
        raise ValueError(
            f"law: must have at most {max(NODES)} dimensions for a product rule, got d = {law.d}; average the largest "
            f"`probability` of the points of a draw instead"
        )
    (first, first_weights), *rest = _product_rule(law)
    # A line has nothing across: one point without coordinates, of weight 1.
    across, weights = np.zeros((1, 0)), np.ones(1)
    if rest:
        across = np.stack(np.meshgrid(*(nodes for nodes, _ in rest), indexing="ij"), axis=-1).reshape(-1, law.d - 1)
        grid = np.stack(np.meshgrid(*(w for _, w in rest), indexing="ij"), axis=-1)
        weights = grid.reshape(-1, law.d - 1).prod(axis=1)
    best = [densities(law, np.column_stack([np.full(len(across), x), across])).max(axis=1) @ weights for x in first]
    return float(best @ first_weights)


def _product_rule(law: Law) -> list[tuple[Array, Array]]:
    """Nodes and weights on each axis of a box that holds the points."""
    n, s = NODES[law.d], law.noise * law.scale
    reach = TAILS * s
    if isinstance(law, Arms):
        curve = law.scale * law.arms(np.linspace(0, 2 * np.pi, 1000)).reshape(-1, law.d)
        box = list(zip(curve.min(axis=0) - reach, curve.max(axis=0) + reach, strict=True))
        widest = max(b - a for a, b in box) / n
        if widest > s:
            raise _too_little(law, "a grid that is as fine", law.noise * widest / s)
        return [_midpoints(a, b, n) for a, b in box]
    # Squares are decided at 0, and the integrand is smooth on either side; with little noise all happens there and at
    # the edges.
    ends = [0.0, EDGE + reach]
    if 4 * reach < EDGE:
        ends[1:1] = [reach, EDGE - reach]
    panels = [_gauss(a, b, n // (2 * (len(ends) - 1))) for a, b in pairwise(ends)]
    half, weights = (np.concatenate(parts) for parts in zip(*panels, strict=True))
    return [(np.concatenate([-half, half]), np.tile(weights, 2))] * law.d


def _gauss(low: float, high: float, n: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    width = high - low
    return low + width * (nodes + 1) / 2, width * weights / 2


def _midpoints(low: float, high: float, n: int) -> tuple[Array, Array]:
    width = (high - low) / n
    return low + width * (np.arange(n, dtype=np.float64) + 0.5), np.full(n, width, dtype=np.float64)

"""Numbers of a trained net that its record does not hold: how its flow, its features and its answers look.

They need the net, so they are measured once and kept, with the hash of the weights, beside the records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.spatial import cKDTree
from scipy.stats import spearmanr

from rknet.data import bayes
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.schemes import one
from rknet.study.cache import cached_fit, trained
from rknet.study.configuration import Configuration, seeds_of

Array = NDArray[np.float64]

NEIGHBOURS = 20
"""Points that make a neighbourhood, out of 1500."""


class TrainedRun:
    """A configuration and a seed, with the trained net, or one that is given, and its validation points."""

    def __init__(self, configuration: Configuration, seed: int, net: Net | None = None) -> None:
        self.configuration, self.seed = configuration, seed
        self.net: Net = net or trained(configuration, seed)[0]
        self.points: PointSet = configuration.points(seed)[1]

    def flow(self, points: PointSet | None = None) -> Array:
        """The states of all layers, (L+1, N, d_hat), of its validation points or of others."""
        return self.net.flow((points or self.points).X).astype(np.float64)


# ---------------------------------------------------------------- the flow


def log2_squeeze(run: TrainedRun) -> float:
    """log2 of the smallest singular value of the flow's Jacobian over 200 validation points."""
    jacobian = torch.func.vmap(torch.func.jacrev(lambda x: run.net.states(x[None])[-1, 0]))
    values = torch.linalg.svdvals(jacobian(torch.from_numpy(run.points.X[:200])).detach().double())
    return float(np.log2(values.min().item()))


def detour(run: TrainedRun) -> float:
    """Length of a trajectory over the distance of its ends: median over the points."""
    flow = run.flow()
    length = np.linalg.norm(np.diff(flow, axis=0), axis=2).sum(axis=0)
    return float(np.median(length / np.linalg.norm(flow[-1] - flow[0], axis=1)))


def adaptive_evaluations(run: TrainedRun) -> float:
    """Evaluations of the right-hand side by an adaptive solver, SciPy's RK45, for the flow of 200 validation points.

    The controls are linear in time between those of neighbouring layers.
    """
    net, N = run.net, 200
    h, Y = one(run.configuration.h), net.flow(run.points.X[:N]).astype(np.float64)[0]
    K, b = (p.detach().numpy().astype(np.float64) for p in (net.K, net.b))
    last = len(K) - 1
    activation = net.sigma

    def rightside(t: float, y: Array) -> Array:
        l = min(int(t / h), last)
        share, after = t / h - l, min(l + 1, last)
        Kt, bt = (1 - share) * K[l] + share * K[after], (1 - share) * b[l] + share * b[after]
        return activation(torch.from_numpy(y.reshape(N, -1) @ Kt.T + bt)).numpy().ravel()

    return float(solve_ivp(rightside, (0, h * len(K)), Y.ravel(), rtol=1e-4, atol=1e-4).nfev)


def opposite_sides(run: TrainedRun) -> float:
    """Percent of the points that end on the side of their class, seen from the plane that the lift maps to.

    For d_hat = d + 1.  The side of a class is that of its mean; 0 if two classes lie on one side.
    """
    first, last = run.flow()[[0, -1]]
    normal = np.linalg.svd(first - first.mean(axis=0), full_matrices=True)[2][-1]
    height = (last - first.mean(axis=0)) @ normal
    sides = np.array([np.sign(height[run.points.c == k].mean()) for k in (0, 1)])
    return 0.0 if sides[0] == sides[1] else 100 * float((np.sign(height) == sides[run.points.c]).mean())


# ---------------------------------------------------------------- features


def spread(Y: Array) -> float:
    """Root mean square distance of features Y (N, d_hat) from their centre."""
    return float(np.sqrt(((Y - Y.mean(axis=0)) ** 2).sum(axis=1).mean()))


def final_spread(run: TrainedRun) -> float:
    """Spread in the output layer, in percent of that of the lifted input."""
    flow = run.flow()
    return 100 * spread(flow[-1]) / spread(flow[0])


def spread_before_training(run: TrainedRun) -> float:
    """`final_spread` of the same net before training."""
    return spread_with_weights(run, 1)


def spread_with_larger_weights(run: TrainedRun) -> float:
    """`final_spread` of the same net before training, its weights K five times as large."""
    return spread_with_weights(run, 5)


def spread_with_weights(run: TrainedRun, factor: float) -> float:
    """`final_spread` of the same net before training, its weights K times a factor."""
    net = run.configuration.network(run.seed)
    with torch.no_grad():
        net.K.mul_(factor)
    return final_spread(TrainedRun(run.configuration, run.seed, net))


def final_norm(run: TrainedRun) -> float:
    """Root mean square norm in the output layer, in percent of that of the lifted input."""
    norms = np.sqrt((run.flow() ** 2).sum(axis=2).mean(axis=1))
    return 100 * float(norms[-1] / norms[0])


def vanishing_layer(run: TrainedRun) -> float:
    """The first layer whose spread is below 1 % of that of the lifted input; L + 1 if there is none."""
    spreads = np.array([spread(Y) for Y in run.flow()])
    return float(np.argmax([*(spreads < 0.01 * spreads[0]), True]))


def variance_outside_plane(run: TrainedRun) -> float:
    """Percent of the features' variance outside the lifted inputs' subspace: the largest of layers 1 to 5."""
    flow = run.flow()[:6]
    basis = np.linalg.svd(flow[0], full_matrices=False)[2][: run.net.d]
    shares = []
    for Y in flow[1:] - flow[1:].mean(axis=1, keepdims=True):
        shares.append(100 * (1 - ((Y @ basis.T) ** 2).sum() / (Y**2).sum()))
    return float(max(shares))


def variance_gained_outside(run: TrainedRun) -> float:
    """`variance_outside_plane` less that of the same net before training, in points."""
    before = TrainedRun(run.configuration, run.seed, run.configuration.network(run.seed))
    return variance_outside_plane(run) - variance_outside_plane(before)


def separability(run: TrainedRun) -> float:
    """How much of the labels the output features explain: see `explained`."""
    return explained(run.flow()[-1], run.points.c)


def separability_gain(run: TrainedRun) -> float:
    """`separability` less the same of the lifted input."""
    return separability(run) - explained(run.flow()[0], run.points.c)


def explained(Y: Array, c: NDArray[np.int64]) -> float:
    """Percent of the variance of labels c (N,), one-hot, that an affine function of features Y (N, n) explains."""
    labels = np.eye(c.max() + 1)[c]
    return 100 * (spread(_fitted(Y, labels)) / spread(labels)) ** 2


def _fitted(Y: Array, target: Array) -> Array:
    """The affine function of features Y (N, d_hat) that fits a target best."""
    Y = np.column_stack([Y, np.ones(len(Y))])
    return Y @ np.linalg.lstsq(Y, target, rcond=1e-6)[0]


def height_follows_radius(run: TrainedRun) -> float:
    """Rank correlation, absolute, of the input's radius and the output's height along W_1 - W_2."""
    W = run.net.W.detach().numpy().astype(np.float64)
    return _rank(run.flow()[-1] @ (W[0] - W[1]), run)


def radius_in_features(run: TrainedRun) -> float:
    """Rank correlation, absolute, of the input's radius and the affine function of the features that fits it best."""
    return _rank(_fitted(run.flow()[-1], np.linalg.norm(run.points.X, axis=1).astype(np.float64)), run)


def radius_along_first_axis(run: TrainedRun) -> float:
    """Rank correlation, absolute, of the input's radius and the first principal component of the output features."""
    return _rank(principal(run.flow()[-1], 1)[:, 0], run)


def principal(Y: Array, n: int) -> Array:
    """The first n principal components of features Y (N, d_hat)."""
    Y = Y - Y.mean(axis=0)
    return Y @ np.linalg.svd(Y, full_matrices=False)[2][:n].T


def hollowness(run: TrainedRun) -> float:
    """First percentile of the distances to the centre over their median, in the plane of two principal components."""
    low, median = np.percentile(np.linalg.norm(principal(run.flow()[-1], 2), axis=1), [1, 50])
    return 100 * float(low / median)


def same_class_by_angle(run: TrainedRun) -> float:
    """Percent of the points whose neighbour by angle about the centre, in that plane, has the same class."""
    x, y = principal(run.flow()[-1], 2).T
    c = run.points.c[np.argsort(np.arctan2(y, x))]
    return 100 * float((c == np.roll(c, 1)).mean())


def cornered(run: TrainedRun) -> float:
    """Mean of the lesser coordinate, absolute, over the root mean square of y, in percent of the inputs', for d = 2.

    y are the output features in the plane, turned and scaled so that they fit the inputs best (orthogonal Procrustes).
    """
    X = run.points.X.astype(np.float64)
    Y = run.flow()[-1]
    Y = Y - Y.mean(axis=0)
    U, _, V = np.linalg.svd(Y.T @ (X - X.mean(axis=0)), full_matrices=False)
    return 100 * _corner(Y @ U @ V) / _corner(X - X.mean(axis=0))


def _corner(Y: Array) -> float:
    return float(np.abs(Y).min(axis=1).mean() / np.sqrt((Y**2).mean()))


def _rank(height: Array, run: TrainedRun) -> float:
    return abs(float(spearmanr(height, np.linalg.norm(run.points.X, axis=1)).statistic))


def local_dimension(run: TrainedRun) -> float:
    """Dimension of the output features nearby: 1 along a string, 2 on a surface; median over the points.

    The participation ratio (sum of the variances)^2 / sum of their squares, along the principal axes of the
    `NEIGHBOURS` nearest features.
    """
    Y = run.flow()[-1]
    near = Y[cKDTree(Y).query(Y, NEIGHBOURS)[1]]
    near = near - near.mean(axis=1, keepdims=True)
    variances = np.linalg.svd(near, compute_uv=False) ** 2
    total = (variances**2).sum(axis=1)
    ratio = np.divide(variances.sum(axis=1) ** 2, total, out=np.ones_like(total), where=total > 0)
    return float(np.median(ratio))


def alignment(one: TrainedRun, other: TrainedRun) -> float:
    """Linear CKA of two nets' output features on the first's points: 1 for features equal up to a similarity."""
    A, B = (run.flow(one.points)[-1] for run in (one, other))
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    return float(((A.T @ B) ** 2).sum() / np.linalg.norm(A.T @ A) / np.linalg.norm(B.T @ B))


# ---------------------------------------------------------------- answers


def agreement(one: TrainedRun, other: TrainedRun) -> float:
    """Percent of the first's validation points to which two nets give the same class."""
    return 100 * float((one.net.predict(one.points.X) == other.net.predict(one.points.X)).mean())


def agreement_with_bayes(run: TrainedRun) -> float:
    """Percent of the validation points to which the net and the best possible classifier give the same class."""
    best = bayes.probability(run.configuration.data, run.points.X).argmax(axis=1)
    return 100 * float((run.net.predict(run.points.X) == best).mean())


def tail(run: TrainedRun) -> float:
    """Percent of the circle of radius 2.5 that the net gives to the class of the disc."""
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    circle = 2.5 * np.column_stack([np.cos(angle), np.sin(angle)])
    return 100 * float((run.net.predict(circle) == 0).mean())


def cost_of_fixing_classifier(run: TrainedRun) -> float:
    """Validation accuracy of the net less that of one whose W and mu stay as they were drawn, in points."""
    configuration = run.configuration
    order = seeds_of(run.seed)["order"]
    train, validation = configuration.points(run.seed)
    fixed = configuration.network(run.seed, train_classifier=False)
    history = cached_fit(fixed, train, validation, configuration.protocol, seed=order)
    usual = trained(configuration, run.seed)[1]
    return 100 * float(usual.val_accuracy[-1] - history.val_accuracy[-1])


# ---------------------------------------------------------------- what can be measured


@dataclass(frozen=True)
class Measurement:
    """A function of trained runs, its name in words and its unit.

    `pairs` says whose: None for one run, ``"rows"`` for two rows of one seed, ``"seeds"`` for an even seed and the next
    one of the same row, so that pairs are independent.
    """

    of: Callable[..., float]
    words: str
    unit: str = "%"
    pairs: str | None = None


MEASUREMENTS: dict[str, Measurement] = {
    "log2_squeeze": Measurement(log2_squeeze, "log2 of the hardest squeeze", ""),
    "detour": Measurement(detour, "detour of the trajectories", ""),
    "adaptive_evaluations": Measurement(adaptive_evaluations, "number of evaluations by an adaptive solver", ""),
    "opposite_sides": Measurement(opposite_sides, "share of points on the side of their class"),
    "spread_before_training": Measurement(spread_before_training, "spread of the output features before training"),
    "spread_with_larger_weights": Measurement(
        spread_with_larger_weights, "spread of the output features before training, K five times as large"
    ),
    "hollowness": Measurement(hollowness, "emptiness of the middle of the features"),
    "same_class_by_angle": Measurement(same_class_by_angle, "share of neighbours by angle with the same class"),
    "cornered": Measurement(cornered, "smaller coordinate of the features relative to that of the inputs"),
    "radius_along_first_axis": Measurement(
        radius_along_first_axis, "rank correlation of first principal component and radius", ""
    ),
    "final_spread": Measurement(final_spread, "spread of the output features"),
    "final_norm": Measurement(final_norm, "norm of the output features"),
    "vanishing_layer": Measurement(vanishing_layer, "layer at which the features have vanished", "layers"),
    "variance_outside_plane": Measurement(variance_outside_plane, "share of the variance outside the input's plane"),
    "variance_gained_outside": Measurement(
        variance_gained_outside, "share of the variance outside the input's plane gained by training", "points"
    ),
    "separability": Measurement(separability, "share of the labels explained by the features"),
    "separability_gain": Measurement(
        separability_gain, "gain in the share of the labels explained by the features", "points"
    ),
    "height_follows_radius": Measurement(height_follows_radius, "rank correlation of height and radius", ""),
    "radius_in_features": Measurement(radius_in_features, "rank correlation of best coordinate and radius", ""),
    "local_dimension": Measurement(local_dimension, "local dimension of the features", ""),
    "alignment": Measurement(alignment, "similarity of the features", "", "rows"),
    "alignment_with_next": Measurement(alignment, "similarity of the features of two seeds", "", "seeds"),
    "agreement": Measurement(agreement, "share of points classified alike", "%", "rows"),
    "agreement_with_next": Measurement(agreement, "share of points classified alike by two seeds", "%", "seeds"),
    "agreement_with_bayes": Measurement(agreement_with_bayes, "share of points classified as by the best classifier"),
    "tail": Measurement(tail, "share of the circle through the ring given to the disc"),
    "cost_of_fixing_classifier": Measurement(
        cost_of_fixing_classifier, "loss of accuracy by fixing W and mu", "points"
    ),
}
"""What a claim can ask of trained nets, by name."""

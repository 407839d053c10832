"""Data sets of the study that are not the paper's: three small real ones, and a ball in twenty dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets

from rknet.checks import choose
from rknet.data.points import Law, PointSet, Rings, Sample

LOADERS: dict[str, Callable[..., Any]] = {
    "breast_cancer": datasets.load_breast_cancer,
    "wine": datasets.load_wine,
    "digits": datasets.load_digits,
}
"""The real sets that scikit-learn ships, by name."""


@cache
def rows(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """X (N, d) and c (N,) of a real set; columns have mean 0 and standard deviation 1, constant ones are 0."""
    X, c = choose("name", name, LOADERS)(return_X_y=True)
    spread = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1), c.astype(np.int64)


@dataclass(frozen=True)
class Shipped(Law):
    """The rows of a real set: a draw takes some of them, without replacement, and `rest` the others.

    ValueError for more rows than there are.
    """

    d: int
    classes: int
    noise: float = 0.0
    name: str = ""

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """See `Law`."""
        X, c = rows(self.name)
        if len(X) < N:
            raise ValueError(f"N: must be at most the {len(X)} rows of {self.name}, got {N}; draw fewer")
        chosen = rng.permutation(len(X))[:N]
        return X[chosen], c[chosen]

    def rest(self, N: int, seed: int) -> PointSet:
        """The rows that a draw of N rows with this seed leaves."""
        X, c = rows(self.name)
        left = np.random.default_rng(seed).permutation(len(X))[N:]
        return PointSet(X[left].astype(np.float32), c[left], self.classes)


def shipped(name: str) -> Shipped:
    """A real set as a law."""
    X, c = rows(name)
    return Shipped(X.shape[1], int(c.max()) + 1, name=name)


BALL = Rings(20, 2, inner=(0.0, 4.4))
"""Normal points in twenty dimensions, class 0 inside a sphere that holds about half of them."""


def sets_of_many_features() -> Mapping[str, Law]:
    """The laws of the experiment study-features, by name."""
    return {**{name: shipped(name) for name in LOADERS}, "ball_20D": BALL}

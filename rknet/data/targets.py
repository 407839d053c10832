"""Samples with targets, for regression: what `rknet.data.points.PointSet` is for classification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rknet.checks import assign, inputs
from rknet.data.points import Points, PointSet, in_float32, weights_of
from rknet.equality import ByValue


@dataclass(frozen=True, eq=False)
class TargetSet(ByValue):
    """Samples with targets: X (N, d) float32, c (N, outputs) float32, in the place of the labels of a `PointSet`.

    A net trains on them with as many outputs, its logits W y[L] + mu, and with the loss ``"mean_square"``; what its
    history calls accuracy is then R^2, the coefficient of determination.

    Attributes
    ----------
    weights
        Weights >= 0 of the samples, (N,), of which only the ratios count; None where all are alike.

    Raises
    ------
    ValueError
        If X or c is empty, not finite or not two-dimensional, or their lengths or that of the weights differ.
    """

    X: NDArray[np.float32]
    c: NDArray[np.float32]
    weights: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        assign(self, X=in_float32("X", self.X), c=in_float32("c", self.c))
        self._check_lengths("c")
        assign(self, weights=weights_of("weights", self.weights, len(self.X)))

    @property
    def d(self) -> int:
        """Dimension of the samples."""
        return self.X.shape[1]

    @property
    def classes(self) -> int:
        """Number of outputs, which a net has in the place of classes."""
        return self.c.shape[1]

    def check(self, argument: str, d: int, classes: int) -> None:
        """ValueError unless the samples, whose arrays may have been changed, are for nets of d and as many outputs."""
        inputs(f"{argument}.X", self.X)
        inputs(f"{argument}.c", self.c)
        self._check_lengths(f"{argument}.c")
        weights_of(f"{argument}.weights", self.weights, len(self.X))
        if self.d != d or self.classes != classes:
            raise ValueError(
                f"{argument}: must fit the net, d = {d} and {classes} outputs, got d = {self.d} and "
                f"{self.classes} targets; build the net with d={self.d}, classes={self.classes}"
            )

    def _check_lengths(self, argument: str) -> None:
        if len(self.c) != len(self.X):
            raise ValueError(
                f"{argument}: must have a row per sample, {len(self.X)}, got {len(self.c)}; pass one for each"
            )

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> TargetSet:
        return TargetSet(self.X[rows], self.c[rows], None if self.weights is None else self.weights[rows])


Array = NDArray[Any]

SampleSet = PointSet | TargetSet
"""What a net is trained on."""

Samples: TypeAlias = "Points | TargetSet"
"""What `rknet.fit` takes: one of them, or a pair of samples X (N, d) and labels c (N,)."""


def sample_set(argument: str, given: Samples, d: int, classes: int) -> SampleSet:
    """The samples that are given, for nets of d and so many classes or outputs; ValueError for any other."""
    if not isinstance(given, TargetSet):
        return PointSet.of(argument, given, d, classes)
    given.check(argument, d, classes)
    return given

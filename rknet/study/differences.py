"""Whether one of two nets is better, worse or the same, by repetitions of both: the rule of the outlook's pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from rknet.checks import array, positive, whole

LEVEL = 0.95
"""Confidence of all intervals of a page together."""


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, and its interval.

    Attributes
    ----------
    mean, low, high
        The mean and the ends of the interval.
    margin
        A difference smaller than this does not matter.
    pairs
        Number of repetitions.
    """

    mean: float
    low: float
    high: float
    margin: float
    pairs: int

    @property
    def verdict(self) -> str:
        """The same for an interval within the margin, else better or worse for one without 0, else undecided."""
        if -self.margin < self.low and self.high < self.margin:
            return "the same"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "undecided"

    def __str__(self) -> str:
        return f"{self.mean:+.1f} ({self.low:+.1f} to {self.high:+.1f}): {self.verdict}"


def difference(one: ArrayLike, other: ArrayLike, *, margin: float, comparisons: int = 1) -> Difference:
    """The mean of one - other, with the interval of Student's t for the paired differences.

    Parameters
    ----------
    one, other
        A number for each repetition, (N,), such as accuracies in percent; the same repetitions in the same order.
    margin
        See `Difference`.
    comparisons
        How many intervals the page shows: each has the confidence 1 - 0.05 / comparisons (Bonferroni).

    Raises
    ------
    ValueError
        Unless both are of one length, at least 4, and finite.
    """
    a, b = (np.asarray(array(name, values), np.float64) for name, values in (("one", one), ("other", other)))
    if a.ndim != 1 or a.shape != b.shape or len(a) < 4 or not np.isfinite([a, b]).all():
        raise ValueError(
            f"other: must be as many finite numbers as one, at least 4, got {a.shape} and {b.shape}; "
            f"pass a number for each repetition"
        )
    margin, comparisons = positive("margin", margin), whole("comparisons", comparisons)
    apart = a - b
    reach = stats.t.ppf(1 - (1 - LEVEL) / comparisons / 2, len(a) - 1) * apart.std(ddof=1) / np.sqrt(len(a))
    mean = float(apart.mean())
    return Difference(mean, float(mean - reach), float(mean + reach), margin, len(a))

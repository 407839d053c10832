"""The study's statistics: tests against a margin, their power, and what is shown beside them.

`differences` are always paired: one number per seed, A - B, in points.  Tables of scores have seeds on axis 0 and the
data sets, or other strata, on axis 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rknet.checks import whole

Array = NDArray[np.float64]
Interval = tuple[float, float]

LOOKS = 3
"""How often the study is looked at: after each stage."""

LEVEL = 0.05 / LOOKS
"""The level of each look."""

RESAMPLES = 2000
"""Bootstrap samples of what is shown beside the tests."""


@dataclass(frozen=True)
class Effect:
    """A mean of paired differences.

    Attributes
    ----------
    n, mean, sd
        Number of seeds, mean and standard deviation (with n - 1); the latter is not a number for a single seed.
    """

    n: int
    mean: float
    sd: float

    @property
    def size(self) -> float:
        """The mean over the standard deviation: Cohen's d of paired differences."""
        return self.mean / self.sd if self.sd > 0 else float("nan")

    def above(self, bound: float) -> float:
        """The p value of "the mean is at most `bound`", by Student's t; 1 for a single seed."""
        if self.n < 2:
            return 1.0
        if self.sd == 0:
            return float(self.mean <= bound)
        t = (self.mean - bound) / (self.sd / np.sqrt(self.n))
        return float(stats.t.sf(t, self.n - 1))

    def below(self, bound: float) -> float:
        """The p value of "the mean is at least `bound`"."""
        return Effect(self.n, -self.mean, self.sd).above(-bound)

    def within(self, margin: float) -> float:
        """The p value of "the mean is at least `margin` in absolute value": two one-sided tests."""
        return max(self.below(margin), self.above(-margin))

    def outside(self, margin: float) -> float:
        """The p value of "the mean is at most `margin` in absolute value", with Bonferroni's factor for two sides."""
        return min(1.0, 2 * min(self.above(margin), self.below(-margin)))

    def power_above(self, n: int, bound: float, level: float = LEVEL) -> float:
        """Probability that n seeds of this mean and spread show "the mean is above `bound`"."""
        return power_above(n, self.mean, self.sd, bound, level)

    def power_below(self, n: int, bound: float, level: float = LEVEL) -> float:
        """The same for "the mean is below `bound`"."""
        return power_above(n, -self.mean, self.sd, -bound, level)

    def power_within(self, n: int, margin: float) -> float:
        """The same for "the mean is less than `margin` in absolute value"."""
        return power_within(n, self.mean, self.sd, margin)

    def power_outside(self, n: int, margin: float, level: float = LEVEL) -> float:
        """The same for "the mean is more than `margin` in absolute value", with Bonferroni's factor for two sides."""
        return max(self.power_above(n, margin, level / 2), self.power_below(n, -margin, level / 2))

    def interval(self, level: float = 1 - LEVEL) -> Interval:
        """Student's interval for the mean; without end for a single seed."""
        if self.n < 2:
            return -np.inf, np.inf
        half = float(stats.t.ppf((1 + level) / 2, self.n - 1)) * self.sd / np.sqrt(self.n)
        return self.mean - half, self.mean + half


def effect(differences: ArrayLike) -> Effect:
    """The effect that differences (n,) show.  ValueError unless there is one, and all are finite."""
    D = np.asarray(differences, dtype=np.float64)
    if D.ndim != 1 or not len(D) or not np.isfinite(D).all():
        raise ValueError(f"differences: must be finite numbers, one per seed, got {D}; leave out other seeds")
    return Effect(len(D), float(D.mean()), float(D.std(ddof=1)) if len(D) > 1 else float("nan"))


# ---------------------------------------------------------------- power


def power_above(n: int, mean: float, sd: float, bound: float, level: float = LEVEL) -> float:
    """Probability that n normal differences show a mean above a bound: Student's t, not central."""
    if sd == 0:
        return float(mean > bound)
    shift = (mean - bound) / (sd / np.sqrt(n))
    return float(stats.nct.sf(stats.t.isf(level, n - 1), n - 1, shift))


def power_within(n: int, mean: float, sd: float, margin: float, level: float = LEVEL) -> float:
    """Probability that n normal differences show a mean within a margin: an integral over the sd that is seen."""
    if sd == 0:
        return float(abs(mean) < margin)
    grid = (np.arange(2000) + 0.5) / 2000
    seen = sd * np.sqrt(stats.chi2.ppf(grid, n - 1) / (n - 1))
    half = margin - stats.t.isf(level, n - 1) * seen / np.sqrt(n)
    inside = stats.norm.cdf((half - mean) * np.sqrt(n) / sd) - stats.norm.cdf((-half - mean) * np.sqrt(n) / sd)
    return float(np.where(half > 0, inside, 0.0).mean())


def seeds_needed(power: Callable[[int], float], wanted: float = 0.9, most: int = 24, least: int = 2) -> int | None:
    """The smallest number of seeds with a power, or None if that is more than the most."""
    return next((n for n in range(whole("least", least, 2), most + 1) if power(n) >= wanted), None)


# ---------------------------------------------------------------- beside the tests


def interquartile_mean(scores: ArrayLike) -> float:
    """The mean of the middle half of all scores, whichever seed and stratum they are of."""
    return float(stats.trim_mean(np.asarray(scores, dtype=np.float64).reshape(-1), 0.25))


def stratified_bootstrap(
    statistic: Callable[[Array], float], scores: ArrayLike, level: float = 0.95, seed: int = 0
) -> Interval:
    """Percentiles of a statistic of scores (seeds, strata), with the seeds of each stratum drawn anew on their own."""
    X, rng = np.asarray(scores, dtype=np.float64), np.random.default_rng(seed)
    n, strata = X.shape
    draws = (X[rng.integers(n, size=(n, strata)), np.arange(strata)] for _ in range(RESAMPLES))
    low, high = np.quantile([statistic(draw) for draw in draws], [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def probability_of_improvement(A: ArrayLike, B: ArrayLike) -> float:
    """How often a run of A (seeds, strata) beats one of B, ties half, on average over the strata."""
    a, b = (np.asarray(X, dtype=np.float64) for X in (A, B))
    wins = [stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)) for x, y in zip(a.T, b.T, strict=True)]
    return float(np.mean(wins))


def performance_profile(scores: ArrayLike, thresholds: ArrayLike) -> Array:
    """The share of all scores above each threshold."""
    flat = np.asarray(scores, dtype=np.float64).reshape(-1)
    return np.asarray((flat[:, None] > np.asarray(thresholds)).mean(axis=0))


@dataclass(frozen=True)
class Ranking:
    """Competitors over data sets: average ranks, 1 the best, Friedman's p value, and Nemenyi's critical difference."""

    ranks: Array
    p: float
    critical: float

    def cliques(self) -> list[tuple[int, ...]]:
        """The largest groups of competitors whose average ranks lie within the critical difference."""
        order = np.argsort(self.ranks, kind="stable")
        groups: list[tuple[int, ...]] = []
        for first in range(len(order)):
            group = tuple(int(i) for i in order[first:] if self.ranks[i] - self.ranks[order[first]] <= self.critical)
            if len(group) > 1 and not any(set(group) <= set(other) for other in groups):
                groups.append(group)
        return groups


def ranking(scores: ArrayLike, level: float = 0.05) -> Ranking:
    """The ranking of k competitors by scores (data sets, k), the larger the better.  ValueError unless k >= 3."""
    X = np.asarray(scores, dtype=np.float64)
    sets, k = X.shape
    if k < 3:
        raise ValueError(f"scores: must compare at least 3 competitors, got {k}; compare two by their differences")
    ranks = stats.rankdata(-X, axis=1).mean(axis=0)
    q = stats.studentized_range.isf(level, k, np.inf) / np.sqrt(2)
    return Ranking(ranks, float(stats.friedmanchisquare(*X.T).pvalue), float(q * np.sqrt(k * (k + 1) / (6 * sets))))


def within_of_best(scores: ArrayLike, tolerance: float) -> int:
    """How many scores lie within a tolerance of the best."""
    X = np.asarray(scores, dtype=np.float64)
    return int((X.max() - tolerance <= X).sum())


def decided(
    holds: Sequence[float], fails: Sequence[float], corrected: Sequence[float], level: float = LEVEL
) -> list[str]:
    """The word for each row, by the p values of "holds" and "fails" and the corrected ones of the smaller."""
    words = []
    for yes, no, p in zip(holds, fails, corrected, strict=True):
        words.append("undecided" if p > level else "holds" if yes <= no else "fails")
    return words

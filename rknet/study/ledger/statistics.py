"""What the ledger makes of R numbers, one of each repetition: tests of a printed cell, intervals for a sentence.

Arrays have the seeds on axis 0.  The bootstrap draws from a generator of fixed seed, so equal numbers give equal
verdicts.  For a normal law it is as wide as Student's interval: the percentiles of a statistic are `expanded`, so that
an interval never leaves the range of the numbers; the deviations of a further mean are stretched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

Array = NDArray[Any]
Interval = tuple[float, float]

RESAMPLES = 4000
"""Bootstrap samples: the standard error of a 95 % limit is then 0.3 % of coverage."""

ROUNDING = 0.005
"""Half a unit of the last digit that the paper prints."""


# ---------------------------------------------------------------- cells of tables: could the printed number be ours?


def mean_of(n: int, values: Array, printed: float, level: float) -> tuple[Interval, float]:
    """Prediction interval for a mean of n further runs, m +- t s sqrt(1/n + 1/R), and the p value of a printed one."""
    R, m = len(values), float(values.mean())
    scale = float(values.std(ddof=1)) * np.sqrt(1 / n + 1 / R)
    return _about(m, stats.t(R - 1), scale, printed, level)


def mean_of_skewed(n: int, values: Array, printed: float, level: float) -> tuple[Interval, float]:
    """The same without a normal law: the bootstrap of a mean of n runs less a mean of R, as wide as Student's t is."""
    rng, R, m = np.random.default_rng(0), len(values), float(values.mean())
    few, all_ = (values[rng.integers(R, size=(10 * RESAMPLES, k))].mean(axis=1) for k in (n, R))
    deviations = stretch(R, level) * (few - all_)
    low, high = np.quantile(deviations, [(1 - level) / 2, (1 + level) / 2])
    distance = _less_rounding(printed - m)
    tails = [np.sum(deviations <= distance), np.sum(deviations >= distance)]
    p = 2 * (min(tails) + 1) / (len(deviations) + 1)
    return (m + float(low), m + float(high)), min(1.0, float(p))


def welch(n: int, values: Array, mean: float, sd: float, level: float) -> tuple[Interval, float]:
    """Welch's test of a printed mean whose n runs have the printed population standard deviation."""
    R, m = len(values), float(values.mean())
    ours, theirs = values.var(ddof=1) / R, (sd + ROUNDING) ** 2 * n / (n - 1) / n
    freedom = (ours + theirs) ** 2 / (ours**2 / (R - 1) + theirs**2 / (n - 1))
    return _about(m, stats.t(freedom), float(np.sqrt(ours + theirs)), mean, level)


def variance_ratio(n: int, values: Array, sd: float, level: float) -> tuple[Interval, float]:
    """Interval for the population standard deviation of n further runs, and the p value of a printed one."""
    law, s = stats.f(n - 1, len(values) - 1), float(values.std(ddof=1))
    low, high = s * np.sqrt((n - 1) / n * law.ppf([(1 - level) / 2, (1 + level) / 2]))
    nearest = float(np.clip(s * np.sqrt((n - 1) / n), sd - ROUNDING, sd + ROUNDING))
    ratio = nearest**2 * n / (n - 1) / s**2
    return (float(low), float(high)), min(1.0, 2 * float(min(law.cdf(ratio), law.sf(ratio))))


def holm(ps: Sequence[float]) -> list[float]:
    """P values corrected for their number by Holm's method."""
    return [float(p) for p in multipletests(ps, method="holm")[1]] if ps else []


def _about(m: float, law: Any, scale: float, printed: float, level: float) -> tuple[Interval, float]:
    half = float(law.ppf((1 + level) / 2)) * scale
    distance = abs(_less_rounding(printed - m))
    p = 2 * float(law.sf(distance / scale)) if scale > 0 else float(distance == 0)
    return (m - half, m + half), p


def _less_rounding(distance: float) -> float:
    return float(np.sign(distance)) * max(abs(distance) - ROUNDING, 0.0)


# ---------------------------------------------------------------- sentences: an estimate and its interval


def share_positive(values: Array) -> float:
    """The share of repetitions whose number is positive."""
    return float((values > 0).mean())


def sd(values: Array) -> float:
    """The standard deviation, with R - 1."""
    return float(values.std(ddof=1))


def sd_ratio(values: Array) -> float:
    """The standard deviation of the first of two rows over that of the second: values (R, 2)."""
    first, second = values.std(axis=0, ddof=1)
    return float(first / second)


def rank_correlation(values: Array) -> float:
    """Spearman's correlation, over the rows, of the means of two quantities, or 0 if one is constant: (R, rows, 2)."""
    means = values.mean(axis=0).T
    return float(stats.spearmanr(*means).statistic) if np.ptp(means, axis=1).all() else 0.0


def fewer_layers_needed(values: Array) -> float:
    """How many steps of depth earlier the first half of the rows, by depth, exceeds 88 on average than the second."""
    reached = values.mean(axis=0).reshape(2, -1) > 88
    first, second = (int(np.argmax([*row, True])) for row in reached)
    return float(second - first)


def largest_mean(values: Array) -> float:
    """The largest mean in absolute value over the epochs: values (R, epochs)."""
    return float(np.abs(values.mean(axis=0)).max())


def least_mean(values: Array) -> float:
    """The least mean over the epochs: values (R, epochs)."""
    return float(values.mean(axis=0).min())


def sd_excess(values: Array) -> float:
    """How much the first of two rows exceeds the second in standard deviation, averaged: values (R, 2, epochs)."""
    first, second = values.std(axis=0, ddof=1)
    return float((first - second).mean())


def pooled_mean(values: Array) -> float:
    """The mean over repetitions and rows: values (R, rows)."""
    return float(values.mean())


Statistic = Callable[[Array], float]


def _mean(values: Array) -> float:
    return float(values.mean())


def _median(values: Array) -> float:
    return float(np.median(values))


ESTIMATES: dict[str, Statistic] = {
    "mean": _mean,
    "bootstrap_mean": _mean,
    "pooled_mean": pooled_mean,
    "median": _median,
    "sd": sd,
    "sd_ratio": sd_ratio,
    "share_positive": share_positive,
    "rank_correlation": rank_correlation,
    "fewer_layers_needed": fewer_layers_needed,
    "largest_mean": largest_mean,
    "least_mean": least_mean,
    "sd_excess": sd_excess,
}
"""What can be made of the numbers of a part, by the name that a claim uses."""


def interval(name: str, values: Array, level: float) -> Interval:
    """Student's interval for a mean, Clopper and Pearson's for a share, that of F for a ratio of standard deviations,
    else a bootstrap interval over the seeds.  The rows of a pooled mean are averaged first, seed by seed.
    """
    if name == "pooled_mean":
        name, values = "mean", values.mean(axis=1)
    if name == "mean":
        half = float(stats.t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
        return float(values.mean()) - half, float(values.mean()) + half
    if name == "share_positive":
        ends = stats.binomtest(int((values > 0).sum()), len(values)).proportion_ci(level, method="exact")
        return float(ends.low), float(ends.high)
    if name == "sd_ratio":
        ratio, half = sd_ratio(values), float(np.sqrt(stats.f.ppf((1 + level) / 2, len(values) - 1, len(values) - 1)))
        return ratio / half, ratio * half
    return bootstrap(ESTIMATES[name], values, level)


def bootstrap(statistic: Statistic, values: Array, level: float) -> Interval:
    """Percentiles, `expanded`, of the statistic of R seeds drawn from R."""
    rng, R, tail = np.random.default_rng(0), len(values), expanded(len(values), level)
    drawn = np.array([statistic(values[rng.integers(R, size=R)]) for _ in range(RESAMPLES)])
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def expanded(R: int, level: float) -> float:
    """The share that a bootstrap of R numbers leaves at either end: 0.019 and not 0.025 for 20 runs and 95 %.

    With it the interval is as wide for a normal law as Student's, for the bootstrap sees the standard deviation of a
    population.  See Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69 (2015).
    """
    return float(stats.norm.sf(np.sqrt(R / (R - 1)) * stats.t.ppf((1 + level) / 2, R - 1)))


def stretch(R: int, level: float) -> float:
    """Ratio of Student's limit with s to the normal one with the sd that a bootstrap sees: 1.10 for 20 runs, 95 %."""
    tail = (1 + level) / 2
    return float(np.sqrt(R / (R - 1)) * stats.t.ppf(tail, R - 1) / stats.norm.ppf(tail))


def detectable(low: float, high: float, level: float, power: float = 0.8) -> float:
    """The least distance from the border of a region that an interval so wide decides, with the given probability."""
    return (high - low) / 2 * (1 + float(stats.norm.ppf(power) / stats.norm.ppf((1 + level) / 2)))

"""Two procedures compared seed by seed: mean difference, interval, and a verdict by a rule fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rknet.study.ledger.statistics import holm

Case = TypeVar("Case")

LEVEL = 0.95
"""Of intervals; a difference is significant where p is below 1 - LEVEL."""


class Judged(NamedTuple):
    """The mean of paired differences, its interval by Student's t, p after Holm's correction, and the verdict."""

    mean: float
    low: float
    high: float
    p: float
    verdict: str


def judged(
    differences: Mapping[Case, NDArray[Any]], band: float, words: tuple[str, str] = ("lower", "higher")
) -> dict[Case, Judged]:
    """Verdicts on several comparisons, with Holm's correction over all of them.

    "the same" where the interval lies inside [-band, band]; else, where p is below 0.05, the first word for a negative
    mean and the second for a positive one; else "undecided".

    Parameters
    ----------
    differences
        Of each comparison the differences (seeds,), such as those of logarithms of costs.
    band
        What counts as no difference, in the unit of the differences.
    words
        What a negative and a positive difference are called.
    """
    tests = {case: stats.ttest_1samp(values, 0) for case, values in differences.items()}
    corrected = holm([float(test.pvalue) for test in tests.values()])
    found = {}
    for (case, test), p in zip(tests.items(), corrected, strict=True):
        mean, (low, high) = float(np.mean(differences[case])), map(float, test.confidence_interval(LEVEL))
        verdict = words[mean > 0] if p < 1 - LEVEL else "undecided"
        found[case] = Judged(mean, low, high, p, "the same" if -band <= low and high <= band else verdict)
    return found

"""Paired differences against SciPy's own test, and each verdict with intervals around its borders."""

import numpy as np
import pytest
from scipy import stats

from rknet.study.differences import Difference, difference

ROUNDING = 1e-12
"""Rounding of means of a few numbers."""


@pytest.mark.parametrize("comparisons", [1, 3])
def test_the_interval_is_that_of_scipy(comparisons: int):
    """A mutant with unpaired spreads, ddof = 0, a one-sided quantile or no Bonferroni fails."""
    one, other = np.random.default_rng(0).standard_normal((2, 7)) + [[90], [88]]
    found = difference(one, other, margin=1, comparisons=comparisons)
    interval = stats.ttest_rel(one, other).confidence_interval(1 - 0.05 / comparisons)
    np.testing.assert_allclose([found.low, found.high], interval, rtol=ROUNDING)
    assert found.mean == pytest.approx((one - other).mean(), rel=ROUNDING) and found.pairs == 7


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        *[(-0.9, 0.9, "the same"), (0.1, 0.9, "the same"), (0.1, 1.1, "better"), (-1.1, -0.1, "worse")],
        *[(-1.1, 0.1, "undecided"), (-0.1, 1.1, "undecided")],
    ],
)
def test_verdicts(low: float, high: float, verdict: str):
    """An interval within the margin says the same, even without 0."""
    assert Difference((low + high) / 2, low, high, 1.0, 4).verdict == verdict


@pytest.mark.parametrize("other", [[1, 2, 3], [1, 2, 3, np.nan], [[1], [2], [3], [4]]])
def test_refused(other: list[float]):
    with pytest.raises(ValueError, match="other: must be as many finite numbers as one, at least 4, got"):
        difference([1, 2, 3, 4], other, margin=1)

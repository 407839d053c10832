"""Verdicts on paired differences, on numbers whose verdict is known, and intervals against SciPy and a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from rknet.study.paired import Judged, judged

ROUNDING = 1e-12
"""Rounding of means of a few numbers."""

NOISE = np.random.default_rng(0).standard_normal(20)
NOISE -= NOISE.mean()
NOISE /= NOISE.std(ddof=1)
"""Twenty numbers of mean 0 and standard deviation 1: Student's interval of their mean is 2.093 / sqrt(20) = 0.468."""

T = 2.0930240544
"""The 97.5 % point of Student's t with 19 degrees of freedom, from a printed table."""


def shifted(t: float) -> np.ndarray:
    """Twenty differences whose t statistic is t."""
    return t / np.sqrt(20) + NOISE


def test_the_interval_is_student_s() -> None:
    (found,) = judged({"a": 3 + NOISE}, 1.0).values()
    assert found[:3] == pytest.approx((3, 3 - T / np.sqrt(20), 3 + T / np.sqrt(20)))
    assert str(Judged(1.04, -0.26, 2.0, "undecided")) == "+1.0 (-0.3 to +2.0): undecided"


@pytest.mark.parametrize("comparisons", [1, 3])
@pytest.mark.parametrize("correction", ["holm", "bonferroni"])
def test_intervals_are_corrected_by_bonferroni_alone(comparisons: int, correction: Any) -> None:
    """A mutant with unpaired spreads, ddof = 0, a one-sided quantile or the other correction fails."""
    one, other = np.random.default_rng(0).standard_normal((2, 7)) + [[90], [88]]
    found = judged(dict.fromkeys(range(comparisons), one - other), 1.0, correction=correction)[0]
    error = 0.05 / comparisons if correction == "bonferroni" else 0.05
    interval = stats.ttest_rel(one, other).confidence_interval(1 - error)
    np.testing.assert_allclose([found.low, found.high], interval, rtol=ROUNDING)
    assert found.mean == pytest.approx((one - other).mean(), rel=ROUNDING)


@pytest.mark.parametrize("correction", ["holm", "bonferroni"])
@pytest.mark.parametrize(
    ("mean", "margin", "verdict"),
    [
        (2.0, 1.0, "better"),
        (-2.0, 1.0, "worse"),
        (2.0, 3.0, "the same"),  # significant, and small
        (2.0, 2.4, "better"),
        (-2.0, 2.4, "worse"),
        (0.3, 0.5, "undecided"),
        (-0.3, 0.5, "undecided"),
        (0.0, 0.4, "undecided"),
        (0.0, 0.5, "the same"),
    ],
)
def test_verdicts(mean: float, margin: float, verdict: str, correction: Any) -> None:
    assert judged({0: mean + NOISE}, margin, correction=correction)[0].verdict == verdict


def test_many_comparisons_are_corrected() -> None:
    """t = 2.5 has p = 0.022: significant alone, or as the second of two by Holm, and not as the smallest of three."""

    def words(*t: float, correction: Any) -> list[str]:
        found = judged(dict(enumerate(map(shifted, t))), 0.1, ("lower", "higher"), correction=correction)
        return [of.verdict for of in found.values()]

    for correction in ("holm", "bonferroni"):
        assert words(2.5, correction=correction) == ["higher"]
        assert words(2.5, 0, 0, correction=correction) == ["undecided"] * 3
        assert words(9, 0, -9, correction=correction) == ["higher", "undecided", "lower"]
    assert words(2.4, -9, correction="holm") == ["higher", "lower"]
    assert words(2.4, -9, correction="bonferroni") == ["undecided", "lower"]


def test_margins_differ_by_comparison() -> None:
    found = judged({"points": shifted(9), "logarithms": shifted(9)}, {"points": 9, "logarithms": 0.1})
    assert [of.verdict for of in found.values()] == ["the same", "better"]


def test_without_any_spread() -> None:
    """Equal procedures are the same, and do not disturb Holm's correction of the others: t = 3.5 is the second."""
    found = judged({0: np.zeros(20), 1: shifted(3.5), 2: shifted(9)}, 0.1)
    assert [of.verdict for of in found.values()] == ["the same", "better", "better"]


@pytest.mark.parametrize("numbers", [[1, 2, 3], [1, 2, 3, np.nan], [[1], [2], [3], [4]]])
def test_refused(numbers: list[Any]) -> None:
    with pytest.raises(ValueError, match="differences: must be at least 4 finite numbers for each .*, got .* for b;"):
        judged({"a": NOISE, "b": np.array(numbers)}, 1.0)
    with pytest.raises(ValueError, match="correction: must be a known name, got 'sidak'"):
        judged({"a": NOISE}, 1.0, correction="sidak")

"""Verdicts on paired differences, on numbers whose verdict is known."""

from __future__ import annotations

import numpy as np
import pytest

from rknet.study.paired import judged

NOISE = np.random.default_rng(0).standard_normal(20)
NOISE -= NOISE.mean()
NOISE /= NOISE.std(ddof=1)
"""Twenty numbers of mean 0 and standard deviation 1: Student's interval of their mean is 2.093 / sqrt(20) = 0.468."""

T = 2.0930240544
"""The 97.5 % point of Student's t with 19 degrees of freedom, from a printed table."""


def test_the_interval_is_student_s() -> None:
    (found,) = judged({"a": 3 + NOISE}, 1.0).values()
    assert (found.mean, found.low, found.high) == pytest.approx((3, 3 - T / np.sqrt(20), 3 + T / np.sqrt(20)))


@pytest.mark.parametrize(
    ("mean", "band", "verdict"),
    [
        (2.0, 1.0, "higher"),
        (-2.0, 1.0, "lower"),
        (2.0, 3.0, "the same"),  # significant, and small
        (0.3, 0.5, "undecided"),
        (0.0, 0.4, "undecided"),
        (0.0, 0.5, "the same"),
    ],
)
def test_verdicts(mean: float, band: float, verdict: str) -> None:
    assert judged({0: mean + NOISE}, band)[0].verdict == verdict


def test_many_comparisons_are_corrected() -> None:
    """t = 2.5 has p = 0.022: significant alone, and not as the smallest of three."""
    shifted = 2.5 / np.sqrt(20) + NOISE
    assert judged({0: shifted}, 0.1)[0].verdict == "higher"
    both = judged({0: shifted, 1: NOISE, 2: NOISE}, 0.1, ("worse", "better"))
    assert both[0].verdict == "undecided"
    assert both[0].p == pytest.approx(3 * judged({0: shifted}, 0.1)[0].p)
    assert judged({0: 5 * shifted, 1: NOISE - 9}, 0.1, ("worse", "better"))[1].verdict == "worse"

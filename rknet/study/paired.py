"""Two procedures compared seed by seed: mean difference, interval, and a verdict by a rule fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from rknet.checks import choose, shown

Case = TypeVar("Case")

ERROR = 0.05
"""Probability of an error: of one comparison, or after a correction of any of several."""

CORRECTIONS = {"holm": False, "bonferroni": True}
"""Methods of statsmodels, and whether the intervals are corrected too."""


class Judged(NamedTuple):
    """The mean of paired differences, the ends of its interval by Student's t, and the verdict."""

    mean: float
    low: float
    high: float
    verdict: str

    def __str__(self) -> str:
        return f"{self.mean:+.1f} ({self.low:+.1f} to {self.high:+.1f}): {self.verdict}"


def judged(
    differences: Mapping[Case, NDArray[Any]],
    margin: float | Mapping[Case, float],
    words: tuple[str, str] = ("worse", "better"),
    *,
    correction: Literal["holm", "bonferroni"] = "holm",
) -> dict[Case, Judged]:
    """Verdicts on several comparisons, by t tests corrected for their number.

    "the same" where the interval lies inside [-margin, margin]; else, where the corrected p is below 0.05, the first
    word for a negative mean and the second for a positive one; else "undecided".

    Parameters
    ----------
    differences
        Of each comparison the differences (seeds,), such as those of accuracies or of logarithms of costs.
    margin
        A smaller difference does not matter; one number, or one for each comparison, in the unit of the differences.
    words
        What a negative and a positive difference are called.
    correction
        "holm": each interval has the confidence 95 %. "bonferroni": all intervals together have it, so that a
        difference is significant where its interval does not contain 0.

    Raises
    ------
    ValueError
        Unless each comparison has at least 4 differences, all finite, and the correction is known.
    """
    corrected = choose("correction", correction, CORRECTIONS)
    for case, of in differences.items():
        if np.ndim(of) != 1 or len(of) < 4 or not np.isfinite(of).all():
            raise ValueError(
                f"differences: must be at least 4 finite numbers for each comparison, got {shown(of)} for {case}; "
                f"pass a number for each seed"
            )
    margins = margin if isinstance(margin, Mapping) else dict.fromkeys(differences, margin)
    confidence = 1 - ERROR / (len(differences) if corrected else 1)
    tests = {case: stats.ttest_1samp(of, 0) for case, of in differences.items()}
    significant = multipletests([test.pvalue for test in tests.values()], ERROR, correction)[0]
    found = {}
    for (case, test), differs in zip(tests.items(), significant, strict=True):
        mean, (low, high) = float(np.mean(differences[case])), map(float, test.confidence_interval(confidence))
        same, verdict = max(-low, high) <= margins[case], words[mean > 0] if differs else "undecided"
        found[case] = Judged(mean, low, high, "the same" if same else verdict)
    return found

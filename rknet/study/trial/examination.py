"""The test set of the study, and what a classifier is worth on it: its regret.

Where the law is known, the regret of an answer at x is max_k p_k(x) - p_answer(x).  Its mean over test points estimates
the distance from the Bayes limit without the noise of the labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rknet.data import bayes
from rknet.data.points import LAWS, Law, draw
from rknet.study.configuration import seeds_of
from rknet.study.trial.shipped import Shipped

SIZE = 20_000
"""Test points of a law."""

SEED = 2**40
"""The seed of the test points: those of repetitions are below 2^32."""

DIGITS = 9
"""Decimals kept of a regret, beyond which the libraries that compute a law's probabilities may differ."""


class Examination(NamedTuple):
    """Test points X (N, d), and the regret of each possible answer at each of them (N, classes), as fractions."""

    X: NDArray[np.float32]
    regrets: NDArray[np.float64]

    def result(self, answers: NDArray[np.int64]) -> Mapping[str, float]:
        """Mean regret of answers (N,), and its standard error."""
        regret = np.take_along_axis(self.regrets, answers[:, None], axis=1)[:, 0]
        error = regret.std() / np.sqrt(len(regret))
        return {"regret": round(float(regret.mean()), DIGITS), "error": round(float(error), DIGITS)}


def examination(law: Law, samples: int, seed: int) -> Examination:
    """The test set beside a repetition's training and selection sets of that many samples.

    For a law it is the same for all seeds; of a real set, the rows that are left.
    """
    if isinstance(law, Shipped):
        test = law.rest(2 * samples, seeds_of(seed)["data"])
        return Examination(test.X, 1.0 - np.eye(law.classes)[test.c])
    return _of_law(law)


@cache
def _of_law(law: Law) -> Examination:
    X = draw(law, SIZE, seed=SEED).X
    P = bayes.probability(law, X)
    return Examination(X, P.max(axis=1, keepdims=True) - P)


def limit(law: Law) -> float:
    """The Bayes limit as a fraction; 1 for a real set, whose metric is the plain error."""
    return 1.0 if isinstance(law, Shipped) else bayes.accuracy(LAWS.get(str(law), law))

"""Numbers of one run that its record holds: accuracies in percent, costs times 10, as the paper prints them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rknet.data import bayes
from rknet.data.points import draw
from rknet.history import History
from rknet.study.configuration import Configuration

FIRST = 11
"""Epochs that every run has: the stopping rule ends none before."""

Value = float | NDArray[Any]


@dataclass(frozen=True)
class Quantity:
    """A function of a run's history and configuration, its name in words and its unit."""

    of: Callable[[History, Configuration], Value]
    words: str
    unit: str = "%"


def final(statistic: str, factor: float) -> Callable[[History, Configuration], float]:
    """The last entry of a curve of the history."""
    return lambda history, _: factor * float(getattr(history, statistic)[-1])


def accuracy_gap(history: History, _: Configuration) -> float:
    """Training less validation accuracy at the end."""
    return 100 * float(history.train_accuracy[-1] - history.val_accuracy[-1])


def cost_gap(history: History, _: Configuration) -> float:
    """Validation less training cost at the end."""
    return 10 * float(history.val_cost[-1] - history.train_cost[-1])


def below_bayes(history: History, configuration: Configuration) -> float:
    """Bayes limit less validation accuracy at the end."""
    return 100 * (bayes.accuracy(configuration.data) - float(history.val_accuracy[-1]))


def above_commonest(history: History, configuration: Configuration) -> float:
    """Validation accuracy at the end less the share of the commonest class."""
    return 100 * (float(history.val_accuracy[-1]) - _commonest(configuration.data))


@functools.cache
def _commonest(data: str) -> float:
    """The share of the commonest class of a point set, to within 0.4 points."""
    points = draw(data, 20_000, seed=0)
    return float(np.bincount(points.c).max()) / len(points)


def epochs_to_converge(history: History, _: Configuration) -> float:
    """The first epoch whose validation accuracy comes within 1 point of the mean of the last ten epochs."""
    accuracy = 100 * history.val_accuracy
    return float(np.argmax(accuracy >= accuracy[-10:].mean() - 1))


def mean_accuracy(first: int, last: int) -> Callable[[History, Configuration], float]:
    """Mean validation accuracy over the epochs first to last."""
    return lambda history, _: 100 * float(history.val_accuracy[first : last + 1].mean())


def roughness(history: History, _: Configuration) -> float:
    """Mean change of the validation accuracy from one epoch to the next, up or down, over the last ten epochs."""
    return 100 * float(np.abs(np.diff(history.val_accuracy[-11:])).mean())


def by_epoch(statistic: str, factor: float) -> Callable[[History, Configuration], NDArray[Any]]:
    """A curve over the epochs 1 to `FIRST`."""
    return lambda history, _: factor * getattr(history, statistic)[1 : FIRST + 1]


QUANTITIES: dict[str, Quantity] = {
    "train_accuracy": Quantity(final("train_accuracy", 100), "training accuracy"),
    "val_accuracy": Quantity(final("val_accuracy", 100), "validation accuracy"),
    "train_cost": Quantity(final("train_cost", 10), "training cost", "x 10"),
    "val_cost": Quantity(final("val_cost", 10), "validation cost", "x 10"),
    "accuracy_gap": Quantity(accuracy_gap, "training less validation accuracy", "points"),
    "cost_gap": Quantity(cost_gap, "validation less training cost", "x 10"),
    "below_bayes": Quantity(below_bayes, "distance to the Bayes limit", "points"),
    "above_commonest": Quantity(above_commonest, "validation accuracy above the commonest class", "points"),
    "epochs_to_converge": Quantity(epochs_to_converge, "epochs to converge", "epochs"),
    "first_accuracy": Quantity(mean_accuracy(1, FIRST), f"validation accuracy in epochs 1 to {FIRST}"),
    "early_accuracy": Quantity(mean_accuracy(1, 5), "validation accuracy in epochs 1 to 5"),
    "later_accuracy": Quantity(mean_accuracy(7, FIRST), f"validation accuracy in epochs 7 to {FIRST}"),
    "roughness": Quantity(roughness, "change of the validation accuracy from epoch to epoch", "points"),
    "accuracy_by_epoch": Quantity(by_epoch("val_accuracy", 100), "validation accuracy by epoch"),
    "cost_by_epoch": Quantity(by_epoch("val_cost", 10), "validation cost by epoch", "x 10"),
}
"""What a claim can ask of a record, by name."""

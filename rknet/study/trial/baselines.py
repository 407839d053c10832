"""What others offer for the same data: five classifiers of scikit-learn, tuned with a net's budget."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from itertools import product
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from rknet.checkpoint import Checkpoint
from rknet.checks import choose
from rknet.data.points import Law, PointSet
from rknet.hashes import digest
from rknet.study import records
from rknet.study.configuration import Configuration, seeds_of
from rknet.study.records import Record, Run
from rknet.study.trial.examination import examination
from rknet.versions import VERSIONS

TRIED = 20
"""Configurations of each classifier: as many as a net has in study-sets, four depths with five rates."""

Grid = Mapping[str, tuple[Any, ...]]

CLASSIFIERS: dict[str, tuple[Callable[..., Any], Grid]] = {
    "logistic regression": (LogisticRegression, {"C": tuple(np.logspace(-4, 4, TRIED).tolist()), "max_iter": (1000,)}),
    "support vectors": (SVC, {"C": (0.1, 1.0, 10.0, 100.0), "gamma": (0.03, 0.1, 0.3, 1.0, 3.0)}),
    "nearest neighbours": (
        KNeighborsClassifier,
        {"n_neighbors": (1, 3, 5, 7, 9, 13, 17, 21, 31, 41), "weights": ("uniform", "distance")},
    ),
    "gradient boosting": (
        HistGradientBoostingClassifier,
        {"learning_rate": (0.02, 0.05, 0.1, 0.2, 0.5), "max_leaf_nodes": (4, 8, 16, 31), "early_stopping": (False,)},
    ),
    "scikit-learn's MLP": (
        MLPClassifier,
        {
            "hidden_layer_sizes": ((50,), (200,), (50, 50), (100, 100), (30, 30, 30)),
            "learning_rate_init": (3e-4, 1e-3, 3e-3, 1e-2),
        },
    ),
}
"""Each classifier by name, with the values of which every combination is tried."""

SEEDED = ("gradient boosting", "scikit-learn's MLP")
"""Those that take a seed."""


@dataclass(frozen=True)
class Baseline(Configuration):
    """A classifier on the data of a configuration, of whose net nothing counts."""

    classifier: str = "logistic regression"

    def __post_init__(self) -> None:
        super().__post_init__()
        choose("classifier", self.classifier, CLASSIFIERS)

    @property
    def work(self) -> int:
        """The same for all."""
        return self.samples * TRIED

    def plain(self) -> dict[str, Any]:
        """The classifier, its grid and the data in plain values."""
        grid = {name: [list(v) if isinstance(v, tuple) else v for v in values] for name, values in self.grid.items()}
        return {"classifier": self.classifier, "grid": grid, "samples": self.samples, "data": super().plain()["data"]}

    @property
    def grid(self) -> Grid:
        """The values that are tried."""
        return CLASSIFIERS[self.classifier][1]

    def candidates(self, seed: int) -> Iterator[tuple[dict[str, Any], Any]]:
        """Every choice of values, with the untrained classifier; columns are standardised by the training set."""
        kind, grid = CLASSIFIERS[self.classifier]
        fixed = {"random_state": seeds_of(seed)["net"]} if self.classifier in SEEDED else {}
        for values in product(*grid.values()):
            chosen = dict(zip(grid, values, strict=True))
            yield chosen, make_pipeline(StandardScaler(), kind(**chosen, **fixed))


class BaselineRun(Run):
    """A tuning of a classifier: its record says what was chosen, and its regret."""

    configuration: Baseline

    @property
    def resumable(self) -> bool:
        """False: it takes seconds."""
        return False

    def current(self, record: Record) -> bool:
        """Whether the data and scikit-learn are those of a record."""
        return bool(record["run"]["versions"] == _versions())

    def compute(self, *, engine: str, source: str, checkpoint: Checkpoint | None, device: str) -> Record:
        """Tune, test and return the record.  ValueError unless the data are points."""
        started, of = time.perf_counter(), self.configuration
        law = of.drawn_from
        if not isinstance(law, Law):
            raise ValueError(f"data: must be points in the study, got {of.data!r}; name a point set")
        train, selection = of.points(self.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # what has not converged may still be the best
            fitted = [(values, one.fit(train.X, train.c)) for values, one in of.candidates(self.seed)]
        chosen, best = max(fitted, key=lambda one: _accuracy(one[1], selection))  # of equals the first
        test = examination(law, of.samples, self.seed)
        answers = best.predict(test.X)
        results = {
            "chosen": {name: list(v) if isinstance(v, tuple) else v for name, v in chosen.items()},
            "tried": len(fitted),
            "train_accuracy": _accuracy(best, train),
            "val_accuracy": _accuracy(best, selection),
            "answers": digest(answers),
            **test.result(answers),
        }
        circumstances = {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "processor": records.processor(),
            "seconds": round(time.perf_counter() - started, 3),
            "versions": {**records.versions(), "scikit-learn": sklearn.__version__},
        }
        stated = {**self.plain(), "engine": "scikit-learn", "versions": _versions()}
        return {"format": records.FORMAT, "run": stated, "results": results, "circumstances": circumstances}


def _accuracy(classifier: Any, points: PointSet) -> float:
    answers: NDArray[np.int64] = classifier.predict(points.X)
    return float((answers == points.c).mean())


def _versions() -> dict[str, int]:
    major, minor, *_ = metadata.version("scikit-learn").split(".")
    return {"data": VERSIONS["data"], "scikit-learn": 100 * int(major) + int(minor)}

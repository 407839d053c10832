"""Classifiers of other kinds on the images of Tables 5 and 6: each repetition has the images that the nets had.

A classifier is tuned by cross-validation on its 1500 training images and then fitted to all of them; its validation
images are looked at once.  One JSON file for each classifier, image set and seed, beside the records of the nets.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from rknet import files
from rknet.checks import choose
from rknet.data.images import fingerprint, load
from rknet.decoding import convert
from rknet.study import records
from rknet.study.configuration import seeds_of
from rknet.study.experiments import EXPERIMENTS, IMAGES_COMPARED
from rknet.study.store import Store, slug

FOLDER = "baselines"
"""The folder of these records in a store."""

FOLDS = 5
"""Parts that the training images are split into, each class evenly; each part judges once."""

SEEDS = range(EXPERIMENTS["images"].repetitions)
"""The repetitions of the nets."""


@dataclass(frozen=True)
class Classifier:
    """A kind of classifier: its name in words, how to make one from a seed, and the values that are tried."""

    words: str
    make: Callable[[int], Any]
    grid: Mapping[str, list[Any]]


def _logistic(_: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(tol=1e-3, max_iter=300)


def _support_vectors(_: int) -> Any:
    from sklearn.svm import SVC

    return SVC()


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(300, random_state=seed)


def _neighbours(_: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier()


def _perceptron(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(random_state=seed, max_iter=100, tol=1e-3)


CLASSIFIERS: Mapping[str, Classifier] = {
    "logistic": Classifier("logistic regression", _logistic, {"C": [0.03, 0.1, 0.3, 1.0]}),
    "neighbours": Classifier(
        "k nearest neighbours", _neighbours, {"n_neighbors": [1, 3, 5, 7], "weights": ["uniform", "distance"]}
    ),
    "forest": Classifier("random forest", _forest, {"max_features": ["sqrt", 0.1]}),
    "perceptron": Classifier(
        "perceptron of one hidden layer",
        _perceptron,
        {"hidden_layer_sizes": [[100], [300]], "alpha": [0.01, 1.0]},
    ),
    "support-vectors": Classifier(
        "support vectors, Gaussian kernel", _support_vectors, {"C": [3, 10, 30], "gamma": [0.01, 0.02, 0.04]}
    ),
}
"""What is compared with the nets, by name."""


class Images(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which images a classifier had."""

    source: str
    sha256: str


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record of one fitted classifier: what was tried, what was chosen, and accuracies from 0 to 1."""

    classifier: str
    data: str
    seed: int
    images: Images
    folds: int
    grid: dict[str, list[Any]]
    chosen: dict[str, Any]
    cross_validation: float
    train_accuracy: float
    val_accuracy: float
    circumstances: dict[str, Any]


def compute(classifier: str, data: str, seed: int, source: str = "auto") -> Baseline:
    """Tune and fit a classifier on the images of a repetition.

    ValueError if a name is unknown, or the images cannot be had.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    kind, started = choose("classifier", classifier, CLASSIFIERS), time.perf_counter()
    images = load(data, source)
    train, validation = images.repetition(seeds_of(seed)["data"])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the budget of epochs belongs to the classifier
        search = GridSearchCV(kind.make(seed), dict(kind.grid), cv=folds).fit(train.X, train.c)
    on_train, on_validation = (float(search.score(points.X, points.c)) for points in (train, validation))
    return Baseline(
        classifier,
        data,
        seed,
        Images(images.source, fingerprint(train, validation)),
        FOLDS,
        dict(kind.grid),
        search.best_params_,
        float(search.best_score_),
        on_train,
        on_validation,
        {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "processor": records.processor(),
            "seconds": round(time.perf_counter() - started, 3),
            "versions": {**records.versions(), "scikit-learn": metadata.version("scikit-learn")},
        },
    )


def path_of(store: Store, classifier: str, data: str, seed: int) -> Path:
    """Where a record lies."""
    return store.folder / FOLDER / f"{slug(data)}-{classifier}-{seed}.json"


def save(baseline: Baseline, store: Store) -> None:
    """Write a record in one step."""
    text = records.encode(msgspec.to_builtins(baseline))
    files.write(path_of(store, baseline.classifier, baseline.data, baseline.seed), text.encode())


def find(store: Store, classifier: str, data: str, seed: int) -> Baseline | None:
    """The record of a classifier as it is declared today, or None; ValueError if the file holds something else."""
    path = path_of(store, classifier, data, seed)
    files.regular("store", path)
    if not path.exists():
        return None
    try:
        whole = json.loads(path.read_bytes())
        checksum = whole.pop("checksum")
        found = convert(whole, Baseline)
        if checksum != records.checksum(whole):
            raise ValueError("its checksum does not hold")
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(
            f"store: must have intact records or none, got {str(path)!r} ({error}); remove this file, and "
            f"`rknet baselines` makes it again"
        ) from None
    asked = classifier, data, seed, FOLDS, dict(CLASSIFIERS[classifier].grid)
    return found if asked == (found.classifier, found.data, found.seed, found.folds, found.grid) else None


def sweep(store: Store, seeds: Iterable[int] = SEEDS, source: str = "auto") -> Iterator[Baseline]:
    """The records of all classifiers on both image sets; those that a store lacks are computed and kept."""
    for seed in seeds:
        for classifier in CLASSIFIERS:
            for data in IMAGES_COMPARED:
                found = find(store, classifier, data, seed)
                if found is None:
                    found = compute(classifier, data, seed, source)
                    save(found, store)
                yield found


def accuracies(store: Store, classifier: str, data: str) -> dict[int, float]:
    """Validation accuracies in percent by seed, of the repetitions that are recorded."""
    kept = {seed: find(store, classifier, data, seed) for seed in SEEDS}
    return {seed: 100 * one.val_accuracy for seed, one in kept.items() if one is not None}

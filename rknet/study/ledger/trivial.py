"""What a rule makes of answers that took no learning: a rule that they pass says nothing about the nets.

Three trivial answers are judged like the nets: the nets before training, the commonest class for every point, and
logistic regression.  Their curves are flat.  On images, where an untrained net takes as much memory as a trained one,
the commonest class alone is asked.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import replace

import msgspec
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

from rknet import files
from rknet.data.points import PointSet
from rknet.decoding import convert
from rknet.engines.plain import evaluate
from rknet.history import History
from rknet.study.configuration import Configuration
from rknet.study.ledger import judging
from rknet.study.ledger.claims import Claims, Part, Rows, configuration_of
from rknet.study.ledger.evidence import Evidence, runs_of
from rknet.study.ledger.judging import Verdict, judge
from rknet.study.ledger.measurements import MEASUREMENTS, TrainedRun
from rknet.study.ledger.quantities import FIRST, QUANTITIES, Value

SEEDS = tuple(range(4, 14))
"""Repetitions that judge a trivial answer: five pairs where two seeds are compared."""

CHANCE = 0.1
"""Accuracy of one answer for all images of ten equally common classes."""


class Trivial(Evidence):
    """Numbers of a trivial answer in place of records; `history` says what its curves hold."""

    def __init__(self) -> None:
        """Needs no store: nothing is read."""

    def history(self, place: str, seed: int) -> History | None:
        """The flat curves of EXPERIMENT/ROW and a seed, or None where the answer is not asked."""
        raise NotImplementedError

    def value(self, quantity: str, rows: Rows, seed: int) -> Value | None:
        """A quantity of a record; what is measured on nets has no value."""
        if seed not in SEEDS or quantity not in QUANTITIES or (history := self.history(rows[0], seed)) is None:
            return None
        return QUANTITIES[quantity].of(history, configuration_of(rows[0]))

    def unlike(self, part: Part, seed: int) -> bool:
        """False: all answers are given on the same data."""
        return False


class Untrained(Trivial):
    """The nets of point sets before training: curves and measurements."""

    @functools.cache  # noqa: B019  lives as long as the judging
    def history(self, place: str, seed: int) -> History | None:
        """Cost and accuracy before training."""
        if configuration_of(place).images:
            return None
        run = self._run(place, seed)
        sets = _sets(run.configuration, seed)
        return flat([evaluate(run.net, torch.from_numpy(s.X), torch.from_numpy(s.c)) for s in sets])

    def value(self, quantity: str, rows: Rows, seed: int) -> Value | None:
        """A quantity of the curves, or a measurement of the untrained nets."""
        if quantity in QUANTITIES:
            return super().value(quantity, rows, seed)
        if seed not in SEEDS or any(configuration_of(row).images for row in rows):
            return None
        return self._measured(quantity, rows, seed)

    @functools.cache  # noqa: B019  lives as long as the judging
    def _measured(self, quantity: str, rows: Rows, seed: int) -> float:
        if quantity == "cost_of_fixing_classifier":
            return 0.0  # nothing is trained, with the classifier or without
        return MEASUREMENTS[quantity].of(*(self._run(row, s) for row, s in runs_of(quantity, rows, seed)))

    @functools.cache  # noqa: B019  lives as long as the judging
    def _run(self, place: str, seed: int) -> TrainedRun:
        configuration = configuration_of(place)
        return TrainedRun(configuration, seed, configuration.network(seed))


class Constant(Trivial):
    """The commonest class of the training set for every point, with the classes' shares as probabilities."""

    @functools.cache  # noqa: B019  lives as long as the judging
    def history(self, place: str, seed: int) -> History:
        """Cost and accuracy of one answer for all."""
        configuration = configuration_of(place)
        if configuration.images:
            return flat([(-np.log(CHANCE), CHANCE)] * 2)
        train, validation = _sets(configuration, seed)
        shares = np.bincount(train.c, minlength=train.classes) / len(train)
        scores = []
        for points in (train, validation):
            cost = log_loss(points.c, np.tile(shares, (len(points), 1)), labels=range(train.classes))
            scores.append((cost, float((points.c == shares.argmax()).mean())))
        return flat(scores)


class Linear(Trivial):
    """Logistic regression on the points as they are."""

    @functools.cache  # noqa: B019  lives as long as the judging
    def history(self, place: str, seed: int) -> History | None:
        """Its cost and accuracy; None on images."""
        configuration = configuration_of(place)
        if configuration.images:
            return None
        sets = _sets(configuration, seed)
        model = LogisticRegression(max_iter=1000).fit(sets[0].X, sets[0].c)
        costs = [log_loss(s.c, model.predict_proba(s.X), labels=model.classes_) for s in sets]
        return flat(zip(costs, [accuracy_score(s.c, model.predict(s.X)) for s in sets], strict=True))


def flat(scores: Iterable[tuple[float, float]]) -> History:
    """Curves that stay at (cost, accuracy) of the training and of the validation set."""
    train_cost, train_accuracy, val_cost, val_accuracy = (
        np.full(FIRST + 1, value) for score in scores for value in score
    )
    return History(train_cost, train_accuracy, val_cost, val_accuracy, ended="epochs")


@functools.cache
def _sets(configuration: Configuration, seed: int) -> tuple[PointSet, PointSet]:
    return configuration.points(seed)


FILE = "trivial.json"
"""The file beside the verdicts that says what trivial answers reach."""

ANSWERS = {"untrained": Untrained, "commonest class": Constant, "logistic regression": Linear}
"""The trivial answers by the name that the ledger's page gives them."""


def judged(claims: Claims) -> dict[str, dict[str, Verdict]]:
    """The verdict on every sentence with a rule if the nets gave each of the trivial `ANSWERS`, by id and answer.

    A sentence is left out for an answer that has no value for one of its numbers.
    """
    sentences = tuple(replace(sentence, seeds=SEEDS) for sentence in claims.sentences if sentence.parts)
    found: dict[str, dict[str, Verdict]] = {}
    for name, answer in ANSWERS.items():
        for id, verdict in judge(replace(claims, tables={}, sentences=sentences), answer()).items():
            if all(finding.runs for finding in verdict.findings):
                found.setdefault(id, {})[name] = verdict
    return found


class Score(msgspec.Struct, frozen=True):
    """What a trivial answer makes of a sentence: the first number that its rule asks for, and the verdict."""

    estimate: float
    verdict: str


Scores = dict[str, dict[str, Score]]
"""By sentence and answer."""


def scores(claims: Claims) -> Scores:
    """The scores of all trivial answers, rounded like verdicts."""
    return {
        name: {
            answer: Score(float(verdict.findings[0].estimate or 0), verdict.verdict)
            for answer, verdict in found.items()
        }
        for name, found in judged(claims).items()
    }


def write(claims: Claims) -> None:
    """Keep the scores for the book."""
    lines = (f"{json.dumps(name)}: {msgspec.json.encode(found).decode()}" for name, found in scores(claims).items())
    files.write(judging.VERDICTS.with_name(FILE), ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def stored() -> Scores:
    """The scores that the book shows."""
    return convert(json.loads(judging.VERDICTS.with_name(FILE).read_bytes()), Scores)

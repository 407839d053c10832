"""Who watches a training: `rknet.fit` tells every `Callback` where the `Training` stands.

A callback may take up a training that was stored, and may end it: see `rknet.checkpoint.Keeper`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rknet.contract import Engine
from rknet.data.targets import SampleSet, TargetSet
from rknet.nets import Net
from rknet.protocol import Protocol


@dataclass(eq=False)
class Training:
    """The state of a training in progress.

    Attributes
    ----------
    net, train, validation, protocol, seed
        What is trained on what, how, and in which order.  Some engines give the net its weights at the end only.
    engine_name, engine
        The engine's name, and the engine.
    rows
        Cost and accuracy on the training and on the validation set, before training and after each epoch that is over.
    done
        Samples of the present epoch that have been used.
    drawn
        State of NumPy's generator before the order of the present epoch was drawn.
    past
        Epochs of earlier trainings that this one goes on from, which a schedule of the learning rate counts too.
    ended
        Why training ended, see `rknet.History`; None as long as it goes on, and when it failed.
    """

    net: Net
    train: SampleSet
    validation: SampleSet
    protocol: Protocol
    seed: int
    engine_name: str
    engine: Engine
    drawn: Any
    rows: list[list[float]] = field(default_factory=list)
    done: int = 0
    past: int = 0
    ended: str | None = None

    def statistics(self) -> list[float]:
        """Cost and accuracy on the training and on the validation set, now."""
        sets = self.train, self.validation
        return [number for of in sets for number in self.engine.statistics(of.X, of.c, **weighing(of))]

    def train_on(self, part: NDArray[np.int64]) -> None:
        """A step for each batch of these training samples, in this order."""
        self.engine.epoch(self.train.X, self.train.c, part, **weighing(self.train))


def weighing(samples: SampleSet) -> dict[str, NDArray[np.float64]]:
    """The weights of samples that have any, as a keyword for an engine: those that know none are never given it."""
    return {} if samples.weights is None else {"weights": samples.weights}


def needs(*sets: SampleSet) -> list[str]:
    """What an engine must know to train on these samples, see `rknet.contract.Engine`."""
    asked = {"weights": any(of.weights is not None for of in sets), "targets": isinstance(sets[0], TargetSet)}
    return [name for name, so in asked.items() if so]


class Callback:
    """What `rknet.fit` tells of a training; a subclass overrides what it is interested in.

    Attributes
    ----------
    batches
        Largest number of batches between two calls of `portion`; None if the end of an epoch is soon enough.
    """

    batches: int | None = None

    def begin(self, training: Training) -> None:
        """Called before anything is computed.  A callback that restores `steps` sets `rows`, `done` and `drawn` too."""

    def portion(self, training: Training) -> None:
        """Called after some batches of an epoch."""

    def epoch(self, training: Training) -> None:
        """Called after an epoch, whose statistics are the last row.  A callback that sets `ended` ends the training."""

    def end(self, training: Training) -> None:
        """Called at the end, also when training or `begin` failed."""


class Bar(Callback):
    """A progress bar; it is drawn on a terminal only, for it would spoil the output of a notebook."""

    def begin(self, training: Training) -> None:
        """Draw the bar with the epochs that are already done."""
        over = max(len(training.rows) - 1, 0)
        self.bar = tqdm(total=training.protocol.epochs, initial=over, desc="epochs", disable=None)

    def epoch(self, training: Training) -> None:
        """Advance the bar by one epoch."""
        self.bar.update()

    def end(self, training: Training) -> None:
        """Close the bar."""
        self.bar.close()


class Pace(Callback):
    """Gives each epoch the learning rate of the protocol's schedule, also where a training is taken up again."""

    def begin(self, training: Training) -> None:
        """Set the rate of the first epoch, or of the one that a stored training goes on with."""
        past = training.past + max(len(training.rows) - 1, 0)
        training.engine.set_rate(training.protocol.rate * training.protocol.factor(past))

    epoch = begin

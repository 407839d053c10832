"""Who watches a training: `rknet.fit` tells every `Callback` where the `Training` stands.

A callback may take up a training that was stored, and may end it: see `rknet.checkpoint.Keeper`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from rknet.contract import Engine
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.protocol import Protocol


@dataclass(eq=False)
class Training:
    """The state of a training in progress.

    Attributes
    ----------
    net, train, validation, protocol, seed
        What is trained on what, how, and in which order.  Some engines give the net its weights at the end only.
    engine, steps
        The engine's name, and the engine.
    rows
        Cost and accuracy on the training and on the validation set, before training and after each epoch that is over.
    done
        Samples of the present epoch that have been used.
    drawn
        State of NumPy's generator before the order of the present epoch was drawn.
    ended
        Why training ended, see `rknet.History`; None as long as it goes on, and when it failed.
    """

    net: Net
    train: PointSet
    validation: PointSet
    protocol: Protocol
    seed: int
    engine: str
    steps: Engine
    drawn: Any
    rows: list[list[float]] = field(default_factory=list)
    done: int = 0
    ended: str | None = None

    def statistics(self) -> list[float]:
        """Cost and accuracy on the training and on the validation set, now."""
        sets = self.train, self.validation
        return [number for points in sets for number in self.steps.statistics(points.X, points.c)]


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

"""Training by the paper's protocol: `fit` trains a net and returns its `History`.

Cost and accuracy are measured on the whole training and validation set, before training and after each epoch.  Steps
are taken by an engine of `rknet.contract`; `rknet.engines.plain`, plain PyTorch, is the readable reference.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rknet.checkpoint import Checkpoint, Keeper
from rknet.checks import flag, inputs, labels, whole
from rknet.contract import Callback, Training, engine_for
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.protocol import LOSSES, OPTIMIZERS, Protocol

__all__ = ["LOSSES", "OPTIMIZERS", "Bar", "History", "Protocol", "fit"]


@dataclass(frozen=True)
class History:
    """Cost and accuracy (a fraction) on the whole sets: index 0 before training, index e after the e-th epoch.

    All four arrays have shape (epochs run + 1,).  `ended` says why training ended: ``"epochs"`` (all were run),
    ``"early"`` (the stopping rule) or ``"diverged"`` (a cost was not finite).  `engine` says who took the steps,
    ``"compiled"``, ``"layerwise"`` or ``"torch"``.
    """

    train_cost: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    val_cost: NDArray[np.float64]
    val_accuracy: NDArray[np.float64]
    ended: str
    engine: str = "torch"

    @property
    def epochs(self) -> int:
        """Number of epochs run."""
        return len(self.train_cost) - 1


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


def fit(
    net: Net,
    train: PointSet,
    validation: PointSet,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    engine: str = "auto",
    progress: bool = True,
    checkpoint: Checkpoint | Path | str | None = None,
    callbacks: Iterable[Callback] = (),
) -> History:
    """Train a net in place by a protocol and return its history.

    Parameters
    ----------
    net
        Any `rknet.nets.Net`, on any device, in single or double precision.
    train, validation
        Samples and labels; the validation set decides about early stopping only.
    protocol
        Loss, optimiser, batches, epochs and stopping rule.
    seed
        Seeds the order of the samples.
    engine
        A name in `rknet.contract.ENGINES`: "compiled", hundreds of times faster and the same bits on every processor,
        for the nets of the paper on the CPU; "layerwise", for those whose weights no cache holds, on CPU or CUDA;
        "torch", for any net; or "auto", the first that suits the net.  The history says which it was.
    progress
        Whether a `Bar` is shown.
    checkpoint
        A file where the training is stored now and then, or a `rknet.checkpoint.Checkpoint`.  If the file is there,
        the same call goes on from it, with the numbers of a training that was never interrupted.
    callbacks
        Who else is told how it goes: see `rknet.contract.Callback`.

    Raises
    ------
    ValueError
        If net, data and protocol do not fit each other, the engine is unknown or does not apply, or the checkpoint is
        of another training, no checkpoint, in use by another process, or cannot be written.
    """
    _agree(net, train, validation, protocol)
    seed, progress = whole("seed", seed, least=0), flag("progress", progress)
    name, kind = engine_for(net, protocol, engine)
    drawn = np.random.default_rng(seed).bit_generator.state
    training = Training(net, train, validation, protocol, seed, name, kind(net, protocol), drawn)
    told = [*([] if checkpoint is None else [Keeper(checkpoint)]), *([Bar()] if progress else []), *callbacks]
    with contextlib.ExitStack() as stack:
        for callback in told:
            stack.callback(callback.end, training)
            callback.begin(training)
        ended = _train(training, told)
    train_cost, train_accuracy, val_cost, val_accuracy = np.array(training.rows).T
    return History(train_cost, train_accuracy, val_cost, val_accuracy, ended, name)


def _agree(net: Net, train: PointSet, validation: PointSet, protocol: Protocol) -> None:
    """ValueError unless net, data and protocol fit each other."""
    net.validate()
    for name, points in (("train", train), ("validation", validation)):
        inputs(f"{name}.X", points.X)
        if points.d != net.d or points.classes != net.classes:
            raise ValueError(
                f"{name}: must fit the net, d = {net.d} and classes = {net.classes}, got d = {points.d} and "
                f"classes = {points.classes}; build the net with d={points.d}, classes={points.classes}"
            )
        labels(f"{name}.c", points.c, len(points.X), net.classes)
    if protocol.batch_size > len(train):
        raise ValueError(
            f"batch_size: must not exceed the {len(train)} training samples, got {protocol.batch_size}; "
            f"pass batch_size={len(train)} or less"
        )


def _train(training: Training, callbacks: Sequence[Callback]) -> str:
    """Run the epochs that are left, and say why training ended."""
    rng, rows, N = np.random.default_rng(), training.rows, len(training.train)
    rng.bit_generator.state = training.drawn
    size = min((c.batches * training.protocol.batch_size for c in callbacks if c.batches), default=N)
    if not rows:
        rows.append(_statistics(training))
    while (ended := training.ended or training.protocol.ending(rows)) is None:
        training.drawn = rng.bit_generator.state
        order = rng.permutation(N)
        while training.done < N:
            part = order[training.done : training.done + size]
            training.steps.epoch(training.train.X, training.train.c, part)
            training.done += len(part)
            for callback in callbacks:
                callback.portion(training)
        rows.append(_statistics(training))
        training.done = 0
        for callback in callbacks:
            callback.epoch(training)
    training.steps.write_back()
    training.ended = ended
    return ended


def _statistics(training: Training) -> list[float]:
    """Cost and accuracy on the training and on the validation set."""
    sets = training.train, training.validation
    return [number for points in sets for number in training.steps.statistics(points.X, points.c)]

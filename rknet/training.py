"""Training by the paper's protocol: `fit` trains a net and returns its `History`.

Cost and accuracy are measured on the whole training and validation set, before training and after each epoch.  Steps
are taken by an engine of `rknet.contract`; `rknet.engines.plain`, plain PyTorch, is the readable reference.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rknet.callbacks import Callback, Pace, Training, needs
from rknet.checkpoint import Checkpoint, listeners
from rknet.checks import flag, whole
from rknet.contract import engine_for
from rknet.data.targets import Samples
from rknet.history import History
from rknet.nets import Net
from rknet.protocol import Protocol, check_fit
from rknet.stopping import ending


def fit(
    net: Net,
    train: Samples,
    validation: Samples,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    engine: str = "auto",
    progress: bool = True,
    checkpoint: Checkpoint | Path | str | None = None,
    callbacks: Iterable[Callback] = (),
) -> History:
    """Train a net in place by a protocol and return its history.

    ValueError if net, data and protocol do not fit each other, the engine is unknown or does not apply, or the
    checkpoint is of another training, no checkpoint, in use by another process, or cannot be written.

    Parameters
    ----------
    net
        Any `rknet.nets.Net`, on any device, in single or double precision.
    train, validation
        Samples with labels or targets, as sets, which may have weights, or as pairs (X, c) with labels; the validation
        set decides about early stopping only.
    protocol
        Loss, optimiser, batches, epochs and stopping rule; beyond the paper weight decay, clipping and a schedule.
    seed
        Seeds the order of the samples.
    engine
        A name in `rknet.contract.ENGINES`: "compiled", hundreds of times faster and the same bits on every processor,
        for the nets of the paper on the CPU; "layerwise", for those whose weights no cache holds, on CPU or CUDA;
        "torch", for any net; or "auto", the first that suits the net.  The history says which it was.
    progress
        Whether a progress bar is shown on a terminal.
    checkpoint
        A file where the training is stored now and then, or a `rknet.checkpoint.Checkpoint`.  If the file is there,
        the same call goes on from it, with the numbers of a training that was never interrupted.
    callbacks
        Who else is told how it goes: see `rknet.callbacks.Callback`.
    """
    train, validation = check_fit(net, train, validation, protocol)
    seed, progress = whole("seed", seed, least=0), flag("progress", progress)
    name, kind = engine_for(net, protocol, engine, *needs(train, validation))
    drawn = np.random.default_rng(seed).bit_generator.state
    training = Training(net, train, validation, protocol, seed, name, kind(net, protocol), drawn)
    told = listeners(checkpoint, progress, callbacks)
    told += [Pace()] if "schedule" in protocol.beyond else []  # the last one: those before it may take a training up
    with contextlib.ExitStack() as stack:
        for callback in told:
            stack.callback(callback.end, training)
            callback.begin(training)
        ended = _train(training, told)
    train_cost, train_accuracy, val_cost, val_accuracy = np.array(training.rows).T
    return History(train_cost, train_accuracy, val_cost, val_accuracy, ended, name)


def _train(training: Training, callbacks: Sequence[Callback]) -> str:
    """Run the epochs that are left, and say why training ended."""
    rng, rows, N = np.random.default_rng(), training.rows, len(training.train)
    rng.bit_generator.state = training.drawn
    size = min((c.batches * training.protocol.batch_size for c in callbacks if c.batches), default=N)
    if not rows:
        rows.append(training.statistics())
    while (ended := training.ended or ending(training.protocol, rows)) is None:
        training.drawn = rng.bit_generator.state
        order = rng.permutation(N)
        while training.done < N:
            part = order[training.done : training.done + size]
            training.train_on(part)
            training.done += len(part)
            for callback in callbacks:
                callback.portion(training)
        rows.append(training.statistics())
        training.done = 0
        for callback in callbacks:
            callback.epoch(training)
    training.engine.write_back()
    training.ended = ended
    return ended

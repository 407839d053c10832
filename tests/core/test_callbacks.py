"""Callbacks: what they are told, in which order, and what they may decide."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rknet import History, Protocol, RK4Net, draw, fit, split
from rknet.callbacks import Callback, Training
from rknet.hashes import weights_hash

TRAIN, VALIDATION = split(draw("squares", 40, seed=1), 24)
"""24 training points: four batches of five and one of four."""
PROTOCOL = Protocol(epochs=3)


def train(*callbacks: Callback, engine: str = "compiled") -> tuple[str, History]:
    """Hash of the weights, and the history."""
    net = RK4Net(2, 3, 2, 2)
    history = fit(net, TRAIN, VALIDATION, PROTOCOL, engine=engine, progress=False, callbacks=callbacks)
    return weights_hash(net), history


class Log(Callback):
    """Writes down everything."""

    def __init__(self, batches: int | None = None) -> None:
        self.batches, self.told = batches, []

    def begin(self, training: Training) -> None:
        self.told.append(("begin", len(training.rows), training.done, training.ended))

    def portion(self, training: Training) -> None:
        self.told.append(("portion", len(training.rows), training.done, training.ended))

    def epoch(self, training: Training) -> None:
        self.told.append(("epoch", len(training.rows), training.done, training.ended))

    def end(self, training: Training) -> None:
        self.told.append(("end", len(training.rows), training.done, training.ended))


def expected(parts: list[int]) -> list[tuple]:
    """What a log holds of three epochs, whose portions end after these samples."""
    epochs = [[*(("portion", e, n, None) for n in parts), ("epoch", e + 1, 0, None)] for e in (1, 2, 3)]
    return [("begin", 0, 0, None), *itertools.chain(*epochs), ("end", 4, 0, "epochs")]


def test_callbacks_are_told_where_training_stands() -> None:
    """Before anything is computed, after each portion and each epoch, and at the end; two share the smaller portion."""
    log, fine = Log(), Log(batches=2)
    train(log)
    assert log.told == expected([24])
    again = Log(batches=3)
    train(again, fine)
    assert again.told == fine.told == expected([10, 20, 24])


@pytest.mark.parametrize("engine", ["compiled", "layerwise", "torch"])
def test_portions_change_no_bit(engine: str) -> None:
    """Who is told in the middle of an epoch changes nothing."""
    weights, history = train(engine=engine)
    told, other = train(Log(batches=1), engine=engine)
    assert weights == told
    np.testing.assert_array_equal(history.train_cost, other.train_cost)


class Impatient(Callback):
    """Ends a training after its first epoch."""

    def epoch(self, training: Training) -> None:
        training.ended = "enough"


def test_a_callback_may_end_the_training() -> None:
    """The history says so, and the net has the weights of the epochs that were run."""
    weights, history = train(Impatient())
    assert (history.epochs, history.ended) == (1, "enough")
    net = RK4Net(2, 3, 2, 2)
    fit(net, TRAIN, VALIDATION, Protocol(epochs=1), engine="compiled", progress=False)
    assert weights == weights_hash(net)


class Memory(Callback):
    """Takes up what it has seen in the middle of the second epoch of another training."""

    batches = 2
    kept: tuple | None = None

    def begin(self, training: Training) -> None:
        if self.kept is not None:
            state, training.rows, training.done, training.drawn = self.kept
            training.engine.restore(state)

    def portion(self, training: Training) -> None:
        if self.kept is None and len(training.rows) == 2 and training.done == 10:
            state = {name: tensor.clone() for name, tensor in training.engine.state().items()}
            self.kept = state, [*training.rows], training.done, training.drawn


@pytest.mark.parametrize("engine", ["compiled", "layerwise", "torch"])
def test_a_callback_may_take_up_a_training(engine: str) -> None:
    """It goes on with the same bits from state, rows, samples used and the generator."""
    memory = Memory()
    weights, history = train(memory, engine=engine)
    again, other = train(memory, engine=engine)
    assert weights == again
    np.testing.assert_array_equal(history.val_cost, other.val_cost)


class Failing(Callback):
    """Fails at one of the calls."""

    def __init__(self, call: str) -> None:
        setattr(self, call, self.fail)

    def fail(self, training: Training) -> None:
        raise RuntimeError


@pytest.mark.parametrize("call", ["begin", "portion", "epoch"])
def test_the_end_is_told_when_training_fails(call: str) -> None:
    """With no reason why it ended."""
    log = Log()
    with pytest.raises(RuntimeError):
        train(log, Failing(call))
    assert log.told[-1][0] == "end" and log.told[-1][-1] is None
    assert [told[0] for told in log.told].count("end") == 1

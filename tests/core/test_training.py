"""The protocol: stopping rule, losses, optimisers, order of the samples and what training reaches."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from statistics import mean

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from rknet import History, Net, PointSet, Protocol, RK4Net, StandardNet, draw, fit, split
from rknet.engines import plain
from rknet.engines.plain import evaluate
from rknet.protocol import LOSSES, OPTIMIZERS, cross_entropy, mean_square
from rknet.stopping import stops_early

ROUNDING = 1e-10
"""Rounding of some ten training steps in double precision; Adam divides by roots of small gradients."""

TRAIN, VALIDATION = split(draw("donut_2D", 40, seed=1), 23)
"""23 training points: four batches of five and one of three."""


def small_net(seed: int = 0, **arguments) -> Net:
    """A net of a few weights in double precision."""
    return StandardNet(2, 3, 2, 2, seed=seed, **arguments).double()


def weights(net: Net) -> list[NDArray]:
    """Copies of the net's weights."""
    return [p.detach().numpy().copy() for p in net.parameters()]


def assert_same(first: History, second: History) -> None:
    """Two histories have the same bits."""
    for quantity in ("train_cost", "train_accuracy", "val_cost", "val_accuracy", "ended"):
        np.testing.assert_array_equal(getattr(first, quantity), getattr(second, quantity))


# The early stopping rule.


def stops_literally(costs: list[float], tolerance: float) -> bool:
    """The published rule as it reads: costs[0] is the one before training, epochs are counted from 0."""
    epoch = len(costs) - 2
    return epoch >= 10 and mean(costs[-5:]) - mean(costs[-10:-5]) > tolerance


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.integers(0, 64), min_size=1, max_size=30), st.integers(0, 20))
@example([0] * 7 + [5] * 5, 5)
@example([0] * 7 + [5] * 5, 4)
def test_stopping_rule_on_any_costs(sixteenths: list[int], tolerance: int) -> None:
    """The rule is the published one on any list of costs; 5/16 makes every mean exact, and so the boundary."""
    costs = [5 * value / 16 for value in sixteenths]
    assert stops_early(Protocol(tolerance=5 * tolerance / 16), costs) is stops_literally(costs, 5 * tolerance / 16)


@pytest.mark.parametrize(
    ("costs", "stops"),
    [
        ([0.0] * 7 + [1.0] * 5, True),  # after the 11th epoch: mean 1 against mean 0
        ([0.0] * 6 + [1.0] * 5, False),  # after the 10th: never
        ([9.0] * 2 + [1.0] * 5 + [1.0625] * 5, False),  # a rise of exactly the tolerance
        ([9.0] * 2 + [1.0] * 5 + [1.0625] * 4 + [1.125], True),  # a little more
        ([9.0] * 2 + [1.0] * 5 + [0.0] * 5, False),  # a fall
        ([0.0] * 2 + [1.0] * 10, False),  # what lies further back does not count
    ],
)
def test_stopping_rule_by_hand(costs: list[float], stops: bool) -> None:
    """Hand-computed cases, with a tolerance of 1/16."""
    assert stops_early(Protocol(tolerance=1 / 16), costs) is stops


def test_stopping_rule_can_be_switched_off() -> None:
    """Without early stopping, no rise ends training."""
    assert not stops_early(Protocol(stop_early=False), [0.0] * 10 + [9.0] * 5)


def test_window_and_first_stop() -> None:
    """Other windows: mean of the last two against the two before, not before the third epoch."""
    protocol = Protocol(window=2, first_stop=2, tolerance=0)
    assert not stops_early(protocol, [0, 1, 2])
    assert not stops_early(protocol, [1, 1, 1, 1])
    assert stops_early(protocol, [1, 0, 0, 2])
    assert not stops_early(protocol, [9, 0, 0, 2, 1, 0])


def test_protocol_is_the_papers() -> None:
    """The defaults: 40 epochs, batches of five, Adam with 1e-3, cross-entropy, tolerance 0.05."""
    protocol = Protocol()
    assert (protocol.epochs, protocol.batch_size, protocol.tolerance) == (40, 5, 0.05)
    assert (protocol.loss, protocol.optimizer, protocol.rate) == ("cross_entropy", "adam", 1e-3)
    assert (protocol.stop_early, protocol.window, protocol.first_stop) == (True, 5, 10)
    with pytest.raises(FrozenInstanceError):
        protocol.epochs = 1


@pytest.mark.parametrize(("name", "rate"), [("adam", 1e-3), ("sgd", 0.1), ("adagrad", 1e-2), ("adadelta", 1.0)])
def test_learning_rates(name: str, rate: float) -> None:
    """Each optimiser has the study's rate, unless another one is given."""
    assert Protocol(optimizer=name).rate == rate
    assert replace(Protocol(), optimizer=name).rate == rate
    assert Protocol(optimizer=name, learning_rate=0.3).rate == 0.3


def script(monkeypatch: pytest.MonkeyPatch, costs: list[float]) -> None:
    """Let training see these validation costs, one after the other."""

    def values() -> Iterator[tuple[float, float]]:
        for cost in costs:
            yield 0.5, 0.5  # training set
            yield cost, 0.5

    scripted = values()
    monkeypatch.setattr(plain, "evaluate", lambda *_: next(scripted))


def test_training_stops_after_the_eleventh_epoch_at_the_earliest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs that double in each epoch end training after 11 epochs, and the last epoch is the one reported."""
    script(monkeypatch, [2.0**epoch for epoch in range(41)])
    history = fit(small_net(), TRAIN, VALIDATION, engine="torch")
    assert (history.epochs, history.ended, history.val_cost[-1]) == (11, "early", 2.0**11)


def test_training_goes_on_while_costs_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Falling costs, and costs that rise by the tolerance and no more, run through all epochs."""
    script(monkeypatch, [1.0] * 16 + [1.0625] * 25)
    history = fit(small_net(), TRAIN, VALIDATION, Protocol(tolerance=1 / 16), engine="torch")
    assert (history.epochs, history.ended) == (40, "epochs")


def test_training_stops_in_the_epoch_of_the_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A jump of 1 after epoch 20 lifts the mean of five by 0.2 at once."""
    script(monkeypatch, [1.0] * 20 + [2.0] * 21)
    assert fit(small_net(), TRAIN, VALIDATION, Protocol(tolerance=0.1), engine="torch").epochs == 20


# Losses and the history.


def test_cross_entropy() -> None:
    """(3.1): the mean of -log of the softmax at the true class."""
    logits = np.random.default_rng(0).normal(size=(6, 3)) * 4
    c = np.array([0, 2, 1, 1, 0, 2])
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.log(softmax[range(6), c]).mean()
    assert cross_entropy(torch.from_numpy(logits), torch.from_numpy(c)).item() == pytest.approx(expected, rel=ROUNDING)


def test_mean_square() -> None:
    """The mean over samples and classes of the squared distance of softmax and one-hot label."""
    logits = np.random.default_rng(1).normal(size=(6, 3)) * 4
    c = np.array([0, 2, 1, 1, 0, 2])
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = ((softmax - np.eye(3)[c]) ** 2).mean()
    assert mean_square(torch.from_numpy(logits), torch.from_numpy(c)).item() == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize("loss", LOSSES)
def test_history_is_measured_on_the_whole_sets(loss: str) -> None:
    """Index 0 is before training, the last one is the trained net; costs and accuracies are those of both sets."""
    net, protocol = small_net(), Protocol(epochs=3, loss=loss)
    before = [evaluate_by_hand(net, points, loss) for points in (TRAIN, VALIDATION)]
    history = fit(net, TRAIN, VALIDATION, protocol)
    after = [evaluate_by_hand(net, points, loss) for points in (TRAIN, VALIDATION)]
    assert before != after
    for index, values in ((0, before), (-1, after)):
        recorded = [
            (history.train_cost[index], history.train_accuracy[index]),
            (history.val_cost[index], history.val_accuracy[index]),
        ]
        np.testing.assert_allclose(recorded, values, rtol=ROUNDING)
    assert history.epochs == 3
    assert {len(history.train_cost), len(history.val_cost), len(history.train_accuracy)} == {4}


def evaluate_by_hand(net: Net, points: PointSet, loss: str) -> tuple[float, float]:
    """Cost and accuracy from the net's probabilities."""
    P, one_hot = net.predict_proba(points.X), np.eye(points.classes)[points.c]
    cost = -np.log((P * one_hot).sum(axis=1)).mean() if loss == "cross_entropy" else ((P - one_hot) ** 2).mean()
    return cost, np.mean(P.argmax(axis=1) == points.c)


def test_evaluate_leaves_no_gradients() -> None:
    """Measuring costs nothing: no weight receives a gradient."""
    net = small_net()
    evaluate(net, torch.as_tensor(TRAIN.X).double(), torch.as_tensor(TRAIN.c))
    assert all(p.grad is None for p in net.parameters())


# Steps.


def train_by_hand(net: Net, protocol: Protocol, seed: int, update) -> None:
    """Epochs over NumPy permutations of the seed, batch by batch, with autograd's gradients and the given update."""
    rng = np.random.default_rng(seed)
    x, c = torch.as_tensor(TRAIN.X).double(), torch.as_tensor(TRAIN.c)
    step, parameters = 0, list(net.parameters())
    for _ in range(protocol.epochs):
        order = rng.permutation(len(TRAIN))
        for start in range(0, len(TRAIN), protocol.batch_size):
            rows = order[start : start + protocol.batch_size]
            P = torch.softmax(net(x[rows]), dim=1)
            gradients = torch.autograd.grad(-P[range(len(rows)), c[rows]].log().mean(), parameters)
            step += 1
            with torch.no_grad():
                for index, (weight, gradient) in enumerate(zip(parameters, gradients, strict=True)):
                    weight -= torch.from_numpy(update(index, step, gradient.numpy()))


def test_adam() -> None:
    """Two epochs of five batches are ten steps of Adam as published: 1e-3, 0.9, 0.999, 1e-8, no decay."""
    moments: dict[int, tuple[NDArray, NDArray]] = {}

    def update(index: int, step: int, g: NDArray) -> NDArray:
        m, v = moments.get(index, (np.zeros_like(g), np.zeros_like(g)))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        moments[index] = m, v
        return 1e-3 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)

    net, by_hand, protocol = small_net(), small_net(), Protocol(epochs=2)
    fit(net, TRAIN, VALIDATION, protocol, seed=5)
    train_by_hand(by_hand, protocol, 5, update)
    for weight, expected in zip(weights(net), weights(by_hand), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=ROUNDING, atol=ROUNDING)


def test_full_batch_gradient_descent() -> None:
    """Three steps on the whole set are gradient descent with the gradient of (3.3) derived by hand."""
    net = StandardNet(2, 2, 2, 1, seed=2).double()
    K, b, W, mu = weights(net)
    x, one_hot, N = TRAIN.X.astype(float), np.eye(2)[TRAIN.c], len(TRAIN)
    for _ in range(3):
        y = np.tanh(x @ K[0].T + b[0])
        logits = y @ W.T + mu
        error = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) - one_hot) / N
        slope = (error @ W) * (1 - y**2)
        W, mu = W - 0.1 * error.T @ y, mu - 0.1 * error.sum(axis=0)
        K, b = K - 0.1 * (slope.T @ x)[None], b - 0.1 * slope.sum(axis=0)[None]
    fit(net, TRAIN, VALIDATION, Protocol(epochs=3, batch_size=N, optimizer="sgd"))
    for weight, expected in zip(weights(net), (K, b, W, mu), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=ROUNDING)


def batches(net: Net, protocol: Protocol, seed: int = 0) -> list[list[tuple[float, ...]]]:
    """The samples of each training batch, in order."""
    seen: list[list[tuple[float, ...]]] = []

    def record(_: object, arguments: tuple[torch.Tensor]) -> None:
        if torch.is_grad_enabled():
            seen.append([tuple(row) for row in arguments[0].tolist()])

    handle = net.register_forward_pre_hook(record)
    fit(net, TRAIN, VALIDATION, protocol, seed=seed)
    handle.remove()
    return seen


def test_each_sample_once_an_epoch() -> None:
    """Each epoch uses every sample once, the last short batch too, in an order of its own."""
    seen = batches(small_net(), Protocol(epochs=3))
    assert [len(batch) for batch in seen] == [5, 5, 5, 5, 3] * 3
    epochs = [sum(seen[i : i + 5], []) for i in (0, 5, 10)]
    everything = sorted(map(tuple, TRAIN.X.astype(float).tolist()))
    assert all(sorted(epoch) == everything for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]


def test_pairs_of_arrays_are_points() -> None:
    """A pair (X, c) of arrays or lists trains like the point set that it is."""
    nets = small_net(), small_net(), small_net()
    protocol = Protocol(epochs=1)
    histories = [
        fit(nets[0], TRAIN, VALIDATION, protocol),
        fit(nets[1], (TRAIN.X, TRAIN.c), (VALIDATION.X, VALIDATION.c), protocol),
        fit(nets[2], [TRAIN.X.tolist(), TRAIN.c.tolist()], VALIDATION, protocol),
    ]
    assert histories[0] == histories[1] == histories[2]
    for net in nets[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(weights(nets[0]), weights(net), strict=True))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ((TRAIN.X[:, :1], TRAIN.c), r"train.X: must have shape \(N, d = 2\), got \(23, 1\)"),
        ((TRAIN.X, TRAIN.c[:-1]), r"train.c: must have one label a sample, shape \(23,\), got \(22,\)"),
        ((TRAIN.X, TRAIN.c + 1), r"train.c: must lie in 0..1 for 2 classes, got 1..2"),
        ((TRAIN.X,), r"train: must be a PointSet or a pair"),
    ],
)
def test_pairs_are_checked(pair: tuple[NDArray, ...], message: str) -> None:
    """Samples and labels that do not suit the net are refused by the argument's name."""
    with pytest.raises(ValueError, match=message):
        fit(small_net(), pair, VALIDATION)


def test_seed_decides_the_order() -> None:
    """The same seed gives the same order, another one another."""
    first, again, other = (batches(small_net(), Protocol(epochs=1), seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize("double", [False, True])
def test_training_is_deterministic(double: bool) -> None:
    """The same net, data and seed give the same bits; another order does not."""
    runs = []
    for seed in (0, 0, 1):
        net = RK4Net(2, 4, 2, 3, lift="linear")
        net = net.double() if double else net
        runs.append((fit(net, TRAIN, VALIDATION, Protocol(epochs=3), seed=seed), weights(net)))
    assert_same(runs[0][0], runs[1][0])
    for weight, again, other in zip(*(run[1] for run in runs), strict=True):
        np.testing.assert_array_equal(weight, again)
        assert not np.array_equal(weight, other)
        assert weight.dtype == (np.float64 if double else np.float32)


def test_training_leaves_the_data_alone() -> None:
    """Points and labels are not changed."""
    before = TRAIN.X.copy(), VALIDATION.X.copy()
    fit(small_net(), TRAIN, VALIDATION, Protocol(epochs=1))
    np.testing.assert_array_equal(TRAIN.X, before[0])
    np.testing.assert_array_equal(VALIDATION.X, before[1])


def test_validation_set_is_not_trained_on() -> None:
    """Other validation points change what is reported and no weight."""
    net, other = small_net(), small_net()
    first = fit(net, TRAIN, VALIDATION, Protocol(epochs=2))
    second = fit(other, TRAIN, TRAIN, Protocol(epochs=2))
    assert all(np.array_equal(a, b) for a, b in zip(weights(net), weights(other), strict=True))
    assert not np.array_equal(first.val_cost, second.val_cost)


def test_fixed_classifier_stays() -> None:
    """A classifier out of training keeps its bits while the layers learn."""
    net = small_net(train_classifier=False)
    before = weights(net)
    fit(net, TRAIN, VALIDATION, Protocol(epochs=1))
    kept = [np.array_equal(old, new) for old, new in zip(before, weights(net), strict=True)]
    assert kept == [False, False, True, True]


@pytest.mark.parametrize("lift", ["linear", "orthogonal", "learned"])
def test_only_the_learned_lift_is_trained(lift: str) -> None:
    """Frozen lifts keep their bits in training, the learned one moves."""
    net = small_net(lift=lift)
    before = net.lift.matrix.detach().clone()
    fit(net, TRAIN, VALIDATION, Protocol(epochs=1))
    assert torch.equal(net.lift.matrix, before) is (lift != "learned")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_training_method_learns(optimizer: str, loss: str) -> None:
    """Each pair of loss and optimiser of the study lowers the training cost."""
    history = fit(small_net(), TRAIN, VALIDATION, Protocol(epochs=10, loss=loss, optimizer=optimizer))
    assert history.train_cost[-1] < history.train_cost[0]


def test_divergence_ends_training_and_keeps_the_history() -> None:
    """Steps that overflow end training as "diverged", with everything up to that epoch kept."""
    net = StandardNet(2, 3, 2, 3, activation="relu")
    history = fit(net, TRAIN, VALIDATION, Protocol(optimizer="sgd", learning_rate=1e30))
    assert history.ended == "diverged"
    assert np.isfinite(history.train_cost[0])
    assert not np.isfinite(history.train_cost[-1])
    assert history.epochs == len(history.val_accuracy) - 1 < 40


# What training reaches.


def bayes_accuracy_of_the_strip() -> float:
    """Best possible accuracy on donut_1D: x1 ~ U(-4, 4), class 0 where abs(x1) < 1, seen with noise of deviation 1/2.

    The density of a class at z is a difference of normal distribution functions; the best rule takes the larger one.
    """
    z = np.linspace(-9, 9, 200_001)

    def mass(low: float, high: float) -> NDArray:
        return (stats.norm.cdf((high - z) / 0.5) - stats.norm.cdf((low - z) / 0.5)) / 8

    inside = mass(-1, 1)
    return float(np.trapezoid(np.maximum(inside, mass(-4, 4) - inside), z))


def test_training_reaches_the_bayes_limit() -> None:
    """A small net comes near the best possible accuracy on donut_1D, and not above it beyond sampling error."""
    MARGIN = 0.015  # what 3000 training points leave to be learned
    N = 40_000
    limit = bayes_accuracy_of_the_strip()
    net, test = StandardNet(2, 8, 2, 2), draw("donut_1D", N, seed=1)
    history = fit(net, draw("donut_1D", seed=2), test, Protocol(epochs=12, batch_size=20, learning_rate=1e-2))
    standard_error = math.sqrt(limit * (1 - limit) / N)
    assert limit - MARGIN < history.val_accuracy[-1] < limit + 4 * standard_error
    assert history.val_accuracy[0] < limit - 0.1


# The progress bar.


class Terminal(io.StringIO):
    """Standard error as if it were a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_no_progress_bar_off_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, nothing is written."""
    fit(small_net(), TRAIN, VALIDATION, Protocol(epochs=2), progress=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("progress", [True, False])
def test_progress_bar_on_a_terminal(progress: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the bar is shown, unless it is not wanted."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fit(small_net(), TRAIN, VALIDATION, Protocol(epochs=2), progress=progress)
    assert ("epochs" in terminal.getvalue()) is progress

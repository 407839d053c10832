"""What training can do beyond the paper: weight decay, clipping, schedules, samples with weights, and targets."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import r2_score
from torch import nn

from rknet import History, Net, PointSet, Protocol, RKNet, StandardNet, callbacks, checkpoint, draw, fit, split
from rknet.contract import ENGINES, engine_for
from rknet.data.targets import SampleSet, TargetSet
from rknet.engines.compiled.engine import Compiled
from rknet.engines.layerwise.engine import Layerwise
from rknet.engines.plain import Plain
from rknet.protocol import BEYOND, LOSSES
from rknet.schedules import Cosine, Schedule, Steps
from rknet.study.cache import _key
from rknet.study.configuration import Configuration

ROUNDING = 1e-9
"""Some tens of steps in double precision, summed in other orders; Adam divides by roots of small gradients."""

TRAIN, VALIDATION = split(draw("donut_2D", 40, seed=1), 23)
"""23 training points: four batches of five and one of three."""

ENGINES_BEYOND = ["compiled", "torch"]
"""Those that know more than the paper."""


def small(scheme: str = "heun", **arguments: Any) -> Net:
    """A net of a few weights in double precision."""
    return RKNet(2, 3, 2, 2, tableau=scheme, h=0.5, seed=3, **arguments).double()


def weights(net: Net) -> np.ndarray:
    """All weights of a net in a row."""
    return np.concatenate([p.detach().numpy().ravel() for p in net.parameters()])


def trained(protocol: Protocol, engine: str, train: SampleSet = TRAIN, seed: int = 5, **options: Any) -> np.ndarray:
    """The weights of the small net after a training."""
    net = small()
    fit(net, train, VALIDATION, protocol, seed=seed, engine=engine, progress=False, **options)
    return weights(net)


def by_torch(
    protocol: Protocol,
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
    scheduler: Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler] | None = None,
    clip: float | None = None,
) -> np.ndarray:
    """The weights after the same batches by PyTorch's own optimisers, schedulers and clipping."""
    net, rng = small(), np.random.default_rng(5)
    parameters = list(net.parameters())
    steps = optimizer(parameters)
    pace = None if scheduler is None else scheduler(steps)
    x, c = torch.as_tensor(TRAIN.X).double(), torch.as_tensor(TRAIN.c)
    for _ in range(protocol.epochs):
        for rows in torch.as_tensor(rng.permutation(len(TRAIN))).split(protocol.batch_size):
            steps.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), c[rows]).backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(parameters, clip)
            steps.step()
        if pace is not None:
            pace.step()
    return weights(net)


# ---- weight decay


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
def test_weight_decay_with_adam_is_adamw(engine: str) -> None:
    """Three epochs of PyTorch's AdamW; decay changes the weights by much more than rounding."""
    protocol = Protocol(epochs=3, weight_decay=0.5, learning_rate=0.01)
    expected = by_torch(protocol, lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.5))
    found = trained(protocol, engine)
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING)
    assert np.abs(found - trained(replace(protocol, weight_decay=0), engine)).max() > 0.01


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
def test_weight_decay_with_sgd_is_a_square_penalty(engine: str) -> None:
    """For plain gradient descent decoupled decay and PyTorch's, a term of the gradient, are the same."""
    protocol = Protocol(epochs=3, optimizer="sgd", weight_decay=0.3)
    expected = by_torch(protocol, lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.3))
    np.testing.assert_allclose(trained(protocol, engine), expected, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
def test_what_is_not_trained_does_not_decay(engine: str) -> None:
    net = RKNet(2, 3, 2, 2, tableau="heun", lift="linear", train_classifier=False).double()
    before = net.W.detach().clone(), net.mu.detach().clone(), net.lift.matrix.clone()
    fit(net, TRAIN, VALIDATION, Protocol(epochs=1, weight_decay=1.0), engine=engine, progress=False)
    for old, new in zip(before, (net.W, net.mu, net.lift.matrix), strict=True):
        assert torch.equal(old, new)


# ---- clipping


def test_clipping_is_that_of_torch() -> None:
    """The norm of the whole gradient is bounded, batch by batch; most of these gradients are longer."""
    protocol = Protocol(epochs=3, optimizer="sgd", clip=0.05)
    expected = by_torch(protocol, lambda p: torch.optim.SGD(p, lr=0.1), clip=0.05)
    found = trained(protocol, "torch")
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING)
    assert np.abs(found - trained(replace(protocol, clip=None), "torch")).max() > 0.01


# ---- schedules

SCHEDULES: dict[str, tuple[str | Schedule, Callable[[torch.optim.Optimizer], Any]]] = {
    "step": (Steps(2, 0.3), lambda o: torch.optim.lr_scheduler.StepLR(o, 2, 0.3)),
    "cosine": (Cosine(6), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 6)),
    "cosine by name": ("cosine", lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 6)),
    "step by name": ("step", lambda o: torch.optim.lr_scheduler.StepLR(o, 2)),
    "any": (lambda epoch: 1 / (1 + epoch), lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda e: 1 / (1 + e))),
}


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_those_of_torch(name: str, engine: str) -> None:
    schedule, scheduler = SCHEDULES[name]
    protocol = Protocol(epochs=6, schedule=schedule, learning_rate=0.01)
    expected = by_torch(protocol, lambda p: torch.optim.Adam(p, lr=0.01), scheduler)
    found = trained(protocol, engine)
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING)
    assert np.abs(found - trained(replace(protocol, schedule="constant"), engine)).max() > 1e-3


def test_cosine_stays_at_its_least() -> None:
    """By hand: 1, 3/4 (least 1/2 at 60 degrees of half a period over three epochs), ..., 1/2 and from then on."""
    cosine = Cosine(3, least=0.5)
    np.testing.assert_allclose([cosine(e) for e in range(6)], [1, 0.875, 0.625, 0.5, 0.5, 0.5], rtol=ROUNDING)


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
@pytest.mark.parametrize("after", [2, 7, 11])
def test_a_stored_training_goes_on_at_its_pace(engine: str, after: int, tmp_path: Path) -> None:
    """A training killed in its first, second or third epoch ends, taken up again, with the bits of one that was not."""
    protocol = Protocol(epochs=4, schedule=Cosine(4), weight_decay=0.1)
    kept = checkpoint.Checkpoint(tmp_path / "run", every=0)

    class Kill(callbacks.Callback):
        batches, left = 1, after

        def portion(self, training: callbacks.Training) -> None:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(protocol, engine, checkpoint=kept, callbacks=[Kill()])
    assert (tmp_path / "run").exists()
    np.testing.assert_array_equal(trained(protocol, engine, checkpoint=kept), trained(protocol, engine))


@pytest.mark.parametrize("other", [{"weight_decay": 0.2}, {"schedule": Cosine(9)}, {"schedule": "constant"}])
def test_a_checkpoint_states_what_is_beyond_the_paper(other: dict[str, Any], tmp_path: Path) -> None:
    protocol = Protocol(epochs=4, schedule=Cosine(4), weight_decay=0.1)
    kept = checkpoint.Checkpoint(tmp_path / "run", every=0, keep=True)
    trained(protocol, "compiled", checkpoint=kept)
    with pytest.raises(checkpoint.OtherTraining, match="of another protocol; remove"):
        trained(replace(protocol, **other), "compiled", checkpoint=kept)


# ---- what is stated


def test_the_paper_s_protocols_are_stated_as_ever() -> None:
    """The nine choices and no other: records, cached results and checkpoints of the paper's runs stay what they are."""
    nine = {name: value for name, value in asdict(Protocol()).items() if name not in BEYOND}
    assert Protocol().plain() == nine
    assert list(nine) == [
        "epochs", "batch_size", "loss", "optimizer", "learning_rate", "stop_early", "tolerance", "window", "first_stop",
    ]  # fmt: skip
    assert Configuration("spiral", "RK4Net", 3, 2).plain()["protocol"] == nine


def test_what_is_in_use_is_stated_and_keyed() -> None:
    """Each choice changes what is stated, and the key of a cached result; equal factors are one schedule."""
    protocols = [
        Protocol(),
        Protocol(weight_decay=0.1),
        Protocol(clip=1.0),
        Protocol(schedule="cosine"),
        Protocol(schedule="step"),
        Protocol(schedule=lambda epoch: 0.5),
    ]
    assert len({repr(protocol.plain()) for protocol in protocols}) == len(protocols)
    keys = {_key(small(), TRAIN, VALIDATION, protocol, 0, "auto") for protocol in protocols}
    weighing = replace(TRAIN, weights=np.arange(23.0))
    keys.add(_key(small(), weighing, VALIDATION, Protocol(), 0, "auto"))
    assert len(keys) == len(protocols) + 1
    assert Protocol(schedule="cosine").plain() == Protocol(schedule=Cosine(40)).plain()


def test_protocols_travel() -> None:
    protocol = Protocol(schedule=Steps(3), weight_decay=0.1, clip=2.0)
    assert pickle.loads(pickle.dumps(protocol)) == protocol


def test_engines_are_asked_for_what_they_know() -> None:
    """Each need leads to the first engine that knows it, and asking another one says what is missing."""
    net = RKNet(2, 200, 2, 1, tableau="euler")
    assert engine_for(net, Protocol())[0] == "layerwise"
    assert engine_for(net, Protocol(weight_decay=0.1))[0] == "compiled"
    assert engine_for(net, Protocol(), "auto", "weights")[0] == "compiled"
    assert engine_for(net, Protocol(clip=1.0))[0] == "torch"
    with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch' .* 'compiled', but it does not know clip"):
        engine_for(net, Protocol(clip=1.0), "compiled")
    for engine in (Compiled, Layerwise):
        with pytest.raises(ValueError, match="it does not know clip"):
            engine(net, Protocol(clip=1.0))


def test_an_engine_that_states_nothing_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one written before there was anything beyond the paper."""

    class Old(Plain):
        knows = ()

    monkeypatch.setitem(ENGINES, "old", Old)
    assert trained(Protocol(epochs=1), "old").shape == weights(small()).shape
    for protocol in (Protocol(clip=1.0), Protocol(schedule="step"), Protocol(weight_decay=1.0)):
        with pytest.raises(ValueError, match="it does not know"):
            trained(protocol, "old")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"weight_decay": -0.1},
            "weight_decay: must be a finite number >= 0, got -0.1; pass",
        ),
        ({"clip": 0}, "clip: must be a finite number > 0, got 0; pass for example clip"),
        ({"schedule": "linear"}, "schedule: must be a known name, got 'linear'; choose from constant, step, cosine"),
        ({"schedule": 0.5}, "schedule: must be a known name, got 0.5; choose from"),
        ({"schedule": lambda epoch: -1.0}, "schedule: must be a finite number >= 0, got -1.0; pass"),
        ({"schedule": lambda epoch: math.nan}, "schedule: must be a finite number >= 0, got nan; pass"),
        ({"schedule": lambda epoch: "fast"}, "schedule: must be a finite number >= 0, got 'fast'; pass"),
    ],
)
def test_out_of_range(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Protocol(**arguments)
    with pytest.raises(ValueError, match="every: must be a whole number >= 1, got 0"):
        Steps(0)
    with pytest.raises(ValueError, match="least: must be a finite number >= 0, got -1"):
        Cosine(3, -1)


# ---- samples with weights


def repeated(points: PointSet, counts: np.ndarray) -> PointSet:
    return PointSet(np.repeat(points.X, counts, axis=0), np.repeat(points.c, counts), points.classes)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("engine", ENGINES_BEYOND)
def test_weights_count_repetitions(engine: str, loss: str) -> None:
    """With all samples in one batch, weights train as repeated rows, also where a weight is zero; so do statistics."""
    counts = np.random.default_rng(0).integers(0, 4, len(TRAIN))
    more, given = repeated(TRAIN, counts), replace(TRAIN, weights=counts)
    runs: list[tuple[History, np.ndarray]] = []
    for points in (more, given):
        net, protocol = small(), Protocol(epochs=10, batch_size=len(points), loss=loss)
        history = fit(net, points, points, protocol, engine=engine, progress=False)
        runs.append((history, weights(net)))
    (expected, theirs), (found, ours) = runs
    np.testing.assert_allclose(ours, theirs, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(found.train_cost, expected.train_cost, rtol=ROUNDING)
    np.testing.assert_allclose(found.train_accuracy, expected.train_accuracy, rtol=ROUNDING)
    assert np.abs(ours - trained(Protocol(epochs=10, batch_size=23, loss=loss), engine, seed=0)).max() > 1e-3


@pytest.mark.parametrize("loss", LOSSES)
def test_both_engines_weigh_alike_in_small_batches(loss: str) -> None:
    """And equal weights, whatever they are, train as none."""
    given = replace(TRAIN, weights=np.random.default_rng(1).uniform(size=23))
    protocol = Protocol(epochs=3, loss=loss)
    compiled, plain = (trained(protocol, engine, given) for engine in ENGINES_BEYOND)
    np.testing.assert_allclose(compiled, plain, rtol=ROUNDING, atol=ROUNDING)
    alike = trained(protocol, "compiled", replace(TRAIN, weights=np.full(23, 7.0)))
    np.testing.assert_allclose(alike, trained(protocol, "compiled"), rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(
    "given", [np.ones(22), -np.ones(23), np.zeros(23), np.full(23, np.nan), np.array(["1"] * 23), np.ones((23, 1))]
)
def test_weights_out_of_range(given: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"^weights: must be finite numbers >= 0, one per sample, shape \(23,\), "):
        replace(TRAIN, weights=given)
    with pytest.raises(ValueError, match=r"^weights: must be finite numbers >= 0"):
        TargetSet(TRAIN.X, TRAIN.X, given)


# ---- targets

TARGETS = TargetSet(TRAIN.X, np.column_stack([TRAIN.X.sum(axis=1), TRAIN.X[:, 0] ** 2 / 8]))
"""Two targets per sample."""


def test_targets_train_by_the_mean_square_error() -> None:
    """Two epochs of PyTorch's Adam on its own mean square error, with both engines; the history tells cost and R^2."""
    expected, rng = small(), np.random.default_rng(5)
    steps = torch.optim.Adam(expected.parameters(), lr=1e-3)
    x, y = torch.as_tensor(TARGETS.X).double(), torch.as_tensor(TARGETS.c).double()
    for _ in range(2):
        for rows in torch.as_tensor(rng.permutation(23)).split(5):
            steps.zero_grad()
            nn.functional.mse_loss(expected(x[rows]), y[rows]).backward()
            steps.step()
    outputs = expected(x).detach()
    for engine in ENGINES_BEYOND:
        net, protocol = small(), Protocol(epochs=2, loss="mean_square")
        history = fit(net, TARGETS, TARGETS, protocol, seed=5, engine=engine, progress=False)
        np.testing.assert_allclose(weights(net), weights(expected), rtol=ROUNDING, atol=ROUNDING)
        assert history.train_cost[-1] == pytest.approx(nn.functional.mse_loss(outputs, y).item(), rel=ROUNDING)
        assert history.train_accuracy[-1] == pytest.approx(r2_score(y, outputs), rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES_BEYOND)
def test_weights_of_targets_count_repetitions(engine: str) -> None:
    counts = np.random.default_rng(0).integers(0, 4, 23)
    more = TargetSet(np.repeat(TARGETS.X, counts, axis=0), np.repeat(TARGETS.c, counts, axis=0))
    found = []
    for of in (more, replace(TARGETS, weights=counts)):
        net = small()
        protocol = Protocol(epochs=10, batch_size=len(of), loss="mean_square")
        history = fit(net, of, of, protocol, engine=engine, progress=False)
        found.append((weights(net), history.train_cost, history.train_accuracy))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7)  # R^2 near 0 cancels


def test_the_affine_classifier_of_a_frozen_flow_finds_least_squares() -> None:
    """Only W and mu trained, by gradient descent to the end: the least squares solution on the flow's last states."""
    net = StandardNet(2, 3, 2, 1, seed=1).double()
    net.K.requires_grad_(False)
    net.b.requires_grad_(False)
    states = net.flow(TARGETS.X)[-1]
    A = np.column_stack([states, np.ones(23)])
    _, squares, *_ = np.linalg.lstsq(A, TARGETS.c.astype(float), rcond=None)
    full = Protocol(epochs=4000, batch_size=23, optimizer="sgd", learning_rate=0.9, stop_early=False)
    history = fit(net, TARGETS, TARGETS, replace(full, loss="mean_square"), progress=False)
    assert history.engine == "torch"  # since K and b are not trained
    assert history.train_cost[-1] == pytest.approx(squares.sum() / TARGETS.c.size, rel=1e-3)  # what 4000 steps leave
    assert history.train_cost[-1] >= squares.sum() / TARGETS.c.size


def test_one_output_is_enough() -> None:
    """A net whose classifier has one row is a regression with one output."""
    net = small()
    net.W, net.mu = nn.Parameter(net.W[:1].detach()), nn.Parameter(net.mu[:1].detach())
    one = TargetSet(TARGETS.X, TARGETS.c[:, :1])
    history = fit(net, one, one, Protocol(epochs=30, loss="mean_square", learning_rate=0.02), progress=False)
    assert history.engine == "compiled"
    assert history.train_accuracy[-1] > 0.9 > history.train_accuracy[0]


def test_targets_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="loss: must measure a distance where samples have targets, got"):
        fit(small(), TARGETS, TARGETS, Protocol())
    with pytest.raises(ValueError, match="validation: must be a TargetSet as train is, got a PointSet; pass"):
        fit(small(), TARGETS, VALIDATION, Protocol(loss="mean_square"))
    with pytest.raises(ValueError, match="train: must fit the net, d = 2 and 2 outputs, got d = 2 and 1 targets"):
        fit(small(), TargetSet(TARGETS.X, TARGETS.c[:, :1]), TARGETS, Protocol(loss="mean_square"))
    with pytest.raises(ValueError, match="c: must have a row per sample, 23, got 22; pass one for each"):
        TargetSet(TARGETS.X, TARGETS.c[:22])

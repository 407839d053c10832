"""Wide nets layer by layer: against autograd and PyTorch's optimisers, whoever multiplies and whoever updates."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from rknet import EulerNet, Net, PointSet, Protocol, RK4Net, RKNet, StandardNet, fit, identity
from rknet.contract import engine_for
from rknet.engines.compiled.updates import CODES, Rule
from rknet.engines.layerwise import cpu, cuda, factors
from rknet.engines.layerwise import engine as layerwise
from rknet.engines.layerwise.engine import Layerwise
from rknet.engines.layerwise.updates import StreamedUpdates
from rknet.engines.plain import Plain
from rknet.lifts import Lift
from rknet.protocol import LOSSES, OPTIMIZERS

D, D_HAT, CLASSES = 6, 37, 3
"""A width that is a multiple of nothing the loops are unrolled by."""
PRODUCTS = {torch.float64: 1e-13, torch.float32: 1e-4}
"""Sums of at most 64 terms of size up to 10, in another order than BLAS takes."""
WEIGHTS = {torch.float64: 1e-11, torch.float32: 1e-5}
"""Weights after two epochs: rounding, amplified by training and by optimisers that divide by small gradients."""
COSTS = {torch.float64: 1e-12, torch.float32: 1e-5}
"""Costs after two epochs."""
PRECISIONS = pytest.mark.parametrize("dtype", PRODUCTS, ids=str)


@pytest.fixture(params=["streamed", "torch"])
def updates(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who updates: the compiled loops, or PyTorch's optimisers as with many threads."""
    monkeypatch.setattr(layerwise, "FEW_THREADS", 10**6 if request.param == "streamed" else 0)
    return request.param


def points(N: int, seed: int = 0, d: int = D) -> PointSet:
    """Random samples with random labels."""
    rng = np.random.default_rng(seed)
    return PointSet(rng.standard_normal((N, d)), rng.integers(0, CLASSES, N), CLASSES)


TRAIN, VALIDATION = points(23), points(20, seed=1)

CASES: dict[str, tuple[type[Net], dict[str, str], dict[str, str]]] = {
    "adam": (RK4Net, {}, {}),
    "adam, learned lift": (EulerNet, {"lift": "learned", "activation": "softplus"}, {"loss": "mean_square"}),
    "sgd": (StandardNet, {"activation": "logistic"}, {"optimizer": "sgd"}),
    "adagrad": (EulerNet, {"lift": "orthogonal", "activation": "relu"}, {"optimizer": "adagrad"}),
    "adadelta": (RK4Net, {"lift": "learned"}, {"optimizer": "adadelta", "loss": "mean_square"}),
}


# ---- the loops


@PRECISIONS
@pytest.mark.parametrize("d", [1, 3, 16, 37, 64])
@pytest.mark.parametrize("n", [1, 5, 12])
def test_products_are_those_of_blas(dtype: torch.dtype, d: int, n: int) -> None:
    """y K^T and z K for any number of samples and any width."""
    generator = torch.Generator().manual_seed(0)
    K, y = (torch.randn(k, d, dtype=dtype, generator=generator) for k in (d, n))
    torch.testing.assert_close(cpu.product(K, y), y @ K.T, rtol=0, atol=PRODUCTS[dtype])
    torch.testing.assert_close(cpu.transposed_product(K, y), y @ K, rtol=0, atol=PRODUCTS[dtype])


@PRECISIONS
@pytest.mark.parametrize("rows", [1, 16, 37])
def test_update_takes_the_gradient_from_its_factors(dtype: torch.dtype, rows: int) -> None:
    """With SGD of rate 1 a matrix of any height moves by minus its gradient z^T Y, and nothing beside it moves."""
    generator = torch.Generator().manual_seed(0)
    z, Y = (torch.randn(12, k, dtype=dtype, generator=generator) for k in (rows, D_HAT))
    K, m, v = (torch.zeros(3, rows, D_HAT, dtype=dtype) for _ in range(3))
    cpu.update(Rule(CODES["sgd"], 1.0, False, False, np.ones(2)), K[1], m[1], v[1], z, Y)
    torch.testing.assert_close(-K[1], z.T @ Y, rtol=0, atol=PRODUCTS[dtype])
    assert K[1].abs().min() > 0
    assert K[0].abs().max() == K[2].abs().max() == 0


# ---- training


@PRECISIONS
@pytest.mark.parametrize("case", CASES)
def test_training_is_that_of_autograd(case: str, dtype: torch.dtype, updates: str) -> None:
    """Costs and weights of two epochs, with a short last batch, are those of the reference to rounding."""
    cls, options, choices = CASES[case]
    net = cls(D, D_HAT, CLASSES, 3, **options).to(dtype)
    other, start = copy.deepcopy(net), copy.deepcopy(net.state_dict())
    protocol = Protocol(epochs=2, stop_early=False, **choices)
    ours = fit(net, TRAIN, VALIDATION, protocol, engine="layerwise")
    theirs = fit(other, TRAIN, VALIDATION, protocol, engine="torch")
    assert ours.engine == "layerwise"
    np.testing.assert_allclose(ours.train_cost, theirs.train_cost, rtol=0, atol=COSTS[dtype])
    np.testing.assert_allclose(ours.val_cost, theirs.val_cost, rtol=0, atol=COSTS[dtype])
    for name, weights in net.state_dict().items():
        torch.testing.assert_close(weights, other.state_dict()[name], rtol=0, atol=WEIGHTS[dtype])
    moved = [name for name, p in net.named_parameters() if (p - start[name]).abs().max() > 10 * WEIGHTS[dtype]]
    assert moved == [name for name, p in net.named_parameters() if p.requires_grad]


@pytest.mark.parametrize("batch", [1, factors.FEW, factors.FEW + 1])
def test_any_batch(batch: int, updates: str) -> None:
    """Batches whose products are streamed and batches left to BLAS train alike."""
    net = RKNet(D, D_HAT, CLASSES, 2, tableau="heun").double()
    other = copy.deepcopy(net)
    order, protocol = np.arange(len(TRAIN)), Protocol(batch_size=batch)
    Layerwise(net, protocol).epoch(TRAIN.X, TRAIN.c, order)
    Plain(other, protocol).epoch(TRAIN.X, TRAIN.c, order)
    torch.testing.assert_close(net.K, other.K, rtol=0, atol=WEIGHTS[torch.float64])


def test_frozen_classifier(updates: str) -> None:
    """With nothing to train outside the layers, W and mu stay as they were."""
    net = EulerNet(D, D_HAT, CLASSES, 2, train_classifier=False)
    before = copy.deepcopy(net.state_dict())
    Layerwise(net, Protocol()).epoch(TRAIN.X, TRAIN.c, np.arange(10))
    assert torch.equal(net.W, before["W"]) and torch.equal(net.mu, before["mu"])
    assert not torch.equal(net.K, before["K"])


def test_wide_nets_are_trained_by_this_engine() -> None:
    """From a width on "auto" means the layer-wise step; before, and for a net with hooks, it does not."""
    widths = {d_hat: engine_for(EulerNet(2, d_hat, 2, 1), Protocol(), "auto")[0] for d_hat in (64, layerwise.WIDE)}
    assert widths == {64: "compiled", layerwise.WIDE: "layerwise"}
    hooked = EulerNet(2, layerwise.WIDE, 2, 1)
    hooked.register_forward_hook(lambda *_: None)
    assert engine_for(hooked, Protocol(), "auto")[0] == "torch"


class Changed(EulerNet):
    """A layer of its own."""

    def layer(self, K: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The layer's step, halved."""
        return super().layer(K, b, y) / 2


class WithAngle(Lift):
    """A lift with a parameter of its own, which no matrix replaces."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        super().__init__(d, d_hat, rng)
        self.angle = torch.nn.Parameter(torch.tensor(0.5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(x, sin(angle x_1), 0, ..., 0)."""
        return torch.nn.functional.pad(torch.cat([x, (self.angle * x[:, :1]).sin()], 1), (0, self.d_hat - self.d - 1))


def partly_trained() -> Net:
    """A net whose b stays as it is."""
    net = EulerNet(D, D_HAT, CLASSES, 2)
    net.b.requires_grad_(False)
    return net


def turned() -> Net:
    """A net whose matrices lie transposed in memory."""
    net = EulerNet(D, D_HAT, CLASSES, 2)
    net.K.data = net.K.data.mT
    return net


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        (Changed(D, D_HAT, CLASSES, 2), "changes of its own"),
        (EulerNet(D, D_HAT, CLASSES, 2, activation=torch.sin), "sigma is from elsewhere"),
        (EulerNet(D, D_HAT, CLASSES, 2, lift=WithAngle), "the lift is a WithAngle"),
        (EulerNet(D, D_HAT, CLASSES, 2).bfloat16(), "bfloat16"),
        (partly_trained(), "not both trained"),
        (turned(), "not contiguous"),
    ],
)
def test_what_does_not_apply_is_refused(net: Net, reason: str) -> None:
    """The reason and the remedy are named."""
    with pytest.raises(ValueError, match=rf"{reason}.*use engine='torch'"):
        Layerwise(net, Protocol())
    with pytest.raises(ValueError, match=rf"{reason}.*pass engine='auto'"):
        fit(net, TRAIN, VALIDATION, engine="layerwise")


def test_a_lift_from_elsewhere_is_trained_once_it_is_known(updates: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Autograd differentiates it below the layers' costate: weights and angle are those of the reference."""
    monkeypatch.setattr(identity, "ORIGINAL", dict(identity.ORIGINAL))
    identity.known(WithAngle)
    net = EulerNet(D, D_HAT, CLASSES, 2, lift=WithAngle).double()
    other, protocol = copy.deepcopy(net), Protocol(epochs=2, stop_early=False)
    fit(net, TRAIN, VALIDATION, protocol, engine="layerwise")
    fit(other, TRAIN, VALIDATION, protocol, engine="torch")
    assert abs(net.lift.angle.item() - 0.5) > 10 * WEIGHTS[torch.float64]
    for name, weights in net.state_dict().items():
        torch.testing.assert_close(weights, other.state_dict()[name], rtol=0, atol=WEIGHTS[torch.float64])


def test_no_gradient_is_kept(updates: str) -> None:
    """After a step no weight of the layers has a gradient."""
    net = RK4Net(D, D_HAT, CLASSES, 2)
    steps = Layerwise(net, Protocol())
    steps.epoch(TRAIN.X, TRAIN.c, np.arange(5))
    assert net.K.grad is None and net.b.grad is None
    assert isinstance(steps.updates, StreamedUpdates) == (updates == "streamed")
    assert updates == "streamed" or all(p.grad is None for layer in steps.updates.layers for p in layer)


def test_every_choice_is_covered() -> None:
    """The cases above have every optimiser and every loss."""
    protocols = [Protocol(**choices) for _, _, choices in CASES.values()]
    assert {p.optimizer for p in protocols} == set(OPTIMIZERS)
    assert {p.loss for p in protocols} == set(LOSSES)
    assert set(cuda.CAPTURABLE) <= set(OPTIMIZERS)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_captured_step_is_that_of_autograd(optimizer: str) -> None:
    """On CUDA, weights after two epochs with a short last batch are those of the reference on the CPU to rounding."""
    net = RK4Net(D, D_HAT, CLASSES, 3, lift="learned").double()
    other = copy.deepcopy(net).cuda()
    protocol = Protocol(optimizer=optimizer)
    ours, theirs = Layerwise(other, protocol), Plain(net, protocol)
    for _ in range(2):
        for steps in (ours, theirs):
            steps.epoch(TRAIN.X, TRAIN.c, np.arange(len(TRAIN)))
    assert isinstance(ours.take, cuda.Captured)
    assert (ours.take.graph is None) == (optimizer == "adagrad")
    for name, weights in other.state_dict().items():
        torch.testing.assert_close(weights.cpu(), net.state_dict()[name], rtol=0, atol=WEIGHTS[torch.float64])

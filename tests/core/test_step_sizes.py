"""A step size for each layer: what a net computes, how it is trained, saved and told from others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import rknet
from rknet import ConvolutionalRKNet, EulerNet, Protocol, RK4Net, RKNet, StandardNet, draw, fit, split
from rknet.adjoint.memory import checkpointed
from rknet.checks import step_sizes
from rknet.contract import engine_for
from rknet.estimator import RKNetClassifier
from rknet.exporting import to_onnx
from rknet.identity import computes
from rknet.playground.widget import Playground
from rknet.study.configuration import Configuration
from rknet.tableaus import TABLEAUS

H = (0.1, 0.4, 0.25)
EXPLICIT = [name for name, tableau in TABLEAUS.items() if tableau.explicit]
ROUNDING = 1e-14
"""Rounding of three layers in double precision."""
SINGLE = 2e-5
"""Relative difference of costs after sixteen float32 steps that sum in another order."""


def points() -> tuple[rknet.PointSet, rknet.PointSet]:
    return split(draw("donut_2D", 80, seed=1), 40)


def net(h: object = H, tableau: str = "rk4", **arguments: object) -> RKNet:
    return RKNet(2, 4, 2, 3, tableau=tableau, h=h, seed=5, **arguments)


@pytest.mark.parametrize("name", EXPLICIT)
def test_every_layer_takes_its_own_step(name: str) -> None:
    """The net is the composition of nets of one layer, each with a number as its step size."""
    whole, x = net(tableau=name).double(), torch.randn(7, 2, dtype=torch.double)
    y = whole.lift(x)
    for l, h in enumerate(H):
        one = RKNet(4, 4, 2, 1, tableau=name, h=h).double()
        y = one.layer(whole.K[l], whole.b[l], y)
    torch.testing.assert_close(whole.states(x)[-1], y, rtol=ROUNDING, atol=ROUNDING)


def test_a_number_is_the_special_case() -> None:
    """Equal steps give the bits of a number, in the net, in both engines that take them, and with checkpoints."""
    one, each, x = net(0.3), net([0.3] * 3), torch.randn(5, 2)
    assert torch.equal(one(x), each(x))
    y = one.lift(x)
    assert torch.equal(checkpointed(one, y, 2), checkpointed(each, y, 2))
    for engine in ("compiled", "torch"):
        trained = [net(h) for h in (0.3, [0.3] * 3)]
        for of in trained:
            fit(of, *points(), Protocol(epochs=2), engine=engine, progress=False)
        assert torch.equal(trained[0].K, trained[1].K)


@pytest.mark.parametrize("name", ["euler", "heun", "dopri5"])
def test_the_compiled_engine_trains_what_pytorch_trains(name: str) -> None:
    """With steps that differ, and not with those in another order."""
    costs = {}
    for engine, h in (("compiled", H), ("torch", H), ("reversed", H[::-1])):
        of = net(h, name)
        done = fit(of, *points(), Protocol(epochs=2), engine=engine.replace("reversed", "torch"), progress=False)
        costs[engine] = done.train_cost
    np.testing.assert_allclose(costs["compiled"], costs["torch"], rtol=SINGLE)
    assert not np.allclose(costs["reversed"], costs["torch"], rtol=10 * SINGLE)


def test_the_layerwise_engine_says_that_it_takes_one_number() -> None:
    """By its contract; "auto" passes on to the next engine."""
    wide = RKNet(2, 200, 2, 2, tableau="euler", h=[0.1, 0.2])
    with pytest.raises(ValueError, match=r"engine: .*, but the layers have steps of their own; pass engine='auto'"):
        engine_for(wide, Protocol(), "layerwise")
    assert engine_for(wide, Protocol())[0] == "compiled"


def test_steps_decide_what_a_net_is(tmp_path: Path) -> None:
    """They are in its plain values, which keys and files are made of."""
    of, other = net(), net((0.1, 0.25, 0.4))
    assert computes(of) != computes(other)
    assert computes(net(0.3)) != computes(of)
    of.save(tmp_path / "net")
    back = rknet.load(tmp_path / "net")
    x = torch.randn(5, 2)
    assert back.h == H
    assert torch.equal(back(x), of(x))
    model = RKNetClassifier(L=3, h=list(H), epochs=40, random_state=0).fit(
        *[getattr(points()[0], n) for n in ("X", "c")]
    )
    assert model.net_.h == H
    model.save(tmp_path / "model")
    assert rknet.load(tmp_path / "model").h == list(H)


def test_steps_leave_the_library(tmp_path: Path) -> None:
    """ONNX computes the same; the page knows no such net and says so."""
    runtime = pytest.importorskip("onnxruntime")
    of, x = net(tableau="heun"), np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
    to_onnx(of, tmp_path / "net.onnx")
    session = runtime.InferenceSession(tmp_path / "net.onnx")
    (logits,) = session.run(None, {"X": x})
    np.testing.assert_allclose(logits, of(torch.from_numpy(x)).detach().numpy(), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"net: must have one step size for all layers, got \[?\(?0\.1, 0\.4, 0\.25"):
        Playground(net=of)


def test_configurations_and_named_nets() -> None:
    """Whoever builds a net passes the steps on, and a configuration states them in plain values."""
    of = Configuration("donut_2D", "RK4Net", 3, 3, h=H)
    assert of.network(0).h == H
    assert of.plain()["h"] == list(H)
    assert of != Configuration("donut_2D", "RK4Net", 3, 3, h=H[::-1])
    assert Configuration("donut_2D", "RK4Net", 3, 3).plain()["h"] == 0.05
    assert EulerNet(2, 2, 2, 3, h=H).steps == RK4Net(2, 2, 2, 3, h=np.array(H)).steps == H
    assert RK4Net(2, 2, 2, 3).steps == (0.05,) * 3
    maps = ConvolutionalRKNet((1, 4, 4), 2, 2, 3, tableau="euler", h=torch.tensor(H, dtype=torch.double))
    assert maps.h == H
    assert StandardNet(2, 2, 2, 2).by_layer() == ()


@pytest.mark.parametrize(
    "value, rule",
    [
        ([0.1, 0.2], r"h: must be a finite number > 0 for each of the L = 3 layers, got \[0\.1, 0\.2\]; pass"),
        ([0.1, 0.2, 0.0], r"for each of the L = 3 layers, got \[0\.1, 0\.2, 0\.0\]"),
        ([0.1, 0.2, -1], "for each of the L = 3 layers"),
        (np.array([0.1, np.nan, 1]), "for each of the L = 3 layers"),
        (["0.1"] * 3, "for each of the L = 3 layers"),
        ([[0.1, 0.2, 0.3]], "for each of the L = 3 layers"),
        ([], "for each of the L = 3 layers"),
        ("0.1", "h: must be a finite number > 0, got '0.1'"),
    ],
)
def test_steps_are_checked(value: object, rule: str) -> None:
    """Number, sign and finiteness, before any work."""
    with pytest.raises(ValueError, match=rule):
        net(value)


def test_steps_replaced_are_checked_before_training() -> None:
    """By `validate`, which every engine calls."""
    of = net()
    of.h = (0.1, 0.2)
    with pytest.raises(ValueError, match="h: must be a finite number > 0 for each of the L = 3 layers"):
        fit(of, *points(), progress=False)
    with pytest.raises(ValueError, match="h: must be the step size of this layer, got those of 3 layers; pass one"):
        net().layer(of.K[0], of.b[0], torch.zeros(1, 4))
    assert step_sizes("h", [-1, 2.5], signed=True) == (-1.0, 2.5)

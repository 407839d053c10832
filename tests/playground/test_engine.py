"""The arithmetic of the page is the compiled engine's: the same bits, in WebAssembly and in plain JavaScript."""

import hashlib

import numpy as np
import probe
import pytest
import torch

from rknet import EulerNet, Protocol, RK4Net, RKNet, StandardNet, draw
from rknet.activations import ACTIVATIONS
from rknet.engines.compiled.engine import Compiled
from rknet.tableaus import Tableau

TYPED = Tableau("typed", [[], ["2/7"], ["-0.3", "1.1"]], ["1/5", "0", "4/5"])

NETS = {
    "StandardNet": (StandardNet, 3, 5, {}),
    "EulerNet": (EulerNet, 16, 20, {}),
    "RK4Net": (RK4Net, 7, 10, {}),
    "typed tableau": (RKNet, 10, 4, {"tableau": TYPED, "h": 0.4}),
}
"""Class, width, depth and options."""

KERNELS = ("webassembly", "javascript")
NAMES = {"lift": "lift.matrix", "K": "K", "b": "b", "W": "W", "mu": "mu"}
STEPS, BATCH, FEW = 50, 5, 33
POINTS = draw("donut_2D_6C", 300, seed=1)
ORDER = np.random.default_rng(0).permutation(len(POINTS))[: STEPS * BATCH - 2]  # the last batch is short

ROUNDING = 200 * np.finfo(np.float32).eps
"""Relative to the largest entry: a few hundred roundings in a row, of which most cancel."""

AMPLIFIED = 1e-4
"""Relative: fifty steps of Adam, which divides by the root of small moments, amplify roundings of float32."""


def sha(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)).hexdigest()


def named(engine, weights=None):
    """The engine's weights by the page's names, in the order in which it hashes them."""
    found = engine._named(weights or engine.weights)
    return {short: np.array(found[name]) for short, name in NAMES.items()}


def question(engine, net, kernel):
    scheme = engine.scheme
    layers = {
        "d_hat": net.d_hat,
        "L": net.L,
        "classes": net.classes,
        "activation": net.activation,
        "carried": scheme.carried,
        "A": scheme.A[0].tolist(),
        "beta": scheme.beta[0].tolist(),
        "learned": net.lift_name == "learned",
    }
    case = {
        "net": layers,
        "weights": {name: probe.text(array) for name, array in named(engine).items()},
        "rate": 1e-3,
        "decay": engine.decay,
        "batch": BATCH,
        "X": probe.text(POINTS.X),
        "c": POINTS.c.tolist(),
        "order": ORDER.tolist(),
        "few": FEW,
    }
    return "engine", case, kernel


def made(name, activation, lift="learned", factor=1.0, decay=0.0):
    cls, d_hat, L, options = NETS[name]
    net = cls(2, d_hat, POINTS.classes, L, activation=activation, lift=lift, seed=3, **options)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(factor)
    return net, Compiled(net, Protocol(batch_size=BATCH, learning_rate=1e-3, weight_decay=decay))


def confusion(engine):
    """Points of each class (row) by the answer they get (column)."""
    counts = np.zeros((POINTS.classes, POINTS.classes), int)
    np.add.at(counts, (POINTS.c, engine.logits(POINTS.X).argmax(axis=1)), 1)
    return counts


def expected(engine):
    """What the compiled engine computes, as the probe reports it."""
    before = engine.statistics(POINTS.X, POINTS.c)
    engine.epoch(POINTS.X, POINTS.c, ORDER)
    return {
        "before": list(before),
        "after": list(engine.statistics(POINTS.X, POINTS.c)),
        "confusion": confusion(engine).ravel().tolist(),
        "weights": sha(*named(engine).values()),
        "logits": sha(engine.logits(POINTS.X)),
        "states": sha(engine.states(POINTS.X[:FEW])),
    }


@pytest.mark.parametrize("name", NETS)
def test_fifty_steps_give_the_compiled_engines_bits(node, name):
    cases = [made(name, activation) for activation in ACTIVATIONS]
    answers = iter(probe.ask(node, *(question(engine, net, kernel) for net, engine in cases for kernel in KERNELS)))
    for _, engine in cases:
        truth = expected(engine)
        for kernel in KERNELS:
            answer = next(answers)
            assert answer["kernel"] == kernel
            assert {part: answer[part] for part in truth} == truth


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_so_do_saturated_nets_and_frozen_lifts(node, activation):
    """Weights thirty times as large reach the ends of tanh, exp, log and softplus."""
    net, engine = made("RK4Net", activation, lift="zero", factor=30.0)
    answers = probe.ask(node, *(question(engine, net, kernel) for kernel in KERNELS))
    truth = expected(engine)
    assert [{part: answer[part] for part in truth} for answer in answers] == [truth, truth]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", NETS)
def test_gradients_are_pytorchs_to_rounding(node, name, activation):
    net, engine = made(name, activation)
    answers = probe.ask(node, *(question(engine, net, kernel) for kernel in KERNELS))
    double = net.double()
    loss = torch.nn.functional.cross_entropy(
        double(torch.from_numpy(POINTS.X[:FEW]).double()), torch.tensor(POINTS.c[:FEW])
    )
    loss.backward()
    for short, parameter in NAMES.items():
        truth = double.get_parameter(parameter).grad.numpy()
        for answer in answers:
            found = probe.array(answer["gradients"][short]).reshape(truth.shape)
            assert np.abs(found - truth).max() <= ROUNDING * np.abs(truth).max()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", NETS)
def test_costates_are_pytorchs_derivatives_by_the_features_to_rounding(node, name, activation):
    net, engine = made(name, activation)
    answers = probe.ask(node, *(question(engine, net, kernel) for kernel in KERNELS))
    double = net.double()
    states = list(double._propagate(torch.from_numpy(POINTS.X[:FEW]).double()))
    for state in states:
        state.retain_grad()
    logits = torch.addmm(double.mu, states[-1], double.W.T)
    cost = torch.nn.functional.cross_entropy(logits, torch.tensor(POINTS.c[:FEW]), reduction="sum")
    cost.backward()
    sizes = [state.grad.square().sum(dim=1).mean().sqrt().item() for state in states]
    for answer in answers:
        np.testing.assert_allclose(answer["costates"], sizes, rtol=ROUNDING)


@pytest.mark.parametrize("lift", ["learned", "linear"])
@pytest.mark.parametrize("name", NETS)
def test_weight_decay_gives_the_compiled_engines_bits(node, name, lift):
    """As strong as the page allows; a frozen lift stays."""
    _, decaying = made(name, "tanh", lift, decay=1.0)
    net, plain = made(name, "tanh", lift)
    answers = probe.ask(node, *(question(decaying, net, kernel) for kernel in KERNELS))
    truth = expected(decaying)
    assert [{part: answer[part] for part in truth} for answer in answers] == [truth, truth]
    assert expected(plain)["weights"] != truth["weights"]
    lifts = [named(engine)["lift"] for engine in (plain, decaying)]
    assert np.array_equal(*lifts) == (lift == "linear")


def test_weight_decay_is_adamw(node):
    """Steps of PyTorch's own optimiser, in double precision."""
    net, engine = made("RK4Net", "tanh", decay=1.0)
    (answer,) = probe.ask(node, question(engine, net, "webassembly"))
    start = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    double = net.double()
    optimizer = torch.optim.AdamW(double.parameters(), lr=1e-3, weight_decay=1.0)
    X, c = torch.from_numpy(POINTS.X).double(), torch.from_numpy(POINTS.c)
    for batch in torch.from_numpy(ORDER).split(BATCH):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(double(X[batch]), c[batch]).backward()
        optimizer.step()
    cost = torch.nn.functional.cross_entropy(double(X), c).item()
    assert any((parameter != start[name]).any() for name, parameter in double.named_parameters())
    assert answer["after"][0] == pytest.approx(cost, rel=AMPLIFIED)

"""Bad input: every public function answers with the argument, the rule, the value received and the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from rknet import (
    ACTIVATIONS,
    LAWS,
    LIFTS,
    EulerNet,
    PointSet,
    Protocol,
    RK4Net,
    RKNet,
    StandardNet,
    Tableau,
    draw,
    fit,
    plots,
    split,
)
from rknet.data.points import ball, rings
from rknet.engines.plain import evaluate
from rknet.provenance import source_hash
from rknet.tableaus import DOPRI5
from rknet.training import LOSSES, OPTIMIZERS

PARTS = re.compile(r"(?P<argument>\w+): (?P<rule>.+), got (?P<value>.+); (?P<remedy>.+)", re.DOTALL)
"""The four parts of an error message."""

NET = StandardNet(2, 3, 2, 1)
POINTS = PointSet(np.zeros((4, 2)), [0, 1, 0, 1], 2)
SPACE = PointSet(np.zeros((4, 3)), [0, 1, 0, 1], 2)
FLOW = np.random.default_rng(0).normal(size=(3, 4, 2))
EXPLICIT = "euler, midpoint, heun, ralston, kutta3, rk4, rk38, dopri5"


def points(X: object, c: object = (0, 1), classes: int = 2) -> Callable[[], object]:
    """A point set, made when called."""
    return lambda: PointSet(X, c, classes)


def axes() -> plt.Axes:
    """Two-dimensional axes."""
    return plt.figure().add_subplot()


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """No figure outlives its test."""
    yield
    plt.close("all")


def trajectories(flow: np.ndarray, c: object = POINTS.c, **arguments) -> None:
    """Trajectories in two-dimensional axes."""
    plots.trajectories(axes(), flow, c, **arguments)


def flipbook(columns: object) -> plots.Flipbook:
    """A flipbook of four frames."""
    return plots.Flipbook(plots.flow_animation(axes(), FLOW, POINTS.c, frames=4), columns)


CASES: dict[str, tuple[Callable[[], object], str, str, str]] = {
    # Names.
    "activation": (lambda: StandardNet(2, 3, 2, 1, activation="sigmoid"), "activation", "'sigmoid'", "tanh, logistic"),
    "activation None": (lambda: StandardNet(2, 3, 2, 1, activation=None), "activation", "None", "tanh, logistic"),
    "activation list": (lambda: StandardNet(2, 3, 2, 1, activation=["tanh"]), "activation", "['tanh']", "tanh"),
    "lift": (lambda: StandardNet(2, 3, 2, 1, lift="padding"), "lift", "'padding'", ", ".join(LIFTS)),
    "tableau": (lambda: RKNet(2, 3, 2, 1, tableau="rk5"), "tableau", "'rk5'", "euler, midpoint"),
    "tableau None": (lambda: RKNet(2, 3, 2, 1, tableau=None), "tableau", "None", "euler, midpoint"),
    "law": (lambda: draw("moons"), "law", "'moons'", ", ".join(LAWS)),
    "law None": (lambda: draw(None), "law", "None", "donut_1D"),
    "loss": (lambda: Protocol(loss="mse"), "loss", "'mse'", ", ".join(LOSSES)),
    "evaluate": (lambda: evaluate(NET, torch.zeros(1, 2), torch.tensor([0]), "mse"), "loss", "'mse'", "cross_entropy"),
    "optimizer": (lambda: Protocol(optimizer="Adam"), "optimizer", "'Adam'", ", ".join(OPTIMIZERS)),
    "kinds": (lambda: plots.panels([["2d", "4d"]]), "kinds", "'4d'", "2d, 3d"),
    "no runs": (lambda: plots.convergence(axes(), {"RK4Net": []}), "runs", "'RK4Net'", "leave it out"),
    "layers and axes": (lambda: plots.features([axes()], np.zeros((3, 1, 2)), [0], [0, 1]), "layers", "2", "drop some"),
    "too large": (lambda: PointSet(np.array([[1e39]]), np.array([0]), 2), "X", "1 entries", "replace"),
    "quantity": (lambda: plots.convergence(axes(), {}, "loss"), "quantity", "'loss'", "accuracy, cost"),
    "module": (lambda: source_hash("nets", "network"), "modules", "'network'", "nets, "),
    # Tableaus.
    "implicit": (lambda: RKNet(2, 3, 2, 1, tableau="gauss4"), "tableau", "'Gauss-Legendre 4'", EXPLICIT),
    "own implicit": (lambda: RKNet(2, 3, 2, 1, tableau=Tableau("mine", [[1]], [1])), "tableau", "'mine'", EXPLICIT),
    "partner": (lambda: DOPRI5.partner, "tableau", "beta_i = 0 at i = [2, 7]", "heun, kutta3 or rk4"),
    "float": (lambda: Tableau("t", [[]], [0.5]), "beta", "0.5", "'1/3'"),
    "symbol": (lambda: Tableau("t", [["x"]], [1]), "A", "'x'", "'1/3'"),
    "infinite": (lambda: Tableau("t", [[]], [1], ["oo"]), "c", "'oo'", "'1/3'"),
    "rows": (lambda: Tableau("t", [[], [1]], [1]), "A", "[0, 1]", "s weights"),
    "nodes": (lambda: Tableau("t", [[]], [1], [0, 1]), "c", "2", "leave it out"),
    # Sizes of nets.
    **{
        f"lift {name}": (lambda name=name: StandardNet(3, 2, 2, 1, lift=name), "d_hat", "2", "d_hat >= 3")
        for name in LIFTS
    },
    "d = 0": (lambda: StandardNet(0, 2, 2, 1), "d", "0", "d=1 or more"),
    "d = 2.0": (lambda: StandardNet(2.0, 2, 2, 1), "d", "2.0", "d=1 or more"),
    "d_hat = True": (lambda: StandardNet(1, True, 2, 1), "d_hat", "True", "d_hat=1 or more"),
    "one class": (lambda: StandardNet(2, 2, 1, 1), "classes", "1", "classes=2 or more"),
    "no layer": (lambda: EulerNet(2, 2, 2, 0), "L", "0", "L=1 or more"),
    "negative depth": (lambda: RK4Net(2, 2, 2, -3), "L", "-3", "L=1 or more"),
    "h = 0": (lambda: RK4Net(2, 2, 2, 1, h=0), "h", "0", "h=0.05"),
    "h < 0": (lambda: RK4Net(2, 2, 2, 1, h=-0.1), "h", "-0.1", "h=0.05"),
    "h nan": (lambda: EulerNet(2, 2, 2, 1, h=float("nan")), "h", "nan", "h=0.05"),
    "h infinite": (lambda: EulerNet(2, 2, 2, 1, h=float("inf")), "h", "inf", "h=0.05"),
    "h text": (lambda: EulerNet(2, 2, 2, 1, h="0.1"), "h", "'0.1'", "h=0.05"),
    "net's seed": (lambda: StandardNet(2, 2, 2, 1, seed=-1), "seed", "-1", "seed=0 or more"),
    "net's seed None": (lambda: StandardNet(2, 2, 2, 1, seed=None), "seed", "None", "seed=0 or more"),
    # Input of nets.
    "tensor's width": (lambda: NET(torch.zeros(4, 3)), "x", "(4, 3)", "one row a sample"),
    "one sample": (lambda: NET.states(torch.zeros(2)), "x", "(2,)", "one row a sample"),
    "width": (lambda: NET.flow(np.zeros((4, 3))), "X", "(4, 3)", "d = 2 columns"),
    "vector": (lambda: NET.predict(np.zeros(2)), "X", "(2,)", "one row a sample"),
    "nan": (lambda: NET.predict_proba([[0, np.nan]]), "X", "1 entries", "drop or replace"),
    "no sample": (lambda: NET.flow(np.zeros((0, 2))), "X", "(0, 2)", "N >= 1"),
    "text": (lambda: NET.predict([["a", "b"]]), "X", "dtype <U1", "float32"),
    "complex": (lambda: NET.predict([[1j, 0]]), "X", "dtype complex128", "float32"),
    # Point sets.
    "infinite point": (points([[0, np.inf], [np.nan, 0]]), "X", "2 entries", "drop or replace"),
    "empty": (points([[], []]), "X", "(2, 0)", "N >= 1"),
    "no points": (points(np.zeros((0, 2)), []), "X", "(0, 2)", "N >= 1"),
    "flat": (points([0.0, 1.0]), "X", "(2,)", "one row a sample"),
    "label too large": (points(np.zeros((2, 2)), [0, 2]), "c", "0..2", "raise classes"),
    "label negative": (points(np.zeros((2, 2)), [-1, 0]), "c", "-1..0", "relabel"),
    "float labels": (points(np.zeros((2, 2)), [0.0, 1.0]), "c", "dtype float64", "0, 1, ..."),
    "too few labels": (points(np.zeros((2, 2)), [0]), "c", "(1,)", "length N"),
    "one-hot labels": (points(np.zeros((2, 2)), [[1, 0], [0, 1]]), "c", "(2, 2)", "length N"),
    "single class": (points(np.zeros((2, 2)), [0, 0], 1), "classes", "1", "classes=2 or more"),
    "odd spiral": (lambda: draw("spiral", 7), "N", "7", "pass 8"),
    "odd helix": (lambda: draw("spiral_3D", 1), "N", "1", "pass 2"),
    "N = 0": (lambda: draw("squares", 0), "N", "0", "N=1 or more"),
    "N = 2.5": (lambda: draw("squares", 2.5), "N", "2.5", "N=1 or more"),
    "noise": (lambda: draw("squares", noise=-0.1), "noise", "-0.1", "noise=0"),
    "noise nan": (lambda: draw("squares", noise=float("nan")), "noise", "nan", "noise=0"),
    "draw's seed": (lambda: draw("squares", seed=-1), "seed", "-1", "seed=0 or more"),
    "split at the end": (lambda: split(POINTS, 4), "first", "4 of 4", "1..3"),
    "split by default": (lambda: split(POINTS), "first", "1500 of 4", "1..3"),
    "split at 0": (lambda: split(POINTS, 0), "first", "0", "first=1 or more"),
    "ball": (lambda: ball(0), "d", "0", "d=1 or more"),
    "rings' dimension": (lambda: rings(0, 3), "d", "0", "d=1 or more"),
    "rings' classes": (lambda: rings(2, 1), "classes", "1", "classes=2 or more"),
    # Training.
    "epochs": (lambda: Protocol(epochs=0), "epochs", "0", "epochs=1 or more"),
    "batch_size": (lambda: Protocol(batch_size=-5), "batch_size", "-5", "batch_size=1 or more"),
    "learning_rate": (lambda: Protocol(learning_rate=0), "learning_rate", "0", "learning_rate=0.05"),
    "tolerance": (lambda: Protocol(tolerance=-0.1), "tolerance", "-0.1", "tolerance=0"),
    "window": (lambda: Protocol(window=0), "window", "0", "window=1 or more"),
    "first_stop": (lambda: Protocol(first_stop=7), "first_stop", "7", "raise first_stop"),
    "net and data": (lambda: fit(NET, SPACE, SPACE), "train", "d = 3", "d=3, classes=2"),
    "net and validation": (lambda: fit(NET, POINTS, SPACE), "validation", "d = 3", "d=3, classes=2"),
    "net's classes": (lambda: fit(StandardNet(2, 2, 3, 1), POINTS, POINTS), "train", "classes = 2", "classes=2"),
    "batch": (lambda: fit(NET, POINTS, POINTS), "batch_size", "5", "batch_size=4 or less"),
    "order's seed": (lambda: fit(NET, POINTS, POINTS, Protocol(batch_size=1), seed=-1), "seed", "-1", "seed=0"),
    # Plots.
    "scatter": (lambda: plots.scatter(axes(), np.zeros((4, 3)), POINTS.c), "X", "(4, 3)", "d = 2 columns"),
    "eleventh class": (lambda: plots.scatter(axes(), np.zeros((1, 2)), [10]), "c", "10..10", "relabel"),
    "flow's width": (lambda: trajectories(np.zeros((3, 4, 5))), "flow", "(3, 4, 5)", "[:, :, :2]"),
    "flow's rank": (lambda: trajectories(np.zeros((3, 4))), "flow", "(3, 4)", "[:, :, :2]"),
    "flow's points": (lambda: trajectories(FLOW, points=0), "points", "0", "points=1 or more"),
    "flow's labels": (lambda: trajectories(FLOW, [0, 1]), "c", "(2,)", "length N"),
    "layers": (lambda: plots.features([axes()], FLOW, POINTS.c, [3]), "layers", "3", "leave it out"),
    "frames": (lambda: plots.flow_animation(axes(), FLOW, POINTS.c, frames=1), "frames", "1", "frames=2 or more"),
    "columns": (lambda: flipbook(3), "columns", "3", "choose another"),
    "no columns": (lambda: plots.Flipbook(None, 0), "columns", "0", "columns=1 or more"),
}
"""A call, and what its message must hold: the argument, the value, the remedy."""


@pytest.mark.parametrize("case", CASES)
def test_message(case: str) -> None:
    """A ValueError in four parts: the argument, a rule, the value as it was received, a remedy."""
    call, argument, value, remedy = CASES[case]
    with pytest.raises(ValueError, match=PARTS) as error:
        call()
    parts = PARTS.fullmatch(str(error.value))
    assert parts is not None
    assert parts["argument"] == argument
    assert re.search("must|needs", parts["rule"])
    assert value in parts["value"]
    assert remedy in parts["remedy"]


@pytest.mark.parametrize(
    ("make", "known"),
    [
        (lambda name: StandardNet(2, 3, 2, 1, activation=name), ACTIVATIONS),
        (lambda name: StandardNet(2, 3, 2, 1, lift=name), LIFTS),
        (lambda name: draw(name, 2), LAWS),
        (lambda name: Protocol(loss=name), LOSSES),
        (lambda name: Protocol(optimizer=name), OPTIMIZERS),
    ],
)
def test_every_name_offered_is_known(make: Callable[[str], object], known: dict) -> None:
    """The names that an error offers are all there are, and each one works."""
    with pytest.raises(ValueError, match="choose from") as error:
        make("?")
    offered = str(error.value).split("choose from ")[1].split(", ")
    assert offered == list(known)
    for name in offered:
        make(name)


def test_explicit_schemes_offered_work() -> None:
    """The schemes that are offered in place of an implicit one are accepted."""
    for name in EXPLICIT.split(", "):
        RKNet(2, 2, 2, 1, tableau=name)


def test_nothing_is_trained_on_bad_input() -> None:
    """A refused call leaves the net's weights as they were."""
    before = NET.K.detach().clone()
    with pytest.raises(ValueError, match="seed"):
        fit(NET, POINTS, POINTS, Protocol(batch_size=1, epochs=1), seed=-1)
    assert torch.equal(NET.K, before)


@pytest.mark.parametrize("X", [[[0, 1]], [[True, False]], np.zeros((1, 2), np.float16), torch.zeros(1, 2)])
def test_input_of_other_kinds_is_converted(X: object) -> None:
    """Whole numbers, truth values, half precision and tensors are samples too."""
    assert NET.predict(X).shape == (1,)

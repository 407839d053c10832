"""Bad input: every public function answers with the argument, the rule, the value received and the remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch.nn import Linear, Tanh

from rknet import (
    ACTIVATIONS,
    LAWS,
    LIFTS,
    EulerNet,
    History,
    PointSet,
    Protocol,
    RK4Net,
    RKNet,
    StandardNet,
    Tableau,
    checks,
    draw,
    fit,
    plots,
    split,
)
from rknet.adjoint.memory import best_segment
from rknet.adjoint.order import order_of_pair
from rknet.adjoint.rightsides import Affine
from rknet.adjoint.steps import Step
from rknet.checkpoint import Checkpoint
from rknet.convolution import ConvolutionalRKNet
from rknet.data import bayes
from rknet.data.points import EDGE, Helix, Rings, Spiral, Squares, Strip, ball, checkerboard, rings
from rknet.engines.compiled.engine import Compiled
from rknet.engines.plain import evaluate
from rknet.estimator import RKNetClassifier
from rknet.protocol import LOSSES, OPTIMIZERS
from rknet.provenance import source_hash
from rknet.study.configuration import Configuration
from rknet.study.experiments import Experiment
from rknet.study.records import Run
from rknet.study.store import Store
from rknet.tableaus import DOPRI5, RK4

PARTS = re.compile(r"(?P<argument>\w+): (?P<rule>.+), got (?P<value>.+); (?P<remedy>.+)", re.DOTALL)
"""The four parts of an error message."""

NET = StandardNet(2, 3, 2, 1)
POINTS = PointSet(np.zeros((4, 2)), [0, 1, 0, 1], 2)
SPACE = PointSet(np.zeros((4, 3)), [0, 1, 0, 1], 2)
ONE = Protocol(batch_size=1, epochs=1)
RNG = np.random.default_rng(0)
HISTORY = History(*[np.ones(2)] * 4, "epochs")
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


def classifier(**parameters: object) -> RKNetClassifier:
    """A classifier with these parameters, fitted."""
    return RKNetClassifier(L=1, epochs=1, **parameters).fit(np.eye(4), [0, 1, 0, 1])


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
    "tensor's width": (lambda: NET(torch.zeros(4, 3)), "x", "(4, 3)", "one row per sample"),
    "one sample": (lambda: NET.states(torch.zeros(2)), "x", "(2,)", "one row per sample"),
    "width": (lambda: NET.flow(np.zeros((4, 3))), "X", "(4, 3)", "d = 2 columns"),
    "vector": (lambda: NET.predict(np.zeros(2)), "X", "(2,)", "one row per sample"),
    "nan": (lambda: NET.predict_proba([[0, np.nan]]), "X", "1 entries", "drop or replace"),
    "no sample": (lambda: NET.flow(np.zeros((0, 2))), "X", "(0, 2)", "N >= 1"),
    "text": (lambda: NET.predict([["a", "b"]]), "X", "dtype <U1", "float32"),
    "complex": (lambda: NET.predict([[1j, 0]]), "X", "dtype complex128", "float32"),
    # Point sets.
    "infinite point": (points([[0, np.inf], [np.nan, 0]]), "X", "2 entries", "drop or replace"),
    "empty": (points([[], []]), "X", "(2, 0)", "N >= 1"),
    "no points": (points(np.zeros((0, 2)), []), "X", "(0, 2)", "N >= 1"),
    "flat": (points([0.0, 1.0]), "X", "(2,)", "one row per sample"),
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
    "split at the end": (lambda: split(POINTS, 4), "first", "4 of 4", "from 1 to 3"),
    "split of one": (lambda: split(POINTS[:1]), "first", "1 of 1", "two points or more"),
    "split no points": (lambda: split(POINTS.X), "points", "a ndarray", "pass a PointSet"),
    "no pair": (lambda: fit(NET, POINTS.X, POINTS, ONE), "train", "array", "pass (X, c)"),
    # Pictures.
    **{
        f"resolution {n}": (
            lambda n=n: plots.boundary(axes(), NET.predict_proba, resolution=n),
            "resolution",
            str(n),
            "s",
        )
        for n in (0, -3, 2.5, 10**6)
    },
    "bound": (lambda: plots.input_space(axes(), 0), "bound", "0", "bound=0.05"),
    "bound of a boundary": (lambda: plots.boundary(axes(), NET.predict_proba, bound="4"), "bound", "'4'", "bound=0.05"),
    "size": (lambda: plots.scatter(axes(), POINTS.X, POINTS.c, size=-1), "size", "-1", "size=0.05"),
    "alpha": (lambda: plots.scatter(axes(), POINTS.X, POINTS.c, alpha=2), "alpha", "2", "0.5"),
    "no panels": (lambda: plots.panels([]), "kinds", "[]", "[['2d', '3d']]"),
    "an empty row": (lambda: plots.panels([[]]), "kinds", "[()]", "[['2d', '3d']]"),
    "ragged panels": (lambda: plots.panels([["2d"], ["2d", "2d"]]), "kinds", "('2d', '2d')", "[['2d', '3d']]"),
    "height": (lambda: plots.panels([["2d"]], height=-1), "height", "-1", "height=0.05"),
    "components": (lambda: plots.principal(POINTS.X, 3), "dimensions", "3", "pass 2 or less"),
    "no components": (lambda: plots.principal(POINTS.X, 0), "dimensions", "0", "dimensions=1"),
    "components by name": (lambda: plots.principal(POINTS.X, "2"), "dimensions", "'2'", "dimensions=1"),
    "flow of vectors": (lambda: plots.principal_flow(np.zeros((2, 3))), "flow", "(2, 3)", "net.flow(X)"),
    "flow of nan": (lambda: plots.principal_flow(np.full((2, 3, 2), np.nan)), "flow", "12 entries", "drop or replace"),
    "flow of text": (lambda: trajectories("abc"), "flow", "()", "net.flow(X)"),
    "coordinates": (lambda: plots.select(0, 2)(FLOW[0]), "coordinates", "[0, 2]", "leave out"),
    "coordinate": (lambda: plots.select(-1), "coordinates", "-1", "coordinates=0"),
    "layer by name": (lambda: plots.features([axes()], FLOW, POINTS.c, ["a"]), "layers", "'a'", "leave it out"),
    "shape of one side": (lambda: plots.image(axes(), np.zeros(4), "a", shape=(4,)), "shape", "(4,)", "(28, 28)"),
    "negative shape": (lambda: plots.image(axes(), np.zeros(4), "a", shape=(-2, -2)), "shape", "-2", "shape=1"),
    "runs in a list": (lambda: plots.convergence(axes(), [1, 2]), "runs", "a list", "pass a Mapping"),
    "runs of numbers": (lambda: plots.convergence(axes(), {"a": [1]}), "runs", "a int", "pass a History"),
    "eleven nets": (lambda: plots.convergence(axes(), {str(k): [HISTORY] for k in range(11)}), "runs", "11", "several"),
    "training text": (
        lambda: plots.convergence(axes(), {"a": [HISTORY]}, training="False"),
        "training",
        "'False'",
        "True",
    ),
    "no classifier": (
        lambda: plots.boundary(axes(), lambda X: np.zeros(3), resolution=9),
        "probability",
        "(3,)",
        "net.",
    ),
    "too many frames": (lambda: plots.flow_animation(axes(), FLOW, POINTS.c, frames=10**9), "frames", "10", "less"),
    # Memory, lifts, points and tableaus.
    "segments of no stage": (lambda: best_segment(0, 5), "s", "0", "s=1"),
    "segments by name": (lambda: best_segment("1", 5), "s", "'1'", "s=1"),
    "matrix beyond memory": (lambda: LIFTS["linear"](10**6, 10**6, RNG), "d_hat", "1000000", "rknet.checks.MEMORY"),
    "orthogonal beyond memory": (lambda: LIFTS["orthogonal"](10**6, 10**6, RNG), "d_hat", "1000000", "MEMORY"),
    "lift without generator": (lambda: LIFTS["linear"](2, 3, None), "rng", "a NoneType", "pass a Generator"),
    "radius": (lambda: Rings(2, 2, inner=5), "inner", "5", "a list or a tuple"),
    "table": (lambda: Squares(2, 2, table=5), "table", "5", "a list or a tuple"),
    "no matrix": (lambda: Tableau("t", None, [1]), "A", "None", "pass a list"),
    "one weight": (lambda: Tableau("t", [[]], 1), "beta", "1", "pass a list"),
    "one callback": (lambda: fit(NET, POINTS, POINTS, ONE, callbacks=5), "callbacks", "5", "a list or a tuple"),
    "callback": (lambda: fit(NET, POINTS, POINTS, ONE, callbacks=[5]), "callbacks", "a int, 5", "pass a Callback"),
    "checkpoint with a NUL": (
        lambda: fit(NET, POINTS, POINTS, ONE, checkpoint="a\0b"),
        "checkpoint",
        r"'a\x00b'",
        "./results",
    ),
    "store with a NUL": (lambda: Store("\0"), "store", r"'\x00'", "./results"),
    "checkpoint of a number": (lambda: fit(NET, POINTS, POINTS, ONE, checkpoint=5), "checkpoint", "5", "./results"),
    "no net": (lambda: fit("RK4Net", POINTS, POINTS, ONE), "net", "a str, 'RK4Net'", "pass a Net"),
    "no protocol": (lambda: fit(NET, POINTS, POINTS, 40), "protocol", "a int, 40", "pass a Protocol"),
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
    "stop_early": (
        lambda: Protocol(stop_early="False"),
        "stop_early",
        "'False'",
        "stop_early=True or stop_early=False",
    ),
    "stop_early 1": (lambda: Protocol(stop_early=1), "stop_early", "1", "stop_early=True or stop_early=False"),
    "progress": (lambda: fit(NET, POINTS, POINTS, ONE, progress="no"), "progress", "'no'", "progress=True or"),
    "huge tolerance": (lambda: Protocol(tolerance=10**400), "tolerance", "1000", "tolerance=0"),
    "protocol": (lambda: Configuration("spiral", "RK4Net", 3, 1, protocol="paper"), "protocol", "'paper'", "epochs=40"),
    "keep": (lambda: Checkpoint("file", keep="False"), "keep", "'False'", "keep=True or keep=False"),
    "train_classifier": (
        lambda: StandardNet(2, 3, 2, 1, train_classifier="False"),
        "train_classifier",
        "'False'",
        "train_classifier=True or",
    ),
    "pooled": (
        lambda: ConvolutionalRKNet((1, 2, 2), 1, 2, 1, tableau="rk4", pooled="no"),
        "pooled",
        "'no'",
        "pooled=True or",
    ),
    "carried": (lambda: Step(Affine(), "euler", 1.0, carried="False"), "carried", "'False'", "carried=True or"),
    "step size": (lambda: Step(Affine(), "euler", "0.1"), "h", "'0.1'", "h=0.05"),
    "step size inf": (lambda: Step(Affine(), "euler", 10**400), "h", "1000", "h=0.05"),
    "coupled": (lambda: order_of_pair(RK4, RK4, coupled="False"), "coupled", "'False'", "coupled=True or"),
    "repetitions": (lambda: Experiment("t", "w", {}, repetitions=0), "repetitions", "0", "repetitions=1 or more"),
    # Laws.
    "negative noise": (lambda: Strip(noise=-1), "noise", "-1", "noise=0"),
    "noise of a law nan": (lambda: Spiral(noise=float("nan")), "noise", "nan", "noise=0"),
    "noise text": (lambda: checkerboard(2).__class__(2, 2, noise="0.3"), "noise", "'0.3'", "noise=0"),
    "strip in space": (lambda: Strip(d=3), "d", "3", "leave it out"),
    "spiral of three arms": (lambda: Spiral(classes=3), "classes", "3", "leave it out"),
    "helix in the plane": (lambda: Helix(d=2), "d", "2", "leave it out"),
    "squares without a table": (lambda: Squares(3, 2), "table", "0 classes", "pass as many"),
    "table of the plane": (lambda: Squares(3, 2, table=(0, 1, 1, 0)), "table", "4 classes", "pass as many"),
    "table of others": (lambda: Squares(2, 2, table=(0, 1, 2, 0)), "table", "0..2", "relabel"),
    "no spread": (lambda: Rings(2, 2, spread=0), "spread", "0", "spread=0.05"),
    "two rings of three": (lambda: Rings(2, 3), "inner", "(0.0, 1.0)", "one radius for each class"),
    "falling radii": (lambda: Rings(2, 3, inner=(0, 2, 1)), "inner", "(0, 2, 1)", "one radius for each class"),
    "hole": (lambda: Rings(2, 2, inner=(1, 2)), "inner", "(1, 2)", "one radius for each class"),
    "limit in four dimensions": (lambda: bayes.accuracy(checkerboard(4)), "law", "d = 4", "`probability`"),
    # Functions and classes from elsewhere, at once and not in the first pass through the net.
    "lift makes a number": (
        lambda: StandardNet(2, 3, 2, 1, lift=lambda *given: 3),
        "lift",
        "which makes 3",
        "a subclass",
    ),
    "lift makes a map": (
        lambda: StandardNet(2, 3, 2, 1, lift=lambda *given: Linear(2, 3)),
        "lift",
        "Linear(",
        "a subclass",
    ),
    "lift makes another": (
        lambda: StandardNet(2, 3, 2, 1, lift=lambda *g: LIFTS["zero"](2, 4, g[2])),
        "lift",
        "d_hat=4",
        "a subclass",
    ),
    "lift of no argument": (lambda: StandardNet(2, 3, 2, 1, lift=lambda: LIFTS), "lift", "<lambda>", "a subclass"),
    "lift of another kind": (lambda: StandardNet(2, 3, 2, 1, lift=int), "lift", "<class 'int'>", "a subclass"),
    "sigma of no tensor": (lambda: StandardNet(2, 3, 2, 1, activation=len), "activation", "answers 2", "torch.sin"),
    "sigma as a class": (lambda: StandardNet(2, 3, 2, 1, activation=Tanh), "activation", "TypeError(", "torch.sin"),
    "sigma of a column": (
        lambda: StandardNet(2, 3, 2, 1, activation=lambda z: z[:, :1]),
        "activation",
        "(2, 1)",
        "torch.sin",
    ),
    # Figures and stability.
    "wide figure": (lambda: plots.panels([["2d"]], width=1e9), "width", "1000000000.0", "inches, not pixels"),
    "high figure": (lambda: plots.panels([["2d"]] * 10**4), "height", "24000 inches", "inches, not pixels"),
    "large figure": (lambda: plots.panels([["2d"]], width=650, height=650), "height", "GiB", "pass less"),
    "no probability": (lambda: plots.boundary(axes(), 0.5), "probability", "0.5", "net.predict_proba"),
    "one label": (lambda: trajectories(FLOW, 0), "c", "(1,)", "length N"),
    "label as a number": (lambda: plots.image(axes(), np.zeros(784), 3), "truth", "a int, 3", "pass a str"),
    "answer as a number": (lambda: plots.image(axes(), np.zeros(784), "3", 3), "answer", "a int, 3", "pass a str"),
    "no tree": (lambda: plots.rooted_tree(axes(), 3), "tree", "a int, 3", "pass a tuple"),
    "nodes of no kind": (lambda: plots.rooted_tree(axes(), (), True), "kinds", "a bool, True", "pass a str"),
    "tree of no size": (lambda: plots.rooted_tree(axes(), (), unit=0), "unit", "0", "unit=0.05"),
    "tree at no place": (lambda: plots.rooted_tree(axes(), (), at=(0, "x")), "at", "(0, 'x')", "(0.0, 0.0)"),
    "nodes of 10^400": (lambda: plots.rooted_tree(axes(), (), size=10**400), "size", "1000", "size=0.05"),
    "seed as a word": (lambda: classifier(random_state="seed"), "random_state", "'seed'", "random_state=0"),
    "schedule of no number": (lambda: Protocol(schedule=len), "schedule", "len>, which answers TypeError", "Steps(10)"),
    "weights of no dict": (lambda: classifier(class_weight=True), "class_weight", "True", "{0: 2.0}"),
    "warm start": (lambda: classifier(warm_start=np.zeros(0)), "warm_start", "array([]", "warm_start=True or"),
    "infinite z": (lambda: RK4.stability([1, float("inf")]), "z", "inf", "leave out"),
    # Sizes that no memory holds.
    "deep": (lambda: StandardNet(1, 1, 2, 10**9), "L", "29 GiB", "rknet.checks.MEMORY"),
    "wide": (lambda: StandardNet(2, 10**6, 2, 1), "L", "14901 GiB", "rknet.checks.MEMORY"),
    "lift's matrix": (lambda: StandardNet(2, 10**9, 2, 1), "d_hat", "29 GiB", "rknet.checks.MEMORY"),
    "many classes": (lambda: StandardNet(2, 3, 10**9, 1), "classes", "59 GiB", "rknet.checks.MEMORY"),
    "many filters": (
        lambda: ConvolutionalRKNet((1, 2, 2), 10**4, 2, 2, tableau="rk4"),
        "L",
        "26 GiB",
        "rknet.checks.MEMORY",
    ),
    "long": (lambda: Protocol(epochs=10**18), "epochs", "186264514923 GiB", "rknet.checks.MEMORY"),
    "many points": (lambda: draw("squares", 10**10), "N", "596 GiB", "rknet.checks.MEMORY"),
    "deep configuration": (lambda: Configuration("spiral", "RK4Net", 3, 10**9), "L", "178 GiB", "rknet.checks.MEMORY"),
    "many samples": (
        lambda: Configuration("spiral", "RK4Net", 3, 1, samples=10**9),
        "samples",
        "119 GiB",
        "rknet.checks.MEMORY",
    ),
    "many patterns": (lambda: checkerboard(40), "d", "65536 GiB", "rknet.checks.MEMORY"),
    "wide batch": (lambda: Compiled(NET, Protocol(batch_size=10**9)), "batch_size", "126 GiB", "rknet.checks.MEMORY"),
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


def test_of_many_names_the_nearest_are_offered() -> None:
    """A slip of one letter is told by its neighbours, in a line that can be read."""
    known = dict.fromkeys(f"{word}-{i}" for word in ("depth", "width") for i in range(100))
    with pytest.raises(ValueError, match=r"^id: must be a known name, got 'widht-7'; choose one of 200 names") as error:
        checks.choose("id", "widht-7", known)
    assert "such as width-7, " in str(error.value) and len(str(error.value)) < 120


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


# Values are kept as they were checked.

PLAIN = (bool, int, float, str, type(None))

KEPT: dict[str, Callable[[], object]] = {
    "protocol": lambda: Protocol(
        np.int64(3),
        np.uint8(5),
        np.str_("cross_entropy"),
        np.str_("adam"),
        np.float32(0.1),
        np.bool_(True),
        np.float64(0.1),
        np.int8(5),
        np.int16(10),
    ),
    "configuration": lambda: Configuration(
        np.str_("spiral"),
        np.str_("RK4Net"),
        np.int8(16),
        np.uint8(3),
        np.str_("tanh"),
        np.str_("zero"),
        np.float32(0.05),
        Protocol(epochs=np.int64(2)),
        np.int64(100),
    ),
    "checkpoint": lambda: Checkpoint("file", np.float32(3), np.bool_(False)),
    "run": lambda: Run("depth", np.str_("row"), Configuration("spiral", "RK4Net", 3, 1), np.int64(3)),
    "experiment": lambda: Experiment("t", "w", {}, np.int64(3)),
    "strip": lambda: Strip(np.int64(2), np.int8(2), np.float32(0.5)),
    "rings": lambda: Rings(np.int8(3), np.int8(2), np.float32(0.5), np.float64(1), (np.float64(0), np.int64(1))),
    "squares": lambda: Squares(np.int64(2), np.int64(2), np.float64(0.3), np.array([0, 1, 1, 0])),
    "points": lambda: PointSet(np.zeros((2, 2)), [0, 1], np.int64(2)),
}


def leaves(value: object) -> Iterator[object]:
    """The numbers and texts in a dataclass, all but arrays and paths."""
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, (list, tuple, dict)):
        for part in value:
            yield from leaves(part)
    elif not isinstance(value, (np.ndarray, Path)):
        yield value


@pytest.mark.parametrize("name", KEPT)
def test_plain_values_are_kept(name: str) -> None:
    """Numbers and texts of NumPy's become Python's, which have no width and which JSON takes."""
    assert {type(leaf) for leaf in leaves(KEPT[name]())} <= set(PLAIN)


@pytest.mark.parametrize("number", [np.int8, np.uint8, np.int16, np.int64])
def test_sizes_of_nets_are_kept_plain(number: type) -> None:
    """A net has the same weights whatever the type of its sizes is."""
    for lift in LIFTS:
        expected = RK4Net(3, 13, 5, 100, lift=lift, h=0.1, seed=3)
        sizes = map(number, (3, 13, 5, 100))
        net = RK4Net(*sizes, lift=np.str_(lift), h=np.float64(0.1), seed=number(3), train_classifier=np.bool_(True))
        assert {name: w.tolist() for name, w in net.state_dict().items()} == {
            name: w.tolist() for name, w in expected.state_dict().items()
        }
        assert repr(net.architecture) == repr(expected.architecture)
    expected = ConvolutionalRKNet((1, 4, 4), 20, 2, 2, tableau="rk4", border=1, kernel=3)
    image, sizes = tuple(map(number, (1, 4, 4))), map(number, (20, 2, 2))
    net = ConvolutionalRKNet(image, *sizes, tableau="rk4", border=number(1), kernel=number(3), pooled=np.bool_(False))
    assert repr(net.architecture) == repr(expected.architecture)
    assert torch.equal(net.K, expected.K)


def test_a_run_of_numpys_numbers_has_a_record() -> None:
    """All that a record states of a run can be written."""
    run = Run("small", "row", KEPT["configuration"](), np.int64(1))
    assert json.loads(json.dumps(run.plain()))["configuration"]["L"] == 3


def test_points_of_numpys_numbers() -> None:
    """A number of points that is NumPy's does not overflow."""
    np.testing.assert_array_equal(draw("spiral", np.uint8(200), seed=np.int8(3)).X, draw("spiral", 200, seed=3).X)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_limit_of_checkerboards(d: int) -> None:
    """Each coordinate is told right or wrong by itself, so the limit has a product formula."""
    law = checkerboard(d)
    x = np.linspace(-EDGE - 2, EDGE + 2, 200_001)
    positive, negative = (norm.cdf((b - x) / law.noise) - norm.cdf((a - x) / law.noise) for a, b in ((0, 4), (-4, 0)))
    expected = (1 + np.trapezoid(np.abs(positive - negative) / (2 * EDGE), x) ** d) / 2
    assert bayes.accuracy(law) == pytest.approx(expected, abs=1e-8)  # both quadratures, see `bayes.TAILS`


def test_more_memory_can_be_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is a constant of the module, which a caller may change."""
    monkeypatch.setattr(checks, "MEMORY", 1000)
    with pytest.raises(ValueError, match="L: must need at most 9.31323e-07 GiB"):
        StandardNet(2, 3, 2, 10)
    monkeypatch.setattr(checks, "MEMORY", 2000)
    assert StandardNet(2, 3, 2, 10).L == 10


def test_an_array_is_shown_on_one_line() -> None:
    """An error is one line, whatever was received."""
    assert checks.shown(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"

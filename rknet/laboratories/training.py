"""The laboratory of Section 4: a net of the paper is trained while one looks on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from rknet import plots
from rknet.activations import ACTIVATIONS
from rknet.data import bayes
from rknet.laboratories import run
from rknet.laboratories.laboratory import Laboratory
from rknet.laboratories.run import Run
from rknet.laboratories.specification import Choice, Control, Values
from rknet.nets import Net
from rknet.study.cache import trained
from rknet.study.configuration import Configuration
from rknet.study.experiments import DEPTHS
from rknet.study.ledger.measurements import spread

PLANE = ("donut_1D", "donut_2D", "squares", "spiral")
"""Point sets of the plane with two classes."""
SHALLOW = tuple(depth for depth in DEPTHS if depth <= 40)
"""Depths that are trained while one waits."""
STEPS = (0.05, 0.1, 0.2, 0.5, 1.0)

RESOLUTION = 120
"""Points an axis at which predictions are asked for: half the usual, for a quicker answer."""


def spreads(net: Net, X: ArrayLike) -> NDArray[np.float64]:
    """How far apart the features of samples X (N, d) are in each layer, `spread`: shape (L+1,).

    Computed in double precision, so that features which have met differ by less than 1e-13.
    """
    return np.array([spread(Y) for Y in copy.deepcopy(net).double().flow(X)])


def draw_training(axes: Sequence[Axes], configuration: Configuration, seed: int = 0) -> None:
    """Three panels of a trained net: prediction, spread of the features by layer, accuracy by epoch.

    Dashed are the boundary and the accuracy of the best possible classifier.
    """
    net, history = trained(configuration, seed)
    draw_run(axes, Run(configuration.net_name, configuration.data, net, history, configuration.points(seed)[1]))


def draw_run(axes: Sequence[Axes], trained: Run) -> None:
    """The panels of `draw_training`, of any trained net."""
    net, history, points, data = trained.net, trained.history, trained.validation, trained.data
    plots.prediction(axes[0], net.predict_proba, points.X, points.c, resolution=RESOLUTION)
    plots.boundary(axes[0], lambda X: bayes.probability(data, X), resolution=RESOLUTION)
    axes[0].set_title(f"{trained.name}, L = {net.L}, {net.activation}")
    axes[1].semilogy(spreads(net, points.X), **plots.NET_STYLES[trained.name])
    axes[1].set(xlabel="layer", ylim=(1e-14, 100), title="spread of the features")
    plots.convergence(axes[2], {trained.name: [history]})
    axes[2].axhline(100 * bayes.accuracy(data), color=plots.INK, linestyle="--", linewidth=0.8)
    axes[2].set(ylabel="", ylim=(40, 102), title=f"accuracy (%), at the end {100 * history.val_accuracy[-1]:.1f}")


class TrainingLaboratory(Laboratory):
    """Choose data, net, width, lift, depth, step size and activation: the net is trained as in the paper and shown."""

    title = "Laboratory: train a network"
    kind = "training"

    def __init__(
        self,
        data: str = "spiral",
        net: str = "RK4Net",
        d_hat: int = 16,
        lift: str = "linear",
        L: int = 20,
        h: float = 0.05,
        activation: str = "tanh",
    ) -> None:
        values = {"data": data, "net": net, "d_hat": d_hat, "lift": lift, "L": L, "h": h, "activation": activation}
        super().__init__(values)

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """Data, net, width, lift, depth, step size and activation."""
        return (
            Choice.of("data", "points", {name: run.SETS[name] for name in PLANE}),
            Choice.of("net", "network", {name: name for name in run.PAGE_NETS}),
            Values("d_hat", "width d_hat", None, (2, 3, 4, 8, 16)),
            Choice.of("lift", "lift", run.LIFTS),
            Values("L", "layers L", None, SHALLOW),
            Values("h", "step size h", run.STEPPING, STEPS),
            Choice.of("activation", "activation", {name: name for name in ACTIVATIONS}),
        )

    @classmethod
    def given(cls) -> dict[str, Any]:
        """How the page trains."""
        return {"epochs": run.EPOCHS, "samples": run.SAMPLES, "nets": run.PAGE_NETS}

    @classmethod
    def numbers(cls, **values: Any) -> dict[str, Any]:
        """Cost and accuracy on new points before training and after each epoch; the features' spread in each layer."""
        found = run.run(**values)
        history = found.history
        curves = {"cost": history.val_cost.tolist(), "accuracy": history.val_accuracy.tolist()}
        return {**curves, "spread": [spread(Y) for Y in found.flow()]}

    def draw(self, **values: Any) -> Figure:
        """The panels of `draw_run` for the values of the controls."""
        figure = Figure(figsize=(plots.WIDTH, 2.4), layout="constrained")
        draw_run(figure.subplots(1, 3), run.run(**values))
        return figure

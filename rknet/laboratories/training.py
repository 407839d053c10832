"""The laboratory of Section 4: a net of the paper is trained while one looks on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from rknet import plots
from rknet.activations import ACTIVATIONS
from rknet.data import bayes
from rknet.laboratories.laboratory import Laboratory, control
from rknet.lifts import LIFTS
from rknet.nets import Net
from rknet.schemes import PAPER_NETS
from rknet.study.cache import trained
from rknet.study.configuration import Configuration
from rknet.study.experiments import DEPTHS
from rknet.study.ledger.measurements import spread

PLANE = ("donut_1D", "donut_2D", "squares", "spiral")
"""Point sets of the plane, whose predictions can be drawn."""

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
    points, data = configuration.points(seed)[1], configuration.data
    plots.prediction(axes[0], net.predict_proba, points.X, points.c, resolution=RESOLUTION)
    plots.boundary(axes[0], lambda X: bayes.probability(data, X), resolution=RESOLUTION)
    axes[0].set_title(f"{configuration.net_name}, L = {configuration.L}, {configuration.activation}")
    axes[1].semilogy(spreads(net, points.X), **plots.NET_STYLES[configuration.net_name])
    axes[1].set(xlabel="layer", ylim=(1e-14, 100), title="spread of the features")
    plots.convergence(axes[2], {configuration.net_name: [history]})
    axes[2].axhline(100 * bayes.accuracy(data), color=plots.INK, linestyle="--", linewidth=0.8)
    axes[2].set(ylabel="", ylim=(40, 102), title=f"accuracy (%), at the end {100 * history.val_accuracy[-1]:.1f}")


class TrainingLaboratory(Laboratory):
    """Choose data, net, width, lift, depth, step size and activation: the net is trained by the paper's protocol."""

    title = "Laboratory: train a network"

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
        depths = [depth for depth in DEPTHS if depth <= 40]  # 100 layers take more than a moment
        super().__init__(
            data=control(ipywidgets.Dropdown, options=PLANE, value=data, description="data"),
            net=control(ipywidgets.Dropdown, options=list(PAPER_NETS), value=net, description="net"),
            d_hat=control(
                ipywidgets.SelectionSlider,
                options=[2, 3, 4, 8, 16],
                value=d_hat,
                description="d_hat",
                continuous_update=False,
            ),
            lift=control(ipywidgets.Dropdown, options=list(LIFTS), value=lift, description="lift"),
            L=control(ipywidgets.SelectionSlider, options=depths, value=L, description="L", continuous_update=False),
            h=control(
                ipywidgets.SelectionSlider,
                options=[0.05, 0.1, 0.2, 0.5, 1.0],
                value=h,
                description="h (no StandardNet)",
                continuous_update=False,
            ),
            activation=control(
                ipywidgets.Dropdown, options=list(ACTIVATIONS), value=activation, description="activation"
            ),
        )

    def draw(self, **values: Any) -> Figure:
        """The panels of `draw_training` for the values of the controls."""
        figure = Figure(figsize=(plots.WIDTH, 2.4), layout="constrained")
        draw_training(figure.subplots(1, 3), Configuration(**values))
        return figure

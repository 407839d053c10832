"""The laboratory of Section 4.4: what a trained net makes of its input, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from rknet import plots
from rknet.data import bayes
from rknet.data.points import LAWS
from rknet.laboratories.laboratory import Laboratory, control
from rknet.schemes import PAPER_NETS
from rknet.study.cache import trained
from rknet.study.configuration import Configuration
from rknet.study.experiments import DEPTHS

PLANE = tuple(name for name, law in LAWS.items() if law.d == 2)
"""Point sets whose predictions can be drawn."""


def draw_features(axes: Sequence[Any], configuration: Configuration, seed: int = 0, *, resolution: int = 160) -> None:
    """A row of Figures 10 and 11: output features in three and in two principal components, and the prediction.

    The first axes are three-dimensional.  The dashed line is the boundary of the best possible classifier.
    """
    net, _ = trained(configuration, seed)
    points, data = configuration.points(seed)[1], configuration.data
    plots.scatter(axes[0], plots.pca(3, points.c)(net.flow(points.X)[-1]), points.c, size=3)
    axes[0].set_box_aspect((4, 4, 3.2), zoom=1.25)
    plots.output_plane(axes[1], net, points.X, points.c, resolution=resolution)
    plots.prediction(axes[2], net.predict_proba, points.X, points.c, resolution=resolution)
    plots.boundary(axes[2], lambda X: bayes.probability(data, X), resolution=resolution)
    for ax, title in zip(axes, ("3 components", "2 components", "prediction"), strict=True):
        ax.set_title(f"{configuration.net_name}, L = {configuration.L}: {title}")


class FeatureLaboratory(Laboratory):
    """Choose data, net, depth and step size: the net of width 16 is trained by the paper's protocol and shown."""

    title = "Laboratory: features and answers of a trained network"

    def __init__(self, data: str = "donut_2D_6C", net: str = "EulerNet", L: int = 5, h: float = 1.0) -> None:
        depths = [depth for depth in DEPTHS if depth <= 40]  # 100 layers take more than a moment
        super().__init__(
            data=control(ipywidgets.Dropdown, options=PLANE, value=data, description="data"),
            net=control(ipywidgets.Dropdown, options=list(PAPER_NETS), value=net, description="net"),
            L=control(ipywidgets.SelectionSlider, options=depths, value=L, description="L", continuous_update=False),
            h=control(
                ipywidgets.SelectionSlider,
                options=[0.05, 0.1, 0.2, 0.5, 1.0],
                value=h,
                description="h (no StandardNet)",
                continuous_update=False,
            ),
        )

    def draw(self, **values: Any) -> Figure:
        """The panels of `draw_features` for data, net, L and h."""
        figure = Figure(figsize=(plots.WIDTH, 2.6), layout="constrained")
        axes = [figure.add_subplot(1, 3, i + 1, projection=kind) for i, kind in enumerate(("3d", None, None))]
        draw_features(axes, Configuration(d_hat=16, **values), resolution=100)
        return figure

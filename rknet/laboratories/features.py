"""The laboratory of Section 4.4: what a trained net makes of its input, layer by layer, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rknet import plots
from rknet.data import bayes
from rknet.data.points import LAWS
from rknet.laboratories import run
from rknet.laboratories.laboratory import Laboratory
from rknet.laboratories.run import Run
from rknet.laboratories.specification import Choice, Control, Slider, Values
from rknet.laboratories.training import SHALLOW, STEPS
from rknet.study.cache import trained
from rknet.study.configuration import Configuration

PLANE = tuple(name for name, law in LAWS.items() if law.d == 2)
"""Point sets whose predictions can be drawn."""
WIDTH = 16


def draw_features(axes: Sequence[Any], configuration: Configuration, seed: int = 0, *, resolution: int = 160) -> None:
    """A row of Figures 10 and 11: output features in three and in two principal components, and the prediction.

    The first axes are three-dimensional.  The dashed line is the boundary of the best possible classifier.
    """
    net, history = trained(configuration, seed)
    found = Run(configuration.net_name, configuration.data, net, history, configuration.points(seed)[1])
    points = found.validation
    plots.scatter(axes[0], plots.pca(3, points.c)(net.flow(points.X)[-1]), points.c, size=3)
    axes[0].set_title(f"{found.name}, L = {net.L}: 3 components")
    _draw_rest(axes, found, resolution)


def _draw_rest(axes: Sequence[Any], found: Run, resolution: int) -> None:
    net, points = found.net, found.validation
    axes[0].set_box_aspect((4, 4, 3.2), zoom=1.25)
    plots.output_plane(axes[1], net, points.X, points.c, resolution=resolution)
    axes[1].set_title(f"{found.name}, L = {net.L}: 2 components")
    plots.prediction(axes[2], net.predict_proba, points.X, points.c, resolution=resolution)
    plots.boundary(axes[2], lambda X: bayes.probability(found.data, X), resolution=resolution)
    axes[2].set_title(f"{found.name}, L = {net.L}: prediction")


def layer_at(way: float, L: int) -> int:
    """The layer after `way` percent of L layers."""
    return int(np.floor(way * L / 100 + 0.5))


def components(found: Run) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Three principal components of the features in all layers together, (L+1, N, 3), and their variances (3,)."""
    flow = found.flow()
    states = flow.reshape(-1, flow.shape[2])
    fitted = plots.principal(states, 3, np.tile(found.validation.c, len(flow)))
    share = (len(states) - 1) / len(states)  # variances about the mean of these points, not of a population
    return fitted.transform(states).reshape(*flow.shape[:2], 3), fitted.explained_variance_ * share


class FeatureLaboratory(Laboratory):
    """Choose data, net, depth, step size and layer: the net of width 16 is trained as in the paper and shown."""

    title = "Laboratory: features and answers of a trained network"
    kind = "features"

    def __init__(
        self, data: str = "donut_2D_6C", net: str = "EulerNet", L: int = 5, h: float = 1.0, way: float = 100
    ) -> None:
        super().__init__({"data": data, "net": net, "L": L, "h": h, "way": way})

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """Data, net, depth, step size, and how far through the layers."""
        return (
            Choice.of("data", "points", {name: run.SETS[name] for name in PLANE}),
            Choice.of("net", "network", {name: name for name in run.PAGE_NETS}),
            Values("L", "layers L", None, SHALLOW),
            Values("h", "step size h", run.STEPPING, STEPS),
            Slider("way", "way through the layers (%)", least=0, most=100, step=5),
        )

    @classmethod
    def given(cls) -> dict[str, Any]:
        """How the page trains."""
        return {"epochs": run.EPOCHS, "samples": run.SAMPLES, "nets": run.PAGE_NETS, "d_hat": WIDTH, **plots.VIEW}

    @classmethod
    def numbers(cls, **values: Any) -> dict[str, Any]:
        """Accuracy, the layer shown, variances of the components in all layers and their spread in this one."""
        way = values.pop("way")
        found = run.run(d_hat=WIDTH, **values)
        shown, variances = components(found)
        layer = layer_at(way, values["L"])
        return {
            "accuracy": float(found.history.val_accuracy[-1]),
            "layer": layer,
            "variances": variances.tolist(),
            "deviations": shown[layer].std(axis=0).tolist(),
        }

    def draw(self, **values: Any) -> Figure:
        """Components at the layer, and the panels of `draw_features`, for data, net, L and h."""
        way = values.pop("way")
        found = run.run(d_hat=WIDTH, **values)
        figure = Figure(figsize=(plots.WIDTH, 2.6), layout="constrained")
        axes = [figure.add_subplot(1, 3, i + 1, projection=kind) for i, kind in enumerate(("3d", None, None))]
        layer = layer_at(way, values["L"])
        plots.scatter(axes[0], components(found)[0][layer], found.validation.c, size=3)
        _draw_rest(axes, found, 100)
        axes[0].set_title(f"{found.name}, layer {layer} of {values['L']}")
        return figure

"""The laboratory of Section 2: one orbit under a scheme, a step size and a number of layers."""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rknet import plots
from rknet.laboratories.laboratory import Laboratory, control
from rknet.nets import RKNet
from rknet.tableaus import TABLEAUS


def orbit(scheme: str, h: float, L: int) -> NDArray[np.float64]:
    """The layer states (L+1, 2) from (1, 0) when every layer of the net is K = [[0, -1], [1, 0]], b = 0.

    The continuous flow keeps log cosh y1 + log cosh y2, so its orbits are closed.
    """
    net = RKNet(2, 2, 2, L, tableau=scheme, h=h).double()
    with torch.no_grad():
        net.K[:] = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
        net.b.zero_()
    return net.flow(np.array([[1.0, 0.0]]))[:, 0].astype(np.float64)


def drift(states: NDArray[np.float64]) -> float:
    """Relative change of log cosh y1 + log cosh y2 from the first to the last of the states (L+1, 2)."""
    values = np.log(np.cosh(states)).sum(axis=1)
    return float(values[-1] / values[0] - 1)


def draw_orbit(ax: Axes, scheme: str, h: float, L: int) -> None:
    """The orbit of `orbit` over the exact closed curve, its layers as dots, the drift in the title."""
    states, exact = orbit(scheme, h, L), orbit("rk4", 0.01, 800)
    ax.plot(*exact.T, color="#999999", linewidth=0.8)
    ax.plot(*states.T, "o-", color=plots.CLASS_COLOURS[0], markersize=3, linewidth=0.8)
    ax.plot(*states[-1], "o", color=plots.CLASS_COLOURS[1], markersize=6)
    bound = max(2.0, 1.1 * float(np.abs(states).max()))
    ax.set(xlim=(-bound, bound), ylim=(-bound, bound), aspect="equal")
    ax.set_title(f"{TABLEAUS[scheme].name}, h = {h:g}, L = {L}\ndrift {100 * drift(states):+.2f} %")


class SchemeLaboratory(Laboratory):
    """Choose a scheme, h and L, and see whether the net's layers stay on the closed orbit of the continuous flow."""

    title = "Laboratory: one orbit under any scheme"

    def __init__(self, scheme: str = "euler", h: float = 0.5, L: int = 14) -> None:
        explicit = [(tableau.name, name) for name, tableau in TABLEAUS.items() if tableau.explicit]
        super().__init__(
            scheme=control(ipywidgets.Dropdown, options=explicit, value=scheme, description="scheme"),
            h=control(
                ipywidgets.FloatSlider, value=h, min=0.05, max=2.0, step=0.05, description="h", continuous_update=False
            ),
            L=control(ipywidgets.IntSlider, value=L, min=1, max=100, description="L", continuous_update=False),
        )

    def draw(self, **values: Any) -> Figure:
        """The orbit for scheme, h and L."""
        figure = Figure(figsize=(3.6, 3.6), layout="constrained")
        draw_orbit(figure.subplots(), **values)
        return figure

"""The flow of features in space, which a reader of a page turns and follows through the layers."""

from __future__ import annotations

import html
import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rknet import plots
from rknet.checks import array, inputs, labels
from rknet.data.points import PointSet
from rknet.engines.compiled.engine import Compiled
from rknet.laboratories.digits.net import text
from rknet.laboratories.specification import Values
from rknet.nets import Net
from rknet.protocol import Protocol

FRAMES, POINTS = 26, 400
"""Most layers and points that a page is given, evenly chosen; it draws the layers between them by straight lines."""
FARTHEST = 127
"""What the largest coordinate is stored as."""


class FlowInSpace:
    """A cloud of points that moves from layer to layer, for the place of a figure's picture on a page.

    Without scripts and on paper the picture stays; a notebook shows nothing.  All axes have the same scale.

    Parameters
    ----------
    figure
        Id of the figure, such as ``"fig-cone"``.
    title
        What moves, in a few words.
    flow
        Features of every layer, (L+1, N, 3).
    c
        Classes (N,).

    Raises
    ------
    ValueError
        If the flow is not (L+1, N, 3) of finite numbers, or the classes are not N of those that have a colour.
    """

    def __init__(self, figure: str, title: str, flow: ArrayLike, c: ArrayLike) -> None:
        found = array("flow", flow)
        shape: tuple[int, ...] = found.shape
        if len(shape) != 3 or shape[2] != 3 or 0 in shape:
            raise ValueError(
                f"flow: must have shape (L+1, N, 3), got {shape}; pass for example plots.principal_flow(net.flow(X))"
            )
        states = inputs("flow", found.reshape(len(found), -1)).reshape(shape).astype(np.float64)
        classes = labels("c", c, states.shape[1], len(plots.CLASS_COLOURS))
        self.figure, self.title = figure, title
        self.layers = np.unique(np.linspace(0, len(states) - 1, FRAMES).round().astype(int))
        every = -(-states.shape[1] // POINTS)
        self.states: NDArray[np.float64] = states[self.layers][:, ::every]
        self.c = classes[::every]

    @classmethod
    def of(cls, figure: str, title: str, net: Net, points: PointSet) -> FlowInSpace:
        """The flow of a net's features for some of the points, in principal components if they have more than three.

        The states are the compiled engine's, so that every processor gives the same bytes.  ValueError if the engine
        cannot compute the net, or its features have fewer than three components.
        """
        some = points[:: -(-len(points) // POINTS)]
        states = Compiled(net, Protocol()).states(some.X).astype(np.float64)
        return cls(figure, title, states if net.d_hat <= 3 else plots.principal_flow(states), some.c)

    def __repr__(self) -> str:
        return f"FlowInSpace({self.figure!r}, {self.title!r}, {len(self.layers)} layers of {len(self.c)} points)"

    def given(self) -> dict[str, Any]:
        """The points about their middle, in units of the largest coordinate, as bytes, and the view (degrees)."""
        low, high = self.states.min(axis=(0, 1)), self.states.max(axis=(0, 1))
        centred = self.states - (low + high) / 2
        scale = max(float(np.abs(centred).max()), 1e-300)
        states = np.rint(FARTHEST * centred / scale).astype(np.int8)
        points = {"states": text(states), "scale": scale / FARTHEST, "classes": self.c.tolist()}
        return {**points, "layers": self.layers.tolist(), **plots.VIEW}

    def to_html(self) -> str:
        """An element that the page's script brings to life."""
        layers = tuple(map(int, self.layers))
        controls = [Values("layer", "layer", None, layers).state(layers[-1])]
        state = {
            "kind": "flow",
            "title": self.title,
            "figure": self.figure,
            "controls": controls,
            "given": self.given(),
        }
        return f'<div class="rknet-laboratory" data-state="{html.escape(json.dumps(state))}"></div>'

    def _repr_html_(self) -> str:
        return self.to_html()

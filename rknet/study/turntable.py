"""Clouds of points that a reader turns in the page: the data that `book/_static/turntable.js` draws.

Coordinates are rounded to a byte, so that a cloud of 1500 points takes 8 kB of the page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rknet import plots

FARTHEST = 127
"""What the largest coordinate of a cloud is stored as."""

Cloud = tuple[ArrayLike, ArrayLike]
"""Points (N, 3) and their classes (N,)."""


@dataclass(frozen=True)
class Turntable:
    """Clouds of points in the colours and markers of their classes, for the place of a figure's picture.

    Without scripts and on paper the picture stays; a notebook shows nothing.

    Attributes
    ----------
    figure
        Id of the figure, such as ``"fig-16"``.
    label
        What the clouds are, for those who do not see them.
    names
        Of the classes 0, 1, ...
    clouds
        By the title of the panel.

    Raises
    ------
    ValueError
        If points are not in space, are not as many as their classes, or a class has no name or no colour.
    """

    figure: str
    label: str
    names: Sequence[str]
    clouds: Mapping[str, Cloud]

    def __post_init__(self) -> None:
        most = min(len(self.names), len(plots.CLASS_COLOURS))
        for title, (X, c) in self.clouds.items():
            shapes = np.shape(X), np.shape(c)
            if np.size(c) == 0 or shapes[0] != (np.size(c), 3) or len(shapes[1]) != 1:
                raise ValueError(
                    f"clouds: must have points (N, 3) and classes (N,), got {shapes[0]} and {shapes[1]} in {title!r}; "
                    f"project the points to three dimensions"
                )
            if not 0 <= np.min(c) <= np.max(c) < most:
                raise ValueError(
                    f"names: must be there for each class 0, 1, ..., got {most} for the classes {np.min(c)} to "
                    f"{np.max(c)} of {title!r}; name at most {len(plots.CLASS_COLOURS)} classes"
                )

    def __repr__(self) -> str:
        return f"Turntable({self.figure!r}, {', '.join(self.clouds)})"

    def _repr_html_(self) -> str:
        panels = [
            {"title": title, "points": _base64(_rounded(X)), "labels": _base64(np.asarray(c).astype(np.uint8))}
            for title, (X, c) in self.clouds.items()
        ]
        colours = list(plots.CLASS_COLOURS[: len(self.names)])
        look = {"azim": round(plots.VIEW["azim"]), "elev": round(plots.VIEW["elev"])}
        data = {"figure": self.figure, "label": self.label, "names": list(self.names), "colours": colours, **look}
        return f'<div class="turntable" hidden>{escape(json.dumps({**data, "panels": panels}))}</div>'


def _rounded(X: ArrayLike) -> NDArray[np.int8]:
    """Points about their middle, in units of the largest coordinate, as bytes."""
    points = np.asarray(X, dtype=np.float64)
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return np.rint(FARTHEST * points / max(float(np.abs(points).max()), 1e-300)).astype(np.int8)


def _base64(array: NDArray[np.int8] | NDArray[np.uint8]) -> str:
    return base64.b64encode(array.tobytes()).decode()

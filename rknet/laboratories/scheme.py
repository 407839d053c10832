"""The laboratory of Section 2: one orbit under a scheme, a step size and a number of layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rknet import plots
from rknet.laboratories.laboratory import Laboratory, shipped
from rknet.laboratories.specification import Choice, Control, Slider
from rknet.nets import RKNet
from rknet.tableaus import TABLEAUS

HALVINGS = (1, 2, 4, 8, 16)
"""Steps are divided by these numbers to see how fast the error falls."""
FINE = 0.02
"""Largest step of the reference solution, by Dormand and Prince's scheme: its error is below 1e-12 an orbit."""
ROUNDING = 1e-10
"""Errors below this come from the reference solution."""


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


def errors(scheme: str, h: float, L: int) -> NDArray[np.float64]:
    """Distance from the continuous flow at t = h L when the step h is divided by each of `HALVINGS`."""
    finer = math.ceil(h / FINE)
    exact = orbit("dopri5", h / finer, L * finer)[-1]
    return np.array([np.linalg.norm(orbit(scheme, h / k, k * L)[-1] - exact) for k in HALVINGS])


def observed_order(errors: NDArray[np.float64]) -> float | None:
    """The power of h that the last three errors above `ROUNDING` show; None where there are fewer."""
    seen = errors[errors > ROUNDING]
    return float(np.log2(seen[-3] / seen[-1])) / 2 if len(seen) > 2 else None


def draw_orbit(ax: Axes, scheme: str, h: float, L: int) -> None:
    """The orbit of `orbit` over the exact closed curve, its layers as dots, the drift in the title."""
    states, exact = orbit(scheme, h, L), orbit("rk4", 0.01, 800)
    ax.plot(*exact.T, color="#999999", linewidth=0.8)
    ax.plot(*states.T, "o-", color=plots.CLASS_COLOURS[0], markersize=3, linewidth=0.8)
    ax.plot(*states[-1], "o", color=plots.CLASS_COLOURS[1], markersize=6)
    bound = max(2.0, 1.1 * float(np.abs(states).max()))
    ax.set(xlim=(-bound, bound), ylim=(-bound, bound), aspect="equal")
    ax.set_title(f"{TABLEAUS[scheme].name}, h = {h:g}, L = {L}\ndrift {100 * drift(states):+.2f} %")


def draw_convergence(ax: Axes, scheme: str, h: float, L: int) -> None:
    """Errors against the step, the chosen one as the large dot."""
    found = errors(scheme, h, L)
    steps = h / np.array(HALVINGS)
    ax.loglog(steps, found, "o-", color=plots.CLASS_COLOURS[0], markersize=4)
    ax.loglog(steps[0], found[0], "o", color=plots.CLASS_COLOURS[1], markersize=7)
    order = observed_order(found)
    what = "rounding" if order is None else f"error ~ $h^{{{order:.1f}}}$"
    ax.set(xlabel="$h$", ylim=(1e-13, 10), title=f"error at t = {h * L:g}\n{what}")


def draw_region(ax: Axes, scheme: str, h: float) -> None:
    """Where abs(R(z)) <= 1, and z = i h, -i h: the eigenvalues of the linearised layer times h."""
    x, y = np.linspace(-5, 2, 210), np.linspace(-4, 4, 240)
    blue, vermillion = plots.CLASS_COLOURS[:2]
    growth = np.abs(TABLEAUS[scheme].stability(x[None, :] + 1j * y[:, None]))
    ax.contourf(x, y, growth, levels=[-1, 1], colors=[blue], alpha=0.2)
    ax.contour(x, y, growth, levels=[1], colors=[blue], linewidths=1.4)
    ax.axhline(0, color="#999999", linewidth=0.5)
    ax.axvline(0, color="#999999", linewidth=0.5)
    ax.plot([0, 0], [h, -h], "o", color=vermillion, markersize=6)
    at = abs(TABLEAUS[scheme].stability(1j * h))
    ax.set(aspect="equal", xlabel=r"Re $z$", ylabel=r"Im $z$", title=f"stability\n$|R(\\pm ih)|$ = {at:.4f}")


class SchemeLaboratory(Laboratory):
    """Choose a scheme, h and L, and see whether the net's layers stay on the closed orbit of the continuous flow."""

    title = "Laboratory: one orbit under any scheme"
    kind = "scheme"

    def __init__(self, scheme: str = "euler", h: float = 0.5, L: int = 14) -> None:
        super().__init__({"scheme": scheme, "h": h, "L": L})

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """Scheme, step size and depth."""
        explicit = {name: tableau.name for name, tableau in TABLEAUS.items() if tableau.explicit}
        return (
            Choice.of("scheme", "scheme", explicit),
            Slider("h", "step size h", least=0.05, most=2.0, step=0.05),
            Slider("L", "layers L", least=1, most=100),
        )

    @classmethod
    def given(cls) -> dict[str, Any]:
        """The schemes, and how errors are found."""
        return {"schemes": shipped(implicit=False), "halvings": HALVINGS, "fine": FINE, "rounding": ROUNDING}

    @classmethod
    def numbers(cls, **values: Any) -> dict[str, Any]:
        """Last state, drift, errors, the order they show, and abs(R(i h))."""
        states, found = orbit(**values), errors(**values)
        return {
            "last": states[-1].tolist(),
            "drift": drift(states),
            "errors": found.tolist(),
            "order": observed_order(found),
            "growth": float(abs(TABLEAUS[values["scheme"]].stability(1j * values["h"]))),
        }

    def draw(self, **values: Any) -> Figure:
        """Orbit, errors and stability region for scheme, h and L."""
        figure = Figure(figsize=(plots.WIDTH, 2.9), layout="constrained")
        axes = figure.subplots(1, 3)
        draw_orbit(axes[0], **values)
        draw_convergence(axes[1], **values)
        draw_region(axes[2], values["scheme"], values["h"])
        return figure

"""The laboratory of Section 3: pick or type a tableau; see its partner, its stability, what a wrong partner costs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rknet import plots
from rknet.adjoint import Costates, costates, partner_costates, states
from rknet.adjoint.order import order_of_pair
from rknet.adjoint.rightsides import Affine, Controls
from rknet.adjoint.steps import StageError, Step
from rknet.laboratories.laboratory import Laboratory, shipped
from rknet.laboratories.specification import Choice, Control, Written
from rknet.tableaus import TABLEAUS, Tableau

T = 1.0
"""Final time of the laboratory's problem."""
DEPTHS = (8, 16, 32, 64)
HEIGHT = 3.1
"""Height of the picture in inches."""
ROUNDING = 1e-13
"""Relative errors below this are rounding in double precision."""

OWN = "your own, typed below"
A_EXAMPLE, BETA_EXAMPLE = "\n2/3\n0, 2/3", "1/4, 3/8, 3/8"
"""What the fields hold at first: Nyström's scheme of order 3."""


def parse(A: str, beta: str) -> Tableau:
    """The tableau with rows of A on lines (or between semicolons) and numbers between commas, "1/2" or "sqrt(3)/6".

    Raises
    ------
    ValueError
        If an entry is not such a number, or the entries are no tableau.
    """
    *rows, weights = (row.split(",") if row.strip() else [] for row in (*re.split(r"[\n;]", A), beta))
    return Tableau("your own", rows, weights)


def problem(L: int, d_hat: int = 3, N: int = 5) -> tuple[Controls, torch.Tensor]:
    """Smooth controls K(t), b(t) at the midpoints of L layers of length T / L, as (L, 1, ...), and x_hat (N, d_hat)."""
    K, b, x_hat = parts(d_hat, N)
    t = (np.arange(L) + 0.5) * T / L
    waves = np.stack([np.ones(L), np.sin(2 * t), np.cos(3 * t)], axis=1)
    u = (np.tensordot(waves, part, 1)[:, None] for part in (K, b))
    return tuple(map(torch.from_numpy, u)), torch.from_numpy(x_hat)


def parts(d_hat: int = 3, N: int = 5) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Factors of 1, sin 2t and cos 3t in K (3, d_hat, d_hat) and in b (3, d_hat), and x_hat (N, d_hat)."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(3, d_hat, d_hat)), rng.normal(size=(3, d_hat)) / 2, rng.normal(size=(N, d_hat))


def gradient_errors(tableau: Tableau, partner: Tableau, depths: Sequence[int] = DEPTHS) -> NDArray[np.float64]:
    """Relative error, for each depth, of the gradient that (3.24) to (3.26) give with a partner, right or wrong.

    The cost is the mean of |y[L]|^2 / 2 on `problem`; the truth is the discrete adjoint, which needs no partner.
    """
    errors = []
    for L in depths:
        u, x_hat = problem(L)
        step = Step(Affine("tanh"), tableau, T / L)
        swept = states(step, u, x_hat)
        p = swept.y[-1] / len(x_hat)
        exact = _flat(costates(step, u, swept, p))
        errors.append(
            np.linalg.norm(_flat(partner_costates(step, partner, u, swept, p)) - exact) / np.linalg.norm(exact)
        )
    return np.array(errors)


def _flat(found: Costates) -> NDArray[np.float64]:
    return torch.cat([part.ravel() for part in found.gradient]).numpy()


def slope(errors: NDArray[np.float64], depths: Sequence[int] = DEPTHS) -> float | None:
    """The exponent p of error ~ h^p over the depths; None where the errors are rounding."""
    return None if errors.max() < ROUNDING else float(-np.polyfit(np.log(depths), np.log(errors), 1)[0])


def draw_tableau(ax: Axes, tableau: Tableau, top: float, title: str) -> float:
    """Write (A, beta, c) into axes of limits (0, 1) x (0, 1) below the height `top`; returns the height below it."""
    s = tableau.stages
    width, height = 0.96 / (s + 1), min(0.08, 0.4 / (s + 1))
    ax.text(0, top, title, va="top", fontsize=8.6)
    first, size = top - 0.13, min(7.5, 37 / s)
    for i, (node, row) in enumerate([*zip(tableau.c, tableau.A, strict=True), (None, tableau.beta)]):
        shown = row[:i] if tableau.explicit else row
        for j, value in enumerate((node, *shown)):
            ax.text((j + 0.5) * width, first - i * height, _written(value, s), ha="center", va="center", fontsize=size)
    line = first - (s - 0.5) * height
    ax.plot([0, 0.96], [line, line], color=plots.INK, linewidth=0.6)
    ax.plot([width, width], [first + height / 2, line - height], color=plots.INK, linewidth=0.6)
    return line - height


def _written(value: sympy.Expr | None, stages: int) -> str:
    """An entry as it stands in a tableau: exact, or in two digits where there are too many columns for that."""
    if value is None:
        return ""
    exact = re.sub(r"sqrt\((\d+)\)", r"√\1", str(value)).replace("*", "")
    return (exact if stages <= 4 or value.is_integer else f"{float(value):.2g}").replace("-", "−")


def draw_schemes(ax: Axes, tableau: Tableau) -> None:
    """The tableau and its partner with their orders, or why there is no partner."""
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    below = draw_tableau(ax, tableau, 1.0, f"{tableau.name}, order {tableau.order}")
    if 0 in tableau.beta:
        note = "No partner: a weight is zero.\nThe multipliers ξ need none."
    elif tableau.partner == tableau:
        note = "It is its own partner."
    else:
        below = draw_tableau(ax, tableau.partner, below - 0.04, f"its partner, by itself order {tableau.partner.order}")
        note = f"The pair has order {order_of_pair(tableau, tableau.partner)}."
    ax.text(0, below - 0.04, note, va="top", fontsize=8.6)


def draw_stability(ax: Axes, tableau: Tableau) -> None:
    """Where abs(R(z)) <= 1, and the boundary of the partner's region: R~(z) = 1 / R(-z), the mirror image."""
    x, y = np.linspace(-4.5, 4.5, 240), np.linspace(-4, 4, 220)
    grid = x[None, :] + 1j * y[:, None]
    growth = np.abs(tableau.stability(grid))
    blue, vermillion = plots.CLASS_COLOURS[:2]
    ax.contourf(x, y, growth, levels=[-1, 1], colors=[blue], alpha=0.2)
    ax.contour(x, y, growth, levels=[1], colors=[blue], linewidths=1.4)
    if 0 not in tableau.beta:
        ax.contour(x, y, growth[:, ::-1], levels=[1], colors=[vermillion], linewidths=1.2, linestyles="--")
    ax.axhline(0, color="#999999", linewidth=0.5)
    ax.axvline(0, color="#999999", linewidth=0.5)
    ax.set(xlabel=r"Re $z$", ylabel=r"Im $z$", aspect="equal", title="stability (partner dashed)")


def draw_errors(ax: Axes, tableau: Tableau) -> None:
    """Relative gradient errors against h with the right partner, and with the tableau itself in its place."""
    h = T / np.array(DEPTHS)
    lines = {"the tableau itself": (tableau, "s--", 1)}
    if 0 not in tableau.beta:
        lines = {"right partner": (tableau.partner, "o-", 2), **lines}
    for label, (partner, style, k) in lines.items():
        errors = gradient_errors(tableau, partner)
        exponent = slope(errors)
        what = "rounding" if exponent is None else f"slope {exponent:.1f}"
        ax.loglog(h, errors + 1e-17, style, color=plots.CLASS_COLOURS[k], markersize=4, label=f"{label}: {what}")
    ax.set(xlabel="$h$", title="relative error of the gradient", ylim=(1e-17, 1e3))
    ax.set_xticks(h, [f"1/{L}" for L in DEPTHS])
    ax.minorticks_off()
    ax.legend(loc="upper left", fontsize=7.5)


def draw_laboratory(figure: Figure, tableau: Tableau) -> None:
    """Tableau and partner, stability, and gradient errors side by side."""
    schemes, stability, errors = figure.subplots(1, 3, width_ratios=[1.25, 1, 1])
    draw_schemes(schemes, tableau)
    draw_stability(stability, tableau)
    draw_errors(errors, tableau)


def chosen(scheme: str, A: str, beta: str) -> Tableau:
    """The shipped scheme of that name, or the one that is typed."""
    return parse(A, beta) if scheme == OWN else TABLEAUS[scheme]


class TableauLaboratory(Laboratory):
    """Pick a scheme or type one, and see its partner, orders, stability regions, and the gradients they give."""

    title = "Laboratory: a tableau and its partner"
    kind = "tableau"

    def __init__(self, scheme: str = "heun", A: str = A_EXAMPLE, beta: str = BETA_EXAMPLE) -> None:
        super().__init__({"scheme": scheme, "A": A, "beta": beta})

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """The scheme, and the entries of one that is typed."""
        names = {name: tableau.name for name, tableau in TABLEAUS.items()}
        typed = ("scheme", (OWN,))
        return (
            Choice.of("scheme", "scheme", {**names, OWN: OWN}),
            Written("A", "A, a row per line", typed, lines=4),
            Written("beta", "beta", typed),
        )

    @classmethod
    def given(cls) -> dict[str, Any]:
        """The schemes, and the problem whose gradient is computed."""
        K, b, x_hat = (part.tolist() for part in parts())
        problem = {"K": K, "b": b, "x_hat": x_hat, "T": T, "depths": DEPTHS, "rounding": ROUNDING}
        return {"schemes": shipped(implicit=True), "own": OWN, "problem": problem}

    @classmethod
    def numbers(cls, **values: str) -> dict[str, Any]:
        """Order, partner, orders of partner and pair, gradient errors with the right and the wrong partner, growth.

        What needs a partner is None where a weight is zero; `growth` is abs(R(z)) at z = -1 + i.
        """
        tableau = chosen(**values)
        found: dict[str, Any] = {"order": tableau.order, "partner": None, "partner_order": None, "pair": None}
        found["right"] = None
        if 0 not in tableau.beta:
            partner = tableau.partner
            found["partner"] = partner.arrays()[0].tolist()
            found |= {"partner_order": partner.order, "pair": order_of_pair(tableau, partner)}
            found["right"] = gradient_errors(tableau, partner).tolist()
        found["wrong"] = gradient_errors(tableau, tableau).tolist()
        return {**found, "growth": float(abs(tableau.stability(-1 + 1j)))}

    def draw(self, **values: Any) -> Figure:
        """The three pictures of a tableau, or a sentence that says what is wrong with it."""
        figure = Figure(figsize=(plots.WIDTH, HEIGHT), layout="constrained")
        try:
            draw_laboratory(figure, chosen(**values))
        except (ValueError, StageError) as error:
            figure.clear()
            figure.text(0.02, 0.5, str(error), wrap=True, va="center", color=plots.CLASS_COLOURS[1])
        return figure

"""A tableau as it is printed in Figure 1: in LaTeX, and as a table of HTML that needs no script."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import sympy

Numbers = Sequence[sympy.Expr]


def latex(A: Sequence[Numbers], beta: Numbers, c: Numbers, *, blank: bool) -> str:
    """Nodes, rows and weights as an array of LaTeX; with `blank`, nothing stands on and above the diagonal of A."""
    lines = [
        " & ".join("" if cell is None else sympy.latex(cell) for cell in (node, *row))
        for node, row in zip(c, _printed(A, blank), strict=True)
    ]
    weights = " & ".join(["", *map(sympy.latex, beta)])
    body = r" \\ ".join(lines) + rf" \\ \hline {weights}"
    return rf"$\displaystyle\begin{{array}}{{c|{'c' * len(beta)}}} {body} \end{{array}}$"


def table(name: str, A: Sequence[Numbers], beta: Numbers, c: Numbers, *, blank: bool) -> str:
    """The same as a table of HTML whose entries are MathML."""
    right, top = "border-right:1px solid currentColor", "border-top:1px solid currentColor"
    rows = zip(c, _printed(A, blank), strict=True)
    cells = [[_cell(node, right, heads=True), *(_cell(a) for a in row)] for node, row in rows]
    cells.append([_cell(None, f"{right};{top}"), *(_cell(w, top) for w in beta)])
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return (
        f'<table class="butcher" style="border-collapse:collapse;width:auto">'
        f"<caption>{html.escape(name)}</caption><tbody>{body}</tbody></table>"
    )


def _printed(A: Sequence[Numbers], blank: bool) -> list[list[sympy.Expr | None]]:
    """Rows of A, in which None stays blank."""
    return [[None if blank and j >= i else a for j, a in enumerate(row)] for i, row in enumerate(A)]


def _cell(value: sympy.Expr | None, style: str = "", *, heads: bool = False) -> str:
    """A cell; the node is the heading of its row."""
    math = "" if value is None else f"<math>{sympy.mathml(value, printer='presentation')}</math>"
    tag = 'th scope="row"' if heads else "td"
    style = f"font-weight:normal;padding:0.3em 0.6em;text-align:center;{style}"
    return f'<{tag} style="{style}">{math}</{tag[:2]}>'


class Printed:
    """How a notebook shows a tableau: a class with name, A, beta, c and explicit."""

    def _repr_latex_(self: Any) -> str:
        return latex(self.A, self.beta, self.c, blank=self.explicit)

    def _repr_html_(self: Any) -> str:
        return table(self.name, self.A, self.beta, self.c, blank=self.explicit)

"""A tableau as it is printed in Figure 1: in LaTeX, and as a table of HTML that needs no script."""

from __future__ import annotations

import html
from collections.abc import Sequence

import sympy

Row = tuple[sympy.Expr, Sequence[sympy.Expr | None]]
"""A node and its row of A, in which None stays blank."""


def latex(rows: Sequence[Row], beta: Sequence[sympy.Expr]) -> str:
    """Nodes, rows and weights as an array of LaTeX."""
    lines = [" & ".join("" if cell is None else sympy.latex(cell) for cell in (node, *row)) for node, row in rows]
    weights = " & ".join(["", *map(sympy.latex, beta)])
    body = r" \\ ".join(lines) + rf" \\ \hline {weights}"
    return rf"$\displaystyle\begin{{array}}{{c|{'c' * len(beta)}}} {body} \end{{array}}$"


def table(name: str, rows: Sequence[Row], beta: Sequence[sympy.Expr]) -> str:
    """Nodes, rows and weights as a table of HTML whose entries are MathML."""
    right, top = "border-right:1px solid currentColor", "border-top:1px solid currentColor"
    cells = [[_cell(node, right, heads=True), *(_cell(a) for a in row)] for node, row in rows]
    cells.append([_cell(None, f"{right};{top}"), *(_cell(w, top) for w in beta)])
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return (
        f'<table class="butcher" style="border-collapse:collapse;width:auto">'
        f"<caption>{html.escape(name)}</caption><tbody>{body}</tbody></table>"
    )


def _cell(value: sympy.Expr | None, style: str = "", *, heads: bool = False) -> str:
    """A cell; the node is the heading of its row."""
    math = "" if value is None else f"<math>{sympy.mathml(value, printer='presentation')}</math>"
    tag = 'th scope="row"' if heads else "td"
    style = f"font-weight:normal;padding:0.3em 0.6em;text-align:center;{style}"
    return f'<{tag} style="{style}">{math}</{tag[:2]}>'

"""The tables of the book: real HTML, laid out as the paper's, with our numbers above those that the paper prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

import numpy as np

from rknet.checks import choose
from rknet.data import bayes
from rknet.history import History
from rknet.nets import Net
from rknet.study.experiments import EXPERIMENTS
from rknet.study.paper import STATISTICS, Printed, printed
from rknet.study.records import history
from rknet.study.runner import runs_of
from rknet.study.store import Store
from rknet.study.tables import HALVES, UNITS

Cell = Printed | int | str
"""Mean and spread (None where illegible, or not printed); a count, or words."""

Runs = Mapping[tuple[str, int], tuple[Net | None, History]]
"""Trained nets and histories by row of an experiment and seed, as `repetitions` of `rknet.study.cache` gives them;
without the nets, which no table looks at, as `recorded` does."""


@dataclass(frozen=True)
class Row:
    """A line of a table: what it shows, where that comes from (or ""), and a cell for each column."""

    label: str
    source: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows as HTML: one a screen reader reads aloud and `pandas.read_html` takes back.

    Attributes
    ----------
    name
        Its id on the page, such as ``"table-1"``.
    caption
        What it shows, beginning with the paper's number of it.
    columns
        Headings of the columns of numbers.
    groups
        Rows by the heading that they share.
    heads
        Headings of the three columns to the left: of groups, labels and sources.
    stacked
        Whether the heading of a group is a line above its rows, as suits a sentence, and not a column beside them.

    Raises
    ------
    ValueError
        If a row has not one cell for each column.
    """

    name: str
    caption: str
    columns: Sequence[str]
    groups: Mapping[str, Sequence[Row]]
    heads: tuple[str, str, str] = ("net", "quantity", "from (runs)")
    stacked: bool = False

    def __post_init__(self) -> None:
        for row in (row for rows in self.groups.values() for row in rows):
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"groups: each row must have {len(self.columns)} cells, one per column, got {len(row.cells)} in "
                    f"{row.label!r}; write '' where there is nothing"
                )

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {sum(map(len, self.groups.values()))} rows, {len(self.columns)} columns)"

    def _repr_html_(self) -> str:
        caption = f"{self.name}-caption"
        heads = self.heads[1:] if self.stacked else self.heads
        head = "".join(f'<th scope="col">{_heading(text)}</th>' for text in (*heads, *self.columns))
        across = len(heads) + len(self.columns) if self.stacked else 0
        kind = "paper-table stacked" if self.stacked else "paper-table"
        return "\n".join(
            [
                f'<div class="{kind}" role="region" tabindex="0" aria-labelledby="{caption}">',
                f'<table id="{self.name}">',
                f'<caption id="{caption}">{escape(self.caption)}</caption>',
                f"<thead><tr>{head}</tr></thead>",
                *(line for group, rows in self.groups.items() for line in _body(group, rows, across)),
                "</table>",
                "</div>",
            ]
        )


def beside_paper(
    name: str,
    caption: str,
    experiment: str,
    runs: Runs,
    layout: Mapping[str, Mapping[str, str]],
    statistics: Sequence[str],
    *,
    heads: tuple[str, str, str] = ("net", "quantity", "from (runs)"),
) -> Table:
    """An experiment's statistics, the paper's numbers under ours, what each net costs, and Bayes limits of point sets.

    Parameters
    ----------
    name, caption, heads
        See `Table`.
    experiment
        A name in `rknet.study.experiments.EXPERIMENTS`.
    runs
        What was trained; mean and population standard deviation are over all its seeds of a row.
    layout
        The row of the experiment that each group (such as ``"RK4Net"``) has in each column (such as ``"L = 5"``).
    statistics
        Names in `rknet.study.paper.STATISTICS`: accuracies are shown in percent, costs times 10, as in the paper.

    Raises
    ------
    ValueError
        If a name is unknown, or a row has no run.
    """
    known = choose("experiment", experiment, EXPERIMENTS)
    columns = list(next(iter(layout.values())))
    groups: dict[str, list[Row]] = {}
    for group, labels in layout.items():
        rows = [labels[column] for column in columns]
        configurations = [choose("layout", row, known.rows) for row in rows]
        groups[group] = []
        for statistic in statistics:
            label = label_of(statistic)
            ours, counts = zip(*(measured(runs, row, statistic) for row in rows), strict=True)
            groups[group].append(Row(label, f"here ({_range(counts)})", ours))
            theirs = [printed(experiment, configuration).get(statistic) for configuration in configurations]
            if any(theirs):
                source = f"paper ({known.repetitions})"
                groups[group].append(Row(label, source, [cell or "" for cell in theirs]))
        if any(statistic.endswith("accuracy") for statistic in statistics) and not configurations[0].images:
            groups[group].append(
                Row("Bayes limit, %", "", [(100 * bayes.accuracy(c.data), None) for c in configurations])
            )
        groups[group] += [
            Row("parameters", "", [c.parameters for c in configurations]),
            Row("evaluations of f", "", [c.evaluations for c in configurations]),
        ]
    return Table(name, caption, columns, groups, heads)


def measured(runs: Runs, row: str, statistic: str) -> tuple[Printed, int]:
    """Mean and population standard deviation of a row's runs in the paper's unit, and the number of runs."""
    choose("statistic", statistic, dict.fromkeys(STATISTICS))
    _, factor = UNITS[statistic.split("_")[1]]
    values = [factor * getattr(history, statistic)[-1] for (name, _), (_, history) in runs.items() if name == row]
    if not values:
        raise ValueError(
            f"runs: must hold every row of the table, got none of {row!r}; train it with rknet.study.cache.repetitions"
        )
    return (float(np.mean(values)), float(np.std(values))), len(values)


def recorded(name: str, store: Store, seeds: Iterable[int] | None = None) -> Runs:
    """The histories that a store has of an experiment's runs, by default of the paper's repetitions.

    ValueError if the name is unknown.
    """
    found = {(run.row, run.seed): store.find(run).record for run in runs_of(name, seeds)}
    return {run: (None, history(record)) for run, record in found.items() if record is not None}


def label_of(statistic: str) -> str:
    """What a statistic is called in tables: ``"training accuracy, %"``, ``"validation cost × 10"``."""
    half, quantity = statistic.split("_")
    return f"{HALVES[half]} {UNITS[quantity][0]}".replace(" x ", " × ")


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def _body(group: str, rows: Sequence[Row], across: int) -> Iterator[str]:
    """The rows of a group, its heading above them across so many columns, or beside them where there are none.

    A label that several rows in turn share is written once.
    """
    yield "<tbody>"
    span = f'colspan="{across}"' if across else f'rowspan="{len(rows)}"'
    head = f'<th class="group" scope="rowgroup" {span}>{_words(group)}</th>'
    if across:
        yield f"<tr>{head}</tr>"
        head = ""
    for label, shared in groupby(rows, key=lambda row: row.label):
        lines = list(shared)
        span = f'rowspan="{len(lines)}"' if lines[0].source else 'colspan="2"'
        head += f'<th class="label" scope="row" {span}>{_words(label)}</th>'
        for row in lines:
            kind = row.source.split()[0] if row.source else "aside"
            if row.source:
                head += f'<th class="source" scope="row">{escape(row.source)}</th>'
            cells = "".join(f"<td>{_written(cell)}</td>" for cell in row.cells)
            yield f'<tr class="{kind}">{head}{cells}</tr>'
            head = ""
    yield "</tbody>"


def _written(cell: Cell) -> str:
    """A cell's text, the spread as an element of its own; words may have several lines."""
    if not isinstance(cell, tuple):
        return f"{cell:,}" if isinstance(cell, int) else _words(cell).replace("\n", "<br>")
    mean, sd = cell
    value = "illegible" if mean is None else f"{mean:.2f}"
    spread = "" if sd is None else f' <span class="spread">± {sd:.2f}</span>'
    return value + spread


def _words(text: str) -> str:
    """Text with the paper's letter for the width."""
    return escape(text).replace("d_hat", "<i>d\N{COMBINING CIRCUMFLEX ACCENT}</i>")


def _heading(text: str) -> str:
    """A heading with places to break the line after underscores, for names such as donut_3D_2C."""
    return _words(text).replace("_", "_<wbr>")

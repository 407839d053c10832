"""Everything that the paper prints about points is in the built book: each cell of a table, each figure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from test_html import Soups, soups  # noqa: F401  (a fixture)

from rknet.experiments import EXPERIMENTS
from rknet.html_tables import label_of
from rknet.paper import STATISTICS, tables
from rknet.records import history
from rknet.runner import runs_of
from rknet.store import Store

FIGURES = range(2, 14)
"""The paper's figures on points; Figure 1, the tableaus, is in Section 2."""

RESULTS = Path(__file__).resolve().parent.parent / "results"
NUMBER = re.compile(r"\d+\.\d{1,2}( ± \d+\.\d\d)?")


class Cell(NamedTuple):
    """Where a printed number stands in a table of the book, and the number."""

    group: str
    label: str
    column: str
    value: float | None


def by_depth(table: Mapping, quantity: str) -> Iterator[Cell]:
    """Tables 1 and 2: nets by halves, columns by depth."""
    for net in ("StandardNet", "RK4Net"):
        for half, values in table[net].items():
            for L, value in zip(table["depths"], values, strict=True):
                yield Cell(net, label_of(f"{half}_{quantity}"), f"L = {L}", value)


def by_data(table: Mapping) -> Iterator[Cell]:
    """Table 4: nets by accuracy and cost, columns by point set."""
    for net in ("StandardNet", "EulerNet", "RK4Net"):
        for name, statistic in (("accuracy", "val_accuracy"), ("cost_x10", "val_cost")):
            for data, value in zip(table["datasets"], table[net][name], strict=True):
                yield Cell(net, label_of(statistic), data, value)


def by_statistic(table: Mapping) -> Iterator[Cell]:
    """Table 3: mean and standard deviation, columns by statistic."""
    for statistic in STATISTICS:
        cell = table[statistic + ("_x10" if statistic.endswith("cost") else "")]
        for label, value in (("mean", cell["mean"]), ("standard deviation", cell["sd"])):
            yield Cell("RK4Net, L = 100", label, label_of(statistic), value)


PRINTED = {
    "table-1": list(by_depth(tables()["table1_accuracy"], "accuracy")),
    "table-2": list(by_depth(tables()["table2_cost_x10"], "cost")),
    "table-3": list(by_statistic(tables()["table3"])),
    "table-4": list(by_data(tables()["table4_validation"])),
}


def find(soups: Soups, selector: str) -> BeautifulSoup:  # noqa: F811
    """The one element of the book that a CSS selector finds."""
    found = [element for soup in soups.values() for element in soup.select(selector)]
    assert len(found) == 1, f"{selector}: found {len(found)} times"
    return found[0]


def frame(table: BeautifulSoup) -> pd.DataFrame:
    """A table of the book as pandas reads it, group, label and source as index."""
    (read,) = pd.read_html(io.StringIO(str(table)))
    return read.set_index(list(read.columns[:3])).astype(str)


def source(rows: pd.DataFrame, cell: Cell, word: str) -> str:
    """What the row of a source, "here" or "paper", shows in a cell."""
    column = rows[cell.column]
    (value,) = [v for (g, label, s), v in column.items() if (g, label) == cell[:2] and s.startswith(word)]
    return value


@pytest.mark.parametrize("name", PRINTED)
def test_every_cell_of_the_paper_is_there_with_ours_above(soups: Soups, name: str):  # noqa: F811
    """The printed number, "illegible" where it cannot be read, and a number of our own for each."""
    table = find(soups, f"table#{name}")
    assert table.caption.get_text().startswith(f"Table {name[-1]}.")
    rows = frame(table)
    for cell in PRINTED[name]:
        shown = source(rows, cell, "paper")
        assert shown == "illegible" if cell.value is None else float(shown) == cell.value, cell
        assert NUMBER.fullmatch(source(rows, cell, "here")), cell


def test_the_number_of_cells_is_the_paper_s():
    """Two nets, two halves, seven depths, twice; two by four; three nets, two quantities, six point sets."""
    assert [len(cells) for cells in PRINTED.values()] == [28, 28, 8, 36]


@pytest.mark.parametrize("number", FIGURES)
def test_every_figure_is_there(soups: Soups, number: int):  # noqa: F811
    """A figure under its number, with a picture, a text for those who do not see it, and a caption that names it."""
    figure = find(soups, f"#fig-{number}")
    assert figure.find("img")["alt"].strip()
    caption = " ".join(figure.get_text().replace("’", "'").split())
    assert f"The paper's Figure {number}:" in caption


# ---- our own numbers are those of the records


def recorded(experiment: str, row: str, statistic: str) -> list[float]:
    """A row's final statistic in the committed records of the paper's repetitions."""
    store = Store(RESULTS)
    found = [store.find(run).record for run in runs_of(experiment) if run.row == row]
    if None in found:
        pytest.skip(f"no complete records of {row} in {RESULTS}")
    return [getattr(history(record), statistic)[-1] for record in found]


SHOWN = {
    "table-1": "depth",
    "table-2": "depth",
    "table-4": "comparison",
    "table-width": "width",
    "table-depth-narrow": "depth-narrow",
    "table-activation": "activation",
    "table-lifts": "lifts",
    "table-time": "fixed-time",
}
"""The experiment of a table; the first group of table-time is that of Table 1."""


def row_of(experiment: str, group: str, column: str) -> str:
    """The row that a cell shows: its label begins with the group and ends with the column."""
    (row,) = [row for row in EXPERIMENTS[experiment].rows if row.startswith(group) and row.endswith(f", {column}")]
    return row


@pytest.mark.parametrize("name", SHOWN)
def test_our_cells_are_those_of_the_records(soups: Soups, name: str):  # noqa: F811
    """What a page has trained during the build and what `results/` keeps agree in every printed digit."""
    experiment = SHOWN[name]
    rows, labels = frame(find(soups, f"table#{name}")), {label_of(statistic): statistic for statistic in STATISTICS}
    compared = 0
    for (group, label, where), cells in rows.iterrows():
        if not where.startswith("here"):
            continue
        source = "depth" if group == "RK4Net, h = 0.05" else experiment
        for column, shown in cells.items():
            values = recorded(source, row_of(source, group.removesuffix(", h = 0.05"), column), labels[label])
            assert shown == written(values, labels[label]), (group, label, column)
            compared += 1
    assert compared >= len(EXPERIMENTS[experiment].rows)


def written(values: list[float], statistic: str) -> str:
    """Mean and population standard deviation as the tables show them."""
    numbers = pd.Series(values) * (100 if statistic.endswith("accuracy") else 10)
    return f"{numbers.mean():.2f} ± {numbers.std(ddof=0):.2f}"


def test_table_3_is_that_of_the_records(soups: Soups):  # noqa: F811
    """Mean and standard deviation stand in rows of their own there."""
    rows, group = frame(find(soups, "table#table-3")), "RK4Net, L = 100"
    for statistic in STATISTICS:
        mean, sd = written(recorded("variability", group, statistic), statistic).split(" ± ")
        for label, number in (("mean", mean), ("standard deviation", sd)):
            assert source(rows, Cell(group, label, label_of(statistic), None), "here") == number, (statistic, label)


def test_ways_to_train_are_those_of_the_records(soups: Soups):  # noqa: F811
    """Losses label the rows, optimisers the columns, and the time belongs to the group."""
    rows, compared = frame(find(soups, "table#table-methods")), 0
    for (group, label, where), cells in rows.iterrows():
        if not where.startswith("here"):
            continue
        net, _, h = group.partition(", h = ")
        loss = label.removesuffix(", accuracy, %").replace(" ", "_")
        for optimizer, shown in cells.items():
            experiment = "training-time" if h == "0.5" else "training"
            values = recorded(experiment, f"{net}, {loss}, {optimizer}", "val_accuracy")
            assert shown == written(values, "val_accuracy"), (group, label, optimizer)
            compared += 1
    assert compared == 24

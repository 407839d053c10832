"""Everything that the paper prints of its experiments is in the built book: each cell of a table, each figure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rknet.study.experiments import COMPARED, EXPERIMENTS
from rknet.study.html_tables import label_of
from rknet.study.paper import STATISTICS, tables
from rknet.study.records import history
from rknet.study.runner import runs_of
from rknet.study.store import Store

FIGURES = range(2, 19)
"""The paper's figures of Section 4; Figure 1, the tableaus, is in Section 2."""

Soups = Mapping[Path, BeautifulSoup]

RESULTS = Path(__file__).resolve().parents[2] / "results"
NUMBER = re.compile(r"\d+\.\d{1,2}( ± \d+\.\d\d)?")


class Cell(NamedTuple):
    """Where a printed number stands in a table of the book, the number, and the spread printed with it."""

    group: str
    label: str
    column: str
    value: float | None
    sd: float | None = None


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


def by_width(table: Mapping) -> Iterator[Cell]:
    """Table 5: statistics, columns by width."""
    for statistic in STATISTICS:
        for d_hat in ("784", "900"):
            mean, sd = table[d_hat][statistic + ("_x10" if statistic.endswith("cost") else "")]
            yield Cell("RK4Net", label_of(statistic), f"d_hat = {d_hat}", mean, sd)


def by_images(table: Mapping) -> Iterator[Cell]:
    """Table 6: nets by accuracy and cost, columns by image set."""
    for data in ("MNIST", "FashionMNIST"):
        for net, cells in table[data].items():
            for name, statistic in (("accuracy", "val_accuracy"), ("cost_x10", "val_cost")):
                yield Cell(net, label_of(statistic), data, *cells[name])


PRINTED = {
    "table-1": list(by_depth(tables()["table1_accuracy"], "accuracy")),
    "table-2": list(by_depth(tables()["table2_cost_x10"], "cost")),
    "table-3": list(by_statistic(tables()["table3"])),
    "table-4": list(by_data(tables()["table4_validation"])),
    "table-5": list(by_width(tables()["table5"])),
    "table-6": list(by_images(tables()["table6_validation"])),
}


def find(soups: Soups, selector: str) -> BeautifulSoup:
    """The one element of the book that a CSS selector finds."""
    found = [element for soup in soups.values() for element in soup.select(selector)]
    assert len(found) == 1, f"{selector}: found {len(found)} times"
    return found[0]


def frame(table: BeautifulSoup) -> pd.DataFrame:
    """A table of the book as pandas reads it, group, label and source as index; the width by its name in rows."""
    (read,) = pd.read_html(io.StringIO(str(table).replace("<i>d\u0302</i>", "d_hat")))
    return read.set_index(list(read.columns[:3])).astype(str)


def source(rows: pd.DataFrame, cell: Cell, word: str) -> str:
    """What the row of a source, "here" or "paper", shows in a cell."""
    column = rows[cell.column]
    (value,) = [v for (g, label, s), v in column.items() if (g, label) == cell[:2] and s.startswith(word)]
    return value


@pytest.mark.parametrize("name", PRINTED)
def test_every_cell_of_the_paper_is_there_with_ours_above(soups: Soups, name: str):
    """The printed number, "illegible" where it cannot be read, and a number of our own for each."""
    table = find(soups, f"table#{name}")
    assert table.caption.get_text().startswith(f"Table {name[-1]}.")
    rows = frame(table)
    for cell in PRINTED[name]:
        shown = source(rows, cell, "paper")
        value, _, sd = shown.partition(" ± ")
        assert value == "illegible" if cell.value is None else float(value) == cell.value, cell
        assert (float(sd) if sd else None) == cell.sd, cell
        assert NUMBER.fullmatch(source(rows, cell, "here")), cell


def test_the_number_of_cells_is_the_paper_s():
    """Two nets, two halves, seven depths, twice; two by four; three nets, two quantities, six point sets; two widths by
    four; three nets, two quantities, two image sets."""
    assert [len(cells) for cells in PRINTED.values()] == [28, 28, 8, 36, 8, 12]


@pytest.mark.parametrize("number", FIGURES)
def test_every_figure_is_there(soups: Soups, number: int):
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
    "table-5": "images",
    "table-6": "images",
    "table-deep": "images-deep",
}
"""The experiment of a table; the first group of table-time is that of Table 1."""


def row_of(experiment: str, group: str, column: str) -> str:
    """The row that a cell shows: its label begins with the group and ends with the column.

    Of images, Table 5 has the width in its columns and is on MNIST; Table 6 has the image set, at the width 900.
    """
    if experiment == "images":
        d_hat, data = (column, "MNIST") if column.startswith("d_hat") else ("d_hat = 900", column)
        return f"{group}, {d_hat}, L = {COMPARED[group]}, {data}"
    (row,) = [row for row in EXPERIMENTS[experiment].rows if row.startswith(group) and row.endswith(f", {column}")]
    return row


@pytest.mark.parametrize("name", SHOWN)
def test_our_cells_are_those_of_the_records(soups: Soups, name: str):
    """What a page has trained during the build and what `results/` keeps agree in every printed digit."""
    experiment = SHOWN[name]
    rows, labels = frame(find(soups, f"table#{name}")), {label_of(statistic): statistic for statistic in STATISTICS}
    compared = 0
    for (group, label, where), cells in rows.iterrows():
        if not where.startswith("here"):
            continue
        source = "depth" if group == "RK4Net, h = 0.05" else experiment
        for column, shown in cells.items():
            statistic = labels[label]
            values = recorded(source, row_of(source, group.removesuffix(", h = 0.05"), column), statistic)
            assert shown == written(values, statistic), (group, label, column)
            compared += 1
    # Table 5 shows two of the rows of `images`, Table 6 six of the seven.
    assert compared >= {"table-5": 8, "table-6": 12}.get(name, len(EXPERIMENTS[experiment].rows))


def written(values: list[float], statistic: str) -> str:
    """Mean and population standard deviation, as tables write them."""
    numbers = pd.Series(values) * (100 if statistic.endswith("accuracy") else 10)
    return f"{numbers.mean():.2f} ± {numbers.std(ddof=0):.2f}"


def test_table_3_is_that_of_the_records(soups: Soups):
    """Mean and standard deviation stand in rows of their own there."""
    rows, group = frame(find(soups, "table#table-3")), "RK4Net, L = 100"
    for statistic in STATISTICS:
        mean, sd = written(recorded("variability", group, statistic), statistic).split(" ± ")
        for label, number in (("mean", mean), ("standard deviation", sd)):
            shown = source(rows, Cell(group, label, label_of(statistic), None), "here")
            assert float(shown) == float(number), (statistic, label)  # read back, 73.50 is 73.5


def test_ways_to_train_are_those_of_the_records(soups: Soups):
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

"""The numbers that the paper prints, beside the experiments that recompute them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from rknet.study.configuration import Configuration

Printed = tuple[float | None, float | None]
"""Mean and population standard deviation; None where the paper's is illegible, or not printed."""

STATISTICS = ("train_accuracy", "val_accuracy", "train_cost", "val_cost")
"""What is reported of a run: fields of `rknet.history.History`."""


@cache
def tables() -> Mapping[str, Any]:
    """Tables 1 to 6 as printed: accuracy in percent, cost times 10."""
    return json.loads(files("rknet.study").joinpath("paper_tables.json").read_text("utf8"))


def printed(experiment: str, configuration: Configuration) -> dict[str, Printed]:
    """What the paper prints for a row of an experiment, by the name of the statistic; empty where it prints nothing."""
    find = {"depth": _depth, "variability": _variability, "comparison": _comparison, "images": _images}.get(experiment)
    return find(configuration) if find else {}


def _depth(configuration: Configuration) -> dict[str, Printed]:
    values: dict[str, Printed] = {}
    for statistic in STATISTICS:
        half, quantity = statistic.split("_")
        table = tables()[{"accuracy": "table1_accuracy", "cost": "table2_cost_x10"}[quantity]]
        column = table["depths"].index(configuration.L)
        values[statistic] = (table[configuration.net][half][column], None)
    return values


def _variability(configuration: Configuration) -> dict[str, Printed]:
    cells = {name: tables()["table3"][_key(name)] for name in STATISTICS}
    return {name: (cell["mean"], cell["sd"]) for name, cell in cells.items()}


def _comparison(configuration: Configuration) -> dict[str, Printed]:
    table = tables()["table4_validation"]
    row, column = table[configuration.net], table["datasets"].index(configuration.data)
    return {"val_accuracy": (row["accuracy"][column], None), "val_cost": (row["cost_x10"][column], None)}


def _images(configuration: Configuration) -> dict[str, Printed]:
    """Table 5 for RK4Net on MNIST, with its one row of Table 6; Table 6 for the others."""
    table5, table6 = tables()["table5"], tables()["table6_validation"]
    if (configuration.net, configuration.data) == (table5["net"], table5["dataset"]):
        cells = {name: table5[f"{configuration.d_hat}"][_key(name)] for name in STATISTICS}
    else:
        row = table6[configuration.data][configuration.net]
        cells = {f"val_{quantity}": row[_key(quantity)] for quantity in ("accuracy", "cost")}
    return {name: tuple(cell) for name, cell in cells.items()}


def _key(name: str) -> str:
    """What the file calls a statistic or a quantity: it tells that costs are times 10."""
    return f"{name}_x10" if name.endswith("cost") else name

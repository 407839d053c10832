"""The study's records as one table, and the answers that a procedure gives: what is chosen on the selection set.

A row of `answers` is a net at one of its tested epochs.  `chosen` takes one of them for each seed and set of points.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from rknet.data.points import Law
from rknet.study.records import Record, Run
from rknet.study.store import Store
from rknet.study.trial.examination import limit
from rknet.study.trial.grid import TRIALS, runs_of

COST = 800
"""Evaluations of f a training sample at which procedures are compared at equal cost."""

ALONE = {"study-map": "spiral", "study-activation": "donut_1D", "study-methods": "spiral_3D"}
"""The data of experiments whose labels do not begin with it."""

LABEL = re.compile(r"(?P<variant>.*?)(?:, L = (?P<L>\d+))?(?:, (?:own )?rate (?:x )?1e(?P<exponent>[-.\d]+))?")
"""How the rows of the study are labelled, after the data."""


def answers(store: Store, names: Iterable[str] = tuple(TRIALS)) -> pd.DataFrame:
    """Every tested epoch of every record that a store has, for those nets of which a seed's grid is complete.

    Columns: ``experiment``, ``data``, ``variant``, ``L``, ``exponent`` (of the rate; for the methods, of the factor on
    the optimiser's own), ``seed``; ``test`` (``"paper"``, ``"last"``, ``"best"`` of ``budget`` epochs), ``epoch``,
    ``cost`` in evaluations of f per sample, ``accuracy`` (Bayes limit less regret), its standard ``error`` and the
    ``limit``, all in points, ``selection`` and ``selection_cost``, by which is chosen, ``ended``, ``parameters`` and
    ``seconds``.
    """
    rows: list[dict[str, Any]] = []
    for name in names:
        for run in runs_of(name, store.seeds(name)):
            if (record := store.find(run).record) is not None:
                rows += _rows(run, record)
    found = pd.DataFrame(rows)
    if found.empty:
        return found
    keys = ["experiment", "data", "variant"]
    there = found[[*keys, "seed", "L", "exponent"]].drop_duplicates().groupby([*keys, "seed"]).size()
    whole = {key for key, count in there.items() if count == CELLS[key[:3]]}
    kept = [key in whole for key in zip(*(found[name] for name in [*keys, "seed"]), strict=True)]
    return found[np.array(kept, dtype=bool)]


def chosen(answers: pd.DataFrame, by: Iterable[str] = ("data", "seed")) -> pd.DataFrame:
    """The answer of the highest selection accuracy in each group; ties go to the lower cost on that set, then in f."""
    order = answers.sort_values(["selection", "selection_cost", "cost"], ascending=[False, True, True], kind="stable")
    return order.groupby(list(by), sort=True).head(1).sort_values(list(by))


def tuned(answers: pd.DataFrame) -> pd.DataFrame:
    """What a procedure that chooses the epoch may report: the best of all epochs; for a baseline, its only answer."""
    whole = answers.groupby(["experiment", "data", "variant", "L", "exponent", "seed"], dropna=False)["budget"]
    return answers[(answers["test"] == "best") & (answers["budget"] == whole.transform("max"))]


def affordable(answers: pd.DataFrame, cost: int = COST) -> pd.DataFrame:
    """What a procedure may report that spends at most so many evaluations of f per sample on any one training."""
    return answers[(answers["test"] == "best") & (answers["cost"] <= cost)]


def labels(experiment: str, row: str) -> dict[str, Any]:
    """What the label of a row says: data, variant, L and exponent."""
    data, _, rest = (ALONE[experiment], "", row) if experiment in ALONE else row.partition(", ")
    match = LABEL.fullmatch(rest)
    assert match is not None  # every text matches, at least as a variant
    numbers = {"L": int(match["L"] or 0), "exponent": float(match["exponent"] or "nan")}
    return {"experiment": experiment, "data": data, "variant": match["variant"], **numbers}


CELLS = Counter(
    (name, found["data"], found["variant"])
    for name, experiment in TRIALS.items()
    for found in (labels(name, row) for row in experiment.rows)
)
"""How many nets a seed has of each variant on each set: every depth with every rate."""


def _rows(run: Run, record: Record) -> list[dict[str, Any]]:
    configuration, results = run.configuration, record["results"]
    law = configuration.drawn_from
    assert isinstance(law, Law)
    shared = {
        **labels(run.experiment, run.row),
        "seed": run.seed,
        "ended": results.get("ended", ""),
        "parameters": configuration.parameters,
        "seconds": record["circumstances"]["seconds"],
    }
    tests = results.get("tests") or {"best 0": {"epoch": 0, **results}}
    top = 100 * limit(law)
    evaluations = configuration.evaluations if "tests" in results else 0
    rows = []
    for name, test in tests.items():
        kind, _, budget = name.partition(" ")
        epochs = int(budget or results["epochs"])
        stated = {
            "test": kind,
            "budget": epochs,
            "epoch": test["epoch"],
            "cost": epochs * evaluations,
            "accuracy": top - 100 * test["regret"],
            "limit": top,
            "error": 100 * test["error"],
            "selection": test["val_accuracy"],
            "selection_cost": float(test.get("val_cost", 0)),
        }
        rows.append({**shared, **stated})
    return rows

"""A second opinion on the ledger: verdicts on sentences about records, recomputed without the code that made them.

Nothing of the ledger is imported: `claims.yml`, the tables of records and `verdicts.json` are read as they are.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Interval = tuple[float, float]

FINAL: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "train_accuracy": lambda t: 100 * t["final.train_accuracy"],
    "val_accuracy": lambda t: 100 * t["final.val_accuracy"],
    "train_cost": lambda t: 10 * t["final.train_cost"],
    "val_cost": lambda t: 10 * t["final.val_cost"],
    "accuracy_gap": lambda t: 100 * (t["final.train_accuracy"] - t["final.val_accuracy"]),
    "cost_gap": lambda t: 10 * (t["final.val_cost"] - t["final.train_cost"]),
}
"""Quantities by name, from a table of records: percent, and costs times 10."""

STATISTICS = {"mean", "pooled_mean", "share_positive", "sd_ratio"}
"""Statistics whose intervals have a closed form."""

ROOT = Path(__file__).resolve().parents[2]
VERDICTS = ROOT / "rknet" / "study" / "ledger" / "verdicts.json"

COMPATIBLE, REFUTED, OPEN = "compatible", "not compatible", "not testable"


def filled(entry: Any, values: Mapping[str, Any]) -> Any:
    """An entry with {name} and {name[i]} replaced in all its texts; unknown names stay."""
    if isinstance(entry, str):
        for name, value in values.items():
            entry = entry.replace("{" + name + "}", str(value))
            if isinstance(value, list):
                for i, one in enumerate(value):
                    entry = entry.replace(f"{{{name}[{i}]}}", str(one))
        return entry
    if isinstance(entry, dict):
        return {key: filled(value, values) for key, value in entry.items()}
    return [filled(value, values) for value in entry] if isinstance(entry, list) else entry


def combinations(choices: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """One value of each name, in all ways."""
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def parts_of(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of a claim, one for each combination of the values of `for`."""
    parts = []
    for part in claim.get("parts", []):
        rest = {key: value for key, value in part.items() if key != "for"}
        parts += [filled(rest, values) for values in combinations(part.get("for", {}))]
    return parts


def is_simple(part: Mapping[str, Any]) -> bool:
    """Whether a part needs nothing but final numbers of records and an interval of closed form."""
    known = isinstance(part["quantity"], str) and part["quantity"] in FINAL
    return known and part.get("statistic", "mean") in STATISTICS and "only" not in part


def numbers(part: Mapping[str, Any], seeds: Sequence[int], tables: Mapping[str, pd.DataFrame]) -> Array:
    """The numbers of a part, (seeds, rows); NaN where a run is not recorded."""

    def column(place: str) -> Array:
        experiment, _, row = place.partition("/")
        table = tables[experiment]
        series = FINAL[part["quantity"]](table)[table.row == row]
        return np.array(series.set_axis(table.seed[table.row == row]).reindex(list(seeds)), dtype=np.float64)

    columns = []
    for values in combinations(part.get("over", {})):
        minus = filled(part.get("minus", 0.0), values)
        columns.append(column(filled(part["of"], values)) - (column(minus) if isinstance(minus, str) else minus))
    return np.array(columns, dtype=np.float64).T


def interval(statistic: str, x: Array, error: float) -> Interval:
    """Two one-sided limits, each wrong with probability `error`, for numbers x (seeds, rows)."""
    R = len(x)
    if statistic == "sd_ratio":
        ratio = float(np.divide(*x.var(axis=0, ddof=1)))
        low, high = ratio / stats.f.ppf([1 - error, error], R - 1, R - 1)
        return float(np.sqrt(low)), float(np.sqrt(high))
    if statistic == "share_positive":
        k = int((x > 0).sum())
        low = stats.beta.ppf(error, k, R - k + 1) if k else 0.0
        return float(low), float(stats.beta.ppf(1 - error, k + 1, R - k) if k < R else 1.0)
    means = x.mean(axis=1)
    half = stats.t.isf(error, R - 1) * stats.sem(means)
    return float(means.mean() - half), float(means.mean() + half)


def verdict(
    parts: Sequence[Mapping[str, Any]], seeds: Sequence[int], error: float, tables: Mapping[str, pd.DataFrame]
) -> str:
    """Compatible if every part lies inside its region, refuted if one lies outside after Bonferroni, else open."""
    inside, outside = [], []
    for part in parts:
        x, statistic = numbers(part, seeds, tables), part.get("statistic", "mean")
        if np.isnan(x).any() or (statistic == "sd_ratio" and not x.std(axis=0).all()):
            return OPEN
        lower, upper = (
            limit if limit is not None else sign * np.inf for limit, sign in zip(part["within"], (-1, 1), strict=True)
        )
        low, high = interval(statistic, x, error)
        inside.append(lower < low and high < upper)
        low, high = interval(statistic, x, error / len(parts))
        outside.append(high < lower or low > upper)
    return REFUTED if any(outside) else COMPATIBLE if all(inside) else OPEN


def judged(root: Path, level: float | None = None) -> dict[str, str]:
    """The verdict on every sentence with simple parts alone, by id."""
    book = yaml.safe_load((root / "rknet/study/ledger/claims.yml").read_text(encoding="utf-8"))
    tables = {path.stem: pd.read_parquet(path) for path in (root / "results").glob("*.parquet")}
    found = {}
    for claim in book["claims"]:
        parts = parts_of(claim)
        if parts and all(map(is_simple, parts)):
            first, last = map(int, claim.get("seeds", book["seeds"]).split("-"))
            found[claim["id"]] = verdict(parts, range(first, last + 1), 1 - (level or book["level"]), tables)
    return found


def test_simple_verdicts_are_recomputed() -> None:
    """Those that need final numbers and intervals of closed form only; a wrong level would turn some."""
    kept = {entry["id"]: entry["verdict"] for entry in json.loads(VERDICTS.read_text("utf8"))}
    ours = judged(ROOT)
    assert len(ours) >= 25
    assert {name: kept[name] for name in ours} == ours
    assert judged(ROOT, level=0.9) != ours != judged(ROOT, level=0.975)

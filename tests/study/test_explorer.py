"""The study in the page: what the script reads, decoded by hand and compared with the records' answers."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rknet.study.store import Store
from rknet.study.trial.answers import answers
from rknet.study.trial.explorer import AXES, CHOSEN, MISSING, UNIT, Explorer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    """The answers of two experiments."""
    return answers(Store(ROOT / "results"), ("study-map", "study-long"))


def decoded(explorer: Explorer) -> dict:
    """The JSON in the element that the script looks for."""
    holder = BeautifulSoup(explorer._repr_html_(), "html.parser").select_one("div.explorer[hidden]")
    assert holder is not None
    return json.loads(holder.get_text())


def distances(panel: dict) -> np.ndarray:
    """A panel's array, in points; missing is not a number."""
    words = np.frombuffer(base64.b64decode(panel["values"]), "<u2").reshape([len(panel[axis]) for axis in AXES])
    return np.where(words == MISSING, np.nan, words * UNIT)


def place(panel: dict, *of: object) -> tuple[int, ...]:
    """Where a variant, depth, rate, seed and reported epoch stand in the array."""
    return tuple(panel[axis].index(value) for axis, value in zip(AXES, of, strict=True))


def test_the_page_gets_every_answer(found: pd.DataFrame) -> None:
    """To half of the stored unit, at its place; what was not run is missing."""
    data = decoded(Explorer(found))
    assert len(data["panels"]) == 11  # the spiral's map, and ten sets
    panel = data["panels"][0]
    values = distances(panel)
    rows = found[(found["experiment"] == "study-map") & (found["test"] == "paper")]
    assert len(rows) == 784 * rows["seed"].nunique()
    for row in rows.itertuples():
        assert values[place(panel, row.variant, row.L, row.exponent, row.seed, "paper")] == pytest.approx(
            max(0.0, row.limit - row.accuracy), abs=UNIT / 2 + 1e-9
        )
    assert panel["L"][-1] == panel["exponent"][-1] == CHOSEN


def test_what_is_chosen_is_the_best_on_the_selection_set(found: pd.DataFrame) -> None:
    """By a loop over the rows: highest selection accuracy, then lowest selection cost, then fewest evaluations."""
    panel = next(p for p in decoded(Explorer(found))["panels"] if p["data"] == "squares")
    values = distances(panel)
    seed = panel["seed"][0]
    rows = found[(found["data"] == "squares") & (found["variant"] == "ResNet") & (found["seed"] == seed)]
    rows = rows[(rows["experiment"] == "study-long") & (rows["test"] == "best") & (rows["budget"] == 160)]
    for L in (2, 5, CHOSEN):
        there = [row for row in rows.itertuples() if L in (row.L, CHOSEN)]
        best = min(there, key=lambda row: (-row.selection, row.selection_cost, row.cost))
        assert values[place(panel, "ResNet", L, CHOSEN, seed, "best")] == pytest.approx(
            max(0.0, best.limit - best.accuracy), abs=UNIT / 2 + 1e-9
        )


def test_the_script_reads_the_same_axes() -> None:
    """The order of the array's axes is stated twice, once for each language; the script is small."""
    script = (ROOT / "book" / "_static" / "explorer.js").read_text("utf8")
    assert f"const AXES = {json.dumps(AXES).replace('(', '[')};" in script
    assert len(script.encode()) < 12_000

"""The study in the page: what `book/_static/explorer.js` needs to draw any comparison, without a kernel.

Distances from the Bayes limit are rounded to a hundredth of a point and stored in two bytes each.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from rknet import plots
from rknet.study.trial.answers import chosen, tuned
from rknet.study.trial.grid import TRIALS

UNIT = 0.01
"""A stored number is a multiple of it, in points."""

MISSING = 2**16 - 1
"""Stored where a net was not run."""

REPORTED = {"paper": "the paper's rule", "last": "the last epoch", "best": "the best on the selection set"}
"""Which epoch is reported, by the name of the test."""

CHOSEN = "chosen"
"""In place of a depth or a rate: the best on the selection set of each seed."""

COLOURS = [colour if colour != "#000000" else "currentColor" for colour in plots.CLASS_COLOURS if colour != "#F0E442"]
"""Of the nets. Yellow is left out: a thin line of it is not seen. Black is the text's colour, light on a dark page."""

AXES = ("variant", "L", "exponent", "seed", "reported")


@dataclass(frozen=True)
class Explorer:
    """The distances of the study's nets from the Bayes limit, for a reader of the page to compare.

    Attributes
    ----------
    answers
        As `rknet.study.trial.answers.answers` gives them; experiments without a learning rate are left out.
    """

    answers: pd.DataFrame

    def __repr__(self) -> str:
        return f"Explorer({len(self.answers)} answers)"

    def _repr_html_(self) -> str:
        nets = self.answers[self.answers["exponent"].notna()]
        panels = [
            panel(TRIALS[str(name)].title, str(data), rows)
            for (name, data), rows in nets.groupby(["experiment", "data"], sort=False)
        ]
        shared = {"unit": UNIT, "missing": MISSING, "chosen": CHOSEN, "words": REPORTED, "colours": COLOURS}
        data = {**shared, "panels": panels}
        return f'<div class="explorer" hidden>{escape(json.dumps(data, separators=(",", ":")))}</div>'


def panel(title: str, data: str, answers: pd.DataFrame) -> dict[str, Any]:
    """One experiment on one set, as JSON: its axes, and the distances as base64 of little-endian words.

    The distances are an array (variants, depths, rates, seeds, reported epochs).  The last of the depths and of the
    rates is `CHOSEN` where there are several.
    """
    of_test = {test: tuned(answers) if test == "best" else answers[answers["test"] == test] for test in REPORTED}
    found = pd.concat([_with_chosen(rows).assign(reported=test) for test, rows in of_test.items()])
    axes = {axis: found[axis].unique().tolist() for axis in AXES}
    words = np.full([len(values) for values in axes.values()], MISSING, "<u2")
    places = tuple(found[axis].map(dict(zip(values, range(len(values)), strict=True))) for axis, values in axes.items())
    words[places] = np.rint((found["limit"] - found["accuracy"]).clip(lower=0) / UNIT)
    return {"title": title, "data": data, **axes, "values": base64.b64encode(words.tobytes()).decode()}


def _with_chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of their axes, then those chosen among all depths, all rates, and both."""
    ordered = rows.sort_values(["L", "exponent", "seed"]).astype({"L": object, "exponent": object})
    parts = [ordered]
    several = [axis for axis in ("L", "exponent") if rows[axis].nunique() > 1]
    for free in filter(None, dict.fromkeys([tuple(several[:1]), tuple(several[1:]), tuple(several)])):
        best = chosen(rows, [axis for axis in ("variant", "L", "exponent", "seed") if axis not in free])
        parts.append(best.assign(**dict.fromkeys(free, CHOSEN)))
    return pd.concat(parts)

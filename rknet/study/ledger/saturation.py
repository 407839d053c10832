"""Which sets of Table 4 leave nothing to be won: all nets come within `ROOM` of the Bayes limit on average."""

from __future__ import annotations

from collections.abc import Mapping

from rknet.study.experiments import MULTICLASS
from rknet.study.ledger.judging import Verdict

ROOM = 1.0
"""Percentage points to the Bayes limit below which no better net could prove itself."""

NETS = {"StandardNet": "standardnet-l-5", "EulerNet": "eulernet-l-100", "RK4Net": "rk4net-l-100"}
"""The nets of Table 4, with what their claims' ids call them."""


def distances(verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, float]]:
    """Bayes limit less mean validation accuracy in points, of the seeds that decide Table 4, by set and net."""
    found: dict[str, dict[str, float]] = {}
    for data in MULTICLASS:
        for net, name in NETS.items():
            finding = verdicts[f"table4-{name}-{data.lower()}-val-accuracy"].findings[0]
            if finding.bayes is None or finding.estimate is None:
                raise ValueError(f"verdicts: must hold the records of Table 4, got none of {net} on {data}; run it")
            found.setdefault(data, {})[net] = finding.bayes - finding.estimate
    return found


def saturated(verdicts: Mapping[str, Verdict]) -> list[str]:
    """The sets on which all nets come within `ROOM` of the limit."""
    return [data for data, gaps in distances(verdicts).items() if max(gaps.values()) < ROOM]

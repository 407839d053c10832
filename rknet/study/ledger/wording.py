"""What a part of a sentence measures, in words that are understood without the sentence."""

from __future__ import annotations

from collections.abc import Sequence

from rknet.study.ledger.claims import NUMBERS, Part, Rows

ONLY_THERE = {"depth-narrow": "d_hat = 3", "logistic": "logistic"}
"""What distinguishes the rows of an experiment whose names are also names of another one."""

ONE_NET = {
    "mean": "mean {quantity}, {nets}",
    "bootstrap_mean": "mean {quantity}, {nets}",
    "pooled_mean": "mean {quantity} over all sets, {nets}",
    "median": "median {quantity}, {nets}",
    "sd": "standard deviation of {quantity}, {nets}",
    "sd_ratio": "ratio of the standard deviations of {quantity}, {pair}",
    "sd_excess": "excess of the standard deviation of {quantity}, {pair}",
    "share_positive": "share of repetitions in which the {quantity} is above {limit}, {nets}",
    "rank_correlation": "rank correlation of {quantity}, {nets}",
    "fewer_layers_needed": "depths saved until the {quantity} exceeds 88 %, {nets}",
    "largest_mean": "largest mean {quantity}, {nets}",
    "least_mean": "least mean {quantity}, {nets}",
}
"""How each statistic of one net, or of several, is put into words."""

DIFFERENCE = {
    "mean": "mean difference in the {quantity}, {nets} minus {others}",
    "bootstrap_mean": "mean difference in the {quantity}, {nets} minus {others}",
    "pooled_mean": "mean difference in the {quantity} over all sets, {nets} minus {others}",
    "median": "median difference in the {quantity}, {nets} minus {others}",
    "share_positive": "share of repetitions in which the {quantity} is larger for {nets} than for {others}",
    "largest_mean": "largest mean difference in the {quantity}, {nets} minus {others}",
    "least_mean": "least mean difference in the {quantity}, {nets} minus {others}",
}
"""The same of a statistic of differences."""


def words(part: Part) -> str:
    """Statistic, quantity and nets of a part, as one phrase."""
    quantity = " and ".join(NUMBERS[name].words for name in part.quantities)
    nets = _nets(part.of)
    if not isinstance(part.minus, float):
        return DIFFERENCE[part.statistic].format(quantity=quantity, nets=nets, others=_nets(part.minus))
    if part.statistic != "share_positive" and part.minus:
        quantity = f"{quantity} less {part.minus:g}"
    pair = " over ".join(_nets([rows]) for rows in part.of)
    return ONE_NET[part.statistic].format(quantity=quantity, nets=nets, pair=pair, limit=f"{part.minus:g}")


def _nets(of: Sequence[Rows]) -> str:
    """The rows in words; what several single rows have in common is said once."""
    phrases = [[_settings(place) for place in rows] for rows in of]
    singles = [row for rows in phrases if len(rows) == 1 for row in rows]
    if 1 < len(singles) == len(phrases) and len({(row[0], len(row)) for row in singles}) == 1:
        return _collected(singles)
    return ", ".join(" and ".join(map(_net, rows)) for rows in phrases)


def _collected(rows: Sequence[list[str]]) -> str:
    """Rows of one net with the values of each setting: ``RK4Net (L = 1, 3, 5; tanh, logistic)``."""
    head, *others = (_listed(list(dict.fromkeys(column))) for column in zip(*rows, strict=True))
    return f"{head} ({'; '.join(others)})"


def _listed(values: Sequence[str]) -> str:
    """``L = 1, 3, 5`` for three depths; other values one after the other."""
    names = {value.partition(" = ")[0] for value in values}
    if len(names) == 1 and all(" = " in value for value in values):
        return f"{names.pop()} = {', '.join(value.partition(' = ')[2] for value in values)}"
    return ", ".join(values)


def _net(settings: Sequence[str]) -> str:
    head, *others = settings
    return f"{head} ({', '.join(others)})" if others else head


def _settings(place: str) -> list[str]:
    """``depth-narrow/RK4Net, L = 5`` as its net, its depth and what only this experiment has."""
    experiment, _, row = place.partition("/")
    return [*row.split(", "), *([ONLY_THERE[experiment]] if experiment in ONLY_THERE else [])]

"""A second opinion on the study: its verdicts, recomputed from the tables without the code that made them.

Nothing of the study is imported but what is judged.  The tables of records are read as they are, and the conclusions
are written down again from the text of the registration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rknet.study.store import Store
from rknet.study.trial.answers import answers
from rknet.study.trial.conclusions import looked, stage_reached

RESULTS = Path(__file__).resolve().parents[2] / "results"
LEVEL = 0.05 / 3
SIX = ["donut_3D_2C", "donut_3D_3C", "donut_2D_6C", "donut_3D_6C", "squares_2D_4C", "squares_3D_4C"]
TEN = ["donut_1D", "donut_2D", "squares", "spiral", *SIX]
BEST = re.compile(r"tests\.best (\d+)\.regret")


@dataclass(frozen=True)
class Training:
    """A row of a table: what it is of, and by the number of epochs what its best epoch gives, with the cost in f.

    An answer is (less selection accuracy, selection cost, evaluations of f, regret in points): the first three decide.
    """

    experiment: str
    data: str
    label: str
    L: int
    seed: int
    best: dict[int, tuple[float, ...]]

    @classmethod
    def read(cls, row: dict) -> Training:
        """From a row of a table."""
        best = {}
        for name, value in row.items():
            if (match := BEST.fullmatch(name)) and not np.isnan(value):
                epochs, test = int(match[1]), name.removesuffix(".regret")
                cost = epochs * row["evaluations"]
                best[epochs] = (-row[f"{test}.val_accuracy"], row[f"{test}.val_cost"], cost, 100 * value)
        if row["experiment"] == "study-baselines":
            best[0] = (-row["val_accuracy"], 0.0, 0.0, 100 * row["regret"])
        data = row["data"] if isinstance(row.get("data"), str) else row["row"].split(", ")[0]
        return cls(row["experiment"], data, row["row"], int(row.get("L", 0)), row["seed"], best)


Nets = Callable[[Training], bool]


@cache
def trainings() -> tuple[Training, ...]:
    """Every training that a conclusion may read."""
    tables = [pd.read_parquet(path) for path in sorted(RESULTS.glob("study-*.parquet"))]
    return tuple(Training.read(row) for table in tables for row in table.to_dict("records"))


def of(experiments: str, *labels: str, L: int | None = None) -> Nets:
    """Nets of some experiments whose row has, between commas, one of these texts, at a depth or at all."""
    names = experiments.split()

    def takes(net: Training) -> bool:
        found = any(f", {label}, " in f", {net.label}, " for label in labels)
        other = "orthogonal" in net.label and not any("orthogonal" in label for label in labels)
        return net.experiment in names and found and not other and L in (None, net.L)

    return takes


def regret(nets: Nets, data: str, seed: int, cost: int | None = None) -> float:
    """What is chosen on the selection set: of the longest budgets, or of all that cost at most so much."""
    choice = []
    for net in trainings():
        if (net.data, net.seed) == (data, seed) and nets(net):
            longest = [net.best[max(net.best)]]
            choice += longest if cost is None else [best for best in net.best.values() if best[2] <= cost]
    return min(choice, key=lambda answer: answer[:3])[3] if choice else float("nan")


def decades(nets: Nets, data: str, seed: int) -> float:
    """Half the number of rates whose regret is within a point of the least."""
    there = [net for net in trainings() if (net.data, net.seed) == (data, seed) and nets(net)]
    regrets = np.array([net.best[max(net.best)][3] for net in there] or [np.nan])
    return 0.5 * float((regrets <= regrets.min() + 1 + 1e-9).sum()) if there else float("nan")


def gain(seed: int, data: Sequence[str], A: Nets, B: Nets, cost: int | None = None) -> float:
    """How much more accurate A is than B, mean over sets."""
    return float(np.mean([regret(B, one, seed, cost) - regret(A, one, seed, cost) for one in data]))


def families(*labels: str) -> Nets:
    """Nets on the ten sets, trained for 40 or for 160 epochs."""
    return of("study-sets study-long", *labels)


def on_map(label: str, L: int | None = None) -> Nets:
    """Nets on the spiral's map."""
    return of("study-map", label, L=L)


OTHERS = ("logistic regression", "support vectors", "nearest neighbours", "gradient boosting", "scikit-learn's MLP")


def measured(seed: int) -> dict[str, list[float]]:
    """The differences that the registration names, for a seed: one for each part."""
    spiral, PLAIN, RK4 = ["spiral"], "StandardNet, uniform", "RK4Net, h = 0.05"
    ways = [f"{loss}, {optimizer}" for loss in LOSSES for optimizer in OPTIMIZERS]
    method = {(net, way): of("study-methods", f"{net}, {way}") for net in ("StandardNet", "RK4Net") for way in ways}
    bent = {name: of("study-activation", name) for name in ("tanh", "logistic", "relu", "softplus")}
    deep, flat = of("study-sets", "RK4Net", L=100), of("study-sets", "StandardNet", L=5)
    standard, plain = families("StandardNet"), of("study-sets", "StandardNet")
    return {
        "depth-breaks-20": [gain(seed, spiral, on_map(PLAIN, 5), on_map(PLAIN, 20))],
        "depth-breaks-40": [gain(seed, spiral, on_map(PLAIN, 5), on_map(PLAIN, 40))],
        "depth-breaks-any": [gain(seed, spiral, on_map(PLAIN, 5), on_map("StandardNet, orthogonal", 40))],
        "depth-helps": [gain(seed, spiral, on_map(RK4, 100), on_map(RK4, 3))],
        "deep-rk4-best": [gain(seed, spiral, on_map(RK4), on_map(PLAIN))],
        "equal-on-six": [gain(seed, SIX, of("study-sets", net), plain) for net in ("RK4Net", "EulerNet")],
        "better-in-practice": [gain(seed, TEN, families("EulerNet", "RK4Net"), standard, 800)],
        "order-pays": [gain(seed, TEN, families("RK4Net"), families("EulerNet"), 800)],
        "more-robust": [float(np.mean([decades(deep, one, seed) - decades(flat, one, seed) for one in SIX]))],
        "augmentation": [
            gain(
                seed,
                ["donut_2D", "squares"],
                *(of("study-width", f"zero, d_hat = {w}", L=L) for w, L in ((3, 50), (2, 100))),
            )
        ],
        "time-not-depth": [gain(seed, spiral, on_map("RK4Net, T = 1", 100), on_map("RK4Net, T = 1", 1))],
        "time-matters": [gain(seed, spiral, on_map("RK4Net, T = 1", 3), on_map(RK4, 3))],
        "promising": [gain(seed, TEN, families("EulerNet", "RK4Net"), of("study-baselines", *OTHERS))],
        "methods-alike": [
            gain(seed, ["spiral_3D"], of_, method[net, ways[0]]) for (net, way), of_ in method.items() if way != ways[0]
        ],
        "activations-alike": [gain(seed, ["donut_1D"], bent[name], bent["tanh"]) for name in list(bent)[1:]],
    }


LOSSES, OPTIMIZERS = ("cross_entropy", "mean_square"), ("adam", "adagrad", "adadelta", "sgd")

RELATIONS = {"equal-on-six": ("equal", 0.5), "time-not-depth": ("equal", 0.5), "promising": ("not less", 0.5)}
RELATIONS |= {"methods-alike": ("equal", 1.0), "activations-alike": ("equal", 0.5), "more-robust": ("more", 0.25)}


def p_more(x: np.ndarray, bound: float) -> float:
    """Of a t test of "the mean is more than the bound"; certain where all numbers agree."""
    if len(x) < 2 or np.ptp(x) == 0:
        return 1.0 if len(x) < 2 else float(x[0] <= bound)
    return float(stats.ttest_1samp(x, bound, alternative="greater").pvalue)


def p_values(name: str, parts: np.ndarray) -> tuple[float, float]:
    """Of "holds" and of "fails", for differences (seeds, parts)."""
    relation, margin = RELATIONS.get(name, ("more", 0.5))
    holds, fails = [], []
    for x in parts.T:
        if relation == "equal":
            holds.append(max(p_more(-x, -margin), p_more(x, -margin)))
            fails.append(2 * min(p_more(x, margin), p_more(-x, margin)))
        else:
            bound = margin if relation == "more" else -margin
            holds.append(p_more(x, bound))
            fails.append(p_more(-x, -bound))
    return max(holds), min(1.0, len(fails) * min(fails))


def words(differences: Sequence[dict[str, list[float]]]) -> dict[str, str]:
    """What a look at some seeds decides, with Holm's correction over the conclusions."""
    pairs = {name: p_values(name, np.array([one[name] for one in differences])) for name in differences[0]}
    verdicts, worst = dict.fromkeys(pairs, "undecided"), 0.0
    for rank, (name, (yes, no)) in enumerate(sorted(pairs.items(), key=lambda item: min(item[1]))):
        worst = max(worst, (len(pairs) - rank) * min(yes, no))
        if worst <= LEVEL:
            verdicts[name] = "holds" if yes <= no else "fails"
    return verdicts


def looks(stage: int) -> Iterator[list[int]]:
    """The seeds of each look."""
    yield from ([*range(100, 100 + 4 * number)] for number in range(1, stage + 1))


@pytest.fixture(scope="module")
def judged() -> tuple[int, list]:
    """How far the study is, and what its own code says."""
    found = answers(Store(RESULTS))
    return stage_reached(found), looked(found)


def test_effects_are_those_of_the_tables(judged: tuple[int, list]) -> None:
    """Every mean that decides, to the rounding of sums."""
    _, verdicts = judged
    seeds = sorted({net.seed for net in trainings()})
    mine = {seed: measured(seed) for seed in seeds}
    for verdict in verdicts:
        parts = np.array([mine[seed][verdict.conclusion.id] for seed in seeds])
        expected = np.nanmean(parts[: max(effect.n for effect in verdict.decisive)], axis=0)
        means = [effect.mean for effect in verdict.decisive]
        assert sorted(means) == pytest.approx(sorted(expected), abs=1e-6), verdict.conclusion.id


def test_the_tuned_column_gives_every_net_as_many_epochs(judged: tuple[int, list]) -> None:
    """Nets trained for 160 epochs take part at equal cost alone."""
    _, verdicts = judged
    (verdict,) = (verdict for verdict in verdicts if verdict.conclusion.id == "better-in-practice")
    runge_kutta, standard = of("study-sets", "EulerNet", "RK4Net"), of("study-sets", "StandardNet")
    expected = np.mean([gain(seed, TEN, runge_kutta, standard) for seed in range(100, 104)])
    assert verdict.tuned[0].mean == pytest.approx(expected, abs=1e-6)


def test_verdicts_are_those_of_the_tables(judged: tuple[int, list]) -> None:
    """Look after look; what was decided stays."""
    stage, verdicts = judged
    decided: dict[str, str] = {}
    for seeds in looks(stage):
        decided |= {
            n: w for n, w in words([measured(s) for s in seeds]).items() if decided.get(n, "undecided") == "undecided"
        }
    for verdict in verdicts:
        assert verdict.word == decided.get(verdict.conclusion.id, "not yet"), verdict.conclusion.id

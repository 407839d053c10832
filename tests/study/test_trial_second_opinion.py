"""A second opinion on the study: its verdicts, recomputed from the tables without the code that made them.

Nothing of the study is imported but what is judged, and the names of its nets, for made-up records.  The tables of
records are read as they are, and the conclusions are written down again from the text of the registration.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from statsmodels.stats.power import TTestPower

from rknet.study.store import Store
from rknet.study.trial.answers import answers, labels
from rknet.study.trial.grid import TRIALS
from rknet.study.trial.stages import Outcome, looked

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


@cache
def by_place() -> Mapping[tuple[str, int], list[Training]]:
    """The trainings of a set and a seed."""
    found = defaultdict(list)
    for net in trainings():
        found[net.data, net.seed].append(net)
    return found


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
    for net in by_place()[data, seed]:
        if nets(net):
            longest = [net.best[max(net.best)]]
            choice += longest if cost is None else [best for best in net.best.values() if best[2] <= cost]
    return min(choice, key=lambda answer: answer[:3])[3] if choice else float("nan")


def decades(nets: Nets, data: str, seed: int) -> float:
    """Half the number of rates whose regret is within a point of the least."""
    there = [net for net in by_place()[data, seed] if nets(net)]
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


@cache
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


def words(differences: Mapping[str, np.ndarray]) -> dict[str, str]:
    """What a look decides at differences (seeds, parts), with Holm's correction over the conclusions."""
    pairs = {name: p_values(name, parts) for name, parts in differences.items()}
    verdicts, worst = dict.fromkeys(pairs, "undecided"), 0.0
    for rank, (name, (yes, no)) in enumerate(sorted(pairs.items(), key=lambda item: min(item[1]))):
        worst = max(worst, (len(pairs) - rank) * min(yes, no))
        if worst <= LEVEL:
            verdicts[name] = "holds" if yes <= no else "fails"
    return verdicts


# ---------------------------------------------------------------- the third stage

NETS = {"map": 784, "sets": 1000, "long": 200, "features": 300, "width": 80, "lift": 80, "activation": 20}
NETS |= {"methods": 112, "baselines": 70}
"""Rows of a seed, as the registration's table has them."""

READS = {"equal-on-six": "sets", "better-in-practice": "sets long", "order-pays": "sets", "more-robust": "sets"}
READS |= {"augmentation": "width", "promising": "sets baselines", "methods-alike": "methods"}
READS |= {"activations-alike": "activation"}
"""The experiments of each conclusion; all others read the map."""


def read_by(name: str) -> list[str]:
    """The experiments that a conclusion reads."""
    return READS.get(name, "map").split()


def power_more(x: np.ndarray, bound: float, n: int, level: float) -> float:
    """That n seeds like these show a mean above the bound, by statsmodels."""
    if np.ptp(x) == 0:
        return float(x[0] > bound)
    return float(TTestPower().power((x.mean() - bound) / x.std(ddof=1), n, level, alternative="larger"))


def power_equal(x: np.ndarray, margin: float, n: int) -> float:
    """That n seeds like these show a mean within the margin: an integral over the standard deviation of theirs."""
    if np.ptp(x) == 0:
        return float(abs(x[0]) < margin)
    error, law = x.std(ddof=1) / np.sqrt(n), stats.chi(n - 1)

    def shown(spread: float) -> float:
        half = margin - stats.t.isf(LEVEL, n - 1) * error * spread / np.sqrt(n - 1)
        inside = stats.norm.cdf((half - x.mean()) / error) - stats.norm.cdf((-half - x.mean()) / error)
        return float(law.pdf(spread) * max(inside, 0))

    most = margin / error * np.sqrt(n - 1) / stats.t.isf(LEVEL, n - 1)
    return float(integrate.quad(shown, 0, most, limit=200)[0])


def power(name: str, parts: np.ndarray, n: int) -> float:
    """That n seeds decide a conclusion."""
    relation, margin = RELATIONS.get(name, ("more", 0.5))
    part = LEVEL / parts.shape[1]
    if relation == "equal":
        holds = [power_equal(x, margin, n) for x in parts.T]
        fails = [power_more(sign * x, margin, n, part / 2) for x in parts.T for sign in (1, -1)]
    else:
        bound = margin if relation == "more" else -margin
        holds = [power_more(x, bound, n, LEVEL) for x in parts.T]
        fails = [power_more(-x, -bound, n, part) for x in parts.T]
    return max(*fails, min(holds))


def needed(name: str, parts: np.ndarray) -> int | None:
    """Seeds that a conclusion needs, None for more than 24."""
    return next((n for n in range(2, 25) if power(name, parts, n) >= 0.9), None)


def look(sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    """The differences of each conclusion, for the seeds that all of its experiments have."""
    seeds = {name: range(100, 100 + min(sizes[one] for one in read_by(name))) for name in measured(100)}
    return {name: np.array([measured(seed)[name] for seed in there]) for name, there in seeds.items()}


def whole(sizes: Mapping[str, int]) -> bool:
    """Whether every experiment has so many seeds."""
    there = Counter((net.experiment, net.seed) for net in trainings())
    return all(
        there[f"study-{name}", seed] == NETS[name] for name, size in sizes.items() for seed in range(100, 100 + size)
    )


def looks() -> tuple[int, dict[str, str], dict[str, int]]:
    """Look after look: the stage, the words, and how many seeds the third stage asks for."""
    stage, decided, sizes, asked = 0, dict.fromkeys(measured(100), "undecided"), {}, {}
    for stage, seeds in ((1, 4), (2, 8)):
        sizes = dict.fromkeys(NETS, seeds)
        if not whole(sizes):
            return stage - 1, decided if stage > 1 else dict.fromkeys(decided, "not yet"), {}
        decided |= {name: word for name, word in words(look(sizes)).items() if decided[name] == "undecided"}
    there = look(sizes)
    asked = {name: needed(name, there[name]) for name, word in decided.items() if word == "undecided"}
    more = {one: max([8, *(n or 0 for name, n in asked.items() if one in read_by(name))]) for one in NETS}
    added = {f"study-{one}": size for one, size in more.items() if size > 8}
    if added and whole(more):
        stage = 3
        decided |= {name: word for name, word in words(look(more)).items() if asked.get(name)}
    return stage, decided, added


@pytest.fixture(scope="module")
def judged() -> Outcome:
    """What the study's own code says."""
    return looked(answers(Store(RESULTS)))


def test_effects_are_those_of_the_tables(judged: Outcome) -> None:
    """Every mean that decides, to the rounding of sums."""
    seeds = sorted({net.seed for net in trainings()})
    mine = {seed: measured(seed) for seed in seeds}
    for verdict in judged.verdicts:
        parts = np.array([mine[seed][verdict.conclusion.id] for seed in seeds])
        expected = np.nanmean(parts[: max(effect.n for effect in verdict.decisive)], axis=0)
        means = [effect.mean for effect in verdict.decisive]
        assert sorted(means) == pytest.approx(sorted(expected), abs=1e-6), verdict.conclusion.id


def test_the_tuned_column_gives_every_net_as_many_epochs(judged: Outcome) -> None:
    """Nets trained for 160 epochs take part at equal cost alone."""
    (verdict,) = (verdict for verdict in judged.verdicts if verdict.conclusion.id == "better-in-practice")
    runge_kutta, standard = of("study-sets", "EulerNet", "RK4Net"), of("study-sets", "StandardNet")
    expected = np.mean([gain(seed, TEN, runge_kutta, standard) for seed in range(100, 100 + verdict.tuned[0].n)])
    assert verdict.tuned[0].mean == pytest.approx(expected, abs=1e-6)


def compare(found: Outcome) -> None:
    """Stage, words and seeds, those of the study's code and those of this file."""
    stage, decided, added = looks()
    assert found.stage == stage
    assert {verdict.conclusion.id: verdict.word for verdict in found.verdicts} == decided
    assert {name: seeds.stop - 100 for name, seeds in found.added.items()} == added


def test_verdicts_are_those_of_the_tables(judged: Outcome) -> None:
    """Look after look; what was decided stays."""
    compare(judged)


@pytest.mark.parametrize("page", ["README.md", "book/index.py"])
def test_the_first_pages_state_the_verdicts(judged: Outcome, page: str) -> None:
    """Their sentence on the study has the stage, the numbers of verdicts and the number of nets that there are."""
    text = " ".join((RESULTS.parent / page).read_text("utf8").replace("\n#", "\n").split())
    found, stages = Counter(verdict.word for verdict in judged.verdicts), ["", "first", "second", "third"]
    parts = [(found["holds"], "shown to hold"), (found["fails"], "shown to fail"), (found["undecided"], "undecided")]
    assert f"After the {stages[judged.stage]} stage, " in text
    for count, words in parts:
        assert f"{NUMBERS[count]} {'is' if count == 1 else 'are'} {words}" in text.lower()
    nets = sum(net.experiment != "study-baselines" for net in trainings())
    assert f"compares {nets:,} networks" in text


NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBERS += ["thirteen", "fourteen", "fifteen"]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, int]], pd.DataFrame]:
    """Answers of made-up nets, for so many seeds of each experiment, which this file reads as well."""

    def make(sizes: Mapping[str, int]) -> pd.DataFrame:
        frames, nets = [], []
        for name, size in sizes.items():
            rows, evaluations = grid(name)
            for seed in range(100, 100 + size):
                frame = rows.assign(seed=seed, accuracy=[score(row, seed) for row in rows.itertuples()])
                frame["selection"] = frame["accuracy"]
                frames.append(frame)
                nets += [
                    Training(row.experiment, row.data, row.label, row.L, seed, {row.budget: answer(row, cost)})
                    for row, cost in zip(frame.itertuples(), evaluations, strict=True)
                ]
        for read in (by_place, measured):
            read.cache_clear()
        monkeypatch.setattr(sys.modules[__name__], "trainings", lambda: tuple(nets))
        return pd.concat(frames)

    yield make
    monkeypatch.undo()
    for read in (by_place, measured):
        read.cache_clear()


def answer(row: Any, cost: int) -> tuple[float, ...]:
    """What a made-up net gives, at the end of its training."""
    return -row.selection, 0.0, float(cost), 100 - row.accuracy


@cache
def grid(name: str) -> tuple[pd.DataFrame, list[int]]:
    """The rows of an experiment, with one answer each, and their evaluations of f."""
    rows, costs = [], []
    for label, of in TRIALS[f"study-{name}"].rows.items():
        budget = 0 if name == "baselines" else of.protocol.epochs
        cost = budget * of.evaluations if budget else 0
        stated = {"label": label, "test": "best", "budget": budget, "cost": cost, "selection_cost": 0.0}
        rows.append({**labels(f"study-{name}", label), **stated})
        costs.append(cost)
    return pd.DataFrame(rows), costs


def score(row: Any, seed: int) -> float:
    """Accuracies that leave conclusions decided early, late, and never."""
    net = crc32(f"{row.data} {row.variant} {row.L}".encode())
    spread = {"study-map": 0.35, "study-sets": 1.0, "study-width": 2.0}.get(row.experiment, 0.1)
    level = 90 + 1.5 * (net % 97) / 97
    return level + spread * float(np.random.default_rng([net, seed]).standard_normal())


def test_the_third_stage_is_that_of_the_registration(
    made_up: Callable[[Mapping[str, int]], pd.DataFrame],
) -> None:
    """Made-up nets, with more seeds than the third stage asks for: the same words, and the same seeds asked for."""
    found = looked(made_up(dict.fromkeys(NETS, 8) | {"map": 15, "sets": 13, "long": 13, "methods": 21}))
    compare(found)
    assert found.stage == 3 and found.ended
    assert {verdict.stage for verdict in found.verdicts} == {0, 1, 2, 3}
    assert found.added["study-long"] == found.added["study-sets"], "a conclusion that reads both"

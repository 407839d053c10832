"""The study's statistics against closed forms, simulation, scipy's and statsmodels' own tests, and printed tables."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW, ttost_paired

from rknet.data import bayes
from rknet.study.store import Store
from rknet.study.trial import conclusions, stages
from rknet.study.trial.answers import CELLS, affordable, answers, chosen, labels, tuned
from rknet.study.trial.conclusions import CONCLUSIONS, Conclusion, Pooled, Side, judged, pooled
from rknet.study.trial.grid import TRIALS
from rknet.study.trial.stages import looked
from rknet.study.trial.statistics import (
    LEVEL,
    Effect,
    decided,
    effect,
    interquartile_mean,
    performance_profile,
    power_above,
    power_within,
    probability_of_improvement,
    ranking,
    seeds_needed,
    stratified_bootstrap,
    within_of_best,
)

REGISTERED = files("rknet.study").joinpath("registered/trial.md").read_text("utf8")
D = np.array([0.3, -0.1, 0.45, 0.2, 0.05, 0.6])


def test_tests_against_a_margin_are_student_s() -> None:
    """Each side as statsmodels has it; equivalence as its paired TOST; the interval as its descriptive one."""
    found, peer = effect(D), DescrStatsW(D)
    assert found.above(0.1) == pytest.approx(peer.ttest_mean(0.1, alternative="larger")[1])
    assert found.below(0.5) == pytest.approx(peer.ttest_mean(0.5, alternative="smaller")[1])
    assert found.within(0.5) == pytest.approx(ttost_paired(D, np.zeros(6), -0.5, 0.5)[0])
    assert found.outside(0.1) == pytest.approx(2 * peer.ttest_mean(0.1, alternative="larger")[1])
    assert found.interval(0.95) == pytest.approx(peer.tconfint_mean(alpha=0.05))
    assert found.size == pytest.approx(D.mean() / D.std(ddof=1))


def test_one_seed_decides_nothing_and_equal_numbers_do() -> None:
    """A single difference has no spread; where all are the same, the mean is known."""
    one = effect([3.0])
    assert (one.above(0.0), one.within(9.0), one.outside(0.1)) == (1.0, 1.0, 1.0)
    assert one.interval() == (-np.inf, np.inf)
    same = effect([0.0, 0.0, 0.0])
    assert (same.above(-0.5), same.within(0.5), same.above(0.5), same.outside(0.5)) == (0.0, 0.0, 1.0, 1.0)
    for wrong in ([], [np.nan], [[1.0]]):
        with pytest.raises(ValueError, match="differences: must be finite numbers, one per seed"):
            effect(wrong)


def test_power_is_what_simulated_studies_reach() -> None:
    """Against statsmodels for one side, against 40,000 simulated studies for both, and the registered table."""
    for n, sd in product((4, 8, 24), (0.2, 0.6)):
        peer = TTestPower().power((1.5 - 0.5) / sd, n, LEVEL, alternative="larger")
        assert power_above(n, 1.5, sd, 0.5) == pytest.approx(peer, abs=1e-6)
    rng = np.random.default_rng(0)
    for n, mean, sd in ((4, 0.0, 0.2), (8, 0.1, 0.4), (8, -0.3, 0.3)):
        studies = mean + sd * rng.standard_normal((40_000, n))
        half = stats.t.isf(LEVEL, n - 1) * studies.std(axis=1, ddof=1) / np.sqrt(n)
        share = (np.abs(studies.mean(axis=1)) + half < 0.5).mean()
        assert power_within(n, mean, sd, 0.5) == pytest.approx(share, abs=0.01)  # four standard errors
    rows = [line.split("|")[1:-1] for line in REGISTERED.splitlines() if line.startswith("| 0.")]
    assert len(rows) == 6
    for sd, *stated in (map(float, row) for row in rows):
        ours = [*(power_within(n, 0.0, sd, 0.5) for n in (4, 8, 24)), *(power_above(n, 1.5, sd, 0.5) for n in (4, 8))]
        assert ours == pytest.approx(stated, abs=0.01)


def test_seeds_needed_is_the_first_number_with_the_power() -> None:
    """One fewer has less, and what 24 seeds do not reach is given up."""
    n = seeds_needed(lambda n: power_within(n, 0.0, 0.4, 0.5))
    assert n is not None
    assert power_within(n, 0.0, 0.4, 0.5) >= 0.9 > power_within(n - 1, 0.0, 0.4, 0.5)
    assert seeds_needed(lambda n: power_within(n, 0.45, 1.0, 0.5)) is None


def test_interquartile_mean_is_that_of_the_middle_half() -> None:
    """Eight numbers: the two largest and the two smallest do not count, wherever they stand."""
    assert interquartile_mean([[9e9, 4, 5, -9e9], [6, 7, 8e8, -8]]) == (4 + 5 + 6 + 7) / 4


def test_the_stratified_bootstrap_covers() -> None:
    """For a mean over three strata of different levels about 95 % of the intervals hold it, less what n = 12 costs."""
    rng, level = np.random.default_rng(1), np.array([0.0, 10.0, -5.0])
    hits = 0
    for study in range(200):
        scores = level + rng.standard_normal((12, 3))
        low, high = stratified_bootstrap(lambda X: float(X.mean()), scores, seed=study)
        assert high - low < 2.0, "strata are not mixed: their levels are no spread"
        hits += low <= level.mean() <= high
    expected = 2 * stats.norm.cdf(1.96 * np.sqrt(11 / 12)) - 1
    assert abs(hits / 200 - expected) < 4 * np.sqrt(expected * (1 - expected) / 200)


def test_probability_of_improvement_counts_pairs() -> None:
    """All pairs of runs, ties half, averaged over strata."""
    A, B = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 1.0]]), np.array([[2.0, 5.0], [0.0, 0.0]])
    counted = [np.mean([(a > b) + 0.5 * (a == b) for a, b in product(A[:, k], B[:, k])]) for k in range(2)]
    assert probability_of_improvement(A, B) == pytest.approx(np.mean(counted))
    assert probability_of_improvement(A, A) == 0.5


def test_profiles_and_counts() -> None:
    """Shares strictly above thresholds; scores within a tolerance of the best."""
    np.testing.assert_array_equal(performance_profile([[1.0, 2.0], [3.0, 4.0]], [0, 2, 4]), [1.0, 0.5, 0.0])
    assert within_of_best([99.0, 98.0, 97.9, 50.0], 1.0) == 2


def test_critical_differences_are_the_printed_ones() -> None:
    """Demsar (2006), Table 5(a): q = 2.343, 2.569, 2.728 for 3, 4, 5 classifiers; his ranks and cliques by hand."""
    rng = np.random.default_rng(0)
    for k, q in ((3, 2.343), (4, 2.569), (5, 2.728)):
        found = ranking(rng.standard_normal((14, k)))
        assert found.critical == pytest.approx(q * np.sqrt(k * (k + 1) / (6 * 14)), rel=1e-3)
    scores = np.array([[3.0, 2.0, 1.0]] * 20)
    found = ranking(scores)
    assert found.ranks.tolist() == [1, 2, 3] and found.p < 1e-6
    assert found.critical == pytest.approx(2.343 * np.sqrt(12 / 120), rel=1e-3) and found.cliques() == []
    assert ranking([[3.0, 2.0, 1.0], [2.0, 3.0, 1.0]] * 5).cliques() == [(0, 1)]
    assert ranking([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0]]).ranks.tolist() == [2.25, 1.5, 2.25]
    with pytest.raises(ValueError, match="scores: must compare at least 3 competitors, got 2"):
        ranking([[1.0, 2.0]])


def test_words_follow_the_corrected_p() -> None:
    """The smaller p names the side, Holm's corrected one decides whether there is a word at all."""
    holds, fails = [1e-4, 0.5, 0.012, 0.9], [0.9, 1e-5, 0.9, 0.8]
    corrected = multipletests([min(pair) for pair in zip(holds, fails, strict=True)], method="holm")[1]
    assert decided(holds, fails, list(corrected)) == ["holds", "fails", "undecided", "undecided"]


# ---------------------------------------------------------------- procedures


def made_up(experiment: str, accuracy: Any, seeds: range = range(100, 104), only: str = "") -> pd.DataFrame:
    """Answers of an experiment whose accuracies are a function of data, variant, L, exponent, seed and budget."""
    rows = []
    for row, configuration in TRIALS[experiment].rows.items():
        found = labels(experiment, row)
        if only not in found["variant"]:
            continue
        for seed, (test, budget) in product(seeds, (("paper", 40), ("best", 5), ("best", 40))):
            value = accuracy(found["data"], found["variant"], found["L"], found["exponent"], seed, budget)
            stated = {"test": test, "budget": budget, "cost": budget * configuration.evaluations, "accuracy": value}
            rows.append({**found, "seed": seed, **stated, "selection": value, "selection_cost": 0.0})
    return pd.DataFrame(rows)


def test_labels_say_what_configurations_hold() -> None:
    """Every row of every experiment: depth and rate are those of its configuration, and the data its own."""
    for name, experiment in TRIALS.items():
        for row, configuration in experiment.rows.items():
            found = labels(name, row)
            if isinstance(configuration.data, str):
                assert found["data"] == configuration.data
            if found["L"]:
                assert found["L"] == configuration.L
            if name not in ("study-methods", "study-baselines"):
                assert 10 ** found["exponent"] == pytest.approx(configuration.protocol.rate)
    assert CELLS["study-sets", "spiral", "RK4Net"] == 20 and CELLS["study-map", "spiral", "ResNet, h = 1"] == 56
    assert sum(CELLS.values()) == 2576 + 70


def test_procedures_choose_by_the_selection_set() -> None:
    """Not by the test: the chosen one is the best on the selection set, ties go to the cheaper."""
    frame = made_up("study-map", lambda data, variant, L, e, seed, budget: 50.0, only="RK4Net, T = 1")
    target = (frame["L"] == 10) & (frame["exponent"] == -2.0) & (frame["test"] == "best") & (frame["budget"] == 40)
    frame.loc[target, "selection"], frame.loc[target, "accuracy"] = 90.0, 42.0
    frame.loc[frame["L"] == 100, "accuracy"] = 99.0  # tempting, but only the test knows
    (side,) = [Side(("study-map",), ("RK4Net, T = 1",))]
    assert (side.scores(frame, ["spiral"], "tuned")["spiral"] == 42.0).all()
    assert (chosen(tuned(frame))["cost"] == 1600).all()
    cheap = side.scores(frame, ["spiral"], "cost")
    assert (cheap["spiral"] == 50.0).all() and (affordable(frame)["cost"] <= 800).all()
    assert (chosen(affordable(frame))["cost"] == 20).all(), "5 epochs of one layer with four stages"


def test_as_the_paper_ran_it_nothing_is_chosen() -> None:
    """The paper's depth, rate and stopping rule."""
    frame = made_up("study-sets", lambda data, variant, L, e, seed, budget: 100 * L + 10 * e + budget)
    side = Side(("study-sets",), ("RK4Net",), None, 100)
    found = side.scores(frame, ["spiral", "squares"], "paper")
    assert found.shape == (4, 2) and (found == 100 * 100 - 30 + 40).all(axis=None)


def test_seeds_that_are_not_whole_drop() -> None:
    """A seed of which one net of one set is missing counts nowhere, not even in the other set."""
    frame = made_up("study-sets", lambda *what: 1.0, only="RK4Net")
    frame = frame[~((frame["seed"] == 102) & (frame["data"] == "squares"))]
    found = Side(("study-sets",), ("RK4Net",)).scores(frame, ["spiral", "squares"], "tuned")
    assert found.index.tolist() == [100, 101, 103]


def test_incomplete_nets_are_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a variant whose grid lacks a run in a seed, no answer of that seed is read."""
    whole = list(TRIALS["study-activation"].rows)

    class Fake(Store):
        def seeds(self, experiment: str) -> list[int]:
            return [100, 101]

        def find(self, run: Any, *options: Any) -> Any:
            tests = {"best 60": {"epoch": 3, "regret": 0.01, "error": 0.001, "val_accuracy": 0.9, "val_cost": "inf"}}
            record = {"results": {"tests": tests, "ended": "epochs"}, "circumstances": {"seconds": 1.0}}
            there = not (run.seed == 101 and run.row == whole[0])
            return type("Found", (), {"record": record if there else None})

    found = answers(Fake("nowhere"), ["study-activation"])
    counts = found.groupby(["variant", "seed"]).size().to_dict()
    names = ("tanh", "logistic", "relu", "softplus")
    assert counts == {pair: 5 for pair in product(names, (100, 101)) if pair != ("tanh", 101)}
    assert found["accuracy"].iloc[0] == pytest.approx(100 * bayes.accuracy("donut_1D") - 1)
    assert found["cost"].iloc[0] == 60 * 80


class Known(Pooled):
    """Differences that are given."""

    def __init__(self, parts: Any) -> None:
        super().__init__((), ())
        object.__setattr__(self, "parts", parts)

    def __call__(self, answers: pd.DataFrame, procedure: Any) -> list[pd.Series]:
        return [pd.Series(part) for part in self.parts]


@pytest.mark.parametrize(
    ("relation", "mean", "word"),
    [("more", 2.0, "holds"), ("more", 0.0, "fails"), ("more", 0.5, "undecided"), ("equal", 0.0, "holds")]
    + [("equal", -2.0, "fails"), ("not less", 0.0, "holds"), ("not less", -2.0, "fails")],
)  # fmt: skip
def test_relations(relation: Any, mean: float, word: str) -> None:
    """What is shown of D and the margin 0.5, for differences of standard deviation 0.1."""
    spread = mean + 0.1 * stats.norm.ppf((np.arange(8) + 0.5) / 8)
    one = Conclusion("id", "4", "says", "D", Known([spread]), relation)
    yes, no = one.p_values(one.effects(pd.DataFrame()))
    assert decided([yes], [no], [min(yes, no)]) == [word]


def test_all_must_hold_and_any_may_fail() -> None:
    """Of three parts the worst decides "holds"; "fails" pays for its choice of the best by Bonferroni."""
    parts = [Effect(8, 0.0, 0.1), Effect(8, 0.05, 0.1), Effect(8, 0.8, 0.2)]
    one = next(c for c in CONCLUSIONS if c.id == "activations-alike")
    yes, no = one.p_values(parts)
    assert yes == parts[2].within(0.5) and no == pytest.approx(3 * parts[2].outside(0.5))


def test_a_whole_look() -> None:
    """Made-up accuracies: depth breaks the plain net only, everything else is equal; what was not run is undecided."""

    def accuracy(data: str, variant: str, L: int, exponent: float, seed: int, budget: int) -> float:
        noise = 0.05 * np.sin(100 * seed + L)
        return (60.0 if variant == "StandardNet, uniform" and L >= 40 else 99.0) + noise

    words = {verdict.conclusion.id: verdict.word for verdict in judged(made_up("study-map", accuracy))}
    assert words["depth-breaks-40"] == "holds"
    assert {words[id] for id in ("depth-breaks-20", "depth-breaks-any", "depth-helps", "deep-rk4-best")} == {"fails"}
    assert words["time-not-depth"] == "holds" and words["time-matters"] == "fails"
    assert words["promising"] == words["methods-alike"] == "undecided"


def test_looks_come_after_whole_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no word before the first; what one decided stays, whatever later seeds say; half a stage is none."""

    def accuracy(data: str, variant: str, L: int, exponent: float, seed: int, budget: int) -> float:
        plain = variant == "StandardNet, uniform" and (L >= 40 and seed < 104 or L == 20 and seed >= 104)
        return (60.0 if plain else 99.0) + 0.01 * seed + 1e-3 * np.sin(100 * seed + L)

    cells = {cell: count for cell, count in CELLS.items() if cell[0] == "study-map"}
    for module in (conclusions, stages):
        monkeypatch.setattr(module, "CELLS", Counter(cells))
    frame = made_up("study-map", accuracy, range(100, 108))
    id = [c.id for c in CONCLUSIONS].index("depth-breaks-40")
    for last, stage, word, n in (
        (102, 0, "not yet", 3),
        (103, 1, "holds", 4),
        (106, 1, "holds", 4),
        (107, 2, "holds", 8),
    ):
        part = frame[frame["seed"] <= last]
        outcome = looked(part)
        found = outcome.verdicts[id]
        assert (outcome.stage, found.word, found.stage, found.tuned[0].n) == (stage, word, min(stage, 1), n)
    assert looked(frame.iloc[:0]).stage == 0


GRID = 20
"""Seeds of the made-up differences below; the first eight are those of two stages."""


def drawn(mean: float, sd: float, rest: float) -> np.ndarray:
    """Differences of seeds: of the first eight a mean and a standard deviation are given, the others are equal."""
    four = np.array([-1.0, -0.5, 0.5, 1.0])
    eight = np.concatenate([four, four[::-1]])
    return np.concatenate([mean + sd * eight / eight.std(ddof=1), np.full(GRID - 8, rest)])


def test_the_third_stage_extends_what_may_be_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """One conclusion is decided late, one is given up; the planned seeds count, and only all of them."""
    gain, hopeless = drawn(1.1, 0.6, 1.1), drawn(0.55, 0.6, 9.0)
    losses = {"StandardNet, uniform": (20, gain), "RK4Net, h = 0.05": (3, hopeless)}

    def accuracy(data: str, variant: str, L: int, exponent: float, seed: int, budget: int) -> float:
        depth, loss = losses.get(variant, (0, None))
        return 90.0 - (loss[seed - 100] if loss is not None and depth == L else 0.0)

    cells = {cell: count for cell, count in CELLS.items() if cell[0] == "study-map"}
    for module in (conclusions, stages):
        monkeypatch.setattr(module, "CELLS", Counter(cells))
    power = TTestPower()
    reached = [power.power((1.1 - 0.5) / 0.6, n, LEVEL, alternative="larger") >= 0.9 for n in range(2, 25)]
    enough = 2 + reached.index(True)
    assert 8 < enough < GRID
    frame = made_up("study-map", accuracy, range(100, 100 + GRID))
    for seeds, stage, word in (
        (8, 2, "undecided"),
        (enough - 1, 2, "undecided"),
        (enough, 3, "holds"),
        (GRID, 3, "holds"),
    ):
        found = looked(frame[frame["seed"] < 100 + seeds])
        of = {verdict.conclusion.id: verdict for verdict in found.verdicts}
        assert (found.stage, found.ended, found.added) == (stage, stage == 3, {"study-map": range(108, 100 + enough)})
        late, given_up, early = of["depth-breaks-20"], of["depth-helps"], of["time-not-depth"]
        assert (late.word, late.stage, late.needed) == (word, 3 * (stage == 3), enough)
        assert (given_up.word, given_up.stage, given_up.needed) == ("undecided", 0, None)
        assert (early.word, early.stage) == ("holds", 1)
        assert late.tuned[0].n == (enough if stage == 3 else 8)


def test_a_study_without_a_third_stage_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no further seeds are worth their cost, the second look is the last."""
    cells = {cell: count for cell, count in CELLS.items() if cell[0] == "study-map"}
    for module in (conclusions, stages):
        monkeypatch.setattr(module, "CELLS", Counter(cells))
    found = looked(made_up("study-map", lambda *what: 90.0, range(100, 108)))
    assert (found.stage, found.ended, found.added) == (2, True, {})
    assert {verdict.needed for verdict in found.verdicts} == {None}


@pytest.mark.parametrize("relation", ["more", "equal", "not less"])
def test_power_counts_the_least_of_all_and_the_best_of_any(relation: Any) -> None:
    """Of three parts, all of which must hold, the weakest; of those that may fail, the strongest."""
    one = Conclusion("id", "4", "says", "D", Known([]), relation)
    bound = 0.5 if relation == "more" else -0.5
    holding = [Effect(8, mean, 0.4) for mean in (bound + 0.5, bound + 0.6, bound + 0.9)]
    failing = [Effect(8, mean, 0.4) for mean in (bound + 0.5, bound - 0.6, bound - 0.7)]
    power = TTestPower()
    if relation == "equal":
        assert one.power(holding, 12) == power_within(12, bound + 0.9, 0.4, 0.5)
        expected = power.power(0.7 / 0.4, 12, LEVEL / 6, alternative="larger")
    else:
        assert one.power(holding, 12) == pytest.approx(
            power.power(0.5 / 0.4, 12, LEVEL, alternative="larger"), abs=1e-6
        )
        expected = power.power(0.7 / 0.4, 12, LEVEL / 3, alternative="larger")
    assert one.power(failing, 12) == pytest.approx(expected, abs=1e-6)
    assert one.seeds_needed([]) is None


def test_the_conclusions_are_the_registered_ones() -> None:
    """Ids and margins, in order; every net that they read is in the grid."""
    table = REGISTERED.split("## Conclusions on trial")[1].split("## Rules")[0]
    ids = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][2:]
    assert [c.id for c in CONCLUSIONS] == ids
    assert {c.id: c.margin for c in CONCLUSIONS if c.margin != 0.5} == {"more-robust": 0.25, "methods-alike": 1.0}
    assert {c.id for c in CONCLUSIONS if c.procedure == "cost"} == {"better-in-practice", "order-pays"}
    for conclusion in CONCLUSIONS:
        assert conclusion.measured.pairs
        for side in (side for pair in conclusion.measured.pairs for side in pair):
            for experiment, variant in product(side.experiments[:1], side.variants):
                assert any(key[0] == experiment and key[2] == variant for key in CELLS), (conclusion.id, variant)


def test_pooled_differences_are_means_over_sets() -> None:
    """Of a seed, averaged over its sets, before anything is compared."""

    def accuracy(data: str, variant: str, L: int, exponent: float, seed: int, budget: int) -> float:
        return (variant == "RK4Net") * (seed - 99.0) * (1 + (data == "spiral"))

    frame = made_up("study-sets", accuracy)
    A, B = (Side(("study-sets",), (name,)) for name in ("RK4Net", "EulerNet"))
    (part,) = pooled(["spiral", "squares"], (A, B))(frame, "tuned")
    assert part.tolist() == [1.5, 3.0, 4.5, 6.0]

"""The ledger: its rules cover what they say, its verdicts follow from the records, its measures mean what they say."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import hostile
import numpy as np
import pytest
import torch
import yaml
from bs4 import BeautifulSoup
from scipy import stats

from rknet import StandardNet
from rknet.history import History
from rknet.study import paper
from rknet.study.ledger import (
    boxes,
    changes,
    claims,
    evidence,
    judging,
    measurements,
    pages,
    statistics,
    trivial,
    wording,
)
from rknet.study.ledger.boxes import verdict_box
from rknet.study.ledger.claims import Part, Region, Sentence
from rknet.study.ledger.evidence import Evidence
from rknet.study.ledger.judging import COMPATIBLE, NOT_COMPATIBLE, NOT_TESTABLE, judge
from rknet.study.ledger.quantities import QUANTITIES
from rknet.study.records import Run
from rknet.study.store import Store

ROOT = Path(__file__).resolve().parents[2]
STORE = Store(ROOT / "results")
R, FOUR, LEVEL = 20, 4, 0.95


@pytest.fixture(scope="module")
def rules() -> claims.Claims:
    return claims.read()


# ---------------------------------------------------------------- the committed verdicts


def test_verdicts_follow_from_the_records(rules: claims.Claims) -> None:
    """Judged again from the raw records, every claim has the stored verdict, number by number."""
    judged, stored = judge(rules, Evidence(STORE)), judging.stored()
    assert list(judged) == list(stored)
    assert [name for name in judged if judged[name] != stored[name]] == []


def test_every_claim_with_a_rule_is_judged() -> None:
    """No verdict waits for runs."""
    waiting = [verdict for verdict in judging.stored().values() if verdict.reason.startswith(judging.NOT_RUN)]
    assert waiting == []


def test_measurements_belong_to_the_recorded_weights() -> None:
    proof = Evidence(STORE)
    for quantity, table in proof.measured.items():
        for rows, seeds in table.items():
            for seed, (value, weights) in seeds.items():
                assert weights == proof.weights(quantity, tuple(rows.split(" | ")), int(seed))
                assert math.isfinite(value)


@pytest.mark.parametrize(
    ("quantity", "rows"),
    [
        ("vanishing_layer", ("logistic/StandardNet, L = 20",)),
        ("local_dimension", ("comparison/StandardNet, L = 5, squares_2D_4C",)),
        ("separability", ("depth/RK4Net, L = 20",)),
    ],
)
def test_measuring_again_gives_the_stored_number(quantity: str, rows: tuple[str, ...]) -> None:
    """To 1e-3: other machines sum float32 in another order; a wrong net or function is off by far more."""
    stored = Evidence(STORE).value(quantity, rows, 4)
    _, value, _ = evidence._measured(quantity, rows, 4)
    assert stored == pytest.approx(value, rel=1e-3)


# ---------------------------------------------------------------- coverage


TRIALS = 10_000
"""The standard error of a coverage of 95 % is then 0.22 %."""


def coverage(rule: Callable[[np.ndarray, np.ndarray], bool], law: Callable[..., np.ndarray], trials: int) -> float:
    """How often a rule accepts the mean of four runs of the law that our twenty come from."""
    rng = np.random.default_rng(2021)
    return float(np.mean([rule(law(rng, R), law(rng, FOUR)) for _ in range(trials)]))


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(90, 0.8, n)


def test_interval_of_a_mean_of_four_covers_95_percent() -> None:
    def rule(ours: np.ndarray, theirs: np.ndarray) -> bool:
        (low, high), p = statistics.mean_of(FOUR, ours, round(theirs.mean(), 2), LEVEL)
        x = round(theirs.mean(), 2)
        assert (p >= 1 - LEVEL) == (low - 0.005 <= x <= high + 0.005)  # interval and p value are one rule
        return p >= 1 - LEVEL

    assert 0.94 < coverage(rule, normal, TRIALS) < 0.96


def test_wrong_intervals_would_be_noticed() -> None:
    """Without the spread of our own mean, or with that of single runs, coverage leaves 94 to 96 %."""

    def rule(scale: float) -> Callable[[np.ndarray, np.ndarray], bool]:
        half = stats.t.ppf(0.975, R - 1) * scale
        return lambda ours, theirs: bool(abs(theirs.mean() - ours.mean()) <= half * ours.std(ddof=1))

    assert coverage(rule(np.sqrt(1 / FOUR)), normal, TRIALS) < 0.94
    assert coverage(rule(1.0), normal, TRIALS) > 0.96


def test_printed_spread_is_tested_at_its_level() -> None:
    def means(ours: np.ndarray, theirs: np.ndarray) -> bool:
        _, p = statistics.welch(FOUR, ours, theirs.mean(), theirs.std(), LEVEL)
        return p >= 1 - LEVEL

    def spreads(ours: np.ndarray, theirs: np.ndarray) -> bool:
        _, p = statistics.variance_ratio(FOUR, ours, theirs.std(), LEVEL)
        return p >= 1 - LEVEL

    # Welch's test is approximate with four runs, 93 to 94 %; half a unit of rounding makes both a little lenient.
    assert 0.925 < coverage(means, normal, 4000) < 0.96
    assert 0.94 < coverage(spreads, normal, 4000) < 0.97


@pytest.mark.parametrize("failing", [0.3, 0.5])
def test_bootstrap_covers_where_runs_split_in_two(failing: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "RESAMPLES", 100)

    def split(rng: np.random.Generator, n: int) -> np.ndarray:
        return np.where(rng.random(n) < failing, rng.normal(50, 0.7, n), rng.normal(97, 1, n))

    def rule(ours: np.ndarray, theirs: np.ndarray) -> bool:
        return statistics.mean_of_skewed(FOUR, ours, theirs.mean(), LEVEL)[1] >= 1 - LEVEL

    assert 0.94 < coverage(rule, split, 2000) < 0.985  # means of four take few values, so some levels are out of reach


def test_intervals_of_sentences_cover() -> None:
    """Student's by theory; the bootstrap of a mean, with expanded percentiles, as well as it."""
    rng = np.random.default_rng(5)
    samples = rng.normal(0, 1, (1500, R))
    for name, least in (("mean", 0.94), ("bootstrap_mean", 0.93)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(statistics, "RESAMPLES", 400)
            hits = [low <= 0 <= high for low, high in (statistics.interval(name, v, LEVEL) for v in samples)]
        assert least < np.mean(hits) < 0.965  # standard error 0.6 %


# ---------------------------------------------------------------- statistics against other sources


def test_welch_is_that_of_scipy() -> None:
    ours = np.random.default_rng(1).normal(75, 2, R)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "ROUNDING", 0.0)
        _, p = statistics.welch(FOUR, ours, 77.13, 0.76, LEVEL)
    s = ours.std(ddof=1)
    expected = stats.ttest_ind_from_stats(ours.mean(), s, R, 77.13, 0.76 * np.sqrt(4 / 3), FOUR, equal_var=False)
    assert p == pytest.approx(expected.pvalue, rel=1e-9)


def test_half_a_digit_is_granted() -> None:
    ours = np.full(R, 6.93)
    assert statistics.mean_of(FOUR, ours, 6.935, LEVEL)[1] == 1
    assert statistics.mean_of(FOUR, ours, 6.936, LEVEL)[1] < 1e-9


def test_ratio_of_spreads_has_the_exact_interval() -> None:
    """Of four runs each: it covers 95 % and touches 1 just where the F test is at its level."""
    rng = np.random.default_rng(6)
    drawn = rng.normal(0, [3, 1], (4000, FOUR, 2))
    hits = [low <= 3 <= high for low, high in (statistics.interval("sd_ratio", v, LEVEL) for v in drawn)]
    assert 0.94 < np.mean(hits) < 0.96  # standard error 0.34 %
    for values in drawn[:50]:
        F = values[:, 0].var(ddof=1) / values[:, 1].var(ddof=1)
        low, _ = statistics.interval("sd_ratio", values, LEVEL)
        assert (low >= 1) == (stats.f.sf(F, FOUR - 1, FOUR - 1) <= 0.025)


def test_holm_by_hand() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([]) == []


def test_share_has_the_exact_interval() -> None:
    """Of 20 out of 20 the lower limit is 0.025^(1/20)."""
    low, high = statistics.interval("share_positive", np.ones(R), LEVEL)
    assert (low, high) == (pytest.approx(0.025 ** (1 / R)), 1)


def test_statistics_of_many_rows() -> None:
    seeds = np.arange(R)[:, None]
    falling = np.stack([seeds + np.array([1.0, 3, 2]), seeds - np.array([1.0, 3, 2])], axis=2)
    assert statistics.rank_correlation(falling) == pytest.approx(-1)
    tanh_then_logistic = np.tile([75.0, 89, 90, 90, 90, 75, 75, 75, 89, 90], (R, 1))
    assert statistics.fewer_layers_needed(tanh_then_logistic) == 2
    never = np.tile([75.0, 89, 75, 75], (R, 1))
    assert statistics.fewer_layers_needed(never) == 1
    curves = np.array([[1.0, -3], [1, -1]])
    assert (statistics.largest_mean(curves), statistics.least_mean(curves)) == (2, -2)
    wide_and_narrow = np.array([[[0.0, 0], [1, 1]], [[4, 2], [1, 1]]])
    pooled = np.random.default_rng(7).normal(0, 1, (R, 6))
    assert statistics.interval("pooled_mean", pooled, LEVEL) == statistics.interval("mean", pooled.mean(axis=1), LEVEL)
    assert statistics.sd_excess(wide_and_narrow) == pytest.approx(np.sqrt([8, 2]).mean())


# ---------------------------------------------------------------- quantities of a record


def history(accuracy: list[float], cost: list[float] | None = None) -> History:
    a, c = np.array(accuracy), np.array(cost or accuracy)
    return History(c - 0.01, a + 0.01, c, a, "epochs")


def test_quantities_of_a_record() -> None:
    values = [0.5, 0.6, 0.7, 0.8, 0.895, *[0.9] * 12]
    run = history(values)
    at = {
        name: quantity.of(run, claims.configuration_of("activation/RK4Net, L = 20, tanh"))
        for name, quantity in QUANTITIES.items()
    }
    assert at["val_accuracy"] == 90 and at["val_cost"] == 9
    assert at["accuracy_gap"] == pytest.approx(1) and at["cost_gap"] == pytest.approx(0.1)
    assert at["epochs_to_converge"] == 4
    assert at["early_accuracy"] == pytest.approx(100 * np.mean(values[1:6]))
    assert at["below_bayes"] == pytest.approx(0.03, abs=0.01)  # donut_1D: 90.03 %
    np.testing.assert_allclose(at["accuracy_by_epoch"], 100 * np.array(values[1:12]))
    assert at["roughness"] == pytest.approx(0, abs=1e-9)
    zigzag = history([0.5, 0.9, *[0.8, 0.84] * 6])
    configuration = claims.configuration_of("activation/RK4Net, L = 20, tanh")
    assert QUANTITIES["roughness"].of(zigzag, configuration) == pytest.approx(4)


# ---------------------------------------------------------------- measurements of a trained net


def run_of(
    flow: np.ndarray, X: np.ndarray | None = None, c: np.ndarray | None = None, **more: object
) -> SimpleNamespace:
    points = SimpleNamespace(X=flow[0] if X is None else X, c=np.arange(flow.shape[1]) % 2 if c is None else c)
    return SimpleNamespace(flow=lambda points=None: flow, points=points, **more)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_local_dimension_tells_a_string_from_a_surface(rng: np.random.Generator) -> None:
    t, u = rng.uniform(0, 1, (2, 1500))
    string = np.column_stack([np.cos(3 * t), np.sin(3 * t), t**2])
    surface = np.column_stack([np.cos(3 * t), np.sin(3 * t), u])
    assert measurements.local_dimension(run_of(string[None])) == pytest.approx(1, abs=0.01)
    assert measurements.local_dimension(run_of(surface[None])) == pytest.approx(1.9, abs=0.15)


def test_alignment_ignores_rotation_and_scale(rng: np.random.Generator) -> None:
    Y = rng.normal(size=(400, 5)) * [3, 2, 1, 1, 1]
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    assert measurements.alignment(run_of(Y[None]), run_of(7 * Y[None] @ turn + 2)) == pytest.approx(1)
    assert measurements.alignment(run_of(Y[None]), run_of(rng.normal(size=(1, 400, 5)))) < 0.1


def test_spread_norm_and_vanishing_layer(rng: np.random.Generator) -> None:
    Y = rng.normal(size=(500, 4))
    flow = np.array([Y, 0.1 * Y, 0.005 * Y + 1])
    run = run_of(flow)
    assert measurements.vanishing_layer(run) == 2
    assert measurements.vanishing_layer(run_of(flow[:2])) == 2  # L + 1: it never does
    assert measurements.final_spread(run) == pytest.approx(0.5)
    assert measurements.final_norm(run) == pytest.approx(100 * 2 / np.sqrt((Y**2).sum(axis=1).mean()), rel=1e-2)


def test_detour_of_straight_and_of_curved_flows() -> None:
    straight = np.linspace(0, 1, 50)[:, None, None] * np.array([[1.0, 2], [3, 1]])
    angle = np.linspace(0, np.pi, 2000)
    half_circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None, :]
    assert measurements.detour(run_of(straight)) == pytest.approx(1)
    assert measurements.detour(run_of(half_circle)) == pytest.approx(np.pi / 2, rel=1e-5)


def test_variance_outside_the_plane(rng: np.random.Generator) -> None:
    plane = np.column_stack([rng.normal(size=(1000, 2)), np.zeros((1000, 2))])
    out = plane.copy()
    out[:, 3] = 5 * rng.normal(size=1000)
    net = SimpleNamespace(d=2)
    assert measurements.variance_outside_plane(run_of(np.array([plane, 2 * plane]), net=net)) == pytest.approx(
        0, abs=1e-9
    )
    outside = 100 * out[:, 3].var() / out.var(axis=0).sum()
    assert measurements.variance_outside_plane(run_of(np.array([plane, out]), net=net)) == pytest.approx(outside)


def test_separability_is_the_share_that_a_line_explains(rng: np.random.Generator) -> None:
    c = np.arange(1000) % 2
    apart = np.column_stack([c * 10.0, rng.normal(size=1000)])
    mixed = rng.normal(size=(1000, 2))
    run = run_of(np.array([mixed, apart]), c=c)
    assert measurements.separability(run) == pytest.approx(100)
    assert measurements.separability_gain(run) == pytest.approx(100, abs=2)


def test_radius_is_read_off_the_features(rng: np.random.Generator) -> None:
    X = rng.normal(size=(800, 2))
    radius = np.linalg.norm(X, axis=1)
    cone = np.column_stack([X, radius])
    W = torch.tensor([[0.0, 0, 1], [0, 0, 0]])
    run = run_of(cone[None], X=X, net=SimpleNamespace(W=W))
    assert measurements.height_follows_radius(run) == pytest.approx(1)
    assert measurements.radius_in_features(run) == pytest.approx(1)
    assert measurements.radius_in_features(run_of(X[None], X=X)) < 0.2


def test_squeeze_of_a_linear_flow() -> None:
    net = StandardNet(2, 2, 2, 2, activation="relu", seed=0)
    with torch.no_grad():
        net.K.copy_(torch.diag(torch.tensor([0.5, 3.0])).expand(2, 2, 2))
        net.b.fill_(100.0)  # positive throughout, so that relu is the identity
    points = SimpleNamespace(X=np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(np.float32))
    assert measurements.log2_squeeze(SimpleNamespace(net=net, points=points)) == pytest.approx(-2)


def test_answers_are_compared_on_the_same_points() -> None:
    X = np.linspace(-1, 1, 100)[:, None]
    one = SimpleNamespace(points=SimpleNamespace(X=X), net=SimpleNamespace(predict=lambda X: (X[:, 0] > 0).astype(int)))
    other = SimpleNamespace(points=None, net=SimpleNamespace(predict=lambda X: (X[:, 0] > 0.5).astype(int)))
    assert measurements.agreement(one, other) == 75
    left = SimpleNamespace(net=SimpleNamespace(predict=lambda X: (X[:, 0] > 0).astype(int)))
    assert measurements.tail(left) == pytest.approx(50, abs=0.1)


# ---------------------------------------------------------------- deciding


class Given(Evidence):
    """Evidence with given numbers, by row and seed."""

    def __init__(self, numbers: dict[str, list[float]]) -> None:
        super().__init__(Store("nowhere"))
        self.numbers = numbers

    def value(self, quantity: str, rows: tuple[str, ...], seed: int) -> float | None:
        known = self.numbers[" | ".join(rows)]
        return known[seed] if seed < len(known) else None


A, B = ("depth/StandardNet, L = 1",), ("depth/StandardNet, L = 3",)


def decided(part: Part, rules: claims.Claims, **numbers: list[float]) -> judging.Verdict:
    given = Given({A[0]: numbers["a"], B[0]: numbers.get("b", [])})
    sentence = Sentence("x", "here", "says", "rule", (part,))
    return judge(replace(rules, tables={}, sentences=(sentence,)), given)["x"]


def around(mean: float) -> list[float]:
    return [mean + 0.1 * (seed % 5 - 2) for seed in range(24)]


def test_a_region_decides(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), within=Region(48, 52))
    assert decided(part, rules, a=around(50)).verdict == COMPATIBLE
    assert decided(part, rules, a=around(53)).verdict == NOT_COMPATIBLE
    edge = decided(part, rules, a=around(52))
    assert (edge.verdict, edge.reason[:22]) == (NOT_TESTABLE, "These runs cannot tell")


def test_differences_are_taken_seed_by_seed(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), (B,), within=Region(0.5, 1.5))
    b = [float(np.sin(seed) * 30) for seed in range(24)]
    verdict = decided(part, rules, a=[x + d for x, d in zip(b, around(1), strict=True)], b=b)
    assert verdict.verdict == COMPATIBLE
    assert verdict.findings[0].high - verdict.findings[0].low < 0.5


def test_the_ends_of_a_region_do_not_belong_to_it(rules: claims.Claims) -> None:
    """Two nets that answer alike are not "better", the one than the other."""
    part = Part(("val_accuracy",), (A,), (B,), within=Region(low=0))
    assert decided(part, rules, a=[50.0] * 24, b=[50.0] * 24).verdict == NOT_TESTABLE
    assert decided(part, rules, a=[50.1] * 24, b=[50.0] * 24).verdict == COMPATIBLE


def test_seeds_0_to_3_decide_nothing(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), within=Region(48, 52))
    numbers = around(50)
    verdict = decided(part, rules, a=[1000.0] * 4 + numbers[4:])
    assert verdict.verdict == COMPATIBLE
    assert verdict.findings[0].four == 1000
    assert verdict.findings[0].runs == R


def test_a_sentence_may_name_its_seeds(rules: claims.Claims) -> None:
    """Four repetitions decide then, fewer do not, and the command that repeats it says which."""
    part = Part(("val_accuracy",), (A,), within=Region(48, 52))
    sentence = Sentence("x", "here", "says", "rule", (part,), seeds=(0, 1, 2, 3))
    for numbers, word in (([49.9, 50, 50.1, 50], COMPATIBLE), ([49.9, 50, 50.1], NOT_TESTABLE)):
        verdict = judge(replace(rules, tables={}, sentences=(sentence,)), Given({A[0]: numbers}))["x"]
        assert verdict.verdict == word
        assert (verdict.reason == "") == (word == COMPATIBLE)
        assert boxes.command(verdict) == "rknet run depth --seeds 0-3 && rknet claims x"
    assert verdict.reason == "Not run yet, or not measured: 1 of the 4 runs that decide."


def test_a_table_may_name_its_seeds(rules: claims.Claims) -> None:
    cell = replace(rules.tables["table3"][0], seeds=(0, 1, 2, 3))
    given = Given({cell.row: [77.1, 77.0, 77.2, 77.3]})
    verdict = judge(replace(rules, tables={"t": (cell,)}, sentences=()), given)[cell.id]
    assert (verdict.verdict, verdict.seeds, verdict.findings[0].runs) == (COMPATIBLE, "0-3", 4)


def test_missing_runs_are_said_to_be_missing(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), within=Region(48, 52))
    verdict = decided(part, rules, a=around(50)[:-1])
    assert verdict.verdict == NOT_TESTABLE
    assert verdict.reason == "Not run yet, or not measured: 1 of the 20 runs that decide."


def test_only_some_seeds_may_count(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), only={"val_accuracy": Region(0, 80)}, within=Region(48, 52))
    split = [x if seed % 2 else 95.0 for seed, x in enumerate(around(50))]
    verdict = decided(part, rules, a=split)
    assert (verdict.verdict, verdict.findings[0].runs) == (COMPATIBLE, 10)
    few = decided(part, rules, a=[50.0 if seed < 8 else 95 for seed in range(24)])
    assert (few.verdict, few.reason) == (
        NOT_TESTABLE,
        "Only 4 repetitions are of the kind that the sentence speaks of.",
    )


def test_parts_share_the_error(rules: claims.Claims) -> None:
    """Of a refusal: with ten parts each interval has the level 99 %; what must lie inside is that of 90 %."""
    part = Part(("val_accuracy",), (A,), within=Region(48, 52))
    one = Sentence("one", "", "", "rule", (part,))
    ten = Sentence("ten", "", "", "rule", (part,) * 10)
    judged = judge(replace(rules, tables={}, sentences=(one, ten)), Given({A[0]: around(50)}))
    scale = np.std(around(50)[4:], ddof=1) / np.sqrt(R)
    for name, parts in (("one", 1), ("ten", 10)):
        (finding, *_) = judged[name].findings
        assert finding.high - finding.estimate == pytest.approx(scale * stats.t.ppf(0.95, R - 1), abs=1e-4)
        if parts > 1:
            surely = scale * stats.t.ppf(1 - 0.05 / parts, R - 1)
            assert finding.surely[1] - finding.estimate == pytest.approx(surely, abs=1e-4)
        else:
            assert finding.surely is None


def test_all_parts_must_hold_and_one_is_enough_to_refuse(rules: claims.Claims) -> None:
    inside, outside = (Part(("val_accuracy",), (A,), within=Region(*ends)) for ends in ((48, 52), (60, 70)))
    sentences = [Sentence(f"{n}", "", "", "rule", parts) for n, parts in enumerate(((inside,) * 2, (inside, outside)))]
    judged = judge(replace(rules, tables={}, sentences=tuple(sentences)), Given({A[0]: around(50)}))
    assert (judged["0"].verdict, judged["1"].verdict) == (COMPATIBLE, NOT_COMPATIBLE)


def test_either_verdict_errs_in_one_case_of_twenty(rules: claims.Claims) -> None:
    """On the border of a region, where each verdict is as likely wrong as it can be; two parts share one refusal."""
    rng, border = np.random.default_rng(8), Part(("val_accuracy",), (A,), within=Region(low=50))
    other = Part(("val_accuracy",), (B,), within=Region(low=50))
    sentences = (Sentence("one", "", "", "rule", (border,)), Sentence("two", "", "", "rule", (border, other)))
    words: dict[str, list[str]] = {"one": [], "two": []}
    for _ in range(2000):
        given = Given({name: list(rng.normal(50, 1, 24)) for name in (A[0], B[0])})
        for name, verdict in judge(replace(rules, tables={}, sentences=sentences), given).items():
            words[name].append(verdict.verdict)
    shares = {
        name: (found.count(COMPATIBLE) / 2000, found.count(NOT_COMPATIBLE) / 2000) for name, found in words.items()
    }
    error = 3 * np.sqrt(0.05 * 0.95 / 2000)
    assert list(shares["one"]) == [pytest.approx(0.05, abs=error)] * 2
    assert shares["two"][0] < 0.02
    assert shares["two"][1] == pytest.approx(0.05, abs=error)


def test_percentages_stay_percentages(rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), within=Region(low=90))
    numbers = [99.9 if seed % 5 else 99.0 for seed in range(24)]
    finding = decided(part, rules, a=[*numbers[:-1], 100.0]).findings[0]
    assert finding.high <= 100
    for values in (np.array([50.0] * 2 + [99.9] * 18), np.array([99.0] * 19 + [100.0])):
        assert statistics.bootstrap(np.mean, values, LEVEL)[1] <= values.max() + 1e-9  # rounding of a mean


def test_pairs_of_seeds_are_counted_once(rules: claims.Claims) -> None:
    part = Part(("agreement_with_next",), (A,), within=Region(90))
    assert decided(part, rules, a=around(95)).findings[0].runs == R // 2


def test_a_table_is_corrected_as_a_whole(rules: claims.Claims) -> None:
    """A p value of 0.03 rejects alone, and not among four."""
    cells = [replace(cell, skewed=False) for cell in rules.tables["table1"][:4]]
    numbers = around(92.7)
    scale = np.std(numbers[4:], ddof=1) * np.sqrt(1 / 4 + 1 / R)
    off = float(np.mean(numbers[4:]) + 0.005 + stats.t.isf(0.015, R - 1) * scale)
    rows = {cell.row: numbers for cell in cells}
    for n, word in ((1, NOT_COMPATIBLE), (4, COMPATIBLE)):
        table = tuple(replace(cell, printed=off if i == 0 else 92.7) for i, cell in enumerate(cells[:n]))
        verdict = judge(replace(rules, tables={"t": table}, sentences=()), Given(rows))[cells[0].id]
        assert verdict.findings[0].p == pytest.approx(0.03, rel=1e-3)
        assert verdict.verdict == word


def test_a_cell_that_was_not_run_belongs_to_its_table(rules: claims.Claims) -> None:
    """The paper printed it: one of four cells is corrected as one of four, however many of them have runs."""
    cells = [replace(c, skewed=False) for c in rules.tables["table1"] if c.quantity == "val_accuracy"][:4]
    numbers = around(92.7)
    off = float(np.mean(numbers[4:]) + 0.005)
    off += float(stats.t.isf(0.015, R - 1) * np.std(numbers[4:], ddof=1) * np.sqrt(1 / 4 + 1 / R))
    table = tuple(replace(cell, printed=off if i == 0 else 92.7) for i, cell in enumerate(cells))
    rows = {cell.row: numbers if i == 0 else [] for i, cell in enumerate(cells)}
    verdicts = list(judge(replace(rules, tables={"t": table}, sentences=()), Given(rows)).values())
    assert verdicts[0].findings[0].corrected == pytest.approx(0.12, rel=1e-3)
    assert [verdict.verdict for verdict in verdicts] == [COMPATIBLE, *[NOT_TESTABLE] * 3]
    assert [verdict.findings[0].corrected for verdict in verdicts[1:]] == [None] * 3


def test_runs_that_are_all_alike_have_no_ratio_of_variances(rules: claims.Claims) -> None:
    """Neither a printed spread nor a sentence about two spreads is decided by them."""
    alike = {"a": [100.0] * 24, "b": around(95)}
    cell = next(cell for cell in rules.tables["table3"] if cell.of_sd)
    verdict = judge(replace(rules, tables={"t": (cell,)}, sentences=()), Given({cell.row: alike["a"]}))[cell.id]
    assert (verdict.verdict, verdict.reason) == (NOT_TESTABLE, judging.ALIKE)
    for rows in ((A, B), (B, A)):
        part = Part(("val_accuracy",), rows, statistic="sd_ratio", within=Region(1))
        verdict = decided(part, rules, **alike)
        assert (verdict.verdict, verdict.reason) == (NOT_TESTABLE, judging.ALIKE)


def test_other_images_are_not_compared_seed_by_seed(rules: claims.Claims, tmp_path: Path) -> None:
    """Two nets on MNIST; if one of eight runs had other images, the sentence is not judged."""
    sentence = next(s for s in rules.sentences if s.id == "images-standardnet-mnist")
    store = Store(tmp_path / "results")
    for row in {row for part in sentence.parts for row in part.rows}:
        experiment, _, label = row.partition("/")
        for seed in range(FOUR):
            run = Run(experiment, label, claims.configuration_of(row), seed)
            record = copy.deepcopy(STORE.find(run).record)
            if (label.startswith("RK4Net"), seed) == (True, 2):
                record["run"]["images"] = {"source": "sample", "sha256": "0" * 64}
            store.save(record)
    only = replace(rules, tables={}, sentences=(sentence,))
    assert judge(only, Evidence(STORE))[sentence.id].reason != judging.OTHER_IMAGES
    verdict = judge(only, Evidence(store))[sentence.id]
    assert (verdict.verdict, verdict.reason) == (NOT_TESTABLE, judging.OTHER_IMAGES)
    assert sorted(finding.runs for finding in verdict.findings) == [FOUR - 1, FOUR]


def test_two_image_sets_are_compared(rules: claims.Claims) -> None:
    """They have different images by their nature."""
    (sentence,) = (s for s in rules.sentences if s.id == "images-fashion-harder")
    proof = Evidence(STORE)
    assert not any(proof.unlike(part, seed) for part in sentence.parts for seed in range(FOUR))


# ---------------------------------------------------------------- the file of claims


def test_every_cell_of_tables_1_to_6_is_a_claim(rules: claims.Claims) -> None:
    """Counted in the paper's own tables: means, standard deviations, and the illegible one."""
    tables = paper.tables()
    expected = {
        "table1": sorted(
            x for net in ("StandardNet", "RK4Net") for x in sum(tables["table1_accuracy"][net].values(), [])
        ),
        "table4": sorted(
            x
            for net in ("StandardNet", "EulerNet", "RK4Net")
            for x in sum(tables["table4_validation"][net].values(), [])
        ),
        "table3": sorted(x for cell in tables["table3"].values() if isinstance(cell, dict) for x in cell.values()),
        "table5": sorted(x for width in ("784", "900") for x in sum(tables["table5"][width].values(), [])),
        "table6": sorted(
            x
            for data in ("MNIST", "FashionMNIST")
            for cells in tables["table6_validation"][data].values()
            for x in sum(cells.values(), [])
        ),
    }
    for name, numbers in expected.items():
        assert sorted(cell.printed for cell in rules.tables[name]) == numbers
    costs = [x for net in ("StandardNet", "RK4Net") for x in sum(tables["table2_cost_x10"][net].values(), [])]
    printed = [cell.printed for cell in rules.tables["table2"]]
    assert sorted(map(str, printed)) == sorted(map(str, costs))
    assert printed.count(None) == 1
    assert {name: len(cells) for name, cells in rules.tables.items()} == {
        "table1": 28,
        "table2": 28,
        "table3": 8,
        "table4": 36,
        "table5": 16,
        "table6": 24,
    }


def test_skewed_rows_are_those_that_the_head_describes(rules: claims.Claims) -> None:
    """More than 91 % printed in the row, or StandardNet at the depths where some runs fail."""
    high = {cell.row for cell in rules.tables["table1"] if cell.printed > 91}
    for cell in (*rules.tables["table1"], *rules.tables["table2"]):
        splits = cell.row.endswith(("StandardNet, L = 10", "StandardNet, L = 20"))
        assert cell.skewed == (splits or cell.row in high)


def test_the_deciding_seeds_are_stated_alike(rules: claims.Claims) -> None:
    assert f"{rules.seeds[0]}-{rules.seeds[-1]}" == judging.SEEDS
    assert set(rules.seeds).isdisjoint(range(judging.PRINTED_RUNS))
    assert len(rules.seeds) == R


def test_images_are_decided_by_the_paper_s_repetitions(rules: claims.Claims) -> None:
    """Those claims of Section 4.5 that have a rule, and no others."""
    cells = [cell for table in rules.tables.values() for cell in table]
    for claim in (*cells, *(sentence for sentence in rules.sentences if sentence.parts)):
        if claim.where.startswith("Section 4.5"):
            assert claim.seeds == tuple(range(judging.PRINTED_RUNS)), claim.id
        else:
            assert claim.seeds is None or min(claim.seeds) > max(rules.seeds), claim.id


# ---------------------------------------------------------------- the log of changes


def test_a_rule_that_differs_from_the_registered_one_stands_in_the_log(tmp_path: Path) -> None:
    logged = {name for change in changes.read() if change.rules for name in change.before}
    first = changes.registered()
    now = changes.digests()
    assert {name for name in now if now[name] != first.get(name)} | (first.keys() - now.keys()) == logged
    text = claims.CLAIMS.read_text("utf8")
    edits = {"within: [97, null]": "within: [96, null]", "rule: On the circle": "rule: At the circle"}
    edits |= {"the tip of a cone": "the top of a cone", "level: 0.95": "level: 0.9"}
    for old, new in edits.items():
        assert old in text
        (tmp_path / "edited.yml").write_text(text.replace(old, new, 1), "utf8")
        edited = changes.digests(tmp_path / "edited.yml")
        differing = [name for name in now if now[name] != edited[name]]
        assert len(differing) == (len(now) if old.startswith("level") else 1)


def test_the_log_tells_new_claims_from_retired_ones(rules: claims.Claims) -> None:
    known = {s.id for s in rules.sentences} | {cell.id for cells in rules.tables.values() for cell in cells}
    for change in changes.read():
        assert change.before.keys() - known == set(change.retired)
        for name, before in change.before.items():
            assert before in judging.WORDS or name not in changes.registered()


def test_claims_with_other_rules_are_decided_by_fresh_seeds_or_made_stricter(rules: claims.Claims) -> None:
    """Seeds 4 to 23 decide a rule that was changed after they were known only if it became stricter."""
    for change in changes.read():
        stays = change.what.endswith("; the seeds stay.")
        for sentence in rules.sentences:
            if change.rules and sentence.id in change.before and not sentence.where.startswith("Section 4.5"):
                assert (sentence.seeds is None) == stays, sentence.id


# ---------------------------------------------------------------- answers that took no learning


@pytest.fixture(scope="module")
def trivially(rules: claims.Claims) -> trivial.Scores:
    return trivial.scores(rules)


def test_the_book_shows_what_trivial_answers_reach(trivially: trivial.Scores) -> None:
    """Judged again; the last digits of nets before training, in single precision, depend on the processor."""
    shown = trivial.stored()
    assert shown.keys() == trivially.keys()
    for name, found in trivially.items():
        assert {answer: score.verdict for answer, score in found.items()} == {
            answer: score.verdict for answer, score in shown[name].items()
        }
        for answer, score in found.items():
            assert score.estimate == pytest.approx(shown[name][answer].estimate, rel=1e-3, abs=0.05)


def test_no_rule_is_passed_without_learning(rules: claims.Claims, trivially: dict) -> None:
    """Except where the sentence is about nets that fail, or about the task: then the claim says why."""
    passed = {name for name, found in trivially.items() if any(v.verdict == COMPATIBLE for v in found.values())}
    assert passed == {sentence.id for sentence in rules.sentences if sentence.trivial}


def test_each_rule_is_tried_by_a_trivial_answer(rules: claims.Claims, trivially: dict) -> None:
    assert trivially.keys() == {sentence.id for sentence in rules.sentences if sentence.parts}


def test_a_rule_that_asks_for_nothing_is_found(rules: claims.Claims) -> None:
    """Equal accuracies, as nets have that answer alike, and a bound below chance."""
    same = Part(("val_accuracy",), (A,), (B,), within=Region(-2, 2))
    low = Part(("val_accuracy",), (A,), within=Region(30))
    sentences = (Sentence("same", "", "", "rule", (same,)), Sentence("low", "", "", "rule", (low,)))
    found = trivial.judged(replace(rules, sentences=sentences))
    assert found["same"]["commonest class"].verdict == COMPATIBLE
    assert {v.verdict for v in found["low"].values()} == {COMPATIBLE}


def test_trivial_answers_have_their_scores() -> None:
    """Half of the points on the spiral, whose classes are equally common; a line does better; chance on images."""
    row = "depth/RK4Net, L = 1"
    accuracy = {name: answer().value("val_accuracy", (row,), 4) for name, answer in trivial.ANSWERS.items()}
    assert accuracy["commonest class"] == pytest.approx(50, abs=4)  # 3 sd of a share of 1500
    assert 65 < accuracy["logistic regression"] < 80
    cost = trivial.Constant().value("val_cost", ("images/RK4Net, d_hat = 784, L = 100, MNIST",), 4)
    assert cost == pytest.approx(10 * np.log(10))
    run = measurements.TrainedRun(claims.configuration_of(row), 4, claims.configuration_of(row).network(4))
    assert accuracy["untrained"] == pytest.approx(100 * (run.net.predict(run.points.X) == run.points.c).mean())


GOOD = {"id": "x", "where": "there", "says": "something", "rule": "a rule"}
PART = {"quantity": "val_accuracy", "of": "depth/RK4Net, L = 1", "within": [0, 1]}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**GOOD, "parts": [{**PART, "quantity": "luck"}]}, "claim x: .*quantity: must be a known name, got 'luck'"),
        ({**GOOD, "parts": [{**PART, "of": "depth/RK4Net, L = 2"}]}, "claim x: .*row: must be a known name"),
        ({**GOOD, "parts": [{**PART, "of": "width of it"}]}, "claim x: .*experiment: must be a known name"),
        ({**GOOD, "parts": [{**PART, "statistic": "mode"}]}, "claim x: .*statistic: must be a known name, got 'mode'"),
        ({**GOOD, "parts": [{**PART, "within": None}]}, "claim x: .*a part without the region within which"),
        ({**GOOD, "parts": [{**PART, "colour": "red"}]}, "claim x: .*unexpected keyword argument 'colour'"),
        ({**GOOD, "parts": []}, "claim x: must have a rule with parts, or a reason"),
        ({**GOOD, "parts": [PART], "reason": "none"}, "claim x: must have a rule with parts, or a reason"),
    ],
)
def test_a_faulty_claim_is_refused(entry: dict, message: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump({"seeds": "4-23", "level": 0.95, "tables": [], "claims": [entry]}), "utf8")
    with pytest.raises(ValueError, match=message):
        claims.read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the whole: expected object, got null"),
        ("[", "while parsing"),
        ("seeds: 4-23", "the whole: object missing required field level"),
        ("{seeds: 4-23, level: 2, tables: [], claims: []}", "level: expected float < 1.0"),
        ("{seeds: 9**9, level: 0.95, tables: [], claims: []}", "seeds: expected str matching regex"),
        ("{seeds: 4-23, level: 0.95, tables: [], claims: [x]}", r"claims\[0\]: expected object, got str"),
        ("{seeds: 4-23, level: 0.95, tables: [{id: x}], claims: []}", r"tables\[0\]: object missing required field"),
        ("!!python/object/apply:os.system ['false']", "could not determine a constructor"),
    ],
)
def test_a_file_that_holds_no_claims_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.yml"
    path.write_text(text, "utf8")
    with pytest.raises(ValueError, match=f"claims.yml: must follow its head, got {message}"):
        claims.read(path)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    entry = {**GOOD, "parts": [PART]}
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump({"seeds": "4-23", "level": 0.95, "tables": [], "claims": [entry, entry]}), "utf8")
    with pytest.raises(ValueError, match="id: must be unlike all others, got 'x' twice; rename one"):
        claims.read(path)


def test_for_makes_parts_and_over_makes_rows() -> None:
    entry = {
        "quantity": ["val_accuracy", "val_cost"],
        "of": "depth/{net}, L = {L}",
        "for": {"net": ["StandardNet", "RK4Net"]},
        "over": {"L": [1, 3]},
        "statistic": "rank_correlation",
        "within": [None, 0],
    }
    first, second = claims._parts(entry)
    assert first.of == (("depth/StandardNet, L = 1",), ("depth/StandardNet, L = 3",))
    assert second.rows == ["depth/RK4Net, L = 1", "depth/RK4Net, L = 3"]
    assert first.within == Region(high=0)


# ---------------------------------------------------------------- boxes and files


def test_verdicts_survive_their_file(tmp_path: Path, rules: claims.Claims) -> None:
    part = Part(("val_accuracy",), (A,), within=Region(48))
    verdict = decided(part, rules, a=around(50))
    judging.write([verdict], tmp_path / "verdicts.json")
    assert judging.stored(tmp_path / "verdicts.json") == {"x": verdict}
    assert json.loads((tmp_path / "verdicts.json").read_text("utf8"))[0]["verdict"] == COMPATIBLE
    assert judging.stored(tmp_path / "none.json") == {}


@pytest.mark.parametrize("content", ["[]", "{", "my notes"])
def test_measurements_of_others_are_not_overwritten(content: str, tmp_path: Path) -> None:
    (tmp_path / evidence.FILE).write_text(content)
    with pytest.raises(ValueError, match=r"store: must have measurements or nothing in measurements.json, got '.*'"):
        evidence.measure([], Store(tmp_path))
    assert (tmp_path / evidence.FILE).read_text() == content


def test_where_no_measurement_can_be_kept_none_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    monkeypatch.setattr(evidence, "_measured", lambda *need: pytest.fail("measured"))
    with pytest.raises(ValueError, match="store: must be where files can be written"):
        evidence.measure([(part, [0]) for part in measured_parts()], Store(tmp_path / "nowhere"))


def test_what_was_measured_before_an_error_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def fails(quantity: str, rows: tuple[str, ...], seed: int) -> tuple[tuple[str, tuple[str, ...], int], float, str]:
        if taken:
            raise RuntimeError("out of luck")
        taken.append(seed)
        return (quantity, rows, seed), 1.5, "abc"

    monkeypatch.setattr(evidence, "_measured", fails)
    with pytest.raises(RuntimeError, match="out of luck"):
        evidence.measure([(part, [0, 2]) for part in measured_parts()], Store(tmp_path), report=lambda line: None)
    (rows,) = json.loads((tmp_path / evidence.FILE).read_text("utf8")).values()
    assert list(rows.values()) == [{str(taken[0]): [1.5, "abc"]}]


def measured_parts() -> list[Part]:
    """One part that needs a measurement of a net."""
    quantity = next(name for name, measurement in measurements.MEASUREMENTS.items() if measurement.pairs is None)
    return [Part((quantity,), (A,), within=Region(0))]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, rules: claims.Claims) -> dict[str, judging.Verdict]:
    """A sentence and a table of four cells as if they were stored."""
    sentence = Sentence(
        "a-b", "Section 4.2", "1 < 2 & more", "rule <b>", (Part(("val_accuracy",), (A,), within=Region(0)),)
    )
    cells = [replace(cell, skewed=False) for cell in rules.tables["table1"][:4]]
    numbers = {cell.row: around(92.0) for cell in cells}
    judged = judge(
        replace(rules, tables={"table1": cells}, sentences=(sentence,)), Given({A[0]: around(92), **numbers})
    )
    monkeypatch.setattr(boxes, "stored", lambda: judged)
    return judged


def test_a_box_says_all_in_words(shown: dict[str, judging.Verdict]) -> None:
    box = verdict_box("a-b")
    html = box._repr_html_()
    assert 'class="verdict compatible"' in html and 'href="ledger_sentences.html#a-b">Compatible</a>' in html
    assert "1 &lt; 2 &amp; more" in html and "rule &lt;b&gt;" in html
    assert "rknet run depth --seeds 4-23 &amp;&amp; rknet claims a-b" in html
    assert repr(box).startswith(
        "Compatible. Mean validation accuracy, StandardNet (L = 1): 92.00 % from 20 repetitions, interval"
    )
    assert "; the claim needs a number above 0." in repr(box)
    assert "chapters/ledger_sentences.html#a-b" in verdict_box("a-b", folder="chapters/")._repr_html_()


def test_a_box_of_a_cell_has_the_printed_number(shown: dict[str, judging.Verdict]) -> None:
    words = repr(verdict_box("table1-standardnet-l-1-val-accuracy"))
    assert words.startswith("Compatible. Paper 91.88 %; here 92.00, 20 seeds,")
    assert "Bayes limit 99.90 %." in words


def test_the_factor_of_a_cost_stands_before_its_name() -> None:
    """A cost's number stands alone, so that no factor is read as part of it; an accuracy keeps its unit."""
    found = judging.Finding(
        "mean validation cost, X", "x 10", 60, estimate=0.59, low=0.52, high=0.65, verdict=COMPATIBLE
    )
    verdict = judging.Verdict("a-b", "Section 4.2", "says", "rule", COMPATIBLE, findings=[found, found])
    (numbers,) = pages.sentences([verdict])._repr_html_().split("<tbody>")[1:]
    assert "10 × mean validation cost, X</th><td>0.59</td><td>0.52 to 0.65</td>" in numbers
    words = boxes.line(verdict)
    assert "10 × mean validation cost, X: 0.59 from 60 repetitions, interval 0.52 to 0.65." in words
    assert "Of 2 numbers, this one decides." in words
    cell = replace(verdict, id="table2-x", findings=[replace(found, paper=0.78)])
    assert "10 × cost: paper 0.78; here 0.59, 60 seeds" in boxes.line(cell)
    assert "10 × mean validation cost, X</a>" in pages.every([cell])._repr_html_()
    assert all("x 10" not in text for text in (words, boxes.line(cell), pages.every([cell])._repr_html_()))


def test_answers_without_learning_say_what_their_number_is() -> None:
    verdict = judging.stored()["width-limited"]
    text = BeautifulSoup(pages.sentences([verdict])._repr_html_(), "html.parser").get_text()
    first = verdict.findings[0]
    found = pages.trivial_scores()[verdict.id]["untrained"]
    reached = f"{boxes.number(found.estimate, 'points')} for untrained nets ({found.verdict});"
    assert f"Without learning: {first.what}: {reached}" in text


def test_the_log_lists_the_verdicts_that_changed(shown: dict[str, judging.Verdict]) -> None:
    log = [
        changes.Change("both", "why", {"a-b": "not testable", "table1-standardnet-l-1-val-accuracy": "compatible"}),
        changes.Change("none", "why", {}),
        changes.Change("gone", "why", {"old": "compatible"}, retired=["old"]),
    ]
    soup = BeautifulSoup(pages.log(log, shown)._repr_html_(), "html.parser")
    both, none, gone = soup.select("tbody td:last-child")
    assert both.details.extract().get_text() == "unchanged: 1validation accuracy, StandardNet, L = 1\xa0(%)"
    assert [cell.get_text() for cell in (both, none, gone)] == [
        "not testable → compatible: 1 < 2 & more",
        "none",
        "compatible → retired: old",
    ]
    assert "words" in soup.div["class"]


def test_a_box_of_a_table_counts(shown: dict[str, judging.Verdict]) -> None:
    words = repr(verdict_box("table1"))
    assert words.startswith(
        "1 compatible, 3 not compatible, of 4 cells; 20 repetitions of each. Against: mean of the training accuracy"
    )
    assert 'class="verdict not-compatible"' in verdict_box("table1")._repr_html_()
    assert 'href="ledger_cells.html#table1"' in verdict_box("table1")._repr_html_()
    with pytest.raises(ValueError, match="id: must be a known name, got 'table9'; choose from"):
        verdict_box("table9")


def test_each_verdict_has_one_place(rules: claims.Claims) -> None:
    """All of them, once; those of a part of Section 4 under its number, and no part's number under "before 4.1"."""
    families = pages.by_place(rules, judging.stored())
    placed = [verdict.id for family in families.values() for verdict in family]
    assert sorted(placed) == sorted(judging.stored())
    assert list(families) == [
        *(f"Table {i}" for i in range(1, 7)),
        *list(families)[6:11],
        "sentences of Section 4, before 4.1",
    ]
    for name, family in families.items():
        place = name.removeprefix("sentences of ")
        assert all(v.where == "Section 4" if "before" in name else place in v.where for v in family)


def test_all_claims_stand_in_short_rows_with_their_verdict_first(shown: dict[str, judging.Verdict]) -> None:
    soup = BeautifulSoup(pages.every(list(shown.values()))._repr_html_(), "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in soup.select("tbody tr")]
    assert [row[0] for row in rows] == [verdict.verdict for verdict in shown.values()]
    assert rows[0][1:3] == ["4.2, Table 1", "training accuracy, StandardNet, L = 1\xa0(%)"]
    assert rows[0][3:] == ["92.73", "92.00"] and rows[-1][3:] == ["", "1 of 1"]
    addresses = [link["href"] for link in soup.select("tbody th a")]
    assert addresses[0] == f"ledger_cells.html#{next(iter(shown))}" and addresses[-1] == "ledger_sentences.html#a-b"


@pytest.mark.parametrize(
    ("statistic", "of", "minus", "words"),
    [
        ("mean", (A,), (B,), "mean difference in the validation accuracy, {a} minus {b}"),
        ("mean", (("depth-narrow/RK4Net, L = 1",),), 0.0, "mean validation accuracy, RK4Net (L = 1, d_hat = 3)"),
        ("share_positive", (A,), 60.0, "share of repetitions in which the validation accuracy is above 60, {a}"),
        ("rank_correlation", (A, B), 0.0, "rank correlation of validation accuracy, StandardNet (L = 1, 3)"),
        ("sd_ratio", (A, B), 0.0, "ratio of the standard deviations of validation accuracy, {a} over {b}"),
    ],
)
def test_what_is_measured_is_said_in_words(statistic: str, of: tuple, minus: object, words: str) -> None:
    said = words.format(a="StandardNet (L = 1)", b="StandardNet (L = 3)")
    assert wording.words(Part(("val_accuracy",), of, minus=minus, statistic=statistic)) == said


def test_every_part_has_words_of_its_own() -> None:
    """No phrase says a net less the same net, and none leaves a gap."""
    for sentence in claims.read().sentences:
        phrases = [wording.words(part) for part in sentence.parts]
        assert len(set(phrases)) == len(phrases), sentence.id
        for phrase in phrases:
            left, minus, right = phrase.rpartition(" minus ")
            assert not minus or not left.endswith(right)
            assert "{" not in phrase


@pytest.mark.parametrize(
    ("value", "text"), [(99.724, "99.72"), (-0.5, "−0.50"), (0.0123, "0.0123"), (0, "0.00"), (None, "none")]
)
def test_numbers_as_the_pages_print_them(value: float | None, text: str) -> None:
    assert boxes.number(value) == text


# ---------------------------------------------------------------- files of another shape

MEASURED = {"detour": {"depth/RK4Net, L = 5": {"4": [1.5, "abcdef012345"], "5": [float("nan"), "abcdef012345"]}}}


def test_measurements_of_another_shape_are_refused(tmp_path: Path) -> None:
    """Whatever stands in whatever place is read or refused, and what is read can be asked for."""
    path = tmp_path / evidence.FILE
    path.write_text(json.dumps(MEASURED), "utf8")
    assert evidence.Evidence(Store(tmp_path)).measured["detour"]["depth/RK4Net, L = 5"]["4"] == (1.5, "abcdef012345")
    for spot in hostile.places(MEASURED):
        for value in hostile.VALUES:
            path.write_text(json.dumps(hostile.put(MEASURED, spot, value)), "utf8")
            try:
                found = evidence.Evidence(Store(tmp_path)).measured
            except ValueError as error:
                assert str(error).startswith("store: must have measurements or nothing in")  # noqa: PT017
                continue
            entries = [entry for rows in found.values() for row in rows.values() for entry in row.values()]
            assert all(type(value) is float and type(weights) is str for value, weights in entries)


def test_verdicts_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    for text in ("", "[", "{}", "[1]", '[{"id": "x"}]', "[" * 100_000):
        path.write_text(text, "utf8")
        with pytest.raises(ValueError, match="verdicts.json: must hold verdicts, got .*; make it again: rknet claims"):
            judging.stored(path)


def test_verdicts_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    judging.write(judging.stored().values(), path)
    assert judging.stored(path) == judging.stored()
    assert path.read_bytes() == judging.VERDICTS.read_bytes()

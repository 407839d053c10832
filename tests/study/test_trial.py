"""The study: its grid is the registered one, and its records say what separate trainings and tests give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import rknet.study
from rknet import History, Protocol, StandardNet
from rknet.callbacks import Training
from rknet.data import bayes
from rknet.data.points import LAWS, draw
from rknet.engines.plain import Plain
from rknet.hashes import weights_hash
from rknet.initial import INITIALS
from rknet.study import cli, records
from rknet.study.configuration import Configuration, seeds_of
from rknet.study.trial.baselines import CLASSIFIERS, TRIED, Baseline, BaselineRun
from rknet.study.trial.examination import examination
from rknet.study.trial.grid import TRIALS, runs_of
from rknet.study.trial.runs import Trial
from rknet.study.trial.shipped import LOADERS, shipped
from rknet.study.trial.snapshots import Snapshots

REGISTERED = (Path(rknet.study.__file__).parent / "registered" / "trial.md").read_text("utf8")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_the_grid_is_the_registered_one() -> None:
    """As many nets per seed and experiment as the table of the registration states."""
    stated = {
        name: int(n.replace(",", "")) for name, n in re.findall(r"^\| (study-\w+) .* ([\d,]+) \|$", REGISTERED, re.M)
    }
    stated["study-baselines"] = 70
    assert stated == {name: len(experiment.rows) for name, experiment in TRIALS.items()}
    assert {run.seed for name in TRIALS for run in runs_of(name)} == {100, 101, 102, 103}


@pytest.mark.parametrize("name", INITIALS)
def test_initialisations_differ_in_the_layers_only(name: str) -> None:
    """Lift, W and mu are those of the paper's net; K keeps or shrinks lengths as the page on depth derives."""
    base = Configuration("spiral", "StandardNet", 16, 200)
    ours, theirs = replace(base, initial=name).network(3), base.network(3)
    assert torch.equal(ours.W, theirs.W) and torch.equal(ours.mu, theirs.mu)
    assert torch.equal(ours.lift(torch.eye(2)), theirs.lift(torch.eye(2)))
    factor = (ours.K.detach() ** 2).sum(dim=(1, 2)) / 16  # mean |K v|^2 over unit vectors v
    expected = {"uniform": 1 / 3, "gain": 1.0, "orthogonal": 1.0}[name]
    # a mean over 51,200 squares of standard deviation 0.9 of their mean
    assert float(factor.mean()) == pytest.approx(expected, rel=0.02)
    if name == "orthogonal":
        torch.testing.assert_close(ours.K @ ours.K.mT, torch.eye(16).expand(200, 16, 16), atol=1e-5, rtol=0)
    assert name == "uniform" or not ours.b.any()


def test_only_another_initialisation_is_stated() -> None:
    """Records made before there was a choice keep their configuration."""
    base = Configuration("spiral", "StandardNet", 3, 2)
    assert "initial" not in base.plain()
    assert replace(base, initial="gain").plain() == {**base.plain(), "initial": "gain"}
    with pytest.raises(ValueError, match="initial: must be a known name, got 'xavier'; choose from uniform, gain"):
        replace(base, initial="xavier")


SMALL = Configuration(
    "donut_2D", "RK4Net", 3, 2, h=1.0, samples=60, protocol=Protocol(epochs=20, stop_early=False, learning_rate=0.3)
)


def test_a_record_says_what_separate_trainings_give() -> None:
    """At every budget the best epoch and its regret are those of a training that ends there; `paper` stops early."""
    record = Trial("small", "row", SMALL, 3).compute(engine="auto", source="auto", checkpoint=None, device="cpu")
    assert records.decode(records.encode(record)) == record
    tests = record["results"]["tests"]
    assert list(tests) == ["paper", "last", "best 1", "best 2", "best 5", "best 10", "best 20"]
    whole, history = SMALL.train(3)
    assert weights_hash(whole) == record["results"]["weights"]
    X, law = (
        examination(LAWS["donut_2D"], 60, 3).X,
        bayes.probability("donut_2D", examination(LAWS["donut_2D"], 60, 3).X),
    )
    for name, test in tests.items():
        budget = int(name.split()[1]) if name.startswith("best") else 20
        accuracy, cost = history.val_accuracy[1 : budget + 1], history.val_cost[1 : budget + 1]
        expected = 1 + min(range(budget), key=lambda e: (-accuracy[e], cost[e]))
        if name == "paper":
            early = replace(SMALL, protocol=replace(SMALL.protocol, stop_early=True))
            expected = early.train(3)[1].epochs
            assert expected < 20, "the case must stop early"
        elif name == "last":
            expected = 20
        assert test["epoch"] == expected
        assert test["val_accuracy"] == history.val_accuracy[expected]
        net, _ = replace(SMALL, protocol=replace(SMALL.protocol, epochs=expected)).train(3)
        regret = (law.max(axis=1) - law[np.arange(len(X)), net.predict(X)]).mean()
        assert test["regret"] == pytest.approx(regret, abs=2 / len(X))  # PyTorch may decide a point or two otherwise


def test_costs_that_are_not_finite_lead_nowhere() -> None:
    """An epoch with such a cost is never the best, however accurate; without any other the first is taken."""
    net = StandardNet(2, 2, 2, 1)
    points = draw("squares", 4)
    for costs, best in (([1.0, np.nan], 1), ([np.nan], 1), ([2.0, 1.0, np.inf], 2)):
        kept = Snapshots([1, 5])
        steps, before = Plain(net, Protocol()), [[1.0, 0.5, 1.0, 0.5]]
        training = Training(net, points, points, Protocol(), 0, "torch", steps, None, before)
        for cost in costs:
            training.rows.append([1.0, 0.5, cost, 0.9 if np.isfinite(cost) else 1.0])
            kept.epoch(training)
        assert (kept.best[5], kept.last) == (best, len(costs))
        assert kept.weights(best).keys() == net.state_dict().keys()


def test_regret_is_the_distance_from_the_bayes_limit() -> None:
    """Of the best answers it is 0, of constant ones the limit less the class's share, within four standard errors."""
    test = examination(LAWS["donut_3D_3C"], 1500, 0)
    best = test.regrets.argmin(axis=1)
    assert test.result(best) == {"regret": 0.0, "error": 0.0}
    labels = draw("donut_3D_3C", 200_000, seed=5)
    for k in range(3):
        found = test.result(np.full(len(best), k))
        expected = bayes.accuracy("donut_3D_3C") - (labels.c == k).mean()
        assert abs(found["regret"] - expected) < 4 * np.hypot(found["error"], 0.5 / np.sqrt(200_000))


def test_the_test_set_is_nobody_s_training_set() -> None:
    """Points of a law come from a stream of their own; of a real set, training, selection and test share no row."""
    test = examination(LAWS["squares"], 1500, 7)
    assert not set(map(bytes, test.X)) & set(map(bytes, Configuration("squares", "EulerNet", 2, 1).points(7)[0].X))
    assert test.X is examination(LAWS["squares"], 1500, 8).X
    for name in LOADERS:
        law = shipped(name)
        X, _ = LOADERS[name](return_X_y=True)
        samples = len(X) // 3
        parts = [*Configuration(law, "EulerNet", 64, 1, samples=samples).points(5)]
        left = law.rest(2 * samples, seeds_of(5)["data"])
        found = np.concatenate([parts[0].X, parts[1].X, left.X])
        spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
        expected = ((X - X.mean(axis=0)) / spread).astype(np.float32)
        np.testing.assert_array_equal(np.sort(found, axis=0), np.sort(expected, axis=0))
        assert len(examination(law, samples, 5).X) == len(X) - 2 * samples
    with pytest.raises(ValueError, match="N: must be at most the 178 rows of wine, got 179; draw fewer"):
        draw(shipped("wine"), 179)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_baselines_have_a_net_s_budget(name: str) -> None:
    """Each classifier is tried in as many configurations as a net of study-sets."""
    baseline = Baseline("squares", "StandardNet", 2, 1, samples=20, classifier=name)
    assert len(list(baseline.candidates(0))) == TRIED == 20
    assert sum(row.startswith("squares, RK4Net,") for row in TRIALS["study-sets"].rows) == TRIED


def test_a_baseline_s_record() -> None:
    """Nearest neighbours are recomputed by hand: the first of the best on the selection set, and its regret."""
    baseline = Baseline("squares", "StandardNet", 2, 1, samples=50, classifier="nearest neighbours")
    record = BaselineRun("b", "row", baseline, 4).compute(engine="auto", source="auto", checkpoint=None, device="cpu")
    assert records.decode(records.encode(record)) == record
    results, (train, selection) = record["results"], baseline.points(4)
    centre, spread = train.X.mean(axis=0), train.X.std(axis=0)
    k = results["chosen"]["n_neighbors"]
    distance = np.linalg.norm((selection.X[:, None] - train.X) / spread, axis=2)
    near = distance.argsort(axis=1)[:, :k]
    weighted = results["chosen"]["weights"] == "distance"
    weight = 1 / np.take_along_axis(distance, near, 1) if weighted else np.ones(near.shape)
    votes = np.stack([(weight * (train.c[near] == c)).sum(axis=1) for c in (0, 1)], axis=1)
    assert results["val_accuracy"] == pytest.approx((votes.argmax(axis=1) == selection.c).mean())
    assert centre.shape == (2,) and 0 < results["regret"] < 0.5


def test_history_stays_where_no_test_is_made() -> None:
    """Records of the paper's experiments keep their curves."""
    history = History(*(np.array([0.5, 0.4]) for _ in range(4)), ended="epochs", engine="compiled")
    record = records.make(Trial("small", "row", SMALL, 0), SMALL.network(0), history, 1.0)
    assert "history" in record["results"] and "tests" not in record["results"]


def test_the_command_runs_resumes_and_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rknet run study` takes seed after seed, computes nothing twice, and `--left` counts without computing."""
    from rknet.study.experiments import Experiment
    from rknet.study.trial import grid

    rows = {f"L = {L}": replace(SMALL, L=L, protocol=Protocol(epochs=1, stop_early=False)) for L in (1, 2)}
    small = {name: Experiment("small", "nowhere", rows) for name in ("study-a", "study-b")}
    monkeypatch.setattr(grid, "TRIALS", small)

    def told(*arguments: str) -> str:
        assert cli.main(["run", *arguments, "--jobs", "1", "--store", str(tmp_path)]) == 0
        return capsys.readouterr().out.splitlines()[0]

    assert told("study", "--seeds", "5-6", "--left") == "8 of 8 runs are left" and not list(tmp_path.iterdir())
    assert told("study-a", "--seeds", "5").startswith("2 runs computed, 0 found")
    assert told("study", "--seeds", "5-6", "--left") == "6 of 8 runs are left"
    assert told("study", "--seeds", "5-6").startswith("6 runs computed, 2 found")
    assert told("study", "--seeds", "5-6", "--left") == "0 of 8 runs are left"
    parts = cli._parts([run for name in small for run in grid.runs_of(name, [5, 6])])
    assert [{(run.seed, run.experiment) for run in part} for part in parts] == [
        {(5, "study-a")}, {(5, "study-b")}, {(6, "study-a")}, {(6, "study-b")},
    ]  # fmt: skip

"""The runs on a graphics card, all but the card itself: what is checked, trained, kept and resumed."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import required
import torch
from safetensors.torch import load_file

required.triton()

from benchmarks import card
from benchmarks.card import Output
from rknet import Protocol
from rknet.engines.layerwise import together
from rknet.study import records
from rknet.study.configuration import Configuration
from rknet.study.experiments import EXPERIMENTS, Experiment
from rknet.study.records import Run
from rknet.study.shared_card import groups
from rknet.study.store import Store

SAMPLES = 10
SMALL = {
    net: Configuration("donut_3D_3C", net, 6, 2, h=0.5, protocol=Protocol(epochs=1), samples=SAMPLES)
    for net in ("RK4Net", "StandardNet")
}
ROWS = {f"{net}, {name}": SMALL[net] for net in SMALL for name in ("one", "other")}
RUNS = [Run("small", row, configuration, seed) for row, configuration in ROWS.items() for seed in (0, 1)]
COSTS = 1e-5
"""Costs after an epoch: rounding to single precision."""


@pytest.fixture
def output(tmp_path: Path) -> Output:
    (tmp_path / "out").mkdir()
    return Output(tmp_path / "out", Store(tmp_path / "store"))


def clock(step: float = 1.0) -> Callable[[], float]:
    """A clock that moves on by a step whenever it is read."""
    times = itertools.count()
    return lambda: step * next(times)


def returned(output: Output, to: Path) -> tuple[Store, dict[str, torch.Tensor]]:
    """What comes back, unpacked: records and features."""
    with tarfile.open(output.folder / "records.tar") as tar:
        tar.extractall(to, filter="data")
    return Store(to / "results"), load_file(output.folder / "features.safetensors")


def options(**changes: object) -> argparse.Namespace:
    return argparse.Namespace(**{"device": "cpu", "no_bench": True, **changes})


# ---- what is to be done


def test_what_the_paper_s_deep_nets_lack_is_wanted(tmp_path: Path) -> None:
    """24 runs in four stacks, the two image sets of a net in the same one, in order of worth."""
    found = groups(card.wanted(card.ROWS, Store(tmp_path)))
    assert [(len(group), group[0].row) for group in found] == [
        (8, "RK4Net, d_hat = 900, L = 100, MNIST"),
        (8, "EulerNet, d_hat = 900, L = 100, MNIST"),
        (4, "RK4Net, d_hat = 784, L = 100, MNIST"),
        (4, "StandardNet, d_hat = 900, L = 100, MNIST"),
    ]
    assert {run.configuration.data for run in found[0]} == {"MNIST", "FashionMNIST"}
    assert [run.seed for run in found[2]] == [0, 1, 2, 3]


# ---- the check


@pytest.mark.parametrize("net", SMALL)
def test_the_check_passes(net: str) -> None:
    """The step is that of autograd in double precision, far within the tolerances."""
    errors = card.check(SMALL[net], "cpu")
    assert 0 < errors["gradient"] < card.GRADIENT
    assert 0 < errors["moved"] < card.MOVED
    assert card.right({net: errors})


@pytest.mark.parametrize("table", [0, 1])
def test_the_check_finds_a_wrong_coefficient(table: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One part in a hundred of one number in the tables, forward or back."""

    def wrong(step: together.Step) -> tuple[list[list[float]], list[list[float]]]:
        tables = true(step)
        tables[table][-1][0] *= 1.01
        return tables

    true = together.coefficients
    monkeypatch.setattr(together, "coefficients", wrong)
    assert not card.right({"RK4Net": card.check(SMALL["RK4Net"], "cpu")})


def test_nothing_is_trained_by_a_wrong_step(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1, and what was found is told; NaN is never right."""
    monkeypatch.setattr(card, "check", lambda *_, **__: {"gradient": float("nan"), "moved": 0.0})
    monkeypatch.setattr(card, "train", lambda *_, **__: pytest.fail("trained"))
    assert card.work(output, RUNS, 1e9, options()) == 1
    assert {"check, graph", "check, kernels"} < json.loads((output.folder / "measurements.json").read_text()).keys()


@pytest.mark.parametrize("broken", [True, False])
def test_where_the_graph_fails_kernels_are_started_one_by_one(
    broken: bool, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is raised is told, and the runs are trained without a graph."""

    def check(*_: object, captured: bool, **__: object) -> dict[str, float]:
        if captured and broken:
            raise RuntimeError("no capture")
        return {"gradient": 0.0, "moved": 0.0}

    used: list[bool] = []
    monkeypatch.setattr(card, "check", check)
    monkeypatch.setattr(card, "train", lambda *_, captured, **__: used.append(captured))
    assert card.work(output, RUNS, 1e9, options()) == 0
    assert used == [not broken]
    assert ("no capture" in str(output.measurements["check, graph"])) == broken


# ---- the times


def test_times_and_their_floor() -> None:
    """Each way that there is without a card; the floor of 81 million weights at 3 TB/s is 0.76 ms."""
    times = card.bench(SMALL["StandardNet"], "cpu", R=2, repeats=1)
    assert times.keys() == {"autograd", "stack of 1", "stack of 2"}
    assert all(time > 0 for time in times.values())
    assert card.copy_rate("cpu", 1 << 16) > 0
    deep = EXPERIMENTS["images"].rows["RK4Net, d_hat = 900, L = 100, MNIST"]
    assert card.least(deep, 3e12) == pytest.approx(0.757, abs=1e-3)


# ---- the runs


def test_runs_are_kept_and_not_made_again(output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that come back are current, say how many nets shared the card, and hold what a run alone gives."""
    monkeypatch.setitem(EXPERIMENTS, "small", Experiment("small nets", "nowhere", ROWS, repetitions=2))
    rows = [("small", row) for row in ROWS]
    todo = card.wanted(rows, output.store, "auto")
    assert todo == RUNS
    # Only the first of two stacks begins before time is up.
    now = clock()
    card.train(groups(todo), output, 2.0, device="cpu", lanes=1, clock=now)
    store, features = returned(output, tmp_path / "back")
    first = RUNS[:4]
    assert card.wanted(rows, store, "auto") == RUNS[4:]
    for run in first:
        record = store.find(run).record
        assert record is not None
        assert record["circumstances"]["together"] == 4
        assert record["circumstances"]["versions"]["triton"]
        assert record["run"]["engine"] == "layerwise"
        net, history = run.configuration.train(run.seed, engine="torch")
        np.testing.assert_allclose(records.history(record).val_cost, history.val_cost, rtol=0, atol=COSTS)
        name = f"{card.slug(run.row)}/seed-{run.seed}/validation"
        validation = run.configuration.points(run.seed)[1]
        assert features[f"{name}/labels"].tolist() == validation.c.tolist()
        torch.testing.assert_close(
            features[f"{name}/probabilities"], torch.tensor(net.predict_proba(validation.X)), rtol=0, atol=1e-4
        )
        assert features[f"{name}/components"].shape == (SAMPLES, 6)
        Y = net.flow(validation.X)[-1]
        spread = ((Y - Y.mean(0)) ** 2).sum()
        assert float((features[f"{name}/components"] ** 2).sum()) == pytest.approx(spread, rel=1e-3)
    # The rest is made by the next call.
    card.train(groups(RUNS[4:]), Output(output.folder, store), 1e9, device="cpu", lanes=1)
    assert card.wanted(rows, store, "auto") == []


def test_a_stack_is_left_when_time_is_up(output: Output) -> None:
    """No run ends in the first of two epochs, so nothing is kept."""
    configuration = Configuration("donut_3D_3C", "StandardNet", 6, 1, protocol=Protocol(epochs=2), samples=SAMPLES)
    card.train([[Run("small", "two epochs", configuration, 0)]], output, 2.0, device="cpu", lanes=1, clock=clock())
    assert not (output.folder / "records.tar").exists()


def test_a_run_on_images(output: Output, tmp_path: Path) -> None:
    """The record says which images there were and what computed."""
    configuration = Configuration("FashionMNIST", "EulerNet", 784, 1, protocol=Protocol(epochs=1), samples=5)
    run = Run("images", "small", configuration, 0)
    card.train([[run]], output, 1e9, device="cpu", source="sample", lanes=1)
    store, features = returned(output, tmp_path / "back")
    record = store.find(run, source="sample").record
    assert record is not None
    assert record["circumstances"]["device"] == "cpu"
    assert record["run"]["images"]["source"] == "sample"
    assert features["small/seed-0/training/probabilities"].shape == (5, 10)


def test_only_whole_files_come_back(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves the file as it was."""
    output.measure(first=1)

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        output.measure(second=2)
    assert json.loads((output.folder / "measurements.json").read_text()) == {"first": 1}

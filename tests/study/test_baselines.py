"""Classifiers of other kinds: the images, the choice by cross-validation, and the records of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rknet.data.images import load
from rknet.study import baselines
from rknet.study.baselines import CLASSIFIERS, SEEDS, accuracies, compute, find, path_of, save
from rknet.study.cli import main
from rknet.study.configuration import seeds_of
from rknet.study.experiments import IMAGES_COMPARED
from rknet.study.runner import runs_of
from rknet.study.store import Store

RESULTS = Store(Path(__file__).resolve().parents[2] / "results")
"""The committed records."""

FAR = 700
"""So many neighbours that nearly every class answers."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One classifier only, of which one of two values is plainly better."""
    kind = replace(CLASSIFIERS["neighbours"], grid={"n_neighbors": [FAR, 1]})
    monkeypatch.setattr(baselines, "CLASSIFIERS", {"neighbours": kind})


def test_the_better_value_is_chosen_and_judged_on_the_net_s_images(tmp_path: Path) -> None:
    """With one neighbour, the accuracy is that of the least distance, computed by NumPy; the record reads back."""
    found = compute("neighbours", "MNIST", 2, "sample")
    train, validation = load("MNIST", "sample").repetition(seeds_of(2)["data"])
    P, Q = (points.X.astype(np.float64) for points in (train, validation))
    nearest = ((P**2).sum(axis=1) - 2 * Q @ P.T).argmin(axis=1)
    assert found.chosen == {"n_neighbors": 1} and found.train_accuracy == 1
    # Two distances that differ by rounding may change places.
    assert found.val_accuracy == pytest.approx((train.c[nearest] == validation.c).mean(), abs=1 / 1500)
    assert abs(found.cross_validation - found.val_accuracy) < 0.05
    store = Store(tmp_path)
    save(found, store)
    assert find(store, "neighbours", "MNIST", 2) == found
    assert accuracies(store, "neighbours", "MNIST") == {2: 100 * found.val_accuracy}


def test_another_choice_of_values_asks_for_a_new_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record is of the classifier as it is declared; one of others is not shown for it."""
    store = Store(tmp_path)
    save(compute("neighbours", "MNIST", 0, "sample"), store)
    kind = replace(CLASSIFIERS["neighbours"], grid={"n_neighbors": [1]})
    monkeypatch.setattr(baselines, "CLASSIFIERS", {"neighbours": kind})
    assert find(store, "neighbours", "MNIST", 0) is None
    assert accuracies(store, "neighbours", "MNIST") == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-30],
        lambda text: text.replace('"seed": 0', '"seed": 1'),
        lambda text: text.replace('"folds": 5', '"folds": "5"'),
        lambda text: "[]",
    ],
)
def test_a_damaged_record_is_refused(tmp_path: Path, spoil) -> None:
    """Torn, edited or of another shape: the file and the remedy are named."""
    store = Store(tmp_path)
    save(compute("neighbours", "FashionMNIST", 0, "sample"), store)
    path = path_of(store, "neighbours", "FashionMNIST", 0)
    text = spoil(path.read_text())
    assert text != path.read_text()
    path.write_text(text)
    with pytest.raises(ValueError, match=r"store: must have intact records .*neighbours-0.json.*; remove this file"):
        find(store, "neighbours", "FashionMNIST", 0)


def test_the_command_computes_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second call finds the records of the first."""
    command = ["baselines", "--seeds", "0", "--source", "sample", "--store", str(tmp_path)]
    assert main(command) == 0
    shown, files = capsys.readouterr().out, sorted(tmp_path.rglob("*.json"))
    times = [file.stat().st_mtime_ns for file in files]
    assert len(files) == len(shown.splitlines()) == 2 and "MNIST, k nearest neighbours, seed 0: " in shown
    assert main(command) == 0
    assert capsys.readouterr().out == shown
    assert [file.stat().st_mtime_ns for file in files] == times


def test_the_committed_records_had_the_images_of_the_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    """All repetitions, each with the SHA-256 that the net's record states; none is worse than 70 %."""
    monkeypatch.setattr(baselines, "CLASSIFIERS", CLASSIFIERS)
    nets = {(run.configuration.data, run.seed): RESULTS.find(run).record for run in runs_of("images")}
    for name in CLASSIFIERS:
        for data in IMAGES_COMPARED:
            kept = {seed: find(RESULTS, name, data, seed) for seed in SEEDS}
            found = {seed: one for seed, one in kept.items() if one is not None}
            assert list(found) == list(SEEDS), (name, data)
            for seed, one in found.items():
                net = nets[data, seed]
                assert net is not None
                assert net["run"]["images"] == {"source": one.images.source, "sha256": one.images.sha256}
                assert one.val_accuracy > 0.7

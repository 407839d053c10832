"""The benchmarks compare like with like, and report what they measured.  No test here judges a time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import likeness, memory, playground, report, scaling, steps, wide
from benchmarks.__main__ import main
from benchmarks.cases import Case
from benchmarks.contender import CONTENDERS, Contender, Missing, load
from benchmarks.process import Report, Worker
from benchmarks.worker import Timer
from rknet.adjoint.memory import WAYS

CASE = Case(L=6, d_hat=4, N=20, epochs=2)
"""Four batches of five samples through six layers."""

STEP_ERROR = 1e-3
"""Adam divides by roots of small gradients, so single precision is lost where a gradient nearly vanishes."""

HERE = [name for name in CONTENDERS if name != "authors"]
"""All whose code can be installed; that of the authors is tried where a user names it."""


def contender(name: str, case: Case = CASE) -> Contender:
    """The contender, or the test is skipped."""
    try:
        return load(name, case)
    except Missing as reason:
        pytest.skip(str(reason))


# Like with like


@pytest.mark.parametrize("name", HERE)
def test_gradients_are_those_of_the_net(name: str) -> None:
    """To rounding: far below the tolerance of a real run."""
    assert likeness.gradient_error(contender(name)) < 1e-5


@pytest.mark.parametrize("name", [name for name in HERE if name != "reference"])
def test_steps_are_those_of_the_reference(name: str) -> None:
    """After an epoch in a given order the weights have moved as the plain loop moves them."""
    other = contender(name)
    reference = load("reference", CASE)
    if other.tableau != reference.tableau:
        reference = with_tableau(other.tableau)
    order, (train, _) = np.random.default_rng(0).permutation(CASE.N), CASE.points()
    start = {key: weight.copy() for key, weight in reference.weights().items()}
    for each in (reference, other):
        each.epoch(train.X, train.c, order)
    for key, expected in reference.weights().items():
        moved = np.linalg.norm(expected - start[key])
        assert moved > 0
        assert np.linalg.norm(other.weights()[key] - expected) < STEP_ERROR * moved, key


def with_tableau(tableau: str) -> Contender:
    """The reference with another scheme."""
    from benchmarks.reference import Reference

    return type("Other", (Reference,), {"tableau": tableau})(CASE)


@pytest.mark.parametrize("name", HERE)
def test_statistics_are_those_of_the_net(name: str) -> None:
    """Cost and accuracy before training, by hand from the net's probabilities."""
    this, (train, _) = contender(name), CASE.points()
    probabilities = CASE.net(this.tableau).double().predict_proba(train.X)
    cost = -np.log(probabilities[np.arange(CASE.N), train.c]).mean()
    accuracy = (probabilities.argmax(axis=1) == train.c).mean()
    np.testing.assert_allclose(this.statistics(train.X, train.c), (cost, accuracy), rtol=1e-6)


@pytest.mark.parametrize("name", HERE)
def test_a_run_lowers_the_cost(name: str) -> None:
    """All epochs are run."""
    this, (train, _) = contender(name), CASE.points()
    before, _ = this.statistics(train.X, train.c)
    assert this.run(20) < before - 0.1


def test_another_gradient_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient that is off by more than the tolerance is found, in whatever weight it is."""
    this = contender("reference")
    right = this.gradients

    def wrong(X: Any, c: Any) -> Any:
        gradients = {name: gradient.copy() for name, gradient in right(X, c).items()}
        gradients["b"][3, 1] += 2 * likeness.TOLERANCE * np.abs(gradients["b"]).max()
        return gradients

    monkeypatch.setattr(this, "gradients", wrong)
    assert likeness.TOLERANCE < likeness.gradient_error(this) < 3 * likeness.TOLERANCE
    timer = Timer("reference", None)
    timer.contender = this
    assert "computes another gradient" in timer.check()["error"]


# Processes and reports


def test_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is not installed is named."""
    monkeypatch.setitem(CONTENDERS, "absent", CONTENDERS["jax1"]._replace(module="absent_module"))
    with pytest.raises(Missing, match="not installed: benchmarks.absent_module"):
        load("absent", CASE)


def test_report_of_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed and recorded, for one that runs and one that cannot."""
    file = tmp_path / "record.json"
    sizes = ["--L", "3", "--d_hat", "4", "--N", "10", "--epochs", "1", "--repeats", "2"]
    assert main(["steps", *sizes, "--contenders", "reference", "authors", "--record", str(file)]) == 0
    record = json.loads(file.read_text("utf8"))["steps"]
    assert record["case"] == {"L": 3, "d_hat": 4, "N": 10, "batch": 5, "epochs": 1}
    assert record["machine"]["packages"]["torch"]
    assert record["load_at_end"]
    reference, authors = record["rows"]
    assert reference["gradient_error"] < likeness.TOLERANCE
    assert len(reference["step_ms"]) == 2
    assert (reference["step_ratio"], reference["run"]) == (1, "measured")
    assert "missing" in authors
    printed = capsys.readouterr().out
    assert record["machine"]["processor"] in printed
    assert CONTENDERS["reference"].label in printed
    assert authors["missing"] in printed


class InProcess(Worker):
    """A worker without a process of its own."""

    def __init__(self, name: str, core: int = 0) -> None:
        self.name, self.timer = name, Timer(name, None)

    def send(self, do: str, **arguments: Any) -> None:
        self.answer = getattr(self.timer, do)(**arguments)

    def receive(self) -> dict[str, Any]:
        return self.answer

    def close(self) -> None:
        pass


def test_report_of_scaling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each quantity; the slope is that of the times."""
    monkeypatch.setattr(scaling, "Worker", InProcess)
    monkeypatch.setattr(scaling, "cores", lambda: [0, 1])
    monkeypatch.setattr(scaling, "SIZES", {"L": (2, 4)})
    monkeypatch.setattr(scaling, "SAMPLES", (10, 20))
    monkeypatch.setattr(scaling, "MEASUREMENT", 0.01)
    rows = scaling.study(CASE, ["reference"], repeats=1)
    assert [row["quantity"] for row in rows] == ["L", "N", "processes"]
    for row in rows:
        assert len(row["times"]) == len(row["sizes"])
        assert report.scaling_line(row)


def test_slope_of_a_power() -> None:
    """Times that grow as size^1.5 have the slope 1.5."""
    sizes = [10, 20, 40]
    assert scaling.fitted("x", "L", sizes, [0.3 * size**1.5 for size in sizes], "ms")["slope"] == pytest.approx(1.5)


def test_report_of_memory() -> None:
    """The growth of the process with depth is what autograd keeps of a layer: two states for each of four stages."""
    case = Case(d_hat=16, N=4000, batch=4000, epochs=1)
    (row,) = memory.study(["reference"], [5, 40], case, repeats=1)
    one_state = case.batch * case.d_hat * 4 / memory.MIB
    assert row["mib_a_layer"] == pytest.approx(8 * one_state, rel=0.1)
    assert 0 < row["ms"][0] < row["ms"][1]
    assert (row["batch"], row["d_hat"], row["label"]) == (4000, 16, CONTENDERS["reference"].label)
    assert report.memory_line(row)


def test_memory_of_a_missing_contender() -> None:
    """The reason stands in the row, and is printed."""
    (row,) = memory.study(["authors"], [2], CASE, repeats=1)
    assert "missing" in row
    assert "not there" in report.memory_line(row)


def test_report_of_wide_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of all repeats, the ratio to the first, and what weights and moments take."""
    monkeypatch.setattr(wide, "Worker", InProcess)
    case = replace(wide.CASE, L=3, d_hat=20)
    rows = wide.study(case, ["layerwise", "reference"], repeats=2)
    trained = sum(weight.numel() for weight in case.net().parameters())
    for row in rows:
        assert len(row["step_ms"]) == 2
        assert row["weights_mib"] == 12 * trained / memory.MIB
        assert row["gradient_error"] < 1e-5
    assert rows[0]["step_ratio"] == 1
    assert all(report.wide_line(row) for row in rows)


def test_report_of_the_playground(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    contender("page")  # or the test is skipped
    monkeypatch.setattr(playground, "SIZES", ((2, 3),))
    monkeypatch.setattr(steps, "SECONDS", 0.01)
    assert main(["playground", "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    for name in playground.NAMES:
        assert CONTENDERS[name].label in printed
    rows = playground.study(repeats=2)
    assert [row["over"][row["contender"]] for row in rows] == [1.0] * len(playground.NAMES)
    assert all(len(row["step_ms"]) == 2 and row["gradient_error"] < likeness.TOLERANCE for row in rows)


def test_one_study_leaves_the_others(tmp_path: Path) -> None:
    """Studies are merged into the file, in its order, and nothing else is left beside it."""
    file = tmp_path / "record.json"
    report.keep({"memory": {"rows": [1]}}, file)
    report.keep({"steps": {"rows": [2]}}, file)
    report.keep({"memory": {"rows": [3]}}, file)
    kept = json.loads(file.read_text("utf8"))
    assert kept == {"steps": {"rows": [2]}, "memory": {"rows": [3]}}
    assert list(kept) == ["steps", "memory"]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", ["my notes", "[]", '{"steps": {}, "name": "my settings"}'])
def test_a_file_of_others_is_not_overwritten(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that holds anything but studies is refused before anything is measured."""
    file = tmp_path / "settings.json"
    file.write_text(content)
    assert main(["steps", "--record", str(file)]) == 2
    assert "record: must be a file of studies or not there yet, got '" in capsys.readouterr().err
    assert file.read_text() == content


def test_a_record_that_cannot_be_written_is_refused_before_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So is a place where no file can be."""
    (tmp_path / "taken").write_text("mine")
    assert main(["steps", "--record", str(tmp_path / "taken" / "results.json")]) == 2
    assert "record: must be where files can be written" in capsys.readouterr().err


def test_recorded_memory_is_as_counted() -> None:
    """The peaks in the committed record are within ten per cent of what counting tensors predicts."""
    study = json.loads(report.RECORD.read_text("utf8"))["memory"]
    rows = {row["contender"]: row for row in study["rows"]}
    names = {"reference": "autograd", "discrete": "adjoint"} | {
        name: name for name in ("checkpoint", "segments", "recomputed", "compiled")
    }
    one_state = study["case"]["batch"] * study["case"]["d_hat"] * 4 / memory.MIB
    for contender, way in names.items():
        for L, mib in zip(rows[contender]["L"], rows[contender]["mib"], strict=True):
            assert mib == pytest.approx(WAYS[way].peak(4, L) * one_state, rel=0.1), (contender, L)


def test_ratios_are_to_the_first_that_was_measured() -> None:
    """Fastest steps, full runs; what is missing stays as it is."""
    rows: Report = [
        {"missing": "not there"},
        {"step_ms": [9.0, 2.0, 3.0], "run_s": 4.0},
        {"step_ms": [50.0, 20.0, 30.0], "run_s": 6.0},
    ]
    first, second, third = steps.with_ratios(rows)
    assert first == {"missing": "not there"}
    assert (second["step_ratio"], second["run_ratio"]) == (1, 1)
    assert (third["step_ratio"], third["run_ratio"]) == (10, 1.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["speed"], "studies: must be a known name, got 'speed'; choose from steps, scaling, memory, playground, wide"),
        (["steps", "--contenders", "keras"], "contenders: must be a known name, got 'keras'; choose from compiled"),
        (["steps", "--L", "0", "--contenders", "authors"], "L: must be a whole number >= 1, got 0"),
        (["steps", "--repeats", "0"], "repeats: must be a whole number >= 1, got 0"),
    ],
)
def test_unknown_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Names and sizes are judged before anything is measured, in one line."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"benchmarks: {message}") and output.err.count("\n") == 1

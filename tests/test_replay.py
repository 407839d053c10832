"""Runs of the playground are replayed to the same bits, and a record that was changed or damaged is told apart."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import probe
import pytest

from rknet.playground import random
from rknet.playground.replay import read, replay
from rknet.study.cli import main

RUNS = {
    "left within an epoch": ({"data": "spiral", "d_hat": 5, "L": 6, "samples": 200}, 65),
    "standard net": ({"data": "donut_2D_6C", "net": "StandardNet", "lift": "learned", "batch": 7, "samples": 100}, 30),
    "typed, own points": (
        {
            "data": {"classes": 3, "X": [[0, 1], [1, 0], [-1, 0.3], [0.3, 0.2]], "c": [0, 1, 2, 1]},
            "scheme": {"A": [[], ["1/3"]], "beta": ["-0.5", "3/2"]},
            "lift": "orthogonal",
            "batch": 3,
            "epochs": 4,
        },
        1000,
    ),
    "diverges": (
        {"net": "StandardNet", "activation": "relu", "rate": 1.0, "L": 60, "samples": 500, "d_hat": 16},
        10_000,
    ),
}
"""Configurations, and how many steps are asked for."""


@pytest.fixture(scope="module")
def records(node):
    """The records by name, one by each of the two programs that compute."""
    kernels = ("webassembly", "javascript")
    questions = [("run", *run, {"kernel": kernel}) for run in RUNS.values() for kernel in kernels]
    answers = iter(probe.ask(node, *questions))
    return {name: {kernel: next(answers) for kernel in kernels} for name in RUNS}


def written(tmp_path, record):
    path = tmp_path / "run.json"
    path.write_text(record if isinstance(record, str) else json.dumps(record), "utf8")
    return path


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """It would wait for ever."""
    os.mkfifo(tmp_path / "run.json")
    with pytest.raises(ValueError, match=r"record: must be a file, got the pipe '.*run.json'"):
        read(tmp_path / "run.json")


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_replayed_to_the_same_bits(records, tmp_path, capsys, name):
    by_script, by_assembly = records[name].values()
    assert by_script == by_assembly
    path = written(tmp_path, by_script)
    assert main(["verify", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"same  {path}: same weights {by_script['weights'][:12]} after {by_script['steps']} steps\n"
    )


def test_weights_given_to_the_page_are_replayed_too(node, tmp_path):
    weights = random.weights(3, 2, 2, seed=5) | {"lift": np.eye(3, 2, dtype=np.float32)}
    given = {name: probe.text(array) for name, array in weights.items()}
    (record,) = probe.ask(node, ("run", {"L": 2, "samples": 50}, 10, {"weights": given}))
    assert record["start"] == "given"
    found = read(written(tmp_path, record))
    np.testing.assert_array_equal(found.network().K.detach().numpy(), weights["K"])
    assert replay(found).same


def changed(record, **parts):
    return {**record, **parts}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: changed(r, weights="0" * 64), "other weights after 65 steps: 000000000000, now"),
        (lambda r: changed(r, steps=64), "other weights"),
        (lambda r: changed(r, steps=10), "other history, weights"),
        (lambda r: changed(r, configuration={**r["configuration"], "h": 0.06}), "other history, weights"),
        (lambda r: changed(r, configuration={**r["configuration"], "noise": 0.5}), "other data"),
        (lambda r: changed(r, configuration={**r["configuration"], "seed": 1}), "other data, initial weights"),
        (
            lambda r: changed(r, initial={**r["initial"], "b": probe.text(np.zeros(30))}),
            "other initial weights, history, weights",
        ),
    ],
)
def test_a_changed_record_differs(records, tmp_path, capsys, change, words):
    record = records["left within an epoch"]["webassembly"]
    path = written(tmp_path, change(record))
    assert main(["verify", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"DIFFERS  {path}: {words}") and out.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: json.dumps(r)[:500], "torn, or no JSON"),
        (lambda r: "[1, 2]", "not a run of the playground"),
        (lambda r: changed(r, format="rknet playground 0"), "of format 'rknet playground 0'"),
        (lambda r: changed(r, generator="pcg"), "generator: must be 'threefry2x32-20', got 'pcg'"),
        (lambda r: {name: part for name, part in r.items() if name != "steps"}, "without steps"),
        (lambda r: changed(r, steps=-1), "steps: must be a whole number >= 0"),
        (lambda r: changed(r, start="found"), "start: must be a known name"),
        (lambda r: changed(r, configuration=[]), "configuration: must be an object"),
        (lambda r: changed(r, configuration={**r["configuration"], "L": "6"}), "configuration.L: must be there"),
        (lambda r: changed(r, configuration={**r["configuration"], "L": 7}), "initial.K: must hold 175 numbers"),
        (
            lambda r: changed(r, configuration={**r["configuration"], "seed": 2**32}),
            "seed: must be a whole number from 0",
        ),
        (lambda r: changed(r, configuration={**r["configuration"], "scheme": {}}), "scheme: must be a name or hold A"),
        (
            lambda r: changed(r, configuration={**r["configuration"], "scheme": {"A": [["1"]], "beta": ["1"]}}),
            "tableau: must be explicit",
        ),
        (lambda r: changed(r, initial={**r["initial"], "mu": "?"}), "mu: must be base64"),
        (lambda r: changed(r, data={}), "data.train: must hold X and c"),
        (
            lambda r: changed(r, data={**r["data"], "train": {**r["data"]["train"], "X": probe.text(np.ones(3))}}),
            "data.train.X: must hold two numbers a point",
        ),
        (
            lambda r: changed(r, data={**r["data"], "train": {**r["data"]["train"], "c": [2] * 200}}),
            "c: must lie in 0..1",
        ),
        (lambda r: changed(r, history={}), "history.train_cost: must be a list of numbers"),
    ],
)
def test_a_bad_file_is_one_line_of_error(records, tmp_path, capsys, change, message):
    path = written(tmp_path, change(records["left within an epoch"]["webassembly"]))
    assert main(["verify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert err.startswith(f"rknet: {path}: {message}")


def test_files_and_experiments_do_not_mix(capsys):
    assert main(["verify", "run.json", "depth"]) == 2
    assert "names: must all be experiments or all be files" in capsys.readouterr().err


def test_a_missing_file_is_one_line_of_error(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_runs_are_replayed_where_no_widgets_are_installed():
    without = "import sys; sys.modules['anywidget'] = None; import rknet.study.cli, rknet.playground as p; p.Nothing"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert done.stderr.strip().endswith("AttributeError: No rknet.playground attribute Nothing")

"""Runs of the playground are replayed to the same bits, and a record that was changed or damaged is told apart."""

import json
import os
import subprocess
import sys
from pathlib import Path

import hostile
import numpy as np
import probe
import pytest

from rknet.playground import random
from rknet.playground.exported import MOST_STEPS, network, read
from rknet.playground.limits import REAL, WHOLE
from rknet.playground.replay import replay
from rknet.study.cli import main

RUNS = {
    "left within an epoch": ({"data": "spiral", "d_hat": 5, "L": 6, "samples": 200}, 65),
    "rate changed within epochs and at an end": (
        {"data": "squares", "d_hat": 4, "L": 5, "samples": 100, "rates": [[13, 3e-3], [40, 1e-4], [47, 1e-2]]},
        65,
    ),
    "few to train with": ({"data": "spiral", "d_hat": 3, "L": 4, "samples": 55, "share": 0.3, "batch": 4}, 30),
    "weights decay": (
        {"data": "donut_2D_6C", "lift": "learned", "L": 3, "samples": 60, "decay": 0.3, "rates": [[7, 1e-2]]},
        20,
    ),
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


def test_a_rate_changed_on_the_way_is_the_rate_that_was_asked_for_at_the_start(node):
    """The same record, bit by bit, whether the changes are known before or come while the net is trained."""
    configuration, steps = RUNS["rate changed within epochs and at an end"]
    plain = {name: value for name, value in configuration.items() if name != "rates"}
    changes = configuration["rates"]
    dropped = [[13, 0.1], *changes]  # a second change at the same step replaces the first
    asked = [("run", configuration, steps), ("run", plain, steps, {"changes": dropped}), ("run", plain, steps)]
    at_once, on_the_way, unchanged = probe.ask(node, *asked)
    assert on_the_way == at_once and at_once["configuration"]["rates"] == changes
    assert unchanged["weights"] != at_once["weights"] and unchanged["configuration"]["rates"] == []
    back = ("run", plain, steps, {"changes": [[13, 0.1], [13, 1e-3]]})  # and back again: no change at all
    assert probe.ask(node, back) == [unchanged]


def changed(record, **parts):
    return {**record, **parts}


def configured(record, **fields):
    return changed(record, configuration={**record["configuration"], **fields})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: changed(r, weights="0" * 64), "other weights after 65 steps: 000000000000, now"),
        (lambda r: changed(r, steps=64), "other weights"),
        (lambda r: changed(r, steps=10), "other history, weights"),
        (lambda r: configured(r, h=0.06), "other history, weights"),
        (lambda r: configured(r, decay=0.1), "other history, weights"),
        (lambda r: configured(r, rates=[[64, 2e-3]]), "other weights"),
        (lambda r: configured(r, noise=0.5), "other data"),
        (lambda r: configured(r, share=0.4), "other data"),
        (lambda r: configured(r, seed=1), "other data, initial weights"),
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
        (lambda r: "[1, 2]", "the whole: expected object, got array; export the run again"),
        (lambda r: changed(r, format="rknet playground 0"), "format: must be 'rknet playground 1', got 'rknet play"),
        (lambda r: changed(r, generator="pcg"), "generator: must be 'threefry2x32-20', got 'pcg'"),
        (
            lambda r: {name: part for name, part in r.items() if name != "steps"},
            "the whole: object missing required",
        ),
        (lambda r: changed(r, steps=-1), "steps: must be from 0 to 1600, those of 40 epochs, got -1; export"),
        (lambda r: changed(r, start="found"), "start: invalid enum value 'found'"),
        (lambda r: changed(r, configuration=[]), "configuration: expected object, got array"),
        (
            lambda r: configured(r, L="6"),
            "configuration.L: expected int, got str",
        ),
        (lambda r: configured(r, L=7), "initial.K: must hold 175 numbers"),
        (lambda r: configured(r, seed=2**32), "seed: must be a whole number from 0 to 4294967295, got 4294967296"),
        (
            lambda r: configured(r, scheme={}),
            "configuration.scheme: object missing",
        ),
        (
            lambda r: configured(r, scheme={"A": [["1"]], "beta": ["1"]}),
            "tableau: must be explicit",
        ),
        (lambda r: changed(r, initial={**r["initial"], "mu": "?"}), "initial.mu: must be base64"),
        (lambda r: changed(r, data={}), "data: object missing required field train"),
        (
            lambda r: changed(r, data={**r["data"], "train": {**r["data"]["train"], "X": probe.text(np.ones(3))}}),
            "data.train.X: must hold two numbers per point",
        ),
        (
            lambda r: changed(r, data={**r["data"], "train": {**r["data"]["train"], "c": [2] * 200}}),
            "data.train.c: must lie in 0..1",
        ),
        (lambda r: changed(r, history={}), "history: object missing required field train_cost"),
    ],
)
def test_a_bad_file_is_one_line_of_error(records, tmp_path, capsys, change, message):
    path = written(tmp_path, change(records["left within an epoch"]["webassembly"]))
    assert main(["verify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert err.startswith(f"rknet: {path}: {message}")


TOO_LARGE = {
    "samples": 10**9,
    "L": 10**9,
    "d_hat": 10**5,
    "batch": 10**12,
    "epochs": 10**30,
    "noise": 1e300,
    "h": 1e300,
    "rate": 10**300,
    "data": {"classes": 10**9},
    "scheme": {"A": [[]] * 9, "beta": ["1"] + ["0"] * 8},
    "share": 0.95,
    "decay": 1e300,
    "rates": [[step, 1e-3] for step in range(1, 102)],
}
"""What the page would not train, by field."""


@pytest.mark.parametrize("field", TOO_LARGE)
def test_what_the_page_would_not_train_is_refused_before_anything_is_computed(
    records, tmp_path, capsys, monkeypatch, field
):
    for name in ("network", "_points", "_array"):
        monkeypatch.setattr(f"rknet.playground.exported.{name}", lambda *_: pytest.fail("computed"))
    record = records["left within an epoch"]["webassembly"]
    path = written(tmp_path, configured(record, **{field: TOO_LARGE[field]}))
    assert main(["verify", str(path)]) == 2
    name = {"data": "data.classes", "scheme": "len(scheme.beta)", "rates": "len(rates)"}.get(field, field)
    err = capsys.readouterr().err
    assert err.startswith(f"rknet: {path}: {name}: must be a ") and "; the page takes no other; --any-size" in err


@pytest.mark.parametrize("field", TOO_LARGE)
def test_no_more_is_computed_than_the_file_holds(records, tmp_path, capsys, field):
    """With the limits lifted, absurd numbers meet arrays of other sizes, and whatever is left is replayed.

    How many epochs were planned changes nothing; 65 steps are more than 40 epochs of one step each.
    """
    record = records["left within an epoch"]["webassembly"]
    path = written(tmp_path, configured(record, **{field: TOO_LARGE[field]}))
    assert main(["verify", "--any-size", str(path)]) == {"epochs": 0, "samples": 1, "scheme": 1, "rates": 0}.get(
        field, 2
    )
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("\n") == 1 and len(captured.out + captured.err) < 400


def test_a_run_larger_than_the_page_is_replayed_if_that_is_asked_for(records, tmp_path, capsys):
    """A batch of all the points and a larger one are the same."""
    record = records["typed, own points"]["webassembly"]
    larger = [configured(changed(record, steps=4), batch=batch) for batch in (100, 101)]
    states = [replay(read(written(tmp_path, one), any_size=True)).words for one in larger]
    assert states[0] == states[1]
    assert main(["verify", str(written(tmp_path, larger[1]))]) == 2
    assert "batch: must be a whole number from 1 to 100, got 101; the page takes no other" in capsys.readouterr().err


def test_more_steps_than_a_link_may_ask_for_need_the_switch(records, tmp_path):
    record = configured(records["left within an epoch"]["webassembly"], batch=1, epochs=1000, samples=5000)
    points = {"X": probe.text(np.zeros((5000, 2))), "c": [0, 1] * 2500}
    path = written(tmp_path, changed(record, data={"train": points, "validation": points}, steps=MOST_STEPS + 1))
    with pytest.raises(ValueError, match="steps: must be at most 1000000, got 1000001; pass --any-size"):
        read(path)
    assert read(path, any_size=True).steps == MOST_STEPS + 1


def test_a_large_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("rknet.playground.exported.LARGEST_FILE", 10)
    with pytest.raises(ValueError, match="the file: must be at most 10 bytes, got 11; pass --any-size"):
        read(written(tmp_path, " " * 11))


def test_each_limit_is_tried():
    names = {"data": "classes", "scheme": "stages", "rates": "changes"}
    assert {names.get(field, field) for field in TOO_LARGE} == {*REAL, *WHOLE} - {"seed"}


def test_anything_anywhere_is_read_or_refused_in_a_line(records, tmp_path):
    """No other error than ValueError, whatever stands in whatever place, with and without limits."""
    record = records["typed, own points"]["webassembly"]
    spots, refused = list(hostile.places(record)), 0
    assert len(spots) > 60
    for spot in spots:
        changes = [hostile.put(record, spot, value) for value in hostile.VALUES]
        for change in [*changes, *([hostile.without(record, spot)] if spot else [])]:
            path = written(tmp_path, change)
            for any_size in (False, True):
                try:
                    read(path, any_size=any_size)
                except ValueError as error:
                    refused += 1
                    assert "\n" not in str(error) and len(str(error)) < len(str(path)) + 400, spot
    assert refused > 10 * len(spots)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"x":' * 100_000,
        '{"format": NaN}',
        '{"format": 1e400}',
        b"\xff\xfe",
        b'{"format": "\xff"}',
        '{"format": "rknet playground 1", "generator": "threefry2x32-20"',
        '"' + "x" * 1000 + '"',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_record_is_refused_in_a_line(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match="run.json: .*; export the run again$") as caught:
        read(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < len(str(path)) + 200


def test_a_net_is_not_built_of_weights_of_another_size(records, tmp_path):
    found = read(written(tmp_path, records["typed, own points"]["webassembly"]))
    with pytest.raises(ValueError, match="initial.K: must hold 180 numbers for this net, got 1; export"):
        network(found.configuration, {"K": np.zeros(1, np.float32)})


def test_files_and_experiments_do_not_mix(capsys):
    assert main(["verify", "run.json", "depth"]) == 2
    assert "names: must all be experiments or all be files" in capsys.readouterr().err


def test_a_missing_file_is_one_line_of_error(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none.json")]) == 2
    assert "must be a file that exists" in capsys.readouterr().err


def test_runs_are_replayed_where_no_widgets_are_installed():
    without = "import sys; sys.modules['anywidget'] = None; import rknet.study.cli, rknet.playground as p; p.Nothing"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert done.stderr.strip().endswith("AttributeError: No rknet.playground attribute Nothing")

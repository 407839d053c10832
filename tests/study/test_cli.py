"""The command line: what it prints, what it writes, how it refuses."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from small import EXPERIMENT, ROWS, RUNS

from rknet.contract import ENGINES
from rknet.data import images
from rknet.history import History
from rknet.study import cli, experiments, records, runner
from rknet.study.cli import main, seeds_in
from rknet.study.experiments import EXPERIMENTS, Experiment
from rknet.study.ledger import claims, command, judging
from rknet.study.ledger.claims import CLAIMS, Claims, Part, Region, Sentence
from rknet.study.paper import STATISTICS
from rknet.study.program import NO_RECORDS
from rknet.study.records import Record, Run
from rknet.study.runner import runs_of, sweep
from rknet.study.store import Store
from rknet.study.tables import table
from rknet.versions import VERSIONS

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The small experiment is known, and the working directory is empty."""
    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The default store with all records of the small experiment."""
    store = Store(tmp_path / "results")
    sweep(RUNS, store, progress=False)
    return store


# ---- list


def test_list_shows_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, with its place in the paper."""
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)
    assert "14 rows x 4 repetitions" in lines[1] and "Tables 1 and 2" in lines[1]


def test_list_shows_the_rows_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Named, an experiment shows its rows and what they cost."""
    assert main(["list", "small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r"    RK4Net, L = 1 +20 parameters, 4 evaluations of f per sample", lines[2])


# ---- run


def test_run_keeps_records_and_resumes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Records lie in the folder named; a second call finds them; other seeds are new."""
    command = ["run", "small", "--jobs", "1", "--store", "mine"]
    assert main(command) == 0
    assert capsys.readouterr().out.startswith("6 runs computed, 0 found in mine; 0 min")
    assert len(list((tmp_path / "mine").rglob("seed-[01].json"))) == 6
    assert main(command) == 0
    assert "0 runs computed, 6 found in mine" in capsys.readouterr().out
    assert main([*command, "--seeds", "1-2", "--engine", "auto"]) == 0
    output = capsys.readouterr()
    assert "3 runs computed, 3 found" in output.out
    assert "rknet table small --store mine" in output.out
    assert output.err == ""


def test_run_with_a_lost_record_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is lost is said, and the status is not that of success."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert main(["run", "small", "--jobs", "1", "--seeds", "0", "--rows", "RK4Net"]) == 1
    output = capsys.readouterr()
    assert output.out.startswith("0 runs computed, 0 found")
    lost, summary = output.err.splitlines()
    assert lost.startswith("small: RK4Net, L = 1, seed 0: [Errno 28]") and lost.endswith("; its record is lost")
    assert summary == "rknet: 1 runs have no record, see above; the same command computes them again"


@pytest.mark.parametrize("command", ["run", "table", "verify", "claims"])
def test_an_empty_store_is_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unset variable in a script does not make a store of the working directory."""
    names = [] if command == "claims" else ["small"]
    assert main([command, *names, "--store", ""]) == 2
    assert capsys.readouterr().err == "rknet: store: must be a path, got ''; name a folder or file, such as ./results\n"
    assert not list(Path().iterdir())


def test_run_reports_a_damaged_record_in_one_line(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with file and reason."""
    path = store.path("small", RUNS[0].row, 0)
    path.write_text("{")
    assert main(["run", "small", "--jobs", "1"]) == 0
    output = capsys.readouterr()
    assert output.err == f"{Path('results') / path.relative_to(store.folder)}: torn, or no JSON; computed again\n"
    assert "1 runs computed, 5 found in results" in output.out


SLOW_WORKERS = """
import pathlib, sys, time
if any("loky" in word for word in sys.orig_argv) and not any("resource_tracker" in word for word in sys.orig_argv):
    pathlib.Path("seed-of-a-worker.json").touch()
    time.sleep(5)
"""
"""A `sitecustomize.py` with which each worker stands still at its start."""


@pytest.mark.parametrize("moment", ["workers start", "a run has ended"])
def test_an_interrupted_run_says_how_to_go_on(moment: str, tmp_path: Path) -> None:
    """Ctrl-C: exit code 130, one line, finished runs kept, no traceback from any worker."""
    script = (
        "import sys; from dataclasses import replace\n"
        "from rknet import Protocol; from rknet.__main__ import main\n"
        "from rknet.study.experiments import EXPERIMENTS; from small import EXPERIMENT\n"
        "row = replace(EXPERIMENT.rows['RK4Net, L = 1'], samples=200, protocol=Protocol(epochs=3))\n"
        "EXPERIMENTS['long'] = replace(EXPERIMENT, rows={'a': row})\n"
        "sys.argv[1:] = ['run', 'long', '--jobs', '2', '--seeds', '0-999']\n"
        "sys.exit(main())\n"
    )
    (tmp_path / "script.py").write_text(script)
    (tmp_path / "sitecustomize.py").write_text(SLOW_WORKERS if moment == "workers start" else "")
    path = os.pathsep.join([str(tmp_path), str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "script.py"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(tmp_path.rglob("seed-*.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (130, "")
    said, *others = err.splitlines()
    assert said == "rknet: interrupted; finished runs are kept, and the same command resumes"
    # Seen under load: a warning of loky's tracker about a semaphore that has already gone; its cause is not known.
    assert [line for line in others if "resource_tracker" not in line and line.strip() != "warnings.warn("] == []
    assert list(tmp_path.rglob("seed-*.json"))


# ---- table


def made_up(run: Run, val_accuracy: float, val_cost: float) -> Record:
    """A record with given final statistics."""
    net, history = run.configuration.network(0), {name: [0.5, 0.5] for name in STATISTICS}
    history |= {"val_accuracy": [0.5, val_accuracy], "val_cost": [0.7, val_cost]}
    return records.make(run, net, History(**history, ended="epochs"), 1.0)


def test_table_against_a_hand_computed_one(tmp_path: Path) -> None:
    """Mean and population sd of four made-up runs beside the paper's mean; missing rows say so."""
    store = Store(tmp_path / "results")
    runs = [run for run in runs_of("comparison") if run.row == "EulerNet, L = 100, donut_3D_3C"]
    for run, accuracy, cost in zip(runs, (0.90, 0.92, 0.86, 0.88), (0.2, 0.4, 0.2, 0.4), strict=True):
        store.save(made_up(run, accuracy, cost))
    lines = table("comparison", store).splitlines()
    assert lines[0] == "comparison: three nets on six point sets (Section 4.4, Table 4 and Figures 10 to 13)"
    assert lines[1].endswith("seeds 0-3")
    accuracy, cost = (re.split(r"\s{2,}", line) for line in lines if line.startswith(runs[0].row))
    # mean 89, deviations 1, 3, -3, -1: variance 5.  The cost: mean 0.3, deviations 0.1.
    assert accuracy == [runs[0].row, "89.00 ± 2.24 (4)", "88.30", "27251", "100"]
    assert cost == [runs[0].row, "3.00 ± 1.00 (4)", "2.75", "27251", "100"]
    other = next(line for line in lines if line.startswith("RK4Net, L = 100, squares_2D_4C"))
    assert re.split(r"\s{2,}", other)[1:] == ["not run yet", "93.20", "27268", "400"]
    heads = [re.split(r"\s{2,}", line) for line in lines if line.startswith("row ")]
    assert heads == [
        ["row", "validation accuracy, %", "paper", "parameters", "f per sample"],
        ["row", "validation cost x 10", "paper", "parameters", "f per sample"],
    ]
    assert "training" not in "\n".join(lines[2:])


def test_table_shows_both_halves_and_spreads_where_the_paper_does(capsys: pytest.CaptureFixture[str]) -> None:
    """Tables 1 and 2 have training and validation, Table 3 has spreads, one cell is illegible."""
    assert main(["table", "depth", "variability"]) == 0
    output = capsys.readouterr().out
    lines = [re.split(r"\s{2,}", line) for line in output.splitlines()]
    assert ["StandardNet, L = 5", "not run yet", "98.12", "not run yet", "98.10", "1394", "5"] in lines
    assert ["RK4Net, L = 100", "not run yet", "0.01", "not run yet", "illegible", "27234", "400"] in lines
    assert ["RK4Net, L = 100", "not run yet", "77.13 ± 0.76", "not run yet", "74.92 ± 0.89", "27302", "400"] in lines
    assert "not run yet: rknet run depth" in output


def test_table_without_printed_numbers_has_no_such_column(store: Store) -> None:
    """Where the paper prints nothing, all four statistics of ours stand alone; seeds can be chosen."""
    lines = table("small", store, seeds=[1]).splitlines()
    assert lines[1].endswith("seeds 1")
    rows = [re.split(r"\s{2,}", line) for line in lines if line.startswith("RK4Net")]
    final = store.find(RUNS[3]).record["results"]["final"]
    assert rows[0][1:3] == [f"{100 * final[name]:.2f} (1)" for name in ("train_accuracy", "val_accuracy")]
    assert rows[1][1:3] == [f"{10 * final[name]:.2f} (1)" for name in ("train_cost", "val_cost")]
    assert rows[0][3:] == rows[1][3:] == ["20", "4"]
    assert "paper" not in lines[3]


def test_table_columns_are_aligned(store: Store) -> None:
    """Every line of a block is as long as its heading."""
    block = table("small", store).splitlines()[3:7]
    assert len({len(line) for line in block}) == 1


def test_table_tells_what_it_leaves_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torn record is left out and named; records of another version are shown and counted."""
    path = store.path("small", RUNS[0].row, 0)
    path.write_text("")
    assert table("small", store).splitlines()[-1] == f"left out: {path}: torn, or no JSON"
    assert "(1)" in table("small", store)
    monkeypatch.setitem(VERSIONS, "nets", 99)
    assert table("small", store).splitlines()[-1].startswith("5 of 5 records were made by another version")


# ---- verify


def test_verify_compares_and_exits_by_the_result(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """0 while all runs give the bits of their records, 1 when one does not."""
    command = ["verify", "small", "--seeds", "0", "--jobs", "1"]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "3 of 3 runs give what their records state"
    assert all(line.startswith("same  small: ") for line in lines[:-1])
    forged = store.find(RUNS[0]).record
    forged["results"]["weights"] = "0" * 64
    store.save(forged)
    assert main(command) == 1
    output = capsys.readouterr().out
    assert "DIFFERS  small: StandardNet, L = 2, seed 0: other weights" in output
    assert output.splitlines()[-1] == "2 of 3 runs give what their records state"


def test_verify_without_any_record_is_an_answer_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing differs where there is nothing to compare with: exit code 3 and one line."""
    assert main(["verify", "small", "--jobs", "1", "--store", "nowhere"]) == NO_RECORDS == 3
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "rknet: no records in nowhere; name their folder with --store, or make them: rknet run NAME\n"
    )


def test_verify_tells_runs_without_a_record_from_others(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """3 where a record is missing, 1 where one is damaged or differs, whatever is missing beside it."""
    command = ["verify", "small", "--seeds", "0", "--jobs", "1"]
    store.path("small", RUNS[0].row, 0).unlink()
    assert main(command) == NO_RECORDS
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"not compared  {RUNS[0]}: no record"
    assert lines[-1] == "2 of 3 runs give what their records state; 1 not compared"
    path = store.path("small", RUNS[2].row, 0)
    path.write_text("{")
    assert main(command) == 1
    assert f"DIFFERS  {RUNS[2]}: torn, or no JSON" in capsys.readouterr().out


def test_verify_draws_runs_and_resumes(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word draws the same runs again; what was computed again is kept, and compared without a run."""
    command = ["verify", "small", "--seeds", "0", "--jobs", "1", "--draw", "2", "--word", "any"]
    command += ["--keep", str(tmp_path / "again")]
    assert main(command) == 0
    first = capsys.readouterr().out.splitlines()
    assert first[-1] == "2 of 2 runs give what their records state"
    assert len(list((tmp_path / "again").rglob("*.json"))) == 2

    monkeypatch.setattr("rknet.study.verification.execute", lambda tasks, **options: iter(tasks))
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == first
    assert main([*command[:-1], store.folder.as_posix()]) == 2
    assert "kept: must be another folder than the store's" in capsys.readouterr().err


# ---- claims


@pytest.fixture
def claim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A claim and a prediction, about the small experiment, and no verdicts yet."""
    part = Part(("val_accuracy",), ((f"small/{next(iter(ROWS))}",),), within=Region(0, 100))
    sentence = Sentence("small-claim", "nowhere", "says", "rule", (part,))
    further = replace(sentence, id="small-prediction")

    def read(path: Path = CLAIMS) -> Claims:
        return Claims((0, 1), 0.95, {}, (sentence if path == CLAIMS else further,))

    monkeypatch.setattr("rknet.study.ledger.command.read", read)
    monkeypatch.setattr(judging, "VERDICTS", tmp_path / "verdicts.json")
    monkeypatch.setattr(judging, "LEAST", 2)


@pytest.mark.usefixtures("claim")
def test_claims_are_judged_and_compared_with_the_book(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 until the verdicts are written, 0 afterwards."""
    assert main(["claims"]) == 1
    output = capsys.readouterr().out
    assert output.startswith("small-claim: ") and "[the book says otherwise]" in output
    assert output.endswith("1 of 1 differ from verdicts.json\n")
    assert main(["claims", "--write"]) == 0
    assert main(["claims", "small-claim"]) == 0
    assert capsys.readouterr().out.endswith("0 of 1 differ from verdicts.json\n")


@pytest.mark.usefixtures("claim")
def test_predictions_are_judged_beside_claims(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are named as such, change no exit code, and stand in no file of verdicts."""
    main(["claims", "--write"])
    capsys.readouterr()
    assert main(["claims", "small-prediction"]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("small-prediction: Not testable. These runs cannot tell")
    assert last == "predictions, not claims of the paper: 1 not testable"
    assert main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [text.partition(":")[0] for text in lines[:2]] == ["small-claim", "small-prediction"]
    assert "small-prediction" not in (tmp_path / "verdicts.json").read_text("utf8")
    for seed in (0, 1):
        store.path("small", next(iter(ROWS)), seed).unlink()
    main(["claims", "small-prediction"])
    assert "Rerun: rknet run small --seeds 0-1 && rknet claims small-prediction" in capsys.readouterr().out


def test_the_predictions_of_the_book_are_known_by_name() -> None:
    """Every id of predictions.yml may be asked for; an unknown one is refused."""
    known = claims.read(), claims.read(claims.PREDICTIONS)
    assert len(known[1].sentences) == 4
    for sentence in known[1].sentences:
        assert command._chosen([sentence.id], *known) == [sentence.id]
    with pytest.raises(ValueError, match="claim: must be a known name, got 'none such'"):
        command._chosen(["none such"], *known)


@pytest.mark.usefixtures("claim")
def test_an_edited_verdict_is_found(store: Store, tmp_path: Path) -> None:
    """Whatever the book is made to say, the records say it again."""
    main(["claims", "--write"])
    path = tmp_path / "verdicts.json"
    text = path.read_text("utf8")
    assert main(["claims"]) == 0
    path.write_text(re.sub(r'"verdict": "[a-z ]+"', '"verdict": "never"', text), "utf8")
    assert main(["claims"]) == 1


@pytest.mark.usefixtures("claim")
def test_a_claim_without_its_runs_is_not_testable(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and names the command that runs them."""
    for seed in (0, 1):
        store.path("small", next(iter(ROWS)), seed).unlink()
    main(["claims"])
    output = capsys.readouterr().out
    assert "Not testable. Not run yet, or not measured: 2 of the 2 runs that decide." in output
    assert "Rerun: rknet run small --seeds 0-1 && rknet claims small-claim" in output


def test_claims_without_any_record_are_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """One line and exit code 3, and not a hundred verdicts that differ from the book's; none is written."""
    for options in ([], ["--write"]):
        assert main(["claims", *options]) == NO_RECORDS
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith("rknet: no records in results; ") and output.err.count("\n") == 1


def test_an_installed_package_is_not_written_into(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdicts that the book shows are made in a checkout."""
    monkeypatch.setattr("rknet.study.ledger.command.in_checkout", lambda: False)
    assert main(["claims", "--write"]) == 2
    assert "write: must be asked of a checkout of the book" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["yaml", "statsmodels"])
def test_claims_name_the_extra_that_is_missing(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package, and what installs it."""
    for name in [name for name in sys.modules if name.startswith(("rknet.study.ledger", module))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["claims"]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"rknet: claims: needs the module {module}, which is not installed; run: pip install 'rknet[ledger]'\n"
    )


def test_claims_need_their_packages(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without them: one line."""
    monkeypatch.setitem(sys.modules, "rknet.study.ledger.command", None)
    assert main(["claims"]) == 2
    assert capsys.readouterr().err.startswith("rknet: claims: needs the module")


# ---- bad input

ERRORS = {
    "run tiny": "name: must be a known name, got 'tiny'; choose from width, depth, ",
    "list tiny": "name: must be a known name, got 'tiny'",
    "table tiny": "name: must be a known name, got 'tiny'",
    "verify tiny": "name: must be a known name, got 'tiny'",
    "run small --seeds 3-1": "seeds: must be whole numbers and rising ranges, got '3-1'; pass for example 0-3,7",
    "run small --jobs 0": "jobs: must be a whole number >= 1, got 0",
    "table study": "name: must be a known name, got 'study'; choose from width, depth, ",
    "table tiny --seeds 0": "all, points\n",
    "run studdy --seeds 0": "all, points, study\n",
    "run small --store file": "store: must be a folder, got 'file', where 'file' is a file; name another place",
    "verify small --store file/a/b": "store: must be a folder, got 'file/a/b', where 'file' is a file",
    "verify small --rows none --seeds 0-99999999999": "rows: must be in a row's label, got 'none'; see them: rknet",
    "verify small --draw 0": "draw: must be a whole number >= 1, got 0",
    "verify run.json": "record: must be a file that exists, got 'run.json'; check its name",
    "verify file.json small": "names: must all be experiments or all be files, got 'small' beside 'file.json'; call",
    "verify file.json --draw 2": "draw: must be asked of runs, got 2 beside the file 'file.json', which is replayed ",
    "verify file.json --keep file": "keep: must be asked of runs, got 'file' beside the file 'file.json'",
    "claims table17": "claim: must be a known name, got 'table17'; choose one of ",
    "claims --jobs 0": "jobs: must be a whole number >= 1, got 0",
    "run": "the following arguments are required: NAME; see rknet run --help",
    "run small --engine steam": "engine: must be a known name, got 'steam'; choose from auto, layerwise,",
    "run small --source air": "source: must be a known name, got 'air'; choose from auto, original, sample",
    "verify small --device tpu": "device: must be a known name, got 'tpu'; choose from cpu, cuda",
    "run small --seeds 0-1000000000": "seeds: must give at most 100000 runs, got '0-1000000000'",
    "table small --seeds 0-1000000000": "seeds: must give at most 100000 runs, got '0-1000000000'",
    "run small --jobs two": "argument --jobs: invalid int value: 'two'",
    "run small --speed 3": "unrecognized arguments: --speed 3; see rknet --help",
    "sweep small": "invalid choice: 'sweep'",
    "": "the following arguments are required: COMMAND",
}


@pytest.mark.parametrize("line", ERRORS)
def test_bad_input_is_one_line_and_exit_code_2(line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every mistake in a command gets one line on stderr, nothing on stdout."""
    (tmp_path / "file").write_text("")
    try:
        code = main(line.split())
    except SystemExit as exit:
        code = exit.code
    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert ERRORS[line] in output.err
    assert output.err.count("\n") == 1 and output.err.startswith("rknet")


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("0-3", [0, 1, 2, 3]), ("7", [7]), ("5,0-2,1", [0, 1, 2, 5]), (" 1, 2-2", [1, 2]), (None, None)],
)
def test_seeds(text: str | None, seeds: list[int] | None) -> None:
    """Numbers and ranges, each seed once, in order."""
    assert seeds_in(text) == seeds


@pytest.mark.parametrize("text", ["0-999999999999999999", "0-60000,70000-110000"])
def test_seeds_of_an_absurd_number_are_refused(text: str) -> None:
    """They are counted before any range is written out; as many as the limit are taken."""
    with pytest.raises(ValueError, match=r"seeds: must give at most 100000 runs, got .*; name fewer seeds"):
        seeds_in(text)
    assert seeds_in(f"1-{cli.LIMIT}") == list(range(1, cli.LIMIT + 1))
    with pytest.raises(ValueError, match=f"which gives {2 * cli.LIMIT};"):
        seeds_in(f"1-{cli.LIMIT}", rows=2)


@pytest.mark.parametrize("text", ["", "a", "9" * 5000, "-1", "1-", "1--2", "3-1", "1.5", "1,,2", "٣"])
def test_seeds_that_are_none(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="seeds: must be whole numbers and rising ranges"):
        seeds_in(text)


# ---- as a program


def test_the_command_is_installed() -> None:
    """The project declares the command that the documentation names, and it is what `python -m rknet` runs."""
    project = tomllib.loads((TESTS.parent / "pyproject.toml").read_text("utf8"))["project"]
    assert project["scripts"] == {"rknet": "rknet.__main__:main"}


def rknet(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m rknet`."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "rknet", *arguments], capture_output=True, text=True, env=environment, timeout=120
    )


def test_errors_of_the_program() -> None:
    """`python -m rknet`: exit code and one line, without a traceback."""
    done = rknet("table", "tiny")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with a few words."""
    with pytest.raises(SystemExit):
        main(["--help"])
    output = capsys.readouterr().out
    assert all(f"    {command} " in output for command in ("list", "run", "table", "verify", "claims"))
    assert "bench" not in output


def test_help_names_every_choice(capsys: pytest.CaptureFixture[str]) -> None:
    """The parser does not import what declares them."""
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    output = " ".join(capsys.readouterr().out.split())
    for head, choices in (("--engine", ENGINES), ("--source", images.SOURCES), ("--device", runner.DEVICES)):
        line = output[output.rindex(f"{head} NAME") :].partition("(default")[0]
        assert all(choice in line for choice in choices), line


@pytest.mark.parametrize("command", ["run", "table", "verify"])
def test_help_of_a_command_states_its_defaults(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where records lie and which seeds are taken stand in the help."""
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    output = " ".join(capsys.readouterr().out.split())
    assert exit.value.code == 0
    assert "(default: results)" in output and "(default: one for each repetition of the paper's)" in output


def test_a_record_tells_how_to_make_it_again(store: Store) -> None:
    """From the file alone, without the declared experiments, the run can be built and gives the same weights."""
    from rknet import Protocol
    from rknet.study.configuration import Configuration

    run = json.loads(store.path("small", RUNS[0].row, 0).read_text("utf8"))
    plain = run["run"]["configuration"]
    configuration = Configuration(**{**plain, "protocol": Protocol(**plain["protocol"])})
    assert configuration == ROWS[RUNS[0].row]
    net, _ = configuration.train(run["run"]["seed"], engine=run["run"]["engine"])
    assert records.weights_hash(net) == run["results"]["weights"]


def test_all_stands_for_every_experiment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`all` needs no list, and a name given twice counts once."""
    known = {"small": EXPERIMENT, "other": Experiment("one row", "nowhere", dict(list(ROWS.items())[:1]), 1)}
    for module in (experiments, runner):
        monkeypatch.setattr(module, "EXPERIMENTS", known)
    assert main(["run", "all", "--jobs", "1"]) == 0
    assert "7 runs computed" in capsys.readouterr().out
    assert main(["run", "small", "small", "--jobs", "1"]) == 0
    assert "0 runs computed, 6 found" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["run", "table", "verify"])
def test_two_dashes_are_no_value(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """argparse takes them for nothing, and hands out an empty list."""
    with pytest.raises(SystemExit, match="2"):
        main([command, "depth", "--seeds=--"])
    assert capsys.readouterr().err.startswith("rknet: argument --seeds: expected one value, got '--'; see")

"""Sweeps: the same bits whoever computes, nothing lost or computed twice, every problem told."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import subprocess
import sys
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import joblib
import pytest
import torch
from small import EXPERIMENT, RUNS

from rknet import Protocol
from rknet.study import records, runner
from rknet.study.experiments import EXPERIMENTS
from rknet.study.records import Record, Run
from rknet.study.runner import compute, execute, runs_of, sweep
from rknet.study.store import Store
from rknet.study.verification import compare, drawn, verify
from rknet.versions import VERSIONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were really computed in this process, in order."""
    done: list[Run] = []

    def spy(run: Run, *options: Any) -> Record:
        done.append(run)
        return compute(run, *options)

    monkeypatch.setattr(runner, "compute", spy)
    return done


def quiet(runs: list[Run], store: Store, **options) -> list[str]:
    """Sweep without a bar; what was reported."""
    told: list[str] = []
    sweep(runs, store, progress=False, report=told.append, **options)
    return told


def bits(store: Store, runs: list[Run] = RUNS) -> list[Record]:
    """What may not depend on who computed: the records without their circumstances."""
    found = [store.find(run) for run in runs]
    assert all(answer.current for answer in found)
    return [{**answer.record, "circumstances": None} for answer in found]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A sweep in this process."""
    store = Store(tmp_path_factory.mktemp("alone"))
    assert quiet(RUNS, store) == []
    return store


# ---- who computes does not matter


def test_one_and_two_jobs_give_the_same_bits(alone: Store, tmp_path: Path) -> None:
    """Records of two processes are those of one."""
    two = Store(tmp_path)
    assert quiet(RUNS, two, n_jobs=2) == []
    assert bits(two) == bits(alone)


def test_a_cluster_gives_the_same_bits(alone: Store, tmp_path: Path) -> None:
    """So are those of a Dask cluster, which this process reaches by its address and which sees no folder of ours."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    store = Store(tmp_path)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        assert quiet(RUNS, store, dask=cluster.scheduler_address) == []
    assert bits(store) == bits(alone)


def test_neighbours_do_not_matter(alone: Store, tmp_path: Path) -> None:
    """One run alone has the bits it has in a sweep, and changing one seed leaves all others alone."""
    store = Store(tmp_path)
    runs = [replace(run, seed=7) if run is RUNS[0] else run for run in reversed(RUNS)]
    quiet(runs, store)
    assert bits(store, RUNS[1:]) == bits(alone, RUNS[1:])


def test_records_are_those_of_the_configurations(alone: Store) -> None:
    """A sweep stores what training by hand gives."""
    for run in RUNS:
        net, history = run.configuration.train(run.seed)
        results = alone.find(run).record["results"]
        assert results["weights"] == records.weights_hash(net)
        assert results["history"]["val_cost"] == history.val_cost.tolist()


def test_threads_of_this_process_are_as_before(tmp_path: Path) -> None:
    """Runs in this process compute in one thread, what comes after does not have to."""
    threads, seen = torch.get_num_threads(), []
    try:
        torch.set_num_threads(2)
        for _ in execute([(RUNS[0], "auto")]):
            seen.append(torch.get_num_threads())
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(threads)


# ---- nothing is computed twice, and nothing is lost


def test_what_is_current_is_not_computed_again(tmp_path: Path, computed: list[Run]) -> None:
    """A second sweep finds everything; a longer one computes only what is new."""
    store = Store(tmp_path)
    first = sweep(RUNS[:2], store, progress=False)
    again = sweep(RUNS[:2], store, progress=False)
    longer = sweep(RUNS, store, progress=False)
    assert [(s.computed, s.found) for s in (first, again, longer)] == [(2, 0), (0, 2), (4, 2)]
    assert sorted(map(str, computed)) == sorted(map(str, RUNS))


def test_the_longest_run_comes_first(tmp_path: Path, computed: list[Run]) -> None:
    """Runs are started by decreasing work, so that workers end together."""
    quiet(RUNS, Store(tmp_path))
    work = [run.configuration.work for run in computed]
    assert work == sorted(work, reverse=True)
    assert len(set(work)) > 1


def damaged(path: Path) -> None:
    """Cut a record in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def prettier(path: Path) -> None:
    """Change a digit."""
    text = path.read_text("utf8")
    path.write_text(re.sub(r'("val_accuracy": 0\.)(\d)', lambda m: m[1] + str((int(m[2]) + 1) % 10), text), "utf8")


def foreign(path: Path) -> None:
    """Put another seed's record in its place."""
    path.write_bytes(path.with_name("seed-1.json").read_bytes())


@pytest.mark.parametrize(
    ("harm", "reason"),
    [(damaged, "torn"), (prettier, "checksum does not hold"), (foreign, "of another seed")],
)
def test_harmed_records_are_reported_and_computed_again(
    harm, reason: str, tmp_path: Path, alone: Store, computed: list[Run]
) -> None:
    """A record that is not what it should be is told in one line, computed again, and then as it was."""
    store = Store(tmp_path)
    quiet(RUNS[:2], store)
    path = store.path("small", RUNS[0].row, 0)
    harm(path)
    computed.clear()
    (line,) = quiet(RUNS[:2], store)
    assert str(path) in line and reason in line and line.endswith("; computed again") and "\n" not in line
    assert computed == [RUNS[0]]
    assert bits(store, RUNS[:2]) == bits(alone, RUNS[:2])


def test_records_of_another_version_are_computed_again(
    tmp_path: Path, computed: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of bits, a sweep computes everything anew and says so."""
    store = Store(tmp_path)
    quiet(RUNS[:2], store)
    monkeypatch.setitem(VERSIONS, "nets", 99)
    told = quiet(RUNS[:2], store)
    assert [line.split(": ")[-1] for line in told] == ["made by another version; computed again"] * 2
    assert len(computed) == 4
    assert quiet(RUNS[:2], store) == []


def test_a_failing_run_loses_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ended before an error is kept, and the next sweep goes on from there."""
    order = sorted(RUNS, key=lambda run: run.configuration.work, reverse=True)

    def fails(run: Run, *options: Any) -> Record:
        if run == order[3]:
            raise RuntimeError("out of luck")
        return compute(run, *options)

    store = Store(tmp_path)
    monkeypatch.setattr(runner, "compute", fails)
    with pytest.raises(RuntimeError, match="out of luck"):
        quiet(RUNS, store)
    monkeypatch.undo()
    assert [store.find(run).current for run in order] == [True] * 3 + [False] * 3
    assert sweep(RUNS, store, progress=False).computed == 3


def test_a_record_that_cannot_be_kept_is_told_and_loses_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full for one record: the run is named, the others are kept, and the next sweep computes it."""
    store, victim, replace_ = Store(tmp_path), RUNS[2], os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target) == store.path(victim.experiment, victim.row, victim.seed):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace_(source, target)

    told: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        summary = sweep(RUNS, store, progress=False, report=told.append)
    assert (summary.computed, len(summary.lost)) == (5, 1)
    assert str(victim) in summary.lost[0] and "No space left" in summary.lost[0]
    assert told == [f"{summary.lost[0]}; its record is lost"]
    assert [store.find(run).current for run in RUNS] == [run != victim for run in RUNS]
    assert not list(tmp_path.rglob(".*"))
    again = sweep(RUNS, store, progress=False)
    assert (again.computed, again.lost) == (1, ())


def test_a_store_that_cannot_be_written_is_refused_before_the_first_run(tmp_path: Path, computed: list[Run]) -> None:
    """Not after it."""
    (tmp_path / "small").write_text("mine")
    with pytest.raises(ValueError, match=r"store: must be where files can be written, got .*; make room or give leave"):
        quiet(RUNS, Store(tmp_path))
    assert computed == [] and (tmp_path / "small").read_text() == "mine"


def sweeps(folder: Path, runs: list[Run], ready: Barrier) -> None:
    """What the second process does."""
    compute(RUNS[0])
    ready.wait()
    sweep(runs, Store(folder), progress=False)


@pytest.mark.filterwarnings("error")
def test_a_sweep_left_early_ends_its_workers_without_a_word() -> None:
    """Runs that nobody waits for any longer are cancelled; joblib's advice to ask for less would only confuse."""
    slow = replace(EXPERIMENT.rows["RK4Net, L = 1"], samples=200, protocol=Protocol(epochs=1000))
    row = RUNS[0]
    tasks = [
        (run, "auto", "auto", None) for run in (row, *(replace(row, configuration=slow, seed=i) for i in range(9)))
    ]
    done = execute(tasks, n_jobs=2)
    next(done)
    done.close()


def test_two_sweeps_on_one_store_lose_nothing(tmp_path: Path, alone: Store) -> None:
    """Two processes that sweep the same runs in one store at the same time leave every record whole."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(2)
    other = context.Process(target=sweeps, args=(tmp_path, RUNS[:5], ready))
    other.start()
    ready.wait(timeout=120)
    quiet(RUNS[1:], Store(tmp_path))
    other.join()
    assert other.exitcode == 0
    assert bits(Store(tmp_path)) == bits(alone)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(RUNS)


def test_killed_sweeps_resume() -> None:
    """After five kills at random moments and a resumed sweep, no record is lost, torn or different."""
    command = [sys.executable, "-m", "benchmarks.kill_sweep", "--kills", "5"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    counts = {what: int(count) for count, what in (line.split(maxsplit=1) for line in done.stdout.splitlines())}
    assert counts["kills"] == 5
    assert counts["sweeps finished"] >= 1
    assert [counts[f"records {harm}"] for harm in ("torn", "lost", "different")] == [0, 0, 0]


# ---- input


def test_runs_of_an_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row with the paper's repetitions, or with the seeds asked for."""
    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    assert runs_of("small") == RUNS
    assert {run.seed for run in runs_of("small", [3, 5])} == {3, 5}
    assert len(runs_of("depth")) == 56
    with pytest.raises(ValueError, match="name: must be a known name, got 'tiny'; choose from width, depth"):
        runs_of("tiny")


@pytest.mark.parametrize("n_jobs", [0, -1, 1.5])
def test_number_of_jobs_is_checked(n_jobs, tmp_path: Path) -> None:
    """At least one process."""
    with pytest.raises(ValueError, match="n_jobs: must be a whole number >= 1"):
        sweep(RUNS, Store(tmp_path), n_jobs=n_jobs, progress=False)


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    """The engine's name reaches training."""
    with pytest.raises(ValueError, match="engine"):
        sweep(RUNS, Store(tmp_path), engine="steam", progress=False)


def test_a_cluster_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"dask: needs the package distributed, .*pip install 'rknet\[cluster\]'"):
        sweep(RUNS, Store(tmp_path), dask="tcp://127.0.0.1:8786", progress=False)


def test_workers_of_another_version_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of a worker whose library differs is not kept."""

    def other(run: Run, *options: Any) -> Record:
        record = compute(run, *options)
        return {**record, "run": {**record["run"], "versions": {}}}

    monkeypatch.setattr(runner, "compute", other)
    with pytest.raises(ValueError, match="dask: every worker must run this version of rknet"):
        sweep(RUNS, Store(tmp_path), progress=False)
    assert list(tmp_path.iterdir()) == []


def test_joblib_configuration_of_the_caller_is_left_alone(tmp_path: Path) -> None:
    """A sweep does not change how the caller's own joblib code runs."""
    with joblib.parallel_config(backend="threading", n_jobs=3):
        quiet(RUNS[:1], Store(tmp_path))
        assert joblib.parallel.get_active_backend()[1] == 3


# ---- verification


def test_records_that_hold(alone: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recomputed runs give the bits of their records, also where these are said to be of another version."""
    assert [verdict.same for verdict in verify(RUNS[:3], alone, progress=False)] == [True] * 3
    monkeypatch.setitem(VERSIONS, "nets", 99)
    (verdict,) = verify(RUNS[:1], alone, progress=False)
    assert verdict.same and verdict.run == RUNS[0]


def test_records_that_do_not_hold(tmp_path: Path, alone: Store) -> None:
    """A record with other results, even with a checksum that holds, is found out; a missing and a torn one are told."""
    store, forged = Store(tmp_path), alone.find(RUNS[0]).record
    store.save({**forged, "results": {**forged["results"], "weights": "0" * 64}})
    store.save(alone.find(RUNS[1]).record)
    damaged(store.path("small", RUNS[1].row, 1))
    verdicts = {verdict.run: verdict for verdict in verify(RUNS[:3], store, progress=False)}
    assert not any(verdict.same for verdict in verdicts.values())
    assert verdicts[RUNS[0]].words.startswith("other weights; validation accuracy ")
    assert verdicts[RUNS[1]].words == "torn, or no JSON"
    assert verdicts[RUNS[2]].words == "no record"


def test_differences_are_named(alone: Store) -> None:
    """A verdict says what differs and how far the accuracies are apart."""
    old = alone.find(RUNS[0]).record
    final = {**old["results"]["final"], "val_accuracy": 0.25}
    new = {**old, "results": {**old["results"], "epochs": 3, "ended": "early", "final": final}}
    before = 100 * old["results"]["final"]["val_accuracy"]
    words = f"other epochs, ended; validation accuracy {before:.2f} % before, now 25.00 %"
    assert compare(RUNS[0], old, new).words == words


def test_runs_are_drawn_by_a_word() -> None:
    """Each at most once, the same for the same word, others for another, and all of them where there are few."""
    runs = list(runs_of("depth", range(4)))
    today = drawn(runs, 20, "2026-02-03")
    assert len(set(today)) == 20 and set(today) < set(runs)
    assert drawn(runs, 20, "2026-02-03") == today != drawn(runs, 20, "2026-02-04")
    assert set(drawn(runs, 10**6, "")) == set(runs)
    with pytest.raises(ValueError, match="count: must be a whole number >= 1"):
        drawn(runs, 0, "")

"""A Dask cluster whose parts end: scheduler, workers, all workers, each a process that is killed."""

from __future__ import annotations

import functools
import importlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rknet.study import cluster
from rknet.study.cli import main
from rknet.study.cluster import outcomes
from rknet.study.program import INTERRUPTED, SAID, WorkersLost
from rknet.study.records import Record
from rknet.study.store import Store

LONG = 600.0
"""Seconds that a task would take; no test waits for one."""

RUNS = 30
"""Runs of the command that is interrupted; each takes some hundredths of a second, so most are not done by then."""

FAILURES = 1
"""Workers that may die of a task before it is given up."""

DASK = [sys.executable, "-m", "dask"]
REACHING = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
"""For processes in another folder that import this checkout."""

ENVIRONMENT = {**REACHING, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(FAILURES)}


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.workers = folder, []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        said = folder / "scheduler.err"
        while "Scheduler at:" not in said.read_text("utf8"):
            assert self.scheduler.poll() is None, said.read_text("utf8")
            time.sleep(0.05)
        self.address = said.read_text("utf8").partition("Scheduler at:")[2].split()[0]

    def _start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{kind}.err", "ab") as said:
            return subprocess.Popen([*DASK, kind, *options], stdout=said, stderr=said, cwd=self.folder, env=ENVIRONMENT)

    def work(self, count: int) -> None:
        """More workers, each of one process that nobody starts again."""
        options = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
        self.workers += [self._start("worker", self.address, *options) for _ in range(count)]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    folder = tmp_path / "dask"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.end()


def ends(address: str, tasks: list[float], then: Callable[[], None]) -> pytest.ExceptionInfo[WorkersLost]:
    """How a sequence of naps ends when something happens after the first."""
    done = outcomes(time.sleep, tasks, address)
    assert next(done) is None
    then()
    started = time.monotonic()
    with pytest.raises(WorkersLost) as lost:
        list(done)
    assert time.monotonic() - started < LONG / 2  # it did not wait for the tasks
    return lost


def test_results_come_as_they_end(dask: Cluster) -> None:
    """In whatever order; a task's own error is raised as it is."""
    dask.work(2)
    assert sorted(outcomes(abs, [-3, 2, -1], dask.address)) == [1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        list(outcomes(functools.partial(divmod, 1), [0], dask.address))


def test_a_scheduler_that_is_killed(dask: Cluster) -> None:
    """The connection breaks, and the sweep ends with the way to go on."""
    dask.work(1)
    lost = ends(dask.address, [0.0, LONG, LONG], dask.scheduler.kill)
    assert str(lost.value) == (
        f"dask: the scheduler at {dask.address} has ended; finished runs are kept, and the same command resumes when "
        f"one is there, or without --dask"
    )


def test_a_worker_that_is_killed(dask: Cluster) -> None:
    """The others compute what it had begun."""
    dask.work(2)
    done = outcomes(time.sleep, [0.0, *[0.5] * 6], dask.address)
    next(done)
    dask.workers[0].kill()
    assert len(list(done)) == 6


def test_no_worker_is_left(dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""

    def kill() -> None:
        monkeypatch.setattr(cluster, "PATIENCE", 3.0)  # only now: a worker may need longer to start
        dask.workers[0].kill()

    dask.work(1)
    lost = ends(dask.address, [0.0, LONG], kill)
    assert str(lost.value) == (
        f"dask: there was no worker at {dask.address} for 3 s; finished runs are kept, and the same command resumes "
        f"when some are started with `dask worker {dask.address}`"
    )


def test_a_worker_that_comes_late(dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that starts within the time is enough."""
    monkeypatch.setattr(cluster, "LOOK", 0.1)
    starts = threading.Timer(1.0, dask.work, [1])
    starts.start()
    assert list(outcomes(abs, [-1], dask.address)) == [1]
    starts.join()


def test_a_run_that_kills_its_workers(dask: Cluster) -> None:
    """It is not given to one after the other until none is left."""
    dask.work(FAILURES + 1)
    with pytest.raises(
        WorkersLost, match="workers at .* died one after the other of the same run, .* same command resumes"
    ):
        list(outcomes(os._exit, [1], dask.address))


def test_workers_without_the_library(dask: Cluster) -> None:
    """What they cannot import is named."""
    dask.work(1)
    with pytest.raises(
        ValueError, match=r"dask: every worker must have this version of rknet, got No module named 'no'"
    ):
        list(outcomes(importlib.import_module, ["no"], dask.address))


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:9", "nowhere", "", "tcp://", "ftp://127.0.0.1:9", "127.0.0.1:x", "tcp://127.0.0.1:99999"],
)
def test_an_address_without_a_scheduler(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before a client is made, whose thread with an event loop would stay."""
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    monkeypatch.setattr(distributed, "Client", None)
    with pytest.raises(ValueError, match=r"dask: must be the address of a running scheduler, got .*; start one with"):
        list(outcomes(abs, [1], address))


def test_something_else_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that gets no answer is the same error, with what was said.

    The client is a stand-in: one that has failed stops its event loop when it is collected, and a collection in the
    thread of the next client would wait for a lock that its start holds.
    """
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

    def silent(address: str, timeout: float) -> None:
        raise OSError(f"no answer in {timeout} s")

    monkeypatch.setattr(distributed, "Client", silent)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(ValueError, match=rf"running scheduler, got '{address}' \(no answer in 10.0 s\); start"):
            list(outcomes(abs, [1], address))


def test_a_command_whose_scheduler_is_killed_resumes(
    dask: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits with 1 and one line, keeps what was finished, and computes the rest when called again."""
    command = [
        "run",
        "depth",
        "--rows",
        "StandardNet, L = 3",
        "--seeds",
        f"0-{RUNS - 1}",
        "--store",
        str(tmp_path / "s"),
    ]
    save = Store.save

    def killing(store: Store, record: Record) -> Path:
        dask.scheduler.kill()
        return save(store, record)

    dask.work(1)
    monkeypatch.setattr(Store, "save", killing)
    assert main([*command, "--dask", dask.address]) == 1
    said = capsys.readouterr().err
    assert re.fullmatch(r"rknet: dask: the scheduler at \S+ has ended; .* same command resumes .*\n", said), said
    monkeypatch.setattr(Store, "save", save)
    kept = len(list((tmp_path / "s").rglob("*.json")))
    assert 0 < kept < RUNS
    assert main(command) == 0
    assert f"{RUNS - kept} runs computed, {kept} found" in capsys.readouterr().out


def test_an_interrupt_while_waiting_for_workers(dask: Cluster, tmp_path: Path) -> None:
    """Ctrl-C ends the command at once, in one line."""
    command = [sys.executable, "-m", "rknet", "run", "depth", "--seeds", "0", "--dask", dask.address]
    running = subprocess.Popen(command, cwd=tmp_path, env=REACHING, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while "Receive client connection" not in (dask.folder / "scheduler.err").read_text("utf8"):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said.decode()) == (INTERRUPTED, f"rknet: {SAID}\n")

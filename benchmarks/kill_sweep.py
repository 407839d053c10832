"""Kill a sweep at random moments, resume it, and compare every record with an undisturbed sweep's.

    python -m benchmarks.kill_sweep --kills 100

Runs are tiny, so that writing records is a good part of a sweep and many kills fall into it.  Exits with 1 if a record
is lost, torn or different; whatever depends on the clock or the machine (`circumstances`) is left out of the
comparison.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from multiprocessing.synchronize import Event
from pathlib import Path

from rknet.files import PART
from rknet.protocol import Protocol
from rknet.study.configuration import Configuration
from rknet.study.records import Record, Run, decode
from rknet.study.runner import compute, sweep
from rknet.study.store import Store

# Its processes start with the modules loaded, so that a kill costs a second and not ten.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["rknet.study.runner", "torch._dynamo"])

PROTOCOL = Protocol(epochs=2)
RUNS = [
    Run("tiny", f"L = {L}", Configuration("squares", "RK4Net", 3, L, protocol=PROTOCOL, samples=25), seed)
    for L in (1, 2, 3, 4)
    for seed in range(15)
]


def victim(folder: Path, jobs: int, ready: Event) -> None:
    """A process that sweeps, and is killed with the workers that it starts."""
    os.setsid()
    compute(RUNS[0])  # what the first run has to load is loaded
    ready.set()
    sweep(RUNS, Store(folder), n_jobs=jobs, progress=False)


def kill(folder: Path, jobs: int, after: float) -> bool:
    """Start a sweep and kill it with its workers after some seconds; whether it was still alive then."""
    ready = CONTEXT.Event()
    process = CONTEXT.Process(target=victim, args=(folder, jobs, ready))
    process.start()
    if not ready.wait(timeout=300):
        raise RuntimeError("a sweep did not start")
    process.join(after)
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):  # it has ended
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"a sweep failed with exit code {process.exitcode}")
    return process.exitcode != 0


def results(folder: Path) -> dict[str, Record]:
    """Every record in a folder without its circumstances; ValueError for one that is torn."""
    paths = sorted(folder.rglob("*.json"))
    records = {path.relative_to(folder).as_posix(): decode(path.read_text("utf8")) for path in paths}
    return {path: {**record, "circumstances": None} for path, record in records.items()}


def trial(folder: Path, kills: int, jobs: int, rng: random.Random) -> Counter[str]:
    """Kill sweeps until there have been `kills`, each on what the one before left; resume and compare.

    A sweep that ends before its time is up is compared as well, and the next starts from an empty folder.
    """
    expected_folder, disturbed = folder / "undisturbed", folder / "killed"
    compute(RUNS[0])  # so that the time below is that of a sweep alone
    seconds = sweep(RUNS, Store(expected_folder), n_jobs=jobs).seconds
    expected, counts = results(expected_folder), Counter[str]()
    if len(expected) != len(RUNS):
        raise RuntimeError(f"the undisturbed sweep left {len(expected)} of {len(RUNS)} records")

    def judge() -> None:
        reports: list[str] = []
        counts["records found when resuming"] += sweep(RUNS, Store(disturbed), n_jobs=jobs, report=reports.append).found
        found = results(disturbed)
        counts["sweeps finished"] += 1
        counts["records torn"] += len(reports)
        counts["records lost"] += len(expected.keys() - found.keys())
        counts["records different"] += sum(found[path] != expected[path] for path in found)
        shutil.rmtree(disturbed)

    while counts["kills"] < kills:
        killed = kill(disturbed, jobs, rng.uniform(0, seconds))
        counts["kills"] += killed
        parts = list(disturbed.rglob(f".*{PART}"))
        counts["kills while a record was written"] += killed and len(parts) > 0
        for part in parts:
            shutil.rmtree(part)
        if len(list(disturbed.rglob("*.json"))) == len(RUNS):
            judge()
    judge()
    return counts


def main() -> int:
    """Read the options, run the trial, print what was counted."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.kill_sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100, help="number of kills (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="processes of a sweep (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seeds the moments of the kills (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = trial(Path(folder), options.kills, options.jobs, random.Random(options.seed))
    print("\n".join(f"{count:5}  {what}" for what, count in counts.items()))
    return int(any(counts[f"records {harm}"] for harm in ("torn", "lost", "different")))


if __name__ == "__main__":
    sys.exit(main())

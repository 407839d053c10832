"""The command line: ``rknet list``, ``run``, ``table``, ``verify`` and ``claims``, each with ``--help``.

Exit codes: 0 when all is well, 1 when `verify` or `claims` finds a difference, `run` cannot keep a record or a worker
dies, 2 for bad input, 130 when interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Sequence
from typing import Any, NoReturn

import joblib

from rknet.checks import shown, whole
from rknet.contract import ENGINES
from rknet.data.images import SOURCES
from rknet.playground.exported import read
from rknet.playground.replay import replay
from rknet.study.experiments import EXPERIMENTS
from rknet.study.program import guarded, tell
from rknet.study.records import Run
from rknet.study.runner import DEVICES, runs_of, sweep
from rknet.study.store import Store
from rknet.study.tables import table
from rknet.study.verification import verify

MOST_SEEDS = 10_000
"""Most seeds in a range."""

STORE = "results"
"""The folder of records where --store names none, relative to the working directory."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    options = _parser().parse_args(argv)
    return guarded(lambda: options.command(options), "rknet")


def list_experiments(options: argparse.Namespace) -> int:
    """Print what can be run."""
    for name in options.names:
        runs_of(name, [])  # refuses an unknown name before anything is printed
    for name, experiment in EXPERIMENTS.items():
        if name in (options.names or EXPERIMENTS):
            size = f"{len(experiment.rows)} rows x {experiment.repetitions} repetitions"
            print(f"{name:18}{size:26}{experiment.title} ({experiment.where})")
        if name in options.names:
            width = max(map(len, experiment.rows))
            for row, configuration in experiment.rows.items():
                cost = f"{configuration.parameters} parameters, {configuration.evaluations} evaluations of f a sample"
                print(f"    {row:{width}}  {cost}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Run experiments and keep the records."""
    store, workers = Store(options.store), _workers(options)
    summary = sweep(_runs(options), store, **workers, engine=options.engine, source=options.source, report=tell)
    minutes, seconds = divmod(round(summary.seconds), 60)
    print(f"{summary.computed} runs computed, {summary.found} found in {store.folder}; {minutes} min {seconds} s")
    print(f"see them: rknet table {' '.join(_names(options))} --store {store.folder}")
    if summary.lost:
        tell(f"rknet: {len(summary.lost)} runs have no record, see above; the same command computes them again")
    return 1 if summary.lost else 0


def show(options: argparse.Namespace) -> int:
    """Print the tables of experiments."""
    store, seeds = Store(options.store), seeds_in(options.seeds)
    print("\n\n".join(table(name, store, seeds) for name in _names(options)))
    return 0


def check(options: argparse.Namespace) -> int:
    """Recompute runs and compare them with their records."""
    files = [name for name in options.names if name.endswith(".json")]
    if files:
        return check_files(files, [name for name in options.names if name not in files], options.any_size)
    verdicts = []
    for verdict in verify(_runs(options), Store(options.store), **_workers(options)):
        verdicts.append(verdict)
        print(f"{'same' if verdict.same else 'DIFFERS'}  {verdict.run}: {verdict.words}", flush=True)
    same = sum(verdict.same for verdict in verdicts)
    print(f"{same} of {len(verdicts)} runs give what their records state")
    return 0 if same == len(verdicts) else 1


def check_files(files: Sequence[str], others: Sequence[str], any_size: bool = False) -> int:
    """Replay runs of the playground and compare them with their records."""
    if others:
        raise ValueError(f"names: must all be experiments or all be files, got {others[0]!r} beside {files[0]!r}")
    replays = [replay(read(file, any_size=any_size)) for file in files]
    for file, found in zip(files, replays, strict=True):
        print(f"{'same' if found.same else 'DIFFERS'}  {file}: {found.words}")
    return 0 if all(found.same for found in replays) else 1


def claims(options: argparse.Namespace) -> int:
    """Print verdicts on the paper's claims."""
    show = _optional("claims", "rknet.study.ledger.command").show
    jobs = whole("jobs", options.jobs)
    return int(show(options.ids, Store(options.store), n_jobs=jobs, measuring=options.measure, writing=options.write))


def _optional(command: str, module: str) -> Any:
    """A module whose dependencies may be missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(f"{command}: needs the module {error.name}, which is not installed; install it") from None


def seeds_in(text: str | None) -> list[int] | None:
    """The seeds that a text such as ``0-3`` or ``0,2,5-7`` names, in order; None for None.

    Raises
    ------
    ValueError
        If the text is anything else.
    """
    if text is None:
        return None
    seeds: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})(?:-(\d{1,18}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise ValueError(
                f"seeds: must be whole numbers and rising ranges, got {shown(text)}; pass for example 0-3,7"
            )
        if last - first >= MOST_SEEDS:
            raise ValueError(f"seeds: must be at most {MOST_SEEDS} in a range, got {shown(part)}; pass a shorter range")
        seeds.update(range(first, last + 1))
    return sorted(seeds)


def _runs(options: argparse.Namespace) -> list[Run]:
    seeds = seeds_in(options.seeds)
    runs = [run for name in _names(options) for run in runs_of(name, seeds) if options.rows in run.row]
    if options.rows and not runs:
        names = " ".join(options.names)
        raise ValueError(f"rows: must be in a row's label, got {options.rows!r}; see them: rknet list {names}")
    return runs


def _workers(options: argparse.Namespace) -> dict[str, Any]:
    jobs = (joblib.cpu_count() if options.device == "cpu" else 1) if options.jobs is None else options.jobs
    return {"n_jobs": whole("jobs", jobs), "dask": options.dask, "device": options.device}


def _names(options: argparse.Namespace) -> list[str]:
    """Each experiment once; `all` stands for every one, `points` for those on point sets, which take no hours."""
    points = (name for name, experiment in EXPERIMENTS.items() if not experiment.of_images)
    groups = {"all": list(EXPERIMENTS), "points": list(points)}
    return list(dict.fromkeys(one for name in options.names for one in groups.get(name, [name])))


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    names = _Parser(add_help=False)
    names.add_argument(
        "names", nargs="+", metavar="NAME", help="an experiment that `rknet list` shows, `points` or `all`"
    )
    names.add_argument("--seeds", help="such as 0-3 or 0,2,5 (default: one for each repetition of the paper's)")
    names.add_argument("--store", default=STORE, help="folder of the records (default: %(default)s)")
    workers = _Parser(add_help=False)
    workers.add_argument(
        "--rows", metavar="TEXT", default="", help="only rows whose label has this in it, as StandardNet"
    )
    workers.add_argument("--jobs", type=int, help=f"local processes (default: {joblib.cpu_count()}, on a card 1)")
    workers.add_argument("--dask", metavar="ADDRESS", help="use the workers of this Dask scheduler instead")
    workers.add_argument(
        "--device", choices=DEVICES, default="cpu", help="what trains on images: cuda is a graphics card (default: cpu)"
    )

    parser = _Parser(prog="rknet", description="The paper's experiments: list, run, tabulate and verify them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="what can be run", description="Print the experiments, or their rows.")
    listing.add_argument("names", nargs="*", metavar="NAME", help="show the rows of this experiment")
    listing.set_defaults(command=list_experiments)

    about = "Run experiments and keep a record of each run. What the store has is not computed again, so a sweep that "
    about += "was interrupted or killed resumes."
    running = commands.add_parser("run", parents=[names, workers], help="run experiments", description=about)
    running.add_argument(
        "--engine", choices=("auto", *ENGINES), default="auto", help="what computes (default: %(default)s)"
    )
    running.add_argument("--source", choices=SOURCES, default="auto", help="of images (default: %(default)s)")
    running.set_defaults(command=run)

    about = "Print mean and spread of the records beside the numbers that the paper prints."
    showing = commands.add_parser("table", parents=[names], help="our numbers beside the paper's", description=about)
    showing.set_defaults(command=show)

    about = (
        "Compute runs again and compare their bits with the stored records; exit with 1 if any differs. A name that "
    )
    about += "ends in .json is a run exported from the playground, which is replayed."
    checking = commands.add_parser("verify", parents=[names, workers], help="compare with records", description=about)
    checking.add_argument(
        "--any-size", action="store_true", help="replay files too that are larger than the page's own runs"
    )
    checking.set_defaults(command=check)

    about = "Judge the paper's claims by the records and compare with the verdicts that the book shows; exit with 1 "
    about += "if any differs."
    judging = commands.add_parser("claims", help="verdicts on the paper's claims", description=about)
    judging.add_argument("ids", nargs="*", metavar="ID", help="a claim in book/claims.yml or a table (default: all)")
    judging.add_argument("--store", default=STORE, help="folder of the records (default: %(default)s)")
    judging.add_argument("--jobs", type=int, default=1, help="processes that measure (default: %(default)s)")
    judging.add_argument("--measure", action="store_true", help="take the measurements that are missing; trains nets")
    judging.add_argument("--write", action="store_true", help="make these the verdicts that the book shows")
    judging.set_defaults(command=claims)
    return parser

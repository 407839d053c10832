"""The command line: ``rknet list``, ``run``, ``pack``, ``baselines``, ``table``, ``verify`` and ``claims``.

Exit codes: 0 when all is well, 1 when `verify` or `claims` finds a difference, `run` cannot keep a record or its
workers are lost, 2 for bad input, 3 when `verify` or `claims` lacks the records that it compares with, 130 when
interrupted.

Nothing heavy is imported here: a command imports what it needs when it runs, so that ``--help`` comes at once.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from rknet.study.program import NO_RECORDS, guarded, orderly, shown, tell, without_records

if TYPE_CHECKING:
    from rknet.study.experiments import Experiment
    from rknet.study.records import Run

STORE = "results"
"""The folder of records where --store names none, relative to the working directory."""

LIMIT = 100_000
"""Runs that one command takes on, thirty times those of the book: whoever asks for more has made a slip."""

STUDY = "study"
"""How the names of the study's experiments begin, and what stands for all of them."""

EXTRAS = {"statsmodels": "ledger", "yaml": "ledger"}
"""Which extra of this package installs a module that may be missing."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    for name, value in vars(options).items():
        if value == [] and name not in ("names", "ids"):  # argparse's reading of --NAME=--
            parser.error(f"argument --{name.replace('_', '-')}: expected one value, got '--'")
    return guarded(lambda: options.command(options), "rknet")


def list_experiments(options: argparse.Namespace) -> int:
    """Print what can be run."""
    from rknet.study.experiments import EXPERIMENTS
    from rknet.study.runner import runs_of

    for name in options.names:
        runs_of(name, [])  # refuses an unknown name before anything is printed
    for name, experiment in EXPERIMENTS.items():
        if name in (options.names or EXPERIMENTS):
            size = f"{len(experiment.rows)} rows x {experiment.repetitions} repetitions"
            print(f"{name:18}{size:26}{experiment.title} ({experiment.where})")
        if name in options.names:
            width = max(map(len, experiment.rows))
            for row, configuration in experiment.rows.items():
                cost = f"{configuration.parameters} parameters, {configuration.evaluations} evaluations of f per sample"
                print(f"    {row:{width}}  {cost}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Run experiments and keep the records."""
    from rknet.checks import choose
    from rknet.contract import ENGINES
    from rknet.data.images import SOURCES
    from rknet.study.runner import sweep
    from rknet.study.store import Store

    choose("engine", options.engine, {"auto": None, **ENGINES})
    choose("source", options.source, dict.fromkeys(SOURCES))
    store, workers, runs = Store(options.store), _workers(options), _runs(options)
    if options.left:
        left = sum(not store.find(run, options.engine, options.source).current for run in runs)
        print(f"{left} of {len(runs)} runs are left")
        return 0
    with orderly():
        parts = [
            sweep(part, store, **workers, engine=options.engine, source=options.source, report=tell)
            for part in _parts(runs)
        ]
    minutes, seconds = divmod(round(sum(part.seconds for part in parts)), 60)
    computed, found = sum(part.computed for part in parts), sum(part.found for part in parts)
    print(f"{computed} runs computed, {found} found in {store.folder}; {minutes} min {seconds} s")
    if names := [name for name in _names(options) if not name.startswith(STUDY)]:
        print(f"see them: rknet table {' '.join(names)} --store {store.folder}")
    if lost := sum(len(part.lost) for part in parts):
        tell(f"rknet: {lost} runs have no record, see above; the same command computes them again")
    return 1 if lost else 0


def pack(options: argparse.Namespace) -> int:
    """Pack records into a table for each experiment."""
    from rknet.study.store import Store

    store, into = Store(options.store), Store(options.into or options.store)
    with orderly():
        seeds = {name: seeds_in(options.seeds, _rows([name])) or store.seeds(name) for name in _names(options)}
        counts = store.pack([run for name in seeds for run in _runs_of(name, seeds[name])], into)
    for experiment, count in counts.items():
        print(f"{count} records in {into.table(experiment)}")
    return 0 if counts else without_records(store.folder)


def baselines(options: argparse.Namespace) -> int:
    """Tune and fit classifiers of other kinds, or find their records, and print their accuracies."""
    from rknet.checks import choose
    from rknet.data.images import SOURCES
    from rknet.study.baselines import CLASSIFIERS, SEEDS, sweep
    from rknet.study.experiments import IMAGES_COMPARED
    from rknet.study.store import Store

    choose("source", options.source, dict.fromkeys(SOURCES))
    seeds = seeds_in(options.seeds, len(CLASSIFIERS) * len(IMAGES_COMPARED))
    with orderly():
        for found in sweep(Store(options.store), SEEDS if seeds is None else seeds, options.source):
            chosen = ", ".join(f"{name} = {value}" for name, value in found.chosen.items())
            what = f"{found.data}, {CLASSIFIERS[found.classifier].words}, seed {found.seed}"
            print(f"{what}: {100 * found.val_accuracy:.2f} % ({chosen})", flush=True)
    return 0


def show(options: argparse.Namespace) -> int:
    """Print the tables of experiments."""
    from rknet.study.store import Store
    from rknet.study.tables import table

    names, store = _names(options, study=False), Store(options.store)
    seeds = seeds_in(options.seeds, _rows(names))
    print("\n\n".join(table(name, store, seeds, spelling=shown) for name in names))
    return 0


def check(options: argparse.Namespace) -> int:
    """Recompute runs, or replay files, and compare them with their records."""
    files = [name for name in options.names if name.endswith(".json")]
    if files:
        return check_files(files, options)
    return check_runs(options)


def check_runs(options: argparse.Namespace) -> int:
    """Recompute runs and compare them with their records."""
    from rknet.checks import whole
    from rknet.study.store import Store
    from rknet.study.verification import drawn, verify

    verdicts, store, workers, runs = [], Store(options.store), _workers(options), _runs(options)
    if options.draw is not None:
        runs = drawn(runs, whole("draw", options.draw), options.word)
    kept = None if options.keep is None else Store(options.keep)
    if store.empty():
        return without_records(store.folder)
    with orderly():
        for verdict in verify(runs, store, kept=kept, **workers):
            verdicts.append(verdict)
            word = {True: "same", False: "DIFFERS", None: "not compared"}[verdict.same]
            print(f"{word}  {verdict.run}: {verdict.words}", flush=True)
    same, differ, rest = (sum(verdict.same is answer for verdict in verdicts) for answer in (True, False, None))
    print(f"{same} of {len(verdicts)} runs give what their records state" + (f"; {rest} not compared" if rest else ""))
    return 1 if differ else NO_RECORDS if rest else 0


def check_files(files: Sequence[str], options: argparse.Namespace) -> int:
    """Replay runs of the playground and compare them with their records."""
    from rknet.playground.exported import read
    from rknet.playground.replay import replay

    if others := [name for name in options.names if name not in files]:
        raise ValueError(
            f"names: must all be experiments or all be files, got {others[0]!r} beside {files[0]!r}; call once for each"
        )
    of_runs = {"seeds": None, "rows": "", "draw": None, "keep": None, "dask": None}
    if given := [name for name, without in of_runs.items() if getattr(options, name) != without]:
        raise ValueError(
            f"{given[0]}: must be asked of runs, got {getattr(options, given[0])!r} beside the file {files[0]!r}, "
            f"which is replayed whole; leave out --{given[0]}"
        )
    replays = [replay(read(file, any_size=options.any_size)) for file in files]
    for file, found in zip(files, replays, strict=True):
        print(f"{'same' if found.same else 'DIFFERS'}  {file}: {found.words}")
    return 0 if all(found.same for found in replays) else 1


def claims(options: argparse.Namespace) -> int:
    """Print verdicts on the paper's claims."""
    from rknet.checks import whole
    from rknet.study.store import Store

    try:
        from rknet.study.ledger.command import show
    except ModuleNotFoundError as error:
        module = str(error.name).partition(".")[0]
        remedy = f"run: pip install 'rknet[{EXTRAS[module]}]'" if module in EXTRAS else "install it"
        raise ValueError(f"claims: needs the module {module}, which is not installed; {remedy}") from None
    jobs, store = whole("jobs", options.jobs), Store(options.store)
    with orderly():
        return show(options.ids, store, n_jobs=jobs, measuring=options.measure, writing=options.write)


def seeds_in(text: str | None, rows: int = 1) -> list[int] | None:
    """The seeds that a text such as ``0-3`` or ``0,2,5-7`` names, in order; None for None.

    `rows` is in how many rows each is wanted.

    Raises
    ------
    ValueError
        If the text is anything else, or names seeds for more than `LIMIT` runs.
    """
    if text is None:
        return None
    ranges: list[range] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})(?:-(\d{1,18}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise ValueError(f"seeds: must be whole numbers and rising ranges, got {text!r}; pass for example 0-3,7")
        ranges.append(range(first, last + 1))
    if (runs := rows * sum(map(len, ranges))) > LIMIT:  # counted before any range is written out
        raise ValueError(
            f"seeds: must give at most {LIMIT} runs, got {text!r}, which gives {runs}; name fewer seeds, or fewer "
            f"rows with --rows, and call again for the others"
        )
    return sorted({seed for seeds in ranges for seed in seeds})


def _runs(options: argparse.Namespace) -> list[Run]:
    names = _names(options)
    rows = _rows(names, options.rows)
    if not rows:
        listing = f"rknet list {' '.join(options.names)}"
        raise ValueError(f"rows: must be in a row's label, got {options.rows!r}; see them: {listing}")
    seeds = seeds_in(options.seeds, rows)
    return [run for name in names for run in _runs_of(name, seeds) if options.rows in run.row]


def _runs_of(name: str, seeds: list[int] | None) -> list[Run]:
    if name.startswith(STUDY):
        from rknet.study.trial.grid import runs_of
    else:
        from rknet.study.runner import runs_of
    return runs_of(name, seeds)


def _parts(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in the parts that follow one another: one, but in the study each experiment of each seed.

    So whatever is complete of the study is balanced.
    """
    parts: dict[tuple[int, str], list[Run]] = {}
    for run in runs:
        parts.setdefault((run.seed, run.experiment) if run.experiment.startswith(STUDY) else (-1, ""), []).append(run)
    return [parts[key] for key in sorted(parts, key=lambda key: key[0])]


def _known(names: Sequence[str]) -> dict[str, Experiment]:
    """The experiments that names may mean; those of the study only if one of them is asked for, as they load more."""
    from rknet.study.experiments import EXPERIMENTS

    if not any(name.startswith(STUDY) for name in names):
        return EXPERIMENTS
    from rknet.study.trial.grid import TRIALS

    return {**EXPERIMENTS, **TRIALS}


def _rows(names: Sequence[str], text: str = "") -> int:
    """In how many rows of experiments a text occurs.  ValueError if a name is unknown."""
    from rknet.checks import choose

    known = _known(names)
    return sum(text in row for name in names for row in choose("name", name, known).rows)


def _workers(options: argparse.Namespace) -> dict[str, Any]:
    from joblib import cpu_count

    from rknet.checks import choose, whole
    from rknet.study.runner import DEVICES

    choose("device", options.device, dict.fromkeys(DEVICES))
    jobs = (cpu_count() if options.device == "cpu" else 1) if options.jobs is None else options.jobs
    return {"n_jobs": whole("jobs", jobs), "dask": options.dask, "device": options.device}


def _names(options: argparse.Namespace, *, study: bool = True) -> list[str]:
    """Each experiment once; `all` stands for all but the study, `points` for those on points, `study` for its own.

    ValueError for a name that is unknown, or, without `study`, one of the study's.
    """
    from rknet.checks import choose
    from rknet.study.experiments import EXPERIMENTS

    points = (name for name, experiment in EXPERIMENTS.items() if not experiment.of_images)
    groups = {"all": list(EXPERIMENTS), "points": list(points)}
    known = _known(options.names) if study else EXPERIMENTS
    if study:
        groups[STUDY] = [name for name in known if name not in EXPERIMENTS]
    for name in options.names:
        choose("name", name, {**known, **groups})
    return list(dict.fromkeys(one for name in options.names for one in groups.get(name, [name])))


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _names_options(groups: str = "`points`, `all` or `study`") -> _Parser:
    names = _Parser(add_help=False)
    names.add_argument("names", nargs="+", metavar="NAME", help=f"an experiment that `rknet list` shows, {groups}")
    names.add_argument("--seeds", help="such as 0-3 or 0,2,5 (default: one for each repetition of the paper's)")
    names.add_argument("--store", default=STORE, help="folder of the records (default: %(default)s)")
    return names


def _workers_options() -> _Parser:
    workers = _Parser(add_help=False)
    workers.add_argument(
        "--rows", metavar="TEXT", default="", help="only rows whose label has this in it, as StandardNet"
    )
    workers.add_argument("--jobs", type=int, help="local processes (default: as many as there are cores, on a card 1)")
    workers.add_argument("--dask", metavar="ADDRESS", help="use the workers of this Dask scheduler instead")
    workers.add_argument(
        "--device",
        metavar="NAME",
        default="cpu",
        help="what trains on images: cpu, or cuda for a graphics card (default: %(default)s)",
    )
    return workers


def _parser() -> argparse.ArgumentParser:
    names, workers = _names_options(), _workers_options()
    parser = _Parser(prog="rknet", description="The paper's experiments: list, run, tabulate and verify them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="what can be run", description="Print the experiments, or their rows.")
    listing.add_argument("names", nargs="*", metavar="NAME", help="show the rows of this experiment")
    listing.set_defaults(command=list_experiments)

    about = "Run experiments and keep a record of each run. What the store has is not computed again, so a sweep that "
    about += "was interrupted or killed resumes."
    running = commands.add_parser("run", parents=[names, workers], help="run experiments", description=about)
    engines = "what computes: auto, compiled, layerwise or torch (default: %(default)s)"
    running.add_argument("--engine", metavar="NAME", default="auto", help=engines)
    sources = "where images come from: auto, original or sample (default: %(default)s)"
    running.add_argument("--source", metavar="NAME", default="auto", help=sources)
    running.add_argument("--left", action="store_true", help="only say how many of the runs are left")
    running.set_defaults(command=run)

    about = "Pack records into one table for each experiment, NAME.parquet, which every command reads where a run has "
    about += "no file of its own. Each record is read back and compared before the table is written; files stay."
    packing = commands.add_parser("pack", parents=[names], help="many records in one table", description=about)
    packing.add_argument("--into", metavar="FOLDER", help="where the tables go (default: beside the records)")
    packing.set_defaults(command=pack)
    about = "Tune other classifiers by cross-validation on the images of Tables 5 and 6, and keep a record of each."
    others = commands.add_parser("baselines", help="other classifiers on the images", description=about)
    others.add_argument("--seeds", help="such as 0-3 or 0,2,5 (default: those of the nets)")
    others.add_argument("--store", default=STORE, help="folder of the records (default: %(default)s)")
    others.add_argument("--source", metavar="NAME", default="auto", help=sources)
    others.set_defaults(command=baselines)

    about = "Print mean and spread of the records beside the numbers that the paper prints. "
    about += "The study's are judged in the book's chapter on it."
    without_study = _names_options("`points` or `all`")
    showing = commands.add_parser(
        "table", parents=[without_study], help="our numbers beside the paper's", description=about
    )
    showing.set_defaults(command=show)

    _offer_verification(commands, names, workers)
    _offer_judging(commands)
    return parser


def _offer_verification(commands: _Commands, *parents: Any) -> None:
    about = (
        "Compute runs again and compare their bits with the stored records; exit with 1 if any differs, with 3 if a "
    )
    about += "record is missing. A name that ends in .json is a run exported from the playground, which is replayed."
    checking = commands.add_parser("verify", parents=parents, help="compare with records", description=about)
    checking.add_argument("--draw", type=int, metavar="N", help="only so many runs, drawn at random (default: all)")
    checking.add_argument("--word", default="0", help="any text: which runs are drawn (default: %(default)s)")
    keeping = "save the new records in this other folder, and do not compute again what it has"
    checking.add_argument("--keep", metavar="FOLDER", help=keeping)
    checking.add_argument(
        "--any-size", action="store_true", help="replay files too that are larger than the page's own runs"
    )
    checking.set_defaults(command=check)


def _offer_judging(commands: _Commands) -> None:
    about = "Judge the paper's claims by the records and compare with the verdicts that the book shows; exit with 1 "
    about += "if any differs, with 3 if there are no records."
    judging = commands.add_parser("claims", help="verdicts on the paper's claims", description=about)
    judging.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help="a claim of rknet/study/ledger/claims.yml or predictions.yml, or a table (default: all)",
    )
    judging.add_argument("--store", default=STORE, help="folder of the records (default: %(default)s)")
    judging.add_argument("--jobs", type=int, default=1, help="processes that measure (default: %(default)s)")
    judging.add_argument("--measure", action="store_true", help="take the measurements that are missing; trains nets")
    judging.add_argument("--write", action="store_true", help="make these the verdicts that the book shows")
    judging.set_defaults(command=claims)

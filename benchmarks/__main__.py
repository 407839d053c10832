"""The timings of this folder, each contender in a process of its own on one core.

Exit codes: 0 when all is measured, 2 for bad input, 130 when interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import memory, playground, scaling, steps, wide
from benchmarks.cases import Case
from benchmarks.contender import CONTENDERS
from benchmarks.machine import describe
from benchmarks.process import Report
from benchmarks.report import RECORD, Record, keep, recorded, table
from rknet import files
from rknet.checks import choose, whole
from rknet.study.program import guarded


def main(argv: Sequence[str] | None = None) -> int:
    """Run the studies that the arguments name, print them, and keep them in a file if asked to."""
    options = parser().parse_args(argv)
    return guarded(lambda: run(options), "benchmarks")


def run(options: argparse.Namespace) -> int:
    """Measure, print, record."""
    if options.record:
        options.record = files.place("record", options.record)
        recorded(options.record)
        files.writable("record", options.record.parent)
    measured = measure(options)
    print(table(measured))
    if options.record:
        keep(measured, options.record)
        print(f"Recorded in {options.record}")
    return 0


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument(
        "studies", nargs="*", metavar="STUDY", help="steps, scaling, memory, playground, wide (default: all)"
    )
    parser.add_argument("--authors", metavar="FOLDER", help="a checkout of the authors' code")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", help="only these, for steps (default: all)")
    parser.add_argument("--repeats", type=int, default=7, help="measurements of each time (default: %(default)s)")
    for size in ("L", "d_hat", "N", "epochs"):
        parser.add_argument(f"--{size}", type=int, help="of the case, instead of the study's")
    parser.add_argument(
        "--record",
        nargs="?",
        type=Path,
        const=RECORD,
        metavar="FILE",
        help=f"keep these studies in FILE (default: benchmarks/{RECORD.name})",
    )
    return parser


def measure(options: argparse.Namespace) -> Record:
    """The chosen studies: for each the machine, the case, the rows, and the load at the end."""
    sizes = {size: getattr(options, size) for size in ("L", "d_hat", "N", "epochs")}
    sizes = {size: value for size, value in sizes.items() if value is not None}
    case, wide_case = Case(**sizes), replace(wide.CASE, **sizes)
    repeats = whole("repeats", options.repeats)
    names = options.contenders or list(CONTENDERS)
    for name in names:
        choose("contenders", name, CONTENDERS)
    studies: dict[str, tuple[Case, Callable[[], Report]]] = {
        "steps": (case, lambda: steps.study(case, names, authors=options.authors, repeats=repeats)),
        "scaling": (case, lambda: scaling.study(case, repeats=repeats)),
        "memory": (memory.CASE, lambda: memory.study(repeats=repeats)),
        "playground": (case, lambda: playground.study(repeats=repeats)),
        "wide": (wide_case, lambda: wide.study(wide_case, repeats=repeats)),
    }
    chosen = {name: choose("studies", name, studies) for name in options.studies or studies}
    measured: Record = {}
    for name, (its_case, study) in chosen.items():
        print(f"{name} ...", file=sys.stderr)
        machine, rows = describe(), study()
        measured[name] = {
            "machine": machine,
            "case": asdict(its_case),
            "rows": rows,
            "load_at_end": describe()["load"],
        }
    return measured


if __name__ == "__main__":
    sys.exit(main())

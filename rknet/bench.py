"""`rknet bench`: the timings of `benchmarks/`, each contender in a process of its own on one core."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Self

from rknet import files

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; the folder `benchmarks` is not part of the installed package."""

RECORD = ROOT / "benchmarks" / "results.json"

ONE_THREAD = {
    **dict.fromkeys(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"], "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}

Report = list[dict[str, Any]]
"""The rows of a study."""
Record = dict[str, dict[str, Any]]
"""Studies by name."""


class Worker:
    """A process that holds one contender and answers requests; see `benchmarks.worker`."""

    def __init__(self, name: str, *, core: int | None = None, authors: str | None = None) -> None:
        from benchmarks.machine import cores

        self.name = name
        command = [sys.executable, "-m", "benchmarks.worker", name, str(cores()[-1] if core is None else core)]
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [*command, *([authors] if authors else [])],
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.send(do, **arguments)
        return self.receive()

    def send(self, do: str, **arguments: Any) -> None:
        """Send a request."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """Wait for an answer; RuntimeError if the process has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of {self.name} has ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main(arguments: list[str]) -> int:
    """Run the studies that the arguments name, print them, and keep them in a file if asked to."""
    if not (ROOT / "benchmarks").is_dir():
        print("rknet bench: must be run from a checkout of the book, which has the folder benchmarks", file=sys.stderr)
        return 1
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    options = parser().parse_args(arguments)
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


def keep(measured: Record, path: Path) -> None:
    """Write studies into a file, all at once; the file's other studies stay as they are."""
    merged = {**recorded(path), **measured}
    text = json.dumps({name: merged[name] for name in HEADS if name in merged}, indent=1) + "\n"
    files.write(path, text.encode())


def recorded(path: Path) -> Record:
    """The studies in a file, none where there is no file; ValueError if it holds anything else, which would be lost."""
    files.regular("record", path)
    if not path.exists():
        return {}
    try:
        studies = json.loads(path.read_text("utf8"))
    except (ValueError, RecursionError):
        studies = None
    if not isinstance(studies, dict) or not studies.keys() <= HEADS.keys():
        raise ValueError(
            f"record: must be a file of studies or not there yet, got {str(path)!r}, which holds something else; "
            f"name another file"
        )
    return studies


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser("rknet bench", description=__doc__)
    parser.add_argument(
        "studies", nargs="*", default=[], help="steps, scaling, memory, playground, wide (default: all)"
    )
    parser.add_argument("--authors", metavar="FOLDER", help="a checkout of the authors' code")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", help="only these, for steps (default: all)")
    parser.add_argument("--repeats", type=int, default=7, help="measurements of each time")
    for size in ("L", "d_hat", "N", "epochs"):
        parser.add_argument(f"--{size}", type=int, help="of the case, instead of the study's")
    parser.add_argument("--record", nargs="?", type=Path, const=RECORD, metavar="FILE", help="keep these studies")
    return parser


def measure(options: argparse.Namespace) -> Record:
    """The chosen studies: for each the machine, the case, the rows, and the load at the end."""
    from dataclasses import asdict, replace

    from benchmarks import memory, playground, scaling, steps, wide
    from benchmarks.cases import Case
    from benchmarks.contender import CONTENDERS
    from benchmarks.machine import describe
    from rknet.checks import choose, whole

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


def table(measured: Record) -> str:
    """The studies as text."""
    lines = []
    for name, study in measured.items():
        lines_of = {
            "steps": steps_line,
            "scaling": scaling_line,
            "memory": memory_line,
            "playground": playground_line,
            "wide": wide_line,
        }
        line = lines_of[name]
        lines += [*setting(study), "", HEADS[name], *map(line, study["rows"]), ""]
    return "\n".join(lines)


def setting(study: dict[str, Any]) -> list[str]:
    """Where, when and on what a study was run."""
    machine = study["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return [
        f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}",
        f"Python {machine['python']}, {versions}",
        f"load {machine['load']} at the start, {study['load_at_end']} at the end",
        "case: " + ", ".join(f"{key} = {value}" for key, value in study["case"].items()),
    ]


HEADS = {
    "steps": f"{'one step, ms':52}{'median':>9}{'min':>9}{'times':>8}{'full run, s':>13}{'times':>8}{'gradient':>10}",
    "scaling": "time against size, and the exponent p of time ~ size^p",
    "memory": "growth of the process in a step, MiB, and a step's time, ms, against depth",
    "playground": f"{'L':>4}{'d_hat':>6}  {'one step, ms':38}{'median':>9}{'min':>9}{'x engine':>10}{'x port':>8}",
    "wide": f"{'one step of a wide net, ms':52}{'median':>9}{'min':>9}{'times':>8}"
    f"{'MiB':>8}{'of weights':>12}{'gradient':>10}",
}
"""The studies in the order of the file, and what stands above their rows."""


def steps_line(row: dict[str, Any]) -> str:
    """A contender's step and run."""
    if "step_ms" not in row:
        return f"{row['label']:52}  {reason(row)}"
    run = f"{'' if row['run'] == 'measured' else '~'}{row['run_s']:.1f}"
    times = f"{median(row['step_ms']):9.2f}{min(row['step_ms']):9.2f}{row['step_ratio']:8.1f}"
    return f"{row['label']:52}{times}{run:>13}{row['run_ratio']:8.1f}{row['gradient_error']:10.0e}"


def scaling_line(row: dict[str, Any]) -> str:
    """An engine's times and their slope."""
    if "times" not in row:
        return f"{row['contender']:10} {reason(row)}"
    times = "  ".join(f"{size}: {time:.3g}" for size, time in zip(row["sizes"], row["times"], strict=True))
    slope = "" if row["slope"] is None else f"   p = {row['slope']:.2f}"
    return f"{row['contender']:10} {row['quantity']:10} {row['unit']:18} {times}{slope}"


def memory_line(row: dict[str, Any]) -> str:
    """A contender's memory and its slope."""
    if "mib" not in row:
        return f"{row['contender']:10} {reason(row)}"
    sizes = "  ".join(f"{L}: {m:.1f}, {ms:.0f}" for L, m, ms in zip(row["L"], row["mib"], row["ms"], strict=True))
    return f"{row['contender']:10} {sizes}   {row['mib_a_layer']:.2f} MiB a layer"


def playground_line(row: dict[str, Any]) -> str:
    """A contender's step at one size."""
    start = f"{row['L']:4}{row['d_hat']:6}  {row.get('label', row['contender']):38}"
    if "step_ms" not in row:
        return f"{start}  {reason(row)}"
    over = "".join(f"{row['over'][name]:{width}.2f}" for name, width in (("compiled", 10), ("port", 8)))
    return f"{start}{median(row['step_ms']):9.4f}{min(row['step_ms']):9.4f}{over}"


def wide_line(row: dict[str, Any]) -> str:
    """A contender's step and memory at a large width."""
    if "step_ms" not in row:
        return f"{row['label']:52}  {reason(row)}"
    times = f"{median(row['step_ms']):9.1f}{min(row['step_ms']):9.1f}{row['step_ratio']:8.2f}"
    memory = f"{row['mib']:8.0f}{row['mib'] / row['weights_mib']:12.2f}"
    return f"{row['label']:52}{times}{memory}{row['gradient_error']:10.0e}"


def reason(row: dict[str, Any]) -> str:
    """Why a contender was not measured."""
    return str(row.get("missing") or row.get("error"))

"""What a study has measured, as text and in the file of records."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from rknet import files

RECORD = Path(__file__).resolve().with_name("results.json")
"""The measurements that the book shows."""

Record = dict[str, dict[str, Any]]
"""Studies by name."""


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
        studies = json.loads(files.read(path))
    except (ValueError, RecursionError):
        studies = None
    if not isinstance(studies, dict) or not studies.keys() <= HEADS.keys():
        raise ValueError(
            f"record: must be a file of studies or not there yet, got {str(path)!r}, which holds something else; "
            f"name another file"
        )
    return studies


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

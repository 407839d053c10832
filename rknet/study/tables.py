"""Experiments as plain text: mean and spread of our runs beside the numbers that the paper prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from rknet.checks import choose
from rknet.study.experiments import EXPERIMENTS
from rknet.study.paper import STATISTICS, Printed, printed
from rknet.study.records import Record, Run
from rknet.study.runner import runs_of
from rknet.study.store import Store

UNITS = {"accuracy": ("accuracy, %", 100), "cost": ("cost x 10", 10)}
"""Heading and factor of each quantity, as the paper prints it."""

HALVES = {"train": "training", "val": "validation"}


def table(name: str, store: Store, seeds: Iterable[int] | None = None, *, spelling: Callable[[str], str] = str) -> str:
    """The table of an experiment from the records in a store: one block each for accuracy and cost.

    Shown are the statistics that the paper prints, or all where it prints none.  `spelling` says how a terminal shows a
    text, before columns are aligned.  ValueError if the name is unknown.
    """
    experiment = choose("name", name, EXPERIMENTS)
    runs = runs_of(name, seeds)
    found, notes = _records(runs, store)
    ours = {row: [found[run] for run in runs if run.row == row and run in found] for row in experiment.rows}
    paper = {row: printed(name, configuration) for row, configuration in experiment.rows.items()}
    shown = [statistic for statistic in STATISTICS if any(statistic in cells for cells in paper.values())] or STATISTICS
    used = sorted({run.seed for run in found})
    lines = [f"{name}: {experiment.title} ({experiment.where})"]
    source = f"ours: mean ± population sd (runs), from {store.folder}, seeds {_ranges(used)}"
    lines.append(source if used else f"not run yet: rknet run {name}")
    for quantity, (unit, factor) in UNITS.items():
        columns = [statistic for statistic in shown if statistic.endswith(quantity)]
        head = ["row"]
        for statistic in columns:
            half = HALVES[statistic.split("_")[0]]
            head += [f"{half} {unit}", *(["paper"] if any(paper.values()) else [])]
        body = []
        for row, configuration in experiment.rows.items():
            cells = [row]
            for statistic in columns:
                cells.append(_ours(ours[row], statistic, factor))
                if any(paper.values()):
                    cells.append(_paper(paper[row].get(statistic)))
            body.append([*map(spelling, cells), f"{configuration.parameters}", f"{configuration.evaluations}"])
        lines += ["", *_aligned([[*head, "parameters", "f per sample"], *body])]
    notes += _images(found)
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _records(runs: Sequence[Run], store: Store) -> tuple[dict[Run, Record], list[str]]:
    """The intact records of runs, and a line for each that is damaged and for those made by another version."""
    found, notes, old = {}, [], 0
    for run in runs:
        answer = store.find(run)
        if answer.record is not None:
            found[run] = answer.record
            old += not answer.current
        elif answer.problem:
            notes.append(f"left out: {store.path(run.experiment, run.row, run.seed)}: {answer.problem}")
    if old:
        notes.append(f"{old} of {len(found)} records were made by another version; do they hold? rknet verify")
    return found, notes


def _images(found: Mapping[Run, Record]) -> list[str]:
    """A line for each image set that says where its images came from, which decides what numbers can be expected."""
    sources: dict[str, set[str]] = {}
    for run, record in found.items():
        if run.configuration.images is not None:
            sources.setdefault(run.configuration.images, set()).add(record["run"]["images"]["source"])
    return [f"{data}: images from the source {' and '.join(sorted(used))}" for data, used in sources.items()]


def _ours(records: Sequence[Record], statistic: str, factor: int) -> str:
    if not records:
        return "not run yet"
    values = factor * np.array([float(record["results"]["final"][statistic]) for record in records])
    spread = f" ± {values.std():.2f}" if len(values) > 1 else ""
    return f"{values.mean():.2f}{spread} ({len(values)})"


def _paper(cell: Printed | None) -> str:
    if cell is None:
        return ""
    mean, sd = cell
    return "illegible" if mean is None else f"{mean:.2f}" if sd is None else f"{mean:.2f} ± {sd:.2f}"


def _ranges(numbers: Sequence[int]) -> str:
    """The numbers as ranges: ``0-3,7`` for 0, 1, 2, 3, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(f"{part[0]}" if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two spaces apart, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        for row in rows
    )
    return ["  ".join(line).rstrip() for line in lines]

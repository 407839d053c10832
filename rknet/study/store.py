"""A folder of records, one file per run: ``EXPERIMENT/ROW/seed-N.json``, or packed: ``EXPERIMENT.parquet``.

Files are written beside their place and moved into it, so whoever reads or dies at any moment meets a whole record or
none.  Nothing is ever unpickled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rknet import files
from rknet.study import packed, records
from rknet.study.records import Record, Run


@dataclass(frozen=True)
class Found:
    """The answer of a store to a query for one run.

    Attributes
    ----------
    record
        An intact record of this run, or None.
    problem
        Why what is stored must be computed again, in a few words; None for a current record, or no file at all.
    """

    record: Record | None = None
    problem: str | None = None

    @property
    def current(self) -> bool:
        """Whether the record is what today's versions would compute."""
        return self.record is not None and self.problem is None


class Store:
    """Records in a folder, which is made when the first is saved.

    Raises
    ------
    ValueError
        If the folder's path is empty, or that of a file, or leads through one.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = files.folder("store", folder)

    def path(self, experiment: str, row: str, seed: int) -> Path:
        """Where the record of a run lies."""
        return self.folder / slug(experiment) / slug(row) / f"seed-{seed}.json"

    def save(self, record: Record) -> Path:
        """Write a record in one step, and return its path: a reader finds the one before or this one, never a part."""
        run = record["run"]
        path = self.path(run["experiment"], run["row"], run["seed"])
        files.write(path, records.encode(record).encode())
        return path

    def check(self, runs: Iterable[Run]) -> None:
        """ValueError unless the records of these runs can be saved."""
        paths = [self.path(run.experiment, run.row, run.seed) for run in runs]
        for path in paths:
            files.regular("store", path)
        for folder in dict.fromkeys(path.parent for path in paths):
            files.writable("store", folder)

    def find(self, run: Run, engine: str = "auto", source: str = "auto") -> Found:
        """The record of a run, and why it is not current: with an engine or a source of images named, no other is."""
        try:
            record = self._read(run)
        except UnicodeDecodeError:
            return Found(problem="torn, or no JSON")
        except (OSError, ValueError) as error:
            return Found(problem=str(error))
        if record is None:
            return Found()
        asked = run.plain()
        foreign = [name for name in asked if record["run"].get(name) != asked[name]]
        if foreign:
            return Found(problem=f"of another {' and '.join(foreign)}")
        if not run.current(record):
            return Found(record, "made by another version")
        if engine not in ("auto", record["run"]["engine"]):
            return Found(record, f"made by the engine {record['run']['engine']}")
        if "images" in record["run"] and source not in ("auto", record["run"]["images"]["source"]):
            return Found(record, f"made from the source {record['run']['images']['source']}")
        return Found(record)

    def _read(self, run: Run) -> Record | None:
        """The record in the file of a run, or in the table of its experiment."""
        path = self.path(run.experiment, run.row, run.seed)
        if (kind := files.kind(path)) not in (None, "file"):
            raise ValueError(f"a {kind}, not a file")
        try:
            return records.decode(files.read(path).decode())
        except FileNotFoundError:
            return packed.lookup(self.table(run.experiment), run)

    def seeds(self, experiment: str) -> list[int]:
        """The seeds of which there is a record of the experiment, as a file or in a table."""
        paths = (self.folder / slug(experiment)).glob("*/seed-*.json")
        found = {int(name[1]) for path in paths if (name := re.fullmatch(r"seed-(\d+)\.json", path.name))}
        return sorted(found | packed.seeds(self.table(experiment)))

    def table(self, experiment: str) -> Path:
        """Where the packed records of an experiment lie."""
        return self.folder / f"{slug(experiment)}{packed.SUFFIX}"

    def pack(self, runs: Iterable[Run], into: Store) -> dict[str, int]:
        """Pack the records of runs into another store, or this one, and count them by experiment; files stay.

        ValueError if a record is damaged or foreign, or not the same when it is read back, or if a table there has
        rows that these are not.
        """
        kept: dict[str, dict[Run, Record]] = {}
        for run in runs:
            found = self.find(run)
            if found.record is not None:
                kept.setdefault(run.experiment, {})[run] = found.record
            elif found.problem:
                raise ValueError(f"store: must hold records that are whole, got {run}: {found.problem}; run it again")
        for experiment, those in kept.items():
            if lost := packed.missing(into.table(experiment), those):
                raise ValueError(
                    f"seeds: must include what {into.table(experiment)} has, got runs that leave out {lost} of its "
                    f"rows; name no seeds, so that all are packed"
                )
        for experiment, those in kept.items():
            packed.pack(into.table(experiment), those)
        return {experiment: len(those) for experiment, those in kept.items()}

    def empty(self) -> bool:
        """Whether there is no record of any run."""
        return not any(self.folder.glob("*/*/seed-*.json")) and not any(self.folder.glob(f"*{packed.SUFFIX}"))

    def tidy(self) -> None:
        """Remove what killed processes left half-written where records lie."""
        for folder in self.folder.glob("*/*/"):
            files.remove_abandoned(folder, r"seed-\d+\.(json|checkpoint)")


def slug(label: str) -> str:
    """A label as the name of a folder: lower case, a hyphen for whatever is not a letter, a digit or _."""
    return re.sub(r"[^a-z0-9_]+", "-", label.lower()).strip("-")

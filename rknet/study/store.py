"""A folder of records, one file a run: ``EXPERIMENT/ROW/seed-N.json``.

Files are written beside their place and moved into it, so whoever reads or dies at any moment meets a whole record or
none.  Nothing is ever unpickled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rknet import files
from rknet.study import records
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
        If the folder's path is empty, or that of a file.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = files.place("store", folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"store: must be a folder, got the file {str(folder)!r}; name another place")

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
        path = self.path(run.experiment, run.row, run.seed)
        try:
            if (kind := files.kind(path)) not in (None, "file"):
                return Found(problem=f"a {kind}, not a file")
            record = records.decode(path.read_bytes().decode())
        except FileNotFoundError:
            return Found()
        except UnicodeDecodeError:
            return Found(problem="torn, or no JSON")
        except (OSError, ValueError) as error:
            return Found(problem=str(error))
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

    def empty(self) -> bool:
        """Whether there is no record of any run."""
        return not any(self.folder.glob("*/*/seed-*.json"))

    def tidy(self) -> None:
        """Remove what killed processes left half-written where records lie."""
        for folder in self.folder.glob("*/*/"):
            files.remove_abandoned(folder, r"seed-\d+\.(json|checkpoint)")


def slug(label: str) -> str:
    """A label as the name of a folder: lower case, a hyphen for whatever is not a letter, a digit or _."""
    return re.sub(r"[^a-z0-9_]+", "-", label.lower()).strip("-")

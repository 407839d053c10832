"""The numbers that verdicts rest on: what records hold, and what was measured on the trained nets.

Measurements are kept in one plain file beside the records, each with the hash of the weights it was taken from.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import joblib
import msgspec
import numpy as np
from numpy.typing import NDArray

from rknet import files
from rknet.decoding import convert
from rknet.hashes import weights_hash
from rknet.study import records
from rknet.study.ledger.claims import Part, Rows, configuration_of
from rknet.study.ledger.measurements import MEASUREMENTS, TrainedRun
from rknet.study.ledger.quantities import QUANTITIES, Value
from rknet.study.program import interrupts_deferred
from rknet.study.records import Record
from rknet.study.store import Store

FILE = "measurements.json"
"""The name of the file in the folder of the store."""

DIGITS = 6
"""Significant digits kept of a measurement: what single precision means the same on every machine, nearly."""

Seed = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
Measured = dict[str, dict[str, dict[Seed, tuple[float, str]]]]
"""Quantity, rows joined by " | ", seed: value and hash of the weights."""


class Evidence:
    """Numbers of runs by quantity, rows and seed, from the records in a store and the measurements beside them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.measured = _read(store.folder / FILE)

    @functools.cache  # noqa: B019  an Evidence lives as long as the judging
    def record(self, place: str, seed: int) -> Record | None:
        """The intact record of EXPERIMENT/ROW and a seed, or None."""
        experiment, _, row = place.partition("/")
        return self.store.find(records.Run(experiment, row, configuration_of(place), seed)).record

    def value(self, quantity: str, rows: Rows, seed: int) -> Value | None:
        """A quantity of one run or pair of runs; None where there is no record, or no measurement of its weights."""
        if quantity in QUANTITIES:
            record = self.record(rows[0], seed)
            if record is None:
                return None
            return QUANTITIES[quantity].of(records.history(record), configuration_of(rows[0]))
        found = self.measured.get(quantity, {}).get(" | ".join(rows), {}).get(str(seed))
        if found is None or found[1] != self.weights(quantity, rows, seed):
            return None
        return float(found[0])

    def weights(self, quantity: str, rows: Rows, seed: int) -> str | None:
        """Hashes of the weights that a measurement is taken from, as the records state them."""
        found = [self.record(row, s) for row, s in runs_of(quantity, rows, seed)]
        return None if None in found else _joined(record["results"]["weights"] for record in found if record)

    def column(self, part: Part, seeds: Iterable[int]) -> NDArray[Any]:
        """The numbers of a part, seeds on axis 0.

        Seeds of which anything is missing, whose images are `unlike`, or that `only` excludes, drop.
        """
        rows = [row for seed in seeds if (row := self._of_seed(part, seed)) is not None]
        return np.array(rows, dtype=np.float64)

    def missing(self, part: Part, seeds: Iterable[int]) -> set[tuple[Rows, int]]:
        """Those of the `asked` rows and seeds whose records or measurements are not there."""
        all_needs = (need for seed in seeds if applies(part, seed) for need in needs(part, seed))
        return {(rows, seed) for quantity, rows, seed in all_needs if self.value(quantity, rows, seed) is None}

    def unlike(self, part: Part, seed: int) -> bool:
        """Whether rows of one image set, which a part compares seed by seed, had different images for this seed."""
        had: dict[str, set[str]] = {}
        for rows, _ in asked(part, [seed]):
            for row in rows:
                if (record := self.record(row, seed)) and "images" in record["run"]:
                    had.setdefault(configuration_of(row).data, set()).add(record["run"]["images"]["sha256"])
        return any(len(images) > 1 for images in had.values())

    def _of_seed(self, part: Part, seed: int) -> NDArray[Any] | None:
        if not applies(part, seed) or any(self.value(*need) is None for need in needs(part, seed)):
            return None
        if self.unlike(part, seed):
            return None
        for quantity, region in part.only.items():
            value = self.value(quantity, part.of[0], seed)
            if value is None or not region.low <= value <= region.high:
                return None

        def numbers(rows: Rows) -> NDArray[Any]:
            values = [self.value(quantity, rows, seed) for quantity in part.quantities]
            return np.asarray(values[0] if len(values) == 1 else values, dtype=np.float64)

        of = np.array([numbers(rows) for rows in part.of])
        minus = part.minus if isinstance(part.minus, float) else np.array([numbers(rows) for rows in part.minus])
        difference = of - minus
        return difference[0] if len(part.of) == 1 else difference


def applies(part: Part, seed: int) -> bool:
    """Whether a part has a number for a seed: a pair of seeds is counted at its even one."""
    return seed % 2 == 0 or all(q in QUANTITIES or MEASUREMENTS[q].pairs != "seeds" for q in part.quantities)


def needs(part: Part, seed: int) -> list[tuple[str, Rows, int]]:
    """Everything that a part asks of a seed: quantity, rows, seed."""
    minus = part.minus if isinstance(part.minus, tuple) else ()
    asked = [(quantity, rows, seed) for rows in (*part.of, *minus) for quantity in part.quantities]
    return asked + [(quantity, part.of[0], seed) for quantity in part.only]


def asked(part: Part, seeds: Iterable[int]) -> set[tuple[Rows, int]]:
    """The rows and seeds that a part looks at."""
    return {(rows, s) for seed in seeds if applies(part, seed) for _, rows, s in needs(part, seed)}


def runs_of(quantity: str, rows: Rows, seed: int) -> list[tuple[str, int]]:
    """EXPERIMENT/ROW and seed of each net that a measurement looks at."""
    if MEASUREMENTS[quantity].pairs == "seeds":
        return [(rows[0], seed), (rows[0], seed + 1)]
    return [(row, seed) for row in rows]


def measure(
    parts: Iterable[tuple[Part, Iterable[int]]], store: Store, *, n_jobs: int = 1, report: Callable[[str], None] = print
) -> None:
    """Take the measurements of parts and seeds that a store lacks, and keep them.

    Nets come from the cache or are trained.
    """
    evidence = Evidence(store)
    wanted = {
        need: None
        for part, seeds in parts
        for seed in sorted(seeds)
        if applies(part, seed)
        for need in needs(part, seed)
        if need[0] in MEASUREMENTS and evidence.value(*need) is None
    }
    report(f"{len(wanted)} measurements to take")
    tasks = (joblib.delayed(_measured)(*need) for need in sorted(wanted, key=lambda need: (need[1], need[2])))
    parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator")
    files.writable("store", store.folder)
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1), interrupts_deferred():
        done = parallel(tasks)
    try:
        for (quantity, rows, seed), value, weights in done:
            kept = evidence.measured.setdefault(quantity, {}).setdefault(" | ".join(rows), {})
            kept[str(seed)] = value, weights
    finally:  # what was taken before an error or an interruption is kept
        _write(store, evidence.measured)


def _measured(quantity: str, rows: Rows, seed: int) -> tuple[tuple[str, Rows, int], float, str]:
    runs = [_run(row, s) for row, s in runs_of(quantity, rows, seed)]
    value = float(f"{MEASUREMENTS[quantity].of(*runs):.{DIGITS}g}")
    return (quantity, rows, seed), value, _joined(weights_hash(run.net) for run in runs)


@functools.lru_cache(maxsize=8)
def _run(place: str, seed: int) -> TrainedRun:
    return TrainedRun(configuration_of(place), seed)


def _joined(hashes: Iterable[str]) -> str:
    return " ".join(weights[:12] for weights in hashes)


def _read(path: Path) -> Measured:
    """The measurements in a file; none where there is no file."""
    files.regular("store", path)
    if not path.exists():
        return {}
    try:
        return convert(json.loads(files.read(path)), Measured)
    except (ValueError, RecursionError):
        raise ValueError(
            f"store: must have measurements or nothing in {FILE}, got {str(path)!r}, which is torn or something else; "
            f"remove it, or name another store"
        ) from None


def _write(store: Store, measured: Mapping[str, Any]) -> None:
    """Write the measurements in one step, sorted, with one line for each quantity and row."""
    lines = []
    for quantity, rows in sorted(measured.items()):
        body = ",\n".join(
            f"  {json.dumps(row)}: {json.dumps(dict(sorted(seeds.items(), key=lambda item: int(item[0]))))}"
            for row, seeds in sorted(rows.items())
        )
        lines.append(f" {json.dumps(quantity)}: {{\n{body}\n }}")
    files.write(store.folder / FILE, ("{\n" + ",\n".join(lines) + "\n}\n").encode())

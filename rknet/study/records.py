"""The record of a run: one self-contained JSON text that nobody can tear or edit unnoticed.

Five parts: `format`; `run`, which decides the numbers (configuration, seed, engine, and the versions of data, nets and
engine); `results`; `circumstances`, which do not decide them (versions of packages, processor, seconds, date); and
`checksum` over all the rest.

A run on images also states in `run` which images it had, their source and SHA-256, and that its numbers are not exact:
PyTorch sums in the order of its processor, so another machine has other last digits, which many steps magnify.  What
else decides those, the device and the number of threads, is among its circumstances.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import rknet
from rknet.checkpoint import Checkpoint
from rknet.checks import assign, shown, whole
from rknet.data.images import fingerprint, load
from rknet.engines.layerwise.engine import WIDE
from rknet.hashes import weights_hash
from rknet.history import History
from rknet.nets import Net
from rknet.study import record_schema
from rknet.study.configuration import Configuration
from rknet.study.paper import STATISTICS
from rknet.versions import VERSIONS, versions_of

Record = dict[str, Any]

FORMAT = 2
"""Raised when records are laid out differently; records of another format are computed again."""


@dataclass(frozen=True)
class Run:
    """One repetition of one row of an experiment.  ValueError unless the seed is a whole number >= 0."""

    experiment: str
    row: str
    configuration: Configuration
    seed: int

    def __post_init__(self) -> None:
        assign(self, experiment=str(self.experiment), row=str(self.row), seed=whole("seed", self.seed, least=0))

    def __str__(self) -> str:
        return f"{self.experiment}: {self.row}, seed {self.seed}"

    def plain(self) -> dict[str, Any]:
        """The run in plain values."""
        names = {"experiment": self.experiment, "row": self.row, "seed": self.seed}
        return {**names, "configuration": self.configuration.plain()}

    @property
    def resumable(self) -> bool:
        """Whether it is so long that it is stored now and then: that is, a wide net.

        No checkpoint can tell activations and lifts from elsewhere apart, so their runs do without.
        """
        configuration = self.configuration
        ours = isinstance(configuration.activation, str) and isinstance(configuration.lift, str)
        return configuration.d_hat >= WIDE and ours

    def current(self, record: Record) -> bool:
        """Whether today's versions of data, nets and engine made a record of this run."""
        return up_to_date(record)

    def compute(self, *, engine: str, source: str, checkpoint: Checkpoint | None, device: str) -> Record:
        """Train the net and return the record; the options are those of `rknet.study.runner.compute`."""
        started = time.perf_counter()
        options: dict[str, Any] = {"engine": engine, "checkpoint": checkpoint}
        net, history = self.configuration.train(self.seed, source=source, device=device, **options)
        return make(self, net, history, time.perf_counter() - started, source)


def up_to_date(record: Record) -> bool:
    """Whether today's versions of data, nets and engine made a record."""
    engine = record["run"]["engine"]
    current: bool = engine in VERSIONS and record["run"]["versions"] == versions_of(engine)
    return current


def make(
    run: Run,
    net: Net,
    history: History,
    seconds: float,
    source: str = "auto",
    tests: Mapping[str, Any] | None = None,
) -> Record:
    """The record of a finished run; `source` is where its images came from, see `rknet.data.images.load`.

    With `tests`, what was measured on a test set, these stand in the place of the curves.
    """
    curves = {name: list(map(written, getattr(history, name))) for name in STATISTICS}
    record: Record = {
        "format": FORMAT,
        "run": {**run.plain(), "engine": history.engine, "versions": versions_of(history.engine)},
        "results": {
            "epochs": history.epochs,
            "ended": history.ended,
            "final": {name: curve[-1] for name, curve in curves.items()},
            **({"history": curves} if tests is None else {"tests": tests}),
            "weights": weights_hash(net),
        },
        "circumstances": {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "processor": processor(),
            "seconds": round(seconds, 3),
            "versions": versions(),
        },
    }
    if run.configuration.images is not None:
        images = {
            "source": load(run.configuration.images, source).source,
            "sha256": fingerprint(*run.configuration.points(run.seed, source=source)),
        }
        record["run"] |= {"images": images, "exact": False}
        record["circumstances"] |= {"device": device(net), "threads": torch.get_num_threads()}
    return record


def history(record: Record) -> History:
    """The history that a record holds."""
    results = record["results"]
    curves = {name: _read(results["history"][name]) for name in STATISTICS}
    return History(**curves, ended=results["ended"], engine=record["run"]["engine"])


def encode(record: Record) -> str:
    """The text of a record: one line an entry, keys sorted, floats in the shortest form that reads back the same."""
    whole = {**record, "checksum": checksum(record)}
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {_part(whole[key])}" for key in sorted(whole)) + "\n}\n"


def decode(text: str) -> Record:
    """The record that a text holds, without its checksum; ValueError says in a few words why it is none."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("torn, or no JSON") from None
    if not isinstance(whole, dict) or "checksum" not in whole:
        raise ValueError("not a record")
    record = {key: value for key, value in whole.items() if key != "checksum"}
    if whole["checksum"] != checksum(record) or encode(record) != text:
        raise ValueError("edited or damaged: its checksum does not hold")
    if record.get("format") != FORMAT:
        raise ValueError(f"of format {shown(record.get('format'))}, not {FORMAT}")
    try:
        record_schema.check(record)
    except ValueError as error:
        raise ValueError(f"of another shape: {error}") from None
    return record


def checksum(record: Record) -> str:
    """SHA-256 (hex) of a record's canonical JSON."""
    return hashlib.sha256(_canonical(record).encode()).hexdigest()


def processor() -> str:
    """The processor's name, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf8", "replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def device(net: Net) -> str:
    """What a net is computed on: "cpu", or the name of the graphics card."""
    on = net.K.device
    return torch.cuda.get_device_name(on) if on.type == "cuda" else on.type


def versions() -> Mapping[str, str]:
    """Versions of what computes: Python, this library and those below it that are installed."""
    found = {"python": platform.python_version(), "rknet": rknet.__version__}
    for package in ("numba", "numpy", "torch"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _part(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = (f" {json.dumps(key)}: {json.dumps(value[key], sort_keys=True)}" for key in sorted(value))
    return "{\n" + ",\n".join(lines) + "\n}"


def written(number: float) -> float | str:
    """A number as JSON takes it, which has no NaN and no infinity."""
    return float(number) if math.isfinite(number) else str(float(number))


def _read(numbers: Iterable[float | str]) -> NDArray[np.float64]:
    return np.array([float(number) for number in numbers])

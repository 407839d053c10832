"""Replay a run of the playground from its record: the compiled engine must end with the same bits.

A record is one JSON object.  `format` and `generator` say how to read it; `configuration` is what was trained and how;
`data` and `initial` hold the points and the weights that training began with, arrays as base64 of little-endian
float32, and `start` says whether those weights are the ones that the seed draws; `steps` counts the steps taken;
`history` holds cost and accuracy before training and after each epoch; `weights` is the hash of the final weights.
Everything is drawn as `rknet.playground.random` specifies.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rknet import files
from rknet.checks import choose, shown, whole
from rknet.data.points import LAWS, PointSet
from rknet.engines.compiled.engine import Compiled
from rknet.hashes import weights_hash
from rknet.lifts import LIFTS
from rknet.nets import ACTIVATIONS, Net, net_of
from rknet.playground import random
from rknet.playground.limits import within
from rknet.protocol import Protocol
from rknet.tableaus import TABLEAUS, Tableau

FORMAT = "rknet playground 1"

NETS = ("StandardNet", "RKNet")
CURVES = ("train_cost", "train_accuracy", "val_cost", "val_accuracy")
PARTS = ("configuration", "data", "generator", "history", "initial", "start", "steps", "weights")

FIELDS: dict[str, type | tuple[type, ...]] = {
    "data": (str, dict),
    "noise": (int, float),
    "samples": int,
    "net": str,
    "scheme": (str, dict),
    "h": (int, float),
    "d_hat": int,
    "L": int,
    "activation": str,
    "lift": str,
    "rate": (int, float),
    "batch": int,
    "epochs": int,
    "seed": int,
}
"""What a configuration holds."""

ROW = (list, tuple)

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Replay:
    """Whether a run gives the bits that its record states, and in a few words how often or why not."""

    same: bool
    words: str


@dataclass(frozen=True)
class RunRecord:
    """A run of the playground.

    Attributes
    ----------
    configuration
        See `FIELDS`; `data` is the name of a point set or an object with `classes`, `X` and `c`.
    train, validation
        The points it was trained and measured on.
    initial
        The weights it began with, named as in `rknet.nets.Net`.
    drawn
        Whether these are the ones that the seed draws.
    steps
        Steps taken; the last epoch may have been left before its end.
    history
        Cost and accuracy on both sets, before training and after each epoch.
    weights
        Hash of the final weights.
    """

    configuration: dict[str, Any]
    train: PointSet
    validation: PointSet
    initial: Arrays
    drawn: bool
    steps: int
    history: dict[str, list[float]]
    weights: str

    def network(self) -> Net:
        """The net, with the weights the run began with."""
        return network(self.configuration, self.train.classes, self.initial)


def read(path: str | Path) -> RunRecord:
    """The record that a file holds.

    Raises
    ------
    ValueError
        If the file holds something else; the message is one line.
    OSError
        If it cannot be read.
    """
    files.regular("record", Path(path))
    try:
        record = json.loads(Path(path).read_text("utf8"))
    except (ValueError, RecursionError):
        raise ValueError(f"{path}: torn, or no JSON; export the run again") from None
    try:
        return _decoded(record)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def replay(record: RunRecord) -> Replay:
    """Draw again what the seed decides, train with the compiled engine, and compare with the record."""
    drawn = [name for name, pairs in _drawn(record).items() if not all(np.array_equal(*pair) for pair in pairs)]
    net, configuration = record.network(), record.configuration
    protocol = Protocol(batch_size=configuration["batch"], learning_rate=float(configuration["rate"]))
    engine, (train, validation) = Compiled(net, protocol), (record.train, record.validation)
    an_epoch = math.ceil(len(train) / protocol.batch_size)

    def statistics() -> tuple[float, float, float, float]:
        return *engine.statistics(train.X, train.c), *engine.statistics(validation.X, validation.c)

    rows = [statistics()]
    for epoch in range(math.ceil(record.steps / an_epoch)):
        steps = min(an_epoch, record.steps - epoch * an_epoch)
        order = random.permutation(len(train), configuration["seed"], epoch)
        engine.epoch(train.X, train.c, order[: steps * protocol.batch_size])
        if steps == an_epoch:
            rows.append(statistics())
    engine.write_back()
    weights = final_hash(net)
    curves = dict(zip(CURVES, np.array(rows).T, strict=True))
    same = {
        "history": all(np.array_equal(curves[name], record.history[name], equal_nan=True) for name in CURVES),
        "weights": weights == record.weights,
    }
    different = [*drawn, *(name for name, holds in same.items() if not holds)]
    taken = f"{record.steps} steps"
    if different:
        return Replay(False, f"other {', '.join(different)} after {taken}: {record.weights[:12]}, now {weights[:12]}")
    return Replay(True, f"same weights {weights[:12]} after {taken}")


def network(configuration: dict[str, Any], classes: int, weights: Arrays) -> Net:
    """The net of a configuration, with weights named as in `rknet.nets.Net`.  ValueError if they do not fit it."""
    tableau = scheme(configuration["scheme"]) if configuration["net"] == "RKNet" else "standard"
    sizes = 2, configuration["d_hat"], classes, configuration["L"]
    options = {name: configuration[name] for name in ("activation", "lift", "h")}
    net = net_of(tableau, *sizes, **options)
    tensors = net.state_dict()
    for name, tensor in tensors.items():
        if weights[name].size != tensor.numel():
            raise ValueError(
                f"initial.{name}: must hold {tensor.numel()} numbers for this net, got {weights[name].size}"
            )
        tensor.copy_(torch.from_numpy(weights[name].reshape(tensor.shape)))
    return net


def scheme(given: str | Mapping[str, Any]) -> Tableau:
    """The scheme of that name, or a typed tableau.  ValueError if it is none, or not explicit."""
    if isinstance(given, str):
        return choose("scheme", given, TABLEAUS)
    A, beta = given.get("A"), given.get("beta")
    if not (isinstance(beta, ROW) and isinstance(A, ROW) and all(isinstance(row, ROW) for row in A)):
        raise ValueError(
            f"scheme: must be a name or hold A and beta, lists of entries, got {shown(given)}; export the run again"
        )
    return Tableau("typed", [list(map(_entry, row)) for row in A], list(map(_entry, beta)))


def _entry(typed: Any) -> Any:
    """An entry as the page reads it: what is left empty is zero."""
    return 0 if typed is None or (isinstance(typed, str) and not typed.strip()) else typed


def final_hash(net: Net) -> str:
    """The hash of a net's weights, in which every NaN counts as the same one, for processors differ in its bits."""
    for tensor in net.state_dict().values():
        tensor[torch.isnan(tensor)] = torch.nan
    return weights_hash(net)


def _decoded(record: Any) -> RunRecord:
    if not isinstance(record, dict) or "format" not in record:
        raise ValueError("not a run of the playground")
    if record["format"] != FORMAT:
        raise ValueError(f"of format {record['format']!r}, not {FORMAT!r}")
    missing = [part for part in PARTS if part not in record]
    if missing:
        raise ValueError(f"without {', '.join(missing)}; export the run again")
    if record["generator"] != random.GENERATOR:
        raise ValueError(f"generator: must be {random.GENERATOR!r}, got {record['generator']!r}")
    configuration = _configuration(record["configuration"])
    data = configuration["data"]
    classes = LAWS[data].classes if isinstance(data, str) else data["classes"]
    history = {name: _curve(record["history"], name) for name in CURVES}
    names = ["K", "b", "W", "mu"] + (["lift.matrix"] if configuration["lift"] != "zero" else [])
    found = RunRecord(
        configuration,
        _points(record["data"], "train", classes),
        _points(record["data"], "validation", classes),
        {name: _array(record["initial"], "lift" if name == "lift.matrix" else name) for name in names},
        choose("start", record["start"], {"drawn": True, "given": False}),
        whole("steps", record["steps"], least=0),
        history,
        str(record["weights"]),
    )
    found.network()  # which refuses weights of another net
    return found


def _configuration(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError(f"configuration: must be an object, got {given!r}")
    for field, kind in FIELDS.items():
        if field not in given or not isinstance(given[field], kind) or isinstance(given[field], bool):
            raise ValueError(f"configuration.{field}: must be there and of its type, got {given.get(field)!r}")
    if isinstance(given["data"], str):
        choose("data", given["data"], {name: law for name, law in LAWS.items() if law.d == 2})
    choose("net", given["net"], dict.fromkeys(NETS))
    choose("activation", given["activation"], ACTIVATIONS)
    choose("lift", given["lift"], LIFTS)
    within(given)
    return given


def _points(data: Any, name: str, classes: int) -> PointSet:
    try:
        X, c = _array(data[name], "X"), np.asarray(data[name]["c"])
    except (KeyError, TypeError):
        raise ValueError(f"data.{name}: must hold X and c") from None
    if X.size % 2:
        raise ValueError(f"data.{name}.X: must hold two numbers a point, got {X.size} in all")
    return PointSet(X.reshape(-1, 2), c, classes)


def _array(owner: Any, name: str) -> NDArray[np.float32]:
    """A fresh array of this machine's byte order."""
    try:
        return np.frombuffer(base64.b64decode(owner[name], validate=True), "<f4").astype(np.float32)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise ValueError(f"{name}: must be base64 of float32 numbers; export the run again") from None


def _curve(history: Any, name: str) -> list[float]:
    try:
        return [float(number) for number in history[name]]
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"history.{name}: must be a list of numbers; export the run again") from None


def _drawn(record: RunRecord) -> dict[str, list[tuple[Any, Any]]]:
    """What the seed decides, by name: pairs of what the record states and what is drawn anew."""
    configuration, found = record.configuration, {}
    seed, data = configuration["seed"], configuration["data"]
    if isinstance(data, str):
        samples = configuration["samples"]
        points = random.points(data, 2 * samples, noise=configuration["noise"], seed=seed)
        halves = (record.train, points[:samples]), (record.validation, points[samples:])
        found["data"] = [pair for kept, fresh in halves for pair in ((kept.X, fresh.X), (kept.c, fresh.c))]
    if record.drawn:
        d_hat, L, lift = configuration["d_hat"], configuration["L"], configuration["lift"]
        fresh = random.weights(d_hat, record.train.classes, L, lift=lift, seed=seed)
        found["initial weights"] = [(record.initial[name], array.ravel()) for name, array in fresh.items()]
    return found

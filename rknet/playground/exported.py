"""Runs of the playground as the page exports them: one JSON object a file, checked before anything is computed.

`format` and `generator` say how to read a record; `configuration` is what was trained and how; `data` and `initial`
hold the points and the weights that training began with, arrays as base64 of little-endian float32, and `start` says
whether those weights are the ones that the seed draws; `steps` counts the steps taken; `history` holds cost and
accuracy before training and after each epoch; `weights` is the hash of the final weights.
Everything is drawn as `rknet.playground.random` specifies.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from rknet import files
from rknet.activations import ACTIVATIONS
from rknet.checks import choose, flag, shown
from rknet.data.points import LAWS, PointSet
from rknet.decoding import convert, decode
from rknet.equality import ByValue
from rknet.lifts import LIFTS
from rknet.named import net_of
from rknet.nets import Net
from rknet.playground import random
from rknet.playground.limits import LARGEST_FILE, within
from rknet.tableaus import TABLEAUS, Tableau

FORMAT = "rknet playground 1"

NETS = ("StandardNet", "RKNet")

MOST_STEPS = 10**6
"""Most steps of a run, which is what a link to the page may ask for, unless the limits are lifted."""

Shape = TypeVar("Shape")
Arrays = dict[str, NDArray[np.float32]]
Entry = str | int | None


class Typed(msgspec.Struct):
    """A tableau as it was typed: rows of A, which may stop before the diagonal, and weights; what is empty is zero."""

    A: list[list[Entry]]
    beta: list[Entry]


class Given(msgspec.Struct):
    """Points of the reader's own, of which a configuration needs the number of classes."""

    classes: int


class Configuration(msgspec.Struct):
    """What was trained and how: `data` and `scheme` by name or given, `rates` the changes (step, rate) of the rate."""

    data: str | Given
    noise: float
    samples: int
    net: str
    scheme: str | Typed
    h: float
    d_hat: int
    L: int
    activation: str
    lift: str
    rate: float
    batch: int
    epochs: int
    seed: int
    rates: list[tuple[int, float]] = []
    share: float = 0.5
    decay: float = 0.0

    @property
    def classes(self) -> int:
        """Number of classes."""
        return LAWS[self.data].classes if isinstance(self.data, str) else self.data.classes

    @property
    def sizes(self) -> tuple[int, int]:
        """How many points are drawn to train with, and how many to validate with."""
        n = int(2 * self.samples * self.share + 0.5)
        return n, 2 * self.samples - n


class Points(msgspec.Struct):
    """A point set: X (N, 2) as base64, labels c (N,)."""

    X: str
    c: list[int]


class Data(msgspec.Struct):
    """The points a net was trained and measured on."""

    train: Points
    validation: Points


Curve = list[float | Literal["nan", "inf", "-inf"]]


class History(msgspec.Struct):
    """Cost and accuracy (a fraction) on both sets, before training and after each epoch."""

    train_cost: Curve
    train_accuracy: Curve
    val_cost: Curve
    val_accuracy: Curve


class File(msgspec.Struct):
    """What a file holds."""

    configuration: Configuration
    data: Data
    start: Literal["drawn", "given"]
    initial: dict[str, str]
    steps: int
    history: History
    weights: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Kind(msgspec.Struct):
    """What says how the rest of a file is to be read."""

    format: str
    generator: str = ""


@dataclass(frozen=True, eq=False)
class RunRecord(ByValue):
    """A run of the playground.

    Attributes
    ----------
    configuration
        What was trained and how.
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

    configuration: Configuration
    train: PointSet
    validation: PointSet
    initial: Arrays
    drawn: bool
    steps: int
    history: dict[str, list[float]]
    weights: str

    @property
    def batch(self) -> int:
        """Samples of a step: no more than there are."""
        return min(self.configuration.batch, len(self.train))

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a whole epoch."""
        return -(-len(self.train) // self.batch)

    def rate(self, steps: int) -> float:
        """The learning rate of the step after so many."""
        configuration = self.configuration
        return next((rate for first, rate in reversed(configuration.rates) if first <= steps), configuration.rate)

    def network(self) -> Net:
        """The net, with the weights the run began with."""
        return network(self.configuration, self.initial)


def read(path: str | Path, *, any_size: bool = False) -> RunRecord:
    """The record that a file holds.

    Parameters
    ----------
    path
        The file.
    any_size
        Whether runs are read that are larger than the page can train: see `rknet.playground.limits.SIZES`.

    Raises
    ------
    ValueError
        If the file holds something else, or something larger; the message is one line.
    OSError
        If it cannot be read.
    """
    any_size, path = flag("any_size", any_size), files.existing("record", path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE and not any_size:
            raise _too_large("the file", f"at most {LARGEST_FILE} bytes", size)
        text = path.read_bytes()
        kind = _decoded(text, Kind)
        if kind.format != FORMAT:
            raise ValueError(f"format: must be {FORMAT!r}, got {shown(kind.format)}; export the run again")
        if kind.generator != random.GENERATOR:
            raise ValueError(
                f"generator: must be {random.GENERATOR!r}, got {shown(kind.generator)}; export the run again"
            )
        return _checked(_decoded(text, File), any_size)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def network(configuration: Configuration, weights: Arrays) -> Net:
    """The net of a configuration, with weights named as in `rknet.nets.Net`.  ValueError if they do not fit it."""
    d_hat, L, classes = configuration.d_hat, configuration.L, configuration.classes
    sizes = {"K": L * d_hat**2, "b": L * d_hat, "W": classes * d_hat, "mu": classes, "lift.matrix": 2 * d_hat}
    for name, array in weights.items():
        if array.size != sizes[name]:
            raise ValueError(
                f"initial.{name}: must hold {shown(sizes[name])} numbers for this net, got {array.size}; "
                "export the run again"
            )
    scheme = tableau(configuration.scheme) if configuration.net == "RKNet" else "standard"
    options: dict[str, Any] = {name: getattr(configuration, name) for name in ("activation", "lift", "h")}
    net = net_of(scheme, 2, d_hat, classes, L, **options)
    for name, tensor in net.state_dict().items():
        tensor.copy_(torch.from_numpy(weights[name].reshape(tensor.shape)))
    return net


def tableau(scheme: str | Typed | Mapping[str, Any]) -> Tableau:
    """The scheme of that name, or the tableau that was typed.  ValueError if it is neither."""
    if isinstance(scheme, str):
        return choose("scheme", scheme, TABLEAUS)
    try:
        typed = scheme if isinstance(scheme, Typed) else convert(scheme, Typed)
    except ValueError as error:
        raise ValueError(f"scheme: must be a name or hold A and beta, lists of entries as text, got {error}") from None
    filled = [[entry if str(entry or "").strip() else 0 for entry in row] for row in (*typed.A, typed.beta)]
    return Tableau("typed", filled[:-1], filled[-1])


def _decoded(text: bytes, kind: type[Shape]) -> Shape:
    try:
        return decode(text, kind)
    except ValueError as error:
        raise ValueError(f"{error}; export the run again") from None


def _checked(file: File, any_size: bool) -> RunRecord:
    configuration, initial = file.configuration, file.initial
    _check_names(configuration)
    try:
        within(msgspec.to_builtins(configuration), any_size=any_size)
    except ValueError as error:
        raise ValueError(f"{error}; --any-size (any_size=True) lifts the limits of size") from None
    names = ["K", "b", "W", "mu"] + (["lift.matrix"] if configuration.lift != "zero" else [])
    record = RunRecord(
        configuration,
        _points(file.data.train, "data.train", configuration.classes),
        _points(file.data.validation, "data.validation", configuration.classes),
        {name: _array(initial.get(name.partition(".")[0], "?"), f"initial.{name.partition('.')[0]}") for name in names},
        file.start == "drawn",
        file.steps,
        {name: list(map(float, curve)) for name, curve in msgspec.structs.asdict(file.history).items()},
        file.weights,
    )
    most = configuration.epochs * record.steps_per_epoch
    if not 0 <= record.steps <= most:
        raise ValueError(
            f"steps: must be from 0 to {most}, those of {configuration.epochs} epochs, got {shown(record.steps)}; "
            "export the run again"
        )
    if record.steps > MOST_STEPS and not any_size:
        raise _too_large("steps", f"at most {MOST_STEPS}", record.steps)
    record.network()  # which refuses weights of another net
    return record


def _check_names(configuration: Configuration) -> None:
    """ValueError for names that are unknown."""
    if isinstance(configuration.data, str):
        choose("data", configuration.data, {name: law for name, law in LAWS.items() if law.d == 2})
    choose("net", configuration.net, dict.fromkeys(NETS))
    choose("activation", configuration.activation, ACTIVATIONS)
    choose("lift", configuration.lift, LIFTS)


def _too_large(argument: str, rule: str, value: int) -> ValueError:
    return ValueError(f"{argument}: must be {rule}, got {value}; pass --any-size (any_size=True) if you trust the file")


def _points(points: Points, name: str, classes: int) -> PointSet:
    X = _array(points.X, f"{name}.X")
    if X.size % 2:
        raise ValueError(f"{name}.X: must hold two numbers per point, got {X.size} in all; export the run again")
    try:
        return PointSet(X.reshape(-1, 2), np.array(points.c), classes)
    except ValueError as error:
        raise ValueError(f"{name}.{error}") from None


def _array(text: str, name: str) -> NDArray[np.float32]:
    """A fresh array of this machine's byte order."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    except (ValueError, binascii.Error):
        raise ValueError(
            f"{name}: must be base64 of float32 numbers, got {shown(text)}; export the run again"
        ) from None

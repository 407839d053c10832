"""Who takes the steps of a training, and who watches it: the two contracts of `rknet.fit`.

An `Engine` trains a net by a protocol, and `ENGINES` lists all there are.  A `Callback` is told where a `Training`
stands; it may take up one that was stored, and may end it.
"""

from __future__ import annotations

import pkgutil
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rknet.checks import choose
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.protocol import Protocol


class Engine(typing.Protocol):
    """A net in training, made as ``Engine(net, protocol)``: ValueError where `obstacle` gives a reason."""

    def __init__(self, net: Net, protocol: Protocol) -> None: ...

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """Why this engine cannot train this net by this protocol, in a few words, or None if it can."""

    @classmethod
    def suits(cls, net: Net) -> bool:
        """Whether "auto" takes this engine for the net, where nothing is in its way, rather than one further down."""

    def epoch(self, X: NDArray[typing.Any], c: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""

    def statistics(self, X: NDArray[typing.Any], c: NDArray[np.int64]) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,)."""

    def write_back(self) -> None:
        """Give the net the trained weights."""

    def state(self) -> Mapping[str, Tensor]:
        """All that decides the steps to come, by name: the weights, and what the optimiser remembers."""

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""


ENGINES: dict[str, str | type[Engine]] = {
    "layerwise": "rknet.engines.layerwise.engine:Layerwise",
    "compiled": "rknet.engines.compiled.engine:Compiled",
    "torch": "rknet.engines.plain:Plain",
}
"""Every engine by name, in the order in which "auto" tries them: a class, or where it is found once it is asked for.

A new one needs its line here, and one in `rknet.versions.VERSIONS` if its trainings are to be stored.
"""


def engine_for(net: Net, protocol: Protocol, asked: str = "auto") -> tuple[str, type[Engine]]:
    """Name and class of the engine that is asked for, or of the first that suits the net.

    Raises
    ------
    ValueError
        If the name is unknown, or the engine cannot train this net by this protocol.
    """
    choose("engine", asked, {"auto": None, **ENGINES})
    reason: str | None = None
    for name in ENGINES if asked == "auto" else [asked]:
        listed = ENGINES[name]
        engine: type[Engine] = pkgutil.resolve_name(listed) if isinstance(listed, str) else listed
        if name == asked or engine.suits(net):
            reason = engine.obstacle(net, protocol)
            if reason is None:
                return name, engine
    raise ValueError(
        f"engine: must be 'auto' or 'torch' for this net and protocol, got {asked!r}, but {reason}; pass engine='auto'"
    )


@dataclass
class Training:
    """The state of a training in progress.

    Attributes
    ----------
    net, train, validation, protocol, seed
        What is trained on what, how, and in which order.  Some engines give the net its weights at the end only.
    engine, steps
        The engine's name, and the engine.
    rows
        Cost and accuracy on the training and on the validation set, before training and after each epoch that is over.
    done
        Samples of the present epoch that have been used.
    drawn
        State of NumPy's generator before the order of the present epoch was drawn.
    ended
        Why training ended, see `rknet.History`; None as long as it goes on, and when it failed.
    """

    net: Net
    train: PointSet
    validation: PointSet
    protocol: Protocol
    seed: int
    engine: str
    steps: Engine
    drawn: typing.Any
    rows: list[list[float]] = field(default_factory=list)
    done: int = 0
    ended: str | None = None


class Callback:
    """What `rknet.fit` tells of a training; a subclass overrides what it is interested in.

    Attributes
    ----------
    batches
        Largest number of batches between two calls of `portion`; None if the end of an epoch is soon enough.
    """

    batches: int | None = None

    def begin(self, training: Training) -> None:
        """Called before anything is computed.  A callback that restores `steps` sets `rows`, `done` and `drawn` too."""

    def portion(self, training: Training) -> None:
        """Called after some batches of an epoch."""

    def epoch(self, training: Training) -> None:
        """Called after an epoch, whose statistics are the last row.  A callback that sets `ended` ends the training."""

    def end(self, training: Training) -> None:
        """Called at the end, also when training or `begin` failed."""

"""Who takes the steps of a training: what `rknet.fit` asks of an engine, and `ENGINES`, all there are."""

from __future__ import annotations

import typing
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rknet.checks import choose
from rknet.loading import loaded
from rknet.nets import Net
from rknet.protocol import Protocol
from rknet.registry import Registry


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


ENGINES: Registry[str | type[Engine]] = Registry(
    layerwise="rknet.engines.layerwise.engine:Layerwise",
    compiled="rknet.engines.compiled.engine:Compiled",
    torch="rknet.engines.plain:Plain",
)
"""Every engine by name, in the order in which "auto" tries them: a class, or where it is found once it is asked for.

A new one needs its line here, and one in `rknet.versions.VERSIONS` if its trainings are to be stored.
"""


def engine_for(net: Net, protocol: Protocol, asked: str = "auto") -> tuple[str, type[Engine]]:
    """Name and class of the engine that is asked for, or of the first that suits the net and has no obstacle.

    ValueError if the name is unknown, or the engine cannot train this net by this protocol.
    """
    choose("engine", asked, {"auto": None, **ENGINES})
    reason: str | None = None
    for name in ENGINES if asked == "auto" else [asked]:
        engine: type[Engine] = loaded(ENGINES[name])
        if name == asked or engine.suits(net):
            reason = engine.obstacle(net, protocol)
            if reason is None:
                return name, engine
    raise ValueError(
        f"engine: must be 'auto' or 'torch' for this net and protocol, got {asked!r}, but {reason}; pass engine='auto'"
    )

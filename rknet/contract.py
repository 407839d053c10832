"""Who takes the steps of a training: what `rknet.fit` asks of an engine, and `ENGINES`, all there are."""

from __future__ import annotations

import typing
from collections.abc import Collection, Mapping

from torch import Tensor

from rknet.checks import choose
from rknet.data.targets import Array
from rknet.loading import loaded
from rknet.nets import Net
from rknet.protocol import Protocol, lacking
from rknet.registry import Registry


class Engine(typing.Protocol):
    """A net in training, made as ``Engine(net, protocol)``: ValueError where `obstacle` gives a reason.

    `knows` names what it can do beyond the paper: some of `rknet.protocol.BEYOND`, ``"weights"`` and ``"targets"``.
    """

    knows: typing.ClassVar[Collection[str]] = ()

    def __init__(self, net: Net, protocol: Protocol) -> None: ...

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """Why this engine cannot train this net by this protocol, in a few words, or None if it can."""

    @classmethod
    def suits(cls, net: Net) -> bool:
        """Whether "auto" takes this engine for the net, where nothing is in its way, rather than one further down."""

    def epoch(self, X: Array, c: Array, order: Array, weights: Array | None = None) -> None:
        """A step for each batch, in this order, of samples X (N, d) with labels c (N,) or targets, and weights (N,)."""

    def statistics(self, X: Array, c: Array, weights: Array | None = None) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,); cost and R^2 with targets c (N, outputs)."""

    def set_rate(self, rate: float) -> None:
        """Take the steps to come with another learning rate; asked of those who know ``"schedule"``."""

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


def engine_for(net: Net, protocol: Protocol, asked: str = "auto", *needs: str) -> tuple[str, type[Engine]]:
    """Name and class of the engine that is asked for, or of the first that suits the net and has no obstacle.

    `needs` is what it must know besides the protocol.  ValueError if the name is unknown, or the engine cannot train
    this net by this protocol.
    """
    choose("engine", asked, {"auto": None, **ENGINES})
    reason: str | None = None
    for name in ENGINES if asked == "auto" else [asked]:
        engine: type[Engine] = loaded(ENGINES[name])
        if name == asked or engine.suits(net):
            reason = lacking(engine, *protocol.beyond, *needs) or engine.obstacle(net, protocol)
            if reason is None:
                return name, engine
    raise ValueError(
        f"engine: must be 'auto' or 'torch' for this net and protocol, got {asked!r}, but {reason}; pass engine='auto'"
    )

"""One training of one network as plain data: a `Configuration` and a seed decide every bit of the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rknet.augment import LIFTS
from rknet.checks import choose, positive, whole
from rknet.nets import ACTIVATIONS, EulerNet, Net, RK4Net, StandardNet
from rknet.points import LAWS, PointSet, draw, split
from rknet.tableaus import EULER, RK4
from rknet.training import History, Protocol, fit

NETS: dict[str, type[Net]] = {"StandardNet": StandardNet, "EulerNet": EulerNet, "RK4Net": RK4Net}
"""The paper's networks by name."""

STAGES = {"StandardNet": 1, "EulerNet": EULER.stages, "RK4Net": RK4.stages}
"""How often one layer of each evaluates f."""


@dataclass(frozen=True)
class Configuration:
    """What is trained on what, and how.

    Attributes
    ----------
    data
        Name of a point set in `rknet.points.LAWS`.
    net
        Name in `NETS`.
    d_hat, L, activation, lift
        Width, depth, activation and lift of the net: see `rknet.nets.Net`.
    h
        Step size of a Runge-Kutta net; a StandardNet has none.
    protocol
        How it is trained.
    samples
        Number of training points, and of validation points.

    Raises
    ------
    ValueError
        If a name is unknown or a number is out of range.
    """

    data: str
    net: str
    d_hat: int
    L: int
    activation: str = "tanh"
    lift: str = "linear"
    h: float = 0.05
    protocol: Protocol = field(default_factory=Protocol)
    samples: int = 1500

    def __post_init__(self) -> None:
        law = choose("data", self.data, LAWS)
        choose("net", self.net, NETS)
        choose("activation", self.activation, ACTIVATIONS)
        choose("lift", self.lift, LIFTS)
        whole("d_hat", self.d_hat, least=law.d)
        whole("L", self.L)
        positive("h", self.h)
        whole("samples", self.samples)

    @property
    def parameters(self) -> int:
        """Number of trained parameters: K, b, W, mu, and a learned lift."""
        d, classes = LAWS[self.data].d, LAWS[self.data].classes
        lift = self.d_hat * d if self.lift == "learned" else 0
        return self.L * self.d_hat * (self.d_hat + 1) + classes * (self.d_hat + 1) + lift

    @property
    def evaluations(self) -> int:
        """Evaluations of f for one sample."""
        return self.L * STAGES[self.net]

    @property
    def work(self) -> int:
        """Multiplications in the layers if every epoch is run, up to a constant: how long a run takes, roughly."""
        return self.evaluations * self.d_hat**2 * self.samples * self.protocol.epochs

    def points(self, seed: int) -> tuple[PointSet, PointSet]:
        """Training and validation set of a repetition, the same for every net."""
        return split(draw(self.data, 2 * self.samples, seed=streams(seed)["data"]), self.samples)

    def network(self, seed: int) -> Net:
        """The untrained net of a repetition."""
        law = LAWS[self.data]
        options: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "seed": streams(seed)["net"]}
        if self.net != "StandardNet":
            options["h"] = self.h
        return NETS[self.net](law.d, self.d_hat, law.classes, self.L, **options)

    def train(self, seed: int, *, engine: str = "auto", progress: bool = False) -> tuple[Net, History]:
        """The trained net of a repetition and the history of its training; arguments as for `rknet.fit`."""
        net = self.network(seed)
        train, validation = self.points(seed)
        order = streams(seed)["order"]
        return net, fit(net, train, validation, self.protocol, seed=order, engine=engine, progress=progress)

    def plain(self) -> dict[str, Any]:
        """The configuration in plain values, as a record states it."""
        return asdict(self)


def streams(seed: int) -> Mapping[str, int]:
    """Three independent seeds of a repetition: for the data, the net, and the order of the samples."""
    states = np.random.SeedSequence(whole("seed", seed, least=0)).generate_state(3)
    return {name: int(state) for name, state in zip(("data", "net", "order"), states, strict=True)}

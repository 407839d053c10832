"""One training of one network as plain data: a `Configuration` and a seed decide every bit of the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rknet.checks import POINT, WEIGHT, choose, keep, named, positive, room, whole
from rknet.data.images import IMAGES, ImageSet, repetition
from rknet.data.points import LAWS, Law, PointSet, draw, split
from rknet.lifts import LIFTS
from rknet.nets import ACTIVATIONS, EulerNet, Net, RK4Net, StandardNet
from rknet.protocol import Protocol
from rknet.tableaus import EULER, RK4
from rknet.training import History, fit

NETS: dict[str, type[Net]] = {"StandardNet": StandardNet, "EulerNet": EulerNet, "RK4Net": RK4Net}
"""The paper's networks by name."""

DATA: dict[str, Law | ImageSet] = {**LAWS, **IMAGES}
"""The point sets and the image sets by name: each knows its d and its classes."""

STAGES = {"StandardNet": 1, "EulerNet": EULER.stages, "RK4Net": RK4.stages}
"""How often one layer of each evaluates f."""


@dataclass(frozen=True)
class Configuration:
    """What is trained on what, and how.

    Attributes
    ----------
    data
        Name of a point set in `rknet.data.points.LAWS`, or of an image set in `rknet.data.images.IMAGES`.
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
        If a name is unknown, a number is out of range, or the net or its data exceed `rknet.checks.MEMORY`.
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
        data = choose("data", self.data, DATA)
        keep(
            self,
            data=named("data", self.data, DATA),
            net=named("net", self.net, NETS),
            d_hat=whole("d_hat", self.d_hat, least=data.d),
            L=whole("L", self.L),
            activation=named("activation", self.activation, ACTIVATIONS),
            lift=named("lift", self.lift, LIFTS),
            h=positive("h", self.h),
            samples=whole("samples", self.samples),
        )
        if not isinstance(self.protocol, Protocol):
            raise ValueError(
                f"protocol: must be a Protocol, got {self.protocol!r}; pass for example protocol=Protocol(epochs=40)"
            )
        room("L", self.L, self.parameters, WEIGHT)
        room("samples", self.samples, 2 * self.samples * data.d, POINT)

    @property
    def of_images(self) -> bool:
        """Whether the data are images; such a run has the bits of its machine, one on points those of every machine."""
        return self.data in IMAGES

    @property
    def parameters(self) -> int:
        """Number of trained parameters: K, b, W, mu, and a learned lift."""
        d, classes = DATA[self.data].d, DATA[self.data].classes
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

    def points(self, seed: int, *, source: str = "auto") -> tuple[PointSet, PointSet]:
        """Training and validation set of a repetition, the same for every net.

        `source` says where images come from, see `rknet.data.images.load`; a point set is drawn and has none.
        """
        drawn = streams(seed)["data"]
        if self.of_images:
            return repetition(self.data, drawn, samples=self.samples, source=source)
        return split(draw(self.data, 2 * self.samples, seed=drawn), self.samples)

    def network(self, seed: int) -> Net:
        """The untrained net of a repetition."""
        data = DATA[self.data]
        options: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "seed": streams(seed)["net"]}
        if self.net != "StandardNet":
            options["h"] = self.h
        return NETS[self.net](data.d, self.d_hat, data.classes, self.L, **options)

    def train(
        self, seed: int, *, source: str = "auto", device: str = "cpu", progress: bool = False, **options: Any
    ) -> tuple[Net, History]:
        """The trained net of a repetition and the history of its training.

        `source` is that of `points`, `device` a device of PyTorch such as ``"cuda"``; `progress` and the other options
        are those of `rknet.fit`.
        """
        net = self.network(seed).to(device)
        train, validation = self.points(seed, source=source)
        order = streams(seed)["order"]
        return net, fit(net, train, validation, self.protocol, seed=order, progress=progress, **options)

    def plain(self) -> dict[str, Any]:
        """The configuration in plain values, as a record states it."""
        return asdict(self)


def streams(seed: int) -> Mapping[str, int]:
    """Three independent seeds of a repetition: for the data, the net, and the order of the samples."""
    states = np.random.SeedSequence(whole("seed", seed, least=0)).generate_state(3)
    return {name: int(state) for name, state in zip(("data", "net", "order"), states, strict=True)}

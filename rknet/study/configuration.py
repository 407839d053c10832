"""One training of one network as plain data: a `Configuration` and a seed decide every bit of the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rknet.activations import ACTIVATIONS, Activation
from rknet.checks import POINT, WEIGHT, assign, choose, given, named, room, shown, step_sizes, whole
from rknet.data.images import IMAGES, ImageSet, repetition
from rknet.data.points import LAWS, Law, PointSet, draw, split
from rknet.hashes import digest
from rknet.history import History
from rknet.initial import INITIALS
from rknet.lifts import LIFTS, Lift
from rknet.named import net_of
from rknet.nets import Net
from rknet.protocol import LOSSES, OPTIMIZERS, Protocol
from rknet.schemes import PAPER_NETS, Steps, scheme_of
from rknet.tableaus import Tableau
from rknet.training import fit

SHIPPED = {
    "data": (
        "donut_1D",
        "donut_2D",
        "squares",
        "spiral",
        "donut_3D_2C",
        "donut_3D_3C",
        "donut_2D_6C",
        "donut_3D_6C",
        "squares_2D_4C",
        "squares_3D_4C",
        "spiral_3D",
        "donut_highD",
        "squares_highD",
    ),
    "activation": ("tanh", "logistic", "relu", "softplus"),
    "lift": ("zero", "linear", "orthogonal", "learned"),
    "loss": ("cross_entropy", "mean_square"),
    "optimizer": ("adam", "sgd", "adagrad", "adadelta"),
}
"""What a record states by its name alone, since the versions of data, nets and engines decide what the name means."""


LAYERS = 1
"""Tells the stream of layers drawn in another way from that of the net."""


@dataclass(frozen=True)
class Configuration:
    """What is trained on what, and how.

    A name that is not of this library is replaced by what it stands for, so that other processes need not know it.

    Attributes
    ----------
    data
        A law of points or its name in `rknet.data.points.LAWS`, or the name of an image set in
        `rknet.data.images.IMAGES`.
    net
        The net's scheme: a name in `rknet.schemes.PAPER_NETS`, or what else `rknet.schemes.scheme_of` takes.
    d_hat, L, activation, lift
        Width, depth, activation and lift of the net: see `rknet.nets.Net`.
    h
        Step size of a Runge-Kutta net, or one for each layer; a StandardNet has none.
    protocol
        How it is trained.
    samples
        Number of training points, and of validation points.
    initial
        How the layers' weights are drawn: a name in `rknet.initial.INITIALS`.

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of range, or the net or its data exceed `rknet.checks.MEMORY`.
    """

    data: str | Law
    net: str | Tableau
    d_hat: int
    L: int
    activation: str | Activation = "tanh"
    lift: str | type[Lift] = "linear"
    h: Steps = 0.05
    protocol: Protocol = field(default_factory=Protocol)
    samples: int = 1500
    initial: str = "uniform"

    def __post_init__(self) -> None:
        data = _drawn_from(self.data)
        assign(
            self,
            data=data if isinstance(data, Law) and self.data not in SHIPPED["data"] else str(self.data),
            net=str(self.net) if self.net in tuple(PAPER_NETS) else scheme_of(self.net) or "StandardNet",
            d_hat=whole("d_hat", self.d_hat, least=data.d),
            L=whole("L", self.L),
            activation=_settled("activation", self.activation, ACTIVATIONS),
            lift=_settled("lift", self.lift, LIFTS),
            h=step_sizes("h", self.h, self.L),
            samples=whole("samples", self.samples),
            initial=named("initial", self.initial, INITIALS),
        )
        if not isinstance(self.protocol, Protocol):
            raise ValueError(
                f"protocol: must be a Protocol, got {shown(self.protocol)}; "
                f"pass for example protocol=Protocol(epochs=40)"
            )
        room("L", self.L, self.parameters, WEIGHT)
        room("samples", self.samples, 2 * self.samples * data.d, POINT)

    @property
    def drawn_from(self) -> Law | ImageSet:
        """What the samples come from; it knows their d and classes."""
        return _drawn_from(self.data)

    @property
    def images(self) -> str | None:
        """Name of the image set, or None for points.

        A run on images has the bits of its machine, one on points those of every machine.
        """
        return None if isinstance(self.drawn_from, Law) else str(self.data)

    @property
    def parameters(self) -> int:
        """Number of trained parameters: K, b, W, mu, and those of the lift."""
        d, classes = self.drawn_from.d, self.drawn_from.classes
        if isinstance(self.lift, str):
            lift = self.d_hat * d if self.lift == "learned" else 0
        else:
            made = self.lift(d, self.d_hat, np.random.default_rng(0))
            lift = sum(parameter.numel() for parameter in made.parameters())
        return self.L * self.d_hat * (self.d_hat + 1) + classes * (self.d_hat + 1) + lift

    @property
    def net_name(self) -> str:
        """What the net is called."""
        return self.net if isinstance(self.net, str) else self.net.name

    @property
    def evaluations(self) -> int:
        """Evaluations of f for one sample."""
        scheme = scheme_of(self.net)
        return self.L * (1 if scheme is None else scheme.stages)

    @property
    def work(self) -> int:
        """Multiplications in the layers if every epoch is run, up to a constant: how long a run takes, roughly."""
        return self.evaluations * self.d_hat**2 * self.samples * self.protocol.epochs

    def points(self, seed: int, *, source: str = "auto") -> tuple[PointSet, PointSet]:
        """Training and validation set of a repetition, the same for every net.

        `source` says where images come from, see `rknet.data.images.load`; a point set is drawn and has none.
        """
        drawn = seeds_of(seed)["data"]
        if self.images is not None:
            return repetition(self.images, drawn, samples=self.samples, source=source)
        return split(draw(self.data, 2 * self.samples, seed=drawn), self.samples)

    def network(self, seed: int, *, train_classifier: bool = True) -> Net:
        """The untrained net of a repetition."""
        sizes = self.drawn_from.d, self.d_hat, self.drawn_from.classes, self.L
        options: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "h": self.h}
        net = net_of(self.net, *sizes, **options, train_classifier=train_classifier, seed=seeds_of(seed)["net"])
        if self.initial != "uniform":  # that of the net itself; the lift, W and mu stay as they were drawn
            rng = np.random.default_rng([seeds_of(seed)["net"], LAYERS])
            K, b = INITIALS[self.initial](rng, self.L, self.d_hat)
            net.K, net.b = nn.Parameter(K), nn.Parameter(b)
        return net

    def train(
        self, seed: int, *, source: str = "auto", device: str = "cpu", progress: bool = False, **options: Any
    ) -> tuple[Net, History]:
        """The trained net of a repetition and the history of its training.

        `source` is that of `points`, `device` a device of PyTorch such as ``"cuda"``; `progress` and the other options
        are those of `rknet.fit`.
        """
        net = self.network(seed).to(device)
        train, validation = self.points(seed, source=source)
        order = seeds_of(seed)["order"]
        return net, fit(net, train, validation, self.protocol, seed=order, progress=progress, **options)

    def plain(self) -> dict[str, Any]:
        """The configuration in plain values, as a record states it.

        What is not of this library is stated by its name, its numbers if it is a scheme or a law, and a digest of
        values that it takes, rounded to six digits.
        """
        return {
            "data": self.data if isinstance(self.data, str) else _plain_law(self.data),
            "net": _plain_net(self.net),
            "d_hat": self.d_hat,
            "L": self.L,
            "activation": self.activation if isinstance(self.activation, str) else _plain_sigma(self.activation),
            "lift": self.lift if isinstance(self.lift, str) else _plain_lift(self.lift, self.drawn_from.d, self.d_hat),
            "h": np.asarray(self.h).tolist(),
            "protocol": self.protocol.plain() | _plain_protocol(self.protocol),
            "samples": self.samples,
            **({} if self.initial == "uniform" else {"initial": self.initial}),
        }


def _drawn_from(data: str | Law) -> Law | ImageSet:
    known: dict[str, Law | ImageSet] = {**LAWS, **IMAGES}
    return data if isinstance(data, Law) else choose("data", data, known)


def _settled(argument: str, value: Any, known: Mapping[str, Any]) -> Any:
    """The name of what is of this library, and anything else as itself."""
    found = given(argument, value, known)
    return str(value) if isinstance(value, str) and value in SHIPPED[argument] else found


def _plain_net(net: str | Tableau) -> Any:
    """A scheme by the paper's name for it, or by its entries."""
    scheme = scheme_of(net)
    for name, known in PAPER_NETS.items():
        if known == scheme:
            return name
    assert scheme is not None
    return {"A": [[str(a) for a in row] for row in scheme.A], "beta": [str(w) for w in scheme.beta]}


def _plain_law(law: Law) -> dict[str, Any]:
    numbers: dict[str, Any] = json.loads(json.dumps(asdict(law)))
    points = law.sample(np.random.default_rng(0), 16)
    return {"law": type(law).__qualname__, **numbers, "digest": _digest(points.X, points.c)}


def _plain_sigma(sigma: Activation) -> dict[str, str]:
    values = sigma(torch.linspace(-4, 4, 33, dtype=torch.float64))
    return {"activation": _name(sigma), "digest": _digest(values.detach().numpy())}


def _plain_lift(lift: type[Lift], d: int, d_hat: int) -> dict[str, str]:
    values = lift(d, d_hat, np.random.default_rng(0)).double()(torch.eye(d, dtype=torch.float64))
    return {"lift": _name(lift), "digest": _digest(values.detach().numpy())}


def _plain_protocol(protocol: Protocol) -> dict[str, dict[str, str]]:
    """The loss and the optimiser that are not of this library: what they make of some logits and some weights."""
    plain, names = {}, protocol.plain()
    values: dict[str, Callable[[], torch.Tensor]] = {
        "loss": lambda: LOSSES[protocol.loss](torch.linspace(-4, 4, 12).double().reshape(4, 3), torch.arange(4) % 3),
        "optimizer": lambda: _moved(protocol),
    }
    for part, value in values.items():
        if names[part] not in SHIPPED[part]:
            plain[part] = {part: names[part], "digest": _digest(value().detach().numpy())}
    return plain


def _moved(protocol: Protocol) -> torch.Tensor:
    """Nine weights after three steps down the slope of half the sum of their squares."""
    w = nn.Parameter(torch.linspace(-4, 4, 9, dtype=torch.float64))
    optimizer = OPTIMIZERS[protocol.optimizer][0]([w], lr=protocol.rate)  # type: ignore[call-arg]  # the base class has no lr
    for _ in range(3):
        w.grad = w.detach().clone()
        optimizer.step()
    return w


def _name(of: Any) -> str:
    return str(getattr(of, "__qualname__", type(of).__qualname__))


def _digest(*arrays: NDArray[Any]) -> str:
    # Adding 0 makes one zero of two.
    return digest(*(np.round(array.astype(np.float64), 6) + 0.0 for array in arrays))


def seeds_of(seed: int) -> Mapping[str, int]:
    """Three independent seeds of a repetition: for the data, the net, and the order of the samples."""
    states = np.random.SeedSequence(whole("seed", seed, least=0)).generate_state(3)
    return {name: int(state) for name, state in zip(("data", "net", "order"), states, strict=True)}

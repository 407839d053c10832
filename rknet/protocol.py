"""The paper's training protocol: losses, optimisers, and `Protocol`, which holds every choice.

`rknet.fit` trains a net by it; `rknet.stopping` says when training ends.  What goes beyond the paper,
`BEYOND`, is off unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn

from rknet.checks import assign, flag, instance, named, positive, room, shown, whole
from rknet.data.targets import Samples, SampleSet, TargetSet, sample_set
from rknet.hashes import digest
from rknet.nets import Net
from rknet.registry import Registry
from rknet.schedules import SCHEDULES, Schedule


def cross_entropy(logits: Tensor, c: Tensor) -> Tensor:
    """The cost (3.1), (3.3): the mean over samples of -log H_c(logits), for logits (N, classes) and c (N,)."""
    return nn.functional.cross_entropy(logits, c)


def mean_square(logits: Tensor, c: Tensor) -> Tensor:
    """Mean over samples and classes of (H(logits) - one-hot label)^2, for logits (N, classes) and c (N,).

    For targets c (N, outputs) of a regression, the mean over samples and outputs of (logits - c)^2.
    """
    if c.is_floating_point():
        return nn.functional.mse_loss(logits, c)
    target = nn.functional.one_hot(c, logits.shape[1]).to(logits.dtype)
    return nn.functional.mse_loss(torch.softmax(logits, dim=1), target)


LOSSES: Registry[Callable[[Tensor, Tensor], Tensor]] = Registry(cross_entropy=cross_entropy, mean_square=mean_square)
"""The losses of the training-method study by name."""

OPTIMIZERS: Registry[tuple[type[torch.optim.Optimizer], float]] = Registry(
    adam=(torch.optim.Adam, 1e-3),
    sgd=(torch.optim.SGD, 0.1),
    adagrad=(torch.optim.Adagrad, 1e-2),
    adadelta=(torch.optim.Adadelta, 1.0),
)
"""The optimisers of the training-method study with the learning rates it used."""


BEYOND = ("weight_decay", "clip", "schedule", "penalty")
"""The choices of a `Protocol` that the paper does not know."""

Penalty = Callable[[Net, Tensor], Tensor]
"""What is added to the cost of a batch x (N, d), a number: see `rknet.variants.regularisers`."""

EPOCH = 200
"""Bytes that an epoch's statistics take while training goes on: four floats of Python's in a list."""


@dataclass(frozen=True)
class Protocol:
    """How a net is trained; the defaults are the paper's for point sets.

    Attributes
    ----------
    epochs
        Largest number of epochs: 40; 60 in the activation study, 80 in the width study.
    batch_size
        Samples per step; the order is drawn anew in each epoch, a last short batch is used too.
    loss, optimizer
        Names in `LOSSES` and `OPTIMIZERS`.
    learning_rate
        None for the optimiser's own in `OPTIMIZERS`.
    stop_early
        Whether training stops when validation costs rise: after epoch e >= `first_stop` (counted from 0), when the
        mean of the last `window` validation costs exceeds the mean of the `window` before by more than `tolerance`.
    tolerance
        0.05; 0.1 for images.
    window, first_stop
        5 and 10, so that at least 11 epochs are run.
    weight_decay
        Each step also takes rate * weight_decay times its value from every trained weight, whatever the optimiser: with
        "adam" this is AdamW (Loshchilov & Hutter 2019).
    clip
        Largest Euclidean norm of the gradient of a batch by all trained weights; a longer one is shortened to it.
    schedule
        A name in `rknet.schedules.SCHEDULES`, or a function from the epoch 0, 1, ... to a factor >= 0 of the learning
        rate, such as `rknet.schedules.Steps`.
    penalty
        A function from the net and the samples x (N, d) of a batch to a number that training adds to the batch's cost,
        such as `rknet.variants.regularisers.Smoothness`; histories state the cost without it.

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of range, or the history of so many epochs exceeds the memory.
    """

    epochs: int = 40
    batch_size: int = 5
    loss: str = "cross_entropy"
    optimizer: str = "adam"
    learning_rate: float | None = None
    stop_early: bool = True
    tolerance: float = 0.05
    window: int = 5
    first_stop: int = 10
    weight_decay: float = 0.0
    clip: float | None = None
    schedule: str | Schedule = "constant"
    penalty: Penalty | None = None

    def __post_init__(self) -> None:
        assign(
            self,
            epochs=whole("epochs", self.epochs),
            batch_size=whole("batch_size", self.batch_size),
            loss=named("loss", self.loss, LOSSES),
            optimizer=named("optimizer", self.optimizer, OPTIMIZERS),
            stop_early=flag("stop_early", self.stop_early),
            tolerance=positive("tolerance", self.tolerance, or_zero=True),
            window=whole("window", self.window),
            first_stop=whole("first_stop", self.first_stop, least=0),
            weight_decay=positive("weight_decay", self.weight_decay, or_zero=True),
        )
        if self.learning_rate is not None:
            assign(self, learning_rate=positive("learning_rate", self.learning_rate))
        if self.clip is not None:
            assign(self, clip=positive("clip", self.clip))
        if not callable(self.schedule):
            assign(self, schedule=named("schedule", self.schedule, SCHEDULES))
        if self.penalty is not None and not callable(self.penalty):
            raise ValueError(
                f"penalty: must be a function of a net and samples, got {shown(self.penalty)}; "
                f"pass for example rknet.variants.regularisers.Smoothness(0.01)"
            )
        room("epochs", self.epochs, self.epochs, EPOCH)
        if self.first_stop + 2 < 2 * self.window:
            raise ValueError(
                f"first_stop: must be at least 2 window - 2 = {2 * self.window - 2}, got {self.first_stop}; "
                f"the rule compares two windows of costs, so raise first_stop or shorten window"
            )
        if "schedule" in self.beyond:
            self.factors()

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process may not know what has been registered here, so that it travels along.
        return _received, (type(self), self._values(), LOSSES[self.loss], OPTIMIZERS[self.optimizer])

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def beyond(self) -> tuple[str, ...]:
        """Those of `BEYOND` that are in use: an engine must know them."""
        defaults = {field.name: field.default for field in fields(self)}
        return tuple(name for name in BEYOND if getattr(self, name) != defaults[name])

    def plain(self) -> dict[str, Any]:
        """All choices in plain values, as records, cached results and checkpoints state them.

        What goes beyond the paper is stated where it is in use only, so that the paper's protocols read as ever; a
        schedule is stated by a digest of its factors, and a penalty by what Python prints of it.
        """
        unused = set(BEYOND) - set(self.beyond)
        values = {name: value for name, value in self._values().items() if name not in unused}
        values |= {"schedule": digest(self.factors())} if "schedule" in values else {}
        return values | ({"penalty": repr(self.penalty)} if "penalty" in values else {})

    def factors(self) -> list[float]:
        """The factor of the learning rate in each epoch."""
        return [self.factor(epoch) for epoch in range(self.epochs)]

    def factor(self, epoch: int) -> float:
        """The factor of the learning rate in an epoch 0, 1, ...; ValueError unless it is a finite number >= 0."""
        schedule = SCHEDULES[self.schedule](self.epochs) if isinstance(self.schedule, str) else self.schedule
        try:
            factor = schedule(epoch)
        except Exception as error:  # whatever a function makes of a number
            raise ValueError(
                f"schedule: must map the epochs 0, 1, ... to factors, got {shown(schedule)}, which answers "
                f"{shown(error)}; pass for example rknet.schedules.Steps(10)"
            ) from error
        return positive("schedule", factor, or_zero=True)

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return OPTIMIZERS[self.optimizer][1] if self.learning_rate is None else self.learning_rate

    def check(self, N: int) -> None:
        """ValueError unless N training samples are enough for a batch."""
        if self.batch_size > N:
            raise ValueError(
                f"batch_size: must not exceed the {N} training samples, got {self.batch_size}; "
                f"pass batch_size={N} or less"
            )


def check_fit(net: Net, train: Samples, validation: Samples, protocol: Protocol) -> tuple[SampleSet, SampleSet]:
    """Both sets; ValueError unless the arrays of net and data, which may have been changed, fit together."""
    instance("net", getattr(net, "_orig_mod", net), Net)  # torch.compile wraps it
    instance("protocol", protocol, Protocol)
    net.validate()
    first, second = (
        sample_set(name, given, net.d, net.classes) for name, given in (("train", train), ("validation", validation))
    )
    if type(first) is not type(second):
        raise ValueError(
            f"validation: must be a {type(first).__name__} as train is, got a {type(second).__name__}; "
            f"pass samples of one kind"
        )
    if isinstance(first, TargetSet) and protocol.loss == "cross_entropy":
        raise ValueError(
            "loss: must measure a distance where samples have targets, got 'cross_entropy'; pass loss='mean_square'"
        )
    protocol.check(len(first))
    return first, second


def lacking(engine: type, *needs: str) -> str | None:
    """What an engine does not know of what a training needs, in a few words, or None if it knows all."""
    unknown = [name for name in needs if name not in getattr(engine, "knows", ())]
    return f"it does not know {' and '.join(unknown)}" if unknown else None


def _received(
    kind: type[Protocol],
    values: dict[str, Any],
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: tuple[type[torch.optim.Optimizer], float],
) -> Protocol:
    """The protocol that another process has sent, its loss and optimiser registered if their names are new here."""
    LOSSES.setdefault(values["loss"], loss)
    OPTIMIZERS.setdefault(values["optimizer"], optimizer)
    return kind(**values)

"""The paper's training protocol: losses, optimisers, and `Protocol`, which holds every choice.

`rknet.fit` trains a net by it; `rknet.stopping` says when training ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rknet.checks import flag, keep, named, positive, room, whole
from rknet.registry import Registry


def cross_entropy(logits: Tensor, c: Tensor) -> Tensor:
    """The cost (3.1), (3.3): the mean over samples of -log H_c(logits), for logits (N, classes) and c (N,)."""
    return nn.functional.cross_entropy(logits, c)


def mean_square(logits: Tensor, c: Tensor) -> Tensor:
    """Mean over samples and classes of (H(logits) - one-hot label)^2, for logits (N, classes) and c (N,)."""
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
        Samples a step; the order is drawn anew in each epoch, a last short batch is used too.
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

    def __post_init__(self) -> None:
        keep(
            self,
            epochs=whole("epochs", self.epochs),
            batch_size=whole("batch_size", self.batch_size),
            loss=named("loss", self.loss, LOSSES),
            optimizer=named("optimizer", self.optimizer, OPTIMIZERS),
            stop_early=flag("stop_early", self.stop_early),
            tolerance=positive("tolerance", self.tolerance, or_zero=True),
            window=whole("window", self.window),
            first_stop=whole("first_stop", self.first_stop, least=0),
        )
        if self.learning_rate is not None:
            keep(self, learning_rate=positive("learning_rate", self.learning_rate))
        room("epochs", self.epochs, self.epochs, EPOCH)
        if self.first_stop + 2 < 2 * self.window:
            raise ValueError(
                f"first_stop: must be at least 2 window - 2 = {2 * self.window - 2}, got {self.first_stop}; "
                f"the rule compares two windows of costs, so raise first_stop or shorten window"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process may not know what has been registered here, so that it travels along.
        return _received, (type(self), asdict(self), LOSSES[self.loss], OPTIMIZERS[self.optimizer])

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

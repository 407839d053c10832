"""Learning-rate schedules: by which factor an epoch's learning rate differs from the protocol's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from rknet.checks import assign, positive, whole
from rknet.registry import Registry

Schedule = Callable[[int], float]
"""A factor >= 0 for each epoch 0, 1, ...  It must always return the same factor for the same epoch."""


@dataclass(frozen=True)
class Steps:
    """factor^k in the k-th row of `every` epochs, k = 0, 1, ...: `torch.optim.lr_scheduler.StepLR`.

    ValueError unless `every` is a whole number >= 1 and the factor positive.
    """

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        assign(self, every=whole("every", self.every), factor=positive("factor", self.factor))

    def __call__(self, epoch: int) -> float:
        """The factor of an epoch."""
        return self.factor ** (epoch // self.every)


@dataclass(frozen=True)
class Cosine:
    """Half a period of the cosine, from 1 in epoch 0 to `least` in epoch `epochs` and from then on.

    That is `torch.optim.lr_scheduler.CosineAnnealingLR` with T_max = `epochs`, without its way back up.  ValueError
    unless `epochs` is a whole number >= 1 and `least` a number >= 0.
    """

    epochs: int
    least: float = 0.0

    def __post_init__(self) -> None:
        assign(self, epochs=whole("epochs", self.epochs), least=positive("least", self.least, or_zero=True))

    def __call__(self, epoch: int) -> float:
        """The factor of an epoch."""
        falling = (1 + math.cos(math.pi * min(epoch / self.epochs, 1.0))) / 2
        return self.least + (1 - self.least) * falling


def constant(epoch: int) -> float:
    """1 in every epoch."""
    return 1.0


SCHEDULES: Registry[Callable[[int], Schedule]] = Registry(
    constant=lambda epochs: constant,
    step=lambda epochs: Steps(max(epochs // 3, 1)),
    cosine=lambda epochs: Cosine(epochs),
)
"""Every schedule by name, made for a number of epochs: "step" divides the rate by ten twice, after each third of them,
"cosine" lets it fall to zero."""

"""What a training has reached, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rknet.equality import ByValue


@dataclass(frozen=True, eq=False)
class History(ByValue):
    """Cost and accuracy (a fraction) on the whole sets: index 0 before training, index e after the e-th epoch.

    All four arrays have shape (epochs run + 1,).  `ended` says why training ended: ``"epochs"`` (all were run),
    ``"early"`` (the stopping rule) or ``"diverged"`` (a cost was not finite).  `engine` says who took the steps,
    ``"compiled"``, ``"layerwise"`` or ``"torch"``.
    """

    train_cost: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    val_cost: NDArray[np.float64]
    val_accuracy: NDArray[np.float64]
    ended: str
    engine: str = "torch"

    @property
    def epochs(self) -> int:
        """Number of epochs run."""
        return len(self.train_cost) - 1

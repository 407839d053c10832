"""Which epochs of a training are tested, and the weights of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor

from rknet.callbacks import Callback, Training
from rknet.stopping import stops_early

Weights = Mapping[str, Tensor]


class Snapshots(Callback):
    """Keeps a net's weights at the epochs that will be tested.

    Attributes
    ----------
    paper
        The epoch at which the paper's stopping rule would have ended the training; the last, if it never would.
    best
        For each budget of epochs the best epoch within it: of the highest selection accuracy, then of the lowest
        selection cost.  Epochs with a cost that is not finite do not count, unless there is no other.
    last
        The last epoch.
    """

    def __init__(self, budgets: Iterable[int]) -> None:
        self.budgets = tuple(budgets)
        self.best: dict[int, int] = {}
        self.paper = self.last = 0
        self._leader, self._merit = 1, (-np.inf, -np.inf)
        self._kept: dict[int, Weights] = {}
        self._stopped = False

    def epoch(self, training: Training) -> None:
        """Note how an epoch did, and keep its weights if it leads, or if the paper would have stopped."""
        costs = [row[2] for row in training.rows]
        self.last = epoch = len(costs) - 1
        merit = (training.rows[-1][3], -costs[-1])
        if np.isfinite(training.rows[-1]).all() and merit > self._merit:
            self._merit, self._leader = merit, epoch
        stops = stops_early(replace(training.protocol, stop_early=True), costs)
        if not self._stopped:
            self.paper, self._stopped = epoch, stops
        self.best |= {budget: self._leader for budget in self.budgets if budget >= epoch}
        wanted = {self.last, self.paper, self._leader, *self.best.values()}
        training.engine.write_back()
        self._kept[epoch] = {name: tensor.clone() for name, tensor in training.net.state_dict().items()}
        self._kept = {epoch: weights for epoch, weights in self._kept.items() if epoch in wanted}

    def weights(self, epoch: int) -> Weights:
        """The weights after an epoch that `paper`, `last` or `best` names."""
        return self._kept[epoch]

"""The authors' own code, from a checkout of github.com/ElisaGiesecke/augmented-RK-Nets that the user names."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender, Missing


class Authors(Contender):
    """Their network and their training function, called as their experiments call them; see `Contender`.

    Their function computes statistics before and after an epoch.  A timed epoch gives it one sample for each, which
    adds four evaluations of the net to its steps: about 1 % of the 60 that are timed together.
    """

    def __init__(self, case: Case, folder: str | None) -> None:
        if folder is None or not (Path(folder) / "NN.py").is_file():
            raise Missing("not there: name a checkout of github.com/ElisaGiesecke/augmented-RK-Nets by --authors")
        super().__init__(case)
        sys.path.insert(0, folder)
        self.nn, self.dataset, self.loss, self.optimization = map(
            importlib.import_module, ("NN", "dataset", "loss", "optimization")
        )
        self.theirs = self.nn.RK4Net(self.net.d, case.d_hat, self.net.classes, case.L, "tanh")
        self._take_weights()

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        predicted, classified, _ = self.theirs(torch.as_tensor(X))
        self.loss.cost_value(predicted, classified, self._one_hot(c), "cross_entropy").backward()
        arrays = self._stacked(lambda weight: weight.grad)
        self.theirs.zero_grad()
        return arrays

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`; the moments of Adam begin anew."""
        one = torch.as_tensor(X[:1]), self._one_hot(c[:1])
        self._train((torch.as_tensor(X[order]), self._one_hot(c[order])), [*one, *one], epochs=1, shuffle=False)

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        with torch.no_grad():
            predicted, classified, _ = self.theirs(torch.as_tensor(X))
        cost = self.loss.cost_value(predicted, classified, self._one_hot(c), "cross_entropy").item()
        return cost, float((predicted.argmax(dim=1).numpy() == c).mean())

    def weights(self) -> Arrays:
        """See `Contender`."""
        return self._stacked(lambda weight: weight.detach())

    def run(self, epochs: int) -> float:
        """See `Contender`; one call of their function."""
        train, validation = ((torch.as_tensor(p.X), self._one_hot(p.c)) for p in self.case.points())
        return self._train(train, [*train, *validation], epochs, shuffle=True)

    def _train(self, samples: tuple[Tensor, Tensor], all_data: list[Tensor], epochs: int, shuffle: bool) -> float:
        loader = DataLoader(self.dataset.toydataset(*samples), self.case.batch, shuffle=shuffle)
        choices = {"optim_method": "adam", "weight_decay": 0, "max_epochs": epochs, "tol": math.inf}
        costs, *_ = self.optimization.train(self.theirs, loader, all_data, print_batch=len(loader), **choices)
        return costs[-1]

    def _take_weights(self) -> None:
        lift, *layers = self.theirs.layers
        with torch.no_grad():
            lift.weight.copy_(self.M)
            for layer, K, b in zip(layers, self.net.K, self.net.b, strict=True):
                layer.weight.copy_(K)
                layer.bias.copy_(b)
            self.theirs.classifier.weight.copy_(self.net.W)
            self.theirs.classifier.bias.copy_(self.net.mu)
        lift.weight.requires_grad_(False)

    def _stacked(self, part: Any) -> Arrays:
        layers, classifier = list(self.theirs.layers)[1:], self.theirs.classifier
        return {
            "K": torch.stack([part(layer.weight) for layer in layers]).numpy(),
            "b": torch.stack([part(layer.bias) for layer in layers]).numpy(),
            "W": part(classifier.weight).numpy().copy(),
            "mu": part(classifier.bias).numpy().copy(),
        }

    def _one_hot(self, c: NDArray[Any]) -> Tensor:
        return torch.nn.functional.one_hot(torch.as_tensor(c), self.net.classes).float()

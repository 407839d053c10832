"""The paper's training protocol in plain PyTorch: the readable reference.

`Protocol` holds every choice with the paper's value as default; `fit` trains a net by it and returns the `History` of
cost and accuracy on the whole training and validation set, before training and after each epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from rknet.checks import choose, positive, whole
from rknet.nets import Net
from rknet.points import PointSet


def cross_entropy(logits: Tensor, c: Tensor) -> Tensor:
    """The cost (3.1), (3.3): the mean over samples of -log H_c(logits), for logits (N, classes) and c (N,)."""
    return nn.functional.cross_entropy(logits, c)


def mean_square(logits: Tensor, c: Tensor) -> Tensor:
    """Mean over samples and classes of (H(logits) - one-hot label)^2, for logits (N, classes) and c (N,)."""
    target = nn.functional.one_hot(c, logits.shape[1]).to(logits.dtype)
    return nn.functional.mse_loss(torch.softmax(logits, dim=1), target)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"cross_entropy": cross_entropy, "mean_square": mean_square}
"""The losses of the training-method study by name."""

OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], float]] = {
    "adam": (torch.optim.Adam, 1e-3),
    "sgd": (torch.optim.SGD, 0.1),
    "adagrad": (torch.optim.Adagrad, 1e-2),
    "adadelta": (torch.optim.Adadelta, 1.0),
}
"""The optimisers of the training-method study with the learning rates it used."""


ENGINES = ("auto", "torch")
"""What can compute a training."""


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
        If a name is unknown or a number is out of range.
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
        for size in ("epochs", "batch_size", "window"):
            whole(size, getattr(self, size))
        choose("loss", self.loss, LOSSES)
        choose("optimizer", self.optimizer, OPTIMIZERS)
        positive("learning_rate", self.rate)
        positive("tolerance", self.tolerance, or_zero=True)
        if whole("first_stop", self.first_stop, least=0) + 2 < 2 * self.window:
            raise ValueError(
                f"first_stop: must be at least 2 window - 2 = {2 * self.window - 2}, got {self.first_stop}; "
                f"the rule compares two windows of costs, so raise first_stop or shorten window"
            )

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return OPTIMIZERS[self.optimizer][1] if self.learning_rate is None else self.learning_rate

    def stops(self, costs: list[float]) -> bool:
        """Whether the stopping rule ends training, given the validation costs so far, that before training first."""
        epoch = len(costs) - 2
        if not self.stop_early or epoch < self.first_stop:
            return False
        last, before = costs[-self.window :], costs[-2 * self.window : -self.window]
        return float(np.mean(last) - np.mean(before)) > self.tolerance


@dataclass(frozen=True)
class History:
    """Cost and accuracy (a fraction) on the whole sets: index 0 before training, index e after the e-th epoch.

    All four arrays have shape (epochs run + 1,).  `ended` says why training ended: ``"epochs"`` (all were run),
    ``"early"`` (the stopping rule) or ``"diverged"`` (a cost was not finite).  `engine` names what computed it.
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


def evaluate(net: Net, x: Tensor, c: Tensor, loss: str = "cross_entropy") -> tuple[float, float]:
    """Cost and accuracy of a net on samples x (N, d) with labels c (N,)."""
    with torch.no_grad():
        logits = net(x)
        cost = choose("loss", loss, LOSSES)(logits, c)
        return cost.item(), (logits.argmax(dim=1) == c).double().mean().item()


def fit(
    net: Net,
    train: PointSet,
    validation: PointSet,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    progress: bool = True,
    engine: str = "auto",
) -> History:
    """Train a net in place by a protocol and return its history.

    Parameters
    ----------
    net
        Any `rknet.nets.Net`, on any device, in single or double precision.
    train, validation
        Samples and labels; the validation set decides about early stopping and the last epoch is reported, as in the
        paper.
    protocol
        Loss, optimiser, batches, epochs and stopping rule.
    seed
        Seeds the order of the samples.
    progress
        Whether a bar is shown on a terminal.  It never appears in a notebook, whose output it would spoil.
    engine
        A name in `ENGINES`.

    Raises
    ------
    ValueError
        If the engine is unknown, the data do not fit the net, or the batch is larger than the training set.
    """
    choose("engine", engine, dict.fromkeys(ENGINES))
    for name, points in (("train", train), ("validation", validation)):
        if points.d != net.d or points.classes != net.classes:
            raise ValueError(
                f"{name}: must fit the net, d = {net.d} and classes = {net.classes}, got d = {points.d} and "
                f"classes = {points.classes}; build the net with d={points.d}, classes={points.classes}"
            )
    if protocol.batch_size > len(train):
        raise ValueError(
            f"batch_size: must not exceed the {len(train)} training samples, got {protocol.batch_size}; "
            f"pass batch_size={len(train)} or less"
        )
    x, c = _tensors(train, net)
    x_val, c_val = _tensors(validation, net)
    loss, (optimizer_class, _) = LOSSES[protocol.loss], OPTIMIZERS[protocol.optimizer]
    optimizer = optimizer_class([p for p in net.parameters() if p.requires_grad], lr=protocol.rate)  # type: ignore[call-arg]
    rng = np.random.default_rng(whole("seed", seed, least=0))

    def record() -> tuple[float, float, float, float]:
        return *evaluate(net, x, c, protocol.loss), *evaluate(net, x_val, c_val, protocol.loss)

    rows, ended = [record()], "epochs"
    # disable=None: tqdm draws on a terminal only.
    for _ in tqdm(range(protocol.epochs), desc="epochs", disable=None if progress else True):
        order = torch.from_numpy(rng.permutation(len(train))).to(x.device)
        for batch in order.split(protocol.batch_size):
            optimizer.zero_grad()
            loss(net(x[batch]), c[batch]).backward()
            optimizer.step()
        rows.append(record())
        if not np.isfinite(rows[-1]).all():
            ended = "diverged"
            break
        if protocol.stops([row[2] for row in rows]):
            ended = "early"
            break
    train_cost, train_accuracy, val_cost, val_accuracy = np.array(rows).T
    return History(train_cost, train_accuracy, val_cost, val_accuracy, ended)


def _tensors(points: PointSet, net: Net) -> tuple[Tensor, Tensor]:
    x = torch.as_tensor(points.X, dtype=net.K.dtype, device=net.K.device)
    return x, torch.as_tensor(points.c, device=net.K.device)

"""The paper's training protocol.

`Protocol` holds every choice with the paper's value as default; `fit` trains a net by it and returns the `History` of
cost and accuracy on the whole training and validation set, before training and after each epoch.  The steps are taken
by `TorchSteps`, plain PyTorch and the readable reference, by the compiled `rknet.engine.Engine`, or for wide nets by
`rknet.layerwise.Layerwise`.  A long training may keep checkpoints, from which it goes on with the same numbers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from rknet.checkpoint import Checkpoint, Keeper, Position
from rknet.checks import choose, flag, inputs, keep, labels, named, positive, room, whole
from rknet.engine import Engine, obstacle
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

ENGINES = ("auto", "compiled", "layerwise", "torch")
"""Who takes the training steps; "auto" is the fastest that knows the net: see `fit`."""

EPOCH = 200
"""Bytes that an epoch's statistics take while training goes on: four floats of Python's in a list."""

PORTION = 20
"""Batches after which a training asks whether a checkpoint is due."""


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


def evaluate(net: Net, x: Tensor, c: Tensor, loss: str = "cross_entropy") -> tuple[float, float]:
    """Cost and accuracy of a net on samples x (N, d) with labels c (N,), measured in evaluation mode.

    That makes no difference to the nets of the library, but to one with, for example, batch normalisation: measuring
    neither uses nor moves the statistics of its batches.
    """
    with evaluating(net), torch.no_grad():
        logits = net(x)
        cost = choose("loss", loss, LOSSES)(logits, c)
        return cost.item(), (logits.argmax(dim=1) == c).double().mean().item()


@contextlib.contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """All parts of a net in evaluation mode, and afterwards each in the mode it had."""
    modes = [(part, part.training) for part in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


class TorchSteps:
    """A net and an optimiser in plain PyTorch: what `fit` asks of an engine, for any net on any device."""

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.net, self.protocol = net, protocol
        optimizer, _ = OPTIMIZERS[protocol.optimizer]
        trained = [p for p in net.parameters() if p.requires_grad]
        self.optimizer = optimizer(trained, lr=protocol.rate)  # type: ignore[call-arg]

    def epoch(self, X: NDArray[Any], c: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        loss, (x, labels) = LOSSES[self.protocol.loss], self._tensors(X, c)
        for batch in torch.from_numpy(order).to(x.device).split(self.protocol.batch_size):
            self.optimizer.zero_grad()
            loss(self.net(x[batch]), labels[batch]).backward()
            self.optimizer.step()

    def statistics(self, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,)."""
        return evaluate(self.net, *self._tensors(X, c), self.protocol.loss)

    def write_back(self) -> None:
        """Nothing is left to do: the net itself was trained."""

    def state(self) -> dict[str, Tensor]:
        """All that decides the steps to come, by name: the weights, and as SLOT/NUMBER what the optimiser remembers."""
        slots = self.optimizer.state_dict()["state"]
        remembered = {f"{slot}/{n}": value for n, kept in slots.items() for slot, value in kept.items()}
        return self.net.state_dict() | {name: value for name, value in remembered.items() if value is not None}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        slots: dict[int, dict[str, Tensor]] = {}
        for name in state.keys() - self.net.state_dict().keys():
            slot, n = name.split("/")
            slots.setdefault(int(n), {})[slot] = state[name]
        self.net.load_state_dict({name: state[name] for name in self.net.state_dict()})
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": slots})

    def _tensors(self, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        K = self.net.K
        return torch.as_tensor(X, dtype=K.dtype, device=K.device), torch.as_tensor(c, device=K.device)


def fit(
    net: Net,
    train: PointSet,
    validation: PointSet,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    engine: str = "auto",
    progress: bool = True,
    checkpoint: Checkpoint | Path | str | None = None,
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
    engine
        "compiled", hundreds of times faster and the same bits on every processor, for the nets of the paper on the
        CPU; "layerwise", the adjoint step with each layer's update in it, for nets of the paper whose weights no cache
        holds, on CPU or CUDA; "torch", for any net; or "auto", the first of "layerwise" (from the width
        `rknet.layerwise.WIDE` on), "compiled" and "torch" that applies.  The history says which one it was.
    progress
        Whether a bar is shown on a terminal.  It never appears in a notebook, whose output it would spoil.
    checkpoint
        Where the training is stored now and then: a file, or a `rknet.checkpoint.Checkpoint` for other than its
        defaults.  If the file is there, the same call goes on from it, with the numbers of a training that was never
        interrupted; a damaged one is reported by a warning and ignored.

    Raises
    ------
    ValueError
        If the arrays of the net do not agree (see `Net.validate`), those of the data are not as `PointSet` made them or
        do not fit the net, the batch is larger than the training set, the engine is unknown, the engine that is asked
        for does not apply, or the checkpoint is that of another training.
    """
    check_fit(net, train, validation, protocol)
    seed, progress = whole("seed", seed, least=0), flag("progress", progress)
    name, steps = _steps(net, protocol, engine)
    rng = np.random.default_rng(seed)
    keeper = None
    if checkpoint is not None:
        facts = {"protocol": asdict(protocol), "seed": seed, "engine": name}
        keeper = Keeper(checkpoint, steps, net, train, validation, facts)

    def record() -> list[float]:
        return [*steps.statistics(train.X, train.c), *steps.statistics(validation.X, validation.c)]

    def begun() -> Position:
        return Position([record()], 0, rng.bit_generator.state)

    rows, done, rng.bit_generator.state = (keeper and keeper.load()) or begun()
    # disable=None: tqdm draws on a terminal only.
    bar = tqdm(total=protocol.epochs, initial=len(rows) - 1, desc="epochs", disable=None if progress else True)
    with bar:
        while (ended := _ended(protocol, rows)) is None:
            drawn = rng.bit_generator.state
            for part in _portions(rng.permutation(len(train))[done:], protocol, whole_epoch=keeper is None):
                steps.epoch(train.X, train.c, part)
                done += len(part)
                if keeper is not None:
                    keeper.offer(Position(rows, done, drawn))
            rows.append(record())
            done = 0
            bar.update()
    steps.write_back()
    if keeper is not None:
        keeper.finish()
    train_cost, train_accuracy, val_cost, val_accuracy = np.array(rows).T
    return History(train_cost, train_accuracy, val_cost, val_accuracy, ended, name)


def check_fit(net: Net, train: PointSet, validation: PointSet, protocol: Protocol) -> None:
    """ValueError unless the arrays of net and data, which may have been changed since they were made, fit together."""
    net.validate()
    for name, points in (("train", train), ("validation", validation)):
        inputs(f"{name}.X", points.X)
        if points.d != net.d or points.classes != net.classes:
            raise ValueError(
                f"{name}: must fit the net, d = {net.d} and classes = {net.classes}, got d = {points.d} and "
                f"classes = {points.classes}; build the net with d={points.d}, classes={points.classes}"
            )
        labels(f"{name}.c", points.c, len(points.X), net.classes)
    if protocol.batch_size > len(train):
        raise ValueError(
            f"batch_size: must not exceed the {len(train)} training samples, got {protocol.batch_size}; "
            f"pass batch_size={len(train)} or less"
        )


def _ended(protocol: Protocol, rows: list[list[float]]) -> str | None:
    """Why training ends after the epochs with these statistics, or None if it does not."""
    if len(rows) > 1 and not np.isfinite(rows[-1]).all():
        return "diverged"
    if protocol.stops([row[2] for row in rows]):
        return "early"
    return "epochs" if len(rows) > protocol.epochs else None


def _portions(order: NDArray[np.int64], protocol: Protocol, *, whole_epoch: bool) -> Iterator[NDArray[np.int64]]:
    """What is left of an epoch's order, in whole batches."""
    size = len(order) if whole_epoch else PORTION * protocol.batch_size
    for first in range(0, len(order), size or 1):
        yield order[first : first + size]


def _steps(net: Net, protocol: Protocol, engine: str) -> tuple[str, Engine | TorchSteps]:
    """Who takes the steps, by name and ready."""
    from rknet import layerwise  # it builds on this module

    choose("engine", engine, dict.fromkeys(ENGINES))
    obstacles = {"layerwise": layerwise.obstacle, "compiled": obstacle, "torch": lambda net, protocol: None}
    engines: dict[str, Callable[[Net, Protocol], Engine | TorchSteps]] = {
        "layerwise": layerwise.Layerwise,
        "compiled": Engine,
        "torch": TorchSteps,
    }
    if engine == "auto":
        candidates = [name for name in engines if name != "layerwise" or net.d_hat >= layerwise.WIDE]
        engine = next(name for name in candidates if obstacles[name](net, protocol) is None)
    reason = obstacles[engine](net, protocol)
    if reason is not None:
        raise ValueError(
            f"engine: must be 'auto' or 'torch' for this net and protocol, got {engine!r}, but {reason}; "
            f"pass engine='auto'"
        )
    return engine, engines[engine](net, protocol)

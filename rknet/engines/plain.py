"""Training in plain PyTorch: any net, any device, and the readable reference for the faster engines."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rknet.checks import choose
from rknet.data.targets import Array
from rknet.nets import Net
from rknet.prediction import batched
from rknet.protocol import BEYOND, LOSSES, OPTIMIZERS, Protocol


def evaluate(
    net: Net, x: Tensor, c: Tensor, loss: str = "cross_entropy", weights: Tensor | None = None
) -> tuple[float, float]:
    """Cost and accuracy of a net on samples x (N, d) with labels c (N,), measured in evaluation mode.

    For targets c (N, outputs) it is cost and R^2, see `r_squared`; with weights (N,) all means are weighted ones.

    That makes no difference to the nets of the library, but to one with, for example, batch normalisation: measuring
    neither uses nor moves the statistics of its batches.
    """
    with evaluating(net), torch.no_grad():
        logits = batched(net, x, net.d_hat)
        choose("loss", loss, LOSSES)
        return batch_cost(loss, logits, c, weights).item(), score(logits, c, weights)


def batch_cost(loss: str, logits: Tensor, c: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean cost of samples; with weights (n,) of mean 1 in the whole set the mean of weight times cost."""
    function = LOSSES[loss]
    if weights is None:
        return function(logits, c)
    each = torch.vmap(lambda z, label: function(z[None], label[None]))(logits, c)
    return (weights * each).mean()


def score(logits: Tensor, c: Tensor, weights: Tensor | None = None) -> float:
    """The share of right answers for labels c (N,), the first of equal logits winning; R^2 for targets (N, outputs)."""
    if c.is_floating_point():
        w = None if weights is None else weights.cpu().numpy()
        return r_squared(logits.double().cpu().numpy(), c.double().cpu().numpy(), w)
    right = (logits.argmax(dim=1) == c).double()
    return (right if weights is None else right * weights).mean().item()


def r_squared(y: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any] | None = None) -> float:
    """The coefficient of determination R^2 of predictions y for targets (N, outputs), the mean over the outputs.

    An output whose targets are all alike counts as 1 if it is predicted exactly and as 0 otherwise.
    """
    w = np.ones(len(y)) if weights is None else weights
    left = w @ (targets - y) ** 2
    spread = w @ (targets - np.average(targets, axis=0, weights=w)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(spread > 0, 1 - left / spread, np.where(left == 0, 1.0, 0.0))
    return float(found.mean())


def relative(weights: NDArray[Any] | None) -> NDArray[Any] | None:
    """Weights over their mean, so that a learning rate means the same with them and without."""
    return None if weights is None else weights / weights.mean()


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


class Plain:
    """A net and an optimiser of PyTorch: an `rknet.contract.Engine` that trains the net itself."""

    knows: ClassVar[Collection[str]] = (*BEYOND, "weights", "targets")

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.net, self.protocol = net, protocol
        optimizer, _ = OPTIMIZERS[protocol.optimizer]
        self.trained = [p for p in net.parameters() if p.requires_grad]
        self.optimizer = optimizer(self.trained, lr=protocol.rate)  # type: ignore[call-arg]  # the base class has no lr

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """None: it trains any net."""
        return None

    @classmethod
    def suits(cls, net: Net) -> bool:
        """True for every net."""
        return True

    def epoch(self, X: Array, c: Array, order: Array, weights: Array | None = None) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        x, labels = samples(self.net, X, c)
        w = in_precision(self.net, relative(weights))
        for batch in torch.from_numpy(order).to(x.device).split(self.protocol.batch_size):
            self.optimizer.zero_grad()
            of = self.net(x[batch]), labels[batch], None if w is None else w[batch]
            cost = batch_cost(self.protocol.loss, *of)
            if self.protocol.penalty is not None:
                cost = cost + self.protocol.penalty(self.net, x[batch])
            cost.backward()
            self._step()

    def _step(self) -> None:
        """A step of the optimiser, with clipping and decoupled weight decay where the protocol asks for them."""
        protocol = self.protocol
        if protocol.clip is not None:
            nn.utils.clip_grad_norm_(self.trained, protocol.clip)
        if protocol.weight_decay:
            with torch.no_grad():
                for parameter in self.trained:
                    parameter.mul_(1 - self.rate * protocol.weight_decay)
        self.optimizer.step()

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return self.optimizer.param_groups[0]["lr"]

    def set_rate(self, rate: float) -> None:
        """Take the steps to come with another learning rate."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def statistics(self, X: Array, c: Array, weights: Array | None = None) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,), or cost and R^2 with targets c (N, outputs)."""
        x, labels = samples(self.net, X, c)
        return evaluate(self.net, x, labels, self.protocol.loss, in_precision(self.net, relative(weights)))

    def write_back(self) -> None:
        """Nothing is left to do: the net itself was trained."""

    def state(self) -> dict[str, Tensor]:
        """The weights, and as SLOT/NUMBER what the optimiser remembers."""
        return self.net.state_dict() | remembered(self.optimizer)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        weights = self.net.state_dict().keys()
        self.net.load_state_dict({name: state[name] for name in weights})
        remember(self.optimizer, {name: tensor for name, tensor in state.items() if name not in weights})


def samples(net: Net, X: Array, c: Array) -> tuple[Tensor, Tensor]:
    """Samples X (N, d) and targets c (N, outputs) in the net's precision, or labels c (N,), where the net is."""
    numbers = net.K.dtype if c.dtype.kind == "f" else None
    kinds: Any = {"device": net.K.device}
    return torch.as_tensor(X, dtype=net.K.dtype, **kinds), torch.as_tensor(c, dtype=numbers, **kinds)


def in_precision(net: Net, weights: Array | None) -> Tensor | None:
    """Weights of samples in the net's precision and where the net is; None where there are none."""
    return None if weights is None else torch.as_tensor(weights, dtype=net.K.dtype, device=net.K.device)


def remembered(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimiser remembers of its parameters, by SLOT/NUMBER."""
    slots = optimizer.state_dict()["state"]
    named = {f"{slot}/{n}": value for n, kept in slots.items() for slot, value in kept.items()}
    return {name: value for name, value in named.items() if value is not None}


def remember(optimizer: torch.optim.Optimizer, stored: Mapping[str, Tensor]) -> None:
    """Put into an optimiser what another one has `remembered`."""
    slots: dict[int, dict[str, Tensor]] = {}
    for name, tensor in stored.items():
        slot, n = name.split("/")
        slots.setdefault(int(n), {})[slot] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})

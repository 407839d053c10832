"""Training in plain PyTorch: any net, any device, and the readable reference for the faster engines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rknet.checks import choose
from rknet.nets import Net
from rknet.prediction import batched
from rknet.protocol import LOSSES, OPTIMIZERS, Protocol


def evaluate(net: Net, x: Tensor, c: Tensor, loss: str = "cross_entropy") -> tuple[float, float]:
    """Cost and accuracy of a net on samples x (N, d) with labels c (N,), measured in evaluation mode.

    That makes no difference to the nets of the library, but to one with, for example, batch normalisation: measuring
    neither uses nor moves the statistics of its batches.
    """
    with evaluating(net), torch.no_grad():
        logits = batched(net, x, net.d_hat)
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


class Plain:
    """A net and an optimiser of PyTorch: an `rknet.contract.Engine` that trains the net itself."""

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.net, self.protocol = net, protocol
        optimizer, _ = OPTIMIZERS[protocol.optimizer]
        trained = [p for p in net.parameters() if p.requires_grad]
        self.optimizer = optimizer(trained, lr=protocol.rate)  # type: ignore[call-arg]

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """None: it trains any net."""
        return None

    @classmethod
    def suits(cls, net: Net) -> bool:
        """True for every net."""
        return True

    def epoch(self, X: NDArray[Any], c: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        loss, (x, labels) = LOSSES[self.protocol.loss], samples(self.net, X, c)
        for batch in torch.from_numpy(order).to(x.device).split(self.protocol.batch_size):
            self.optimizer.zero_grad()
            loss(self.net(x[batch]), labels[batch]).backward()
            self.optimizer.step()

    def statistics(self, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,)."""
        return evaluate(self.net, *samples(self.net, X, c), self.protocol.loss)

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


def samples(net: Net, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    """Samples X (N, d) in the net's precision and labels c (N,), both where the net is."""
    return torch.as_tensor(X, dtype=net.K.dtype, device=net.K.device), torch.as_tensor(c, device=net.K.device)


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

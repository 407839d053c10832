"""Training wide nets: the adjoint step of Section 3 in PyTorch, with a layer's update as soon as its gradient exists.

A step through 81 million weights is a matter of memory: weights and moments, a gigabyte, fit no cache.  So each layer's
are visited once on the way forward and once on the way back, where the costate sweep hands out the layer's gradient and
the optimiser uses it at once; a gradient of the whole net is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rknet.adjoint import costate_sweep, state_sweep
from rknet.engine import LAYERS, _hooked
from rknet.nets import ACTIVATIONS, Net
from rknet.steps import Step
from rknet.training import LOSSES, OPTIMIZERS, Protocol, TorchSteps

WIDE = 128
"""The width from which it is faster than the compiled engine."""


def obstacle(net: Net, protocol: Protocol) -> str | None:
    """Why this engine cannot train this net by this protocol, or None if it can."""
    reasons = {
        f"the net is a {type(net).__name__} with changes of its own": type(net) not in LAYERS
        or net.sigma is not ACTIVATIONS.get(net.activation),
        f"the weights are on {net.K.device}": net.K.device.type not in ("cpu", "cuda"),
        "the net has hooks": any(_hooked(module) for module in net.modules()),
        "K and b are not both trained": not (net.K.requires_grad and net.b.requires_grad),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


class Layerwise(TorchSteps):
    """A net and its optimiser, ready for a protocol.

    Parameters
    ----------
    net
        A net for which `obstacle` returns None; it is trained in place.
    protocol
        Decides loss, optimiser, learning rate and batch size.

    Raises
    ------
    ValueError
        If the engine does not apply to the net.
    """

    def __init__(self, net: Net, protocol: Protocol) -> None:
        reason = obstacle(net, protocol)
        if reason is not None:
            raise ValueError(
                f"net: must be one of the paper's nets for the layer-wise step, but {reason}; use engine='torch'"
            )
        self.net, self.protocol, self.step = net, protocol, Step.of(net)
        self.loss = LOSSES[protocol.loss]
        self.layers = [(nn.Parameter(K), nn.Parameter(b)) for K, b in zip(net.K.detach(), net.b.detach(), strict=True)]
        outside = [p for name, p in net.named_parameters() if p.requires_grad and name not in ("K", "b")]
        self.optimizers = [self._optimizer(list(parts)) for parts in [*self.layers, outside] if parts]

    def _optimizer(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        optimizer, _ = OPTIMIZERS[self.protocol.optimizer]
        options: dict[str, Any] = {} if self.protocol.optimizer == "adadelta" else {"fused": True}
        return optimizer(parameters, lr=self.protocol.rate, **options)  # type: ignore[call-arg]

    def epoch(self, X: NDArray[Any], c: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        x, labels = self._tensors(X, c)
        for batch in torch.from_numpy(order).to(x.device).split(self.protocol.batch_size):
            self.train(x[batch], labels[batch])

    def train(self, x: Tensor, c: Tensor) -> None:
        """One step on a batch x (n, d), c (n,)."""
        net, u = self.net, self._controls()
        x_hat = net.lift(x)
        with torch.no_grad():
            y, F = state_sweep(self.step, u, x_hat.detach())
        y_L = y[-1].requires_grad_()
        self.loss(torch.addmm(net.mu, y_L, net.W.T), c).backward()
        p = y_L.grad
        assert p is not None
        with torch.no_grad():
            for layer in costate_sweep(self.step, u, y, F, p):
                for weight, gradient in zip(self.layers[layer.l], layer.gradient, strict=True):
                    weight.grad = gradient[0]
                self.optimizers[layer.l].step()
                self.optimizers[layer.l].zero_grad()
                p = layer.p
        if x_hat.requires_grad:
            x_hat.backward(p)
        for optimizer in self.optimizers[net.L :]:
            optimizer.step()
            optimizer.zero_grad()

    def statistics(self, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,)."""
        x, labels = self._tensors(X, c)
        with torch.no_grad():
            y = self.net.lift(x)
            for u in self._controls():
                y, _ = self.step(u, y)
            logits = torch.addmm(self.net.mu, y, self.net.W.T)
            return self.loss(logits, labels).item(), (logits.argmax(dim=1) == labels).double().mean().item()

    def state(self) -> dict[str, Tensor]:
        """See `TorchSteps`; the slots of layer l, and of what is outside the layers, end in /l/NUMBER."""
        return self.net.state_dict() | {
            f"{slot}/{k}/{n}": value
            for k, optimizer in enumerate(self.optimizers)
            for n, kept in optimizer.state_dict()["state"].items()
            for slot, value in kept.items()
            if value is not None
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See `TorchSteps`."""
        self.net.load_state_dict({name: state[name] for name in self.net.state_dict()})
        slots: list[dict[int, dict[str, Tensor]]] = [{} for _ in self.optimizers]
        for name in state.keys() - self.net.state_dict().keys():
            slot, k, n = name.split("/")
            slots[int(k)].setdefault(int(n), {})[slot] = state[name]
        for optimizer, kept in zip(self.optimizers, slots, strict=True):
            optimizer.load_state_dict({**optimizer.state_dict(), "state": kept})

    def _controls(self) -> list[tuple[Tensor, Tensor]]:
        """(K[l], b[l]) of each layer with the leading axis of `rknet.adjoint`."""
        return [(K[None], b[None]) for K, b in zip(self.net.K.detach(), self.net.b.detach(), strict=True)]

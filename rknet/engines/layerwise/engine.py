"""Training wide nets: the adjoint step of Section 3, with a layer's update as soon as its gradient exists.

A step through 81 million weights is a matter of memory: weights and moments, a gigabyte, fit no cache.  So each layer's
are visited once on the way forward and once on the way back, where the costate sweep hands out the layer's gradient and
the optimiser uses it at once; a gradient of the whole net is never stored.  With few threads not even that of a layer
is, see `cpu`; on CUDA the step is one graph, see `cuda`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from rknet import identity
from rknet.adjoint import costate_sweep, state_sweep
from rknet.adjoint.steps import Step
from rknet.data.targets import Array
from rknet.engines.compiled import machine
from rknet.engines.compiled.engine import PRECISIONS
from rknet.engines.compiled.updates import CODES
from rknet.engines.layerwise import cuda
from rknet.engines.layerwise.updates import StreamedUpdates
from rknet.engines.plain import remember, remembered, samples
from rknet.nets import Net
from rknet.prediction import batched
from rknet.protocol import LOSSES, Protocol, lacking

WIDE = 128
"""The width from which it is faster than the compiled engine."""

OF_LAYERS = "layers/"
"""How the names of what is remembered of the layers begin."""

FEW_THREADS = 2
"""The largest number of PyTorch's threads for which the loops of `cpu`, in one thread, are quicker."""


class Layerwise:
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

    knows: ClassVar[Collection[str]] = ()

    def __init__(self, net: Net, protocol: Protocol) -> None:
        reason = self.obstacle(net, protocol)
        if reason is not None:
            raise ValueError(
                f"net: must be one of the paper's nets for the layer-wise step, but {reason}; use engine='torch'"
            )
        net.validate()
        on_cpu = net.K.device.type == "cpu"
        few = on_cpu and torch.get_num_threads() <= FEW_THREADS
        streamed = few and protocol.optimizer in CODES and machine.obstacle() is None
        self.net, self.protocol, self.loss = net, protocol, LOSSES[protocol.loss]
        self.updates = (StreamedUpdates if streamed else cuda.OptimizerUpdates)(net, protocol)
        self.step = replace(Step.of(net), f=self.updates.f(net.activation))
        self.u = [(K[None], b[None]) for K, b in zip(net.K.detach(), net.b.detach(), strict=True)]
        outside = [p for name, p in net.named_parameters() if p.requires_grad and name not in ("K", "b")]
        self.optimizer = cuda.optimizer(protocol, outside)
        self.take = self.train if on_cpu else cuda.Captured(self.train, protocol)

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """Why this engine cannot train this net by this protocol, or None if it can."""
        reason = lacking(cls, *protocol.beyond) or identity.obstacle(net)
        if reason is not None:
            return reason
        reasons = {
            f"the layers are those of a {type(net).__name__}": identity.layer_of(net) is None,
            f"the weights are on {net.K.device}": net.K.device.type not in ("cpu", "cuda"),
            f"the weights are of {net.K.dtype}": net.K.dtype not in PRECISIONS,
            "the weights are not contiguous": not (net.K.is_contiguous() and net.b.is_contiguous()),
            "the layers have steps of their own": bool(net.by_layer()),
            "K and b are not both trained": not (net.K.requires_grad and net.b.requires_grad),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    @classmethod
    def suits(cls, net: Net) -> bool:
        """Whether the width is at least `WIDE`."""
        return net.d_hat >= WIDE

    def epoch(self, X: Array, c: Array, order: Array, weights: Array | None = None) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order; it knows no weights."""
        x, labels = samples(self.net, X, c)
        for batch in torch.from_numpy(order).to(x.device).split(self.protocol.batch_size):
            self.take(x[batch], labels[batch])

    def train(self, x: Tensor, c: Tensor) -> None:
        """One step on a batch x (n, d), c (n,)."""
        self.updates.begin()
        x_hat = self.net.lift(x)
        with torch.no_grad():
            y, F = state_sweep(self.step, self.u, x_hat.detach())
        y_L = y[-1].requires_grad_()
        self.loss(torch.addmm(self.net.mu, y_L, self.net.W.T), c).backward()
        p = y_L.grad
        assert p is not None
        with torch.no_grad():
            for layer in costate_sweep(self.step, self.u, y, F, p):
                self.updates(layer.l, *layer.gradient)
                p = layer.p
        if x_hat.requires_grad:
            x_hat.backward(p)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def statistics(self, X: Array, c: Array, weights: Array | None = None) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,); it knows no weights."""
        x, labels = samples(self.net, X, c)

        def forward(x: Tensor) -> Tensor:
            y = self.net.lift(x)
            for u in self.u:
                y, _ = self.step(u, y)
            return torch.addmm(self.net.mu, y, self.net.W.T)

        with torch.no_grad():
            logits = batched(forward, x, self.net.d_hat)
            return self.loss(logits, labels).item(), (logits.argmax(dim=1) == labels).double().mean().item()

    def set_rate(self, rate: float) -> None:
        """Never called: it knows no schedule, since CUDA's graph holds the rate it was captured with."""

    def write_back(self) -> None:
        """Nothing is left to do: the net itself was trained."""

    def state(self) -> dict[str, Tensor]:
        """As for `rknet.engines.plain.Plain`; what is remembered of the layers begins with ``layers/``."""
        layers = {f"{OF_LAYERS}{name}": tensor for name, tensor in self.updates.state().items()}
        return self.net.state_dict() | remembered(self.optimizer) | layers

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        weights = self.net.state_dict().keys()
        self.net.load_state_dict({name: state[name] for name in weights})
        others = {name: tensor for name, tensor in state.items() if name not in weights}
        layers = {name: tensor for name, tensor in others.items() if name.startswith(OF_LAYERS)}
        remember(self.optimizer, {name: tensor for name, tensor in others.items() if name not in layers})
        self.updates.restore({name.removeprefix(OF_LAYERS): tensor for name, tensor in layers.items()})

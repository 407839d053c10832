"""Training wide nets: the adjoint step of Section 3, with a layer's update as soon as its gradient exists.

A step through 81 million weights is a matter of memory: weights and moments, a gigabyte, fit no cache.  So each layer's
are visited once on the way forward and once on the way back, where the costate sweep hands out the layer's gradient and
the optimiser uses it at once; a gradient of the whole net is never stored.  With few threads not even that of a layer
is, see `rknet.streams`; on CUDA the step is one graph, see `rknet.captured`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rknet import recognition, streams
from rknet.adjoint import costate_sweep, state_sweep
from rknet.engine import PRECISIONS
from rknet.nets import Net
from rknet.rightsides import Affine, Controls, Transposed
from rknet.steps import Step
from rknet.training import LOSSES, Protocol, TorchSteps
from rknet.updates import CODES, Rule, begin_step

WIDE = 128
"""The width from which it is faster than the compiled engine."""

FEW = 4 * streams.SAMPLES
"""The largest batch whose products with K are streamed; BLAS is quicker with more."""

FEW_THREADS = 2
"""The largest number of PyTorch's threads for which `rknet.streams`, in one thread, is quicker than PyTorch."""


def obstacle(net: Net, protocol: Protocol) -> str | None:
    """Why this engine cannot train this net by this protocol, or None if it can."""
    reason = recognition.obstacle(net)
    if reason is not None:
        return reason
    reasons = {
        f"the layers are those of a {type(net).__name__}": recognition.layer_of(net) is None,
        f"the weights are on {net.K.device}": net.K.device.type not in ("cpu", "cuda"),
        f"the weights are of {net.K.dtype}": net.K.dtype not in PRECISIONS,
        "the weights are not contiguous": not (net.K.is_contiguous() and net.b.is_contiguous()),
        "K and b are not both trained": not (net.K.requires_grad and net.b.requires_grad),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


class Factors(Affine):
    """`Affine` with one control a layer whose gradient stays a pair of factors z, Y (s N, d_hat).

    The gradient by K is z^T Y, that by b the sum of z over its rows.
    """

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `rknet.rightsides.RightHandSide`."""
        K, slope = u[0][0], self.slope(F)

        def f_y(i: int, v: Tensor) -> Tensor:
            return self.transposed_product(K, slope[i] * v)

        def f_u(xi: Tensor) -> Controls:
            return (slope * xi).flatten(0, 1), Y.flatten(0, 1)

        return Transposed(f_y, f_u, lambda: slope[..., None] * K)

    def transposed_product(self, K: Tensor, z: Tensor) -> Tensor:
        """z K for z (N, d_hat)."""
        return z @ K


class Streamed(Factors):
    """The same with the loops of `rknet.streams` for few samples."""

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """See `rknet.rightsides.RightHandSide`."""
        K, b = u
        return self.sigma(streams.product(K, y) + b) if len(y) <= FEW else super().__call__(u, y)

    def transposed_product(self, K: Tensor, z: Tensor) -> Tensor:
        """See `Factors`."""
        return streams.transposed_product(K, z) if len(z) <= FEW else super().transposed_product(K, z)


class StreamedUpdates:
    """The optimisers of `rknet.updates` on the layers' weights: no gradient is ever in memory."""

    f = Streamed

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.rule = Rule(CODES[protocol.optimizer], protocol.rate, False, False, np.ones(2))
        # Of each: the weights and their two moments.
        self.parts = {
            name: [w.detach(), *(torch.zeros_like(w) for _ in "mv")] for name, w in (("K", net.K), ("b", net.b))
        }

    def begin(self) -> None:
        """A step begins."""
        begin_step.py_func(self.rule)

    def __call__(self, l: int, z: Tensor, Y: Tensor) -> None:
        """The step of layer l, from the factors of its gradient."""
        (K, m_K, v_K), (b, m_b, v_b) = self.parts.values()
        streams.update(self.rule, K[l], m_K[l], v_K[l], z, Y)
        ones = torch.ones(len(z), 1, dtype=z.dtype, device=z.device)
        streams.update(self.rule, b[l, None], m_b[l, None], v_b[l, None], ones, z)

    def state(self) -> dict[str, Tensor]:
        """All that is remembered, by name."""
        named = {f"{name}/{slot}": part[k] for name, part in self.parts.items() for k, slot in ((1, "m"), (2, "v"))}
        return {**named, "powers": torch.from_numpy(self.rule.powers)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        for name, part in self.state().items():
            part.copy_(state[name])


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
        from rknet import captured  # it builds on this module

        reason = obstacle(net, protocol)
        if reason is not None:
            raise ValueError(
                f"net: must be one of the paper's nets for the layer-wise step, but {reason}; use engine='torch'"
            )
        net.validate()
        on_cpu = net.K.device.type == "cpu"
        streamed = on_cpu and torch.get_num_threads() <= FEW_THREADS
        self.net, self.protocol, self.loss = net, protocol, LOSSES[protocol.loss]
        self.updates = (StreamedUpdates if streamed else captured.OptimizerUpdates)(net, protocol)
        self.step = replace(Step.of(net), f=self.updates.f(net.activation))
        self.u = [(K[None], b[None]) for K, b in zip(net.K.detach(), net.b.detach(), strict=True)]
        outside = [p for name, p in net.named_parameters() if p.requires_grad and name not in ("K", "b")]
        self.optimizer = captured.optimizer(protocol, outside)
        self.take = self.train if on_cpu else captured.Captured(self)

    def epoch(self, X: NDArray[Any], c: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        x, labels = self._tensors(X, c)
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

    def statistics(self, X: NDArray[Any], c: NDArray[np.int64]) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,)."""
        x, labels = self._tensors(X, c)
        with torch.no_grad():
            y = self.net.lift(x)
            for u in self.u:
                y, _ = self.step(u, y)
            logits = torch.addmm(self.net.mu, y, self.net.W.T)
            return self.loss(logits, labels).item(), (logits.argmax(dim=1) == labels).double().mean().item()

    def state(self) -> dict[str, Tensor]:
        """See `TorchSteps`; what is remembered of the layers begins with ``layers/``."""
        return super().state() | {f"layers/{name}": tensor for name, tensor in self.updates.state().items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See `TorchSteps`."""
        layers = {name.removeprefix("layers/"): tensor for name, tensor in state.items() if name.startswith("layers/")}
        super().restore({name: tensor for name, tensor in state.items() if not name.startswith("layers/")})
        self.updates.restore(layers)

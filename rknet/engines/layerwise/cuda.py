"""The layer-wise step with PyTorch's own optimisers layer by layer, and on CUDA as one graph.

A step at the paper's sizes is thousands of small kernels, which a graph starts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from rknet.engines.layerwise.factors import Factors
from rknet.nets import Net
from rknet.protocol import OPTIMIZERS, Protocol

CAPTURABLE = ("adam", "adadelta")
"""Optimisers that must be told that they will be captured; SGD remembers nothing, and Adagrad cannot be."""

WARM = 3
"""Steps before the capture: in them moments are made and libraries take their working memory."""


def optimizer(protocol: Protocol, parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
    """The protocol's optimiser for parameters, of which there may be none."""
    parameters = list(parameters)
    cls, _ = OPTIMIZERS[protocol.optimizer]
    options: dict[str, Any] = {"fused": True} if protocol.optimizer == "adam" else {}
    options |= {"capturable": True} if protocol.optimizer in CAPTURABLE and any(p.is_cuda for p in parameters) else {}
    return cls([{"params": parameters}], lr=protocol.rate, **options)  # type: ignore[call-arg]  # the base class has no lr


class OptimizerUpdates:
    """An optimiser of PyTorch for each layer."""

    f = Factors

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.layers = [(nn.Parameter(K), nn.Parameter(b)) for K, b in zip(net.K.detach(), net.b.detach(), strict=True)]
        self.optimizers = [optimizer(protocol, layer) for layer in self.layers]

    def begin(self) -> None:
        """A step begins."""

    def __call__(self, l: int, z: Tensor, Y: Tensor) -> None:
        """The step of layer l, from the factors of its gradient."""
        K, b = self.layers[l]
        K.grad, b.grad = z.T @ Y, z.sum(0)
        self.optimizers[l].step()
        self.optimizers[l].zero_grad()

    def state(self) -> dict[str, Tensor]:
        """All that is remembered, by name: LAYER/PART/SLOT."""
        return {
            f"{l}/{part}/{slot}": tensor
            for l, optimizer in enumerate(self.optimizers)
            for part, kept in optimizer.state_dict()["state"].items()
            for slot, tensor in kept.items()
            if tensor is not None
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        kept: list[dict[int, dict[str, Tensor]]] = [{} for _ in self.optimizers]
        for name, tensor in state.items():
            l, part, slot = name.split("/")
            kept[int(l)].setdefault(int(part), {})[slot] = tensor
        for optimizer, slots in zip(self.optimizers, kept, strict=True):
            optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})


class Captured:
    """A training step (x, c) as a CUDA graph, from the step after the first `WARM` on.

    A short batch, and every batch with an optimiser that cannot be captured, is trained kernel by kernel.  A stored
    state must be restored before the first step, since a graph writes to the moments that it was captured with.
    """

    def __init__(self, train: Callable[[Tensor, Tensor], None], protocol: Protocol) -> None:
        self.train, self.batch_size, self.taken = train, protocol.batch_size, 0
        self.stream = torch.cuda.Stream()
        self.graph: torch.cuda.CUDAGraph | None = None
        self.captures = protocol.optimizer in (*CAPTURABLE, "sgd")

    def __call__(self, x: Tensor, c: Tensor) -> None:
        """One step on a batch x (n, d), c (n,)."""
        if not self.captures or len(x) != self.batch_size or self.taken < WARM:
            self.taken += len(x) == self.batch_size
            self._launch(x, c)
            return
        if self.graph is None:
            self._capture(x, c)
        assert self.graph is not None
        self.x.copy_(x)
        self.c.copy_(c)
        self.graph.replay()

    def _launch(self, x: Tensor, c: Tensor) -> None:
        """Take a step on a stream of its own, as PyTorch asks for before a capture."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            self.train(x, c)
        torch.cuda.current_stream().wait_stream(self.stream)

    def _capture(self, x: Tensor, c: Tensor) -> None:
        """Record a step on copies of a batch; nothing is computed yet."""
        self.x, self.c, self.graph = x.clone(), c.clone(), torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.train(self.x, self.c)

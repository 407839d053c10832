"""Training and evaluation by the compiled sweeps of `kernels`: the same protocol as the plain PyTorch loop.

`Compiled` copies a net's weights into the layout of the sweeps, trains and evaluates there, and writes them back.
Machine code is kept on disk by Numba, in its own cache folder, and compiled again when a source it depends on changes.
"""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import numba
import numpy as np
import torch
from numba.core.registry import cpu_target
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from rknet import identity
from rknet.checks import inputs, labels, room
from rknet.engines.compiled import bounds, kernels, machine, updates, weighted
from rknet.engines.compiled.activations import ACTIVATION_CODES
from rknet.engines.compiled.kernels import LOSS_CODES, Scheme, Weights, Workspace
from rknet.engines.compiled.simd import OPTIONS, Array, Count
from rknet.engines.compiled.updates import CODES, Rule
from rknet.engines.plain import batch_cost, relative, score
from rknet.lifts import MatrixLift, ZeroPadding
from rknet.nets import Net, RKNet
from rknet.protocol import Protocol, lacking
from rknet.provenance import source_hash

SOURCES = tuple(f"engines/compiled/{name}" for name in ("simd", "arithmetic", "updates", "kernels", "weighted"))
"""The modules that become machine code."""

LINEAR = (ZeroPadding.forward, MatrixLift.forward)
"""The lifts that are one matrix, by what they compute."""
PRECISIONS = {torch.float32: np.float32, torch.float64: np.float64}
CHUNK = 5
"""Samples evaluated at once: the batch size of the paper, for which the sweeps are quickest."""
ALIGNMENT = 64
"""Bytes: a cache line, and the widest register."""


class Compiled:
    """A net in the layout of the compiled sweeps, ready for a protocol.

    Parameters
    ----------
    net
        A net for which `obstacle` returns None.  Its weights are copied; `write_back` returns them.
    protocol
        Decides loss, optimiser, learning rate and batch size.

    Raises
    ------
    ValueError
        If the engine does not apply to the net, or the net's arrays do not agree: see `Net.validate`.
    """

    knows: ClassVar[Collection[str]] = ("weight_decay", "schedule", "weights", "targets")

    def __init__(self, net: Net, protocol: Protocol) -> None:
        reason = self.obstacle(net, protocol)
        if reason is not None:
            raise ValueError(
                f"net: must be one of the paper's nets for the compiled engine, but {reason}; use engine='torch'"
            )
        net.validate()
        self.net, self.dtype = net, PRECISIONS[net.K.dtype]
        self.d, self.d_hat, self.classes, self.L = net.d, net.d_hat, net.classes, net.L
        self.lanes = lanes_for(self.d_hat)
        self.loss, self.decay, self.batch_size = protocol.loss, protocol.weight_decay, protocol.batch_size
        self.weights = self._copied_weights()
        self.moments = [Weights(*(self._zeros(*w.shape) for w in self.weights)) for _ in range(2)]
        self.rule = Rule(
            CODES[protocol.optimizer],
            protocol.rate,
            any(parameter.requires_grad for parameter in net.lift.parameters()),
            bool(net.W.requires_grad),
            np.ones(2),
        )
        self.scheme = self._scheme()
        self._training = self._space(protocol.batch_size, self.L)
        self._evaluation = self._space(CHUNK, 0)

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        """Why the engine cannot train this net by this protocol, or None if it can."""
        reason = machine.obstacle() or lacking(cls, *protocol.beyond) or identity.obstacle(net)
        if reason is not None:
            return reason
        trained = {name: parameter.requires_grad for name, parameter in net.named_parameters()}
        reasons = {
            f"the layers are those of a {type(net).__name__}": identity.layer_of(net) is None,
            f"sigma is {net.activation!r}": net.activation not in ACTIVATION_CODES,
            f"the lift is a {type(net.lift).__name__}": type(net.lift).forward not in LINEAR,
            f"the loss is {protocol.loss!r}": protocol.loss not in LOSS_CODES,
            f"the optimiser is {protocol.optimizer!r}": protocol.optimizer not in CODES,
            f"the weights are on {net.K.device}": net.K.device.type != "cpu",
            f"the weights are {net.K.dtype}": net.K.dtype not in PRECISIONS,
            "the weights differ in precision": len({t.dtype for t in net.state_dict().values()}) != 1,
            "K and b are not both trained": not (trained["K"] and trained["b"]),
            "only one of W and mu is trained": trained["W"] != trained["mu"],
            "the learned lift is not trained": not trained.get("lift.matrix", True),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    @classmethod
    def suits(cls, net: Net) -> bool:
        """True: the compiled engine is the choice for every net that reaches it."""
        return True

    def epoch(self, X: Array, c: Array, order: Array, weights: Array | None = None) -> None:
        """A step for each batch of the samples X (N, d), c (N,) in the given order."""
        X = np.ascontiguousarray(X, self.dtype)
        # Weights decay between two steps, outside the loops: then each step is an epoch of its own.
        size = self.batch_size if self.decay else max(len(order), 1)
        for first in range(0, len(order), size):
            part, before = order[first : first + size], self._decaying()
            if weights is None and c.ndim == 1:
                self._train(self.rule, self.moments, X, c, part, self._training)
            else:
                self._train_weighted(X, c, part, weights)
            for array, old in before:
                array -= self.dtype(self.rule.rate * self.decay) * old

    def set_rate(self, rate: float) -> None:
        """Take the steps to come with another learning rate."""
        self.rule = self.rule._replace(rate=float(rate))

    def statistics(self, X: Array, c: Array, weights: Array | None = None) -> tuple[float, float]:
        """Cost and accuracy on samples X (N, d) with labels c (N,), or cost and R^2 with targets c (N, outputs)."""
        X = np.ascontiguousarray(X, self.dtype)
        if weights is None and c.ndim == 1:
            cost, right, _, _ = self._evaluate(X, c, self._evaluation, keep=0)
            return cost / len(X), right / len(X)
        logits = torch.from_numpy(self.logits(X)).double()
        at, w = torch.as_tensor(c, dtype=None if c.ndim == 1 else torch.float64), relative(weights)
        of = logits, at, None if w is None else torch.from_numpy(w)
        return batch_cost(self.loss, *of).item(), score(*of)

    def logits(self, X: ArrayLike) -> NDArray[Any]:
        """W y[L] + mu for X (N, d): shape (N, classes)."""
        *_, logits = self._evaluate(self._data(X), None, self._evaluation, keep=0)
        return logits

    def states(self, X: ArrayLike) -> NDArray[Any]:
        """All layer states y[0], ..., y[L] for X (N, d): shape (L+1, N, d_hat)."""
        _, _, states, _ = self._evaluate(self._data(X), None, self._space(CHUNK, self.L), keep=1)
        return states

    def gradients(self, X: ArrayLike, c: ArrayLike) -> dict[str, NDArray[Any]]:
        """The gradient of the mean cost of samples X (N, d), c (N,) by each trained weight, named as in the net."""
        X = self._data(X)
        rule = self.rule._replace(optimizer=updates.GRADIENT, powers=np.ones(2))
        moments = [Weights(*(self._zeros(*w.shape) for w in self.weights)) for _ in range(2)]
        c = labels("c", c, len(X), self.classes)
        self._train(rule, moments, X, c, np.arange(len(X)), self._space(len(X), self.L))
        trained = {name for name, parameter in self.net.named_parameters() if parameter.requires_grad}
        return {name: array for name, array in self._named(moments[0]).items() if name in trained}

    def write_back(self) -> None:
        """Give the net the engine's weights."""
        named, tensors = self._named(self.weights), self.net.state_dict()
        with torch.no_grad():
            for name, parameter in self.net.named_parameters():
                if parameter.requires_grad:
                    tensors[name].copy_(torch.from_numpy(named[name]))

    def state(self) -> dict[str, Tensor]:
        """Weights and moments as ARRAYS/NAME, and the powers of Adam's factors: not copies, but the engine's memory."""
        parts = zip(("weights", "m", "v"), (self.weights, *self.moments), strict=True)
        arrays = {f"{part}/{name}": array for part, of in parts for name, array in of._asdict().items()}
        return {name: torch.from_numpy(array) for name, array in {**arrays, "powers": self.rule.powers}.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])

    def _train(self, rule: Rule, moments: list[Weights], X: Array, c: Array, order: Array, space: Workspace) -> None:
        bounds.check_sweeps(
            self.scheme, rule, self.weights, moments, X, c, order, space, self.classes, keep=1, lanes=self.lanes
        )
        arguments = self.scheme, LOSS_CODES[self.loss], rule, self.weights, *moments, X, c, order, space
        self._compiled(kernels.train)(*arguments, self.lanes)

    def _train_weighted(self, X: Array, c: Array, order: Array, weights: Array | None) -> None:
        N, of_targets = len(X), c.ndim == 2
        labels = np.zeros(N, np.int64) if of_targets else c
        targets = np.ascontiguousarray(c if of_targets else np.zeros((N, self.classes)), self.dtype)
        a = np.ones(N, self.dtype) if weights is None else np.ascontiguousarray(relative(weights), self.dtype)
        bounds.check_sweeps(
            self.scheme, self.rule, self.weights, self.moments, X, labels, order, self._training, self.classes,
            keep=1, lanes=self.lanes,
        )  # fmt: skip
        bounds.check_array("targets", targets, (N, self.classes), self.dtype)
        bounds.check_array("weights", a, (N,), self.dtype)
        loss = weighted.TARGETS if of_targets else LOSS_CODES[self.loss]
        arguments = self.scheme, loss, self.rule, self.weights, *self.moments, X, labels, targets, a, order
        self._compiled(weighted.train_weighted)(*arguments, self._training, self.lanes)

    def _decaying(self) -> list[tuple[Array, Array]]:
        """The trained weights that decay in a step, each with a copy of what it is before."""
        M, K, b, W, mu = self.weights
        of = [K, b, *([M] if self.rule.lift else []), *([W, mu] if self.rule.classifier else [])]
        return [(array, array.copy()) for array in of] if self.decay else []

    def _evaluate(self, X: Array, c: Array | None, space: Workspace, keep: int) -> tuple[float, int, Array, Array]:
        c, order = np.zeros(len(X), np.int64) if c is None else c, np.arange(len(X))
        bounds.check_sweeps(
            self.scheme, None, self.weights, [], X, c, order, space, self.classes, keep=keep, lanes=self.lanes
        )
        states = np.empty((len(space.Y) if keep else 0, len(X), self.d_hat), self.dtype)
        logits = np.empty((len(X), self.classes), self.dtype)
        arguments = self.scheme, LOSS_CODES[self.loss], self.weights, X, c, order, space, keep, states, logits
        cost, right = self._compiled(kernels.evaluate)(*arguments, self.lanes)
        return cost, right, states, logits

    def _compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return compiled(function, np.dtype(self.dtype).name, len(self.lanes))

    def _data(self, X: ArrayLike) -> Array:
        return np.ascontiguousarray(inputs("X", X, self.d), self.dtype)

    def _scheme(self) -> Scheme:
        sigma, dtype = ACTIVATION_CODES[self.net.activation], self.dtype
        if isinstance(self.net, RKNet):  # and its layers are, as `obstacle` says
            A, beta, _ = (np.multiply.outer(self.net.steps, part) for part in self.net.tableau.arrays())
            return Scheme(A.astype(dtype), beta.astype(dtype), True, sigma)
        return Scheme(np.zeros((self.L, 1, 1), dtype), np.ones((self.L, 1), dtype), False, sigma)

    def _zeros(self, *shape: int) -> Array:
        """Zeros (..., width) that begin at a cache line, each row filled up to whole lanes."""
        shape = *shape[:-1], bounds.filled(shape[-1], self.lanes)
        itemsize = np.dtype(self.dtype).itemsize
        memory = np.zeros(int(np.prod(shape)) + ALIGNMENT // itemsize, self.dtype)
        first = -memory.ctypes.data % ALIGNMENT // itemsize
        return memory[first : first + int(np.prod(shape))].reshape(shape)

    def _filled(self, array: Array) -> Array:
        out = self._zeros(*array.shape)
        out[..., : array.shape[-1]] = array
        return out

    def _copied_weights(self) -> Weights:
        net = self.net
        M = net.lift.matrix if isinstance(net.lift, MatrixLift) else torch.eye(net.d_hat, net.d, device="cpu")
        arrays = M.T, net.K.transpose(1, 2), net.b, net.W.T, net.mu
        return Weights(*(self._filled(array.detach().numpy()) for array in arrays))

    def _named(self, weights: Weights) -> dict[str, Array]:
        """The arrays by their names in the net, in its layout."""
        d_hat, classes = self.d_hat, self.classes
        return {
            "lift.matrix": weights.M[:, :d_hat].T,
            "K": weights.K[..., :d_hat].transpose(0, 2, 1),
            "b": weights.b[:, :d_hat],
            "W": weights.W[:, :classes].T,
            "mu": weights.mu[:classes],
        }

    def _space(self, n: int, depth: int) -> Workspace:
        s, zeros = self.scheme.beta.shape[1], self._zeros
        d, d_hat, classes = self.d, self.d_hat, self.classes
        width = bounds.filled(d_hat, self.lanes)
        room("batch_size", n, n * (2 * (depth + 3) * s * width + d), np.dtype(self.dtype).itemsize)
        return Workspace(
            x=np.zeros((n, d), self.dtype),
            c=np.zeros(n, np.int64),
            Y=zeros(depth + 1, s * n, d_hat),
            S=zeros(max(depth, 1), s * n, d_hat),
            F=zeros(s * n, d_hat),
            xi=zeros(s * n, d_hat),
            G=zeros(s * n, d_hat),
            p=zeros(n, d_hat),
            z=zeros(n, classes),
            e=zeros(classes),
            K=zeros(d_hat, d_hat),
            W=zeros(classes, d_hat),
            g=zeros(max(d, d_hat), max(d_hat, classes)),
            zero=zeros(max(d_hat, classes)),
        )


def lanes_for(d_hat: int) -> Count:
    """As many lanes as suit a width: 4, 8, or 16, of which wider layers take several."""
    return (None,) * (4 if d_hat <= 4 else 8 if d_hat <= 8 else 16)


@functools.cache
def compiled(function: Callable[..., Any], *variant: Any) -> Any:
    """The machine code of a function of `kernels` for one precision and number of lanes, kept on disk.

    Numba finds stored code by the name and the file of a function; it neither sees a change in another file nor
    expects two processes to store different variants under one name at once.  So the name says all that decides the
    code: the variant, the sources and the processor.  Where no folder can be written to, nothing is stored: see
    `machine.MachineCode`.
    """
    processor = cpu_target.target_context.codegen().magic_tuple()
    facts = machine.CHECKSUM, source_hash(*SOURCES), processor, numba.__version__, variant
    name = f"{function.__name__}_{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"
    named = types.FunctionType(function.__code__, function.__globals__, name)
    named.__qualname__ = name
    dispatcher = numba.njit(**OPTIONS)(named)
    try:
        dispatcher._cache = machine.MachineCode(named)
    except RuntimeError as error:
        machine.warn("any folder", f"cannot be stored ({error}) and is compiled in every process")
    return dispatcher

"""What a gradient keeps in memory, counted in states (tensors of shape (N, d_hat)), and how to keep less.

`stored` and `peak` predict, `stored_bytes` counts.  The batch is taken to be large, N much larger than d_hat, so that
states count and weights do not; s is the number of stages that are used and L the number of layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from weakref import WeakSet

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from rknet.checks import whole
from rknet.nets import Net


class Way(NamedTuple):
    """A way to a gradient: states kept from the forward for the backward pass, and the most there are at any time.

    Both are functions of the stages s and the layers L.  At its peak a way works on one layer, or on one segment.
    """

    stored: Callable[[int, int], int]
    peak: Callable[[int, int], int]


def best_segment(s: int, L: int) -> int:
    """Layers a segment for which a checkpoint at each segment's start takes least memory: about sqrt(L / (2 s))."""
    s, L = whole("s", s), whole("L", L)
    return min(L, max(1, round(math.sqrt(L / (2 * s)))))


def _segments(length: Callable[[int, int], int]) -> Way:
    """Checkpoints: y[L] and a state for each segment; the 2 s tensors of each of its layers, and s + 1 costates."""

    def stored(s: int, L: int) -> int:
        return math.ceil(L / length(s, L)) + 1

    return Way(stored, lambda s, L: stored(s, L) + 2 * s * length(s, L) + s)


WAYS: dict[str, Way] = {
    "autograd": Way(lambda s, L: 2 * s * L + 1, lambda s, L: 2 * s * L + 1 + s + 1),
    "checkpoint": _segments(lambda s, L: 1),
    "segments": _segments(best_segment),
    "adjoint": Way(lambda s, L: (s + 1) * L + 1, lambda s, L: (s + 1) * L + 1 + 7 * s),
    "recomputed": Way(lambda s, L: L + 1, lambda s, L: L + 1 + 8 * s),
    "compiled": Way(lambda s, L: 2 * s * L + s, lambda s, L: 2 * s * L + s + 3 * s + 1),
}
"""Autograd through every operation; with a checkpoint at each layer; with one at each of the best segments; the
discrete adjoint of `rknet.adjoint.propagate`, with stored and with recomputed stages; the compiled engine."""


def stored_bytes(forward: Callable[[], Tensor], *existing: Tensor) -> int:
    """Bytes that a forward pass keeps for its backward pass, besides tensors that exist anyway, such as weights.

    Counted are the storages behind what autograd saves, each of them once, and not what is given up on the way.
    """
    saved: WeakSet[_Saved] = WeakSet()

    def pack(tensor: Tensor) -> _Saved:
        saved.add(box := _Saved(tensor))
        return box

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda box: box.tensor):
        result = forward()
    sizes = {box.storage.data_ptr(): box.storage.nbytes() for box in saved}
    del result  # it held the graph
    for tensor in existing:
        sizes.pop(tensor.untyped_storage().data_ptr(), None)
    return sum(sizes.values())


class _Saved:
    """A tensor that autograd saved; detached, since an operation's own result would keep the operation alive."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor, self.storage = tensor.detach(), tensor.untyped_storage()


def checkpointed(net: Net, y: Tensor, every: int) -> Tensor:
    """y[L] (N, d_hat) for y[0] = y, of which autograd stores the state of every so many layers.

    Layers between are computed again on the way back, a segment at a time.

    Raises
    ------
    ValueError
        If `every` is not a positive whole number.
    """

    def segment(K: Tensor, b: Tensor, y: Tensor, *others: Sequence[Any]) -> Tensor:
        for K_l, b_l, *of_layer in zip(K.unbind(), b.unbind(), *others, strict=True):
            y = net.layer(K_l, b_l, y, *of_layer)
        return y

    every = whole("every", every)
    others = [[part[first : first + every] for first in range(0, net.L, every)] for part in net.by_layer()]
    for K, b, *of_segment in zip(net.K.split(every), net.b.split(every), *others, strict=True):
        y = checkpoint(segment, K, b, y, *of_segment, use_reentrant=False, preserve_rng_state=False)
    return y

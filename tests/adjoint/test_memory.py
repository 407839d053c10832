"""What a gradient keeps in memory: counts equal predictions exactly, and the gradients are those of the net."""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from rknet import ACTIVATIONS, TABLEAUS, Protocol, RKNet, StandardNet, adjoint
from rknet.adjoint import memory
from rknet.engines.compiled.engine import Compiled

N, D_HAT = 500, 4
STATE = 4 * N * D_HAT
"""Bytes of one state in single precision."""
SINGLE = 1e-5
"""Gradients in single precision, added up in another order."""

EXPLICIT = {name: tableau for name, tableau in TABLEAUS.items() if tableau.explicit and name != "dopri5"}
"""Schemes that use all their stages."""


def case(tableau: str = "rk4", L: int = 6, activation: str = "tanh") -> tuple[RKNet, Tensor]:
    """A net and a batch."""
    net = RKNet(2, D_HAT, 3, L, tableau=tableau, activation=activation)
    return net, torch.from_numpy(np.random.default_rng(0).standard_normal((N, 2))).float()


def logits(net: RKNet, y: Tensor) -> Tensor:
    """The classifier."""
    return torch.addmm(net.mu, y, net.W.T)


FORWARD: dict[str, Callable[[RKNet, Tensor], Tensor]] = {
    "autograd": lambda net, x: net(x),
    "checkpoint": lambda net, x: logits(net, memory.checkpointed(net, net.lift(x), 1)),
    "segments": lambda net, x: logits(
        net, memory.checkpointed(net, net.lift(x), memory.best_segment(net.tableau.stages, net.L))
    ),
    "adjoint": adjoint.forward,
    "recomputed": lambda net, x: adjoint.forward(net, x, recompute=True),
}


@pytest.mark.parametrize("L", [1, 2, 7, 30])
@pytest.mark.parametrize("name", EXPLICIT)
@pytest.mark.parametrize("way", FORWARD)
def test_stored_states_are_as_predicted(way: str, name: str, L: int) -> None:
    """Exactly."""
    net, x = case(name, L)
    counted = memory.stored_bytes(lambda: FORWARD[way](net, x), x, *net.parameters())
    assert counted == STATE * memory.WAYS[way].stored(net.tableau.stages, L)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("way", FORWARD)
def test_for_every_activation(way: str, activation: str) -> None:
    """Autograd keeps the value of some activations and the argument of others, always one of the two."""
    net, x = case(activation=activation)
    counted = memory.stored_bytes(lambda: FORWARD[way](net, x), x, *net.parameters())
    assert counted == STATE * memory.WAYS[way].stored(4, net.L)


def test_a_stage_that_nothing_uses_is_not_kept() -> None:
    """The last stage of Dormand-Prince has weight zero: autograd keeps nothing of it."""
    net, x = case("dopri5")
    counted = memory.stored_bytes(lambda: net(x), x, *net.parameters())
    assert counted == STATE * memory.WAYS["autograd"].stored(6, net.L)


@pytest.mark.parametrize("name", ["euler", "kutta3", "rk4"])
@pytest.mark.parametrize("L", [1, 20])
def test_space_of_the_compiled_engine(name: str, L: int) -> None:
    """The arrays of the size of a batch that it allocates."""
    net, _ = case(name, L)
    space = Compiled(net, Protocol(batch_size=N))._training
    s, way = net.tableau.stages, memory.WAYS["compiled"]
    sweep = space.Y.nbytes + space.S.nbytes
    assert sweep == STATE * way.stored(s, L) == STATE * (2 * s * L + s)
    assert sweep + sum(a.nbytes for a in (space.F, space.xi, space.G, space.p)) == STATE * way.peak(s, L)


def test_euler_gains_nothing_unless_f_is_computed_again() -> None:
    """With one stage the adjoint stores what autograd stores."""
    ways = memory.WAYS
    for s, L in itertools.product((1, 2, 4), (10, 100)):
        assert (ways["adjoint"].stored(s, L) == ways["autograd"].stored(s, L)) == (s == 1)
        assert ways["recomputed"].stored(s, L) == L + 1


@pytest.mark.parametrize("s", [1, 2, 4])
@pytest.mark.parametrize("L", [1, 5, 32, 100, 1000])
def test_best_segment_takes_least(s: int, L: int) -> None:
    """Among all lengths, by trying them; whole numbers leave a little."""

    def peak(k: int) -> int:
        return math.ceil(L / k) + 2 * s * k

    best = memory.best_segment(s, L)
    assert 1 <= best <= L
    assert peak(best) <= 1.1 * min(peak(k) for k in range(1, L + 1))


@pytest.mark.parametrize("way", ["checkpoint", "segments"])
def test_gradients_with_checkpoints(way: str) -> None:
    """Those of plain autograd."""
    net, x = case(L=7)
    parameters = list(net.parameters())
    expected = torch.autograd.grad(net(x).square().mean(), parameters)
    found = torch.autograd.grad(FORWARD[way](net, x).square().mean(), parameters)
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours - theirs).norm() <= SINGLE * theirs.norm()


def test_counting_by_hand() -> None:
    """tanh keeps its value, a product both factors, once each; what exists anyway and what is dropped do not count."""
    w, x = torch.ones(10, requires_grad=True), torch.ones(10)
    assert memory.stored_bytes(lambda: torch.tanh(w)) == 40
    assert memory.stored_bytes(lambda: torch.tanh(w) * x, w) == 80
    assert memory.stored_bytes(lambda: torch.tanh(w) * x, w, x) == 40
    assert memory.stored_bytes(lambda: (w * w).sum()) == 40

    def forward() -> Tensor:
        torch.exp(w).sum()
        return w + x

    assert memory.stored_bytes(forward) == 0


def test_counting_leaves_the_graph_usable() -> None:
    """What the hooks pack, the backward pass unpacks."""
    w = torch.full((10,), 0.5, requires_grad=True)
    results: list[Tensor] = []

    def forward() -> Tensor:
        results.append(torch.tanh(w).sum())
        return results[-1]

    memory.stored_bytes(forward)
    results[0].backward()
    torch.testing.assert_close(w.grad, 1 - torch.tanh(w.detach()) ** 2)


@pytest.mark.parametrize("every", [0, -1, 2.5])
def test_segments_have_layers(every: float) -> None:
    """A positive whole number."""
    net, x = case()
    with pytest.raises(ValueError, match="every: must be a whole number >= 1, got"):
        memory.checkpointed(net, net.lift(x), every)


def test_standard_net_has_its_states_for_nothing() -> None:
    """Its layers' values are the next states, so autograd itself stores one per layer."""
    net, x = StandardNet(2, D_HAT, 3, 6), case()[1]
    assert memory.stored_bytes(lambda: net(x), x, *net.parameters()) == STATE * 7


class Live(TorchDispatchMode):
    """Follows the bytes of all tensors that operations make, until they are given up, and keeps the most there were."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: set[int] = set()
        self.now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                self.count(storage, storage._cdata, storage.nbytes())
        return out

    def count(self, storage: Any, address: int, size: int) -> None:
        """A storage, once."""
        if size and address not in self.alive:
            self.alive.add(address)
            self.now += size
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self.free, address, size)

    def free(self, address: int, size: int) -> None:
        """The storage is gone."""
        self.alive.discard(address)
        self.now -= size


@pytest.mark.parametrize("L", [5, 16])
@pytest.mark.parametrize("name", ["euler", "heun", "kutta3", "rk4"])
@pytest.mark.parametrize("way", FORWARD)
def test_peak_is_as_predicted(way: str, name: str, L: int) -> None:
    """All live tensors of a step, counted at every operation: to two states, and what belongs to logits and weights."""
    net, _ = case(name, L)
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((20 * N, 2))).float()
    with Live() as live:
        torch.nn.functional.cross_entropy(FORWARD[way](net, x), torch.zeros(len(x), dtype=torch.long)).backward()
    states = live.peak / (20 * STATE)
    assert states == pytest.approx(memory.WAYS[way].peak(net.tableau.stages, L), abs=2)

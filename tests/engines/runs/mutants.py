"""Train nets and points whose arrays were changed after they were made; print what came of each as JSON.

Run by `tests/engines/test_bounds.py` in a process of its own, for a loop that writes beyond an array may end it.
"""

import copy
import json
import sys
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from rknet import EulerNet, Net, PointSet, Protocol, RK4Net, StandardNet, draw, fit, split

ENGINES = ("compiled", "layerwise", "torch")
PARTS = ("K", "b", "W", "mu", "lift.matrix")


def replaced(net: Net, part: str, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Put a changed array in the place of a part."""
    owner, name = (net.lift, "matrix") if part == "lift.matrix" else (net, part)
    if not hasattr(owner, name):
        return
    old = getattr(owner, name)
    new = change(old.detach())
    setattr(owner, name, nn.Parameter(new, old.requires_grad) if isinstance(old, nn.Parameter) else new)


def repeated(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """A part several times as long in one of its dimensions."""
    axis, times = int(rng.integers(3)), int(rng.integers(2, 200))
    replaced(net, str(rng.choice(PARTS)), lambda t: torch.cat([t] * times, min(axis, t.ndim - 1)))


def cut(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """A part without its last entries in one dimension, perhaps without any."""
    axis, kept = int(rng.integers(3)), int(rng.integers(3))
    replaced(net, str(rng.choice(PARTS)), lambda t: t.narrow(min(axis, t.ndim - 1), 0, min(kept, len(t))).clone())


def turned(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """A part whose entries lie in memory in another order: it still is the same net."""
    replaced(net, str(rng.choice(PARTS)), lambda t: t.T.contiguous().T if t.ndim == 2 else t.flip(0).flip(0))


def rounded(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """A part in another precision."""
    dtype = [torch.float64, torch.float16, torch.float32][rng.integers(3)]
    replaced(net, str(rng.choice(PARTS)), lambda t: t.to(dtype))


def deeper(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """More layers, in K and in b: a net that makes sense."""
    times = int(rng.integers(2, 30))
    for part in ("K", "b"):
        replaced(net, part, lambda t: torch.cat([t] * times))


def resized(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """Another number of dimensions, of one type or another, in the lift."""
    size = [np.uint8(200), 1, 3, 100, 2**31, np.int8(-3), 2.0, "4"][rng.integers(8)]
    setattr(net.lift, str(rng.choice(["d", "d_hat"])), size)


def relabelled(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """A label that is no class."""
    c = points[rng.integers(2)].c
    c[rng.integers(len(c))] = rng.choice([-1, 2, 10**9, -(2**60)])


def reshaped(rng: np.random.Generator, net: Net, points: list[PointSet]) -> None:
    """Points of another shape, or labels of another length."""
    of = points[rng.integers(2)]
    name, array = [("X", np.tile(of.X, 50)), ("X", of.X[:3]), ("c", of.c[:3]), ("c", of.c.astype(float))][
        rng.integers(4)
    ]
    object.__setattr__(of, name, array)


CHANGES = (repeated, cut, turned, rounded, deeper, resized, relabelled, reshaped)
BATCHES = (5, np.uint8(200), np.int8(100), np.int64(7), 250)


def outcome(net: Net, points: list[PointSet], protocol: Protocol, engine: str) -> str | list[float]:
    """The costs that an engine finds, or the error that it raises before it changes the net."""
    before = copy.deepcopy(net.state_dict())
    try:
        history = fit(net, *points, protocol, engine=engine, progress=False)
    except ValueError as error:
        same = all(torch.equal(a, b) for a, b in zip(before.values(), net.state_dict().values(), strict=True))
        return str(error) if same else f"too late: {error}"
    except Exception as error:
        return f"wrong kind: {error!r}"
    return [*history.train_cost.tolist(), *history.val_cost.tolist()]


for seed in range(int(sys.argv[1])):
    rng = np.random.default_rng(seed)
    kind = [StandardNet, EulerNet, RK4Net][rng.integers(3)]
    lift = str(rng.choice(["zero", "linear", "learned"]))
    net = kind(2, int(rng.integers(2, 6)), 2, int(rng.integers(1, 4)), lift=lift, seed=seed)
    points = list(split(draw("donut_2D", 600, seed=seed), 300))
    protocol = Protocol(epochs=1, batch_size=BATCHES[rng.integers(len(BATCHES))])
    changes = [CHANGES[k] for k in rng.choice(len(CHANGES), rng.integers(1, 3), replace=False)]
    for change in changes:
        change(rng, net, points)
    said = {engine: outcome(copy.deepcopy(net), copy.deepcopy(points), protocol, engine) for engine in ENGINES}
    print(json.dumps({"seed": seed, "changes": [change.__name__ for change in changes], **said}), flush=True)

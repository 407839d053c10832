"""Equality of what holds arrays: by value, with equal hashes, and never an error."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

import rknet
from rknet import History, PointSet, Protocol, RK4Net, adjoint, draw, fit
from rknet.adjoint.steps import Step
from rknet.data.images import Images, Pool
from rknet.equality import ByValue


def swept(seed: int = 0) -> tuple[Any, Any]:
    """States and costates of a small net."""
    net = RK4Net(2, 3, 2, 2, seed=seed)
    u = tuple(part.detach()[:, None] for part in (net.K, net.b))
    states = adjoint.states(Step.of(net), u, torch.ones(4, 3))
    return states, adjoint.costates(states_step(net), u, states, torch.ones(4, 3))


STEPS: dict[float, Step] = {}


def states_step(net: RK4Net) -> Step:
    """One step for all, since right-hand sides compare by identity."""
    return STEPS.setdefault(net.h, Step.of(net))


def trained(seed: int = 0) -> History:
    """The history of a short training."""
    points = draw("donut_2D", 20)
    return fit(RK4Net(2, 3, 2, 1, seed=seed), points, points, Protocol(epochs=1), engine="torch")


def pool(value: int = 0) -> Pool:
    """Two images of one grey value."""
    return Pool(np.full((2, 28, 28), value, np.uint8), np.array([0, 1]))


CASES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "points": (lambda: draw("spiral", 20), lambda: draw("spiral", 20, seed=1)),
    "labels": (lambda: PointSet([[0.0], [1.0]], [0, 1], 2), lambda: PointSet([[0.0], [1.0]], [0, 0], 2)),
    "classes": (lambda: PointSet([[0.0], [1.0]], [0, 1], 2), lambda: PointSet([[0.0], [1.0]], [0, 1], 3)),
    "fewer points": (lambda: draw("squares", 4), lambda: draw("squares", 4)[:2]),
    "history": (trained, lambda: trained(1)),
    "who trained": (trained, lambda: replace(trained(), engine="compiled")),
    "states": (lambda: swept()[0], lambda: swept(1)[0]),
    "costates": (lambda: swept()[1], lambda: swept(1)[1]),
    "pool": (pool, lambda: pool(1)),
    "images": (lambda: Images("a", "b", "c", pool(), pool()), lambda: Images("a", "b", "c", pool(), pool(1))),
}


@pytest.mark.parametrize("name", CASES)
def test_equal_by_value(name: str) -> None:
    """Made twice it is equal and of one hash, so that a set holds it once; anything else differs."""
    make, other = CASES[name]
    assert make() == make()
    assert hash(make()) == hash(make())
    assert len({make(), make()}) == 1
    assert make() != other()
    assert make() != "something else"


def test_a_diverged_history_equals_its_repetition() -> None:
    """NaN in the same place of both histories is no difference; NaN beside a number is one."""
    costs = np.array([1.0, np.nan])
    assert History(costs, costs, costs, costs, "diverged") == History(*[costs.copy() for _ in range(4)], "diverged")
    finite = np.array([1.0, 2.0])
    assert History(costs, costs, costs, costs, "diverged") != History(costs, costs, costs, finite, "diverged")


def test_single_precision_is_not_double_precision() -> None:
    """The type of an array belongs to its value."""
    costs = [np.ones(2) for _ in range(4)]
    assert History(*costs, "epochs") != History(*[array.astype(np.float32) for array in costs], "epochs")


ARRAYS = ("NDArray", "Tensor", "Arrays", "Controls")


def classes() -> Iterator[type]:
    """Every class of the library that is a dataclass or a named tuple."""
    for found in pkgutil.walk_packages(rknet.__path__, "rknet."):
        if not found.name.endswith(("__main__", ".make")):
            try:
                module = importlib.import_module(found.name)
            except ModuleNotFoundError as error:
                assert not str(error.name).startswith("rknet")  # an optional dependency that is not installed
                continue
            for kind in vars(module).values():
                if isinstance(kind, type) and kind.__module__ == found.name and is_dataclass(kind):
                    yield kind


def test_every_dataclass_with_arrays_compares_by_value() -> None:
    """No dataclass leaves it to Python to compare arrays, which raises."""
    holding = [kind for kind in classes() if any(word in str(f.type) for f in fields(kind) for word in ARRAYS)]
    assert len(holding) >= 7
    assert [kind.__name__ for kind in holding if not issubclass(kind, ByValue)] == []

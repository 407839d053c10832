"""Nets trained at once by the kernels of a graphics card, in Triton's interpreter: against autograd, one by one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import required
import torch

required.triton()

from rknet import EulerNet, Net, PointSet, Protocol, RK4Net, RKNet, StandardNet, fit
from rknet.engines.layerwise import fused, together
from rknet.engines.layerwise.together import Sets, fit_together
from rknet.history import History
from rknet.tableaus import TABLEAUS

D, D_HAT, CLASSES, SAMPLES = 3, 7, 3, 10
"""A width that no block of rows or columns divides."""

WEIGHTS = 2e-5
"""Weights after a few steps in single precision: rounding, amplified by Adam where gradients are small."""

COSTS = 1e-5
"""Costs after a few steps."""

PROTOCOL = Protocol(epochs=2, stop_early=False)

CASES: dict[str, Callable[[int], Net]] = {
    "RK4Net": lambda seed: RK4Net(D, D_HAT, CLASSES, 2, lift="linear", seed=seed),
    "EulerNet": lambda seed: EulerNet(D, D_HAT, CLASSES, 2, seed=seed),
    "StandardNet": lambda seed: StandardNet(D, D_HAT, CLASSES, 3, lift="orthogonal", seed=seed),
    # A stage needs all before it; a weight is zero.
    "rk38": lambda seed: RKNet(D, D_HAT, CLASSES, 2, tableau="rk38", h=0.5, seed=seed),
    "midpoint": lambda seed: RKNet(D, D_HAT, CLASSES, 2, tableau="midpoint", h=0.5, seed=seed),
}


def points(N: int, seed: int) -> PointSet:
    """Random samples with random labels."""
    rng = np.random.default_rng(seed)
    return PointSet(rng.standard_normal((N, D)).astype(np.float32), rng.integers(0, CLASSES, N), CLASSES)


def sets(R: int) -> list[Sets]:
    """Other samples for each net."""
    return [(points(SAMPLES, r), points(SAMPLES + 1, 100 + r)) for r in range(R)]


def trained(nets: list[Net], protocol: Protocol) -> dict[int, tuple[Net, History]]:
    """Nets trained at once, by their number, on `sets` and with the seeds 0, 1, ..."""
    found = {}
    for done in fit_together(nets, sets(len(nets)), protocol, seeds=range(len(nets)), device="cpu"):
        found |= done
    return found


def same(ours: tuple[Net, History], net: Net, r: int, protocol: Protocol) -> None:
    """Assert that net r is what it becomes when autograd trains it alone."""
    theirs = fit(net, *sets(r + 1)[r], protocol, seed=r, engine="torch")
    assert (ours[1].ended, ours[1].epochs, ours[1].engine) == (theirs.ended, theirs.epochs, "layerwise")
    for curve in ("train_cost", "train_accuracy", "val_cost", "val_accuracy"):
        np.testing.assert_allclose(getattr(ours[1], curve), getattr(theirs, curve), rtol=0, atol=COSTS)
    for name, weights in net.state_dict().items():
        torch.testing.assert_close(ours[0].state_dict()[name], weights, rtol=0, atol=WEIGHTS)


@pytest.mark.parametrize("case", CASES)
def test_nets_trained_at_once_are_those_trained_alone(case: str) -> None:
    """Each net of a stack has the costs and weights that autograd gives it on its own samples in its own order."""
    nets = [CASES[case](seed) for seed in (3, 4)]
    alone, begun = copy.deepcopy(nets), copy.deepcopy(nets)
    found = trained(nets, PROTOCOL)
    assert found.keys() == {0, 1}
    for r, net in enumerate(alone):
        same(found[r], net, r, PROTOCOL)
        trainable = {name for name, p in net.named_parameters() if p.requires_grad}
        before, after = begun[r].state_dict(), found[r][0].state_dict()
        moved = {name for name in after if (after[name] - before[name]).abs().max() > 10 * WEIGHTS}
        assert moved == trainable == {"K", "b", "W", "mu"}


def test_a_net_that_ends_leaves_the_others_as_they_were() -> None:
    """One of three stops early, in the middle of the stack; the others go on with their own moments."""
    protocol = Protocol(epochs=4, window=1, first_stop=0, tolerance=0.0)
    nets = [CASES["StandardNet"](seed) for seed in (0, 1, 2)]
    alone = copy.deepcopy(nets)
    found = trained(nets, protocol)
    ended = [found[r][1].epochs for r in range(3)]
    assert ended[1] < max(ended) and len(set(ended)) > 1
    for r, net in enumerate(alone):
        same(found[r], net, r, protocol)


@pytest.mark.parametrize("x", [0.0, 1e-30, 1e-4, 0.2499, 0.2501, 0.5, 3.0, 9.0, 90.0, float("inf"), float("nan")])
def test_tanh(x: float) -> None:
    """Three units in the last place on both sides of the change of formulas; odd, and NaN stays NaN."""
    import triton
    import triton.language as tl

    @triton.jit
    def kernel(x, y):  # noqa: ANN001, ANN202
        tl.store(y + tl.arange(0, 2), fused.tanh(tl.load(x + tl.arange(0, 2))))

    argument, found = torch.tensor([x, -x]), torch.empty(2)
    kernel[(1,)](argument, found)
    true = torch.tanh(argument.double())
    torch.testing.assert_close(found.double(), true, rtol=3 * 2.0**-23, atol=0, equal_nan=True)


def test_the_tables_hold_every_scheme() -> None:
    """What the kernels read is h A below its first row and h beta; on the way back the same, transposed."""
    for name, tableau in TABLEAUS.items():
        if not tableau.explicit:
            continue
        step = together.Step.of(RKNet(2, 2, 2, 1, tableau=name, h=0.1))
        A, beta, _ = tableau.arrays()
        C, B = map(np.array, together.coefficients(step))
        np.testing.assert_allclose(C, 0.1 * np.vstack([A[1:], beta]), rtol=1e-12)
        s = tableau.stages
        np.testing.assert_allclose(B[0], [1, *[1] * s, 0.1 * beta[-1]], rtol=1e-12)
        np.testing.assert_allclose(B[1:, 0], 0.1 * beta[:-1], rtol=1e-12)
        np.testing.assert_allclose(B[1:, 1:-1], 0.1 * A.T[:-1], rtol=1e-12)


@pytest.mark.parametrize(
    ("net", "protocol", "reason"),
    [
        (RK4Net(D, D_HAT, CLASSES, 2).double(), PROTOCOL, "float64"),
        (RK4Net(D, D_HAT, CLASSES, 2, activation="relu"), PROTOCOL, "relu"),
        (RK4Net(D, D_HAT, CLASSES, 2, lift="learned"), PROTOCOL, "lift is trained"),
        (RK4Net(D, D_HAT, CLASSES, 2, train_classifier=False), PROTOCOL, "classifier is not"),
        (RK4Net(D, D_HAT, CLASSES, 2), replace(PROTOCOL, optimizer="sgd"), "sgd"),
        (RK4Net(D, D_HAT, CLASSES, 2).bfloat16(), PROTOCOL, "bfloat16"),
    ],
)
def test_what_a_stack_cannot_train_is_refused(net: Net, protocol: Protocol, reason: str) -> None:
    """The reason and the remedy are named."""
    with pytest.raises(ValueError, match=rf"nets: must .*{reason}.*; use rknet.fit"):
        trained([net], protocol)


def test_nets_and_sets_must_fit() -> None:
    """Nets of two depths, a missing set, and a batch that leaves a rest."""
    nets = [EulerNet(D, D_HAT, CLASSES, 2), EulerNet(D, D_HAT, CLASSES, 3)]
    with pytest.raises(ValueError, match=r"nets: must be of one architecture, got .*; train them in stacks"):
        trained(nets, PROTOCOL)
    with pytest.raises(ValueError, match=r"sets: must be as many as nets, 2, .*got 1 .*; draw them alike"):
        next(fit_together([nets[0]] * 2, sets(1), PROTOCOL, seeds=[0, 1], device="cpu"))
    with pytest.raises(ValueError, match=r"the batch size 4 divides, got 1 of sizes \[10\]"):
        trained(nets[:1], replace(PROTOCOL, batch_size=4))

"""Trainings side by side give what each gives alone."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
import torch

from rknet import RKNet, draw
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.protocol import LOSSES
from rknet.variants.ensembles import Ensemble, adam, descend
from rknet.variants.learned_steps import ODENet, onto_simplex

ROUNDING = 1e-9
"""Relative difference in double precision after ten steps that sum in another order."""


def members() -> tuple[Sequence[Net], list[PointSet]]:
    """Fixed, free and constrained steps; a classifier that is not trained."""
    nets = [ODENet(2, 3, 2, 5, T=2.0, simplex=k == 2, train_classifier=k != 1, seed=k).double() for k in range(3)]
    nets[0].h.requires_grad_(False)
    return nets, [draw("spiral", 20, seed=k) for k in range(3)]


@pytest.mark.parametrize("loss", LOSSES)
def test_adam_is_that_of_each_net_alone(loss: str) -> None:
    """PyTorch's own loop, net by net, with the projection after each step."""
    nets, points = members()
    alone = copy.deepcopy(nets)
    seen: list[int] = []
    measured = adam(Ensemble(nets, points, loss), 10, 0.05, see=lambda step, ensemble: seen.append(step))
    assert seen == list(range(11))
    for net, of, together, m in zip(alone, points, nets, range(3), strict=True):
        x, c = torch.from_numpy(of.X).double(), torch.from_numpy(of.c)
        optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=0.05)
        for step in range(10):
            cost = LOSSES[loss](net(x), c)
            assert measured.cost[step, m].item() == pytest.approx(cost.item(), rel=ROUNDING)
            assert measured.accuracy[step, m].item() == (net(x).argmax(1) == c).double().mean().item()
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
            net.constrain()
        for name, tensor in net.state_dict().items():
            torch.testing.assert_close(together.state_dict()[name], tensor, rtol=1e-6, atol=ROUNDING)
        assert measured.cost[10, m].item() == pytest.approx(LOSSES[loss](net(x), c).item(), rel=1e-6)
    assert (nets[2].h >= 0).all()
    assert nets[2].h.sum().item() == pytest.approx(2.0, rel=1e-12)
    assert torch.equal(nets[0].h, torch.full((5,), 0.4, dtype=torch.double)) or nets[0].h.std() < 1e-7


def test_descent_is_that_of_each_net_alone() -> None:
    """The line search of each member, written out for one net."""
    nets, points = members()
    alone = copy.deepcopy(nets)
    measured = descend(Ensemble(nets, points), 6, size=4.0)
    assert (measured.cost.diff(dim=0) < 0).all()
    for net, of, together in zip(alone, points, nets, strict=True):
        x, c, t = torch.from_numpy(of.X).double(), torch.from_numpy(of.c), 4.0
        trained = [p for p in net.parameters() if p.requires_grad]
        for _ in range(6):
            cost = LOSSES["cross_entropy"](net(x), c)
            gradient = torch.autograd.grad(cost, trained)
            before = [p.detach().clone() for p in trained]
            while True:
                with torch.no_grad():
                    for p, u, g in zip(trained, before, gradient, strict=True):
                        p.copy_(u - t * g)
                        if p is net.h and net.simplex:
                            p.copy_(onto_simplex(p, 2.0))
                    moves = [p - u for p, u in zip(trained, before, strict=True)]
                    along = sum((g * v).sum() for g, v in zip(gradient, moves, strict=True))
                    bound = cost + along + sum((v**2).sum() for v in moves) / (2 * t)
                    if LOSSES["cross_entropy"](net(x), c) <= bound:
                        break
                t /= 1.5
            t /= 0.99
        for name, tensor in net.state_dict().items():
            torch.testing.assert_close(together.state_dict()[name], tensor, rtol=1e-6, atol=ROUNDING)


def test_members_must_be_alike() -> None:
    """One architecture, and point sets of one size."""
    nets, points = members()
    rule = r"nets: must be of one architecture, each with a point set of one size, got {} kinds of {} nets and {}"
    with pytest.raises(ValueError, match=rule.format(2, 2, 2)):
        Ensemble([nets[0], RKNet(2, 3, 2, 4, tableau="euler")], points[:2])
    steps = [RKNet(2, 3, 2, 5, tableau="euler", h=h) for h in (0.1, 0.2)]
    with pytest.raises(ValueError, match=rule.format(2, 2, 2)):
        Ensemble(steps, points[:2])
    with pytest.raises(ValueError, match=rule.format(1, 3, 3)):
        Ensemble(nets, [*points[:2], draw("spiral", 22)])
    with pytest.raises(ValueError, match="steps: must be a whole number >= 1, got 0"):
        adam(Ensemble(nets, points), 0)
    with pytest.raises(ValueError, match="size: must be a finite number > 0"):
        descend(Ensemble(nets, points), 1, size=-1)

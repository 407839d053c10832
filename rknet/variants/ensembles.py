"""Many small trainings as one: nets of one architecture, each with its own samples, take their steps side by side.

A step of a small net in PyTorch is a matter of calls, not of numbers, so twenty seeds take hardly longer than one.
`torch.func.vmap` maps a net over a leading axis of members; no member sees another.  All steps use all samples.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rknet.checks import choose, positive, shown, whole
from rknet.data.points import PointSet
from rknet.nets import Net
from rknet.protocol import LOSSES
from rknet.variants.learned_steps import ODENet, onto_simplex

Weights = dict[str, Tensor]
"""Weights of all members by name, each with a leading axis of members."""

TRIALS = 60
"""Most attempts of a line search: more than take a step from 1 below the rounding of a float32."""


class Measured(NamedTuple):
    """Costs and accuracies of the members, (steps + 1, members): before the first step and after each."""

    cost: Tensor
    accuracy: Tensor


class Ensemble:
    """Nets in training, member by member with its own samples; `write_back` gives the nets their weights.

    Parameters
    ----------
    nets
        Nets of one class and one architecture.  They may differ in weights, in which of them are trained, and in the
        constraint of an `rknet.variants.learned_steps.ODENet`.
    points
        As many point sets, all of one size.
    loss
        A name in `rknet.protocol.LOSSES`.

    Raises
    ------
    ValueError
        If the nets or the points do not fit each other, or the loss is unknown.
    """

    def __init__(self, nets: Sequence[Net], points: Sequence[PointSet], loss: str = "cross_entropy") -> None:
        kinds = {kind_of(net) for net in nets}
        sizes = {of.X.shape for of in points}
        if len(kinds) != 1 or len(sizes) != 1 or len(nets) != len(points):
            raise ValueError(
                f"nets: must be of one architecture, each with a point set of one size, got {len(kinds)} kinds of "
                f"{len(nets)} nets and {len(points)} point sets of the sizes {shown(sorted(sizes))}; group them"
            )
        self.nets, self.loss = nets, choose("loss", loss, LOSSES)
        self.weights: Weights = {
            name: torch.stack([net.state_dict()[name].detach() for net in nets]) for name in nets[0].state_dict()
        }
        trained = [[p.requires_grad for p in net.parameters()] for net in nets]
        names = [name for name, _ in nets[0].named_parameters()]
        self.trained = {name: torch.tensor(of) for name, *of in zip(names, *trained, strict=True) if any(of)}
        self.x = torch.stack([torch.as_tensor(of.X) for of in points]).to(nets[0].K)
        self.c = torch.stack([torch.as_tensor(of.c) for of in points]).to(nets[0].K.device)
        self.simplices = {m: net.T for m, net in enumerate(nets) if isinstance(net, ODENet) and net.simplex}
        self._net = copy.deepcopy(nets[0])

    def measure(self, weights: Weights) -> tuple[Tensor, Tensor]:
        """The cost of each member, (members,), and its accuracy."""

        def of_one(weights: Weights, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
            logits = torch.func.functional_call(self._net, weights, (x,))
            return self.loss(logits, c), (logits.argmax(dim=1) == c).to(logits.dtype).mean()

        return torch.func.vmap(of_one)(weights, self.x, self.c)

    def gradient(self) -> tuple[Tensor, Tensor, Weights]:
        """Cost and accuracy of each member, and the derivatives of its cost by what it trains, zero by all else."""
        free = {name: self.weights[name].detach().requires_grad_() for name in self.trained}
        cost, accuracy = self.measure({**self.weights, **free})
        found = torch.autograd.grad(cost.sum(), list(free.values()))
        masks = (mask.view(-1, *[1] * (g.ndim - 1)) for mask, g in zip(self.trained.values(), found, strict=True))
        return cost.detach(), accuracy, {n: g * mask for n, g, mask in zip(free, found, masks, strict=True)}

    def constrain(self, weights: Weights) -> Weights:
        """Weights with the step sizes of the constrained members on their simplex."""
        if not self.simplices:
            return weights
        h, rows = weights["h"].clone(), list(self.simplices)
        T = torch.tensor(list(self.simplices.values()), dtype=h.dtype)
        h[rows] = onto_simplex(h[rows], T[:, None])
        return {**weights, "h": h}

    def write_back(self) -> None:
        """Give the nets their weights."""
        for m, net in enumerate(self.nets):
            net.load_state_dict({name: tensor[m] for name, tensor in self.weights.items()})


def kind_of(net: Net) -> str:
    """What must be alike in the members of an ensemble: all plain values but constraints, and the arrays' shapes."""
    facts = {name: value for name, value in net.architecture.items() if name not in ("T", "simplex")}
    return repr([type(net), facts, [(name, tuple(p.shape), p.dtype) for name, p in net.state_dict().items()]])


See = Callable[[int, Ensemble], None]
"""What is told the number of steps taken so far, 0 at first, before the next one."""


def adam(ensemble: Ensemble, steps: int, rate: float = 0.01, see: See = lambda step, ensemble: None) -> Measured:
    """Train all members by Adam, each step followed by the projection of constrained step sizes.

    Raises
    ------
    ValueError
        If the number of steps is no whole number > 0, or the rate is not positive.
    """
    steps, rate, seen = whole("steps", steps), positive("rate", rate), []
    moved = {name: ensemble.weights[name].clone().requires_grad_() for name in ensemble.trained}
    optimizer = torch.optim.Adam(list(moved.values()), lr=rate)
    for step in range(steps):
        see(step, ensemble)
        cost, accuracy, gradient = ensemble.gradient()
        seen.append((cost, accuracy))
        for name, parameter in moved.items():
            parameter.grad = gradient[name]
        optimizer.step()
        with torch.no_grad():
            ensemble.weights = ensemble.constrain({**ensemble.weights, **{n: p.detach() for n, p in moved.items()}})
            for name, parameter in moved.items():
                parameter.copy_(ensemble.weights[name])
    see(steps, ensemble)
    return _measured(ensemble, seen)


def descend(ensemble: Ensemble, steps: int, size: float = 10.0, see: See = lambda step, ensemble: None) -> Measured:
    """Train all members by projected gradient descent with the line search of Benning et al. (2019).

    A member's step of size t goes from u to v, the projection of u - t grad.  It is accepted if its cost is at most
    that of u plus ``<grad, v - u> + |v - u|^2 / (2 t)``.  Otherwise t is divided by 1.5 and the step tried again; after
    each accepted step t is divided by 0.99.

    Raises
    ------
    ValueError
        If the number of steps is no whole number > 0, or the first size is not positive.
    """
    steps, seen = whole("steps", steps), []
    t = torch.full((len(ensemble.nets),), positive("size", size), dtype=ensemble.x.dtype)
    for step in range(steps):
        see(step, ensemble)
        cost, accuracy, gradient = ensemble.gradient()
        seen.append((cost, accuracy))
        before = ensemble.weights
        for _ in range(TRIALS):
            after = ensemble.constrain(
                {**before, **{n: before[n] - t.view(-1, *[1] * (g.ndim - 1)) * g for n, g in gradient.items()}}
            )
            moves = {n: after[n] - before[n] for n in gradient}
            along = sum((gradient[n] * v).flatten(1).sum(1) for n, v in moves.items())
            squares = sum((v**2).flatten(1).sum(1) for v in moves.values())
            with torch.no_grad():
                accepted = ensemble.measure(after)[0] <= cost + along + squares / (2 * t)
            if accepted.all():
                break
            t = torch.where(accepted, t, t / 1.5)
        ensemble.weights, t = after, t / 0.99
    see(steps, ensemble)
    return _measured(ensemble, seen)


def _measured(ensemble: Ensemble, seen: list[Any]) -> Measured:
    with torch.no_grad():
        seen.append(ensemble.measure(ensemble.weights))
    ensemble.write_back()
    return Measured(*(torch.stack(of) for of in zip(*seen, strict=True)))

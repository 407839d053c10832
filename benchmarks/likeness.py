"""Like is compared with like: a contender's gradient must be that of the net, or it is not timed."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender
from rknet.protocol import cross_entropy

TOLERANCE = 1e-4
"""Largest accepted error of a gradient; single precision through 100 layers gives about 1e-6."""


def exact_gradients(case: Case, tableau: str) -> Arrays:
    """Gradients of the first batch by autograd in double precision."""
    net, (train, _) = case.net(tableau).double(), case.points()
    batch = train[: case.batch]
    cross_entropy(net(torch.as_tensor(batch.X, dtype=torch.float64)), torch.as_tensor(batch.c)).backward()
    return {name: weight.grad.numpy() for name, weight in net.named_parameters() if weight.grad is not None}


def gradient_error(contender: Contender) -> float:
    """Largest difference to the exact gradients of the first batch, relative to the largest entry of each weight's."""
    train, _ = contender.case.points()
    batch = train[: contender.case.batch]
    theirs = contender.gradients(batch.X, batch.c)
    exact = exact_gradients(contender.case, contender.tableau)
    errors = [np.abs(theirs[name] - gradient).max() / np.abs(gradient).max() for name, gradient in exact.items()]
    return float(max(errors))

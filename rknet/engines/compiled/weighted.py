"""The compiled step for samples with weights, and for targets: only the derivative by the logits is another one.

The paper's trainings do not pass here, see `kernels.train`.
"""

from __future__ import annotations

import numba

from rknet.engines.compiled.kernels import (
    Scheme,
    Weights,
    Workspace,
    costate_sweep,
    differentiate,
    gather,
    move_classifier,
    state_sweep,
)
from rknet.engines.compiled.simd import INNER, Array, Count, inlined, load, store
from rknet.engines.compiled.updates import NEGLIGIBLE, Rule, begin_step, flush

TARGETS = -1
"""The number of the mean square error of targets, beside those in `kernels.LOSS_CODES`."""


@inlined
def differentiate_square(z: Array, n: int, target: Array, outputs: int, rows: int) -> None:
    """Replace the outputs z[n] by the derivative of the batch's mean over samples and outputs of (z - target)^2."""
    for k in range(outputs):
        z[n, k] = (z[n, k] - target[k]) * z.dtype.type(2.0 / (outputs * rows))


@inlined
def weigh(z: Array, n: int, weight: float, lanes: Count) -> None:
    """Multiply the derivative z[n] by the weight of sample n."""
    for k in range(0, z.shape[1], len(lanes)):
        at = n * z.shape[1] + k
        store(z, at, flush(load(z, at, lanes) * weight, NEGLIGIBLE))


@numba.njit(**INNER)
def weighted_step(
    loss: int,
    rule: Rule,
    weights: Weights,
    m: Weights,
    v: Weights,
    targets: Array,
    a: Array,
    order: Array,
    first: int,
    space: Workspace,
    rows: int,
    lanes: Count,
) -> None:
    """`kernels.classifier_step` for targets and samples with weights."""
    outputs = len(space.W)
    for n in range(rows):
        if loss == TARGETS:
            differentiate_square(space.z, n, targets[order[first + n]], outputs, rows)
        else:
            differentiate(loss, space.z, n, space.c[n], outputs, rows, space.e, lanes)
        weigh(space.z, n, a[order[first + n]], lanes)
    move_classifier(rule, weights, m, v, space, rows, lanes)


def train_weighted(
    scheme: Scheme,
    loss: int,
    rule: Rule,
    weights: Weights,
    m: Weights,
    v: Weights,
    X: Array,
    c: Array,
    targets: Array,
    a: Array,
    order: Array,
    space: Workspace,
    lanes: Count,
) -> None:
    """`kernels.train` for samples with labels c (N,) or targets (N, outputs) and weights a (N,) of mean 1."""
    n = len(space.x)
    for first in range(0, len(order), n):
        rows = min(n, len(order) - first)
        gather(X, c, order, first, rows, space)
        begin_step(rule)
        state_sweep(scheme, weights, space, rows, 1, lanes)
        weighted_step(loss, rule, weights, m, v, targets, a, order, first, space, rows, lanes)
        costate_sweep(scheme, rule, weights, m, v, space, rows, lanes)

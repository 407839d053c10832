"""The optimisers of the protocol on lanes of weights w, gradients g and the two numbers m, v each weight remembers.

As in PyTorch with its default settings.  Each returns the new w, m, v.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba.core import types
from numba.core.extending import overload

from rknet.engines.compiled.simd import INNER, Array, Count, Vector, inlined, load, magnitude, square_root, store, where

NEGLIGIBLE = 1e-17
"""Float32 gradients below it are taken as zero: far too small to move a weight, and their squares would be denormal,
a kind of number that processors work on a hundred times slower."""

FADED = 1e-30
"""Float32 moments below it are taken as zero, before they fade into denormals."""

CODES = {"adam": 0, "sgd": 1, "adagrad": 2, "adadelta": 3, "gradient": 4}
"""Optimisers by number; the last one moves nothing and leaves the gradient in m."""
ADAM, SGD, ADAGRAD, ADADELTA, GRADIENT = CODES.values()


class Rule(NamedTuple):
    """What is trained and how: the optimiser's number and rate, and whether lift and classifier are trained too.

    `powers` holds beta_1^t and beta_2^t of Adam in double precision; a running product is the same everywhere, `pow`
    is not.
    """

    optimizer: int
    rate: float
    lift: bool
    classifier: bool
    powers: Array


def flush(x: Vector, least: float) -> Vector:
    """Lanes with what is smaller than `least` in float32 replaced by zero; unchanged in float64."""
    raise NotImplementedError


@overload(flush, jit_options={**INNER, "forceinline": True}, strict=False)
def _flush(x: Any, least: Any) -> Any:
    if x.dtype == types.float32:
        return lambda x, least: where(magnitude(x) < least, 0.0, x)
    return lambda x, least: x


@numba.njit(**INNER)
def begin_step(rule: Rule) -> None:
    """Advance the bias corrections by one step."""
    rule.powers[0] *= 0.9
    rule.powers[1] *= 0.999


@inlined
def adam(rate: float, scale: float, w: Vector, g: Vector, m: Vector, v: Vector) -> tuple[Vector, Vector, Vector]:
    """Adam with betas 0.9, 0.999 and eps 1e-8; rate and scale carry the bias corrections."""
    m = flush(m * 0.9 + g * 0.1, FADED)
    v = flush(v * 0.999 + g * 0.001 * g, FADED)
    return w - m * rate / (square_root(v) * scale + 1e-8), m, v


@inlined
def sgd(rule: Rule, w: Vector, g: Vector, m: Vector, v: Vector) -> tuple[Vector, Vector, Vector]:
    """Plain gradient descent."""
    return w - g * rule.rate, m, v


@inlined
def adagrad(rule: Rule, w: Vector, g: Vector, m: Vector, v: Vector) -> tuple[Vector, Vector, Vector]:
    """Adagrad with eps 1e-10."""
    v = flush(v + g * g, FADED)
    return w - g * rule.rate / (square_root(v) + 1e-10), m, v


@inlined
def adadelta(rule: Rule, w: Vector, g: Vector, m: Vector, v: Vector) -> tuple[Vector, Vector, Vector]:
    """Adadelta with rho 0.9 and eps 1e-6; m is the mean square of the steps."""
    v = flush(v * 0.9 + g * 0.1 * g, FADED)
    step = square_root(m + 1e-6) / square_root(v + 1e-6) * g
    m = flush(m * 0.9 + step * 0.1 * step, FADED)
    return w - step * rule.rate, m, v


@inlined
def move(rule: Rule, W: Array, gradient: Array, M: Array, V: Array, first: int, size: int, lanes: Count) -> None:
    """One step of the weights first, ..., first + size - 1 of an array W with moments M, V; gradient starts at 0."""
    # Ahead of the loop: the compiler must assume that a store may change the powers.
    rate = rule.rate / (1.0 - rule.powers[0])
    scale = 1.0 / np.sqrt(1.0 - rule.powers[1])
    for k in range(0, size, len(lanes)):
        n = first + k
        w, m, v = load(W, n, lanes), load(M, n, lanes), load(V, n, lanes)
        g = flush(load(gradient, k, lanes), NEGLIGIBLE)
        if rule.optimizer == ADAM:
            w, m, v = adam(rate, scale, w, g, m, v)
        elif rule.optimizer == SGD:
            w, m, v = sgd(rule, w, g, m, v)
        elif rule.optimizer == ADAGRAD:
            w, m, v = adagrad(rule, w, g, m, v)
        elif rule.optimizer == ADADELTA:
            w, m, v = adadelta(rule, w, g, m, v)
        else:
            m = g
        store(W, n, w)
        store(M, n, m)
        store(V, n, v)

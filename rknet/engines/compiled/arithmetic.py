"""tanh, exp, log, the logistic function and softplus in plain arithmetic, lane by lane.

A C library's functions differ in the last bit between libraries and processors, and training amplifies one bit to
different weights.  In float32 these functions use + - * / and the bits of the exponent only, so they return the same
bits everywhere and in any language that rounds each operation.  In float64, which is there for checking, they call the
C library.  NaN stays NaN and no result is denormal unless the argument is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.core.extending import overload

from rknet.engines.compiled.simd import (
    INNER,
    Vector,
    exponent_and_fraction,
    inlined,
    lane,
    magnitude,
    two_to_the,
    where,
    with_lane,
)

TANH_LIMIT = 7.90531110763549805
"""Beyond it tanh is taken as constant, 1 to float32's last digit."""

EXP_LEAST, EXP_MOST = -86.0, 88.72283
"""Below the first e^x is taken as 0, so that no result is denormal; above the second it is inf."""

TO_WHOLE = 12582912.0
"""1.5 x 2^23: adding and subtracting it rounds a float32 of moderate size to a whole number."""

LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4
"""ln 2 in two parts; a small whole number times the first is exact in float32."""

SOFTPLUS_LINEAR = 20.0
"""Beyond it softplus x is x, as in PyTorch."""


@inlined
def _tanh32(x: Vector) -> Vector:
    """x P(x^2) / Q(x^2), the rational function of Eigen."""
    x = where(x > TANH_LIMIT, TANH_LIMIT, where(x < -TANH_LIMIT, -TANH_LIMIT, x))
    s = x * x
    p = s * -2.76076847742355e-16 + 2.00018790482477e-13
    p = p * s + -8.60467152213735e-11
    p = p * s + 5.12229709037114e-08
    p = p * s + 1.48572235717979e-05
    p = p * s + 6.37261928875436e-04
    p = p * s + 4.89352455891786e-03
    q = s * 1.19825839466702e-06 + 1.18534705686654e-04
    q = q * s + 2.26843463243900e-03
    q = q * s + 4.89352518554385e-03
    return x * p / q


@inlined
def _exp32(x: Vector) -> Vector:
    """2^k e^r with abs(r) <= ln(2) / 2, the polynomial of Cephes."""
    inside = where(x > EXP_LEAST, where(x > EXP_MOST, EXP_MOST, x), EXP_LEAST)
    k = (inside * 1.44269504088896341 + TO_WHOLE) - TO_WHOLE
    r = (inside - k * LN2_HIGH) - k * LN2_LOW
    p = r * 1.9875691500e-4 + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    y = (p * (r * r) + r + 1.0) * two_to_the(k - 1.0) * 2.0
    y = where(x > EXP_MOST, np.inf, where(x < EXP_LEAST, 0.0, y))
    return where(x == x, y, x)


@inlined
def _log32(x: Vector) -> Vector:
    """k ln 2 + log(1 + t) with x = 2^k (1 + t), the polynomial of Cephes; x must be positive and normal."""
    k, r = exponent_and_fraction(x)
    large = r > 1.41421356237309505
    k, t = where(large, k + 1.0, k), where(large, r * 0.5, r) - 1.0
    s = t * t
    p = t * 7.0376836292e-2 + -1.1514610310e-1
    p = p * t + 1.1676998740e-1
    p = p * t + -1.2420140846e-1
    p = p * t + 1.4249322787e-1
    p = p * t + -1.6668057665e-1
    p = p * t + 2.0000714765e-1
    p = p * t + -2.4999993993e-1
    p = p * t + 3.3333331174e-1
    y = p * t * s + k * LN2_LOW - s * 0.5 + t + k * LN2_HIGH
    return where(x < np.inf, y, x)


def tanh(x: Vector) -> Vector:
    """The hyperbolic tangent of lanes; in compiled functions only, as all functions here."""
    raise NotImplementedError


def exp(x: Vector) -> Vector:
    """e^x of lanes."""
    raise NotImplementedError


def log(x: Vector) -> Vector:
    """The natural logarithm of lanes of positive normal numbers."""
    raise NotImplementedError


def _by_precision(function: Callable[..., Any], single: Callable[..., Any], double: Callable[[float], float]) -> None:
    """Let compiled code find `single` for float32 lanes, and `double` in each of float64 lanes."""

    @overload(function, jit_options={**INNER, "forceinline": True}, strict=False)
    def choose(x: Any) -> Any:
        count = x.count

        def each_lane(x: Vector) -> Vector:
            for j in range(count):
                x = with_lane(x, j, double(lane(x, j)))
            return x

        return (lambda x: single(x)) if x.dtype == types.float32 else each_lane


_by_precision(tanh, _tanh32, math.tanh)
_by_precision(exp, _exp32, math.exp)
_by_precision(log, _log32, math.log)


@inlined
def logistic(x: Vector) -> Vector:
    """1 / (1 + e^-x), of lanes."""
    return where(x < EXP_LEAST, 0.0, 1.0 / (1.0 + exp(0.0 - x)))


@inlined
def softplus(x: Vector) -> Vector:
    """log(1 + e^x), of lanes, and x itself beyond `SOFTPLUS_LINEAR`; without overflow and accurate for small e^x."""
    u = exp(0.0 - magnitude(x))
    v = 1.0 + u
    return where(x > SOFTPLUS_LINEAR, x, where(x > 0.0, x, 0.0) + (log(v) + (u - (v - 1.0)) / v))

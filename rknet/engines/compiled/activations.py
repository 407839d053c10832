"""The activations with their slopes, sigma(z) and sigma'(z), in compiled code; `arithmetic` has their functions."""

from __future__ import annotations

from rknet.engines.compiled.arithmetic import SOFTPLUS_LINEAR, logistic, softplus, tanh
from rknet.engines.compiled.simd import Array, Count, every, inlined, load, store, where

ACTIVATION_CODES = {"tanh": 0, "logistic": 1, "relu": 2, "softplus": 3}
"""The activations sigma by number."""
TANH, LOGISTIC, RELU, SOFTPLUS = ACTIVATION_CODES.values()


@inlined
def activate(sigma: int, F: Array, S: Array, first: int, size: int, lanes: Count) -> None:
    """Replace `size` entries z of F from the first one on by f = sigma(z), and put the slopes sigma'(z) into S."""
    for k in range(first, first + size, len(lanes)):
        z = load(F, k, lanes)
        if sigma == TANH:
            f = tanh(z)
            slope = 1.0 - f * f
        elif sigma == LOGISTIC:
            f = logistic(z)
            slope = f * (1.0 - f)
        elif sigma == RELU:
            f = where(z < 0.0, 0.0, z)
            slope = where(z > 0.0, every(1.0, z), 0.0)
        else:
            f = softplus(z)
            slope = where(z > SOFTPLUS_LINEAR, 1.0, logistic(z))
        store(F, k, f)
        store(S, k, slope)

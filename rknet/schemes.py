"""One Runge-Kutta step in PyTorch, for the networks and for Section 3: the stages of (2.11), and what adds them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

Coefficients = Sequence[Sequence[float]]
"""A matrix, row by row."""


def stages(A: Coefficients, h: float, f: Callable[[int, Tensor], Tensor], y: Tensor) -> list[Tensor]:
    """The values f_i = f(i, y + h sum_j a_ij f_j), (N, d_hat), of the stages of an explicit scheme, one by one.

    Of A (s, s) only what is below the diagonal is read.
    """
    values: list[Tensor] = []
    for i, row in enumerate(A):
        values.append(f(i, combine(y, row[:i], values, h)))
    return values


def combine(y: Tensor, coefficients: Sequence[float], vectors: Sequence[Tensor] | Tensor, h: float = 1.0) -> Tensor:
    """y + h sum_j coefficients[j] vectors[j], zeros left out: a step (2.12) with the weights beta of a scheme."""
    for a, v in zip(coefficients, vectors, strict=True):
        y = y if a == 0 else y.add(v, alpha=h * a)
    return y

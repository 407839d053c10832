"""How weights and matrices of lifts are drawn: in double precision, rounded to float32 at once."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int) -> Tensor:
    """Entries uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)): the protocol's initialisation of every weight and bias."""
    bound = 1 / np.sqrt(fan_in)
    return torch.from_numpy(rng.uniform(-bound, bound, shape).astype(np.float32))


def orthonormal_columns(V: NDArray[np.float64]) -> NDArray[np.float64]:
    """Modified Gram-Schmidt, run twice for orthogonality to rounding.

    Sums are taken by `numpy.sum` in a fixed order and not by LAPACK, whose last digits vary between processors.
    """
    Q = V.copy()
    for _ in range(2):
        for j in range(Q.shape[1]):
            Q[:, j] /= np.sqrt((Q[:, j] ** 2).sum())
            overlap = (Q[:, [j]] * Q[:, j + 1 :]).sum(axis=0)
            Q[:, j + 1 :] -= Q[:, [j]] * overlap
    return Q

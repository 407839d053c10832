"""How weights and matrices of lifts are drawn: in double precision, rounded to float32 at once."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rknet.checks import WEIGHT, instance, room
from rknet.registry import Registry


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int) -> Tensor:
    """Entries uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)): the protocol's initialisation of every weight and bias."""
    _room(rng, shape)
    bound = 1 / np.sqrt(fan_in)
    return torch.from_numpy(rng.uniform(-bound, bound, shape).astype(np.float32))


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Standard normal entries."""
    _room(rng, shape)
    return rng.standard_normal(shape)


def _room(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    """ValueError unless there are a generator, and memory for an array."""
    instance("rng", rng, np.random.Generator)
    room("d_hat", shape[-2] if len(shape) > 1 else shape[0], math.prod(shape), WEIGHT)


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


Layers = tuple[Tensor, Tensor]
"""Matrices K (L, d_hat, d_hat) and biases b (L, d_hat) of all layers."""


def uniform_layers(rng: np.random.Generator, L: int, d_hat: int) -> Layers:
    """The protocol's: every entry uniform(-1/sqrt(d_hat), 1/sqrt(d_hat)), of variance 1 / (3 d_hat)."""
    return uniform(rng, (L, d_hat, d_hat), fan_in=d_hat), uniform(rng, (L, d_hat), fan_in=d_hat)


def gain_layers(rng: np.random.Generator, L: int, d_hat: int) -> Layers:
    """The same K times sqrt(3), so that K keeps |y|^2 in the mean, as (4.2.d) asks; no biases."""
    K, b = uniform_layers(rng, L, d_hat)
    return K * float(np.sqrt(3)), torch.zeros_like(b)


def orthogonal_layers(rng: np.random.Generator, L: int, d_hat: int) -> Layers:
    """Random orthogonal K, which keep every |y|; no biases."""
    K = np.stack([orthonormal_columns(rng.standard_normal((d_hat, d_hat))) for _ in range(L)])
    return torch.from_numpy(K.astype(np.float32)), torch.zeros(L, d_hat)


INITIALS: Registry[Callable[[np.random.Generator, int, int], Layers]] = Registry(
    uniform=uniform_layers,
    gain=gain_layers,
    orthogonal=orthogonal_layers,
)
"""Every initialisation of the layers by name; each is called as ``initial(rng, L, d_hat)``."""

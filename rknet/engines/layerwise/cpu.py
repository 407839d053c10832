"""Compiled loops for wide layers and few samples, where a step takes as long as reading its weights from memory.

Each loop reads the rows of K (d_hat, d_hat) once, in their order, for all samples.  The optimiser's step forms the
gradient a few rows at a time, so that a gradient is never written to memory.  What multiplies K comes in whole groups
of samples and rows, filled up with zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rknet.engines.compiled import bounds
from rknet.engines.compiled.engine import compiled
from rknet.engines.compiled.simd import Array, Count, Vector, every, inlined, lane, load, store
from rknet.engines.compiled.updates import Rule, move

SAMPLES = 5
"""Samples that are worked on together: the paper's batch, and as many sums as hide the time that one addition takes."""
ROWS = 4
"""Rows of K that are worked on together."""
BLOCK = 16
"""Rows of a gradient that exist at a time, few enough for the second cache and enough to be
read ahead."""
LANES: Count = (None,) * 16
ONE: Count = (None,)
"""For the columns that are left over."""


def product(K: Tensor, y: Tensor) -> Tensor:
    """y K^T for y (n, d_hat)."""
    y_filled = filled(y, SAMPLES, len(LANES))
    out = torch.empty(len(y_filled), len(K), dtype=K.dtype, device=K.device)
    arrays = K.numpy(), y_filled.numpy(), out.numpy()
    n = groups(len(y), SAMPLES)
    bounds.check_layer(*arrays, shapes=((n, groups(K.shape[1], len(LANES))), (n, len(K))))
    _compiled(dot_products, K)(*arrays, LANES)
    return out[: len(y)]


def transposed_product(K: Tensor, z: Tensor) -> Tensor:
    """z K for z (n, d_hat)."""
    z_filled = filled(z.T, ROWS, SAMPLES)
    out = torch.zeros(z_filled.shape[1], K.shape[1], dtype=K.dtype, device=K.device)
    arrays = K.numpy(), z_filled.numpy(), out.numpy()
    n = groups(len(z), SAMPLES)
    bounds.check_layer(*arrays, shapes=((groups(len(K), ROWS), n), (n, K.shape[1])))
    _compiled(add_rows, K)(*arrays, LANES, ONE)
    return out[: len(z)]


def update(rule: Rule, K: Tensor, m: Tensor, v: Tensor, z: Tensor, Y: Tensor) -> None:
    """The optimiser's step of K with moments m, v for the gradient z^T Y, z and Y (n, d_hat)."""
    arrays = [tensor.numpy() for tensor in (K, m, v, filled(z.T, ROWS, 1), Y.contiguous())]
    shape, n = tuple(K.shape), max(len(z), 1)  # the first sample starts the sum
    bounds.check_layer(*arrays, shapes=(shape, shape, (groups(len(K), ROWS), n), (n, K.shape[1])))
    _compiled(update_rows, K)(rule, *arrays, LANES, ONE)


def groups(size: int, of: int) -> int:
    """A size filled up to whole groups."""
    return -(-size // of) * of


def _compiled(loop: Callable[..., Any], K: Tensor) -> Callable[..., Any]:
    return compiled(loop, str(K.dtype), len(LANES))


def filled(x: Tensor, rows: int, columns: int) -> Tensor:
    """A contiguous copy of a matrix with zeros up to whole groups of so many rows and columns."""
    return torch.nn.functional.pad(x, (0, -x.shape[1] % columns, 0, -x.shape[0] % rows)).contiguous()


def dot_products(K: Array, y: Array, out: Array, lanes: Count) -> None:
    """out[n, o] = sum_i K[o, i] y[n, i]; the rows of y are longer than those of K, by less than the lanes."""
    d, width = K.shape[1], y.shape[1]
    whole = d // len(lanes) * len(lanes)
    zero = every(0.0, load(y, 0, lanes))
    for o in range(len(K)):
        for n in range(0, len(y), 5):
            a0, a1, a2, a3, a4 = zero, zero, zero, zero, zero
            for i in range(0, whole, len(lanes)):
                k, j = load(K, o * d + i, lanes), n * width + i
                a0 = a0 + load(y, j, lanes) * k
                a1 = a1 + load(y, j + width, lanes) * k
                a2 = a2 + load(y, j + 2 * width, lanes) * k
                a3 = a3 + load(y, j + 3 * width, lanes) * k
                a4 = a4 + load(y, j + 4 * width, lanes) * k
            out[n, o] = rest(K, y, o, n, whole, sum_of(a0, lanes))
            out[n + 1, o] = rest(K, y, o, n + 1, whole, sum_of(a1, lanes))
            out[n + 2, o] = rest(K, y, o, n + 2, whole, sum_of(a2, lanes))
            out[n + 3, o] = rest(K, y, o, n + 3, whole, sum_of(a3, lanes))
            out[n + 4, o] = rest(K, y, o, n + 4, whole, sum_of(a4, lanes))


@inlined
def sum_of(x: Vector, lanes: Count) -> Any:
    """The sum of all lanes, in their order."""
    total = lane(x, 0)
    for j in range(1, len(lanes)):
        total += lane(x, j)
    return total


@inlined
def rest(K: Array, y: Array, o: int, n: int, first: int, total: Any) -> Any:
    """A dot product of rows o of K and n of y that goes on from column `first`."""
    for i in range(first, K.shape[1]):
        total += K[o, i] * y[n, i]
    return total


def add_rows(K: Array, z: Array, out: Array, lanes: Count, one: Count) -> None:
    """out[n] += sum_o z[o, n] K[o]; z has whole groups of rows, zero where K has none."""
    d = K.shape[1]
    whole = d // len(lanes) * len(lanes)
    for o in range(0, len(z), 4):
        for n in range(0, len(out), 5):
            add_four_rows(K, z, out, o, n, 0, whole, lanes)
            add_four_rows(K, z, out, o, n, whole, d, one)


@inlined
def add_four_rows(K: Array, z: Array, out: Array, o: int, n: int, first: int, last: int, lanes: Count) -> None:
    """Rows o, ..., o + 3 of K in the columns from `first` to `last`, for five samples."""
    d, end = K.shape[1], len(K) - 1
    k0, k1, k2, k3 = o * d, min(o + 1, end) * d, min(o + 2, end) * d, min(o + 3, end) * d
    for i in range(first, last, len(lanes)):
        r0, r1, r2, r3 = load(K, k0 + i, lanes), load(K, k1 + i, lanes), load(K, k2 + i, lanes), load(K, k3 + i, lanes)
        for q in range(n, n + 5):
            s = load(out, q * d + i, lanes)
            s = s + r0 * z[o, q] + r1 * z[o + 1, q] + r2 * z[o + 2, q] + r3 * z[o + 3, q]
            store(out, q * d + i, s)


def update_rows(rule: Rule, K: Array, m: Array, v: Array, z: Array, Y: Array, lanes: Count, one: Count) -> None:
    """The optimiser's step for the gradient sum_n z[o, n] Y[n, i], of which a block of rows exists at a time."""
    d = K.shape[1]
    columns = d // len(lanes) * len(lanes)
    g = np.empty(BLOCK * d, K.dtype)
    for first in range(0, len(K), BLOCK):
        rows = min(BLOCK, len(K) - first)
        for r in range(0, rows, 4):
            gradient_rows(z, Y, g, first + r, r * d, 0, columns, lanes)
            gradient_rows(z, Y, g, first + r, r * d, columns, d, one)
        whole = rows * d // len(lanes) * len(lanes)
        move(rule, K, g, m, v, first * d, whole, lanes)
        move(rule, K, g[whole:], m, v, first * d + whole, rows * d - whole, one)


@inlined
def gradient_rows(z: Array, Y: Array, g: Array, o: int, to: int, first: int, last: int, lanes: Count) -> None:
    """Four rows of the gradient in the columns from `first` to `last`, into g from entry `to` on."""
    d = Y.shape[1]
    for i in range(first, last, len(lanes)):
        y = load(Y, i, lanes)
        g0, g1, g2, g3 = y * z[o, 0], y * z[o + 1, 0], y * z[o + 2, 0], y * z[o + 3, 0]
        for n in range(1, len(Y)):
            y = load(Y, n * d + i, lanes)
            g0, g1 = g0 + y * z[o, n], g1 + y * z[o + 1, n]
            g2, g3 = g2 + y * z[o + 2, n], g3 + y * z[o + 3, n]
        store(g, to + i, g0)
        store(g, to + d + i, g1)
        store(g, to + 2 * d + i, g2)
        store(g, to + 3 * d + i, g3)

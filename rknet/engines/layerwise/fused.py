"""Triton kernels for a layer of several nets at once: a stage, a stage on the way back, and the optimiser's step.

On a graphics card a layer of 900 neurons and a batch of 5 is little work, so what counts is how often a kernel starts
and how often the weights are read.  Here each stage of each layer is one kernel for all R nets, which also prepares the
next stage, and the gradient exists only in the registers of the kernel that uses it.

Arrays lie stage after stage: inputs Y and multipliers z = sigma' xi have one (R, N, d_hat) for each stage of each
layer, so the input after a layer's last stage is the state of the next layer, (2.12).  A pointer to a layer's part of
an array points to its first stage.
"""

from __future__ import annotations

import triton
import triton.language as tl

LOOPS = ["i"]
"""The stage is no reason to compile a kernel again."""


@triton.jit
def tanh(x: tl.tensor) -> tl.tensor:
    """tanh in single precision: its series where 1 - e^(-2 x) would cancel, to three units in the last place."""
    a, s = tl.abs(x), x * x
    e = tl.exp(-2.0 * a)
    series = a * (1.0 - s * (1.0 / 3 - s * (2.0 / 15 - s * (17.0 / 315 - s * (62.0 / 2835)))))
    t = tl.where(a < 0.25, series, (1.0 - e) / (1.0 + e))
    return tl.where(x < 0, -t, t)


@triton.jit(do_not_specialize=LOOPS)
def stage(
    K: tl.tensor,
    b: tl.tensor,
    Y: tl.tensor,
    F: tl.tensor,
    C: tl.tensor,
    i: tl.tensor,
    CARRIED: tl.constexpr,
    S: tl.constexpr,
    N: tl.constexpr,
    N2: tl.constexpr,
    D: tl.constexpr,
    D2: tl.constexpr,
    ROWS: tl.constexpr,
) -> None:
    """f_i = tanh(K y_i + b), and from it the next stage's input y[l] + sum_j C_ij f_j, j <= i.

    Programs: (blocks of `ROWS` rows of K, nets).  After the last stage i = S - 1 the input is the next layer's state,
    so C holds the rows of h A from the second on, and h beta.
    """
    rows, r = tl.program_id(0) * ROWS + tl.arange(0, ROWS), tl.program_id(1)
    columns, samples = tl.arange(0, D2), tl.arange(0, N2)[:, None]
    size = tl.num_programs(1) * N * D
    tile = tl.load(
        K + r * D * D + rows[:, None] * D + columns[None, :],
        mask=(rows < D)[:, None] & (columns < D)[None, :],
        other=0.0,
    )
    f = tl.zeros((N2, ROWS), tl.float32)
    for n in tl.static_range(N):
        y = tl.load(Y + i * size + (r * N + n) * D + columns, mask=columns < D, other=0.0)
        f = tl.where(samples == n, tl.sum(tile * y[None, :], axis=1)[None, :], f)
    f = tanh(f + tl.load(b + r * D + rows, mask=rows < D, other=0.0)[None, :])
    at, inside = (r * N + samples) * D + rows[None, :], (samples < N) & (rows < D)[None, :]
    tl.store(F + i * size + at, f, mask=inside)
    y = tl.load(C + i * S + i) * f
    if CARRIED:
        y += tl.load(Y + at, mask=inside, other=0.0)
    for j in tl.static_range(S - 1):
        y += tl.load(C + i * S + j) * tl.load(F + j * size + at, mask=inside & (j < i), other=0.0)
    tl.store(Y + (i + 1) * size + at, y, mask=inside)


@triton.jit(do_not_specialize=LOOPS)
def stage_back(
    K: tl.tensor,
    F: tl.tensor,
    z: tl.tensor,
    f_y: tl.tensor,
    p: tl.tensor,
    B: tl.tensor,
    i: tl.tensor,
    S: tl.constexpr,
    N: tl.constexpr,
    N2: tl.constexpr,
    D: tl.constexpr,
    D2: tl.constexpr,
    COLUMNS: tl.constexpr,
) -> None:
    """f_y_i = K^T z_i, and from it the multiplier z of the stage before, (3.13) and (3.17).

    Programs: (blocks of `COLUMNS` columns of K, nets).  Row i of B holds the coefficients of p, of f_y_0, ..., f_y_S-1
    and of sigma': for i > 0 those of xi_(i-1); for i = 0 those of the costate p[l], which replaces p, and of the last
    stage of layer l - 1.
    """
    columns, r = tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS), tl.program_id(1)
    rows, samples = tl.arange(0, D2), tl.arange(0, N2)[:, None]
    size = tl.num_programs(1) * N * D
    tile = tl.load(
        K + r * D * D + rows[:, None] * D + columns[None, :],
        mask=(rows < D)[:, None] & (columns < D)[None, :],
        other=0.0,
    )
    g = tl.zeros((N2, COLUMNS), tl.float32)
    for n in tl.static_range(N):
        v = tl.load(z + i * size + (r * N + n) * D + rows, mask=rows < D, other=0.0)
        g = tl.where(samples == n, tl.sum(tile * v[:, None], axis=0)[None, :], g)
    at, inside = (r * N + samples) * D + columns[None, :], (samples < N) & (columns < D)[None, :]
    tl.store(f_y + i * size + at, g, mask=inside)
    B += i * (S + 2)
    q = tl.load(B) * tl.load(p + at, mask=inside, other=0.0) + tl.load(B + 1 + i) * g
    for j in tl.static_range(1, S):
        q += tl.load(B + 1 + j) * tl.load(f_y + j * size + at, mask=inside & (j > i), other=0.0)
    tl.store(p + at, q, mask=inside & (i == 0))
    f = tl.load(F + (i - 1) * size + at, mask=inside, other=0.0)
    tl.store(z + (i - 1) * size + at, tl.load(B + 1 + S) * (1.0 - f * f) * q, mask=inside)


@triton.jit
def adam(
    w: tl.tensor,
    m: tl.tensor,
    v: tl.tensor,
    at: tl.tensor,
    inside: tl.tensor,
    g: tl.tensor,
    rate: tl.tensor,
    scale: tl.tensor,
) -> None:
    """Adam with betas 0.9, 0.999 and eps 1e-8 on the weights w + at with moments; rate and scale carry the bias."""
    first = 0.9 * tl.load(m + at, mask=inside, other=0.0) + 0.1 * g
    second = 0.999 * tl.load(v + at, mask=inside, other=0.0) + 0.001 * g * g
    new = tl.load(w + at, mask=inside, other=0.0) - rate * first / (tl.sqrt(second) * scale + 1e-8)
    tl.store(w + at, new, mask=inside)
    tl.store(m + at, first, mask=inside)
    tl.store(v + at, second, mask=inside)


@triton.jit
def update(
    K: tl.tensor,
    m_K: tl.tensor,
    v_K: tl.tensor,
    b: tl.tensor,
    m_b: tl.tensor,
    v_b: tl.tensor,
    z: tl.tensor,
    Y: tl.tensor,
    bias: tl.tensor,
    S: tl.constexpr,
    N: tl.constexpr,
    D: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
) -> None:
    """Adam's step of a layer from the factors of its gradient, z^T Y by K and the sum of z by b, (3.18).

    Programs: (blocks of columns of K, blocks of rows, nets).  `bias` holds Adam's rate and scale of this step.
    """
    columns = tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS)
    rows, r = tl.program_id(1) * ROWS + tl.arange(0, ROWS), tl.program_id(2)
    size = tl.num_programs(2) * N * D
    g, g_b = tl.zeros((ROWS, COLUMNS), tl.float32), tl.zeros((ROWS,), tl.float32)
    for i in tl.static_range(S):
        for n in tl.static_range(N):
            at = i * size + (r * N + n) * D
            z_n = tl.load(z + at + rows, mask=rows < D, other=0.0)
            g += z_n[:, None] * tl.load(Y + at + columns, mask=columns < D, other=0.0)[None, :]
            g_b += z_n
    rate, scale = tl.load(bias), tl.load(bias + 1)
    inside = (rows < D)[:, None] & (columns < D)[None, :]
    adam(K, m_K, v_K, r * D * D + rows[:, None] * D + columns[None, :], inside, g, rate, scale)
    if tl.program_id(0) == 0:
        adam(b, m_b, v_b, r * D + rows, rows < D, g_b, rate, scale)

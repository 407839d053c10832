"""The gate before compiled code, which trusts the sizes it is given: all arrays that it reads or writes are checked.

Compiled loops count entries through the memory of an array and check no index.  Both families of loops, `kernels`
and `rknet.engines.layerwise.cpu`, are therefore called behind the functions of this module only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rknet.engines.compiled.simd import Array, Count

if TYPE_CHECKING:
    from rknet.engines.compiled.kernels import Scheme, Weights, Workspace
    from rknet.engines.compiled.updates import Rule


def check_array(name: str, array: Array, shape: tuple[int, ...], dtype: Any) -> None:
    """ValueError unless an array is C-contiguous and has exactly this shape and type."""
    if not (
        isinstance(array, np.ndarray) and array.shape == shape and array.dtype == dtype and array.flags.c_contiguous
    ):
        got = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(
            f"{name}: must be a C-contiguous array {np.dtype(dtype)} {shape} for compiled code, got {got}; "
            f"build the engine anew from a net whose arrays agree"
        )


def check_room(name: str, array: Array, least: tuple[int, ...], dtype: Any) -> None:
    """The same for working memory, whose first dimension may exceed what is needed."""
    check_array(name, array, (max(len(array), least[0]), *least[1:]), dtype)


def check_indices(name: str, array: Array, N: int, below: int) -> None:
    """ValueError unless an array holds N whole numbers in 0..below-1, as int64."""
    check_array(name, array, (N,), np.int64)
    if N and not (array.min() >= 0 and array.max() < below):
        raise ValueError(
            f"{name}: must lie in 0..{below - 1}, got {array.min()}..{array.max()}; do not change points in place"
        )


def check_sweeps(
    scheme: Scheme,
    rule: Rule | None,
    weights: Weights,
    moments: Sequence[Weights],
    X: Array,
    c: Array,
    order: Array,
    space: Workspace,
    classes: int,
    keep: int,
    lanes: Count,
) -> None:
    """ValueError unless all that `rknet.engines.compiled.kernels` is given for a pass over the samples X (N, d) agrees.

    Sizes are read from one array each: d from M, L and d_hat from K, the batch from the working memory.  With
    `keep` = 1 the states of all layers need room, with 0 those of one.
    """
    dtype, s = X.dtype, scheme.beta.shape[-1]
    (d, width), (L, d_hat), n, outputs = weights.M.shape, weights.K.shape[:2], len(space.x), filled(classes, lanes)
    if min(d, d_hat, L, s, n, classes) < 1 or width != filled(d_hat, lanes):
        raise ValueError(
            f"net: must have sizes of at least 1 for compiled code, got d = {d}, d_hat = {d_hat}, L = {L}, "
            f"classes = {classes} and batches of {n}; build the engine anew from a net whose arrays agree"
        )
    check_array("scheme.A", scheme.A, (L, s, s), dtype)
    check_array("scheme.beta", scheme.beta, (L, s), dtype)
    if rule is not None:
        check_array("rule.powers", rule.powers, (2,), np.float64)
    shapes = {"M": (d, width), "K": (L, d_hat, width), "b": (L, width), "W": (d_hat, outputs), "mu": (outputs,)}
    for of in (weights, *moments):
        for name, array in of._asdict().items():
            check_array(name, array, shapes[name], dtype)
    check_array("X", X, (len(X), d), dtype)
    check_indices("c", c, len(X), classes)
    check_indices("order", order, len(order), len(X))
    layers = L if keep else 0
    for name, array, least in (
        ("x", space.x, (n, d)),
        ("Y", space.Y, (layers + 1, s * n, width)),
        ("S", space.S, (max(layers, 1), s * n, width)),
        ("F", space.F, (s * n, width)),
        ("xi", space.xi, (s * n, width)),
        ("G", space.G, (s * n, width)),
        ("p", space.p, (n, width)),
        ("z", space.z, (n, outputs)),
        ("e", space.e, (outputs,)),
        ("g", space.g.reshape(-1), (max(d, d_hat) * max(width, outputs),)),
        ("zero", space.zero, (max(width, outputs),)),
    ):
        check_room(f"space.{name}", array, least, dtype)
    check_room("space.c", space.c, (n,), np.int64)
    # Their lengths are counted by the loops.
    check_array("space.K", space.K, (d_hat, width), dtype)
    check_array("space.W", space.W, (classes, width), dtype)


def check_layer(K: Array, *others: Array, shapes: Sequence[tuple[int, ...]]) -> None:
    """ValueError unless the weights K (rows, columns) of a layer are not empty and the arrays beside them fit."""
    check_array("K", K, (len(K), K.size // len(K)) if K.size else (1, 1), K.dtype)
    for array, shape in zip(others, shapes, strict=True):
        check_array("array beside K", array, shape, K.dtype)


def filled(size: int, lanes: Count) -> int:
    """A size filled up to whole lanes."""
    return -(-size // len(lanes)) * len(lanes)

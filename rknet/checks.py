"""What every module asks of its input: each error names the argument, the rule, the value and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Value = TypeVar("Value")

SHOWN = 60
"""Most characters of a value in an error."""


def shown(value: Any) -> str:
    """A value as an error shows it: shortened if it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python does not write whole numbers of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"


def choose(argument: str, name: str, known: Mapping[str, Value]) -> Value:
    """The value that a name stands for; ValueError with the list of names otherwise."""
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"{argument}: must be a known name, got {shown(name)}; choose from {', '.join(known)}")
    return known[name]


def whole(argument: str, value: Any, least: int = 1) -> int:
    """The value as an int; ValueError unless it is a whole number >= least."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(
            f"{argument}: must be a whole number >= {least}, got {shown(value)}; pass {argument}={least} or more"
        )
    return int(value)


def positive(argument: str, value: Any, *, or_zero: bool = False) -> float:
    """The value as a float; ValueError unless it is a finite number > 0 (or >= 0)."""
    rule, least = ("a finite number >= 0", "0") if or_zero else ("a finite number > 0", "0.05")
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not (number and np.isfinite(value) and (value > 0 or (or_zero and value == 0))):
        raise ValueError(f"{argument}: must be {rule}, got {shown(value)}; pass for example {argument}={least}")
    return float(value)


def inputs(argument: str, X: ArrayLike, d: int | None = None) -> NDArray[Any]:
    """Samples as an array (N, d) of finite floats; ValueError when empty, of another shape or not finite."""
    array = np.asarray(X)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{argument}: must hold real numbers, got dtype {array.dtype}; convert it to float32 first")
    if array.ndim != 2 or (d is not None and array.shape[1] != d):
        width = "d" if d is None else f"d = {d}"
        raise ValueError(
            f"{argument}: must have shape (N, {width}), got {array.shape}; pass one row a sample, {width} columns"
        )
    if array.shape[0] == 0 or array.shape[1] == 0:
        raise ValueError(f"{argument}: must hold at least one sample and one column, got {array.shape}; pass N >= 1")
    array = array if array.dtype.kind == "f" else array.astype(np.float32)
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"{argument}: must be finite, got {count} entries that are not; drop or replace those rows")
    return array


def labels(argument: str, c: ArrayLike, N: int, classes: int) -> NDArray[np.int64]:
    """Labels as an array (N,) of whole numbers in 0..classes-1; ValueError otherwise."""
    array = np.asarray(c)
    if array.shape != (N,):
        raise ValueError(
            f"{argument}: must have one label a sample, shape ({N},), got {array.shape}; pass c of length N"
        )
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"{argument}: must hold whole numbers, got dtype {array.dtype}; encode the classes as 0, 1, ..."
        )
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(
            f"{argument}: must lie in 0..{classes - 1} for {classes} classes, got {array.min()}..{array.max()}; "
            f"relabel them or raise classes"
        )
    return array.astype(np.int64)

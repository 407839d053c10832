"""What every module asks of its input: each error names the argument, the rule, the value and the remedy.

Each check returns the value as a plain one of Python's.  Callers keep that and not what they were given: sizes that are
NumPy's overflow in products, and no JSON file takes them.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
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
    text = re.sub(r"\s*\n\s*", " ", text)  # an array has a line for each row
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"


MEMORY = 2**34
"""Bytes (16 GiB) that one net, one draw of points or one history may take: what needs more is refused by its argument
instead of ending somewhere inside for want of memory.  Thirteen times the paper's largest net needs as much; who has
the memory for more sets this to more."""

WEIGHT = 16
"""Bytes per weight in training: itself, its gradient and two moments in single precision."""


POINT = 32
"""Bytes per coordinate of a sample while it is drawn: three numbers in double precision and what is kept of them."""


MOST_NAMES = 30
"""Most names that an error lists; of more it lists those most like the one that was given."""


def choose(argument: str, name: str, known: Mapping[str, Value]) -> Value:
    """The value that a name stands for; ValueError with the names, or the most similar of many, otherwise."""
    if not isinstance(name, str) or name not in known:
        near = difflib.get_close_matches(str(name)[:SHOWN], known, n=3, cutoff=0)
        choice = f"one of {len(known)} names, such as {', '.join(near)}" if len(known) > MOST_NAMES else "from "
        choice += "" if len(known) > MOST_NAMES else ", ".join(known)
        raise ValueError(f"{argument}: must be a known name, got {shown(name)}; choose {choice}")
    return known[name]


def named(argument: str, name: str, known: Mapping[str, Any]) -> str:
    """The name as a plain string, if it is known; ValueError with the list of names otherwise."""
    choose(argument, name, known)
    return str(name)


def given(argument: str, value: Any, known: Mapping[str, Value]) -> Value:
    """What a known name stands for, or the function or class that is given instead; ValueError otherwise."""
    return value if callable(value) else choose(argument, value, known)


def assign(instance: object, **values: Any) -> None:
    """Store checked values in a frozen dataclass, from its ``__post_init__``."""
    for name, value in values.items():
        object.__setattr__(instance, name, value)


def instance(argument: str, value: Any, kind: type) -> None:
    """ValueError unless a value is of a class or of a subclass."""
    if not isinstance(value, kind):
        raise ValueError(
            f"{argument}: must be a {kind.__name__}, got a {type(value).__name__}, {shown(value)}; "
            f"pass a {kind.__name__}"
        )


def sequence(argument: str, values: Any) -> tuple[Any, ...]:
    """The values as a tuple; ValueError for what has no order or is none, such as a number, a text or a set."""
    unordered_or_text = isinstance(values, (str, bytes, Mapping, set, frozenset))
    if unordered_or_text or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise ValueError(f"{argument}: must be a sequence, got {shown(values)}; pass a list or a tuple")
    return tuple(values)


def each(argument: str, values: Any, kind: type[Value]) -> tuple[Value, ...]:
    """The values as a tuple; ValueError unless all are of a class."""
    for value in (found := sequence(argument, values)):
        instance(argument, value, kind)
    return found


def fraction(argument: str, value: Any) -> float:
    """The value as a float; ValueError unless it is a number from 0 to 1."""
    number = finite(value)
    if number is None or not 0 <= number <= 1:
        raise ValueError(f"{argument}: must be a number from 0 to 1, got {shown(value)}; pass for example 0.5")
    return number


def set_aside(share: float, counts: Mapping[Any, int]) -> None:
    """ValueError unless a share of the samples can be set aside with every class on both sides.

    `counts` says how many samples there are of each class, by the label that a user gave it.
    """
    N, K = sum(counts.values()), len(counts)
    rarest = min(counts, key=lambda label: counts[label])
    if counts[rarest] < 2:
        raise ValueError(
            f"validation_fraction: must leave each class samples on both sides, got one of the class {rarest!r}; "
            f"add samples of it, leave it out, or pass early_stopping=False"
        )
    aside = math.ceil(share * N)
    if min(aside, N - aside) < K:
        raise ValueError(
            f"validation_fraction: must leave each of the {K} classes samples on both sides, got {share:g} of {N} "
            f"samples, that is {aside}; pass a number from {K / N:.3g} to {1 - K / N:.3g}, or early_stopping=False"
        )


def flag(argument: str, value: Any) -> bool:
    """The value as a bool; ValueError unless it is True or False, as the text ``"False"`` is not."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(
            f"{argument}: must be True or False, got {shown(value)}; pass {argument}=True or {argument}=False"
        )
    return bool(value)


def room(argument: str, value: Any, count: int, each: int) -> None:
    """ValueError if what an argument asks for, `count` things of `each` bytes, exceeds `MEMORY`."""
    if count * each > MEMORY:
        raise ValueError(
            f"{argument}: must need at most {MEMORY / 2**30:g} GiB of memory, got {shown(value)}, which needs "
            f"{count * each >> 30} GiB; pass less, or set rknet.checks.MEMORY to the bytes that there are"
        )


def finite(value: Any) -> float | None:
    """The value as a float, or None if it is no finite real number."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if np.isfinite(number) else None


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
    number = finite(value)
    if number is None or number < 0 or (number == 0 and not or_zero):
        raise ValueError(f"{argument}: must be {rule}, got {shown(value)}; pass for example {argument}={least}")
    return number


def step_sizes(argument: str, value: Any, L: int | None = None, *, signed: bool = False) -> float | tuple[float, ...]:
    """A step size as a float, or those of L layers, with L = None of any number of them, as a tuple of floats.

    ValueError unless each is a finite number > 0, or, where they are `signed`, a finite number that is not zero.
    """
    several = isinstance(value, Sequence) and not isinstance(value, (str, bytes)) or getattr(value, "ndim", 0) > 0
    given = (value.tolist() if hasattr(value, "tolist") else list(value)) if several else [value]
    found = tuple(h for h in map(finite, given) if h is not None and (h > 0 or (signed and h != 0)))
    if len(found) != len(given) or not given or (several and L not in (None, len(given))):
        rule = "a finite number that is not zero" if signed else "a finite number > 0"
        layers = "" if not several else " for each layer" if L is None else f" for each of the L = {L} layers"
        raise ValueError(f"{argument}: must be {rule}{layers}, got {shown(value)}; pass for example {argument}=0.05")
    return found if several else found[0]


def unmasked(argument: str, values: Any) -> None:
    """ValueError if some entries of an array, or of a list of arrays, are masked: their numbers mean nothing."""
    parts = values if isinstance(values, (list, tuple)) else [values]
    count = sum(int(np.ma.getmaskarray(part).sum()) for part in parts if np.ma.is_masked(part))
    if count:
        raise ValueError(
            f"{argument}: must have no masked entries, got {count} of them; drop those rows or give the entries values"
        )


def array(argument: str, values: Any) -> NDArray[Any]:
    """The values as an array; ValueError if they are masked or make none, such as rows of unequal lengths."""
    unmasked(argument, values)
    if hasattr(values, "detach"):  # a tensor, which may need gradients and be elsewhere
        values = values.detach().cpu()
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{argument}: must be an array, got {shown(values)}, which makes none ({' '.join(str(error).split())}); "
            f"pass numbers in rows of one length"
        ) from None


def complexes(argument: str, z: ArrayLike) -> NDArray[np.complex128]:
    """Finite numbers as an array; ValueError if there is anything else."""
    try:
        found = np.asarray(z, dtype=np.complex128)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{argument}: must hold complex numbers, got {shown(z)}; pass for example -1 + 2j") from None
    if not np.isfinite(found).all():
        raise ValueError(f"{argument}: must hold finite numbers, got {shown(z)}; leave out what is not finite")
    return found


def regular(argument: str, z: NDArray[np.complex128], systems: NDArray[np.complex128]) -> None:
    """ValueError, with the first z, if the matrix (s, s) that belongs to one of the numbers z is singular."""
    with np.errstate(all="ignore"):
        singular = np.linalg.det(systems) == 0
    if singular.any():
        at = complex(z[singular].flat[0])
        raise ValueError(f"{argument}: must not be a pole, got {at}; leave this number out or move it a little")


def inputs(argument: str, X: ArrayLike, d: int | None = None) -> NDArray[Any]:
    """Samples as an array (N, d) of finite floats; ValueError when empty, of another shape or not finite."""
    x = array(argument, X)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{argument}: must hold real numbers, got dtype {x.dtype}; convert it to float32 first")
    if x.ndim != 2 or (d is not None and x.shape[1] != d):
        width = "d" if d is None else f"d = {d}"
        raise ValueError(
            f"{argument}: must have shape (N, {width}), got {x.shape}; pass one row per sample, {width} columns"
        )
    if x.shape[0] == 0 or x.shape[1] == 0:
        raise ValueError(f"{argument}: must hold at least one sample and one column, got {x.shape}; pass N >= 1")
    x = x if x.dtype.kind == "f" else x.astype(np.float32)
    if not np.isfinite(x).all():
        count = int((~np.isfinite(x)).sum())
        raise ValueError(f"{argument}: must be finite, got {count} entries that are not; drop or replace those rows")
    return x


def labels(argument: str, c: ArrayLike, N: int, classes: int) -> NDArray[np.int64]:
    """Labels as an array (N,) of whole numbers in 0..classes-1; ValueError otherwise."""
    found = array(argument, c)
    if found.shape != (N,):
        raise ValueError(
            f"{argument}: must have one label a sample, shape ({N},), got {found.shape}; pass c of length N"
        )
    if found.dtype.kind not in "iu":
        raise ValueError(
            f"{argument}: must hold whole numbers, got dtype {found.dtype}; encode the classes as 0, 1, ..."
        )
    if found.min() < 0 or found.max() >= classes:
        raise ValueError(
            f"{argument}: must lie in 0..{classes - 1} for {classes} classes, got {found.min()}..{found.max()}; "
            f"relabel them or raise classes"
        )
    return found.astype(np.int64)

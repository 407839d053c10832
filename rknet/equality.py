"""Equality of what holds arrays: two such values are equal if all their arrays and all else in them are."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


class ByValue:
    """Equality of a dataclass, declared with ``eq=False``, whose fields may be arrays, or tuples or dicts of arrays.

    Arrays are equal if their shapes, types and entries are; NaN equals NaN here, so that a training that diverged
    equals its repetition.  Equal values have equal hashes; entries of arrays, which may be changed, do not enter these.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(map(equal, values(self), values(other)))

    def __hash__(self) -> int:
        return hash((type(self), *map(outline, values(self))))


def values(instance: Any) -> list[Any]:
    """The values of a dataclass that decide about equality."""
    return [getattr(instance, field.name) for field in fields(instance) if field.compare]


def equal(a: Any, b: Any) -> bool:
    """Whether two values, arrays, or tuples, lists and dicts of such are equal."""
    if isinstance(a, (tuple, list)) and type(a) is type(b):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(value, b[key]) for key, value in a.items())
    if hasattr(a, "shape") and hasattr(b, "shape"):
        alike: bool = type(a) is type(b) and a.shape == b.shape and a.dtype == b.dtype
        return alike and bool(((a == b) | ((a != a) & (b != b))).all())
    return bool(a == b)


def outline(value: Any) -> Any:
    """What of a value enters its hash: of an array its shape."""
    if isinstance(value, (tuple, list)):
        return tuple(map(outline, value))
    if isinstance(value, dict):
        return frozenset((key, outline(part)) for key, part in value.items())
    return tuple(value.shape) if hasattr(value, "shape") else value

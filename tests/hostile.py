"""Values that do not belong where they are put, for files that come from outside."""

from collections.abc import Iterator
from typing import Any

VALUES: list[Any] = [
    *[None, True, -1, 0.5, 10**400, -(10**30), "", "x", "1e400", "A" * 1000, "\x1b[2J\n"],
    *[[], [[]], [None], [10**30], {}, {"A": 1}],
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within nested dicts and the beginnings of lists."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with something else in a place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy without what is in a place."""
    if len(path) == 1:
        copy = value.copy()
        del copy[path[0]]
        return copy
    return put(value, path[:1], without(value[path[0]], path[1:]))

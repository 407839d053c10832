"""Tables of names that users may add to: of schemes, lifts, activations, optimisers, point sets, experiments, ..."""

from __future__ import annotations

from typing import Any, TypeVar

from rknet.checks import shown

Value = TypeVar("Value")


class Registry(dict[str, Value]):
    """What names stand for.  New names may be entered and removed; those that ship keep their meaning.

    What the book, records and other people's code call ``"tanh"`` is thus the same everywhere.  Whoever wants another
    meaning for a name that ships says so by `replace`.  ValueError where a name that ships is entered or removed.

    Parameters
    ----------
    **shipped
        The names that ship, with what they stand for.
    """

    def __init__(self, **shipped: Value) -> None:
        super().__init__(shipped)
        self.shipped = frozenset(shipped)

    def __setitem__(self, name: str, value: Value) -> None:
        if not isinstance(name, str):
            raise ValueError(f"name: must be a text, got {shown(name)}; pass for example 'mine'")
        if self.get(name) is not value:
            self._must_not_ship(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        self._must_not_ship(name)
        super().__delitem__(name)

    def replace(self, name: str, value: Value) -> None:
        """Let a name stand for something else from now on, even one that ships."""
        super().__setitem__(name, value)

    def update(self, *others: Any, **more: Value) -> None:
        """Enter several names."""
        for name, value in dict(*others, **more).items():
            self[name] = value

    def __ior__(self, other: Any) -> Registry[Value]:  # type: ignore[override,misc]  # two overloads in dict
        self.update(other)
        return self

    def setdefault(self, name: str, value: Value) -> Value:
        """What a name stands for, entered now if it is new."""
        if name not in self:
            self[name] = value
        return self[name]

    def pop(self, name: str, *default: Any) -> Any:
        """Remove a name that does not ship, and return what it stood for."""
        self._must_not_ship(name)
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Value]:
        """Remove the name that was entered last."""
        name = next(reversed(self))
        return name, self.pop(name)

    def clear(self) -> None:
        """Remove all names that do not ship."""
        for name in self.keys() - self.shipped:
            del self[name]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (dict(self), self.shipped)

    def _must_not_ship(self, name: str) -> None:
        if name in self.shipped:
            raise ValueError(
                f"name: must not be one that ships with rknet, got {name!r}; choose another name, or call "
                f"replace({name!r}, ...) of the table to change what it means"
            )


def _rebuilt(entries: dict[str, Value], shipped: frozenset[str]) -> Registry[Value]:
    """A registry as another process has sent it."""
    registry: Registry[Value] = Registry(**entries)
    registry.shipped = shipped
    return registry

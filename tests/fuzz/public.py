"""What is public: the functions and classes that the packages' ``__all__`` name, directly or through a module; the
networks of `rknet.variants`; and what writes networks.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from rknet import Net, variants

WRITERS = ("rknet.Net.save", "rknet.exporting.to_onnx", "rknet.plain.to_json")
PACKAGES = ("rknet", "rknet.adjoint", "rknet.data", "rknet.laboratories", "rknet.playground")


def _offered(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What a module defines for others, which has no list of it."""
    for name, value in vars(module).items():
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__:
            yield f"{module.__name__}.{name}", value


def names() -> list[str]:
    """Every public function and class, each under its first name."""
    found: dict[int, str] = {}
    for package in map(importlib.import_module, PACKAGES):
        for name in package.__all__:
            value = getattr(package, name)
            if isinstance(value, ModuleType):
                offered = [] if value.__name__ in PACKAGES else list(_offered(value))
            else:
                offered = [(f"{package.__name__}.{name}", value)] if callable(value) else []
            for full, one in offered:
                found.setdefault(id(one), full)
    return sorted([*found.values(), *WRITERS, *_variants()])


def _variants() -> Iterator[str]:
    """Every kind of network beyond the paper's."""
    for module in pkgutil.iter_modules(variants.__path__, "rknet.variants."):
        for name, value in _offered(importlib.import_module(module.name)):
            if isinstance(value, type) and issubclass(value, Net):
                yield f"rknet.variants.{name.rpartition('.')[2]}"

"""The shape of the library: functions short enough to be read at once, and a core to be read in half an hour."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest

import rknet

PACKAGE = Path(rknet.__file__).parent

LONGEST = 60
"""Lines of the longest function, docstring included: a screen."""

TYPICAL = 6
"""Lines that half of the functions do not exceed."""

CORE = ("tableaus", "nets", "lifts", "training", "contract")
CORE_LINES = 700
"""Half an hour at some twenty lines per minute."""


def functions() -> dict[str, int]:
    """The lines of every function and method of the library."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
                found[name] = (node.end_lineno or node.lineno) - node.lineno + 1
    return found


def test_functions_are_short() -> None:
    """None is longer than a screen, and half of them are a few lines."""
    lengths = functions()
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
    assert median(lengths.values()) <= TYPICAL


def test_the_core_is_read_in_half_an_hour() -> None:
    """Schemes, nets, lifts, training and what an engine is."""
    lines = {name: len((PACKAGE / f"{name}.py").read_text("utf8").splitlines()) for name in CORE}
    assert sum(lines.values()) < CORE_LINES, lines


LATE = {PACKAGE / "__main__.py", PACKAGE / "study" / "cli.py"}
"""The command line, which imports what a command needs when it runs, so that `rknet --help` comes at once."""


def test_no_function_imports_the_library() -> None:
    """Modules do not build on each other in circles, so none needs to import another one late.

    What a module's `__getattr__` imports are optional dependencies.
    """
    late = [
        f"{path.relative_to(PACKAGE)}:{inner.lineno}"
        for path in {*PACKAGE.rglob("*.py")} - LATE
        for node in ast.walk(ast.parse(path.read_text("utf8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name != "__getattr__"
        for inner in ast.walk(node)
        if (isinstance(inner, ast.ImportFrom) and (inner.level or (inner.module or "").startswith("rknet")))
        or (isinstance(inner, ast.Import) and any(alias.name.startswith("rknet") for alias in inner.names))
    ]
    assert late == []


@pytest.mark.parametrize("engine", ["compiled", "layerwise"])
def test_the_core_imports_no_engine(engine: str) -> None:
    """Engines are found by their dotted names when they are asked for."""
    for path in PACKAGE.glob("*.py"):
        assert f"import rknet.engines.{engine}" not in path.read_text("utf8")
        assert f"from rknet.engines.{engine}" not in path.read_text("utf8")

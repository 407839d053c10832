"""Golden runs: the bits of data, nets and engines change with their versions, and only with them."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import golden
import pytest

import rknet
from rknet.activations import ACTIVATIONS
from rknet.contract import ENGINES
from rknet.data.points import LAWS
from rknet.initial import INITIALS
from rknet.lifts import LIFTS
from rknet.protocol import LOSSES, OPTIMIZERS
from rknet.tableaus import TABLEAUS
from rknet.versions import VERSIONS

RECORDED: dict[str, Any] = json.loads(golden.FILE.read_text("utf8"))
RUNS = dict(golden.runs())


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    """What the runs give here and now."""
    return {name: golden.measured(run) for name, run in RUNS.items()} | golden.images()


def test_bits_are_those_of_the_versions(results: dict[str, dict[str, Any]]) -> None:
    """No bit changed without a version, and no version was raised without a change."""
    assert golden.faults(RECORDED, results, VERSIONS) == []


def test_every_registry_is_touched() -> None:
    """A new entry of a registry needs a golden run: record it with `python tests/golden.py`."""
    explicit = {name for name, tableau in TABLEAUS.items() if tableau.explicit}
    assert {run.law for run in RUNS.values()} == set(LAWS)
    assert {run.scheme for run in RUNS.values()} == {"standard", *explicit}
    assert {run.activation for run in RUNS.values()} == set(ACTIVATIONS)
    assert {run.lift for run in RUNS.values()} == set(LIFTS)
    assert {run.initial for run in RUNS.values()} == set(INITIALS)
    assert {(run.loss, run.optimizer) for run in RUNS.values()} == {(a, b) for a in LOSSES for b in OPTIMIZERS}
    assert {run.engine for run in RUNS.values()} == set(ENGINES)
    assert set(RECORDED["runs"]) == {*RUNS, *golden.images()}
    assert set(RECORDED["versions"]) == set(VERSIONS)


def test_a_raised_version_needs_other_bits(results: dict[str, dict[str, Any]]) -> None:
    """And other bits need a raised version: each fault names its part."""
    assert golden.faults(RECORDED, results, {**VERSIONS, "data": 99})[0].startswith("data: VERSIONS['data'] was raised")
    other = {**results, "law spiral": {**results["law spiral"], "compiled": "0" * 64}}
    (fault,) = golden.faults(RECORDED, other, VERSIONS)
    assert fault.startswith("compiled: the bits of the run 'law spiral' changed")
    assert golden.faults(RECORDED, other, {**VERSIONS, "compiled": 99}) == []


# ---- probes: a copy of the package in which one thing is different

PACKAGE = Path(rknet.__file__).parent


def probe(tmp_path: Path, change: Callable[[Path], None], *names: str) -> list[str]:
    """What the golden runs of these names say of a copy of the package after a change."""
    shutil.copytree(PACKAGE, tmp_path / "rknet", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("golden.py", "golden.json"):
        shutil.copy(golden.FILE.with_name(file), tmp_path)
    change(tmp_path / "rknet")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    command = [sys.executable, "golden.py", *names]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def replaced(module: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of source text that must apply."""

    def change(package: Path) -> None:
        path = package / module
        source = path.read_text("utf8")
        assert source.count(old) == 1, old
        path.write_text(source.replace(old, new), "utf8")

    return change


# One coefficient of tanh in the last place of a float32; half a rounding of a bound; the step of a scheme
# by a hundredth and costates that forget the layers, since engines that sum in their libraries' order are compared
# within a tolerance.
SPIRAL = "scale: ClassVar[float] = "
MUTANTS = {
    "compiled": (replaced("engines/compiled/arithmetic.py", "4.89352455891786e-03", "4.89352502458e-03"), "law spiral"),
    "nets": (
        replaced("initial.py", "= 1 / np.sqrt(fan_in)", "= 1.0000001 / np.sqrt(fan_in)"),
        "law spiral",
    ),
    "data": (
        replaced("data/points.py", f"{SPIRAL}1 / 5", f"{SPIRAL}0.20000001"),
        "law spiral",
    ),
    "torch": (replaced("schemes.py", "alpha=h * a", "alpha=1.01 * h * a"), "torch, rk4"),
    "layerwise": (replaced("engines/layerwise/factors.py", "slope[i] * v)", "0 * slope[i] * v)"), "layerwise, rk4"),
}


@pytest.mark.parametrize("part", MUTANTS)
def test_another_rounding_is_found_and_its_part_named(part: str, tmp_path: Path) -> None:
    """The run fails, and its first line says what to raise."""
    change, name = MUTANTS[part]
    lines = probe(tmp_path, change, name)
    assert f"{part}: the bits of the run {name!r} changed; raise VERSIONS[{part!r}] if that is meant" in lines


class Rewritten(ast.NodeTransformer):
    """A module with other words: no docstrings, and local names that nobody would choose."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Rename what a function assigns, where no inner function or class could see it."""
        inner = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal, ast.ListComp, ast.GeneratorExp)
        if any(isinstance(child, inner) for child in ast.walk(node) if child is not node):
            self.generic_visit(node)
        else:
            arguments = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
            names = [child for child in ast.walk(node) if isinstance(child, ast.Name)]
            local = {name.id for name in names if isinstance(name.ctx, ast.Store)} - arguments
            for name in names:
                name.id = f"{name.id}_other" if name.id in local else name.id
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


def rewritten(package: Path) -> None:
    """Every module without comments and docstrings, and with other local names."""
    for path in package.rglob("*.py"):
        path.write_text(ast.unparse(Rewritten().visit(ast.parse(path.read_text("utf8")))), "utf8")


def test_other_words_change_no_bit(tmp_path: Path) -> None:
    """A package with other comments, docstrings and local names gives the recorded bits with every engine."""
    assert probe(tmp_path, rewritten, "law spiral", "layerwise, rk4", "torch, rk4") == [
        "no bit changed under the same version"
    ]

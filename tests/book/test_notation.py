"""Every code name on the notation page exists, and has the shape that the page states."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from pkgutil import resolve_name

import pytest
import torch

from rknet import RK4Net
from rknet.adjoint import Affine, States, Step, states

PAGE = Path(__file__).parents[2] / "book" / "notation.md"
ROWS = [line for line in PAGE.read_text("utf8").splitlines() if line.startswith("| ") and "---" not in line][1:]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row.rsplit("|", 2)[1])})


def test_each_row_names_code() -> None:
    """A symbol without a code name would be prose."""
    assert len(ROWS) > 15
    assert all("`" in row.rsplit("|", 2)[1] for row in ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_code_name_exists(name: str) -> None:
    owner, _, attribute = name.rpartition(".")
    if owner == "net":
        assert hasattr(RK4Net(d=2, d_hat=3, classes=2, L=1), attribute)
    elif is_dataclass(resolve_name(owner)):
        kind = resolve_name(owner)
        assert attribute in {field.name for field in fields(kind)} or hasattr(kind, attribute)
    else:
        assert resolve_name(name) is not None


SIZES = {"L": 5, "L+1": 6, "N": 7, r"\hat d": 3, "s": 4}
"""All different, so that no two axes can be taken for one another."""

SHAPE = re.compile(r"\$\(([^()|]*,[^()|]*)\)\$")


def arrays() -> dict[str, torch.Tensor]:
    """What the code has under the names of rows that state a shape."""
    net = RK4Net(d=2, d_hat=SIZES[r"\hat d"], classes=2, L=SIZES["L"])
    x = torch.zeros(SIZES["N"], 2)
    run: States = states(Step(Affine("tanh"), net.tableau, net.h), (net.K[:, None], net.b[:, None]), net.lift(x))
    return {
        "net.K": net.K,
        "net.b": net.b,
        "net.states": net.states(x),
        "rknet.adjoint.States.F": run.F,
        "rknet.adjoint.States.Y": run.Y,
        "rknet.adjoint.States.y": run.y,
    }


def test_stated_shapes_are_those_of_the_code() -> None:
    """Each row with a shape of axes names an array that has it."""
    found, stated = arrays(), {}
    for row in ROWS:
        name = re.findall(r"`([^`]+)`", row.rsplit("|", 2)[1])[0]
        for axes in SHAPE.findall(row):
            if name in found:
                stated[name] = tuple(SIZES[axis.strip()] for axis in axes.split(","))
    assert stated == {name: tuple(array.shape) for name, array in found.items()}


def test_each_symbol_has_one_row() -> None:
    """The letters of the paper's sizes among them."""
    symbols = [row.split("|")[1].strip() for row in ROWS]
    assert len(symbols) == len(set(symbols))
    assert {"$d$", "$d^*$", r"$\hat d$", "$m$", "$L$", "$s$", "$N$"} <= set(symbols)

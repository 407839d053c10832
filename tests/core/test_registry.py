"""Names that ship keep their meaning unless somebody says otherwise; all other names are free."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from rknet import ACTIVATIONS, LAWS, LIFTS, TABLEAUS
from rknet.adjoint.rightsides import SLOPES
from rknet.contract import ENGINES
from rknet.initial import INITIALS
from rknet.protocol import LOSSES, OPTIMIZERS
from rknet.registry import Registry
from rknet.study.experiments import EXPERIMENTS

TABLES: dict[str, Registry[Any]] = {
    "schemes": TABLEAUS,
    "lifts": LIFTS,
    "activations": ACTIVATIONS,
    "slopes": SLOPES,
    "laws": LAWS,
    "losses": LOSSES,
    "optimisers": OPTIMIZERS,
    "engines": ENGINES,
    "experiments": EXPERIMENTS,
    "initialisations": INITIALS,
}

CHANGES: dict[str, Callable[[Registry[Any], str], object]] = {
    "entered": lambda table, name: table.__setitem__(name, "other"),
    "update": lambda table, name: table.update({name: "other"}),
    "by keyword": lambda table, name: table.update(**{name: "other"}),
    "or": lambda table, name: table.__ior__({name: "other"}),
    "removed": lambda table, name: table.__delitem__(name),
    "popped": lambda table, name: table.pop(name),
    "popped last": lambda table, name: table.popitem(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", TABLES)
def test_shipped_names_stay(kind: str, change: str) -> None:
    """No way of changing a dict lets a name that ships stand for something else, or for nothing."""
    table = TABLES[kind]
    before = dict(table)
    for name in list(table):
        with pytest.raises(
            ValueError, match=r"name: must not be one that ships.*, got '.*'; choose another name, or call"
        ):
            CHANGES[change](table, name)
    table.clear()
    assert dict(table) == before


def test_other_names_are_free() -> None:
    """They may be entered, entered again by a cell that is run twice, and removed."""
    table: Registry[int] = Registry(one=1)
    table["two"] = 2
    table["two"] = 22
    table |= {"three": 3}
    assert table.setdefault("one", 5) == 1 and table.setdefault("four", 4) == 4
    assert table == {"one": 1, "two": 22, "three": 3, "four": 4}
    assert table.popitem() == ("four", 4)
    del table["two"]
    table.clear()
    assert table == {"one": 1}
    table["one"] = table["one"]
    with pytest.raises(ValueError, match="name: must be a text, got 7; pass"):
        table[7] = 7


def test_a_name_is_replaced_on_purpose() -> None:
    """Then it stands for something else, here and where the table is sent."""
    table: Registry[int] = Registry(one=1)
    table["two"] = 2
    table.replace("one", 11)
    sent = pickle.loads(pickle.dumps(table))
    assert sent == table == {"one": 11, "two": 2}
    assert sent.shipped == {"one"}

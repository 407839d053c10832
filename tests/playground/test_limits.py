"""The limits of the playground are the same in Python and in the page, at their ends and beyond them."""

import json
import math

import probe
import pytest

from rknet.playground import Playground
from rknet.playground.limits import REAL, WHOLE, within

POINTS = {"X": [[0, 0], [1, 1]], "c": [0, 1]}


def stated(field, value):
    """A configuration that states one number."""
    if field == "classes":
        return {"data": {"classes": value, **POINTS}}
    if field == "stages":
        rows = range(value)
        return {"scheme": {"A": [[] for _ in rows], "beta": ["1" if i == 0 else "0" for i in rows]}}
    if field == "changes":
        return {"rates": [[k + 1, 1e-3] for k in range(value)]}
    return {field: value}


def accepted(configuration):
    try:
        within(configuration)
    except ValueError:
        return False
    return True


def test_both_languages_take_the_same_numbers(node):
    cases = []
    for field, (least, most) in {**REAL, **WHOLE}.items():
        inside, outside = [least, most], [least - 1, most + 1]
        if field in REAL:
            outside += [math.nextafter(least, -1), math.nextafter(most, 2 * most)]
        elif field not in ("stages", "changes"):
            outside += [least + 0.5]
        cases += [(stated(field, value), True) for value in inside]
        cases += [
            (stated(field, value), False) for value in outside if value >= 0 or field not in ("stages", "changes")
        ]
    for rates in ([], [[1, 1e-3], [2, 1e-6]], [(7, 1)]):
        cases.append(({"rates": rates}, True))
    for rates in (
        None,
        5,
        [5],
        [[1]],
        [[0, 1e-3]],
        [[2, 1e-3], [2, 1e-2]],
        [[1.5, 1e-3]],
        [[1, 2]],
        [[1, "a"]],
        [[True, 1]],
    ):
        cases.append(({"rates": rates}, False))
    cases += [({"L": None}, False), ({"L": "3"}, False), ({"h": True}, False), ({"activation": "relu"}, True)]
    answers = probe.ask(node, *(("refusal", "validated", configuration) for configuration, _ in cases))
    for (configuration, inside), refusal in zip(cases, answers, strict=True):
        assert (refusal is None) == inside == accepted(configuration), (configuration, refusal)


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"L": 0}, r"^L: must be a whole number from 1 to 100, got 0; the page takes no other$"),
        ({"h": float("nan")}, r"^h: must be a number from 0\.001 to 10, got nan; the page takes no other$"),
        ({"rates": [[3, 2]]}, r"^rates: must be a number from 1e-06 to 1, got 2; the page takes no other$"),
        (
            {"rates": [[3, 1], [3, 1]]},
            r"^rates: must have rising steps from 1 on, got 3 after 3; the page takes no other$",
        ),
        ({"rates": 5}, r"^rates: must be a list of pairs \[step, rate\], got 5; the page takes no other$"),
        ({"data": {"classes": 9, **POINTS}}, r"^data\.classes: must be a whole number from 2 to 6, got 9;"),
    ],
)
def test_a_widget_refuses_what_its_page_would(configuration, message):
    with pytest.raises(ValueError, match=message):
        Playground(configuration=configuration)
    playground = Playground()
    before = json.dumps(playground.configuration)
    with pytest.raises(ValueError, match=message):
        playground.configuration = {**playground.configuration, **configuration}
    assert json.dumps(playground.configuration) == before

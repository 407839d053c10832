"""The playground's module beside its arithmetic: types, tableaus, configurations, Bayes limits, views, training."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import probe
import pytest
from test_random import SETS

import rknet
from rknet.data import bayes
from rknet.data.points import LAWS
from rknet.tableaus import TABLEAUS, Tableau

MODULE = Path(rknet.__file__).parent / "playground" / "playground.mjs"

TENTH_OF_A_POINT = 1e-3
"""How well the page's quadrature must know a Bayes limit: it is shown with one decimal of a percent."""
INTERPOLATION = 1e-3
"""Error of a probability read from a table of radii."""
VISIBLE = 1e-6
"""Density below which no point of a run's thousands falls, and the two rules may round differently."""


def test_the_module_is_complete_in_itself():
    """No third-party code, no other file, no request."""
    own = r"await fetch\(\w+\)"  # its own text, which the page has loaded
    source = re.sub(own, "", MODULE.read_text("utf8"), count=1)
    assert not re.search(r"""(?:^|[;}\n])import\s*[\w{*"']""", source)
    for forbidden in ("require(", "fetch(", "XMLHttpRequest", "http:", "https:"):
        assert forbidden not in source


def plain(tableau):
    return {"A": [list(map(str, row)) for row in tableau.A], "beta": list(map(str, tableau.beta))}


def test_tableaus_have_their_order_and_their_numbers(node):
    typed = {
        "order 1": Tableau("", [[], ["2/7"], ["-0.3", "1.1"]], ["1/5", "0", "4/5"]),
        "large": Tableau("", [[], ["123456789/987654321"]], ["1/3", "2/3"]),
        "not quite": Tableau("", [[], ["0.5"], ["0", "0.5"], ["0", "0", "1"]], ["0.17", "0.33", "0.33", "0.17"]),
    }
    known = {name: tableau for name, tableau in {**TABLEAUS, **typed}.items() if tableau.explicit}
    answers = probe.ask(node, *(("order", plain(tableau)) for tableau in known.values()))
    for answer, tableau in zip(answers, known.values(), strict=True):
        A, beta, c = tableau.arrays()
        assert answer["order"] == tableau.order
        np.testing.assert_array_equal(answer["A"], A)
        np.testing.assert_array_equal(answer["beta"], beta)
        np.testing.assert_array_equal(answer["c"], c)


LONG = "1" * 100_000  # as a whole number it would take the page minutes to reduce


@pytest.mark.parametrize(
    "typed",
    [
        {"A": [[], ["0.5"], [None, " 4/8 "], ["", "0"]], "beta": ["0", "0.5", "2/4", None]},
        {"A": [[], [0.5], [0, 0.5], [0, 0]], "beta": [0, 0.5, 0.5, 0]},
    ],
    ids=["empty", "numbers"],
)
def test_the_formula_shows_what_is_computed_with(node, typed):
    """However the entries are written, and whatever is left out."""
    plainly = {"A": [[], ["1/2"], ["0", "1/2"], ["0", "0", "0"]], "beta": ["0", "1/2", "1/2", "0"]}
    shown, expected = probe.ask(node, ("formula", typed), ("formula", plainly))
    assert shown == expected and all(line.startswith("<math>") for line in shown)


REFUSED = {
    "a_21: must be a number such as 1/3, -2 or 0.25, got one": {"A": [[], ["one"]], "beta": ["1/2", "1/2"]},
    "a_21: must be a number such as 1/3, -2 or 0.25, got 1/0": {"A": [[], ["1/0"]], "beta": ["1/2", "1/2"]},
    "a_12: must be empty, for the scheme is explicit, got 1": {"A": [["0", "1"], ["1"]], "beta": ["1/2", "1/2"]},
    "a_21: must be a fraction of numbers of at most 15 digits, got 100000000000000000000": {
        "A": [[], ["1e0".replace("e0", "0" * 20)]],
        "beta": ["1", "0"],
    },
    f"a_21: must be a fraction of numbers of at most 15 digits, got {LONG[:80]} …": {
        "A": [[], [LONG]],
        "beta": ["1", "0"],
    },
    "beta: must add up to 1, got 5/6": {"A": [[], ["1"]], "beta": ["1/2", "1/3"]},
    "beta: must be a list of 1 .. 8 weights, got no weights": {"A": [], "beta": []},
    "beta: must be a list of 1 .. 8 weights, got no list": {"A": []},
    "A: must be a list of s = 2 rows of at most s entries, got 1 row": {"A": [[]], "beta": ["1/2", "1/2"]},
    "A: must be a list of s = 2 rows of at most s entries, got 3 entries in row 2": {
        "A": [[], ["1", "", ""]],
        "beta": ["1/2", "1/2"],
    },
    "A: must be a list of s = 1 rows of at most s entries, got no list in row 1": {"A": ["1"], "beta": ["1"]},
}


def test_bad_tableaus_are_refused_in_a_line(node):
    for message, expected in zip(
        probe.ask(node, *(("refusal", "readTableau", tableau) for tableau in REFUSED.values())), REFUSED, strict=True
    ):
        assert message == expected


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"L": 0}, "L: must be a whole number in 1 .. 100, got 0"),
        ({"d_hat": 2.5}, "d_hat: must be a whole number in 2 .. 16, got 2.5"),
        ({"noise": -1}, "noise: must be a number in 0 .. 3, got -1"),
        ({"rate": "1"}, 'rate: must be a number in 0.000001 .. 1, got "1"'),
        ({"widht": 3}, "configuration: must be made of data, "),
        ({"data": "toString"}, "data: must be one of donut_1D, "),
        ({"scheme": "gauss4"}, "scheme: must be one of euler, "),
        ({"activation": None}, "activation: must be one of tanh, "),
        ({"data": {"classes": 9, "X": [[0, 0]], "c": [0]}}, "data.classes: must be a whole number in 2 .. 6, got 9"),
        ({"data": {"classes": 2, "X": [[0, 1e99]], "c": [0]}}, "data.X: must be a list of one or more points"),
        ({"data": {"classes": 2, "X": [[0, 1]], "c": [2]}}, "data.c: must be a list of 1 classes in 0 .. 1, got [2]"),
        (None, "configuration: must be an object, got null"),
    ],
)
def test_bad_configurations_are_refused_in_a_line(node, configuration, expected):
    (message,) = probe.ask(node, ("refusal", "validated", configuration))
    assert message.startswith(expected) and "\n" not in message


@pytest.mark.parametrize("law", SETS)
def test_bayes_limits_are_those_of_the_book(node, law):
    X = np.random.default_rng(0).uniform(-4, 4, (300, 2))
    noises = [factor * LAWS[law].noise for factor in (0.5, 1.0, 2.0)]
    for noise, answer in zip(
        noises, probe.ask(node, *(("bayes", law, noise, X.tolist()) for noise in noises)), strict=True
    ):
        its_law = replace(LAWS[law], noise=noise)
        assert abs(answer["accuracy"] - bayes.accuracy(its_law)) < TENTH_OF_A_POINT
        visible = bayes.densities(its_law, X).sum(axis=1) > VISIBLE
        truth = bayes.probability(its_law, X)[visible]
        found = np.reshape(answer["probability"], (len(X), -1))[visible]
        tolerance = INTERPOLATION if law != "spiral" else 20 * INTERPOLATION  # the book's rule is the coarser one here
        np.testing.assert_allclose(found, truth, atol=tolerance)
        clear = np.sort(truth)[:, -1] - np.sort(truth)[:, -2] > 2 * tolerance
        np.testing.assert_array_equal(np.array(answer["classes"])[visible][clear], truth.argmax(axis=1)[clear])


def test_without_noise_every_point_can_be_classified(node):
    X = np.array([[0.1, 0.1], [3.0, 0.2], [-0.7, 0.9]])
    (answer,) = probe.ask(node, ("bayes", "donut_2D", 0, X.tolist()))
    assert answer["accuracy"] == 1
    assert answer["classes"] == [0, 1, 0]


def test_sha256_is_the_standards(node):
    messages = ["", "abc", "a" * 55, "a" * 56, "a" * 64, "Runge-Kutta " * 1000]
    truth = [hashlib.sha256(message.encode()).hexdigest() for message in messages]
    assert probe.ask(node, *(("sha256", message) for message in messages)) == truth


def test_principal_axes_are_numpys(node):
    rng = np.random.default_rng(1)
    points = (rng.standard_normal((200, 5)) @ rng.standard_normal((5, 5)) + 3).astype(np.float32)
    (answer,) = probe.ask(node, ("principalAxes", points.ravel().tolist(), 5))
    variances, V = np.linalg.eigh(np.cov(points.T.astype(np.float64), bias=True))
    axes = V.T[::-1]
    axes *= np.sign(axes[np.arange(5), np.abs(axes).argmax(axis=1)])[:, None]
    np.testing.assert_allclose(answer["variances"], variances[::-1], rtol=1e-9)
    np.testing.assert_allclose(np.reshape(answer["axes"], (5, 5)), axes, atol=1e-9)
    np.testing.assert_allclose(np.reshape(answer["along"], (-1, 2)), (points - points.mean(0)) @ axes[:2].T, atol=1e-5)


def test_norms_and_cells(node):
    states = np.random.default_rng(2).standard_normal((3, 4, 2)).astype(np.float32)
    window = {"left": 0, "right": 2, "bottom": -1, "top": 1, "columns": 2, "rows": 2}
    norms, cells = probe.ask(node, ("featureNorms", states.ravel().tolist(), 4, 2, 2), ("cellCentres", window))
    np.testing.assert_allclose(norms, np.linalg.norm(states, axis=2).mean(axis=1), rtol=1e-6)
    assert cells == [0.5, 0.5, 1.5, 0.5, 0.5, -0.5, 1.5, -0.5]


def test_the_spiral_is_learned_within_fifteen_epochs(node):
    (record,) = probe.ask(node, ("run", {"data": "spiral", "d_hat": 16, "L": 20, "epochs": 15}, 4500))
    assert record["steps"] == 4500 and max(record["history"]["val_accuracy"]) > 0.95


def test_a_player_trains_shows_and_stops(node):
    configuration = {"data": "donut_2D", "samples": 200, "L": 20, "epochs": 1000, "seed": 3}  # will not end by itself
    views = {"grid": {"left": -3, "right": 3, "bottom": -3, "top": 3, "columns": 10, "rows": 8}, "flow": 7}
    first, second = probe.ask(node, *[("play", configuration, views, 3)] * 2)
    assert first["where"] == "page" and first["failed"] == []  # the refusal belongs to a run that was given up
    assert first["configured"]["configuration"] == {**first["configured"]["configuration"], **configuration}
    assert (first["configured"]["train"], first["configured"]["order"]) == (200, 4)
    last = first["last"]
    assert not last["playing"] and last["epoch"] >= 3
    assert (last["grid"], last["flow"]) == (10 * 8 * 2, 21 * 7 * 3)
    assert first["stepped"] == last["step"] + 1
    assert first["record"]["steps"] == last["step"]
    (replayed,) = probe.ask(node, ("run", configuration, last["step"]))
    assert replayed == first["record"]
    assert second["record"]["history"]["train_cost"][:4] == first["record"]["history"]["train_cost"][:4]

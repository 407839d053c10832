"""What the views of feature space compute: where a classifier parts it, the grid of the input plane, empty regions."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import bundle

ROUNDING = 1e-9
"""Double precision, after a dozen operations on numbers near 1."""

Node = Callable[..., str]


def ask(node: Node, module: str, expression: str, data: object = None) -> object:
    """What an expression in M, a module of the page, and in `data` is."""
    code = "const data = JSON.parse(process.argv[2]); const M = await import(process.argv[1]);"
    code += f"console.log(JSON.stringify({expression}));"
    return json.loads(node("--input-type=module", "--eval", code, (bundle.SOURCES / module).as_uri(), json.dumps(data)))


def drawn(classes: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray, dict]:
    """A classifier whose classes meet near the origin."""
    rng = np.random.default_rng(seed)
    W, mu = rng.standard_normal((classes, d)), 0.3 * rng.standard_normal(classes)
    return W, mu, {"W": W.ravel().tolist(), "mu": mu.tolist()}


@pytest.mark.parametrize(("classes", "d"), [(2, 2), (4, 2), (2, 3), (5, 3)])
def test_a_separator_is_where_two_classes_are_equal_and_no_other_is_more_probable(node: Node, classes: int, d: int):
    W, mu, classifier = drawn(classes, d, seed=classes)
    centre, bound = [0.2, -0.1, 0.3], 2.0
    found = ask(node, "geometry/separators.mjs", f"M.separators(data, {centre[:d]}, {bound})", classifier)
    assert found
    for piece in found:
        corners, (k, j) = np.array(piece["corners"]), piece["classes"]
        assert (np.abs(corners - centre[:d]) <= bound + ROUNDING).all()
        logits = corners @ W.T + mu
        np.testing.assert_allclose(logits[:, k], logits[:, j], atol=1e3 * ROUNDING)
        assert (logits.max(axis=1) - logits[:, k] < 1e3 * ROUNDING).all()


@pytest.mark.parametrize(("classes", "d"), [(2, 2), (4, 2), (2, 3), (5, 3)])
def test_no_change_of_the_answer_is_without_its_separator(node: Node, classes: int, d: int):
    """Where two neighbouring places of the box get different answers, that pair of classes has a separator."""
    W, mu, classifier = drawn(classes, d, seed=classes)
    centre = [0.2, -0.1, 0.3][:d]
    found = ask(node, "geometry/separators.mjs", f"M.separators(data, {centre}, 2)", classifier)
    line = np.linspace(-2, 2, 41)
    grid = np.stack(np.meshgrid(*[line + c for c in centre], indexing="ij"), axis=-1)
    answers = (grid @ W.T + mu).argmax(axis=-1)
    pairs = [(answers.take(range(40), axis), answers.take(range(1, 41), axis)) for axis in range(d)]
    seen = {tuple(sorted(pair)) for a, b in pairs for pair in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)}
    often = {pair for pair in seen if pair[0] != pair[1]}
    # Where three classes meet, neighbours may skip the one between; such a pair need not share a boundary.
    touching = {tuple(piece["classes"]) for piece in found}
    assert touching <= often and len(touching) >= len({k for pair in often for k in pair}) - 1


def test_the_regions_of_the_feature_plane_have_the_areas_of_the_answers(node: Node):
    W, mu, classifier = drawn(4, 2, seed=3)
    window = [[-2, -2], [2, -2], [2, 2], [-2, 2]]
    regions = ask(node, "geometry/separators.mjs", f"M.regionsWithin(data, {window})", classifier)
    line = np.linspace(-2, 2, 801)[:-1] + 0.0025
    answers = (np.stack(np.meshgrid(line, line), axis=-1) @ W.T + mu).argmax(axis=-1)
    for k, corners in enumerate(regions):
        x, y = np.array(corners).T if corners else np.zeros((2, 0))
        area = abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2
        assert area / 16 == pytest.approx((answers == k).mean(), abs=2e-3)  # cells on the boundaries


def test_the_mesh_is_a_grid_of_lines_over_the_input_space(node: Node):
    X, line = ask(node, "geometry/mesh.mjs", "[[...M.meshPoints(5)], M.pointsPerLine(5)]")
    lines = np.reshape(X, (2, 5, line, 2))
    assert np.abs(lines).max() == 4
    for along, fixed in ((0, 1), (1, 0)):
        assert (lines[along, ..., fixed] == np.linspace(-4, 4, 5)[:, None]).all()
        assert (lines[along, ..., along] == np.linspace(-4, 4, line)).all()


def test_regions_without_points_are_those_of_scipy(node: Node):
    rng = np.random.default_rng(4)
    answers = ndimage.zoom(rng.integers(0, 3, (6, 6)), 5, order=0)  # patches of 5 x 5 cells
    cells = rng.integers(0, 30, (25, 2))
    question = {"P": np.eye(3)[answers].ravel().tolist(), "cells": cells.tolist()}
    found = ask(node, "geometry/islands.mjs", "M.emptyRegions(data.P, 30, 3, data.cells)", question)
    expected = []
    for k in range(3):
        labels, count = ndimage.label(answers == k)
        for label in range(1, count + 1):
            rows, columns = np.nonzero(labels == label)
            if not any(labels[row, column] == label for column, row in cells):
                expected.append((k, len(rows) / 900, columns.mean(), rows.mean()))
    assert len(expected) > 3
    seen = [(each["class"], each["share"], each["column"], each["row"]) for each in found]
    np.testing.assert_allclose(sorted(seen), sorted(expected), rtol=ROUNDING)
    assert [each["share"] for each in found] == sorted((each[1] for each in expected), reverse=True)


def test_a_region_without_points_is_named_by_colour_and_place(node: Node):
    answers = np.ones((60, 60), int)
    answers[45:, 45:] = 0
    answers[20:30, 20:30] = 0
    question = {"P": np.eye(2)[answers].ravel().tolist(), "X": [-1, 1, 0, 2.5]}
    say = "M.guesses(data.P, 60, 2, { X: data.X, c: [0, 1] })"
    sentence = "No training point lies in the blue region at the bottom right: its colour is a guess."
    assert ask(node, "words/guesses.mjs", say, question) == sentence
    assert ask(node, "words/guesses.mjs", say, {**question, "X": [-1, 1, 0, 2.5, 3, -3]}) == ""


@pytest.mark.parametrize(
    ("costs", "rate", "restless"),
    [
        ([0.59, 0.42, 0.29, 0.61, 0.66], 0.1, True),  # it jumps
        ([0.70, 0.71, 0.69, 0.74, 0.69], 0.1, True),  # it learns nothing
        ([0.53, 0.49, 0.65, 0.26, 0.25], 0.1, False),  # it falls
        ([0.27, 0.28, 0.22, 0.21, 0.23], 0.1, False),  # it is low
        ([0.70, 0.71, 0.69, 0.74, 0.69], 0.001, False),  # a small rate is not to blame
    ],
)
def test_a_learning_rate_that_is_too_large_is_named(node: Node, costs: list[float], rate: float, restless: bool):
    run = {
        "bayes": None,
        "classes": 2,
        "configuration": {"data": "spiral", "L": 1, "net": "RKNet", "h": 2, "rate": rate},
    }
    accuracies = [0.6] * len(costs)
    history = {"train_accuracy": accuracies, "val_accuracy": accuracies, "val_cost": costs}
    seen = {"state": "training", "step": 9, "epoch": 4, "history": history}
    sentence = ask(
        node, "words/narration.mjs", "M.narration(data.run, data.seen, [1, 1], '')", {"run": run, "seen": seen}
    )
    advice = "take a smaller learning rate than 0.1 or a smaller step size than h = 2."
    assert (f"does not settle: it was between {min(costs[1:]):.2f} and" in sentence and advice in sentence) == restless


UNSEEN = """
globalThis.requestAnimationFrame = () => 1; // a page that is not seen has no frames
const [{ Player }, { frames }] = await Promise.all(process.argv.slice(1).map((name) => import(name)));
const player = new Player();
let seen = 0;
player.onsnapshot = () => {
  if (++seen < 4) return;
  console.log(frames.waiting.size);
  process.exit();
};
player.configure({ epochs: 1000 });
player.play();
"""


def test_nothing_waits_for_the_frames_of_a_page_that_is_not_seen(node: Node):
    modules = [(bundle.SOURCES / name).as_uri() for name in ("run/player.mjs", "painting/frames.mjs")]
    assert node("--input-type=module", "--eval", UNSEEN, *modules).strip() == "0"

"""The laws of the point sets: shapes, seeds, labels, noise and class frequencies against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rknet import LAWS, PointSet, draw, split
from rknet.data.points import ball, rings

N = 100_000
"""Enough draws that four standard errors of a class frequency are 0.6 points or less."""
STANDARD_ERRORS = 4
"""A right law fails such a test once in 16,000 seeds; the seeds here are fixed."""
ROUNDING = 1e-5
"""Points nearer than this to a class boundary may change sides when rounded to float32; coordinates are below 20."""

SPIRALS = ["spiral", "spiral_3D"]

SETS = {
    "donut_1D": (2, 2, 0.5, 1.0),
    "donut_2D": (2, 2, 0.2, 1.0),
    "squares": (2, 2, 0.3, 1.0),
    "spiral": (2, 2, 1.0, 0.2),
    "donut_3D_2C": (3, 2, 0.2, 1.0),
    "donut_3D_3C": (3, 3, 0.2, 1.0),
    "donut_2D_6C": (2, 6, 0.2, 1.0),
    "donut_3D_6C": (3, 6, 0.2, 1.0),
    "squares_2D_4C": (2, 4, 0.3, 1.0),
    "squares_3D_4C": (3, 4, 0.3, 1.0),
    "spiral_3D": (3, 2, 0.2, 1.0),
    "donut_highD": (3, 2, 0.2, 1.0),
    "squares_highD": (3, 2, 0.3, 1.0),
}
"""d, classes, standard deviation of the noise, scale after the noise: the published configurations."""


def ring_classes(classes: int) -> Callable[[NDArray], NDArray]:
    """The ring of the norm by counting the inner radii that it has passed."""
    return lambda X: sum((np.linalg.norm(X, axis=1) >= 4 * k / classes).astype(int) for k in range(1, classes))


def quadrants(X: NDArray) -> NDArray:
    """Quadrants counter-clockwise from the first, by the angle."""
    return (np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi) // (np.pi / 2)).astype(int)


RULES: dict[str, Callable[[NDArray], NDArray]] = {
    "donut_1D": lambda X: abs(X[:, 0]) >= 1,
    "donut_2D": lambda X: np.linalg.norm(X / 1.2, axis=1) >= 1,
    "squares": lambda X: X[:, 0] * X[:, 1] <= 0,
    "donut_3D_2C": ring_classes(2),
    "donut_3D_3C": ring_classes(3),
    "donut_2D_6C": ring_classes(6),
    "donut_3D_6C": ring_classes(6),
    "squares_2D_4C": quadrants,
    "squares_3D_4C": lambda X: quadrants(X * np.sign(X[:, 2:])),
    "donut_highD": lambda X: np.linalg.norm(X / 1.2, axis=1) >= 1,
    "squares_highD": lambda X: X.prod(axis=1) <= 0,
}
"""The class of a clean point, written anew."""


def ring_frequencies(d: int, classes: int, scale: float = 1.5) -> list[float]:
    """Probabilities of the rings of a norm of scale x chi(d)."""
    inner = [4 * k / classes for k in range(classes)] + [math.inf]
    return list(np.diff(stats.chi(d, scale=scale).cdf(inner)))


FREQUENCIES: dict[str, list[float]] = {
    "donut_1D": [1 / 4, 3 / 4],
    "donut_2D": [1 - math.exp(-1 / 2), math.exp(-1 / 2)],
    "squares": [1 / 2] * 2,
    "donut_3D_2C": ring_frequencies(3, 2),
    "donut_3D_3C": ring_frequencies(3, 3),
    "donut_2D_6C": ring_frequencies(2, 6),
    "donut_3D_6C": ring_frequencies(3, 6),
    "squares_2D_4C": [1 / 4] * 4,
    "squares_3D_4C": [1 / 4] * 4,
    "donut_highD": [stats.chi(3).cdf(1), stats.chi(3).sf(1)],
    "squares_highD": [1 / 2] * 2,
}
"""Probability of each class in closed form."""


def test_every_law_is_held() -> None:
    """The tables above cover every shipped law."""
    assert SETS.keys() == LAWS.keys() == RULES.keys() | set(SPIRALS)
    assert RULES.keys() == FREQUENCIES.keys()


@pytest.mark.parametrize("name", SETS)
def test_shapes_and_types(name: str) -> None:
    """X (N, d) float32, c (N,) int64 in 0..classes-1, each class present; 3000 points by default."""
    points, (d, classes, _, _) = draw(name), SETS[name]
    assert (points.X.shape, points.X.dtype) == ((3000, d), np.float32)
    assert (points.c.shape, points.c.dtype) == ((3000,), np.int64)
    assert (points.d, points.classes, len(points)) == (d, classes, 3000)
    assert set(points.c) == set(range(classes))


@pytest.mark.parametrize("name", SETS)
def test_seed_decides_the_draw(name: str) -> None:
    """The same seed gives the same bits, another one other points."""
    first, again, other = draw(name, 50), draw(name, 50, seed=0), draw(name, 50, seed=1)
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.c, again.c)
    assert not np.any(first.X == other.X)


@pytest.mark.parametrize("name", SETS)
def test_global_generator_is_left_alone(name: str) -> None:
    """Drawing neither reads nor moves NumPy's global generator."""
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    draw(name, 10)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("name", RULES)
def test_label_rule(name: str) -> None:
    """Without noise, the label is the rule's at every point that rounding cannot move across a boundary."""
    points = draw(name, N, noise=0)
    X, moves = points.X.astype(float), []
    for step in (-ROUNDING, ROUNDING):
        moves += [RULES[name](X + step), RULES[name](X * (1 + step))]
    sure = np.ptp(np.array(moves, dtype=int), axis=0) == 0
    assert sure.mean() > 0.999
    np.testing.assert_array_equal(RULES[name](X).astype(int)[sure], points.c[sure])


@pytest.mark.parametrize("name", SETS)
def test_noise_comes_after_the_label(name: str) -> None:
    """The noise leaves the labels, and is normal with the stated deviation in each coordinate."""
    _, _, sd, scale = SETS[name]
    clean, noisy = draw(name, N, noise=0), draw(name, N)
    np.testing.assert_array_equal(clean.c, noisy.c)
    noise = (noisy.X.astype(float) - clean.X) / scale
    error = STANDARD_ERRORS * sd / math.sqrt(2 * N)
    np.testing.assert_allclose(noise.std(axis=0), sd, atol=error)
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=math.sqrt(2) * error)
    assert stats.kstest(noise[:5000].ravel() / sd, "norm").pvalue > 1e-4
    louder = draw(name, N, noise=3 * sd).X.astype(float) - clean.X
    np.testing.assert_allclose(louder / scale, 3 * noise, atol=10 * ROUNDING)


@pytest.mark.parametrize("name", FREQUENCIES)
def test_class_frequencies(name: str) -> None:
    """Each class is as frequent as its closed form says."""
    observed = np.bincount(draw(name, N).c, minlength=SETS[name][1]) / N
    p = np.array(FREQUENCIES[name])
    assert p.sum() == pytest.approx(1)
    assert np.all(abs(observed - p) <= STANDARD_ERRORS * np.sqrt(p * (1 - p) / N))


@pytest.mark.parametrize(
    ("name", "coordinate", "law"),
    [
        ("donut_1D", 0, stats.uniform(-4, 8)),
        ("donut_1D", 1, stats.norm()),
        ("donut_2D", 0, stats.norm(scale=1.2)),
        ("donut_highD", 2, stats.norm(scale=1.2)),
        ("donut_2D_6C", 1, stats.norm(scale=1.5)),
        ("donut_3D_3C", 2, stats.norm(scale=1.5)),
        ("squares", 1, stats.uniform(-4, 8)),
        ("squares_2D_4C", 0, stats.uniform(-4, 8)),
        ("squares_3D_4C", 2, stats.uniform(-4, 8)),
    ],
)
def test_clean_coordinates(name: str, coordinate: int, law) -> None:
    """Without noise, coordinates follow their law: a Kolmogorov-Smirnov test at level 1e-4."""
    assert stats.kstest(draw(name, 20_000, noise=0).X[:, coordinate], law.cdf).pvalue > 1e-4


@pytest.mark.parametrize("name", SPIRALS)
def test_spirals_are_balanced_and_shuffled(name: str) -> None:
    """Exactly half the points lie on each arm over the whole draw, but not in its first half."""
    c = draw(name, seed=2).c
    assert c.sum() == 1500
    training = c[:1500].sum()
    sd = math.sqrt(3000 / 16)  # hypergeometric: 1500 of 3000 drawn, half of them ones
    assert 0 < abs(training - 750) < STANDARD_ERRORS * sd


@pytest.mark.parametrize("name", SPIRALS)
def test_arms_share_their_angles(name: str) -> None:
    """Without noise, the second arm is the first mirrored: through 0 in the plane, through the axis in space."""
    points = draw(name, 2000, noise=0)
    mirror = [-1, -1] if name == "spiral" else [-1, -1, 1]
    first, second = (points.X[points.c == k].astype(float) for k in (0, 1))
    key = (lambda X: np.linalg.norm(X, axis=1)) if name == "spiral" else (lambda X: X[:, 2])
    first, second = first[np.argsort(key(first))], second[np.argsort(key(second))] * mirror
    np.testing.assert_allclose(first, second, atol=ROUNDING)


def test_spiral_has_its_radius_at_its_angle() -> None:
    """The first arm is r = (2 phi + pi) / 5 at the angle phi = 2 pi sqrt(u), with u uniform."""
    points = draw("spiral", 20_000, noise=0)
    x, y = points.X[points.c == 0].T.astype(float)
    phi = (5 * np.hypot(x, y) - np.pi) / 2
    np.testing.assert_allclose(np.cos(phi) * np.hypot(x, y), x, atol=ROUNDING)
    np.testing.assert_allclose(np.sin(phi) * np.hypot(x, y), y, atol=ROUNDING)
    assert stats.kstest((phi / (2 * np.pi)) ** 2, "uniform").pvalue > 1e-4


def test_helix_turns_with_its_height() -> None:
    """The first strand of spiral_3D has radius 2.5 and the angle 2 phi at height phi - pi, phi = 2 pi sqrt(u)."""
    points = draw("spiral_3D", 20_000, noise=0)
    x, y, z = points.X[points.c == 0].T.astype(float)
    np.testing.assert_allclose(x, 2.5 * np.cos(2 * (z + np.pi)), atol=ROUNDING)
    np.testing.assert_allclose(y, 2.5 * np.sin(2 * (z + np.pi)), atol=ROUNDING)
    assert stats.kstest(((z + np.pi) / (2 * np.pi)) ** 2, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("name", SPIRALS)
def test_spirals_need_even_numbers(name: str) -> None:
    """An odd number of points cannot be paired."""
    with pytest.raises(ValueError, match="even.*got 1501; pass 1502"):
        draw(name, 1501)


def test_donut_noise_is_not_stretched() -> None:
    """The stretch by 1.2 comes before the noise: the variance of a coordinate is 1.2^2 + 0.2^2."""
    variance = 1.2**2 + 0.2**2
    X = draw("donut_2D", N).X.astype(float)
    np.testing.assert_allclose(X.var(axis=0), variance, rtol=STANDARD_ERRORS * math.sqrt(2 / N))


@pytest.mark.parametrize(("law", "d", "classes"), [(ball(5), 5, 2), (rings(4, 3), 4, 3)])
def test_laws_in_other_dimensions(law, d: int, classes: int) -> None:
    """Laws are made for other dimensions and drawn like the named ones."""
    points = draw(law, 200, seed=1)
    assert (points.d, points.classes) == (d, classes)


@pytest.mark.parametrize("first", [1500, 1, 2999])
def test_split(first: int) -> None:
    """The first points train, the rest validate; nothing is lost or moved."""
    points = draw("donut_3D_3C")
    train, validation = split(points, first)
    assert (len(train), len(validation)) == (first, 3000 - first)
    assert train.classes == validation.classes == 3
    np.testing.assert_array_equal(np.concatenate([train.X, validation.X]), points.X)
    np.testing.assert_array_equal(np.concatenate([train.c, validation.c]), points.c)


def test_split_of_a_default_draw() -> None:
    """By default 1500 points train and 1500 validate."""
    assert [len(part) for part in split(draw("squares"))] == [1500, 1500]


def test_split_in_the_middle() -> None:
    """Without a number half of the points train; of an odd number the larger half validates."""
    points = draw("squares", 121)
    assert [len(part) for part in split(points)] == [60, 61]
    assert [len(part) for part in split(points[:2])] == [1, 1]


def test_point_set_of_ones_own() -> None:
    """Plain lists become a point set of their own, which later changes to the source do not reach."""
    X = np.array([[0, 1], [2, 3]], dtype=np.float32)
    points = PointSet(X, [0, 1], 2)
    X[0] = 9
    np.testing.assert_array_equal(points.X, [[0, 1], [2, 3]])
    assert (points.c.dtype, points.d, len(points)) == (np.int64, 2, 2)


@pytest.mark.parametrize(("N", "remedy"), [(10, "pass a number from 1 to 9"), (1, "pass two points or more")])
def test_split_without_a_second_half_is_refused(N: int, remedy: str) -> None:
    """The remedy is one that works for so many points."""
    with pytest.raises(ValueError, match=f"^first: must leave points on both sides, got 10 of {N}; {remedy}$"):
        split(draw("squares", N), 10)

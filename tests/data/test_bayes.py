"""The Bayes limits against drawn points, closed forms and finer grids."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial import cKDTree
from scipy.stats import chi, norm

from rknet import LAWS, draw
from rknet.data import bayes
from rknet.data.points import Arms, Law, PointSet, Rings, Squares

N = 1_000_000
MONTE_CARLO = 1e-3
"""0.1 percentage point: more than two standard errors of a frequency over N points for every set."""


@pytest.fixture(scope="module", params=LAWS)
def drawn(request: pytest.FixtureRequest) -> tuple[str, PointSet, np.ndarray]:
    """A law's name, many points of it, and the best classifier's probabilities there."""
    points = draw(request.param, N, seed=2021)
    return request.param, points, bayes.probability(request.param, points.X)


def test_best_classifier_reaches_the_limit(drawn: tuple[str, PointSet, np.ndarray]) -> None:
    name, points, P = drawn
    assert abs((P.argmax(axis=1) == points.c).mean() - bayes.accuracy(name)) < MONTE_CARLO


CELLS = {2: 0.5, 3: 1.5}
"""Sides of the cells below over the noise, by dimension: small enough for boundaries, large enough to be full."""


def cells(name: str, points: PointSet) -> np.ndarray:
    """A number for the cell that each point lies in; rings are told by the norm alone, as their law is."""
    if isinstance(LAWS[name], Rings):
        return (np.linalg.norm(points.X, axis=1) / 0.01).astype(int)
    side = CELLS[points.d] * LAWS[name].noise * LAWS[name].scale
    corners = np.floor(points.X / side).astype(int)
    return np.ravel_multi_index(tuple((corners - corners.min(axis=0)).T), corners.max(axis=0) - corners.min(axis=0) + 1)


@pytest.mark.parametrize("name", LAWS)
def test_limit_is_reached_by_counting(name: str) -> None:
    """Without any density: of very many points count the classes in small cells, then answer with the commoner one.

    The second half of the points is classified, so that counting and answering are independent.
    """
    points = draw(name, 4 * N, seed=7)
    cell = cells(name, points)
    pairs = cell[: 2 * N] * points.classes + points.c[: 2 * N]
    counts = np.bincount(pairs, minlength=(cell.max() + 1) * points.classes)
    answers = counts.reshape(-1, points.classes).argmax(axis=1)[cell[2 * N :]]
    assert abs((answers == points.c[2 * N :]).mean() - bayes.accuracy(name)) < MONTE_CARLO


def test_labels_are_assigned_before_the_noise() -> None:
    """A point that noise has carried over the edge keeps its class, so even the exact rule of the clean points errs."""
    points = draw("squares", N, seed=3)
    by_place = (points.X.prod(axis=1) > 0).astype(int)
    kept = max((by_place == points.c).mean(), (by_place != points.c).mean())
    assert abs(kept - bayes.accuracy("squares")) < MONTE_CARLO  # by symmetry this rule is the best one
    assert kept < 0.95


def test_probabilities_are_frequencies(drawn: tuple[str, PointSet, np.ndarray]) -> None:
    """Among points that are given a class with probability p, the share p has it: the classifier is calibrated."""
    _, points, P = drawn
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-9)
    for k in range(points.classes):
        bins = np.digitize(P[:, k], np.linspace(0, 1, 11)[1:-1])
        for b in np.unique(bins):
            p, hits = P[bins == b, k], points.c[bins == b] == k
            if len(p) > 1000:
                # Five standard errors: there are about 300 bins over all sets and classes.
                assert abs(hits.mean() - p.mean()) < 5 * np.sqrt(max((p * (1 - p)).mean(), 1e-4) / len(p))


def test_four_squares_have_a_closed_form() -> None:
    """The coordinates are independent: the limit is the square of that of the sign of one coordinate."""
    s, edge = LAWS["squares_2D_4C"].noise, 4.0
    one, _ = quad(lambda x: (norm.cdf((edge - x) / s) - norm.cdf(-x / s)) / edge, 0, edge + 8 * s, epsabs=1e-12)
    assert abs(bayes.accuracy("squares_2D_4C") - one**2) < 2e-5  # error of the midpoint rule with 400^2 points


def test_rings_have_a_closed_form_in_one_dimension() -> None:
    """On the line a disc is an interval: integrate max(g_0, g_1) directly."""
    law = replace(LAWS["donut_2D"], d=1)
    s, t = law.noise, law.spread

    def inside(x: float) -> float:
        return quad(lambda z: norm.pdf(z, scale=t) * norm.pdf(x - z, scale=s), -1.2, 1.2, epsabs=1e-12)[0]

    def best(x: float) -> float:
        return max(inside(x), norm.pdf(x, scale=np.hypot(s, t)) - inside(x))

    expected = 2 * quad(best, 0, 8, epsabs=1e-9, limit=200, points=[1.2])[0]
    assert abs(bayes.accuracy(law) - expected) < 1e-6


@pytest.mark.parametrize("name", ["squares", "squares_3D_4C", "spiral"])
def test_limit_does_not_depend_on_the_grid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = bayes.accuracy(name)
    monkeypatch.setattr(bayes, "NODES", {1: 40_001, 2: 800, 3: 180})
    assert abs(bayes._accuracy.__wrapped__(LAWS[name]) - coarse) < 1e-4


@pytest.mark.parametrize("name", ["donut_1D", "donut_2D_6C", "squares_2D_4C", "spiral"])
def test_less_noise_is_easier(name: str) -> None:
    quieter = replace(LAWS[name], noise=LAWS[name].noise / 2)
    assert bayes.accuracy(name) < bayes.accuracy(quieter) < 1


# Little noise.

TODAY = {
    "donut_1D": 0.90027,
    "donut_2D": 0.92026,
    "squares": 0.94195,
    "spiral": 0.99898,
    "donut_3D_2C": 0.93843,
    "donut_3D_3C": 0.90070,
    "donut_2D_6C": 0.77891,
    "donut_3D_6C": 0.78997,
    "squares_2D_4C": 0.94105,
    "squares_3D_4C": 0.91292,
    "spiral_3D": 0.99991,
    "donut_highD": 0.93682,
    "squares_highD": 0.91550,
}
"""The limits of the paper's sets that the book was written with."""


@pytest.mark.parametrize("name", LAWS)
def test_limits_of_the_paper_stay(name: str) -> None:
    assert abs(bayes.accuracy(name) - TODAY[name]) < 1e-5  # the digits above


LITTLE = [1e-6, 1e-4, 1e-3, 0.02, 0.1]


@pytest.mark.parametrize("noise", LITTLE)
@pytest.mark.parametrize("name", ["squares", "squares_highD", "squares_2D_4C", "squares_3D_4C"])
def test_squares_with_little_noise(name: str, noise: float) -> None:
    """A coordinate crosses 0 with probability q = noise / (EDGE sqrt(2 pi)), independently of the others."""
    law = LAWS[name]
    right = 1 - noise / (4.0 * np.sqrt(2 * np.pi))
    wrong = 1 - right
    expected = {
        "squares": right**2 + wrong**2,
        "squares_highD": right**3 + 3 * right * wrong**2,
        "squares_2D_4C": right**2,
        "squares_3D_4C": right**3 + wrong**3,
    }[name]
    assert abs(bayes.accuracy(replace(law, noise=noise)) - expected) < bayes.TOLERANCE / 10
    assert bayes.accuracy(replace(law, noise=noise)) <= 1


@pytest.mark.parametrize("noise", LITTLE)
def test_strip_with_little_noise(noise: float) -> None:
    """Each of the two edges costs what noise carries over it: noise / (8 sqrt(2 pi)) from either side."""
    expected = 1 - 4 * noise / (8 * np.sqrt(2 * np.pi))
    # Beyond +-4, where the points end, nothing is lost.
    assert abs(bayes.accuracy(replace(LAWS["donut_1D"], noise=noise)) - expected) < bayes.TOLERANCE / 10


@pytest.mark.parametrize("noise", LITTLE[:4])
@pytest.mark.parametrize("name", ["donut_2D", "donut_2D_6C", "donut_3D_6C"])
def test_rings_with_little_noise(name: str, noise: float) -> None:
    """To first order each radius R costs 2 p(R) noise / sqrt(2 pi) with the density p of the clean radius there."""
    law = LAWS[name]
    density = chi(law.d, scale=law.spread).pdf(np.array(law.inner[1:])).sum()
    expected = 1 - 2 * density * noise / np.sqrt(2 * np.pi)
    assert abs(bayes.accuracy(replace(law, noise=noise)) - expected) < bayes.TOLERANCE + noise**2


@pytest.mark.parametrize(
    ("name", "noise"),
    [
        *(("spiral", noise) for noise in (1e-12, 1e-3, 0.02, 0.1, 0.4)),
        *(("spiral_3D", noise) for noise in (1e-12, 0.02)),
    ],
)
def test_arms_with_little_noise(name: str, noise: float) -> None:
    """Points are given to the nearer arm, without any density; the limit is at least that and at most 1."""
    law = replace(LAWS[name], noise=noise)
    points = law.sample(np.random.default_rng(1), 20_000)
    arms = law.scale * law.arms(np.linspace(0, 2 * np.pi, 20_000))
    nearer = np.argmin([cKDTree(arm).query(points.X)[0] for arm in arms], axis=0)
    reached = (nearer == points.c).mean()
    error = 5 * np.sqrt(reached * (1 - reached) / 20_000) + bayes.TOLERANCE
    assert reached - error < bayes.accuracy(law) <= 1
    assert bayes.accuracy(law) == pytest.approx(1, abs=bayes.TOLERANCE)


@pytest.mark.parametrize(("name", "noise"), [("spiral", 0.6), ("spiral", 0.05), ("spiral", 0.01), ("spiral_3D", 0.02)])
def test_densities_of_arms_with_little_noise(name: str, noise: float) -> None:
    """At drawn points they are the trapezoidal rule's with a hundred thousand points an arm."""
    law = replace(LAWS[name], noise=noise)
    points = law.sample(np.random.default_rng(2), 40)
    phi = np.linspace(0, 2 * np.pi, 100_001)
    s = law.scale * noise
    g = bayes.densities(law, points.X.astype(float))
    for k, arm in enumerate(law.scale * law.arms(phi)):
        square = ((points.X[:, None].astype(float) - arm) ** 2).sum(axis=2)
        kernel = np.exp(-square / (2 * s**2)) / (2 * np.pi * s**2) ** (law.d / 2)
        expected = np.trapezoid(kernel * phi / (2 * np.pi) ** 2 * 2, phi, axis=1) / 2
        np.testing.assert_allclose(g[:, k], expected, rtol=1e-3, atol=1e-12)


def test_too_little_noise_is_refused() -> None:
    """Where a rule is too coarse for the noise, the error says for which noise it is fine enough."""
    with pytest.raises(
        ValueError, match=r"law: must have noise >= 0\.\d+ for the densities of its arms, got noise = 0.0001"
    ):
        bayes.probability(replace(LAWS["spiral"], noise=1e-4), [[0.0, 0.0]])
    touching = Touching(2, 2, 0.001)
    with pytest.raises(
        ValueError, match=r"law: must have noise >= [\d.]+ for a grid that is as fine, got noise = 0.001"
    ):
        bayes.accuracy(touching)
    assert 0.5 < bayes.accuracy(replace(touching, noise=0.1)) < 1


@dataclass(frozen=True)
class Touching(Arms):
    """Two straight arms that cross in 0."""

    def arms(self, phi: np.ndarray) -> np.ndarray:
        """See `Arms`."""
        x = phi - np.pi
        return np.stack([np.column_stack([x, x]), np.column_stack([x, -x])])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="law: must be a known name, got 'donut'; choose from donut_1D"):
        bayes.accuracy("donut")
    with pytest.raises(ValueError, match="law: must have noise > 0, got noise = 0; without noise"):
        bayes.accuracy(replace(LAWS["squares"], noise=0.0))
    with pytest.raises(ValueError, match=r"X: must have shape \(N, d = 2\), got \(1, 3\)"):
        bayes.probability("squares", np.zeros((1, 3)))

    class Other(Law):
        def clean(self, rng: np.random.Generator, N: int) -> tuple[np.ndarray, np.ndarray]:
            raise NotImplementedError

    with pytest.raises(ValueError, match="law: must be a strip, rings, squares or arms, got Other; register"):
        bayes.probability(Other(2, 2, 1.0), np.zeros((1, 2)))


def test_table_decides_the_limit() -> None:
    """Two classes that are halves of the plane are easier than a checkerboard."""
    halves = Squares(2, 2, table=(0, 1, 0, 1))
    assert bayes.accuracy(halves) > bayes.accuracy("squares")

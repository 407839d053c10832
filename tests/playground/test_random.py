"""Portable draws: known answers, the right laws, and the same bits in both languages."""

import numpy as np
import probe
import pytest
from scipy import special, stats

from rknet.data.points import LAWS
from rknet.playground import random

SETS = ("donut_1D", "donut_2D", "squares", "spiral", "donut_2D_6C", "squares_2D_4C")
ONES = 0xFFFFFFFF
KNOWN = {
    (0, 0, 0, 0): (0x6B200159, 0x99BA4EFE),
    (ONES, ONES, ONES, ONES): (0x1CB996FC, 0xBB002BE7),
    (0x13198A2E, 0x03707344, 0x243F6A88, 0x85A308D3): (0xC4923A9C, 0x483DF7A0),
}
"""Published with the generator: key, counter, words."""

EPS = np.finfo(np.float64).eps
LEVEL = 1e-4
"""A correct law fails a test at this level once in ten thousand seeds; the seeds are fixed."""


def test_the_generator_gives_the_published_words(node):
    for (k0, k1, i, j), words in KNOWN.items():
        assert tuple(int(word[0]) for word in random.threefry((k0, k1), i, j)) == words
    assert probe.ask(node, *(("threefry", *numbers) for numbers in KNOWN)) == [list(words) for words in KNOWN.values()]


def test_elementary_functions_are_accurate():
    u = np.concatenate([np.logspace(-300, -0.31, 4000), 1 - np.logspace(-15, -0.31, 1000)])
    np.testing.assert_allclose(random.normal_quantile(u), special.ndtri(u), rtol=8 * EPS)
    np.testing.assert_allclose(random.log(u), np.log(u), rtol=4 * EPS)
    x = np.linspace(0, 2 * np.pi, 9999)
    cosine, sine = random.cosine_and_sine(x)
    np.testing.assert_allclose(cosine, np.cos(x), atol=3 * EPS)
    np.testing.assert_allclose(sine, np.sin(x), atol=3 * EPS)


def test_numbers_follow_their_laws():
    i = np.arange(20_000)
    assert stats.kstest(random.uniform(5, "K", i), "uniform").pvalue > LEVEL
    assert stats.kstest(random.normal(5, "noise", i), "norm").pvalue > LEVEL
    assert abs(stats.spearmanr(random.uniform(5, "K", i), random.uniform(6, "K", i)).statistic) < 4 / np.sqrt(len(i))
    assert abs(stats.spearmanr(random.uniform(5, "K", i), random.uniform(5, "b", i)).statistic) < 4 / np.sqrt(len(i))


def test_orders_are_permutations_and_all_are_as_likely():
    assert sorted(random.permutation(1500, 3, 2)) == list(range(1500))
    found = np.array([random.permutation(4, 0, epoch) for epoch in range(4800)])
    counts = np.unique(found @ 4 ** np.arange(4), return_counts=True)[1]
    assert len(counts) == 24
    assert stats.chisquare(counts).pvalue > LEVEL


@pytest.mark.parametrize("law", SETS)
def test_points_follow_the_papers_laws(law):
    ours, theirs = random.points(law, 4000, seed=1), LAWS[law].sample(np.random.default_rng(1), 4000)
    table = [np.bincount(points.c, minlength=points.classes) for points in (ours, theirs)]
    assert stats.chi2_contingency(table).pvalue > LEVEL
    for k in range(ours.classes):
        for j in range(2):
            assert stats.ks_2samp(ours.X[ours.c == k, j], theirs.X[theirs.c == k, j]).pvalue > LEVEL


def test_without_noise_the_points_are_clean():
    X = random.points("donut_2D", 500, noise=0, seed=4)
    norm = np.sqrt((X.X.astype(np.float64) ** 2).sum(axis=1))
    assert (X.c == (norm >= 1.2)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"law": "donut_3D_2C"}, "law: must be a known name"),
        ({"N": 0}, "N: must be a whole number >= 1"),
        ({"noise": -1.0}, "noise: must be a finite number >= 0"),
    ],
)
def test_other_points_are_refused(options, message):
    arguments = {"law": "squares", "N": 10, **options}
    with pytest.raises(ValueError, match=message):
        random.points(**arguments)


@pytest.mark.parametrize("law", SETS)
def test_both_languages_draw_the_same_points(node, law):
    options = [(1001, 0.3, 0), (20, 0.0, 7), (1000, LAWS[law].noise, 2**32 - 1)]
    for answer, (N, noise, seed) in zip(
        probe.ask(node, *(("draw", law, *rest) for rest in options)), options, strict=True
    ):
        points = random.points(law, N, noise=noise, seed=seed)
        np.testing.assert_array_equal(probe.array(answer["X"]).reshape(N, 2), points.X)
        np.testing.assert_array_equal(answer["c"], points.c)


def test_both_languages_draw_the_same_orders_and_weights(node):
    lifts = ("zero", "linear", "orthogonal", "learned")
    sizes = {"d_hat": 7, "L": 3, "seed": 9}
    orders = [(1500, 3, 5), (1, 0, 0), (77, 2**32 - 1, 1000)]
    answers = probe.ask(
        node,
        *(("permutation", *options) for options in orders),
        *(("initial", {"data": "donut_2D_6C", "lift": lift, **sizes}) for lift in lifts),
    )
    for answer, options in zip(answers, orders, strict=False):
        np.testing.assert_array_equal(answer, random.permutation(*options))
    for answer, lift in zip(answers[len(orders) :], lifts, strict=True):
        for name, array in random.weights(7, 6, 3, lift=lift, seed=9).items():
            np.testing.assert_array_equal(probe.array(answer[name.partition(".")[0]]), array.ravel())


def test_the_orthogonal_lift_is_orthogonal():
    M = random.weights(9, 2, 1, lift="orthogonal", seed=2)["lift.matrix"]
    np.testing.assert_allclose(M.T @ M, np.eye(2), atol=4 * np.finfo(np.float32).eps)

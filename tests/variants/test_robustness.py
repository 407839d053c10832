"""Lipschitz bounds against measured ones, closed forms and random slopes; moved samples against a search of the box."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from rknet import TABLEAUS, ConvolutionalRKNet, Net, RKNet, StandardNet, draw
from rknet.protocol import cross_entropy
from rknet.variants import robustness
from rknet.variants.antisymmetric import AntisymmetricNet
from rknet.variants.robustness import bound, growth, perturbed, stretch, worst

ROUNDING = 1e-12
"""Rounding in double precision of products of a few matrices."""

SCHEMES = ("euler", "heun", "kutta3", "rk4")


def net_of(scheme: str, d_hat: int = 3, L: int = 2, h: float = 0.5, activation: str = "tanh") -> Net:
    """A net in double precision whose matrices have norms of about 2."""
    options = {"activation": activation, "lift": "zero", "seed": 3}
    if scheme == "standard":
        net: Net = StandardNet(2, d_hat, 2, L, **options)
    else:
        net = RKNet(2, d_hat, 2, L, tableau=scheme, h=h, **options)
    net = net.double()
    with torch.no_grad():
        net.K *= 3
    return net


def points() -> np.ndarray:
    return draw("donut_2D", 40, seed=0).X.astype(np.float64)


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
@pytest.mark.parametrize("scheme", ["standard", *SCHEMES])
def test_measured_worst_and_bound_are_in_this_order(scheme: str, activation: str):
    """What is measured is below the worst case, and that is below the bound by norms: layer by layer and in all."""
    net = net_of(scheme, activation=activation)
    assert (worst(net) <= bound(net) * (1 + ROUNDING)).all()
    assert stretch(net, points()).max() <= worst(net).prod() * (1 + ROUNDING)
    single = net_of(scheme, L=1, activation=activation)
    with torch.no_grad():
        single.b.zero_()  # so that the point 0 takes the largest slopes of tanh
    assert stretch(single, np.zeros((1, 2)))[0] <= worst(single)[0] * (1 + ROUNDING)


@pytest.mark.parametrize("scheme", ["heun", "kutta3", "rk4", "rk38"])
def test_the_bound_is_the_stability_function(scheme: str):
    """R(h |K|) = 1 + z beta^T (I - z A)^-1 1 where no entry is negative; schemes that have one exceed R."""
    net = net_of(scheme)
    A, beta, _ = TABLEAUS[scheme].arrays()
    z = net.h * np.linalg.norm(net.K.detach().numpy(), 2, axis=(1, 2))
    R = np.array([1 + x * beta @ np.linalg.solve(np.eye(len(beta)) - x * A, np.ones(len(beta))) for x in z])
    if (A >= 0).all():
        np.testing.assert_allclose(bound(net), R, rtol=ROUNDING)
    else:
        assert (bound(net) > R).all()


@pytest.mark.parametrize("damping", [0.0, 0.3])
def test_an_antisymmetric_net_is_measured_as_the_net_with_its_matrix(damping: float):
    """A dense net with K - K^T - damping I has the same numbers; a mutant that takes K itself, or no damping, fails."""
    options = {"tableau": "heun", "h": 0.5, "lift": "zero", "seed": 3}
    net = AntisymmetricNet(2, 3, 2, 2, damping=damping, **options).double()
    twin = RKNet(2, 3, 2, 2, **options).double()
    with torch.no_grad():
        net.K *= 3
        twin.K.copy_(net.K - net.K.transpose(1, 2) - damping * torch.eye(3, dtype=torch.float64))
    for of in (bound, worst, growth, lambda net: stretch(net, points())):
        np.testing.assert_allclose(of(net), of(twin), rtol=ROUNDING)
    assert stretch(net, points()).max() <= worst(net).prod() <= bound(net).prod()


def test_the_worst_case_is_the_largest_over_random_slopes():
    """None of many random slopes in [0, 1] exceeds it, and slopes close to the best corner come near."""
    net, rng = net_of("heun"), np.random.default_rng(0)
    K, h = net.K[0].detach().numpy(), net.h

    def norm(D: np.ndarray) -> float:
        k1 = np.diag(D[0]) @ K
        k2 = np.diag(D[1]) @ K @ (np.eye(3) + h * k1)
        return float(np.linalg.norm(np.eye(3) + h / 2 * (k1 + k2), 2))

    corners = [np.array(bits, float).reshape(2, 3) for bits in itertools.product((0, 1), repeat=6)]
    best = max(corners, key=norm)
    assert worst(net)[0] == pytest.approx(norm(best), rel=ROUNDING)
    random = [norm(rng.uniform(size=(2, 3))) for _ in range(300)]
    assert max(random) <= worst(net)[0] * (1 + ROUNDING)


def test_stretch_is_the_norm_of_differences():
    """Central differences of the flow at one point, column by column."""
    net, x, step = net_of("rk4"), np.array([[0.3, -0.8]]), 1e-6
    lifted = np.pad(x, [(0, 0), (0, 1)])

    def end(y: np.ndarray) -> np.ndarray:
        y = torch.from_numpy(y)
        for K, b in zip(net.K, net.b, strict=True):
            y = net.layer(K, b, y)
        return y.detach().numpy()[0]

    J = np.stack([(end(lifted + step * e) - end(lifted - step * e)) / (2 * step) for e in np.eye(3)], axis=1)
    # the square of the step, and rounding divided by it
    assert stretch(net, x)[0] == pytest.approx(np.linalg.norm(J, 2), rel=1e-8)


def test_growth_is_the_limit_of_the_worst_case():
    """For ever shorter steps of Euler's method with the same matrix; a mutant without the symmetric part fails."""
    coarse = net_of("euler", L=1, h=1.0)
    found = growth(coarse)
    errors = []
    for n in (200, 400):
        fine = net_of("euler", L=n, h=1 / n)
        with torch.no_grad():
            fine.K.copy_(coarse.K.expand(n, -1, -1))
        assert growth(fine) == pytest.approx(found, rel=1e-10)
        errors.append(abs(np.log(worst(fine)).sum() - np.log(found)))
    assert errors[0] < 0.05 and errors[1] < 0.6 * errors[0]


@pytest.mark.parametrize("steps", [1, 12])
def test_moved_samples_stay_in_the_box_and_cost_more(steps: int):
    """The one step of FGSM goes to a corner; several steps find what a search of the whole box finds."""
    net, points, radius = net_of("rk4"), draw("donut_2D", 8, seed=1), 0.3
    X = points.X.astype(np.float64)
    moved = perturbed(net, X, points.c, radius, steps=steps)
    assert np.abs(moved - X).max() <= radius * (1 + ROUNDING)

    def costs(x: np.ndarray, c: np.ndarray) -> np.ndarray:
        return np.array(
            [cross_entropy(net(torch.from_numpy(x[n : n + 1])), torch.tensor([c[n]])).item() for n in range(len(x))]
        )

    if steps == 1:
        np.testing.assert_allclose(np.abs(moved - X), radius, rtol=ROUNDING)
        assert costs(moved, points.c).mean() > costs(X, points.c).mean()
    else:
        ticks = np.linspace(-radius, radius, 13)
        box = np.array([*itertools.product(ticks, ticks)])
        highest = [costs(X[n] + box, np.repeat(points.c[n], len(box))).max() for n in range(len(X))]
        # within a hundredth of the search; a mutant that descends, or leaves out the sign, does not come near
        assert (costs(moved, points.c) > np.array(highest) - 0.01).all()


def test_no_radius_moves_nothing():
    net, points = net_of("euler"), draw("donut_2D", 5, seed=1)
    np.testing.assert_array_equal(perturbed(net, points.X, points.c, 0.0, steps=3), points.X)


def test_refused():
    net, X, c = net_of("rk4", d_hat=5), draw("donut_2D", 5, seed=1).X, np.zeros(5, int)
    with pytest.raises(ValueError, match=r"net: must have at most 65536 combinations .* got 1048576 for 4 stages"):
        worst(net)
    with pytest.raises(ValueError, match="radius: must be a finite number >= 0, got -1"):
        perturbed(net, X, c, -1)
    with pytest.raises(ValueError, match="net: must be an RKNet"):
        growth(net_of("standard"))
    with pytest.raises(ValueError, match="net: must have dense layers"):
        bound(ConvolutionalRKNet((1, 3, 3), 1, 2, 1, tableau="euler"))
    with pytest.raises(ValueError, match="net.activation: must be a known name"):
        bound(StandardNet(2, 3, 2, 1, activation=torch.sin))
    assert set(robustness.SLOPES) == {"tanh", "logistic", "relu", "softplus"}

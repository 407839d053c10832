"""Penalties against NumPy's sums and straight lines, training with them against differences, and SciPy's steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from rknet import Protocol, RKNet, StandardNet, draw, fit
from rknet.variants.regularisers import KineticEnergy, Smoothness, controls, steps

ROUNDING = 1e-12
"""Rounding in double precision of sums of a few dozen terms."""


def net_of(h: float | tuple[float, ...] = 0.5, L: int = 3, tableau: str = "heun") -> RKNet:
    return RKNet(2, 3, 2, L, tableau=tableau, h=h, lift="zero", seed=1).double()


@pytest.mark.parametrize("h", [0.5, (0.2, 0.4, 1.0)])
def test_smoothness_by_numpy(h: float | tuple[float, ...]):
    """A mutant without b, without the division by h, or with the difference of a layer too many fails."""
    net = net_of(h)
    K, b = net.K.detach().numpy(), net.b.detach().numpy()
    size = np.broadcast_to(h, 3)
    expected = 0.0
    for l in range(2):
        apart = (size[l] + size[l + 1]) / 2
        expected += apart * (((K[l + 1] - K[l]) / apart) ** 2).sum() + apart * (((b[l + 1] - b[l]) / apart) ** 2).sum()
    assert Smoothness(0.3)(net, torch.zeros(1, 2)).item() == pytest.approx(0.3 * expected, rel=ROUNDING)


def test_smoothness_of_one_layer_or_of_equal_layers_is_zero():
    net = net_of()
    with torch.no_grad():
        net.K[:], net.b[:] = net.K[0].clone(), net.b[0].clone()
    assert Smoothness(1)(net, torch.zeros(1, 2)).item() == Smoothness(1)(net_of(L=1), torch.zeros(1, 2)).item() == 0


@pytest.mark.parametrize("h", [0.5, (0.2, 0.4, 1.0)])
def test_kinetic_energy_by_numpy(h: float | tuple[float, ...]):
    """From the flow that `net.flow` gives; the mean over samples, not the sum."""
    net, X = net_of(h), draw("donut_2D", 5, seed=0).X.astype(np.float64)
    size, flow = np.broadcast_to(h, 3), net.flow(X)
    expected = sum(size[l] * (((flow[l + 1] - flow[l]) / size[l]) ** 2).sum(axis=1).mean() for l in range(3))
    assert KineticEnergy(2)(net, torch.from_numpy(X)).item() == pytest.approx(2 * expected, rel=ROUNDING)


def test_straight_lines_have_the_least_energy():
    """A flow with one constant velocity has |y(T) - y(0)|^2 / T, below which no flow with the same ends gets."""
    net = net_of(tableau="euler")
    with torch.no_grad():
        net.K.zero_()
        net.b[:] = net.b[0].clone()
    x = torch.zeros(1, 2).double()
    ends = net.states(x)[[0, -1]].diff(dim=0).square().sum().item()
    assert KineticEnergy(1)(net, x).item() == pytest.approx(ends / 1.5, rel=ROUNDING)
    bent = net_of(tableau="euler")
    ends = bent.states(x)[[0, -1]].diff(dim=0).square().sum().item()
    assert KineticEnergy(1)(bent, x).item() > ends / 1.5


@pytest.mark.parametrize("penalty", [Smoothness(0.05), KineticEnergy(0.2), lambda net, x: 0.1 * net.W.square().sum()])
def test_gradients_of_the_trained_cost(penalty):
    """One step of plain SGD moves every weight by the derivative of cost plus penalty, found by central differences."""
    points, rate, step = draw("donut_2D", 8, seed=2), 1e-3, 1e-6
    protocol = Protocol(epochs=1, batch_size=8, optimizer="sgd", learning_rate=rate, penalty=penalty)
    net = net_of()
    before = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    past = fit(net, points, points, protocol, progress=False)
    assert past.engine == "torch"
    moved = {name: (before[name] - weight.detach()) / rate for name, weight in net.named_parameters()}
    x, c = torch.from_numpy(points.X).double(), torch.from_numpy(points.c)

    def cost(name: str, place: tuple[int, ...], change: float) -> float:
        other = net_of()
        with torch.no_grad():
            dict(other.named_parameters())[name][place] += change
            return (torch.nn.functional.cross_entropy(other(x), c) + penalty(other, x)).item()

    for name, place in (("K", (0, 1, 2)), ("K", (2, 0, 0)), ("b", (1, 1)), ("W", (0, 2))):
        slope = (cost(name, place, step) - cost(name, place, -step)) / (2 * step)
        # the square of the step, and rounding divided by it
        assert moved[name][place].item() == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_histories_state_the_cost_without_it():
    points = draw("donut_2D", 50, seed=0)
    first = [
        fit(net_of(), points, points, Protocol(epochs=1, penalty=penalty), progress=False, engine="torch").train_cost[0]
        for penalty in (None, KineticEnergy(100))
    ]
    assert first[0] == first[1]


def test_the_compiled_engine_says_that_it_knows_no_penalty():
    net, points = RKNet(2, 3, 2, 2, tableau="euler"), draw("donut_2D", 50, seed=0)
    with pytest.raises(ValueError, match="engine: .* got 'compiled', but it does not know penalty"):
        fit(net, points, points, Protocol(penalty=Smoothness(1)), engine="compiled", progress=False)


def test_smooth_training_is_smoother():
    points = draw("donut_2D", 200, seed=0)

    def roughness(alpha: float) -> float:
        net = RKNet(2, 3, 2, 5, tableau="euler", h=0.5, lift="zero")
        fit(net, points, points, Protocol(epochs=5, penalty=Smoothness(alpha)), progress=False)
        return Smoothness(1)(net, torch.zeros(1, 2)).item()

    assert roughness(0.1) < roughness(0.0) / 2


def test_steps_of_one_layer_are_those_of_scipy():
    """With one layer u is constant, and SciPy integrates the same equation."""
    net, X = net_of(h=2.0, L=1), draw("donut_2D", 4, seed=0).X.astype(np.float64)
    K, b = net.K[0].detach().numpy(), net.b[0].detach().numpy()
    y = np.pad(X, [(0, 0), (0, 1)])
    for tolerance in (1e-3, 1e-6):
        found = solve_ivp(
            lambda t, y: np.tanh(y.reshape(4, 3) @ K.T + b).ravel(), (0, 2), y.ravel(), rtol=tolerance, atol=tolerance
        )
        counted = steps(net, X, tolerance)
        assert (counted.accepted, counted.evaluations) == (len(found.t) - 1, found.nfev)


def test_controls_run_through_the_layers():
    """In the middle of a layer its own, half-way between two middles their mean, at the ends the first and last."""
    net = net_of(h=(0.2, 0.4, 1.0))
    K, b = net.K.detach().numpy(), net.b.detach().numpy()
    for t, expected in ((0.0, 0), (0.1, 0), (0.4, 1), (1.1, 2), (1.6, 2)):
        np.testing.assert_allclose(controls(net, t)[0], K[expected], rtol=ROUNDING)
    np.testing.assert_allclose(controls(net, 0.25)[1], (b[0] + b[1]) / 2, rtol=ROUNDING)


def test_refused():
    for kind in (Smoothness, KineticEnergy):
        with pytest.raises(ValueError, match="alpha: must be a finite number >= 0, got -1"):
            kind(-1)
    with pytest.raises(ValueError, match="penalty: must be a function of a net and samples, got 0.1; pass for example"):
        Protocol(penalty=0.1)
    with pytest.raises(ValueError, match="net: must be an RKNet of dense layers"):
        steps(StandardNet(2, 3, 2, 1), np.zeros((1, 2)))


def test_a_protocol_states_its_penalty():
    """So that caches and checkpoints tell protocols apart; without one nothing is stated, as ever."""
    assert Protocol(penalty=Smoothness(0.1)).plain()["penalty"] == "Smoothness(alpha=0.1)"
    assert "penalty" not in Protocol().plain() and Protocol(penalty=Smoothness(0.1)).beyond == ("penalty",)

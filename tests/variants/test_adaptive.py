"""Adaptive networks against SciPy, torchdiffeq, autograd through the accepted steps, and differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor
from torchdiffeq import odeint

from rknet import Protocol, Tableau, draw, fit, split
from rknet.adjoint import Affine
from rknet.tableaus import HEUN, IMPLICIT_MIDPOINT
from rknet.variants.adaptive import PAIRS, AdaptiveNet, Integrator, Pair, StepsError

EXACT = 1e-10
"""Relative difference of gradients in double precision over some hundred steps."""
DIFFERENCES = 1e-8
"""Relative error of central differences with steps of 1e-5 for a cost of order one: their square, and rounding."""

ORDERS = {"heun_euler": (2, 1), "bogacki_shampine": (3, 2), "dopri5": (5, 4)}
"""From the literature (Hairer, Nørsett, Wanner, II.4), not from the library."""


def net_of(pair: str = "dopri5", tolerance: float = 1e-4, **arguments: object) -> AdaptiveNet:
    net = AdaptiveNet(2, 3, 2, 3, pair=pair, h=1.0, tolerance=tolerance, **arguments).double()
    net.K.data *= 3
    return net


def samples(N: int = 5) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.standard_normal((N, 2))), torch.from_numpy(rng.integers(0, 2, N))


def logits_by(net: AdaptiveNet, steps: list[tuple[int, float]], x: Tensor) -> Tensor:
    """The logits by steps of given sizes, written out for autograd."""
    A, beta, _ = net.integrator.pair.tableau.arrays()
    y = net.lift(x)
    for l, h in steps:
        F: list[Tensor] = []
        for row in A:
            Y = y + h * sum((a * f for a, f in zip(row, F, strict=False)), torch.zeros_like(y))
            z = Y @ net.K[l].T + net.b[l]
            F.append(torch.tanh(z) if net.right_side == "affine" else -torch.tanh(z) @ net.K[l])
        y = y + h * sum(w * f for w, f in zip(beta, F, strict=True))
    return y @ net.W.T + net.mu


def cost(logits: Tensor) -> Tensor:
    return torch.nn.functional.cross_entropy(logits, samples()[1])


@pytest.mark.parametrize("name", ORDERS)
def test_both_results_have_their_orders(name: str) -> None:
    """Kills a digit of beta_hat mistyped: the order is derived by exact arithmetic."""
    pair, (order, lower) = PAIRS[name], ORDERS[name]
    assert pair.tableau.order == order
    assert Tableau("embedded", pair.tableau.A, pair.beta_hat).order == pair.order == lower


def test_all_pairs_are_checked() -> None:
    assert ORDERS.keys() == PAIRS.keys()


@pytest.mark.parametrize("right_side", ["affine", "dissipative"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_gradient_is_autograd_s_through_the_accepted_steps(name: str, right_side: str) -> None:
    """Kills steps taken back in the wrong order, the size of another step, and a gradient in another layer."""
    net, (x, _) = net_of(name, right_side=right_side), samples()
    weights = list(net.parameters())
    found = torch.autograd.grad(cost(net(x)), weights)
    assert len({h for _, h in net.steps}) > 2
    expected = torch.autograd.grad(cost(logits_by(net, net.steps, x)), weights)
    for one, other in zip(found, expected, strict=True):
        assert (one - other).norm() <= EXACT * other.norm()


@pytest.mark.parametrize("name", PAIRS)
def test_the_gradient_is_that_of_central_differences(name: str) -> None:
    """Of the cost by the same steps, whose sizes are held."""
    net, (x, _) = net_of(name), samples()
    (gradient,) = torch.autograd.grad(cost(net(x)), net.K)
    steps, direction = net.steps, torch.from_numpy(np.random.default_rng(2).standard_normal(net.K.shape))
    costs = []
    for sign in (1, -1):
        net.K.data += sign * 1e-5 * direction
        costs.append(cost(logits_by(net, steps, x)).item())
        net.K.data -= sign * 1e-5 * direction
    assert (costs[0] - costs[1]) / 2e-5 == pytest.approx((gradient * direction).sum().item(), rel=DIFFERENCES)


@pytest.mark.parametrize("name", PAIRS)
def test_the_tolerance_bounds_the_error(name: str) -> None:
    """Against SciPy: a hundredth of the tolerance gives a much smaller error, and neither is far above it."""
    net, (x, _) = net_of(name), samples()
    K, b = net.K.detach(), net.b.detach()
    y = net.lift(x).numpy()
    for l in range(3):
        f = lambda _, y, l=l: np.tanh(y.reshape(-1, 3) @ K[l].numpy().T + b[l].numpy()).ravel()  # noqa: E731
        y = solve_ivp(f, (0, 1), y.ravel(), "DOP853", rtol=1e-12, atol=1e-12).y[:, -1].reshape(-1, 3)
    errors, counts = [], []
    for tolerance in (1e-3, 1e-5):
        net.integrator = Integrator(Affine(), PAIRS[name], 1.0, tolerance)
        found, accepted, attempts = net.integrator.forward(list(zip(K, b, strict=True)), net.lift(x))
        errors.append(np.abs(found.numpy() - y).max())
        counts.append(len(accepted))
        assert sum(step.h for step in accepted) == pytest.approx(3.0, abs=1e-12)
        assert attempts >= len(accepted)
        assert (
            errors[-1] < 300 * tolerance
        )  # three layers of |K| about 3 amplify an error by up to e^3, ten steps of it
    assert errors[1] < errors[0] / 10
    assert counts[1] > counts[0]


def test_torchdiffeq_s_dormand_prince_gives_the_same_flow() -> None:
    net, (x, _) = net_of("dopri5", 1e-9), samples()
    y = net.lift(x)
    for K, b in zip(net.K.detach(), net.b.detach(), strict=True):
        f = lambda _, y, K=K, b=b: torch.tanh(y @ K.T + b)  # noqa: E731
        y = odeint(f, y, torch.tensor([0.0, 1.0]).double(), rtol=1e-10, atol=1e-10)[-1]
    # Tolerances of 1e-9 and 1e-10, amplified by up to e^9 = 8e3.
    torch.testing.assert_close(net(x), y @ net.W.T + net.mu, rtol=0, atol=1e-5)


def test_refused_steps_are_counted_and_limited() -> None:
    net, (x, _) = net_of("heun_euler", 1e-6), samples()
    net(x)
    assert net.evaluations > 2 * len(net.steps)
    assert net.evaluations % 2 == 0
    net.integrator = Integrator(Affine(), PAIRS["heun_euler"], 1.0, 1e-6, most=20)
    with pytest.raises(StepsError, match="steps: must be at most 20.*layer 1; raise the tolerance"):
        net(x)
    with pytest.raises(StepsError):
        net(x * torch.nan)


def test_larger_weights_need_more_steps() -> None:
    net, (x, _) = net_of(tolerance=1e-5), samples()
    counts = []
    for _ in range(3):
        net(x)
        counts.append(net.evaluations)
        net.K.data *= 3
    assert counts == sorted(set(counts))


def test_pytorch_trains_and_the_faster_engines_say_why_not() -> None:
    train, validation = split(draw("donut_2D", 40), 20)
    protocol = Protocol(epochs=3, learning_rate=0.02)
    for engine in ("layerwise", "compiled"):
        with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch'.*AdaptiveNet with changes of its own"):
            fit(net_of().float(), train, validation, protocol, engine=engine, progress=False)
    history = fit(net_of(), train, validation, protocol, progress=False)
    assert history.engine == "torch"
    assert history.train_cost[-1] < history.train_cost[0]


def test_second_derivatives_are_refused() -> None:
    net, (x, _) = net_of(), samples()
    (gradient,) = torch.autograd.grad(net(x).sum(), net.K, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_a_layer_is_what_the_forward_pass_does() -> None:
    net, (x, _) = net_of(tolerance=1e-9), samples()
    torch.testing.assert_close(net.states(x)[-1] @ net.W.T + net.mu, net(x), rtol=0, atol=1e-6)
    net.K = torch.nn.Parameter(torch.zeros(3, 2, 2, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"net: K must have shape \(3, 3, 3\)"):
        net.validate()
    assert net.architecture["beta_hat"][0] == "5179/57600"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: Pair(IMPLICIT_MIDPOINT, [1], 1), "tableau: must be explicit"),
        (lambda: Pair(HEUN, [1], 1), "beta_hat: must be s = 2 weights that sum to 1"),
        (lambda: Pair(HEUN, ["1/2", "1/3"], 1), "beta_hat: must be s = 2 weights that sum to 1"),
        (lambda: AdaptiveNet(2, 3, 2, 1, pair="heun"), "pair: must be a known name.*heun_euler"),
        (lambda: AdaptiveNet(2, 3, 2, 1, tolerance=0), "tolerance: must be"),
        (lambda: AdaptiveNet(2, 3, 2, 1, h=-1), "h: must be"),
        (lambda: AdaptiveNet(2, 3, 2, 1, right_side="stiff"), "right_side: must be a known name"),
        (lambda: Integrator(Affine(), "dopri5", 1.0, 1e-3), "pair: must be a Pair"),
    ],
)
def test_errors(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()

"""Implicit and dissipative networks against autograd, differences, SciPy, and their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from rknet import TABLEAUS, Protocol, adjoint, draw, fit, split
from rknet.adjoint import Affine, General, StageError, Step
from rknet.contract import ENGINES
from rknet.variants.dissipative import RIGHT_SIDES, Dissipative, Together
from rknet.variants.implicit import AdjointNet

EXACT = 1e-10
"""Relative difference of gradients in double precision: Newton's residual is squared in its last step."""
DIFFERENCES = 1e-8
"""Relative error of central differences with steps of 1e-5 for a cost of order one: their square, and rounding."""
ROUNDING = 1e-12
"""Sums of some hundred terms of order one in double precision."""
SLOPE = 0.1
"""How far a measured order may lie from its limit for h -> 0."""

IMPLICIT = [name for name, tableau in TABLEAUS.items() if not tableau.explicit]
ORDERS = {"implicit_midpoint": 2, "gauss4": 4, "radau3": 3}
"""From the literature (Hairer and Wanner, Solving Ordinary Differential Equations II, IV.5), not from the library."""


def net_of(tableau: str = "radau3", right_side: str = "affine", **arguments: object) -> AdjointNet:
    return AdjointNet(2, 3, 2, 4, tableau=tableau, right_side=right_side, h=0.5, **arguments).double()


def samples(N: int = 5) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(1)
    return torch.from_numpy(rng.standard_normal((N, 2))), torch.from_numpy(rng.integers(0, 2, N))


def cost(net: AdjointNet) -> Tensor:
    x, c = samples()
    return torch.nn.functional.cross_entropy(net(x), c)


def through_the_iteration(net: AdjointNet, x: Tensor) -> Tensor:
    """The logits by thirty fixed-point iterations for the stages of each layer, all of them seen by autograd."""
    A, beta = (torch.from_numpy(part) for part in net.tableau.arrays()[:2])
    y = net.lift(x)
    for K, b in zip(net.K, net.b, strict=True):

        def f(Y: Tensor, K: Tensor = K, b: Tensor = b) -> Tensor:
            sigma = torch.tanh(torch.einsum("rq,inq->inr", K, Y) + b)
            return sigma if net.right_side == "affine" else -torch.einsum("rq,inr->inq", K, sigma)

        F = f(y.expand(len(beta), *y.shape))
        for _ in range(30):
            F = f(y + net.h * torch.einsum("ij,jnq->inq", A, F))
        y = y + net.h * torch.einsum("i,inq->nq", beta, F)
    return y @ net.W.T + net.mu


def test_all_implicit_schemes_are_measured() -> None:
    assert ORDERS.keys() == set(IMPLICIT)


@pytest.mark.parametrize("right_side", RIGHT_SIDES)
@pytest.mark.parametrize("tableau", IMPLICIT)
def test_the_gradient_is_that_of_the_unrolled_solver(tableau: str, right_side: str) -> None:
    """Kills a transposed A, a missing beta, and a slope at the wrong stage."""
    net, (x, c) = net_of(tableau, right_side), samples()
    net.K.data *= 0.5  # so that the fixed-point iteration contracts, by 0.3 or less an iteration
    weights = list(net.parameters())
    found = torch.autograd.grad(cost(net), weights)
    logits = through_the_iteration(net, x)
    expected = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, c), weights)
    torch.testing.assert_close(net(x), logits, rtol=0, atol=EXACT)
    for one, other in zip(found, expected, strict=True):
        assert (one - other).norm() <= EXACT * other.norm()


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("right_side", RIGHT_SIDES)
@pytest.mark.parametrize("tableau", IMPLICIT)
def test_the_gradient_is_that_of_central_differences(tableau: str, right_side: str, recompute: bool) -> None:
    net = net_of(tableau, right_side, recompute=recompute)
    net.K.data *= 2
    rng = np.random.default_rng(2)
    for weight in (net.K, net.b, net.W, net.mu):
        (gradient,) = torch.autograd.grad(cost(net), weight)
        direction = torch.from_numpy(rng.standard_normal(weight.shape))
        costs = []
        for sign in (1, -1):
            weight.data += sign * 1e-5 * direction
            costs.append(cost(net).item())
            weight.data -= sign * 1e-5 * direction
        slope = (gradient * direction).sum().item()
        assert (costs[0] - costs[1]) / 2e-5 == pytest.approx(slope, rel=DIFFERENCES, abs=DIFFERENCES)


@pytest.mark.parametrize("tableau", IMPLICIT)
def test_orders(tableau: str) -> None:
    """The error at T = 1 of a smooth flow falls by the scheme's power of h."""
    rng = np.random.default_rng(3)
    K, b, y_0 = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    flow = solve_ivp(lambda _, y: np.tanh(K @ y + b), (0, 1), y_0, "DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    errors = []
    for L in (8, 16):
        u = tuple(torch.from_numpy(part).expand(L, 1, *part.shape) for part in (K, b))
        y_L = adjoint.states(Step(Affine(), tableau, 1 / L), u, torch.from_numpy(y_0)[None]).y[-1, 0]
        errors.append(np.linalg.norm(y_L.numpy() - flow))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[tableau], abs=SLOPE)
    assert TABLEAUS[tableau].order == ORDERS[tableau]


def test_radau_damps_stiff_parts_and_midpoint_keeps_them() -> None:
    """R(-inf) of Radau IIA is 0, that of the midpoint rule -1: kills a mistyped entry of the last row."""
    far = {name: TABLEAUS[name].stability(-1e8).item() for name in ORDERS}
    assert abs(far["radau3"]) < 1e-7
    assert far["implicit_midpoint"] == pytest.approx(-1, abs=1e-7)
    assert far["gauss4"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("tableau", IMPLICIT)
def test_points_never_move_apart(tableau: str) -> None:
    """Algebraically stable schemes keep that the flow contracts, however large K is (Butcher 1975)."""
    rng = np.random.default_rng(4)
    u = torch.from_numpy(8 * rng.standard_normal((10, 1, 3, 3))), torch.from_numpy(rng.standard_normal((10, 1, 3)))
    x_hat = torch.from_numpy(rng.standard_normal((6, 3)))
    y = adjoint.states(Step(Dissipative(), tableau, 1.0, damped=True), u, x_hat).y
    distances = torch.cdist(y, y)
    assert (distances[1:] <= distances[:-1] + 1e-8).all()
    with pytest.raises(StageError, match="layer 0"):
        adjoint.states(Step(Dissipative(), "radau3", 1.0), u, x_hat)
    explicit = adjoint.states(Step(Dissipative(), "midpoint", 1.0), u, x_hat).y
    assert (torch.cdist(explicit, explicit).amax((1, 2)) > 10).any()


@pytest.mark.parametrize("name", ["tanh", "logistic", "relu", "softplus"])
@pytest.mark.parametrize("r", [1, 3])
def test_dissipative_derivatives_are_autograd_s(name: str, r: int) -> None:
    rng = np.random.default_rng(5)
    u = torch.from_numpy(rng.standard_normal((r, 4, 4))), torch.from_numpy(rng.standard_normal((r, 4)))
    Y, v = (torch.from_numpy(rng.standard_normal((3, 5, 4))) for _ in range(2))
    f = Dissipative(name)
    F = torch.stack([f(tuple(part[i % r] for part in u), Y[i]) for i in range(3)])
    found, expected = f.at(u, Y, F), General(f).at(u, Y, F)
    for i in range(3):
        torch.testing.assert_close(found.f_y(i, v[i]), expected.f_y(i, v[i]), rtol=0, atol=ROUNDING)
    torch.testing.assert_close(found.f_u(v), expected.f_u(v), rtol=0, atol=ROUNDING)
    torch.testing.assert_close(found.jacobian(), expected.jacobian(), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("right_side", RIGHT_SIDES)
@pytest.mark.parametrize("tableau", ["heun", "radau3"])
def test_nets_side_by_side_are_the_same_nets(tableau: str, right_side: str) -> None:
    """Kills an axis mixed up: three nets have three different numbers of everything."""
    rng, f = np.random.default_rng(6), RIGHT_SIDES[right_side]()
    B, L, N, d_hat = 3, 2, 5, 4
    K, b = (torch.from_numpy(rng.standard_normal(k)) for k in [(L, 1, B, d_hat, d_hat), (L, 1, B, d_hat)])
    x, p = (torch.from_numpy(rng.standard_normal((B * N, d_hat))) for _ in range(2))
    step = Step(Together(f, B), tableau, 0.3)
    states = adjoint.states(step, (K, b), x)
    found = adjoint.costates(step, (K, b), states, p)
    for k in range(B):
        rows, u, alone = slice(k * N, (k + 1) * N), (K[:, :, k], b[:, :, k]), Step(f, tableau, 0.3)
        one = adjoint.states(alone, u, x[rows])
        back = adjoint.costates(alone, u, one, p[rows])
        torch.testing.assert_close(states.y[:, rows], one.y, rtol=0, atol=ROUNDING)
        torch.testing.assert_close(found.p[:, rows], back.p, rtol=0, atol=ROUNDING)
        for together, part in zip(found.gradient, back.gradient, strict=True):
            torch.testing.assert_close(together[:, :, k], part, rtol=0, atol=ROUNDING)


def test_pytorch_trains_and_the_faster_engines_say_why_not() -> None:
    train, validation = split(draw("donut_2D", 40), 20)
    protocol = Protocol(epochs=3, learning_rate=0.02)
    for engine in ("layerwise", "compiled"):
        with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch'.*AdjointNet"):
            fit(net_of(), train, validation, protocol, engine=engine, progress=False)
    history = fit(net_of().float(), train, validation, protocol, progress=False)
    assert history.engine == "torch" in ENGINES
    assert history.train_cost[-1] < history.train_cost[0]


def test_states_end_where_the_forward_pass_does() -> None:
    net, (x, _) = net_of("gauss4"), samples()
    torch.testing.assert_close(net.states(x)[-1] @ net.W.T + net.mu, net(x), rtol=0, atol=ROUNDING)


def test_stages_that_do_not_exist_are_reported() -> None:
    """y' = y with h = 2: the midpoint rule divides by 1 - h / 2 = 0."""
    net = AdjointNet(2, 2, 2, 1, tableau="implicit_midpoint", h=2.0, activation="relu").double()
    net.K.data, net.b.data = torch.eye(2).double()[None], torch.ones(1, 2).double()
    with pytest.raises(StageError, match="layer 0"):
        net(torch.ones(1, 2).double())


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"tableau": "radau"}, "tableau: must be a known name"),
        ({"right_side": "stiff"}, "right_side: must be a known name.*affine, dissipative"),
        ({"recompute": 1}, "recompute: must be True or False"),
        ({"activation": torch.tanh}, None),
        ({"activation": torch.sin}, "activation: must be a known name"),
    ],
)
def test_arguments(arguments: dict, match: str | None) -> None:
    if match is None:
        assert AdjointNet(2, 3, 2, 1, **arguments).activation == "tanh"
    else:
        with pytest.raises(ValueError, match=match):
            AdjointNet(2, 3, 2, 1, **arguments)


def test_other_weights_are_refused() -> None:
    net = net_of()
    net.K = torch.nn.Parameter(torch.zeros(4, 2, 2, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"net: K must have shape \(4, 3, 3\)"):
        net.validate()
    assert net.architecture["right_side"] == "affine"
    assert net_of(right_side="dissipative").architecture != net.architecture

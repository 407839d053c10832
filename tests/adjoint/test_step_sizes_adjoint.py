"""A step size for each layer in Section 3, and the derivative of the cost by each of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from rknet import TABLEAUS, RKNet, adjoint
from rknet.adjoint import Affine, Costates, States, Step

EXACT = 1e-10
"""Relative difference to autograd, and to central differences of a smooth cost."""
DIFFERENCE = 1e-3
"""The step of differences of sixth order: truncation and rounding are both below 1e-12."""
WEIGHTS = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
"""The central difference of sixth order."""

L, N, D_HAT = 4, 3, 3


def problem(name: str, stage_controls: bool = False) -> tuple[Step, tuple[Tensor, Tensor], Tensor, Tensor]:
    """A step with its own size in each layer, one of them negative, controls, samples and targets."""
    rng = np.random.default_rng(4)
    s = TABLEAUS[name].stages if stage_controls else 1
    u = tuple(torch.from_numpy(rng.standard_normal((L, s, *shape))) for shape in ((D_HAT, D_HAT), (D_HAT,)))
    x_hat, goal = torch.from_numpy(rng.standard_normal((2, N, D_HAT)))
    return Step(Affine("tanh"), TABLEAUS[name], (0.3, -0.1, 0.2, 0.15)), u, x_hat, goal


def swept(step: Step, u: tuple[Tensor, Tensor], x_hat: Tensor, goal: Tensor) -> tuple[States, Costates]:
    states = adjoint.states(step, u, x_hat)
    return states, adjoint.costates(step, u, states, states.y[-1] - goal)


def cost(step: Step, u: tuple[Tensor, Tensor], x_hat: Tensor, goal: Tensor) -> Tensor:
    return ((adjoint.states(step, u, x_hat).y[-1] - goal) ** 2).sum() / 2


def differences(step: Step, *of: Tensor) -> list[float]:
    """The derivative of the cost by each step size, by central differences."""
    found = []
    for l in range(L):
        total = 0.0
        for k, w in WEIGHTS.items():
            for sign in (1, -1):
                h = list(step.h)
                h[l] += sign * k * DIFFERENCE
                total += sign * w * float(cost(replace(step, h=h), *of))
        found.append(total / DIFFERENCE)
    return found


@pytest.mark.parametrize("stage_controls", [False, True])
@pytest.mark.parametrize("name", TABLEAUS)
def test_the_derivative_by_each_step_size(name: str, stage_controls: bool) -> None:
    """One line of the Lagrangian against central differences, for every scheme, explicit or implicit."""
    step, *of = problem(name, stage_controls)
    found = adjoint.by_step_sizes(*swept(step, *of))
    scale = found.abs().max().item()
    np.testing.assert_allclose(found, differences(step, *of), rtol=0, atol=EXACT * scale)
    assert found.abs().min() > 1e-3 * scale


@pytest.mark.parametrize("name", [name for name, tableau in TABLEAUS.items() if tableau.explicit])
def test_the_derivative_by_each_step_size_against_autograd(name: str) -> None:
    """A layer of step h on f is one of step 1 on h f."""
    step, u, x_hat, goal = problem(name)
    A, beta, _ = TABLEAUS[name].arrays()
    h, y = torch.tensor(step.h, dtype=torch.double, requires_grad=True), x_hat
    for l in range(L):
        F: list[Tensor] = []
        for i in range(len(beta)):
            y_i = y + h[l] * sum((A[i, j] * F[j] for j in range(i)), torch.zeros_like(y))
            F.append(torch.tanh(y_i @ u[0][l, 0].T + u[1][l, 0]))
        y = y + h[l] * sum(w * f for w, f in zip(beta, F, strict=True))
    (exact,) = torch.autograd.grad(((y - goal) ** 2).sum() / 2, h)
    found = adjoint.by_step_sizes(*swept(step, u, x_hat, goal))
    torch.testing.assert_close(found, exact, rtol=EXACT, atol=EXACT * exact.abs().max().item())


def test_the_derivative_is_a_mean_of_hamiltonians() -> None:
    """sum_i beta_i <p_i, f_i>, over samples and stages, with the costates (3.20) of the stages."""
    step, *of = problem("rk38")
    states, costates = swept(step, *of)
    beta = torch.tensor(step.tableau.arrays()[1])[:, None, None]
    means = (beta * costates.p_i * states.F).sum((1, 2, 3))
    torch.testing.assert_close(adjoint.by_step_sizes(states, costates), means, rtol=1e-13, atol=1e-13)


def test_the_lagrangian_is_stationary_and_its_derivative_by_h_is_this_one() -> None:
    """At the multipliers the value is the cost; moved in one h alone it changes by the derivative."""
    step, u, x_hat, goal = problem("kutta3")
    states, costates = swept(step, u, x_hat, goal)

    def value(h: list[float]) -> float:
        fixed = states.y, states.F, costates.p, costates.xi
        of = adjoint.lagrangian(replace(step, h=h), lambda y: ((y - goal) ** 2).sum() / 2, x_hat, u, *fixed)
        return float(of)

    assert value(list(step.h)) == pytest.approx(float(cost(step, u, x_hat, goal)), rel=1e-14)
    found = adjoint.by_step_sizes(states, costates)
    for l in range(L):
        total = 0.0
        for k, w in WEIGHTS.items():
            for sign in (1, -1):
                h = list(step.h)
                h[l] += sign * k * DIFFERENCE
                total += sign * w * value(h)
        assert total / DIFFERENCE == pytest.approx(found[l].item(), rel=EXACT, abs=EXACT)


def test_section_3_with_a_step_for_each_layer() -> None:
    """The gradient of the controls is autograd's; the partner gives the same costates; back in time is back."""
    net = RKNet(D_HAT, D_HAT, 2, 3, tableau="rk4", h=(0.5, 0.1, 0.3), lift="zero", seed=2).double()
    x, step = torch.randn(N, D_HAT, dtype=torch.double), Step.of(net)
    for recompute in (False, True):
        exact = torch.autograd.grad(net(x).pow(2).sum(), [net.K, net.b])
        found = torch.autograd.grad(adjoint.forward(net, x, recompute=recompute).pow(2).sum(), [net.K, net.b])
        for a, b in zip(found, exact, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)
    u = net.K.detach()[:, None], net.b.detach()[:, None]
    states = adjoint.states(step, u, x)
    assert torch.equal(states.y[1:], net.states(x)[1:].detach()) or torch.allclose(states.y, net.states(x), atol=1e-14)
    p = torch.randn(N, D_HAT, dtype=torch.double)
    one, other = (
        adjoint.costates(step, u, states, p),
        adjoint.partner_costates(step, step.tableau.partner, u, states, p),
    )
    torch.testing.assert_close(one.p, other.p, rtol=1e-12, atol=1e-13)
    continuous, reached = adjoint.continuous_costates(step, u, states.y, p, stored=True)
    torch.testing.assert_close(reached, states.y, rtol=0, atol=1e-3)
    torch.testing.assert_close(continuous.p, one.p, rtol=0, atol=0.05)


def test_steps_that_do_not_fit() -> None:
    """As many steps as layers; coefficients belong to one layer; a layer that is no step has no size."""
    step, u, x_hat, goal = problem("heun")
    with pytest.raises(ValueError, match=r"h: must hold a step size for each of the L = 4 layers in u, got 2; pass"):
        adjoint.states(replace(step, h=(0.1, 0.2)), u, x_hat)
    with pytest.raises(ValueError, match="h: must be the step size of this layer, got those of 4 layers"):
        _ = step.hA
    with pytest.raises(
        ValueError, match=r"h: must be a finite number that is not zero for each layer, got \(0\.1, 0\)"
    ):
        replace(step, h=(0.1, 0))
    plain = Step(Affine("tanh"), TABLEAUS["euler"], 1.0, carried=False)
    with pytest.raises(ValueError, match="step: must carry"):
        adjoint.by_step_sizes(*swept(plain, u, x_hat, goal))

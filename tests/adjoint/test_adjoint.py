"""The discrete adjoint against autograd, exact solutions, finite differences, complex steps and a peer library."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from rknet import ACTIVATIONS, TABLEAUS, EulerNet, Net, RK4Net, RKNet, StandardNet, Tableau, adjoint
from rknet.adjoint import Affine, General, StageError, Step
from rknet.adjoint.steps import NEWTON_STEPS

AUTOGRAD = 1e-11
"""Relative difference to autograd in double precision: rounding of 50 layers of up to 20 neurons, with room."""
ROUNDING = 1e-13
"""Rounding of a few layers in double precision, relative to the largest number involved."""
BILINEAR = 1e-12
"""Drift of p . delta y relative to |p| |delta y|."""
SINGLE = 2e-5
"""As `AUTOGRAD`, in single precision and for few layers."""
SLOPE = 0.15
"""How far an observed order may lie from its limit for h -> 0."""

EXPLICIT = [name for name, tableau in TABLEAUS.items() if tableau.explicit]
IMPLICIT = [name for name in TABLEAUS if name not in EXPLICIT]
PARTNERED = [name for name, tableau in TABLEAUS.items() if 0 not in tableau.beta]
NETS: dict[str, Callable[..., Net]] = {
    "StandardNet": StandardNet,
    "EulerNet": EulerNet,
    "RK4Net": RK4Net,
    "midpoint": lambda *sizes, **named: RKNet(*sizes, tableau="midpoint", **named),
}

coefficients = st.fractions(min_value=-1, max_value=1, max_denominator=6)
weights = coefficients.filter(lambda w: abs(w) >= Fraction(1, 20))


@st.composite
def tableaus(draw: st.DrawFn, explicit: bool, weights: st.SearchStrategy[Fraction] = weights) -> Tableau:
    """Random schemes of one to four stages, or one to three if implicit."""
    s = draw(st.integers(1, 4 if explicit else 3))
    rows = [[str(draw(coefficients)) for _ in range(i if explicit else s)] for i in range(s)]
    return Tableau("random", rows, [str(draw(weights)) for _ in range(s)])


@st.composite
def problems(draw: st.DrawFn, schemes: st.SearchStrategy[Tableau]) -> tuple[Step, tuple, Tensor, Tensor]:
    """A step, its controls one per stage or one per layer, samples, and the derivative of a cost by y[L]."""
    scheme, d_hat = draw(schemes), draw(st.integers(1, 20))
    L, N = draw(st.integers(1, 50)), draw(st.integers(1, 3))
    r = draw(st.sampled_from([1, scheme.stages]))
    f, seed = Affine(draw(st.sampled_from(sorted(ACTIVATIONS)))), draw(st.integers(0, 2**16))
    return problem(Step(f, scheme, draw(st.sampled_from([0.05, 0.1, 0.5]))), L, r, N, d_hat, seed)


def problem(
    step: Step, L: int, r: int = 1, N: int = 3, d_hat: int = 3, seed: int = 0
) -> tuple[Step, tuple[Tensor, Tensor], Tensor, Tensor]:
    """A step with random controls of norm |K| = 1, samples and derivative of a cost by y[L]."""
    rng = np.random.default_rng(seed)
    K, b, x_hat, p = (torch.from_numpy(rng.standard_normal(k)) for k in shapes(L, r, N, d_hat))
    return step, (K / torch.linalg.matrix_norm(K, 2)[..., None, None], b), x_hat, p


def shapes(L: int, r: int, N: int, d_hat: int) -> list[tuple[int, ...]]:
    return [(L, r, d_hat, d_hat), (L, r, d_hat), (N, d_hat), (N, d_hat)]


def relative(found: Tensor, expected: Tensor) -> float:
    """Norm of the difference relative to the norm of what is expected."""
    return float((found - expected).norm() / expected.norm().clamp_min(1e-300))


def assert_near(found: tuple[Tensor, ...], expected: tuple[Tensor, ...], tolerance: float) -> None:
    """Each tensor agrees, as a whole, with the one expected."""
    for part, oracle in zip(found, expected, strict=True):
        assert part.shape == oracle.shape
        assert relative(part, oracle) <= tolerance


def entries(tableau: Tableau) -> tuple[list[list[float]], list[float]]:
    """A and beta as numbers, rounded by their own arithmetic."""
    return [[float(a.evalf(30)) for a in row] for row in tableau.A], [float(w.evalf(30)) for w in tableau.beta]


def explicit_flow(step: Step, u: tuple[Tensor, Tensor], x_hat: Tensor) -> list[Tensor]:
    """(2.11) written out with plain operations that autograd can follow."""
    (A, beta), (K, b), states = entries(step.tableau), u, [x_hat]
    sigma = ACTIVATIONS[next(name for name, f in ACTIVATIONS.items() if f is step.f.sigma)]
    for l in range(len(K)):
        f: list[Tensor] = []
        for i in range(len(beta)):
            at = i if K.shape[1] > 1 else 0
            y_i = states[-1] + step.h * sum(A[i][j] * f[j] for j in range(i))
            f.append(sigma(torch.einsum("rq,nq->nr", K[l, at], y_i) + b[l, at]))
        states.append(states[-1] + step.h * sum(w * f_i for w, f_i in zip(beta, f, strict=True)))
    return states


def newton_flow(step: Step, u: tuple[Tensor, Tensor], states: adjoint.States) -> Tensor:
    """y[L] by one Newton step in each layer from the stages that were found, for autograd to follow."""
    (A, beta), (K, b), y = entries(step.tableau), u, states.y[0]
    A, beta = torch.tensor(A, dtype=torch.double), torch.tensor(beta, dtype=torch.double)
    for l, F in enumerate(states.F):

        def residual(F: Tensor, y: Tensor = y, K: Tensor = K[l], b: Tensor = b[l]) -> Tensor:
            z = torch.einsum(
                "irq,inq->inr", K.expand(len(beta), -1, -1), y + step.h * torch.einsum("ij,jnq->inq", A, F)
            )
            return F - step.f.sigma(z + b[:, None])

        J = torch.func.jacrev(residual)(F).reshape(F.numel(), F.numel()).detach()
        F = F - torch.linalg.solve(J, residual(F).flatten()).reshape(F.shape)
        y = y + step.h * torch.einsum("i,inq->nq", beta, F)
    return y


# ---- The gradient


@settings(deadline=None, derandomize=True, max_examples=40)
@given(problems(tableaus(explicit=True, weights=coefficients)))
def test_gradient_is_autograds_for_any_explicit_scheme(case: tuple) -> None:
    """Widths 1 to 20, depths 1 to 50, controls one per stage or one per layer, zero weights included."""
    step, u, x_hat, p = case
    leaves = [part.clone().requires_grad_() for part in (*u, x_hat)]
    y_L = explicit_flow(step, tuple(leaves[:2]), leaves[2])[-1]
    expected = torch.autograd.grad(y_L, leaves, p)
    found = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p)
    assert_near((*found.gradient, found.p[0]), expected, AUTOGRAD)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(problems(tableaus(explicit=False, weights=coefficients)))
def test_gradient_is_autograds_for_any_implicit_scheme(case: tuple) -> None:
    """The oracle differentiates one Newton step at the converged stages; h |K| max |A| <= 1/2."""
    step, u, x_hat, p = case
    states = adjoint.states(step, u, x_hat)
    leaves = [part.clone().requires_grad_() for part in u]
    expected = torch.autograd.grad(newton_flow(step, tuple(leaves), states), leaves, p)
    assert_near(adjoint.costates(step, u, states, p).gradient, expected, AUTOGRAD)


@pytest.mark.parametrize("name", IMPLICIT)
@pytest.mark.parametrize("L", [1, 50])
def test_deep_implicit_nets(name: str, L: int) -> None:
    """As above for the shipped implicit schemes, at h |K| max |A| = 1/2 and more layers."""
    A = TABLEAUS[name].arrays()[0]
    step, u, x_hat, p = problem(Step(Affine(), name, 0.5 / np.abs(A).max()), L, d_hat=4, N=2)
    states = adjoint.states(step, u, x_hat)
    leaves = [part.clone().requires_grad_() for part in u]
    expected = torch.autograd.grad(newton_flow(step, tuple(leaves), states), leaves, p)
    assert_near(adjoint.costates(step, u, states, p).gradient, expected, AUTOGRAD)


@pytest.mark.parametrize("name", TABLEAUS)
@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus"])
def test_gradient_is_that_of_finite_differences(name: str, activation: str) -> None:
    """Central differences along a random direction, with nothing differentiated at all."""
    scheme = TABLEAUS[name]
    step, u, x_hat, p = problem(Step(Affine(activation), scheme, 0.3), 4, r=scheme.stages)
    direction = problem(step, 4, r=scheme.stages, seed=1)[1]

    def cost(epsilon: float) -> float:
        moved = tuple(part + epsilon * v for part, v in zip(u, direction, strict=True))
        return float((adjoint.states(step, moved, x_hat).y[-1] * p).sum())

    epsilon = 1e-5
    expected = (cost(epsilon) - cost(-epsilon)) / (2 * epsilon)
    gradient = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p).gradient
    found = sum(float((g * v).sum()) for g, v in zip(gradient, direction, strict=True))
    assert found == pytest.approx(expected, rel=1e-8)  # truncation epsilon^2, rounding 1e-16 / epsilon


@pytest.mark.parametrize("name", EXPLICIT)
def test_gradient_is_that_of_complex_steps(name: str) -> None:
    """Im cost(u + i eps v) / eps has no rounding by cancellation; the sweeps take complex numbers as they are."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.3), 4)
    direction, epsilon = problem(step, 4, seed=1)[1], 1e-30
    moved = tuple(part + 1j * epsilon * v for part, v in zip(u, direction, strict=True))
    expected = float((adjoint.states(step, moved, x_hat + 0j).y[-1] * p).sum().imag) / epsilon
    gradient = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p).gradient
    found = sum(float((g * v).sum()) for g, v in zip(gradient, direction, strict=True))
    assert found == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize(
    "f", [Affine(), General(lambda u, y: torch.tanh(y @ u[0].T + u[1]))], ids=["Affine", "General"]
)
@pytest.mark.parametrize("name", ["rk4", "gauss4"])
def test_second_derivatives_by_complex_steps(f: adjoint.RightHandSide, name: str) -> None:
    """The costate sweep is holomorphic: a complex step through it is the Hessian times a direction, as autograd's."""
    step, u, x_hat, p = problem(Step(f, name, 0.3), 3)
    direction, epsilon = problem(step, 3, seed=1)[1], 1e-30
    moved = tuple(part + 1j * epsilon * v for part, v in zip(u, direction, strict=True))
    complex_gradient = adjoint.costates(step, moved, adjoint.states(step, moved, x_hat + 0j), p + 0j).gradient
    found = tuple(g.imag / epsilon for g in complex_gradient)

    def gradient(*u: Tensor) -> tuple[Tensor, ...]:
        return torch.func.grad(lambda u: (flow(step, u, x_hat) * p).sum())(u)

    _, expected = torch.func.jvp(gradient, u, direction)
    assert_near(found, expected, ROUNDING)


def flow(step: Step, u: tuple[Tensor, Tensor], x_hat: Tensor) -> Tensor:
    """y[L], for an implicit scheme by forty contractions."""
    (A, beta), (K, b), y = entries(step.tableau), u, x_hat
    for l in range(len(K)):
        F = [torch.zeros_like(y)] * len(beta)
        for _ in range(len(beta) if step.tableau.explicit else 40):
            F = [
                torch.tanh((y + step.h * sum(a * f for a, f in zip(row, F, strict=True))) @ K[l, 0].T + b[l, 0])
                for row in A
            ]
        y = y + step.h * sum(w * f for w, f in zip(beta, F, strict=True))
    return y


@pytest.mark.parametrize("name", TABLEAUS)
@pytest.mark.parametrize("shared", [True, False])
def test_general_right_hand_side(name: str, shared: bool) -> None:
    """`General` with (2.5) is `Affine`, in values, derivatives and gradients, one control per layer or stage."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.2), 3, r=1 if shared else TABLEAUS[name].stages)
    general = Step(General(lambda u, y: torch.tanh(y @ u[0].T + u[1])), name, 0.2)
    expected = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p)
    found = adjoint.costates(general, u, adjoint.states(general, u, x_hat), p)
    assert_near((*found.gradient, found.p, found.xi), (*expected.gradient, expected.p, expected.xi), ROUNDING)


@pytest.mark.parametrize("name", TABLEAUS)
def test_a_right_hand_side_that_is_no_net(name: str) -> None:
    """A pendulum with a torque: three parts of a control, none of them a matrix; the oracle is finite differences."""

    def f(u: tuple[Tensor, ...], y: Tensor) -> Tensor:
        stiffness, damping, torque = u
        return torch.stack([y[:, 1], -stiffness * y[:, 0].sin() - damping * y[:, 1] * y[:, 1] + torque], dim=1)

    rng, step = np.random.default_rng(0), Step(General(f), name, 0.1)
    u = tuple(torch.from_numpy(rng.uniform(0.5, 1, (4, 1))) for _ in range(3))
    x_hat, p = torch.from_numpy(rng.standard_normal((2, 3, 2)))
    gradient = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p).gradient
    for part, found in zip(u, gradient, strict=True):
        for l in range(4):
            costs = []
            for sign in (1, -1):
                part[l] += sign * 1e-5
                costs.append(float((adjoint.states(step, u, x_hat).y[-1] * p).sum()))
                part[l] -= sign * 1e-5
            assert float(found[l]) == pytest.approx((costs[0] - costs[1]) / 2e-5, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slopes(activation: str) -> None:
    """sigma' from the value of sigma is autograd's derivative of sigma, corners and tails included."""
    f = Affine(activation)
    x = torch.cat([torch.linspace(-30, 30, 240, dtype=torch.double), torch.tensor([0.0, 700.0])]).requires_grad_()
    y = f.sigma(x)
    (expected,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(f.slope(y.detach()), expected, rtol=1e-15, atol=2e-16)


# ---- The multipliers


@pytest.mark.parametrize("name", TABLEAUS)
@pytest.mark.parametrize("shared", [True, False])
def test_lagrangian_is_stationary(name: str, shared: bool) -> None:
    """All derivatives of (3.8) in Y, F, P, Xi vanish at the computed multipliers; that in U is the gradient."""
    r = 1 if shared else TABLEAUS[name].stages
    step, u, x_hat, target = problem(Step(Affine("softplus"), name, 0.2), 3, r=r)

    def cost(y: Tensor) -> Tensor:
        return ((y - target) ** 2).sum()

    states = adjoint.states(step, u, x_hat)
    found = adjoint.costates(step, u, states, torch.func.grad(cost)(states.y[-1]))
    point = (u, states.y, states.F, found.p, found.xi)
    value = adjoint.lagrangian(step, cost, x_hat, *point)
    by_u, *others = torch.func.grad(lambda *z: adjoint.lagrangian(step, cost, x_hat, *z), argnums=(0, 1, 2, 3, 4))(
        *point
    )
    assert float(value) == pytest.approx(float(cost(states.y[-1])), rel=ROUNDING)
    assert all(float(derivative.abs().max()) < ROUNDING * 100 for derivative in others)
    assert_near(by_u, found.gradient, ROUNDING)


@pytest.mark.parametrize("name", PARTNERED)
def test_reading_with_non_zero_weights(name: str) -> None:
    """p_i = xi_i / (h beta_i) satisfies (3.20) and both lines of (3.21)."""
    h, L, scheme = 0.3, 3, TABLEAUS[name]
    step, u, x_hat, p = problem(Step(Affine(), scheme, h), L)
    states = adjoint.states(step, u, x_hat)
    found = adjoint.costates(step, u, states, p)
    (A, beta), s = entries(scheme), range(scheme.stages)
    for l in range(L):
        slope = 1 - states.F[l] ** 2
        g = [(slope[i] * found.p_i[l, i]) @ u[0][l, 0] for i in s]  # f_y^T p_i
        assert relative(found.p[l + 1], found.p[l] - h * sum(beta[i] * g[i] for i in s)) < ROUNDING
        for i in s:
            right = found.p[l + 1] + h * sum(A[j][i] * beta[j] / beta[i] * g[j] for j in s)
            left = found.p[l] - h * sum((beta[j] - A[j][i] * beta[j] / beta[i]) * g[j] for j in s)
            assert max(relative(found.p_i[l, i], right), relative(found.p_i[l, i], left)) < ROUNDING


@pytest.mark.parametrize("name", TABLEAUS)
def test_bilinear_form_is_conserved(name: str) -> None:
    """p[l] . delta y[l] is the same in every layer, where delta y is the derivative of the states along a direction."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.3), 30)
    states, delta = torch.func.jvp(lambda x: adjoint.states(step, u, x).y, (x_hat,), (problem(step, 1, seed=1)[2],))
    costates = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p).p
    products = (costates * delta).sum(dim=(1, 2))
    size = costates.norm(dim=(1, 2)) * delta.norm(dim=(1, 2))
    assert bool(((products - products[-1]).abs() <= BILINEAR * size).all())


def test_p_i_needs_weights() -> None:
    """xi may have zero weights, its reading p_i may not."""
    step, u, x_hat, p = problem(Step(Affine(), "midpoint", 0.1), 2)
    found = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p)
    with pytest.raises(ValueError, match="^tableau: .* non-zero, got 'explicit midpoint'; use xi"):
        _ = found.p_i


# ---- Optimise, then discretise


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.booleans().flatmap(lambda explicit: problems(tableaus(explicit))))
def test_discretising_and_optimising_commute(case: tuple) -> None:
    """With the partner of (3.23) both ways give the same costates and gradients, for any weights |beta_i| >= 1/20."""
    step, u, x_hat, p = case
    states = adjoint.states(step, u, x_hat)
    expected = adjoint.costates(step, u, states, p)
    found = adjoint.partner_costates(step, step.tableau.partner, u, states, p)
    assert_near((*found.gradient, found.p), (*expected.gradient, expected.p), AUTOGRAD)


@pytest.mark.parametrize("name", PARTNERED)
def test_corrected_condition_is_exact(name: str) -> None:
    """(3.23) with its tilde has no residual at all, for every shipped scheme without zero weights."""
    scheme, partner = TABLEAUS[name], TABLEAUS[name].partner
    beta, s = scheme.beta, range(scheme.stages)
    residuals = [beta[i] * partner.A[i][j] + beta[j] * scheme.A[j][i] - beta[i] * beta[j] for i in s for j in s]
    assert [sympy.simplify(residual) for residual in residuals] == [0] * len(residuals)


@pytest.mark.parametrize(
    ("scheme", "A_tilde"),
    [
        (Tableau("implicit Euler", [[1]], [1]), [[0]]),
        (Tableau("trapezium", [[0, 0], ["1/2", "1/2"]], ["1/2", "1/2"]), [["1/2", 0], ["1/2", 0]]),
        (TABLEAUS["euler"], [[1]]),
        (TABLEAUS["heun"], [["1/2", "-1/2"], ["1/2", "1/2"]]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_known_pairs(scheme: Tableau, A_tilde: list) -> None:
    """Symplectic Euler, Lobatto IIIA-IIIB, and Heun's partner (Sanz-Serna 2016, Hairer, Lubich, Wanner)."""
    assert scheme.partner == Tableau("known", A_tilde, scheme.beta, scheme.c)
    step, u, x_hat, p = problem(Step(Affine(), scheme, 0.3), 3)
    states = adjoint.states(step, u, x_hat)
    found = adjoint.partner_costates(step, scheme.partner, u, states, p)
    assert_near(found.gradient, adjoint.costates(step, u, states, p).gradient, ROUNDING)


def test_wrong_partner_is_noticed() -> None:
    """Euler's costates with A~ = A solve p[l+1] = p[l] - h f_y^T p[l] for p[l]: another gradient."""
    h = 0.3
    step, u, x_hat, p = problem(Step(Affine(), "euler", h), 1)
    states = adjoint.states(step, u, x_hat)
    found = adjoint.partner_costates(step, step.tableau, u, states, p)
    for n in range(len(p)):
        J = (1 - states.F[0, 0, n] ** 2)[:, None] * u[0][0, 0]
        expected = torch.linalg.solve(torch.eye(3) - h * J.T, p[n])
        assert relative(found.p[0, n], expected) < ROUNDING
        assert relative(found.p_i[0, 0, n], expected) < ROUNDING


def test_partner_has_the_schemes_weights() -> None:
    """(3.23) asks for beta~ = beta."""
    step, u, x_hat, p = problem(Step(Affine(), "heun", 0.1), 2)
    with pytest.raises(ValueError, match="^partner: must have the weights of .*'Heun', got those of 'Ralston'"):
        adjoint.partner_costates(step, TABLEAUS["ralston"], u, adjoint.states(step, u, x_hat), p)


# ---- The continuous adjoint


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("name", ["euler", "heun", "kutta3", "rk4", "gauss4"])
def test_continuous_adjoint_converges(name: str, stored: bool) -> None:
    """The derivatives of y(1), dy/dt = u tanh(y), by u and y(0) are known; the error falls with the scheme's order."""
    x, u = torch.tensor([[0.6]], dtype=torch.double), 0.9
    sinh = math.exp(u) * math.sinh(0.6)
    by_x, by_u = math.exp(u) * math.cosh(0.6) / math.hypot(1, sinh), sinh / math.hypot(1, sinh)
    errors = []
    for L in (64, 128):
        step = Step(General(lambda u, y: u[0] * torch.tanh(y)), name, 1 / L)
        controls = (torch.full((L, 1, 1), u, dtype=torch.double),)
        y = adjoint.states(step, controls, x).y
        found, _ = adjoint.continuous_costates(step, controls, y, torch.ones_like(x), stored=stored)
        errors.append(np.hypot(float(found.p[0]) - by_x, float(found.gradient[0].sum()) - by_u))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(TABLEAUS[name].order, abs=SLOPE)


@pytest.mark.parametrize("name", ["implicit_midpoint", "gauss4"])
def test_symmetric_schemes_return(name: str) -> None:
    """Gauss and implicit midpoint are reversible and their own partners: the continuous adjoint is the discrete one."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.3), 10)
    states = adjoint.states(step, u, x_hat)
    expected = adjoint.costates(step, u, states, p)
    for stored in (True, False):
        found, reached = adjoint.continuous_costates(step, u, states.y, p, stored=stored)
        assert_near((*found.gradient, found.p, reached), (*expected.gradient, expected.p, states.y), 1e-12)


def test_peer_library() -> None:
    """torchdiffeq's `rk4`, the 3/8 rule: `odeint` is the discrete adjoint and `odeint_adjoint` the continuous one."""
    peer = pytest.importorskip("torchdiffeq")
    L, h = 10, 0.2
    step, (K, b), x_hat, p = problem(Step(Affine(), "rk38", h), 1)

    class Field(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.K, self.b = torch.nn.Parameter(K[0, 0].clone()), torch.nn.Parameter(b[0, 0].clone())

        def forward(self, t: Tensor, y: Tensor) -> Tensor:
            return torch.tanh(y @ self.K.T + self.b)

    u = (K.expand(L, -1, -1, -1), b.expand(L, -1, -1))
    states, field, t = adjoint.states(step, u, x_hat), Field(), h * torch.arange(L + 1, dtype=torch.double)
    ours = {
        peer.odeint: adjoint.costates(step, u, states, p),
        peer.odeint_adjoint: adjoint.continuous_costates(step, u, states.y, p, stored=False)[0],
    }
    for solve, found in ours.items():
        y = solve(field, x_hat, t[[0, -1]], method="rk4", options={"step_size": h})
        expected = torch.autograd.grad(y[-1], tuple(field.parameters()), p)
        assert_near(tuple(g.sum(dim=(0, 1)) for g in found.gradient), expected, 1e-12)
    assert relative(ours[peer.odeint].gradient[0], ours[peer.odeint_adjoint].gradient[0]) > 1e-8


def test_continuous_adjoint_has_one_control_a_layer() -> None:
    """Controls of stages lie at other instants on the way back."""
    step, u, x_hat, p = problem(Step(Affine(), "heun", 0.1), 2, r=2)
    y = adjoint.states(step, u, x_hat).y
    with pytest.raises(ValueError, match=r"^u: must have leading axes \(L, 1\).*one control per stage; pass one"):
        adjoint.continuous_costates(step, u, y, p)


# ---- Networks


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("lift", ["zero", "learned"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, SINGLE), (torch.float64, ROUNDING)])
def test_net_by_its_adjoint(
    name: str, activation: str, lift: str, recompute: bool, dtype: torch.dtype, tolerance: float
) -> None:
    """`adjoint.forward` returns the net's own logits, bit for bit, and autograd's gradients of every parameter."""
    net = NETS[name](2, 5, 3, 6, activation=activation, lift=lift, seed=1).to(dtype)
    x = torch.from_numpy(np.random.default_rng(2).standard_normal((7, 2))).to(dtype)
    labels = torch.arange(7) % 3
    logits = [net(x), adjoint.forward(net, x, recompute=recompute)]
    assert torch.equal(*logits)
    parameters = [p for p in net.parameters() if p.requires_grad]
    expected, found = (torch.autograd.grad(torch.nn.functional.cross_entropy(z, labels), parameters) for z in logits)
    assert_near(found, expected, tolerance)


@pytest.mark.parametrize("name", ["ralston", "gauss4", "dopri5"])
@pytest.mark.parametrize("recompute", [False, True])
def test_gradcheck(name: str, recompute: bool) -> None:
    """PyTorch's own comparison with finite differences, for an explicit, an implicit and a zero-weight scheme."""
    step, u, x_hat, _ = problem(Step(Affine(), name, 0.2), 2, r=1, N=2, d_hat=2)
    leaves = [part.requires_grad_() for part in (x_hat, *u)]
    assert torch.autograd.gradcheck(
        lambda x, *u: adjoint.propagate(step, u, x, recompute=recompute), leaves, check_undefined_grad=False
    )


def saved_bytes(compute: Callable[[], Tensor], but: set[int]) -> int:
    """Bytes of the storages that are kept for the backward pass, except those at the addresses `but`."""
    storages = {}

    def pack(tensor: Tensor) -> Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        compute()
    return sum(size for address, size in storages.items() if address not in but)


@pytest.mark.parametrize(
    ("name", "recompute", "layers"),
    [
        *[("StandardNet", False, 7), ("StandardNet", True, 6), ("EulerNet", False, 12), ("EulerNet", True, 6)],
        *[("midpoint", False, 18), ("RK4Net", False, 30), ("RK4Net", True, 6)],
    ],
)
def test_what_is_stored(name: str, recompute: bool, layers: int) -> None:
    """Of 6 layers s + 1 tensors each are kept, or one; a StandardNet's stages are its next states."""
    net, N = NETS[name](4, 4, 2, 6), 50
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((N, 4))).float()
    weights = {p.untyped_storage().data_ptr() for p in net.parameters()}
    step, u = Step.of(net), (net.K[:, None], net.b[:, None])
    kept = saved_bytes(lambda: adjoint.propagate(step, u, x, recompute=recompute), weights)
    assert kept == layers * N * 4 * x.element_size()


@pytest.mark.parametrize("name", ["rk4", "dopri5"])
def test_everything_stays_on_its_device(name: str) -> None:
    """The device "meta" refuses every operation with a tensor that was made elsewhere."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.2), 3)
    u, x_hat, p = tuple(part.to("meta").requires_grad_() for part in u), x_hat.to("meta"), p.to("meta")
    states = adjoint.states(step, u, x_hat)
    found = [adjoint.costates(step, u, states, p), adjoint.continuous_costates(step, u, states.y, p)[0]]
    if name in PARTNERED:
        found.append(adjoint.partner_costates(step, step.tableau, u, states, p))
        assert found[-1].p_i.is_meta
    assert all(part.is_meta for costates in found for part in (costates.p, costates.xi, *costates.gradient))
    gradient = torch.autograd.grad(adjoint.propagate(step, u, x_hat), u, p)
    assert [part.shape for part in gradient] == [part.shape for part in u]


def test_layers_may_move_as_soon_as_their_gradient_exists() -> None:
    """Weights changed in place between two layers of the sweep do not change the gradients still to come."""
    step, u, x_hat, p = problem(Step(Affine(), "rk4", 0.2), 5)
    states = adjoint.states(step, u, x_hat)
    expected = adjoint.costates(step, u, states, p)
    seen = []
    for layer in adjoint.costate_sweep(step, adjoint.layers(step, u), states.y, states.F, p):
        seen.append(layer.l)
        assert_near((layer.p, *layer.gradient), (expected.p[layer.l], *(g[layer.l] for g in expected.gradient)), 1e-15)
        for part in u:
            part[layer.l].fill_(math.nan)
    assert seen == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("name", ["heun", "implicit_midpoint"])
def test_second_derivatives_of_the_function(name: str) -> None:
    """The gradient may be differentiated in its turn; for a cost that is linear in y[L], where that is easily lost."""
    step, u, x_hat, _ = problem(Step(Affine(), name, 0.2), 2, N=1, d_hat=2)
    leaves = [part.requires_grad_() for part in (x_hat, *u)]
    assert torch.autograd.gradgradcheck(lambda x, *u: adjoint.propagate(step, u, x).sum(), leaves)


@pytest.mark.parametrize("name", IMPLICIT)
def test_autograd_through_the_states_of_implicit_schemes(name: str) -> None:
    """`states` itself may be differentiated: autograd sees Newton's last step."""
    step, u, x_hat, p = problem(Step(Affine(), name, 0.2), 3)
    leaves = [part.clone().requires_grad_() for part in (*u, x_hat)]
    found = torch.autograd.grad(adjoint.states(step, tuple(leaves[:2]), leaves[2]).y[-1], leaves, p)
    expected = adjoint.costates(step, u, adjoint.states(step, u, x_hat), p)
    assert_near(found, (*expected.gradient, expected.p[0]), ROUNDING)


# ---- Implicit stages and bad input


@pytest.mark.parametrize("name", IMPLICIT)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-15)])
def test_stages_are_found(name: str, dtype: torch.dtype, tolerance: float) -> None:
    """The stages satisfy (3.5) and (3.6) to rounding, in both precisions."""
    step, u, x_hat, _ = problem(Step(Affine(), name, 0.5), 4, r=TABLEAUS[name].stages)
    u, x_hat = tuple(part.to(dtype) for part in u), x_hat.to(dtype)
    states = adjoint.states(step, u, x_hat)
    A, beta = (torch.tensor(part, dtype=dtype) for part in entries(step.tableau))
    inputs = states.y[:-1, None] + 0.5 * torch.einsum("ij,ljnq->linq", A, states.F)
    expected = torch.tanh(torch.einsum("lirq,linq->linr", u[0], inputs) + u[1][:, :, None])
    assert float((states.F - expected).abs().max()) <= tolerance * 10
    assert float((states.Y - inputs).abs().max()) <= tolerance * 10
    moved = states.y[:-1] + 0.5 * torch.einsum("i,linq->lnq", beta, states.F)
    assert float((states.y[1:] - moved).abs().max()) <= tolerance * 10


def square(u: tuple[Tensor, ...], y: Tensor) -> Tensor:
    return u[0] + y * y


def test_stages_that_do_not_exist() -> None:
    """f = 1 + y^2 has no implicit step of size 2 from y = 1: k = 1 + (1 + k)^2 has no real solution."""
    step = Step(General(square), "implicit_midpoint", 2.0)
    u = (torch.tensor([[-1.0], [1.0]]).double(),)  # layer 0 stays near 0, layer 1 cannot be taken
    with pytest.raises(
        StageError, match=f"^layer 1: .* must be found .* after {NEWTON_STEPS} Newton steps; take a smaller h"
    ):
        adjoint.states(step, u, torch.tensor([[1.0]]).double())


def test_stages_of_what_is_not_a_number() -> None:
    """NaN is never taken for converged."""
    step, u, x_hat, _ = problem(Step(Affine(), "gauss4", 0.1), 2)
    with pytest.raises(StageError, match="^layer 0: .* got nan"):
        adjoint.states(step, u, x_hat * math.nan)


def test_singular_stages() -> None:
    """1 - h/2 f_y = 0 leaves the stage's equation without a solution."""
    step = Step(General(lambda u, y: u[0] * y), "implicit_midpoint", 1.0)
    with pytest.raises(StageError, match="^layer 0: .* singular"):
        adjoint.states(step, (torch.tensor([[2.0]]).double(),), torch.tensor([[1.0]]).double())


@pytest.mark.parametrize(
    ("K", "b"),
    [
        ((4, 3, 3), (4, 3)),
        ((4, 1, 3, 3), (4, 3)),
        ((4, 3, 3, 3), (4, 3, 3)),
        ((4, 1, 3, 3), (5, 1, 3)),
        ((0, 1, 3, 3), (0, 1, 3)),
        ((4, 2, 2), (4, 2)),
    ],
    ids=str,
)
def test_shapes_of_controls(K: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Controls have leading axes (L, s = 2) or (L, 1), L >= 1, and the axes that f asks for."""
    step = Step(Affine(), "heun", 0.1)
    with pytest.raises(ValueError, match=r"^u: .* \(L, s = 2\) or \(L, 1\), got the shapes .*; pass \(K\[:, None\]"):
        adjoint.states(step, (torch.zeros(K), torch.zeros(b)), torch.zeros(1, 3))


def test_no_controls() -> None:
    """An empty tuple is no control."""
    with pytest.raises(ValueError, match="^u: must be a tuple of tensors"):
        adjoint.layers(Step(Affine(), "heun", 0.1), ())


@pytest.mark.parametrize("h", [0, math.nan, math.inf])
def test_step_size(h: float) -> None:
    """h may be negative, to go back, and nothing else that is not positive."""
    with pytest.raises(ValueError, match="^h: must be a finite number that is not zero, got .*; pass for example"):
        Step(Affine(), "heun", h)


def test_names() -> None:
    """Unknown names are answered with the known ones."""
    with pytest.raises(ValueError, match="^tableau: must be a known name, got 'rk5'; choose from euler"):
        Step(Affine(), "rk5", 0.1)
    with pytest.raises(ValueError, match="^activation: must be a known name, got 'sin'; choose from tanh"):
        Affine("sin")


def test_only_euler_may_carry_nothing() -> None:
    """The layer of a StandardNet is one stage of weight one."""
    with pytest.raises(ValueError, match="^carried: must be True for 'Heun' with h = 1, got False; a layer"):
        Step(Affine(), "heun", 1.0, carried=False)
    with pytest.raises(ValueError, match="^step: must carry"):
        step, u, x_hat, p = problem(Step(Affine(), "euler", 1.0, carried=False), 2)
        adjoint.partner_costates(step, TABLEAUS["euler"], u, adjoint.states(step, u, x_hat), p)


def test_nets_with_layers_of_their_own() -> None:
    """A net that redefines its layer is refused: its adjoint is another."""

    class Odd(RK4Net):
        def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
            return 2 * super().layer(K, b, y)

    with pytest.raises(ValueError, match="^net: must have the layers of StandardNet or RKNet, got a Odd; build"):
        Step.of(Odd(2, 2, 2, 1))

"""Hamiltonian, reversible and antisymmetric networks against SciPy, autograd, tableaus and their invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from rknet import Protocol, RKNet, Tableau, draw, fit, split
from rknet.adjoint.memory import stored_bytes
from rknet.variants.antisymmetric import AntisymmetricNet
from rknet.variants.splittings import SPLITTINGS, HamiltonianNet, Splitting

ROUNDING = 1e-12
"""Sums and products of some hundred numbers of order one in double precision."""
EXACT = 1e-10
"""Relative difference of gradients in double precision after forty layers, inverted one after the other."""
SLOPE = 0.1
"""How far a measured order may lie from its limit for h -> 0."""

ORDERS = {"symplectic_euler": 1, "verlet": 2, "ruth3": 3, "forest_ruth": 4}
"""From the literature (Hairer, Lubich, Wanner, II.4 and II.5), not from the library."""


def net_of(splitting: str = "verlet", L: int = 4, h: float = 0.3, **arguments: object) -> HamiltonianNet:
    net = HamiltonianNet(2, 4, 2, L, splitting=splitting, h=h, **arguments).double()
    net.K.data *= 3
    return net


def samples(N: int = 5) -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).standard_normal((N, 4)))


def energy(K: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """H(q, r) for tanh, whose integral is log cosh."""
    q, r = y.chunk(2, dim=-1)
    return (r @ K[0].T + b[0]).cosh().log().sum(-1) + (q @ K[1].T + b[1]).cosh().log().sum(-1)


def omega(m: int) -> Tensor:
    """J = ((0, I), (-I, 0))."""
    return torch.kron(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double(), torch.eye(m).double())


def rate(K: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """J grad H, by autograd and not by the formulas of the library."""
    return torch.func.grad(lambda y: energy(K, b, y).sum())(y) @ omega(y.shape[-1] // 2).T


@pytest.mark.parametrize("name", SPLITTINGS)
def test_orders(name: str) -> None:
    """The error at T = 2 against SciPy's solution of Hamilton's equations: kills a wrong sign, half or fraction."""
    net, y_0 = net_of(), samples(1)
    K, b = net.K[0].detach(), net.b[0].detach()
    flow = solve_ivp(lambda _, y: rate(K, b, torch.from_numpy(y)), (0, 2), y_0[0], "DOP853", rtol=1e-12, atol=1e-12)
    errors = []
    for L in (64, 128):
        net.splitting, net.h, y = SPLITTINGS[name], 2 / L, y_0
        for _ in range(L):
            y = net.layer(K, b, y)
        errors.append(np.linalg.norm(y[0].numpy() - flow.y[:, -1]))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[name], abs=SLOPE)


def test_all_splittings_are_measured() -> None:
    assert ORDERS.keys() == SPLITTINGS.keys()


@pytest.mark.parametrize("name", SPLITTINGS)
def test_layers_are_symplectic(name: str) -> None:
    """M^T J M = J for the derivative M of a layer, hence its norm is at least 1 (kills a K for K^T)."""
    net = net_of(name)
    for K, b in zip(net.K, net.b, strict=True):
        M = torch.func.jacrev(lambda y, K=K, b=b: net.layer(K, b, y[None])[0])(samples(1)[0])
        torch.testing.assert_close(M.mT @ omega(2) @ M, omega(2), rtol=0, atol=ROUNDING)
        assert torch.linalg.matrix_norm(M, 2) >= 1 - ROUNDING


@pytest.mark.parametrize("name", SPLITTINGS)
def test_the_energy_stays_within_a_band(name: str) -> None:
    """With the same weights in every layer the energy neither grows nor falls over 4000 steps; Euler's grows."""
    net, y = net_of(name, h=0.05), samples()
    K, b = net.K[0].detach(), net.b[0].detach()
    energies, euler = [energy(K, b, y)], y
    for _ in range(4000):
        y, euler = net.layer(K, b, y), euler + net.h * rate(K, b, euler)
        energies.append(energy(K, b, y))
    off = (torch.stack(energies) - energies[0]).abs() / energies[0]
    late, early = off[2000:].amax(0), off[:2000].amax(0)
    assert (late < 0.2).all()
    assert (late < 1.5 * early + 1e-9).all()
    assert ((energy(K, b, euler) - energies[0]) / energies[0]).max() > 0.2


def test_symplectic_euler_is_the_pair_of_section_3() -> None:
    """r by implicit Euler, the partner of Euler's tableau, and q by Euler's from the new r on; q's rate sees no q."""
    net, y = net_of("symplectic_euler"), samples()
    K, b, h = net.K[0].detach(), net.b[0].detach(), net.h
    assert Tableau("Euler", [[]], [1]).partner.A == ((1,),)
    found = net.layer(K, b, y)
    q, _ = y.chunk(2, dim=1)
    q_new, r_new = found.chunk(2, dim=1)
    stage = torch.cat([q, r_new], dim=1)
    torch.testing.assert_close(found, y + h * rate(K, b, stage), rtol=0, atol=ROUNDING)
    assert not torch.allclose(q_new, q)


def test_verlet_is_the_pair_of_lobatto_s_schemes() -> None:
    """The trapezoidal rule with its partner, (3.23), is the method of Störmer and Verlet (Hairer et al., IV.2)."""
    trapezium = Tableau("Lobatto IIIA 2", [[0, 0], ["1/2", "1/2"]], ["1/2", "1/2"])
    A, A_tilde = (torch.from_numpy(t.arrays()[0]) for t in (trapezium, trapezium.partner))
    net, y = net_of("verlet"), samples()
    K, b, h, (q, r) = net.K[0].detach(), net.b[0].detach(), net.h, samples().chunk(2, dim=1)
    k, l = torch.zeros(2, 5, 2).double(), torch.zeros(2, 5, 2).double()
    for _ in range(4):  # each stage is exact once those that it reads are
        for i in range(2):
            Q = q + h * torch.einsum("j,jnq->nq", A[i], k)
            R = r + h * torch.einsum("j,jnq->nq", A_tilde[i], l)
            k[i], l[i] = rate(K, b, torch.cat([Q, R], dim=1)).chunk(2, dim=1)
    expected = torch.cat([q + h / 2 * (k[0] + k[1]), r + h / 2 * (l[0] + l[1])], dim=1)
    torch.testing.assert_close(net.layer(K, b, y), expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", SPLITTINGS)
def test_layers_are_undone(name: str) -> None:
    net, y = net_of(name), samples()
    for K, b in zip(net.K, net.b, strict=True):
        torch.testing.assert_close(net.inverse(K, b, net.layer(K, b, y)), y, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", SPLITTINGS)
def test_the_reversible_gradient_is_autograd_s(name: str) -> None:
    """Kills moves undone in their own order, and a gradient of the wrong layer."""
    plain, reversible = (net_of(name, L=40, h=0.1, reversible=flag) for flag in (False, True))
    x, c = samples()[:, :2], torch.tensor([0, 1, 1, 0, 1])
    found, expected = (
        torch.autograd.grad(torch.nn.functional.cross_entropy(net(x), c), list(net.parameters()))
        for net in (reversible, plain)
    )
    for one, other in zip(found, expected, strict=True):
        assert other.norm() > 1e-3
        assert (one - other).norm() <= EXACT * other.norm()


def test_the_gradient_is_that_of_central_differences() -> None:
    net, x, c = net_of(reversible=True), samples()[:, :2], torch.tensor([0, 1, 1, 0, 1])
    direction = torch.from_numpy(np.random.default_rng(2).standard_normal(net.K.shape))
    cost = lambda: torch.nn.functional.cross_entropy(net(x), c)  # noqa: E731
    (gradient,) = torch.autograd.grad(cost(), net.K)
    costs = []
    for k in (-2, -1, 1, 2):  # the five-point formula with steps of 1e-3 is exact to 1e-12 of the fifth derivative
        net.K.data += k * 1e-3 * direction
        costs.append(cost().item())
        net.K.data -= k * 1e-3 * direction
    slope = (costs[0] - 8 * costs[1] + 8 * costs[2] - costs[3]) / 12e-3
    assert slope == pytest.approx((gradient * direction).sum().item(), rel=1e-8)


def test_the_memory_of_the_reversible_pass_does_not_grow_with_depth() -> None:
    """Besides the weights one state (N, d_hat), and what the classifier stores; autograd stores some in every layer."""
    kept: dict[bool, list[int]] = {}
    state = 1000 * 4 * 8
    for reversible in (False, True):
        kept[reversible] = []
        for L in (10, 20):
            net = net_of(L=L, reversible=reversible)
            x = torch.zeros(1000, 2, dtype=torch.float64)
            kept[reversible].append(stored_bytes(lambda net=net, x=x: net(x), *net.parameters()))
    assert kept[True][0] == kept[True][1] == state
    assert kept[False][1] - kept[False][0] > 10 * state


def test_second_derivatives_are_refused() -> None:
    net = net_of(reversible=True)
    (gradient,) = torch.autograd.grad(net(samples()[:, :2]).sum(), net.K, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_antisymmetric_rates_have_imaginary_eigenvalues() -> None:
    net = AntisymmetricNet(2, 4, 2, 1, tableau="euler").double()
    y = samples(1)[0]
    J = torch.func.jacrev(lambda y: net.f(net.K[0], net.b[0], y[None])[0])(y)
    eigenvalues = torch.linalg.eigvals(J)
    assert eigenvalues.real.abs().max() < ROUNDING
    assert eigenvalues.imag.abs().max() > 0.1
    damped = AntisymmetricNet(2, 4, 2, 1, tableau="euler", damping=0.5).double()
    J = torch.func.jacrev(lambda y: damped.f(net.K[0], net.b[0], y[None])[0])(y)
    assert torch.linalg.eigvals(J).real.max() < -0.01


@pytest.mark.parametrize("kind", ["hamiltonian", "reversible", "antisymmetric"])
def test_pytorch_trains_and_the_faster_engines_say_why_not(kind: str) -> None:
    def make() -> HamiltonianNet | AntisymmetricNet:
        if kind == "antisymmetric":
            return AntisymmetricNet(2, 4, 2, 5, tableau="euler", h=0.5)
        return HamiltonianNet(2, 4, 2, 5, h=0.5, reversible=kind == "reversible")

    train, validation = split(draw("donut_2D", 60), 30)
    protocol = Protocol(epochs=5, learning_rate=0.02)
    for engine in ("layerwise", "compiled"):
        with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch'.*Net with changes of its own"):
            fit(make(), train, validation, protocol, engine=engine, progress=False)
    history = fit(make(), train, validation, protocol, progress=False)
    assert history.engine == "torch"
    assert history.train_cost[-1] < history.train_cost[0]


def test_nets_start_from_the_library_s_draws() -> None:
    net, other = HamiltonianNet(2, 4, 2, 3, seed=5), RKNet(2, 4, 2, 3, tableau="euler", seed=5)
    assert torch.equal(net.K[:, 0], other.K[:, :2, :2])
    assert torch.equal(net.K[:, 1], other.K[:, 2:, 2:])
    assert torch.equal(net.W, other.W)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: HamiltonianNet(2, 3, 2, 1), "d_hat: must be even.*got 3; pass d_hat=4"),
        (lambda: HamiltonianNet(2, 4, 2, 1, splitting="leap"), "splitting: must be a known name.*verlet"),
        (lambda: HamiltonianNet(2, 4, 2, 1, h=0), "h: must be"),
        (lambda: HamiltonianNet(2, 4, 2, 1, reversible="no"), "reversible: must be True or False"),
        (lambda: Splitting("half", [("q", 1), ("r", 0.5)]), "moves: must move .* sum to 1.*pass for example"),
        (lambda: Splitting("one", [("q", 1)]), "moves: must move"),
        (lambda: AntisymmetricNet(2, 4, 2, 1, tableau="euler", damping=-1), "damping: must be .*at least 0, got -1"),
    ],
)
def test_errors(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()


def test_other_weights_are_refused() -> None:
    net = net_of()
    net.K = torch.nn.Parameter(torch.zeros(4, 4, 4, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"net: K must have shape \(4, 2, 2, 2\)"):
        net.validate()
    assert net.architecture["moves"] == [["r", 0.5], ["q", 1.0], ["r", 0.5]]
    assert AntisymmetricNet(2, 4, 2, 1, tableau="euler", damping=0.5).architecture["damping"] == 0.5

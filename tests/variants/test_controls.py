"""Controls as functions of depth, and prolongation to twice as many layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.interpolate import interp1d

from rknet import TABLEAUS, Protocol, RKNet, draw, fit, split
from rknet.contract import engine_for
from rknet.variants.controls import BASES, FunctionNet, chebyshev, evaluations, hats, prolonged

ROUNDING = 1e-13
"""Rounding of a few layers in double precision."""
SLOPE = 0.1
"""How far an observed order may lie from its limit."""

EXPLICIT = [name for name, tableau in TABLEAUS.items() if tableau.explicit]


def test_bases() -> None:
    """Hats interpolate linearly, as SciPy does; Chebyshev's polynomials are cosines."""
    t, values = np.linspace(0, 1, 23), np.random.default_rng(0).standard_normal(5)
    np.testing.assert_allclose(hats(t, 5) @ values, interp1d(np.linspace(0, 1, 5), values)(t), atol=1e-14)
    np.testing.assert_allclose(chebyshev(t, 4), np.cos(np.arccos(2 * t - 1)[:, None] * np.arange(4)), atol=1e-13)
    for basis in BASES.values():
        np.testing.assert_array_equal(basis(t, 1), np.ones((23, 1)))


@pytest.mark.parametrize("basis", BASES)
def test_layers_use_the_values_at_their_midpoints(basis: str) -> None:
    """The net is the plain one of these controls; its parameters do not grow with its depth."""
    net = FunctionNet(2, 3, 2, 8, m=3, basis=basis, T=2.0, seed=1).double()
    t = (np.arange(8) + 0.5) / 8
    plain = RKNet(2, 3, 2, 8, tableau="rk4", h=0.25, seed=1).double()
    with torch.no_grad():
        for name in ("K", "b"):
            coefficients = getattr(net, name).detach().numpy()
            values = sum(BASES[basis](t, 3)[:, k, None] * coefficients[k].reshape(1, -1) for k in range(3))
            getattr(plain, name).copy_(torch.from_numpy(values.reshape(8, *coefficients.shape[1:])))
        plain.W.copy_(net.W)
        plain.mu.copy_(net.mu)
    x = torch.randn(5, 2, dtype=torch.double)
    torch.testing.assert_close(net(x), plain(x), rtol=1e-6, atol=1e-6)
    deep = net.deepened(64)
    assert deep.L == 64
    assert abs(deep.T - 2.0) < ROUNDING
    assert sum(p.numel() for p in deep.parameters()) == sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize("name", ["euler", "heun", "rk4"])
def test_deeper_nets_of_the_same_coefficients_converge(name: str) -> None:
    """Midpoint values of smooth controls are of order 2: orders 1 for Euler and 2 for the others, within 0.1."""
    net = FunctionNet(2, 3, 2, 16, m=4, basis="chebyshev", tableau=name, T=2.0, seed=1).double()
    net.basis.data = net.basis.double()
    x = torch.randn(5, 2, dtype=torch.double)
    exact = FunctionNet.deepened(net, 4096).double()(x)
    errors = [(net.deepened(L).double()(x) - exact).abs().max().item() for L in (64, 128)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(min(TABLEAUS[name].order, 2), abs=SLOPE)


def test_training() -> None:
    """By PyTorch; the other engines know one control for each layer, and give way."""
    train, validation = split(draw("donut_2D", 80, seed=1), 40)
    net = FunctionNet(2, 3, 2, 6, m=2, seed=1)
    before = net.K.detach().clone()
    assert engine_for(net, Protocol())[0] == "torch"
    history = fit(net, train, validation, Protocol(epochs=2), progress=False)
    assert history.engine == "torch"
    assert not torch.equal(net.K, before)
    with pytest.raises(ValueError, match="basis: must be a known name, got 'splines'; choose from hats, chebyshev"):
        FunctionNet(2, 3, 2, 6, m=2, basis="splines")


@pytest.mark.parametrize("name", EXPLICIT)
def test_prolongation_keeps_the_flow(name: str) -> None:
    """The map changes by the error of the scheme, and with one number as with a step for each layer."""
    errors = []
    for h in (0.2, 0.1):
        net = RKNet(2, 3, 2, 3, tableau=name, h=[h, 2 * h, h], activation="softplus", lift="linear", seed=2).double()
        net.mu.requires_grad_(False)
        deep, x = prolonged(net), torch.linspace(-1, 1, 10, dtype=torch.double).reshape(5, 2)
        assert (deep.L, deep.steps) == (6, (h / 2, h / 2, h, h, h / 2, h / 2))
        assert not deep.mu.requires_grad
        errors.append((deep(x) - net(x)).abs().max().item())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(TABLEAUS[name].order + 1, abs=0.75)
    assert prolonged(RKNet(2, 2, 2, 3, tableau=name, h=0.3)).h == 0.15


def test_evaluations_are_counted() -> None:
    """Each f of a forward pass, stage by stage."""
    net, counted = RKNet(2, 3, 2, 4, tableau="kutta3"), 0
    f = net.f

    def counting(*of: torch.Tensor) -> torch.Tensor:
        nonlocal counted
        counted += len(of[-1])
        return f(*of)

    net.f = counting
    for _ in range(3):
        net(torch.zeros(7, 2))
    assert evaluations(net, 7, 3) == counted

"""Learned step sizes: the projection, the derivative by h, training on the simplex, and layers that vanish."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from rknet import TABLEAUS, EulerNet, Protocol, RKNet, adjoint, draw, fit, split
from rknet.adjoint import Step
from rknet.contract import engine_for
from rknet.variants.learned_steps import Constrained, ODENet, onto_simplex

EXACT = 1e-10
"""Relative difference of two derivatives in double precision."""
SOLVER = 2e-6
"""What SciPy's SLSQP leaves of a projection in eight dimensions with entries up to 3."""
ROUNDING = 1e-13
"""Rounding of sums of twenty entries up to 3 in double precision."""
EXPLICIT = [name for name, tableau in TABLEAUS.items() if tableau.explicit]

entries = st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 6))


@settings(deadline=None, max_examples=40)
@given(h=st.lists(entries, min_size=1, max_size=8), T=st.floats(0.1, 5))
def test_projection_against_a_quadratic_programme(h: list[float], T: float) -> None:
    """SciPy's solver of min |v - h|^2 with v >= 0, sum v = T finds the same point."""
    found = onto_simplex(torch.tensor(h, dtype=torch.double), T).numpy()
    solved = minimize(
        lambda v: ((v - h) ** 2).sum() / 2,
        np.full(len(h), T / len(h)),
        jac=lambda v: v - np.array(h),
        bounds=[(0, None)] * len(h),
        constraints={"type": "eq", "fun": lambda v: v.sum() - T, "jac": lambda v: np.ones(len(h))},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 200},
    )
    np.testing.assert_allclose(found, solved.x, rtol=0, atol=SOLVER)


@settings(deadline=None)
@given(h=st.lists(entries, min_size=1, max_size=20), T=st.floats(0.1, 5))
def test_projection_meets_its_conditions(h: list[float], T: float) -> None:
    """v >= 0 and sum v = T; h - v is one number where v > 0 and no larger where v = 0 (Karush, Kuhn, Tucker)."""
    h_, v = torch.tensor(h, dtype=torch.double), onto_simplex(torch.tensor(h, dtype=torch.double), T)
    assert v.min() >= 0
    assert v.sum().item() == pytest.approx(T, rel=ROUNDING)
    moved = (h_ - v)[v > 0]
    assert (moved - moved[0]).abs().max() <= 10 * ROUNDING
    assert ((h_ - v)[v == 0] <= moved[0] + 10 * ROUNDING).all()
    torch.testing.assert_close(onto_simplex(v, T), v, rtol=0, atol=10 * ROUNDING)


def test_projection_row_by_row() -> None:
    """Each row has its own sum."""
    h = torch.randn(3, 5, dtype=torch.double)
    T = torch.tensor([0.5, 1.0, 2.0], dtype=torch.double)
    rows = torch.stack([onto_simplex(row, t) for row, t in zip(h, T.tolist(), strict=True)])
    torch.testing.assert_close(onto_simplex(h, T[:, None]), rows)
    with pytest.raises(ValueError, match=r"T: must be positive, got 0; pass for example T=1\.0"):
        onto_simplex(h, 0)


@pytest.mark.parametrize("name", EXPLICIT)
def test_a_net_of_equal_steps_is_the_net_of_their_number(name: str) -> None:
    """Before training, and its derivatives by the weights are the same; that by h is the adjoint's."""
    learned = ODENet(2, 3, 2, 4, tableau=name, T=2.0, seed=1).double()
    plain, x = RKNet(2, 3, 2, 4, tableau=name, h=0.5, seed=1).double(), torch.randn(5, 2, dtype=torch.double)
    torch.testing.assert_close(learned(x), plain(x), rtol=ROUNDING, atol=ROUNDING)
    W = learned.W.detach()
    exact = torch.autograd.grad((learned(x) ** 2).sum() / 2, [learned.h, learned.K])
    step, u = Step.of(plain), (plain.K.detach()[:, None], plain.b.detach()[:, None])
    states = adjoint.states(step, u, plain.lift(x))
    costates = adjoint.costates(step, u, states, (states.y[-1] @ W.T + learned.mu.detach()) @ W)
    found = adjoint.by_step_sizes(states, costates)
    torch.testing.assert_close(found, exact[0], rtol=EXACT, atol=EXACT * exact[0].abs().max().item())
    torch.testing.assert_close(costates.gradient[0][:, 0], exact[1], rtol=EXACT, atol=EXACT)


def test_training_moves_the_steps_and_the_callback_keeps_them_on_the_simplex() -> None:
    """With PyTorch, which every engine that knows no trained steps gives way to."""
    train, validation = split(draw("donut_2D", 80, seed=1), 40)
    protocol = Protocol(epochs=3, learning_rate=0.05)
    sums = {}
    for simplex in (False, True):
        net = ODENet(2, 3, 2, 6, T=3.0, simplex=simplex, seed=1)
        assert engine_for(net, protocol)[0] == "torch"
        history = fit(net, train, validation, protocol, progress=False, callbacks=[Constrained()])
        assert history.engine == "torch"
        assert max(net.steps) > 0.6 > min(net.steps)
        sums[simplex] = sum(net.steps)
    assert sums[True] == pytest.approx(3.0, rel=1e-6)
    assert abs(sums[False] - 3.0) > 0.01
    with pytest.raises(ValueError, match="callbacks: Constrained must observe an ODENet, got a EulerNet; leave it out"):
        fit(EulerNet(2, 3, 2, 2), train, validation, progress=False, callbacks=[Constrained()])


@pytest.mark.parametrize("name", ["euler", "rk4"])
def test_pruned_nets_compute_the_same(name: str) -> None:
    """Layers of step zero are left out, and the net of the others is one of the library's, with fixed steps."""
    net = ODENet(2, 3, 2, 5, tableau=name, T=2.0, simplex=True, activation="softplus", lift="linear", seed=3).double()
    with torch.no_grad():
        net.h.copy_(torch.tensor([0.7, -0.4, 0.9, -0.2, 0.8]))
    net.constrain()
    pruned, x = net.pruned(), torch.randn(6, 2, dtype=torch.double)
    assert pruned.L == 3
    assert pruned.steps == tuple(h for h in net.steps if h > 0)
    torch.testing.assert_close(pruned(x), net(x), rtol=ROUNDING, atol=ROUNDING)
    assert engine_for(pruned, Protocol())[0] == "compiled"


def test_errors() -> None:
    """What cannot be pruned or trained."""
    net = ODENet(2, 2, 2, 3)
    with torch.no_grad():
        net.h[0] = -0.5
    with pytest.raises(ValueError, match=r"h: must hold no negative step and one that is positive, got -0\.5 to 0\.33"):
        net.pruned()
    with torch.no_grad():
        net.h[0] = float("nan")
    with pytest.raises(ValueError, match=r"h: must hold L = 3 finite step sizes, got shape \(3,\); build a new net"):
        net.validate()
    with pytest.raises(ValueError, match="T: must be a finite number > 0, got 0"):
        ODENet(2, 2, 2, 3, T=0)
    with pytest.raises(ValueError, match="simplex: must be True or False"):
        ODENet(2, 2, 2, 3, simplex="yes")

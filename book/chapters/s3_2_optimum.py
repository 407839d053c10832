# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (s3-2-optimum)=
# # 3.2 The condition for an optimum
#
# {ref}`The derivation <s3-2>` set the derivatives of the Lagrangian in states and stage values to zero. The remaining
# derivative, in the controls {eq}`paper-3.18`, is the gradient of training, and at an optimum it vanishes. What this
# means for a single stage depends on whether stages share a control. This page trains three tiny networks until the
# gradient is zero up to rounding error, and examines the conditions there.
#
# :::{admonition} What the paper says, and what you will see
# :class: tip
# - The paper: at an optimum $f_u^\top \xi_i$ vanishes in every stage of every layer, {eq}`paper-3.19`, and so does
#   $f_u^\top p_i$, {eq}`paper-3.22`.
# - Here: this holds where every stage has a control of its own, hence also for Euler's method, whose layers have one
#   stage. It fails in general where stages share a control: in {eq}`paper-2.11` if instants coincide, as for RK4,
#   and in {eq}`paper-2.12` for every scheme with several stages, as in the paper's RK4Net.
# - Where stages share a control, the sum over these stages vanishes instead; for {eq}`paper-2.12` it is {eq}`eq-3.2.c`.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from scipy.optimize import minimize

from rknet import TABLEAUS, adjoint, plots
from rknet.adjoint import Affine, Step

plots.style()
rng = np.random.default_rng(5)

# %% [markdown]
# ## Two conditions
#
# If the controls of all stages may be chosen freely, every direction $v_i^{[l]}$ in {eq}`paper-3.18` is allowed. At
# an optimum each factor then vanishes individually, for $l = 0, \dots, L-1$ and $i = 1, \dots, s$:
#
# $$
# 0 = f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}, \qquad
# y_i^{[l]} = y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f_j^{[l]} .
# $$ (paper-3.19)
#
# Division by $h \beta_i \neq 0$, as in {eq}`eq-3.2.b`, gives a condition on the costates of the stages:
#
# $$
# f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]} = 0, \qquad l = 0, \dots, L-1, \quad i = 1, \dots, s.
# $$ (paper-3.22)
#
# In the language of optimal control, $p \cdot f(u, y)$ is the *Hamiltonian*, and an optimal control makes it stationary
# in $u$. As before, products and $f_u^\top$ sum over the samples. This is essential: for a single sample and $\sigma' >
# 0$ the part of {eq}`paper-3.22` that belongs to $b$ is $\sigma' \circ p_i = 0$, which holds only if $p_i = 0$. The
# conditions are necessary but not sufficient: they also hold at maxima and saddle points.
#
# ## A problem with an optimum
#
# Random weights are not optimal, so we train tiny networks until the gradient *vanishes*. But {ref}`the training
# problem <s3-1>` may have no minimum. We therefore use labels that are probabilities: they are assigned by a *teacher*,
# a network of the same kind with a smooth control, and mixed with half a per cent of noise. If the teacher's controls
# are available to the network, the cost has a minimum near them, at which $\mathcal{H} - c$, and with it every
# multiplier, is small but not zero. A network with one control per layer cannot represent these controls, and its
# minimum lies farther away. The scheme is RK4, with two layers of width 2 and six classes behind a fixed classifier.

# %%
tableau = TABLEAUS["rk4"]
L, s, T, N, classes = 2, tableau.stages, 5.0, 150, 6
step = Step(Affine("tanh"), tableau, h=T / L)
x_hat = torch.tensor(rng.uniform(-2, 2, (N, 2)))
W = torch.tensor(2 * rng.standard_normal((classes, 2)))
R, S = rng.standard_normal((2, 6))


def teacher(t):
    """The teacher's control at time t: four entries of K and two of b."""
    return torch.tensor(R * np.cos(1.5 * t) + S * np.sin(1.5 * t))


def parts(u):
    """Controls (L, s, 6) as K (L, s, 2, 2) and b (L, s, 2)."""
    return u[..., :4].unflatten(-1, (2, 2)), u[..., 4:]


def scores(u):
    return adjoint.states(step, parts(u), x_hat).y[L] @ W.T


nodes = tableau.arrays()[2]
taught = torch.stack(
    [
        torch.stack([teacher(step.h * (l + c_i)) for c_i in nodes])
        for l in range(L)
    ]
)
noise = torch.tensor(rng.dirichlet(np.ones(classes), N))
c = 0.995 * torch.softmax(scores(taught), dim=1) + 0.005 * noise


def cost(u):
    return -(c * torch.log_softmax(scores(u), dim=1)).sum(dim=1).mean()


# %% [markdown]
# ## Three kinds of networks
#
# In the first network every stage has its own control. In the second the controls are values of one function of time
# at the nodes, $u_i^{[l]} = \mathbf{u}(t_l + h c_i)$, as in {eq}`paper-2.11`: stages 2 and 3 of RK4 share the
# midpoint, since $c_2 = c_3$, and stage 4 of a layer shares an instant with stage 1 of the next. In the third all
# stages of a layer have the same control {eq}`paper-2.12`; this is `RK4Net`.

# %%
SHARING = {  # two stages have the same control where these values agree
    "a control for each stage": lambda l, i: (l, i),
    "one function of time (2.11)": lambda l, i: l + tableau.c[i],
    "one control per layer (2.12)": lambda l, i: l,
}


def owners(shared):
    """The number of the control that each stage of each layer uses, (L, s)."""
    keys = [shared(l, i) for l in range(L) for i in range(s)]
    known = sorted(set(keys))
    return torch.tensor([known.index(key) for key in keys]).reshape(L, s)


for kind, shared in SHARING.items():
    print(f"{kind:30}", owners(shared).tolist())

# %% [markdown]
# Newton's method with a trust region starts from the teacher's controls, averaged over the stages that share one; two
# plain Newton steps at the end reduce the gradient to the level of rounding error. The Hessian is positive definite, so
# each point is a strict local minimum.


# %%
def train(owner):
    """Controls (L, s, 6) where the gradient in the shared ones vanishes."""
    count = int(owner.max()) + 1

    def shared_cost(x):
        return cost(x.reshape(count, 6)[owner])

    gradient = torch.func.grad(shared_cost)
    hessian = torch.func.hessian(shared_cost)
    start = torch.stack([taught[owner == k].mean(dim=0) for k in range(count)])
    found = minimize(
        lambda x: shared_cost(torch.tensor(x)).item(),
        start.flatten().numpy(),
        jac=lambda x: gradient(torch.tensor(x)).numpy(),
        hess=lambda x: hessian(torch.tensor(x)).detach().numpy(),
        method="trust-exact",
        options={"gtol": 1e-9, "maxiter": 200},
    )
    x = torch.tensor(found.x)
    for _ in range(2):
        x = x - torch.linalg.solve(hessian(x), gradient(x))
    assert torch.linalg.eigvalsh(hessian(x)).min() > 1e-8
    return x.reshape(count, 6)[owner].detach()


def multipliers(u, labels=c):
    """The costates for controls (L, s, 6), by the library's sweeps."""
    states = adjoint.states(step, parts(u), x_hat)
    wrong = torch.softmax(states.y[L] @ W.T, dim=1) - labels
    return adjoint.costates(step, parts(u), states, wrong @ W / N)


controls = {kind: train(owners(shared)) for kind, shared in SHARING.items()}
optima = {kind: multipliers(u) for kind, u in controls.items()}

# %% [markdown]
# ## Which terms vanish
#
# By {eq}`eq-3.2.a` the following function gives the expressions that vanish in {eq}`paper-3.19`, with $v = \xi$, and
# in {eq}`paper-3.22`, with $v = p_i$:


# %%
# codes (3.19), (3.22)
def f_u_T(u, v):
    """f_u^T v_i for each stage of each layer, (L, s, 6)."""
    states = adjoint.states(step, parts(u), x_hat)
    slope_v = (1 - states.F**2) * v
    by_K, by_b = slope_v.mT @ states.Y, slope_v.sum(dim=2)
    return torch.cat([by_K.flatten(2), by_b], dim=2)


# %% [markdown]
# The conditions apply to the network with a control for each stage. Its multipliers are not zero, yet $f_u^\top$
# annihilates each of them.
#
# *Verified: at the teacher's controls, which are not optimal, $f_u^\top \xi_i = h \beta_i f_u^\top p_i$ is the gradient
# found by automatic differentiation; at the optimum both conditions hold up to rounding error, while no $\xi_i$ is
# zero.*

# %% tags=["hide-input"]
ROUNDING = 1e-12
kind = "a control for each stage"
free, taught_by = optima[kind], multipliers(taught)
gradient = torch.func.grad(cost)(taught)
h_beta = step.h * torch.tensor(tableau.arrays()[1])[:, None]
assert free.xi.abs().amax(dim=(2, 3)).min() > 1e-6 > 1e5 * ROUNDING
# checks (3.19)
assert torch.allclose(f_u_T(taught, taught_by.xi), gradient, atol=1e-15, rtol=0)
# checks (3.19)
assert f_u_T(controls[kind], free.xi).abs().max() < ROUNDING
# checks (3.22)
assert torch.allclose(
    h_beta * f_u_T(taught, taught_by.p_i), gradient, atol=1e-15, rtol=0
)
# checks (3.22)
assert f_u_T(controls[kind], free.p_i).abs().max() < ROUNDING

# %% [markdown]
# Next we compare all three networks at their optima: each term individually, and the sums over the stages that share
# a control.

# %%
for kind, shared in SHARING.items():
    each = f_u_T(controls[kind], optima[kind].xi)
    owner = owners(shared)
    sums = torch.stack([each[owner == k].sum(dim=0) for k in owner.unique()])
    print(
        f"{kind:30} each is zero: {bool(each.abs().max() < ROUNDING)!s:5}",
        f" sums are zero: {bool(sums.abs().max() < ROUNDING)}",
    )
    assert sums.abs().max() < ROUNDING
    free_stages = len(owner.unique()) == L * s
    assert (
        each.abs().max() < ROUNDING if free_stages else each.abs().max() > 1e-4
    )

# %% mystnb={"figure": {"name": "fig-s32-stationary", "caption": "The terms $f_u^\\top \\xi_i^{[l]}$ at the three optima: one row for each entry of $u = (K, b)$, one column for each stage; blue positive, orange negative, white zero (each panel has its own cube-root scale, so that small terms show). Lines separate stages with different controls. Left, all terms are zero. Middle, the terms of stages 2 and 3 cancel, and so do those of stage 4 and the first stage of the next layer. Right, only the sum over the four stages of a layer vanishes."}, "image": {"alt": "Three coloured matrices with six rows and eight columns. The left one is white. In the middle one columns 2 and 3 of each layer, and column 4 with the next layer's column 1, have opposite colours; the first and the last column are white. In the right one the four columns of each layer have mixed colours."}} tags=["hide-input"]
ENTRIES = "K_{11}", "K_{12}", "K_{21}", "K_{22}", "b_1", "b_2"
signed = LinearSegmentedColormap.from_list(
    "signed", [plots.CLASS_COLOURS[1], "white", plots.CLASS_COLOURS[0]]
)
fig, axes = plt.subplots(
    1, 3, figsize=(plots.WIDTH, 2.7), layout="constrained", sharey=True
)
for ax, (kind, shared) in zip(axes, SHARING.items()):
    shade = np.cbrt(
        f_u_T(controls[kind], optima[kind].xi).flatten(0, 1).T.numpy()
    )
    limit = max(np.abs(shade).max(), 0.001)  # where all is rounding: white
    ax.imshow(shade, cmap=signed, vmin=-limit, vmax=limit, aspect="auto")
    owner = owners(shared).flatten()
    for edge in np.flatnonzero(np.diff(owner)) + 0.5:
        ax.axvline(edge, color=plots.INK, linewidth=0.8)
    ax.set_xticks(range(L * s), [*range(1, s + 1)] * L)
    ax.set(title=kind, xlabel="stages of layer 0, of layer 1")
    ax.spines[["top", "right"]].set_visible(True)
axes[0].set_yticks(range(6), [f"${entry}$" for entry in ENTRIES])
plt.show()

# %% [markdown]
# :::{admonition} The paper's text: the conditions assume free stage controls
# :class: voice-paper
# {eq}`paper-3.19` and {eq}`paper-3.22` treat the controls of all stages as free. But the controls of {eq}`paper-2.11`
# are values of one function, equal where instants coincide, and the controls of the paper's own networks
# {eq}`paper-2.12` are equal within a layer. For the latter, {eq}`paper-3.18` allows only directions $v_i^{[l]} =
# v^{[l]}$ that are the same in all stages, and the condition is the *sum* {eq}`eq-3.2.c` below. For EulerNet the sum
# has one term and the printed conditions are correct. At the optimum of RK4Net the printed conditions fail and the
# sum vanishes, as the last line of the output above the figure shows.
# :::
#
# With one control per layer {eq}`paper-2.12` the condition for an optimum is therefore
#
# $$
# \sum_{i=1}^{s} f_u\bigl(u^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}
# = h \sum_{i=1}^{s} \beta_i\, f_u\bigl(u^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]} = 0
# $$ (eq-3.2.c)
#
# for every layer. The second form, which assumes that no weight is zero, is the scheme's own quadrature of
# $\int f_u^\top p \, dt$ over the layer. In continuous time this integral is the derivative of the cost in a control
# that is constant on the layer. With one control per layer the Hamiltonian need only be stationary on average over the
# layer, not at every instant.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s32-conditions
# One control has $m = \hat d^2 + \hat d$ entries. For RK4 with $L$ layers, how many scalar conditions does each of
# {eq}`paper-3.19`, the sums for one function of time, and {eq}`eq-3.2.c` contain? Compare with the number of scalars
# that are optimised.
# ```
#
# ```{solution} ex-s32-conditions
# :class: dropdown
# $4Lm$, $(2L + 1)m$ and $Lm$, always as many as there are scalars in the controls: at a stationary point the gradient
# vanishes, and the gradient has one component for each scalar that is optimised.
# ```

# %% tags=["hide-input"]
assert [len(owners(shared).unique()) for shared in SHARING.values()] == [
    4 * L,
    2 * L + 1,
    L,
]

# %% [markdown]
# ```{exercise}
# :label: ex-s32-cost
# Which of the three optima has the lowest cost, and why could this be predicted?
# ```
#
# ```{solution} ex-s32-cost
# :class: dropdown
# The optimum with free stage controls: the other two networks are special cases of the first, with equal controls in
# some stages. If each minimisation finds the best network of its kind, additional freedom cannot raise the cost. (A
# function of time and one control per layer are not special cases of each other.) Whether the freedom helps on *new*
# samples is another question.
# ```

# %% tags=["hide-input"]
costs = [cost(u).item() for u in controls.values()]
assert costs[0] == min(costs)
away = [((u - taught).norm() / taught.norm()).item() for u in controls.values()]
assert max(away[:2]) < 0.3 and away[2] > 1

# %% [markdown]
# ```{exercise}
# :label: ex-s32-perfect
# Suppose the labels were exactly the teacher's probabilities. What are $p$ and $\xi$ at the optimum of the first two
# networks, and why would the cells above then have shown nothing? What is different in the third network?
# ```
#
# ```{solution} ex-s32-perfect
# :class: dropdown
# Then $\mathcal{H} = c$ at the teacher's controls, $p^{[L]} = 0$ by {eq}`eq-3.1.c`, and all multipliers vanish. All
# terms are then zero in the first two networks, whether controls are shared or not. A check that holds for this reason
# shows nothing; hence the noise in the labels, and the check that no $\xi_i$ is zero. The third network cannot
# represent the teacher's controls, which vary within a layer. Its fit is not exact, its multipliers are not zero, and
# its individual terms do not vanish.
# ```

# %% tags=["hide-input"]
perfect = multipliers(taught, torch.softmax(scores(taught), dim=1))
assert perfect.p.abs().max() < 1e-15 and perfect.xi.abs().max() < 1e-15
c = torch.softmax(scores(taught), dim=1)  # `cost` reads the labels from here
third = train(owners(SHARING["one control per layer (2.12)"]))
terms = f_u_T(third, multipliers(third, c).xi)
assert terms.sum(dim=1).abs().max() < ROUNDING and terms.abs().max() > 1e-2

# %% [markdown]
# ## Takeaways
#
# - With free stage controls each term of the gradient vanishes: {eq}`paper-3.19`, and {eq}`paper-3.22` if no weight
#   is zero. With one stage per layer, as in EulerNet, the controls are free in this sense.
# - Stages that share a control share a condition. For controls read from one function of time, the condition is a sum
#   over the stages at the same instant; for the paper's networks it is the sum {eq}`eq-3.2.c` over the stages of a
#   layer.
# - A condition for an optimum can be tested only if the fit is not exact. At an exact fit every multiplier is zero
#   and every condition holds.
#
# First-order conditions of Runge-Kutta discretisations in terms of stage costates go back to {footcite:t}`hager2000`;
# for networks see {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```

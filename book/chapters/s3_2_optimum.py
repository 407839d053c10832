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
# # Section 3. The condition for an optimum
#
# {ref}`The derivation <s3-2>` has set the derivatives of the Lagrangian in states and stage values to zero. One is left,
# the derivative in the controls {eq}`paper-3.18`. It is the gradient, and where training has nothing left to gain it
# vanishes. What does that say about the stages of a network? It depends on what the stages share. This page trains three
# tiny networks until the gradient is zero to rounding, and looks.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - At an optimum $f_u^\top \xi_i$ vanishes in every stage of every layer, {eq}`paper-3.19`, and so does $f_u^\top p_i$,
#   {eq}`paper-3.22`.
# - You will see this hold where every stage has a control of its own, and fail where stages share one: in
#   {eq}`paper-2.11`, whose controls are values of one function of time, and in {eq}`paper-2.12`, the paper's networks.
# - What vanishes there is a sum, {eq}`eq-3.2.c`.
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
# If the controls of all stages may be chosen freely, every direction $v_i^{[l]}$ in {eq}`paper-3.18` is allowed. At a best
# choice each factor then vanishes by itself, for $l = 0, \dots, L-1$ and $i = 1, \dots, s$:
#
# $$
# 0 = f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}, \qquad
# y_i^{[l]} = y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f_j^{[l]} .
# $$ (paper-3.19)
#
# Divided by $h \beta_i \neq 0$ as in {eq}`eq-3.2.b`, it is a condition on the stages' costates:
#
# $$
# f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]} = 0, \qquad l = 0, \dots, L-1, \quad i = 1, \dots, s.
# $$ (paper-3.22)
#
# In the language of control: $p \cdot f(u, y)$ is the *Hamiltonian* of the problem, and an optimal control makes it
# stationary in $u$. The conditions are necessary, not sufficient; they hold at maxima and saddles as well.
#
# ## A problem with an optimum
#
# These conditions cannot be checked on random weights, which are not optimal. So tiny networks have to be trained until
# the gradient *vanishes*, and {ref}`the training problem <s3-1>` may have no such point. The way out: labels that are
# probabilities. A *teacher*, a network of the same kind with a smooth control, assigns them, and half a percent of
# randomness is mixed in. No control reproduces such labels. So the cost has a minimum near the teacher where $\mathcal{H} -
# c$, and with it every multiplier, is small but not zero.
#
# RK4 with two layers of width 2, and six classes behind a fixed classifier:

# %%
tableau = TABLEAUS["rk4"]
L, s, T, N, classes = 2, tableau.stages, 5.0, 150, 6
step = Step(Affine("tanh"), tableau, h=T / L)
x_hat = torch.tensor(rng.uniform(-2, 2, (N, 2)))
W = torch.tensor(2 * rng.standard_normal((classes, 2)))
R, S = rng.standard_normal((2, 6))


def teacher(t):
    """Its control at time t: the four entries of K and the two of b."""
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
# What do the stages share? In the first network nothing. In the second the controls are values of one function of time at
# the nodes, $u_i^{[l]} = \mathbf{u}(t_l + h c_i)$, as {eq}`paper-2.11` says: RK4 reads it twice at the midpoint, since $c_2 =
# c_3$, and stage 4 of a layer meets stage 1 of the next. In the third all stages of a layer have the same control
# {eq}`paper-2.12`; this is `RK4Net`.

# %%
SHARING = {  # two stages have the same control where these values agree
    "a control for each stage": lambda l, i: (l, i),
    "one function of time (2.11)": lambda l, i: l + tableau.c[i],
    "one control a layer (2.12)": lambda l, i: l,
}


def owners(shared):
    """The number of the control that each stage of each layer uses, (L, s)."""
    keys = [shared(l, i) for l in range(L) for i in range(s)]
    known = sorted(set(keys))
    return torch.tensor([known.index(key) for key in keys]).reshape(L, s)


for kind, shared in SHARING.items():
    print(f"{kind:28}", owners(shared).tolist())

# %% [markdown]
# Newton's method with a trust region starts from the teacher's controls, and two plain Newton steps bring the gradient
# down to rounding:


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
    return x.reshape(count, 6)[owner].detach()


def multipliers(u):
    """The costates for controls (L, s, 6), by the library's sweeps."""
    states = adjoint.states(step, parts(u), x_hat)
    wrong = torch.softmax(states.y[L] @ W.T, dim=1) - c
    return adjoint.costates(step, parts(u), states, wrong @ W / N)


def terms(found):
    """f_u^T xi_i for each stage, (L, s, 6): the terms of (3.18)."""
    by_K, by_b = found.gradient
    return torch.cat([by_K.flatten(-2), by_b], dim=-1)


controls = {kind: train(owners(shared)) for kind, shared in SHARING.items()}
optima = {kind: multipliers(u) for kind, u in controls.items()}

# %% [markdown]
# ## What vanishes
#
# First the network that {eq}`paper-3.19` and {eq}`paper-3.22` speak of, with a control for each stage. Its multipliers are
# not zero, and yet $f_u^\top$ annihilates every one of them:

# %%
ROUNDING = 1e-12
free = optima["a control for each stage"]
h_beta = step.h * torch.tensor(tableau.arrays()[1])
assert free.xi.abs().amax(dim=(2, 3)).min() > 1e-6
# checks (3.19)
assert terms(free).abs().max() < ROUNDING
# checks (3.22)
assert (terms(free) / h_beta[:, None]).abs().max() < ROUNDING
print(
    "f_u^T xi_i = 0 in every stage:", bool(terms(free).abs().max() < ROUNDING)
)

# %% [markdown]
# Now all three, trained equally far: each term by itself, and the sums over the stages that share a control.

# %%
for kind, shared in SHARING.items():
    each, owner = terms(optima[kind]), owners(shared)
    sums = torch.stack([each[owner == k].sum(dim=0) for k in owner.unique()])
    assert sums.abs().max() < ROUNDING
    if kind != "a control for each stage":
        assert each.abs().max() > 1e-4
    print(
        f"{kind:28} each is zero: {bool(each.abs().max() < ROUNDING)!s:5}",
        f" sums are zero: {bool(sums.abs().max() < ROUNDING)}",
    )

# %% mystnb={"figure": {"name": "fig-s32-stationary", "caption": "The terms $f_u^\\top \\xi_i^{[l]}$ at the three optima: one row for each entry of $u = (K, b)$, one column for each stage; blue positive, orange negative, white zero (a cube-root scale of each panel's own, so that small terms show). Lines separate stages with different controls. Left, all terms are zero. Middle, stages 2 and 3 balance, and so do stage 4 and the first stage of the next layer. Right, only the four stages of a layer together balance."}, "image": {"alt": "Three coloured matrices with six rows and eight columns. The left one is white. In the middle one columns 2 and 3 of each layer, and column 4 with the next layer's column 1, have opposite colours; the first and the last column are white. In the right one the four columns of each layer have mixed colours."}} tags=["hide-input"]
ENTRIES = "K_{11}", "K_{12}", "K_{21}", "K_{22}", "b_1", "b_2"
signed = LinearSegmentedColormap.from_list(
    "signed", [plots.CLASS_COLOURS[1], "white", plots.CLASS_COLOURS[0]]
)
fig, axes = plt.subplots(
    1, 3, figsize=(plots.WIDTH, 2.7), layout="constrained", sharey=True
)
for ax, (kind, shared) in zip(axes, SHARING.items()):
    shade = np.cbrt(terms(optima[kind]).flatten(0, 1).T.numpy())
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
# :::{admonition} The paper's text: the condition of another network
# :class: voice-paper
# {eq}`paper-3.19` and {eq}`paper-3.22` take the controls of all stages as free. Those of {eq}`paper-2.11` are not, as values of
# one function, and still less those of the paper's own networks {eq}`paper-2.12`: there {eq}`paper-3.18` allows only
# directions $v_i^{[l]} = v^{[l]}$ that are the same in all stages, and the condition is a *sum*, {eq}`eq-3.2.c` below. The
# cell above the figure asserts that at the optimum of such a network the printed conditions fail and the sum vanishes.
# :::
#
# $$
# \sum_{i=1}^{s} f_u\bigl(u^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}
# = h \sum_{i=1}^{s} \beta_i\, f_u\bigl(u^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]} = 0
# $$ (eq-3.2.c)
#
# for every layer. The second form shows what the sum is: the scheme's own quadrature of $\int f_u^\top p \, dt$ over the
# layer. In continuous time that integral is the derivative of the cost in a control which is constant on the layer. One
# control a layer does not ask the Hamiltonian to be stationary at every instant, only on the average over a layer.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s32-conditions
# How many scalar conditions are {eq}`paper-3.19`, the sums for one function of time, and {eq}`eq-3.2.c`, for RK4 with $L$
# layers? Compare with the number of scalars that are optimised.
# ```
#
# ```{solution} ex-s32-conditions
# :class: dropdown
# $4Lm$, $(2L + 1)m$ and $Lm$, always as many as there are scalars in the controls: a stationary point is where the gradient
# vanishes, and the gradient has the shape of what is optimised.
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
# Which of the three optima has the lowest cost, and why could you know that beforehand?
# ```
#
# ```{solution} ex-s32-cost
# :class: dropdown
# Free stage controls: the two other networks are special cases of the first, with equal controls in some stages. If each
# minimisation finds the best of its kind, freedom cannot cost anything. (A function of time and one control a layer are not
# special cases of each other.) Whether the additional freedom helps on *new* samples is another question.
# ```

# %% tags=["hide-input"]
costs = [cost(u).item() for u in controls.values()]
assert costs[0] == min(costs)

# %% [markdown]
# ```{exercise}
# :label: ex-s32-perfect
# Suppose the labels were exactly the teacher's probabilities. What are $p$ and $\xi$ at the optimum, and why would the cells
# above have shown nothing?
# ```
#
# ```{solution} ex-s32-perfect
# :class: dropdown
# Then $\mathcal{H} = c$ at the teacher's controls, $p^{[L]} = 0$ by {eq}`eq-3.1.b`, and all multipliers vanish. All terms are
# zero in all three networks, shared controls or not. A check that holds for this reason tells nothing; hence the noise in
# the labels, and the assertion that no $\xi_i$ is zero.
# ```

# %% tags=["hide-input"]
c = torch.softmax(scores(taught), dim=1)
perfect = multipliers(taught)
assert perfect.p.abs().max() < 1e-15 and perfect.xi.abs().max() < 1e-15

# %% [markdown]
# ## Takeaways
#
# - With free stage controls the gradient's terms vanish one by one: {eq}`paper-3.19`, and {eq}`paper-3.22` where no weight is
#   zero.
# - Stages that share a control share a condition. For controls read from one function of time it joins stages at equal
#   instants; for the paper's networks it is the sum {eq}`eq-3.2.c` over the stages of a layer.
# - To see a condition for an optimum one needs an optimum that is not perfect: where the fit is exact, every multiplier is
#   zero and every condition holds.
#
# That first-order conditions of a Runge-Kutta discretisation can be written with costates of its stages goes back to
# {footcite:t}`hager2000`; for networks see {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```

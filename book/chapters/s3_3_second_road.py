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
# (s3-second-road)=
# # 3.3 Optimise first, then discretise
#
# The paper discretises the training problem and derives conditions for the discrete problem. The second road starts
# from the differential equation: one derives the conditions for an optimum and then discretises them. This page takes
# the second road, compares the two, and shows that they give the same numbers if the costates follow the partner
# tableau of {doc}`s3_3_partner`.

# %% mystnb={"figure": {"name": "fig-commute", "caption": "Two roads to the gradient: the first goes down and then to the right, the second to the right and then down. They give the same numbers if the costates are discretised by the partner of the scheme for the states."}, "image": {"alt": "A square of four boxes. Top left: continuous training problem. An arrow to the right, optimise, leads to the adjoint equation; an arrow down, discretise, leads to the network. From both an arrow leads to the box at the bottom right, the gradient: from the network the arrow optimise, from the adjoint equation the arrow discretise by A and the partner A tilde."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.integrate import quad_vec, solve_ivp

from rknet import TABLEAUS, adjoint, plots
from rknet.adjoint import Affine, Step

plots.style()
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.5), layout="constrained")
boxes = {
    (0, 1): "training problem\nwith $\\dot{y} = f(u, y)$",
    (1, 1): "adjoint equation\n$\\dot{p} = -f_y^\\top p$",
    (0, 0): "training of a network\nby the scheme $(A, \\beta)$",
    (1, 0): "$y^{[l]}, \\; p^{[l]}$ and\nthe gradient",
}
box = {"boxstyle": "round,pad=0.5", "fc": "#eef4f9", "ec": plots.INK}
for (x, y), text in boxes.items():
    ax.text(x, y, text, ha="center", va="center", bbox=box)
arrow = {"arrowstyle": "-|>", "color": plots.CLASS_COLOURS[0], "lw": 1.4}
for start, end, text, where in (
    ((0.2, 1), (0.8, 1), "optimise", (0.5, 1.09)),
    ((0.2, 0), (0.8, 0), "optimise", (0.5, 0.09)),
    ((0, 0.78), (0, 0.22), "discretise ", (-0.11, 0.5)),
    ((1, 0.78), (1, 0.22), "discretise, $p$ by $\\tilde A$", (1.17, 0.5)),
):
    ax.annotate("", end, start, arrowprops=arrow)
    ax.text(*where, text, ha="center", va="center")
ax.set(xlim=(-0.35, 1.4), ylim=(-0.3, 1.3))
ax.axis("off")
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - the derivative of the continuous cost: $f_u^\top \mathbf p$, as a function of time;
# - the conditions for an optimum in Pontryagin's form, and their assumptions;
# - that {eq}`paper-3.24` to {eq}`paper-3.26` and {eq}`paper-3.22` are the discretisation of these conditions, line by
#   line;
# - how close the second road comes to the continuous gradient, with the partner and without, and when its result is
#   the gradient of the network.
# :::
#
# ## The continuous problem
#
# The control $\mathbf u$ is a function in $L^\infty(0, T; \mathbb R^m)$, bounded and measurable; it may jump from
# layer to layer. The state solves $\dot{\mathbf y} = f(\mathbf u, \mathbf y)$ for almost all $t$, $\mathbf y(0) =
# \hat x$, and the cost is $\hat{\mathcal F}(\mathbf u) = \mathcal F(\mathbf y(T))$.
#
# :::{admonition} The paper's text: what is assumed
# :class: voice-paper
# The paper does not discuss existence and uniqueness. It assumes a well-posed solution operator $\mathbf u \mapsto
# \mathbf y[\mathbf u]$, and derives its conditions formally. It does not claim that an optimal control exists.
# :::
#
# :::{admonition} What we assume
# :class: voice-here
# We assume the same, and that $f$ is continuously differentiable. For $f = \sigma(Ky + b)$ with $\tanh$, logistic or
# softplus these properties hold: $|f(\mathbf u, y) - f(\mathbf u, z)| \le \|\mathbf K(t)\|\, |y - z|$ with $\mathbf K$
# bounded, so Carathéodory's theorem gives exactly one solution for every $\mathbf u$, and the solution depends
# differentiably on $\mathbf u$. ReLU has a kink and is excluded here.
# :::
#
# ## The derivative
#
# Perturb the control: $\mathbf u + \varepsilon \mathbf v$ with $\mathbf v \in L^\infty$. To first order the state
# moves by $\varepsilon\, \delta\mathbf y$, where
#
# $$
# \dot{\delta \mathbf y} = f_y(\mathbf u, \mathbf y)\, \delta \mathbf y + f_u(\mathbf u, \mathbf y)\, \mathbf v,
# \qquad \delta \mathbf y(0) = 0 .
# $$ (eq-3.t)
#
# To first order the cost moves by $\varepsilon\, \nabla\mathcal F(\mathbf y(T)) \cdot \delta\mathbf y(T)$. Let the
# costate solve the adjoint equation
#
# $$
# \dot{\mathbf p} = -f_y(\mathbf u, \mathbf y)^\top \mathbf p, \qquad \mathbf p(T) = \nabla\mathcal F(\mathbf y(T)) .
# $$ (eq-3.u)
#
# In the time derivative of $\mathbf p \cdot \delta\mathbf y$ the terms with $f_y$ cancel, and $\mathbf p \cdot f_u
# \mathbf v$ remains. Integrate from 0 to $T$:
#
# $$
# \hat{\mathcal F}'(\mathbf u)\, \mathbf v = \mathbf p(T) \cdot \delta\mathbf y(T)
# = \int_0^T f_u(\mathbf u, \mathbf y)^\top \mathbf p \cdot \mathbf v \, \mathrm d t .
# $$ (eq-3.v)
#
# The gradient is therefore the function $f_u^\top \mathbf p$ of time. The test problem has width 2, $T = 2$, three
# samples, smooth controls, and the cost $\frac12 |\mathbf y(T) - y_\ast|^2$. SciPy solves both equations with
# tolerances of $10^{-12}$.

# %% tags=["hide-input"]
T, N, R = 2.0, 3, np.random.default_rng(7)
waves, other_waves = R.standard_normal((2, 3, 6)) / 2
x_hat, target = R.standard_normal((2, N, 2))


def control(t, waves=waves):
    """K (..., 2, 2) and b (..., 2) at times t."""
    basis = np.stack([np.ones_like(t), np.sin(t), np.cos(2 * t)], axis=-1)
    both = np.asarray(basis @ waves)
    return both[..., :4].reshape(*both.shape[:-1], 2, 2), both[..., 4:]


def solve(right, start, end, value):
    return solve_ivp(
        lambda t, v: right(t, v.reshape(N, 2)).ravel(),
        (start, end),
        value.ravel(),
        method="DOP853",
        rtol=1e-12,
        atol=1e-12,
        dense_output=True,
    ).sol


# %%
def f(t, y, eps=0.0):
    (K, b), (V, w) = control(t), control(t, other_waves)
    return np.tanh(y @ (K + eps * V).T + b + eps * w)


def adjoint_equation(t, p):
    return -((1 - f(t, y(t).reshape(N, 2)) ** 2) * p) @ control(t)[0]


def density(t):
    """f_u^T p at time t, added up over samples: by K and by b."""
    y_t, p_t = y(t).reshape(N, 2), p(t).reshape(N, 2)
    slope_p = (1 - f(t, y_t) ** 2) * p_t
    return np.concatenate([(slope_p.T @ y_t).ravel(), slope_p.sum(axis=0)])


# %% tags=["hide-input"]
def cost(eps):
    """Of the control u + eps v."""
    y_T = solve(lambda t, y: f(t, y, eps), 0, T, x_hat)(T)
    return np.sum((y_T - target.ravel()) ** 2) / 2


# %%
y = solve(f, 0, T, x_hat)
p = solve(adjoint_equation, T, 0, y(T).reshape(N, 2) - target)


def moments(t):
    """f_u^T p, times each of the three functions of time: (3, 6)."""
    return np.outer([1.0, np.sin(t), np.cos(2 * t)], density(t))


by_waves = quad_vec(moments, 0, T, epsabs=1e-11, epsrel=1e-11)[0]
derivative = np.sum(by_waves * other_waves)
difference = (cost(1e-4) - cost(-1e-4)) / 2e-4
assert abs(derivative - difference) < 1e-6 * abs(difference)
print(f"(3.v): {derivative:.5f}; central difference: {difference:.5f}")

# %% [markdown]
# The integral {eq}`eq-3.v` agrees to six digits with the difference quotient of the cost, which needs no costate.
#
# ## Conditions for an optimum
#
# At an optimum the derivative {eq}`eq-3.v` vanishes for every $\mathbf v \in L^\infty$. Choose $\mathbf v = f_u^\top
# \mathbf p$, which is bounded: then the integral of its square is zero, and
#
# $$
# f_u(\mathbf u(t), \mathbf y(t))^\top \mathbf p(t) = 0 \quad\text{for almost all } t .
# $$ (eq-3.y)
#
# With the *Hamiltonian* $H(u, y, p) = p \cdot f(u, y)$ the three conditions have one form,
#
# $$
# \dot{\mathbf y} = H_p, \qquad \dot{\mathbf p} = -H_y, \qquad H_u = 0 .
# $$ (eq-3.z)
#
# Pontryagin's principle says more: an optimal control *minimises* $H(\cdot, \mathbf y(t), \mathbf p(t))$ at almost
# all $t$. (With the costate $-\mathbf p$, a common choice, it maximises.) In $L^\infty$, where $\mathbf u(t)$ may be
# any vector at any time, a minimum in $u$ is a zero of $H_u$, and {eq}`eq-3.y` follows again. Condition
# {eq}`eq-3.y` is necessary but not sufficient; the paper states its discrete form {eq}`paper-3.22`.
#
# ## Side by side
#
# Now discretise these conditions: the state by $(A, \beta)$, the costate by $(\tilde A, \beta)$ at the same stages,
# the integral by the weights $\beta$. Apart from the start and the end, which are the same, each differential
# equation becomes a step with its stages, the integral becomes a sum over the stages, and the condition for the
# optimum is required at each stage.
#
# | | continuous | discrete | |
# | --- | --- | --- | --- |
# | state | $\dot{\mathbf y} = f(\mathbf u, \mathbf y)$ | $y^{[l+1]} = y^{[l]} + h \sum_i \beta_i f(u_i, y_i)$ | {eq}`paper-3.4` |
# | its stages | | $y_i = y^{[l]} + h \sum_j a_{i,j} f(u_j, y_j)$ | {eq}`paper-3.6` |
# | start | $\mathbf y(0) = \hat x$ | $y^{[0]} = \hat x$ | |
# | costate | $\dot{\mathbf p} = -f_y^\top \mathbf p$ | $p^{[l+1]} = p^{[l]} + h \sum_i \beta_i g_i$ | {eq}`paper-3.24` |
# | its slope | | $g_i = -f_y(u_i, y_i)^\top p_i$ | {eq}`paper-3.25` |
# | its stages | | $p_i = p^{[l]} + h \sum_j \tilde a_{i,j} g_j$ | {eq}`paper-3.26` |
# | end | $\mathbf p(T) = \nabla\mathcal F(\mathbf y(T))$ | $p^{[L]} = \nabla\mathcal F(y^{[L]})$ | {eq}`paper-3.13` |
# | derivative | $\int_0^T f_u^\top \mathbf p \cdot \mathbf v \,\mathrm d t$ | $\sum_l h \sum_i \beta_i\, f_u(u_i, y_i)^\top p_i \cdot v_i$ | {eq}`paper-3.18` |
# | optimum | $f_u(\mathbf u, \mathbf y)^\top \mathbf p = 0$ | $f_u(u_i, y_i)^\top p_i = 0$ | {eq}`paper-3.22` |
#
# The continuous column contains no tableau. The discrete column is what the paper derives from the discrete
# Lagrangian, *if* $\tilde A$ is the partner. With another $\tilde A$ the discrete column still discretises the
# continuous one, but in general it does not give the gradient of the network.
#
# ## The two roads agree
#
# On the first road, autograd differentiates a network of the library. On the second, this page solves the two
# differential equations by two tableaus. One linear system for each layer gives the $p_i$ and $p^{[l]}$ from
# $p^{[l+1]}$:


# %%
def nodes_of(tableau, L):
    """Times of all stages, (L, s)."""
    c = tableau.arrays()[2]
    return T / L * (np.arange(L)[:, None] + c)


def second_road(tableau, A_tilde, L):
    """h beta_i f_u^T p_i in all stages, (L, s, 6), from the equations."""
    h, beta, s = T / L, tableau.arrays()[1], tableau.stages
    K, b = control(nodes_of(tableau, L))
    step, u = Step(Affine("tanh"), tableau, h), (K, b)
    states = adjoint.states(step, tuple(map(torch.from_numpy, u)), start)
    Y, F = states.Y.numpy(), states.F.numpy()
    p, found = states.y[-1].numpy() - target, np.empty((L, s, 6))
    C = h * (beta - np.array(A_tilde, dtype=float))  # p^{l} eliminated
    for l in reversed(range(L)):
        J = (1 - F[l] ** 2)[..., None] * K[l][:, None]  # f_y, (s, N, 2, 2)
        M = np.einsum("ij,jnba->niajb", C, J).reshape(N, 2 * s, 2 * s)
        known = np.tile(p, s)[..., None]
        p_i = np.linalg.solve(np.eye(2 * s) - M, known).reshape(N, s, 2)
        slope_p = (1 - F[l] ** 2) * p_i.swapaxes(0, 1)
        by_K = np.einsum("ina,inb->iab", slope_p, Y[l]).reshape(s, 4)
        by_both = np.concatenate([by_K, slope_p.sum(axis=1)], axis=1)
        found[l] = h * beta[:, None] * by_both
        p = p + h * np.einsum("i,ina,iab->nb", beta, slope_p, K[l])
    return found


# %% tags=["hide-input"]
def first_road(tableau, L):
    """The network's gradient by autograd, (L, s, 6)."""
    step = Step(Affine("tanh"), tableau, T / L)
    u = [torch.tensor(part) for part in control(nodes_of(tableau, L))]
    u = tuple(part.requires_grad_() for part in u)
    y_L = adjoint.states(step, u, start).y[-1]
    cost = ((y_L - torch.from_numpy(target)) ** 2).sum() / 2
    by_K, by_b = torch.autograd.grad(cost, u)
    return torch.cat([by_K.flatten(2), by_b], dim=2).numpy()


def apart(found, exact):
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


start = torch.from_numpy(x_hat)
schemes = {name: t for name, t in TABLEAUS.items() if 0 not in t.beta}

# %%
for tableau in schemes.values():
    network = first_road(tableau, 10)
    assert apart(second_road(tableau, tableau.partner.A, 10), network) < 1e-13
    own = apart(second_road(tableau, tableau.A, 10), network)
    assert (own < 1e-13) == (tableau.partner == tableau)
print(f"{len(schemes)} schemes: with the partner both roads agree to 13 digits")

# %% [markdown]
# For these nine schemes the two roads do not agree with the scheme itself in place of the partner, unless the
# scheme is its own partner. (A reducible scheme can be an exception; see {doc}`s3_3_partner`.) Is
# the gradient with the partner also closer to the continuous one? Compare both with the derivatives {eq}`eq-3.v` with
# respect to all 18 numbers that define $\mathbf u$ here, six entries times three functions of time.

# %% tags=["hide-input"]
depths = np.array([16, 32, 64, 128])


def errors(name, matrix):
    """Distances of the derivatives: from the network's, from (3.v)."""
    tableau, rows = TABLEAUS[name], []
    for L in depths:
        t = nodes_of(tableau, L).ravel()
        basis = np.stack([np.ones_like(t), np.sin(t), np.cos(2 * t)])
        A_tilde = tableau.partner.A if matrix == "partner" else tableau.A
        found = basis @ second_road(tableau, A_tilde, L).reshape(-1, 6)
        network = basis @ first_road(tableau, L).reshape(-1, 6)
        rows.append([apart(found, network), apart(found, by_waves)])
    return np.transpose(rows)


NAMES, KINDS = ("euler", "heun", "rk4"), ("partner", "scheme itself")
measured = {(n, kind): errors(n, kind) for n in NAMES for kind in KINDS}
for (name, kind), (_, off) in measured.items():
    rate = -np.polyfit(np.log(depths[2:]), np.log(off[2:]), 1)[0]
    assert abs(rate - TABLEAUS[name].order) < 0.25
    print(f"{name:6} costates by the {kind:14} order {rate:.1f}")
assert max(measured[n, "partner"][0].max() for n in NAMES) < 1e-13
for n in ("euler", "rk4"):
    near, far = (measured[n, kind][1] for kind in reversed(KINDS))
    assert (near < far).all()
for n, power in zip(NAMES, (1, 3, 4)):
    off = np.log(measured[n, "scheme itself"][0])
    assert abs(-np.polyfit(np.log(depths), off, 1)[0] - power) < 0.1

# %% mystnb={"figure": {"name": "fig-two-roads", "caption": "The gradient by the second road. Left, relative distance from the continuous gradient: with the partner (solid) and with the scheme itself for the costates (dashed) it falls with the order of the scheme; Heun's two lines coincide. Right, relative distance from the network's gradient: rounding error with the partner, a power of $h$ without. Both results approximate the continuous gradient with the order of the scheme, but only with the partner is the result the gradient of the network."}, "image": {"alt": "Two log-log plots against step size. Left: for Euler, Heun and RK4 a solid and a dashed line fall in parallel, with slopes 1, 2 and 4. Right: three dashed lines of different slopes that fall with the step size, and three solid lines flat near 1e-16."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.9)
for (name, kind), rows in measured.items():
    colour = plots.CLASS_COLOURS[dict(zip(NAMES, (5, 1, 0)))[name]]
    line = "-" if kind == "partner" else "--"
    for ax, off in zip(axes[0], rows[::-1]):
        ax.loglog(
            T / depths,
            off + 1e-17,
            "o" + line,
            ms=3,
            c=colour,
            label=f"{TABLEAUS[name].name}, {kind}",
        )
axes[0, 0].set(title="distance from the continuous gradient")
axes[0, 1].set(title="distance from the network's gradient")
for ax in axes[0]:
    ax.set(xlabel="step size $h$")
    ax.set_xticks(T / depths, ["1/8", "1/16", "1/32", "1/64"])
    ax.minorticks_off()
handles = axes[0, 0].get_legend_handles_labels()
fig.legend(*handles, loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# **What to see.** The partner does not bring the gradient closer to the continuous one. In the left panel both
# gradients have the order of the scheme, and for Euler and RK4 the gradient without the partner is even the closer one
# here. For training the right panel matters, because training lowers the cost of the *network*.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s33-constant
# Let the control be constant on each layer. What replaces {eq}`eq-3.y`, and which condition for the paper's networks
# is its discretisation?
# ```
#
# ```{solution} ex-s33-constant
# :class: dropdown
# Only directions $\mathbf v$ that are constant on each layer are allowed, so the integral of $f_u^\top \mathbf p$ over
# each layer vanishes, but the integrand need not. The discretisation of this condition is the sum {eq}`eq-3.2.c` over
# the stages of a layer.
# ```
#
# ```{exercise}
# :label: ex-s33-hamiltonian
# Let the control be constant in time. Show that $H$ is constant along state and costate. Is $H$ constant from layer
# to layer in a network?
# ```
#
# ```{solution} ex-s33-hamiltonian
# :class: dropdown
# $\dot H = H_y \cdot \dot{\mathbf y} + H_p \cdot \dot{\mathbf p} = -\dot{\mathbf p} \cdot \dot{\mathbf y} +
# \dot{\mathbf y} \cdot \dot{\mathbf p} = 0$. In a network $p^{[l]} \cdot f(u, y^{[l]})$ is not conserved in general:
# it is not bilinear in state and costate, and the discretisation conserves it only up to its order.
# ```
#
# ## Takeaways
#
# - The derivative of the continuous cost is $f_u^\top \mathbf p$, with $\mathbf p$ from the adjoint equation; at an
#   optimum it vanishes for almost all $t$.
# - Equations {eq}`paper-3.24` to {eq}`paper-3.26` discretise the adjoint equation, and {eq}`paper-3.22` is $H_u = 0$ in
#   every stage.
# - With the partner, the two roads give the same gradient. With the scheme itself in place of the partner, the second
#   road still approximates the continuous gradient with the order of the scheme (measured for Euler, Heun and RK4),
#   but in general it does not give the network's gradient; among the schemes of this page it does so only for those
#   that are their own partners.
#
# The first road is the direct approach of {footcite:t}`sanzserna2016`; the transformed adjoint system and its order
# conditions are those of {footcite:t}`hager2000`, the application to networks that of {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```

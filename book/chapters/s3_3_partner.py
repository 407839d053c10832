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
# (s3-partner)=
# # Section 3. The partner: a scheme for the costates
#
# The derivation of {doc}`s3_2_derivation` discretised first and optimised then, and ended with multipliers $p_i^{[l]}$
# that look like the stages of a Runge-Kutta method. They are. This page finds that method's tableau, the *partner*, for
# every scheme, and asks what happens to the gradient if one takes another.
#
# :::{admonition} What you will learn
# :class: tip
# - which tableau the costates follow, {eq}`paper-3.23` to {eq}`paper-3.26`, computed exactly for every scheme;
# - that with it, and only with it, optimising and discretising may be exchanged: the same gradient to the last digits;
# - what is symplectic about a network's training: $p \cdot \delta y$ does not change from layer to layer;
# - how large the error of a wrong partner is, predicted by counting trees and then measured;
# - why a popular mistake stays unnoticed with Euler, Heun, Kutta 3, RK4 and the 3/8 rule.
# :::

# %% tags=["hide-input"]
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch
from IPython.display import HTML

from rknet import TABLEAUS, EulerNet, RK4Net, Tableau, adjoint, plots
from rknet.adjoint import Affine, Step, order

plots.style()
rng = np.random.default_rng(3)
schemes = {name: t for name, t in TABLEAUS.items() if 0 not in t.beta}

# %% [markdown]
# ## From multipliers to a scheme
#
# Take a scheme $(A, \beta, c)$ without zero weights. The second line of {eq}`paper-3.21` writes the multiplier
# $p_i^{[l]}$ of stage $i$ as $p^{[l]}$ and a sum over all stages, and {eq}`paper-3.20` does the same for $p^{[l+1]}$.
# Give the terms of these sums a name, $g_i^{[l]}$, and their factors too:
#
# $$
# p^{[l+1]} = p^{[l]} + h \sum_{i=1}^{s} \tilde\beta_i\, g_i^{[l]},
# $$ (paper-3.24)
#
# $$
# g_i^{[l]} = -f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]}, \qquad i = 1, \dots, s,
# $$ (paper-3.25)
#
# $$
# p_i^{[l]} = p^{[l]} + h \sum_{j=1}^{s} \tilde a_{i,j}\, g_j^{[l]}, \qquad i = 1, \dots, s.
# $$ (paper-3.26)
#
# This is a Runge-Kutta step for the adjoint equation $\dot{\mathbf p} = -f_y(\mathbf u, \mathbf y)^\top \mathbf p$, taken
# at the stages of the state. Its tableau $(\tilde A, \tilde\beta, \tilde c)$ follows from $(A, \beta, c)$ by
#
# $$
# \tilde\beta_i = \beta_i, \quad
# \beta_i \tilde a_{i,j} + \tilde\beta_j a_{j,i} - \beta_i \tilde\beta_j = 0, \quad
# \tilde c_i = c_i \quad\text{for } i, j = 1, \dots, s,
# $$ (paper-3.23)
#
# or, solved for the partner's matrix,
#
# $$
# \tilde a_{i,j} = \beta_j - \frac{\beta_j a_{j,i}}{\beta_i}.
# $$ (eq-3.p)
#
# By hand for RK4, against the library:

# %%
rk4 = TABLEAUS["rk4"]
beta, s = rk4.beta, range(rk4.stages)
A_tilde = [[beta[j] - beta[j] * rk4.A[j][i] / beta[i] for j in s] for i in s]
assert Tableau("by hand", A_tilde, beta, rk4.c) == rk4.partner
rk4.partner


# %% [markdown]
# :::{admonition} The paper's text
# :class: voice-paper
# As our text of the paper reads, the first $a$ of {eq}`paper-3.23` has no tilde:
# $\beta_i a_{i,j} + \tilde\beta_j a_{j,i} - \beta_i \tilde\beta_j = 0$. That would be a condition on a single scheme.
# For $i = j$ it says $a_{i,i} = \beta_i / 2$, so no explicit scheme satisfies it, although the paper's networks are all
# explicit. The tilde is what {eq}`paper-3.21` and {eq}`paper-3.26` ask for. We take its loss for a slip.
# :::
#
# Both readings, in exact arithmetic:


# %%
def residual(A_tilde, tableau):
    """beta_i a~_ij + beta_j a_ji - beta_i beta_j of (3.23), for all i, j."""
    A, beta, s = tableau.A, tableau.beta, tableau.stages

    def entry(i, j):
        return beta[i] * A_tilde[i][j] + beta[j] * A[j][i] - beta[i] * beta[j]

    return sympy.simplify(sympy.Matrix(s, s, entry))


# checks (3.23)
for name, tableau in schemes.items():
    corrected = residual(tableau.partner.A, tableau)
    printed = residual(tableau.A, tableau)
    assert corrected.is_zero_matrix
    assert printed.is_zero_matrix == (tableau.partner == tableau)
    assert not (tableau.explicit and printed.is_zero_matrix)
    verdict = "holds" if printed.is_zero_matrix else "fails"
    print(f"{name:18} with the tilde: holds.  As printed: {verdict}.")

# %% [markdown]
# As printed, the relation holds for Gauss-Legendre and the implicit midpoint rule alone: they are their own partners.
#
# ## A gallery of partners


# %%
def gallery(*names):
    """Each scheme with its partner to the right."""
    both = []
    for name in names:
        partner = schemes[name].partner
        tables = schemes[name]._repr_html_() + partner._repr_html_()
        tables = tables.replace(partner.name, "its partner")
        both.append(
            f'<div style="display: flex; align-items: start; gap: 1.5em">{tables}</div>'
        )
    style = "display: flex; flex-wrap: wrap; align-items: start; gap: 1em 4em; overflow-x: auto"
    return HTML(f'<div style="{style}">{"".join(both)}</div>')


gallery("euler", "heun", "ralston", "kutta3")

# %%
gallery("rk4", "rk38", "implicit_midpoint", "gauss4")

# %% [markdown]
# **What to see.** The partners of explicit schemes are full matrices and look implicit. But the costate sweep
# comes from the right, where $p^{[l+1]}$ is known. Eliminate $p^{[l]}$ from {eq}`paper-3.24` and {eq}`paper-3.26`, and
# what is left is
#
# $$
# p_i^{[l]} = p^{[l+1]} - h \sum_{j=1}^{s} \bigl(\beta_j - \tilde a_{i,j}\bigr)\, g_j^{[l]},
# \qquad \beta_j - \tilde a_{i,j} = \frac{\beta_j a_{j,i}}{\beta_i},
# $$ (eq-3.q)
#
# which is zero for $j \le i$ if the scheme is explicit: the stages follow one another from the last to the first, and
# backpropagation solves no equation. So is implicit Euler read from the left the partner of Euler's method.
#
# The nodes $\tilde c$ are those of the state's stages, where the controls were taken. In an ordinary tableau they would be
# the row sums of $\tilde A$. For two schemes they are not, which will matter below:

# %%
for name, tableau in schemes.items():
    partner = tableau.partner
    sums = tuple(sympy.simplify(sum(row)) for row in partner.A)
    if sums != partner.c:
        print(f"{name}: c = {partner.c}, but the rows of A~ sum to {sums}")

# %% [markdown]
# ## Optimising and discretising commute
#
# There are two ways from the training problem to a gradient. One discretises the problem and then derives the
# multipliers, as the paper does; the other derives the conditions of the continuous problem,
# $\dot{\mathbf p} = -f_y^\top \mathbf p$ with $\mathbf p(T) = \nabla \mathcal F$ and the derivative $f_u^\top \mathbf p$ in
# $\mathbf u(t)$, and then discretises them.

# %% mystnb={"figure": {"name": "fig-commute", "caption": "Two ways to the gradient. They end in the same numbers exactly if the costates are discretised by the partner of the scheme of the states."}, "image": {"alt": "A square of four boxes. Top left: continuous training problem. An arrow to the right, optimise, leads to state and adjoint equation; an arrow down, discretise, leads to the network. From both an arrow leads to the box at the bottom right, the gradient: from the network the arrow optimise, from the adjoint equation the arrow discretise by A and the partner A tilde."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.5), layout="constrained")
boxes = {
    (0, 1): "training problem\nwith $\\dot{y} = f(u, y)$",
    (1, 1): "adjoint equation\n$\\dot{p} = -f_y^\\top p$",
    (0, 0): "training of a network\nby the scheme $(A, \\beta)$",
    (1, 0): "$y^{[l]}, \\; p^{[l]}$ and\nthe gradient",
}
for (x, y), text in boxes.items():
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        bbox={"boxstyle": "round,pad=0.5", "fc": "#eef4f9", "ec": plots.INK},
    )
for start, end, text, where in (
    ((0.2, 1), (0.8, 1), "optimise", (0.5, 1.09)),
    ((0.2, 0), (0.8, 0), "optimise", (0.5, 0.09)),
    ((0, 0.78), (0, 0.22), "discretise ", (-0.11, 0.5)),
    ((1, 0.78), (1, 0.22), "discretise, $p$ by $\\tilde A$", (1.17, 0.5)),
):
    arrow = {"arrowstyle": "-|>", "color": plots.CLASS_COLOURS[0], "lw": 1.4}
    ax.annotate("", end, start, arrowprops=arrow)
    ax.text(*where, text, ha="center", va="center")
ax.set(xlim=(-0.35, 1.4), ylim=(-0.3, 1.3))
ax.axis("off")
plt.show()

# %% [markdown]
# The problem of this page has width $\hat d = 3$, time $T = 2$, four samples, controls that are smooth functions of time
# and the cost $\frac12 |y^{[L]} - y_\ast|^2$. Each layer has one control, taken at its midpoint, as in {eq}`paper-2.12`;
# with `stage_controls` it has one for each stage, taken at the nodes, as in {eq}`paper-2.11`.

# %%
T, d_hat, N = 2.0, 3, 4


def smooth(*shape):
    """A random smooth function of time with values of this shape."""
    a = rng.standard_normal((3, *shape))

    def values(t):
        t = t[(...,) + (None,) * len(shape)]
        return torch.from_numpy(a[0] + a[1] * np.sin(t) + a[2] * np.cos(2 * t))

    return values


K, b = smooth(d_hat, d_hat), smooth(d_hat)
x_hat, target = torch.from_numpy(rng.standard_normal((2, N, d_hat)))


def problem(tableau, L, stage_controls=False):
    """Step, controls, states and the derivative of the cost by y[L]."""
    step = Step(Affine("tanh"), tableau, T / L)
    nodes = tableau.arrays()[2] if stage_controls else np.array([0.5])
    t = T / L * (np.arange(L)[:, None] + nodes)
    states = adjoint.states(step, (K(t), b(t)), x_hat)
    return step, (K(t), b(t)), states, states.y[-1] - target


def flat(gradient):
    return torch.cat([part.flatten() for part in gradient])


def difference(found, expected):
    """Norm of the difference of two gradients, relative to the second."""
    return float((flat(found) - flat(expected)).norm() / flat(expected).norm())


# %% [markdown]
# `costates` discretises first: it uses {eq}`paper-3.13`, {eq}`paper-3.17` and {eq}`paper-3.18` and knows nothing of a
# partner. `partner_costates` optimises first: it takes {eq}`paper-3.24` to {eq}`paper-3.26` with any matrix $\tilde A$
# and solves for $p^{[l]}$ at the layer's left end. Autograd is the judge.

# %%
# checks (3.24), (3.25), (3.26)
for tableau in schemes.values():
    for stage_controls in (False, True):
        step, u, states, p_L = problem(tableau, 20, stage_controls)
        first = adjoint.costates(step, u, states, p_L).gradient
        second = adjoint.partner_costates(
            step, tableau.partner, u, states, p_L
        ).gradient
        u = tuple(part.requires_grad_() for part in u)
        y_L = adjoint.states(step, u, x_hat).y[-1]
        judge = torch.autograd.grad(((y_L - target) ** 2).sum() / 2, u)
        assert difference(first, judge) < 1e-13
        assert difference(second, first) < 1e-13
print(f"{len(schemes)} schemes: the same gradient both ways, to 13 digits")

# %% [markdown]
# ## What is symplectic here
#
# Move the input a little, $y^{[0]} \to y^{[0]} + \delta y^{[0]}$, with all controls held still. To first order the states
# move by $\delta y^{[l]}$, which obeys the linearised scheme: $\delta y^{[l+1]} = \delta y^{[l]} + h \sum_i \beta_i k_i$
# with $k_i = f_y(u_i, y_i)\, \delta y_i$ and $\delta y_i = \delta y^{[l]} + h \sum_j a_{i,j} k_j$. For the differential
# equations $\mathbf p \cdot \delta \mathbf y$ is constant in time: it is the change of the cost, seen from any instant. For
# the two schemes insert both steps into the product and replace $p^{[l]}$ and $\delta y^{[l]}$ by stages. The terms
# $p_i \cdot k_i + g_i \cdot \delta y_i$ cancel by {eq}`paper-3.25`, and what remains is
#
# $$
# p^{[l+1]} \cdot \delta y^{[l+1]} - p^{[l]} \cdot \delta y^{[l]}
# = h^2 \sum_{i,j=1}^{s} \bigl(\beta_i \beta_j - \beta_i \tilde a_{i,j} - \beta_j a_{j,i}\bigr)\, g_j^{[l]} \cdot
# k_i^{[l]} .
# $$ (eq-3.r)
#
# The bracket is {eq}`paper-3.23`. A pair that keeps this product is called *symplectic*
# {footcite}`sanzserna1992,sanzserna2016`: in the plane of one state and its costate it keeps areas. In numbers, with
# $\delta y$ from forward-mode differentiation, which knows nothing of costates:


# %%
def products(tableau, costates, L=20):
    """p[l] . delta y[l] in all layers, relative to |p[L]| |delta y[L]|."""
    step, u, states, p_L = problem(tableau, L)
    direction = torch.ones_like(x_hat)
    y, delta = torch.func.jvp(
        lambda x: adjoint.states(step, u, x).y, (x_hat,), (direction,)
    )
    p = costates(step, u, states, p_L).p
    return (p * delta).sum(dim=(1, 2)) / (p[-1].norm() * delta[-1].norm())


def right(step, u, states, p_L):
    return adjoint.partner_costates(step, step.tableau.partner, u, states, p_L)


def wrong(step, u, states, p_L):
    return adjoint.partner_costates(step, step.tableau, u, states, p_L)


def continuous(step, u, states, p_L):
    return adjoint.continuous_costates(step, u, states.y, p_L)[0]


def drift(tableau, sweep):
    """Change of p[l] . delta y[l] from layer l to the last, (L + 1,)."""
    kept = products(tableau, sweep)
    return (kept - kept[-1]).abs()


for tableau in schemes.values():
    assert drift(tableau, right).max() < 1e-13
    own = tableau.partner == tableau
    assert own == (drift(tableau, wrong).max() < 1e-13)
print("with the partner p . delta y is constant to 13 digits")

# %% mystnb={"figure": {"name": "fig-bilinear", "caption": "The product $p^{[l]} \\cdot \\delta y^{[l]}$ from the last layer, where $p$ is given, back to the first. Left, Euler: with the partner it is constant; with $\\tilde A = A$ it drifts, and so it does when the adjoint equation is solved backwards by the same scheme. Right, how far it has drifted with $\\tilde A = A$; grey, all schemes with their partners: rounding."}, "image": {"alt": "Left panel: a horizontal solid line for the partner and a dashed and a dotted curve that leave it as the layers are followed back. Right panel, logarithmic: drifts of Euler, Ralston, Heun, Kutta 3 and RK4 with the wrong partner lie one below the other between 1e-2 and 1e-7, and a grey band of partners near 1e-16."}} tags=["hide-input"]
looks = {
    "euler": ("-", 5),
    "ralston": (":", 1),
    "heun": ("--", 1),
    "kutta3": ("-", 3),
    "rk4": ("-", 0),
    "rk38": ("--", 0),
}
fig, axes = plots.panels([["2d", "2d"]], height=2.9)
sweeps = {
    "partner": (right, "-", plots.CLASS_COLOURS[0]),
    r"$\tilde A = A$": (wrong, "--", plots.CLASS_COLOURS[1]),
    "continuous adjoint": (continuous, ":", plots.CLASS_COLOURS[2]),
}
ax, logarithmic = axes[0]
for label, (sweep, line, colour) in sweeps.items():
    kept = products(TABLEAUS["euler"], sweep)
    ax.plot(100 * kept / kept[-1], line, color=colour, label=label)
ax.set_ylabel(r"$p^{[l]} \cdot \delta y^{[l]}$, % of the last layer's")
ax.legend(loc="upper right")
for name, (line, colour) in looks.items():
    colour = plots.CLASS_COLOURS[colour]
    off = drift(TABLEAUS[name], wrong)[:-1]
    logarithmic.semilogy(off, line, color=colour, label=TABLEAUS[name].name)
for tableau in schemes.values():
    off = drift(tableau, right)[:-1].clamp_min(1e-18)
    logarithmic.semilogy(off, color="#999999", linewidth=0.8)
logarithmic.set_ylabel(r"drift, of $|p|\,|\delta y|$")
logarithmic.legend(loc="center", bbox_to_anchor=(0.5, 0.34), ncols=2)
for ax in axes[0]:
    ax.set(xlabel="layer $l$")
    ax.set_xticks([0, 10, 20])
plt.show()

# %% [markdown]
# The drift is not noise. Layer by layer it is the right-hand side of {eq}`eq-3.r`, for the wrong partner too:

# %%
tableau = TABLEAUS["heun"]
step, u, states, p_L = problem(tableau, 20)
_, moved = torch.func.jvp(
    lambda x: tuple(adjoint.states(step, u, x)),
    (x_hat,),
    (torch.ones_like(x_hat),),
)
delta, k = moved[0], moved[2]  # of y, and of the stages' values f_i
found = wrong(step, u, states, p_L)
bracket = -np.array(residual(tableau.A, tableau)).astype(float)
for l in range(20):
    at = step.f.at(tuple(v[l] for v in u), states.Y[l], states.F[l])
    g = torch.stack([-at.f_y(i, found.p_i[l, i]) for i in range(2)])
    change = (found.p[l + 1] * delta[l + 1]).sum() - (
        found.p[l] * delta[l]
    ).sum()
    predicted = step.h**2 * torch.einsum(
        "ij,jnd,ind->", torch.from_numpy(bracket), g, k[l]
    )
    assert abs(change - predicted) < 1e-13 * delta.norm()

# %% [markdown]
# For a single neuron the picture is a plane: state $y$ to the right, costate $p$ upwards. Let a disc of such pairs flow
# through six layers of $y^{[l+1]} = y^{[l]} + h \tanh(y^{[l]})$, $h = 0.4$.

# %%
h, layers, angle = 0.4, 6, np.linspace(0, 2 * np.pi, 800, endpoint=False)
disc = np.array([[0.5], [1.4]]) + 0.5 * np.array([np.cos(angle), np.sin(angle)])
one_neuron = (
    torch.ones(layers, 1, 1, 1).double(),
    torch.zeros(layers, 1, 1).double(),
)


def flow(partner):
    """The disc's points (y, p) in each layer, shape (layers + 1, 2, 800)."""
    step = Step(Affine("tanh"), TABLEAUS["euler"], h)
    y0, p0 = (torch.from_numpy(part)[:, None] for part in disc)
    states = adjoint.states(step, one_neuron, y0)
    # The costate is linear in its last value: scale it so that it starts at p0.
    p = adjoint.partner_costates(
        step, partner, one_neuron, states, torch.ones_like(y0)
    ).p
    return torch.stack([states.y, p * (p0 / p[0])], dim=1)[..., 0].numpy()


def area(y, p):
    """Area of the polygon with these corners."""
    return abs(np.sum(y * np.roll(p, -1) - np.roll(y, -1) * p)) / 2


flows = {
    "partner": flow(TABLEAUS["euler"].partner),
    "A~ = A": flow(TABLEAUS["euler"]),
}
ratios = {
    label: area(*discs[-1]) / area(*discs[0]) for label, discs in flows.items()
}
for label, ratio in ratios.items():
    print(f"{label}: area of the last layer / of the first = {ratio:.2f}")
assert abs(ratios["partner"] - 1) < 1e-4  # of a polygon, not of its curve

# %% mystnb={"figure": {"name": "fig-area", "caption": "A disc of pairs $(y, p)$ in layers 0, 2, 4 and 6, light to dark. With the partner it is bent and stretched, but its area stays; with $\\tilde A = A$ the area shrinks from layer to layer."}, "image": {"alt": "Two panels with a row of four shapes each. Left, with the partner, the disc becomes wider and flatter at the same area. Right, with the wrong partner, the last shapes are clearly thinner."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.6)
for ax, (label, discs) in zip(axes[0], flows.items()):
    for l in range(0, layers + 1, 2):
        ax.fill(
            *discs[l],
            facecolor=plots.CLASS_COLOURS[0],
            edgecolor=plots.INK,
            linewidth=0.8,
            alpha=0.2 + 0.09 * l,
        )
    ax.set(xlabel="state $y$", xlim=(-0.2, 3.4), ylim=(0, 2))
    ax.set_title(f"{label}: area × {ratios[label]:.2f}")
axes[0, 0].set_ylabel("costate $p$")
plt.show()

# %% [markdown]
# ## The order of the pair
#
# With the partner the gradient is that of the network, exactly. How close is the *network's* gradient to the one of the
# differential equation? The state has the order of its scheme. For the costate one has to look at the pair: the terms of
# Taylor's theorem belong to rooted trees whose nodes are of two kinds, for the state and for the costate, and the pair's
# order is the size up to which all of them come out right. `order.order_of_pair` counts in exact arithmetic.
#
# If the controls are *given*, as they are when a gradient is computed, the costates are the derivative of the numerical
# flow, and the pair has the order of the scheme. If {eq}`paper-3.22` is *solved* for the controls, they become functions of state
# and costate. Then the state's equation contains the costate, more trees count, and a scheme may lose an order
# {footcite}`hager2000`:

# %%
ralston3 = Tableau(
    "Ralston 3",
    [[], ["1/2"], [0, "3/4"]],
    ["2/9", "1/3", "4/9"],
)
table = ["order of              scheme   pair   pair, controls eliminated"]
for tableau in (*schemes.values(), ralston3):
    given = order.order_of_pair(tableau, tableau.partner)
    eliminated = order.order_of_pair(tableau, tableau.partner, coupled=True)
    assert given == tableau.order
    table.append(f"{tableau.name:21}{tableau.order:5}{given:8}{eliminated:9}")
print("\n".join(table))

# %% [markdown]
# Measured for given controls, with stage controls {eq}`paper-2.11` and the costate $p^{[0]}$, against Dormand-Prince with
# four times as many layers:

# %%
depths = np.array([32, 64, 128])
step, u, states, p_L = problem(TABLEAUS["dopri5"], 512, stage_controls=True)
reference = adjoint.costates(step, u, states, p_L).p[0]
table = []
for tableau in (*schemes.values(), ralston3):
    errors = []
    for L in depths:
        step, u, states, p_L = problem(tableau, L, stage_controls=True)
        p_0 = adjoint.costates(step, u, states, p_L).p[0]
        errors.append(float((p_0 - reference).norm()))
    slope = np.polyfit(np.log(T / depths), np.log(errors), 1)[0]
    assert abs(slope - order.order_of_pair(tableau, tableau.partner)) < 0.15
    table.append(f"{tableau.name:20} order {slope:.1f}")
print("\n".join(table))

# %% [markdown]
# ## The wrong partner
#
# Suppose one does not know about partners and discretises the adjoint equation with the tableau at hand, {eq}`paper-3.24`
# to {eq}`paper-3.26` with $\tilde A = A$. State and costate together are then solved by one ordinary scheme of the full
# order, and the result is a decent approximation of the continuous gradient. It is only not the derivative of anything
# the network computes. How far off is it?
#
# Expand both costates into Taylor series over one layer. The terms belong to the trees above, of the shapes that a
# linear equation for $p$ leaves: a node of kind $p$ has at most one child of kind $p$. If the two series agree for all
# trees up to $n$ nodes, a layer's costates differ by $h^{n+1}$, those of $T/h$ layers by $h^n$, and so do the gradients
# divided by $h$, which are averages of $f_u^\top p$ over a layer. The controls of single stages see more: their
# gradients contain $p_i$ itself, which agrees only as far as the rows of $\tilde A$ and $A$ do. `order.agreement`
# predicts both powers of $h$; here they are, and what is measured:

# %%
readings = {"layer": False, "stage": True}


def error(tableau, L, stage_controls):
    """Relative error of the gradient with the wrong partner."""
    setting = problem(tableau, L, stage_controls)
    exact = adjoint.costates(*setting).gradient
    return difference(wrong(*setting).gradient, exact)


errors = {}
table = [
    "power of h         one control a layer     one a stage",
    "                   predicted  measured     predicted  measured",
]
for name, tableau in schemes.items():
    if tableau.partner == tableau:
        assert all(error(tableau, 64, r) < 1e-13 for r in readings.values())
        table.append(f"{name:18} no error at all         no error at all")
        continue
    powers = order.agreement(tableau, tableau.partner, tableau)
    depths = np.array([64, 128, 256, 512][: 4 if tableau.order < 4 else 3])
    row = f"{name:16}"
    for reading, power in zip(readings, powers):
        measured = [error(tableau, L, readings[reading]) for L in depths]
        slope = np.polyfit(np.log(T / depths), np.log(measured), 1)[0]
        assert abs(slope - power) < 0.15
        errors[name, reading] = measured
        row += f"{power:8}{slope:12.1f}    "
    table.append(row)
print("\n".join(table))

# %% mystnb={"figure": {"name": "fig-wrong-partner", "caption": "Error of the gradient with the wrong partner $\\tilde A = A$, relative to the exact one, against the step size. Left, one control a layer: the slopes are 1 for Euler, 2 for Ralston, 3 for Heun and Kutta 3, 4 for RK4 and the 3/8 rule. Right, one control a stage: nothing better than 2, and 1 where the rows of $\\tilde A$ do not sum to $c$."}, "image": {"alt": "Two log-log plots of relative error against step size for six explicit schemes. On the left the lines fan out with slopes from 1 to 4; on the right Euler and Ralston fall with slope 1 and the other four with slope 2."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=3.2)
titles = ("one control a layer (2.12)", "one control a stage (2.11)")
for ax, reading, title in zip(axes[0], readings, titles):
    for (name, line), marker in zip(looks.items(), plots.CLASS_MARKERS):
        measured = errors[name, reading]
        steps = T / np.array([64, 128, 256, 512][: len(measured)])
        ax.loglog(
            steps,
            measured,
            line[0],
            marker=marker,
            markersize=3.5,
            color=plots.CLASS_COLOURS[line[1]],
            label=TABLEAUS[name].name,
        )
    ax.set(xlabel="step size $h$", title=title)
    ax.set_xticks(
        T / np.array([64, 128, 256, 512]), ["1/32", "1/64", "1/128", "1/256"]
    )
    ax.minorticks_off()
axes[0, 0].set_ylabel("relative error of the gradient")
fig.legend(
    *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3
)
plt.show()

# %% [markdown]
# **What to see.** Right and wrong costates are both of the scheme's order $q$, so they agree on all trees with up to $q$
# nodes, and a difference like $h^q$ is what one expects: 1 for Euler, 2 for Heun and Ralston. But Heun reaches 3. The
# reason is in the trees with three nodes. The weight of a tree is $\sum_i \beta_i$ times sums over $a$, for each node of
# kind $y$, or $\tilde a$, for each of kind $p$:


# %%
def written(tree):
    """A tree as its root's kind and, in brackets, its subtrees."""
    kind, subtrees = tree
    return kind + (f"({' '.join(map(written, subtrees))})" if subtrees else "")


def weights(scheme, partner, tree):
    stages = order.weights_of(scheme, partner)(tree)
    return sympy.simplify(sum(w * g for w, g in zip(scheme.beta, stages)))


gauss = schemes["gauss4"]  # of order 4, so exact up to four nodes
table = [
    "            exact   Heun: partner, A~ = A    Ralston: partner, A~ = A"
]
for nodes in (1, 2, 3):
    for _, tree in order.coloured_trees(nodes, "p", False):
        row = [weights(gauss, gauss.partner, tree)]
        for scheme in (schemes["heun"], schemes["ralston"]):
            row += [weights(scheme, scheme.partner, tree)]
            row += [weights(scheme, scheme, tree)]
        assert row[1] == row[2]  # Heun's two columns
        columns = "".join(f"{weight!s:>11}" for weight in row)
        table.append(f"{written(tree):7}{columns}")
print("\n".join(table))

# %% [markdown]
# Both partners of Heun's scheme have rows that sum to $c$ and the same $\sum_i \beta_i \tilde a_{i,j} c_j$, here zero
# against the exact $1/6$: right and wrong costates share their leading error. The rows of Ralston's partner sum to $(-1,
# 1)$ and not to $c = (0, 2/3)$, so the weight of $p(p\, y)$ differs, and that of $p(p(y))$ as well. (For Ralston's
# $p(p\, y)$ it is the *wrong* costate that has the exact weight. Right is what belongs to the network.) The same happens
# to Euler's partner with two nodes already. And as soon as a gradient contains a *single* $p_i$, the first difference of
# the rows decides: $h$ if their sums differ, $h^2$ if they agree.
#
# What does it mean for training? The untrained networks of the paper's setting, width 16, $L = 100$, $h = 0.05$, with the
# cross-entropy of 50 samples:

# %%
x = torch.from_numpy(rng.standard_normal((50, 2)))
labels = torch.arange(50) % 2


def cost(net, y):
    """Cross-entropy of a net whose last layer's state is y."""
    return torch.nn.functional.cross_entropy(y @ net.W.T + net.mu, labels)


off = {}
for Net in (EulerNet, RK4Net):
    net = Net(2, 16, 2, 100, lift="linear", seed=0).double()
    net.requires_grad_(False)
    step, u = Step.of(net), (net.K[:, None], net.b[:, None])
    states = adjoint.states(step, u, net.lift(x))
    p_L = torch.func.grad(cost, argnums=1)(net, states.y[-1])
    exact = adjoint.costates(step, u, states, p_L).gradient
    off[Net] = difference(wrong(step, u, states, p_L).gradient, exact)
print("\n".join(f"{Net.__name__:8} off by {e:.0e}" for Net, e in off.items()))
assert off[EulerNet] > 0.02
assert off[RK4Net] < np.finfo(np.float32).eps

# %% [markdown]
# Some per cent with Euler, nothing that single precision would notice with RK4. A wrong partner does not stop training;
# it makes a gradient that no finite difference confirms, a line search that stalls, a bug that looks like noise.
#
# ## A mistake that stays unnoticed
#
# There is another way to be naive: walk backwards in time, from $p^{[l+1]}$ with step $-h$, with the same tableau, and
# meet the stored stages in the opposite order. For many schemes this is *right*. Compare with {eq}`eq-3.q`: the scheme
# run backwards with its stages reversed, $i \to s + 1 - i$, is the partner if
#
# $$
# \beta_i = \beta_{s+1-i} \quad\text{and}\quad
# \frac{\beta_j a_{j,i}}{\beta_i} = a_{s+1-i,\, s+1-j}, \qquad i, j = 1, \dots, s.
# $$ (eq-3.s)


# %%
def reversed_partner(tableau):
    """A~ of the scheme run backwards from the right end, stages reversed."""
    A, beta, last = tableau.A, tableau.beta, tableau.stages - 1
    s = range(tableau.stages)
    # p_i = p[l+1] - h sum_j a_(s+1-i)(s+1-j) g_j, in terms of p[l]
    A_tilde = [[beta[j] - A[last - i][last - j] for j in s] for i in s]
    return Tableau(f"{tableau.name}, reversed", A_tilde, beta, tableau.c)


palindromes = [
    name for name, t in schemes.items() if reversed_partner(t) == t.partner
]
others = [name for name in schemes if name not in palindromes]
print("their own partners, run backwards:\n ", ", ".join(palindromes))
print("not:\n ", ", ".join(others))

# %% [markdown]
# Euler, Heun, Kutta 3, RK4 and the 3/8 rule, the very schemes that everybody uses, forgive the mistake, and Gauss and
# the implicit midpoint rule do as well. Whoever tests "the same tableau, backwards" with one of them finds the gradient
# exact and believes in the recipe. Ralston's scheme, whose weights $1/4, 3/4$ read differently from behind, exposes it:

# %%
for name, tableau in schemes.items():
    step, u, states, p_L = problem(tableau, 20, stage_controls=True)
    found = adjoint.partner_costates(
        step, reversed_partner(tableau), u, states, p_L
    )
    exact = adjoint.costates(step, u, states, p_L)
    mistake = difference(found.gradient, exact.gradient)
    assert (mistake < 1e-13) == (name in palindromes)
    if name not in palindromes:
        print(f"{name}: the recipe is off by {mistake:.0%} of the gradient")

# %% [markdown]
# The stages must be *stored*, though. Solving state and costate back together, as the continuous adjoint does, meets
# other stages than the forward sweep did, and its gradient is not exact even for these schemes;
# {doc}`s3_4_gradient_checks` measures it.
#
# ## Zero weights
#
# The explicit midpoint rule and Dormand-Prince have weights that are zero. They have no partner, since
# {eq}`paper-3.20` divides by every weight, but their gradients are as exact as any other: the multipliers $\xi_i$ need
# no division.

# %%
for name in sorted(set(TABLEAUS) - set(schemes)):
    try:
        TABLEAUS[name].partner
    except ValueError as error:
        print(textwrap.fill(str(error), 68))
    step, u, states, p_L = problem(TABLEAUS[name], 20, stage_controls=True)
    found = adjoint.costates(step, u, states, p_L).gradient
    u = tuple(part.requires_grad_() for part in u)
    y_L = adjoint.states(step, u, x_hat).y[-1]
    judge = torch.autograd.grad(((y_L - target) ** 2).sum() / 2, u)
    assert difference(found, judge) < 1e-13

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s33-trapezium
# Find the partners of implicit Euler, $A = (1)$, $\beta = (1)$, and of the trapezium rule, $A = \begin{pmatrix} 0 & 0 \\
# 1/2 & 1/2 \end{pmatrix}$, $\beta = (1/2, 1/2)$, by hand. What is known about the second pair?
# ```
#
# ```{solution} ex-s33-trapezium
# :class: dropdown
# By {eq}`eq-3.p` $\tilde a = 1 - 1 = 0$ for implicit Euler: its partner is Euler's method, and being partners is mutual.
# The two together are symplectic Euler. For the trapezium rule $\tilde a_{i,j} = \frac12 - a_{j,i}$, which is
# $\begin{pmatrix} 1/2 & 0 \\ 1/2 & 0 \end{pmatrix}$: the Lobatto IIIA-IIIB pair, in mechanics the method of Störmer and
# Verlet.
# ```
#
# ```{exercise}
# :label: ex-s33-family
# The two-stage schemes of order 2 are $a_{2,1} = 1 / (2 \theta)$, $\beta = (1 - \theta, \theta)$. Which of them are their
# own partners run backwards?
# ```
#
# ```{solution} ex-s33-family
# :class: dropdown
# {eq}`eq-3.s` asks for $\beta_1 = \beta_2$, so $\theta = 1/2$: Heun's scheme alone. Then its second part, for $i = 1$, $j =
# 2$, says $a_{2,1} = a_{2,1}$.
# ```
#
# ```{exercise}
# :label: ex-s33-drift
# Derive {eq}`eq-3.r`.
# ```
#
# ```{solution} ex-s33-drift
# :class: dropdown
# Multiply the two steps out: the change is $h \sum_i \beta_i (p^{[l]} \cdot k_i + g_i \cdot \delta y^{[l]}) + h^2
# \sum_{i,j} \beta_i \beta_j\, g_j \cdot k_i$. In the first sum put $p^{[l]} = p_i - h \sum_j \tilde a_{i,j} g_j$ and
# $\delta y^{[l]} = \delta y_i - h \sum_j a_{i,j} k_j$. Since $p_i \cdot k_i = p_i \cdot f_y\, \delta y_i = -g_i \cdot
# \delta y_i$, what is left is $-h^2 \sum_{i,j} (\beta_i \tilde a_{i,j}\, g_j \cdot k_i + \beta_i a_{i,j}\, g_i \cdot
# k_j)$. Swap $i$ and $j$ in the last term.
# ```
#
# ```{exercise}
# :label: ex-s33-unequal
# Give every layer its own step size. What becomes of the partner?
# ```
#
# ```{solution} ex-s33-unequal
# :class: dropdown
# Nothing: {eq}`paper-3.23` does not contain $h$. Each layer has its own $h$ in {eq}`paper-3.24` to {eq}`paper-3.26`, and
# the product is kept in each of them. It is different if the step size depends on the state, as in adaptive
# integrators: then its derivative is part of the gradient.
# ```
#
# ## Takeaways
#
# - The multipliers of a Runge-Kutta network are themselves Runge-Kutta stages, of the tableau $\tilde a_{i,j} = \beta_j -
#   \beta_j a_{j,i} / \beta_i$; the printed {eq}`paper-3.23` has lost a tilde.
# - With this partner, discretising and optimising commute to the last digits, for every scheme without zero weights; the
#   multipliers $\xi_i$ do without the partner and without that restriction.
# - Symplectic means that $p \cdot \delta y$ is carried through the network unchanged; with another partner it drifts.
# - The wrong partner $\tilde A = A$ costs $h$ with Euler, $h^2$ with Ralston, $h^3$ with Heun and Kutta 3, $h^4$ with RK4,
#   and at most $h^2$ can be had for the controls of single stages. Trees predict all of it.
# - "The same tableau, backwards" is right for Euler, Heun, Kutta 3, RK4, the 3/8 rule, and wrong in general.
#
# That symplectic schemes make the two orders commute is told by {footcite:t}`sanzserna2016`, the conditions for optimal
# control are those of {footcite:t}`hager2000`, and trees with nodes of two kinds are explained by {footcite:t}`hairer2006`.
#
# ## References
#
# ```{footbibliography}
# ```

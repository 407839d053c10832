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
# (s3-symplectic)=
# # 3.3 What training preserves
#
# Pairs of schemes that satisfy {eq}`paper-3.23` are called symplectic because, as the paper says, they preserve
# quadratic invariants, which are quadratic functions that are constant along the solutions. For a pair this is true of
# the *bilinear* invariants, in which each term is a component of the state times a component of the costate. Other
# quadratic invariants, such as the energy $y^2 + p^2$ of an oscillator, need not be preserved.
#
# What does the training of a classifier preserve? The picture shows the answer for a single neuron, with the state
# $y$ on the horizontal and the costate $p$ on the vertical axis. A disc of such pairs passes through six layers
# $y^{[l+1]} = y^{[l]} + h \tanh(y^{[l]})$.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import TABLEAUS, Tableau, adjoint, plots
from rknet.adjoint import Affine, Step

plots.style()
schemes = {name: t for name, t in TABLEAUS.items() if 0 not in t.beta}
angle = np.linspace(0, 2 * np.pi, 800, endpoint=False)
disc = np.array([[0.5], [1.4]]) + 0.5 * np.array([np.cos(angle), np.sin(angle)])
one_neuron = (
    torch.ones(6, 1, 1, 1, dtype=torch.float64),
    torch.zeros(6, 1, 1, dtype=torch.float64),
)


def flow(partner):
    """The disc's points (y, p) in each layer, shape (7, 2, 800)."""
    step = Step(Affine("tanh"), TABLEAUS["euler"], 0.4)
    y_0, p_0 = (torch.from_numpy(part)[:, None] for part in disc)
    states = adjoint.states(step, one_neuron, y_0)
    # The costate is linear in its last value: scale it so that it starts at p_0.
    p = adjoint.partner_costates(
        step, partner, one_neuron, states, torch.ones_like(y_0)
    ).p
    return torch.stack([states.y, p * (p_0 / p[0])], dim=1)[..., 0].numpy()


def area(y, p):
    """Area of the polygon with these corners."""
    return abs(np.sum(y * np.roll(p, -1) - np.roll(y, -1) * p)) / 2


flows = {
    "partner": flow(TABLEAUS["euler"].partner),
    r"$\tilde A = A$": flow(TABLEAUS["euler"]),
}
ratios = {
    label: area(*discs[-1]) / area(*discs[0]) for label, discs in flows.items()
}
assert abs(ratios["partner"] - 1) < 1e-4  # of a polygon, not of its curve
assert ratios[r"$\tilde A = A$"] < 0.9

at_y, at_p, energies = 1.0, 0.0, []  # Euler and its partner: y' = p, p' = -y
for _ in range(10):
    at_p -= 0.4 * at_y
    at_y += 0.4 * at_p
    energies.append(at_y**2 + at_p**2)
assert max(energies) > 1.1 * min(energies)

# %% mystnb={"figure": {"name": "fig-area", "caption": "A disc of pairs $(y, p)$ in layers 0, 2, 4 and 6, light to dark. With the partner the disc is bent and stretched, but its area is preserved; with $\\tilde A = A$ the area shrinks from layer to layer."}, "image": {"alt": "Two panels with a row of four shapes each. Left, with the partner, the disc becomes wider and flatter at the same area. Right, with the wrong partner, the last shapes are clearly thinner."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.6)
for ax, (label, discs) in zip(axes[0], flows.items()):
    for l in (0, 2, 4, 6):
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
# :::{admonition} What you will learn
# :class: tip
# - that the product $p^{[l]} \cdot \delta y^{[l]}$ of the costate and a small change of the state is preserved
#   exactly from layer to layer;
# - that, for the gradient of a network, this is the chain rule;
# - that with a wrong partner the product in general changes in each layer, because {eq}`paper-3.23` fails, and by
#   how much;
# - what the paper's remark on other symplectic integrators can mean.
# :::
#
# ## A product that does not change
#
# Move the input a little, $y^{[0]} \to y^{[0]} + \delta y^{[0]}$, at fixed controls. To first order the states move
# by $\delta y^{[l]}$, which satisfies the linearised scheme:
#
# $$
# \begin{aligned}
# \delta y^{[l+1]} &= \delta y^{[l]} + h \sum_i \beta_i k_i, \\
# k_i &= f_y(u_i, y_i)\, \delta y_i, \qquad
# \delta y_i = \delta y^{[l]} + h \sum_j a_{i,j} k_j .
# \end{aligned}
# $$ (eq-3.n)
#
# The cost changes by $p^{[L]} \cdot \delta y^{[L]}$. This change also equals $p^{[0]} \cdot \delta y^{[0]}$,
# because $p^{[0]}$ is the gradient of the cost with respect to the input. For the same reason it equals
# $p^{[l]} \cdot \delta y^{[l]}$ in every layer $l$. This is the chain rule. In continuous time $\mathbf p \cdot
# \delta\mathbf y$ is constant too: by {eq}`eq-3.u` its derivative is $-f_y^\top \mathbf p \cdot \delta\mathbf y +
# \mathbf p \cdot f_y\, \delta\mathbf y = 0$.
#
# Which pairs of *schemes* preserve this product? Insert both steps, with the same weights $\tilde\beta = \beta$,
# into the product and express $p^{[l]}$ and $\delta y^{[l]}$ in terms of the stages. The terms
# $p_i \cdot k_i + g_i \cdot \delta y_i$ cancel by {eq}`paper-3.25`, which leaves
#
# $$
# p^{[l+1]} \cdot \delta y^{[l+1]} - p^{[l]} \cdot \delta y^{[l]}
# = h^2 \sum_{i,j=1}^{s} \bigl(\beta_i \beta_j - \beta_i \tilde a_{i,j} - \beta_j a_{j,i}\bigr)\, g_j^{[l]} \cdot
# k_i^{[l]} .
# $$ (eq-3.r)
#
# The bracket vanishes if {eq}`paper-3.23` holds. Such pairs preserve every bilinear function of state and costate
# that the differential equations preserve {footcite}`sanzserna1992,sanzserna2016`. For a single neuron it follows
# that areas in the picture are preserved.
#
# We check this on a network of width 3 with smooth controls, 20 layers, $T = 2$. The $\delta y$ come from
# forward-mode differentiation, which uses no costate.

# %% tags=["hide-input"]
rng = np.random.default_rng(3)
K_waves, b_waves = rng.standard_normal((3, 3, 3)), rng.standard_normal((3, 3))
x_hat, target = torch.from_numpy(rng.standard_normal((2, 4, 3)))


def problem(tableau, L=20):
    """Step, controls, states and the derivative of the cost with respect to y[L]."""
    step = Step(Affine("tanh"), tableau, 2 / L)
    t = step.h * (np.arange(L) + 0.5)
    basis = np.stack([np.ones(L), np.sin(t), np.cos(2 * t)], axis=1)
    u = tuple(
        torch.from_numpy(np.tensordot(basis, waves, 1))[:, None]
        for waves in (K_waves, b_waves)
    )
    states = adjoint.states(step, u, x_hat)
    return step, u, states, states.y[-1] - target


def moved(step, u):
    """delta y (L+1, N, d_hat) and k (L, s, N, d_hat)."""

    def outputs(x):
        states = adjoint.states(step, u, x)
        return states.y, states.F

    return torch.func.jvp(outputs, (x_hat,), (torch.ones_like(x_hat),))[1]


# %%
def product(tableau, sweep):
    """p[l] . delta y[l] in all layers, relative to |p[L]| |delta y[L]|."""
    step, u, states, p_L = problem(tableau)
    delta_y, _ = moved(step, u)
    p = sweep(step, u, states, p_L).p
    return (p * delta_y).sum(dim=(1, 2)) / (p_L.norm() * delta_y[-1].norm())


def with_partner(step, *setting):
    return adjoint.partner_costates(step, step.tableau.partner, *setting)


def with_itself(step, *setting):
    return adjoint.partner_costates(step, step.tableau, *setting)


def continuous(step, u, states, p_L):
    return adjoint.continuous_costates(step, u, states.y, p_L)[0]


def drift(tableau, sweep):
    kept = product(tableau, sweep)
    return (kept - kept[-1]).abs()


for tableau in schemes.values():
    assert drift(tableau, with_partner).max() < 1e-13
    own = tableau.partner == tableau
    assert own == (drift(tableau, with_itself).max() < 1e-13)
print(
    f"{len(schemes)} schemes: with the partner the product is constant to 13 digits"
)

# %% mystnb={"figure": {"name": "fig-bilinear", "caption": "The product $p^{[l]} \\cdot \\delta y^{[l]}$ from the last layer, where $p$ is given, back to the first. Left, Euler: with the partner the product is constant; it drifts with $\\tilde A = A$, and also with the continuous adjoint of Section 3.4, for which the state and the costate of each layer are solved backwards together, from $y^{[l+1]}$, by the same scheme. Right, the drift with $\\tilde A = A$; grey: all schemes with their partners, where only rounding errors remain."}, "image": {"alt": "Left panel: a horizontal solid line for the partner and a dashed and a dotted curve that leave it as the layers are followed back. Right panel, logarithmic: drifts of Euler, Ralston, Heun, Kutta 3, RK4 and the 3/8 rule with the wrong partner decrease in this order over most layers, the last two together, between 1e-2 and 1e-9, and a grey band of partners near 1e-16."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.9)
ax, logarithmic = axes[0]
for k, (label, sweep, line) in enumerate(
    (
        ("partner", with_partner, "-"),
        (r"$\tilde A = A$", with_itself, "--"),
        ("continuous adjoint", continuous, ":"),
    )
):
    kept = product(TABLEAUS["euler"], sweep)
    colour = plots.CLASS_COLOURS[k]
    ax.plot(100 * kept / kept[-1], line, color=colour, label=label)
ax.set_ylabel(r"$p^{[l]} \cdot \delta y^{[l]}$, % of the last layer's")
ax.legend(loc="upper right")
for name, line, k in (
    ("euler", "-", 5),
    ("ralston", ":", 2),
    ("heun", "--", 1),
    ("kutta3", "-", 3),
    ("rk4", "-", 0),
    ("rk38", "--", 0),
):
    off, colour = drift(TABLEAUS[name], with_itself), plots.CLASS_COLOURS[k]
    logarithmic.semilogy(off[:-1], line, c=colour, label=TABLEAUS[name].name)
for tableau in schemes.values():
    off = drift(tableau, with_partner)[:-1].clamp_min(1e-18)
    logarithmic.semilogy(off, color="#999999", linewidth=0.8)
logarithmic.set_ylabel(r"drift / $|p^{[L]}|\,|\delta y^{[L]}|$")
logarithmic.legend(loc="center", bbox_to_anchor=(0.5, 0.34), ncols=2)
for ax in axes[0]:
    ax.set(xlabel="layer $l$")
    ax.set_xticks([0, 10, 20])
plt.show()

# %% [markdown]
# For every matrix, the change of the product in each layer is {eq}`eq-3.r`; the drift in the figure adds these
# changes up, from layer $l$ to the last. Here we check it for Ralston's scheme and a matrix
# $\tilde A$ of arbitrary numbers:


# %%
tableau = TABLEAUS["ralston"]
arbitrary = Tableau("any", [["1/3", "1/5"], ["-1/2", 1]], tableau.beta)
(A, beta, _), A_tilde = tableau.arrays(), arbitrary.arrays()[0]
S = range(tableau.stages)


def predicted(h, g, k):
    """The right-hand side of (3.r)."""
    return h**2 * sum(
        (beta[i] * beta[j] - beta[i] * A_tilde[i, j] - beta[j] * A[j, i])
        * (g[j] * k[i]).sum()
        for i in S
        for j in S
    )


step, u, states, p_L = problem(tableau)
delta_y, k = moved(step, u)
found = adjoint.partner_costates(step, arbitrary, u, states, p_L)
products = (found.p * delta_y).sum(dim=(1, 2))
for l in range(20):
    at = step.f.at(tuple(part[l] for part in u), states.Y[l], states.F[l])
    g = [-at.f_y(i, found.p_i[l, i]) for i in S]
    change = products[l + 1] - products[l]
    assert abs(change - predicted(step.h, g, k[l])) < 1e-13 * delta_y.norm()
    assert abs(change) > 1e-8
print("the change is (3.r) in each of the 20 layers")

# %% [markdown]
# ## Other symplectic integrators
#
# :::{admonition} The paper's text
# :class: voice-paper
# The paper only considers Runge-Kutta methods and remarks that the approach can be extended to a wide range of
# symplectic integration techniques.
# :::
#
# The remark can be read in two ways.
#
# *Costates of any layer.* Let a layer be any differentiable map, $y^{[l+1]} = \Phi_l(y^{[l]})$, with the costate of
# backpropagation, $p^{[l]} = \Phi_l'(y^{[l]})^\top p^{[l+1]}$. By the chain rule the product is preserved for every
# $\Phi_l$: a splitting method, a multistep method written as a one-step map, a transformer block. Runge-Kutta
# methods without zero weights are special because their costate step is again a Runge-Kutta method, with an
# explicitly known tableau.
#
# *States that are symplectic themselves.* If the network discretises a Hamiltonian system, with $y = (q, r)$ and
# $\dot q = \partial_r H$, $\dot r = -\partial_q H$, the state may be advanced by a symplectic method, such as the
# Störmer-Verlet method. Then the map of the states is itself symplectic: it preserves volumes, and areas if $q$ and
# $r$ are numbers, so a set of features cannot shrink in all directions at once. {footcite:t}`celledoni2021` study
# such networks; the paper does not use them.
#
# We compare a layer of the second kind, $r \mapsto r - \frac h2 \tanh(q)$, $q \mapsto q + h \tanh(r)$, $r \mapsto r -
# \frac h2 \tanh(q)$, for which the library has no tableau, with a layer of Euler's method for the same equation:


# %%
def verlet(y, h=0.4):
    q, r = y
    r = r - h / 2 * torch.tanh(q)
    q = q + h * torch.tanh(r)
    return torch.stack([q, r - h / 2 * torch.tanh(q)])


def euler(y, h=0.4):
    q, r = y
    return torch.stack([q + h * torch.tanh(r), r - h * torch.tanh(q)])


y_0 = torch.tensor([0.3, 1.1], dtype=torch.float64)
for layer in (verlet, euler):
    growth = torch.linalg.det(torch.func.jacrev(layer)(y_0)).item()
    assert (abs(growth - 1) < 1e-14) == (layer is verlet)
    print(f"{layer.__name__:7} area of states × {growth:.3f}")

# %% [markdown]
# Backpropagation preserves $p \cdot \delta y$ in both layers; only the first layer preserves the area of its states.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s33-drift
# Derive {eq}`eq-3.r`.
# ```
#
# ```{solution} ex-s33-drift
# :class: dropdown
# Multiplying out the two steps gives the change $h \sum_i \beta_i (p^{[l]} \cdot k_i + g_i \cdot \delta y^{[l]}) +
# h^2 \sum_{i,j} \beta_i \beta_j\, g_j \cdot k_i$. In the first sum insert $p^{[l]} = p_i - h \sum_j \tilde a_{i,j}
# g_j$ and $\delta y^{[l]} = \delta y_i - h \sum_j a_{i,j} k_j$. Since $p_i \cdot k_i = p_i \cdot f_y\, \delta y_i =
# -g_i \cdot \delta y_i$, what remains is $-h^2 \sum_{i,j} (\beta_i \tilde a_{i,j}\, g_j \cdot k_i + \beta_i a_{i,j}\,
# g_i \cdot k_j)$. Swap $i$ and $j$ in the last term.
# ```
#
# ```{exercise}
# :label: ex-s33-damped
# By what factor does a small area in the first figure shrink in one layer with $\tilde A = A$, near a point where the
# derivative of $\tanh$ is $\sigma'$?
# ```
#
# ```{solution} ex-s33-damped
# :class: dropdown
# A small difference of states is multiplied by $1 + h\sigma'$. For the costate, {eq}`paper-3.24` with $\tilde A = 0$
# gives $p^{[l+1]} = (1 - h\sigma')\, p^{[l]}$. Areas are therefore multiplied by $1 - h^2 \sigma'^2$. With the partner
# the costate is divided by $1 + h\sigma'$, and areas are preserved.
# ```
#
# ## Takeaways
#
# - Symplectic means that $p \cdot \delta y$ is the same in all layers. For backpropagation this is the chain rule;
#   for two tableaus it follows from {eq}`paper-3.23`.
# - With another matrix the product changes in each layer by {eq}`eq-3.r`, which is of order $h^2$ unless terms
#   cancel; the drift is the sum of these changes.
# - The costates of every differentiable layer preserve the product, by the chain rule. Layers that are symplectic
#   themselves also preserve volumes of states, in the plane areas.
#
# ## References
#
# ```{footbibliography}
# ```

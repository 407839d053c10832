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
# (s3-2)=
# # 3.2 The derivation
#
# How should the weights of layer 3 change so that the cost after layer 100 falls? Lagrange's method answers this: treat
# all states as free variables, attach a multiplier to each equation of the network, and choose the multipliers so that
# only the weights matter. The multipliers then satisfy a recursion that runs *backwards* through the layers. This page
# derives it, equations {eq}`paper-3.4` to {eq}`paper-3.18`, following {footcite:t}`benning2019` as the paper does.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.patches import FancyArrowPatch

from rknet import TABLEAUS, RKNet, adjoint, plots
from rknet.adjoint import Affine, Step
from rknet.protocol import cross_entropy

plots.style()
rng = np.random.default_rng(32)

# %% mystnb={"figure": {"name": "fig-s32-sweeps", "caption": "One layer of a three-stage scheme, forward and backward. Blue, to the right: the state enters every stage and the next state, each stage enters later ones with $a_{i,j}$, and all stages enter the next state with $\\beta_i$ (thin arcs bypass the nodes in between). Orange, to the left: all arrows are reversed. The costate $p^{[l+1]}$ enters every $\\xi_i$ with $\\beta_i$ and $p^{[l]}$ directly, later stages enter earlier ones with the same coefficients, and all $\\xi_i$ enter $p^{[l]}$ (factors $h$ are omitted). Dotted: the backward pass uses the derivatives of $f$ at the stages of the forward pass. Green: the derivatives in the controls form the gradient."}, "image": {"alt": "Diagram in two rows. Above, arrows lead from the state of layer l through stages 1, 2 and 3 to the state of layer l plus 1 and, by later layers, to the cost. Below, mirrored arrows lead from the cost to the costate of layer l plus 1 and through the multipliers 3, 2 and 1 to the costate of layer l. Between the rows each stage has its control, with an arrow up into the stage and an arrow from the multiplier below, the gradient."}} tags=["hide-input"]
FORWARD, BACKWARD, GRADIENT = (plots.CLASS_COLOURS[k] for k in (0, 1, 2))
TOP, MIDDLE, LOW, LEFT, RIGHT = 5.6, 2.8, 0.0, 0.0, 10.0
STAGES = (2.5, 5.0, 7.5)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 4.6), layout="constrained")
ax.set(xlim=(-2.0, 13.5), ylim=(-2.2, 7.8), aspect="equal")
ax.axis("off")


def node(x, y, text, colour, fill="white"):
    box = {"boxstyle": "round,pad=0.35", "edgecolor": colour, "facecolor": fill}
    ax.text(x, y, text, ha="center", va="center", bbox=box, zorder=3)


def label(x, y, text, colour):
    ax.text(x, y, text, color=colour, ha="center", va="center", fontsize=8)


def arrow(start, end, colour, bend=0.0, gap=15, **style):
    style = {"linewidth": 1.2, "mutation_scale": 9, "zorder": 2} | style
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            color=colour,
            shrinkA=gap,
            shrinkB=gap,
            **style,
        )
    )


def lane(row, colour, letter, stage_text, up):
    """One sweep: states with up = 1; costates, all arrows reversed, with -1."""

    def connect(a, b, bend=0.0, **style):
        start, end = ((a, row), (b, row))[::up]
        arrow(start, end, colour, bend, **style)

    faint = {"alpha": 0.45, "linewidth": 0.7, "mutation_scale": 6, "gap": 13}
    node(LEFT, row, f"${letter}^{{[l]}}$", colour)
    node(RIGHT, row, f"${letter}^{{[l+1]}}$", colour)
    for i, x in enumerate(STAGES, start=1):
        node(x, row, stage_text.replace("_i", f"_{i}"), colour)
        for end in (LEFT, RIGHT):
            near = abs(x - end) < 3
            a, b = sorted((x, end))
            connect(a, b, 0 if near else 0.2, **({} if near else faint))
    connect(LEFT, RIGHT, 0.25, **faint)
    connect(LEFT - 2, LEFT)
    for first, second, bend in ((0, 1, 0), (1, 2, 0), (0, 2, -0.42)):
        a, b = STAGES[first], STAGES[second]
        connect(a, b, bend)
        name = f"$a_{{{second + 1},{first + 1}}}$"
        label((a + b) / 2, row + up * (1.35 if bend else 0.32), name, colour)
    label((LEFT + STAGES[0]) / 2, row + up * 0.32, "1", colour)
    label((RIGHT + STAGES[-1]) / 2, row + up * 0.32, r"$\beta_i$", colour)


lane(TOP, FORWARD, "y", "$y_i,\\ f_i$", up=1)
lane(LOW, BACKWARD, "p", r"$\xi_i$", up=-1)
for i, x in enumerate(STAGES, start=1):
    node(x, MIDDLE, f"$u_{i}$", GRADIENT, fill="#E5F4EF")
    arrow((x, MIDDLE), (x, TOP), FORWARD, gap=11)
    arrow((x, LOW), (x, MIDDLE), GRADIENT, gap=11)
    label(x + 0.8, 1.75, rf"$f_u^\top \xi_{i}$", GRADIENT)
    arrow((x, TOP), (x, LOW), "#7F7F7F", 0.4, gap=14, linestyle=":")
arrow((RIGHT, TOP), (12.5, MIDDLE), FORWARD, -0.3, gap=13)
arrow((12.5, MIDDLE), (RIGHT, LOW), BACKWARD, -0.3, gap=13)
node(12.5, MIDDLE, r"$\mathcal{F}(y^{[L]})$", plots.INK)
label(12.3, TOP - 0.2, "later\nlayers", FORWARD)
label(12.3, LOW + 0.2, "later\nlayers", BACKWARD)
label(
    5, TOP + 2, "forward: (3.6) and (3.5) stage by stage, then (3.4)", FORWARD
)
label(5, LOW - 2, "backward: (3.17) stage by stage, then (3.13)", BACKWARD)
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how the Lagrangian {eq}`paper-3.8` gives a network's derivatives term by term;
# - why the recursions for the multipliers run backwards, {eq}`paper-3.13` and {eq}`paper-3.17`, with the matrix $A$
#   transposed;
# - that the derivative of the Lagrangian in the weights {eq}`paper-3.18` is the gradient of training;
# - which printed equations need correction.
# :::
#
# ## A small random problem
#
# Every formula is tested on Kutta's scheme of order 3, whose weights and coefficients below the diagonal are all
# non-zero, so that most wrong indices are detected. Two kinds of error remain undetected, because of symmetries:
# $\beta_{s+1-i}$ in place of $\beta_i$; and reversing the stages and replacing each $a_{i,j}$ by $\beta_j a_{j,i} /
# \beta_i$, which gives the same scheme again ({doc}`s3_3_partner`). On Kutta's scheme the library's recursions agree
# with those of this page; {ref}`the next page <s3-2-costates>` therefore tests the library's recursions on all schemes.
# Each of the $s = 3$ stages of the $L = 4$ layers has its own random control. Arrays have one row per sample, so `y @
# K.T` is $K y$ for all samples. The paper's derivation is for one sample; with $N$ samples, a dot product also sums
# over the samples. `cost` is the cost of {ref}`the previous page <s3-1>`, and `cost_gradient` is its derivative in the
# features, the first line of {eq}`eq-3.1.c`.

# %%
tableau = TABLEAUS["kutta3"]
A, beta, _ = tableau.arrays()
s, L, N, d_hat, h = 3, 4, 5, 3, 0.4


def random(*shape):
    return torch.tensor(rng.standard_normal(shape))


U = random(L, s, d_hat, d_hat), random(L, s, d_hat)  # K and b
x_hat = random(N, d_hat)
EACH = [(l, i) for l in range(L) for i in range(s)]

# %% tags=["hide-input"]
W, mu, labels = random(2, d_hat), random(2), torch.tensor([0, 1, 1, 0, 1])


def cost(y):
    """F(y) for features y (N, d_hat)."""
    return cross_entropy(y @ W.T + mu, labels)


def cost_gradient(y):
    """Its derivative (3.1.c): prediction minus truth, through W."""
    H = torch.softmax(y @ W.T + mu, dim=1)
    return (H - torch.eye(2)[labels]) @ W / len(labels)


def dot(a, b):
    """The dot product, summed over samples and all other axes."""
    return (a * b).sum()


def agree(a, b):
    """Whether tensors, or tuples of them, are equal up to rounding."""
    pairs = zip(a, b) if isinstance(a, tuple) else [(a, b)]
    return all((x - y).abs().max() < 1e-13 for x, y in pairs)


y_any = random(N, d_hat)
assert agree(torch.func.grad(cost)(y_any), cost_gradient(y_any))
tableau

# %% [markdown]
# ## The layers as three equations
#
# We split the scheme {eq}`paper-2.11` so that each part has a name {footcite}`benning2019,sanzserna2016`. For $l = 0,
# \dots, L-1$ and $i = 1, \dots, s$, with $y^{[0]} = \hat x$, the next state, the *stage values* and the stage states
# are
#
# $$
# y^{[l+1]} = y^{[l]} + h \sum_{i=1}^{s} \beta_i f_i^{[l]},
# $$ (paper-3.4)
#
# $$
# f_i^{[l]} = f\bigl(u_i^{[l]}, y_i^{[l]}\bigr),
# $$ (paper-3.5)
#
# $$
# y_i^{[l]} = y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f_j^{[l]} .
# $$ (paper-3.6)


# %%
def control(U, l, i):
    """u_i of layer l, a pair (K, b)."""
    return U[0][l, i], U[1][l, i]


# codes (3.5)
def f(u, y):
    return torch.tanh(y @ u[0].T + u[1])  # (2.5)


def sweep(U):
    """States Y (L+1, N, d_hat) and stage values F (L, s, N, d_hat)."""
    Y, F = [x_hat], []
    for l in range(L):
        F_l = []
        for i in range(s):
            # codes (3.6)
            y_i = Y[l] + h * sum(A[i, j] * F_l[j] for j in range(i))
            # codes (3.5)
            F_l.append(f(control(U, l, i), y_i))
        # codes (3.4)
        Y.append(Y[l] + h * sum(beta[i] * F_l[i] for i in range(s)))
        F.append(torch.stack(F_l))
    return torch.stack(Y), torch.stack(F)


Y, F = sweep(U)

# %% [markdown]
# One set of unknowns can be eliminated. The derivation keeps $f_i$ and inserts {eq}`paper-3.6` into {eq}`paper-3.5`.
# From now on, $y_i^{[l]}$ abbreviates $y^{[l]} + h \sum_j a_{i,j} f_j^{[l]}$, which the paper writes out each time:


# %%
def at(U, Y, F, l, i):
    """u_i and y_i of layer l; y_i is an expression in Y and F."""
    return control(U, l, i), Y[l] + h * sum(A[i, j] * F[l, j] for j in range(s))


# %% [markdown]
# Five collections hold all variables: controls, stage values, states, and two kinds of *multipliers*, $\xi_i^{[l]}$ for
# the equation of each stage and $p^{[l]}$, the *costate*, for the equation of each state:
#
# $$
# \begin{aligned}
# U &= \bigl(u_i^{[l]}\bigr) \in \mathbb{R}^{m \times s \times L}, \\
# F &= \bigl(f_i^{[l]}\bigr) \in \mathbb{R}^{\hat d \times s \times L}, &
# \Xi &= \bigl(\xi_i^{[l]}\bigr) \in \mathbb{R}^{\hat d \times s \times L}, \\
# Y &= \bigl(y^{[l]}\bigr) \in \mathbb{R}^{\hat d \times (L+1)}, &
# P &= \bigl(p^{[l]}\bigr) \in \mathbb{R}^{\hat d \times (L+1)}.
# \end{aligned}
# $$ (paper-3.7)

# %% tags=["hide-input"]
m = d_hat**2 + d_hat
# codes (3.7)
sizes = {  # for N samples under one control
    "U": m * s * L,
    "F, Xi": N * d_hat * s * L,
    "Y, P": N * d_hat * (L + 1),
}

# %% [markdown]
# The formulas are tested at random states, stage values and multipliers, which no network has produced. The code
# calls this point `anywhere`: a formula that holds there is an identity, not a coincidence.

# %%
anywhere = (
    U,
    random(L + 1, N, d_hat),  # Y
    random(L, s, N, d_hat),  # F
    random(L + 1, N, d_hat),  # P
    random(L, s, N, d_hat),  # Xi
)

# %% [markdown]
# *Verified: `sweep` against the library's states and stage values and, with one control per layer, against `RKNet`; the
# sizes {eq}`paper-3.7` against the library's arrays.*

# %% tags=["hide-input"]
net = RKNet(d=3, d_hat=3, classes=2, L=L, tableau=tableau, h=h).double()
shared = (
    net.K.detach()[:, None].expand(-1, s, -1, -1),
    net.b.detach()[:, None].expand(-1, s, -1),
)
step = Step(Affine("tanh"), tableau, h)
states = adjoint.states(step, U, x_hat)
costates = adjoint.costates(step, U, states, cost_gradient(states.y[-1]))
# checks (3.4), (3.5), (3.6)
assert agree(Y, states.y) and agree(F, states.F)
assert agree(sweep(shared)[0], torch.tensor(net.flow(x_hat)))
# checks (3.7)
for name, part in (
    ("U", torch.cat([part.flatten() for part in costates.gradient])),
    ("F, Xi", states.F),
    ("F, Xi", costates.xi),
    ("Y, P", states.y),
    ("Y, P", costates.p),
):
    assert sizes[name] == part.numel()

# %% [markdown]
# ## The Lagrangian
#
# Write every equation of the network as a difference that vanishes, multiply it by its multiplier, and add all of
# them to the cost of the last state:
#
# $$
# \begin{aligned}
# \mathcal{L}(U, Y, F, P, \Xi) = {} & \mathcal{F}\bigl(y^{[L]}\bigr) + p^{[0]} \cdot \bigl(\hat x - y^{[0]}\bigr) \\
# & + \sum_{l=0}^{L-1} \Bigl[\, p^{[l+1]} \cdot \Bigl( y^{[l]} + h \sum_{i=1}^{s} \beta_i f_i^{[l]} - y^{[l+1]} \Bigr) \\
# & \;\; + \sum_{i=1}^{s} \xi_i^{[l]} \cdot \Bigl( f\bigl(u_i^{[l]},\, y^{[l]} + h \textstyle\sum_{j=1}^{s} a_{i,j}
# f_j^{[l]}\bigr) - f_i^{[l]} \Bigr) \Bigr].
# \end{aligned}
# $$ (paper-3.8)


# %%
# codes (3.8)
def lagrangian(U, Y, F, P, Xi):
    total = cost(Y[L]) + dot(P[0], x_hat - Y[0])
    for l in range(L):
        y_next = Y[l] + h * sum(beta[i] * F[l, i] for i in range(s))
        total = total + dot(P[l + 1], y_next - Y[l + 1])
    for l, i in EACH:
        total = total + dot(Xi[l, i], f(*at(U, Y, F, l, i)) - F[l, i])
    return total


# %% [markdown]
# Where the network's equations hold, all brackets vanish and $\mathcal{L}$ is the cost, whatever the multipliers are.
# The derivatives in $P$ and $\Xi$ are the brackets: set to zero, they give back {eq}`paper-3.4` to {eq}`paper-3.6`.
#
# :::{admonition} The paper's text: one letter for two functions
# :class: voice-paper
# In {eq}`paper-3.3` the cost is $\mathcal{F}(u)$, a function of the controls through the network; in {eq}`paper-3.8`
# it is $\mathcal{F}(y^{[L]})$, a function of the last state alone. Only the second can be meant here. With the first,
# the derivative of $\mathcal{L}$ in $y^{[L]}$ would be $-p^{[L]}$ instead of {eq}`paper-3.11`, and all multipliers
# would be zero.
# :::
#
# *Verified: the value against the library's Lagrangian `anywhere`, and against the cost on the network; the derivatives
# in $P$ and $\Xi$ against the brackets.*

# %% tags=["hide-input"]
gradient = torch.func.grad(lagrangian, argnums=(0, 1, 2, 3, 4))
_, Y_any, F_any, P_any, Xi_any = anywhere
by_P, by_Xi = gradient(*anywhere)[3:]
brackets = torch.stack(
    [f(*at(U, Y_any, F_any, l, i)) - F_any[l, i] for l, i in EACH]
)
# checks (3.8)
assert agree(
    lagrangian(*anywhere), adjoint.lagrangian(step, cost, x_hat, *anywhere)
)
# checks (3.8)
assert agree(lagrangian(U, Y, F, P_any, Xi_any), cost(Y[L]))
assert agree(by_Xi.flatten(0, 1), brackets)
assert agree(by_P[0], x_hat - Y_any[0])
steps = [
    Y_any[l] + h * sum(beta[i] * F_any[l, i] for i in range(s)) - Y_any[l + 1]
    for l in range(L)
]
assert agree(by_P[1:], torch.stack(steps))


def lagrangian_of_3_3(U, Y, F, P, Xi):
    """The Lagrangian with F as a function of u, as in (3.3)."""
    F_of_u = cost(sweep(U)[0][L])
    return F_of_u + lagrangian(U, Y, F, P, Xi) - cost(Y[L])


by_last_state = torch.func.grad(lagrangian_of_3_3, argnums=1)(*anywhere)[L]
assert agree(by_last_state, -P_any[L])

# %% [markdown]
# ## The derivatives of $f$
#
# For $f(u, y) = \sigma(K y + b)$, with $\sigma'$ taken at $K y + b$ (for tanh, $\sigma' = 1 - \tanh^2$):
#
# $$
# \begin{aligned}
# f_y\, z &= \sigma' \circ (K z), \\
# f_y^\top v &= K^\top (\sigma' \circ v), \\
# f_u^\top v &= \bigl( (\sigma' \circ v)\, y^\top,\ \sigma' \circ v \bigr).
# \end{aligned}
# $$ (eq-3.2.a)


# %%
def f_y(u, y, z):
    return (1 - f(u, y) ** 2) * (z @ u[0].T)


def f_y_T(u, y, v):
    return ((1 - f(u, y) ** 2) * v) @ u[0]


def f_u_T(u, y, v):
    """A pair like u; added up over the samples, which share u."""
    slope_v = (1 - f(u, y) ** 2) * v
    return slope_v.T @ y, slope_v.sum(dim=0)


# %% [markdown]
# ## Step 1: the derivative in the states
#
# Move all states, $y^{[l]}$ in direction $z^{[l]}$, and require that $\mathcal{L}$ does not change to first order.
# For $l < L$ the state $y^{[l]}$ occurs in the bracket of the equation that defines it, in that of the next state,
# and in every stage of layer $l$; the last state occurs in its own bracket and in the cost:
#
# $$
# \begin{aligned}
# 0 = {} & \nabla\mathcal{F}\bigl(y^{[L]}\bigr) \cdot z^{[L]} - p^{[0]} \cdot z^{[0]} \\
# & + \sum_{l=0}^{L-1} \Bigl[\, p^{[l+1]} \cdot \bigl(z^{[l]} - z^{[l+1]}\bigr)
# + \sum_{i=1}^{s} \xi_i^{[l]} \cdot f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, z^{[l]} \Bigr].
# \end{aligned}
# $$ (paper-3.9)


# %%
# codes (3.9)
def along_z(U, Y, F, P, Xi, z):
    total = dot(cost_gradient(Y[L]), z[L]) - dot(P[0], z[0])
    for l in range(L):
        total = total + dot(P[l + 1], z[l] - z[l + 1])
    for l, i in EACH:
        total = total + dot(Xi[l, i], f_y(*at(U, Y, F, l, i), z[l]))
    return total


# %% [markdown]
# Collect the factors of $z^{[l]}$: shift the sum of $p^{[l+1]} \cdot (z^{[l]} - z^{[l+1]})$ by one layer (summation
# by parts), and move $f_y$ to the other side of the dot product as its transpose.
#
# $$
# \begin{aligned}
# 0 = {} & \bigl( \nabla\mathcal{F}(y^{[L]}) - p^{[L]} \bigr) \cdot z^{[L]} \\
# & + \sum_{l=0}^{L-1} \Bigl( p^{[l+1]} - p^{[l]} + \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}
# \Bigr) \cdot z^{[l]} .
# \end{aligned}
# $$ (paper-3.10)
#
# The directions are arbitrary, so every factor vanishes:
#
# $$
# 0 = \nabla\mathcal{F}\bigl(y^{[L]}\bigr) - p^{[L]},
# $$ (paper-3.11)
#
# $$
# 0 = p^{[l+1]} - p^{[l]} + \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]} , \qquad l = 0, \dots, L-1.
# $$ (paper-3.12)


# %%
def pulled(U, Y, F, Xi, l):
    """The sum of f_y^T xi_i over the stages of layer l."""
    return sum(f_y_T(*at(U, Y, F, l, i), Xi[l, i]) for i in range(s))


def by_Y(U, Y, F, P, Xi):
    """The factors of z[0], ..., z[L] in (3.10)."""
    # codes (3.10), (3.12)
    rows = [P[l + 1] - P[l] + pulled(U, Y, F, Xi, l) for l in range(L)]
    # codes (3.10), (3.11)
    last = cost_gradient(Y[L]) - P[L]
    return torch.stack([*rows, last])


# %% [markdown]
# Solved for the new costate, {eq}`paper-3.12` is the iteration
#
# $$
# p^{[l+1]} = p^{[l]} - \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]},
# \qquad p^{[L]} = \nabla\mathcal{F}\bigl(y^{[L]}\bigr).
# $$ (paper-3.13)
#
# The iteration is written forwards, from $p^{[l]}$ to $p^{[l+1]}$. But its *last* value is known, so it is used
# backwards.
#
# *Verified `anywhere`: {eq}`paper-3.9` and the factors {eq}`paper-3.11`, {eq}`paper-3.12` against automatic
# differentiation of `lagrangian`; {eq}`paper-3.10` against {eq}`paper-3.9`; {eq}`eq-3.2.a` likewise.*

# %% tags=["hide-input"]
u, v = control(U, 0, 0), random(N, d_hat)
by_u, by_y = torch.func.vjp(f, u, y_any)[1](v)
assert agree(f_y_T(u, y_any, v), by_y) and agree(f_u_T(u, y_any, v), by_u)
assert agree(dot(v, f_y(u, y_any, y_any)), dot(by_y, y_any))

z = random(L + 1, N, d_hat)
exact = gradient(*anywhere)[1]
# checks (3.9)
assert agree(along_z(*anywhere, z), dot(exact, z))
# checks (3.10)
assert agree(dot(by_Y(*anywhere), z), along_z(*anywhere, z))
# checks (3.11), (3.12)
assert agree(by_Y(*anywhere), exact)

# %% [markdown]
# ## Step 2: the derivative in the stage values
#
# Move the stage values, $f_i^{[l]}$ in direction $\delta f_i^{[l]}$. The stage values occur in the step and, through
# {eq}`paper-3.6`, in the stages of their own layer:
#
# $$
# \begin{aligned}
# 0 = \sum_{l=0}^{L-1} \Bigl[\, & p^{[l+1]} \cdot h \sum_{i=1}^{s} \beta_i\, \delta f_i^{[l]} \\
# & + \sum_{i=1}^{s} \xi_i^{[l]} \cdot \Bigl( f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, h \sum_{j=1}^{s} a_{i,j}\, \delta
# f_j^{[l]} - \delta f_i^{[l]} \Bigr) \Bigr].
# \end{aligned}
# $$ (paper-3.14)


# %%
# codes (3.14)
def along_df(U, Y, F, P, Xi, df):
    total = 0
    for l, i in EACH:
        inner = h * sum(A[i, j] * df[l, j] for j in range(s))
        moved = f_y(*at(U, Y, F, l, i), inner) - df[l, i]
        total = total + dot(P[l + 1], h * beta[i] * df[l, i])
        total = total + dot(Xi[l, i], moved)
    return total


# %% [markdown]
# :::{admonition} The paper's text: probably slips
# :class: voice-paper
# In our copy of {eq}`paper-3.14` the sum in front of $\xi_i^{[l]}$ runs over $j$, which leaves $i$ undefined, and
# the innermost sum holds $g_j^{[l]}$, which is introduced later {eq}`paper-3.25`. We read $i$ and $\delta f_j^{[l]}$:
# the printed sum is not the derivative, whatever $i$ is and whether $g_j$ means $\delta f_j$ or {eq}`paper-3.25`. In
# {eq}`paper-3.16` the printed $i = 0, \dots, s$ must start at 1, since stages are counted from 1.
# :::
#
# Again collect the factor of each direction. Exchange the indices $i$ and $j$ in the double sum, so that $\delta f_i$
# can be factored out; *here $a_{i,j}$ becomes $a_{j,i}$*:
#
# $$
# 0 = \sum_{l=0}^{L-1} \sum_{i=1}^{s} \Bigl( h \beta_i\, p^{[l+1]} - \xi_i^{[l]} + h \sum_{j=1}^{s} a_{j,i}\,
# f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]} \Bigr) \cdot \delta f_i^{[l]} .
# $$ (paper-3.15)
#
# Stage $i$ enters stage $j$ with the coefficient $a_{j,i}$ in the forward pass; in the backward pass $\xi_j$ enters
# $\xi_i$ with the same coefficient. Since the directions are arbitrary, for $l = 0, \dots, L-1$ and $i = 1, \dots, s$
#
# $$
# 0 = h \beta_i\, p^{[l+1]} - \xi_i^{[l]} + h \sum_{j=1}^{s} a_{j,i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]} .
# $$ (paper-3.16)


# %%
def feedback(U, Y, F, Xi, l, i):
    """The sum of a_ji f_y^T xi_j over the stages j of layer l."""
    each = [f_y_T(*at(U, Y, F, l, j), Xi[l, j]) for j in range(s)]
    # codes (3.15), (3.16), (3.17)
    return sum(A[j, i] * each[j] for j in range(s))


def by_F(U, Y, F, P, Xi):
    """The factors of df in (3.15)."""
    rows = []
    for l, i in EACH:
        back = feedback(U, Y, F, Xi, l, i)
        # codes (3.15), (3.16)
        rows.append(h * beta[i] * P[l + 1] - Xi[l, i] + h * back)
    return torch.stack(rows).reshape(F.shape)


# %% [markdown]
# Solving for the multiplier gives
#
# $$
# \xi_i^{[l]} = h \Bigl[ \beta_i\, p^{[l+1]} + \sum_{j=1}^{s} a_{j,i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]} \Bigr].
# $$ (paper-3.17)
#
# *Verified `anywhere`: {eq}`paper-3.14` and the factors {eq}`paper-3.16` against automatic differentiation,
# {eq}`paper-3.15` against {eq}`paper-3.14`; the printed form of {eq}`paper-3.14` fails in each of the six readings
# tried.*

# %% tags=["hide-input"]
df = random(L, s, N, d_hat)
exact_by_F = gradient(*anywhere)[2]
# checks (3.14)
assert agree(along_df(*anywhere, df), dot(exact_by_F, df))
# checks (3.15)
assert agree(dot(by_F(*anywhere), df), along_df(*anywhere, df))
# checks (3.16)
assert agree(by_F(*anywhere), exact_by_F)


def along_df_printed(U, Y, F, P, Xi, df, g, i):
    """As printed, for one i: the sum over j repeats its term s times."""
    total = sum(h * beta[k] * dot(P[l + 1], df[l, k]) for l, k in EACH)
    for l in range(L):
        inner = h * sum(A[i, j] * g[l, j] for j in range(s))
        moved = f_y(*at(U, Y, F, l, i), inner) - df[l, i]
        total = total + s * dot(Xi[l, i], moved)
    return total


later = torch.stack(  # (3.25), with p_i = xi_i / (h beta_i)
    [
        -f_y_T(*at(U, Y_any, F_any, l, i), Xi_any[l, i]) / (h * beta[i])
        for l, i in EACH
    ]
).reshape(df.shape)
for g in (df, later):
    for i in range(s):
        printed = along_df_printed(*anywhere, df, g, i)
        assert abs(printed - dot(exact_by_F, df)) > 0.1

# %% [markdown]
# ## The backward pass
#
# For an explicit scheme $a_{j,i}$ is zero unless $j > i$. Then {eq}`paper-3.17` gives $\xi_s$ from $p^{[l+1]}$ alone,
# next $\xi_{s-1}$, and so on down to $\xi_1$; finally {eq}`paper-3.13` gives $p^{[l]}$. No equation has to be solved,
# and no division occurs.


# %%
def costate_sweep(U, Y, F):
    """Multipliers P (L+1, N, d_hat) and Xi (L, s, N, d_hat), from the end."""
    P, Xi = torch.zeros_like(Y), torch.zeros_like(F)
    # codes (3.13)
    P[L] = cost_gradient(Y[L])
    for l in reversed(range(L)):
        # codes (3.17)
        for i in reversed(range(s)):
            Xi[l, i] = h * (beta[i] * P[l + 1] + feedback(U, Y, F, Xi, l, i))
        # codes (3.13)
        P[l] = P[l + 1] + pulled(U, Y, F, Xi, l)
    return P, Xi


P, Xi = costate_sweep(U, Y, F)
solution = U, Y, F, P, Xi

# %% [markdown]
# *Verified: at these states and multipliers the derivatives of `lagrangian` in all of $Y$, $F$, $P$ and $\Xi$
# vanish up to rounding error, and the library finds the same multipliers.*

# %% tags=["hide-input"]
# checks (3.13), (3.17)
for derivative in gradient(*solution)[1:]:
    assert derivative.abs().max() < 1e-14
# checks (3.13), (3.17)
assert agree(P, costates.p) and agree(Xi, costates.xi)

# %% [markdown]
# ## Step 3: the derivative in the controls
#
# Finally, move the controls, $u_i^{[l]}$ in direction $v_i^{[l]}$. They occur in one place only:
#
# $$
# \begin{aligned}
# 0 &= \sum_{l=0}^{L-1} \sum_{i=1}^{s} \xi_i^{[l]} \cdot f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, v_i^{[l]} \\
# &= \sum_{l=0}^{L-1} \sum_{i=1}^{s} f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top
# \xi_i^{[l]} \cdot v_i^{[l]} .
# \end{aligned}
# $$ (paper-3.18)


# %%
# codes (3.18)
def along_v(U, Y, F, P, Xi, v):
    """The first line of (3.18)."""
    total = 0
    for l, i in EACH:
        (u, y_i), (V, w) = at(U, Y, F, l, i), control(v, l, i)
        f_u_v = (1 - f(u, y_i) ** 2) * (y_i @ V.T + w)
        total = total + dot(Xi[l, i], f_u_v)
    return total


def by_U(U, Y, F, P, Xi):
    """The factors f_u^T xi_i of the second line, in the shape of U."""
    # codes (3.18)
    pulled_back = [f_u_T(*at(U, Y, F, l, i), Xi[l, i]) for l, i in EACH]
    by_K, by_b = (torch.stack(part) for part in zip(*pulled_back))
    return by_K.reshape(U[0].shape), by_b.reshape(U[1].shape)


# %% [markdown]
# Where the network's equations hold, $\mathcal{L}$ is the cost. At the computed multipliers its derivatives in $Y$
# and $F$ vanish, so the changes of $Y$ and $F$ caused by a change of $U$ have no effect to first order. The
# derivative in $U$ at fixed $Y$ and $F$ therefore *is the gradient of the training problem* {eq}`paper-3.3`, in which
# all states change with $U$:

# %%
gradient_of_training = torch.func.grad(lambda U: cost(sweep(U)[0][L]))(U)
print("equal to rounding:", agree(by_U(*solution), gradient_of_training))

# %% tags=["hide-input"]
assert agree(by_U(*solution), gradient_of_training)
direction = random(*U[0].shape), random(*U[1].shape)
second_line = sum(dot(g, x) for g, x in zip(by_U(*anywhere), direction))
# checks (3.18)
assert agree(by_U(*anywhere), gradient(*anywhere)[0])
# checks (3.18)
assert agree(along_v(*anywhere, direction), second_line)

# %% [markdown]
# PyTorch's `backward` computes the same numbers by the chain rule, one elementary operation after another. The
# Lagrangian gives them layer by layer, in terms of the scheme's coefficients. {ref}`The next page <s3-2-costates>`
# explains what the multipliers mean; {ref}`the page after it <s3-2-optimum>` asks when {eq}`paper-3.18` holds for all
# directions.
#
# ## Exercise
#
# ```{exercise}
# :label: ex-s32-euler
# Write {eq}`paper-3.17`, {eq}`paper-3.13` and {eq}`paper-3.18` for Euler's method. What do they become for $h = 1$?
# ```
#
# ```{solution} ex-s32-euler
# :class: dropdown
# With $s = 1$, $A = 0$, $\beta_1 = 1$: $\xi^{[l]} = h p^{[l+1]}$, so $p^{[l]} = p^{[l+1]} + h f_y^\top p^{[l+1]}$ and
# the gradient is $h f_u^\top p^{[l+1]}$, with $f$ at $(u^{[l]}, y^{[l]})$. For $h = 1$ this is backpropagation through
# a ResNet: the error signal is the sum of the signal along the skip connection and the signal through the block.
# ```

# %% tags=["hide-input"]
K, b = U[0][:, 0], U[1][:, 0]
resnet = [x_hat]
for l in range(L):
    resnet.append(resnet[l] + torch.tanh(resnet[l] @ K[l].T + b[l]))
p = cost_gradient(resnet[L])
for l in reversed(range(L)):
    p = p + f_y_T((K[l], b[l]), resnet[l], p)


def resnet_cost(y):
    for l in range(L):
        y = y + torch.tanh(y @ K[l].T + b[l])
    return cost(y)


assert agree(p, torch.func.grad(resnet_cost)(x_hat))

# %% [markdown]
# ## Takeaways
#
# - The Lagrangian {eq}`paper-3.8` is the cost plus every equation of the network times a multiplier.
# - Its derivatives in states and stage values vanish if $p$ and $\xi$ satisfy the backward recursions
#   {eq}`paper-3.13` and {eq}`paper-3.17`, with $A$ transposed.
# - Its derivative in the controls {eq}`paper-3.18` is then the gradient of training.
# - The printed indices in {eq}`paper-3.14` and {eq}`paper-3.16` need correction, and $\mathcal{F}$ in {eq}`paper-3.8`
#   is a function of the last state.
#
# ## References
#
# ```{footbibliography}
# ```

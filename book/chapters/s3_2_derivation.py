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
# # Section 3. The derivation: from a Lagrangian to backpropagation
#
# How should the weights of layer 3 change so that the cost after layer 100 falls? Everything in between depends on them.
# Lagrange's answer is more than two hundred years old: write the layers as *constraints*, give each a multiplier, and treat all variables as
# free. The multipliers then obey a recursion of their own that runs from the last layer to the first, and with them the
# derivative in every weight is a short formula. This page goes that way from {eq}`paper-3.4` to {eq}`paper-3.21`. Each
# equation is stated in words, written as a line of code and checked on a small random problem. The two conditions for an
# optimum, {eq}`paper-3.19` and {eq}`paper-3.22`, have {ref}`a page of their own <s3-2-optimum>`.
#
# :::{admonition} What you will learn
# :class: tip
# - how the Lagrangian {eq}`paper-3.8` turns a network into an expression whose derivatives can be read off term by term;
# - that its derivatives in states and stage values vanish where the multipliers run *backwards*, {eq}`paper-3.13` and
#   {eq}`paper-3.17`: this is backpropagation through a Runge-Kutta scheme;
# - that its derivative in the weights {eq}`paper-3.18` then is the gradient of training, to the last digit;
# - what a multiplier means: it is the price of a constraint;
# - where the printed equations cannot be meant as they stand.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch

from rknet import TABLEAUS, RKNet, adjoint, plots
from rknet.adjoint import Affine, Step
from rknet.protocol import cross_entropy

plots.style()
rng = np.random.default_rng(32)

# %% [markdown]
# ## A small random problem
#
# Everything below is checked on this: Kutta's scheme of order 3 with its $s = 3$ stages (no zero among the weights or
# below the diagonal of $A$, so that a wrong index cannot hide), $L = 4$ layers of width $\hat d = 3$, five samples of two
# classes, and random weights for every stage.

# %%
tableau = TABLEAUS["kutta3"]
A, beta, _ = tableau.arrays()
s, L, N, d_hat, h = 3, 4, 5, 3, 0.4


def random(*shape):
    return torch.tensor(rng.standard_normal(shape))


U = random(L, s, d_hat, d_hat), random(L, s, d_hat)  # K and b
x_hat, W, mu = random(N, d_hat), random(2, d_hat), random(2)
c = torch.tensor([0, 1, 1, 0, 1])
tableau

# %% [markdown]
# The cost of the last layer's output is the one of {ref}`the page before <s3-1>`, with the derivative {eq}`eq-3.1.b`.
# Arrays have one row a sample, so `y @ K.T` is $K y$ for every sample at once. The paper derives for one sample; with $N$
# of them a dot product adds up over samples too, since all of them are one long state.


# %%
def cost(y):
    """F(y) for features y (N, d_hat)."""
    return cross_entropy(y @ W.T + mu, c)


def cost_gradient(y):
    """Its derivative (3.1.b): prediction minus truth, through W."""
    H = torch.softmax(y @ W.T + mu, dim=1)
    return (H - torch.eye(2)[c]) @ W / len(c)


def dot(a, b):
    return (a * b).sum()


def agree(a, b):
    """Whether tensors, or tuples of them, are equal up to rounding."""
    pairs = zip(a, b) if isinstance(a, tuple) else [(a, b)]
    return all((x - y).abs().max() < 1e-13 for x, y in pairs)


# %% [markdown]
# ## The layers as three equations
#
# One layer {eq}`paper-2.11` is split so that each of its ingredients has a name. The new state is the old one and a
# weighted sum of *stage values*,
#
# $$
# y^{[l+1]} = y^{[l]} + h \sum_{i=1}^{s} \beta_i f_i^{[l]},
# $$ (paper-3.4)
#
# a stage value is $f$ at the stage's control and the stage's state,
#
# $$
# f_i^{[l]} = f\bigl(u_i^{[l]}, y_i^{[l]}\bigr), \qquad i = 1, \dots, s,
# $$ (paper-3.5)
#
# and the stage's state is the old state and another weighted sum,
#
# $$
# y_i^{[l]} = y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f_j^{[l]}, \qquad i = 1, \dots, s,
# $$ (paper-3.6)
#
# for $l = 0, \dots, L-1$, with $y^{[0]} = \hat x$. For an explicit scheme this is a recipe, executed from left to right.
# (The optional `kicks` disturb it; they will tell what multipliers mean.)


# %%
def f(u, y):
    K, b = u
    return torch.tanh(y @ K.T + b)  # (2.5)


def control(U, l, i):
    """u_i of layer l, a pair (K, b)."""
    return U[0][l, i], U[1][l, i]


def sweep(U, kicks=None):
    """States Y (L+1, N, d_hat) and stage values F (L, s, N, d_hat)."""
    r, q = kicks or (torch.zeros(L + 1), torch.zeros(L, s))
    Y, F = [x_hat + r[0]], []
    for l in range(L):
        f_l = []
        for i in range(s):
            y_i = Y[l] + h * sum(A[i, j] * f_l[j] for j in range(i))  # (3.6)
            f_l.append(f(control(U, l, i), y_i) + q[l, i])  # (3.5)
        y = Y[l] + h * sum(beta[i] * f_l[i] for i in range(s))  # (3.4)
        Y.append(y + r[l + 1])
        F.append(torch.stack(f_l))
    return torch.stack(Y), torch.stack(F)


Y, F = sweep(U)

# %% [markdown]
# Is this the network? With one control a layer it has to be `RKNet`, and with any controls what the library's own sweep
# gives:

# %%
net = RKNet(d=3, d_hat=3, classes=2, L=L, tableau=tableau, h=h).double()
shared = (
    net.K.detach()[:, None].expand(-1, s, -1, -1),
    net.b.detach()[:, None].expand(-1, s, -1),
)
step = Step(Affine("tanh"), tableau, h)
states = adjoint.states(step, U, x_hat)
# checks (3.4), (3.5), (3.6)
assert agree(sweep(shared)[0], torch.tensor(net.flow(x_hat)))
assert agree(Y, states.y)
assert agree(F, states.F)

# %% [markdown]
# Three sets of equations for $y^{[l]}, f_i^{[l]}, y_i^{[l]}$: one set can be removed. Without the $f_i$ we are back at
# {eq}`paper-2.11`. The derivation removes the stage states $y_i$ instead and keeps $f_i$. From here on $y_i^{[l]}$ is no
# variable, but shorthand for $y^{[l]} + h \sum_j a_{i,j} f_j^{[l]}$, which the paper writes out in every equation:


# %%
def at(U, Y, F, l, i):
    """u_i and y_i of layer l; y_i is an expression in Y and F, (3.6)."""
    y_i = Y[l] + h * sum(A[i, j] * F[l, j] for j in range(s))
    return control(U, l, i), y_i


EACH = [(l, i) for l in range(L) for i in range(s)]  # layers and stages


# %% [markdown]
# Five collections hold all variables: controls, stage values, states, and two kinds of *multipliers*, $\xi_i^{[l]}$ for the
# equation of each stage and $p^{[l]}$ for the equation of each state:
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
#
# One state, one $p$; one stage value, one $\xi$. To check formulas we want them at points where nothing fits together:
# states that no sweep has made, multipliers out of the blue. Call such a point `anywhere`.

# %%
anywhere = (
    U,
    random(L + 1, N, d_hat),  # Y
    random(L, s, N, d_hat),  # F
    random(L + 1, N, d_hat),  # P
    random(L, s, N, d_hat),  # Xi
)
m = d_hat**2 + d_hat
# checks (3.7)
assert sum(part.numel() for part in U) == m * s * L
assert Y.numel() == anywhere[3].numel() == N * d_hat * (L + 1)
assert F.numel() == anywhere[4].numel() == N * d_hat * s * L

# %% [markdown]
# ## The Lagrangian
#
# Take the cost of the last state. Add every equation of the network, brought to the form "this minus that", times its
# multiplier:
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
def lagrangian(U, Y, F, P, Xi):
    total = cost(Y[L]) + dot(P[0], x_hat - Y[0])
    for l in range(L):
        y_next = Y[l] + h * sum(beta[i] * F[l, i] for i in range(s))
        total = total + dot(P[l + 1], y_next - Y[l + 1])
    for l, i in EACH:
        total = total + dot(Xi[l, i], f(*at(U, Y, F, l, i)) - F[l, i])
    return total


# %% [markdown]
# Where the equations of the network hold, all brackets are zero: there $\mathcal{L}$ is the cost, whatever the
# multipliers. And since the multipliers enter linearly, the derivatives in $P$ and $\Xi$ *are* the brackets: setting these
# derivatives to zero gives back {eq}`paper-3.4` to {eq}`paper-3.6`.

# %%
gradient = torch.func.grad(lagrangian, argnums=(0, 1, 2, 3, 4))
U, Y_any, F_any, P_any, Xi_any = anywhere
by_P, by_Xi = gradient(*anywhere)[3:]
brackets = torch.stack(
    [f(*at(U, Y_any, F_any, l, i)) - F_any[l, i] for l, i in EACH]
)
# checks (3.8)
assert agree(lagrangian(U, Y, F, P_any, Xi_any), cost(Y[L]))
assert agree(by_Xi.flatten(0, 1), brackets)
assert agree(by_P[0], x_hat - Y_any[0])
library_s = adjoint.lagrangian(step, cost, x_hat, *anywhere)
assert agree(lagrangian(*anywhere), library_s)

# %% [markdown]
# :::{admonition} The paper's text: one letter for two functions
# :class: voice-paper
# {eq}`paper-3.3` writes the cost as $\mathcal{F}(u)$, a function of the controls with the network inside, and
# {eq}`paper-3.8` as $\mathcal{F}(y^{[L]})$, a function of the last state alone. Only the second can be meant here. With
# the first, the derivative of $\mathcal{L}$ in $y^{[L]}$ would be $-p^{[L]}$ instead of {eq}`paper-3.11`; all multipliers
# would be zero, and the Lagrangian would know no more than the cost.
# :::


# %%
def lagrangian_of_3_3(U, Y, F, P, Xi):
    """The Lagrangian with F as a function of u, as in (3.3)."""
    F_of_u = cost(sweep(U)[0][L])
    return F_of_u + lagrangian(U, Y, F, P, Xi) - cost(Y[L])


by_last_state = torch.func.grad(lagrangian_of_3_3, argnums=1)(*anywhere)[L]
assert agree(by_last_state, -P_any[L])
assert not agree(by_last_state, cost_gradient(Y_any[L]) - P_any[L])

# %% [markdown]
# ## What is needed of $f$
#
# The derivatives of $f(u, y) = \sigma(K y + b)$. With $\sigma' = 1 - \tanh^2$ taken entry by entry, the derivative in $y$
# in direction $z$, its transpose, and the transpose of the derivative in $u = (K, b)$ are
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
    """Added up over the samples, which share u."""
    slope_v = (1 - f(u, y) ** 2) * v
    return slope_v.T @ y, slope_v.sum(dim=0)


u, y, v, z = control(U, 0, 0), *random(3, N, d_hat)
_, back = torch.func.vjp(f, u, y)
by_u, by_y = back(v)
assert agree(f_y_T(u, y, v), by_y)
assert agree(dot(v, f_y(u, y, z)), dot(f_y_T(u, y, v), z))
assert agree(f_u_T(u, y, v), by_u)

# %% [markdown]
# ## Step 1: the derivative in the states
#
# Move all states at once, $y^{[l]}$ in some direction $z^{[l]}$, and ask that $\mathcal{L}$ does not change to first order.
# State $y^{[l]}$ occurs in the bracket that it opens, in the one that it closes, and in every stage of its layer:
#
# $$
# \begin{aligned}
# 0 = {} & \nabla\mathcal{F}\bigl(y^{[L]}\bigr) \cdot z^{[L]} - p^{[0]} \cdot z^{[0]} \\
# & + \sum_{l=0}^{L-1} \Bigl[\, p^{[l+1]} \cdot \bigl(z^{[l]} - z^{[l+1]}\bigr)
# + \sum_{i=1}^{s} \xi_i^{[l]} \cdot f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, z^{[l]} \Bigr].
# \end{aligned}
# $$ (paper-3.9)


# %%
def along_z(U, Y, F, P, Xi, z):
    """The right-hand side of (3.9)."""
    total = dot(cost_gradient(Y[L]), z[L]) - dot(P[0], z[0])
    for l in range(L):
        total = total + dot(P[l + 1], z[l] - z[l + 1])
    for l, i in EACH:
        total = total + dot(Xi[l, i], f_y(*at(U, Y, F, l, i), z[l]))
    return total


z = random(L + 1, N, d_hat)
# checks (3.9)
assert agree(along_z(*anywhere, z), dot(gradient(*anywhere)[1], z))

# %% [markdown]
# Now collect what is multiplied by $z^{[l]}$. The sum of $p^{[l+1]} \cdot (z^{[l]} - z^{[l+1]})$ is shifted by one layer
# (Abel's summation by parts; the integral of $p \cdot \dot z$ is treated in the same way in continuous time), and $f_y$
# moves to the other side of the dot as its transpose:
#
# $$
# \begin{aligned}
# 0 = {} & \bigl( \nabla\mathcal{F}(y^{[L]}) - p^{[L]} \bigr) \cdot z^{[L]} \\
# & + \sum_{l=0}^{L-1} \Bigl( p^{[l+1]} - p^{[l]} + \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]}
# \Bigr) \cdot z^{[l]} .
# \end{aligned}
# $$ (paper-3.10)
#
# The directions are arbitrary, so every factor has to vanish by itself: at the end of the network
#
# $$
# 0 = \nabla\mathcal{F}\bigl(y^{[L]}\bigr) - p^{[L]},
# $$ (paper-3.11)
#
# and at each layer $l = 0, \dots, L-1$
#
# $$
# 0 = p^{[l+1]} - p^{[l]} + \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]} .
# $$ (paper-3.12)


# %%
def by_Y(U, Y, F, P, Xi):
    """What multiplies z in (3.10): the residuals of (3.12) and (3.11)."""
    rows = []
    for l in range(L):
        pulled = [f_y_T(*at(U, Y, F, l, i), Xi[l, i]) for i in range(s)]
        rows.append(P[l + 1] - P[l] + sum(pulled))  # (3.12)
    return torch.stack([*rows, cost_gradient(Y[L]) - P[L]])  # (3.11)


# checks (3.10)
assert agree(dot(by_Y(*anywhere), z), along_z(*anywhere, z))
# checks (3.11), (3.12)
assert agree(by_Y(*anywhere), gradient(*anywhere)[1])

# %% [markdown]
# Solved for the new costate, {eq}`paper-3.12` is the iteration
#
# $$
# p^{[l+1]} = p^{[l]} - \sum_{i=1}^{s} f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top \xi_i^{[l]},
# \qquad p^{[L]} = \nabla\mathcal{F}\bigl(y^{[L]}\bigr).
# $$ (paper-3.13)
#
# It is written from left to right, like the states. But what is known is its *last* value, so it is used from right to
# left: $p^{[l]} = p^{[l+1]} + \sum_i f_y^\top \xi_i^{[l]}$.
#
# ## Step 2: the derivative in the stage values
#
# Move the stage values, $f_i^{[l]}$ in direction $\delta f_i^{[l]}$. They occur in the step and, through
# {eq}`paper-3.6`, in the stages of their own layer:
#
# $$
# \begin{aligned}
# 0 = \sum_{l=0}^{L-1} \Bigl[\, & p^{[l+1]} \cdot h \sum_{i=1}^{s} \beta_i\, \delta f_i^{[l]} \\
# & + \sum_{i=1}^{s} \xi_i^{[l]} \cdot \Bigl( f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, h \sum_{j=1}^{s} a_{i,j}\, \delta
# f_j^{[l]} - \delta f_i^{[l]} \Bigr) \Bigr].
# \end{aligned}
# $$ (paper-3.14)
#
# :::{admonition} The paper's text: probably a slip
# :class: voice-paper
# In print the sum in front of $\xi_i^{[l]}$ runs over $j$, and the innermost sum holds $g_j^{[l]}$. Then $i$ is left
# without a meaning, and $g$ is only introduced later {eq}`paper-3.25` for something else. We read $i$ and
# $\delta f_j^{[l]}$. The cell compares: the printed sum is the derivative for no choice of $i$, with neither meaning of
# $g$.
# :::


# %%
def inner_sum(g, l, i):
    """h sum_j a_ij g_j."""
    return h * sum(A[i, j] * g[l, j] for j in range(s))


def along_df(U, Y, F, P, Xi, df):
    """The right-hand side of (3.14), corrected."""
    total = 0
    for l, i in EACH:
        total = total + h * beta[i] * dot(P[l + 1], df[l, i])
        moved = f_y(*at(U, Y, F, l, i), inner_sum(df, l, i))
        total = total + dot(Xi[l, i], moved - df[l, i])
    return total


def along_df_printed(U, Y, F, P, Xi, df, g, i):
    """As printed, for one i: the sum over j repeats its term s times."""
    total = sum(h * beta[k] * dot(P[l + 1], df[l, k]) for l, k in EACH)
    for l in range(L):
        moved = f_y(*at(U, Y, F, l, i), inner_sum(g, l, i))
        total = total + s * dot(Xi[l, i], moved - df[l, i])
    return total


df = random(L, s, N, d_hat)
g = [  # (3.25), with p_i = xi_i / (h beta_i)
    -f_y_T(*at(U, Y_any, F_any, l, i), Xi_any[l, i]) / (h * beta[i])
    for l, i in EACH
]
g = torch.stack(g).reshape(df.shape)
derivative = dot(gradient(*anywhere)[2], df)
printed = [
    along_df_printed(*anywhere, df, meaning, i)
    for meaning in (df, g)
    for i in range(s)
]
# checks (3.14)
assert agree(along_df(*anywhere, df), derivative)
assert min(abs(value - derivative) for value in printed) > 0.1

# %% [markdown]
# Again collect what is multiplied by one direction. In the double sum over $i$ and $j$ the names are exchanged, so that
# $\delta f_i$ can be taken out, and *this is where $a_{i,j}$ becomes $a_{j,i}$*:
#
# $$
# 0 = \sum_{l=0}^{L-1} \sum_{i=1}^{s} \Bigl( h \beta_i\, p^{[l+1]} - \xi_i^{[l]} + h \sum_{j=1}^{s} a_{j,i}\,
# f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]} \Bigr) \cdot \delta f_i^{[l]} .
# $$ (paper-3.15)
#
# Stage $i$ feeds stage $j$ with weight $a_{j,i}$ on the way forward; on the way back $\xi_j$ feeds $\xi_i$ with the same
# weight. Since the directions are arbitrary,
#
# $$
# 0 = h \beta_i\, p^{[l+1]} - \xi_i^{[l]} + h \sum_{j=1}^{s} a_{j,i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]}
# $$ (paper-3.16)
#
# for $l = 0, \dots, L-1$ and $i = 1, \dots, s$, or, solved for the multiplier,
#
# $$
# \xi_i^{[l]} = h \Bigl[ \beta_i\, p^{[l+1]} + \sum_{j=1}^{s} a_{j,i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top \xi_j^{[l]} \Bigr].
# $$ (paper-3.17)


# %%
def xi_by_3_17(U, Y, F, P, Xi, l, i):
    """The right-hand side of (3.17)."""
    pulled = [A[j, i] * f_y_T(*at(U, Y, F, l, j), Xi[l, j]) for j in range(s)]
    return h * (beta[i] * P[l + 1] + sum(pulled))


def by_F(*point):
    """What multiplies df in (3.15): the residuals of (3.16)."""
    Xi = point[-1]
    rows = [xi_by_3_17(*point, l, i) - Xi[l, i] for l, i in EACH]
    return torch.stack(rows).reshape(Xi.shape)


# checks (3.15)
assert agree(dot(by_F(*anywhere), df), along_df(*anywhere, df))
# checks (3.16)
assert agree(by_F(*anywhere), gradient(*anywhere)[2])

# %% [markdown]
# :::{admonition} The paper's text: probably a slip
# :class: voice-paper
# In print {eq}`paper-3.16` holds for $i = 0, \dots, s$. Stages are counted from 1: there is no $\beta_0$ and no $\xi_0$. With
# $i = 1, \dots, s$ there are as many conditions as multipliers, with a stage 0 there would be more.
# :::

# %%
multipliers = (L + 1) + s * L
conditions = {first: (L + 1) + len(range(first, s + 1)) * L for first in (0, 1)}
assert conditions[1] == multipliers < conditions[0]
np.testing.assert_raises(KeyError, dict(enumerate(beta, start=1)).pop, 0)

# %% [markdown]
# ## The way back
#
# For an explicit scheme $a_{j,i}$ is zero unless $j > i$. So {eq}`paper-3.17` gives $\xi_s$ from $p^{[l+1]}$ alone, then
# $\xi_{s-1}$ and so on down to $\xi_1$; then {eq}`paper-3.13` gives $p^{[l]}$, and the next layer to the left can be
# treated. No equation has to be solved, and nothing is divided by.


# %%
def costate_sweep(U, Y, F):
    """Multipliers P (L+1, N, d_hat) and Xi (L, s, N, d_hat), from the end."""
    P, Xi = torch.zeros_like(Y), torch.zeros_like(F)
    P[L] = cost_gradient(Y[L])  # (3.11)
    for l in reversed(range(L)):
        for i in reversed(range(s)):
            Xi[l, i] = xi_by_3_17(U, Y, F, P, Xi, l, i)  # (3.17)
        pulled = [f_y_T(*at(U, Y, F, l, i), Xi[l, i]) for i in range(s)]
        P[l] = P[l + 1] + sum(pulled)  # (3.13)
    return P, Xi


P, Xi = costate_sweep(U, Y, F)

# %% mystnb={"figure": {"name": "fig-s32-sweeps", "caption": "One layer of a three-stage scheme, there and back. Blue, to the right: the state enters every stage, stages feed later ones with $a_{i,j}$, and all enter the next state with $\\beta_i$ (thin arcs where the straight arrow is taken). Orange, to the left, is the mirror image: the costate enters every $\\xi_i$ with $\\beta_i$, later stages feed earlier ones with the same coefficients, and $p^{[l]}$ collects. Dotted: every step back needs the derivatives of $f$ where the step there has been. Green: what arrives at the controls is the gradient."}, "image": {"alt": "Diagram in two rows. Above, arrows lead from the state of layer l through stages 1, 2 and 3 to the state of layer l plus 1 and, by later layers, to the cost. Below, mirrored arrows lead from the cost to the costate of layer l plus 1 and through the multipliers 3, 2 and 1 to the costate of layer l. Between the rows each stage has its control, with an arrow up into the stage and an arrow from the multiplier below, the gradient."}} tags=["hide-input"]
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
label(5, TOP + 2, "states: (3.6), (3.5) stage by stage, then (3.4)", FORWARD)
label(5, LOW - 2, "costates: (3.17) stage by stage, then (3.13)", BACKWARD)
plt.show()

# %% [markdown]
# Do these multipliers deserve their name? At them the derivatives of $\mathcal{L}$ in *all* of $Y$, $F$, $P$, $\Xi$ have to
# vanish. Asked in three ways: by autograd, in the forms {eq}`paper-3.13` and {eq}`paper-3.17`, and by the library, which
# knows nothing of this page.

# %%
solution = U, Y, F, P, Xi
for derivative in gradient(*solution)[1:]:
    assert derivative.abs().max() < 1e-14

costates = adjoint.costates(step, U, states, cost_gradient(Y[L]))
# checks (3.13), (3.17)
for l in range(L):
    pulled = [f_y_T(*at(U, Y, F, l, i), Xi[l, i]) for i in range(s)]
    assert agree(P[l + 1], P[l] - sum(pulled))
    for i in range(s):
        assert agree(costates.xi[l, i], xi_by_3_17(*solution, l, i))
assert agree(P, costates.p)

# %% [markdown]
# Without any calculus at all: move one of the five collections by $\varepsilon$ in a random direction and take central
# differences of $\mathcal{L}$. What should vanish then vanishes up to the truncation error $\varepsilon^2$, until rounding
# takes over. In $P$ and $\Xi$ there is no truncation error, because $\mathcal{L}$ is linear in them.


# %%
def central_difference(part, direction, eps):
    """(L(x + eps v) - L(x - eps v)) / (2 eps), x one of U, Y, F, P, Xi."""
    values = []
    for sign in (1, -1):
        point = list(solution)
        point[part] = tuple(
            x + sign * eps * v for x, v in zip(solution[part], direction)
        )
        if part:  # only U is a pair
            point[part] = torch.stack(point[part])
        values.append(lagrangian(*point).item())
    return (values[0] - values[1]) / (2 * eps)


def worst_error(part, directions=5):
    """Largest error of the difference over random unit directions, by eps."""
    errors = []
    for _ in range(directions):
        v = [torch.tensor(rng.standard_normal(x.shape)) for x in solution[part]]
        length = sum(dot(x, x) for x in v) ** 0.5
        v = [x / length for x in v]
        exact = sum(dot(g, x) for g, x in zip(gradient(*solution)[part], v))
        errors.append(
            [abs(central_difference(part, v, e) - exact.item()) for e in eps]
        )
    return np.max(errors, axis=0)


eps = 10.0 ** -np.arange(1, 6.5, 0.5)
NAMES = "U", "Y", "F", "P", "Xi"
errors = {name: worst_error(k) for k, name in enumerate(NAMES)}
for name in ("U", "Y", "F"):
    slope = np.polyfit(np.log(eps[:5]), np.log(errors[name][:5]), 1)[0]
    assert abs(slope - 2) < 0.15
    print(f"in {name}: error of the difference of order {slope:.1f}")
assert np.all(errors["P"] < 1e-14 / eps) and np.all(errors["Xi"] < 1e-14 / eps)

# %% mystnb={"figure": {"name": "fig-s32-differences", "caption": "Central differences of the Lagrangian at the computed states and multipliers, against the step $\\varepsilon$; the largest error in five random directions. In $Y$ and $F$ the exact value is zero, in $U$ it is the gradient. The error falls with slope two until rounding stops it."}, "image": {"alt": "Log-log plot with three lines, for U, Y and F. From the right they fall with slope two to about ten to the minus eleven, and then rise slowly towards smaller steps."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.6), layout="constrained")
for name, colour, line, marker in (
    ("U", GRADIENT, "-", "o"),
    ("Y", FORWARD, "--", "^"),
    ("F", plots.CLASS_COLOURS[5], ":", "s"),
):
    ax.loglog(
        eps,
        errors[name],
        linestyle=line,
        color=colour,
        marker=marker,
        markersize=4,
        label=f"in ${name}$",
    )
ax.loglog(eps[:5], 0.02 * eps[:5] ** 2, color=plots.INK, linewidth=0.8)
ax.text(eps[3], 0.08 * eps[3] ** 2, r"$\varepsilon^2$", ha="right")
ax.set(xlabel=r"$\varepsilon$", ylabel="error")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# ## Step 3: the derivative in the controls
#
# Last, move the controls, $u_i^{[l]}$ in direction $v_i^{[l]}$. They occur in one place only, and the transposed derivative
# takes the direction out:
#
# $$
# \begin{aligned}
# 0 &= \sum_{l=0}^{L-1} \sum_{i=1}^{s} \xi_i^{[l]} \cdot f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)\, v_i^{[l]} \\
# &= \sum_{l=0}^{L-1} \sum_{i=1}^{s} f_u\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top
# \xi_i^{[l]} \cdot v_i^{[l]} .
# \end{aligned}
# $$ (paper-3.18)
#
# For the first line the derivative of $f$ in direction $v = (V, w)$ is written out, $f_u v = \sigma' \circ (V y + w)$; the
# second uses {eq}`eq-3.2.a`:


# %%
def along_v(U, Y, F, P, Xi, v):
    """The first line of (3.18)."""
    total = 0
    for l, i in EACH:
        u, y_i = at(U, Y, F, l, i)
        V, w = control(v, l, i)
        f_u_v = (1 - f(u, y_i) ** 2) * (y_i @ V.T + w)
        total = total + dot(Xi[l, i], f_u_v)
    return total


def by_U(U, Y, F, P, Xi):
    """What multiplies v in the second line of (3.18): f_u^T xi_i."""
    pulled = [f_u_T(*at(U, Y, F, l, i), Xi[l, i]) for l, i in EACH]
    by_K, by_b = (torch.stack(part) for part in zip(*pulled))
    return by_K.reshape(U[0].shape), by_b.reshape(U[1].shape)


v = random(*U[0].shape), random(*U[1].shape)
second_line = sum(dot(g, x) for g, x in zip(by_U(*anywhere), v))
# checks (3.18)
assert agree(by_U(*anywhere), gradient(*anywhere)[0])
assert agree(along_v(*anywhere, v), second_line)

# %% [markdown]
# And here is the point of it all. On the network $\mathcal{L}$ is the cost, and at the computed multipliers it does not
# feel how $Y$ and $F$ react to a change of $U$. So its derivative in $U$ alone *is the gradient of the training problem*
# {eq}`paper-3.3`, in which states react to everything:

# %%
gradient_of_training = torch.func.grad(lambda U: cost(sweep(U)[0][L]))(U)
assert agree(by_U(*solution), gradient_of_training)
print("equal to rounding?", agree(by_U(*solution), gradient_of_training))

# %% [markdown]
# PyTorch's `backward` arrives at the same numbers by the chain rule, one elementary operation after the other. The
# Lagrangian arrives at them layer by layer, in the scheme's own letters. What these tell about the scheme is the topic of {doc}`s3_3_partner`.
#
# ## What a multiplier means
#
# A multiplier is a *price*. Suppose someone disturbs the network: adds a small $r$ to the state between two layers, or
# a small $q$ to a stage value. By how much does the cost change? To first order by $p^{[l]} \cdot r$ and
# $\xi_i^{[l]} \cdot q$: in $\mathcal{L}$ the disturbance only adds to a bracket, and the bracket's multiplier is its price.

# %%
no_kicks = torch.zeros_like(Y), torch.zeros_like(F)
price = torch.func.grad(lambda k: cost(sweep(U, k)[0][L]))(no_kicks)
assert agree(price, (P, Xi))

# %% [markdown]
# In particular $p^{[l]}$ is the gradient, at the state $y^{[l]}$, of the *cost to go*: what a sample will cost that is put at
# some place before layer $l$ and sent through the remaining layers. The picture shows that landscape for one class of
# samples before the first, the middle and behind the last layer of a network in the plane.


# %% tags=["hide-input"]
plane = RKNet(d=2, d_hat=2, classes=2, L=12, tableau=tableau, h=0.25)
plane = plane.double().requires_grad_(False)
draw = np.random.default_rng(5)
t = np.linspace(0, 3, plane.L, endpoint=False)[:, None, None]
R, S = draw.standard_normal((2, 2, 3))
wave = torch.tensor(np.cos(t) * R + np.sin(t) * S)
plane.K[:], plane.b[:] = 1.2 * wave[:, :, :2], 0.8 * wave[:, :, 2]
plane.W[:], plane.mu[:] = torch.tensor([[1.0, 0.5], [-1.0, -0.5]]), 0
samples = torch.tensor(draw.uniform(-2.5, 2.5, (24, 2)))


# %%
def cost_to_go(y, l):
    """Cost (N,) of samples of class 1 that enter layer l at y (N, d_hat)."""
    for K, b in zip(plane.K[l:], plane.b[l:]):
        y = plane.layer(K, b, y)
    scores = y @ plane.W.T + plane.mu
    return -torch.log_softmax(scores, dim=1)[:, 0]


def slope_of_cost_to_go(y, l):
    return torch.func.grad(lambda y: cost_to_go(y, l).sum())(y)


flow = plane.states(samples)
layer, controls = Step.of(plane), (plane.K[:, None], plane.b[:, None])
swept = adjoint.costates(
    layer,
    controls,
    adjoint.states(layer, controls, samples),
    slope_of_cost_to_go(flow[plane.L], plane.L),
)
for l in range(plane.L + 1):
    assert agree(swept.p[l], slope_of_cost_to_go(flow[l], l))

# %% mystnb={"figure": {"name": "fig-s32-costates", "caption": "The cost to go for samples of class 1, darker where it is higher, before layer 0, before layer 6 and behind layer 12, and 24 samples on their way with their $-p^{[l]}$. The arrows stand on the level lines and point downhill, where a sample would have to be pushed. At the end the classifier makes a straight slope; seen from earlier layers it is bent, because layers lie between."}, "image": {"alt": "Three panels with level lines of a landscape and arrows on points. Behind layer 12 the level lines are straight and parallel and all arrows point the same way; before layers 6 and 0 the lines are more and more curved, and the arrows, perpendicular to them, differ from point to point."}} tags=["hide-input"]
ticks = np.linspace(-4, 4, 121)
mesh = torch.tensor(np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2))
levels = np.concatenate([np.geomspace(0.01, 0.64, 7), np.arange(1, 11, 0.5)])
shade = LinearSegmentedColormap.from_list("cost", ["white", "#F2C9AC"])
fig, axes = plt.subplots(
    1, 3, figsize=(plots.WIDTH, 2.75), layout="constrained", sharey=True
)
for ax, l in zip(axes, (0, 6, 12)):
    height = cost_to_go(mesh, l).reshape(121, 121)
    ax.contourf(ticks, ticks, height, 40, cmap=shade, vmin=0, vmax=10)
    ax.contour(ticks, ticks, height, levels, colors=BACKWARD, linewidths=0.35)
    ax.quiver(
        *flow[l].T,
        *-swept.p[l].T,
        color=plots.INK,
        scale=16,
        width=0.006,
        zorder=3,
    )
    ax.plot(*flow[l].T, "o", color=FORWARD, markersize=3, zorder=4)
    plots.input_space(ax)
    ax.set(title=f"$l = {l}$", xlabel="$y_1$", ylabel="")
axes[0].set_ylabel("$y_2$")
plt.show()

# %% [markdown]
# ## A costate for each stage
#
# So far every weight $\beta_i$ was welcome, zero too. Now assume that none is zero. The multiplier of stage $i$ is divided
# by the stage's share of the step,
#
# $$
# p_i^{[l]} = \frac{\xi_i^{[l]}}{h \beta_i} ,
# $$ (eq-3.2.b)
#
# which makes it comparable with the costates: no factor $h$ is left in it. With the short form $y_i^{[l]}$
# {eq}`paper-3.6` the iteration {eq}`paper-3.13` becomes
#
# $$
# p^{[l+1]} = p^{[l]} - h \sum_{i=1}^{s} \beta_i\, f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]},
# \qquad p^{[L]} = \nabla\mathcal{F}\bigl(y^{[L]}\bigr),
# $$ (paper-3.20)
#
# and {eq}`paper-3.17` becomes the first line of the next equation. Its second line inserts {eq}`paper-3.20` for
# $p^{[l+1]}$:
#
# $$
# \begin{aligned}
# p_i^{[l]} &= p^{[l+1]} + h \sum_{j=1}^{s} \frac{a_{j,i}\, \beta_j}{\beta_i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top
# p_j^{[l]} \\
# &= p^{[l]} - h \sum_{j=1}^{s} \Bigl( \beta_j - \frac{a_{j,i}\, \beta_j}{\beta_i} \Bigr) f_y\bigl(u_j^{[l]},
# y_j^{[l]}\bigr)^\top p_j^{[l]} .
# \end{aligned}
# $$ (paper-3.21)

# %%
p_stage = Xi / (h * torch.tensor(beta))[:, None, None]
assert agree(p_stage, costates.p_i)
# checks (3.20), (3.21)
for l in range(L):
    pulled = [f_y_T(*at(U, Y, F, l, j), p_stage[l, j]) for j in range(s)]
    step_back = sum(beta[i] * pulled[i] for i in range(s))
    assert agree(P[l + 1], P[l] - h * step_back)
    for i in range(s):
        ratio = A[:, i] * beta / beta[i]
        first = sum(ratio[j] * pulled[j] for j in range(s))
        second = sum((beta[j] - ratio[j]) * pulled[j] for j in range(s))
        assert agree(p_stage[l, i], P[l + 1] + h * first)
        assert agree(p_stage[l, i], P[l] - h * second)

# %% [markdown]
# Look at the second line of {eq}`paper-3.21` beside {eq}`paper-3.6`: a state plus $h$ times a sum over stages, with a
# matrix of coefficients. The costates follow a Runge-Kutta scheme of their own, and {doc}`s3_3_partner` is about it.
# Before that, {ref}`the next page <s3-2-optimum>` asks what {eq}`paper-3.18` says about a network that cannot be improved.
#
# ## Every scheme
#
# The recursion in $\xi$ divides by nothing. So it holds for schemes with zero weights, such as the explicit midpoint rule
# with $\beta_1 = 0$, where {eq}`paper-3.20` and {eq}`paper-3.21` have no meaning. And nowhere did it ask for
# an explicit scheme: for an implicit one {eq}`paper-3.17` is a linear system for the $\xi_i$ of a layer. The library's sweeps, for all its tableaus:


# %%
def multipliers_hold(tableau):
    """The checks of this page for random controls, by the library alone."""
    step = Step(Affine("tanh"), tableau, h=0.2)
    stages = tableau.stages
    U = random(L, stages, d_hat, d_hat), random(L, stages, d_hat)
    states = adjoint.states(step, U, x_hat)
    found = adjoint.costates(step, U, states, cost_gradient(states.y[-1]))
    point = U, states.y, states.F, found.p, found.xi

    def lagrangian(*point):
        return adjoint.lagrangian(step, cost, x_hat, *point)

    def trained_cost(U):
        return cost(adjoint.states(step, U, x_hat).y[-1])

    derivatives = torch.func.grad(lagrangian, argnums=(1, 2, 3, 4))(*point)
    zeros = tuple(map(torch.zeros_like, derivatives))
    return agree(derivatives, zeros) and agree(
        found.gradient, torch.func.grad(trained_cost)(U)
    )


held = []
for name, scheme in TABLEAUS.items():
    assert multipliers_hold(scheme)
    kind = "explicit" if scheme.explicit else "implicit"
    zeros = ", zero weights" if 0 in scheme.beta else ""
    held.append(f"{name:17} {kind}{zeros}")
print("\n".join(held))

# %%
midpoint = TABLEAUS["midpoint"]
step = Step(Affine("tanh"), midpoint, h=0.2)
U = random(L, 2, d_hat, d_hat), random(L, 2, d_hat)
states = adjoint.states(step, U, x_hat)
found = adjoint.costates(step, U, states, cost_gradient(states.y[-1]))
assert found.xi[:, 0].abs().max() > 1e-3  # although beta_1 = 0
np.testing.assert_raises(ValueError, lambda: found.p_i)

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s32-euler
# Write {eq}`paper-3.17`, {eq}`paper-3.13` and {eq}`paper-3.18` for Euler's method, and for $h = 1$ recognise the
# backpropagation of a ResNet.
# ```
#
# ```{solution} ex-s32-euler
# :class: dropdown
# With $s = 1$, $A = 0$, $\beta_1 = 1$: $\xi^{[l]} = h p^{[l+1]}$, so $p^{[l]} = p^{[l+1]} + h f_y^\top p^{[l+1]}$ and the
# gradient is $h f_u^\top p^{[l+1]}$, with $f$ at $(u^{[l]}, y^{[l]})$. For $h = 1$ the error signal of a residual block is the
# error signal behind it plus what passes through the block: the skip connection works in both directions.
# ```

# %% tags=["hide-input"]
step = Step(Affine("tanh"), TABLEAUS["euler"], h=1.0)
U = random(L, 1, d_hat, d_hat), random(L, 1, d_hat)
Y = adjoint.states(step, U, x_hat).y
p = cost_gradient(Y[L])
for l in reversed(range(L)):
    u = control(U, l, 0)
    by_K, by_b = f_u_T(u, Y[l], p)
    p = p + f_y_T(u, Y[l], p)

leaf = x_hat.clone().requires_grad_(True)
y = leaf
for K, b in zip(U[0][:, 0], U[1][:, 0]):
    y = y + torch.tanh(y @ K.T + b)
(by_input,) = torch.autograd.grad(cost(y), leaf)
assert agree(p, by_input)

# %% [markdown]
# ```{exercise}
# :label: ex-s32-input
# What is $p^{[0]}$? Move every input by a distance of 0.001 so that the cost grows as fast as possible, and predict the
# growth from $p^{[0]}$.
# ```
#
# ```{solution} ex-s32-input
# :class: dropdown
# $p^{[0]}$ is the price of $\hat x$: the derivative of the cost in the network's input. The worst direction for sample $n$ is
# $p_n^{[0]}$ itself, and the cost grows by $0.001 \sum_n |p_n^{[0]}|$, up to terms of second order. So-called adversarial
# examples are found in this way. If the input was padded by zeros, only the first $d$ entries can be moved.
# ```

# %% tags=["hide-input"]
lengths = P[0].norm(dim=1, keepdim=True)
kick = torch.zeros_like(P)
kick[0] = 0.001 * P[0] / lengths
U = solution[0]
growth = cost(sweep(U, (kick, no_kicks[1]))[0][L]) - cost(sweep(U)[0][L])
assert abs(growth / (0.001 * lengths.sum()) - 1) < 0.01

# %% [markdown]
# ```{exercise}
# :label: ex-s32-standard
# A layer of a StandardNet {eq}`paper-2.6` carries nothing: $y^{[l+1]} = f(u^{[l]}, y^{[l]})$. Derive its recursion for $p$.
# What happens to $p^{[0]}$ if $\|f_y\| \le 0.8$ in each of 40 layers, there and in an Euler net with $h = 0.05$?
# ```
#
# ```{solution} ex-s32-standard
# :class: dropdown
# Only the bracket of {eq}`paper-3.8` changes: $p^{[l+1]} \cdot (f_1^{[l]} - y^{[l+1]})$. Then {eq}`paper-3.12` lacks
# $p^{[l+1]}$, and $p^{[l]} = f_y^\top p^{[l+1]}$. After 40 layers at most $0.8^{40} \approx 10^{-4}$ of the signal is left, so
# early layers hardly learn: the vanishing gradient behind the paper's Section 4.2. In the Euler net a layer changes $p$ by a
# factor between $1 - 0.05 \cdot 0.8$ and $1 + 0.05 \cdot 0.8$, and at least $0.96^{40} \approx 0.2$ of the signal arrives.
# ```

# %% tags=["hide-input"]
deep = random(40, 1, d_hat, d_hat), random(40, 1, d_hat)
deep = (
    0.8 * deep[0] / torch.linalg.matrix_norm(deep[0], 2)[..., None, None],
    deep[1],
)
euler = TABLEAUS["euler"]
for step in (
    Step(Affine("tanh"), euler, 1.0, carried=False),
    Step(Affine("tanh"), euler, 0.05),
):
    states = adjoint.states(step, deep, x_hat)
    p = adjoint.costates(step, deep, states, cost_gradient(states.y[-1])).p
    left = p[0].norm(dim=1) / p[-1].norm(dim=1)
    assert left.min() > 0.96**40 if step.carried else left.max() < 0.8**40

# %% [markdown]
# ## Takeaways
#
# - The Lagrangian {eq}`paper-3.8` is the cost plus every equation of the network times a multiplier. Its derivatives can be
#   read off, term by term; here each was compared with autograd at a point where nothing fits together.
# - They vanish in states and stage values where $p$ and $\xi$ run backwards, {eq}`paper-3.13`, {eq}`paper-3.17`, with $A$
#   transposed. Nothing is divided by, so zero weights and implicit schemes are no exception.
# - The derivative in the controls {eq}`paper-3.18` is then the gradient of training, equal to autograd's to the last digits.
# - A multiplier is the price of a disturbance: $p^{[l]}$ of one in the state, $\xi_i^{[l]}$ of one in a stage value.
# - {eq}`paper-3.14` and {eq}`paper-3.16` need other indices than printed, and $\mathcal{F}$ in {eq}`paper-3.8` is a
#   function of the last state.
#
# The derivation is that of {footcite:t}`benning2019`; the view of stages, costates and their coefficients is due to
# {footcite:t}`hager2000` and {footcite:t}`sanzserna2016`.
#
# ## References
#
# ```{footbibliography}
# ```

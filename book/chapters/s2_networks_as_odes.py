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
# (s2)=
# # Section 2. From residual networks to ordinary differential equations
#
# A residual network adds a small correction to its features in every layer. Read the layers as instants of time, and
# the network becomes a numerical method for a differential equation; then every method of numerical analysis is a
# network architecture. This page builds that bridge, equation by equation, and measures each of its planks.
#
# :::{admonition} What you will learn
# :class: tip
# - how the layers (2.2) of a feed-forward network and (2.7) of a residual network are written with one function $f$;
# - why a residual network is Euler's method, and what a Butcher tableau $(A, \beta, c)$ makes of it in (2.11), (2.12);
# - to measure the order of a scheme, and what happens to the order when a layer has only one control;
# - why continuous trajectories cannot cross, discrete ones can, and one added dimension (2.3) settles the matter.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from rknet import (
    ACTIVATIONS,
    TABLEAUS,
    EulerNet,
    RK4Net,
    RKNet,
    StandardNet,
    Tableau,
    plots,
)
from rknet.laboratories import SchemeLaboratory
from rknet.laboratories.scheme import draw_orbit, drift, orbit
from rknet.trees import trees

plots.style()
rng = np.random.default_rng(2)

# %% [markdown]
# ## A feed-forward network
#
# Layers apply an affine map and then an *activation function* $\sigma$, the same in every component. The paper uses
# four:
#
# $$
# \begin{aligned}
# \mathrm{ReLU}(x) &= \max(0, x), & \operatorname{softplus}(x) &= \log(1 + e^x), \\
# \operatorname{logit}(x) &= \frac{1}{1 + e^{-x}}, & \tanh(x) &= 2 \operatorname{logit}(2x) - 1.
# \end{aligned}
# $$ (paper-2.1)
#
# :::{admonition} The paper's text
# :class: voice-paper
# The paper calls $1/(1+e^{-x})$ "logit". Elsewhere that word means the inverse function, so this book says *logistic*.
# :::

# %% mystnb={"figure": {"name": "fig-activations", "caption": "The four activations of {eq}`paper-2.1`. Two of them saturate on both sides, two grow like $x$; ReLU has a corner where softplus is smooth."}, "image": {"alt": "Four curves over x from -4 to 4: tanh rises from -1 to 1, the logistic function from 0 to 1, ReLU is zero and then x, softplus is a smooth version of ReLU."}} tags=["hide-input"]
x = torch.linspace(-4, 4, 401)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.6), layout="constrained")
for (name, sigma), colour, line in zip(
    ACTIVATIONS.items(), plots.CLASS_COLOURS, ["-", "--", ":", "-."]
):
    ax.plot(x, sigma(x), line, color=colour, label=name)
ax.set(xlabel="x", ylabel="σ(x)", ylim=(-1.2, 4.1))
ax.legend(loc="upper left")
plt.show()


# %%
def logistic(x):
    return 1 / (1 + torch.exp(-x))


x = x.double()
formulas = {
    "tanh": 2 * logistic(2 * x) - 1,
    "logistic": logistic(x),
    "relu": torch.maximum(torch.zeros_like(x), x),
    "softplus": torch.log(1 + torch.exp(x)),
}
# checks (2.1)
for name, sigma in ACTIVATIONS.items():
    assert torch.allclose(sigma(x), formulas[name], atol=1e-14, rtol=0)

# %% [markdown]
# Starting from $y^{[0]} = x$, layer $l$ of the network computes
#
# $$
# z^{[l+1]} = K^{[l]} y^{[l]} + b^{[l]} \in \mathbb{R}^{d^{[l+1]}}
# \quad\text{and}\quad
# y^{[l+1]} = \sigma\bigl(z^{[l+1]}\bigr).
# $$ (paper-2.2)
#
# Residual connections will need layers of equal width. So that the input's dimension $d$ does not dictate that width,
# the input is *augmented* by $d^*$ zeros,
#
# $$
# \hat x = (x^\top, 0, \dots, 0)^\top \in \mathbb{R}^{\hat d}, \qquad \hat d = d + d^*,
# $$ (paper-2.3)
#
# and every layer has the width $\hat d$. The parameters of layer $l$ are collected in
#
# $$
# u^{[l]} = \bigl(K^{[l]}, b^{[l]}\bigr) \in \mathbb{R}^{\hat d \times \hat d} \times \mathbb{R}^{\hat d},
# $$ (paper-2.4)
#
# that is $m = \hat d^2 + \hat d$ numbers. In `rknet` the layers' weights are stacked: `K` has shape $(L, \hat d, \hat
# d)$ and `b` has shape $(L, \hat d)$.

# %%
net = StandardNet(d=2, d_hat=3, classes=2, L=4, seed=0).double()
net

# %% [markdown]
# The states of all layers come with one call. The first is the augmented input, and the next one is {eq}`paper-2.2`
# written out:

# %%
X = rng.standard_normal((5, 2))
Y = net.flow(X)
# checks (2.3)
assert np.array_equal(Y[0], np.column_stack([X, np.zeros(5)]))

K0, b0 = net.K[0].detach().numpy(), net.b[0].detach().numpy()
# checks (2.2)
assert np.allclose(Y[1], np.tanh(Y[0] @ K0.T + b0), atol=1e-14, rtol=0)
# checks (2.4)
assert net.K[0].numel() + net.b[0].numel() == 3**2 + 3
Y.shape

# %% [markdown]
# With the function
#
# $$
# f(u, y) = \sigma(K y + b), \qquad u = (K, b),
# $$ (paper-2.5)
#
# all of this is one line,
#
# $$
# y^{[l+1]} = f\bigl(u^{[l]}, y^{[l]}\bigr), \qquad l = 0, \dots, L-1, \qquad y^{[0]} = \hat x.
# $$ (paper-2.6)


# %%
def f(u, y):
    K, b = u
    return np.tanh(y @ K.T + b)


K, b = net.K.detach().numpy(), net.b.detach().numpy()
f_of_net = net.f(net.K[0], net.b[0], torch.tensor(Y[0])).detach().numpy()
# checks (2.5)
assert np.allclose(f_of_net, f((K[0], b[0]), Y[0]), atol=1e-14, rtol=0)
# checks (2.6)
for l in range(net.L):
    assert np.allclose(Y[l + 1], f((K[l], b[l]), Y[l]), atol=1e-14, rtol=0)

# %% [markdown]
# ## A residual network is Euler's method
#
# Now let a layer *add* $f$, scaled by $h > 0$, to what it received:
#
# $$
# y^{[l+1]} = y^{[l]} + h f\bigl(u^{[l]}, y^{[l]}\bigr), \qquad l = 0, \dots, L-1.
# $$ (paper-2.7)
#
# For $h = 1$ this is the residual block of {footcite:t}`he2016`. Here is such a block as one would write it in PyTorch,
# beside `EulerNet` with $h = 1$ and the same weights:


# %%
class ResidualBlock(torch.nn.Module):
    def __init__(self, K, b):
        super().__init__()
        self.linear = torch.nn.Linear(*K.shape, dtype=K.dtype)
        self.linear.weight.data, self.linear.bias.data = K.data, b.data

    def forward(self, y):
        return y + torch.tanh(self.linear(y))


euler = EulerNet(d=2, d_hat=3, classes=2, L=4, h=1.0, seed=1).double()
resnet = torch.nn.Sequential(
    *[ResidualBlock(K, b) for K, b in zip(euler.K, euler.b)]
)
Y = euler.flow(X)
with torch.no_grad():
    by_blocks = resnet(torch.tensor(Y[0])).numpy()
# checks (2.7)
assert np.allclose(by_blocks, Y[-1], atol=1e-14, rtol=0)

# %% [markdown]
# Divide {eq}`paper-2.7` by $h$, let $h \to 0$, and it becomes a differential equation,
#
# $$
# \dot{\mathbf{y}}(t) = \sigma\bigl(\mathbf{K}(t)\, \mathbf{y}(t) + \mathbf{b}(t)\bigr)
# \quad\text{for almost all } t \in [0, T], \qquad \mathbf{y}(0) = \hat x,
# $$ (paper-2.8)
#
# in which functions of time match the layers at the instants $t_l = l h$, $h = T/L$:
#
# $$
# \begin{aligned}
# \mathbf{u}(t_l) &= u^{[l]}, & l &= 0, \dots, L-1, \\
# \mathbf{y}(t_l) &= y^{[l]}, & l &= 0, \dots, L.
# \end{aligned}
# $$ (paper-2.9)
#
# With $\mathbf{u} = (\mathbf{K}, \mathbf{b})$ the short form is
#
# $$
# \dot{\mathbf{y}}(t) = f\bigl(\mathbf{u}(t), \mathbf{y}(t)\bigr)
# \quad\text{for almost all } t \in [0, T], \qquad \mathbf{y}(0) = \hat x.
# $$ (paper-2.10)
#
# Try it on an equation with a known solution: $\mathbf{K} = 1$ and $\mathbf{b}(t) = \operatorname{artanh}(\cos t) - \sin t$
# make $\mathbf{y}(t) = \sin t$ a solution, from any instant on. The layers get their weights by {eq}`paper-2.9`, and the
# largest distance between features and solution, over all layers, should shrink like $h$:


# %%
def control(t):
    return np.arctanh(np.cos(t)) - np.sin(t)


def distance(L, t0=0.2, T=1.0):
    """Largest distance over the layers of y[l] from y(t_l), t_l = t0 + l h."""
    net = EulerNet(d=1, d_hat=1, classes=2, L=L, h=T / L).double()
    t = t0 + T / L * np.arange(L + 1)
    with torch.no_grad():
        net.K[:], net.b[:] = 1, torch.tensor(control(t[:-1]))[:, None]
    return np.abs(net.flow([[np.sin(t0)]])[:, 0, 0] - np.sin(t)).max()


# checks (2.8), (2.9), (2.10)
for L in (64, 128, 256):
    assert abs(distance(L) / distance(2 * L) - 2) < 0.1

# %% [markdown]
# Read backwards: a residual network is Euler's method, the crudest of all, for {eq}`paper-2.10`. So what would a better
# method give?
#
# ## Runge-Kutta networks
#
# A Runge-Kutta scheme looks at $f$ in $s$ *stages* within each step before it moves. It is given by a matrix $A$,
# weights $\beta$ and nodes $c$, and computes
#
# $$
# \begin{aligned}
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{s} \beta_i f\bigl(u_i^{[l]}, y_i^{[l]}\bigr) \quad\text{with} \\
# y_i^{[l]} &= y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f\bigl(u_j^{[l]}, y_j^{[l]}\bigr) \quad\text{and} \\
# u_i^{[l]} &= \mathbf{u}(t_l + h c_i), \qquad i = 1, \dots, s.
# \end{aligned}
# $$ (paper-2.11)
#
# The coefficients are printed as a *Butcher tableau*: $c$ on the left, $A$ in the middle, $\beta$ below,
#
# $$
# \begin{array}{c|ccc}
# c_1 & a_{1,1} & \cdots & a_{1,s} \\
# \vdots & \vdots & \ddots & \vdots \\
# c_s & a_{s,1} & \cdots & a_{s,s} \\
# \hline
# & \beta_1 & \cdots & \beta_s
# \end{array}
# $$
#
# If $a_{i,j} = 0$ for all $j \geq i$ the scheme is *explicit*, and the stages follow one another. The paper's Figure 1
# shows this pattern, Euler's tableau and the classic one of fourth order. A cell whose value is a tableau shows it in the
# same way:

# %%
TABLEAUS["euler"]

# %%
TABLEAUS["rk4"]

# %% [markdown]
# :::{admonition} Mind the name
# :class: voice-here
# Some libraries' `rk4` is *Kutta's 3/8 rule* instead. Both have four stages and order 4, and they are different
# networks. Here `rk4` is the classic rule above and `rk38` the one below.
# :::

# %%
TABLEAUS["rk38"]

# %% [markdown]
# A scheme has *order* $p$ if its error shrinks like $h^p$. That is a set of polynomial equations in $A$ and $\beta$, one
# for each rooted tree with up to $p$ nodes: 1, 2, 4, 8 and 17 of them for orders 1 to 5 {footcite}`hairer1993`. `rknet`
# keeps tableaus as exact numbers and derives their orders from these equations, so a typing error in a tableau cannot
# survive:

# %%
conditions = np.cumsum([len(trees(nodes)) for nodes in range(1, 6)])
assert conditions.tolist() == [1, 2, 4, 8, 17]

for name, tableau in TABLEAUS.items():
    print(f"{name:18} {tableau}")

# %%
misprint = Tableau(
    "a misprint",
    [[], ["1/2"], [0, "1/2"], [0, 0, 1]],
    ["1/6", "1/3", "1/6", "1/3"],
)
assert misprint.order == 1
misprint

# %% [markdown]
# ## Measured orders
#
# Exact equations say what the order should be; does the code deliver it? The scalar equation $\dot y = \tanh y$ is of
# the form {eq}`paper-2.8` with $K = 1$, $b = 0$, and has the exact solution $y(t) = \operatorname{arsinh}(e^t \sinh
# y(0))$. So the network itself can be measured: two components, all layers with $K = I$ and $b = 0$, $T = 2$.

# %%
T, start = 2.0, np.array([[-1.5, 0.3], [0.2, 1.0]])
exact = np.arcsinh(np.exp(T) * np.sinh(start))


def error_of_net(tableau, L):
    net = RKNet(d=2, d_hat=2, classes=2, L=L, tableau=tableau, h=T / L).double()
    with torch.no_grad():
        net.K[:], net.b[:] = torch.eye(2), 0
    return np.abs(net.flow(start)[-1] - exact).max()


explicit = {
    name: tableau for name, tableau in TABLEAUS.items() if tableau.explicit
}
depths = np.array([16, 32, 64])
errors = {
    name: np.array([error_of_net(t, L) for L in depths])
    for name, t in explicit.items()
}
slopes = {
    name: np.polyfit(np.log(T / depths), np.log(e), 1)[0]
    for name, e in errors.items()
}

# checks (2.12)
for name, tableau in explicit.items():
    assert abs(slopes[name] - tableau.order) < 0.1
    print(f"{name:9} order {tableau.order}, measured {slopes[name]:.1f}")

# %% mystnb={"figure": {"name": "fig-orders", "caption": "Error of the network's output against the step size. Halving $h$ divides the error by two for Euler, by sixteen for RK4: each scheme falls at the slope of its order."}, "image": {"alt": "Log-log plot of error against step size for eight explicit schemes; the lines have slopes 1 for Euler, 2 for midpoint, Heun and Ralston, 3 for Kutta 3, 4 for RK4 and the 3/8 rule, 5 for Dormand-Prince."}} tags=["hide-input"]
LINES = dict(zip(explicit, ["-", "-", "--", ":", "-", "-", "--", "-"]))
MARKERS = dict(zip(explicit, plots.CLASS_MARKERS))
COLOURS = dict(
    zip(explicit, [plots.CLASS_COLOURS[k] for k in (5, 1, 1, 1, 3, 0, 0, 2)])
)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.6), layout="constrained")
for name, e in errors.items():
    style = {
        "linestyle": LINES[name],
        "marker": MARKERS[name],
        "color": COLOURS[name],
    }
    ax.loglog(
        T / depths,
        e,
        markersize=4,
        label=f"{explicit[name].name} ({slopes[name]:.2f})",
        **style,
    )
ax.set(xlabel="step size $h$", ylabel="largest error at $T = 2$")
ax.set_xticks(T / depths, [f"1/{L / T:.0f}" for L in depths])
ax.minorticks_off()
ax.legend(title="scheme (slope)", loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# **What to see.** The five groups of lines are the five orders. Schemes of the same order run parallel: they differ in
# the constant, not in the power. Is the comparison fair? An RK4 layer evaluates $f$ four times. At *equal cost*, 16 layers
# of RK4 against 64 of Euler:

# %%
ratio = errors["euler"][-1] / errors["rk4"][0]
assert ratio > 1000
print(f"64 evaluations of f: Euler's error is {ratio:.0e} times that of RK4")

# %% [markdown]
# So the better scheme wins by far where a given differential equation is to be solved. Whether a *trained* network, free
# to choose its equation, profits as well is the question of the paper's Section 4.
#
# ## Stability
#
# The other side of a scheme is what it does to a fast decay. One step on $\dot y = \lambda y$ multiplies $y$ by $R(z)$
# with $z = h\lambda$, $R(z) = 1 + z \beta^\top (I - zA)^{-1} \mathbb{1}$. Where $|R(z)| \le 1$ the step does not grow.

# %%
z = sympy.symbols("z")
A, beta = sympy.Matrix(TABLEAUS["rk4"].A), sympy.Matrix(TABLEAUS["rk4"].beta)
stages = (sympy.eye(4) - z * A).inv() * sympy.ones(4, 1)
R = sympy.expand(1 + z * (beta.T * stages)[0])
assert R == 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24
R

# %% mystnb={"figure": {"name": "fig-stability", "caption": "Stability regions of the explicit schemes in the plane of $z = h\\lambda$: inside its curve a scheme damps. Higher order reaches farther; from order 3 on, the region holds a piece of the imaginary axis, so slow rotations do not grow. Dormand-Prince's has two islands."}, "image": {"alt": "Nested closed curves to the left of the imaginary axis: a unit disc around -1 for Euler, larger ones for higher orders; only from order 3 on do they reach across the imaginary axis near zero."}} tags=["hide-input"]
grid = (
    np.linspace(-4.2, 1.2, 300)[None, :]
    + 1j * np.linspace(-4.4, 4.4, 440)[:, None]
)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.8), layout="constrained")
for name in ("euler", "heun", "kutta3", "rk4", "dopri5"):
    growth = np.abs(explicit[name].stability(grid))
    ax.contour(
        grid.real,
        grid.imag,
        growth,
        levels=[1],
        colors=COLOURS[name],
        linewidths=1.4,
    )
    ax.plot(
        [],
        color=COLOURS[name],
        label=f"{explicit[name].name}, order {explicit[name].order}",
    )
ax.axhline(0, color="#999999", linewidth=0.5)
ax.axvline(0, color="#999999", linewidth=0.5)
ax.set(xlabel=r"Re $z$", ylabel=r"Im $z$", aspect="equal")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# Slow rotations, $z = 0.3\,\mathrm{i}$, tell the orders apart:

# %%
rotation = {
    name: float(np.abs(tableau.stability(0.3j)))
    for name, tableau in explicit.items()
}
for name, tableau in explicit.items():
    assert (rotation[name] < 1) == (tableau.order >= 3)
damping = [name for name in explicit if rotation[name] < 1]
print(", ".join(damping), "damp slow rotations; the others let them grow")

# %% [markdown]
# Schemes with as many stages as their order share one region: their $R$ is the Taylor polynomial of $e^z$, whatever the
# tableau.

# %%
sample = grid[::40, ::30]
for twins in (("midpoint", "heun", "ralston"), ("rk4", "rk38")):
    first, *others = (explicit[name].stability(sample) for name in twins)
    assert all(np.allclose(first, other, atol=1e-12) for other in others)

# %% [markdown]
# ## One control a layer
#
# Equation {eq}`paper-2.11` asks for the controls at the nodes, $u_i^{[l]} = \mathbf{u}(t_l + h c_i)$: four sets of
# weights in each layer of RK4. In practice a layer gets *one* $u^{[l]}$ for all its stages {footcite}`benning2019`:
#
# $$
# \begin{aligned}
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{s} \beta_i f\bigl(u^{[l]}, y_i^{[l]}\bigr) \quad\text{with} \\
# y_i^{[l]} &= y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f\bigl(u^{[l]}, y_j^{[l]}\bigr), \qquad i = 1, \dots, s.
# \end{aligned}
# $$ (paper-2.12)
#
# This is `RKNet`. The nodes $c$ do not occur in it: two tableaus that differ in $c$ alone are the same network.

# %%
shifted = Tableau(
    "RK4 with other nodes",
    TABLEAUS["rk4"].A,
    TABLEAUS["rk4"].beta,
    c=["1/7", "2/7", "3/7", "4/7"],
)
same = dict(d=2, d_hat=3, classes=2, L=5, seed=4)
assert np.array_equal(
    RKNet(tableau=shifted, **same).flow(X), RK4Net(**same).flow(X)
)
shifted

# %% [markdown]
# What is given up? Take the problem from above, whose control really depends on time and whose solution is $\sin t$. Step it
# with the stage controls of {eq}`paper-2.11`, and with one control a layer {eq}`paper-2.12`, taken at the layer's left end as
# in {eq}`paper-2.9` or at its midpoint:


# %%
def error_of_steps(tableau, L, node_in_layer, t0=0.2, T=1.0):
    """Error at t0 + T; stage i reads the control at node_in_layer(c_i)."""
    A, beta, c = tableau.arrays()
    h, y = T / L, np.sin(t0)
    for l in range(L):
        f = []
        for i in range(tableau.stages):
            u = control(t0 + h * (l + node_in_layer(c[i])))
            f.append(np.tanh(y + h * A[i, :i] @ f + u) if f else np.tanh(y + u))
        y = y + h * beta @ f
    return abs(y - np.sin(t0 + T))


readings = {
    "stage controls (2.11)": lambda c: c,
    "one, at the midpoint": lambda c: 0.5,
    "one, at the left end": lambda c: 0.0,
}
depths_t = np.array([16, 32, 64, 128])
# checks (2.11)
for label, node in readings.items():
    e = [error_of_steps(TABLEAUS["rk4"], L, node) for L in depths_t]
    slope = np.polyfit(np.log(1 / depths_t), np.log(e), 1)[0]
    expected = {
        "stage controls (2.11)": 4,
        "one, at the midpoint": 2,
        "one, at the left end": 1,
    }[label]
    assert abs(slope - expected) < 0.1
    print(f"RK4, {label:22} order {slope:.1f}")

# %% mystnb={"figure": {"name": "fig-controls", "caption": "RK4 on a problem with a moving control. Only controls at every stage keep the fourth order; one control a layer leaves second order at best and first order where {eq}`paper-2.9` puts it."}, "image": {"alt": "Log-log plot of error against step size for RK4 with three ways to read the control: stage controls fall with slope 4, one control at the midpoint with slope 2, one control at the left end with slope 1."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.8), layout="constrained")
for (label, node), colour, line in zip(
    readings.items(), plots.CLASS_COLOURS, ["-", "--", ":"]
):
    e = [error_of_steps(TABLEAUS["rk4"], L, node) for L in depths_t]
    ax.loglog(
        1 / depths_t,
        e,
        line,
        marker="o",
        markersize=4,
        color=colour,
        label=label,
    )
ax.set(xlabel="step size $h$", ylabel="error")
ax.set_xticks(1 / depths_t, [f"1/{L}" for L in depths_t])
ax.minorticks_off()
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# So is RK4Net with its single control a fraud? No: between $t_l$ and $t_{l+1}$ its layer integrates the *autonomous*
# equation $\dot y = f(u^{[l]}, y)$ to fourth order. It is a fourth-order method for a control that is constant on each
# layer, and that is exactly the control which is trained. A network with the controls of {eq}`paper-2.11` would be
# another model, with $s$ times the parameters, whose stages may use the same instant twice: $c_2 = c_3$ in RK4.
#
# ## What a step size does
#
# The equation with $K = \begin{pmatrix} 0 & -1 \\ 1 & 0 \end{pmatrix}$ and $b = 0$ turns points about the origin and keeps
# $\log\cosh y_1 + \log\cosh y_2$, so its orbits are closed. A network whose layers all have these weights should keep it
# too. The drift says how well it does:

# %%
for scheme in ("euler", "heun", "rk4"):
    percent = 100 * drift(orbit(scheme, 0.5, 14))
    print(f"{scheme:6} drift after 14 layers with h = 0.5: {percent:+8.2f} %")
assert abs(drift(orbit("rk4", 0.5, 14))) < 0.002
assert drift(orbit("euler", 0.5, 14)) > 1

# %% mystnb={"figure": {"name": "fig-orbit", "caption": "The same weights in three networks: Euler's layers spiral outwards, Heun's barely, RK4's stay on the closed orbit (grey) of the continuous flow."}, "image": {"alt": "Three panels with fourteen dots each around a grey closed curve: with Euler the dots spiral far out, with Heun they end slightly outside, with RK4 they lie on the curve."}} tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(plots.WIDTH, 2.8), layout="constrained")
for ax, scheme in zip(axes, ("euler", "heun", "rk4")):
    draw_orbit(ax, scheme, h=0.5, L=14)
plt.show()

# %%
SchemeLaboratory(scheme="euler", h=0.5, L=14)

# %% [markdown]
# ## Trajectories that must not cross
#
# Solutions of {eq}`paper-2.10` never cross: through each point passes exactly one. In one dimension this means that the
# order of the features is kept for ever. No continuous flow on the line can send $-1$ to $+1$ and $+1$ to $-1$. A
# discrete network is not bound by this: one large step may jump over a neighbour.


# %%
def points_on_a_line(h, L, K=-3.0):
    net = EulerNet(d=1, d_hat=1, classes=2, L=L, h=h).double()
    with torch.no_grad():
        net.K[:], net.b[:] = K, 0
    return net.flow(np.linspace(-1, 1, 9)[:, None])[..., 0]


def crossings(paths):
    """Number of layers that change the order of the points, (L+1, N)."""
    return int((np.diff(paths, axis=1) <= 0).any(axis=1).sum())


large, small = points_on_a_line(h=0.8, L=4), points_on_a_line(h=0.05, L=64)
assert crossings(large) > 0 and crossings(small) == 0
print(f"h = 0.80: order changed in {crossings(large)} of 4 layers")
print(f"h = 0.05: order changed in {crossings(small)} of 64 layers")

# %% [markdown]
# Now the same task with one more dimension. Lift the points to the plane by {eq}`paper-2.3` and let them turn: after
# half a period $-1$ and $+1$ have changed places, smoothly and without meeting.

# %%
quarter = orbit("rk4", 0.001, 4000)
half_period = 2 * 0.001 * int(np.argmax(quarter[:, 0] <= 0))
L = 60
turning = RK4Net(d=1, d_hat=2, classes=2, L=L, h=half_period / L).double()
with torch.no_grad():
    turning.K[:], turning.b[:] = torch.tensor([[0.0, -1.0], [1.0, 0.0]]), 0
swap = turning.flow(np.array([[-1.0], [1.0]]))
assert np.allclose(swap[-1], [[1, 0], [-1, 0]], atol=0.01)

# %% mystnb={"figure": {"name": "fig-crossing", "caption": "Left: Euler steps with $h = 0.8$ jump over each other. Middle: with $h = 0.05$ they follow the continuous flow and keep their order. Right: with one dimension more, $-1$ and $+1$ change places without touching."}, "image": {"alt": "Three panels. Left: zigzag paths of nine points that cross. Middle: smooth curves that approach zero in order. Right: two half circles in the plane along which two points exchange places."}} tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(plots.WIDTH, 2.6), layout="constrained")
for ax, paths, h in ((axes[0], large, 0.8), (axes[1], small, 0.05)):
    for n, path in enumerate(paths.T):
        ax.plot(
            h * np.arange(len(path)),
            path,
            color=plots.CLASS_COLOURS[int(n > 4)],
            linewidth=1,
        )
    ax.set(
        xlabel="$t$",
        ylabel="$y$",
        ylim=(-1.6, 1.6),
        title=rf"$\hat d = 1$, $h = {h}$",
    )
for n in (0, 1):
    colour = plots.CLASS_COLOURS[n]
    axes[2].plot(*swap[:, n].T, color=colour)
    axes[2].plot(*swap[0, n], "o", color=colour, markersize=3)
    axes[2].plot(*swap[-1, n], "o", color=colour, markersize=8, alpha=0.6)
axes[2].set(
    xlabel="$y_1$",
    ylabel="$y_2$",
    xlim=(-1.6, 1.6),
    ylim=(-1.6, 1.6),
    aspect="equal",
    title=r"$\hat d = 2$",
)
plt.show()

# %% [markdown]
# This is the argument of {footcite:t}`dupont2019` for augmentation in its smallest form. {ref}`Section 4.1 <s4-1>` shows it
# with trained networks, where a disc has to leave a ring.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s2-ralston
# Ralston's method has the smallest error constant among the two-stage schemes of order 2. Which of the lines of
# {numref}`fig-orders` shows the opposite on $\dot y = \tanh y$, and why is that no contradiction?
# ```
#
# ```{solution} ex-s2-ralston
# :class: dropdown
# The midpoint rule has the smallest error of the three here. Ralston's scheme minimises a bound on the error over *all*
# problems; on a given one the two error terms of order three may cancel better in another scheme.
# ```
#
# ```{exercise}
# :label: ex-s2-scheme
# Write the scheme of Nyström with $A = \begin{pmatrix} 0 \\ 2/3 & 0 \\ 0 & 2/3 & 0 \end{pmatrix}$ and $\beta = (1/4, 3/8,
# 3/8)$ as a `Tableau`. What is its order? Has it a partner in the sense of Section 3?
# ```
#
# ```{solution} ex-s2-scheme
# :class: dropdown
# `Tableau("Nyström", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"])`; its `order` is 3. No weight is zero, so its
# `partner` exists; taken as a scheme of its own the partner has order 2 only. The next cell checks both.
# ```

# %% tags=["hide-input"]
nystroem = Tableau("Nyström", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"])
assert nystroem.order == 3 and nystroem.partner.order == 2
assert errors["midpoint"][-1] < errors["ralston"][-1] < errors["heun"][-1]

# %% [markdown]
# ```{exercise}
# :label: ex-s2-order
# Up to which step size do the Euler steps of the crossing example keep the order of the points?
# ```
#
# ```{solution} ex-s2-order
# :class: dropdown
# One step maps $y$ to $y + h \tanh(K y)$, which is increasing as long as $1 + hK \tanh'(Ky) > 0$. Since $\tanh' \le 1$
# and $K = -3$, that is $h < 1/3$.
# ```

# %% tags=["hide-input"]
assert (
    crossings(points_on_a_line(h=0.33, L=10))
    == 0
    < crossings(points_on_a_line(h=0.40, L=10))
)

# %% [markdown]
# ## Takeaways
#
# - Feed-forward and residual layers are $y \mapsto f(u, y)$ and $y \mapsto y + h f(u, y)$ with the same $f(u, y) =
#   \sigma(Ky + b)$; the second is Euler's method, and with $h = 1$ a ResNet.
# - A Butcher tableau turns Euler's method into any Runge-Kutta network; the tableaus' orders are derived exactly and
#   were measured on the networks themselves.
# - With one control a layer {eq}`paper-2.12` the nodes $c$ drop out; as an approximation of a moving control that costs
#   order, as a model with layer-wise constant controls it costs nothing.
# - Continuous trajectories cannot cross, coarse discrete ones can, and an added dimension lets them pass each other.
#
# ## References
#
# ```{footbibliography}
# ```

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
# # 2 Residual networks as ODEs
#
# A residual network represents each sample by a vector of *features* and adds a correction to them in every layer. If
# the layers are read as instants of time, the network is Euler's method for a differential equation, and any other
# method for that equation is a network as well. The picture shows two such methods applied to one feature.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.patheffects import withStroke
from scipy.integrate import solve_ivp

from rknet import ACTIVATIONS, TABLEAUS, EulerNet, RK4Net, StandardNet, plots

plots.style()
rng = np.random.default_rng(2)


def agree(a, b, tolerance=1e-13):
    """Whether two arrays have the same shape and the same entries to rounding."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, atol=tolerance, rtol=0)


def linear(K, b):
    """PyTorch's own affine layer, with these weights."""
    layer = torch.nn.Linear(*K.T.shape, dtype=torch.float64)
    layer.weight.data, layer.bias.data = torch.tensor(K), torch.tensor(b)
    return layer


def values(module, x):
    """The output of a PyTorch module for an array."""
    with torch.no_grad():
        return module(torch.tensor(x)).numpy()


# %% mystnb={"figure": {"name": "fig-s2-layers", "caption": "A residual network is Euler's method. Grey strokes: the slope that a differential equation prescribes at each time $t$ for each value $y$ of a feature; thin line: its solution. Blue: the features of the network after each layer, joined by straight lines. Every orange stroke is one evaluation of the slope. Left: each of the eight layers evaluates the slope once, at its left end, and follows it. Right: each of the two RK4 layers evaluates the slope four times, in the numbered order and at the times of the stages {eq}`paper-2.11`, and takes one step with the weighted mean. Both networks evaluate the slope eight times."}, "image": {"alt": "Two panels with the same field of grey slopes and the same solution, an arc that rises and falls. Left: a polygon of eight straight pieces leaves the arc and ends above it. Right: two straight pieces whose corners lie on the arc; beside them numbered orange strokes at the start, twice in the middle and at the end of each piece."}} tags=["hide-input"]
FINAL = 3.0


def slope(t, y):
    return np.tanh(1.6 * np.cos(1.1 * t) - 0.9 * y + 0.1)


def looks(name, L, y=-0.8):
    """Ends of the layers (t, y); place, slope and stage of each evaluation."""
    A, beta, c = TABLEAUS[name].arrays()
    h, ends, seen = FINAL / L, [(0.0, y)], []
    for l in range(L):
        F = np.zeros(len(beta))
        for i in range(len(beta)):
            place = h * (l + c[i]), y + h * A[i] @ F
            F[i] = slope(*place)
            seen.append((*place, F[i], i))
        y = y + h * beta @ F
        ends.append((h * (l + 1), y))
    return np.array(ends), seen


fig, axes = plt.subplots(
    1, 2, figsize=(plots.WIDTH, 2.9), sharey=True, layout="constrained"
)
times, heights = np.meshgrid(np.linspace(0, FINAL, 21), np.linspace(-1, 1, 13))
length = np.hypot(1, slope(times, heights))
arc = solve_ivp(slope, (0, FINAL), [-0.8], dense_output=True, rtol=1e-9).sol
labels_at = {0: (0, 6), 1: (0, 5), 2: (-9, -7), 3: (0, 6)}
for ax, name, net_name, L in zip(
    axes, ("euler", "rk4"), ("EulerNet", "RK4Net"), (8, 2)
):
    ax.quiver(
        times,
        heights,
        1 / length,
        slope(times, heights) / length,
        color="#B4B4B4",
        angles="xy",
        scale=30,
        width=0.0022,
        headwidth=0,
        headlength=0,
        headaxislength=0,
        pivot="mid",
        zorder=0,
    )
    fine = np.linspace(0, FINAL, 200)
    ax.plot(fine, arc(fine)[0], color=plots.INK, linewidth=1)
    ends, seen = looks(name, L)
    ax.plot(
        *ends.T,
        "-o",
        color=plots.NET_STYLES[net_name]["color"],
        markersize=4.5,
        linewidth=1.6,
        zorder=3,
    )
    for t, y, rise, i in seen:
        reach = 0.11 / np.hypot(1, rise)
        ax.plot(
            [t - reach, t + reach],
            [y - reach * rise, y + reach * rise],
            color=plots.CLASS_COLOURS[1],
            linewidth=2,
            zorder=4,
        )
        if name == "rk4":
            ax.annotate(
                str(i + 1),
                (t, y),
                xytext=labels_at[i],
                textcoords="offset points",
                color=plots.CLASS_COLOURS[1],
                ha="center",
                fontsize=8,
                path_effects=[withStroke(linewidth=2, foreground="white")],
                zorder=5,
            )
    for t in ends[:, 0]:
        ax.axvline(t, color=plots.INK, linewidth=0.4, linestyle=":")
    title = f"{TABLEAUS[name].name}, {L} layers"
    ax.set(title=title, xlim=(-0.15, FINAL + 0.15))
    ax.set(ylim=(-1.1, 1.1), yticks=(-1, 0, 1))
    ax.set_xticks(ends[:, 0], [f"$t_{l}$" for l in range(L + 1)])
axes[0].set_ylabel("feature $y$")
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how the layers (2.2) of a feed-forward network and (2.7) of a residual network are written with one function $f$;
# - which differential equation (2.10) a residual network discretises, and how far its features are from the solution;
# - which part of the relation (2.9) between network and equation can always hold exactly, and which in general cannot.
# :::
#
# :::{admonition} The paper's text: its sources
# :class: voice-paper
# Networks derived from discretised differential equations are the subject of {footcite:t}`benning2019`,
# {footcite:t}`celledoni2021`, {footcite:t}`e2017` and {footcite:t}`ruizbalet2021`; when the equation itself is the
# model, it is called a *neural ordinary differential equation* {footcite}`chen2018`. The paper combines the Runge-Kutta
# networks of {footcite:t}`benning2019`, for which optimising and discretising commute
# {footcite}`sanzserna2016,hager2000` ({doc}`Section 3 <s3_3_second_road>`), with the augmented input space of
# {footcite:t}`dupont2019`. Its code is public {footcite}`giesecke2021code`.
# :::
#
# ## A feed-forward network
#
# A network has layers $l = 0, \dots, L$, and layer $l$ has $d^{[l]}$ neurons with outputs $y^{[l]} \in
# \mathbb{R}^{d^{[l]}}$. Layer 0 is the *input layer*: it holds the data, $y^{[0]} = x \in \mathbb{R}^d$. Layer $L$ is
# the *output layer*. The layers in between are *hidden*; a network with hidden layers, $L \ge 2$, is *deep*
# {footcite}`higham2019`. Each layer after the first applies an affine map and an *activation function* $\sigma$:
#
# $$
# \begin{aligned}
# z^{[l+1]} &= K^{[l]} y^{[l]} + b^{[l]} \in \mathbb{R}^{d^{[l+1]}} && \text{and} \\
# y^{[l+1]} &= \sigma\bigl(z^{[l+1]}\bigr), && l = 0, \dots, L - 1.
# \end{aligned}
# $$ (paper-2.2)
#
# A network of *depth* $L$ thus has $L$ maps and $L - 1$ hidden layers. (The classifier on top of the output layer,
# introduced in {ref}`Section 3 <s3-1>`, is not counted.) The activation acts componentwise and is one of
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

# %% mystnb={"figure": {"name": "fig-activations", "caption": "The four activations of {eq}`paper-2.1`. Tanh and the logistic function saturate on both sides. ReLU and softplus tend to zero on the left and grow like $x$ on the right; ReLU has a corner where softplus is smooth."}, "image": {"alt": "Four curves over x from -4 to 4: tanh rises from -1 to 1, the logistic function from 0 to 1, ReLU is zero and then x, softplus is a smooth version of ReLU."}} tags=["hide-input"]
abscissa = torch.linspace(-4, 4, 401, dtype=torch.float64)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.6), layout="constrained")
for (name, sigma), colour, line in zip(
    ACTIVATIONS.items(), plots.CLASS_COLOURS, ["-", "--", ":", "-."]
):
    ax.plot(abscissa, sigma(abscissa), line, color=colour, label=name)
ax.set(xlabel="$x$", ylabel=r"$\sigma(x)$", ylim=(-1.2, 4.1))
ax.legend(loc="upper left")
plt.show()


# %%
# codes (2.1)
def logistic(x):
    return 1 / (1 + np.exp(-x))


# codes (2.1)
FORMULAS = {
    "relu": lambda x: np.maximum(0, x),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "logistic": logistic,
    "tanh": lambda x: 2 * logistic(2 * x) - 1,
}


# codes (2.2)
def feed_forward(weights, x):
    y = x
    for K, b in weights:
        z = K @ y + b
        y = np.tanh(z)
    return y


# %% tags=["hide-input"]
# checks (2.1)
for name, formula in FORMULAS.items():
    assert agree(formula(abscissa.numpy()), ACTIVATIONS[name](abscissa))

widths = [4, 4, 5, 3]
weights = [
    (rng.standard_normal((after, before)), rng.standard_normal(after))
    for before, after in zip(widths, widths[1:])
]
perceptron = torch.nn.Sequential(
    *[part for Kb in weights for part in (linear(*Kb), torch.nn.Tanh())]
)
sample = rng.standard_normal(4)
# checks (2.2)
assert agree(feed_forward(weights, sample), values(perceptron, sample))

# %% [markdown]
# **Verified.** The formulas agree with PyTorch's activations on $[-4, 4]$, and three layers with PyTorch's `Linear` and
# `Tanh`.
#
# ## One width for all layers
#
# In a residual network, a layer adds a correction to its input, so all layers must have equal width. To keep the input
# dimension from fixing this width, we *augment* the input by $d^* \in \mathbb{N}$ zeros:
#
# $$
# \hat x = (x^\top, 0, \dots, 0)^\top \in \mathbb{R}^{\hat d}, \qquad \hat d = d + d^*.
# $$ (paper-2.3)
#
# Now $d^{[l]} = \hat d$ for all $l$. The parameters of a layer are collected in its *control*
#
# $$
# u^{[l]} = \bigl(K^{[l]}, b^{[l]}\bigr) \in \mathbb{R}^{\hat d \times \hat d} \times \mathbb{R}^{\hat d},
# \qquad l = 0, \dots, L - 1,
# $$ (paper-2.4)
#
# which has $m = \hat d^2 + \hat d$ entries. With the function
#
# $$
# f(u, y) = \sigma(K y + b), \qquad u = (K, b),
# $$ (paper-2.5)
#
# the network {eq}`paper-2.2` becomes
#
# $$
# y^{[l+1]} = f\bigl(u^{[l]}, y^{[l]}\bigr), \qquad l = 0, \dots, L-1, \qquad y^{[0]} = \hat x.
# $$ (paper-2.6)


# %%
# codes (2.3)
def augment(x, d_star):
    x_hat = np.zeros(len(x) + d_star)
    x_hat[: len(x)] = x
    return x_hat


# codes (2.4)
def entries(d_hat):
    return d_hat**2 + d_hat


# codes (2.5)
def f(u, y):
    K, b = u
    return np.tanh(K @ y + b)


# codes (2.6)
def standard(u, x_hat):
    y = [x_hat]
    for l in range(len(u)):
        y.append(f(u[l], y[l]))
    return np.array(y)


# %% [markdown]
# In `rknet` the controls of all layers are stacked: `K` has shape $(L, \hat d, \hat d)$ and `b` has shape $(L, \hat
# d)$. The method `flow` returns the features of all layers, with $N$ samples in rows.

# %%
net = StandardNet(d=2, d_hat=3, classes=2, L=4, seed=0).double()
x = rng.standard_normal(2)
net.flow(x[None]).shape

# %% tags=["hide-input"]


def controls(net):
    """The controls u[l] = (K[l], b[l]) of a net."""
    return list(zip(net.K.detach().numpy(), net.b.detach().numpy()))


x_hat = augment(x, d_star=1)
# checks (2.3)
assert agree(x_hat, torch.nn.functional.pad(torch.tensor(x), (0, 1)))
# checks (2.4)
for width in (1, 2, 3, 16):
    affine = torch.nn.Linear(width, width)
    assert sum(part.numel() for part in affine.parameters()) == entries(width)
u = controls(net)
# checks (2.5)
assert agree(
    f(u[0], x_hat), torch.tanh(linear(*u[0])(torch.tensor(x_hat))).data
)
blocks = torch.nn.Sequential(
    *[part for Kb in u for part in (linear(*Kb), torch.nn.Tanh())]
)
# checks (2.6)
assert agree(standard(u, x_hat)[-1], values(blocks, x_hat))
assert agree(net.flow(x[None])[:, 0], standard(u, x_hat))

# %% [markdown]
# **Verified.** All of these equations agree with PyTorch's `pad`, `Linear` and `Tanh`, and with `StandardNet`.
#
# :::{admonition} The paper's text
# :class: voice-paper
# Feature space augmentation {eq}`paper-2.3` is credited with significant improvements in expressivity, training and
# generalisation {footcite}`dupont2019`. The first is a theorem, proved on {ref}`a later page <s2-paths>`; the other
# two are empirical and are tested in {ref}`Section 4.1 <s4-1>`.
# :::
#
# ## A residual network is Euler's method
#
# Now let each layer *add* $f$, scaled by a *step size* $h > 0$, to its input:
#
# $$
# y^{[l+1]} = y^{[l]} + h f\bigl(u^{[l]}, y^{[l]}\bigr), \qquad l = 0, \dots, L-1.
# $$ (paper-2.7)
#
# For $h = 1$ this is a residual network in the manner of {footcite:t}`he2016`, whose blocks, however, have two or three
# affine maps and an activation after the addition.


# %%
# codes (2.7)
def residual(u, x_hat, h):
    y = [x_hat]
    for l in range(len(u)):
        y.append(y[l] + h * f(u[l], y[l]))
    return np.array(y)


# %% tags=["hide-input"]
class ResidualBlock(torch.nn.Module):
    def __init__(self, K, b, h):
        super().__init__()
        self.linear, self.h = linear(K, b), h

    def forward(self, y):
        return torch.add(y, torch.tanh(self.linear(y)), alpha=self.h)


for h in (1.0, 0.3):
    resnet = torch.nn.Sequential(*[ResidualBlock(*Kb, h) for Kb in u])
    # checks (2.7)
    assert agree(residual(u, x_hat, h)[-1], values(resnet, x_hat))
    euler = EulerNet(d=2, d_hat=3, classes=2, L=4, h=h, seed=1).double()
    assert agree(residual(controls(euler), x_hat, h), euler.flow(x[None])[:, 0])

# %% [markdown]
# **Verified.** Residual blocks written in PyTorch, and `EulerNet`, compute {eq}`paper-2.7` for $h = 1$ and for $h =
# 0.3$.
#
# Subtract $y^{[l]}$ from {eq}`paper-2.7` and divide by $h$. The left side becomes a difference quotient, and the
# differential equation that it approximates is
#
# $$
# \dot{\mathbf{y}}(t) = \sigma\bigl(\mathbf{K}(t)\, \mathbf{y}(t) + \mathbf{b}(t)\bigr)
# \quad\text{for almost all } t \in [0, T], \qquad \mathbf{y}(0) = \hat x,
# $$ (paper-2.8)
#
# with functions $\mathbf{K}$ and $\mathbf{b}$ of time in place of the layers' weights. "Almost all" allows controls
# that jump, as those of a network do. With $\mathbf{u} = (\mathbf{K}, \mathbf{b})$ the short form is
#
# $$
# \dot{\mathbf{y}}(t) = f\bigl(\mathbf{u}(t), \mathbf{y}(t)\bigr)
# \quad\text{for almost all } t \in [0, T], \qquad \mathbf{y}(0) = \hat x.
# $$ (paper-2.10)
#
# Here is an example with a known solution. Let $\sigma = \tanh$. Choose any curve whose velocity has components
# strictly between $-1$ and $1$, and any $\mathbf{K}(t)$; then $\mathbf{b} = \operatorname{artanh} \dot{\mathbf{y}} -
# \mathbf{K} \mathbf{y}$ makes the curve a solution. We take the ellipse $\mathbf{y}(t) = (0.8 \sin t,\ 0.5 \cos t)$:

# %%
T = 2.0


def curve(t):
    return np.array([0.8 * np.sin(t), 0.5 * np.cos(t)])


def velocity(t):
    return np.array([0.8 * np.cos(t), -0.5 * np.sin(t)])


def K_of(t):
    return np.array([[np.cos(t), -1.0], [t, 0.5]])


def b_of(t):
    return np.arctanh(velocity(t)) - K_of(t) @ curve(t)


def control(t):
    return K_of(t), b_of(t)


# %% tags=["hide-input"]
def solve(right_side, start, interval=(0, T)):
    """The solution at the end of an interval, by SciPy's scheme of order 8."""
    run = solve_ivp(
        right_side, interval, start, method="DOP853", rtol=1e-11, atol=1e-11
    )
    return run.y[:, -1]


# codes (2.8)
def y_dot(t, y):
    return np.tanh(K_of(t) @ y + b_of(t))


# codes (2.10)
by_short_form = solve(lambda t, y: f(control(t), y), curve(0), (0, T))

# checks (2.8)
assert agree(solve(y_dot, curve(0)), curve(T), 1e-9)
# checks (2.10)
assert agree(by_short_form, curve(T), 1e-9)

# %% [markdown]
# **Verified.** SciPy's `solve_ivp` reproduces the point of the ellipse at $T = 2$ to nine digits, from {eq}`paper-2.8`
# and from {eq}`paper-2.10`.
#
# (s2-match)=
# ## What agrees at the layers, and what does not
#
# How are the network and the differential equation related? Place the layers at the times $t_l = l h$ with $h = T/L$.
#
# :::{admonition} The paper's text
# :class: voice-paper
# The functions are *required to match* the parameters and outputs of the layers at these times:
#
# $$
# \begin{aligned}
# \mathbf{u}(t_l) &= u^{[l]}, & l &= 0, \dots, L-1, \\
# \mathbf{y}(t_l) &= y^{[l]}, & l &= 0, \dots, L.
# \end{aligned}
# $$ (paper-2.9)
# :::
#
# The first line can always be satisfied: either sample the network's controls from a function, or interpolate given
# controls by a function. Once $\mathbf{u}$ is chosen, the second line is no longer free, because $\mathbf{u}$ and $\hat
# x$ determine $\mathbf{y}$. For a control that is a continuous function of time, the second line holds only if the mean
# slope of the solution over each layer equals its slope at the layer's left end. In general it does not: Euler's method
# makes an error in each step. For a smooth control and a smooth activation,
#
# $$
# y^{[l]} = \mathbf{y}(t_l) + h\, e(t_l) + O(h^2), \qquad
# \dot e = f_y e - \tfrac{1}{2} \ddot{\mathbf{y}}, \qquad e(0) = 0,
# $$ (eq-2.a)
#
# with the matrix $f_y = \operatorname{diag}(\sigma'(\mathbf{K}\mathbf{y} + \mathbf{b}))\, \mathbf{K}$ along the
# solution {footcite}`hairer1993`. The distance between the features and the solution shrinks like $h$:


# %%
# codes (2.9)
def sampled(L):
    h = T / L
    return [control(l * h) for l in range(L)]


def distance(L):
    """Largest distance of a layer's features from the solution at t_l."""
    Y = residual(sampled(L), curve(0), T / L)
    return np.abs(Y - curve(T / L * np.arange(L + 1)).T).max()


for L in (4, 16, 64, 256):
    print(
        f"L = {L:3}: distance {distance(L):.5f}, over h {distance(L) * L / T:.3f}"
    )

# %% tags=["hide-input"]


def defect(t, e):
    """The right-hand side of (2.a), for sigma = tanh and y'' = -y."""
    return (1 - velocity(t) ** 2) * (K_of(t) @ e) + curve(t) / 2


e_T = solve(defect, np.zeros(2))
for L in (64, 256, 1024):
    h = T / L
    last = residual(sampled(L), curve(0), h)[-1]
    # checks (2.9)
    assert agree((last - curve(T)) / h, e_T, h)
    assert np.abs(last - curve(T)).max() > 0.5 * h * np.abs(e_T).max()

# %% [markdown]
# **Verified.** The error of the last layer, divided by $h$, differs from $e(T)$ by less than $h$ for $L = 64$, 256
# and 1024; if the second line of {eq}`paper-2.9` held, the error would be zero.
#
# Could another control, with the same values at the times $t_l$ and other values in between, satisfy both lines? For
# a single sample, yes (an exercise below). For several samples under one control, not always: on the line, a large
# step may exchange two points, which the flow of a differential equation cannot do ({numref}`fig-crossing`).
#
# A residual network is thus the simplest discretisation of {eq}`paper-2.10`. {ref}`The next page <s2-rk>` uses more
# accurate ones.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s2-count
# A feed-forward network has $d = 2$ inputs, hidden layers of widths 8 and 5, and 3 outputs. What is $L$, is the
# network deep, and how many parameters does it have?
# ```
#
# :::{check} The network has this number of parameters:
# :answer: 87
# :::
#
# ```{solution} ex-s2-count
# :class: dropdown
# $L = 3$: there are three maps and two hidden layers, so the network is deep. It has $(8 \cdot 2 + 8) + (5 \cdot 8 +
# 5) + (3 \cdot 5 + 3) = 87$ parameters.
# ```
#
# ```{exercise}
# :label: ex-s2-time
# A ResNet has $h = 1$; the paper's published code sets $h = 0.05$ at every depth. What happens to the final time
# $T$ when $L$ grows? How far can one coordinate of the features move if $\sigma = \tanh$?
# ```
#
# ```{solution} ex-s2-time
# :class: dropdown
# $T = hL$ grows with $L$: a deeper network does not refine the discretisation of one equation but solves another
# equation over a longer time. Since $|\tanh| < 1$, no coordinate of the features moves farther than $T$, which is 5 for
# a hundred layers with $h = 0.05$. The effect of depth at a fixed $T$ is studied {ref}`later <s4-beyond>`.
# ```
#
# ```{exercise}
# :label: ex-s2-repair
# Let $\sigma = \tanh$ and consider a network {eq}`paper-2.7` with a single sample. Find a control $\mathbf{u}$ that
# satisfies both lines of {eq}`paper-2.9`.
# ```
#
# ```{solution} ex-s2-repair
# :class: dropdown
# Put $\mathbf{u}(t_l) = u^{[l]}$, and strictly between $t_l$ and $t_{l+1}$ take $\mathbf{K} = 0$ and $\mathbf{b} =
# K^{[l]} y^{[l]} + b^{[l]}$. The slope there is $f(u^{[l]}, y^{[l]})$, so the solution follows the polygon of the
# network. The values at the finitely many times $t_l$ do not matter, as {eq}`paper-2.10` holds for almost all $t$. With
# several samples the polygons have different slopes, but $\mathbf{K} = 0$ gives all samples the same slope.
# ```

# %% tags=["hide-input"]
chain = torch.nn.Sequential(*map(torch.nn.Linear, (2, 8, 5), (8, 5, 3)))
assert sum(part.numel() for part in chain.parameters()) == 87

far = RK4Net(d=2, d_hat=3, classes=2, L=100, seed=5).double()
with torch.no_grad():
    far.K[:] = 0
    far.b[:] = 9.0
travelled = np.ptp(far.flow(x[None])[:, 0], axis=0).max()
assert 0.999 * 5 < travelled < 5

through = residual(u, x_hat, 0.5)
for l, (K, b) in enumerate(u):
    repair = np.zeros_like(K), K @ through[l] + b
    ode = solve(lambda t, y, u=repair: f(u, y), through[l], (0, 0.5))
    assert agree(ode, through[l + 1], 1e-9)

# %% [markdown]
# ## Takeaways
#
# - Feed-forward and residual layers are $y \mapsto f(u, y)$ and $y \mapsto y + h f(u, y)$ with the same $f(u, y) =
#   \sigma(Ky + b)$; the second is a step of Euler's method and, with $h = 1$, a residual block.
# - The equation behind a residual network is {eq}`paper-2.10`. For a smooth control and activation, the distance
#   between the features and its solution is $O(h)$; divided by $h$, the error tends to $e$ of {eq}`eq-2.a`.
# - The first line of {eq}`paper-2.9` relates controls and weights; the second holds up to $O(h)$.
#
# ## References
#
# ```{footbibliography}
# ```

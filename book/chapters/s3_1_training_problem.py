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
# (s3-1)=
# # Section 3. Training is a control problem
#
# Section 2 turned a network into a differential equation whose weights are functions of time. Someone has to choose
# these functions: that is training. Engineers know the task under another name. They steer a rocket by its thrust so
# that it arrives where it should, and the thrust that does so best solves an *optimal control problem*. This page sets up
# the training problem in that language, and trains the same control with 10 layers and with 40.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - A network classifies by an affine map and the softmax function, and training minimises the cross-entropy: in
#   continuous time {eq}`paper-3.1` under the constraint {eq}`paper-2.10`, which is {eq}`paper-3.2`; with layers
#   {eq}`paper-3.3`. You will compute both costs and measure how fast one approaches the other.
# - Weights are the *control*, features the *state*. You will steer forty points at once, see the control that does it,
#   and find that it belongs to the equation and not to the number of layers.
# - The text minimises without a regulariser. You will see what that leaves open: a minimum need not exist.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.integrate import solve_ivp

from rknet import TABLEAUS, RK4Net, plots
from rknet.adjoint import Affine, Step, propagate
from rknet.protocol import cross_entropy

plots.style()
rng = np.random.default_rng(3)

# %% [markdown]
# ## The classifier
#
# Let there be $K$ classes, and let $y \in \mathbb{R}^{\hat d}$ be what the network makes of an input $x$. A weight matrix
# $W$ and a bias $\mu \in \mathbb{R}^K$ give each class a score, and the *softmax* function makes probabilities of the
# scores:
#
# $$
# \mathcal{H}_k(z) = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}, \qquad z = W y + \mu .
# $$ (eq-3.1.a)
#
# The predicted class is the one with the largest entry of $\mathcal{H}(W y + \mu)$. Since $e^z$ increases, that is the
# one with the largest score: softmax decides nothing, it says how sure the decision is. Between two classes $j$ and $k$
# the boundary is the hyperplane $(W_j - W_k) \cdot y + \mu_j - \mu_k = 0$, so the network's task is to move the features
# to where hyperplanes can separate them.

# %%
X, labels = rng.standard_normal((5, 2)), np.array([0, 2, 1, 1, 0])
net = RK4Net(d=2, d_hat=3, classes=3, L=4, seed=1).double()
y = net.flow(X)[-1]
W, mu = net.W.detach().numpy(), net.mu.detach().numpy()

scores = y @ W.T + mu
H = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
assert np.allclose(H, net.predict_proba(X), atol=1e-14, rtol=0)
assert np.array_equal(H.argmax(axis=1), scores.argmax(axis=1))
H.round(2)

# %% [markdown]
# :::{admonition} The paper's text: probably a slip
# :class: voice-paper
# The text takes $W \in \mathbb{R}^{K \times d}$. But $W$ is applied to the network's output, which has $\hat d$ entries:
# it must be $W \in \mathbb{R}^{K \times \hat d}$. For $\hat d > d$ the product as printed does not exist.
# :::

# %%
W_printed = rng.standard_normal((3, net.d))
np.testing.assert_raises(ValueError, np.matmul, W_printed, y[0])
assert W.shape == (net.classes, net.d_hat)

# %% [markdown]
# ## The cost
#
# A label is a probability vector as well: $c_n \in \mathbb{R}^K$ says how likely sample $n$ belongs to each class, and if
# that is certain, $c_n$ is a unit vector. The *cross-entropy* $-\mathbb{1}^\top [c_n \circ \log \mathcal{H}]$ charges the
# logarithm of the probability that was given to what is true ($\circ$ multiplies entry by entry, $\mathbb{1}^\top$ adds
# up). In code that is one line, and for certain labels it is the library's `cross_entropy`, which takes class numbers:


# %%
def cost(y, c, W, mu):
    """Mean cross-entropy of features y (N, d_hat), labels c (N, classes)."""
    return -(c * torch.log_softmax(y @ W.T + mu, dim=1)).sum(dim=1).mean()


certain = torch.eye(3, dtype=torch.float64)[labels]
y, W, mu = torch.tensor(y, requires_grad=True), net.W.data, net.mu.data
ours = cost(y, certain, W, mu)
theirs = cross_entropy(y @ W.T + mu, torch.tensor(labels))
assert abs(ours - theirs) < 1e-15

# %% [markdown]
# How does the cost change with the features? The derivative of $-\sum_k c_k \log \mathcal{H}_k(z)$ in $z$ is
# $\mathcal{H}(z) - c$, *prediction minus truth*, because the entries of $c$ add up to one. Hence, for sample $n$ of $N$,
#
# $$
# \nabla \mathcal{F}(y_n) = \tfrac{1}{N}\, W^\top \bigl( \mathcal{H}(W y_n + \mu) - c_n \bigr).
# $$ (eq-3.1.b)
#
# {ref}`The next page <s3-2>` starts its way backwards through the network from this vector.

# %%
(by_autograd,) = torch.autograd.grad(ours, y)
H = torch.softmax(y.detach() @ W.T + mu, dim=1)
by_hand = (H - certain) @ W / len(labels)
assert torch.allclose(by_hand, by_autograd, atol=1e-15, rtol=0)

# %% [markdown]
# ## The problem in continuous time
#
# Let $\mathbf{y}_n[\mathbf{u}]$ be the solution of {eq}`paper-2.10` that starts at sample $n$ and is driven by the weights
# $\mathbf{u}(t) = (\mathbf{K}(t), \mathbf{b}(t))$. The cost of a choice of weights is
#
# $$
# \hat{\mathcal{F}}(\mathbf{u}) = \frac{1}{N} \sum_{n=1}^{N} -\mathbb{1}^\top \Bigl[ c_n \circ \log \mathcal{H} \bigl( W
# \mathbf{y}_n[\mathbf{u}](T) + \mu \bigr) \Bigr],
# $$ (paper-3.1)
#
# and training looks for the best one,
#
# $$
# \min_{\mathbf{u}}\; \hat{\mathcal{F}}(\mathbf{u})
# \quad \text{subject to} \quad
# \dot{\mathbf{y}}_n = f(\mathbf{u}, \mathbf{y}_n), \quad \mathbf{y}_n(0) = \hat x_n .
# $$ (paper-3.2)
#
# The constraint is {eq}`paper-2.10`, once for each sample. In practice $W$ and $\mu$ are trained too; here they stand
# still, so that nothing but $\mathbf{u}$ moves.
#
# :::{admonition} The paper's text: probably a slip
# :class: voice-paper
# For {eq}`paper-3.1` the text lets the solution start at $x_n \in \mathbb{R}^d$. The state has $\hat d$ entries and starts,
# as in {eq}`paper-2.10`, at the augmented input $\hat x_n$.
# :::
#
# A control that moves smoothly, three samples, and a solver that keeps twelve digits make {eq}`paper-3.1` a number:

# %%
T, labels = 2.0, np.array([0, 1, 0])
X = rng.standard_normal((3, 2))
X_hat = np.column_stack([X, np.zeros(3)])
W, mu = torch.tensor(rng.standard_normal((2, 3))), torch.zeros(2).double()
R, S = rng.standard_normal((2, 3, 4))


def u(t):
    """A control: K(t) (d_hat, d_hat) and b(t) (d_hat,), here d_hat = 3."""
    Kb = np.cos(t) * R + np.sin(t) * S
    return Kb[:, :3], Kb[:, 3]


def f(u, y):
    K, b = u
    return np.tanh(K @ y + b)


def solution(x_hat, start=0.0, end=T):
    """y[u](end) from y(start) = x_hat, by an adaptive solver of order 8."""
    run = solve_ivp(
        lambda t, y: f(u(t), y),
        (start, end),
        x_hat,
        method="DOP853",
        rtol=1e-12,
        atol=1e-12,
    )
    return run.y[:, -1]


c = torch.eye(2).double()[labels]
y_T = torch.tensor(np.array([solution(x_hat) for x_hat in X_hat]))
F_hat = cost(y_T, c, W, mu).item()

np.testing.assert_raises(ValueError, f, u(0), X[0])  # starts at x_n: fails
print(f"cost in continuous time: {F_hat:.6f}")

# %% [markdown]
# ## The problem with layers
#
# Now replace the differential equation by layers, that is by a Runge-Kutta scheme:
#
# $$
# \min_{u}\; \mathcal{F}(u) = \frac{1}{N} \sum_{n=1}^{N} -\mathbb{1}^\top \Bigl[ c_n \circ \log \mathcal{H} \bigl( W
# y_n[u]^{[L]} + \mu \bigr) \Bigr]
# $$ (paper-3.3)
#
# subject to {eq}`paper-2.11`, where $y_n[u]^{[l]}$ is the output of layer $l$ for sample $n$. This is an ordinary minimisation over
# finitely many numbers. But is its cost the one of {eq}`paper-3.1`? Take the control above at the nodes of each scheme,
# $u_i^{[l]} = \mathbf{u}(t_l + h c_i)$, and refine:


# %%
def discrete_cost(tableau, L):
    """F(u) of (3.3) for the control u at the nodes of (2.11)."""
    h, nodes = T / L, tableau.arrays()[2]
    times = h * (np.arange(L)[:, None] + nodes)
    K, b = (
        torch.tensor(np.array([[u(t)[part] for t in row] for row in times]))
        for part in (0, 1)
    )
    step = Step(Affine("tanh"), tableau, h)
    return cost(propagate(step, (K, b), torch.tensor(X_hat)), c, W, mu).item()


depths = np.array([32, 64, 128])
errors = {
    name: [abs(discrete_cost(TABLEAUS[name], L) - F_hat) for L in depths]
    for name in ("euler", "heun", "kutta3", "rk4", "gauss4")
}
slopes = {
    name: np.polyfit(np.log(T / depths), np.log(e), 1)[0]
    for name, e in errors.items()
}
# checks (3.1), (3.3)
for name, slope in slopes.items():
    assert abs(slope - TABLEAUS[name].order) < 0.15
    print(f"{name:7} order {TABLEAUS[name].order}, measured {slope:.1f}")

# %% [markdown]
# The cost of the network approaches the cost of the equation at the order of its scheme.
#
# :::{admonition} The paper's text
# :class: voice-paper
# The text calls $\mathcal{F}$ a function on $\mathbb{R}^{m L}$: one control $u^{[l]}$ a layer, as in {eq}`paper-2.12` and in
# all its experiments. The constraint {eq}`paper-2.11` has a control for each stage, $m s L$ numbers, and the derivation
# that follows uses those. The difference will matter {ref}`at an optimum <s3-2-optimum>`.
# :::
#
# ## Control, state, cost
#
# Here is the dictionary between the two trades:
#
# | in a network | in optimal control | letter |
# | --- | --- | --- |
# | layer | instant of time | $l$, $t_l = l h$ |
# | features | state | $y^{[l]}$ |
# | weights and biases | control | $u^{[l]} = (K^{[l]}, b^{[l]})$ |
# | loss after the last layer | terminal cost | $\mathcal{F}$ |
# | forward pass | solve the state equation | {eq}`paper-2.11` |
# | error signal of backpropagation | costate (adjoint state) | $p^{[l]}$ |
# | backward pass | solve the adjoint equation, backwards | next page |
#
# Two things are special about this control problem. The control does not know which sample it is steering: *one* $u$ moves
# all $N$ of them, and only their positions tell them apart. And there is no price on the control, only on where the
# samples end.
#
# Try it. Forty points on a line, the inner ones of one class and the outer ones of the other, are lifted to the plane by
# a zero {eq}`paper-2.3`. The classifier is fixed and looks at the added coordinate alone: outer points should end up
# high, inner ones low.

# %%
x = np.linspace(-2, 2, 40)[:, None]
labels = (np.abs(x[:, 0]) > 1).astype(int)
T = 3.0


def line_net(L):
    """RK4Net with the same weights in each of its L layers, T = h L = 3."""
    net = RK4Net(
        d=1, d_hat=2, classes=2, L=L, h=T / L, train_classifier=False
    ).double()
    start = torch.tensor(np.random.default_rng(0).uniform(-0.7, 0.7, (3, 2)))
    with torch.no_grad():
        net.K[:], net.b[:] = start[:2], start[2]
        net.W[:], net.mu[:] = torch.tensor([[0.0, -1.0], [0.0, 1.0]]), 0
    return net


def line_cost(net):
    return cross_entropy(net(torch.tensor(x)), torch.tensor(labels))


# %% [markdown]
# How should a control be improved? Go downhill, but measure distances between controls as between functions of time,
# $\|\mathbf{u}\|^2 = \int_0^T |\mathbf{u}(t)|^2 dt \approx h \sum_l |u^{[l]}|^2$. In that measure the direction of steepest
# descent is
#
# $$
# -\frac{1}{h}\, \frac{\partial \mathcal{F}}{\partial u^{[l]}},
# $$ (eq-3.1.c)
#
# the layer's gradient *divided by* $h$. Without that division each of twice as many layers would get half the change, and
# training would slow down as the grid gets finer.


# %%
def descend(net, steps, rate=0.5):
    """Steepest descent (3.1.c); the costs before, between and after."""
    costs = []
    for _ in range(steps):
        F = line_cost(net)
        costs.append(F.item())
        by_K, by_b = torch.autograd.grad(F, (net.K, net.b))
        with torch.no_grad():
            net.K -= rate / net.h * by_K
            net.b -= rate / net.h * by_b
    return [*costs, line_cost(net).item()]


coarse, fine = line_net(L=10), line_net(L=40)
costs = {net.L: descend(net, steps=200) for net in (coarse, fine)}
for net in (coarse, fine):
    first, last = costs[net.L][0], costs[net.L][-1]
    right = (net.predict(x) == labels).mean()
    assert last < 0.25 * first and right == 1
    print(f"L = {net.L}: cost below a quarter of the start, all points right")

# %% mystnb={"figure": {"name": "fig-s31-control", "caption": "Training read as control. Above: the six entries of $\\mathbf{u}(t) = (\\mathbf{K}(t), \\mathbf{b}(t))$ after 200 steps of descent, with 40 layers (lines) and with 10 (bars of faint colour): the same functions on two grids. Below: what they do to the state, drawn for 40 layers. One control moves all points; at $t = T$ the line has been bent so that the classifier's boundary (thin line) separates inner from outer points."}, "image": {"alt": "Above, six step functions of time from 0 to 3, each drawn finely and coarsely, which agree. Below, four panels at times 0, 1, 2 and 3: a horizontal row of points is first shifted, then tilted, and finally bent into a bowl whose outer points lie above a horizontal line and whose inner points lie below it."}} tags=["hide-input"]
ENTRIES = {
    "$K_{11}$": lambda net: net.K[:, 0, 0],
    "$K_{12}$": lambda net: net.K[:, 0, 1],
    "$K_{21}$": lambda net: net.K[:, 1, 0],
    "$K_{22}$": lambda net: net.K[:, 1, 1],
    "$b_1$": lambda net: net.b[:, 0],
    "$b_2$": lambda net: net.b[:, 1],
}
INSTANTS = (0, 1, 2, 3)
fig = plt.figure(figsize=(plots.WIDTH, 4.2), layout="constrained")
grid = fig.add_gridspec(2, 4, height_ratios=[1.4, 1])
ax = fig.add_subplot(grid[0, :])
for (name, entry), colour in zip(ENTRIES.items(), plots.CLASS_COLOURS):
    for net, style in (
        (coarse, {"alpha": 0.3, "linewidth": 4}),
        (fine, {"linewidth": 1.2, "label": name}),
    ):
        ax.stairs(
            entry(net).detach().numpy(),
            net.h * np.arange(net.L + 1),
            baseline=None,
            color=colour,
            **style,
        )
for t in INSTANTS:
    ax.axvline(t, color=plots.INK, linewidth=0.6, linestyle=":")
ax.set(xlabel="$t$", ylabel=r"control $\mathbf{u}(t)$", xlim=(0, T))
ax.set_xticks(INSTANTS)
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=6)
flow = fine.flow(x)
for panel, t in enumerate(INSTANTS):
    l = round(t / fine.h)
    ax = fig.add_subplot(grid[1, panel])
    for n in range(len(x)):
        ax.plot(
            *flow[: l + 1, n].T,
            color=plots.CLASS_COLOURS[labels[n]],
            linewidth=0.4,
            alpha=0.45,
        )
    plots.scatter(ax, flow[l], labels, size=9)
    ax.axhline(0, color=plots.INK, linewidth=0.7)
    ax.set_aspect("equal", adjustable="box")
    ax.set(xlim=(-4, 4), ylim=(-1.8, 2.2), title=f"$t = {t}$")
    ax.set(xticks=(-4, 0, 4), yticks=(-1, 0, 1), xlabel="$y_1$")
    ax.label_outer()
    if panel == 0:
        ax.set_ylabel("state $y_2$")
plt.show()

# %% [markdown]
# **What to see.** First the control shifts all points sideways and up, then it tilts the line and bends it, last it pulls
# the middle down. And the ten-layer network found *the same control* as the forty-layer one, on a coarser grid. Depth is
# not a property of the problem here. It is the resolution with which {eq}`paper-3.2` is solved.
#
# That can be measured. Descend 20 steps with 10, 20, 40 and 160 layers: if training the network approximates the
# continuous problem, the costs reached approach a limit. Before training the control is constant in time, so RK4 delivers
# its fourth order. Afterwards the control moves, each layer holds one value of it, and the order is two, as in
# {numref}`fig-controls`.

# %%
depths = np.array([10, 20, 40])
reached = {L: descend(line_net(L), steps=20) for L in (*depths, 160)}


def order_of_cost(step):
    """Slope of the cost's error after some steps, against L = 160."""
    e = [abs(reached[L][step] - reached[160][step]) for L in depths]
    return np.polyfit(np.log(T / depths), np.log(e), 1)[0]


# checks (3.2)
for step, expected in ((0, 4), (1, 2), (10, 2), (20, 2)):
    assert abs(order_of_cost(step) - expected) < 0.15
    print(f"after {step:2} steps: order {order_of_cost(step):.1f} in h")

# %% [markdown]
# So what gradient descent does to the network converges, as $h \to 0$, to what it would do to the equation: the *path* of
# training, and not only the cost of a given control, belongs to {eq}`paper-3.2`.
#
# ## What a budget of time allows
#
# With $\sigma = \tanh$ every entry of $f$ is smaller than one in size, so no feature can travel farther than $T$ in any
# coordinate, whatever the weights. For a fixed classifier this bounds the cost from below: the score of the true class
# $k$ can exceed that of class $j$ by at most
#
# $$
# M_{kj} = (W_k - W_j) \cdot \hat x + \mu_k - \mu_j + T\, \|W_k - W_j\|_1 ,
# $$ (eq-3.1.d)
#
# and so sample by sample the cost is at least $\log\bigl(1 + \sum_{j \ne k} e^{-M_{kj}}\bigr)$. Here $M = 2T = 6$ for
# each point.

# %%
least = np.log1p(np.exp(-2 * T))
travel = np.abs(flow[-1] - flow[0]).max()
assert travel < T and costs[40][-1] > least
print(f"cost at least {least:.4f}, reached {costs[40][-1]:.2f}")

# %% [markdown]
# :::{admonition} Here: why depth and time are not the same
# :class: voice-here
# The paper keeps $h = 0.05$ at every depth, so $T = 0.05\, L$: deeper networks have more *time*. With one layer no feature
# moves by more than 0.05 in a coordinate. Some of what its Section 4.2 shows as an effect of depth may be this budget.
# :::
#
# ## Is there a best control?
#
# A minimum may fail to exist, and the text says why a *regulariser*, a price on large controls, is often added: theory
# wants it. The experiments use none. If $W$ and $\mu$ are trained as well and all training points are on the right side,
# as here, the reason is plain. Multiply $W$ and $\mu$ by $\lambda > 1$: all scores grow, all mistakes shrink, and the cost
# falls towards zero, which no finite weights reach.

# %%
y_T = torch.tensor(flow[-1])
certain = torch.eye(2).double()[labels]
scaled = [
    cost(y_T, certain, factor * fine.W, factor * fine.mu).item()
    for factor in (1, 2, 4, 8, 16, 32)
]
assert np.all(np.diff(scaled) < 0) and scaled[-1] < 0.01 * scaled[0]
print("falling:", ", ".join(f"{F:.2f}" for F in scaled[:4]), "...")

# %% [markdown]
# With a fixed classifier the same happens inside the layers: ever larger weights turn tanh into a step function. In
# practice training stops long before, and stopping early is the regulariser that one gets for free. For the theory it
# means: *first-order conditions*, the topic of the rest of Section 3, are conditions that a best control satisfies if
# there is one. Where training stops on the way, they measure how far it still has to go.
#
# ## Two roads
#
# A computer needs finitely many numbers, so at some point the problem has to be discretised. One may do that at once and
# then ask for the best network, or first ask for conditions on the best function and then discretise those; the two roads
# are drawn in {numref}`fig-commute`.
#
# The first is called *first discretise, then optimise*, or the direct approach; it is what backpropagation does. The
# second, *first optimise, then discretise*, is the indirect approach of neural differential equations
# {footcite}`chen2018`. In general the two end in different places. {ref}`The next page <s3-2>`
# takes the first road, in equations {eq}`paper-3.4` to {eq}`paper-3.22`, and {doc}`s3_3_partner` shows how to
# take the second one so that both meet {footcite}`hager2000,sanzserna2016`. That networks can be trained as
# control problems in this way was worked out by {footcite:t}`e2017` and, for Runge-Kutta networks, by
# {footcite:t}`benning2019`.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s31-shift
# Add the same vector $w$ to all rows of $W$. What happens to the predictions and to the cost? What does that say about the
# uniqueness of the best $W$?
# ```
#
# ```{solution} ex-s31-shift
# :class: dropdown
# All scores of a sample grow by the same number $w \cdot y$, which softmax does not notice: numerator and denominator of
# {eq}`eq-3.1.a` are multiplied by $e^{w \cdot y}$. Predictions and cost stay as they are, so a best $W$ is never unique.
# With two classes only $W_1 - W_2$ counts.
# ```

# %% tags=["hide-input"]
shifted = cost(y_T, certain, fine.W + torch.tensor([3.0, -2.0]), fine.mu)
assert abs(shifted - cost(y_T, certain, fine.W, fine.mu)) < 1e-14

# %% [markdown]
# ```{exercise}
# :label: ex-s31-soft
# Let a label be uncertain, $c = (0.7, 0.2, 0.1)$. Which prediction $\mathcal{H}$ has the smallest cost, and how large is it?
# ```
#
# ```{solution} ex-s31-soft
# :class: dropdown
# By {eq}`eq-3.1.b` the derivative in the scores is $\mathcal{H} - c$, so $\mathcal{H} = c$; the cost is convex in the scores,
# so this is the minimum. It equals the entropy of the label, $-\sum_k c_k \log c_k$, and is not zero: the cost of an
# uncertain label contains a part that no network can remove.
# ```

# %% tags=["hide-input"]
c = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
I, no_bias = torch.eye(3).double(), torch.zeros(3).double()
entropy = -(c * c.log()).sum()
assert abs(cost(c.log(), c, I, no_bias) - entropy) < 1e-15
others = torch.tensor(rng.standard_normal((200, 1, 3)))
assert all(cost(y, c, I, no_bias) > entropy for y in others)

# %% [markdown]
# ```{exercise}
# :label: ex-s31-count
# How many numbers are optimised in {eq}`paper-3.3` for RK4, $\hat d = 16$, $L = 100$: with one control a layer, with one for
# each stage, and with a function of time read at the nodes $c = (0, \frac12, \frac12, 1)$?
# ```
#
# ```{solution} ex-s31-count
# :class: dropdown
# One control has $m = \hat d^2 + \hat d = 272$ entries. One a layer: $mL = 27\,200$. One a stage: $m s L = 108\,800$. A
# function of time is read at the ends and midpoints of the layers, $2L + 1 = 201$ instants, since stages 2 and 3 share an
# instant and so do stage 4 of a layer and stage 1 of the next: $54\,672$.
# ```

# %% tags=["hide-input"]
paper_net = RK4Net(d=2, d_hat=16, classes=2, L=100)
m = paper_net.K[0].numel() + paper_net.b[0].numel()
instants = {l + c_i for l in range(100) for c_i in paper_net.tableau.c}
assert paper_net.K.numel() + paper_net.b.numel() == 100 * m == 27_200
assert (4 * 100 * m, len(instants) * m) == (108_800, 54_672)

# %% [markdown]
# ```{exercise}
# :label: ex-s31-mesh
# Run `descend` with the layer's gradient *not* divided by $h$. What do 10 and 40 layers do now in the same number of steps?
# ```
#
# ```{solution} ex-s31-mesh
# :class: dropdown
# Undivided, a step changes each layer by a multiple of $h$: with 40 layers a quarter of what it is with 10. The deeper
# network crawls, and it needs four times the rate to keep up. Adam, which the paper uses, divides each gradient by a
# running estimate of its own size, and with it by $h$.
# ```

# %% tags=["hide-input"]
equal_rates = {L: descend(line_net(L), 5, rate=0.5 * T / L) for L in (10, 40)}
assert equal_rates[40][5] - equal_rates[10][5] > 0.05
kept_up = descend(line_net(40), 5, rate=4 * 0.5 * T / 40)
assert abs(kept_up[5] - equal_rates[10][5]) < 0.005

# %% [markdown]
# ## Takeaways
#
# - Training minimises the cross-entropy of an affine classifier behind a flow: {eq}`paper-3.2` in continuous time, with the
#   cost {eq}`paper-3.1`, and {eq}`paper-3.3` with layers. The second cost approaches the first at the order of the scheme.
# - Weights are a control, features a state, and one control steers all samples. Measured as functions of time, controls of
#   10 and 40 layers improve in the same way: the path of training converges to that of the continuous problem.
# - $T$ is a budget: with tanh no feature travels farther than $T$ in a coordinate, which bounds the cost from below.
# - Without a regulariser a minimum need not exist, so optimality conditions describe where training is heading, not where
#   it stops.
#
# ## References
#
# ```{footbibliography}
# ```

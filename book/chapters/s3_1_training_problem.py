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
# # 3.1 The training problem
#
# Section 2 turned a network into a differential equation whose weights are functions of time. Training chooses these
# functions. This is an *optimal control problem*: the features are the state, the weights are the control, and the
# cost depends on the final state. This page states the problem in continuous time and with layers, compares the
# two, and examines how training depends on the number of layers.
#
# :::{admonition} What the paper says, and what you will see
# :class: tip
# - Training minimises the cross-entropy of an affine classifier: {eq}`paper-3.1` and {eq}`paper-3.2` in continuous
#   time, {eq}`paper-3.3` with layers. For a control read at the nodes of the scheme, you will see the second cost
#   approach the first with the order of the scheme.
# - The paper uses no regulariser. You will see the consequences.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.integrate import solve_ivp

from rknet import TABLEAUS, RK4Net, plots
from rknet.adjoint import Affine, Step, propagate
from rknet.protocol import cross_entropy
from rknet.study.paper import tables

plots.style()
rng = np.random.default_rng(3)

# %% [markdown]
# ## Forty points, one control
#
# Forty points on a line are lifted to the plane by padding with a zero {eq}`paper-2.3`. The inner points form one
# class, the outer points the other. The classifier is fixed and uses only the added coordinate: outer points must end
# at high values, inner points at low values. All layers start with the same weights.

# %%
T = 3.0
x = np.linspace(-2, 2, 40)[:, None]
x_hat = torch.tensor(np.column_stack([x, np.zeros(40)]))
classes = torch.tensor((np.abs(x[:, 0]) > 1).astype(int))
W, mu = (
    torch.tensor([[0.0, -1.0], [0.0, 1.0]]).double(),
    torch.zeros(2).double(),
)


def line_net(L):
    """RK4Net with L layers and T = h L = 3, all layers alike."""
    net = RK4Net(d=1, d_hat=2, classes=2, L=L, h=T / L).double()
    start = torch.tensor(np.random.default_rng(0).uniform(-0.7, 0.7, (3, 2)))
    with torch.no_grad():
        net.K[:], net.b[:] = start[:2], start[2]
        net.W[:], net.mu[:] = W, mu
    return net


# %% [markdown]
# We train by steepest descent. If controls are measured as functions of time, $\|\mathbf{u}\|^2 = \int_0^T
# |\mathbf{u}|^2\, dt \approx h \sum_l |u^{[l]}|^2$, the direction of steepest descent is
#
# $$
# -\frac{1}{h}\, \frac{\partial \mathcal{F}}{\partial u^{[l]}},
# $$ (eq-3.1.a)
#
# the layer's gradient *divided by* $h$. Without the division, the change of a layer would shrink with $h$.


# %%
# codes (3.2)
def descend(net, rate=0.5):
    """One step of steepest descent (3.1.a); returns the cost before it."""
    F = cross_entropy(net(torch.tensor(x)), classes)
    by_K, by_b = torch.autograd.grad(F, (net.K, net.b))
    with torch.no_grad():
        net.K -= rate / net.h * by_K
        net.b -= rate / net.h * by_b
    return F.item()


# %% tags=["hide-input"]
def control_of(net):
    """The control of a network, an array (L, 6): K row by row, then b."""
    return torch.cat([net.K.detach().flatten(1), net.b.detach()], 1).numpy()


def train(net, steps=200):
    """Costs and controls before step 0, 1, ..., and after the last one."""
    costs, controls = [], []
    for _ in range(steps + 1):
        controls.append(control_of(net).copy())
        costs.append(descend(net))
    return costs, controls


STEPS = (20, 100, 200)
DEPTHS = (10, 20, 40, 80)
costs, controls = {}, {}
for L in DEPTHS:
    costs[L], controls[L] = train(line_net(L))


def trained(L):
    """The network with L layers after 200 steps."""
    net, u = line_net(L), torch.tensor(controls[L][200])
    with torch.no_grad():
        net.K[:], net.b[:] = u[:, :4].reshape(L, 2, 2), u[:, 4:]
    return net


fine = trained(40)
assert all((trained(L).predict(x) == classes.numpy()).all() for L in DEPTHS)
assert all(costs[L][200] < 0.25 * costs[L][0] for L in DEPTHS)

# %% mystnb={"figure": {"name": "fig-s31-control", "caption": "Training as a control problem. Above: the six entries of $\\mathbf{u}(t) = (\\mathbf{K}(t), \\mathbf{b}(t))$ after 200 steps of descent, with 40 layers (thin lines) and with 10 (wide, faint lines): similar, but not equal. Below: the effect of the control of 40 layers on the state (coloured lines: the paths so far; at $t = 1$ and $2$, the nearest layer). One control moves all points; at $t = T$ the line is bent so that the classifier's boundary (black) separates inner from outer points."}, "image": {"alt": "Above, six step functions of time from 0 to 3, each drawn finely and coarsely; the coarse ones have the same shape and deviate visibly in places. Below, four panels at times 0, 1, 2 and 3: a horizontal row of points is first shifted, then tilted, and finally bent into a bowl whose outer points lie above a horizontal line and whose inner points lie below it."}} tags=["hide-input"]
ENTRIES = "$K_{11}$", "$K_{12}$", "$K_{21}$", "$K_{22}$", "$b_1$", "$b_2$"
INSTANTS = (0, 1, 2, 3)
fig = plt.figure(figsize=(plots.WIDTH, 4.2), layout="constrained")
grid = fig.add_gridspec(2, 4, height_ratios=[1.4, 1])
ax = fig.add_subplot(grid[0, :])
for k, (name, colour) in enumerate(zip(ENTRIES, plots.CLASS_COLOURS)):
    for L, style in (
        (10, {"alpha": 0.3, "linewidth": 4}),
        (40, {"linewidth": 1.2, "label": name}),
    ):
        ax.stairs(
            controls[L][200][:, k],
            T / L * np.arange(L + 1),
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
            color=plots.CLASS_COLOURS[classes[n]],
            linewidth=0.4,
            alpha=0.45,
        )
    plots.scatter(ax, flow[l], classes.numpy(), size=9)
    ax.axhline(0, color=plots.INK, linewidth=0.7)
    ax.set_aspect("equal", adjustable="box")
    ax.set(xlim=(-4, 4), ylim=(-1.8, 2.2), title=f"$t = {t}$")
    ax.set(xticks=(-4, 0, 4), yticks=(-1, 0, 1), xlabel="$y_1$")
    ax.label_outer()
    if panel == 0:
        ax.set_ylabel("state $y_2$")
plt.show()

# %% [markdown]
# One control $\mathbf{u}$ moves all points. Deep learning and optimal control use different terms:
#
# | in a network | in optimal control | letter |
# | --- | --- | --- |
# | layer | instant of time | $l$, $t_l = l h$ |
# | features | state | $y^{[l]}$ |
# | weights and biases | control | $u^{[l]} = (K^{[l]}, b^{[l]})$ |
# | loss after the last layer | terminal cost | $\mathcal{F}$ |
# | forward pass | state equation | {eq}`paper-2.11` |
# | error signal of backpropagation | costate, adjoint state | $p^{[l]}$ |
# | backward pass | adjoint equation, solved backwards | {ref}`next page <s3-2>` |
#
# ## The classifier and the cost
#
# A weight matrix $W$ and a bias $\mu$ give each of $K$ classes a score, and the *softmax* function turns scores into
# probabilities:
#
# $$
# \mathcal{H}_k(z) = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}, \qquad z = W y + \mu .
# $$ (eq-3.1.b)
#
# The predicted class has the largest score. Two classes with different rows of $W$ have equal scores on a hyperplane,
# so the layers must move the features to where hyperplanes separate the classes.
#
# :::{admonition} The paper's text: probably a slip
# :class: voice-paper
# In our copy the paper takes $W \in \mathbb{R}^{K \times d}$ (text recognition may have lost a hat). But $W$ is
# applied to the network's output, which has $\hat d$ entries, so $W \in \mathbb{R}^{K \times \hat d}$ must be meant.
# Likewise, {eq}`paper-3.1` starts the state at $x_n \in \mathbb{R}^d$, whereas {eq}`paper-2.10` starts it at $\hat
# x_n$.
# :::
#
# A label is also a probability vector: $c_n \in \mathbb{R}^K$ gives the probability of each class and is a unit
# vector if the class is certain. The *cross-entropy* $-\mathbb{1}^\top [c_n \circ \log \mathcal{H}]$ is large if the
# true class receives a small probability ($\circ$ multiplies entry by entry, $\mathbb{1}^\top$ sums the entries).


# %%
# codes (3.1), (3.3)
def cost(y, c, W, mu):
    """Mean cross-entropy of features y (N, d_hat), labels c (N, classes)."""
    return -(c * torch.log_softmax(y @ W.T + mu, dim=1)).sum(dim=1).mean()


# %% [markdown]
# The derivative of $-\sum_k c_k \log \mathcal{H}_k(z)$ in $z$ is $\mathcal{H}(z) - c$, *prediction minus truth*,
# because the entries of $c$ add up to one. The chain rule gives the derivatives in the features, with which the
# backward pass of {ref}`the next page <s3-2>` begins, and in the classifier's parameters:
#
# $$
# \begin{aligned}
# \frac{\partial \mathcal{F}}{\partial y_n} &= \tfrac{1}{N}\, W^\top \bigl( \mathcal{H}(W y_n + \mu) - c_n \bigr), \\
# \frac{\partial \mathcal{F}}{\partial W} &= \tfrac{1}{N} \sum_{n=1}^{N} \bigl( \mathcal{H}(W y_n + \mu) - c_n \bigr)\, y_n^\top, \\
# \frac{\partial \mathcal{F}}{\partial \mu} &= \tfrac{1}{N} \sum_{n=1}^{N} \bigl( \mathcal{H}(W y_n + \mu) - c_n \bigr).
# \end{aligned}
# $$ (eq-3.1.c)


# %%
def cost_derivatives(y, c, W, mu):
    """The derivatives (3.1.c) in y, W and mu."""
    wrong = (torch.softmax(y @ W.T + mu, dim=1) - c) / len(y)
    return wrong @ W, wrong.T @ y, wrong.sum(dim=0)


# %% [markdown]
# *Verified on random numbers: the cost against the library's, and the derivatives against automatic differentiation.*

# %% tags=["hide-input"]
some_y, some_W, some_mu = map(
    torch.tensor, (rng.standard_normal(n) for n in ((5, 3), (4, 3), 4))
)
some_labels = torch.tensor([0, 2, 1, 3, 0])
sure = torch.eye(4).double()[some_labels]
unsure = torch.tensor(rng.dirichlet(np.ones(4), 5))
library_s = cross_entropy(some_y @ some_W.T + some_mu, some_labels)
# checks (3.1), (3.3)
assert abs(cost(some_y, sure, some_W, some_mu) - library_s) < 1e-14
for exact, formula in zip(
    torch.func.grad(cost, argnums=(0, 2, 3))(some_y, unsure, some_W, some_mu),
    cost_derivatives(some_y, unsure, some_W, some_mu),
):
    assert torch.allclose(exact, formula, atol=1e-14, rtol=0)

# %% [markdown]
# ## The problem in continuous time
#
# Let $\mathbf{y}_n[\mathbf{u}]$ solve {eq}`paper-2.10` from sample $n$ under the control $\mathbf{u}(t) =
# (\mathbf{K}(t), \mathbf{b}(t))$. The cost of this control is
#
# $$
# \hat{\mathcal{F}}(\mathbf{u}) = \frac{1}{N} \sum_{n=1}^{N} -\mathbb{1}^\top \Bigl[ c_n \circ \log \mathcal{H} \bigl( W
# \mathbf{y}_n[\mathbf{u}](T) + \mu \bigr) \Bigr],
# $$ (paper-3.1)
#
# and training looks for the best control,
#
# $$
# \min_{\mathbf{u}}\; \hat{\mathcal{F}}(\mathbf{u})
# \quad \text{subject to} \quad
# \dot{\mathbf{y}}_n = f(\mathbf{u}, \mathbf{y}_n), \quad \mathbf{y}_n(0) = \hat x_n .
# $$ (paper-3.2)
#
# In practice $W$ and $\mu$ are trained together with $\mathbf{u}$, by the derivatives {eq}`eq-3.1.c`. For a smooth
# control, a solver with tolerances of $10^{-12}$ evaluates {eq}`paper-3.1`:

# %%
c = torch.eye(2).double()[classes]
R, S = rng.standard_normal((2, 3, 2))


def wave(t):
    """A smooth control (3, 2): two rows of K(t), then b(t)."""
    return np.cos(t) * R + np.sin(t) * S


# codes (3.1)
def continuous_cost(u):
    """The cost (3.1) of a control u(t)."""

    def rate(t, y):
        K, b = u(t)[:2], u(t)[2]
        return np.tanh(y.reshape(x_hat.shape) @ K.T + b).ravel()  # (2.10)

    start = x_hat.numpy().ravel()
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-12}
    y_T = solve_ivp(rate, (0, T), start, **options).y[:, -1]
    return cost(torch.tensor(y_T.reshape(x_hat.shape)), c, W, mu).item()


# %% [markdown]
# ## The problem with layers
#
# With a Runge-Kutta scheme in place of the differential equation, the problem has finitely many unknowns:
#
# $$
# \min_{u}\; \mathcal{F}(u) = \frac{1}{N} \sum_{n=1}^{N} -\mathbb{1}^\top \Bigl[ c_n \circ \log \mathcal{H} \bigl( W
# y_n[u]^{[L]} + \mu \bigr) \Bigr]
# $$ (paper-3.3)
#
# subject to {eq}`paper-2.11`, where $y_n[u]^{[l]}$ is the output of layer $l$ for sample $n$. The control enters at the
# nodes of the scheme, $u_i^{[l]} = \mathbf{u}(t_l + h c_i)$:


# %%
# codes (3.3)
def layered_cost(u, tableau, L):
    """The cost (3.3) of a control u(t) read at the nodes of a scheme."""
    h, nodes = T / L, tableau.arrays()[2]
    times = h * (np.arange(L)[:, None] + nodes)
    values = torch.tensor(np.array([[u(t) for t in row] for row in times]))
    K, b = values[:, :, :2], values[:, :, 2]
    step = Step(Affine("tanh"), tableau, h)
    return cost(propagate(step, (K, b), x_hat), c, W, mu).item()


exact_cost = continuous_cost(wave)
refined = np.array([16, 32, 64])
for name in ("euler", "heun", "kutta3", "rk4", "gauss4"):
    error = [
        layered_cost(wave, TABLEAUS[name], L) - exact_cost for L in refined
    ]
    order = np.polyfit(np.log(T / refined), np.log(np.abs(error)), 1)[0]
    # checks (3.1), (3.3)
    assert abs(order - TABLEAUS[name].order) < 0.2
    print(f"{name:7} order {TABLEAUS[name].order}, measured {order:.1f}")

# %% [markdown]
# For a smooth control that is read at the nodes of the scheme, and a smooth activation, the cost with layers
# converges to the cost in continuous time with the order of the scheme. With one control per layer
# {eq}`paper-2.12`, read from such a control at one instant, the order is in general at most two
# ({numref}`fig-controls`).
#
# :::{admonition} The paper's text
# :class: voice-paper
# The paper calls $\mathcal{F}$ a function on $\mathbb{R}^{m L}$, with one control per layer as in {eq}`paper-2.12` and
# in all its experiments. But the constraint {eq}`paper-2.11` has a control for each stage, and the derivation varies
# all these $m s L$ numbers freely. The difference matters {ref}`at an optimum <s3-2-optimum>`.
# :::
#
# ## Does training depend on the number of layers?
#
# A *single step* of descent hardly depends on the number of layers if it starts from a smooth control. Multiply the
# change of the control by a smooth function $\mathbf{v}(t)$ and integrate over time. In continuous time the result
# is minus the learning rate times the derivative of $\hat{\mathcal{F}}$ in the direction $\mathbf{v}$. With the
# layers of RK4Net, each of which reads the control at its midpoint, it is the same up to an error of order $h^2$.
# The next cell verifies this for the constant control above and one $\mathbf{v}$, against differences of
# `continuous_cost`.

# %% tags=["hide-input"]
before = control_of(line_net(1)).reshape(3, 2)
nudged = [
    continuous_cost(lambda t, eps=eps: before + eps * wave(t))
    for eps in (1e-4, -1e-4)
]
derivative = (nudged[0] - nudged[1]) / 2e-4
grids = np.array([10, 20, 40])
misses = []
for L in grids:
    once = line_net(L)
    descend(once)
    middles = T / L * (np.arange(L) + 0.5)
    v = np.array([wave(t).ravel() for t in middles])
    moved = T / L * ((control_of(once) - before.ravel()) * v).sum()
    misses.append(abs(moved + 0.5 * derivative))
order_of_step = np.polyfit(np.log(T / grids), np.log(misses), 1)[0]
# checks (3.2)
assert misses[-1] < 1e-3 * abs(derivative) and abs(order_of_step - 2) < 0.1
print(f"one step of descent, error of order {order_of_step:.1f} in h")

# %% [markdown]
# After a fixed number of steps one therefore expects a limit for $h \to 0$. Here are the costs of networks of
# doubling depth, and the distances between their controls, after 20, 100 and 200 steps.


# %% tags=["hide-input"]
def distance(L, finer, step):
    """Distance of two controls in L2, relative to the finer one's norm."""
    a = np.repeat(controls[L][step], finer // L, axis=0)
    b = controls[finer][step]
    return np.sqrt(((a - b) ** 2).sum() / (b**2).sum())


apart = {
    step: [distance(L, 2 * L, step) for L in DEPTHS[:-1]] for step in STEPS
}
halving = np.divide(apart[20][:-1], apart[20][1:])
assert np.all(np.abs(halving - 2) < 0.2) and costs[40][20] > 0.99 * np.log(2)
assert distance(10, 40, 200) > 0.3 and distance(20, 40, 200) > 0.25
assert min(apart[200]) > 0.15 > 3 * max(apart[20])
print("L    cost after    20     100     200 steps")
for L in DEPTHS:
    print(f"{L:<15}", *(f"{costs[L][step]:7.3f}" for step in STEPS))
print(
    f"\nafter 200 steps L = 10 is {distance(10, 40, 200):.0%} and "
    f"L = 20 is {distance(20, 40, 200):.0%} away from L = 40"
)

# %% mystnb={"figure": {"name": "fig-s31-depths", "caption": "The effect of depth on training. Left, the cost reached, against the depth. Right, the distance between the controls of $L$ and of $2L$ layers, relative to their size; the thin line has the slope of first order. After 20 steps each doubling of the depth halves the distance. After 200 steps the distance remains above 15 per cent at all these depths."}, "image": {"alt": "Left: costs against depth, three nearly horizontal lines at 0.69, 0.45 and 0.28, the lower two slightly uneven. Right: distances against depth on logarithmic axes; after 20 steps a straight line of slope minus one from 0.04 to 0.01, after 100 and 200 steps larger values, up to 0.36; those after 200 steps fall more slowly, those after 100 steps unevenly."}} tags=["hide-input"]
fig, (left, right) = plt.subplots(
    1, 2, figsize=(plots.WIDTH, 2.8), layout="constrained"
)
for step, colour, marker in zip(STEPS, plots.CLASS_COLOURS, "o^s"):
    style = {"color": colour, "marker": marker, "markersize": 4}
    reached = [costs[L][step] for L in DEPTHS]
    left.semilogx(DEPTHS, reached, label=f"{step} steps", **style)
    right.loglog(DEPTHS[:-1], apart[step], **style)
guide = 0.6 * apart[20][0] * DEPTHS[0] / np.array(DEPTHS[:-1])
right.loglog(DEPTHS[:-1], guide, color=plots.INK, linewidth=0.7)
left.set(xlabel="layers $L$", ylabel="cost", ylim=(0, 0.8))
right.set(xlabel="layers $L$", ylabel="distance of $L$ from $2L$")
for ax, ticks in ((left, DEPTHS), (right, DEPTHS[:-1])):
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()
left.legend(loc="lower left")
plt.show()

# %% [markdown]
# After 20 steps almost nothing has been learned: the cost is within one per cent of that of guessing, $\log 2$. The
# distances halve with each doubling, as expected of step functions that approach a limit. Later they do not. After 200
# steps the networks with 10 and with 40 layers both classify all points, at nearly equal costs, with *different*
# controls: their jumps occur at different times.
#
# The grid is not the only reason: descent itself drives neighbouring controls apart. To see how far, we perturb the
# starting weights of the network with 40 layers by about a millionth:

# %% tags=["hide-input"]
disturbed, draw = line_net(40), np.random.default_rng(1)
with torch.no_grad():
    for part in (disturbed.K, disturbed.b):
        part += 1e-6 * torch.tensor(draw.standard_normal(part.shape))
path = train(disturbed)[1]
gap = [np.linalg.norm(a - b) for a, b in zip(path, controls[40])]
assert gap[20] < 2 * gap[0] and gap[200] > 100 * gap[0]
print("the perturbation has grown by a factor of")
for step in STEPS:
    print(f"{gap[step] / gap[0]:5.1f} after {step} steps")

# %% [markdown]
# More layers resolve a *given* control more accurately. But the control that training finds depends on small
# differences, including those caused by the depth.
#
# ## A budget of time
#
# If $|\sigma| < 1$, as for tanh, and no weight $\beta_i$ is negative, no coordinate of the features moves farther than
# $T$. For a fixed classifier whose rows $W_k$ are all different, the score of the true class $k$ then exceeds that of
# class $j$ by less than
#
# $$
# M_{kj} = (W_k - W_j) \cdot \hat x + \mu_k - \mu_j + T\, \|W_k - W_j\|_1 ,
# $$ (eq-3.1.d)
#
# and the cost of the sample exceeds $\log\bigl(1 + \sum_{j \ne k} e^{-M_{kj}}\bigr)$. In the example $M = 2T = 6$.

# %% tags=["hide-input"]
least = np.log1p(np.exp(-2 * T))
travel = np.abs(flow[-1] - flow[0]).max()
assert travel < T and costs[40][200] > least
alone = []
for b in (1, 2, 4, 8):  # all points move upwards, as class 1 requires
    driven = line_net(10)
    with torch.no_grad():
        driven.K[:], driven.b[:] = 0, torch.tensor([0.0, b])
    alone.append(cross_entropy(driven(torch.tensor(x)), classes * 0 + 1).item())
assert np.all(np.diff(alone) < 0) and 0 < alone[-1] - least < 1e-6
print(
    f"bound {least:.4f}; one class only {alone[-1]:.4f}, both {costs[40][200]:.2f}"
)

# %% [markdown]
# The published code keeps $h = 0.05$ at every depth, so its deeper networks have more time; {doc}`s4_2_depth`
# examines the effect.
#
# ## No regulariser
#
# :::{admonition} The paper's text
# :class: voice-paper
# The paper names two reasons for a *regulariser*, a penalty on large controls: to avoid overfitting, and to guarantee
# properties of the problem. It uses none, because overfitting does not appear in its examples and because the analysis
# is not its subject.
# :::
#
# The claim about overfitting does not fit the paper's Table 5: in Section 4.5 the paper itself notes a gap between
# training and validation accuracy for images, and names regularisation as a remedy. Moreover,
# without a penalty a best choice of $\mathbf{u}$, $W$ and $\mu$ need not exist. Once all points are on the correct
# side, multiplying $W$ and $\mu$ by $\lambda > 1$ lowers the cost, which tends to zero as $\lambda$ grows but is never
# zero. With the fixed classifier of the example, the cost of one class alone approaches the lower bound $\log(1 +
# e^{-M})$, with $M = 6$ from {eq}`eq-3.1.d`, as $b$ grows but never reaches it.

# %% tags=["hide-input"]
images = tables()["table5"]
for width in ("784", "900"):
    seen, new = (
        images[width][f"{half}_accuracy"][0] for half in ("train", "val")
    )
    assert seen - new > 9
    print(
        f"Table 5, width {width}: {seen} % in training, {new} % in validation"
    )
y_T = torch.tensor(flow[-1])
scaled = [cost(y_T, c, k * W, k * mu).item() for k in (1, 2, 4, 8, 16, 32)]
assert np.all(np.diff(scaled) < 0) and scaled[-1] < 0.01 * scaled[0]

# %% [markdown]
# The *first-order conditions* of the next pages hold at a best control, if there is one; in practice training stops
# earlier.
#
# ## Two approaches
#
# The *direct* approach discretises first and then optimises the network (Section 4.3 of
# {footcite:t}`sanzserna2016`). Backpropagation does this, and so does {ref}`the next page <s3-2>`. The *indirect*
# approach derives conditions for the optimal function and then discretises them ({numref}`fig-commute`). Neural
# differential equations {footcite}`chen2018` and {doc}`s3_3_second_road` do that. In general the two give different
# gradients; {doc}`s3_3_partner` shows which schemes make them agree {footcite}`benning2019,sanzserna1992,hager2000`.
# The continuous-time view of training, as the control of a differential equation, was proposed by {footcite:t}`e2017`.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s31-shift
# Add the same vector $w$ to all rows of $W$. What happens to the predictions and to the cost, and is a best $W$ unique?
# ```
#
# ```{solution} ex-s31-shift
# :class: dropdown
# All scores of a sample change by the same number $w \cdot y$, which cancels in {eq}`eq-3.1.b`. Predictions and cost
# do not change, so a best $W$, if there is one, is not unique. With two classes, only $W_1 - W_2$ matters.
# ```

# %% tags=["hide-input"]
shifted = cost(y_T, c, W + torch.tensor([3.0, -2.0]), mu)
assert abs(shifted - cost(y_T, c, W, mu)) < 1e-14

# %% [markdown]
# ```{exercise}
# :label: ex-s31-mesh
# Take five steps of `descend` with the layer's gradient *not* divided by $h$. How do networks with 10 and with 40
# layers differ now?
# ```
#
# ```{solution} ex-s31-mesh
# :class: dropdown
# The change of each layer in one step is now proportional to $h$: with 40 layers it is a quarter of the change with 10.
# The deeper network needs four times the rate. Adam, which the paper uses, divides each gradient by a running
# estimate of its own size, and thereby by $h$.
# ```

# %% tags=["hide-input"]
undivided = {}
for L, rate in ((10, 0.15), (40, 0.0375), (40, 0.15)):
    net = line_net(L)
    undivided[L, rate] = [descend(net, rate) for _ in range(6)][5]
assert undivided[40, 0.0375] - undivided[10, 0.15] > 0.05
assert abs(undivided[40, 0.15] - undivided[10, 0.15]) < 0.005

# %% [markdown]
# ## Takeaways
#
# - Training solves {eq}`paper-3.2`, with the cost {eq}`paper-3.1`, or {eq}`paper-3.3` with layers. For a smooth
#   control read at the nodes and a smooth activation, the second cost converges to the first with the order of the
#   scheme. One step of descent from a smooth control hardly depends on the number of layers.
# - Over many steps, descent amplifies differences. Networks of 10 to 80 layers reach similar costs with different
#   controls.
# - $T$ is a budget: with tanh and no negative weights $\beta_i$ no coordinate of the features moves farther than
#   $T$. For a fixed classifier this bounds the cost from below.
# - Without a regulariser a minimum need not exist.
#
# ## References
#
# ```{footbibliography}
# ```

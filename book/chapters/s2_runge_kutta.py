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
# (s2-rk)=
# # 2 Runge-Kutta networks
#
# The three networks below have the same weights, the same step size and the same number of layers. They differ only in
# the scheme: one leaves the orbit of the differential equation, one drifts slowly away from it, and one stays on it to
# within the width of the line. This page turns Runge-Kutta schemes into networks, first in full generality
# {eq}`paper-2.11`, then as the paper uses them {eq}`paper-2.12`.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.integrate import RK23, RK45

from rknet import TABLEAUS, RK4Net, RKNet, Tableau, plots
from rknet.laboratories import SchemeLaboratory
from rknet.laboratories.scheme import draw_orbit, drift, orbit

plots.style()
rng = np.random.default_rng(22)


def agree(a, b, tolerance=1e-13):
    """Whether two arrays have the same shape and the same entries to rounding."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, atol=tolerance, rtol=0)


# %% mystnb={"figure": {"name": "fig-orbit", "caption": "Fourteen layers with the same weights and $h = 0.5$ in three networks, drawn to the same scale. Small dots: the features after each layer, starting at $(1, 0)$; large dot: the output; grey: the closed orbit of the differential equation. With Euler's method the features spiral outwards; with Heun's they end slightly outside the orbit; with RK4 they stay on it to within the width of the line."}, "image": {"alt": "Three panels with fifteen dots each around a grey closed curve: with Euler the dots spiral far out, with Heun they end slightly outside, with RK4 they lie on the curve."}} tags=["hide-input"]
fig, axes = plt.subplots(1, 3, figsize=(plots.WIDTH, 2.8), layout="constrained")
for ax, scheme in zip(axes, ("euler", "heun", "rk4")):
    draw_orbit(ax, scheme, h=0.5, L=14)
widest = max(ax.get_xlim()[1] for ax in axes)
for ax in axes:
    ax.set(xlim=(-widest, widest), ylim=(-widest, widest))
plt.show()

drifts = [drift(orbit(scheme, 0.5, 14)) for scheme in ("euler", "heun", "rk4")]
assert drifts[0] > 2 and 0.05 < drifts[1] < 0.1 and abs(drifts[2]) < 0.001

# %% [markdown]
# The equation is $\dot y_1 = -\tanh y_2$, $\dot y_2 = \tanh y_1$, that is {eq}`paper-2.8` with
# $\mathbf{K} = \begin{pmatrix} 0 & -1 \\ 1 & 0 \end{pmatrix}$ and $\mathbf{b} = 0$. Its solutions conserve $\log\cosh
# y_1 + \log\cosh y_2$, so its orbits are closed. The *drift* in the titles is the relative change of this quantity.
# Try other schemes, steps and depths:

# %%
SchemeLaboratory(scheme="euler", h=0.5, L=14)

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how a Butcher tableau $(A, \beta, c)$ defines a network {eq}`paper-2.11`, and what one of its layers looks like in
#   code;
# - how many parameters such a network has, and why the networks {eq}`paper-2.12` have the same number for every scheme;
# - when a single control per layer reduces the order, and when it does not;
# - which other methods could replace Runge-Kutta schemes.
# :::
#
# ## Stages
#
# A Runge-Kutta scheme evaluates $f$ at $s$ *stages* in each step. The scheme is given by a matrix $A$, *weights*
# $\beta$ and *nodes* $c$, and computes
#
# $$
# \begin{aligned}
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{s} \beta_i f\bigl(u_i^{[l]}, y_i^{[l]}\bigr) \quad\text{with} \\
# y_i^{[l]} &= y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f\bigl(u_j^{[l]}, y_j^{[l]}\bigr) \quad\text{and} \\
# u_i^{[l]} &= \mathbf{u}(t_l + h c_i), \qquad i = 1, \dots, s.
# \end{aligned}
# $$ (paper-2.11)
#
# The coefficients are printed as a *Butcher tableau*, with $c$ on the left, $A$ in the middle and $\beta$ below:
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
# If $a_{i,j} = 0$ for all $j \geq i$, each stage needs only the earlier ones, and the scheme is *explicit*. Otherwise
# it is *implicit*, and the stages solve a system of equations. The paper's Figure 1 shows the general pattern,
# Euler's tableau and the classic tableau of order 4. The notebook displays a tableau in the same form:

# %%
TABLEAUS["rk4"]

# %% [markdown]
# :::{admonition} Here: two schemes called RK4
# :class: voice-here
# In some libraries `rk4` is *Kutta's 3/8 rule*. Both schemes have four stages and order 4, but they define different
# networks. Here `rk4` is the classic rule above and `rk38` the one below.
# :::

# %%
TABLEAUS["rk38"]

# %% [markdown]
# One layer of an explicit scheme takes five lines. Row $i$ of $A$ multiplies the values $F_1, \dots, F_{i-1}$
# computed so far; the remaining values are still zero, and so are their coefficients.


# %%
def f(u, y):
    K, b = u
    return np.tanh(K @ y + b)


# codes (2.11)
def layer(A, beta, c, u, t, h, y):
    F = np.zeros((len(beta), len(y)))
    for i in range(len(beta)):
        F[i] = f(u(t + h * c[i]), y + h * A[i] @ F)
    return y + h * beta @ F


# %% tags=["hide-input"]
def curve(t):
    """A solution of the equation with `control`: an ellipse."""
    return np.array([0.8 * np.sin(t), 0.5 * np.cos(t)])


def control(t):
    """K(t), and the b(t) of the previous page that makes the ellipse a solution."""
    K = np.array([[np.cos(t), -1.0], [t, 0.5]])
    velocity = np.array([0.8 * np.cos(t), -0.5 * np.sin(t)])
    return K, np.arctanh(velocity) - K @ curve(t)


def scipy_step(solver, right_side, t, h, y):
    """One step of size h of a solver of SciPy."""
    run = solver(right_side, t, y, t + h, first_step=h, rtol=1e3, atol=1e3)
    run.step()
    assert run.t == t + h
    return run.y


start = np.array([0.3, -0.7])
SCIPY = {
    RK45: TABLEAUS["dopri5"].arrays(),
    RK23: (RK23.A, RK23.B, RK23.C),
}
# checks (2.11)
for solver, coefficients in SCIPY.items():
    for t, h in ((0.0, 0.5), (0.4, 0.25), (1.0, 1.0)):
        theirs = scipy_step(solver, lambda t, y: f(control(t), y), t, h, start)
        assert agree(layer(*coefficients, control, t, h, start), theirs)

# %% [markdown]
# **Verified.** For a time-dependent control and three pairs of time and step size, this layer agrees with a step of
# SciPy's `RK45` (with our Dormand-Prince tableau) and of SciPy's `RK23` (a scheme of Bogacki and Shampine).
#
# (s2-parameters)=
# ## How many parameters?
#
# In {eq}`paper-2.11` the controls of the stages are values of a function of time. Such a network needs one control,
# with $m$ entries, for every *instant* $t_l + h c_i$ that occurs. Stages with the same node share a control. If $c_1 =
# 0$ and $c_s = 1$, the first stage of a layer also shares one with the last stage of the layer before. We therefore
# count the instants:


# %%
def instants(tableau, L):
    return len({l + node for l in range(L) for node in tableau.c})


for name in ("euler", "heun", "kutta3", "rk4", "rk38", "dopri5"):
    s, at_100 = TABLEAUS[name].stages, instants(TABLEAUS[name], 100)
    print(f"{name:7} L = 100: {at_100:3} instants, s L = {100 * s}")

# %% tags=["hide-input"]
COUNTED = {
    "euler": lambda L: L,
    "midpoint": lambda L: 2 * L,
    "heun": lambda L: L + 1,
    "ralston": lambda L: 2 * L,
    "kutta3": lambda L: 2 * L + 1,
    "rk4": lambda L: 2 * L + 1,
    "rk38": lambda L: 3 * L + 1,
    "implicit_midpoint": lambda L: L,
    "gauss4": lambda L: 2 * L,
    "dopri5": lambda L: 5 * L + 1,
    "radau3": lambda L: 2 * L,
}
seen = []
layer(
    *TABLEAUS["rk4"].arrays(),
    lambda t: (seen.append(t), control(t))[1],
    0.0,
    0.25,
    start,
)
assert seen == [0.0, 0.125, 0.125, 0.25]
for name, count in COUNTED.items():
    for L in (1, 2, 10):
        assert instants(TABLEAUS[name], L) == count(L)
assert COUNTED.keys() == TABLEAUS.keys()

# %% [markdown]
# RK4 thus has $(2L + 1)\, m$ parameters, not four times as many as Euler's method. The number $s L m$ is correct only
# if every stage has its own control; {ref}`Section 3 <s3-2>` derives its conditions for such free controls, $U \in
# \mathbb{R}^{m \times s \times L}$ in {eq}`paper-3.7`.
#
# ## One control per layer
#
# For more than one stage the paper trains neither kind of network. It states that in practice the controls of the
# stages are replaced by a single value {footcite}`benning2019`:
#
# $$
# \begin{aligned}
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{s} \beta_i f\bigl(u^{[l]}, y_i^{[l]}\bigr) \quad\text{with} \\
# y_i^{[l]} &= y^{[l]} + h \sum_{j=1}^{s} a_{i,j} f\bigl(u^{[l]}, y_j^{[l]}\bigr), \qquad i = 1, \dots, s.
# \end{aligned}
# $$ (paper-2.12)
#
# Every such network has $L m$ parameters, whatever the scheme, and this is what `RKNet` computes. The nodes $c$ no
# longer occur: within a layer the equation is autonomous, and two tableaus that differ only in $c$ define the same
# network {footcite}`sanzserna2016`.


# %%
# codes (2.12)
def layer_of_net(A, beta, u, h, y):
    F = np.zeros((len(beta), len(y)))
    for i in range(len(beta)):
        F[i] = f(u, y + h * A[i] @ F)
    return y + h * beta @ F


# %% tags=["hide-input"]
fixed = rng.standard_normal((2, 2)), rng.standard_normal(2)
# checks (2.12)
for solver, (A, beta, _) in SCIPY.items():
    for h in (0.25, 1.0):
        theirs = scipy_step(solver, lambda t, y: f(fixed, y), 0.0, h, start)
        assert agree(layer_of_net(A, beta, fixed, h, start), theirs)

explicit = {name: t for name, t in TABLEAUS.items() if t.explicit}
for tableau in explicit.values():
    net = RKNet(d=2, d_hat=2, classes=2, L=3, tableau=tableau, h=0.7, seed=4)
    flow = net.double().flow(start[None])[:, 0]
    for l, u in enumerate(
        zip(net.K.detach().numpy(), net.b.detach().numpy(), strict=True)
    ):
        ours = layer_of_net(*tableau.arrays()[:2], u, net.h, flow[l])
        assert agree(ours, flow[l + 1])

shifted = Tableau(
    "RK4 with other nodes",
    TABLEAUS["rk4"].A,
    TABLEAUS["rk4"].beta,
    c=["1/7", "2/7", "3/7", "4/7"],
)
same = dict(d=2, d_hat=2, classes=2, L=5, seed=4)
assert np.array_equal(
    RKNet(tableau=shifted, **same).flow(start[None]),
    RK4Net(**same).flow(start[None]),
)
moving = [
    layer(*tableau.arrays(), control, 0.0, 1.0, start)
    for tableau in (TABLEAUS["rk4"], shifted)
]
assert not agree(*moving, 1e-3)

# %% [markdown]
# **Verified.** The layer agrees with SciPy's steps for a fixed control, and with every layer of `RKNet` for all
# explicit tableaus. RK4 with other nodes is the same network under {eq}`paper-2.12` but a different network under
# {eq}`paper-2.11`.
#
# ## The cost of a single control
#
# Take the ellipse of {ref}`the previous page <s2>`, whose control depends on time, and compute it by RK4 with the
# control read in three ways: at the nodes {eq}`paper-2.11`, once per layer at the midpoint, or once per layer at the
# left end, as {eq}`paper-2.9` prescribes. To code the last two, give every stage the same node.


# %%
def error(c, L, T=2.0):
    """Distance from the ellipse at T, when stage i reads u(t_l + h c[i])."""
    A, beta, _ = TABLEAUS["rk4"].arrays()
    y = curve(0)
    for l in range(L):
        y = layer(A, beta, c, control, l * T / L, T / L, y)
    return np.abs(y - curve(T)).max()


READINGS = {
    "at the nodes": TABLEAUS["rk4"].arrays()[2],
    "once, at the midpoint": np.full(4, 0.5),
    "once, at the left end": np.zeros(4),
}
depths = np.array([16, 32, 64, 128])
errors = {
    name: np.array([error(c, L) for L in depths])
    for name, c in READINGS.items()
}
for name, e in errors.items():
    slope = np.polyfit(np.log(2 / depths), np.log(e), 1)[0]
    print(f"{name:21} order {slope:.1f}")

# %% mystnb={"figure": {"name": "fig-controls", "caption": "RK4 on a problem with a time-dependent control. With a control for every node RK4 has order four. With one control per layer, read at one instant, the order is two if this instant is the midpoint, and one if it is the left end, as in {eq}`paper-2.9`."}, "image": {"alt": "Log-log plot of error against step size for RK4 with three ways to read the control: controls at the nodes fall with slope 4, one control at the midpoint with slope 2, one control at the left end with slope 1."}} tags=["hide-input"]
for expected, e in zip((4, 2, 1), errors.values(), strict=True):
    slope = np.polyfit(np.log(2 / depths), np.log(e), 1)[0]
    assert abs(slope - expected) < 0.1
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.8), layout="constrained")
for (name, e), colour, line, marker in zip(
    errors.items(), plots.CLASS_COLOURS, ["-", "--", ":"], plots.CLASS_MARKERS
):
    ax.loglog(
        2 / depths,
        e,
        line,
        marker=marker,
        markersize=4,
        color=colour,
        label=name,
    )
ax.set(xlabel="step size $h$", ylabel="error at $T = 2$")
ax.set_xticks(2 / depths, [f"1/{L // 2}" for L in depths])
ax.minorticks_off()
ax.legend(
    title="the control is read",
    loc="center left",
    bbox_to_anchor=(1.0, 0.5),
)
plt.show()

# %% [markdown]
# Is an RK4Net with a single control per layer still a method of order 4? For a *given* control that depends on
# time, in general it is not. But a network is not given a control: training finds the numbers
# $u^{[0]}, \dots, u^{[L-1]}$. We may read them as a control that is constant on each layer. With a smooth activation
# each layer then solves its equation $\dot y = f(u^{[l]}, y)$ to fourth order. The book reads them in this way from
# here on; no order is lost.
#
# ## Related methods
#
# :::{admonition} The paper's text
# :class: voice-paper
# The paper considers only Runge-Kutta schemes but says that the approach extends to a wide range of symplectic
# methods. Runge-Kutta networks also appear in the work of {footcite:t}`raissi2019` on physics-informed networks.
# :::
#
# In the paper, *symplectic* describes the pair of a scheme and the scheme of its costates ({ref}`Section 3
# <s3-partner>`). An explicit Runge-Kutta scheme alone is never symplectic {footcite}`sanzserna1992`. Implicit schemes
# such as the implicit midpoint rule are symplectic by themselves for every Hamiltonian equation; explicit methods with
# this property exist for Hamiltonian equations with a special structure. The equation of the first figure is an
# example: $\dot y_1 = -\partial H / \partial y_2$, $\dot y_2 = \partial H / \partial y_1$ with the separable $H =
# \log\cosh y_1 + \log\cosh y_2$. *Symplectic Euler* updates one coordinate and uses the new value for the other. Its
# layers preserve areas, and its drift does not grow over thousands of layers. RK4's drift is far smaller at first but
# accumulates: at this step size RK4 is dissipative, and the features spiral slowly into the origin.


# %%
def symplectic_euler(y, h=0.5):
    y_1 = y[0] - h * torch.tanh(y[1])
    return torch.stack([y_1, y[1] + h * torch.tanh(y_1)])


def area_factor(step):
    """The factor by which one layer changes areas, at the point (1, 0)."""
    place = torch.tensor([1.0, 0.0], dtype=torch.float64)
    return torch.func.jacrev(step)(place).det().item()


def layer_of_orbit(name):
    """One layer of the first figure, as a function of its input."""
    net = RKNet(2, 2, 2, 1, tableau=name, h=0.5).double()
    K = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64)
    return lambda y: net.layer(K, torch.zeros(2).double(), y[None])[0]


# %% tags=["hide-input"]
def repeated(L):
    """States (L+1, 2) of L layers of symplectic Euler from (1, 0)."""
    y = [torch.tensor([1.0, 0.0], dtype=torch.float64)]
    for _ in range(L):
        y.append(symplectic_euler(y[-1]))
    return torch.stack(y).numpy()


LONG = 4000
states = {name: orbit(name, 0.5, LONG) for name in ("euler", "rk4")}
states["symplectic Euler"] = repeated(LONG)
factors = {name: area_factor(layer_of_orbit(name)) for name in ("euler", "rk4")}
factors["symplectic Euler"] = area_factor(symplectic_euler)
worst = {
    name: max(abs(drift(run[: L + 1])) for L in range(1, LONG, 7))
    for name, run in states.items()
}
half = {
    name: max(abs(drift(run[: L + 1])) for L in range(1, LONG // 2, 7))
    for name, run in states.items()
}
assert abs(factors["symplectic Euler"] - 1) < 1e-14
assert min(abs(factors[name] - 1) for name in ("euler", "rk4")) > 1e-5
assert worst["symplectic Euler"] < 1.001 * half["symplectic Euler"]
assert min(worst[name] / half[name] for name in ("euler", "rk4")) > 1.4
for L in (14, 100):  # at first RK4 drifts far less
    assert 10 * abs(drift(states["rk4"][: L + 1])) < worst["symplectic Euler"]
assert drift(states["rk4"]) < -0.1 and abs(TABLEAUS["rk4"].stability(0.5j)) < 1
for name in states:
    print(
        f"{name:16} area factor {factors[name]:.5f}, "
        f"largest drift in {LONG} layers {worst[name]:.3f}"
    )

# %% [markdown]
# **Verified.** According to autograd, PyTorch's automatic differentiation, a layer of symplectic Euler has area factor
# 1 to rounding at the point $(1, 0)$, and the other layers do not. (The factor of RK4 depends on the point and is below
# 1 at the origin.) The drift of symplectic Euler is no larger over 4000 layers than over 2000, whereas the drift of the
# other two grows.
#
# Layers of symplectic Euler require weights of a special form: each coordinate may be driven only by the other.
# {footcite:t}`celledoni2021` survey architectures of this kind. In physics-informed learning the network plays a
# different role: it is not a sequence of steps but represents the unknown solution of a partial differential equation.
# In the "discrete time models" of {footcite:t}`raissi2019` the network outputs all stages of an implicit Runge-Kutta
# scheme at once, and training makes them satisfy the equations of the scheme.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s2-scheme
# Write the scheme of Nyström with $A = \begin{pmatrix} 0 \\ 2/3 & 0 \\ 0 & 2/3 & 0 \end{pmatrix}$ and $\beta = (1/4,
# 3/8, 3/8)$ as a `Tableau`. What is its order? How many instants does {eq}`paper-2.11` need for it?
# ```
#
# :::{check} Its order:
# :answer: 3
# :choices: 2 | 3 | 4
# :::
#
# ```{solution} ex-s2-scheme
# :class: dropdown
# `Tableau("Nyström", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"])`; its `order` is 3. Nodes that are not given are
# the row sums of $A$, here $0$, $2/3$ and $2/3$, hence $2L$ instants.
# ```
#
# ```{exercise}
# :label: ex-s2-dopri
# In the tableau of Dormand and Prince the last row of $A$ equals $\beta$, and $c_7 = 1$. What is the last stage
# $y_7^{[l]}$, and what does this save in a solver? Does it save the same in a network {eq}`paper-2.12`?
# ```
#
# ```{solution} ex-s2-dopri
# :class: dropdown
# $y_7^{[l]} = y^{[l+1]}$: the last evaluation of a step is the first evaluation of the next ("first same as last"). A
# solver or a network {eq}`paper-2.11` evaluates $f$ six times per step instead of seven. In {eq}`paper-2.12` the next
# layer has another control, so its first value differs; but since $\beta_7 = 0$, the last stage need not be computed
# at all.
# ```

# %% tags=["hide-input"]
nystroem = Tableau("Nyström", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"])
assert nystroem.order == 3
assert instants(nystroem, 10) == 20
rows, weights, _ = TABLEAUS["dopri5"].arrays()
short = layer_of_net(rows[:6, :6], weights[:6], fixed, 0.5, start)
assert agree(short, layer_of_net(rows, weights, fixed, 0.5, start))
looked = [f(fixed, start)]
for row in rows[1:]:
    stage = start + 0.5 * row[: len(looked)] @ np.array(looked)
    looked.append(f(fixed, stage))
assert agree(stage, short)

# %% [markdown]
# ## Takeaways
#
# - A Butcher tableau defines a Runge-Kutta network; for an explicit scheme one layer is five lines of code.
# - The network {eq}`paper-2.11` has one control for each instant at which a stage reads it, hence $(2L + 1)\, m$
#   parameters for RK4. The networks of the paper {eq}`paper-2.12` have one control per layer, hence $L m$ parameters
#   for any scheme, and do not use the nodes.
# - For a time-dependent control, one value per layer, read at one instant, in general leaves at most order two. For a
#   control that is constant on each layer, which is how we interpret trained weights, no order is lost.
#
# ## References
#
# ```{footbibliography}
# ```

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
# (s3-4-continuous)=
# # 3.4 The continuous adjoint
#
# Libraries for neural differential equations offer a gradient whose memory does not grow with depth: they solve the
# adjoint equation backwards in time, together with the state {footcite}`chen2018`. This page measures how far that
# gradient is from the network's, and shows where the method fails: backwards in time a contracting flow becomes an
# expanding one.

# %% tags=["hide-input"]
from dataclasses import replace
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import TABLEAUS, RKNet, adjoint, draw, plots
from rknet.adjoint import Affine, Step
from rknet.laboratories import tableau as laboratory
from rknet.study.cache import trained
from rknet.study.experiments import EXPERIMENTS

plots.style()


def flat(gradient):
    return torch.cat([part.flatten() for part in gradient]).numpy()


def distance(found, exact):
    """Relative distance in the 2-norm."""
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


# %% [markdown]
# ## Forwards and backwards through a contraction
#
# Take layers with $K = -k\, q q^\top$ and $b = 0$, where $q$ is a unit vector and $k = 3$. The input points are
# normally distributed. Near the line $q \cdot y = 0$, where $Ky$ is small and $\tanh z \approx z$, the component along
# $q$ decays like $e^{-kt}$ and the component orthogonal to $q$ does not change. Farther out, $\tanh$ acts on each
# coordinate separately and bends the flow, so the orthogonal component also moves until the point is near the line. We
# solve with the implicit midpoint rule, forwards with $h = 0.1$ and from the last state backwards with step $-h$:

# %% tags=["hide-input"]
RATE = 3.0
q = np.array([np.cos(0.6), np.sin(0.6)])
across = np.array([-q[1], q[0]])


def contraction(scheme, h, T, dtype=torch.float64, k=RATE, N=200, q=q):
    """Step, controls, states and p[L] of the contracting network."""
    L = round(T / h)
    K = torch.tensor(-k * np.outer(q, q)).to(dtype).expand(L, 1, 2, 2)
    u = K, torch.zeros(L, 1, 2, dtype=dtype)
    x_hat = np.random.default_rng(0).standard_normal((N, 2))
    step = Step(Affine("tanh"), TABLEAUS[scheme], h)
    states = adjoint.states(step, u, torch.from_numpy(x_hat).to(dtype))
    return step, u, states, states.y[-1] / N


def returned(setting, stored=False):
    """The backward solution: its costates, and the states it reaches."""
    step, u, states, p_L = setting
    return adjoint.continuous_costates(step, u, states.y, p_L, stored=stored)


# %% mystnb={"figure": {"name": "fig-s34-return", "caption": "Left, the trajectories of 60 points, which contract onto a line (dots: their ends). Middle and right, the inputs (filled) and the ends of the backward solution (rings), for $T = 11$ and for $T = 13$. As the flow contracts, the distance of a point from the line survives only in the last digits of its coordinates; at $T = 13$ no such digits remain for most points, and their rings lie on the line."}, "image": {"alt": "Three panels of points in the plane. Left, trajectories that contract onto a slanted line. Middle, rings around filled dots, nearly coinciding. Right, rings that lie far from the dots."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d", "2d"]], height=2.5)
flow = contraction("implicit_midpoint", 0.1, 2)[2].y[:, :60]
for n in range(60):
    axes[0, 0].plot(*flow[:, n].T, color=plots.CLASS_COLOURS[0], lw=0.6)
axes[0, 0].plot(*flow[-1].T, "o", ms=2.5, color=plots.CLASS_COLOURS[1])
axes[0, 0].set_title("forwards")
for ax, end in zip(axes[0, 1:], (11, 13)):
    setting = contraction("implicit_midpoint", 0.1, end)
    reached = returned(setting)[1][0, :60]
    missed = (reached - setting[2].y[0, :60]).norm(dim=1).median()
    assert missed < 0.05 if end == 11 else missed > 0.2
    ax.plot(*setting[2].y[0, :60].T, "o", ms=2.5, color=plots.CLASS_COLOURS[0])
    ring = {"mfc": "none", "mec": plots.CLASS_COLOURS[1]}
    ax.plot(*reached.T, "o", ms=5, **ring)
    ax.set_title(f"returned from T = {end}")
for ax in axes[0]:
    ax.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal")
    ax.set(xticks=(-3, 0, 3), yticks=(-3, 0, 3))
plt.show()


# %% tags=["hide-input"]
def near(scale, T, centre=0.0):
    """Decay along q and motion orthogonal to q, for points near a centre."""
    step, u, states, _ = contraction("rk4", 0.1, T, N=1000)
    y = adjoint.states(step, u, scale * states.y[0] + centre).y.numpy()
    along = np.abs(y[-1] @ q) / np.abs(y[0] @ q)
    moved = np.abs((y - y[0]) @ across).max()
    return along, moved


small, small_moved = near(1e-3, 2)
large, _ = near(1.0, 2)
_, large_moved = near(1.0, 10)
on_line, on_line_moved = near(1e-3, 2, 2 * torch.from_numpy(across))
for decay in (small, on_line):
    assert np.abs(decay / np.exp(-2 * RATE) - 1).max() < 0.01
assert max(small_moved, on_line_moved) < 1e-7 and large_moved > 0.5
assert np.median(large) > 1.05 * np.exp(-2 * RATE)
print(
    f"orthogonal component: moves by up to {large_moved:.2f} for 1000 normal points,"
)
print(f"by {small_moved:.0e} for points a thousand times closer to 0,")
print(
    f"by {on_line_moved:.0e} for points as close to another point of the line"
)

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - that the error of the continuous adjoint's gradient is a power of $h$ that depends on the scheme, and that two
#   schemes have only rounding errors;
# - that no method can recover the input from the last state when $T$ exceeds a ceiling, about
#   $\ln(1/\varepsilon) / k$ for features that contract at the rate $k$ in a direction oblique to the axes, in
#   precision $\varepsilon$;
# - that inaccurate schemes fail long before that ceiling, and that with stored states there is no ceiling.
# :::
#
# ## The method
#
# The optimality conditions of the continuous problem ({doc}`s3_3_second_road`) say $\dot{\mathbf p} = -f_y(\mathbf u,
# \mathbf y)^\top \mathbf p$. Solve this equation backwards from $\mathbf p(T)$, together with the state, so that only
# the last state of the forward pass has to be stored. On the way, integrate the gradient with respect to the control
# $u^{[l]}$ of each layer, which is constant there:
#
# $$
# \begin{gathered} \frac{\mathrm d}{\mathrm d t} \begin{pmatrix} \mathbf y \\ \mathbf p \end{pmatrix} = \begin{pmatrix}
# f(\mathbf u, \mathbf y) \\ -f_y(\mathbf u, \mathbf y)^\top \mathbf p \end{pmatrix} \quad\text{from } t_{l+1} \text{ to
# } t_l, \\ \frac{\partial \hat{\mathcal F}}{\partial u^{[l]}} = \int_{t_l}^{t_{l+1}} f_u(\mathbf u, \mathbf y)^\top
# \mathbf p \, \mathrm d t. \end{gathered}
# $$ (eq-3.4.d)
#
# Here the solver is the forward scheme itself with step $-h$: `adjoint.continuous_costates`. How far is its gradient
# from the network's? The test problem has smooth controls on $[0, 1]$, one for each layer, evaluated at the layer's
# midpoint.


# %%
def gap(tableau, L, stored=False):
    """Distance of the continuous adjoint's gradient from the exact one."""
    u, x_hat = laboratory.problem(L)
    step = Step(Affine("tanh"), tableau, laboratory.T / L)
    states = adjoint.states(step, u, x_hat)
    p_L = states.y[-1] / len(x_hat)
    exact = adjoint.costates(step, u, states, p_L).gradient
    found, _ = adjoint.continuous_costates(
        step, u, states.y, p_L, stored=stored
    )
    return distance(flat(found.gradient), flat(exact))


predicted = {name: tableau.order for name, tableau in TABLEAUS.items()}
predicted["heun"] = 3
depths = np.array([32, 64, 128])
gaps, slopes = {}, {}
for name, tableau in TABLEAUS.items():
    gaps[name] = np.array([gap(tableau, L) for L in depths])
    if gaps[name].max() < laboratory.ROUNDING:
        assert tableau.partner == tableau
        print(f"{name:18} only rounding errors")
        continue
    slopes[name] = -np.polyfit(np.log(depths), np.log(gaps[name]), 1)[0]
    assert abs(slopes[name] - predicted[name]) < 0.15
    print(f"{name:18} slope {slopes[name]:.1f}")

# %% mystnb={"figure": {"name": "fig-s34-continuous", "caption": "The continuous adjoint's gradient differs from that of the network by $O(h^n)$, where $n$ is the scheme's order, except for Heun, where $n = 3$. The implicit midpoint rule and Gauss-Legendre retrace their steps exactly and have only rounding errors."}, "image": {"alt": "Log-log plot of relative gradient error against step size for eleven schemes: lines with slopes 1 to 5 for the explicit ones and 3 for Radau IIA, two flat lines at 1e-16 for implicit midpoint and Gauss-Legendre."}} tags=["hide-input"]
colours = dict(zip(TABLEAUS, (5, 1, 1, 1, 3, 0, 0, 8, 8, 2, 4), strict=True))
styles = ("-", ":", "-", "--", "-", "-", "--", "-", "--", "-", "-.")
lines = dict(zip(TABLEAUS, styles, strict=True))
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.4), layout="constrained")
for (name, e), marker in zip(gaps.items(), cycle(plots.CLASS_MARKERS)):
    power = f" ({slopes[name]:.1f})" if name in slopes else " (none)"
    ax.loglog(
        1 / depths,
        e,
        lines[name],
        marker=marker,
        markersize=4,
        color=plots.CLASS_COLOURS[colours[name]],
        label=TABLEAUS[name].name + power,
    )
ax.set(xlabel="step size $h$", ylabel="relative error of the gradient")
ax.set_xticks(1 / depths, [f"1/{L}" for L in depths])
ax.minorticks_off()
ax.legend(title="scheme (slope)", loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# **What to see.** Both gradients approximate the continuous one with the order of the scheme, so their difference is of
# this order or smaller. For Heun it is smaller. Heun's method run backwards is its partner, so both gradients use the
# same formulas for the costates, and only the *states* in these formulas differ: the continuous adjoint has the stages
# $\hat y_1$ and $\hat y_2$ of the backward step instead of $y_2$ and $y_1$. Each is off by $O(h^2)$, but in opposite
# directions, and their sum, which enters $p$, is one order better.


# %% tags=["hide-input"]
def stage_differences(L):
    """Norms of y^_1 - y_2, y^_2 - y_1 and of their sum, in a middle layer."""
    u, x_hat = laboratory.problem(L)
    forth = Step(Affine("tanh"), TABLEAUS["heun"], laboratory.T / L)
    back, u_l = replace(forth, h=-forth.h), tuple(part[L // 2] for part in u)
    start = adjoint.states(forth, u, x_hat).y[L // 2]
    end, F = forth(u_l, start)
    y_1, y_2 = forth.inputs(start, F)
    back_1, back_2 = back.inputs(end, back(u_l, end)[1])
    first, second = back_1 - y_2, back_2 - y_1
    return [part.norm().item() for part in (first, second, first + second)]


norms = np.array([stage_differences(L) for L in depths])
powers = -np.polyfit(np.log(depths), np.log(norms), 1)[0]
assert np.abs(powers - [2, 2, 3]).max() < 0.15
print("powers of h:", *(f"{power:.1f}" for power in powers))

# %% [markdown]
# The implicit midpoint rule and Gauss-Legendre are symmetric, so a backward step undoes a forward step, and they are
# their own partners. For these schemes the continuous adjoint *is* the discrete one, in exact arithmetic.
#
# :::{admonition} The same in torchdiffeq
# :class: voice-here
# The library `torchdiffeq` {footcite}`chen2018` offers both gradients. Its fixed-step method named `rk4` is the 3/8
# rule, so we compare it with `rk38` here. Autograd through its `odeint` gives the gradient of our costate sweep, and
# its `odeint_adjoint` that of `continuous_costates`, both to twelve digits. Where the library is installed, this
# book's tests assert both agreements, and that the two gradients differ from each other.
# :::
#
# ## A ceiling
#
# We return to the contraction. Once a point is near the line, each layer multiplies the component along $q$ by the
# stability function $R(-kh) \approx e^{-kh}$ and leaves the orthogonal component as it is. When the component along
# $q$ is smaller than the last digit of the orthogonal one, the state no longer contains it, and no method can recover
# it. (If $q$ were a coordinate axis, the small component would be a floating-point number with its own digits, and
# there would be no ceiling before underflow.) This happens at about
#
# $$
# T_\varepsilon = \frac{h \ln(1 / \varepsilon)}{\ln(1 / |R(-kh)|)} \approx \frac{\ln(1 / \varepsilon)}{k} .
# $$ (eq-3.4.e)
#
# Before that time, rounding errors grow in the backward solution by a factor of $R(kh) \approx e^{kh}$ per layer. The
# implicit midpoint rule makes no other error, so it shows this mechanism alone.


# %%
def ceiling(scheme, h, kind="float64"):
    """T of (3.4.e)."""
    shrinks = abs(TABLEAUS[scheme].stability(-RATE * h))
    return h * np.log(np.finfo(kind).eps) / np.log(shrinks)


def gradient_error(setting, stored=False):
    """Relative error of the first layer's gradient."""
    exact = adjoint.costates(*setting).gradient
    found, _ = returned(setting, stored)
    return distance(
        *(flat([g[0] for g in way]) for way in (found.gradient, exact))
    )


TIMES = np.arange(1, 17)
runs = {
    "RK4": [gradient_error(contraction("rk4", 0.1, T)) for T in TIMES],
    "implicit midpoint, double": [
        gradient_error(contraction("implicit_midpoint", 0.1, T)) for T in TIMES
    ],
    "implicit midpoint, single": [
        gradient_error(contraction("implicit_midpoint", 0.1, T, torch.float32))
        for T in TIMES
    ],
    "RK4, states stored": [
        gradient_error(contraction("rk4", 0.1, T), stored=True) for T in TIMES
    ],
}
ends = {
    kind: ceiling("implicit_midpoint", 0.1, kind)
    for kind in ("float64", "float32")
}

# %% mystnb={"figure": {"name": "fig-s34-long", "caption": "Relative error of the first layer's gradient against the time $T = hL$ of the backward solution; vertical lines: the ceiling in single and in double precision. Green and orange: a scheme that retraces its steps, up to rounding errors, loses all accuracy at the ceiling. Blue: RK4 has, in addition, an error that depends on $h$; it too loses all accuracy at the ceiling. Dashed: with the stored states, the same adjoint equation keeps its accuracy."}, "image": {"alt": "Semi-logarithmic plot of gradient error against T from 1 to 16. Two straight rising lines for the implicit midpoint rule in double and single precision reach 1 at T = 12 and T = 5.3; the line for RK4 rises slowly from 3e-5 to 5e-4 and, from T = 9 on, to 1 at T = 12; a dashed line for RK4 with stored states is flat at 2e-6."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.0), layout="constrained")
for (name, run), colour, line in zip(
    runs.items(), (0, 2, 3, 0), ("-", "-", "-", "--")
):
    style = {"c": plots.CLASS_COLOURS[colour], "marker": "o", "ms": 3.5}
    ax.semilogy(TIMES, run, line, label=name, **style)
for end in ends.values():
    ax.axvline(end, color="#999999", linewidth=0.8, linestyle=":")
ax.set(xlabel="$T = hL$", ylabel="relative error of the gradient")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% tags=["hide-input"]
inputs = []
for end in range(1, 10):
    setting = contraction("implicit_midpoint", 0.1, end)
    inputs.append(
        distance(returned(setting)[1][0].numpy(), setting[2].y[0].numpy())
    )
growth = np.polyfit(range(1, 10), np.log(inputs), 1)[0]
rate = np.log(abs(TABLEAUS["implicit_midpoint"].stability(RATE * 0.1))) / 0.1
assert abs(growth - rate) < 0.2
for name, kind in (
    ("implicit midpoint, double", "float64"),
    ("implicit midpoint, single", "float32"),
):
    error = np.array(runs[name])
    assert (error[TIMES < ends[kind] - 1.5] < 0.05).all()
    assert (error[TIMES > ends[kind] + 1] > 0.5).all()
assert max(runs["RK4, states stored"]) < 1e-5 and runs["RK4"][-1] > 0.5
along_axis = contraction("implicit_midpoint", 0.1, 16, q=np.array([1.0, 0.0]))
assert gradient_error(along_axis) < 1e-14  # along an axis
print(f"growth of the input's error: rate {growth:.1f}, predicted {rate:.1f}")
print(
    f"ceiling: T = {ends['float64']:.0f} in double, "
    f"{ends['float32']:.0f} in single precision"
)

# %% [markdown]
# This instability was described by {footcite:t}`gholami2019`.
#
# ## Below the ceiling
#
# The ceiling is only an upper bound. A scheme that does not retrace its steps can fail much earlier, and in that case a
# smaller step helps. The table shows, for each scheme and step size, the first of the times $0.4, 0.8, 1.2, \dots$ at
# which the error exceeds one half, or "ceiling" if this time lies after the ceiling or less than 1.5 before it:


# %%
def lost_at(scheme, h):
    """The first of T = 0.4, 0.8, ... with an error above one half."""
    for T in np.arange(0.4, 16, 0.4):
        if gradient_error(contraction(scheme, h, T, N=50)) > 0.5:
            return T


STEPS = (0.2, 0.1, 0.05)
lost = {
    scheme: [lost_at(scheme, h) for h in STEPS]
    for scheme in ("euler", "heun", "rk4", "implicit_midpoint")
}
print("fails at T         " + "".join(f"   h = {h:4.2f}" for h in STEPS))
for scheme, times in lost.items():
    tops = [ceiling(scheme, h) for h in STEPS]
    shown = [
        "ceiling" if T > top - 1.5 else f"{T:.1f}"
        for T, top in zip(times, tops)
    ]
    print(f"{scheme:19}" + "".join(f"{text:>11}" for text in shown))

# %% tags=["hide-input"]
for scheme, times in lost.items():
    for T, h in zip(times, STEPS):
        assert T < ceiling(scheme, h) + 1
assert max(lost["euler"]) < ceiling("euler", 0.05) / 2
assert lost["euler"][0] < lost["euler"][2]
for T, h in zip(lost["implicit_midpoint"], STEPS):
    assert T > ceiling("implicit_midpoint", h) - 1.5
at_three = gradient_error(contraction("euler", 0.1, 3))
assert at_three > 1
print(f"Euler, h = 0.1: off by {at_three:.0%} at T = 3")

# %% [markdown]
# **What to see.** Euler's method fails at a fraction of the ceiling. Smaller steps and better schemes move the time
# of failure up to the ceiling and no further: as $h \to 0$ the ceiling tends to $\ln(1/\varepsilon)/k$, which depends
# neither on the scheme nor on the step. Stored states remove the ceiling. But they need the memory that the method is
# meant to save, and with stored states one can just as well run the exact discrete adjoint.
#
# ## Networks of the paper
#
# With $L = 100$ and the published code's $h = 0.05$ the networks reach $T = 5$, and at width 16 their initial weight
# matrices have norms of about one. We test Euler and RK4 with untrained weights and width 16, and RK4 of width 3 after
# training on donut_2D ({ref}`Section 4.1 <s4-1>`):


# %%
def gap_of(net, x, c):
    """Distance of the continuous adjoint from the gradient of a net."""
    with torch.no_grad():
        step, u = Step.of(net), (net.K[:, None], net.b[:, None])
        states = adjoint.states(step, u, net.lift(x))
        H = torch.softmax(states.y[-1] @ net.W.T + net.mu, dim=1)
        p_L = (H - torch.eye(net.classes)[c]) @ net.W / len(x)
        exact = adjoint.costates(step, u, states, p_L).gradient
        found, _ = adjoint.continuous_costates(
            step, u, states.y, p_L, stored=False
        )
    return distance(flat(found.gradient), flat(exact))


points = draw("donut_2D", 200, seed=1)
x, c = torch.tensor(points.X, dtype=torch.float64), torch.tensor(points.c)
untrained = {
    name: RKNet(2, 16, 2, 100, tableau=name, lift="linear").double()
    for name in ("euler", "rk4")
}
row = EXPERIMENTS["width"].rows["donut_2D, d_hat = 3"]
nets = {
    "Euler, untrained": untrained["euler"],
    "RK4, untrained": untrained["rk4"],
    "RK4, trained": trained(row, 0)[0].double(),
}
size = {name: gap_of(net, x, c) for name, net in nets.items()}
for name, off in size.items():
    print(f"{name:17} off by {off:.0e}")

# %%
norm = torch.linalg.matrix_norm(untrained["rk4"].K, 2).mean().item()
assert abs(norm - 1) < 0.1
assert size["Euler, untrained"] > 0.01
assert size["RK4, untrained"] < 1e-6 and size["RK4, trained"] < 1e-3

# %% [markdown]
# For these two RK4 networks the continuous adjoint would suffice. For the EulerNet it is off by more than one per cent
# before training has begun. The discrete adjoint is exact for all of them but needs memory, which is the subject of
# {doc}`s3_5_memory_time`.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s34-expand
# Change the sign of $K$ in the contraction, so that the flow expands. What happens to the backward solution and to
# the costates?
# ```
#
# ```{solution} ex-s34-expand
# :class: dropdown
# Now the backward flow contracts, errors of the state decay, and the recovered input is accurate. The costates, which
# contracted before, now grow backwards in time: near the line like $e^{k(T - t)}$. But points do not remain near the
# line. Away from it, $\tanh$ saturates, $f_y$ is close to 0, and $p$ hardly changes. Most costates therefore hardly
# change, and those of the points that started nearest to the line where $f$ vanishes grow most. The next cell
# measures both.
# ```

# %% tags=["hide-input"]
expansion = contraction("rk4", 0.1, 10, k=-RATE, N=1000)
back, reached = returned(expansion)
p = adjoint.costates(*expansion).p.norm(dim=2)
growth_of_p = (p[0] / p[-1]).numpy()
assert distance(reached[0].numpy(), expansion[2].y[0].numpy()) < 1e-3
assert gradient_error(expansion) < 1e-2
from_line = np.abs(expansion[2].y[0].numpy() @ q)
assert from_line[growth_of_p.argmax()] < np.quantile(from_line, 0.01)
assert np.median(growth_of_p) < 2 and growth_of_p.max() < 1e-9 * np.exp(
    10 * RATE
)
print(
    f"|p(0)| / |p(T)|: median {np.median(growth_of_p):.2f}, "
    f"largest {growth_of_p.max():.0f}; e^(kT) = {np.exp(10 * RATE):.0e}"
)

# %% [markdown]
# ## Takeaways
#
# - The continuous adjoint's gradient approximates the network's with the order of the scheme (with order 3 for Heun);
#   for Gauss-Legendre and the implicit midpoint rule the two are equal in exact arithmetic.
# - After a time of about $\ln(1/\varepsilon)/k$ a contraction of rate $k$, oblique to the axes, has removed all
#   digits of the contracted component from the state, and no method can recover them; a coarse scheme fails much
#   earlier, and in that case a smaller step helps.
# - Stored states remove the ceiling.
#
# ## References
#
# ```{footbibliography}
# ```

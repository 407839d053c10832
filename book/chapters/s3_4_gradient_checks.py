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
# (s3-4)=
# # Section 3. Gradients, checked every way there is
#
# A wrong gradient rarely crashes. The cost still falls, only more slowly, and nobody knows why. So before the gradient of
# {doc}`s3_2_derivation` trains anything, it goes before five judges that know nothing of each other. Then the judges
# themselves are judged: which mistakes would each of them let pass? One mistake gets a trial of its own, because it is a
# method in wide use: solving the adjoint equation backwards in time.
#
# :::{admonition} What you will learn
# :class: tip
# - to check a gradient by autograd, differences, complex steps, Taylor remainders and PyTorch's `gradcheck`, and how far
#   each of them can see;
# - which planted mistakes pass which check;
# - that the *continuous* adjoint is wrong by a power of $h$ that depends on the scheme, and by nothing at all for two;
# - why it fails over long times whatever the scheme, and when: at $T \approx \ln(1/\varepsilon) / k$ for a contraction
#   of rate $k$ in a precision $\varepsilon$.
# :::

# %% tags=["hide-input"]
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rknet import TABLEAUS, RKNet, adjoint, draw, plots
from rknet.adjoint import Affine, Step, order
from rknet.laboratories import TableauLaboratory
from rknet.laboratories import tableau as laboratory
from rknet.study.cache import trained
from rknet.study.experiments import EXPERIMENTS
from rknet.study.html_tables import Row, Table

plots.style()


def flat(gradient):
    return torch.cat([part.flatten() for part in gradient]).numpy()


def distance(found, exact):
    """Relative distance in the 2-norm."""
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


# %% [markdown]
# ## A gradient to be judged
#
# Four layers of RK4 of width 3 with a large step, six points, double precision: 48 weights in $K$ and $b$.

# %%
net = RKNet(d=2, d_hat=3, classes=2, L=4, tableau="rk4", h=0.5, seed=3).double()
points = draw("donut_2D", 6, seed=0)
x, c = torch.tensor(points.X, dtype=torch.float64), torch.tensor(points.c)

# %% [markdown]
# By hand: the state sweep {eq}`paper-3.4` to {eq}`paper-3.6`, the derivative of the cost {eq}`paper-3.3` by $y^{[L]}$, which
# is $p^{[L]} = \frac1N W^\top (\mathcal H - c)$ for cross-entropy, and the costate sweep {eq}`paper-3.13`,
# {eq}`paper-3.17`, {eq}`paper-3.18`. The library's `adjoint` contains no call of autograd for these networks.

# %%
with torch.no_grad():
    step = Step.of(net)
    u = net.K.detach()[:, None], net.b.detach()[:, None]
    states = adjoint.states(step, u, net.lift(x))
    H = torch.softmax(states.y[-1] @ net.W.T + net.mu, dim=1)
    p_L = (H - torch.eye(2)[c]) @ net.W / len(x)
    by_hand = flat(adjoint.costates(step, u, states, p_L).gradient)
by_hand.shape

# %% [markdown]
# ## First judge: autograd
#
# PyTorch records every operation of the forward pass and differentiates them one by one {footcite}`griewank2008`. It has
# never heard of multipliers.

# %%
cost = cross_entropy(net(x), c)
by_autograd = flat(torch.autograd.grad(cost, (net.K, net.b)))
assert distance(by_hand, by_autograd) < 1e-14

# %% [markdown]
# Both could still share a misunderstanding: they run through the same library. The other judges need the *cost* only. So
# here it is a second time, in NumPy, from {eq}`paper-2.12` and {eq}`paper-3.3`, as a function $\mathcal F(w)$ of the 48
# numbers, real or complex:

# %%
A, beta, _ = net.tableau.arrays()
W, mu = net.W.detach().numpy(), net.mu.detach().numpy()
x_hat, h = net.lift(x).numpy(), net.h


def F(w):
    K, b = w[:36].reshape(4, 3, 3), w[36:].reshape(4, 3)
    y = x_hat
    for K_l, b_l in zip(K, b):
        f = []
        for row in A:
            y_i = y + h * sum(a * f_j for a, f_j in zip(row, f))
            f.append(np.tanh(y_i @ K_l.T + b_l))
        y = y + h * sum(weight * f_i for weight, f_i in zip(beta, f))
    z = y @ W.T + mu
    correct = z[np.arange(len(z)), points.c]
    return np.mean(np.log(np.exp(z).sum(axis=1)) - correct)


w = np.concatenate([net.K.detach().flatten(), net.b.detach().flatten()])
assert abs(F(w) - cost.item()) < 1e-14

# %% [markdown]
# ## Second and third judge: differences and complex steps
#
# The derivative in a direction $v$ is $D = \nabla \mathcal F(w) \cdot v$. A central difference approximates it with an error
# like $\varepsilon^2$,
#
# $$
# \frac{\mathcal F(w + \varepsilon v) - \mathcal F(w - \varepsilon v)}{2 \varepsilon} = D + O(\varepsilon^2),
# $$ (eq-3.4.a)
#
# until $\varepsilon$ is so small that the two costs agree in most of their digits, which the subtraction then loses. The
# complex step subtracts nothing. For an analytic $\mathcal F$,
#
# $$
# \frac{\operatorname{Im} \mathcal F(w + \mathrm i\, \varepsilon v)}{\varepsilon} = D + O(\varepsilon^2),
# $$ (eq-3.4.b)
#
# and $\varepsilon$ may be as small as one likes {footcite}`martins2003`.

# %%
v = np.random.default_rng(0).standard_normal(len(w))
v /= np.linalg.norm(v)
D = by_hand @ v

estimates = {
    "one-sided": lambda e: (F(w + e * v) - F(w)) / e,
    "central": lambda e: (F(w + e * v) - F(w - e * v)) / (2 * e),
    "complex step": lambda e: F(w + 1j * e * v).imag / e,
}
errors = {
    name: lambda e, estimate=estimate: abs(estimate(e) - D) / abs(D)
    for name, estimate in estimates.items()
}
window = 10.0 ** -np.arange(1, 4)
for name, power in (("one-sided", 1), ("central", 2), ("complex step", 2)):
    measured = [errors[name](e) for e in window]
    slope = np.polyfit(np.log(window), np.log(measured), 1)[0]
    assert abs(slope - power) < 0.15
    print(f"{name:13} slope {slope:.1f}")

# %% [markdown]
# At its best $\varepsilon$ the one-sided difference sees seven digits or so, the central one about ten, and the complex
# step all sixteen:

# %%
grid = 10.0 ** -np.arange(1, 17)
best = {name: min(error(e) for e in grid) for name, error in errors.items()}
assert 1e-10 < best["one-sided"] < 1e-6
assert 1e-13 < best["central"] < 1e-9
assert errors["complex step"](1e-200) < 1e-14

# %% [markdown]
# ## Fourth judge: Taylor's remainder
#
# The fourth judge needs no reference value of the derivative at all. Take away the linear part that a claimed gradient $g$
# predicts,
#
# $$
# r(\varepsilon) = \bigl| \mathcal F(w + \varepsilon v) - \mathcal F(w) - \varepsilon\, g \cdot v \bigr|.
# $$ (eq-3.4.c)
#
# If $g$ is the gradient, what is left is $O(\varepsilon^2)$. If it is not, $r(\varepsilon)$ ends with slope 1, and the point
# where the slope changes tells how wrong $g$ is. As a suspect, take the costates by the *same tableau* instead of its partner
# ({doc}`s3_3_partner`):

# %%
suspect = flat(
    adjoint.partner_costates(step, net.tableau, u, states, p_L).gradient
)
print(f"the suspect is off by {distance(suspect, by_hand):.0e}")


def remainder(g, e):
    return abs(F(w + e * v) - F(w) - e * (g @ v))


def slope_of_remainder(g, largest, smallest):
    steps = np.logspace(np.log10(largest), np.log10(smallest), 7)
    measured = [remainder(g, e) for e in steps]
    return np.polyfit(np.log(steps), np.log(measured), 1)[0]


right, wrong = (
    slope_of_remainder(by_hand, 1e-1, 1e-4),
    slope_of_remainder(suspect, 1e-4, 1e-7),
)
assert abs(right - 2) < 0.15 and abs(wrong - 1) < 0.15
assert slope_of_remainder(suspect, 1e0, 1e-1) > 1.8
print(f"slope {right:.1f} with the gradient, {wrong:.1f} with the suspect")

# %% mystnb={"figure": {"name": "fig-s34-judges", "caption": "Left: what differences make of one directional derivative. They fall with slopes 1 and 2 until cancellation takes over; the complex step falls to the last digit and stays there. Right: Taylor's remainder falls with slope 2 to rounding for the gradient; for the suspect, which is off by a ten-thousandth, it bends to slope 1. With $\\varepsilon = 0.1$ nobody could tell them apart."}, "image": {"alt": "Two log-log plots against epsilon. Left: errors of one-sided and central differences form a V with least errors near 1e-8 and 1e-10, the complex step's error goes down to 1e-16 and stays. Right: the remainder with the gradient is a straight line of slope 2, that with the suspect leaves it near 1e-2 and continues with slope 1."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.9)
for (name, error), colour, line in zip(
    errors.items(), (1, 3, 0), ("-", "--", "-")
):
    axes[0, 0].loglog(
        grid,
        [error(e) + 1e-17 for e in grid],
        line,
        marker="o",
        markersize=3,
        color=plots.CLASS_COLOURS[colour],
        label=name,
    )
axes[0, 0].set(
    xlabel=r"$\varepsilon$", title="relative error of $D$", ylim=(1e-17, 1e2)
)
axes[0, 0].legend(loc="upper center", ncols=2, columnspacing=1)
fine = np.logspace(0, -9, 28)
for label, g, colour, line in (
    ("the gradient", by_hand, 0, "-"),
    ("the suspect", suspect, 1, "--"),
):
    axes[0, 1].loglog(
        fine,
        [remainder(g, e) + 1e-17 for e in fine],
        line,
        marker="o",
        markersize=3,
        color=plots.CLASS_COLOURS[colour],
        label=label,
    )
axes[0, 1].set(xlabel=r"$\varepsilon$", title=r"Taylor's remainder $r$")
axes[0, 1].legend(loc="upper left")
plt.show()

# %% [markdown]
# ## Fifth judge: gradcheck
#
# `torch.autograd.gradcheck` compares the derivatives that a function reports with central differences, entry by entry. Here
# it examines `adjoint.propagate`, the costate sweep behind the interface of autograd, in the controls *and* in the input:

# %%
leaves = [part.detach().requires_grad_() for part in (net.lift(x), *u)]
assert torch.autograd.gradcheck(
    lambda y_0, *u: adjoint.propagate(step, u, y_0), leaves
)

# %% [markdown]
# ## Judging the judges
#
# A check is worth what it can reject. Six claims of a gradient, five of them false:

# %%
with torch.no_grad():
    backwards, _ = adjoint.continuous_costates(
        step, u, states.y, p_L, stored=False
    )
sign, forgotten, millionth = by_hand.copy(), by_hand.copy(), by_hand.copy()
sign[-1] *= -1
forgotten[:9] = 0
millionth[0] *= 1 + 1e-6
claims = {
    "the gradient": by_hand,
    "one sign wrong": sign,
    "a layer's K forgotten": forgotten,
    "the tableau as its own partner": suspect,
    "continuous adjoint": flat(backwards.gradient),
    "one entry off by a millionth": millionth,
}

# %% [markdown]
# Each judge applies the rule that is usual for it:


# %%
class Claimed(torch.autograd.Function):
    """The cost, with a claimed gradient."""

    @staticmethod
    def forward(ctx, w, g):
        ctx.g = g
        return torch.tensor(F(w.numpy()))

    @staticmethod
    def backward(ctx, factor):
        return factor * ctx.g, None


def gradcheck(g):
    """PyTorch's defaults: atol = 1e-5, rtol = 1e-3."""
    return torch.autograd.gradcheck(
        lambda w: Claimed.apply(w, torch.tensor(g)),
        torch.tensor(w, requires_grad=True),
        raise_exception=False,
    )


unit = np.eye(len(w))
by_differences = [(F(w + 1e-5 * e) - F(w - 1e-5 * e)) / 2e-5 for e in unit]
by_complex_steps = [F(w + 1e-30j * e).imag / 1e-30 for e in unit]

judges = {
    "gradcheck": gradcheck,
    "Taylor": lambda g: slope_of_remainder(g, 1e-2, 1e-4) > 1.9,
    "differences": lambda g: distance(g, by_differences) < 1e-7,
    "complex step": lambda g: distance(g, by_complex_steps) < 1e-12,
    "autograd": lambda g: distance(g, by_autograd) < 1e-12,
}
passed = {
    claim: [judge(g) for judge in judges.values()]
    for claim, g in claims.items()
}
print(f"{'':32}" + "".join(f"{name:>13}" for name in judges))
for claim, verdicts in passed.items():
    words = ("passes" if verdict else "rejected" for verdict in verdicts)
    print(f"{claim:32}" + "".join(f"{word:>13}" for word in words))

# %% tags=["hide-input"]
assert all(passed["the gradient"])
assert not any(passed["one sign wrong"] + passed["a layer's K forgotten"])
assert passed["one entry off by a millionth"] == [True] * 3 + [False] * 2
methods = ("the tableau as its own partner", "continuous adjoint")
assert sum(passed[method][0] for method in methods) == 1
assert not any(verdict for method in methods for verdict in passed[method][1:])

# %% [markdown]
# **What to see.** Gross mistakes are found by all. A millionth in one entry is below what differences resolve, and only the
# exact judges reject it. In between lie the two errors of *method*, and `gradcheck` with its defaults lets one of them pass:
# it compares entry by entry with an absolute tolerance of $10^{-5}$, which is a lot where entries are small. Tighten it
# (`atol=1e-9`). The lesson for tests: state the size of the smallest error that the check can see.
#
# And one net proves little. All ten schemes, explicit and implicit, with zero weights or without, against autograd. For
# implicit schemes autograd differentiates one step of Newton's method at the converged stages, which is all that the
# implicit function theorem asks for:


# %%
def random_problem(rng, tableau):
    """Some layers of random width, depth and weights."""
    d_hat, L, N = rng.integers(1, 6), rng.integers(1, 10), rng.integers(1, 5)
    shapes = (L, 1, d_hat, d_hat), (L, 1, d_hat), (N, d_hat), (N, d_hat)
    K, b, y_0, p_L = (torch.tensor(rng.uniform(-1, 1, s)) for s in shapes)
    h = 0.25 / K.abs().sum(dim=3).max().item()
    return Step(Affine("tanh"), tableau, h), (K, b), y_0, p_L


rng = np.random.default_rng(4)
for tableau in TABLEAUS.values():
    largest = 0.0
    for _ in range(10):
        step_r, u_r, y_0, p = random_problem(rng, tableau)
        swept = adjoint.states(step_r, u_r, y_0)
        found = flat(adjoint.costates(step_r, u_r, swept, p).gradient)
        leaves = [part.requires_grad_() for part in u_r]
        y_L = adjoint.states(step_r, leaves, y_0).y[-1]
        exact = flat(torch.autograd.grad((p * y_L).sum(), leaves))
        largest = max(largest, distance(found, exact))
    assert largest < 1e-13
print("10 problems for each scheme: equal to rounding")

# %% [markdown]
# ## The continuous adjoint
#
# There is another road to a gradient, taken by many libraries for neural differential equations {footcite}`chen2018`. The
# optimality conditions of the *continuous* problem say $\dot{\mathbf p} = -f_y(\mathbf u, \mathbf y)^\top \mathbf p$. Solve
# that backwards from $\mathbf p(T)$, with whatever solver is at hand, and carry the state along, backwards as well, so that
# nothing of the forward pass has to be stored:
#
# $$
# \begin{gathered}
# \frac{\mathrm d}{\mathrm d t} \begin{pmatrix} \mathbf y \\ \mathbf p \end{pmatrix}
# = \begin{pmatrix} f(\mathbf u, \mathbf y) \\ -f_y(\mathbf u, \mathbf y)^\top \mathbf p \end{pmatrix}
# \quad\text{from } t_{l+1} \text{ to } t_l,
# \\
# g^{[l]} = \int_{t_l}^{t_{l+1}} f_u(\mathbf u, \mathbf y)^\top \mathbf p \, \mathrm d t.
# \end{gathered}
# $$ (eq-3.4.d)
#
# Here the solver is the forward scheme itself with step $-h$: `adjoint.continuous_costates`. For the network it is *optimise,
# then discretise* without the partner. How far is it from the network's gradient? The problem has smooth controls on $[0,
# 1]$, one a layer, taken at its midpoint.


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
        print(f"{name:18} no error at all")
        continue
    slopes[name] = -np.polyfit(np.log(depths), np.log(gaps[name]), 1)[0]
    assert abs(slopes[name] - predicted[name]) < 0.15
    print(f"{name:18} slope {slopes[name]:.1f}")

# %% mystnb={"figure": {"name": "fig-s34-continuous", "caption": "The continuous adjoint's gradient misses that of the network by a power of $h$: the scheme's order, and 3 for Heun. The implicit midpoint rule and Gauss-Legendre go back exactly as they came and have no error but rounding."}, "image": {"alt": "Log-log plot of relative gradient error against step size for ten schemes: lines with slopes 1 to 5 for the explicit ones, two flat lines at 1e-16 for implicit midpoint and Gauss-Legendre."}} tags=["hide-input"]
colours = dict(zip(TABLEAUS, (5, 1, 1, 1, 3, 0, 0, 8, 8, 2)))
lines = dict(
    zip(TABLEAUS, ("-", ":", "-", "--", "-", "-", "--", "-", "--", "-"))
)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.4), layout="constrained")
for (name, e), marker in zip(gaps.items(), plots.CLASS_MARKERS):
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
# **What to see.** Both gradients approximate that of the continuous problem with the scheme's order $q$, so their difference
# is $O(h^q)$ or smaller. It is smaller for Heun. There the costates of both ways come from the same formulas (Heun is its own
# partner run backwards), so only the *states* inside them differ: at the stages of the way back, $\hat y_1$ and $\hat y_2$,
# instead of $y_2$ and $y_1$. Each is off by $h^2$, but in opposite directions, and the sum that enters $p$ is one order
# better:


# %%
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
# The implicit midpoint rule and Gauss-Legendre are symmetric: a step back undoes a step forth. And they are their own
# partners. So for them the continuous adjoint *is* the discrete one.
#
# :::{admonition} The same in torchdiffeq
# :class: voice-here
# A library with both roads is `torchdiffeq` {footcite}`chen2018`. Its fixed-step method named `rk4` is the 3/8 rule, so like
# is compared with like under the name `rk38` here. Autograd through its `odeint` gives the gradient of our costate sweep, and
# its `odeint_adjoint` that of `continuous_costates`, both to twelve digits; this book's tests assert it where the library is
# installed, and that the two differ from each other.
# :::
#
# ## Failure over long times
#
# With small steps the error above is small. The true trouble of going back is another: it asks a network to *remember*. Where
# the flow contracts, points that were apart come close, and going back has to tell them apart again from their last digits.
# Take layers with $K = -k\, q q^\top$, $q$ a unit vector, $k = 3$ and $b = 0$: along $q$ features decay like $e^{-kt}$, across
# they stay. One step of a scheme on the way back multiplies a small error along $q$ by its stability function $R(kh)$, which
# is about $e^{kh}$.

# %%
k, h, q = 3.0, 0.1, np.array([np.cos(0.6), np.sin(0.6)])


def way_back(scheme, L, dtype=torch.float64, stored=False):
    """Relative errors: of the first layer's gradient, and of the input
    that the way back returns to."""
    K = torch.tensor(-k * np.outer(q, q)).to(dtype).expand(L, 1, 2, 2)
    x_hat = np.random.default_rng(0).standard_normal((1000, 2))
    x_hat = torch.from_numpy(x_hat).to(dtype)
    u = K, torch.zeros(L, 1, 2, dtype=dtype)
    step = Step(Affine("tanh"), TABLEAUS[scheme], h)
    states = adjoint.states(step, u, x_hat)
    p_L = states.y[-1] / len(x_hat)
    exact = adjoint.costates(step, u, states, p_L).gradient
    found, reached = adjoint.continuous_costates(
        step, u, states.y, p_L, stored=stored
    )
    first, judge = (
        flat([g[0] for g in way]) for way in (found.gradient, exact)
    )
    return distance(first, judge), distance(reached[0].numpy(), x_hat.numpy())


layers = np.arange(10, 161, 10)
runs = {
    "RK4": [way_back("rk4", L) for L in layers],
    "implicit midpoint, double": [
        way_back("implicit_midpoint", L) for L in layers
    ],
    "implicit midpoint, single": [
        way_back("implicit_midpoint", L, torch.float32) for L in layers
    ],
}

# %% [markdown]
# The implicit midpoint rule makes no error but rounding, so it shows the mechanism alone. What it returns to departs from
# the true input at the rate $\ln R(kh) / h$, and the gradient is lost when rounding has grown to one, at $T = \ln(1/
# \varepsilon) / k$:

# %%
rate = np.log(abs(TABLEAUS["implicit_midpoint"].stability(k * h))) / h
early = slice(1, 10)
inputs = [returned for _, returned in runs["implicit midpoint, double"]]
growth = np.polyfit(h * layers[early], np.log(inputs[early]), 1)[0]
assert abs(growth - rate) < 0.15
print(f"rate of growth: predicted {rate:.1f}, measured {growth:.1f}")

ends = {
    "implicit midpoint, double": np.log(1 / np.finfo(np.float64).eps) / k,
    "implicit midpoint, single": np.log(1 / np.finfo(np.float32).eps) / k,
}
for name, end in ends.items():
    gradient = np.array([error for error, _ in runs[name]])
    assert (gradient[h * layers < end - 1.5] < 0.05).all()
    assert (gradient[h * layers > end + 1] > 0.5).all()
    print(f"{name}: no correct digit beyond T = {end:.0f}")

# %% mystnb={"figure": {"name": "fig-s34-long", "caption": "Relative error of the first layer's gradient against the time $T = hL$ that the way back has to cover; vertical lines: the predicted ends. Green and orange: a scheme without any truncation error loses everything at $T = 12$ in double and $T = 5$ in single precision. Blue: RK4 looks fine until then, with an error that $h$ controls, and is lost at the same time. Dashed: with the stored states, the same adjoint equation keeps its accuracy for ever."}, "image": {"alt": "Semi-logarithmic plot of gradient error against T from 1 to 16. Two straight rising lines for the implicit midpoint rule in double and single precision reach 1 at T = 12 and T = 5.3; the line for RK4 stays near 1e-4 and jumps to 1 at T = 12; a dashed line for RK4 with stored states is flat at 2e-6."}} tags=["hide-input"]
runs["RK4, states stored"] = [way_back("rk4", L, stored=True) for L in layers]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.2), layout="constrained")
for (name, run), colour, line in zip(
    runs.items(), (0, 2, 3, 0), ("-", "-", "-", "--")
):
    ax.semilogy(
        h * layers,
        [error for error, _ in run],
        line,
        marker="o",
        markersize=3.5,
        color=plots.CLASS_COLOURS[colour],
        label=name,
    )
for end in ends.values():
    ax.axvline(end, color="#999999", linewidth=0.8, linestyle=":")
ax.set(xlabel="$T = hL$", ylabel="relative error of the gradient")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %%
stored = np.array([error for error, _ in runs["RK4, states stored"]])
reversed_ = np.array([error for error, _ in runs["RK4"]])
assert stored.max() < 1e-5 and reversed_[-1] > 0.5

# %% [markdown]
# This instability was described by {footcite:t}`gholami2019`. A smaller step does not help, a better scheme does not help,
# more digits help a little. What helps is to store the states, and then one may as well be exact.
#
# Does it concern the networks of this book? With $h = 0.05$ and $L = 100$ they reach $T = 5$, and their weights are of order
# one. Here are Euler and RK4 with untrained weights, and RK4 after its training on donut_2D ({ref}`Section 4.1 <s4-1>`):


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
assert size["Euler, untrained"] > 0.01
assert size["RK4, untrained"] < 1e-6 and size["RK4, trained"] < 1e-3

# %% [markdown]
# For the paper's RK4 networks the continuous adjoint would do. For its EulerNets it is off by per cents from the first step
# on. The discrete adjoint is exact in both, at the price of memory, which is the subject of {doc}`s3_5_memory_time`.
#
# ## A laboratory
#
# Everything about a tableau that Section 3 asks for, in one picture. Left: scheme and partner {eq}`paper-3.23`, with the
# orders of each and of the pair. Middle: where the scheme is stable, and the boundary for its partner, whose stability
# function is $\tilde R(z) = 1 / R(-z)$: what one damps the other amplifies, so that $p \cdot \delta y$ can stay constant.
# Right: the gradient by {eq}`paper-3.24` to {eq}`paper-3.26` with the right partner, and with the tableau itself.

# %% mystnb={"figure": {"name": "fig-s34-laboratory", "caption": "The laboratory on Ralston's scheme. The rows of its partner do not sum to its nodes; the partner's stability boundary is the mirror image; with the tableau in the partner's place the gradient's error falls like $h^2$, with the partner there is none."}, "image": {"alt": "Three panels: the tableaus of Ralston's scheme and of its partner; a shaded oval left of the imaginary axis and its dashed mirror image to the right; a log-log plot with a flat line near 1e-16 for the right partner and a line of slope 2 for the tableau itself."}} tags=["hide-input"]
fig = plt.figure(figsize=(plots.WIDTH, laboratory.HEIGHT), layout="constrained")
laboratory.draw_laboratory(fig, TABLEAUS["ralston"])
plt.show()

# %%
TableauLaboratory(scheme="ralston")

# %% [markdown]
# For readers without a kernel, the laboratory's results for all schemes:

# %% tags=["hide-input"]


def results(tableau):
    """A row of the table: orders, and what a partner's gradient is off by."""
    wrong = laboratory.gradient_errors(tableau, tableau)
    slope = laboratory.slope(wrong)
    itself = (
        ["none", "–"] if slope is None else [f"{wrong[-1]:.0e}", f"{slope:.1f}"]
    )
    if 0 in tableau.beta:
        return [str(tableau.order), "none", "–", "–", *itself]
    right = laboratory.gradient_errors(tableau, tableau.partner)
    assert right.max() < laboratory.ROUNDING
    pair = order.order_of_pair(tableau, tableau.partner)
    return [
        str(tableau.order),
        str(tableau.partner.order),
        str(pair),
        "none",
        *itself,
    ]


kinds = {
    "explicit": lambda t: t.explicit and 0 not in t.beta,
    "explicit, a weight zero": lambda t: t.explicit and 0 in t.beta,
    "implicit": lambda t: not t.explicit,
}
Table(
    "table-laboratory",
    "The laboratory on every scheme. The partner's order is that of its tableau by itself. Errors are those of the gradient, "
    "relative, at h = 1/64: with the partner, and with the tableau itself in its place, whose slope is the power of h.",
    [
        "order",
        "partner's",
        "pair's",
        "error, partner",
        "error, itself",
        "slope",
    ],
    {
        kind: [
            Row(t.name, f"{t.stages}", results(t))
            for t in TABLEAUS.values()
            if of_kind(t)
        ]
        for kind, of_kind in kinds.items()
    },
    heads=("kind", "scheme", "stages"),
)

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s34-relu
# Which of the five judges can examine a network with ReLU?
# ```
#
# ```{solution} ex-s34-relu
# :class: dropdown
# Autograd, at every point without a zero argument, where the derivative exists. Differences and Taylor's remainder as long as
# no argument changes its sign within $\varepsilon$, so the smaller $\varepsilon$, the better, up to cancellation.
# `gradcheck` is one of these. The complex step asks for an analytic function: $\max(0, z)$ is not even defined for complex
# $z$. Written as "$z$ if $\operatorname{Re} z > 0$, else 0", it is analytic off the imaginary axis and the judge is back.
# ```
#
# ```{exercise}
# :label: ex-s34-cancel
# Where does the central difference see best, and how far, if $\mathcal F$ is computed with relative rounding $\varepsilon_0$?
# ```
#
# ```{solution} ex-s34-cancel
# :class: dropdown
# The error is about $a\, \varepsilon^2 + \varepsilon_0 / \varepsilon$ with constants of order one. Its minimum is at
# $\varepsilon \approx \varepsilon_0^{1/3} \approx 6 \cdot 10^{-6}$ in double precision and is about $\varepsilon_0^{2/3}
# \approx 4 \cdot 10^{-11}$, relative to the cost, not to its derivative. The one-sided difference has $\varepsilon_0^{1/2}$.
# ```
#
# ```{exercise}
# :label: ex-s34-expand
# Turn the sign of $K$ in the section on long times, so that the flow expands. What happens to the way back, and what to the
# costates?
# ```
#
# ```{solution} ex-s34-expand
# :class: dropdown
# Now the way back contracts, errors of the state die out, and the recovered input is accurate. But the costates, which
# contracted before, grow like $e^{kT}$ on their way back: the gradient itself is large. That is no error of the method;
# it is the exploding gradient that the forward map really has. The next cell shows both.
# ```

# %% tags=["hide-input"]
k = -k
error, returned = way_back("rk4", 100)
k = -k
assert returned < 1e-3 and error < 1e-2

# %% [markdown]
# ## Takeaways
#
# - The costate sweep gives autograd's gradient to the last digits, for every scheme. The complex step confirms all digits,
#   central differences about nine, Taylor's remainder shows slope 2.
# - Lax checks pass wrong gradients. The same tableau in the partner's place, the continuous adjoint, a millionth in one
#   entry: know which of them your check would reject.
# - The continuous adjoint misses the network's gradient by $h^q$ (by $h^3$ for Heun), and by nothing for Gauss-Legendre and
#   the implicit midpoint rule.
# - Going back through a contraction of rate $k$ loses all digits after $T = \ln(1/\varepsilon)/k$, whatever the scheme and
#   the step size. Stored states cure it.
#
# ## References
#
# ```{footbibliography}
# ```

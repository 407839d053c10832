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
# # 3.4 Five gradient checks
#
# A wrong gradient rarely makes a program fail. The cost usually still falls, perhaps more slowly, and the reason
# remains hidden. Before the experiments of Section 4 we therefore verify the gradient of {doc}`s3_2_derivation` by five
# checks. Then we test the checks themselves: which mistakes does each of them miss?
#
# :::{admonition} What you will learn
# :class: tip
# - how to check a gradient by autograd, differences, complex steps, Taylor remainders and PyTorch's `gradcheck`, and
#   how many digits differences and complex steps can confirm;
# - which deliberate mistakes pass which check;
# - how to state the smallest error that a check can detect.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rknet import TABLEAUS, EulerNet, RKNet, adjoint, draw, plots
from rknet.adjoint import Affine, Step

plots.style()


def flat(gradient):
    return torch.cat([part.flatten() for part in gradient]).numpy()


def distance(found, exact):
    """Relative distance in the 2-norm."""
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


# %% [markdown]
# ## The gradient to be checked
#
# The test network has four layers of RK4, width 3, a large step and six points in double precision: 48 weights in $K$
# and $b$.

# %%
net = RKNet(d=2, d_hat=3, classes=2, L=4, tableau="rk4", h=0.5, seed=3).double()
points = draw("donut_2D", 6, seed=0)
x, c = torch.tensor(points.X, dtype=torch.float64), torch.tensor(points.c)

# %% [markdown]
# We compute the gradient from the formulas: the state sweep {eq}`paper-3.4` to {eq}`paper-3.6`, the derivative of the
# cost {eq}`paper-3.3` with respect to $y^{[L]}$, which is $p^{[L]} = \frac1N W^\top (\mathcal H - c)$ for
# cross-entropy, and the costate sweep {eq}`paper-3.13`, {eq}`paper-3.17`, {eq}`paper-3.18`. For these networks the
# library's `adjoint` does not call autograd.

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
# ## First check: autograd
#
# PyTorch records the operations of the forward pass and differentiates them one by one {footcite}`griewank2008`.
# This computation uses none of the formulas for the multipliers.

# %%
cost = cross_entropy(net(x), c)
by_autograd = flat(torch.autograd.grad(cost, (net.K, net.b)))
assert distance(by_hand, by_autograd) < 1e-14

# %% [markdown]
# Both computations could still share a mistake, because they use the same library. The next three checks need only
# the *cost*. We write it a second time, in NumPy, from {eq}`paper-2.12` and {eq}`paper-3.3`, as a function $\mathcal
# F(w)$ of the 48 numbers, real or complex:

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
# ## Second and third checks: differences and complex steps
#
# The derivative in a direction $v$ is $D = \nabla \mathcal F(w) \cdot v$. A central difference approximates $D$ with
# an error of order $\varepsilon^2$,
#
# $$
# \frac{\mathcal F(w + \varepsilon v) - \mathcal F(w - \varepsilon v)}{2 \varepsilon} = D + O(\varepsilon^2),
# $$ (eq-3.4.a)
#
# until $\varepsilon$ is so small that the two costs agree in most of their digits. The subtraction then loses these
# digits. The complex step contains no subtraction. For an analytic $\mathcal F$,
#
# $$
# \frac{\operatorname{Im} \mathcal F(w + \mathrm i\, \varepsilon v)}{\varepsilon} = D + O(\varepsilon^2),
# $$ (eq-3.4.b)
#
# and $\varepsilon$ may be as small as $10^{-200}$, as long as nothing underflows {footcite}`martins2003`.

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
# With its best $\varepsilon$, the one-sided difference confirms about seven digits, the central difference about ten,
# and the complex step all digits:

# %%
grid = 10.0 ** -np.arange(1, 17)
best = {name: min(error(e) for e in grid) for name, error in errors.items()}
assert 1e-9 < best["one-sided"] < 1e-6
assert 1e-12 < best["central"] < 1e-9
assert errors["complex step"](1e-200) < 1e-14

# %% [markdown]
# ## Fourth check: Taylor's remainder
#
# The fourth check needs no reference value of the derivative. Subtract the linear part predicted by a claimed
# gradient $g$,
#
# $$
# r(\varepsilon) = \bigl| \mathcal F(w + \varepsilon v) - \mathcal F(w) - \varepsilon\, g \cdot v \bigr|.
# $$ (eq-3.4.c)
#
# If $g$ is the gradient, the remainder is $O(\varepsilon^2)$. If it is not, $r(\varepsilon)$ has slope 1 for small
# $\varepsilon$, unless the error of $g$ is orthogonal to $v$; for this reason $v$ is random. The point where the
# slope changes shows the size of the error of $g$ in this direction. As a suspect gradient we use costates by the
# *same tableau* instead of its partner ({doc}`s3_3_partner`):

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
unseen = np.random.default_rng(1).standard_normal(len(w))
unseen -= (unseen @ v) * v  # a large error, orthogonal to v
assert slope_of_remainder(by_hand + unseen, 1e-1, 1e-4) > 1.9
print(f"slope {right:.1f} with the gradient, {wrong:.1f} with the suspect")

# %% mystnb={"figure": {"name": "fig-s34-judges", "caption": "Left: errors of one directional derivative. The errors of the differences fall with slopes 1 and 2 until cancellation dominates; the error of the complex step falls to the last digit and stays there (for large $\\varepsilon$ its line hides that of the central difference). Right: for the gradient, Taylor's remainder falls with slope 2 to rounding; for the suspect, which is off by a ten-thousandth, the slope changes to 1. At $\\varepsilon = 0.1$ the two cannot be told apart."}, "image": {"alt": "Two log-log plots against epsilon. Left: errors of one-sided and central differences form a V with least errors near 5e-8 and 1e-10, the complex step's error goes down to 1e-16 and stays. Right: the remainder with the gradient is a straight line of slope 2, that with the suspect leaves it near 1e-2 and continues with slope 1."}} tags=["hide-input"]
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
# ## Fifth check: gradcheck
#
# `torch.autograd.gradcheck` compares the derivatives that a function reports with central differences, entry by
# entry. We apply it to `adjoint.propagate`, the costate sweep behind autograd's interface, for the derivatives with
# respect to the controls *and* the input:

# %%
leaves = [part.detach().requires_grad_() for part in (net.lift(x), *u)]
assert torch.autograd.gradcheck(
    lambda y_0, *u: adjoint.propagate(step, u, y_0), leaves
)

# %% [markdown]
# ## Which mistakes each check detects
#
# The value of a check lies in what it rejects. Here are six claimed gradients, five of them false:

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
# Each check uses its customary tolerance:


# %% tags=["hide-input"]
class Claimed(torch.autograd.Function):
    """The cost, with a claimed gradient."""

    @staticmethod
    def forward(ctx, w, g):
        ctx.g = g
        return torch.tensor(F(w.numpy()))

    @staticmethod
    def backward(ctx, factor):
        return factor * ctx.g, None


def gradcheck(g, atol=1e-5):
    """PyTorch's defaults: atol = 1e-5, rtol = 1e-3."""
    return torch.autograd.gradcheck(
        lambda w: Claimed.apply(w, torch.tensor(g)),
        torch.tensor(w, requires_grad=True),
        atol=atol,
        raise_exception=False,
    )


unit = np.eye(len(w))
by_differences = [(F(w + 1e-5 * e) - F(w - 1e-5 * e)) / 2e-5 for e in unit]
by_complex_steps = [F(w + 1e-30j * e).imag / 1e-30 for e in unit]

judges = {
    "gradcheck": gradcheck,
    "Taylor": lambda g: slope_of_remainder(g, 1e-2, 1e-4) > 1.9,
    "differences": lambda g: distance(g, by_differences) < 1e-7,
    "complex": lambda g: distance(g, by_complex_steps) < 1e-12,
    "autograd": lambda g: distance(g, by_autograd) < 1e-12,
}
passed = {
    claim: [judge(g) for judge in judges.values()]
    for claim, g in claims.items()
}
print(f"{'':30}", *(f"{name:>8}" for name in judges))
for claim, verdicts in passed.items():
    words = ("passes" if verdict else "rejected" for verdict in verdicts)
    cells = (
        f"{word:>{max(len(name), 8)}}" for name, word in zip(judges, words)
    )
    print(f"{claim:30}", *cells)

# %% tags=["hide-input"]
assert all(passed["the gradient"])
assert not any(passed["one sign wrong"] + passed["a layer's K forgotten"])
assert passed["one entry off by a millionth"] == [True] * 3 + [False] * 2
assert distance(by_hand, by_differences) < 1e-9
assert distance(millionth, by_differences) > 1e-9
methods = ("the tableau as its own partner", "continuous adjoint")
assert sum(passed[method][0] for method in methods) == 1
assert gradcheck(by_hand, atol=1e-9)
assert not any(gradcheck(claims[method], atol=1e-9) for method in methods)
assert not any(verdict for method in methods for verdict in passed[method][1:])

# %% [markdown]
# **What to see.** All checks detect the gross mistakes. An error of a millionth in one entry changes the gradient as a
# whole by about $2 \cdot 10^{-9}$, less than the usual tolerance of $10^{-7}$, and only the two checks without
# differences, complex step and autograd, reject it. (Differences could detect it: with a tolerance of $10^{-9}$ they
# reject this claim and still accept the gradient.) In between are the two errors of *method*, and `gradcheck` with its
# defaults accepts one of them: entry by entry it allows a relative error of $10^{-3}$ plus an absolute one of
# $10^{-5}$, which is large where entries are small. With `atol=1e-9` it rejects both. A test should therefore state the
# smallest error that it can detect.
#
# One net proves little. Next we compare all schemes of the library, explicit and implicit, with and without zero
# weights, with autograd. For implicit schemes autograd differentiates one step of Newton's method at the converged
# stages, which by the implicit function theorem suffices:


# %% tags=["hide-input"]
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
# ## Exercises
#
# ```{exercise}
# :label: ex-s34-relu
# Which of the five checks apply to a network with ReLU?
# ```
#
# ```{solution} ex-s34-relu
# :class: dropdown
# Autograd applies at every point without a zero argument, where the derivative exists. Differences, including
# `gradcheck`, and Taylor's remainder apply as long as no argument changes its sign within $\varepsilon$; a smaller
# $\varepsilon$ is better, until cancellation dominates. The complex step needs a continuation of ReLU to complex
# arguments: $z$ if $\operatorname{Re} z > 0$, else 0. It is analytic off the imaginary axis, so the complex step
# applies if no argument is zero. (It must be programmed like this: $\max(0, z)$ has no meaning for complex $z$, and
# $(z + |z|)/2$ is not analytic.)
# ```

# %% tags=["hide-input"]
relu_net = EulerNet(
    d=2, d_hat=3, classes=2, L=4, h=0.5, activation="relu", seed=3
)
relu_net = relu_net.double()


def relu_output(w):
    """Sum of the squared features after the last layer, for real or complex w."""
    y = x_hat
    for K_l, b_l in zip(w[:36].reshape(4, 3, 3), w[36:].reshape(4, 3)):
        z = y @ K_l.T + b_l
        y = y + 0.5 * np.where(z.real > 0, z, 0)
    return (y**2).sum()


w_relu = np.concatenate(
    [relu_net.K.detach().flatten(), relu_net.b.detach().flatten()]
)
exact = torch.autograd.grad(
    (relu_net.states(x)[-1] ** 2).sum(), (relu_net.K, relu_net.b)
)
D_relu = flat(exact) @ v
stepped = relu_output(w_relu + 1e-200j * v).imag / 1e-200
assert abs(stepped - D_relu) < 1e-13 * abs(D_relu)

# %% [markdown]
# ```{exercise}
# :label: ex-s34-cancel
# For which $\varepsilon$ is the central difference most accurate, and how accurate is it, if $\mathcal F$ is computed
# with relative rounding error $\varepsilon_0$?
# ```
#
# :::{check} The best $\varepsilon$ is of the order of $\varepsilon_0$ to this power:
# :answer: 1/3
# :tolerance: 0.004
# :::
#
# ```{solution} ex-s34-cancel
# :class: dropdown
# The error is about $a\, \varepsilon^2 + \varepsilon_0 / \varepsilon$ with constants of order one. Its minimum is at
# $\varepsilon \approx \varepsilon_0^{1/3} \approx 6 \cdot 10^{-6}$ in double precision and is about
# $\varepsilon_0^{2/3} \approx 4 \cdot 10^{-11}$, relative to the cost, not to its derivative. For the one-sided
# difference the minimum error is about $\varepsilon_0^{1/2}$.
# ```
#
# ## Takeaways
#
# - The costate sweep gives autograd's gradient to the last digits, for every scheme. The complex step confirms all
#   digits, central differences about ten, and Taylor's remainder shows slope 2.
# - Checks with loose tolerances accept wrong gradients. For each check one should know which of these errors it
#   rejects: the tableau as its own partner, the continuous adjoint, a millionth in one entry.
#
# One of the deliberate mistakes, the continuous adjoint, is a widely used method; {doc}`the next page
# <s3_4_continuous_adjoint>` examines it.
#
# ## References
#
# ```{footbibliography}
# ```

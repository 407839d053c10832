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
# (s5-implicit)=
# # 5 Implicit networks
#
# In an implicit network every layer solves an equation for its stages. This costs more than an explicit layer, and the
# picture shows what is gained. The flow pulls all points towards the origin, six times faster in one direction than in
# the other. With the step size $h = 1$ the explicit midpoint rule stops short of the horizontal axis, at points where
# the flow does not rest. Radau IIA, an implicit scheme, follows the flow.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import TABLEAUS, RKNet, adjoint, draw, plots
from rknet.adjoint import Step
from rknet.adjoint.memory import stored_bytes
from rknet.study.paired import judged
from rknet.variants.dissipative import Dissipative, Together
from rknet.variants.implicit import AdjointNet

plots.style()
SCHEMES = ("midpoint", "rk4", "implicit_midpoint", "radau3")
LOOKS = {
    "midpoint": ("--", 1, "^"),
    "rk4": ("-", 0, "o"),
    "implicit_midpoint": ("-.", 3, "s"),
    "radau3": ("-", 2, "D"),
}
K_stiff, fine = torch.diag(torch.tensor([0.7, 1.7])).double(), 64


def constant(L, K, b=None):
    """The same controls in L layers."""
    b = torch.zeros(len(K)).double() if b is None else b
    return K.expand(L, 1, *K.shape), b.expand(L, 1, *b.shape)


def path(name, L, y_0, T=5.0):
    step = Step(Dissipative(), name, T / L, damped=True)
    return adjoint.states(step, constant(L, K_stiff), y_0).y


corners = torch.tensor([[3.0, 2.5], [-3.0, 1.5], [2.0, -2.5]]).double()
exact = path("rk4", 5 * fine, corners)
paths = {name: path(name, 5, corners) for name in SCHEMES}
off = {
    name: float((found - exact[::fine]).norm(dim=2).max())
    for name, found in paths.items()
}
assert off["radau3"] < 0.7 * off["midpoint"]

# %% mystnb={"figure": {"name": "fig-s5-stiff", "caption": "Five steps of size $h = 1$ from three points (markers), and the exact flow (grey). The explicit midpoint rule never reaches the axis; Radau IIA stays close to the flow."}, "image": {"alt": "Two panels of the plane with three grey curves that first fall quickly to the horizontal axis and then run along it to the origin. Left, the points of the explicit midpoint rule stay away from the axis. Right, the points of Radau IIA lie near the curves."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.7)
for ax, name in zip(axes[0], ("midpoint", "radau3")):
    for k in range(3):
        ax.plot(*exact[:, k].T, color="#999999", linewidth=2.5, alpha=0.6)
        line, colour, marker = LOOKS[name]
        ax.plot(
            *paths[name][:, k].T,
            marker=marker,
            markersize=4,
            color=plots.CLASS_COLOURS[colour],
        )
    ax.set(xlabel="$y_1$", title=TABLEAUS[name].name, ylim=(-3, 3))
axes[0, 0].set_ylabel("$y_2$")
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how an implicit network is trained with the costates of Section 3, without passing through the iteration that solves
#   its stages;
# - a right-hand side for which no two points move apart, and the implicit schemes that keep this for every step size;
# - whether implicit schemes pay in training: by rules fixed beforehand, with 20 seeds.
# :::
#
# ## Training without the iteration
#
# The stages of an implicit layer, $f_i = f(u, y^{[l]} + h \sum_j a_{i,j} f_j)$, are found by Newton's method. For
# autograd this iteration would be a long computation to store and to differentiate. The multipliers of Section 3 do not
# need it: {eq}`paper-3.17` is a *linear* system for $\xi_1, \dots, \xi_s$ at the stages that were found, and
# {eq}`paper-3.13` and {eq}`paper-3.18` are the same as for explicit schemes. One linear solve per layer gives the exact
# gradient, however long the iteration was. `AdjointNet` is such a network for any tableau:

# %%
net = AdjointNet(2, 3, 2, L=5, tableau="radau3", h=0.4).double()
points = draw("donut_2D", 30)
x, c = torch.tensor(points.X).double(), torch.tensor(points.c)


def cost(logits):
    return torch.nn.functional.cross_entropy(logits, c)


def through_the_iteration(iterations=60):
    """The logits, with every fixed-point iteration seen by autograd."""
    A, beta = (torch.from_numpy(part) for part in net.tableau.arrays()[:2])
    y = net.lift(x)
    for K, b in zip(net.K, net.b):
        F = torch.tanh(y @ K.T + b).expand(2, *y.shape)
        for _ in range(iterations):
            Y = y + net.h * torch.einsum("ij,jnr->inr", A, F)
            F = torch.tanh(Y @ K.T + b)
        y = y + net.h * torch.einsum("i,inr->nr", beta, F)
    return y @ net.W.T + net.mu


weights = list(net.parameters())
by_costates = torch.autograd.grad(cost(net(x)), weights)
by_iteration = torch.autograd.grad(cost(through_the_iteration()), weights)
assert all(
    (one - other).norm() < 1e-10 * other.norm()
    for one, other in zip(by_costates, by_iteration)
)
state = 30 * 3 * 8
kept = {
    "costates": stored_bytes(lambda: net(x), *weights) / state,
    "60 iterations": stored_bytes(through_the_iteration, *weights) / state,
}
for way, count in kept.items():
    print(f"{way:14} the same gradient; keeps {count:4.0f} states")
assert 10 * kept["costates"] < kept["60 iterations"]

# %% [markdown]
# **Verified.** The two gradients agree to ten digits. The library's tests compare implicit midpoint, Gauss-Legendre 4
# and Radau IIA with autograd and with central differences, and measure their orders.
#
# ## A flow in which no two points move apart
#
# Implicit schemes are made for flows with strong damping. The right-hand side $\sigma(Ky + b)$ need not damp anything.
# The following one does, for every $K$ and every increasing $\sigma$ {footcite}`ruthotto2020`:
#
# $$
# f(u, y) = -K^\top \sigma(K y + b), \qquad
# \bigl(f(u, y) - f(u, z)\bigr) \cdot (y - z) \le 0 .
# $$ (eq-5.a)
#
# To see the inequality, write it with $a = Ky + b$ and $a' = Kz + b$: the product is $-(\sigma(a) - \sigma(a')) \cdot
# (a - a')$, and no term of this sum is positive. The distance of two solutions therefore never grows. Large weights
# make the flow stiff: its rates reach $|K|^2$.
#
# Which schemes preserve this property? Consider the implicit midpoint rule, and two solutions with the difference
# $e^{[l]}$ and the midpoint difference $m = \frac12 (e^{[l]} + e^{[l+1]})$. Then $e^{[l+1]} - e^{[l]} = h\, (f(u,
# y_1) - f(u, z_1))$, and the product with $e^{[l+1]} + e^{[l]} = 2 m$ gives
#
# $$
# |e^{[l+1]}|^2 - |e^{[l]}|^2 = 2h\, \bigl(f(u, y_1) - f(u, z_1)\bigr) \cdot m \le 0
# \quad \text{for every } h > 0 .
# $$ (eq-5.b)
#
# Schemes with this property are called algebraically stable; Gauss and Radau IIA schemes are {footcite}`hairer1996`,
# and no explicit scheme is. We measure by how much the largest distance of eight random points changes in ten random
# layers, at growing weights:

# %%
rng = np.random.default_rng(5)
K_random = torch.from_numpy(rng.standard_normal((10, 1, 3, 3)))
b_random = torch.from_numpy(rng.standard_normal((10, 1, 3)))
cloud = torch.from_numpy(0.3 * rng.standard_normal((8, 3)))


def expansion(name, gain):
    """Largest ratio of the distance of two points after and before."""
    step = Step(Dissipative(), name, 1.0, damped=True)
    y_L = adjoint.states(step, (gain * K_random, b_random), cloud).y[-1]
    return (torch.pdist(y_L) / torch.pdist(cloud)).max().item()


gains = (0.25, 0.5, 1, 2, 4, 8)
grown = {name: [expansion(name, g) for g in gains] for name in SCHEMES}
for name in ("implicit_midpoint", "radau3"):
    assert max(grown[name]) <= 1
for name in ("midpoint", "rk4"):
    assert max(grown[name]) > 5

# %% mystnb={"figure": {"name": "fig-s5-expansion", "caption": "The largest factor by which ten layers change the distance of two points, against the scale of the weights. The flow increases no distance (grey: ratios up to 1). The implicit schemes keep this at every scale; the explicit schemes increase distances as soon as the weights are large."}, "image": {"alt": "Log-log plot. The curves of the explicit midpoint rule and of RK4 rise above 1 and reach the tens to hundreds; the curves of implicit midpoint and Radau IIA stay below 1."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.7, width=4.6)
ax = axes[0, 0]
for name, (line, colour, marker) in LOOKS.items():
    ax.loglog(
        gains,
        grown[name],
        line,
        marker=marker,
        markersize=4,
        color=plots.CLASS_COLOURS[colour],
        label=TABLEAUS[name].name,
    )
ax.axhspan(1e-6, 1, color="#999999", alpha=0.25, linewidth=0)
ax.set(xlabel="scale of the weights", ylabel="distances grow at most by")
ax.set(ylim=(1e-4, 1e3))
ax.set_xticks(gains, [f"{g:g}" for g in gains])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## Do implicit schemes pay in training?
#
# :::{admonition} Rules, fixed before the first run
# :class: voice-here
# The file `rknet/study/registered/schemes.md` states the experiment and its rules. Networks with the right-hand side
# {eq}`eq-5.a`, width 3, $T = 5$ and five layers learn 30 points of `donut_2D` in 60 steps of Adam, for 20 seeds. The
# initial weights are the library's times 1 or times 4. Each implicit scheme is compared with each explicit one, seed by
# seed, in two quantities: the final cost, and the distance of $y^{[L]}$ from the flow with the same controls.
#
# The ratio of the two schemes is **the same** if the 95 % interval of its geometric mean lies inside $[1/1.1, 1.1]$,
# **lower** or **higher** if it differs from 1 at the 5 % level after Holm's correction for all sixteen comparisons, and
# otherwise **undecided**. An implicit scheme *pays* if its cost is lower.
# :::
#
# All seeds are trained at once: `Together` evaluates one right-hand side for several networks side by side.

# %% tags=["hide-input"]
SEEDS, N, L, STEPS = 20, 30, 5, 60


def start(gain):
    """Weights of all seeds, on an axis of their own, with their points."""
    nets = [
        RKNet(2, 3, 2, L, tableau="rk4", seed=seed).double()
        for seed in range(SEEDS)
    ]
    K, b = (
        torch.stack([getattr(net, part).detach() for net in nets], dim=1)
        for part in "Kb"
    )
    W, mu = (
        torch.stack([getattr(net, part).detach() for net in nets])
        for part in ("W", "mu")
    )
    sets = [draw("donut_2D", N, seed=seed) for seed in range(SEEDS)]
    x = torch.cat([torch.tensor(points.X) for points in sets]).double()
    labels = torch.cat([torch.tensor(points.c) for points in sets])
    weights = [gain * K[:, None], b[:, None], W, mu]
    x_hat = torch.nn.functional.pad(x, (0, 1))
    return [part.requires_grad_() for part in weights], x_hat, labels


# %%
def train(name, gain):
    """Of each seed: final cost, distance from the flow, growth of distances."""
    (K, b, W, mu), x_hat, labels = start(gain)
    f = Together(Dissipative(), SEEDS)
    step = Step(f, TABLEAUS[name], 5 / L, damped=True)
    adam = torch.optim.Adam([K, b, W, mu], lr=0.05)

    def costs():
        y_L = adjoint.propagate(step, (K, b), x_hat)
        z = (y_L.reshape(SEEDS, N, 3) @ W.mT + mu[:, None]).flatten(0, 1)
        each = torch.nn.functional.cross_entropy(z, labels, reduction="none")
        return each.reshape(SEEDS, N).mean(dim=1), y_L

    for _ in range(STEPS):
        adam.zero_grad()
        costs()[0].sum().backward()
        adam.step()
    with torch.no_grad():
        final, y_L = costs()
        refined = tuple(part.repeat_interleave(fine, 0) for part in (K, b))
        finer = Step(f, TABLEAUS["rk4"], 5 / L / fine)
        apart = adjoint.propagate(finer, refined, x_hat) - y_L
        distances = apart.reshape(SEEDS, -1).square().mean(dim=1).sqrt()
        before, after = (
            torch.cdist(*(y.reshape(SEEDS, N, 3),) * 2) for y in (x_hat, y_L)
        )
        # Points that coincide in the input are a pair of a point with itself.
        growth = torch.where(before > 0, after / before, 0).amax(dim=(1, 2))
    return {
        "cost": final.numpy(),
        "distance": distances.numpy(),
        "growth": growth.numpy(),
    }


GAINS = (1, 4)
trained = {(name, g): train(name, g) for g in GAINS for name in SCHEMES}

# %% tags=["hide-input"]
PAIRS = [
    (what, gain, implicit, explicit)
    for what in ("cost", "distance")
    for gain in GAINS
    for implicit in SCHEMES[2:]
    for explicit in SCHEMES[:2]
]
logs = {
    pair: np.log(trained[pair[2], pair[1]][pair[0]])
    - np.log(trained[pair[3], pair[1]][pair[0]])
    for pair in PAIRS
}
verdicts = judged(logs, np.log(1.1), ("lower", "higher"))
print(
    "quantity scale implicit          explicit   ratio      95 %       verdict"
)
for (what, gain, implicit, explicit), found in verdicts.items():
    mean, low, high = np.exp(found[:3])
    print(
        f"{what:9}×{gain}  {implicit:18}{explicit:9}"
        f"{mean:6.2f}  {low:5.2f} to {high:5.2f}  {found.verdict}"
    )

# %% mystnb={"figure": {"name": "fig-s5-implicit-training", "caption": "Final cost (left) and distance from the flow (right) of the trained networks, for initial weights of the library's scale and of four times that scale: 20 seeds (dots) and geometric means."}, "image": {"alt": "Two logarithmic plots with four columns of dots for each of two scales. Left, at scale 1 the costs of the explicit midpoint rule are lowest; at scale 4 those of the implicit midpoint rule are. Right, the distances of the explicit midpoint rule are largest and those of Radau IIA smallest at both scales."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=3.0)
for ax, what in zip(axes[0], ("cost", "distance")):
    for g, gain in enumerate(GAINS):
        for k, name in enumerate(SCHEMES):
            values = trained[name, gain][what]
            _, colour, marker = LOOKS[name]
            colour = plots.CLASS_COLOURS[colour]
            across = 5 * g + k + 0.15 * np.linspace(-1, 1, SEEDS)
            ax.plot(across, values, ".", color=colour, alpha=0.5, ms=3)
            ax.plot(
                5 * g + k,
                np.exp(np.log(values).mean()),
                marker,
                color=colour,
                markeredgecolor=plots.INK,
                ms=6,
                label=None if g else TABLEAUS[name].name,
            )
    ax.set(yscale="log", title=f"final {what}" if what == "cost" else what)
    ax.set_xticks([1.5, 6.5], ["weights × 1", "weights × 4"])
axes[0, 1].set_title("distance from the flow")
handles = axes[0, 0].get_legend_handles_labels()
fig.legend(*handles, loc="outside lower center", ncols=4)
plt.show()

for gain in GAINS:
    for name in SCHEMES[2:]:
        assert trained[name, gain]["growth"].max() <= 1 + 1e-6
    assert trained["midpoint", gain]["growth"].min() > 1
words = {pair: found.verdict for pair, found in verdicts.items()}
assert words["cost", 4, "implicit_midpoint", "midpoint"] == "lower"
assert words["cost", 4, "implicit_midpoint", "rk4"] == "lower"
assert words["cost", 1, "implicit_midpoint", "midpoint"] == "higher"
assert words["cost", 1, "radau3", "midpoint"] == "higher"
assert words["cost", 1, "radau3", "rk4"] == "higher"
assert [word for (what, *_), word in words.items() if what == "cost"].count(
    "undecided"
) == 3
assert [word for (what, *_), word in words.items() if what == "distance"].count(
    "lower"
) == 7

# %% [markdown]
# **What to see.** With weights at the library's scale implicit schemes do not pay. The explicit midpoint rule ends at a
# cost more than ten times lower than both of them, and it does so by leaving its flow: in each of its trained networks
# some pair of points has moved apart, which a flow of {eq}`eq-5.a` cannot do and the implicit networks never do. As a
# classifier it gains from being a poor discretisation.
#
# With weights four times as large the implicit midpoint rule pays: its cost is about a third of that of either explicit
# scheme. Radau IIA, the most accurate scheme here, does not. As discretisations the implicit schemes are better in
# seven of eight cases: their networks are closer to the flows that they stand for, Radau IIA by a factor of ten or
# more.
#
# The lesson is that of {doc}`s4_beyond`: a good classifier need not be an accurate discretisation. An application
# that needs a property of the flow, such as that no perturbation of the input grows, needs a scheme that preserves
# it.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s5-unique
# Show that the stage of the implicit midpoint rule exists and is unique for {eq}`eq-5.a`, whatever $h$ and $K$ are.
# ```
#
# ```{solution} ex-s5-unique
# :class: dropdown
# The midpoint $m$ solves $m - \frac h2 f(u, m) = y^{[l]}$. The left side is the gradient of $\frac12 |m|^2 + \frac h2
# \phi(m)$, where $-f = \nabla \phi$ and $\phi$ is convex. The function $\frac12 |m - y^{[l]}|^2 + \frac h2 \phi(m)$ is
# strictly convex and grows at infinity, so it has exactly one stationary point.
# ```
#
# ```{exercise}
# :label: ex-s5-affine
# For $f(u, y) = \sigma(K y + b)$ with $\sigma = \tanh$ and $K = I$, at which step sizes can the stage of the implicit
# midpoint rule fail to be unique?
# ```
#
# ```{solution} ex-s5-affine
# :class: dropdown
# The stage solves $m - \frac h2 \tanh(m) = y^{[l]}$ in each coordinate. The derivative of the left side is $1 - \frac
# h2 \tanh'(m) \ge 1 - \frac h2$, which is positive for $h < 2$. For $h > 2$ the left side is not monotone, and for $y =
# 0$ there are three solutions.
# ```
#
# ## Takeaways
#
# - The costates of Section 3 differentiate an implicit layer by one linear solve. The iteration that found the stages is
#   neither stored nor differentiated.
# - For {eq}`eq-5.a` no two points move apart. Algebraically stable schemes keep this at every step size; no explicit
#   scheme does.
# - In training, the implicit midpoint rule paid with large weights. With small weights the explicit midpoint rule reached
#   a lower cost, by not following the flow.
#
# ## References
#
# ```{footbibliography}
# ```

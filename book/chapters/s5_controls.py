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
# (s5-controls)=
# # 5 Controls over depth
#
# In the differential equation $\dot y = f(u(t), y)$ the control is a function of time. A network has one value of it
# for each layer, so its parameters grow with its depth. Two ideas use the function instead: describe it by a few
# coefficients {footcite}`queiruga2020`, or refine it while training {footcite}`chang2018`. On this page you will
#
# - describe $u$ by a few coefficients, so that more layers need no more parameters;
# - test whether training, and the trained network, depend on the number of layers;
# - train a shallow network first and double its layers, and count what that saves.
#
# All statements follow from rules that were fixed beforehand, with 20 seeds.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from rknet import RKNet, draw, plots
from rknet.study.paired import judged
from rknet.variants.controls import BASES, FunctionNet, evaluations, prolonged
from rknet.variants.ensembles import Ensemble, adam

plots.style()
SETS, SEEDS = ("spiral", "squares"), range(20)
T, RATE, POINTS = 4.0, 0.01, 100
SIZES = {"d": 2, "d_hat": 3, "classes": 2}
samples = {
    law: [draw(law, POINTS, noise=0, seed=seed) for seed in SEEDS]
    for law in SETS
}

# %% [markdown]
# ## A few coefficients
#
# The control is a combination of $m$ given functions of depth, and the layers use its values at the midpoints of
# their time intervals:
#
# $$
# u(t) = \sum_{k=1}^{m} C_k \, \varphi_k(t / T), \qquad u^{[l]} = u(t_l), \quad t_l = \bigl( l + \tfrac12 \bigr)
# \frac{T}{L} .
# $$ (eq-5.u)
#
# The trained parameters are the $C_k$, each a matrix and a bias. We use $m = 4$ piecewise linear functions ("hats"),
# or the Chebyshev polynomials of degree 0 to 3. The gradient in $C_k$ is the sum of the layers' gradients with the
# weights $\varphi_k(t_l / T)$, by the chain rule, so the adjoint of Section 3 applies unchanged.


# %%
def trained(law, basis, L):
    """A network for each seed, after 100 steps of Adam, and the costs."""
    nets = [
        FunctionNet(
            **SIZES, L=L, m=4, basis=basis, tableau="euler", T=T, seed=seed
        )
        for seed in SEEDS
    ]
    nets = [net.double() for net in nets]
    return nets, adam(Ensemble(nets, samples[law]), 100, RATE)


DEPTHS = 8, 16, 32, 64
runs = {
    (law, basis, L): trained(law, basis, L)
    for law in SETS
    for basis in BASES
    for L in DEPTHS
}

# %% mystnb={"figure": {"name": "fig-controls-of-depth", "caption": "Left: one entry of $K$ as a function of depth after training on `spiral` with 16 and with 64 layers, one seed. Right: training cost of piecewise linear controls, geometric mean of 20 seeds; the curves of 16 to 64 layers lie close together, and 8 layers are slightly behind."}, "image": {"alt": "Left: piecewise linear and smooth curves against time, each drawn with few large and many small dots that follow the same course. Right: falling cost curves against the training step, four depths nearly on top of each other."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
for basis, marker, colours in (
    ("hats", "o", (0, 5)),
    ("chebyshev", "^", (1, 3)),
):
    for L, size in ((16, 5), (64, 2)):
        net = runs["spiral", basis, L][0][0]
        t = (np.arange(L) + 0.5) * T / L
        entry = net.controls()[0][:, 0, 1].detach()
        axes[0, 0].plot(
            t,
            entry,
            marker,
            ms=size,
            color=plots.CLASS_COLOURS[colours[L == 64]],
            label=f"{basis}, $L = {L}$",
        )
axes[0, 0].set(xlabel="time $t$", ylabel="$K_{1,2}(t)$")
axes[0, 0].legend(loc="lower left", fontsize=7)
for L, line in zip(DEPTHS, (":", "-.", "--", "-")):
    cost = runs["spiral", "hats", L][1].cost.log().mean(dim=1).exp()
    axes[0, 1].semilogy(
        cost, line, color=plots.CLASS_COLOURS[0], label=f"$L = {L}$"
    )
axes[0, 1].set(xlabel="training step", ylabel="training cost")
axes[0, 1].set_yticks([0.2, 0.4, 0.8], ["0.2", "0.4", "0.8"])
axes[0, 1].minorticks_off()
axes[0, 1].legend()
plt.show()

# %% [markdown]
# ## Does the number of layers matter?
#
# :::{admonition} Rules, fixed before the first run
# :class: voice-here
# *Costs* are compared by their ratio, seed by seed, with a 95 % interval of its geometric mean (Student's $t$ on the
# logarithms): **the same** if the interval lies inside $[1/1.1, 1.1]$, otherwise **lower** or **higher** if $p < 0.05$
# in a $t$ test after Holm's correction, otherwise **undecided**. *Accuracies* on 1,000 validation points are compared
# by their difference: **the same** if the interval lies inside $[-2, 2]$ points, otherwise **better** or **worse** by
# the same test. The twelve comparisons of this section share one correction. The file
# `rknet/study/registered/steps.md` has the full text.
# :::
#
# 1. *Mesh*: the final training cost of 64 layers over that of 16, from the same coefficients.
# 2. *Transfer*: the accuracy of the network trained with 16 layers and used with 64, against that with 16.
#    `net.deepened(64)` has the same coefficients.
# 3. *Parameters*: the accuracy of four coefficients, 32 layers, against weights for each of the 32 layers.

# %% tags=["hide-input"]
tests = {
    law: [draw(law, 1000, noise=0, seed=5000 + seed) for seed in SEEDS]
    for law in SETS
}


def accuracy(nets, law):
    pairs = zip(nets, tests[law])
    return np.array(
        [100 * (net.predict(of.X) == of.c).mean() for net, of in pairs]
    )


def layered(L):
    """Networks with weights for each layer."""
    nets = [
        RKNet(**SIZES, L=L, tableau="euler", h=T / L, seed=seed)
        for seed in SEEDS
    ]
    return [net.double() for net in nets]


own = {law: layered(32) for law in SETS}
for law in SETS:
    adam(Ensemble(own[law], samples[law]), 100, RATE)
compared = {}
for basis in BASES:
    for law in SETS:
        nets, coarse = runs[law, basis, 16]
        fine = runs[law, basis, 64][1]
        ratio = (fine.cost[-1] / coarse.cost[-1]).log().numpy()
        compared["mesh", basis, law] = ratio
        deep = [net.deepened(64) for net in nets]
        difference = accuracy(deep, law) - accuracy(nets, law)
        compared["transfer", basis, law] = difference
        functions = runs[law, basis, 32][0]
        difference = accuracy(functions, law) - accuracy(own[law], law)
        compared["parameters", basis, law] = difference


margins = {case: np.log(1.1) if case[0] == "mesh" else 2 for case in compared}
results = judged(compared, margins)
of_costs = {"worse": "lower", "better": "higher"}
print("                                  mean   95 % interval")
for (what, basis, law), (mean, low, high, verdict) in results.items():
    shown = f"{mean:+6.1f}  ({low:+5.1f} to {high:+5.1f})"
    if what == "mesh":
        mean, low, high = np.exp([mean, low, high])
        shown = f"{mean:6.2f}  ({low:5.2f} to {high:5.2f})"
        verdict = of_costs.get(verdict, verdict)
    print(f"{what:11}{basis:11}{law:9}{shown}  {verdict}")

# %% tags=["hide-input"]
for (what, _, law), (mean, _, _, verdict) in results.items():
    if what == "transfer":
        assert verdict == "the same"
    if what == "mesh":
        assert abs(np.exp(mean) - 1) < 0.1
    if (what, law) == ("parameters", "squares"):
        assert verdict == "worse" and -8 < mean < -6
assert results["parameters", "hats", "spiral"][-1] == "worse"
assert [of[-1] for of in results.values()].count("undecided") == 4
few, many = (
    sum(p.numel() for p in net.parameters())
    for net in (runs["spiral", "hats", 32][0][0], own["spiral"][0])
)
assert many == 7 * few
print(f"parameters with 32 layers: {few} with four functions, {many} without")
assert (
    sum(p.numel() for p in runs["spiral", "hats", 64][0][0].parameters()) == few
)

# %% [markdown]
# **What to see.** The trained network does not depend on the mesh: with 64 layers instead of 16 its accuracy is the
# same, for both bases and sets. The same is nearly true of the training: the final costs of 64 and 16 layers differ
# by less than a tenth on average in each case, but only one interval is short enough for the verdict "the same". A
# small difference is to be expected, since 16 steps of Euler's method follow the flow less closely than 64.
#
# The price is a smaller class of networks. After the same 100 steps four coefficients are worse than weights for each
# of 32 layers, by about 7 points, in three of four cases; for Chebyshev polynomials on `spiral` the case is
# undecided. With weights for each layer the network has seven times as many parameters, and the ratio grows with $L$.
#
# ## Order of the discretisation
#
# The same coefficients in ever more layers approach one differential equation. The rate is that of the scheme, up to
# the order 2 of the midpoint values; the library's tests measure it for Euler, Heun and RK4. Here for Euler's method:

# %%
net = runs["spiral", "chebyshev", 16][0][0]
X = samples["spiral"][0].X
exact = net.deepened(2048).flow(X)[-1]
errors = [np.abs(net.deepened(L).flow(X)[-1] - exact).max() for L in (64, 128)]
print(f"observed order: {np.log2(errors[0] / errors[1]):.1f}")

# %% tags=["hide-input"]
assert abs(np.log2(errors[0] / errors[1]) - 1) < 0.2

# %% [markdown]
# ## Shallow to deep
#
# Weights for each layer are also a function of depth, constant on each interval. `prolonged(net)` has the same
# function with twice as many layers: layers $2l$ and $2l + 1$ take the weights of layer $l$ and half its step. The
# flow hardly changes, so training goes on where it was:
#
# $$
# u^{[2l]} = u^{[2l+1]} = u^{[l]}, \qquad h^{[2l]} = h^{[2l+1]} = \tfrac12 h^{[l]} .
# $$ (eq-5.w)
#
# A step with 4 layers costs an eighth of one with 32. The rule: 30 steps each with 4, 8 and 16 layers, then as many
# as needed with 32, against 32 layers from the start. The measure is the number of evaluations of $f$ per point until
# the network of 32 layers classifies 99 % of its training points; if it does not within 300 steps, all evaluations
# count.


# %%
def arrival(nets, law, steps=300):
    """Steps until 99 % accuracy, or all steps, for each seed."""
    reached = adam(Ensemble(nets, samples[law]), steps, RATE).accuracy >= 0.99
    first = np.where(reached.any(dim=0), reached.int().argmax(dim=0), steps)
    return first, reached.any(dim=0).numpy()


def cascade(law):
    nets, spent = layered(4), 0
    for _ in range(3):
        adam(Ensemble(nets, samples[law]), 30, RATE)
        spent += evaluations(nets[0], 1, 30)
        nets = [prolonged(net) for net in nets]
    steps, reached = arrival(nets, law)
    return spent + evaluations(nets[0], 1, 1) * steps, reached


# %% tags=["hide-input"]
saved, work = {}, {}
for law in SETS:
    deep = layered(32)
    steps, reached = arrival(deep, law)
    at_once = evaluations(deep[0], 1, 1) * steps
    doubled, also = cascade(law)
    work[law] = at_once, doubled
    saved["evaluations", "", law] = np.log(doubled / at_once)
    print(
        f"{law:8} reached by {reached.sum()} of 20 at once,"
        f" {also.sum()} of 20 doubled"
    )
    assert reached.sum() >= 18 and also.sum() >= 18
for case, of in judged(saved, np.log(1.1), ("lower", "higher")).items():
    mean, low, high = np.exp(of[:3])
    verdict = "saves" if of.verdict == "lower" else of.verdict
    print(f"{case[2]:8} ratio {mean:.2f}  ({low:.2f} to {high:.2f})  {verdict}")
    assert verdict == "saves"

# %% mystnb={"figure": {"name": "fig-shallow-deep", "caption": "Evaluations of $f$ per point until the network of 32 layers classifies 99 % of its training points, one dot for each seed. Below the line, shallow to deep needs fewer; the shallow stages alone cost as much as the lowest dots."}, "image": {"alt": "Two scatter plots on logarithmic axes, deep at once against shallow to deep; almost all dots lie below the diagonal."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=3.0)
for ax, law in zip(axes[0], SETS):
    ax.loglog(*work[law], "o", ms=4, color=plots.CLASS_COLOURS[0], alpha=0.8)
    ends = np.array([700, 7500])
    ax.plot(ends, ends, color="#999999", lw=0.8)
    ax.set(title=law, xlabel="deep at once", aspect="equal")
    ax.set(xlim=ends, ylim=ends)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([1000, 2000, 5000], ["1000", "2000", "5000"])
        axis.set_minor_formatter(plt.NullFormatter())
axes[0, 0].set_ylabel("shallow to deep")
plt.show()

# %% [markdown]
# By the rule, training from shallow to deep saves evaluations on both sets. Two reasons add up: the early steps are
# cheap, and the deep network arrives with most of its points in place. The numbers are evaluations, not seconds: on
# small networks in PyTorch the time is spent on calls; the wider the network, the closer the ratio of the times is to
# that of the evaluations.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s5-prolong
# How much does prolongation change the map of a network with a scheme of order $p$?
# ```
#
# ```{solution} ex-s5-prolong
# :class: dropdown
# In each layer, one step of size $h$ and two of size $h/2$ with the same weights approximate the same flow with local
# errors of order $h^{p+1}$. They differ by $O(h^{p+1})$ in a layer and by $O(h^p)$ on $[0, T]$. The library's tests
# measure the power for every explicit scheme.
# ```
#
# ```{exercise}
# :label: ex-s5-metric
# Plain gradient descent on weights for each layer becomes slower with depth, at a fixed learning rate; on
# coefficients $C_k$ it does not. Why?
# ```
#
# ```{solution} ex-s5-metric
# :class: dropdown
# The gradient in $u^{[l]}$ is $h$ times a function of time, so a step moves the function $u$ by a multiple of $h = T/L$;
# {doc}`s3_1_training_problem` divides the rate by $h$. The gradient in $C_k$ is the sum over the layers, an
# approximation of an integral, and does not depend on $L$. Adam divides by the size of the gradient, and is not
# affected.
# ```
#
# ## Takeaways
#
# - With controls as functions of depth, {eq}`eq-5.u`, the number of parameters does not grow with the number of
#   layers.
# - Networks trained with 16 layers and used with 64 have the same accuracy. The final training costs of 16 and 64
#   layers are close, but "the same" is established in one case of four.
# - Four coefficients are worse than weights for each of 32 layers in three cases of four.
# - Training a shallow network first and doubling its layers, {eq}`eq-5.w`, saves evaluations of $f$ on both sets.
#
# ## References
#
# ```{footbibliography}
# ```

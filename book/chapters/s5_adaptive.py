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
# (s5-adaptive)=
# # 5 Adaptive steps
#
# A network with adaptive steps has no fixed number of layers. Its weights define a flow, and an embedded pair of
# schemes takes as many steps as a tolerance requires. The picture shows the accepted steps of one network before and
# after training: the trained flow needs more and shorter steps.

# %% tags=["hide-input"]
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy import stats

from rknet import draw, plots
from rknet.variants.adaptive import PAIRS, AdaptiveNet

plots.style()
SEEDS, N, L, T, STEPS = 20, 40, 5, 5.0, 100
LOOKS = {
    "heun_euler": ("--", 1, "Heun-Euler 2(1)"),
    "bogacki_shampine": ("-.", 3, "Bogacki-Shampine 3(2)"),
    "dopri5": ("-", 0, "Dormand-Prince 5(4)"),
}


def network(pair, seed, tolerance=1e-3):
    return AdaptiveNet(
        2, 3, 2, L, pair=pair, h=T / L, tolerance=tolerance, seed=seed
    ).double()


def samples(seed):
    points = draw("donut_2D", N, seed=seed)
    return torch.tensor(points.X).double(), torch.tensor(points.c)


def train(net, x, c, steps=STEPS):
    """Train, and return the cost and the evaluations of every step."""
    adam = torch.optim.Adam(net.parameters(), lr=0.02)
    seen = []
    for _ in range(steps):
        adam.zero_grad()
        cost = torch.nn.functional.cross_entropy(net(x), c)
        seen.append((cost.item(), net.evaluations))
        cost.backward()
        adam.step()
    return np.array(seen)


# %% tags=["hide-input"]
example, (x, c) = network("bogacki_shampine", 0), samples(0)
example(x)
before = list(example.steps)
train(example, x, c)
example(x)
after = list(example.steps)
assert len(after) > len(before)


# %% mystnb={"figure": {"name": "fig-s5-steps", "caption": "Accepted steps of Bogacki and Shampine's pair before and after training, as segments of the time axis, and the size of each. Dotted: the borders of the five layers, where the control changes and every step ends."}, "image": {"alt": "Two step functions over the time from 0 to 5 on a logarithmic axis. The one before training has a few long steps in each layer, the one after training more and shorter ones."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.6, width=5.2)
ax = axes[0, 0]
for (label, steps), colour in zip(
    (("before training", before), ("after training", after)), (1, 0)
):
    sizes = np.array([h for _, h in steps])
    ends = np.concatenate([[0], sizes.cumsum()])
    ax.stairs(
        sizes,
        ends,
        baseline=None,
        color=plots.CLASS_COLOURS[colour],
        label=f"{label}: {len(sizes)} steps",
    )
    ax.plot(
        ends,
        np.full(len(ends), 0.011 * 1.5**colour),
        "|",
        ms=6,
        color=plots.CLASS_COLOURS[colour],
    )
for l in range(L + 1):
    ax.axvline(l * T / L, color="#999999", linewidth=0.7, linestyle=":")
ax.set(yscale="log", xlabel="time $t$", ylabel="step size", ylim=(0.008, 4))
ax.legend(loc="upper right", ncols=2)
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how an embedded pair estimates the error of a step, and chooses the next step for the whole batch;
# - why the gradient is that of the accepted steps, and that the costates of Section 3 give it exactly;
# - how the cost of a forward pass changes during training: by a rule fixed beforehand, with 20 seeds.
# :::
#
# ## How the steps are chosen
#
# An embedded pair has two sets of weights for the same stages. The first gives $y^{[l+1]}$, the second a result of
# lower order $q$. Their difference estimates the error of a step:
#
# $$
# e = h \sum_{i=1}^{s} (\beta_i - \hat\beta_i) f_i, \qquad
# E = \Bigl(\tfrac{1}{N \hat d} \sum \bigl(e / (\tau (1 + |y|))\bigr)^2\Bigr)^{1/2} .
# $$ (eq-5.e)
#
# The sum runs over all samples and coordinates, so one step size serves the whole batch. A step is accepted if $E \le
# 1$, where $\tau$ is the tolerance and $|y|$ the larger of its values before and after the step. In either case the
# next step is the last one times $0.9\, E^{-1/(q+1)}$, at least a fifth and at most five times as long
# {footcite}`hairer1993`. The control changes at the border of a layer, so steps end there. Like a scheme, a pair is
# data: a tableau and a second set of weights.

# %%
for name, pair in PAIRS.items():
    weights = ", ".join(map(str, pair.beta_hat))
    line = f"{LOOKS[name][2]:22} second weights {weights}"
    print(fill(line, 78, subsequent_indent=38 * " "))

# %% [markdown]
# ## The gradient of the accepted steps
#
# Once the steps are chosen, the forward pass is a Runge-Kutta network with steps of different sizes. Its gradient is
# given by {eq}`paper-3.13`, {eq}`paper-3.17` and {eq}`paper-3.18`, from the last accepted step to the first; steps of
# the same layer add to the gradient of the same control. Rejected steps play no part. The dependence of the *sizes*
# on the weights is not differentiated: the sizes are a means of reaching the tolerance, not a part of the model. We
# compare with autograd through the accepted steps:

# %%
net = network("dopri5", 1, tolerance=1e-5)
x, c = samples(1)
weights = list(net.parameters())


def replayed():
    """The logits by the accepted steps, for autograd."""
    A, beta, _ = net.integrator.pair.tableau.arrays()
    y = net.lift(x)
    for l, h in net.steps:
        f = []
        for row in A:
            Y = y + h * sum((a * f_j for a, f_j in zip(row, f)), 0 * y)
            f.append(torch.tanh(Y @ net.K[l].T + net.b[l]))
        y = y + h * sum(w * f_i for w, f_i in zip(beta, f))
    return y @ net.W.T + net.mu


by_costates = torch.autograd.grad(net(x).square().sum(), weights)
by_autograd = torch.autograd.grad(replayed().square().sum(), weights)
for one, other in zip(by_costates, by_autograd):
    assert (one - other).norm() < 1e-10 * other.norm()
print(f"{len(net.steps)} accepted steps, {net.evaluations} evaluations of f")
print("the gradient by costates is autograd's, to ten digits")

# %% [markdown]
# **Verified.** The library's tests make the same comparison for all three pairs and two right-hand sides, and compare
# with central differences, with SciPy's and torchdiffeq's solutions, and the orders of both weights with the
# literature.
#
# ## What a training step costs
#
# :::{admonition} Rules, fixed before the first run
# :class: voice-here
# Stated in `rknet/study/registered/schemes.md`: width 3, 40 points of `donut_2D` for each of 20 seeds, $T = 5$, five
# layers of controls, 100 steps of Adam at rate 0.02, tolerance $10^{-3}$, three pairs. For each seed, the mean number
# of evaluations of $f$ in the last ten training steps is divided by that in the first ten. The cost of training
# **grows** with a pair if the interval of the geometric mean lies above 1, at the level 95 % with Bonferroni's
# correction for three pairs, and **falls** if it lies below.
# :::

# %%
curves = {
    pair: np.array([train(network(pair, s), *samples(s)) for s in range(SEEDS)])
    for pair in PAIRS
}

# %% tags=["hide-input"]
LEVEL = 1 - 0.05 / len(PAIRS)
verdicts = {}
print(
    "pair                    first ten  last ten   ratio    interval    verdict"
)
for pair, seen in curves.items():
    first, last = seen[:, :10, 1].mean(axis=1), seen[:, -10:, 1].mean(axis=1)
    logs = np.log(last / first)
    interval = stats.ttest_1samp(logs, 0).confidence_interval(LEVEL)
    mean, low, high = np.exp([logs.mean(), *interval])
    verdicts[pair] = (
        "grows" if low > 1 else "falls" if high < 1 else "undecided"
    )
    print(
        f"{LOOKS[pair][2]:22}{first.mean():9.0f}{last.mean():10.0f}"
        f"{mean:9.2f}   {low:.2f} to {high:.2f}  {verdicts[pair]}"
    )

# %% mystnb={"figure": {"name": "fig-s5-cost", "caption": "Evaluations of $f$ for each sample in a forward pass during training (left) and the cost function (right): median and quartiles of 20 seeds."}, "image": {"alt": "Two plots against the training step. Left, evaluations: three curves with bands. Right, the cost falls for all three pairs alike."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
for pair, (line, colour, label) in LOOKS.items():
    colour = plots.CLASS_COLOURS[colour]
    for ax, what in zip(axes[0], (1, 0)):
        low, middle, high = np.quantile(
            curves[pair][..., what], [0.25, 0.5, 0.75], axis=0
        )
        ax.plot(middle, line, color=colour, label=label)
        ax.fill_between(range(STEPS), low, high, color=colour, alpha=0.2, lw=0)
        ax.set(xlabel="training step", yscale="log")
axes[0, 0].set_ylabel("evaluations for each sample")
axes[0, 0].set_yticks([40, 60, 80, 120], ["40", "60", "80", "120"])
axes[0, 0].minorticks_off()
axes[0, 1].set_ylabel("cost")
handles = axes[0, 0].get_legend_handles_labels()
fig.legend(*handles, loc="outside lower center", ncols=3)
plt.show()

# %% tags=["hide-input"]
assert verdicts["heun_euler"] == verdicts["bogacki_shampine"] == "grows"
assert verdicts["dopri5"] == "undecided"
first, last = (
    {pair: np.median(seen[:, part, 1]) for pair, seen in curves.items()}
    for part in (slice(0, 10), slice(-10, None))
)
assert first["dopri5"] == last["dopri5"] == 7 * L  # one step for each layer
assert last["heun_euler"] > 3 * last["dopri5"]
longer = curves["dopri5"][:, -10:, 1].mean(axis=1) > 7 * L
assert longer.sum() < SEEDS / 2
assert example.K.norm() > network("bogacki_shampine", 0).K.norm()
ends = [np.exp(np.log(seen[:, -1, 0]).mean()) for seen in curves.values()]
assert max(ends) < 1.1 * min(ends)

# %% [markdown]
# **What to see.** With the pairs of lower order the cost of a training step grows, by 1.35 for Heun-Euler and by 1.49
# for Bogacki-Shampine. In the example of {numref}`fig-s5-steps` training has made the weights larger, so the flow bends
# more and the steps are shorter. With Dormand-Prince the median stays at 35 evaluations, which is one step of seven
# stages for each layer. Since every layer needs at least one step, a pair of high order at a moderate tolerance has
# nothing to adapt. In most seeds Dormand-Prince takes one step for each layer up to the end.
#
# :::{admonition} What follows, and what does not
# :class: voice-here
# A growing cost is what users of continuous networks report. Here it grows by half at most in 100 steps; longer
# training and harder data may give more. Adaptive steps also have a benefit that a fixed number of layers lacks: the
# number of steps shows how far the trained network still is from a flow that a few steps resolve.
# :::
#
# Each step of Dormand-Prince computes seven stages although the first stage of a step equals the last one of the step
# before. Using it again would save one evaluation in seven, except where the control changes.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s5-frozen
# The gradient above takes the step sizes as given. By what order in the tolerance does it differ from a gradient that
# also differentiates the sizes?
# ```
#
# ```{solution} ex-s5-frozen
# :class: dropdown
# The result of the accepted steps differs from the exact flow by an error proportional to the tolerance $\tau$,
# whatever the sizes are, and the exact flow does not depend on them. For a smooth dependence the derivative of the
# result with respect to the sizes is therefore of the size of the error, $O(\tau)$.
# ```
#
# ```{exercise}
# :label: ex-s5-batch
# Why can the answer for one sample depend on the other samples of its batch, and how can this be avoided in prediction?
# ```
#
# ```{solution} ex-s5-batch
# :class: dropdown
# The error {eq}`eq-5.e` is a mean over the batch, so other samples change the step sizes and with them, by an amount of
# the order of the tolerance, every answer. To avoid it, predict with fixed steps, such as those of the last training
# batch, or sample by sample.
# ```
#
# ## Takeaways
#
# - An embedded pair is a tableau with a second set of weights. The difference of its two results decides whether a
#   step is accepted.
# - The gradient of an adaptive network is that of its accepted steps. The costates of Section 3 give it exactly,
#   whatever the sizes of the steps are.
# - By a rule fixed beforehand, the cost of a training step grew with the pairs of orders 2(1) and 3(2), by 1.35 and
#   1.49, whereas with Dormand-Prince, which took one step per layer in most seeds, the case is undecided.
#
# ## References
#
# ```{footbibliography}
# ```

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
# (s2-stability)=
# # 2 Augmentation and stability
#
# According to the paper's introduction, an augmented input space improves stability properties. To see in which sense
# this holds, we train networks on the *donut* (data set `donut_2D`: a disc of one class in a ring of the other, blurred
# by noise so that the classes overlap), in the plane and in space, with twenty seeds each.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import binomtest, levene
from scipy.stats import f as f_law

from rknet import RK4Net, plots
from rknet.laboratories import TrainingLaboratory
from rknet.study.cache import trained
from rknet.study.configuration import Configuration

plots.style()


# %% tags=["hide-input"]
def donut_net(d_hat, L):
    return Configuration("donut_2D", "RK4Net", d_hat, L, h=5 / L, lift="zero")


NETS = {
    "plane, 20": donut_net(2, 20),
    "plane, 40": donut_net(2, 40),
    "space, 20": donut_net(3, 20),
}
SEEDS = range(24, 44)


def output(net, X, steps):
    """Output features of the same control, computed with this many steps."""
    n = steps // net.L
    finer = RK4Net(net.d, net.d_hat, 2, steps, h=net.h / n, lift=net.lift_name)
    finer.double().K.data = net.K.data.repeat_interleave(n, dim=0)
    finer.b.data = net.b.data.repeat_interleave(n, dim=0)
    return finer.flow(X)[-1]


def error(net, X):
    """Largest error of the output features with 40 steps in all."""
    return float(np.abs(output(net, X, 40) - output(net, X, 640)).max())


def magnification(net, X):
    """Largest singular value of the Jacobian of the output, over X."""
    jacobian = torch.func.jacrev(lambda x: net.states(x[None])[-1, 0])
    matrices = torch.func.vmap(jacobian)(torch.tensor(X, dtype=torch.float64))
    return float(torch.linalg.svdvals(matrices.detach()).max())


def measures(configuration, seed):
    """The four measures of one training, and three ratios of its costs."""
    net, history = trained(configuration, seed)
    X, cost = configuration.points(seed)[1].X[:300], np.array(history.val_cost)
    net = net.double()
    return (
        error(net, X),
        magnification(net, X),
        100 * history.val_accuracy[-1],
        100 * np.mean(np.diff(cost) > 0),
        cost[10] / cost[-1],
        cost.max() / cost[0],
        cost[-10:].mean() / cost[-20:-10].mean(),
    )


table = {
    name: np.array([measures(configuration, seed) for seed in SEEDS])
    for name, configuration in NETS.items()
}

# %% mystnb={"figure": {"name": "fig-s2-stability", "caption": "Four meanings of stability; each mark is one training, with twenty seeds per net. In space the equation is easier to solve, the flow magnifies less in most trainings, and the accuracies are higher and closer together. But the validation cost rises in far more of the epochs. Labels below the axes: the dimension, and the number of layers."}, "image": {"alt": "Four panels of dots for two nets in the plane and one in space: errors of the solution are lowest in space, magnification is mostly lowest in space, accuracies are highest and closest together in space, and the share of epochs with rising cost is small in the plane and about forty percent in space."}} tags=["hide-input"]
TITLES = (
    "1. error with 40 steps",
    "2. magnification",
    "3. accuracy, %",
    "4. cost rises, %",
)
fig, axes = plt.subplots(1, 4, figsize=(plots.WIDTH, 2.6), layout="constrained")
sideways = np.linspace(-0.25, 0.25, len(SEEDS))
for column, (ax, title) in enumerate(zip(axes, TITLES)):
    for place, numbers in enumerate(table.values()):
        ax.plot(
            place + sideways,
            numbers[:, column],
            plots.CLASS_MARKERS[place],
            color=plots.CLASS_COLOURS[place],
            markersize=3,
            alpha=0.8,
        )
    ax.set_title(title)
    ax.set_xticks(range(3), ["plane\n20", "plane\n40", "space\n20"])
    ax.set_xlim(-0.5, 2.5)
axes[0].set_yscale("log")
plt.show()

# %% [markdown]
# :::{admonition} The paper's text
# :class: voice-paper
# The introduction reports that {footcite:t}`dupont2019` also show that augmentation improves stability properties. It
# does not say which ones. Section 4.5 reports more stable training on MNIST and offers simpler flows as a possible
# reason.
# :::
#
# Dupont and co-authors report that their augmented models are empirically more stable to train, and that an adaptive
# solver needs fewer evaluations of $f$. "Stability" can mean several things here, and we test four, for RK4Net on
# donut_2D with zero padding {eq}`paper-2.3`, 20 layers and $h = 0.25$; a seed decides the points, the initial
# weights and the order of the samples, and meanings 1 and 2 use the largest value over the first 300 validation points:
#
# 1. *The equation is easier to solve.* Take the trained weights as a control that is constant on each layer, and
#    solve the equation with 40 steps of RK4 in all: the error of the output features is smaller.
# 2. *The flow magnifies less.* The largest singular value of the Jacobian of $x \mapsto y^{[L]}$ is smaller.
# 3. *Training depends less on the seed.* The standard deviation of the validation accuracy over the seeds is smaller.
# 4. *Training is steadier.* The validation cost rises in fewer epochs.
#
# **The rule.** The net with $\hat d = 3$ must have the smaller value for significantly more than half of the twenty
# seeds (one-sided binomial test). For the standard deviation we use the one-sided F test. Each test is at the 5 %
# level. The meanings and the rule were fixed after a look at other seeds and are tested on the seeds 24 to 43. A layer
# has $m = 6$ parameters in the plane and 12 in space. To separate the effect of the dimension from that of the number
# of parameters, a second net in the plane has 40 layers with half the step: it has the same $T = 5$, and its layers
# together have as many parameters as those of the net in space.


# %%
def ahead(other, column):
    """The number of seeds for which the net in space has the smaller value."""
    return int((table["space, 20"][:, column] < table[other][:, column]).sum())


F = {
    other: table[other][:, 2].var(ddof=1) / table["space, 20"][:, 2].var(ddof=1)
    for other in ("plane, 20", "plane, 40")
}
for other in F:
    print(
        f"space against {other}: error smaller in {ahead(other, 0)} of 20, "
        f"magnification in {ahead(other, 1)},\n   variance of the accuracy "
        f"F = {F[other]:.1f}, fewer rises in {ahead(other, 3)} of 20"
    )

# %% tags=["hide-input"]
n = len(SEEDS)
for other, ratio in F.items():
    for column in (0, 1):
        count = ahead(other, column)
        assert binomtest(count, n, 0.5, "greater").pvalue < 0.05
    assert f_law.sf(ratio, n - 1, n - 1) < 0.05
    accuracies = (table[name][:, 2] for name in (other, "space, 20"))
    assert levene(*accuracies, center="median").pvalue < 0.05
    assert np.all(table["space, 20"][:, 3] > table[other][:, 3])
for numbers in table.values():
    assert numbers[:, 5].max() < 1.05, "no loss explodes"
early = {name: numbers[:, 4].mean() for name, numbers in table.items()}
print("cost after 10 epochs divided by the final cost, on average:")
print(", ".join(f"{name}: {ratio:.2f}" for name, ratio in early.items()))
assert (
    early["space, 20"] < 1.1 < 1.4 < min(early["plane, 20"], early["plane, 40"])
)
for name, numbers in table.items():  # in the plane the cost is still falling
    falling, rises = numbers[:, 6], numbers[:, 3].mean()
    assert np.all(falling < 0.95) or name == "space, 20"
    assert abs(rises - 40) < 5 if name == "space, 20" else rises < 5
assert abs(table["space, 20"][:, 6].mean() - 1) < 0.05

# %% [markdown]
# :::{admonition} Compatible: meanings 1, 2 and 3
# :class: verdict compatible
# Compatible. Compared with the plane net of equal depth, and with the plane net with as many parameters, the net in
# space has an equation that is easier to solve, a flow that for most seeds magnifies less, and an accuracy that
# depends less on the seed. Rule: see above. (The F test assumes normal distributions. The Brown-Forsythe test,
# which does not, agrees.)
# :::
#
# :::{admonition} Not compatible: meaning 4
# :class: verdict not-compatible
# Not compatible. The validation cost rises in *more* epochs in space, for every seed and against both plane nets.
# Rule: see above.
# :::
#
# The fourth result does not indicate a failure. After ten epochs the net in space has almost reached its final cost,
# and from then on the cost fluctuates about a low plateau; in the plane the cost is still falling when training ends.
# In none of the sixty trainings did the cost explode. On the donut the paper's statement therefore holds for three of
# the four meanings; for steadier training, which the source also reports, it does not hold as measured here.
#
# A common cause is plausible. No flow of the plane separates the disc from the ring (by the second theorem of {ref}`the
# previous page <s2-paths>`). A flow that nearly does so must bend the plane strongly, which requires large weights; the
# exercise examines them.
#
# ## Choose the lift
#
# The laboratory trains a net on the donut with the lift of your choice: zeros are added to the inputs, or all
# coordinates of $\hat x$ are random or learned linear combinations of the inputs. With $\hat d = 2$ the net stays
# in the plane. The previous run remains visible in grey.

# %%
TrainingLaboratory(data="donut_2D", d_hat=3, lift="zero", L=20, h=0.2)

# %% [markdown]
# ## Exercise
#
# ```{exercise}
# :label: ex-s2-lambda
# By {eq}`eq-2.c` a flow magnifies by at most $e^{\Lambda}$, with $\Lambda = h \sum_l \|K^{[l]}\|$. Compute $\Lambda$
# for the trained nets. Does it explain meaning 2?
# ```
#
# ```{solution} ex-s2-lambda
# :class: dropdown
# The next cell prints the means. In the plane $\Lambda$ is nearly twice as large as in space, so the bound points in
# the right direction. But the bound is far from sharp: in space $e^\Lambda$ is in the hundreds on average, whereas the
# flows magnify by a factor of less than ten.
# ```

# %% tags=["hide-input"]
bounds = {}
for name, configuration in NETS.items():
    sums = []
    for seed in SEEDS:
        net = trained(configuration, seed)[0]
        K = net.K.detach().numpy()
        sums.append(net.h * np.linalg.norm(K, 2, axis=(1, 2)).sum())
    bounds[name] = np.mean(sums)
    print(f"{name}: Lambda = {bounds[name]:.1f}")
    assert np.all(table[name][:, 1] < np.exp(sums))
assert 1.8 < bounds["plane, 20"] / bounds["space, 20"] < 2
assert table["space, 20"][:, 1].max() < 10 < 100 < np.exp(sums).mean() < 1000

# %% [markdown]
# ## Takeaways
#
# - "Stability" has several meanings. On the donut, one extra dimension makes the equation easier to solve, the flow
#   in most trainings less sensitive, and the accuracy less dependent on the seed, even at an equal number of
#   parameters.
# - On the donut an extra dimension does not make the validation cost fall more steadily: with it, the cost soon
#   reaches a plateau and then fluctuates.
#
# ## References
#
# ```{footbibliography}
# ```

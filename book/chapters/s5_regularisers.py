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
# (s5-regularisers)=
# # 5 Regularisers
#
# A Runge-Kutta network is called a discretised differential equation, but nothing in its training makes the controls
# $u^{[l]}$ of neighbouring layers similar. The layers may then be a list of unrelated matrices, with no function
# $\mathbf u(t)$ behind them. This page adds three terms to the cost and looks at what they change: the controls, the
# flows, the accuracy on new images, and the number of steps that an adaptive integrator takes.
#
# :::{admonition} What you will see
# :class: tip
# - A penalty on differences of neighbouring layers makes $u$ a smooth function of depth; one on the speed of the
#   features makes their paths short.
# - By rules fixed beforehand: what each regulariser does to the accuracy on new images.
# - By another rule: with smooth controls an adaptive integrator takes fewer steps.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import PointSet, Protocol, RKNet, fit, plots
from rknet.data import images
from rknet.study.html_tables import Row, Table
from rknet.study.paired import judged
from rknet.variants import regularisers
from rknet.variants.regularisers import KineticEnergy, Smoothness

plots.style()
KINDS = {
    "none": {},
    "weight decay": {"weight_decay": 0.3},
    "smoothness": {"penalty": Smoothness(0.01)},
    "kinetic energy": {"penalty": KineticEnergy(0.1)},
}
SEEDS = range(5)


def small(points):
    """Images of 28 x 28 pixels as 7 x 7 means."""
    blocks = points.X.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    return PointSet(blocks.reshape(len(blocks), 49), points.c, 10)


def data(seed):
    """500 images for training, 1500 for validation."""
    sets = images.repetition("FashionMNIST", seed, source="sample")
    train, validation = map(small, sets)
    return train[np.arange(500)], validation


def trained(kind, seed):
    """A net of ten layers, and its history."""
    net = RKNet(49, 49, 10, 10, tableau="euler", h=0.2, lift="zero", seed=seed)
    net = net.double()  # so that every processor trains alike
    protocol = Protocol(
        epochs=30, batch_size=20, stop_early=False, **KINDS[kind]
    )
    return net, fit(net, *data(seed), protocol, seed=seed, progress=False)


runs = {(kind, seed): trained(kind, seed) for kind in KINDS for seed in SEEDS}

# %% mystnb={"figure": {"name": "fig-regularisers", "caption": "The same twelve entries of $K$ over the layers, for networks that were trained with different regularisers from the same weights on the same images. With the penalty on smoothness the entries lie on smooth curves, which are nearly level. Weight decay and the penalty on the kinetic energy leave them rough."}, "image": {"alt": "Four panels with twelve lines over ten layers. In three of them the lines zigzag between minus 0.2 and 0.3; in the panel on smoothness they are nearly straight and level.", "width": "100%"}} tags=["hide-input"]
fig, axes = plt.subplots(
    1, 4, figsize=(plots.WIDTH, 2.3), sharey=True, layout="constrained"
)
for kind, ax in zip(KINDS, axes):
    K = runs[kind, 0][0].K.detach().numpy()
    for k in range(12):
        ax.plot(
            range(10),
            K[:, k, 3 * k],
            color=plots.CLASS_COLOURS[k % 10],
            linewidth=0.9,
        )
    ax.set(title=kind, xlabel="layer $l$", xticks=(0, 3, 6, 9))
axes[0].set_ylabel("entry of $K^{[l]}$")
plt.show()

# %% [markdown]
# ## Three regularisers
#
# *Smoothness.* The first term is the one that makes training a problem of optimal control with a smooth control
# {footcite}`benning2019`. It approximates $\alpha \int |\mathbf u'(t)|^2 \, dt$:
#
# $$
# \alpha \sum_{l=0}^{L-2} h \, \Bigl| \frac{u^{[l+1]} - u^{[l]}}{h} \Bigr|^2 , \qquad u^{[l]} = (K^{[l]}, b^{[l]}) .
# $$ (eq-5.i)
#
# *Kinetic energy.* The second term approximates $\alpha \int |\mathbf y'(t)|^2 \, dt$, the mean over the samples
# {footcite}`finlay2020`. Among all flows that take the same inputs to the same features, the ones along straight lines
# with constant speed have the least:
#
# $$
# \frac{\alpha}{N} \sum_{n} \sum_{l=0}^{L-1} h \, \Bigl| \frac{y_n^{[l+1]} - y_n^{[l]}}{h} \Bigr|^2
# \;\ge\; \frac{\alpha}{N T} \sum_n \bigl| y_n^{[L]} - y_n^{[0]} \bigr|^2 .
# $$ (eq-5.j)
#
# *Weight decay* reduces every weight by a fixed fraction in each step. `Protocol` has it as `weight_decay`, and takes
# the other two as `penalty`, a function of the network and the samples of a batch. The compiled engine does not support
# penalties, so PyTorch trains. Both terms and the bound, computed by NumPy:

# %%
net, h = runs["smoothness", 0][0], 0.2
x = torch.tensor(data(0)[1].X[:50]).double()
y = net.flow(x)
u = torch.cat([net.K.flatten(1), net.b], dim=1).detach().numpy()
smooth = sum(h * np.sum((np.diff(u, axis=0) / h) ** 2, axis=1))
energy = sum(h * np.sum((np.diff(y, axis=0) / h) ** 2, axis=2)).mean()
# rounding of double precision
assert np.isclose(Smoothness(1)(net, x).item(), smooth, rtol=1e-12)
assert np.isclose(KineticEnergy(1)(net, x).item(), energy, rtol=1e-12)
assert energy >= np.mean(np.sum((y[-1] - y[0]) ** 2, axis=1)) / 2
print(f"smoothness {smooth:.1f}, kinetic energy {energy:.0f}")

# %% [markdown]
# ## An experiment and its rules
#
# Networks of Euler's scheme with ten layers and $h = 0.2$ learn 500 images of Fashion-MNIST, reduced to 7 × 7 pixels,
# for 30 epochs of 25 steps. Another 1500 images are used for validation. Each of five seeds has its own images and
# weights, which all four trainings share. After training, the network is read as a differential equation: $\mathbf
# u(t)$ runs linearly between the layers, and the pair of Dormand and Prince integrates 100 validation images as one
# system, with a tolerance of $10^{-5}$. `regularisers.steps` counts its steps.
#
# :::{admonition} Rules, fixed before the first of these runs
# :class: voice-here
# The strengths of the regularisers were chosen by trials with one other seed. Each regulariser is compared with none:
# 1. *Generalisation.* The accuracy on the validation images after the last epoch, in percent. **The same** if the
#    interval of the difference lies within ±2 points.
# 2. *Steps.* The binary logarithm of the ratio of accepted steps, without the regulariser to with it. **The same** if
#    its interval lies within ±0.14, a factor of 1.1.
#
# Otherwise **better** (more accurate, fewer steps) or **worse** if the interval does not contain 0, and **undecided** if
# it does. Differences are paired by seed, intervals are those of Student's $t$, at 95 % for all six together
# (Bonferroni).
# :::


# %% tags=["hide-input"]
def measures(kind, seed):
    """What is measured of a training."""
    net, past = runs[kind, seed]
    x = data(seed)[1].X[:100]
    y = net.flow(x)
    return {
        "train": 100 * past.train_accuracy[-1],
        "validation": 100 * past.val_accuracy[-1],
        "steps": regularisers.steps(net, x, 1e-5).accepted,
        "smoothness": Smoothness(1)(net, torch.tensor(x).double()).item(),
        "length": np.linalg.norm(np.diff(y, axis=0), axis=2).sum(axis=0).mean(),
    }


found = {
    kind: {
        what: np.array([of[what] for of in all_seeds])
        for what in ("train", "validation", "steps", "smoothness", "length")
    }
    for kind in KINDS
    for all_seeds in [[measures(kind, seed) for seed in SEEDS]]
}

Table(
    "table-regularisers",
    "Means of five seeds: accuracy on training and validation images in percent, accepted steps of the adaptive integrator, the "
    "sum (5.i) for α = 1, and the mean length of a sample's path.",
    ["training", "validation", "steps", "roughness of u", "length of paths"],
    {
        "": [
            Row(
                kind,
                "",
                [
                    f"{of['train'].mean():.0f}",
                    f"{of['validation'].mean():.0f}",
                    f"{of['steps'].mean():.0f}",
                    f"{of['smoothness'].mean():.2g}"
                    if of["smoothness"].mean() < 100
                    else f"{of['smoothness'].mean():.0f}",
                    f"{of['length'].mean():.1f}",
                ],
            )
            for kind, of in found.items()
        ]
    },
    heads=("", "regulariser", ""),
)

# %%
differences, margins, without = {}, {}, found["none"]
for kind in list(KINDS)[1:]:
    accuracy, steps = found[kind]["validation"], found[kind]["steps"]
    differences[kind, "accuracy"] = accuracy - without["validation"]
    differences[kind, "steps"] = np.log2(without["steps"]) - np.log2(steps)
    margins |= {(kind, "accuracy"): 2, (kind, "steps"): 0.14}
verdicts = judged(differences, margins, correction="bonferroni")
for (kind, what), verdict in verdicts.items():
    print(f"{kind if what == 'accuracy' else '':15}{what:9}{verdict}")

# %% tags=["hide-input"]
words = {
    of: [v.verdict for (_, what), v in verdicts.items() if what == of]
    for of in ("accuracy", "steps")
}
assert words["accuracy"] == ["the same", "undecided", "undecided"]
assert words["steps"] == ["undecided", "better", "better"]
for kind in ("smoothness", "kinetic energy"):
    assert (found[kind]["validation"] < found["none"]["validation"]).all()
ratio = {
    kind: np.mean(found["none"]["steps"]) / np.mean(of["steps"])
    for kind, of in found.items()
}
assert 3 < ratio["smoothness"] < 4.5 and 1.5 < ratio["kinetic energy"] < 2.3

# %% [markdown]
# **What to see.** No regulariser improves the accuracy on new images. With weight decay it is the same. With the
# other two it is lower for every seed, on average by two points and by one, but five seeds leave undecided whether
# the loss exceeds the margin or is due to chance.
#
# The integrator's steps differ. With smooth controls it takes five or six steps instead of about twenty, and with
# a penalty on the kinetic energy it takes eleven. The controls of a network without a penalty change from layer to
# layer, and the integrator has to follow each of these changes. Weight decay makes the controls smaller but no
# smoother. The kinetic energy does not smooth them either. It shortens the paths instead:

# %% mystnb={"figure": {"name": "fig-regularised-paths", "caption": "Paths of forty validation images through the layers, in the plane of the two principal components of all states of each network, all panels at one scale; dots are the features after the last layer, coloured by class. With a penalty on the kinetic energy the paths are about five times shorter."}, "image": {"alt": "Four panels in which forty curves fan out from the middle to coloured dots. In the first three they reach far, in the fourth a fifth as far.", "width": "100%"}} tags=["hide-input"]
fig, axes = plt.subplots(
    1,
    4,
    figsize=(plots.WIDTH, 2.0),
    sharex=True,
    sharey=True,
    layout="constrained",
)
for kind, ax in zip(KINDS, axes):
    validation = data(0)[1]
    flow = runs[kind, 0][0].flow(validation.X[:40])
    plane = plots.principal(flow.reshape(-1, 49), 2)
    for n in range(40):
        path = plane.transform(flow[:, n])
        colour = plots.CLASS_COLOURS[validation.c[n]]
        ax.plot(*path.T, color=colour, linewidth=0.6)
        ax.plot(
            *path[-1], plots.CLASS_MARKERS[validation.c[n]], color=colour, ms=3
        )
    ax.set(title=kind, xlabel="component 1")
    ax.set_aspect("equal")
axes[0].set_ylabel("component 2")
plt.show()

# %% tags=["hide-input"]
lengths = {kind: of["length"].mean() for kind, of in found.items()}
assert lengths["kinetic energy"] < lengths["none"] / 4
assert lengths["smoothness"] < 0.75 * lengths["none"] < lengths["weight decay"]

# %% [markdown]
# :::{admonition} How far the comparison goes
# :class: voice-here
# The rules were applied to one strength of each regulariser. Weaker ones cost less accuracy and save fewer steps.
# Twenty steps of the adaptive pair follow the ten layers of $\mathbf u(t)$ to five digits; they say nothing about the
# accuracy of Euler's ten steps as a classifier, which needs no differential equation behind it.
# :::
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s5-reg-limit
# What is left of a network with {eq}`eq-5.i` as $\alpha \to \infty$? How many weights does it have?
# ```
#
# ```{solution} ex-s5-reg-limit
# :class: dropdown
# All layers get the same $u$, and the network is an autonomous differential equation, with as many weights in its ten
# layers as one layer has.
# ```
#
# ```{exercise}
# :label: ex-s5-reg-own
# Write a penalty of your own: the squared Frobenius norm of the symmetric part of every $K^{[l]}$. To which networks
# does training then tend?
# ```
#
# ```{solution} ex-s5-reg-own
# :class: dropdown
# `Protocol(penalty=lambda net, x: (net.K + net.K.mT).square().sum() / 4)`. The matrices become antisymmetric, and
# distances are then nearly kept along the flow.
# ```
#
# ## Takeaways
#
# - `Protocol(penalty=...)` adds any function of the network and a batch to the cost; PyTorch trains.
# - With a penalty on differences of layers, a function $\mathbf u(t)$ stands behind the layers, and an adaptive
#   integrator needs a quarter to a third of the steps.
# - With a penalty on the kinetic energy paths are about five times shorter, and the integrator needs half of the steps.
# - No regulariser improved the accuracy on new images here.
#
# ## References
#
# ```{footbibliography}
# ```

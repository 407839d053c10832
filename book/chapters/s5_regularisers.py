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
# # Section 5. Regularisers: flows that are smooth, slow or small
#
# A Runge-Kutta network is called a discretised differential equation, but nothing in its training asks the controls
# $u^{[l]}$ of neighbouring layers to be similar. Without such a demand the layers are a list of unrelated matrices, and
# no function $\mathbf u(t)$ stands behind them. This page adds three demands to the cost and looks at what they change:
# the controls, the flows, the accuracy on new images, and the number of steps that an adaptive integrator takes.
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
from rknet.study.differences import difference
from rknet.study.html_tables import Row, Table
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
    protocol = Protocol(
        epochs=30, batch_size=20, stop_early=False, **KINDS[kind]
    )
    return net, fit(net, *data(seed), protocol, seed=seed, progress=False)


runs = {(kind, seed): trained(kind, seed) for kind in KINDS for seed in SEEDS}

# %% mystnb={"figure": {"name": "fig-regularisers", "caption": "The same twelve entries of $K$ over the layers, for networks that were trained with different regularisers from the same weights on the same images. With the penalty on smoothness the entries lie on smooth curves; the others hardly differ from one another."}, "image": {"alt": "Four panels with twelve lines over ten layers. In three of them the lines zigzag between minus one half and one half; in the panel on smoothness they are nearly straight.", "width": "100%"}} tags=["hide-input"]
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
# $$ (eq-5.u)
#
# *Kinetic energy.* The second term approximates $\alpha \int |\mathbf y'(t)|^2 \, dt$, the mean over the samples
# {footcite}`finlay2020`. Among all flows that take the same inputs to the same features, the ones along straight lines
# with constant speed have the least:
#
# $$
# \frac{\alpha}{N} \sum_{n} \sum_{l=0}^{L-1} h \, \Bigl| \frac{y_n^{[l+1]} - y_n^{[l]}}{h} \Bigr|^2
# \;\ge\; \frac{\alpha}{N T} \sum_n \bigl| y_n^{[L]} - y_n^{[0]} \bigr|^2 .
# $$ (eq-5.v)
#
# *Weight decay* takes a share of every weight from it in each step. `Protocol` has it as `weight_decay`, and takes the
# other two as `penalty`, a function of the network and the samples of a batch. The compiled engine knows no penalty and
# says so; PyTorch trains. Both terms and the bound, computed by NumPy:

# %%
net, h = runs["smoothness", 0][0], 0.2
x = torch.tensor(data(0)[1].X[:50])
y = net.flow(x)
u = torch.cat([net.K.flatten(1), net.b], dim=1).detach().numpy()
smooth = sum(h * np.sum((np.diff(u, axis=0) / h) ** 2, axis=1))
energy = sum(h * np.sum((np.diff(y, axis=0) / h) ** 2, axis=2)).mean()
# rounding of single precision
assert np.isclose(Smoothness(1)(net, x).item(), smooth, rtol=1e-4)
assert np.isclose(KineticEnergy(1)(net, x).item(), energy, rtol=1e-4)
assert energy >= np.mean(np.sum((y[-1] - y[0]) ** 2, axis=1)) / 2
print(f"smoothness {smooth:.1f}, kinetic energy {energy:.0f}")

# %% [markdown]
# ## An experiment and its rules
#
# Networks of Euler's scheme with ten layers and $h = 0.2$ learn 500 images of Fashion-MNIST, reduced to 7 × 7 pixels,
# for 30 epochs of 25 steps. 1500 other images validate. Each of five seeds has its own images and weights, which all
# four trainings share. After training, the network is read as a differential equation: $\mathbf u(t)$ runs linearly
# between the layers, and the pair of Dormand and Prince integrates 100 validation images as one system, with a
# tolerance of $10^{-5}$. `regularisers.steps` counts its steps.
#
# :::{admonition} Rules, fixed before the first of these runs
# :class: voice-here
# The strengths of the regularisers were chosen by trials with one other seed. Each regulariser is compared with none:
# 1. *Generalisation.* The accuracy on the validation images after the last epoch, in percent. **The same** if the
#    interval of the difference lies within ±2 points.
# 2. *Steps.* The binary logarithm of the ratio of accepted steps, without over with. **The same** if its interval lies
#    within ±0.14, a factor of 1.1.
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
        "smoothness": Smoothness(1)(net, torch.tensor(x)).item(),
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

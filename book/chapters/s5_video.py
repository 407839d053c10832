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
# (s5-video)=
# # Section 5. Video: two places for time
#
# Video is the second kind of data that the paper's outlook names. A clip has a time of its own, and a Runge-Kutta
# network has another one, its depth. The two can be kept apart: all frames of a clip enter at once, as channels of the
# image at $t = 0$. Or they can be identified: the clip drives the flow, frame by frame, as the recordings of
# {doc}`s5_audio` do. This page trains both on clips in which only the order of the frames tells the class.
#
# :::{admonition} What you will see
# :class: tip
# - Clips of moving digits, made by a function of the library; the class is the direction.
# - The convolutional network of {doc}`s4_5c_convolution` with frames as channels, and the controlled equation with
#   convolutions, both with fewer than 700 weights; three rules, fixed beforehand, compare them.
# - What happens to networks that have learned clips of five frames when a clip has eight.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from rknet import ConvolutionalRKNet, Protocol, fit, plots
from rknet.data.video import DIRECTIONS, clips
from rknet.study.differences import difference
from rknet.study.html_tables import Row, Table
from rknet.variants.controlled import ControlledConvolutionalNet

plots.style()
FRAMES, LONG, SIDE, CHANNELS = 5, 8, 12, 8
some = clips(40, 0, frames=FRAMES, side=SIDE)

# %% mystnb={"figure": {"name": "fig-clips", "caption": "One clip of each class. A digit of 8 × 8 pixels moves by a pixel in each frame; what leaves the picture on one side enters it on the other. A single frame does not tell the direction."}, "image": {"alt": "Four rows of five small grey pictures. In each row the same handwritten digit is shifted by one pixel from picture to picture, to the left, to the right, up or down.", "width": "80%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d"] * FRAMES] * 4, height=0.95, width=5.2)
for c, row in enumerate(axes):
    n = int(np.flatnonzero(some.c == c)[0])
    for t, ax in enumerate(row):
        ax.imshow(some.frames[n, t], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=(), yticks=())
        if c == 0:
            ax.set_title(f"frame {t + 1}")
    row[0].set_ylabel([*DIRECTIONS][c])
plt.show()

# %% [markdown]
# ## The clips
#
# `rknet.data.video.clips` moves the digits that scikit-learn ships over a square of 12 × 12 pixels. Its opposite edges
# are joined and the first place is drawn uniformly, so that each frame by itself has the same law for all four
# directions. Digits for testing are other images than those for training.

# %%
many = clips(4000, 1)
means = np.array([many.frames[many.c == c].mean(axis=(0, 1)) for c in range(4)])
apart = np.abs(means - means.mean(axis=0)).max()
assert apart < 0.03  # five standard errors of a mean over a thousand clips
print(
    f"mean grey {means.mean():.2f}; of no direction does it differ by 0.03 at any pixel"
)

# %% [markdown]
# ## Two networks
#
# *Frames as channels.* The clip is an image with five channels, lifted to eight with zeros. A single layer of the
# convolutional network follows, and the classifier sees the mean of each channel:
#
# $$
# y^{[0]} = (x_0, \dots, x_4, 0, 0, 0), \qquad y^{[1]} = y^{[0]} + h\, \sigma(K * y^{[0]} + b) .
# $$ (eq-5.m)
#
# *Time as time.* The state starts at zero with eight channels, and each frame drives one step of the controlled equation
# {eq}`eq-5.s`, in which convolutions take the place of matrices:
#
# $$
# \mathbf y'(t) = \sigma\bigl(K * \mathbf y(t) + C * x(t) + b\bigr) - \gamma\, \mathbf y(t), \qquad \mathbf y(0) = 0 .
# $$ (eq-5.n)
#
# The first network has a set of weights for every frame, the second one set for all of them. With Euler's method and
# $h = 1$ we take $\gamma = 0$, a flow, and $\gamma = 1$, a recurrent network, as in {eq}`eq-5.t`.


# %%
def network(kind, seed, frames=FRAMES):
    """An untrained network."""
    if kind == "channels":
        image = frames, SIDE, SIDE
        return ConvolutionalRKNet(
            image, CHANNELS, 4, 1, tableau="euler", h=1, pooled=True, seed=seed
        )
    decay = {"flow": 0.0, "recurrent": 1.0}[kind]
    return ControlledConvolutionalNet(
        frames, SIDE, CHANNELS, 4, tableau="euler", h=1, decay=decay, seed=seed
    )


def samples(kind, of):
    """Clips in the form that a network takes."""
    return of.channels() if kind == "channels" else of.sequence()


KINDS = "channels", "flow", "recurrent"
for kind in KINDS:
    count = sum(weight.numel() for weight in network(kind, 0).parameters())
    print(f"{kind:10}{count} weights")

# %% [markdown]
# ## An experiment and its rules
#
# Every network is trained on 600 clips of five frames for ten epochs, by Adam at rate 0.02 in batches of 20, and tested on
# 600 others, with five seeds. The flow and the recurrent network then read 600 clips of eight frames, which the network
# with frames as channels cannot take.
#
# :::{admonition} Rules, fixed before the first of these runs
# :class: voice-here
# Sizes and the learning rate were chosen by trials with two other seeds. Accuracies are those after the last epoch, in
# percent.
# 1. *Two places for time.* The flow minus the network with frames as channels.
# 2. *Flow and recurrence.* The flow minus the recurrent network.
# 3. *Longer clips.* The same on clips of eight frames.
#
# Differences are paired by seed, intervals are those of Student's $t$, at 95 % for all three together (Bonferroni).
# **The same** if the interval lies within ±2 points, otherwise **better** or **worse** if it does not contain 0, and
# otherwise **undecided**.
# :::

# %% tags=["hide-input"]
SEEDS = range(5)
PROTOCOL = Protocol(
    epochs=10, batch_size=20, learning_rate=0.02, stop_early=False
)


def accuracy(net, points):
    """In percent."""
    return 100 * (net.predict(points.X) == points.c).mean()


found, curves = {}, {}
for seed in SEEDS:
    train = clips(600, seed)
    test = clips(600, 1000 + seed, test=True)
    longer = clips(600, 2000 + seed, test=True, frames=LONG)
    for kind in KINDS:
        net = network(kind, seed)
        sets = samples(kind, train), samples(kind, test)
        past = fit(net, *sets, PROTOCOL, seed=seed, progress=False)
        curves.setdefault(kind, []).append(100 * past.val_accuracy)
        found.setdefault((kind, FRAMES), []).append(curves[kind][-1][-1])
        if kind != "channels":
            long = network(kind, seed, LONG)
            long.load_state_dict(net.state_dict())
            found.setdefault((kind, LONG), []).append(
                accuracy(long, longer.sequence())
            )

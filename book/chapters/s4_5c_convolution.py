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
# (s4-5c)=
# # 4.5 Convolution
#
# The networks of the [previous page](s4-5b) treat an image as a list of 784 numbers. If the pixels of all images are
# shuffled in the same way, they learn equally well. A convolution, in contrast, combines each pixel with its
# neighbours. The paper describes in one paragraph how Runge-Kutta steps and feature space augmentation carry over to
# convolutions, but runs no such network. This page builds the network, checks it and trains it. (The paper also
# mentions ordinary convolution and pooling in front of a network for vectors, and does not pursue this. We do not
# either, because the Runge-Kutta steps would then not use neighbouring pixels.)
#
# :::{admonition} What the paper says, and what you will see
# :class: tip
# - A Runge-Kutta step needs a right-hand side whose values have the shape of its argument: as many output channels as input channels,
#   and maps of constant size.
# - Space can be added in two ways: by a *border* of pixels around the image, or by further *channels* {footcite}`dupont2019`.
# - You will see that the network is {eq}`paper-2.12` with a matrix of a special form, and that adding channels of zeros is exactly
#   the lift {eq}`paper-2.3`.
# - Four expectations, each carried over from a finding on dense networks, are tested by rules that were committed before the runs.
# :::

# %% tags=["hide-input"]
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import rknet
from rknet import LIFTS, Protocol, RKNet, plots
from rknet.convolution import ConvolutionalRKNet, ImageLift
from rknet.data.images import load
from rknet.laboratories import DigitLaboratory
from rknet.study import ledger
from rknet.study.cache import cached_fit
from rknet.study.configuration import seeds_of
from rknet.study.experiments import EPOCHS, EXPERIMENTS, IMAGES_COMPARED
from rknet.study.html_tables import Row, Table, recorded
from rknet.study.ledger.boxes import interval, number
from rknet.study.ledger.claims import read
from rknet.study.ledger.evidence import Evidence
from rknet.study.ledger.judging import judge
from rknet.study.store import Store

plots.style()
IMAGE = (1, 28, 28)
train, validation = load("MNIST", "sample").repetition(seeds_of(0)["data"])
records = Store(Path(rknet.__file__).parent.parent / "results")

# %% [markdown]
# ## A right-hand side for maps
#
# Let the state $y$ be a stack of $C$ maps of $H \times W$ pixels. A filter has a kernel of $k \times k$ pixels for each of these
# channels. With $p$ pixels of padding on each side and stride $s$, a map of height $H$ becomes one of height
# $\lfloor (H + 2p - k)/s \rfloor + 1$. Since $y$ and $f(u, y)$ are added, they must have the same shape, so $s = 1$, $p = (k - 1)/2$ with
# $k$ odd, and as many filters as channels:
#
# $$
# f(u, y)_c = \sigma\Bigl( \sum_{c'=1}^{C} K_{cc'} * y_{c'} + b_c \Bigr), \qquad c = 1, \dots, C,
# $$ (eq-4.5.a)
#
# with $K_{cc'} \in \mathbb R^{k \times k}$, $b \in \mathbb R^C$. The rest of {eq}`paper-2.12` stays: one control
# $u^{[l]} = (K^{[l]}, b^{[l]})$ for all stages of a layer, any explicit tableau, and an affine classifier of $y^{[L]}$.


# %% tags=["hide-input"]
def height(H, k, p, s):
    """Height of a map after a convolution, counted by PyTorch."""
    convolution = torch.nn.Conv2d(1, 1, k, padding=p, stride=s)
    return convolution(torch.zeros(1, 1, H, H)).shape[-1]


for k in (1, 3, 5, 7):
    assert height(28, k, (k - 1) // 2, 1) == 28  # eq. (4.5.a)
    assert height(28, k, 0, 1) == 28 - k + 1
    for s in (2, 3):
        assert height(28, k, 1, s) == (28 + 2 - k) // s + 1 < 28

# %% tags=[]
net = ConvolutionalRKNet(IMAGE, 8, 10, L=3, tableau="rk4", h=1.0)
net

# %% [markdown]
# ## Convolution as a matrix
#
# A convolution is linear. On the flattened map it acts as a matrix with one row per pixel, in which the same few weights recur. The
# network therefore *is* a network of Section 2, {eq}`paper-2.5`, whose controls are restricted to a subspace.

# %%
small = ConvolutionalRKNet((1, 6, 6), 1, 2, L=1, tableau="rk4", h=0.5).double()
unit = torch.eye(36, dtype=torch.double)
bias = small.b[0].expand(36)
K = torch.nn.functional.conv2d(unit.reshape(36, 1, 6, 6), small.K[0], padding=1)
K = K.reshape(36, 36).T.detach()

dense = RKNet(36, 36, 2, L=1, tableau="rk4", h=0.5).double()
with torch.no_grad():
    dense.K[0], dense.b[0] = K, bias
    dense.W.copy_(small.W)
    dense.mu.copy_(small.mu)
x = torch.randn(
    5, 36, dtype=torch.double, generator=torch.Generator().manual_seed(0)
)
assert torch.allclose(dense(x), small(x), rtol=1e-12, atol=1e-12)
assert len(K[K != 0].unique()) <= 9

# %% mystnb={"figure": {"name": "fig-matrix", "caption": "Left, a kernel of 3 x 3 weights; right, the matrix of its convolution for maps of 6 x 6 pixels: 36 x 36 entries, which are zero (no colour) or one of the nine weights. Entries repeat along the diagonals, because a shift of the image shifts the output."}, "image": {"classes": "scale", "alt": "Left, a square of nine coloured cells. Right, a large sparse matrix with three diagonal bands of three lines each in the same nine colours.", "width": "100%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
limit = small.K.detach().abs().max().item()
for ax, entries in zip(axes[0], (small.K[0, 0, 0].detach(), K)):
    shown = np.ma.masked_equal(entries.numpy(), 0)
    ax.imshow(shown, cmap="PuOr", vmin=-limit, vmax=limit)
    ax.set(xticks=(), yticks=())
axes[0, 0].set_title("kernel")
axes[0, 1].set_title("its matrix $K$")
plt.show()

# %% [markdown]
# A convolution has fewer weights. The cell counts the weights of a dense layer of width $30^2$ and of convolutional layers with one and
# with eight channels:

# %%
print(f"dense, width 900: {900 * 901}")
for channels in (1, 8):
    kernel = channels**2 * 9 + channels
    print(f"convolution, channels {channels}: {kernel}")
counted = sum(p.numel() for p in (net.K[0], net.b[0]))
assert counted == 8**2 * 9 + 8

# %% [markdown]
# ## Two ways to add space
#
# **A border.** Zeros around the image turn $28 \times 28$ pixels into $30 \times 30$, as many dimensions as the wide nets of the
# previous pages have. **Channels.** Further maps of zeros are added to the one that holds the image. Flattened channel by channel, this is
# $\hat x = (x, 0, \dots, 0)$, {eq}`paper-2.3`. As elsewhere in this book, the lift to more channels may also be a matrix, frozen or
# learned. The same matrix acts on the channels of every pixel: it is a convolution with $k = 1$.

# %%
rng = np.random.default_rng(0)
x = torch.from_numpy(validation.X[:50])
channels = ImageLift(IMAGE, channels=8, border=0, lift="zero", rng=rng)
assert torch.equal(channels(x), LIFTS["zero"](784, 8 * 784, rng)(x))

border = ImageLift(IMAGE, channels=1, border=1, lift="zero", rng=rng)
framed = border(x).reshape(-1, 30, 30)
assert torch.equal(framed[:, 1:-1, 1:-1].flatten(1), x)
assert framed.count_nonzero() == x.count_nonzero()

learned = ImageLift(IMAGE, channels=8, border=0, lift="learned", rng=rng)
by_kernel = torch.nn.functional.conv2d(
    x.reshape(-1, *IMAGE), learned.pixel.matrix[:, :, None, None]
)
assert torch.allclose(learned(x), by_kernel.flatten(1))

# %% [markdown]
# The two ways differ. A channel adds a dimension *at every pixel*, so that trajectories of features can pass one another there. A border
# adds dimensions far away from the strokes. The flow at a pixel is coupled to the border only through the pixels between them: in $L$
# layers of $s$ stages information travels at most $sL(k-1)/2$ pixels. Moreover, the padding of {eq}`eq-4.5.a` already puts zeros around
# every map. A border should therefore change little.
#
# ## The order of the scheme
#
# Is a layer really a step of the scheme? We refine a network: each step is replaced by $r$ equal steps with the same control $u$. As $r$
# grows, the output must converge to that of the flow with the order of the scheme.


# %% tags=["hide-input"]
def output(tableau, refinement):
    """Output features of two layers, each split into equal steps."""
    coarse = ConvolutionalRKNet(
        IMAGE, 4, 10, L=2, tableau=tableau, h=0.5, lift="linear"
    )
    fine = ConvolutionalRKNet(
        IMAGE,
        4,
        10,
        L=2 * refinement,
        tableau=tableau,
        h=0.5 / refinement,
        lift="linear",
    )
    weights = coarse.state_dict()
    for name in ("K", "b"):
        # eight times the initial weights, for an error well above rounding
        weights[name] = 8 * weights[name].repeat_interleave(refinement, dim=0)
    fine.load_state_dict(weights)
    return fine.double().flow(validation.X[:4])[-1]


exact = output("rk4", 64)
for tableau, order in (("euler", 1), ("heun", 2), ("kutta3", 3), ("rk4", 4)):
    error = [np.abs(output(tableau, r) - exact).max() for r in (8, 16)]
    observed = np.log2(error[0] / error[1])
    assert abs(observed - order) < 0.3
    print(f"{tableau}: order {observed:.0f}")

# %% [markdown]
# ## The experiment
#
# `rknet run convolution` trains nets of two layers with $h = 1$ and tanh, by Adam in batches of five. Each training takes 3000 steps: ten
# epochs of 1500 images, or three of 5000. With eight channels there are nets of four schemes, and a residual net (ReLU, $h = 1$) of
# eight layers, which evaluates as many convolutions as RK4 does in two layers. With a single channel, RK4 is run with and without a
# border.

# %% tags=["hide-input"]
runs = recorded("convolution", records)
columns = {
    f"{data}, {n}": f"{n} images, {data}"
    for data in IMAGES_COMPARED
    for n in EPOCHS
}
kinds = dict.fromkeys(
    ", ".join(label.split(", ")[:2])
    for label in EXPERIMENTS["convolution"].rows
)


def last(label):
    """Final validation accuracies of a row's recorded runs, in percent."""
    found = [past for (row, _), (_, past) in runs.items() if row == label]
    return 100 * np.array([past.val_accuracy[-1] for past in found])


def shown(accuracies):
    """Mean, spread and number of runs, in words."""
    mean, sd = accuracies.mean(), accuracies.std()
    return f"{mean:.1f} ± {sd:.1f} ({len(accuracies)})"


Table(
    "table-convolution",
    "Convolutional nets: validation accuracy in percent by image set and number of training images, mean ± standard deviation "
    "(number of runs).",
    [*columns],
    {
        "after 3000 steps": [
            Row(
                kind,
                "",
                [
                    shown(last(f"{kind}, {column}"))
                    for column in columns.values()
                ],
            )
            for kind in kinds
        ]
    },
    heads=("", "net", ""),
)

# %% [markdown]
# Each row has four repetitions; the number in brackets counts them.

# %% mystnb={"figure": {"name": "fig-convolution", "caption": "Validation (solid) and training (dotted) accuracy and cost by epoch, for convolutional nets on Fashion-MNIST with 1500 training images; means of the recorded repetitions. Nets with eight channels classify nearly all training images correctly, while their validation costs rise."}, "image": {"alt": "Two plots by epoch, accuracy and cost, for four nets. Dotted training lines rise towards 100 percent, highest for nets with eight channels, while solid validation lines level off near 80 percent; in the right panel the validation costs of the nets with eight channels rise.", "width": "100%"}} tags=["hide-input"]
drawn = (
    "rk4, 1 channel",
    "rk4, a border",
    "rk4, 8 channels",
    "residual, 8 channels",
)
curves = {
    kind: [
        past
        for (row, _), (_, past) in runs.items()
        if row == f"{kind}, 1500 images, FashionMNIST"
    ]
    for kind in drawn
}
curves = {kind: histories for kind, histories in curves.items() if histories}
fig, axes = plots.panels([["2d", "2d"]], height=2.7)
for ax, quantity in zip(axes[0], ("accuracy", "cost")):
    plots.convergence(ax, curves, quantity)
axes[0, 0].set_ylim(60, 101)
axes[0, 1].set_ylim(0, 2)
axes[0, 1].get_legend().remove()
plt.show()

# %% [markdown]
# The paper makes no prediction for these nets, but its findings on dense networks suggest four. They are written down in
# `rknet/study/ledger/predictions.yml`, which was committed before the first run, and are judged like the sentences of the
# [ledger](ledger.ipynb): an expectation is met if every interval lies in its region. The schemes must differ from RK4 by less than 2
# points; the other differences must be above 0.

# %% tags=["hide-input"]
rules = Path(ledger.__file__).with_name("predictions.yml")
judged = judge(read(rules), Evidence(records)).values()
Table(
    "table-predictions",
    "Expectations and verdicts: differences of mean validation accuracies in points, each with the 90 % interval that decides whether "
    "the expectation is met.",
    ["difference", "interval", "verdict"],
    {
        f"{v.says} {v.verdict.capitalize()}.": [
            Row(
                f.what.partition(", ")[2].partition(" minus ")[0],
                "",
                [number(f.estimate), interval(f), f.verdict],
            )
            for f in v.findings
        ]
        for v in judged
    },
    heads=("expectation", "net, images", ""),
    stacked=True,
)

# %% tags=["hide-input"]
means = {
    c: {k: last(f"{k}, {c}").mean() for k in kinds} for c in columns.values()
}
one, eight, border = "rk4, 1 channel", "rk4, 8 channels", "rk4, a border"
for column, mean in means.items():
    assert all(len(last(f"{k}, {column}")) == 4 for k in kinds)
    assert 0.65 < mean[one] - mean[eight] < 4
    assert abs(mean[border] - mean[one]) < 0.5
    assert 3 < mean["residual, 8 channels"] - mean[eight] < 7.1
    assert abs(mean["heun, 8 channels"] - mean[eight]) < 1
    assert abs(mean["kutta3, 8 channels"] - mean[eight]) < 1
    ahead = mean["euler, 8 channels"] - mean[eight]
    assert abs(ahead) < 1 or (column.startswith("1500") and 2.4 < ahead < 2.5)
assert [v.verdict for v in judged] == [
    *("not compatible", "not testable", "not testable", "not compatible")
]
fitted = [
    past.train_accuracy[-1]
    for (row, _), (_, past) in runs.items()
    if row.endswith("8 channels, 1500 images, FashionMNIST")
]
assert min(fitted) > 0.95

# %% [markdown]
# Two expectations fail. In every column eight channels make the RK4 net *worse* than one channel, by 0.7 to 4
# points, and the residual net of equal cost is better than the RK4 net with eight channels by three to seven. The
# other two are undecided. A border changes less than half a point. Heun's and Kutta's schemes are within a point of
# RK4, and so is Euler's method, with fewer evaluations, except on 1500 images of Fashion-MNIST, where it is better
# by two points and a half. Nets with eight channels classify nearly all training images correctly. A channel
# not only adds dimensions to the flow, it also gives the classifier another 784 features, and 1500 images cannot
# determine so many weights. The cell counts them:

# %%
for kind in ("rk4, 1 channel", "rk4, 8 channels", "residual, 8 channels"):
    net = (
        EXPERIMENTS["convolution"]
        .rows[f"{kind}, 1500 images, MNIST"]
        .network(0)
    )
    layers, head = (
        sum(weights.numel() for weights in part)
        for part in ((net.K, net.b), (net.W, net.mu))
    )
    print(f"{kind:22}{layers:5} in the layers, {head} in the classifier")

# %% [markdown]
# ## The maps of a trained network
#
# One net is trained on this page: RK4 with eight channels, for two epochs.

# %%
net = (
    EXPERIMENTS["convolution"]
    .rows["rk4, 8 channels, 1500 images, MNIST"]
    .network(0)
)
past = cached_fit(net, train, validation, Protocol(epochs=2))
assert past.val_accuracy[-1] > 0.8
print("validation accuracy after two epochs: more than 80 %")

# %% mystnb={"figure": {"name": "fig-maps", "caption": "The eight channels of one digit after each layer of the trained net. At layer 0, the input, seven channels are zero. After the layers some of them show the stroke itself, others its edges, with opposite signs on the two sides."}, "image": {"classes": "scale", "alt": "Three rows of eight small maps in two colours. In the first row only the first shows a digit and the others are blank; further down all eight show the digit with differently shaded edges.", "width": "100%"}} tags=["hide-input"]
n = int(np.flatnonzero(validation.c == 2)[0])
maps = net.flow(validation.X[n : n + 1]).reshape(-1, *net.shape)
fig, axes = plots.panels([["2d"] * 8] * len(maps), height=0.95)
limit = np.abs(maps).max()
for l, line in enumerate(axes):
    for c, ax in enumerate(line):
        ax.imshow(maps[l, c], cmap="PuOr", vmin=-limit, vmax=limit)
        ax.set(xticks=(), yticks=())
        if l == 0:
            ax.set_title(f"channel {c + 1}", fontsize=7.5)
    line[0].set_ylabel(f"layer {l}")
plt.show()

# %%
assert np.abs(maps[0, 1:]).max() == 0 and np.abs(maps[1, 1:]).max() > 0.1

# %% [markdown]
# ## Draw a digit
#
# A smaller net of this kind, four layers of RK4 with $h = 1/2$ and eight channels of 14 x 14 pixels, runs in this page. It has
# been trained with half of the 5000 digits, and has not seen the other half. Draw a digit and follow its channels
# through the layers:

# %%
DigitLaboratory(digit="3", layer=2)

# %% [markdown]
# Its weights are whole numbers of one byte with a scale for each filter, and the page computes the same probabilities as
# Python.

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-4-5-shuffle
# Shuffle the pixels of all images by one permutation, and train the net with eight channels and a dense RK4Net again. Which of the two
# becomes less accurate?
# ```
#
# ```{solution} ex-4-5-shuffle
# :class: dropdown
# The convolutional net, because its kernels combine pixels that were not neighbours in the original image. In the dense net the
# permutation only exchanges columns of the random lift, whose entries all follow the same law. Up to chance, it makes no difference.
# ```
#
# ```{exercise}
# :label: ex-4-5-pooled
# With `pooled=True` the classifier sees only the mean of each channel. Shift the validation images by two pixels. Which net loses less,
# the pooled one or the one that sees every pixel?
# ```
#
# ```{solution} ex-4-5-pooled
# :class: dropdown
# The pooled one. A convolution commutes with shifts, except near the edge of the image, and a mean over all pixels is invariant under
# them. But eight means say little about a digit: the net needs more channels and longer training.
# ```
#
# ```{exercise}
# :label: ex-4-5-resnet
# Which choice of tableau, $h$ and activation turns the layers into those of a ResNet {footcite}`he2016`?
# ```
#
# ```{solution} ex-4-5-resnet
# :class: dropdown
# `tableau="euler"`, `h=1`, `activation="relu"`: a layer is then $y + \operatorname{ReLU}(K * y + b)$, a residual block with one
# convolution, as in the residual net above. A test compares the net with a stack of PyTorch's own layers.
# ```
#
# ## Takeaways
#
# - A convolution with padding, stride 1 and as many filters as channels can serve as right-hand side. Tableau, lift and classifier need
#   no change.
# - The network is that of Section 2 with matrices in which a few weights are repeated.
# - Added channels made the network worse, and a plain residual net of equal cost was better: two of four expectations,
#   fixed beforehand, fail. Four repetitions do not decide whether a border helps, or whether other schemes are within
#   two points of RK4.
#
# ## References
#
# ```{footbibliography}
# ```

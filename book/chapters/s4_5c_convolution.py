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
# (s4-5b)=
# # Section 4.5, second part. The convolutional network that was not run
#
# To a network of the [last page](s4-5a) an image is a list of 784 numbers: shuffle the pixels of all images alike, and it learns
# exactly as well. A convolution looks at neighbours. The paper describes in a paragraph how Runge-Kutta steps and feature space
# augmentation carry over to convolutions, and leaves it at that. Here the network is built, checked and trained. (Its other
# suggestion, ordinary convolution and pooling in front of a network for vectors, it sets aside, and so do we: there the
# Runge-Kutta steps would know nothing of neighbours.)
#
# :::{admonition} What the paper says, and what you will see
# :class: tip
# - A Runge-Kutta step needs a right-hand side that returns what it was given: as many output as input channels, and maps of
#   constant size.
# - Space can be added in two ways: a *border* of pixels around the image, or further *channels* {footcite}`dupont2019`.
# - You will see that nothing new has to be invented: the network is {eq}`paper-2.12` with a matrix of a special form, and for
#   channels of zeros the augmentation is {eq}`paper-2.3` to the letter.
# - All nets of this page are trained on it, for a few epochs. The paper has no numbers to compare with.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

from rknet import LIFTS, Protocol, RKNet, plots
from rknet.convolution import ConvolutionalRKNet, ImageLift
from rknet.data.images import load
from rknet.study.cache import cached_fit
from rknet.study.configuration import seeds_of
from rknet.study.paper import tables

plots.style()
IMAGE = (1, 28, 28)
train, validation = load("MNIST", "sample").repetition(seeds_of(0)["data"])

# %% [markdown]
# ## A right-hand side for maps
#
# Let the state $y$ be a stack of $C$ maps of $H \times W$ pixels. A filter has a kernel of $k \times k$ pixels for each of these
# channels. With $p$ pixels of padding on each side and stride $s$, a map of height $H$ becomes one of height
# $\lfloor (H + 2p - k)/s \rfloor + 1$. Both $y$ and $f(u, y)$ must be of one kind to be added, so $s = 1$, $p = (k - 1)/2$ with
# $k$ odd, and as many filters as channels:
#
# $$
# f(u, y)_c = \sigma\Bigl( \sum_{c'=1}^{C} K_{cc'} * y_{c'} + b_c \Bigr), \qquad c = 1, \dots, C,
# $$ (eq-4.5.a)
#
# with $K_{cc'} \in \mathbb R^{k \times k}$, $b \in \mathbb R^C$. Everything else of {eq}`paper-2.12` stays: one control
# $u^{[l]} = (K^{[l]}, b^{[l]})$ for all stages of a layer, any explicit tableau, and an affine classifier of $y^{[L]}$.


# %%
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
# ## It is a matrix
#
# A convolution is linear. Written for the flattened map it is a matrix, with one row a pixel, in which the same few weights return
# again and again. So this *is* a network of Section 2, {eq}`paper-2.5`, whose controls are confined to a subspace.

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

# %% mystnb={"figure": {"name": "fig-matrix", "caption": "Left, a kernel of 3 x 3 weights; right, the matrix of its convolution for maps of 6 x 6 pixels: 36 x 36 entries, nine different numbers, and zeros. Blocks repeat along the diagonals, for a shift of the image shifts the answer."}, "image": {"alt": "Left, a square of nine coloured cells. Right, a large sparse matrix with three diagonal bands of three lines each in the same nine colours.", "width": "100%"}} tags=["hide-input"]
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
# What is gained is economy. Weights of a layer, for a map with a border of one pixel and for eight channels, beside those of the
# dense layer of width $30^2$:

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
# **A border.** Zeros around the picture make $30 \times 30$ of $28 \times 28$, as many dimensions as the wide nets of the last page
# had. **Channels.** Further maps of zeros beside the one that holds the picture. Flattened channel by channel, this is
# $\hat x = (x, 0, \dots, 0)$, {eq}`paper-2.3`. Like every lift of this book, that of the channels may also be a matrix, frozen
# or learned, here one for all pixels: a convolution with $k = 1$.

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
# The two are not alike. A channel is new space *at every pixel*: where features could not pass one another, they may now pass each
# other by. A pixel of the border is new space far away from the ink. The flow at a pixel reaches it only through its
# neighbours, and after $L$ layers of $s$ stages information has travelled $sL(k-1)/2$ pixels at most. In addition the padding of
# {eq}`eq-4.5.a` puts zeros around every map anyway. So a border should change little.
#
# ## Any tableau
#
# Is a layer really a step of the scheme? Take a net and refine it: two half steps with the same $u$ in place of each step,
# then four. The output must approach that of the flow with the order of the scheme.


# %%
def output(tableau, refinement):
    """Output features with each of two layers split into equal steps."""
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
        # eight times the first weights, so that there is something to see
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
# ## A small experiment
#
# Four RK4 nets of three layers with $h = 1$ and tanh, batches of five, Adam, on 1500 digits. They differ in their augmentation
# alone, and run for four epochs.

# %%
ADDED = {
    "as it is": {"channels": 1},
    "border": {"channels": 1, "border": 1},
    "zero channels": {"channels": 8},
    "learned channels": {"channels": 8, "lift": "learned"},
}


def run(options, tableau="rk4", seed=0):
    """A trained net and its history."""
    net = ConvolutionalRKNet(
        IMAGE, classes=10, L=3, tableau=tableau, h=1.0, seed=seed, **options
    )
    order = seeds_of(seed)["order"]
    return net, cached_fit(
        net, train, validation, Protocol(epochs=4), seed=order
    )


jobs = [*ADDED.values()]
done = dict(
    zip(
        ADDED,
        Parallel(n_jobs=-1, max_nbytes=None)(
            delayed(run)(options) for options in jobs
        ),
    )
)

# %% mystnb={"figure": {"name": "fig-convolution", "caption": "Validation (solid) and training accuracy (dotted) of four convolutional RK4 nets on MNIST by epoch, and their costs. A border changes next to nothing. Seven channels more, zeros and a learned lift alike, bring the training images near 100 % and make the validation images worse, whose cost ends far above that of one channel."}, "image": {"alt": "Two plots by epoch, accuracy and cost, with four solid and four dotted lines. The solid lines of the nets with one channel, with and without border, lie together near 90 percent; those of the two nets with eight channels lie near 85 percent, while their dotted lines are the highest. In the right panel the solid lines of the nets with eight channels turn upwards.", "width": "100%"}} tags=["hide-input"]
histories = {name: [past] for name, (_, past) in done.items()}
fig, axes = plots.panels([["2d", "2d"]], height=2.7)
for ax, quantity in zip(axes[0], ("accuracy", "cost")):
    plots.convergence(ax, histories, quantity)
    ax.set_xticks(range(5))
axes[0, 0].set_ylim(70, 101)
axes[0, 1].set_ylim(0, 1)
axes[0, 1].get_legend().remove()
plt.show()

# %%
late = {  # mean of the last three epochs, in percent
    name: {
        half: 100 * getattr(past, f"{half}_accuracy")[-3:].mean()
        for half in ("train", "val")
    }
    for name, (_, past) in done.items()
}
plain = late["as it is"]
assert abs(late["border"]["val"] - plain["val"]) < 2
for name in ("zero channels", "learned channels"):
    assert late[name]["train"] > plain["train"] + 1
    assert late[name]["val"] < plain["val"] - 1.5
cut = LogisticRegression(C=0.03, tol=1e-3, max_iter=300)
cut.fit(train.X.astype(float), train.c)
straight = 100 * cut.score(validation.X, validation.c)
theirs = tables()["table6_validation"]["MNIST"]["RK4Net"]["accuracy"][0]
assert plain["val"] > max(87, straight - 1, theirs - 3)
print("one channel: more than 87 % on the validation images")
print("eight channels: better on the training images, worse on the others")
print(f"the paper's RK4Net: {theirs} %; a straight cut: {straight:.0f} %")

# %% [markdown]
# This is not what augmentation did in the plane. Space for the flow is not all that channels add: the classifier sees eight times
# as many features, and 1500 images cannot tell its weights what to do. Training gains, validation loses. A single channel
# has few weights, and knows beforehand that neighbours belong together:

# %%
for name in ("as it is", "zero channels"):
    net = done[name][0]
    layers = net.K.numel() + net.b.numel()
    head = net.W.numel() + net.mu.numel()
    print(
        f"{name:14}{layers:5} weights in the layers, {head} in the classifier"
    )

# %% [markdown]
# With them it comes, after four epochs, within three points of what the paper prints for 81 million weights. The
# [straight cut](s4-5a) with as many weights is about as good. One repetition of a small experiment proves little.
#
# ## What the maps do

# %% mystnb={"figure": {"name": "fig-maps", "caption": "The eight channels of one digit on their way through the trained net with zero channels, layer by layer. At the entrance seven are empty. Then they fill, faintly at first: some with the stroke itself, some with its edges, dark on one side and light on the other."}, "image": {"alt": "Four rows of eight small maps in two colours. In the first row only the first shows a digit and the others are blank; further down all eight show the digit with differently shaded edges.", "width": "100%"}} tags=["hide-input"]
net = done["zero channels"][0]
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
# ## Exercises
#
# ```{exercise}
# :label: ex-4-5-shuffle
# Shuffle the pixels of all images by one permutation and train the net with zero channels again, and a dense RK4Net. Which of the
# two notices?
# ```
#
# ```{solution} ex-4-5-shuffle
# :class: dropdown
# The convolutional one, whose kernels find no edges any more. For a dense net the permutation is absorbed by the columns of
# the lift, whose entries all follow one law: it notices nothing, up to chance.
# ```
#
# ```{exercise}
# :label: ex-4-5-pooled
# With `pooled=True` the classifier sees only the mean of each channel. Shift the validation images by two pixels. Which net loses
# less, the pooled one or the one that sees every pixel?
# ```
#
# ```{solution} ex-4-5-pooled
# :class: dropdown
# The pooled one. A convolution commutes with shifts, apart from the edge of the image, and a mean over all pixels
# does not change under them. But eight means are little to know about a digit: it needs more channels and more time.
# ```
#
# ```{exercise}
# :label: ex-4-5-resnet
# Which choice of tableau, $h$ and activation makes the layers those of a ResNet {footcite}`he2016`?
# ```
#
# ```{solution} ex-4-5-resnet
# :class: dropdown
# `tableau="euler"`, `h=1`, `activation="relu"`: $y + \operatorname{ReLU}(K * y + b)$, a block of one convolution. A test
# compares it with a stack of PyTorch's own layers.
# ```
#
# ## Takeaways
#
# - A convolution with padding, stride 1 and as many filters as channels is a right-hand side like any other; the tableau, the
#   lift and the classifier need not know about it.
# - It is the network of Section 2 with matrices of a few repeated weights.
# - On 1500 digits a border changes nothing, and more channels help on the training images only; a single channel with three
#   kernels comes close to the dense networks.
#
# ## References
#
# ```{footbibliography}
# ```

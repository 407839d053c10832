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
# (s4-2)=
# # 4.2 Network depth
#
# On this page a plain feed-forward network and a Runge-Kutta network classify a spiral, with one to a hundred layers.
# In the deep plain network the features of all points merge on their way through the layers. We measure how fast this
# happens and explain why.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - StandardNet {eq}`paper-2.6` improves up to about five layers, declines from 10 on, breaks down at 20 and is at the
#   level of chance from 40 on. RK4Net {eq}`paper-2.12` improves with every layer and stays above 99 % from 10 on
#   (Tables 1 and 2).
# - A shallow StandardNet outperforms a shallow RK4Net.
# - With only one added dimension StandardNet never exceeds 80 %, and RK4Net becomes nearly perfect only at 40 layers.
# - In a deep StandardNet the features of all points are compressed until they cannot be told apart (Figure 5), even
#   earlier with the logistic function than with tanh. Residual connections prevent this.
# - You will train the 116 networks behind these statements and derive the rate at which features vanish.
# :::

# %% tags=["hide-input"]
import copy

import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import Protocol, plots
from rknet.data import bayes
from rknet.engines.compiled.engine import Compiled
from rknet.laboratories import FlowInSpace, TrainingLaboratory
from rknet.laboratories.training import draw_training, spreads
from rknet.playground import Playground
from rknet.study.cache import cached_fit, repetitions, trained
from rknet.study.configuration import Configuration, seeds_of
from rknet.study.experiments import DEPTHS, EXPERIMENTS
from rknet.study.html_tables import beside_paper
from rknet.study.ledger.boxes import verdict_box
from rknet.study.ledger.judging import stored
from rknet.study.ledger.measurements import (
    TrainedRun,
    final_spread,
    separability,
    vanishing_layer,
)
from rknet.study.paper import tables

plots.style()

# %% [markdown]
# ## The task
#
# The spiral has two arms, and its best possible classifier is almost perfect, because noise hardly ever carries a
# point across the gap between the arms. This experiment is therefore *not saturated*: networks that learn and
# networks that fail differ widely in accuracy.

# %%
limit = 100 * bayes.accuracy("spiral")
print(f"Bayes limit of the spiral: {limit:.1f} %")

# %% [markdown]
# Both networks have width $\hat d = 16$, the activation tanh and depths $L$ from 1 to 100. Their layers are
#
# $$
# \begin{aligned}
# y^{[l+1]} &= f\bigl(u^{[l]}, y^{[l]}\bigr) && \text{(StandardNet)}, \\
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{4} \beta_i f\bigl(u^{[l]}, y_i^{[l]}\bigr) && \text{(RK4Net)},
# \end{aligned}
# $$ (eq-4.2.a)
#
# with $f(u, y) = \sigma(Ky + b)$, and an affine classifier takes the features $y^{[L]}$. Everything else follows the
# paper's protocol: cross-entropy, Adam, batches of five, at most 40 epochs, 1500 training and 1500 validation points,
# and four repetitions, each with new points and new weights.
#
# :::{admonition} The authors' code
# :class: voice-authors
# The text does not give the step size. In the published code $h = 0.05$ at *every* depth, so the final time $T = hL$
# grows from 0.05 to 5: the study varies both how finely a flow is resolved and how long it runs. Instead of padding
# with zeros {eq}`paper-2.3`, a random linear map, drawn anew in each repetition and never trained, lifts the input to
# 16 dimensions. We follow the code.
# :::

# %%
runs = repetitions("depth")
runs["RK4Net, L = 20", 0][0]

# %% [markdown]
# ## Tables 1 and 2

# %% tags=["hide-input"]
NETS = ("StandardNet", "RK4Net")
by_depth = {
    net: {f"L = {L}": f"{net}, L = {L}" for L in DEPTHS} for net in NETS
}
beside_paper(
    "table-1",
    "Table 1. Accuracy on the spiral by depth L, width 16, tanh: our mean "
    "± standard deviation over four repetitions, "
    "the paper's mean below it.",
    "depth",
    runs,
    by_depth,
    ("train_accuracy", "val_accuracy"),
)

# %% [markdown]
# A box under a table or figure judges what the paper says about it, by a rule fixed beforehand and on twenty or more
# separate repetitions, with seeds from 4 to 83. Its first word links to the record.

# %% tags=["hide-input"]
verdict_box(
    "table1",
    "depth-train-above-validation",
    "depth-gap-negligible",
)

# %% tags=["hide-input"]
beside_paper(
    "table-2",
    "Table 2. Cost on the spiral by depth L, width 16, tanh, in tenths. The "
    "paper's last cell cannot be read in our copy.",
    "depth",
    runs,
    by_depth,
    ("train_cost", "val_cost"),
)

# %% tags=["hide-input"]
verdict_box(
    "table2",
    "depth-cost-gap",
    "depth-cost-reversed",
)

# %% [markdown]
# **What to see.** StandardNet rises and then falls off a cliff; RK4Net starts low and climbs to the limit. Training
# and validation accuracy stay close together: where StandardNet fails, it also fails on its training points.
#
# A mean of four hides how a network fails. The next figure shows every repetition:


# %% tags=["hide-input"]
def final(runs, row, statistic="val_accuracy"):
    """The final value of each repetition of a row."""
    histories = [
        history for (name, _), (_, history) in runs.items() if name == row
    ]
    return np.array([getattr(history, statistic)[-1] for history in histories])


def draw_depths(ax, runs, evaluations=(1, 1)):
    """Final validation accuracy by depth times evaluations of f per layer."""
    for net, each in zip(NETS, evaluations):
        x, style = each * np.array(DEPTHS), plots.NET_STYLES[net]
        percent = [100 * final(runs, f"{net}, L = {L}") for L in DEPTHS]
        ax.plot(x, np.mean(percent, axis=1), label=net, **style)
        ax.plot(
            x,
            percent,
            ".",
            color=style["color"],
            markersize=5,
            alpha=0.6,
            markeredgewidth=0,
        )
    ax.axhline(limit, color=plots.INK, linestyle="--", linewidth=0.8)
    ax.axhline(50, color=plots.INK, linestyle=":", linewidth=0.8)
    ax.set(xscale="log", ylim=(40, 104), xlabel="depth $L$")
    ax.set_xticks(DEPTHS, DEPTHS)
    ax.minorticks_off()


# %% mystnb={"figure": {"name": "fig-depth", "caption": "Final validation accuracy of every repetition (dots) and their mean (lines); dashed the Bayes limit, dotted chance. Left: StandardNet does not decline smoothly between 10 and 40 layers: at 20 layers one repetition has learned the spiral and another has learned nothing. Right: the same runs against their cost in evaluations of $f$ per sample. RK4Net needs four per layer."}, "image": {"alt": "Two plots of accuracy on a logarithmic axis. Left, by depth: the line of StandardNet is above that of RK4Net up to three layers, then falls to 50 percent between 10 and 40 layers with widely scattered dots at 20; RK4Net rises to the limit and stays. Right, by evaluations: StandardNet's rise comes far earlier.", "width": "100%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
draw_depths(axes[0, 0], runs)
draw_depths(axes[0, 1], runs, evaluations=(1, 4))
axes[0, 0].set_ylabel("validation accuracy (%)")
axes[0, 0].legend(loc="lower left", bbox_to_anchor=(0, 0.25))
axes[0, 1].set_xticks((1, 4, 10, 40, 100, 400), (1, 4, 10, 40, 100, 400))
axes[0, 1].set_xlabel("evaluations of $f$")
plt.show()

# %% tags=["hide-input"]
verdict_box(
    "depth-standardnet-rises",
    "depth-standardnet-declines",
    "depth-standardnet-drops",
    "depth-standardnet-chance",
    "depth-rk4net-rises",
    "depth-rk4net-above-99",
    "depth-rk4net-flat",
    "depth-shallow",
    "depth-deep",
    "depth-turning-point",
)

# %% tags=["hide-input"]
at_20 = {net: final(runs, f"{net}, L = 20") for net in NETS}
assert min(at_20["StandardNet"]) < 0.6 < 0.9 < max(at_20["StandardNet"])
assert min(at_20["RK4Net"]) > 0.99

shallow = {net: final(runs, f"{net}, L = 1").mean() for net in NETS}
assert shallow["StandardNet"] > shallow["RK4Net"] + 0.1

# %% [markdown]
# The paper's statement on shallow networks holds at one and at three layers. At five layers the curves cross: the paper
# prints StandardNet ahead by less than a point, but over sixty repetitions RK4Net is ahead.
#
# Why is a shallow RK4Net poor? Its final time is too short. Since every component of $f$ is bounded by 1, the
# features move by at most $T = hL$ in each coordinate:
#
# $$
# \bigl| y^{[L]} - y^{[0]} \bigr|_\infty \le h L.
# $$ (eq-4.2.b)
#
# One layer can move a coordinate by 0.05, and the spiral is eight wide. The spiral stays almost unchanged, and the
# affine classifier has to cut it with a straight line. StandardNet has no such bound. The bound is attained: up to 20
# layers the trained networks move some feature as far as possible.


# %%
def farthest_move(L):
    """The largest move of any feature in any coordinate, repetition 0."""
    flow = TrainedRun(
        EXPERIMENTS["depth"].rows[f"RK4Net, L = {L}"], seed=0
    ).flow()
    return np.abs(flow[-1] - flow[0]).max()


rounding = 1e-5  # of states in single precision
moves = {L: farthest_move(L) for L in DEPTHS}
assert all(move <= 0.05 * L + rounding for L, move in moves.items())
assert all(moves[L] > 0.99 * 0.05 * L for L in (1, 3, 5, 10, 20))
for L, move in moves.items():
    print(f"T = {0.05 * L:4.2f}: farthest move {move:.1f}")

# %% [markdown]
# ## A constant answer
#
# A StandardNet of 40 or 100 layers always gives the same answer. Each arm of the spiral has exactly half of the
# training and validation points taken together. A constant answer is right on one arm, so the two accuracies must add
# up to 100 %:

# %%
for L in (40, 100):
    row = f"StandardNet, L = {L}"
    right = 1500 * (final(runs, row, "train_accuracy") + final(runs, row))
    assert np.array_equal(right.round(), [1500] * 4)

printed = tables()["table1_accuracy"]["StandardNet"]
for L, a, b in zip(DEPTHS, printed["train"], printed["val"]):
    print(f"printed for L = {L:3}: {a:.2f} + {b:.2f} = {a + b:.2f}")

# %% [markdown]
# The printed accuracies of 40 and 100 layers also add up to 100.00, and their printed cost, 6.93 tenths, is that of
# tossing a coin: $\log 2 = 0.693$.

# %% tags=["hide-input"]
for L in (40, 100):
    costs = final(runs, f"StandardNet, L = {L}", "val_cost")
    assert np.allclose(costs, np.log(2), atol=0.002)

# %% [markdown]
# ## Width 3
#
# The paper reports the study at $\hat d = 3$ without a table. Here it is.

# %%
narrow = repetitions("depth-narrow")

# %% tags=["hide-input"]
beside_paper(
    "table-depth-narrow",
    "Accuracy on the spiral by depth L at width 3, tanh: our mean ± standard "
    "deviation over four repetitions. The paper "
    "prints no numbers for it.",
    "depth-narrow",
    narrow,
    by_depth,
    ("train_accuracy", "val_accuracy"),
)

# %% mystnb={"figure": {"name": "fig-depth-narrow", "caption": "The depth study at $\\hat d = 3$. RK4Net needs 40 layers to reach what it reaches with 10 at width 16. StandardNet scatters widely at three to ten layers: some repetitions pass 90 %, others stay near 75 %."}, "image": {"alt": "Accuracy by depth at width 3: RK4Net rises late, from 75 percent up to ten layers to 99 at forty; StandardNet's repetitions scatter between 71 and 94 percent up to ten layers and drop to 50 at forty.", "width": "60%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.8, width=4.4)
draw_depths(axes[0, 0], narrow)
axes[0, 0].set_ylabel("validation accuracy (%)")
axes[0, 0].legend(loc="lower left", bbox_to_anchor=(0, 0.25))
plt.show()

# %% tags=["hide-input"]
verdict_box(
    "narrow-standardnet-80",
    "narrow-standardnet-later",
    "narrow-rk4net-perfect",
    "narrow-rk4net-needs-40",
)

# %%
above = [L for L in DEPTHS if max(final(narrow, f"StandardNet, L = {L}")) > 0.8]
assert above == [3, 5, 10]
assert final(narrow, "RK4Net, L = 20").mean() < 0.95
for L in (40, 100):
    assert final(narrow, f"RK4Net, L = {L}").mean() > 0.985
print(f"StandardNet, some repetition above 80 %: L = {above}")

# %% [markdown]
# In three dimensions RK4Net must untwist the arms by a long and gradual motion, which the bound {eq}`eq-4.2.b` allows
# only from $T = 2$ on. Width 16 offers more and shorter ways to separate the arms.
#
# ## Figure 5: features by layer
#
# The paper shows the features of networks with 20 layers in their first three principal components. For StandardNet
# we take repetition 3, which has learned nothing.

# %% tags=["hide-input"]
SEED, L = 3, 20
points = Configuration("spiral", "RK4Net", 16, L).points(SEED)[1]
flows = {
    net: plots.principal_flow(runs[f"{net}, L = {L}", SEED][0].flow(points.X))
    for net in NETS
}


def draw_features(ax, features, bound, size=3):
    plots.scatter(ax, features, points.c, size=size)
    ax.set(xlim=(-bound, bound), ylim=(-bound, bound), zlim=(-bound, bound))
    ax.set(xticks=(-4, 0, 4), yticks=(-4, 0, 4), zticks=(-4, 0, 4))
    ax.set_box_aspect((4, 4, 3.2), zoom=1.25)


# %% mystnb={"figure": {"name": "fig-5", "caption": "The paper's Figure 5: features of the spiral on their way through StandardNet (top) and RK4Net (bottom), width 16, 20 layers, as their three principal components, all on one scale. StandardNet compresses the spiral to a string and then to a point, in which no classifier can find two classes. RK4Net preserves its size and bends the two arms apart."}, "image": {"alt": "Two rows of four three-dimensional scatter plots at layers 0, 3, 8 and 20. Top: a flat spiral, a short string, a dot, a dot. Bottom: the spiral keeps its extent, and its two coloured arms separate in height until a plane can pass between them."}} tags=["hide-input"]
fig, axes = plots.panels([["3d"] * 4] * 2, height=1.8)
for row, net in zip(axes, NETS):
    for ax, l in zip(row, (0, 3, 8, 20)):
        draw_features(ax, flows[net][l], bound=5.5)
        ax.set_title(f"{net}, layer {l}")
plt.show()

# %% [markdown]
# Principal axes are determined only up to sign and rotation, so each picture is rotated to match the previous one. The
# *spread* of the features is their root mean square distance from their mean:

# %%
kept = {}
for net in NETS:
    extent = spreads(runs[f"{net}, L = {L}", SEED][0], points.X)
    kept[net] = extent[-1] / extent[0]
assert kept["StandardNet"] < 1e-4 and abs(kept["RK4Net"] - 1) < 0.3
print(f"RK4Net keeps {100 * kept['RK4Net']:.0f} % of the spiral's spread")

# %% [markdown]
# The next two figures show the same flows layer by layer. Play and turn them.

# %% mystnb={"figure": {"name": "fig-flow-standard", "caption": "StandardNet, repetition 3, layer by layer: the spiral bends into the added dimensions, is a string after four layers, and has no visible extent from the tenth layer on. In the printed frames the vertical axis is stretched tenfold."}, "image": {"alt": "Twelve frames of a spiral of points in space that shrinks to a short string and then to a dot.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(
        axes[0, 0], flows["StandardNet"][:, :600], points.c[:600], frames=12
    )
)

# %% tags=["hide-input"]
FlowInSpace.of(
    "fig-flow-standard",
    "The spiral on its way through StandardNet",
    runs[f"StandardNet, L = {L}", SEED][0],
    points,
)

# %% mystnb={"figure": {"name": "fig-flow-rk4", "caption": "RK4Net on the same points: the spiral keeps its size while one arm is raised and the other lowered."}, "image": {"alt": "Twelve frames of a spiral of points in space whose two coloured arms slowly move apart in height.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(
        axes[0, 0], flows["RK4Net"][:, :600], points.c[:600], frames=12
    )
)

# %% tags=["hide-input"]
FlowInSpace.of(
    "fig-flow-rk4",
    "The spiral on its way through RK4Net",
    runs[f"RK4Net, L = {L}", SEED][0],
    points,
)

# %% [markdown]
# Does every failing StandardNet fail in this way? For the four repetitions, here is the spread in the output layer as
# a percentage of that in the input layer:

# %%
spread_left = {
    seed: final_spread(
        TrainedRun(EXPERIMENTS["depth"].rows["StandardNet, L = 20"], seed)
    )
    for seed in range(4)
}
for seed, left in spread_left.items():
    percent = 100 * at_20["StandardNet"][seed]
    print(f"{seed}: accuracy {percent:2.0f} %, spread left {left:2.0f} %")
assert max(at_20["StandardNet"][1:]) < 0.8 and spread_left[3] < 1
assert min(spread_left[1], spread_left[2]) > 20

# %% [markdown]
# No. Repetitions 1 and 2 fail as well, but their features stay far apart: points of both arms are sent to the same
# places. Figure 5 shows only one of two ways to fail, and over twenty repetitions the statement about the zero vector
# does not hold:

# %% tags=["hide-input"]
verdict_box("features-extend", "features-vanish", "features-rk4net-keeps")

# %% tags=["hide-input"]
assert stored()["features-vanish"].verdict == "not compatible"

# %% [markdown]
# ## Why features vanish
#
# The paper suspects the repeated multiplication by small weights and the activation function. Take two points and let
# $\delta^{[l]}$ be the difference of their features. A layer of StandardNet maps it to
#
# $$
# \delta^{[l+1]} = S^{[l]} K^{[l]} \delta^{[l]},
# $$ (eq-4.2.c)
#
# where $S^{[l]}$ is a diagonal matrix of slopes of $\sigma$ (mean value theorem). Before training the entries of
# $K^{[l]}$ are uniform on $(-1/\sqrt{\hat d}, 1/\sqrt{\hat d})$. Their variance is $1/(3 \hat d)$, so that
# $\mathbb{E}\, |K^{[l]} \delta|^2 = |\delta|^2 / 3$ for every width, and
#
# $$
# \begin{aligned}
# \sqrt{\mathbb{E}\, \bigl|\delta^{[l+1]}\bigr|^2} &\le \rho\, \bigl|\delta^{[l]}\bigr|, \qquad
# \rho = \frac{\max \sigma'}{\sqrt 3}, \\
# \rho_{\tanh} &= \frac{1}{\sqrt 3} = 0.577, \qquad \rho_{\text{logistic}} = \frac{1}{4 \sqrt 3} = 0.144.
# \end{aligned}
# $$ (eq-4.2.d)
#
# Each layer thus shrinks differences by at least 42 % with tanh (in root mean square) and by at least 86 % with the
# logistic function. A layer of RK4Net maps $\delta$ to $(I + h S K + \dots)\, \delta$: the identity, the *residual
# connection*, preserves differences.
#
# The spread in untrained networks confirms these rates:

# %%
rng = np.random.default_rng(0)
K = rng.uniform(-1, 1, (20000, 16, 16)) / np.sqrt(16)
shrinking = np.linalg.norm(K @ np.eye(16)[0], axis=1) ** 2
assert abs(shrinking.mean() - 1 / 3) < 0.01  # eq. (4.2.d), 20000 random K


def untrained(net, activation, seed):
    """Spread of the spiral by layer in an untrained net of 20 layers."""
    configuration = Configuration("spiral", net, 16, 20, activation)
    return spreads(configuration.network(seed), configuration.points(seed)[1].X)


before = {
    kind: np.array([untrained(*kind, seed) for seed in range(8)])
    for kind in (
        ("StandardNet", "tanh"),
        ("StandardNet", "logistic"),
        ("RK4Net", "tanh"),
    )
}
RHO = {"tanh": 1 / np.sqrt(3), "logistic": 1 / (4 * np.sqrt(3))}
for activation, rho in RHO.items():
    extent = before["StandardNet", activation]
    rate = np.mean((extent[:, 11] / extent[:, 1]) ** (1 / 10))
    assert 0.9 * rho < rate < 1.02 * rho, "the bound, nearly attained"
    one_percent = np.argmax(extent.mean(axis=0) < 0.01 * extent[:, 0].mean())
    assert one_percent == {"tanh": 8, "logistic": 3}[activation]
    print(f"{activation:8}: {rate:.2f} kept per layer, bound {rho:.3f}")

# %% [markdown]
# The transposed product of the same matrices propagates the gradient backwards {eq}`paper-3.15`. The gradient that
# reaches the first layers is therefore smaller by the same factors, and these layers hardly learn.


# %%
def gradients(net, L, seed=0):
    """Norm of the cost's gradient by K of each layer, before training."""
    configuration = Configuration("spiral", net, 16, L)
    points = configuration.points(seed)[0]
    engine = Compiled(configuration.network(seed), Protocol())
    K = engine.gradients(points.X, points.c)["K"]
    return np.linalg.norm(K.astype(float), axis=(1, 2))


slopes = {
    (net, L): gradients(net, L)
    for net, L in (("StandardNet", 20), ("StandardNet", 40), ("RK4Net", 40))
}
assert slopes["StandardNet", 40][0] < 1e-8 * slopes["StandardNet", 40][-1]
assert slopes["RK4Net", 40].min() > 0.3 * slopes["RK4Net", 40].max()


# %% mystnb={"figure": {"name": "fig-vanish", "caption": "Before training. Left: spread of the features by layer, eight repetitions each; dashed, the rates of {eq}`eq-4.2.d`. The spread falls below one percent after three layers with the logistic function and after eight with tanh; RK4Net preserves it. Right: norm of the gradient by layer. In a StandardNet of 40 layers the first layer's gradient is less than a hundred-millionth of the last layer's."}, "image": {"alt": "Two plots with logarithmic axes. Left: spread against layer; two bundles of straight falling lines, steep for the logistic function and less steep for tanh, along dashed predictions, and a horizontal line for RK4Net. Right: gradient norm against layer; rising straight lines for StandardNet with 20 and 40 layers, a horizontal one for RK4Net.", "width": "100%"}} tags=["hide-input"]
def note(ax, x, y, text, net):
    """A line's name beside it, in the colour of its net."""
    ax.text(x, y, text, color=plots.NET_STYLES[net]["color"], va="center")


fig, axes = plots.panels([["2d", "2d"]], height=2.7)
left, right = axes[0]
for (net, activation), curves in before.items():
    style = plots.NET_STYLES[net] | (
        {"linestyle": "-."} if activation == "logistic" else {}
    )
    left.semilogy(curves.T, color=style["color"], **plots.HAIR)
    left.semilogy(curves.mean(axis=0), **style)
    if net == "StandardNet":
        predicted = curves[:, 0].mean() * RHO[activation] ** np.arange(21)
        left.semilogy(predicted, color=plots.INK, linestyle="--", linewidth=0.8)
left.set(
    xlabel="layer",
    ylabel="spread",
    ylim=(1e-16, 1000),
    xticks=(0, 5, 10, 15, 20),
)
note(left, 13, 30, "RK4Net", "RK4Net")
note(left, 10.3, 1e-6, "StandardNet, tanh", "StandardNet")
note(left, 0, 1e-10, "StandardNet,\nlogistic", "StandardNet")
for (net, _), norms in slopes.items():
    right.semilogy(norms, **plots.NET_STYLES[net])
right.set(
    xlabel="layer",
    ylabel=r"gradient by $K^{[l]}$",
    ylim=(1e-14, 3),
    xticks=(0, 10, 20, 30, 40),
)
note(right, 20, 0.4, "RK4Net, L = 40", "RK4Net")
note(right, 0, 1e-3, "StandardNet,\nL = 20", "StandardNet")
note(right, 20, 1e-10, "StandardNet, L = 40", "StandardNet")
plt.show()

# %% [markdown]
# ## Tanh and the logistic function after training
#
# After training, we say that the features *vanish* in the first layer where their spread is below one percent of the
# spiral's own spread.

# %%
logistic = repetitions("logistic")
assert len(runs) + len(narrow) + len(logistic) == 116
rows = {
    "tanh": EXPERIMENTS["depth"].rows["StandardNet, L = 20"],
    "logistic": EXPERIMENTS["logistic"].rows["StandardNet, L = 20"],
}
vanished = {
    a: [vanishing_layer(TrainedRun(row, seed)) for seed in range(4)]
    for a, row in rows.items()
}
for activation, layers in vanished.items():
    words = [f"{layer:.0f}" if layer <= 20 else "none" for layer in layers]
    print(f"{activation:8}: vanished in layer {', '.join(words)}")
assert max(vanished["logistic"]) <= 4 < 8 < min(vanished["tanh"])
assert max(final(logistic, "StandardNet, L = 20")) < 0.53

# %% tags=["hide-input"]
verdict_box(
    "features-logistic-earlier",
    "features-cause",
)

# %% [markdown]
# With tanh, the features stay apart in three of four trained repetitions; the fourth is that of Figure 5. With the
# logistic function the features vanish within four layers in every repetition, and none of the networks learns.
#
# :::{admonition} Features meet in a point, not at zero
# :class: voice-here
# The paper says that features are compressed to the zero vector. This is true of the principal components, which are
# measured from the mean. The features themselves meet in a point that depends on the biases. For the logistic
# function this point lies near $(\tfrac12, \dots, \tfrac12)$, at distance 2 from zero. Only the differences of the
# features vanish.
# :::

# %% tags=["hide-input"]
net, X = (
    logistic["StandardNet, L = 20", 0][0],
    Configuration("spiral", "RK4Net", 16, 20).points(0)[1].X,
)
meeting_point = copy.deepcopy(net).double().flow(X).mean(axis=1)
assert np.all(np.abs(np.linalg.norm(meeting_point[3:10], axis=1) - 2) < 0.3)

# %% [markdown]
# ## Separation by depth
#
# The paper adds that greater depth separates the features of RK4Net even more clearly. Our measure of separation is
# the share of the variance of the labels (0 and 1) that an affine function of the output features explains:

# %%
explained = []
for L in DEPTHS:
    row = EXPERIMENTS["depth"].rows[f"RK4Net, L = {L}"]
    explained.append(
        np.mean([separability(TrainedRun(row, s)) for s in range(4)])
    )
assert np.all(np.diff(explained) > 0)
print("\n".join(f"L = {L:3}: {e:4.1f} %" for L, e in zip(DEPTHS, explained)))

# %% tags=["hide-input"]
verdict_box("features-deeper-clearer")

# %% [markdown]
# ## Try it
#
# Train on the spiral in the browser, at three depths of either network:

# %%
Playground(
    "standard-20",
    presets=[f"{net}-{L}" for net in ("standard", "rk4") for L in (5, 20, 100)],
    compact=True,
    task="Make StandardNet fail with as few layers as you can, and find "
    "the layer in which its features vanish. Give RK4Net the same depth.",
)

# %% [markdown]
# The next figure shows three networks of this page. In the laboratory below it you can train others.

# %% mystnb={"figure": {"name": "fig-depth-lab", "caption": "StandardNet with 5 and 40 layers and RK4Net with 40, repetition 0; dashed, the best possible boundary and accuracy. Middle row: the features of the deep StandardNet merge long before the last layer, and the prediction is constant on the whole plane."}, "image": {"alt": "Three rows of three panels: prediction, spread of the features by layer on a logarithmic axis, and accuracy by epoch. The 5-layer StandardNet and RK4Net follow the optimal boundary between the spiral's arms; the 40-layer StandardNet predicts one class everywhere, its spread falls to 1e-9, and its accuracy stays at 50 percent."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"] * 3] * 3, height=2.3)
for row, (net, L) in zip(
    axes, (("StandardNet", 5), ("StandardNet", 40), ("RK4Net", 40))
):
    draw_training(row, Configuration("spiral", net, 16, L))
plt.show()

# %%
TrainingLaboratory(data="spiral", net="StandardNet", L=40)

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s42-gain
# By {eq}`eq-4.2.d`, by which factor must the initial weights be multiplied to keep differences from shrinking? Start a
# StandardNet of 20 layers with these weights. Does it learn?
# ```
#
# ```{solution} ex-s42-gain
# :class: dropdown
# The factor is $\sqrt 3$ for tanh: `net = configuration.network(0)`, then `net.K *= 3**0.5` under `torch.no_grad()`,
# then `rknet.fit(net, *configuration.points(0))`. The spread now falls slowly, because of the slopes of tanh alone,
# and all networks leave the level of chance. They still stay well behind RK4Net at this learning rate.
# ```

# %% tags=["hide-input"]
configuration = Configuration("spiral", "StandardNet", 16, 20)
stretched = []
for seed in range(4):
    net, data = configuration.network(seed), configuration.points(seed)
    with torch.no_grad():
        net.K *= 3**0.5
    extent = spreads(net, data[1].X)
    assert 0.02 < extent[-1] / extent[0] < 0.1  # not 1e-5, as before
    order = seeds_of(seed)["order"]
    history = cached_fit(net, *data, configuration.protocol, seed=order)
    stretched.append(100 * history.val_accuracy[-1])
assert 60 < min(stretched) and max(stretched) < 95

# %% [markdown]
# ```{exercise}
# :label: ex-s42-time
# Give a shallow RK4Net more time: $L = 5$ with $h = 0.2$, then $h = 1$. What do you expect from {eq}`eq-4.2.b`?
# ```
#
# ```{solution} ex-s42-time
# :class: dropdown
# Choose these settings in the laboratory. At $T = 1$ and at $T = 5$, five layers are as accurate as twenty with $h =
# 0.05$: a shallow RK4Net lacks time, not layers. {ref}`A page of its own <s4-beyond>` pursues this.
# ```

# %% tags=["hide-input"]
fixed_time = EXPERIMENTS["fixed-time"].rows
for T in (1, 5):
    row = fixed_time[f"RK4Net, T = {T}, L = 5"]
    five = [trained(row, seed)[1].val_accuracy[-1] for seed in range(4)]
    assert abs(np.mean(five) - at_20["RK4Net"].mean()) < 0.005

# %% [markdown]
# ## Takeaways
#
# - As in the paper, StandardNet rises, breaks down between 10 and 40 layers, and ends with a constant answer, and
#   RK4Net climbs to the Bayes limit and stays there.
# - A shallow RK4Net is poor because $T = hL$ bounds how far features move. A shallow StandardNet has no such bound.
# - At $\hat d = 3$ RK4Net needs 40 layers. Some StandardNets exceed 90 % at this width, and over sixty repetitions
#   their mean at five layers exceeds 80 %.
# - A StandardNet fails in one of two ways: its features merge, as in Figure 5, or they stay spread out while the two
#   arms mix.
# - In an untrained StandardNet differences shrink by the factor $1/\sqrt 3$ per layer with tanh and $1/(4 \sqrt 3)$
#   with the logistic function, forwards and backwards. The identity in a residual layer preserves them.
#
# {footcite:t}`he2016` described the degradation of deep plain networks and introduced residual connections as its cure;
# {footcite:t}`benning2019` introduced Runge-Kutta networks.
#
# ## References
#
# ```{footbibliography}
# ```

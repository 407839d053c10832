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
# (s4-3)=
# # 4.3 Activation functions
#
# Does the choice of activation matter? This page trains the same Runge-Kutta network with each of the four activations
# {eq}`paper-2.1` to separate a strip of points from the points on either side. All four end at the same accuracy,
# because they reach the Bayes limit. They differ in how fast they reach it and in how many layers they need.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - The boundary looks the same with every activation (Figure 6), and so does the accuracy: about 90 %, without
#   overfitting.
# - tanh needs fewer layers than the logistic function and converges faster, since its gradient is stronger; ReLU and
#   softplus give very similar results, work with few layers, and converge within five epochs (Figure 7).
# - Shallow StandardNets behave in the same way.
# - You will train the networks behind these statements and look for what determines the speed: the curvature of the
#   activation as well as its slope.
# :::

# %% tags=["hide-input"]
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import EulerNet, Protocol, plots
from rknet.data import bayes
from rknet.engines.compiled.engine import Compiled
from rknet.laboratories import TrainingLaboratory
from rknet.laboratories.training import draw_training
from rknet.playground import Playground
from rknet.study.cache import repetitions, trained
from rknet.study.configuration import Configuration
from rknet.study.experiments import ACTIVATIONS_COMPARED as ACTIVATIONS
from rknet.study.experiments import EXPERIMENTS
from rknet.study.html_tables import Row, Table, beside_paper
from rknet.study.ledger.boxes import verdict_box
from rknet.study.ledger.measurements import (
    TrainedRun,
    agreement,
    agreement_with_bayes,
    spread,
)
from rknet.study.ledger.quantities import epochs_to_converge

plots.style()
COLOURS = dict(zip(ACTIVATIONS, plots.CLASS_COLOURS))
MARKERS = dict(zip(ACTIVATIONS, plots.CLASS_MARKERS))
LINES = dict(zip(ACTIVATIONS, ("-", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))))

# %% [markdown]
# ## The task
#
# A point of donut_1D belongs to the first class if $|x_1| < 1$. Noise then moves it, so the classes mix near $x_1 = \pm
# 1$. Since the noise is the same on both sides, the best possible rule is again $|x_1| < 1$; it is right nine times out
# of ten.

# %%
x = np.linspace(0, 3, 3001)
strip = bayes.probability("donut_1D", np.column_stack([x, 0 * x]))[:, 0]
assert abs(x[np.abs(strip - 0.5).argmin()] - 1) < 0.01
print(f"Bayes limit of donut_1D: {100 * bayes.accuracy('donut_1D'):.1f} %")

# %% [markdown]
# The network is RK4Net with $\hat d = 16$ and 20 layers,
#
# $$
# \begin{aligned}
# y^{[l+1]} &= y^{[l]} + h \sum_{i=1}^{4} \beta_i\, \sigma\bigl(K^{[l]} y_i^{[l]} + b^{[l]}\bigr), \\
# \sigma &\in \{\tanh, \text{logistic}, \mathrm{ReLU}, \text{softplus}\},
# \end{aligned}
# $$ (eq-4.3.a)
#
# trained as before, but for up to 60 epochs and with two repetitions. The paper calls the StandardNet "shallow" without
# giving its depth; the published configuration has 20 layers, which is not shallow. We run both $L = 5$ and $L = 20$.

# %%
runs = repetitions("activation")
rows = EXPERIMENTS["activation"].rows
NETS = ("RK4Net, L = 20", "StandardNet, L = 5", "StandardNet, L = 20")

# %% [markdown]
# ## Figure 6: the boundary

# %% mystnb={"figure": {"name": "fig-6", "caption": "The paper's Figure 6: prediction of RK4Net with tanh on donut_1D, repetition 0 (left); dashed, the best possible boundary. Right: the boundaries of all four activations. They follow the two dashed lines where there are many points, and drift apart where there are few."}, "image": {"alt": "Left: a vertical blue strip between two orange regions, with points of both classes mixed along its edges; the learned boundary is close to two straight dashed lines. Right: four pairs of nearly vertical coloured lines close to the dashed ones, drifting apart only at the upper and lower edge."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=3.2)
left, right = axes[0]
net, points = (
    runs["RK4Net, L = 20, tanh", 0][0],
    rows["RK4Net, L = 20, tanh"].points(0)[1],
)
plots.prediction(left, net.predict_proba, points.X, points.c)
plots.boundary(left, lambda X: bayes.probability("donut_1D", X))
left.set_title("prediction with tanh")
ticks = np.linspace(-4, 4, 161)
grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
for activation, colour in COLOURS.items():
    P = runs[f"RK4Net, L = 20, {activation}", 0][0].predict_proba(grid)[:, 0]
    line = {"linewidths": 1.3, "linestyles": [LINES[activation]]}
    right.contour(
        ticks, ticks, P.reshape(161, 161), levels=[0.5], colors=colour, **line
    )
    right.plot([], color=colour, linestyle=LINES[activation], label=activation)
plots.boundary(right, lambda X: bayes.probability("donut_1D", X))
plots.input_space(right)
right.set_title("all four boundaries")
right.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% tags=["hide-input"]
verdict_box("activation-boundary")

# %% [markdown]
# Similarity can be measured: on how many validation points do two networks with different activations agree, and how
# often do they agree with the best possible classifier?

# %%
nets = {
    a: [TrainedRun(rows[f"RK4Net, L = 20, {a}"], seed) for seed in (0, 1)]
    for a in ACTIVATIONS
}
same = [
    np.mean([agreement(*two) for two in zip(nets[a], nets[b])])
    for a, b in itertools.combinations(ACTIVATIONS, 2)
]
best = [agreement_with_bayes(run) for two in nets.values() for run in two]
assert min(same) > 97 and min(best) > 95
print(f"two activations agree on at least {min(same):.0f} % of the points")
print(f"each agrees with the best on at least {min(best):.0f} %")

# %% [markdown]
# ## Figure 7: convergence

# %% mystnb={"figure": {"name": "fig-7", "caption": "The paper's Figure 7: accuracy and cost by epoch of RK4Net, width 16, 20 layers, on donut_1D; solid validation, dotted training, mean with a band of one standard deviation and both repetitions as hair lines; dashed, the Bayes limit. Each curve starts with a plateau, where the network classifies every point as 'outside', and rises when it finds the strip. The plateau is longest with the logistic function."}, "image": {"alt": "Two plots over 60 epochs. Accuracy: all curves stay near 76 percent at first and then rise steeply to 90; softplus after one epoch, ReLU after two, tanh after four, the logistic function after about fifteen. Cost falls in the same order, and training and validation stay together.", "width": "100%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
histories = {
    a: [runs[f"RK4Net, L = 20, {a}", seed][1] for seed in (0, 1)]
    for a in ACTIVATIONS
}
for ax, quantity in zip(axes[0], ("accuracy", "cost")):
    plots.convergence(ax, histories, quantity)
axes[0, 0].axhline(
    100 * bayes.accuracy("donut_1D"),
    color=plots.INK,
    linestyle="--",
    linewidth=0.8,
)
axes[0, 0].set(ylim=(60, 95))
axes[0, 0].get_legend().remove()
plt.show()

# %% tags=["hide-input"]
verdict_box(
    "activation-tanh-faster",
    "activation-relu-softplus",
    "activation-five-epochs",
)

# %% [markdown]
# **What to see.** As long as a network cannot bend the plane enough to cut it twice, its best prediction is "outside"
# for every point, which is right for about three points in four. It then finds the strip within an epoch or two.

# %%
outside = [
    (rows["RK4Net, L = 20, tanh"].points(s)[1].c == 1).mean() for s in (0, 1)
]
for activation in ("tanh", "logistic"):
    row = f"RK4Net, L = 20, {activation}"
    after_two_epochs = [runs[row, s][1].val_accuracy[2] for s in (0, 1)]
    assert np.allclose(after_two_epochs, outside, atol=0.01)
print(f"outside: {np.mean(outside):.0%} of the validation points")

# %% [markdown]
# ## Accuracy

# %% tags=["hide-input"]
beside_paper(
    "table-activation",
    "Accuracy on donut_1D by activation, width 16: mean ± standard deviation "
    "over two repetitions. The paper prints no "
    'table for it; its text says "roughly 90 %".',
    "activation",
    runs,
    {net: {a: f"{net}, {a}" for a in ACTIVATIONS} for net in NETS},
    ("train_accuracy", "val_accuracy"),
)

# %% tags=["hide-input"]
verdict_box(
    "activation-90",
    "activation-same",
    "activation-no-overfitting",
)

# %% [markdown]
# :::{admonition} A saturated experiment
# :class: voice-here
# Every RK4Net and every StandardNet with 5 layers reaches the Bayes limit up to the randomness of the points. The final
# accuracies therefore cannot distinguish activations or architectures: any method that works at all would have "the
# same accuracy". The experiment does show which networks learn the task and how fast they do.
# :::
#
# How much of the remaining difference is due to the drawn points? All networks of a repetition have the same validation
# points, so we compare each with the best classifier *on these points*:

# %%
behind = []
for net, activation, seed in itertools.product(NETS[:2], ACTIVATIONS, (0, 1)):
    row = f"{net}, {activation}"
    points = rows[row].points(seed)[1]
    optimal = bayes.probability("donut_1D", points.X).argmax(axis=1)
    of_optimal = (optimal == points.c).mean()
    behind.append(100 * (of_optimal - runs[row, seed][1].val_accuracy[-1]))
assert max(behind) < 1.5
print(
    f"behind the best classifier by {min(behind):.1f} to {max(behind):.1f} points"
)

# %% [markdown]
# ## Speed of convergence
#
# We say that a network *converges* in the first epoch whose validation accuracy is within one point of its final level,
# the mean of the last ten epochs.


# %%
def epochs_of(configuration, seeds=(0, 1)):
    """Epochs to converge of each repetition; None where it never leaves 75 %."""
    histories = [trained(configuration, seed)[1] for seed in seeds]
    return [
        epochs_to_converge(history, configuration)
        if history.val_accuracy[-1] > 0.8
        else None
        for history in histories
    ]


epochs = {row: epochs_of(configuration) for row, configuration in rows.items()}

# %% tags=["hide-input"]


def cells(several):
    """Mean and spread of each, or that it has not converged."""
    return ["never" if None in e else (np.mean(e), np.std(e)) for e in several]


Table(
    "table-epochs",
    "Epochs to converge on donut_1D: mean ± standard deviation over two "
    "repetitions.",
    list(ACTIVATIONS),
    {
        net: [
            Row(
                "epochs",
                "here (2)",
                cells(epochs[f"{net}, {a}"] for a in ACTIVATIONS),
            )
        ]
        for net in NETS
    },
)

# %% tags=["hide-input"]
verdict_box(
    "activation-standardnet-faster",
    "activation-standardnet-five-epochs",
)

# %% [markdown]
# In both networks the order is that of the paper: the logistic function is by far the slowest, and ReLU and softplus
# converge within five epochs. By this measure so does tanh. With 20 layers, the *published* depth, StandardNet learns
# the task only with ReLU; {ref}`Section 4.2 <s4-2>` explains how deep plain networks fail.

# %%
for net in NETS[:2]:
    tanh, logistic, relu, softplus = (
        np.mean(epochs[f"{net}, {a}"]) for a in ACTIVATIONS
    )
    assert logistic > 2 * max(tanh, relu, softplus)
    assert max(relu, softplus) <= 5
learned = [a for a in ACTIVATIONS if None not in epochs[f"{NETS[2]}, {a}"]]
assert learned == ["relu"]

# %% [markdown]
# ## Slope and curvature
#
# The paper attributes the speed of tanh to its stronger gradient. The largest slopes of the four activations are
#
# $$
# \begin{aligned}
# \max \tanh' &= 1, & \max \mathrm{ReLU}' &= 1, \\
# \max \operatorname{logistic}' &= \tfrac14, & \max \operatorname{softplus}' &= 1.
# \end{aligned}
# $$ (eq-4.3.b)
#
# This explains the difference between tanh and the logistic function, but not why softplus, whose slope at 0 is only
# $\tfrac12$, is faster than tanh. The task itself offers a reason. Both sides of the strip belong to the same class, so
# the features have to be nearly even functions of $x_1$, with $\Phi(-x_1)$ near $\Phi(x_1)$. A linear term is odd; an
# even part needs curvature, and at 0
#
# $$
# \begin{aligned}
# \tanh'' &= 0, & \mathrm{ReLU}(x) &= \tfrac12 (x + |x|), \\
# \operatorname{logistic}'' &= 0, & \operatorname{softplus}'' &= \tfrac14.
# \end{aligned}
# $$ (eq-4.3.c)
#
# ReLU has an even part, $\tfrac12 |x|$, whereas with tanh and the logistic function the features have an even part only
# because of the biases. We measure two quantities before training, in the networks of eight repetitions: the norm of
# the gradient of the cost with respect to all $K^{[l]}$, and the ratio of the even part of the output features,
# $\tfrac12 (\Phi(x) + \Phi(-x_1, x_2))$, to the odd part.


# %%
def at_the_start(activation, seed):
    """Gradient norm, and even over odd part along x1, before training."""
    configuration = rows[f"RK4Net, L = 20, {activation}"]
    net, train = configuration.network(seed), configuration.points(seed)[0]
    K = Compiled(net, Protocol()).gradients(train.X, train.c)["K"]
    right, left, middle = (
        net.double().flow(train.X.astype(float) * [sign, 1])[-1]
        for sign in (1, -1, 0)
    )
    even, odd = spread((right + left) / 2 - middle), spread((right - left) / 2)
    return np.linalg.norm(K), even / odd


start = {
    a: np.array([at_the_start(a, seed) for seed in range(8)])
    for a in ACTIVATIONS
}
for k in (0, 1):
    ranked = sorted(ACTIVATIONS, key=lambda a: start[a][:, k].mean())
    assert ranked == ["logistic", "tanh", "softplus", "relu"]

# %% mystnb={"figure": {"name": "fig-curvature", "caption": "Epochs to converge against two quantities measured before training, for RK4Net with each activation in eight repetitions, with their mean: norm of the gradient (left), and ratio of the even to the odd part of the features (right). Both rank the activations in the order of their speed, except for the two fastest; the ratio spans two orders of magnitude."}, "image": {"alt": "Two scatter plots of epochs to converge against a quantity at the start on a logarithmic axis. In both the logistic function is far up on the left with seventeen epochs, and tanh, softplus and ReLU lie further right with two to five.", "width": "100%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.6)
for k, ax in enumerate(axes[0]):
    for activation, values in start.items():
        x, y = values[:, k], np.mean(epochs[f"RK4Net, L = 20, {activation}"])
        style = {"color": COLOURS[activation], "linewidths": 0}
        ax.scatter(x, np.full(8, y), s=6, alpha=0.5, **style)
        style |= {"marker": MARKERS[activation], "label": activation}
        ax.scatter(x.mean(), y, s=40, **style)
    ax.set(xscale="log", ylim=(0, 20), yticks=(0, 5, 10, 15, 20))
axes[0, 0].set_xlabel("norm of the gradient")
axes[0, 1].set_xlabel("even over odd part of the features")
axes[0, 0].set_ylabel("epochs to converge")
axes[0, 0].legend()
plt.show()

# %% [markdown]
# A correlation over four activations is no proof. But the explanation makes a prediction that can be tested: on a task
# that requires an *odd* function, the order must change. The spiral is such a task, since reflection through the origin
# maps each arm to the other. There tanh, which is odd, should be fastest, and softplus should lose its lead:

# %%
odd_task = {
    a: epochs_of(Configuration("spiral", "RK4Net", 16, 20, a))
    for a in ACTIVATIONS
}
assert max(odd_task["tanh"]) < min(odd_task["relu"])
assert max(odd_task["relu"]) < min(odd_task["softplus"])

# %% tags=["hide-input"]
even_task = {a: epochs[f"RK4Net, L = 20, {a}"] for a in ACTIVATIONS}
Table(
    "table-even-odd",
    "Epochs to converge of RK4Net with 20 layers on an even and on an odd "
    "task: mean ± standard deviation over two repetitions.",
    list(ACTIVATIONS),
    {
        "donut_1D, even": [
            Row("epochs", "here (2)", cells(even_task.values()))
        ],
        "spiral, odd": [Row("epochs", "here (2)", cells(odd_task.values()))],
    },
    heads=("task", "quantity", "from (runs)"),
)

# %% tags=["hide-input"]
verdict_box("activation-gradient")

# %% [markdown]
# The speed of an activation therefore depends on the task. ReLU and softplus are faster than tanh on donut_1D, but not
# in general. The logistic function is slower than tanh on both tasks, because it is a tanh of half the size.
#
# ## Number of layers
#
# How many layers does each activation need? With bounded activations the features of RK4Net move by at most $T = hL$
# {eq}`eq-4.2.b`. With ReLU and softplus there is no such bound: if the weights are large, a single layer can move
# features arbitrarily far.

# %%
shallow = repetitions("activation-depth")
fewer = (1, 3, 5, 10)


def final(L, activation):
    """Final validation accuracies of RK4Net, in percent."""
    source = runs if L == 20 else shallow
    row = f"RK4Net, L = {L}"
    return [
        100 * source[f"{row}, {activation}", seed][1].val_accuracy[-1]
        for seed in (0, 1)
    ]


# %% mystnb={"figure": {"name": "fig-activation-depth", "caption": "Final validation accuracy of RK4Net on donut_1D by depth: means and single repetitions; dashed, the Bayes limit. ReLU and softplus need one layer, tanh needs five, and the logistic function needs ten."}, "image": {"alt": "Accuracy against depths 1, 3, 5, 10, 20 for four activations. ReLU and softplus are at 90 percent everywhere; tanh rises from 76 to 89 between one and five layers, the logistic function between three and ten.", "width": "70%"}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.8, width=5)
ax = axes[0, 0]
for activation, colour in COLOURS.items():
    percent = np.array([final(L, activation) for L in (*fewer, 20)])
    ax.plot(
        percent.mean(axis=1),
        color=colour,
        marker=MARKERS[activation],
        markersize=4,
        label=activation,
    )
    ax.plot(percent, color=colour, **plots.HAIR)
ax.axhline(
    100 * bayes.accuracy("donut_1D"),
    color=plots.INK,
    linestyle="--",
    linewidth=0.8,
)
ax.set(
    xticks=range(5),
    xticklabels=(*fewer, 20),
    xlabel="depth $L$",
    ylabel="validation accuracy (%)",
    yticks=(75, 80, 85, 90),
    ylim=(72, 94),
)
ax.legend(loc="lower right")
plt.show()

# %% tags=["hide-input"]
verdict_box(
    "activation-fewer-layers",
    "activation-relu-shallow",
)

# %%
needed = {
    a: next(L for L in (*fewer, 20) if np.mean(final(L, a)) > 88)
    for a in ACTIVATIONS
}
assert needed["relu"] == needed["softplus"] == 1
assert needed["tanh"] < needed["logistic"]
print(
    "layers needed for 88 %:", ", ".join(f"{a} {L}" for a, L in needed.items())
)

# %% [markdown]
# ## The flow with tanh
#
# The next figure shows the features of the network with tanh in their first three principal components. Play it, or
# read the frames from left to right.

# %% mystnb={"figure": {"name": "fig-flow-strip", "caption": "The features of donut_1D on their way through RK4Net with tanh: the plane is folded along the strip, whose points end on the fold, where a plane can cut them off."}, "image": {"alt": "Twelve frames of a flat cloud of points in space that bends along its middle until the middle strip of blue points is the crest of a fold.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
tanh_net = runs["RK4Net, L = 20, tanh", 0][0]
flow = plots.principal_flow(tanh_net.flow(points.X[:600]))
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(axes[0, 0], flow, points.c[:600], frames=12)
)

# %% [markdown]
# ## Try it

# %%
Playground(
    "tanh",
    presets=["tanh", "logistic", "relu", "softplus"],
    compact=True,
    task="Which activation finds the strip first? Guess, then train all four. "
    "Then choose the spiral as data, and guess again.",
)

# %% [markdown]
# Below are three of the activations, trained by the full protocol, and a laboratory in which you can train others:

# %% mystnb={"figure": {"name": "fig-activation-lab", "caption": "RK4Net with five layers and three activations on donut_1D, repetition 0; dashed, the best possible boundary and accuracy. Top: with tanh the network finds the strip after twenty epochs. Middle: with the logistic function it has not found the strip when training ends. Bottom: with ReLU it finds the strip in the first epochs."}, "image": {"alt": "Three rows of three panels: prediction, spread of the features by layer, accuracy by epoch. With tanh and ReLU the predicted region is a strip; with the logistic function the whole picture is predicted as outside and the accuracy stays at 75 percent."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"] * 3] * 3, height=2.3)
for row, activation in zip(axes, ("tanh", "logistic", "relu")):
    draw_training(
        row,
        EXPERIMENTS["activation-depth"].rows[f"RK4Net, L = 5, {activation}"],
    )
plt.show()

# %%
TrainingLaboratory(data="donut_1D", net="RK4Net", L=5, activation="logistic")

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s43-threshold
# Why does the noise not move the best threshold away from $|x_1| = 1$?
# ```
#
# ```{solution} ex-s43-threshold
# :class: dropdown
# The points are uniform in $x_1$ and the noise is symmetric, so the distribution around $x_1 = 1$ is symmetric too, as
# long as the other edges, at $-1$ and $4$, are many standard deviations away. At $x_1 = 1$ both classes are therefore
# equally probable.
# ```
#
# ```{exercise}
# :label: ex-s43-logistic
# $\operatorname{logistic}(x) = \tfrac12 + \tfrac12 \tanh(x/2)$. Which $h$ and which initial weights make a logistic
# RK4Net equal to a tanh RK4Net, up to a drift that is the same for all points?
# ```
#
# ```{solution} ex-s43-logistic
# :class: dropdown
# Twice the step size, and weights and biases of twice the size. A logistic network is thus a tanh network with half the
# step size and half the initial weights, and it is slower for both reasons. Choose $h = 0.1$ in the laboratory to
# remove the first. The biases have to compensate the drift of $h/2$ per layer. The next cell builds a logistic EulerNet
# that equals a tanh EulerNet, with biases that compensate the drift; RK4 has four stages but one bias per layer, so its
# biases can compensate the drift only on average.
# ```

# %% tags=["hide-input"]
sizes = dict(d=2, d_hat=16, classes=2, L=20, seed=0)
slow = EulerNet(activation="tanh", h=0.05, **sizes).double()
twin = EulerNet(activation="logistic", h=0.1, **sizes).double()
with torch.no_grad():
    layers = torch.arange(20, dtype=torch.float64)
    drifts = 0.05 * layers[:, None].expand(20, 16)
    twin.K[:] = 2 * slow.K
    twin.b[:] = 2 * (slow.b - torch.einsum("lij,lj->li", slow.K, drifts))
gap = twin.flow(points.X)[-1] - slow.flow(points.X)[-1]
assert np.allclose(gap, 20 * 0.05, atol=1e-12, rtol=0)

# %% [markdown]
# ```{exercise}
# :label: ex-s43-squares
# In the set squares, the class is the sign of $x_1 x_2$. Is this function even or odd? Find out in the laboratory which
# activations do well there with few layers.
# ```
#
# ```{solution} ex-s43-squares
# :class: dropdown
# Even: $x_1 x_2 = \tfrac14 \bigl( (x_1 + x_2)^2 - (x_1 - x_2)^2 \bigr)$ does not change under $x \mapsto -x$, and
# consists of two even functions. With three layers ReLU and softplus already reach the limit; tanh and the logistic
# function do not.
# ```

# %% tags=["hide-input"]
on_squares = {
    a: [
        trained(Configuration("squares", "RK4Net", 16, 3, a), s)[1]
        for s in (0, 1)
    ]
    for a in ACTIVATIONS
}
below = {
    a: bayes.accuracy("squares") - np.mean([h.val_accuracy[-1] for h in two])
    for a, two in on_squares.items()
}
assert max(below["relu"], below["softplus"]) < 0.01
assert min(below["tanh"], below["logistic"]) > 0.03

# %% [markdown]
# ## Takeaways
#
# - All four activations give nearly the same boundary and reach the Bayes limit. The experiment is saturated: it can
#   compare speeds, but not accuracies.
# - The logistic function is slowest, both in RK4Net and in the shallow StandardNet. ReLU and softplus converge within
#   five epochs and need one layer in RK4Net, where tanh needs five and the logistic function ten.
# - The slope alone does not explain the speed. A strip requires even functions, so the curvature at 0 matters; on the
#   spiral, an odd task, tanh is fastest. With bounded activations $T = hL$ bounds how far features move.
# - With 20 layers, as published, StandardNet learns the task only with ReLU.
#
# The activations and this comparison are those of {footcite:t}`giesecke2021`; {footcite:t}`goodfellow2016` give
# background on activation functions.
#
# ## References
#
# ```{footbibliography}
# ```

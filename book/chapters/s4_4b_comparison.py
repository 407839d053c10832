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
# (s4-4b)=
# # Section 4.4, second part. Three networks compared
#
# A plain network of five layers against two Runge-Kutta networks of a hundred: who wins? The paper's answer is a draw in
# accuracy, a difference in kind inside the networks, and an advantage in training. This page repeats the comparison, and
# asks two questions on the way. Could these experiments have shown a winner at all? And is it fair to compare 5 layers with
# 100?
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - All three networks do equally well, below 95 % because of the noise; what differs between them is chance (Table 4).
# - One more class or one more dimension makes a task a little harder.
# - StandardNet draws the donut's features into a string and those of the squares into a closed curve; EulerNet and RK4Net
#   make a cone and a wavy surface, and resemble one another closely (Figures 10 and 11). The predictions look the same.
# - On donut 3D & 6C EulerNet learns fastest and the others catch up (Figure 12); on squares 3D & 4C StandardNet is clearly
#   slower (Figure 13).
# - You will see why EulerNet and RK4Net *must* nearly coincide, which sets are saturated, and a fourth network that costs a
#   twentieth and does the same.
# :::

# %% tags=["hide-input"]
import copy
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import sem, t

import rknet
from rknet import EulerNet, plots
from rknet.data import bayes
from rknet.laboratories import FeatureLaboratory
from rknet.laboratories.features import draw_features
from rknet.study.cache import repetitions, trained
from rknet.study.experiments import COMPARED, EXPERIMENTS, MULTICLASS
from rknet.study.html_tables import Row, Table, beside_paper
from rknet.study.ledger import judging, saturation
from rknet.study.ledger.boxes import verdict_box
from rknet.study.ledger.claims import Part
from rknet.study.ledger.evidence import Evidence
from rknet.study.ledger.measurements import (
    TrainedRun,
    agreement,
    alignment,
    local_dimension,
)
from rknet.study.ledger.quantities import epochs_to_converge
from rknet.study.paper import printed
from rknet.study.store import Store

plots.style()
comparison = EXPERIMENTS["comparison"].rows
SEEDS = range(4)


def row(net, data):
    """The row of a net and a point set in the experiment."""
    return f"{net}, L = {COMPARED[net]}, {data}"


# %% [markdown]
# ## What is compared
#
# All nets have width $\hat d = 16$ and tanh. StandardNet {eq}`paper-2.6` gets $L = 5$, because it degrades when it is
# [deeper](s4-2); EulerNet {eq}`paper-2.7` and RK4Net {eq}`paper-2.12` get $L = 100$, because they profit from depth. "To
# establish a fair comparison", says the paper; but what do these nets cost? A layer has $m = \hat d^2 + \hat d$ parameters
# {eq}`paper-2.4` and evaluates $f$ once for each of its $s$ stages:

# %%
for net in COMPARED:
    c = comparison[row(net, "donut_2D_6C")]
    print(f"{net:12}{c.parameters:6} parameters, {c.evaluations:3} evaluations")

# %% [markdown]
# RK4Net computes 80 times as much as StandardNet. Each net is shown at its best depth, which is one meaning of fair; equal
# cost would be another. So let a fourth net join: five layers of EulerNet with $h = 1$, the residual network of
# {footcite:t}`he2016`. It has StandardNet's cost and, with $T = hL = 5$, the time of the deep nets.

# %%
runs = repetitions("comparison")
resnet = repetitions("resnet")
runs[row("EulerNet", "donut_2D_6C"), 0][0]

# %% [markdown]
# A repetition draws points, lift, initial weights and batches from its seed. In this book the seed means the same for every
# net: repetition 2 of EulerNet and of RK4Net see the same points in the same order and start from the same weights. The
# paper drew anew for each. Keep that in mind; it will explain a column of numbers.
#
# ## Table 4

# %% tags=["hide-input"]
beside_paper(
    "table-4",
    "Table 4. Validation accuracy and cost of three networks on six sets, width 16, tanh: our mean ± standard deviation "
    "over four repetitions, the paper's mean below it.",
    "comparison",
    runs,
    {net: {data: row(net, data) for data in MULTICLASS} for net in COMPARED},
    ("val_accuracy", "val_cost"),
)

# %% tags=["hide-input"]
verdict_box(
    "table4",
    "comparison-mostly-correct",
    "comparison-below-95",
    "comparison-equally-well",
    "comparison-only-chance",
)

# %% [markdown]
# **What to see.** Read a column: nets differ by less than the spread within each. Then read EulerNet against RK4Net. In our
# rows they agree almost to the digit, in the paper's they differ by up to a point. Ours are paired, the paper's are not:


# %% tags=["hide-input"]
def accuracies(net, data):
    """Final validation accuracies in percent, one a repetition."""
    curves = [runs[row(net, data), seed][1].val_accuracy for seed in SEEDS]
    return 100 * np.array([curve[-1] for curve in curves])


def paper(net, data):
    """The paper's mean."""
    return printed("comparison", comparison[row(net, data)])["val_accuracy"][0]


pairs = {
    data: (accuracies("EulerNet", data), accuracies("RK4Net", data))
    for data in MULTICLASS
}
ours = {data: euler - rk4 for data, (euler, rk4) in pairs.items()}
theirs = {
    data: paper("EulerNet", data) - paper("RK4Net", data) for data in MULTICLASS
}
Table(
    "table-pairs",
    "Validation accuracy of EulerNet less that of RK4Net, in percentage points: equal seeds here, other draws in the paper.",
    MULTICLASS,
    {
        "both": [
            Row(
                "EulerNet less RK4Net",
                "here (4)",
                [
                    (float(d.mean().round(2)) + 0.0, float(d.std()))
                    for d in ours.values()
                ],
            ),
            Row(
                "EulerNet less RK4Net",
                "paper (4)",
                [(d, None) for d in theirs.values()],
            ),
        ]
    },
    heads=("nets", "quantity", "from (runs)"),
)

# %% [markdown]
# Is sampling enough to explain the paper's differences? Two independent means of four differ with the variance $\sigma^2 (1/4 +
# 1/4)$, so the six squared differences, each over its variance, should add up to about six:

# %%
terms = [
    theirs[data] ** 2 / ((euler.var(ddof=1) + rk4.var(ddof=1)) / 4)
    for data, (euler, rk4) in pairs.items()
]
assert 1.2 < sum(terms) < 14.4  # where 95 % of a chi-squared variable lie
assert max(np.abs(d).max() for d in ours.values()) < 0.25
print(f"sum of six: {sum(terms):.0f}")

# %% [markdown]
# It is. The paper's EulerNet and RK4Net differ because their points differ, as the paper itself suspects.
#
# ## Could a winner have been seen?
#
# Best possible answers are known for every validation point. So measure each run not by its accuracy but by how far it stays
# *behind the best classifier on the same points*: the luck of the draw cancels.


# %%
def behind(configuration, history, seed):
    """Points by which a run stays behind the best classifier."""
    points = configuration.points(seed)[1]
    best = bayes.probability(configuration.data, points.X).argmax(axis=1)
    return 100 * ((best == points.c).mean() - history.val_accuracy[-1])


short = {
    data: (f"EulerNet, L = 5, {data}", EXPERIMENTS["resnet"].rows)
    for data in MULTICLASS
}
gap = {
    (net, data): [
        behind(comparison[row(net, data)], runs[row(net, data), s][1], s)
        for s in SEEDS
    ]
    for net in COMPARED
    for data in MULTICLASS
} | {
    ("ResNet", data): [
        behind(rows[name], resnet[name, seed][1], seed) for seed in SEEDS
    ]
    for data, (name, rows) in short.items()
}

# %% mystnb={"figure": {"name": "fig-behind", "caption": "Points behind the best possible classifier, on the same validation points: every repetition (dots) and their mean (bars). Zero is the best that can be expected. On the squares all nets have reached it. The donuts leave room, most of it with six classes, and on six shells in space StandardNet stays behind the Runge-Kutta nets; the residual net of five layers, at a twentieth of their parameters, does not."}, "image": {"alt": "Dot plot with six columns, one a point set, each with four groups of four dots for StandardNet, EulerNet, RK4Net and a five-layer residual net. The squares lie between 0 and 1 points, the donuts of two and three classes around 2, those of six classes around 4, with StandardNet's mean above 5.", "width": "100%"}} tags=["hide-input"]
STYLES = {
    "StandardNet": (plots.NET_STYLES["StandardNet"]["color"], "o"),
    "EulerNet": (plots.NET_STYLES["EulerNet"]["color"], "s"),
    "RK4Net": (plots.NET_STYLES["RK4Net"]["color"], "D"),
    "ResNet": (plots.CLASS_COLOURS[1], "^"),
}
fig, axes = plots.panels([["2d"]], height=2.8)
ax = axes[0, 0]
for j, (net, (colour, marker)) in enumerate(STYLES.items()):
    for i, data in enumerate(MULTICLASS):
        x, values = i + 0.2 * (j - 1.5), np.array(gap[net, data])
        ax.scatter(
            np.full(4, x), values, s=14, color=colour, marker=marker, alpha=0.6
        )
        ax.plot([x - 0.07, x + 0.07], [values.mean()] * 2, color=colour)
    label = "ResNet, L = 5, h = 1" if net == "ResNet" else net
    ax.scatter([], [], s=14, color=colour, marker=marker, label=label)
ax.axhline(0, color=plots.INK, linestyle="--", linewidth=0.8)
ax.set_xticks(range(6), [data.replace("_", " ") for data in MULTICLASS])
ax.set_ylabel("points behind the best")
ax.legend(loc="upper left")
plt.show()

# %%
mean_gap = {key: np.mean(values) for key, values in gap.items()}
for data in MULTICLASS:
    assert abs(mean_gap["ResNet", data] - mean_gap["RK4Net", data]) < 0.5
assert (
    mean_gap["StandardNet", "donut_3D_6C"]
    > mean_gap["RK4Net", "donut_3D_6C"] + 1
)

# %% [markdown]
# Four repetitions are few, and StandardNet's scatter widely. The records in `results/` hold twenty-four of each net, paired
# by their seeds. RK4Net less StandardNet, in points, with a 95 % interval for each set by itself:

# %%
records = Evidence(Store(Path(rknet.__file__).parent.parent / "results"))


def many(net, data):
    """Final validation accuracies of seeds 0 to 23 in the records."""
    part = Part(("val_accuracy",), ((f"comparison/{row(net, data)}",),))
    return records.column(part, range(24))


ahead = {}
for data in MULTICLASS:
    lead = many("RK4Net", data) - many("StandardNet", data)
    half = t(23).ppf(0.975) * sem(lead)
    ahead[data] = lead.mean() - half > 0
    print(f"{data:14} {lead.mean():+.2f} ± {half:.2f}")
assert {data for data in MULTICLASS if ahead[data]} == {
    "donut_3D_3C",
    "donut_2D_6C",
    "donut_3D_6C",
}

# %% [markdown]
# On the donuts of three and of six classes RK4Net is ahead, by half a point and by more than one; on the other sets nothing
# can be told. (The ledger asks more, that eighteen intervals hold *together*, and finds no difference that is certain in
# that sense.)
#
# And five layers do what a hundred do, on all six sets, if they are given the same *time*. Depth as such is not what the
# Runge-Kutta nets profit from; the [next page](s4-beyond) follows this trace.
#
# How much must two nets differ before two independent means of four show it? About twice $\sigma \sqrt{1/4 + 1/4}$, with
# $\sigma$ the spread of the printed accuracy. The table below sets this beside the room between the best net and the limit.
# A set is *saturated* if all three nets come within one point of the limit, on average over the twenty seeds that decide in
# {doc}`ledger`: no better network could prove itself on it.

# %% tags=["hide-input"]
room = {
    data: min(mean_gap[net, data] for net in COMPARED) for data in MULTICLASS
}
shown = {
    data: np.sqrt(
        2 * np.mean([accuracies(net, data).var(ddof=1) for net in COMPARED])
    )
    for data in MULTICLASS
}
saturated = saturation.saturated(judging.stored())


def line(label, unit, values):
    """A row of the table."""
    return Row(label, unit, [(float(value), None) for value in values])


Table(
    "table-room",
    "Room for a better network on each set, and the least difference that two means of four show, in percentage points.",
    MULTICLASS,
    {
        "all three": [
            line(
                "Bayes limit",
                "percent",
                [100 * bayes.accuracy(d) for d in MULTICLASS],
            ),
            line("room above the best net", "points", room.values()),
            line("least difference shown", "points", shown.values()),
            Row(
                "saturated",
                "word",
                ["yes" if d in saturated else "no" for d in MULTICLASS],
            ),
        ]
    },
    heads=("nets", "quantity", "unit"),
)

# %%
assert saturated == ["squares_2D_4C"]
assert room["squares_3D_4C"] < shown["squares_3D_4C"]
assert room["donut_2D_6C"] < 1.5 * shown["donut_2D_6C"]

# %% [markdown]
# The plane squares are saturated: "equally well" could not have come out otherwise. On the squares in space the nets stay a
# little more than one point below the limit, less than two means of four can show. On the six rings of the plane only a
# difference of more than three points would have been visible, almost all the room there is. It is the six shells in space,
# and to a lesser degree the donuts of two and three classes, that could have told the networks apart.
#
# ## Harder by a class, harder by a dimension?
#
# The paper compares three pairs of columns and finds the second of each a little harder. For the limits we know the answer from
# {eq}`eq-4.4.b`: a third class and a third dimension of the squares add border, but a third dimension takes border away from
# six rings.

# %%
STEPS = (
    ("donut_3D_2C", "donut_3D_3C"),
    ("squares_2D_4C", "squares_3D_4C"),
    ("donut_2D_6C", "donut_3D_6C"),
)
for easier, harder in STEPS:
    limits = [100 * bayes.accuracy(data) for data in (easier, harder)]
    change = [
        accuracies(net, harder).mean() - accuracies(net, easier).mean()
        for net in COMPARED
    ]
    assert np.all(np.sign(change) == np.sign(limits[1] - limits[0]))
    print(
        f"{easier} to {harder}: limit {limits[1] - limits[0]:+.1f}, "
        + "nets "
        + ", ".join(f"{points:+.1f}" for points in change)
    )

# %% tags=["hide-input"]
verdict_box(
    "comparison-class-harder",
    "comparison-dimension-squares",
    "comparison-dimension-donut",
)

# %% [markdown]
# Every net follows the limit, up as well as down. In the paper's own Table 4 two of the three nets change by less than a quarter
# of a point from the rings of the plane to the shells in space, far less than the spread.
#
# ## What happens inside: Figures 10 and 11
#
# Features have 16 dimensions, so we look at their principal components, the directions in which they vary most. A plane of two
# components can be coloured: its points are mapped back into feature space, where $W$ and $\mu$ classify them. All nets are those
# of repetition 1, and each axis points to where the class number grows, so that no picture is mirrored by chance.


# %% tags=["hide-input"]
def feature_rows(data, seed=1):
    """Rows the three nets; columns features, features with regions, prediction."""
    fig, axes = plots.panels([["3d", "2d", "2d"]] * 3, height=2.45)
    for panels, net in zip(axes, COMPARED):
        draw_features(panels, comparison[row(net, data)], seed)
        for ax in panels[1:]:
            ax.set_xlabel("" if net != "RK4Net" else ax.get_xlabel())
    plt.show()


# %% mystnb={"figure": {"name": "fig-10", "caption": "The paper's Figure 10: three networks on donut_2D_6C. Left and middle, output features in three and in two principal components, right the prediction with the best possible boundary dashed. StandardNet lays the six rings along a string and cuts it into six pieces. EulerNet and RK4Net make the same funnel, ring after ring along its height. From the right column alone nobody could tell the nets."}, "image": {"alt": "Three rows of three panels. StandardNet: a bent string in space whose colour changes along it, the same as a V in the plane over six coloured regions, concentric predicted rings. EulerNet and RK4Net: funnels of points that can hardly be told apart, again V-shaped bands in the plane, and nearly the same concentric rings."}} tags=["hide-input"]
feature_rows("donut_2D_6C")

# %% mystnb={"figure": {"name": "fig-11", "caption": "The paper's Figure 11: three networks on squares_2D_4C. StandardNet draws the plane together into a closed curve on which the quadrants follow one another. EulerNet and RK4Net keep the square, lift two of its opposite corners and press down the others, and push the points outwards into the corners. The boundaries are again the same, the axes, with a knot where the four squares meet."}, "image": {"alt": "Three rows of three panels. StandardNet: a closed curve in space and a ring in the plane, one colour to each quarter. EulerNet and RK4Net: saddle-shaped sheets in space, rotated squares with dense corners in the plane. All predictions are four quadrants bounded by the axes."}} tags=["hide-input"]
feature_rows("squares_2D_4C")

# %% [markdown]
# A string has dimension one, a surface two. Take the 20 nearest neighbours of a feature and the variances $\lambda_i$ along their
# principal axes; $(\sum \lambda_i)^2 / \sum \lambda_i^2$ counts the axes that matter. Its median over all points:

# %%
sets = ("donut_2D_6C", "squares_2D_4C")
nets = {
    (net, data): TrainedRun(comparison[row(net, data)], 1)
    for net in COMPARED
    for data in sets
}
dimension = {key: local_dimension(run) for key, run in nets.items()}
for net in COMPARED:
    values = [f"{dimension[net, data]:.1f} on {data}" for data in sets]
    print(f"{net:12}{', '.join(values)}")
assert all(dimension["StandardNet", data] < 1.5 for data in sets)
assert all(
    dimension[net, d] > 1.8 for net in ("EulerNet", "RK4Net") for d in sets
)

# %% [markdown]
# Why so? A layer of StandardNet replaces its input by $\sigma(Ky + b)$, which presses together whatever it does not need: at the
# output a curve is enough, and a curve is what remains. A layer of a Runge-Kutta net *adds* something small; the flow is
# invertible, so the surface into which the lift has put the plane stays a surface.

# %% tags=["hide-input"]
verdict_box(
    "shapes-string", "shapes-surface", "shapes-height", "shapes-predictions"
)

# %% [markdown]
# Watch the surface bend. Play it, or read the frames from left to right.

# %% mystnb={"figure": {"name": "fig-funnel", "caption": "RK4Net on donut_2D_6C, three principal components of layers 0 to 100, each turned to meet the one before: the plane disc becomes a bowl, then a funnel, and the rings move apart along its axis."}, "image": {"alt": "Twelve frames of a cloud of points in six colours that starts as a flat disc of rings and is drawn out into a funnel with the inner rings at the tip.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
run = nets["RK4Net", "donut_2D_6C"]
flow = plots.principal_flow(run.flow())
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(
        axes[0, 0], flow[:, :800], run.points.c[:800], frames=12
    )
)

# %% [markdown]
# ## Why EulerNet and RK4Net nearly coincide
#
# Two reasons. First, the step is small. Expand one layer of {eq}`paper-2.12` in $h$: all schemes of order two or more have
# the same term in $h^2$, which Euler's method lacks,
#
# $$
# y^{[l+1]}_{\text{RK4}} - y^{[l+1]}_{\text{Euler}} = \frac{h^2}{2} f_y f + \mathcal O(h^3),
# $$ (eq-4.4.d)
#
# with $f$ and its derivative taken at $(u^{[l]}, y^{[l]})$. A hundred such differences make one of order $h$ at the time $T$.
# So put the *trained weights of RK4Net* into Euler's method, and refine it: two half steps with the same $u$ in place of each
# step, then four.


# %%
def euler_with(net, refinement):
    """EulerNet with the weights of an RK4Net, its steps refined."""
    fine = EulerNet(
        net.d,
        net.d_hat,
        net.classes,
        net.L * refinement,
        h=net.h / refinement,
        lift=net.lift_name,
    )
    weights = net.state_dict()
    for name in ("K", "b"):
        weights[name] = weights[name].repeat_interleave(refinement, dim=0)
    fine.load_state_dict(weights)
    return fine.double()


def distance(A, B):
    """Distance of features in units of their spread, root mean square."""
    return np.linalg.norm(A - B) / np.linalg.norm(B - B.mean(axis=0))


for data in sets:
    run = nets["RK4Net", data]
    net, X = copy.deepcopy(run.net).double(), run.points.X
    away = np.array(
        [
            distance(euler_with(run.net, r).flow(X)[-1], net.flow(X)[-1])
            for r in (1, 2, 4)
        ]
    )
    assert np.allclose(away[:-1] / away[1:], 2, atol=0.2) and away[0] < 0.05
    print(f"{data}: {100 * away[0]:.1f} % of the spread, then half, a quarter")

# %% [markdown]
# The distance halves with the step, as {eq}`eq-4.4.d` says, and is small to begin with. Second, gradients differ as little as
# flows do, and in this book both nets start from the same weights and see the same points. So they are led along the
# same path, and after 12 000 steps of training they stand side by side:

# %%
for data in sets:
    euler, rk4 = nets["EulerNet", data], nets["RK4Net", data]
    standard = nets["StandardNet", data]
    assert distance(euler.flow()[-1], rk4.flow()[-1]) < 0.03
    assert alignment(euler, rk4) > 0.999 > alignment(standard, rk4)
    assert agreement(euler, rk4) > 99 > agreement(standard, rk4)
    print(f"{data}: same answers on more than 99 % of the points")

# %% tags=["hide-input"]
verdict_box("shapes-rk-alike")

# %% [markdown]
# RK4Net pays four evaluations of $f$ for each of EulerNet's, for a difference that nobody can see. That is no argument against
# RK4: it solves the differential equation far better, as [Section 2](s2) has measured. But a *trained* network is free to choose
# its equation, and the difference of two solvers at $h = 0.05$ is less than what training corrects.
#
# ## Training: Figures 12 and 13

# %% tags=["hide-input"]


def best_cost(data):
    """Mean cost of the best possible classifier on the validation points."""
    costs = []
    for seed in SEEDS:
        points = comparison[row("RK4Net", data)].points(seed)[1]
        P = bayes.probability(data, points.X)
        costs.append(-np.log(P[np.arange(len(P)), points.c]).mean())
    return np.mean(costs)


def first_epochs(data, low, high, top):
    """Validation accuracy and cost over the first 14 epochs."""
    fig, axes = plots.panels([["2d", "2d"]], height=2.5)
    histories = {
        net: [runs[row(net, data), s][1] for s in SEEDS]
        for net in ("StandardNet", "RK4Net", "EulerNet")  # the last on top
    }
    best = {"accuracy": 100 * bayes.accuracy(data), "cost": best_cost(data)}
    for ax, (quantity, value) in zip(axes[0], best.items()):
        plots.convergence(ax, histories, quantity, training=False)
        ax.axhline(value, color=plots.INK, linestyle="--", linewidth=0.8)
        ax.set(xlim=(0, 14))
    axes[0, 0].set(ylim=(low, high), ylabel="validation accuracy (%)")
    axes[0, 1].set(ylim=(0, top), ylabel="validation cost")
    axes[0, 1].get_legend().remove()
    plt.show()


# %% mystnb={"figure": {"name": "fig-12", "caption": "The paper's Figure 12: validation accuracy and cost on donut_3D_6C over the first 14 epochs, mean, standard deviation (shaded) and single repetitions (hair lines); dashed, the best possible. The three nets rise together; EulerNet's dashes lie on RK4Net's line. In the paper EulerNet is ahead at first: with equal seeds it is not."}, "image": {"alt": "Two plots by epoch. Left, accuracy of three nets rises from 20 to 75 percent within eight epochs, all three on nearly one line with wide bands; right, the costs fall together. A dashed line marks the best possible.", "width": "100%"}} tags=["hide-input"]
first_epochs("donut_3D_6C", 10, 82, 2.1)

# %% tags=["hide-input"]
verdict_box("training-euler-fastest", "training-catch-up", "training-same-end")

# %% mystnb={"figure": {"name": "fig-13", "caption": "The paper's Figure 13: the same on squares_3D_4C. The Runge-Kutta nets, one line again, have learned the set after four epochs. StandardNet takes more than twice as long, with a wide band and a higher cost throughout, and has not caught up after 14 epochs."}, "image": {"alt": "Two plots by epoch. Left, EulerNet and RK4Net rise on one line to 87 percent in three epochs, StandardNet climbs slowly with a wide shaded band and reaches 88 percent only at epoch 13; right, its cost stays above theirs throughout.", "width": "100%"}} tags=["hide-input"]
first_epochs("squares_3D_4C", 20, 95, 1.7)

# %% tags=["hide-input"]
verdict_box(
    "training-rk-alike",
    "training-standardnet-slower",
    "training-standardnet-costlier",
    "training-standardnet-varies",
)

# %% [markdown]
# **What to see.** On the shells all nets learn alike, on the squares StandardNet is slow. Is it slow because it is shallow, or
# because it is plain? The residual net has five layers, too:

# %%
data = "squares_3D_4C"
name, _ = short[data]
epochs = {
    net: np.mean(
        [epochs_to_converge(runs[row(net, data), s][1], None) for s in SEEDS]
    )
    for net in COMPARED
} | {
    "ResNet": np.mean(
        [epochs_to_converge(resnet[name, s][1], None) for s in SEEDS]
    )
}
for net, mean in epochs.items():
    print(f"{net:12}{mean:5.1f} epochs to come within 1 point of its level")
assert epochs["StandardNet"] > 1.5 * epochs["RK4Net"]
assert epochs["ResNet"] < 1.2 * epochs["RK4Net"]

# %% [markdown]
# Five residual layers learn as fast as a hundred. It is the identity in the layer that makes learning fast, not the number of
# layers: with it every layer starts close to "leave the features as they are", and the classifier has something to work with
# from the first step, while five random plain layers have to be aligned with one another before anything useful arrives.

# %% tags=["hide-input"]
verdict_box("training-robust")

# %% [markdown]
# :::{admonition} The paper's text
# :class: voice-paper
# The text calls these two sets the donut and the squares "with four and six classes, respectively"; the captions have it the
# right way round, six for the donut and four for the squares.
# :::
#
# ## Laboratory
#
# Features and answers of any net on any of the plane sets; a net trains in about a second. Below is the residual net of five
# layers on both sets of this page. Try it with $h = 0.05$: five layers, but hardly any time.

# %% mystnb={"figure": {"name": "fig-features-lab", "caption": "Five layers of EulerNet with $h = 1$ on donut_2D_6C and squares_2D_4C, repetition 0. The same funnel and the same wavy sheet as with a hundred layers of $h = 0.05$, only coarser: what shapes the features is the flow, not the number of steps in which it is followed."}, "image": {"alt": "Two rows of three panels. Above, a funnel of six colours in space, a band in the plane, concentric rings. Below, a saddle-shaped sheet of four colours, a square with dense corners, four quadrants."}} tags=["hide-input"]
fig, axes = plots.panels([["3d", "2d", "2d"]] * 2, height=2.45)
for panels, data in zip(axes, sets):
    name, rows = short[data]
    draw_features(panels, rows[name])
plt.show()

# %%
FeatureLaboratory()

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s44-repetitions
# How many repetitions would show a true difference of one percentage point between two nets on donut_3D_6C, independent draws
# taken? And with equal seeds?
# ```
#
# ```{solution} ex-s44-repetitions
# :class: dropdown
# Take StandardNet and RK4Net. Independent: the difference of two means of $R$ has the variance $(\sigma_1^2 + \sigma_2^2) / R$,
# and twice its root is at most 1 if $R \ge 4 (\sigma_1^2 + \sigma_2^2)$. With equal seeds the variance that counts is that of
# the differences, seed by seed. The records of seeds 0 to 23 give about 23 and about 15 repetitions: pairing saves a third of
# the work. (Do not estimate this with our four: their spread is by chance half of what it is in the long run.)
# ```

# %% tags=["hide-input"]
plain, rk4 = (many(net, "donut_3D_6C") for net in ("StandardNet", "RK4Net"))
independent = 4 * (plain.var(ddof=1) + rk4.var(ddof=1))
paired = 4 * (plain - rk4).var(ddof=1)
assert 21 < independent < 25 and 13 < paired < 17
assert 1.5 < plain.std() / accuracies("StandardNet", "donut_3D_6C").std() < 2.5

# %% [markdown]
# ```{exercise}
# :label: ex-s44-swap
# At which step size do Euler's method and RK4 part? Load the weights of a trained `RK4Net` with $L = 5$, $h = 1$ into an
# `EulerNet`.
# ```
#
# ```{solution} ex-s44-swap
# :class: dropdown
# `replace(comparison[row("RK4Net", "squares_2D_4C")], L=5, h=1.0)` (from `dataclasses`), `trained` on seed 0, then
# `euler_with(net, 1)`: the features are a tenth of their spread apart, some thirty times more than at $h = 0.05$, and one
# answer in forty changes. Trained for itself, EulerNet is as good as ever: it finds weights that suit *its* layers.
# ```

# %% tags=["hide-input"]
coarse = replace(comparison[row("RK4Net", "squares_2D_4C")], L=5, h=1.0)
net, history = trained(coarse, 0)
X = coarse.points(0)[1].X
swapped, flow = euler_with(net, 1), copy.deepcopy(net).double().flow(X)
apart = distance(swapped.flow(X)[-1], flow[-1])
assert 0.08 < apart < 0.12 and 20 < apart / away[0] < 40
assert 0.02 < (swapped.predict(X) != net.predict(X)).mean() < 0.03
own = trained(replace(coarse, net="EulerNet"), 0)[1]
assert own.val_accuracy[-1] > history.val_accuracy[-1] - 0.005

# %% [markdown]
# ```{exercise}
# :label: ex-s44-donut
# Which set would you design to tell architectures apart? Use {eq}`eq-4.4.b`.
# ```
#
# ```{solution} ex-s44-donut
# :class: dropdown
# One whose limit is high and whose border is long compared with what nets of the size at hand can bend: little noise, many thin
# rings, such as `Rings(2, 6, noise=0.05, spread=1.5, inner=LAWS["donut_2D_6C"].inner)`. A comparison needs room above and a hard
# task below.
# ```
#
# ## Takeaways
#
# - The three networks reach nearly the same accuracy. On the plane squares they could not do otherwise: that set is saturated. On
#   six rings and six shells RK4Net is ahead of StandardNet by a point, which takes two dozen repetitions to see.
# - A harder set is one with a lower limit, and nets follow the limit: a class or a plane more is harder, a donut of six
#   classes is easier in three dimensions than in two.
# - StandardNet makes strings and closed curves, Runge-Kutta nets funnels and wavy sheets, of local dimension one and two.
# - EulerNet and RK4Net coincide because their flows differ by order $h$ only; the paper's differences between them are those of
#   different draws.
# - On squares 3D & 4C StandardNet learns late; on donut 3D & 6C nobody is ahead.
# - A residual net of five layers with $h = 1$ does all of this at StandardNet's cost.
#
# ## References
#
# ```{footbibliography}
# ```

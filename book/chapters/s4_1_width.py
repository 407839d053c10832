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
# (s4-1)=
# # 4.1 Network width
#
# A disc lies inside a ring. A continuous flow of the plane can bend and stretch both, but it cannot take the disc out
# of the ring without tearing the ring apart. This page trains networks on this task in the plane, and then with a
# third dimension.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - At width $\hat d = 2$ the points of one class are *squeezed through a gap* between those of the other; the flow is
#   complicated and the boundary takes an unfavourable shape (Figures 3 and 4, top).
# - At $\hat d = 3$, with the input padded by one zero {eq}`paper-2.3`, the classes move apart along the added
#   dimension: the disc of the donut becomes the *top of a cone* (Figures 3 and 4, bottom), and a plane separates them.
# - You will train the four networks, draw the paper's panels, and measure the gap, the cone and the squeeze.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import spearmanr

from rknet import draw, plots
from rknet.data import bayes
from rknet.laboratories import FlowInSpace, TrainingLaboratory
from rknet.laboratories.training import draw_training
from rknet.playground import Playground
from rknet.study.cache import repetitions, trained
from rknet.study.configuration import Configuration
from rknet.study.experiments import EXPERIMENTS
from rknet.study.html_tables import beside_paper
from rknet.study.ledger.boxes import verdict_box

plots.style()

# %% [markdown]
# ## The point sets
#
# The paper uses four binary sets (its Figure 2). Each point is labelled first and then moved by noise, so the classes
# overlap and no classifier can be perfect.

# %% mystnb={"figure": {"name": "fig-2", "caption": "The paper's Figure 2: 1500 points of each binary set. The classes of donut_2D and squares are arranged so that a plane flow cannot separate them; the spiral looks harder, but a plane flow could unwind it."}, "image": {"alt": "Four scatter plots: a vertical strip between two others, a disc inside a ring, a checkerboard of two by two squares, and two interleaved spiral arms."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"] * 4], height=2.0)
for ax, name in zip(axes[0], ("donut_1D", "donut_2D", "squares", "spiral")):
    points = draw(name, 1500, seed=0)
    plots.scatter(ax, points.X, points.c, size=2, alpha=0.7)
    plots.input_space(ax)
    ax.set_title(name)
    ax.label_outer()
plt.show()

# %% [markdown]
# ## The networks
#
# We follow the paper's protocol: RK4Net {eq}`paper-2.12` with tanh, 100 layers, $h = 0.05$ and zero padding, trained
# with cross-entropy, Adam and batches of five for at most 80 epochs, ending early when the validation cost rises. There
# are four repetitions, each with new points and new weights:

# %%
width = EXPERIMENTS["width"]
SEEDS = range(width.repetitions)
runs = repetitions("width")
runs["donut_2D, d_hat = 3", 0][0]

# %% [markdown]
# `repetitions` looks up each run in a cache, under a key made from everything that determines the result, source code
# included, and trains only when it finds none. The [compiled engine](api) gives the same bits on every processor, so
# all numbers on this page are computed, not quoted.


# %% tags=["hide-input"]
def first(name, d_hat):
    """The net of repetition 0 and its validation points."""
    row = f"{name}, d_hat = {d_hat}"
    return runs[row, 0][0], width.rows[row].points(0)[1]


def paper_panels(name):
    """Rows d_hat = 2, 3; columns trajectories, features, prediction."""
    fig, axes = plots.panels([["2d", "2d", "2d"], ["3d", "3d", "2d"]])
    for row, d_hat in zip(axes, (2, 3)):
        net, points = first(name, d_hat)
        flow = net.flow(points.X)
        plots.trajectories(row[0], flow, points.c)
        plots.features(
            row[1:2],
            flow,
            points.c,
            layers=[-1],
            project=plots.select(*range(d_hat)),
        )
        plots.prediction(row[2], net.predict_proba, points.X, points.c)
        plots.boundary(row[2], lambda X: bayes.probability(name, X))
        for ax, title in zip(
            row, ("trajectories", "output features", "prediction")
        ):
            ax.set_title(rf"{title}, $\hat d = {d_hat}$")
    plt.show()


# %% [markdown]
# ## A disc inside a ring

# %% mystnb={"figure": {"name": "fig-3", "caption": "The paper's Figure 3: RK4Net on donut_2D, repetition 0; dashed, the best possible boundary. Top: the plane flow opens the ring and pushes the disc out through the gap, so the blue region extends to the edge of the picture. Bottom: with one extra dimension the disc moves out of the ring's plane, and the boundary closes to a circle."}, "image": {"alt": "Two rows of three panels. In the plane the blue points leave the ring through a narrow gap and the blue region of the prediction extends to the frame; in space the features form a cone with the blue points at its tip and the predicted boundary is a circle around them."}} tags=["hide-input"]
paper_panels("donut_2D")

# %% [markdown]
# **What to see.** Follow the large dots in the top left panel. The blue ones lie where the ring has been opened, and
# the orange ones have been folded to either side. In the prediction the blue region has a *tail*: all points that would
# pass through the gap are also classified as blue.
#
# This tail does not depend on the training run. The flow $\Phi$ is a homeomorphism of the plane, and a line splits its
# output. The blue region is $\Phi^{-1}$ of a half-plane, so it is connected and reaches to infinity: *every* circle
# around the disc must meet it somewhere. With $\hat d = 3$ the flow maps the inputs to a surface in space; a plane can
# cut off the tip of this surface, so the boundary may be a closed curve. We evaluate the networks on a circle well
# outside the disc:

# %%
angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
circle = 2.5 * np.column_stack([np.cos(angle), np.sin(angle)])
tail = {
    d_hat: (first("donut_2D", d_hat)[0].predict(circle) == 0).mean()
    for d_hat in (2, 3)
}
assert 0 < tail[2] < 0.5, "a plane flow must leak somewhere"
assert tail[3] == 0, "in space the region is closed"
for d_hat in (2, 3):
    print(f"d_hat = {d_hat}: 'disc' on {tail[d_hat]:.0%} of the circle")

# %% tags=["hide-input"]
verdict_box("width-tail")

# %% [markdown]
# If the output at $\hat d = 3$ is a cone over the plane, its height is a monotone function of the radius. We measure
# the height along the direction in which the classifier decides, $w = W_1 - W_2$:


# %%
def height_follows_radius(d_hat):
    """Rank correlation (Spearman) of radius and height on the axis w."""
    net, points = first("donut_2D", d_hat)
    W = net.W.detach().numpy()
    height = net.flow(points.X)[-1] @ (W[0] - W[1])
    radius = np.linalg.norm(points.X, axis=1)
    return abs(spearmanr(radius, height).statistic)


assert height_follows_radius(3) > 0.85
print(f"rank correlation: {height_follows_radius(3):.2f}")

# %% tags=["hide-input"]
verdict_box("width-cone")

# %% [markdown]
# The next figure shows the flow layer by layer. Play and turn it, or read the frames from left to right.

# %% mystnb={"figure": {"name": "fig-cone", "caption": "The features of donut_2D on their way through RK4Net with $\\hat d = 3$: a flat disc and ring at layer 0, a cone at layer 100."}, "image": {"alt": "Twelve frames of a cloud of points in space that starts flat and is drawn into a cone whose tip holds the points of the disc.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
net, points = first("donut_2D", 3)
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(
        axes[0, 0], net.flow(points.X[:600]), points.c[:600], frames=12
    )
)

# %% tags=["hide-input"]
FlowInSpace.of("fig-cone", "donut_2D on its way through RK4Net", net, points)

# %% [markdown]
# ## Two by two squares

# %% mystnb={"figure": {"name": "fig-4", "caption": "The paper's Figure 4: RK4Net on squares, repetition 0; dashed, the best possible boundary. Top: in the plane one class is channelled through the centre where the four squares meet. Bottom: in space the two classes are lifted to different sides, and the boundary follows the axes."}, "image": {"alt": "Two rows of three panels. In the plane the points of one class pass through the middle as through an hourglass and the predicted boundary is two curves; in space the features form a bent sheet and the predicted boundary follows the coordinate axes."}} tags=["hide-input"]
paper_panels("squares")

# %% tags=["hide-input"]
verdict_box("width-boundary")

# %% [markdown]
# **What to see.** A checkerboard has two blue squares *and* two orange ones. In the plane the predicted region of each
# class is connected: if the two blue squares are joined through the centre, the orange ones must be joined around the
# outside, or vice versa. In space one pair is lifted above the other.
#
# ## How much the flow squeezes
#
# Squeezing through a gap can be measured. Near a point $x$ the flow $\Phi$ acts like its Jacobian $D\Phi(x)$. The
# smallest singular value of this matrix is the factor by which $\Phi$ scales the neighbourhood of $x$ in the direction
# of strongest compression. We take its minimum over validation points:


# %%
def hardest_squeeze(name, d_hat):
    """Smallest singular value of D Phi: 1 keeps widths, 0.1 divides by ten."""
    net, points = first(name, d_hat)
    flow = torch.func.jacrev(lambda x: net.states(x[None])[-1, 0])
    jacobians = torch.func.vmap(flow)(torch.tensor(points.X[:500])).detach()
    return float(torch.linalg.svdvals(jacobians).min())


for name in ("donut_2D", "squares"):
    plane, space = hardest_squeeze(name, 2), hardest_squeeze(name, 3)
    assert plane < space / 2
    print(f"{name:8}: {plane:.0e} in the plane, {space:.0e} in space")

# %% tags=["hide-input"]
verdict_box(
    "width-gap", "width-trajectories", "width-separable", "width-costly"
)

# %% [markdown]
# A flow that presses a whole class through a channel is sensitive: later layers amplify small errors in the weights of
# early layers, and points near the channel are misclassified. The paper calls such a transformation "difficult to
# learn".
#
# ## Accuracy
#
# The table shows the accuracy after training. The *Bayes limit* is the accuracy of the best possible classifier,
# computed from the law of the points by quadrature. The paper prints no numbers for this experiment; it says that the
# extra dimension improves the performance on both sets "significantly".

# %% tags=["hide-input"]
beside_paper(
    "table-width",
    "Accuracy of RK4Net with 100 layers by width: mean ± standard deviation "
    "over four repetitions.",
    "width",
    runs,
    {
        data: {f"d_hat = {d}": f"{data}, d_hat = {d}" for d in (2, 3)}
        for data in ("donut_2D", "squares")
    },
    ("train_accuracy", "val_accuracy"),
    heads=("data", "quantity", "from (runs)"),
)

# %% tags=["hide-input"]
verdict_box(
    "width-donut-better",
    "width-squares-better",
    "width-initialisations",
    "width-limited",
)

# %% [markdown]
# The standard deviation is that of the four repetitions (population, as in the paper). How much of it is due to the
# drawn points? The mean over the validation points of four repetitions has the sampling error

# %%
N = len(SEEDS) * width.rows["donut_2D, d_hat = 3"].samples
p = bayes.accuracy("donut_2D")
print(f"{100 * np.sqrt(p * (1 - p) / N):.2f} percentage points (donut_2D)")

# %% [markdown]
# On the donut the plane flow stays clearly below the limit, while the flow in space almost reaches it, so no network
# could be much better. On the squares both come close, and their difference is about as large as the spread: in
# accuracy this half of the experiment is *saturated*.


# %%
def gap(name, d_hat):
    """Bayes limit less mean validation accuracy, in points."""
    row = f"{name}, d_hat = {d_hat}"
    mean = np.mean([runs[row, s][1].val_accuracy[-1] for s in SEEDS])
    return 100 * (bayes.accuracy(name) - mean)


donut, squares = (
    {d: gap(name, d) for d in (2, 3)} for name in ("donut_2D", "squares")
)
assert donut[2] > 2 > 1 > donut[3]
assert 0 < squares[2] - squares[3] < 2

# %% mystnb={"figure": {"name": "fig-width-convergence", "caption": "Validation accuracy and cost by epoch, mean and standard deviation of four repetitions. With one extra dimension the networks reach within a few epochs what the plane flows approach slowly."}, "image": {"alt": "Two rows of two plots, donut_2D above squares, accuracy left and cost right; the curves for width 3 rise to the limit within a few epochs, those for width 2 stay below them."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"], ["2d", "2d"]], height=2.2)
for row_axes, name in zip(axes, ("donut_2D", "squares")):
    histories = {
        rf"{name}, $\hat d = {d_hat}$": [
            runs[f"{name}, d_hat = {d_hat}", s][1] for s in SEEDS
        ]
        for d_hat in (2, 3)
    }
    for ax, quantity in zip(row_axes, ("accuracy", "cost")):
        plots.convergence(ax, histories, quantity)
    row_axes[0].axhline(
        100 * bayes.accuracy(name),
        color=plots.INK,
        linestyle="--",
        linewidth=0.8,
    )
plt.show()

# %% [markdown]
# (try-width)=
# ## Try it
#
# Run the experiment in the browser. Twenty layers with $h = 0.25$ replace a hundred with $h = 0.05$: the final time $T
# = hL = 5$ is the same, and training takes seconds.

# %%
Playground(
    "plane",
    presets=["plane", "space"],
    compact=True,
    task="Close the blue region at width 2: try depth, step size, activation "
    "and seed. Then add one dimension, and play the flow.",
)

# %% [markdown]
# In this race both widths are trained on the same points. Watch the two pictures of the features while they learn:

# %%
Playground(race=["plane", "space"], compact=True)

# %% [markdown]
# The next figure shows the same experiment with the library, at width 2 and at width 3. Twenty layers with $h = 0.2$
# have the final time $T = 4$, near the $5$ of the hundred layers above, and train quickly. You can choose any other
# setting in the laboratory below:

# %% mystnb={"figure": {"name": "fig-width-lab", "caption": "RK4Net with 20 layers on donut_2D, repetition 0, zero padding; dashed, the best possible boundary and accuracy. Top: $\\hat d = 2$, the region of the disc has a tail. Bottom: $\\hat d = 3$, it is closed, and the accuracy comes within a point of the limit in a few epochs."}, "image": {"alt": "Two rows of three panels: prediction, spread of the features by layer, accuracy by epoch. Above, the blue region reaches the frame and the accuracy stays below the dashed limit; below, the region is a disc and the accuracy touches the limit."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"] * 3] * 2, height=2.3)
for row, d_hat in zip(axes, (2, 3)):
    draw_training(
        row, Configuration("donut_2D", "RK4Net", d_hat, 20, h=0.2, lift="zero")
    )
plt.show()

# %%
TrainingLaboratory(data="donut_2D", d_hat=2, lift="zero", L=20, h=0.2)

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s41-discrete
# RK4Net is a discretised flow, not a continuous one. Could it separate the donut at $\hat d = 2$ without a tail?
# ```
#
# ```{solution} ex-s41-discrete
# :class: dropdown
# In principle, yes: a layer is a homeomorphism only while $h$ times the slope of $f$ is small. With large weights,
# trajectories may jump over each other, as in {numref}`fig-crossing`. In training the weights stay small, and the
# network behaves like the flow that it discretises.
# ```
#
# ```{exercise}
# :label: ex-s41-strip
# Can a plane flow separate donut_1D, a strip between two others? And the spiral?
# ```
#
# ```{solution} ex-s41-strip
# :class: dropdown
# The strip: no. The outer class lies on both sides of the strip and would have to be connected around one end of it. As
# the strip has no end, the region predicted for this class must cross it, far out, as with the tail above. The spiral:
# yes. Both arms can be unwound into two half-planes without tearing.
# ```
#
# ```{exercise}
# :label: ex-s41-four
# Repeat the donut with $\hat d = 4$. Does the fourth dimension change what you see?
# ```
#
# ```{solution} ex-s41-four
# :class: dropdown
# Choose it in the laboratory, or call `trained(Configuration("donut_2D", "RK4Net", 4, 20, h=0.2, lift="zero"), 0)` and
# ask the net about `circle`. One extra dimension is enough: as at $\hat d = 3$ there is no tail, and the limit leaves
# no room for a higher accuracy. The paper uses $\hat d = 16$ from Section 4.2 on.
# ```

# %% tags=["hide-input"]
wide = Configuration("donut_2D", "RK4Net", 4, 20, h=0.2, lift="zero")
net, history = trained(wide, 0)
assert not (net.predict(circle) == 0).any()
assert abs(history.val_accuracy[-1] - bayes.accuracy("donut_2D")) < 0.02

# %% [markdown]
# ## Takeaways
#
# - A plane flow cannot move a disc out of a ring: the region predicted for the disc always has a tail to infinity. The
#   trained network shows this tail on a circle around the disc.
# - One padded zero is enough: in three dimensions the disc becomes the tip of a cone, the height on the cone follows
#   the radius, and the flow squeezes far less.
# - On the donut the extra dimension closes most of the gap to the Bayes limit. On the squares the widths differ more
#   clearly in the shape of the flow than in accuracy.
#
# The paper takes the idea of augmentation from {footcite:t}`dupont2019` and combines it with the Runge-Kutta networks
# of {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```

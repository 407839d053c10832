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
# # Section 4.1. Network width: one dimension more
#
# A disc sits inside a ring. A continuous flow of the plane can bend and stretch the picture, but it cannot take the disc
# out of the ring: it would have to tear the ring apart. This page trains networks that try, and then gives them a third
# dimension.
#
# :::{admonition} What the paper claims, and what you will see
# :class: tip
# - At width $\hat d = 2$ the points of one class are *squeezed through a gap* between those of the other; the flow is
#   complicated and the boundary takes an unfavourable shape (Figures 3 and 4, top).
# - At $\hat d = 3$, with the input padded by one zero {eq}`paper-2.3`, the classes move apart along the added dimension:
#   the disc of the donut becomes the *top of a cone* (Figures 3 and 4, bottom), and a plane separates them.
# - You will train the four networks, draw the paper's panels, and measure gap, cone and squeeze.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import spearmanr

from rknet import Protocol, RK4Net, draw, plots, split
from rknet.cache import cached_fit

plots.style()

# %% [markdown]
# ## The point sets
#
# The paper's four binary sets (its Figure 2). Each point is labelled first and moved by noise afterwards, so the classes
# overlap and no classifier can be perfect.

# %% mystnb={"figure": {"name": "fig-points", "caption": "1500 points of each binary set (the paper's Figure 2). The classes of donut_2D and squares are arranged so that a plane flow cannot separate them; the spiral only looks worse: it could be unwound."}, "image": {"alt": "Four scatter plots: a vertical strip between two others, a disc inside a ring, a checkerboard of two by two squares, and two interleaved spiral arms."}} tags=["hide-input"]
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
# RK4Net {eq}`paper-2.12` with tanh, cross-entropy, Adam and batches of five, as in the paper. Its width study ran 100
# layers with $h = 0.05$ for 80 epochs.
#
# :::{admonition} Here
# :class: voice-here
# This page trains at **reduced size**: 20 layers with $h = 0.25$, so that $T = hL = 5$ as in the paper, and 20 epochs
# without early stopping. That is enough to see *how* the flows separate the classes. It is not enough to compare
# accuracies: in so few epochs a complicated flow is not learned to its end, and the comparison would be unfair to
# $\hat d = 2$. So this page compares none.
# :::

# %%
protocol = Protocol(epochs=20, stop_early=False)
DEPTH, STEP = 20, 0.25


def train(name, d_hat):
    """The trained net and the validation points of one of the paper's sets."""
    training, validation = split(draw(name, 3000, seed=0), 1500)
    net = RK4Net(
        d=2, d_hat=d_hat, classes=2, L=DEPTH, h=STEP, lift="zero", seed=0
    )
    history = cached_fit(net, training, validation, protocol, seed=0)
    assert history.ended == "epochs"
    assert history.val_cost[-1] < history.val_cost[0]
    return net, validation


trained = {
    (name, d_hat): train(name, d_hat)
    for name in ("donut_2D", "squares")
    for d_hat in (2, 3)
}
trained["donut_2D", 3][0]

# %% [markdown]
# `cached_fit` is `rknet.fit` with a memory: it looks up a run by the content of everything that decides it, sources
# included, and trains when it finds none. Four trainings in plain PyTorch take about a minute and a half.


# %% tags=["hide-input"]
def paper_panels(name):
    """Rows d_hat = 2, 3; columns trajectories, features, prediction."""
    fig, axes = plots.panels([["2d", "2d", "2d"], ["3d", "3d", "2d"]])
    for row, d_hat in zip(axes, (2, 3)):
        net, points = trained[name, d_hat]
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
        for ax, title in zip(
            row, ("trajectories", "output features", "prediction")
        ):
            ax.set_title(rf"{title}, $\hat d = {d_hat}$")
    plt.show()


# %% [markdown]
# ## A disc inside a ring

# %% mystnb={"figure": {"name": "fig-donut", "caption": "RK4Net on donut_2D (the paper's Figure 3, at reduced depth and epochs). Top: the plane flow opens the ring and pushes the disc out through the gap, so the blue region runs to the edge of the picture. Bottom: with one dimension more the disc sinks away from the ring, and the boundary closes to a circle."}, "image": {"alt": "Two rows of three panels. In the plane the blue points leave the ring through a narrow gap and the blue region of the prediction extends to the frame; in space the features form a cone with the blue points at its tip and the predicted boundary is a circle around them."}} tags=["hide-input"]
paper_panels("donut_2D")

# %% [markdown]
# **What to see.** Follow the large dots in the top left panel. The blue ones sit where the ring has been opened, and the
# orange ones have been folded to either side. In the prediction the blue region has a *tail*: all points that would pass
# through the gap are called blue, too.
#
# The tail is no accident of this training. Let $\Phi$ be the flow, a homeomorphism of the plane, and let a line split
# the output. The blue region is $\Phi^{-1}$ of a half-plane, so it is connected and reaches to infinity: *every* circle
# around the disc must meet it somewhere. With $\hat d = 3$ the inputs lie on a surface in space, the plane cuts off its
# tip, and nothing forbids a closed curve. So we ask the networks for their answer on a circle well outside the disc:

# %%
angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
circle = 2.5 * np.column_stack([np.cos(angle), np.sin(angle)])
tail = {
    d_hat: (trained["donut_2D", d_hat][0].predict(circle) == 0).mean()
    for d_hat in (2, 3)
}
assert 0 < tail[2] < 0.5, "a plane flow must leak somewhere"
assert tail[3] == 0, "in space the region is closed"
for d_hat in (2, 3):
    print(f"d_hat = {d_hat}: 'disc' somewhere on the circle? {tail[d_hat] > 0}")

# %% [markdown]
# And the cone? If the output at $\hat d = 3$ is a cone over the plane, its height is a monotone function of the radius.
# The natural axis is the direction in which the classifier decides, $w = W_1 - W_2$:


# %%
def height_follows_radius(d_hat):
    """Rank correlation (Spearman) of radius and height on the axis w."""
    net, points = trained["donut_2D", d_hat]
    W = net.W.detach().numpy()
    height = net.flow(points.X)[-1] @ (W[0] - W[1])
    radius = np.linalg.norm(points.X, axis=1)
    return abs(spearmanr(radius, height).statistic)


assert height_follows_radius(3) > 0.85
print(f"rank correlation above 0.85? {height_follows_radius(3) > 0.85}")

# %% [markdown]
# The flow itself, layer by layer. Play it, or read the frames from left to right.

# %% mystnb={"figure": {"name": "fig-cone", "caption": "The features of donut_2D on their way through RK4Net with $\\hat d = 3$: a flat disc and ring at layer 0, a cone at layer 20."}, "image": {"alt": "Twelve frames of a cloud of points in space that starts flat and is drawn into a cone whose tip holds the points of the disc.", "classes": "flipbook frames-3x4"}} tags=["hide-input"]
net, points = trained["donut_2D", 3]
fig, axes = plots.panels([["3d"]], height=2.6, width=2.6)
plots.Flipbook(
    plots.flow_animation(
        axes[0, 0], net.flow(points.X[:600]), points.c[:600], frames=12
    )
)

# %% [markdown]
# ## Two by two squares

# %% mystnb={"figure": {"name": "fig-squares", "caption": "RK4Net on squares (the paper's Figure 4, at reduced depth and epochs). Top: in the plane one class is channelled through the centre where the four squares meet. Bottom: in space the two classes are lifted to different sides, and the boundary follows the axes."}, "image": {"alt": "Two rows of three panels. In the plane the points of one class pass through the middle as through an hourglass and the predicted boundary is two curves; in space the features form a bent sheet and the predicted boundary follows the coordinate axes."}} tags=["hide-input"]
paper_panels("squares")

# %% [markdown]
# **What to see.** A checkerboard asks for two blue squares *and* two orange ones. In the plane each class's region is
# connected: if blue takes the passage through the centre, orange must go around outside, and the other way round. In
# space both pairs are simply lifted apart.
#
# ## How hard the flow squeezes
#
# "Squeezed through a gap" can be measured. Near a point $x$ the flow $\Phi$ acts like its Jacobian $D\Phi(x)$, and the
# smallest singular value of that matrix is the factor by which $\Phi$ thins the neighbourhood of $x$ in the direction it
# compresses most. Take the hardest squeeze over validation points:


# %%
def hardest_squeeze(name, d_hat):
    """Smallest singular value of D Phi: 1 keeps a width, 0.1 thins it tenfold."""
    net, points = trained[name, d_hat]
    flow = torch.func.jacrev(lambda x: net.states(x[None])[-1, 0])
    jacobians = torch.func.vmap(flow)(torch.tensor(points.X[:500])).detach()
    return float(torch.linalg.svdvals(jacobians).min())


for name in ("donut_2D", "squares"):
    plane, space = hardest_squeeze(name, 2), hardest_squeeze(name, 3)
    assert plane < space / 2
    print(
        f"{name:8}: in the plane more than twice as hard? {plane < space / 2}"
    )

# %% [markdown]
# A flow that must press a whole class through a channel is a stiff one: small errors in the weights of early layers are
# stretched by the later ones, and points near the channel are the ones it gets wrong. This is what the paper means by a
# transformation that is "difficult to learn".
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s41-discrete
# RK4Net is not a continuous flow. Could it separate the donut at $\hat d = 2$ without a tail?
# ```
#
# ```{solution} ex-s41-discrete
# :class: dropdown
# In principle yes: a layer is a homeomorphism only while $h$ is small against the slope of $f$. With large weights,
# trajectories may jump over each other, as in {numref}`fig-crossing`. Trained weights stay small and the network behaves
# like the flow that it discretises.
# ```
#
# ```{exercise}
# :label: ex-s41-strip
# Can a plane flow separate donut_1D, a strip between two others? And the spiral?
# ```
#
# ```{solution} ex-s41-strip
# :class: dropdown
# The strip: no. Its two neighbours lie on both sides, and the outer class would have to become connected around one end
# of the strip; as the strip has no end, only points far out can pay for it, as with the tail above. The spiral: yes. Both
# arms can be unwound into two half-planes without tearing anything.
# ```
#
# ```{exercise}
# :label: ex-s41-four
# Repeat the donut with $\hat d = 4$. Does the fourth dimension change what you see?
# ```
#
# ```{solution} ex-s41-four
# :class: dropdown
# Call `train("donut_2D", 4)` and ask it about `circle`. One dimension settles the topology; more of them make the flow
# simpler, and the paper uses $\hat d = 16$ from Section 4.2 on.
# ```
#
# ## Takeaways
#
# - A plane flow cannot free a disc from a ring: the region it predicts for the disc always has a tail to infinity, and on
#   a circle around the disc the trained network shows it.
# - One padded zero is enough: in three dimensions the disc becomes the tip of a cone, height on the cone follows the
#   radius, and the flow squeezes far less.
# - This page trained at reduced depth and epochs and therefore compares no accuracies.
#
# The paper takes the idea of augmentation from {footcite:t}`dupont2019` and combines it with the Runge-Kutta networks of
# {footcite:t}`benning2019`.
#
# ## References
#
# ```{footbibliography}
# ```

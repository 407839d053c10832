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
# # Runge-Kutta networks, recomputed
#
# Residual networks are discretised differential equations. Other Runge-Kutta schemes give other networks, and one extra
# dimension simplifies their flows. This book is a living companion to {footcite:t}`giesecke2021`: it builds the
# networks in a small library, `rknet`, checks the paper's equations one by one, and trains the networks that it shows.
# Press play, and train one here.

# %% tags=["remove-input"]
from rknet.playground import Playground

Playground("space", presets=["plane", "space", "forgets", "depth"], guide=True)

# %% [markdown]
# The disc leaves its ring through the third dimension. Remove that dimension: set “dimensions” to 2. A race in
# [Section 4.1](try-width) trains both networks side by side. In the playground, all layers of a run have the step size
# that you set. Two pages of “The outlook, executed” train other networks: those that
# [learn their step sizes](s5-learned-steps), and [Hamiltonian networks](s5-hamiltonian).
#
# Here is the same experiment with the library that this book builds, with a hundred layers, in the plane and in space:

# %% tags=["hide-input"]
import matplotlib.pyplot as plt

from rknet import plots
from rknet.study.cache import trained
from rknet.study.experiments import EXPERIMENTS

plots.style()
rows = {d_hat: EXPERIMENTS["width"].rows[f"donut_2D, d_hat = {d_hat}"] for d_hat in (2, 3)}
nets = {d_hat: trained(configuration, seed=0)[0] for d_hat, configuration in rows.items()}
_, validation = rows[2].points(seed=0)

# %% mystnb={"figure": {"name": "fig-index", "caption": "The same disc and ring, classified by RK4Net. In the plane (left) the disc has to be squeezed out of the ring, and its region keeps a tail. With one extra dimension (middle) it becomes the tip of a cone, and the boundary closes (right)."}, "image": {"alt": "Three panels: a prediction in the plane whose blue region runs from the central disc to the frame; a cone of features in space with blue points at the tip; a prediction whose blue region is a disc."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "3d", "2d"]])
plots.prediction(axes[0, 0], nets[2].predict_proba, validation.X, validation.c)
plots.scatter(axes[0, 1], nets[3].flow(validation.X)[-1], validation.c)
plots.prediction(axes[0, 2], nets[3].predict_proba, validation.X, validation.c)
for ax, title in zip(
    axes[0], (r"prediction, $\hat d = 2$", r"output features, $\hat d = 3$", r"prediction, $\hat d = 3$")
):
    ax.set_title(title)
plt.show()

# %% [markdown]
# ## What the paper claims
#
# - A layer of a residual network is a step of Euler's method {eq}`paper-2.7` for the equation {eq}`paper-2.10`. Every
#   Runge-Kutta scheme defines a network {eq}`paper-2.12`.
# - Training is an optimal control problem. Discretisation and optimisation commute if the adjoint equation is
#   discretised by the *partner* of the scheme (Section 3).
# - The features of continuous models preserve the topology of the input. Padding the input with zeros {eq}`paper-2.3`
#   removes this restriction and simplifies the flow (Section 4.1).
# - Feed-forward networks degrade with depth; Runge-Kutta networks do not (Sections 4.2 to 4.5).
#
# ## Does the thesis hold?
#
# Fifteen conclusions, the paper's and our own, were tried again on point sets. Every network has its own learning rate
# and epoch, and its own depth where the comparison leaves the depth open. After the third stage, five are shown to hold:
# on the spiral, feed-forward networks of 40 layers with the paper's initial weights stay at chance at every rate tried,
# and depth does not matter at a fixed time (step size times depth); the three networks do equally well on average over
# six sets; four activations reach the same accuracy on a strip; and on ten sets tuned Runge-Kutta networks come within
# half a percentage point of the best of five standard classifiers. Seven are shown to fail. On the spiral, a feed-forward
# network with a rate of its own does not break at 20 layers, nor, started from orthogonal weights, at 40; and RK4Net
# gains less than half a point from more than three layers, from more time, or over StandardNet. At equal cost on ten
# sets, Runge-Kutta networks with steps of 0.05 are not better than StandardNet by half a point, nor is RK4 better than
# Euler's method by as much. The spiral is an easy set: on six of the ten sets, 20 feed-forward layers with the paper's
# initial weights fail at every rate tried. Three are undecided, among them whether an added dimension is worth half a
# point. [The trial](s4-trial) compares 24,608 networks by rules that were registered before the first of them was
# trained; the images of Section 4.5 are not part of it.
#
# {ref}`The ledger <ledger>` answers another question. It repeats the experiments as printed and asks whether the results
# are compatible with the paper's, whereas the trial tunes every network before the comparison.
#
# ## How this book tests the claims
#
# - **It is computed when it is built.** A compiled engine trains the paper's networks on points in minutes, with the
#   same bits on every processor. Each page shows the output of its own code, and a build with an outdated figure fails.
#   The networks on images take hours; their tables come from recorded runs and are marked as such.
# - **Its statements are checked.** Code asserts what the text says. Orders of schemes are derived exactly and then
#   measured; networks are compared with independent implementations.
# - **It distinguishes its sources.** Boxes mark what comes from the paper's text, from the authors' published code or
#   from this book, and state the differences.
#
# ## The chapters
#
# ::::{grid} 1 1 2 2
# :gutter: 3
#
# :::{grid-item-card} Section 2: networks as differential equations
# :link: s2
# :link-type: ref
# From (2.1) to (2.10): why a residual network is Euler's method, and how far its features are from the solution.
# :::
#
# :::{grid-item-card} Section 2: Runge-Kutta networks
# :link: s2-rk
# :link-type: ref
# Tableaus, stages and controls, (2.11) and (2.12): how many parameters, and what one control per layer costs.
# :::
#
# :::{grid-item-card} Section 2: order and stability
# :link: s2-order
# :link-type: ref
# Rooted trees, orders derived and measured, and how far the stability regions reach.
# :::
#
# :::{grid-item-card} Section 2: paths that cannot cross
# :link: s2-paths
# :link-type: ref
# What a flow can separate and what it cannot, and why one extra dimension is enough.
# :::
#
# :::{grid-item-card} Section 2: augmentation and stability
# :link: s2-stability
# :link-type: ref
# Does augmentation improve stability? Four meanings of stability, a rule fixed beforehand, and twenty seeds.
# :::
#
# :::{grid-item-card} Section 3: the training problem
# :link: s3-1
# :link-type: ref
# Weights as a control, features as a state, and the cost in continuous time and with layers, (3.1) to (3.3).
# :::
#
# :::{grid-item-card} Section 3: the derivation
# :link: s3-2
# :link-type: ref
# From the Lagrangian to backpropagation, (3.4) to (3.18): each equation beside its code.
# :::
#
# :::{grid-item-card} Section 3: what a costate is
# :link: s3-2-costates
# :link-type: ref
# Costates along trajectories, the cost to go, a costate for each stage, (3.20) and (3.21), and learned steps.
# :::
#
# :::{grid-item-card} Section 3: the optimum
# :link: s3-2-optimum
# :link-type: ref
# What holds where the gradient vanishes, (3.19) and (3.22), and the sum that vanishes where stages share a control.
# :::
#
# :::{grid-item-card} Section 3: the partner
# :link: s3-partner
# :link-type: ref
# The scheme that the costates follow, when it is unique, and why running the same tableau backwards often goes
# unnoticed.
# :::
#
# :::{grid-item-card} Section 3: the second road
# :link: s3-second-road
# :link-type: ref
# Optimise first, then discretise: Pontryagin's conditions beside the paper's, and why both approaches agree.
# :::
#
# :::{grid-item-card} Section 3: symplectic schemes
# :link: s3-symplectic
# :link-type: ref
# What the training of a network preserves, and the paper's remark on other integrators.
# :::
#
# :::{grid-item-card} Section 3: orders and trees
# :link: s3-orders
# :link-type: ref
# The order of a pair of schemes, derived with trees (optional).
# :::
#
# :::{grid-item-card} Section 3: the wrong partner
# :link: s3-wrong-partner
# :link-type: ref
# Training with a vector that is not the gradient: when it matters, when it does not, and why.
# :::
#
# :::{grid-item-card} Section 3: five checks of a gradient
# :link: s3-4
# :link-type: ref
# Which mistakes each check finds, and which it misses.
# :::
#
# :::{grid-item-card} Section 3: the continuous adjoint
# :link: s3-4-continuous
# :link-type: ref
# How far its gradient is from the network's, and where the method fails.
# :::
#
# :::{grid-item-card} Section 3: what a gradient costs
# :link: s3-5
# :link-type: ref
# Memory and time against depth: counted, predicted, measured.
# :::
#
# :::{grid-item-card} Section 4.1: network width
# :link: s4-1
# :link-type: ref
# A disc in a ring, with and without an extra dimension: Figures 2, 3 and 4.
# :::
#
# :::{grid-item-card} Section 4.2: network depth
# :link: s4-2
# :link-type: ref
# At the paper's learning rate Runge-Kutta networks improve with depth, plain networks degrade: Tables 1 and 2, Figure 5.
# :::
#
# :::{grid-item-card} Section 4.3: activation
# :link: s4-3
# :link-type: ref
# Four activations reach the same limit at different speeds: Figures 6 and 7.
# :::
#
# :::{grid-item-card} Section 4.4: variability
# :link: s4-4a
# :link-type: ref
# Six harder sets, and how much of a result is due to chance: Table 3, Figures 8 and 9.
# :::
#
# :::{grid-item-card} Section 4.4: comparison
# :link: s4-4b
# :link-type: ref
# Three networks on six sets: Table 4, Figures 10 to 13.
# :::
#
# :::{grid-item-card} Section 4.5: images
# :link: s4-5a
# :link-type: ref
# MNIST and Fashion-MNIST with 1500 images, augmentation and depth: Table 5, Figures 14 and 15.
# :::
#
# :::{grid-item-card} Section 4.5: three networks on images
# :link: s4-5b
# :link-type: ref
# Networks and other classifiers on the same images: Table 6, Figures 16 to 18.
# :::
#
# :::{grid-item-card} Section 4.5: the convolutional network
# :link: s4-5c
# :link-type: ref
# The network that the paper describes but does not run: built, checked and trained.
# :::
#
# :::{grid-item-card} Section 4, beyond the paper
# :link: s4-beyond
# :link-type: ref
# Losses and optimisers, a fixed time instead of a fixed step, four lifts at equal budget.
# :::
#
# :::{grid-item-card} Section 5: further schemes
# :link: s5-schemes
# :link-type: ref
# Seven explicit schemes of orders 1 to 5: does order matter, at equal steps and at equal cost?
# :::
#
# :::{grid-item-card} Section 5: learned steps
# :link: s5-learned-steps
# :link-type: ref
# Step sizes that are trained, free or on a simplex; which layers vanish.
# :::
#
# :::{grid-item-card} Section 5: controls
# :link: s5-controls
# :link-type: ref
# Weights as functions of depth, and deep networks that begin as shallow ones.
# :::
#
# :::{grid-item-card} Section 5: implicit networks
# :link: s5-implicit
# :link-type: ref
# Layers that solve an equation, trained by the adjoint of Section 3, and when they pay.
# :::
#
# :::{grid-item-card} Section 5: adaptive steps
# :link: s5-adaptive
# :link-type: ref
# An embedded pair chooses the steps; what a training step then costs.
# :::
#
# :::{grid-item-card} Section 5: Hamiltonian networks
# :link: s5-hamiltonian
# :link-type: ref
# Derivatives between layers that cannot vanish, and a backward pass that stores no states.
# :::
#
# :::{grid-item-card} Section 5: audio
# :link: s5-audio
# :link-type: ref
# Recordings of speech drive the flow, beside recurrent networks.
# :::
#
# :::{grid-item-card} Section 5: video
# :link: s5-video
# :link-type: ref
# Clips of moving digits, with time as the flow's time.
# :::
#
# :::{grid-item-card} Section 5: regularisers
# :link: s5-regularisers
# :link-type: ref
# Smooth controls, kinetic energy, weight decay, and what they do to flows.
# :::
#
# :::{grid-item-card} Section 5: robustness
# :link: s5-robustness
# :link-type: ref
# Lipschitz bounds of a flow against noise and adversarial moves.
# :::
#
# :::{grid-item-card} Does the thesis hold?
# :link: s4-trial
# :link-type: ref
# Fifteen conclusions on trial: every network with its own learning rate, and at equal cost.
# :::
#
# :::{grid-item-card} The ledger: do the paper's claims hold?
# :link: ledger
# :link-type: ref
# For every table cell and every testable statement: a rule fixed beforehand, our own repetitions, and a verdict.
# :::
#
# :::{grid-item-card} Deviations
# :link: deviations
# :link-type: ref
# What the paper's text omits, what its code does, what this book does, and how much each choice matters.
# :::
#
# :::{grid-item-card} Notation
# :link: notation
# :link-type: ref
# Symbol, meaning, equation and code name, in one table.
# :::
#
# :::{grid-item-card} The library
# :link: api
# :link-type: ref
# `rknet`: tableaus, networks, lifts, point sets, training, figures.
# :::
#
# :::{grid-item-card} Benchmarks
# :link: benchmarks
# :link-type: ref
# Training times of this library, PyTorch, torchdiffeq, JAX and the authors' code.
# :::
# ::::
#
# ## How to read and run this book
#
# To read the book you need only a browser: figures, numbers and formulas are part of the pages, and the book works
# offline. Cells that only prepare data or draw are folded; open them to see the code. Each chapter ends with exercises
# whose solutions unfold.
#
# To run a chapter, download it with the button at the top of its page, or clone the repository and type `make lab`. The
# command `make book` builds these pages, and `make test` checks every output in them. The command `make pdf` prints all
# pages as one PDF, and then each page links to it at its end.
#
# ## How to cite
#
# Please cite the paper and this book:
#
# ```{citation}
# ```
#
# ## References
#
# ```{footbibliography}
# ```

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
# Residual networks are discretised differential equations; Runge-Kutta schemes make other networks of them, and one added
# dimension makes their flows simple. This book is a living companion to {footcite:t}`giesecke2021`: it builds the
# networks in a small library, `rknet`, checks the paper's equations one by one, and trains what it shows. Train one now,
# in this page: press play, and watch a disc leave its ring by the third dimension; then take that dimension away.

# %% tags=["remove-input"]
from rknet.playground import Playground

Playground("space", presets=["plane", "space", "forgets", "depth"])

# %% [markdown]
# The same experiment with the library that this book builds, a net of a hundred layers in the plane and one in space:

# %% tags=["hide-input"]
import matplotlib.pyplot as plt

from rknet import plots
from rknet.study.cache import trained
from rknet.study.experiments import EXPERIMENTS

plots.style()
rows = {d_hat: EXPERIMENTS["width"].rows[f"donut_2D, d_hat = {d_hat}"] for d_hat in (2, 3)}
nets = {d_hat: trained(configuration, seed=0)[0] for d_hat, configuration in rows.items()}
_, validation = rows[2].points(seed=0)

# %% mystnb={"figure": {"name": "fig-index", "caption": "The same disc in the same ring, trained just now with RK4Net. In the plane (left) the disc has to be squeezed out of the ring, and its region keeps a tail. With one dimension more (middle) it becomes the tip of a cone, and the boundary closes (right)."}, "image": {"alt": "Three panels: a prediction in the plane whose blue region runs from the central disc to the frame; a cone of features in space with blue points at the tip; a prediction whose blue region is a disc."}} tags=["hide-input"]
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
# - A layer of a residual network is a step of Euler's method {eq}`paper-2.7` for the equation {eq}`paper-2.10`; every
#   Runge-Kutta scheme gives a network {eq}`paper-2.12`.
# - Training is an optimal control problem, and discretising it commutes with optimising it if the adjoint is stepped by
#   the *partner* of the scheme (the paper's Section 3).
# - Features of continuous models keep the topology of the input; padding the input with zeros {eq}`paper-2.3` lifts that
#   restriction and simplifies the flow (Section 4.1).
# - Feed-forward networks degrade with depth, Runge-Kutta networks do not (Sections 4.2 to 4.5).
#
# ## What this book does about it
#
# - **It computes while it is built.** A compiled engine trains the paper's networks on points in minutes, with the same bits
#   on every processor. Pages show what their code has just produced; a build with an outdated figure fails. The
#   networks on images take hours: their tables come from recorded runs, and say so.
# - **It checks.** A cell that makes a statement asserts it. Orders of schemes are derived exactly and then measured;
#   networks are compared with independent implementations.
# - **It says whose voice speaks.** Boxes tell the paper's text, the authors' published code and this book apart, and name
#   what differs.
#
# ## The chapters
#
# ::::{grid} 1 1 2 2
# :gutter: 3
#
# :::{grid-item-card} Section 2: networks as differential equations
# :link: s2
# :link-type: ref
# From (2.1) to (2.10): a residual network is Euler's method, and how far its features are from the solution.
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
# Does augmentation improve stability? Four meanings of the word, a rule, and twenty seeds.
# :::
#
# :::{grid-item-card} Section 3: the training problem
# :link: s3-1
# :link-type: ref
# Weights as a control, features as a state, the cost in continuous time and with layers, (3.1) to (3.3).
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
# The scheme that costates follow, when it is the only one, and why the same tableau run backwards often passes.
# :::
#
# :::{grid-item-card} Section 3: the second road
# :link: s3-second-road
# :link-type: ref
# Optimise first, discretise then: Pontryagin's conditions beside the paper's, and the square that closes.
# :::
#
# :::{grid-item-card} Section 3: symplectic
# :link: s3-symplectic
# :link-type: ref
# What passes through a network unchanged, and the paper's remark on other integrators.
# :::
#
# :::{grid-item-card} Section 3: orders and trees
# :link: s3-orders
# :link-type: ref
# How accurate a pair of schemes is, counted by trees (optional).
# :::
#
# :::{grid-item-card} Section 3: the wrong partner
# :link: s3-wrong-partner
# :link-type: ref
# Training with a gradient that is none: when it matters, when not, and why.
# :::
#
# :::{grid-item-card} Section 3: five judges of a gradient
# :link: s3-4
# :link-type: ref
# What each check can see, and which mistakes it lets pass.
# :::
#
# :::{grid-item-card} Section 3: the continuous adjoint
# :link: s3-4-continuous
# :link-type: ref
# How far it is from the network's gradient, and where it fails.
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
# A disc leaves its ring: Figures 2, 3 and 4 from networks trained on the page.
# :::
#
# :::{grid-item-card} Section 4.2: network depth
# :link: s4-2
# :link-type: ref
# Tables 1 and 2: one kind of network gains by depth, the other forgets.
# :::
#
# :::{grid-item-card} Section 4.3: activation
# :link: s4-3
# :link-type: ref
# Four functions, one limit: Figures 6 and 7.
# :::
#
# :::{grid-item-card} Section 4.4: variability
# :link: s4-4a
# :link-type: ref
# Six harder sets, and how much of a result is chance: Table 3.
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
# MNIST and Fashion-MNIST from 1500 images, augmentation and depth: Table 5, Figures 14 and 15.
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
# What the paper describes without running it, built, checked and trained.
# :::
#
# :::{grid-item-card} Section 4, beyond the paper
# :link: s4-beyond
# :link-type: ref
# Losses and optimisers, a fixed time instead of a fixed step, four lifts at equal budget.
# :::
#
# :::{grid-item-card} The ledger: does it hold?
# :link: ledger
# :link-type: ref
# Every cell and every sentence that can be tested: a rule fixed beforehand, repetitions of our own, a verdict.
# :::
#
# :::{grid-item-card} Deviations
# :link: deviations
# :link-type: ref
# What the paper's text leaves out, what its code does, what this book does, and how much each choice matters.
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
# What a training costs here, in PyTorch, torchdiffeq, JAX and the authors' code.
# :::
# ::::
#
# ## How to read it and how to run it
#
# Reading needs nothing but this page: figures, numbers and formulas are all here, and the book works offline. Cells that
# only set up or draw are folded; open them to see the code. Each chapter ends with exercises whose solutions unfold.
#
# To run a chapter, download it with the button at the top of its page, or clone the repository and type `make lab`.
# `make book` builds these pages, `make test` checks every output in them.
#
# ## References
#
# ```{footbibliography}
# ```

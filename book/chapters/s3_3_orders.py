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
# (s3-orders)=
# # 3.3 Orders and trees
#
# How well does the gradient of a network approximate that of the differential equation? And how large is the error of
# a wrong partner? Rooted trees answer both questions. The pages that follow need the answers but not the trees, so
# this page may be skipped.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from rknet import TABLEAUS, Tableau, adjoint, plots
from rknet.adjoint import Affine, Step, order
from rknet.trees import density, layout, trees

plots.style()
schemes = {name: t for name, t in TABLEAUS.items() if 0 not in t.beta}


def grove(ax, drawn, labels, gap=1.2):
    """Trees in a row, each with a label below its root."""
    left = 0.0
    for (tree, kinds), label in zip(drawn, labels):
        across = [node.x for node in layout(tree)]
        root = left + across[0] - min(across)
        plots.rooted_tree(ax, tree, kinds, at=(root, 0))
        ax.text(root, -0.5, label, ha="center", va="top", fontsize=7.5)
        left += max(across) - min(across) + gap
    ax.set(xlim=(-0.8, left - gap + 0.8), ylim=(-2, 3.4))
    ax.set_aspect("equal")
    ax.axis("off")


# %% mystnb={"figure": {"name": "fig-trees", "caption": "The rooted trees with one to four nodes. The number below each tree is the required weight: one over the product, over all its nodes, of the number of nodes in the tree that grows from that node. A scheme has order $q$ if all trees with up to $q$ nodes have the required weights."}, "image": {"alt": "Eight rooted trees in a row, growing upwards: one with one node, labelled 1; one with two, 1/2; two with three nodes, 1/3 for the fork and 1/6 for the tall one; four with four nodes, with 1/4, 1/8, 1/12 and 1/24."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 1.9), layout="constrained")
plain = [tree for nodes in range(1, 5) for tree in trees(nodes)]
fractions = [str(sympy.Rational(1, density(tree))) for tree in plain]
grove(ax, [(tree, "") for tree in plain], fractions, gap=1.5)
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how trees with nodes of two kinds determine the order of a pair of schemes;
# - that for given controls the pair has the order of the scheme, and that its order may be lower if
#   {eq}`paper-3.22` is solved for the controls;
# - why, with one control per layer, the error of the wrong partner $\tilde A = A$ is $O(h^2)$ for Ralston's scheme and
#   $O(h^3)$ for Heun's.
# :::
#
# ## Trees of one kind
#
# Differentiate $\dot y = f(y)$ again and again: $\ddot y = f' f$, $\dddot y = f''(f, f) + f' f' f$, and so on. Each
# term is a rooted tree ({numref}`fig-s2-trees`), with a node for every $f$ and a branch for every derivative of it. In
# the Taylor series of the solution each tree has a fixed coefficient; in that of a Runge-Kutta step the coefficient is
# proportional to a polynomial in $A$ and $\beta$, the *weight*
#
# $$
# \phi(\tau) = \sum_i \beta_i\, \phi_i(\tau), \qquad
# \phi_i(\tau) = \prod_{\text{subtrees } \tau'} \sum_j a_{i,j}\, \phi_j(\tau') .
# $$ (eq-3.o)
#
# The product runs over the trees that hang from the root; for a single node it is 1. The fork of three nodes has the
# weight $\sum_i \beta_i c_i^2$, which must be $\frac13$, and the tall tree $\sum_{i,j} \beta_i a_{i,j} c_j$, which
# must be $\frac16$.
#
# ## Trees of two kinds
#
# The costate equation $\dot p = -f_y(y)^\top p$ requires a second kind of node. Filled nodes stand for the right-hand
# side of the state equation, hollow nodes for that of the costate equation. A branch to a filled node has the factor
# $a_{i,j}$, a branch to a hollow node the factor $\tilde a_{i,j}$. For given controls, the state does not depend on
# the costate, and the costate equation is linear in the costate. A hollow node therefore carries at most one hollow
# node, and a filled node none. These are all such trees with a hollow root and up to three nodes:

# %% mystnb={"figure": {"name": "fig-trees-costate", "caption": "The eight trees of the costate with up to three nodes, numbered. Hollow nodes (the costate equation) form a single chain that starts at the root; filled nodes (the state equation) branch off from it."}, "image": {"alt": "Eight rooted trees with hollow roots: the single node; two with two nodes, the upper one hollow or filled; five with three nodes, two of them forks, with one or two filled ends, and three of them tall, with none, one or two filled nodes at the top."}} tags=["hide-input"]
costate_trees = [
    tree
    for nodes in (1, 2, 3)
    for _, tree in order.coloured_trees(nodes, "p", False)
]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 1.7), layout="constrained")
numbers = [str(k) for k in range(1, len(costate_trees) + 1)]
grove(ax, [order.uncoloured(t) for t in costate_trees], numbers, gap=1.6)
plt.show()
assert len(costate_trees) == 8

# %% [markdown]
# The pair has order $q$ if all trees of this kind with up to $q$ nodes, and those of the state, have the required
# weights. `order.order_of_pair` computes this order in exact arithmetic.
#
# If the controls are *given*, as they are when a gradient is computed, the partner's costates arise from $p^{[L]}$ by
# the transposed derivative of the numerical flow, and the pair has the order of the scheme. If {eq}`paper-3.22` is
# *solved* for the controls, they become functions of state and costate. Then the state equation contains the costate,
# nodes may be mixed freely, there are more conditions, and the order may be lower {footcite}`hager2000`:

# %%
ralston3 = Tableau(
    "Ralston 3", [[], ["1/2"], [0, "3/4"]], ["2/9", "1/3", "4/9"]
)
print("order of              scheme   pair   pair, controls eliminated")
for tableau in (*schemes.values(), ralston3):
    given = order.order_of_pair(tableau, tableau.partner)
    eliminated = order.order_of_pair(tableau, tableau.partner, coupled=True)
    assert given == tableau.order
    print(f"{tableau.name:21}{tableau.order:5}{given:8}{eliminated:9}")

# %% [markdown]
# The column for given controls can be checked by measurement. We compute the error of $p^{[0]}$ with a control for
# each stage {eq}`paper-2.11`, relative to a Dormand-Prince reference with at least four times as many layers, for
# width 3, $T = 2$ and smooth controls.

# %% tags=["hide-input"]
rng = np.random.default_rng(3)
K_waves, b_waves = rng.standard_normal((3, 3, 3)), rng.standard_normal((3, 3))
x_hat, target = torch.from_numpy(rng.standard_normal((2, 4, 3)))


def first_costate(tableau, L):
    """p[0] with a control for each stage."""
    step = Step(Affine("tanh"), tableau, 2 / L)
    t = step.h * (np.arange(L)[:, None] + tableau.arrays()[2])
    basis = np.stack([np.ones_like(t), np.sin(t), np.cos(2 * t)], axis=2)
    u = tuple(
        torch.from_numpy(np.tensordot(basis, waves, 1))
        for waves in (K_waves, b_waves)
    )
    states = adjoint.states(step, u, x_hat)
    return adjoint.costates(step, u, states, states.y[-1] - target).p[0]


# %%
reference = first_costate(TABLEAUS["dopri5"], 512)
for tableau in (*schemes.values(), ralston3):
    errors = [
        (first_costate(tableau, L) - reference).norm() for L in (32, 64, 128)
    ]
    slope = np.polyfit(np.log([1 / 32, 1 / 64, 1 / 128]), np.log(errors), 1)[0]
    assert abs(slope - order.order_of_pair(tableau, tableau.partner)) < 0.15
    print(f"{tableau.name:20} measured order {slope:.1f}")

# %% [markdown]
# ## Trees and the wrong partner
#
# With $\tilde A = A$ the state and the costate are solved by the same scheme. The right and the wrong costates both
# have the order $q$ of this scheme, so their weights agree for all trees with up to $q$ nodes. If the weights agree
# for all trees with up to $n$ nodes, the costates differ by $O(h^{n+1})$ after one layer and by $O(h^n)$ after $T/h$
# layers. The gradients divided by $h$, which are averages of $f_u^\top p$ over a layer, also differ by $O(h^n)$. One
# expects $n = q$: 1 for Euler, 2 for Heun and Ralston. But for Heun $n = 3$. The weights of the eight trees above
# explain why:

# %% tags=["hide-input"]


def weight(scheme, partner, tree):
    stages = order.weights_of(scheme, partner)(tree)
    return sympy.simplify(sum(w * g for w, g in zip(scheme.beta, stages)))


gauss, heun, ralston = (schemes[n] for n in ("gauss4", "heun", "ralston"))
columns = {  # Gauss-Legendre has order 4: exact for these trees
    "exact": (gauss, gauss.partner),
    "Heun,\npartner": (heun, heun.partner),
    "Heun,\n$\\tilde A = A$": (heun, heun),
    "Ralston,\npartner": (ralston, ralston.partner),
    "Ralston,\n$\\tilde A = A$": (ralston, ralston),
}
weights = {
    title: [weight(*pair, tree) for tree in costate_trees]
    for title, pair in columns.items()
}

# %% mystnb={"figure": {"name": "fig-tree-weights", "caption": "Weights of the eight trees. Orange: not the exact weight. Heun's two columns are equal: both costates have the same errors for trees with three nodes, so their difference is one order higher in $h$ than these errors. Ralston's two columns differ in two rows."}, "image": {"alt": "A table with eight rows, each beginning with a drawn tree, and five columns of fractions. In Heun's columns the same entries are orange; Ralston's columns differ in two rows of trees with three nodes."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 4.2), layout="constrained")
for row, tree in enumerate(costate_trees):
    plain_tree, kinds = order.uncoloured(tree)
    plots.rooted_tree(ax, plain_tree, kinds, at=(0, -row), unit=0.24, size=4)
    for column, title in enumerate(weights):
        value = weights[title][row]
        off = value != weights["exact"][row]
        ax.text(
            1.2 + 1.15 * column,
            0.2 - row,
            str(value).replace("-", "−"),
            ha="center",
            va="center",
            color=plots.CLASS_COLOURS[1] if off else plots.INK,
            fontweight="bold" if off else "normal",
        )
for column, title in enumerate(weights):
    ax.text(1.2 + 1.15 * column, 1, title, ha="center", va="center")
ax.axhline(0.68, color=plots.INK, linewidth=0.6)
ax.set(xlim=(-0.6, 6.4), ylim=(-7.3, 1.3))
ax.axis("off")
plt.show()

# %% tags=["hide-input"]
exact, heun_right, heun_wrong, ralston_right, ralston_wrong = weights.values()
assert heun_right == heun_wrong != exact
differ = [k for k in range(8) if ralston_right[k] != ralston_wrong[k]]
assert len(differ) == 2 and all(k >= 3 for k in differ)
assert [order.uncoloured(costate_trees[k])[1] for k in differ] == ["ppy"] * 2
assert [ralston_wrong[k] == exact[k] for k in differ] == [True, False]
assert [ralston_right[k] == exact[k] for k in differ] == [False, True]

# %% [markdown]
# For Heun, the rows of both matrices sum to $c$, and both give the same $\sum_{i,j} \beta_i \tilde a_{i,j} c_j$, zero
# instead of $\frac16$. The rows of Ralston's partner sum to $(-1, 1)$ and not to $c = (0, \frac23)$, so the weights of
# the fork with one hollow end differ. The sum $\sum_{i,j} \beta_i \tilde a_{i,j} c_j$, which is $\frac16$ for the
# partner and 0 for $\tilde A = A$, differs too. One of these weights is exact for the right costate, the other for the
# wrong one. The right costate is the one that gives the network's gradient; it need not be closer to the differential
# equation.
#
# The gradient with respect to the control of a single stage contains $p_i$ itself, without the sum over $i$. Its
# relative error depends on the rows of the two matrices: $O(h)$ if the row sums differ, $O(h^2)$ if they agree.
# `order.common_order` finds the powers for a layer and for a stage; {doc}`s3_3_wrong_partner` measures them for the
# explicit schemes.

# %%
for name, tableau in schemes.items():
    if tableau.partner != tableau:
        powers = order.common_order(tableau, tableau.partner, tableau)
        print(f"{name:8} layer: h^{powers.layer}   stage: h^{powers.stage}")

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s33-count
# How many trees of the costate have four nodes, and how many would there be if nodes of both kinds could be mixed
# freely below a hollow root?
# ```
#
# ```{solution} ex-s33-count
# :class: dropdown
# 13, and 26 without the restriction. Linearity in $p$ and given controls halve the number. The next cell counts the
# trees.
# ```

# %% tags=["hide-input"]
linear, free = (
    len(list(order.coloured_trees(4, "p", coupled)))
    for coupled in (False, True)
)
assert (linear, free) == (13, 26)

# %% [markdown]
# ```{exercise}
# :label: ex-s33-euler
# Find the smallest tree on which Euler's partner and Euler's method differ, and its two weights.
# ```
#
# ```{solution} ex-s33-euler
# :class: dropdown
# The tree with two hollow nodes: its weight is $\tilde a_{1,1}$, which is 1 for the partner and 0 for Euler's method;
# the exact weight is $\frac12$. Hence $n = 1$.
# ```
#
# ## Takeaways
#
# - The weights of trees with two kinds of nodes determine the order of a pair of schemes.
# - For given controls the pair of a scheme and its partner has the order of the scheme; with controls eliminated
#   its order may be lower.
# - The smallest tree whose weights differ determines the error of a wrong partner.
#
# The order conditions for optimal control are due to {footcite:t}`hager2000`; {footcite:t}`hairer2006` explain trees
# with nodes of two kinds, {footcite:t}`hairer1993` trees of one kind.
#
# ## References
#
# ```{footbibliography}
# ```

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
# (s2-order)=
# # 2 Order and stability
#
# Two properties of a Runge-Kutta scheme matter most here. Its *order* says how fast the error vanishes as the step size
# decreases; its *stability region* says how large a step may be. The order is determined by algebra: a scheme of
# order $q$ satisfies one equation for each of the trees below with up to $q$ nodes.

# %% tags=["hide-input"]
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from rknet import TABLEAUS, RKNet, Tableau, plots
from rknet.trees import density, layout, trees

plots.style()
rng = np.random.default_rng(23)
explicit = {name: t for name, t in TABLEAUS.items() if t.explicit}

# %% mystnb={"figure": {"name": "fig-s2-trees", "caption": "The 17 rooted trees with up to five nodes, and their order conditions, with sums over all indices. The root stands for $\\beta_i$, every edge to an inner node for an $a_{ij}$, and every leaf for a $c$. A scheme has order $q$ if it satisfies the conditions of all trees with up to $q$ nodes."}, "image": {"alt": "Seventeen small trees in three rows, drawn with the root at the bottom: one each with one and two nodes, two with three, four with four, nine with five nodes. Below each stands an equation, such as beta i c i squared equals one third."}} tags=["hide-input"]


def factors(tree, letters="ijklm"):
    """The factors of a node and of all nodes above it, in TeX."""
    here, following = letters[0], letters[1:]
    leaves = sum(not branch for branch in tree)
    text = f"c_{here}^{leaves} " if leaves > 1 else f"c_{here} " * leaves
    for branch in filter(None, tree):
        text += f"a_{{{here}{following[0]}}} " + factors(branch, following)
        inner = {node.parent for node in layout(branch)} - {None}
        following = following[len(inner) :]
    return text


HEIGHTS = (1.15, 1.65, 2.15)
fig, axes = plt.subplots(
    3,
    6,
    figsize=(plots.WIDTH, 4.2),
    layout="constrained",
    gridspec_kw={"height_ratios": [height + 0.7 for height in HEIGHTS]},
)
shown = [tree for nodes in range(1, 6) for tree in trees(nodes)]
for ax, tree in zip(axes.flat, shown):
    plots.rooted_tree(ax, tree, unit=0.5, size=4.5)
    value = rf"\frac{{1}}{{{density(tree)}}}" if tree else "1"
    condition = rf"$\beta_i {factors(tree)} = {value}$"
    ax.text(0, -0.45, condition, ha="center", va="center", fontsize=9)
for row, height in zip(axes, HEIGHTS):
    for ax in row:
        ax.set(xlim=(-1.2, 1.2), ylim=(-0.6, height), aspect="equal")
        ax.axis("off")
plt.show()


def conditions_kept(tableau):
    """Which of the printed conditions a tableau satisfies, in floats."""
    A, beta, c = tableau.arrays()
    kept = []
    for tree in shown:
        names, factor_arrays = ["i"], [beta]
        printed = re.findall(r"c_(.)(?:\^(.))?|a_\{(..)\}", factors(tree))
        for node, power, edge in printed:
            names.append(edge or node)
            factor_arrays.append(A if edge else c ** int(power or 1))
        weight = np.einsum(",".join(names) + "->", *factor_arrays)
        kept.append(abs(weight - 1 / density(tree)) < 1e-13)
    return kept


for tableau in TABLEAUS.values():
    assert all(conditions_kept(tableau)[: (1, 2, 4, 8, 17)[tableau.order - 1]])
assert sum(conditions_kept(TABLEAUS["rk4"])) == 8
assert all(conditions_kept(TABLEAUS["dopri5"]))

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - what the order of a scheme means, and how to measure it on the networks themselves;
# - which misprints in a tableau its order reveals, and which it does not;
# - how far the stability regions reach, and why this does not follow from the order.
# :::
#
# ## Order
#
# A scheme has *order* $q$ if, for every smooth equation, one step differs from the solution by $O(h^{q+1})$. Over a
# fixed time, $T/h$ such errors add up to $O(h^q)$. Expand the step and the solution in powers of $h$. The terms are
# products of derivatives of $f$, and each product belongs to a rooted tree. The step agrees with the solution up to
# $h^q$ if and only if the conditions of {numref}`fig-s2-trees` hold for all trees with up to $q$ nodes, where $c_i =
# \sum_j a_{ij}$ {footcite}`hairer1993`. These are 1, 2, 4, 8 and 17 equations for the orders 1 to 5. `rknet` keeps
# tableaus as exact numbers and derives their orders from these equations:

# %%
for tableau in TABLEAUS.values():
    print(f"{tableau.name:18} order {tableau.order}, stages: {tableau.stages}")

# %% [markdown]
# Does the code attain these orders? The equation $\dot y = \tanh y$ has the exact solution $y(t) =
# \operatorname{arsinh}(e^t \sinh y(0))$. It is the equation of a network whose layers all have $K = I$ and $b = 0$,
# and we measure the error of this network at $T = 2$:

# %%
T, start = 2.0, np.array([[-1.5, 0.3], [0.2, 1.0]])
exact = np.arcsinh(np.exp(T) * np.sinh(start))


def error_of_net(tableau, L):
    net = RKNet(d=2, d_hat=2, classes=2, L=L, tableau=tableau, h=T / L).double()
    with torch.no_grad():
        net.K[:], net.b[:] = torch.eye(2), 0
    return np.abs(net.flow(start)[-1] - exact).max()


depths = np.array([16, 32, 64])


def measured(tableau):
    """Errors at the depths, and the slope in the double logarithmic plot."""
    e = np.array([error_of_net(tableau, L) for L in depths])
    return e, np.polyfit(np.log(T / depths), np.log(e), 1)[0]


results = {name: measured(tableau) for name, tableau in explicit.items()}

# %% mystnb={"figure": {"name": "fig-orders", "caption": "Error of the network's output against the step size. Halving $h$ divides the error by two for Euler and by sixteen for RK4: the slope of each line is the order of the scheme. Lines of schemes with the same order are parallel: the errors differ in the constant, not in the power."}, "image": {"alt": "Log-log plot of error against step size for eight explicit schemes; the lines have slopes 1 for Euler, 2 for midpoint, Heun and Ralston, 3 for Kutta 3, 4 for RK4 and the 3/8 rule, 5 for Dormand-Prince."}} tags=["hide-input"]
for name, (_, slope) in results.items():
    assert abs(slope - explicit[name].order) < 0.1
LINES = dict(zip(explicit, ["-", "-", "--", ":", "-", "-", "--", "-"]))
MARKERS = dict(zip(explicit, plots.CLASS_MARKERS))
COLOURS = dict(
    zip(explicit, [plots.CLASS_COLOURS[k] for k in (5, 1, 1, 1, 3, 0, 0, 2)])
)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.6), layout="constrained")
for name, (e, slope) in results.items():
    ax.loglog(
        T / depths,
        e,
        linestyle=LINES[name],
        marker=MARKERS[name],
        color=COLOURS[name],
        markersize=4,
        label=f"{explicit[name].name} ({slope:.2f})",
    )
ax.set(xlabel="step size $h$", ylabel="largest error at $T = 2$")
ax.set_xticks(T / depths, [f"1/{L / T:.0f}" for L in depths])
ax.minorticks_off()
ax.legend(title="scheme (slope)", loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# **Verified.** The eight slopes agree with the derived orders to within 0.1, and each tableau satisfies the conditions
# printed in {numref}`fig-s2-trees` up to its order.
#
# A layer of RK4 evaluates $f$ four times. A fair comparison is at *equal cost*: with 64 evaluations, 16 layers of RK4
# compare with 64 of Euler:

# %%
ratio = results["euler"][0][-1] / results["rk4"][0][0]
print(f"Euler's error is {ratio:.0e} times that of RK4")

# %% tags=["hide-input"]
assert 1e3 < ratio < 1e5

# %% [markdown]
# For this *given* differential equation the scheme of higher order is far more accurate. Whether a *trained* network,
# whose equation is not given, benefits as well is the question of the paper's Section 4.
#
# ## Which misprints the order reveals
#
# Tableaus are copied from books, and misprints happen. Here is RK4 with two weights exchanged. Its order is 1, and
# the error of its network has slope 1:

# %%
misprint = Tableau(
    "a misprint",
    [[], ["1/2"], [0, "1/2"], [0, 0, 1]],
    ["1/6", "1/3", "1/6", "1/3"],
)
print(f"derived: {misprint.order}, measured: {measured(misprint)[1]:.2f}")

# %% [markdown]
# Does the order reveal every misprint? Change each coefficient of $A$ below the diagonal by $1/7$, one at a time, and
# list the changes that leave the order as it is:


# %%
def unnoticed(tableau):
    """Places (i, j) of A where a misprint leaves the order as it is."""
    places = []
    for i in range(tableau.stages):
        for j in range(i):
            A = [list(row) for row in tableau.A]
            A[i][j] += sympy.Rational(1, 7)
            if Tableau("misprint", A, tableau.beta).order == tableau.order:
                places.append((i + 1, j + 1))
    return places


for name in ("kutta3", "rk4", "rk38", "dopri5"):
    print(f"{name:7}", unnoticed(explicit[name]))

# %% tags=["hide-input"]
assert abs(measured(misprint)[1] - 1) < 0.1 and misprint.order == 1
blind = {name: unnoticed(tableau) for name, tableau in explicit.items()}
assert blind.pop("dopri5") == [(7, j) for j in range(1, 7)]
assert not any(blind.values())

dopri5 = TABLEAUS["dopri5"]
EMBEDDED = "5179/57600 0 7571/16695 393/640 -92097/339200 187/2100 1/40"
NODES = [
    sympy.Rational(*node)
    for node in [(0, 1), (1, 5), (3, 10), (4, 5), (8, 9), (1, 1), (1, 1)]
]


def rules(A, beta):
    """Which of the other rules hold for a tableau of Dormand and Prince."""
    rows = list(zip(A, NODES))
    embedded = Tableau("embedded", A, EMBEDDED.split(), NODES)
    return {
        "row sums": all(sum(row) == node for row, node in rows),
        "stage order 2": all(
            sum(a * node for a, node in zip(row, NODES)) == c**2 / 2
            for row, c in rows[2:]
        ),
        "embedded order 4": embedded.order == 4,
        "last row": tuple(A[-1]) == tuple(beta),
    }


assert all(rules(dopri5.A, dopri5.beta).values())
for j in range(6):
    wrong = [list(row) for row in dopri5.A]
    wrong[6][j] += sympy.Rational(1, 7)
    held = rules(wrong, dopri5.beta)
    assert not held["row sums"] and not held["last row"]
wrong = [list(row) for row in dopri5.A]
wrong[6] = [*reversed(wrong[6][:6]), 0]
scrambled = Tableau("scrambled", wrong, dopri5.beta)
assert scrambled.order == 5 and sum(wrong[6]) == 1
found_by = {
    rule for rule, kept in rules(wrong, dopri5.beta).items() if not kept
}
assert found_by == {"stage order 2", "embedded order 4", "last row"}

# %% [markdown]
# If $\beta_i \ne 0$, the order of a scheme of order 2 or more reveals each *single* misprint in row $i$, because
# the misprint changes $\sum_j \beta_j c_j$, which must be $\frac12$. (Several misprints together may cancel.) The
# seventh stage of Dormand and Prince, however, has the weight $\beta_7 = 0$, and no other stage uses it. Its row
# enters no condition: the order stays 5 whatever the row contains. The row does not affect the network either, but it
# affects a solver that estimates its error by that stage. The library's tests therefore check more than the order:
#
# - each row of $A$ sums to the node given in the literature, $\sum_j a_{ij} = c_i$;
# - for Dormand-Prince, $\sum_j a_{ij} c_j = c_i^2 / 2$ in stages 3 to 7; the second set of weights, for the error
#   estimate, has order 4 with the same $A$; and the last row of $A$ is $\beta$;
# - for the schemes of Gauss and Legendre and of Radau, $\sum_j a_{ij} c_j = c_i^2 / 2$ in both stages.
#
# **Verified.** On this page: all rules hold for the tableau of Dormand and Prince; each single misprint in its last
# row breaks the first rule; and the tableau with the last row reversed, which keeps the row sum and the order 5,
# breaks the three others. In the tests of the library: for every scheme, each change of one coefficient by $1/7$, and
# each change of two coefficients in a row by $\pm 1/7$ that keeps the row sum, breaks a rule.
#
# ## Stability
#
# Stability concerns how a scheme treats fast decay or rotation. One step for $\dot y = \lambda y$, with complex
# $\lambda$, multiplies $y$ by
#
# $$
# R(z) = 1 + z\, \beta^\top (I - z A)^{-1} \mathbb{1}, \qquad z = h \lambda,
# $$ (eq-2.b)
#
# the *stability function*. Where $|R(z)| \le 1$, the step does not increase $|y|$. For a network, $R$ describes a
# layer near $y = 0$ with $b = 0$, where $\tanh y \approx y$: for $K = \begin{pmatrix} a & -\omega \\ \omega & a
# \end{pmatrix}$, that is, $\lambda = a + \mathrm{i} \omega$, the Jacobian of the layer at $y =
# 0$ is multiplication by $R(h\lambda)$.

# %% mystnb={"figure": {"name": "fig-stability", "caption": "Left: the curves $|R(z)| = 1$ in the plane of $z = h\\lambda$, one for each scheme; inside its curve, a scheme does not amplify. (The two small circles also belong to the region of Dormand-Prince.) On the negative real axis the curves of Euler and Heun end at $-2$, those of order 3, 4 and 5 farther to the left. Right: $|R|$ on the imaginary axis, where features rotate; above the thin line they are amplified. The curves of Euler and Heun rise above 1 at once. Those of Kutta 3 and RK4 first fall, that of RK4 out of the picture, and cross the line at 1.73 and 2.83. That of Dormand-Prince crosses it at 1.00, so flatly that the picture does not show where."}, "image": {"alt": "Left: closed curves mostly to the left of the imaginary axis, a unit circle around -1 for Euler, longer ones for higher orders; that of RK4 bulges to the right of the axis and crosses that of Dormand-Prince, which has two small islands farther to the right. Right: five curves that start at 1; those of Euler and Heun rise, those of Kutta 3 and RK4 first fall and then rise, that of Dormand-Prince stays near 1 and then rises."}} tags=["hide-input"]
grid = (
    np.linspace(-4.2, 1.2, 300)[None, :]
    + 1j * np.linspace(-4.4, 4.4, 440)[:, None]
)
fig, (ax, along) = plt.subplots(
    1,
    2,
    figsize=(plots.WIDTH, 3.9),
    layout="constrained",
    gridspec_kw={"width_ratios": [1, 1.2]},
)
upwards = np.linspace(0, 3.2, 400)
for name in ("euler", "heun", "kutta3", "rk4", "dopri5"):
    ax.contour(
        grid.real,
        grid.imag,
        np.abs(explicit[name].stability(grid)),
        levels=[1],
        colors=COLOURS[name],
        linewidths=1.4,
    )
    along.plot(
        upwards,
        np.abs(explicit[name].stability(1j * upwards)),
        color=COLOURS[name],
        label=f"{explicit[name].name}, order {explicit[name].order}",
    )
ax.axhline(0, color="#999999", linewidth=0.5)
ax.axvline(0, color="#999999", linewidth=0.5)
ax.set(xlabel=r"Re $z$", ylabel=r"Im $z$", aspect="equal")
along.axhline(1, color="#999999", linewidth=0.5)
along.set(xlabel=r"Im $z$, with Re $z = 0$", ylabel="$|R(z)|$")
along.set(ylim=(0.6, 1.6), xlim=(0, 3.2))
fig.legend(loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# How far does a region reach? For an explicit scheme $R$ is a polynomial, in which $z^k$ has the exact coefficient
# $\beta^\top A^{k-1} \mathbb{1}$. Along the negative real axis and along the imaginary axis, $|R|^2 - 1$ is therefore a
# polynomial in the distance from 0. The sign of its non-zero coefficient of lowest degree tells whether $|R|$ starts
# above or below 1, and its first positive root of odd multiplicity tells how far $|R|$ stays there:


# %%
def stability_polynomial(tableau, z):
    A, beta = sympy.Matrix(tableau.A), sympy.Matrix(tableau.beta)
    ones = sympy.ones(tableau.stages, 1)
    powers = range(1, tableau.stages + 1)
    return 1 + sum(z**k * (beta.T * A ** (k - 1) * ones)[0] for k in powers)


def reach(R, r):
    """How far |R| <= 1 holds, for R given along a ray at the distance r."""
    growth = sympy.Poly(sympy.expand(R * sympy.conjugate(R)) - 1, r)
    if growth.coeffs()[-1] > 0:
        return 0.0
    roots = growth.real_roots(multiple=False)
    return min(float(root) for root, times in roots if root > 0 and times % 2)


# %% tags=["hide-input"]
r = sympy.symbols("r", positive=True)
RAYS = {"left": -r, "up": sympy.I * r}
reached = {
    name: {
        ray: reach(stability_polynomial(tableau, z), r)
        for ray, z in RAYS.items()
    }
    for name, tableau in explicit.items()
}
for name, ends in reached.items():
    print(
        f"{explicit[name].name:18} order {explicit[name].order}: "
        f"{ends['left']:.2f} to the left, {ends['up']:.2f} upwards"
    )

for name, ends in reached.items():
    for ray, towards in (("left", -1), ("up", 1j)):
        inside, outside = (
            abs(explicit[name].stability(factor * towards))
            for factor in (0.999 * ends[ray], ends[ray] + 0.01)
        )
        assert inside <= 1 < outside
orders = [explicit[name].order for name in reached]
lefts = [reached[name]["left"] for name in reached]
assert sorted(zip(orders, lefts)) == sorted(zip(orders, sorted(lefts)))
for name, left in zip(reached, lefts):  # orders 1 and 2 alike, then growing
    ends_at = {1: 2, 2: 2, 3: 2.51, 4: 2.79, 5: 3.31}[explicit[name].order]
    assert abs(left - ends_at) < 0.006
ups = {name: reached[name]["up"] for name in reached}
assert ups["dopri5"] < ups["kutta3"] < ups["rk4"] == ups["rk38"]
assert abs(ups["dopri5"] - 1) < 0.005
assert abs(ups["kutta3"] - math.sqrt(3)) + abs(ups["rk4"] - math.sqrt(8)) < 1e-9
assert ups["euler"] == ups["midpoint"] == ups["heun"] == ups["ralston"] == 0
assert abs(dopri5.stability(0.97 + 3.65j)) < 1 < abs(dopri5.stability(1 + 2.5j))
assert abs(explicit["rk4"].stability(2.4j)) < 0.6  # out of the picture

zero = torch.zeros(2).double()
for tableau in explicit.values():
    net = RKNet(d=2, d_hat=2, classes=2, L=1, tableau=tableau, h=0.7).double()
    for a, w in rng.uniform(-3, 3, (5, 2)):
        K = torch.tensor([[a, -w], [w, a]], dtype=torch.float64)
        jacobian = torch.func.jacrev(
            lambda y, K=K, net=net: net.layer(K, zero, y[None])[0]
        )(zero)
        R = complex(tableau.stability(0.7 * (a + 1j * w)))
        block = torch.tensor(np.array([[R.real, -R.imag], [R.imag, R.real]]))
        assert torch.allclose(jacobian, block, atol=1e-12, rtol=1e-12)

# %% [markdown]
# Along the imaginary axis the features rotate. One might expect high order to help. For every explicit scheme with
# as many stages as its order, $R$ is the Taylor polynomial of $e^z$. Such schemes exist only up to order 4
# {footcite}`hairer1993`, but the polynomials of higher degree show the pattern, so we compute how far the first
# eight reach:


# %%
def taylor(p, z):
    return sum(z**k / sympy.factorial(k) for k in range(p + 1))


for p in range(1, 9):
    print(p, f"{reach(taylor(p, sympy.I * r), r):.2f}", end="; ")

# %% tags=["hide-input"]
kept = [p for p in range(1, 9) if reach(taylor(p, sympy.I * r), r) > 0]
assert kept == [3, 4, 7, 8]
assert abs(taylor(5, 0.3j)) > 1 > abs(TABLEAUS["dopri5"].stability(0.3j))
for twins in (["euler"], ["midpoint", "heun", "ralston"], ["kutta3"]):
    for name in twins:
        p = explicit[name].order
        difference = stability_polynomial(explicit[name], r) - taylor(p, r)
        assert sympy.expand(difference) == 0
for name in ("rk4", "rk38"):
    difference = stability_polynomial(explicit[name], r) - taylor(4, r)
    assert sympy.expand(difference) == 0
sixth = sympy.Poly(stability_polynomial(dopri5, r), r).coeff_monomial(r**6)
assert sixth == sympy.Rational(1, 600)

# %% [markdown]
# For degrees 3, 4, 7 and 8 the region contains a segment of the imaginary axis next to 0; for degrees 1, 2, 5 and 6
# it contains none next to 0. The region of Dormand-Prince, of order 5, contains one, because its $R$ does not end with
# $z^5/120$ but has the further term $z^6 / 600$: the sixth stage is decisive, not the order.
#
# :::{admonition} Proof of the period of four
# :class: dropdown
# Let $R$ be the Taylor polynomial of degree $q$ and $z = \mathrm{i} y$. Then $R = e^{\mathrm{i} y} - r$ with $r =
# \frac{(\mathrm{i} y)^{q+1}}{(q+1)!} + \frac{(\mathrm{i} y)^{q+2}}{(q+2)!} + \dots$, and $|R|^2 = 1 - 2
# \operatorname{Re} (e^{-\mathrm{i} y} r) + |r|^2$. For odd $q$ the first term of $r$ is real, and $|R|^2 - 1 \approx
# -2\, \mathrm{i}^{q+1} y^{q+1} / (q+1)!$. For even $q$ it is imaginary, and the next power decides: $|R|^2 - 1
# \approx 2\, \mathrm{i}^{q+2} y^{q+2} \bigl( \frac{1}{(q+1)!} - \frac{1}{(q+2)!} \bigr)$. The sign is $+$ for $q = 1,
# 2$ and $-$ for $q = 3, 4$, and so on with period four.
# :::
#
# **Verified.** `Tableau.stability` confirms, from both sides, how far the regions in the table reach; the polynomials
# of the explicit schemes with as many stages as their order are exactly the Taylor polynomials; and {eq}`eq-2.b` agrees
# at random $z$ with the Jacobians, by autograd, of the layers of all explicit schemes.
#
# For the $h = 0.05$ of the published code even Euler's disc contains $h \lambda$ for every real $\lambda$ from $-40$ to
# 0; for the $h = 1$ of a ResNet, it does so only for $\lambda$ from $-2$ to 0.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s2-ralston
# Among the explicit schemes with two stages and order 2, Ralston's has the smallest bound on the error of a step.
# In {numref}`fig-orders`, for $\dot y = \tanh y$, the line of which other scheme of order 2 lies below Ralston's,
# and why is this not a contradiction?
# ```
#
# ```{solution} ex-s2-ralston
# :class: dropdown
# Here the midpoint rule has the smallest error of the three schemes. A bound concerns *all* problems; for a given
# problem, the two error terms of order three, one for each tree with three nodes, may cancel better in another
# scheme.
# ```
#
# ```{exercise}
# :label: ex-s2-step
# Let $K$ be normal ($K K^\top = K^\top K$) with the eigenvalues $-3 \pm 4\mathrm{i}$, and $b = 0$. For which step sizes
# does a layer of EulerNet not magnify small features? Why does the question assume that $K$ is normal?
# ```
#
# :::{check} The largest such $h$:
# :answer: 6/25
# :tolerance: 0.0005
# :::
#
# ```{solution} ex-s2-step
# :class: dropdown
# $|1 + h \lambda|^2 = (1 - 3h)^2 + 16 h^2 = 1 - 6 h + 25 h^2 \le 1$, hence $h \le 6/25 = 0.24$. The layer multiplies
# small features by $I + hK$. For a normal matrix the norm of $I + hK$ is the largest $|1 + h\lambda|$; for other
# matrices it can be larger. With the same eigenvalues, $K = \begin{pmatrix} -3 & -16 \\ 1 & -3 \end{pmatrix}$
# magnifies small multiples of $v = (1, -1)^\top$ in a single layer at every step size, because
# $|v + hKv|^2 \ge |v|^2 + 2h\, v \cdot Kv = 2 + 18h$. Nevertheless, for $h < 0.24$ all small features decay over
# many layers.
# ```
#
# ```{exercise}
# :label: ex-s2-tall
# For $\dot y = \lambda y$ only the coefficients of $R$ matter. To which trees of {numref}`fig-s2-trees` do they
# belong?
# ```
#
# ```{solution} ex-s2-tall
# :class: dropdown
# The coefficient of $z^k$ is $\beta^\top A^{k-1} \mathbb{1}$, the weight of the *tall* tree with $k$ nodes, in which
# each node has at most one branch. A measurement on a linear equation tests one condition of each size. A measurement
# on $\dot y = \tanh y$ also involves the others, but not individually: for a scalar equation, from four nodes on,
# several trees have the same product of derivatives. The measurement therefore confirms the algebra but cannot
# replace it.
# ```

# %% tags=["hide-input"]
at_64 = {name: results[name][0][-1] for name in explicit}
assert at_64["midpoint"] < at_64["ralston"] < at_64["heun"]
assert abs(1 + 0.24 * (-3 + 4j)) <= 1 + 1e-12 < abs(1 + 0.241 * (-3 + 4j))
normal, oblique = (
    np.array([[-3.0, -upper], [lower, -3.0]])
    for upper, lower in ((4, 4), (16, 1))
)
for matrix, least in ((normal, 1 - 1e-12), (oblique, 1.001)):
    assert np.allclose(np.linalg.eigvals(matrix), [-3 + 4j, -3 - 4j])
    norms = [
        np.linalg.norm(np.eye(2) + h * matrix, 2)
        for h in np.geomspace(1e-3, 0.24, 50)
    ]
    assert max(norms[:-1]) < 1 if matrix is normal else min(norms) > least
many = np.linalg.matrix_power(np.eye(2) + 0.1 * oblique, 100)
assert np.linalg.norm(many, 2) < 1e-3
tall = ()
for nodes in range(2, 6):
    tall = (tall,)
    assert tall in trees(nodes) and density(tall) == math.factorial(nodes)

# %% [markdown]
# ## Takeaways
#
# - The order is derived exactly, from one equation for each rooted tree, and confirmed by measurements on networks.
# - The order of a scheme does not verify the row of a stage that has weight zero and is used by no other stage.
#   The row sums, the stage orders, a second set of weights and the last row of $A$ do.
# - Along the negative real axis, the regions of the explicit schemes on this page grow with the order, from order 2
#   on. Along the imaginary axis they do not: the regions of the Taylor polynomials of degrees 1, 2, 5 and 6 contain
#   no segment of it next to 0, and of the explicit schemes on this page the two of order 4 reach farthest.
#
# ## References
#
# ```{footbibliography}
# ```

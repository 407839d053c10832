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
# (s5-robustness)=
# # Section 5. Robustness: how far a flow carries a small change
#
# A network that is right on a sample may be wrong on one nearby. How much can a small change of the input change the
# features $y^{[L]}$, and with them the answer? The layers of a Runge-Kutta network are steps of a flow, so Section 2
# gives bounds: by the stability function of the scheme, and by the logarithmic norm. This page computes the bounds,
# measures what they bound, and moves samples to where a network errs.
#
# :::{admonition} What you will see
# :class: tip
# - The Lipschitz constant of a layer is at most $R(h|K|)$, the scheme's stability function at the norm of its weights.
# - For three dimensions the worst case over all slopes of the activation can be computed. It lies between what is
#   measured and the bound, each of them far from the others.
# - By rules fixed beforehand: whether StandardNet, EulerNet and RK4Net differ in what they lose under noise and under
#   attack, and in how much they stretch.
# :::

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from rknet import EulerNet, Protocol, RK4Net, StandardNet, draw, fit, plots
from rknet.study.differences import difference
from rknet.study.html_tables import Row, Table
from rknet.variants import robustness

plots.style()
KINDS = {
    "StandardNet": lambda **options: StandardNet(L=5, **options),
    "EulerNet": lambda **options: EulerNet(L=10, h=0.5, **options),
    "RK4Net": lambda **options: RK4Net(L=10, h=0.5, **options),
}
SETS = ("donut_2D", "spiral")


def points(law, seed):
    """Training and validation points."""
    return draw(law, 1500, seed=seed), draw(law, 1500, seed=1000 + seed)


def trained(law, kind, seed):
    train, validation = points(law, seed)
    net = KINDS[kind](d=2, d_hat=3, classes=2, lift="zero", seed=seed)
    fit(net, train, validation, Protocol(), seed=seed, progress=False)
    return net


def accuracy(net, X, c):
    """In percent."""
    return 100 * (net.predict(X) == c).mean()


first = trained("spiral", "RK4Net", 0)

# %% mystnb={"figure": {"name": "fig-attack", "caption": "The regions of a trained RK4Net on the spiral. Every arrow moves a point by at most 0.4 in each coordinate, along a path on which the cost rises. Many points near the boundary between the arms are moved across it; they are drawn black where the network then errs."}, "image": {"alt": "A square with two interleaved spiral arms in two colours. From about eighty points short arrows lead towards the other arm, most of the black ones end beyond the boundary.", "width": "70%"}} tags=["hide-input"]
_, validation = points("spiral", 0)
few = validation[np.arange(80)]
moved = robustness.perturbed(first, few.X, few.c, 0.4, steps=20)
wrong = (first.predict(few.X) == few.c) & (first.predict(moved) != few.c)
fig, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
plots.prediction(ax, first.predict_proba, few.X, few.c)
for some, colour in ((~wrong, "#777777"), (wrong, "black")):
    ax.quiver(
        *few.X[some].T,
        *(moved - few.X)[some].T,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.004,
        color=colour,
        zorder=3,
    )
plt.show()

# %% tags=["hide-input"]
assert 0.1 < wrong.mean() < 0.6
assert np.abs(moved - few.X).max() < 0.4 + 1e-5  # rounding

# %% [markdown]
# ## Three numbers for one flow
#
# Let $\Lambda$ be the Lipschitz constant of the map $\hat x \mapsto y^{[L]}$. The product of the constants of the layers
# bounds it from above; the spectral norm of the Jacobian at any point bounds it from below:
#
# $$
# \max_n \Bigl| \frac{\partial y^{[L]}}{\partial \hat x}(x_n) \Bigr| \;\le\; \Lambda \;\le\; \prod_{l} \lambda_l .
# $$ (eq-5.q)
#
# *By norms.* Since $0 \le \sigma' \le 1$ for tanh, $f(u, \cdot)$ has the constant $|K|$. A step of an explicit scheme is
# built from sums and compositions, and with entries $a_{ij}, \beta_i \ge 0$ the triangle inequality turns the step into
# its stability function {eq}`eq-2.b`:
#
# $$
# \lambda_l = |K^{[l]}| \text{ for StandardNet}, \qquad \lambda_l = R\bigl(h |K^{[l]}|\bigr) \le e^{h |K^{[l]}|}
# \text{ for a scheme.}
# $$ (eq-5.r)
#
# *By slopes.* The Jacobian of $f$ is $DK$ with a diagonal matrix $D$ of slopes between 0 and 1. The norm of a layer's
# Jacobian is convex in the slopes of each stage, so its maximum is at a corner, where every slope is 0 or 1. In three
# dimensions that leaves $2^3$ cases for Euler's scheme and $2^{12}$ for RK4, and all of them can be tried.
#
# *By the logarithmic norm.* For the differential equation itself, distances grow at most by the factor
#
# $$
# \exp \Bigl( h \sum_l \max_D \mu\bigl(D K^{[l]}\bigr) \Bigr), \qquad
# \mu(M) = \lambda_{\max}\Bigl( \frac{M + M^\top}{2} \Bigr) .
# $$ (eq-5.p)
#
# The corner $D = 0$ makes every $\mu$ at least 0: no bound of this kind can show that a network with tanh contracts.
# For one trained network:

# %%
K = first.K.detach().double().numpy()
z = first.h * np.linalg.norm(K, 2, axis=(1, 2))
by_norms = robustness.bound(first)
by_slopes = robustness.worst(first)
measured = robustness.stretch(first, validation.X).max()
assert np.allclose(by_norms, 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24)
print(f"exp(h sum |K|)           {np.exp(z.sum()):8.0f}")
print(f"product of R(h |K|)      {by_norms.prod():8.0f}")
print(f"product of worst cases   {by_slopes.prod():8.0f}")
print(f"logarithmic norm         {robustness.growth(first):8.0f}")
print(f"measured at 1500 points  {measured:8.0f}")
assert measured < by_slopes.prod() < by_norms.prod() < np.exp(z.sum())

# %% [markdown]
# ## An experiment and its rules
#
# StandardNet with five layers, and EulerNet and RK4Net with ten layers and $h = 0.5$, all of width 3 with zero padding,
# are trained by the paper's protocol on `donut_2D` and on the spiral, with twenty seeds. Each seed has its own points
# and weights. Then 1500 validation points are moved in two ways: by *noise*, normal with standard deviation 0.2 in each
# coordinate, and by an *attack*, ten steps of projected gradients {footcite}`madry2018` within 0.2 of each coordinate.
#
# :::{admonition} Rules, fixed before the first of these runs
# :class: voice-here
# Sizes were chosen by trials with two other seeds. What a network *keeps* is its accuracy on the moved points minus that
# on the points themselves, in percentage points; what it *stretches* is the common logarithm of the largest norm of its
# Jacobian {eq}`eq-5.q` over the validation points. On both sets StandardNet and EulerNet are compared with RK4Net:
# 1. *Noise* and 2. *attack*: what is kept. The networks are **the same** if the interval lies within ±2 points.
# 3. *Stretch.* The networks are **the same** if the interval lies within ±0.1, a factor of 1.26.
#
# Otherwise the network is **better** or **worse** than RK4Net if the interval does not contain 0 (more kept, or less
# stretched), and if it contains 0 the result is **undecided**. Differences are paired by seed; intervals are those of
# Student's $t$, at 95 % for all twelve together (Bonferroni).
# :::

# %% tags=["hide-input"]
SEEDS = range(20)
nets = {
    (law, kind, seed): first
    if (law, kind, seed) == ("spiral", "RK4Net", 0)
    else trained(law, kind, seed)
    for law in SETS
    for kind in KINDS
    for seed in SEEDS
}


def measures(net, law, seed):
    """Accuracy, what is kept under noise and attack, and logarithms of stretch, worst case and bound."""
    _, validation = points(law, seed)
    X, c = validation.X, validation.c
    noise = np.random.default_rng(seed).normal(0, 0.2, X.shape)
    right = accuracy(net, X, c)
    return (
        right,
        accuracy(net, X + noise, c) - right,
        accuracy(net, robustness.perturbed(net, X, c, 0.2, steps=10), c)
        - right,
        np.log10(robustness.stretch(net, X).max()),
        np.log10(robustness.worst(net)).sum(),
        np.log10(robustness.bound(net)).sum(),
    )


WHAT = ("accuracy", "noise", "attack", "stretch", "worst", "bound")
seen = {
    (law, kind): dict(
        zip(
            WHAT,
            np.transpose([measures(nets[law, kind, s], law, s) for s in SEEDS]),
        )
    )
    for law in SETS
    for kind in KINDS
}
for of in seen.values():
    assert (of["stretch"] < of["worst"]).all()
    assert (of["worst"] <= of["bound"] + 1e-9).all()

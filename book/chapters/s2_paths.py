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
# (s2-paths)=
# # 2 Paths that cannot cross
#
# The features of a sample move along a path. Can the paths of two samples cross? If the paths solve a differential
# equation, they can cross in feature space, as in the picture, but not in time *and* feature space. This fact restricts
# which sets of points a flow can separate, and explains why an extra dimension helps.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.integrate import solve_ivp

from rknet import EulerNet, RK4Net, plots

plots.style()
rng = np.random.default_rng(24)

# %% mystnb={"figure": {"name": "fig-s2-paths", "caption": "Three samples (dots, triangles, squares) in a network whose control depends on time ($K = 0$, and $b$ makes one full turn). Left, feature space: the paths are three circles, which cross. Marks: the features at four times; thin lines join the three samples at each of these times. The shape that the three samples form stays the same, so no two samples are ever at the same place at the same time. Right, the same paths and triangles with time as a third axis: three curves, each one turn of a coil, that never touch."}, "image": {"alt": "Left: three overlapping circles in the plane, on which four triangles of equal shape have their corners. Right: three parallel coils in space along a time axis, with the same triangles, which do not intersect."}} tags=["hide-input"]
TURN, LAYERS = 2 * np.pi, 400
coil = RK4Net(d=2, d_hat=2, classes=2, L=LAYERS, h=TURN / LAYERS).double()
middle = TURN / LAYERS * (np.arange(LAYERS) + 0.5)
with torch.no_grad():
    coil.K[:] = 0
    turning = 0.9 * np.stack([np.cos(middle), np.sin(middle)], axis=1)
    coil.b[:] = torch.tensor(np.arctanh(turning))
coils = coil.flow(np.array([[0.0, 0.0], [0.8, 0.5], [-0.2, 0.9]]))
together = np.arange(0, LAYERS, LAYERS // 4)
fig = plt.figure(figsize=(plots.WIDTH, 3.2), layout="constrained")
plane = fig.add_subplot(1, 2, 1)
space = fig.add_subplot(1, 2, 2, projection="3d")
times = np.linspace(0, TURN, LAYERS + 1)
for n in range(3):
    look = {"color": plots.CLASS_COLOURS[n], "linewidth": 1.4}
    plane.plot(*coils[:, n].T, **look)
    space.plot(times, *coils[:, n].T, **look)
    marks = {
        "linestyle": "",
        "marker": plots.CLASS_MARKERS[n],
        "markersize": 4,
        "color": plots.CLASS_COLOURS[n],
    }
    plane.plot(*coils[together, n].T, **marks)
    space.plot(times[together], *coils[together, n].T, **marks)
for l in together:
    closed = coils[l][[0, 1, 2, 0]]
    thin = {"color": plots.INK, "linewidth": 0.6, "alpha": 0.7}
    plane.plot(*closed.T, **thin)
    space.plot(np.full(4, times[l]), *closed.T, **thin)
plane.set(xlabel="$y_1$", ylabel="$y_2$", aspect="equal")
plane.set(title="feature space: paths cross")
space.view_init(elev=22, azim=-68)
space.set_box_aspect((2.2, 1, 1), zoom=1.15)
space.grid(visible=False)
space.set(xlabel="$t$", xticks=(0, 3, 6), yticks=(), zticks=())
space.set(ylabel="$y_1$", zlabel="$y_2$", title="with time: they never meet")
space.yaxis.labelpad = space.zaxis.labelpad = -12
plt.show()

same_time = np.linalg.norm(coils[:, 0] - coils[:, 1], axis=1)
any_time = np.linalg.norm(coils[:, None, 0] - coils[None, :, 1], axis=2)
assert np.ptp(same_time) < 1e-12 and same_time.min() > 0.9
assert any_time.min() < 0.01

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - that exactly one path passes through each point *of time and feature space*, and what this implies for the flow
#   map;
# - that a flow cannot separate some sets in their own space: the middle of three points on a line, a disc in a ring;
# - why one extra dimension is enough.
# :::
#
# :::{admonition} The paper's text
# :class: voice-paper
# According to the introduction, which cites {footcite:t}`dupont2019`, trajectories cannot intersect each other, so only
# features that are homeomorphic to the input space can evolve. ResNets can approximate other mappings, because
# discrete trajectories may cross, but the learned flows are then highly complex. Section 2 leaves existence and
# uniqueness aside and assumes that each control determines a solution.
# :::
#
# ## The flow map
#
# Let $\varphi_t$ be the map that takes the augmented input $\hat x$ to the solution $\mathbf{y}(t)$ of
# {eq}`paper-2.10`. All four activations {eq}`paper-2.1` are Lipschitz with constant 1 (the logistic function even
# with 1/4), so $f(u, \cdot)$ has the Lipschitz constant $\|K\|$ (the spectral norm). No other property is needed.
#
# :::{admonition} Theorem
# :class: important
# Let the control $\mathbf{u} = (\mathbf{K}, \mathbf{b})$ be bounded and measurable on $[0, T]$. Then
# 1. exactly one solution of {eq}`paper-2.10` passes through each point $(t_0, y_0)$ of $[0, T] \times
#    \mathbb{R}^{\hat d}$, and it exists on all of $[0, T]$;
# 2. for each $t$ the flow map $\varphi_t$ is a *homeomorphism* of $\mathbb{R}^{\hat d}$, that is, a bijection that
#    is continuous in both directions; moreover,
#
# $$
# \begin{aligned}
# e^{-\Lambda} |x - x'| &\le |\varphi_t(x) - \varphi_t(x')| \le e^{\Lambda} |x - x'|, \\
# \Lambda &= \int_0^t \|\mathbf{K}(\tau)\|\, d\tau .
# \end{aligned}
# $$ (eq-2.c)
# :::
#
# :::{admonition} Proof
# :class: dropdown
# We have $|f(u, y) - f(u, y')| \le \|K\| |y - y'|$ and $|f(u, 0)| = |\sigma(b)|$, where $\|K\|$ and $|\sigma(b)|$ are
# bounded in time. The theorem of Picard and Lindelöf, in Carathéodory's version for measurable controls, gives
# exactly one solution through $(t_0, y_0)$; the solution grows at most exponentially and therefore exists on all of
# $[0, T]$. For two solutions, $\delta = |\mathbf{y} - \mathbf{y}'|$ satisfies $|\dot\delta| \le \|\mathbf{K}\|
# \delta$; Gronwall's lemma, applied forwards and backwards, gives the two bounds. The upper bound shows that
# $\varphi_t$ is continuous, the lower bound that it is injective with continuous inverse. The map is onto because the
# solution through $(t, y)$ can be followed back to time 0.
# :::
#
# Two *graphs* $(t, \mathbf{y}(t))$ therefore never meet. The theorem says nothing about paths in feature space: one
# sample may pass through a point where another sample was earlier. (If the control is constant in time, two paths
# with a common point are pieces of one curve.) In trained networks the controls change from layer to layer, and paths
# cross, as the trajectories in {ref}`the paper's Figure 3 <fig-3>` show.


# %%
R, S = 0.7 * rng.standard_normal((2, 3, 4))


def right_side(t, y):
    """sigma(K(t) y + b(t)) with d_hat = 3 and a random control that varies."""
    K, b = np.split(np.cos(3 * t) * R + np.sin(2 * t) * S, [3], axis=1)
    return np.tanh(K @ y + b[:, 0])


def follow(start, t0, t1):
    run = solve_ivp(right_side, (t0, t1), start, rtol=1e-10, atol=1e-10)
    return run.y[:, -1]


pairs = rng.standard_normal((20, 2, 3))
ends = np.array([[follow(x, 0, 1) for x in pair] for pair in pairs])
before, after = (
    np.linalg.norm(p[:, 0] - p[:, 1], axis=1) for p in (pairs, ends)
)
print(f"distances change by factors {min(after / before):.2f}", end=" to ")
print(f"{max(after / before):.2f}")

# %% tags=["hide-input"]
instants = np.linspace(0, 1, 2001)[:-1] + 0.5 / 2000
norms = [
    np.linalg.norm((np.cos(3 * t) * R + np.sin(2 * t) * S)[:, :3], 2)
    for t in instants
]
bound = np.exp(np.mean(norms))
print(f"e^Lambda = {bound:.2f}")
assert np.all(after <= bound * before) and np.all(before <= bound * after)
assert max(after / before) > 1.1 * min(after / before)
for pair, end in zip(pairs, ends):
    assert np.allclose(follow(end[0], 1, 0), pair[0], atol=1e-7, rtol=0)

# %% [markdown]
# **Verified.** Twenty pairs of points satisfy {eq}`eq-2.c`, and one solution of each pair, followed back, returns
# to its start. In the network of the picture, the distance between two samples at the same time is constant to
# rounding, whereas at different times it falls below 0.01.
#
# ## On a line
#
# In one dimension the graphs are curves in the plane of $t$ and $y$. Since the graphs cannot meet, the order of the
# features never changes: no flow on the line exchanges $-1$ and $+1$, and none removes $0$ from between them. This
# restriction does not apply to networks. Euler's layer $y \mapsto y + h f(u, y)$ is a homeomorphism if $h \|K\| < 1$,
# but with a large step a point may jump over its neighbour.


# %%
LINE = np.array([-1, -0.85, -0.7, -0.25, 0, 0.25, 0.7, 0.85, 1])[:, None]


def points_on_a_line(h, L, K=-3.0):
    net = EulerNet(d=1, d_hat=1, classes=2, L=L, h=h).double()
    with torch.no_grad():
        net.K[:], net.b[:] = K, 0
    return net.flow(LINE)[..., 0]


def crossings(paths):
    """Number of layers that change the order of the points, (L+1, N)."""
    return int(
        (np.diff(np.sign(np.diff(paths)), axis=0) != 0).any(axis=1).sum()
    )


large, small = points_on_a_line(h=0.8, L=4), points_on_a_line(h=0.05, L=64)
print(f"h = 0.80: order changed in {crossings(large)} of 4 layers")
print(f"h = 0.05: order changed in {crossings(small)} of 64 layers")

# %% [markdown]
# One extra dimension removes the obstacle. Lift the points to the plane by {eq}`paper-2.3`, keep $y_1$ fixed, and let
# $y_2$ become a function of $y_1$. Two layers suffice to give $y_2$ a bump,
#
# $$
# y_2(T) = \tanh\bigl(k (x - \tfrac12)\bigr) - \tanh\bigl(k (x + \tfrac12)\bigr),
# $$ (eq-2.d)
#
# and the threshold $y_2 = -\tanh k$, the value at $x = \pm\frac12$, separates the points between $-\frac12$ and
# $\frac12$ from the rest. For $k = 6$, as below, the threshold is $-1$ to four digits.

# %%
k = 6.0
bump = EulerNet(d=1, d_hat=2, classes=2, L=2, h=1.0).double()
with torch.no_grad():
    bump.K[:] = torch.tensor([[[0, 0], [k, 0]], [[0, 0], [-k, 0]]])
    bump.b[:] = torch.tensor([[0, -k / 2], [0, -k / 2]])
lifted = bump.flow(LINE)
lifted[-1, [0, 4, 8]].round(3)

# %% mystnb={"figure": {"name": "fig-crossing", "caption": "Nine points on a line; the inner ones form one class. Left: with Euler steps of $h = 0.8$ the points jump over each other. Middle: with $h = 0.05$ the points follow the continuous flow and keep their order. Right: with one extra dimension, two layers move the inner points below the threshold, whereas the outer points move away and come back close to their starts (dots: the input, squares: the output); no two paths meet."}, "image": {"alt": "Three panels. Left: zigzag paths of nine points that cross. Middle: smooth curves that approach zero in order. Right: the plane of y1 and y2, in which the outer points end near their starts and the inner ones below a horizontal line."}} tags=["hide-input"]
assert crossings(large) == 4 and crossings(small) == 0
written = np.tanh(k * (LINE - 0.5)) - np.tanh(k * (LINE + 0.5))
assert np.allclose(lifted[-1], np.hstack([LINE, written]), atol=1e-14, rtol=0)
inner = np.abs(LINE[:, 0]) < 0.5
assert np.array_equal(lifted[-1, :, 1] < -np.tanh(k), inner)
edges = bump.flow(np.array([[-0.5], [0.5], [0.4999], [0.5001]]))[-1, :, 1]
assert np.allclose(edges[:2], -np.tanh(k), atol=1e-14, rtol=0)
assert edges[2] < -np.tanh(k) < edges[3] and abs(1 - np.tanh(k)) < 1e-4
continuous = RK4Net(d=1, d_hat=2, classes=2, L=2, h=1.0).double()
with torch.no_grad():
    continuous.K[:], continuous.b[:] = bump.K, bump.b
assert np.allclose(continuous.flow(LINE), lifted, atol=1e-14, rtol=0)

fig, axes = plt.subplots(1, 3, figsize=(plots.WIDTH, 2.6), layout="constrained")
for ax, paths, h in ((axes[0], large, 0.8), (axes[1], small, 0.05)):
    for path, inside in zip(paths.T, inner):
        ax.plot(
            h * np.arange(len(path)),
            path,
            color=plots.CLASS_COLOURS[int(inside)],
            linewidth=1,
        )
    ax.set(xlabel="$t$", ylabel="$y$", ylim=(-1.6, 1.6))
    ax.set_title(rf"$\hat d = 1$, $h = {h}$")
for n, inside in enumerate(inner):
    colour = plots.CLASS_COLOURS[int(inside)]
    axes[2].plot(*lifted[:, n].T, color=colour, linewidth=1)
    axes[2].plot(*lifted[0, n], "o", color=colour, markersize=3)
    axes[2].plot(*lifted[-1, n], "s", color=colour, markersize=5)
axes[2].axhline(-np.tanh(k), color=plots.INK, linewidth=0.7)
axes[2].set(xlabel="$y_1$", ylabel="$y_2$", xlim=(-1.4, 1.4))
axes[2].set_title(r"$\hat d = 2$")
plt.show()

# %% [markdown]
# ## In more dimensions
#
# The same obstacle exists in every dimension.
#
# :::{admonition} Theorem
# :class: important
# Let $B$ be a closed ball in $\mathbb{R}^{\hat d}$, $S$ its boundary, and $\varphi$ a homeomorphism of
# $\mathbb{R}^{\hat d}$. Then no hyperplane separates $\varphi(S)$ from the image of any inner point: for each $w \in
# \mathbb{R}^{\hat d}$ there is an $x' \in S$ with $w \cdot \varphi(x') \ge w \cdot \varphi(x)$ for all $x \in B$.
# :::
#
# :::{admonition} Proof
# :class: dropdown
# $\varphi(B)$ is compact, so $w \cdot y$ takes its maximum over it at some point $y'$. For $w = 0$ there is nothing
# to show. For $w \ne 0$ a linear function has no maximum at an inner point, so $y'$ lies on the boundary of
# $\varphi(B)$. A homeomorphism of the whole space maps the boundary of a set to the boundary of its image; hence $y' =
# \varphi(x')$ with $x' \in S$.
# :::
#
# A ring contains such an $S$, so neither a flow nor a network whose layers are homeomorphisms can separate a disc
# from a surrounding ring in the plane. This theorem explains the networks in the plane of {ref}`Section 4.1 <s4-1>`,
# which are trained on samples of a disc and a ring, the *donut*: the region that they assign to the disc keeps a tail
# that crosses the ring.
#
# The theorem does not apply to finite *samples* of a disc and a ring. In two or more dimensions a flow can move
# finitely many points to places where a hyperplane separates their classes; {footcite:t}`ruizbalet2021` prove this
# for neural differential equations with an additional matrix, $\dot y = W \sigma(A y + b)$, and for activations such
# as ReLU, which leave half of the space at rest while the other half moves. But the points of the disc have to pass
# through the gaps between the points of the ring, which requires the complex flow that the paper mentions.
#
# With one extra dimension and the activation $\tanh$ the obstacle disappears.
#
# :::{admonition} Theorem
# :class: important
# Let $X_1, X_2 \subset \mathbb{R}^d$ be compact and disjoint, and $\sigma = \tanh$. In $\hat d = d + 1$ dimensions
# there exist a time $T$ and a control, constant on each of finitely many layers, such that a hyperplane separates
# $\varphi_T(X_1 \times \{0\})$ from $\varphi_T(X_2 \times \{0\})$. Every consistent Runge-Kutta network ($\sum_i
# \beta_i = 1$) with these weights and step sizes maps the points to the same features.
# :::
#
# :::{admonition} Proof
# :class: dropdown
# Choose $K^{[l]}$ with non-zero entries only in the last row, whose last entry is zero, and $b^{[l]}$ with only its
# last entry non-zero. Since $\tanh 0 = 0$, the first $d$ components then remain fixed, $f$ is constant in each layer
# along each path, each consistent scheme is exact, and the last component becomes $g(x) = h \sum_l \tanh(w_l \cdot x +
# b_l)$. By the universal approximation theorem there are sums $\sum_j a_j \tanh(w_j \cdot x + b_j)$ as close as we
# like to a continuous function that is $1$ on $X_1$ and $-1$ on $X_2$. Replace each $a_j$ by an integer multiple of a
# small enough $h$; since $\tanh$ is odd, its sign can be absorbed into $w_j, b_j$. A term with the factor $n h$ then
# corresponds to $n$ equal layers.
# :::
#
# The check draws forty random flows of the plane, computed by RK4Net with small steps, and searches for the best
# direction $w$.


# %%
def best_margin(flow_of, directions=720):
    """Largest margin, over all w, by which the disc lies beyond the ring."""
    angle = np.linspace(0, 2 * np.pi, directions, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    disc, ring = flow_of(0.5 * circle), flow_of(circle)
    W = circle[:, : disc.shape[1]]
    return float(((disc @ W.T).min(axis=0) - (ring @ W.T).max(axis=0)).max())


def random_flow(seed):
    """The output features of an RK4Net in the plane with large weights."""
    net = RK4Net(d=2, d_hat=2, classes=2, L=100, h=0.02, seed=seed).double()
    with torch.no_grad():
        net.K *= 8
        net.b *= 4
    return lambda X: net.flow(X)[-1]


margins = [best_margin(random_flow(seed)) for seed in range(40)]
print(f"margins from {min(margins):.2f} to {max(margins):.2f}: none separates")

# %% tags=["hide-input"]
assert max(margins) < 0


def cone(X):
    """Two components of features that carry the squared radius."""
    return np.column_stack([X[:, 0], -np.sum(X**2, axis=1)])


assert best_margin(cone) > 0.7

# %% [markdown]
# **Verified.** No random flow separates the two circles. The same search finds a margin where one exists: when the
# second component is replaced by minus the squared radius. `EulerNet` and `RK4Net` agree with {eq}`eq-2.d` to rounding.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s2-order
# Up to which step size do the Euler steps of {numref}`fig-crossing` keep the order of all points of the line?
# ```
#
# :::{check} The largest such $h$:
# :answer: 1/3
# :tolerance: 0.004
# :::
#
# ```{solution} ex-s2-order
# :class: dropdown
# One step maps $y$ to $y + h \tanh(K y)$, which increases as long as $1 + hK \tanh'(Ky) > 0$. Since $\tanh' \le 1$,
# with equality only at 0, and $K = -3$, this holds for $h < 1/3$, and for $h = 1/3$ everywhere except at $y = 0$, so
# that the step still increases. For larger $h$ the step exchanges points near 0: the bound $h \|K\| < 1$ is sharp.
# ```
#
# ```{exercise}
# :label: ex-s2-rk4-bound
# Show that a layer of RK4 is a homeomorphism if $\ell + \ell^2/2 + \ell^3/6 + \ell^4/24 < 1$ for $\ell = h \|K\|$.
# ```
#
# ```{solution} ex-s2-rk4-bound
# :class: dropdown
# The layer is $y + h \Psi(y)$ with $\Psi = \sum_i \beta_i F_i$. By induction over the stages, $F_1$ has the Lipschitz
# constant $\|K\|$, $F_2$ has $\|K\| (1 + \ell/2)$, and so on; together, $h \Psi$ has the Lipschitz constant of the
# condition, which is $R(z) - 1$ at $z = \ell$. If this constant is below 1, then by Banach's fixed-point theorem $y =
# \eta - h \Psi(y)$ has exactly one solution for each $\eta$, and it depends continuously on $\eta$.
# ```
#
# ```{exercise}
# :label: ex-s2-swap
# No flow on the line exchanges $-1$ and $+1$. Which control in the plane exchanges them, and along which paths?
# ```
#
# ```{solution} ex-s2-swap
# :class: dropdown
# $K = \begin{pmatrix} 0 & -1 \\ 1 & 0 \end{pmatrix}$ and $b = 0$ turn the plane about the origin
# ({numref}`fig-orbit`). Lifted by a zero, the two points start opposite to each other and remain opposite, because
# $f$ is odd. After half a period they have changed places.
# ```

# %% tags=["hide-input"]
assert crossings(points_on_a_line(h=0.33, L=10)) == 0
assert crossings(points_on_a_line(h=0.40, L=10)) > 0
line = np.linspace(-0.1, 0.1, 1001)
for h, ordered in ((1 / 3 - 1e-3, True), (1 / 3 + 1e-3, False)):
    step = line + h * np.tanh(-3 * line)
    assert (np.diff(step) > 0).all() == ordered


def turned(t, y):
    return np.tanh(np.array([[0.0, -1.0], [1.0, 0.0]]) @ y)


def below_axis(t, y):
    return y[1] + 1e-12 if t > 0.1 else 1.0


below_axis.terminal = True
half = solve_ivp(
    turned, (0, 9), [1, 0], events=below_axis, rtol=1e-10, atol=1e-12
)
assert np.allclose(half.y[:, -1], [-1, 0], atol=1e-6, rtol=0)
other = solve_ivp(turned, (0, half.t[-1]), [-1, 0], rtol=1e-10, atol=1e-12)
assert np.allclose(other.y[:, -1], [1, 0], atol=1e-6, rtol=0)

# %% [markdown]
# ## Takeaways
#
# - Exactly one path passes through each point of time and feature space; in feature space alone, paths may cross when
#   the control depends on time.
# - The flow map is a homeomorphism. The middle of three points on a line, or a disc in a ring, therefore cannot be
#   separated from the rest in its own space by a flow; with coarse steps a network can break this rule.
# - With one extra dimension and $\tanh$, any two disjoint compact sets can be separated.
#
# The next page examines whether augmentation improves {ref}`stability <s2-stability>`, and {ref}`Section 4.1 <s4-1>`
# how it affects trained networks.
#
# ## References
#
# ```{footbibliography}
# ```

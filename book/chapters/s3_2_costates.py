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
# (s3-2-costates)=
# # 3.2 What a costate is
#
# {ref}`The derivation <s3-2>` produced a vector $p^{[l]}$ for every sample and every layer. This vector has a simple
# meaning: if the features $y^{[l]}$ of a sample change by a small vector $r$, the cost changes by $p^{[l]} \cdot r$ to
# first order. This page shows the costates, defines a costate for each stage {eq}`eq-3.2.b`, which leads to
# {eq}`paper-3.20` and {eq}`paper-3.21`, and uses the multipliers for a derivative that the paper does not need: the
# derivative in the step size.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap

from rknet import TABLEAUS, RKNet, adjoint, plots
from rknet.adjoint import Affine, Step
from rknet.protocol import cross_entropy

plots.style()
rng = np.random.default_rng(32)
tableau = TABLEAUS["kutta3"]
ROUNDING = {"atol": 1e-13, "rtol": 0}

plane = RKNet(d=2, d_hat=2, classes=2, L=12, tableau=tableau, h=0.25)
plane = plane.double().requires_grad_(False)
draw = np.random.default_rng(5)
t = np.linspace(0, 3, plane.L, endpoint=False)[:, None, None]
R, S = draw.standard_normal((2, 2, 3))
wave = torch.tensor(np.cos(t) * R + np.sin(t) * S)
plane.K[:], plane.b[:] = 1.2 * wave[:, :, :2], 0.8 * wave[:, :, 2]
plane.W[:], plane.mu[:] = torch.tensor([[1.0, 0.5], [-1.0, -0.5]]), 0
samples = torch.tensor(draw.uniform(-2.5, 2.5, (24, 2)))


def cost_to_go(y, l):
    """Cost (N,) of samples of class 1 that enter layer l at y (N, d_hat)."""
    for K, b in zip(plane.K[l:], plane.b[l:]):
        y = plane.layer(K, b, y)
    scores = y @ plane.W.T + plane.mu
    return -torch.log_softmax(scores, dim=1)[:, 0]


def slope_of_cost_to_go(y, l):
    return torch.func.grad(lambda y: cost_to_go(y, l).sum())(y)


flow = plane.states(samples)
layer, controls = Step.of(plane), (plane.K[:, None], plane.b[:, None])
p = adjoint.costates(
    layer,
    controls,
    adjoint.states(layer, controls, samples),
    slope_of_cost_to_go(flow[plane.L], plane.L),
).p
for l in range(plane.L + 1):
    assert torch.allclose(p[l], slope_of_cost_to_go(flow[l], l), **ROUNDING)


def saved(push):
    """Cost saved by pushes of this length along -p, (L+1, 24), and predicted."""
    drops, sizes = [], p.norm(dim=2, keepdim=True)
    for l in range(plane.L + 1):
        pushed = flow[l] - push * p[l] / sizes[l]
        drops.append(cost_to_go(flow[l], l) - cost_to_go(pushed, l))
    return torch.stack(drops), push * sizes[..., 0]


drops, predicted = saved(0.05)

# %% mystnb={"figure": {"name": "fig-s32-arrows", "caption": "Costates along the trajectories of five samples of class 1 through a network with twelve layers; each sample has its own colour and marker. Left: the features; marks at every third layer, with arrows in the direction of $-p^{[l]}$, in which a push lowers the cost of the sample fastest. The arrows are drawn at five eighths of the length of $p^{[l]}$; for the black and the pink sample, which are classified correctly, the arrows are short: only the heads are visible (black), or the marks cover them (pink). Right: the decrease in the cost of the sample, without the factor $1/N$, caused by a push of length 0.05 in this direction, against the layer of the push. Lines: $0.05\\, |p^{[l]}|$, as $p^{[l]}$ predicts; marks: computed by running the network again."}, "image": {"alt": "Left: five curved trajectories in the plane with arrows attached along them; the arrows turn and change their length from layer to layer. Right: five curves against the layer from 0 to 12 with markers almost on them; two curves stay close to zero."}} tags=["hide-input"]
fig, (left, right) = plt.subplots(
    1,
    2,
    figsize=(plots.WIDTH, 3.3),
    layout="constrained",
    width_ratios=(1.1, 1),
)
colours = [plots.CLASS_COLOURS[k] for k in (0, 1, 2, 4, 7)]
for n, colour, marker in zip((11, 13, 18, 2, 16), colours, "o^sDv"):
    left.plot(*flow[:, n].T, color=colour, linewidth=0.8)
    left.plot(*flow[::3, n].T, marker, color=colour, markersize=4)
    left.quiver(
        *flow[::3, n].T,
        *-p[::3, n].T,
        color=colour,
        angles="xy",
        scale_units="xy",
        scale=1.6,
        width=0.006,
        zorder=3,
    )
    right.plot(predicted[:, n], color=colour, linewidth=1)
    right.plot(drops[:, n], marker, color=colour, markersize=4)
plots.input_space(left)
left.set(xlabel="$y_1$", ylabel="$y_2$")
right.set(xlabel="layer $l$", ylabel="saved by a push of 0.05", ylim=(0, None))
right.set_xticks(range(0, 13, 3))
plt.show()

# %% [markdown]
# ## Multipliers as sensitivities
#
# Perturb the network: add a small $r$ to the state $y^{[l]}$, or a small $q$ to the stage value $f_i^{[l]}$. The
# perturbation merely adds a term to one bracket of the Lagrangian {eq}`paper-3.8`, and the multiplier of this
# bracket is the sensitivity of the cost: to first order the cost changes by $p^{[l]} \cdot r$, or by
# $\xi_i^{[l]} \cdot q$.
#
# *Verified: the library's $p$ and $\xi$ equal the derivatives of the cost in such perturbations; in the figure, the
# cost decreases as $p$ predicts, up to terms of second order.*

# %% tags=["hide-input"]
s, L, N, d_hat, h = 3, 4, 5, 3, 0.4
A, beta, _ = tableau.arrays()


def random(*shape):
    return torch.tensor(rng.standard_normal(shape))


K, b = random(L, s, d_hat, d_hat), random(L, s, d_hat)
x_hat, W, mu = random(N, d_hat), random(2, d_hat), random(2)
labels = torch.tensor([0, 1, 1, 0, 1])


def cost(y):
    return cross_entropy(y @ W.T + mu, labels)


def disturbed_cost(r, q, steps):
    """Cost with r added to states, q to stage values; a step size per layer."""
    y = x_hat + r[0]
    for l in range(L):
        f_l = []
        for i in range(s):
            y_i = y + steps[l] * sum(A[i, j] * f_l[j] for j in range(i))
            f_l.append(torch.tanh(y_i @ K[l, i].T + b[l, i]) + q[l, i])
        y = y + steps[l] * sum(beta[i] * f_l[i] for i in range(s)) + r[l + 1]
    return cost(y)


step = Step(Affine("tanh"), tableau, h)
states = adjoint.states(step, (K, b), x_hat)
end = torch.func.grad(cost)(states.y[L])
costates = adjoint.costates(step, (K, b), states, end)
undisturbed = (
    torch.zeros(L + 1, N, d_hat).double(),
    torch.zeros(L, s, N, d_hat).double(),
    torch.full((L,), h, dtype=torch.float64),
)
prices = torch.func.grad(disturbed_cost, argnums=(0, 1, 2))(*undisturbed)
assert torch.allclose(prices[0], costates.p, **ROUNDING)
assert torch.allclose(prices[1], costates.xi, **ROUNDING)
wrong = [(drop - line).abs().max() for drop, line in (saved(0.02), saved(0.01))]
assert abs(wrong[0] / wrong[1] - 4) < 0.3  # of second order in the push

# %% [markdown]
# In other words, $p^{[l]}$ is the gradient, at $y^{[l]}$, of the *cost to go*: the contribution of a sample to the
# cost as a function of its features at time $t_l$, which pass through the remaining layers. The next figure shows
# this function.

# %% mystnb={"figure": {"name": "fig-s32-costates", "caption": "The cost to go of a single sample of class 1, without the factor $1/N$, darker where it is higher, as a function of the input ($l = 0$), of the features halfway ($l = 6$) and of the output ($l = 12$). The dots are the features of 24 samples (at $l = 12$ one lies outside the frame), with arrows in the direction of $-p^{[l]}$. The arrows are perpendicular to the level lines and point downhill. For the output the level lines are straight, because the classifier is affine and there are two classes; earlier they are bent by the layers that follow."}, "image": {"alt": "Three panels with level lines of a landscape and arrows on points. At l = 12 the level lines are straight and parallel and all arrows point the same way; at l = 6 and l = 0 the lines are more and more curved, and the arrows, perpendicular to them, differ from point to point."}} tags=["hide-input"]
ticks = np.linspace(-4, 4, 121)
mesh = torch.tensor(np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2))
levels = np.concatenate([np.geomspace(0.01, 0.64, 7), np.arange(1, 11, 0.5)])
shade = LinearSegmentedColormap.from_list("cost", ["white", "#F2C9AC"])
fig, axes = plt.subplots(
    1, 3, figsize=(plots.WIDTH, 2.75), layout="constrained", sharey=True
)
for ax, l in zip(axes, (0, 6, 12)):
    height = cost_to_go(mesh, l).reshape(121, 121)
    ax.contourf(ticks, ticks, height, 40, cmap=shade, vmin=0, vmax=10)
    ax.contour(
        ticks,
        ticks,
        height,
        levels,
        colors=plots.CLASS_COLOURS[1],
        linewidths=0.35,
    )
    ax.quiver(
        *flow[l].T,
        *-p[l].T,
        color=plots.INK,
        scale=16,
        width=0.006,
        zorder=3,
    )
    ax.plot(
        *flow[l].T, "o", color=plots.CLASS_COLOURS[0], markersize=3, zorder=4
    )
    plots.input_space(ax)
    ax.set(title=f"$l = {l}$", xlabel="$y_1$", ylabel="")
axes[0].set_ylabel("$y_2$")
plt.show()

# %% [markdown]
# ## A costate for each stage
#
# So far the weights $\beta_i$ have been allowed to vanish. Now assume that none vanishes, and divide the multiplier
# of stage $i$ by $h \beta_i$, the stage's share of the step:
#
# $$
# p_i^{[l]} = \frac{\xi_i^{[l]}}{h \beta_i} .
# $$ (eq-3.2.b)
#
# The quotient is comparable in size with a costate. With $p_i^{[l]}$ the iteration {eq}`paper-3.13` becomes
#
# $$
# p^{[l+1]} = p^{[l]} - h \sum_{i=1}^{s} \beta_i\, f_y\bigl(u_i^{[l]}, y_i^{[l]}\bigr)^\top p_i^{[l]},
# \qquad p^{[L]} = \nabla\mathcal{F}\bigl(y^{[L]}\bigr),
# $$ (paper-3.20)
#
# and {eq}`paper-3.17` becomes the first line of the next equation. The second line inserts {eq}`paper-3.20` for
# $p^{[l+1]}$:
#
# $$
# \begin{aligned}
# p_i^{[l]} &= p^{[l+1]} + h \sum_{j=1}^{s} \frac{a_{j,i}\, \beta_j}{\beta_i}\, f_y\bigl(u_j^{[l]}, y_j^{[l]}\bigr)^\top
# p_j^{[l]} \\
# &= p^{[l]} - h \sum_{j=1}^{s} \Bigl( \beta_j - \frac{a_{j,i}\, \beta_j}{\beta_i} \Bigr) f_y\bigl(u_j^{[l]},
# y_j^{[l]}\bigr)^\top p_j^{[l]} .
# \end{aligned}
# $$ (paper-3.21)


# %%
def pulled(p_i, l):
    """f_y^T p_i for each stage of layer l, (s, N, d_hat)."""
    return ((1 - states.F[l] ** 2) * p_i[l]) @ K[l]


# codes (3.20)
def next_costate(p, p_i, l):
    return p[l] - h * sum(beta[i] * pulled(p_i, l)[i] for i in range(s))


# codes (3.21)
def stage_from_next(p, p_i, l, i):
    ratio = A[:, i] * beta / beta[i]
    return p[l + 1] + h * sum(ratio[j] * pulled(p_i, l)[j] for j in range(s))


# codes (3.21)
def stage_from_last(p, p_i, l, i):
    C = beta - A[:, i] * beta / beta[i]
    return p[l] - h * sum(C[j] * pulled(p_i, l)[j] for j in range(s))


# %% [markdown]
# *Verified: the three lines hold for the library's $p^{[l]}$ and $p_i^{[l]}$, on a random problem with a control for
# each stage (Kutta's third-order scheme, four layers).*

# %% tags=["hide-input"]
found = costates.p, costates.p_i
for l in range(L):
    # checks (3.20)
    assert torch.allclose(
        next_costate(*found, l), costates.p[l + 1], atol=1e-14, rtol=0
    )
    for i in range(s):
        # checks (3.21)
        for line in (stage_from_next, stage_from_last):
            assert torch.allclose(
                line(*found, l, i), found[1][l, i], atol=1e-14, rtol=0
            )

# %% [markdown]
# The second line of {eq}`paper-3.21` has the form of {eq}`paper-3.6`: a state plus $h$ times a sum over stages, with
# a matrix of coefficients. The costates follow a Runge-Kutta scheme of their own, which is the topic of
# {doc}`s3_3_partner`.
#
# ## The derivative in the step size
#
# The paper's outlook mentions learned step sizes, the ODENet of {footcite:t}`benning2019`. If layer $l$ has its own
# step size $h^{[l]}$ and the controls do not depend on it, the derivative in the step size also follows from
# {eq}`paper-3.8`, where $h$ occurs in the step and in the stage states:
#
# $$
# \frac{\partial \mathcal{F}}{\partial h^{[l]}} = p^{[l+1]} \cdot \sum_{i=1}^{s} \beta_i f_i^{[l]}
# + \sum_{i=1}^{s} \bigl( f_y(u_i^{[l]}, y_i^{[l]})^\top \xi_i^{[l]} \bigr) \cdot \sum_{j=1}^{s} a_{i,j} f_j^{[l]} .
# $$ (eq-3.2.d)


# %%
def by_h(l):
    """The derivative (3.2.d) of the cost in the step size of layer l."""
    slopes = torch.tensor(np.vstack([A, beta]))  # of y_1, ..., y_s and y[l+1]
    moved = torch.einsum("ij,jnd->ind", slopes, states.F[l])
    return (pulled(costates.xi, l) * moved[:s]).sum() + (
        costates.p[l + 1] * moved[s]
    ).sum()


# %% [markdown]
# *Verified against automatic differentiation of a network with a step size for each layer.* For one common $h$ the
# derivative is the sum over the layers. {doc}`s5_learned_steps` trains step sizes by this derivative.

# %% tags=["hide-input"]
by_steps = torch.stack([by_h(l) for l in range(L)])
assert torch.allclose(by_steps, prices[2], **ROUNDING)
assert prices[2].abs().min() > 1e-3

# %% [markdown]
# ## Zero weights and implicit schemes
#
# The recursion in $\xi$ contains no division. It holds for the explicit midpoint rule with $\beta_1 = 0$, for which
# {eq}`paper-3.20` and {eq}`paper-3.21` are not defined. The derivation did not assume an explicit scheme either: for
# an implicit scheme, {eq}`paper-3.17` is a linear system for the $\xi_i$ of a layer.


# %% tags=["hide-input"]
def multipliers_hold(scheme):
    """Whether L is stationary at the multipliers and gives the right gradient."""
    one = Step(Affine("tanh"), scheme, h=0.2)
    U = random(L, scheme.stages, d_hat, d_hat), random(L, scheme.stages, d_hat)
    swept = adjoint.states(one, U, x_hat)
    back = adjoint.costates(one, U, swept, torch.func.grad(cost)(swept.y[-1]))
    point = U, swept.y, swept.F, back.p, back.xi

    def lagrangian(*point):
        return adjoint.lagrangian(one, cost, x_hat, *point)

    def trained_cost(U):
        return cost(adjoint.states(one, U, x_hat).y[-1])

    zeros = torch.func.grad(lagrangian, argnums=(1, 2, 3, 4))(*point)
    gradient = torch.func.grad(trained_cost)(U)
    pairs = zip(gradient, back.gradient)
    return max(z.abs().max() for z in zeros) < 1e-13 and all(
        torch.allclose(a, b, **ROUNDING) for a, b in pairs
    )


kinds = [
    (not scheme.explicit, 0 in scheme.beta)
    for scheme in TABLEAUS.values()
    if multipliers_hold(scheme)
]
implicit, zero = map(sum, zip(*kinds))
assert len(kinds) == len(TABLEAUS) and implicit and zero
print(f"multipliers hold for all {len(kinds)} schemes of the library,")
print(f"{implicit} of them implicit, {zero} with zero weights")

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-s32-input
# What is $p^{[0]}$? Move every input by a distance of 0.001 so that the cost increases as much as possible, and
# predict the increase from $p^{[0]}$.
# ```
#
# ```{solution} ex-s32-input
# :class: dropdown
# $p^{[0]}$ is the derivative of the cost in the network's input. The worst direction for sample $n$ is $p_n^{[0]}$
# itself, and the cost increases by $0.001 \sum_n |p_n^{[0]}|$ up to terms of second order. Adversarial examples are
# found in this way. If the input was padded with zeros, only its first $d$ entries can be moved.
# ```

# %% tags=["hide-input"]
lengths = costates.p[0].norm(dim=1, keepdim=True)
kick = torch.zeros_like(costates.p)
kick[0] = 0.001 * costates.p[0] / lengths
growth = disturbed_cost(kick, *undisturbed[1:]) - disturbed_cost(*undisturbed)
assert abs(growth / (0.001 * lengths.sum()) - 1) < 0.01

# %% [markdown]
# ```{exercise}
# :label: ex-s32-standard
# A layer of a StandardNet {eq}`paper-2.6` has no skip connection: $y^{[l+1]} = f(u^{[l]}, y^{[l]})$. Derive the
# recursion for $p$. What happens to $p^{[0]}$ if $\|f_y\| \le 0.8$ in each of 40 layers, in a StandardNet and in an
# EulerNet with $h = 0.05$?
# ```
#
# ```{solution} ex-s32-standard
# :class: dropdown
# Only one bracket of {eq}`paper-3.8` changes in each layer, to $p^{[l+1]} \cdot (f_1^{[l]} - y^{[l+1]})$. Then
# {eq}`paper-3.17` becomes $\xi_1^{[l]} = p^{[l+1]}$, the term $p^{[l+1]}$ in {eq}`paper-3.12` is missing, and $p^{[l]}
# = f_y^\top p^{[l+1]}$. After 40 layers at most $0.8^{40} \approx 10^{-4}$ of the signal is left: the vanishing
# gradient, a likely cause of what the paper's Section 4.2 observes. In the EulerNet each layer changes the length of
# $p$ by a factor between $1 - 0.05 \cdot 0.8$ and $1 + 0.05 \cdot 0.8$, so at least $0.96^{40} \approx 0.2$ of the
# signal is left.
# ```

# %% tags=["hide-input"]
deep_K, deep_b = random(40, 1, d_hat, d_hat), random(40, 1, d_hat)
deep_K *= 0.8 / torch.linalg.matrix_norm(deep_K, 2)[..., None, None]
deep = deep_K, deep_b
for one in (
    Step(Affine("tanh"), TABLEAUS["euler"], 1.0, carried=False),
    Step(Affine("tanh"), TABLEAUS["euler"], 0.05),
):
    swept = adjoint.states(one, deep, x_hat)
    back = adjoint.costates(
        one, deep, swept, torch.func.grad(cost)(swept.y[-1])
    )
    kept = back.p[0].norm(dim=1) / back.p[-1].norm(dim=1)
    assert kept.min() > 0.96**40 if one.carried else kept.max() < 0.8**40

# %% [markdown]
# ## Takeaways
#
# - A multiplier is the sensitivity of the cost to a perturbation: $p^{[l]}$ to one of the state, $\xi_i^{[l]}$ to one
#   of a stage value. $p^{[l]}$ is the gradient of the cost to go.
# - If no weight is zero, each stage has a costate {eq}`eq-3.2.b`, and these costates satisfy {eq}`paper-3.20` and
#   {eq}`paper-3.21`.
# - The multipliers also give the derivative in the step size {eq}`eq-3.2.d`.
#
# Stages, costates and their coefficients are studied by {footcite:t}`hager2000` and {footcite:t}`sanzserna2016`.
#
# ## References
#
# ```{footbibliography}
# ```

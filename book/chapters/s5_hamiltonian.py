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
# (s5-hamiltonian)=
# # 5 Hamiltonian networks
#
# The paper remarks that its approach extends to other symplectic integrators. Such an integrator can also advance the
# *states* of a network. The picture shows why one might want this: how strongly does the last state depend on the state
# in layer $l$? In a StandardNet the norm of the derivative falls with every layer in between, so early layers receive
# almost no gradient. In EulerNet it falls if the weights damp the flow. In a Hamiltonian network it is never below 1,
# whatever the weights are.

# %% tags=["hide-input"]
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import torch

from rknet import EulerNet, StandardNet, Tableau, draw, plots
from rknet.adjoint.memory import stored_bytes
from rknet.study.paired import judged
from rknet.variants.antisymmetric import AntisymmetricNet
from rknet.variants.splittings import SPLITTINGS, HamiltonianNet

plots.style()
DEPTH, H = 40, 0.15
KINDS = {
    "StandardNet": lambda *sizes, **named: StandardNet(*sizes, **named),
    "EulerNet": lambda *sizes, **named: EulerNet(*sizes, h=H, **named),
    "antisymmetric": lambda *sizes, **named: AntisymmetricNet(
        *sizes, tableau="euler", h=H, **named
    ),
    "Hamiltonian": lambda *sizes, **named: HamiltonianNet(*sizes, h=H, **named),
}
COLOURS = (
    plots.NET_STYLES["StandardNet"]["color"],
    plots.NET_STYLES["EulerNet"]["color"],
    *plots.CLASS_COLOURS[3:1:-1],
)
LOOKS = dict(zip(KINDS, zip(("-", "-.", "--", "-"), COLOURS)))


def sensitivities(net, x):
    """The norm of dy[L]/dy[l] for l = 0, ..., L, one sample after another."""
    with torch.no_grad():
        states = net.states(x)
    M = torch.eye(net.d_hat).double().expand(len(x), -1, -1)
    norms = [torch.ones(len(x)).double()]
    for K, b, y in reversed(list(zip(net.K, net.b, states))):

        def step(y, K=K, b=b):
            return net.layer(K, b, y[None])[0]

        M = M @ torch.func.vmap(torch.func.jacrev(step))(y).detach()
        norms.append(torch.linalg.matrix_norm(M, 2))
    return torch.stack(norms[::-1])


inputs = torch.tensor(draw("spiral", 6).X).double()
norms = {}
for kind, make in KINDS.items():
    for shift in (0, 2):
        net = make(2, 8, 2, DEPTH).double()
        net.K.data -= shift * torch.eye(net.K.shape[-1])
        norms[kind, shift] = sensitivities(net, inputs)
        assert kind != "Hamiltonian" or norms[kind, shift].min() >= 1 - 1e-12
assert norms["StandardNet", 0][0].max() < 1e-6
assert norms["EulerNet", 0].min() > 0.5 and norms["EulerNet", 2][0].max() < 0.1

# %% mystnb={"figure": {"name": "fig-s5-sensitivity", "caption": "Norm of the derivative of the last state with respect to the state of layer $l$, width 8, $h = 0.15$: median of six samples, and their range. Left, at the initial weights: StandardNet's vanishes, the others are close to 1. Right, with 2 subtracted from the diagonals of $K$: now EulerNet's vanishes too. The Hamiltonian network's stays above 1 (grey line) in both cases."}, "image": {"alt": "Two semi-logarithmic plots against the layer from 0 to 40. Left, the curve of StandardNet falls from 1 at the right end by many orders of magnitude to the left, and the three others stay near 1. Right, the curve of EulerNet falls as well, and the antisymmetric and Hamiltonian curves stay at 1 or above."}} tags=["hide-input"]
fig, axes = plots.panels([["2d", "2d"]], height=2.8)
titles = "initial weights", "$K - 2I$"
for ax, shift, title in zip(axes[0], (0, 2), titles):
    for kind, (line, colour) in LOOKS.items():
        low, middle, high = np.quantile(norms[kind, shift], [0, 0.5, 1], axis=1)
        ax.semilogy(middle, line, color=colour, label=kind)
        ax.fill_between(
            range(DEPTH + 1), low, high, color=colour, alpha=0.2, lw=0
        )
    ax.axhline(1, color="#999999", linewidth=0.8)
    ax.set(xlabel="layer $l$", title=title, ylim=(1e-6, 1e3))
axes[0, 0].set_ylabel(r"norm of $\partial y^{[L]} / \partial y^{[l]}$")
handles = axes[0, 0].get_legend_handles_labels()
fig.legend(*handles, loc="outside lower center", ncols=4)
plt.show()

# %% [markdown]
# :::{admonition} What you will learn
# :class: tip
# - how the pair of schemes of Section 3 becomes an architecture, and how a splitting method becomes a network;
# - why the derivatives between its layers cannot vanish: a proof in one line;
# - that its layers can be undone, so that a gradient needs the memory of one state at any depth;
# - how Hamiltonian and antisymmetric networks train, by rules fixed beforehand.
# :::
#
# ## A network from the pair of Section 3
#
# Split the state into two halves, $y = (q, r)$, and let a Hamiltonian with $S' = \sigma$ generate the flow
# {footcite}`haber2017`:
#
# $$
# \begin{aligned}
# H(q, r) &= \mathbf 1^\top S(K_q r + b_q) + \mathbf 1^\top S(K_r q + b_r), \\
# \dot q &= K_q^\top \sigma(K_q r + b_q), \qquad \dot r = -K_r^\top \sigma(K_r q + b_r) .
# \end{aligned}
# $$ (eq-5.c)
#
# The rate of $q$ depends on $r$ only, and that of $r$ on $q$ only. Let $q$ follow a scheme and $r$ its partner
# {eq}`paper-3.23`. With Euler's tableau $r$ follows implicit Euler; since $\dot r$ does not depend on $r$, nothing has
# to be solved, and the layer is *symplectic Euler*. With the trapezoidal rule and its partner the layer is the method
# of Störmer and Verlet {footcite}`hairer2006`:

# %%
trapezium = Tableau("trapezium", [[0, 0], ["1/2", "1/2"]], ["1/2", "1/2"])
trapezium.partner

# %% [markdown]
# Such methods move one half at a time. In `rknet` they are data, a list of moves, and a new one is one line:

# %%
for splitting in SPLITTINGS.values():
    moves = ", ".join(f"{half}:{share:.2f}h" for half, share in splitting.moves)
    print(fill(f"{splitting.name:17} {moves}", 78, subsequent_indent=18 * " "))

net = HamiltonianNet(2, 4, 2, L=1, splitting="verlet", h=0.3).double()
K, b = net.K[0].detach(), net.b[0].detach()
y_0 = torch.tensor([[0.4, -0.8, 1.0, 0.2]]).double()


# %% tags=["hide-input"]
def energy(y):
    """H for tanh, whose integral is log cosh."""
    q, r = y.chunk(2, dim=-1)
    parts = (r @ K[0].T + b[0], q @ K[1].T + b[1])
    return sum(part.cosh().log().sum(-1) for part in parts)


J = torch.kron(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), torch.eye(2)).double()


def rate(y):
    """Hamilton's equations by autograd, not by the formulas above."""
    return torch.func.grad(lambda y: energy(y).sum())(y) @ J.T


def pair_step(tableau, h):
    """q by the tableau, r by its partner; the stages by substitution."""
    (A, beta, _), A_tilde = tableau.arrays(), tableau.partner.arrays()[0]
    rates = torch.zeros(len(beta), 1, 4).double()
    for _ in range(2 * len(beta)):
        for i in range(len(beta)):
            moved = torch.cat(
                [
                    torch.tensordot(torch.tensor(A[i]), rates[..., :2], 1),
                    torch.tensordot(
                        torch.tensor(A_tilde[i]), rates[..., 2:], 1
                    ),
                ],
                dim=-1,
            )
            rates[i] = rate(y_0 + h * moved)
    return y_0 + h * torch.tensordot(torch.tensor(beta), rates, 1)


for name, tableau in (
    ("symplectic_euler", Tableau("Euler", [[]], [1])),
    ("verlet", trapezium),
):
    net.splitting = SPLITTINGS[name]
    assert torch.allclose(
        net.layer(K, b, y_0), pair_step(tableau, net.h), atol=1e-14
    )


def run(step, L):
    states = [y_0]
    for _ in range(L):
        states.append(step(states[-1]))
    return torch.cat(states)


def by_splitting(name, h):
    net.splitting, net.h = SPLITTINGS[name], h
    return lambda y: net.layer(K, b, y)


exact = run(by_splitting("forest_ruth", 2 / 2048), 2048)[-1]
measured = {}
for name in SPLITTINGS:
    errors = [
        (run(by_splitting(name, 2 / L), L)[-1] - exact).norm() for L in (32, 64)
    ]
    measured[name] = float(torch.log2(errors[0] / errors[1]))
    expected = {
        "symplectic_euler": 1,
        "verlet": 2,
        "ruth3": 3,
        "forest_ruth": 4,
    }
    assert abs(measured[name] - expected[name]) < 0.1
for name, order in measured.items():
    print(f"{SPLITTINGS[name].name:17} measured order {order:.1f}")

# %% [markdown]
# **Verified.** Symplectic Euler and Störmer-Verlet equal the steps of the two pairs, with Hamilton's equations by
# autograd, to 14 digits. The measured orders are the known ones.
#
# ## Derivatives cannot vanish
#
# Each move, such as $q \mapsto q + h K_q^\top \sigma(K_q r + b_q)$, has a derivative $M$ with $M^\top J M = J$, where
# $J = \begin{pmatrix} 0 & I \\ -I & 0 \end{pmatrix}$, because $K_q^\top \sigma' K_q$ is symmetric. Products of such
# matrices have the same property. For the derivative $M$ of any number of layers it follows that
#
# $$
# 1 = |J| = |M^\top J M| \le |M|^2, \quad \text{so} \quad
# \Bigl| \frac{\partial y^{[L]}}{\partial y^{[l]}} \Bigr| \ge 1 \;\text{ for all } l \text{, all weights.}
# $$ (eq-5.d)
#
# {footcite:t}`galimberti2021` use this bound. From above, if $\sigma' \le 1$, the derivative of a move of size $h$
# has the norm $1 + h |K|^2$ at most. With symplectic Euler and Störmer-Verlet the norm therefore stays below
# $\exp\bigl(h \sum_l (|K_q^{[l]}|^2 + |K_r^{[l]}|^2)\bigr)$: it is bounded at every depth if the time $T = hL$ and
# the weights are bounded. The bound {eq}`eq-5.d` is for the norm of the matrix. A particular gradient $M^\top p$ may
# still be small.
#
# An *antisymmetric* network {footcite}`haber2017,chang2019`, $f(u, y) = \sigma((K - K^\top) y + b)$, has a weaker
# property: the eigenvalues of $f_y$ are imaginary, since $f_y$ is a positive diagonal matrix times an antisymmetric
# one. Euler's method amplifies such modes by $|1 + \mathrm{i} h \omega| > 1$ at each step.

# %% tags=["hide-input"]
bound = 0.0
ham = KINDS["Hamiltonian"](2, 8, 2, DEPTH).double()
for K_l in ham.K.detach():
    bound += H * sum(torch.linalg.matrix_norm(part, 2) ** 2 for part in K_l)
largest = float(norms["Hamiltonian", 0].max())
assert 1 <= largest <= float(torch.exp(torch.as_tensor(bound)))
LONG = 600
paths = {"Euler": run(lambda y: y + 0.2 * rate(y), LONG)} | {
    SPLITTINGS[name].name: run(by_splitting(name, 0.2), LONG).detach()
    for name in ("symplectic_euler", "verlet")
}
drifts = {
    name: ((energy(y) - energy(y[0])) / energy(y[0])).numpy()
    for name, y in paths.items()
}
assert drifts["Euler"][-1] > 0.5
for name in ("symplectic Euler", "Störmer-Verlet"):
    early, late = (
        np.abs(drifts[name]).reshape(-1)[1:].reshape(2, -1).max(axis=1)
    )
    assert late < 1.2 * early

# %% mystnb={"figure": {"name": "fig-s5-energy", "caption": "Change of the energy over 600 layers with the same weights, $h = 0.2$, relative to its first value. Euler's method gains energy throughout. With the symplectic schemes the energy stays within a band; that of Störmer-Verlet is narrower."}, "image": {"alt": "Plot of the relative change of the energy against the layer. Euler's curve rises steadily. Symplectic Euler oscillates in a band about zero, Störmer-Verlet in a band too narrow to see its width."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.5, width=5.2)
ax = axes[0, 0]
for (name, drift), colour in zip(drifts.items(), (5, 1, 0)):
    ax.plot(drift, color=plots.CLASS_COLOURS[colour], lw=1, label=name)
ax.set(xlabel="layer $l$", ylabel="relative change of $H$", ylim=(-0.25, 1))
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# ## A backward pass that stores nothing
#
# A move adds to one half what the other half determines, so subtracting the same undoes it. The backward pass can
# therefore start from $y^{[L]}$, compute each $y^{[l]}$ again, and store no state in between: reversible residual
# networks do so too {footcite}`gomez2017`. We count what the forward pass keeps, in states of shape $(N, \hat d)$:

# %%
x = torch.tensor(draw("spiral", 500).X)


def kept(L, reversible):
    net = HamiltonianNet(2, 8, 2, L, h=5 / L, reversible=reversible)
    count = stored_bytes(lambda: net(x), *net.parameters())
    return count / (500 * 8 * 4)


for L in (10, 40, 160):
    print(
        f"L = {L:3}: autograd {kept(L, False):5.0f}, reversible {kept(L, True):.0f}"
    )
    assert kept(L, True) == 1 < kept(L, False) / (3 * L)


# %% tags=["hide-input"]
def gradient(net, x):
    return torch.autograd.grad(net(x).square().sum(), net.K)[0]


def error(L, dtype):
    """Of the gradient by inverted layers, relative to autograd's."""
    nets = [
        HamiltonianNet(2, 8, 2, L, h=5 / L, reversible=way).to(dtype)
        for way in (True, False)
    ]
    found, right = (gradient(net, inputs.to(dtype)) for net in nets)
    return float((found - right).norm() / right.norm())


for dtype, most in ((torch.float64, 1e-13), (torch.float32, 1e-4)):
    assert max(error(L, dtype) for L in (10, 40, 160)) < most

# %% [markdown]
# **Verified.** The gradients by inverted layers agree with autograd's to 13 digits in double and to 4 digits in single
# precision up to 160 layers. The price is time: every layer is computed once more. A StandardNet cannot be inverted in
# general, and a layer of EulerNet can be inverted only by iteration and only for small $h |K|$.
#
# ## Training
#
# :::{admonition} Rules, fixed before the first run
# :class: voice-here
# Stated in `rknet/study/registered/schemes.md`: width 4, 100 points of `donut_2D` for each of 20 seeds, $T = 5$, 10
# and 40 layers, 200 steps of Adam at rate 0.02. The Hamiltonian network with Störmer-Verlet and the antisymmetric one
# with Euler's method are compared with EulerNet. The ratio of the final costs is **the same** if the 95 % interval of
# its geometric mean lies inside $[1/1.1, 1.1]$, **lower** or **higher** if it differs from 1 at the 5 % level after
# Holm's correction for four comparisons, else **undecided**. A layer of the Hamiltonian network has 12 parameters,
# one of EulerNet has 20, and one of the antisymmetric network has 20, of which 10 matter.
# :::

# %% tags=["hide-input"]
SEEDS, N, STEPS, T = 20, 100, 200, 5.0
MAKERS = {
    "EulerNet": lambda L, seed: EulerNet(2, 4, 2, L, h=T / L, seed=seed),
    "antisymmetric": lambda L, seed: AntisymmetricNet(
        2, 4, 2, L, tableau="euler", h=T / L, seed=seed
    ),
    "Hamiltonian": lambda L, seed: HamiltonianNet(
        2, 4, 2, L, h=T / L, seed=seed
    ),
}
sets = [draw("donut_2D", N, seed=seed) for seed in range(SEEDS)]
X = torch.stack([torch.tensor(points.X) for points in sets]).double()
c = torch.stack([torch.tensor(points.c) for points in sets])


# %%
def train(kind, L):
    """Final costs of the seeds, all trained at once by torch.func.vmap."""
    nets = [MAKERS[kind](L, seed).double() for seed in range(SEEDS)]
    weights, _ = torch.func.stack_module_state(nets)

    def cost(weights, x, c):
        logits = torch.func.functional_call(nets[0], weights, (x,))
        return torch.nn.functional.cross_entropy(logits, c)

    costs = torch.func.vmap(cost)
    adam = torch.optim.Adam(weights.values(), lr=0.02)
    for _ in range(STEPS):
        adam.zero_grad()
        costs(weights, X, c).sum().backward()
        adam.step()
    with torch.no_grad():
        return costs(weights, X, c).numpy()


final = {(kind, L): train(kind, L) for kind in MAKERS for L in (10, 40)}

# %% tags=["hide-input"]
logs = {
    (kind, L): np.log(final[kind, L] / final["EulerNet", L])
    for kind in ("antisymmetric", "Hamiltonian")
    for L in (10, 40)
}
verdicts = judged(logs, np.log(1.1), ("lower", "higher"))
print("net             L   cost / EulerNet's     95 %       verdict")
for (kind, L), found in verdicts.items():
    mean, low, high = np.exp(found[:3])
    print(
        f"{kind:14}{L:3}{mean:14.2f}{low:12.2f} to {high:5.2f}   {found.verdict}"
    )

# %% mystnb={"figure": {"name": "fig-s5-hamiltonian-costs", "caption": "Final cost divided by that of EulerNet, seed by seed (dots, 20 of each), with the geometric mean and its 95 % interval. Grey: within 10 %."}, "image": {"alt": "Logarithmic plot of ratios for four cases. The mean lies near 1 for the antisymmetric network with 10 layers, well below 1 with 40, above 1 for the Hamiltonian network with 10 layers, and slightly above 1 with 40."}} tags=["hide-input"]
fig, axes = plots.panels([["2d"]], height=2.6, width=5.2)
ax = axes[0, 0]
for k, (case, values) in enumerate(logs.items()):
    mean, low, high = np.exp(verdicts[case][:3])
    colour = LOOKS[case[0]][1]
    across = k + 0.12 * np.linspace(-1, 1, SEEDS)
    ax.plot(across, np.exp(values), ".", color=colour, alpha=0.5, ms=4)
    ax.errorbar(
        k + 0.25, mean, [[mean - low], [high - mean]], fmt="D", ms=4, c=colour
    )
ax.axhspan(1 / 1.1, 1.1, color="#999999", alpha=0.3, linewidth=0)
ax.set(yscale="log", ylabel="final cost / EulerNet's")
ax.set_xticks(range(4), [f"{kind}\n$L = {L}$" for kind, L in logs])
plt.show()

words = {case: found.verdict for case, found in verdicts.items()}
assert words["antisymmetric", 40] == "lower"
assert words["Hamiltonian", 10] == "higher"
for case in (("antisymmetric", 10), ("Hamiltonian", 40)):
    assert words[case] == "undecided" and np.ptp(logs[case]) > np.log(10)

# %% [markdown]
# **What to see.** By the rule, the antisymmetric network with 40 layers ends at a lower cost than EulerNet, and the
# Hamiltonian network with 10 layers at a higher one. The other two cases are undecided: from seed to seed the ratio
# varies by a factor of more than ten. Derivatives that cannot vanish are thus no advantage in themselves here. At $h =
# 0.125$ and with the library's initial weights EulerNet's gradients do not vanish either ({numref}`fig-s5-sensitivity`,
# left), and the Hamiltonian network has fewer parameters. The experiment says nothing about larger networks.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s5-determinant
# Show that a layer of the Hamiltonian network preserves volumes of states. Can such a network shrink a class to a
# point?
# ```
#
# ```{solution} ex-s5-determinant
# :class: dropdown
# The derivative of a move is $\begin{pmatrix} I & hS \\ 0 & I \end{pmatrix}$, or its mirror image, with determinant 1.
# A set of states keeps its volume, so it cannot shrink in all directions; it can become thin in some and long in
# others. The data, zero-padded to $\hat d > d$ dimensions, have volume zero, so nothing prevents a class from becoming
# small.
# ```
#
# ```{exercise}
# :label: ex-s5-inverse
# Write the inverse of a layer by Störmer and Verlet's method. Why is it the layer with $h$ replaced by $-h$?
# ```
#
# ```{solution} ex-s5-inverse
# :class: dropdown
# Undo the three moves in reverse order: half a move of $r$ with $-h$, a move of $q$ with $-h$, half a move of $r$
# with $-h$. The list of moves is the same read backwards, so this is the layer with $-h$. For symplectic Euler the
# list read backwards is a different one.
# ```
#
# ## Takeaways
#
# - A scheme for $q$ with its partner for $r$ is a symplectic network. For a Hamiltonian that separates $q$ and $r$ the
#   pairs of Euler and of the trapezoidal rule are explicit: symplectic Euler, and Störmer-Verlet.
# - $M^\top J M = J$ implies $|M| \ge 1$: the derivative of late states with respect to early ones cannot vanish,
#   whatever the weights are.
# - Layers that can be undone need the memory of one state at any depth, at the price of computing each layer once more.
# - In training, by rules fixed beforehand, one case of four was better than EulerNet, one worse, two undecided.
#
# ## References
#
# ```{footbibliography}
# ```

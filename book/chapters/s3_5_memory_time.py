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
# (s3-5)=
# # 3.5 Memory and time
#
# The costate sweep runs through the layers from last to first and needs the states and stage values of the forward
# pass. This page counts how many of these tensors are stored by autograd, by the *adjoint* (the costate sweep in
# PyTorch), with checkpoints, and by the library's compiled engine ({doc}`benchmarks`). Then it compares the counts
# with measured memory.
#
# :::{admonition} What you will learn
# :class: tip
# - that autograd keeps exactly $2s$ states per layer and the adjoint $s + 1$, and why this saves nothing for Euler's
#   method;
# - where to put checkpoints: every $\sqrt{L / (2s)}$ layers, not every $\sqrt L$;
# - how to predict the peak memory of a training step before running it, and how well that works;
# - how much time it costs to save memory, and when memory does not matter.
# :::

# %% tags=["hide-input"]
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

import rknet
from rknet import TABLEAUS, RKNet, adjoint, plots
from rknet.adjoint.memory import WAYS, best_segment, checkpointed, stored_bytes

plots.style()

# %% [markdown]
# ## Which tensors are stored
#
# Autograd processes a layer of {eq}`paper-2.12` one operation at a time:
#
# $$
# y_i = y^{[l]} + h \sum_j a_{i,j} f_j, \qquad z_i = K y_i + b, \qquad f_i = \tanh z_i .
# $$ (eq-3.5.a)
#
# The derivative of $z_i$ with respect to $K$ needs $y_i$. The derivative of $\tanh$ is $1 - f_i^2$ and needs $f_i$.
# Sums need nothing. Autograd therefore keeps two tensors of the shape of a state, $(N, \hat d)$, for each stage, and
# $y^{[L]}$ for the classifier:
#
# $$
# M_{\text{autograd}} = 2 s L + 1 \quad\text{states}.
# $$ (eq-3.5.b)
#
# The costate sweep uses the scheme. From $y^{[l]}$ and $f_1, \dots, f_s$ it recomputes every $y_i$ by
# {eq}`paper-3.6`, without evaluating $f$:
#
# $$
# M_{\text{adjoint}} = (s + 1) L + 1 .
# $$ (eq-3.5.c)
#
# For RK4 this is about five eighths of autograd's memory. For Euler it is exactly as much as autograd's, because the
# only $y_i$ of a layer *is* $y^{[l]}$. One way to save memory with Euler's method is to evaluate $f$ again in the
# backward pass (an exercise shows another). Then only states are kept,
#
# $$
# M_{\text{recomputed}} = L + 1,
# $$ (eq-3.5.d)
#
# for every scheme. We assume a large batch, $N \gg \hat d$, so that the weights are negligible.
#
# ## Counting stored states
#
# PyTorch calls a hook for each tensor that an operation saves. `stored_bytes` sums the memory of these tensors,
# counts shared memory once, and excludes the weights and the input, which exist anyway. A state of the following net
# has $N \hat d$ numbers of four bytes.

# %%
N, d_hat, L = 1000, 4, 10
x = torch.from_numpy(np.random.default_rng(0).standard_normal((N, 2))).float()
state = 4 * N * d_hat

forward = {
    "autograd": lambda net: net(x),
    "adjoint": lambda net: adjoint.forward(net, x),
    "recomputed": lambda net: adjoint.forward(net, x, recompute=True),
}


def count(forward, net):
    """States that a forward pass keeps: a whole number."""
    stored = stored_bytes(lambda: forward(net), x, *net.parameters())
    assert stored % state == 0
    return stored // state


print(f"states kept, L = {L}      s   " + "  ".join(forward))
for name in ("euler", "heun", "ralston", "kutta3", "rk4", "rk38"):
    net = RKNet(2, d_hat, 2, L, tableau=name)
    s = net.tableau.stages
    counted = {way: count(of_way, net) for way, of_way in forward.items()}
    assert counted == {way: WAYS[way].stored(s, L) for way in forward}
    assert counted["autograd"] == 2 * s * L + 1
    assert counted["adjoint"] == (s + 1) * L + 1
    assert counted["recomputed"] == L + 1
    print(f"{name:22}{s:4}" + "".join(f"{n:10}" for n in counted.values()))
net = RKNet(2, d_hat, 2, L, tableau="dopri5")  # its seventh stage is unused
assert count(forward["autograd"], net) == 2 * 6 * L + 1

# %% [markdown]
# The counts are exact to the byte. The library's predictions, `WAYS[way].stored`, are the formulas above. In these
# schemes every stage is used. Autograd does not keep an unused stage, such as the seventh of Dormand and Prince.
#
# ## Checkpoints
#
# `torch.utils.checkpoint` trades time for memory, with any layer: it keeps the state at the start of each segment of
# $k$ layers and recomputes the segment when the backward pass reaches it {footcite}`griewank2008,chen2016`. It stores
# $\lceil L/k \rceil + 1$ states.

# %%
net = RKNet(2, d_hat, 2, L, tableau="rk4")
for k in range(1, L + 1):

    def by_segments(net, k=k):
        y = checkpointed(net, net.lift(x), k)
        return torch.addmm(net.mu, y, net.W.T)

    assert count(by_segments, net) == -(-L // k) + 1

# %% [markdown]
# But during the backward pass through a segment, its $2 s k$ tensors, one of which is the checkpoint itself, and $s +
# 1$ costates are also in memory. The largest amount at any time, the *peak*, is about
#
# $$
# P(k) = \frac{L}{k} + 1 + 2 s k + s ,
# $$ (eq-3.5.e)
#
# which is smallest for $k = \sqrt{L / (2 s)}$. With $k = L$ the peak is that of plain autograd. The usual advice, $k =
# \sqrt L$, assumes one tensor per layer; RK4 has eight.


# %%
def peak(k, s, L):
    return L / k + 1 + 2 * s * k + s


s, L = 4, 100
lengths = np.arange(1, L + 1)
best = lengths[np.argmin(peak(lengths, s, L))]
assert best == best_segment(s, L)
print(f"RK4, L = {L}: best segment {best} layers, sqrt(L) = {L**0.5:.0f}")
for k in (1, best, 10, L):
    print(f"k = {k:3}: {peak(k, s, L):4.0f} states")
assert peak(best, s, L) < 0.75 * peak(10, s, L)

# %% mystnb={"figure": {"name": "fig-s35-segments", "caption": "Peak memory with checkpoints every $k$ layers, for 100 layers: the number $L/k$ of states at the starts of the segments decreases with $k$; the number $2sk$ of tensors inside the current segment increases. Dots: the best length, $\\sqrt{L/(2s)}$, rounded. The more stages, the shorter the segments. At $k = L$ each curve ends at plain autograd."}, "image": {"alt": "Log-log plot of the peak in states against the segment length for Euler, Heun and RK4: each curve falls, has a minimum at 7, 5 and 4 layers, and rises to about 2 s L at k = 100."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 2.9), layout="constrained")
for name, colour, line in (
    ("euler", 5, "-."),
    ("heun", 1, "--"),
    ("rk4", 0, "-"),
):
    stages, colour = TABLEAUS[name].stages, plots.CLASS_COLOURS[colour]
    P = peak(lengths, stages, L)
    k = best_segment(stages, L)
    ax.loglog(lengths, P, line, color=colour, label=TABLEAUS[name].name)
    ax.plot(k, peak(k, stages, L), "o", color=colour)
ax.set(xlabel="layers in a segment, $k$", ylabel="peak, in states")
ax.set_xticks([1, 2, 5, 10, 20, 50, 100], [1, 2, 5, 10, 20, 50, 100])
ax.set_yticks([30, 100, 300, 800], [30, 100, 300, 800])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## Predicted peaks
#
# The peaks of the other methods are counted in the same way. In the backward pass through a layer, autograd holds $s +
# 1$ costates in addition to the stored states. The adjoint in PyTorch keeps the tensors of all stages of a layer at
# once; inputs, slopes, multipliers and products are about $7s$ tensors, and $s$ more if $f$ is evaluated again. The
# compiled engine ({doc}`benchmarks`) is optimised for speed: it keeps the inputs and slopes of all stages,
# $2 s L + s$ tensors, and uses $3s + 1$ work arrays. In states, for RK4 with 100 layers:

# %%
print("            stored        peak")
for way, (stored, peaks) in WAYS.items():
    print(f"{way:12}{stored(4, 100):6}{peaks(4, 100):12}")

# %% [markdown]
# ## Measured memory
#
# Memory and times depend on the machine. Like those of the page {doc}`benchmarks`, they are not computed here but were
# recorded by `python -m benchmarks memory --record`. Each measurement runs in its own processes, on one core. First a
# step through a single layer loads the libraries and compiles the code. What is recorded is the largest growth of the
# process after that, while it builds the network and takes a step. We take the smallest growth of a few processes,
# since a process occasionally needs some megabytes more. A step is one training step: forward, backward, and Adam.

# %%
timings = Path(rknet.__file__).parents[1] / "benchmarks" / "results.json"
record = json.loads(timings.read_text("utf8"))["memory"]
machine, case = record["machine"], record["case"]
rows = {row["contender"]: row for row in record["rows"] if "mib" in row}
measured = {
    "autograd": rows["reference"],
    "checkpoint": rows["checkpoint"],
    "segments": rows["segments"],
    "adjoint": rows["discrete"],
    "recomputed": rows["recomputed"],
    "compiled": rows["compiled"],
}
print(f"{machine['processor']}, {machine['date']}")
print(f"RK4Net, width {case['d_hat']}, batch {case['batch']}, one thread")

# %%
state_mib = 4 * case["batch"] * case["d_hat"] / 2**20
print("growth of the process, MiB: measured / predicted")
print(f"{'layers':12}" + "".join(f"{L:>16}" for L in measured["autograd"]["L"]))
for way, row in measured.items():
    predicted = np.array([state_mib * WAYS[way].peak(4, L) for L in row["L"]])
    assert (np.abs(row["mib"] / predicted - 1) < 0.1).all(), way
    cells = (f"{m:8.1f} /{p:6.1f}" for m, p in zip(row["mib"], predicted))
    print(f"{way:12}" + "".join(cells))

# %% [markdown]
# Every measurement is within ten per cent of its prediction.

# %% mystnb={"figure": {"name": "fig-s35-memory", "caption": "Peak memory of one training step of RK4Net against depth, with a large batch. Dots are measured, lines predicted by counting. Memory grows linearly with $L$, above a constant, for all methods except checkpoints at the best spacing, for which it grows like $\\sqrt L$."}, "image": {"alt": "Log-log plot of memory in MiB against 25 to 200 layers. Lines for autograd and the compiled engine on top, the adjoint below, then recomputed stages and checkpoints at every layer, and a flatter line for checkpoints at the best spacing; dots lie on the lines."}} tags=["hide-input"]
LABELS = {
    "autograd": "autograd",
    "compiled": "compiled engine",
    "adjoint": "adjoint",
    "recomputed": "adjoint, $f$ recomputed",
    "checkpoint": "checkpoint, every layer",
    "segments": "checkpoint, best spacing",
}
COLOURS = dict(zip(LABELS, (8, 2, 0, 5, 3, 1)))
LINES = dict(zip(LABELS, ("-", "--", "-", "--", "-", "-.")))
MARKERS = dict(zip(LABELS, plots.CLASS_MARKERS))


def draw(ax, quantity, prediction=None):
    for way, label in LABELS.items():
        row, colour = measured[way], plots.CLASS_COLOURS[COLOURS[way]]
        dots = MARKERS[way] + ("" if prediction else LINES[way])
        ax.loglog(row["L"], row[quantity], dots, markersize=5, color=colour)
        if prediction:
            fine = np.arange(row["L"][0], row["L"][-1] + 1)
            predicted = [prediction(way, L) for L in fine]
            ax.loglog(fine, predicted, LINES[way], color=colour, linewidth=1)
        style = MARKERS[way] + LINES[way]
        ax.plot([], [], style, markersize=5, color=colour, label=label)
    ax.set_xticks(row["L"], row["L"])
    ax.set(xlabel="layers $L$")
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.2), layout="constrained")
draw(ax, "mib", lambda way, L: state_mib * WAYS[way].peak(4, L))
ax.set_ylabel("peak memory, MiB")
plt.show()

# %% [markdown]
# ## Time
#
# How much extra time should it take to save memory? Each stage needs one product with $K$ in the forward pass and two
# products in the backward pass, $f_y^\top \xi_i$ and $f_u^\top \xi_i$. Evaluating $f$ again adds a fourth product. If
# only products took time, the factor would be $4/3$. At width 16, elementwise operations, memory traffic and function
# calls matter as well. The measurements:

# %%
base = np.array(measured["autograd"]["ms"])
times = {way: np.array(row["ms"]) / base for way, row in measured.items()}
for way, row in measured.items():
    slope = np.polyfit(np.log(row["L"]), np.log(row["ms"]), 1)[0]
    assert abs(slope - 1) < 0.1
    relative = f"{np.median(times[way]):4.1f} times autograd's"
    print(f"{way:12} time {relative}, growing like L^{slope:.2f}")

# %% tags=["hide-input"]
AGAIN = "checkpoint", "segments", "recomputed"  # they evaluate f twice
factors = {way: np.median(times[way]) for way in AGAIN}
assert min(factors.values()) > 1.5  # well above 4/3, all three of them
assert max(factors.values()) < 2.6
assert max(factors, key=factors.get) == "recomputed"
assert 1 < np.median(times["adjoint"]) < factors["segments"]
assert np.median(times["compiled"]) < 0.6

# %% mystnb={"figure": {"name": "fig-s35-time", "caption": "Left: time of the same steps; for all methods it is proportional to depth. Right: memory against time at the largest depth, relative to autograd. Lower and further left is better."}, "image": {"alt": "Left, log-log plot of milliseconds per step against layers, six nearly parallel lines. Right, six marked points in the plane of relative time and relative memory, with autograd at one and one."}} tags=["hide-input"]
fig, axes = plt.subplots(1, 2, figsize=(plots.WIDTH, 3.0), layout="constrained")
draw(axes[0], "ms")
axes[0].set_ylabel("milliseconds per step")
axes[0].legend().remove()
for way, label in LABELS.items():
    memory = measured[way]["mib"][-1] / measured["autograd"]["mib"][-1]
    axes[1].plot(
        times[way][-1],
        memory,
        MARKERS[way],
        markersize=7,
        color=plots.CLASS_COLOURS[COLOURS[way]],
        label=label,
    )
axes[1].set(
    xlabel="time, relative to autograd",
    ylabel="memory, relative to autograd",
    xlim=(0, None),
    yscale="log",
    ylim=(0.03, 1.5),
)
axes[1].set_yticks([0.05, 0.1, 0.2, 0.5, 1], [0.05, 0.1, 0.2, 0.5, 1])
axes[1].minorticks_off()
fig.legend(
    *axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=3
)
plt.show()

# %% [markdown]
# **What to see.** Time is proportional to depth; the exponents are within ten per cent of 1. The three methods that
# evaluate $f$ twice take much more than $4/3$ of autograd's time: between one and a half and two and a half times as
# long; the adjoint with recomputed stages takes longest. The adjoint with stored stages evaluates $f$ only once but
# is still slower than autograd. It is written in Python and stacks its stages, but these measurements do not separate
# the causes.
#
# :::{admonition} And the continuous adjoint?
# :class: voice-here
# Solving the adjoint equation backwards {eq}`eq-3.4.d` stores only the last state: its memory hardly grows with $L$.
# {doc}`benchmarks` compares torchdiffeq's `odeint_adjoint` with these methods. It takes about three times as long as
# autograd, and its gradient is not that of the network, as measured in {doc}`s3_4_continuous_adjoint`.
# :::

# %%
peer = rows["adjoint"]
assert peer["mib"][-1] < 1.2 * peer["mib"][0]
assert 2.5 < np.median(np.array(peer["ms"]) / base) < 3.5

# %% [markdown]
# ## Does it matter for the paper's networks?
#
# The paper trains with batches of *five*. The states of a point network are then tiny, and in an image network the
# weights take most of the memory, not the states:

# %%
mib = 4 / 2**20
print("                       states kept, MiB     weights, MiB")
for where, width in (("points, width 16", 16), ("images, width 900", 900)):
    states = WAYS["autograd"].stored(4, 100) * 5 * width * mib
    weights = 100 * (width**2 + width) * mib
    assert states < 1 if width == 16 else weights > 20 * states
    print(f"{where:22}{states:14.2f}{weights:18.2f}")

# %% [markdown]
# For the point sets everything fits into a processor's cache, and only time matters; {doc}`benchmarks` shows how fast
# such training can be. For images the *weights* matter, and with them their gradient and the two moments of Adam,
# each as large as the weights. Here the costate sweep has another use: it yields the gradient one layer at a time,
# and the optimiser can update the weights of that layer at once, so that the gradient of the whole network is never
# stored. (Where each layer owns its parameters, hooks of autograd can do the same.)

# %%
net = RKNet(2, 16, 2, 20, tableau="rk4", seed=1)
by_layers, at_once = net.K.detach().clone(), net.K.detach().clone()
step, rate = adjoint.Step.of(net), 0.1

with torch.no_grad():
    u = by_layers[:, None], net.b[:, None]
    states = adjoint.states(step, u, net.lift(x))
    p_L = states.y[-1] / N
    at_once -= rate * adjoint.costates(step, u, states, p_L).gradient[0][:, 0]
    sweep = adjoint.costate_sweep(
        step, adjoint.layers(step, u), states.y, states.F, p_L
    )
    for layer in sweep:
        by_layers[layer.l] -= rate * layer.gradient[0][0]
assert torch.equal(by_layers, at_once)

# %% [markdown]
# The weights of layer $l$ change before the sweep reaches layer $l - 1$, and yet the result is the same to the last
# bit, because $p^{[l]}$ was computed earlier with the old weights.
#
# ## Exercises
#
# ```{exercise}
# :label: ex-s35-reverse
# The adjoint keeps $y^{[l]}$ and all $f_i$. Are the states needed?
# ```
#
# ```{solution} ex-s35-reverse
# :class: dropdown
# No: by {eq}`paper-3.4`, $y^{[l]} = y^{[l+1]} - h \sum_i \beta_i f_i$, so the $f_i$ and $y^{[L]}$ suffice: $sL + 1$
# states, for Euler about half as many as autograd keeps. Unlike the backward solution of
# {doc}`s3_4_continuous_adjoint`, this does not amplify errors: $f$ is not evaluated at the recovered state in order
# to recover the next one. Each layer adds only its own rounding errors; in the next cell their total stays below
# $10^{-12}$.
# ```

# %% tags=["hide-input"]
net = RKNet(2, 16, 2, 200, tableau="rk4", h=0.5).double()
with torch.no_grad():
    step, u = adjoint.Step.of(net), (net.K[:, None], net.b[:, None])
    states = adjoint.states(step, u, net.lift(x.double()))
    y = states.y[-1]
    for F in states.F.flip(0):
        y = step.advance(y, -F)
    assert (y - states.y[0]).abs().max() < 1e-12

# %% [markdown]
# ```{exercise}
# :label: ex-s35-segment
# Derive the best $k$ for checkpoints every $k$ layers with the adjoint inside the segments, which keeps $s + 1$
# states per layer.
# ```
#
# :::{check} The best $k$ for RK4 and 100 layers, before rounding:
# :answer: 4.4721
# :tolerance: 0.03
# :::
#
# ```{solution} ex-s35-segment
# :class: dropdown
# $L/k + (s + 1) k$ is smallest at $k = \sqrt{L / (s+1)}$, where it is $2 \sqrt{(s + 1) L}$: for RK4 and 100 layers
# 45 instead of 57 states, apart from terms that do not grow with $L$. Those terms decide here: with the adjoint's
# $7s$ work tensors the peak is 73 states instead of 62, and the advantage begins at about 400 layers. Nested
# segments do still better; with arbitrarily many levels the memory grows like $\log L$,
# and so does the factor in time.
# ```

# %% tags=["hide-input"]
with_adjoint = {
    L: min(-(-L // k) + 5 * k for k in range(1, L)) + 7 * 4
    for L in (100, 400, 1000)
}
with_autograd = {L: WAYS["segments"].peak(4, L) for L in with_adjoint}
assert (with_adjoint[100], with_autograd[100]) == (73, 62)
assert with_adjoint[400] == with_autograd[400] - 1
assert with_adjoint[1000] < with_autograd[1000]

# %% [markdown]
# ```{exercise}
# :label: ex-s35-softplus
# Softplus is nearly linear for large $z$, and its derivative is the logistic function of $z$. What does autograd keep
# for softplus, and what does the adjoint keep?
# ```
#
# ```{solution} ex-s35-softplus
# :class: dropdown
# Autograd keeps the argument $z_i$ instead of the value, so the count is the same. The adjoint keeps the value, as
# for $\tanh$, because the slope is a function of the value: $f = \log(1 + e^z)$ gives $1 / (1 + e^{-z}) = 1 -
# e^{-f}$.
# ```

# %% tags=["hide-input"]
L = 10
for activation in ("softplus", "relu", "logistic"):
    net = RKNet(2, d_hat, 2, L, tableau="rk4", activation=activation)
    assert count(forward["autograd"], net) == 8 * L + 1
    assert count(forward["adjoint"], net) == 5 * L + 1

# %% [markdown]
# ## Takeaways
#
# - Autograd keeps $2sL + 1$ states, the adjoint $(s + 1)L + 1$; both counts are exact to the byte if every stage is
#   used. For Euler's
#   method the adjoint as programmed saves nothing; if $f$ is evaluated again, every scheme keeps $L + 1$ states.
# - Of the six methods in the figure, checkpoints need the least memory, about $2\sqrt{2sL}$ states, if they are
#   placed every $\sqrt{L/(2s)}$ layers.
# - Peaks predicted by counting tensors agree with the measured memory within ten per cent.
# - The methods that evaluate $f$ again took between one and a half and two and a half times as long as autograd, more
#   than the factor $4/3$ predicted by counting products.
# - With batches of five the memory of the states does not matter. The adjoint is then useful because a layer can be
#   updated as soon as its gradient exists.
#
# ## References
#
# ```{footbibliography}
# ```

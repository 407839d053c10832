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
# (add-your-own)=
# # Add your own
#
# This page adds a scheme, an activation, a lift, a point set, an optimiser and an experiment to `rknet`. Each takes
# about ten lines, and none of them changes a file of the library. What you define in a notebook works like what the
# library provides, in `fit`, in a `Configuration`, in a sweep over several processes and in the figures.
#
# :::{admonition} What you will learn
# :class: tip
# - Every kind of part has one base class or signature and one table of names. Pass your part as an object, or enter it
#   in the table under a new name. The names that the library defines keep their meaning.
# - PyTorch trains all of them immediately. The two faster engines accept any scheme and any points, and report why they
#   refuse anything else.
# - Parts that run in the faster engines or in the browser need a few lines in the library's source. This page shows
#   which lines.
# :::
#
# The function below trains one network with every engine and prints the last validation cost, or the reason for a
# refusal.

# %%
from rknet import Net, PointSet, Protocol, draw, fit, split
from rknet.contract import ENGINES

SHORT = Protocol(epochs=3, learning_rate=0.01)


def train_everywhere(make, points: PointSet, protocol=SHORT):
    """Train a new net with each engine: cost and net by engine."""
    nets, (train, validation) = {}, split(points, len(points) // 2)
    for engine in ENGINES:
        net: Net = make()
        try:
            history = fit(
                net, train, validation, protocol, engine=engine, progress=False
            )
        except ValueError as error:
            print(f"{engine:>9}: {str(error).partition(', but ')[2]}")
        else:
            nets[engine] = net
            print(f"{engine:>9}: validation cost {history.val_cost[-1]:.2f}")
    return nets


# %% [markdown]
# ## A point set
#
# A point set is a {class}`~rknet.data.points.Law`: it defines points, their classes, and the noise that is added to the
# labelled points. This law puts a diamond into a square. Its fields may have defaults, and `clean` draws from the given
# generator.

# %%
from dataclasses import dataclass

import numpy as np

from rknet.data.points import EDGE, LAWS, Law


@dataclass(frozen=True)
class Diamond(Law):
    """Uniform points; class 0 where |x1| + |x2| < radius."""

    d: int = 2
    classes: int = 2
    noise: float = 0.1
    radius: float = 3.0

    def clean(self, rng, N):
        X = rng.uniform(-EDGE, EDGE, (N, self.d))
        return X, (np.abs(X).sum(axis=1) >= self.radius).astype(np.int64)


LAWS["diamond"] = Diamond()
points = draw("diamond", 800)
print(f"{len(points)} points, {np.mean(points.c == 0):.0%} of them inside")

# %% [markdown]
# ## A scheme
#
# A scheme is a {class}`~rknet.tableaus.Tableau` of exact entries. Its order and its partner are computed from them. All
# three engines accept any explicit scheme. This one is the third-order method of Shu and Osher.

# %%
from rknet import TABLEAUS, RKNet, Tableau

TABLEAUS["ssp3"] = Tableau(
    "Shu-Osher", [[], [1], ["1/4", "1/4"]], ["1/6", "1/6", "2/3"]
)
print(TABLEAUS["ssp3"])
trained = train_everywhere(
    lambda: RKNet(2, 8, 2, L=5, h=0.2, tableau="ssp3"), points
)

# %% [markdown]
# The rows of `Tableau` may stop before the diagonal. `RKNet(..., tableau=Tableau(...))` works without an entry in the
# table, as do `Configuration` and {class}`~rknet.estimator.RKNetClassifier`.
#
# ## An implicit scheme and a splitting method
#
# Beyond the paper, an implicit tableau is a scheme of {class}`~rknet.variants.implicit.AdjointNet`, and a list of moves
# is one of {class}`~rknet.variants.splittings.HamiltonianNet`. The next integrator thus takes a few lines: here Lobatto
# IIIC with two stages, and Yoshida's composition of seven Störmer-Verlet steps, of order 6.

# %%
from rknet.variants.implicit import AdjointNet
from rknet.variants.splittings import (
    SPLITTINGS,
    HamiltonianNet,
    Splitting,
    composed,
)

TABLEAUS["lobatto3c"] = Tableau(
    "Lobatto IIIC 2", [["1/2", "-1/2"], ["1/2", "1/2"]], ["1/2", "1/2"]
)
w = 0.784513610477560, 0.235573213359357, -1.17767998417887
SPLITTINGS["yoshida6"] = Splitting(
    "Yoshida 6", composed([*w, 1 - 2 * sum(w), *w[::-1]])
)

implicit = train_everywhere(
    lambda: AdjointNet(2, 8, 2, L=5, h=0.2, tableau="lobatto3c"), points
)
hamiltonian = train_everywhere(
    lambda: HamiltonianNet(2, 8, 2, L=5, h=0.2, splitting="yoshida6"), points
)

# %% [markdown]
# PyTorch trains both; the faster engines know explicit tableaus only. {doc}`s5_implicit` and {doc}`s5_hamiltonian` use
# these networks.
#
# ## A lift
#
# A lift is a module that maps $x \in \mathbb R^d$ to $\hat x \in \mathbb R^{\hat d}$. It is constructed as
# `Lift(d, d_hat, rng)` and takes all random numbers from `rng`. This lift is not linear: it appends the squares of the
# inputs before it pads with zeros.

# %%
import torch
from torch import nn

from rknet import LIFTS
from rknet.lifts import Lift


class WithSquares(Lift):
    """x_hat = (x, x^2, 0, ..., 0)."""

    def forward(self, x):
        both = torch.cat([x, x**2], dim=1)
        return nn.functional.pad(both, (0, self.d_hat - both.shape[1]))


LIFTS["squares"] = WithSquares


def net_with_squares():
    return RKNet(2, 8, 2, L=5, h=0.2, tableau="ssp3", lift="squares")


trained |= {"lift": train_everywhere(net_with_squares, points)["torch"]}

# %% [markdown]
# The faster engines read only the arrays and a few plain values of a network, which do not determine what a class
# defined elsewhere computes. They therefore refuse and state the reason, and `engine="auto"` chooses PyTorch.
#
# ## An activation
#
# PyTorch differentiates an activation automatically, so it needs only the function. The discrete adjoint of Section 3
# stores the *value* $f = \sigma(z)$ and therefore needs the slope $\sigma'$ as a function of $f$. Softsign is
# $\sigma(z) = z / (1 + |z|)$. Since $1 - |f| = 1 / (1 + |z|)$, its slope is
#
# $$
# \sigma'(z) = \frac{1}{(1 + |z|)^2} = (1 - |f|)^2 .
# $$

# %%
from rknet import ACTIVATIONS
from rknet.adjoint import Affine, Step, propagate
from rknet.adjoint.rightsides import SLOPES


def softsign_net(activation):
    return RKNet(2, 8, 2, L=5, h=0.2, tableau="ssp3", activation=activation)


train_everywhere(lambda: softsign_net(nn.functional.softsign), points)

ACTIVATIONS["softsign"] = nn.functional.softsign
SLOPES["softsign"] = lambda f: (1 - f.abs()) ** 2
net = softsign_net("softsign")

step = Step(Affine("softsign"), TABLEAUS["ssp3"], h=0.2)
x_hat = net.lift(torch.from_numpy(points.X[:5]))
y = propagate(step, (net.K[:, None], net.b[:, None]), x_hat)
(by_adjoint,) = torch.autograd.grad(y.sum(), net.K)
(by_torch,) = torch.autograd.grad(
    net.states(torch.from_numpy(points.X[:5]))[-1].sum(), net.K
)
print(
    f"the adjoint's gradient is autograd's: {torch.allclose(by_adjoint, by_torch, atol=1e-4)}"
)

# %% [markdown]
# The faster engines need changes in the library's source. In `engines/compiled/kernels.py` an activation consists of a
# number and a branch. The `exp` and `tanh` of a processor do not give the same bits everywhere, so all functions other
# than `+ - * /` must first be written in `engines/compiled/arithmetic.py`. Softsign needs only `magnitude` from
# `simd.py`:
#
# ```diff
# @@ activations.py
#      softplus=nn.functional.softplus,
# +    softsign=nn.functional.softsign,
# @@ adjoint/rightsides.py
#      softplus=lambda f: torch.where(f > 20, 1, -torch.expm1(-f)),
# +    softsign=lambda f: (1 - f.abs()) ** 2,
# @@ engines/compiled/activations.py
# -ACTIVATION_CODES = {"tanh": 0, "logistic": 1, "relu": 2, "softplus": 3}
# +ACTIVATION_CODES = {"tanh": 0, "logistic": 1, "relu": 2, "softplus": 3, "softsign": 4}
#  """The activations sigma by number."""
# -TANH, LOGISTIC, RELU, SOFTPLUS = ACTIVATION_CODES.values()
# +TANH, LOGISTIC, RELU, SOFTPLUS, SOFTSIGN = ACTIVATION_CODES.values()
# @@ engines/compiled/activations.py
# -from rknet.engines.compiled.simd import Array, Count, every, inlined, load, store, where
# +from rknet.engines.compiled.simd import Array, Count, every, inlined, load, magnitude, store, where
# @@ engines/compiled/activations.py
#              slope = where(z > 0.0, every(1.0, z), 0.0)
# +        elif sigma == SOFTSIGN:
# +            f = z / (1.0 + magnitude(z))
# +            slope = (1.0 - magnitude(f)) * (1.0 - magnitude(f))
# ```
#
# The layer-wise engine needs only the first two changes. The test of this page applies all of them to a copy of the
# library and compares both engines with PyTorch.
#
# ## An optimiser
#
# An optimiser is a subclass of `torch.optim.Optimizer` with its default learning rate. The layer-wise engine constructs
# one optimiser for each layer, which is correct for all optimisers that treat every weight separately. This one moves
# each weight by the sign of its gradient.

# %%
from rknet.protocol import OPTIMIZERS


class SignDescent(torch.optim.Optimizer):
    """w <- w - lr sign(gradient)."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in (w for w in group["params"] if w.grad is not None):
                w -= group["lr"] * w.grad.sign()


OPTIMIZERS["sign"] = (SignDescent, 3e-3)
by_sign = Protocol(epochs=10, optimizer="sign")
trained |= {
    "sign": train_everywhere(net_with_squares, points, by_sign)["torch"]
}

# %% [markdown]
# The compiled optimisers are in `rknet/engines/compiled/updates.py`: each has a number in `CODES`, a function of a few
# lines, and a branch in `move`.
#
# ## A schedule, weights and targets
#
# Beyond the paper, a {class}`~rknet.protocol.Protocol` can set weight decay, gradient clipping, and a schedule of the
# learning rate: any function that maps the epoch 0, 1, ... to a factor. A checkpoint identifies the schedule by its
# factors. The attribute `knows` of an engine lists which of these it supports, and `fit` uses only engines that support
# what the protocol sets.

# %%
warm_up = Protocol(
    epochs=3, weight_decay=0.01, schedule=lambda epoch: (epoch + 1) / 3
)


def plain_net():
    return RKNet(2, 8, 2, L=5, h=0.2, tableau="ssp3")


scheduled = train_everywhere(plain_net, points, warm_up)

# %% [markdown]
# Samples may have weights, and numerical targets instead of labels. The same network, with one output per target, then
# approximates the mean of the targets at each point. Here the two targets are a quarter of $|x_1| + |x_2|$ and of
# $x_1 x_2$, and points inside the diamond count ten times as much as the others.

# %%
from rknet.data.targets import TargetSet

X = points.X
both = np.column_stack([np.abs(X).sum(axis=1), X[:, 0] * X[:, 1]]) / 4
near = np.where(np.abs(X).sum(axis=1) < 3, 10.0, 1.0)
train, validation = split(points, 400)
sets = (
    TargetSet(X[:400], both[:400], near[:400]),
    TargetSet(X[400:], both[400:]),
)
by_squares = Protocol(loss="mean_square", learning_rate=0.01, stop_early=False)
history = fit(plain_net(), *sets, by_squares, progress=False)
print(f"{history.engine}: R^2 above 0.9: {history.val_accuracy[-1] > 0.9}")

# %% [markdown]
# ## An experiment
#
# An {class}`~rknet.study.experiments.Experiment` is a set of labelled configurations. The one below uses the parts
# defined above, from the point set to the optimiser. `sweep` computes it in two processes and sends them these
# definitions with each run.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from rknet.study.configuration import Configuration
from rknet.study.experiments import EXPERIMENTS, Experiment
from rknet.study.runner import runs_of, sweep
from rknet.study.store import Store

EXPERIMENTS["own"] = Experiment(
    "two schemes on the diamond",
    "not in the paper",
    {
        scheme: Configuration(
            "diamond", scheme, d_hat=8, L=5, h=0.2, samples=400,
            activation="softsign", lift="squares", protocol=by_sign,
        )
        for scheme in ("euler", "ssp3")
    },
    repetitions=2,
)  # fmt: skip
with TemporaryDirectory() as folder:
    store = Store(Path(folder))
    summary = sweep(runs_of("own"), store, n_jobs=2)
    records = {run: store.find(run).record for run in runs_of("own")}
for run, record in records.items():
    accuracy = record["results"]["final"]["val_accuracy"]
    print(f"{run}: more than 85 % right: {accuracy > 0.85}")

# %% [markdown]
# A record describes a part from outside the library by its numbers and by a digest of some of its values, so that
# records of a different `Diamond` are not mistaken for yours. `rknet.study.tables.table("own", store)` prints the
# table. To use an experiment with the command `rknet run`, enter it in `rknet/study/experiments.py`.
#
# The figures accept the new networks and points directly:

# %% mystnb={"figure": {"name": "fig-own", "caption": "A point set, a scheme, a lift and an optimiser defined on this page. Left: the points. Right: the prediction, which covers the middle of the diamond and rounds off its corners."}, "image": {"alt": "Two panels. Left: points in a square, one class inside a diamond and the other around it. Right: the region predicted for the inner class is an oval within the diamond.", "width": "480px"}} tags=["hide-input"]
from rknet import plots

plots.style()
net = net_with_squares()
fit(net, *split(points, 400), Protocol(optimizer="sign"), progress=False)
figure, axes = plots.panels([["2d", "2d"]], width=4.8)
plots.scatter(axes[0, 0], points.X, points.c)
plots.prediction(axes[0, 1], net.predict_proba, points.X[400:], points.c[400:])
for ax in axes.flat:
    plots.input_space(ax)

# %% [markdown]
# ## A view of the playground
#
# A view is a function that draws the state of the page on a canvas. Write it in a file of its own, here
# `rknet/playground/src/views/gain.mjs`:
#
# ```javascript
# /** How much better the net answers than at the start, by epoch. */
#
# import { paintPlot } from "../painting/plot.mjs";
# import { curves, lastEpoch } from "./epochs.mjs";
#
# /** @import { Pen } from "../painting/panel.mjs" */
# /** @import { State } from "../page/state.mjs" */
#
# /** @param {State} state @param {Pen} pen @param {number} width @param {number} height */ export function
# paintGain(state, pen, width, height) { const { train_accuracy, val_accuracy } = state.snapshot?.history ?? {
# train_accuracy: [], val_accuracy: [] }; const gain = (/** @type {number[]} */ values) => values.map((value) => value -
# values[0]); paintPlot(pen, width, height, state.theme, { title: "gain in accuracy", x: [0, lastEpoch(state)], y:
# [-0.5, 1], yTicks: [0, 0.5, 1], xTicks: [0, lastEpoch(state)], written: (y) => `${100 * y} %`, lines: curves(state,
# gain(train_accuracy), gain(val_accuracy)), }); }
# ```
#
# Register the view where views are constructed, in the type of the page's state, and where it is to appear:
#
# ```diff
# @@ playground/src/views/views.mjs
#  import { paintFeatures } from "./features.mjs";
# +import { paintGain } from "./gain.mjs";
# @@ playground/src/views/views.mjs
#      cost: view("Cost by epoch", paintCost),
# +    gain: view("Gain in accuracy by epoch", paintGain),
# @@ playground/src/page/state.mjs
# - * @property {Record<'trajectories'|'features'|'decision'|'accuracy'|'cost'|'layers'|'weights'|'sizes', Panel>} views
# + * @property {Record<'trajectories'|'features'|'decision'|'accuracy'|'cost'|'layers'|'weights'|'sizes'|'gain', Panel>} views
# @@ playground/src/page/opening.mjs
# -        node("div", { class: "rkp-plots" }, views.cost.canvas, views.layers.canvas, node("div", { class: "rkp-hint" }, SIZES))),
# +        node("div", { class: "rkp-plots" }, views.cost.canvas, views.layers.canvas, views.gain.canvas, node("div", { class: "rkp-hint" }, SIZES))),
# ```
#
# `make page` bundles the page. The tests check the types, and the test of this chapter draws this view.
#
# ## A chapter
#
# A chapter is a Python file in `book/chapters/` with a line in `_toc.yml`. Its code cells begin with `# %%`, and its
# text cells begin with `# %% [markdown]`. `make notebooks` executes the file and writes the `.ipynb` beside it; commit
# both. `make test` executes it again and compares all outputs, so print rounded values. `CONTRIBUTING.md` states the
# rules.
#
# ## Exercise
#
# ```{exercise}
# :label: ex-own-lift
# Add a lift that turns the plane by 45 degrees before it pads with zeros, so that the diamond becomes a square. Which
# of the three engines can train it?
# ```
#
# ```{solution} ex-own-lift
# :class: dropdown
# Write a subclass of `MatrixLift` with the buffer `matrix`, of shape $(\hat d, d)$, whose upper rows are the rotation.
# PyTorch trains it. With the decorator `rknet.identity.known` you declare that the arrays and plain values of such a
# network determine everything that it computes. All three engines then train it, because the lift is a single matrix.
# ```
#
# ## Takeaways
#
# - Each kind of part has one base class or signature and one table: `Law` and `LAWS`, `Tableau` and `TABLEAUS`, `Lift`
#   and `LIFTS`, a function and `ACTIVATIONS` (with its slope in `SLOPES`), an optimiser and `OPTIMIZERS`, `Experiment`
#   and `EXPERIMENTS`.
# - Implicit schemes and splitting methods are data, too: a tableau, or a list of moves and `SPLITTINGS`.
# - PyTorch trains all of them. The faster engines accept any explicit scheme and any point set, and report why they
#   refuse anything else.
# - An activation or an optimiser needs a number and a branch in the compiled engine; a view needs four lines in the
#   page.

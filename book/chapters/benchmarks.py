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
# (benchmarks)=
# # Benchmarks
#
# The paper's protocol takes thousands of steps of five samples each, with hundreds of evaluations of $f$ per step. The
# matrices are small, so this is little arithmetic, but general-purpose libraries divide it into hundreds of thousands
# of small calls. This page shows what was measured, where and when. Unlike the other pages of this book it computes
# nothing itself, because times depend on the machine.
#
# :::{admonition} How the times were measured
# :class: voice-here
# `python -m benchmarks` runs every contender in its own process, on one pinned core, in turns, in one invocation. Each
# must first show that it computes the same gradient at the same weights. To repeat the measurements on your machine,
# install the extra `bench` and run `python -m benchmarks --record` from the top level; add `--authors FOLDER` with a
# checkout of the authors' code to include it. `python -m benchmarks memory --record` repeats one study and leaves the
# others unchanged.
# :::

# %% tags=["hide-input"]
import json
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import HTML

import rknet
from rknet import TABLEAUS, plots

plots.style()
timings = Path(rknet.__file__).parents[1] / "benchmarks" / "results.json"
record = json.loads(timings.read_text("utf8"))
steps, scaling, memory, wide, page = (
    [row for row in record[study]["rows"] if "missing" not in row]
    for study in ("steps", "scaling", "memory", "wide", "playground")
)


def digits(number):
    """Three digits, or all before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def table(columns, rows, caption=""):
    """A table whose rows begin with their heading."""
    head = "".join(f"<th scope='col'>{column}</th>" for column in columns)
    body = "".join(
        f"<tr><th scope='row'>{first}</th>"
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in rows
    )
    caption = f"<caption>{caption}</caption>" if caption else ""
    return HTML(
        f"<div class='ledger-table'><table>{caption}<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


# %%
for name, study in record.items():
    machine = study["machine"]
    print(f"{name}: {machine['processor']}, {machine['cores']} cores")
    print(f"    {machine['date']}, load {machine['load'][0]:.1f} at the start")
    packages = {"numba", "torch", "torchdiffeq", "jax"}
    found = sorted(packages & set(machine["packages"]))
    print("   ", ", ".join(f"{p} {machine['packages'][p]}" for p in found))

# %% [markdown]
# The size of one training run of the first study:

# %%
case = record["steps"]["case"]
count = case["epochs"] * -(-case["N"] // case["batch"])
evaluations = case["L"] * TABLEAUS["rk4"].stages
print(
    f"{case['epochs']} epochs of {case['N']} samples, {case['batch']} per step"
)
print(f"{count} steps, {evaluations} evaluations of f in each forward pass")
assert count >= 1000 and evaluations >= 100

# %% [markdown]
# ## One step and a full run
#
# The test case is RK4Net of width 16 with a hundred layers on donut_2D_6C, the largest of the paper's experiments on
# points. The method `rk4` of `torchdiffeq` is the 3/8 rule; it is compared with the network of that scheme. A full run
# longer than a minute is extrapolated from one measured epoch and marked with ~.

# %% tags=["hide-input"]
best = {row["contender"]: min(row["step_ms"]) for row in steps}
rows = [
    (
        row["label"],
        digits(min(row["step_ms"])),
        digits(row["step_ratio"]),
        ("" if row["run"] == "measured" else "~") + digits(row["run_s"]),
        digits(row["run_ratio"]),
    )
    for row in steps
]
columns = ("contender", "one step, ms", "× first", "full run, s", "× first")
table(columns, rows)

# %%
for row in steps:
    assert row["gradient_error"] < 1e-4, "all compute the same gradient"
assert steps[0]["contender"] == "compiled" and best["compiled"] == min(
    best.values()
)

# %% mystnb={"figure": {"name": "fig-steps", "caption": "Time of one training step, best of the repeats, on a logarithmic scale: one decade is a factor of ten."}, "image": {"alt": "Horizontal bars of the time of one training step for each contender, shortest for the compiled engine, on a logarithmic axis."}} tags=["hide-input"]
order = sorted(steps, key=lambda row: best[row["contender"]], reverse=True)
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.0), layout="constrained")
for row in order:
    colour = plots.CLASS_COLOURS[0 if row["contender"] == "compiled" else 8]
    ax.barh(row["label"], best[row["contender"]], color=colour)
ax.set(xscale="log", xlabel="milliseconds per step")
plt.show()

# %% [markdown]
# Why is the factor so large? The engine does the arithmetic of Section 3, forward sweep, discrete adjoint and Adam, in
# one compiled loop. It stores no gradient of the whole network: the weights of a layer are updated as soon as the
# gradient of this layer is known. It is no less accurate: it uses no fast-math options and sums in a fixed order, and
# therefore gives the same bits everywhere.
#
# ## Scaling
#
# The next figure shows the time against depth, width, samples and processes, with the slope $p$ of a fitted power law
# $t \propto \text{size}^p$.

# %% mystnb={"figure": {"name": "fig-scaling", "caption": "The time is proportional to depth and to the number of samples. It grows with the square of the width where arithmetic dominates (compiled), and hardly at all where calls dominate (PyTorch), until the matrices are large. Two processes share two cores."}, "image": {"alt": "Four log-log plots of time against depth, width, number of samples and number of processes for the compiled engine and plain PyTorch, with fitted slopes in the legends."}} tags=["hide-input"]
quantities = list(dict.fromkeys(row["quantity"] for row in scaling))
fig, axes = plots.panels([["2d", "2d"], ["2d", "2d"]], height=2.4)
for ax, quantity in zip(axes.flat, quantities):
    for row in scaling:
        if row["quantity"] == quantity:
            compiled = row["contender"] == "compiled"
            label = f"{'compiled' if compiled else 'PyTorch'}, p = {row['slope']:.2f}"
            colour = plots.CLASS_COLOURS[0 if compiled else 8]
            ax.loglog(
                row["sizes"],
                row["times"],
                "o-",
                color=colour,
                markersize=4,
                label=label,
            )
            ax.set(xlabel=quantity, ylabel=row["unit"])
            ax.set_xticks(row["sizes"], row["sizes"])
    ax.minorticks_off()
    ax.legend()
plt.show()

# %%
slope = {(row["contender"], row["quantity"]): row["slope"] for row in scaling}
assert all(
    0.8 < slope[name, quantity] < 1.2
    for name in ("compiled", "reference")
    for quantity in ("L", "N")
)
assert slope["compiled", "d_hat"] > 1.3 > 0.7 > slope["reference", "d_hat"]

# %% [markdown]
# ## Memory against depth
#
# The next figure shows the peak memory of a step with a large batch, for which states dominate over weights.
# {doc}`s3_5_memory_time` explains the lines of `rknet` and PyTorch by counting; here they are compared with two ways of
# using torchdiffeq.

# %% mystnb={"figure": {"name": "fig-memory", "caption": "Growth of the process in one training step against the number of layers. Autograd stores as much with torchdiffeq's solver as with the network; the continuous adjoint stores almost nothing; the discrete adjoint lies in between and is exact."}, "image": {"alt": "Log-log plot of memory in MiB against depth for the compiled engine, plain PyTorch, the discrete adjoint with stored and with recomputed stages, and two ways through torchdiffeq."}} tags=["hide-input"]
shown = ("odeint", "reference", "compiled", "discrete", "recomputed", "adjoint")
rows = {row["contender"]: row for row in memory if "mib" in row}
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.0), layout="constrained")
for name, marker, colour in zip(
    shown, plots.CLASS_MARKERS, plots.CLASS_COLOURS
):
    if name in rows:
        row = rows[name]
        ax.loglog(
            row["L"],
            row["mib"],
            marker=marker,
            color=colour,
            markersize=4,
            label=row["label"],
        )
        ax.set_xticks(row["L"], row["L"])
ax.minorticks_off()
ax.set(
    xlabel="layers $L$", ylabel="MiB", title=f"batch of {row['batch']} samples"
)
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %%
largest = {name: rows[name]["mib"][-1] for name in shown if name in rows}
assert largest["recomputed"] < largest["discrete"] < largest["reference"]
if "odeint" in largest and "adjoint" in largest:
    assert 0.9 < largest["odeint"] / largest["reference"] < 1.1
    assert largest["adjoint"] < largest["reference"] / 10

# %% [markdown]
# The continuous adjoint of `odeint_adjoint` stores no states, but it takes more time, as the table above shows, and is
# less accurate: {doc}`s3_4_continuous_adjoint` measures by how much.

# %% [markdown]
# ## Wide networks
#
# The image experiments train networks of width 784 and 900 with a hundred layers: up to 81 million weights, which fill
# a gigabyte together with the optimiser's two moments. They do not fit in a cache, so reading and writing them
# determines the time of a step. Plain autograd writes the gradient of the whole network, adds to it once per stage, and
# reads it again for the update. The layer-wise engine reads the weights of a layer in the forward pass and again in the
# backward pass, where the update forms the gradient a few rows at a time. `python -m benchmarks wide --record` repeats
# this study.

# %% tags=["hide-input"]
case = record["wide"]["case"]
sizes = f"width {case['d_hat']}, {case['L']} layers, {case['batch']} samples"
rows = [
    (
        row["label"],
        digits(min(row["step_ms"])),
        f"{row['step_ratio']:.1f}",
        digits(row["mib"]),
        f"{row['mib'] / row['weights_mib']:.2f}",
    )
    for row in wide
]
columns = ("contender", "one step, ms", "× first", "memory, MiB")
columns += ("× weights and moments",)
table(columns, rows, f"RK4Net of {sizes} per step")

# %%
ours, plain = wide[0], {row["contender"]: row for row in wide}["reference"]
assert all(row["gradient_error"] < 1e-4 for row in wide)
assert plain["step_ratio"] > 3
assert ours["mib"] < 1.3 * ours["weights_mib"]

# %% [markdown]
# On a GPU a step of one network consists of thousands of kernels, each too small to occupy the device. A CUDA graph
# launches them all at once; eight networks of one architecture that are trained together share every kernel. The memory
# traffic sets the limit: each weight is read once in the forward pass, and read and written with both moments in the
# backward pass. `python -m benchmarks.card` checks the step against double precision, repeats the measurement, and
# trains the networks.

# %% tags=["hide-input"]
card = json.loads(timings.with_name("card.json").read_text("utf8"))
nets = {
    name: entry
    for name, entry in card.items()
    if isinstance(entry, dict) and "ms" in entry
}
ways = {
    "autograd, graph": "autograd and fused Adam, one graph",
    "layerwise, graph": "layer by layer, one graph",
    "stack of 8": "eight nets together, per net",
    "stack of 8, graph": "eight nets together as one graph, per net",
}
rows = [
    (
        net,
        way,
        digits(entry["ms"][name]),
        digits(100 * entry["share"][name]),
    )
    for net, entry in nets.items()
    for name, way in ways.items()
]
columns = ("net", "step", "ms", "% of the limit")
table(columns, rows, f"One step of five samples on an {card['device']}")

# %%
for entry in nets.values():
    ms = entry["ms"]
    assert min(ms, key=ms.get) == "stack of 8, graph"
    assert ms["autograd, graph"] > 2.5 * ms["stack of 8, graph"]

# %% [markdown]
# ## In the browser
#
# The playground trains in the reader's browser, with a WebAssembly program that the page assembles for the chosen
# network, or in plain JavaScript where WebAssembly is not available; both give the bits of the compiled engine. They
# are compared with an untuned, direct translation of the engine's loops into JavaScript (the port). All were run in
# Node, which uses the same compiler as Chromium. `python -m benchmarks playground --record` repeats this study.

# %% tags=["hide-input"]
rows = [
    (
        row["label"],
        row["L"],
        row["d_hat"],
        digits(min(row["step_ms"])),
        f"{row['over']['compiled']:.1f}",
        f"{row['over']['port']:.2f}",
    )
    for row in page
]
columns = ("program", "layers", "width", "one step, ms", "× engine", "× port")
table(columns, rows, "RK4Net, a step of five samples")

# %%
by_program = {(row["contender"], row["L"]): min(row["step_ms"]) for row in page}
for program, L in by_program:
    if program == "page":
        assert by_program["port", L] > 3 * by_program[program, L]

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
# (ledger)=
# # The ledger: does it hold?
#
# The paper prints a hundred and forty numbers in its Tables 1 to 6, and Section 4 draws conclusions in some ninety
# sentences. This page holds a record for each: what the paper says, the rule by which it was to be decided, what new
# repetitions gave (twenty on points, four on images), and the verdict. The rules were written down first, and the runs that
# decide were made afterwards.
#
# :::{admonition} What you will see
# :class: tip
# - how many claims are compatible with new repetitions, how many are not, and how many these cannot decide;
# - the rules behind the words, and a check that they keep their promise of 95 %;
# - each claim that fails, with a reason where the numbers give one;
# - every record, with the command that computes it again.
# :::

# %% tags=["hide-input"]
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

import rknet
from rknet import plots
from rknet.data import bayes
from rknet.study.experiments import MULTICLASS
from rknet.study.ledger import judging, pages
from rknet.study.ledger.boxes import Box, number, summary
from rknet.study.ledger.claims import Part, read
from rknet.study.ledger.evidence import Evidence
from rknet.study.ledger.statistics import holm, welch
from rknet.study.store import Store

plots.style()
claims, verdicts = read(), judging.stored()
PLACES = ("4.1", "4.2", "4.3", "4.4", "4.5")
ON_POINTS = ("table1", "table2", "table3", "table4")
families = {
    f"Table {name[-1]}": [verdicts[cell.id] for cell in cells]
    for name, cells in claims.tables.items()
}
sentences = [verdicts[sentence.id] for sentence in claims.sentences]
families |= {
    f"sentences of Section {place}": [
        v for v in sentences if v.where.startswith(f"Section {place}")
    ]
    for place in PLACES
}
families["sentences of Section 4, before 4.1"] = [
    v for v in sentences if not v.where.startswith("Section 4.")
]
assert sum(map(len, families.values())) == len(verdicts)

# %% tags=["hide-input"]
pages.overview(families)

# %% mystnb={"figure": {"name": "fig-distances", "caption": "Where the printed number of each cell lies, in units of the half-width of our 95 % interval for it: 0 is our mean, the dashed lines are the limits. Beyond 2 the axis is logarithmic. Dots are compatible, triangles are not, after the correction for the number of cells in a table. The farthest triangles are standard deviations of four runs on images. A cell that is not testable has no mark."}, "image": {"alt": "A lane of dots for each of Tables 1 to 6 along an axis of standardised distance. Nearly all dots lie between the two dashed lines at minus one and one; a few triangles lie far outside."}} tags=["hide-input"]
fig, ax = plt.subplots(figsize=(plots.WIDTH, 3.6), layout="constrained")
rng = np.random.default_rng(0)
for lane, name in enumerate(claims.tables):
    for verdict in families[f"Table {name[-1]}"]:
        (f,) = verdict.findings
        if f.p is None:
            continue
        side = f.high if f.paper > f.estimate else f.low
        x = (f.paper - f.estimate) / max(abs(side - f.estimate), 1e-3)
        against = verdict.verdict == judging.NOT_COMPATIBLE
        ax.plot(
            x,
            lane + rng.uniform(-0.25, 0.25),
            plots.CLASS_MARKERS[against],
            color=plots.CLASS_COLOURS[1 if against else 2],
            markersize=5,
            alpha=0.8,
        )
for limit in (-1, 1):
    ax.axvline(limit, color=plots.INK, linestyle="--", linewidth=0.8)
ax.set_xscale("symlog", linthresh=2)
ticks = (-2, -1, 0, 1, 2, 10, 100)
ax.set_xticks(ticks, ticks)
ax.minorticks_off()
ax.set(xlabel="(paper − here) / half-width of the interval")
lanes = [f"Table {name[-1]}" for name in claims.tables]
ax.set_yticks(range(len(lanes)), lanes)
ax.set_ylim(-0.5, len(lanes) - 0.5)
ax.invert_yaxis()
plt.show()

# %% [markdown]
# ## The rules
#
# Everything that decides stands in `rknet/study/ledger/claims.yml`, which was committed before seeds 4 to 23 were
# run; the history of the repository shows it. The paper's own repetitions, seeds 0 to 3, were known when the rules were
# written. They are shown in each record and decide nothing. On images it is otherwise: twenty repetitions would take
# weeks on a processor, so the paper's four decide, and the rules were committed before any of them was run. The page lists
# [what was changed later](ledger-changes).
#
# **A cell of a table** asks: *could the printed number be one of ours?* The paper prints means of four runs. If the paper's
# four and our $R = 20$ come from one normal law, a mean of four lies with probability 95 % in
#
# $$
# \bar x \pm t_{0.975,\,R-1}\; s\, \sqrt{\tfrac14 + \tfrac1R}
# $$ (eq-4.a)
#
# with our mean $\bar x$ and standard deviation $s$. Where the paper prints a standard deviation $S$ of its four runs, it is
# that of a population, and Welch's test takes $S\sqrt{4/3}$ in its place. Near 100 %, and where some runs fail and some do
# not, nothing is normal; there the law is our twenty runs themselves, drawn with replacement {footcite}`efron1993`. Half a
# unit of the last printed digit is granted to the paper. One table holds up to 36 numbers, of which two would leave
# {eq}`eq-4.a` by chance, so the $p$ values of a table are corrected together by Holm's method {footcite}`holm1979`.
#
# **A sentence** asks: *do our runs show what it says?* Each is made into numbers, each number gets an interval, and a region
# in which the sentence puts it. All intervals of a sentence hold together with 95 %. Inside the region: compatible. Outside:
# not compatible. Neither: not testable, for these runs cannot tell.
#
# The two are not alike. A cell is innocent until it is refuted; a sentence has to be shown.
#
# Does {eq}`eq-4.a` keep its promise? Draw twenty and four from one law, many times, and count.

# %%
rng = np.random.default_rng(2021)
ours, theirs = rng.normal(90, 1, (20_000, 20)), rng.normal(90, 1, (20_000, 4))
half = (
    stats.t.ppf(0.975, 19) * ours.std(axis=1, ddof=1) * np.sqrt(1 / 4 + 1 / 20)
)
covered = (abs(theirs.mean(axis=1) - ours.mean(axis=1)) <= half).mean()
assert 0.94 < covered < 0.96
print(f"covered: {covered:.0%}")

# %% [markdown]
# ## Every seed
#
# A mean of four says little where some runs fail. These are all runs of the skewed rows of Table 1.

# %% mystnb={"figure": {"name": "fig-every-seed", "caption": "Validation accuracy of each repetition on the spiral. Dots are seeds 4 to 23, open circles seeds 0 to 3, the bar is the mean that the paper prints. Left: StandardNet either learns or stays at chance. Right, on a scale forty times as fine: RK4Net, where what is left is a handful of points beyond the Bayes limit (dashed)."}, "image": {"alt": "Two strip plots. Left, StandardNet with 5, 10 and 20 layers between 50 and 100 percent: dots gather at the top for few layers and split between the top and the bottom for twenty. Right, RK4Net with 5 to 100 layers between 97 and 100 percent: dots gather near 99.5."}} tags=["hide-input"]
records = Evidence(Store(Path(rknet.__file__).parent.parent / "results"))


def accuracies(row, seeds=claims.seeds):
    """Final validation accuracy of the repetitions of a row, in percent."""
    return records.column(Part(("val_accuracy",), ((f"depth/{row}",),)), seeds)


skewed = [cell for cell in claims.tables["table1"] if cell.skewed]
skewed = [cell for cell in skewed if cell.statistic == "val_accuracy"]
fig, axes = plots.panels([["2d", "2d"]], height=2.6)
for ax, net in zip(axes[0], ("StandardNet", "RK4Net")):
    cells = [cell for cell in skewed if f"/{net}," in cell.row]
    for x, cell in enumerate(cells):
        row = cell.row.partition("/")[2]
        jitter = np.random.default_rng(x).uniform(-0.18, 0.18, 24)
        colour = plots.NET_STYLES[net]["color"]
        ax.plot(
            x + jitter[4:],
            accuracies(row),
            "o",
            color=colour,
            markersize=4,
            alpha=0.6,
        )
        ax.plot(
            x + jitter[:4],
            accuracies(row, range(4)),
            "o",
            color=plots.INK,
            markersize=5,
            fillstyle="none",
        )
        ax.plot(
            [x - 0.3, x + 0.3], [cell.printed] * 2, color=plots.CLASS_COLOURS[1]
        )
    ax.set_xticks(
        range(len(cells)), [cell.row.split(", ")[1] for cell in cells]
    )
    ax.set(title=net, ylabel="validation accuracy (%)")
    ax.axhline(
        100 * bayes.accuracy("spiral"),
        color=plots.INK,
        linestyle="--",
        linewidth=0.8,
    )
axes[0, 1].set_ylim(97, 100.1)
plt.show()

# %% [markdown]
# ## What these experiments cannot tell
#
# Points are labelled before noise moves them, so no classifier is perfect. Where every network is at that limit, a table
# cannot say which is better: the experiment is *saturated*. Beside the distances to the limit stands the error that a mean
# of four repetitions of 1500 points has by sampling alone.


# %% tags=["hide-input"]
def mean_of(net, data):
    """Mean validation accuracy of a row of Table 4, seeds 4 to 23."""
    name = f"table4-{net.lower()}-{data.lower()}-val-accuracy"
    return verdicts[name].findings[0].estimate


NETS = {
    "StandardNet": "StandardNet-l-5",
    "EulerNet": "EulerNet-l-100",
    "RK4Net": "RK4Net-l-100",
}
rows, saturated = [], []
for data in MULTICLASS:
    limit = 100 * bayes.accuracy(data)
    gaps = [limit - mean_of(name, data) for name in NETS.values()]
    sampling = np.sqrt(limit * (100 - limit) / (4 * 1500))
    saturated += [data] if max(gaps) < 1 else []
    cells = [
        number(limit),
        *map(number, gaps),
        number(sampling),
        "yes" if max(gaps) < 1 else "no",
    ]
    rows.append([data, *cells])
columns = [
    "",
    "Bayes limit, %",
    *(f"{net} below by" for net in NETS),
    "sampling error",
    "saturated",
]
caption = "Table 4 against the best possible accuracy; saturated: all nets within 1 point of it"
Box(
    pages.table("saturated", caption, columns, rows),
    f"saturated: {', '.join(saturated)}",
)

# %% [markdown]
# In the saturated sets nothing is left to be won, and that three networks agree there says as much about the task as about
# the networks. The same holds for the spiral: its limit is above 99.8 %, and RK4Net reaches it from ten layers on.
#
# ## The tables hold
#
# Not one legible number of Tables 1 to 4 is refuted. Without the correction for their number, how many would {eq}`eq-4.a` and
# its relatives have turned down at 5 %, and how many should they, if every one of them came from our law?

# %%
cells = [
    v.findings[0] for name in ON_POINTS for v in families[f"Table {name[-1]}"]
]
tested = [f for f in cells if f.p is not None]
alone = sum(f.p < 0.05 for f in tested)
assert not any(f.corrected < 0.05 for f in tested)
print(
    f"{len(tested)} cells, {alone} with p < 0.05, {0.05 * len(tested):.0f} expected"
)

# %% [markdown]
# A word of caution: "compatible" is not "equal". Where single runs spread widely, nearly anything is compatible:

# %% tags=["hide-input"]
widest = sorted(tested, key=lambda f: f.low - f.high if f.unit == "%" else 0)[
    :3
]
for f in widest:
    print(f"{f.what}: {number(f.low)} to {number(f.high)} %")

# %% [markdown]
# ## Sentences that fail
#
# Sections 4.1 to 4.4 first. Each of these was put into numbers before the runs, and the numbers fell outside. A reader may find a rule too strict; the
# facts below are there to judge by.

# %%
on_images = families["sentences of Section 4.5"]
on_points = [v for v in sentences if v not in on_images]
failed = [v for v in on_points if v.verdict == judging.NOT_COMPATIBLE]
for v in failed:
    print(textwrap.fill(f"{v.where}: {v.says}", 76, subsequent_indent="  "))

# %% tags=["hide-input"]
EXPLAINED = {
    "methods-similar",
    "features-vanish",
    "activation-published-depth",
    "variability-boundaries",
    "shapes-all-donuts",
    "training-euler-fastest",
}
assert {v.id for v in failed} == EXPLAINED


def numbers(quantity, row, seeds=claims.seeds):
    """A quantity of the repetitions of a row."""
    return records.column(Part((quantity,), ((row,),)), seeds)


def here(name, part=0):
    """The estimate of a part of a claim."""
    return verdicts[name].findings[part].estimate


# %% [markdown]
# **All losses and optimisers give very similar results.** Not with equal numbers of epochs. On spiral_3D, with the learning
# rates of the authors' configurations, half of the alternatives come close to Adam with cross-entropy. Adagrad leaves RK4Net
# far behind, and its accuracy is still rising when the last epoch ends: it is slow rather than wrong. Plain gradient descent
# with rate 0.1 loses StandardNet on the way.

# %%
row = "training/RK4Net, cross_entropy, adagrad"
curves = [
    records.record(row, s)["results"]["history"]["val_accuracy"]
    for s in claims.seeds
]
rising = 100 * np.mean([c[40] - c[30] for c in curves])
assert rising > 0.5
print(f"Adagrad, RK4Net: {np.mean(numbers('val_accuracy', row)):.1f} %")
print(f"gained in the last ten of 40 epochs: {rising:.1f} points")
lost = numbers("val_accuracy", "training/StandardNet, cross_entropy, sgd")
print(f"SGD, StandardNet: {(lost < 55).sum()} of {len(lost)} runs below 55 %")

# %% [markdown]
# **The features of StandardNet are compressed to the zero vector.** At twenty layers there are two kinds of failure. In the
# runs that end at chance the features are gone: all points have become one. That point is not zero, because of the biases.
# In the others, which stay between 57 and 77 %, the features have kept a good part of their spread. The rule took both kinds
# together, and so the sentence fails; for the first kind it holds, but for the word "zero".

# %%
row = "depth/StandardNet, L = 20"
accuracy, width, norm, layer = (
    numbers(name, row)
    for name in (
        "val_accuracy",
        "final_spread",
        "final_norm",
        "vanishing_layer",
    )
)
chance = accuracy < 52
assert (width[chance] < 0.1).all() and (norm[chance] > 10).all()
assert (width[~chance] > 25).all() and (57 < accuracy[~chance]).all()
assert (accuracy[~chance] < 77).all()
for name, kind in (("at chance", chance), ("the others", ~chance)):
    print(
        f"{name}: {kind.sum()} runs, spread {width[kind].mean():.2f} %, norm {norm[kind].mean():.0f} % of the input's"
    )
print(
    f"at chance, one point from layer {layer[chance].min():.0f} to {layer[chance].max():.0f} on"
)

# %% [markdown]
# **The StandardNet of the published configuration performs well.** The paper speaks of shallow, well-performing StandardNets
# on donut_1D, and the only configuration in the code has twenty layers. Three of the four activations then answer with the
# commoner class, which is right for three points in four. So that configuration is not what the sentence reports. With five
# layers, all it says holds.

# %%
limit = 100 * bayes.accuracy("donut_1D")
for part, activation in enumerate(("tanh", "logistic", "relu", "softplus")):
    deep = here("activation-published-depth", part)
    five = numbers(
        "val_accuracy", f"activation/StandardNet, L = 5, {activation}"
    )
    print(
        f"{activation:9} L = 20: {deep:.1f} %, L = 5: {five.mean():.1f} % (limit {limit:.1f} %)"
    )
for name in (
    "activation-standardnet-faster",
    "activation-standardnet-five-epochs",
):
    assert verdicts[name].verdict == judging.COMPATIBLE

# %% [markdown]
# **The boundaries of the repetitions are nearly the same.** Two RK4Nets trained on different points of donut_2D_6C give the
# same answer to six points out of seven. Five circles lie close together there, each repetition draws them a little smaller
# or larger, and many points are near one. What looks nearly the same in a picture differs in many answers. The features are
# alike as the paper says.

# %%
assert verdicts["variability-features"].verdict == judging.COMPATIBLE
print(f"same answer: {here('variability-boundaries'):.1f} % of the points")
print(f"similarity of the features: {here('variability-features'):.3f}")

# %% [markdown]
# **All donut sets are transformed alike.** In the plane with six classes StandardNet does squeeze the points into something
# like a string. In space with two classes there is no string: nearby features fill nearly three dimensions. The more rings
# have to be kept apart along it, the thinner the string becomes.

# %%
for part, data in (
    (9, "donut_3D_2C"),
    (10, "donut_3D_3C"),
    (11, "donut_3D_6C"),
):
    print(f"{data}: local dimension {here('shapes-all-donuts', part):.2f}")
print(f"donut_2D_6C: local dimension {here('shapes-string'):.2f}")
assert all(
    here("shapes-all-donuts", part) > here("shapes-all-donuts", part + 1)
    for part in (9, 10)
)

# %% [markdown]
# **EulerNet is fastest on donut_3D_6C.** It is faster than StandardNet, by much. RK4Net is faster still, by a little, and
# with equal seeds in every single repetition: the two are discretisations of one equation and start from the same weights,
# so their curves differ less than the line of a figure is wide.

# %%
euler, rk4 = (
    numbers("early_accuracy", f"comparison/{net}, L = 100, donut_3D_6C")
    for net in ("EulerNet", "RK4Net")
)
print(
    f"RK4Net ahead by {np.mean(rk4 - euler):.2f} points over the first five epochs"
)
print(f"in {(rk4 > euler).sum()} of {len(euler)} repetitions")
print(f"StandardNet behind by {here('training-euler-fastest'):.1f} points")

# %% [markdown]
# ## Sentences that cannot be decided
#
# "Not testable" has three meanings here: the sentence offers a cause and no observation; the printed number cannot be read;
# or twenty runs leave the matter open. What would settle the last kind is more repetitions, or a rule that asks for less.

# %% tags=["hide-input"]
for v in on_points:
    if v.verdict == judging.NOT_TESTABLE:
        print(textwrap.fill(f"{v.id}: {v.says}", 76, subsequent_indent="  "))

# %% [markdown]
# Three of them deserve a word.
#
# *One dimension more makes the donut harder.* The best possible classifier finds the opposite: in space the shells hold the
# points in other proportions, and the limit is higher than in the plane. The networks do not show a difference in either
# direction. For one class more, and for squares in space, limit and networks agree with the paper.

# %%
for easy, hard in (
    ("donut_2D_6C", "donut_3D_6C"),
    ("donut_3D_2C", "donut_3D_3C"),
    ("squares_2D_4C", "squares_3D_4C"),
):
    a, b = (100 * bayes.accuracy(data) for data in (easy, hard))
    word = "harder" if b < a else "easier"
    print(f"{hard} ({b:.1f} %) is {word} than {easy} ({a:.1f} %)")
for name in ("comparison-class-harder", "comparison-dimension-squares"):
    assert verdicts[name].verdict == judging.COMPATIBLE
assert verdicts["comparison-dimension-donut"].verdict == judging.NOT_TESTABLE

# %% [markdown]
# *A shallow StandardNet outperforms a shallow RK4Net.* Shown with one layer and with three. With five the estimate points
# the other way, for some StandardNets fail there and no RK4Net does.

# %%
for part, L in enumerate((1, 3, 5)):
    f = verdicts["depth-shallow"].findings[part]
    print(
        f"L = {L}: {number(f.estimate)} points, {number(f.low)} to {number(f.high)}"
    )
standard, rk4 = (
    numbers("val_accuracy", f"depth/{net}, L = 5")
    for net in ("StandardNet", "RK4Net")
)
print(
    f"worst of twenty: StandardNet {standard.min():.1f} %, RK4Net {rk4.min():.1f} %"
)
assert standard.min() < 90 < 95 < rk4.min()

# %% [markdown]
# *At $\hat d = 3$ StandardNet never exceeds 80 %.* Single runs do, some by far: whether the arms come apart in so narrow a
# network is a matter of luck. The means of twenty lie around 80 % and cannot decide.

# %%
narrow = {
    L: numbers("val_accuracy", f"depth-narrow/StandardNet, L = {L}")
    for L in (3, 5, 10)
}
for L, values in narrow.items():
    print(
        f"L = {L}: mean {values.mean():.1f} %, best {values.max():.1f} %, {(values > 80).sum()} of {len(values)} above 80 %"
    )
assert all(values.max() > 90 for values in narrow.values())

# %% [markdown]
# ## On images
#
# There the paper's four repetitions of each row decide. How the matter stands:

# %%
cells = families["Table 5"] + families["Table 6"]
for what, members in (("cells", cells), ("sentences", on_images)):
    print(f"{what}: {summary(members)}")
for v in (*cells, *on_images):
    if v.verdict == judging.NOT_COMPATIBLE:
        print(f"fails: {v.says}")
assert all(
    v.verdict == judging.COMPATIBLE for v in cells if not v.id.endswith("-sd")
)

# %% [markdown]
# Every printed mean is compatible. The cells that fail are standard deviations of RK4Net on MNIST, and ours are smaller: nearly
# all of its runs learn all their training images, and on the validation images four runs happen to agree. Four repetitions
# decide little. A mean is known to 1.6 standard deviations, and of two standard deviations one must be 3.9 times the other:
# {doc}`s4_5b_networks` looks at what that leaves of the paper's sentences.
#
# (ledger-changes)=
# ## What was changed after numbers were seen
#
# A rule that is fixed beforehand is worth little if something else can be changed afterwards. Four things were, all of them on
# images.
#
# - **The source of MNIST.** The original files were not at hand at first, so the first runs drew their digits from a sample of
#   5000. With the files at hand, every row of Section 4.5 was computed from them. The records from the sample are kept in
#   `results/sample/`. Two verdicts changed. The accuracy of StandardNet in Table 6 was "not compatible" with the sample and is
#   "compatible" with the original files. The sentence on a StandardNet of a hundred layers was "compatible" and is "not testable".
# - **The correction over a table.** Holm's method first counted the cells whose runs were there. It now counts every number that
#   the table prints. Either change alone turns the verdict on StandardNet:

# %%
(cell,) = (
    cell
    for cell in claims.tables["table6"]
    if cell.id == "table6-standardnet-d_hat-900-l-5-mnist-val-accuracy"
)
part = Part((cell.statistic,), ((cell.row,),))
of_sample = Evidence(Store(records.store.folder / "sample"))
print(f"paper: {cell.printed} ± {cell.sd} %")
for source, of in (("sample", of_sample), ("original files", records)):
    values = of.column(part, cell.seeds)
    _, p = welch(4, values, cell.printed, cell.sd, claims.level)
    among = {n: min(1, n * p) for n in (8, len(claims.tables["table6"]))}
    print(f"{source}: {values.mean():.2f} ± {values.std():.2f} %, p = {p:.3f};")
    for n, corrected in among.items():
        print(f"    corrected for {n} cells {corrected:.3f}")
        first = source == "sample" and n == 8  # those run at the time
        assert (corrected < 0.05) == first
assert verdicts[cell.id].verdict == judging.COMPATIBLE

# %% [markdown]
# - **A standard deviation of zero.** In each of its four repetitions on MNIST, RK4Net of width 900 learns all of its training
#   images. The ratio of variances, by which the rules judge a standard deviation, is then not defined. A cell of Table 5 and a
#   sentence ask for it, and both are "not testable". The limit of the test, for a standard deviation that goes to zero, would
#   have refuted the cell.
# - **Equal images.** Differences are taken seed by seed, so runs that had other images of the same set are not compared any more.
#   No verdict changed by this.
#
# ## All records
#
# Each carries an id. `rknet claims ID` judges it again from the records in `results/`; without an id it judges all and
# compares with what this page shows. A command that begins with `rknet run` makes the records, too.
#
# ### Table 1

# %% tags=["hide-input"]
pages.cells("table1", "Accuracy on the spiral", families["Table 1"])

# %% [markdown]
# ### Table 2

# %% tags=["hide-input"]
pages.cells("table2", "Cost on the spiral", families["Table 2"])

# %% [markdown]
# ### Table 3

# %% tags=["hide-input"]
pages.cells("table3", "Variability on donut_2D_6C", families["Table 3"])

# %% [markdown]
# ### Table 4

# %% tags=["hide-input"]
pages.cells("table4", "Three nets on six sets", families["Table 4"])

# %% [markdown]
# ### Table 5

# %% tags=["hide-input"]
pages.cells("table5", "RK4Net on MNIST by width", families["Table 5"])

# %% [markdown]
# ### Table 6

# %% tags=["hide-input"]
pages.cells("table6", "Three nets on two image sets", families["Table 6"])

# %% [markdown]
# ### Section 4, before 4.1

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4, before 4.1"])

# %% [markdown]
# ### Section 4.1

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.1"])

# %% [markdown]
# ### Section 4.2

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.2"])

# %% [markdown]
# ### Section 4.3

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.3"])

# %% [markdown]
# ### Section 4.4

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.4"])

# %% [markdown]
# ### Section 4.5

# %% tags=["hide-input"]
pages.sentences(families["sentences of Section 4.5"])

# %% [markdown]
# ## Exercises
#
# ```{exercise}
# :label: ex-ledger-four
# The paper could have repeated each experiment twenty times, too. By which factor would {eq}`eq-4.a` have become narrower?
# ```
#
# ```{solution} ex-ledger-four
# :class: dropdown
# By $\sqrt{(1/20 + 1/20) / (1/4 + 1/20)} = \sqrt{1/3} \approx 0.58$. Forty more repetitions of ours would have given less:
# the $1/4$ under the root is the paper's and no effort of ours removes it.
# ```

# %% tags=["hide-input"]
now, theirs, ours = (
    np.sqrt(v) for v in (1 / 4 + 1 / 20, 2 / 20, 1 / 4 + 1 / 60)
)
assert round(theirs / now, 2) == 0.58 < ours / now

# %% [markdown]
# ```{exercise}
# :label: ex-ledger-holm
# In a table of 36 cells the smallest $p$ value is 0.004. Is the table refuted at 5 %? And if it had 12 cells?
# ```
#
# ```{solution} ex-ledger-holm
# :class: dropdown
# Holm multiplies the smallest by the number of cells: $36 \times 0.004 = 0.144$, no; $12 \times 0.004 = 0.048$, yes.
# ```

# %% tags=["hide-input"]
assert holm([0.004] + [1.0] * 35)[0] > 0.05 > holm([0.004] + [1.0] * 11)[0]

# %% [markdown]
# ```{exercise}
# :label: ex-ledger-rule
# Choose a sentence whose rule you find too strict, change its region in `rknet/study/ledger/claims.yml`, and run
# `rknet claims ID`. What does the verdict become, and why would that be no evidence?
# ```
#
# ```{solution} ex-ledger-rule
# :class: dropdown
# Whatever it becomes, the rule was then chosen after looking at the numbers that it judges. New seeds would make it evidence
# again: `rknet run NAME --seeds 24-43`.
# ```
#
# ## Takeaways
#
# - The tables of the paper on points hold: no legible number of Tables 1 to 4 is refuted by twenty new repetitions.
# - Most of the sentences that can be decided hold as well. Those that fail, fail in degree more than in kind: optimisers
#   differ at equal budget, features vanish to a point and not to zero, boundaries look more alike than they are.
# - On images every printed mean of Tables 5 and 6 is compatible with four new repetitions, which leave most sentences open.
# - Rules fixed beforehand keep their promise of 95 %; and what twenty runs cannot decide is said to be undecided.
# - Most of the sets of Table 4 are too easy to tell three networks apart.
#
# ## References
#
# ```{footbibliography}
# ```

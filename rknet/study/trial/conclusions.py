"""The conclusions on trial, as registered in `registered/trial.md`, and their verdicts.

Each is a difference of two procedures, seed by seed, and a relation that is to be shown.  The same difference is also
measured as the paper ran it and at equal cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd

from rknet.study.experiments import LOSSES_COMPARED, MULTICLASS, OPTIMIZERS_COMPARED
from rknet.study.ledger.statistics import holm
from rknet.study.trial.answers import CELLS, affordable, chosen, tuned
from rknet.study.trial.baselines import CLASSIFIERS
from rknet.study.trial.grid import PAPER_SETS
from rknet.study.trial.statistics import LEVEL, Effect, decided, effect, seeds_needed, within_of_best

Relation = Literal["more", "equal", "not less"]
"""What is to be shown of D and the margin: D > margin, abs(D) < margin, D > -margin."""

Cell = tuple[str, str, str]
"""An experiment, a set of points, and the label of a net."""

Procedure = Literal["paper", "tuned", "cost"]
"""How a net is found: as the paper ran it, tuned, or tuned at equal cost."""

PAPER_EXPONENT = -3.0


@dataclass(frozen=True)
class Side:
    """One side of a comparison: which nets may be chosen from.

    Attributes
    ----------
    experiments
        Names in `rknet.study.trial.grid.TRIALS`.
    variants
        Labels of nets, in the words of the rows; of several the best is chosen.
    L
        The depth, or None if it is chosen; `paper_L` is the paper's.
    paper_exponent
        Of the paper's rate.
    """

    experiments: tuple[str, ...]
    variants: tuple[str, ...]
    L: int | None = None
    paper_L: int | None = None
    paper_exponent: float = PAPER_EXPONENT

    def scores(self, answers: pd.DataFrame, data: Sequence[str], procedure: Procedure) -> pd.DataFrame:
        """Accuracy in points, seeds in rows and sets in columns; seeds of which a cell is missing drop."""
        rows = self._whole(answers, data)
        L = self.paper_L if procedure == "paper" and self.paper_L is not None else self.L
        if L is not None:
            rows = rows[rows["L"] == L]
        if procedure == "paper" and (rows["test"] == "paper").any():
            rows = rows[(rows["test"] == "paper") & (rows["exponent"] == self.paper_exponent)]
            rows = rows[rows["experiment"] != "study-long"]
        elif procedure == "cost":
            rows = affordable(rows)
        else:
            rows = tuned(rows[rows["experiment"] != "study-long"])
        best = chosen(rows) if len(rows) else rows
        table = best.pivot(index="seed", columns="data", values="accuracy") if len(best) else pd.DataFrame()
        return table.reindex(columns=list(data)).dropna()

    def cells(self, data: Sequence[str]) -> set[Cell]:
        """The cells of the grid that this side reads, for some sets."""
        return {c for c in CELLS if c[0] in self.experiments and c[1] in data and c[2] in self.variants}

    def _whole(self, answers: pd.DataFrame, data: Sequence[str]) -> pd.DataFrame:
        """The rows of this side, for those seeds and sets of which every net is there."""
        wanted = self.cells(data)
        rows = answers[answers["experiment"].isin(self.experiments) & answers["variant"].isin(self.variants)]
        rows = rows[rows["data"].isin(data)]
        there = rows[["experiment", "data", "variant", "seed"]].drop_duplicates().groupby(["data", "seed"]).size()
        needed = Counter(cell[1] for cell in wanted)
        whole = {key for key, count in there.items() if count == needed[key[0]]}
        kept = [key in whole for key in zip(rows["data"], rows["seed"], strict=True)]
        return rows[np.array(kept, dtype=bool)]


@dataclass(frozen=True)
class Pooled:
    """Differences of accuracy, averaged over the sets of a seed, one part for each pair of sides."""

    data: Sequence[str]
    pairs: Sequence[tuple[Side, Side]]

    def __call__(self, answers: pd.DataFrame, procedure: Procedure) -> list[pd.Series]:
        """Paired differences by seed, one series for each part; empty where nothing was run."""
        parts = []
        for A, B in self.pairs:
            difference = A.scores(answers, self.data, procedure) - B.scores(answers, self.data, procedure)
            parts.append(difference.dropna().mean(axis=1))
        return parts


@dataclass(frozen=True)
class Robustness(Pooled):
    """Differences of the decades of rates within a point of the best rate; only as tuned."""

    tolerance: float = 1.0

    def __call__(self, answers: pd.DataFrame, procedure: Procedure) -> list[pd.Series]:
        """See `Pooled`."""
        if procedure != "tuned":
            return []
        return [(self._decades(answers, A) - self._decades(answers, B)).dropna().mean(axis=1) for A, B in self.pairs]

    def _decades(self, answers: pd.DataFrame, side: Side) -> pd.DataFrame:
        rows, data = tuned(side._whole(answers, self.data)), list(self.data)
        groups = rows[rows["L"] == side.L].groupby(["seed", "data"])["accuracy"]
        count = groups.agg(lambda scores: 0.5 * within_of_best(scores, self.tolerance))
        return count.unstack().reindex(columns=data).dropna() if len(count) else pd.DataFrame(columns=data)


def pooled(data: Sequence[str], *pairs: tuple[Side, Side]) -> Pooled:
    """See `Pooled`."""
    return Pooled(data, pairs)


@dataclass(frozen=True)
class Conclusion:
    """A conclusion on trial: its id, what it says, where or whose reading it is, the difference, and what to show."""

    id: str
    where: str
    says: str
    difference: str
    measured: Pooled
    relation: Relation
    margin: float = 0.5
    procedure: Procedure = "tuned"
    unit: str = "points"

    @property
    def experiments(self) -> set[str]:
        """The experiments that this conclusion reads."""
        sides = [side for pair in self.measured.pairs for side in pair]
        return {cell[0] for side in sides for cell in side.cells(self.measured.data)}

    def effects(self, answers: pd.DataFrame, procedure: Procedure | None = None) -> list[Effect]:
        """The effect of each part; empty where there is none."""
        parts = self.measured(answers, procedure or self.procedure)
        return [effect(part.to_numpy()) for part in parts if len(part)]

    def p_values(self, effects: Sequence[Effect]) -> tuple[float, float]:
        """The p values of "holds" and "fails": of several parts all must hold, or any must fail."""
        if not effects:
            return 1.0, 1.0
        m = self.margin
        tests: Mapping[Relation, tuple[Callable[[Effect], float], Callable[[Effect], float]]] = {
            "more": (lambda e: e.above(m), lambda e: e.below(m)),
            "equal": (lambda e: e.within(m), lambda e: e.outside(m)),
            "not less": (lambda e: e.above(-m), lambda e: e.below(-m)),
        }
        holds, fails = tests[self.relation]
        return max(map(holds, effects)), min(1.0, len(effects) * min(map(fails, effects)))

    def power(self, effects: Sequence[Effect], n: int) -> float:
        """Probability that n seeds decide, for means and spreads as seen: by all tests of "holds", or one of "fails".

        So of several tests of "holds" the least power counts, of several tests of "fails" the greatest.
        """
        m, each = self.margin, LEVEL / len(effects)
        tests: Mapping[Relation, tuple[Callable[[Effect], float], Callable[[Effect], float]]] = {
            "more": (lambda e: e.power_above(n, m), lambda e: e.power_below(n, m, each)),
            "equal": (lambda e: e.power_within(n, m), lambda e: e.power_outside(n, m, each)),
            "not less": (lambda e: e.power_above(n, -m), lambda e: e.power_below(n, -m, each)),
        }
        holds, fails = tests[self.relation]
        return max(min(map(holds, effects)), max(map(fails, effects)))

    def seeds_needed(self, effects: Sequence[Effect]) -> int | None:
        """The smallest number of seeds that decide with a power of 0.9; None if more than 24 are needed."""
        return seeds_needed(lambda n: self.power(effects, n)) if effects else None


@dataclass(frozen=True)
class Verdict:
    """What a look says of a conclusion: its effects as the paper ran it, as registered and at equal cost.

    `p` is corrected by Holm's method within the look.  `stage` is the one that decided, 0 if none has; `needed` is how
    many seeds the third stage gives a conclusion that two stages leave undecided, None if it is not extended.
    """

    conclusion: Conclusion
    paper: list[Effect]
    tuned: list[Effect]
    cost: list[Effect]
    p: float
    word: str
    stage: int = 0
    needed: int | None = None

    @property
    def decisive(self) -> list[Effect]:
        """The effects that decide."""
        return self.cost if self.conclusion.procedure == "cost" else self.tuned


def judged(answers: pd.DataFrame) -> list[Verdict]:
    """The verdicts of one look at what there is, with Holm's correction over all conclusions."""
    found = {c.id: {p: c.effects(answers, p) for p in PROCEDURES} for c in CONCLUSIONS}
    pairs = [c.p_values(found[c.id][c.procedure]) for c in CONCLUSIONS]
    corrected = holm([min(pair) for pair in pairs])
    words = decided([yes for yes, _ in pairs], [no for _, no in pairs], corrected)
    return [
        Verdict(c, found[c.id]["paper"], found[c.id]["tuned"], found[c.id]["cost"], p, word)
        for c, p, word in zip(CONCLUSIONS, corrected, words, strict=True)
    ]


PROCEDURES: tuple[Procedure, ...] = ("paper", "tuned", "cost")


def _map(variant: str, L: int | None = None, paper_L: int | None = None) -> Side:
    return Side(("study-map",), (variant,), L, paper_L)


def _sets(*variants: str, paper_L: int | None = None, L: int | None = None) -> Side:
    return Side(("study-sets", "study-long"), variants, L, paper_L)


def _width(d_hat: int, L: int, paper_L: int) -> Side:
    return Side(("study-width",), (f"zero, d_hat = {d_hat}",), L, paper_L)


def _method(net: str, loss: str, optimizer: str) -> Side:
    return Side(("study-methods",), (f"{net}, {loss}, {optimizer}",), paper_exponent=0.0)


PLAIN, RK4 = "StandardNet, uniform", "RK4Net, h = 0.05"
METHODS = list(product(LOSSES_COMPARED, OPTIMIZERS_COMPARED))
BASELINES = tuple(CLASSIFIERS)

CONCLUSIONS: tuple[Conclusion, ...] = (
    Conclusion(
        "depth-breaks-20",
        "4.2",
        "StandardNet breaks at 20 layers.",
        "spiral, StandardNet: L = 5 minus L = 20",
        pooled(["spiral"], (_map(PLAIN, 5), _map(PLAIN, 20))),
        "more",
    ),
    Conclusion(
        "depth-breaks-40",
        "4.2",
        "With 40 layers StandardNet is at chance.",
        "spiral, StandardNet: L = 5 minus L = 40",
        pooled(["spiral"], (_map(PLAIN, 5), _map(PLAIN, 40))),
        "more",
    ),
    Conclusion(
        "depth-breaks-any",
        "our reading of 4.2",
        "All deep feed-forward nets break.",
        "spiral: StandardNet, L = 5, minus orthogonal StandardNet, L = 40",
        pooled(["spiral"], (_map(PLAIN, 5), _map("StandardNet, orthogonal", 40))),
        "more",
    ),
    Conclusion(
        "depth-helps",
        "4.2",
        "RK4Net profits from depth.",
        "spiral, RK4Net, h = 0.05: L = 100 minus L = 3",
        pooled(["spiral"], (_map(RK4, 100), _map(RK4, 3))),
        "more",
    ),
    Conclusion(
        "deep-rk4-best",
        "our reading of 4.2",
        "Runge-Kutta nets of the best depth are better than StandardNet of the best depth.",
        "spiral: RK4Net, h = 0.05, minus StandardNet",
        pooled(["spiral"], (_map(RK4, paper_L=100), _map(PLAIN, paper_L=5))),
        "more",
    ),
    Conclusion(
        "equal-on-six",
        "4.4",
        "The three nets do equally well on six sets.",
        "six sets: RK4Net minus StandardNet; EulerNet minus StandardNet",
        pooled(
            MULTICLASS,
            (Side(("study-sets",), ("RK4Net",), None, 100), Side(("study-sets",), ("StandardNet",), None, 5)),
            (Side(("study-sets",), ("EulerNet",), None, 100), Side(("study-sets",), ("StandardNet",), None, 5)),
        ),
        "equal",
    ),
    Conclusion(
        "better-in-practice",
        "asked in 4.4, said of images in 4.5, which are not part of this study",
        "Runge-Kutta nets are superior in practice.",
        "ten sets: best of EulerNet and RK4Net minus StandardNet",
        pooled(PAPER_SETS, (_sets("EulerNet", "RK4Net", paper_L=100), _sets("StandardNet", paper_L=5))),
        "more",
        procedure="cost",
    ),
    Conclusion(
        "order-pays",
        "our question on 4.4",
        "RK4 is worth its four evaluations.",
        "ten sets: RK4Net minus EulerNet",
        pooled(PAPER_SETS, (_sets("RK4Net", paper_L=100), _sets("EulerNet", paper_L=100))),
        "more",
        procedure="cost",
    ),
    Conclusion(
        "more-robust",
        "our reading of 4.4",
        "Runge-Kutta nets are more robust: they train at more rates.",
        "six sets, decades of good rates: RK4Net, L = 100, minus StandardNet, L = 5",
        Robustness(MULTICLASS, [(Side(("study-sets",), ("RK4Net",), 100), Side(("study-sets",), ("StandardNet",), 5))]),
        "more",
        margin=0.25,
        unit="decades",
    ),
    Conclusion(
        "augmentation",
        "4.1",
        "An added dimension helps.",
        "donut_2D and squares, RK4Net at equal parameters: width 3 minus width 2",
        pooled(["donut_2D", "squares"], (_width(3, 50, 100), _width(2, 100, 100))),
        "more",
    ),
    Conclusion(
        "time-not-depth",
        "ours",
        "At a fixed time, depth does not matter.",
        "spiral, RK4Net, T = 1: L = 100 minus L = 1",
        pooled(["spiral"], (_map("RK4Net, T = 1", 100), _map("RK4Net, T = 1", 1))),
        "equal",
    ),
    Conclusion(
        "time-matters",
        "ours",
        "At a fixed depth, more time helps.",
        "spiral, RK4Net, L = 3: T = 1 minus h = 0.05",
        pooled(["spiral"], (_map("RK4Net, T = 1", 3), _map(RK4, 3))),
        "more",
    ),
    Conclusion(
        "promising",
        "our reading of 4.5",
        "Runge-Kutta nets are a promising architecture.",
        "ten sets: best of EulerNet and RK4Net minus the best baseline",
        pooled(PAPER_SETS, (_sets("EulerNet", "RK4Net", paper_L=100), Side(("study-baselines",), BASELINES))),
        "not less",
    ),
    Conclusion(
        "methods-alike",
        "4",
        "Losses and optimisers give similar results.",
        "spiral_3D, both nets: each method minus cross-entropy with Adam",
        pooled(
            ["spiral_3D"],
            *(
                (_method(net, *method), _method(net, *METHODS[0]))
                for net in ("StandardNet", "RK4Net")
                for method in METHODS[1:]
            ),
        ),
        "equal",
        margin=1.0,
    ),
    Conclusion(
        "activations-alike",
        "4.3",
        "All activations reach the same accuracy.",
        "donut_1D, RK4Net: each activation minus tanh",
        pooled(
            ["donut_1D"],
            *(
                (Side(("study-activation",), (other,)), Side(("study-activation",), ("tanh",)))
                for other in ("logistic", "relu", "softplus")
            ),
        ),
        "equal",
    ),
)
"""Every conclusion, in the order of the registration."""

"""The looks at the study: after which seeds its conclusions are judged, and which seeds the last stage adds.

What a look has decided stays decided.  A conclusion that two stages leave undecided takes part in the third only if
`Conclusion.seeds_needed` says that 24 seeds may decide it; the experiments that it reads are then extended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from rknet.study.trial.answers import CELLS
from rknet.study.trial.conclusions import Verdict, judged
from rknet.study.trial.grid import FIRST, STAGES

Sizes = Mapping[str, int]
"""How many seeds of each experiment count, from the first one on."""

TWO_STAGES = sum(map(len, STAGES.values()))
"""Seeds of the first two stages."""

UNDECIDED, NOT_YET = "undecided", "not yet"
"""The words for a conclusion that no look has decided, and for all of them before the first look."""


class Outcome(NamedTuple):
    """How far the study is.

    Attributes
    ----------
    stage
        The last stage of which every net is there; 0 if not even the first is whole.  The third is reached when every
        experiment has the seeds that it adds; if it adds none, the second is the last.
    verdicts
        Those after that stage; what an earlier look decided stays decided.
    added
        The seeds that the third stage adds, by experiment; empty if there are none, or before the second is whole.
    """

    stage: int
    verdicts: list[Verdict]
    added: dict[str, range]

    @property
    def ended(self) -> bool:
        """Whether no further seeds will be run."""
        return self.stage > len(STAGES) or (self.stage == len(STAGES) and not self.added)


def looked(answers: pd.DataFrame) -> Outcome:
    """The study after the looks that its answers allow.

    Before the first stage is whole, effects are those of the seeds that there are, and every word is "not yet".
    """
    looks, added = _looks(answers)
    verdicts = _standing(looks) if looks else [replace(verdict, word=NOT_YET) for verdict in judged(answers)]
    return Outcome(
        len(looks), verdicts, {name: range(FIRST + TWO_STAGES, FIRST + size) for name, size in added.items()}
    )


def _looks(answers: pd.DataFrame) -> tuple[list[list[Verdict]], Sizes]:
    """What each look says on its own, one for each stage that is whole; and how far the third extends experiments."""
    found: list[list[Verdict]] = []
    sizes: dict[str, int] = {}
    for seeds in STAGES.values():
        sizes = dict.fromkeys((cell[0] for cell in CELLS), seeds.stop - FIRST)
        if not _whole(answers, sizes):
            return found, {}
        found.append(judged(_first(answers, sizes)))
    added = _extended(_standing(found))
    if added and _whole(answers, sizes | added):
        found.append(judged(_first(answers, sizes | added)))
    return found, added


def _standing(looks: Sequence[Sequence[Verdict]]) -> list[Verdict]:
    """The verdicts after several looks: the effects of the last, the word and the stage of the first that decided."""
    standing = [replace(verdict, word=UNDECIDED) for verdict in looks[0]]
    for stage, look in enumerate(looks, start=1):
        standing = [_after(stage, before, now) for before, now in zip(standing, look, strict=True)]
    return standing


def _after(stage: int, before: Verdict, now: Verdict) -> Verdict:
    """A verdict after a further look.  The third does not decide what the second gave up."""
    if before.stage or (stage > len(STAGES) and before.needed is None):
        return replace(now, word=before.word, stage=before.stage)
    if now.word != UNDECIDED:
        return replace(now, stage=stage, needed=before.needed)
    needed = now.conclusion.seeds_needed(now.decisive) if stage == len(STAGES) else before.needed
    return replace(now, needed=needed)


def _extended(standing: Sequence[Verdict]) -> dict[str, int]:
    """How many seeds each experiment needs that an undecided conclusion reads, as many as its hungriest one.

    Experiments whose conclusions need no more seeds than the first two stages gave are left out.
    """
    sizes: dict[str, int] = {}
    for verdict in standing:
        for name in verdict.conclusion.experiments if verdict.needed else ():
            sizes[name] = max(sizes.get(name, 0), verdict.needed or 0)
    return {name: size for name, size in sizes.items() if size > TWO_STAGES}


def _whole(answers: pd.DataFrame, sizes: Sizes) -> bool:
    keys = ["experiment", "data", "variant", "seed"]
    there = set(answers[keys].drop_duplicates().itertuples(index=False, name=None)) if len(answers) else set()
    return all((*cell, seed) in there for cell in CELLS for seed in range(FIRST, FIRST + sizes[cell[0]]))


def _first(answers: pd.DataFrame, sizes: Sizes) -> pd.DataFrame:
    """The answers of the first so many seeds of each experiment."""
    return answers[answers["seed"] < FIRST + answers["experiment"].map(sizes)]

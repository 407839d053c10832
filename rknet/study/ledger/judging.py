"""Verdicts: each claim against the evidence, by the rule that `claims.yml` states.

What is judged is rounded and kept in `verdicts.json`; a test judges again from the records and compares.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rknet import files
from rknet.data import bayes
from rknet.decoding import convert
from rknet.study.ledger import statistics, wording
from rknet.study.ledger.claims import NUMBERS, Cell, Claims, Part, Region, Sentence, configuration_of
from rknet.study.ledger.evidence import Evidence, asked
from rknet.study.ledger.measurements import MEASUREMENTS
from rknet.study.ledger.quantities import QUANTITIES
from rknet.study.ledger.statistics import ESTIMATES

VERDICTS = Path(__file__).resolve().with_name("verdicts.json")
"""The verdicts that the book shows."""

COMPATIBLE, NOT_COMPATIBLE, NOT_TESTABLE = WORDS = ("compatible", "not compatible", "not testable")
"""What a verdict can be."""

PRINTED_RUNS = 4
"""Repetitions behind each number that Tables 1 to 6 print."""

NOT_RUN = "Not run yet"
"""How the reason of a verdict begins that waits for runs."""

ALIKE = "All runs have the same number here, so a ratio of variances is not defined."
"""The reason of a verdict where the rule asks for an F test and a standard deviation is zero."""

OTHER_IMAGES = "Runs of one seed are compared, and they had different images."
"""The reason of a verdict whose runs have the same seed and not the same images."""

SEEDS = "4-23"
"""The seeds that decide where a claim names no others; a test compares with `claims.yml`."""

LEAST = 5
"""Fewer repetitions than these, where a part looks at some of them only, decide nothing."""

MEANS = ("mean", "bootstrap_mean", "median", "pooled_mean")
"""Statistics that lie where the numbers lie."""

SHARES = {
    *("train_accuracy", "val_accuracy", "first_accuracy", "early_accuracy", "later_accuracy"),
    *("agreement", "agreement_with_next", "agreement_with_bayes", "tail", "opposite_sides", "same_class_by_angle"),
}
"""Quantities that are shares of points, in percent."""

DECIMALS = 4
"""Decimals kept of accuracies in percent, costs times 10, and whatever else is estimated."""


Number = int | float
"""A number as a rule or a file writes it: 0 stays 0, and does not become 0.0."""


@dataclass(frozen=True)
class Finding:
    """A number, its interval, and what it is compared with.

    Attributes
    ----------
    what
        Quantity, statistic and rows in words.
    runs
        Number of repetitions, or of pairs of them, that decide.
    estimate, low, high
        Its value for the seeds that decide, and the interval; None where it could not be taken.
    four
        Its value for seeds 0 to 3, the paper's own repetitions, where these were run.
    paper
        The printed number of a cell.
    p, corrected
        P value of a cell, alone and after Holm's correction over its table.
    surely
        The interval that holds for all numbers of a sentence at once; None where there is but one number.
    region
        Where the interval should lie.
    bayes
        The best possible value of a validation accuracy.
    verdict
        Of this number alone.
    """

    what: str
    unit: str
    runs: int = 0
    estimate: Number | None = None
    low: Number | None = None
    high: Number | None = None
    four: Number | None = None
    paper: Number | None = None
    p: Number | None = None
    corrected: Number | None = None
    surely: tuple[Number, Number] | None = None
    region: tuple[Number | None, Number | None] | None = None
    bayes: Number | None = None
    verdict: str = NOT_TESTABLE


@dataclass(frozen=True)
class Verdict:
    """A claim with its verdict, all that it rests on, and the experiments behind it; `reason` where not testable.

    `seeds` are those that decide, as the command line writes them.
    """

    id: str
    where: str
    says: str
    rule: str
    verdict: str
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    experiments: tuple[str, ...] = ()
    measured: bool = False
    seeds: str = SEEDS


def judge(claims: Claims, evidence: Evidence) -> dict[str, Verdict]:
    """The verdict on every claim, by id."""
    judged: list[Verdict] = []
    for cells in claims.tables.values():
        judged += _table(cells, claims, evidence)
    judged += [_sentence(sentence, claims, evidence) for sentence in claims.sentences]
    return {verdict.id: verdict for verdict in judged}


# ---------------------------------------------------------------- tables


def _table(cells: Sequence[Cell], claims: Claims, evidence: Evidence) -> list[Verdict]:
    verdicts = [_cell(cell, claims, evidence) for cell in cells]
    family = [i for i, verdict in enumerate(verdicts) if verdict.findings[0].paper is not None]
    ps = [verdicts[i].findings[0].p for i in family]
    # What was printed makes the family: a cell without a test counts with p = 1.
    corrected = statistics.holm([1.0 if p is None else p for p in ps])
    for i, alone, p in zip(family, ps, corrected, strict=True):
        if alone is None:
            continue
        word = COMPATIBLE if p >= 1 - claims.level else NOT_COMPATIBLE
        finding = replace(verdicts[i].findings[0], corrected=p, verdict=word)
        verdicts[i] = replace(verdicts[i], verdict=word, findings=(finding,))
    return [replace(verdict, findings=tuple(map(_rounded, verdict.findings))) for verdict in verdicts]


def _cell(cell: Cell, claims: Claims, evidence: Evidence) -> Verdict:
    part, seeds = Part((cell.quantity,), ((cell.row,),)), cell.seeds or claims.seeds
    values = evidence.column(part, seeds)
    missing = evidence.missing(part, seeds)
    experiment, _, row = cell.row.partition("/")
    quantity = QUANTITIES[cell.quantity]
    what = f"{'standard deviation' if cell.of_sd else 'mean'} of the {quantity.words}, {row}"
    finding = Finding(what, quantity.unit, runs=len(values), paper=cell.printed)
    verdict = Verdict(
        cell.id, cell.where, what, _rule(cell), NOT_TESTABLE, experiments=(experiment,), seeds=_written(seeds)
    )
    configuration = configuration_of(cell.row)
    if cell.quantity == "val_accuracy" and not cell.of_sd and not configuration.images:
        finding = replace(finding, bayes=100 * bayes.accuracy(configuration.data))
    if missing:
        return replace(verdict, findings=(finding,), reason=_not_run(missing, asked(part, seeds)))
    # The paper's standard deviations are those of a population.
    summary = (lambda v: float(v.std())) if cell.of_sd else (lambda v: float(v.mean()))
    four = evidence.column(part, range(PRINTED_RUNS))
    finding = replace(finding, estimate=summary(values), four=summary(four) if len(four) == PRINTED_RUNS else None)
    if cell.printed is None:
        return replace(verdict, findings=(finding,), reason="The printed number is illegible in the text at hand.")
    if cell.of_sd and not np.ptp(values):
        return replace(verdict, findings=(finding,), reason=ALIKE)
    interval, p = _test(cell, values, cell.printed, claims.level)
    low, high = _clipped(interval, Region(0, 100) if quantity.unit == "%" and not cell.of_sd else Region())
    return replace(verdict, findings=(replace(finding, low=low, high=high, p=p),))


def _test(cell: Cell, values: NDArray[Any], printed: float, level: float) -> tuple[statistics.Interval, float]:
    if cell.of_sd:
        return statistics.variance_ratio(PRINTED_RUNS, values, printed, level)
    if cell.sd is not None:
        return statistics.welch(PRINTED_RUNS, values, printed, cell.sd, level)
    test = statistics.mean_of_skewed if cell.skewed else statistics.mean_of
    return test(PRINTED_RUNS, values, printed, level)


def _rule(cell: Cell) -> str:
    if cell.of_sd:
        test = "the ratio of variances, F(3, R - 1)"
    elif cell.sd is not None:
        test = "Welch's test with the printed sd times sqrt(4/3)"
    elif cell.skewed:
        test = "the bootstrap of a mean of four less a mean of R"
    else:
        test = "the 95 % prediction interval of a mean of four, t(0.975, R - 1) s sqrt(1/4 + 1/R)"
    return f"Could the printed number be one of ours? By {test}; 5 % level, Holm's correction over the table."


# ---------------------------------------------------------------- sentences


def _sentence(sentence: Sentence, claims: Claims, evidence: Evidence) -> Verdict:
    verdict = Verdict(sentence.id, sentence.where, sentence.says, sentence.rule, NOT_TESTABLE, sentence.reason)
    if not sentence.parts:
        return verdict
    error, seeds = 1 - claims.level, sentence.seeds or claims.seeds
    findings = [_part(part, seeds, error, len(sentence.parts), evidence) for part in sentence.parts]
    runs = {run for part in sentence.parts for run in asked(part, seeds)}
    missing = {run for part in sentence.parts for run in evidence.missing(part, seeds)}
    words = {finding.verdict for finding in findings}
    if any(evidence.unlike(part, seed) for part in sentence.parts for seed in seeds):
        word, reason = NOT_TESTABLE, OTHER_IMAGES
    elif missing:
        word, reason = NOT_TESTABLE, _not_run(missing, runs)
    elif NOT_COMPATIBLE in words:
        word, reason = NOT_COMPATIBLE, ""
    elif NOT_TESTABLE in words:
        word, reason = NOT_TESTABLE, _undecided(findings, _least(seeds))
    else:
        word, reason = COMPATIBLE, ""
    rows = [row for part in sentence.parts for row in part.rows]
    names = {name for part in sentence.parts for name in (*part.quantities, *part.only)}
    return replace(
        verdict,
        verdict=word,
        reason=reason,
        findings=tuple(map(_rounded, findings)),
        experiments=tuple(dict.fromkeys(row.partition("/")[0] for row in rows)),
        measured=bool(names & MEASUREMENTS.keys()),
        seeds=_written(seeds),
    )


def _part(part: Part, seeds: Sequence[int], error: float, parts: int, evidence: Evidence) -> Finding:
    """One number of a sentence.  Either verdict on it is a one-sided test; its `error` is shared for a refusal alone.

    A sentence is compatible if all its parts are, which needs no correction (an intersection-union test), and not
    compatible if any one is refused, which does (Bonferroni).
    """
    values, four = evidence.column(part, seeds), evidence.column(part, range(PRINTED_RUNS))
    unit = NUMBERS[part.quantities[0]].unit
    if part.statistic in ("rank_correlation", "share_positive", "fewer_layers_needed", "sd_ratio"):
        unit = {"fewer_layers_needed": "steps of depth"}.get(part.statistic, "")
    elif unit == "%" and part.minus != 0.0:
        unit = "points"
    region = (_limit(part.within.low), _limit(part.within.high))
    finding = Finding(wording.words(part), unit, len(values), region=region)
    if len(values) < _least(seeds):
        return finding
    if part.statistic == "sd_ratio" and not np.ptp(values, axis=0).all():
        return finding
    statistic, whole = ESTIMATES[part.statistic], _whole(part)
    low, high = _clipped(statistics.interval(part.statistic, values, 1 - 2 * error), whole)
    surely = _clipped(statistics.interval(part.statistic, values, 1 - 2 * error / parts), whole)
    return replace(
        finding,
        estimate=statistic(values),
        low=low,
        high=high,
        surely=surely if parts > 1 else None,
        four=statistic(four) if len(four) == PRINTED_RUNS else None,
        verdict=_decided((low, high), surely, part.within),
    )


def _whole(part: Part) -> Region:
    """What a number can be at all: a share, of which nothing is subtracted, lies between 0 and 100 percent."""
    shares = set(part.quantities) <= SHARES and part.minus == 0.0 and part.statistic in MEANS
    return Region(0, 100) if shares else Region()


def _clipped(interval: statistics.Interval, whole: Region) -> statistics.Interval:
    low, high = np.clip(interval, whole.low, whole.high)
    return float(low), float(high)


def _decided(each: statistics.Interval, surely: statistics.Interval, region: Region) -> str:
    if region.low < each[0] and each[1] < region.high:
        return COMPATIBLE
    return NOT_COMPATIBLE if surely[1] < region.low or surely[0] > region.high else NOT_TESTABLE


def _limit(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _written(seeds: Sequence[int]) -> str:
    return f"{seeds[0]}-{seeds[-1]}"


def _not_run(missing: Collection[object], asked: Collection[object]) -> str:
    return f"{NOT_RUN}, or not measured: {len(missing)} of the {len(asked)} runs that decide."


def _least(seeds: Sequence[int]) -> int:
    """How many repetitions a part needs to decide anything."""
    return min(LEAST, len(seeds))


def _undecided(findings: Iterable[Finding], least: int) -> str:
    without = [finding.runs for finding in findings if finding.estimate is None]
    if without and min(without) >= least:
        return ALIKE
    if without:
        return f"Only {min(without)} repetitions are of the kind that the sentence speaks of."
    return "These runs cannot tell: an interval lies neither in its region nor outside."


# ---------------------------------------------------------------- files


def _rounded(finding: Finding) -> Finding:
    """The number rounded so that the file is the same on every machine; -0.0 becomes 0."""
    numbers: dict[str, Any] = {
        name: round(value, DECIMALS) + 0.0 for name, value in asdict(finding).items() if isinstance(value, float)
    }
    if finding.surely is not None:
        numbers["surely"] = tuple(round(value, DECIMALS) + 0.0 for value in finding.surely)
    return replace(finding, **numbers)


def write(verdicts: Iterable[Verdict], path: Path | None = None) -> None:
    """Write verdicts in one step, one claim a line; by default those that the book shows."""
    path = path or VERDICTS
    text = "[\n" + ",\n".join(json.dumps(_sparse(asdict(verdict))) for verdict in verdicts) + "\n]\n"
    files.write(path, text.encode())


def stored(path: Path | None = None) -> dict[str, Verdict]:
    """The verdicts of a file, by default those that the book shows, by id; none where there is no file."""
    path = path or VERDICTS
    if not path.exists():
        return {}
    try:
        verdicts = convert(json.loads(files.read(path)), list[Verdict])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: must hold verdicts, got {error}; make it again: rknet claims --write") from None
    return {verdict.id: verdict for verdict in verdicts}


def _sparse(entry: dict[str, Any]) -> dict[str, Any]:
    findings = [{k: v for k, v in finding.items() if v is not None} for finding in entry["findings"]]
    return {**entry, "findings": findings}

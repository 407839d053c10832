"""Verdicts as a reader meets them: a box in a chapter, rows of the ledger's page, lines of a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from rknet.checks import choose
from rknet.study.ledger.judging import (
    COMPATIBLE,
    NOT_COMPATIBLE,
    NOT_RUN,
    NOT_TESTABLE,
    WORDS,
    Finding,
    Verdict,
    stored,
)

CELLS, SENTENCES = "ledger_cells.html", "ledger_sentences.html"
"""The pages of the records, as a neighbour in `book/chapters` links to them."""


TIMES_TEN = "x 10"
"""The unit of a cost, which the paper prints times 10."""


class Box:
    """What a notebook shows of verdicts: HTML on a page, words in a terminal."""

    def __init__(self, html: str, words: str) -> None:
        self.html, self.words = html, words

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.words


def verdict_box(*ids: str, folder: str = "") -> Box:
    """The boxes of claims, one below the other; an id such as ``table1`` stands for a whole table.

    Parameters
    ----------
    ids
        Ids of claims in `claims.yml`, or of tables.
    folder
        Where the pages of the records are as seen from where the box stands: ``"chapters/"`` for the first page.

    Raises
    ------
    ValueError
        If an id is unknown.
    """
    known = stored()
    html, words = [], []
    for name in ids:
        cells = [verdict for verdict in known.values() if verdict.id.startswith(f"{name}-") and verdict.findings]
        if name not in known and cells and cells[0].findings[0].paper is not None:
            html.append(_table_box(name, cells, folder))
            words.append(_table_words(cells))
        else:
            verdict = choose("id", name, known)
            html.append(_claim_box(verdict, folder))
            words.append(line(verdict))
    return Box("\n".join(html), "\n".join(words))


def record(id: str) -> str:
    """Address of the record of a claim or of a table, as seen from `book/chapters`."""
    return f"{CELLS if id.startswith('table') else SENTENCES}#{id}"


def line(verdict: Verdict) -> str:
    """A verdict in one line: the word, what was found, the rule, the command."""
    parts = [f"{verdict.verdict.capitalize()}.", *_facts(verdict)]
    return " ".join([*parts, f"Rule: {verdict.rule}" if verdict.rule else "", f"Rerun: {command(verdict)}"]).strip()


def command(verdict: Verdict) -> str:
    """What reproduces a verdict in a terminal."""
    judging = f"rknet claims {verdict.id}{' --measure' if verdict.measured else ''}"
    if not verdict.experiments:
        return judging
    return f"rknet run {' '.join(verdict.experiments)} --seeds {verdict.seeds} && {judging}"


def number(value: float | None, unit: str = "") -> str:
    """A number as the pages print it: two decimals, or what has at least two significant digits."""
    if value is None:
        return "none"
    text = f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"
    return f"{text.replace('-', '−')}{' ' + unit if unit else ''}"


def named(finding: Finding, what: str = "") -> str:
    """What a finding's number is, in words, or `what` says, with the factor by which the paper multiplies costs."""
    return f"{'10 × ' if finding.unit == TIMES_TEN else ''}{what or finding.what}"


def unit(finding: Finding) -> str:
    """What stands behind a finding's number; a factor stands before the number's name."""
    return "" if finding.unit == TIMES_TEN else finding.unit


def region(finding: Finding) -> str:
    """Where a number of a sentence should lie."""
    low, high = finding.region or (None, None)
    if low is None and high is None:
        return ""
    if low is None or high is None:
        text = f"above {low:g}" if low is not None else f"below {high:g}"
    else:
        text = f"between {low:g} and {high:g}"
    return text.replace("-", "−")


def interval(finding: Finding) -> str:
    """The interval of a finding."""
    if finding.low is None:
        return "none"
    return f"{number(finding.low)} to {number(finding.high)}"


def summary(verdicts: Iterable[Verdict]) -> str:
    """How many verdicts of each kind."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])


def _facts(verdict: Verdict) -> list[str]:
    """Sentences on what the verdict rests on; of many numbers, the one that decides or is nearest to it."""
    facts = [verdict.reason] if verdict.reason else []
    findings = [finding for finding in verdict.findings if finding.estimate is not None]
    if not findings:
        return facts
    shown = _decisive(findings)
    if shown.paper is not None or shown.what.startswith(("mean of the", "standard deviation of the")):
        paper = "illegible" if shown.paper is None else number(shown.paper, unit(shown))
        printed = "10 × cost: paper" if shown.unit == TIMES_TEN else "Paper"
        facts.append(f"{printed} {paper}; here {number(shown.estimate)}, {shown.runs} seeds, 95 % of means of four in")
        facts[-1] += f" {interval(shown)}."
        if shown.bayes is not None:
            facts.append(f"Bayes limit {number(shown.bayes, '%')}.")
        return facts
    what = named(shown)[0].upper() + named(shown)[1:]
    needed = f"; the claim needs a number {region(shown)}" if region(shown) else ""
    found = f"{number(shown.estimate, unit(shown))} from {shown.runs} repetitions, interval {interval(shown)}"
    facts.append(f"{what}: {found}{needed}.")
    if len(findings) > 1:
        waits = verdict.reason.startswith(NOT_RUN)
        facts.append(
            f"This is one of {len(findings)} numbers." if waits else f"Of {len(findings)} numbers, this one decides."
        )
    return facts


def _decisive(findings: Sequence[Finding]) -> Finding:
    """The first finding with the gravest verdict."""
    order = (NOT_COMPATIBLE, *[word for word in reversed(WORDS) if word != NOT_COMPATIBLE])
    return min(findings, key=lambda finding: order.index(finding.verdict))


def _claim_box(verdict: Verdict, folder: str) -> str:
    says = "" if verdict.id.startswith("table") else f"<em>{escape(verdict.says)}</em> "
    rule = f"{escape(verdict.rule)} " if verdict.rule else ""
    return _box(
        verdict.verdict, says + " ".join(map(escape, _facts(verdict))), rule, command(verdict), verdict.id, folder
    )


def _table_words(cells: Sequence[Verdict]) -> str:
    against = [cell.findings[0].what for cell in cells if cell.verdict == NOT_COMPATIBLE]
    waiting = sum(cell.reason.startswith(NOT_RUN) for cell in cells)
    counts = {cell.findings[0].runs for cell in cells}
    runs = " to ".join(str(count) for count in sorted({min(counts), max(counts)}))
    return "".join(
        [
            f"{summary(cells).capitalize()}, of {len(cells)} cells; {runs} repetitions of each.",
            f" Against: {'; '.join(against)}." if against else "",
            f" {waiting} cells wait for runs." if waiting else "",
        ]
    )


def _table_box(name: str, cells: Sequence[Verdict], folder: str) -> str:
    words = {cell.verdict for cell in cells}
    word = next(word for word in (NOT_COMPATIBLE, COMPATIBLE, NOT_TESTABLE) if word in words)
    rerun = f"rknet run {' '.join(cells[0].experiments)} --seeds {cells[0].seeds} && rknet claims {name}"
    return _box(word, escape(_table_words(cells)), "", rerun, name, folder)


def _box(word: str, body: str, rule: str, rerun: str, id: str, folder: str) -> str:
    style, address = word.replace(" ", "-"), f"{escape(folder)}{record(id)}"
    return (
        f'<div class="verdict {style}"><p><strong><a href="{address}">{word.capitalize()}</a>.</strong> {body}</p>'
        f"<details><summary>Rule and command</summary><p>{rule}Rerun: <code>{escape(rerun)}</code></p></details></div>"
    )

"""The ledger's pages: every verdict with all that it rests on, as tables that a screen reader reads aloud."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from rknet.study.ledger import claims, trivial
from rknet.study.ledger.boxes import PAGE, Box, command, interval, number, summary
from rknet.study.ledger.changes import ADDED, RETIRED, Change
from rknet.study.ledger.judging import Finding, Verdict
from rknet.study.ledger.statistics import detectable

EACH = 0.9
"""Level of the interval of each number of a sentence, whose two ends leave 5 % each."""

PLACES = ("4.1", "4.2", "4.3", "4.4", "4.5")
"""The parts of Section 4 that have numbers of their own."""

trivial_scores = functools.cache(trivial.stored)


@functools.cache
def reasons() -> dict[str, str]:
    """Why a rule lets answers pass that took no learning, by sentence."""
    return {sentence.id: sentence.trivial for sentence in claims.read().sentences}


def by_place(rules: claims.Claims, verdicts: Mapping[str, Verdict]) -> dict[str, list[Verdict]]:
    """The verdicts on each of the paper's tables, and on the sentences of each part of Section 4, in that order."""
    sentences = [verdicts[sentence.id] for sentence in rules.sentences]
    parts = {place: [v for v in sentences if v.where.startswith(f"Section {place}")] for place in PLACES}
    first = [v for v in sentences if not any(v in part for part in parts.values())]
    return {
        **{f"Table {name[-1]}": [verdicts[cell.id] for cell in cells] for name, cells in rules.tables.items()},
        **{f"sentences of Section {place}": part for place, part in parts.items()},
        "sentences of Section 4, before 4.1": first,
    }


def table(name: str, caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table in a box that scrolls; the first cell of each row is its heading.  Cells are HTML."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="ledger-table" role="region" tabindex="0" aria-labelledby="{name}-caption">\n<table id="{name}">\n'
        f'<caption id="{name}-caption">{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


CELL_COLUMNS: dict[str, Callable[[Finding], str]] = {
    "paper": lambda f: number(f.paper) if f.paper is not None else "illegible",
    "here": lambda f: number(f.estimate),
    "95 % of means of four": interval,
    "seeds 0 to 3": lambda f: number(f.four),
    "Bayes limit": lambda f: number(f.bayes) if f.bayes is not None else "",
    "p": lambda f: _p(f.p),
    "p by Holm": lambda f: _p(f.corrected),
}


def cells(name: str, caption: str, verdicts: Sequence[Verdict]) -> Box:
    """The verdicts on a table's cells, one per row, each the target of links to its id."""
    rows = [
        [
            f'<span id="{verdict.id}">{escape(finding.what)}, {escape(finding.unit)}</span>',
            *(column(finding) for column in CELL_COLUMNS.values()),
            _word(verdict.verdict),
        ]
        for verdict in verdicts
        for finding in verdict.findings
    ]
    html = table(name, caption, ["cell", *CELL_COLUMNS, "verdict"], rows)
    return Box(f"{html}\n<p>Rerun: <code>{escape(_rerun(verdicts))} {name}</code></p>", summary(verdicts))


def sentences(verdicts: Sequence[Verdict]) -> Box:
    """The verdicts on sentences: what is said, the rule, every number, the command."""
    return Box("\n".join(map(_sentence, verdicts)), summary(verdicts))


def overview(families: dict[str, Sequence[Verdict]]) -> Box:
    """How many claims of each family have which verdict."""
    words = ("compatible", "not compatible", "not testable")
    rows = [
        [escape(family), str(len(members)), *(str(sum(v.verdict == word for v in members)) for word in words)]
        for family, members in families.items()
    ]
    everything = [verdict for members in families.values() for verdict in members]
    totals = [str(sum(v.verdict == word for v in everything)) for word in words]
    rows.append(["<strong>all</strong>", *(f"<strong>{n}</strong>" for n in (str(len(everything)), *totals))])
    html = table("overview", "Verdicts by place in the paper", ["", "claims", *words], rows)
    return Box(html, summary(everything))


def log(changes: Sequence[Change], verdicts: Mapping[str, Verdict]) -> Box:
    """What was changed after numbers were seen: what, why, and each verdict before and now."""
    rows = [
        [escape(change.what), escape(change.why), "<br>".join(_turned(change, verdicts)) or "no verdict changed"]
        for change in changes
    ]
    caption = "Changes after numbers were seen, the first one first"
    return Box(table("changes", caption, ["change", "why", "verdict before → now"], rows), f"{len(rows)} changes")


def _turned(change: Change, verdicts: Mapping[str, Verdict]) -> list[str]:
    turned = []
    for name, before in change.before.items():
        now = RETIRED if name in change.retired else verdicts[name].verdict
        old = "no claim" if before == ADDED else before
        named = escape(name) if now == RETIRED else f'<a href="{PAGE}#{name}">{escape(name)}</a>'
        turned.append(f"{named}: {old} → {now}")
    return turned


def _sentence(verdict: Verdict) -> str:
    rule = f"<p><em>Rule:</em> {escape(verdict.rule)}{_without_learning(verdict)}</p>" if verdict.rule else ""
    reason = f" {escape(verdict.reason)}" if verdict.reason else ""
    return (
        f'<div class="verdict {verdict.verdict.replace(" ", "-")} record" id="{verdict.id}">'
        f"<p><strong>{verdict.verdict.capitalize()}.</strong> <em>{escape(verdict.says)}</em> "
        f"({escape(verdict.where)}){reason}</p>{rule}{_numbers(verdict)}</div>"
    )


def _without_learning(verdict: Verdict) -> str:
    """What the trivial answers reach."""
    found = trivial_scores().get(verdict.id, {})
    reached = [f"{name} {number(score.estimate)} ({score.verdict})" for name, score in found.items()]
    why = reasons().get(verdict.id, "")
    return f"<br><em>Without learning:</em> {escape('; '.join(reached))}. {escape(why)}" if reached else ""


def _numbers(verdict: Verdict) -> str:
    if not verdict.findings:
        return ""
    rows = [
        [
            escape(f.what),
            number(f.estimate, f.unit),
            interval(f),
            _region(f),
            _detectable(f),
            number(f.four) if f.four is not None else "",
            str(f.runs),
            _word(f.verdict),
        ]
        for f in verdict.findings
    ]
    columns = ["number", "here", "interval", "should lie", "detects", "seeds 0 to 3", "repetitions", "verdict"]
    count = f"{len(rows)} numbers" if len(rows) > 1 else "The number"
    numbers = table(f"{verdict.id}-numbers", f"What decides {verdict.id}", columns, rows)
    rerun = f"<p>Rerun: <code>{escape(command(verdict))}</code></p>"
    return f"<details><summary>{count} and the command</summary>{numbers}{rerun}</details>"


def _detectable(finding: Finding) -> str:
    """The least distance from a region's border that is decided with probability 80 %."""
    if finding.low is None or finding.high is None:
        return ""
    return number(detectable(finding.low, finding.high, EACH))


def _region(finding: Finding) -> str:
    low, high = finding.region or (None, None)
    if low is None or high is None:
        return f"above {low:g}" if low is not None else f"below {high:g}"
    return f"{low:g} to {high:g}".replace("-", "−")


def _p(p: float | None) -> str:
    return "" if p is None else "&lt; 0.001" if p < 0.001 else f"{p:.3f}"


def _word(word: str) -> str:
    return f'<span class="word {word.replace(" ", "-")}">{word}</span>'


def _rerun(verdicts: Sequence[Verdict]) -> str:
    line = command(verdicts[0])
    return line[: line.rindex(" ")]

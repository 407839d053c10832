"""The ledger's pages: every verdict with all that it rests on, as tables that a screen reader reads aloud."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote

from rknet.study.ledger import claims, trivial
from rknet.study.ledger.boxes import Box, command, interval, named, number, record, region, summary, unit
from rknet.study.ledger.changes import ADDED, RETIRED, Change
from rknet.study.ledger.judging import Finding, Verdict
from rknet.study.ledger.statistics import detectable

EACH = 0.9
"""Level of the interval of each number of a sentence, whose two ends leave 5 % each."""

EVERY = "ledger_records.html"
"""The page with `every`, as a neighbour in `book/chapters` links to it."""

WITHOUT_LEARNING = {
    "untrained": "for untrained nets",
    "commonest class": "if every answer is the commonest class",
    "logistic regression": "for logistic regression",
}
"""The trivial answers in words."""

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


def table(
    name: str,
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    heading: int = 0,
    style: str = "",
) -> str:
    """An HTML table in a box that scrolls; the cell number `heading` of each row is its heading.  Cells are HTML."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{cell}</th>' if place == heading else f"<td>{cell}</td>" for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    box = f'class="{f"ledger-table {style}".strip()}" role="region" tabindex="0" aria-labelledby="{name}-caption"'
    return (
        f'<div {box}>\n<table id="{name}">\n'
        f'<caption id="{name}-caption">{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def word(verdict: str) -> str:
    """The word of a verdict in its colour, as HTML."""
    return f'<span class="word {verdict.replace(" ", "-")}">{verdict}</span>'


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
            word(verdict.verdict),
            f'<span id="{verdict.id}">{_cell(finding)}</span>',
            *(column(finding) for column in CELL_COLUMNS.values()),
        ]
        for verdict in verdicts
        for finding in verdict.findings
    ]
    html = table(name, caption, ["verdict", "cell", *CELL_COLUMNS], rows, heading=1, style="verdicts")
    return Box(f"{html}\n<p>Rerun: <code>{escape(_rerun(verdicts))} {name}</code></p>", summary(verdicts))


def every(verdicts: Sequence[Verdict]) -> Box:
    """All claims, one per short row that leads to its record; a script of the page filters, searches and sorts them."""
    rows = [
        [
            word(verdict.verdict),
            escape(verdict.where.removeprefix("Section ").removesuffix(", in the text")),
            f'<a href="{record(verdict.id)}">{_claim(verdict)}</a>',
            *_compared(verdict),
        ]
        for verdict in verdicts
    ]
    columns = ["verdict", "section", "claim", "paper", "here"]
    caption = "All claims: a printed number beside our mean, or how many numbers of a sentence lie where they should"
    html = table("claims", caption, columns, rows, heading=2, style="words verdicts filtered")
    return Box(html, summary(verdicts))


def _is_cell(verdict: Verdict) -> bool:
    return verdict.id.startswith("table")


def _cell(finding: Finding) -> str:
    """A cell of a table in words: that it is a mean goes without saying."""
    what = escape(named(finding, finding.what.removeprefix("mean of the ")))
    return f"{what}&nbsp;({escape(unit(finding))})" if unit(finding) else what


def _claim(verdict: Verdict) -> str:
    """What is claimed: a cell's number in words, or what a sentence says."""
    return _cell(verdict.findings[0]) if _is_cell(verdict) else escape(verdict.says)


def _compared(verdict: Verdict) -> tuple[str, str]:
    """What the paper prints and what we found, in two short cells."""
    if not verdict.findings:
        return "", "no test"
    (first, *others) = verdict.findings
    if _is_cell(verdict):
        return CELL_COLUMNS["paper"](first), number(first.estimate)
    found = [f.verdict for f in verdict.findings].count("compatible")
    return "", f"{found} of {1 + len(others)}"


def sentences(verdicts: Sequence[Verdict]) -> Box:
    """The verdicts on sentences: what is said, the rule, every number, the command."""
    return Box("\n".join(map(_sentence, verdicts)), summary(verdicts))


def overview(families: dict[str, Sequence[Verdict]]) -> Box:
    """How many claims of each family have which verdict; a sum leads to its claims in the table of all."""
    words = ("compatible", "not compatible", "not testable")
    rows = [
        [escape(family), str(len(members)), *(str(sum(v.verdict == of for v in members)) for of in words)]
        for family, members in families.items()
    ]
    everything = [verdict for members in families.values() for verdict in members]
    totals = {"": len(everything)} | {f"?verdict={quote(of)}": sum(v.verdict == of for v in everything) for of in words}
    sums = [f'<strong><a href="{EVERY}{query}">{count}</a></strong>' for query, count in totals.items()]
    rows.append(["<strong>all</strong>", *sums])
    html = table("overview", "Verdicts by place in the paper", ["", "claims", *words], rows)
    return Box(html, summary(everything))


def entries(name: str, rows: Iterable[Sequence[str]], sides: Sequence[str], effect: str) -> str:
    """What differs, one difference after the other: its name, what each side does, and the effect.  Cells are HTML."""
    blocks = []
    for number_, (what, *cells_, measured) in enumerate(rows, start=1):
        said = "".join(f"<div><dt>{side}</dt><dd>{cell}</dd></div>" for side, cell in zip(sides, cells_, strict=True))
        blocks.append(
            f'<section class="difference" id="{name}-{number_}"><h3>{what}</h3>'
            f'<dl>{said}<div class="effect"><dt>{effect}</dt><dd>{measured}</dd></div></dl></section>'
        )
    return "\n".join(blocks)


def log(changes: Sequence[Change], verdicts: Mapping[str, Verdict]) -> Box:
    """What was changed after numbers were seen: what, why, and each verdict that is another one now."""
    rows = [[escape(change.what), escape(change.why), _turned(change, verdicts)] for change in changes]
    caption = "Changes after numbers were seen, the first one first"
    html = table("changes", caption, ["change", "why", "changed verdicts: before → now"], rows, style="words")
    return Box(html, f"{len(rows)} changes")


def _turned(change: Change, verdicts: Mapping[str, Verdict]) -> str:
    """The verdicts that differ from those before a change, then its other claims, folded."""
    turned, others = [], []
    for name, before in change.before.items():
        now = RETIRED if name in change.retired else verdicts[name].verdict
        claim = escape(name) if now == RETIRED else f'<a href="{record(name)}">{_claim(verdicts[name])}</a>'
        if now == before:
            others.append(claim)
        else:
            turned.append(f"{'no claim' if before == ADDED else before} → {now}: {claim}")
    folded = f"<details><summary>unchanged: {len(others)}</summary>{'<br>'.join(others)}</details>" if others else ""
    return ("<br>".join(turned) or "none") + folded


def _sentence(verdict: Verdict) -> str:
    rule = f"<p><em>Rule:</em> {escape(verdict.rule)}{_without_learning(verdict)}</p>" if verdict.rule else ""
    reason = f" {escape(verdict.reason)}" if verdict.reason else ""
    return (
        f'<div class="verdict {verdict.verdict.replace(" ", "-")} record" id="{verdict.id}">'
        f"<p><strong>{verdict.verdict.capitalize()}.</strong> <em>{escape(verdict.says)}</em> "
        f"({escape(verdict.where)}){reason}</p>{rule}{_numbers(verdict)}</div>"
    )


def _without_learning(verdict: Verdict) -> str:
    """The first number of a sentence, as the trivial answers give it, and the verdict that each of them would have."""
    found = trivial_scores().get(verdict.id, {})
    if not found:
        return ""
    first, why = verdict.findings[0], reasons().get(verdict.id, "")
    listed = "; ".join(
        f"{number(score.estimate, unit(first))} {WITHOUT_LEARNING[name]} ({score.verdict})"
        for name, score in found.items()
    )
    return f"<br><em>Without learning:</em> {escape(f'{named(first)}: {listed}. {why}')}"


def _numbers(verdict: Verdict) -> str:
    if not verdict.findings:
        return ""
    rows = [
        [
            word(f.verdict),
            escape(named(f)),
            number(f.estimate, unit(f)),
            interval(f),
            region(f),
            _detectable(f),
            number(f.four) if f.four is not None else "",
            str(f.runs),
        ]
        for f in verdict.findings
    ]
    columns = [
        "verdict",
        "number",
        "here",
        "interval",
        "should lie",
        "detects",
        "seeds 0 to 3",
        "repeti\N{SOFT HYPHEN}tions",
    ]
    count = f"{len(rows)} numbers" if len(rows) > 1 else "The number"
    caption = f"What decides {verdict.id}"
    numbers = table(f"{verdict.id}-numbers", caption, columns, rows, heading=1, style="verdicts")
    rerun = f"<p>Rerun: <code>{escape(command(verdict))}</code></p>"
    return f"<details><summary>{count} and the command</summary>{numbers}{rerun}</details>"


def _detectable(finding: Finding) -> str:
    """The least distance from a region's border that is decided with probability 80 %."""
    if finding.low is None or finding.high is None:
        return ""
    return number(detectable(finding.low, finding.high, EACH))


def _p(p: float | None) -> str:
    return "" if p is None else "&lt; 0.001" if p < 0.001 else f"{p:.3f}"


def _rerun(verdicts: Sequence[Verdict]) -> str:
    line = command(verdicts[0])
    return line[: line.rindex(" ")]

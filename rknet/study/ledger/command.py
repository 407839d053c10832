"""`rknet claims`: verdicts from records, compared with those that the book shows."""

from __future__ import annotations

from collections.abc import Sequence

from rknet import files
from rknet.checks import choose
from rknet.provenance import PACKAGE, in_checkout
from rknet.study.ledger import judging, trivial
from rknet.study.ledger.boxes import line, summary
from rknet.study.ledger.claims import PREDICTIONS, Claims, read
from rknet.study.ledger.evidence import Evidence, measure
from rknet.study.ledger.judging import PRINTED_RUNS, judge, stored, write
from rknet.study.program import without_records
from rknet.study.store import Store


def show(names: Sequence[str], store: Store, *, n_jobs: int = 1, measuring: bool = False, writing: bool = False) -> int:
    """Judge claims, print a line for each, and say whether the book agrees: 0 if it does, or after writing, else 1.

    Predictions, which are no claims of the paper, are judged and printed too; the book stores no verdicts on them.
    A store without any record is told in a line, and gives `rknet.study.program.NO_RECORDS`.

    Parameters
    ----------
    names
        Ids of claims, of predictions or of tables; none for all.
    store
        Where the records are.
    n_jobs
        Processes that measure.
    measuring
        Whether to take what measurements the store lacks; this trains nets that the cache does not have.
    writing
        Whether to make these the verdicts that the book shows; all of them are written, whatever is printed.

    Raises
    ------
    ValueError
        If a name is unknown, or verdicts or measurements are to be written where that is not possible, as verdicts are
        not into an installed package.
    """
    if writing:
        if not in_checkout():
            raise ValueError(
                f"write: must be asked of a checkout of the book, whose verdicts it makes, got the rknet installed in "
                f"{PACKAGE}; clone the repository"
            )
        files.regular("write", judging.VERDICTS)
        files.writable("write", judging.VERDICTS.parent)
    claims, predictions = read(), read(PREDICTIONS)
    chosen = _chosen(names, claims, predictions)
    if store.empty():
        return without_records(store.folder)
    if measuring:
        asked = [(s, s.seeds or of.seeds) for of in (claims, predictions) for s in of.sentences if s.id in chosen]
        wanted = [(part, {*range(PRINTED_RUNS), *seeds}) for sentence, seeds in asked for part in sentence.parts]
        measure(wanted, store, n_jobs=n_jobs)
    evidence = Evidence(store)
    judged, known = judge(claims, evidence), stored()
    if writing:
        write(judged.values())
        trivial.write(claims)
        known = stored()
    shown = [verdict for name, verdict in judged.items() if name in chosen]
    differing = [verdict for verdict in shown if known.get(verdict.id) != verdict]
    for verdict in shown:
        mark = "  [the book says otherwise]" if verdict in differing else ""
        print(f"{verdict.id}: {line(verdict)}{mark}")
    expected = [verdict for name, verdict in judge(predictions, evidence).items() if name in chosen]
    for verdict in expected:
        print(f"{verdict.id}: {line(verdict)}")
    if expected:
        print(f"predictions, not claims of the paper: {summary(expected)}")
    if shown or not expected:
        print(f"{summary(shown)}; {len(differing)} of {len(shown)} differ from {judging.VERDICTS.name}")
    return 1 if differing else 0


def _chosen(names: Sequence[str], *several: Claims) -> list[str]:
    ids = {cell.id: table for claims in several for table, cells in claims.tables.items() for cell in cells}
    ids |= {sentence.id: sentence.id for claims in several for sentence in claims.sentences}
    for name in names:
        choose("claim", name, dict.fromkeys([*ids, *ids.values()]))
    return [name for name, table in ids.items() if not names or name in names or table in names]

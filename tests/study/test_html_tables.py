"""The book's tables: what pandas reads back from their HTML is what was measured and what the paper prints."""

from __future__ import annotations

import io
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from small import EXPERIMENT, ROWS

from rknet.data import bayes
from rknet.history import History
from rknet.study import records
from rknet.study.cache import repetitions
from rknet.study.experiments import COMPARED, EXPERIMENTS
from rknet.study.html_tables import Row, Runs, Table, beside_paper, measured, recorded
from rknet.study.paper import STATISTICS, tables
from rknet.study.runner import runs_of
from rknet.study.store import Store

NETS = ("StandardNet", "EulerNet", "RK4Net")
DATA = tables()["table4_validation"]["datasets"]


def made_up(values: dict[tuple[str, int], float]) -> Runs:
    """Runs whose four final statistics are a value and multiples of it; the nets are of no interest here."""
    curves = {run: [np.array([0.0, k * value]) for k in (1, 2, 3, 4)] for run, value in values.items()}
    return {run: (None, History(*four, ended="epochs")) for run, four in curves.items()}


def read(table: Table) -> pd.DataFrame:
    """What pandas makes of a table, the three headings of a row as its index."""
    (frame,) = pd.read_html(io.StringIO(table._repr_html_()))
    return frame.set_index(list(frame.columns[:3]))


@pytest.fixture(scope="module")
def comparison() -> Table:
    """Table 4 with made-up runs: the value of row i, seed s is i + s / 10."""
    rows = EXPERIMENTS["comparison"].rows
    runs = made_up({(row, s): i + s / 10 for i, row in enumerate(rows) for s in range(4)})
    layout = {
        net: {data: next(r for r in rows if r.startswith(net) and r.endswith(data)) for data in DATA} for net in NETS
    }
    return beside_paper("table-4", "Table 4.", "comparison", runs, layout, ("val_accuracy", "val_cost"))


def test_paper_s_cells_are_those_of_the_paper(comparison: Table) -> None:
    """Every cell of Table 4, under its net, quantity and data."""
    frame, printed = read(comparison), tables()["table4_validation"]
    for net in NETS:
        for label, name in (("validation accuracy, %", "accuracy"), ("validation cost × 10", "cost_x10")):
            shown = frame.loc[(net, label, "paper (4)"), list(DATA)]
            assert [float(value) for value in shown] == printed[net][name]


def test_our_cells_against_the_standard_library(comparison: Table) -> None:
    """Mean and population deviation of a row's runs; accuracy is the fourth statistic, cost the third."""
    frame, rows = read(comparison), list(EXPERIMENTS["comparison"].rows)
    for (net, data), i in {("StandardNet", DATA[0]): 0, ("RK4Net", DATA[5]): 17}.items():
        assert rows[i].startswith(net) and rows[i].endswith(data)
        values = [i + s / 10 for s in range(4)]
        for label, factor in (("validation accuracy, %", 400), ("validation cost × 10", 30)):
            mean, sd = statistics.fmean(values), statistics.pstdev(values)
            assert frame.loc[(net, label, "here (4)"), data] == f"{factor * mean:.2f} ± {factor * sd:.2f}"


def test_costs_and_limits(comparison: Table) -> None:
    """By hand: L (d_hat^2 + d_hat) + classes (d_hat + 1) parameters, stages times L evaluations; and Bayes limits."""
    frame = read(comparison)
    for net, L, stages in (("StandardNet", 5, 1), ("EulerNet", 100, 1), ("RK4Net", 100, 4)):
        for data, classes in zip(DATA, (2, 3, 6, 6, 4, 4), strict=True):
            assert float(frame.loc[(net, "parameters", "parameters"), data]) == L * 272 + classes * 17
            assert float(frame.loc[(net, "evaluations of f", "evaluations of f"), data]) == stages * L
            limit = frame.loc[(net, "Bayes limit, %", "Bayes limit, %"), data]
            assert float(limit) == pytest.approx(100 * bayes.accuracy(data), abs=0.005)  # two decimals are shown


def test_a_stacked_heading_is_a_line_across_the_table_above_its_rows() -> None:
    """Every line is as wide as the headings together; only the line of the group has its words."""
    rows = [Row("first", "", [1, "yes"]), Row("second", "here", [2, "no"])]
    table = Table("table-x", "A table.", ["n", "?"], {"A sentence.": rows}, ("claim", "net", "from"), stacked=True)
    lines = BeautifulSoup(table._repr_html_(), "html.parser").select("tr")
    assert [[cell.text for cell in line.select("th, td")] for line in lines] == [
        ["net", "from", "n", "?"],
        ["A sentence."],
        ["first", "1", "yes"],
        ["second", "here", "2", "no"],
    ]
    assert [sum(int(str(cell.get("colspan", 1))) for cell in line.select("th, td")) for line in lines] == [4] * 4


def test_letters_and_counts_are_written_as_in_the_paper() -> None:
    """The width by its letter wherever it stands, and millions of parameters in threes."""
    width = "d_hat = 900"
    table = Table("table-x", "A table.", [width], {width: [Row(f"L = 5, {width}", "here", [81099010])]})
    assert table._repr_html_().count("<i>d\u0302</i> = 900") == 3
    assert "<td>81,099,010</td>" in table._repr_html_()


def test_words_keep_their_lines() -> None:
    """A number over its verdict, so that a column is as narrow as either."""
    table = Table("table-x", "A table.", ["noise"], {"spiral": [Row("EulerNet", "", ["+0.1\nthe same"])]})
    assert "<td>+0.1<br>the same</td>" in table._repr_html_()


def test_a_cell_that_is_illegible_in_the_paper_says_so() -> None:
    """Table 2 ends in a cell that cannot be read; costs have no Bayes limit here."""
    runs = made_up({(row, 0): 1.0 for row in EXPERIMENTS["depth"].rows})
    layout = {net: {f"L = {L}": f"{net}, L = {L}" for L in (40, 100)} for net in ("StandardNet", "RK4Net")}
    frame = read(beside_paper("table-2", "Table 2.", "depth", runs, layout, ("train_cost", "val_cost")))
    assert frame.loc[("RK4Net", "validation cost × 10", "paper (4)"), "L = 100"] == "illegible"
    assert frame.loc[("RK4Net", "validation cost × 10", "here (1)"), "L = 100"] == "30.00 ± 0.00"
    assert not any("Bayes" in label for _, label, _ in frame.index)


def test_an_experiment_without_printed_numbers_has_no_row_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """And rows with different numbers of runs say from how many to how many."""
    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    runs = made_up({(row, s): 0.5 for i, row in enumerate(ROWS) for s in range(i + 1)})
    layout = {"nets": dict(zip("abc", ROWS, strict=True))}
    frame = read(beside_paper("small", "Small.", "small", runs, layout, STATISTICS))
    assert {source for _, _, source in frame.index if "(" in source} == {"here (1 to 3)"}


@pytest.fixture
def images() -> pd.DataFrame:
    """Table 6 with made-up runs, the same for each net."""
    rows = {net: f"{net}, d_hat = 900, L = {L}, MNIST" for net, L in COMPARED.items()}
    runs = made_up({(row, s): 0.1 + s / 100 for row in rows.values() for s in range(4)})
    layout = {net: {"MNIST": row} for net, row in rows.items()}
    return read(beside_paper("table-6", "Table 6.", "images", runs, layout, ("val_accuracy", "val_cost")))


def test_images_have_the_paper_s_cells_below_ours(images: pd.DataFrame) -> None:
    """Mean and population deviation by hand: 40, 44, 48 and 52 %."""
    column = images["MNIST"].xs("validation accuracy, %", level=1)
    assert column.xs("here (4)", level=1).to_dict() == dict.fromkeys(COMPARED, "46.00 ± 4.47")
    assert column.xs("paper (4)", level=1).to_dict() == {
        "StandardNet": "85.67 ± 0.78",
        "EulerNet": "90.98 ± 0.48",
        "RK4Net": "90.40 ± 1.08",
    }


def test_images_have_no_bayes_limit_and_costs_by_hand(images: pd.DataFrame) -> None:
    """L layers of 900 x 901 and ten classes of 901 weights."""
    assert not any("Bayes" in label for _, label, _ in images.index)
    assert int(images.loc[("EulerNet", "parameters", "parameters"), "MNIST"]) == 100 * 900 * 901 + 10 * 901
    assert int(images.loc[("RK4Net", "evaluations of f", "evaluations of f"), "MNIST"]) == 400


def test_recorded_runs_are_those_of_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Histories of what is there; what is missing is left out."""
    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    run, store = runs_of("small", [1])[0], Store(tmp_path)
    net, history = run.configuration.train(run.seed)
    store.save(records.make(run, net, history, 1.0))
    found = recorded("small", store, [0, 1])
    assert list(found) == [(run.row, 1)]
    np.testing.assert_array_equal(found[run.row, 1][1].val_cost, history.val_cost)


def test_every_heading_is_one(comparison: Table) -> None:
    """A caption, headings with a scope, none of them empty, and a box that scrolls and can be reached by keyboard."""
    soup = BeautifulSoup(comparison._repr_html_(), "html.parser")
    assert soup.table["id"] == "table-4"
    assert soup.caption.get_text() == "Table 4."
    assert {th["scope"] for th in soup.thead("th")} == {"col"}
    assert {th["scope"] for th in soup.select("tbody th")} == {"row", "rowgroup"}
    assert all(th.get_text(strip=True) for th in soup("th"))
    assert all(len(group.select("th.group")) == 1 for group in soup("tbody"))
    box = soup.div
    assert (box["role"], box["tabindex"], box["aria-labelledby"]) == ("region", "0", soup.caption["id"])


def test_words_are_escaped() -> None:
    """A caption or a label with < stays text."""
    table = Table("t", "a < b", ["<c>"], {"<g>": [Row("<l>", "<s>", ["<cell>"])]})
    frame = read(table)
    assert frame.to_dict() == {"<c>": {("<g>", "<l>", "<s>"): "<cell>"}}
    assert BeautifulSoup(table._repr_html_(), "html.parser").caption.get_text() == "a < b"
    assert repr(table) == "Table('t', 1 rows, 1 columns)"


def test_repetitions_are_those_of_the_configurations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the order of rows and seeds, each with the history that its configuration gives by itself."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path))
    monkeypatch.setitem(EXPERIMENTS, "small", EXPERIMENT)
    runs = repetitions("small", n_jobs=1)
    assert list(runs) == [(row, seed) for row in ROWS for seed in (0, 1)]
    for (row, seed), (_, history) in runs.items():
        np.testing.assert_array_equal(history.val_cost, ROWS[row].train(seed)[1].val_cost)
    assert list(repetitions("small", [3], n_jobs=1)) == [(row, 3) for row in ROWS]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Table("t", "", ["a", "b"], {"g": [Row("l", "", [1])]}), "groups: .*2 cells.*got 1 in 'l'; write ''"),
        (lambda: measured({}, "RK4Net, L = 5", "val_cost"), "runs: .*got none of 'RK4Net, L = 5'; train it"),
        (lambda: measured({}, "RK4Net, L = 5", "val"), "statistic: must be a known name, got 'val'; choose from"),
        (lambda: beside_paper("t", "", "deep", {}, {}, STATISTICS), "experiment: must be a known name, got 'deep'"),
        (lambda: beside_paper("t", "", "depth", {}, {"g": {"a": "x"}}, STATISTICS), "layout: must be a known name"),
        (lambda: repetitions("deep"), "name: must be a known name, got 'deep'; choose from"),
    ],
)  # fmt: skip
def test_refusals(call, words: str) -> None:
    """Four parts: the argument, the rule, the value, the remedy."""
    with pytest.raises(ValueError, match=words):
        call()
